//! What `compile` does with trees.

use grwl_frontend::tree::Item;
use grwl_frontend::tree::Kind;
use grwl_frontend::{Mode, Options, TreeMode, compile_flags};
use grwl_module_builtins::compile::{Trees, code_object, finish, on_trees};
use grwl_module_builtins::syntax;
use grwl_object::{PyResult, Ref, Str, Thread, Value, ValueExt, protocol};

use crate::node::AST;
use crate::state::State;
use crate::{build, read};

/// Tells `compile`.
pub(crate) fn install() {
    on_trees(Trees {
        is_tree,
        parse,
        compile,
    });
}

fn is_tree(thread: &mut Thread, value: Value) -> PyResult<bool> {
    // Without the module there are no instances.
    if State::of_process().is_none() {
        return Ok(false);
    }
    protocol::is_instance(thread, value, Ref::from_static(&AST).value())
}

fn parse(
    thread: &mut Thread,
    text: &str,
    filename: Ref<Str>,
    mode: TreeMode,
    options: &Options,
    feature_version: i32,
) -> PyResult {
    let state = State::get(thread)?;
    let name = filename.to_rust_lossy();
    let newest = i32::MAX;
    let version = if feature_version < 0 {
        newest
    } else {
        feature_version
    };
    let done = grwl_frontend::parse(text, &name, mode, options, version);
    let tree = finish(thread, done, filename)?;
    build::object(thread, state, &tree)
}

fn compile(
    thread: &mut Thread,
    tree: Value,
    filename: Ref<Str>,
    mode: TreeMode,
    options: &Options,
) -> PyResult {
    let state = State::get(thread)?;
    let wanted = match mode {
        TreeMode::Compiled(Mode::Exec) => Kind::Module,
        TreeMode::Compiled(Mode::Eval) => Kind::Expression,
        TreeMode::Compiled(Mode::Single) => Kind::Interactive,
        TreeMode::FunctionType => Kind::FunctionType,
    };
    if !protocol::is_instance(thread, tree, state.class(wanted))? {
        let class = tree.class().name().to_string();
        return Err(thread.type_error(format_args!(
            "expected {} node, got {}",
            wanted.class().name,
            class.rsplit('.').next().unwrap_or_default()
        )));
    }
    let wants_tree = options.has(compile_flags::ONLY_AST);
    if wants_tree && !options.has(compile_flags::OPTIMIZED_AST) {
        return Ok(tree);
    }
    let Item::Node(node) = read::node(thread, state, "mod", tree)? else {
        return Err(thread.system_error("a module is a node"));
    };
    if wants_tree {
        return match grwl_frontend::optimise_tree(*node, options) {
            Ok(node) => build::object(thread, state, &node),
            Err(error) => Err(syntax::raise(thread, &error, filename)),
        };
    }
    let name = filename.to_rust_lossy();
    let done = grwl_frontend::compile_tree(&node, &name, options);
    let code = finish(thread, done, filename)?;
    Ok(code_object(thread, &code, filename)?.value())
}
