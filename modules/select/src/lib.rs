//! The module `select`: waiting until one of several files can be read or written.
//!
//! | what | where |
//! |---|---|
//! | `select` | `sets` |
//! | `poll` | `poll` |
//! | `epoll` | `epoll` |
//! | time limits | `limit` |
//!
//! Rule: each wait is a Safe region. One that a signal ends is begun again, with what is left of its time, once the signal was handled (PEP 475).

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod epoll;
mod limit;
mod poll;
mod sets;

use grwl_object::module::Module;
use grwl_object::{
    Method, PyResult, Ref, Str, Thread, TypeObject, Value, int, intern, ready, types,
};

pub use epoll::EPOLL;
pub use poll::POLL;

static FUNCTIONS: &[Method] = &[
    Method::any(
        "select",
        sets::select,
        "select($module, rlist, wlist, xlist, timeout=None, /)\n--\n\nWait until some of these files can be read, can be written, or have something exceptional.\n\nReturns three lists of those that are ready; empty ones if the time is over.",
    ),
    Method::no_arguments(
        "poll",
        poll::make,
        "poll($module, /)\n--\n\nMake an object that waits for registered files.",
    ),
];

static POLL_CONSTANTS: &[(&str, i64)] = &[
    ("POLLIN", 0x001),
    ("POLLPRI", 0x002),
    ("POLLOUT", 0x004),
    ("POLLERR", 0x008),
    ("POLLHUP", 0x010),
    ("POLLNVAL", 0x020),
    ("POLLRDNORM", 0x040),
    ("POLLRDBAND", 0x080),
    ("POLLWRNORM", 0x100),
    ("POLLWRBAND", 0x200),
    ("POLLMSG", 0x400),
    ("POLLRDHUP", 0x2000),
    ("EPOLLIN", 0x001),
    ("EPOLLPRI", 0x002),
    ("EPOLLOUT", 0x004),
    ("EPOLLERR", 0x008),
    ("EPOLLHUP", 0x010),
    ("EPOLLRDNORM", 0x040),
    ("EPOLLRDBAND", 0x080),
    ("EPOLLWRNORM", 0x100),
    ("EPOLLWRBAND", 0x200),
    ("EPOLLMSG", 0x400),
    ("EPOLLRDHUP", 0x2000),
    ("EPOLLEXCLUSIVE", 1 << 28),
    ("EPOLLWAKEUP", 1 << 29),
    ("EPOLLONESHOT", 1 << 30),
    ("EPOLLET", 1 << 31),
    ("EPOLL_CLOEXEC", libc::EPOLL_CLOEXEC as i64),
    ("PIPE_BUF", libc::PIPE_BUF as i64),
];

/// Gives the types their functions.
pub fn install() {
    POLL.define(&poll::SPEC);
    EPOLL.define(&epoll::SPEC);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    for class in [&POLL, &EPOLL] {
        ready::ready(thread, class)?;
    }
    let name = intern(thread, "select");
    let doc = Str::new(
        thread,
        "Waiting for the completion of input and output on several files.",
    );
    let module = Module::new(thread, name, Some(doc.value()))?;
    module.add_functions(thread, FUNCTIONS)?;
    for &(name, number) in POLL_CONSTANTS {
        module.add(thread, name, int::from_i64(thread, number))?;
    }
    let classes: [(&str, &'static TypeObject); 2] =
        [("epoll", &EPOLL), ("error", &types::OS_ERROR)];
    for (name, class) in classes {
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    Ok(module)
}

/// A list of what a wait has found.
fn pair(thread: &Thread, fd: i32, events: i64) -> PyResult {
    let pair = [Value::small(fd.into()), Value::small(events)];
    Ok(grwl_object::Tuple::try_new(thread, &pair)?.value())
}
