//! A lock in Python's sense: anybody may release it, waiting can time out and
//! be interrupted. `_thread.lock` is this; RLock, Condition and Event are built on
//! it as CPython's `threading` does, or on [`WaitQueue`] directly.
//!
//! | word | means |
//! |---|---|
//! | 0 | unlocked, nobody waits |
//! | `LOCKED` | locked, nobody waits |
//! | `LOCKED | WAITED` | locked, threads stand in the queue |
//! | `WAITED` | unlocked, threads stand in the queue (one has just been woken) |
//!
//! The upper bits say who had the lock last and how often it was used, see `turns`: hints, on which nothing depends but how long a thread waits.
//!
//! Taking a free lock is one compare-and-swap; a thread may overtake waiters
//! that way. In rwlock mode a thread that finds it locked looks again a few times before it stands
//! in the queue, if nobody does: most locks are held for a moment. A thread that has waited a millisecond gets the lock handed
//! over, so nobody starves; but not at the program's end, when who waits sleeps for ever.

use std::time::{Duration, Instant};

use crate::mutator::Mutator;
use crate::runtime::Mode;
use crate::sync::lot::Spinner;
use crate::sync::{AtomicU32, Ordering};
use crate::turns::{self, TAG};
use crate::wait_queue::{Limits, WaitQueue, Wake};

const LOCKED: u32 = 1;
const WAITED: u32 = 2;

const COMPETE: u8 = 0;
const HANDED_OVER: u8 = 1;

/// After this long a waiter gets the lock handed over.
const TIME_TO_BE_FAIR: Duration = Duration::from_millis(1);

/// How an attempt to take a [`Lock`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the lock may not have been taken"]
pub enum Acquired {
    /// It is taken.
    Yes,
    /// The deadline passed first.
    TimedOut,
    /// An event came first; it is still there to be taken. Callers that handle
    /// it and go on waiting keep their deadline.
    Interrupted,
}

/// The lock was not locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotLocked;

impl std::fmt::Display for NotLocked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("release unlocked lock")
    }
}

impl std::error::Error for NotLocked {}

/// See the module's head.
#[derive(Debug)]
pub struct Lock {
    word: AtomicU32,
    queue: WaitQueue,
}

impl Default for Lock {
    fn default() -> Self {
        Self::new()
    }
}

impl Lock {
    /// An unlocked lock.
    pub fn new() -> Self {
        Self {
            word: AtomicU32::new(0),
            queue: WaitQueue::new(),
        }
    }

    /// Is it locked? Reads only.
    #[inline]
    pub fn is_locked(&self) -> bool {
        self.word.load(Ordering::Relaxed) & LOCKED != 0
    }

    /// Takes the lock if it is free. No safepoint.
    #[inline]
    pub fn try_acquire(&self) -> bool {
        self.take(0)
    }

    /// Takes the lock if it is free and nobody has had it since the caller (as far as its word tells). No safepoint; for the first try before
    /// [`acquire`](Self::acquire).
    #[inline]
    pub fn try_retake(&self, mutator: &Mutator) -> bool {
        let word = self.word.load(Ordering::Relaxed);
        let (last, tag) = (word & (LOCKED | WAITED | TAG), mutator.tag());
        let taken = word | tag | LOCKED;
        (last == tag || last == 0)
            && self
                .word
                // Acquire: partner is the Release in `release`.
                .compare_exchange(word, taken, Ordering::Acquire, Ordering::Relaxed)
                .is_ok()
    }

