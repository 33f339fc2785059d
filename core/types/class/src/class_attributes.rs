//! The computed attributes of classes.

use grwl_object::class::attribute::{after_change, store};
use grwl_object::class::set_bases;
use grwl_object::dict::Dict;
use grwl_object::dict::view::DictView;
use grwl_object::{
    GetSet, Name, PyResult, Ref, Str, Thread, Tuple, TypeObject, Value, ValueExt, flags, int,
    intern, none, protocol, ready, slots, types,
};

use crate::names as n;
use grwl_object::class::module_of;

fn class_of(thread: &Thread, value: Value) -> PyResult<Ref<TypeObject>> {
    match value.downcast::<TypeObject>() {
        Some(class) => Ok(class),
        None => Err(thread.type_error(format_args!(
            "descriptor for 'type' objects doesn't apply to a '{}' object",
            value.class().name()
        ))),
    }
}

/// The class, if its attribute may be set to something.
fn changeable(
    thread: &Thread,
    value: Value,
    new: Option<Value>,
    name: &str,
) -> PyResult<(Ref<TypeObject>, Value)> {
    let class = class_of(thread, value)?;
    if class.has_flag(flags::IMMUTABLE) {
        return Err(thread.type_error(format_args!(
            "cannot set '{name}' attribute of immutable type '{}'",
            class.name()
        )));
    }
    match new {
        Some(new) => Ok((class, new)),
        None => Err(thread.type_error(format_args!(
            "cannot delete '{name}' attribute of immutable type '{}'",
            class.name()
        ))),
    }
}

fn missing(thread: &Thread, value: Value, name: &Name) -> grwl_object::Raised {
    let name = name.get(thread);
    thread.no_attribute(value, name)
}

/// What a class's own dict has, bound as an attribute of the class.
fn own_bound(thread: &mut Thread, class: Ref<TypeObject>, name: &Name) -> PyResult<Option<Value>> {
    let key = name.get(thread);
    match class.dict().get_str(key) {
        Some(found) => match found.class().slot(slots::DESCRIPTOR_GET) {
            Some(get) => get(thread, found, None, Some(class.value())).map(Some),
            None => Ok(Some(found)),
        },
        None => Ok(None),
    }
}

fn get_name(thread: &mut Thread, value: Value) -> PyResult {
    let class = class_of(thread, value)?;
    Ok(class.name_slot().load().unwrap_or_else(none))
}

fn set_name(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let (class, new) = changeable(thread, value, new, "__name__")?;
    let Some(name) = new.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "can only assign string to {}.__name__, not '{}'",
            class.name(),
            new.class().name()
        )));
    };
    if name.text().codes().any(|code| code == 0) {
        return Err(thread.value_error("type name must not contain null characters"));
    }
    grwl_object::class::make::check_text(thread, name)?;
    thread.store(class, class.name_slot(), Some(new));
    Ok(())
}

fn get_qualname(thread: &mut Thread, value: Value) -> PyResult {
    let class = class_of(thread, value)?;
    Ok(class.qualified_name_slot().load().unwrap_or_else(none))
}

fn set_qualname(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let (class, new) = changeable(thread, value, new, "__qualname__")?;
    if new.downcast::<Str>().is_none() {
        return Err(thread.type_error(format_args!(
            "can only assign string to {}.__qualname__, not '{}'",
            class.name(),
            new.class().name()
        )));
    }
    thread.store(class, class.qualified_name_slot(), Some(new));
    Ok(())
}

fn get_module(thread: &mut Thread, value: Value) -> PyResult {
    let class = class_of(thread, value)?;
    match module_of(thread, &class) {
        Some(module) => Ok(module),
        None => Err(thread.raise(&types::ATTRIBUTE_ERROR, "__module__")),
    }
}

fn set_module(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let (class, new) = changeable(thread, value, new, "__module__")?;
    let key = n::MODULE.get(thread);
    let first_line = grwl_object::intern(thread, "__firstlineno__");
    let _ = class.dict().remove_str(thread, first_line)?;
    store(thread, class, key, Some(new))
}

