//! What all file objects do: making instances, calling methods, arguments, closing, refusing.

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::instance::Attributes;
use grwl_object::protocol::convert;
use grwl_object::{
    Args, Cell, Declaration, Name, PyResult, Raised, Ref, Slot, Str, Thread, Tuple, TypeObject,
    Value, ValueExt, flags, intern, iterators, none, protocol, types,
};

use crate::names as n;

/// `io.DEFAULT_BUFFER_SIZE`
pub(crate) const DEFAULT_BUFFER_SIZE: usize = 128 * 1024;

/// What every file object begins with.
#[repr(C)]
pub struct IoBase {
    pub(crate) header: Header,
    /// `__dict__`
    pub(crate) attributes: Attributes,
}

pub(crate) const ATTRIBUTES: usize = std::mem::offset_of!(IoBase, attributes);

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for IoBase {
    fn type_object() -> &'static TypeObject {
        &crate::base::IO_BASE
    }
}

/// The heap's view of file objects without more.
pub(crate) static IO_BASE_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: ATTRIBUTES as u32,
        count: Attributes::WORDS,
    },
    size: Size::Fixed(size_of::<IoBase>()),
    drop: None,
    name: "_IOBase",
};

/// The flags of a type of file objects.
pub(crate) const FLAGS: u64 =
    flags::BASE | flags::HAS_DICT | flags::WEAK_REFERENCES | flags::HAS_FINALIZER;

/// The declaration of a type of file objects without a `__new__` that can be seen.
pub(crate) const fn declaration(
    name: &'static str,
    base: &'static TypeObject,
    cell: &'static CellType,
    size: usize,
) -> Declaration {
    Declaration {
        name,
        base: Some(base),
        class: &types::TYPE,
        flags: FLAGS | flags::MADE_BY_OBJECT,
        cell,
        kind: if cell.drop.is_some() {
            Kind::Owning
        } else {
            Kind::Traced
        },
        size,
        attributes: ATTRIBUTES,
    }
}

static UNSUPPORTED: Slot = Slot::empty();

/// Makes `UnsupportedOperation`.
pub(crate) fn unsupported_operation(thread: &mut Thread) -> PyResult {
    if let Some(known) = UNSUPPORTED.load() {
        return Ok(known);
    }
    let bases =
        [&types::OS_ERROR, &types::VALUE_ERROR].map(|class| Ref::from_static(class).value());
    let bases = Tuple::try_new(thread, &bases)?.value();
    let namespace = grwl_object::dict::Dict::new(thread);
    let key = intern(thread, "__module__");
    let module = intern(thread, "io").value();
    namespace.set_str(thread, key, module)?;
    let name = intern(thread, "UnsupportedOperation").value();
    let class = Ref::from_static(&types::TYPE).value();
    let made = protocol::call_positional(thread, class, &[name, bases, namespace.value()])?;
    UNSUPPORTED.store(Some(made));
    let first = (&raw const UNSUPPORTED).cast::<u64>();
    // SAFETY: a static stays readable, and is not stored to again.
    unsafe { thread.heap().add_static_roots(first, 1) };
    Ok(made)
}

/// Raises `UnsupportedOperation`.
#[cold]
pub(crate) fn unsupported(thread: &mut Thread, message: &str) -> Raised {
    let class = match unsupported_operation(thread) {
        Ok(class) => class,
        Err(raised) => return raised,
    };
    let message = Str::new(thread, message).value();
    match protocol::call_positional(thread, class, &[message]) {
        Ok(exception) => thread.raise_value(exception),
        Err(raised) => raised,
    }
}

/// Calls a method.
pub(crate) fn call(
    thread: &mut Thread,
    object: Value,
    name: &'static Name,
    args: &[Value],
) -> PyResult {
    let name = name.get(thread);
    protocol::call_method(thread, object, name, args)
}

/// Reads an attribute.
pub(crate) fn attribute(thread: &mut Thread, object: Value, name: &'static Name) -> PyResult {
    let name = name.get(thread);
    protocol::get_attribute(thread, object, name)
}

/// The truth of what a method returns.
pub(crate) fn asks(thread: &mut Thread, object: Value, name: &'static Name) -> PyResult<bool> {
    let answer = call(thread, object, name, &[])?;
    protocol::is_true(thread, answer)
}

/// `object.closed`
pub(crate) fn is_closed(thread: &mut Thread, object: Value) -> PyResult<bool> {
    let closed = attribute(thread, object, &n::CLOSED)?;
    protocol::is_true(thread, closed)
}

