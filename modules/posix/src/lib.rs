//! The module `posix`: what `os` is made of.
//!
//! | what | where |
//! |---|---|
//! | calls of the system, begun again after signals | [`call`] |
//! | paths and open files as arguments; paths as text | [`path`], [`text`] |
//! | numbers as arguments | `arguments` |
//! | open files; bytes into and out of them; what they occupy | [`descriptor`]; [`transfer`]; `storage` |
//! | events and timers as descriptors; terminals | `event`; `terminal` |
//! | `stat` | [`status`] |
//! | files that are open for writing, and perhaps dropped | [`written`] |
//! | files by name; directories, `scandir` | `file`, [`directory`] |
//! | the environment | `environment` |
//! | processes; who they are; waiting for them | `process`; `identity`; [`wait`] |
//! | `fork`; running other programs | `fork`; `execute` |
//! | the system and its processors; its random bytes | [`system`]; `random` |
//! | numbers with names | `constants` |
//!
//! Rule: what may block runs in a Safe region, and is made again after signals were handled.

pub mod arguments;
pub mod call;
mod constants;
pub mod descriptor;
pub mod directory;
mod environment;
mod event;
pub mod execute;
mod file;
mod fork;
mod identity;
pub mod path;
mod process;
mod random;
pub mod status;
mod storage;
pub mod system;
mod terminal;
pub mod text;
pub mod transfer;
pub mod wait;
pub mod written;

use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::{Buffer, PyResult, Ref, Str, Thread, TypeObject, Value, intern, types};

pub use fork::{ForkHooks, fork_with, on_fork};

const DOC: &str =
    "The operating system's services, as far as POSIX has them. Programs use the module os.";

/// Gives the types their functions.
pub fn install() {
    directory::SCAN_DIR.define(&directory::SCAN_DIR_SPEC);
    directory::DIR_ENTRY.define(&directory::DIR_ENTRY_SPEC);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    status::prepare(thread)?;
    system::prepare(thread)?;
    fork::prepare(thread)?;
    wait::prepare(thread)?;
    directory::prepare(thread)?;
    terminal::prepare(thread)?;
    let name = intern(thread, "posix");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    for functions in [
        descriptor::FUNCTIONS,
        transfer::FUNCTIONS,
        storage::FUNCTIONS,
        event::FUNCTIONS,
        terminal::FUNCTIONS,
        status::FUNCTIONS,
        file::FUNCTIONS,
        directory::FUNCTIONS,
        environment::FUNCTIONS,
        process::FUNCTIONS,
        identity::FUNCTIONS,
        wait::FUNCTIONS,
        fork::FUNCTIONS,
        execute::FUNCTIONS,
        system::FUNCTIONS,
        random::FUNCTIONS,
        text::FUNCTIONS,
    ] {
        module.add_functions(thread, functions)?;
    }
    for &(name, number) in constants::CONSTANTS {
        module.add(thread, name, Value::small(number))?;
    }
    for &(name, number) in constants::OPEN_FLAGS {
        module.add(thread, name, Value::small(number.into()))?;
    }
    let classes: [(&str, &'static TypeObject); 9] = [
        ("DirEntry", &directory::DIR_ENTRY),
        ("stat_result", &status::STAT_RESULT),
        ("statvfs_result", &status::STATVFS_RESULT),
        ("terminal_size", &terminal::TERMINAL_SIZE),
        ("uname_result", &system::UNAME_RESULT),
        ("times_result", &system::TIMES_RESULT),
        ("sched_param", &system::SCHED_PARAM),
        ("waitid_result", &wait::WAITID_RESULT),
        ("error", &types::OS_ERROR),
    ];
    for (name, class) in classes {
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    for (name, table) in [
        ("sysconf_names", constants::SYSCONF_NAMES),
        ("confstr_names", constants::CONFSTR_NAMES),
        ("pathconf_names", constants::PATHCONF_NAMES),
    ] {
        let names = system::names(thread, table)?.value();
        module.add(thread, name, names)?;
    }
    let environ = environment::environment(thread)?.value();
    module.add(thread, "environ", environ)?;
    let mut have = Buffer::new();
    for name in constants::HAVE_FUNCTIONS {
        let name = intern(thread, name).value();
        have.push(thread, name)?;
    }
    let have = List::from_buffer(thread, have).value();
    module.add(thread, "_have_functions", have)?;
    Ok(module)
}
