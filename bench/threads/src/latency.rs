//! How long other threads take to answer: handshakes and stops of the world.
//!
//! One iteration is one such exchange, from the request until the requester goes on.
//! What must be so before an exchange (all others Running again after a stop) is
//! waited for outside the time.
//!
//! No thread is pinned here: waking a thread is the scheduler's business in
//! earnest too. With more polling threads than cores, the time holds the
//! scheduler's turns: a thread that is not on a core cannot reach its safepoint.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use grwl_threads::{Attached, Runtime, ThreadHandle};

use crate::clock::timed;
use crate::{Workload, rwlock_runtime};

/// What the other threads do all the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// They sleep in a Safe region.
    Safe,
    /// They pass one safepoint after the other.
    Running,
}

/// Other threads of a runtime; they end when this is dropped.
struct Crew {
    kind: Others,
    handles: Vec<ThreadHandle>,
    threads: Vec<JoinHandle<()>>,
    stop: Arc<AtomicBool>,
    /// Dropping one ends a Safe sleep.
    sleeps: Vec<Sender<()>>,
}

impl Crew {
    /// Starts them and waits until they are there.
    fn new(runtime: &Arc<Runtime>, kind: Others, count: usize) -> Self {
        let (tell, told) = mpsc::channel();
        let mut crew = Self {
            kind,
            handles: Vec::new(),
            threads: Vec::new(),
            stop: Arc::new(AtomicBool::new(false)),
            sleeps: Vec::new(),
        };
        for _ in 0..count {
            let (runtime, tell, stop) = (runtime.clone(), tell.clone(), crew.stop.clone());
            let (sleep, asleep) = mpsc::channel::<()>();
            crew.sleeps.push(sleep);
            crew.threads.push(thread::spawn(move || {
                let mut mutator = runtime.attach().expect("there are few threads");
                let here = || tell.send(mutator.handle()).expect("the maker waits");
                here();
                match kind {
                    // The other end never sends.
                    Others::Safe => mutator.safe(|| assert!(asleep.recv().is_err())),
                    Others::Running => {
                        while !stop.load(Ordering::Relaxed) {
                            let events = mutator.poll();
                            debug_assert!(events.is_empty());
                        }
                    }
                }
            }));
        }
        crew.handles.extend(told.iter().take(count));
        crew
    }

    /// Waits until all do what they should.
    fn settle(&self) {
        let should = self.kind == Others::Running;
        while self.handles.iter().any(|it| it.is_running() != should) {
            thread::sleep(Duration::from_micros(50));
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.sleeps.clear();
        for thread in self.threads.drain(..) {
            thread.join().expect("a thread of the crew panicked");
        }
    }
}

/// A requester and the threads that it disturbs.
struct Scene {
    kind: Others,
    crew: Crew,
    requester: Attached,
}

impl Scene {
    fn new(kind: Others, count: usize) -> Self {
        let runtime = rwlock_runtime();
        let crew = Crew::new(&runtime, kind, count);
        let requester = runtime.attach().expect("there are few threads");
        Self {
            kind,
            crew,
            requester,
        }
    }

    fn run(&mut self, iterations: u64, mut exchange: impl FnMut(&mut Self)) -> Duration {
        self.crew.settle();
        if self.kind == Others::Safe {
            // They stay as they are, so one look at the clock is enough.
            return timed(|| (0..iterations).for_each(|_| exchange(self)));
        }
        let mut time = Duration::ZERO;
        for _ in 0..iterations {
            self.crew.settle();
            time += timed(|| exchange(self));
        }
        time
    }
}

/// A handshake with one other thread.
pub fn handshake(kind: Others) -> Workload {
    let mut scene = Scene::new(kind, 1);
    Box::new(move |iterations| {
        scene.run(iterations, |scene| {
            let target = &scene.crew.handles[0];
            let answer = scene.requester.handshake(target, |_| ());
            answer.expect("the target does not end");
        })
    })
}

/// Stopping `count` other threads, and letting them go. Run zero times, it only
/// waits until they are ready for the next stop.
pub fn stop_the_world(kind: Others, count: usize) -> Workload {
    let mut scene = Scene::new(kind, count);
    Box::new(move |iterations| {
        scene.run(iterations, |scene| drop(scene.requester.stop_the_world()))
    })
}
