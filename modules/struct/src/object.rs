//! `Struct`: a parsed format, and packing and unpacking by it.
//!
//! Protocol: what a format says lies in a cell that never changes ([`Parsed`]); `__init__` replaces it with one store, so whoever packs or unpacks at
//! that moment uses the old one or the new one.

use std::mem::offset_of;

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_object::buffer::{self, BufferView, request};
use grwl_object::bytes::Bytes;
use grwl_object::protocol::{self, convert};
use grwl_object::{
    Args, Buffer, Cell, Declaration, GetSet, Method, PyResult, Ref, Signature, Slot, Str, Thread,
    Tuple, TypeObject, TypeSpec, Value, ValueExt, flags, instance, int, none, slots, types,
};
use grwl_types_text::codec;

use crate::ERROR;
use crate::format::Format;
use crate::item;

/// What a format says.
#[repr(C)]
pub(crate) struct Parsed {
    header: Header,
    /// The format's text.
    text: Slot,
    pub(crate) format: Format,
}

/// `_struct.Struct`
#[repr(C)]
pub struct Struct {
    header: Header,
    /// A [`Parsed`]; absent: `__init__` has not run.
    parsed: Slot,
}

// SAFETY: repr(C), begins with a header, never changed after it was published.
unsafe impl Cell for Parsed {
    fn type_object() -> &'static TypeObject {
        &PARSED
    }
}
// SAFETY: repr(C), begins with a header; the slot is atomic.
unsafe impl Cell for Struct {
    fn type_object() -> &'static TypeObject {
        &STRUCT
    }
}

static PARSED_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Parsed, text) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<Parsed>()),
    drop: Some(drop_parsed),
    name: "parsed format",
};

static STRUCT_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Struct, parsed) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<Struct>()),
    drop: None,
    name: "Struct",
};

unsafe fn drop_parsed(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead cell of this type.
    unsafe { std::ptr::drop_in_place(&raw mut (*cell.cast::<Parsed>().as_ptr()).format) };
}

/// The type of [`Parsed`]; Python sees it nowhere.
pub(crate) static PARSED: TypeObject = TypeObject::declare(&Declaration {
    name: "parsed_format",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &PARSED_CELL,
    kind: Kind::Owning,
    size: size_of::<Parsed>(),
    attributes: 0,
});

/// `_struct.Struct`
pub static STRUCT: TypeObject = TypeObject::declare(&Declaration {
    name: "_struct.Struct",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::WEAK_REFERENCES,
    cell: &STRUCT_CELL,
    kind: Kind::Traced,
    size: size_of::<Struct>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("Struct(fmt) --> compiled struct object\n\n"),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init),
        slots::REPR.is(repr),
    ],
    methods: &[
        Method::one(
            "iter_unpack",
            |thread, this, bytes| {
                let parsed = parsed(thread, this)?;
                crate::iterator::begin(thread, parsed, bytes)
            },
            "iter_unpack($self, buffer, /)\n--\n\nAn iterator of what one piece of the buffer after another holds.",
        ),
        Method::any(
            "pack",
            |thread, this, args| {
                let parsed = parsed(thread, this)?;
                let values = args.no_keywords(thread, "Struct.pack")?;
                pack(thread, parsed, values)
            },
            "pack(v1, v2, ...) -> bytes\n\nThe values as bytes, by this format.",
        ),
        Method::any(
            "pack_into",
            |thread, this, args| {
                let parsed = parsed(thread, this)?;
                let values = args.no_keywords(thread, "Struct.pack_into")?;
                pack_into(thread, parsed, values)
            },
            "pack_into(buffer, offset, v1, v2, ...)\n\nWrite the values by this format into a buffer that can be written to, at an offset.",
        ),
        Method::one(
            "unpack",
            |thread, this, bytes| {
                let parsed = parsed(thread, this)?;
                unpack(thread, parsed, bytes)
            },
            "unpack($self, buffer, /)\n--\n\nThe tuple of the values in a buffer, which has exactly the format's length.",
        ),
        Method::any(
            "unpack_from",
            |thread, this, args| {
                static SIGNATURE: Signature<2> =
                    Signature::new("unpack_from", ["buffer", "offset"]).optional_after(1);
                let parsed = parsed(thread, this)?;
                let [bytes, offset] = args.parse(thread, &SIGNATURE)?;
                unpack_from(thread, parsed, bytes.unwrap_or_else(none), offset)
            },
            "unpack_from($self, /, buffer, offset=0)\n--\n\nThe tuple of the values in a buffer, at an offset.",
        ),
        Method::no_arguments(
            "__sizeof__",
            |thread, this| {
                let runs = parsed(thread, this)?.format.runs.len();
                Ok(int::from_usize(thread, 56 + 32 * (runs + 1)))
            },
            "__sizeof__($self, /)\n--\n\nBytes of the object.",
        ),
    ],
    getset: &[
        GetSet::read_only(
            "format",
            |thread, this| Ok(text(parsed(thread, this)?)),
            Some("struct format string"),
        ),
        GetSet::read_only(
            "size",
            |thread, this| match own(this).parsed() {
                Some(parsed) => Ok(int::from_usize(thread, parsed.format.size)),
                None => Ok(Value::small(-1)),
            },
            Some("struct size in bytes"),
        ),
    ],
    constants: &[],
};

