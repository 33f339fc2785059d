//! Threads that want the same lock all the time take turns.
//!
//! A lock that another core had last costs who takes it some cache misses: its own line, and those of what it protects. Each takes as long as
//! several uses by one thread alone (a third of a microsecond beside twenty nanoseconds, where this was measured). So two threads that take a lock
//! in turn, use by use, do less together than one of them would. It is better if one has it for many uses while the other waits without touching it.
//!
//! ## Protocol
//! The upper bits of a lock word say who had the lock last ([`TAG`]) and count its uses ([`COUNT`]); the lock's own file says when they change. They are hints: nothing
//! but speed depends on them, tags are shared by several threads, the count wraps.
//!
//! A thread that finds another one's tag has lost the lock to it. It keeps a few locks in mind ([`Rivalry`]). At first it
//! takes the lock as soon as it is free: most locks change hands seldom. If it loses it again and again, it watches for a moment how often the
//! other uses it. If that is seldom, alternating is as good as can be, and it looks less often from then on. If it is often, it gives way: it leaves the lock alone for some time, which grows
//! as long as this goes on, and then takes it. The other does the same, so each has its turn.
//!
//! Who takes a lock of Python's kind from another thread then meets the objects that it guards, whose own locks the other had as well. Those are taken at
//! once: the other waits for the guard, so to watch how it uses the objects, or to leave them to it, would keep it from nothing but the guard.
//!
//! ## Invariants
//! - To give way is a safepoint, before the lock is taken. A thread that waits awake stops waiting when something is asked of it; longer waits are Safe.
//! - Nobody gives way in global mode, nor inside a stop: the other does not run meanwhile.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::mutator::Mutator;
use crate::poll::STRESS;
use crate::sync::{Deadline, Ordering, lot, spin_hint};
use crate::thread_state::ThreadState;

const TAG_SHIFT: u32 = 18;
const COUNT_SHIFT: u32 = 25;

/// The bits of a lock word that name who had the lock last. Zero: nobody knows.
pub(crate) const TAG: u32 = 0x7f << TAG_SHIFT;

/// The bits of a lock word that count how often it was released.
pub(crate) const COUNT: u32 = 0x7f << COUNT_SHIFT;

/// The tag of a thread; not zero.
pub(crate) const fn tag_of(id: u32) -> u32 {
    (id % 127 + 1) << TAG_SHIFT
}

/// The lock word after one more use.
#[inline(always)]
pub(crate) const fn used(word: u32) -> u32 {
    word.wrapping_add(1 << COUNT_SHIFT)
}

/// Was the lock last had by another thread than that of `tag`?
#[inline(always)]
pub(crate) const fn is_anothers(word: u32, tag: u32) -> bool {
    let last = word & TAG;
    last != tag && last != 0
}

/// How long the other's uses are counted.
const WATCH: Duration = Duration::from_micros(2);

/// From so many uses in that time on, the other is given way.
const OFTEN: u32 = 4;

/// How long a thread gives way at first; each further time twice as long.
const FIRST: Duration = Duration::from_micros(10);

/// So many times it waits awake.
const AWAKE: u32 = 3;

/// And then asleep, so long (to which the system adds some fifty microseconds).
const ASLEEP: Duration = Duration::from_micros(300);

/// How often a lock is lost before the other is watched for the first time, and at most.
const PATIENCE: (u8, u8) = (3, 96);

/// What a thread keeps in mind of a lock that it has lost.
#[derive(Clone, Copy)]
struct Rivalry {
    /// The lock's address, or 0.
    lock: usize,
    /// How often it may be lost until the other is watched.
    left: u8,
    /// The same, at the next time.
    patience: u8,
    /// How often this thread has given way.
    given: u8,
}

impl Rivalry {
    const NONE: Self = Self {
        lock: 0,
        left: PATIENCE.0,
        patience: PATIENCE.0,
        given: 0,
    };
}

/// So many objects are thought to be guarded by a lock of Python's kind that a thread has just had to take from another one.
const GUARDED: u8 = 4;

/// The locks that a thread keeps in mind: those that it has lost last. Owner only.
pub(crate) struct Rivalries {
    kept: [Cell<Rivalry>; 8],
    /// The place that the next new lock takes.
    next: Cell<usize>,
    /// So many of the objects' locks that are lost next go with a lock that guards them.
    guarded: Cell<u8>,
}

