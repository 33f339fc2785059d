//! The global read-write lock.
//!
//! The read side is the thread's own `run_state`: a Running thread holds it.
//! Taking it is a compare-and-swap on the thread's own cache line, so readers never
//! meet. The write side stops the world: no thread but the writer is Running.
//!
//! ## Protocol
//!
//! Reader entry (`leave_safe`): `SAFE` -> `RUNNING`, full fence, look at the own
//! poll word; if `STOP` is set, back out and sleep until it is cleared.
//!
//! Writer (`stop_the_world`): with the registry locked, become `writer` and set
//! `STOP` in every poll word; full fence; look at each run state, and sleep until
//! it is not `RUNNING`. The two fences are a Dekker pair: either the reader
//! sees the request or the writer sees the reader.
//!
//! Reader exit (`enter_safe`): `RUNNING` -> `SAFE`, full fence, look at the poll
//! word; if `AWAITED` is set, wake the writer. The writer sets `AWAITED`,
//! fences and looks again before it sleeps: the second Dekker pair. Only the
//! one thread for which the writer sleeps at the moment wakes it.
//!
//! End of a stop: with the registry locked, clear `STOP` everywhere; fence;
//! wake those that have said `blocked_by_stop`. The third pair.
//!
//! ## Invariants
//! - While a stop lasts, no thread but the writer touches the heap. A reader
//!   may be `RUNNING` for the few instructions until it sees `STOP`.
//! - The writer itself stays Running, so its own requests are served as
//!   usual; what it waits for is bounded by the others' next safepoint.
//! - Second writers wait in a Safe region, first come first served. Between
//!   two writers the world may run.
//! - Write sides nest: only the outermost begins and ends a stop.
//!
//! ## The program's end
//! `close_to_others` sets `CLOSED` in every other poll word during a stop, and the registry hands it to those that
//! attach later. A thread that sees it as it becomes Running backs out like one that sees `STOP`, and sleeps for ever. It stays Safe, so it can be
//! borrowed and counts as stopped; what it holds (Python's locks, its id, its stack) stays held.

use std::ptr::NonNull;
use std::sync::Arc;
use std::time::Duration;

use crate::mutator::Mutator;
use crate::poll::{AWAITED, CLOSED, HANDSHAKE, STOP, SWITCH};
use crate::sync::weaken::{self, Weakening};
use crate::sync::{
    Deadline, Ordering, fence, fence_after_rmw, model_failed, spin_until, stay_awake,
};
use crate::thread_state::{BORROWED, RUNNING, SAFE, ThreadState, WANTED};

/// A thread that is stopped stays awake for so long. Most young collections are over by then (where this was measured, nine of ten), and who slept would still have to be woken.
const SHORT_STOP: Duration = Duration::from_micros(200);

impl ThreadState {
    /// Running -> Safe. The caller is the owner, and has published its roots.
    #[inline]
    pub(crate) fn enter_safe(&self) {
        self.assert_no_lock();
        let poll = self.become_safe();
        if poll & (AWAITED | HANDSHAKE | SWITCH) != 0 {
            return self.enter_safe_slow(poll);
        }
        if self.global_mode {
            self.runtime().gil.release();
        }
    }

    /// Running -> Safe, with the GIL going to whoever waits longest for it.
    /// Global mode. The caller is about to leave again.
    pub(crate) fn enter_safe_handing_over(&self) {
        self.assert_no_lock();
        let poll = self.become_safe();
        self.tell_awaiting_writer(poll);
        self.hand_over_gil();
    }

    /// Gives the GIL to whoever waits longest for it, or up.
    fn hand_over_gil(&self) {
        self.poll.fetch_and(!SWITCH, Ordering::Relaxed);
        let gil = &self.runtime().gil;
        if !gil.hand_over() {
            gil.release();
        }
    }

    /// The step itself; returns the poll word as seen after it.
    #[inline]
    fn become_safe(&self) -> u32 {
        // Release: partners are the writer's Acquire in `wait_until_stopped`
        // and a borrower's Acquire.
        let before = self.run_state.swap(SAFE, Ordering::Release);
        debug_assert_eq!(before, RUNNING);
        if !weaken::active(Weakening::SafeEntryFence) {
            fence_after_rmw();
        }
        // Acquire: partner is the Release in `ask`. Who sees AWAITED must also see
        // who the writer is.
        self.poll.load(Ordering::Acquire)
    }

