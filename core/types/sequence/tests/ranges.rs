//! Ranges, slices, tuples, and the iterators of `zip` and its like, against what CPython 3.14 says.

mod begin;

use begin::{begin, call, ints, make, message, shown, small};
use grwl_number::Int;
use grwl_object::slice::Slice;
use grwl_object::{
    Args, PyResult, Ref, Str, Thread, Tuple, Value, ValueExt, int, none, protocol, slots, types,
};

fn range(thread: &mut Thread, parts: &[i64]) -> Value {
    let parts: Vec<Value> = parts.iter().map(|&part| small(part)).collect();
    make(thread, &types::RANGE, &parts).expect("a range")
}

fn model(start: i64, stop: i64, step: i64) -> Vec<i64> {
    let mut numbers = Vec::new();
    let mut number = start;
    while (step > 0 && number < stop) || (step < 0 && number > stop) {
        numbers.push(number);
        number += step;
    }
    numbers
}

#[test]
fn ranges_have_their_numbers() {
    let thread = &mut begin();
    for start in -4..5 {
        for stop in -4..5 {
            for step in [-3, -2, -1, 1, 2, 3] {
                let range = range(thread, &[start, stop, step]);
                let numbers = model(start, stop, step);
                assert_eq!(ints(thread, range), numbers);
                let mut back = call(thread, range, "__reversed__", &[]).expect("an iterator");
                assert_eq!(
                    call(thread, back, "__length_hint__", &[]),
                    Ok(small(numbers.len() as i64))
                );
                back = protocol::get_iter(thread, back).expect("an iterator");
                let reversed: Vec<i64> = numbers.iter().rev().copied().collect();
                assert_eq!(ints(thread, back), reversed);
                assert_eq!(protocol::length(thread, range), Ok(numbers.len()));
                for number in -6..7 {
                    let found = protocol::contains(thread, range, small(number));
                    assert_eq!(found, Ok(numbers.contains(&number)));
                }
                for (place, &number) in numbers.iter().enumerate() {
                    let place = place as i64;
                    assert_eq!(
                        protocol::get_item(thread, range, small(place)),
                        Ok(small(number))
                    );
                    assert_eq!(
                        call(thread, range, "index", &[small(number)]),
                        Ok(small(place))
                    );
                }
                for part in [
                    [none(), none(), small(2)],
                    [small(1), small(-1), none()],
                    [none(), none(), small(-1)],
                ] {
                    let key = Slice::new(thread, part[0], part[1], part[2]).value();
                    let sub = protocol::get_item(thread, range, key).expect("a range");
                    let list = grwl_object::list::List::new(thread);
                    for &number in &numbers {
                        list.push(thread, small(number)).expect("memory");
                    }
                    let expected = protocol::get_item(thread, list.value(), key).expect("a list");
                    assert_eq!(ints(thread, sub), ints(thread, expected));
                }
            }
        }
    }
}

fn big(thread: &Thread, text: &str) -> Value {
    let text = grwl_text::Text::One(text.as_bytes());
    int::new(
        thread,
        grwl_number::int::text::parse(text, 10, 0).expect("a number"),
    )
}

fn number(value: Value) -> Int {
    int::view(value).expect("an int").to_int()
}

