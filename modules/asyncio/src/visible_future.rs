//! What Python code sees of futures: methods and attributes. Tasks inherit most of them.

use grwl_module_contextvars::context;
use grwl_object::{
    Args, GetSet, Method, PyResult, Ref, Signature, Str, Thread, TypeObject, TypeSpec, Value,
    ValueExt, class, intern, none, protocol, singleton, slots,
};
use grwl_object::{Slot, int};
use grwl_threads::sync::Ordering;

use crate::future::{self, FINISHED, Future, WAS_CANCELLED, own};
use crate::library::{self, FUTURE_REPR};
use crate::{awaited, callbacks, future_iterator};

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    Ok(Future::blank(thread, class, false)?.value())
}

fn initialise(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    static SIGNATURE: Signature<1> = Signature::new("Future", ["loop"]).keyword_only_after(0, 0);
    let [event_loop] = args.parse(thread, &SIGNATURE)?;
    future::initialise(thread, own(value), event_loop)?;
    Ok(())
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    future::alive(thread, own(value))?;
    FUTURE_REPR.call(thread, &[value])
}

/// `InvalidStateError` if it was not initialised.
fn alive_or_invalid(thread: &mut Thread, this: Ref<Future>) -> PyResult<()> {
    match this.event_loop() {
        Some(_) => Ok(()),
        None => Err(library::invalid_state(
            thread,
            "Future object is not initialized.",
        )),
    }
}

fn result(thread: &mut Thread, value: Value) -> PyResult {
    let this = own(value);
    alive_or_invalid(thread, this)?;
    future::result(thread, this)
}

fn exception(thread: &mut Thread, value: Value) -> PyResult {
    let this = own(value);
    alive_or_invalid(thread, this)?;
    match this.state() {
        WAS_CANCELLED => {
            let error = future::cancelled_error(thread, this)?;
            Err(thread.raise_value(error))
        }
        FINISHED => {
            let exception = this.exception.load();
            if exception.is_some() {
                this.log_traceback.store(false, Ordering::Relaxed);
            }
            Ok(exception.unwrap_or_else(none))
        }
        _ => Err(library::invalid_state(thread, "Exception is not set.")),
    }
}

fn set_result(thread: &mut Thread, value: Value, result: Value) -> PyResult {
    future::set_result(thread, own(value), result)?;
    Ok(none())
}

fn set_exception(thread: &mut Thread, value: Value, exception: Value) -> PyResult {
    future::set_exception(thread, own(value), exception)?;
    Ok(none())
}

fn add_done_callback(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("add_done_callback", ["fn", "context"])
        .positional_only(1)
        .keyword_only_after(1, 0);
    let [callback, given] = args.parse(thread, &SIGNATURE)?;
    let callback = callback.unwrap_or_else(none);
    let context = match given {
        Some(context) => context,
        None => copied_context(thread)?,
    };
    callbacks::add(thread, own(value), callback, context)?;
    Ok(none())
}

/// A copy of the thread's context.
///
/// # Errors
/// `MemoryError`.
pub(crate) fn copied_context(thread: &mut Thread) -> PyResult {
    let current = context::current(thread);
    Ok(context::copy(thread, current)?.value())
}

fn remove_done_callback(thread: &mut Thread, value: Value, callback: Value) -> PyResult {
    let this = own(value);
    future::alive(thread, this)?;
    let removed = callbacks::remove(thread, this, callback)?;
    Ok(int::from_usize(thread, removed))
}

fn cancel(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("cancel", ["msg"]).optional_after(0);
    let [message] = args.parse(thread, &SIGNATURE)?;
    let is_new = future::cancel(thread, own(value), message)?;
    Ok(singleton::bool(is_new))
}

fn make_cancelled_error(thread: &mut Thread, value: Value) -> PyResult {
    future::cancelled_error(thread, own(value))
}

fn state_name(thread: &mut Thread, value: Value) -> PyResult {
    let this = own(value);
    future::alive(thread, this)?;
    let name = match this.state() {
        WAS_CANCELLED => "CANCELLED",
        FINISHED => "FINISHED",
        _ => "PENDING",
    };
    let name: Ref<Str> = intern(thread, name);
    Ok(name.value())
}

/// What a slot holds, or `None`.
pub(crate) fn in_slot(slot: &Slot) -> PyResult {
    Ok(slot.load().unwrap_or_else(none))
}

/// The same of a future that was initialised.
fn in_slot_of(thread: &mut Thread, value: Value, slot: fn(&Future) -> &Slot) -> PyResult {
    let this = own(value);
    future::alive(thread, this)?;
    in_slot(slot(&this))
}

/// `AttributeError` where an attribute is to be deleted.
pub(crate) fn not_deleted(
    thread: &mut Thread,
    value: Value,
    name: &str,
    new: Option<Value>,
) -> PyResult {
    let Some(new) = new else {
        let class = value.class();
        return Err(thread.raise(
            &grwl_object::types::ATTRIBUTE_ERROR,
            format_args!(
                "attribute '{name}' of '{}' objects cannot be deleted",
                class.name()
            ),
        ));
    };
    Ok(new)
}

