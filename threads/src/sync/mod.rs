//! The one door to atomics, cells, mutexes, futexes, the parking lot and
//! thread spawning.
//!
//! Purpose: every shared word of this crate goes through this module, so that
//! the same source runs on the real machine (`native`) and inside loom
//! (`model`, under `cfg(loom)`), where each execution that the memory model
//! allows is tried.
//!
//! Rules for the rest of the crate:
//! - no `std::sync::atomic`, `std::thread` or `parking_lot_core` outside this
//!   folder;
//! - a Dekker pair ("I store mine, then look at yours") is a store, a
//!   `fence(SeqCst)` and a load on both sides. Loom treats `SeqCst` accesses as
//!   `AcqRel` and models only the fences exactly, so a protocol that leans on
//!   `SeqCst` accesses could not be proved;
//! - directly after a read-modify-write the fence is [`fence_after_rmw`], which
//!   costs nothing on x86-64.

#[cfg(not(loom))]
mod native;
#[cfg(not(loom))]
use native as imp;

#[cfg(loom)]
mod model;
#[cfg(loom)]
use model as imp;

pub mod weaken;

pub use imp::{
    AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Deadline, Futex, Mutex,
    MutexGuard, Ordering, UnsafeCell, fence, fence_after_rmw, lot, model_failed, spin_hint,
    spin_until, stay_awake, thread,
};

/// For statistics that no protocol depends on: usable in statics, and no
/// business of loom's.
pub use std::sync::atomic::AtomicU32 as StatisticU32;

/// Thread states in one chunk of the registry's table.
pub const REGISTRY_CHUNK: usize = if cfg!(loom) { 4 } else { 256 };

/// Largest number of threads alive at one time. Ids are 16 bits wide, 0 means
/// "no owner", and the few above this are kept back.
pub const MAX_THREADS: usize = if cfg!(loom) { 4 } else { 65_000 };
