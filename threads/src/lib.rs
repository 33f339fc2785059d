//! The synchronisation core of grwl. It knows nothing of Python.
//!
//! A [`Runtime`] holds threads. A thread [attaches](Runtime::attach) and gets a [`Mutator`], the
//! proof that it is *Running*: it may touch shared objects. It passes
//! *safepoints* ([`Mutator::poll`]) often, and becomes *Safe* ([`Mutator::safe`]) around
//! everything that blocks.
//!
//! | what | where |
//! |---|---|
//! | the global read-write lock, stop the world | [`global_lock`] |
//! | global mode: one Running thread at a time | [`gil`] |
//! | why a thread leaves its fast path | [`poll`] |
//! | acting on behalf of another thread | [`handshake`] |
//! | per-object locks | [`biased_lock`] |
//! | who has a contended lock for how long | `turns` |
//! | waiting with time-outs and interruption; Python's Lock | [`wait_queue`], [`lock`] |
//! | thread ids and their reuse | [`registry`] |
//! | does the process rest? | [`rest`] |
//! | `fork` | [`fork`] |
//! | random preemption | [`stress`] |
//! | atomics, futexes, the parking lot: real or loom's | [`sync`] |
//!
//! Who may do what, by type: `&Mutator` for what is no safepoint, `&mut Mutator`
//! for what may be one, a [`Guard`] or a [`StoppedWorld`] for what needs exclusion.

pub mod biased_lock;
#[cfg(not(loom))]
pub mod fork;
pub mod gil;
pub mod global_lock;
pub mod handshake;
pub mod lock;
pub mod mutator;
pub mod parker;
pub mod poll;
pub mod registry;
#[cfg(not(loom))]
pub mod rest;
pub mod runtime;
pub mod signal_mask;
pub mod stack;
pub mod stress;
pub mod sync;
pub mod thread_state;
mod turns;
pub mod wait_queue;

pub use biased_lock::{Biased, BiasedLock, Guard, LockState, RevocationCounter};
pub use global_lock::StoppedWorld;
pub use handshake::ThreadEnded;
pub use lock::{Acquired, Lock, NotLocked};
pub use mutator::{Attached, Mutator, SafeRegion};
pub use poll::Events;
pub use runtime::{Config, InvalidStressSeed, Mode, Runtime, TooManyThreads};
pub use signal_mask::SignalMask;
pub use stack::NativeRoots;
pub use sync::{Deadline, MAX_THREADS};
pub use thread_state::{ThreadHandle, ThreadState};
pub use wait_queue::{FirstInLine, Limits, WaitQueue, Wake};
