//! `object`: what every object can do. Pickling is in [`reduce`](crate::reduce).

use grwl_object::class::set_class;
use grwl_object::dict::Dict;
use grwl_object::{
    Args, CompareOp, GetSet, Method, PyResult, Ref, Str, Thread, TypeObject, TypeSpec, Value,
    ValueExt, attribute, flags, instance, none, not_implemented, protocol, singleton, slots, types,
};

use crate::names as n;
use crate::reduce;

/// Refuses arguments that no `__init__` or `__new__` of the class takes. `is_new`: asked by `__new__`.
fn check_arguments(
    thread: &Thread,
    class: &TypeObject,
    args: Args<'_>,
    is_new: bool,
) -> PyResult<()> {
    if args.is_empty() {
        return Ok(());
    }
    let own_new = !class.slots().is(slots::NEW, new as slots::NewFn);
    let own_init = !class.slots().is(slots::INIT, init as slots::InitFn);
    let name = class.name();
    if is_new && own_new {
        Err(thread
            .type_error("object.__new__() takes exactly one argument (the type to instantiate)"))
    } else if is_new && !own_init {
        Err(thread.type_error(format_args!("{name}() takes no arguments")))
    } else if !is_new && own_init {
        Err(thread.type_error(
            "object.__init__() takes exactly one argument (the instance to initialize)",
        ))
    } else if !is_new && !own_new {
        Err(thread.type_error(format_args!(
            "{name}.__init__() takes exactly one argument (the instance to initialize)"
        )))
    } else {
        Ok(())
    }
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    if class.has_flag(flags::DISALLOW_INSTANTIATION) {
        let name = class.name();
        return Err(thread.type_error(format_args!("cannot create '{name}' instances")));
    }
    check_arguments(thread, &class, args, true)?;
    if class.has_flag(flags::ABSTRACT) {
        return Err(abstract_error(thread, class)?);
    }
    if std::ptr::eq(class.as_ptr(), &types::OBJECT) {
        // SAFETY: a bare object is its header, and needs nothing else.
        let cell = unsafe { thread.new_zeroed(&class, class.kind(), class.size())? };
        return Ok(Value::from_cell(cell));
    }
    Ok(Value::from_cell(instance::allocate(thread, class)?))
}

fn abstract_error(thread: &mut Thread, class: Ref<TypeObject>) -> PyResult<grwl_object::Raised> {
    let key = n::ABSTRACTMETHODS.get(thread);
    let methods = protocol::get_attribute(thread, class.value(), key)?;
    let methods = protocol::collect(thread, methods)?;
    let mut shown = Vec::new();
    for &method in methods.as_slice() {
        shown.push(format!("'{}'", protocol::str(thread, method)?));
    }
    shown.sort();
    let s = if shown.len() == 1 { "" } else { "s" };
    Ok(thread.type_error(format_args!(
        "Can't instantiate abstract class {} without an implementation for abstract method{s} {}",
        class.name(),
        shown.join(", ")
    )))
}

fn init(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    check_arguments(thread, &value.class(), args, false)
}

/// Where messages and `repr` say that an object is.
pub(crate) fn address(value: Value) -> String {
    match value.as_cell() {
        Some(cell) => format!("{cell:p}"),
        None => format!("{:#x}", value.bits().get()),
    }
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let class = value.class();
    let module = grwl_object::class::module_of(thread, &class);
    let at = address(value);
    let text = match module.and_then(|module| module.downcast::<Str>()) {
        Some(module) if !module.is_str("builtins") => {
            let name = grwl_object::class::qualified_name(&class);
            format!("<{module}.{name} object at {at}>")
        }
        _ => format!("<{} object at {at}>", class.name()),
    };
    Ok(Str::new(thread, &text).value())
}

fn str(thread: &mut Thread, value: Value) -> PyResult {
    match value.class().slot(slots::REPR) {
        Some(function) => function(thread, value),
        None => repr(thread, value),
    }
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    match op {
        CompareOp::Eq if a == b => Ok(singleton::bool(true)),
        CompareOp::Ne => {
            let Some(compare) = a.class().slot(slots::COMPARE) else {
                return Ok(not_implemented());
            };
            let equal = compare(thread, a, b, CompareOp::Eq)?;
            if equal == not_implemented() {
                return Ok(equal);
            }
            let equal = protocol::is_true(thread, equal)?;
            Ok(singleton::bool(!equal))
        }
        _ => Ok(not_implemented()),
    }
}

fn get_class(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(value.class().value())
}

fn put_class(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    match new {
        Some(class) => set_class(thread, value, class),
        None => Err(thread.type_error("can't delete __class__ attribute")),
    }
}

fn format(thread: &mut Thread, value: Value, spec: Value) -> PyResult {
    let Some(spec) = spec.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "__format__() argument must be str, not {}",
            spec.class().name()
        )));
    };
    if !spec.is_empty() {
        return Err(thread.type_error(format_args!(
            "unsupported format string passed to {}.__format__",
            value.class().name()
        )));
    }
    Ok(protocol::str(thread, value)?.value())
}