impl Rivalries {
    pub(crate) const fn new() -> Self {
        Self {
            kept: [const { Cell::new(Rivalry::NONE) }; 8],
            next: Cell::new(0),
            guarded: Cell::new(0),
        }
    }

    /// Where the lock at this address is kept in mind, from now on at least. (Looked up among all: with one place per address, two locks that are taken
    /// together could drive each other out for ever.)
    fn place(&self, lock: usize) -> &Cell<Rivalry> {
        if let Some(known) = self.kept.iter().find(|kept| kept.get().lock == lock) {
            return known;
        }
        let index = self.next.get();
        self.next.set((index + 1) % self.kept.len());
        let place = &self.kept[index];
        place.set(Rivalry {
            lock,
            ..Rivalry::NONE
        });
        place
    }
}

/// Waits awake; false if something is asked of the thread meanwhile.
fn pause(state: &ThreadState, time: Duration) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < time {
        for _ in 0..8 {
            spin_hint();
        }
        if state.poll.load(Ordering::Relaxed) & !STRESS != 0 {
            return false;
        }
    }
    true
}

impl Mutator {
    /// As [`give_way`](Self::give_way), to who has used the object with this lock.
    #[cold]
    pub(crate) fn give_way_at_object(&mut self, lock: usize, look: impl Fn() -> u32) {
        let guarded = &self.state().rivalries.guarded;
        match guarded.get() {
            0 => self.give_way(lock, true, look),
            left => guarded.set(left - 1),
        }
    }

    /// As [`give_way`](Self::give_way), for a lock of Python's kind, which is taken next.
    #[cold]
    pub(crate) fn give_way_at_guard(
        &mut self,
        lock: usize,
        may_sleep: bool,
        look: impl Fn() -> u32,
    ) {
        self.give_way(lock, may_sleep, look);
        self.state().rivalries.guarded.set(GUARDED);
    }

    /// The thread has lost the lock at this address to another one: gives way to it, if that is better for both. `look` loads the lock's word. A safepoint if `may_sleep`.
    fn give_way(&mut self, lock: usize, may_sleep: bool, look: impl Fn() -> u32) {
        let state = self.state();
        if cfg!(loom) || state.global_mode || state.stop_depth.get() > 0 || lot::is_only_processor()
        {
            return;
        }
        let place = state.rivalries.place(lock);
        let mut rivalry = place.get();
        if rivalry.left > 0 {
            rivalry.left -= 1;
            return place.set(rivalry);
        }
        let before = look();
        if !pause(state, WATCH) {
            return;
        }
        let uses = look().wrapping_sub(before) >> COUNT_SHIFT;
        if uses < OFTEN {
            rivalry.patience = (rivalry.patience * 2).min(PATIENCE.1);
            rivalry.left = rivalry.patience;
            rivalry.given = 0;
            return place.set(rivalry);
        }
        let given = u32::from(rivalry.given);
        rivalry.patience = PATIENCE.0;
        rivalry.given = rivalry.given.saturating_add(1);
        place.set(rivalry);
        if given < AWAKE || !may_sleep {
            pause(state, FIRST * (1 << given.min(AWAKE)));
        } else if let Some(deadline) = Deadline::after(ASLEEP) {
            self.safe_parked(|parked| parked.park_until(&deadline));
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn lose(rivalries: &Rivalries, lock: usize) -> u8 {
        let place = rivalries.place(lock);
        let mut rivalry = place.get();
        rivalry.given += 1;
        place.set(rivalry);
        rivalry.given
    }

    #[test]
    fn locks_that_are_taken_together_are_kept_in_mind_together() {
        for distance in [16, 64, 128, 144, 1 << 10, 1 << 16] {
            let rivalries = Rivalries::new();
            for time in 1..=4 {
                assert_eq!(lose(&rivalries, 0x7000), time, "{distance}");
                assert_eq!(lose(&rivalries, 0x7000 + distance), time, "{distance}");
            }
        }
    }

    #[test]
    fn the_locks_lost_last_are_kept() {
        let rivalries = Rivalries::new();
        for lock in 1..=20 {
            assert_eq!(lose(&rivalries, lock * 16), 1);
        }
        for lock in 13..=20 {
            assert_eq!(lose(&rivalries, lock * 16), 2);
        }
        assert_eq!(lose(&rivalries, 12 * 16), 1);
    }
}
