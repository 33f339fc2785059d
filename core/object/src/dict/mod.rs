//! `dict`: a compact, insertion-ordered hash table that is read without a lock. `set` is built of the same parts.
//!
//! | what | where |
//! |---|---|
//! | the table: an index and append-only entries | [`table`] |
//! | finding a key, with and without Python's `__eq__` | [`probe`] |
//! | insertion, removal, copies | [`change`] |
//! | reading a table from one end to the other | [`cursor`] |
//! | `OrderedDict` and its iterator: their layout | [`ordered`] |
//! | views and iterators: their layout, and an iterator's step | [`view`] |
//!
//! [`Hashed`] is the object: `Hashed<3>` is `dict` (an entry is hash, key, value), `Hashed<2>` is `set` (hash, key).
//!
//! ## Protocol
//! - Readers load the table and read it; they take no lock and write nothing. See [`table`] for why they cannot see a
//!   key with another key's value.
//! - A change looks the key up without a lock (which may run `__eq__`), then takes the lock, makes sure that the answer still
//!   stands, and changes the table. If the answer does not stand and only Python could say, it begins again.
//!
//! ## Invariants
//! - Under the lock, `used` is the number of live entries of the table; a reader may see it a moment later than the table.
//! - `extra` of a dict: the version of its set of keys, 0 if there is none. It becomes 0 before a new key is
//!   published, and is given only under the lock, so who reads version v twice knows that no key came between.
//!   Of a frozenset: the cached hash.
//! - All zeroes are an empty container.

pub mod change;
pub mod cursor;
pub mod ordered;
pub mod probe;
pub mod table;
pub mod view;

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Size, Trace};
use grwl_threads::sync::{AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use grwl_value::Value;

use crate::cell::{Cell, Ref, ValueExt};
use crate::result::PyResult;
use crate::string::Str;
use crate::thread::Thread;
use crate::type_object::{TypeObject, flags};
use crate::types;

pub use change::{End, Outcome};
pub use cursor::Cursor;
pub use table::DICT_TABLE_CELL as TABLE_CELL;

use change::Policy;

/// The table of a dict.
pub type Table = table::Table<3>;

/// A hash table as an object. See the module's head.
#[repr(C)]
pub struct Hashed<const W: usize> {
    header: Header,
    table: AtomicPtr<table::Table<W>>,
    used: AtomicUsize,
    extra: AtomicU64,
}

/// A dict.
pub type Dict = Hashed<3>;

/// The heap's view of dicts.
pub static DICT_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: Dict::TABLE_OFFSET as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<Dict>()),
    drop: None,
    name: "dict",
};

// SAFETY: repr(C), begins with a header; the fields are atomic.
unsafe impl Cell for Dict {
    const FLAG: u64 = flags::DICT;
    fn type_object() -> &'static TypeObject {
        &types::DICT
    }
}

impl<const W: usize> Hashed<W> {
    /// Where the table's pointer lies.
    pub(crate) const TABLE_OFFSET: usize = offset_of!(Self, table);

    pub(crate) fn with_header(header: Header) -> Self {
        Self {
            header,
            table: AtomicPtr::new(std::ptr::null_mut()),
            used: AtomicUsize::new(0),
            extra: AtomicU64::new(0),
        }
    }

    /// The present table; an empty container may have none.
    #[inline(always)]
    pub fn table(&self) -> Option<Ref<table::Table<W>>> {
        // Acquire: partner is the Release in `publish`.
        let table = self.table.load(Ordering::Acquire);
        // SAFETY: null, or a table, which the collector keeps for as long as somebody holds the pointer.
        std::ptr::NonNull::new(table).map(|table| unsafe { Ref::from_cell(table.cast()) })
    }

    /// How many elements there are.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.used.load(Ordering::Acquire)
    }

    /// Are there none?
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of the object and its table, for `__sizeof__`.
    pub fn size_in_bytes(&self) -> usize {
        size_of::<Self>() + self.table().map_or(0, |table| table.size_in_bytes())
    }

    /// The word beside the table: see the module's head.
    #[inline(always)]
    pub(crate) fn extra(&self) -> &AtomicU64 {
        &self.extra
    }
}

