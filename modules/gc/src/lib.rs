//! The module `gc`. Looking at objects is in `look`.
//!
//! grwl has no reference counts: memory is freed by collections only. So `disable()`, and a threshold of zero, cannot stop them, or nothing
//! would ever be freed; they make them rare ([`Pace::Rare`]). A threshold below the usual one lets young collections
//! come after about as many small objects; a greater one changes nothing. There are two generations: the second and the third are one.

#![allow(clippy::trivially_copy_pass_by_ref)]

mod look;

use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Instant;

use grwl_heap::{Collection, Pace, Report, Statistics, with_stack_from};
use grwl_object::attribute::plan::CACHES_ARE_FORGOTTEN;
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::{
    Args, Method, PyResult, Ref, Signature, Slot, Str, Thread, Tuple, Value, ValueExt, finalize,
    flags, int, intern, none, protocol, slots, unraisable, world,
};

/// `gc.garbage`, `gc.callbacks`. Roots.
static LISTS: [Slot; 2] = [const { Slot::empty() }; 2];
static IS_ENABLED: AtomicBool = AtomicBool::new(true);
static DEBUG: AtomicI64 = AtomicI64::new(0);
static THRESHOLDS: [AtomicI64; 3] = [
    AtomicI64::new(USUAL_THRESHOLD),
    AtomicI64::new(10),
    AtomicI64::new(0),
];
/// Young collections that there had been at the last full one asked for.
static YOUNG_BEFORE: AtomicI64 = AtomicI64::new(0);
/// How often each generation was asked for, and what died then.
static ASKED: [(AtomicI64, AtomicI64); 3] = [const { (AtomicI64::new(0), AtomicI64::new(0)) }; 3];
/// How many of the heap's collections, young and full, were made for that.
static MADE: [AtomicI64; 2] = [const { AtomicI64::new(0) }; 2];

/// The first threshold of CPython.
const USUAL_THRESHOLD: i64 = 2000;
/// What a small object takes, about, with what belongs to it.
const OBJECT_BYTES: i64 = 64;
/// The least that may be allocated between two collections: each stops the world.
const LEAST_BYTES: i64 = 64 << 10;

// Debugging flags.
const DEBUG_STATS: i64 = 1;

/// Lets collections come as `enable`, `disable` and `set_threshold` have it.
fn set_pace(thread: &Thread) {
    let threshold = THRESHOLDS[0].load(Ordering::Relaxed);
    let pace = if !IS_ENABLED.load(Ordering::Relaxed) || threshold == 0 {
        Pace::Rare
    } else if threshold < USUAL_THRESHOLD {
        let bytes = threshold.saturating_mul(OBJECT_BYTES).max(LEAST_BYTES);
        Pace::Bytes(bytes as usize)
    } else {
        Pace::Usual
    };
    thread.heap().set_pace(pace);
}

