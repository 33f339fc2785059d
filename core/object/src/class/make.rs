//! `type.__new__`: making classes.

use grwl_value::Value;

use crate::arguments::Args;
use crate::cell::{Ref, ValueExt};
use crate::descriptor::{ClassMethod, GetSetDescriptor};
use crate::dict::Dict;
use crate::dunder::call::name;
use crate::dunder::table::at;
use crate::exception::warning;
use crate::function::BuiltinFunction;
use crate::instance;
use crate::native::GetSet;
use crate::protocol;
use crate::result::{PyResult, Raised};
use crate::singleton::none;
use crate::slots;
use crate::string::{Str, intern, intern_str};
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::type_object::{TypeObject, flags};
use crate::types;

use super::members::{Additions, additions};
use super::{add_subclass, layout, mro};

const NEW: usize = at("__new__");

/// `type.__new__(metaclass, name, bases, namespace, **keywords)`
///
/// # Errors
/// `TypeError` or `ValueError` if no such class can be made; what the hooks of Python code raise.
pub fn type_new(thread: &mut Thread, metaclass: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let given = args.by_position();
    let &[name, bases, namespace] = given else {
        return Err(thread.type_error(format_args!(
            "type.__new__() takes exactly 3 arguments ({} given)",
            given.len()
        )));
    };
    let wrong = |thread: &mut Thread, place: u32, wanted: &str, value: Value| {
        thread.type_error(format_args!(
            "type.__new__() argument {place} must be {wanted}, not {}",
            value.class().name()
        ))
    };
    let Some(class_name) = name.downcast::<Str>() else {
        return Err(wrong(thread, 1, "str", name));
    };
    let Some(bases) = bases.downcast::<Tuple>() else {
        return Err(wrong(thread, 2, "tuple", bases));
    };
    let Some(namespace) = namespace.downcast::<Dict>() else {
        return Err(wrong(thread, 3, "dict", namespace));
    };
    let mut bases = bases;
    let mut metaclass = metaclass;
    if bases.is_empty() {
        bases = Tuple::try_new(thread, &[Ref::from_static(&types::OBJECT).value()])?;
    } else {
        check_bases(thread, bases)?;
        let winner = calculate_metaclass(thread, metaclass, bases)?;
        if winner != metaclass {
            if let Some(new) = winner.slot(slots::NEW)
                && !winner.slots().is(slots::NEW, type_new as slots::NewFn)
            {
                return new(thread, winner, args);
            }
            metaclass = winner;
        }
    }
    let base = layout::best_base(thread, bases)?;
    let namespace = copy_of(thread, namespace)?;
    let added = additions(thread, class_name, base, bases, namespace)?;
    let class = allocate(thread, metaclass, base, &added)?;
    fill(thread, class, class_name, bases, base, namespace, &added)?;
    finish(thread, class)?;
    set_names(thread, class)?;
    init_subclass(thread, class, args)?;
    Ok(class.value())
}

/// An exact dict with the entries of a namespace; in the order in which it iterates, if it is of a class that says that itself.
fn copy_of(thread: &mut Thread, namespace: Ref<Dict>) -> PyResult<Ref<Dict>> {
    let own = namespace.value().class().slots().raw(slots::ITER.index());
    if own == types::DICT.slots().raw(slots::ITER.index()) {
        return namespace.copy(thread);
    }
    let copy = Dict::new(thread);
    let keys = protocol::collect(thread, namespace.value())?;
    for &key in keys.as_slice() {
        let value = protocol::get_item(thread, namespace.value(), key)?;
        copy.insert(thread, key, value)?;
    }
    Ok(copy)
}

fn check_bases(thread: &mut Thread, bases: Ref<Tuple>) -> PyResult<()> {
    for base in bases.iter() {
        if base.downcast::<TypeObject>().is_none() {
            let key = name::<{ at("__mro_entries__") }>(thread);
            if protocol::find_attribute(thread, base, key)?.is_some() {
                return Err(thread.type_error(
                    "type() doesn't support MRO entry resolution; use types.new_class()",
                ));
            }
        }
    }
    Ok(())
}

/// The most derived of the given metaclass and those of the bases.
///
/// # Errors
/// `TypeError` if none derives from all others.
pub fn calculate_metaclass(
    thread: &mut Thread,
    metaclass: Ref<TypeObject>,
    bases: Ref<Tuple>,
) -> PyResult<Ref<TypeObject>> {
    let mut winner = metaclass;
    for base in bases.iter() {
        let other = base.class();
        if winner.is_subtype_of(&other) {
            continue;
        }
        if other.is_subtype_of(&winner) {
            winner = other;
            continue;
        }
        return Err(thread.type_error(
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) \
             subclass of the metaclasses of all its bases",
        ));
    }
    Ok(winner)
}

