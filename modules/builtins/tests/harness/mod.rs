//! A runtime for tests: the built-in types, `builtins`, `sys`, importing. What importlib needs and has no package of its own yet is
//! stood in for by a few lines of Python.

use std::ffi::OsString;

use grwl_frontend::{Mode, Options};
use grwl_heap::HeapConfig;
use grwl_interpreter::{ClosureCell, Code, frame};
use grwl_module_imp::{registry, run::run_module};
use grwl_object::class;
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::world::WorldConfig;
use grwl_object::{
    Method, PyResult, Ref, Str, Thread, Value, ValueExt, intern, none, protocol, ready,
};
use grwl_settings::{Environment, Settings};
use grwl_threads::{Config, Mode as ThreadMode};

const THREAD: &str = "
class RLock:
    def acquire(self, blocking=True, timeout=-1): return True
    def release(self): pass
    def __enter__(self): return True
    def __exit__(self, *args): pass
def allocate_lock(): return RLock()
def get_ident(): return 1
";

const WARNINGS: &str = "
def warn(*args, **keywords): pass
seen = []
raises = False
def warn_explicit(message, category, filename, lineno, module=None, registry=None):
    if raises: raise category(message)
    seen.append((str(message), category.__name__, filename, lineno))
";

const WEAKREF: &str = "

def _remove_dead_weakref(d, key): d.pop(key, None)
";

const IO: &str = "
import posix
class _File:
    def __init__(self, path, mode='rb'):
        fd = posix.open(path, posix.O_RDONLY)
        self.data = b''
        while True:
            chunk = posix.read(fd, 1 << 16)
            if not chunk: break
            self.data += chunk
        posix.close(fd)
    def read(self): return self.data
    def __enter__(self): return self
    def __exit__(self, *args): pass
FileIO = _File
open_code = _File
";

/// A module of Python source.
fn from_source(thread: &mut Thread, name: &str, source: &str) -> PyResult<Ref<Module>> {
    let text = intern(thread, name);
    let module = Module::new(thread, text, None)?;
    let dict = module.dict(thread)?;
    run_source(thread, source, name, dict)?;
    Ok(module)
}

/// Runs source text in a dict.
pub fn run_source(thread: &mut Thread, source: &str, name: &str, dict: Ref<Dict>) -> PyResult<()> {
    let done = grwl_frontend::compile(source, name, Mode::Exec, &Options::default());
    let code = done.result.map_err(|error| {
        let name = Str::new(thread, name);
        grwl_module_builtins::syntax::raise(thread, &error, name)
    })?;
    let code = Code::from_frontend(thread, &code)?;
    run_module(thread, code, dict)
}

fn warnings(thread: &mut Thread) -> PyResult<Ref<Module>> {
    from_source(thread, "_warnings", WARNINGS)
}
fn lock(thread: &mut Thread) -> PyResult<Ref<Module>> {
    from_source(thread, "_thread", THREAD)
}
fn io(thread: &mut Thread) -> PyResult<Ref<Module>> {
    from_source(thread, "_io", IO)
}
fn weakref(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let module = from_source(thread, "_weakref", WEAKREF)?;
    let class = Ref::from_static(&grwl_object::types::WEAK_REFERENCE).value();
    module.add(thread, "ref", class)?;
    Ok(module)
}

fn write(_thread: &mut Thread, _module: Value, text: Value) -> PyResult {
    let text = text
        .downcast::<Str>()
        .map(Ref::<Str>::to_rust_lossy)
        .unwrap_or_default();
    print!("{text}");
    Ok(none())
}
static WRITE: [Method; 1] = [Method::one("write", write, "write")];

fn set_cell(thread: &mut Thread, cell: Value, value: Value) -> bool {
    match cell.downcast_exact::<ClosureCell>() {
        Some(cell) => {
            thread.store(cell, &cell.contents, Some(value));
            true
        }
        None => false,
    }
}

fn caller_module(thread: &mut Thread) -> PyResult<Option<Value>> {
    let globals = grwl_module_builtins::namespace::caller_globals(thread);
    let name = intern(thread, "__name__");
    Ok(globals.and_then(|globals| globals.get_str(name)))
}

/// `super()` in the words of the running function: its cell `__class__` and its first argument.
fn super_arguments(thread: &mut Thread) -> PyResult<(Value, Value)> {
    let wrong = |thread: &Thread| thread.runtime_error("super(): no arguments");
    let Some(frame) = frame::current(thread) else {
        return Err(wrong(thread));
    };
    // SAFETY: the topmost frame is alive and has the slots of its code.
    let (code, first) = unsafe { (frame.as_ref().code, frame::slot(frame.as_ptr(), 0)) };
    for index in 0..code.nlocalsplus as usize {
        if code.local_name(index).is_str("__class__") {
            // SAFETY: as above.
            let cell = unsafe { frame::slot(frame.as_ptr(), index) };
            let class = cell
                .and_then(frame::cell_contents)
                .and_then(|cell| cell.load());
            let first = first.map(|value| {
                frame::cell_contents(value)
                    .and_then(|cell| cell.load())
                    .unwrap_or(value)
            });
            if let (Some(class), Some(first)) = (class, first) {
                return Ok((class, first));
            }
        }
    }
    Err(wrong(thread))
}

