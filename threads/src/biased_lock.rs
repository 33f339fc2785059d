//! The per-object lock: one 32-bit word, biased to the thread that made the object.
//!
//! ## The word
//!
//! `owner` is the low half, `state` the two bits above. The rest says who had a shared lock last and how often it was used, see `turns`: hints, on
//! which nothing depends but how long a thread waits.
//!
//! | owner | state | means | who may mutate | transitions |
//! |---|---|---|---|---|
//! | t | 0 | biased to thread t | t, by plain stores, until its next safepoint | to (0, 0) by t's side of a handshake, or with the registry locked once t is dead |
//! | 0 | 0 | shared, free | whoever takes it | to (0, 1) or (0, 2) by compare-and-swap |
//! | 0 | 1 | shared, held | the holder | to (0, 0) by the holder; to (0, 2) by a waiter |
//! | 0 | 2 | shared, held, threads are parked | the holder | to (0, 0) by the holder, with the queue standing still, waking one; or it stays and belongs to the woken thread |
//!
//! A word with `owner != 0` and anything else set does not exist. Taking a shared lock stores the taker's tag, releasing it adds to the count; the rest is kept.
//!
//! ## Protocol
//! - The owner compares the word with its id and mutates. It writes nothing
//!   to the word, and there is no unlock.
//! - Anybody else's first use revokes the bias by a handshake with the
//!   owner: at the owner's safepoint, or while the owner is Safe and borrowed, the word
//!   becomes (0, 0). The owner's stores happen before that, and so before all that
//!   follows; the owner sees the change at the latest when it runs on.
//! - If the bearer of the id is dead, the word changes with the registry locked: no new
//!   bearer can take the object over in the same moment.
//! - An owner may give its bias up at any time, by a store, without being asked.
//! - A thread that has lost a shared lock to another one again and again gives way to it for a while.
//! - A thread that cannot take a shared lock parks in the parking lot,
//!   *Running*: the holder has no safepoint, so the wait is short, and
//!   a stop finds no thread inside the lot (see `sync::lot`). A woken thread
//!   competes with newcomers; one that has lost and has waited for half a
//!   millisecond parks as impatient, and gets the lock handed over when its turn comes:
//!   eventual fairness.
//! - A woken thread takes the lock as (0, 2), because others may still be parked; the
//!   worst that this costs is one look into an empty queue.
//!
//! ## Invariants
//! - Taking the lock may be a safepoint (revocation is one), holding it never
//!   contains one, and no thread holds two: a [`Guard`] keeps the
//!   mutator borrowed.
//! - A thread that is not Running holds no object lock.

use std::hint::cold_path;
use std::ptr::NonNull;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::mutator::Mutator;
use crate::runtime::Runtime;
use crate::sync::lot::{self, Found, Spinner, Verdict};
use crate::sync::weaken::{self, Weakening};
use crate::sync::{AtomicU32, Ordering, StatisticU32, UnsafeCell, model_failed};
use crate::thread_state::ThreadState;
use crate::turns::{self, COUNT, TAG};

const FREE: u32 = 0;
const HELD: u32 = 1 << 16;
const CONTENDED: u32 = 2 << 16;
const OWNER: u32 = 0xffff;
const STATE: u32 = 3 << 16;

/// After this long a thread that waits for a shared lock gets it handed over.
const PATIENCE: Duration = Duration::from_micros(500);

/// The lock word. See the module's head.
#[derive(Debug)]
#[repr(transparent)]
pub struct BiasedLock {
    word: AtomicU32,
}

/// What the word says at one moment. For checkers and tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockState {
    /// Biased to the thread with this id.
    Biased(u32),
    /// Shared and free.
    Free,
    /// Shared and held.
    Held,
    /// Shared and held, and threads are parked.
    Contended,
}

impl BiasedLock {
    /// Biased to the calling thread.
    #[inline]
    pub fn biased(mutator: &Mutator) -> Self {
        Self {
            word: AtomicU32::new(mutator.id()),
        }
    }

    /// Shared from birth.
    #[cfg(not(loom))]
    pub const fn shared() -> Self {
        Self {
            word: AtomicU32::new(FREE),
        }
    }

    /// Shared from birth.
    #[cfg(loom)]
    pub fn shared() -> Self {
        Self {
            word: AtomicU32::new(FREE),
        }
    }

    /// Biased to the calling thread, or shared if objects of this kind are revoked too often.
    #[inline]
    pub fn for_kind(mutator: &Mutator, kind: &RevocationCounter) -> Self {
        if kind.prefers_shared() {
            Self::shared()
        } else {
            Self::biased(mutator)
        }
    }

