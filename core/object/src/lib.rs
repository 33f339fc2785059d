//! grwl's objects: what a thread is to Python code, how types answer operations, and how the built-in types lie in memory.
//!
//! | what | where |
//! |---|---|
//! | the process's world; a thread; its roots | `world`, `thread`, `roots` |
//! | typed pointers to cells; results | `cell`, `result` |
//! | types, their slots, their tables | `type_object`, `slots`, `native`, `types`, `ready` |
//! | making and changing classes | `class`, `dunder`, `version` |
//! | instances and their attributes | `shape`, `instance`, `attribute`, `method_cache` |
//! | descriptors, functions, modules | `descriptor`, `function`, `module`, `namespace` |
//! | calls | `arguments`, `protocol::call` |
//! | operations on any object | `protocol` |
//! | numbers, text, bytes | `int`, `float`, `string`, `names`, `bytes`, `buffer` |
//! | containers | `tuple`, `struct_sequence`, `list`, `dict`, `set`, `values`, `slice`, `range`, `iterators` |
//! | exceptions | `exception`, `errors`, `unraisable` |
//! | weak references, finalizers | `weak`, `finalize` |
//! | what one thread at a time works on for long | `exclusive` |
//!
//! What Python code sees of the built-in types (methods, operators, messages) is in the packages under `core/types`, which
//! fill these types' slots at start-up.
//!
//! ## The rules of this package and those above it
//! - `&mut Thread` is the right to reach a safepoint; `&Thread` is not. A [`Ref`] or [`Value`] lies on the native stack or in a traced slot.
//! - Who mutates an object holds its lock ([`Thread::lock`]); who reads takes none.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

pub mod arguments;
pub mod attribute;
pub mod audit;
pub mod buffer;
pub mod bytes;
pub mod cell;
pub mod class;
pub mod compare;
pub mod descriptor;
pub mod dict;
pub mod dunder;
pub mod errors;
pub mod exception;
pub mod exclusive;
pub mod finalize;
pub mod float;
pub mod function;
pub mod instance;
pub mod int;
pub mod iterators;
pub mod list;
pub mod method_cache;
pub mod module;
mod moving;
pub mod names;
pub mod namespace;
pub mod native;
pub mod protocol;
pub mod range;
pub mod raw_storage;
pub mod ready;
pub mod result;
mod roots;
pub mod set;
pub mod shape;
pub mod singleton;
pub mod slice;
pub mod slots;
pub mod string;
pub mod struct_sequence;
pub mod thread;
pub mod tuple;
pub mod type_object;
pub mod types;
pub mod unraisable;
pub mod values;
pub mod version;
pub mod weak;
pub mod world;

pub use arguments::{Args, Signature};
pub use cell::{Cell, Ref, ValueExt};
pub use compare::CompareOp;
pub use exclusive::Exclusive;
pub use grwl_value::{Slot, Unpacked, Value};
pub use names::Name;
pub use native::{Binding, Constant, GetSet, Method, NativeFn, TypeSpec};
pub use result::{PyResult, Raised};
pub use singleton::{ellipsis, none, not_implemented};
pub use string::{Str, intern, intern_str};
pub use thread::{Locked, OwnThread, Thread};
pub use tuple::Tuple;
pub use type_object::{Declaration, TypeObject, flags};
pub use values::{Array, Buffer};
