//! `anext(iterator)` and `anext(iterator, default)`: the latter's awaitable, which returns the default where the iterator ends.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::{
    Args, Cell, Declaration, Method, Name, PyResult, Raised, Slot, Thread, TypeObject, TypeSpec,
    Value, ValueExt, flags, protocol, slots, types,
};

use super::generator_attributes as common;
use crate::generator::awaitable_iterator;

/// See the module's head.
#[repr(C)]
pub struct AnextAwaitable {
    header: Header,
    wrapped: Slot,
    default: Slot,
}

// SAFETY: repr(C), begins with a header; never changed.
unsafe impl Cell for AnextAwaitable {
    fn type_object() -> &'static TypeObject {
        &ANEXT_AWAITABLE
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(AnextAwaitable, wrapped) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<AnextAwaitable>()),
    drop: None,
    name: "anext_awaitable",
};

/// `anext_awaitable`
pub static ANEXT_AWAITABLE: TypeObject = TypeObject::declare(&Declaration {
    name: "anext_awaitable",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<AnextAwaitable>(),
    attributes: 0,
});

/// What it can do.
pub(super) static SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::AWAIT.is(common::itself),
        slots::ITER.is(common::itself),
        slots::NEXT.is(next),
    ],
    methods: &[
        Method::one(
            "send",
            send,
            "send($self, object, /)\n--\n\nSends a value into what is awaited.",
        ),
        Method::any(
            "throw",
            throw,
            "throw(value)\nthrow(typ[,val[,tb]])\n\nRaises an exception in what is awaited and returns what that yields next.",
        ),
        Method::no_arguments(
            "close",
            close,
            "close($self, /)\n--\n\nRaises GeneratorExit in what is awaited.",
        ),
    ],
    getset: &[],
    constants: &[],
};

/// `anext(iterator)`: what its `__anext__` returns.
///
/// # Errors
/// `TypeError`, or what `__anext__` raises.
pub fn anext(thread: &mut Thread, iterator: Value) -> PyResult {
    let class = iterator.class();
    match class.slot(slots::ANEXT) {
        Some(method) => method(thread, iterator),
        None => Err(thread.type_error(format_args!(
            "'{}' object is not an async iterator",
            class.name()
        ))),
    }
}

/// `anext(iterator, default)`
///
/// # Errors
/// As [`anext`].
pub fn anext_awaitable(thread: &mut Thread, iterator: Value, default: Value) -> PyResult {
    let wrapped = anext(thread, iterator)?;
    // SAFETY: the type has this layout.
    let made = unsafe {
        thread.new_cell(&ANEXT_AWAITABLE, |header| AnextAwaitable {
            header,
            wrapped: Slot::new(Some(wrapped)),
            default: Slot::new(Some(default)),
        })
    };
    Ok(made.value())
}

fn parts(this: Value) -> (Value, Value) {
    let this = this
        .downcast_exact::<AnextAwaitable>()
        .expect("descriptors of awaitables are used on awaitables only");
    let wrapped = this.wrapped.load().expect("set when it was made");
    (wrapped, this.default.load().expect("set when it was made"))
}

/// The iterator of what is awaited.
fn iterator(thread: &mut Thread, this: Value) -> PyResult {
    let awaitable = awaitable_iterator(thread, parts(this).0)?;
    if awaitable.class().slot(slots::NEXT).is_some() {
        return Ok(awaitable);
    }
    // A coroutine.
    let method = awaitable.class().slot(slots::AWAIT);
    let iterator = match method {
        Some(method) => method(thread, awaitable)?,
        None => awaitable,
    };
    if iterator.class().slot(slots::NEXT).is_none() {
        return Err(thread.type_error("__await__ must return an iterable"));
    }
    Ok(iterator)
}

/// The end of the asynchronous iterator is the default.
fn or_default(thread: &mut Thread, this: Value, raised: Raised) -> Raised {
    if raised.matches(&types::STOP_ASYNC_ITERATION) {
        thread.stop_iteration(Some(parts(this).1))
    } else {
        raised
    }
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let iterator = iterator(thread, this)?;
    let result = match iterator.class().slot(slots::NEXT) {
        Some(next) => next(thread, iterator),
        None => Ok(None),
    };
    result.map_err(|raised| or_default(thread, this, raised))
}

fn call(thread: &mut Thread, this: Value, name: &'static Name, args: &[Value]) -> PyResult {
    let iterator = iterator(thread, this)?;
    let name = name.get(thread);
    let result = protocol::call_method(thread, iterator, name, args);
    result.map_err(|raised| or_default(thread, this, raised))
}

fn send(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    static SEND: Name = Name::new("send");
    call(thread, this, &SEND, &[value])
}

fn throw(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static THROW: Name = Name::new("throw");
    let values = args.no_keywords(thread, "anext_awaitable.throw")?;
    call(thread, this, &THROW, values)
}

fn close(thread: &mut Thread, this: Value) -> PyResult {
    static CLOSE: Name = Name::new("close");
    call(thread, this, &CLOSE, &[])
}
