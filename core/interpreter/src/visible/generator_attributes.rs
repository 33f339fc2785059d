//! What generators, coroutines and asynchronous generators have in common: names, state, frame, `repr`, `throw`.

use grwl_object::slots::Sent;
use grwl_object::{
    Args, PyResult, Ref, Slot, Str, Thread, Value, ValueExt, class, int, none, singleton, types,
};

use crate::frame_object;
use crate::generator::{Generator, State, Thrown, as_generator};

/// The generator that a method or attribute was asked of.
pub(super) fn receiver(value: Value) -> Ref<Generator> {
    as_generator(value).expect("descriptors of generators are used on generators only")
}

pub(super) fn itself(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(value)
}

fn text(slot: &Slot) -> Value {
    slot.load().unwrap_or_else(|| Str::empty().value())
}

pub(super) fn get_name(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(text(&receiver(this).name))
}

pub(super) fn get_qualified_name(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(text(&receiver(this).qualified_name))
}

pub(super) fn set_name(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let this = receiver(this);
    let Some(value) = value.filter(|value| value.downcast::<Str>().is_some()) else {
        return Err(thread.type_error("__name__ must be set to a string object"));
    };
    thread.store(this, &this.name, Some(value));
    Ok(())
}

pub(super) fn set_qualified_name(
    thread: &mut Thread,
    this: Value,
    value: Option<Value>,
) -> PyResult<()> {
    let this = receiver(this);
    let Some(value) = value.filter(|value| value.downcast::<Str>().is_some()) else {
        return Err(thread.type_error("__qualname__ must be set to a string object"));
    };
    thread.store(this, &this.qualified_name, Some(value));
    Ok(())
}

pub(super) fn get_running(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(singleton::bool(receiver(this).state() == State::Running))
}

pub(super) fn get_suspended(_thread: &mut Thread, this: Value) -> PyResult {
    let state = receiver(this).state();
    let is_suspended = matches!(state, State::Suspended | State::Delegating);
    Ok(singleton::bool(is_suspended))
}

pub(super) fn get_delegate(thread: &mut Thread, this: Value) -> PyResult {
    Ok(receiver(this).delegate(thread).unwrap_or_else(none))
}

pub(super) fn get_code(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(receiver(this).code().value())
}

pub(super) fn get_frame(thread: &mut Thread, this: Value) -> PyResult {
    let this = receiver(this);
    let locked = thread.lock_cell(&this);
    if this.state() == State::Finished {
        return Ok(none());
    }
    // SAFETY: the generator has not ended, so its frame is in order; the lock keeps others from making a second object.
    Ok(unsafe { frame_object::of_frame(&locked, this.frame()) }.value())
}

pub(super) fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let address = this.bits().get();
    let this = receiver(this);
    let kind = this.this().value().class();
    let name = text(&this.qualified_name);
    let name = name.downcast::<Str>().unwrap_or_else(Str::empty);
    let text = format!("<{} object {name} at {address:#x}>", kind.name());
    Ok(Str::new(thread, &text).value())
}

pub(super) fn size_of(thread: &mut Thread, this: Value) -> PyResult {
    let bytes = receiver(this).size_in_bytes();
    Ok(int::from_usize(thread, bytes))
}

pub(super) fn class_getitem(thread: &mut Thread, class: Value, item: Value) -> PyResult {
    class::generic_alias(thread, class, item)
}

/// The arguments of `throw`, of which more than one are an old form. `name` is for messages.
pub(super) fn thrown(thread: &mut Thread, args: Args<'_>, name: &str) -> PyResult<Thrown> {
    let values = args.no_keywords(thread, name)?;
    if values.is_empty() || values.len() > 3 {
        let bound = if values.is_empty() {
            "at least 1 argument"
        } else {
            "at most 3 arguments"
        };
        let count = values.len();
        return Err(thread.type_error(format_args!("{name} expected {bound}, got {count}")));
    }
    if values.len() > 1 {
        let message = format!(
            "the (type, exc, tb) signature of {name}() is deprecated, use the single-arg signature instead."
        );
        grwl_object::exception::warn(thread, &types::DEPRECATION_WARNING, message, 1)?;
    }
    Ok(Thrown {
        first: values[0],
        value: values.get(1).copied(),
        traceback: values.get(2).copied(),
    })
}

/// What a method returns for what became of a `send` or `throw`: an end is a raised `StopIteration`.
pub(super) fn yielded(thread: &mut Thread, sent: Sent) -> PyResult {
    match sent {
        Sent::Yielded(value) => Ok(value),
        Sent::Returned(value) => Err(thread.stop_iteration(Some(value))),
    }
}

/// The same for `__next__`.
pub(super) fn next_of(thread: &mut Thread, sent: Sent) -> PyResult<Option<Value>> {
    match sent {
        Sent::Yielded(value) => Ok(Some(value)),
        Sent::Returned(value) if value.is_none() => Ok(None),
        Sent::Returned(value) => Err(thread.stop_iteration(Some(value))),
    }
}

pub(super) fn send_slot(thread: &mut Thread, this: Value, value: Value) -> PyResult<Sent> {
    receiver(this).resume(thread, value)
}

pub(super) fn send(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let sent = receiver(this).resume(thread, value)?;
    yielded(thread, sent)
}

pub(super) fn throw(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let thrown = thrown(thread, args, "throw")?;
    let sent = receiver(this).throw(thread, thrown, true)?;
    yielded(thread, sent)
}

pub(super) fn close(thread: &mut Thread, this: Value) -> PyResult {
    receiver(this).close(thread)
}
