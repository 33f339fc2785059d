//! The module `_abc`: abstract base classes. What one remembers is in `data`.

#![allow(clippy::trivially_copy_pass_by_ref)]

mod data;

pub use data::{DATA, Data};

use grwl_object::attribute::lookup_type;
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::set::{FrozenSet, Set};
use grwl_object::{
    Args, Method, Name, PyResult, Ref, Str, Thread, Tuple, TypeObject, Value, ValueExt, class,
    flags, int, intern, none, not_implemented, protocol, ready, version, weak,
};

static FUNCTIONS: &[Method] = &[
    Method::no_arguments(
        "get_cache_token",
        |thread, _| Ok(int::from_i64(thread, data::token() as i64)),
        "get_cache_token($module, /)\n--\n\nA number that grows whenever a class is registered with any abstract class.",
    ),
    Method::one(
        "_abc_init",
        init,
        "_abc_init($module, self, /)\n--\n\nMake a class an abstract base class.",
    ),
    Method::one(
        "_reset_registry",
        reset_registry,
        "_reset_registry($module, self, /)\n--\n\nForget who was registered.",
    ),
    Method::one(
        "_reset_caches",
        reset_caches,
        "_reset_caches($module, self, /)\n--\n\nForget what was asked before.",
    ),
    Method::one(
        "_get_dump",
        dump,
        "_get_dump($module, self, /)\n--\n\nWhat the class knows, for debugging.",
    ),
    Method::any(
        "_abc_register",
        register,
        "_abc_register($module, self, subclass, /)\n--\n\nMake a class a virtual subclass.",
    ),
    Method::any(
        "_abc_instancecheck",
        instance_check,
        "_abc_instancecheck($module, self, instance, /)\n--\n\nWhat isinstance() says for an abstract class.",
    ),
    Method::any(
        "_abc_subclasscheck",
        subclass_check,
        "_abc_subclasscheck($module, self, subclass, /)\n--\n\nWhat issubclass() says for an abstract class.",
    ),
];

/// The module's type has no functions.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    ready::ready(thread, &DATA)?;
    let name = intern(thread, "_abc");
    let doc = Str::new(thread, "What the module abc is made of.").value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    Ok(module)
}

static IMPL: Name = Name::new("_abc_impl");
static ABSTRACT_METHODS: Name = Name::new("__abstractmethods__");
static IS_ABSTRACT: Name = Name::new("__isabstractmethod__");
static BASES: Name = Name::new("__bases__");
static CLASS: Name = Name::new("__class__");
static DICT: Name = Name::new("__dict__");
static MRO: Name = Name::new("__mro__");
static TP_FLAGS: Name = Name::new("__abc_tpflags__");
static SUBCLASSES: Name = Name::new("__subclasses__");
static SUBCLASS_CHECK: Name = Name::new("__subclasscheck__");
static SUBCLASS_HOOK: Name = Name::new("__subclasshook__");

const COLLECTION: u64 = flags::SEQUENCE | flags::MAPPING;

fn data_of(thread: &mut Thread, this: Value) -> PyResult<Ref<Data>> {
    let name = IMPL.get(thread);
    let direct = this
        .downcast::<TypeObject>()
        .and_then(|class| lookup_type(thread, &class, name));
    let found = match direct {
        Some(found) => found,
        None => protocol::get_attribute(thread, this, name)?,
    };
    match found.downcast_exact::<Data>() {
        Some(data) => Ok(data),
        None => Err(thread.type_error("_abc_impl is set to a wrong type")),
    }
}

fn is_abstract(thread: &mut Thread, value: Value) -> PyResult<bool> {
    let name = IS_ABSTRACT.get(thread);
    match protocol::find_attribute(thread, value, name)? {
        Some(found) => protocol::is_true(thread, found),
        None => Ok(false),
    }
}

