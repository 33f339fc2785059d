//! `types.GenericAlias`: `list[int]`.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::dict::Dict;
use grwl_object::{
    Args, Cell, CompareOp, Declaration, GetSet, Method, PyResult, Ref, Slot, Str, Thread, Tuple,
    TypeObject, TypeSpec, Value, ValueExt, attribute, class, flags, instance, none,
    not_implemented, protocol, singleton, slots, types,
};

use crate::generic_alias_iterator::{self, GENERIC_ALIAS_ITERATOR};
use crate::names as n;
use crate::object;
use crate::type_parameters::{parameters, shown, substitute};

/// See the module's head.
#[repr(C)]
pub struct GenericAlias {
    header: Header,
    origin: Slot,
    args: Slot,
    /// Made when first asked for.
    parameters: Slot,
    /// Present: unpacked, `*tuple[int]`.
    starred: Slot,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for GenericAlias {
    fn type_object() -> &'static TypeObject {
        &GENERIC_ALIAS
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(GenericAlias, origin) as u32,
        count: 4,
    },
    size: Size::Fixed(size_of::<GenericAlias>()),
    drop: None,
    name: "generic alias",
};

/// `types.GenericAlias`
pub static GENERIC_ALIAS: TypeObject = TypeObject::declare(&Declaration {
    name: "types.GenericAlias",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::WEAK_REFERENCES,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<GenericAlias>(),
    attributes: 0,
});

pub(crate) fn install() {
    GENERIC_ALIAS.define(&SPEC);
    GENERIC_ALIAS_ITERATOR.define(&generic_alias_iterator::SPEC);
    class::on_generic_alias(make);
}

/// Makes `origin[arguments]`.
///
/// # Errors
/// `MemoryError`.
pub fn make(thread: &mut Thread, origin: Value, arguments: Value) -> PyResult {
    let args = match arguments.downcast::<Tuple>() {
        Some(args) => args,
        None => Tuple::try_new(thread, &[arguments])?,
    };
    Ok(make_with(thread, origin, args, false).value())
}

fn make_with(
    thread: &Thread,
    origin: Value,
    args: Ref<Tuple>,
    is_starred: bool,
) -> Ref<GenericAlias> {
    // SAFETY: the type has this layout.
    unsafe {
        thread.new_cell(&GENERIC_ALIAS, |header| GenericAlias {
            header,
            origin: Slot::new(Some(origin)),
            args: Slot::new(Some(args.value())),
            parameters: Slot::empty(),
            starred: Slot::new(is_starred.then(|| Value::small(1))),
        })
    }
}

fn class_getitem(thread: &mut Thread, class: Value, item: Value) -> PyResult {
    make(thread, class, item)
}

/// `__class_getitem__` for the tables of generic built-in types.
pub const CLASS_GETITEM: Method = Method::one(
    "__class_getitem__",
    class_getitem,
    "__class_getitem__($type, item, /)\n--\n\nSee PEP 585",
)
.of_class();

fn this(value: Value) -> Ref<GenericAlias> {
    // SAFETY: slots, methods and attributes of the type are called with its instances only; the descriptors have looked.
    unsafe { value.downcast_unchecked() }
}

impl GenericAlias {
    /// `__origin__`
    pub fn origin(&self) -> Value {
        self.origin.load().unwrap_or_else(none)
    }

    /// `__args__`
    pub fn args(&self) -> Ref<Tuple> {
        self.args
            .load()
            .and_then(|args| args.downcast())
            .unwrap_or_else(Tuple::empty)
    }

