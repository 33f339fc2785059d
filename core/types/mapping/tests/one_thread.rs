//! The table against a plain model: order, removals, growth, hints, versions; and keys that only their own comparison can tell apart.

use std::sync::atomic::{AtomicUsize, Ordering};

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::dict::Dict;
use grwl_object::dict::view::{DictIterator, Yields};
use grwl_object::set::{Set, SetIterator};
use grwl_object::singleton::bool;
use grwl_object::{
    Cell, CompareOp, Declaration, PyResult, Ref, Slot, Str, Thread, TypeObject, Value, ValueExt,
    flags, intern, not_implemented, slots, types, world,
};

fn attach() -> grwl_object::OwnThread {
    world::for_tests();
    Thread::attach().expect("few threads")
}

fn int(value: usize) -> Value {
    Value::small(value as i64)
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }
}

fn pairs(dict: Ref<Dict>) -> Vec<(usize, usize)> {
    let number = |value: Value| value.as_int().expect("an int") as usize;
    dict.cursor()
        .map(|(key, value, _)| (number(key), number(value)))
        .collect()
}

#[test]
fn a_dict_is_its_model() {
    let mut thread = attach();
    for seed in 1..9 {
        let mut random = Random(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
        let dict = Dict::new(&thread);
        let mut model: Vec<(usize, usize)> = Vec::new();
        let range = [3, 12, 60, 400][seed as usize % 4];
        for step in 0..4000 {
            let key = random.below(range);
            let at = model.iter().position(|&(known, _)| known == key);
            match random.below(16) {
                0..7 => {
                    dict.insert(&mut thread, int(key), int(step)).unwrap();
                    match at {
                        Some(at) => model[at].1 = step,
                        None => model.push((key, step)),
                    }
                }
                7..11 => {
                    let removed = dict.remove(&mut thread, int(key)).unwrap();
                    assert_eq!(removed, at.map(|at| int(model.remove(at).1)));
                }
                11 => {
                    let last = model.pop().map(|(key, value)| (int(key), int(value)));
                    assert_eq!(dict.last_item(), last);
                    assert_eq!(dict.pop_last(&mut thread), last);
                }
                12 => {
                    let value = dict.insert_new(&mut thread, int(key), int(step)).unwrap();
                    let expected = at.map_or(step, |at| model[at].1);
                    assert_eq!(value, int(expected));
                    if at.is_none() {
                        model.push((key, step));
                    }
                }
                13 => {
                    let copy = dict.copy(&mut thread).unwrap();
                    assert_eq!(pairs(copy), model);
                    let merged = Dict::new(&thread);
                    merged.insert(&mut thread, int(key), int(step)).unwrap();
                    merged.merge(&mut thread, copy, true).unwrap();
                    assert_eq!(merged.len(), model.len() + usize::from(at.is_none()));
                }
                14 if step % 40 == 0 => {
                    dict.clear(&mut thread);
                    model.clear();
                }
                _ => {
                    let found = dict.get(&mut thread, int(key)).unwrap();
                    assert_eq!(found, at.map(|at| int(model[at].1)));
                }
            }
            assert_eq!(dict.len(), model.len());
            if step % 50 == 0 {
                assert_eq!(pairs(dict), model);
                thread.poll().unwrap();
            }
        }
    }
}

#[test]
fn strings_are_found_by_their_text() {
    let mut thread = attach();
    let dict = Dict::new(&thread);
    for number in 0..70_000 {
        let name = Str::new(&thread, &format!("name {number}"));
        dict.set_str(&mut thread, name, int(number)).unwrap();
    }
    thread.poll().unwrap();
    for number in (0..70_000).step_by(7) {
        let name = Str::new(&thread, &format!("name {number}"));
        assert_eq!(dict.get_str(name), Some(int(number)));
        let found = dict.get(&mut thread, name.value()).unwrap();
        assert_eq!(found, Some(int(number)));
        assert_eq!(
            dict.remove_str(&mut thread, name).unwrap(),
            Some(int(number))
        );
        assert_eq!(dict.get_str(name), None);
    }
    assert_eq!(dict.len(), 60_000);
    assert_eq!(dict.cursor().count(), 60_000);
}

#[test]
fn a_table_full_of_the_dead_is_rebuilt_small() {
    let mut thread = attach();
    let dict = Dict::new(&thread);
    for number in 0..10_000 {
        dict.insert(&mut thread, int(number), int(1)).unwrap();
        dict.remove(&mut thread, int(number)).unwrap();
    }
    assert!(dict.is_empty());
    assert!(dict.size_in_bytes() < 400, "{}", dict.size_in_bytes());
}

/// CPython's sizes: `sys.getsizeof`, with its collector's 16 bytes.
#[test]
fn memory_is_about_that_of_cpython() {
    let mut thread = attach();
    for (count, cpython) in [
        (1, 240),
        (100, 4696 + 16),
        (1000, 36_952 + 16),
        (100_000, 5_242_960),
    ] {
        let dict = Dict::new(&thread);
        for number in 0..count {
            dict.insert(&mut thread, int(number), int(1)).unwrap();
        }
        let own = dict.size_in_bytes();
        assert!(own * 2 <= cpython * 3, "{count}: {own} against {cpython}");
    }
}

#[test]
fn hints_hold_until_the_entry_moves() {
    let mut thread = attach();
    let dict = Dict::new(&thread);
    let names: Vec<Ref<Str>> = (0..5)
        .map(|number| intern(&thread, &format!("hint{number}")))
        .collect();
    for (number, &name) in names.iter().enumerate() {
        dict.set_str(&mut thread, name, int(number)).unwrap();
    }
    let hint = dict.hint(names[3]).unwrap();
    assert_eq!(dict.at_hint(hint, names[3]), Some(int(3)));
    assert_eq!(dict.at_hint(hint, names[2]), None);
    assert_eq!(dict.at_hint(1000, names[3]), None);
    assert!(dict.store_at_hint(&mut thread, hint, names[3], int(33)));
    assert!(!dict.store_at_hint(&mut thread, hint, names[1], int(34)));
    assert_eq!(dict.get_str(names[3]), Some(int(33)));
    dict.remove_str(&mut thread, names[3]).unwrap();
    assert_eq!(dict.at_hint(hint, names[3]), None);
    assert!(!dict.store_at_hint(&mut thread, hint, names[3], int(35)));
    assert_eq!(dict.hint(names[3]), None);
    // A full table is replaced; the entry after the dead one has moved.
    let last = dict.hint(names[4]).unwrap();
    for number in 10..20 {
        dict.insert(&mut thread, int(number), int(number)).unwrap();
    }
    assert_eq!(dict.at_hint(last, names[4]), None);
    let moved = dict.hint(names[4]).unwrap();
    assert_eq!(dict.at_hint(moved, names[4]), Some(int(4)));
}

#[test]
fn versions_are_of_sets_of_keys() {
    let mut thread = attach();
    let dict = Dict::new(&thread);
    assert_eq!(dict.peek_keys_version(), 0);
    let first = dict.keys_version(&mut thread);
    assert_ne!(first, 0);
    assert_eq!(dict.keys_version(&mut thread), first);
    dict.insert(&mut thread, int(1), int(1)).unwrap();
    assert_eq!(dict.peek_keys_version(), 0);
    let second = dict.keys_version(&mut thread);
    assert_ne!(second, first);
    dict.insert(&mut thread, int(1), int(2)).unwrap();
    dict.remove(&mut thread, int(1)).unwrap();
    assert_eq!(dict.peek_keys_version(), second);
    let other = Dict::new(&thread);
    other.insert(&mut thread, int(5), int(5)).unwrap();
    dict.merge(&mut thread, other, true).unwrap();
    assert_eq!(dict.peek_keys_version(), 0);
    assert_ne!(
        other.keys_version(&mut thread),
        dict.keys_version(&mut thread)
    );
}

/// A key whose hash is always the same and whose comparison has effects.
#[repr(C)]
struct Odd {
    header: Header,
    /// The dict that a comparison changes, if any.
    dict: Slot,
    number: usize,
    effect: AtomicUsize,
}

static ODD_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: std::mem::offset_of!(Odd, dict) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<Odd>()),
    drop: None,
    name: "odd",
};
static ODD: TypeObject = TypeObject::declare(&Declaration {
    name: "odd",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &ODD_CELL,
    kind: Kind::Traced,
    size: size_of::<Odd>(),
    attributes: 0,
});

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for Odd {
    fn type_object() -> &'static TypeObject {
        &ODD
    }
}

