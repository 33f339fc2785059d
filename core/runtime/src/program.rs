//! Running the program that the command line names.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;

use grwl_frontend::Mode;
use grwl_interpreter::{Code, Function, Global, classes, state};
use grwl_module_builtins::compile::{Source, compile_source, default_options};
use grwl_object::dict::Dict;
use grwl_object::errors::SyntaxPlace;
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::{
    Name, PyResult, Raised, Ref, Str, Thread, Value, ValueExt, intern, none, protocol, types,
};
use grwl_settings::{Program, Settings};

use crate::start::os_string;
use grwl_module_imp::import::import;

/// Runs the program; returns the status of the process.
pub fn run(thread: &mut Thread, settings: &Settings) -> i32 {
    crate::memory::begin();
    let result = match &settings.program {
        Program::Command(text) => run_command(thread, settings, text),
        Program::Module(name) => run_module(thread, name),
        Program::File(file) => run_file(thread, settings, file),
        Program::Stdin => run_stdin(thread, settings),
    };
    let session_follows = settings.inspect && !matches!(settings.program, Program::Stdin);
    let status = match result {
        Ok(()) => 0,
        Err(raised) if raised.matches(&types::SYSTEM_EXIT) && session_follows => {
            show(thread, raised);
            1
        }
        Err(raised) => report(thread, raised),
    };
    if !session_follows {
        return status;
    }
    // The session decides the status.
    let quiet = Settings {
        quiet: true,
        ..settings.clone()
    };
    match crate::session::run(thread, &quiet) {
        Ok(()) => 0,
        Err(raised) => report(thread, raised),
    }
}

/// Shows an exception that nobody handled, by `sys.excepthook`. The status of the process.
pub fn report(thread: &mut Thread, raised: Raised) -> i32 {
    if raised.matches(&types::SYSTEM_EXIT) {
        return grwl_module_sys::exit_status(thread, raised);
    }
    if let Some(status) = show(thread, raised) {
        return status;
    }
    if raised.matches(&types::KEYBOARD_INTERRUPT) {
        INTERRUPTED
    } else {
        1
    }
}

/// Shows an exception by `sys.excepthook`. A status, if the hook raises `SystemExit`.
fn show(thread: &mut Thread, raised: Raised) -> Option<i32> {
    static HOOK: Name = Name::new("excepthook");
    let traceback = raised.exception().traceback();
    let traceback = traceback.map_or_else(none, |traceback| traceback.value());
    for name in ["last_exc", "last_value"] {
        let sys = grwl_interpreter::sys_dict(thread);
        let name = intern(thread, name);
        let _ = sys.set_str(thread, name, raised.0);
    }
    let hook = grwl_interpreter::sys_dict(thread).get_str(HOOK.get(thread));
    match hook {
        Some(hook) => {
            let class = raised.0.class().value();
            let result = protocol::call_positional(thread, hook, &[class, raised.0, traceback]);
            if let Err(second) = result {
                if second.matches(&types::SYSTEM_EXIT) {
                    return Some(grwl_module_sys::exit_status(thread, second));
                }
                eprintln!("Error in sys.excepthook:");
                let _ = grwl_module_sys::print_exception(thread, second.0, none());
                eprintln!("\nOriginal exception was:");
                let _ = grwl_module_sys::print_exception(thread, raised.0, traceback);
            }
        }
        None => {
            eprintln!("sys.excepthook is missing");
            let _ = grwl_module_sys::print_exception(thread, raised.0, traceback);
        }
    }
    None
}

/// The status that says: the process ends as if by `SIGINT`.
pub const INTERRUPTED: i32 = 128 + libc::SIGINT;

fn main_dict(thread: &mut Thread) -> PyResult<Ref<Dict>> {
    match state::get(Global::Main).and_then(|main| main.downcast::<Module>()) {
        Some(main) => main.dict(thread),
        None => Err(thread.system_error("there is no __main__")),
    }
}

