//! Second-hand parts of native stacks: words there keep memory, but neither hold finalizers back nor weak references up.

mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use grwl_heap::{CellPtr, Collection, Header, RootSource, WeakOrder};
use grwl_threads::{Mutator, ThreadState};
use world::*;

/// So many words of the test's stack are second-hand.
const WORDS: usize = 4;

/// The address of the words; zero for none.
#[derive(Default)]
struct Part(AtomicUsize);

struct Source(Arc<Part>);

// SAFETY: it reports no roots.
unsafe impl RootSource for Source {
    fn second_hand(&self, _: &ThreadState, parts: &mut Vec<(usize, usize)>) {
        let from = self.0.0.load(Ordering::Relaxed);
        if from != 0 {
            parts.push((from, from + WORDS * 8));
        }
    }
}

/// Addresses are handed around in this disguise, or they would be found where nobody means them to be.
const DISGUISE: u64 = 0x5555_0000_5555_0000;

fn disguised(cell: CellPtr) -> u64 {
    cell.as_ptr() as u64 ^ DISGUISE
}

/// Runs `act` on a thread that has `word` in the second-hand part of its stack, and nowhere else.
fn with_word(
    world: &World,
    part: &Part,
    word: u64,
    act: impl FnOnce(&mut Mutator, &mut [u64; WORDS]) + Send,
) {
    world.on_thread(|m| {
        let mut words = [word; WORDS];
        std::hint::black_box(&mut words);
        part.0.store(words.as_ptr() as usize, Ordering::Relaxed);
        for word in &mut words {
            // SAFETY: a word of the array.
            unsafe { std::ptr::from_mut(word).write_volatile(*word ^ DISGUISE) };
        }
        act(m, &mut words);
        part.0.store(0, Ordering::Relaxed);
    });
}

#[test]
fn finalizers_run_and_weak_slots_are_cleared_but_memory_stays() {
    everywhere(|mode, config| {
        let world = World::new(mode, config);
        let part = Arc::<Part>::default();
        world.heap.add_root_source(Box::new(Source(part.clone())));
        for what in [Collection::Young, Collection::Full] {
            for order in [
                WeakOrder::BeforeFinalizers,
                WeakOrder::AfterFinalizers,
                WeakOrder::WithCycles,
            ] {
                let weak = world.roots(1);
                let word = world.on_thread(|m| {
                    let inner = world.node(m, 7, None, None);
                    let cell = world.node(m, 8, Some(inner), None);
                    // SAFETY: a fresh cell.
                    unsafe { world.heap.register_finalizer(m, inner) };
                    weak.set(0, Some(world.weak(m, 1, cell, order)));
                    disguised(cell)
                });
                with_word(&world, &part, word, |m, words| {
                    let report = world.heap.collect(m, what);
                    assert_eq!((report.finalizable, report.cleared_weak), (1, 1));
                    assert_eq!(get(weak.get(0).unwrap(), 2), 0, "{order:?}");
                    // Whoever goes on with the word all the same finds what it leads to.
                    let cell = CellPtr::new(words[0] as *mut Header).expect("an address");
                    assert_eq!(get(cell, 2), 8 << 1 | 1);
                    assert_eq!(get(get_cell(cell, 3).unwrap(), 2), 7 << 1 | 1);
                });
                world.on_thread(|m| assert!(world.heap.take_finalizable(m).is_some()));
                world.on_thread(|m| assert!(world.heap.take_cleared(m).is_some()));
                drop(weak);
                assert_eq!(world.collect(Collection::Full).live_cells, 0);
            }
        }
    });
}

/// Does the weak cell at this address point there? In a frame of its own: the target's address must not stay behind.
#[inline(never)]
fn points_to(weak: u64, target: Option<CellPtr>) -> bool {
    let weak = CellPtr::new(weak as *mut Header).expect("an address");
    get_cell(weak, 2) == target
}

#[test]
fn a_weak_cell_that_is_kept_so_stays_registered() {
    everywhere(|mode, config| {
        let world = World::new(mode, config);
        let part = Arc::<Part>::default();
        world.heap.add_root_source(Box::new(Source(part.clone())));
        let roots = world.roots(1);
        let word = world.on_thread(|m| {
            let target = world.node(m, 1, None, None);
            roots.set(0, Some(target));
            disguised(world.weak(m, 1, target, WeakOrder::AfterFinalizers))
        });
        with_word(&world, &part, word, |m, words| {
            for what in [Collection::Young, Collection::Full] {
                world.heap.collect(m, what);
                assert!(points_to(words[0], roots.get(0)));
            }
            roots.set(0, None);
            scrub();
            world.heap.collect(m, Collection::Full);
            assert!(points_to(words[0], None));
        });
    });
}

#[test]
fn what_else_lies_on_the_stack_is_a_root() {
    everywhere(|mode, config| {
        let world = World::new(mode, config);
        let part = Arc::<Part>::default();
        world.heap.add_root_source(Box::new(Source(part.clone())));
        let weak = world.roots(1);
        world.on_thread(|m| {
            let cell = world.node(m, 1, None, None);
            let words = [cell.as_ptr() as u64; 3 * WORDS];
            std::hint::black_box(&words);
            // In the middle.
            let from = words.as_ptr() as usize + WORDS * 8;
            part.0.store(from, Ordering::Relaxed);
            weak.set(0, Some(world.weak(m, 1, cell, WeakOrder::BeforeFinalizers)));
            for what in [Collection::Young, Collection::Full] {
                assert_eq!(world.heap.collect(m, what).cleared_weak, 0);
            }
            assert_eq!(get_cell(weak.get(0).unwrap(), 2), Some(cell));
            std::hint::black_box(&words);
            part.0.store(0, Ordering::Relaxed);
        });
    });
}