/// The cell of a class.
fn allocate(
    thread: &mut Thread,
    metaclass: Ref<TypeObject>,
    base: Ref<TypeObject>,
    added: &Additions,
) -> PyResult<Ref<TypeObject>> {
    let members = added.members.len() * size_of::<Value>();
    let mut size = base.size().next_multiple_of(8) + members;
    let mut attributes = base.attributes_offset();
    if added.has_dict {
        if base.has_flag(flags::VARIABLE_SIZE) {
            attributes = -1;
        } else {
            attributes = i32::try_from(size).map_err(|_| thread.memory_error())?;
            size += size_of::<instance::Attributes>();
        }
    }
    // Which patterns instances match is decided along the whole order.
    let inherited = flags::INHERITED & !(flags::SEQUENCE | flags::MAPPING);
    let mut bits = flags::HEAP | flags::BASE | base.flags() & inherited;
    if added.has_dict {
        bits |= flags::HAS_DICT;
    }
    if added.has_weak {
        bits |= flags::WEAK_REFERENCES;
    }
    if attributes as usize == instance::INSTANCE_ATTRIBUTES
        && size == instance::INSTANCE_ATTRIBUTES + size_of::<instance::Attributes>()
    {
        bits |= flags::SHAPED;
    }
    // SAFETY: a metaclass's instances are types.
    let class = unsafe {
        thread.new_cell(&metaclass, |header| {
            TypeObject::fresh(header, &base, bits, size, attributes)
        })
    };
    class.seal_cell_type();
    Ok(class)
}

fn set(thread: &mut Thread, dict: Ref<Dict>, key: Ref<Str>, value: Value) -> PyResult<()> {
    dict.set_str(thread, key, value)
}

/// Refuses text that cannot be shown as UTF-8.
///
/// # Errors
/// `UnicodeEncodeError`
pub fn check_text(thread: &Thread, text: Ref<Str>) -> PyResult<()> {
    let is_surrogate = |code: u32| (0xd800..0xe000).contains(&code);
    let Some(start) = text.text().codes().position(is_surrogate) else {
        return Ok(());
    };
    let after = text.text().codes().skip(start);
    let end = start + after.take_while(|&code| is_surrogate(code)).count();
    Err(thread.unicode_encode_error("utf-8", text, start, end, "surrogates not allowed"))
}

/// Gives a fresh class its name, bases and attributes.
fn fill(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    class_name: Ref<Str>,
    bases: Ref<Tuple>,
    base: Ref<TypeObject>,
    dict: Ref<Dict>,
    added: &Additions,
) -> PyResult<()> {
    if class_name.text().codes().any(|code| code == 0) {
        return Err(thread.value_error("type name must not contain null characters"));
    }
    check_text(thread, class_name)?;
    thread.store(class, class.name_slot(), Some(class_name.value()));
    thread.store(class, class.base_slot(), Some(base.value()));
    thread.store(class, class.bases_slot(), Some(bases.value()));
    thread.store(class, class.dict_slot(), Some(dict.value()));

    let key = name::<{ at("__qualname__") }>(thread);
    let qualified = match dict.remove_str(thread, key)? {
        Some(qualified) if qualified.downcast::<Str>().is_some() => qualified,
        Some(other) => {
            return Err(thread.type_error(format_args!(
                "type __qualname__ must be a str, not {}",
                other.class().name()
            )));
        }
        None => class_name.value(),
    };
    thread.store(class, class.qualified_name_slot(), Some(qualified));

    let key = name::<{ at("__module__") }>(thread);
    if dict.get_str(key).is_none()
        && let Some(hooks) = super::hooks()
        && let Some(module) = (hooks.caller_module)(thread)?
    {
        set(thread, dict, key, module)?;
    }
    let key = name::<{ at("__doc__") }>(thread);
    match dict.get_str(key) {
        None => set(thread, dict, key, none())?,
        Some(doc) => {
            if let Some(doc) = doc.downcast::<Str>() {
                check_text(thread, doc)?;
            }
        }
    }
    if dict
        .cursor()
        .any(|(key, _, _)| key.downcast::<Str>().is_none())
    {
        let text = format_args!("non-string key in the __dict__ of class {class_name}");
        warning::warn(thread, &types::RUNTIME_WARNING, text, 1)?;
    }
    wrap_special(thread, dict)?;
    let (eq, hash) = (
        name::<{ at("__eq__") }>(thread),
        name::<{ at("__hash__") }>(thread),
    );
    if dict.get_str(eq).is_some() && dict.get_str(hash).is_none() {
        set(thread, dict, hash, none())?;
    }
    // The cells go before members of the same names come.
    let key = name::<{ at("__classcell__") }>(thread);
    set_cell(thread, dict, key, class.value())?;
    let key = name::<{ at("__classdictcell__") }>(thread);
    set_cell(thread, dict, key, dict.value())?;
    add_members(thread, class, base, dict, added)
}