    /// Is it biased to the calling thread? Then until its next safepoint nobody else writes to the object, as if the lock were held.
    #[inline(always)]
    pub fn is_biased_to(&self, mutator: &Mutator) -> bool {
        // Relaxed: as in `lock`.
        self.word.load(Ordering::Relaxed) == mutator.id()
    }

    /// What the word says just now.
    pub fn state(&self) -> LockState {
        let word = self.word.load(Ordering::Relaxed);
        match (word & OWNER, word & STATE) {
            (0, FREE) => LockState::Free,
            (0, HELD) => LockState::Held,
            (0, _) => LockState::Contended,
            (owner, _) => {
                debug_assert_eq!(owner, word);
                LockState::Biased(owner)
            }
        }
    }

    /// Takes the lock. May be a safepoint: another owner's bias is revoked.
    #[inline(always)]
    pub fn lock<'a>(&'a self, mutator: &'a mut Mutator) -> Guard<'a> {
        self.lock_counting(mutator, None, true)
    }

    /// As [`lock`](Self::lock), for a lock that was shared from birth; no safepoint.
    #[inline]
    pub(crate) fn lock_shared<'a>(&'a self, mutator: &'a mut Mutator) -> Guard<'a> {
        debug_assert_eq!(self.word.load(Ordering::Relaxed) & OWNER, 0);
        self.lock_counting(mutator, None, false)
    }

    /// The owner gives its bias up, so that the next thread to use the object need not ask for it: for what is about to be handed over. A word that is not
    /// biased to the caller stays as it is. The caller holds no object lock, as its `&mut` says.
    #[inline]
    pub fn give_up(&self, mutator: &mut Mutator) {
        mutator.state().assert_no_lock();
        if self.word.load(Ordering::Relaxed) == mutator.id() {
            // Release: partner is the Acquire in `lock`; what we stored under the bias becomes visible to the next holder. Nobody else changes the
            // word: who wants it waits for our answer at a safepoint, which this is not.
            let strong = weaken::ordering(Weakening::GiveUpRelease, Ordering::Release);
            self.word.store(FREE, strong);
        }
    }

