//! The marker: long chains, little room, many helpers; the write barrier and its verifier.

mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use grwl_heap::{CellPtr, Collection, HeapConfig, Kind};
use grwl_threads::{Mode, Mutator};
use world::*;

#[test]
fn a_chain_of_ten_million() {
    let world = World::new(
        Mode::RwLock,
        HeapConfig {
            poison: false,
            ..small()
        },
    );
    let roots = world.roots(1);
    world.on_thread(|m| {
        for id in 0..10_000_000 {
            let next = roots.get(0);
            roots.set(0, Some(world.node(m, id, next, None)));
        }
    });
    for what in [Collection::Young, Collection::Full] {
        assert_eq!(world.collect(what).live_cells, 10_000_000);
    }
    roots.set(0, None);
    assert_eq!(world.collect(Collection::Full).live_cells, 0);
}

/// An array of arrays of nodes: the widest possible mark stack.
fn wide(world: &World, m: &Mutator, roots: &RootSlots, arrays: usize, nodes: usize) {
    let outer = world.array(m, arrays);
    roots.set(0, Some(outer));
    for i in 0..arrays {
        let inner = world.array(m, nodes);
        world.set(m, outer, 3 + i, Some(inner));
        for j in 0..nodes {
            let tail = world.node(m, j as u64, None, None);
            world.set(
                m,
                inner,
                3 + j,
                Some(world.node(m, i as u64, Some(tail), Some(inner))),
            );
        }
    }
}

#[test]
fn a_mark_stack_that_overflows_loses_nothing() {
    everywhere(|mode, config| {
        for (mark_stack, mark_chunks) in [(4, 0), (16, 1), (64, 0), (64, usize::MAX)] {
            for helpers in [0, 3] {
                let world = World::new(
                    mode,
                    HeapConfig {
                        mark_stack,
                        mark_chunks,
                        helpers,
                        verify: true,
                        ..config.clone()
                    },
                );
                let roots = world.roots(1);
                world.on_thread(|m| wide(&world, m, &roots, 70, 70));
                let all = 1 + 70 + 2 * 70 * 70;
                for what in [Collection::Young, Collection::Full] {
                    assert_eq!(world.collect(what).live_cells, all);
                }
            }
        }
    });
}

#[test]
fn helpers_and_the_collecting_thread_mark_each_cell_once() {
    let world = World::new(
        Mode::RwLock,
        HeapConfig {
            helpers: 7,
            poison: false,
            ..small()
        },
    );
    let roots = world.roots(1);
    world.on_thread(|m| wide(&world, m, &roots, 1000, 200));
    let mut helped = 0;
    for _ in 0..20 {
        let report = world.collect(Collection::Full);
        assert_eq!(report.live_cells, 1 + 1000 + 2 * 200_000);
        helped += report.helpers;
    }
    assert!(helped > 0, "no helper was ever scheduled");
}

/// An old node, and a young one in its slot 3.
fn old_to_young(world: &World, roots: &RootSlots, barrier: bool) {
    world.on_thread(|m| roots.set(0, Some(world.node(m, 1, None, None))));
    world.collect(Collection::Young);
    world.on_thread(|m| {
        let old = roots.get(0).unwrap();
        let young = world.node(m, 2, None, None);
        if barrier {
            world.set(m, old, 3, Some(young));
            world.set(m, old, 4, Some(young));
        } else {
            field(old, 3).store(young.as_ptr() as u64, std::sync::atomic::Ordering::Relaxed);
        }
    });
}

#[test]
fn the_write_barrier_keeps_young_cells() {
    everywhere(|mode, config| {
        let world = World::new(
            mode,
            HeapConfig {
                verify: true,
                ..config
            },
        );
        let roots = world.roots(1);
        for _ in 0..5 {
            old_to_young(&world, &roots, true);
            for what in [Collection::Young, Collection::Young, Collection::Full] {
                assert_eq!(world.collect(what).live_cells, 2);
            }
            let young = get_cell(roots.get(0).unwrap(), 3).unwrap();
            assert_eq!(get(young, 2) >> 1, 2);
            roots.set(0, None);
            assert_eq!(world.collect(Collection::Full).live_cells, 0);
        }
    });
}

