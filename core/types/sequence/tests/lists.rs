//! Lists in one thread, against a `Vec` and against what CPython 3.14 says.

#![allow(clippy::vec_init_then_push, clippy::manual_is_multiple_of)]

mod begin;

use begin::{begin, call, ints, make, message, shown, small};
use grwl_heap::Kind;
use grwl_object::list::List;
use grwl_object::slice::{Bounds, Slice};
use grwl_object::type_object::Declaration;
use grwl_object::{
    CompareOp, PyResult, Ref, Str, Thread, Tuple, TypeObject, Value, ValueExt, iterators, none,
    protocol, ready, singleton, slots, types,
};

/// A generator of numbers that are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

fn list_of(thread: &Thread, numbers: &[i64]) -> Ref<List> {
    let list = List::with_capacity(thread, numbers.len()).expect("memory");
    for &number in numbers {
        assert!(list.try_push(thread, small(number)));
    }
    list
}

/// Fewer elements where each safepoint may be a collection.
fn scaled(count: usize) -> usize {
    if std::env::var_os("GRWL_GC_STRESS").is_some() {
        count.min(150)
    } else {
        count
    }
}

/// What a slice chooses of a length, step by step.
fn chosen(start: isize, stop: isize, step: isize) -> Vec<usize> {
    let mut places = Vec::new();
    let mut place = start;
    while (step > 0 && place < stop) || (step < 0 && place > stop) {
        places.push(place as usize);
        place += step;
    }
    places
}

#[test]
fn a_list_does_what_a_vector_does() {
    let thread = &mut begin();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let list = List::new(thread);
    let mut model: Vec<i64> = Vec::new();
    for round in 0..20_000_i64 {
        let length = model.len();
        let place = numbers.below(length + 1);
        match numbers.below(12) {
            0..=3 => {
                list.push(thread, small(round)).expect("memory");
                model.push(round);
            }
            4 => {
                list.insert(thread, place as isize, small(round))
                    .expect("memory");
                model.insert(place, round);
            }
            5 => assert_eq!(list.pop(thread), model.pop().map(small)),
            6 if place < length => {
                let removed = list.remove_at(thread, place as isize - length as isize);
                assert_eq!(removed, Some(small(model.remove(place))));
            }
            7 => {
                list.reverse(thread);
                model.reverse();
            }
            8 if length < 200 => {
                let items: Vec<Value> = (0..5).map(small).collect();
                let bounds = Bounds {
                    start: place as isize,
                    stop: place as isize + 3,
                    step: 1,
                };
                list.splice(thread, |length| bounds.range_within(length), &items)
                    .expect("memory");
                model.splice(place..(place + 3).min(length), 0..5);
            }
            9 => {
                let step = [-3, -2, -1, 1, 2, 3][numbers.below(6)];
                let start = numbers.below(length + 3) as isize - 1;
                let stop = numbers.below(length + 3) as isize - 1;
                let bounds = Bounds { start, stop, step };
                let (low, high, count) = bounds.adjust(length);
                let places = chosen(low, high, step);
                assert_eq!(places.len(), count);
                let part = list
                    .copy_selection(thread, |length| bounds.within(length))
                    .expect("memory");
                let expected: Vec<i64> = places.iter().map(|&place| model[place]).collect();
                assert_eq!(ints(thread, part.value()), expected);
                if numbers.below(3) == 0 {
                    list.delete(thread, |length| bounds.within(length))
                        .expect("memory");
                    let kept = model
                        .iter()
                        .enumerate()
                        .filter(|(place, _)| !places.contains(place));
                    model = kept.map(|(_, &number)| number).collect();
                }
            }
            10 if numbers.below(100) == 0 => {
                list.clear(thread);
                model.clear();
            }
            11 if length < 50 => {
                list.repeat(thread, 2).expect("memory");
                model.extend_from_within(..);
            }
            _ => {}
        }
        assert_eq!(list.len(), model.len());
        assert!(list.capacity() >= list.len());
        if round % 50 == 0 {
            assert_eq!(ints(thread, list.value()), model);
            thread.poll().expect("nothing is raised");
        }
    }
    assert_eq!(ints(thread, list.value()), model);
}

