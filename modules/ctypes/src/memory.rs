//! Bytes that C sees: reading and writing them while other threads may do so too.
//!
//! An item of one, two, four or eight bytes at a multiple of its size is read and written by one instruction; anything else byte by byte, so that who
//! reads it meanwhile may see a part of it. Bits of an item are changed by a compare-and-swap: no write beside them is lost.

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

const R: Ordering = Ordering::Relaxed;

fn is_aligned(place: *mut u8, size: usize) -> bool {
    place.addr().is_multiple_of(size)
}

/// Reads an item of up to eight bytes: its bytes in their order, zeroes behind them.
///
/// # Safety
/// The memory is there.
pub(crate) unsafe fn load(place: *mut u8, size: usize) -> [u8; 8] {
    let mut bytes = [0; 8];
    // SAFETY: the caller's promise; the alignment is looked at.
    unsafe {
        match size {
            1 => bytes[0] = AtomicU8::from_ptr(place).load(R),
            2 if is_aligned(place, 2) => {
                let item = AtomicU16::from_ptr(place.cast()).load(R);
                bytes[..2].copy_from_slice(&item.to_ne_bytes());
            }
            4 if is_aligned(place, 4) => {
                let item = AtomicU32::from_ptr(place.cast()).load(R);
                bytes[..4].copy_from_slice(&item.to_ne_bytes());
            }
            8 if is_aligned(place, 8) => {
                bytes = AtomicU64::from_ptr(place.cast()).load(R).to_ne_bytes();
            }
            _ => copy(place, bytes.as_mut_ptr(), size.min(8)),
        }
    }
    bytes
}

/// Writes an item of any length.
///
/// # Safety
/// The memory is there.
pub(crate) unsafe fn store(place: *mut u8, bytes: &[u8]) {
    // SAFETY: the caller's promise; the alignment is looked at.
    unsafe {
        match *bytes {
            [a] => AtomicU8::from_ptr(place).store(a, R),
            [a, b] if is_aligned(place, 2) => {
                AtomicU16::from_ptr(place.cast()).store(u16::from_ne_bytes([a, b]), R);
            }
            [a, b, c, d] if is_aligned(place, 4) => {
                AtomicU32::from_ptr(place.cast()).store(u32::from_ne_bytes([a, b, c, d]), R);
            }
            [a, b, c, d, e, f, g, h] if is_aligned(place, 8) => {
                let item = u64::from_ne_bytes([a, b, c, d, e, f, g, h]);
                AtomicU64::from_ptr(place.cast()).store(item, R);
            }
            _ => copy(bytes.as_ptr().cast_mut(), place, bytes.len()),
        }
    }
}

/// Copies bytes; the two ranges may overlap.
///
/// # Safety
/// The memory is there.
pub(crate) unsafe fn copy(from: *mut u8, to: *mut u8, length: usize) {
    if length > 0 {
        // SAFETY: the caller's promise; racing writers change bytes, nothing else.
        unsafe { std::ptr::copy(from, to, length) };
    }
}

/// The bytes, copied.
///
/// # Safety
/// The memory is there.
pub(crate) unsafe fn to_vec(from: *mut u8, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    // SAFETY: the caller's promise.
    unsafe { copy(from, bytes.as_mut_ptr(), length) };
    bytes
}

/// Changes an item of one, two, four or eight bytes as a number, without losing what others write into it.
///
/// `false`: the item is not at a multiple of its size, and was changed in two steps.
///
/// # Safety
/// The memory is there.
pub(crate) unsafe fn update(place: *mut u8, size: usize, change: impl Fn(u64) -> u64) -> bool {
    // SAFETY: the caller's promise; the alignment is looked at.
    unsafe {
        match size {
            1 => {
                let item = AtomicU8::from_ptr(place);
                let _ = item.fetch_update(R, R, |now| Some(change(now.into()) as u8));
            }
            2 if is_aligned(place, 2) => {
                let item = AtomicU16::from_ptr(place.cast());
                let _ = item.fetch_update(R, R, |now| Some(change(now.into()) as u16));
            }
            4 if is_aligned(place, 4) => {
                let item = AtomicU32::from_ptr(place.cast());
                let _ = item.fetch_update(R, R, |now| Some(change(now.into()) as u32));
            }
            8 if is_aligned(place, 8) => {
                let item = AtomicU64::from_ptr(place.cast());
                let _ = item.fetch_update(R, R, |now| Some(change(now)));
            }
            _ => {
                let now = u64::from_ne_bytes(load(place, size)) & low_bits(size * 8);
                let new = change(now).to_ne_bytes();
                if cfg!(target_endian = "big") {
                    store(place, &new[8 - size..]);
                } else {
                    store(place, &new[..size]);
                }
                return false;
            }
        }
    }
    true
}

/// So many ones, at the low end.
pub(crate) const fn low_bits(count: usize) -> u64 {
    if count >= 64 {
        u64::MAX
    } else {
        (1 << count) - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_all_sizes_at_all_places() {
        let mut memory = [0u8; 32];
        let first = memory.as_mut_ptr();
        for size in [1usize, 2, 3, 4, 8] {
            for offset in 0..9 {
                let bytes: Vec<u8> = (1..=size as u8).collect();
                // SAFETY: inside the array.
                unsafe {
                    store(first.add(offset), &bytes);
                    assert_eq!(load(first.add(offset), size)[..size], bytes[..]);
                }
            }
        }
    }

    #[test]
    fn updates_keep_the_bytes_beside_them() {
        let mut memory = [0xffu8; 32];
        let first = memory.as_mut_ptr();
        for offset in 0..8 {
            // SAFETY: inside the array.
            unsafe {
                update(first.add(8 + offset), 4, |now| now & 0xffff_0000);
                assert_eq!(load(first.add(8 + offset), 4)[..4], [0, 0, 0xff, 0xff]);
                assert_eq!(load(first.add(12 + offset), 1)[0], 0xff);
                update(first.add(8 + offset), 4, |_| 0xffff_ffff);
            }
        }
    }

    #[test]
    fn racing_updates_are_not_lost() {
        let word = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for bit in 0..4 {
                let word = &word;
                scope.spawn(move || {
                    for round in 0..1000u64 {
                        let value = round & 1;
                        // SAFETY: the word lives on.
                        unsafe {
                            update(word.as_ptr().cast(), 8, |now| {
                                now & !(1 << bit) | value << bit
                            });
                        }
                    }
                });
            }
        });
        assert_eq!(word.load(R), 0b1111);
    }
}
