//! Proves of the stress switch: without a seed nothing takes the slow path, with one every kind
//! of perturbation happens at safepoints and results stay right, and `GRWL_STRESS` is
//! either a seed or a clear error.

mod crew;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use grwl_threads::{
    Acquired, Attached, Biased, Config, Events, Limits, Lock, Mode, Runtime, WaitQueue,
};

use crew::witness::{Guarded, StoppedPair};

fn stressed(mode: Mode, seed: u64) -> Arc<Runtime> {
    let mut config = Config::new(mode);
    config.stress = Some(seed);
    Runtime::new(config)
}

#[test]
fn only_a_seed_makes_safepoints_take_the_slow_path() {
    crew::in_both_modes(|mode| {
        let mut calm = crew::calm_runtime(mode).attach().expect("there is room");
        let seeds = [0, 1, u64::MAX];
        assert_eq!(crew::poll_word(calm.state()), 0);
        calm.post(Events::SIGNAL);
        assert_eq!(calm.poll(), Events::SIGNAL);
        assert_eq!(crew::poll_word(calm.state()), 0);
        drop(calm);
        for seed in seeds {
            let mut thread = stressed(mode, seed).attach().expect("there is room");
            for _ in 0..2000 {
                assert_ne!(crew::poll_word(thread.state()), 0);
                assert_eq!(thread.poll(), Events::NONE);
            }
        }
    });
}

/// What the bits of a poll word below the events say; see the table in `poll`.
const STOP: u32 = 1;
const HANDSHAKE: u32 = 4;

#[test]
fn stress_stops_the_world_asks_everybody_and_becomes_safe() {
    let _watchdog = crew::Watchdog::new("RwLock");
    // Two Running threads are needed: one under stress and one that watches it.
    let runtime = stressed(Mode::RwLock, 7);
    let done = AtomicBool::new(false);
    let (sender, receiver) = std::sync::mpsc::channel();
    let mut watcher = runtime.attach().expect("there is room");
    std::thread::scope(|scope| {
        let subject = scope.spawn(|| {
            let mut subject = runtime.attach().expect("there is room");
            sender.send(subject.handle()).expect("it listens");
            while !done.load(Ordering::Relaxed) {
                let _ = subject.poll();
            }
        });
        let handle = receiver.recv().expect("it attaches");
        let (mut stops, mut handshakes, mut safe) = (0, 0, 0);
        while stops < 5 || handshakes < 5 || safe < 5 {
            // The watcher passes no safepoint of its own, which would be stressed: a Safe
            // region lets it answer both.
            let word = crew::poll_word(watcher.state());
            stops += u32::from(word & STOP != 0);
            handshakes += u32::from(word & HANDSHAKE != 0);
            safe += u32::from(!handle.is_running());
            if word & (STOP | HANDSHAKE) != 0 {
                watcher.safe(|| ());
            }
        }
        done.store(true, Ordering::Relaxed);
        watcher.safe(|| subject.join().expect("no panics"));
    });
}

#[test]
fn stress_hands_the_gil_over_before_the_interval_ends() {
    let _watchdog = crew::Watchdog::new("Global");
    for seed in [None, Some(3)] {
        let mut config = Config::new(Mode::Global);
        config.stress = seed;
        config.switch_interval = Duration::from_secs(3600);
        let runtime = Runtime::new(config);
        let (last, turns) = (AtomicUsize::new(usize::MAX), AtomicUsize::new(0));
        crew::crew(&runtime, 4, |index, thread| {
            for _ in 0..10_000 {
                if last.swap(index, Ordering::Relaxed) != index {
                    turns.fetch_add(1, Ordering::Relaxed);
                }
                let _ = thread.poll();
            }
        });
        match seed {
            // Each thread runs to its end.
            None => assert_eq!(turns.into_inner(), 4),
            Some(_) => assert!(turns.into_inner() > 100),
        }
    }
}

