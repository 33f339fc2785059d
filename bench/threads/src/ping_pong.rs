//! Two threads take turns: handing over the lock of the global mode, and, to
//! hold it against, waking each other over a condition variable.
//!
//! One iteration is a round trip: the other thread's turn has come and gone. No
//! thread is pinned.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use grwl_threads::{Attached, Config, Mode, Runtime};

use crate::Workload;
use crate::clock::timed;

/// Global mode: each thread calls [`switch`](grwl_threads::Mutator::switch) in a loop, which
/// hands the lock over whenever the other one waits for it.
pub fn global_hand_over() -> Workload {
    let mut game = HandOver::new();
    Box::new(move |iterations| game.play(iterations))
}

struct HandOver {
    me: Attached,
    /// The partner marks each of its turns.
    was_there: Arc<AtomicBool>,
    over: Arc<AtomicBool>,
    partner: Option<JoinHandle<()>>,
}

impl HandOver {
    fn new() -> Self {
        let runtime = Runtime::new(Config::new(Mode::Global));
        let me = runtime.attach().expect("the first thread");
        let was_there = Arc::new(AtomicBool::new(false));
        let over = Arc::new(AtomicBool::new(false));
        let partner = {
            let (was_there, over) = (was_there.clone(), over.clone());
            thread::spawn(move || {
                let mut partner = runtime.attach().expect("the second thread");
                while !over.load(Ordering::Relaxed) {
                    was_there.store(true, Ordering::Relaxed);
                    partner.switch();
                }
            })
        };
        Self {
            me,
            was_there,
            over,
            partner: Some(partner),
        }
    }

    fn play(&mut self, iterations: u64) -> Duration {
        timed(|| {
            for _ in 0..iterations {
                self.was_there.store(false, Ordering::Relaxed);
                while !self.was_there.load(Ordering::Relaxed) {
                    self.me.switch();
                }
            }
        })
    }
}

impl Drop for HandOver {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let partner = self.partner.take().expect("dropped once");
        // Safe: the partner needs the lock to end.
        let ended = self.me.safe(|| partner.join());
        ended.expect("the partner panicked");
    }
}

/// A mutex and a condition variable of the standard library.
pub fn condvar() -> Workload {
    let game = Rally::new();
    Box::new(move |iterations| game.play(iterations))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ball {
    Here,
    There,
    Gone,
}

struct Court {
    ball: Mutex<Ball>,
    moved: Condvar,
}

impl Court {
    fn put(&self, ball: Ball) {
        *self.ball.lock().expect("nobody panics") = ball;
        self.moved.notify_one();
    }

    /// Sleeps while the ball is where it is said to be; returns where it is then.
    fn watch(&self, while_it_is: Ball) -> Ball {
        let ball = self.ball.lock().expect("nobody panics");
        let ball = self.moved.wait_while(ball, |ball| *ball == while_it_is);
        *ball.expect("nobody panics")
    }
}

struct Rally {
    court: Arc<Court>,
    partner: Option<JoinHandle<()>>,
}

impl Rally {
    fn new() -> Self {
        let court = Arc::new(Court {
            ball: Mutex::new(Ball::Here),
            moved: Condvar::new(),
        });
        let partner = {
            let court = court.clone();
            thread::spawn(move || {
                while court.watch(Ball::Here) == Ball::There {
                    court.put(Ball::Here);
                }
            })
        };
        Self {
            court,
            partner: Some(partner),
        }
    }

    fn play(&self, iterations: u64) -> Duration {
        timed(|| {
            for _ in 0..iterations {
                self.court.put(Ball::There);
                self.court.watch(Ball::There);
            }
        })
    }
}

impl Drop for Rally {
    fn drop(&mut self) {
        self.court.put(Ball::Gone);
        let partner = self.partner.take().expect("dropped once");
        partner.join().expect("the partner panicked");
    }
}
