//! `StopIteration`, `SystemExit` and `KeyError`.

use std::mem::offset_of;

use grwl_object::exception::detail::{StopIteration, SystemExit};
use grwl_object::{Args, PyResult, Ref, Thread, TypeSpec, Value, ValueExt, protocol, slots};

use crate::base;
use crate::member::{member, receiver};

pub static STOP_ITERATION: TypeSpec = TypeSpec {
    doc: Some("An iterator has no more elements."),
    slots: &[slots::INIT.is(init_stop_iteration)],
    getset: &[member::<{ offset_of!(StopIteration, value) }>(
        "value",
        "what the generator returned",
    )],
    ..TypeSpec::NONE
};

fn init_stop_iteration(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    base::init(thread, this, args)?;
    if let Some(this) = this.downcast::<StopIteration>() {
        thread.store(this, &this.value, args.by_position().first().copied());
    }
    Ok(())
}

pub static SYSTEM_EXIT: TypeSpec = TypeSpec {
    doc: Some("The program is to end."),
    slots: &[slots::INIT.is(init_system_exit)],
    getset: &[member::<{ offset_of!(SystemExit, code) }>(
        "code",
        "what the process ends with",
    )],
    ..TypeSpec::NONE
};

fn init_system_exit(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    base::init(thread, this, args)?;
    let Some(this) = this.downcast::<SystemExit>() else {
        return Ok(());
    };
    match *args.by_position() {
        [] => {}
        [code] => thread.store(this, &this.code, Some(code)),
        _ => {
            let all = this.exception().args().value();
            thread.store(this, &this.code, Some(all));
        }
    }
    Ok(())
}

pub static KEY_ERROR: TypeSpec = TypeSpec {
    doc: Some("A mapping does not have this key."),
    slots: &[slots::STR.is(str_key_error)],
    ..TypeSpec::NONE
};

/// The key's `repr`: else a missing empty string would look like no message at all.
fn str_key_error(thread: &mut Thread, this: Value) -> PyResult {
    match *receiver(this).args().as_slice() {
        [key] => protocol::repr(thread, key).map(Ref::value),
        _ => base::str(thread, this),
    }
}
