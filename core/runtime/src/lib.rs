//! grwl put together: start-up, the modules that are always there, running a program.
//!
//! | what | where |
//! |---|---|
//! | start-up and end | `start` |
//! | the native modules | `modules` |
//! | what lower packages ask of higher ones | `wire` |
//! | running the program | `program`; a session in `session` |
//!
//! [`main`] is the whole of it.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

pub mod modules;
pub mod program;
mod session;
pub mod start;
pub mod wire;

use grwl_object::Thread;
use grwl_settings::Settings;
use grwl_threads::SignalMask;

/// Runs the program that the settings name, on a thread with a large stack; returns the status of the process.
///
/// # Panics
/// If the system grants no thread.
pub fn main(settings: Settings) -> i32 {
    // This thread only waits from now on: signals are for the other one.
    let mask = SignalMask::block_all();
    let thread = std::thread::Builder::new()
        .name("main".to_owned())
        .stack_size(start::STACK)
        .spawn(move || {
            mask.restore();
            on_thread(&settings)
        })
        .expect("a thread for the program");
    thread.join().unwrap_or(1)
}

fn on_thread(settings: &Settings) -> i32 {
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
