//! Event: a flag that threads wait for, directly on a wait queue.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use grwl_threads::{Limits, Mutator, WaitQueue, Wake};

use crate::{at_most, crew};

#[derive(Default)]
struct Event {
    is_set: AtomicBool,
    queue: WaitQueue,
}

impl Event {
    fn is_set(&self) -> bool {
        // Acquire: partner is the Release in `set`.
        self.is_set.load(Ordering::Acquire)
    }

    fn set(&self, thread: &mut Mutator) -> usize {
        let act = || self.is_set.store(true, Ordering::Release);
        self.queue.wake_all(thread, 0, act)
    }

    fn clear(&self) {
        self.is_set.store(false, Ordering::Relaxed);
    }

    /// Is the event set, at the latest when the limits end the wait?
    fn wait(&self, thread: &mut Mutator, limits: &Limits) -> bool {
        if self.is_set() {
            return true;
        }
        let end = self.queue.wait(thread, limits, None, || !self.is_set());
        matches!(end, Wake::Woken(_) | Wake::NotNeeded)
    }
}

#[test]
fn an_event_lets_everybody_through_once_it_is_set() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let rounds = crew::rounds(1_600 / size);
        let events: Vec<Event> = (0..rounds).map(|_| Event::default()).collect();
        let arrived = AtomicUsize::new(0);
        crew::crew(&runtime, size, |index, thread| {
            for (round, event) in events.iter().enumerate() {
                if round % size == index {
                    // Some wait by now, others come later.
                    let others = round * size + size / 2;
                    crew::poll_until(thread, || arrived.load(Ordering::Relaxed) >= others);
                    assert!(!event.is_set());
                    event.set(thread);
                } else {
                    arrived.fetch_add(1, Ordering::Relaxed);
                    assert!(event.wait(thread, &Limits::NONE));
                    arrived.fetch_sub(1, Ordering::Relaxed);
                }
                assert!(event.is_set());
                // One for each that has left this round.
                arrived.fetch_add(1, Ordering::Relaxed);
            }
        });
        assert_eq!(arrived.into_inner(), rounds * size);
    });
}

#[test]
fn an_event_that_is_not_set_times_out() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let event = Event::default();
        crew::crew(&runtime, 8, |_, thread| {
            assert!(!event.wait(thread, &at_most(Duration::from_millis(2))));
        });
        let mut thread = runtime.attach().expect("there is room");
        assert_eq!(event.set(&mut thread), 0);
        assert!(event.wait(&mut thread, &at_most(Duration::ZERO)));
        event.clear();
        assert!(!event.wait(&mut thread, &at_most(Duration::ZERO)));
    });
}

#[test]
fn setting_an_event_while_waits_time_out_wakes_each_at_most_once() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let (event, woken) = (Event::default(), AtomicUsize::new(0));
        let left = AtomicUsize::new(size - 1);
        let each = crew::rounds(8_000 / size);
        let counts = crew::crew(&runtime, size, |index, thread| {
            let mut count = 0;
            if index == 0 {
                while left.load(Ordering::Relaxed) > 0 {
                    count += event.set(thread);
                    event.clear();
                    thread.safe(|| std::thread::sleep(Duration::from_micros(20)));
                }
                return count;
            }
            for round in 0..each {
                let soon = at_most(Duration::from_micros(round as u64 % 16 * 4));
                let end = event.queue.wait(thread, &soon, None, || !event.is_set());
                if let Wake::Woken(_) = end {
                    woken.fetch_add(1, Ordering::Relaxed);
                }
            }
            left.fetch_sub(1, Ordering::Relaxed);
            0
        });
        assert_eq!(woken.into_inner(), counts[0]);
    });
}
