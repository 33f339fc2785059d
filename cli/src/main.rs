//! The `grwl` program.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use grwl_settings::{Environment, Exit, Settings};

fn main() -> ExitCode {
    let argv: Vec<OsString> = std::env::args_os().collect();
    let settings = match Settings::read(&argv, &Environment::of_process()) {
        Ok(settings) => settings,
        Err(exit) => return end(&exit),
    };
    let _ = std::io::stderr().write_all(&settings.complaints);
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

fn end(exit: &Exit) -> ExitCode {
    exit.write();
    ExitCode::from(exit.status)
}
