//! The same work with malloc and free.

use std::alloc::{GlobalAlloc, Layout};
use std::hint::black_box;
use std::time::Instant;

use mimalloc::MiMalloc;

use crate::shape::{CELL, DROPS, LONG, SHORT, TREES, cells};

type Pointer = *mut [usize; 4];

const LAYOUT: Layout = match Layout::from_size_align(CELL, 8) {
    Ok(layout) => layout,
    Err(_) => panic!(),
};

#[inline(always)]
fn cell(a: Pointer, b: Pointer) -> Pointer {
    // SAFETY: the layout is not empty; the cell is as large as what is written.
    unsafe {
        let cell = MiMalloc.alloc(LAYOUT).cast::<[usize; 4]>();
        cell.write([0, 1, a as usize, b as usize]);
        cell
    }
}

#[inline(always)]
fn free(cell: Pointer) {
    // SAFETY: each cell is freed once.
    unsafe { MiMalloc.dealloc(cell.cast(), LAYOUT) };
}

fn tree(depth: u32) -> Pointer {
    if depth == 0 {
        return cell(std::ptr::null_mut(), std::ptr::null_mut());
    }
    let a = tree(depth - 1);
    cell(a, tree(depth - 1))
}

fn free_tree(tree: Pointer) {
    // SAFETY: trees consist of live cells.
    let [_, _, a, b] = unsafe { *tree };
    if a != 0 {
        free_tree(a as Pointer);
        free_tree(b as Pointer);
    }
    free(tree);
}

fn trees(threads: usize) -> f64 {
    let start = Instant::now();
    let long = tree(LONG);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                for _ in 0..TREES / threads {
                    free_tree(black_box(tree(SHORT)));
                }
            });
        }
    });
    free_tree(long);
    start.elapsed().as_secs_f64() * 1e9 / (TREES * cells(SHORT) + cells(LONG)) as f64
}

fn drop_with(live_bytes: usize) -> f64 {
    let count = live_bytes / (CELL * cells(LONG));
    let live: Vec<_> = (0..count).map(|_| tree(LONG)).collect();
    let start = Instant::now();
    for _ in 0..DROPS {
        free(black_box(cell(std::ptr::null_mut(), std::ptr::null_mut())));
    }
    let time = start.elapsed();
    black_box(live);
    time.as_secs_f64() * 1e9 / DROPS as f64
}

fn resident() -> f64 {
    let list: Vec<_> = (0..20).map(|_| tree(LONG)).collect();
    list.into_iter().for_each(free_tree);
    crate::resident()
}

pub fn measure(name: &str) -> f64 {
    match name {
        "trees-1" => trees(1),
        "trees-2" => trees(2),
        "drop-0" => drop_with(0),
        "drop-200" => drop_with(200 << 20),
        "resident" => resident(),
        _ => panic!("no such measurement: {name}"),
    }
}
