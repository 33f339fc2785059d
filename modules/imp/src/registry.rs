//! The modules that are written in Rust: `sys.builtin_module_names`.

use std::sync::{PoisonError, RwLock};

use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Thread};

/// Makes a module. Its `__spec__` and `__loader__` are set by importlib.
pub type Create = fn(&mut Thread) -> PyResult<Ref<Module>>;

/// Gives a module's types their functions. May run again, and by two threads at once: it stores the same each time.
pub type Install = fn();

/// Who makes a module: its types get their functions only then, so that a program's start touches no code of modules that it does not
/// import.
#[derive(Clone, Copy, Debug)]
pub struct Native {
    install: Install,
    create: Create,
}

impl Native {
    /// Makes the module.
    ///
    /// # Errors
    /// What making it raises: `MemoryError`, mostly.
    pub fn make(self, thread: &mut Thread) -> PyResult<Ref<Module>> {
        (self.install)();
        (self.create)(thread)
    }
}

/// Sorted by name. `None`: made once, before import is there (`sys`, `builtins`).
static MODULES: RwLock<Vec<(&'static str, Option<Native>)>> = RwLock::new(Vec::new());

fn add(name: &'static str, native: Option<Native>) {
    let mut modules = MODULES.write().unwrap_or_else(PoisonError::into_inner);
    match modules.binary_search_by(|(known, _)| known.cmp(&name)) {
        Ok(index) => modules[index].1 = native,
        Err(index) => modules.insert(index, (name, native)),
    }
}

/// Says who makes the module of this name. A later registration replaces an earlier one.
pub fn register(name: &'static str, install: Install, create: Create) {
    add(name, Some(Native { install, create }));
}

/// Names a module that is in `sys.modules` from the beginning and cannot be made again.
pub fn register_existing(name: &'static str) {
    add(name, None);
}

/// What is known of a name.
#[derive(Clone, Copy, Debug)]
pub enum Found {
    /// A module that can be made.
    Creatable(Native),
    /// One that is there from the beginning.
    Existing,
}

/// The module of this name.
#[must_use]
pub fn find(name: &str) -> Option<Found> {
    let modules = MODULES.read().unwrap_or_else(PoisonError::into_inner);
    let index = modules
        .binary_search_by(|(known, _)| (*known).cmp(name))
        .ok()?;
    Some(modules[index].1.map_or(Found::Existing, Found::Creatable))
}

/// All names, sorted: `sys.builtin_module_names`.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let modules = MODULES.read().unwrap_or_else(PoisonError::into_inner);
    modules.iter().map(|&(name, _)| name).collect()
}
