//! Reading, writing, searching.

use std::sync::atomic::{AtomicU64, Ordering};

use grwl_object::buffer;
use grwl_object::bytes::Bytes;
use grwl_object::protocol::convert;
use grwl_object::{Args, PyResult, Thread, Value, ValueExt, int, none};
use grwl_types_text::arguments::size;

use crate::exclusive::exclusively;
use crate::object::{Mmap, own};

const R: Ordering = Ordering::Relaxed;

/// A copy of a part of the memory.
fn copy(
    thread: &mut Thread,
    word: &AtomicU64,
    memory: *mut u8,
    start: usize,
    length: usize,
) -> PyResult {
    let mut bytes = Vec::<u8>::new();
    if bytes.try_reserve_exact(length).is_err() {
        return Err(thread.memory_error());
    }
    let to = bytes.as_mut_ptr();
    // Reading the file may take its time.
    thread.safe(|| {
        exclusively(word, || {
            // SAFETY: inside the mapping, which stays in place; there is room.
            unsafe { std::ptr::copy_nonoverlapping(memory.add(start), to, length) }
        });
    });
    // SAFETY: written above.
    unsafe { bytes.set_len(length) };
    Ok(Bytes::new(thread, &bytes)?.value())
}

pub(crate) fn read(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [count] = args.unpack::<1>(thread, "read", 0)?;
    let count = match count.and_then(ValueExt::not_none) {
        None => usize::MAX,
        Some(count) if convert::has_index(count) => {
            let count = convert::as_isize(thread, count)?;
            usize::try_from(count).unwrap_or(usize::MAX)
        }
        Some(other) => {
            return Err(thread.type_error(format_args!(
                "argument should be integer or None, not '{}'",
                other.class().name()
            )));
        }
    };
    Mmap::work(
        own(value),
        thread,
        |this, _, length| {
            let start = this.position.load(R);
            let count = count.min(length.saturating_sub(start));
            this.position.store(start + count, R);
            Ok((start, count))
        },
        |thread, (start, count), memory, _| copy(thread, &own(value).content, memory, start, count),
    )
}

pub(crate) fn read_byte(thread: &mut Thread, value: Value) -> PyResult {
    Mmap::work(
        own(value),
        thread,
        |this, _, length| {
            let start = this.position.load(R);
            if start >= length {
                return Err("read byte out of range");
            }
            this.position.store(start + 1, R);
            Ok(start)
        },
        |_, start, memory, _| {
            // SAFETY: inside the mapping, which stays in place.
            Ok(Value::small(unsafe { memory.add(start).read() }.into()))
        },
    )
}

/// The place of a newline, in memory that others may change meanwhile.
///
/// # Safety
/// There are `length` readable bytes.
unsafe fn newline(memory: *const u8, length: usize) -> Option<usize> {
    // SAFETY: the caller's promise; the system's own search is content with changing bytes.
    let found = unsafe { libc::memchr(memory.cast(), i32::from(b'\n'), length) };
    (!found.is_null()).then(|| found.addr() - memory.addr())
}

pub(crate) fn read_line(thread: &mut Thread, value: Value) -> PyResult {
    Mmap::work(
        own(value),
        thread,
        |this, memory, length| {
            let start = this.position.load(R);
            let rest = length.saturating_sub(start);
            // SAFETY: inside the mapping, which the lock keeps in place.
            let end = match rest {
                0 => None,
                // SAFETY: as above.
                rest => unsafe { newline(memory.add(start), rest) },
            };
            let count = end.map_or(rest, |end| end + 1);
            this.position.store(start + count, R);
            Ok((start, count))
        },
        |thread, (start, count), memory, _| copy(thread, &own(value).content, memory, start, count),
    )
}

pub(crate) fn write(thread: &mut Thread, value: Value, bytes: Value) -> PyResult {
    let this = own(value);
    this.open_length(thread)?;
    let bytes = buffer::bytes_of(thread, bytes)?;
    this.check_writable(thread)?;
    let count = bytes.len();
    Mmap::work(
        this,
        thread,
        |this, _, length| {
            let start = this.position.load(R);
            if start > length || length - start < count {
                return Err("data out of range");
            }
            this.position.store(start + count, R);
            Ok(start)
        },
        |thread, start, memory, _| {
            let from = bytes.as_ptr();
            thread.safe(|| {
                exclusively(&this.content, || {
                    // SAFETY: inside the mapping, which stays in place and may be written.
                    unsafe { std::ptr::copy_nonoverlapping(from, memory.add(start), count) }
                });
            });
            Ok(int::from_usize(thread, count))
        },
    )
}

