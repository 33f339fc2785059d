//! Running a code object in a namespace.

use grwl_interpreter::code::code_flags;
use grwl_interpreter::{Code, Function, call_function, classes};
use grwl_object::dict::Dict;
use grwl_object::{Args, Name, PyResult, Ref, Thread, Tuple, Value};

static BUILTINS: Name = Name::new("__builtins__");

/// Runs code with these globals and locals. Code of a function has locals of its own, and is called without arguments.
///
/// # Errors
/// What the code raises.
pub fn run_code(
    thread: &mut Thread,
    code: Ref<Code>,
    globals: Ref<Dict>,
    locals: Value,
    closure: Option<Ref<Tuple>>,
) -> PyResult {
    thread.check_stack()?;
    let function = Function::new(thread, code, globals, None)?;
    if let Some(closure) = closure {
        thread.store(function, &function.closure, Some(closure.value()));
    }
    if code.flags & code_flags::OPTIMIZED != 0 {
        return call_function(thread, function.value(), Args::NONE);
    }
    classes::run_in(thread, function, locals)
}

/// Runs a module's code in its dict.
///
/// # Errors
/// What the code raises.
pub fn run_module(thread: &mut Thread, code: Ref<Code>, dict: Ref<Dict>) -> PyResult<()> {
    let name = BUILTINS.get(thread);
    if dict.get_str(name).is_none() {
        let builtins = grwl_interpreter::builtins_dict(thread).value();
        dict.set_str(thread, name, builtins)?;
    }
    run_code(thread, code, dict, dict.value(), None)?;
    Ok(())
}
