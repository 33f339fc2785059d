//! Publication: containers that a writer grows under its lock while readers go without any.
//!
//! The two containers here are the rules of DESIGN.md section 5 for `list` and
//! `dict` and nothing else: what the object model may rely on.
#![cfg(loom)]

use std::sync::Arc;

use grwl_threads::sync::weaken;
use grwl_threads::sync::{AtomicPtr, AtomicUsize, Mutex, Ordering, UnsafeCell};
use loom_tests::{Weakening, check, fails_without, spawn_detached};

fn publish() -> Ordering {
    weaken::ordering(Weakening::Publish, Ordering::Release)
}

/// What a slot or an entry leads to: a value that is written once, before it is published.
struct Cell(UnsafeCell<usize>);

// SAFETY: written before publication only; loom checks it.
unsafe impl Sync for Cell {}
// SAFETY: as above.
unsafe impl Send for Cell {}

impl Cell {
    fn leak(heap: &Heap, value: usize) -> *mut Cell {
        let cell = Cell(UnsafeCell::new(0));
        // SAFETY: not yet published. (Loom does not count the creation as a write.)
        cell.0.with_mut(|slot| unsafe { *slot = value });
        heap.keep(cell)
    }

    fn read(&self) -> usize {
        // SAFETY: nobody writes after publication.
        self.0.with(|value| unsafe { *value })
    }
}

/// Keeps everything until the model's end, as the collector does for late readers.
#[expect(clippy::vec_box, reason = "what is published must not move")]
struct Heap {
    cells: Mutex<Vec<Box<Cell>>>,
    storages: Mutex<Vec<Box<Storage>>>,
    tables: Mutex<Vec<Box<Table>>>,
}

impl Heap {
    fn new() -> Self {
        Self {
            cells: Mutex::new(Vec::new()),
            storages: Mutex::new(Vec::new()),
            tables: Mutex::new(Vec::new()),
        }
    }

    fn keep(&self, cell: Cell) -> *mut Cell {
        let mut cells = self.cells.lock();
        cells.push(Box::new(cell));
        std::ptr::from_mut(cells.last_mut().expect("just pushed"))
    }

    fn keep_storage(&self, storage: Storage) -> *mut Storage {
        let mut storages = self.storages.lock();
        storages.push(Box::new(storage));
        std::ptr::from_mut(storages.last_mut().expect("just pushed"))
    }

    fn keep_table(&self, table: Table) -> *mut Table {
        let mut tables = self.tables.lock();
        tables.push(Box::new(table));
        std::ptr::from_mut(tables.last_mut().expect("just pushed"))
    }
}

/// A list's storage: the capacity lies with the slots, so one pointer publishes both.
struct Storage {
    slots: Vec<AtomicPtr<Cell>>,
}

impl Storage {
    fn with_capacity(capacity: usize) -> Self {
        Self {
            slots: (0..capacity)
                .map(|_| AtomicPtr::new(std::ptr::null_mut()))
                .collect(),
        }
    }
}

/// A list: one writer at a time (its lock is not modelled here), readers without a lock.
struct List {
    heap: Heap,
    storage: AtomicPtr<Storage>,
    length: AtomicUsize,
}

impl List {
    fn with_capacity(capacity: usize) -> Self {
        let heap = Heap::new();
        let storage = AtomicPtr::new(heap.keep_storage(Storage::with_capacity(capacity)));
        Self {
            heap,
            storage,
            length: AtomicUsize::new(0),
        }
    }

    /// The writer.
    fn append(&self, value: usize) {
        let length = self.length.load(Ordering::Relaxed);
        // SAFETY: storages live as long as the heap; we are the writer.
        let mut storage = unsafe { &*self.storage.load(Ordering::Relaxed) };
        if length == storage.slots.len() {
            let larger = Storage::with_capacity(length * 2);
            for (new, old) in larger.slots.iter().zip(&storage.slots) {
                new.store(old.load(Ordering::Relaxed), Ordering::Relaxed);
            }
            let larger = self.heap.keep_storage(larger);
            // Release: partner is the reader's Acquire of the storage.
            self.storage.store(larger, publish());
            // SAFETY: as above.
            storage = unsafe { &*larger };
        }
        // Release: partner is the reader's Acquire of the slot.
        storage.slots[length].store(Cell::leak(&self.heap, value), publish());
        // Release: partner is the reader's Acquire of the length.
        self.length.store(length + 1, publish());
    }

