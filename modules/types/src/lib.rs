//! The module `_types`: names of built-in types that have no name among the builtins.

use grwl_interpreter::{CELL, CODE, FUNCTION, frame_object, generator};
use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Str, Thread, TypeObject, intern, ready, types};

static TYPES: &[(&str, &TypeObject)] = &[
    ("AsyncGeneratorType", &generator::ASYNC_GENERATOR),
    ("BuiltinFunctionType", &types::BUILTIN_FUNCTION),
    ("BuiltinMethodType", &types::BUILTIN_FUNCTION),
    ("CellType", &CELL),
    ("ClassMethodDescriptorType", &types::CLASS_METHOD_DESCRIPTOR),
    ("CodeType", &CODE),
    ("CoroutineType", &generator::COROUTINE),
    ("EllipsisType", &types::ELLIPSIS_TYPE),
    ("FrameType", &frame_object::FRAME),
    ("FunctionType", &FUNCTION),
    ("GeneratorType", &generator::GENERATOR),
    (
        "GenericAlias",
        &grwl_types_class::generic_alias::GENERIC_ALIAS,
    ),
    ("GetSetDescriptorType", &types::GETSET_DESCRIPTOR),
    ("LambdaType", &FUNCTION),
    ("MappingProxyType", &types::MAPPING_PROXY),
    ("MemberDescriptorType", &types::MEMBER_DESCRIPTOR),
    ("MethodDescriptorType", &types::METHOD_DESCRIPTOR),
    ("MethodType", &types::METHOD),
    ("MethodWrapperType", &types::METHOD_WRAPPER),
    ("ModuleType", &types::MODULE),
    ("NoneType", &types::NONE_TYPE),
    ("NotImplementedType", &types::NOT_IMPLEMENTED_TYPE),
    ("SimpleNamespace", &types::SIMPLE_NAMESPACE),
    ("TracebackType", &types::TRACEBACK),
    ("UnionType", &grwl_types_class::union::UNION),
    ("WrapperDescriptorType", &types::WRAPPER_DESCRIPTOR),
];

/// The module has no types of its own.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_types");
    let doc = Str::new(thread, "Define names for built-in types.").value();
    let module = Module::new(thread, name, Some(doc))?;
    for &(name, class) in TYPES {
        ready::ready(thread, class)?;
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    Ok(module)
}
