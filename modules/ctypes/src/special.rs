//! Functions of the module's own that Python calls by their addresses: `cast`, `string_at`, `wstring_at`, `memoryview_at`.
//!
//! `ctypes` makes functions of Python's C interface of these addresses. Here a call of one is recognised and done without leaving Rust, as it takes and gives
//! Python objects. Foreign code that calls such an address itself gets a null pointer.

use std::hint::black_box;
use std::ptr::null_mut;

use grwl_number::Int;
use grwl_object::buffer::BufferView;
use grwl_object::bytes::Bytes;
use grwl_object::{PyResult, Ref, Thread, TypeObject, Value, ValueExt, audit, int, protocol};
use grwl_types_bytes::memory_view;

use crate::data;
use crate::info::{Info, Kind};
use crate::parameter::{self, Argument};
use crate::{code, meta};

/// One of the functions: the arguments as they are passed, and the Python objects that they stand for.
type Act = fn(&mut Thread, &[Argument], &[Value]) -> PyResult;

// The number makes each of them another function, with an address of its own, in optimised programs as well.
extern "C" fn cast_address() -> *mut u8 {
    black_box(1_u32);
    null_mut()
}
extern "C" fn string_address() -> *mut u8 {
    black_box(2_u32);
    null_mut()
}
extern "C" fn wide_string_address() -> *mut u8 {
    black_box(3_u32);
    null_mut()
}
extern "C" fn view_address() -> *mut u8 {
    black_box(4_u32);
    null_mut()
}

/// The functions: by which name the module gives their addresses.
pub(crate) static FUNCTIONS: [(&str, extern "C" fn() -> *mut u8); 4] = [
    ("_cast_addr", cast_address),
    ("_string_at_addr", string_address),
    ("_wstring_at_addr", wide_string_address),
    ("_memoryview_at_addr", view_address),
];

const ACTS: [Act; 4] = [cast, string_at, wide_string_at, view_at];

/// Calls one of the functions, if the address is one's.
pub(crate) fn call(
    thread: &mut Thread,
    address: usize,
    arguments: &[Argument],
    values: &[Value],
) -> Option<PyResult> {
    let index = FUNCTIONS
        .iter()
        .position(|(_, function)| *function as usize == address)?;
    Some(ACTS[index](thread, arguments, values))
}

/// What `id` gives.
pub(crate) fn identity(thread: &Thread, value: Value) -> Value {
    let bits = value.bits().get();
    match i64::try_from(bits) {
        Ok(bits) => int::from_i64(thread, bits),
        Err(_) => int::new(thread, Int::from(bits)),
    }
}

/// An argument as a number of so many bytes.
fn number(thread: &Thread, arguments: &[Argument], index: usize) -> PyResult<i64> {
    let Some(argument) = arguments.get(index) else {
        return Err(thread.type_error("not enough arguments"));
    };
    let bytes = &argument.bytes;
    let mut word = [0; 8];
    let count = bytes.len().min(8);
    word[..count].copy_from_slice(&bytes[..count]);
    let unused = 64 - 8 * count.max(1) as u32;
    Ok(i64::from_le_bytes(word) << unused >> unused)
}

fn object(thread: &Thread, values: &[Value], index: usize) -> PyResult {
    let object = values.get(index).copied().and_then(parameter::object_of);
    object.ok_or_else(|| thread.type_error("a Python object is expected"))
}

fn is_pointer_type(class: Value) -> bool {
    if meta::is_of_kind(class, Kind::Pointer) || meta::is_of_kind(class, Kind::Function) {
        return true;
    }
    let letter = Info::of_value(class).and_then(|info| info.letter());
    letter.is_some_and(|letter| b"sPzUZXO".contains(&letter))
}

fn cast(thread: &mut Thread, arguments: &[Argument], values: &[Value]) -> PyResult {
    let address = number(thread, arguments, 0)? as usize;
    let source = object(thread, values, 1)?;
    let class = object(thread, values, 2)?;
    if !class.class().is_subtype_of(&meta::CTYPE) {
        return Err(thread.type_error("cast() argument 2 must be a pointer type"));
    }
    if !is_pointer_type(class) {
        let name = match class.downcast::<TypeObject>() {
            Some(class) => class.name().to_string(),
            None => class.class().name().to_string(),
        };
        return Err(thread.type_error(format_args!(
            "cast() argument 2 must be a pointer type, not {name}"
        )));
    }
    let made = protocol::call_positional(thread, class, &[])?;
    let Some(result) = data::of(made) else {
        return Err(thread.type_error("cast() argument 2 must be a pointer type"));
    };
    if let Some(&parameter) = values.first() {
        data::keep_also(thread, result, parameter);
    }
    if let Some(source) = data::of(source) {
        data::note_view(source);
        data::share_objects(thread, result, source)?;
    }
    data::set_fresh_pointer(result, address);
    Ok(made)
}

fn string_at(thread: &mut Thread, arguments: &[Argument], _values: &[Value]) -> PyResult {
    let address = number(thread, arguments, 0)?;
    let length = number(thread, arguments, 1)?;
    tell(thread, "ctypes.string_at", &[address, length])?;
    check_length(thread, length)?;
    // SAFETY: the program's word.
    unsafe { code::string_at(thread, address as usize, length as isize) }
}

fn wide_string_at(thread: &mut Thread, arguments: &[Argument], _values: &[Value]) -> PyResult {
    let address = number(thread, arguments, 0)?;
    let length = number(thread, arguments, 1)?;
    tell(thread, "ctypes.wstring_at", &[address, length])?;
    check_length(thread, length)?;
    // SAFETY: the program's word.
    unsafe { code::wide_string_at(thread, address as usize, length as isize) }
}

/// -1 is as long as there is no zero; other negative lengths are none.
fn check_length(thread: &Thread, length: i64) -> PyResult<()> {
    if length < -1 {
        return Err(thread.system_error("Negative size passed to PyBytes_FromStringAndSize"));
    }
    Ok(())
}

fn tell(thread: &mut Thread, event: &str, numbers: &[i64]) -> PyResult<()> {
    if !audit::is_hooked() {
        return Ok(());
    }
    let numbers: Vec<Value> = numbers
        .iter()
        .map(|&number| int::from_i64(thread, number))
        .collect();
    audit::audit(thread, event, &numbers)
}

fn view_at(thread: &mut Thread, arguments: &[Argument], _values: &[Value]) -> PyResult {
    let address = number(thread, arguments, 0)?;
    let size = number(thread, arguments, 1)?;
    let is_read_only = number(thread, arguments, 2)?;
    tell(
        thread,
        "ctypes.memoryview_at",
        &[address, size, is_read_only],
    )?;
    let Ok(length) = usize::try_from(size) else {
        return Err(thread.value_error(format_args!(
            "memoryview_at: size is negative (or overflowed): {size}"
        )));
    };
    let pointer = std::ptr::with_exposed_provenance_mut(address as usize);
    // Nobody owns the memory; the view needs an owner that stays.
    let owner: Ref<Bytes> = Bytes::new(thread, &[])?;
    let view = BufferView::of_bytes(owner.value(), pointer, length, is_read_only != 0);
    Ok(memory_view::of_view(thread, view, false)?.value())
}
