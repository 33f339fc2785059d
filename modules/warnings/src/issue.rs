//! Issuing a warning: which filter decides, what was shown before, where it comes from.
//!
//! The filters' lock is held while the decision is made, which may run Python code; it is given back before the warning is shown.

use grwl_interpreter::frame::{self, Frame};
use grwl_interpreter::frame_object;
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::{
    Name, PyResult, Ref, Str, Thread, Tuple, TypeObject, Value, ValueExt, class, intern, none,
    protocol, slots, types,
};

use crate::{lock, state};

/// Where a warning comes from.
pub(crate) struct Place {
    pub(crate) filename: Value,
    pub(crate) line: i64,
    pub(crate) module: Option<Value>,
    pub(crate) registry: Option<Ref<Dict>>,
    /// The line's text, if it was found by other means than in the file.
    pub(crate) source_line: Option<Value>,
}

fn matches(thread: &mut Thread, pattern: Value, text: Value) -> PyResult<bool> {
    static MATCH: Name = Name::new("match");
    if pattern.is_none() {
        return Ok(true);
    }
    if pattern.downcast_exact::<Str>().is_some() {
        return protocol::equal(thread, pattern, text);
    }
    let name = MATCH.get(thread);
    let found = protocol::call_method(thread, pattern, name, &[text])?;
    protocol::is_true(thread, found)
}

/// The action of the first filter that fits, and the filter.
fn find_action(
    thread: &mut Thread,
    category: Value,
    text: Value,
    line: i64,
    module: Value,
) -> PyResult<(Ref<Str>, Value)> {
    let context = state::context_filters(thread)?;
    let global = state::filters(thread)?;
    for filters in context.into_iter().chain([global]) {
        let mut index = 0;
        while let Some(item) = filters.get(index) {
            let fits = item.downcast::<Tuple>().filter(|item| item.len() == 5);
            let Some(filter) = fits else {
                return Err(thread.value_error(format_args!(
                    "warnings.filters item {index} isn't a 5-tuple"
                )));
            };
            index += 1;
            let Some(action) = filter.at(0).downcast::<Str>() else {
                return Err(thread.type_error(format_args!(
                    "action must be a string, not '{}'",
                    filter.at(0).class().name()
                )));
            };
            if !matches(thread, filter.at(1), text)?
                || !protocol::is_subclass(thread, category, filter.at(2))?
                || !matches(thread, filter.at(3), module)?
            {
                continue;
            }
            let wanted = protocol::convert::as_isize(thread, filter.at(4))?;
            if wanted == 0 || wanted as i64 == line {
                return Ok((action, item));
            }
        }
        if context == Some(filters) {
            break;
        }
    }
    Ok((state::default_action(thread)?, none()))
}

/// Does the registry know the key? If it was filled under other filters it is emptied first. `enter`: it knows it from now on.
fn is_known(thread: &mut Thread, registry: Ref<Dict>, key: Value, enter: bool) -> PyResult<bool> {
    static VERSION: Name = Name::new("version");
    let name = VERSION.get(thread);
    let version = Value::small(state::version());
    if registry.get_str(name) == Some(version) {
        if let Some(known) = registry.get(thread, key)? {
            return protocol::is_true(thread, known);
        }
    } else {
        registry.clear(thread);
        registry.set_str(thread, name, version)?;
    }
    if enter {
        registry.insert(thread, key, grwl_object::int::bool(true))?;
    }
    Ok(false)
}

/// The module's name that belongs to a file's.
fn module_of(thread: &mut Thread, filename: Value) -> PyResult {
    let Some(name) = filename.downcast::<Str>() else {
        return Ok(filename);
    };
    if name.is_empty() {
        return Ok(intern(thread, "<unknown>").value());
    }
    match name.to_rust() {
        Some(text) if text.ends_with(".py") => {
            Ok(Str::new(thread, &text[..text.len() - 3]).value())
        }
        _ => Ok(filename),
    }
}

/// Issues a warning.
pub(crate) fn issue(
    thread: &mut Thread,
    category: Option<Value>,
    message: Value,
    place: &Place,
    source: Option<Value>,
) -> PyResult<()> {
    let module = match place.module {
        Some(module) => module,
        None => module_of(thread, place.filename)?,
    };
    let warning = Ref::from_static(&types::WARNING).value();
    let (text, message, category) = if protocol::is_instance(thread, message, warning)? {
        let text = protocol::str(thread, message)?.value();
        (text, message, message.class().value())
    } else {
        let category = category.unwrap_or_else(|| Ref::from_static(&types::USER_WARNING).value());
        let made = protocol::call_positional(thread, category, &[message])?;
        (message, made, category)
    };
    lock::acquire(thread);
    let decided = decide(thread, category, text, message, module, place);
    lock::release(thread);
    if decided? {
        show(thread, category, text, message, place, source)?;
    }
    Ok(())
}

