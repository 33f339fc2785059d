//! All protocols at once, checked for data races by what they protect: plain memory.
//!
//! This is the test that runs under ThreadSanitizer (`cargo xtask sanitize`). The sanitizer does not see
//! into the standard library, which is not built with it, and does not know fences, with which
//! `Arc` ends. So everything here is handed over by the crate's own means, and what
//! threads share is leaked instead of counted.

use std::time::Duration;

use grwl_threads::sync::{AtomicBool, AtomicU32, Mutex, Ordering, UnsafeCell};
use grwl_threads::{
    Acquired, Biased, Config, Deadline, Events, Limits, Lock, Mode, Mutator, Runtime, ThreadHandle,
    WaitQueue, Wake,
};

const THREADS: u32 = 8;
const ROUNDS: u32 = 400;

/// Unprotected memory: only what the crate promises keeps accesses apart.
struct Plain(UnsafeCell<[u64; 2]>);

// SAFETY: the users below claim that they keep accesses apart; this test is about
// whether they do.
unsafe impl Sync for Plain {}

impl Plain {
    fn new() -> Self {
        Self(UnsafeCell::new([0; 2]))
    }

    fn bump(&self) {
        // SAFETY: the caller excludes all others.
        self.0.with_mut(|pair| unsafe {
            assert_eq!((*pair)[0], (*pair)[1], "torn");
            (*pair)[0] += 1;
            (*pair)[1] += 1;
        });
    }

    fn read(&self) -> u64 {
        // SAFETY: the caller excludes all writers.
        self.0.with(|pair| unsafe {
            assert_eq!((*pair)[0], (*pair)[1], "torn");
            (*pair)[0]
        })
    }
}

/// What the threads share.
struct Shared {
    /// Written by stopped worlds, read by Running threads.
    by_stops: Plain,
    /// Written by the holder of `lock`.
    by_lock: Plain,
    lock: Lock,
    /// Objects that pass from thread to thread.
    passing: Mutex<Vec<&'static Biased<[u64; 2]>>>,
    /// Tokens: what was put in is taken out.
    tokens: AtomicU32,
    queue: WaitQueue,
    handles: Mutex<Vec<ThreadHandle>>,
    finished: AtomicU32,
    done: AtomicBool,
}

/// Memory that one thread alone uses, and others by handshake.
static PRIVATE: [Plain; THREADS as usize] =
    [const { Plain(UnsafeCell::new([0; 2])) }; THREADS as usize];

fn round(shared: &'static Shared, index: u32, number: u32, thread: &mut Mutator) -> u32 {
    let mut taken = 0;
    PRIVATE[index as usize].bump();
    shared.by_stops.read();
    match (index + number) % 8 {
        0 => {
            let _stopped = thread.stop_the_world();
            shared.by_stops.bump();
        }
        1 => {
            let handles = shared.handles.lock().clone();
            let target = &handles[number as usize % handles.len()];
            let place = target.id() as usize - 1;
            // The ids are 1 to 8, and nobody ends before all are done.
            thread
                .handshake(target, |_| PRIVATE[place].bump())
                .expect("alive");
            std::mem::forget(handles);
        }
        2 => {
            assert_eq!(shared.lock.acquire(thread, &Limits::NONE), Acquired::Yes);
            shared.by_lock.bump();
            thread.safe(|| ());
            shared.by_lock.bump();
            shared.lock.release(thread).expect("held");
        }
        3 => {
            let new = Box::leak(Box::new(Biased::new(thread, [0; 2])));
            shared.passing.lock().push(new);
        }
        4 | 5 => {
            let object = shared.passing.lock().last().copied();
            if let Some(object) = object {
                for _ in 0..3 {
                    object.with(thread, |pair| {
                        assert_eq!(pair[0], pair[1], "torn");
                        pair[0] += 1;
                        pair[1] += 1;
                    });
                }
            }
        }
        6 => shared.queue.wake_one(thread, |first| {
            if first.is_none() {
                shared.tokens.fetch_add(1, Ordering::Relaxed);
            }
            1
        }),
        _ => {
            let limits = Limits {
                deadline: Deadline::after(Duration::from_micros(200)),
                interrupts: Events::SIGNAL,
            };
            let take = || {
                let free = shared.tokens.load(Ordering::Relaxed);
                if free > 0 {
                    shared.tokens.store(free - 1, Ordering::Relaxed);
                }
                free == 0
            };
            let wake = shared.queue.wait(thread, &limits, None, take);
            taken += u32::from(matches!(wake, Wake::NotNeeded | Wake::Woken(1)));
        }
    }
    let _ = thread.poll();
    taken
}

fn run(mode: Mode) {
    let runtime = Runtime::new(
        Config::new(mode)
            .stress_from_env()
            .expect("GRWL_STRESS is a seed or unset"),
    );
    // Never freed: see the head.
    std::mem::forget(runtime.clone());
    let shared: &'static Shared = Box::leak(Box::new(Shared {
        by_stops: Plain::new(),
        by_lock: Plain::new(),
        lock: Lock::new(),
        passing: Mutex::new(Vec::new()),
        tokens: AtomicU32::new(0),
        queue: WaitQueue::new(),
        handles: Mutex::new(Vec::new()),
        finished: AtomicU32::new(0),
        done: AtomicBool::new(false),
    }));
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let runtime = runtime.clone();
            std::thread::spawn(move || {
                let mut thread = runtime.attach().expect("few threads");
                let index = thread.id() - 1;
                shared.handles.lock().push(thread.handle());
                while shared.handles.lock().len() < THREADS as usize {
                    let _ = thread.poll();
                    thread.safe(std::thread::yield_now);
                }
                let mut taken = 0;
                for number in 0..ROUNDS {
                    taken += round(shared, index, number, &mut thread);
                }
                // Nobody ends while others may ask it something.
                shared.finished.fetch_add(1, Ordering::Relaxed);
                thread.safe(|| {
                    while !shared.done.load(Ordering::Acquire) {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                });
                taken
            })
        })
        .collect();
    // The main thread interrupts waits from outside, until everybody is Safe for good.
    let put = THREADS * ROUNDS / 8;
    while shared.finished.load(Ordering::Relaxed) < THREADS {
        for handle in shared.handles.lock().iter() {
            assert!(handle.post(Events::SIGNAL));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    shared.done.store(true, Ordering::Release);
    let taken: u32 = threads
        .into_iter()
        .map(|thread| thread.join().expect("no thread panics"))
        .sum();
    assert_eq!(taken + shared.tokens.load(Ordering::Relaxed), put, "tokens");
    assert_eq!(shared.by_stops.read(), u64::from(put));
    assert_eq!(shared.by_lock.read(), u64::from(2 * put));
}

/// One test for both modes: they share the private memory.
#[test]
fn everything_at_once() {
    run(Mode::RwLock);
    run(Mode::Global);
}
