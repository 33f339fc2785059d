//! Python functions that foreign code calls.
//!
//! A [`Thunk`] owns a closure of libffi's, whose code calls [`enter`]. The calling thread is in a foreign call of ours, and becomes Running for the time; or it is one that
//! Python has not seen, which is made one of Python's for the time.
//!
//! Invariant: the cell does not move, so the closure knows it by its address. It lives as long as the function object that was made of the callable: as with
//! CPython, a program keeps that as long as foreign code may call.

use std::ffi::c_void;
use std::mem::offset_of;
use std::ptr::null_mut;

use grwl_heap::{CellPtr, CellType, Header, Kind as Memory, Size, Trace};
use grwl_object::{
    Buffer, Cell, Declaration, PyResult, Raised, Ref, Slot, Thread, Tuple, TypeObject, Value,
    ValueExt, exception, flags, none, protocol, types, unraisable,
};
use libffi::raw;

use crate::abi::AbiType;
use crate::call;
use crate::code::{self, Number};
use crate::data;
use crate::info::Info;
use crate::{memory, meta};

/// What libffi reads as long as the closure lives.
struct Interface {
    cif: raw::ffi_cif,
    arguments: Vec<AbiType>,
    pointers: Vec<*mut raw::ffi_type>,
    result: AbiType,
}

/// See the module's head.
#[repr(C)]
pub struct Thunk {
    header: Header,
    /// Null until it is made.
    closure: *mut raw::ffi_closure,
    code: *mut c_void,
    interface: *mut Interface,
    uses_errno: bool,
    callable: Slot,
    argtypes: Slot,
    restype: Slot,
}

// SAFETY: repr(C), begins with a header; nothing changes once it is published.
unsafe impl Cell for Thunk {
    fn type_object() -> &'static TypeObject {
        &THUNK
    }
}

static THUNK_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Thunk, callable) as u32,
        count: 3,
    },
    size: Size::Fixed(size_of::<Thunk>()),
    drop: Some(drop_thunk),
    name: "callback",
};

unsafe fn drop_thunk(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead thunk, whose closure and interface are nobody else's.
    unsafe {
        let this = cell.cast::<Thunk>().as_ptr();
        if !(*this).closure.is_null() {
            raw::ffi_closure_free((*this).closure.cast());
        }
        if !(*this).interface.is_null() {
            drop(Box::from_raw((*this).interface));
        }
    }
}

/// `_ctypes.CThunkObject`
pub(crate) static THUNK: TypeObject = TypeObject::declare(&Declaration {
    name: "_ctypes.CThunkObject",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &THUNK_CELL,
    kind: Memory::Owning,
    size: size_of::<Thunk>(),
    attributes: 0,
});

impl Thunk {
    /// What foreign code calls.
    pub(crate) fn address(&self) -> usize {
        self.code.expose_provenance()
    }
}

/// A callback.
///
/// # Errors
/// `TypeError` if the result type is not a simple one; `MemoryError`.
pub(crate) fn new(
    thread: &mut Thread,
    callable: Value,
    argtypes: Value,
    restype: Value,
    uses_errno: bool,
) -> PyResult<Ref<Thunk>> {
    let classes = protocol::collect(thread, argtypes)?;
    let result = if restype.is_none() {
        AbiType::void()
    } else {
        let info = Info::of_value(restype);
        if info.is_none_or(|info| info.access().is_none()) {
            return Err(thread.type_error("invalid result type for callback function"));
        }
        AbiType::of_result(Some(restype))
    };
    let arguments: Vec<AbiType> = classes
        .iter()
        .map(|&class| AbiType::of_result(Some(class)))
        .collect();
    let pointers = arguments.iter().map(AbiType::ffi).collect();
    let mut interface = Box::new(Interface {
        cif: Default::default(),
        arguments,
        pointers,
        result,
    });
    let classes = Tuple::try_new(thread, &classes)?;
    // SAFETY: the class is this one.
    let thunk = unsafe {
        thread.new_cell(&THUNK, |header| Thunk {
            header,
            closure: null_mut(),
            code: null_mut(),
            interface: null_mut(),
            uses_errno,
            callable: Slot::new(Some(callable)),
            argtypes: Slot::new(Some(classes.value())),
            restype: Slot::new(Some(restype)),
        })
    };
    // SAFETY: the types live as long as the interface.
    let status = unsafe {
        raw::ffi_prep_cif(
            &raw mut interface.cif,
            raw::ffi_abi_FFI_DEFAULT_ABI,
            interface.arguments.len() as u32,
            interface.result.ffi(),
            interface.pointers.as_mut_ptr(),
        )
    };
    if status != raw::ffi_status_FFI_OK {
        return Err(thread.runtime_error(format_args!("ffi_prep_cif failed with {status}")));
    }
    let this = thunk.as_ptr();
    // SAFETY: a fresh cell that nobody else knows; it owns what is stored.
    let status = unsafe {
        let mut code = null_mut();
        let closure = raw::ffi_closure_alloc(size_of::<raw::ffi_closure>(), &raw mut code);
        if closure.is_null() {
            return Err(thread.memory_error());
        }
        (*this).closure = closure.cast();
        (*this).code = code;
        (*this).interface = Box::into_raw(interface);
        raw::ffi_prep_closure_loc(
            closure.cast(),
            &raw mut (*(*this).interface).cif,
            Some(enter),
            this.cast(),
            code,
        )
    };
    if status != raw::ffi_status_FFI_OK {
        return Err(thread.runtime_error(format_args!("ffi_prep_closure failed with {status}")));
    }
    Ok(thunk)
}