/// The names of the methods that the class leaves abstract.
fn abstract_methods(thread: &mut Thread, this: Value) -> PyResult<Ref<Set>> {
    let abstracts = Set::new(thread);
    let own = match this.downcast::<TypeObject>() {
        Some(class) => Some(class.dict()),
        None => {
            let name = DICT.get(thread);
            let dict = protocol::get_attribute(thread, this, name)?;
            dict.downcast::<Dict>()
        }
    };
    for (key, value, _) in own.into_iter().flat_map(Ref::<Dict>::cursor) {
        if is_abstract(thread, value)? {
            abstracts.add(thread, key)?;
        }
    }
    let name = BASES.get(thread);
    let bases = protocol::get_attribute(thread, this, name)?;
    let Some(bases) = bases.downcast::<Tuple>() else {
        return Err(thread.type_error("__bases__ is not tuple"));
    };
    for base in bases.iter() {
        let name = ABSTRACT_METHODS.get(thread);
        let Some(inherited) = protocol::find_attribute(thread, base, name)? else {
            continue;
        };
        let inherited = protocol::iterate::collect(thread, inherited)?;
        for &key in inherited.as_slice() {
            let Some(name) = key.downcast::<Str>() else {
                return Err(thread.type_error(format_args!(
                    "attribute name must be string, not '{}'",
                    key.class().name()
                )));
            };
            let name = grwl_object::intern_str(thread, name);
            if let Some(value) = protocol::find_attribute(thread, this, name)?
                && is_abstract(thread, value)?
            {
                abstracts.add(thread, key)?;
            }
        }
    }
    Ok(abstracts)
}

fn init(thread: &mut Thread, _module: Value, this: Value) -> PyResult {
    let methods = abstract_methods(thread, this)?;
    let methods = FrozenSet::from_set(thread, methods)?;
    let name = ABSTRACT_METHODS.get(thread);
    protocol::set_attribute(thread, this, name, methods.value())?;
    let data = Data::new(thread).value();
    let name = IMPL.get(thread);
    protocol::set_attribute(thread, this, name, data)?;
    if let Some(class) = this.downcast::<TypeObject>() {
        set_collection_kind(thread, class)?;
    }
    Ok(none())
}

/// `__abc_tpflags__` in the class's body says that its instances match patterns of sequences, or of mappings.
fn set_collection_kind(thread: &mut Thread, class: Ref<TypeObject>) -> PyResult<()> {
    let name = TP_FLAGS.get(thread);
    let dict = class.dict();
    let Some(wanted) = dict
        .get_str(name)
        .filter(|&wanted| int::is_exact_int(wanted))
    else {
        return Ok(());
    };
    let wanted = protocol::convert::as_i64(thread, wanted)? as u64 & COLLECTION;
    if wanted == COLLECTION {
        return Err(thread.type_error(
            "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING",
        ));
    }
    class.change_flags(wanted, 0);
    dict.remove_str(thread, name)?;
    class::attribute::after_change(thread, class, name);
    Ok(())
}

fn inherit_collection_kind(class: Ref<TypeObject>, kind: u64) {
    if class.has_flag(flags::IMMUTABLE) || class.flags() & COLLECTION == kind {
        return;
    }
    class.change_flags(kind, COLLECTION & !kind);
    class::for_each_subclass(&class, |subclass| inherit_collection_kind(subclass, kind));
}

fn reset_registry(thread: &mut Thread, _module: Value, this: Value) -> PyResult {
    let known = data_of(thread, this)?;
    data::reset_registry(thread, known);
    Ok(none())
}

fn reset_caches(thread: &mut Thread, _module: Value, this: Value) -> PyResult {
    data_of(thread, this)?.forget_answers();
    Ok(none())
}

fn dump(thread: &mut Thread, _module: Value, this: Value) -> PyResult {
    let known = data_of(thread, this)?;
    data::dump(thread, known)
}

