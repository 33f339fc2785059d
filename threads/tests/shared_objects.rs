//! Proves of biased locks under contention: no update is lost or seen half done, whether
//! threads hammer one shared object, share it with its owner, or stop the world over it,
//! and nobody starves.

mod crew;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use grwl_threads::{Acquired, Biased, Limits, Lock, LockState, Mode, Runtime};

/// A value that is shared from birth.
fn shared<T>(runtime: &Arc<Runtime>, value: T) -> Biased<T> {
    Biased::new_shared(&runtime.attach().expect("there is room"), value)
}

#[test]
fn hammering_one_shared_lock_loses_nothing() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let object = shared(&runtime, 0_u64);
        let each = crew::rounds(400_000 / size);
        crew::crew(&runtime, size, |_, thread| {
            for round in 0..each {
                object.with(thread, |count| {
                    let before = std::hint::black_box(*count);
                    if round % 1024 == 0 {
                        // The system takes the holder's core away.
                        std::thread::yield_now();
                    }
                    *count = before + 1;
                });
                if round % 16 == 0 {
                    let _ = thread.poll();
                }
            }
        });
        assert_eq!(object.raw().state(), LockState::Free);
        let mut thread = runtime.attach().expect("there is room");
        assert_eq!(
            object.with(&mut thread, |count| *count),
            (size * each) as u64
        );
    });
}

/// Two threads that use an object all the time take turns of many uses, for which they sleep. Meanwhile they are stopped, asked, and interrupted.
#[test]
fn threads_that_take_turns_lose_nothing_and_hold_nobody_up() {
    let _watchdog = crew::Watchdog::new("RwLock");
    let runtime = crew::calm_runtime(Mode::RwLock);
    let object = shared(&runtime, 0_u64);
    let lock = Lock::new();
    let under_lock = AtomicUsize::new(0);
    let (each, working) = (crew::rounds(2_000_000), AtomicUsize::new(2));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut thread = runtime.attach().expect("there is room");
                for round in 0..each {
                    object.with(&mut thread, |count| *count += 1);
                    assert_eq!(lock.acquire(&mut thread, &Limits::NONE), Acquired::Yes);
                    let before = under_lock.load(Ordering::Relaxed);
                    under_lock.store(before + 1, Ordering::Relaxed);
                    lock.release(&mut thread).expect("held");
                    if round % 8 == 0 {
                        let _ = thread.poll();
                    }
                }
                working.fetch_sub(1, Ordering::Relaxed);
            });
        }
        scope.spawn(|| {
            let mut thread = runtime.attach().expect("there is room");
            while working.load(Ordering::Relaxed) > 0 {
                thread.safe(|| std::thread::sleep(Duration::from_micros(200)));
                let stopped = thread.stop_the_world();
                let before = under_lock.load(Ordering::Relaxed);
                std::hint::black_box(&stopped);
                assert_eq!(under_lock.load(Ordering::Relaxed), before);
                drop(stopped);
                thread.handshake_all(|_| ());
            }
        });
    });
    assert_eq!(object.raw().state(), LockState::Free);
    assert!(!lock.is_locked());
    let mut thread = runtime.attach().expect("there is room");
    assert_eq!(object.with(&mut thread, |count| *count), 2 * each as u64);
    assert_eq!(under_lock.load(Ordering::Relaxed), 2 * each);
}

/// A structure of two words, whose law is that they are equal.
fn update(pair: &mut [u64; 2]) {
    let [left, right] = pair;
    assert_eq!(left, right, "torn");
    *left += 1;
    for _ in 0..4 {
        std::hint::spin_loop();
    }
    std::hint::black_box(&*left);
    *right += 1;
}

#[test]
fn owner_and_others_never_see_a_structure_torn() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let each = crew::rounds(640 / size);
        // Everybody owns one object and goes through everybody's, its own most often.
        let objects: Vec<OnceLock<Biased<[u64; 2]>>> = (0..size).map(|_| OnceLock::new()).collect();
        let (made, finished) = (AtomicUsize::new(0), AtomicUsize::new(0));
        crew::crew(&runtime, size, |index, thread| {
            let own = objects[index].get_or_init(|| Biased::new(thread, [0, 0]));
            // Some owners are used to being alone before the others come.
            for _ in 0..index * 10 {
                own.with(thread, update);
            }
            made.fetch_add(1, Ordering::Relaxed);
            crew::poll_until(thread, || made.load(Ordering::Relaxed) == size);
            for round in 0..each {
                for step in 0..size {
                    let other = &objects[(index + step + round) % size];
                    other.get().expect("all are made").with(thread, update);
                    own.with(thread, update);
                    let _ = thread.poll();
                }
                if index % 4 == 0 {
                    let mut world = thread.stop_the_world();
                    for object in &objects {
                        let object = object.get().expect("all are made");
                        let state = object.raw().state();
                        assert!(
                            matches!(state, LockState::Free | LockState::Biased(_)),
                            "a stopped thread holds an object: {state:?}"
                        );
                        // Inside a stop an object may be used like anywhere.
                        let pair = object.with(world.mutator_mut(), |pair| *pair);
                        assert_eq!(pair[0], pair[1], "torn");
                    }
                }
            }
            finished.fetch_add(1, Ordering::Relaxed);
            crew::poll_until(thread, || finished.load(Ordering::Relaxed) == size);
        });
        let mut thread = runtime.attach().expect("there is room");
        for (index, object) in objects.iter().enumerate() {
            let object = object.get().expect("all are made");
            let [left, right] = object.with(&mut thread, |pair| *pair);
            // Once for each round by everybody, and once a step by its owner.
            let expected = index * 10 + each * size + each * size;
            assert_eq!((left, right), (expected as u64, expected as u64));
        }
    });
}

