//! Making and filling an `OrderedDict`: `__init__`, `update`, `fromkeys`, `copy`, `|`.

use grwl_object::arguments::Signature;
use grwl_object::dict::ordered::{ORDERED_DICT, OrderedDict};
use grwl_object::dict::{Dict, as_plain};
use grwl_object::{
    Args, Name, PyResult, Ref, Thread, Tuple, Value, ValueExt, instance, none, not_implemented,
    protocol,
};

use super::{is_exact, is_plain, receive, stores_plainly};

static KEYS: Name = Name::new("keys");
static ITEMS: Name = Name::new("items");

const FROM_KEYS: Signature<2> = Signature::new("fromkeys", ["iterable", "value"]).optional_after(1);

pub(super) fn init(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    receive(thread, this)?;
    let count = args.by_position().len();
    if count > 1 {
        return Err(thread.type_error(format_args!("expected at most 1 argument, got {count}")));
    }
    fill(thread, this, args)
}

pub(super) fn update_method(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    receive(thread, this)?;
    let count = args.by_position().len();
    if count > 1 {
        return Err(thread.type_error(format_args!(
            "update() takes at most 1 positional argument ({count} given)"
        )));
    }
    fill(thread, this, args)?;
    Ok(none())
}

/// The positional argument, then those by name.
fn fill(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    if let Some(&from) = args.by_position().first() {
        update(thread, this, from)?;
    }
    for (name, value) in args.by_name() {
        set(thread, this, name.value(), value)?;
    }
    Ok(())
}

/// `this[key] = value`
fn set(thread: &mut Thread, this: Value, key: Value, value: Value) -> PyResult<()> {
    if stores_plainly(this) {
        super::methods::store(thread, this, key, Some(value))
    } else {
        protocol::set_item(thread, this, key, value)
    }
}

/// What is read as a plain dict: a dict itself, or an `OrderedDict` itself.
fn as_itself(value: Value) -> Option<Ref<Dict>> {
    value
        .downcast_exact::<Dict>()
        .or_else(|| as_plain(value).filter(|_| is_exact(value)))
}

/// Takes the entries of a mapping, or the pairs of an iterable.
fn update(thread: &mut Thread, this: Value, from: Value) -> PyResult<()> {
    if let Some(source) = as_itself(from) {
        if stores_plainly(this) {
            return receive(thread, this)?.dict().merge(thread, source, true);
        }
        for (key, value, _) in source.snapshot(thread)? {
            protocol::set_item(thread, this, key, value)?;
        }
        return Ok(());
    }
    let name = KEYS.get(thread);
    if let Some(keys) = protocol::find_attribute(thread, from, name)? {
        let keys = protocol::call_positional(thread, keys, &[])?;
        return protocol::for_each(thread, keys, |thread, key| {
            let value = protocol::get_item(thread, from, key)?;
            set(thread, this, key, value)
        });
    }
    let name = ITEMS.get(thread);
    let pairs = match protocol::find_attribute(thread, from, name)? {
        Some(items) => protocol::call_positional(thread, items, &[])?,
        None => from,
    };
    protocol::for_each(thread, pairs, |thread, pair| {
        let (key, value) = split(thread, pair)?;
        set(thread, this, key, value)
    })
}

/// The two elements of a pair, which may be any iterable.
fn split(thread: &mut Thread, pair: Value) -> PyResult<(Value, Value)> {
    if let Some(&[key, value]) = pair.downcast_exact::<Tuple>().map(Ref::<Tuple>::as_slice) {
        return Ok((key, value));
    }
    let iterator = protocol::get_iter(thread, pair)?;
    let Some(key) = protocol::next(thread, iterator)? else {
        return Err(thread.value_error("need more than 0 values to unpack"));
    };
    let Some(value) = protocol::next(thread, iterator)? else {
        return Err(thread.value_error("need more than 1 value to unpack"));
    };
    if protocol::next(thread, iterator)?.is_some() {
        return Err(thread.value_error("too many values to unpack (expected 2)"));
    }
    Ok((key, value))
}

/// `cls.fromkeys(iterable, value=None)`
pub(super) fn fromkeys(thread: &mut Thread, class: Value, args: Args<'_>) -> PyResult {
    let [iterable, value] = args.parse(thread, &FROM_KEYS)?;
    let (iterable, value) = (iterable.unwrap_or_else(none), value.unwrap_or_else(none));
    let made = protocol::call(thread, class, Args::NONE)?;
    protocol::for_each(thread, iterable, |thread, key| {
        protocol::set_item(thread, made, key, value)
    })?;
    Ok(made)
}

/// `self.copy()`
pub(super) fn copy(thread: &mut Thread, this: Value) -> PyResult {
    let from = receive(thread, this)?;
    if is_exact(this) {
        let cell = instance::allocate(thread, Ref::from_static(&ORDERED_DICT))?;
        let made = Value::from_cell(cell);
        let copy = receive(thread, made)?;
        from.dict().copy_into(thread, copy.dict())?;
        return Ok(made);
    }
    let made = protocol::call_positional(thread, this.class().value(), &[])?;
    if is_plain(this)
        && stores_plainly(made)
        && let Some(copy) = made.downcast::<OrderedDict>()
    {
        copy.dict().merge(thread, from.dict(), true)?;
        return Ok(made);
    }
    let order = from.order();
    for (key, _, _) in from.dict().snapshot(thread)? {
        let value = protocol::get_item(thread, this, key)?;
        protocol::set_item(thread, made, key, value)?;
        if from.order() != order {
            return Err(thread.runtime_error("OrderedDict mutated during iteration"));
        }
    }
    Ok(made)
}

pub(super) fn or(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let (like, other) = if a.downcast::<OrderedDict>().is_some() {
        (a, b)
    } else {
        (b, a)
    };
    if like.downcast::<OrderedDict>().is_none() || other.downcast::<Dict>().is_none() {
        return Ok(not_implemented());
    }
    let made = protocol::call_positional(thread, like.class().value(), &[a])?;
    receive(thread, made)?;
    update(thread, made, b)?;
    Ok(made)
}

pub(super) fn inplace_or(thread: &mut Thread, this: Value, other: Value) -> PyResult {
    receive(thread, this)?;
    update(thread, this, other)?;
    Ok(this)
}
