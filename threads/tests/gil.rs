//! Proves of the two modes: in global mode one thread is Running at a time, whatever
//! blocks lets go of the GIL, and those who compute take turns of about the switch
//! interval in fair order; in rwlock mode several threads are Running at once.

mod crew;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use grwl_threads::{Events, Limits, Mode, Mutator, Runtime, ThreadHandle, Wake};

use crew::witness::Guarded;

/// Tests that measure time run one after the other: the machine has few cores.
fn stopwatch() -> MutexGuard<'static, ()> {
    static STOPWATCH: Mutex<()> = Mutex::new(());
    // A test that failed has measured its own time only.
    STOPWATCH
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

#[test]
fn one_thread_at_a_time_is_running() {
    for size in crew::CROWDS {
        let _watchdog = crew::Watchdog::new(&format!("{size} threads"));
        let runtime = crew::runtime(Mode::Global);
        runtime.set_switch_interval(Duration::from_micros(200));
        let (count, inside) = (Guarded::new(0_u64), AtomicUsize::new(0));
        let each = crew::rounds(64_000 / size);
        crew::crew(&runtime, size, |index, thread| {
            for round in 0..each {
                assert_eq!(inside.fetch_add(1, Ordering::Relaxed), 0, "two Running");
                // SAFETY: this thread is Running, so no other one is.
                unsafe { count.increment() };
                if round % 256 == 0 {
                    // While this thread holds the GIL the system takes its core away.
                    std::thread::yield_now();
                }
                inside.fetch_sub(1, Ordering::Relaxed);
                match (index + round) % 64 {
                    0 => thread.safe(std::thread::yield_now),
                    1 => thread.switch(),
                    2 => thread.safe(|| ()),
                    3 => drop(thread.stop_the_world()),
                    4 => let_a_second_one_in(&runtime, thread),
                    _ => {}
                }
                let _ = thread.poll();
            }
        });
        assert_eq!(count.into_inner(), (size * each) as u64);
    }
}

/// A second thread comes and goes while this one is Safe.
fn let_a_second_one_in(runtime: &Arc<Runtime>, thread: &mut Mutator) {
    thread.safe(|| {
        let second = runtime.attach().expect("there is room");
        assert!(second.handle().is_running());
    });
}

#[test]
fn in_rwlock_mode_several_are() {
    let _watchdog = crew::Watchdog::new("RwLock");
    let runtime = crew::runtime(Mode::RwLock);
    let inside = AtomicUsize::new(0);
    crew::crew(&runtime, 8, |_, thread| {
        inside.fetch_add(1, Ordering::Relaxed);
        // No safepoint until all eight are here.
        crew::spin_until(|| inside.load(Ordering::Relaxed) == 8);
        assert!(thread.handle().is_running());
    });
}

#[test]
fn a_blocking_thread_lets_the_others_run() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let worked = AtomicUsize::new(0);
        let mut main = runtime.attach().expect("there is room");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut thread = runtime.attach().expect("there is room");
                    for _ in 0..100 {
                        let _ = thread.poll();
                    }
                    worked.fetch_add(1, Ordering::Relaxed);
                });
            }
            // The blocking call ends only if the others could run meanwhile.
            main.safe(|| crew::eventually("work", || worked.load(Ordering::Relaxed) == 4));
        });
    });
}

#[test]
fn switching_without_anybody_waiting_returns_at_once() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        for _ in 0..1000 {
            thread.switch();
            assert!(thread.handle().is_running());
        }
    });
}

#[test]
fn switching_hands_over_to_the_one_that_waits() {
    let _watchdog = crew::Watchdog::new("Global");
    let runtime = crew::calm_runtime(Mode::Global);
    // Nobody's interval ever ends, so that only `switch` passes the turn on.
    runtime.set_switch_interval(Duration::from_secs(3600));
    let (turn, attached) = (AtomicUsize::new(0), AtomicUsize::new(0));
    crew::crew(&runtime, 4, |index, thread| {
        attached.fetch_add(1, Ordering::Relaxed);
        while attached.load(Ordering::Relaxed) < 4 {
            thread.switch();
        }
        // Whoever's turn it is, it comes round if all the others pass it on.
        for round in 0..50 {
            while turn.load(Ordering::Relaxed) != round * 4 + index {
                thread.switch();
            }
            turn.fetch_add(1, Ordering::Relaxed);
        }
    });
    assert_eq!(turn.into_inner(), 200);
}

/// Lets `size` threads compute and poll for `time`. Returns how many steps each made,
/// and in which order they had their turns.
fn compute(runtime: &Arc<Runtime>, size: usize, time: Duration) -> (Vec<u64>, Vec<usize>) {
    let (last, turns) = (AtomicUsize::new(usize::MAX), Mutex::new(Vec::new()));
    let end = Instant::now() + time;
    let steps = crew::crew(runtime, size, |index, thread| {
        let mut steps = 0;
        while Instant::now() < end {
            if last.swap(index, Ordering::Relaxed) != index {
                turns.lock().expect("no panics").push(index);
            }
            steps += 1;
            let _ = thread.poll();
        }
        steps
    });
    (steps, turns.into_inner().expect("no panics"))
}

#[test]
fn two_computing_threads_share_in_turns_of_the_switch_interval() {
    let _alone = stopwatch();
    let _watchdog = crew::Watchdog::new("Global");
    let runtime = crew::calm_runtime(Mode::Global);
    assert_eq!(runtime.switch_interval(), Duration::from_millis(5));
    let (steps, turns) = compute(&runtime, 2, Duration::from_secs(1));
    // 200 would be exact. More cannot be, but for the first and the last turn; a busy
    // machine may make it far fewer.
    assert!((20..=204).contains(&turns.len()), "{} turns", turns.len());
    let all: u64 = steps.iter().sum();
    assert!(steps.iter().all(|&own| own > all / 5), "{steps:?}");
}

