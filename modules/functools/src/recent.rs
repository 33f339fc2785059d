//! The results that an `_lru_cache_wrapper` keeps, and which of them was used least recently.
//!
//! Each result lies in a *link*, which knows when it was used last. A hit changes nothing but that: no list is rearranged, and of a cache that several threads use
//! not even the link is written to, see `diary`. The price is paid when a result must go: all links are sorted by their last use. From the beginning of that order
//! those go that have not been used since, one at a time as room is needed; those that have been used are passed over. At its end everything is sorted anew. So the one that goes is always the one used least recently,
//! and each call pays for its share of one sorting.
//!
//! ## Protocol
//! - The dict is changed key by key, each change atomic in itself. The order, and which dict is in use, are changed under the lock of the
//!   order's cell, for a moment. Between the two other threads may come; so who puts a link into the order checks that the dict is still the one into which it was put.
//! - A time is a number that grows. As long as there are no diaries it is counted, under the lock. From then on it is the clock's, which is the same
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
    /// By which time it was sorted. Under the lock.
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

/// What calls may count.
#[derive(Clone, Copy)]
pub(crate) enum Count {
    Hit,
    Miss,
}

/// How often a result was found and not found. One thread at a time adds.
#[derive(Default)]
pub(crate) struct Counts([AtomicU64; 2]);

impl Counts {
    pub(crate) fn get(&self, what: Count) -> u64 {
        self.0[what as usize].load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, what: Count) {
        self.0[what as usize].store(self.get(what) + 1, Ordering::Relaxed);
    }

    fn clear(&self) {
        for count in &self.0 {
            count.store(0, Ordering::Relaxed);
        }
    }
}

/// What changes with each new result. A cell of its own, because threads that find results do not look at it; its lock is that of the whole cache.
#[repr(C)]
pub(crate) struct Order {
    header: Header,
    /// Of a bounded cache: an array of the links.
    links: Slot,
    pub(crate) length: AtomicU64,
    /// What does not stand in diaries.
    pub(crate) counts: Counts,
    /// Where in the array the next link is that may have to go, where the sorted ones end, and where all.
    next: AtomicU64,
    sorted: AtomicU64,
    end: AtomicU64,
    /// The time, while there are no diaries.
    ticks: AtomicU64,
    /// Diaries have places below this.
    pub(crate) diaries_end: AtomicU64,
    /// So that its neighbours in memory are cells of its own size, not the wrapper.
    _apart: [u64; 16],
}

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for Order {
    fn type_object() -> &'static TypeObject {
        &ORDER
    }
}

static ORDER_CELL: CellType = crate::cell_type::<Order>("order of an lru_cache", 1);

/// The type of orders; Python code does not see it.
pub(crate) static ORDER: TypeObject = TypeObject::declare(&Declaration {
    name: "functools._lru_order",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &ORDER_CELL,
    kind: Kind::Traced,
    size: size_of::<Order>(),
    attributes: 0,
});

impl Order {
    pub(crate) fn new(thread: &Thread) -> Ref<Self> {
        // SAFETY: the type has this layout.
        unsafe {
            thread.new_cell(&ORDER, |header| Self {
                header,
                links: Slot::new(None),
                length: AtomicU64::new(0),
                counts: Counts::default(),
                next: AtomicU64::new(0),
                sorted: AtomicU64::new(0),
                end: AtomicU64::new(0),
                ticks: AtomicU64::new(0),
                diaries_end: AtomicU64::new(0),
                _apart: [0; 16],
            })
        }
    }

    /// Is it biased to this thread? Until the next safepoint.
    pub(crate) fn is_own(&self, thread: &Thread) -> bool {
        self.header.lock.is_biased_to(thread.mutator())
    }

    fn links(&self) -> Option<Ref<Array>> {
        self.links.load()?.downcast_exact()
    }

    /// The time now, in a cache that is locked.
    fn now(&self, cache: Ref<Wrapper>) -> u64 {
        if cache.diaries.load().is_some() {
            diary::clock()
        } else {
            self.tick()
        }
    }

    /// The time now, in a cache that is locked and has no diaries.
    fn tick(&self) -> u64 {
        let ticks = self.ticks.load(Ordering::Relaxed) + 1;
        self.ticks.store(ticks, Ordering::Relaxed);
        ticks
    }
}

