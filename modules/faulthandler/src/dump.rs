//! Writing tracebacks. Async-signal-safe: see the module's head.

use std::mem::offset_of;

use grwl_interpreter::code::layout;
use grwl_interpreter::frame::Frame;
use grwl_module_signal::state::ident;
use grwl_object::thread::{InterpreterFields, address_of_state};
use grwl_object::{Thread, world};

use crate::peek;

/// The most frames of a thread that are shown.
const MOST_FRAMES: usize = 100;
/// The most threads that are shown.
const MOST_THREADS: usize = 100;
/// The most characters of a name that are shown.
const MOST_CHARACTERS: usize = 500;

/// Text that is written when it is full or ends.
pub(crate) struct Writer {
    fd: i32,
    text: [u8; 256],
    length: usize,
}

impl Writer {
    pub(crate) fn new(fd: i32) -> Self {
        Self {
            fd,
            text: [0; 256],
            length: 0,
        }
    }

    pub(crate) fn flush(&mut self) {
        let mut done = 0;
        while done < self.length {
            // SAFETY: inside the text.
            let written = unsafe {
                let from = self.text.as_ptr().add(done);
                libc::write(self.fd, from.cast(), self.length - done)
            };
            if written < 0 {
                // SAFETY: the thread's own word.
                if unsafe { *libc::__errno_location() } == libc::EINTR {
                    continue;
                }
                break;
            }
            done += written as usize;
        }
        self.length = 0;
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        if self.length == self.text.len() {
            self.flush();
        }
        self.text[self.length] = byte;
        self.length += 1;
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.byte(byte);
        }
    }

    /// A number in a base, with at least so many digits.
    pub(crate) fn number(&mut self, mut number: u64, base: u64, least: usize) {
        let mut digits = [b'0'; 24];
        let mut first = digits.len();
        while number != 0 {
            first -= 1;
            digits[first] = b"0123456789abcdef"[(number % base) as usize];
            number /= base;
        }
        let first = first.min(digits.len() - least);
        self.bytes(&digits[first..]);
    }

    /// A character as ASCII has it, or its number.
    fn character(&mut self, code: u32) {
        match code {
            0x20..0x7f => self.byte(code as u8),
            0..0x20 | 0x7f..0x100 => {
                self.text("\\x");
                self.number(code.into(), 16, 2);
            }
            0x100..0x1_0000 => {
                self.text("\\u");
                self.number(code.into(), 16, 4);
            }
            _ => {
                self.text("\\U");
                self.number(code.into(), 16, 8);
            }
        }
    }

    /// The string at an address.
    fn string(&mut self, from: usize) -> bool {
        let Some(string) = grwl_object::string::layout::read(from, |at| {
            // SAFETY: any bytes are numbers.
            unsafe { peek::read::<u64>(at) }
        }) else {
            return false;
        };
        let (units, length, width) = string;
        let shown = length.min(MOST_CHARACTERS);
        let mut bytes = peek::Bytes::new(units, shown * width);
        for _ in 0..shown {
            let mut code = 0;
            for place in 0..width {
                let Some(byte) = bytes.next() else {
                    return true;
                };
                code |= u32::from(byte) << (8 * place);
            }
            self.character(code);
        }
        if shown < length {
            self.text("...");
        }
        true
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.flush();
    }
}

/// The line of an instruction, from a line table.
fn line_of(table: usize, first: u32, offset: usize) -> Option<u32> {
    let length = peek::word(table + grwl_object::bytes::LENGTH_OFFSET)?;
    let bytes = table + grwl_object::bytes::BYTES_OFFSET;
    // What is not a table any more must not keep us.
    let mut bytes = peek::Bytes::new(bytes, length.min(1 << 24));
    let mut line = i64::from(first);
    let mut unit = 0;
    loop {
        let head = bytes.next()?;
        let end = unit + usize::from(head & 7) + 1;
        let mut number = || {
            let mut value = 0u32;
            let mut shift = 0;
            loop {
                let byte = bytes.next()?;
                value |= u32::from(byte & 63).wrapping_shl(shift);
                shift += 6;
                if byte & 64 == 0 {
                    return Some(value);
                }
            }
        };
        let mut signed = || {
            let value = i64::from(number()?);
            Some(if value & 1 != 0 {
                -(value >> 1)
            } else {
                value >> 1
            })
        };
        let mut has_line = true;
        match head >> 3 & 15 {
            15 => has_line = false,
            14 => {
                line += signed()?;
                for _ in 0..3 {
                    number()?;
                }
            }
            13 => line += signed()?,
            code @ 10..=12 => {
                line += i64::from(code - 10);
                bytes.next()?;
                bytes.next()?;
            }
            _ => {
                bytes.next()?;
            }
        }
        if (unit..end).contains(&offset) {
            return has_line
                .then_some(line)
                .and_then(|line| u32::try_from(line).ok());
        }
        unit = end;
    }
}