#[test]
fn numbers_may_be_of_any_size() {
    let thread = &mut begin();
    let low = big(thread, "1000000000000000000000000000000");
    let high = big(thread, "1000000000000000000000000000010");
    let range = make(thread, &types::RANGE, &[low, high, small(3)]).expect("a range");
    assert_eq!(protocol::length(thread, range), Ok(4));
    let elements = protocol::collect(thread, range).expect("it ends");
    let last = elements.last().map(|&value| number(value).to_string());
    assert_eq!(last.as_deref(), Some("1000000000000000000000000000009"));
    let middle = big(thread, "1000000000000000000000000000003");
    assert_eq!(protocol::contains(thread, range, middle), Ok(true));
    assert_eq!(call(thread, range, "index", &[middle]), Ok(small(1)));
    let iterator = protocol::get_iter(thread, range).expect("an iterator");
    assert_eq!(
        call(thread, iterator, "__setstate__", &[small(2)]),
        Ok(none())
    );
    assert_eq!(
        protocol::collect(thread, iterator).expect("it ends").len(),
        2
    );

    // At the edges of 64 bits.
    for (start, stop, step, count) in [
        ("9223372036854775805", "9223372036854775807", 1, 2),
        ("9223372036854775800", "9223372036854775807", 5, 2),
        ("-9223372036854775807", "-9223372036854775808", -1, 1),
        ("4611686018427387903", "4611686018427387905", 1, 2),
        ("-9223372036854775808", "9223372036854775807", 1 << 62, 4),
    ] {
        let (start, stop) = (big(thread, start), big(thread, stop));
        let step = int::from_i64(thread, step);
        let range = make(thread, &types::RANGE, &[start, stop, step]).expect("a range");
        let elements = protocol::collect(thread, range).expect("it ends");
        assert_eq!(elements.len(), count);
        for (place, &element) in elements.iter().enumerate() {
            let expected = &number(start) + &(&Int::from(place as u64) * &number(step));
            assert_eq!(number(element), expected);
        }
        let back = call(thread, range, "__reversed__", &[]).expect("an iterator");
        let back = protocol::collect(thread, back).expect("it ends");
        let forth: Vec<Int> = elements.iter().map(|&value| number(value)).collect();
        let back: Vec<Int> = back.iter().rev().map(|&value| number(value)).collect();
        assert_eq!(back, forth);
    }

    let huge = make(thread, &types::RANGE, &[low]).expect("a range");
    let error = "OverflowError: Python int too large to convert to C ssize_t";
    assert_eq!(
        protocol::length(thread, huge).map_err(message),
        Err(error.to_owned())
    );
    assert_eq!(
        shown(thread, huge),
        "range(0, 1000000000000000000000000000000)"
    );
}

fn hash(thread: &mut Thread, value: Value) -> i64 {
    protocol::hash(thread, value).expect("it has a hash")
}

#[test]
fn hashes_are_cpythons() {
    let thread = &mut begin();
    let tuple = |thread: &Thread, items: &[Value]| Tuple::new(thread, items).value();
    let pair = tuple(thread, &[small(2), small(3)]);
    let cases = [
        (
            tuple(thread, &[small(1), small(2), small(3)]),
            529_344_067_295_497_451,
        ),
        (tuple(thread, &[]), 5_740_354_900_026_072_187),
        (tuple(thread, &[small(1), pair]), 7_267_574_591_690_527_098),
        (tuple(thread, &[small(0)]), -8_753_497_827_991_233_192),
        (
            tuple(thread, &[small(-1), small(-2)]),
            960_947_337_673_586_213,
        ),
    ];
    for (value, expected) in cases {
        assert_eq!(hash(thread, value), expected);
    }
    let slices = [
        ([small(1), small(2), small(3)], -2_340_833_382_717_974_474),
        (
            [
                small(-5),
                big(thread, "1000000000000000000000000000000"),
                small(1),
            ],
            8_666_957_503_276_027_097,
        ),
        ([small(0), small(0), small(0)], 140_260_061_923_537_301),
    ];
    for ([start, stop, step], expected) in slices {
        let slice = Slice::new(thread, start, stop, step).value();
        assert_eq!(hash(thread, slice), expected);
    }
    let ten = range(thread, &[10]);
    assert_eq!(hash(thread, ten), -7_546_101_314_042_312_252);
    let two = range(thread, &[1, 5, 2]);
    assert_eq!(hash(thread, two), 6_253_859_903_769_791_411);
    let same = range(thread, &[1, 4, 2]);
    assert_eq!(protocol::equal(thread, two, same), Ok(true));
    assert_eq!(protocol::equal(thread, two, ten), Ok(false));
}

#[test]
fn slices_mean_indices() {
    let thread = &mut begin();
    let slice = Slice::new(thread, none(), small(-2), small(3)).value();
    let indices = call(thread, slice, "indices", &[small(10)]).expect("three numbers");
    assert_eq!(shown(thread, indices), "(0, 8, 3)");
    let slice = Slice::new(thread, small(100), none(), small(-1)).value();
    let indices = call(thread, slice, "indices", &[small(10)]).expect("three numbers");
    assert_eq!(shown(thread, indices), "(9, -1, -1)");
    let long = big(thread, "1000000000000000000000000000000");
    let indices = call(thread, slice, "indices", &[long]).expect("three numbers");
    assert_eq!(shown(thread, indices), "(100, -1, -1)");
    let error = call(thread, slice, "indices", &[small(-1)]).map_err(message);
    assert_eq!(
        error,
        Err("ValueError: length should not be negative".to_owned())
    );
}

