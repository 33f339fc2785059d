//! Proves that events may be posted from a handler of the operating system's signals: a
//! handler for SIGUSR1 posts to a thread's handle in a static, on that very thread or on
//! another one, while the thread computes, waits, or is just about to.

mod crew;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use grwl_threads::{
    Acquired, Deadline, Events, Limits, Lock, Mode, Mutator, ThreadHandle, WaitQueue, Wake,
};

use crew::witness::Guarded;

/// What the handler posts to. Never changed once set, as a handler may be reading it.
static TARGETS: [OnceLock<ThreadHandle>; 16] = [const { OnceLock::new() }; 16];
/// Which of them is meant at present.
static AIM: AtomicUsize = AtomicUsize::new(0);
/// How often the handler ran.
static HANDLED: AtomicUsize = AtomicUsize::new(0);

extern "C" fn on_signal(_signal: libc::c_int) {
    // Only loads, and `post`, which is async-signal-safe.
    if let Some(target) = TARGETS[AIM.load(Ordering::Acquire)].get() {
        target.post(Events::SIGNAL);
    }
    HANDLED.fetch_add(1, Ordering::Release);
}

/// Installs the handler and keeps the other tests of this file out: a process has one
/// handler for a signal.
fn handler() -> MutexGuard<'static, ()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let guard = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    // SAFETY: a zeroed `sigaction` is a valid one with an empty mask and no flags (so
    // system calls are interrupted), and the handler has the signature that goes with them.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_signal as extern "C" fn(libc::c_int) as usize;
        let error = libc::sigaction(libc::SIGUSR1, &action, std::ptr::null_mut());
        assert_eq!(error, 0);
    }
    guard
}

/// Lets the handler post to `thread` from now on.
fn aim_at(thread: &Mutator) {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    let slot = NEXT.fetch_add(1, Ordering::Relaxed);
    TARGETS[slot].set(thread.handle()).expect("a new slot");
    AIM.store(slot, Ordering::Release);
}

/// Sends SIGUSR1 to one thread of the system.
fn kill(thread: libc::pthread_t) {
    // SAFETY: the callers know that the thread has not ended.
    assert_eq!(unsafe { libc::pthread_kill(thread, libc::SIGUSR1) }, 0);
}

fn this_thread() -> libc::pthread_t {
    // SAFETY: no preconditions.
    unsafe { libc::pthread_self() }
}

const UNTIL_SIGNAL: Limits = Limits {
    deadline: None,
    interrupts: Events::SIGNAL,
};

#[test]
fn a_handler_that_interrupts_a_computing_thread_is_noticed_at_its_next_safepoint() {
    let _handler = handler();
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        aim_at(&thread);
        for _ in 0..1000 {
            let before = HANDLED.load(Ordering::Acquire);
            kill(this_thread());
            assert_eq!(HANDLED.load(Ordering::Acquire), before + 1);
            assert_eq!(thread.poll(), Events::SIGNAL);
            assert_eq!(thread.poll(), Events::NONE);
        }
    });
}

/// Ends waits by a signal each. `send` brings it about, on a thread of its own, given the
/// waiting thread; `wait` says whether it was interrupted.
fn end_waits(mode: Mode, send: fn(libc::pthread_t), wait: impl Fn(&mut Mutator) -> bool) {
    let runtime = crew::runtime(mode);
    let mut thread = runtime.attach().expect("there is room");
    aim_at(&thread);
    let seen = AtomicUsize::new(0);
    let (count, me) = (crew::rounds(400), this_thread());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 1..=count {
                // At once, when the waiter is still on its way, or when it is asleep.
                std::thread::sleep(Duration::from_micros(number as u64 % 8 * 20));
                send(me);
                crew::eventually("it is seen", || seen.load(Ordering::Acquire) == number);
            }
        });
        for number in 1..=count {
            assert!(wait(&mut thread), "wait {number} was not interrupted");
            assert_eq!(thread.take_events(Events::ALL), Events::SIGNAL);
            seen.store(number, Ordering::Release);
        }
    });
}