/// `__new__` becomes a static method, `__init_subclass__` and `__class_getitem__` class methods.
fn wrap_special(thread: &mut Thread, dict: Ref<Dict>) -> PyResult<()> {
    let Some(hooks) = super::hooks() else {
        return Ok(());
    };
    let wrapped = [
        (name::<NEW>(thread), &types::STATIC_METHOD),
        (
            name::<{ at("__init_subclass__") }>(thread),
            &types::CLASS_METHOD,
        ),
        (
            name::<{ at("__class_getitem__") }>(thread),
            &types::CLASS_METHOD,
        ),
    ];
    for (key, kind) in wrapped {
        let Some(function) = dict.get_str(key) else {
            continue;
        };
        if std::ptr::eq(function.class().as_ptr(), hooks.function_type) {
            let method = ClassMethod::new(thread, kind, Some(function));
            set(thread, dict, key, method.value())?;
        }
    }
    Ok(())
}

fn set_cell(thread: &mut Thread, dict: Ref<Dict>, key: Ref<Str>, value: Value) -> PyResult<()> {
    let Some(cell) = dict.get_str(key) else {
        return Ok(());
    };
    let is_set = match super::hooks() {
        Some(hooks) => (hooks.set_cell)(thread, cell, value),
        None => false,
    };
    if !is_set {
        let kind = protocol::repr(thread, cell.class().value())?;
        return Err(thread.type_error(format_args!("{key} must be a nonlocal cell, not {kind}")));
    }
    dict.remove_str(thread, key)?;
    Ok(())
}

static DICT_ATTRIBUTE: GetSet = GetSet::new(
    "__dict__",
    get_dict,
    set_dict_attribute,
    Some("dictionary for instance variables"),
);

static WEAK_ATTRIBUTE: GetSet = GetSet::read_only(
    "__weakref__",
    get_weak,
    Some("list of weak references to the object"),
);

/// Descriptors for the members, `__dict__` and `__weakref__`.
fn add_members(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    base: Ref<TypeObject>,
    dict: Ref<Dict>,
    added: &Additions,
) -> PyResult<()> {
    let mut offset = instance::first_member(&base);
    for &member in added.members.as_slice() {
        // SAFETY: the names are strings.
        let member = unsafe { member.downcast_unchecked::<Str>() };
        let member = intern_str(thread, member);
        let descriptor = GetSetDescriptor::member(thread, class, member, offset);
        set(thread, dict, member, descriptor.value())?;
        offset += size_of::<Value>();
    }
    if !added.members.is_empty() {
        let names = super::members::names_tuple(thread, &added.members)?;
        thread.store(class, class.extra_slot(), Some(names.value()));
    }
    for (is_added, table) in [
        (added.has_dict, &DICT_ATTRIBUTE),
        (added.has_weak, &WEAK_ATTRIBUTE),
    ] {
        let key = intern(thread, table.name);
        if is_added && dict.get_str(key).is_none() {
            let descriptor = GetSetDescriptor::new(thread, class, table);
            set(thread, dict, key, descriptor.value())?;
        }
    }
    Ok(())
}

/// The `__dict__` of the nearest built-in base whose instances have one: that knows better where it is.
fn builtin_dict_attribute(thread: &Thread, value: Value) -> Option<Value> {
    let mut line = Some(value.class());
    while let Some(class) = line {
        if !class.has_flag(flags::HEAP) && super::members::has_dict(&class) {
            let name = intern(thread, "__dict__");
            return crate::attribute::lookup_type(thread, &class, name);
        }
        line = class.base();
    }
    None
}

fn unsuitable(thread: &Thread, value: Value) -> Raised {
    thread.type_error(format_args!(
        "this __dict__ descriptor does not support '{}' objects",
        value.class().name()
    ))
}