#[test]
fn messages_are_cpythons() {
    let thread = &mut begin();
    let ten = range(thread, &[10]);
    let text = Str::new(thread, "x").value();
    let tuple = Tuple::new(thread, &[small(1)]).value();
    let concat = tuple.class().slot(slots::CONCAT).expect("a sequence");
    let cases: Vec<(PyResult, &str)> = vec![
        (
            make(thread, &types::RANGE, &[]),
            "TypeError: range expected at least 1 argument, got 0",
        ),
        (
            make(thread, &types::RANGE, &[small(1); 4]),
            "TypeError: range expected at most 3 arguments, got 4",
        ),
        (
            make(thread, &types::RANGE, &[text]),
            "TypeError: 'str' object cannot be interpreted as an integer",
        ),
        (
            make(thread, &types::RANGE, &[small(1), small(2), small(0)]),
            "ValueError: range() arg 3 must not be zero",
        ),
        (
            protocol::get_item(thread, ten, small(10)),
            "IndexError: range object index out of range",
        ),
        (
            protocol::get_item(thread, ten, text),
            "TypeError: range indices must be integers or slices, not str",
        ),
        (
            call(thread, ten, "index", &[small(10)]),
            "ValueError: range.index(x): x not in range",
        ),
        (
            protocol::get_item(thread, tuple, small(1)),
            "IndexError: tuple index out of range",
        ),
        (
            protocol::get_item(thread, tuple, text),
            "TypeError: tuple indices must be integers or slices, not str",
        ),
        (
            concat(thread, tuple, small(1)),
            "TypeError: can only concatenate tuple (not \"int\") to tuple",
        ),
        (
            call(thread, tuple, "index", &[small(7)]),
            "ValueError: tuple.index(x): x not in tuple",
        ),
        (
            make(thread, &types::SLICE, &[]),
            "TypeError: slice expected at least 1 argument, got 0",
        ),
        (
            make(thread, &types::MAP, &[none()]),
            "TypeError: map() must have at least two arguments.",
        ),
        (
            make(thread, &types::FILTER, &[none()]),
            "TypeError: filter expected 2 arguments, got 1",
        ),
        (
            make(thread, &types::ZIP, &[small(1)]),
            "TypeError: 'int' object is not iterable",
        ),
        (
            make(thread, &types::REVERSED, &[small(1)]),
            "TypeError: 'int' object is not reversible",
        ),
        (
            make(thread, &types::ENUMERATE, &[]),
            "TypeError: enumerate() missing required argument 'iterable'",
        ),
    ];
    for (result, expected) in cases {
        assert_eq!(result.map_err(message), Err(expected.to_owned()));
    }
}

#[test]
fn iterators_go_together() {
    let thread = &mut begin();
    let (three, two) = (range(thread, &[3]), range(thread, &[2]));
    let zip = make(thread, &types::ZIP, &[three, two]).expect("an iterator");
    let list = make(thread, &types::LIST, &[zip]).expect("a list");
    assert_eq!(shown(thread, list), "[(0, 0), (1, 1)]");

    let strict = Str::new(thread, "strict").value();
    let names = Tuple::new(thread, &[strict]);
    let new = types::ZIP.slot(slots::NEW).expect("it can be made");
    let strictly = |thread: &mut Thread, a: Value, b: Value| {
        let values = [a, b, grwl_object::singleton::bool(true)];
        let args = Args::new(&values, Some(names));
        let zip = new(thread, Ref::from_static(&types::ZIP), args)?;
        make(thread, &types::LIST, &[zip])
    };
    let shorter = strictly(thread, three, two).map_err(message);
    assert_eq!(
        shorter,
        Err("ValueError: zip() argument 2 is shorter than argument 1".to_owned())
    );
    let longer = strictly(thread, two, three).map_err(message);
    assert_eq!(
        longer,
        Err("ValueError: zip() argument 2 is longer than argument 1".to_owned())
    );
    let even = strictly(thread, two, two).expect("they end together");
    assert_eq!(shown(thread, even), "[(0, 0), (1, 1)]");

    let counted = make(thread, &types::ENUMERATE, &[three, small(7)]).expect("an iterator");
    let list = make(thread, &types::LIST, &[counted]).expect("a list");
    assert_eq!(shown(thread, list), "[(7, 0), (8, 1), (9, 2)]");

    let some = make(thread, &types::FILTER, &[none(), three]).expect("an iterator");
    assert_eq!(ints(thread, some), [1, 2]);

    let tuple = make(thread, &types::TUPLE, &[list]).expect("a tuple");
    let back = make(thread, &types::REVERSED, &[tuple]).expect("an iterator");
    let list = make(thread, &types::LIST, &[back]).expect("a list");
    assert_eq!(shown(thread, list), "[(9, 2), (8, 1), (7, 0)]");
}
