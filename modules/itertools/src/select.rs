//! Iterators that pass on some of the elements of another: `compress`, `dropwhile`, `takewhile`, `filterfalse`, `islice`; and `starmap`.

use grwl_object::protocol;
use grwl_object::{
    Args, PyResult, Ref, Signature, Thread, Tuple, TypeObject, TypeSpec, Value, ValueExt, flags,
    slots, types,
};

use grwl_types_sequence::turns::in_turn;

use crate::state::{State, drop_if, iterator, itself, make, positional, put, this};

/// `itertools.compress`: slots 0 and 1 are the iterators of data and selectors.
pub static COMPRESS: TypeObject = TypeObject::declare(&iterator("itertools.compress", flags::BASE));
/// `itertools.dropwhile`: slot 0 is the iterator, 1 the function; number 0 is not 0 when an element was passed on.
pub static DROP_WHILE: TypeObject =
    TypeObject::declare(&iterator("itertools.dropwhile", flags::BASE));
/// `itertools.takewhile`: slot 0 is the iterator, 1 the function; number 0 is not 0 at the end.
pub static TAKE_WHILE: TypeObject =
    TypeObject::declare(&iterator("itertools.takewhile", flags::BASE));
/// `itertools.filterfalse`: slot 0 is the iterator, 1 the function.
pub static FILTER_FALSE: TypeObject =
    TypeObject::declare(&iterator("itertools.filterfalse", flags::BASE));
/// `itertools.starmap`: slot 0 is the iterator, 1 the function.
pub static STAR_MAP: TypeObject = TypeObject::declare(&iterator("itertools.starmap", flags::BASE));
/// `itertools.islice`: slot 0 is the iterator; the numbers are the next index wanted, the end (-1: none), the step, and how many elements were read.
pub static SLICE: TypeObject = TypeObject::declare(&iterator("itertools.islice", flags::BASE));

pub(crate) static COMPRESS_SPEC: TypeSpec = TypeSpec {
    doc: Some("compress(data, selectors)\n--\n\nThe elements of data whose selectors are true."),
    slots: &[
        slots::NEW.is(new_compress),
        slots::ITER.is(itself),
        slots::NEXT.is(next_compress),
    ],
    ..TypeSpec::NONE
};
pub(crate) static DROP_WHILE_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "dropwhile(predicate, iterable, /)\n--\n\nThe elements from the first one on for which the predicate is false.",
    ),
    slots: &[
        slots::NEW.is(new_drop_while),
        slots::ITER.is(itself),
        slots::NEXT.is(next_drop_while),
    ],
    ..TypeSpec::NONE
};
pub(crate) static TAKE_WHILE_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "takewhile(predicate, iterable, /)\n--\n\nThe elements before the first one for which the predicate is false.",
    ),
    slots: &[
        slots::NEW.is(new_take_while),
        slots::ITER.is(itself),
        slots::NEXT.is(next_take_while),
    ],
    ..TypeSpec::NONE
};
pub(crate) static FILTER_FALSE_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "filterfalse(function, iterable, /)\n--\n\nThe elements for which the function, or with None the element itself, is false.",
    ),
    slots: &[
        slots::NEW.is(new_filter_false),
        slots::ITER.is(itself),
        slots::NEXT.is(next_filter_false),
    ],
    ..TypeSpec::NONE
};
pub(crate) static STAR_MAP_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "starmap(function, iterable, /)\n--\n\nWhat the function returns for arguments that the elements hold.",
    ),
    slots: &[
        slots::NEW.is(new_star_map),
        slots::ITER.is(itself),
        slots::NEXT.is(next_star_map),
    ],
    ..TypeSpec::NONE
};
pub(crate) static SLICE_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice object\n\nThe elements at some indices, as a slice chooses them.",
    ),
    slots: &[
        slots::NEW.is(new_slice),
        slots::ITER.is(itself),
        slots::NEXT.is(next_slice),
    ],
    ..TypeSpec::NONE
};

