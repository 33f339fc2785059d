//! Many threads, random graphs, and a shadow of each graph outside of the heap.

mod world;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use grwl_heap::{CellPtr, Collection, HeapConfig};
use grwl_threads::{Config, Mode, Mutator};
use world::*;

/// A thread's roots and what they should lead to.
struct Shadow<'a> {
    world: &'a World,
    roots: RootSlots,
    /// Identity of each root; 0 is none.
    root_ids: Vec<u64>,
    /// Identities of each node's two edges.
    edges: HashMap<u64, [u64; 2]>,
    next_id: u64,
    random: Random,
}

impl<'a> Shadow<'a> {
    fn new(world: &'a World, seed: u64, roots: usize) -> Self {
        Self {
            world,
            roots: world.roots(roots),
            root_ids: vec![0; roots],
            edges: HashMap::new(),
            next_id: 1,
            random: Random::new(seed),
        }
    }

    fn id(cell: Option<CellPtr>) -> u64 {
        cell.map_or(0, |cell| get(cell, 2) >> 1)
    }

    /// A cell at the end of a short walk from a random root.
    fn pick(&mut self) -> Option<CellPtr> {
        let mut cell = self.roots.get(self.random.below(self.root_ids.len()))?;
        for _ in 0..self.random.below(6) {
            match get_cell(cell, 3 + self.random.below(2)) {
                Some(next) => cell = next,
                None => break,
            }
        }
        Some(cell)
    }

    fn step(&mut self, m: &Mutator) {
        let slot = self.random.below(self.root_ids.len());
        match self.random.below(10) {
            0..5 => {
                let (a, b) = (self.pick(), self.pick());
                let id = self.next_id;
                self.next_id += 1;
                let cell = self.world.node(m, id, a, b);
                self.edges.insert(id, [Self::id(a), Self::id(b)]);
                self.roots.set(slot, Some(cell));
                self.root_ids[slot] = id;
            }
            5..8 => {
                let (from, to) = (self.pick(), self.pick());
                if let Some(from) = from {
                    let side = self.random.below(2);
                    self.world.set(m, from, 3 + side, to);
                    let edges = self.edges.get_mut(&Self::id(Some(from)));
                    edges.expect("known")[side] = Self::id(to);
                }
            }
            8 => {
                self.roots.set(slot, None);
                self.root_ids[slot] = 0;
            }
            _ => {
                // Garbage, small and large.
                self.world.bytes(m, 1 + self.random.below(200));
                if self.random.below(500) == 0 {
                    self.world.array(m, 10_000);
                }
            }
        }
    }

    /// Compares the heap's graph with the shadow; returns how many nodes there are.
    fn check(&mut self) -> usize {
        let mut seen: HashMap<u64, CellPtr> = HashMap::new();
        let mut work = Vec::new();
        for (index, &id) in self.root_ids.iter().enumerate() {
            let cell = self.roots.get(index);
            assert_eq!(Self::id(cell), id);
            work.extend(cell);
        }
        while let Some(cell) = work.pop() {
            let id = Self::id(Some(cell));
            if let Some(&before) = seen.get(&id) {
                assert_eq!(before, cell);
                continue;
            }
            seen.insert(id, cell);
            let expected = self.edges[&id];
            for (side, &expected) in expected.iter().enumerate() {
                let target = get_cell(cell, 3 + side);
                assert_eq!(Self::id(target), expected, "edge {side} of {id}");
                work.extend(target);
            }
        }
        self.edges.retain(|id, _| seen.contains_key(id));
        seen.len()
    }
}

fn random_graphs(threads: usize, steps: usize, mode: Mode, config: HeapConfig, seed: Option<u64>) {
    let world = World::with_threads(
        Config {
            stress: seed,
            ..Config::new(mode)
        },
        config,
    );
    let total = AtomicUsize::new(0);
    let barrier = std::sync::Barrier::new(threads + 1);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (world, total, barrier) = (&world, &total, &barrier);
            scope.spawn(move || {
                let shadow = {
                    let m = &mut *world.attach();
                    let mut shadow = Shadow::new(world, thread as u64 + 1, 24);
                    for step in 0..steps {
                        shadow.step(m);
                        world.poll(m);
                        if step % 2000 == 0 {
                            shadow.check();
                        }
                    }
                    total.fetch_add(shadow.check(), Ordering::Relaxed);
                    shadow
                };
                // The graphs stay until they are counted.
                barrier.wait();
                barrier.wait();
                drop(shadow);
            });
        }
        barrier.wait();
        let young = world.collect(Collection::Young);
        let full = world.collect(Collection::Full);
        barrier.wait();
        let expected = total.load(Ordering::Relaxed);
        assert_eq!(full.live_cells, expected);
        assert!(young.live_cells >= expected);
    });
    assert_eq!(world.collect(Collection::Full).live_cells, 0);
}

#[test]
fn one_thread_collecting_at_every_safepoint() {
    everywhere(|mode, config| random_graphs(1, 5_000, mode, config.with_stress(1), None));
}

#[test]
fn eight_threads() {
    everywhere(|mode, config| {
        let config = HeapConfig {
            least_budget: 256 << 10,
            least_budget_of_each: 256 << 10,
            full_threshold: 512 << 10,
            verify: true,
            helpers: 2,
            ..config
        };
        random_graphs(8, 30_000, mode, config, None);
    });
}

#[test]
fn eight_threads_under_stress() {
    everywhere(|mode, config| random_graphs(8, 1_500, mode, config.with_stress(37), Some(7)));
}

#[test]
fn sixty_four_threads() {
    everywhere(|mode, config| {
        let config = HeapConfig {
            least_budget: 1 << 20,
            least_budget_of_each: 1 << 20,
            full_threshold: 2 << 20,
            helpers: 2,
            ..config
        };
        random_graphs(64, 3_000, mode, config, None);
    });
}

#[test]
fn sixty_four_threads_under_stress() {
    everywhere(|mode, config| random_graphs(64, 300, mode, config.with_stress(199), Some(3)));
}

fn tree(world: &World, m: &mut Mutator, depth: u64) -> CellPtr {
    world.poll(m);
    if depth == 0 {
        return world.node(m, 0, None, None);
    }
    let left = tree(world, m, depth - 1);
    let right = tree(world, m, depth - 1);
    world.node(m, depth, Some(left), Some(right))
}

fn count(cell: CellPtr) -> usize {
    let below = |side| get_cell(cell, side).map_or(0, count);
    1 + below(3) + below(4)
}

#[test]
fn binary_trees_held_by_native_stacks_only() {
    everywhere(|mode, config| {
        for threads in [1, 8, 64] {
            let world = World::new(
                mode,
                HeapConfig {
                    least_budget: 1 << 20,
                    least_budget_of_each: 1 << 20,
                    ..config.clone()
                },
            );
            std::thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| {
                        let m = &mut *world.attach();
                        let long_lived = tree(&world, m, 9);
                        for _ in 0..640 / threads {
                            assert_eq!(count(tree(&world, m, 7)), 255);
                        }
                        assert_eq!(count(long_lived), 1023);
                    });
                }
            });
            let statistics = world.heap.statistics();
            let collections = statistics.young_collections + statistics.full_collections;
            assert!(collections > 0);
        }
    });
}
