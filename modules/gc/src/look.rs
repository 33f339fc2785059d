//! Looking at all objects: `get_objects`, `get_referrers`, `get_referents`.
//!
//! The world is stopped for it. Cells that only a container's inside knows (its table, its array) are not shown; what they hold counts as held by the
//! container.
//!
//! Invariant: what was found becomes part of a list before the world goes on, for then a collection may come.

use std::collections::HashSet;

use grwl_heap::{CellPtr, Collection, Heap, Kind, Trace};
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::type_object::type_of;
use grwl_object::{
    Buffer, PyResult, Ref, Thread, Tuple, TypeObject, Value, ValueExt, finalize, flags, types,
};
use grwl_threads::StoppedWorld;

/// Is it of a type that Python code never sees?
fn is_inside(cell: CellPtr) -> bool {
    // SAFETY: cells of a stopped world that were found by walking or following are alive.
    let class = unsafe { type_of(cell) };
    let hidden: [&TypeObject; 4] = [
        &types::ARRAY,
        &types::DICT_TABLE,
        &types::SET_TABLE,
        &types::SHAPE,
    ];
    hidden
        .iter()
        .any(|known| std::ptr::eq(*known, class.as_ptr()))
        || class
            .declaration()
            .is_some_and(|declaration| declaration.name.contains(' '))
}

/// Is it one of the containers that CPython's collector follows?
pub(crate) fn is_tracked(value: Value) -> bool {
    let Some(cell) = value.as_cell() else {
        return false;
    };
    let class = value.class();
    let atomic = flags::STR | flags::BYTES | flags::INT | flags::FLOAT;
    if class.has_flag(flags::HEAP) {
        return true;
    }
    if class.kind() == Kind::Leaf || class.has_flag(atomic) {
        return false;
    }
    if let Some(class) = value.downcast::<TypeObject>() {
        // CPython's modules make their types when they are imported.
        let is_of_module = |class: Ref<TypeObject>| {
            let declaration = class.declaration();
            declaration.is_some_and(|declaration| declaration.name.contains('.'))
        };
        return class.has_flag(flags::HEAP) || is_of_module(class);
    }
    if let Some(tuple) = value.downcast::<Tuple>() {
        return !tuple.is_empty();
    }
    if matches!(class.payload().trace, Trace::Nothing) {
        return false;
    }
    // A bytearray refers to its bytes only.
    if class
        .declaration()
        .is_some_and(|declaration| declaration.name == "bytearray")
    {
        return false;
    }
    let plain: [&TypeObject; 6] = [
        &types::OBJECT,
        &types::NONE_TYPE,
        &types::NOT_IMPLEMENTED_TYPE,
        &types::ELLIPSIS_TYPE,
        &types::COMPLEX,
        &types::RANGE,
    ];
    !is_inside(cell)
        && !plain
            .iter()
            .any(|known| std::ptr::eq(*known, class.as_ptr()))
}

/// Does it count as an object that has died? A tuple of what CPython's collector does not follow is not followed either, once it has seen it.
pub(crate) fn is_counted(cell: CellPtr) -> bool {
    let value = Value::from_cell(cell);
    let counts = |tuple: Ref<Tuple>| tuple.iter().any(is_tracked);
    !is_inside(cell) && is_tracked(value) && value.downcast::<Tuple>().is_none_or(counts)
}

/// Shows what a cell holds, itself or inside.
fn for_each_held(
    heap: &Heap,
    world: &StoppedWorld<'_>,
    cell: CellPtr,
    mut visit: impl FnMut(CellPtr),
) {
    let mut insides = vec![cell];
    let mut seen = HashSet::new();
    while let Some(next) = insides.pop() {
        let mut is_type = true;
        let visit = |held: CellPtr| {
            // The first edge is the cell's own type; that of an instance of a class counts.
            let first = std::mem::replace(&mut is_type, false);
            // SAFETY: the edges of a live cell lead to live ones.
            if first && (next != cell || !unsafe { type_of(cell) }.has_flag(flags::HEAP)) {
                return;
            }
            if is_inside(held) {
                if seen.insert(held.as_ptr() as usize) {
                    insides.push(held);
                }
            } else {
                visit(held);
            }
        };
        let mut found = Vec::new();
        if heap.contains(next.as_ptr() as usize) {
            // SAFETY: a live cell of the heap.
            unsafe { heap.for_each_edge(world, next, |held| found.push(held)) };
        }
        found.into_iter().for_each(visit);
    }
}

