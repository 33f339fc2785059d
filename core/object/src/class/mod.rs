//! Classes: making them, and changing them.
//!
//! | what | where |
//! |---|---|
//! | `type.__new__` | [`make`] |
//! | `__slots__` | [`members`] |
//! | the best base, whether layouts fit | [`layout`] |
//! | the method resolution order | [`mro`] |
//! | attributes of classes | [`attribute`] |
//! | what `super` finds | [`super_lookup`] |
//! | assignments to `__bases__` and `__class__` | [`change`] |
//! | which classes derive from one | here |
//!
//! Invariant: the subclasses of a type stand in an array of weak references, which is replaced, with the lock of versions held, when one
//! comes or goes.

pub mod attribute;
pub mod change;
pub mod layout;
pub mod make;
pub mod members;
pub mod mro;
pub mod super_lookup;

use std::sync::OnceLock;

use grwl_value::Value;

use crate::cell::{Ref, ValueExt};
use crate::dict::Dict;
use crate::dunder::call::name;
use crate::dunder::table::at;
use crate::result::PyResult;
use crate::string::Str;
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::type_object::TypeObject;
use crate::types;
use crate::values::Array;
use crate::version;
use crate::weak::WeakReference;

pub use change::{set_bases, set_class};
pub use make::type_new;

/// What making classes needs of the interpreter.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// The type of functions written in Python.
    pub function_type: &'static TypeObject,
    /// Stores a value in a cell of a closure; false: it is no such cell.
    pub set_cell: fn(&mut Thread, cell: Value, value: Value) -> bool,
    /// The global `__name__` of the running Python code.
    pub caller_module: fn(&mut Thread) -> PyResult<Option<Value>>,
    /// Imports a module.
    pub import: fn(&mut Thread, &str) -> PyResult,
    /// What `super()` without arguments means where it is called: `__class__`, and the first argument.
    pub super_arguments: fn(&mut Thread) -> PyResult<(Value, Value)>,
}

static HOOKS: OnceLock<Hooks> = OnceLock::new();

/// Installs what making classes needs of the interpreter.
pub fn on_interpreter(hooks: Hooks) {
    let _ = HOOKS.set(hooks);
}

/// What the interpreter has installed.
pub fn hooks() -> Option<&'static Hooks> {
    HOOKS.get()
}

/// Imports a module of the standard library.
///
/// # Errors
/// `ImportError`, or what its code raises.
pub fn import(thread: &mut Thread, module: &str) -> PyResult {
    match hooks() {
        Some(hooks) => (hooks.import)(thread, module),
        None => Err(thread.raise(
            &types::IMPORT_ERROR,
            format_args!("No module named '{module}'"),
        )),
    }
}

/// Makes `origin[arguments]`: a `types.GenericAlias`.
pub type MakeAlias = fn(&mut Thread, Value, Value) -> PyResult;

static ALIAS: OnceLock<MakeAlias> = OnceLock::new();

/// Installs what makes generic aliases.
pub fn on_generic_alias(make: MakeAlias) {
    let _ = ALIAS.set(make);
}

/// `origin[arguments]` of a class: `list[int]`, `type[int]`.
///
/// # Errors
/// `MemoryError`; `TypeError` if nothing makes generic aliases.
pub fn generic_alias(thread: &mut Thread, origin: Value, arguments: Value) -> PyResult {
    match ALIAS.get() {
        Some(make) => make(thread, origin, arguments),
        None => Err(thread.type_error("type 'type' is not subscriptable")),
    }
}

/// Lets `act` see the direct subclasses that are alive, in the order in which they came.
pub fn for_each_subclass(class: &TypeObject, mut act: impl FnMut(Ref<TypeObject>)) {
    let Some(list) = class
        .subclasses_slot()
        .load()
        .and_then(|list| list.downcast_exact::<Array>())
    else {
        return;
    };
    for slot in list.slots() {
        if let Some(subclass) = slot.load().and_then(target_of) {
            act(subclass);
        }
    }
}

