//! Changing a table: insertion, removal, clearing, and copies of the whole.
//!
//! Each change is made under the container's lock, between two safepoints, and becomes visible by one store: of the live word, the
//! place in the index, or the table. What a search without the lock found is trusted only if the table has not changed since; if
//! it has, the search is repeated under the lock without Python, and if Python is needed, everything is.
//!
//! What changes several entries at once (`update`) does so under one lock, and marks the table meanwhile ([`moving`]), as far as no Python code is needed.
//!
//! A copy is of one moment: it is made under the lock if that costs nothing (the container is biased to this thread),
//! else without, and then compared word by word with what it was copied from; when that has failed a few times, under the lock.

use std::ops::Range;

use grwl_threads::sync::Ordering;
use grwl_value::Value;

use super::probe::{self, Lookup, Native};
use super::table::Table;
use super::{Dict, Hashed};
use crate::cell::{Ref, ValueExt};
use crate::moving;
use crate::result::PyResult;
use crate::string::Str;
use crate::thread::Thread;
use crate::type_object::flags;

/// What happens to a value that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// It is replaced; the key stays.
    Replace,
    /// It stays.
    Keep,
}

/// What an insertion met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The key was there, with this value (of a set: the element that was there).
    Existing(Value),
    /// It was not.
    New,
}

/// How often a copy is tried without the lock.
const COPY_TRIES: usize = 3;
/// Rounds between two polls of a long loop.
const POLL_INTERVAL: usize = 1024;

/// Makes a table the container's. The caller holds its lock, or nobody else knows it.
#[inline]
fn publish<const W: usize>(
    thread: &Thread,
    map: Ref<Hashed<W>>,
    table: Option<Ref<Table<W>>>,
    live: usize,
) {
    let table = table.map_or(std::ptr::null_mut(), Ref::as_ptr);
    // Release: partner is the Acquire in `Hashed::table`.
    map.table.store(table, Ordering::Release);
    map.used.store(live, Ordering::Release);
    thread.record_write(map.cell());
}

/// The keys are about to become more.
#[inline(always)]
fn forget_keys<const W: usize>(map: Ref<Hashed<W>>) {
    if W == 3 && map.extra().load(Ordering::Relaxed) != 0 {
        // Before the key is published: see the module `dict`.
        map.extra().store(0, Ordering::Release);
    }
}

/// Appends a key that is not there. The caller holds the lock.
#[inline]
fn append<const W: usize>(
    thread: &Thread,
    map: Ref<Hashed<W>>,
    key: Value,
    hash: i64,
    value: Value,
) -> PyResult<()> {
    match map.table() {
        Some(table) if !table.is_full() => {
            forget_keys(map);
            thread.record_write(table.cell());
            table.push(hash, key, value);
            let used = map.used.load(Ordering::Relaxed);
            map.used.store(used + 1, Ordering::Release);
            Ok(())
        }
        old => grow(thread, map, old, key, hash, value),
    }
}

#[cold]
#[inline(never)]
fn grow<const W: usize>(
    thread: &Thread,
    map: Ref<Hashed<W>>,
    old: Option<Ref<Table<W>>>,
    key: Value,
    hash: i64,
    value: Value,
) -> PyResult<()> {
    let used = map.used.load(Ordering::Relaxed);
    let larger = Table::for_growth(thread, used)?;
    if let Some(old) = old {
        moving::inherit(larger.header(), old.header());
        copy_live(&larger, &old, old.count());
    }
    larger.push(hash, key, value);
    forget_keys(map);
    publish(thread, map, Some(larger), used + 1);
    Ok(())
}

/// Appends the live ones of the first `count` entries to a table that nobody else knows.
fn copy_live<const W: usize>(to: &Table<W>, from: &Table<W>, count: u32) {
    copy_live_range(to, from, 0..count);
}

/// The same for some of the entries.
fn copy_live_range<const W: usize>(to: &Table<W>, from: &Table<W>, numbers: Range<u32>) {
    for number in numbers {
        let entry = from.entry(number);
        if let Some(live) = entry.live() {
            to.push(entry.hash(), entry.key().unwrap_or(live), live);
        }
    }
}

/// What a search found is checked, or found anew. The caller holds the lock.
#[inline]
fn settle<const W: usize>(
    map: Ref<Hashed<W>>,
    lookup: &Lookup<W>,
    key: Value,
    hash: i64,
) -> Native {
    let table = map.table();
    if table == lookup.table {
        match (lookup.found, table) {
            (Some((number, _)), Some(table)) => {
                if let Some(live) = table.entry(number).live() {
                    return Native::Found(number, live);
                }
            }
            (None, Some(table)) if table.count() == lookup.seen => return Native::Absent,
            (None, None) => return Native::Absent,
            _ => {}
        }
    }
    probe::find_native(table, key, hash)
}

