//! Types, exceptions and constants.

use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Thread, TypeObject, ValueExt, none, types};

/// The types that are no exceptions, in CPython's order.
static TYPES: &[&TypeObject] = &[
    &types::BOOL,
    &types::BYTES,
    &types::CLASS_METHOD,
    &types::COMPLEX,
    &types::DICT,
    &types::ENUMERATE,
    &types::FILTER,
    &types::FLOAT,
    &types::FROZEN_SET,
    &types::PROPERTY,
    &types::INT,
    &types::LIST,
    &types::MAP,
    &types::OBJECT,
    &types::RANGE,
    &types::REVERSED,
    &types::SET,
    &types::SLICE,
    &types::STATIC_METHOD,
    &types::STR,
    &types::SUPER,
    &types::TUPLE,
    &types::TYPE,
    &types::ZIP,
];

pub(crate) fn add(thread: &mut Thread, module: Ref<Module>) -> PyResult<()> {
    let debug = crate::settings::get().optimize == 0;
    for (name, value) in [
        ("None", none()),
        ("Ellipsis", grwl_object::ellipsis()),
        ("NotImplemented", grwl_object::not_implemented()),
        ("False", grwl_object::singleton::bool(false)),
        ("True", grwl_object::singleton::bool(true)),
        ("__debug__", grwl_object::singleton::bool(debug)),
    ] {
        module.add(thread, name, value)?;
    }
    for &class in TYPES
        .iter()
        .chain(&[&grwl_types_bytes::BYTEARRAY, &grwl_types_bytes::MEMORYVIEW])
    {
        let name = class.name().to_string();
        module.add(thread, &name, Ref::from_static(class).value())?;
    }
    for &class in types::ALL {
        let name = class.name().to_string();
        module.add(thread, &name, Ref::from_static(class).value())?;
    }
    for &(name, class) in types::ALIASES {
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    debug_assert!(module.value().class().name().to_string() == "module");
    Ok(())
}
