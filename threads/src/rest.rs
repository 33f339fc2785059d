//! Does the process rest? Who waits for long asks now and then.
//!
//! Where references are not counted, what a program has dropped is closed by a collection, and none comes by itself while all threads wait: for the
//! peer of a dropped connection, for the workers of a dropped executor. So a process that rests is to be collected once.
//!
//! ## Protocol
//! - A thread that falls asleep with [`Events::REST`] among its interrupts makes a [`Watch`]. It sleeps in portions: after [`FIRST_LOOK`], then twice as
//!   long each time, it looks how much all threads of the process have worked meanwhile.
//! - If that is next to nothing, and there is something that was done since the last collection at rest, one of those who look leaves [`Events::REST`] for itself,
//!   wakes by it, and does at its safepoint what the layer above has in mind. That tells [`collected`].
//! - Waits in the system, for files and sockets, do the same by hand: [`Watch::portion`], [`Watch::is_due`].
//!
//! ## Invariants
//! - Who waits for less than a look pays for nothing but a time limit.
//! - A process that rests and has done nothing since the last collection at rest is not collected again.
//! - Collections at rest take less than a hundredth of the time.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::poll::Events;
use crate::sync::Deadline;
use crate::thread_state::ThreadState;
use crate::wait_queue::Limits;

/// How long the first look takes; each takes twice as long as the one before, up to [`LONGEST_LOOK`].
const FIRST_LOOK: Duration = Duration::from_millis(50);
const LONGEST_LOOK: Duration = Duration::from_secs(3);

/// Who works for less than this part of the time rests.
const REST: u32 = 50;

/// So much work, in nanoseconds, is nothing: it does not ask for a collection.
const NOTHING: u64 = 200_000;

/// So many times as long as a collection took, at least, there is no other.
const COST: u32 = 100;

/// What the process had worked, in nanoseconds, after the last collection at rest; what looks took since is added.
static WORKED: AtomicU64 = AtomicU64::new(0);

/// Before this moment there is no other collection at rest: nanoseconds since [`start`].
static NOT_BEFORE: AtomicU64 = AtomicU64::new(0);

fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}

fn since_start() -> u64 {
    u64::try_from(start().elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// The processor time of all threads of the process, in nanoseconds.
fn worked() -> u64 {
    clock(libc::CLOCK_PROCESS_CPUTIME_ID)
}

/// The calling thread's processor time, in nanoseconds.
fn worked_here() -> u64 {
    clock(libc::CLOCK_THREAD_CPUTIME_ID)
}

fn clock(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the place to write to lives on this stack. Both clocks are there on every Linux; were they not, the time would stay zero.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanoseconds = u64::try_from(time.tv_nsec).unwrap_or(0);
    seconds * 1_000_000_000 + nanoseconds
}

/// A collection at rest is over, which took so long. `again`: what it has found may lead to more, so the next one comes even if nothing else happens.
pub fn collected(took: Duration, again: bool) {
    let pause = u64::try_from(took.saturating_mul(COST).as_nanos()).unwrap_or(u64::MAX);
    NOT_BEFORE.store(since_start().saturating_add(pause), Ordering::Relaxed);
    let worked = if again { 0 } else { worked() };
    WORKED.store(worked, Ordering::Relaxed);
}

/// In the child of a `fork`, whose clock begins at zero.
pub(crate) fn after_fork() {
    WORKED.store(0, Ordering::Relaxed);
}

/// What a look has found.
#[derive(Clone, Copy, Debug)]
struct Look {
    when: Instant,
    /// What the process had worked, in nanoseconds.
    worked: u64,
    /// What the looking thread had.
    worked_here: u64,
}

/// One wait's looks. See the module's head.
#[derive(Debug)]
pub struct Watch {
    look: Duration,
    before: Option<Look>,
}

impl Default for Watch {
    fn default() -> Self {
        Self::new()
    }
}

impl Watch {
    /// A wait begins.
    pub const fn new() -> Self {
        Self {
            look: FIRST_LOOK,
            before: None,
        }
    }

    /// How long to wait until the next look, if `left` is left of the wait; `None`: it has no limit.
    pub fn portion(&self, left: Option<Duration>) -> Duration {
        left.map_or(self.look, |left| left.min(self.look))
    }

    /// A portion is over. Shall the caller have a collection done, because the process rests? Only one of those who ask at once gets a yes.
    pub fn is_due(&mut self) -> bool {
        self.look = (self.look * 2).min(LONGEST_LOOK);
        let now = Look {
            when: Instant::now(),
            worked: worked(),
            worked_here: worked_here(),
        };
        let Some(before) = self.before.replace(now) else {
            return false;
        };
        let work = Duration::from_nanos(now.worked.saturating_sub(before.worked));
        if work > (now.when - before.when) / REST {
            return false;
        }
        // This thread has done nothing but look, until it collects.
        let looks = now.worked_here.saturating_sub(before.worked_here);
        let last = WORKED
            .fetch_add(looks, Ordering::Relaxed)
            .saturating_add(looks);
        now.worked >= last.saturating_add(NOTHING)
            && since_start() >= NOT_BEFORE.load(Ordering::Relaxed)
            && WORKED
                .compare_exchange(last, now.worked, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
            && {
                self.before = None;
                true
            }
    }

    /// Sleeps in the parker as `limits` allow, looking on the way. False: the time is up and no token was there. For the thread itself.
    pub(crate) fn park(&mut self, state: &ThreadState, limits: &Limits) -> bool {
        let parker = &state.reach.parker;
        let left = limits.deadline.as_ref().map(Deadline::remaining);
        if left.is_some_and(|left| left <= self.look) {
            return parker.park(limits.deadline.as_ref());
        }
        let look = Deadline::after(self.look);
        if !parker.park(look.as_ref()) && self.is_due() {
            state.ask(Events::REST.bits());
        }
        true
    }
}
