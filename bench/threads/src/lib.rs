//! What is measured of the synchronisation core, as functions that both front ends
//! share: the table of ratios (`src/main.rs`) and the divan benches
//! (`benches/primitives.rs`).
//!
//! A workload is made once, with its threads and objects, and is then run as often
//! as wanted: it repeats its operation and says how long that took. Making it
//! is never part of the time.
//!
//! | what | where |
//! |---|---|
//! | the object that is read and written; keeping loops honest | [`object`] |
//! | Safe regions, mutexes that nobody else wants, the safepoint | [`uncontended`] |
//! | one store: unlocked, biased, shared, under mutexes | [`mutation`] |
//! | two threads at one lock | [`contention`] |
//! | handshakes, stops of the world | [`latency`] |
//! | two threads taking turns | [`ping_pong`] |
//! | readers: alone, two threads, two processes | [`readers`] |
//! | which time counts | [`clock`] |
//! | threads that start together, each on its own core | [`crew`] |
//! | measuring two workloads in turns | [`pairs`] |

pub mod clock;
pub mod contention;
pub mod crew;
pub mod latency;
pub mod mutation;
pub mod object;
pub mod pairs;
pub mod ping_pong;
pub mod readers;
pub mod uncontended;

use std::sync::Arc;
use std::time::Duration;

use grwl_threads::{Config, Mode, Runtime};

/// Runs its operation the given number of times and says how long that took.
pub type Workload = Box<dyn FnMut(u64) -> Duration>;

/// A runtime in which all threads may run at once.
pub(crate) fn rwlock_runtime() -> Arc<Runtime> {
    Runtime::new(Config::new(Mode::RwLock))
}
