//! Evaluating what the syntax for type parameters leaves for later, and the evaluators that `evaluate_bound` and its like show
//! for what was given as a value.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::{
    Args, Cell, Declaration, PyResult, Slot, Str, Thread, Tuple, TypeObject, TypeSpec, Value,
    ValueExt, ellipsis, flags, intern, none, protocol, slots, types,
};

/// `annotationlib.Format.VALUE`
const VALUE: i64 = 1;
/// `annotationlib.Format.STRING`
const STRING: i32 = 4;

/// Calls an evaluator for the value itself.
pub(crate) fn evaluate(thread: &mut Thread, evaluator: Value) -> PyResult {
    protocol::call_positional(thread, evaluator, &[Value::small(VALUE)])
}

/// What a slot has, or what its evaluator makes of it; then the slot has that.
pub(crate) fn lazily(
    thread: &mut Thread,
    owner: Value,
    value: &Slot,
    evaluator: &Slot,
) -> PyResult<Option<Value>> {
    if let Some(value) = value.load() {
        return Ok(Some(value));
    }
    let Some(evaluator) = evaluator.load() else {
        return Ok(None);
    };
    let made = evaluate(thread, evaluator)?;
    value.store(Some(made));
    if let Some(cell) = owner.as_cell() {
        thread.record_write(cell);
    }
    Ok(Some(made))
}

/// The evaluator of a slot: the one that there is, or one that knows the value, or `None`.
pub(crate) fn evaluator(thread: &mut Thread, value: &Slot, evaluator: &Slot) -> Value {
    if let Some(evaluator) = evaluator.load() {
        return evaluator;
    }
    match value.load() {
        Some(value) => constant(thread, value),
        None => none(),
    }
}

/// An evaluator that knows the value.
#[repr(C)]
struct Constant {
    header: Header,
    value: Slot,
}

// SAFETY: repr(C), begins with a header; the slot is atomic.
unsafe impl Cell for Constant {
    fn type_object() -> &'static TypeObject {
        &CONSTANT_EVALUATOR
    }
}

static CONSTANT_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Constant, value) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<Constant>()),
    drop: None,
    name: "constant evaluator",
};

/// `_typing._ConstEvaluator`
pub static CONSTANT_EVALUATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "_typing._ConstEvaluator",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::IMMUTABLE,
    cell: &CONSTANT_CELL,
    kind: Kind::Traced,
    size: size_of::<Constant>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    slots: &[slots::CALL.is(call), slots::REPR.is(repr)],
    ..TypeSpec::NONE
};

/// An evaluator that knows the value.
pub(crate) fn constant(thread: &Thread, value: Value) -> Value {
    // SAFETY: the type has this layout.
    let made = unsafe {
        thread.new_cell(&CONSTANT_EVALUATOR, |header| Constant {
            header,
            value: Slot::new(Some(value)),
        })
    };
    made.value()
}

fn value_of(this: Value) -> Value {
    let this = this.downcast::<Constant>();
    this.and_then(|this| this.value.load()).unwrap_or_else(none)
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let shown = protocol::repr(thread, value_of(this))?;
    Ok(Str::new(thread, &format!("<constevaluator {shown}>")).value())
}

fn call(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    args.no_keywords(thread, "constevaluator.__call__")?;
    let [format] = args.unpack::<1>(thread, "constevaluator.__call__", 1)?;
    let format = protocol::convert::as_i32(thread, format.unwrap_or_else(none))?;
    let value = value_of(this);
    if format != STRING {
        return Ok(value);
    }
    let text = match value.downcast_exact::<Tuple>() {
        Some(tuple) => {
            let mut parts = Vec::new();
            for item in tuple.iter() {
                parts.push(type_repr(thread, item)?);
            }
            let comma = if parts.len() == 1 { "," } else { "" };
            format!("({}{comma})", parts.join(", "))
        }
        None => type_repr(thread, value)?,
    };
    Ok(Str::new(thread, &text).value())
}

/// How a type is shown in the text of an annotation.
fn type_repr(thread: &mut Thread, value: Value) -> PyResult<String> {
    if value == ellipsis() {
        return Ok("...".to_owned());
    }
    let find = |thread: &mut Thread, name: &str| {
        let name = intern(thread, name);
        protocol::find_attribute(thread, value, name)
    };
    let is_alias = find(thread, "__origin__")?.is_some() && find(thread, "__args__")?.is_some();
    if !is_alias
        && let Some(name) = find(thread, "__qualname__")?
        && let Some(module) = find(thread, "__module__")?.and_then(ValueExt::not_none)
    {
        let name = protocol::str(thread, name)?;
        return Ok(match module.downcast::<Str>() {
            Some(module) if module.is_str("builtins") => name.to_string(),
            _ => format!("{}.{name}", protocol::str(thread, module)?),
        });
    }
    Ok(protocol::repr(thread, value)?.to_string())
}
