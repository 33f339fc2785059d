//! `types.SimpleNamespace`.

use grwl_object::dict::Dict;
use grwl_object::namespace::Namespace;
use grwl_object::{
    Args, CompareOp, GetSet, Method, PyResult, Ref, Str, Thread, Tuple, TypeObject, TypeSpec,
    Value, ValueExt, flags, instance, none, not_implemented, protocol, slots, types,
};

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    if class.has_flag(flags::HEAP) {
        return Ok(Value::from_cell(instance::allocate(thread, class)?));
    }
    Ok(Namespace::new(thread).value())
}

fn store(thread: &mut Thread, value: Value, name: Value, new: Value) -> PyResult<()> {
    let Some(name) = name.downcast::<Str>() else {
        return Err(thread.type_error("keywords must be strings"));
    };
    let name = grwl_object::intern_str(thread, name);
    instance::set(thread, value, name, new)?;
    Ok(())
}

fn init(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    let given = args.by_position();
    if given.len() > 1 {
        return Err(thread.type_error(format_args!(
            "{} expected at most 1 argument, got {}",
            crate::class::qualified_name(value.class()),
            given.len()
        )));
    }
    if let Some(&first) = given.first() {
        let entries = match first.downcast::<Dict>() {
            Some(entries) => entries,
            None => {
                let made = protocol::call_positional(
                    thread,
                    Ref::from_static(&types::DICT).value(),
                    &[first],
                )?;
                match made.downcast::<Dict>() {
                    Some(made) => made,
                    None => return Err(thread.type_error("dict() returned no dict")),
                }
            }
        };
        let entries = entries.copy(thread)?;
        if entries
            .cursor()
            .any(|(key, _, _)| key.downcast::<Str>().is_none())
        {
            return Err(thread.type_error("keywords must be strings"));
        }
        for (key, new, _) in entries.cursor() {
            store(thread, value, key, new)?;
        }
    }
    for (name, new) in args.by_name() {
        store(thread, value, name.value(), new)?;
    }
    Ok(())
}

fn contents(thread: &mut Thread, value: Value) -> PyResult<Ref<Dict>> {
    match instance::copy_of_dict(thread, value)? {
        Some(dict) => Ok(dict),
        None => Ok(Dict::new(thread)),
    }
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let class = value.class();
    let name = if std::ptr::eq(class.as_ptr(), &types::SIMPLE_NAMESPACE) {
        "namespace".to_owned()
    } else {
        class.name().to_string()
    };
    let Some(_showing) = protocol::Showing::begin(value) else {
        return Ok(Str::new(thread, &format!("{name}(...)")).value());
    };
    shown(thread, value, &name)
}

fn shown(thread: &mut Thread, value: Value, name: &str) -> PyResult {
    let dict = contents(thread, value)?;
    let mut parts = Vec::new();
    for (key, item, _) in dict.cursor() {
        let Some(key) = key.downcast::<Str>().filter(|key| !key.is_empty()) else {
            continue;
        };
        let item = protocol::repr(thread, item)?;
        parts.push(format!("{key}={item}"));
        thread.poll()?;
    }
    let text = format!("{name}({})", parts.join(", "));
    Ok(Str::new(thread, &text).value())
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let both = [a, b]
        .iter()
        .all(|value| value.class().is_subtype_of(&types::SIMPLE_NAMESPACE));
    if !both {
        return Ok(not_implemented());
    }
    let (a, b) = (contents(thread, a)?, contents(thread, b)?);
    protocol::compare(thread, a.value(), b.value(), op)
}

fn get_dict(thread: &mut Thread, value: Value) -> PyResult {
    let dict = instance::dict_of(thread, value)?;
    Ok(dict.map_or_else(none, Ref::value))
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let dict = contents(thread, value)?;
    let parts = [value.class().value(), Tuple::empty().value(), dict.value()];
    Tuple::try_new(thread, &parts).map(Ref::value)
}

fn replace(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    if !args.by_position().is_empty() {
        return Err(thread.type_error("__replace__() takes no positional arguments"));
    }
    let class = value.class();
    let made = protocol::call_positional(thread, class.value(), &[])?;
    if !made.class().is_subtype_of(&types::SIMPLE_NAMESPACE) {
        return Err(thread.type_error(format_args!(
            "expect types.SimpleNamespace type, but {}() returned '{}' object",
            class.name(),
            made.class().name()
        )));
    }
    for (key, item, _) in contents(thread, value)?.cursor() {
        store(thread, made, key, item)?;
    }
    for (name, new) in args.by_name() {
        store(thread, made, name.value(), new)?;
    }
    Ok(made)
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "SimpleNamespace(mapping_or_iterable=(), /, **kwargs)\n--\n\nA simple attribute-based namespace.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init),
        slots::REPR.is(repr),
        slots::COMPARE.is(compare),
    ],
    methods: &[
        Method::no_arguments(
            "__reduce__",
            reduce,
            "__reduce__($self, /)\n--\n\nReturn state information for pickling",
        ),
        Method::any(
            "__replace__",
            replace,
            "__replace__($self, /, **changes)\n--\n\nReturn a copy of the namespace object with new values for the specified attributes.",
        ),
    ],
    getset: &[GetSet::read_only("__dict__", get_dict, None).member()],
    constants: &[],
};