fn get_doc(thread: &mut Thread, value: Value) -> PyResult {
    let class = class_of(thread, value)?;
    if let Some(doc) = class.spec().and_then(|spec| spec.doc) {
        return Ok(Str::new(thread, ready::without_signature(doc)).value());
    }
    Ok(own_bound(thread, class, &n::DOC)?.unwrap_or_else(none))
}

fn set_doc(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let (class, new) = changeable(thread, value, new, "__doc__")?;
    let key = n::DOC.get(thread);
    store(thread, class, key, Some(new))
}

fn get_text_signature(thread: &mut Thread, value: Value) -> PyResult {
    let class = class_of(thread, value)?;
    let doc = class.spec().and_then(|spec| spec.doc);
    if doc.is_none() && class.has_flag(flags::HEAP) {
        return signature_of_text(thread, class);
    }
    Ok(match doc.and_then(ready::signature) {
        Some(signature) => Str::new(thread, signature).value(),
        None => none(),
    })
}

/// A class of Python's may say it in its text, as built-in types do: behind its name.
fn signature_of_text(thread: &mut Thread, class: Ref<TypeObject>) -> PyResult {
    let key = intern(thread, "__doc__");
    let doc = class.dict().get_str(key);
    let Some(doc) = doc.and_then(|doc| doc.downcast::<Str>()) else {
        return Ok(none());
    };
    let doc = doc.to_rust_lossy();
    let name = class.name().to_string();
    let short = name.rsplit('.').next().unwrap_or_default();
    let is_own = doc
        .strip_prefix(short)
        .is_some_and(|rest| rest.starts_with('('));
    Ok(match ready::signature(&doc).filter(|_| is_own) {
        Some(signature) => Str::new(thread, signature).value(),
        None => none(),
    })
}

fn get_dict(thread: &mut Thread, value: Value) -> PyResult {
    let class = class_of(thread, value)?;
    Ok(DictView::new(thread, &types::MAPPING_PROXY, class.dict().value()).value())
}

fn get_bases(thread: &mut Thread, value: Value) -> PyResult {
    let class = class_of(thread, value)?;
    Ok(class.bases_slot().load().unwrap_or_else(none))
}

fn put_bases(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let (class, new) = changeable(thread, value, new, "__bases__")?;
    set_bases(thread, class, new)
}

fn get_base(thread: &mut Thread, value: Value) -> PyResult {
    let class = class_of(thread, value)?;
    Ok(class.base_slot().load().unwrap_or_else(none))
}

fn get_mro(thread: &mut Thread, value: Value) -> PyResult {
    let class = class_of(thread, value)?;
    Ok(class.mro_slot().load().unwrap_or_else(none))
}

fn get_abstract(thread: &mut Thread, value: Value) -> PyResult {
    let class = class_of(thread, value)?;
    let key = n::ABSTRACTMETHODS.get(thread);
    // `type` itself has the descriptor there.
    let found = class.dict().get_str(key);
    match found.filter(|_| !std::ptr::eq(class.as_ptr(), &types::TYPE)) {
        Some(found) => Ok(found),
        None => Err(thread.raise(&types::ATTRIBUTE_ERROR, "__abstractmethods__")),
    }
}

fn set_abstract(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let class = class_of(thread, value)?;
    let key = n::ABSTRACTMETHODS.get(thread);
    let is_abstract = match new {
        Some(new) => protocol::is_true(thread, new)?,
        None => false,
    };
    match new {
        Some(new) => class.dict().set_str(thread, key, new)?,
        None => {
            if class.dict().remove_str(thread, key)?.is_none() {
                return Err(thread.raise(&types::ATTRIBUTE_ERROR, "__abstractmethods__"));
            }
        }
    }
    if is_abstract {
        class.change_flags(flags::ABSTRACT, 0);
    } else {
        class.change_flags(0, flags::ABSTRACT);
    }
    after_change(thread, class, key);
    Ok(())
}

