//! Mutations of an object by the only thread that uses it: what each kind of lock
//! adds to them.
//!
//! One iteration is: take the lock, store into the slot that the loop's counter
//! names (or append), release the lock. No safepoint stands in the loops.

use grwl_threads::{BiasedLock, Mutator};

use crate::clock::timed_on_cpu;
use crate::object::{Object, repeat};
use crate::{Workload, rwlock_runtime};

/// Without any lock.
pub fn plain() -> Workload {
    let object = Object::shared();
    Box::new(move |iterations| timed_on_cpu(|| store_plain(&object, iterations)))
}

/// Under the object's own lock, which is biased to this thread.
pub fn biased() -> Workload {
    let mut mutator = rwlock_runtime().attach().expect("the first thread");
    let object = Object::biased(&mutator);
    Box::new(move |iterations| timed_on_cpu(|| store_locked(&object, &mut mutator, iterations)))
}

/// Under the object's own lock, which is shared, and free each time.
pub fn shared() -> Workload {
    let mut mutator = rwlock_runtime().attach().expect("the first thread");
    let object = Object::shared();
    Box::new(move |iterations| timed_on_cpu(|| store_locked(&object, &mut mutator, iterations)))
}

/// Under a `parking_lot::Mutex`.
pub fn parking_lot_mutex() -> Workload {
    let object = Object::under(parking_lot::Mutex::new(()));
    Box::new(move |iterations| timed_on_cpu(|| store_parking_lot(&object, iterations)))
}

/// Under a `std::sync::Mutex`.
pub fn std_mutex() -> Workload {
    let object = Object::under(std::sync::Mutex::new(()));
    Box::new(move |iterations| timed_on_cpu(|| store_std(&object, iterations)))
}

/// An append instead of a store, without any lock.
pub fn append_plain() -> Workload {
    #[inline(never)]
    fn looped(object: &Object<BiasedLock>, iterations: u64) {
        repeat(iterations, |i| object.append(i));
    }
    let object = Object::shared();
    Box::new(move |iterations| timed_on_cpu(|| looped(&object, iterations)))
}

/// An append instead of a store, biased to this thread.
pub fn append_biased() -> Workload {
    #[inline(never)]
    fn looped(object: &Object<BiasedLock>, mutator: &mut Mutator, iterations: u64) {
        repeat(iterations, |i| {
            let _guard = object.lock.lock(mutator);
            object.append(i);
        });
    }
    let mut mutator = rwlock_runtime().attach().expect("the first thread");
    let object = Object::biased(&mutator);
    Box::new(move |iterations| timed_on_cpu(|| looped(&object, &mut mutator, iterations)))
}

#[inline(never)]
fn store_plain(object: &Object<BiasedLock>, iterations: u64) {
    repeat(iterations, |i| object.store(i));
}

/// The same code whether the lock is biased or shared.
#[inline(never)]
pub(crate) fn store_locked(object: &Object<BiasedLock>, mutator: &mut Mutator, iterations: u64) {
    repeat(iterations, |i| {
        let _guard = object.lock.lock(mutator);
        object.store(i);
    });
}

#[inline(never)]
pub(crate) fn store_parking_lot(object: &Object<parking_lot::Mutex<()>>, iterations: u64) {
    repeat(iterations, |i| {
        let _guard = object.lock.lock();
        object.store(i);
    });
}

#[inline(never)]
pub(crate) fn store_std(object: &Object<std::sync::Mutex<()>>, iterations: u64) {
    repeat(iterations, |i| {
        let _guard = object.lock.lock().expect("nobody panics");
        object.store(i);
    });
}
