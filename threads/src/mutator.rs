//! A running thread, as a type.
//!
//! [`Mutator`] is the proof that the calling thread is Running: it holds the
//! read side of the global lock and may touch the heap. What may reach a safepoint takes
//! `&mut Mutator`, what may not takes `&Mutator`; an object lock's guard
//! borrows the mutator, so the compiler enforces law 3: no object lock is held across a
//! safepoint, or together with another one.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::sync::Arc;

use crate::global_lock::{Parked, StoppedWorld};
use crate::poll::{CLOSED, Events, HANDSHAKE, STOP, STRESS, SWITCH};
use crate::runtime::Runtime;
use crate::sync::weaken::{self, Weakening};
use crate::sync::{Ordering, model_failed};
use crate::thread_state::{ThreadHandle, ThreadState};

/// The calling thread, Running. See the module's head.
#[derive(Debug)]
pub struct Mutator {
    state: NonNull<ThreadState>,
    /// Keeps `state` allocated.
    runtime: Arc<Runtime>,
    /// A copy of the state's id: a lock word equal to it is biased to us.
    id: u32,
    /// A copy of its tag: a shared lock word with it was last ours.
    tag: u32,
    /// Bound to its thread: neither Send nor Sync.
    _thread: PhantomData<*mut ()>,
}

impl Mutator {
    /// The thread's state.
    #[inline(always)]
    pub fn state(&self) -> &ThreadState {
        // SAFETY: states are never freed while the runtime lives, and we hold it.
        unsafe { self.state.as_ref() }
    }

    /// The mutator of a thread whose own one is out of reach.
    ///
    /// # Safety
    /// The caller is on the state's thread, which is Running and attached, and has the use
    /// of its mutator for as long as this one exists.
    pub(crate) unsafe fn borrowed(state: NonNull<ThreadState>) -> ManuallyDrop<Self> {
        // SAFETY: states are never freed while the runtime lives.
        let thread = unsafe { state.as_ref() };
        // SAFETY: every runtime lies in an Arc, of which the thread's own mutator holds a
        // count; this one holds none, and is not dropped.
        let runtime = unsafe { Arc::from_raw(std::ptr::from_ref(thread.runtime())) };
        ManuallyDrop::new(Self {
            state,
            runtime,
            id: thread.id,
            tag: thread.tag,
            _thread: PhantomData,
        })
    }

    pub(crate) fn state_pointer(&self) -> NonNull<ThreadState> {
        self.state
    }

    /// The runtime to which the thread belongs.
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    /// A handle on this thread, for others.
    pub fn handle(&self) -> ThreadHandle {
        ThreadHandle {
            runtime: self.runtime.clone(),
            state: self.state,
            serial: self.serial(),
        }
    }

    /// The thread's id.
    #[inline(always)]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Tells the thread from the earlier and the later bearers of its id.
    #[inline]
    pub fn serial(&self) -> u64 {
        // Relaxed: it was stored by this thread, and stays until its end.
        self.state().reach.serial.load(Ordering::Relaxed)
    }

    /// What names the thread in lock words that are not biased.
    #[inline(always)]
    pub(crate) fn tag(&self) -> u32 {
        self.tag
    }

    /// The safepoint: lets a writer stop this thread, answers handshakes, hands
    /// the GIL over if it is another thread's turn. Returns the events that
    /// were left for this thread; the caller handles them.
    #[inline(always)]
    pub fn poll(&mut self) -> Events {
        if self.state().poll.load(Ordering::Relaxed) == 0 {
            Events::NONE
        } else {
            Self::poll_slow(self.state)
        }
    }

    /// Would [`poll`](Self::poll) have nothing to do?
    #[inline(always)]
    pub fn is_unasked(&self) -> bool {
        // Relaxed: as in `poll`.
        self.state().poll.load(Ordering::Relaxed) == 0
    }

    /// `state` is the caller's: with the mutator itself as a parameter, loops that poll
    /// could not keep its fields in registers.
    #[cold]
    #[inline(never)]
    fn poll_slow(state: NonNull<ThreadState>) -> Events {
        // SAFETY: the caller is the state's owner, Running, and has lent us its
        // mutator for as long as this call lasts.
        unsafe { Self::borrowed(state) }.serve_poll()
    }

    fn serve_poll(&mut self) -> Events {
        let state = self.state();
        state.assert_no_lock();
        // SAFETY: we are the owner and Running.
        unsafe { state.roots.publish() };
        // Acquire: partner is the Release in `ThreadState::ask`.
        let poll = state.poll.load(Ordering::Acquire);
        if poll & HANDSHAKE != 0 {
            // SAFETY: we are the owner and Running.
            unsafe { state.answer_mailbox() };
        }
        if poll & (STOP | CLOSED) != 0 {
            self.safe(|| ());
        }
        if poll & SWITCH != 0 {
            self.switch();
        }
        if poll & STRESS != 0 {
            self.perturb();
        }
        self.take_events(Events::ALL)
    }

    /// Takes the events of `which` that were left for this thread. No safepoint.
    pub fn take_events(&self, which: Events) -> Events {
        let poll = &self.state().poll;
        // Acquire: partner is the Release in `ThreadState::ask`.
        if poll.load(Ordering::Relaxed) & which.bits() == 0 {
            return Events::NONE;
        }
        let before = poll.fetch_and(!which.bits(), Ordering::Acquire);
        Events::from_poll(before & which.bits())
    }

    /// Are there events of `which` that wait for this thread's next [`poll`](Self::poll)? No safepoint.
    pub fn has_events(&self, which: Events) -> bool {
        // Relaxed: who handles them takes them.
        self.state().poll.load(Ordering::Relaxed) & which.bits() != 0
    }