/// Runs `act` in a started runtime. What it raises is shown, and fails.
pub fn with_runtime(act: impl FnOnce(&mut Thread) -> PyResult<()>) {
    grwl_module_imp::install();
    grwl_module_posix::install();
    grwl_runtime::start::start_world(WorldConfig {
        threads: Config::new(ThreadMode::RwLock).stress_from_env().unwrap(),
        heap: HeapConfig::default().switches_from_env().unwrap(),
        hash_key: (1, 2),
    });
    class::on_interpreter(class::Hooks {
        function_type: &grwl_interpreter::FUNCTION,
        set_cell,
        caller_module,
        import: grwl_module_imp::import::import,
        super_arguments,
    });
    let mut thread = Thread::attach().unwrap();
    let thread = &mut *thread;
    let stack = grwl_interpreter::frame::FrameStack::install(thread);
    let result = start(thread).and_then(|()| act(thread));
    let has_raised = result.map_err(|raised| show(thread, raised)).is_err();
    stack.remove(thread);
    assert!(!has_raised, "raised");
}

/// Prints an exception.
pub fn show(thread: &mut Thread, raised: grwl_object::Raised) {
    let text = protocol::repr(thread, raised.0).map(|text| text.to_string());
    println!("raised {text:?}");
    let mut entry = raised.exception().traceback();
    while let Some(this) = entry {
        let frame = this
            .frame()
            .downcast_exact::<grwl_interpreter::frame_object::FrameObject>();
        let code =
            frame.map(|frame| format!("{} in {}", frame.code().filename(), frame.code().name()));
        println!("  line {:?} {code:?}", this.line());
        entry = this.next();
    }
}

/// For a module whose types have their functions.
fn installed() {}

fn start(thread: &mut Thread) -> PyResult<()> {
    grwl_runtime::start::ready_types(thread)?;
    for class in grwl_module_imp::TYPES {
        ready::ready(thread, class)?;
    }
    let builtins = grwl_module_builtins::create(thread)?;
    let settings = Settings::read(&[OsString::from("grwl")], &Environment::of_process())
        .unwrap_or_else(|_| panic!("settings"));
    registry::register_existing("sys");
    registry::register_existing("builtins");
    registry::register("_imp", installed, grwl_module_imp::create);
    registry::register("_io", installed, io);
    registry::register("_thread", installed, lock);
    registry::register("_warnings", installed, warnings);
    registry::register("_weakref", installed, weakref);
    registry::register("errno", installed, grwl_module_errno::create);
    registry::register("marshal", installed, grwl_module_marshal::create);
    registry::register("posix", installed, grwl_module_posix::create);
    registry::register("time", installed, grwl_module_time::create);
    let sys = grwl_module_sys::create(thread, &settings)?;
    let modules = match sys.dict(thread)?.get_str(intern(thread, "modules")) {
        Some(modules) => modules.downcast::<Dict>().expect("a dict"),
        None => {
            let modules = Dict::new(thread);
            sys.add(thread, "modules", modules.value())?;
            modules
        }
    };
    for (name, module) in [("sys", sys), ("builtins", builtins)] {
        let name = intern(thread, name);
        modules.set_str(thread, name, module.value())?;
    }
    for name in ["meta_path", "path_hooks"] {
        let list = List::new(thread).value();
        sys.add(thread, name, list)?;
    }
    let directory = Str::new(thread, grwl_module_imp::library::DIRECTORY).value();
    let path = List::from_slice(thread, &[directory])?;
    sys.add(thread, "path", path.value())?;
    let cache = Dict::new(thread).value();
    sys.add(thread, "path_importer_cache", cache)?;
    let name = intern(thread, "stdout");
    let stdout = Module::new(thread, name, None)?;
    stdout.add_functions(thread, &WRITE)?;
    sys.add(thread, "stdout", stdout.value())?;
    let mut builtin_names = grwl_object::Buffer::new();
    for name in registry::names() {
        let name = intern(thread, name).value();
        builtin_names.push(thread, name)?;
    }
    let builtin_names = grwl_object::Tuple::try_new(thread, &builtin_names)?;
    sys.add(thread, "builtin_module_names", builtin_names.value())?;
    let config = grwl_module_imp::Config {
        check_hash_pycs: "default",
        has_library: true,
    };
    grwl_module_imp::start(thread, sys, &config)
}
