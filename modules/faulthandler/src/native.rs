//! The native stack.

use std::ffi::CStr;

use crate::dump::Writer;

const MOST: usize = 32;

/// Loads what the search of the stack needs, so that nothing is loaded in a signal handler.
pub(crate) fn prepare() {
    let mut addresses = [std::ptr::null_mut(); 1];
    // SAFETY: a place for one address.
    unsafe { libc::backtrace(addresses.as_mut_ptr(), 1) };
}

/// Writes the calling thread's native stack.
pub(crate) fn dump(fd: i32) {
    let mut to = Writer::new(fd);
    to.text("Current thread's C stack trace (most recent call first):\n");
    let mut addresses = [std::ptr::null_mut(); MOST];
    // SAFETY: a place for so many addresses.
    let count = unsafe { libc::backtrace(addresses.as_mut_ptr(), MOST as i32) };
    for &address in &addresses[..count.max(0) as usize] {
        one(&mut to, address);
    }
    if count as usize == MOST {
        to.text("  <truncated rest of calls>\n");
    }
}

fn one(to: &mut Writer, address: *mut libc::c_void) {
    // SAFETY: null pointers.
    let mut info: libc::Dl_info = unsafe { std::mem::zeroed() };
    // SAFETY: a place to write to.
    let is_known = unsafe { libc::dladdr(address, &raw mut info) } != 0;
    if !is_known || info.dli_fname.is_null() {
        to.text("  Binary file '<unknown>' [0x");
        to.number(address.addr() as u64, 16, 1);
        to.text("]\n");
        return;
    }
    to.text("  Binary file \"");
    // SAFETY: the loader's terminated text.
    to.bytes(unsafe { CStr::from_ptr(info.dli_fname) }.to_bytes());
    to.byte(b'"');
    let base = if info.dli_saddr.is_null() {
        info.dli_fbase
    } else {
        info.dli_saddr
    };
    to.text(", at ");
    if !info.dli_sname.is_null() && !info.dli_saddr.is_null() {
        // SAFETY: the loader's terminated text.
        to.bytes(unsafe { CStr::from_ptr(info.dli_sname) }.to_bytes());
    }
    let (address, base) = (address.addr(), base.addr());
    to.text(if address >= base { "+0x" } else { "-0x" });
    to.number(address.abs_diff(base) as u64, 16, 1);
    to.text(" [0x");
    to.number(address as u64, 16, 1);
    to.text("]\n");
}
