//! Ends of lines: which there are, where a line ends, translation while reading, and `IncrementalNewlineDecoder`.
//!
//! The state of a decoder is a few bits: a `\r` that was held back because a `\n` may follow, and the kinds of ends seen.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::bytes::Bytes;
use grwl_object::{
    Args, Cell, Declaration, GetSet, Method, PyResult, Ref, Signature, Slot, Str, Thread, Tuple,
    TypeObject, TypeSpec, Value, ValueExt, flags, instance, int, none, protocol, slots, types,
};
use grwl_text::{Text, TextBuf, TextBuilder};
use grwl_threads::sync::{AtomicBool, AtomicU8, Ordering};

use crate::names as n;
use crate::object::{call, or_none};

const CR: u8 = 1;
const LF: u8 = 2;
const CRLF: u8 = 4;

/// One of the four ways in which lines end.
pub(crate) fn known_newline(thread: &mut Thread, text: Ref<Str>) -> PyResult<&'static str> {
    match ["", "\n", "\r", "\r\n"]
        .into_iter()
        .find(|known| text.is_str(known))
    {
        Some(known) => Ok(known),
        None => {
            let shown = protocol::repr(thread, text.value())?;
            Err(thread.value_error(format_args!("illegal newline value: {shown}")))
        }
    }
}

/// Where a line that begins at `from` ends, if that can be seen.
pub(crate) fn line_end(
    text: Text<'_>,
    from: usize,
    universal: bool,
    translate: bool,
    end: Option<&str>,
) -> Option<usize> {
    let rest = text.slice(from..text.len());
    let find = |wanted: u8| match rest {
        Text::One(units) => memchr::memchr(wanted, units),
        _ => rest.codes().position(|code| code == u32::from(wanted)),
    };
    if translate || !universal && end.is_none_or(|end| end == "\n") {
        return find(b'\n').map(|place| from + place + 1);
    }
    if universal {
        let lf = find(b'\n');
        let cr = find(b'\r');
        return match (cr, lf) {
            (Some(cr), lf) if lf.is_none_or(|lf| cr < lf) => {
                let next = rest.get(cr + 1) == Some(u32::from(b'\n'));
                Some(from + cr + 1 + usize::from(next))
            }
            (_, lf) => lf.map(|place| from + place + 1),
        };
    }
    if end == Some("\r") {
        return find(b'\r').map(|place| from + place + 1);
    }
    let mut start = 0;
    loop {
        let part = rest.slice(start..rest.len());
        let cr = part.codes().position(|code| code == u32::from(b'\r'))?;
        if part.get(cr + 1) == Some(u32::from(b'\n')) {
            return Some(from + start + cr + 2);
        }
        start += cr + 1;
    }
}

/// Translation of ends of lines, between pieces of text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Newlines {
    /// Is each end of a line to become `\n`?
    pub translate: bool,
    /// Was the last character a `\r`, which is held back?
    pub pending: bool,
    /// The kinds of ends seen.
    pub seen: u8,
}

impl Newlines {
    /// Takes the next piece.
    pub(crate) fn feed(&mut self, text: Text<'_>, is_final: bool) -> TextBuf {
        let mut held = None;
        let text = if self.pending && (is_final || !text.is_empty()) {
            let mut builder = TextBuilder::new();
            builder.push(u32::from(b'\r'));
            builder.push_text(text);
            self.pending = false;
            held.insert(builder.finish()).as_text()
        } else {
            text
        };
        let length = text.len();
        let mut end = length;
        if !is_final && length > 0 && text.at(length - 1) == u32::from(b'\r') {
            end -= 1;
            self.pending = true;
        }
        let text = text.slice(0..end);
        let has_cr = match text {
            Text::One(units) => memchr::memchr(b'\r', units).is_some(),
            _ => text.codes().any(|code| code == u32::from(b'\r')),
        };
        if !has_cr {
            let has_lf = match text {
                Text::One(units) => self.seen & LF != 0 || memchr::memchr(b'\n', units).is_some(),
                _ => text.codes().any(|code| code == u32::from(b'\n')),
            };
            if has_lf {
                self.seen |= LF;
            }
            return text.to_canonical();
        }
        let mut out = TextBuilder::with_capacity(if self.translate { end } else { 0 });
        let mut index = 0;
        while index < end {
            let code = text.at(index);
            index += 1;
            if code == u32::from(b'\r') {
                if text.get(index) == Some(u32::from(b'\n')) {
                    self.seen |= CRLF;
                    index += 1;
                } else {
                    self.seen |= CR;
                }
                if self.translate {
                    out.push(u32::from(b'\n'));
                }
            } else {
                if code == u32::from(b'\n') {
                    self.seen |= LF;
                }
                if self.translate {
                    out.push(code);
                }
            }
        }
        if self.translate {
            out.finish()
        } else {
            text.to_canonical()
        }
    }
}

