//! Plain memory that shows when exclusion is broken: nothing here is atomic where the core
//! promises that one thread at a time is there.

use std::cell::UnsafeCell;
use std::ptr::{read_volatile, write_volatile};

use grwl_threads::{Mutator, StoppedWorld};

/// Two equal numbers that only the thread that has stopped the world changes, one
/// after the other, and that any Running thread may read.
pub struct StoppedPair([UnsafeCell<u64>; 2]);

// SAFETY: written with the world stopped, read by Running threads; that these never
// meet is what the tests prove.
unsafe impl Sync for StoppedPair {}

impl StoppedPair {
    pub const fn new() -> Self {
        Self([UnsafeCell::new(0), UnsafeCell::new(0)])
    }

    /// Adds one to both, slowly.
    pub fn bump(&self, _proof: &StoppedWorld) {
        let [left, right] = &self.0;
        // SAFETY: the world is stopped, so nobody else is here. Volatile, so that the two
        // stores stay apart.
        unsafe {
            write_volatile(left.get(), read_volatile(left.get()) + 1);
            for _ in 0..20 {
                std::hint::spin_loop();
            }
            write_volatile(right.get(), read_volatile(right.get()) + 1);
        }
    }

    /// Reads both and checks that they are equal.
    pub fn read(&self, _proof: &Mutator) -> u64 {
        let [left, right] = &self.0;
        // SAFETY: the caller is Running, so nobody writes.
        let (left, right) = unsafe { (read_volatile(left.get()), read_volatile(right.get())) };
        assert_eq!(left, right, "a Running thread saw a stop's work half done");
        left
    }
}

/// A value that belongs to whoever has the right to it for the moment, be it a lock's
/// holder, the Running thread of global mode, or the writer.
#[derive(Debug, Default)]
pub struct Guarded<T>(UnsafeCell<T>);

// SAFETY: the users of `with` promise exclusion.
unsafe impl<T: Send> Sync for Guarded<T> {}

impl<T> Guarded<T> {
    pub const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }

    /// Hands the value to `act`.
    ///
    /// # Safety
    /// No other thread is in here meanwhile, and what the last one did
    /// happens before this.
    pub unsafe fn with<R>(&self, act: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: the caller's promise.
        act(unsafe { &mut *self.0.get() })
    }

    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl Guarded<u64> {
    /// Adds one in two separate steps, so that a second thread in here makes the sum wrong.
    ///
    /// # Safety
    /// As [`with`](Self::with).
    pub unsafe fn increment(&self) {
        // SAFETY: the caller's promise.
        unsafe {
            let before = read_volatile(self.0.get());
            for _ in 0..4 {
                std::hint::spin_loop();
            }
            write_volatile(self.0.get(), before + 1);
        }
    }
}
