//! Handshakes: run a closure on behalf of one other thread, or of all.
//!
//! While the closure runs, its target is not doing anything else: either the
//! target itself runs it at a safepoint, or it is Safe and somebody Running
//! has *borrowed* it (`SAFE` -> `BORROWED`), which keeps it from becoming Running.
//! So a closure may change whatever only the target may change.
//!
//! ## Protocol
//! 1. The requester, Running, tries to borrow the target. If that works it runs
//!    the closure itself and gives the target back.
//! 2. Otherwise it puts the request into the target's mailbox, sets `HANDSHAKE` in
//!    its poll word, fences, and tries to borrow once more: the target may have
//!    become Safe without seeing the request. (Dekker; the partner is the
//!    target's fence in `become_safe`.) With the target borrowed it answers the
//!    whole mailbox.
//! 3. Otherwise the target was Running after the request was there, and will
//!    answer at its next safepoint, at the latest on its way into a Safe region
//!    (or, if it must back out of a stop or hand the GIL over, on its way back).
//!    Meanwhile the requester is Safe, so others can borrow it: two
//!    threads that ask each other cannot deadlock.
//!
//! A borrower that gives a target back looks at the mailbox again (fence, load),
//! because requesters who found the target `BORROWED` rely on it. A thread that
//! ends answers its mailbox and closes it in the same step in which it leaves
//! the registry; later requesters are told that it has ended.
//!
//! ## Invariants
//! - The mailbox is locked by Running threads only, or with the registry locked (so that a
//!   `fork`, which stops the world and locks the registry, never finds it locked), and
//!   `HANDSHAKE` is set exactly while it is not empty.
//! - A request lies in its requester's stack frame, which waits until `done`.
//!   Whoever answers does not touch it after setting `done`.
//! - Closures have no safepoint, take no object lock and do not panic.

use std::ptr::NonNull;

use crate::mutator::Mutator;
use crate::poll::HANDSHAKE;
use crate::runtime::Mode;
use crate::sync::lot::Spinner;
use crate::sync::weaken::{self, Weakening};
use crate::sync::{AtomicBool, Ordering, fence, fence_after_rmw, model_failed};
use crate::thread_state::{BORROWED, RUNNING, SAFE, ThreadHandle, ThreadState, WANTED};

/// The target has ended, and the closure did not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadEnded;

impl std::fmt::Display for ThreadEnded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the thread has ended")
    }
}

impl std::error::Error for ThreadEnded {}

/// Requests that wait for a thread's next safepoint.
pub(crate) struct Mailbox {
    open: bool,
    requests: Vec<NonNull<Request>>,
}

// SAFETY: the pointers lead to requests whose frames wait for their answers.
unsafe impl Send for Mailbox {}

impl Mailbox {
    pub(crate) fn new() -> Self {
        Self {
            open: false,
            requests: Vec::new(),
        }
    }

    /// For a new bearer.
    pub(crate) fn open(&mut self) {
        self.open = true;
        self.requests.clear();
    }

    /// For a bearer that ends: false if requests must be answered first.
    pub(crate) fn close(&mut self) -> bool {
        let empty = self.requests.is_empty();
        self.open &= !empty;
        empty
    }
}

/// One request, in the requester's stack frame.
struct Request {
    /// The closure, erased: called with its address and the target.
    run: unsafe fn(*const (), &ThreadState),
    closure: *const (),
    requester: NonNull<ThreadState>,
    target: NonNull<ThreadState>,
    /// The bearer that is meant, or 0 for whoever bears the id.
    serial: u64,
    done: AtomicBool,
}

impl Request {
    fn new<F: Fn(&ThreadState)>(
        requester: &ThreadState,
        target: &ThreadState,
        serial: u64,
        closure: &F,
    ) -> Self {
        /// # Safety
        /// `closure` is the address of an `F` that is alive.
        unsafe fn call<F: Fn(&ThreadState)>(closure: *const (), target: &ThreadState) {
            // SAFETY: the caller's promise.
            unsafe { (*closure.cast::<F>())(target) }
        }
        Self {
            run: call::<F>,
            closure: std::ptr::from_ref(closure).cast(),
            requester: NonNull::from(requester),
            target: NonNull::from(target),
            serial,
            done: AtomicBool::new(false),
        }
    }

    fn target(&self) -> &ThreadState {
        // SAFETY: states are never freed while the runtime lives.
        unsafe { self.target.as_ref() }
    }

    fn is_done(&self) -> bool {
        // Acquire: partner is the Release in `answer`.
        self.done.load(Ordering::Acquire)
    }