fn size_of(thread: &mut Thread, value: Value) -> PyResult {
    Ok(grwl_object::int::from_usize(thread, value.class().size()))
}

fn init_subclass(thread: &mut Thread, class: Value, args: Args<'_>) -> PyResult {
    if args.is_empty() {
        return Ok(none());
    }
    let name = match class.downcast::<TypeObject>() {
        Some(class) => class.name().to_string(),
        None => class.class().name().to_string(),
    };
    if args.keyword_count() > 0 {
        return Err(thread.type_error(format_args!(
            "{name}.__init_subclass__() takes no keyword arguments"
        )));
    }
    let given = args.values().len();
    Err(thread.type_error(format_args!(
        "{name}.__init_subclass__() takes no arguments ({given} given)"
    )))
}

fn subclass_hook(_thread: &mut Thread, _class: Value, _args: Args<'_>) -> PyResult {
    Ok(not_implemented())
}

/// Adds the names of a class's attributes, and of its bases'.
pub(crate) fn merge_class(thread: &mut Thread, into: Ref<Dict>, class: Value) -> PyResult<()> {
    thread.check_stack()?;
    let key = n::DICT.get(thread);
    if let Some(dict) = protocol::find_attribute(thread, class, key)? {
        merge_names(thread, into, dict)?;
    }
    let key = n::BASES.get(thread);
    if let Some(bases) = protocol::find_attribute(thread, class, key)? {
        // Whatever it is: a class may claim anything.
        let Ok(bases) = protocol::collect(thread, bases) else {
            return Ok(());
        };
        for &base in bases.as_slice() {
            merge_class(thread, into, base)?;
        }
    }
    Ok(())
}

fn merge_names(thread: &mut Thread, into: Ref<Dict>, from: Value) -> PyResult<()> {
    for &name in protocol::collect(thread, from)?.as_slice() {
        into.insert(thread, name, none())?;
    }
    Ok(())
}

/// The keys of a dict as a list.
pub(crate) fn keys(thread: &Thread, dict: Ref<Dict>) -> PyResult {
    let mut keys = grwl_object::Buffer::new();
    for (key, _, _) in dict.cursor() {
        keys.push(thread, key)?;
    }
    Ok(grwl_object::list::List::from_buffer(thread, keys).value())
}

fn dir(thread: &mut Thread, value: Value) -> PyResult {
    let names = Dict::new(thread);
    let key = n::DICT.get(thread);
    let class = value.class();
    let is_plain = attribute::has_generic_get(&class)
        && instance::attributes_of(value).is_some_and(|attributes| attributes.dict().is_none());
    if is_plain {
        // Without turning the instance's attributes into a dict.
        if let Some(own) = instance::copy_of_dict(thread, value)? {
            merge_names(thread, names, own.value())?;
        }
    } else if let Some(own) = protocol::find_attribute(thread, value, key)?
        && own.downcast::<Dict>().is_some()
    {
        merge_names(thread, names, own)?;
    }
    let key = n::CLASS.get(thread);
    if let Some(class) = protocol::find_attribute(thread, value, key)? {
        merge_class(thread, names, class)?;
    }
    keys(thread, names)
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "object()\n--\n\nThe base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new featureless\ninstance that has no instance attributes and cannot be given any.\n",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init),
        slots::REPR.is(repr),
        slots::STR.is(str),
        slots::HASH.is(protocol::hash::by_identity),
        slots::COMPARE.is(compare),
        slots::GET_ATTRIBUTE.is(attribute::generic_get),
        slots::SET_ATTRIBUTE.is(attribute::generic_set),
    ],
    methods: &[
        Method::any(
            "__reduce_ex__",
            reduce::reduce_ex,
            "__reduce_ex__($self, protocol, /)\n--\n\nHelper for pickle.",
        ),
        Method::no_arguments(
            "__reduce__",
            reduce::reduce,
            "__reduce__($self, /)\n--\n\nHelper for pickle.",
        ),
        Method::no_arguments(
            "__getstate__",
            reduce::get_state,
            "__getstate__($self, /)\n--\n\nHelper for pickle.",
        ),
        Method::any(
            "__subclasshook__",
            subclass_hook,
            "__subclasshook__($type, object, /)\n--\n\nAnswers for issubclass() of abstract classes; NotImplemented leaves it to the usual way.",
        )
        .of_class(),
        Method::any(
            "__init_subclass__",
            init_subclass,
            "__init_subclass__($type, /)\n--\n\nCalled when a class is subclassed; does nothing by itself.",
        )
        .of_class(),
        Method::one(
            "__format__",
            format,
            "__format__($self, format_spec, /)\n--\n\nDefault object formatter.\n\nReturn str(self) if format_spec is empty. Raise TypeError otherwise.",
        ),
        Method::no_arguments(
            "__sizeof__",
            size_of,
            "__sizeof__($self, /)\n--\n\nSize of object in memory, in bytes.",
        ),
        Method::no_arguments(
            "__dir__",
            dir,
            "__dir__($self, /)\n--\n\nDefault dir() implementation.",
        ),
    ],
    getset: &[GetSet::new(
        "__class__",
        get_class,
        put_class,
        Some("the object's class"),
    )],
    constants: &[],
};