static COMPRESS_ARGS: Signature<2> = Signature::new("compress", ["data", "selectors"]);

fn new_compress(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let [Some(data), Some(selectors)] = args.parse(thread, &COMPRESS_ARGS)? else {
        unreachable!("both are required");
    };
    let data = protocol::get_iter(thread, data)?;
    let selectors = protocol::get_iter(thread, selectors)?;
    Ok(make(thread, class, &[Some(data), Some(selectors)])?.value())
}

fn next_compress(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = this(value);
    let (Some(data), Some(selectors)) = (this.at(0), this.at(1)) else {
        return Ok(None);
    };
    in_turn(thread, this, &[data, selectors], |thread| {
        compress(thread, data, selectors)
    })
}

fn compress(thread: &mut Thread, data: Value, selectors: Value) -> PyResult<Option<Value>> {
    loop {
        let Some(element) = protocol::next(thread, data)? else {
            return Ok(None);
        };
        let Some(selector) = protocol::next(thread, selectors)? else {
            return Ok(None);
        };
        if protocol::is_true(thread, selector)? {
            return Ok(Some(element));
        }
        thread.poll()?;
    }
}

/// Makes an iterator of `(function, iterable)`.
fn new(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    builtin: &'static TypeObject,
    name: &str,
    args: Args<'_>,
) -> PyResult {
    let args = positional(thread, &class, builtin, args)?;
    let [Some(function), Some(iterable)] = args.unpack(thread, name, 2)? else {
        unreachable!("both are required");
    };
    let iterator = protocol::get_iter(thread, iterable)?;
    Ok(make(thread, class, &[Some(iterator), Some(function)])?.value())
}

fn new_drop_while(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    new(thread, class, &DROP_WHILE, "dropwhile", args)
}
fn new_take_while(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    new(thread, class, &TAKE_WHILE, "takewhile", args)
}
fn new_filter_false(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    new(thread, class, &FILTER_FALSE, "filterfalse", args)
}
fn new_star_map(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    new(thread, class, &STAR_MAP, "starmap", args)
}

fn parts(this: Ref<State>) -> Option<(Value, Value)> {
    Some((this.at(0)?, this.at(1)?))
}

fn holds(thread: &mut Thread, function: Value, element: Value) -> PyResult<bool> {
    let answer = protocol::call_positional(thread, function, &[element])?;
    protocol::is_true(thread, answer)
}

fn next_drop_while(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = this(value);
    let Some((iterator, function)) = parts(this) else {
        return Ok(None);
    };
    while let Some(element) = protocol::next(thread, iterator)? {
        if this.number(0) != 0 {
            return Ok(Some(element));
        }
        if !holds(thread, function, element)? {
            this.set_number(0, 1);
            return Ok(Some(element));
        }
        thread.poll()?;
    }
    Ok(None)
}

fn next_take_while(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = this(value);
    let Some((iterator, function)) = parts(this) else {
        return Ok(None);
    };
    if this.number(0) != 0 {
        return Ok(None);
    }
    let Some(element) = protocol::next(thread, iterator)? else {
        return Ok(None);
    };
    if holds(thread, function, element)? {
        return Ok(Some(element));
    }
    this.set_number(0, 1);
    Ok(None)
}

fn next_filter_false(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = this(value);
    let Some((iterator, function)) = parts(this) else {
        return Ok(None);
    };
    let by_truth = function.is_none() || function == Ref::from_static(&types::BOOL).value();
    while let Some(element) = protocol::next(thread, iterator)? {
        let is_wanted = if by_truth {
            !protocol::is_true(thread, element)?
        } else {
            !holds(thread, function, element)?
        };
        if is_wanted {
            return Ok(Some(element));
        }
        thread.poll()?;
    }
    Ok(None)
}

