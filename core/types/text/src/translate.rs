//! `translate` and `maketrans`.

use grwl_object::dict::Dict;
use grwl_object::int::{IntView, is_int, view};
use grwl_object::{
    Args, PyResult, Raised, Str, Thread, Value, ValueExt, int, none, protocol, types,
};
use grwl_text::Text;
use grwl_text::replace::{Translated, translate as translate_text};

use crate::arguments::{own, positional, result, text};

/// What a table says of a character.
fn look_up(thread: &mut Thread, table: Value, code: u32) -> PyResult<Option<Value>> {
    match protocol::get_item(thread, table, Value::small(i64::from(code))) {
        Ok(found) => Ok(Some(found)),
        Err(raised) if raised.matches(&types::LOOKUP_ERROR) => Ok(None),
        Err(raised) => Err(raised),
    }
}

/// What a table's value means.
fn meaning<'a>(thread: &mut Thread, value: Value) -> PyResult<Translated<'a>> {
    if value.is_none() {
        return Ok(Translated::Gone);
    }
    if let Some(int) = view(value) {
        return match int {
            IntView::Small(code @ 0..0x11_0000) => Ok(Translated::Code(code as u32)),
            _ => Err(thread.value_error("character mapping must be in range(0x110000)")),
        };
    }
    match value.downcast::<Str>() {
        // SAFETY: the text is used before the next look-up; until then its address on the stack keeps it alive.
        Some(string) => Ok(Translated::Text(unsafe { string.long() }.text())),
        None => Err(thread.type_error("character mapping must return integer, None or str")),
    }
}

/// `s.translate(table)`
pub(crate) fn translate(thread: &mut Thread, this: Value, table: Value) -> PyResult {
    let string = own(this);
    // What the table said of ASCII characters: itself, or GONE, or UNKNOWN as long as it was not asked.
    const GONE: u8 = 0xFE;
    const UNKNOWN: u8 = 0xFF;
    let mut known = [UNKNOWN; 128];
    let translated = translate_text(string.text(), |code| -> Result<Translated<'_>, Raised> {
        let remembered = known.get(code as usize).copied().unwrap_or(UNKNOWN);
        match remembered {
            UNKNOWN => {}
            GONE => return Ok(Translated::Gone),
            code => return Ok(Translated::Code(u32::from(code))),
        }
        let meaning = match look_up(thread, table, code)? {
            None => Translated::Same,
            Some(value) => meaning(thread, value)?,
        };
        if let Some(place) = known.get_mut(code as usize) {
            *place = match meaning {
                Translated::Same => code as u8,
                Translated::Gone => GONE,
                Translated::Code(code @ 0..0x80) => code as u8,
                Translated::Text(Text::One(&[code @ 0..0x80])) => code,
                _ => UNKNOWN,
            };
        }
        Ok(meaning)
    })?;
    result(thread, &translated)
}

/// `str.maketrans(x, y, z)`
pub(crate) fn make_table(thread: &mut Thread, _none: Value, args: Args<'_>) -> PyResult {
    let [x, y, z] = positional::<3>(thread, args, "str.maketrans", 1)?;
    let x = x.unwrap_or_else(none);
    let table = Dict::new(thread);
    match y {
        Some(y) => {
            let y = text(thread, y, "maketrans", "argument 2")?;
            let z = match z {
                Some(z) => Some(text(thread, z, "maketrans", "argument 3")?),
                None => None,
            };
            let Some(x) = x.downcast::<Str>() else {
                return Err(thread.type_error(
                    "first maketrans argument must be a string if there is a second argument",
                ));
            };
            if x.len() != y.len() {
                return Err(
                    thread.value_error("the first two maketrans arguments must have equal length")
                );
            }
            for (from, to) in x.text().codes().zip(y.text().codes()) {
                let (from, to) = (Value::small(from.into()), Value::small(to.into()));
                table.insert(thread, from, to)?;
            }
            for gone in z.iter().flat_map(|z| z.text().codes()) {
                table.insert(thread, Value::small(gone.into()), none())?;
            }
        }
        None => {
            let Some(given) = x.downcast_exact::<Dict>() else {
                return Err(thread
                    .type_error("if you give only one argument to maketrans it must be a dict"));
            };
            for (key, value, _) in given.cursor() {
                let key = table_key(thread, key)?;
                table.insert(thread, key, value)?;
            }
        }
    }
    Ok(table.value())
}

fn table_key(thread: &mut Thread, key: Value) -> PyResult {
    if let Some(string) = key.downcast::<Str>() {
        return match string.len() {
            1 => Ok(int::from_i64(thread, i64::from(string.text().at(0)))),
            _ => Err(thread.value_error("string keys in translatetable must be of length 1")),
        };
    }
    if is_int(key) {
        return Ok(key);
    }
    Err(thread.type_error("keys in translate table mustbe strings or integers"))
}