/// Puts a folder at the beginning of `sys.path`.
fn prepend_path(thread: &mut Thread, folder: Value) -> PyResult<()> {
    let path = grwl_interpreter::sys_dict(thread).get_str(intern(thread, "path"));
    match path.and_then(|path| path.downcast::<List>()) {
        Some(path) => path.insert(thread, 0, folder),
        None => Ok(()),
    }
}

fn run_code(thread: &mut Thread, code: Ref<Code>) -> PyResult<()> {
    let globals = main_dict(thread)?;
    let function = Function::new(thread, code, globals, None)?;
    // What start-up and the compiler needed is not needed any more.
    grwl_module_imp::image::release_all();
    classes::run_in(thread, function, globals.value())?;
    Ok(())
}

fn run_command(thread: &mut Thread, settings: &Settings, text: &OsStr) -> PyResult<()> {
    if !settings.safe_path {
        let folder = Str::empty().value();
        prepend_path(thread, folder)?;
    }
    set_builtin_loader(thread)?;
    let text = os_string(thread, text)?;
    let Some(text) = text.downcast::<Str>() else {
        return Err(thread.system_error("a command is a string"));
    };
    if let Err(raised) = grwl_types_text::codec::to_utf8(thread, text) {
        eprintln!("Unable to decode the command from the command line:");
        return Err(raised);
    }
    let mut source = dedented(&text.to_string());
    source.push('\n');
    let text = Str::new(thread, &source).value();
    let source = Source::Text(source);
    let filename = intern(thread, "<string>");
    let code = compile_source(thread, source, filename, Mode::Exec, &default_options())?;
    keep_lines(thread, code.value(), text, filename.value())?;
    run_code(thread, code)
}

/// A command without the indentation that all its lines share; lines of nothing but space become empty.
fn dedented(text: &str) -> String {
    fn is_blank(line: &str) -> bool {
        line.trim_matches([' ', '\t']).is_empty()
    }
    let mut shared: Option<&str> = None;
    for line in text.split('\n').filter(|line| !is_blank(line)) {
        let own = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        let common = shared.map_or(own.len(), |shared| {
            let pairs = shared.bytes().zip(own.bytes());
            pairs.take_while(|(a, b)| a == b).count()
        });
        shared = Some(&own[..common]);
    }
    let skip = shared.map_or(0, str::len);
    if skip == 0 {
        return text.to_owned();
    }
    let lines: Vec<&str> = text
        .split('\n')
        .map(|line| if is_blank(line) { "" } else { &line[skip..] })
        .collect();
    lines.join("\n")
}

/// Lets tracebacks show the lines of a source that lies in no file. A library that cannot do so does without.
fn keep_lines(thread: &mut Thread, code: Value, text: Value, filename: Value) -> PyResult<()> {
    static REGISTER: Name = Name::new("_register_code");
    let Ok(cache) = import(thread, "linecache") else {
        return Ok(());
    };
    let name = REGISTER.get(thread);
    if let Some(register) = protocol::find_attribute(thread, cache, name)? {
        protocol::call_positional(thread, register, &[code, text, filename])?;
    }
    Ok(())
}

fn run_module(thread: &mut Thread, name: &OsStr) -> PyResult<()> {
    static RUN: Name = Name::new("_run_module_as_main");
    let folder = current_folder(thread)?;
    prepend_path(thread, folder)?;
    let runpy = import(thread, "runpy")?;
    let name = os_string(thread, name)?;
    let run = RUN.get(thread);
    let run = protocol::get_attribute(thread, runpy, run)?;
    protocol::call_positional(thread, run, &[name, grwl_object::singleton::bool(true)])?;
    Ok(())
}

fn current_folder(thread: &mut Thread) -> PyResult {
    match std::env::current_dir() {
        Ok(folder) => os_string(thread, folder.as_os_str()),
        Err(_) => Ok(Str::empty().value()),
    }
}