    /// As [`lock`](Self::lock); if this revokes a bias, `kind` counts it.
    #[inline(always)]
    pub fn lock_kind<'a>(
        &'a self,
        mutator: &'a mut Mutator,
        kind: &RevocationCounter,
    ) -> Guard<'a> {
        self.lock_counting(mutator, Some(kind), true)
    }

    #[inline(always)]
    fn lock_counting<'a>(
        &'a self,
        mutator: &'a mut Mutator,
        kind: Option<&RevocationCounter>,
        may_give_way: bool,
    ) -> Guard<'a> {
        // Relaxed: if the word names us, then either we stored that ourselves, or
        // we attached (registry's lock) after the bearer who did had ended. It
        // changes only by our own answer to a handshake, or while we are
        // Safe, which `leave_safe` acquires.
        mutator.state().assert_no_lock();
        let word = self.word.load(Ordering::Relaxed);
        let taken = if word == mutator.id() {
            0
        } else {
            // The owner's path is laid out straight.
            cold_path();
            // Shared and free, and we had it last, or nobody had it yet.
            let last = word & !COUNT;
            let held = word | mutator.tag() | HELD;
            if (last == mutator.tag() || last == FREE)
                && self
                    .word
                    // Acquire: partner is the Release in `unlock`.
                    .compare_exchange(word, held, Ordering::Acquire, Ordering::Relaxed)
                    .is_ok()
            {
                held
            } else {
                self.lock_slow(mutator.state_pointer(), kind, may_give_way)
            }
        };
        mutator.state().count_lock(1);
        Guard {
            lock: self,
            mutator,
            taken,
        }
    }

    /// The word as which the lock was taken; 0 if it is biased to us after all. `state` is the caller's: with the
    /// mutator itself as a parameter, callers could not keep its id in a register.
    #[cold]
    fn lock_slow(
        &self,
        state: NonNull<ThreadState>,
        kind: Option<&RevocationCounter>,
        mut may_give_way: bool,
    ) -> u32 {
        // SAFETY: the caller is the state's owner, Running, and has lent us its
        // mutator for as long as this call lasts.
        let mutator = &mut *unsafe { Mutator::borrowed(state) };
        let mut waiting = Waiting::new();
        loop {
            let word = self.word.load(Ordering::Relaxed);
            let owner = word & OWNER;
            if owner == mutator.id() {
                return 0;
            }
            if owner != 0 {
                self.revoke(mutator, owner, kind);
                continue;
            }
            if may_give_way && turns::is_anothers(word, mutator.tag()) {
                may_give_way = false;
                mutator.give_way_at_object(self.key(), || self.word.load(Ordering::Relaxed));
                continue;
            }
            match word & STATE {
                FREE => {
                    let taken = word & COUNT | mutator.tag() | waiting.take_as;
                    // Acquire: partner is the Release in `unlock`.
                    if self
                        .word
                        .compare_exchange(word, taken, Ordering::Acquire, Ordering::Relaxed)
                        .is_ok()
                    {
                        return taken;
                    }
                    waiting.spinner.spin();
                }
                HELD if waiting.spinner.spin() => {}
                HELD => {
                    let marked = self.word.compare_exchange(
                        word,
                        word & !STATE | CONTENDED,
                        Ordering::Relaxed,
                        Ordering::Relaxed,
                    );
                    if marked.is_ok()
                        && let Some(taken) = self.park(&mut waiting)
                    {
                        return taken;
                    }
                }
                _ => {
                    if let Some(taken) = self.park(&mut waiting) {
                        return taken;
                    }
                }
            }
        }
    }

    /// The word, if the lock was handed over to us.
    fn park(&self, waiting: &mut Waiting) -> Option<u32> {
        let still_needed = || self.word.load(Ordering::Relaxed) & STATE == CONTENDED;
        let impatient = waiting.is_impatient();
        // SAFETY: the key is the lock word's address, and only biased locks
        // park on those; the closure is one load.
        let handed_over = unsafe { lot::park(self.key(), impatient, still_needed) };
        // Acquire: partner is the Release store in `unlock_slow`. Nobody changes the word of a contended lock but its holder.
        let taken = handed_over.then(|| self.word.load(Ordering::Acquire));
        debug_assert!(taken.is_none_or(|word| word & !(TAG | COUNT) == CONTENDED));
        if !weaken::active(Weakening::WokenMark) {
            waiting.take_as = CONTENDED;
        }
        waiting.spinner = Spinner::new();
        taken
    }

    fn key(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    /// Makes the lock shared if it is biased to `owner`, which is not us.
    fn revoke(&self, mutator: &mut Mutator, owner: u32, kind: Option<&RevocationCounter>) {
        let revoked = StatisticU32::new(0);
        let make_shared = || {
            // AcqRel: what the owner stored under its bias becomes visible to
            // the next holder's Acquire. (It does so already by the answer to the
            // handshake; this covers the threads that did not ask.)
            let change =
                self.word
                    .compare_exchange(owner, FREE, Ordering::AcqRel, Ordering::Relaxed);
            revoked.store(u32::from(change.is_ok()), Ordering::Relaxed);
        };
        if weaken::active(Weakening::RevokeUnasked) {
            return make_shared();
        }
        // SAFETY: the mutator holds the runtime.
        let runtime = unsafe { &*Arc::as_ptr(mutator.runtime()) };
        let bearer = runtime.table.get(owner);
        let bearer = bearer.expect("a lock word names a thread that never was");
        if mutator
            .handshake_state(bearer, 0, |_| make_shared())
            .is_err()
        {
            runtime.if_dead(owner, make_shared);
        }
        if let Some(kind) = kind
            && revoked.load(Ordering::Relaxed) != 0
        {
            kind.count();
        }
    }

    /// `taken` is the word as which the lock was taken.
    #[inline(always)]
    fn unlock(&self, taken: u32) {
        let strong = weaken::ordering(Weakening::UnlockRelease, Ordering::Release);
        // Release: partner is the Acquire in `lock`.
        if self
            .word
            .compare_exchange(
                taken & !STATE | HELD,
                turns::used(taken & !STATE),
                strong,
                Ordering::Relaxed,
            )
            .is_err()
        {
            self.unlock_slow(taken & !STATE);
        }
    }

    /// `free` is the word of the lock, free, before this use is counted.
    #[cold]
    fn unlock_slow(&self, free: u32) {
        let decide = |found: Found| {
            if found == Found::ImpatientWaiter {
                // Release: partner is the Acquire in `park`. The state stays
                // CONTENDED, as the new holder would have taken it.
                self.word
                    .store(turns::used(free) | CONTENDED, Ordering::Release);
                return Verdict::HandOver;
            }
            // Release: partner is the Acquire in `lock`.
            self.word.store(turns::used(free), Ordering::Release);
            Verdict::Compete
        };
        if weaken::active(Weakening::UnlockWake) {
            self.word.store(turns::used(free), Ordering::Release);
            return;
        }
        // SAFETY: as in `park`; the closure stores one word.
        unsafe { lot::unpark_one(self.key(), decide) };
    }
}

