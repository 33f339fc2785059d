//! `writer`: rows as lines.
//!
//! A line is made by the call that writes it, and written by one call of the file's `write`.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::{
    Args, Cell, Declaration, GetSet, Method, Name, PyResult, Ref, Slot, Str, Thread, TypeObject,
    TypeSpec, Value, ValueExt, flags, none, protocol, slots, types,
};
use grwl_text::{Text, TextBuilder};

use crate::ERROR;
use crate::dialect::{self, Quoting, Style};

/// `_csv.Writer`
#[repr(C)]
pub struct Writer {
    header: Header,
    write: Slot,
    dialect: Slot,
}

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for Writer {
    fn type_object() -> &'static TypeObject {
        &WRITER
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Writer, write) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<Writer>()),
    drop: None,
    name: "csv writer",
};

/// `_csv.Writer`
pub static WRITER: TypeObject = TypeObject::declare(&Declaration {
    name: "_csv.writer",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::DISALLOW_INSTANTIATION,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Writer>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("CSV writer\n\nWrites rows as lines of text.\n"),
    slots: &[],
    methods: &[
        Method::one(
            "writerow",
            write_row,
            "writerow($self, row, /)\n--\n\nWrite an iterable of fields as a line. What is no string is written as str() shows it.",
        ),
        Method::one(
            "writerows",
            write_rows,
            "writerows($self, rows, /)\n--\n\nWrite the rows of an iterable.",
        ),
    ],
    getset: &[GetSet::read_only(
        "dialect",
        |_, this| Ok(own(this).dialect.load().unwrap_or_else(none)),
        None,
    )
    .member()],
    constants: &[],
};

fn own(this: Value) -> Ref<Writer> {
    // SAFETY: descriptors call a type's functions with its instances only.
    unsafe { this.downcast_unchecked() }
}

/// `writer(file, dialect, **options)`
pub(crate) fn writer(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static WRITE: Name = Name::new("write");
    let positional = Args::positional(args.by_position());
    let [file, given] = positional.unpack(thread, "writer", 1)?;
    let name = WRITE.get(thread);
    let write = protocol::attribute::find_attribute(thread, file.unwrap_or_else(none), name)?;
    let Some(write) = write.filter(|write| write.class().slot(slots::CALL).is_some()) else {
        return Err(thread.type_error("argument 1 must have a \"write\" method"));
    };
    let dialect = dialect::of(thread, given, args)?;
    // SAFETY: the class is that of writers.
    let made = unsafe {
        thread.new_cell(&WRITER, |header| Writer {
            header,
            write: Slot::new(Some(write)),
            dialect: Slot::new(Some(dialect.value())),
        })
    };
    Ok(made.value())
}

/// A line that is being made.
struct Line<'a> {
    style: Style,
    ends: Text<'a>,
    text: TextBuilder,
    fields: usize,
}

impl Line<'_> {
    /// Adds a field; of `None` the text is absent.
    fn push(
        &mut self,
        thread: &Thread,
        field: Option<Text<'_>>,
        mut is_quoted: bool,
    ) -> PyResult<()> {
        let style = self.style;
        let is_empty = field.is_none_or(Text::is_empty);
        let quote = style.quote.unwrap_or(0);
        if is_empty && style.delimiter == u32::from(' ') && style.skips_spaces {
            if style.quoting == Quoting::None || self.is_null(field.is_none()) {
                return Err(ERROR.raise(
                    thread,
                    "empty field must be quoted if delimiter is a space and skipinitialspace is true",
                ));
            }
            is_quoted = true;
        }
        let mut shown = TextBuilder::new();
        for code in field.into_iter().flat_map(Text::codes) {
            let is_special = code == style.delimiter
                || Some(code) == style.escape
                || Some(code) == style.quote
                || code == u32::from('\n')
                || code == u32::from('\r')
                || self.ends.codes().any(|end| end == code);
            if is_special {
                let is_quote = Some(code) == style.quote;
                let is_escaped = style.quoting == Quoting::None
                    || is_quote && !style.doubles
                    || !is_quote && Some(code) == style.escape;
                if is_escaped {
                    let Some(escape) = style.escape else {
                        return Err(ERROR.raise(thread, "need to escape, but no escapechar set"));
                    };
                    shown.push(escape);
                } else {
                    if is_quote {
                        shown.push(quote);
                    }
                    is_quoted = true;
                }
            }
            shown.push(code);
        }
        if self.fields > 0 {
            self.text.push(style.delimiter);
        }
        self.fields += 1;
        if is_quoted {
            self.text.push(quote);
        }
        self.text.push_text(shown.as_text());
        if is_quoted {
            self.text.push(quote);
        }
        Ok(())
    }

    /// Is it a `None` that is told from an empty string by being without quotes?
    fn is_null(&self, is_none: bool) -> bool {
        is_none && matches!(self.style.quoting, Quoting::Strings | Quoting::NotNull)
    }
}

/// Is it a number, as CPython's `PyNumber_Check` sees it?
fn is_number(value: Value) -> bool {
    let class = value.class();
    class.slot(slots::INDEX).is_some()
        || class.slot(slots::INT).is_some()
        || class.slot(slots::FLOAT).is_some()
        || class.is_subtype_of(&types::COMPLEX)
}

fn write_row(thread: &mut Thread, this: Value, row: Value) -> PyResult {
    let writer = own(this);
    let dialect = dialect::in_slot(thread, &writer.dialect)?;
    let fields = match protocol::get_iter(thread, row) {
        Err(raised) if raised.matches(&types::TYPE_ERROR) => {
            return Err(ERROR.raise(
                thread,
                format_args!("iterable expected, not {}", row.class().name()),
            ));
        }
        fields => fields?,
    };
    let end = dialect.line_end();
    let mut line = Line {
        style: dialect.style(),
        ends: end.text(),
        text: TextBuilder::new(),
        fields: 0,
    };
    let mut is_none = false;
    while let Some(field) = protocol::next(thread, fields)? {
        let string = field.downcast::<Str>();
        is_none = field.is_none();
        let is_quoted = match line.style.quoting {
            Quoting::NonNumeric => !is_number(field),
            Quoting::All => true,
            Quoting::Strings => string.is_some(),
            Quoting::NotNull => !is_none,
            Quoting::Minimal | Quoting::None => false,
        };
        if is_none {
            line.push(thread, None, is_quoted)?;
            continue;
        }
        let string = match string {
            Some(string) => string,
            None => protocol::str(thread, field)?,
        };
        line.push(thread, Some(string.text()), is_quoted)?;
    }
    if line.fields > 0 && line.text.is_empty() {
        if line.style.quoting == Quoting::None || line.is_null(is_none) {
            return Err(ERROR.raise(thread, "single empty field record must be quoted"));
        }
        line.fields -= 1;
        line.push(thread, None, true)?;
    }
    line.text.push_text(end.text());
    let text = Str::from_buf(thread, &line.text.finish())?;
    let write = writer.write.load().unwrap_or_else(none);
    protocol::call_positional(thread, write, &[text.value()])
}

fn write_rows(thread: &mut Thread, this: Value, rows: Value) -> PyResult {
    let rows = protocol::get_iter(thread, rows)?;
    while let Some(row) = protocol::next(thread, rows)? {
        write_row(thread, this, row)?;
    }
    Ok(none())
}
