//! Audit hooks, and `sys.breakpointhook`.

use grwl_interpreter::instrument::{answer, is_watched};
use grwl_object::exception::warning;
use grwl_object::{
    Args, Method, PyResult, Str, Thread, Value, ValueExt, audit, class, intern, none, protocol,
    types,
};

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "audit",
        tell,
        "audit($module, event, /, *args)\n--\n\nTell the audit hooks of an event.",
    ),
    Method::any(
        "addaudithook",
        add,
        "addaudithook($module, /, hook)\n--\n\nAdd a function that is told of audit events.",
    ),
    Method::any(
        "breakpointhook",
        breakpoint,
        "breakpointhook($module, /, *args, **kwargs)\n--\n\nWhat breakpoint() calls: the function that PYTHONBREAKPOINT names, or pdb.set_trace.",
    ),
];

fn tell(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let values = args.no_keywords(thread, "audit")?;
    let [event, rest @ ..] = values else {
        return Err(thread.type_error("audit expected at least 1 argument, got 0"));
    };
    let Some(event) = event.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "audit() argument 1 must be str, not {}",
            event.class().name()
        )));
    };
    if audit::is_hooked() {
        audit::audit(thread, &event.to_rust_lossy(), rest)?;
    }
    Ok(none())
}

fn add(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: grwl_object::Signature<1> =
        grwl_object::Signature::new("addaudithook", ["hook"]);
    let [hook] = args.parse(thread, &SIGNATURE)?;
    // A hook may forbid others by raising; that is no error.
    if let Err(raised) = audit::audit(thread, "sys.addaudithook", &[]) {
        if raised.matches(&types::EXCEPTION) {
            return Ok(none());
        }
        return Err(raised);
    }
    audit::add(thread, hook.unwrap_or_else(none))?;
    Ok(none())
}

fn breakpoint(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let variable = std::env::var("PYTHONBREAKPOINT").unwrap_or_default();
    let name = match variable.as_str() {
        "" => "pdb.set_trace",
        "0" => return Ok(none()),
        name => name,
    };
    let (module, attribute) = name.rsplit_once('.').unwrap_or(("builtins", name));
    if module.is_empty() {
        return unimportable(thread, name);
    }
    let found = match class::import(thread, module) {
        Ok(module) => {
            let attribute = intern(thread, attribute);
            protocol::get_attribute(thread, module, attribute)
        }
        Err(raised) => Err(raised),
    };
    match found {
        Ok(hook) => {
            let was_watched = is_watched(thread);
            let result = protocol::call(thread, hook, args);
            answer(thread, was_watched, args, result)
        }
        Err(raised)
            if raised.matches(&types::IMPORT_ERROR) || raised.matches(&types::ATTRIBUTE_ERROR) =>
        {
            unimportable(thread, name)
        }
        Err(raised) => Err(raised),
    }
}

fn unimportable(thread: &mut Thread, name: &str) -> PyResult {
    let message = format!("Ignoring unimportable $PYTHONBREAKPOINT: \"{name}\"");
    warning::warn(thread, &types::RUNTIME_WARNING, message, 1)?;
    Ok(none())
}