    /// Leaves events for this thread's own next [`poll`](Self::poll). No safepoint.
    pub fn post(&self, events: Events) {
        self.state().ask(events.bits());
    }

    /// Global mode: hands the GIL to the thread that waits longest, and waits
    /// for the next turn. Nothing happens if nobody waits, in rwlock mode,
    /// and while this thread has stopped the world.
    #[inline(never)]
    pub fn switch(&mut self) {
        let state = self.state();
        if state.poll.load(Ordering::Relaxed) & SWITCH != 0 {
            state.poll.fetch_and(!SWITCH, Ordering::Relaxed);
        }
        let gil = &state.runtime().gil;
        if state.global_mode && state.stop_depth.get() == 0 && gil.is_wanted() {
            // SAFETY: we are the owner and Running.
            unsafe { state.roots.publish() };
            state.enter_safe_handing_over();
            state.leave_safe();
        }
    }

    /// Runs `closure` in a Safe region: the thread counts as stopped, and the
    /// closure must not touch the heap. For everything that may block.
    ///
    /// Heap pointers in the caller's frames stay roots; see `stack`. `errno` is
    /// afterwards what `closure` left it at.
    #[inline(never)]
    pub fn safe<R>(&mut self, closure: impl FnOnce() -> R) -> R {
        // SAFETY: the guard is dropped here, also if the closure panics; this
        // function is the frame that the roots ask for.
        let _region = unsafe { self.safe_region() };
        closure()
    }

    /// Makes the thread Running for the time of `closure`, in the midst of a Safe region of its own: foreign code calls back.
    ///
    /// # Safety
    /// The calling thread is the mutator's, in a [`safe`](Self::safe) that lasts longer than this call; nobody else uses the
    /// mutator meanwhile.
    pub unsafe fn within_safe<R>(&mut self, closure: impl FnOnce(&mut Self) -> R) -> R {
        let state = self.state_pointer();
        // SAFETY: states are never freed while the runtime lives; what we published is read by others only.
        let (thread, outer) = unsafe { (state.as_ref(), state.as_ref().roots.read()) };
        thread.leave_safe();
        let result = closure(self);
        // The frames of the foreign code are left behind, and with them the places where it had put its callers' registers: what the outer region
        // published is true again, and nothing else is.
        let is_late = weaken::active(Weakening::RootsRestoredRunning);
        if is_late {
            thread.enter_safe();
        }
        // SAFETY: we are the owner and Running (unless weakened), and the frame of `safe` stands still.
        unsafe { thread.roots.restore(outer) };
        if !is_late {
            thread.enter_safe();
        }
        result
    }

    /// As [`safe`](Self::safe), with the means to sleep.
    pub(crate) fn safe_parked<R>(&mut self, closure: impl FnOnce(&Parked) -> R) -> R {
        let parked = Parked::new(self.state);
        self.safe(|| closure(&parked))
    }

    /// Begins a Safe region that lasts until the guard is dropped.
    ///
    /// Unlike with [`safe`](Self::safe), the caller's own frame goes on changing
    /// meanwhile, so a heap pointer that only it holds is not a root.
    ///
    /// # Safety
    /// The guard is dropped, not leaked: until then the thread is not Running, whatever the
    /// mutator seems to say. The caller's frame holds no heap pointer that it
    /// uses afterwards.
    #[inline(always)]
    pub unsafe fn safe_region(&mut self) -> SafeRegion<'_> {
        // SAFETY: we are the owner and Running.
        unsafe { self.state().roots.publish() };
        self.state().enter_safe();
        SafeRegion { mutator: self }
    }

    /// The program's end: from here on no other thread is Running, those that attach later included. Each sleeps for ever at
    /// its next safepoint, or where its Safe region would end; in a Safe region it goes on.
    pub fn close_to_others(&mut self) {
        Runtime::close_to_others(self);
    }

    /// Stops all other threads: the write side of the global lock.
    pub fn stop_the_world(&mut self) -> StoppedWorld<'_> {
        Runtime::stop_the_world(self);
        StoppedWorld::new(self)
    }
}

/// A Safe region, until it is dropped. See [`Mutator::safe_region`].
#[derive(Debug)]
pub struct SafeRegion<'a> {
    mutator: &'a mut Mutator,
}

impl Drop for SafeRegion<'_> {
    #[inline]
    fn drop(&mut self) {
        if model_failed() {
            return;
        }
        self.mutator.state().leave_safe();
    }
}

/// The calling thread as one of a runtime's; dropping it is the thread's end.
#[derive(Debug)]
pub struct Attached(Mutator);

impl Attached {
    /// Makes the registered thread Running.
    ///
    /// # Safety
    /// `state` was registered for the calling thread, and this is its only owner.
    pub(crate) unsafe fn begin(runtime: Arc<Runtime>, state: NonNull<ThreadState>) -> Self {
        // SAFETY: states are never freed while the runtime lives.
        let (id, tag) = unsafe { (state.as_ref().id, state.as_ref().tag) };
        let mutator = Mutator {
            state,
            runtime,
            id,
            tag,
            _thread: PhantomData,
        };
        mutator.state().leave_safe();
        Self(mutator)
    }
}

impl Deref for Attached {
    type Target = Mutator;
    #[inline(always)]
    fn deref(&self) -> &Mutator {
        &self.0
    }
}

impl DerefMut for Attached {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Mutator {
        &mut self.0
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        if model_failed() {
            return;
        }
        // SAFETY: we are the owner, and the mutator ends with this call.
        unsafe { self.0.runtime.unregister(self.0.state()) };
    }
}
