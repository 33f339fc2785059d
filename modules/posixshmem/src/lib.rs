//! The module `_posixshmem`: shared memory by name.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

use std::ffi::CString;

use grwl_module_posix::arguments::c_int;
use grwl_module_posix::call::call_about;
use grwl_object::module::Module;
use grwl_object::{
    Args, Method, PyResult, Ref, Signature, Str, Thread, Value, ValueExt, intern, none,
};
use grwl_types_text::codec::to_utf8;

static FUNCTIONS: &[Method] = &[
    Method::any(
        "shm_open",
        open,
        "shm_open($module, /, path, flags, mode=511)\n--\n\nOpen shared memory; return its descriptor.",
    ),
    Method::one(
        "shm_unlink",
        unlink,
        "shm_unlink($module, path, /)\n--\n\nRemove the name of shared memory.",
    ),
];

/// The module has no types.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_posixshmem");
    let doc = Str::new(thread, "POSIX shared memory module").value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    Ok(module)
}

fn name_of(thread: &mut Thread, value: Value, argument: &str) -> PyResult<CString> {
    let Some(name) = value.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "{argument} must be str, not {}",
            grwl_types_text::arguments::type_or_none(value)
        )));
    };
    let name = to_utf8(thread, name)?;
    CString::new(name).map_err(|_| thread.value_error("embedded null character"))
}

fn open(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> =
        Signature::new("shm_open", ["path", "flags", "mode"]).optional_after(2);
    let [path, flags, mode] = args.parse(thread, &SIGNATURE)?;
    let path = path.unwrap_or_else(none);
    if path.downcast::<Str>().is_none() {
        return Err(thread.type_error(format_args!(
            "shm_open() argument 1 must be str, not {}",
            grwl_types_text::arguments::type_or_none(path)
        )));
    }
    let flags = c_int(thread, flags.unwrap_or_else(none))?;
    let mode = match mode {
        Some(mode) => c_int(thread, mode)?,
        None => 0o777,
    };
    let name = name_of(thread, path, "shm_open() argument 1")?;
    let fd = call_about(thread, path, || {
        // SAFETY: a terminated name.
        i64::from(unsafe { libc::shm_open(name.as_ptr(), flags, mode as libc::mode_t) })
    })?;
    Ok(Value::small(fd))
}

fn unlink(thread: &mut Thread, _module: Value, path: Value) -> PyResult {
    let name = name_of(thread, path, "shm_unlink() argument")?;
    call_about(thread, path, || {
        // SAFETY: a terminated name.
        i64::from(unsafe { libc::shm_unlink(name.as_ptr()) })
    })?;
    Ok(none())
}
