//! Binding arguments to parameters. Messages are CPython's.

use grwl_object::dict::Dict;
use grwl_object::{Args, PyResult, Raised, Ref, Str, Thread, Tuple, Value};

use crate::code::{Code, code_flags};
use crate::frame::Frame;
use crate::function::Function;

/// Binds `args` to the slots of a fresh frame, all of which are empty.
///
/// # Errors
/// `TypeError` if they do not fit.
pub fn bind(
    thread: &mut Thread,
    function: Ref<Function>,
    code: Ref<Code>,
    args: Args<'_>,
    frame: *mut Frame,
) -> PyResult<()> {
    if code.flags & code_flags::OPTIMIZED == 0 {
        // A body as a function: its names are the globals.
        // SAFETY: a fresh frame.
        unsafe { (*frame).locals = Some(function.globals().value()) };
    }
    let parameters = code.argcount as usize;
    let total = parameters + code.kwonlyargcount as usize;
    let slots = Slots(Frame::slots(frame));
    let given = args.by_position();
    let has_rest = code.flags & code_flags::VARARGS != 0;

    let by_position = given.len().min(parameters);
    for (index, &value) in given[..by_position].iter().enumerate() {
        slots.set(index, value);
    }
    if has_rest {
        let rest = Tuple::try_new(thread, &given[by_position..])?;
        slots.set(total, rest.value());
    }
    let keywords = if code.flags & code_flags::VARKEYWORDS != 0 {
        let dict = Dict::new(thread);
        slots.set(total + usize::from(has_rest), dict.value());
        Some(dict)
    } else {
        None
    };
    if args.names().is_some() {
        bind_named(thread, function, code, args, slots, keywords)?;
    }
    if given.len() > parameters && !has_rest {
        return Err(too_many(thread, function, code, given.len(), slots));
    }
    if given.len() < parameters {
        let defaults = function
            .defaults()
            .map_or(&[][..], |tuple| tuple.as_slice());
        let required = parameters.saturating_sub(defaults.len());
        let missing = (given.len()..required).any(|index| slots.get(index).is_none());
        if missing {
            return Err(missing_arguments(
                thread,
                function,
                code,
                0..required,
                true,
                slots,
            ));
        }
        for index in given.len().max(required)..parameters {
            if slots.get(index).is_none() {
                // With more defaults than parameters the first ones are left over.
                slots.set(index, defaults[index + defaults.len() - parameters]);
            }
        }
    }
    if code.kwonlyargcount > 0 {
        bind_keyword_only(thread, function, code, slots)?;
    }
    Ok(())
}

/// The slots of a fresh frame.
#[derive(Clone, Copy)]
struct Slots(*mut Option<Value>);

impl Slots {
    fn get(self, index: usize) -> Option<Value> {
        // SAFETY: the frame has slots for all parameters.
        unsafe { self.0.add(index).read() }
    }

    fn set(self, index: usize, value: Value) {
        // SAFETY: as above.
        unsafe { self.0.add(index).write(Some(value)) };
    }
}

fn bind_named(
    thread: &mut Thread,
    function: Ref<Function>,
    code: Ref<Code>,
    args: Args<'_>,
    slots: Slots,
    keywords: Option<Ref<Dict>>,
) -> PyResult<()> {
    let total = (code.argcount + code.kwonlyargcount) as usize;
    let positional_only = code.posonlyargcount as usize;
    for (name, value) in args.by_name() {
        let found = (positional_only..total).find(|&index| code.local_name(index).equals(&name));
        let Some(index) = found else {
            if let Some(keywords) = keywords {
                keywords.insert(thread, name.value(), value)?;
                continue;
            }
            return Err(unexpected(thread, function, code, args, name));
        };
        if slots.get(index).is_some() {
            return Err(thread.type_error(format_args!(
                "{}() got multiple values for argument '{name}'",
                function.qualified_name()
            )));
        }
        slots.set(index, value);
    }
    Ok(())
}

