//! What the filters are: the module `warnings`'s, as soon as there is one, or the native ones.

use std::sync::Once;
use std::sync::atomic::{AtomicI64, Ordering};

use grwl_module_contextvars::ContextVar;
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::{
    Name, PyResult, Ref, Slot, Str, Thread, Tuple, Value, ValueExt, class, intern, none, protocol,
    types, world,
};

static ROOTS: [Slot; 4] = [const { Slot::empty() }; 4];
const FILTERS: usize = 0;
const ONCE_REGISTRY: usize = 1;
const DEFAULT_ACTION: usize = 2;
const CONTEXT: usize = 3;

static VERSION: AtomicI64 = AtomicI64::new(0);

/// The number of changes of the filters.
pub(crate) fn version() -> i64 {
    VERSION.load(Ordering::Relaxed)
}

pub(crate) fn mutated() {
    VERSION.fetch_add(1, Ordering::Relaxed);
}

/// Makes the native filters; returns what the module shows under which name.
pub(crate) fn begin(thread: &mut Thread) -> PyResult<[(&'static str, Value); 4]> {
    static ONCE: Once = Once::new();
    let mut is_first = false;
    ONCE.call_once(|| {
        let first = ROOTS.as_ptr().cast::<u64>();
        // SAFETY: a static.
        unsafe { world::world().heap().add_static_roots(first, ROOTS.len()) };
        is_first = true;
    });
    if is_first {
        let list = List::new(thread);
        ROOTS[FILTERS].store(Some(list.value()));
        let main = intern(thread, "__main__").value();
        for (action, category, module) in [
            ("default", &types::DEPRECATION_WARNING, main),
            ("ignore", &types::DEPRECATION_WARNING, none()),
            ("ignore", &types::PENDING_DEPRECATION_WARNING, none()),
            ("ignore", &types::IMPORT_WARNING, none()),
            ("ignore", &types::RESOURCE_WARNING, none()),
        ] {
            let action = intern(thread, action).value();
            let category = Ref::from_static(category).value();
            let filter = [action, none(), category, module, Value::small(0)];
            let filter = Tuple::try_new(thread, &filter)?;
            list.push(thread, filter.value())?;
        }
        ROOTS[ONCE_REGISTRY].store(Some(Dict::new(thread).value()));
        ROOTS[DEFAULT_ACTION].store(Some(intern(thread, "default").value()));
        let name = intern(thread, "warnings_context");
        ROOTS[CONTEXT].store(Some(ContextVar::new(thread, name, None).value()));
    }
    let root = |index: usize| ROOTS[index].load().unwrap_or_else(none);
    Ok([
        ("filters", root(FILTERS)),
        ("_onceregistry", root(ONCE_REGISTRY)),
        ("_defaultaction", root(DEFAULT_ACTION)),
        ("_warnings_context", root(CONTEXT)),
    ])
}

/// Something of the module `warnings`, if it has been imported or, when `import` says so, can be.
pub(crate) fn of_warnings(
    thread: &mut Thread,
    name: &Name,
    import: bool,
) -> PyResult<Option<Value>> {
    static WARNINGS: Name = Name::new("warnings");
    let modules = grwl_interpreter::modules_dict(thread)?;
    let module = match modules.get_str(WARNINGS.get(thread)) {
        Some(module) => module,
        None if import => match class::import(thread, "warnings") {
            Ok(module) => module,
            Err(raised) if raised.matches(&types::IMPORT_ERROR) => return Ok(None),
            Err(raised) => return Err(raised),
        },
        None => return Ok(None),
    };
    let name = name.get(thread);
    protocol::find_attribute(thread, module, name)
}

fn is_context_aware(thread: &mut Thread) -> PyResult<bool> {
    static FLAGS: Name = Name::new("flags");
    static AWARE: Name = Name::new("context_aware_warnings");
    let Some(flags) = grwl_interpreter::sys_dict(thread).get_str(FLAGS.get(thread)) else {
        return Ok(false);
    };
    let name = AWARE.get(thread);
    match protocol::find_attribute(thread, flags, name)? {
        Some(aware) => protocol::is_true(thread, aware),
        None => Ok(false),
    }
}

/// The filters of a `catch_warnings` block in this context, if there is one.
pub(crate) fn context_filters(thread: &mut Thread) -> PyResult<Option<Ref<List>>> {
    static OWN: Name = Name::new("_filters");
    if !is_context_aware(thread)? {
        return Ok(None);
    }
    let variable = ROOTS[CONTEXT].load();
    let Some(variable) = variable.and_then(ValueExt::downcast_exact::<ContextVar>) else {
        return Ok(None);
    };
    let Some(context) = grwl_module_contextvars::value_of(thread, variable)? else {
        return Ok(None);
    };
    let name = OWN.get(thread);
    let filters = protocol::get_attribute(thread, context, name)?;
    match filters.downcast() {
        Some(filters) => Ok(Some(filters)),
        None => Err(thread.value_error("warnings_context _filters must be a list")),
    }
}

/// The filters of the whole process.
pub(crate) fn filters(thread: &mut Thread) -> PyResult<Ref<List>> {
    static NAME: Name = Name::new("filters");
    if let Some(found) = of_warnings(thread, &NAME, false)? {
        ROOTS[FILTERS].store(Some(found));
    }
    match ROOTS[FILTERS].load().and_then(ValueExt::downcast) {
        Some(filters) => Ok(filters),
        None => Err(thread.value_error("_warnings.filters must be a list")),
    }
}

pub(crate) fn default_action(thread: &mut Thread) -> PyResult<Ref<Str>> {
    static NAME: Name = Name::new("defaultaction");
    if let Some(found) = of_warnings(thread, &NAME, false)? {
        if found.downcast::<Str>().is_none() {
            return Err(thread.type_error(format_args!(
                "_warnings.defaultaction must be a string, not '{}'",
                found.class().name()
            )));
        }
        ROOTS[DEFAULT_ACTION].store(Some(found));
    }
    let action = ROOTS[DEFAULT_ACTION].load().and_then(ValueExt::downcast);
    Ok(action.unwrap_or_else(|| intern(thread, "default")))
}

pub(crate) fn once_registry(thread: &mut Thread) -> PyResult<Ref<Dict>> {
    static NAME: Name = Name::new("onceregistry");
    if let Some(found) = of_warnings(thread, &NAME, false)? {
        if found.downcast::<Dict>().is_none() {
            return Err(thread.type_error(format_args!(
                "_warnings.onceregistry must be a dict, not '{}'",
                found.class().name()
            )));
        }
        ROOTS[ONCE_REGISTRY].store(Some(found));
    }
    let registry = ROOTS[ONCE_REGISTRY].load().and_then(ValueExt::downcast);
    Ok(registry.unwrap_or_else(|| Dict::new(thread)))
}
