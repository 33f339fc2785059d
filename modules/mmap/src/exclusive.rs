//! Reading and writing many bytes as one step, beside other threads that do so.
//!
//! What is done takes place in a Safe region, as it may wait for the file, so an object's lock cannot protect it. This lock can: nothing else is
//! done under it, and its holder needs nobody to go on.
//!
//! Protocol: the word is 0, or twice the process's number plus one. In the child of a fork another number stands there, if a thread that the child has
//! not held the lock: it counts as free.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Rounds before a waiting thread sleeps.
const PATIENCE: u32 = 100;

/// Runs `act` while nobody else does with this word. In a Safe region.
pub(crate) fn exclusively<R>(word: &AtomicU64, act: impl FnOnce() -> R) -> R {
    let held = u64::from(std::process::id()) * 2 + 1;
    let mut rounds = 0;
    loop {
        let now = word.load(Ordering::Relaxed);
        // Acquire: partner is the Release below.
        let exchange = |now| word.compare_exchange(now, held, Ordering::Acquire, Ordering::Relaxed);
        if now != held && exchange(now).is_ok() {
            break;
        }
        rounds += 1;
        if rounds < PATIENCE {
            std::thread::yield_now();
        } else {
            std::thread::sleep(Duration::from_micros(50));
        }
    }
    let result = act();
    word.store(0, Ordering::Release);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_take_turns() {
        let word = AtomicU64::new(0);
        let inside = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        exclusively(&word, || {
                            assert_eq!(inside.fetch_add(1, Ordering::Relaxed), 0);
                            std::hint::spin_loop();
                            inside.fetch_sub(1, Ordering::Relaxed);
                        });
                    }
                });
            }
        });
        assert_eq!(word.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn the_lock_of_another_process_is_free() {
        let word = AtomicU64::new(u64::from(std::process::id() + 1) * 2 + 1);
        assert_eq!(exclusively(&word, || 5), 5);
    }
}