/// Is the warning to be shown?
fn decide(
    thread: &mut Thread,
    category: Value,
    text: Value,
    message: Value,
    module: Value,
    place: &Place,
) -> PyResult<bool> {
    let line = grwl_object::int::from_i64(thread, place.line);
    let key = Tuple::try_new(thread, &[text, category, line])?.value();
    if let Some(registry) = place.registry
        && is_known(thread, registry, key, false)?
    {
        return Ok(false);
    }
    let (action, item) = find_action(thread, category, text, place.line, module)?;
    if action.is_str("error") {
        return match message.class().is_subtype_of(&types::BASE_EXCEPTION) {
            true => Err(thread.raise_value(message)),
            false => Err(thread.type_error("exceptions must derive from BaseException")),
        };
    }
    if action.is_str("ignore") {
        return Ok(false);
    }
    if action.is_str("always") || action.is_str("all") {
        return Ok(true);
    }
    if let Some(registry) = place.registry {
        registry.insert(thread, key, grwl_object::int::bool(true))?;
    }
    if action.is_str("once") {
        let registry = match place.registry {
            Some(registry) => registry,
            None => state::once_registry(thread)?,
        };
        let key = Tuple::try_new(thread, &[text, category])?.value();
        return Ok(!is_known(thread, registry, key, true)?);
    }
    if action.is_str("module") {
        let Some(registry) = place.registry else {
            return Ok(true);
        };
        let key = Tuple::try_new(thread, &[text, category, Value::small(0)])?.value();
        return Ok(!is_known(thread, registry, key, true)?);
    }
    if action.is_str("default") {
        return Ok(true);
    }
    let action = protocol::repr(thread, action.value())?;
    let item = protocol::repr(thread, item)?;
    Err(thread.runtime_error(format_args!(
        "Unrecognized action ({action}) in warnings.filters:\n {item}"
    )))
}

fn show(
    thread: &mut Thread,
    category: Value,
    text: Value,
    message: Value,
    place: &Place,
    source: Option<Value>,
) -> PyResult<()> {
    static SHOW: Name = Name::new("_showwarnmsg");
    static MESSAGE: Name = Name::new("WarningMessage");
    // Without a source, nothing is imported for a warning.
    let Some(show) = state::of_warnings(thread, &SHOW, source.is_some())? else {
        return show_plainly(thread, category, text, place);
    };
    if show.class().slot(slots::CALL).is_none() {
        return Err(thread.type_error("warnings._showwarnmsg() must be set to a callable"));
    }
    let Some(class) = state::of_warnings(thread, &MESSAGE, false)? else {
        return Err(thread.runtime_error("unable to get warnings.WarningMessage"));
    };
    let line = grwl_object::int::from_i64(thread, place.line);
    let source = source.unwrap_or_else(none);
    let parts = [
        message,
        category,
        place.filename,
        line,
        none(),
        place.source_line.unwrap_or_else(none),
        source,
    ];
    let shown = protocol::call_positional(thread, class, &parts)?;
    protocol::call_positional(thread, show, &[shown])?;
    Ok(())
}

/// Shows a warning before there is a module `warnings`.
fn show_plainly(thread: &mut Thread, category: Value, text: Value, place: &Place) -> PyResult<()> {
    static STDERR: Name = Name::new("stderr");
    static WRITE: Name = Name::new("write");
    let stream = grwl_interpreter::sys_dict(thread).get_str(STDERR.get(thread));
    let Some(stream) = stream.and_then(ValueExt::not_none) else {
        return Ok(());
    };
    let name = match category.downcast::<TypeObject>() {
        Some(class) => class.name().to_string(),
        None => protocol::repr(thread, category)?.to_rust_lossy(),
    };
    let file = protocol::str(thread, place.filename)?.to_rust_lossy();
    let text = protocol::str(thread, text)?;
    let mut shown = format!("{file}:{}: {name}: {text}\n", place.line);
    let wanted = usize::try_from(place.line - 1).unwrap_or(usize::MAX);
    let given = place
        .source_line
        .and_then(|line| line.downcast::<Str>())
        .map(|line| line.to_rust_lossy().trim().to_owned());
    let from_file = || {
        let source = std::fs::read_to_string(&file).ok()?;
        source
            .lines()
            .nth(wanted)
            .map(|line| line.trim().to_owned())
    };
    let line = match given {
        Some(line) => Some(line),
        None => thread.safe(from_file),
    };
    if let Some(line) = line {
        shown += &format!("  {line}\n");
    }
    let shown = Str::new(thread, &shown).value();
    let write = WRITE.get(thread);
    protocol::call_method(thread, stream, write, &[shown])?;
    Ok(())
}

