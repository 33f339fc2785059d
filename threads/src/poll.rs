//! The poll word: why a thread should leave its fast path at the next
//! safepoint.
//!
//! Each thread has one, in its own cache line. Anybody may set bits (an atomic
//! OR); a safepoint is one load and one compare with zero. The low byte
//! belongs to this crate, the rest are [`Events`] that the runtime above
//! defines and handles.
//!
//! | bit | set by | cleared by | means |
//! |---|---|---|---|
//! | `STOP` | a writer; attach, while there is one | the writer, at its end | do not be Running |
//! | `AWAITED` | the writer, about to sleep | the thread, or the writer's end | wake the writer when no longer Running |
//! | `HANDSHAKE` | a requester, with the mailbox locked | whoever empties the mailbox, with it locked | the mailbox is not empty |
//! | `SWITCH` | a waiter for the GIL | the thread | global mode: hand the GIL over |
//! | `STRESS` | attach | nobody | always take the slow path (`GRWL_STRESS`) |
//! | `CLOSED` | the program's end; attach, after it | nobody | never be Running again |
//! | events | anybody | the thread's `poll` | handle it in Python's terms |

use std::ops::{BitOr, BitOrAssign};

pub(crate) const STOP: u32 = 1 << 0;
pub(crate) const AWAITED: u32 = 1 << 1;
pub(crate) const HANDSHAKE: u32 = 1 << 2;
pub(crate) const SWITCH: u32 = 1 << 3;
pub(crate) const STRESS: u32 = 1 << 4;
pub(crate) const CLOSED: u32 = 1 << 5;

const EVENTS: u32 = !0xff;

/// A set of things for the runtime above to do: a signal has arrived, an
/// exception was sent to the thread, a collection is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "events that are taken and dropped are lost"]
pub struct Events(u32);

impl Events {
    /// Nothing to do.
    pub const NONE: Self = Self(0);
    /// A signal of the operating system waits to be handled.
    pub const SIGNAL: Self = Self(1 << 8);
    /// The process rests, as the thread that waits has found itself: see `rest`.
    pub const REST: Self = Self(1 << 9);
    /// Every event.
    pub const ALL: Self = Self(EVENTS);
    /// How many events the runtime may define with [`Events::user`].
    pub const USER_EVENTS: u32 = 22;

    /// The runtime's own event number `n`.
    ///
    /// # Panics
    /// If `n` is [`Self::USER_EVENTS`] or more.
    pub const fn user(n: u32) -> Self {
        assert!(n < Self::USER_EVENTS, "there are 22 user events");
        Self(1 << (10 + n))
    }

    /// No event at all.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Does this set hold any of `other`?
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn from_poll(poll: u32) -> Self {
        Self(poll & EVENTS)
    }

    pub(crate) const fn bits(self) -> u32 {
        self.0
    }
}

impl BitOr for Events {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Events {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}
