//! A key that moves to another place in a dict (`OrderedDict.move_to_end`), beside a reader that looks it up and one that copies the table.
//!
//! The rules of `core/object/src/dict/table.rs` and `moving.rs` and nothing else: the key has its new entry before the old one dies, so a reader finds one
//! or the other; and the table is marked meanwhile, so a copy has it once.
#![cfg(loom)]

use std::sync::Arc;

use grwl_threads::sync::weaken;
use grwl_threads::sync::{AtomicU32, AtomicUsize, Ordering, UnsafeCell, fence};
use loom_tests::{Weakening, check, fails_without, spawn_detached};

const KEY: usize = 7;
const ENTRIES: usize = 3;

/// An entry: the key never changes once the index leads here; a live word of 0 is dead.
struct Entry {
    key: UnsafeCell<usize>,
    live: AtomicUsize,
}

/// A table of which only the path of one hash is modelled: the places one after the other.
struct Table {
    mark: AtomicU32,
    count: AtomicUsize,
    places: Vec<AtomicUsize>,
    entries: Vec<Entry>,
}

// SAFETY: a key is written before its entry is published; loom checks it.
unsafe impl Sync for Table {}
// SAFETY: as above.
unsafe impl Send for Table {}

impl Table {
    fn new() -> Self {
        Self {
            mark: AtomicU32::new(0),
            count: AtomicUsize::new(0),
            places: (0..=ENTRIES).map(|_| AtomicUsize::new(0)).collect(),
            entries: (0..ENTRIES)
                .map(|_| Entry {
                    key: UnsafeCell::new(0),
                    live: AtomicUsize::new(0),
                })
                .collect(),
        }
    }

    /// The writer.
    fn push(&self, key: usize, value: usize) {
        let number = self.count.load(Ordering::Relaxed);
        let entry = &self.entries[number];
        // SAFETY: nothing leads to this entry yet.
        entry.key.with_mut(|slot| unsafe { *slot = key });
        entry.live.store(value, Ordering::Release);
        self.count.store(number + 1, Ordering::Release);
        let free = self
            .places
            .iter()
            .find(|place| place.load(Ordering::Relaxed) == 0);
        free.expect("there is room")
            .store(number + 1, Ordering::Release);
    }

    /// The writer.
    fn move_to_end(&self, number: usize) {
        let value = self.entries[number].live.load(Ordering::Relaxed);
        let marks = !weaken::active(Weakening::MoveUnmarked);
        let kills_first = weaken::active(Weakening::MoveKillsFirst);
        let version = self.mark.load(Ordering::Relaxed);
        if marks {
            self.mark.store(version + 1, Ordering::Relaxed);
            fence(Ordering::Release);
        }
        if kills_first {
            self.entries[number].live.store(0, Ordering::Release);
        }
        self.push(KEY, value);
        self.entries[number].live.store(0, Ordering::Release);
        if marks {
            self.mark.store(version + 2, Ordering::Release);
        }
    }

    /// A reader that looks the key up.
    fn get(&self) -> Option<usize> {
        for place in &self.places {
            let number = place.load(Ordering::Acquire).checked_sub(1)?;
            let entry = &self.entries[number];
            let live = entry.live.load(Ordering::Acquire);
            // SAFETY: the index led here, so the key is written for good.
            if live != 0 && entry.key.with(|key| unsafe { *key }) == KEY {
                return Some(live);
            }
        }
        None
    }

    /// A reader that copies the table: how often it found the key; `None` if the table changed meanwhile.
    fn copy(&self) -> Option<usize> {
        let version = self.mark.load(Ordering::Acquire);
        if version & 1 != 0 {
            return None;
        }
        let count = self.count.load(Ordering::Acquire);
        let found = self.entries[..count]
            .iter()
            .filter(|entry| entry.live.load(Ordering::Acquire) != 0)
            .count();
        fence(Ordering::Acquire);
        let is_same = self.mark.load(Ordering::Relaxed) == version
            && self.count.load(Ordering::Acquire) == count;
        is_same.then_some(found)
    }
}

fn moving_key(read: fn(&Table)) {
    let table = Arc::new(Table::new());
    table.push(KEY, 100);
    let writer = spawn_detached({
        let table = table.clone();
        move || {
            table.move_to_end(0);
            table.move_to_end(1);
        }
    });
    read(&table);
    writer.join().expect("writer");
    assert_eq!(table.get(), Some(100));
    assert_eq!(table.copy(), Some(1));
}

fn look_up() {
    moving_key(|table| assert_eq!(table.get(), Some(100), "the key is always there"));
}

fn copy() {
    moving_key(|table| {
        assert!(
            matches!(table.copy(), None | Some(1)),
            "the key is there once"
        )
    });
}

#[test]
fn key_looked_up_while_it_moves() {
    check(look_up);
}

#[test]
fn table_copied_while_a_key_moves() {
    check(copy);
}

#[test]
#[should_panic = "the key is always there"]
fn old_entry_dies_first() {
    fails_without(Weakening::MoveKillsFirst, look_up);
}

#[test]
#[should_panic = "the key is there once"]
fn table_not_marked() {
    fails_without(Weakening::MoveUnmarked, copy);
}
