//! Proves of the global lock's write side: while a stop lasts nobody but the writer is
//! Running, stops nest, many may ask at once and are served in turn, and threads may end
//! or attach at any moment of a stop.

mod crew;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use grwl_threads::{Mode, Mutator, StoppedWorld};

use crew::witness::{Guarded, StoppedPair};

#[test]
fn nobody_is_running_during_a_stop() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let (pair, busy) = (StoppedPair::new(), AtomicUsize::new(0));
        let stops = crew::crew(&runtime, size, |index, thread| {
            let mut stops = 0;
            for round in 0..crew::rounds(12_000 / size) {
                // From here to the poll there is no safepoint.
                busy.fetch_add(1, Ordering::Relaxed);
                pair.read(thread);
                if round % 64 == 0 {
                    std::thread::yield_now();
                }
                pair.read(thread);
                busy.fetch_sub(1, Ordering::Relaxed);
                let _ = thread.poll();
                if (round + index) % 16 == 0 {
                    let world = thread.stop_the_world();
                    assert_eq!(busy.load(Ordering::Relaxed), 0, "somebody is Running");
                    pair.bump(&world);
                    stops += 1;
                }
            }
            stops
        });
        let thread = runtime.attach().expect("there is room");
        assert_eq!(pair.read(&thread), stops.iter().sum::<u64>());
    });
}

#[test]
fn many_writers_at_once_exclude_each_other() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let count = Guarded::new(0_u64);
        let each = crew::rounds(2_400 / size);
        crew::crew(&runtime, size, |_, thread| {
            for _ in 0..each {
                let _world = thread.stop_the_world();
                // SAFETY: the world is stopped.
                unsafe { count.increment() };
            }
        });
        assert_eq!(count.into_inner(), (size * each) as u64);
    });
}

/// A thread that counts as long as it may run.
struct Ticker<'a> {
    ticks: &'a AtomicUsize,
    done: &'a AtomicBool,
}

impl Ticker<'_> {
    fn run(&self, thread: &mut Mutator) {
        while !self.done.load(Ordering::Relaxed) {
            self.ticks.fetch_add(1, Ordering::Relaxed);
            let _ = thread.poll();
            // A new way in, too: leaving a Safe region.
            thread.safe(std::thread::yield_now);
        }
    }

    /// Checks that the world stands still. In a Safe region, so that in global mode
    /// it is not the GIL that keeps the ticker out.
    fn stands_still(&self, world: &mut StoppedWorld) {
        let before = self.ticks.load(Ordering::Relaxed);
        let pause = || std::thread::sleep(Duration::from_millis(10));
        world.mutator_mut().safe(pause);
        assert_eq!(self.ticks.load(Ordering::Relaxed), before, "it runs");
        {
            // SAFETY: the guard is dropped at the block's end, and there is no heap.
            let _region = unsafe { world.mutator_mut().safe_region() };
            pause();
        }
        assert_eq!(self.ticks.load(Ordering::Relaxed), before, "it runs");
        let _ = world.mutator_mut().poll();
        pause();
        assert_eq!(self.ticks.load(Ordering::Relaxed), before, "it runs");
    }
}

#[test]
fn stops_nest_and_neither_safe_regions_nor_safepoints_let_go() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let (ticks, done) = (AtomicUsize::new(0), AtomicBool::new(false));
        let ticker = Ticker {
            ticks: &ticks,
            done: &done,
        };
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let mut thread = runtime.attach().expect("there is room");
                    ticker.run(&mut thread);
                });
            }
            let mut main = runtime.attach().expect("there is room");
            for _ in 0..3 {
                let seen = ticks.load(Ordering::Relaxed);
                crew::poll_until(&mut main, || ticks.load(Ordering::Relaxed) > seen);
                let mut outer = main.stop_the_world();
                ticker.stands_still(&mut outer);
                {
                    let mut inner = outer.mutator_mut().stop_the_world();
                    ticker.stands_still(&mut inner);
                    drop(inner.mutator_mut().stop_the_world());
                    ticker.stands_still(&mut inner);
                }
                ticker.stands_still(&mut outer);
            }
            let seen = ticks.load(Ordering::Relaxed);
            crew::poll_until(&mut main, || ticks.load(Ordering::Relaxed) > seen);
            done.store(true, Ordering::Relaxed);
        });
    });
}