    /// Runs the closure for `target` and lets the requester go on.
    ///
    /// # Safety
    /// The requester still waits, and the target does nothing else.
    unsafe fn answer(this: NonNull<Self>, target: &ThreadState) {
        // SAFETY: the requester waits, so its frame is there until `done`.
        let requester = unsafe {
            let request = this.as_ref();
            AbortOnPanic::guard(|| (request.run)(request.closure, target));
            let requester = request.requester;
            let strong = weaken::ordering(Weakening::HandshakeDone, Ordering::Release);
            // Release: partner is the Acquire in `is_done`. The request may
            // be gone from here on.
            request.done.store(true, strong);
            requester
        };
        // SAFETY: states are never freed while the runtime lives.
        unsafe { requester.as_ref() }.reach.parker.unpark();
    }
}

/// A closure that unwound would leave its requester waiting for ever, and the
/// thread it ran on halfway through a safepoint.
struct AbortOnPanic;

impl AbortOnPanic {
    /// Runs `act`; a panic in it ends the process.
    fn guard<R>(act: impl FnOnce() -> R) -> R {
        let bomb = Self;
        let result = act();
        std::mem::forget(bomb);
        result
    }
}

impl Drop for AbortOnPanic {
    fn drop(&mut self) {
        if !model_failed() {
            eprintln!("grwl: panic in a handshake");
            std::process::abort();
        }
    }
}

/// A Safe thread that the caller acts for. Giving it back happens on drop.
struct Borrow<'a> {
    target: &'a ThreadState,
}

impl<'a> Borrow<'a> {
    /// The calling thread is Running.
    fn of(target: &'a ThreadState) -> Option<Self> {
        if target.run_state.load(Ordering::Relaxed) != SAFE {
            return None;
        }
        target
            .run_state
            // Acquire: partner is the Release in `become_safe`; we see all
            // that the target did.
            .compare_exchange(SAFE, BORROWED, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
            .then(|| Self { target })
    }
}

impl Drop for Borrow<'_> {
    fn drop(&mut self) {
        if model_failed() {
            return;
        }
        loop {
            // Release: partner is the Acquire in `become_running` and in `of`.
            let before = self.target.run_state.swap(SAFE, Ordering::Release);
            if before & WANTED != 0 {
                self.target.reach.parker.unpark();
            }
            // Dekker: partner is the fence in `request`.
            fence_after_rmw();
            let poll = self.target.poll.load(Ordering::Relaxed);
            if poll & HANDSHAKE == 0 || weaken::active(Weakening::BorrowReturnRecheck) {
                return;
            }
            let Some(again) = Borrow::of(self.target) else {
                // Running (it answers itself) or borrowed by somebody else
                // (who looks after it as we do).
                return;
            };
            std::mem::forget(again);
            // SAFETY: we hold the target again.
            unsafe { self.target.answer_mailbox() };
        }
    }
}

impl ThreadState {
    /// Answers all requests in the mailbox.
    ///
    /// # Safety
    /// The caller is the owner and Running, or holds this thread borrowed.
    #[cold]
    pub(crate) unsafe fn answer_mailbox(&self) {
        let requests = {
            let mut mailbox = self.reach.mailbox.lock();
            self.poll.fetch_and(!HANDSHAKE, Ordering::Relaxed);
            std::mem::take(&mut mailbox.requests)
        };
        for request in requests {
            // SAFETY: requesters wait until `done`; the caller's promise.
            unsafe { Request::answer(request, self) };
        }
    }

    /// Puts a request into this thread's mailbox; false if the thread that is
    /// meant has ended.
    fn request(&self, request: &Request) -> bool {
        let mut mailbox = self.reach.mailbox.lock();
        let meant = request.serial == 0
            // Relaxed: the mailbox's lock orders it against attaching and ending.
            || self.reach.serial.load(Ordering::Relaxed) == request.serial;
        if !mailbox.open || !meant {
            return false;
        }
        mailbox.requests.push(NonNull::from(request));
        self.ask(HANDSHAKE);
        drop(mailbox);
        // Dekker: partner is the fence in `become_safe` and in `Borrow`'s drop.
        fence(Ordering::SeqCst);
        true
    }
}

impl Mutator {
    /// Runs `closure` while `target` is stopped at a safepoint or in a Safe region. For the
    /// calling thread itself it simply runs.
    ///
    /// The closure must not reach a safepoint, take an object lock or block. It
    /// may run on any thread; if it panics the process aborts.
    ///
    /// # Errors
    /// If the target has ended; the closure has not run then.
    ///
    /// # Panics
    /// If the target belongs to another runtime.
    pub fn handshake<F>(&mut self, target: &ThreadHandle, closure: F) -> Result<(), ThreadEnded>
    where
        F: Fn(&ThreadState) + Sync,
    {
        assert!(
            std::sync::Arc::ptr_eq(self.runtime(), &target.runtime),
            "the target belongs to another runtime"
        );
        self.handshake_state(target.state(), target.serial, closure)
    }