static FUNCTIONS: &[Method] = &[
    Method::no_arguments(
        "enable",
        |thread, _| {
            IS_ENABLED.store(true, Ordering::Relaxed);
            set_pace(thread);
            Ok(none())
        },
        "enable($module, /)\n--\n\nLet collections come by themselves.",
    ),
    Method::no_arguments(
        "disable",
        |thread, _| {
            IS_ENABLED.store(false, Ordering::Relaxed);
            set_pace(thread);
            Ok(none())
        },
        "disable($module, /)\n--\n\nLet collections come only where memory would grow without bounds.",
    ),
    Method::no_arguments(
        "isenabled",
        |_, _| Ok(int::bool(IS_ENABLED.load(Ordering::Relaxed))),
        "isenabled($module, /)\n--\n\nMay collections come by themselves?",
    ),
    Method::any(
        "collect",
        collect,
        "collect($module, /, generation=2)\n--\n\nCollect now; return how many objects died.",
    ),
    Method::one(
        "set_debug",
        set_debug,
        "set_debug($module, flags, /)\n--\n\nSet the debugging flags.",
    ),
    Method::no_arguments(
        "get_debug",
        |thread, _| Ok(int::from_i64(thread, DEBUG.load(Ordering::Relaxed))),
        "get_debug($module, /)\n--\n\nThe debugging flags.",
    ),
    Method::any(
        "set_threshold",
        set_threshold,
        "set_threshold(threshold0, [threshold1, [threshold2]])\nSet the thresholds.",
    ),
    Method::no_arguments(
        "get_threshold",
        get_threshold,
        "get_threshold($module, /)\n--\n\nThe thresholds.",
    ),
    Method::no_arguments(
        "get_count",
        get_count,
        "get_count($module, /)\n--\n\nHow many young collections there have been since the last that was asked for; the other generations count nothing.",
    ),
    Method::no_arguments(
        "get_stats",
        get_stats,
        "get_stats($module, /)\n--\n\nWhat collections have done, by generation.",
    ),
    Method::any(
        "get_objects",
        get_objects,
        "get_objects($module, /, generation=None)\n--\n\nAll containers.",
    ),
    Method::any(
        "get_referrers",
        get_referrers,
        "get_referrers($module, /, *objs)\n--\n\nThe containers that refer to any of the objects.",
    ),
    Method::any(
        "get_referents",
        |thread, _, args| {
            let of = args.no_keywords(thread, "get_referents")?;
            look::referents(thread, of)
        },
        "get_referents($module, /, *objs)\n--\n\nWhat the objects refer to.",
    ),
    Method::one(
        "is_tracked",
        |_, _, value| Ok(int::bool(look::is_tracked(value))),
        "is_tracked($module, obj, /)\n--\n\nIs it a container?",
    ),
    Method::one(
        "is_finalized",
        |thread, _, value| Ok(int::bool(is_finalized(thread, value))),
        "is_finalized($module, obj, /)\n--\n\nHas its finalizer been called?",
    ),
    Method::no_arguments(
        "freeze",
        freeze,
        "freeze($module, /)\n--\n\nLet no collection look at the present objects any more.",
    ),
    Method::no_arguments(
        "unfreeze",
        unfreeze,
        "unfreeze($module, /)\n--\n\nUndo freeze().",
    ),
    Method::no_arguments(
        "get_freeze_count",
        |thread, _| {
            let count = thread.heap().frozen_cells();
            Ok(int::from_usize(thread, count))
        },
        "get_freeze_count($module, /)\n--\n\nHow many objects are frozen.",
    ),
];

static CONSTANTS: &[(&str, i64)] = &[
    ("DEBUG_STATS", 1),
    ("DEBUG_COLLECTABLE", 2),
    ("DEBUG_UNCOLLECTABLE", 4),
    ("DEBUG_SAVEALL", 32),
    ("DEBUG_LEAK", 38),
];

/// The module has no types.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let first = LISTS.as_ptr().cast::<u64>();
        // SAFETY: a static.
        unsafe { world::world().heap().add_static_roots(first, LISTS.len()) };
        for slot in &LISTS {
            slot.store(Some(List::new(thread).value()));
        }
        finalize::on_collection(observe);
    });
    let name = intern(thread, "gc");
    let doc = Str::new(thread, "The collector of unreachable objects.").value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    for &(name, number) in CONSTANTS {
        module.add(thread, name, Value::small(number))?;
    }
    for (name, slot) in ["garbage", "callbacks"].into_iter().zip(&LISTS) {
        module.add(thread, name, slot.load().unwrap_or_else(none))?;
    }
    Ok(module)
}

/// Tells the functions in `gc.callbacks`.
fn tell(thread: &mut Thread, phase: &str, generation: i64, died: usize) -> PyResult<()> {
    let Some(callbacks) = LISTS[1].load().and_then(ValueExt::downcast::<List>) else {
        return Ok(());
    };
    if callbacks.is_empty() {
        return Ok(());
    }
    let info = Dict::new(thread);
    let died = int::from_usize(thread, died);
    for (name, value) in [
        ("generation", Value::small(generation)),
        ("collected", died),
        ("uncollectable", Value::small(0)),
    ] {
        let name = intern(thread, name);
        info.set_str(thread, name, value)?;
    }
    let phase = intern(thread, phase).value();
    for &callback in callbacks.snapshot(thread)?.as_slice() {
        let result = protocol::call_positional(thread, callback, &[phase, info.value()]);
        if let Err(raised) = result {
            unraisable::report_calling(thread, raised, "GC callback", callback);
        }
    }
    Ok(())
}