    #[cold]
    fn enter_safe_slow(&self, mut poll: u32) {
        loop {
            self.tell_awaiting_writer(poll);
            if poll & SWITCH != 0 {
                self.hand_over_gil();
            } else if self.global_mode {
                self.runtime().gil.release();
            }
            if poll & HANDSHAKE == 0 || weaken::active(Weakening::HandshakeSafeEntry) {
                return;
            }
            // The requester saw us Running and relies on us: answer before
            // going to sleep for who knows how long.
            self.leave_safe();
            poll = self.become_safe();
        }
    }

    /// Wakes the writer if it sleeps for this thread, which is not Running any more.
    #[inline]
    pub(crate) fn tell_awaiting_writer(&self, poll: u32) {
        if poll & AWAITED != 0 {
            // Acquire: partner is the Release in `ask`, for the case that the
            // mark is already the next writer's.
            self.poll.fetch_and(!AWAITED, Ordering::Acquire);
            self.runtime().wake_writer();
        }
    }

    /// Safe -> Running: waits for the GIL (in global mode), for the end of a
    /// stop and for a borrower, and answers handshakes. The caller is the owner.
    #[inline]
    pub(crate) fn leave_safe(&self) {
        if self.global_mode {
            self.runtime().gil.acquire(self);
        }
        if !self.become_running() || self.look_at_poll() & (STOP | HANDSHAKE | CLOSED) != 0 {
            self.leave_safe_slow();
        }
    }

