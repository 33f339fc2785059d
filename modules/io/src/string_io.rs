//! `StringIO`: a file of text in memory. Its state is touched with the object's own lock held.

use std::cell::{Cell as StdCell, RefCell};
use std::mem::offset_of;

use grwl_heap::{CellPtr, CellType, Header, Size, Trace};
use grwl_object::dict::Dict;
use grwl_object::instance::{self, Attributes};
use grwl_object::{
    Args, Cell, Declaration, GetSet, Method, PyResult, Ref, Signature, Str, Thread, Tuple,
    TypeObject, TypeSpec, Value, ValueExt, flags, int, none, protocol, slots,
};
use grwl_text::{Text, TextBuf, TextBuilder};
use grwl_threads::sync::{AtomicBool, Ordering};

use crate::base::TEXT_IO_BASE;
use crate::lock::FileLock;
use crate::names as n;
use crate::newline::{Newlines, known_newline, line_end, seen_value};
use crate::object::{call, declaration, only_size, or_none, size_argument};

/// `_io.StringIO`
#[repr(C)]
pub struct StringIo {
    header: Header,
    attributes: Attributes,
    lock: FileLock,
    is_ready: AtomicBool,
    closed: AtomicBool,
    /// The text, as a builder that is at its end, or as it is.
    contents: RefCell<TextBuilder>,
    place: StdCell<usize>,
    /// As it was given.
    newline: StdCell<Option<&'static str>>,
    newlines: StdCell<Newlines>,
}

// SAFETY: repr(C), begins with a header; what is not atomic is touched with the object's own lock held.
unsafe impl Cell for StringIo {
    fn type_object() -> &'static TypeObject {
        &STRING_IO
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(StringIo, attributes) as u32,
        count: Attributes::WORDS,
    },
    size: Size::Fixed(size_of::<StringIo>()),
    drop: Some(drop_string),
    name: "StringIO",
};

unsafe fn drop_string(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead object.
    unsafe { std::ptr::drop_in_place(&raw mut (*cell.cast::<StringIo>().as_ptr()).contents) };
}

/// `_io.StringIO`
pub static STRING_IO: TypeObject = TypeObject::declare(&Declaration {
    flags: flags::BASE | flags::HAS_DICT | flags::WEAK_REFERENCES,
    ..declaration("_io.StringIO", &TEXT_IO_BASE, &CELL, size_of::<StringIo>())
});

const R: Ordering = Ordering::Relaxed;

fn this(value: Value) -> Ref<StringIo> {
    // SAFETY: slots and methods of the type are called with its instances only.
    unsafe { value.downcast_unchecked() }
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    let cell = instance::allocate(thread, class)?;
    let place = cell.cast::<StringIo>().as_ptr();
    // SAFETY: a fresh cell with this payload.
    unsafe {
        (&raw mut (*place).lock).write(FileLock::new());
        (&raw mut (*place).contents).write(RefCell::default());
        (&raw mut (*place).newline).write(StdCell::new(None));
        (&raw mut (*place).newlines).write(StdCell::default());
    }
    Ok(Value::from_cell(cell))
}

fn init(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    static S: Signature<2> =
        Signature::new("StringIO", ["initial_value", "newline"]).optional_after(0);
    let [initial, newline] = args.parse(thread, &S)?;
    let newline = match newline {
        None => Some("\n"),
        Some(newline) if newline.is_none() => None,
        Some(newline) => match newline.downcast::<Str>() {
            Some(text) => Some(known_newline(thread, text)?),
            None => {
                return Err(thread.type_error(format_args!(
                    "newline must be str or None, not {}",
                    newline.class().name()
                )));
            }
        },
    };
    let initial = match initial.and_then(ValueExt::not_none) {
        None => None,
        Some(initial) => match initial.downcast::<Str>() {
            Some(text) => Some(text),
            None => {
                return Err(thread.type_error(format_args!(
                    "initial_value must be str or None, not {}",
                    initial.class().name()
                )));
            }
        },
    };
    let this = this(value);
    this.lock.nested(thread, |_| {
        this.contents.take();
        this.place.set(0);
        this.newline.set(newline);
        this.newlines.set(Newlines {
            translate: newline.is_none(),
            ..Newlines::default()
        });
        this.closed.store(false, R);
        this.is_ready.store(true, R);
        if let Some(text) = initial {
            put(this, text.text());
            this.place.set(0);
        }
        Ok(())
    })
}

