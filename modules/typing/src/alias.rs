//! `TypeAliasType`: what `type X = ...` makes.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::{
    Args, Cell, Declaration, GetSet, Method, PyResult, Ref, Signature, Slot, Str, Thread, Tuple,
    TypeObject, TypeSpec, Value, ValueExt, flags, intern, none, protocol, slots, types,
};

use crate::evaluate::{evaluator, lazily};
use crate::generic::no_default;
use crate::parameter::{default_of, is_parameter};
use crate::support;

/// A type alias.
#[repr(C)]
struct TypeAlias {
    header: Header,
    name: Slot,
    /// A tuple, or empty.
    type_params: Slot,
    value: Slot,
    evaluate_value: Slot,
    module: Slot,
}

// SAFETY: repr(C), begins with a header; the slots are atomic.
unsafe impl Cell for TypeAlias {
    fn type_object() -> &'static TypeObject {
        &TYPE_ALIAS
    }
}

static ALIAS_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(TypeAlias, name) as u32,
        count: 5,
    },
    size: Size::Fixed(size_of::<TypeAlias>()),
    drop: None,
    name: "type alias",
};

/// `typing.TypeAliasType`
pub static TYPE_ALIAS: TypeObject = TypeObject::declare(&Declaration {
    name: "typing.TypeAliasType",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::IMMUTABLE | flags::WEAK_REFERENCES,
    cell: &ALIAS_CELL,
    kind: Kind::Traced,
    size: size_of::<TypeAlias>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "TypeAliasType(name, value, *, type_params=())\n--\n\nType alias.\n\nIts value is evaluated when it is first asked for:\n\n    type ListOrSet[T] = list[T] | set[T]\n",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::REPR.is(|_, this| Ok(name(this))),
        slots::OR.is(support::or),
        slots::SUBSCRIPT.is(subscript),
        slots::ITER.is(support::iterate),
    ],
    methods: &[Method::no_arguments(
        "__reduce__",
        |_, this| Ok(name(this)),
        "__reduce__($self, /)\n--\n\nThe name under which it is pickled.",
    )],
    getset: &[
        GetSet::read_only("__name__", |_, this| Ok(name(this)), None).member(),
        GetSet::read_only("__parameters__", parameters, None),
        GetSet::read_only(
            "__type_params__",
            |_, this| Ok(type_params(this).value()),
            None,
        ),
        GetSet::read_only("__value__", value, None),
        GetSet::read_only(
            "evaluate_value",
            |thread, this| {
                let this = own(this);
                Ok(evaluator(thread, &this.value, &this.evaluate_value))
            },
            None,
        ),
        GetSet::read_only("__module__", module, None),
    ],
    ..TypeSpec::NONE
};

fn own(this: Value) -> Ref<TypeAlias> {
    // SAFETY: only functions of the type call this, with its instances.
    unsafe { this.downcast_unchecked() }
}

fn name(this: Value) -> Value {
    own(this).name.load().unwrap_or_else(none)
}

fn type_params(this: Value) -> Ref<Tuple> {
    let params = own(this).type_params.load();
    params
        .and_then(|params| params.downcast::<Tuple>())
        .unwrap_or_else(Tuple::empty)
}

fn parameters(thread: &mut Thread, this: Value) -> PyResult {
    let params = type_params(this);
    Ok(support::unpack_tuples(thread, params)?.value())
}

fn value(thread: &mut Thread, this: Value) -> PyResult {
    let alias = own(this);
    let value = lazily(thread, this, &alias.value, &alias.evaluate_value)?;
    Ok(value.unwrap_or_else(none))
}

fn module(thread: &mut Thread, this: Value) -> PyResult {
    let alias = own(this);
    if let Some(module) = alias.module.load() {
        return Ok(module);
    }
    match alias.evaluate_value.load() {
        Some(evaluate) => {
            let name = intern(thread, "__module__");
            let module = protocol::find_attribute(thread, evaluate, name)?;
            Ok(module.unwrap_or_else(none))
        }
        None => Ok(none()),
    }
}

fn subscript(thread: &mut Thread, this: Value, item: Value) -> PyResult {
    if own(this).type_params.load().is_none() {
        return Err(thread.type_error("Only generic type aliases are subscriptable"));
    }
    grwl_types_class::generic_alias::make(thread, this, item)
}

fn make(
    thread: &Thread,
    name: Value,
    type_params: Option<Value>,
    value: Option<Value>,
    evaluate_value: Option<Value>,
    module: Option<Value>,
) -> Value {
    // SAFETY: the type has this layout and no subclasses.
    let made = unsafe {
        thread.new_cell(&TYPE_ALIAS, |header| TypeAlias {
            header,
            name: Slot::new(Some(name)),
            type_params: Slot::new(type_params),
            value: Slot::new(value),
            evaluate_value: Slot::new(evaluate_value),
            module: Slot::new(module),
        })
    };
    made.value()
}

/// The alias that a `type` statement makes.
pub(crate) fn from_syntax(
    thread: &Thread,
    name: Value,
    type_params: Option<Value>,
    evaluate_value: Value,
) -> Value {
    make(thread, name, type_params, None, Some(evaluate_value), None)
}

/// Checks type parameters: none without a default after one with.
fn check_params(thread: &mut Thread, params: Ref<Tuple>) -> PyResult<()> {
    let mut has_default = false;
    for param in params.iter() {
        let default = if is_parameter(param) {
            default_of(thread, param)?
        } else {
            let name = intern(thread, "__default__");
            match protocol::find_attribute(thread, param, name)? {
                Some(default) => (default != no_default()).then_some(default),
                None => {
                    let shown = protocol::repr(thread, param)?;
                    return Err(
                        thread.type_error(format_args!("Expected a type param, got {shown}"))
                    );
                }
            }
        };
        if default.is_some() {
            has_default = true;
        } else if has_default {
            let shown = protocol::repr(thread, param)?;
            return Err(thread.type_error(format_args!(
                "non-default type parameter '{shown}' follows default type parameter"
            )));
        }
    }
    Ok(())
}

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> =
        Signature::new("typealias", ["name", "value", "type_params"]).keyword_only_after(2, 0);
    let [name, value, params] = args.parse(thread, &SIGNATURE)?;
    let name = name.unwrap_or_else(none);
    if name.downcast::<Str>().is_none() {
        return Err(thread.type_error(format_args!(
            "typealias() argument 'name' must be str, not {}",
            if name.is_none() {
                "None".to_owned()
            } else {
                name.class().name().to_string()
            }
        )));
    }
    let params = match params {
        None => None,
        Some(params) => match params.downcast::<Tuple>() {
            Some(params) => {
                check_params(thread, params)?;
                (!params.is_empty()).then(|| params.value())
            }
            None => return Err(thread.type_error("type_params must be a tuple")),
        },
    };
    let module = support::caller(thread);
    Ok(make(thread, name, params, value, None, Some(module)))
}
