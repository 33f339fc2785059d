//! Helper threads of the collecting thread, which join only if they are scheduled.
//!
//! ## Protocol
//! The collecting thread posts a job and begins on it at once. When the job turns out
//! to be worth it, it *invites* the helpers, which costs a system call each and no waiting. A helper that gets
//! a processor while the job is still posted registers as active and works. At the end of its own
//! part the collecting thread takes the job down and waits only for those that are active.
//!
//! Helpers are no threads of the runtime: they touch the heap only inside a job, that is
//! while the world is stopped. They are started with the first invitation.

use std::sync::Arc;

use grwl_threads::sync::{Futex, Mutex, Ordering, spin_hint, thread};

/// A job's helper half; the argument is the helper's number.
type Help = dyn Fn(usize) + Sync;

/// See the module's head.
pub(crate) struct Gang {
    shared: Arc<Shared>,
    size: usize,
}

struct Shared {
    state: Mutex<State>,
    /// Changes with each invitation.
    bell: Futex,
}

struct State {
    job: Option<Job>,
    active: usize,
    started: usize,
    ended: bool,
}

/// A job's helper half, without its lifetime; see `Gang::run`.
#[derive(Clone, Copy)]
struct Job(*const Help);

// SAFETY: what it points to is Sync, and alive for as long as it is posted or a helper is active.
unsafe impl Send for Job {}

impl Gang {
    /// A gang of at most `size` helpers.
    pub(crate) fn new(size: usize) -> Self {
        Self {
            shared: Arc::new(Shared {
                state: Mutex::new(State {
                    job: None,
                    active: 0,
                    started: 0,
                    ended: false,
                }),
                bell: Futex::new(0),
            }),
            size,
        }
    }

    /// Runs `main` on the calling thread; helpers that are scheduled meanwhile run `help`.
    /// Returns when all have returned.
    pub(crate) fn run<R>(&self, main: impl FnOnce() -> R, help: &(dyn Fn(usize) + Sync)) -> R {
        let job: *const (dyn Fn(usize) + Sync + '_) = help;
        // SAFETY: only the lifetime changes. The job is taken down, and no helper
        // active, before this returns, even by unwinding (`TakeDown`).
        let job =
            unsafe { std::mem::transmute::<*const (dyn Fn(usize) + Sync + '_), *const Help>(job) };
        self.shared.state.lock().job = Some(Job(job));
        let _take_down = TakeDown(&self.shared);
        main()
    }

    /// Calls the helpers to the job that is posted.
    #[cold]
    pub(crate) fn invite(&self) {
        let mut state = self.shared.state.lock();
        while state.started < self.size {
            let (shared, number) = (self.shared.clone(), state.started + 1);
            // A helper handles no signals.
            let mask = grwl_threads::SignalMask::block_all();
            let spawned = thread::Builder::new()
                .name(format!("grwl-marker-{number}"))
                .stack_size(256 << 10)
                .spawn(move || shared.work(number));
            mask.restore();
            if spawned.is_err() {
                break;
            }
            state.started += 1;
        }
        let started = state.started;
        drop(state);
        self.shared.bell.word().fetch_add(1, Ordering::Relaxed);
        for _ in 0..started {
            self.shared.bell.wake_one();
        }
    }

    /// In the child of a `fork`: the helpers do not exist here.
    pub(crate) fn forget_helpers(&self) {
        let mut state = self.shared.state.lock();
        state.started = 0;
        state.active = 0;
        state.job = None;
    }
}

impl Drop for Gang {
    fn drop(&mut self) {
        let started = {
            let mut state = self.shared.state.lock();
            state.ended = true;
            state.started
        };
        self.shared.bell.word().fetch_add(1, Ordering::Relaxed);
        for _ in 0..started {
            self.shared.bell.wake_one();
        }
    }
}

struct TakeDown<'a>(&'a Shared);

impl Drop for TakeDown<'_> {
    fn drop(&mut self) {
        let mut spins = 0;
        loop {
            let mut state = self.0.state.lock();
            state.job = None;
            if state.active == 0 {
                return;
            }
            drop(state);
            spins += 1;
            if spins < 200 {
                spin_hint();
            } else {
                thread::yield_now();
            }
        }
    }
}

impl Shared {
    fn work(&self, number: usize) {
        loop {
            let bell = self.bell.word().load(Ordering::Relaxed);
            let job = {
                let mut state = self.state.lock();
                if state.ended {
                    return;
                }
                state.active += usize::from(state.job.is_some());
                state.job
            };
            if let Some(job) = job {
                let _leave = Leave(self);
                // SAFETY: it is alive while we are active.
                unsafe { (*job.0)(number) };
            }
            self.bell.wait(bell, None);
        }
    }
}

struct Leave<'a>(&'a Shared);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.0.state.lock().active -= 1;
    }
}
