//! The types of C types: what classes of all kinds have in common.
//!
//! A class of C data is made by `type.__new__`, and completed by the metaclass's `__init__`, which gives it its [`Info`]. Which kind it is
//! of is said by its metaclass; each kind's own `__init__` is in its file.

use std::ffi::CString;

use grwl_heap::Kind as Memory;
use grwl_object::buffer::{self, request};
use grwl_object::bytes::Bytes;
use grwl_object::dict::Dict;
use grwl_object::exception::ModuleException;
use grwl_object::type_object::TYPE_CELL;
use grwl_object::weak::{self, WeakReference};
use grwl_object::{
    Args, Declaration, GetSet, Method, PyResult, Raised, Ref, Str, Thread, Tuple, TypeObject,
    TypeSpec, Value, ValueExt, audit, flags, int, intern, none, protocol, slots, types,
};
use grwl_types_bytes::memory_view;

use crate::data::{self, Data};
use crate::info::{Info, Kind};
use crate::{array, function, memory, parameter, pointer, simple, structure};

grwl_object::names! {
    HANDLE = "_handle";
    LENGTH = "_length_";
    TYPE = "_type_";
}

/// `ctypes.ArgumentError`
pub(crate) static ARGUMENT_ERROR: ModuleException =
    ModuleException::new("ctypes", "ArgumentError", &types::EXCEPTION, None);

const fn metaclass(declaration: &'static Declaration) -> TypeObject {
    TypeObject::declare(declaration)
}

const fn declaration(name: &'static str, base: &'static TypeObject) -> Declaration {
    Declaration {
        name,
        base: Some(base),
        class: &types::TYPE,
        flags: flags::BASE | flags::TYPE | flags::WEAK_REFERENCES | flags::VARIABLE_SIZE,
        cell: &TYPE_CELL,
        kind: Memory::Traced,
        size: size_of::<TypeObject>(),
        attributes: 0,
    }
}

/// `_ctypes.CType_Type`
pub(crate) static CTYPE: TypeObject = metaclass(&declaration("_ctypes.CType_Type", &types::TYPE));
/// `_ctypes.PyCSimpleType`
pub(crate) static SIMPLE_TYPE: TypeObject =
    metaclass(&declaration("_ctypes.PyCSimpleType", &CTYPE));
/// `_ctypes.PyCStructType`
pub(crate) static STRUCTURE_TYPE: TypeObject =
    metaclass(&declaration("_ctypes.PyCStructType", &CTYPE));
/// `_ctypes.UnionType`
pub(crate) static UNION_TYPE: TypeObject = metaclass(&declaration("_ctypes.UnionType", &CTYPE));
/// `_ctypes.PyCPointerType`
pub(crate) static POINTER_TYPE: TypeObject =
    metaclass(&declaration("_ctypes.PyCPointerType", &CTYPE));
/// `_ctypes.PyCArrayType`
pub(crate) static ARRAY_TYPE: TypeObject = metaclass(&declaration("_ctypes.PyCArrayType", &CTYPE));
/// `_ctypes.PyCFuncPtrType`
pub(crate) static FUNCTION_TYPE: TypeObject =
    metaclass(&declaration("_ctypes.PyCFuncPtrType", &CTYPE));

pub(crate) static CTYPE_SPEC: TypeSpec = TypeSpec {
    slots: &[slots::REPEAT.is(repeat)],
    getset: &[GetSet::new(
        "__pointer_type__",
        pointer_type,
        set_pointer_type,
        Some("pointer type"),
    )],
    ..TypeSpec::NONE
};

