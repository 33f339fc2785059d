//! One thread's bed: it sleeps here, anybody may wake it.
//!
//! Protocol: a token that is there or not. `unpark` leaves the token; `park`
//! takes it, sleeping until there is one. A token may come late or be meant
//! for an earlier wait, so every caller of `park` looks at its own condition
//! again; every waker stores the condition first and then calls `unpark`.
//!
//! | word | means | next |
//! |---|---|---|
//! | `EMPTY` | awake, no token | `park` -> `ASLEEP`, `unpark` -> `TOKEN` |
//! | `ASLEEP` | sleeping, or about to | `unpark` -> `TOKEN` and wake |
//! | `TOKEN` | a token waits | `park` -> `EMPTY` at once |
//!
//! `unpark` is async-signal-safe: one swap, at most one system call, no lock.

use crate::sync::weaken::{self, Weakening};
use crate::sync::{Deadline, Futex, Ordering};

const EMPTY: u32 = 0;
const TOKEN: u32 = 1;
const ASLEEP: u32 = 2;

/// Where one thread sleeps. See the module's head.
#[derive(Debug)]
pub struct Parker {
    futex: Futex,
}

impl Parker {
    pub(crate) fn new() -> Self {
        Self {
            futex: Futex::new(EMPTY),
        }
    }

    /// Takes the token, sleeping until there is one or the deadline has
    /// passed. False means that the time is up and no token was there. Only the
    /// thread to which the parker belongs calls this.
    pub(crate) fn park(&self, deadline: Option<&Deadline>) -> bool {
        let word = self.futex.word();
        if weaken::active(Weakening::ParkerRecheck) {
            word.store(ASLEEP, Ordering::Relaxed);
        } else if word
            // Acquire: partner is the swap in `unpark`.
            .compare_exchange(EMPTY, ASLEEP, Ordering::Acquire, Ordering::Acquire)
            .is_err()
        {
            // Acquire: as above. Nobody but us leaves the state TOKEN.
            word.swap(EMPTY, Ordering::Acquire);
            return true;
        }
        loop {
            let in_time = self.futex.wait(ASLEEP, deadline);
            // Acquire: as above.
            if word.load(Ordering::Acquire) == TOKEN || !in_time {
                // A token that came together with the end of the time counts.
                return word.swap(EMPTY, Ordering::Acquire) == TOKEN;
            }
        }
    }

    /// Leaves a token and wakes the sleeper.
    pub(crate) fn unpark(&self) {
        // Release: partner is the Acquire in `park`; what the waker stored
        // before is what the sleeper's condition reads.
        if self.futex.word().swap(TOKEN, Ordering::Release) == ASLEEP {
            self.futex.wake_one();
        }
    }

    /// Forgets what other threads had begun. For the child of a `fork`.
    #[cfg(not(loom))]
    pub(crate) fn reset(&self) {
        self.futex.word().store(EMPTY, Ordering::Relaxed);
    }

    /// Lets every deadline pass.
    #[cfg(loom)]
    pub fn expire(&self) {
        self.futex.expire();
    }
}
