//! Start-up and end.
//!
//! Order: the world; the types' tables; the main thread; the types made ready, bases first; `sys` and `builtins`; import;
//! the standard streams; warnings, `site`. The end runs it backwards: threads, `atexit`, then, with the main thread alone, finalizers and the streams.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use grwl_heap::{HeapConfig, Pace};
use grwl_interpreter::frame::FrameStack;
use grwl_interpreter::generator::{self, State};
use grwl_interpreter::{Global, state};
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::world::{self, WorldConfig};
use grwl_object::{
    Buffer, Method, Name, PyResult, Raised, Ref, Str, Thread, Value, ValueExt, finalize, flags,
    intern, none, protocol, ready, types,
};
use grwl_settings::{Gil, HashSeed, Settings};
use grwl_threads::{Config, Mode};

use grwl_module_imp::import::import;

use crate::{leftover, modules, wire};

/// Bytes of the main thread's native stack: Python code that calls Python code through Rust needs some.
pub const STACK: usize = 64 << 20;

/// Gives every built-in type its functions. Before the first is made ready.
pub fn install_types() {
    grwl_types_class::install();
    grwl_types_number::install();
    grwl_types_text::install();
    grwl_types_bytes::install();
    grwl_types_exception::install();
    grwl_types_mapping::install();
    grwl_types_sequence::install();
    grwl_interpreter::install_types();
    modules::install();
}

/// Starts the world.
pub fn start_world(config: WorldConfig) {
    world::start(config);
    install_types();
    grwl_interpreter::frame::install();
    state::install();
    wire::install();
}

/// Makes all built-in types ready.
///
/// # Errors
/// `MemoryError`.
pub fn ready_types(thread: &mut Thread) -> PyResult<()> {
    for class in types::BUILTIN.iter().chain(types::ALL) {
        ready::ready(thread, class)?;
    }
    grwl_types_class::ready_types(thread)?;
    for class in grwl_interpreter::TYPES
        .iter()
        .chain(grwl_types_text::TYPES)
        .chain(grwl_types_bytes::TYPES)
        .chain(modules::TYPES.iter().copied().flatten())
    {
        ready::ready(thread, class)?;
    }
    Ok(())
}

/// How the world is set up by these settings.
///
/// # Errors
/// If a variable of the environment that sets a switch of grwl's holds nonsense.
pub fn world_config(settings: &Settings) -> Result<WorldConfig, String> {
    let mode = match settings.gil {
        Gil::Global => Mode::Global,
        Gil::ReadWrite => Mode::RwLock,
    };
    let threads = Config::new(mode)
        .stress_from_env()
        .map_err(|error| error.to_string())?;
    let heap = HeapConfig::default()
        .switches_from_env()
        .map_err(|error| error.to_string())?;
    Ok(WorldConfig {
        threads,
        heap,
        hash_key: hash_key(settings.hash_seed),
    })
}

fn hash_key(seed: HashSeed) -> (u64, u64) {
    match seed {
        HashSeed::Fixed(0) => (0, 0),
        HashSeed::Fixed(seed) => {
            // Any spreading of the seed will do (splitmix64).
            let mut state = u64::from(seed);
            let mut next = || {
                state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut z = state;
                z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
                z ^ z >> 31
            };
            (next(), next())
        }
        HashSeed::Random => {
            let mut bytes = [0u8; 16];
            // SAFETY: the buffer has this length. Should the system have no randomness, zeroes are a key too.
            unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
            let (a, b) = bytes.split_at(8);
            let word =
                |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("half of sixteen bytes"));
            (word(a), word(b))
        }
    }
}

/// A string of the system's.
pub(crate) fn os_string(thread: &mut Thread, text: &OsStr) -> PyResult {
    Ok(grwl_types_text::decode_filesystem(thread, text.as_bytes())?.value())
}

grwl_object::names! {
    PATH = "path";
    STDERR = "stderr";
    STDOUT = "stdout";
    FLUSH = "flush";
    SHUTDOWN = "_shutdown";
}

/// The interpreter's main thread, set up.
pub struct Main {
    stack: Option<FrameStack>,
}

impl Main {
    /// Gives the thread its frames.
    pub fn begin(thread: &mut Thread) -> Self {
        let stack = FrameStack::install(thread);
        thread.interpreter.ident = grwl_module_signal::state::ident();
        thread.recursion_left = grwl_module_sys::recursion_limit();
        Self { stack: Some(stack) }
    }

    /// Takes them away again.
    pub fn end(mut self, thread: &mut Thread) {
        if let Some(stack) = self.stack.take() {
            stack.remove(thread);
        }
    }
}

/// Most of what the start makes stays, so collections find little. Without any, it would leave holes that cost a small program a tenth more memory.
const AT_START: Pace = Pace::Bytes(3 << 20);

