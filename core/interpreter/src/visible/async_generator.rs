//! `async_generator`, and the values that it yields: wrapped, so that they can be told from what it awaits.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::slots::Sent;
use grwl_object::thread::ThreadSlot;
use grwl_object::{
    Args, Cell, Declaration, GetSet, Method, PyResult, Ref, Slot, Thread, TypeObject, TypeSpec,
    Value, ValueExt, flags, protocol, singleton, slots, types,
};
use grwl_threads::sync::Ordering;

use super::async_send;
use super::async_throw;
use super::generator_attributes as common;
use crate::generator::{Generator, finalize};

/// What an asynchronous generator can do.
pub(super) static SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::REPR.is(common::repr),
        slots::AITER.is(common::itself),
        slots::ANEXT.is(next),
        slots::FINALIZE.is(finalize),
    ],
    methods: &[
        Method::one(
            "asend",
            send,
            "asend($self, object, /)\n--\n\nAn awaitable that resumes the generator with a value.",
        ),
        Method::any(
            "athrow",
            throw,
            "athrow(value)\nathrow(type[,value[,tb]])\n\nAn awaitable that raises an exception where the generator waits.",
        ),
        Method::no_arguments(
            "aclose",
            close,
            "aclose($self, /)\n--\n\nAn awaitable that raises GeneratorExit where the generator waits.",
        ),
        Method::no_arguments(
            "__sizeof__",
            common::size_of,
            "gen.__sizeof__() -> size of gen in memory, in bytes",
        ),
        Method::one(
            "__class_getitem__",
            common::class_getitem,
            "async generators are generic over the types of their yield and send values",
        )
        .of_class(),
    ],
    getset: &[
        GetSet::new(
            "__name__",
            common::get_name,
            common::set_name,
            Some("name of the async generator"),
        ),
        GetSet::new(
            "__qualname__",
            common::get_qualified_name,
            common::set_qualified_name,
            Some("qualified name of the async generator"),
        ),
        GetSet::read_only(
            "ag_await",
            common::get_delegate,
            Some("object being awaited on, or None"),
        ),
        GetSet::read_only("ag_frame", common::get_frame, None),
        GetSet::read_only("ag_code", common::get_code, None),
        GetSet::read_only("ag_suspended", common::get_suspended, None),
        GetSet::read_only("ag_running", get_running, None).member(),
    ],
    constants: &[],
};

fn get_running(_thread: &mut Thread, this: Value) -> PyResult {
    let is_running = common::receiver(this)
        .is_running_async
        .load(Ordering::Relaxed)
        != 0;
    Ok(singleton::bool(is_running))
}

/// Calls the hooks that the thread's event loop has installed (`sys.set_asyncgen_hooks`), when the first awaitable is made.
fn begin(thread: &mut Thread, this: Ref<Generator>) -> PyResult<()> {
    if this.hooks_called.swap(1, Ordering::AcqRel) != 0 {
        return Ok(());
    }
    if let Some(finalizer) = thread.slot(ThreadSlot::AsyncGenFinalizer).load() {
        thread.store(this, &this.extra, Some(finalizer));
    }
    if let Some(first) = thread.slot(ThreadSlot::AsyncGenFirst).load() {
        protocol::call_positional(thread, first, &[this.value()])?;
    }
    Ok(())
}

fn next(thread: &mut Thread, this: Value) -> PyResult {
    let this = common::receiver(this);
    begin(thread, this)?;
    Ok(async_send::new(thread, this, None))
}

fn send(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let this = common::receiver(this);
    begin(thread, this)?;
    Ok(async_send::new(thread, this, Some(value)))
}

fn close(thread: &mut Thread, this: Value) -> PyResult {
    let this = common::receiver(this);
    begin(thread, this)?;
    Ok(async_throw::new(thread, this, None))
}

fn throw(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let this = common::receiver(this);
    let thrown = if args.is_empty() {
        None
    } else {
        Some(common::thrown(thread, args, "athrow")?)
    };
    begin(thread, this)?;
    Ok(async_throw::new(thread, this, thrown))
}

/// What became of a step of the generator: `Returned` is a value that it has yielded, `Yielded` what it waits for. Its end is a raised
/// `StopAsyncIteration`.
pub(super) fn unwrap(
    thread: &mut Thread,
    this: Ref<Generator>,
    result: PyResult<Sent>,
) -> PyResult<Sent> {
    let raised = match result {
        Ok(Sent::Yielded(value)) => {
            return Ok(match unwrapped(value) {
                Some(inner) => {
                    this.is_running_async.store(0, Ordering::Relaxed);
                    Sent::Returned(inner)
                }
                None => Sent::Yielded(value),
            });
        }
        Ok(Sent::Returned(_)) => thread.stop_async_iteration(),
        Err(raised) => raised,
    };
    if raised.matches(&types::STOP_ASYNC_ITERATION) || raised.matches(&types::GENERATOR_EXIT) {
        this.is_closed.store(1, Ordering::Relaxed);
    }
    this.is_running_async.store(0, Ordering::Relaxed);
    Err(raised)
}

/// `async_generator_wrapped_value`
#[repr(C)]
pub struct WrappedValue {
    header: Header,
    value: Slot,
}

// SAFETY: repr(C), begins with a header; never changed.
unsafe impl Cell for WrappedValue {
    fn type_object() -> &'static TypeObject {
        &WRAPPED_VALUE
    }
}

static WRAPPED_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(WrappedValue, value) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<WrappedValue>()),
    drop: None,
    name: "async_generator_wrapped_value",
};

/// `async_generator_wrapped_value`
pub static WRAPPED_VALUE: TypeObject = TypeObject::declare(&Declaration {
    name: "async_generator_wrapped_value",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &WRAPPED_CELL,
    kind: Kind::Traced,
    size: size_of::<WrappedValue>(),
    attributes: 0,
});

/// A value that an asynchronous generator yields, wrapped.
pub fn wrap(thread: &Thread, value: Value) -> Value {
    // SAFETY: the type has this layout.
    let wrapped = unsafe {
        thread.new_cell(&WRAPPED_VALUE, |header| WrappedValue {
            header,
            value: Slot::new(Some(value)),
        })
    };
    wrapped.value()
}

/// What is in a wrapped value.
pub(super) fn unwrapped(value: Value) -> Option<Value> {
    value.downcast_exact::<WrappedValue>()?.value.load()
}
