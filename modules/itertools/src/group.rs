//! `groupby`: groups of neighbours with equal keys.
//!
//! Protocol: `groupby` and its present group share what was read ahead: the element in slot 3 and its key in slot 4 of the `groupby`. An element is
//! taken out under the lock, so it is given once.

use grwl_object::protocol;
use grwl_object::{
    Args, PyResult, Raised, Ref, Signature, Thread, Tuple, TypeObject, TypeSpec, Value, ValueExt,
    flags, slots,
};

use crate::state::{State, iterator, itself, make, put, this};

/// `itertools.groupby`: slot 0 is the iterator, 1 the key function (empty: the element), 2 the present group's key, 3 and 4 what was read ahead and its key, 5 the present group.
pub static GROUP_BY: TypeObject = TypeObject::declare(&iterator("itertools.groupby", flags::BASE));
/// `itertools._grouper`: slot 0 is the `groupby`, 1 the group's key.
pub static GROUPER: TypeObject = TypeObject::declare(&iterator("itertools._grouper", 0));

pub(crate) static GROUP_BY_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "groupby(iterable, key=None)\n--\n\nPairs of a key and an iterator over the neighbouring elements that have it.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::ITER.is(itself),
        slots::NEXT.is(next),
    ],
    ..TypeSpec::NONE
};
pub(crate) static GROUPER_SPEC: TypeSpec = TypeSpec {
    slots: &[
        slots::NEW.is(new_grouper),
        slots::ITER.is(itself),
        slots::NEXT.is(next_in_group),
    ],
    ..TypeSpec::NONE
};

const TARGET: usize = 2;
const ELEMENT: usize = 3;
const KEY: usize = 4;
const GROUP: usize = 5;

static SIGNATURE: Signature<2> = Signature::new("groupby", ["iterable", "key"]).optional_after(1);

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let [Some(iterable), key] = args.parse(thread, &SIGNATURE)? else {
        unreachable!("it is required");
    };
    let iterator = protocol::get_iter(thread, iterable)?;
    let key = key.and_then(Value::not_none);
    Ok(make(thread, class, &[Some(iterator), key])?.value())
}

/// Reads one element ahead; `false` at the end.
fn step(thread: &mut Thread, this: Ref<State>) -> PyResult<bool> {
    let Some(iterator) = this.at(0) else {
        return Ok(false);
    };
    let Some(element) = protocol::next(thread, iterator)? else {
        return Ok(false);
    };
    let key = match this.at(1) {
        Some(function) => protocol::call_positional(thread, function, &[element])?,
        None => element,
    };
    let locked = thread.lock_cell(&this);
    locked.store(this, &this.slots[ELEMENT], Some(element));
    locked.store(this, &this.slots[KEY], Some(key));
    Ok(true)
}

fn next(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = this(value);
    put(thread, this, GROUP, None);
    let key = loop {
        if let Some(key) = this.at(KEY) {
            match this.at(TARGET) {
                None => break key,
                Some(target) if !protocol::same_or_equal(thread, target, key)? => break key,
                Some(_) => {}
            }
        }
        if !step(thread, this)? {
            return Ok(None);
        }
        thread.poll()?;
    };
    put(thread, this, TARGET, Some(key));
    let group = grouper(thread, Ref::from_static(&GROUPER), this, key)?;
    Ok(Some(Tuple::try_new(thread, &[key, group])?.value()))
}

fn grouper(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    parent: Ref<State>,
    key: Value,
) -> PyResult {
    let group = make(thread, class, &[Some(parent.value()), Some(key)])?.value();
    put(thread, parent, GROUP, Some(group));
    Ok(group)
}

fn new_grouper(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let args = crate::state::positional(thread, &class, &GROUPER, args)?;
    let [Some(parent), Some(key)] = args.unpack(thread, "_grouper", 2)? else {
        unreachable!("both are required");
    };
    if !parent.class().is_subtype_of(&GROUP_BY) {
        return Err(not_group_by(thread, parent));
    }
    grouper(thread, class, this(parent), key)
}

#[cold]
fn not_group_by(thread: &mut Thread, value: Value) -> Raised {
    thread.type_error(format_args!(
        "_grouper() argument 1 must be itertools.groupby, not {}",
        value.class().name()
    ))
}

fn next_in_group(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let group = this(value);
    let (Some(parent), Some(target)) = (group.at(0), group.at(1)) else {
        return Ok(None);
    };
    let parent = this(parent);
    loop {
        if parent.at(GROUP) != Some(value) {
            return Ok(None);
        }
        if parent.at(ELEMENT).is_none() && !step(thread, parent)? {
            return Ok(None);
        }
        let Some(key) = parent.at(KEY) else {
            continue;
        };
        if !protocol::same_or_equal(thread, target, key)? {
            return Ok(None);
        }
        let locked = thread.lock_cell(&parent);
        // Empty if the comparison, or another thread, has taken it: the group ends then.
        let element = parent.at(ELEMENT);
        locked.store(parent, &parent.slots[ELEMENT], None);
        locked.store(parent, &parent.slots[KEY], None);
        return Ok(element);
    }
}