    fn is_starred(&self) -> bool {
        self.starred.load().is_some()
    }
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    args.no_keywords(thread, "GenericAlias")?;
    let &[origin, arguments] = args.values() else {
        return Err(thread.type_error(format_args!(
            "GenericAlias expected 2 arguments, got {}",
            args.values().len()
        )));
    };
    if !class.has_flag(flags::HEAP) {
        return make(thread, origin, arguments);
    }
    let arguments = match arguments.downcast::<Tuple>() {
        Some(arguments) => arguments,
        None => Tuple::try_new(thread, &[arguments])?,
    };
    let value = Value::from_cell(instance::allocate(thread, class)?);
    let made = this(value);
    made.origin.store(Some(origin));
    made.args.store(Some(arguments.value()));
    Ok(value)
}

fn parameters_of(thread: &mut Thread, value: Value) -> PyResult<Ref<Tuple>> {
    let alias = this(value);
    if let Some(known) = alias.parameters.load().and_then(|known| known.downcast()) {
        return Ok(known);
    }
    let made = parameters(thread, alias.args())?;
    let locked = thread.lock_cell(&alias);
    locked.store(alias, &alias.parameters, Some(made.value()));
    Ok(made)
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let alias = this(value);
    let mut text = if alias.is_starred() { "*" } else { "" }.to_owned();
    text += &shown(thread, alias.origin())?;
    let mut parts = Vec::new();
    for arg in alias.args().iter() {
        parts.push(shown(thread, arg)?);
    }
    if parts.is_empty() {
        // An empty tuple of arguments.
        parts.push("()".to_owned());
    }
    text += &format!("[{}]", parts.join(", "));
    Ok(Str::new(thread, &text).value())
}

fn hash(thread: &mut Thread, value: Value) -> PyResult<i64> {
    let alias = this(value);
    let origin = protocol::hash(thread, alias.origin())?;
    let args = protocol::hash(thread, alias.args().value())?;
    Ok(match origin ^ args {
        -1 => -2,
        hash => hash,
    })
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(left), Some(right)) = (a.downcast::<GenericAlias>(), b.downcast::<GenericAlias>())
    else {
        return Ok(not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(not_implemented());
    }
    let equal = left.is_starred() == right.is_starred()
        && protocol::equal(thread, left.origin(), right.origin())?
        && protocol::equal(thread, left.args().value(), right.args().value())?;
    Ok(singleton::bool(equal == (op == CompareOp::Eq)))
}

fn call(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let made = protocol::call(thread, this(value).origin(), args)?;
    let key = n::ORIG_CLASS.get(thread);
    match protocol::set_attribute(thread, made, key, value) {
        // Not every object has room for it.
        Err(raised)
            if !raised.matches(&types::ATTRIBUTE_ERROR) && !raised.matches(&types::TYPE_ERROR) =>
        {
            Err(raised)
        }
        _ => Ok(made),
    }
}

fn subscript(thread: &mut Thread, value: Value, item: Value) -> PyResult {
    let alias = this(value);
    let parameters = parameters_of(thread, value)?;
    let args = substitute(thread, value, alias.args(), parameters, item)?;
    Ok(make_with(thread, alias.origin(), args, alias.is_starred()).value())
}

/// Attributes of the alias itself; all others are the origin's.
static OWN: [&str; 12] = [
    "__class__",
    "__origin__",
    "__args__",
    "__unpacked__",
    "__parameters__",
    "__typing_unpacked_tuple_args__",
    "__mro_entries__",
    "__reduce_ex__",
    "__reduce__",
    "__copy__",
    "__deepcopy__",
    // The origin's would make the alias look like a class.
    "__bases__",
];

fn get_attribute(thread: &mut Thread, value: Value, name: Ref<Str>) -> PyResult {
    if OWN.iter().any(|own| name.is_str(own)) {
        return attribute::generic_get(thread, value, name);
    }
    protocol::get_attribute(thread, this(value).origin(), name)
}

fn iter(thread: &mut Thread, value: Value) -> PyResult {
    generic_alias_iterator::make(thread, value)
}

/// The alias, unpacked: `*tuple[int]` of `tuple[int]`.
pub(crate) fn unpack(thread: &Thread, alias: Ref<GenericAlias>) -> Ref<GenericAlias> {
    make_with(thread, alias.origin(), alias.args(), true)
}

