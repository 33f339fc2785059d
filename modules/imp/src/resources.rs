//! The files in the embedded library's packages as resources (`importlib.resources`): a reader written in Python, compiled when first asked for.

use grwl_frontend::{Mode, Options, compile};
use grwl_interpreter::Code;
use grwl_object::dict::Dict;
use grwl_object::{Name, PyResult, Ref, Slot, Str, Thread, Value, intern, protocol};

const SOURCE: &str = include_str!("resources.py");
const FILE: &str = "<grwl resources>";

/// The class of readers, once it was made. A root.
static READER: Slot = Slot::empty();

/// A reader of a directory of the library.
pub(crate) fn reader(thread: &mut Thread, importer: Value, directory: &str) -> PyResult {
    let class = match READER.load() {
        Some(class) => class,
        None => make(thread)?,
    };
    let directory = Str::new(thread, directory).value();
    protocol::call_positional(thread, class, &[importer, directory])
}

fn make(thread: &mut Thread) -> PyResult {
    static CLASS: Name = Name::new("Reader");
    static MODULE: Name = Name::new("__name__");
    let code = match compile(SOURCE, FILE, Mode::Exec, &Options::default()).result {
        Ok(code) => Code::from_frontend(thread, &code)?,
        Err(error) => return Err(thread.system_error(error)),
    };
    let globals: Ref<Dict> = Dict::new(thread);
    let name = intern(thread, "_imp");
    globals.set_str(thread, MODULE.get(thread), name.value())?;
    crate::run::run_module(thread, code, globals)?;
    let Some(class) = globals.get_str(CLASS.get(thread)) else {
        return Err(thread.system_error("the reader of resources is missing"));
    };
    // Racing threads make equal classes.
    READER.store(Some(class));
    Ok(class)
}

/// Makes the class a root. Once, at start-up.
pub(crate) fn install(thread: &Thread) {
    let first = (&raw const READER).cast::<u64>();
    // SAFETY: a static stays readable.
    unsafe { thread.heap().add_static_roots(first, 1) };
}
