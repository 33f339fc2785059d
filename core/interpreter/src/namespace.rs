//! Names: globals, builtins, the namespace of a class's or module's body, variables that are unbound.

use grwl_object::dict::Dict;
use grwl_object::{Name, PyResult, Raised, Ref, Str, Thread, Value, ValueExt, protocol, types};

use crate::code::{Code, FAST_FREE, Site};
use crate::frame::{self, Frame};

/// Finds a name in a mapping that need not be a dict; a missing one is `None`.
fn find(thread: &mut Thread, mapping: Value, name: Ref<Str>) -> PyResult<Option<Value>> {
    if let Some(dict) = mapping.downcast_exact::<Dict>() {
        return Ok(dict.get_str(name));
    }
    match protocol::get_item(thread, mapping, name.value()) {
        Ok(value) => Ok(Some(value)),
        Err(raised) if raised.matches(&types::KEY_ERROR) => Ok(None),
        Err(raised) => Err(raised),
    }
}

#[cold]
fn not_defined(thread: &mut Thread, name: Ref<Str>) -> Raised {
    thread.name_error(name)
}

/// The globals and builtins of a frame.
///
/// # Safety
/// The frame is alive.
unsafe fn of_frame(frame: *mut Frame) -> (Ref<Dict>, Value) {
    // SAFETY: the caller's promise.
    unsafe { ((*frame).globals, (*frame).builtins) }
}

/// A global variable, or a builtin.
///
/// # Errors
/// `NameError`.
///
/// # Safety
/// The frame is alive.
#[inline(never)]
pub unsafe fn load_global(
    thread: &mut Thread,
    frame: *mut Frame,
    site: Option<Site>,
    name: Ref<Str>,
) -> PyResult {
    // SAFETY: the caller's promise.
    let (code, globals, builtins) = unsafe { ((*frame).code, (*frame).globals, (*frame).builtins) };
    if let Some(site) = site {
        crate::cache::fill_global(thread, code, site, globals, builtins, name);
    }
    if globals.value().downcast_exact::<Dict>().is_some() {
        if let Some(value) = globals.get_str(name) {
            return Ok(value);
        }
    } else if let Some(value) = find(thread, globals.value(), name)? {
        return Ok(value);
    }
    match find(thread, builtins, name)? {
        Some(value) => Ok(value),
        None => find_by_other_keys(thread, globals, builtins, name),
    }
}

/// Looks for a key that is no plain string and equals the name.
#[cold]
fn find_by_other_keys(
    thread: &mut Thread,
    globals: Ref<Dict>,
    builtins: Value,
    name: Ref<Str>,
) -> PyResult {
    for dict in [Some(globals), builtins.downcast_exact::<Dict>()] {
        if let Some(dict) = dict
            && let Some(value) = dict.get(thread, name.value())?
        {
            return Ok(value);
        }
    }
    Err(not_defined(thread, name))
}

/// Stores a global variable.
///
/// # Errors
/// What storing raises.
///
/// # Safety
/// The frame is alive.
pub unsafe fn store_global(
    thread: &mut Thread,
    frame: *mut Frame,
    name: Ref<Str>,
    value: Value,
) -> PyResult<()> {
    // SAFETY: the caller's promise.
    let (globals, _) = unsafe { of_frame(frame) };
    globals.set_str(thread, name, value)
}

/// Deletes a global variable.
///
/// # Errors
/// `NameError`.
///
/// # Safety
/// The frame is alive.
pub unsafe fn delete_global(
    thread: &mut Thread,
    frame: *mut Frame,
    name: Ref<Str>,
) -> PyResult<()> {
    // SAFETY: the caller's promise.
    let (globals, _) = unsafe { of_frame(frame) };
    match globals.remove_str(thread, name)? {
        Some(_) => Ok(()),
        None => Err(not_defined(thread, name)),
    }
}

/// The namespace of the body that runs.
///
/// # Errors
/// `SystemError` if there is none.
///
/// # Safety
/// The frame is alive.
pub unsafe fn load_locals(thread: &mut Thread, frame: *mut Frame) -> PyResult {
    // SAFETY: the caller's promise.
    match unsafe { (*frame).locals } {
        Some(locals) => Ok(locals),
        None => Err(thread.system_error("no locals")),
    }
}

/// A name in the body of a module or class.
///
/// # Errors
/// `NameError`, or what the namespace raises.
///
/// # Safety
/// The frame is alive.
pub unsafe fn load_name(thread: &mut Thread, frame: *mut Frame, name: Ref<Str>) -> PyResult {
    // SAFETY: the caller's promise.
    let locals = unsafe { load_locals(thread, frame)? };
    // SAFETY: as above.
    unsafe { load_from_mapping_or_globals(thread, frame, locals, name) }
}

