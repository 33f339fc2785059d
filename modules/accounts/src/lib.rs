//! The modules `grp` and `pwd`: the system's tables of groups and users.
//!
//! What the system answers is copied inside the Safe region in which it is asked.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod group;
mod user;

use std::ffi::{CStr, CString};
use std::sync::Mutex;

use grwl_module_posix::path::{name_value, system_name};
use grwl_object::{PyResult, Str, Thread, Value, ValueExt, none};

pub use group::{GROUP, create as create_grp};
pub use user::{USER, create as create_pwd};

/// The modules' types have no functions of their own.
pub fn install() {}

/// Walking through a table is one walk for the process.
static WALK: Mutex<()> = Mutex::new(());

/// A text of the system's; null is none.
///
/// # Safety
/// Null, or a terminated text.
unsafe fn text(text: *const libc::c_char) -> Option<Vec<u8>> {
    // SAFETY: the caller's promise.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_bytes().to_vec())
}

fn shown(thread: &mut Thread, text: Option<&[u8]>) -> PyResult {
    match text {
        Some(text) => name_value(thread, text, false),
        None => Ok(none()),
    }
}

/// A name to look for.
fn wanted(thread: &mut Thread, value: Value, argument: &str) -> PyResult<CString> {
    if value.downcast::<Str>().is_none() {
        return Err(thread.type_error(format_args!(
            "{argument} must be str, not {}",
            grwl_types_text::arguments::type_or_none(value)
        )));
    }
    system_name(thread, value)
}

/// Asks with more and more room. `Ok(None)`: there is no such entry.
fn with_room<T>(
    mut ask: impl FnMut(&mut [u8]) -> Result<Option<T>, i32>,
) -> Result<Option<T>, i32> {
    let mut room = vec![0u8; 1024];
    loop {
        match ask(&mut room) {
            Err(libc::ERANGE) => {
                let length = room.len() * 2;
                room.resize(length, 0);
            }
            // What some systems say of an entry that is not there.
            Err(libc::ENOENT | libc::ESRCH | libc::EBADF | libc::EPERM) => return Ok(None),
            other => return other,
        }
    }
}

/// A key error with a text.
fn missing(thread: &Thread, message: &str) -> grwl_object::Raised {
    let message = Str::new(thread, message).value();
    thread.key_error(message)
}
