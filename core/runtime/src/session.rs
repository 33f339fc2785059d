//! A plain interactive session: reads a statement, runs it, shows its value. The reading is `code.InteractiveConsole`'s, of the library;
//! what is added here is that the lines of a statement are known to tracebacks, though they are in no file.

use std::sync::atomic::{AtomicBool, Ordering};

use grwl_interpreter::{Global, state};
use grwl_object::function::BuiltinFunction;
use grwl_object::module::Module;
use grwl_object::{
    Args, Method, Name, PyResult, Raised, Ref, Str, Thread, Tuple, Value, ValueExt, intern, none,
    protocol, types,
};
use grwl_settings::Settings;

use grwl_module_imp::import::import;

grwl_object::names! {
    BUFFER = "buffer";
    FLUSH = "flush";
    COMPILE = "compile";
    COMPILER_PART = "compiler";
    CONSOLE = "InteractiveConsole";
    INTERACT = "interact";
    PS2 = "ps2";
    RAW_INPUT = "raw_input";
    READ = "readline";
    STDERR = "stderr";
    STDIN = "stdin";
    STDOUT = "stdout";
    WRITE = "write";
    REGISTER = "_register_code";
}

/// What the console compiles statements with. Its receiver is a pair: the compiler, and what makes lines known.
static COMPILER: Method = Method::any(
    "compile",
    compile,
    "compile($self, source, filename, symbol, /)\n--\n\nThe code of a statement, or None if there must be more of it.",
);

fn compile(thread: &mut Thread, receiver: Value, args: Args<'_>) -> PyResult {
    let Some(pair) = receiver.downcast::<Tuple>() else {
        return Err(thread.system_error("the compiler of a session lacks its parts"));
    };
    let (compiler, register) = (pair.at(0), pair.at(1));
    let code = match protocol::call(thread, compiler, args) {
        Err(raised) if raised.matches(&types::SYNTAX_ERROR) => {
            compile_line(thread, compiler, args).map_err(|other| other.unwrap_or(raised))?
        }
        Ok(code) if code.is_none() && AT_END.load(Ordering::Relaxed) => {
            compile_line(thread, compiler, args).map_err(|other| {
                other.unwrap_or_else(|| thread.system_error("a statement is a string"))
            })?
        }
        done => done?,
    };
    if let (&[source, filename, ..], false) = (args.by_position(), code.is_none()) {
        // The newline that was typed behind it is one of its lines.
        let source = match source.downcast::<Str>().and_then(Ref::<Str>::to_rust) {
            Some(source) => Str::new(thread, &format!("{source}\n")).value(),
            None => source,
        };
        protocol::call_positional(thread, register, &[code, source, filename])?;
    }
    Ok(code)
}

/// Compiles a statement that is wrong with the newline that was typed behind it: without, places in the error differ. `None`: the error is
/// as it was.
fn compile_line(
    thread: &mut Thread,
    compiler: Value,
    args: Args<'_>,
) -> Result<Value, Option<Raised>> {
    let [source, filename, symbol] = *args.by_position() else {
        return Err(None);
    };
    let Some(source) = source.downcast::<Str>().and_then(Ref::<Str>::to_rust) else {
        return Err(None);
    };
    let compiler = attribute(thread, compiler, &COMPILER_PART)?;
    let line = Str::new(thread, &format!("{source}\n")).value();
    let names = [intern(thread, "incomplete_input").value()];
    let names = Tuple::try_new(thread, &names)?;
    let values = [line, filename, symbol, grwl_object::singleton::bool(false)];
    Ok(protocol::call(
        thread,
        compiler,
        Args::new(&values, Some(names)),
    )?)
}

/// How the console reads a line where nobody sits at a terminal. Its receiver is the console.
static READ_LINE: Method = Method::any(
    "raw_input",
    read_line,
    "raw_input($self, prompt='', /)\n--\n\nReads a line; the prompt goes to sys.stderr.",
);

/// Has the input ended? Then what was typed is the whole statement: it is run, or it is wrong.
static AT_END: AtomicBool = AtomicBool::new(false);

