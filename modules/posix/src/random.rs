//! The system's random bytes.
//!
//! Both functions may wait, at the system's start, until there is randomness.

use std::sync::atomic::{AtomicI32, Ordering};

use grwl_object::bytes::Bytes;
use grwl_object::{Args, Method, PyResult, Signature, Thread, Value, protocol};

use crate::arguments::int_or;
use crate::call::errno;
use crate::path::or_none;
use crate::transfer::read_bytes;

static RANDOM: AtomicI32 = AtomicI32::new(-1);

/// Fills a buffer with the system's random bytes.
fn random(to: &mut [u8]) -> Result<(), i32> {
    let mut done = 0;
    while done < to.len() {
        let rest = &mut to[done..];
        // SAFETY: a plain call with a place to write to.
        let count = unsafe { libc::getrandom(rest.as_mut_ptr().cast(), rest.len(), 0) };
        if count < 0 {
            match errno() {
                libc::EINTR => continue,
                libc::ENOSYS | libc::EPERM => return random_file(rest),
                errno => return Err(errno),
            }
        }
        done += count as usize;
    }
    Ok(())
}

/// For systems without `getrandom`.
fn random_file(to: &mut [u8]) -> Result<(), i32> {
    let mut fd = RANDOM.load(Ordering::Relaxed);
    if fd < 0 {
        // SAFETY: a plain call with a terminated name.
        fd = unsafe { libc::open(c"/dev/urandom".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) };
        if fd < 0 {
            return Err(errno());
        }
        RANDOM.store(fd, Ordering::Relaxed);
    }
    let mut done = 0;
    while done < to.len() {
        let rest = &mut to[done..];
        // SAFETY: a plain call with a place to write to.
        match unsafe { libc::read(fd, rest.as_mut_ptr().cast(), rest.len()) } {
            count if count > 0 => done += count as usize,
            _ if errno() == libc::EINTR => {}
            _ => return Err(errno()),
        }
    }
    Ok(())
}

fn urandom(thread: &mut Thread, _module: Value, size: Value) -> PyResult {
    let Ok(size) = usize::try_from(protocol::as_isize(thread, size)?) else {
        return Err(thread.value_error("negative argument not allowed"));
    };
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(size).is_err() {
        return Err(thread.memory_error());
    }
    bytes.resize(size, 0);
    match thread.safe(|| random(&mut bytes)) {
        Ok(()) => Ok(Bytes::new(thread, &bytes)?.value()),
        Err(errno) => Err(thread.os_error(errno)),
    }
}

fn getrandom(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("getrandom", ["size", "flags"]).optional_after(1);
    let [size, flags] = args.parse(thread, &SIGNATURE)?;
    let size = protocol::as_isize(thread, or_none(size))?;
    let flags = int_or(thread, flags, 0)? as u32;
    let Ok(size) = usize::try_from(size) else {
        return Err(thread.os_error(libc::EINVAL));
    };
    read_bytes(thread, size, |to, size| {
        // SAFETY: there is room for so many bytes.
        unsafe { libc::getrandom(to.cast(), size, flags) as i64 }
    })
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::one(
        "urandom",
        urandom,
        "urandom($module, size, /)\n--\n\nRandom bytes, good for cryptography.",
    ),
    Method::any(
        "getrandom",
        getrandom,
        "getrandom($module, /, size, flags=0)\n--\n\nRandom bytes of the system's generator.",
    ),
];
