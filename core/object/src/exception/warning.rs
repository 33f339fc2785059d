//! Warnings that Rust code gives. What becomes of one is decided by the `warnings` module, which is far above: it, or its native half,
//! installs a function here.

use std::fmt::Display;
use std::sync::OnceLock;

use grwl_value::Value;

use crate::cell::Ref;
use crate::result::PyResult;
use crate::string::Str;
use crate::thread::Thread;
use crate::type_object::TypeObject;

/// Deals with a warning: the category, the message, the stack level as in `warnings.warn`, and the object that is the `source`.
pub type WarningHook =
    fn(&mut Thread, Ref<TypeObject>, Ref<Str>, i64, Option<Value>) -> PyResult<()>;

static HOOK: OnceLock<WarningHook> = OnceLock::new();

/// Installs what deals with warnings. Before that, warnings go nowhere, as before CPython has its `warnings`.
pub fn on_warning(hook: WarningHook) {
    let _ = HOOK.set(hook);
}

/// Warns, as `warnings.warn(message, category, stack_level)` does. Level 1 is the running Python function.
///
/// # Errors
/// The warning itself, if it was made an error; and what a function of the program that shows warnings raises.
#[cold]
pub fn warn(
    thread: &mut Thread,
    category: &'static TypeObject,
    message: impl Display,
    stack_level: i64,
) -> PyResult<()> {
    warn_about(thread, category, message, stack_level, None)
}

/// As [`warn`], about an object: a file that was not closed, a coroutine that was not awaited.
///
/// # Errors
/// As [`warn`].
#[cold]
pub fn warn_about(
    thread: &mut Thread,
    category: &'static TypeObject,
    message: impl Display,
    stack_level: i64,
    source: Option<Value>,
) -> PyResult<()> {
    let Some(hook) = HOOK.get() else {
        return Ok(());
    };
    let message = Str::new(thread, &message.to_string());
    hook(
        thread,
        Ref::from_static(category),
        message,
        stack_level,
        source,
    )
}
