//! Who waits for a future: the tasks that its `_asyncio_awaited_by` shows, from which `asyncio.graph` draws its graphs.
//!
//! Protocol: most futures have one that waits, which then stands in the slot itself; if there are more, a dict of them stands there, by their addresses. Once
//! it is a dict it stays one. The dict's own lock guards it; the slot changes under the future's.

use grwl_object::dict::Dict;
use grwl_object::set::FrozenSet;
use grwl_object::{Args, Method, PyResult, Ref, Thread, Value, ValueExt, int, none};

use crate::future::Future;

/// Objects do not move, so an address says which one it is.
fn key_of(thread: &Thread, waiter: Value) -> Value {
    int::from_usize(thread, waiter.bits().get() as usize)
}

fn dict_in(value: Value) -> Option<Ref<Dict>> {
    value.downcast_exact::<Dict>()
}

/// From now on `waiter` waits for `future`.
///
/// # Errors
/// `MemoryError`.
pub(crate) fn add(thread: &mut Thread, future: Ref<Future>, waiter: Value) -> PyResult<()> {
    let key = key_of(thread, waiter);
    loop {
        let known = future.awaited_by.load();
        if known == Some(waiter) {
            return Ok(());
        }
        if let Some(all) = known.and_then(dict_in) {
            return all.insert(thread, key, waiter);
        }
        let new = match known {
            None => waiter,
            Some(one) => {
                let all = Dict::new(thread);
                let first = key_of(thread, one);
                all.insert(thread, first, one)?;
                all.value()
            }
        };
        let locked = thread.lock_cell(&future);
        if future.awaited_by.load() == known {
            locked.store(future, &future.awaited_by, Some(new));
            if known.is_none() {
                return Ok(());
            }
        }
    }
}

/// From now on `waiter` does not wait for `future`.
///
/// # Errors
/// `MemoryError`.
pub(crate) fn discard(thread: &mut Thread, future: Ref<Future>, waiter: Value) -> PyResult<()> {
    let known = {
        let locked = thread.lock_cell(&future);
        let known = future.awaited_by.load();
        if known == Some(waiter) {
            locked.store(future, &future.awaited_by, None);
        }
        known
    };
    if let Some(all) = known.and_then(dict_in) {
        let key = key_of(thread, waiter);
        all.remove(thread, key)?;
    }
    Ok(())
}

/// `_asyncio_awaited_by`: a frozenset, or `None`.
///
/// # Errors
/// What the hashes of tasks raise.
pub(crate) fn set_of(thread: &mut Thread, future: Ref<Future>) -> PyResult {
    let Some(known) = future.awaited_by.load() else {
        return Ok(none());
    };
    let set = FrozenSet::new(thread);
    match dict_in(known) {
        None => {
            set.add(thread, known)?;
        }
        Some(all) => {
            if all.is_empty() {
                return Ok(none());
            }
            for (_, waiter, _) in all.cursor() {
                set.add(thread, waiter)?;
            }
        }
    }
    Ok(set.value())
}

/// Both arguments, if both are futures of this module: the others take care of themselves.
fn pair(
    thread: &mut Thread,
    function: &str,
    args: Args<'_>,
) -> PyResult<Option<(Ref<Future>, Value)>> {
    let [future, waiter] = args.unpack::<2>(thread, function, 2)?;
    let future = future.and_then(ValueExt::downcast::<Future>);
    let waiter = waiter.filter(|waiter| waiter.downcast::<Future>().is_some());
    Ok(future.zip(waiter))
}

fn future_add(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    if let Some((future, waiter)) = pair(thread, "future_add_to_awaited_by", args)? {
        add(thread, future, waiter)?;
    }
    Ok(none())
}

fn future_discard(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    if let Some((future, waiter)) = pair(thread, "future_discard_from_awaited_by", args)? {
        discard(thread, future, waiter)?;
    }
    Ok(none())
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "future_add_to_awaited_by",
        future_add,
        "future_add_to_awaited_by($module, fut, waiter, /)\n--\n\nRecord that `fut` is awaited on by `waiter`.",
    ),
    Method::any(
        "future_discard_from_awaited_by",
        future_discard,
        "future_discard_from_awaited_by($module, fut, waiter, /)\n--\n\nRecord that it no longer is.",
    ),
];