/// A line of the source of the module that has these globals, as its loader knows it.
///
/// # Errors
/// What is wrong with the globals, and what the loader raises.
pub(crate) fn source_line(
    thread: &mut Thread,
    globals: Ref<Dict>,
    line: i64,
) -> PyResult<Option<Value>> {
    static BLESS: Name = Name::new("_bless_my_loader");
    static GET_SOURCE: Name = Name::new("get_source");
    static NAME: Name = Name::new("__name__");
    let external = class::import(thread, "_frozen_importlib_external")?;
    let name = BLESS.get(thread);
    let loader = protocol::call_method(thread, external, name, &[globals.value()])?;
    let name = NAME.get(thread);
    let Some(module) = globals.get_str(name) else {
        return Ok(None);
    };
    let name = GET_SOURCE.get(thread);
    let Some(get_source) = protocol::find_attribute(thread, loader, name)? else {
        return Ok(None);
    };
    let source = protocol::call_positional(thread, get_source, &[module])?;
    let Some(source) = source.not_none() else {
        return Ok(None);
    };
    let Some(source) = source.downcast::<Str>() else {
        return Err(thread.type_error(format_args!("must be str, not {}", source.class().name())));
    };
    // The lines are a string's own, whatever a subclass makes of them.
    let source = Str::try_from_text(thread, source.text())?.value();
    let split = intern(thread, "splitlines");
    let lines = protocol::call_method(thread, source, split, &[])?;
    Ok(lines.downcast::<List>().and_then(|lines| {
        let index = usize::try_from(line - 1).ok()?;
        lines.get(index)
    }))
}

/// Is it a frame of the import system?
fn is_internal(frame: &Frame) -> bool {
    let name = frame.code.filename().to_rust_lossy();
    name.contains("importlib") && name.contains("_bootstrap")
}

fn is_skipped(frame: &Frame, prefixes: &[String]) -> bool {
    let name = frame.code.filename().to_rust_lossy();
    prefixes.iter().any(|prefix| name.starts_with(prefix))
}

/// The frame at a stack level, 1 being the running one.
fn frame_at(thread: &Thread, level: i64, prefixes: &[String]) -> *mut Frame {
    let mut found = frame::current(thread).map_or(std::ptr::null_mut(), |frame| frame.as_ptr());
    // SAFETY: null, or a frame of this thread's chain, which is alive.
    let at = |frame: *mut Frame| unsafe { frame.as_ref() };
    let skips = level > 0 && at(found).is_some_and(|frame| !is_internal(frame));
    for _ in 1..level {
        let Some(frame) = at(found) else {
            break;
        };
        found = frame.previous;
        while skips
            && let Some(frame) = at(found)
            && (is_internal(frame) || is_skipped(frame, prefixes))
        {
            found = frame.previous;
        }
    }
    found
}

/// Where the frame at a stack level is.
pub(crate) fn place_at(thread: &mut Thread, level: i64, prefixes: &[String]) -> PyResult<Place> {
    static REGISTRY: Name = Name::new("__warningregistry__");
    static NAME: Name = Name::new("__name__");
    let found = frame_at(thread, level, prefixes);
    let (globals, filename, line) = if found.is_null() {
        let globals = grwl_interpreter::sys_dict(thread);
        (globals, intern(thread, "<sys>").value(), 0)
    } else {
        // SAFETY: a frame of this thread's chain.
        let (globals, filename) = unsafe { ((*found).globals, (*found).code.filename()) };
        // SAFETY: as above.
        let object = unsafe { frame_object::of_frame(thread, found) };
        let line = object.line(thread).map_or(0, i64::from);
        (globals, filename.value(), line)
    };
    let name = REGISTRY.get(thread);
    let registry = match globals.get_str(name) {
        Some(known) => known,
        None => {
            let made = Dict::new(thread).value();
            globals.set_str(thread, name, made)?;
            made
        }
    };
    let module = globals.get_str(NAME.get(thread));
    let module = module.unwrap_or_else(|| intern(thread, "<string>").value());
    Ok(Place {
        filename,
        line,
        module: Some(module),
        registry: registry_of(thread, Some(registry))?,
        source_line: None,
    })
}

/// A registry as it is given: a dict or `None`.
pub(crate) fn registry_of(
    thread: &mut Thread,
    given: Option<Value>,
) -> PyResult<Option<Ref<Dict>>> {
    match given.and_then(ValueExt::not_none) {
        None => Ok(None),
        Some(given) => match given.downcast::<Dict>() {
            Some(registry) => Ok(Some(registry)),
            None => Err(thread.type_error(format_args!(
                "'registry' must be a dict or None, not '{}'",
                given.class().name()
            ))),
        },
    }
}
