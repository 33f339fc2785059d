//! `type`: calling classes, their `repr`, their methods. The computed attributes are in `class_attributes`.

use grwl_object::class::{for_each_subclass, mro, type_new};
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::{
    Args, Buffer, Method, PyResult, Ref, Str, Thread, TypeObject, TypeSpec, Value, ValueExt,
    protocol, singleton, slots, types,
};

use crate::class_attributes;
use crate::object;
use grwl_object::class::{module_of, qualified_name};

fn the_class(thread: &Thread, value: Value) -> PyResult<Ref<TypeObject>> {
    match value.downcast::<TypeObject>() {
        Some(class) => Ok(class),
        None => Err(thread.type_error(format_args!(
            "descriptor requires a 'type' object but received a '{}'",
            value.class().name()
        ))),
    }
}

fn call(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let class = the_class(thread, value)?;
    if std::ptr::eq(class.as_ptr(), &types::TYPE) {
        match args.values() {
            &[only] if args.keyword_count() == 0 => return Ok(only.class().value()),
            // As CPython says it.
            [_, _] if args.keyword_count() == 1 => {
                return Err(thread.type_error("type() takes no keyword arguments"));
            }
            _ if args.by_position().len() != 3 => {
                return Err(thread.type_error("type() takes 1 or 3 arguments"));
            }
            _ => {}
        }
    }
    let Some(new) = class.slot(slots::NEW) else {
        return Err(thread.type_error(format_args!("cannot create '{}' instances", class.name())));
    };
    let made = new(thread, class, args)?;
    let own = made.class();
    if own.is_subtype_of(&class)
        && let Some(init) = own.slot(slots::INIT)
    {
        init(thread, made, args)?;
    }
    Ok(made)
}

fn init(thread: &mut Thread, _value: Value, args: Args<'_>) -> PyResult<()> {
    let given = args.by_position().len();
    if given == 1 && args.keyword_count() != 0 {
        return Err(thread.type_error("type.__init__() takes no keyword arguments"));
    }
    if given != 1 && given != 3 {
        return Err(thread.type_error("type.__init__() takes 1 or 3 arguments"));
    }
    Ok(())
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let class = the_class(thread, value)?;
    let module = module_of(thread, &class).and_then(|module| module.downcast::<Str>());
    let text = match module {
        Some(module) if !module.is_str("builtins") => {
            format!("<class '{module}.{}'>", qualified_name(&class))
        }
        _ => format!("<class '{}'>", class.name()),
    };
    Ok(Str::new(thread, &text).value())
}

fn or(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    crate::union::or(thread, a, b)
}

fn mro_method(thread: &mut Thread, value: Value) -> PyResult {
    let class = the_class(thread, value)?;
    let order = mro::c3(thread, class)?;
    Ok(List::from_slice(thread, order.as_slice())?.value())
}

fn subclasses(thread: &mut Thread, value: Value) -> PyResult {
    let class = the_class(thread, value)?;
    let mut found = Buffer::new();
    let mut result = Ok(());
    for_each_subclass(&class, |subclass| {
        if result.is_ok() {
            result = found.push(thread, subclass.value());
        }
    });
    result?;
    Ok(List::from_buffer(thread, found).value())
}

fn prepare(thread: &mut Thread, _class: Value, _args: Args<'_>) -> PyResult {
    Ok(Dict::new(thread).value())
}

fn instance_check(thread: &mut Thread, class: Value, value: Value) -> PyResult {
    protocol::class_test::plain_is_instance(thread, value, class).map(singleton::bool)
}

fn subclass_check(thread: &mut Thread, class: Value, derived: Value) -> PyResult {
    protocol::class_test::plain_is_subclass(thread, derived, class).map(singleton::bool)
}

fn dir(thread: &mut Thread, value: Value) -> PyResult {
    let names = Dict::new(thread);
    object::merge_class(thread, names, value)?;
    object::keys(thread, names)
}

fn size_of(thread: &mut Thread, value: Value) -> PyResult {
    let class = the_class(thread, value)?;
    let size = value.class().size() + class.dict().len() * 24;
    Ok(grwl_object::int::from_usize(thread, size))
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
    ),
    slots: &[
        slots::NEW.is(type_new),
        slots::INIT.is(init),
        slots::CALL.is(call),
        slots::REPR.is(repr),
        slots::OR.is(or),
        slots::GET_ATTRIBUTE.is(grwl_object::class::attribute::get),
        slots::SET_ATTRIBUTE.is(grwl_object::class::attribute::set),
    ],
    methods: &[
        Method::no_arguments(
            "mro",
            mro_method,
            "mro($self, /)\n--\n\nReturn a type's method resolution order.",
        ),
        Method::no_arguments(
            "__subclasses__",
            subclasses,
            "__subclasses__($self, /)\n--\n\nReturn a list of immediate subclasses.",
        ),
        Method::any(
            "__prepare__",
            prepare,
            "__prepare__($cls, name, bases, /, **kwds)\n--\n\nCreate the namespace for the class statement",
        )
        .of_class(),
        Method::one(
            "__instancecheck__",
            instance_check,
            "__instancecheck__($self, instance, /)\n--\n\nCheck if an object is an instance.",
        ),
        Method::one(
            "__subclasscheck__",
            subclass_check,
            "__subclasscheck__($self, subclass, /)\n--\n\nCheck if a class is a subclass.",
        ),
        Method::no_arguments(
            "__dir__",
            dir,
            "__dir__($self, /)\n--\n\nSpecialized __dir__ implementation for types.",
        ),
        Method::no_arguments(
            "__sizeof__",
            size_of,
            "__sizeof__($self, /)\n--\n\nReturn memory consumption of the type object.",
        ),
    ],
    getset: class_attributes::GETSET,
    constants: &[],
};
