//! The module `_ast`: the classes of the nodes of syntax trees.
//!
//! | what | where |
//! |---|---|
//! | the grammar, printed by `generate_table.py` | `table` |
//! | from the grammar to classes | `grammar` |
//! | `AST`, the base of all nodes | `node`; its `repr` in `show` |

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod grammar;
mod node;
mod show;
mod table;

use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Thread, Tuple, Value, intern, protocol, ready};

pub use node::AST;

/// The flags of `compile` that concern trees.
const FLAGS: [(&str, i64); 4] = [
    ("PyCF_ALLOW_TOP_LEVEL_AWAIT", 0x2000),
    ("PyCF_ONLY_AST", 0x400),
    ("PyCF_TYPE_COMMENTS", 0x1000),
    ("PyCF_OPTIMIZED_AST", 0x8000 | 0x400),
];

/// Gives the type its functions.
pub fn install() {
    AST.define(&node::SPEC);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`; what a safepoint raises.
///
/// # Panics
/// If the grammar has no contexts.
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
    let context = known.get_str(intern(thread, "expr_context"));
    let load = known.get_str(intern(thread, "Load"));
    let context = context.expect("the grammar has contexts");
    let load = load.expect("the grammar has contexts");
    let load = protocol::call_positional(thread, load, &[])?;
    node::remember_context(thread, context, load)?;
    Ok(module)
}
