//! `_json.Scanner`: JSON text to values.
//!
//! The text is read by recursive descent, once for each width of its units. A value that is not there is `StopIteration` with its place, which
//! `json.decoder` turns into an error; all other errors are made here.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::{
    Args, Array, Buffer, Cell, Declaration, GetSet, PyResult, Ref, Signature, Slot, Str, Thread,
    Tuple, TypeObject, TypeSpec, Value, ValueExt, float, int, none, protocol, slots, types,
};
use grwl_text::{Unit, with_units};
use grwl_types_text::arguments;

use crate::string::{self, Found, Wrong, decode_error};
use crate::string_argument;

/// `_json.Scanner`
#[repr(C)]
pub struct Scanner {
    header: Header,
    strict: Slot,
    object_hook: Slot,
    object_pairs_hook: Slot,
    parse_float: Slot,
    parse_int: Slot,
    parse_constant: Slot,
}

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for Scanner {
    fn type_object() -> &'static TypeObject {
        &SCANNER
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Scanner, strict) as u32,
        count: 6,
    },
    size: Size::Fixed(size_of::<Scanner>()),
    drop: None,
    name: "JSON scanner",
};

/// `_json.Scanner`
pub static SCANNER: TypeObject = TypeObject::declare(&Declaration {
    name: "_json.Scanner",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: 0,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Scanner>(),
    attributes: 0,
});

fn own(this: Value) -> Ref<Scanner> {
    // SAFETY: only functions of the type call this, with its instances.
    unsafe { this.downcast_unchecked() }
}

const fn member(
    name: &'static str,
    get: fn(&mut Thread, Value) -> PyResult,
    doc: Option<&'static str>,
) -> GetSet {
    GetSet::read_only(name, get, doc).member()
}

fn content(slot: &Slot) -> Value {
    slot.load().unwrap_or_else(none)
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("JSON scanner object"),
    slots: &[slots::NEW.is(new), slots::CALL.is(call)],
    getset: &[
        member(
            "strict",
            |_, this| Ok(content(&own(this).strict)),
            Some("strict"),
        ),
        member(
            "object_hook",
            |_, this| Ok(content(&own(this).object_hook)),
            Some("object_hook"),
        ),
        member(
            "object_pairs_hook",
            |_, this| Ok(content(&own(this).object_pairs_hook)),
            None,
        ),
        member(
            "parse_float",
            |_, this| Ok(content(&own(this).parse_float)),
            Some("parse_float"),
        ),
        member(
            "parse_int",
            |_, this| Ok(content(&own(this).parse_int)),
            Some("parse_int"),
        ),
        member(
            "parse_constant",
            |_, this| Ok(content(&own(this).parse_constant)),
            Some("parse_constant"),
        ),
    ],
    ..TypeSpec::NONE
};

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static S: Signature<1> = Signature::new("make_scanner", ["context"]);
    let [context] = args.parse(thread, &S)?;
    let context = context.expect("the signature requires it");
    let strict = protocol::get_attribute_str(thread, context, "strict")?;
    let strict = int::bool(protocol::is_true(thread, strict)?);
    let object_hook = protocol::get_attribute_str(thread, context, "object_hook")?;
    let object_pairs_hook = protocol::get_attribute_str(thread, context, "object_pairs_hook")?;
    let parse_float = protocol::get_attribute_str(thread, context, "parse_float")?;
    let parse_int = protocol::get_attribute_str(thread, context, "parse_int")?;
    let parse_constant = protocol::get_attribute_str(thread, context, "parse_constant")?;
    // SAFETY: the type has this layout, and no subclasses.
    let made = unsafe {
        thread.new_cell(&SCANNER, |header| Scanner {
            header,
            strict: Slot::new(Some(strict)),
            object_hook: Slot::new(Some(object_hook)),
            object_pairs_hook: Slot::new(Some(object_pairs_hook)),
            parse_float: Slot::new(Some(parse_float)),
            parse_int: Slot::new(Some(parse_int)),
            parse_constant: Slot::new(Some(parse_constant)),
        })
    };
    Ok(made.value())
}