/// The version that the next set of keys is given.
static NEXT_KEYS_VERSION: AtomicU32 = AtomicU32::new(1);

impl Dict {
    /// A new empty dict.
    #[inline]
    pub fn new(thread: &Thread) -> Ref<Self> {
        // SAFETY: the class is `dict` itself.
        unsafe { thread.new_cell(&types::DICT, Self::with_header) }
    }

    /// A new dict with room for `n` keys (or without, if there is no memory: the first insertion will say so).
    pub fn with_capacity(thread: &Thread, n: usize) -> Ref<Self> {
        let dict = Self::new(thread);
        if n > 0
            && let Ok(table) = table::Table::for_entries(thread, n)
        {
            dict.table.store(table.as_ptr(), Ordering::Release);
        }
        dict
    }

    /// What belongs to an exact `str`. Takes no lock and runs no Python code: of the dict's keys only exact strings are compared.
    #[inline]
    pub fn get_str(&self, name: Ref<Str>) -> Option<Value> {
        let table = self.table()?;
        probe::find_str(table, name).map(|(_, value)| value)
    }

    /// Where the entry with this very string, or an equal one, lies just now: for [`at_hint`](Self::at_hint).
    #[inline]
    pub fn hint(&self, name: Ref<Str>) -> Option<u32> {
        let table = self.table()?;
        let (entry, _) = probe::find_str(table, name)?;
        (table.entry(entry).key() == Some(name.value())).then_some(entry)
    }

    /// The value at a hint, if the entry there still has this very string as its key.
    #[inline(always)]
    pub fn at_hint(&self, hint: u32, name: Ref<Str>) -> Option<Value> {
        let table = self.table()?;
        if hint >= table.count() {
            return None;
        }
        let entry = table.entry(hint);
        // The value first: the key of a dead entry is not looked at.
        let value = entry.live()?;
        (entry.key() == Some(name.value())).then_some(value)
    }

    /// The version of the set of keys, if it has one.
    #[inline(always)]
    pub fn peek_keys_version(&self) -> u32 {
        // Acquire: partner is the Release in `keys_version`; who sees it and then looks at the table sees no newer key
        // than the version covers, because the version becomes 0 first.
        self.extra.load(Ordering::Acquire) as u32
    }

    /// The last entry: what `popitem` would take.
    pub fn last_item(&self) -> Option<(Value, Value)> {
        let table = self.table()?;
        (0..table.end()).rev().find_map(|index| {
            let entry = table.entry(index);
            let value = entry.live()?;
            Some((entry.key()?, value))
        })
    }
}

impl<const W: usize> Ref<Hashed<W>> {
    /// Is the container biased to this thread, so that its lock costs nothing?
    #[inline]
    pub(crate) fn is_own(self, thread: &Thread) -> bool {
        self.header().lock.is_biased_to(thread.mutator())
    }
}

impl Ref<Dict> {
    /// What belongs to `key`.
    ///
    /// # Errors
    /// What hashing or comparing raises.
    #[inline]
    pub fn get(self, thread: &mut Thread, key: Value) -> PyResult<Option<Value>> {
        let hash = hash_key(thread, key)?;
        self.get_hashed(thread, key, hash)
    }

    /// As [`get`](Self::get), with the hash known.
    ///
    /// # Errors
    /// What comparing raises.
    #[inline]
    pub fn get_hashed(self, thread: &mut Thread, key: Value, hash: i64) -> PyResult<Option<Value>> {
        let lookup = probe::find(thread, self, key, hash)?;
        Ok(lookup.found.map(|(_, value)| value))
    }

    /// Is there such a key?
    ///
    /// # Errors
    /// What hashing or comparing raises.
    pub fn contains(self, thread: &mut Thread, key: Value) -> PyResult<bool> {
        Ok(self.get(thread, key)?.is_some())
    }

