//! Exceptions: what is handled, what nobody handled, and the hooks that show them.

use grwl_object::exception::Exception;
use grwl_object::module::Module;
use grwl_object::struct_sequence;
use grwl_object::{
    Args, Method, Name, PyResult, Raised, Ref, Str, Thread, Tuple, Value, ValueExt, intern, none,
    protocol, types,
};

use crate::sequences;

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::no_arguments(
        "exc_info",
        exc_info,
        "exc_info($module, /)\n--\n\nType, value and traceback of the exception being handled.",
    ),
    Method::no_arguments(
        "exception",
        |thread, _| Ok(thread.handled().unwrap_or_else(none)),
        "exception($module, /)\n--\n\nThe exception being handled.",
    ),
    Method::any(
        "exit",
        exit,
        "exit($module, status=None, /)\n--\n\nEnd the program by raising SystemExit.",
    ),
    Method::any(
        "excepthook",
        |thread, _, args| {
            let values = args.no_keywords(thread, "excepthook")?;
            if values.len() != 3 {
                return Err(thread.type_error(format_args!(
                    "excepthook expected 3 arguments, got {}",
                    values.len()
                )));
            }
            print_exception(thread, values[1], values[2])?;
            Ok(none())
        },
        "excepthook($module, exctype, value, traceback, /)\n--\n\nShow an exception that nobody handled.",
    ),
    Method::one(
        "displayhook",
        |thread, _, value| display_hook(thread, value),
        "displayhook($module, object, /)\n--\n\nShow the value of an expression in a session.",
    ),
    Method::one(
        "unraisablehook",
        |thread, _, unraisable| {
            write_unraisable(thread, unraisable)?;
            Ok(none())
        },
        "unraisablehook($module, unraisable, /)\n--\n\nShow an exception that could not be raised.",
    ),
];

/// Adds the originals of the hooks.
pub(crate) fn add(thread: &mut Thread, module: Ref<Module>) -> PyResult<()> {
    let dict = module.dict(thread)?;
    for (name, original) in [
        ("excepthook", "__excepthook__"),
        ("displayhook", "__displayhook__"),
        ("unraisablehook", "__unraisablehook__"),
        ("breakpointhook", "__breakpointhook__"),
    ] {
        if let Some(hook) = dict.get_str(intern(thread, name)) {
            module.add(thread, original, hook)?;
        }
    }
    Ok(())
}

fn exc_info(thread: &mut Thread, _module: Value) -> PyResult {
    let values = match thread.handled() {
        None => [none(); 3],
        Some(value) => {
            let traceback = value
                .downcast::<Exception>()
                .and_then(|exception| exception.traceback());
            [
                value.class().value(),
                value,
                traceback.map_or_else(none, |traceback| traceback.value()),
            ]
        }
    };
    Ok(Tuple::try_new(thread, &values)?.value())
}

fn exit(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [status] = args.unpack::<1>(thread, "exit", 0)?;
    let values: &[Value] = match status {
        None => &[],
        Some(status) => match status.downcast::<Tuple>() {
            Some(tuple) => tuple.as_slice(),
            None => &[status],
        },
    };
    let made = protocol::call_positional(
        thread,
        Ref::from_static(&types::SYSTEM_EXIT).value(),
        values,
    )?;
    Err(thread.raise_value(made))
}

/// Something of `sys` by its name.
fn of_sys(thread: &Thread, name: &Name) -> Option<Value> {
    grwl_interpreter::sys_dict(thread).get_str(name.get(thread))
}

static STDERR: Name = Name::new("stderr");
static STDOUT: Name = Name::new("stdout");
static WRITE: Name = Name::new("write");
static FLUSH: Name = Name::new("flush");

/// Writes to `sys.stderr`, or where there is none to the descriptor.
fn write_error(thread: &mut Thread, text: &str) {
    let text = Str::new(thread, text);
    write_error_text(thread, text);
}

/// As [`write_error`], of any text: the stream says how lone surrogates are shown.
fn write_error_text(thread: &mut Thread, text: Ref<Str>) {
    let stream = of_sys(thread, &STDERR);
    if let Some(stream) = stream.and_then(ValueExt::not_none) {
        let text = text.value();
        let name = WRITE.get(thread);
        if protocol::call_method(thread, stream, name, &[text]).is_ok() {
            let name = FLUSH.get(thread);
            let _ = protocol::call_method(thread, stream, name, &[]);
        }
        return;
    }
    if stream.is_none() {
        eprint!("{text}");
    }
}

