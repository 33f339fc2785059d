//! Iterators that put elements together: `accumulate`, `batched`, `chain`, `pairwise`, `zip_longest`.

use grwl_object::list::List;
use grwl_object::protocol::{self, Operator};
use grwl_object::{
    Args, Array, Buffer, Method, PyResult, Ref, Signature, Slot, Thread, Tuple, TypeObject,
    TypeSpec, Value, ValueExt, flags, none, slots,
};

use grwl_types_sequence::turns::{in_turn, is_shared};

use crate::select::exhausted;
use crate::state::{State, drop_if, iterator, itself, make, positional, put, ssize, take, this};

/// `itertools.accumulate`: slot 0 is the iterator, 1 the function (empty: sum), 2 the total, 3 the initial value until it was given.
pub static ACCUMULATE: TypeObject =
    TypeObject::declare(&iterator("itertools.accumulate", flags::BASE));
/// `itertools.batched`: slot 0 is the iterator; number 0 is the length, 1 not 0 if it must come out even.
pub static BATCHED: TypeObject = TypeObject::declare(&iterator("itertools.batched", flags::BASE));
/// `itertools.chain`: slot 0 is the iterator over iterables, 1 the one in turn, 2 a list of those that two threads began at once.
pub static CHAIN: TypeObject = TypeObject::declare(&iterator("itertools.chain", flags::BASE));
/// `itertools.pairwise`: slot 0 is the iterator, 1 the element before.
pub static PAIRWISE: TypeObject = TypeObject::declare(&iterator("itertools.pairwise", flags::BASE));
/// `itertools.zip_longest`: slot 0 is the array of iterators, of which those at their end are gone, 1 what fills; number 0 is how many there are still.
pub static ZIP_LONGEST: TypeObject =
    TypeObject::declare(&iterator("itertools.zip_longest", flags::BASE));

pub(crate) static ACCUMULATE_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "accumulate(iterable, func=None, *, initial=None)\n--\n\nThe sums, or other results of a function of two arguments, of the elements so far.",
    ),
    slots: &[
        slots::NEW.is(new_accumulate),
        slots::ITER.is(itself),
        slots::NEXT.is(next_accumulate),
    ],
    ..TypeSpec::NONE
};
pub(crate) static BATCHED_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "batched(iterable, n, *, strict=False)\n--\n\nTuples of n elements each, the last of which may be shorter unless strict is true.",
    ),
    slots: &[
        slots::NEW.is(new_batched),
        slots::ITER.is(itself),
        slots::NEXT.is(next_batched),
    ],
    ..TypeSpec::NONE
};
pub(crate) static CHAIN_SPEC: TypeSpec = TypeSpec {
    doc: Some("chain(*iterables)\n--\n\nThe elements of the first iterable, then those of the second, and so on."),
    slots: &[slots::NEW.is(new_chain), slots::ITER.is(itself), slots::NEXT.is(next_chain)],
    methods: &[
        Method::one(
            "from_iterable",
            from_iterable,
            "from_iterable($type, iterable, /)\n--\n\nA chain of the iterables that one iterable gives.",
        )
        .of_class(),
        Method::one(
            "__class_getitem__",
            grwl_object::class::generic_alias,
            "__class_getitem__($type, object, /)\n--\n\nSee PEP 585",
        )
        .of_class(),
    ],
    ..TypeSpec::NONE
};
pub(crate) static PAIRWISE_SPEC: TypeSpec = TypeSpec {
    doc: Some("pairwise(iterable, /)\n--\n\nEach element with the one after it."),
    slots: &[
        slots::NEW.is(new_pairwise),
        slots::ITER.is(itself),
        slots::NEXT.is(next_pairwise),
    ],
    ..TypeSpec::NONE
};
pub(crate) static ZIP_LONGEST_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "zip_longest(*iterables, fillvalue=None)\n--\n\nTuples of one element of each iterable, until the longest ends; what is missing is the fill value.",
    ),
    slots: &[
        slots::NEW.is(new_zip),
        slots::ITER.is(itself),
        slots::NEXT.is(next_zip),
    ],
    ..TypeSpec::NONE
};

static ACCUMULATE_ARGS: Signature<3> =
    Signature::new("accumulate", ["iterable", "func", "initial"])
        .optional_after(1)
        .keyword_only_after(2, 0);
static BATCHED_ARGS: Signature<3> =
    Signature::new("batched", ["iterable", "n", "strict"]).keyword_only_after(2, 0);

