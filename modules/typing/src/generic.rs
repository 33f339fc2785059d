//! `Generic`, whose methods are Python functions of `typing`, and `NoDefault`.

use grwl_heap::Kind;
use grwl_object::singleton::Singleton;
use grwl_object::{
    Args, Declaration, Method, PyResult, Ref, Str, Thread, Tuple, TypeObject, TypeSpec, Value,
    ValueExt, flags, instance, protocol, slots, types,
};

use crate::support;

/// `typing.Generic`
pub static GENERIC: TypeObject = TypeObject::declare(&Declaration {
    name: "typing.Generic",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::IMMUTABLE,
    cell: &instance::OBJECT_CELL,
    kind: Kind::Traced,
    size: 16,
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "Abstract base class for generic types.\n\nA class is generic if its bases have type parameters, or it is declared with some:\n\n    class Mapping[KT, VT]:\n        def __getitem__(self, key: KT) -> VT: ...\n",
    ),
    methods: &[
        Method::any(
            "__class_getitem__",
            |thread, class, args| forward(thread, "_generic_class_getitem", class, args),
            "Parameterizes a generic class.\n\nAt least, parameterizing a generic class is the *main* thing this\nmethod does.",
        )
        .of_class(),
        Method::any(
            "__init_subclass__",
            |thread, class, args| forward(thread, "_generic_init_subclass", class, args),
            "Function to initialize subclasses.",
        )
        .of_class(),
    ],
    ..TypeSpec::NONE
};

/// Calls a function of `typing` with the class before the arguments.
fn forward(thread: &mut Thread, name: &str, class: Value, args: Args<'_>) -> PyResult {
    let function = support::typing(thread, name)?;
    protocol::call::with_first(thread, class, args, |thread, args| {
        protocol::call(thread, function, args)
    })
}

/// `Generic[params]` for the base that the syntax for type parameters gives a class.
pub(crate) fn subscript(thread: &mut Thread, params: Value) -> PyResult {
    let Some(params) = params.downcast::<Tuple>() else {
        return Err(thread.type_error("a class's type parameters are a tuple"));
    };
    let unpacked = support::unpack_tuples(thread, params)?.value();
    let generic = Ref::from_static(&GENERIC).value();
    support::call_typing(thread, "_GenericAlias", &[generic, unpacked])
}

/// The type of `NoDefault`.
pub static NO_DEFAULT_TYPE: TypeObject = TypeObject::declare(&Declaration {
    name: "NoDefaultType",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::IMMUTABLE,
    cell: &instance::OBJECT_CELL,
    kind: Kind::Leaf,
    size: 16,
    attributes: 0,
});

static NO_DEFAULT: Singleton = Singleton::new(&NO_DEFAULT_TYPE);

/// `typing.NoDefault`
pub(crate) fn no_default() -> Value {
    NO_DEFAULT.value()
}

pub(crate) static NO_DEFAULT_SPEC: TypeSpec = TypeSpec {
    doc: Some("The type of the NoDefault singleton."),
    slots: &[slots::NEW.is(new), slots::REPR.is(repr)],
    methods: &[Method::no_arguments(
        "__reduce__",
        |thread, _| Ok(Str::new(thread, "NoDefault").value()),
        "Return the name under which the object is pickled.",
    )],
    ..TypeSpec::NONE
};

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    if !args.is_empty() {
        return Err(thread.type_error("NoDefaultType takes no arguments"));
    }
    Ok(no_default())
}

fn repr(thread: &mut Thread, _this: Value) -> PyResult {
    Ok(Str::new(thread, "typing.NoDefault").value())
}
