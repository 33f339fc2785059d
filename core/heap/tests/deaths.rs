//! What happens when cells die: drops, weak references, finalizers, threads' ends, memory returned.

mod world;

use std::sync::Mutex;
use std::sync::atomic::Ordering;

use grwl_heap::{BLOCK, CellPtr, Collection, HeapConfig, Kind, WeakOrder};
use grwl_threads::Mode;
use world::*;

/// Owners and resident bytes are counted process-wide: one test at a time.
static COUNTING: Mutex<()> = Mutex::new(());

fn owned() -> usize {
    OWNED.load(Ordering::Relaxed)
}

#[test]
fn owners_are_dropped_once_and_in_time() {
    let _alone = COUNTING.lock().unwrap_or_else(|e| e.into_inner());
    everywhere(|mode, config| {
        let world = World::new(mode, config);
        let roots = world.roots(1);
        for kind in [Kind::Owning, Kind::Foreign] {
            roots.set(0, None);
            world.collect(Collection::Full);
            assert_eq!(owned(), 0);
            world.on_thread(|m| {
                for _ in 0..10_000 {
                    let before = roots.get(0);
                    roots.set(0, Some(world.owner(m, kind, before)));
                    world.owner(m, kind, before);
                }
            });
            assert_eq!(owned(), 20_000);
            world.collect(Collection::Young);
            assert_eq!(owned(), 10_000);
            world.collect(Collection::Full);
            assert_eq!(owned(), 10_000);
            // The dead ones' room is used again.
            let before = world.heap.statistics().heap_bytes;
            world.on_thread(|m| (0..9_000).for_each(|_| _ = world.owner(m, kind, None)));
            assert_eq!(world.heap.statistics().heap_bytes, before);
            assert_eq!(owned(), 19_000);
        }
        drop(roots);
        drop(world);
        assert_eq!(owned(), 0, "the heap's end drops what is left");
    });
}

#[test]
fn threads_drop_for_each_other() {
    let _alone = COUNTING.lock().unwrap_or_else(|e| e.into_inner());
    everywhere(|mode, config| {
        let config = HeapConfig {
            least_budget: 128 << 10,
            least_budget_of_each: 128 << 10,
            ..config
        };
        let world = World::new(mode, config);
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let world = &world;
                scope.spawn(move || {
                    let m = &mut *world.attach();
                    let mut kept = None;
                    for index in 0..20_000 {
                        let kind = [Kind::Owning, Kind::Foreign][(index + thread) % 2];
                        let owner = world.owner(m, kind, kept);
                        kept = (index % 100 != 0).then_some(owner);
                        world.poll(m);
                    }
                    std::hint::black_box(kept);
                });
            }
        });
        world.collect(Collection::Full);
        // A word that a thread left behind on a stack may hold a chain of a hundred.
        assert!(owned() <= 8 * 100, "{}", owned());
        drop(world);
        assert_eq!(owned(), 0);
    });
}

#[test]
fn large_owners_are_dropped_and_freed() {
    let _alone = COUNTING.lock().unwrap_or_else(|e| e.into_inner());
    everywhere(|mode, config| {
        let world = World::new(mode, config);
        for _ in 0..3 {
            world.on_thread(|m| (0..10).for_each(|_| _ = world.large_owner(m)));
            assert_eq!(owned(), 10);
            // Inside a stop that the caller holds, a collection does all its work, too.
            world.on_thread(|m| {
                let mut stopped = m.stop_the_world();
                world.heap.collect(stopped.mutator_mut(), Collection::Full);
            });
            assert_eq!(owned(), 0);
        }
        let statistics = world.heap.statistics();
        assert_eq!(statistics.heap_bytes, 10 * 2 * BLOCK);
        assert_eq!(statistics.free_bytes, statistics.heap_bytes);
    });
}

#[test]
fn what_was_in_use_lately_keeps_its_memory_for_some_collections() {
    let _alone = COUNTING.lock().unwrap_or_else(|e| e.into_inner());
    everywhere(|mode, config| {
        let config = HeapConfig {
            least_budget: BLOCK,
            ..config
        };
        let world = World::new(mode, config);
        let work = || world.on_thread(|m| (0..100).for_each(|_| _ = world.large_owner(m)));
        let returned = |what| world.collect(what).returned_blocks;
        // Work of the same size again and again: its memory stays.
        for _ in 0..5 {
            work();
            assert_eq!(returned(Collection::Auto), 0);
        }
        // None any more: it goes, bit by bit.
        let each: Vec<usize> = (0..100).map(|_| returned(Collection::Auto)).collect();
        assert!(each[0] > 0 && each[0] < 50, "{each:?}");
        assert!(each.iter().sum::<usize>() > 150, "{each:?}");
        // Who asks for a collection has it at once.
        work();
        assert!(returned(Collection::Full) > 150);
    });
}

