//! `typing.Union`: `int | str`.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::set::Set;
use grwl_object::{
    Buffer, Cell, CompareOp, Declaration, GetSet, Method, Name, PyResult, Ref, Slot, Str, Thread,
    Tuple, TypeObject, TypeSpec, Value, ValueExt, flags, not_implemented, protocol, singleton,
    slots, types,
};

use crate::generic_alias::GenericAlias;
use crate::type_parameters::{parameters, shown, substitute};

/// See the module's head.
#[repr(C)]
pub struct Union {
    header: Header,
    args: Slot,
    /// A set of the members that can be hashed.
    hashable: Slot,
    /// A tuple of the others.
    unhashable: Slot,
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
        count: 3,
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

    fn unhashable(&self) -> Ref<Tuple> {
        self.unhashable
            .load()
            .and_then(|members| members.downcast())
            .unwrap_or_else(Tuple::empty)
    }
}

fn this(value: Value) -> Ref<Union> {
    // SAFETY: slots, methods and attributes of the type are called with its instances only; the descriptors have looked.
    unsafe { value.downcast_unchecked() }
}

/// What a union is made of.
struct Members {
    all: Buffer,
    hashable: Ref<Set>,
    unhashable: Buffer,
}

fn can_be_member(value: Value) -> bool {
    value.is_none()
        || value.downcast::<TypeObject>().is_some()
        || value.downcast::<GenericAlias>().is_some()
        || value.downcast::<Union>().is_some()
        || value.class().name().to_string() == "typing.TypeAliasType"
}

/// `value` as a member: what is no type is asked of `typing`, which makes a forward reference of a string.
fn checked(thread: &mut Thread, value: Value) -> PyResult {
    static CHECK: Name = Name::new("_type_check");
    if can_be_member(value) {
        return Ok(value);
    }
    let typing = grwl_object::class::import(thread, "typing")?;
    let text = Str::new(thread, "Union[arg, ...]: each arg must be a type.");
    let name = CHECK.get(thread);
    protocol::call_method(thread, typing, name, &[value, text.value()])
}

impl Members {
    fn new(thread: &Thread) -> Self {
        Self {
            all: Buffer::new(),
            hashable: Set::new(thread),
            unhashable: Buffer::new(),
        }
    }

    /// Adds a member, unless an equal one is there; those of a union one by one.
    fn add(&mut self, thread: &mut Thread, value: Value) -> PyResult<()> {
        if let Some(union) = value.downcast_exact::<Union>() {
            for value in union.args().iter() {
                self.add(thread, value)?;
            }
            return Ok(());
        }
        let value = if value.is_none() {
            Ref::from_static(&types::NONE_TYPE).value()
        } else {
            value
        };
        match protocol::hash(thread, value) {
            Ok(hash) => {
                if self.hashable.add_hashed(thread, value, hash)? {
                    self.all.push(thread, value)?;
                }
            }
            Err(_) => {
                for index in 0..self.unhashable.len() {
                    if protocol::same_or_equal(thread, self.unhashable[index], value)? {
                        return Ok(());
                    }
                }
                self.unhashable.push(thread, value)?;
                self.all.push(thread, value)?;
            }
        }
        Ok(())
    }

    fn finish(self, thread: &mut Thread) -> PyResult {
        match *self.all.as_slice() {
            [] => Err(thread.type_error("Cannot take a Union of no types.")),
            [only] => Ok(only),
            ref several => {
                let args = Tuple::try_new(thread, several)?;
                let unhashable = Tuple::try_new(thread, &self.unhashable)?;
                // SAFETY: the type has this layout.
                let union = unsafe {
                    thread.new_cell(&UNION, |header| Union {
                        header,
                        args: Slot::new(Some(args.value())),
                        hashable: Slot::new(Some(self.hashable.value())),
                        unhashable: Slot::new(Some(unhashable.value())),
                    })
                };
                Ok(union.value())
            }
        }
    }
}

/// The union of these; a single one is itself.
///
/// # Errors
/// What comparing raises; `TypeError` if there are none, or one cannot be a member.
pub fn make(thread: &mut Thread, values: &[Value]) -> PyResult {
    let mut members = Members::new(thread);
    for &value in values {
        let value = checked(thread, value)?;
        members.add(thread, value)?;
    }
    members.finish(thread)
}

/// `a | b` of types.
pub(crate) fn or(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    if can_be_member(a) && can_be_member(b) {
        make(thread, &[a, b])
    } else {
        Ok(not_implemented())
    }
}

/// `a | b` of which one is a union.
fn union_or(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    make(thread, &[a, b])
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let mut parts = Vec::new();
    for member in this(value).args().iter() {
        parts.push(shown(thread, member)?);
    }
    Ok(Str::new(thread, &parts.join(" | ")).value())
}

fn hash(thread: &mut Thread, value: Value) -> PyResult<i64> {
    let union = this(value);
    let unhashable = union.unhashable();
    if !unhashable.is_empty() {
        for member in unhashable.iter() {
            protocol::hash(thread, member)?;
        }
        // They can be by now; but equal unions must have equal hashes.
        return Err(thread.type_error(format_args!(
            "union contains {} unhashable elements",
            unhashable.len()
        )));
    }
    // In whatever order they stand.
    let mut all = 0i64;
    for member in union.args().iter() {
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

fn are_equal(thread: &mut Thread, a: Ref<Union>, b: Ref<Union>) -> PyResult<bool> {
    if a.args().len() != b.args().len() {
        return Ok(false);
    }
    if let (Some(left), Some(right)) = (a.hashable.load(), b.hashable.load())
        && !protocol::equal(thread, left, right)?
    {
        return Ok(false);
    }
    let (left, right) = (a.unhashable(), b.unhashable());
    Ok(left.len() == right.len()
        && contains_all(thread, left, right)?
        && contains_all(thread, right, left)?)
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(left), Some(right)) = (a.downcast::<Union>(), b.downcast::<Union>()) else {
        return Ok(not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(not_implemented());
    }
    let equal = are_equal(thread, left, right)?;
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
        slots::OR.is(union_or),
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