/// Inserts. For a set the value is of no meaning, and the policy is `Keep`.
#[inline]
pub(crate) fn insert<const W: usize>(
    thread: &mut Thread,
    map: Ref<Hashed<W>>,
    key: Value,
    hash: i64,
    value: Value,
    policy: Policy,
) -> PyResult<Outcome> {
    loop {
        let lookup = probe::find(thread, map, key, hash)?;
        if policy == Policy::Keep
            && let Some((_, live)) = lookup.found
        {
            return Ok(Outcome::Existing(live));
        }
        let locked = thread.lock_cell(&map);
        match settle(map, &lookup, key, hash) {
            Native::Found(number, live) => {
                if policy == Policy::Replace
                    && let Some(table) = map.table()
                {
                    table.entry(number).set_value(value);
                    locked.record_write(table.cell());
                }
                return Ok(Outcome::Existing(live));
            }
            Native::Absent => {
                append(&locked, map, key, hash, value)?;
                return Ok(Outcome::New);
            }
            Native::Unclear => {}
        }
    }
}

/// `map[name] = value` for an exact `str`, compared with exact strings only.
#[inline]
pub(crate) fn insert_str(
    thread: &mut Thread,
    map: Ref<Dict>,
    name: Ref<Str>,
    value: Value,
) -> PyResult<()> {
    let locked = thread.lock_cell(&map);
    if let Some(table) = map.table()
        && let Some((number, _)) = probe::find_str(table, name)
    {
        table.entry(number).set_value(value);
        locked.record_write(table.cell());
        return Ok(());
    }
    append(&locked, map, name.value(), name.hash(), value)
}

/// Ends an entry's life. The caller holds the lock.
#[inline]
fn kill<const W: usize>(map: Ref<Hashed<W>>, table: &Table<W>, number: u32) {
    table.entry(number).kill();
    if number + 1 == table.end() {
        table.set_end(number);
    }
    let used = map.used.load(Ordering::Relaxed);
    map.used.store(used - 1, Ordering::Release);
}

/// Removes a key if `wanted` says so of the live word, and returns that.
pub(crate) fn remove<const W: usize>(
    thread: &mut Thread,
    map: Ref<Hashed<W>>,
    key: Value,
    hash: i64,
    wanted: impl Fn(Value) -> bool,
) -> PyResult<Option<Value>> {
    loop {
        let lookup = probe::find(thread, map, key, hash)?;
        if lookup.found.is_none() {
            return Ok(None);
        }
        let _locked = thread.lock_cell(&map);
        match settle(map, &lookup, key, hash) {
            Native::Found(number, live) => {
                if !wanted(live) {
                    return Ok(None);
                }
                if let Some(table) = map.table() {
                    kill(map, &table, number);
                }
                return Ok(Some(live));
            }
            Native::Absent => return Ok(None),
            Native::Unclear => {}
        }
    }
}

/// Removes the key that is this exact `str`.
pub(crate) fn remove_str(thread: &mut Thread, map: Ref<Dict>, name: Ref<Str>) -> Option<Value> {
    let _locked = thread.lock_cell(&map);
    let table = map.table()?;
    let (number, live) = probe::find_str(table, name)?;
    kill(map, &table, number);
    Some(live)
}

/// One end of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Before the first entry.
    First,
    /// Behind the last one.
    Last,
}

impl End {
    /// The entry at this end. The caller holds the lock.
    fn entry<const W: usize>(self, table: &Table<W>) -> Option<u32> {
        match self {
            Self::First => table.first_live(),
            Self::Last => table.last_live(),
        }
    }
}

/// Removes the entry at one end: its key and its live word.
pub(crate) fn remove_at<const W: usize>(
    thread: &mut Thread,
    map: Ref<Hashed<W>>,
    end: End,
) -> Option<(Value, Value)> {
    let _locked = thread.lock_cell(&map);
    let table = map.table()?;
    let number = end.entry(&table)?;
    let entry = table.entry(number);
    let live = entry.live()?;
    let key = entry.key().unwrap_or(live);
    kill(map, &table, number);
    Some((key, live))
}