fn new_accumulate(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let [iterable, function, initial] = args.parse(thread, &ACCUMULATE_ARGS)?;
    let iterator = protocol::get_iter(thread, iterable.unwrap_or_else(none))?;
    let function = function.and_then(Value::not_none);
    let initial = initial.and_then(Value::not_none);
    Ok(make(thread, class, &[Some(iterator), function, None, initial])?.value())
}

fn next_accumulate(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = this(value);
    let Some(iterator) = this.at(0) else {
        return Ok(None);
    };
    if this.at(1).is_some() {
        return accumulate(thread, this, iterator);
    }
    in_turn(thread, this, &[iterator], |thread| {
        accumulate(thread, this, iterator)
    })
}

fn accumulate(thread: &mut Thread, this: Ref<State>, iterator: Value) -> PyResult<Option<Value>> {
    if this.at(3).is_some()
        && let Some(initial) = take(thread, this, 3)
    {
        put(thread, this, 2, Some(initial));
        return Ok(Some(initial));
    }
    let Some(element) = protocol::next(thread, iterator)? else {
        return Ok(None);
    };
    let total = match (this.at(2), this.at(1)) {
        (None, _) => element,
        (Some(total), None) => protocol::binary(thread, Operator::Add, total, element)?,
        (Some(total), Some(function)) => {
            protocol::call_positional(thread, function, &[total, element])?
        }
    };
    put(thread, this, 2, Some(total));
    Ok(Some(total))
}

fn new_batched(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let [Some(iterable), Some(count), strict] = args.parse(thread, &BATCHED_ARGS)? else {
        unreachable!("two are required");
    };
    let count = ssize(thread, count)?;
    let strict = match strict {
        Some(strict) => protocol::is_true(thread, strict)?,
        None => false,
    };
    if count < 1 {
        return Err(thread.value_error("n must be at least one"));
    }
    let iterator = protocol::get_iter(thread, iterable)?;
    let this = make(thread, class, &[Some(iterator)])?;
    this.set_number(0, count as i64);
    this.set_number(1, strict.into());
    Ok(this.value())
}

fn next_batched(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = this(value);
    let Some(iterator) = this.at(0) else {
        return Ok(None);
    };
    in_turn(thread, this, &[iterator], |thread| {
        batch(thread, this, iterator)
    })
}

fn batch(thread: &mut Thread, this: Ref<State>, iterator: Value) -> PyResult<Option<Value>> {
    let count = this.number(0) as usize;
    let mut batch = Buffer::with_capacity(thread, count.min(64))?;
    while batch.len() < count {
        let Some(element) = protocol::next(thread, iterator)? else {
            drop_if(thread, this, 0, iterator);
            break;
        };
        batch.push(thread, element)?;
    }
    if batch.is_empty() {
        return Ok(None);
    }
    if batch.len() < count && this.number(1) != 0 {
        return Err(thread.value_error("batched(): incomplete batch"));
    }
    Ok(Some(Tuple::try_new(thread, &batch)?.value()))
}

fn new_chain(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let args = positional(thread, &class, &CHAIN, args)?;
    let iterables = Tuple::try_new(thread, args.values())?.value();
    let source = protocol::get_iter(thread, iterables)?;
    Ok(make(thread, class, &[Some(source)])?.value())
}

fn from_iterable(thread: &mut Thread, class: Value, iterable: Value) -> PyResult {
    let Some(class) = class.downcast::<TypeObject>() else {
        unreachable!("a class method's receiver is a class");
    };
    let source = protocol::get_iter(thread, iterable)?;
    Ok(make(thread, class, &[Some(source)])?.value())
}

/// The iterator in turn; the next iterable's, if there is none.
fn active(thread: &mut Thread, this: Ref<State>) -> PyResult<Option<Value>> {
    if let Some(active) = this.at(1) {
        return Ok(Some(active));
    }
    if let Some(waiting) = this.at(2).and_then(Value::downcast::<List>)
        && let Some(active) = waiting.remove_at(thread, 0)
    {
        return enter(thread, this, active).map(Some);
    }
    let Some(source) = this.at(0) else {
        return Ok(None);
    };
    let active = match protocol::next(thread, source) {
        Ok(Some(iterable)) => protocol::get_iter(thread, iterable),
        Ok(None) => return Ok(exhausted(thread, this, source)),
        Err(raised) => Err(raised),
    };
    match active {
        Ok(active) => enter(thread, this, active).map(Some),
        Err(raised) => {
            exhausted(thread, this, source);
            Err(raised)
        }
    }
}