fn own(this: Value) -> Ref<Struct> {
    // SAFETY: descriptors and slots call a type's functions with its instances only.
    unsafe { this.downcast_unchecked() }
}

impl Struct {
    fn parsed(&self) -> Option<Ref<Parsed>> {
        self.parsed.load()?.downcast::<Parsed>()
    }
}

fn parsed(thread: &Thread, this: Value) -> PyResult<Ref<Parsed>> {
    own(this)
        .parsed()
        .ok_or_else(|| thread.runtime_error("Struct object is not initialized"))
}

fn text(parsed: Ref<Parsed>) -> Value {
    parsed.text.load().unwrap_or_else(none)
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    Ok(Value::from_cell(instance::allocate(thread, class)?))
}

fn init(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    static SIGNATURE: Signature<1> = Signature::new("Struct", ["format"]);
    let [format] = args.parse(thread, &SIGNATURE)?;
    let parsed = parse(thread, format.unwrap_or_else(none))?;
    let this = own(this);
    let locked = thread.lock_cell(&this);
    locked.store(this, &this.parsed, Some(parsed.value()));
    drop(locked);
    Ok(())
}

/// What a format, a `str` or `bytes`, says.
pub(crate) fn parse(thread: &mut Thread, format: Value) -> PyResult<Ref<Parsed>> {
    let string = if let Some(string) = format.downcast::<Str>() {
        Str::try_from_text(thread, string.text())?
    } else if let Some(bytes) = format.downcast::<Bytes>() {
        codec::decode(
            thread,
            bytes.as_slice(),
            Some("ascii"),
            Some("surrogateescape"),
        )?
    } else {
        return Err(thread.type_error(format_args!(
            "Struct() argument 1 must be a str or bytes object, not {}",
            format.class().name()
        )));
    };
    let Some(ascii) = string.as_ascii() else {
        let text = string.text();
        let is_high = |&at: &usize| text.at(at) >= 128;
        let first = (0..text.len()).find(is_high).unwrap_or(0);
        let count = (first..text.len()).take_while(is_high).count();
        let reason = "ordinal not in range(128)";
        return Err(thread.unicode_encode_error("ascii", string, first, first + count, reason));
    };
    let made = match Format::parse(ascii.as_bytes()) {
        Ok(made) => made,
        Err(message) => return Err(ERROR.raise(thread, message)),
    };
    // SAFETY: the class is that of parsed formats.
    Ok(unsafe {
        thread.new_cell(&PARSED, |header| Parsed {
            header,
            text: Slot::new(Some(string.value())),
            format: made,
        })
    })
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let parsed = parsed(thread, this)?;
    let shown = protocol::repr(thread, text(parsed))?;
    let name = this.class().name().to_string();
    let short = name.rsplit('.').next().unwrap_or_default();
    let text = format!("{short}({})", shown.to_rust_lossy());
    Ok(Str::new(thread, &text).value())
}