fn next_star_map(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let Some((iterator, function)) = parts(this(value)) else {
        return Ok(None);
    };
    let Some(args) = protocol::next(thread, iterator)? else {
        return Ok(None);
    };
    if let Some(args) = args.downcast_exact::<Tuple>() {
        return protocol::call_positional(thread, function, args.as_slice()).map(Some);
    }
    let args = protocol::collect(thread, args)?;
    protocol::call_positional(thread, function, &args).map(Some)
}

/// A bound of `islice`: `None` if it is no index, or negative.
fn bound(thread: &mut Thread, value: Value) -> Option<i64> {
    let bound = protocol::as_isize(thread, value).ok()?;
    (bound >= 0).then_some(bound as i64)
}

fn new_slice(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let args = positional(thread, &class, &SLICE, args)?;
    let [Some(iterable), Some(second), third, fourth] = args.unpack(thread, "islice", 2)? else {
        unreachable!("two are required");
    };
    let (start, stop) = match third {
        None => (None, second.not_none()),
        Some(third) => (second.not_none(), third.not_none()),
    };
    const INDICES: &str = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    const STOP: &str =
        "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    let stop = match stop {
        None => -1,
        Some(stop) => match protocol::as_isize(thread, stop) {
            Ok(stop) if stop >= 0 => stop as i64,
            // With a start, only what is no index has a message of its own.
            Ok(_) if third.is_some() => return Err(thread.value_error(INDICES)),
            _ => return Err(thread.value_error(STOP)),
        },
    };
    let start = match start {
        None => 0,
        Some(start) => match bound(thread, start) {
            Some(start) => start,
            None => return Err(thread.value_error(INDICES)),
        },
    };
    let step = match fourth.and_then(Value::not_none) {
        None => 1,
        Some(step) => match bound(thread, step) {
            Some(step) if step > 0 => step,
            _ => {
                return Err(
                    thread.value_error("Step for islice() must be a positive integer or None.")
                );
            }
        },
    };
    let iterator = protocol::get_iter(thread, iterable)?;
    let this = make(thread, class, &[Some(iterator)])?;
    for (index, number) in [start, stop, step, 0].into_iter().enumerate() {
        this.set_number(index, number);
    }
    Ok(this.value())
}

/// What to do with the next element of a slice.
enum Turn {
    Skip,
    Give,
    End,
}

/// Takes a turn: from here on the element counts as read.
fn turn(thread: &mut Thread, this: Ref<State>) -> Turn {
    let _locked = thread.lock_cell(&this);
    let [next, stop, step, read] = [0, 1, 2, 3].map(|index| this.number(index));
    if read < next {
        this.set_number(3, read + 1);
        return Turn::Skip;
    }
    if stop != -1 && read >= stop {
        return Turn::End;
    }
    this.set_number(3, read + 1);
    let following = match next.checked_add(step) {
        Some(following) if stop == -1 || following <= stop => following,
        Some(_) | None if stop == -1 => i64::MAX,
        _ => stop,
    };
    this.set_number(0, following);
    Turn::Give
}

fn next_slice(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = this(value);
    let Some(iterator) = this.at(0) else {
        return Ok(None);
    };
    in_turn(thread, this, &[iterator], |thread| {
        slice(thread, this, iterator)
    })
}

fn slice(thread: &mut Thread, this: Ref<State>, iterator: Value) -> PyResult<Option<Value>> {
    loop {
        let gives = match turn(thread, this) {
            Turn::Skip => false,
            Turn::Give => true,
            Turn::End => break,
        };
        match protocol::next(thread, iterator)? {
            None => break,
            Some(element) if gives => return Ok(Some(element)),
            Some(_) => thread.poll()?,
        }
    }
    put(thread, this, 0, None);
    Ok(None)
}

/// For iterators that let go of their source at its end.
pub(crate) fn exhausted(thread: &mut Thread, this: Ref<State>, iterator: Value) -> Option<Value> {
    drop_if(thread, this, 0, iterator);
    None
}
