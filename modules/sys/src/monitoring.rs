//! `sys.monitoring` (PEP 669). What happens lies in `grwl_interpreter::instrument`.

use grwl_interpreter::Code;
use grwl_interpreter::instrument::event::{self, EVENTS, LOCAL_EVENTS, NAMES, UNGROUPED_EVENTS};
use grwl_interpreter::instrument::monitors::{self, TOOLS};
use grwl_interpreter::instrument::{answer, is_watched};
use grwl_object::dict::Dict;
use grwl_object::function::BuiltinFunction;
use grwl_object::module::Module;
use grwl_object::namespace::Namespace;
use grwl_object::protocol::convert::as_i32;
use grwl_object::{
    Args, Method, PyResult, Ref, Str, Thread, Value, ValueExt, intern, none, protocol, types,
};

/// Events that come with `CALL`.
const C_RETURN_EVENTS: i32 = 1 << event::C_RETURN | 1 << event::C_RAISE;
const C_CALL_EVENTS: i32 = C_RETURN_EVENTS | 1 << event::CALL;

static FUNCTIONS: &[Method] = &[
    Method::any(
        "use_tool_id",
        use_tool_id,
        "use_tool_id($module, tool_id, name, /)\n--\n\nTake a tool id.",
    ),
    Method::any(
        "clear_tool_id",
        |thread, _, args| {
            let [tool] = take(thread, "clear_tool_id", args)?;
            clear(thread, tool, args).map(|(_, answer)| answer)
        },
        "clear_tool_id($module, tool_id, /)\n--\n\nTake events and callbacks from a tool.",
    ),
    Method::any(
        "free_tool_id",
        |thread, _, args| {
            let [tool] = take(thread, "free_tool_id", args)?;
            let (tool, answer) = clear(thread, tool, args)?;
            monitors::tool_name(tool).store(None);
            Ok(answer)
        },
        "free_tool_id($module, tool_id, /)\n--\n\nGive a tool id back.",
    ),
    Method::any(
        "get_tool",
        |thread, _, args| {
            let [tool] = take(thread, "get_tool", args)?;
            let tool = valid_tool(thread, tool)?;
            Ok(monitors::tool_name(tool).load().unwrap_or_else(none))
        },
        "get_tool($module, tool_id, /)\n--\n\nThe name of the tool with an id.",
    ),
    Method::any(
        "register_callback",
        register_callback,
        "register_callback($module, tool_id, event, func, /)\n--\n\nSet what a tool calls for an event; the answer is what it called before.",
    ),
    Method::any(
        "get_events",
        |thread, _, args| {
            let [tool] = take(thread, "get_events", args)?;
            let tool = valid_tool(thread, tool)?;
            Ok(Value::small(i64::from(monitors::events(tool))))
        },
        "get_events($module, tool_id, /)\n--\n\nThe events that a tool wants everywhere.",
    ),
    Method::any(
        "set_events",
        set_events,
        "set_events($module, tool_id, event_set, /)\n--\n\nSet the events that a tool wants everywhere.",
    ),
    Method::any(
        "get_local_events",
        |thread, _, args| {
            let [tool, code] = take(thread, "get_local_events", args)?;
            let tool = as_i32(thread, tool)?;
            let code = code_argument(thread, code)?;
            let tool = check_tool(thread, tool)?;
            Ok(Value::small(i64::from(
                code.monitoring().local_events(tool),
            )))
        },
        "get_local_events($module, tool_id, code, /)\n--\n\nThe events that a tool wants of a code object.",
    ),
    Method::any(
        "set_local_events",
        set_local_events,
        "set_local_events($module, tool_id, code, event_set, /)\n--\n\nSet the events that a tool wants of a code object.",
    ),
    Method::no_arguments(
        "restart_events",
        |_, _| {
            monitors::restart();
            Ok(none())
        },
        "restart_events($module, /)\n--\n\nShow again what callbacks have switched off.",
    ),
    Method::no_arguments(
        "_all_events",
        all_events,
        "_all_events($module, /)\n--\n\nThe tools of each event, as bits.",
    ),
];