    #[inline]
    fn become_running(&self) -> bool {
        // Acquire: partner is the Release with which a borrower gives us back.
        self.run_state
            .compare_exchange(SAFE, RUNNING, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }

    #[inline]
    fn look_at_poll(&self) -> u32 {
        if !weaken::active(Weakening::ReaderEntryFence) {
            // Dekker: partner is the writer's fence between setting STOP and
            // looking at the run state; likewise a requester's.
            fence_after_rmw();
        }
        // Acquire: partners are the Release with which a writer clears STOP,
        // so that we see all that it did, and the Release in `ask`.
        self.poll.load(Ordering::Acquire)
    }

    /// The rest of `leave_safe`: Running with something asked of us, or still
    /// borrowed; in global mode the GIL is held.
    #[cold]
    fn leave_safe_slow(&self) {
        loop {
            if self.run_state.load(Ordering::Relaxed) != RUNNING && !self.become_running() {
                self.wait_until_returned();
                continue;
            }
            let poll = self.look_at_poll();
            if poll & STOP != 0 && !weaken::active(Weakening::ReaderEntryRecheck) {
                self.back_out();
                continue;
            }
            if poll & HANDSHAKE != 0 {
                // SAFETY: we are the owner and Running.
                unsafe { self.answer_mailbox() };
            }
            if poll & CLOSED != 0 {
                self.stay_out();
                continue;
            }
            return;
        }
    }

    /// Running for an instant in a world that is closed to this thread: become Safe again and sleep for ever. It returns only if
    /// something was asked of the thread in that instant, which the caller then deals with.
    fn stay_out(&self) {
        let poll = self.become_safe();
        self.tell_awaiting_writer(poll);
        if self.global_mode {
            self.runtime().gil.release();
        }
        if poll & HANDSHAKE == 0 {
            loop {
                self.reach.parker.park(None);
            }
        }
        if self.global_mode {
            self.runtime().gil.acquire(self);
        }
    }

    /// Running for an instant during a stop: become Safe again, and wait until
    /// the stop is over, asleep if it is not a short one.
    fn back_out(&self) {
        let poll = self.become_safe();
        self.tell_awaiting_writer(poll);
        if poll & HANDSHAKE != 0 {
            // If the writer itself left the request, it waits for a chance to
            // borrow us; others can wait until the stop is over.
            self.runtime().wake_writer();
        }
        let runtime = self.runtime();
        if self.global_mode {
            runtime.gil.release();
        } else if stay_awake(SHORT_STOP, || {
            // Acquire: as below.
            self.poll.load(Ordering::Acquire) & STOP == 0
        }) {
            return;
        }
        self.reach.blocked_by_stop.store(1, Ordering::Relaxed);
        loop {
            // Dekker: partner is the fence in `resume_the_world`.
            fence(Ordering::SeqCst);
            // Acquire: partner is the Release with which STOP is cleared.
            if self.poll.load(Ordering::Acquire) & STOP == 0 {
                break;
            }
            self.reach.parker.park(None);
        }
        self.reach.blocked_by_stop.store(0, Ordering::Relaxed);
        if self.global_mode {
            runtime.gil.acquire(self);
        }
    }

    /// A borrower acts for us: sleep until it is done.
    fn wait_until_returned(&self) {
        if spin_until(|| self.run_state.load(Ordering::Relaxed) & BORROWED == 0) {
            return;
        }
        // The mark asks the borrower for a wake-up. If the exchange fails, the
        // state is SAFE by now, or marked by our last round.
        let _ = self.run_state.compare_exchange(
            BORROWED,
            BORROWED | WANTED,
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
        if self.run_state.load(Ordering::Relaxed) & BORROWED != 0 {
            self.reach.parker.park(None);
        }
    }

    /// The writer waits here until this thread is not Running. A borrowed
    /// thread counts as stopped: its borrower is Running, and waited for.
    fn wait_until_stopped(&self, writer: &ThreadState) {
        // Acquire: partner is the Release in `become_safe` (or at the thread's end): we
        // see all that the stopped thread did.
        let stopped = || self.run_state.load(Ordering::Acquire) != RUNNING;
        if spin_until(stopped) {
            return;
        }
        loop {
            self.poll.fetch_or(AWAITED, Ordering::Relaxed);
            // Dekker: partner is the fence in `become_safe`.
            fence_after_rmw();
            if stopped() {
                return;
            }
            writer.reach.parker.park(None);
        }
    }
}

impl crate::Runtime {
    fn wake_writer(&self) {
        // Acquire: partner is the Release that published the state.
        let writer = self.writer.load(Ordering::Acquire);
        // SAFETY: states are never freed while the runtime lives.
        if let Some(writer) = unsafe { writer.as_ref() } {
            writer.reach.parker.unpark();
        }
    }

    /// Obtains the write side for the Running thread of `mutator`.
    pub(crate) fn stop_the_world(mutator: &mut Mutator) {
        let me = mutator.state_pointer();
        // SAFETY: the mutator holds the runtime.
        let this = unsafe { &*Arc::as_ptr(mutator.runtime()) };
        let depth = mutator.state().stop_depth.get();
        if depth > 0 {
            mutator.state().stop_depth.set(depth + 1);
            return;
        }
        let mut registry = this.registry.lock();
        if registry.writer.is_some() && !weaken::active(Weakening::WriterExclusion) {
            registry.waiting_writers.push_back(me);
            drop(registry);
            mutator.safe_parked(|parked| {
                // The writer before us names us its successor.
                while this.registry.lock().writer != Some(me) {
                    parked.park();
                }
            });
            registry = this.registry.lock();
        }
        registry.writer = Some(me);
        mutator.state().stop_depth.set(1);
        // Release: partner is the Acquire in `wake_writer`.
        this.writer.store(me.as_ptr(), Ordering::Release);
        let others: Vec<_> = registry.live.iter().copied().filter(|&t| t != me).collect();
        for other in &others {
            // SAFETY: states are never freed while the runtime lives.
            unsafe { other.as_ref() }.ask(STOP);
        }
        drop(registry);
        // Dekker: partner is the fence in `look_at_poll`.
        fence(Ordering::SeqCst);
        for other in others {
            // SAFETY: as above.
            unsafe { other.as_ref() }.wait_until_stopped(mutator.state());
        }
    }

    /// See [`Mutator::close_to_others`].
    pub(crate) fn close_to_others(mutator: &mut Mutator) {
        let stopped = mutator.stop_the_world();
        let me = stopped.writer;
        // SAFETY: states are never freed while the runtime lives.
        let runtime = unsafe { me.as_ref() }.runtime();
        let mut registry = runtime.registry.lock();
        // Whoever stands in line sleeps for ever, and would hold the write side for ever.
        registry.waiting_writers.clear();
        // Relaxed: the registry's lock orders it for those that attach.
        runtime.is_closed.store(true, Ordering::Relaxed);
        for &other in registry.live.iter().filter(|&&other| other != me) {
            // SAFETY: as above.
            unsafe { other.as_ref() }.ask(CLOSED);
        }
        drop(registry);
        drop(stopped);
    }

    /// Gives the write side back.
    pub(crate) fn resume_the_world(&self, writer: &ThreadState) {
        let depth = writer.stop_depth.get() - 1;
        writer.stop_depth.set(depth);
        if depth > 0 {
            return;
        }
        let mut registry = self.registry.lock();
        // The successor, if any, is chosen now; it asks for its own stop when
        // it wakes, and until then the world runs.
        registry.writer = registry.waiting_writers.pop_front();
        for thread in &registry.live {
            // SAFETY: as above.
            let thread = unsafe { thread.as_ref() };
            // Release: partner is the Acquire in `look_at_poll` and `back_out`.
            thread.poll.fetch_and(!(STOP | AWAITED), Ordering::Release);
        }
        if !weaken::active(Weakening::ResumeFence) {
            // Dekker: partner is the fence in `back_out`.
            fence_after_rmw();
        }
        let blocked = |thread: &&NonNull<ThreadState>| {
            // SAFETY: as above.
            let thread = unsafe { thread.as_ref() };
            thread.reach.blocked_by_stop.load(Ordering::Relaxed) != 0
        };
        let mut to_wake: Vec<_> = registry.live.iter().filter(blocked).copied().collect();
        to_wake.extend(registry.writer);
        drop(registry);
        for thread in to_wake {
            // SAFETY: as above.
            unsafe { thread.as_ref() }.reach.parker.unpark();
        }
    }
}

/// The write side, held: no other thread is Running. Dropping it ends the stop.
///
/// A Safe region entered meanwhile (through [`mutator_mut`](Self::mutator_mut)) keeps the world
/// stopped; a safepoint meanwhile does not let go of it either.
#[derive(Debug)]
pub struct StoppedWorld<'a> {
    mutator: &'a mut Mutator,
    /// The writer, whatever has become of `mutator` (which can be swapped).
    writer: NonNull<ThreadState>,
}

impl<'a> StoppedWorld<'a> {
    pub(crate) fn new(mutator: &'a mut Mutator) -> Self {
        let writer = mutator.state_pointer();
        Self { mutator, writer }
    }

