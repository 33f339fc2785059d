//! One run of one command: what it printed, how long it took, how much memory it had at most.

use std::io::{Error, Read, Result};
use std::mem::MaybeUninit;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// What a run came to.
pub struct Run {
    /// From before the start to after the end.
    pub time: Duration,
    /// The largest resident size, in KiB. That of the largest process if the command starts others and waits for them.
    pub memory: u64,
    /// Standard output. Standard error goes where ours goes.
    pub output: Vec<u8>,
    /// How it ended.
    pub status: ExitStatus,
}

/// Runs the command to its end.
pub fn run(command: &[String]) -> Result<Run> {
    let start = Instant::now();
    let mut child = Command::new(&command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut output = Vec::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_end(&mut output)?;
    }
    let (status, memory) = wait(child.id())?;
    Ok(Run {
        time: start.elapsed(),
        memory,
        output,
        status,
    })
}

/// Waits as `Child::wait` would, and asks for the memory too. The `Child` must not be waited for again.
fn wait(process: u32) -> Result<(ExitStatus, u64)> {
    let process = libc::pid_t::try_from(process).map_err(Error::other)?;
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    loop {
        // SAFETY: both pointers are to live variables of the types that the call fills.
        let found = unsafe { libc::wait4(process, &raw mut status, 0, usage.as_mut_ptr()) };
        if found == process {
            break;
        }
        let error = Error::last_os_error();
        if error.kind() != std::io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    // SAFETY: it was zeroed, which is a valid value of this struct of integers, and then filled.
    let usage = unsafe { usage.assume_init() };
    let memory = u64::try_from(usage.ru_maxrss).map_err(Error::other)?;
    Ok((ExitStatus::from_raw(status), memory))
}
