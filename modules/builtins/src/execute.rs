//! `eval` and `exec`: running code in given namespaces.

use grwl_frontend::Mode;
use grwl_interpreter::instrument::{answer, is_watched};
use grwl_interpreter::{ClosureCell, Code};
use grwl_module_imp::run::run_code;
use grwl_object::audit::audit;
use grwl_object::dict::Dict;
use grwl_object::{
    Args, Name, PyResult, Ref, Signature, Str, Thread, Tuple, Value, ValueExt, none, slots,
};

use crate::compile::{compile_source, default_options, source_of};
use crate::namespace::{caller_builtins, caller_flags, caller_globals, caller_locals};

static BUILTINS: Name = Name::new("__builtins__");
static STRING: Name = Name::new("<string>");

fn is_mapping(value: Value) -> bool {
    value.class().slot(slots::SUBSCRIPT).is_some()
}

/// Code that is run with globals sees the builtins that stand in them; where none do, they get the caller's.
fn give_builtins(thread: &mut Thread, globals: Ref<Dict>) -> PyResult<()> {
    let name = BUILTINS.get(thread);
    if globals.get_str(name).is_none() {
        let builtins = caller_builtins(thread);
        globals.set_str(thread, name, builtins)?;
    }
    Ok(())
}

fn compile_here(
    thread: &mut Thread,
    source: crate::compile::Source,
    mode: Mode,
) -> PyResult<Ref<Code>> {
    let options = grwl_frontend::Options {
        inherited_flags: caller_flags(thread),
        dont_inherit: false,
        ..default_options()
    };
    let filename: Ref<Str> = STRING.get(thread);
    compile_source(thread, source, filename, mode, &options)
}

pub(crate) fn eval(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let was_watched = is_watched(thread);
    let result = eval_plainly(thread, args);
    answer(thread, was_watched, args, result)
}

fn eval_plainly(thread: &mut Thread, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> = Signature::new("eval", ["source", "globals", "locals"])
        .optional_after(1)
        .positional_only(1);
    let [source, globals, locals] = args.parse(thread, &SIGNATURE)?;
    let source = source.unwrap_or_else(none);
    let [globals, locals] = [globals, locals].map(|v| v.and_then(ValueExt::not_none));
    if locals.is_some_and(|locals| !is_mapping(locals)) {
        return Err(thread.type_error("locals must be a mapping"));
    }
    let (globals, locals) = match globals {
        Some(given) => match given.downcast::<Dict>() {
            Some(dict) => (Some(dict), Some(locals.unwrap_or(given))),
            None if is_mapping(given) => {
                let message = "globals must be a real dict; try eval(expr, {}, mapping)";
                return Err(thread.type_error(message));
            }
            None => return Err(thread.type_error("globals must be a dict")),
        },
        None => {
            let locals = match locals {
                Some(locals) => Some(locals),
                None => caller_locals(thread)?,
            };
            (caller_globals(thread), locals)
        }
    };
    let (Some(globals), Some(locals)) = (globals, locals) else {
        let message = "eval must be given globals and locals when called without a frame";
        return Err(thread.type_error(message));
    };
    give_builtins(thread, globals)?;
    if let Some(code) = source.downcast_exact::<Code>() {
        if code.nfreevars > 0 {
            let message = "code object passed to eval() may not contain free variables";
            return Err(thread.type_error(message));
        }
        audit(thread, "exec", &[code.value()])?;
        return run_code(thread, code, globals, locals, None);
    }
    let Some(text) = source_of(thread, source)? else {
        return Err(thread.type_error("eval() arg 1 must be a string, bytes or code object"));
    };
    let code = compile_here(thread, text.without_indentation(), Mode::Eval)?;
    audit(thread, "exec", &[code.value()])?;
    run_code(thread, code, globals, locals, None)
}

pub(crate) fn exec(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let was_watched = is_watched(thread);
    let result = exec_plainly(thread, args);
    answer(thread, was_watched, args, result)
}

fn exec_plainly(thread: &mut Thread, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<4> =
        Signature::new("exec", ["source", "globals", "locals", "closure"])
            .optional_after(1)
            .positional_only(1)
            .keyword_only_after(3, 0);
    let [source, globals, locals, closure] = args.parse(thread, &SIGNATURE)?;
    let source = source.unwrap_or_else(none);
    let [globals, locals, closure] =
        [globals, locals, closure].map(|v| v.and_then(ValueExt::not_none));
    let (globals, locals) = match globals {
        Some(globals) => (globals, locals.unwrap_or(globals)),
        None => {
            let locals = match locals {
                Some(locals) => Some(locals),
                None => caller_locals(thread)?,
            };
            match (caller_globals(thread), locals) {
                (Some(globals), Some(locals)) => (globals.value(), locals),
                _ => return Err(thread.system_error("globals and locals cannot be NULL")),
            }
        }
    };
    let Some(dict) = globals.downcast::<Dict>() else {
        return Err(thread.type_error(format_args!(
            "exec() globals must be a dict, not {}",
            globals.class().name()
        )));
    };
    if !is_mapping(locals) {
        return Err(thread.type_error(format_args!(
            "locals must be a mapping or None, not {}",
            locals.class().name()
        )));
    }
    give_builtins(thread, dict)?;
    if let Some(code) = source.downcast_exact::<Code>() {
        let closure = check_closure(thread, code, closure)?;
        audit(thread, "exec", &[code.value()])?;
        run_code(thread, code, dict, locals, closure)?;
        return Ok(none());
    }
    if closure.is_some() {
        return Err(thread.type_error("closure can only be used when source is a code object"));
    }
    let Some(text) = source_of(thread, source)? else {
        return Err(thread.type_error("exec() arg 1 must be a string, bytes or code object"));
    };
    let code = compile_here(thread, text, Mode::Exec)?;
    audit(thread, "exec", &[code.value()])?;
    run_code(thread, code, dict, locals, None)?;
    Ok(none())
}

/// The closure must have one cell for each free variable.
fn check_closure(
    thread: &mut Thread,
    code: Ref<Code>,
    closure: Option<Value>,
) -> PyResult<Option<Ref<Tuple>>> {
    let count = code.nfreevars as usize;
    if count == 0 {
        return match closure {
            None => Ok(None),
            Some(_) => Err(thread.type_error("cannot use a closure with this code object")),
        };
    }
    let cells = closure.and_then(|closure| closure.downcast_exact::<Tuple>());
    match cells {
        Some(cells)
            if cells.len() == count
                && cells
                    .iter()
                    .all(|cell| cell.downcast_exact::<ClosureCell>().is_some()) =>
        {
            Ok(Some(cells))
        }
        _ => Err(thread.type_error(format_args!(
            "code object requires a closure of exactly length {count}"
        ))),
    }
}
