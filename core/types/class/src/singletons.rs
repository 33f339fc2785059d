//! `None`, `NotImplemented`, `...`: their types.

use grwl_object::{
    Args, Method, PyResult, Ref, Str, Thread, TypeObject, TypeSpec, Value, ellipsis, none,
    not_implemented, slots,
};

fn no_arguments(thread: &Thread, args: Args<'_>, name: &str) -> PyResult<()> {
    if args.is_empty() {
        Ok(())
    } else {
        Err(thread.type_error(format_args!("{name} takes no arguments")))
    }
}

fn new_none(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    no_arguments(thread, args, "NoneType")?;
    Ok(none())
}

fn new_not_implemented(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    no_arguments(thread, args, "NotImplementedType")?;
    Ok(not_implemented())
}

fn new_ellipsis(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    no_arguments(thread, args, "EllipsisType")?;
    Ok(ellipsis())
}

fn repr_none(thread: &mut Thread, _value: Value) -> PyResult {
    Ok(grwl_object::intern(thread, "None").value())
}

fn repr_not_implemented(thread: &mut Thread, _value: Value) -> PyResult {
    Ok(grwl_object::intern(thread, "NotImplemented").value())
}

fn repr_ellipsis(thread: &mut Thread, _value: Value) -> PyResult {
    Ok(grwl_object::intern(thread, "Ellipsis").value())
}

fn is_none_true(_thread: &mut Thread, _value: Value) -> PyResult<bool> {
    Ok(false)
}

fn is_not_implemented_true(thread: &mut Thread, _value: Value) -> PyResult<bool> {
    Err(thread.type_error("NotImplemented should not be used in a boolean context"))
}

fn hash_none(_thread: &mut Thread, _value: Value) -> PyResult<i64> {
    // As in CPython, the same in each process.
    Ok(0xfca8_6420)
}

fn reduce_not_implemented(thread: &mut Thread, _value: Value) -> PyResult {
    Ok(Str::new(thread, "NotImplemented").value())
}

fn reduce_ellipsis(thread: &mut Thread, _value: Value) -> PyResult {
    Ok(Str::new(thread, "Ellipsis").value())
}

const REDUCE_DOC: &str = "__reduce__($self, /)\n--\n\nHelper for pickle.";

pub(crate) static NONE: TypeSpec = TypeSpec {
    doc: Some("NoneType()\n--\n\nThe type of the None singleton."),
    slots: &[
        slots::NEW.is(new_none),
        slots::REPR.is(repr_none),
        slots::BOOL.is(is_none_true),
        slots::HASH.is(hash_none),
    ],
    methods: &[],
    getset: &[],
    constants: &[],
};

pub(crate) static NOT_IMPLEMENTED: TypeSpec = TypeSpec {
    doc: Some("NotImplementedType()\n--\n\nThe type of the NotImplemented singleton."),
    slots: &[
        slots::NEW.is(new_not_implemented),
        slots::REPR.is(repr_not_implemented),
        slots::BOOL.is(is_not_implemented_true),
    ],
    methods: &[Method::no_arguments(
        "__reduce__",
        reduce_not_implemented,
        REDUCE_DOC,
    )],
    getset: &[],
    constants: &[],
};

pub(crate) static ELLIPSIS: TypeSpec = TypeSpec {
    doc: Some("ellipsis()\n--\n\nThe type of the Ellipsis singleton."),
    slots: &[slots::NEW.is(new_ellipsis), slots::REPR.is(repr_ellipsis)],
    methods: &[Method::no_arguments(
        "__reduce__",
        reduce_ellipsis,
        REDUCE_DOC,
    )],
    getset: &[],
    constants: &[],
};
