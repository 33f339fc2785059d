//! Proves of the native roots: whatever a thread will still use after a Safe region is
//! found in its published registers or in its stack above the published stack pointer.

mod crew;

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

#[cfg(target_arch = "x86_64")]
use grwl_threads::Mutator;
use grwl_threads::{NativeRoots, ThreadState};

/// Never in memory as such: the scan itself must not find what it looks for.
const MASK: usize = 0x5a5a_0f0f_3c3c_9669;

/// A value that the compiler cannot compute a second time, so it must keep it somewhere.
#[inline(never)]
fn secret(number: usize) -> usize {
    black_box(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)) ^ black_box(MASK)
}

/// Is `value` among the roots of a thread that is not Running?
///
/// # Safety
/// The thread is stopped and goes on being so meanwhile.
unsafe fn holds(roots: &NativeRoots, value: usize) -> bool {
    if roots.registers.contains(&value) {
        return true;
    }
    let mut address = roots.stack_pointer.next_multiple_of(size_of::<usize>());
    while address + size_of::<usize>() <= roots.stack_top {
        // SAFETY: between a live thread's stack pointer and its stack's top all is mapped
        // and, the thread being stopped, nobody writes.
        if unsafe { std::ptr::read_volatile(address as *const usize) } == value {
            return true;
        }
        address += size_of::<usize>();
    }
    false
}

fn check_bounds(state: &ThreadState, roots: &NativeRoots) {
    let id = state.id();
    assert!(
        roots.stack_limit < roots.stack_pointer && roots.stack_pointer <= roots.stack_top,
        "{id}: {:#x} < {:#x} <= {:#x}",
        roots.stack_limit,
        roots.stack_pointer,
        roots.stack_top
    );
}

#[test]
fn what_lives_across_a_safe_region_is_found() {
    crew::in_both_modes(|mode| {
        let runtime = crew::calm_runtime(mode);
        for round in 1..=20 {
            let (id, scanned) = (AtomicU32::new(0), AtomicBool::new(false));
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let mut thread = runtime.attach().expect("there is room");
                    let kept = secret(round);
                    let number = thread.id();
                    thread.safe(|| {
                        id.store(number, Ordering::Release);
                        crew::eventually("the scan", || scanned.load(Ordering::Acquire));
                    });
                    assert_eq!(kept, secret(round));
                });
                crew::eventually("it is Safe", || id.load(Ordering::Acquire) != 0);
                let mut main = runtime.attach().expect("there is room");
                let world = main.stop_the_world();
                let states = world.threads();
                let state = states
                    .iter()
                    .find(|state| state.id() == id.load(Ordering::Relaxed))
                    .expect("it is alive");
                // SAFETY: the world is stopped.
                let roots = unsafe { state.native_roots() };
                check_bounds(state, &roots);
                // The thread keeps it until `scanned`; another round's is nowhere.
                // SAFETY: the world is stopped.
                unsafe {
                    assert!(holds(&roots, secret(round)), "a live value is no root");
                    assert!(!holds(&roots, secret(round + 1000)));
                }
                drop(world);
                scanned.store(true, Ordering::Release);
            });
        }
    });
}

#[test]
fn every_stopped_thread_has_sensible_bounds() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        crew::crew(&runtime, size, |index, thread| {
            let here = black_box(0_u8);
            let address = std::ptr::from_ref(&here) as usize;
            for round in 0..crew::rounds(640 / size) {
                let _ = thread.poll();
                if (index + round) % 8 == 0 {
                    let world = thread.stop_the_world();
                    for state in world.threads() {
                        if state.id() != world.mutator().id() {
                            // SAFETY: the world is stopped, and this is not ourselves.
                            let roots = unsafe { state.native_roots() };
                            check_bounds(state, &roots);
                        }
                    }
                } else {
                    thread.safe(std::thread::yield_now);
                    // SAFETY: these are our own.
                    let roots = unsafe { thread.state().native_roots() };
                    check_bounds(thread.state(), &roots);
                    assert!(roots.stack_pointer <= address && address < roots.stack_top);
                }
            }
        });
    });
}

