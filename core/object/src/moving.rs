//! Marks on the storage of a container (a list's array, a dict's table, the bytes of a bytearray: `raw_storage`) for changes that take several stores.
//!
//! A reader without a lock sees each store for itself. What shows elements in their old and new places, or half of the values of an
//! `update`, must not be taken for a copy of one moment, even if nothing moves while it is read: the writer may be suspended in the middle.
//!
//! ## Protocol
//! - The mark is a counter in the storage's header, in the place of the lock word: a storage is never locked, its container is. Odd: a change is under way.
//! - A writer, who holds the container's lock, calls [`begin`], changes, calls [`end`]; between them there is no safepoint. A storage that takes the place of a marked one
//!   is marked before it is published ([`inherit`]); the old one stays marked.
//! - A reader asks for the [`version`], reads, and asks whether [`is_same`]. It writes nothing.

use std::sync::atomic::fence;

use grwl_heap::Header;
use grwl_threads::BiasedLock;
use grwl_threads::sync::{AtomicU32, Ordering};

const _: () = assert!(size_of::<BiasedLock>() == size_of::<AtomicU32>());

#[inline(always)]
fn word(storage: &Header) -> &AtomicU32 {
    // SAFETY: a lock is one atomic word, whose other uses are those of a lock; a storage has none of them.
    unsafe { &*(&raw const storage.lock).cast::<AtomicU32>() }
}

/// Begins counting. For a storage that nobody else knows.
#[inline(always)]
pub(crate) fn prepare(storage: &Header) {
    word(storage).store(0, Ordering::Relaxed);
}

/// What [`is_same`] wants to know; `None`: a change is under way.
#[inline]
pub(crate) fn version(storage: &Header) -> Option<u32> {
    // Acquire: partner is the Release in `end`.
    let version = word(storage).load(Ordering::Acquire);
    (version & 1 == 0).then_some(version)
}

/// Has no marked change begun since?
#[inline]
pub(crate) fn is_same(storage: &Header, version: u32) -> bool {
    // Partner is the fence in `begin`: who has read a slot of the change sees the mark.
    fence(Ordering::Acquire);
    word(storage).load(Ordering::Relaxed) == version
}

/// Marks a change; `false`: there is a mark already, which somebody else ends.
#[inline]
pub(crate) fn begin(storage: &Header) -> bool {
    let version = word(storage).load(Ordering::Relaxed);
    if version & 1 != 0 {
        return false;
    }
    word(storage).store(version + 1, Ordering::Relaxed);
    fence(Ordering::Release);
    true
}

/// The change is complete.
#[inline]
pub(crate) fn end(storage: &Header) {
    let version = word(storage).load(Ordering::Relaxed);
    word(storage).store((version | 1).wrapping_add(1), Ordering::Release);
}

/// Marks a storage that is about to take another's place if that is marked.
#[inline]
pub(crate) fn inherit(new: &Header, old: &Header) {
    if word(old).load(Ordering::Relaxed) & 1 != 0 {
        begin(new);
    }
}