#[test]
fn messages_are_cpythons() {
    let thread = &mut begin();
    let list = list_of(thread, &[1, 2, 3]).value();
    let text = Str::new(thread, "x").value();
    let mut cases: Vec<(PyResult, &str)> = Vec::new();
    cases.push((
        protocol::get_item(thread, list, small(3)),
        "IndexError: list index out of range",
    ));
    cases.push((
        protocol::get_item(thread, list, small(-4)),
        "IndexError: list index out of range",
    ));
    cases.push((
        protocol::get_item(thread, list, text),
        "TypeError: list indices must be integers or slices, not str",
    ));
    cases.push((
        protocol::set_item(thread, list, small(3), text).map(|()| none()),
        "IndexError: list assignment index out of range",
    ));
    cases.push((
        protocol::delete_item(thread, list, small(-4)).map(|()| none()),
        "IndexError: list assignment index out of range",
    ));
    let concat = list.class().slot(slots::CONCAT).expect("a sequence");
    cases.push((
        concat(thread, list, small(1)),
        "TypeError: can only concatenate list (not \"int\") to list",
    ));
    cases.push((
        call(thread, list, "pop", &[small(9)]),
        "IndexError: pop index out of range",
    ));
    cases.push((
        call(thread, list, "remove", &[small(9)]),
        "ValueError: list.remove(x): x not in list",
    ));
    cases.push((
        call(thread, list, "index", &[small(9)]),
        "ValueError: list.index(x): x not in list",
    ));
    cases.push((
        call(thread, list, "insert", &[small(9)]),
        "TypeError: insert expected 2 arguments, got 1",
    ));
    cases.push((
        call(thread, list, "sort", &[small(9)]),
        "TypeError: sort() takes no positional arguments",
    ));
    cases.push((
        make(thread, &types::LIST, &[small(1)]),
        "TypeError: 'int' object is not iterable",
    ));
    cases.push((
        make(thread, &types::LIST, &[small(1), small(2)]),
        "TypeError: list expected at most 1 argument, got 2",
    ));
    let step = Slice::new(thread, none(), none(), small(2)).value();
    cases.push((
        protocol::set_item(thread, list, step, list).map(|()| none()),
        "ValueError: attempt to assign sequence of size 3 to extended slice of size 2",
    ));
    cases.push((
        protocol::set_item(thread, list, step, small(1)).map(|()| none()),
        "TypeError: must assign iterable to extended slice",
    ));
    let all = Slice::new(thread, none(), none(), none()).value();
    cases.push((
        protocol::set_item(thread, list, all, small(1)).map(|()| none()),
        "TypeError: can only assign an iterable",
    ));
    let zero = Slice::new(thread, none(), none(), small(0)).value();
    cases.push((
        protocol::get_item(thread, list, zero),
        "ValueError: slice step cannot be zero",
    ));
    let wrong = Slice::new(thread, text, none(), none()).value();
    cases.push((
        protocol::get_item(thread, list, wrong),
        "TypeError: slice indices must be integers or None or have an __index__ method",
    ));
    let empty = List::new(thread).value();
    cases.push((
        call(thread, empty, "pop", &[]),
        "IndexError: pop from empty list",
    ));
    for (result, expected) in cases {
        assert_eq!(result.map_err(message), Err(expected.to_owned()));
    }
    assert_eq!(shown(thread, list), "[1, 2, 3]");
}

#[test]
fn a_list_in_itself_is_shown_once() {
    let thread = &mut begin();
    let list = list_of(thread, &[1]);
    list.push(thread, list.value()).expect("memory");
    assert_eq!(shown(thread, list.value()), "[1, [...]]");
    let tuple = Tuple::new(thread, &[list.value()]).value();
    list.push(thread, tuple).expect("memory");
    assert_eq!(shown(thread, list.value()), "[1, [...], ([...],)]");
    assert_eq!(shown(thread, tuple), "([1, [...], (...)],)");
}

