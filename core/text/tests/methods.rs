//! The methods of `str` and `bytes` against CPython's answers, `str` also in widths it does not need.

mod vector;

use std::cmp::Ordering;
use std::ops::Range;

use grwl_text::layout::{self, Align};
use grwl_text::split::{self, OfBytes, OfStr, Spaces};
use grwl_text::strip::{self, Sides};
use grwl_text::unicode::{self, normalize};
use grwl_text::{
    Text, TextBuf, Unit, Width, ascii, case, join, predicates, replace, repr, search, with_units,
};
use vector::{Value, units_value};

fn limit(n: i64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

fn place(found: Option<usize>) -> Value {
    Value::Int(found.map_or(-1, |at| at as i64))
}

fn bools(values: &[bool]) -> Value {
    Value::List(values.iter().map(|&b| Value::Bool(b)).collect())
}

/// What `str` and `bytes` share, in units of one width.
fn shared<T: Unit, S: Spaces<T>>(
    name: &str,
    h: &[T],
    args: &[Value],
    is_bytes: bool,
) -> Option<Value> {
    let other = |i: usize| -> Option<Vec<T>> {
        match &args[i] {
            Value::Str(s) => (s.as_text().needed_width() <= T::WIDTH)
                .then(|| s.as_text().codes().map(T::from_code).collect()),
            Value::Bytes(b) => Some(b.iter().map(|&b| T::from_code(b.into())).collect()),
            value => panic!("no units: {value:?}"),
        }
    };
    let value = |units: &[T]| units_value(units, is_bytes);
    let part = |r: Range<usize>| value(&h[r]);
    let parts = |ranges: Vec<Range<usize>>| Value::List(ranges.into_iter().map(part).collect());
    let back = |mut ranges: Vec<Range<usize>>| {
        ranges.reverse();
        parts(ranges)
    };
    let window = |from: usize| {
        search::argument_range(
            args[from].int() as isize,
            args[from + 1].int() as isize,
            h.len(),
        )
    };
    Some(match name {
        "split" => parts(split::split_spaces::<T, S>(h, usize::MAX).collect()),
        "rsplit" => back(split::rsplit_spaces::<T, S>(h, usize::MAX).collect()),
        "split_n" => parts(split::split_spaces::<T, S>(h, limit(args[1].int())).collect()),
        "rsplit_n" => back(split::rsplit_spaces::<T, S>(h, limit(args[1].int())).collect()),
        "splitlines" => parts(split::split_lines::<T, S>(h, false).collect()),
        "splitlines_keep" => parts(split::split_lines::<T, S>(h, true).collect()),
        "split_by" => parts(split::split(h, &other(1)?, limit(args[2].int())).collect()),
        "rsplit_by" => back(split::rsplit(h, &other(1)?, limit(args[2].int())).collect()),
        "partition" => {
            let n = other(1)?;
            let empty = value(&[]);
            match search::find(h, &n) {
                Some(at) => Value::List(vec![part(0..at), value(&n), part(at + n.len()..h.len())]),
                None => Value::List(vec![value(h), empty.clone(), empty]),
            }
        }
        "rpartition" => {
            let n = other(1)?;
            let empty = value(&[]);
            match search::rfind(h, &n) {
                Some(at) => Value::List(vec![part(0..at), value(&n), part(at + n.len()..h.len())]),
                None => Value::List(vec![empty.clone(), empty, value(h)]),
            }
        }
        "expandtabs" => value(&layout::expand_tabs(h, limit(args[1].int()))),
        "center" | "ljust" | "rjust" => {
            let align = match name {
                "center" => Align::Center,
                "ljust" => Align::Left,
                _ => Align::Right,
            };
            value(
                &layout::justify(h, limit(args[1].int()), other(2)?[0], align)
                    .unwrap_or_else(|| h.to_vec()),
            )
        }
        "zfill" => value(&layout::zfill(h, limit(args[1].int())).unwrap_or_else(|| h.to_vec())),
        "find" => place(search::find(h, &other(1)?)),
        "rfind" => place(search::rfind(h, &other(1)?)),
        "count" => Value::Int(search::count(h, &other(1)?) as i64),
        "find_in" => {
            place(window(2).and_then(|w| Some(search::find(&h[w.clone()], &other(1)?)? + w.start)))
        }
        "rfind_in" => {
            place(window(2).and_then(|w| Some(search::rfind(&h[w.clone()], &other(1)?)? + w.start)))
        }
        "count_in" => {
            let n = other(1)?;
            Value::Int(window(2).map_or(0, |w| search::count(&h[w], &n)) as i64)
        }
        "replace" => {
            let new = replace::replace(h, &other(1)?, &other(2)?, limit(args[3].int()));
            value(&new.unwrap_or_else(|| h.to_vec()))
        }
        _ => return None,
    })
}

fn sides(name: &str) -> Sides {
    match name {
        "strip" => Sides::Both,
        "lstrip" => Sides::Left,
        _ => Sides::Right,
    }
}

/// What is on [`Text`] itself.
fn of_text(name: &str, s: Text<'_>, args: &[Value]) -> Option<Value> {
    let arg = |i: usize| args[i].str().as_text();
    Some(match name {
        "lower" => case::lower(s).into(),
        "upper" => case::upper(s).into(),
        "title" => case::title(s).into(),
        "capitalize" => case::capitalize(s).into(),
        "swapcase" => case::swap(s).into(),
        "casefold" => case::fold(s).into(),
        "strip" | "lstrip" | "rstrip" => s.slice(s.strip(sides(name))).to_canonical().into(),
        "strip_of" | "lstrip_of" | "rstrip_of" => {
            let side = sides(name.trim_end_matches("_of"));
            s.slice(s.strip_of(arg(1), side)).to_canonical().into()
        }
        "repr" => repr::repr(s).into(),
        "ascii" => repr::ascii(s).into(),
        "is" => bools(&[
            predicates::is_alpha(s),
            predicates::is_alnum(s),
            predicates::is_digit(s),
            predicates::is_space(s),
            predicates::is_lower(s),
            predicates::is_upper(s),
            predicates::is_title(s),
            predicates::is_ascii(s),
            predicates::is_decimal(s),
            predicates::is_numeric(s),
            predicates::is_printable(s),
            predicates::is_identifier(s),
        ]),
        "find" => place(s.find(arg(1))),
        "rfind" => place(s.rfind(arg(1))),
        "count" => Value::Int(s.count(arg(1)) as i64),
        "startswith" => s.starts_with(arg(1)).into(),
        "endswith" => s.ends_with(arg(1)).into(),
        "replace" => s
            .replace(arg(1), arg(2), limit(args[3].int()))
            .unwrap_or_else(|| s.to_canonical())
            .into(),
        "center" | "ljust" | "rjust" => {
            let align = match name {
                "center" => Align::Center,
                "ljust" => Align::Left,
                _ => Align::Right,
            };
            let padded = s.justify(limit(args[1].int()), arg(2).at(0), align);
            padded
                .map_or_else(|| s.to_canonical(), TextBuf::into_canonical)
                .into()
        }
        "concat" => join::concat(s, arg(1)).into(),
        "repeat" => s.repeat(limit(args[1].int())).into(),
        "join" => {
            let Value::List(parts) = &args[1] else {
                panic!("no list")
            };
            join::join(s, parts.iter().map(|part| part.str().as_text())).into()
        }
        "slice" => {
            let start = limit(args[1].int());
            s.every(start, args[2].int() as isize, limit(args[3].int()))
                .into()
        }
        "compare" => Value::Int(match s.cmp(&arg(1)) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }),
        _ => return None,
    })
}

