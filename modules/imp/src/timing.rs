//! `-X importtime`: how long each import took, on the standard error stream.
//!
//! Each thread counts for itself: what it imports while it imports something is not the outer module's own time.

use std::cell::Cell;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use grwl_object::{PyResult, Ref, Str, Thread};

/// 0: nothing is shown. 2: modules that were there already, too.
static LEVEL: AtomicU8 = AtomicU8::new(0);

thread_local! {
    /// Imports within imports.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// Microseconds that the imports took that the present one made.
    static WITHIN: Cell<u128> = const { Cell::new(0) };
}

/// Shows imports from now on: 1, or 2 for modules that were there already, too.
pub fn show_imports(level: u8) {
    LEVEL.store(level, Ordering::Relaxed);
    if level > 0 {
        eprintln!("import time: self [us] | cumulative | imported package");
    }
}

/// A name for the stream, which cannot have surrogates.
fn shown(name: Ref<Str>) -> String {
    let depth = DEPTH.get();
    let mut out = " ".repeat(2 * depth);
    for code in name.text().codes() {
        match char::from_u32(code) {
            Some(character) => out.push(character),
            None => out.push_str(&format!("\\u{code:04x}")),
        }
    }
    out
}

/// A module was there already.
pub(crate) fn found(name: Ref<Str>) {
    if LEVEL.load(Ordering::Relaxed) > 1 {
        eprintln!("import time: cached    | cached     | {}", shown(name));
    }
}

/// Looks for a module and loads it.
pub(crate) fn timed(
    thread: &mut Thread,
    name: Ref<Str>,
    load: impl FnOnce(&mut Thread) -> PyResult,
) -> PyResult {
    if LEVEL.load(Ordering::Relaxed) == 0 {
        return load(thread);
    }
    let before = WITHIN.replace(0);
    DEPTH.set(DEPTH.get() + 1);
    let start = Instant::now();
    let result = load(thread);
    let whole = start.elapsed().as_micros();
    DEPTH.set(DEPTH.get() - 1);
    let within = WITHIN.replace(before + whole);
    let own = whole.saturating_sub(within);
    eprintln!("import time: {own:9} | {whole:10} | {}", shown(name));
    result
}
