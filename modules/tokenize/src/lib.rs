//! The module `_tokenize`: `TokenizerIter`, the iterator under the library's `tokenize`.
//!
//! The cutting is done by `grwl_frontend::tokens`; here lines are read, tokens become tuples and errors exceptions.
//!
//! ## Protocol
//! - What an iterator knows is touched with its lock held, and no Python code runs then. A line is read without that lock and
//!   handed over with it. One thread reads at a time, or lines could come in another order: it holds `reading`. If its `readline` itself
//!   asks the iterator for a token, it reads on; lines that are not needed yet wait in a queue.
//! - The text of the last line is kept, so that the tokens of a line share it. The string and the range that it was made from are
//!   changed together.
//!
//! Invariant: `work` is touched with the lock held only.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

use std::cell::RefCell;
use std::collections::VecDeque;
use std::mem::offset_of;
use std::ops::Range;

use grwl_frontend::ErrorKind;
use grwl_frontend::tokens::{Cutter, Position, Problem, Shown, Step, Token};
use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_module_io::FileLock;
use grwl_object::bytes::Bytes;
use grwl_object::module::Module;
use grwl_object::{
    Args, Cell, Declaration, Name, PyResult, Raised, Ref, Signature, Slot, Str, Thread, Tuple,
    TypeObject, TypeSpec, Value, ValueExt, flags, int, intern, none, protocol, ready, slots, types,
};

/// A tokenizer.
#[repr(C)]
pub struct Tokenizer {
    header: Header,
    readline: Slot,
    /// A str, or none if lines are strings.
    encoding: Slot,
    /// The text of the line of the last token.
    line: Slot,
    /// Held by who reads a line.
    reading: FileLock,
    work: RefCell<Work>,
}

/// How many slots there are, which begin with `readline`.
const SLOTS: u32 = 3;

struct Work {
    cutter: Cutter,
    /// Lines that were read and not needed yet.
    waiting: VecDeque<Option<String>>,
    /// What `line` was made from.
    line: Range<usize>,
}

// SAFETY: repr(C), begins with a header; the slots are atomic, `work` is touched with the lock held.
unsafe impl Cell for Tokenizer {
    fn type_object() -> &'static TypeObject {
        &TOKENIZER
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Tokenizer, readline) as u32,
        count: SLOTS,
    },
    size: Size::Fixed(size_of::<Tokenizer>()),
    drop: Some(drop_work),
    name: "tokenizer",
};

unsafe fn drop_work(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead object.
    unsafe { std::ptr::drop_in_place(&raw mut (*cell.cast::<Tokenizer>().as_ptr()).work) };
}

/// `_tokenize.TokenizerIter`
pub static TOKENIZER: TypeObject = TypeObject::declare(&Declaration {
    name: "_tokenize.TokenizerIter",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::IMMUTABLE,
    cell: &CELL,
    kind: Kind::Owning,
    size: size_of::<Tokenizer>(),
    attributes: 0,
});

static SPEC: TypeSpec = TypeSpec {
    slots: &[
        slots::NEW.is(new),
        slots::ITER.is(|_, this| Ok(this)),
        slots::NEXT.is(next),
    ],
    ..TypeSpec::NONE
};

/// Gives the types their functions.
pub fn install() {
    TOKENIZER.define(&SPEC);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    ready::ready(thread, &TOKENIZER)?;
    let name = intern(thread, "_tokenize");
    let module = Module::new(thread, name, None)?;
    module.add(
        thread,
        "TokenizerIter",
        Ref::from_static(&TOKENIZER).value(),
    )?;
    Ok(module)
}

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> =
        Signature::new("tokenizeriter", ["", "extra_tokens", "encoding"])
            .positional_only(1)
            .keyword_only_after(1, 1);
    let [readline, extra, encoding] = args.parse(thread, &SIGNATURE)?;
    let extra = match extra {
        Some(extra) => protocol::is_true(thread, extra)?,
        None => false,
    };
    if let Some(encoding) = encoding {
        let Some(name) = encoding.downcast::<Str>() else {
            let class = if encoding.is_none() {
                "None".to_owned()
            } else {
                encoding.class().name().to_string()
            };
            return Err(thread.type_error(format_args!(
                "tokenizeriter() argument 'encoding' must be str, not {class}"
            )));
        };
        if encodable(thread, name)?.contains('\0') {
            return Err(thread.value_error("embedded null character"));
        }
    }
    // SAFETY: the class has this layout.
    let this = unsafe {
        thread.new_cell(&TOKENIZER, |header| Tokenizer {
            header,
            readline: Slot::new(readline),
            encoding: Slot::new(encoding),
            line: Slot::new(None),
            reading: FileLock::new(),
            work: RefCell::new(Work {
                cutter: Cutter::new(extra),
                waiting: VecDeque::new(),
                line: 0..0,
            }),
        })
    };
    Ok(this.value())
}