/// A collection that comes by itself.
fn observe(thread: &mut Thread, report: Option<&Report>) {
    let generation = report.map_or(0, |report| if report.full { 2 } else { 0 });
    let (phase, died) = match report {
        None => ("start", 0),
        Some(report) => ("stop", report.died_cells),
    };
    if let Err(raised) = tell(thread, phase, generation, died) {
        unraisable::report(
            thread,
            raised,
            "Exception ignored in garbage collection",
            None,
        );
    }
}

/// Collects, and runs the finalizers and callbacks that are due.
///
/// # Safety
/// As [`grwl_heap::Heap::collect_above`].
unsafe fn collect_once(thread: &mut Thread, what: Collection, stack_from: usize) -> Report {
    let heap = thread.heap();
    // SAFETY: the caller's promise.
    let report =
        unsafe { heap.collect_above(thread.mutator_mut(), what, stack_from, look::is_counted) };
    let made = &MADE[usize::from(report.full)];
    made.fetch_add(1, Ordering::Relaxed);
    if report.finalizable + report.cleared_weak > 0 {
        finalize::after_collection(thread);
    }
    report
}

/// Collects until no finalizers are left to run; returns how many objects died.
///
/// # Safety
/// As [`grwl_heap::Heap::collect_above`].
unsafe fn collect_all(thread: &mut Thread, what: Collection, stack_from: usize) -> usize {
    let mut died = 0;
    if what == Collection::Full {
        CACHES_ARE_FORGOTTEN.store(true, Ordering::Relaxed);
    }
    // What a finalizer was run for, and did not bring back, dies in the next round, and may let others be finalized.
    for _ in 0..MOST_ROUNDS {
        // SAFETY: the caller's promise; nothing is held here from one round to the next.
        let report = unsafe { collect_once(thread, what, stack_from) };
        died += report.counted;
        if report.finalizable == 0 {
            break;
        }
    }
    CACHES_ARE_FORGOTTEN.store(false, Ordering::Relaxed);
    died
}

/// Finalizers may make new garbage with finalizers for ever.
const MOST_ROUNDS: usize = 8;

/// What is dead but was not collected yet refers to nothing: so what is dead is collected first.
fn get_referrers(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let wanted = args.no_keywords(thread, "get_referrers")?;
    // SAFETY: the arguments lie above.
    with_stack_from(|stack_from| unsafe { collect_all(thread, Collection::Full, stack_from) });
    look::referrers(thread, wanted)
}

/// The stack is looked at from here on up, so the frame should be small: what was in its place before may still be in it.
fn collect(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    // SAFETY: the arguments lie above.
    with_stack_from(|stack_from| unsafe { collect_above(thread, args, stack_from) })
}

/// # Safety
/// As [`grwl_heap::Heap::collect_above`].
#[inline(never)]
unsafe fn collect_above(thread: &mut Thread, args: Args<'_>, stack_from: usize) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("collect", ["generation"]).optional_after(0);
    let [generation] = args.parse(thread, &SIGNATURE)?;
    let generation = match generation {
        Some(generation) => protocol::convert::as_i32(thread, generation)?,
        None => 2,
    };
    let what = match generation {
        0 => Collection::Young,
        1 | 2 => Collection::Full,
        _ => return Err(thread.value_error("invalid generation")),
    };
    tell(thread, "start", i64::from(generation), 0)?;
    let is_loud = DEBUG.load(Ordering::Relaxed) & DEBUG_STATS != 0;
    let begun = Instant::now();
    if is_loud {
        let statistics = thread.heap().statistics();
        let frozen = thread.heap().frozen_cells();
        let others = statistics.live_cells.saturating_sub(frozen);
        eprintln!("gc: collecting generation {generation}...");
        eprintln!("gc: objects in each generation: 0 0 {others}");
        eprintln!("gc: objects in permanent generation: {frozen}");
    }
    // SAFETY: the caller's promise; what is used from here on is no pointer.
    let died = unsafe { collect_all(thread, what, stack_from) };
    if is_loud {
        let elapsed = begun.elapsed().as_secs_f64();
        eprintln!("gc: done, {died} unreachable, 0 uncollectable, {elapsed:.4}s elapsed");
    }
    let asked = &ASKED[generation as usize];
    asked.0.fetch_add(1, Ordering::Relaxed);
    asked.1.fetch_add(died as i64, Ordering::Relaxed);
    let young = thread.heap().statistics().young_collections;
    YOUNG_BEFORE.store(young as i64, Ordering::Relaxed);
    tell(thread, "stop", i64::from(generation), died)?;
    Ok(int::from_usize(thread, died))
}

