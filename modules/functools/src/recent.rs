//! The results that an `_lru_cache_wrapper` keeps, and which of them was used least recently.
//!
//! Each result lies in a *link*, which knows when it was used last. A hit changes nothing but that: no list is rearranged, and of a cache that several threads use
//! not even the link is written to, see `diary`. The price is paid when a result must go: all links are sorted by their last use. From the beginning of that order
//! those go that have not been used since, one at a time as room is needed; those that have been used are passed over. At its end everything is sorted anew. So the one that goes is always the one used least recently,
//! and each call pays for its share of one sorting.
//!
//! ## Protocol
//! - The dict is changed key by key, each change atomic in itself. The order, and which dict is in use, are changed under the wrapper's
//!   lock, for a moment. Between the two other threads may come; so who puts a link into the order checks that the dict is still the one into which it was put.
//! - A time is a number that grows. As long as there are no diaries it is counted, under the wrapper's lock. From then on it is the clock's, which is the same
//!   for all threads and above everything counted before.
//!
//! ## Invariants, under the lock
//! - The order is an array: the links as they were sorted, of which those before `next` are passed over or gone (empty), those from there to `sorted` not yet looked at; then, to `end`, those
//!   that came later. It has `length` links of the present dict, at most as many as the bound.
//! - `placed`, by which a link was sorted, is at most the time of its last use. If it is less, the link was used after all the links that were sorted with it and not since.

use grwl_heap::{CellType, Header, Kind};
use grwl_object::dict::{Dict, Outcome};
use grwl_object::values::Array;
use grwl_object::{
    Cell, Declaration, PyResult, Ref, Slot, Thread, TypeObject, Value, ValueExt, flags, types,
};
use grwl_threads::sync::{AtomicU64, Ordering};

use crate::cache::Wrapper;
use crate::diary;

/// A result and when it was used.
#[repr(C)]
pub(crate) struct Link {
    header: Header,
    key: Slot,
    pub(crate) result: Slot,
    /// When it was used last, as far as no diary knows better. Grows only.
    pub(crate) used: AtomicU64,
    /// By which time it was sorted. Under the wrapper's lock.
    placed: AtomicU64,
}

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for Link {
    fn type_object() -> &'static TypeObject {
        &LINK
    }
}

static CELL: CellType = crate::cell_type::<Link>("link of an lru_cache", 2);

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

impl Wrapper {
    fn order(&self) -> Option<Ref<Array>> {
        self.order.load()?.downcast_exact()
    }

    /// The time now. The wrapper is locked.
    fn now(&self) -> u64 {
        if self.diaries.load().is_some() {
            diary::clock()
        } else {
            let ticks = self.ticks.load(Ordering::Relaxed) + 1;
            self.ticks.store(ticks, Ordering::Relaxed);
            ticks
        }
    }
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
    if cache.is_own(thread) {
        let _locked = thread.lock_cell(&cache);
        this.used.store(cache.now(), Ordering::Relaxed);
        cache.count_hit();
    } else {
        diary::note(thread, cache, Some(this))?;
    }
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
            used: AtomicU64::new(0),
            placed: AtomicU64::new(0),
        })
    };
    let dict = cache.dict(thread);
    if dict.insert_absent_hashed(thread, key, this.value(), hash)? != Outcome::New {
        return Ok(());
    }
    let gone = match enter(thread, cache, dict, this, bound) {
        Ok(None) => return Ok(()),
        Ok(Some(last)) => last,
        Err(_) => this,
    };
    // Only this very result: another one for the same key may have been kept since.
    if let Some(key) = gone.key.load() {
        dict.remove_if(thread, key, |found| found == gone.value())?;
    }
    Ok(())
}

/// Puts a link of `dict` into the order; the one that must go for it.
fn enter(
    thread: &mut Thread,
    cache: Ref<Wrapper>,
    dict: Ref<Dict>,
    this: Ref<Link>,
    bound: u64,
) -> PyResult<Option<Ref<Link>>> {
    let locked = thread.lock_cell(&cache);
    if cache.dict(&locked) != dict {
        // Cleared meanwhile.
        return Ok(None);
    }
    let order = with_room(&locked, cache)?;
    let length = cache.length.load(Ordering::Relaxed);
    let last = if length < bound {
        cache.length.store(length + 1, Ordering::Relaxed);
        None
    } else {
        Some(take_least_recent(&locked, cache, order))
    };
    // A hit may have come already, as the key could be looked up: then it has the later time.
    this.used.fetch_max(cache.now(), Ordering::Relaxed);
    let end = cache.end.load(Ordering::Relaxed);
    locked.store(order, &order.slots()[end as usize], Some(this.value()));
    cache.end.store(end + 1, Ordering::Relaxed);
    Ok(last)
}

