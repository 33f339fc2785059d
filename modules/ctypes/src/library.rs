//! The module's functions: libraries, sizes, addresses, `errno`.

use std::ffi::{CString, c_int, c_void};

use grwl_object::list::List;
use grwl_object::{
    Args, Buffer, Method, PyResult, Raised, Ref, Str, Thread, Tuple, Value, ValueExt, audit, int,
    none, protocol, types,
};

use crate::data::{self, Data};
use crate::info::Info;
use crate::{call, instances, meta, parameter};

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::no_arguments(
        "get_errno",
        get_errno,
        "get_errno($module, /)\n--\n\nThe thread's own errno.",
    ),
    Method::any(
        "set_errno",
        set_errno,
        "set_errno($module, value, /)\n--\n\nSet the thread's own errno; return what it was.",
    ),
    Method::any(
        "_unpickle",
        instances::unpickle,
        "_unpickle($module, type, state, /)\n--\n\nMake an instance again.",
    ),
    Method::one(
        "buffer_info",
        instances::buffer_info,
        "buffer_info($module, o, /)\n--\n\nReturn buffer interface information",
    ),
    Method::any(
        "resize",
        resize,
        "resize($module, obj, size, /)\n--\n\nGive an instance more memory.",
    ),
    Method::any(
        "dlopen",
        dlopen,
        "dlopen($module, name, flag=RTLD_NOW, /)\n--\n\ndlopen(name, flag={RTLD_GLOBAL|RTLD_LOCAL}) open a shared library",
    ),
    Method::any(
        "dlclose",
        dlclose,
        "dlclose($module, handle, /)\n--\n\ndlclose a library",
    ),
    Method::any(
        "dlsym",
        dlsym,
        "dlsym($module, handle, name, /)\n--\n\nfind symbol in shared library",
    ),
    Method::no_arguments(
        "dllist",
        dllist,
        "dllist($module, /)\n--\n\ndllist() return a list of loaded shared libraries",
    ),
    Method::one(
        "alignment",
        alignment,
        "alignment($module, obj, /)\n--\n\nalignment(C type) -> integer\nalignment(C instance) -> integer",
    ),
    Method::one(
        "sizeof",
        size_of,
        "sizeof($module, obj, /)\n--\n\nReturn the size in bytes of a C instance.",
    ),
    Method::any(
        "byref",
        byref,
        "byref($module, obj, offset=0, /)\n--\n\nReturn a pointer lookalike to a C instance, only usable as function argument.",
    ),
    Method::one(
        "addressof",
        address_of,
        "addressof($module, obj, /)\n--\n\nReturn the address of the C instance internal buffer",
    ),
    Method::any(
        "call_function",
        call_function,
        "call_function($module, address, args, /)\n--\n\nCall a function at an address.",
    ),
    Method::any(
        "call_cdeclfunction",
        call_function,
        "call_cdeclfunction($module, address, args, /)\n--\n\nCall a function at an address.",
    ),
];

fn get_errno(thread: &mut Thread, _module: Value) -> PyResult {
    audit::audit(thread, "ctypes.get_errno", &[])?;
    Ok(Value::small(call::errno().into()))
}

fn set_errno(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [value] = args.unpack::<1>(thread, "set_errno", 1)?;
    let value = value.unwrap_or_else(none);
    audit::audit(thread, "ctypes.set_errno", &[value])?;
    let new = protocol::convert::as_i32(thread, value)?;
    Ok(Value::small(call::replace_errno(new).into()))
}

/// An instance given to a function.
fn instance(thread: &Thread, value: Value, function: &str, which: &str) -> PyResult<Ref<Data>> {
    data::of(value).ok_or_else(|| {
        thread.type_error(format_args!(
            "{function}() argument{which} must be _ctypes._CData, not {}",
            grwl_types_text::arguments::type_or_none(value)
        ))
    })
}

fn size_of(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    if let Some(info) = Info::of_value(value) {
        return Ok(int::from_usize(thread, info.size()));
    }
    match data::of(value) {
        Some(data) => Ok(int::from_usize(thread, data.size())),
        None => Err(thread.type_error("this type has no size")),
    }
}

fn alignment(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    match Info::of_value(value).or_else(|| Info::of(&value.class())) {
        Some(info) => Ok(int::from_usize(thread, info.align())),
        None => Err(thread.type_error("no alignment info")),
    }
}

fn byref(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [value, offset] = args.unpack::<2>(thread, "byref", 1)?;
    let data = instance(thread, value.unwrap_or_else(none), "byref", " 1")?;
    let offset = match offset {
        Some(offset) => protocol::convert::as_clamped_index(thread, offset)?,
        None => 0,
    };
    Ok(parameter::by_reference(thread, data, offset))
}