macro_rules! methods {
    ($from_param:expr $(, $more:expr)*) => {
        &[
            Method::one(
                "from_param",
                $from_param,
                "from_param($self, value, /)\n--\n\nConvert a Python object into a function call parameter.",
            ),
            Method::one(
                "from_address",
                from_address,
                "from_address($self, value, /)\n--\n\nC.from_address(integer) -> C instance\n\nAccess a C instance at the specified address.",
            ),
            Method::any(
                "from_buffer",
                from_buffer,
                "from_buffer($self, obj, offset=0, /)\n--\n\nC.from_buffer(object, offset=0) -> C instance\n\nCreate a C instance from a writeable buffer.",
            ),
            Method::any(
                "from_buffer_copy",
                from_buffer_copy,
                "from_buffer_copy($self, buffer, offset=0, /)\n--\n\nC.from_buffer_copy(object, offset=0) -> C instance\n\nCreate a C instance from a readable buffer.",
            ),
            Method::any(
                "in_dll",
                in_dll,
                "in_dll($self, dll, name, /)\n--\n\nC.in_dll(dll, name) -> C instance\n\nAccess a C instance in a dll.",
            ),
            $($more,)*
        ]
    };
}

pub(crate) static SIMPLE_SPEC: TypeSpec = TypeSpec {
    doc: Some("metatype for the PyCSimpleType Objects"),
    slots: &[slots::INIT.is(simple::init_type)],
    methods: methods!(parameter::simple_from_param),
    ..TypeSpec::NONE
};

pub(crate) static STRUCTURE_SPEC: TypeSpec = TypeSpec {
    doc: Some("metatype for the CData Objects"),
    slots: &[
        slots::INIT.is(structure::init_structure_type),
        slots::SET_ATTRIBUTE.is(structure::set_attribute),
    ],
    methods: methods!(parameter::from_param),
    ..TypeSpec::NONE
};

pub(crate) static UNION_SPEC: TypeSpec = TypeSpec {
    doc: Some("metatype for the Union Objects"),
    slots: &[
        slots::INIT.is(structure::init_union_type),
        slots::SET_ATTRIBUTE.is(structure::set_attribute),
    ],
    methods: methods!(parameter::from_param),
    ..TypeSpec::NONE
};

pub(crate) static POINTER_SPEC: TypeSpec = TypeSpec {
    doc: Some("metatype for the Pointer Objects"),
    slots: &[slots::INIT.is(pointer::init_type)],
    methods: methods!(
        parameter::pointer_from_param,
        Method::one(
            "set_type",
            pointer::set_type,
            "set_type($self, type, /)\n--\n\nSay what a pointer type points to.",
        )
    ),
    ..TypeSpec::NONE
};

pub(crate) static ARRAY_SPEC: TypeSpec = TypeSpec {
    doc: Some("metatype for the Array Objects"),
    slots: &[slots::INIT.is(array::init_type)],
    methods: methods!(parameter::from_param),
    ..TypeSpec::NONE
};

pub(crate) static FUNCTION_SPEC: TypeSpec = TypeSpec {
    doc: Some("metatype for C function pointers"),
    slots: &[slots::INIT.is(function::init_type)],
    methods: methods!(parameter::from_param),
    ..TypeSpec::NONE
};

/// The class that a function of a metaclass is called with.
pub(crate) fn own(class: Value) -> Ref<TypeObject> {
    debug_assert!(class.downcast::<TypeObject>().is_some());
    // SAFETY: descriptors and slots call a metaclass's functions with classes only.
    unsafe { class.downcast_unchecked::<TypeObject>() }
}

/// Is the class one of a kind of C types?
pub(crate) fn is_of_kind(class: Value, kind: Kind) -> bool {
    let metaclass = match kind {
        Kind::Simple => &SIMPLE_TYPE,
        Kind::Structure => &STRUCTURE_TYPE,
        Kind::Union => &UNION_TYPE,
        Kind::Array => &ARRAY_TYPE,
        Kind::Pointer => &POINTER_TYPE,
        Kind::Function => &FUNCTION_TYPE,
    };
    class.class().is_subtype_of(metaclass)
}

/// Is it a class derived from a simple type? Values of such are not converted to Python's.
pub(crate) fn is_derived_simple(class: &TypeObject) -> bool {
    let is_direct = |base: Ref<TypeObject>| std::ptr::eq(base.as_ptr(), &raw const simple::SIMPLE);
    let value = Ref::from_ref(class).value();
    is_of_kind(value, Kind::Simple) && !class.base().is_some_and(is_direct)
}

