//! `format % values` of `str`.
//!
//! [`Values`] hands out the right side's values by CPython's rules; `bytes` use it as well.

use grwl_number::printf::{Amount, Conversion, Piece, Pieces, Trouble};
use grwl_object::int::{IntView, view};
use grwl_object::{PyResult, Ref, Str, Thread, Tuple, Value, ValueExt, protocol, slots, types};
use grwl_text::{Text, TextBuilder, Unit, with_units};

use crate::arguments;

/// The right side of `%`: a tuple's elements, or one value; if it is a mapping, values by key as well.
pub struct Values {
    /// A tuple, or the one value.
    given: Value,
    /// How many values there are; `None`: the one.
    count: Option<usize>,
    taken: usize,
    mapping: Option<Value>,
}

impl Values {
    /// The values of the right side; `is_text` says which of them are text, which is no mapping here.
    pub fn new(given: Value, is_text: bool) -> Self {
        let count = given.downcast::<Tuple>().map(|tuple| tuple.len());
        let is_mapping =
            count.is_none() && !is_text && given.class().slot(slots::SUBSCRIPT).is_some();
        Self {
            given,
            count,
            taken: 0,
            mapping: is_mapping.then_some(given),
        }
    }

    /// Looks a key up; the value found is the next to be taken.
    ///
    /// # Errors
    /// `TypeError: format requires a mapping`, or what the mapping raises.
    pub fn by_key(
        &mut self,
        thread: &mut Thread,
        key: impl FnOnce(&mut Thread) -> PyResult,
    ) -> PyResult<()> {
        let Some(mapping) = self.mapping(thread)? else {
            return Ok(());
        };
        let key = key(thread)?;
        self.given = protocol::get_item(thread, mapping, key)?;
        (self.count, self.taken) = (None, 0);
        Ok(())
    }

    /// The mapping, which must be there.
    ///
    /// # Errors
    /// `TypeError: format requires a mapping`
    pub fn mapping(&self, thread: &mut Thread) -> PyResult<Option<Value>> {
        match self.mapping {
            Some(mapping) => Ok(Some(mapping)),
            None => Err(thread.type_error("format requires a mapping")),
        }
    }

    /// The next value.
    ///
    /// # Errors
    /// `TypeError: not enough arguments for format string`
    pub fn next(&mut self, thread: &mut Thread) -> PyResult {
        let next = match self.count {
            None => (self.taken == 0).then_some(self.given),
            Some(_) => self
                .given
                .downcast::<Tuple>()
                .and_then(|tuple| tuple.as_slice().get(self.taken).copied()),
        };
        self.taken += 1;
        next.ok_or_else(|| thread.type_error("not enough arguments for format string"))
    }

    fn star(&mut self, thread: &mut Thread) -> PyResult<Value> {
        let value = self.next(thread)?;
        if view(value).is_none() {
            return Err(thread.type_error("* wants int"));
        }
        Ok(value)
    }

    /// Takes the widths and precisions that are `*`.
    ///
    /// # Errors
    /// `TypeError: * wants int`, `OverflowError`
    pub fn fill(&mut self, thread: &mut Thread, conversion: &mut Conversion) -> PyResult<()> {
        if conversion.width == Some(Amount::Value) {
            let value = self.star(thread)?;
            let width = arguments::size(thread, value)?;
            if width == isize::MIN {
                return Err(thread.overflow_error("width too big"));
            }
            conversion.set_width(width);
        }
        if conversion.precision == Some(Amount::Value) {
            let value = self.star(thread)?;
            conversion.set_precision(arguments::c_int(thread, value)? as isize);
        }
        Ok(())
    }

    /// What is raised for a conversion that cannot be read: perhaps what taking the values before it raises.
    ///
    /// # Errors
    /// Always.
    pub fn fail<T>(
        &mut self,
        thread: &mut Thread,
        trouble: &Trouble,
        key: impl FnOnce(&mut Thread) -> PyResult,
    ) -> PyResult<T> {
        if trouble.has_key {
            self.mapping(thread)?;
        }
        if trouble.key.is_some() {
            self.by_key(thread, key)?;
        }
        for _ in 0..trouble.stars {
            self.star(thread)?;
        }
        Err(thread.number_error(&trouble.error))
    }

    /// Checks at the end that nothing is left.
    ///
    /// # Errors
    /// `TypeError: not all arguments converted during ... formatting`
    pub fn finish(&self, thread: &mut Thread, what: &str) -> PyResult<()> {
        if self.mapping.is_none() && self.taken < self.count.unwrap_or(1) {
            return Err(thread.type_error(format_args!(
                "not all arguments converted during {what} formatting"
            )));
        }
        Ok(())
    }
}

/// The text of a number's conversion (`d i u o x X e f g E F G`); ASCII.
///
/// # Errors
/// `TypeError` for what is no number, `ValueError` for a letter that means nothing.
pub fn number(thread: &mut Thread, conversion: &Conversion, value: Value) -> PyResult<Vec<u8>> {
    let made = match char::from_u32(conversion.code) {
        Some(letter @ ('d' | 'i' | 'u' | 'o' | 'x' | 'X')) => {
            let limit = grwl_types_number::limit::max_str_digits();
            match view(value) {
                Some(int) => conversion.int(int.shown(), limit),
                None => conversion.int(&integer(thread, letter, value)?, limit),
            }
        }
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G') => {
            conversion.float(protocol::as_float(thread, value)?)
        }
        _ => Err(conversion.unsupported()),
    };
    made.map_err(|error| thread.number_error(&error))
}