fn locked<T>(
    thread: &mut Thread,
    value: Value,
    act: impl FnOnce(&mut Thread, Ref<StringIo>) -> PyResult<T>,
) -> PyResult<T> {
    let this = this(value);
    this.lock.nested(thread, |thread| {
        if !this.is_ready.load(R) {
            return Err(thread.value_error("I/O operation on uninitialized object"));
        }
        if this.closed.load(R) {
            return Err(thread.value_error("I/O operation on closed file"));
        }
        act(thread, this)
    })
}

/// Writes at the place where the file is.
fn put(this: Ref<StringIo>, text: Text<'_>) {
    let newline = this.newline.get();
    let decoded = if newline.is_none_or(str::is_empty) {
        let mut newlines = this.newlines.get();
        let decoded = newlines.feed(text, true);
        this.newlines.set(newlines);
        Some(decoded)
    } else {
        None
    };
    let text = decoded.as_ref().map_or(text, TextBuf::as_text);
    let translated = newline.filter(|end| end.starts_with('\r')).map(|end| {
        let mut out = TextBuilder::new();
        for code in text.codes() {
            if code == u32::from(b'\n') {
                out.push_str(end);
            } else {
                out.push(code);
            }
        }
        out.finish()
    });
    let text = translated.as_ref().map_or(text, TextBuf::as_text);
    if text.is_empty() {
        return;
    }
    let from = this.place.get();
    let end = from + text.len();
    let mut contents = this.contents.borrow_mut();
    let length = contents.len();
    if from >= length {
        contents.push_repeated(0, from - length);
        contents.push_text(text);
    } else {
        let before = std::mem::take(&mut *contents).finish();
        let before = before.as_text();
        contents.push_text(before.slice(0..from));
        contents.push_text(text);
        if end < length {
            contents.push_text(before.slice(end..length));
        }
    }
    this.place.set(end);
}

fn write(thread: &mut Thread, value: Value, text: Value) -> PyResult {
    let Some(string) = text.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "string argument expected, got '{}'",
            text.class().name()
        )));
    };
    locked(thread, value, |thread, this| {
        put(this, string.text());
        Ok(int::from_usize(thread, string.len()))
    })
}

/// The text from where the file is, up to `end`; moves there.
fn take(thread: &Thread, this: Ref<StringIo>, end: usize) -> PyResult {
    let contents = this.contents.borrow();
    let text = contents.as_text();
    let from = this.place.get().min(text.len());
    let end = end.clamp(from, text.len());
    if end > from {
        this.place.set(end);
    }
    Ok(Str::try_from_text(thread, text.slice(from..end))?.value())
}

fn read(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let size = only_size(thread, args, "read")?;
    locked(thread, value, |thread, this| {
        let end =
            usize::try_from(size).map_or(usize::MAX, |size| this.place.get().saturating_add(size));
        take(thread, this, end)
    })
}

fn line(thread: &Thread, this: Ref<StringIo>, limit: isize) -> PyResult {
    let newline = this.newline.get();
    let end = {
        let contents = this.contents.borrow();
        let text = contents.as_text();
        let from = this.place.get().min(text.len());
        let universal = newline.is_none_or(str::is_empty);
        line_end(text, from, universal, newline.is_none(), newline).unwrap_or(text.len())
    };
    let most =
        usize::try_from(limit).map_or(usize::MAX, |limit| this.place.get().saturating_add(limit));
    take(thread, this, end.min(most))
}

fn readline(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let size = only_size(thread, args, "readline")?;
    locked(thread, value, |thread, this| line(thread, this, size))
}

