//! Reading memory that may be gone: the system copies it, and says so if it cannot. Async-signal-safe.

use std::mem::MaybeUninit;

/// Copies bytes from an address. False: they could not be read.
fn copy(from: usize, to: *mut u8, length: usize) -> bool {
    if from == 0 || length == 0 {
        return length == 0;
    }
    let local = libc::iovec {
        iov_base: to.cast(),
        iov_len: length,
    };
    let remote = libc::iovec {
        iov_base: std::ptr::with_exposed_provenance_mut(from),
        iov_len: length,
    };
    // SAFETY: a place to write to; the system checks what it reads from.
    unsafe {
        let pid = libc::getpid();
        let done = libc::process_vm_readv(pid, &raw const local, 1, &raw const remote, 1, 0);
        if done >= 0 {
            return done as usize == length;
        }
        match *libc::__errno_location() {
            // Where the system does not offer this, the memory is read as it is.
            libc::ENOSYS | libc::EPERM => {
                let from = std::ptr::with_exposed_provenance::<u8>(from);
                std::ptr::copy_nonoverlapping(from, to, length);
                true
            }
            _ => false,
        }
    }
}

/// A plain number or address.
///
/// # Safety
/// Any bytes are a `T`.
pub(crate) unsafe fn read<T: Copy>(from: usize) -> Option<T> {
    let mut value = MaybeUninit::<T>::uninit();
    let is_read = copy(from, value.as_mut_ptr().cast(), size_of::<T>());
    // SAFETY: written, and any bytes are a T.
    is_read.then(|| unsafe { value.assume_init() })
}

/// An address-sized word.
pub(crate) fn word(from: usize) -> Option<usize> {
    // SAFETY: any bytes are a number.
    unsafe { read(from) }
}

/// Bytes, read a window at a time.
pub(crate) struct Bytes {
    next: usize,
    left: usize,
    window: [u8; 128],
    at: usize,
    filled: usize,
}

impl Bytes {
    pub(crate) fn new(from: usize, length: usize) -> Self {
        Self {
            next: from,
            left: length,
            window: [0; 128],
            at: 0,
            filled: 0,
        }
    }
}

impl Iterator for Bytes {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if self.at == self.filled {
            let length = self.left.min(self.window.len());
            if length == 0 || !copy(self.next, self.window.as_mut_ptr(), length) {
                self.left = 0;
                return None;
            }
            self.next += length;
            self.left -= length;
            self.filled = length;
            self.at = 0;
        }
        let byte = self.window[self.at];
        self.at += 1;
        Some(byte)
    }
}
