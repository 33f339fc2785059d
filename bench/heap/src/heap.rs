//! The work, on grwl's heap.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use grwl_heap::{
    CellPtr, CellType, Collection, Header, Heap, HeapConfig, Kind, Size, ThreadHeap, Trace,
};
use grwl_threads::{Attached, BiasedLock, Config, Mode, Mutator, Runtime};

use crate::shape::{CELL, DROPS, LONG, REFERENCES, SHORT, TREES, cells, shuffled};

struct Type {
    _cell_type: *const CellType,
}

// SAFETY: it is never changed.
unsafe impl Sync for Type {}

static NODE: Type = Type {
    _cell_type: &CellType {
        trace: Trace::Words {
            offset: 16,
            count: 2,
        },
        size: Size::Fixed(CELL),
        drop: None,
        name: "node",
    },
};

/// Word 2 counts the words that follow.
static ARRAY: Type = Type {
    _cell_type: &CellType {
        trace: Trace::Counted {
            offset: 24,
            count_at: 16,
        },
        // SAFETY: the heap asks for live arrays only.
        size: Size::Varying(|cell| unsafe { 24 + 8 * *word(cell, 2) as usize }),
        drop: None,
        name: "array",
    },
};

fn word(cell: CellPtr, index: usize) -> *mut u64 {
    cell.as_ptr().cast::<u64>().wrapping_add(index)
}

#[inline(always)]
fn make(heap: &Heap, m: &Mutator, size: usize, ty: &'static Type) -> CellPtr {
    // SAFETY: the callers initialise the rest without a safepoint.
    unsafe {
        let cell = heap.allocate(m, Kind::Traced, size).expect("memory");
        Header::initialise(cell, BiasedLock::biased(m), std::ptr::from_ref(ty).cast());
        cell
    }
}

#[inline(always)]
fn node(heap: &Heap, m: &Mutator, a: u64, b: u64) -> CellPtr {
    let cell = make(heap, m, CELL, &NODE);
    // SAFETY: a fresh cell with room for both.
    unsafe {
        word(cell, 2).write(a);
        word(cell, 3).write(b);
    }
    cell
}

fn array(heap: &Heap, m: &Mutator, count: usize) -> CellPtr {
    let cell = make(heap, m, 24 + 8 * count, &ARRAY);
    // SAFETY: a fresh cell with room for all of them.
    unsafe {
        word(cell, 2).write(count as u64);
        word(cell, 3).write_bytes(0, count);
    }
    cell
}

fn new(generational: bool, helpers: usize) -> (Arc<Heap>, Arc<Runtime>) {
    let runtime = Runtime::new(Config {
        extension: ThreadHeap::LAYOUT,
        ..Config::new(Mode::RwLock)
    });
    let config = HeapConfig {
        generational,
        helpers,
        ..HeapConfig::default()
    };
    // SAFETY: the extension is the heap's, and we keep to its rules.
    let heap = unsafe { Heap::new(&runtime, config) }.expect("address space");
    (Arc::new(heap), runtime)
}

fn attach(runtime: &Arc<Runtime>) -> Attached {
    runtime.attach().expect("few threads")
}

#[inline(always)]
fn poll(heap: &Heap, m: &mut Mutator) {
    let events = m.poll();
    if !events.is_empty() {
        heap.at_safepoint(m, events);
    }
}

fn tree(heap: &Heap, m: &mut Mutator, depth: u32) -> CellPtr {
    poll(heap, m);
    if depth == 0 {
        return node(heap, m, 0, 0);
    }
    let a = tree(heap, m, depth - 1);
    let b = tree(heap, m, depth - 1);
    node(heap, m, a.as_ptr() as u64, b.as_ptr() as u64)
}