#[test]
fn a_types_cell_outlives_its_last_instance() {
    let _alone = COUNTING.lock().unwrap_or_else(|e| e.into_inner());
    everywhere(|mode, config| {
        let world = World::new(mode, config);
        world.on_thread(|m| {
            for _ in 0..1000 {
                let ty = world.owners_type(m);
                world.owner_of_type(m, ty);
            }
        });
        assert_eq!(owned(), 1000);
        // Types and owners die together; poisoned types would be noticed by the drops.
        let report = world.collect(Collection::Full);
        assert_eq!((report.died_cells, owned()), (1000, 0));
        assert_eq!(world.collect(Collection::Full).died_cells, 1000);
    });
}

/// The identities of the weak cells that were cleared.
fn take_cleared(world: &World) -> Vec<u64> {
    world.on_thread(|m| {
        let mut ids = Vec::new();
        while let Some(weak) = world.heap.take_cleared(m) {
            assert_eq!(get(weak, 2), 0);
            ids.push(get(weak, 3));
        }
        ids
    })
}

#[test]
fn weak_cells_are_cleared_when_their_target_dies() {
    let _alone = COUNTING.lock().unwrap_or_else(|e| e.into_inner());
    everywhere(|mode, config| {
        let world = World::new(mode, config);
        let roots = world.roots(3);
        for order in [WeakOrder::BeforeFinalizers, WeakOrder::AfterFinalizers] {
            world.on_thread(|m| {
                let (kept, lost) = (world.node(m, 1, None, None), world.node(m, 2, None, None));
                roots.set(0, Some(kept));
                roots.set(1, Some(world.weak(m, 100, kept, order)));
                roots.set(2, Some(world.weak(m, 101, lost, order)));
                // Its weak cell dies with it: nobody hears of it.
                world.weak(m, 102, world.node(m, 3, None, None), order);
            });
            let report = world.collect(Collection::Young);
            assert_eq!(report.cleared_weak, 1);
            assert_eq!(take_cleared(&world), [101]);
            assert_eq!(get_cell(roots.get(1).unwrap(), 2), roots.get(0));

            roots.set(0, None);
            let report = world.collect(Collection::Full);
            assert_eq!(report.cleared_weak, 1);
            assert_eq!(take_cleared(&world), [100]);
        }
    });
}

#[test]
fn finalizable_cells_are_handed_back_alive_once() {
    let _alone = COUNTING.lock().unwrap_or_else(|e| e.into_inner());
    everywhere(|mode, config| {
        let world = World::new(mode, config);
        let roots = world.roots(3);
        world.on_thread(|m| {
            // A cycle of two, both with finalizers, with a tail; and weak cells of both orders.
            let tail = world.node(m, 30, None, None);
            let a = world.node(m, 10, Some(tail), None);
            let b = world.node(m, 20, Some(a), None);
            world.set(m, a, 4, Some(b));
            // SAFETY: both are alive, and registered once.
            unsafe {
                world.heap.register_finalizer(m, a);
                world.heap.register_finalizer(m, b);
            }
            let is_a = |cell| get(cell, 2) >> 1 == 10;
            assert!(world.heap.any_young_finalizer(m, is_a));
            roots.set(0, Some(a));
            roots.set(1, Some(world.weak(m, 1, tail, WeakOrder::BeforeFinalizers)));
            roots.set(2, Some(world.weak(m, 2, tail, WeakOrder::AfterFinalizers)));
        });
        for what in [Collection::Young, Collection::Full] {
            let report = world.collect(what);
            assert_eq!((report.finalizable, report.cleared_weak), (0, 0));
        }
        world.on_thread(|m| assert!(!world.heap.any_young_finalizer(m, |_| true)));
        roots.set(0, None);
        let report = world.collect(Collection::Full);
        assert_eq!((report.finalizable, report.cleared_weak), (2, 1));
        assert_eq!(get(roots.get(1).unwrap(), 2), 0);
        assert_ne!(get(roots.get(2).unwrap(), 2), 0);
        assert_eq!(take_cleared(&world), [1]);

        // Queued cells are roots, however many collections come.
        for what in [Collection::Full, Collection::Young, Collection::Full] {
            let report = world.collect(what);
            assert_eq!((report.finalizable, report.cleared_weak), (0, 0));
        }
        world.on_thread(|m| {
            let mut ids = Vec::new();
            while let Some(cell) = world.heap.take_finalizable(m) {
                let id = get(cell, 2) >> 1;
                ids.push(id);
                if id == 10 {
                    assert_eq!(get(get_cell(cell, 3).unwrap(), 2) >> 1, 30);
                    // The finalizer brings its cell back.
                    roots.set(0, Some(cell));
                }
            }
            ids.sort_unstable();
            assert_eq!(ids, [10, 20]);
        });
        let report = world.collect(Collection::Full);
        assert_eq!((report.finalizable, report.cleared_weak), (0, 0));
        assert_eq!(get(roots.get(0).unwrap(), 2) >> 1, 10);

        roots.set(0, None);
        let report = world.collect(Collection::Full);
        assert_eq!((report.finalizable, report.cleared_weak), (0, 1));
        assert_eq!(get(roots.get(2).unwrap(), 2), 0);
        assert_eq!(take_cleared(&world), [2]);
    });
}