fn frame(to: &mut Writer, at: usize) -> Option<()> {
    let code = peek::word(at + offset_of!(Frame, code))?;
    let instruction = peek::word(at + offset_of!(Frame, instruction))?;
    let file = peek::word(code + layout::FILE_NAME)?;
    let name = peek::word(code + layout::NAME)?;
    let table = peek::word(code + layout::LINE_TABLE)?;
    // SAFETY: any bytes are a number.
    let first = unsafe { peek::read::<u32>(code + layout::FIRST_LINE) }?;
    let body = peek::word(code + layout::BODY)?;
    let memory = peek::word(body + layout::MEMORY)?;
    let caches = peek::word(body + layout::CACHES)?;
    let units = memory.wrapping_add(caches.wrapping_mul(size_of::<u64>()));
    to.text("  File ");
    to.byte(b'"');
    if !to.string(file) {
        to.text("???");
    }
    to.byte(b'"');
    to.text(", line ");
    let offset = instruction.wrapping_sub(units) / 2;
    match line_of(table, first, offset) {
        Some(line) => to.number(line.into(), 10, 1),
        None => to.text("???"),
    }
    to.text(" in ");
    if !to.string(name) {
        to.text("???");
    }
    to.byte(b'\n');
    Some(())
}

/// The frames of the thread at an address, the innermost first.
fn frames(to: &mut Writer, thread: usize) {
    let fields = thread + offset_of!(Thread, interpreter);
    let mut next = peek::word(fields + offset_of!(InterpreterFields, frame)).unwrap_or(0);
    if next == 0 {
        to.text("  <no Python frame>\n");
        return;
    }
    let mut count = 0;
    while next != 0 {
        if count == MOST_FRAMES {
            to.text("  ...\n");
            return;
        }
        if frame(to, next).is_none() {
            to.text("  <invalid frame>\n");
            return;
        }
        let Some(previous) = peek::word(next + offset_of!(Frame, previous)) else {
            to.text("  <invalid frame>\n");
            return;
        };
        next = previous;
        count += 1;
    }
}

fn ident_of(thread: usize) -> u64 {
    let fields = thread + offset_of!(Thread, interpreter);
    let ident = fields + offset_of!(InterpreterFields, ident);
    // SAFETY: any bytes are a number.
    unsafe { peek::read(ident) }.unwrap_or(0)
}

/// Where the calling thread lies, if it is one of Python's.
fn own_thread() -> Option<usize> {
    let me = ident();
    let mut found = None;
    world::world().runtime().for_each_bearer(|state| {
        let thread = address_of_state(state).addr();
        if thread != 0 && ident_of(thread) == me {
            found = Some(thread);
        }
    });
    found
}

/// The calling thread's traceback.
pub(crate) fn this_thread(fd: i32) {
    let mut to = Writer::new(fd);
    to.text("Stack (most recent call first):\n");
    match own_thread() {
        Some(thread) => frames(&mut to, thread),
        None => to.text("  <no Python frame>\n"),
    }
}

fn header(to: &mut Writer, ident: u64, is_current: bool) {
    to.text(if is_current {
        "Current thread 0x"
    } else {
        "Thread 0x"
    });
    to.number(ident, 16, 16);
    let mut name = [0u8; 64];
    // SAFETY: a place of its length. A thread that has just ended has no name, which the system says.
    let status = unsafe {
        let thread = ident as libc::pthread_t;
        libc::pthread_getname_np(thread, name.as_mut_ptr().cast(), name.len())
    };
    let name = name.split(|&byte| byte == 0).next().unwrap_or_default();
    if status == 0 && !name.is_empty() {
        to.text(" [");
        for &byte in name {
            to.character(byte.into());
        }
        to.byte(b']');
    }
    to.text(" (most recent call first):\n");
}

/// The tracebacks of all threads; the youngest first.
pub(crate) fn all_threads(fd: i32) {
    let mut to = Writer::new(fd);
    let me = ident();
    let mut threads = [0usize; MOST_THREADS];
    let mut count = 0;
    let mut is_cut = false;
    world::world().runtime().for_each_bearer(|state| {
        let thread = address_of_state(state).addr();
        if thread == 0 {
            return;
        }
        match threads.get_mut(count) {
            Some(place) => {
                *place = thread;
                count += 1;
            }
            None => is_cut = true,
        }
    });
    for (index, &thread) in threads[..count].iter().rev().enumerate() {
        if index > 0 {
            to.byte(b'\n');
        }
        let ident = ident_of(thread);
        header(&mut to, ident, ident == me);
        frames(&mut to, thread);
    }
    if is_cut {
        to.text("\n...\n");
    }
}