fn take<const N: usize>(
    thread: &mut Thread,
    name: &'static str,
    args: Args<'_>,
) -> PyResult<[Value; N]> {
    let values = args.unpack::<N>(thread, name, N)?;
    Ok(values.map(|value| value.unwrap_or_else(none)))
}

fn check_tool(thread: &Thread, tool: i32) -> PyResult<usize> {
    match usize::try_from(tool) {
        Ok(valid) if valid < TOOLS => Ok(valid),
        _ => Err(thread.value_error(format_args!(
            "invalid tool {tool} (must be between 0 and 5)"
        ))),
    }
}

fn valid_tool(thread: &mut Thread, tool: Value) -> PyResult<usize> {
    let tool = as_i32(thread, tool)?;
    check_tool(thread, tool)
}

fn check_in_use(thread: &Thread, tool: usize) -> PyResult<()> {
    if monitors::tool_name(tool).load().is_none() {
        return Err(thread.value_error(format_args!("tool {tool} is not in use")));
    }
    Ok(())
}

fn code_argument(thread: &Thread, code: Value) -> PyResult<Ref<Code>> {
    code.downcast_exact::<Code>()
        .ok_or_else(|| thread.type_error("code must be a code object"))
}

fn use_tool_id(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [tool, name] = take(thread, "use_tool_id", args)?;
    let tool = valid_tool(thread, tool)?;
    if name.downcast::<Str>().is_none() {
        return Err(thread.value_error("tool name must be a str"));
    }
    if monitors::tool_name(tool).load().is_some() {
        return Err(thread.value_error(format_args!("tool {tool} is already in use")));
    }
    monitors::tool_name(tool).store(Some(name));
    Ok(none())
}

fn clear(thread: &mut Thread, tool: Value, args: Args<'_>) -> PyResult<(usize, Value)> {
    let tool = valid_tool(thread, tool)?;
    let was_watched = is_watched(thread);
    if monitors::tool_name(tool).load().is_some() {
        monitors::clear_tool(thread, tool);
    }
    Ok((tool, answer(thread, was_watched, args, Ok(none()))?))
}

fn register_callback(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [tool, event, function] = take(thread, "register_callback", args)?;
    let tool = as_i32(thread, tool)?;
    let event = as_i32(thread, event)?;
    let tool = check_tool(thread, tool)?;
    if event.count_ones() != 1 {
        return Err(thread.value_error("The callback can only be set for one event at a time"));
    }
    let number = event.trailing_zeros() as usize;
    if number >= EVENTS {
        return Err(thread.value_error(format_args!("invalid event {event}")));
    }
    let function = function.not_none();
    let old = if number == event::BRANCH {
        let handler = function
            .map(|function| BuiltinFunction::new(thread, &BRANCH, Some(function), None).value());
        monitors::callback(tool, event::BRANCH_RIGHT).replace(handler);
        monitors::callback(tool, event::BRANCH_LEFT).replace(handler)
    } else {
        monitors::callback(tool, number).replace(function)
    };
    Ok(old.map_or_else(none, unwrapped))
}

/// What a callback for `BRANCH` is called by. It is not called for a loop's end when it has switched the loop's other side off.
static BRANCH: Method = Method::any("branch_event_handler", branch, "");

/// The callback behind a handler for `BRANCH`, or the callback itself.
fn unwrapped(callback: Value) -> Value {
    callback
        .downcast_exact::<BuiltinFunction>()
        .filter(|handler| std::ptr::eq(handler.method(), &BRANCH))
        .and_then(|handler| handler.receiver())
        .unwrap_or(callback)
}

fn branch(thread: &mut Thread, callback: Value, args: Args<'_>) -> PyResult {
    if let [code, from, ..] = args.values()
        && let Some(code) = code.downcast_exact::<Code>()
        && let Some(unit) = from.as_int().map(|from| from as usize / 2)
        && let Some(own) = code
            .units()
            .get(unit)
            .and_then(|unit| event::of_unit(*unit))
        && code.monitoring().tools(&code, own, unit) == 0
    {
        return Ok(monitors::disable());
    }
    protocol::call(thread, callback, args)
}