/// Shows an exception with its traceback on `sys.stderr`, as the `traceback` module does it; if that cannot be imported, shortly.
///
/// # Errors
/// None: what goes wrong is shown instead.
pub fn print_exception(thread: &mut Thread, value: Value, traceback: Value) -> PyResult<()> {
    if value.downcast::<Exception>().is_none() {
        let class = value.class();
        let message = format!(
            "TypeError: print_exception(): Exception expected for value, {} found\n",
            class.name()
        );
        write_error(thread, &message);
        return Ok(());
    }
    static IMPORT: Name = Name::new("__import__");
    static PRINT: Name = Name::new("_print_exception_bltin");
    let result = (|| {
        let builtins = grwl_interpreter::builtins_dict(thread);
        let Some(import) = builtins.get_str(IMPORT.get(thread)) else {
            return Err(thread.runtime_error("no __import__"));
        };
        let name = intern(thread, "traceback").value();
        let module = protocol::call_positional(thread, import, &[name])?;
        let name = PRINT.get(thread);
        let print = protocol::get_attribute(thread, module, name)?;
        protocol::call_positional(thread, print, &[value])
    })();
    let _ = traceback;
    if let Err(raised) = result {
        print_shortly(thread, value);
        if std::env::var_os("GRWL_DEBUG_TRACEBACK").is_some() {
            write_error(thread, "while showing it:\n");
            print_shortly(thread, raised.0);
        }
    }
    Ok(())
}

/// Shows an exception without the help of any Python code: the places with their source lines, what it came from, no marks below the lines.
fn print_shortly(thread: &mut Thread, value: Value) {
    let mut text = String::new();
    add_exception(thread, value, &mut text, 0);
    write_error(thread, &text);
}

/// A chain longer than this is cut.
const LONGEST_CHAIN: usize = 100;

fn add_exception(thread: &mut Thread, value: Value, text: &mut String, depth: usize) {
    if let Some(exception) = value.downcast::<Exception>() {
        let (link, before) = match exception.cause() {
            Some(cause) => (
                "The above exception was the direct cause of the following exception:",
                Some(cause),
            ),
            None if exception.suppress_context() => ("", None),
            None => (
                "During handling of the above exception, another exception occurred:",
                exception.context(),
            ),
        };
        if let Some(before) = before
            && depth < LONGEST_CHAIN
        {
            add_exception(thread, before.value(), text, depth + 1);
            *text += &format!("\n{link}\n\n");
        }
        add_places(exception, text);
    }
    *text += &value.class().name().to_string();
    match protocol::str(thread, value) {
        Ok(shown) if shown.is_empty() => {}
        Ok(shown) => *text += &format!(": {shown}"),
        Err(_) => *text += ": <exception str() failed>",
    }
    text.push('\n');
}

fn add_places(exception: Ref<Exception>, text: &mut String) {
    let mut entry = exception.traceback();
    if entry.is_some() {
        *text += "Traceback (most recent call last):\n";
    }
    while let Some(this) = entry {
        let frame = this
            .frame()
            .downcast_exact::<grwl_interpreter::frame_object::FrameObject>();
        if let Some(frame) = frame {
            let code = frame.code();
            let filename = code.filename().to_string();
            let line = this.line().unwrap_or(0);
            *text += &format!("  File \"{filename}\", line {line}, in {}\n", code.name());
            if let Some(source) = source_line(&filename, line) {
                *text += &format!("    {source}\n");
            }
        }
        entry = this.next();
    }
}

/// A line of a source file, if it can be read.
fn source_line(filename: &str, line: i32) -> Option<String> {
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    let source = std::fs::read(filename).ok()?;
    let source = String::from_utf8_lossy(&source);
    Some(source.lines().nth(index)?.trim().to_owned())
}

/// What the process ends with after a `SystemExit`; a message goes to `sys.stderr`.
pub fn exit_status(thread: &mut Thread, raised: Raised) -> i32 {
    static CODE: Name = Name::new("code");
    let name = CODE.get(thread);
    let code = match protocol::find_attribute(thread, raised.0, name) {
        Ok(Some(code)) => code,
        _ => raised.0,
    };
    if code.is_none() {
        return 0;
    }
    if let Some(view) = grwl_object::int::view(code) {
        return match view {
            grwl_object::int::IntView::Small(small) => small as i32,
            grwl_object::int::IntView::Big(_) => -1,
        };
    }
    if let Ok(text) = protocol::str(thread, code) {
        write_error_text(thread, text);
        write_error(thread, "\n");
    }
    1
}

