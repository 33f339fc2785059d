//! Proves of biased locks, one object at a time: the owner's use leaves the word alone,
//! another thread's first use revokes the bias of a Running, Safe or dead owner, the heir of
//! a dead owner's id owns its objects, and the counter of a kind asks for sharing once.

mod crew;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use grwl_threads::{Biased, BiasedLock, LockState, Mode, Mutator, RevocationCounter, Runtime};

use crew::witness::Guarded;

/// Attaches a thread of the system for `act` and returns what that returns.
fn with_another_thread<R: Send>(
    runtime: &Arc<Runtime>,
    act: impl FnOnce(&mut Mutator) -> R + Send,
) -> R {
    std::thread::scope(|scope| {
        let other = scope.spawn(|| act(&mut runtime.attach().expect("there is room")));
        other.join().expect("no panics")
    })
}

#[test]
fn the_owners_use_does_not_change_the_word() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        let object = Biased::new(&thread, 0);
        let biased = LockState::Biased(thread.id());
        assert_eq!(object.raw().state(), biased);
        for _ in 0..100 {
            object.with(&mut thread, |value| {
                assert_eq!(object.raw().state(), biased, "not even while it is held");
                *value += 1;
            });
            let _ = thread.poll();
            thread.safe(|| ());
            drop(thread.stop_the_world());
            thread.handshake_all(|_| ());
        }
        assert_eq!(object.raw().state(), biased);
        assert_eq!(object.with(&mut thread, |value| *value), 100);
    });
}

#[test]
fn an_owner_gives_its_bias_up_and_nobody_else_can() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        let object = Biased::new(&thread, 0);
        let biased = LockState::Biased(thread.id());
        thread.safe(|| {
            with_another_thread(&runtime, |other| {
                object.raw().give_up(other);
                assert_eq!(object.raw().state(), biased);
            });
        });
        assert!(object.raw().is_biased_to(&thread));
        object.with(&mut thread, |value| *value += 1);
        object.raw().give_up(&mut thread);
        assert_eq!(object.raw().state(), LockState::Free);
        assert!(!object.raw().is_biased_to(&thread));
        // Asks nobody: the owner reaches no safepoint meanwhile. In global mode only one of them runs.
        if mode == Mode::RwLock {
            with_another_thread(&runtime, |other| object.with(other, |value| *value += 1));
        }
        object.raw().give_up(&mut thread);
        object.with(&mut thread, |value| *value += 1);
        let expected = if mode == Mode::RwLock { 3 } else { 2 };
        assert_eq!(object.with(&mut thread, |value| *value), expected);
    });
}

#[test]
fn a_shared_lock_is_held_and_free_again() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        let object = Biased::new_shared(&thread, 0);
        assert_eq!(object.raw().state(), LockState::Free);
        object.with(&mut thread, |_| {
            assert_eq!(object.raw().state(), LockState::Held);
        });
        assert_eq!(object.raw().state(), LockState::Free);

        let lock = BiasedLock::shared();
        let guard = lock.lock(&mut thread);
        assert!(guard.mutator().handle().is_running());
        assert_eq!(lock.state(), LockState::Held);
        drop(guard);
        assert_eq!(lock.state(), LockState::Free);
    });
}

#[test]
fn a_panic_under_the_lock_releases_it() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        for object in [Biased::new(&thread, 1), Biased::new_shared(&thread, 1)] {
            let before = object.raw().state();
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                object.with(&mut thread, |_| resume_unwind(Box::new("under the lock")));
            }));
            assert!(outcome.is_err());
            assert_eq!(object.raw().state(), before);
            // A safepoint: the thread holds no object lock by its own count either.
            let _ = thread.poll();
            thread.safe(|| ());
            assert_eq!(object.with(&mut thread, |value| *value), 1);
        }
    });
}

#[test]
fn a_running_owner_gives_its_bias_up_at_a_safepoint() {
    let _watchdog = crew::Watchdog::new("RwLock");
    // Two Running threads at a time are needed.
    let runtime = crew::calm_runtime(Mode::RwLock);
    for round in 0..50 {
        let mut owner = runtime.attach().expect("there is room");
        let (object, taken) = (Biased::new(&owner, round), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut other = runtime.attach().expect("there is room");
                assert_eq!(object.with(&mut other, |value| *value), round + 1);
                taken.store(true, Ordering::Relaxed);
            });
            crew::spin_until(|| crew::poll_word(owner.state()) != 0);
            // It is asked, and until its next safepoint the object is still its own.
            assert_eq!(object.raw().state(), LockState::Biased(owner.id()));
            object.with(&mut owner, |value| *value += 1);
            assert!(!taken.load(Ordering::Relaxed));
            crew::poll_until(&mut owner, || taken.load(Ordering::Relaxed));
        });
        assert_eq!(object.raw().state(), LockState::Free);
        assert_eq!(object.with(&mut owner, |value| *value), round + 1);
    }
}

#[test]
fn a_safe_owner_is_not_waited_for() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut owner = runtime.attach().expect("there is room");
        let object = Biased::new(&owner, 5);
        // The region ends only after the other thread has had the object.
        owner.safe(|| {
            with_another_thread(&runtime, |other| object.with(other, |value| *value += 1));
        });
        assert_eq!(object.raw().state(), LockState::Free);
        assert_eq!(object.with(&mut owner, |value| *value), 6);
    });
}