fn is_finalized(thread: &Thread, value: Value) -> bool {
    let Some(cell) = value.as_cell() else {
        return false;
    };
    let class = value.class();
    class.has_flag(flags::HAS_FINALIZER)
        && class.slot(slots::FINALIZE).is_some()
        && !thread.heap().has_finalizer(cell)
}

fn set_debug(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let value = protocol::convert::as_i32(thread, value)?;
    DEBUG.store(i64::from(value), Ordering::Relaxed);
    Ok(none())
}

fn set_threshold(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let given = args.unpack::<3>(thread, "gc.set_threshold", 1)?;
    for (place, value) in THRESHOLDS.iter().zip(given) {
        if let Some(value) = value {
            let value = protocol::convert::as_i32(thread, value)?;
            place.store(i64::from(value), Ordering::Relaxed);
        }
    }
    set_pace(thread);
    Ok(none())
}

fn tuple_of(thread: &Thread, numbers: [i64; 3]) -> PyResult {
    let numbers = numbers.map(|number| int::from_i64(thread, number));
    Ok(Tuple::try_new(thread, &numbers)?.value())
}

fn get_threshold(thread: &mut Thread, _module: Value) -> PyResult {
    let numbers = THRESHOLDS
        .each_ref()
        .map(|place| place.load(Ordering::Relaxed));
    tuple_of(thread, numbers)
}

fn get_count(thread: &mut Thread, _module: Value) -> PyResult {
    let statistics = thread.heap().statistics();
    let young = statistics.young_collections as i64 - YOUNG_BEFORE.load(Ordering::Relaxed);
    tuple_of(thread, [young.max(0), 0, 0])
}

/// How often the heap has collected by itself: young, full.
fn by_itself(statistics: &Statistics) -> [i64; 2] {
    [
        statistics.young_collections as i64 - MADE[0].load(Ordering::Relaxed),
        statistics.full_collections as i64 - MADE[1].load(Ordering::Relaxed),
    ]
}

fn get_stats(thread: &mut Thread, _module: Value) -> PyResult {
    let [young, full] = by_itself(&thread.heap().statistics());
    let list = List::new(thread);
    for (asked, own) in ASKED.iter().zip([young, 0, full]) {
        let entry = Dict::new(thread);
        for (name, number) in [
            ("collections", asked.0.load(Ordering::Relaxed) + own),
            ("collected", asked.1.load(Ordering::Relaxed)),
            ("uncollectable", 0),
        ] {
            let name = intern(thread, name);
            let number = int::from_i64(thread, number);
            entry.set_str(thread, name, number)?;
        }
        list.push(thread, entry.value())?;
    }
    Ok(list.value())
}

fn get_objects(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> =
        Signature::new("get_objects", ["generation"]).optional_after(0);
    let [generation] = args.parse(thread, &SIGNATURE)?;
    if let Some(generation) = generation.and_then(ValueExt::not_none) {
        let generation = protocol::convert::as_isize(thread, generation)?;
        if generation >= 3 {
            return Err(thread.value_error(
                "generation parameter must be less than the number of available generations (3)",
            ));
        }
        if generation < 0 {
            return Err(thread.value_error("generation parameter cannot be negative"));
        }
    }
    // What is garbage is not to come back to life. First what has finalizers; then, with the world stopped until all was looked at, what
    // other threads have dropped since.
    // SAFETY: nothing was loaded that is used afterwards.
    with_stack_from(|stack_from| unsafe {
        collect_all(thread, Collection::Full, stack_from);
        look::objects(thread, stack_from)
    })
}

fn freeze(thread: &mut Thread, _module: Value) -> PyResult {
    let heap = thread.heap();
    let world = thread.mutator_mut().stop_the_world();
    heap.freeze(&world);
    drop(world);
    Ok(none())
}

fn unfreeze(thread: &mut Thread, _module: Value) -> PyResult {
    let heap = thread.heap();
    let world = thread.mutator_mut().stop_the_world();
    heap.unfreeze(&world);
    drop(world);
    Ok(none())
}