#[test]
fn the_writers_own_roots_hold_inside_its_frame() {
    crew::in_both_modes(|mode| {
        let runtime = crew::calm_runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        for round in 1..=20 {
            let kept = secret(round);
            let mut world = thread.stop_the_world();
            world.with_own_roots(|world| {
                let state = world.mutator().state();
                // SAFETY: these are our own, published by the frame around this one.
                let roots = unsafe { state.native_roots() };
                check_bounds(state, &roots);
                // SAFETY: the frames above stand still while this closure runs.
                unsafe {
                    assert!(holds(&roots, secret(round)), "a live value is no root");
                    assert!(!holds(&roots, secret(round + 1000)));
                }
            });
            drop(world);
            assert_eq!(kept, secret(round));
        }
    });
}

#[test]
fn a_handshake_sees_the_roots_of_a_thread_at_its_safepoint() {
    crew::in_both_modes(|mode| {
        let runtime = crew::calm_runtime(mode);
        let (asked, done) = (AtomicU32::new(0), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let mut target = runtime.attach().expect("there is room");
            let handle = target.handle();
            let kept = secret(77);
            scope.spawn(|| {
                let handle = handle;
                let mut requester = runtime.attach().expect("there is room");
                for _ in 0..100 {
                    let look = |state: &ThreadState| {
                        // SAFETY: the target is at a safepoint, or Safe.
                        let roots = unsafe { state.native_roots() };
                        check_bounds(state, &roots);
                        // SAFETY: as above.
                        let found = unsafe { holds(&roots, secret(77)) };
                        asked.fetch_add(u32::from(found), Ordering::Relaxed);
                    };
                    assert_eq!(requester.handshake(&handle, look), Ok(()));
                }
                done.store(true, Ordering::Relaxed);
            });
            crew::poll_until(&mut target, || done.load(Ordering::Relaxed));
            assert_eq!(kept, secret(77));
        });
        assert_eq!(asked.into_inner(), 100, "a live value was no root");
    });
}

/// What the thread does whose registers are looked at.
#[cfg(target_arch = "x86_64")]
struct Stay<'a> {
    thread: &'a mut Mutator,
    asleep: &'a AtomicBool,
    scanned: &'a AtomicBool,
}

/// Stays in a Safe region until it has been scanned.
///
/// # Safety
/// `stay` is valid and nobody else uses it.
#[cfg(target_arch = "x86_64")]
unsafe extern "C" fn stay_safe(stay: *mut Stay) {
    // SAFETY: the caller's promise.
    let stay = unsafe { &mut *stay };
    stay.thread.safe(|| {
        stay.asleep.store(true, Ordering::Release);
        crew::eventually("the scan", || stay.scanned.load(Ordering::Acquire));
    });
}

/// A caller may keep values in the registers that a callee preserves, and nowhere else.
#[test]
#[cfg(target_arch = "x86_64")]
fn what_only_a_register_holds_is_found() {
    crew::in_both_modes(|mode| {
        let runtime = crew::calm_runtime(mode);
        let (asleep, scanned) = (AtomicBool::new(false), AtomicBool::new(false));
        let base = secret(99) >> 1;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut thread = runtime.attach().expect("there is room");
                let mut stay = Stay {
                    thread: &mut thread,
                    asleep: &asleep,
                    scanned: &scanned,
                };
                // SAFETY: `stay_safe` keeps to the C calling convention: all that it may
                // change is declared so, and it leaves r12 to r15 as they are.
                unsafe {
                    std::arch::asm!(
                        "lea r12, [rsi + 1]",
                        "lea r13, [rsi + 2]",
                        "lea r14, [rsi + 3]",
                        "lea r15, [rsi + 4]",
                        "call {stay_safe}",
                        stay_safe = sym stay_safe,
                        in("rdi") &raw mut stay,
                        in("rsi") base,
                        out("r12") _,
                        out("r13") _,
                        out("r14") _,
                        out("r15") _,
                        clobber_abi("C"),
                    );
                }
            });
            crew::eventually("it is Safe", || asleep.load(Ordering::Acquire));
            let mut main = runtime.attach().expect("there is room");
            let world = main.stop_the_world();
            let me = world.mutator().id();
            let states = world.threads();
            let state = states.iter().find(|state| state.id() != me);
            // SAFETY: the world is stopped.
            let roots = unsafe { state.expect("it is alive").native_roots() };
            // SAFETY: as above.
            let found = [1, 2, 3, 4].map(|number| unsafe { holds(&roots, base + number) });
            drop(world);
            scanned.store(true, Ordering::Release);
            assert_eq!(found, [true; 4], "r12 to r15");
        });
    });
}
