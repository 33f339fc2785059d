//! What the interpreter asks of packages above it: `sys`, `typing`, import. Each is a function that is installed at start-up.

use std::sync::OnceLock;

use grwl_object::{PyResult, Raised, Ref, Str, Thread, Value, ValueExt};

use crate::frame::Frame;

/// Makes the error of a failed `from module import name`, of the module, its name, and the name.
pub type CannotImport = fn(&mut Thread, Value, Option<Ref<Str>>, Ref<Str>) -> PyResult<Raised>;

/// The functions. See [`install`].
#[derive(Clone, Copy)]
pub struct Hooks {
    /// `sys.displayhook(value)`
    pub display: fn(&mut Thread, Value) -> PyResult,
    /// `TypeVar`, `ParamSpec`, `TypeVarTuple`, `Generic[...]`, `TypeAliasType`: by the intrinsic's number. The module's name comes from the frame.
    pub typing_unary: fn(&mut Thread, *mut Frame, usize, Value) -> PyResult,
    /// A `TypeVar` with bound, with constraints, a default: by the intrinsic's number.
    pub typing_binary: fn(&mut Thread, usize, Value, Value) -> PyResult,
    /// The `ImportError` for `from module import name`.
    pub cannot_import: CannotImport,
    /// How an instruction with its argument changes the depth of the operand stack.
    pub stack_effect: fn(u8, usize) -> i64,
}

static HOOKS: OnceLock<Hooks> = OnceLock::new();

/// Installs the functions.
pub fn install(hooks: Hooks) {
    let _ = HOOKS.set(hooks);
}

fn hooks(thread: &Thread) -> PyResult<&'static Hooks> {
    HOOKS
        .get()
        .ok_or_else(|| thread.system_error("the interpreter has not been set up"))
}

/// See [`Hooks::display`].
///
/// # Errors
/// What it raises.
pub fn display(thread: &mut Thread, value: Value) -> PyResult {
    (hooks(thread)?.display)(thread, value)
}

/// See [`Hooks::typing_unary`].
///
/// # Errors
/// What it raises.
pub fn typing_unary(
    thread: &mut Thread,
    frame: *mut Frame,
    which: usize,
    value: Value,
) -> PyResult {
    (hooks(thread)?.typing_unary)(thread, frame, which, value)
}

/// See [`Hooks::typing_binary`].
///
/// # Errors
/// What it raises.
pub fn typing_binary(thread: &mut Thread, which: usize, a: Value, b: Value) -> PyResult {
    (hooks(thread)?.typing_binary)(thread, which, a, b)
}

/// See [`Hooks::stack_effect`].
///
/// # Errors
/// `SystemError` before the functions were installed.
pub fn stack_effect(thread: &Thread, opcode: u8, argument: usize) -> PyResult<i64> {
    Ok((hooks(thread)?.stack_effect)(opcode, argument))
}

/// See [`Hooks::cannot_import`].
///
/// # Errors
/// What looking at the module raises.
pub fn cannot_import(
    thread: &mut Thread,
    module: Value,
    package: Option<Ref<Str>>,
    name: Ref<Str>,
) -> PyResult<Raised> {
    (hooks(thread)?.cannot_import)(thread, module, package, name)
}

/// `except*`: what is caught of the exception, and what is left.
///
/// # Errors
/// What `split` raises.
pub fn match_group(
    thread: &mut Thread,
    raised: Value,
    wanted: Value,
) -> PyResult<(Option<Value>, Option<Value>)> {
    let (matched, rest) = grwl_types_exception::except::match_group(thread, raised, wanted)?;
    Ok((matched.not_none(), rest.not_none()))
}