    /// The writer: the last element.
    fn pop(&self) {
        let length = self.length.load(Ordering::Relaxed) - 1;
        // SAFETY: as in `append`.
        let storage = unsafe { &*self.storage.load(Ordering::Relaxed) };
        self.length.store(length, publish());
        storage.slots[length].store(std::ptr::null_mut(), publish());
    }

    /// A reader: `None` is IndexError.
    fn get(&self, index: usize) -> Option<usize> {
        // Acquire: partner is the Release in `append`.
        // SAFETY: published storages live as long as the heap.
        let storage = unsafe { &*self.storage.load(Ordering::Acquire) };
        // Read the storage, then the length, and check against both.
        let length = self.length.load(Ordering::Acquire);
        if index >= length || index >= storage.slots.len() {
            return None;
        }
        let cell = storage.slots[index].load(Ordering::Acquire);
        // SAFETY: published cells live as long as the heap.
        unsafe { cell.as_ref() }.map(Cell::read)
    }
}

fn growing_list() {
    let list = Arc::new(List::with_capacity(1));
    let writer = spawn_detached({
        let list = list.clone();
        move || {
            list.append(10);
            list.append(11);
            list.pop();
            list.append(21);
        }
    });
    let first = list.get(0);
    assert!(matches!(first, None | Some(10)), "{first:?}");
    let second = list.get(1);
    assert!(matches!(second, None | Some(11 | 21)), "{second:?}");
    writer.join().expect("writer");
    assert_eq!(list.get(1), Some(21));
}

#[test]
fn list_read_while_it_grows() {
    check(growing_list);
}

#[test]
#[should_panic = "Causality violation"]
fn list_published_relaxed() {
    fails_without(Weakening::Publish, growing_list);
}

/// One entry of a compact table. The key is written before the index leads to the
/// entry; afterwards only the value changes.
struct Entry {
    key: UnsafeCell<usize>,
    value: AtomicPtr<Cell>,
}

/// A table: an index (here as long as the entries, hashed by the key's remainder)
/// that leads to entries, which are only ever appended.
struct Table {
    index: Vec<AtomicUsize>,
    entries: Vec<Entry>,
    used: AtomicUsize,
}

// SAFETY: a key is written before its entry is published; loom checks it.
unsafe impl Sync for Table {}
// SAFETY: as above.
unsafe impl Send for Table {}

const EMPTY: usize = 0;

impl Table {
    fn with_capacity(capacity: usize) -> Self {
        Self {
            index: (0..capacity).map(|_| AtomicUsize::new(EMPTY)).collect(),
            entries: (0..capacity)
                .map(|_| Entry {
                    key: UnsafeCell::new(0),
                    value: AtomicPtr::new(std::ptr::null_mut()),
                })
                .collect(),
            used: AtomicUsize::new(0),
        }
    }

    /// The entry with this key.
    fn find(&self, key: usize) -> Option<&Entry> {
        let mask = self.index.len() - 1;
        let mut probe = key & mask;
        for _ in 0..=mask {
            // Acquire: partner is the Release in `append`.
            let place = self.index[probe].load(Ordering::Acquire);
            if place == EMPTY {
                return None;
            }
            let entry = &self.entries[place - 1];
            // SAFETY: the index led here, so the key is written for good.
            if entry.key.with(|stored| unsafe { *stored }) == key {
                return Some(entry);
            }
            probe = (probe + 1) & mask;
        }
        None
    }

