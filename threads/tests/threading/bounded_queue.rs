//! A bounded queue as CPython's `queue.Queue`: items under one lock, and threads that wait
//! for an item or for room, with and without time-outs.

use std::collections::{HashSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use grwl_threads::{Acquired, Limits, Lock, Mutator, WaitQueue, Wake};

use super::condition::Condition;
use crate::crew::witness::Guarded;
use crate::{at_most, crew};

/// What every bounded queue can do.
trait Queue<T>: Sync {
    /// Gives the item back if there was no room in time.
    fn put(&self, thread: &mut Mutator, item: T, limits: &Limits) -> Result<(), T>;
    fn get(&self, thread: &mut Mutator, limits: &Limits) -> Option<T>;
}

/// On one condition, as most users write it.
struct OnCondition<T> {
    condition: Condition,
    items: Guarded<VecDeque<T>>,
    room: usize,
}

impl<T: Send> OnCondition<T> {
    /// Does `step` under the lock, as soon as it can be done.
    fn when_possible<R>(
        &self,
        thread: &mut Mutator,
        limits: &Limits,
        mut step: impl FnMut(&mut VecDeque<T>) -> Option<R>,
    ) -> Option<R> {
        self.condition.acquire(thread);
        // SAFETY: the lock is held, here and between the waits.
        let result = unsafe {
            loop {
                if let Some(result) = self.items.with(&mut step) {
                    self.condition.notify(thread, usize::MAX);
                    break Some(result);
                }
                if !self.condition.wait(thread, limits) {
                    break None;
                }
            }
        };
        self.condition.release(thread);
        result
    }
}

impl<T: Send> Queue<T> for OnCondition<T> {
    fn put(&self, thread: &mut Mutator, item: T, limits: &Limits) -> Result<(), T> {
        let mut item = Some(item);
        let put = self.when_possible(thread, limits, |items| {
            (items.len() < self.room).then(|| items.extend(item.take()))
        });
        put.ok_or_else(|| item.expect("it was not put"))
    }

    fn get(&self, thread: &mut Mutator, limits: &Limits) -> Option<T> {
        self.when_possible(thread, limits, VecDeque::pop_front)
    }
}

/// On a lock and two wait queues, which count the free places and the items.
struct OnWaitQueues<T> {
    lock: Lock,
    items: Guarded<VecDeque<T>>,
    places: (Guarded<usize>, WaitQueue),
    filled: (Guarded<usize>, WaitQueue),
}

impl<T> OnWaitQueues<T> {
    fn take(
        (count, queue): &(Guarded<usize>, WaitQueue),
        thread: &mut Mutator,
        limits: &Limits,
    ) -> bool {
        let needed = || {
            // SAFETY: the queue is locked.
            unsafe {
                count.with(|count| {
                    let left = count.checked_sub(1);
                    *count = left.unwrap_or(0);
                    left.is_none()
                })
            }
        };
        let end = queue.wait(thread, limits, None, needed);
        matches!(end, Wake::NotNeeded | Wake::Woken(_))
    }

    fn give((count, queue): &(Guarded<usize>, WaitQueue), thread: &mut Mutator) {
        queue.wake_one(thread, |first| {
            if first.is_none() {
                // SAFETY: the queue is locked.
                unsafe { count.with(|count| *count += 1) };
            }
            0
        });
    }

    fn with_items<R>(&self, thread: &mut Mutator, act: impl FnOnce(&mut VecDeque<T>) -> R) -> R {
        assert_eq!(self.lock.acquire(thread, &Limits::NONE), Acquired::Yes);
        // SAFETY: the lock is held.
        let result = unsafe { self.items.with(act) };
        self.lock.release(thread).expect("it was locked");
        result
    }
}

impl<T: Send> Queue<T> for OnWaitQueues<T> {
    fn put(&self, thread: &mut Mutator, item: T, limits: &Limits) -> Result<(), T> {
        if !Self::take(&self.places, thread, limits) {
            return Err(item);
        }
        self.with_items(thread, |items| items.push_back(item));
        Self::give(&self.filled, thread);
        Ok(())
    }

    fn get(&self, thread: &mut Mutator, limits: &Limits) -> Option<T> {
        if !Self::take(&self.filled, thread, limits) {
            return None;
        }
        let item = self.with_items(thread, |items| {
            items.pop_front().expect("an item was counted for us")
        });
        Self::give(&self.places, thread);
        Some(item)
    }
}

/// Which producer's, and its how manieth.
type Item = (usize, usize);

/// Half of the crew produces, the other half consumes; nothing may be lost, come twice, or
/// overtake another item of the same producer on its way to the same consumer.
fn produce_and_consume(mode: grwl_threads::Mode, size: usize, queue: &impl Queue<Item>) {
    let runtime = crew::runtime(mode);
    let producers = size / 2;
    let each = crew::rounds(4_000 / size);
    let received = AtomicUsize::new(0);
    let all = producers * each;
    let got = crew::crew(&runtime, size, |index, thread| {
        let mut got = Vec::new();
        if index < producers {
            for number in 0..each {
                let mut item = (index, number);
                // Some are patient; the others try again.
                let limits = || match number % 4 {
                    0 => at_most(Duration::from_micros(number as u64 % 16 * 10)),
                    _ => Limits::NONE,
                };
                while let Err(back) = queue.put(thread, item, &limits()) {
                    assert_eq!(back, item);
                    item = back;
                }
            }
            return got;
        }
        while received.load(Ordering::Relaxed) < all {
            // None of them knows which item is the last, so all look again now and then.
            let soon = at_most(Duration::from_micros(200));
            if let Some(item) = queue.get(thread, &soon) {
                received.fetch_add(1, Ordering::Relaxed);
                got.push(item);
            }
        }
        got
    });
    for got in &got {
        let mut last = vec![None; producers];
        for &(producer, number) in got {
            assert!(last[producer] < Some(number), "out of order: {got:?}");
            last[producer] = Some(number);
        }
    }
    let distinct: HashSet<Item> = got.iter().flatten().copied().collect();
    let count: usize = got.iter().map(Vec::len).sum();
    assert_eq!((distinct.len(), count), (all, all));
    let mut thread = runtime.attach().expect("there is room");
    assert_eq!(queue.get(&mut thread, &at_most(Duration::ZERO)), None);
}

#[test]
fn a_queue_on_a_condition_loses_and_doubles_nothing() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let queue = OnCondition {
            condition: Condition::default(),
            items: Guarded::default(),
            room: 5,
        };
        produce_and_consume(mode, size, &queue);
    });
}

#[test]
fn a_queue_on_wait_queues_loses_and_doubles_nothing() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let queue = OnWaitQueues {
            lock: Lock::new(),
            items: Guarded::default(),
            places: (Guarded::new(5), WaitQueue::new()),
            filled: (Guarded::new(0), WaitQueue::new()),
        };
        produce_and_consume(mode, size, &queue);
    });
}
