//! What an `OrderedDict` does with one key, and what shows or compares the whole.

use grwl_object::arguments::Signature;
use grwl_object::dict::ordered::OrderedDict;
use grwl_object::dict::{Dict, End, Outcome};
use grwl_object::singleton::bool;
use grwl_object::{
    Args, CompareOp, Name, PyResult, Ref, Str, Thread, Tuple, Value, ValueExt, flags, instance,
    none, not_implemented, protocol,
};
use grwl_text::TextBuilder;

use super::{check_order, is_plain, receive};
use crate::dict::{construct, operators};

static ITEMS: Name = Name::new("items");
static GETSTATE: Name = Name::new("__getstate__");

const SETDEFAULT: Signature<2> = Signature::new("setdefault", ["key", "default"]).optional_after(1);
const POP: Signature<2> = Signature::new("pop", ["key", "default"]).optional_after(1);
const POPITEM: Signature<1> = Signature::new("popitem", ["last"]).optional_after(0);
const MOVE_TO_END: Signature<2> = Signature::new("move_to_end", ["key", "last"]).optional_after(1);

/// `self[key] = value`, `del self[key]`
pub(super) fn store(
    thread: &mut Thread,
    this: Value,
    key: Value,
    value: Option<Value>,
) -> PyResult<()> {
    let dict = receive(thread, this)?.dict();
    let hash = protocol::hash(thread, key)?;
    match value {
        Some(value) => dict.insert_hashed(thread, key, value, hash),
        None => match dict.remove_hashed(thread, key, hash)? {
            Some(_) => Ok(()),
            None => Err(thread.key_error(key)),
        },
    }
}

pub(super) fn setdefault(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let dict = receive(thread, this)?.dict();
    let [key, default] = args.parse(thread, &SETDEFAULT)?;
    let (key, default) = (key.unwrap_or_else(none), default.unwrap_or_else(none));
    if is_plain(this) {
        return match dict.insert_absent(thread, key, default)? {
            Outcome::Existing(existing) => Ok(existing),
            Outcome::New => Ok(default),
        };
    }
    if protocol::contains(thread, this, key)? {
        return protocol::get_item(thread, this, key);
    }
    protocol::set_item(thread, this, key, default)?;
    Ok(default)
}

pub(super) fn pop(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let dict = receive(thread, this)?.dict();
    let [key, default] = args.parse(thread, &POP)?;
    let key = key.unwrap_or_else(none);
    let hash = protocol::hash(thread, key)?;
    let removed = dict.remove_hashed(thread, key, hash)?;
    removed.or(default).ok_or_else(|| thread.key_error(key))
}

/// Which end an argument `last` means.
fn end(thread: &mut Thread, last: Option<Value>) -> PyResult<End> {
    Ok(match last {
        Some(last) if !protocol::is_true(thread, last)? => End::First,
        _ => End::Last,
    })
}

pub(super) fn popitem(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let dict = receive(thread, this)?.dict();
    let [last] = args.parse(thread, &POPITEM)?;
    let end = end(thread, last)?;
    match dict.pop_at(thread, end) {
        Some((key, value)) => Ok(Tuple::new(thread, &[key, value]).value()),
        None => {
            let message = Str::new(thread, "dictionary is empty");
            Err(thread.key_error(message.value()))
        }
    }
}

pub(super) fn move_to_end(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let dict = receive(thread, this)?.dict();
    let [key, last] = args.parse(thread, &MOVE_TO_END)?;
    let key = key.unwrap_or_else(none);
    let end = end(thread, last)?;
    // An empty one does not ask for the hash.
    if !dict.is_empty() {
        let hash = protocol::hash(thread, key)?;
        if dict.move_to(thread, key, hash, end)? {
            return Ok(none());
        }
    }
    Err(thread.key_error(key))
}

pub(super) fn clear(thread: &mut Thread, this: Value) -> PyResult {
    let this = receive(thread, this)?;
    this.dict().clear(thread);
    if this.lost.load().is_some() {
        let locked = thread.lock_cell(&this);
        locked.store(this, &this.lost, None);
    }
    Ok(none())
}

pub(super) fn size_of(thread: &mut Thread, this: Value) -> PyResult {
    let dict = receive(thread, this)?.dict();
    let beyond = std::mem::size_of::<OrderedDict>() - std::mem::size_of::<Dict>();
    Ok(Value::small((dict.size_in_bytes() + beyond) as i64))
}

/// `self.__dict__`
pub(super) fn get_dict(thread: &mut Thread, this: Value) -> PyResult {
    let dict = instance::dict_of(thread, this)?;
    Ok(dict.map_or_else(none, Ref::value))
}

/// `(class, (), state, None, iterator over the items)`
pub(super) fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    receive(thread, this)?;
    let name = GETSTATE.get(thread);
    let state = protocol::call_method(thread, this, name, &[])?;
    let name = ITEMS.get(thread);
    let items = protocol::call_method(thread, this, name, &[])?;
    let items = protocol::get_iter(thread, items)?;
    let parts = [
        this.class().value(),
        Tuple::empty().value(),
        state,
        none(),
        items,
    ];
    Ok(Tuple::try_new(thread, &parts)?.value())
}

/// `OrderedDict({'a': 1})`
pub(super) fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let ordered = receive(thread, this)?;
    let mut text = TextBuilder::new();
    let name = this.class().name_slot().load();
    if let Some(name) = name.and_then(Value::downcast::<Str>) {
        text.push_text(name.text());
    }
    if ordered.dict().is_empty() {
        text.push_str("()");
        return Ok(Str::from_buf(thread, &text.finish())?.value());
    }
    let Some(_showing) = protocol::Showing::begin(this) else {
        return Ok(Str::new(thread, "...").value());
    };
    check_order(thread, ordered)?;
    let contents = construct::plain_copy(thread, ordered.dict())?;
    let contents = protocol::repr(thread, contents.value())?;
    text.push_str("(");
    text.push_text(contents.text());
    text.push_str(")");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

pub(super) fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(a), Some(other)) = (a.downcast::<OrderedDict>(), b.downcast::<Dict>()) else {
        return Ok(not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(not_implemented());
    }
    // Of one moment, so that a key on its way is not missed.
    let moment = a.dict().copy(thread)?;
    let is_equal = operators::equal(thread, moment, other)?
        && match b.downcast::<OrderedDict>() {
            Some(b) => same_order(thread, a, b)?,
            None => true,
        };
    Ok(bool(is_equal == (op == CompareOp::Eq)))
}

/// Are the keys equal, one by one?
fn same_order(thread: &mut Thread, a: Ref<OrderedDict>, b: Ref<OrderedDict>) -> PyResult<bool> {
    let orders = (a.order(), b.order());
    let mut others = b.dict().snapshot(thread)?;
    for (number, (key, _, _)) in a.dict().snapshot(thread)?.enumerate() {
        let Some((other, _, _)) = others.next() else {
            return Ok(false);
        };
        if key != other {
            let is_equal = protocol::same_or_equal(thread, key, other)?;
            // Only what Python code does in a comparison counts: other threads may change either as they like.
            let asked_python =
                key.class().has_flag(flags::HEAP) || other.class().has_flag(flags::HEAP);
            if asked_python && (a.order(), b.order()) != orders {
                return Err(thread.runtime_error("OrderedDict mutated during iteration"));
            }
            if !is_equal {
                return Ok(false);
            }
        }
        if number % 1024 == 1023 {
            thread.poll()?;
        }
    }
    Ok(others.next().is_none())
}