    /// Publishes the writer's own native roots and runs `closure` (a collection) in a
    /// frame of its own, so that all threads' [`native_roots`](ThreadState::native_roots) hold.
    #[inline(never)]
    pub fn with_own_roots<R>(&mut self, closure: impl FnOnce(&mut Self) -> R) -> R {
        // SAFETY: we are the owner and Running; this function is the frame
        // that the roots ask for.
        unsafe { self.mutator.state().roots.publish() };
        closure(self)
    }

    /// The thread that holds the write side.
    pub fn mutator(&self) -> &Mutator {
        self.mutator
    }

    /// The same, for nested stops and handshakes.
    pub fn mutator_mut(&mut self) -> &mut Mutator {
        self.mutator
    }

    /// All threads alive, the caller's own among them. A thread that has begun
    /// to attach may be missing; it has touched nothing yet.
    pub fn threads(&self) -> Vec<&ThreadState> {
        let registry = self.mutator.state().runtime().registry.lock();
        let live = registry.live.iter();
        // SAFETY: states are never freed while the runtime lives, and the
        // mutator keeps the runtime alive.
        live.map(|thread| unsafe { &*thread.as_ptr().cast_const() })
            .collect::<Vec<&ThreadState>>()
    }
}

impl Drop for StoppedWorld<'_> {
    fn drop(&mut self) {
        if model_failed() {
            return;
        }
        // SAFETY: states are never freed while the runtime lives, and the
        // mutator that lent us its borrow keeps it alive.
        let writer = unsafe { self.writer.as_ref() };
        writer.runtime().resume_the_world(writer);
    }
}

/// What a closure in a Safe region may use of its own thread.
#[derive(Debug)]
pub(crate) struct Parked(NonNull<ThreadState>);

impl Parked {
    pub(crate) fn new(state: NonNull<ThreadState>) -> Self {
        Self(state)
    }

    /// The thread's own state.
    pub(crate) fn state(&self) -> &ThreadState {
        // SAFETY: states are never freed while the runtime lives, which the
        // region's mutator outlives.
        unsafe { self.0.as_ref() }
    }

    /// Sleeps for a token.
    pub(crate) fn park(&self) {
        self.state().reach.parker.park(None);
    }

    /// Sleeps for a token, at most until then.
    pub(crate) fn park_until(&self, deadline: &Deadline) {
        self.state().reach.parker.park(Some(deadline));
    }
}
