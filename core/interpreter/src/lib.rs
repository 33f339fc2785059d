//! grwl's interpreter: runs CPython 3.14's bytecode.
//!
//! | what | where |
//! |---|---|
//! | instructions and their caches' sizes, what they do to the stack | `opcode`, `instruction` |
//! | how deep the stack is where | `depth` |
//! | code objects, their line tables | `code`, `lines` |
//! | functions, closures | `function` |
//! | frames, frame objects | `frame`, `frame_object` |
//! | the loop | `run` |
//! | calls, binding of arguments | `calls`, `bind`, `suggestion` |
//! | names, attributes, inline caches | `namespace`, `attributes`, `cache` |
//! | raising and handling | `unwind` |
//! | generators, coroutines | `generator` |
//! | classes, `with`, patterns, imports, templates | `classes`, `special`, `pattern`, `imports`, `interpolation` |
//! | building and unpacking | `unpack` |
//! | what packages above provide | `hooks`, `state` |
//! | tracing, profiling, monitoring | `instrument` |

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]
// Pointers to frames are made by this package alone, and whoever has one runs the frame or owns it.
#![allow(clippy::not_unsafe_ptr_arg_deref)]

pub mod attributes;
pub mod bind;
pub mod cache;
pub mod calls;
pub mod classes;
pub mod code;
mod depth;
pub mod frame;
pub mod frame_object;
pub mod function;
pub mod generator;
pub mod hooks;
pub mod imports;
pub mod instruction;
pub mod instrument;
pub mod interpolation;
pub mod intrinsics;
pub mod lines;
pub mod namespace;
mod native_loop;
pub mod opcode;
pub mod operate;
pub mod pattern;
pub mod run;
pub mod special;
pub mod specialise;
pub mod state;
pub mod suggestion;
pub mod unpack;
pub mod unwind;
pub mod verify;
pub mod visible;

pub use code::{CODE, Code};
pub use function::{CELL, ClosureCell, FUNCTION, Function};
pub use run::{call_function, run};
pub use state::{Global, builtins_dict, modules_dict, sys_dict};

use grwl_object::TypeObject;

/// The types of this package.
pub static TYPES: &[&TypeObject] = &[
    &CODE,
    &FUNCTION,
    &CELL,
    &frame_object::FRAME,
    &generator::GENERATOR,
    &generator::COROUTINE,
    &generator::ASYNC_GENERATOR,
    &interpolation::INTERPOLATION,
    &interpolation::TEMPLATE,
    visible::TYPES[0],
    visible::TYPES[1],
    visible::TYPES[2],
    visible::TYPES[3],
    visible::TYPES[4],
    visible::TYPES[5],
    visible::TYPES[6],
    visible::TYPES[7],
    visible::TYPES[8],
    visible::TYPES[9],
];

/// Gives the types of this package their functions.
pub fn install_types() {
    visible::install();
}