    /// `dict[key] = value`
    ///
    /// # Errors
    /// What hashing or comparing raises; `MemoryError`.
    #[inline]
    pub fn insert(self, thread: &mut Thread, key: Value, value: Value) -> PyResult<()> {
        let hash = hash_key(thread, key)?;
        self.insert_hashed(thread, key, value, hash)
    }

    /// As [`insert`](Self::insert), with the hash known.
    ///
    /// # Errors
    /// What comparing raises; `MemoryError`.
    #[inline]
    pub fn insert_hashed(
        self,
        thread: &mut Thread,
        key: Value,
        value: Value,
        hash: i64,
    ) -> PyResult<()> {
        change::insert(thread, self, key, hash, value, Policy::Replace).map(|_| ())
    }

    /// `setdefault`: what the key has, or `value` if it had nothing.
    ///
    /// # Errors
    /// What hashing or comparing raises; `MemoryError`.
    pub fn insert_new(self, thread: &mut Thread, key: Value, value: Value) -> PyResult {
        match self.insert_absent(thread, key, value)? {
            Outcome::Existing(existing) => Ok(existing),
            Outcome::New => Ok(value),
        }
    }

    /// As [`insert_absent`](Self::insert_absent), with the hash known.
    ///
    /// # Errors
    /// What comparing raises; `MemoryError`.
    pub fn insert_absent_hashed(
        self,
        thread: &mut Thread,
        key: Value,
        value: Value,
        hash: i64,
    ) -> PyResult<Outcome> {
        change::insert(thread, self, key, hash, value, Policy::Keep)
    }

    /// Inserts if there is no such key, and says which it was.
    ///
    /// # Errors
    /// What hashing or comparing raises; `MemoryError`.
    pub fn insert_absent(self, thread: &mut Thread, key: Value, value: Value) -> PyResult<Outcome> {
        let hash = hash_key(thread, key)?;
        change::insert(thread, self, key, hash, value, Policy::Keep)
    }

    /// `dict[name] = value` for an exact `str`; runs no Python code.
    ///
    /// # Errors
    /// `MemoryError`.
    #[inline]
    pub fn set_str(self, thread: &mut Thread, name: Ref<Str>, value: Value) -> PyResult<()> {
        change::insert_str(thread, self, name, value)
    }

    /// Removes the entry of an exact `str` and returns its value; runs no Python code.
    ///
    /// # Errors
    /// None so far: as its neighbours.
    pub fn remove_str(self, thread: &mut Thread, name: Ref<Str>) -> PyResult<Option<Value>> {
        Ok(change::remove_str(thread, self, name))
    }

    /// Removes the entry of `key` and returns its value.
    ///
    /// # Errors
    /// What hashing or comparing raises.
    pub fn remove(self, thread: &mut Thread, key: Value) -> PyResult<Option<Value>> {
        let hash = hash_key(thread, key)?;
        self.remove_hashed(thread, key, hash)
    }

    /// As [`remove`](Self::remove), with the hash known.
    ///
    /// # Errors
    /// What comparing raises.
    pub fn remove_hashed(
        self,
        thread: &mut Thread,
        key: Value,
        hash: i64,
    ) -> PyResult<Option<Value>> {
        change::remove(thread, self, key, hash, |_| true)
    }

    /// Removes the entry of `key` if `wanted` says so of its value. `wanted` is called under the lock.
    ///
    /// # Errors
    /// What hashing or comparing raises.
    pub fn remove_if(
        self,
        thread: &mut Thread,
        key: Value,
        wanted: impl Fn(Value) -> bool,
    ) -> PyResult<Option<Value>> {
        let hash = hash_key(thread, key)?;
        change::remove(thread, self, key, hash, wanted)
    }

    /// Removes the last entry.
    pub fn pop_last(self, thread: &mut Thread) -> Option<(Value, Value)> {
        self.pop_at(thread, End::Last)
    }

    /// Removes the first or the last entry.
    pub fn pop_at(self, thread: &mut Thread, end: End) -> Option<(Value, Value)> {
        change::remove_at(thread, self, end)
    }