#[test]
fn growth_is_cpythons() {
    let thread = &mut begin();
    let list = List::new(thread);
    let mut sizes = Vec::new();
    for number in 0..17 {
        let size = call(thread, list.value(), "__sizeof__", &[]).expect("a size");
        sizes.push(size.as_int().expect("an int"));
        list.push(thread, small(number)).expect("memory");
    }
    // [sys.getsizeof([0] * 0 and appended) - 16 for 0..17 elements]
    let expected = [
        40, 72, 72, 72, 72, 104, 104, 104, 104, 168, 168, 168, 168, 168, 168, 168, 168,
    ];
    assert_eq!(sizes, expected);
}

/// Each number's partner says where it stood.
fn tagged(thread: &mut Thread, keys: &[i64]) -> (Ref<List>, Vec<(i64, i64)>) {
    let list = List::new(thread);
    let mut model = Vec::new();
    for (place, &key) in keys.iter().enumerate() {
        let pair = Tuple::new(thread, &[small(key), small(place as i64)]);
        list.push(thread, pair.value()).expect("memory");
        model.push((key, place as i64));
    }
    (list, model)
}

fn pairs(list: Ref<List>) -> Vec<(i64, i64)> {
    (0..list.len())
        .map(|index| {
            let pair = list
                .get(index)
                .and_then(Value::downcast::<Tuple>)
                .expect("a pair");
            let part = |index| pair.at(index).as_int().expect("an int");
            (part(0), part(1))
        })
        .collect()
}

/// Rows of keys of all kinds: random, nearly sorted, in runs, downwards, few different ones.
fn patterns(numbers: &mut Numbers, length: usize) -> Vec<Vec<i64>> {
    let mut rows = Vec::new();
    rows.push(
        (0..length)
            .map(|_| numbers.below(1 << 20) as i64)
            .collect::<Vec<_>>(),
    );
    rows.push((0..length).map(|_| numbers.below(4) as i64).collect());
    rows.push((0..length as i64).collect());
    rows.push((0..length as i64).rev().collect());
    rows.push((0..length as i64).map(|place| place % 100).collect());
    rows.push(
        (0..length as i64)
            .map(|place| place % 100 - place / 100 * 50)
            .collect(),
    );
    let mut nearly: Vec<i64> = (0..length as i64).collect();
    for _ in 0..length / 20 {
        let (a, b) = (numbers.below(length), numbers.below(length));
        nearly.swap(a, b);
    }
    rows.push(nearly);
    rows
}

#[test]
fn sorting_is_stable() {
    let thread = &mut begin();
    let mut numbers = Numbers(77);
    for length in [0, 1, 2, 3, 10, 63, 64, 65, 300, 1000, 2048, 2049, 5000] {
        let length = scaled(length);
        for keys in patterns(&mut numbers, length.max(1)) {
            let keys = &keys[..length.min(keys.len())];
            // Immediate keys: sorted under the lock or beside it.
            for reverse in [false, true] {
                let list = list_of(thread, keys);
                list.sort(thread, None, reverse)
                    .expect("integers can be compared");
                let mut model = keys.to_vec();
                model.sort();
                if reverse {
                    model.reverse();
                }
                assert_eq!(ints(thread, list.value()), model);
            }
            // Pairs that are compared by their first number only.
            let list = List::new(thread);
            for (place, &key) in keys.iter().enumerate() {
                let pair = keyed(thread, key, place as i64);
                list.push(thread, pair).expect("memory");
            }
            for reverse in [false, true] {
                let sorted = list.copy(thread).expect("memory");
                sorted
                    .sort(thread, None, reverse)
                    .expect("they can be compared");
                let mut model: Vec<(i64, i64)> = keys.iter().copied().zip(0..).collect();
                if reverse {
                    model.sort_by_key(|&(key, _)| std::cmp::Reverse(key));
                } else {
                    model.sort_by_key(|&(key, _)| key);
                }
                let found: Vec<(i64, i64)> = (0..sorted.len())
                    .map(|index| of_keyed(sorted.get(index).expect("it is there")))
                    .collect();
                assert_eq!(found, model);
            }
            // Tuples.
            let (list, mut model) = tagged(thread, keys);
            list.sort(thread, None, false)
                .expect("tuples of integers can be compared");
            model.sort();
            assert_eq!(pairs(list), model);
        }
    }
}