/// A name in `mapping`, else a global one.
///
/// # Errors
/// As [`load_name`].
///
/// # Safety
/// The frame is alive.
pub unsafe fn load_from_mapping_or_globals(
    thread: &mut Thread,
    frame: *mut Frame,
    mapping: Value,
    name: Ref<Str>,
) -> PyResult {
    if let Some(value) = find(thread, mapping, name)? {
        return Ok(value);
    }
    // SAFETY: the caller's promise.
    let (globals, builtins) = unsafe { of_frame(frame) };
    if let Some(value) = find(thread, globals.value(), name)? {
        return Ok(value);
    }
    match find(thread, builtins, name)? {
        Some(value) => Ok(value),
        None => find_by_other_keys(thread, globals, builtins, name),
    }
}

/// A name in `mapping`, else in the cell of slot `index`.
///
/// # Errors
/// As [`load_name`].
///
/// # Safety
/// The frame is alive, and the slot holds a cell.
pub unsafe fn load_from_mapping_or_cell(
    thread: &mut Thread,
    frame: *mut Frame,
    mapping: Value,
    index: usize,
) -> PyResult {
    // SAFETY: the caller's promise.
    let (code, cell) = unsafe { ((*frame).code, frame::slot(frame, index)) };
    let name = code.local_name(index);
    if let Some(value) = find(thread, mapping, name)? {
        return Ok(value);
    }
    let value = cell
        .and_then(frame::cell_contents)
        .and_then(|contents| contents.load());
    value.ok_or_else(|| unbound_cell(thread, code, index))
}

/// Stores a name in the body of a module or class.
///
/// # Errors
/// What the namespace raises.
///
/// # Safety
/// The frame is alive.
pub unsafe fn store_name(
    thread: &mut Thread,
    frame: *mut Frame,
    name: Ref<Str>,
    value: Value,
) -> PyResult<()> {
    // SAFETY: the caller's promise.
    let Some(locals) = (unsafe { (*frame).locals }) else {
        return Err(thread.system_error(format_args!("no locals found when storing {name}")));
    };
    match locals.downcast_exact::<Dict>() {
        Some(dict) => dict.set_str(thread, name, value),
        None => protocol::set_item(thread, locals, name.value(), value),
    }
}

/// Deletes a name in the body of a module or class.
///
/// # Errors
/// `NameError`.
///
/// # Safety
/// The frame is alive.
pub unsafe fn delete_name(thread: &mut Thread, frame: *mut Frame, name: Ref<Str>) -> PyResult<()> {
    // SAFETY: the caller's promise.
    let locals = unsafe { load_locals(thread, frame)? };
    match protocol::delete_item(thread, locals, name.value()) {
        Err(raised) if raised.matches(&types::KEY_ERROR) => Err(not_defined(thread, name)),
        result => result,
    }
}

static BUILD_CLASS: Name = Name::new("__build_class__");
static ANNOTATIONS: Name = Name::new("__annotations__");

/// `builtins.__build_class__`
///
/// # Errors
/// `NameError`.
///
/// # Safety
/// The frame is alive.
pub unsafe fn load_build_class(thread: &mut Thread, frame: *mut Frame) -> PyResult {
    // SAFETY: the caller's promise.
    let (_, builtins) = unsafe { of_frame(frame) };
    let name = BUILD_CLASS.get(thread);
    match find(thread, builtins, name)? {
        Some(value) => Ok(value),
        None => Err(thread.raise(&types::NAME_ERROR, "__build_class__ not found")),
    }
}

/// Makes `__annotations__` in the namespace, unless it is there.
///
/// # Errors
/// What the namespace raises.
///
/// # Safety
/// The frame is alive.
pub unsafe fn setup_annotations(thread: &mut Thread, frame: *mut Frame) -> PyResult<()> {
    // SAFETY: the caller's promise.
    let locals = unsafe { load_locals(thread, frame)? };
    let name = ANNOTATIONS.get(thread);
    if find(thread, locals, name)?.is_none() {
        let dict = Dict::new(thread).value();
        protocol::set_item(thread, locals, name.value(), dict)?;
    }
    Ok(())
}

/// A local variable has no value.
#[cold]
pub fn unbound_local(thread: &mut Thread, code: Ref<Code>, index: usize) -> Raised {
    let name = code.local_name(index);
    thread.unbound_local_error(name)
}

/// A variable that is shared with inner functions has no value.
#[cold]
pub fn unbound_cell(thread: &mut Thread, code: Ref<Code>, index: usize) -> Raised {
    if code.localsplus_kinds()[index] & FAST_FREE == 0 {
        return unbound_local(thread, code, index);
    }
    let name = code.local_name(index);
    thread.name_error_with(
        &types::NAME_ERROR,
        name,
        format_args!(
            "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
        ),
    )
}