/// An optional size: -1 if absent or `None`.
pub(crate) fn size_argument(thread: &mut Thread, value: Option<Value>) -> PyResult<isize> {
    match value.and_then(ValueExt::not_none) {
        None => Ok(-1),
        Some(value) if convert::has_index(value) => protocol::as_isize(thread, value),
        Some(value) => Err(thread.type_error(format_args!(
            "argument should be integer or None, not '{}'",
            value.class().name()
        ))),
    }
}

/// The one optional size of a method.
pub(crate) fn only_size(thread: &mut Thread, args: Args<'_>, function: &str) -> PyResult<isize> {
    let [size] = args.unpack(thread, function, 0)?;
    size_argument(thread, size)
}

/// A place in a file: an index-sized or larger integer.
pub(crate) fn offset(thread: &mut Thread, value: Value) -> PyResult<i64> {
    let whole = convert::index(thread, value)?;
    match grwl_object::int::view(whole) {
        Some(grwl_object::int::IntView::Small(offset)) => Ok(offset),
        _ => Err(thread.overflow_error(format_args!(
            "cannot fit '{}' into an offset-sized integer",
            value.class().name()
        ))),
    }
}

/// An object that shows `length` bytes which Python code may write to.
pub(crate) struct Scratch {
    array: Value,
    view: Value,
}

impl Scratch {
    pub(crate) fn new(thread: &mut Thread, length: usize) -> PyResult<Self> {
        let bytearray = iterators::builtin(thread, "bytearray")?;
        let length = grwl_object::int::from_usize(thread, length);
        let array = protocol::call_positional(thread, bytearray, &[length])?;
        let memoryview = iterators::builtin(thread, "memoryview")?;
        let view = protocol::call_positional(thread, memoryview, &[array])?;
        Ok(Self { array, view })
    }

    /// What Python code gets.
    pub(crate) fn view(&self) -> Value {
        self.view
    }

    /// The first bytes of what was written.
    pub(crate) fn take(self, thread: &mut Thread, length: usize) -> PyResult<Vec<u8>> {
        call(thread, self.view, &n::RELEASE, &[])?;
        let mut bytes = grwl_object::buffer::bytes_of(thread, self.array)?;
        bytes.truncate(length);
        Ok(bytes)
    }
}

/// The second error, with the first as its context.
pub(crate) fn chained(
    thread: &mut Thread,
    first: PyResult<()>,
    second: PyResult<()>,
) -> PyResult<()> {
    match (first, second) {
        (Err(first), Err(second)) => {
            let (first, second) = (first.exception(), second.exception());
            second.chain_to(thread, first);
            Err(Raised(second.value()))
        }
        (Ok(()), result) | (result, Ok(())) => result,
    }
}

/// What is stored in an attribute that is true or false and nothing else.
///
/// # Errors
/// `TypeError`
pub(crate) fn bool_member(thread: &Thread, new: Option<Value>) -> PyResult<bool> {
    let Some(new) = new else {
        return Err(thread.type_error("can't delete numeric/char attribute"));
    };
    if std::ptr::eq(new.class().as_ptr(), &grwl_object::types::BOOL) {
        Ok(new == grwl_object::int::bool(true))
    } else {
        Err(thread.type_error("attribute value type must be bool"))
    }
}

/// `cannot pickle '_io.FileIO' instances`
pub(crate) fn cannot_pickle(thread: &mut Thread, value: Value) -> PyResult {
    let class = value.class();
    Err(thread.type_error(format_args!("cannot pickle {} instances", class.name())))
}

/// Shows an object with its name and perhaps more: `<_io.FileIO name='x' mode='rb'>`.
pub(crate) fn shown_name(thread: &mut Thread, value: Value) -> PyResult<Option<Ref<Str>>> {
    let name = n::NAME.get(thread);
    let found = match protocol::find_attribute(thread, value, name) {
        Ok(found) => found,
        Err(raised) if raised.matches(&types::VALUE_ERROR) => None,
        Err(raised) => return Err(raised),
    };
    match found {
        Some(found) => protocol::repr(thread, found).map(Some),
        None => Ok(None),
    }
}

/// `BlockingIOError` of a write: how much was written.
pub(crate) fn would_block(thread: &mut Thread, written: usize) -> Raised {
    let class = Ref::from_static(&types::BLOCKING_IO_ERROR).value();
    let message = Str::new(thread, "write could not complete without blocking").value();
    let number = Value::small(libc::EAGAIN.into());
    let written = grwl_object::int::from_usize(thread, written);
    match protocol::call_positional(thread, class, &[number, message, written]) {
        Ok(exception) => thread.raise_value(exception),
        Err(raised) => raised,
    }
}

/// An absent argument is `None`.
pub(crate) fn or_none(value: Option<Value>) -> Value {
    value.unwrap_or_else(none)
}
