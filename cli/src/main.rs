//! The `grwl` program.
//!
//! It begins at C's `main`, not at Rust's: Rust's start-up would open `/dev/null` in the place of a closed standard stream, and handle
//! `SIGSEGV` and `SIGBUS` itself. A Python program sees both as the system has them.

#![no_main]

#[cfg(not(grwl_sanitized))]
mod allocator;

use std::ffi::OsString;
use std::io::Write;

use grwl_settings::{Environment, Exit, Settings};

// A sanitizer sees into the system's allocator only.
#[cfg(not(grwl_sanitized))]
#[global_allocator]
static ALLOCATOR: allocator::Mimalloc = allocator::Mimalloc;

/// Where the system begins. The arguments are those that `std::env` knows already.
///
/// Nothing unwinds out of here: a panic ends the process.
#[unsafe(no_mangle)]
pub extern "C" fn main(_count: libc::c_int, _arguments: *const *const libc::c_char) -> libc::c_int {
    #[cfg(not(grwl_sanitized))]
    allocator::configure();
    std::panic::catch_unwind(run).unwrap_or(PANICKED)
}

/// The status of a process that ends with a panic.
const PANICKED: libc::c_int = 101;

fn run() -> libc::c_int {
    let argv: Vec<OsString> = std::env::args_os().collect();
    let settings = match Settings::read(&argv, &Environment::of_process()) {
        Ok(settings) => settings,
        Err(exit) => return end(&exit),
    };
    let _ = std::io::stderr().write_all(&settings.complaints);
    #[cfg(not(grwl_sanitized))]
    grwl_runtime::memory::on_trim(|| {
        // SAFETY: a plain call.
        unsafe { libmimalloc_sys::mi_collect(true) }
    });
    let status = grwl_runtime::main(settings);
    if status == grwl_runtime::program::INTERRUPTED {
        // As CPython: whoever waits for the process sees that it was interrupted.
        // SAFETY: plain calls; the process ends here.
        unsafe {
            libc::signal(libc::SIGINT, libc::SIG_DFL);
            libc::kill(libc::getpid(), libc::SIGINT);
        }
    }
    // Threads that are daemons may still run: nothing of theirs is torn down.
    std::process::exit(status);
}

fn end(exit: &Exit) -> libc::c_int {
    exit.write();
    exit.status.into()
}