    /// Runs `closure` once for each thread that is alive when this is called, the
    /// calling one included. See [`handshake`](Self::handshake). Returns for how many it ran:
    /// threads that end meanwhile are left out. All are asked before the first
    /// answer is waited for.
    pub fn handshake_all<F: Fn(&ThreadState) + Sync>(&mut self, closure: F) -> usize {
        self.state().assert_no_lock();
        let targets: Vec<(NonNull<ThreadState>, u64)> = {
            let registry = self.state().runtime().registry.lock();
            registry
                .live
                .iter()
                // SAFETY: states are never freed while the runtime lives.
                .map(|&state| (state, unsafe { state.as_ref() }))
                // Relaxed: the registry is locked, as when it changes.
                .map(|(state, target)| (state, target.reach.serial.load(Ordering::Relaxed)))
                .collect()
        };
        // Never grows beyond its first allocation: requests must not move.
        let mut requests = Vec::with_capacity(targets.len());
        let mut ran = 0;
        // From the first request that is posted until all are answered, this
        // frame must not be left.
        let bomb = AbortOnPanic;
        for (target, serial) in targets {
            // SAFETY: as above.
            let target = unsafe { target.as_ref() };
            match self.run_now(target, serial, &closure) {
                Some(result) => ran += usize::from(result.is_ok()),
                None => {
                    let request = Request::new(self.state(), target, serial, &closure);
                    requests.push(request);
                    let request = requests.last().expect("just pushed");
                    if self.post_request(request) {
                        ran += 1;
                    } else {
                        requests.pop();
                    }
                }
            }
        }
        self.await_answers(&requests);
        std::mem::forget(bomb);
        ran
    }

    pub(crate) fn handshake_state<F>(
        &mut self,
        target: &ThreadState,
        serial: u64,
        closure: F,
    ) -> Result<(), ThreadEnded>
    where
        F: Fn(&ThreadState) + Sync,
    {
        self.state().assert_no_lock();
        if let Some(result) = self.run_now(target, serial, &closure) {
            return result;
        }
        let request = Request::new(self.state(), target, serial, &closure);
        AbortOnPanic::guard(|| {
            if !self.post_request(&request) {
                return Err(ThreadEnded);
            }
            self.await_answers(std::slice::from_ref(&request));
            Ok(())
        })
    }

    /// Step 1: runs the closure if the target is ourselves or can be borrowed.
    fn run_now<F: Fn(&ThreadState)>(
        &self,
        target: &ThreadState,
        serial: u64,
        closure: &F,
    ) -> Option<Result<(), ThreadEnded>> {
        let _borrow = if std::ptr::eq(target, self.state()) {
            None
        } else {
            Some(Borrow::of(target)?)
        };
        // It cannot end while it is borrowed or ourselves, so this look is final.
        if serial != 0 && target.reach.serial.load(Ordering::Relaxed) != serial {
            return Some(Err(ThreadEnded));
        }
        AbortOnPanic::guard(|| closure(target));
        Some(Ok(()))
    }

    /// Step 2. False if the target has ended.
    fn post_request(&self, request: &Request) -> bool {
        let posted = request.target().request(request);
        if posted && !weaken::active(Weakening::HandshakeRecheck) {
            self.answer_for(request.target());
        }
        posted
    }

    /// Step 3: waits until all of `requests` are answered.
    fn await_answers(&mut self, requests: &[Request]) {
        let next = || requests.iter().find(|request| !request.is_done());
        if self.state().stop_depth.get() > 0 {
            // The world is stopped, so the target is on its way back from a
            // vain try to run, and wakes us when it is Safe.
            while let Some(request) = next() {
                self.answer_for(request.target());
                if !request.is_done() {
                    self.state().reach.parker.park(None);
                }
            }
        } else if next().is_some() {
            let parallel = self.runtime().mode() == Mode::RwLock;
            self.safe_parked(|parked| {
                // A Running target comes to a safepoint before we would have fallen asleep.
                let mut spinner = Spinner::new();
                while parallel && next().is_some() && spinner.spin() {}
                while next().is_some() {
                    parked.park();
                }
            });
        }
    }

    /// Answers the target's mailbox if the target can be borrowed.
    fn answer_for(&self, target: &ThreadState) {
        if let Some(borrow) = Borrow::of(target) {
            // SAFETY: we hold the target.
            unsafe { borrow.target.answer_mailbox() };
        }
    }
}

impl ThreadHandle {
    /// Is the thread Running just now? Only a hint.
    pub fn is_running(&self) -> bool {
        self.state().run_state.load(Ordering::Relaxed) == RUNNING
    }
}
