//! `reader`: rows of lines.
//!
//! All that is known in the middle of a row is local to the call that reads it. So two threads that share a reader get
//! a row each, as the lines come; only the counts of lines and rows are common.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::list::List;
use grwl_object::{
    Args, Buffer, Cell, Declaration, GetSet, PyResult, Raised, Ref, Slot, Str, Thread, TypeObject,
    TypeSpec, Value, ValueExt, flags, int, none, protocol, slots, types,
};
use grwl_text::TextBuilder;
use grwl_threads::sync::{AtomicU64, Ordering};

use crate::ERROR;
use crate::dialect::{self, Quoting, Style};

/// The longest field that is read: a signed number.
pub(crate) static FIELD_LIMIT: AtomicU64 = AtomicU64::new(128 * 1024);

/// `_csv.Reader`
#[repr(C)]
pub struct Reader {
    header: Header,
    lines: Slot,
    dialect: Slot,
    line_count: AtomicU64,
    /// How many rows were read, and the thread that has read the last one.
    row_count: AtomicU64,
    last_thread: AtomicU64,
}

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for Reader {
    fn type_object() -> &'static TypeObject {
        &READER
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Reader, lines) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<Reader>()),
    drop: None,
    name: "csv reader",
};

/// `_csv.Reader`
pub static READER: TypeObject = TypeObject::declare(&Declaration {
    name: "_csv.reader",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::DISALLOW_INSTANTIATION,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Reader>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("CSV reader\n\nAn iterator of the rows that lines of text are.\n"),
    slots: &[slots::ITER.is(|_, this| Ok(this)), slots::NEXT.is(next)],
    methods: &[],
    getset: &[
        GetSet::read_only(
            "dialect",
            |_, this| Ok(own(this).dialect.load().unwrap_or_else(none)),
            None,
        )
        .member(),
        GetSet::read_only(
            "line_num",
            |thread, this| {
                let count = own(this).line_count.load(Ordering::Relaxed);
                Ok(int::from_usize(thread, count as usize))
            },
            None,
        )
        .member(),
    ],
    constants: &[],
};

fn own(this: Value) -> Ref<Reader> {
    // SAFETY: descriptors and slots call a type's functions with its instances only.
    unsafe { this.downcast_unchecked() }
}

/// `reader(lines, dialect, **options)`
pub(crate) fn reader(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let positional = Args::positional(args.by_position());
    let [lines, given] = positional.unpack(thread, "reader", 1)?;
    let lines = protocol::get_iter(thread, lines.unwrap_or_else(none))?;
    let dialect = dialect::of(thread, given, args)?;
    // SAFETY: the class is that of readers.
    let made = unsafe {
        thread.new_cell(&READER, |header| Reader {
            header,
            lines: Slot::new(Some(lines)),
            dialect: Slot::new(Some(dialect.value())),
            line_count: AtomicU64::new(0),
            row_count: AtomicU64::new(0),
            last_thread: AtomicU64::new(0),
        })
    };
    Ok(made.value())
}

/// Where in a row the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    StartOfRecord,
    StartOfField,
    Escaped,
    InField,
    InQuotes,
    EscapedInQuotes,
    QuoteInQuotes,
    EndOfLine,
    BehindEscapedNewline,
}

/// A row that is being read.
struct Row {
    style: Style,
    limit: i64,
    state: State,
    fields: Buffer,
    field: TextBuilder,
    /// The field does not begin with a quote.
    is_bare: bool,
}

const NEWLINE: u32 = b'\n' as u32;
const RETURN: u32 = b'\r' as u32;
const SPACE: u32 = b' ' as u32;

impl Row {
    fn end_field(&mut self, thread: &mut Thread) -> PyResult<()> {
        let field = std::mem::take(&mut self.field);
        let quoting = self.style.quoting;
        let value = if field.is_empty()
            && self.is_bare
            && matches!(quoting, Quoting::Strings | Quoting::NotNull)
        {
            none()
        } else {
            let text = Str::from_buf(thread, &field.finish())?;
            if !text.is_empty()
                && self.is_bare
                && matches!(quoting, Quoting::NonNumeric | Quoting::Strings)
            {
                let float = Ref::from_static(&types::FLOAT).value();
                protocol::call_positional(thread, float, &[text.value()])?
            } else {
                text.value()
            }
        };
        self.fields.push(thread, value)
    }

    fn push(&mut self, thread: &Thread, code: u32) -> PyResult<()> {
        if self.field.len() as i64 >= self.limit {
            return Err(self.too_long(thread));
        }
        self.field.push(code);
        Ok(())
    }

    #[cold]
    fn too_long(&self, thread: &Thread) -> Raised {
        let limit = self.limit;
        ERROR.raise(
            thread,
            format_args!("field larger than field limit ({limit})"),
        )
    }

    /// Ends the field and the line: at a newline character, or (`None`) behind the line's last character.
    fn end_line(&mut self, thread: &mut Thread, code: Option<u32>) -> PyResult<()> {
        self.end_field(thread)?;
        self.state = match code {
            Some(_) => State::EndOfLine,
            None => State::StartOfRecord,
        };
        Ok(())
    }