fn call(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static S: Signature<2> = Signature::new("scan_once", ["string", "idx"]);
    let [Some(text), Some(index)] = args.parse(thread, &S)? else {
        unreachable!("the signature requires both");
    };
    let index = arguments::size(thread, index)?;
    let text = string_argument(thread, text)?;
    let Ok(start) = usize::try_from(index) else {
        return Err(thread.value_error("idx cannot be negative"));
    };
    let scanner = own(this);
    let is_class = |slot: &Slot, class: &'static TypeObject| {
        let value = content(slot);
        (value != Ref::from_static(class).value()).then_some(value)
    };
    let (value, end) = with_units!(text.text(), units => {
        let mut scan = Scan {
            units,
            text,
            strict: int::as_bool(content(&scanner.strict)) == Some(true),
            object_hook: content(&scanner.object_hook).not_none(),
            object_pairs_hook: content(&scanner.object_pairs_hook).not_none(),
            parse_float: is_class(&scanner.parse_float, &types::FLOAT),
            parse_int: is_class(&scanner.parse_int, &types::INT),
            parse_constant: content(&scanner.parse_constant),
            keys: Dict::new(thread),
            recent_keys: Array::new(thread, RECENT)?,
            rounds: 0,
        };
        scan.value(thread, start)?
    });
    let end = int::from_usize(thread, end);
    Ok(Tuple::try_new(thread, &[value, end])?.value())
}

/// How many keys are looked for before the dict of all keys.
const RECENT: usize = 64;

/// A text that is being read.
struct Scan<'a, T> {
    units: &'a [T],
    text: Ref<Str>,
    strict: bool,
    object_hook: Option<Value>,
    object_pairs_hook: Option<Value>,
    /// `None`: `float` itself.
    parse_float: Option<Value>,
    /// `None`: `int` itself.
    parse_int: Option<Value>,
    parse_constant: Value,
    /// All keys of objects, so that equal ones are one object.
    keys: Ref<Dict>,
    /// Some of them, each at the place that its text says.
    recent_keys: Ref<Array>,
    rounds: u32,
}

fn is_digit<T: Unit>(unit: T) -> bool {
    (0x30..0x3A).contains(&unit.code())
}