fn mro_entries(thread: &mut Thread, value: Value, _bases: Value) -> PyResult {
    Tuple::try_new(thread, &[this(value).origin()]).map(Ref::value)
}

fn instance_check(thread: &mut Thread, _value: Value, _other: Value) -> PyResult {
    Err(thread.type_error("isinstance() argument 2 cannot be a parameterized generic"))
}

fn subclass_check(thread: &mut Thread, _value: Value, _other: Value) -> PyResult {
    Err(thread.type_error("issubclass() argument 2 cannot be a parameterized generic"))
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let alias = this(value);
    if alias.is_starred() {
        let plain = make_with(thread, alias.origin(), alias.args(), false);
        let builtins = class::import(thread, "builtins")?;
        let next = grwl_object::intern(thread, "next");
        let next = protocol::get_attribute(thread, builtins, next)?;
        let iterator = protocol::get_iter(thread, plain.value())?;
        let args = Tuple::try_new(thread, &[iterator])?;
        return Tuple::try_new(thread, &[next, args.value()]).map(Ref::value);
    }
    let args = Tuple::try_new(thread, &[alias.origin(), alias.args().value()])?;
    Tuple::try_new(thread, &[value.class().value(), args.value()]).map(Ref::value)
}

fn dir(thread: &mut Thread, value: Value) -> PyResult {
    let names = Dict::new(thread);
    let key = n::DIR.get(thread);
    let of_origin = protocol::call_method(thread, this(value).origin(), key, &[]);
    match of_origin {
        Ok(list) => {
            for &name in protocol::collect(thread, list)?.as_slice() {
                names.insert(thread, name, none())?;
            }
        }
        Err(_) => object::merge_class(thread, names, this(value).origin())?,
    }
    for own in OWN {
        let own = grwl_object::intern(thread, own);
        names.insert(thread, own.value(), none())?;
    }
    object::keys(thread, names)
}

fn origin(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).origin())
}

fn args(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).args().value())
}

fn get_parameters(thread: &mut Thread, value: Value) -> PyResult {
    Ok(parameters_of(thread, value)?.value())
}

fn unpacked(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(singleton::bool(this(value).is_starred()))
}

fn unpacked_args(_thread: &mut Thread, value: Value) -> PyResult {
    let alias = this(value);
    let is_tuple = alias.origin() == Ref::from_static(&types::TUPLE).value();
    if alias.is_starred() && is_tuple {
        Ok(alias.args().value())
    } else {
        Ok(none())
    }
}

static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "GenericAlias(origin, args, /)\n--\n\nRepresent a PEP 585 generic type\n\nE.g. for t = list[int], t.__origin__ is list and t.__args__ is (int,).",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::REPR.is(repr),
        slots::HASH.is(hash),
        slots::COMPARE.is(compare),
        slots::CALL.is(call),
        slots::SUBSCRIPT.is(subscript),
        slots::GET_ATTRIBUTE.is(get_attribute),
        slots::ITER.is(iter),
        slots::OR.is(crate::union::or),
    ],
    methods: &[
        Method::one("__mro_entries__", mro_entries, ""),
        Method::one("__instancecheck__", instance_check, ""),
        Method::one("__subclasscheck__", subclass_check, ""),
        Method::no_arguments("__reduce__", reduce, ""),
        Method::no_arguments("__dir__", dir, ""),
    ],
    getset: &[
        GetSet::read_only("__origin__", origin, None).member(),
        GetSet::read_only("__args__", args, None).member(),
        GetSet::read_only("__unpacked__", unpacked, None).member(),
        GetSet::read_only(
            "__parameters__",
            get_parameters,
            Some("Type variables in the GenericAlias."),
        ),
        GetSet::read_only("__typing_unpacked_tuple_args__", unpacked_args, None),
    ],
    constants: &[],
};
