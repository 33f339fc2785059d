//! Storages of raw bytes: where a bytearray or an array keeps its items.
//!
//! A storage is a cell laid out as a `bytes`, which Python never sees. Who changes several of its bytes marks it meanwhile (see `moving`), so that a reader without a lock
//! can tell a copy of one moment from one that a change came into.
//!
//! ## Protocol
//! - All that is done under the container's lock runs within [`changing`]; a storage that takes another's place is [`join`]ed to the change before it is published.
//! - A reader's work runs within [`reading`]; if that gives up, the reader takes the lock.

use crate::bytes::Bytes;
use crate::cell::Ref;
use crate::moving;
use crate::result::PyResult;
use crate::thread::Thread;
use crate::types;

/// How often a reader tries without the lock.
const READINGS: usize = 4;

/// A storage with these bytes.
///
/// # Errors
/// `MemoryError`
pub fn new(thread: &Thread, bytes: &[u8]) -> PyResult<Ref<Bytes>> {
    let storage = Bytes::new(thread, bytes)?;
    moving::prepare(storage.header());
    Ok(storage)
}

/// A storage of so many zeroes.
///
/// # Errors
/// `MemoryError`
pub fn zeroed(thread: &Thread, room: usize) -> PyResult<Ref<Bytes>> {
    let storage = Bytes::filled(thread, &types::BYTES, room, |_| {})?;
    moving::prepare(storage.header());
    Ok(storage)
}

/// Runs `act`, which changes what `stored` returns, and may change which that is. The container's lock is held.
#[inline]
pub fn changing<R>(stored: impl Fn() -> Option<Ref<Bytes>>, act: impl FnOnce() -> R) -> R {
    if let Some(storage) = stored() {
        moving::begin(storage.header());
    }
    let result = act();
    if let Some(storage) = stored() {
        moving::end(storage.header());
    }
    result
}

/// A new storage is about to be published within a change.
#[inline]
pub fn join(storage: Ref<Bytes>) {
    moving::begin(storage.header());
}

/// Runs `read`, which looks at what `stored` returns, until no change came into it; `None`: one always did.
pub fn reading<R>(
    stored: impl Fn() -> Option<Ref<Bytes>>,
    mut read: impl FnMut() -> R,
) -> Option<R> {
    for _ in 0..READINGS {
        let storage = stored();
        let version = match storage {
            None => None,
            Some(storage) => match moving::version(storage.header()) {
                None => continue,
                version => version,
            },
        };
        let result = read();
        let is_same = match (storage, version) {
            (Some(storage), Some(version)) => moving::is_same(storage.header(), version),
            _ => true,
        };
        if is_same && stored() == storage {
            return Some(result);
        }
    }
    None
}