/// Counts a call that does not stand in a diary.
pub(crate) fn count(thread: &mut Thread, cache: Ref<Wrapper>, what: Count) {
    let order = cache.order();
    let _locked = thread.lock_cell(&order);
    order.counts.add(what);
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
    if let Some(order) = cache.own_order(thread) {
        this.used.store(order.tick(), Ordering::Relaxed);
        order.counts.add(Count::Hit);
    } else {
        diary::note(thread, cache, this)?;
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
    let order = cache.order();
    let locked = thread.lock_cell(&order);
    if cache.dict(&locked) != dict {
        // Cleared meanwhile.
        return Ok(None);
    }
    let links = with_room(&locked, cache, order)?;
    let length = order.length.load(Ordering::Relaxed);
    let last = if length < bound {
        order.length.store(length + 1, Ordering::Relaxed);
        None
    } else {
        Some(take_least_recent(&locked, cache, order, links))
    };
    // A hit may have come already, as the key could be looked up: then it has the later time.
    this.used.fetch_max(order.now(cache), Ordering::Relaxed);
    let end = order.end.load(Ordering::Relaxed);
    locked.store(links, &links.slots()[end as usize], Some(this.value()));
    order.end.store(end + 1, Ordering::Relaxed);
    Ok(last)
}

/// The array of the links, with room for another one. The cache is locked.
fn with_room(locked: &Thread, cache: Ref<Wrapper>, order: Ref<Order>) -> PyResult<Ref<Array>> {
    let end = order.end.load(Ordering::Relaxed) as usize;
    let length = order.length.load(Ordering::Relaxed) as usize;
    match order.links() {
        Some(links) if end < links.capacity() => Ok(links),
        Some(links) if length <= links.capacity() / 2 => {
            sort(locked, cache, order, links);
            Ok(links)
        }
        old => {
            let links = Array::new(locked, (end * 2).max(8))?;
            if let Some(old) = old {
                for (slot, old) in links.slots().iter().zip(old.slots()) {
                    slot.store(old.load());
                }
            }
            locked.store(order, &order.links, Some(links.value()));
            Ok(links)
        }
    }
}

/// How often everything is sorted for one link that must go: each time all links may have been used again.
const SORTINGS: usize = 3;

/// Takes the link used least recently out of the order, in which there is one. The cache is locked.
fn take_least_recent(
    locked: &Thread,
    cache: Ref<Wrapper>,
    order: Ref<Order>,
    links: Ref<Array>,
) -> Ref<Link> {
    let mut sortings = 0;
    loop {
        let sorted = order.sorted.load(Ordering::Relaxed);
        let mut next = order.next.load(Ordering::Relaxed);
        while next < sorted {
            let slot = &links.slots()[next as usize];
            next += 1;
            let Some(link) = slot.load().and_then(Value::downcast_exact::<Link>) else {
                continue;
            };
            if sortings == SORTINGS
                || diary::last_use(cache, link) <= link.placed.load(Ordering::Relaxed)
            {
                slot.store(None);
                order.next.store(next, Ordering::Relaxed);
                diary::forget(cache, link);
                return link;
            }
        }
        sort(locked, cache, order, links);
        sortings += 1;
    }
}

/// Sorts all links by their last use. The cache is locked.
fn sort(locked: &Thread, cache: Ref<Wrapper>, order: Ref<Order>, array: Ref<Array>) {
    // Who is used from now on is later than all others.
    let now = order.now(cache);
    diary::write_up(cache);
    // No safepoint, so values may lie here.
    let mut links: Vec<(u64, Ref<Link>)> = array.slots()
        [..order.end.load(Ordering::Relaxed) as usize]
        .iter()
        .filter_map(|slot| slot.load()?.downcast_exact::<Link>())
        .map(|link| (link.used.load(Ordering::Acquire).min(now), link))
        .collect();
    links.sort_unstable_by_key(|&(used, _)| used);
    for (slot, &(used, link)) in array.slots().iter().zip(&links) {
        link.placed.store(used, Ordering::Relaxed);
        slot.store(Some(link.value()));
    }
    let count = links.len();
    for slot in &array.slots()[count..order.end.load(Ordering::Relaxed) as usize] {
        slot.store(None);
    }
    locked.record_write(array.cell());
    order.next.store(0, Ordering::Relaxed);
    order.sorted.store(count as u64, Ordering::Relaxed);
    order.end.store(count as u64, Ordering::Relaxed);
}

/// Forgets all results and counts.
pub(crate) fn clear(thread: &mut Thread, cache: Ref<Wrapper>) {
    let order = cache.order();
    let locked = thread.lock_cell(&order);
    let dict = Dict::new(&locked);
    locked.store(cache, &cache.results, Some(dict.value()));
    locked.store(cache, &cache.diaries, None);
    locked.store(order, &order.links, None);
    for number in [
        &order.next,
        &order.sorted,
        &order.end,
        &order.length,
        &order.diaries_end,
    ] {
        number.store(0, Ordering::Relaxed);
    }
    order.counts.clear();
}
