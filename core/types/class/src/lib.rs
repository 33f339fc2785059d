//! `object`, `type`, `super`, descriptors, methods, modules, weak references: what Python sees of them.
//!
//! How they lie in memory, and how classes are made, is in `grwl_object`; here are the methods, operators, messages. [`install`] gives
//! the types their functions, before any type is made ready.
//!
//! | what | where |
//! |---|---|
//! | `object`, its pickling | `object`, `reduce` |
//! | `type` | `class`, `class_attributes` |
//! | `super` | `super_object` |
//! | `property`, `classmethod`, `staticmethod` | `property`, `class_method` |
//! | descriptors of built-in types | `descriptors` |
//! | bound methods, built-in functions | `bound_method`, `builtin_function` |
//! | `module`, `types.SimpleNamespace` | `module`, `namespace` |
//! | `weakref.ref`, proxies | `weak_reference`, `weak_proxy` |
//! | `types.GenericAlias`, `typing.Union` | [`generic_alias`], `generic_alias_iterator`, `type_parameters`, [`union`] |
//! | `NoneType`, `NotImplementedType`, `ellipsis` | `singletons` |

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod bound_method;
mod builtin_function;
mod class;
mod class_attributes;
mod class_method;
mod descriptors;
pub mod generic_alias;
mod generic_alias_iterator;
mod module;
mod names;
mod namespace;
mod object;
mod property;
mod reduce;
mod singletons;
mod super_object;
mod type_parameters;
pub mod union;
mod weak_proxy;
mod weak_reference;

use grwl_object::{PyResult, Thread, ready, types};

/// Gives the types their functions.
pub fn install() {
    types::OBJECT.define(&object::SPEC);
    types::TYPE.define(&class::SPEC);
    types::SUPER.define(&super_object::SPEC);
    types::PROPERTY.define(&property::SPEC);
    types::CLASS_METHOD.define(&class_method::CLASS_METHOD);
    types::STATIC_METHOD.define(&class_method::STATIC_METHOD);
    types::METHOD.define(&bound_method::SPEC);
    types::BUILTIN_FUNCTION.define(&builtin_function::SPEC);
    types::METHOD_DESCRIPTOR.define(&descriptors::METHOD);
    types::CLASS_METHOD_DESCRIPTOR.define(&descriptors::CLASS_METHOD);
    types::WRAPPER_DESCRIPTOR.define(&descriptors::WRAPPER);
    types::GETSET_DESCRIPTOR.define(&descriptors::GETSET);
    types::MEMBER_DESCRIPTOR.define(&descriptors::MEMBER);
    types::METHOD_WRAPPER.define(&descriptors::METHOD_WRAPPER);
    types::MODULE.define(&module::SPEC);
    types::SIMPLE_NAMESPACE.define(&namespace::SPEC);
    types::WEAK_REFERENCE.define(&weak_reference::SPEC);
    types::WEAK_PROXY.define(&weak_proxy::PROXY);
    types::WEAK_CALLABLE_PROXY.define(&weak_proxy::CALLABLE_PROXY);
    types::NONE_TYPE.define(&singletons::NONE);
    types::NOT_IMPLEMENTED_TYPE.define(&singletons::NOT_IMPLEMENTED);
    types::ELLIPSIS_TYPE.define(&singletons::ELLIPSIS);
    generic_alias::install();
    union::install();
}

/// Makes the types that this package declares itself ready, after the built-in ones.
///
/// # Errors
/// `MemoryError`.
pub fn ready_types(thread: &mut Thread) -> PyResult<()> {
    ready::ready(thread, &generic_alias::GENERIC_ALIAS)?;
    ready::ready(thread, &generic_alias_iterator::GENERIC_ALIAS_ITERATOR)?;
    ready::ready(thread, &union::UNION)
}
