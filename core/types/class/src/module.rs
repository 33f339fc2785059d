//! `module`.

use grwl_object::dict::Dict;
use grwl_object::module::{Module, fill};
use grwl_object::{
    Args, GetSet, Method, PyResult, Ref, Signature, Str, Thread, TypeObject, TypeSpec, Value,
    ValueExt, attribute, flags, instance, none, protocol, slots, types,
};

use crate::names as n;
use crate::object;

fn this(value: Value) -> Ref<Module> {
    // SAFETY: slots, methods and attributes of the type are called with its instances only; the descriptors have looked.
    unsafe { value.downcast_unchecked() }
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    if class.has_flag(flags::HEAP) {
        let module = Value::from_cell(instance::allocate(thread, class)?);
        // In dict mode from birth.
        instance::dict_of(thread, module)?;
        return Ok(module);
    }
    let dict = Dict::new(thread);
    Ok(Module::with_dict(thread, dict).value())
}

static SIGNATURE: Signature<2> = Signature::new("module", ["name", "doc"]).optional_after(1);

fn init(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    let [name, doc] = args.parse(thread, &SIGNATURE)?;
    let Some(name) = name else {
        return Ok(());
    };
    if name.downcast::<Str>().is_none() {
        return Err(thread.type_error(format_args!(
            "module() argument 'name' must be str, not {}",
            name.class().name()
        )));
    }
    let dict = this(value).dict(thread)?;
    fill(thread, dict, name, doc)
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    // The import system knows how a module is shown; until it is there, the name must do.
    let spec = n::LAZY_SPEC.get(thread);
    let dict = this(value).dict(thread)?;
    let name = dict.get_str(n::NAME.get(thread));
    if dict.get_str(spec).is_some_and(|spec| !spec.is_none())
        && let Ok(import) = grwl_object::class::import(thread, "importlib._bootstrap")
    {
        let show = grwl_object::intern(thread, "_module_repr");
        return protocol::call_method(thread, import, show, &[value]);
    }
    let shown = match name {
        Some(name) => protocol::repr(thread, name)?.to_rust_lossy(),
        None => "'?'".to_owned(),
    };
    let file = dict.get_str(n::FILE.get(thread));
    let loader = dict.get_str(grwl_object::intern(thread, "__loader__"));
    let text = match (file, loader) {
        (Some(file), _) => {
            let file = protocol::repr(thread, file)?;
            format!("<module {shown} from {file}>")
        }
        (None, Some(loader)) if !loader.is_none() => {
            let loader = protocol::repr(thread, loader)?;
            format!("<module {shown} ({loader})>")
        }
        _ => format!("<module {shown}>"),
    };
    Ok(Str::new(thread, &text).value())
}

fn get_attribute(thread: &mut Thread, value: Value, name: Ref<Str>) -> PyResult {
    if let Some(found) = attribute::generic_find(thread, value, name)? {
        return Ok(found);
    }
    let dict = this(value).dict(thread)?;
    if let Some(fallback) = dict.get_str(n::GETATTR.get(thread)) {
        return protocol::call_positional(thread, fallback, &[name.value()]);
    }
    Err(missing(thread, value, dict, name)?)
}

#[cold]
fn missing(
    thread: &mut Thread,
    value: Value,
    dict: Ref<Dict>,
    name: Ref<Str>,
) -> PyResult<grwl_object::Raised> {
    let module = dict.get_str(n::NAME.get(thread));
    let Some(module) = module.and_then(|module| module.downcast::<Str>()) else {
        let message = format_args!("module has no attribute '{name}'");
        return Ok(thread.attribute_error(name, value, message));
    };
    if is_initializing(thread, dict)? {
        let message = format_args!(
            "partially initialized module '{module}' has no attribute '{name}' (most likely due to a circular import)"
        );
        return Ok(thread.attribute_error(name, value, message));
    }
    let message = format_args!("module '{module}' has no attribute '{name}'");
    Ok(thread.attribute_error(name, value, message))
}

