//! The module `_socket`: the system's sockets.
//!
//! | what | where |
//! |---|---|
//! | the type `socket`: making one, its end, its time limit | [`object`] |
//! | waiting, within a time limit | `wait` |
//! | connecting, names of both ends, options | `connect`, `option` |
//! | sending and receiving; with ancillary data | `transfer`, `message` |
//! | addresses, from Python and to Python | `address` |
//! | names and numbers of hosts, services, protocols | `resolve` |
//! | byte order, textual addresses, interfaces | `convert` |
//! | numbers with names | `constants` |
//! | the exceptions | `error` |
//!
//! Rule: whatever may block runs in a Safe region and is begun again after signals were handled (PEP 475). A socket with a time limit is
//! non-blocking for the system; it waits with `poll`.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod address;
mod arguments;
mod connect;
mod constants;
mod convert;
mod error;
mod message;
pub mod object;
mod option;
mod resolve;
mod transfer;
mod wait;

use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Str, Thread, TypeObject, int, intern, ready, types};

pub use error::{GAI_ERROR, HOST_ERROR};
pub use object::SOCKET;

const DOC: &str =
    "Implementation module for socket operations.\n\nSee the socket module for documentation.";

/// Gives the types their functions.
pub fn install() {
    SOCKET.define(&object::SPEC);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    for class in [&SOCKET, &GAI_ERROR, &HOST_ERROR] {
        ready::ready(thread, class)?;
    }
    let name = intern(thread, "_socket");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    for functions in [object::FUNCTIONS, resolve::FUNCTIONS, convert::FUNCTIONS] {
        module.add_functions(thread, functions)?;
    }
    for &(name, number) in constants::CONSTANTS {
        let number = int::from_i64(thread, number);
        module.add(thread, name, number)?;
    }
    for &(name, text) in constants::TEXTS {
        let text = Str::new(thread, text).value();
        module.add(thread, name, text)?;
    }
    module.add(thread, "has_ipv6", int::bool(true))?;
    let classes: [(&str, &'static TypeObject); 6] = [
        ("socket", &SOCKET),
        ("SocketType", &SOCKET),
        ("error", &types::OS_ERROR),
        ("timeout", &types::TIMEOUT_ERROR),
        ("gaierror", &GAI_ERROR),
        ("herror", &HOST_ERROR),
    ];
    for (name, class) in classes {
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    Ok(module)
}