/// A C `unsigned char`.
fn byte(thread: &mut Thread, value: Value) -> PyResult<u8> {
    let value = convert::as_i64(thread, value)?;
    u8::try_from(value).map_err(|_| {
        thread.overflow_error(if value < 0 {
            "unsigned byte integer is less than minimum"
        } else {
            "unsigned byte integer is greater than maximum"
        })
    })
}

pub(crate) fn write_byte(thread: &mut Thread, value: Value, new: Value) -> PyResult {
    let new = byte(thread, new)?;
    let this = own(value);
    this.open_length(thread)?;
    this.check_writable(thread)?;
    Mmap::work(
        this,
        thread,
        |this, _, length| {
            let start = this.position.load(R);
            if start >= length {
                return Err("write byte out of range");
            }
            this.position.store(start + 1, R);
            Ok(start)
        },
        |_, start, memory, _| {
            // SAFETY: inside the mapping, which stays in place and may be written.
            unsafe { memory.add(start).write(new) };
            Ok(none())
        },
    )
}

pub(crate) fn tell(thread: &mut Thread, value: Value) -> PyResult {
    let this = own(value);
    this.open_length(thread)?;
    Ok(int::from_usize(thread, this.position.load(R)))
}

pub(crate) fn seek(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [to, whence] = args.unpack::<2>(thread, "seek", 1)?;
    let to = size(thread, to.unwrap_or_else(none))?;
    let whence = match whence {
        Some(whence) => grwl_types_text::arguments::c_int(thread, whence)?,
        None => 0,
    };
    Mmap::work(
        own(value),
        thread,
        |this, _, length| {
            let from = match whence {
                libc::SEEK_SET => 0,
                libc::SEEK_CUR => this.position.load(R),
                libc::SEEK_END => length,
                _ => return Err("unknown seek type"),
            };
            let place = from.checked_add_signed(to).filter(|&place| place <= length);
            let place = place.ok_or("seek out of range")?;
            this.position.store(place, R);
            Ok(place)
        },
        |thread, place, _, _| Ok(int::from_usize(thread, place)),
    )
}

/// A bound of a search, as slices count.
fn bound(
    thread: &mut Thread,
    value: Option<Value>,
    default: usize,
    length: usize,
) -> PyResult<usize> {
    let Some(value) = value.and_then(ValueExt::not_none) else {
        return Ok(default.min(length));
    };
    let bound = convert::as_isize(thread, value)?;
    let bound = if bound < 0 {
        bound + length as isize
    } else {
        bound
    };
    Ok(usize::try_from(bound).unwrap_or(0).min(length))
}

fn search(
    thread: &mut Thread,
    value: Value,
    args: Args<'_>,
    function: &str,
    act: impl FnOnce(&[u8], &[u8]) -> Option<usize>,
) -> PyResult {
    let [wanted, start, end] = args.unpack::<3>(thread, function, 1)?;
    let this = own(value);
    let length = this.open_length(thread)?;
    let wanted = buffer::bytes_of(thread, wanted.unwrap_or_else(none))?;
    let first = this.position.load(R);
    let start = bound(thread, start, first, length)?;
    let end = bound(thread, end, length, length)?;
    Mmap::work(
        this,
        thread,
        |_, _, _| Ok(()),
        |thread, (), memory, length| {
            let end = end.min(length);
            if start > end {
                return Ok(Value::small(-1));
            }
            let found = thread.safe(|| {
                // SAFETY: inside the mapping, which stays in place. The bytes may change: the answer is then of what was read.
                let bytes = unsafe { std::slice::from_raw_parts(memory.add(start), end - start) };
                act(bytes, &wanted)
            });
            Ok(match found {
                Some(place) => int::from_usize(thread, start + place),
                None => Value::small(-1),
            })
        },
    )
}