/// One thread's way to a shared lock.
struct Waiting {
    /// HELD, or CONTENDED after having been parked.
    take_as: u32,
    spinner: Spinner,
    /// When it first parked.
    since: Option<Instant>,
}

impl Waiting {
    fn new() -> Self {
        Self {
            take_as: HELD,
            spinner: Spinner::new(),
            since: None,
        }
    }

    /// Has it been waiting long? Asked before each time it parks.
    fn is_impatient(&mut self) -> bool {
        !cfg!(loom) && self.since.get_or_insert_with(Instant::now).elapsed() >= PATIENCE
    }
}

/// A locked object; dropping it unlocks. It keeps the mutator borrowed, so its
/// holder can reach no safepoint and take no second lock.
#[derive(Debug)]
#[must_use = "the lock is released when the guard is dropped"]
pub struct Guard<'a> {
    lock: &'a BiasedLock,
    mutator: &'a mut Mutator,
    /// The word as which a shared lock was taken; 0: taken by bias.
    taken: u32,
}

impl Guard<'_> {
    /// The holder's mutator, for what is no safepoint: allocation above all.
    #[inline(always)]
    pub fn mutator(&self) -> &Mutator {
        self.mutator
    }
}

impl Drop for Guard<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        if model_failed() {
            return;
        }
        self.mutator.state().count_lock(-1);
        if self.taken != 0 {
            self.lock.unlock(self.taken);
        }
    }
}

/// Counts how often objects of one kind lose their bias, so that the kind's new
/// objects can be made shared from birth: the hand-over through queues would
/// otherwise cost a handshake an object.
///
/// Reading it writes nothing; after the threshold nobody writes it any more.
#[derive(Debug)]
pub struct RevocationCounter {
    count: StatisticU32,
    threshold: u32,
}

impl RevocationCounter {
    /// A counter that asks for sharing after `threshold` revocations.
    pub const fn new(threshold: u32) -> Self {
        Self {
            count: StatisticU32::new(0),
            threshold,
        }
    }

    /// Should new objects of this kind be shared from birth?
    #[inline]
    pub fn prefers_shared(&self) -> bool {
        self.count.load(Ordering::Relaxed) >= self.threshold
    }

    /// Revocations counted so far, up to the threshold.
    pub fn count_so_far(&self) -> u32 {
        self.count.load(Ordering::Relaxed).min(self.threshold)
    }

    /// Counts one revocation. True for the one that reaches the threshold.
    pub fn count(&self) -> bool {
        !self.prefers_shared() && self.count.fetch_add(1, Ordering::Relaxed) + 1 == self.threshold
    }
}

/// A value behind a biased lock.
#[derive(Debug)]
pub struct Biased<T> {
    lock: BiasedLock,
    /// The runtime whose thread ids the lock's word speaks of.
    runtime: *const Runtime,
    value: UnsafeCell<T>,
}

// SAFETY: `value` is touched under the lock only, one thread at a time; the
// runtime's address is only compared.
unsafe impl<T: Send> Send for Biased<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Biased<T> {}

impl<T> Biased<T> {
    /// `value`, biased to the calling thread.
    pub fn new(mutator: &Mutator, value: T) -> Self {
        Self {
            lock: BiasedLock::biased(mutator),
            runtime: Arc::as_ptr(mutator.runtime()),
            value: UnsafeCell::new(value),
        }
    }

    /// `value`, shared from birth.
    pub fn new_shared(mutator: &Mutator, value: T) -> Self {
        Self {
            lock: BiasedLock::shared(),
            runtime: Arc::as_ptr(mutator.runtime()),
            value: UnsafeCell::new(value),
        }
    }

    /// The lock itself.
    pub fn raw(&self) -> &BiasedLock {
        &self.lock
    }

    /// Runs `act` on the value under the lock. May be a safepoint before
    /// `act`, never within.
    ///
    /// # Panics
    /// If the mutator is of another runtime than the one that made the value.
    #[inline(always)]
    pub fn with<R>(&self, mutator: &mut Mutator, act: impl FnOnce(&mut T) -> R) -> R {
        let same = std::ptr::eq(self.runtime, Arc::as_ptr(mutator.runtime()));
        assert!(same, "the value belongs to another runtime");
        let _guard = self.lock.lock(mutator);
        // SAFETY: the lock is held.
        self.value.with_mut(|value| act(unsafe { &mut *value }))
    }
}