fn address_of(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let data = instance(thread, value, "addressof", "")?;
    audit::audit(thread, "ctypes.addressof", &[value])?;
    let place = data::note_view(data);
    Ok(int::from_usize(thread, place.first.expose_provenance()))
}

fn resize(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [value, size] = args.unpack::<2>(thread, "resize", 2)?;
    let data = instance(thread, value.unwrap_or_else(none), "resize", " 1")?;
    let size = grwl_types_text::arguments::size(thread, size.unwrap_or_else(none))?;
    let size = usize::try_from(size).unwrap_or(0);
    data::resize(thread, data, size)?;
    Ok(none())
}

fn loader_error(thread: &Thread, error: Option<String>, otherwise: &str) -> Raised {
    let text = error.unwrap_or_else(|| otherwise.to_owned());
    thread.raise(&types::OS_ERROR, text)
}

fn dlopen(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [name, mode] = args.unpack::<2>(thread, "dlopen", 1)?;
    let given = name.unwrap_or_else(none);
    let mode = match mode {
        Some(mode) => grwl_types_text::arguments::c_int(thread, mode)?,
        None => libc::RTLD_LOCAL,
    } | libc::RTLD_NOW;
    let name: Option<CString> = match given.not_none() {
        Some(name) => Some(grwl_module_posix::path::system_name(thread, name)?),
        None => None,
    };
    audit::audit(thread, "ctypes.dlopen", &[given])?;
    let opened = thread.safe(|| {
        let name = name.as_ref().map_or(std::ptr::null(), |name| name.as_ptr());
        // SAFETY: null or a string that ends with a zero.
        let handle = unsafe { libc::dlopen(name, mode) };
        if handle.is_null() {
            Err(meta::last_error())
        } else {
            Ok(handle.expose_provenance())
        }
    });
    match opened {
        Ok(handle) => Ok(int::from_usize(thread, handle)),
        Err(error) => Err(loader_error(thread, error, "dlopen() error")),
    }
}

fn dlclose(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [handle] = args.unpack::<1>(thread, "dlclose", 1)?;
    let handle = meta::address(thread, handle.unwrap_or_else(none))?;
    let handle: *mut c_void = std::ptr::with_exposed_provenance_mut(handle);
    let closed = thread.safe(|| {
        // SAFETY: what the program says is a handle.
        match unsafe { libc::dlclose(handle) } {
            0 => Ok(()),
            _ => Err(meta::last_error()),
        }
    });
    match closed {
        Ok(()) => Ok(none()),
        Err(error) => Err(loader_error(thread, error, "dlclose() error")),
    }
}

fn dlsym(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [handle, name] = args.unpack::<2>(thread, "dlsym", 2)?;
    let given = name.unwrap_or_else(none);
    let number = handle.unwrap_or_else(none);
    let handle = meta::address(thread, number)?;
    let name = meta::symbol_name(thread, given, "dlsym", "argument 2")?;
    audit::audit(thread, "ctypes.dlsym/handle", &[number, given])?;
    match meta::symbol(thread, handle, &name) {
        Ok(address) => Ok(int::from_usize(thread, address)),
        Err(error) => {
            let text = format!("symbol '{}' not found", name.to_string_lossy());
            Err(loader_error(thread, error, &text))
        }
    }
}

/// What `dl_iterate_phdr` calls for each library.
unsafe extern "C" fn note_library(
    info: *mut libc::dl_phdr_info,
    _size: usize,
    names: *mut c_void,
) -> c_int {
    // SAFETY: the loader's record, and our own vector.
    unsafe {
        let name = (*info).dlpi_name;
        if !name.is_null() {
            let name = std::ffi::CStr::from_ptr(name).to_bytes().to_vec();
            (*names.cast::<Vec<Vec<u8>>>()).push(name);
        }
    }
    0
}

fn dllist(thread: &mut Thread, _module: Value) -> PyResult {
    let mut names: Vec<Vec<u8>> = Vec::new();
    let place = (&raw mut names).cast::<c_void>();
    // SAFETY: the function is called with our vector before this one returns.
    thread.safe(|| unsafe { libc::dl_iterate_phdr(Some(note_library), place) });
    let mut shown = Buffer::new();
    for name in names {
        let name = Str::new(thread, &String::from_utf8_lossy(&name)).value();
        shown.push(thread, name)?;
    }
    Ok(List::from_buffer(thread, shown).value())
}

fn call_function(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [address, values] = args.unpack::<2>(thread, "call_function", 2)?;
    let address = meta::address(thread, address.unwrap_or_else(none))?;
    let Some(values) = values.and_then(Value::downcast::<Tuple>) else {
        return Err(thread.type_error("argument 2 must be tuple"));
    };
    let called = call::Call {
        address,
        uses_errno: false,
        converters: None,
        restype: None,
        checker: None,
    };
    call::call(thread, &called, values.as_slice())
}
