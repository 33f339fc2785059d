//! What the compiler complains of, as exceptions and warnings.

use grwl_frontend::{CompileError, Context, ErrorKind, Place, Warning, WarningKind};
use grwl_object::errors::SyntaxPlace;
use grwl_object::exception::detail::SyntaxError;
use grwl_object::{
    Name, PyResult, Raised, Ref, Str, Thread, Tuple, TypeObject, Value, ValueExt, int, none,
    protocol, types,
};

grwl_object::names! {
    ARGS = "args";
    FILENAME = "filename";
}

const fn class_of(kind: ErrorKind) -> &'static TypeObject {
    match kind {
        ErrorKind::Syntax => &types::SYNTAX_ERROR,
        ErrorKind::Indentation => &types::INDENTATION_ERROR,
        ErrorKind::Tab => &types::TAB_ERROR,
        ErrorKind::IncompleteInput => &types::INCOMPLETE_INPUT_ERROR,
        ErrorKind::Value => &types::VALUE_ERROR,
        ErrorKind::Type => &types::TYPE_ERROR,
        ErrorKind::Overflow => &types::OVERFLOW_ERROR,
        ErrorKind::Recursion => &types::RECURSION_ERROR,
        ErrorKind::Memory => &types::MEMORY_ERROR,
        ErrorKind::System => &types::SYSTEM_ERROR,
    }
}

/// Raises a compiler's error. `filename` is what the caller of `compile` said, if the error names a file at all.
pub fn raise(thread: &mut Thread, error: &CompileError, filename: Ref<Str>) -> Raised {
    let class = class_of(error.kind);
    match &error.place {
        Some(place) => {
            let place = place_of(thread, place, error.filename.as_deref(), filename);
            let raised = thread.syntax_error(class, &error.message, place);
            match amend(thread, raised.0, error, filename) {
                Ok(()) => raised,
                Err(other) => other,
            }
        }
        None => thread.raise(class, &error.message),
    }
}

/// Where CPython's exception has in its attributes what its arguments do not have.
fn amend(
    thread: &mut Thread,
    exception: Value,
    error: &CompileError,
    filename: Ref<Str>,
) -> PyResult<()> {
    if error.bare {
        let message = Str::new(thread, &error.message).value();
        let args = Tuple::try_new(thread, &[message])?.value();
        let name = ARGS.get(thread);
        protocol::set_attribute(thread, exception, name, args)?;
    }
    if error.filename.is_none() {
        let name = FILENAME.get(thread);
        protocol::set_attribute(thread, exception, name, filename.value())?;
    }
    if let (Some(exception), Some(context)) = (exception.downcast::<SyntaxError>(), &error.context)
    {
        let Context {
            statement: (line, column),
            source,
        } = context;
        let numbers = [*line, *column].map(|number| Value::small(number.into()));
        let source = Str::new(thread, source).value();
        let context = Tuple::try_new(thread, &[numbers[0], numbers[1], source])?.value();
        thread.store(exception, &exception.metadata, Some(context));
    }
    Ok(())
}

/// Takes the source text out of an error's `_metadata`: it is in the file, where suggestions are made of the error's line alone.
pub fn source_is_in_file(thread: &Thread, raised: &Raised) {
    let Some(exception) = raised.0.downcast::<SyntaxError>() else {
        return;
    };
    let context = exception.metadata.load().and_then(Value::downcast::<Tuple>);
    let Some(&[line, column, _]) = context.map(Ref::<Tuple>::as_slice) else {
        return;
    };
    if let Ok(context) = Tuple::try_new(thread, &[line, column, none()]) {
        thread.store(exception, &exception.metadata, Some(context.value()));
    }
}

fn place_of(
    thread: &mut Thread,
    place: &Place,
    named: Option<&str>,
    filename: Ref<Str>,
) -> SyntaxPlace {
    let text = if place.text_from_file {
        line_of_file(filename, place.lineno)
    } else {
        place.text.as_deref().map(str::to_owned)
    };
    let end = match (place.end_lineno, place.end_offset) {
        (Some(line), Some(offset)) => Some((line.into(), offset.into())),
        _ => None,
    };
    SyntaxPlace {
        filename: named.map(|_| filename.value()),
        line: place.lineno.into(),
        offset: place.offset.into(),
        text: text.map(|text| Str::new(thread, &text).value()),
        end,
    }
}

/// A line of the file that was compiled, with its newline.
fn line_of_file(filename: Ref<Str>, line: u32) -> Option<String> {
    let bytes = std::fs::read(filename.to_rust()?).ok()?;
    let decoded = grwl_frontend::decode_source(&bytes, "").ok()?;
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    decoded
        .text
        .split_inclusive('\n')
        .nth(index)
        .map(str::to_owned)
}

/// Hands a compiler's warning to `warnings`. A warning that a filter makes an error becomes a `SyntaxError` where it is.
///
/// # Errors
/// That error; what a program's own function that shows warnings raises.
pub fn warn(thread: &mut Thread, warning: &Warning, filename: Ref<Str>) -> PyResult<()> {
    static WARN_EXPLICIT: Name = Name::new("warn_explicit");
    let class: &'static TypeObject = match warning.kind {
        WarningKind::Syntax => &types::SYNTAX_WARNING,
        WarningKind::Deprecation => &types::DEPRECATION_WARNING,
    };
    let Some(module) = warnings_module(thread)? else {
        return Ok(());
    };
    let name = WARN_EXPLICIT.get(thread);
    let Some(function) = protocol::find_attribute(thread, module, name)? else {
        return Ok(());
    };
    let args = [
        Str::new(thread, &warning.message).value(),
        Ref::from_static(class).value(),
        filename.value(),
        int::from_i64(thread, warning.place.lineno.into()),
    ];
    match protocol::call_positional(thread, function, &args) {
        Ok(_) => Ok(()),
        Err(raised) if raised.matches(class) => {
            let message = warning.as_error.as_ref().unwrap_or(&warning.message);
            let name = filename.to_rust_lossy();
            let place = place_of(thread, &warning.place, Some(&name), filename);
            Err(thread.syntax_error(&types::SYNTAX_ERROR, message, place))
        }
        Err(raised) => Err(raised),
    }
}

/// `warnings`, or its native half; nothing before either can be had.
fn warnings_module(thread: &mut Thread) -> PyResult<Option<Value>> {
    match grwl_module_imp::import::import(thread, "warnings") {
        Ok(module) => Ok(Some(module)),
        Err(raised) if raised.matches(&types::IMPORT_ERROR) => Ok(None),
        Err(raised) => Err(raised),
    }
}