fn sleeps(thread: &mut Mutator) -> bool {
    thread.sleep(&UNTIL_SIGNAL) == Wake::Interrupted
}

#[test]
fn a_signal_on_the_waiting_thread_ends_its_sleep() {
    let _handler = handler();
    crew::in_both_modes(|mode| end_waits(mode, kill, sleeps));
}

#[test]
fn a_signal_on_another_thread_ends_the_sleep_as_well() {
    let _handler = handler();
    // The system may choose any thread for a process's signal.
    crew::in_both_modes(|mode| end_waits(mode, |_| kill(this_thread()), sleeps));
}

#[test]
fn a_signal_ends_standing_in_line_and_waiting_for_a_lock() {
    let _handler = handler();
    crew::in_both_modes(|mode| {
        let line = WaitQueue::new();
        end_waits(mode, kill, |thread| {
            line.wait(thread, &UNTIL_SIGNAL, None, || true) == Wake::Interrupted
        });
        let lock = Lock::new();
        assert!(lock.try_acquire());
        end_waits(mode, kill, |thread| {
            lock.acquire(thread, &UNTIL_SIGNAL) == Acquired::Interrupted
        });
    });
}

#[test]
fn a_signal_that_is_not_waited_for_cuts_nothing_short() {
    let _handler = handler();
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        aim_at(&thread);
        let (done, me) = (AtomicBool::new(false), this_thread());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // Once at least, even if this thread comes late.
                loop {
                    kill(me);
                    if done.load(Ordering::Relaxed) {
                        break;
                    }
                    std::thread::sleep(Duration::from_micros(200));
                }
            });
            // Each system call that the wait is made of is interrupted all the time.
            let time = Duration::from_millis(30);
            let begin = Instant::now();
            let limits = Limits {
                deadline: Deadline::after(time),
                interrupts: Events::user(0),
            };
            assert_eq!(thread.sleep(&limits), Wake::TimedOut);
            assert!(begin.elapsed() >= time);
            done.store(true, Ordering::Relaxed);
        });
        assert_eq!(thread.poll(), Events::SIGNAL);
    });
}

#[test]
fn signals_rain_on_threads_that_work_together() {
    let _handler = handler();
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let (lock, count) = (Lock::new(), Guarded::new(0_u64));
        let (members, done) = (Mutex::new(Vec::new()), AtomicBool::new(false));
        let each = crew::rounds(2_000);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    // Locked meanwhile, so that nobody ends.
                    for &member in &*members.lock().expect("no panics") {
                        kill(member);
                    }
                    std::thread::sleep(Duration::from_micros(200));
                }
            });
            crew::crew(&runtime, 8, |index, thread| {
                if index == 0 {
                    aim_at(thread);
                }
                let add = |me| members.lock().expect("no panics").push(me);
                thread.safe(|| add(this_thread()));
                let mut interrupted = 0;
                for round in 0..each {
                    while lock.acquire(thread, &UNTIL_SIGNAL) != Acquired::Yes {
                        interrupted += 1;
                        let _ = thread.take_events(Events::SIGNAL);
                    }
                    // SAFETY: the lock is held.
                    unsafe { count.increment() };
                    if round % 64 == 0 {
                        thread.safe(std::thread::yield_now);
                        drop(thread.stop_the_world());
                    }
                    assert_eq!(lock.release(thread), Ok(()));
                    let _ = thread.poll();
                }
                thread.safe(|| {
                    let mut members = members.lock().expect("no panics");
                    members.retain(|&member| member != this_thread());
                });
                assert!(
                    index == 0 || interrupted == 0,
                    "the event was not for {index}"
                );
            });
            done.store(true, Ordering::Relaxed);
        });
        assert_eq!(count.into_inner(), 8 * each as u64);
    });
}
