//! What becomes of a generator that is about to die: it is closed. A coroutine that was never awaited gets a warning instead, an asynchronous
//! generator is given to the hook that its event loop has installed.

use grwl_object::exception::warn_about;
use grwl_object::{Name, PyResult, Raised, Thread, Value, ValueExt, protocol, types, unraisable};
use grwl_threads::sync::Ordering;

use super::{ASYNC_GENERATOR, Generator, State, as_generator, name_of};

static WARN_UNAWAITED: Name = Name::new("_warn_unawaited_coroutine");
static WARNINGS: Name = Name::new("warnings");

/// The finalizer of all three types. What is raised is reported here: nobody can catch it.
///
/// # Errors
/// None.
pub fn finalize(thread: &mut Thread, value: Value) -> PyResult<()> {
    let Some(generator) = as_generator(value) else {
        return Ok(());
    };
    let state = generator.state();
    if matches!(state, State::Finished | State::Running) {
        return Ok(());
    }
    let is_async = std::ptr::eq(value.class().as_ptr(), &raw const ASYNC_GENERATOR);
    if is_async
        && generator.is_closed.load(Ordering::Relaxed) == 0
        && let Some(hook) = generator.extra.load()
    {
        if let Err(raised) = protocol::call_positional(thread, hook, &[value]) {
            report(thread, raised, "finalizing generator", value);
        }
        return Ok(());
    }
    if generator.is_coroutine() && state == State::Created {
        if let Err(raised) = warn_unawaited(thread, &generator, value) {
            report(thread, raised, "finalizing coroutine", value);
        }
        return Ok(());
    }
    if let Err(raised) = generator.close(thread) {
        report(thread, raised, "closing generator", value);
    }
    Ok(())
}

#[cold]
fn report(thread: &mut Thread, raised: Raised, doing: &str, value: Value) {
    let shown = match protocol::repr(thread, value) {
        Ok(shown) => shown.to_string(),
        Err(_) => "<object repr() failed>".to_owned(),
    };
    let what = format!("Exception ignored while {doing} {shown}");
    unraisable::report(thread, raised, &what, None);
}

/// `warnings` shows where the coroutine was made, if it knows; before that module is there the warning is given without.
fn warn_unawaited(thread: &mut Thread, coroutine: &Generator, value: Value) -> PyResult<()> {
    let name = WARNINGS.get(thread);
    let module = match crate::state::get(crate::Global::Sys) {
        Some(_) => crate::modules_dict(thread)?.get_str(name),
        None => None,
    };
    if let Some(module) = module {
        let name = WARN_UNAWAITED.get(thread);
        if let Some(function) = protocol::find_attribute(thread, module, name)? {
            return protocol::call_positional(thread, function, &[value]).map(|_| ());
        }
    }
    let name = name_of(&coroutine.qualified_name).map_or(String::new(), |name| name.to_string());
    let message = format!("coroutine '{name}' was never awaited");
    warn_about(thread, &types::RUNTIME_WARNING, message, 1, Some(value))
}

/// The warning that an awaitable of an asynchronous generator (`asend`, `athrow`, `aclose`) was never awaited.
pub fn warn_unawaited_method(
    thread: &mut Thread,
    generator: &Generator,
    method: &str,
    value: Value,
) {
    let name = name_of(&generator.qualified_name).map_or(String::new(), |name| name.to_string());
    let message = format!("coroutine method '{method}' of '{name}' was never awaited");
    let source = generator.this().value();
    if let Err(raised) = warn_about(thread, &types::RUNTIME_WARNING, message, 1, Some(source)) {
        report(thread, raised, "finalizing coroutine method", value);
    }
}
