//! The end: all threads but one sleep for ever, wherever they are, and the one can do what it could before.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use grwl_threads::{Acquired, Config, Deadline, Events, Limits, Lock, Mode, Mutator, Runtime};

const LOOPERS: usize = 12;

/// What the threads share; leaked, as none of them ever ends.
struct Shared {
    lock: Lock,
    rounds: [AtomicU64; LOOPERS],
    ready: AtomicU64,
    late: AtomicBool,
}

fn within(time: Duration) -> Limits {
    Limits {
        deadline: Deadline::after(time),
        interrupts: Events::NONE,
    }
}

fn live(mutator: &mut Mutator, number: usize, shared: &Shared) {
    shared.ready.fetch_add(1, Ordering::Relaxed);
    loop {
        match number % 4 {
            0 => {
                let _ = mutator.poll();
            }
            2 => {
                drop(mutator.stop_the_world());
                let _ = mutator.poll();
            }
            1 => mutator.safe(|| std::thread::sleep(Duration::from_micros(100))),
            _ => {
                if shared.lock.acquire(mutator, &Limits::NONE) == Acquired::Yes {
                    let _ = mutator.poll();
                    let _ = shared.lock.release(mutator);
                }
            }
        }
        shared.rounds[number].fetch_add(1, Ordering::Relaxed);
    }
}

fn closing(mode: Mode) {
    let runtime = Runtime::new(Config::new(mode));
    let shared: &'static Shared = Box::leak(Box::new(Shared {
        lock: Lock::new(),
        rounds: std::array::from_fn(|_| AtomicU64::new(0)),
        ready: AtomicU64::new(0),
        late: AtomicBool::new(false),
    }));
    let mut own = runtime.attach().expect("there is room");
    for number in 0..LOOPERS {
        let runtime = Arc::clone(&runtime);
        std::thread::spawn(move || {
            let mut other = runtime.attach().expect("there is room");
            live(&mut other, number, shared);
        });
    }
    while shared.ready.load(Ordering::Relaxed) < LOOPERS as u64 {
        own.safe(|| std::thread::sleep(Duration::from_millis(1)));
    }
    own.safe(|| std::thread::sleep(Duration::from_millis(20)));
    // The others stop in the midst of whatever they do, but not with this lock.
    assert_eq!(
        shared
            .lock
            .acquire(&mut own, &within(Duration::from_secs(20))),
        Acquired::Yes
    );
    own.close_to_others();
    shared.lock.release(&mut own).expect("it is ours");
    let count = || -> Vec<u64> {
        let rounds = shared.rounds.iter();
        rounds.map(|count| count.load(Ordering::Relaxed)).collect()
    };
    let before = count();
    own.safe(|| std::thread::sleep(Duration::from_millis(100)));
    assert_eq!(before, count(), "a thread went on");

    // Those that come later get no further.
    let runtime_of_late = Arc::clone(&runtime);
    std::thread::spawn(move || {
        let _late = runtime_of_late.attach();
        shared.late.store(true, Ordering::Relaxed);
    });
    own.safe(|| std::thread::sleep(Duration::from_millis(50)));
    assert!(!shared.late.load(Ordering::Relaxed));

    let began = Instant::now();
    for _ in 0..100 {
        drop(own.stop_the_world());
        assert!(own.handshake_all(|_| ()) > LOOPERS);
        assert_eq!(
            shared
                .lock
                .acquire(&mut own, &within(Duration::from_secs(1))),
            Acquired::Yes
        );
        shared.lock.release(&mut own).expect("it is ours");
        let _ = own.poll();
    }
    assert!(began.elapsed() < Duration::from_secs(20));
    assert_eq!(before, count(), "a thread went on");
    // Nobody is left to end them.
    std::mem::forget(runtime);
}

#[test]
fn closing_in_global_mode() {
    closing(Mode::Global);
}

#[test]
fn closing_in_rwlock_mode() {
    closing(Mode::RwLock);
}