/// Moves a key to one end; false if it is not there. A key that is at that end already stays, and nothing has changed.
///
/// The key gets a new entry before the old one dies: a reader finds one or the other.
pub(crate) fn move_to<const W: usize>(
    thread: &mut Thread,
    map: Ref<Hashed<W>>,
    key: Value,
    hash: i64,
    end: End,
) -> PyResult<bool> {
    loop {
        let lookup = probe::find(thread, map, key, hash)?;
        if lookup.found.is_none() {
            return Ok(false);
        }
        let locked = thread.lock_cell(&map);
        match settle(map, &lookup, key, hash) {
            Native::Found(number, live) => {
                if let Some(table) = map.table()
                    && end.entry(&table) != Some(number)
                {
                    move_entry(&locked, map, table, number, live, end)?;
                }
                return Ok(true);
            }
            Native::Absent => return Ok(false),
            Native::Unclear => {}
        }
    }
}

/// The caller holds the lock; the entry is alive.
fn move_entry<const W: usize>(
    thread: &Thread,
    map: Ref<Hashed<W>>,
    table: Ref<Table<W>>,
    number: u32,
    live: Value,
    end: End,
) -> PyResult<()> {
    let entry = table.entry(number);
    let (hash, key) = (entry.hash(), entry.key().unwrap_or(live));
    let has_room = match end {
        End::First => table.has_room_in_front(),
        End::Last => !table.is_full(),
    };
    if has_room {
        thread.record_write(table.cell());
        let is_marked = moving::begin(table.header());
        match end {
            End::First => table.push_front(hash, key, live),
            End::Last => table.push(hash, key, live),
        }
        entry.kill();
        if is_marked {
            moving::end(table.header());
        }
        return Ok(());
    }
    // As many moves as there are entries pay for the other table.
    let used = map.used.load(Ordering::Relaxed);
    let other = match end {
        End::First => Table::for_growth_in_front(thread, used)?,
        End::Last => Table::for_growth(thread, used)?,
    };
    if end == End::First {
        other.push(hash, key, live);
    }
    copy_live_range(&other, &table, 0..number);
    copy_live_range(&other, &table, number + 1..table.count());
    if end == End::Last {
        other.push(hash, key, live);
    }
    publish(thread, map, Some(other), used);
    Ok(())
}

/// Removes everything.
pub(crate) fn clear<const W: usize>(thread: &mut Thread, map: Ref<Hashed<W>>) {
    let locked = thread.lock_cell(&map);
    publish(&locked, map, None, 0);
}

/// The live entries as they are at one moment, in a table that nobody else knows; `None` if there are none.
pub(crate) fn snapshot<const W: usize>(
    thread: &mut Thread,
    map: Ref<Hashed<W>>,
) -> PyResult<Option<Ref<Table<W>>>> {
    if !map.is_own(thread) {
        for _ in 0..COPY_TRIES {
            let Some(table) = map.table() else {
                return Ok(None);
            };
            if let Some(copy) = copy_unlocked(thread, map, table)? {
                return Ok((copy.count() > 0).then_some(copy));
            }
        }
    }
    let locked = thread.lock_cell(&map);
    let used = map.len();
    let Some(table) = map.table().filter(|_| used > 0) else {
        return Ok(None);
    };
    if used == table.count() as usize {
        let copy = Table::new(&locked, table.log2())?;
        copy.copy_whole(&table);
        return Ok(Some(copy));
    }
    let copy = Table::for_entries(&locked, used)?;
    copy_live(&copy, &table, table.count());
    Ok(Some(copy))
}

/// A copy made without the lock; `None` if the container changed meanwhile.
fn copy_unlocked<const W: usize>(
    thread: &Thread,
    map: Ref<Hashed<W>>,
    table: Ref<Table<W>>,
) -> PyResult<Option<Ref<Table<W>>>> {
    let Some(version) = moving::version(table.header()) else {
        return Ok(None);
    };
    let count = table.count();
    // No entry comes back to life, so those below `count` become no more.
    let copy = Table::for_entries(thread, table.live_count())?;
    let mut numbers = 0..count;
    for number in numbers.by_ref() {
        let entry = table.entry(number);
        let Some(live) = entry.live() else { continue };
        if copy.is_full() {
            return Ok(None);
        }
        copy.push(entry.hash(), entry.key().unwrap_or(live), live);
    }
    let mut copied = 0;
    for number in 0..count {
        let live = table.entry(number).live();
        let Some(live) = live else { continue };
        if copied == copy.count() || copy.entry(copied).live() != Some(live) {
            return Ok(None);
        }
        copied += 1;
    }
    let is_same = copied == copy.count()
        && moving::is_same(table.header(), version)
        && map.table() == Some(table)
        && table.count() == count;
    Ok(is_same.then_some(copy))
}

/// Makes a table that nobody else knows, without dead entries, the table of a container that nobody else knows.
pub(crate) fn adopt<const W: usize>(thread: &Thread, map: Ref<Hashed<W>>, table: Ref<Table<W>>) {
    forget_keys(map);
    publish(thread, map, Some(table), table.count() as usize);
}