/// What a step comes to, with the line if it is not the last one's.
enum Next {
    Token(Token, Line),
    Line,
    Problem(Problem),
    Broken(Vec<u8>, usize),
    End,
}

enum Line {
    Kept(Value),
    New(String),
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    // SAFETY: slots of the type are called with its instances only.
    let this: Ref<Tokenizer> = unsafe { this.downcast_unchecked() };
    loop {
        let mut step = advance(thread, this);
        if let Next::Line = step {
            match read_if_needed(thread, this)? {
                Some(now) => step = now,
                None => continue,
            }
        }
        match step {
            Next::End => return Ok(None),
            Next::Problem(problem) => return Err(raise(thread, &problem)),
            Next::Broken(bytes, count) => {
                let (start, end) = (bytes.len() - count, bytes.len());
                let bytes = Bytes::new(thread, &bytes)?.value();
                let reason = "unexpected end of data";
                return Err(thread.unicode_decode_error("utf-8", bytes, start, end, reason));
            }
            Next::Token(token, line) => return show(thread, this, &token, line).map(Some),
            Next::Line => {}
        }
    }
}

fn advance(thread: &mut Thread, this: Ref<Tokenizer>) -> Next {
    let _locked = thread.lock_cell(&this);
    this.advance()
}

/// Reads a line; or the next step, if another thread has read one meanwhile.
fn read_if_needed(thread: &mut Thread, this: Ref<Tokenizer>) -> PyResult<Option<Next>> {
    this.reading.nested(thread, |thread| {
        let step = advance(thread, this);
        if !matches!(step, Next::Line) {
            return Ok(Some(step));
        }
        let line = read(thread, this)?;
        let locked = thread.lock_cell(&this);
        this.work.borrow_mut().waiting.push_back(line);
        drop(locked);
        Ok(None)
    })
}

impl Tokenizer {
    /// The next step; with the lock held.
    fn advance(&self) -> Next {
        let mut work = self.work.borrow_mut();
        let work = &mut *work;
        loop {
            match work.cutter.advance() {
                Step::End => return Next::End,
                Step::Problem(problem) => return Next::Problem(problem),
                Step::Broken(bytes, count) => return Next::Broken(bytes, count),
                Step::Token(token) => {
                    let line = match self.line.load() {
                        Some(line) if work.line == token.line => Line::Kept(line),
                        _ => Line::New(work.cutter.slice(token.line.clone()).to_owned()),
                    };
                    return Next::Token(token, line);
                }
                Step::Line => match work.waiting.pop_front() {
                    Some(line) => work.cutter.feed(line.as_deref()),
                    None => return Next::Line,
                },
            }
        }
    }
}