/// Stops the world and lets `act` fill a buffer.
fn with_world(
    thread: &mut Thread,
    act: impl FnOnce(&Thread, &mut StoppedWorld<'_>, &mut Buffer) -> PyResult<()>,
) -> PyResult {
    let mut found = Buffer::new();
    let raw: *const Thread = thread;
    {
        let mut world = thread.mutator_mut().stop_the_world();
        // SAFETY: the world holds the thread's mutator mutably, but what uses that does not use the thread; what `&Thread` allows is
        // no safepoint.
        act(unsafe { &*raw }, &mut world, &mut found)?;
    }
    Ok(List::from_buffer(thread, found).value())
}

/// All objects that are alive.
///
/// # Safety
/// As [`grwl_heap::Heap::collect_above`].
pub(crate) unsafe fn objects(thread: &mut Thread, stack_from: usize) -> PyResult {
    let heap = thread.heap();
    let mut has_more = false;
    let all = with_world(thread, |thread, world, found| {
        let mutator = world.mutator_mut();
        // SAFETY: the caller's promise.
        let report =
            unsafe { heap.collect_above(mutator, Collection::Full, stack_from, is_counted) };
        has_more = report.finalizable + report.cleared_weak > 0;
        let mut cells = Vec::new();
        thread.heap().walk(world, |cell| cells.push(cell));
        for cell in cells {
            let value = Value::from_cell(cell);
            if !is_inside(cell) && is_tracked(value) {
                found.push(thread, value)?;
            }
        }
        Ok(())
    })?;
    if has_more {
        finalize::after_collection(thread);
    }
    Ok(all)
}

pub(crate) fn referrers(thread: &mut Thread, wanted: &[Value]) -> PyResult {
    let wanted: HashSet<u64> = wanted.iter().map(|value| value.bits().get()).collect();
    with_world(thread, |thread, world, found| {
        let mut cells = Vec::new();
        thread.heap().walk(world, |cell| cells.push(cell));
        for cell in cells {
            let value = Value::from_cell(cell);
            if is_inside(cell) || !is_tracked(value) {
                continue;
            }
            let mut is_referrer = false;
            for_each_held(thread.heap(), world, cell, |held| {
                is_referrer |= wanted.contains(&Value::from_cell(held).bits().get());
            });
            if is_referrer {
                found.push(thread, value)?;
            }
        }
        Ok(())
    })
}

pub(crate) fn referents(thread: &mut Thread, of: &[Value]) -> PyResult {
    let mut found = Buffer::new();
    for &value in of {
        if !is_tracked(value) {
            continue;
        }
        if value.class().has_flag(flags::HEAP) {
            add_cells(thread, value, &mut found)?;
        } else if let Some(list) = value.downcast::<List>() {
            for &element in list.snapshot(thread)?.as_slice() {
                found.push(thread, element)?;
            }
        } else if let Some(tuple) = value.downcast::<Tuple>() {
            for element in tuple.iter() {
                found.push(thread, element)?;
            }
        } else if let Some(dict) = value.downcast::<Dict>() {
            for (key, value, _) in dict.cursor() {
                found.push(thread, key)?;
                found.push(thread, value)?;
            }
        } else {
            add_cells(thread, value, &mut found)?;
        }
    }
    Ok(List::from_buffer(thread, found).value())
}

fn add_cells(thread: &mut Thread, value: Value, found: &mut Buffer) -> PyResult<()> {
    let Some(cell) = value.as_cell() else {
        return Ok(());
    };
    let held = with_world(thread, |thread, world, held| {
        let mut cells = Vec::new();
        for_each_held(thread.heap(), world, cell, |cell| cells.push(cell));
        for cell in cells {
            held.push(thread, Value::from_cell(cell))?;
        }
        Ok(())
    })?;
    let held: Option<Ref<List>> = held.downcast();
    if let Some(held) = held {
        for &value in held.snapshot(thread)?.as_slice() {
            found.push(thread, value)?;
        }
    }
    Ok(())
}
