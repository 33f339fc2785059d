//! What the integration tests share: a time limit for each test, runtimes of both modes, crews
//! of attached threads, and witnesses whose state shows a broken promise.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

pub mod numbers;
pub mod witness;

use std::io::Write;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Barrier, Once};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use grwl_threads::{Attached, Config, Mode, Mutator, Runtime, ThreadState};

pub const MODES: [Mode; 2] = [Mode::Global, Mode::RwLock];

/// Fewer threads than can be kept apart by luck, and far more than there are cores.
pub const CROWDS: [usize; 2] = [8, 64];

/// No test takes a tenth of this on an idle machine.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Aborts the process if it is not dropped within the time limit: a test that hangs
/// must fail, and say which one it was.
pub struct Watchdog {
    leash: Option<Sender<()>>,
    dog: Option<JoinHandle<()>>,
}

impl Watchdog {
    pub fn new(what: &str) -> Self {
        report_panics_at_once();
        let test = std::thread::current().name().unwrap_or("?").to_owned();
        let what = format!("{test} ({what})");
        let (leash, cut) = channel();
        let dog = std::thread::spawn(move || {
            if cut.recv_timeout(TIME_LIMIT) == Err(RecvTimeoutError::Timeout) {
                say(&format!(
                    "WATCHDOG: {what} is not done after {TIME_LIMIT:?}"
                ));
                std::process::abort();
            }
        });
        Self {
            leash: Some(leash),
            dog: Some(dog),
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.leash.take());
        if let Some(dog) = self.dog.take() {
            dog.join().expect("the watchdog ends quietly");
        }
    }
}

/// Writes a line past the test harness, which would keep it until the test ends.
pub fn say(line: &str) {
    // Nothing is left to tell it to if this fails.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A panic in one thread of a crew often leaves the others waiting for ever; its
/// message must not be held back until they are done.
fn report_panics_at_once() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            say(&info.to_string());
            usual(info);
        }));
    });
}

/// Runs `test` once in each mode, each with a time limit.
pub fn in_both_modes(test: impl Fn(Mode)) {
    for mode in MODES {
        let _watchdog = Watchdog::new(&format!("{mode:?}"));
        test(mode);
    }
}

/// Runs `test` in each mode with a small and a large crowd, each with a time limit.
pub fn in_both_modes_and_crowds(test: impl Fn(Mode, usize)) {
    for mode in MODES {
        for size in CROWDS {
            let _watchdog = Watchdog::new(&format!("{mode:?}, {size} threads"));
            test(mode, size);
        }
    }
}

/// The configuration of a test's runtime: under stress if `GRWL_STRESS` says so.
pub fn config(mode: Mode) -> Config {
    Config::new(mode)
        .stress_from_env()
        .expect("GRWL_STRESS holds a seed or nothing")
}

pub fn runtime(mode: Mode) -> Arc<Runtime> {
    Runtime::new(config(mode))
}

/// A runtime for tests that measure times or look into poll words, which stress upsets.
pub fn calm_runtime(mode: Mode) -> Arc<Runtime> {
    Runtime::new(Config::new(mode))
}

/// How often to repeat something: less under stress, where each safepoint is slow.
pub fn rounds(plain: usize) -> usize {
    if config(Mode::Global).stress.is_some() {
        (plain / 3).max(2)
    } else {
        plain
    }
}

/// Runs `work` in `size` real threads, which begin together, and returns their results.
pub fn squad<R: Send>(size: usize, work: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let start = Barrier::new(size);
    std::thread::scope(|scope| {
        let members: Vec<_> = (0..size)
            .map(|index| {
                let (work, start) = (&work, &start);
                std::thread::Builder::new()
                    .name(format!("member {index}"))
                    .spawn_scoped(scope, move || {
                        start.wait();
                        work(index)
                    })
                    .expect("the system has threads left")
            })
            .collect();
        let results = members.into_iter().map(|member| member.join());
        results
            .map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

/// As [`squad`], with each thread attached to `runtime` while it works. An attached
/// caller calls this in a Safe region.
pub fn crew<R: Send>(
    runtime: &Arc<Runtime>,
    size: usize,
    work: impl Fn(usize, &mut Attached) -> R + Sync,
) -> Vec<R> {
    squad(size, |index| {
        let mut thread = runtime.attach().expect("there is room for the crew");
        work(index, &mut thread)
    })
}

/// Waits until `condition` holds. The caller is not Running.
pub fn eventually(what: &str, condition: impl Fn() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < TIME_LIMIT / 2, "never: {what}");
        std::thread::sleep(Duration::from_micros(50));
    }
}

/// Polls until `condition` holds. What it waits for needs the GIL, so it does not keep
/// that for whole intervals.
pub fn poll_until(thread: &mut Mutator, condition: impl Fn() -> bool) {
    while !condition() {
        let _ = thread.poll();
        thread.switch();
        std::thread::yield_now();
    }
}

/// Stays Running, without a safepoint, until `condition` holds.
pub fn spin_until(condition: impl Fn() -> bool) {
    while !spins_see(&condition) {
        std::thread::yield_now();
    }
}

/// Looks for `condition` for some microseconds, without leaving the core: whoever sees it
/// become true goes on within nanoseconds.
fn spins_see(condition: impl Fn() -> bool) -> bool {
    (0..500).any(|_| {
        std::hint::spin_loop();
        condition()
    })
}

/// Adds one to `count` and waits until it is `target`: threads that meet there go on in the
/// same moment, if they have a core each.
pub fn meet(thread: &mut Mutator, count: &AtomicUsize, target: usize) {
    count.fetch_add(1, Ordering::AcqRel);
    let all_here = || count.load(Ordering::Acquire) >= target;
    if !spins_see(all_here) {
        poll_until(thread, all_here);
    }
}

/// Lets about as many nanoseconds pass: to shift one thread's steps against another's.
pub fn pause(nanoseconds: usize) {
    for step in 0..nanoseconds {
        std::hint::black_box(step);
    }
}

/// Computes for about `time` without a safepoint.
pub fn compute_for(time: Duration) {
    let begin = Instant::now();
    while begin.elapsed() < time {
        std::hint::spin_loop();
    }
}

/// A thread's poll word, as compiled code reads it.
pub fn poll_word(state: &ThreadState) -> u32 {
    let address = std::ptr::from_ref(state)
        .wrapping_byte_add(ThreadState::POLL_OFFSET)
        .cast::<AtomicU32>();
    // SAFETY: the offset is that of an `AtomicU32` inside the state, which is borrowed.
    unsafe { &*address }.load(Ordering::Acquire)
}

/// Runs an ignored test of this binary alone in a process of its own.
pub fn in_a_child(test: &str, change: impl FnOnce(&mut Command)) -> Output {
    let mut command = Command::new(std::env::current_exe().expect("a test knows its binary"));
    command.args(["--exact", test, "--ignored", "--nocapture"]);
    change(&mut command);
    command.output().expect("the test binary starts")
}