    /// Takes the next character of a line, or `None` at its end.
    fn take(&mut self, thread: &mut Thread, code: Option<u32>) -> PyResult<()> {
        let Style {
            delimiter,
            quote,
            escape,
            quoting,
            doubles,
            skips_spaces,
            is_strict,
        } = self.style;
        let is_end = matches!(code, None | Some(NEWLINE | RETURN));
        let is_quote = code.is_some() && code == quote && quoting != Quoting::None;
        let is_escape = code.is_some() && code == escape;
        let is_delimiter = code == Some(delimiter);
        if self.state == State::StartOfRecord {
            match code {
                None => return Ok(()),
                Some(NEWLINE | RETURN) => {
                    self.state = State::EndOfLine;
                    return Ok(());
                }
                Some(_) => self.state = State::StartOfField,
            }
        }
        match self.state {
            State::StartOfRecord => {}
            State::StartOfField => {
                self.is_bare = true;
                if is_end {
                    self.end_line(thread, code)?;
                } else if is_quote {
                    self.is_bare = false;
                    self.state = State::InQuotes;
                } else if is_escape {
                    self.state = State::Escaped;
                } else if code == Some(SPACE) && skips_spaces {
                } else if is_delimiter {
                    self.end_field(thread)?;
                } else if let Some(code) = code {
                    self.push(thread, code)?;
                    self.state = State::InField;
                }
            }
            State::Escaped => {
                self.push(thread, code.unwrap_or(NEWLINE))?;
                self.state = match code {
                    Some(NEWLINE | RETURN) => State::BehindEscapedNewline,
                    _ => State::InField,
                };
            }
            State::BehindEscapedNewline if code.is_none() => {}
            State::InField | State::BehindEscapedNewline => {
                if is_end {
                    self.end_line(thread, code)?;
                } else if is_escape {
                    self.state = State::Escaped;
                } else if is_delimiter {
                    self.end_field(thread)?;
                    self.state = State::StartOfField;
                } else if let Some(code) = code {
                    self.push(thread, code)?;
                    self.state = State::InField;
                }
            }
            State::InQuotes => {
                if is_escape {
                    self.state = State::EscapedInQuotes;
                } else if is_quote {
                    self.state = if doubles {
                        State::QuoteInQuotes
                    } else {
                        State::InField
                    };
                } else if let Some(code) = code {
                    self.push(thread, code)?;
                }
            }
            State::EscapedInQuotes => {
                self.push(thread, code.unwrap_or(NEWLINE))?;
                self.state = State::InQuotes;
            }
            State::QuoteInQuotes => {
                if is_quote {
                    self.push(thread, code.unwrap_or(0))?;
                    self.state = State::InQuotes;
                } else if is_delimiter {
                    self.end_field(thread)?;
                    self.state = State::StartOfField;
                } else if is_end {
                    self.end_line(thread, code)?;
                } else if is_strict {
                    return Err(self.not_expected(thread));
                } else if let Some(code) = code {
                    self.push(thread, code)?;
                    self.state = State::InField;
                }
            }
            State::EndOfLine => match code {
                Some(NEWLINE | RETURN) => {}
                None => self.state = State::StartOfRecord,
                Some(_) => {
                    return Err(ERROR.raise(
                        thread,
                        "new-line character seen in unquoted field - do you need to open the file with newline=''?",
                    ));
                }
            },
        }
        Ok(())
    }

    #[cold]
    fn not_expected(&self, thread: &mut Thread) -> Raised {
        let mut message = TextBuilder::new();
        message.push_str("'");
        message.push(self.style.delimiter);
        message.push_str("' expected after '");
        message.push(self.style.quote.unwrap_or(0));
        message.push_str("'");
        match ERROR.class(thread) {
            Ok(class) => thread.raise_text(&class, message.as_text()),
            Err(raised) => raised,
        }
    }
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let reader = own(this);
    let lines = reader.lines.load().unwrap_or_else(none);
    let mut row = Row {
        style: dialect::in_slot(thread, &reader.dialect)?.style(),
        limit: FIELD_LIMIT.load(Ordering::Relaxed) as i64,
        state: State::StartOfRecord,
        fields: Buffer::new(),
        field: TextBuilder::new(),
        is_bare: true,
    };
    loop {
        let rows = reader.row_count.load(Ordering::Relaxed);
        let next = protocol::next(thread, lines)?;
        if reader.row_count.load(Ordering::Relaxed) != rows
            && reader.last_thread.load(Ordering::Relaxed) == thread.interpreter.ident
        {
            // Meanwhile this thread was in the iterator, which has asked for rows itself.
            return Err(ERROR.raise(thread, "iterator has already advanced the reader"));
        }
        let Some(line) = next else {
            if row.field.is_empty() && row.state != State::InQuotes {
                return Ok(None);
            }
            if row.style.is_strict {
                return Err(ERROR.raise(thread, "unexpected end of data"));
            }
            row.end_field(thread)?;
            break;
        };
        let Some(line) = line.downcast::<Str>() else {
            return Err(ERROR.raise(
                thread,
                format_args!(
                    "iterator should return strings, not {} (the file should be opened in text mode)",
                    line.class().name()
                ),
            ));
        };
        reader.line_count.fetch_add(1, Ordering::Relaxed);
        for code in line.text().codes() {
            row.take(thread, Some(code))?;
        }
        row.take(thread, None)?;
        if row.state == State::StartOfRecord {
            break;
        }
    }
    reader
        .last_thread
        .store(thread.interpreter.ident, Ordering::Relaxed);
    reader.row_count.fetch_add(1, Ordering::Relaxed);
    Ok(Some(List::from_slice(thread, &row.fields)?.value()))
}
