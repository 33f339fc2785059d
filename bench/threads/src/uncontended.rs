//! Primitives that nobody else wants at the moment: what a thread pays alone.
//!
//! One iteration is: entering and leaving a Safe region, locking and unlocking a
//! mutex, or passing a safepoint at which nothing is asked. The loop around
//! it is the same each time and is measured by itself too ([`empty_loop`]).

use crate::clock::timed_on_cpu;
use crate::object::repeat;
use crate::{Workload, rwlock_runtime};

/// The loop that the others stand in.
pub fn empty_loop() -> Workload {
    #[inline(never)]
    fn looped(iterations: u64) {
        repeat(iterations, |_| {});
    }
    Box::new(|iterations| timed_on_cpu(|| looped(iterations)))
}

/// [`Mutator::safe`](grwl_threads::Mutator::safe) around nothing.
pub fn safe_region() -> Workload {
    #[inline(never)]
    fn looped(mutator: &mut grwl_threads::Mutator, iterations: u64) {
        repeat(iterations, |_| {
            mutator.safe(|| ());
        });
    }
    let mut mutator = rwlock_runtime().attach().expect("the first thread");
    Box::new(move |iterations| timed_on_cpu(|| looped(&mut mutator, iterations)))
}

/// The safepoint's fast path.
pub fn poll() -> Workload {
    #[inline(never)]
    fn looped(mutator: &mut grwl_threads::Mutator, iterations: u64) {
        repeat(iterations, |_| {
            let events = mutator.poll();
            debug_assert!(events.is_empty());
        });
    }
    let mut mutator = rwlock_runtime().attach().expect("the first thread");
    Box::new(move |iterations| timed_on_cpu(|| looped(&mut mutator, iterations)))
}

/// `parking_lot::Mutex`.
pub fn parking_lot_mutex() -> Workload {
    #[inline(never)]
    fn looped(mutex: &parking_lot::Mutex<()>, iterations: u64) {
        repeat(iterations, |_| {
            let _guard = mutex.lock();
        });
    }
    let mutex = Box::new(parking_lot::Mutex::new(()));
    Box::new(move |iterations| timed_on_cpu(|| looped(&mutex, iterations)))
}

/// `std::sync::Mutex`.
pub fn std_mutex() -> Workload {
    #[inline(never)]
    fn looped(mutex: &std::sync::Mutex<()>, iterations: u64) {
        repeat(iterations, |_| {
            let _guard = mutex.lock().expect("nobody panics");
        });
    }
    let mutex = Box::new(std::sync::Mutex::new(()));
    Box::new(move |iterations| timed_on_cpu(|| looped(&mutex, iterations)))
}
