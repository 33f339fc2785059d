//! The exceptions: `gaierror` for names that cannot be resolved, `herror` for the older functions.

use grwl_heap::Kind;
use grwl_object::exception::Exception;
use grwl_object::exception::detail::{OS_ERROR_CELL, OsError};
use grwl_object::{Declaration, Raised, Str, Thread, TypeObject, Value, flags, types};

const fn declaration(name: &'static str) -> Declaration {
    Declaration {
        name,
        base: Some(&types::OS_ERROR),
        class: &types::TYPE,
        flags: flags::BASE | flags::EXCEPTION | flags::HAS_DICT,
        cell: &OS_ERROR_CELL,
        kind: Kind::Traced,
        size: size_of::<OsError>(),
        attributes: Exception::ATTRIBUTES,
    }
}

/// `socket.gaierror`
pub static GAI_ERROR: TypeObject = TypeObject::declare(&declaration("socket.gaierror"));
/// `socket.herror`
pub static HOST_ERROR: TypeObject = TypeObject::declare(&declaration("socket.herror"));

fn text_of(text: *const libc::c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: the C library's own text, terminated.
    unsafe { std::ffi::CStr::from_ptr(text) }
        .to_string_lossy()
        .into_owned()
}

/// What `getaddrinfo` or `getnameinfo` answered.
#[cold]
pub(crate) fn address_info(thread: &Thread, error: i32, errno: i32) -> Raised {
    if error == libc::EAI_SYSTEM {
        return thread.os_error(errno);
    }
    // SAFETY: no precondition.
    let text = text_of(unsafe { libc::gai_strerror(error) });
    let text = Str::new(thread, &text).value();
    thread.raise_with(&GAI_ERROR, &[Value::small(error.into()), text])
}

/// What `gethostbyname` or `gethostbyaddr` answered.
#[cold]
pub(crate) fn host(thread: &Thread, error: i32) -> Raised {
    unsafe extern "C" {
        fn hstrerror(error: i32) -> *const libc::c_char;
    }
    // SAFETY: no precondition.
    let text = text_of(unsafe { hstrerror(error) });
    let text = Str::new(thread, &text).value();
    thread.raise_with(&HOST_ERROR, &[Value::small(error.into()), text])
}

/// `OSError` with a text of our own.
#[cold]
pub(crate) fn plain(thread: &Thread, message: &str) -> Raised {
    thread.raise(&types::OS_ERROR, message)
}

/// `TimeoutError: timed out`
#[cold]
pub(crate) fn timed_out(thread: &Thread) -> Raised {
    thread.raise(&types::TIMEOUT_ERROR, "timed out")
}
