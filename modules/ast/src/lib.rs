//! The module `_ast`: the classes of the nodes of syntax trees, and what `compile` does with trees.
//!
//! What a node means, the front end knows (`grwl_frontend::tree`); here, all goes by the grammar's table.
//!
//! | what | where |
//! |---|---|
//! | from the grammar to classes | `grammar` |
//! | the classes, and the instances of those without fields | `state` |
//! | from the front end's nodes to objects | `build` |
//! | from objects to the front end's nodes, with CPython's errors | `read` |
//! | `compile(..., PyCF_ONLY_AST)` and `compile(tree, ...)` | `compile` |
//! | `AST`, the base of all nodes | `node`; its `repr` in `show` |

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod build;
mod compile;
mod grammar;
mod node;
mod read;
mod show;
mod state;

use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Thread, Tuple, Value, intern, ready};

pub use node::AST;

/// The flags of `compile` that concern trees.
const FLAGS: [(&str, i64); 4] = [
    ("PyCF_ALLOW_TOP_LEVEL_AWAIT", 0x2000),
    ("PyCF_ONLY_AST", 0x400),
    ("PyCF_TYPE_COMMENTS", 0x1000),
    ("PyCF_OPTIMIZED_AST", 0x8000 | 0x400),
];

/// Gives the type its functions, and `compile` what deals with trees.
pub fn install() {
    AST.define(&node::SPEC);
    compile::install();
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`; what a safepoint raises.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    ready::ready(thread, &AST)?;
    let dict = AST.dict();
    for name in ["_fields", "__match_args__", "_attributes"] {
        let name = intern(thread, name);
        dict.set_str(thread, name, Tuple::empty().value())?;
    }
    let name = intern(thread, "_ast");
    let module = Module::new(thread, name, None)?;
    module.add(thread, "AST", Ref::from_static(&AST).value())?;
    for (name, flag) in FLAGS {
        module.add(thread, name, Value::small(flag))?;
    }
    let known = grammar::classes(thread, module)?;
    state::remember(thread, known)?;
    Ok(module)
}
