//! `weakref.ref`.

use grwl_object::weak::WeakReference;
use grwl_object::{
    Args, CompareOp, GetSet, PyResult, Ref, Str, Thread, TypeObject, TypeSpec, Value, ValueExt,
    none, not_implemented, protocol, singleton, slots, types,
};

use crate::names as n;
use crate::object::address;

fn this(value: Value) -> Ref<WeakReference> {
    // SAFETY: slots and attributes of the type are called with its instances only; the descriptors have looked.
    unsafe { value.downcast_unchecked() }
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    if args.keyword_count() > 0 && std::ptr::eq(class.as_ptr(), &types::WEAK_REFERENCE) {
        return Err(thread.type_error("ref() takes no keyword arguments"));
    }
    let given = args.by_position();
    let (bound, s) = match given.len() {
        0 => ("at least 1", ""),
        1 | 2 => {
            let callback = given.get(1).and_then(|callback| callback.not_none());
            return Ok(WeakReference::new(thread, class, given[0], callback)?.value());
        }
        _ => ("at most 2", "s"),
    };
    Err(thread.type_error(format_args!(
        "__new__ expected {bound} argument{s}, got {}",
        given.len()
    )))
}

fn init(thread: &mut Thread, _value: Value, args: Args<'_>) -> PyResult<()> {
    args.unpack::<2>(thread, "__init__", 1)?;
    Ok(())
}

fn call(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let given = args.no_keywords(thread, "weakref")?;
    if !given.is_empty() {
        return Err(thread.type_error(format_args!(
            "weakref expected 0 arguments, got {}",
            given.len()
        )));
    }
    Ok(this(value).target().unwrap_or_else(none))
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let at = address(value);
    let Some(target) = this(value).target() else {
        return Ok(Str::new(thread, &format!("<weakref at {at}; dead>")).value());
    };
    let key = n::NAME.get(thread);
    let name = protocol::lookup_special(thread, target, key)?;
    let class = target.class();
    let (class, where_to) = (class.name(), address(target));
    let text = match name.and_then(|name| name.downcast::<Str>()) {
        Some(name) => format!("<weakref at {at}; to '{class}' at {where_to} ({name})>"),
        None => format!("<weakref at {at}; to '{class}' at {where_to}>"),
    };
    Ok(Str::new(thread, &text).value())
}

fn hash(thread: &mut Thread, value: Value) -> PyResult<i64> {
    let this = this(value);
    if let Some(known) = this.known_hash() {
        return Ok(known);
    }
    let Some(target) = this.target() else {
        return Err(thread.type_error("weak object has gone away"));
    };
    let hash = protocol::hash(thread, target)?;
    this.remember_hash(hash);
    Ok(hash)
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(left), Some(right)) = (a.downcast::<WeakReference>(), b.downcast::<WeakReference>())
    else {
        return Ok(not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(not_implemented());
    }
    match (left.target(), right.target()) {
        (Some(left), Some(right)) => protocol::compare(thread, left, right, op),
        _ => Ok(singleton::bool((a == b) == (op == CompareOp::Eq))),
    }
}

fn callback(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).callback().unwrap_or_else(none))
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init),
        slots::CALL.is(call),
        slots::REPR.is(repr),
        slots::HASH.is(hash),
        slots::COMPARE.is(compare),
    ],
    methods: &[crate::generic_alias::CLASS_GETITEM],
    getset: &[GetSet::read_only("__callback__", callback, None).member()],
    constants: &[],
};