/// Makes an iterator the one in turn. If another thread was quicker, it waits, and that one's is in turn.
fn enter(thread: &mut Thread, this: Ref<State>, active: Value) -> PyResult {
    let waiting = {
        let locked = thread.lock_cell(&this);
        if this.at(1).is_none() {
            locked.store(this, &this.slots[1], Some(active));
            return Ok(active);
        }
        let waiting = match this.at(2).and_then(Value::downcast::<List>) {
            Some(waiting) => waiting,
            None => List::new(&locked),
        };
        locked.store(this, &this.slots[2], Some(waiting.value()));
        waiting
    };
    waiting.push(thread, active)?;
    Ok(this.at(1).unwrap_or(active))
}

fn next_chain(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = this(value);
    while let Some(active) = active(thread, this)? {
        if let Some(element) = protocol::next(thread, active)? {
            return Ok(Some(element));
        }
        drop_if(thread, this, 1, active);
        thread.poll()?;
    }
    Ok(None)
}

fn new_pairwise(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let args = positional(thread, &class, &PAIRWISE, args)?;
    let [Some(iterable)] = args.unpack(thread, "pairwise", 1)? else {
        unreachable!("it is required");
    };
    let iterator = protocol::get_iter(thread, iterable)?;
    Ok(make(thread, class, &[Some(iterator)])?.value())
}

fn next_pairwise(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = this(value);
    let Some(iterator) = this.at(0) else {
        return Ok(None);
    };
    in_turn(thread, this, &[iterator], |thread| {
        pair(thread, this, iterator)
    })
}

fn pair(thread: &mut Thread, this: Ref<State>, iterator: Value) -> PyResult<Option<Value>> {
    let before = match this.at(1) {
        Some(before) => before,
        None => {
            let Some(first) = protocol::next(thread, iterator)? else {
                return Ok(exhausted(thread, this, iterator));
            };
            put(thread, this, 1, Some(first));
            // The iterator may have come back here, and to the end.
            if this.at(0).is_none() {
                put(thread, this, 1, None);
                return Ok(None);
            }
            first
        }
    };
    let Some(element) = protocol::next(thread, iterator)? else {
        put(thread, this, 1, None);
        return Ok(exhausted(thread, this, iterator));
    };
    put(thread, this, 1, Some(element));
    Ok(Some(Tuple::try_new(thread, &[before, element])?.value()))
}

fn new_zip(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let mut fill = none();
    for (name, value) in args.by_name() {
        if !name.is_str("fillvalue") {
            return Err(thread.type_error("zip_longest() got an unexpected keyword argument"));
        }
        fill = value;
    }
    let given = args.by_position();
    let iterators = Array::new(thread, given.len())?;
    for (slot, &iterable) in iterators.slots().iter().zip(given) {
        let iterator = protocol::get_iter(thread, iterable)?;
        thread.store(iterators, slot, Some(iterator));
    }
    let this = make(thread, class, &[Some(iterators.value()), Some(fill)])?;
    this.set_number(0, given.len() as i64);
    Ok(this.value())
}

/// One of several iterators has ended; are others left?
fn ended(thread: &mut Thread, this: Ref<State>, slot: &Slot, iterator: Value) -> bool {
    let _locked = thread.lock_cell(&this);
    if slot.load() == Some(iterator) {
        slot.store(None);
        this.set_number(0, (this.number(0) - 1).max(0));
    }
    this.number(0) > 0
}

fn next_zip(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = this(value);
    let (Some(iterators), Some(fill)) = (this.array(0), this.at(1)) else {
        return Ok(None);
    };
    if this.number(0) == 0 {
        return Ok(None);
    }
    if !is_shared(thread, this) {
        return longest(thread, this, iterators, fill);
    }
    let mut parts = Buffer::with_capacity(thread, iterators.capacity())?;
    for iterator in iterators.slots().iter().filter_map(Slot::load) {
        parts.push(thread, iterator)?;
    }
    in_turn(thread, this, &parts, |thread| {
        longest(thread, this, iterators, fill)
    })
}

fn longest(
    thread: &mut Thread,
    this: Ref<State>,
    iterators: Ref<Array>,
    fill: Value,
) -> PyResult<Option<Value>> {
    if this.number(0) == 0 {
        return Ok(None);
    }
    let mut elements = Buffer::with_capacity(thread, iterators.capacity())?;
    for slot in iterators.slots() {
        let Some(iterator) = slot.load() else {
            elements.push(thread, fill)?;
            continue;
        };
        let element = match protocol::next(thread, iterator) {
            Ok(Some(element)) => element,
            Ok(None) if ended(thread, this, slot, iterator) => fill,
            Ok(None) => return Ok(None),
            Err(raised) => {
                this.set_number(0, 0);
                return Err(raised);
            }
        };
        elements.push(thread, element)?;
    }
    Ok(Some(Tuple::try_new(thread, &elements)?.value()))
}
