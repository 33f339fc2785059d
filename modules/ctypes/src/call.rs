//! Foreign calls.
//!
//! A call runs in a Safe region: the thread counts as stopped, and others go on. What the arguments point to is on the native stack meanwhile, in the buffer of
//! what is kept. Code that is called back becomes Running again on the same thread: see `callback`.
//!
//! Each thread has an `errno` of its own for functions that ask for it (`use_errno`): it is exchanged with the system's around the call.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::{null, null_mut};

use grwl_object::{
    Buffer, PyResult, Ref, Thread, Tuple, TypeObject, Value, ValueExt, int, none, protocol,
};
use libffi::raw;

use crate::abi::AbiType;
use crate::code::{self, Access};
use crate::data;
use crate::function::MOST_ARGUMENTS;
use crate::info::Info;
use crate::meta::{self, ARGUMENT_ERROR};
use crate::parameter::{self, Argument};
use crate::special;

thread_local! {
    /// The thread's own `errno`.
    static ERRNO: Cell<i32> = const { Cell::new(0) };
    /// The thread that is in a foreign call here, for who is called back.
    static CALLING: Cell<*mut Thread> = const { Cell::new(null_mut()) };
    /// What is kept for the foreign calls that this thread is in, the innermost first.
    static LENT: Cell<*const Lent> = const { Cell::new(null()) };
}

/// What a foreign call was given. It lies on the native stack, as does what it refers to, until the call is over.
struct Lent {
    kept: *const Buffer,
    outer: *const Lent,
}

/// The object with this address, if a foreign call that this thread is in was given it as an object; or if it was given the address of a place
/// with the object, and this is the place.
pub(crate) fn lent(bits: u64, place: *mut u8) -> Option<Value> {
    let mut next = LENT.get();
    // SAFETY: the calls are not over: this function is called from within them, by the same thread.
    while let Some(lent) = unsafe { next.as_ref() } {
        // SAFETY: as above.
        let kept = unsafe { &*lent.kept };
        let mut found = kept
            .iter()
            .filter_map(|&value| parameter::object_in(value, place));
        if let Some(object) = found.find(|object| object.bits().get() == bits) {
            return Some(object);
        }
        next = lent.outer;
    }
    None
}

/// Exchanges the system's `errno` and the thread's own.
pub(crate) fn exchange_errno() {
    // SAFETY: the system's word for this thread.
    let system = unsafe { &mut *libc::__errno_location() };
    *system = ERRNO.replace(*system);
}

/// Sets the thread's own `errno`, and returns what it was.
pub(crate) fn replace_errno(new: i32) -> i32 {
    ERRNO.replace(new)
}

/// The thread's own `errno`.
pub(crate) fn errno() -> i32 {
    ERRNO.get()
}

/// The thread that is in a foreign call on this system thread, if there is one: nobody else's until it is given to [`calling_again`].
pub(crate) fn take_calling() -> *mut Thread {
    CALLING.replace(null_mut())
}

/// The end of what [`take_calling`] has begun.
pub(crate) fn calling_again(thread: *mut Thread) {
    CALLING.set(thread);
}

/// What is called, and how.
pub(crate) struct Call {
    /// Where the function is.
    pub(crate) address: usize,
    /// Is `errno` kept?
    pub(crate) uses_errno: bool,
    /// The `from_param`s of the argument types.
    pub(crate) converters: Option<Ref<Tuple>>,
    /// What the result is.
    pub(crate) restype: Option<Value>,
    /// What checks it.
    pub(crate) checker: Option<Value>,
}

/// Calls a foreign function.
///
/// # Errors
/// `ArgumentError` if an argument cannot be passed; what `from_param`s and checkers raise.
pub(crate) fn call(thread: &mut Thread, call: &Call, values: &[Value]) -> PyResult {
    if values.len() > MOST_ARGUMENTS {
        return Err(ARGUMENT_ERROR.raise(
            thread,
            format_args!(
                "too many arguments ({}), maximum is {MOST_ARGUMENTS}",
                values.len()
            ),
        ));
    }
    let mut kept = Buffer::new();
    let mut converted = Buffer::new();
    let mut arguments = Vec::with_capacity(values.len());
    for (index, &value) in values.iter().enumerate() {
        let number = index + 1;
        let argument = convert(
            thread,
            call.converters,
            index,
            value,
            &mut kept,
            &mut converted,
        );
        match argument {
            Ok(argument) => arguments.push(argument),
            Err(raised) => {
                let class = ARGUMENT_ERROR.class(thread)?;
                let prefix = format!("argument {number}: ");
                return Err(meta::extended(thread, raised, &class, &prefix));
            }
        }
    }
    if let Some(result) = special::call(thread, call.address, &arguments, &converted) {
        return result;
    }
    if call.address == 0 {
        return Err(thread.value_error("NULL pointer access"));
    }
    let fixed = call.converters.map_or(0, |converters| converters.len());
    let result_type = AbiType::of_result(call.restype);
    let lent = Lent {
        kept: &raw const kept,
        outer: LENT.get(),
    };
    LENT.set(&raw const lent);
    let result = foreign(thread, call, &result_type, &arguments, fixed);
    let result = result.and_then(|result| result_of(thread, call, &result));
    LENT.set(lent.outer);
    result
}