/// The name of the process for messages: as it was called.
fn program_name(settings: &Settings) -> String {
    let name = settings.orig_argv.first();
    name.map_or_else(
        || "grwl".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

fn run_file(thread: &mut Thread, settings: &Settings, file: &OsStr) -> PyResult<()> {
    let path = std::path::Path::new(file);
    if path.is_dir() || is_archive(path) {
        return run_package(thread, file);
    }
    let here = std::env::current_dir().unwrap_or_default();
    let full = settings
        .script_path(&here)
        .unwrap_or_else(|| file.to_owned());
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let errno = error.raw_os_error().unwrap_or(0);
            // Perhaps a folder in an archive.
            if errno == libc::ENOTDIR && has_importer(thread, file)? {
                return run_package(thread, file);
            }
            let shown = os_string(thread, &full)?;
            let shown = protocol::repr(thread, shown)?;
            eprintln!(
                "{}: can't open file {shown}: [Errno {errno}] {}",
                program_name(settings),
                grwl_object::errors::strerror(errno)
            );
            let status = Value::small(2);
            return Err(thread.raise_with(&types::SYSTEM_EXIT, &[status]));
        }
    };
    if !settings.safe_path {
        let folder = std::fs::canonicalize(path).ok();
        let folder = folder.as_deref().and_then(std::path::Path::parent);
        let folder = match folder {
            Some(folder) => os_string(thread, folder.as_os_str())?,
            None => Str::empty().value(),
        };
        prepend_path(thread, folder)?;
    }
    let filename = os_string(thread, &full)?;
    let globals = main_dict(thread)?;
    globals.set_str(thread, intern(thread, "__file__"), filename)?;
    globals.set_str(thread, intern(thread, "__cached__"), none())?;
    let is_compiled = full.as_bytes().ends_with(b".pyc");
    set_loader(thread, globals, filename, is_compiled)?;
    let code = if is_compiled {
        compiled_code(thread, &bytes)?
    } else {
        compile_file(thread, settings, bytes, filename)?
    };
    run_code(thread, code)
}

/// `__main__.__loader__` of what comes from no file.
fn set_builtin_loader(thread: &mut Thread) -> PyResult<()> {
    static IMPORTER: Name = Name::new("BuiltinImporter");
    let Some(importlib) = state::get(Global::Importlib) else {
        return Ok(());
    };
    let name = IMPORTER.get(thread);
    let loader = protocol::get_attribute(thread, importlib, name)?;
    let globals = main_dict(thread)?;
    globals.set_str(thread, intern(thread, "__loader__"), loader)
}

/// `__main__.__loader__`: so that `inspect` and tracebacks find the source.
fn set_loader(
    thread: &mut Thread,
    globals: Ref<Dict>,
    filename: Value,
    is_compiled: bool,
) -> PyResult<()> {
    static LOADER: Name = Name::new("SourceFileLoader");
    static SOURCELESS: Name = Name::new("SourcelessFileLoader");
    let Some(external) = state::get(Global::ImportlibExternal) else {
        return Ok(());
    };
    let name = if is_compiled { &SOURCELESS } else { &LOADER }.get(thread);
    let class = protocol::get_attribute(thread, external, name)?;
    let main = intern(thread, "__main__").value();
    let loader = protocol::call_positional(thread, class, &[main, filename])?;
    globals.set_str(thread, intern(thread, "__loader__"), loader)
}

fn compile_file(
    thread: &mut Thread,
    settings: &Settings,
    mut bytes: Vec<u8>,
    filename: Value,
) -> PyResult<Ref<Code>> {
    if settings.skip_first_line {
        // The line stays, empty, so that numbers are right.
        let end = bytes.iter().position(|&byte| byte == b'\n');
        bytes.drain(..end.unwrap_or(bytes.len()));
    }
    compile_source_file(thread, bytes, filename)
}

fn compile_source_file(
    thread: &mut Thread,
    bytes: Vec<u8>,
    filename: Value,
) -> PyResult<Ref<Code>> {
    let Some(filename) = filename.downcast::<Str>() else {
        return Err(thread.system_error("a file name is a string"));
    };
    if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
        return Err(null_byte(thread, &bytes[..at], filename));
    }
    let source = Source::Bytes(bytes);
    compile_source(thread, source, filename, Mode::Exec, &default_options())
        .inspect_err(|raised| grwl_module_builtins::syntax::source_is_in_file(thread, raised))
}

