//! `typing.Union`: `int | str`.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::{
    Buffer, Cell, CompareOp, Declaration, GetSet, Method, PyResult, Ref, Slot, Str, Thread, Tuple,
    TypeObject, TypeSpec, Value, ValueExt, flags, not_implemented, protocol, singleton, slots,
    types,
};

use crate::generic_alias::GenericAlias;
use crate::type_parameters::{parameters, shown, substitute};

/// See the module's head.
#[repr(C)]
pub struct Union {
    header: Header,
    args: Slot,
}

// SAFETY: repr(C), begins with a header; never changed.
unsafe impl Cell for Union {
    fn type_object() -> &'static TypeObject {
        &UNION
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Union, args) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<Union>()),
    drop: None,
    name: "union of types",
};

/// `typing.Union`
pub static UNION: TypeObject = TypeObject::declare(&Declaration {
    name: "typing.Union",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::WEAK_REFERENCES,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Union>(),
    attributes: 0,
});

pub(crate) fn install() {
    UNION.define(&SPEC);
}

impl Union {
    /// `__args__`
    pub fn args(&self) -> Ref<Tuple> {
        self.args
            .load()
            .and_then(|args| args.downcast())
            .unwrap_or_else(Tuple::empty)
    }
}

fn this(value: Value) -> Ref<Union> {
    // SAFETY: slots, methods and attributes of the type are called with its instances only; the descriptors have looked.
    unsafe { value.downcast_unchecked() }
}

fn can_be_member(value: Value) -> bool {
    value.is_none()
        || value.downcast::<TypeObject>().is_some()
        || value.downcast::<GenericAlias>().is_some()
        || value.downcast::<Union>().is_some()
        || value.class().name().to_string() == "typing.TypeAliasType"
}

/// Adds a member, unless an equal one is there; those of a union one by one.
fn add(thread: &mut Thread, members: &mut Buffer, value: Value) -> PyResult<()> {
    if let Some(union) = value.downcast_exact::<Union>() {
        for value in union.args().iter() {
            add(thread, members, value)?;
        }
        return Ok(());
    }
    let value = if value.is_none() {
        Ref::from_static(&types::NONE_TYPE).value()
    } else {
        value
    };
    for index in 0..members.len() {
        if protocol::same_or_equal(thread, members[index], value)? {
            return Ok(());
        }
    }
    members.push(thread, value)
}

/// The union of these; a single one is itself.
///
/// # Errors
/// What comparing raises; `TypeError` if there are none.
pub fn make(thread: &mut Thread, values: &[Value]) -> PyResult {
    let mut members = Buffer::new();
    for &value in values {
        add(thread, &mut members, value)?;
    }
    match *members.as_slice() {
        [] => Err(thread.type_error("Cannot take a Union of no types.")),
        [only] => Ok(only),
        ref several => {
            let args = Tuple::try_new(thread, several)?;
            // SAFETY: the type has this layout.
            let union = unsafe {
                thread.new_cell(&UNION, |header| Union {
                    header,
                    args: Slot::new(Some(args.value())),
                })
            };
            Ok(union.value())
        }
    }
}

/// `a | b`
pub(crate) fn or(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    if can_be_member(a) && can_be_member(b) {
        make(thread, &[a, b])
    } else {
        Ok(not_implemented())
    }
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let mut parts = Vec::new();
    for member in this(value).args().iter() {
        parts.push(shown(thread, member)?);
    }
    Ok(Str::new(thread, &parts.join(" | ")).value())
}

fn hash(thread: &mut Thread, value: Value) -> PyResult<i64> {
    // In whatever order they stand.
    let mut all = 0i64;
    for member in this(value).args().iter() {
        let hash = protocol::hash(thread, member)?;
        all ^= hash.wrapping_mul(0x5851_f42d_4c95_7f2d).rotate_left(17);
    }
    Ok(if all == -1 { -2 } else { all })
}

