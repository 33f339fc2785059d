//! Deliberate weakenings, for showing that the loom models bite.
//!
//! Each [`Weakening`] names one ordering, fence, re-check or lock that a
//! protocol needs. A model marked `#[should_panic]` switches one off with
//! [`with`] and must then fail. Outside loom, [`active`] is a constant `false`
//! and the compiler removes every trace.

use super::Ordering;

/// What a model may switch off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Weakening {
    /// A reader that became Running does not look whether a stop is asked for.
    ReaderEntryRecheck = 1,
    /// No full fence between "I am Running" and the look at the poll word.
    ReaderEntryFence,
    /// No full fence between "I am Safe" and the look at the poll word.
    SafeEntryFence,
    /// The end of a stop does not fence between clearing the request and
    /// looking for threads that wait for it.
    ResumeFence,
    /// A second writer does not wait for the first.
    WriterExclusion,
    /// At the end of a callback the outer region's roots are put back when the thread is Safe already.
    RootsRestoredRunning,
    /// A thread that gives up the GIL does not look for waiters.
    GilWaiters,
    /// A requester does not look again whether its target became Safe.
    HandshakeRecheck,
    /// A thread on its way into a Safe region leaves its mailbox unread.
    HandshakeSafeEntry,
    /// A borrower does not look into the mailbox when it gives its target back.
    BorrowReturnRecheck,
    /// A thread's mailbox opens before its state can be borrowed.
    MailboxOpen,
    /// A thread ends without closing its mailbox.
    MailboxClose,
    /// Ownership is taken away without asking the owner.
    RevokeUnasked,
    /// A dead owner's object is taken without the registry's lock.
    RevokeDeadUnlocked,
    /// The owner's answer to a revocation is published Relaxed.
    HandshakeDone,
    /// Unlocking a shared lock ignores parked threads.
    UnlockWake,
    /// Relaxed release of a shared lock.
    UnlockRelease,
    /// An owner gives its bias up by a Relaxed store.
    GiveUpRelease,
    /// A woken waiter takes the shared lock without the mark that others may
    /// still be parked.
    WokenMark,
    /// The parker's sleeper does not look for a token before it sleeps.
    ParkerRecheck,
    /// A timed-out waiter leaves without looking whether it was woken after all.
    WaitTimeoutRecheck,
    /// A poster of events does not fence before it looks for a waiter.
    PostFence,
    /// Storage is published Relaxed.
    Publish,
    /// Memory behind a string is claimed by a look and a store.
    GrowthClaim,
    /// A key that moves in a dict loses its old place before it has the new one.
    MoveKillsFirst,
    /// A key that moves in a dict does so without marking the table.
    MoveUnmarked,
}

#[cfg(loom)]
std::thread_local! {
    static ACTIVE: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// Is `which` switched off in this run?
#[cfg(loom)]
pub fn active(which: Weakening) -> bool {
    ACTIVE.with(|active| active.get() == which as u32)
}

/// Is `which` switched off in this run? Never, outside loom.
#[cfg(not(loom))]
#[inline(always)]
pub const fn active(_which: Weakening) -> bool {
    false
}

/// `strong`, or Relaxed if `which` is switched off.
#[inline(always)]
pub fn ordering(which: Weakening, strong: Ordering) -> Ordering {
    if active(which) {
        Ordering::Relaxed
    } else {
        strong
    }
}

/// Runs `model` with `which` switched off. All of loom's threads share one
/// thread of the system, so models of other tests are not disturbed.
#[cfg(loom)]
pub fn with<R>(which: Weakening, model: impl FnOnce() -> R) -> R {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            ACTIVE.with(|active| active.set(0));
        }
    }
    ACTIVE.with(|active| active.set(which as u32));
    let _reset = Reset;
    model()
}