/// The error of a file with a null byte, which comes after `before`.
#[cold]
fn null_byte(thread: &Thread, before: &[u8], filename: Ref<Str>) -> Raised {
    let line = before.split(|&byte| byte == b'\n').next_back();
    let text = String::from_utf8_lossy(line.unwrap_or_default());
    let place = SyntaxPlace {
        filename: Some(filename.value()),
        line: before.iter().filter(|&&byte| byte == b'\n').count() as i64 + 1,
        offset: 0,
        text: Some(Str::new(thread, &text).value()),
        end: None,
    };
    let message = "source code cannot contain null bytes";
    thread.syntax_error(&types::SYNTAX_ERROR, message, place)
}

/// The code in a `.pyc` file.
fn compiled_code(thread: &mut Thread, bytes: &[u8]) -> PyResult<Ref<Code>> {
    let Some(body) = bytes.get(16..) else {
        return Err(thread.raise(&types::EOF_ERROR, "marshal data too short"));
    };
    grwl_module_marshal::load_code(thread, body)
}

fn is_archive(path: &std::path::Path) -> bool {
    let mut start = [0; 4];
    std::fs::File::open(path)
        .and_then(|mut file| file.read_exact(&mut start))
        .is_ok_and(|()| start == *b"PK\x03\x04")
}

/// Can modules be imported from a path?
fn has_importer(thread: &mut Thread, path: &OsStr) -> PyResult<bool> {
    static GET: Name = Name::new("get_importer");
    let path = os_string(thread, path)?;
    let pkgutil = import(thread, "pkgutil")?;
    let name = GET.get(thread);
    let importer = protocol::call_method(thread, pkgutil, name, &[path])?;
    Ok(!importer.is_none())
}

/// A folder or an archive with a `__main__.py`.
fn run_package(thread: &mut Thread, path: &OsStr) -> PyResult<()> {
    static RUN: Name = Name::new("_run_module_as_main");
    let folder = os_string(thread, path)?;
    prepend_path(thread, folder)?;
    let runpy = import(thread, "runpy")?;
    let run = RUN.get(thread);
    let run = protocol::get_attribute(thread, runpy, run)?;
    let main = intern(thread, "__main__").value();
    protocol::call_positional(thread, run, &[main, grwl_object::singleton::bool(false)])?;
    Ok(())
}

/// Runs the file that PYTHONSTARTUP names, in `__main__`. What goes wrong in it is shown, and the session begins.
///
/// # Errors
/// `SystemExit`
fn run_startup(thread: &mut Thread, settings: &Settings) -> PyResult<()> {
    let Some(path) = settings.startup.as_deref().filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let filename = os_string(thread, path)?;
    grwl_object::audit::audit(thread, "cpython.run_startup", &[filename])?;
    let done = match std::fs::read(path) {
        Ok(bytes) => {
            compile_source_file(thread, bytes, filename).and_then(|code| run_code(thread, code))
        }
        Err(error) => {
            eprintln!("Could not open PYTHONSTARTUP");
            Err(thread.io_error(&error, Some(filename)))
        }
    };
    match done {
        Err(raised) if !raised.matches(&types::SYSTEM_EXIT) => {
            show(thread, raised);
            Ok(())
        }
        done => done,
    }
}

fn run_stdin(thread: &mut Thread, settings: &Settings) -> PyResult<()> {
    if !settings.safe_path {
        let folder = Str::empty().value();
        prepend_path(thread, folder)?;
    }
    set_builtin_loader(thread)?;
    // SAFETY: a plain question about a descriptor.
    let is_terminal = unsafe { libc::isatty(0) } == 1;
    if is_terminal || settings.interactive {
        run_startup(thread, settings)?;
        return crate::session::run(thread, settings);
    }
    let mut bytes = Vec::new();
    let read = thread.safe(|| std::io::stdin().read_to_end(&mut bytes));
    if let Err(error) = read {
        return Err(thread.io_error(&error, None));
    }
    let filename = Str::new(thread, "<stdin>").value();
    let code = compile_file(thread, settings, bytes, filename)?;
    run_code(thread, code)
}
