//! The module `gc`. Looking at objects is in `look`.
//!
//! grwl has no reference counts: memory is freed by collections only. So `disable` is only remembered, and thresholds too: when a collection is
//! due, is the heap's decision.

#![allow(clippy::trivially_copy_pass_by_ref)]

mod look;

use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use grwl_heap::{Collection, Report};
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::{
    Args, Method, PyResult, Ref, Signature, Slot, Str, Thread, Tuple, Value, ValueExt, finalize,
    int, intern, none, protocol, unraisable, world,
};

/// `gc.garbage`, `gc.callbacks`. Roots.
static LISTS: [Slot; 2] = [const { Slot::empty() }; 2];
static IS_ENABLED: AtomicBool = AtomicBool::new(true);
static DEBUG: AtomicI64 = AtomicI64::new(0);
static THRESHOLDS: [AtomicI64; 3] = [AtomicI64::new(2000), AtomicI64::new(10), AtomicI64::new(0)];
/// Young collections that there had been at the last full one asked for.
static YOUNG_BEFORE: AtomicI64 = AtomicI64::new(0);

static FUNCTIONS: &[Method] = &[
    Method::no_arguments(
        "enable",
        |_, _| {
            IS_ENABLED.store(true, Ordering::Relaxed);
            Ok(none())
        },
        "enable($module, /)\n--\n\nSay that collections may come by themselves.",
    ),
    Method::no_arguments(
        "disable",
        |_, _| {
            IS_ENABLED.store(false, Ordering::Relaxed);
            Ok(none())
        },
        "disable($module, /)\n--\n\nSay that collections should not come by themselves.",
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
        |thread, _, args| {
            let wanted = args.no_keywords(thread, "get_referrers")?;
            look::referrers(thread, wanted)
        },
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

/// Collects, and runs the finalizers and callbacks that are due.
fn collect_once(thread: &mut Thread, what: Collection) -> Report {
    let heap = thread.heap();
    let report = heap.collect(thread.mutator_mut(), what);
    if report.finalizable + report.cleared_weak > 0 {
        finalize::after_collection(thread);
    }
    report
}

fn collect(thread: &mut Thread, module: Value, args: Args<'_>) -> PyResult {
    // What earlier calls left on the stack is not to keep alive what the caller wants collected.
    grwl_heap::scrub_stack();
    collect_now(thread, module, args)
}

#[inline(never)]
fn collect_now(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
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
    let mut died = 0;
    // What a finalizer was run for, and did not bring back, dies in the next round.
    for _ in 0..3 {
        let report = collect_once(thread, what);
        died += report.died_cells;
        if report.finalizable == 0 {
            break;
        }
    }
    let young = thread.heap().statistics().young_collections;
    YOUNG_BEFORE.store(young as i64, Ordering::Relaxed);
    tell(thread, "stop", i64::from(generation), died)?;
    Ok(int::from_usize(thread, died))
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

fn get_stats(thread: &mut Thread, _module: Value) -> PyResult {
    let statistics = thread.heap().statistics();
    let list = List::new(thread);
    let died = statistics.died_cells as i64;
    for (collections, collected) in [
        (statistics.young_collections as i64, 0),
        (0, 0),
        (statistics.full_collections as i64, died),
    ] {
        let entry = Dict::new(thread);
        for (name, number) in [
            ("collections", collections),
            ("collected", collected),
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
    look::objects(thread)
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