fn of_bytes(name: &str, b: &[u8], args: &[Value]) -> Value {
    let arg = |i: usize| args[i].bytes();
    match name {
        "lower" => ascii::lower(b).into(),
        "upper" => ascii::upper(b).into(),
        "title" => ascii::title(b).into(),
        "capitalize" => ascii::capitalize(b).into(),
        "swapcase" => ascii::swap(b).into(),
        "strip" | "lstrip" | "rstrip" => b[strip::strip_bytes(b, sides(name))].to_vec().into(),
        "strip_of" | "lstrip_of" | "rstrip_of" => b
            [strip::strip_bytes_of(b, arg(1), sides(name.trim_end_matches("_of")))]
        .to_vec()
        .into(),
        "repr" => TextBuf::One(repr::repr_bytes(b)).into(),
        "startswith" => b.starts_with(arg(1)).into(),
        "endswith" => b.ends_with(arg(1)).into(),
        "is" => bools(&[
            ascii::is_alpha(b),
            ascii::is_alnum(b),
            ascii::is_digit(b),
            ascii::is_space(b),
            ascii::is_lower(b),
            ascii::is_upper(b),
            ascii::is_title(b),
            b.is_ascii(),
        ]),
        _ => {
            shared::<u8, OfBytes>(name, b, args, true).unwrap_or_else(|| panic!("what is {name}?"))
        }
    }
}

fn is_canonical(value: &Value) -> bool {
    match value {
        Value::Str(s) => s.as_text().width() == s.as_text().needed_width(),
        Value::List(items) => items.iter().all(is_canonical),
        _ => true,
    }
}

fn answer(operation: &str, args: &[Value]) -> Value {
    let (kind, name) = operation.split_once('.').expect("a kind");
    match kind {
        "bytes" => return of_bytes(name, args[0].bytes(), args),
        "normalize" => {
            let form = normalize::Form::from_name(name).expect("a form");
            return normalize::normalize(args[0].str().as_text(), form).into();
        }
        "normalize_3_2" => {
            let form = normalize::Form::from_name(name).expect("a form");
            return unicode::v3_2::normalize(args[0].str().as_text(), form).into();
        }
        _ => {}
    }
    // All widths that hold it must answer alike.
    let s = args[0].str().as_text();
    let widths = [Width::One, Width::Two, Width::Four]
        .into_iter()
        .filter(|w| *w >= s.needed_width());
    let mut answers = Vec::new();
    for width in widths {
        let wide = s.to_width(width);
        let methods = of_text(name, wide.as_text(), args);
        let units = with_units!(wide.as_text(), u => shared::<_, OfStr>(name, u, args, false));
        answers.extend(
            methods
                .into_iter()
                .chain(units)
                .inspect(|answer| assert!(is_canonical(answer))),
        );
    }
    let first = answers
        .first()
        .unwrap_or_else(|| panic!("what is {operation}?"))
        .clone();
    assert!(
        answers.iter().all(|a| *a == first),
        "{operation}{args:?}: widths differ: {answers:?}"
    );
    first
}

#[test]
fn as_cpython() {
    let run = vector::check(
        &vector::source("str_vectors.txt", include_str!("str_vectors.txt")),
        answer,
    );
    assert!(run > 7000, "only {run} tests");
}
