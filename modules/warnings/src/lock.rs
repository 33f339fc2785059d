//! The lock of the filters: re-entrant, one for the process. It is held while Python code runs; who waits is in a Safe region.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use grwl_object::Thread;
use grwl_threads::{Acquired, Limits, Lock};

static LOCK: LazyLock<Lock> = LazyLock::new(Lock::new);
/// The thread that has the lock, plus one; 0: nobody. Only the owner changes `DEPTH`.
static OWNER: AtomicU64 = AtomicU64::new(0);
static DEPTH: AtomicU64 = AtomicU64::new(0);

fn me(thread: &Thread) -> u64 {
    u64::from(thread.mutator().id()) + 1
}

/// Does the calling thread have it?
pub(crate) fn is_held(thread: &Thread) -> bool {
    OWNER.load(Ordering::Relaxed) == me(thread)
}

/// Takes it, once more if the thread has it.
pub(crate) fn acquire(thread: &mut Thread) {
    if !is_held(thread) {
        while LOCK.acquire(thread.mutator_mut(), &Limits::NONE) != Acquired::Yes {}
        OWNER.store(me(thread), Ordering::Relaxed);
    }
    DEPTH.fetch_add(1, Ordering::Relaxed);
}

/// Gives it back once; false: the thread does not have it.
pub(crate) fn release(thread: &mut Thread) -> bool {
    if !is_held(thread) {
        return false;
    }
    if DEPTH.fetch_sub(1, Ordering::Relaxed) == 1 {
        OWNER.store(0, Ordering::Relaxed);
        return LOCK.release(thread.mutator_mut()).is_ok();
    }
    true
}