/// The values as bytes; there are as many as the format has.
fn packed(thread: &mut Thread, parsed: Ref<Parsed>, values: &[Value]) -> PyResult<Vec<u8>> {
    let format = &parsed.format;
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(format.size).is_err() {
        return Err(thread.memory_error());
    }
    bytes.resize(format.size, 0);
    let mut values = values.iter();
    for &run in &format.runs {
        for (number, &value) in values.by_ref().take(run.count).enumerate() {
            let at = run.offset + number * run.size;
            item::pack(thread, format, run, value, &mut bytes[at..at + run.size])?;
        }
    }
    Ok(bytes)
}

/// `pack(*values)`
pub(crate) fn pack(thread: &mut Thread, parsed: Ref<Parsed>, values: &[Value]) -> PyResult {
    let expected = parsed.format.values;
    if values.len() != expected {
        let count = values.len();
        return Err(ERROR.raise(
            thread,
            format_args!("pack expected {expected} items for packing (got {count})"),
        ));
    }
    let bytes = packed(thread, parsed, values)?;
    Ok(Bytes::new(thread, &bytes)?.value())
}

/// `pack_into(buffer, offset, *values)`
pub(crate) fn pack_into(thread: &mut Thread, parsed: Ref<Parsed>, args: &[Value]) -> PyResult {
    let expected = parsed.format.values;
    let (target, offset, values) = match args {
        [target, offset, values @ ..] if values.len() == expected => (*target, *offset, values),
        [] => return Err(ERROR.raise(thread, "pack_into expected buffer argument")),
        [_] => return Err(ERROR.raise(thread, "pack_into expected offset argument")),
        [_, _, values @ ..] => {
            let count = values.len();
            return Err(ERROR.raise(
                thread,
                format_args!("pack_into expected {expected} items for packing (got {count})"),
            ));
        }
    };
    let view = match buffer::get(thread, target, request::WRITABLE) {
        Ok(view) if view.is_read_only => {
            view.release(thread);
            return Err(not_writable(thread, target));
        }
        Ok(view) => view,
        Err(raised)
            if raised.matches(&types::TYPE_ERROR) || raised.matches(&types::BUFFER_ERROR) =>
        {
            return Err(not_writable(thread, target));
        }
        Err(raised) => return Err(raised),
    };
    let result = fill(thread, parsed, &view, offset, values);
    view.release(thread);
    result.map(|()| none())
}

#[cold]
fn not_writable(thread: &mut Thread, target: Value) -> grwl_object::Raised {
    thread.type_error(format_args!(
        "argument must be read-write bytes-like object, not {}",
        target.class().name()
    ))
}

/// What is done at a place of a buffer, for messages.
struct Deed {
    function: &'static str,
    doing: &'static str,
    lacking: &'static str,
}

static PACKING: Deed = Deed {
    function: "pack_into",
    doing: "packing",
    lacking: "no space to pack",
};
static UNPACKING: Deed = Deed {
    function: "unpack_from",
    doing: "unpacking",
    lacking: "not enough data to unpack",
};