#[test]
fn writers_are_served_in_the_order_in_which_they_asked() {
    let _watchdog = crew::Watchdog::new("RwLock");
    // In global mode nobody can ask while another writer has not finished: only one
    // thread is Running.
    let runtime = crew::calm_runtime(Mode::RwLock);
    for _ in 0..20 {
        let (turn, order) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            // It is Running and passes no safepoint until everybody has asked.
            let mut conductor = runtime.attach().expect("there is room");
            let (sender, receiver) = channel();
            for index in 0..8 {
                let (runtime, turn, order) = (&runtime, &turn, &order);
                let sender = sender.clone();
                scope.spawn(move || {
                    let mut thread = runtime.attach().expect("there is room");
                    sender.send((index, thread.handle())).expect("it listens");
                    crew::spin_until(|| turn.load(Ordering::Acquire) > index);
                    let _world = thread.stop_the_world();
                    order.lock().expect("no panics").push(index);
                });
            }
            let mut handles: Vec<_> = receiver.iter().take(8).collect();
            handles.sort_by_key(|(index, _)| *index);
            for (index, handle) in handles {
                turn.store(index + 1, Ordering::Release);
                if index == 0 {
                    // The first becomes the writer, and asks the conductor to stop.
                    crew::spin_until(|| crew::poll_word(conductor.state()) != 0);
                } else {
                    // The others stand in line as soon as they are Safe.
                    crew::spin_until(|| !handle.is_running());
                }
            }
            assert!(order.lock().expect("no panics").is_empty());
            let _ = conductor.poll();
        });
        let order = order.into_inner().expect("no panics");
        assert_eq!(order, [0, 1, 2, 3, 4, 5, 6, 7]);
    }
}

#[test]
fn a_thread_that_ends_without_a_safepoint_lets_the_stop_begin() {
    let _watchdog = crew::Watchdog::new("RwLock");
    // In global mode no second Running thread can be there to end.
    let runtime = crew::calm_runtime(Mode::RwLock);
    // With the pause the writer has stopped spinning and sleeps.
    for pause in [Duration::ZERO, Duration::from_millis(5)].repeat(20) {
        let stopped = AtomicBool::new(false);
        let ending = runtime.attach().expect("there is room");
        let id = ending.id();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut thread = runtime.attach().expect("there is room");
                let world = thread.stop_the_world();
                stopped.store(true, Ordering::Relaxed);
                assert!(world.threads().iter().all(|state| state.id() != id));
            });
            crew::spin_until(|| crew::poll_word(ending.state()) != 0);
            std::thread::sleep(pause);
            assert!(!stopped.load(Ordering::Relaxed), "{id} is still Running");
            drop(ending);
        });
        assert!(stopped.load(Ordering::Relaxed));
    }
}

#[test]
fn attaching_during_a_stop_waits_for_its_end() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        for _ in 0..5 {
            let attached = AtomicUsize::new(0);
            std::thread::scope(|scope| {
                let mut main = runtime.attach().expect("there is room");
                let mut world = main.stop_the_world();
                for _ in 0..4 {
                    scope.spawn(|| {
                        let _thread = runtime.attach().expect("there is room");
                        attached.fetch_add(1, Ordering::Relaxed);
                    });
                }
                world.mutator_mut().safe(|| {
                    crew::eventually("they have begun", || runtime.live_threads() == 5);
                    std::thread::sleep(Duration::from_millis(10));
                });
                assert_eq!(attached.load(Ordering::Relaxed), 0, "one is Running");
                assert_eq!(world.threads().len(), 5);
            });
            assert_eq!(attached.load(Ordering::Relaxed), 4);
        }
    });
}

#[test]
fn a_stop_waits_for_a_running_thread_and_not_for_a_safe_one() {
    let _watchdog = crew::Watchdog::new("RwLock");
    // Two Running threads at a time are needed.
    let runtime = crew::calm_runtime(Mode::RwLock);
    for _ in 0..5 {
        let (stopped, go) = (AtomicBool::new(false), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut safe = runtime.attach().expect("there is room");
                safe.safe(|| crew::eventually("the stop", || stopped.load(Ordering::Relaxed)));
            });
            let mut running = runtime.attach().expect("there is room");
            scope.spawn(|| {
                let mut writer = runtime.attach().expect("there is room");
                crew::spin_until(|| go.load(Ordering::Relaxed));
                drop(writer.stop_the_world());
                stopped.store(true, Ordering::Relaxed);
            });
            go.store(true, Ordering::Relaxed);
            crew::spin_until(|| crew::poll_word(running.state()) != 0);
            std::thread::sleep(Duration::from_millis(5));
            assert!(!stopped.load(Ordering::Relaxed), "the caller is Running");
            crew::poll_until(&mut running, || stopped.load(Ordering::Relaxed));
        });
    }
}

#[test]
fn a_stop_whose_guard_was_leaked_ends_with_its_thread() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        for depth in [1, 3] {
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let mut thread = runtime.attach().expect("there is room");
                    for _ in 0..depth {
                        std::mem::forget(thread.stop_the_world());
                    }
                });
            });
            // Nobody could be Running if it had not ended.
            crew::crew(&runtime, 4, |_, thread| drop(thread.stop_the_world()));
        }
    });
}