/// The kinds of ends seen, as Python sees them.
pub(crate) fn seen_value(thread: &Thread, seen: u8) -> PyResult {
    let kinds: Vec<&str> = [(CR, "\r"), (LF, "\n"), (CRLF, "\r\n")]
        .iter()
        .filter(|(bit, _)| seen & bit != 0)
        .map(|(_, text)| *text)
        .collect();
    match kinds[..] {
        [] => Ok(none()),
        [only] => Ok(grwl_object::intern(thread, only).value()),
        _ => {
            let mut values = [none(); 3];
            for (value, kind) in values.iter_mut().zip(&kinds) {
                *value = grwl_object::intern(thread, kind).value();
            }
            Ok(Tuple::try_new(thread, &values[..kinds.len()])?.value())
        }
    }
}

/// `_io.IncrementalNewlineDecoder`. Each field stands for itself.
#[repr(C)]
pub struct NewlineDecoder {
    header: Header,
    /// The decoder of bytes; `None` if text comes in.
    decoder: Slot,
    errors: Slot,
    translate: AtomicBool,
    pending: AtomicBool,
    seen: AtomicU8,
}

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for NewlineDecoder {
    fn type_object() -> &'static TypeObject {
        &NEWLINE_DECODER
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(NewlineDecoder, decoder) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<NewlineDecoder>()),
    drop: None,
    name: "IncrementalNewlineDecoder",
};

/// `_io.IncrementalNewlineDecoder`
pub static NEWLINE_DECODER: TypeObject = TypeObject::declare(&Declaration {
    name: "_io.IncrementalNewlineDecoder",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::MADE_BY_OBJECT,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<NewlineDecoder>(),
    attributes: 0,
});

const R: Ordering = Ordering::Relaxed;

fn this(value: Value) -> Ref<NewlineDecoder> {
    // SAFETY: slots and methods of the type are called with its instances only.
    unsafe { value.downcast_unchecked() }
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    Ok(Value::from_cell(instance::allocate(thread, class)?))
}

fn init(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    static S: Signature<3> = Signature::new(
        "IncrementalNewlineDecoder",
        ["decoder", "translate", "errors"],
    )
    .optional_after(2);
    let [decoder, translate, errors] = args.parse(thread, &S)?;
    let translate = protocol::is_true(thread, or_none(translate))?;
    let this = this(value);
    let errors = match errors {
        Some(errors) => errors,
        None => grwl_object::intern(thread, "strict").value(),
    };
    thread.store(this, &this.errors, Some(errors));
    this.translate.store(translate, R);
    this.pending.store(false, R);
    this.seen.store(0, R);
    thread.store(this, &this.decoder, decoder);
    Ok(())
}

fn decoder_of(thread: &Thread, this: Ref<NewlineDecoder>) -> PyResult {
    this.decoder
        .load()
        .ok_or_else(|| thread.value_error("IncrementalNewlineDecoder.__init__() not called"))
}

