//! The iterator that `await` makes of a future: it yields the future once, and returns its result when it is done.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::exception::traceback::Traceback;
use grwl_object::exception::{Exception, warning};
use grwl_object::slots::Sent;
use grwl_object::{
    Args, Cell, Declaration, Method, PyResult, Ref, Slot, Thread, Tuple, TypeObject, TypeSpec,
    Value, ValueExt, flags, none, protocol, slots, types,
};
use grwl_threads::sync::Ordering;

use crate::future::{self, Future};

/// `_asyncio.FutureIter`
#[repr(C)]
pub(crate) struct FutureIterator {
    header: Header,
    /// Empty: it has ended.
    future: Slot,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for FutureIterator {
    fn type_object() -> &'static TypeObject {
        &FUTURE_ITERATOR
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(FutureIterator, future) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<FutureIterator>()),
    drop: None,
    name: "FutureIter",
};

/// `_asyncio.FutureIter`
pub(crate) static FUTURE_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "_asyncio.FutureIter",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<FutureIterator>(),
    attributes: 0,
});

/// `__await__` and `__iter__` of a future.
///
/// # Errors
/// `RuntimeError` if it was not initialised.
pub(crate) fn new(thread: &mut Thread, future: Value) -> PyResult {
    future::alive(thread, future::own(future))?;
    // SAFETY: the type has this layout.
    let made = unsafe {
        thread.new_cell(&FUTURE_ITERATOR, |header| FutureIterator {
            header,
            future: Slot::new(Some(future)),
        })
    };
    Ok(made.value())
}

fn own(value: Value) -> Ref<FutureIterator> {
    value
        .downcast_exact()
        .expect("descriptors of iterators are used on iterators only")
}

fn step(thread: &mut Thread, value: Value, _sent: Value) -> PyResult<Sent> {
    let this = own(value);
    let Some(future) = this.future.load().and_then(ValueExt::downcast::<Future>) else {
        return Ok(Sent::Returned(none()));
    };
    if !future.is_done() {
        if !future.blocking.swap(true, Ordering::Relaxed) {
            return Ok(Sent::Yielded(future.value()));
        }
        return Err(thread.runtime_error("await wasn't used with future"));
    }
    thread.store(this, &this.future, None);
    future::result(thread, future).map(Sent::Returned)
}

fn next(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    match step(thread, value, none())? {
        Sent::Yielded(value) => Ok(Some(value)),
        Sent::Returned(value) if value.is_none() => Ok(None),
        Sent::Returned(value) => Err(thread.stop_iteration(Some(value))),
    }
}

fn send(thread: &mut Thread, value: Value, sent: Value) -> PyResult {
    match step(thread, value, sent)? {
        Sent::Yielded(value) => Ok(value),
        Sent::Returned(value) => Err(thread.stop_iteration(Some(value))),
    }
}

const OLD_THROW: &str =
    "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.";

fn throw(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [first, second, traceback] = args.unpack::<3>(thread, "throw", 1)?;
    let first = first.unwrap_or_else(none);
    if second.is_some() {
        warning::warn(thread, &types::DEPRECATION_WARNING, OLD_THROW, 1)?;
    }
    let second = second.and_then(ValueExt::not_none);
    let traceback = match traceback.and_then(ValueExt::not_none) {
        None => None,
        Some(traceback) => match traceback.downcast::<Traceback>() {
            Some(traceback) => Some(traceback),
            None => {
                return Err(thread.type_error("throw() third argument must be a traceback"));
            }
        },
    };
    let class = first
        .downcast::<TypeObject>()
        .filter(|class| class.has_flag(flags::EXCEPTION));
    let made = match (class, second) {
        (Some(class), Some(second)) if second.class().is_subtype_of(&class) => second,
        (Some(_), Some(second)) => match second.downcast::<Tuple>() {
            Some(all) => protocol::call_positional(thread, first, all.as_slice())?,
            None => protocol::call_positional(thread, first, &[second])?,
        },
        (Some(_), None) => protocol::call_positional(thread, first, &[])?,
        (None, Some(_)) if first.downcast::<Exception>().is_some() => {
            return Err(thread.type_error("instance exception may not have a separate value"));
        }
        (None, _) => first,
    };
    let Some(exception) = made.downcast::<Exception>() else {
        return Err(thread.type_error(
            "exceptions must be classes deriving BaseException or instances of such a class",
        ));
    };
    if traceback.is_some() {
        exception.set_traceback(thread, traceback);
    }
    let this = own(value);
    thread.store(this, &this.future, None);
    Err(thread.raise_value(made))
}

fn close(thread: &mut Thread, value: Value) -> PyResult {
    let this = own(value);
    thread.store(this, &this.future, None);
    Ok(none())
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::ITER.is(|_, this| Ok(this)),
        slots::NEXT.is(next),
        slots::SEND.is(step),
    ],
    methods: &[
        Method::one("send", send, "Go on; the value is of no meaning."),
        Method::any(
            "throw",
            throw,
            "Raise an exception where the future is awaited.",
        ),
        Method::no_arguments("close", close, "Wait for the future no longer."),
    ],
    getset: &[],
    constants: &[],
};