#[test]
fn strings_and_floats_are_sorted() {
    let thread = &mut begin();
    let words = [
        "pear",
        "fig",
        "\u{e9}t\u{e9}",
        "apple",
        "",
        "fi",
        "\u{4e2d}",
        "zoo",
        "\u{1f600}",
    ];
    let list = List::new(thread);
    for word in words {
        let word = Str::new(thread, word).value();
        list.push(thread, word).expect("memory");
    }
    list.sort(thread, None, false)
        .expect("strings can be compared");
    let mut sorted = words.to_vec();
    sorted.sort();
    let found: Vec<String> = (0..list.len())
        .map(|index| {
            list.get(index)
                .and_then(Value::downcast::<Str>)
                .expect("a str")
                .to_string()
        })
        .collect();
    assert_eq!(found, sorted);

    let floats = [3.5, -0.0, 0.0, -1e300, 2.25, f64::INFINITY, 1e-310];
    let list = List::new(thread);
    for float in floats {
        let float = grwl_object::float::new(thread, float);
        list.push(thread, float).expect("memory");
    }
    list.sort(thread, None, true)
        .expect("floats can be compared");
    let found: Vec<f64> = (0..list.len())
        .map(|index| {
            list.get(index)
                .and_then(grwl_object::float::exact)
                .expect("a float")
        })
        .collect();
    assert_eq!(found, [f64::INFINITY, 3.5, 2.25, 1e-310, -0.0, 0.0, -1e300]);
    assert!(
        found[4].is_sign_negative(),
        "equal ones keep their order in reverse too"
    );
}

/// A type whose instances are enumerate objects in layout: two slots, a key and a tag, compared by the key as the switch says.
static KEYED: TypeObject = TypeObject::declare(&Declaration {
    name: "keyed",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: 0,
    cell: &iterators::ENUMERATE_CELL,
    kind: Kind::Traced,
    size: size_of::<iterators::Enumerate>(),
    attributes: 0,
});

fn parts(value: Value) -> Ref<iterators::Enumerate> {
    let cell = value.as_cell().expect("a cell");
    // SAFETY: only `keyed` makes values of this type, with this layout.
    unsafe { Ref::from_cell(cell) }
}

fn keyed(thread: &mut Thread, key: i64, tag: i64) -> Value {
    static SPEC: grwl_object::TypeSpec = grwl_object::TypeSpec {
        slots: &[slots::COMPARE.is(compare_keyed)],
        ..grwl_object::TypeSpec::NONE
    };
    if !KEYED.has_flag(grwl_object::flags::READY) {
        KEYED.define(&SPEC);
        assert!(ready::ready(thread, &KEYED).is_ok());
    }
    let cell = grwl_object::instance::allocate(thread, Ref::from_static(&KEYED)).expect("memory");
    let value = Value::from_cell(cell);
    parts(value).iterator.store(Some(small(key)));
    parts(value).count.store(Some(small(tag)));
    value
}

fn of_keyed(value: Value) -> (i64, i64) {
    let number = |slot: &grwl_object::Slot| slot.load().and_then(Value::as_int).expect("an int");
    (number(&parts(value).iterator), number(&parts(value).count))
}

thread_local! {
    static COMPARISONS: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    static MODE: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    static SORTED: std::cell::Cell<Option<Ref<List>>> = const { std::cell::Cell::new(None) };
}