impl<T: Unit> Scan<'_, T> {
    #[inline]
    fn at(&self, place: usize) -> Option<u8> {
        let code = self.units.get(place)?.code();
        Some(u8::try_from(code).unwrap_or(0xFF))
    }

    /// The next place without white space.
    #[inline]
    fn skip(&self, mut place: usize) -> usize {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.at(place) {
            place += 1;
        }
        place
    }

    #[cold]
    fn wrong<R>(&self, thread: &mut Thread, message: &str, place: usize) -> PyResult<R> {
        Err(decode_error(thread, message, self.text, place as isize))
    }

    #[cold]
    fn no_value<R>(&self, thread: &mut Thread, place: usize) -> PyResult<R> {
        let place = int::from_usize(thread, place);
        Err(thread.stop_iteration(Some(place)))
    }

    fn has(&self, place: usize, word: &[u8]) -> bool {
        self.units
            .get(place..place + word.len())
            .is_some_and(|units| {
                units
                    .iter()
                    .zip(word)
                    .all(|(unit, &byte)| unit.code() == u32::from(byte))
            })
    }

    /// The value at a place, and where it ends.
    fn value(&mut self, thread: &mut Thread, start: usize) -> PyResult<(Value, usize)> {
        match self.at(start) {
            Some(b'"') => {
                let (string, end) =
                    string::read(thread, self.text, self.units, start + 1, self.strict)?;
                Ok((string.value(), end))
            }
            Some(b'{') => {
                thread.check_stack()?;
                self.object(thread, start + 1)
            }
            Some(b'[') => {
                thread.check_stack()?;
                self.array(thread, start + 1)
            }
            Some(b'n') if self.has(start, b"null") => Ok((none(), start + 4)),
            Some(b't') if self.has(start, b"true") => Ok((int::bool(true), start + 4)),
            Some(b'f') if self.has(start, b"false") => Ok((int::bool(false), start + 5)),
            Some(b'N') if self.has(start, b"NaN") => self.constant(thread, "NaN", start),
            Some(b'I') if self.has(start, b"Infinity") => self.constant(thread, "Infinity", start),
            Some(b'-') if self.has(start, b"-Infinity") => {
                self.constant(thread, "-Infinity", start)
            }
            Some(b'-' | b'0'..=b'9') => self.number(thread, start),
            _ => self.no_value(thread, start),
        }
    }

    #[cold]
    fn constant(&self, thread: &mut Thread, word: &str, start: usize) -> PyResult<(Value, usize)> {
        let name = Str::new(thread, word).value();
        let value = protocol::call_positional(thread, self.parse_constant, &[name])?;
        Ok((value, start + word.len()))
    }

    fn digits(&self, mut place: usize) -> usize {
        while self.units.get(place).is_some_and(|&unit| is_digit(unit)) {
            place += 1;
        }
        place
    }

    fn number(&self, thread: &mut Thread, start: usize) -> PyResult<(Value, usize)> {
        let is_negative = self.at(start) == Some(b'-');
        let first = start + usize::from(is_negative);
        let mut end = match self.at(first) {
            Some(b'0') => first + 1,
            Some(b'1'..=b'9') => self.digits(first + 1),
            _ => return self.no_value(thread, start),
        };
        let mut is_float = false;
        if self.at(end) == Some(b'.') && self.at(end + 1).is_some_and(|byte| byte.is_ascii_digit())
        {
            is_float = true;
            end = self.digits(end + 2);
        }
        if matches!(self.at(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.at(end + 1), Some(b'+' | b'-')));
            let from = end + 1 + sign;
            let to = self.digits(from);
            if to > from {
                is_float = true;
                end = to;
            }
        }
        let custom = if is_float {
            self.parse_float
        } else {
            self.parse_int
        };
        let units = &self.units[start..end];
        if let Some(custom) = custom {
            let digits = Str::try_from_text(thread, T::text(units))?.value();
            return Ok((protocol::call_positional(thread, custom, &[digits])?, end));
        }
        let value = if is_float {
            float::new(thread, float_of(units))
        } else if units.len() <= 18 {
            let magnitude = self.units[first..end].iter().fold(0, |number, unit| {
                number * 10 + i64::from(unit.code() - 0x30)
            });
            int::from_i64(thread, if is_negative { -magnitude } else { magnitude })
        } else {
            // With the limit on digits.
            let digits = Str::try_from_text(thread, T::text(units))?.value();
            let class = Ref::from_static(&types::INT).value();
            protocol::call_positional(thread, class, &[digits])?
        };
        Ok((value, end))
    }

    #[inline]
    fn tick(&mut self, thread: &mut Thread) -> PyResult<()> {
        self.rounds += 1;
        if self.rounds & 0x1FF == 0 {
            thread.poll()?;
        }
        Ok(())
    }

    /// The elements behind `[`.
    fn array(&mut self, thread: &mut Thread, start: usize) -> PyResult<(Value, usize)> {
        let mut elements = Buffer::new();
        let mut place = self.skip(start);
        if self.at(place) == Some(b']') {
            return Ok((List::new(thread).value(), place + 1));
        }
        loop {
            let (value, end) = self.value(thread, place)?;
            elements.push(thread, value)?;
            self.tick(thread)?;
            place = self.skip(end);
            match self.at(place) {
                Some(b']') => break,
                Some(b',') => {}
                _ => return self.wrong(thread, "Expecting ',' delimiter", place),
            }
            let comma = place;
            place = self.skip(place + 1);
            if self.at(place) == Some(b']') {
                return self.wrong(thread, "Illegal trailing comma before end of array", comma);
            }
        }
        Ok((List::from_buffer(thread, elements).value(), place + 1))
    }

    /// A key, and where it ends. Equal keys are one object.
    fn key(&mut self, thread: &mut Thread, start: usize) -> PyResult<(Ref<Str>, usize)> {
        let (made, end) = match string::find(self.units, start, self.strict) {
            Ok(Found::Plain(end)) => {
                let units = &self.units[start..end];
                let place = units.iter().fold(units.len(), |mixed, unit| {
                    mixed.wrapping_mul(31).wrapping_add(unit.code() as usize)
                });
                let slot = &self.recent_keys.slots()[place % RECENT];
                if let Some(recent) = slot.load().and_then(|recent| recent.downcast::<Str>())
                    && is_text(recent, units)
                {
                    return Ok((recent, end + 1));
                }
                let made = string::string_of(thread, units)?;
                let key = self.one_of_equal(thread, made)?;
                thread.store(self.recent_keys, slot, Some(key.value()));
                return Ok((key, end + 1));
            }
            Ok(Found::Built(string, end)) => (Str::from_buf(thread, &string)?, end),
            Err(Wrong(message, place)) => {
                return Err(decode_error(thread, message, self.text, place));
            }
        };
        Ok((self.one_of_equal(thread, made)?, end))
    }

    fn one_of_equal(&self, thread: &mut Thread, key: Ref<Str>) -> PyResult<Ref<Str>> {
        let known = self.keys.insert_new(thread, key.value(), key.value())?;
        Ok(known.downcast::<Str>().unwrap_or(key))
    }

    /// The items behind `{`.
    fn object(&mut self, thread: &mut Thread, start: usize) -> PyResult<(Value, usize)> {
        const NAME: &str = "Expecting property name enclosed in double quotes";
        let mut pairs = Buffer::new();
        let dict = Dict::new(thread);
        let mut place = self.skip(start);
        if self.at(place) != Some(b'}') {
            loop {
                if self.at(place) != Some(b'"') {
                    return self.wrong(thread, NAME, place);
                }
                let (key, end) = self.key(thread, place + 1)?;
                place = self.skip(end);
                if self.at(place) != Some(b':') {
                    return self.wrong(thread, "Expecting ':' delimiter", place);
                }
                place = self.skip(place + 1);
                let (value, end) = self.value(thread, place)?;
                if self.object_pairs_hook.is_some() {
                    let pair = Tuple::try_new(thread, &[key.value(), value])?;
                    pairs.push(thread, pair.value())?;
                } else {
                    dict.set_str(thread, key, value)?;
                }
                self.tick(thread)?;
                place = self.skip(end);
                match self.at(place) {
                    Some(b'}') => break,
                    Some(b',') => {}
                    _ => return self.wrong(thread, "Expecting ',' delimiter", place),
                }
                let comma = place;
                place = self.skip(place + 1);
                if self.at(place) == Some(b'}') {
                    let message = "Illegal trailing comma before end of object";
                    return self.wrong(thread, message, comma);
                }
            }
        }
        let made = if let Some(hook) = self.object_pairs_hook {
            let pairs = List::from_buffer(thread, pairs).value();
            protocol::call_positional(thread, hook, &[pairs])?
        } else if let Some(hook) = self.object_hook {
            protocol::call_positional(thread, hook, &[dict.value()])?
        } else {
            dict.value()
        };
        Ok((made, place + 1))
    }
}

/// Is the string these units?
fn is_text<T: Unit>(string: Ref<Str>, units: &[T]) -> bool {
    string.len() == units.len()
        && with_units!(string.text(), own => {
            own.iter().zip(units).all(|(own, unit)| own.code() == unit.code())
        })
}

fn float_of<T: Unit>(units: &[T]) -> f64 {
    const SHORT: usize = 32;
    let mut short = [0; SHORT];
    let long: Vec<u8>;
    let digits = if units.len() <= SHORT {
        for (digit, unit) in short.iter_mut().zip(units) {
            *digit = unit.code() as u8;
        }
        &short[..units.len()]
    } else {
        long = units.iter().map(|unit| unit.code() as u8).collect();
        &long
    };
    let parsed = std::str::from_utf8(digits).map(str::parse::<f64>);
    match parsed {
        Ok(Ok(float)) => float,
        _ => unreachable!("what was scanned is a number"),
    }
}
