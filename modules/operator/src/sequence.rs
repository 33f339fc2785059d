//! Functions on sequences, mappings and what has a length; and `call`.

use grwl_object::protocol::{self, Operator, iterate};
use grwl_object::{
    Args, Method, PyResult, Thread, Value, ValueExt, int, none, singleton, slots, types,
};

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "concat",
        concat,
        "concat($module, a, b, /)\n--\n\nSame as a + b, for a and b sequences.",
    ),
    Method::any(
        "iconcat",
        inplace_concat,
        "iconcat($module, a, b, /)\n--\n\nSame as a += b, for a and b sequences.",
    ),
    Method::any(
        "contains",
        contains,
        "contains($module, a, b, /)\n--\n\nSame as b in a (note reversed operands).",
    ),
    Method::any(
        "countOf",
        count_of,
        "countOf($module, a, b, /)\n--\n\nHow many elements of a are or equal b.",
    ),
    Method::any(
        "indexOf",
        index_of,
        "indexOf($module, a, b, /)\n--\n\nThe index of the first element of a that is or equals b.",
    ),
    Method::any(
        "getitem",
        get_item,
        "getitem($module, a, b, /)\n--\n\nSame as a[b].",
    ),
    Method::any(
        "setitem",
        set_item,
        "setitem($module, a, b, c, /)\n--\n\nSame as a[b] = c.",
    ),
    Method::any(
        "delitem",
        delete_item,
        "delitem($module, a, b, /)\n--\n\nSame as del a[b].",
    ),
    Method::any(
        "length_hint",
        length_hint,
        "length_hint($module, obj, default=0, /)\n--\n\nHow many elements obj may have: by its length, or by __length_hint__(), or the default.",
    ),
    Method::any(
        "call",
        call,
        "call($module, obj, /, *args, **kwargs)\n--\n\nSame as obj(*args, **kwargs).",
    ),
];

/// The arguments of the function `name`, all of which are required.
fn arguments<const N: usize>(
    thread: &mut Thread,
    args: Args<'_>,
    name: &str,
) -> PyResult<[Value; N]> {
    if args.keyword_count() > 0 {
        return Err(thread.type_error(format_args!(
            "_operator.{name}() takes no keyword arguments"
        )));
    }
    let values: [Option<Value>; N] = args.unpack(thread, name, N)?;
    Ok(values.map(|value| value.unwrap_or_else(none)))
}

fn cannot_concatenate(thread: &mut Thread, a: Value) -> PyResult {
    Err(thread.type_error(format_args!(
        "'{}' object can't be concatenated",
        a.class().name()
    )))
}

fn concat(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [a, b] = arguments(thread, args, "concat")?;
    if let Some(concat) = a.class().slot(slots::CONCAT) {
        return concat(thread, a, b);
    }
    if iterate::is_sequence(a) && iterate::is_sequence(b) {
        return protocol::binary(thread, Operator::Add, a, b);
    }
    cannot_concatenate(thread, a)
}

fn inplace_concat(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [a, b] = arguments(thread, args, "iconcat")?;
    let class = a.class();
    let slot = class.slot(slots::INPLACE_CONCAT);
    if let Some(concat) = slot.or_else(|| class.slot(slots::CONCAT)) {
        return concat(thread, a, b);
    }
    if iterate::is_sequence(a) && iterate::is_sequence(b) {
        return protocol::inplace(thread, Operator::Add, a, b);
    }
    cannot_concatenate(thread, a)
}

fn contains(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [a, b] = arguments(thread, args, "contains")?;
    Ok(singleton::bool(protocol::contains(thread, a, b)?))
}

/// Calls `found` with the index of each element of `a` that is or equals `b`, until it answers `true`.
fn search(
    thread: &mut Thread,
    a: Value,
    b: Value,
    mut found: impl FnMut(usize) -> bool,
) -> PyResult<()> {
    let iterator = match protocol::iter_whole(thread, a) {
        Err(raised) if raised.matches(&types::TYPE_ERROR) => {
            return Err(thread.type_error(format_args!(
                "argument of type '{}' is not iterable",
                a.class().name()
            )));
        }
        iterator => iterator?,
    };
    let mut index = 0;
    while let Some(element) = protocol::next(thread, iterator)? {
        if protocol::same_or_equal(thread, element, b)? && found(index) {
            break;
        }
        index += 1;
        if index % 1024 == 0 {
            thread.poll()?;
        }
    }
    Ok(())
}

fn count_of(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [a, b] = arguments(thread, args, "countOf")?;
    let mut count = 0;
    search(thread, a, b, |_| {
        count += 1;
        false
    })?;
    Ok(int::from_usize(thread, count))
}

fn index_of(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [a, b] = arguments(thread, args, "indexOf")?;
    let mut place = None;
    search(thread, a, b, |index| {
        place = Some(index);
        true
    })?;
    match place {
        Some(index) => Ok(int::from_usize(thread, index)),
        None => Err(thread.value_error("sequence.index(x): x not in sequence")),
    }
}

fn get_item(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [a, b] = arguments(thread, args, "getitem")?;
    protocol::get_item(thread, a, b)
}

fn set_item(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [a, b, c] = arguments(thread, args, "setitem")?;
    protocol::set_item(thread, a, b, c)?;
    Ok(none())
}

fn delete_item(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [a, b] = arguments(thread, args, "delitem")?;
    protocol::delete_item(thread, a, b)?;
    Ok(none())
}

fn length_hint(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [object, default] = args.unpack(thread, "length_hint", 1)?;
    let default = match default {
        Some(default) => protocol::as_isize(thread, default)?,
        None => 0,
    };
    let object = object.unwrap_or_else(none);
    // A negative default is given back as it is.
    let hint = protocol::length_hint(thread, object, default as usize)?;
    Ok(int::from_i64(thread, hint as i64))
}

fn call(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    match args.by_position().first() {
        Some(&callable) => protocol::call(thread, callable, args.without_first()),
        None => Err(thread.type_error("call expected at least 1 argument, got 0")),
    }
}
