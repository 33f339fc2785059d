//! Proves of the registry: ids are unique among the threads alive and are reused, 65,000
//! threads may live at a time and the next one gets a clear error, threads may come and go
//! while others stop the world, and the memory behind a thread state is the runtime's own.

mod crew;

use std::alloc::Layout;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use grwl_threads::{
    Attached, Biased, Config, Events, LockState, MAX_THREADS, Mode, Runtime, ThreadState,
    TooManyThreads,
};

use crew::witness::StoppedPair;

#[test]
fn ids_are_unique_among_the_live_and_reused_before_new_ones_are_made() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let taken: Vec<AtomicBool> = (0..=size).map(|_| AtomicBool::new(false)).collect();
        crew::squad(size, |_| {
            for _ in 0..crew::rounds(100) {
                let mut thread = runtime.attach().expect("there is room");
                let id = thread.id() as usize;
                assert!((1..=size).contains(&id), "{size} threads need no id {id}");
                // Relaxed: that one bearer's life happens before the next one's is
                // itself promised by the registry.
                assert!(!taken[id].swap(true, Ordering::Relaxed), "two bear {id}");
                thread.safe(std::thread::yield_now);
                let _ = thread.poll();
                taken[id].store(false, Ordering::Relaxed);
            }
        });
        assert_eq!(runtime.live_threads(), 0);
    });
}

#[test]
fn a_freed_id_is_the_next_to_be_given_out() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let first = runtime.attach().expect("there is room");
        let (id, handle) = (first.id(), first.handle());
        assert_eq!((id, handle.id()), (1, 1));
        assert!(handle.is_alive());
        drop(first);
        assert!(!handle.is_alive(), "the bearer has ended");

        let second = runtime.attach().expect("there is room");
        assert_eq!(second.id(), id);
        assert!(!handle.is_alive(), "another bearer of the id is not meant");
        assert!(second.handle().is_alive());
    });
}

#[test]
fn sixty_five_thousand_threads_and_not_one_more() {
    let _watchdog = crew::Watchdog::new("RwLock");
    let runtime = crew::runtime(Mode::RwLock);
    // One thread of the system bears them all, which it may as long as it needs none of
    // them to pass a safepoint.
    let attach = || runtime.attach().expect("there is room");
    let mut threads: Vec<Attached> = (0..MAX_THREADS).map(|_| attach()).collect();
    assert_eq!((MAX_THREADS, runtime.live_threads()), (65_000, 65_000));
    let mut seen = vec![false; MAX_THREADS + 1];
    for thread in &threads {
        let seen = &mut seen[thread.id() as usize];
        assert!(!std::mem::replace(seen, true), "{} twice", thread.id());
    }
    assert!(!seen[0], "0 means that nobody owns an object");

    let error = runtime.attach().expect_err("the limit is reached");
    assert_eq!(error, TooManyThreads { limit: 65_000 });
    assert_eq!(error.to_string(), "too many threads: 65000 are alive");

    // The end of one makes room for exactly one.
    let gone = threads.swap_remove(30_000);
    let id = gone.id();
    drop(gone);
    threads.push(attach());
    assert_eq!(threads.last().map(|thread| thread.id()), Some(id));
    assert_eq!(runtime.attach().map(drop), Err(error));

    // The largest id still fits into a lock word.
    let last = threads
        .iter()
        .position(|thread| thread.id() as usize == MAX_THREADS);
    let last = threads.swap_remove(last.expect("the largest id is borne"));
    let object = Biased::new(&last, 7);
    assert_eq!(object.raw().state(), LockState::Biased(65_000));
    drop(last);
    drop(threads);
    assert_eq!(runtime.live_threads(), 0);
    let mut heir = attach();
    assert_ne!(heir.id(), 65_000);
    assert_eq!(object.with(&mut heir, |value| *value), 7);
    assert_eq!(object.raw().state(), LockState::Free);
}

#[test]
fn a_smaller_limit_holds_in_both_modes() {
    crew::in_both_modes(|mode| {
        let runtime = Runtime::new(Config {
            max_threads: 8,
            ..crew::config(mode)
        });
        let (attached, done) = (AtomicUsize::new(0), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let mut thread = runtime.attach().expect("eight have room");
                    attached.fetch_add(1, Ordering::Relaxed);
                    thread.safe(|| {
                        crew::eventually("the end", || done.load(Ordering::Relaxed));
                    });
                });
            }
            crew::eventually("eight are attached", || {
                attached.load(Ordering::Relaxed) == 8
            });
            let error = runtime.attach().expect_err("the ninth has no room");
            assert_eq!(error.to_string(), "too many threads: 8 are alive");
            done.store(true, Ordering::Relaxed);
        });
        assert!(runtime.attach().is_ok());
    });
}