/// Reads a line. `None`: there is none any more.
fn read(thread: &mut Thread, this: Ref<Tokenizer>) -> PyResult<Option<String>> {
    static DECODE: Name = Name::new("decode");
    let readline = this.readline.load().unwrap_or_else(none);
    let line = match protocol::call_positional(thread, readline, &[]) {
        Ok(line) => line,
        Err(raised) if raised.matches(&types::STOP_ITERATION) => return Ok(None),
        Err(raised) => return Err(raised),
    };
    let Some(encoding) = this.encoding.load() else {
        let Some(line) = line.downcast::<Str>() else {
            return Err(thread.type_error("readline() returned a non-string object"));
        };
        return encodable(thread, line).map(Some);
    };
    if !line.class().is_subtype_of(&types::BYTES) {
        return Err(thread.type_error("readline() returned a non-bytes object"));
    }
    let name = DECODE.get(thread);
    let bytes = Ref::from_static(&types::BYTES).value();
    let decode = protocol::get_attribute(thread, bytes, name)?;
    let errors = intern(thread, "replace").value();
    let line = protocol::call_positional(thread, decode, &[line, encoding, errors])?;
    match line.downcast::<Str>() {
        Some(line) => encodable(thread, line).map(Some),
        None => Err(thread.type_error("readline() returned a non-string object")),
    }
}

/// A string as Rust's, or the error of a string that has no UTF-8.
fn encodable(thread: &mut Thread, string: Ref<Str>) -> PyResult<String> {
    if let Some(text) = string.to_rust() {
        return Ok(text);
    }
    let text = string.text();
    let lone = |at| {
        text.get(at)
            .is_some_and(|code| (0xd800..0xe000).contains(&code))
    };
    let start = (0..string.len()).find(|&at| lone(at)).unwrap_or(0);
    let end = (start..string.len())
        .find(|&at| !lone(at))
        .unwrap_or(string.len());
    Err(thread.unicode_encode_error("utf-8", string, start, end, "surrogates not allowed"))
}

/// A token as a tuple.
fn show(thread: &mut Thread, this: Ref<Tokenizer>, token: &Token, line: Line) -> PyResult {
    let line = match line {
        Line::Kept(line) => line,
        Line::New(text) => {
            let line = Str::new(thread, &text).value();
            let locked = thread.lock_cell(&this);
            locked.store(this, &this.line, Some(line));
            this.work.borrow_mut().line = token.line.clone();
            drop(locked);
            line
        }
    };
    let place = |thread: &Thread, place: Position| {
        let row = int::from_usize(thread, place.row);
        let column = int::from_i64(thread, place.column as i64);
        Tuple::try_new(thread, &[row, column]).map(Ref::value)
    };
    let kind = int::from_i64(thread, token.kind.into());
    let text = Str::new(thread, &token.text).value();
    let start = place(thread, token.start)?;
    let end = place(thread, token.end)?;
    Ok(Tuple::try_new(thread, &[kind, text, start, end, line])?.value())
}

/// An error as an exception.
fn raise(thread: &mut Thread, problem: &Problem) -> Raised {
    match exception(thread, problem) {
        Ok(exception) => thread.raise_value(exception),
        Err(raised) => raised,
    }
}

fn exception(thread: &mut Thread, problem: &Problem) -> PyResult {
    let class = match problem.class {
        ErrorKind::Indentation => &types::INDENTATION_ERROR,
        ErrorKind::Tab => &types::TAB_ERROR,
        _ => &types::SYNTAX_ERROR,
    };
    let class = Ref::from_static(class).value();
    let message = Str::new(thread, &problem.message).value();
    let filename = Str::new(thread, "<string>").value();
    let row = int::from_usize(thread, problem.row);
    let column = int::from_usize(thread, problem.column);
    let (line, end) = match &problem.shown {
        Shown::Range(line, end) => (line, Some(int::from_usize(thread, *end))),
        Shown::Line(line) => (line, None),
        Shown::Nothing => {
            let exception = protocol::call_positional(thread, class, &[message])?;
            let places = [
                ("filename", filename),
                ("lineno", row),
                ("offset", column),
                ("end_lineno", row),
            ];
            for (name, value) in places {
                let name = intern(thread, name);
                protocol::set_attribute(thread, exception, name, value)?;
            }
            return Ok(exception);
        }
    };
    let line = Str::new(thread, line).value();
    let end_row = if end.is_some() { row } else { none() };
    let end = end.unwrap_or_else(none);
    let place = Tuple::try_new(thread, &[filename, row, column, line, end_row, end])?;
    protocol::call_positional(thread, class, &[message, place.value()])
}