/// `sys.displayhook`
///
/// # Errors
/// What `repr` or writing raises.
pub fn display_hook(thread: &mut Thread, value: Value) -> PyResult {
    static UNDERSCORE: Name = Name::new("_");
    if value.is_none() {
        return Ok(none());
    }
    let builtins = grwl_interpreter::builtins_dict(thread);
    let name = UNDERSCORE.get(thread);
    builtins.set_str(thread, name, none())?;
    let Some(stream) = of_sys(thread, &STDOUT).and_then(ValueExt::not_none) else {
        return Err(thread.runtime_error("lost sys.stdout"));
    };
    let text = protocol::repr(thread, value)?;
    let write = WRITE.get(thread);
    match protocol::call_method(thread, stream, write, &[text.value()]) {
        Ok(_) => {}
        Err(raised) if raised.matches(&types::UNICODE_ENCODE_ERROR) => {
            display_escaped(thread, stream, text)?;
        }
        Err(raised) => return Err(raised),
    }
    let newline = Str::new(thread, "\n").value();
    protocol::call_method(thread, stream, write, &[newline])?;
    builtins.set_str(thread, name, value)?;
    Ok(none())
}

/// Shows what a stream cannot encode, with backslashes.
fn display_escaped(thread: &mut Thread, stream: Value, text: Ref<Str>) -> PyResult<()> {
    static ENCODING: Name = Name::new("encoding");
    static ENCODE: Name = Name::new("encode");
    static DECODE: Name = Name::new("decode");
    static BUFFER: Name = Name::new("buffer");
    let write = WRITE.get(thread);
    let name = ENCODING.get(thread);
    let encoding = protocol::get_attribute(thread, stream, name)?;
    let errors = intern(thread, "backslashreplace").value();
    let encode = ENCODE.get(thread);
    let bytes = protocol::call_method(thread, text.value(), encode, &[encoding, errors])?;
    let buffer = BUFFER.get(thread);
    if let Some(buffer) = protocol::find_attribute(thread, stream, buffer)? {
        protocol::call_method(thread, buffer, write, &[bytes])?;
        return Ok(());
    }
    let errors = intern(thread, "strict").value();
    let decode = DECODE.get(thread);
    let text = protocol::call_method(thread, bytes, decode, &[encoding, errors])?;
    protocol::call_method(thread, stream, write, &[text])?;
    Ok(())
}

/// Reports an exception that cannot be raised, by `sys.unraisablehook`. What `what` says comes after "Exception ignored".
pub fn unraisable_hook(thread: &mut Thread, raised: Raised, what: &str, object: Option<Value>) {
    static HOOK: Name = Name::new("unraisablehook");
    let traceback = raised.exception().traceback();
    let message = if what.is_empty() {
        none()
    } else {
        Str::new(thread, what).value()
    };
    let values = [
        raised.0.class().value(),
        raised.0,
        traceback.map_or_else(none, |traceback| traceback.value()),
        message,
        object.unwrap_or_else(none),
    ];
    let Ok(args) = struct_sequence::make(thread, &sequences::UNRAISABLE, &values) else {
        return;
    };
    let result = match of_sys(thread, &HOOK) {
        Some(hook) if !hook.is_none() => protocol::call_positional(thread, hook, &[args]),
        _ => write_unraisable(thread, args).map(|()| none()),
    };
    if let Err(second) = result {
        write_error(thread, "Exception ignored in sys.unraisablehook:\n");
        print_shortly(thread, second.0);
    }
}

fn write_unraisable(thread: &mut Thread, unraisable: Value) -> PyResult<()> {
    static VALUE: Name = Name::new("exc_value");
    static MESSAGE: Name = Name::new("err_msg");
    static OBJECT: Name = Name::new("object");
    if !std::ptr::eq(unraisable.class().as_ptr(), &sequences::UNRAISABLE) {
        return Err(
            thread.type_error("sys.unraisablehook argument type must be UnraisableHookArgs")
        );
    }
    let part = |thread: &mut Thread, name: &Name| {
        let name = name.get(thread);
        protocol::get_attribute(thread, unraisable, name)
    };
    let value = part(thread, &VALUE)?;
    let message = part(thread, &MESSAGE)?.not_none();
    let object = part(thread, &OBJECT)?.not_none();
    let message = match message {
        Some(message) => Some(protocol::str(thread, message)?.to_string()),
        None => None,
    };
    let head = match (message, object) {
        (message, Some(object)) => {
            let shown = match protocol::repr(thread, object) {
                Ok(shown) => shown.to_string(),
                Err(_) => "<object repr() failed>".to_owned(),
            };
            match message {
                Some(message) => format!("{message}: {shown}\n"),
                None => format!("Exception ignored in: {shown}\n"),
            }
        }
        (Some(message), None) => format!("{message}:\n"),
        (None, None) => String::new(),
    };
    write_error(thread, &head);
    print_exception(thread, value, none())
}