#[test]
fn what_cycles_hold_is_cleared_before_finalizers() {
    let _alone = COUNTING.lock().unwrap_or_else(|e| e.into_inner());
    everywhere(|mode, config| {
        let world = World::new(mode, config);
        let roots = world.roots(10);
        world.on_thread(|m| {
            // A chain 1 -> 2 -> 3 whose head has a finalizer; 4 with one leads to a cycle 5 <-> 6 with a tail 7. 8 has
            // one and leads to itself; 9 <-> 10, and 9 has one.
            let three = world.node(m, 3, None, None);
            let two = world.node(m, 2, Some(three), None);
            let one = world.node(m, 1, Some(two), Some(three));
            let seven = world.node(m, 7, None, None);
            let six = world.node(m, 6, Some(seven), None);
            let five = world.node(m, 5, Some(six), None);
            world.set(m, six, 4, Some(five));
            let four = world.node(m, 4, Some(five), None);
            let eight = world.node(m, 8, None, None);
            world.set(m, eight, 4, Some(eight));
            let ten = world.node(m, 10, None, None);
            let nine = world.node(m, 9, Some(ten), None);
            world.set(m, ten, 4, Some(nine));
            for cell in [one, four, eight, nine] {
                // SAFETY: it is alive, and registered once.
                unsafe { world.heap.register_finalizer(m, cell) };
            }
            let cells = [one, two, three, four, five, six, seven, eight, nine, ten];
            for (id, cell) in cells.into_iter().enumerate() {
                let weak = world.weak(m, id as u64 + 1, cell, WeakOrder::WithCycles);
                roots.set(id, Some(weak));
            }
        });
        let report = world.collect(Collection::Young);
        assert_eq!((report.finalizable, report.cleared_weak), (4, 3));
        let mut cleared = take_cleared(&world);
        cleared.sort_unstable();
        assert_eq!(cleared, [8, 9, 10]);
        world.on_thread(|m| while world.heap.take_finalizable(m).is_some() {});
        let report = world.collect(Collection::Full);
        assert_eq!((report.finalizable, report.cleared_weak), (0, 7));
    });
}

#[test]
fn blocks_of_ended_threads_are_adopted() {
    let _alone = COUNTING.lock().unwrap_or_else(|e| e.into_inner());
    everywhere(|mode, config| {
        let world = World::new(
            mode,
            HeapConfig {
                least_budget: 1 << 30,
                least_budget_of_each: 1 << 30,
                ..config
            },
        );
        let roots = world.roots(1000);
        for round in 0..5 {
            // Two at a time, so that ids differ.
            for _ in 0..2 {
                std::thread::scope(|scope| {
                    for half in 0..2 {
                        let (world, roots) = (&world, &roots);
                        scope.spawn(move || {
                            let m = &mut *world.attach();
                            for index in 0..50_000 {
                                let cell = world.node(m, index, None, None);
                                if index % 100 == half * 50 {
                                    roots.set(index as usize / 50, Some(cell));
                                }
                            }
                        });
                    }
                });
            }
            let what = if round % 2 == 0 {
                Collection::Full
            } else {
                Collection::Young
            };
            let report = world.collect(what);
            assert!(report.live_cells <= 4000, "{report:?}");
        }
        // What one round takes, and twice as much again for blocks in caches and the headers of blocks: how many there are hangs on
        // how the threads' turns fall. Five rounds without adoption take five times.
        let most = 3 * 4 * 50_000 * 48;
        let bytes = world.heap.statistics().heap_bytes;
        assert!(bytes < most, "{bytes} {most} {mode:?}");
        for index in 0..1000 {
            assert_eq!(get(roots.get(index).unwrap(), 2) >> 1, index as u64 * 50);
        }
    });
}