/// Sets up everything that a program needs.
///
/// # Errors
/// What importing raises.
pub fn start(thread: &mut Thread, settings: &Settings) -> PyResult<()> {
    thread.heap().set_pace(AT_START);
    let result = make_ready(thread, settings);
    // A `sitecustomize` may have set another one.
    if thread.heap().pace() == AT_START {
        thread.heap().set_pace(Pace::Usual);
    }
    result
}

fn make_ready(thread: &mut Thread, settings: &Settings) -> PyResult<()> {
    ready_types(thread)?;
    grwl_types_number::limit::set_max_str_digits(settings.int_max_str_digits as usize);
    grwl_module_builtins::configure(grwl_module_builtins::Settings {
        optimize: settings.optimize as u8,
        debug_ranges: !settings.no_debug_ranges,
    });
    grwl_module_imp::show_imports(settings.import_time as u8);
    grwl_module_io::configure(grwl_module_io::Settings {
        utf8_mode: settings.utf8_mode,
        warn_default_encoding: settings.warn_default_encoding,
    });
    if settings.dev_mode {
        grwl_types_text::codec::check_all_names();
    }
    if let Some(count) = settings.cpu_count {
        grwl_module_posix::system::set_cpu_count(count.into());
    }
    let sys = grwl_module_sys::create(thread, settings)?;
    let builtins = grwl_module_builtins::create(thread)?;
    let all = grwl_interpreter::modules_dict(thread)?;
    all.set_str(thread, intern(thread, "builtins"), builtins.value())?;
    modules::register();
    let native = grwl_module_imp::registry::names();
    let library: Vec<String> = grwl_stdlib::modules()
        .map(|module| module.name.to_owned())
        .filter(|name| !name.contains('.'))
        .collect();
    grwl_module_sys::set_module_names(thread, sys, &native, library.iter().map(String::as_str))?;
    set_path(thread, sys, settings)?;
    set_first_stderr(thread, sys)?;
    let config = grwl_module_imp::Config {
        check_hash_pycs: settings.check_hash_pycs,
        has_library: settings.stdlib.is_none() && settings.home.is_none(),
    };
    grwl_module_imp::start(thread, sys, &config)?;
    // The streams may be of any encoding.
    import(thread, "_codecs")?;
    import(thread, "encodings")?;
    set_streams(thread, sys, settings)?;
    grwl_module_builtins::set_open(thread)?;
    import(thread, "_warnings")?;
    import(thread, "_signal")?;
    let main = Module::new(thread, intern(thread, "__main__"), None)?;
    main.add(thread, "__builtins__", builtins.value())?;
    let all = grwl_interpreter::modules_dict(thread)?;
    all.set_str(thread, intern(thread, "__main__"), main.value())?;
    state::set(Global::Main, main.value());
    if !settings.warnoptions.is_empty() {
        import(thread, "warnings")?;
    }
    if settings.faulthandler {
        grwl_module_faulthandler::enable_at_start(thread);
    }
    if !settings.no_site {
        import(thread, "site")?;
    }
    Ok(())
}

/// `sys.path`, but for the program's own folder: `PYTHONPATH`, then the library.
fn set_path(thread: &mut Thread, sys: Ref<Module>, settings: &Settings) -> PyResult<()> {
    let path = List::new(thread);
    if let Some(folders) = &settings.python_path {
        for folder in folders.as_bytes().split(|&byte| byte == b':') {
            let folder = os_string(thread, OsStr::from_bytes(folder))?;
            path.push(thread, folder)?;
        }
    }
    let library = match (&settings.stdlib, &settings.home) {
        (Some(folder), _) => os_string(thread, folder)?,
        (None, Some(home)) => {
            let mut folder = home.clone();
            folder.push("/");
            folder.push(&settings.platlibdir);
            folder.push("/python3.14");
            os_string(thread, &folder)?
        }
        (None, None) => Str::new(thread, grwl_module_imp::library::DIRECTORY).value(),
    };
    path.push(thread, library)?;
    sys.add(thread, "_stdlib_dir", library)?;
    sys.add(thread, PATH.text(), path.value())
}

/// Until there are streams, messages (of `-v`, say) are written to the descriptor.
fn set_first_stderr(thread: &mut Thread, sys: Ref<Module>) -> PyResult<()> {
    static FUNCTIONS: &[Method] = &[
        Method::one(
            "write",
            |thread, _, text| {
                let text = protocol::str(thread, text)?;
                eprint!("{}", text.to_rust_lossy());
                Ok(grwl_object::int::from_usize(thread, text.len()))
            },
            "write($module, text, /)\n--\n\nWrite a text.",
        ),
        Method::no_arguments(
            "flush",
            |_, _| Ok(none()),
            "flush($module, /)\n--\n\nNothing is kept back.",
        ),
    ];
    let name = intern(thread, "stderr");
    let printer = Module::new(thread, name, None)?;
    printer.add_functions(thread, FUNCTIONS)?;
    sys.add(thread, "stderr", printer.value())
}

