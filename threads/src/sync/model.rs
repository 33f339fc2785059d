//! Loom's side of the [`sync`](super) door.
//!
//! Time does not pass inside a model: a wait with a deadline ends early only
//! after the model itself has called [`Futex::expire`], which loom places at
//! every point where a clock could have fired.

pub use loom::cell::UnsafeCell;
pub use loom::sync::MutexGuard;
pub use loom::sync::atomic::{
    AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
};
pub use loom::thread;

use std::time::Duration;

/// A full fence; see the native side for why it has a name of its own.
pub fn fence_after_rmw() {
    fence(Ordering::SeqCst);
}

/// Has the model failed? Its threads are gone then, and a destructor that
/// touched one of its objects would panic a second time.
pub fn model_failed() -> bool {
    std::thread::panicking()
}

/// Lets another thread of the model run.
pub fn spin_hint() {
    loom::hint::spin_loop();
}

/// Looking again would only cost states here.
pub fn spin_until(_condition: impl Fn() -> bool) -> bool {
    false
}

/// Likewise.
pub fn stay_awake(_limit: Duration, _condition: impl Fn() -> bool) -> bool {
    false
}

/// A time limit that the model, not a clock, lets pass.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(());

impl Deadline {
    /// A limit; how long it is means nothing here.
    pub fn after(_duration: Duration) -> Option<Self> {
        Some(Self(()))
    }

    /// Never known in a model.
    pub fn remaining(&self) -> Duration {
        Duration::ZERO
    }
}

/// `loom::sync::Mutex` without poisoning.
#[derive(Debug)]
pub struct Mutex<T>(loom::sync::Mutex<T>);

impl<T> Mutex<T> {
    /// An unlocked mutex around `value`.
    pub fn new(value: T) -> Self {
        Self(loom::sync::Mutex::new(value))
    }

    /// Waits until the mutex is free and takes it.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(|poison| poison.into_inner())
    }
}

/// The kernel's futex: the comparison with the word and going to sleep are one
/// step under the kernel's own lock.
#[derive(Debug)]
pub struct Futex {
    word: AtomicU32,
    kernel: loom::sync::Mutex<bool>,
    sleepers: loom::sync::Condvar,
}

impl Futex {
    /// A futex whose word starts as `value`.
    pub fn new(value: u32) -> Self {
        Self {
            word: AtomicU32::new(value),
            kernel: loom::sync::Mutex::new(false),
            sleepers: loom::sync::Condvar::new(),
        }
    }

    /// The word itself.
    pub fn word(&self) -> &AtomicU32 {
        &self.word
    }

    /// As the native one; the deadline passes when [`expire`](Self::expire) was called.
    pub fn wait(&self, expected: u32, deadline: Option<&Deadline>) -> bool {
        let expired = self.kernel.lock().expect("loom mutex");
        if self.word.load(Ordering::SeqCst) != expected {
            return true;
        }
        if deadline.is_some() && *expired {
            return false;
        }
        let expired = self.sleepers.wait(expired).expect("loom mutex");
        !(deadline.is_some() && *expired)
    }

    /// Wakes one sleeper, if any.
    pub fn wake_one(&self) {
        let _kernel = self.kernel.lock().expect("loom mutex");
        self.sleepers.notify_one();
    }

    /// Lets the time of all deadlines pass, from now on.
    pub fn expire(&self) {
        let mut expired = self.kernel.lock().expect("loom mutex");
        *expired = true;
        self.sleepers.notify_all();
    }
}

/// The parking lot, as one queue under one lock.
pub mod lot {
    use loom::sync::{Condvar, Mutex};
    use std::cell::Cell;
    use std::collections::VecDeque;
    use std::sync::Arc;

    /// What the waker decides while the queue stands still.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Verdict {
        /// The woken thread competes for the lock like anybody.
        Compete,
        /// The woken thread has the lock: fairness.
        HandOver,
    }

    /// What stood in the queue when the waker looked.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Found {
        /// Nobody.
        Nobody,
        /// A thread that is being woken.
        Waiter,
        /// A thread that is being woken and has waited long: hand the lock over.
        ImpatientWaiter,
    }

    /// Looking again would only cost states here.
    pub struct Spinner(());

    impl Spinner {
        /// At the start of a wait.
        pub const fn new() -> Self {
            Self(())
        }

        /// Likewise.
        pub const fn short() -> Self {
            Self(())
        }

        /// It is time to park.
        pub fn spin(&mut self) -> bool {
            false
        }
    }

    impl Default for Spinner {
        fn default() -> Self {
            Self::new()
        }
    }

    /// A model always has several threads.
    pub fn is_only_processor() -> bool {
        false
    }

    struct Sleeper {
        key: usize,
        verdict: Arc<Mutex<Option<Verdict>>>,
        woken: Arc<Condvar>,
    }

    loom::lazy_static! {
        static ref QUEUE: Mutex<VecDeque<Sleeper>> = Mutex::new(VecDeque::new());
    }

    std::thread_local! {
        static ALL_IMPATIENT: Cell<bool> = const { Cell::new(false) };
    }

    /// Makes every waiter one that has waited long, since no time passes here.
    pub fn set_all_impatient(impatient: bool) {
        ALL_IMPATIENT.with(|cell| cell.set(impatient));
    }

    /// As the native one.
    ///
    /// # Safety
    /// None here; kept for the same signature.
    pub unsafe fn park(key: usize, _impatient: bool, still_needed: impl FnOnce() -> bool) -> bool {
        let mut queue = QUEUE.lock().expect("loom mutex");
        if !still_needed() {
            return false;
        }
        let verdict = Arc::new(Mutex::new(None));
        let woken = Arc::new(Condvar::new());
        queue.push_back(Sleeper {
            key,
            verdict: verdict.clone(),
            woken: woken.clone(),
        });
        drop(queue);
        let mut answer = verdict.lock().expect("loom mutex");
        loop {
            if let Some(verdict) = *answer {
                return verdict == Verdict::HandOver;
            }
            answer = woken.wait(answer).expect("loom mutex");
        }
    }

    /// As the native one.
    ///
    /// # Safety
    /// None here; kept for the same signature.
    pub unsafe fn unpark_one(key: usize, decide: impl FnOnce(Found) -> Verdict) {
        let mut queue = QUEUE.lock().expect("loom mutex");
        let sleeper = queue
            .iter()
            .position(|sleeper| sleeper.key == key)
            .and_then(|index| queue.remove(index));
        let verdict = decide(match &sleeper {
            None => Found::Nobody,
            Some(_) if ALL_IMPATIENT.with(Cell::get) => Found::ImpatientWaiter,
            Some(_) => Found::Waiter,
        });
        if let Some(sleeper) = sleeper {
            *sleeper.verdict.lock().expect("loom mutex") = Some(verdict);
            sleeper.woken.notify_one();
        }
    }
}