#[test]
fn the_verifier_sees_a_missing_barrier() {
    let world = World::new(
        Mode::RwLock,
        HeapConfig {
            verify: true,
            ..small()
        },
    );
    let roots = world.roots(1);
    old_to_young(&world, &roots, false);
    let m = &mut *world.attach();
    let result = catch_unwind(AssertUnwindSafe(|| {
        world.heap.collect(m, Collection::Young)
    }));
    let message = *result.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("which is not alive"), "{message}");
}

#[test]
fn foreign_cells_need_no_barrier() {
    everywhere(|mode, config| {
        let world = World::new(
            mode,
            HeapConfig {
                verify: true,
                ..config
            },
        );
        let roots = world.roots(1);
        world.on_thread(|m| roots.set(0, Some(world.owner(m, Kind::Foreign, None))));
        world.collect(Collection::Young);
        for id in 0..10 {
            world.on_thread(|m| {
                let young = world.node(m, id, None, None).as_ptr() as u64;
                field(roots.get(0).unwrap(), 3).store(young, std::sync::atomic::Ordering::Relaxed);
            });
            world.collect(Collection::Young);
            let young = get_cell(roots.get(0).unwrap(), 3).unwrap();
            assert_eq!(get(young, 2) >> 1, id);
        }
    });
}

#[test]
fn young_collections_free_young_garbage_and_keep_old() {
    let world = World::new(Mode::RwLock, small());
    let roots = world.roots(1);
    world.on_thread(|m| wide(&world, m, &roots, 100, 100));
    let live = world.collect(Collection::Full).live_cells;
    for _ in 0..10 {
        world.on_thread(|m| (0..50_000).for_each(|id| _ = world.node(m, id, None, None)));
        let report = world.collect(Collection::Young);
        assert_eq!((report.live_cells, report.died_cells), (live, 50_000));
    }
    // Old garbage stays until a full collection.
    roots.set(0, None);
    assert_eq!(world.collect(Collection::Young).live_cells, live);
    assert_eq!(world.collect(Collection::Full).live_cells, 0);
}

#[test]
fn the_budget_asks_for_collections() {
    everywhere(|mode, config| {
        let world = World::new(mode, config);
        let m = &mut *world.attach();
        let mut reports = Vec::new();
        for id in 0..1_000_000 {
            world.node(m, id, None, None);
            reports.extend(world.poll(m));
        }
        // 48 MB through a budget of 4 MiB.
        assert!((8..=12).contains(&reports.len()), "{}", reports.len());
        assert!(world.heap.statistics().heap_bytes < 8 << 20);
    });
}

/// Reports one cell as a root, as a frame stack would.
struct Source(std::sync::Mutex<Option<usize>>);

// SAFETY: the test puts live cells in only.
unsafe impl grwl_heap::RootSource for Source {
    fn trace_thread(&self, _: &grwl_threads::ThreadState, tracer: &mut grwl_heap::Tracer<'_>) {
        if let Some(cell) = *self.0.lock().unwrap() {
            tracer.cell(CellPtr::new(cell as *mut _).unwrap());
        }
    }
}

#[test]
fn root_sources_are_asked() {
    struct Shared(std::sync::Arc<Source>);
    // SAFETY: as `Source`.
    unsafe impl grwl_heap::RootSource for Shared {
        fn trace_thread(&self, t: &grwl_threads::ThreadState, tracer: &mut grwl_heap::Tracer<'_>) {
            self.0.trace_thread(t, tracer);
        }
    }
    everywhere(|mode, config| {
        let world = World::new(mode, config);
        let source = std::sync::Arc::new(Source(std::sync::Mutex::new(None)));
        world.heap.add_root_source(Box::new(Shared(source.clone())));
        world.on_thread(|m| {
            let cell = world.node(m, 1, Some(world.leaf(m)), None);
            *source.0.lock().unwrap() = Some(cell.as_ptr() as usize);
        });
        for what in [Collection::Young, Collection::Full] {
            assert_eq!(world.collect(what).live_cells, 2);
        }
        *source.0.lock().unwrap() = None;
        assert_eq!(world.collect(Collection::Full).live_cells, 0);
    });
}