fn next(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let found = if std::ptr::eq(value.class().as_ptr(), &STRING_IO) {
        locked(thread, value, |thread, this| line(thread, this, -1))?
    } else {
        let found = call(thread, value, &n::READLINE, &[])?;
        if found.downcast::<Str>().is_none() {
            return Err(thread.raise(
                &grwl_object::types::OS_ERROR,
                format_args!(
                    "readline() should have returned a str object, not '{}'",
                    found.class().name()
                ),
            ));
        }
        found
    };
    let is_end = found.downcast::<Str>().is_some_and(|text| text.is_empty());
    Ok((!is_end).then_some(found))
}

fn tell(thread: &mut Thread, value: Value) -> PyResult {
    locked(thread, value, |thread, this| {
        Ok(int::from_usize(thread, this.place.get()))
    })
}

fn truncate(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "truncate", 0)?;
    let given = size_argument(thread, size)?;
    let is_given = size.and_then(ValueExt::not_none).is_some();
    locked(thread, value, |thread, this| {
        if is_given && given < 0 {
            return Err(thread.value_error(format_args!("Negative size value {given}")));
        }
        let size = if is_given {
            given as usize
        } else {
            this.place.get()
        };
        let mut contents = this.contents.borrow_mut();
        if size < contents.len() {
            let before = std::mem::take(&mut *contents).finish();
            contents.push_text(before.as_text().slice(0..size));
        }
        Ok(int::from_usize(thread, size))
    })
}

fn seek(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [to, how] = args.unpack(thread, "seek", 1)?;
    let to = protocol::as_isize(thread, or_none(to))?;
    let how = match how {
        Some(how) => grwl_types_text::arguments::c_int(thread, how)?,
        None => 0,
    };
    locked(thread, value, |thread, this| {
        let place = match how {
            0 if to < 0 => {
                return Err(thread.value_error(format_args!("Negative seek position {to}")));
            }
            0 => to as usize,
            1 | 2 if to != 0 => {
                return Err(thread.raise(
                    &grwl_object::types::OS_ERROR,
                    "Can't do nonzero cur-relative seeks",
                ));
            }
            1 => this.place.get(),
            2 => this.contents.borrow().len(),
            _ => {
                return Err(
                    thread.value_error(format_args!("Invalid whence ({how}, should be 0, 1 or 2)"))
                );
            }
        };
        this.place.set(place);
        Ok(int::from_usize(thread, place))
    })
}

fn getvalue(thread: &mut Thread, value: Value) -> PyResult {
    locked(thread, value, |thread, this| {
        let contents = this.contents.borrow();
        Ok(Str::try_from_text(thread, contents.as_text())?.value())
    })
}

fn close(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(value);
    this.lock.nested(thread, |_| {
        this.closed.store(true, R);
        this.contents.take();
        Ok(none())
    })
}

fn yes(thread: &mut Thread, value: Value) -> PyResult {
    locked(thread, value, |_, _| Ok(int::bool(true)))
}

fn get_closed(thread: &mut Thread, value: Value) -> PyResult {
    if !this(value).is_ready.load(R) {
        return Err(thread.value_error("I/O operation on uninitialized object"));
    }
    Ok(int::bool(this(value).closed.load(R)))
}

fn get_line_buffering(thread: &mut Thread, value: Value) -> PyResult {
    locked(thread, value, |_, _| Ok(int::bool(false)))
}

fn get_newlines(thread: &mut Thread, value: Value) -> PyResult {
    locked(thread, value, |thread, this| {
        if this.newline.get().is_none_or(str::is_empty) {
            seen_value(thread, this.newlines.get().seen)
        } else {
            Ok(none())
        }
    })
}

fn getstate(thread: &mut Thread, value: Value) -> PyResult {
    let text = getvalue(thread, value)?;
    let newline = match this(value).newline.get() {
        Some(newline) => grwl_object::intern(thread, newline).value(),
        None => none(),
    };
    let place = tell(thread, value)?;
    let dict = match instance::copy_of_dict(thread, value)? {
        Some(dict) if !dict.is_empty() => dict.value(),
        _ => none(),
    };
    Ok(Tuple::try_new(thread, &[text, newline, place, dict])?.value())
}