fn set_blocking(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let new = not_deleted(thread, value, "_asyncio_future_blocking", new)?;
    let this = own(value);
    future::alive(thread, this)?;
    let is_blocking = protocol::is_true(thread, new)?;
    this.blocking.store(is_blocking, Ordering::Relaxed);
    Ok(())
}

fn set_log_traceback(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let new = not_deleted(thread, value, "_log_traceback", new)?;
    if protocol::is_true(thread, new)? {
        return Err(thread.value_error("_log_traceback can only be set to False"));
    }
    own(value).log_traceback.store(false, Ordering::Relaxed);
    Ok(())
}

fn set_cancel_message(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let new = not_deleted(thread, value, "_cancel_message", new)?;
    let this = own(value);
    let locked = thread.lock_cell(&this);
    locked.store(this, &this.cancel_message, Some(new));
    Ok(())
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "Future(*, loop=None)\n--\n\nA result that is not there yet.\n\nIt is made done by set_result(), set_exception() or cancel(); then its event loop calls what add_done_callback() was given. What awaits it goes on then.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(initialise),
        slots::REPR.is(repr),
        slots::ITER.is(future_iterator::new),
        slots::AWAIT.is(future_iterator::new),
        slots::FINALIZE.is(future::finalize),
    ],
    methods: &[
        Method::no_arguments(
            "result",
            result,
            "result($self, /)\n--\n\nReturn the result, or raise the exception.\n\nCancelledError if the future was cancelled, InvalidStateError if it is not done.",
        ),
        Method::no_arguments(
            "exception",
            exception,
            "exception($self, /)\n--\n\nReturn the exception, or None if there is a result.\n\nCancelledError if the future was cancelled, InvalidStateError if it is not done.",
        ),
        Method::one(
            "set_result",
            set_result,
            "set_result($self, result, /)\n--\n\nMake the future done, with a result. InvalidStateError if it is done already.",
        ),
        Method::one(
            "set_exception",
            set_exception,
            "set_exception($self, exception, /)\n--\n\nMake the future done, with an exception. InvalidStateError if it is done already.",
        ),
        Method::any(
            "add_done_callback",
            add_done_callback,
            "add_done_callback($self, fn, /, *, context=<unrepresentable>)\n--\n\nHave a function called with the future when it is done; soon if it is done already.",
        ),
        Method::one(
            "remove_done_callback",
            remove_done_callback,
            "remove_done_callback($self, fn, /)\n--\n\nForget all callbacks that are equal to this one; return how many.",
        ),
        Method::any(
            "cancel",
            cancel,
            "cancel($self, /, msg=None)\n--\n\nMake the future done, as cancelled. False if it is done already.",
        ),
        Method::no_arguments(
            "cancelled",
            |_, this| Ok(singleton::bool(own(this).is_cancelled())),
            "cancelled($self, /)\n--\n\nWas the future cancelled?",
        ),
        Method::no_arguments(
            "done",
            |_, this| Ok(singleton::bool(own(this).is_done())),
            "done($self, /)\n--\n\nIs there a result or an exception, or was the future cancelled?",
        ),
        Method::no_arguments(
            "get_loop",
            |thread, this| future::alive(thread, own(this)),
            "get_loop($self, /)\n--\n\nReturn the event loop of the future.",
        ),
        Method::no_arguments(
            "_make_cancelled_error",
            make_cancelled_error,
            "_make_cancelled_error($self, /)\n--\n\nMake the CancelledError that is raised for a cancelled future.",
        ),
        Method::one(
            "__class_getitem__",
            class::generic_alias,
            "__class_getitem__($type, object, /)\n--\n\nFutures are generic over the type of their results",
        )
        .of_class(),
    ],
    getset: &[
        GetSet::read_only("_state", state_name, None),
        GetSet::new(
            "_asyncio_future_blocking",
            |_, this| {
                let this = own(this);
                Ok(singleton::bool(
                    this.event_loop().is_some() && this.blocking.load(Ordering::Relaxed),
                ))
            },
            set_blocking,
            None,
        ),
        GetSet::read_only("_loop", |_, this| in_slot(&own(this).event_loop), None),
        GetSet::read_only(
            "_callbacks",
            |thread, this| {
                let this = own(this);
                future::alive(thread, this)?;
                callbacks::list(thread, this)
            },
            None,
        ),
        GetSet::read_only(
            "_result",
            |thread, this| in_slot_of(thread, this, |this| &this.result),
            None,
        ),
        GetSet::read_only(
            "_exception",
            |thread, this| in_slot_of(thread, this, |this| &this.exception),
            None,
        ),
        GetSet::new(
            "_log_traceback",
            |thread, this| {
                let this = own(this);
                future::alive(thread, this)?;
                Ok(singleton::bool(this.log_traceback.load(Ordering::Relaxed)))
            },
            set_log_traceback,
            None,
        ),
        GetSet::read_only(
            "_source_traceback",
            |_, this| in_slot(&own(this).source_traceback),
            None,
        ),
        GetSet::new(
            "_cancel_message",
            |_, this| in_slot(&own(this).cancel_message),
            set_cancel_message,
            None,
        ),
        GetSet::read_only(
            "_asyncio_awaited_by",
            |thread, this| awaited::set_of(thread, own(this)),
            None,
        ),
    ],
    constants: &[],
};
