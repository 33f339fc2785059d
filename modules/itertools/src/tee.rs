//! `tee`: several iterators over the elements of one.
//!
//! What was read and not yet given by all is a chain of links, each of which an iterator leaves behind when it has given its element; the collector takes those behind all.
//!
//! Protocol: a link is filled once. Who fills it has set its number 0 under its lock before calling the source; whoever comes meanwhile gets a `RuntimeError`.
//! An iterator goes on to the next link under its own lock, so that each of its elements is given once.

use grwl_object::protocol;
use grwl_object::{
    Args, Buffer, Method, PyResult, Ref, Thread, Tuple, TypeObject, TypeSpec, Value, ValueExt,
    flags, none, slots,
};

use crate::state::{State, iterator, itself, make, positional, this};

/// `itertools._tee`: slot 0 is the link that it gives next.
pub static TEE: TypeObject =
    TypeObject::declare(&iterator("itertools._tee", flags::WEAK_REFERENCES));
/// `itertools._tee_dataobject`: slot 0 is the source, 1 the element, 2 the next link, which is there when the element is.
pub static TEE_LINK: TypeObject = TypeObject::declare(&iterator(
    "itertools._tee_dataobject",
    flags::DISALLOW_INSTANTIATION,
));

pub(crate) static TEE_SPEC: TypeSpec = TypeSpec {
    doc: Some("Iterator wrapped to make it copyable."),
    slots: &[
        slots::NEW.is(new),
        slots::ITER.is(itself),
        slots::NEXT.is(next),
    ],
    methods: &[Method::no_arguments(
        "__copy__",
        copy,
        "__copy__($self, /)\n--\n\nAn iterator that goes on from here by itself.",
    )],
    ..TypeSpec::NONE
};
pub(crate) static TEE_LINK_SPEC: TypeSpec = TypeSpec {
    doc: Some("Data container common to multiple tee objects."),
    ..TypeSpec::NONE
};

fn link(thread: &Thread, source: Value) -> PyResult<Ref<State>> {
    make(thread, Ref::from_static(&TEE_LINK), &[Some(source)])
}

/// An iterator over the same elements as `iterable`, from which others can be copied.
fn from_iterable(thread: &mut Thread, iterable: Value) -> PyResult {
    let iterator = protocol::get_iter(thread, iterable)?;
    if iterator.class().is_subtype_of(&TEE) {
        return copy(thread, iterator);
    }
    let first = link(thread, iterator)?.value();
    Ok(make(thread, Ref::from_static(&TEE), &[Some(first)])?.value())
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let args = positional(thread, &class, &TEE, args)?;
    let [Some(iterable)] = args.unpack(thread, "_tee", 1)? else {
        unreachable!("it is required");
    };
    from_iterable(thread, iterable)
}

fn copy(thread: &mut Thread, value: Value) -> PyResult {
    let at = this(value).at(0);
    Ok(make(thread, Ref::from_static(&TEE), &[at])?.value())
}

/// The element of a link and the link after it; reads the source if nobody has.
fn read(thread: &mut Thread, link: Ref<State>) -> PyResult<Option<(Value, Value)>> {
    let Some(source) = link.at(0) else {
        return Ok(None);
    };
    let is_running = {
        let _locked = thread.lock_cell(&link);
        match (link.at(2), link.at(1)) {
            (Some(following), Some(element)) => return Ok(Some((element, following))),
            _ => {
                link.number(0) != 0 || {
                    link.set_number(0, 1);
                    false
                }
            }
        }
    };
    if is_running {
        return Err(thread.runtime_error("cannot re-enter the tee iterator"));
    }
    let element = protocol::next(thread, source);
    let locked = thread.lock_cell(&link);
    link.set_number(0, 0);
    let Some(element) = element? else {
        return Ok(None);
    };
    let following = self::link(&locked, source)?.value();
    locked.store(link, &link.slots[1], Some(element));
    locked.store(link, &link.slots[2], Some(following));
    Ok(Some((element, following)))
}

fn next(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let tee = this(value);
    while let Some(at) = tee.at(0) {
        let Some((element, following)) = read(thread, this(at))? else {
            return Ok(None);
        };
        let locked = thread.lock_cell(&tee);
        if tee.at(0) == Some(at) {
            locked.store(tee, &tee.slots[0], Some(following));
            return Ok(Some(element));
        }
    }
    Ok(None)
}

pub(crate) fn tee(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [iterable, count] = args.unpack(thread, "tee", 1)?;
    let count = match count {
        Some(count) => crate::state::ssize(thread, count)?,
        None => 2,
    };
    if count < 0 {
        return Err(thread.value_error("n must be >= 0"));
    }
    if count == 0 {
        return Ok(Tuple::empty().value());
    }
    let first = from_iterable(thread, iterable.unwrap_or_else(none))?;
    let mut all = Buffer::with_capacity(thread, count as usize)?;
    all.push(thread, first)?;
    for _ in 1..count {
        let another = copy(thread, first)?;
        all.push(thread, another)?;
    }
    Ok(Tuple::try_new(thread, &all)?.value())
}