fn setstate(thread: &mut Thread, value: Value, state: Value) -> PyResult {
    if this(value).closed.load(R) {
        return Err(thread.value_error("I/O operation on closed file"));
    }
    let Some(state) = state.downcast::<Tuple>().filter(|state| state.len() >= 4) else {
        return Err(thread.type_error(format_args!(
            "{}.__setstate__ argument should be 4-tuple, got {}",
            value.class().name(),
            state.class().name()
        )));
    };
    let Some(text) = state.at(0).downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "initial_value must be str or None, not {}",
            state.at(0).class().name()
        )));
    };
    let Some(place) = state.at(2).as_int() else {
        return Err(thread.type_error(format_args!(
            "third item of state must be an integer, got {}",
            state.at(2).class().name()
        )));
    };
    let Ok(place) = usize::try_from(place) else {
        return Err(thread.value_error("position value cannot be negative"));
    };
    let empty = Str::empty().value();
    init(thread, value, Args::positional(&[empty, state.at(1)]))?;
    locked(thread, value, |_, this| {
        // Its ends of lines were translated when it was written.
        let mut contents = TextBuilder::new();
        contents.push_text(text.text());
        *this.contents.borrow_mut() = contents;
        this.place.set(place);
        Ok(())
    })?;
    if !state.at(3).is_none() {
        let Some(from) = state.at(3).downcast::<Dict>() else {
            return Err(thread.type_error(format_args!(
                "fourth item of state should be a dict, got a {}",
                state.at(3).class().name()
            )));
        };
        if let Some(own) = instance::dict_of(thread, value)? {
            own.merge(thread, from, true)?;
        }
    }
    Ok(none())
}

static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "StringIO(initial_value='', newline='\\n')\n--\n\nA file of text in memory.\n\nThe newline says which ends of lines there are, as for TextIOWrapper.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init),
        slots::NEXT.is(next),
    ],
    methods: &[
        Method::no_arguments(
            "close",
            close,
            "close($self, /)\n--\n\nForget the contents.",
        ),
        Method::no_arguments(
            "getvalue",
            getvalue,
            "getvalue($self, /)\n--\n\nThe contents.",
        ),
        Method::any(
            "read",
            read,
            "read($self, size=-1, /)\n--\n\nRead at most so many characters.",
        ),
        Method::any(
            "readline",
            readline,
            "readline($self, size=-1, /)\n--\n\nRead a line, at most so many characters of it.",
        ),
        Method::no_arguments("tell", tell, "tell($self, /)\n--\n\nThe place in the file."),
        Method::any(
            "truncate",
            truncate,
            "truncate($self, pos=None, /)\n--\n\nCut the file to a size; where it is now, by default.",
        ),
        Method::any(
            "seek",
            seek,
            "seek($self, pos, whence=0, /)\n--\n\nMove in the file; the new place.",
        ),
        Method::one(
            "write",
            write,
            "write($self, s, /)\n--\n\nWrite a string; how many characters.",
        ),
        Method::no_arguments(
            "seekable",
            yes,
            "seekable($self, /)\n--\n\nAlways, until it is closed.",
        ),
        Method::no_arguments(
            "readable",
            yes,
            "readable($self, /)\n--\n\nAlways, until it is closed.",
        ),
        Method::no_arguments(
            "writable",
            yes,
            "writable($self, /)\n--\n\nAlways, until it is closed.",
        ),
        Method::no_arguments("__getstate__", getstate, "__getstate__($self, /)\n--\n\n"),
        Method::one(
            "__setstate__",
            setstate,
            "__setstate__($self, state, /)\n--\n\n",
        ),
    ],
    getset: &[
        GetSet::read_only("closed", get_closed, None),
        GetSet::read_only("newlines", get_newlines, None),
        GetSet::read_only("line_buffering", get_line_buffering, None),
    ],
    constants: &[],
};

pub(crate) fn install() {
    STRING_IO.define(&SPEC);
}