    /// Moves a key to one end of the dict: for other threads it is always there. False if there is no such key.
    ///
    /// # Errors
    /// What comparing raises; `MemoryError`.
    pub fn move_to(self, thread: &mut Thread, key: Value, hash: i64, end: End) -> PyResult<bool> {
        change::move_to(thread, self, key, hash, end)
    }

    /// Removes everything.
    pub fn clear(self, thread: &mut Thread) {
        change::clear(thread, self);
    }

    /// A new dict with the same entries, as they are at one moment.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn copy(self, thread: &mut Thread) -> PyResult<Ref<Dict>> {
        let copy = Dict::new(thread);
        self.copy_into(thread, copy)?;
        Ok(copy)
    }

    /// Gives `copy`, which nobody else knows yet, the same entries.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn copy_into(self, thread: &mut Thread, copy: Ref<Dict>) -> PyResult<()> {
        if let Some(table) = change::snapshot(thread, self)? {
            change::adopt(thread, copy, table);
        }
        Ok(())
    }

    /// Inserts all entries of another dict, as they are at one moment. Without `replace` keys that are there keep their values.
    ///
    /// # Errors
    /// What comparing raises; `MemoryError`; `RuntimeError` if a comparison changes `from`.
    pub fn merge(self, thread: &mut Thread, from: Ref<Dict>, replace: bool) -> PyResult<()> {
        change::merge(thread, self, from, replace)
    }

    /// The entries as they are at one moment.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn snapshot(self, thread: &mut Thread) -> PyResult<Cursor> {
        Ok(Cursor::new(change::snapshot(thread, self)?))
    }

    /// Reads the table as it is now. Later changes of values and removals may be seen, new keys are not.
    #[inline]
    pub fn cursor(self) -> Cursor {
        Cursor::new(self.table())
    }

    /// The version of the set of keys, given now if there is none. As long as the dict has this version no key comes that
    /// was not there. 0: the versions are used up.
    pub fn keys_version(self, thread: &mut Thread) -> u32 {
        let known = self.peek_keys_version();
        if known != 0 {
            return known;
        }
        let _locked = thread.lock_cell(&self);
        let known = self.peek_keys_version();
        if known != 0 {
            return known;
        }
        let next = NEXT_KEYS_VERSION.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
            (next != 0).then(|| next.wrapping_add(1))
        });
        let version = next.unwrap_or(0);
        // Release: partner is the Acquire in `peek_keys_version`.
        self.extra.store(u64::from(version), Ordering::Release);
        version
    }

    /// Stores a value at a hint; false if the entry there has not this very string as its key.
    #[inline]
    pub fn store_at_hint(
        self,
        thread: &mut Thread,
        hint: u32,
        name: Ref<Str>,
        value: Value,
    ) -> bool {
        let locked = thread.lock_cell(&self);
        let Some(table) = self.table() else {
            return false;
        };
        if hint >= table.count() {
            return false;
        }
        let entry = table.entry(hint);
        if entry.live().is_none() || entry.key() != Some(name.value()) {
            return false;
        }
        entry.set_value(value);
        locked.record_write(table.cell());
        true
    }
}

/// A dict, or an instance of a subclass, that is iterated as one, so that its table may be read instead; or exactly an `OrderedDict`, whose order is the
/// table's.
pub fn as_plain(value: Value) -> Option<Ref<Dict>> {
    let dict = value.downcast::<Dict>()?;
    let iter = crate::slots::ITER.index();
    let class = value.class();
    if class.slots().raw(iter) == types::DICT.slots().raw(iter) {
        return Some(dict);
    }
    let is_ordered = std::ptr::eq(class.as_ptr(), &raw const ordered::ORDERED_DICT);
    is_ordered.then(|| ordered::as_iterated(value)).flatten()
}

/// The hash of a key of a dict.
///
/// # Errors
/// What hashing raises; a plain `TypeError` names the key.
#[inline]
pub fn hash_key(thread: &mut Thread, key: Value) -> PyResult<i64> {
    if let Some(string) = key.downcast_exact::<Str>() {
        return Ok(string.hash());
    }
    probe::hash_for(thread, key, "a dict key")
}