fn get_annotate(thread: &mut Thread, value: Value) -> PyResult {
    let class = class_of(thread, value)?;
    if !class.has_flag(flags::HEAP) {
        return Err(missing(thread, value, &n::ANNOTATE));
    }
    // What Python code has set itself goes before what the compiler made.
    for name in [&n::ANNOTATE, &n::ANNOTATE_FUNC] {
        if let Some(found) = own_bound(thread, class, name)? {
            return Ok(found);
        }
    }
    let key = n::ANNOTATE_FUNC.get(thread);
    store(thread, class, key, Some(none()))?;
    Ok(none())
}

fn set_annotate(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let class = class_of(thread, value)?;
    let Some(new) = new else {
        return Err(thread.type_error("cannot delete __annotate__ attribute"));
    };
    if class.has_flag(flags::IMMUTABLE) {
        return Err(thread.type_error(format_args!(
            "cannot set '__annotate__' attribute of immutable type '{}'",
            class.name()
        )));
    }
    if !new.is_none() && new.class().slot(slots::CALL).is_none() {
        return Err(thread.type_error("__annotate__ must be callable or None"));
    }
    let key = n::ANNOTATE_FUNC.get(thread);
    store(thread, class, key, Some(new))?;
    if !new.is_none() {
        forget(thread, class, &n::ANNOTATIONS_CACHE)?;
    }
    Ok(())
}

fn forget(thread: &mut Thread, class: Ref<TypeObject>, name: &Name) -> PyResult<bool> {
    let key = name.get(thread);
    if class.dict().remove_str(thread, key)?.is_none() {
        return Ok(false);
    }
    after_change(thread, class, key);
    Ok(true)
}

fn get_annotations(thread: &mut Thread, value: Value) -> PyResult {
    let class = class_of(thread, value)?;
    if !class.has_flag(flags::HEAP) {
        return Err(missing(thread, value, &n::ANNOTATIONS));
    }
    for name in [&n::ANNOTATIONS, &n::ANNOTATIONS_CACHE] {
        if let Some(found) = own_bound(thread, class, name)? {
            return Ok(found);
        }
    }
    let annotate = protocol::get_attribute(thread, value, n::ANNOTATE.get(thread))?;
    let annotations = if annotate.class().slot(slots::CALL).is_some() {
        let made = protocol::call_positional(thread, annotate, &[Value::small(1)])?;
        if made.downcast::<Dict>().is_none() {
            return Err(thread.type_error(format_args!(
                "__annotate__ returned non-dict of type '{}'",
                made.class().name()
            )));
        }
        made
    } else {
        Dict::new(thread).value()
    };
    let key = n::ANNOTATIONS_CACHE.get(thread);
    // Another thread may have made them meanwhile: then those are the ones.
    let kept = class.dict().insert_new(thread, key.value(), annotations)?;
    after_change(thread, class, key);
    Ok(kept)
}

fn set_annotations(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let class = class_of(thread, value)?;
    if class.has_flag(flags::IMMUTABLE) {
        return Err(thread.type_error(format_args!(
            "cannot set '__annotations__' attribute of immutable type '{}'",
            class.name()
        )));
    }
    let plain = n::ANNOTATIONS.get(thread);
    let cache = n::ANNOTATIONS_CACHE.get(thread);
    let dict = class.dict();
    match new {
        Some(new) => {
            let key = if dict.get_str(plain).is_some() {
                plain
            } else {
                cache
            };
            store(thread, class, key, Some(new))?;
        }
        None => {
            let had_plain = forget(thread, class, &n::ANNOTATIONS)?;
            if !had_plain && !forget(thread, class, &n::ANNOTATIONS_CACHE)? {
                return Err(thread.raise(&types::ATTRIBUTE_ERROR, "__annotations__"));
            }
        }
    }
    forget(thread, class, &n::ANNOTATE_FUNC)?;
    forget(thread, class, &n::ANNOTATE)?;
    Ok(())
}