    /// The writer: a new entry; false if the table is full.
    fn append(&self, key: usize, value: *mut Cell) -> bool {
        let used = self.used.load(Ordering::Relaxed);
        if used == self.entries.len() {
            return false;
        }
        let entry = &self.entries[used];
        // SAFETY: no index leads to this entry yet.
        entry.key.with_mut(|slot| unsafe { *slot = key });
        // Release: partner is the Acquire in `Dict::get`.
        entry.value.store(value, publish());
        let mask = self.index.len() - 1;
        let mut probe = key & mask;
        while self.index[probe].load(Ordering::Relaxed) != EMPTY {
            probe = (probe + 1) & mask;
        }
        // Release: partner is the Acquire in `find`.
        self.index[probe].store(used + 1, publish());
        self.used.store(used + 1, Ordering::Relaxed);
        true
    }
}

/// A dict: one writer at a time, readers without a lock and without retries.
struct Dict {
    heap: Heap,
    table: AtomicPtr<Table>,
}

impl Dict {
    fn with_capacity(capacity: usize) -> Self {
        let heap = Heap::new();
        let table = AtomicPtr::new(heap.keep_table(Table::with_capacity(capacity)));
        Self { heap, table }
    }

    fn table(&self) -> &Table {
        // SAFETY: published tables live as long as the heap. Acquire: partner is
        // the Release in `insert`.
        unsafe { &*self.table.load(Ordering::Acquire) }
    }

    /// The writer.
    fn insert(&self, key: usize, value: usize) {
        let value = Cell::leak(&self.heap, value);
        let table = self.table();
        if let Some(entry) = table.find(key) {
            // Release: partner is the Acquire in `get`.
            entry.value.store(value, publish());
        } else if !table.append(key, value) {
            let larger = Table::with_capacity(table.entries.len() * 2);
            for entry in &table.entries {
                let old = entry.value.load(Ordering::Relaxed);
                if !old.is_null() {
                    // SAFETY: we are the writer; used entries do not change.
                    larger.append(entry.key.with(|stored| unsafe { *stored }), old);
                }
            }
            larger.append(key, value);
            let larger = self.heap.keep_table(larger);
            // Release: partner is the Acquire in `table`.
            self.table.store(larger, publish());
        }
    }

    /// The writer: only the value goes, the entry stays.
    fn remove(&self, key: usize) {
        if let Some(entry) = self.table().find(key) {
            entry.value.store(std::ptr::null_mut(), publish());
        }
    }

    /// A reader.
    fn get(&self, key: usize) -> Option<usize> {
        let entry = self.table().find(key)?;
        // Acquire: partner is the Release of the value.
        let cell = entry.value.load(Ordering::Acquire);
        // SAFETY: published cells live as long as the heap.
        unsafe { cell.as_ref() }.map(Cell::read)
    }
}

fn growing_dict() {
    let dict = Arc::new(Dict::with_capacity(2));
    dict.insert(0, 100);
    let writer = spawn_detached({
        let dict = dict.clone();
        move || {
            // The same slot of the index as key 0; then a removal; then a larger table.
            dict.insert(2, 102);
            dict.remove(0);
            dict.insert(4, 104);
        }
    });
    // Never another key's value.
    let zero = dict.get(0);
    assert!(matches!(zero, None | Some(100)), "{zero:?}");
    let two = dict.get(2);
    assert!(matches!(two, None | Some(102)), "{two:?}");
    let four = dict.get(4);
    assert!(matches!(four, None | Some(104)), "{four:?}");
    if four.is_some() {
        assert_eq!(dict.get(2), Some(102), "a key was lost on the way");
    }
    writer.join().expect("writer");
    assert_eq!(dict.get(0), None);
    assert_eq!(dict.get(2), Some(102));
    assert_eq!(dict.get(4), Some(104));
}

#[test]
fn dict_read_while_it_grows() {
    check(growing_dict);
}

#[test]
#[should_panic = "Causality violation"]
fn dict_published_relaxed() {
    fails_without(Weakening::Publish, growing_dict);
}