/// The message of an exception, as that of another class, with what was going on before it: `argument 1: TypeError: ...`.
pub(crate) fn extended(
    thread: &mut Thread,
    raised: Raised,
    class: &TypeObject,
    prefix: &str,
) -> Raised {
    let name = raised.0.class();
    let name = name
        .name_slot()
        .load()
        .and_then(Value::downcast::<Str>)
        .map_or_else(|| name.name().to_string(), |name| name.to_string());
    let text = match protocol::str(thread, raised.0) {
        Ok(text) => text.to_rust_lossy(),
        Err(_) => "???".to_owned(),
    };
    thread.raise(class, format_args!("{prefix}{name}: {text}"))
}

fn pointer_type(thread: &mut Thread, class: Value) -> PyResult {
    let Some(info) = Info::of_value(class) else {
        return Err(no_storage(thread, class)?);
    };
    match info.pointer_type.load() {
        Some(pointer) => Ok(pointer),
        None => {
            let shown = protocol::repr(thread, class)?;
            let name = intern(thread, "__pointer_type__");
            Err(thread.attribute_error(
                name,
                class,
                format_args!("{shown} has no attribute '__pointer_type__'"),
            ))
        }
    }
}

fn set_pointer_type(thread: &mut Thread, class: Value, new: Option<Value>) -> PyResult<()> {
    let Some(info) = Info::of_value(class) else {
        return Err(no_storage(thread, class)?);
    };
    thread.store(info, &info.pointer_type, new);
    Ok(())
}

fn no_storage(thread: &mut Thread, class: Value) -> PyResult<Raised> {
    let shown = protocol::repr(thread, class)?;
    Ok(thread.type_error(format_args!("{shown} must have storage info")))
}

fn repeat(thread: &mut Thread, item: Value, length: isize) -> PyResult {
    let Ok(count) = usize::try_from(length) else {
        return Err(thread.value_error(format_args!("Array length must be >= 0, not {length}")));
    };
    let known = |info: Ref<Info>| {
        let types = info.arrays.load()?.downcast_exact::<Dict>()?;
        Some(types)
    };
    let info = Info::of_value(item);
    let key = int::from_usize(thread, count);
    if let Some(types) = info.and_then(known)
        && let Some(reference) = types.get(thread, key)?
        && let Some(class) = weak::reference(reference).and_then(|known| known.target())
    {
        return Ok(class);
    }
    let name = format!("{}_Array_{count}", own(item).name());
    let name = Str::new(thread, &name).value();
    let bases = Tuple::try_new(thread, &[Ref::from_static(&array::ARRAY).value()])?.value();
    let namespace = Dict::new(thread);
    let length_name = LENGTH.get(thread);
    namespace.set_str(thread, length_name, key)?;
    let type_name = TYPE.get(thread);
    namespace.set_str(thread, type_name, item)?;
    let metaclass = Ref::from_static(&ARRAY_TYPE).value();
    let class = protocol::call_positional(thread, metaclass, &[name, bases, namespace.value()])?;
    match info {
        Some(info) => remember(thread, info, key, class),
        None => Ok(class),
    }
}

/// Remembers a type of arrays, unless another thread has made the same.
fn remember(thread: &mut Thread, info: Ref<Info>, key: Value, class: Value) -> PyResult {
    const PURGE: usize = 32;
    let types = match info.arrays.load().and_then(Value::downcast_exact::<Dict>) {
        Some(types) if types.len() < PURGE || !types.len().is_power_of_two() => types,
        old => {
            let fresh = Dict::new(thread);
            if let Some(old) = old {
                for (key, reference, _) in old.snapshot(thread)? {
                    if weak::reference(reference).is_some_and(|known| known.target().is_some()) {
                        fresh.insert(thread, key, reference)?;
                    }
                }
            }
            thread.store(info, &info.arrays, Some(fresh.value()));
            fresh
        }
    };
    let kind = Ref::from_static(&types::WEAK_REFERENCE);
    let reference = WeakReference::new(thread, kind, class, None)?.value();
    let first = types.insert_new(thread, key, reference)?;
    if first != reference {
        if let Some(class) = weak::reference(first).and_then(|known| known.target()) {
            return Ok(class);
        }
        types.insert(thread, key, reference)?;
    }
    Ok(class)
}