fn get_type_params(thread: &mut Thread, value: Value) -> PyResult {
    let class = class_of(thread, value)?;
    if std::ptr::eq(class.as_ptr(), &types::TYPE) {
        return Ok(Tuple::empty().value());
    }
    let key = n::TYPE_PARAMS.get(thread);
    Ok(class
        .dict()
        .get_str(key)
        .unwrap_or_else(|| Tuple::empty().value()))
}

fn set_type_params(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let (class, new) = changeable(thread, value, new, "__type_params__")?;
    let key = n::TYPE_PARAMS.get(thread);
    store(thread, class, key, Some(new))
}

/// Bytes of an `int` of CPython's without its digits.
const CPYTHON_INT: usize = 24;

fn get_basic_size(thread: &mut Thread, value: Value) -> PyResult {
    let class = class_of(thread, value)?;
    let size = if class.has_flag(flags::INT) {
        // An `int` says its length by CPython's measures, of which attributes are no part.
        CPYTHON_INT
    } else {
        class.size()
    };
    Ok(int::from_usize(thread, size))
}

fn get_item_size(thread: &mut Thread, value: Value) -> PyResult {
    let class = class_of(thread, value)?;
    let size = if class.has_flag(flags::TUPLE) {
        8
    } else if class.has_flag(flags::BYTES) {
        1
    } else if class.has_flag(flags::INT) {
        4
    } else {
        0
    };
    Ok(int::from_usize(thread, size))
}

fn get_flags(thread: &mut Thread, value: Value) -> PyResult {
    let class = class_of(thread, value)?;
    // The low half has CPython's numbers.
    let mut bits = class.flags() & 0xffff_ffff;
    // CPython makes types of modules as it makes classes, and programs (`copyreg`) see that.
    if class.declaration().is_some_and(|it| it.name.contains('.')) {
        bits |= flags::HEAP;
    }
    Ok(int::from_usize(thread, bits as usize))
}

fn get_dict_offset(thread: &mut Thread, value: Value) -> PyResult {
    let class = class_of(thread, value)?;
    let offset = if class.has_flag(flags::HAS_DICT) {
        -1
    } else {
        0
    };
    Ok(int::from_i64(thread, offset))
}

fn get_weak_offset(thread: &mut Thread, value: Value) -> PyResult {
    let class = class_of(thread, value)?;
    let offset = if class.has_flag(flags::WEAK_REFERENCES) {
        -32
    } else {
        0
    };
    Ok(int::from_i64(thread, offset))
}

pub(crate) static GETSET: &[GetSet] = &[
    GetSet::new("__name__", get_name, set_name, None),
    GetSet::new("__qualname__", get_qualname, set_qualname, None),
    GetSet::new("__bases__", get_bases, put_bases, None),
    GetSet::new("__module__", get_module, set_module, None),
    GetSet::new("__abstractmethods__", get_abstract, set_abstract, None),
    GetSet::read_only("__dict__", get_dict, None),
    GetSet::new("__doc__", get_doc, set_doc, None),
    GetSet::read_only("__text_signature__", get_text_signature, None),
    GetSet::new("__annotations__", get_annotations, set_annotations, None),
    GetSet::new("__annotate__", get_annotate, set_annotate, None),
    GetSet::new("__type_params__", get_type_params, set_type_params, None),
    GetSet::read_only("__basicsize__", get_basic_size, None).member(),
    GetSet::read_only("__itemsize__", get_item_size, None).member(),
    GetSet::read_only("__flags__", get_flags, None).member(),
    GetSet::read_only("__weakrefoffset__", get_weak_offset, None).member(),
    GetSet::read_only("__base__", get_base, None).member(),
    GetSet::read_only("__dictoffset__", get_dict_offset, None).member(),
    GetSet::read_only("__mro__", get_mro, None).member(),
];
