//! grwl put together: start-up, the modules that are always there, running a program.
//!
//! | what | where |
//! |---|---|
//! | start-up and end | `start`; what daemon threads leave behind: `leftover` |
//! | the native modules | `modules` |
//! | what lower packages ask of higher ones | `wire` |
//! | running the program | `program`; a session in `session` |
//! | memory that goes back meanwhile | `memory` |
//!
//! [`main`] is the whole of it.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod leftover;
pub mod memory;
pub mod modules;
pub mod program;
mod session;
pub mod start;
pub mod wire;

use grwl_object::Thread;
use grwl_settings::Settings;

/// Runs the program that the settings name; returns the status of the process.
///
/// Python's main thread is the process's first one, on a stack of its own: the first thread is the one that the system prefers for
/// signals, so that they end the main thread's waits, and in a child of a fork it is the one whose end is the process's.
pub fn main(settings: Settings) -> i32 {
    stacker::grow(start::STACK, || on_large_stack(&settings))
}

#[inline(never)]
fn on_large_stack(settings: &Settings) -> i32 {
    let here = 0u64;
    let top = std::ptr::from_ref(std::hint::black_box(&here)).addr();
    let limit = top - stacker::remaining_stack().unwrap_or(0);
    // SAFETY: the frames of what is called here lie below this one's, on the stack that `main` made.
    unsafe { grwl_threads::stack::set_bounds_of_this_stack(limit, top) };
    on_thread(settings)
}

#[inline(never)]
fn on_thread(settings: &Settings) -> i32 {
    // What the system's loader has read to place the program.
    grwl_module_imp::image::release_all();
    let config = match start::world_config(settings) {
        Ok(config) => config,
        Err(message) => {
            eprintln!("Fatal Python error: {message}");
            return 1;
        }
    };
    start::start_world(config);
    let mut thread = match Thread::attach() {
        Ok(thread) => thread,
        Err(error) => {
            eprintln!("Fatal Python error: {error}");
            return 1;
        }
    };
    let main = start::Main::begin(&mut thread);
    let status = match start::start(&mut thread, settings) {
        Ok(()) => program::run(&mut thread, settings),
        Err(raised) => {
            let status = program::report(&mut thread, raised);
            eprintln!("Fatal Python error: init_import_site: Failed to start the interpreter");
            status.max(1)
        }
    };
    let status = start::finish(&mut thread, status);
    main.end(&mut thread);
    status
}
