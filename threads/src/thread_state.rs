//! What the runtime keeps for one thread.
//!
//! A thread state is aligned to two cache lines (the adjacent-line prefetcher
//! pairs them), lies at a fixed address, and is never freed while the runtime
//! lives: when its thread ends, the state and its id wait for the next bearer.
//! So a reference to a thread state is always safe to follow; that the bearer
//! is still the same one is told by `serial`.
//!
//! ## The run state
//!
//! | `run_state` | means | who may leave it |
//! |---|---|---|
//! | `SAFE` | does not touch the heap; counts as stopped | the owner (to `RUNNING`), a borrower (to `BORROWED`) |
//! | `RUNNING` | holds the read side of the global lock | the owner |
//! | `BORROWED` | not running; another Running thread acts for it | the borrower |
//! | `BORROWED | WANTED` | the same, and the owner sleeps until it is given back | the borrower |
//! | `ENDED` | no bearer | attach, with the registry locked |
//!
//! Every change but the last is an atomic read-modify-write on the thread's own cache
//! line; its protocols are in `global_lock` and `handshake`.

use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::handshake::Mailbox;
use crate::parker::Parker;
use crate::poll::Events;
use crate::runtime::Runtime;
use crate::stack::{NativeRoots, RootsCell};
use crate::sync::weaken::{self, Weakening};
use crate::sync::{AtomicU32, AtomicU64, Mutex, Ordering, fence_after_rmw};
use crate::turns::{self, Rivalries};
use crate::wait_queue::WaitNode;

pub(crate) const SAFE: u32 = 0;
pub(crate) const RUNNING: u32 = 1;
pub(crate) const BORROWED: u32 = 2;
pub(crate) const ENDED: u32 = 3;
pub(crate) const WANTED: u32 = 4;

/// The runtime's record of one thread. See the module's head.
#[repr(C, align(128))]
pub struct ThreadState {
    // The owner's hot words. Others write here only to ask for something.
    pub(crate) poll: AtomicU32,
    pub(crate) run_state: AtomicU32,
    pub(crate) id: u32,
    /// What names this thread in lock words that are not biased.
    pub(crate) tag: u32,
    pub(crate) global_mode: bool,
    /// Nested write sides that this thread holds. Owner only.
    pub(crate) stop_depth: Cell<u32>,
    /// Object locks held now: law 3's checker. Owner only.
    #[cfg(debug_assertions)]
    pub(crate) locks_held: Cell<u32>,
    runtime: NonNull<Runtime>,
    extension: NonNull<u8>,
    /// State of the stress switch's random numbers. Owner only.
    pub(crate) random: Cell<u64>,
    pub(crate) roots: RootsCell,
    /// The locks that this thread has lost lately. Owner only.
    pub(crate) rivalries: Rivalries,
    /// What others use to reach this thread.
    pub(crate) reach: Reach,
}

/// The part of a thread state that other threads write to, on lines of its own.
#[repr(align(128))]
pub(crate) struct Reach {
    pub(crate) parker: Parker,
    /// The owner sleeps until STOP is cleared.
    pub(crate) blocked_by_stop: AtomicU32,
    /// Events that end the owner's present wait, zero outside one.
    pub(crate) wait_events: AtomicU32,
    /// Counts the bearers; odd while there is one.
    pub(crate) serial: AtomicU64,
    pub(crate) mailbox: Mutex<Mailbox>,
    pub(crate) node: WaitNode,
}

// SAFETY: the `Cell`s are touched by the owner only (or, in the child of a
// `fork`, by the one thread there is); the roots' contract is in `stack`; the
// rest is atomic or locked. The pointer leads to the runtime that owns this.
unsafe impl Send for ThreadState {}
// SAFETY: as above.
unsafe impl Sync for ThreadState {}

impl ThreadState {
    /// Byte offset of the poll word, for compiled code.
    pub const POLL_OFFSET: usize = std::mem::offset_of!(Self, poll);
    /// Byte offset of the 32-bit thread id, for compiled code: a lock word equal to
    /// it is biased to this thread.
    pub const ID_OFFSET: usize = std::mem::offset_of!(Self, id);

    pub(crate) fn new(
        runtime: NonNull<Runtime>,
        id: u32,
        global_mode: bool,
        extension: NonNull<u8>,
    ) -> Self {
        Self {
            poll: AtomicU32::new(0),
            run_state: AtomicU32::new(ENDED),
            id,
            tag: turns::tag_of(id),
            global_mode,
            stop_depth: Cell::new(0),
            #[cfg(debug_assertions)]
            locks_held: Cell::new(0),
            runtime,
            extension,
            random: Cell::new(0),
            roots: RootsCell::new(),
            rivalries: Rivalries::new(),
            reach: Reach {
                parker: Parker::new(),
                blocked_by_stop: AtomicU32::new(0),
                wait_events: AtomicU32::new(0),
                serial: AtomicU64::new(0),
                mailbox: Mutex::new(Mailbox::new()),
                node: WaitNode::new(),
            },
        }
    }