fn compare_keyed(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    assert_eq!(op, CompareOp::Lt, "sorting asks for < only");
    let count = COMPARISONS.get() + 1;
    COMPARISONS.set(count);
    match MODE.get() {
        // Says something else each time.
        1 => return Ok(singleton::bool(count.wrapping_mul(2_654_435_761) % 7 < 3)),
        // Everything is less than everything.
        2 => return Ok(singleton::bool(true)),
        // Raises after a while.
        3 if count % 911 == 0 => return Err(thread.value_error("enough")),
        // Changes the list.
        4 if count % 50 == 0 => {
            let list = SORTED.get().expect("a list is sorted");
            assert_eq!(
                list.len() as u32,
                count / 50 - 1,
                "a list that is being sorted looks empty"
            );
            list.push(thread, small(count.into()))?;
        }
        _ => {}
    }
    thread.poll()?;
    Ok(singleton::bool(of_keyed(a).0 < of_keyed(b).0))
}

#[test]
fn orders_that_lie_or_raise_lose_nothing() {
    let thread = &mut begin();
    let mut numbers = Numbers(5);
    for mode in [1, 2, 3, 4] {
        for length in [5, 64, 200, 3000] {
            let length = scaled(length);
            for keys in patterns(&mut numbers, length) {
                let list = List::new(thread);
                for (tag, &key) in keys.iter().enumerate() {
                    let value = keyed(thread, key, tag as i64);
                    list.push(thread, value).expect("memory");
                }
                SORTED.set(Some(list));
                MODE.set(mode);
                COMPARISONS.set(0);
                let result = list.sort(thread, None, length == 200);
                MODE.set(0);
                SORTED.set(None);
                match mode {
                    3 if COMPARISONS.get() >= 911 => {
                        assert_eq!(
                            result.map_err(message),
                            Err("ValueError: enough".to_owned())
                        );
                    }
                    4 if COMPARISONS.get() >= 50 => {
                        let expected = "ValueError: list modified during sort";
                        assert_eq!(result.map_err(message), Err(expected.to_owned()));
                    }
                    _ => assert_eq!(result, Ok(())),
                }
                let mut tags: Vec<i64> = (0..list.len())
                    .map(|index| of_keyed(list.get(index).expect("it is there")).1)
                    .collect();
                tags.sort();
                assert_eq!(tags, (0..length as i64).collect::<Vec<_>>(), "mode {mode}");
            }
        }
    }
}

#[test]
fn sorting_what_is_sorted_asks_little() {
    let thread = &mut begin();
    let list = List::new(thread);
    let length = scaled(10_000) as i64;
    for tag in 0..length {
        let value = keyed(thread, tag, tag);
        list.push(thread, value).expect("memory");
    }
    COMPARISONS.set(0);
    list.sort(thread, None, false)
        .expect("they can be compared");
    assert_eq!(i64::from(COMPARISONS.get()), length - 1);
    COMPARISONS.set(0);
    list.reverse(thread);
    list.sort(thread, None, false)
        .expect("they can be compared");
    assert_eq!(i64::from(COMPARISONS.get()), length - 1);
}

#[test]
fn iterators_follow_their_list() {
    let thread = &mut begin();
    let list = list_of(thread, &[1, 2, 3]);
    let iterator = protocol::get_iter(thread, list.value()).expect("an iterator");
    assert_eq!(protocol::next(thread, iterator), Ok(Some(small(1))));
    assert_eq!(call(thread, iterator, "__length_hint__", &[]), Ok(small(2)));
    list.push(thread, small(4)).expect("memory");
    assert_eq!(ints(thread, iterator), [2, 3, 4]);
    // At its end it stays.
    list.push(thread, small(5)).expect("memory");
    assert_eq!(protocol::next(thread, iterator), Ok(None));
    assert_eq!(call(thread, iterator, "__length_hint__", &[]), Ok(small(0)));

    let back = call(thread, list.value(), "__reversed__", &[]).expect("an iterator");
    assert_eq!(protocol::next(thread, back), Ok(Some(small(5))));
    assert_eq!(call(thread, back, "__setstate__", &[small(1)]), Ok(none()));
    assert_eq!(call(thread, back, "__length_hint__", &[]), Ok(small(2)));
    assert_eq!(ints(thread, back), [2, 1]);
}