fn get_dict(thread: &mut Thread, value: Value) -> PyResult {
    if let Some(attribute) = builtin_dict_attribute(thread, value) {
        return match attribute.class().slot(slots::DESCRIPTOR_GET) {
            Some(get) => get(thread, attribute, Some(value), Some(value.class().value())),
            None => Err(unsuitable(thread, value)),
        };
    }
    match instance::dict_of(thread, value)? {
        Some(dict) => Ok(dict.value()),
        None => Err(thread.attribute_error(
            intern(thread, "__dict__"),
            value,
            "This object has no __dict__",
        )),
    }
}

/// The attribute of a class that a program defines: what a built-in base knows of its `__dict__` comes first.
fn set_dict_attribute(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    if let Some(attribute) = builtin_dict_attribute(thread, value) {
        return match attribute.class().slot(slots::DESCRIPTOR_SET) {
            Some(set) => set(thread, attribute, value, new),
            None => Err(unsuitable(thread, value)),
        };
    }
    set_dict(thread, value, new)
}

/// Stores `__dict__` of an instance of a built-in type with such an attribute.
///
/// # Errors
/// `TypeError` if it is no dict, or is to be deleted.
pub fn replace_dict(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    if new.is_none() {
        return Err(thread.type_error("cannot delete __dict__"));
    }
    set_dict(thread, value, new)
}

/// Stores `__dict__`, or without a value gives the instance an empty one.
///
/// # Errors
/// `TypeError` if it is no dict.
pub fn set_dict(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let dict = match new {
        None => Dict::new(thread),
        Some(new) => match new.downcast::<Dict>() {
            Some(dict) => dict,
            None => {
                return Err(thread.type_error(format_args!(
                    "__dict__ must be set to a dictionary, not a '{}'",
                    new.class().name()
                )));
            }
        },
    };
    if instance::set_dict(thread, value, dict)? {
        Ok(())
    } else {
        Err(thread.attribute_error(
            intern(thread, "__dict__"),
            value,
            "This object has no __dict__",
        ))
    }
}

fn get_weak(thread: &mut Thread, value: Value) -> PyResult {
    let references = crate::weak::references_of(thread, value)?;
    Ok(references.first().copied().unwrap_or_else(none))
}

/// The order of bases, what is inherited, and the slots.
fn finish(thread: &mut Thread, class: Ref<TypeObject>) -> PyResult<()> {
    let order = mro::compute(thread, class)?;
    thread.store(class, class.mro_slot(), Some(order.value()));
    inherit_patterns(&class, order);
    if let Some(bases) = class
        .bases_slot()
        .load()
        .and_then(|bases| bases.downcast::<Tuple>())
    {
        for base in bases.iter() {
            if let Some(base) = base.downcast::<TypeObject>() {
                add_subclass(thread, base, class)?;
            }
        }
    }
    crate::dunder::set_slots(thread, &class);
    class.change_flags(flags::READY, 0);
    crate::version::modified(thread, &class);
    Ok(())
}

/// Whether instances match sequence or mapping patterns: as the first base that says so.
pub(crate) fn inherit_patterns(class: &TypeObject, order: Ref<Tuple>) {
    const BOTH: u64 = flags::SEQUENCE | flags::MAPPING;
    for base in order.iter().skip(1) {
        if class.has_flag(BOTH) {
            return;
        }
        if let Some(base) = base.downcast::<TypeObject>() {
            class.change_flags(base.flags() & BOTH, 0);
        }
    }
}

/// Calls `__set_name__` of the attributes that have it.
fn set_names(thread: &mut Thread, class: Ref<TypeObject>) -> PyResult<()> {
    let key = name::<{ at("__set_name__") }>(thread);
    let copy = class.dict().copy(thread)?;
    for (attribute, value, _) in copy.cursor() {
        if crate::attribute::lookup_type(thread, &value.class(), key).is_none() {
            continue;
        }
        let args = [class.value(), attribute];
        if let Err(raised) = protocol::call_special(thread, value, key, &args) {
            return Err(with_note(thread, raised, class, attribute, value)?);
        }
        thread.poll()?;
    }
    Ok(())
}

fn with_note(
    thread: &mut Thread,
    raised: Raised,
    class: Ref<TypeObject>,
    attribute: Value,
    value: Value,
) -> PyResult<Raised> {
    let shown = protocol::repr(thread, attribute)?;
    let note = format!(
        "Error calling __set_name__ on '{}' instance {shown} in '{}'",
        value.class().name(),
        class.name()
    );
    let note = Str::new(thread, &note);
    let add_note = intern(thread, "add_note");
    protocol::call_method(thread, raised.0, add_note, &[note.value()])?;
    Ok(raised)
}