fn register(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [this, subclass] = args.unpack::<2>(thread, "_abc_register", 2)?;
    let (this, subclass) = (this.unwrap_or_else(none), subclass.unwrap_or_else(none));
    let Some(class) = subclass.downcast::<TypeObject>() else {
        return Err(thread.type_error("Can only register classes"));
    };
    if protocol::is_subclass(thread, subclass, this)? {
        return Ok(subclass);
    }
    // Otherwise asking would go round in circles.
    if protocol::is_subclass(thread, this, subclass)? {
        return Err(thread.runtime_error("Refusing to create an inheritance cycle"));
    }
    let known = data_of(thread, this)?;
    data::register(thread, known, subclass)?;
    let kind = this
        .downcast::<TypeObject>()
        .map_or(0, |this| this.flags() & COLLECTION);
    if kind != 0 {
        inherit_collection_kind(class, kind);
    }
    Ok(subclass)
}

fn ask(thread: &mut Thread, this: Value, subclass: Value) -> PyResult {
    let name = SUBCLASS_CHECK.get(thread);
    protocol::call_method(thread, this, name, &[subclass])
}

fn instance_check(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [this, instance] = args.unpack::<2>(thread, "_abc_instancecheck", 2)?;
    let (this, instance) = (this.unwrap_or_else(none), instance.unwrap_or_else(none));
    let known = data_of(thread, this)?;
    let name = CLASS.get(thread);
    let own = instance.class().value();
    let subclass = protocol::find_attribute(thread, instance, name)?.unwrap_or(own);
    let answer = subclass
        .downcast::<TypeObject>()
        .and_then(|class| known.answer(class));
    match answer {
        Some(true) => return Ok(int::bool(true)),
        Some(false) if own == subclass => return Ok(int::bool(false)),
        _ => {}
    }
    let result = ask(thread, this, subclass)?;
    if own == subclass || protocol::is_true(thread, result)? {
        return Ok(result);
    }
    ask(thread, this, own)
}

fn subclass_check(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [this, subclass] = args.unpack::<2>(thread, "_abc_subclasscheck", 2)?;
    let (this, subclass) = (this.unwrap_or_else(none), subclass.unwrap_or_else(none));
    let Some(class) = subclass.downcast::<TypeObject>() else {
        return Err(thread.type_error("issubclass() arg 1 must be a class"));
    };
    let known = data_of(thread, this)?;
    if let Some(answer) = known.answer(class) {
        return Ok(int::bool(answer));
    }
    // Who registers something or changes the class meanwhile makes the answer worthless.
    let (version, token) = (version::of(&class), data::token());
    let answer = find_out(thread, known, this, subclass)?;
    known.remember(version, answer, token);
    Ok(int::bool(answer))
}

fn find_out(thread: &mut Thread, known: Ref<Data>, this: Value, subclass: Value) -> PyResult<bool> {
    let name = SUBCLASS_HOOK.get(thread);
    let said = protocol::call_method(thread, this, name, &[subclass])?;
    if said != not_implemented() {
        return match int::as_bool(said) {
            Some(said) => Ok(said),
            None => Err(thread.assertion_error(
                "__subclasshook__ must return either False, True, or NotImplemented",
            )),
        };
    }
    let name = MRO.get(thread);
    let order = protocol::get_attribute(thread, subclass, name)?;
    if let Some(order) = order.downcast::<Tuple>()
        && order.iter().any(|class| class == this)
    {
        return Ok(true);
    }
    if let Some(registry) = known.registry() {
        for &reference in registry.snapshot(thread)?.as_slice() {
            if let Some(class) = weak::reference(reference).and_then(|known| known.target())
                && protocol::is_subclass(thread, subclass, class)?
            {
                return Ok(true);
            }
        }
    }
    let name = SUBCLASSES.get(thread);
    let subclasses = protocol::call_method(thread, this, name, &[])?;
    let Some(subclasses) = subclasses.downcast::<List>() else {
        return Err(thread.type_error("__subclasses__() must return a list"));
    };
    for &class in subclasses.snapshot(thread)?.as_slice() {
        if protocol::is_subclass(thread, subclass, class)? {
            return Ok(true);
        }
    }
    Ok(false)
}