fn set_streams(thread: &mut Thread, sys: Ref<Module>, settings: &Settings) -> PyResult<()> {
    let encoding = settings.stdio_encoding.to_string_lossy().into_owned();
    let errors = settings.stdio_errors.to_string_lossy().into_owned();
    let streams =
        grwl_module_io::standard_streams(thread, &encoding, &errors, settings.unbuffered)?;
    let names = [
        ("stdin", "__stdin__"),
        ("stdout", "__stdout__"),
        ("stderr", "__stderr__"),
    ];
    for ((name, original), stream) in names.into_iter().zip(streams) {
        sys.add(thread, name, stream)?;
        sys.add(thread, original, stream)?;
    }
    Ok(())
}

/// Ends the program: waits for its threads, runs what was registered with `atexit`, flushes the streams. Returns the status of the process.
pub fn finish(thread: &mut Thread, status: i32) -> i32 {
    if let Err(raised) = wait_for_threads(thread) {
        unraisable(thread, raised, "Exception ignored on threading shutdown");
    }
    grwl_module_atexit::run(thread);
    let streams = standard_streams(thread);
    grwl_module_io::exit::without_writers(thread, &streams, finalize::begin_end);
    grwl_module_signal::state::end();
    let is_well = flush(thread);
    let kept = leftover::of_other_threads(thread);
    finalize::run_rest(thread, |value| {
        has_visible_finalizer(value) && !kept.contains(value)
    });
    // What a finalizer may have left for the next safepoint.
    while let Err(raised) = thread.poll() {
        unraisable(thread, raised, "Exception ignored at interpreter shutdown");
    }
    grwl_module_io::exit::flush_all(thread);
    if flush(thread) && is_well {
        status
    } else {
        120
    }
}

/// `sys.stdout` and `sys.stderr`, and what these were at start-up.
fn standard_streams(thread: &mut Thread) -> Buffer {
    let mut streams = Buffer::new();
    for name in ["stdout", "stderr", "__stdout__", "__stderr__"] {
        let name = intern(thread, name);
        if let Some(stream) = grwl_interpreter::sys_dict(thread).get_str(name)
            && !streams.contains(&stream)
        {
            // Out of memory: it is not waited for.
            let _ = streams.push(thread, stream);
        }
    }
    streams
}

/// Would a program notice that the finalizer does not run? Files are dealt with after all others.
fn has_visible_finalizer(value: Value) -> bool {
    if value.class().has_flag(flags::HEAP) {
        return true;
    }
    match generator::as_generator(value).map(|generator| generator.state()) {
        Some(State::Suspended | State::Delegating) => true,
        // Was it never awaited?
        Some(State::Created) => generator::as_generator(value).is_some_and(|it| it.is_coroutine()),
        Some(State::Running | State::Finished) | None => false,
    }
}

fn wait_for_threads(thread: &mut Thread) -> PyResult<()> {
    let modules = grwl_interpreter::modules_dict(thread)?;
    match modules.get_str(intern(thread, "threading")) {
        Some(threading) => {
            let name = SHUTDOWN.get(thread);
            protocol::call_method(thread, threading, name, &[]).map(|_| ())
        }
        None => {
            grwl_module_thread::join_all(thread);
            Ok(())
        }
    }
}

fn unraisable(thread: &mut Thread, raised: Raised, what: &str) {
    grwl_module_sys::unraisable_hook(thread, raised, what, None);
}

/// Flushes standard output and error. False: output was lost.
fn flush(thread: &mut Thread) -> bool {
    let mut is_well = true;
    for name in [&STDOUT, &STDERR] {
        let stream = grwl_interpreter::sys_dict(thread).get_str(name.get(thread));
        let Some(stream) = stream.and_then(ValueExt::not_none) else {
            continue;
        };
        if is_closed(thread, stream) {
            continue;
        }
        let method = FLUSH.get(thread);
        if let Err(raised) = protocol::call_method(thread, stream, method, &[]) {
            if std::ptr::eq(name, &STDOUT) {
                unraisable(
                    thread,
                    raised,
                    "Exception ignored while flushing sys.stdout",
                );
            }
            is_well = false;
        }
    }
    is_well
}

fn is_closed(thread: &mut Thread, stream: Value) -> bool {
    static CLOSED: Name = Name::new("closed");
    let name = CLOSED.get(thread);
    match protocol::find_attribute(thread, stream, name) {
        Ok(Some(closed)) => protocol::is_true(thread, closed).unwrap_or(false),
        _ => false,
    }
}