const NOTHING: usize = 0;
const CLEAR: usize = 1;
const REMOVE_STORED: usize = 2;
const INSERT_OTHERS: usize = 3;

fn odd(thread: &Thread, number: usize, dict: Option<Ref<Dict>>, effect: usize) -> Value {
    ODD.slots().set(slots::HASH.is(odd_hash));
    ODD.slots().set(slots::COMPARE.is(odd_compare));
    // SAFETY: the class's instances are `Odd`.
    unsafe {
        thread.new_cell(&ODD, |header| Odd {
            header,
            dict: Slot::new(dict.map(Into::into)),
            number,
            effect: AtomicUsize::new(effect),
        })
    }
    .value()
}

fn odd_hash(_: &mut Thread, _: Value) -> PyResult<i64> {
    Ok(42)
}

static COMPARISONS: AtomicUsize = AtomicUsize::new(0);

/// The stored key comes first, the wanted one's effect happens once.
fn odd_compare(thread: &mut Thread, stored: Value, wanted: Value, op: CompareOp) -> PyResult {
    let (Some(stored), Some(wanted)) = (
        stored.downcast_exact::<Odd>(),
        wanted.downcast_exact::<Odd>(),
    ) else {
        return Ok(not_implemented());
    };
    assert_eq!(op, CompareOp::Eq);
    COMPARISONS.fetch_add(1, Ordering::Relaxed);
    let dict = wanted.dict.load().and_then(|dict| dict.downcast::<Dict>());
    if let Some(dict) = dict {
        match wanted.effect.swap(NOTHING, Ordering::Relaxed) {
            CLEAR => dict.clear(thread),
            REMOVE_STORED => drop(dict.remove(thread, stored.value())?),
            INSERT_OTHERS => {
                for number in 0..100 {
                    dict.insert(thread, int(number), int(number))?;
                }
            }
            _ => {}
        }
    }
    thread.poll()?;
    Ok(bool(stored.number == wanted.number))
}