/// What a closure's code calls.
unsafe extern "C" fn enter(
    _cif: *mut raw::ffi_cif,
    result: *mut c_void,
    arguments: *mut *mut c_void,
    thunk: *mut c_void,
) {
    let act = |thread: &mut Thread| {
        let cell = CellPtr::new(thunk.cast()).expect("a cell is not at zero");
        // SAFETY: the closure was made with its thunk, which the program keeps.
        let thunk: Ref<Thunk> = unsafe { Ref::from_cell(cell) };
        // SAFETY: libffi gives places as the interface says.
        unsafe { answer(thread, thunk, result.cast(), arguments) };
    };
    let calling = call::take_calling();
    if calling.is_null() {
        grwl_module_thread::foreign::run(act);
        return;
    }
    // SAFETY: this very thread, which is in the Safe region of a foreign call further up this stack and waits for it.
    unsafe {
        (*calling).mutator_mut().within_safe(|_| act(&mut *calling));
    }
    call::calling_again(calling);
}

/// Calls the Python function; what it raises is reported, and the result is zero.
#[inline(never)]
unsafe fn answer(
    thread: &mut Thread,
    thunk: Ref<Thunk>,
    result: *mut u8,
    places: *mut *mut c_void,
) {
    // SAFETY: the thunk owns it.
    let interface = unsafe { &*thunk.interface };
    let size = interface.result.size();
    let restype = thunk.restype.load().unwrap_or_else(none);
    if !restype.is_none() {
        // SAFETY: libffi has room for a whole word at least.
        unsafe { result.write_bytes(0, size.max(size_of::<raw::ffi_arg>())) };
    }
    let Some(callable) = thunk.callable.load() else {
        return;
    };
    // SAFETY: the caller's promise.
    let given = match unsafe { given(thread, thunk, places) } {
        Ok(given) => given,
        Err(raised) => {
            ignore(thread, raised, "while creating arguments for", callable);
            return;
        }
    };
    if thunk.uses_errno {
        call::exchange_errno();
    }
    let answer = protocol::call_positional(thread, callable, &given);
    if thunk.uses_errno {
        call::exchange_errno();
    }
    let answer = match answer {
        Ok(answer) => answer,
        Err(raised) => {
            ignore(thread, raised, "while calling", callable);
            return;
        }
    };
    if restype.is_none() {
        return;
    }
    // SAFETY: as above.
    if let Err(raised) = unsafe { store(thread, restype, answer, result, callable) } {
        ignore(thread, raised, "while converting result of", callable);
    }
}

fn ignore(thread: &mut Thread, raised: Raised, doing: &str, callable: Value) {
    let words = format!("{doing} ctypes callback function");
    unraisable::report_at(thread, raised, &words, callable);
}

/// The arguments, as Python sees them.
unsafe fn given(
    thread: &mut Thread,
    thunk: Ref<Thunk>,
    places: *mut *mut c_void,
) -> PyResult<Buffer> {
    let classes = thunk.argtypes.load().and_then(Value::downcast::<Tuple>);
    let mut given = Buffer::new();
    for (index, class) in classes.into_iter().flat_map(Ref::<Tuple>::iter).enumerate() {
        // SAFETY: there is a place for each argument.
        let place = unsafe { (*places.add(index)).cast::<u8>() };
        let class = class.downcast::<TypeObject>();
        let Some((class, info)) = class.and_then(|class| Some((class, Info::of(&class)?))) else {
            return Err(thread.type_error("cannot build parameter"));
        };
        let access = info.access().filter(|_| !meta::is_derived_simple(&class));
        let value = match access {
            Some(access) if access.letter == b'O' => call::object_at(thread, place)?,
            // SAFETY: the place has the length of the type.
            Some(access) => unsafe { code::get(thread, access, place, info.size())? },
            None => {
                let made = protocol::call_positional(thread, class.value(), &[])?;
                let Some(data) = data::of(made) else {
                    return Err(thread.type_error("unexpected result of create argument"));
                };
                let to = data.place();
                // SAFETY: both have so many bytes.
                unsafe { memory::copy(place, to.first, info.size().min(to.size)) };
                made
            }
        };
        given.push(thread, value)?;
    }
    Ok(given)
}

/// Gives foreign code the result.
unsafe fn store(
    thread: &mut Thread,
    restype: Value,
    answer: Value,
    result: *mut u8,
    callable: Value,
) -> PyResult<()> {
    let Some((info, access)) =
        Info::of_value(restype).and_then(|info| Some((info, info.access()?)))
    else {
        return Ok(());
    };
    let converted = code::convert(thread, access, answer, info.size())?;
    let bytes = converted.bytes();
    let is_negative = code::find(access.letter).is_some_and(|code| code.number == Number::Signed)
        && bytes.len() < size_of::<raw::ffi_arg>()
        && bytes.last().is_some_and(|&top| top & 0x80 != 0)
        && access.letter != b'c';
    // SAFETY: libffi has room for the type, and for a whole word at least, as which it returns integers.
    unsafe {
        if is_negative {
            result.write_bytes(0xff, size_of::<raw::ffi_arg>());
        }
        memory::store(result, bytes);
    }
    let Some(keep) = converted.keep.and_then(ValueExt::not_none) else {
        return Ok(());
    };
    if access.letter == b'O' {
        return Ok(());
    }
    // Nobody knows how long foreign code uses it.
    if let Some(cell) = keep.as_cell() {
        // SAFETY: a live cell, and this thread is Running.
        unsafe { thread.heap().retain(cell) };
    }
    let warned = exception::warning::warn(
        thread,
        &types::RUNTIME_WARNING,
        "memory leak in callback function.",
        1,
    );
    if let Err(raised) = warned {
        ignore(thread, raised, "while warning of", callable);
    }
    Ok(())
}
