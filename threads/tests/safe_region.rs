//! Proves of Safe regions: closure and guard both let a stop begin, nobody comes out
//! of one during a stop, and a thread is Running again however it came out, by a
//! panic too.

mod crew;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use grwl_threads::{Mode, Mutator};

use crew::witness::StoppedPair;

/// How a thread may enter a Safe region and come out.
#[derive(Clone, Copy, Debug)]
enum Region {
    Closure,
    Guard,
    PanickingClosure,
    PanickingGuard,
}

const REGIONS: [Region; 4] = [
    Region::Closure,
    Region::Guard,
    Region::PanickingClosure,
    Region::PanickingGuard,
];

impl Region {
    /// Runs `act` in a Safe region.
    fn enter(self, thread: &mut Mutator, act: impl Fn()) {
        // `resume_unwind` spares the panic hook, which would print.
        let panics = || {
            act();
            resume_unwind(Box::new("out of a Safe region"))
        };
        let outcome = match self {
            Self::Closure => {
                thread.safe(act);
                return;
            }
            Self::Guard => {
                // SAFETY: the guard is dropped, and there is no heap.
                let _region = unsafe { thread.safe_region() };
                act();
                return;
            }
            Self::PanickingClosure => catch_unwind(AssertUnwindSafe(|| thread.safe(panics))),
            Self::PanickingGuard => catch_unwind(AssertUnwindSafe(|| {
                // SAFETY: the guard is dropped, and there is no heap.
                let _region = unsafe { thread.safe_region() };
                panics()
            })),
        };
        let payload: Box<dyn std::any::Any + Send> = outcome.expect_err("it panics");
        let text = payload.downcast_ref::<&str>();
        assert_eq!(text, Some(&"out of a Safe region"));
    }
}

#[test]
fn a_closure_in_a_safe_region_returns_its_value() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        let handle = thread.handle();
        assert!(handle.is_running());
        let text = thread.safe(|| {
            assert!(!handle.is_running());
            String::from("value")
        });
        assert_eq!(text, "value");
        assert!(handle.is_running());
        // SAFETY: the guard is dropped, and there is no heap.
        let region = unsafe { thread.safe_region() };
        assert!(!handle.is_running());
        drop(region);
        assert!(handle.is_running());
    });
}

#[test]
fn a_thread_is_running_again_however_it_left_the_region() {
    let _watchdog = crew::Watchdog::new("RwLock");
    // A stop must be seen to wait for the thread, so two threads must be Running.
    let runtime = crew::calm_runtime(Mode::RwLock);
    for region in REGIONS {
        let stopped = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let mut thread = runtime.attach().expect("there is room");
            region.enter(&mut thread, || ());
            assert!(thread.handle().is_running(), "{region:?}");
            scope.spawn(|| {
                let mut writer = runtime.attach().expect("there is room");
                drop(writer.stop_the_world());
                stopped.store(true, Ordering::Relaxed);
            });
            crew::spin_until(|| crew::poll_word(thread.state()) != 0);
            std::thread::sleep(Duration::from_millis(5));
            assert!(!stopped.load(Ordering::Relaxed), "{region:?}: not Running");
            crew::poll_until(&mut thread, || stopped.load(Ordering::Relaxed));
        });
    }
}

#[test]
fn a_safe_thread_does_not_hold_up_a_stop_and_waits_for_its_end() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        for region in REGIONS {
            let (inside, leave, out) = (
                AtomicBool::new(false),
                AtomicBool::new(false),
                AtomicBool::new(false),
            );
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let mut thread = runtime.attach().expect("there is room");
                    region.enter(&mut thread, || {
                        inside.store(true, Ordering::Relaxed);
                        crew::eventually("leave", || leave.load(Ordering::Relaxed));
                    });
                    out.store(true, Ordering::Relaxed);
                });
                crew::eventually("it is inside", || inside.load(Ordering::Relaxed));
                let mut main = runtime.attach().expect("there is room");
                let mut world = main.stop_the_world();
                leave.store(true, Ordering::Relaxed);
                // Safe, so that in global mode the GIL is free for it.
                world
                    .mutator_mut()
                    .safe(|| std::thread::sleep(Duration::from_millis(10)));
                assert!(!out.load(Ordering::Relaxed), "{region:?}: out in a stop");
                drop(world);
                crew::poll_until(&mut main, || out.load(Ordering::Relaxed));
            });
        }
    });
}

#[test]
fn regions_of_all_kinds_in_a_storm_of_stops() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let (pair, busy) = (StoppedPair::new(), AtomicUsize::new(0));
        crew::crew(&runtime, size, |index, thread| {
            for round in 0..crew::rounds(3_200 / size) {
                REGIONS[(index + round) % 4].enter(thread, || {
                    if round % 8 == 0 {
                        std::thread::yield_now();
                    }
                });
                // No safepoint: only the way out of the region can hold this thread back.
                busy.fetch_add(1, Ordering::Relaxed);
                pair.read(thread);
                busy.fetch_sub(1, Ordering::Relaxed);
                if (index + round) % 8 == 0 {
                    let world = thread.stop_the_world();
                    assert_eq!(busy.load(Ordering::Relaxed), 0, "somebody is Running");
                    pair.bump(&world);
                }
            }
        });
    });
}

fn errno() -> &'static mut i32 {
    // SAFETY: the calling thread's own, and no reference outlives the line that asks for it.
    unsafe { &mut *libc::__errno_location() }
}

#[test]
fn errno_is_afterwards_what_the_closure_left() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        crew::crew(&runtime, size, |index, thread| {
            for round in 0..crew::rounds(3_200 / size) as i32 {
                // The way back is often long: others stop the world and hold the GIL.
                let left = thread.safe(|| {
                    std::thread::yield_now();
                    *errno() = round;
                    *errno()
                });
                assert_eq!(*errno(), left);
                if index % 4 == 0 {
                    drop(thread.stop_the_world());
                }
            }
        });
    });
}