/// The process's resident bytes.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[test]
fn memory_goes_back_to_the_system() {
    let _alone = COUNTING.lock().unwrap_or_else(|e| e.into_inner());
    everywhere(|mode, config| {
        let world = World::new(
            mode,
            HeapConfig {
                poison: false,
                ..config
            },
        );
        let roots = world.roots(2);
        let before = resident();
        world.on_thread(|m| {
            for id in 0..4_000_000 {
                let next = roots.get(0);
                roots.set(0, Some(world.node(m, id, next, None)));
            }
            let large = world.bytes(m, 12 << 20);
            for index in (0..12 << 20).step_by(512) {
                field(large, 3 + index).store(1, Ordering::Relaxed);
            }
            roots.set(1, Some(large));
        });
        let full = resident();
        assert!(full > before + (250 << 20), "{before} {full}");
        roots.set(0, None);
        roots.set(1, None);
        let report = world.collect(Collection::Full);
        assert_eq!(report.live_cells, 0);
        let after = resident();
        assert!(after < before + (40 << 20), "{before} {full} {after}");
    });
}

#[test]
fn frozen_cells_stay_and_may_still_be_written() {
    let _alone = COUNTING.lock().unwrap_or_else(|e| e.into_inner());
    everywhere(|mode, config| {
        let world = World::new(mode, config.with_stress(0));
        let roots = world.roots(2);
        world.on_thread(|m| {
            let node = world.node(m, 1, None, None);
            roots.set(0, Some(node));
            roots.set(1, Some(world.owner(m, Kind::Foreign, None)));
        });
        world.collect(Collection::Full);
        world.on_thread(|m| world.heap.freeze(&m.stop_the_world()));
        assert_eq!(world.heap.frozen_cells(), 2);
        let frozen = [
            roots.get(0).unwrap().as_ptr() as usize,
            roots.get(1).unwrap().as_ptr() as usize,
        ];
        roots.set(0, None);
        roots.set(1, None);
        world.on_thread(|m| {
            let cell = |index: usize| CellPtr::new(frozen[index] as *mut _).unwrap();
            // Reachable only from frozen cells, with the barrier, and without it from a foreign one.
            world.set(m, cell(0), 3, Some(world.node(m, 2, None, None)));
            let unbarriered = world.node(m, 3, None, None).as_ptr() as u64;
            field(cell(1), 3).store(unbarriered, Ordering::Relaxed);
        });
        for what in [
            Collection::Full,
            Collection::Young,
            Collection::Full,
            Collection::Full,
        ] {
            assert_eq!(world.collect(what).live_cells, 4);
        }
        world.on_thread(|m| {
            let cell = CellPtr::new(frozen[0] as *mut _).unwrap();
            let old = get_cell(cell, 3).unwrap();
            assert_eq!(get(old, 2) >> 1, 2);
            world.set(m, old, 3, Some(world.node(m, 4, None, None)));
        });
        for what in [Collection::Young, Collection::Full] {
            assert_eq!(world.collect(what).live_cells, 5);
        }
        world.on_thread(|m| world.heap.unfreeze(&m.stop_the_world()));
        assert_eq!(world.collect(Collection::Full).live_cells, 0);
        assert_eq!(world.heap.frozen_cells(), 0);
    });
}

#[test]
fn the_child_of_a_fork_can_collect() {
    let _alone = COUNTING.lock().unwrap_or_else(|e| e.into_inner());
    let world = World::new(
        Mode::RwLock,
        HeapConfig {
            helpers: 2,
            ..small()
        },
    );
    let roots = world.roots(1);
    let m = &mut *world.attach();
    for id in 0..100_000 {
        let next = roots.get(0);
        roots.set(0, Some(world.node(m, id, next, None)));
    }
    world.heap.collect(m, Collection::Full);
    // SAFETY: the child only collects and exits; libtest's other threads hold nothing that it uses.
    let child = unsafe { m.fork_with(|| libc::fork()) };
    if child == 0 {
        world.heap.after_fork_in_child();
        world.heap.collect(m, Collection::Full);
        let report = world.heap.collect(m, Collection::Young);
        let code = i32::from(report.live_cells < 100_000);
        // SAFETY: ends the child at once.
        unsafe { libc::_exit(code) };
    }
    let mut status = 0;
    // SAFETY: waits for our own child.
    unsafe { libc::waitpid(child, &mut status, 0) };
    assert_eq!(status, 0);
}
