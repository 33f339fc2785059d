//! Semaphore: a number of permits, directly on a wait queue. A permit that is given back while
//! somebody waits goes straight to the first in line.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use grwl_threads::{Limits, Mutator, WaitQueue, Wake};

use crate::crew::witness::Guarded;
use crate::{at_most, crew};

struct Semaphore {
    permits: Guarded<usize>,
    queue: WaitQueue,
}

impl Semaphore {
    fn new(permits: usize) -> Self {
        Self {
            permits: Guarded::new(permits),
            queue: WaitQueue::new(),
        }
    }

    fn acquire(&self, thread: &mut Mutator, limits: &Limits) -> bool {
        let needed = || {
            // SAFETY: the queue is locked.
            unsafe {
                self.permits.with(|permits| {
                    let left = permits.checked_sub(1);
                    *permits = left.unwrap_or(0);
                    left.is_none()
                })
            }
        };
        let end = self.queue.wait(thread, limits, None, needed);
        matches!(end, Wake::NotNeeded | Wake::Woken(_))
    }

    fn release(&self, thread: &mut Mutator) {
        self.queue.wake_one(thread, |first| {
            if first.is_none() {
                // SAFETY: the queue is locked.
                unsafe { self.permits.with(|permits| *permits += 1) };
            }
            0
        });
    }
}

#[test]
fn a_semaphore_lets_as_many_in_as_it_has_permits() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        for permits in [1, 3] {
            let (semaphore, inside) = (Semaphore::new(permits), AtomicUsize::new(0));
            let (most, each) = (AtomicUsize::new(0), crew::rounds(8_000 / size));
            let entered = crew::crew(&runtime, size, |index, thread| {
                let mut entered = 0;
                for round in 0..each {
                    let limits = match (index + round) % 3 {
                        0 => at_most(Duration::from_micros(round as u64 % 16 * 4)),
                        _ => Limits::NONE,
                    };
                    if !semaphore.acquire(thread, &limits) {
                        continue;
                    }
                    entered += 1;
                    let now = inside.fetch_add(1, Ordering::Relaxed) + 1;
                    assert!(now <= permits, "{now} inside");
                    most.fetch_max(now, Ordering::Relaxed);
                    let _ = thread.poll();
                    if round % 16 == 0 {
                        thread.safe(std::thread::yield_now);
                    }
                    inside.fetch_sub(1, Ordering::Relaxed);
                    semaphore.release(thread);
                }
                entered
            });
            assert!(entered.iter().all(|&entered| entered > 0));
            assert_eq!(most.into_inner(), permits, "all permits were in use once");
            assert_eq!(semaphore.permits.into_inner(), permits, "none is lost");
        }
    });
}