#[cold]
fn unexpected(
    thread: &mut Thread,
    function: Ref<Function>,
    code: Ref<Code>,
    args: Args<'_>,
    name: Ref<Str>,
) -> Raised {
    let positional_only = code.posonlyargcount as usize;
    let wrong: Vec<String> = (0..positional_only)
        .map(|index| code.local_name(index))
        .filter(|parameter| args.by_name().any(|(given, _)| given.equals(parameter)))
        .map(|parameter| parameter.to_string())
        .collect();
    let function = function.qualified_name();
    if !wrong.is_empty() {
        let wrong = wrong.join(", ");
        return thread.type_error(format_args!(
            "{function}() got some positional-only arguments passed as keyword arguments: '{wrong}'"
        ));
    }
    if let Some(close) = suggestion(code, name) {
        return thread.type_error(format_args!(
            "{function}() got an unexpected keyword argument '{name}'. Did you mean '{close}'?"
        ));
    }
    thread.type_error(format_args!(
        "{function}() got an unexpected keyword argument '{name}'"
    ))
}

/// The parameter whose name is nearest to `name`, near enough to be meant.
fn suggestion(code: Ref<Code>, name: Ref<Str>) -> Option<String> {
    let first = code.posonlyargcount as usize;
    let total = (code.argcount + code.kwonlyargcount) as usize;
    let candidates: Vec<String> = (first..total)
        .map(|index| code.local_name(index).to_string())
        .collect();
    crate::suggestion::nearest(&name.to_string(), &candidates)
}

#[cold]
fn too_many(
    thread: &mut Thread,
    function: Ref<Function>,
    code: Ref<Code>,
    given: usize,
    slots: Slots,
) -> Raised {
    let parameters = code.argcount as usize;
    let total = parameters + code.kwonlyargcount as usize;
    let keyword_only = (parameters..total)
        .filter(|&index| slots.get(index).is_some())
        .count();
    let defaults = function.defaults().map_or(0, |defaults| defaults.len());
    let (takes, is_plural) = if defaults > 0 {
        let least = parameters.saturating_sub(defaults);
        (format!("from {least} to {parameters}"), true)
    } else {
        (parameters.to_string(), parameters != 1)
    };
    let keyword_text = if keyword_only > 0 {
        let s = if given == 1 { "" } else { "s" };
        let t = if keyword_only == 1 { "" } else { "s" };
        format!(" positional argument{s} (and {keyword_only} keyword-only argument{t})")
    } else {
        String::new()
    };
    let s = if is_plural { "s" } else { "" };
    let verb = if given == 1 && keyword_only == 0 {
        "was"
    } else {
        "were"
    };
    thread.type_error(format_args!(
        "{}() takes {takes} positional argument{s} but {given}{keyword_text} {verb} given",
        function.qualified_name()
    ))
}

#[cold]
fn missing_arguments(
    thread: &mut Thread,
    function: Ref<Function>,
    code: Ref<Code>,
    range: std::ops::Range<usize>,
    is_positional: bool,
    slots: Slots,
) -> Raised {
    let names: Vec<String> = range
        .filter(|&index| slots.get(index).is_none())
        .map(|index| format!("'{}'", code.local_name(index)))
        .collect();
    let listed = match names.as_slice() {
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [first @ .., last] => format!("{}, and {last}", first.join(", ")),
        [] => String::new(),
    };
    let kind = if is_positional {
        "positional"
    } else {
        "keyword-only"
    };
    let s = if names.len() == 1 { "" } else { "s" };
    thread.type_error(format_args!(
        "{}() missing {} required {kind} argument{s}: {listed}",
        function.qualified_name(),
        names.len()
    ))
}

fn bind_keyword_only(
    thread: &mut Thread,
    function: Ref<Function>,
    code: Ref<Code>,
    slots: Slots,
) -> PyResult<()> {
    let first = code.argcount as usize;
    let range = first..first + code.kwonlyargcount as usize;
    let defaults = function.kwdefaults();
    let mut is_missing = false;
    for index in range.clone() {
        if slots.get(index).is_none() {
            let default = defaults.and_then(|defaults| defaults.get_str(code.local_name(index)));
            match default {
                Some(value) => slots.set(index, value),
                None => is_missing = true,
            }
        }
    }
    if is_missing {
        return Err(missing_arguments(
            thread, function, code, range, false, slots,
        ));
    }
    Ok(())
}
