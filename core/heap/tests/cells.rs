//! Single cells: allocation, reachability, conservative roots, large objects, walking.

mod world;

use std::collections::HashSet;
use std::hint::black_box;
use std::sync::mpsc;

use grwl_heap::{CellPtr, Collection, HeapConfig, Kind, LARGEST};
use grwl_threads::Mode;
use world::*;

#[test]
fn cells_are_aligned_apart_and_large_enough() {
    everywhere(|mode, config| {
        let world = World::new(mode, config);
        let m = world.attach();
        let mut cells = Vec::new();
        for words in (0..600).chain([1000, 3000, 4000, 10_000, 100_000]) {
            for _ in 0..3 {
                let cell = world.bytes(&m, words);
                for index in 0..words {
                    field(cell, 3 + index).store(!0, std::sync::atomic::Ordering::Relaxed);
                }
                let size = 24 + 8 * words;
                // SAFETY: the cell is alive.
                assert!(unsafe { world.heap.capacity_of(cell) } >= size);
                cells.push((cell.as_ptr() as usize, size));
            }
        }
        cells.sort_unstable();
        for pair in cells.windows(2) {
            assert!(pair[0].0 + pair[0].1 <= pair[1].0);
            assert!(pair[0].0.is_multiple_of(16));
        }
    });
}

#[test]
fn what_roots_reach_survives_and_the_rest_dies() {
    everywhere(|mode, config| {
        let world = World::new(mode, config);
        let roots = world.roots(1);
        world.on_thread(|m| {
            for id in 0..10_000 {
                let next = roots.get(0);
                roots.set(0, Some(world.node(m, id, next, None)));
                world.node(m, id, next, None);
            }
        });
        for what in [Collection::Young, Collection::Full, Collection::Full] {
            let report = world.collect(what);
            assert_eq!(report.live_cells, 10_000);
        }
        let mut cell = roots.get(0);
        for id in (0..10_000).rev() {
            let node = cell.unwrap();
            assert_eq!(get(node, 2) >> 1, id);
            cell = get_cell(node, 3);
        }
        assert!(cell.is_none());
        roots.set(0, None);
        let report = world.collect(Collection::Full);
        assert_eq!((report.live_cells, report.died_cells), (0, 10_000));
    });
}

/// Allocates out of the way, so that the caller's frame never held the cell's own address.
#[inline(never)]
fn hidden(world: &World, m: &grwl_threads::Mutator, words: usize, distance: usize) -> usize {
    let cell = world.array(m, words);
    world.set(m, cell, 3, Some(world.node(m, 5, None, None)));
    cell.as_ptr() as usize + distance
}

#[test]
fn interior_words_on_the_stack_keep_a_cell() {
    everywhere(|mode, config| {
        let world = World::new(mode, config);
        let m = &mut *world.attach();
        for words in [10, 1000, 100_000] {
            for distance in [0, 1, 8, 33, 24 + words * 8 - 1, 24 + words * 8] {
                let pointer = black_box(hidden(&world, m, words, distance));
                scrub();
                for what in [Collection::Full, Collection::Young, Collection::Full] {
                    world.heap.collect(m, what);
                }
                let cell = CellPtr::new((pointer - distance) as *mut _).unwrap();
                assert_eq!(get(cell, 2), words as u64, "{words} {distance}");
                assert_eq!(get(get_cell(cell, 3).unwrap(), 2), 11);
            }
        }
    });
}

#[test]
fn a_safe_thread_keeps_what_its_stack_holds() {
    everywhere(|mode, config| {
        let world = World::new(mode, config);
        let (told, hear) = mpsc::channel::<()>();
        let (ask, asked) = mpsc::channel::<()>();
        std::thread::scope(|scope| {
            let world = &world;
            scope.spawn(move || {
                let m = &mut *world.attach();
                let cell = black_box(world.node(m, 9, None, None));
                m.safe(|| {
                    told.send(()).unwrap();
                    asked.recv().unwrap();
                });
                assert_eq!(get(black_box(cell), 2), 19);
            });
            hear.recv().unwrap();
            for _ in 0..3 {
                world.collect(Collection::Full);
            }
            ask.send(()).unwrap();
        });
    });
}