#[test]
fn a_dead_owners_object_is_taken() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        // A first bearer of id 1 that lives on, so that nobody inherits id 2.
        let mut first = runtime.attach().expect("there is room");
        let object = first
            .safe(|| with_another_thread(&runtime, |owner| Biased::new(owner, vec![owner.id()])));
        assert_eq!(object.raw().state(), LockState::Biased(2));
        object.with(&mut first, |ids| ids.push(1));
        assert_eq!(object.raw().state(), LockState::Free);
        assert_eq!(object.with(&mut first, std::mem::take), [2, 1]);
    });
}

#[test]
fn the_heir_of_a_dead_owners_id_owns_its_objects() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let object = with_another_thread(&runtime, |owner| Biased::new(owner, 1));
        let mut heir = runtime.attach().expect("there is room");
        let biased = LockState::Biased(heir.id());
        assert_eq!(object.raw().state(), biased);
        object.with(&mut heir, |value| *value += 1);
        assert_eq!(object.raw().state(), biased, "it was the heir's own");

        // A third thread takes it from the heir, and not behind its back: it is Safe.
        heir.safe(|| {
            with_another_thread(&runtime, |third| object.with(third, |value| *value *= 2))
        });
        assert_eq!(object.raw().state(), LockState::Free);
        assert_eq!(object.with(&mut heir, |value| *value), 4);
    });
}

#[test]
fn objects_survive_generations_of_owners_that_die() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let each = crew::rounds(3_200 / size);
        // Each thread makes an object, leaves it in the pool, dies, and comes back as
        // somebody else to work on whatever it finds.
        let pool: Mutex<Vec<Arc<Biased<[u64; 2]>>>> = Mutex::new(Vec::new());
        crew::squad(size, |index| {
            for round in 0..each {
                let mut thread = runtime.attach().expect("there is room");
                let own = Arc::new(Biased::new(&thread, [0, 0]));
                let found = {
                    let mut pool = pool.lock().expect("no panics");
                    pool.push(own.clone());
                    let place = (index * 31 + round * 17) % pool.len();
                    pool[place].clone()
                };
                for object in [&own, &found, &own] {
                    object.with(&mut thread, |[left, right]| {
                        *left += 1;
                        std::hint::spin_loop();
                        *right += 1;
                    });
                }
                let _ = thread.poll();
            }
        });
        let mut thread = runtime.attach().expect("there is room");
        let mut sum = 0;
        for object in pool.into_inner().expect("no panics") {
            let [left, right] = object.with(&mut thread, |pair| *pair);
            assert_eq!(left, right, "torn");
            sum += left;
        }
        assert_eq!(sum, 3 * (size * each) as u64);
    });
}

#[test]
fn of_many_revokers_at_once_one_revokes() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let kind = RevocationCounter::new(u32::MAX);
        let (object, round_done) = (Mutex::new(None), AtomicUsize::new(0));
        let each = crew::rounds(1_600 / size);
        crew::crew(&runtime, size, |index, thread| {
            for round in 0..each {
                if round % size == index {
                    let new = (
                        round,
                        Arc::new((BiasedLock::biased(thread), Guarded::new(0))),
                    );
                    *object.lock().expect("no panics") = Some(new);
                }
                let found = || {
                    let object = object.lock().expect("no panics");
                    object.clone().filter(|(made, _)| *made == round)
                };
                crew::poll_until(thread, || found().is_some());
                let (_, object) = found().expect("it is there until all are done");
                {
                    let _guard = object.0.lock_kind(thread, &kind);
                    // SAFETY: the lock is held.
                    unsafe { object.1.increment() };
                }
                round_done.fetch_add(1, Ordering::Release);
                let all = (round + 1) * size;
                crew::poll_until(thread, || round_done.load(Ordering::Acquire) >= all);
                // SAFETY: all are done with it.
                assert_eq!(unsafe { object.1.with(|count| *count) }, size as u64);
            }
        });
        assert_eq!(kind.count_so_far(), each as u32, "one for each object");
    });
}

#[test]
fn a_kind_that_is_revoked_too_often_is_shared_from_birth() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let kind = RevocationCounter::new(10);
        let mut thread = runtime.attach().expect("there is room");
        for count in 0..10 {
            assert_eq!((kind.count_so_far(), kind.prefers_shared()), (count, false));
            let lock = thread.safe(|| {
                with_another_thread(&runtime, |maker| {
                    let lock = BiasedLock::for_kind(maker, &kind);
                    assert_eq!(lock.state(), LockState::Biased(maker.id()));
                    lock
                })
            });
            drop(lock.lock_kind(&mut thread, &kind));
            // A second use revokes nothing, and use of an own object neither.
            drop(lock.lock_kind(&mut thread, &kind));
            let own = BiasedLock::biased(&thread);
            drop(own.lock_kind(&mut thread, &kind));
        }
        assert_eq!((kind.count_so_far(), kind.prefers_shared()), (10, true));
        let lock = BiasedLock::for_kind(&thread, &kind);
        assert_eq!(lock.state(), LockState::Free);
        drop(lock.lock_kind(&mut thread, &kind));
        assert_eq!(kind.count_so_far(), 10);
    });
}

#[test]
fn a_kinds_threshold_is_reached_exactly_once() {
    let _watchdog = crew::Watchdog::new("no runtime");
    for size in crew::CROWDS {
        for threshold in [1, 2, 100, 1000] {
            let kind = RevocationCounter::new(threshold);
            let reached = crew::squad(size, |_| (0..1000).filter(|_| kind.count()).count());
            assert_eq!(reached.iter().sum::<usize>(), 1);
            assert!(kind.prefers_shared());
            assert_eq!(kind.count_so_far(), threshold);
        }
    }
    let always = RevocationCounter::new(0);
    assert!(always.prefers_shared() && !always.count());
}