/// As CPython's tokenizer reads: the end of the input ends a statement, and a line that it cuts off is followed by an empty one.
fn read_line(thread: &mut Thread, console: Value, args: Args<'_>) -> PyResult {
    if let Some(&prompt) = args.by_position().first() {
        // `input` does so.
        let sys = import(thread, "sys")?;
        if let Ok(stdout) = attribute(thread, sys, &STDOUT) {
            let name = FLUSH.get(thread);
            let _ = protocol::call_method(thread, stdout, name, &[]);
        }
        show(thread, prompt);
    }
    let line = match next_line(thread) {
        Ok(line) => line,
        // A stream that was closed has ended.
        Err(raised) if raised.matches(&types::OS_ERROR) || raised.matches(&types::VALUE_ERROR) => {
            String::new()
        }
        Err(raised) => return Err(raised),
    };
    if let Some(line) = line.strip_suffix('\n') {
        return Ok(Str::new(thread, line).value());
    }
    AT_END.store(true, Ordering::Relaxed);
    if line.is_empty() {
        let buffer = attribute(thread, console, &BUFFER)?;
        if protocol::length(thread, buffer)? == 0 {
            return Err(thread.raise(&types::EOF_ERROR, ""));
        }
    } else {
        let sys = import(thread, "sys")?;
        if let Ok(prompt) = attribute(thread, sys, &PS2) {
            show(thread, prompt);
        }
    }
    let newline = intern(thread, "\n").value();
    show(thread, newline);
    Ok(Str::new(thread, &line).value())
}

/// A line of `sys.stdin` with its newline; nothing at the end.
fn next_line(thread: &mut Thread) -> PyResult<String> {
    let sys = import(thread, "sys")?;
    let stdin = attribute(thread, sys, &STDIN)?;
    let name = READ.get(thread);
    let line = protocol::call_method(thread, stdin, name, &[])?;
    match line.downcast::<Str>() {
        Some(line) => Ok(line.to_rust_lossy()),
        None => Err(thread.type_error("object.readline() returned non-string")),
    }
}

/// Writes to `sys.stderr`. A prompt that cannot be shown keeps nobody from reading.
fn show(thread: &mut Thread, text: Value) {
    let Ok(sys) = import(thread, "sys") else {
        return;
    };
    if let (Ok(stderr), Ok(text)) = (attribute(thread, sys, &STDERR), protocol::str(thread, text)) {
        for (name, args) in [(&WRITE, &[text.value()][..]), (&FLUSH, &[])] {
            let name = name.get(thread);
            let _ = protocol::call_method(thread, stderr, name, args);
        }
    }
}

/// Are both ends of the conversation a terminal? Then the prompt belongs to `input`.
fn is_at_terminal() -> bool {
    // SAFETY: plain questions about descriptors.
    unsafe { libc::isatty(0) == 1 && libc::isatty(1) == 1 }
}

/// Runs a session in `__main__`.
///
/// # Errors
/// What importing the module `code` raises, and `SystemExit`.
pub fn run(thread: &mut Thread, settings: &Settings) -> PyResult<()> {
    let module = import(thread, "code")?;
    let class = attribute(thread, module, &CONSOLE)?;
    let globals = match state::get(Global::Main).and_then(|main| main.downcast::<Module>()) {
        Some(main) => main.dict(thread)?.value(),
        None => none(),
    };
    let filename = intern(thread, "<stdin>").value();
    let console = protocol::call_positional(thread, class, &[globals, filename])?;
    let lines = import(thread, "linecache")?;
    let register = attribute(thread, lines, &REGISTER)?;
    let compiler = attribute(thread, console, &COMPILE)?;
    let pair = Tuple::try_new(thread, &[compiler, register])?.value();
    let compiler = BuiltinFunction::new(thread, &COMPILER, Some(pair), None).value();
    let name = COMPILE.get(thread);
    protocol::set_attribute(thread, console, name, compiler)?;
    if !is_at_terminal() {
        let read = BuiltinFunction::new(thread, &READ_LINE, Some(console), None).value();
        let name = RAW_INPUT.get(thread);
        protocol::set_attribute(thread, console, name, read)?;
    }
    let banner = if settings.quiet {
        String::new()
    } else {
        format!(
            "Python {} on linux\nType \"help\", \"copyright\", \"credits\" or \"license\" for more information.",
            grwl_settings::help::SYS_VERSION
        )
    };
    let banner = Str::new(thread, &banner).value();
    let empty = Str::empty().value();
    let name = INTERACT.get(thread);
    protocol::call_method(thread, console, name, &[banner, empty])?;
    Ok(())
}

fn attribute(thread: &mut Thread, object: Value, name: &Name) -> PyResult {
    let name = name.get(thread);
    protocol::get_attribute(thread, object, name)
}