/// The events of a set, the older names resolved.
fn event_set(thread: &mut Thread, events: i32, is_local: bool) -> PyResult<u32> {
    if !is_local && !(0..1 << EVENTS).contains(&events) {
        return Err(thread.value_error(format_args!("invalid event set 0x{events:x}")));
    }
    if events & C_RETURN_EVENTS != 0 && events & C_CALL_EVENTS != C_CALL_EVENTS {
        return Err(thread.value_error("cannot set C_RETURN or C_RAISE events independently"));
    }
    let mut events = events & !C_RETURN_EVENTS;
    if events & 1 << event::BRANCH != 0 {
        events &= !(1 << event::BRANCH);
        events |= 1 << event::BRANCH_RIGHT | 1 << event::BRANCH_LEFT;
    }
    if is_local && !(0..1 << LOCAL_EVENTS).contains(&events) {
        return Err(thread.value_error(format_args!("invalid local event set 0x{events:x}")));
    }
    Ok(events as u32)
}

fn set_events(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [tool, events] = take(thread, "set_events", args)?;
    let tool = as_i32(thread, tool)?;
    let events = as_i32(thread, events)?;
    let tool = check_tool(thread, tool)?;
    let events = event_set(thread, events, false)?;
    check_in_use(thread, tool)?;
    let was_watched = is_watched(thread);
    monitors::set_events(thread, tool, events);
    answer(thread, was_watched, args, Ok(none()))
}

fn set_local_events(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [tool, code, events] = take(thread, "set_local_events", args)?;
    let tool = as_i32(thread, tool)?;
    let events = as_i32(thread, events)?;
    let code = code_argument(thread, code)?;
    let tool = check_tool(thread, tool)?;
    let events = event_set(thread, events, true)?;
    if code.monitoring().first >= code.units().len() {
        return Err(thread.system_error(format_args!(
            "cannot instrument shim code object '{}'",
            code.name()
        )));
    }
    check_in_use(thread, tool)?;
    let was_watched = is_watched(thread);
    monitors::set_local_events(thread, tool, code, events);
    answer(thread, was_watched, args, Ok(none()))
}

fn all_events(thread: &mut Thread, _module: Value) -> PyResult {
    let all = Dict::new(thread);
    for (number, name) in NAMES.iter().enumerate().take(UNGROUPED_EVENTS) {
        let tools = monitors::global(number);
        if tools != 0 {
            let name = intern(thread, name);
            all.set_str(thread, name, Value::small(i64::from(tools)))?;
        }
    }
    Ok(all.value())
}

/// Adds `monitoring` to `sys`.
pub(crate) fn add(thread: &mut Thread, sys: Ref<Module>) -> PyResult<()> {
    let name = intern(thread, "sys.monitoring");
    let module = Module::new(thread, name, None)?;
    module.add_functions(thread, FUNCTIONS)?;
    let events = Namespace::new(thread).value();
    for (bit, name) in NAMES.into_iter().enumerate() {
        let name = intern(thread, name);
        protocol::set_attribute(thread, events, name, Value::small(1 << bit))?;
    }
    let name = intern(thread, "NO_EVENTS");
    protocol::set_attribute(thread, events, name, Value::small(0))?;
    module.add(thread, "events", events)?;
    for (name, id) in [
        ("DEBUGGER_ID", 0),
        ("COVERAGE_ID", 1),
        ("PROFILER_ID", 2),
        ("OPTIMIZER_ID", 5),
    ] {
        module.add(thread, name, Value::small(id))?;
    }
    let object = Ref::from_static(&types::OBJECT).value();
    let disable = protocol::call(thread, object, Args::NONE)?;
    let missing = protocol::call(thread, object, Args::NONE)?;
    let switch = thread.system_error("the loop of the interpreter is to become a watched one");
    monitors::install(disable, missing, switch.0);
    module.add(thread, "DISABLE", disable)?;
    module.add(thread, "MISSING", missing)?;
    sys.add(thread, "monitoring", module.value())
}
