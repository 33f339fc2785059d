//! Random preemption at safepoints: `GRWL_STRESS=seed`.
//!
//! With a seed, every thread's poll word has the `STRESS` bit set for ever, so each
//! safepoint takes the slow path and comes here, where a random number decides: go on, yield,
//! sleep, hand the GIL over, handshake with everybody, or stop the world. Without a
//! seed the bit is never set and nothing is looked at.
//!
//! The numbers of one thread depend on the seed, its id and how many bearers
//! the id had, so a run is repeatable as far as the system's scheduler is.

#[cfg(not(loom))]
use std::time::Duration;

use crate::mutator::Mutator;
use crate::sync::thread;
use crate::thread_state::ThreadState;

impl ThreadState {
    /// Starts a new bearer's random numbers.
    pub(crate) fn seed_stress(&self, seed: u64, serial: u64) {
        let mixed = seed ^ (u64::from(self.id) << 32) ^ serial;
        // Never zero, which xorshift would stay at.
        self.random
            .set(mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    }

    /// xorshift64* (Vigna 2016).
    fn next_random(&self) -> u64 {
        let mut x = self.random.get();
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        self.random.set(x);
        x.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32
    }
}

impl Mutator {
    /// Does what the next random number says.
    #[cold]
    pub(crate) fn perturb(&mut self) {
        let random = self.state().next_random();
        match random % 256 {
            0..32 => self.safe(thread::yield_now),
            #[cfg(not(loom))]
            32..36 => self.safe(|| thread::sleep(Duration::from_micros(random >> 8 & 63))),
            36..48 => self.switch(),
            48..52 => {
                self.handshake_all(|_| ());
            }
            52 if self.state().stop_depth.get() == 0 => drop(self.stop_the_world()),
            _ => {}
        }
    }
}