fn decode(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    static S: Signature<2> = Signature::new("decode", ["input", "final"]).optional_after(1);
    let [input, is_final] = args.parse(thread, &S)?;
    let is_final = match is_final {
        Some(is_final) => protocol::is_true(thread, is_final)?,
        None => false,
    };
    let this = this(value);
    let decoder = decoder_of(thread, this)?;
    let input = or_none(input);
    let text = if decoder.is_none() {
        input
    } else {
        call(thread, decoder, &n::DECODE, &[input, int::bool(is_final)])?
    };
    let Some(text) = text.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "decoder should return a string result, not '{}'",
            text.class().name()
        )));
    };
    let mut state = Newlines {
        translate: this.translate.load(R),
        pending: this.pending.load(R),
        seen: this.seen.load(R),
    };
    let out = state.feed(text.text(), is_final);
    this.pending.store(state.pending, R);
    this.seen.store(state.seen, R);
    Ok(Str::from_buf(thread, &out)?.value())
}

fn getstate(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(value);
    let decoder = decoder_of(thread, this)?;
    let (buffer, flag) = if decoder.is_none() {
        (Bytes::new(thread, b"")?.value(), 0)
    } else {
        let state = call(thread, decoder, &n::GETSTATE, &[])?;
        split_state(thread, state)?
    };
    let flag = flag << 1 | i64::from(this.pending.load(R));
    let flag = int::from_i64(thread, flag);
    Ok(Tuple::try_new(thread, &[buffer, flag])?.value())
}

/// A decoder's state: bytes, and a number.
pub(crate) fn split_state(thread: &mut Thread, state: Value) -> PyResult<(Value, i64)> {
    let Some(pair) = state.downcast::<Tuple>().filter(|pair| pair.len() == 2) else {
        return Err(thread.type_error("illegal decoder state"));
    };
    if pair.at(0).downcast::<Bytes>().is_none() {
        return Err(thread.type_error(format_args!(
            "illegal decoder state: the first item should be a bytes object, not '{}'",
            pair.at(0).class().name()
        )));
    }
    if !protocol::convert::has_index(pair.at(1)) {
        return Err(thread.type_error("illegal decoder state"));
    }
    let flag = protocol::as_i64(thread, pair.at(1))?;
    Ok((pair.at(0), flag))
}

fn setstate(thread: &mut Thread, value: Value, state: Value) -> PyResult {
    let this = this(value);
    let decoder = decoder_of(thread, this)?;
    let Some(pair) = state.downcast::<Tuple>() else {
        return Err(thread.type_error("state argument must be a tuple"));
    };
    if pair.len() != 2 {
        return Err(thread.type_error("setstate(): illegal state argument"));
    }
    let flag = protocol::as_i64(thread, pair.at(1))?;
    this.pending.store(flag & 1 != 0, R);
    if decoder.is_none() {
        return Ok(none());
    }
    let flag = int::from_i64(thread, flag >> 1);
    let inner = Tuple::try_new(thread, &[pair.at(0), flag])?.value();
    call(thread, decoder, &n::SETSTATE, &[inner])
}

fn reset(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(value);
    let decoder = decoder_of(thread, this)?;
    this.seen.store(0, R);
    this.pending.store(false, R);
    if decoder.is_none() {
        return Ok(none());
    }
    call(thread, decoder, &n::RESET, &[])
}

fn newlines(thread: &mut Thread, value: Value) -> PyResult {
    decoder_of(thread, this(value))?;
    seen_value(thread, this(value).seen.load(R))
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "IncrementalNewlineDecoder(decoder, translate, errors='strict')\n--\n\nA decoder around another one (or none, for text) that deals with ends of lines.\n\nIt remembers which it has seen, makes each a \\n if told to, and never gives out half of a \\r\\n.",
    ),
    slots: &[slots::NEW.is(new), slots::INIT.is(init)],
    methods: &[
        Method::any(
            "decode",
            decode,
            "decode($self, /, input, final=False)\n--\n\nDecode the next piece.",
        ),
        Method::no_arguments(
            "getstate",
            getstate,
            "getstate($self, /)\n--\n\nThe state between two pieces.",
        ),
        Method::one(
            "setstate",
            setstate,
            "setstate($self, state, /)\n--\n\nGo back to a state.",
        ),
        Method::no_arguments("reset", reset, "reset($self, /)\n--\n\nForget everything."),
    ],
    getset: &[GetSet::read_only("newlines", newlines, None)],
    constants: &[],
};