fn convert(
    thread: &mut Thread,
    converters: Option<Ref<Tuple>>,
    index: usize,
    value: Value,
    kept: &mut Buffer,
    converted: &mut Buffer,
) -> PyResult<Argument> {
    let mut value = value;
    if let Some(converters) = converters
        && index < converters.len()
    {
        value = protocol::call_positional(thread, converters.at(index), &[value])?;
    }
    converted.push(thread, value)?;
    parameter::convert(thread, value, index + 1, kept)
}

/// Storage for a result, aligned for everything.
struct Storage(Vec<u128>);

impl Storage {
    fn new(size: usize) -> Self {
        Self(vec![0; size.max(16).div_ceil(16)])
    }

    fn first(&self) -> *mut u8 {
        self.0.as_ptr().cast_mut().cast()
    }
}

fn foreign(
    thread: &mut Thread,
    call: &Call,
    result_type: &AbiType,
    arguments: &[Argument],
    fixed: usize,
) -> PyResult<Storage> {
    let mut types: Vec<*mut raw::ffi_type> = arguments
        .iter()
        .map(|argument| argument.abi.ffi())
        .collect();
    // libffi reads whole words of short arguments on some machines.
    let storage: Vec<Storage> = arguments
        .iter()
        .map(|argument| {
            let storage = Storage::new(argument.bytes.len().max(argument.abi.size()));
            // SAFETY: it has so many bytes.
            unsafe {
                storage
                    .first()
                    .copy_from_nonoverlapping(argument.bytes.as_ptr(), argument.bytes.len());
            }
            storage
        })
        .collect();
    let mut places: Vec<*mut c_void> = storage.iter().map(|place| place.first().cast()).collect();
    let result = Storage::new(result_type.size());
    let mut cif: raw::ffi_cif = Default::default();
    let count = arguments.len() as u32;
    let is_variadic = fixed != 0 && arguments.len() > fixed;
    // SAFETY: the types live until the call is over.
    let status = unsafe {
        let abi = raw::ffi_abi_FFI_DEFAULT_ABI;
        let (result_type, types) = (result_type.ffi(), types.as_mut_ptr());
        if is_variadic {
            raw::ffi_prep_cif_var(&raw mut cif, abi, fixed as u32, count, result_type, types)
        } else {
            raw::ffi_prep_cif(&raw mut cif, abi, count, result_type, types)
        }
    };
    if status != raw::ffi_status_FFI_OK {
        let function = if is_variadic {
            "ffi_prep_cif_var"
        } else {
            "ffi_prep_cif"
        };
        return Err(thread.runtime_error(format_args!("{function} failed")));
    }
    let uses_errno = call.uses_errno;
    let function = std::ptr::with_exposed_provenance::<()>(call.address);
    // SAFETY: an address that is not null; that there is such a function is the program's word.
    let function = unsafe { std::mem::transmute::<*const (), unsafe extern "C" fn()>(function) };
    let outer = CALLING.replace(std::ptr::from_mut(thread));
    thread.safe(|| {
        if uses_errno {
            exchange_errno();
        }
        // SAFETY: the interface was prepared for these places, which have the lengths of their types.
        unsafe {
            raw::ffi_call(
                &raw mut cif,
                Some(function),
                result.first().cast(),
                places.as_mut_ptr(),
            );
        }
        if uses_errno {
            exchange_errno();
        }
    });
    CALLING.set(outer);
    Ok(result)
}

/// What a result is to Python.
fn result_of(thread: &mut Thread, call: &Call, result: &Storage) -> PyResult {
    let first = result.first();
    // SAFETY: a result has at least so many bytes.
    let as_int = unsafe { first.cast::<i32>().read() };
    let Some(restype) = call.restype else {
        return Ok(int::from_i64(thread, as_int.into()));
    };
    if restype.is_none() {
        return Ok(none());
    }
    let class = restype.downcast::<TypeObject>();
    let Some((class, info)) = class.and_then(|class| Some((class, Info::of(&class)?))) else {
        let given = int::from_i64(thread, as_int.into());
        return protocol::call_positional(thread, restype, &[given]);
    };
    let access = info.access().filter(|_| !meta::is_derived_simple(&class));
    let value = match access {
        Some(Access { letter: b'O', .. }) => object_at(thread, first)?,
        // SAFETY: the storage has the length of the type, and the function has filled it.
        Some(access) => unsafe { code::get(thread, access, first, info.size())? },
        None => {
            // SAFETY: as above.
            let bytes = unsafe { crate::memory::to_vec(first, info.size()) };
            data::with_bytes(thread, class, &bytes)?.value()
        }
    };
    match call.checker {
        Some(checker) => protocol::call_positional(thread, checker, &[value]),
        None => Ok(value),
    }
}

/// The object whose address foreign code gives: one that it was given itself. Others cannot be trusted to be objects.
///
/// # Errors
/// `ValueError: PyObject is NULL`; `NotImplementedError`
pub(crate) fn object_at(thread: &Thread, place: *mut u8) -> PyResult {
    // SAFETY: the caller has the place of an address.
    let bits = u64::from_ne_bytes(unsafe { crate::memory::load(place, 8) });
    if bits == 0 {
        return Err(thread.value_error("PyObject is NULL"));
    }
    lent(bits, null_mut()).ok_or_else(|| {
        thread.raise(
            &grwl_object::types::NOT_IMPLEMENTED_ERROR,
            "foreign functions cannot give Python objects that they were not given",
        )
    })
}