fn trees(generational: bool, threads: usize) -> f64 {
    let (heap, runtime) = new(generational, 1);
    let mut m = attach(&runtime);
    let start = Instant::now();
    let long = tree(&heap, &mut m, LONG);
    m.safe(|| {
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    let mut m = attach(&runtime);
                    for _ in 0..TREES / threads {
                        black_box(tree(&heap, &mut m, SHORT));
                    }
                });
            }
        });
    });
    black_box(long);
    start.elapsed().as_secs_f64() * 1e9 / (TREES * cells(SHORT) + cells(LONG)) as f64
}

fn drop_with(generational: bool, live_bytes: usize) -> f64 {
    let (heap, runtime) = new(generational, 1);
    let mut m = attach(&runtime);
    let count = live_bytes / (CELL * cells(LONG));
    let live = array(&heap, &m, count);
    for index in 0..count {
        let tree = tree(&heap, &mut m, LONG).as_ptr() as u64;
        // SAFETY: the array is alive (it is used below) and the word inside it.
        unsafe {
            heap.record_write(&m, live);
            word(live, 3 + index).write(tree);
        }
    }
    let start = Instant::now();
    for _ in 0..DROPS {
        black_box(node(&heap, &m, 0, 0));
        poll(&heap, &mut m);
    }
    let time = start.elapsed();
    black_box(live);
    time.as_secs_f64() * 1e9 / DROPS as f64
}

/// The pause of a collection of `REFERENCES` cells that one array leads to.
fn pause(generational: bool, markers: usize, shuffle: bool, what: Collection) -> f64 {
    let (heap, runtime) = new(generational, markers - 1);
    let mut m = attach(&runtime);
    let all = array(&heap, &m, REFERENCES);
    let order = if shuffle {
        shuffled(REFERENCES)
    } else {
        (0..REFERENCES).collect()
    };
    for index in order {
        let cell = node(&heap, &m, 0, 0);
        // SAFETY: inside the array, which is young: there was no safepoint.
        unsafe { word(all, 3 + index).write(cell.as_ptr() as u64) };
    }
    let mut pauses = Vec::new();
    for _ in 0..9 {
        pauses.push(heap.collect(&mut m, what).pause.as_secs_f64() * 1e3);
    }
    assert!(heap.collect(&mut m, what).live_cells > REFERENCES);
    black_box(all);
    // The least: other processes only ever add to a pause.
    pauses.into_iter().fold(f64::MAX, f64::min)
}

fn first() -> f64 {
    let start = Instant::now();
    let (heap, runtime) = new(true, 1);
    let m = attach(&runtime);
    black_box(node(&heap, &m, 0, 0));
    start.elapsed().as_secs_f64() * 1e3
}

fn resident(generational: bool) -> f64 {
    let (heap, runtime) = new(generational, 1);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut m = attach(&runtime);
            let list: Vec<_> = (0..20)
                .map(|_| {
                    let tree = tree(&heap, &mut m, LONG);
                    // SAFETY: the cell is alive.
                    unsafe { heap.retain(tree) };
                    tree
                })
                .collect();
            for tree in list {
                // SAFETY: retained once.
                unsafe { heap.release(tree) };
            }
        });
    });
    heap.collect(&mut attach(&runtime), Collection::Full);
    crate::resident()
}

pub fn measure(name: &str, generational: bool) -> f64 {
    match name {
        "trees-1" => trees(generational, 1),
        "trees-2" => trees(generational, 2),
        "drop-0" => drop_with(generational, 0),
        "drop-200" => drop_with(generational, 200 << 20),
        "pause-1" => pause(generational, 1, false, Collection::Full),
        "pause-2" => pause(generational, 2, false, Collection::Full),
        "pause-1-shuffled" => pause(generational, 1, true, Collection::Full),
        "pause-2-shuffled" => pause(generational, 2, true, Collection::Full),
        "young-pause-1" => pause(generational, 1, false, Collection::Young),
        "first" => first(),
        "resident" => resident(generational),
        _ => panic!("no such measurement: {name}"),
    }
}
