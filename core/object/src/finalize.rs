//! Callbacks of weak references and finalizers (PEP 442): what is due after a collection, run by a normal thread.
//!
//! Protocol: the thread that collected calls [`after_collection`] once the world is resumed, at its safepoint. What the heap has queued is
//! taken out one by one, so several threads may do this at once. Callbacks come before finalizers, as CPython has it.
//!
//! Invariant: a thread that is running finalizers does not begin with others inside one of them, however
//! often it collects there: its outer loop takes them when it comes round.

use std::cell::Cell as StdCell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use grwl_heap::{Collection, Report, with_stack_from};
use grwl_threads::rest;
use grwl_value::Value;

use crate::cell::ValueExt;
use crate::slots;
use crate::thread::{EVENT_FINALIZE, EVENT_PENDING, Thread};

thread_local! {
    static IS_RUNNING: StdCell<bool> = const { StdCell::new(false) };
}

static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// The program's end has come so far that only the main thread runs Python code from here on: the others sleep for ever.
pub fn begin_end(thread: &mut Thread) {
    IS_ENDING.store(true, Ordering::Relaxed);
    thread.mutator_mut().close_to_others();
}

/// Was [`begin_end`] called? Then no thread can be started or waited for.
pub fn is_ending() -> bool {
    IS_ENDING.load(Ordering::Relaxed)
}

/// Is told of a collection that comes by itself: before it, and with its report after it.
pub type Observer = fn(&mut Thread, Option<&Report>);

static OBSERVERS: [OnceLock<Observer>; 2] = [const { OnceLock::new() }; 2];

/// Installs one of those who are told of collections.
///
/// # Panics
/// If there are more than two.
pub fn on_collection(observer: Observer) {
    let is_free = |place: &&OnceLock<Observer>| place.set(observer).is_ok();
    let place = OBSERVERS.iter().find(is_free);
    assert!(place.is_some(), "too many observers");
}

/// Tells of a collection. A safepoint.
pub fn tell(thread: &mut Thread, report: Option<&Report>) {
    for observer in OBSERVERS.iter().filter_map(OnceLock::get) {
        observer(thread, report);
    }
}

/// Called by the thread that has collected.
pub fn after_collection(thread: &mut Thread) {
    run_due(thread);
}

/// The process rests: collects, so that what the program has dropped is closed, whoever waits for it. A safepoint.
pub(crate) fn at_rest(thread: &mut Thread) {
    if is_ending() {
        return;
    }
    let (report, took) = collect(thread, Collection::Full);
    rest::collected(took, report.finalizable + report.cleared_weak > 0);
}

/// Collects, and runs what is due then. What the collection found, and how long it took without what it led to. A safepoint.
pub fn collect(thread: &mut Thread, what: Collection) -> (Report, Duration) {
    // SAFETY: the callers' frames lie above.
    with_stack_from(|from| unsafe { collect_above(thread, what, from) })
}

/// As [`collect`], but of the calling thread's native stack only what lies at `stack_from` and above counts. For who collects more than once: what the first collection leaves
/// on the stack would keep alive what the second one is there for.
///
/// # Safety
/// As [`grwl_heap::Heap::collect_above`].
#[inline(never)]
pub unsafe fn collect_above(
    thread: &mut Thread,
    what: Collection,
    stack_from: usize,
) -> (Report, Duration) {
    let heap = thread.heap();
    let start = Instant::now();
    tell(thread, None);
    // SAFETY: the caller's promise.
    let report = unsafe { heap.collect_above(thread.mutator_mut(), what, stack_from, |_| false) };
    let took = start.elapsed();
    if report.finalizable + report.cleared_weak > 0 {
        after_collection(thread);
    }
    tell(thread, Some(&report));
    (report, took)
}

/// Runs what is due. A signal that has come meanwhile is the program's: its handler must not be called in a callback, which would swallow what it
/// raises. So the rest of the work is put off until the next safepoint, which sees to both.
pub fn run_due(thread: &mut Thread) {
    if IS_RUNNING.replace(true) {
        return;
    }
    loop {
        if thread.mutator().has_events(EVENT_PENDING) && !is_ending() {
            request(thread);
            break;
        }
        if let Some(cell) = thread.heap().take_cleared(thread.mutator()) {
            crate::weak::cleared(thread, cell);
            continue;
        }
        match thread.heap().take_finalizable(thread.mutator()) {
            Some(cell) => finalize(thread, Value::from_cell(cell)),
            None => break,
        }
    }
    IS_RUNNING.set(false);
}

/// At the end of the program: finalizes what is still there, the oldest first, as far as `is` says. What the finalizers
/// need is there as well.
pub fn run_rest(thread: &mut Thread, is: impl Fn(Value) -> bool) {
    // Finalizers may make new objects with finalizers.
    for _ in 0..ROUNDS_AT_END {
        let heap = thread.heap();
        let queued = heap.queue_finalizers(thread.mutator(), |cell| is(Value::from_cell(cell)));
        if queued == 0 {
            break;
        }
        run_due(thread);
    }
}

const ROUNDS_AT_END: usize = 4;

/// Asks this thread to run what is due at its next safepoint.
pub fn request(thread: &Thread) {
    thread.mutator().post(EVENT_FINALIZE);
}

/// Calls an object's finalizer.
pub fn finalize(thread: &mut Thread, value: Value) {
    let Some(finalizer) = value.class().slot(slots::FINALIZE) else {
        return;
    };
    if let Err(raised) = finalizer(thread, value) {
        let del = crate::string::intern(thread, "__del__");
        let shown = crate::attribute::lookup_type(thread, &value.class(), del);
        let shown = shown.unwrap_or(value);
        crate::unraisable::report_calling(thread, raised, "deallocator", shown);
    }
}