fn target_of(reference: Value) -> Option<Ref<TypeObject>> {
    reference
        .downcast_exact::<WeakReference>()?
        .target()?
        .downcast()
}

/// Replaces the array of subclasses by one without `gone`, and with `new`.
fn replace_subclasses(
    thread: &Thread,
    class: Ref<TypeObject>,
    gone: Option<Ref<TypeObject>>,
    new: Option<Ref<TypeObject>>,
) -> PyResult<()> {
    let new = match new {
        Some(new) => {
            let kind = Ref::from_static(&types::WEAK_REFERENCE);
            Some(WeakReference::unlisted(thread, kind, new.value())?)
        }
        None => None,
    };
    let _lock = version::lock();
    let old = class
        .subclasses_slot()
        .load()
        .and_then(|list| list.downcast_exact::<Array>());
    let stays =
        |reference: Value| target_of(reference).is_some_and(|subclass| Some(subclass) != gone);
    let old_slots = old.iter().flat_map(|old| old.slots());
    let kept = old_slots
        .clone()
        .filter(|slot| slot.load().is_some_and(stays))
        .count();
    let has_room = new.is_none() || gone.is_none() && old.is_some_and(|old| kept < old.capacity());
    if let (Some(old), Some(new), true) = (old, new, has_room) {
        // Most classes are only added: into a place that is empty, or whose class has died, at the end if there is one.
        let empty = old.slots().iter().position(|slot| slot.load().is_none());
        if let Some(index) = empty {
            thread.store(old, &old.slots()[index], Some(new.value()));
            return Ok(());
        }
    }
    let room = (kept + 1).next_power_of_two();
    let list = Array::new(thread, room)?;
    let mut free = list.slots().iter();
    for slot in old_slots {
        if let Some(reference) = slot.load()
            && stays(reference)
            && let Some(free) = free.next()
        {
            free.store(Some(reference));
        }
    }
    if let (Some(new), Some(free)) = (new, free.next()) {
        free.store(Some(new.value()));
    }
    thread.store(class, class.subclasses_slot(), Some(list.value()));
    Ok(())
}

/// `class` derives from `base`.
pub(crate) fn add_subclass(
    thread: &Thread,
    base: Ref<TypeObject>,
    class: Ref<TypeObject>,
) -> PyResult<()> {
    replace_subclasses(thread, base, None, Some(class))
}

/// `class` no longer derives from `base`.
pub(crate) fn remove_subclass(
    thread: &Thread,
    base: Ref<TypeObject>,
    class: Ref<TypeObject>,
) -> PyResult<()> {
    replace_subclasses(thread, base, Some(class), None)
}

/// The module of a type: of a built-in one as it was declared.
pub fn module_of(thread: &Thread, class: &TypeObject) -> Option<Value> {
    match class.declaration() {
        Some(declaration) => {
            let module = match declaration.name.rsplit_once('.') {
                Some((module, _)) => module,
                None => "builtins",
            };
            Some(crate::string::intern(thread, module).value())
        }
        None => class.dict().get_str(name::<{ at("__module__") }>(thread)),
    }
}

/// `__qualname__`
pub fn qualified_name(class: &TypeObject) -> String {
    let name = class.qualified_name_slot().load();
    match name.and_then(|name| name.downcast::<Str>()) {
        Some(name) => name.to_rust_lossy(),
        None => class.name().to_string(),
    }
}

/// How many attributes of `self` the methods of a class store, as the compiler saw.
pub(crate) fn static_attribute_count(thread: &Thread, class: Ref<TypeObject>) -> usize {
    let key = name::<{ at("__static_attributes__") }>(thread);
    class
        .dict_slot()
        .load()
        .and_then(|dict| dict.downcast::<Dict>())
        .and_then(|dict| dict.get_str(key))
        .and_then(|names| names.downcast_exact::<Tuple>())
        .map_or(0, |names| names.len())
}
