//! The results that an `_lru_cache_wrapper` keeps: a dict of them, and, if their number is bounded, a list in the order of their last use.
//!
//! ## Protocol
//! The dict is changed key by key, each change atomic in itself. The list, the counters, and which dict is in use are changed under the wrapper's
//! lock, for a moment. Between the two, other threads may come: so a link says whether it is in the list, and who wants to put one into it
//! checks that the dict is still the one into which it was put.
//!
//! ## Invariants, under the lock
//! - The list has `length` links, from `newest` over `older` to `oldest`; each has `linked` set and is of the present dict.
//! - `length` is at most the bound, whenever the lock is free.

use grwl_heap::{CellType, Header, Kind};
use grwl_object::dict::{Dict, Outcome};
use grwl_object::{
    Cell, Declaration, PyResult, Ref, Slot, Thread, TypeObject, Value, ValueExt, flags, types,
};
use grwl_threads::sync::{AtomicU64, Ordering};

use crate::cache::Wrapper;

/// A result in the order of use.
#[repr(C)]
pub(crate) struct Link {
    header: Header,
    key: Slot,
    pub(crate) result: Slot,
    newer: Slot,
    older: Slot,
    linked: AtomicU64,
}

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for Link {
    fn type_object() -> &'static TypeObject {
        &LINK
    }
}

static CELL: CellType = crate::cell_type::<Link>("link of an lru_cache", 4);

/// The type of links; Python code does not see it.
pub(crate) static LINK: TypeObject = TypeObject::declare(&Declaration {
    name: "functools._lru_list_elem",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Link>(),
    attributes: 0,
});

fn link(slot: &Slot) -> Option<Ref<Link>> {
    slot.load().and_then(Value::downcast_exact)
}

fn set(thread: &Thread, owner: Ref<Link>, slot: &Slot, link: Option<Ref<Link>>) {
    thread.store(owner, slot, link.map(Ref::value));
}

/// Takes a link out of the list. The wrapper is locked.
fn take_out(thread: &Thread, cache: Ref<Wrapper>, this: Ref<Link>) {
    let (newer, older) = (link(&this.newer), link(&this.older));
    match newer {
        Some(newer) => set(thread, newer, &newer.older, older),
        None => thread.store(cache, &cache.newest, older.map(Ref::value)),
    }
    match older {
        Some(older) => set(thread, older, &older.newer, newer),
        None => thread.store(cache, &cache.oldest, newer.map(Ref::value)),
    }
    set(thread, this, &this.newer, None);
    set(thread, this, &this.older, None);
    this.linked.store(0, Ordering::Relaxed);
}

/// Puts a link before all others. The wrapper is locked.
fn put_first(thread: &Thread, cache: Ref<Wrapper>, this: Ref<Link>) {
    let first = link(&cache.newest);
    set(thread, this, &this.older, first);
    match first {
        Some(first) => set(thread, first, &first.newer, Some(this)),
        None => thread.store(cache, &cache.oldest, Some(this.value())),
    }
    thread.store(cache, &cache.newest, Some(this.value()));
    this.linked.store(1, Ordering::Relaxed);
}

/// The result of an earlier call, which becomes the one used last.
pub(crate) fn find(
    thread: &mut Thread,
    cache: Ref<Wrapper>,
    key: Value,
    hash: i64,
) -> PyResult<Option<Value>> {
    let dict = cache.dict(thread);
    let found = dict.get_hashed(thread, key, hash)?;
    let Some(this) = found.and_then(Value::downcast_exact::<Link>) else {
        return Ok(None);
    };
    let locked = thread.lock_cell(&cache);
    if this.linked.load(Ordering::Relaxed) != 0 && link(&cache.newest) != Some(this) {
        take_out(&locked, cache, this);
        put_first(&locked, cache, this);
    }
    cache.count_hit();
    Ok(this.result.load())
}

/// Keeps a result, and lets go of the one unused for longest if there are more than `bound`. If another call has kept one for this
/// key meanwhile, that stays.
pub(crate) fn keep(
    thread: &mut Thread,
    cache: Ref<Wrapper>,
    key: Value,
    hash: i64,
    result: Value,
    bound: u64,
) -> PyResult<()> {
    // SAFETY: the type has this layout.
    let this = unsafe {
        thread.new_cell(&LINK, |header| Link {
            header,
            key: Slot::new(Some(key)),
            result: Slot::new(Some(result)),
            newer: Slot::empty(),
            older: Slot::empty(),
            linked: AtomicU64::new(0),
        })
    };
    let dict = cache.dict(thread);
    if dict.insert_absent_hashed(thread, key, this.value(), hash)? != Outcome::New {
        return Ok(());
    }
    let Some(last) = enter(thread, cache, dict, this, bound) else {
        return Ok(());
    };
    // Only this very result: another one for the same key may have been kept since.
    if let Some(key) = last.key.load() {
        dict.remove_if(thread, key, |found| found == last.value())?;
    }
    Ok(())
}

/// Puts a link of `dict` into the list; the one that must go for it.
fn enter(
    thread: &mut Thread,
    cache: Ref<Wrapper>,
    dict: Ref<Dict>,
    this: Ref<Link>,
    bound: u64,
) -> Option<Ref<Link>> {
    let locked = thread.lock_cell(&cache);
    if cache.dict(&locked) != dict {
        // Cleared meanwhile.
        return None;
    }
    put_first(&locked, cache, this);
    let length = cache.length.load(Ordering::Relaxed) + 1;
    if length > bound
        && let Some(last) = link(&cache.oldest)
    {
        take_out(&locked, cache, last);
        return Some(last);
    }
    cache.length.store(length, Ordering::Relaxed);
    None
}

/// Forgets all results and counts.
pub(crate) fn clear(thread: &mut Thread, cache: Ref<Wrapper>) {
    let locked = thread.lock_cell(&cache);
    let dict = Dict::new(&locked);
    locked.store(cache, &cache.results, Some(dict.value()));
    // Threads that have a link of the old list in hand must not find it in one.
    let mut next = link(&cache.newest);
    while let Some(this) = next {
        next = link(&this.older);
        this.linked.store(0, Ordering::Relaxed);
        set(&locked, this, &this.older, None);
        set(&locked, this, &this.newer, None);
    }
    locked.store(cache, &cache.newest, None);
    locked.store(cache, &cache.oldest, None);
    cache.length.store(0, Ordering::Relaxed);
    cache.hits.store(0, Ordering::Relaxed);
    cache.misses.store(0, Ordering::Relaxed);
}
