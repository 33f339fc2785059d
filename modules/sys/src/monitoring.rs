//! `sys.monitoring` (PEP 669).

use grwl_object::module::Module;
use grwl_object::namespace::Namespace;
use grwl_object::{Args, Method, PyResult, Ref, Thread, Value, intern, none, protocol, types};

/// The events by name, in the order of `sys.monitoring.events`: the bit of each is its place.
const EVENTS: [&str; 19] = [
    "PY_START",
    "PY_RESUME",
    "PY_RETURN",
    "PY_YIELD",
    "CALL",
    "LINE",
    "INSTRUCTION",
    "JUMP",
    "BRANCH_LEFT",
    "BRANCH_RIGHT",
    "STOP_ITERATION",
    "RAISE",
    "EXCEPTION_HANDLED",
    "PY_UNWIND",
    "PY_THROW",
    "RERAISE",
    "C_RETURN",
    "C_RAISE",
    "BRANCH",
];

static FUNCTIONS: &[Method] = &[Method::one(
    "get_tool",
    |_, _, _| Ok(none()),
    "get_tool($module, tool_id, /)\n--\n\nThe name of the tool with an id.",
)];

/// Adds `monitoring` to `sys`.
pub(crate) fn add(thread: &mut Thread, sys: Ref<Module>) -> PyResult<()> {
    let name = intern(thread, "sys.monitoring");
    let module = Module::new(thread, name, None)?;
    module.add_functions(thread, FUNCTIONS)?;
    let events = Namespace::new(thread).value();
    for (bit, name) in EVENTS.into_iter().enumerate() {
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
    for name in ["DISABLE", "MISSING"] {
        let object = protocol::call(thread, Ref::from_static(&types::OBJECT).value(), Args::NONE)?;
        module.add(thread, name, object)?;
    }
    sys.add(thread, "monitoring", module.value())
}