#[test]
fn objects_go_from_hand_to_hand() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        // As values go through a queue: made by one thread, revoked by another, and dropped by
        // a third.
        let pool: Mutex<Vec<Arc<Biased<[u64; 2]>>>> = Mutex::new(Vec::new());
        let each = crew::rounds(6_400 / size);
        let seen = crew::crew(&runtime, size, |_, thread| {
            let mut seen = 0;
            for round in 0..each {
                let object = Arc::new(Biased::new(thread, [0, 0]));
                object.with(thread, update);
                let other = {
                    let mut pool = pool.lock().expect("no panics");
                    pool.push(object);
                    let place = round * 7 % pool.len();
                    pool.swap_remove(place)
                };
                other.with(thread, update);
                if round % 2 == 0 {
                    pool.lock().expect("no panics").push(other);
                } else {
                    seen += other.with(thread, |pair| pair[0]);
                }
                let _ = thread.poll();
            }
            seen
        });
        let mut thread = runtime.attach().expect("there is room");
        let rest: u64 = pool
            .into_inner()
            .expect("no panics")
            .iter()
            .map(|object| object.with(&mut thread, |pair| pair[1]))
            .sum();
        let all = 2 * (size * each) as u64;
        // What was dropped counts as it was when it was last seen.
        assert_eq!(seen.iter().sum::<u64>() + rest, all);
    });
}

#[test]
fn everybody_makes_progress_while_others_hammer() {
    crew::in_both_modes(|mode: Mode| {
        let runtime = crew::calm_runtime(mode);
        let (object, end) = (
            shared(&runtime, 0_u64),
            Instant::now() + Duration::from_secs(1),
        );
        let turns = crew::crew(&runtime, 8, |index, thread| {
            let mut turns = 0_u64;
            while Instant::now() < end {
                object.with(thread, |count| {
                    *count += 1;
                    // Seven hold the lock nearly all of their time; the first wants it
                    // only now and then.
                    if index > 0 {
                        crew::compute_for(Duration::from_micros(20));
                    }
                });
                turns += 1;
                let _ = thread.poll();
                if index == 0 {
                    thread.safe(|| std::thread::sleep(Duration::from_micros(100)));
                }
            }
            turns
        });
        // In global mode the first has one turn of the GIL in eight switch intervals.
        assert!(turns.iter().all(|&turns| turns >= 2), "{turns:?}");
        let mut thread = runtime.attach().expect("there is room");
        let sum = object.with(&mut thread, |count| *count);
        assert_eq!(sum, turns.iter().sum::<u64>());
    });
}

#[test]
fn a_holder_whose_core_is_taken_away_is_waited_for_asleep() {
    let _watchdog = crew::Watchdog::new("RwLock");
    // Two Running threads at a time are needed.
    let runtime = crew::calm_runtime(Mode::RwLock);
    let (object, held, round_over) = (
        shared(&runtime, 0_u64),
        AtomicBool::new(false),
        AtomicUsize::new(0),
    );
    crew::crew(&runtime, 8, |index, thread| {
        for round in 0..20 {
            if index == 0 {
                object.with(thread, |count| {
                    held.store(true, Ordering::Relaxed);
                    // Until somebody has given up spinning, and then until most have.
                    crew::spin_until(|| object.raw().state() == LockState::Contended);
                    std::thread::sleep(Duration::from_millis(1));
                    held.store(false, Ordering::Relaxed);
                    *count += 1;
                });
            } else {
                crew::poll_until(thread, || {
                    held.load(Ordering::Relaxed) || round_over.load(Ordering::Relaxed) > round * 8
                });
                object.with(thread, |count| *count += 1);
            }
            round_over.fetch_add(1, Ordering::Relaxed);
            crew::poll_until(thread, || {
                round_over.load(Ordering::Relaxed) >= (round + 1) * 8
            });
        }
    });
    let mut thread = runtime.attach().expect("there is room");
    assert_eq!(object.with(&mut thread, |count| *count), 160);
    assert_eq!(object.raw().state(), LockState::Free);
}