#[test]
fn results_are_right_under_stress() {
    for seed in 0..4 {
        crew::in_both_modes_and_crowds(|mode, size| {
            let runtime = stressed(mode, seed);
            let mut thread = runtime.attach().expect("there is room");
            let (pair, object) = (StoppedPair::new(), Biased::new_shared(&thread, [0_u64; 2]));
            let (lock, count, line) = (Lock::new(), Guarded::new(0_u64), WaitQueue::new());
            let each = 640 / size;
            let work = |index: usize, thread: &mut Attached| {
                let own = Biased::new(thread, 0_u64);
                let mut stops = 0;
                for round in 0..each {
                    pair.read(thread);
                    own.with(thread, |own| *own += 1);
                    object.with(thread, |[left, right]| {
                        *left += 1;
                        *right += 1;
                        assert_eq!(left, right);
                    });
                    let _ = thread.poll();
                    assert_eq!(lock.acquire(thread, &Limits::NONE), Acquired::Yes);
                    // SAFETY: the lock is held.
                    unsafe { count.increment() };
                    let _ = thread.poll();
                    assert_eq!(lock.release(thread), Ok(()));
                    match (index + round) % 16 {
                        0 => {
                            pair.bump(&thread.stop_the_world());
                            stops += 1;
                        }
                        1 => assert_eq!(line.wake_all(thread, 0, || ()), 0),
                        _ => {}
                    }
                }
                assert_eq!(own.with(thread, |own| *own), each as u64);
                stops
            };
            let stops: Vec<u64> = thread.safe(|| crew::crew(&runtime, size, work));
            let all = (size * each) as u64;
            assert_eq!(object.with(&mut thread, |pair| *pair), [all, all]);
            assert_eq!(count.into_inner(), all);
            assert_eq!(pair.read(&thread), stops.iter().sum::<u64>());
        });
    }
}

#[test]
fn under_stress_a_thread_alone_still_gets_on() {
    crew::in_both_modes(|mode| {
        let begin = Instant::now();
        let mut thread = stressed(mode, 11).attach().expect("there is room");
        for _ in 0..20_000 {
            let _ = thread.poll();
        }
        assert!(begin.elapsed() < Duration::from_secs(20));
    });
}

#[test]
#[ignore = "run in child processes by `the_environment_holds_a_seed_or_an_error`"]
fn in_a_child_the_environment_is_read() {
    match Config::new(Mode::RwLock).stress_from_env() {
        Ok(config) => crew::say(&format!("SEED {:?}.", config.stress)),
        Err(error) => crew::say(&format!("ERROR {error}.")),
    }
}

#[test]
fn the_environment_holds_a_seed_or_an_error() {
    let _watchdog = crew::Watchdog::new("no runtime");
    let read = |value: Option<&[u8]>| {
        let output = crew::in_a_child("in_a_child_the_environment_is_read", |command| {
            match value {
                Some(value) => command.env("GRWL_STRESS", OsStr::from_bytes(value)),
                None => command.env_remove("GRWL_STRESS"),
            };
        });
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for (value, seed) in [
        (None, "None"),
        (Some(&b""[..]), "None"),
        (Some(b"0"), "Some(0)"),
        (Some(b"42"), "Some(42)"),
        (Some(b"18446744073709551615"), "Some(18446744073709551615)"),
    ] {
        let text = read(value);
        assert!(text.contains(&format!("SEED {seed}.")), "{value:?}: {text}");
    }
    for (value, shown) in [
        (&b"seed"[..], "seed"),
        (b"-1", "-1"),
        (b" 7", " 7"),
        (b"1.5", "1.5"),
        (b"0x10", "0x10"),
        (b"18446744073709551616", "18446744073709551616"),
        (b"\xff1", "\u{fffd}1"),
    ] {
        let text = read(Some(value));
        let error = format!("ERROR GRWL_STRESS: not an unsigned number: {shown:?}.");
        assert!(text.contains(&error), "{value:?}: {text}");
    }
}