/// Calls `super(class, class).__init_subclass__(**keywords)`.
fn init_subclass(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult<()> {
    let key = name::<{ at("__init_subclass__") }>(thread);
    let Some(order) = class.mro() else {
        return Ok(());
    };
    let Some(own) = order.iter().position(|base| base == class.value()) else {
        let name = class.name();
        return Err(thread.type_error(format_args!(
            "super(type, obj): obj (type {name}) is not an instance or subtype of type ({name})."
        )));
    };
    let found = order.iter().skip(own + 1).find_map(|base| {
        let base = base.downcast::<TypeObject>()?;
        base.dict_slot().load()?.downcast::<Dict>()?.get_str(key)
    });
    let Some(found) = found else {
        return Ok(());
    };
    let bound = match found.class().slot(slots::DESCRIPTOR_GET) {
        Some(get) => get(thread, found, None, Some(class.value()))?,
        None => found,
    };
    let given = args.by_position().len();
    let keywords = Args::new(&args.values()[given..], args.names());
    protocol::call(thread, bound, keywords)?;
    Ok(())
}

/// `X.__new__` of a built-in type: checks that the class fits, and calls the slot.
fn builtin_new(thread: &mut Thread, receiver: Value, args: Args<'_>) -> PyResult {
    let Some(own) = receiver.downcast::<TypeObject>() else {
        return Err(thread.system_error("__new__() called with non-type 'self'"));
    };
    let own_name = own.name();
    let Some(&class) = args.by_position().first() else {
        return Err(thread.type_error(format_args!("{own_name}.__new__(): not enough arguments")));
    };
    let Some(class) = class.downcast::<TypeObject>() else {
        return Err(thread.type_error(format_args!(
            "{own_name}.__new__(X): X is not a type object ({})",
            class.class().name()
        )));
    };
    let class_name = class.name();
    if !class.is_subtype_of(&own) {
        return Err(thread.type_error(format_args!(
            "{own_name}.__new__({class_name}): {class_name} is not a subtype of {own_name}"
        )));
    }
    if class.has_flag(flags::DISALLOW_INSTANTIATION) {
        return Err(thread.type_error(format_args!("cannot create '{class_name}' instances")));
    }
    // The nearest built-in base must make its instances in the same way.
    let mut solid = class;
    while solid
        .slots()
        .is(slots::NEW, crate::dunder::call::new as slots::NewFn)
    {
        match solid.base() {
            Some(base) => solid = base,
            None => break,
        }
    }
    let new = solid.slots().raw(slots::NEW.index());
    if new.is_null() {
        return Err(thread.type_error(format_args!("cannot create '{class_name}' instances")));
    }
    if std::ptr::eq(own.as_ptr(), &types::OBJECT)
        && owner_of_new(solid).has_flag(flags::MADE_BY_OBJECT)
        && let Some(new) = solid.slot(slots::NEW)
    {
        return new(thread, class, args.without_first());
    }
    if new != own.slots().raw(slots::NEW.index()) {
        let solid = solid.name();
        return Err(thread.type_error(format_args!(
            "{own_name}.__new__({class_name}) is not safe, use {solid}.__new__()"
        )));
    }
    match own.slot(slots::NEW) {
        Some(new) => new(thread, class, args.without_first()),
        None => Err(thread.type_error(format_args!("cannot create '{class_name}' instances"))),
    }
}

/// The base that a class has its way to make instances from.
fn owner_of_new(class: Ref<TypeObject>) -> Ref<TypeObject> {
    let new = class.slots().raw(slots::NEW.index());
    let mut owner = class;
    while let Some(base) = owner.base()
        && base.slots().raw(slots::NEW.index()) == new
    {
        owner = base;
    }
    owner
}

static BUILTIN_NEW: crate::native::Method = crate::native::Method::any(
    "__new__",
    builtin_new,
    "__new__($type, *args, **kwargs)\n--\n\nCreate and return a new object.  See help(type) for accurate signature.",
);

/// The `__new__` of a built-in type.
pub(crate) fn new_method(thread: &Thread, class: Ref<TypeObject>) -> Value {
    BuiltinFunction::new(thread, &BUILTIN_NEW, Some(class.value()), None).value()
}
