//! What there is once in a process and the interpreter finds without looking: the builtins, `sys.modules`, `sys`'s own dict.

use grwl_object::dict::Dict;
use grwl_object::{PyResult, Ref, Slot, Thread, Value, ValueExt, world};

/// The things. Roots.
static SLOTS: [Slot; 8] = [const { Slot::empty() }; 8];

/// A thing of which there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Global {
    /// The dict of the module `builtins`.
    Builtins,
    /// The dict of the module `sys`.
    Sys,
    /// `importlib._bootstrap`
    Importlib,
    /// `importlib._bootstrap_external`
    ImportlibExternal,
    /// The module `__main__`.
    Main,
    /// `sys.modules` as it was at the start, for when nobody finds another.
    Modules,
    /// The builtin `all`, whatever the builtins call so now.
    All,
    /// The builtin `any`, likewise.
    Any,
}

/// Makes the things roots. Once, before the first is stored.
pub fn install() {
    let first = SLOTS.as_ptr().cast::<u64>();
    // SAFETY: a static.
    unsafe { world::world().heap().add_static_roots(first, SLOTS.len()) };
}

/// One of the things.
pub fn get(which: Global) -> Option<Value> {
    SLOTS[which as usize].load()
}

/// Stores one of the things.
pub fn set(which: Global, value: Value) {
    SLOTS[which as usize].store(Some(value));
}

fn dict(which: Global) -> Option<Ref<Dict>> {
    get(which)?.downcast::<Dict>()
}

/// The dict of the module `builtins`.
///
/// # Panics
/// Before the interpreter was set up.
pub fn builtins_dict(_thread: &Thread) -> Ref<Dict> {
    dict(Global::Builtins).expect("the builtins were set up")
}

/// The dict of the module `sys`.
///
/// # Panics
/// Before the interpreter was set up.
pub fn sys_dict(_thread: &Thread) -> Ref<Dict> {
    dict(Global::Sys).expect("sys was set up")
}

/// `sys.modules`
///
/// # Errors
/// `RuntimeError` if somebody took it away.
pub fn modules_dict(thread: &mut Thread) -> PyResult<Ref<Dict>> {
    static MODULES: grwl_object::Name = grwl_object::Name::new("modules");
    let found = sys_dict(thread).get_str(MODULES.get(thread));
    match found.and_then(|found| found.downcast::<Dict>()) {
        Some(modules) => Ok(modules),
        None => Err(thread.runtime_error("lost sys.modules")),
    }
}