#[test]
fn large_objects_live_die_and_are_reused() {
    everywhere(|mode, config| {
        let world = World::new(mode, config);
        let roots = world.roots(4);
        world.on_thread(|m| {
            for (index, words) in [LARGEST / 8, 50_000, 1_000_000, 3_000_000]
                .into_iter()
                .enumerate()
            {
                let array = world.array(m, words);
                for at in (0..words).step_by(1000) {
                    world.set(m, array, 3 + at, Some(world.node(m, at as u64, None, None)));
                }
                roots.set(index, Some(array));
            }
        });
        world.collect(Collection::Young);
        world.collect(Collection::Full);
        for index in 0..4 {
            let array = roots.get(index).unwrap();
            for at in (0..get(array, 2) as usize).step_by(1000) {
                assert_eq!(get(get_cell(array, 3 + at).unwrap(), 2) >> 1, at as u64);
            }
        }
        let before = world.heap.statistics().heap_bytes;
        for _ in 0..10 {
            roots.set(3, None);
            world.collect(Collection::Full);
            world.on_thread(|m| roots.set(3, Some(world.array(m, 3_000_000))));
        }
        assert_eq!(world.heap.statistics().heap_bytes, before);
    });
}

#[test]
fn memory_that_cannot_be_had_is_refused() {
    let world = World::new(
        Mode::RwLock,
        HeapConfig {
            reserve: 64 << 20,
            ..small()
        },
    );
    let m = &mut *world.attach();
    // SAFETY: never used: none is given.
    unsafe {
        assert!(world.heap.allocate(m, Kind::Leaf, 1 << 30).is_none());
        assert!(world.heap.allocate(m, Kind::Leaf, usize::MAX - 7).is_none());
    }
    let mut count = 0;
    while world.try_bytes(m, 125).is_some() {
        count += 1;
    }
    assert!(count > 50_000);
    world.heap.collect(m, Collection::Full);
    world.leaf(m);
}

#[test]
fn a_walk_meets_each_cell_once() {
    everywhere(|mode, config| {
        let world = World::new(mode, config);
        let m = &mut *world.attach();
        let mut made = HashSet::new();
        for id in 0..5000 {
            made.insert(world.node(m, id, None, None));
            made.insert(world.bytes(m, id as usize * 3));
        }
        for _ in 0..2 {
            let mut found = HashSet::new();
            let stopped = m.stop_the_world();
            world.heap.walk(&stopped, |cell| {
                assert!(found.insert(cell));
            });
            assert_eq!(found, made);
            drop(stopped);
            made.insert(world.leaf(m));
        }
    });
}

#[test]
fn words_find_their_cells() {
    let world = World::new(Mode::RwLock, small());
    let m = &mut *world.attach();
    let node = world.node(m, 1, None, None);
    let large = world.bytes(m, 20_000);
    let world_stopped = m.stop_the_world();
    let find = |address| world.heap.find_cell(&world_stopped, address);
    let (node_at, large_at) = (node.as_ptr() as usize, large.as_ptr() as usize);
    for distance in [0, 1, 39, 47, 48] {
        assert_eq!(find(node_at + distance), Some(node), "{distance}");
    }
    assert_eq!(find(node_at + 49), None);
    assert_eq!(find(node_at - 1), None);
    for distance in [0, 8, 100_000, 160_024] {
        assert_eq!(find(large_at + distance), Some(large), "{distance}");
    }
    assert_eq!(find(large_at + 160_025), None);
    for address in [
        0,
        1,
        7,
        usize::MAX,
        &raw const world as usize,
        world.heap.range().0,
    ] {
        assert_eq!(find(address), None);
    }
}

#[test]
fn cells_held_by_c_are_roots_until_released() {
    everywhere(|mode, config| {
        let world = World::new(mode, config);
        let held = world.on_thread(|m| {
            let cell = world.node(m, 3, Some(world.leaf(m)), None);
            // SAFETY: the cell is alive.
            unsafe {
                for _ in 0..3 {
                    world.heap.retain(cell);
                }
                world.heap.release(cell);
            }
            cell.as_ptr() as usize
        });
        let cell = CellPtr::new(held as *mut _).unwrap();
        for what in [Collection::Young, Collection::Full] {
            assert_eq!(world.collect(what).live_cells, 2);
            // SAFETY: the cell is alive.
            assert_eq!(unsafe { cell.as_ref() }.c_references(), 2);
        }
        // SAFETY: retained three times, released once.
        unsafe {
            world.heap.release(cell);
            world.heap.release(cell);
        }
        assert_eq!(world.collect(Collection::Full).live_cells, 0);
    });
}