#[test]
fn comparisons_that_change_the_dict_start_the_search_anew() {
    let mut thread = attach();
    let dict = Dict::new(&thread);
    let one = odd(&thread, 1, None, NOTHING);
    dict.insert(&mut thread, one, int(1)).unwrap();
    // One comparison an insertion, also when the table grows.
    COMPARISONS.store(0, Ordering::Relaxed);
    for number in 0..4 {
        dict.insert(&mut thread, int(1000 + number), int(0))
            .unwrap();
    }
    let two = odd(&thread, 2, None, NOTHING);
    dict.insert(&mut thread, two, int(2)).unwrap();
    assert_eq!(COMPARISONS.load(Ordering::Relaxed), 1);
    let same_as_one = odd(&thread, 1, None, NOTHING);
    assert_eq!(dict.get(&mut thread, same_as_one).unwrap(), Some(int(1)));

    let clearing = odd(&thread, 1, Some(dict), CLEAR);
    dict.insert(&mut thread, clearing, int(3)).unwrap();
    assert_eq!(dict.len(), 1);
    assert_eq!(dict.last_item(), Some((clearing, int(3))));

    let removing = odd(&thread, 5, Some(dict), REMOVE_STORED);
    dict.insert(&mut thread, removing, int(4)).unwrap();
    assert_eq!(dict.len(), 1);
    assert_eq!(dict.last_item(), Some((removing, int(4))));

    let filling = odd(&thread, 5, Some(dict), INSERT_OTHERS);
    dict.insert(&mut thread, filling, int(6)).unwrap();
    assert_eq!(dict.len(), 101);
    // Value new, key old.
    let (key, value, _) = dict.cursor().next().unwrap();
    assert!(key == removing && value == int(6));

    let removing = odd(&thread, 5, Some(dict), CLEAR);
    assert_eq!(dict.remove(&mut thread, removing).unwrap(), None);
    assert!(dict.is_empty());
}

#[test]
fn a_merge_inserts_what_was_there_when_it_began() {
    let mut thread = attach();
    let source = Dict::new(&thread);
    let key = odd(&thread, 1, Some(source), CLEAR);
    source.insert(&mut thread, key, int(1)).unwrap();
    let dict = Dict::new(&thread);
    let other = odd(&thread, 2, None, NOTHING);
    dict.insert(&mut thread, other, int(2)).unwrap();
    // (That a comparison written in Python changes the source is an error, as in CPython; this class is a built-in one.)
    dict.merge(&mut thread, source, true).unwrap();
    assert!(source.is_empty());
    assert_eq!(dict.len(), 2);
}

#[test]
fn iterators_notice_changes() {
    let mut thread = attach();
    let dict = Dict::new(&thread);
    for number in 0..10 {
        dict.insert(&mut thread, int(number), int(number * 2))
            .unwrap();
    }
    dict.remove(&mut thread, int(4)).unwrap();
    let forwards = DictIterator::new(&thread, Yields::Items, false, dict);
    let backwards = DictIterator::new(&thread, Yields::Items, true, dict);
    assert_eq!(forwards.length_hint(), 9);
    let mut seen = Vec::new();
    while let Some((key, value)) = forwards.advance(&mut thread, false).unwrap() {
        assert_eq!(value.as_int(), key.as_int().map(|key| key * 2));
        seen.push(key.as_int().unwrap());
    }
    assert_eq!(seen, [0, 1, 2, 3, 5, 6, 7, 8, 9]);
    assert_eq!(forwards.length_hint(), 0);
    // A value may change, a key may not come.
    dict.insert(&mut thread, int(9), int(90)).unwrap();
    let first = backwards.advance(&mut thread, true).unwrap();
    assert_eq!(first, Some((int(9), int(90))));
    let set = Set::new(&thread);
    for number in 0..5 {
        set.add(&mut thread, int(number)).unwrap();
    }
    let iterator = SetIterator::new(&thread, set);
    assert_eq!(iterator.advance(&mut thread).unwrap(), Some(int(0)));
    assert_eq!(iterator.length_hint(), 4);
    let rest = iterator.duplicate(&thread);
    let mut count = 0;
    while rest.advance(&mut thread).unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 4);
    assert_eq!(iterator.length_hint(), 4);
}
