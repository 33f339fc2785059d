//! Proves of the native roots: whatever a thread will still use after a Safe region is
//! found in its published registers or in its stack above the published stack pointer.

mod crew;

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

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
