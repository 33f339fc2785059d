//! Error handlers of codecs, as the codecs of `grwl_text` call them: the built-in ones in Rust, the others by calling what Python registered.
//!
//! A handler is looked up when there is an error, not before.

use grwl_object::bytes::Bytes;
use grwl_object::exception::detail::UnicodeError;
use grwl_object::{PyResult, Raised, Ref, Str, Thread, Tuple, Value, ValueExt, int, protocol};
use grwl_text::codec::{
    DecodeErrors, DecodeFix, DecodeProblem, EncodeErrors, EncodeFix, EncodeProblem, OnDecodeError,
    OnEncodeError, Replacement,
};

use crate::arguments;
use crate::codec;

/// What an error handler is called with and gives back, the same for both directions.
struct Callback {
    function: Value,
    exception: Option<Value>,
}

/// Finds a handler that Python registered.
fn find(thread: &mut Thread, name: &str) -> PyResult<Callback> {
    Ok(Callback {
        function: codec::lookup_error(thread, name)?,
        exception: None,
    })
}

/// Brings an exception that was made for an earlier problem up to date.
fn update(thread: &Thread, exception: Value, start: usize, end: usize, reason: &str) {
    // SAFETY: the callers made it with this layout.
    let this = unsafe { Ref::<UnicodeError>::from_cell(exception.as_cell().expect("a cell")) };
    thread.store(this, &this.start, Some(int::from_usize(thread, start)));
    thread.store(this, &this.end, Some(int::from_usize(thread, end)));
    let reason = Str::new(thread, reason).value();
    thread.store(this, &this.reason, Some(reason));
}

impl Callback {
    /// Calls the handler: what it puts in the place, and where to go on.
    fn call(
        &self,
        thread: &mut Thread,
        exception: Value,
        message: &str,
        fits: impl Fn(Value) -> bool,
    ) -> PyResult<(Value, isize)> {
        let answer = protocol::call_positional(thread, self.function, &[exception])?;
        let pair = answer.downcast::<Tuple>().filter(|pair| pair.len() == 2);
        let Some(pair) = pair.filter(|pair| fits(pair.at(0))) else {
            return Err(thread.type_error(message));
        };
        let position = arguments::size(thread, pair.at(1))?;
        Ok((pair.at(0), position))
    }
}

/// A position that a handler gave, counted from the start.
fn resume_at(thread: &mut Thread, position: isize, length: usize) -> PyResult<usize> {
    let position = if position < 0 {
        position.saturating_add_unsigned(length)
    } else {
        position
    };
    match usize::try_from(position) {
        Ok(at) if at <= length => Ok(at),
        _ => Err(thread.index_error(format_args!(
            "position {position} from error handler out of bounds"
        ))),
    }
}

/// The handler of a decoder.
pub struct DecodeHandler<'t> {
    /// The thread.
    pub thread: &'t mut Thread,
    name: &'t str,
    callback: Option<Callback>,
}

impl<'t> DecodeHandler<'t> {
    /// The handler of a name; `None` is `strict`.
    pub fn new(thread: &'t mut Thread, errors: Option<&'t str>) -> Self {
        Self {
            thread,
            name: errors.unwrap_or("strict"),
            callback: None,
        }
    }

    fn raise(&self, problem: &DecodeProblem<'_>) -> Raised {
        match Bytes::new(self.thread, problem.input) {
            Ok(input) => self.thread.unicode_decode_error(
                problem.encoding,
                input.value(),
                problem.start,
                problem.end,
                problem.reason,
            ),
            Err(raised) => raised,
        }
    }
}

impl OnDecodeError for DecodeHandler<'_> {
    type Error = Raised;

    fn fix(&mut self, problem: &DecodeProblem<'_>) -> Result<DecodeFix, Raised> {
        if let Some(known) = DecodeErrors::from_name(self.name) {
            return known.answer(problem).ok_or_else(|| self.raise(problem));
        }
        let mut callback = match self.callback.take() {
            Some(callback) => callback,
            None => find(self.thread, self.name)?,
        };
        let exception = match callback.exception {
            Some(exception) => {
                let (start, end) = (problem.start, problem.end);
                update(self.thread, exception, start, end, problem.reason);
                exception
            }
            None => self.raise(problem).0,
        };
        callback.exception = Some(exception);
        let message = "decoding error handler must return (str, int) tuple";
        let is_str = |value: Value| value.downcast::<Str>().is_some();
        let (text, position) = callback.call(self.thread, exception, message, is_str)?;
        self.callback = Some(callback);
        // SAFETY: it was made with this layout.
        let this = unsafe { Ref::<UnicodeError>::from_cell(exception.as_cell().expect("a cell")) };
        let Some(input) = this
            .object
            .load()
            .and_then(|object| object.downcast::<Bytes>())
        else {
            return Err(self
                .thread
                .type_error("UnicodeDecodeError 'object' attribute must be a bytes"));
        };
        let input = input.as_slice();
        let resume = resume_at(self.thread, position, input.len())?;
        Ok(DecodeFix {
            text: arguments::own(text).text().to_canonical(),
            resume,
            input: (input != problem.input).then(|| input.to_vec()),
        })
    }
}

/// The handler of an encoder.
pub struct EncodeHandler<'t> {
    /// The thread.
    pub thread: &'t mut Thread,
    name: &'t str,
    object: Ref<Str>,
    callback: Option<Callback>,
}

impl<'t> EncodeHandler<'t> {
    /// The handler of a name for encoding `object`; `None` is `strict`.
    pub fn new(thread: &'t mut Thread, errors: Option<&'t str>, object: Ref<Str>) -> Self {
        Self {
            thread,
            name: errors.unwrap_or("strict"),
            object,
            callback: None,
        }
    }

    fn raise(&self, encoding: &str, start: usize, end: usize, reason: &str) -> Raised {
        self.thread
            .unicode_encode_error(encoding, self.object, start, end, reason)
    }
}

impl OnEncodeError for EncodeHandler<'_> {
    type Error = Raised;

    fn fix(&mut self, problem: &EncodeProblem<'_>) -> Result<EncodeFix, Raised> {
        if let Some(mut known) = EncodeErrors::from_name(self.name) {
            return known
                .fix(problem)
                .map_err(|f| self.raise(f.encoding, f.start, f.end, f.reason));
        }
        let mut callback = match self.callback.take() {
            Some(callback) => callback,
            None => find(self.thread, self.name)?,
        };
        let (start, end) = (problem.start, problem.end);
        let exception = match callback.exception {
            Some(exception) => {
                update(self.thread, exception, start, end, problem.reason);
                exception
            }
            None => self.raise(problem.encoding, start, end, problem.reason).0,
        };
        callback.exception = Some(exception);
        let message = "encoding error handler must return (str/bytes, int) tuple";
        let fits =
            |value: Value| value.downcast::<Str>().is_some() || value.downcast::<Bytes>().is_some();
        let (made, position) = callback.call(self.thread, exception, message, fits)?;
        self.callback = Some(callback);
        let resume = resume_at(self.thread, position, problem.input.len())?;
        let replacement = match made.downcast::<Bytes>() {
            Some(bytes) => Replacement::Bytes(bytes.as_slice().to_vec()),
            None => Replacement::Text(arguments::own(made).text().to_canonical()),
        };
        Ok(EncodeFix {
            replacement,
            resume,
        })
    }

    fn refuse(&mut self, problem: &EncodeProblem<'_>) -> Raised {
        self.raise(problem.encoding, problem.start, problem.end, problem.reason)
    }
}
