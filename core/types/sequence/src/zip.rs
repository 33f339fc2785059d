//! `zip`, and how several iterators are advanced together (for `map` too).

use grwl_object::iterators::Zip;
use grwl_object::slots::{self, SlotValue};
use grwl_object::{
    Args, Buffer, Method, PyResult, Raised, Ref, Slot, Thread, Tuple, TypeObject, TypeSpec, Value,
    ValueExt, instance, none, protocol, singleton,
};
use grwl_threads::sync::{AtomicU32, Ordering};

use crate::receiver::{itself, of};
use crate::turns::in_turn;

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "zip(*iterables, strict=False)\n--\n\nAn iterator over tuples of one element of each iterable, until the shortest ends. If strict is true they must end together.",
    ),
    slots: SLOTS,
    methods: METHODS,
    getset: &[],
    constants: &[],
};

static SLOTS: &[SlotValue] = &[
    slots::NEW.is(new),
    slots::ITER.is(itself),
    slots::NEXT.is(next),
];

static METHODS: &[Method] = &[
    Method::no_arguments(
        "__reduce__",
        reduce,
        "__reduce__($self, /)\n--\n\nFor pickling: how to make an iterator that goes on here.",
    ),
    Method::one(
        "__setstate__",
        set_state,
        "__setstate__($self, object, /)\n--\n\nSets whether the iterables must end together.",
    ),
];

/// The only argument by name of `zip` and `map`.
pub(crate) fn strict_argument(
    thread: &mut Thread,
    args: Args<'_>,
    function: &str,
) -> PyResult<bool> {
    let mut strict = false;
    for (name, value) in args.by_name() {
        if !name.is_str("strict") {
            return Err(thread.type_error(format_args!(
                "{function}() got an unexpected keyword argument '{name}'"
            )));
        }
        strict = protocol::is_true(thread, value)?;
    }
    Ok(strict)
}

/// A tuple of the iterators of some iterables.
pub(crate) fn iterators(thread: &mut Thread, iterables: &[Value]) -> PyResult<Ref<Tuple>> {
    let mut iterators = Buffer::with_capacity(thread, iterables.len())?;
    for &iterable in iterables {
        let iterator = protocol::get_iter(thread, iterable)?;
        iterators.push(thread, iterator)?;
    }
    Tuple::try_new(thread, &iterators)
}

/// The iterators in a slot that holds a tuple, or nothing.
pub(crate) fn iterators_in(slot: &Slot) -> Ref<Tuple> {
    slot.load()
        .and_then(Value::downcast)
        .unwrap_or_else(Tuple::empty)
}

/// How many iterators are advanced without memory from the heap.
const FEW: usize = 8;

/// Advances each iterator and gives `act` the elements; `None` if one has ended.
///
/// # Errors
/// What an iterator or `act` raises; `ValueError` if they must end together and do not.
pub(crate) fn advance<R>(
    thread: &mut Thread,
    iterators: Ref<Tuple>,
    strict: bool,
    function: &str,
    act: impl FnOnce(&mut Thread, &[Value]) -> PyResult<R>,
) -> PyResult<Option<R>> {
    let count = iterators.len();
    if count <= FEW {
        let mut elements = [Value::small(0); FEW];
        for (index, iterator) in iterators.iter().enumerate() {
            match protocol::next(thread, iterator)? {
                Some(element) => elements[index] = element,
                None => return ended(thread, iterators, index, strict, function),
            }
        }
        return act(thread, &elements[..count]).map(Some);
    }
    let mut elements = Buffer::with_capacity(thread, count)?;
    for (index, iterator) in iterators.iter().enumerate() {
        match protocol::next(thread, iterator)? {
            Some(element) => elements.push(thread, element)?,
            None => return ended(thread, iterators, index, strict, function),
        }
    }
    act(thread, &elements).map(Some)
}

/// The iterator at `index` has ended, those before it have not.
fn ended<R>(
    thread: &mut Thread,
    iterators: Ref<Tuple>,
    index: usize,
    strict: bool,
    function: &str,
) -> PyResult<Option<R>> {
    if !strict {
        return Ok(None);
    }
    if index > 0 {
        return Err(uneven(thread, function, index, "shorter"));
    }
    for (index, iterator) in iterators.iter().enumerate().skip(1) {
        if protocol::next(thread, iterator)?.is_some() {
            return Err(uneven(thread, function, index, "longer"));
        }
    }
    Ok(None)
}

/// The argument at `index` is longer or shorter than those before it.
#[cold]
fn uneven(thread: &mut Thread, function: &str, index: usize, how: &str) -> Raised {
    let others = if index == 1 { " " } else { "s 1-" };
    let place = index + 1;
    thread.value_error(format_args!(
        "{function}() argument {place} is {how} than argument{others}{index}"
    ))
}

/// Reads the flag that the iterators must end together.
pub(crate) fn is_strict(flag: &AtomicU32) -> bool {
    flag.load(Ordering::Relaxed) != 0
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let strict = strict_argument(thread, args, "zip")?;
    let iterators = iterators(thread, args.by_position())?;
    let value = Value::from_cell(instance::allocate(thread, class)?);
    let this: Ref<Zip> = of(thread, value)?;
    thread.store(this, &this.iterators, Some(iterators.value()));
    this.strict.store(u32::from(strict), Ordering::Relaxed);
    Ok(value)
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let this: Ref<Zip> = of(thread, this)?;
    let iterators = iterators_in(&this.iterators);
    if iterators.is_empty() {
        return Ok(None);
    }
    let strict = is_strict(&this.strict);
    in_turn(thread, this, iterators.as_slice(), |thread| {
        advance(thread, iterators, strict, "zip", |thread, elements| {
            Ok(Tuple::try_new(thread, elements)?.value())
        })
    })
}

/// `(class, arguments)`, and `True` if they must end together.
pub(crate) fn reduced(
    thread: &mut Thread,
    value: Value,
    arguments: Ref<Tuple>,
    strict: bool,
) -> PyResult {
    let parts = [
        value.class().value(),
        arguments.value(),
        singleton::bool(true),
    ];
    let count = if strict { 3 } else { 2 };
    Ok(Tuple::new(thread, &parts[..count]).value())
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let this: Ref<Zip> = of(thread, value)?;
    let iterators = iterators_in(&this.iterators);
    reduced(thread, value, iterators, is_strict(&this.strict))
}

fn set_state(thread: &mut Thread, this: Value, state: Value) -> PyResult {
    let strict = protocol::is_true(thread, state)?;
    let this: Ref<Zip> = of(thread, this)?;
    this.strict.store(u32::from(strict), Ordering::Relaxed);
    Ok(none())
}
