//! Crashes on purpose, for tests of what is written then.

use std::hint::black_box;

use grwl_object::{Args, PyResult, Thread, Value, none, protocol};

use crate::dump::{self, Writer};
use crate::signals;

pub(crate) fn read_null(_thread: &mut Thread, _module: Value) -> PyResult {
    // SAFETY: none: the process ends here, which is what was asked for.
    let byte: u8;
    // SAFETY: as above; the load faults.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        std::arch::asm!("xor {0:e}, {0:e}", "mov {1}, byte ptr [{0}]", out(reg) _, out(reg_byte) byte);
        #[cfg(target_arch = "aarch64")]
        std::arch::asm!("mov {0}, xzr", "ldrb {1:w}, [{0}]", out(reg) _, out(reg) byte);
    }
    black_box(byte);
    Ok(none())
}

fn raise(signal: i32) {
    // SAFETY: a plain call.
    unsafe { libc::raise(signal) };
}

pub(crate) fn segmentation(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [release] = args.unpack::<1>(thread, "_sigsegv", 0)?;
    let release = match release {
        Some(release) => protocol::is_true(thread, release)?,
        None => false,
    };
    if release {
        thread.safe(|| raise(libc::SIGSEGV));
    } else {
        raise(libc::SIGSEGV);
    }
    Ok(none())
}

pub(crate) fn abort(_thread: &mut Thread, _module: Value) -> PyResult {
    // SAFETY: the process ends here.
    unsafe { libc::abort() }
}

pub(crate) fn arithmetic(_thread: &mut Thread, _module: Value) -> PyResult {
    raise(libc::SIGFPE);
    Ok(none())
}

pub(crate) fn in_native_thread(thread: &mut Thread, _module: Value) -> PyResult {
    let spawned = std::thread::Builder::new().spawn(|| {
        signals::disable();
        let fd = libc::STDERR_FILENO;
        let mut to = Writer::new(fd);
        to.text("Fatal Python error: faulthandler_fatal_error_thread: in new thread\n");
        to.text("Python runtime state: initialized\n\n");
        to.flush();
        dump::all_threads(fd);
        to.text("\n");
        to.flush();
        crate::native::dump(fd);
        // SAFETY: the process ends here.
        unsafe { libc::abort() }
    });
    match spawned {
        Ok(other) => {
            let _ = thread.safe(|| other.join());
            Ok(none())
        }
        Err(error) => Err(thread.io_error(&error, None)),
    }
}

#[inline(never)]
fn fill_stack(depth: u64) -> u64 {
    let room = black_box([depth; 512]);
    if black_box(depth) == u64::MAX {
        return 0;
    }
    fill_stack(depth + 1).wrapping_add(room[0])
}

pub(crate) fn stack_overflow(thread: &mut Thread, _module: Value) -> PyResult {
    let depth = fill_stack(0);
    Err(thread.runtime_error(format_args!(
        "unable to raise a stack overflow (allocated {depth} bytes on the stack)"
    )))
}