    /// The thread's id, 1 to 65,000; unique among the threads alive.
    #[inline(always)]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The runtime to which the thread belongs.
    #[inline(always)]
    pub fn runtime(&self) -> &Runtime {
        // SAFETY: the runtime owns this state and frees it last.
        unsafe { self.runtime.as_ref() }
    }

    /// Is there a thread to it, as far as can be told without a lock?
    pub fn has_bearer(&self) -> bool {
        self.run_state.load(Ordering::Relaxed) != ENDED
    }

    /// The memory behind this state that the runtime above asked for with
    /// [`Config::extension`](crate::Config); zeroed when the state is made, and kept from
    /// one bearer to the next.
    #[inline(always)]
    pub fn extension(&self) -> NonNull<u8> {
        self.extension
    }

    /// The native roots that the thread published when it became Safe.
    ///
    /// # Safety
    /// The thread is not Running while this reads, or is at a safepoint: the world is
    /// stopped (the writer's own roots hold inside
    /// [`with_own_roots`](crate::StoppedWorld::with_own_roots) only), or the caller is the closure of
    /// a handshake with it.
    pub unsafe fn native_roots(&self) -> NativeRoots {
        // SAFETY: the caller's promise.
        unsafe { self.roots.read() }
    }

    /// Sets `bits` in the poll word, for anybody's use.
    pub(crate) fn ask(&self, bits: u32) {
        // Release: partner is the Acquire in the target's `poll_slow` and
        // `leave_safe`; what the asker did before is visible to the answer.
        self.poll.fetch_or(bits, Ordering::Release);
    }

    /// Sets events, and ends the wait that they interrupt. Async-signal-safe.
    pub(crate) fn post(&self, events: Events) {
        self.ask(events.bits());
        if !weaken::active(Weakening::PostFence) {
            // Dekker: partner is the fence in `WaitQueue::sleep`, which
            // declares its interest and then looks at the poll word.
            fence_after_rmw();
        }
        if self.reach.wait_events.load(Ordering::Relaxed) & events.bits() != 0 {
            self.reach.parker.unpark();
        }
    }

    /// A lock of this thread's was taken (+1) or released (-1).
    #[inline(always)]
    pub(crate) fn count_lock(&self, _change: i32) {
        #[cfg(debug_assertions)]
        {
            let held = self.locks_held.get().checked_add_signed(_change);
            self.locks_held
                .set(held.expect("more locks released than taken"));
        }
    }

    /// A thread that ends with an object lock held (its guard was leaked) would
    /// leave it locked for ever.
    pub(crate) fn abort_if_locked(&self) {
        #[cfg(debug_assertions)]
        if self.locks_held.get() != 0 {
            eprintln!("grwl: a thread ends with an object lock held");
            std::process::abort();
        }
    }

    /// Law 3, at every safepoint: no object lock is held here.
    #[inline(always)]
    pub(crate) fn assert_no_lock(&self) {
        #[cfg(debug_assertions)]
        assert_eq!(self.locks_held.get(), 0, "law 3: safepoint under a lock");
    }
}

impl std::fmt::Debug for ThreadState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ThreadState")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Another thread, as a target of handshakes and events. It may have ended
/// meanwhile; it is never mistaken for a later bearer of the same id.
#[derive(Clone, Debug)]
pub struct ThreadHandle {
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) state: NonNull<ThreadState>,
    pub(crate) serial: u64,
}

// SAFETY: a `ThreadState` is Sync, and the Arc keeps it allocated.
unsafe impl Send for ThreadHandle {}
// SAFETY: as above.
unsafe impl Sync for ThreadHandle {}

impl ThreadHandle {
    pub(crate) fn state(&self) -> &ThreadState {
        // SAFETY: the Arc keeps the runtime alive, which keeps the state.
        unsafe { self.state.as_ref() }
    }

    /// The id that the thread has or had.
    pub fn id(&self) -> u32 {
        self.state().id
    }

    /// The runtime to which the thread belongs.
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    /// Has the thread not ended yet? Only a hint by the time it is read.
    pub fn is_alive(&self) -> bool {
        // Acquire: partner is the Release with which the thread ended.
        self.state().reach.serial.load(Ordering::Acquire) == self.serial
    }

    /// Leaves `events` for the thread's next [`poll`](crate::Mutator::poll) and ends a wait
    /// that they interrupt. False if the thread has ended. Async-signal-safe. If the
    /// thread ends at this very moment, a new bearer of its id may see an event that
    /// was not meant for it: handlers look at their own state and find nothing.
    pub fn post(&self, events: Events) -> bool {
        if !self.is_alive() {
            return false;
        }
        self.state().post(events);
        true
    }

    /// Loom only: lets the deadline of the thread's wait pass.
    #[cfg(loom)]
    pub fn expire(&self) {
        self.state().reach.parker.expire();
    }
}
