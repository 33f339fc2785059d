//! `strftime`: the module `time` does it, once what it does not know is replaced in the format: `%f`, `%z`, `%:z`, `%Z`, and years
//! before 1000, which the C library writes without zeros.

use grwl_object::protocol::{self, convert};
use grwl_object::{Args, Name, PyResult, Ref, Str, Thread, Tuple, Value, ValueExt, class, intern};
use grwl_text::TextBuilder;

use crate::arguments::{exactly, string};
use crate::zone;

/// What is formatted, beside the tuple.
pub(crate) struct Subject {
    pub microsecond: u32,
    pub zone: Option<Value>,
    /// What the zone is asked about.
    pub moment: Value,
}

/// An attribute of the module `time`.
pub(crate) fn of_time(thread: &mut Thread, name: &str) -> PyResult {
    let module = class::import(thread, "time")?;
    let name = intern(thread, name);
    protocol::get_attribute(thread, module, name)
}

/// `time.strftime(format, tuple)`, with this module's own codes.
pub(crate) fn strftime(
    thread: &mut Thread,
    subject: &Subject,
    format: Ref<Str>,
    tuple: Value,
) -> PyResult {
    let function = of_time(thread, "strftime")?;
    let text = format.text();
    let mut out = TextBuilder::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(code) = text.get(at) {
        at += 1;
        if code != u32::from('%') {
            continue;
        }
        let start = at - 1;
        let Some(letter) = text.get(at).and_then(char::from_u32) else {
            continue;
        };
        at += 1;
        let mut replacement = TextBuilder::new();
        match letter {
            'f' => replacement.push_str(&format!("{:06}", subject.microsecond)),
            'z' => replacement.push_str(&offset(thread, subject, "")?),
            ':' if text.get(at) == Some(u32::from('z')) => {
                at += 1;
                replacement.push_str(&offset(thread, subject, ":")?);
            }
            'Z' => zone_name(thread, subject, &mut replacement)?,
            'Y' | 'G' | 'C' | 'F' => {
                let year = protocol::get_item(thread, tuple, Value::small(0))?;
                let mut year = convert::as_i64(thread, year)?;
                if year >= 1000 {
                    continue;
                }
                if letter == 'G' {
                    let code = Str::new(thread, "%G").value();
                    let text = protocol::call_positional(thread, function, &[code, tuple])?;
                    let text = protocol::str(thread, text)?.to_rust_lossy();
                    year = text.trim().parse().unwrap_or(year);
                }
                replacement.push_str(&match letter {
                    'C' => format!("{:02}", year / 100),
                    'F' => format!("{year:04}-%m-%d"),
                    _ => format!("{year:04}"),
                });
            }
            _ => continue,
        }
        out.push_text(text.slice(copied..start));
        out.push_text(replacement.as_text());
        copied = at;
    }
    out.push_text(text.slice(copied..text.len()));
    let format = Str::from_buf(thread, &out.finish())?;
    protocol::call_positional(thread, function, &[format.value(), tuple])
}

fn offset(thread: &mut Thread, subject: &Subject, separator: &str) -> PyResult<String> {
    zone::offset_text(thread, subject.zone, subject.moment, separator)
}

/// The zone's name, so that `strftime` finds no codes in it.
fn zone_name(thread: &mut Thread, subject: &Subject, out: &mut TextBuilder) -> PyResult<()> {
    static REPLACE: Name = Name::new("replace");
    let mut name = zone::name_at(thread, subject.zone, subject.moment)?;
    if !name.is_none() && name.downcast_exact::<Str>().is_none() {
        // A subclass may replace as it likes.
        let replace = REPLACE.get(thread);
        let percent = [
            Str::new(thread, "%").value(),
            Str::new(thread, "%%").value(),
        ];
        name = protocol::call_method(thread, name, replace, &percent)?;
        let Some(name) = name.downcast::<Str>() else {
            return Err(thread.type_error("tzname.replace() did not return a string"));
        };
        out.push_text(name.text());
        return Ok(());
    }
    if let Some(name) = name.downcast::<Str>() {
        let text = name.text();
        for index in 0..text.len() {
            let code = text.at(index);
            out.push_repeated(code, 1 + usize::from(code == u32::from('%')));
        }
    }
    Ok(())
}

/// `object.__format__(format)`
pub(crate) fn format(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static STRFTIME: Name = Name::new("strftime");
    let [format] = exactly(thread, args, "__format__")?;
    let format = string(thread, "__format__", 1, format)?;
    if format.is_empty() {
        return Ok(protocol::str(thread, this)?.value());
    }
    let name = STRFTIME.get(thread);
    protocol::call_method(thread, this, name, &[format.value()])
}

/// `_strptime.FUNCTION(cls, string, format)`
pub(crate) fn strptime(
    thread: &mut Thread,
    class: Value,
    args: Args<'_>,
    (method, function): (&str, &str),
) -> PyResult {
    let [text, format] = exactly(thread, args, method)?;
    let text = string(thread, "strptime", 1, text)?;
    let format = string(thread, "strptime", 2, format)?;
    let module = class::import(thread, "_strptime")?;
    let name = intern(thread, function);
    let args = [class, text.value(), format.value()];
    protocol::call_method(thread, module, name, &args)
}

/// `time.struct_time` of nine numbers.
pub(crate) fn struct_time(thread: &mut Thread, numbers: [i64; 9]) -> PyResult {
    let class = of_time(thread, "struct_time")?;
    let tuple = Tuple::try_new(thread, &numbers.map(Value::small))?;
    protocol::call_positional(thread, class, &[tuple.value()])
}