/// The order, with room for another link. The wrapper is locked.
fn with_room(locked: &Thread, cache: Ref<Wrapper>) -> PyResult<Ref<Array>> {
    let end = cache.end.load(Ordering::Relaxed) as usize;
    let length = cache.length.load(Ordering::Relaxed) as usize;
    match cache.order() {
        Some(order) if end < order.capacity() => Ok(order),
        Some(order) if length <= order.capacity() / 2 => {
            sort(locked, cache, order);
            Ok(order)
        }
        old => {
            let order = Array::new(locked, (end * 2).max(8))?;
            if let Some(old) = old {
                for (slot, old) in order.slots().iter().zip(old.slots()) {
                    slot.store(old.load());
                }
            }
            locked.store(cache, &cache.order, Some(order.value()));
            Ok(order)
        }
    }
}

/// How often everything is sorted for one link that must go: each time all links may have been used again.
const SORTINGS: usize = 3;

/// Takes the link used least recently out of the order, in which there is one. The wrapper is locked.
fn take_least_recent(locked: &Thread, cache: Ref<Wrapper>, order: Ref<Array>) -> Ref<Link> {
    let mut sortings = 0;
    loop {
        let sorted = cache.sorted.load(Ordering::Relaxed);
        let mut next = cache.next.load(Ordering::Relaxed);
        while next < sorted {
            let slot = &order.slots()[next as usize];
            next += 1;
            let Some(link) = slot.load().and_then(Value::downcast_exact::<Link>) else {
                continue;
            };
            if sortings == SORTINGS
                || diary::last_use(cache, link) <= link.placed.load(Ordering::Relaxed)
            {
                slot.store(None);
                cache.next.store(next, Ordering::Relaxed);
                diary::forget(cache, link);
                return link;
            }
        }
        sort(locked, cache, order);
        sortings += 1;
    }
}

/// Sorts all links by their last use. The wrapper is locked.
fn sort(locked: &Thread, cache: Ref<Wrapper>, order: Ref<Array>) {
    // Who is used from now on is later than all others.
    let now = cache.now();
    diary::write_up(cache);
    // No safepoint, so values may lie here.
    let mut links: Vec<(u64, Ref<Link>)> = order.slots()
        [..cache.end.load(Ordering::Relaxed) as usize]
        .iter()
        .filter_map(|slot| slot.load()?.downcast_exact::<Link>())
        .map(|link| (link.used.load(Ordering::Acquire).min(now), link))
        .collect();
    links.sort_unstable_by_key(|&(used, _)| used);
    for (slot, &(used, link)) in order.slots().iter().zip(&links) {
        link.placed.store(used, Ordering::Relaxed);
        slot.store(Some(link.value()));
    }
    let count = links.len();
    for slot in &order.slots()[count..cache.end.load(Ordering::Relaxed) as usize] {
        slot.store(None);
    }
    locked.record_write(order.cell());
    cache.next.store(0, Ordering::Relaxed);
    cache.sorted.store(count as u64, Ordering::Relaxed);
    cache.end.store(count as u64, Ordering::Relaxed);
}

/// Forgets all results and counts.
pub(crate) fn clear(thread: &mut Thread, cache: Ref<Wrapper>) {
    let locked = thread.lock_cell(&cache);
    let dict = Dict::new(&locked);
    locked.store(cache, &cache.results, Some(dict.value()));
    locked.store(cache, &cache.order, None);
    locked.store(cache, &cache.diaries, None);
    for number in [&cache.next, &cache.sorted, &cache.end] {
        number.store(0, Ordering::Relaxed);
    }
    cache.length.store(0, Ordering::Relaxed);
    cache.hits.store(0, Ordering::Relaxed);
    cache.misses.store(0, Ordering::Relaxed);
}