/// Makes a table that nobody else knows, without dead entries, the table of an empty container; false if it is not empty.
pub(crate) fn adopt_if_empty<const W: usize>(
    thread: &mut Thread,
    map: Ref<Hashed<W>>,
    table: Ref<Table<W>>,
) -> bool {
    let locked = thread.lock_cell(&map);
    let is_empty = map.is_empty();
    if is_empty {
        adopt(&locked, map, table);
    }
    is_empty
}

/// A container's state: it was changed since if it is not the same any more. (A dict's values may have been replaced.)
///
/// A new key, and a key moved behind, changes the table or the number of its entries; a key moved to the front, the table or its front; a removal, the length.
pub(crate) type State<const W: usize> = (Option<Ref<Table<W>>>, u32, u32, usize);

/// The container's state.
pub(crate) fn state_of<const W: usize>(map: Ref<Hashed<W>>) -> State<W> {
    let table = map.table();
    let (count, front) = table.map_or((0, 0), |table| (table.count(), table.front()));
    (table, count, front, map.len())
}

/// Gives the container the table of `other`, which nobody else knows, if its state is still `state`.
pub(crate) fn replace_if_same<const W: usize>(
    thread: &mut Thread,
    map: Ref<Hashed<W>>,
    state: State<W>,
    other: Ref<Hashed<W>>,
) -> bool {
    let locked = thread.lock_cell(&map);
    let is_same = state_of(map) == state;
    if is_same {
        forget_keys(map);
        publish(&locked, map, other.table(), other.len());
    }
    is_same
}

/// What [`change_many`] does with each key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Inserts it.
    Insert(Policy),
    /// Removes it if it is there, else inserts it.
    Toggle,
}

/// Takes the entries of `source`, which nobody else knows and which has no dead ones, from number `first` on: at one moment for other threads, as far as
/// that goes without Python and without a long stretch under the lock. The number of the first entry that is left.
pub(crate) fn change_many<const W: usize>(
    thread: &mut Thread,
    map: Ref<Hashed<W>>,
    source: Ref<Table<W>>,
    first: u32,
    step: Step,
) -> PyResult<u32> {
    let locked = thread.lock_cell(&map);
    let last = source
        .count()
        .min(first.saturating_add(POLL_INTERVAL as u32));
    let is_marked = map
        .table()
        .is_some_and(|table| moving::begin(table.header()));
    let mut number = first;
    let mut result = Ok(());
    while number < last {
        let entry = source.entry(number);
        let Some(live) = entry.live() else {
            number += 1;
            continue;
        };
        let (key, hash) = (entry.key().unwrap_or(live), entry.hash());
        match (probe::find_native(map.table(), key, hash), step) {
            (Native::Found(place, _), Step::Toggle) => {
                if let Some(table) = map.table() {
                    kill(map, &table, place);
                }
            }
            (Native::Found(place, _), Step::Insert(Policy::Replace)) => {
                if let Some(table) = map.table() {
                    table.entry(place).set_value(live);
                    locked.record_write(table.cell());
                }
            }
            (Native::Found(..), Step::Insert(Policy::Keep)) => {}
            (Native::Absent, _) => {
                result = append(&locked, map, key, hash, live);
                if result.is_err() {
                    break;
                }
            }
            (Native::Unclear, _) => break,
        }
        number += 1;
    }
    if is_marked && let Some(table) = map.table() {
        moving::end(table.header());
    }
    result.map(|()| number)
}

/// `dict.update(dict)`
pub(crate) fn merge(
    thread: &mut Thread,
    map: Ref<Dict>,
    from: Ref<Dict>,
    replace: bool,
) -> PyResult<()> {
    if map == from {
        return Ok(());
    }
    let Some(source) = snapshot(thread, from)? else {
        return Ok(());
    };
    if map.is_empty() && adopt_if_empty(thread, map, source) {
        return Ok(());
    }
    let policy = if replace {
        Policy::Replace
    } else {
        Policy::Keep
    };
    let before = (from.table(), from.len());
    let mut number = 0;
    while number < source.count() {
        number = change_many(thread, map, source, number, Step::Insert(policy))?;
        if number == source.count() {
            break;
        }
        let entry = source.entry(number);
        number += 1;
        let (Some(key), Some(value)) = (entry.key(), entry.live()) else {
            continue;
        };
        insert(thread, map, key, entry.hash(), value, policy)?;
        // Only what Python code does in a comparison counts: other threads may change `from` as they like.
        if key.class().has_flag(flags::HEAP) && before != (from.table(), from.len()) {
            return Err(thread.runtime_error("dict mutated during update"));
        }
        thread.poll()?;
    }
    Ok(())
}