#[test]
fn the_switch_interval_can_be_changed() {
    let _alone = stopwatch();
    let _watchdog = crew::Watchdog::new("Global");
    let runtime = crew::calm_runtime(Mode::Global);
    runtime.set_switch_interval(Duration::from_millis(100));
    assert_eq!(runtime.switch_interval(), Duration::from_millis(100));
    let (_, long) = compute(&runtime, 2, Duration::from_millis(600));
    assert!((2..=10).contains(&long.len()), "{} turns", long.len());

    runtime.set_switch_interval(Duration::from_millis(1));
    let (_, short) = compute(&runtime, 2, Duration::from_millis(600));
    assert!((40..=604).contains(&short.len()), "{} turns", short.len());

    runtime.set_switch_interval(Duration::MAX);
    assert!(runtime.switch_interval() > Duration::from_secs(1 << 33));
}

#[test]
fn eight_computing_threads_have_their_turns_in_fair_order() {
    let _alone = stopwatch();
    let _watchdog = crew::Watchdog::new("Global");
    let runtime = crew::calm_runtime(Mode::Global);
    runtime.set_switch_interval(Duration::from_millis(1));
    let (steps, turns) = compute(&runtime, 8, Duration::from_secs(1));
    assert!(steps.iter().all(|&own| own > 0), "{steps:?}");
    // The line is first come, first served, so each should have one turn in eight; but
    // the system may keep a thread that handed over from coming back into line at once.
    let own = (0..8).map(|index| turns.iter().filter(|&&turn| turn == index).count());
    let own: Vec<usize> = own.collect();
    assert!(turns.len() > 40, "{} turns", turns.len());
    assert!(own.iter().all(|&own| own > turns.len() / 24), "{own:?}");
}

/// Keeps the calling thread on one core, where there are two. Otherwise a waker would often
/// be preempted by the thread it wakes, which hides who takes the GIL first.
fn stay_on_core(core: usize) {
    // SAFETY: plain bits on this stack, and a call that reads them and concerns this
    // thread only.
    unsafe {
        let mut cores: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(core, &mut cores);
        libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &cores);
    }
}

/// Runs `hog` beside a waiter that wants 20 turns of the GIL, and returns how long the
/// waiter took for them.
fn twenty_turns(
    runtime: &Arc<Runtime>,
    hog: impl Fn(&mut Mutator) + Sync,
    turn: impl Fn(&mut Mutator) + Sync,
) -> Duration {
    let (running, done) = (AtomicBool::new(false), AtomicBool::new(false));
    let give_up = Instant::now() + Duration::from_secs(6);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut thread = runtime.attach().expect("there is room");
            running.store(true, Ordering::Relaxed);
            while !done.load(Ordering::Relaxed) && Instant::now() < give_up {
                hog(&mut thread);
            }
        });
        crew::eventually("the hog runs", || running.load(Ordering::Relaxed));
        // On a thread of its own, which ends with whatever core it was bound to.
        let waiter = scope.spawn(|| {
            let begin = Instant::now();
            let mut thread = runtime.attach().expect("there is room");
            for _ in 0..20 {
                turn(&mut thread);
            }
            done.store(true, Ordering::Relaxed);
            begin.elapsed()
        });
        waiter.join().expect("no panics")
    })
}

#[test]
fn short_safe_regions_do_not_keep_a_waiter_out() {
    let _alone = stopwatch();
    let _watchdog = crew::Watchdog::new("Global");
    let runtime = crew::calm_runtime(Mode::Global);
    // It gives the GIL up more often than the interval ends, but takes it again before
    // anybody on another core has woken up.
    let hog = |thread: &mut Mutator| {
        stay_on_core(0);
        crew::compute_for(Duration::from_millis(2));
        thread.safe(|| ());
    };
    let turn = |thread: &mut Mutator| {
        stay_on_core(1);
        thread.switch();
    };
    let time = twenty_turns(&runtime, hog, turn);
    // One interval each, 100 ms, would be right.
    assert!(time < Duration::from_secs(2), "starved: {time:?}");
}

#[test]
fn events_do_not_keep_a_waiter_out() {
    let _alone = stopwatch();
    let _watchdog = crew::Watchdog::new("Global");
    let runtime = crew::calm_runtime(Mode::Global);
    runtime.set_switch_interval(Duration::from_millis(50));
    let (handle, done) = (Mutex::new(None::<ThreadHandle>), AtomicBool::new(false));
    let hog = |thread: &mut Mutator| {
        let _ = thread.poll();
    };
    let turn = |thread: &mut Mutator| {
        handle
            .lock()
            .expect("no panics")
            .get_or_insert_with(|| thread.handle());
        let limits = Limits {
            deadline: None,
            interrupts: Events::SIGNAL,
        };
        assert_eq!(thread.sleep(&limits), Wake::Interrupted);
        assert_eq!(thread.take_events(Events::SIGNAL), Events::SIGNAL);
    };
    std::thread::scope(|scope| {
        // As an interval timer's signals would, far more often than threads switch.
        scope.spawn(|| {
            let target = || handle.lock().expect("no panics").clone();
            crew::eventually("a waiter", || target().is_some());
            let target = target().expect("it is there");
            while !done.load(Ordering::Relaxed) {
                target.post(Events::SIGNAL);
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        let time = twenty_turns(&runtime, hog, turn);
        done.store(true, Ordering::Relaxed);
        // One interval each, 1 s, would be right.
        assert!(time < Duration::from_secs(4), "starved: {time:?}");
    });
}