pub(crate) fn find(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    search(thread, value, args, "find", memchr::memmem::find)
}

pub(crate) fn rfind(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    search(thread, value, args, "rfind", memchr::memmem::rfind)
}

pub(crate) fn flush(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [offset, count] = args.unpack::<2>(thread, "flush", 0)?;
    let offset = match offset {
        Some(offset) => size(thread, offset)?,
        None => 0,
    };
    let this = own(value);
    let length = this.open_length(thread)?;
    let count = match count.and_then(ValueExt::not_none) {
        Some(count) => size(thread, count)?,
        None => length as isize,
    };
    let (Ok(offset), Ok(count)) = (usize::try_from(offset), usize::try_from(count)) else {
        return Err(thread.value_error("flush values out of range"));
    };
    if this.access() == crate::object::READ || this.is_copy() {
        return Ok(none());
    }
    Mmap::work(
        this,
        thread,
        |_, _, length| {
            if length < offset || length - offset < count {
                return Err("flush values out of range");
            }
            Ok(())
        },
        |thread, (), memory, _| {
            let result = thread.safe(|| {
                // SAFETY: inside the mapping, which stays in place.
                unsafe {
                    let result = libc::msync(memory.add(offset).cast(), count, libc::MS_SYNC);
                    (result, grwl_module_posix::call::errno())
                }
            });
            match result {
                (-1, errno) => Err(thread.os_error(errno)),
                _ => Ok(none()),
            }
        },
    )
}

pub(crate) fn advise(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [option, start, count] = args.unpack::<3>(thread, "madvise", 1)?;
    let option = grwl_types_text::arguments::c_int(thread, option.unwrap_or_else(none))?;
    let start = match start {
        Some(start) => size(thread, start)?,
        None => 0,
    };
    let this = own(value);
    let length = this.open_length(thread)?;
    let count = match count.and_then(ValueExt::not_none) {
        Some(count) => size(thread, count)?,
        None => length as isize,
    };
    let Some(start) = usize::try_from(start).ok().filter(|&start| start < length) else {
        return Err(thread.value_error("madvise start out of bounds"));
    };
    let Ok(count) = usize::try_from(count) else {
        return Err(thread.value_error("madvise length invalid"));
    };
    if isize::MAX as usize - start < count {
        return Err(thread.overflow_error("madvise length too large"));
    }
    Mmap::work(
        this,
        thread,
        |_, _, length| {
            if start >= length {
                return Err("madvise start out of bounds");
            }
            Ok(count.min(length - start))
        },
        |thread, count, memory, _| {
            let result = thread.safe(|| {
                // SAFETY: inside the mapping, which stays in place; what the advice does is the program's affair.
                unsafe {
                    let result = libc::madvise(memory.add(start).cast(), count, option);
                    (result, grwl_module_posix::call::errno())
                }
            });
            match result {
                (0, _) => Ok(none()),
                (_, errno) => Err(thread.os_error(errno)),
            }
        },
    )
}

pub(crate) fn move_bytes(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [to, from, count] = args.unpack::<3>(thread, "move", 3)?;
    let mut numbers = [0; 3];
    for (number, value) in numbers.iter_mut().zip([to, from, count]) {
        *number = size(thread, value.unwrap_or_else(none))?;
    }
    let this = own(value);
    this.open_length(thread)?;
    this.check_writable(thread)?;
    Mmap::work(
        this,
        thread,
        |_, _, length| {
            const WRONG: &str = "source, destination, or count out of range";
            let mut places = [0; 3];
            for (place, number) in places.iter_mut().zip(numbers) {
                *place = usize::try_from(number).map_err(|_| WRONG)?;
            }
            let [to, from, count] = places;
            let fits = |start: usize| start <= length && length - start >= count;
            if fits(to) && fits(from) {
                Ok((to, from, count))
            } else {
                Err(WRONG)
            }
        },
        |thread, (to, from, count), memory, _| {
            thread.safe(|| {
                exclusively(&this.content, || {
                    // SAFETY: inside the mapping, which stays in place and may be written.
                    unsafe { std::ptr::copy(memory.add(from), memory.add(to), count) }
                });
            });
            Ok(none())
        },
    )
}