#[test]
#[should_panic(expected = "max_threads must be 1 to 65000")]
fn more_threads_than_ids_cannot_be_asked_for() {
    let _ = Runtime::new(Config {
        max_threads: MAX_THREADS + 1,
        ..Config::new(Mode::RwLock)
    });
}

#[test]
fn threads_come_and_go_while_others_stop_the_world() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let (pair, busy, done) = (
            StoppedPair::new(),
            AtomicUsize::new(0),
            AtomicBool::new(false),
        );
        let stops = crew::squad(size, |index| {
            if index < 2 {
                let mut thread = runtime.attach().expect("there is room");
                let count = crew::rounds(300) as u64;
                for _ in 0..count {
                    let world = thread.stop_the_world();
                    assert_eq!(busy.load(Ordering::Relaxed), 0, "somebody is Running");
                    let alive = world.threads();
                    let mut ids: Vec<u32> = alive.iter().map(|state| state.id()).collect();
                    ids.sort_unstable();
                    ids.dedup();
                    assert_eq!(ids.len(), alive.len());
                    assert!(ids.contains(&world.mutator().id()));
                    pair.bump(&world);
                    drop(world);
                    let _ = thread.poll();
                }
                done.store(true, Ordering::Relaxed);
                return count;
            }
            while !done.load(Ordering::Relaxed) {
                let mut thread = runtime.attach().expect("there is room");
                busy.fetch_add(1, Ordering::Relaxed);
                pair.read(&thread);
                busy.fetch_sub(1, Ordering::Relaxed);
                if index % 2 == 0 {
                    let _ = thread.poll();
                    pair.read(&thread);
                }
            }
            0
        });
        let thread = runtime.attach().expect("there is room");
        assert_eq!(pair.read(&thread), stops.iter().sum::<u64>());
    });
}

/// The extension as this file uses it.
fn count_of(state: &ThreadState) -> &AtomicU64 {
    // SAFETY: the runtime was asked for memory of this layout, zeroed, and it lives
    // as long as the state.
    unsafe { state.extension().cast::<AtomicU64>().as_ref() }
}

#[test]
fn the_memory_behind_a_state_is_zeroed_once_and_kept_for_the_next_bearer() {
    crew::in_both_modes(|mode| {
        let runtime = Runtime::new(Config {
            extension: Layout::from_size_align(4096, 256).expect("a layout"),
            ..crew::config(mode)
        });
        for life in 0..5 {
            let thread = runtime.attach().expect("there is room");
            let state = thread.state();
            assert_eq!(thread.id(), 1);
            let address = state.extension().as_ptr() as usize;
            assert_eq!(address % 256, 0);
            assert_eq!(
                address - std::ptr::from_ref(state) as usize,
                runtime.extension_offset()
            );
            assert_eq!(count_of(state).fetch_add(1, Ordering::Relaxed), life);
        }
    });
}

#[test]
fn each_thread_has_an_extension_of_its_own() {
    crew::in_both_modes(|mode| {
        let runtime = Runtime::new(Config {
            extension: Layout::new::<u64>(),
            ..crew::config(mode)
        });
        let finished = AtomicUsize::new(0);
        let counts = crew::crew(&runtime, 64, |index, thread| {
            count_of(thread.state()).store(index as u64, Ordering::Relaxed);
            finished.fetch_add(1, Ordering::Relaxed);
            // All live at the same time, so no two share a state.
            crew::poll_until(thread, || finished.load(Ordering::Relaxed) == 64);
            count_of(thread.state()).load(Ordering::Relaxed)
        });
        assert!((0..64).eq(counts));
    });
}

#[test]
fn a_runtime_lives_as_long_as_its_last_thread_or_handle() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let watch = Arc::downgrade(&runtime);
        let thread = runtime.attach().expect("there is room");
        drop(runtime);
        let handle = thread.handle();
        drop(thread);
        assert!(watch.upgrade().is_some(), "a handle keeps the runtime");
        assert!(!handle.is_alive());
        assert!(!handle.post(Events::SIGNAL));
        drop(handle);
        assert!(watch.upgrade().is_none());
    });
}