fn integer(thread: &mut Thread, letter: char, value: Value) -> PyResult<grwl_number::Int> {
    let class = value.class();
    let must_be_integer = matches!(letter, 'o' | 'x' | 'X');
    let made = if must_be_integer {
        if class.slot(slots::INDEX).is_none() {
            None
        } else {
            match protocol::as_int(thread, value) {
                Ok(int) => Some(int),
                Err(raised) if raised.matches(&types::TYPE_ERROR) => None,
                Err(raised) => return Err(raised),
            }
        }
    } else {
        arguments::to_int(thread, value)?
    };
    made.ok_or_else(|| {
        let wanted = if must_be_integer {
            "an integer"
        } else {
            "a real number"
        };
        thread.type_error(format_args!(
            "%{letter} format: {wanted} is required, not {}",
            class.name()
        ))
    })
}

/// The character that `%c` makes of a value.
fn character(thread: &mut Thread, value: Value) -> PyResult<u32> {
    if let Some(string) = value.downcast::<Str>() {
        return match string.len() {
            1 => Ok(string.text().at(0)),
            length => Err(thread.type_error(format_args!(
                "%c requires an int or a unicode character, not a string of length {length}"
            ))),
        };
    }
    let int = match protocol::convert::index(thread, value) {
        Ok(int) => int,
        Err(raised) if raised.matches(&types::TYPE_ERROR) => {
            return Err(thread.type_error(format_args!(
                "%c requires an int or a unicode character, not {}",
                value.class().full_name(thread)
            )));
        }
        Err(raised) => return Err(raised),
    };
    match view(int) {
        Some(IntView::Small(code @ 0..0x11_0000)) => Ok(code as u32),
        _ => Err(thread.overflow_error("%c arg not in range(0x110000)")),
    }
}

/// `format % given`
///
/// # Errors
/// What is wrong with the format or the values.
pub fn format(thread: &mut Thread, format: Ref<Str>, given: Value) -> PyResult<Ref<Str>> {
    let is_text = given.downcast::<Str>().is_some();
    let mut values = Values::new(given, is_text);
    let mut out = TextBuilder::with_capacity(format.len() + 16);
    with_units!(format.text(), units => {
        write_all(thread, units, &mut values, &mut out)?
    });
    values.finish(thread, "string")?;
    Str::from_buf(thread, &out.finish())
}

fn write_all<T: Unit>(
    thread: &mut Thread,
    format: &[T],
    values: &mut Values,
    out: &mut TextBuilder,
) -> PyResult<()> {
    for piece in Pieces::of_str(format) {
        let key_at = |range: std::ops::Range<usize>| {
            move |thread: &mut Thread| -> PyResult {
                Ok(Str::try_from_text(thread, T::text(&format[range]))?.value())
            }
        };
        match piece {
            Ok(Piece::Literal(range)) => out.push_units(&format[range]),
            Ok(Piece::Percent) => out.push(u32::from(b'%')),
            Ok(Piece::Conversion(mut conversion)) => {
                if let Some(key) = conversion.key.clone() {
                    values.by_key(thread, key_at(key))?;
                }
                values.fill(thread, &mut conversion)?;
                let value = values.next(thread)?;
                write(thread, &conversion, value, out)?;
            }
            Err(trouble) => {
                let key = trouble.key.clone().unwrap_or(0..0);
                return values.fail(thread, &trouble, key_at(key));
            }
        }
    }
    Ok(())
}

fn write(
    thread: &mut Thread,
    conversion: &Conversion,
    value: Value,
    out: &mut TextBuilder,
) -> PyResult<()> {
    let is_plain = conversion.width.is_none() && conversion.precision.is_none();
    let made = match char::from_u32(conversion.code) {
        Some(letter @ ('s' | 'r' | 'a')) => {
            let string = match letter {
                's' => protocol::str(thread, value)?,
                'r' => protocol::repr(thread, value)?,
                _ => protocol::ascii(thread, value)?,
            };
            if is_plain {
                out.push_text(string.text());
                return Ok(());
            }
            check_width(thread, conversion)?;
            conversion.text(string.text())
        }
        Some('c') => {
            let code = character(thread, value)?;
            check_width(thread, conversion)?;
            conversion.character(grwl_text::TextBuf::from_code(code).as_text())
        }
        _ => {
            check_width(thread, conversion)?;
            let ascii = number(thread, conversion, value)?;
            out.push_text(Text::One(&ascii));
            return Ok(());
        }
    };
    match made {
        Ok(text) => out.push_text(text.as_text()),
        Err(error) => return Err(thread.number_error(&error)),
    }
    Ok(())
}

/// Refuses widths and precisions that there is no memory for.
///
/// # Errors
/// `MemoryError`
pub fn check_width(thread: &Thread, conversion: &Conversion) -> PyResult<()> {
    let amount = |amount: Option<Amount>| match amount {
        Some(Amount::Number(n)) => n,
        _ => 0,
    };
    let is_number = !matches!(
        char::from_u32(conversion.code),
        Some('s' | 'r' | 'a' | 'b' | 'c')
    );
    let precision = if is_number {
        amount(conversion.precision)
    } else {
        0
    };
    let width = amount(conversion.width).max(precision);
    if width > isize::MAX as usize / 8 {
        return Err(thread.memory_error());
    }
    arguments::check_room(thread, width.saturating_mul(4))
}
