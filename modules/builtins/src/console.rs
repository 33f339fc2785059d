//! `print`, `input`, `breakpoint`.

use grwl_interpreter::instrument::{answer, is_watched};
use grwl_interpreter::{Global, state};
use grwl_object::dict::Dict;
use grwl_object::{
    Args, Method, Name, PyResult, Str, Thread, Value, ValueExt, intern, none, protocol,
};

static WRITE: Name = Name::new("write");
static FLUSH: Name = Name::new("flush");
static READLINE: Name = Name::new("readline");

/// `sys.NAME`, if it is there.
fn of_sys(thread: &Thread, name: &str) -> Option<Value> {
    let sys = state::get(Global::Sys)?.downcast::<Dict>()?;
    sys.get_str(intern(thread, name))
}

/// Writes a value's text to a file.
fn write(thread: &mut Thread, file: Value, value: Value) -> PyResult<()> {
    let name = WRITE.get(thread);
    // The method is looked for first: a file without one is an error even if the value has no text.
    let method = protocol::get_attribute(thread, file, name)?;
    let text = protocol::str(thread, value)?;
    protocol::call_positional(thread, method, &[text.value()])?;
    Ok(())
}

fn flush(thread: &mut Thread, file: Value) -> PyResult<()> {
    let name = FLUSH.get(thread);
    protocol::call_method(thread, file, name, &[])?;
    Ok(())
}

fn print(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [mut separator, mut end, mut file, mut flushes] = [None; 4];
    for (name, value) in args.by_name() {
        if name.is_str("sep") {
            separator = value.not_none();
        } else if name.is_str("end") {
            end = value.not_none();
        } else if name.is_str("file") {
            file = value.not_none();
        } else if name.is_str("flush") {
            flushes = Some(value);
        } else {
            return Err(thread.type_error(format_args!(
                "print() got an unexpected keyword argument '{name}'"
            )));
        }
    }
    let flushes = match flushes {
        Some(value) => protocol::is_true(thread, value)?,
        None => false,
    };
    let file = match file {
        Some(file) => file,
        None => {
            let Some(stdout) = of_sys(thread, "stdout") else {
                return Err(thread.runtime_error("lost sys.stdout"));
            };
            if stdout.is_none() {
                return Ok(none());
            }
            stdout
        }
    };
    for (value, what) in [(separator, "sep"), (end, "end")] {
        if let Some(value) = value
            && value.downcast::<Str>().is_none()
        {
            return Err(thread.type_error(format_args!(
                "{what} must be None or a string, not {}",
                value.class().name()
            )));
        }
    }
    static SPACE: Name = Name::new(" ");
    static NEWLINE: Name = Name::new("\n");
    let separator = separator.unwrap_or_else(|| SPACE.get(thread).value());
    for (index, &value) in args.by_position().iter().enumerate() {
        if index > 0 {
            write(thread, file, separator)?;
        }
        write(thread, file, value)?;
    }
    let end = end.unwrap_or_else(|| NEWLINE.get(thread).value());
    write(thread, file, end)?;
    if flushes {
        flush(thread, file)?;
    }
    Ok(none())
}

/// One of the standard streams, which must be there.
fn stream(thread: &Thread, name: &str) -> PyResult {
    of_sys(thread, name)
        .and_then(ValueExt::not_none)
        .ok_or_else(|| thread.runtime_error(format_args!("input(): lost sys.{name}")))
}

fn input(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [prompt] = args.unpack::<1>(thread, "input", 0)?;
    let stdin = stream(thread, "stdin")?;
    let stdout = stream(thread, "stdout")?;
    let stderr = stream(thread, "stderr")?;
    // Errors of flushing are nobody's concern, as in CPython.
    let _ = flush(thread, stderr);
    if let Some(prompt) = prompt {
        write(thread, stdout, prompt)?;
    }
    let _ = flush(thread, stdout);
    let name = READLINE.get(thread);
    let line = protocol::call_method(thread, stdin, name, &[])?;
    let Some(text) = line.downcast::<Str>() else {
        return Err(thread.type_error("object.readline() returned non-string"));
    };
    if text.is_empty() {
        return Err(thread.eof_error("EOF when reading a line"));
    }
    let all = text.text();
    let last = all.len() - 1;
    if all.at(last) == u32::from(b'\n') {
        let line = Str::try_from_text(thread, all.slice(0..last))?;
        return Ok(line.value());
    }
    Ok(line)
}

fn breakpoint(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let Some(hook) = of_sys(thread, "breakpointhook") else {
        return Err(thread.runtime_error("lost sys.breakpointhook"));
    };
    let was_watched = is_watched(thread);
    let result = protocol::call(thread, hook, args);
    answer(thread, was_watched, args, result)
}

/// Kept beside `print`: what a program that has no console sees of the signature.
static PRINT_DOC: &str = "print($module, /, *args, sep=' ', end='\\n', file=None, flush=False)\n--\n\nWrites the values to a file, by default sys.stdout.\n\n  sep\n    Between two values.\n  end\n    After the last.\n  file\n    Anything with a method write(str).\n  flush\n    Flush the file afterwards.";

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "breakpoint",
        breakpoint,
        "breakpoint($module, /, *args, **kws)\n--\n\nCalls sys.breakpointhook(*args, **kws), which by default enters the debugger.",
    ),
    Method::any(
        "input",
        input,
        "input($module, prompt='', /)\n--\n\nA line from standard input, without its newline. The prompt is written first.\n\nEOFError if there is none.",
    ),
    Method::any("print", print, PRINT_DOC),
];