/// An address that was given as an integer.
///
/// # Errors
/// `TypeError`, `OverflowError`
pub(crate) fn address(thread: &mut Thread, value: Value) -> PyResult<usize> {
    let int = protocol::convert::as_int(thread, value)?;
    let address = match int.to_i64() {
        Some(signed) => Some(signed as u64),
        None => int.to_u64(),
    };
    match address {
        Some(address) => Ok(address as usize),
        None => Err(thread.overflow_error("int too large to convert to C pointer")),
    }
}

fn from_address(thread: &mut Thread, class: Value, value: Value) -> PyResult {
    if !int::is_int(value) {
        return Err(thread.type_error("integer expected"));
    }
    let address = address(thread, value)?;
    Ok(data::at_address(thread, own(class), address)?.value())
}

/// The offset of an instance in a buffer, if the buffer is long enough behind it.
fn offset_in(thread: &Thread, offset: isize, length: usize, size: usize) -> PyResult<usize> {
    let Ok(start) = usize::try_from(offset) else {
        return Err(thread.value_error("offset cannot be negative"));
    };
    if start.checked_add(size).is_none_or(|end| end > length) {
        let least = size.saturating_add(start);
        return Err(thread.value_error(format_args!(
            "Buffer size too small ({length} instead of at least {least} bytes)"
        )));
    }
    Ok(start)
}

fn tell_of_buffer(
    thread: &mut Thread,
    pointer: *mut u8,
    length: usize,
    offset: usize,
) -> PyResult<()> {
    if audit::is_hooked() {
        let numbers =
            [pointer.addr(), length, offset].map(|number| int::from_usize(thread, number));
        audit::audit(thread, "ctypes.cdata/buffer", &numbers)?;
    }
    Ok(())
}

fn from_buffer(thread: &mut Thread, class: Value, args: Args<'_>) -> PyResult {
    let [object, offset] = args.unpack::<2>(thread, "from_buffer", 1)?;
    let object = object.unwrap_or_else(none);
    let offset = match offset {
        Some(offset) => grwl_types_text::arguments::size(thread, offset)?,
        None => 0,
    };
    let class = own(class);
    let info = Info::complete(thread, &class)?;
    let view = memory_view::of_object(thread, object, request::FULL_READ_ONLY)?;
    let layout = view.layout();
    if layout.is_read_only {
        return Err(thread.type_error("underlying buffer is not writable"));
    }
    if !layout.is_contiguous() {
        return Err(thread.type_error("underlying buffer is not C contiguous"));
    }
    let length = layout.count() * layout.format.size();
    let start = offset_in(thread, offset, length, info.size())?;
    tell_of_buffer(thread, layout.pointer, length, start)?;
    let first = layout.pointer.wrapping_add(start);
    let made = data::at_address(thread, class, first.expose_provenance())?;
    // The one that Python sees may be released; this one holds the memory.
    let hidden = memory_view::of_object(thread, object, request::FULL_READ_ONLY)?;
    data::hold(thread, made, hidden.value());
    if hidden.layout().pointer != layout.pointer {
        return Err(thread.buffer_error("the object has changed its memory"));
    }
    data::store(thread, made, usize::MAX, Some(view.value()), || ())?;
    Ok(made.value())
}

fn from_buffer_copy(thread: &mut Thread, class: Value, args: Args<'_>) -> PyResult {
    let [object, offset] = args.unpack::<2>(thread, "from_buffer_copy", 1)?;
    let object = object.unwrap_or_else(none);
    let view = buffer::get(thread, object, request::SIMPLE)?;
    let bytes = view.to_vec();
    let pointer = view.pointer;
    view.release(thread);
    let offset = match offset {
        Some(offset) => grwl_types_text::arguments::size(thread, offset)?,
        None => 0,
    };
    let class = own(class);
    let info = Info::complete(thread, &class)?;
    let start = offset_in(thread, offset, bytes.len(), info.size())?;
    tell_of_buffer(thread, pointer, bytes.len(), start)?;
    let made = data::new(thread, class)?;
    let place = made.place();
    let end = start + place.size.min(bytes.len() - start);
    // SAFETY: the place has so many bytes.
    unsafe { memory::store(place.first, &bytes[start..end]) };
    Ok(made.value())
}