fn get_dict(thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).dict(thread)?.value())
}

fn dir(thread: &mut Thread, value: Value) -> PyResult {
    let key = n::DICT.get(thread);
    let dict = protocol::get_attribute(thread, value, key)?;
    let Some(dict) = dict.downcast::<Dict>() else {
        return Err(thread.type_error("<module>.__dict__ is not a dictionary"));
    };
    if let Some(own) = dict.get_str(n::DIR.get(thread)) {
        return protocol::call_positional(thread, own, &[]);
    }
    object::keys(thread, dict)
}

fn get_annotate(thread: &mut Thread, value: Value) -> PyResult {
    let dict = this(value).dict(thread)?;
    let key = n::ANNOTATE.get(thread);
    dict.insert_new(thread, key.value(), none())
}

fn set_annotate(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let Some(new) = new else {
        return Err(thread.type_error("cannot delete __annotate__ attribute"));
    };
    if !new.is_none() && new.class().slot(slots::CALL).is_none() {
        return Err(thread.type_error("__annotate__ must be callable or None"));
    }
    let dict = this(value).dict(thread)?;
    let key = n::ANNOTATE.get(thread);
    dict.set_str(thread, key, new)?;
    if !new.is_none() {
        let key = n::ANNOTATIONS.get(thread);
        dict.remove_str(thread, key)?;
    }
    Ok(())
}

fn get_annotations(thread: &mut Thread, value: Value) -> PyResult {
    let dict = this(value).dict(thread)?;
    let key = n::ANNOTATIONS.get(thread);
    if let Some(known) = dict.get_str(key) {
        return Ok(known);
    }
    let annotate = dict
        .get_str(n::ANNOTATE.get(thread))
        .and_then(ValueExt::not_none);
    let made = match annotate {
        Some(annotate) if annotate.class().slot(slots::CALL).is_some() => {
            let made = protocol::call_positional(thread, annotate, &[Value::small(1)])?;
            if made.downcast::<Dict>().is_none() {
                return Err(thread.type_error(format_args!(
                    "__annotate__ returned non-dict of type '{}'",
                    made.class().name()
                )));
            }
            made
        }
        _ => Dict::new(thread).value(),
    };
    // A module that is still running its body may get more.
    if is_initializing(thread, dict)? {
        return Ok(made);
    }
    dict.insert_new(thread, key.value(), made)
}

fn is_initializing(thread: &mut Thread, dict: Ref<Dict>) -> PyResult<bool> {
    let spec = dict.get_str(n::LAZY_SPEC.get(thread));
    let Some(spec) = spec.and_then(ValueExt::not_none) else {
        return Ok(false);
    };
    let name = n::INITIALIZING.get(thread);
    match protocol::find_attribute(thread, spec, name)? {
        Some(answer) => protocol::is_true(thread, answer),
        None => Ok(false),
    }
}

fn set_annotations(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let dict = this(value).dict(thread)?;
    let key = n::ANNOTATIONS.get(thread);
    match new {
        Some(new) => dict.set_str(thread, key, new)?,
        None => {
            if dict.remove_str(thread, key)?.is_none() {
                return Err(thread.raise(&types::ATTRIBUTE_ERROR, "__annotations__"));
            }
        }
    }
    let key = n::ANNOTATE.get(thread);
    dict.remove_str(thread, key)?;
    Ok(())
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "module(name, doc=None)\n--\n\nCreate a module object.\n\nThe name must be a string; the optional doc argument can have any type.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init),
        slots::REPR.is(repr),
        slots::GET_ATTRIBUTE.is(get_attribute),
    ],
    methods: &[Method::no_arguments(
        "__dir__",
        dir,
        "__dir__() -> list\nspecialized dir() implementation",
    )],
    getset: &[
        GetSet::read_only("__dict__", get_dict, None).member(),
        GetSet::new("__annotations__", get_annotations, set_annotations, None),
        GetSet::new("__annotate__", get_annotate, set_annotate, None),
    ],
    constants: &[],
};