fn contains_all(thread: &mut Thread, a: Ref<Tuple>, b: Ref<Tuple>) -> PyResult<bool> {
    for value in b.iter() {
        let mut found = false;
        for other in a.iter() {
            if protocol::same_or_equal(thread, other, value)? {
                found = true;
                break;
            }
        }
        if !found {
            return Ok(false);
        }
    }
    Ok(true)
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(left), Some(right)) = (a.downcast::<Union>(), b.downcast::<Union>()) else {
        return Ok(not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(not_implemented());
    }
    let (left, right) = (left.args(), right.args());
    let equal = contains_all(thread, left, right)? && contains_all(thread, right, left)?;
    Ok(singleton::bool(equal == (op == CompareOp::Eq)))
}

fn subscript(thread: &mut Thread, value: Value, item: Value) -> PyResult {
    let union = this(value);
    let own = parameters(thread, union.args())?;
    let args = substitute(thread, value, union.args(), own, item)?;
    make(thread, args.as_slice())
}

fn instance_check(thread: &mut Thread, value: Value, instance: Value) -> PyResult {
    for member in this(value).args().iter() {
        if protocol::is_instance(thread, instance, member)? {
            return Ok(singleton::bool(true));
        }
    }
    Ok(singleton::bool(false))
}

fn subclass_check(thread: &mut Thread, value: Value, derived: Value) -> PyResult {
    if derived.downcast::<TypeObject>().is_none() {
        return Err(thread.type_error("issubclass() arg 1 must be a class"));
    }
    for member in this(value).args().iter() {
        if protocol::is_subclass(thread, derived, member)? {
            return Ok(singleton::bool(true));
        }
    }
    Ok(singleton::bool(false))
}

fn class_getitem(thread: &mut Thread, _class: Value, item: Value) -> PyResult {
    let given = match item.downcast::<Tuple>() {
        Some(given) => given,
        None => Tuple::try_new(thread, &[item])?,
    };
    make(thread, given.as_slice())
}

fn mro_entries(thread: &mut Thread, value: Value, _bases: Value) -> PyResult {
    let shown = protocol::repr(thread, value)?;
    Err(thread.type_error(format_args!("Cannot subclass {shown}")))
}

fn args(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).args().value())
}

fn get_parameters(thread: &mut Thread, value: Value) -> PyResult {
    Ok(parameters(thread, this(value).args())?.value())
}

fn name(thread: &mut Thread, _value: Value) -> PyResult {
    Ok(grwl_object::intern(thread, "Union").value())
}

fn module(thread: &mut Thread, _value: Value) -> PyResult {
    Ok(grwl_object::intern(thread, "typing").value())
}

fn origin(_thread: &mut Thread, _value: Value) -> PyResult {
    Ok(Ref::from_static(&UNION).value())
}

static SPEC: TypeSpec = TypeSpec {
    doc: Some("Represent a union type\n\nE.g. for int | str"),
    slots: &[
        slots::REPR.is(repr),
        slots::HASH.is(hash),
        slots::COMPARE.is(compare),
        slots::SUBSCRIPT.is(subscript),
        slots::OR.is(or),
    ],
    methods: &[
        Method::one("__mro_entries__", mro_entries, ""),
        Method::one("__instancecheck__", instance_check, ""),
        Method::one("__subclasscheck__", subclass_check, ""),
        Method::one("__class_getitem__", class_getitem, "").of_class(),
    ],
    getset: &[
        GetSet::read_only("__args__", args, None).member(),
        GetSet::read_only(
            "__parameters__",
            get_parameters,
            Some("Type variables in the types.UnionType."),
        ),
        GetSet::read_only("__name__", name, Some("Name of the type")),
        GetSet::read_only("__qualname__", name, Some("Qualified name of the type")),
        GetSet::read_only("__module__", module, None),
        GetSet::read_only("__origin__", origin, Some("Always returns the type")),
    ],
    constants: &[],
};