/// The place in a buffer of `length` bytes that an offset means, where `size` bytes must fit. A negative one counts from the end.
fn place(
    thread: &Thread,
    deed: &Deed,
    size: usize,
    length: usize,
    offset: isize,
) -> PyResult<usize> {
    let at = if offset < 0 {
        if offset + size as isize > 0 {
            let lacking = deed.lacking;
            return Err(ERROR.raise(
                thread,
                format_args!("{lacking} {size} bytes at offset {offset}"),
            ));
        }
        match length.checked_add_signed(offset) {
            Some(at) => at,
            None => {
                return Err(ERROR.raise(
                    thread,
                    format_args!("offset {offset} out of range for {length}-byte buffer"),
                ));
            }
        }
    } else {
        offset as usize
    };
    if at > length || length - at < size {
        let least = at as u128 + size as u128;
        let (function, doing) = (deed.function, deed.doing);
        return Err(ERROR.raise(
            thread,
            format_args!(
                "{function} requires a buffer of at least {least} bytes for {doing} {size} bytes at offset {at} (actual buffer size is {length})"
            ),
        ));
    }
    Ok(at)
}

fn fill(
    thread: &mut Thread,
    parsed: Ref<Parsed>,
    view: &BufferView,
    offset: Value,
    values: &[Value],
) -> PyResult<()> {
    let offset = convert::as_index(thread, offset)?;
    let size = parsed.format.size;
    let at = place(thread, &PACKING, size, view.length, offset)?;
    let bytes = packed(thread, parsed, values)?;
    // SAFETY: the view's memory stays while it lasts, and has this many bytes from here on.
    unsafe { std::ptr::copy(bytes.as_ptr(), view.pointer.add(at), size) };
    Ok(())
}

/// The values in bytes of the format's length.
pub(crate) fn values_of(thread: &mut Thread, parsed: Ref<Parsed>, bytes: &[u8]) -> PyResult {
    let format = &parsed.format;
    let mut values = Buffer::with_capacity(thread, format.values)?;
    for &run in &format.runs {
        for number in 0..run.count {
            let at = run.offset + number * run.size;
            let value = item::unpack(thread, format, run, &bytes[at..at + run.size])?;
            values.push(thread, value)?;
        }
    }
    Ok(Tuple::try_new(thread, &values)?.value())
}

/// The bytes of a view from a place on.
pub(crate) fn copy(view: &BufferView, at: usize, size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    if size > 0 {
        // SAFETY: the caller has compared with the view's length; racing writers change bytes, nothing else.
        unsafe { std::ptr::copy(view.pointer.add(at), bytes.as_mut_ptr(), size) };
    }
    bytes
}

/// `unpack(buffer)`
pub(crate) fn unpack(thread: &mut Thread, parsed: Ref<Parsed>, bytes: Value) -> PyResult {
    let size = parsed.format.size;
    if let Some(bytes) = bytes.downcast_exact::<Bytes>()
        && bytes.len() == size
    {
        return values_of(thread, parsed, bytes.as_slice());
    }
    let view = buffer::get(thread, bytes, request::SIMPLE)?;
    let copied = (view.length == size).then(|| copy(&view, 0, size));
    view.release(thread);
    match copied {
        Some(bytes) => values_of(thread, parsed, &bytes),
        None => Err(ERROR.raise(
            thread,
            format_args!("unpack requires a buffer of {size} bytes"),
        )),
    }
}

/// `unpack_from(buffer, offset=0)`
pub(crate) fn unpack_from(
    thread: &mut Thread,
    parsed: Ref<Parsed>,
    bytes: Value,
    offset: Option<Value>,
) -> PyResult {
    let view = buffer::get(thread, bytes, request::SIMPLE)?;
    let copied = piece(thread, parsed, &view, offset);
    view.release(thread);
    values_of(thread, parsed, &copied?)
}

fn piece(
    thread: &mut Thread,
    parsed: Ref<Parsed>,
    view: &BufferView,
    offset: Option<Value>,
) -> PyResult<Vec<u8>> {
    let offset = match offset {
        Some(offset) => grwl_types_text::arguments::size(thread, offset)?,
        None => 0,
    };
    let size = parsed.format.size;
    let at = place(thread, &UNPACKING, size, view.length, offset)?;
    Ok(copy(view, at, size))
}