/// The handle of a library object.
///
/// # Errors
/// `TypeError`, `ValueError`, what getting the attribute raises.
pub(crate) fn handle_of(thread: &mut Thread, library: Value) -> PyResult<usize> {
    let name = HANDLE.get(thread);
    let handle = protocol::get_attribute(thread, library, name)?;
    if !int::is_int(handle) {
        return Err(
            thread.type_error("the _handle attribute of the second argument must be an integer")
        );
    }
    address(thread, handle)
        .map_err(|_| thread.value_error("could not convert the _handle attribute to a pointer"))
}

/// The address of a symbol in a library, or what the system says.
pub(crate) fn symbol(
    thread: &mut Thread,
    handle: usize,
    name: &CString,
) -> Result<usize, Option<String>> {
    thread.safe(|| {
        // SAFETY: a handle that `dlopen` has given, or what the program says is one; a string that ends with a zero.
        unsafe {
            libc::dlerror();
            let handle = std::ptr::with_exposed_provenance_mut(handle);
            let address = libc::dlsym(handle, name.as_ptr());
            if address.is_null() {
                Err(last_error())
            } else {
                Ok(address.expose_provenance())
            }
        }
    })
}

/// What the dynamic loader has to say to the calling thread.
pub(crate) fn last_error() -> Option<String> {
    // SAFETY: a string of this thread's, or null.
    unsafe {
        let text = libc::dlerror();
        (!text.is_null()).then(|| {
            std::ffi::CStr::from_ptr(text)
                .to_string_lossy()
                .into_owned()
        })
    }
}

/// A name for the dynamic loader.
///
/// # Errors
/// `TypeError`, `ValueError`
pub(crate) fn symbol_name(
    thread: &mut Thread,
    name: Value,
    function: &str,
    which: &str,
) -> PyResult<CString> {
    if let Some(bytes) = name.downcast::<Bytes>() {
        return CString::new(bytes.as_slice())
            .map_err(|_| thread.value_error("embedded null byte"));
    }
    let text = grwl_types_text::arguments::c_string(thread, name, function, which)?;
    CString::new(text).map_err(|_| thread.value_error("embedded null character"))
}

fn in_dll(thread: &mut Thread, class: Value, args: Args<'_>) -> PyResult {
    let [library, name] = args.unpack::<2>(thread, "in_dll", 2)?;
    let library = library.unwrap_or_else(none);
    let given = name.unwrap_or_else(none);
    if given.downcast::<Str>().is_none() {
        return Err(thread.type_error(format_args!(
            "in_dll() argument 2 must be str, not {}",
            grwl_types_text::arguments::type_or_none(given)
        )));
    }
    let name = symbol_name(thread, given, "in_dll", "argument 2")?;
    audit::audit(thread, "ctypes.dlsym", &[library, given])?;
    let handle = handle_of(thread, library)?;
    match symbol(thread, handle, &name) {
        Ok(address) => Ok(data::at_address(thread, own(class), address)?.value()),
        Err(Some(error)) => Err(thread.value_error(error)),
        Err(None) => Err(thread.value_error(format_args!(
            "symbol '{}' not found",
            name.to_string_lossy()
        ))),
    }
}

/// The target of an instance's type, for whom it must be known.
///
/// # Errors
/// `TypeError: abstract class`
pub(crate) fn target_of(
    thread: &Thread,
    data: Ref<Data>,
) -> PyResult<(Ref<Info>, Ref<TypeObject>)> {
    let info = Info::of(&data.value().class());
    match info.and_then(|info| Some((info, info.target()?))) {
        Some(found) => Ok(found),
        None => Err(thread.type_error("abstract class")),
    }
}