    /// Takes the lock if it is free, for the thread of `tag`.
    #[inline]
    fn take(&self, tag: u32) -> bool {
        let mut word = self.word.load(Ordering::Relaxed);
        while word & LOCKED == 0 {
            // Acquire: partner is the Release in `release`.
            match self.word.compare_exchange(
                word,
                word & !TAG | tag | LOCKED,
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    /// Takes the lock, waiting as `limits` allow. A safepoint if it must wait.
    #[inline]
    pub fn acquire(&self, mutator: &mut Mutator, limits: &Limits) -> Acquired {
        if self.try_retake(mutator) {
            return Acquired::Yes;
        }
        self.acquire_slow(mutator, limits)
    }

    /// Looks again a few times; true if it is taken.
    fn spin(&self, tag: u32) -> bool {
        let mut spinner = Spinner::short();
        loop {
            match self.word.load(Ordering::Relaxed) & (LOCKED | WAITED) {
                LOCKED => {}
                0 if self.take(tag) => return true,
                0 => {}
                // Others sleep: it is held for long.
                _ => return false,
            }
            if !spinner.spin() {
                return false;
            }
        }
    }

    #[cold]
    fn acquire_slow(&self, mutator: &mut Mutator, limits: &Limits) -> Acquired {
        let tag = mutator.tag();
        let look = || self.word.load(Ordering::Relaxed);
        if turns::is_anothers(look(), tag) {
            let address = std::ptr::from_ref(self) as usize;
            mutator.give_way_at_guard(address, limits.deadline.is_none(), look);
        }
        // In global mode the holder runs only when we do not.
        if self.take(tag) || mutator.runtime().mode() == Mode::RwLock && self.spin(tag) {
            return Acquired::Yes;
        }
        let since = Some(Instant::now());
        loop {
            // Marks the word as waited for; fails if the lock is free.
            let needed = || {
                let mut word = self.word.load(Ordering::Relaxed);
                while word & LOCKED != 0 {
                    match self.word.compare_exchange(
                        word,
                        word | WAITED,
                        Ordering::Relaxed,
                        Ordering::Relaxed,
                    ) {
                        Ok(_) => return true,
                        Err(now) => word = now,
                    }
                }
                false
            };
            match self.queue.wait(mutator, limits, since, needed) {
                Wake::Woken(HANDED_OVER) => return Acquired::Yes,
                Wake::Woken(_) | Wake::NotNeeded => {
                    if self.take(tag) {
                        return Acquired::Yes;
                    }
                }
                Wake::TimedOut => return Acquired::TimedOut,
                Wake::Interrupted => return Acquired::Interrupted,
            }
        }
    }

    /// Releases the lock, whoever took it.
    ///
    /// # Errors
    /// If it is not locked.
    #[inline]
    pub fn release(&self, mutator: &mut Mutator) -> Result<(), NotLocked> {
        let word = self.word.load(Ordering::Relaxed);
        if word & LOCKED == 0 {
            return Err(NotLocked);
        }
        let is_released = word & WAITED == 0
            && self
                .word
                // Release: partner is the Acquire in `take`.
                .compare_exchange(
                    word,
                    turns::used(word & !LOCKED),
                    Ordering::Release,
                    Ordering::Relaxed,
                )
                .is_ok();
        if is_released {
            Ok(())
        } else {
            self.release_slow(mutator)
        }
    }

    #[cold]
    fn release_slow(&self, mutator: &mut Mutator) -> Result<(), NotLocked> {
        let mut result = Ok(());
        let is_closed = mutator.runtime().is_closed();
        self.queue.wake_one(mutator, |first| {
            let more = first.is_some_and(|first| first.more);
            let waited = if more { WAITED } else { 0 };
            // Two threads may release at once; one of them is wrong. The queue's
            // lock makes the look and the stores below one step among slow paths;
            // the compare-and-swap among all.
            let fair = !is_closed && first.is_some_and(|first| first.waited >= TIME_TO_BE_FAIR);
            let (new, message) = if fair {
                (LOCKED | waited, HANDED_OVER)
            } else {
                (waited, COMPETE)
            };
            let after = |word: u32| turns::used(word & !(LOCKED | WAITED)) | new;
            let mut word = self.word.load(Ordering::Relaxed);
            loop {
                if word & LOCKED == 0 {
                    result = Err(NotLocked);
                    // The one taken out of the line competes: at worst it
                    // finds the lock taken and joins the line again.
                    return COMPETE;
                }
                // Release: partner is the Acquire in `take`, and for the
                // hand-over the node's status.
                match self.word.compare_exchange(
                    word,
                    after(word),
                    Ordering::Release,
                    Ordering::Relaxed,
                ) {
                    Ok(_) => return message,
                    Err(now) => word = now,
                }
            }
        });
        result
    }
}
