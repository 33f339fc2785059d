//! Raising from Rust: `Err(thread.type_error(format_args!("...")))`.
//!
//! Whatever is raised goes through [`Thread::raise_value`], which gives it the exception that is being handled as its context.
//! None of this is a safepoint or runs Python code.

use std::fmt::Display;

use grwl_text::Text;
use grwl_value::Value;

use crate::cell::{Ref, ValueExt};
use crate::exception::Exception;
use crate::exception::detail::{
    AttributeError, ImportError, NameError, OsError, SyntaxError, UnicodeError,
};
use crate::result::{PyResult, Raised};
use crate::singleton::none;
use crate::string::Str;
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::type_object::TypeObject;
use crate::types;

/// Declares `fn name(&self, message) -> Raised`, one for a class that only needs a message.
macro_rules! raise_with_message {
    ($($name:ident: $class:ident;)*) => {$(
        #[doc = concat!("Raises [`", stringify!($class), "`](types::", stringify!($class), ") with a message.")]
        #[cold]
        pub fn $name(&self, message: impl Display) -> Raised {
            self.raise(&types::$class, message)
        }
    )*};
}

/// Where a syntax error is. What is `None` is `None` to Python.
#[derive(Clone, Copy, Debug)]
pub struct SyntaxPlace {
    /// The source's name.
    pub filename: Option<Value>,
    /// The first line, from 1.
    pub line: i64,
    /// The first column, from 1.
    pub offset: i64,
    /// The line's text.
    pub text: Option<Value>,
    /// The last line and one past its last column.
    pub end: Option<(i64, i64)>,
}

impl Thread {
    raise_with_message! {
        type_error: TYPE_ERROR;
        value_error: VALUE_ERROR;
        index_error: INDEX_ERROR;
        lookup_error: LOOKUP_ERROR;
        overflow_error: OVERFLOW_ERROR;
        zero_division_error: ZERO_DIVISION_ERROR;
        arithmetic_error: ARITHMETIC_ERROR;
        runtime_error: RUNTIME_ERROR;
        recursion_error: RECURSION_ERROR;
        not_implemented_error: NOT_IMPLEMENTED_ERROR;
        system_error: SYSTEM_ERROR;
        buffer_error: BUFFER_ERROR;
        reference_error: REFERENCE_ERROR;
        eof_error: EOF_ERROR;
        assertion_error: ASSERTION_ERROR;
        unicode_error: UNICODE_ERROR;
    }

    /// Raises a new exception with a message.
    #[cold]
    pub fn raise(&self, class: &TypeObject, message: impl Display) -> Raised {
        let message = Str::new(self, &message.to_string());
        self.raise_with(class, &[message.value()])
    }

    /// As [`raise`](Self::raise), for messages that may contain lone surrogates.
    #[cold]
    pub fn raise_text(&self, class: &TypeObject, message: Text<'_>) -> Raised {
        let message = Str::from_text(self, message);
        self.raise_with(class, &[message.value()])
    }

    /// Raises a new exception with these arguments, which must be in order for its class. Of a class made in Python,
    /// neither `__new__` nor `__init__` runs: call such a class, and [raise](Self::raise_value) what it returns.
    #[cold]
    pub fn raise_with(&self, class: &TypeObject, args: &[Value]) -> Raised {
        match Exception::make(self, class, args) {
            Ok(exception) => self.raise_value(exception.value()),
            Err(raised) => raised,
        }
    }

    /// Raises an exception that exists. The one that is being handled becomes its context.
    ///
    /// # Panics
    /// In debug builds, if it is none.
    #[cold]
    pub fn raise_value(&self, exception: Value) -> Raised {
        let this = exception.downcast::<Exception>();
        debug_assert!(this.is_some(), "only exceptions are raised");
        if let Some(this) = this
            && let Some(handled) = self.handled()
            && let Some(handled) = handled.downcast::<Exception>()
        {
            this.chain_to(self, handled);
        }
        Raised(exception)
    }

    /// The exception that is being handled, as `sys.exception()` shows it.
    pub fn handled(&self) -> Option<Value> {
        let mut entry = Some(self.roots().handled.get());
        while let Some(place) = entry {
            // SAFETY: entries are taken off before they end, and belong to this thread.
            let place = unsafe { place.as_ref() };
            if let Some(value) = place.value.get().and_then(ValueExt::not_none) {
                return Some(value);
            }
            entry = place.previous.get();
        }
        None
    }

    /// `MemoryError`
    #[cold]
    pub fn memory_error(&self) -> Raised {
        let class = &types::MEMORY_ERROR;
        // SAFETY: the header follows; zeroes are an exception without anything.
        let cell = unsafe {
            self.heap()
                .allocate_zeroed(self.mutator(), class.kind(), class.size())
        };
        let Some(cell) = cell else {
            // Not even room for saying so.
            eprintln!("grwl: out of memory");
            std::process::abort();
        };
        // SAFETY: a fresh cell.
        unsafe { cell.write(self.header(class)) };
        self.raise_value(Value::from_cell(cell))
    }

    /// `KeyError(key)`
    #[cold]
    pub fn key_error(&self, key: Value) -> Raised {
        self.raise_with(&types::KEY_ERROR, &[key])
    }

    /// `StopIteration`, or `StopIteration(value)`
    #[cold]
    pub fn stop_iteration(&self, value: Option<Value>) -> Raised {
        match value.and_then(ValueExt::not_none) {
            Some(value) => self.raise_with(&types::STOP_ITERATION, &[value]),
            None => self.raise_with(&types::STOP_ITERATION, &[]),
        }
    }

    /// `StopAsyncIteration`
    #[cold]
    pub fn stop_async_iteration(&self) -> Raised {
        self.raise_with(&types::STOP_ASYNC_ITERATION, &[])
    }

    /// Makes an exception with a message, lets `fill` fill its slots, and raises it.
    fn raise_filled<T>(
        &self,
        class: &TypeObject,
        message: impl Display,
        fill: impl FnOnce(Ref<T>),
    ) -> Raised {
        let message = Str::new(self, &message.to_string());
        match Exception::make(self, class, &[message.value()]) {
            Ok(exception) => {
                // SAFETY: the callers pass the layout of the class. The cell is fresh: no barrier is needed.
                fill(unsafe { Ref::from_cell(exception.cell()) });
                self.raise_value(exception.value())
            }
            Err(raised) => raised,
        }
    }

    /// `AttributeError`: `object` has no attribute `name`, or it cannot be stored; the message says which.
    #[cold]
    pub fn attribute_error(&self, name: Ref<Str>, object: Value, message: impl Display) -> Raised {
        let class = &types::ATTRIBUTE_ERROR;
        self.raise_filled::<AttributeError>(class, message, |this| {
            this.name.store(Some(name.value()));
            this.object.store(Some(object));
        })
    }

    /// `AttributeError` with the usual message: `'list' object has no attribute 'x'`, `type object 'C' has no attribute 'x'`.
    #[cold]
    pub fn no_attribute(&self, object: Value, name: Ref<Str>) -> Raised {
        match object.downcast::<TypeObject>() {
            Some(class) => {
                let class = class.name();
                let message = format_args!("type object '{class}' has no attribute '{name}'");
                self.attribute_error(name, object, message)
            }
            None => {
                let class = object.class();
                let class = class.name();
                let message = format_args!("'{class}' object has no attribute '{name}'");
                self.attribute_error(name, object, message)
            }
        }
    }

    /// Tells an `AttributeError` that says neither what lacks the attribute nor which one that it is these.
    #[cold]
    pub fn with_attribute(&self, raised: Raised, name: Ref<Str>, object: Value) -> Raised {
        if raised.matches(&types::ATTRIBUTE_ERROR) {
            // SAFETY: the class's instances, and those of its subclasses, have this layout.
            let this = unsafe { raised.0.downcast_unchecked::<AttributeError>() };
            if this.name.load().is_none() && this.object.load().is_none() {
                self.store(this, &this.name, Some(name.value()));
                self.store(this, &this.object, Some(object));
            }
        }
        raised
    }

    /// `NameError`: `name 'x' is not defined`
    #[cold]
    pub fn name_error(&self, name: Ref<Str>) -> Raised {
        let message = format_args!("name '{name}' is not defined");
        self.name_error_with(&types::NAME_ERROR, name, message)
    }

    /// `NameError`, or with its class `UnboundLocalError`, with a message of the caller's.
    #[cold]
    pub fn name_error_with(
        &self,
        class: &TypeObject,
        name: Ref<Str>,
        message: impl Display,
    ) -> Raised {
        debug_assert!(class.is_subtype_of(&types::NAME_ERROR));
        self.raise_filled::<NameError>(class, message, |this| this.name.store(Some(name.value())))
    }

    /// `UnboundLocalError`; CPython leaves its `name` unset.
    #[cold]
    pub fn unbound_local_error(&self, name: Ref<Str>) -> Raised {
        let message = format_args!(
            "cannot access local variable '{name}' where it is not associated with a value"
        );
        self.raise(&types::UNBOUND_LOCAL_ERROR, message)
    }

    /// `ImportError`, or with its class `ModuleNotFoundError`.
    #[cold]
    pub fn import_error(
        &self,
        class: &TypeObject,
        message: impl Display,
        name: Option<Value>,
        path: Option<Value>,
        name_from: Option<Value>,
    ) -> Raised {
        debug_assert!(class.is_subtype_of(&types::IMPORT_ERROR));
        self.raise_filled::<ImportError>(class, message, |this| {
            this.name.store(name);
            this.path.store(path);
            this.name_from.store(name_from);
        })
    }

    /// `OSError`, or the subclass that stands for this number.
    #[cold]
    pub fn os_error(&self, errno: i32) -> Raised {
        self.os_error_at(errno, None, None)
    }

    /// As [`os_error`](Self::os_error), with the files that it is about.
    #[cold]
    pub fn os_error_at(
        &self,
        errno: i32,
        filename: Option<Value>,
        filename2: Option<Value>,
    ) -> Raised {
        let class = os_error_class(errno).unwrap_or(&types::OS_ERROR);
        let number = Value::small(errno.into());
        let text = Str::new(self, &strerror(errno)).value();
        let made = Exception::make(self, class, &[number, text]);
        match made {
            Ok(exception) => {
                // SAFETY: all classes for numbers have OSError's layout.
                let this = unsafe { Ref::<OsError>::from_cell(exception.cell()) };
                this.filename.store(filename.and_then(ValueExt::not_none));
                this.filename2.store(filename2.and_then(ValueExt::not_none));
                self.raise_value(exception.value())
            }
            Err(raised) => raised,
        }
    }

    /// The error that a function of Rust's library reported.
    #[cold]
    pub fn io_error(&self, error: &std::io::Error, filename: Option<Value>) -> Raised {
        match error.raw_os_error() {
            Some(errno) => self.os_error_at(errno, filename, None),
            None => self.raise(&types::OS_ERROR, error),
        }
    }

    /// `UnicodeEncodeError`: characters of a string that a codec cannot encode.
    #[cold]
    pub fn unicode_encode_error(
        &self,
        encoding: &str,
        object: Ref<Str>,
        start: usize,
        end: usize,
        reason: &str,
    ) -> Raised {
        let encoding = Str::new(self, encoding).value();
        let class = &types::UNICODE_ENCODE_ERROR;
        self.raise_unicode(class, Some(encoding), object.value(), start, end, reason)
    }

    /// `UnicodeDecodeError`: bytes of `object`, a `bytes`, that a codec cannot decode.
    #[cold]
    pub fn unicode_decode_error(
        &self,
        encoding: &str,
        object: Value,
        start: usize,
        end: usize,
        reason: &str,
    ) -> Raised {
        let encoding = Str::new(self, encoding).value();
        let class = &types::UNICODE_DECODE_ERROR;
        self.raise_unicode(class, Some(encoding), object, start, end, reason)
    }

    /// `UnicodeTranslateError`: characters that a table has nothing for.
    #[cold]
    pub fn unicode_translate_error(
        &self,
        object: Ref<Str>,
        start: usize,
        end: usize,
        reason: &str,
    ) -> Raised {
        let class = &types::UNICODE_TRANSLATE_ERROR;
        self.raise_unicode(class, None, object.value(), start, end, reason)
    }

    fn raise_unicode(
        &self,
        class: &TypeObject,
        encoding: Option<Value>,
        object: Value,
        start: usize,
        end: usize,
        reason: &str,
    ) -> Raised {
        let (start, end) = (Value::small(start as i64), Value::small(end as i64));
        let reason = Str::new(self, reason).value();
        let all = [encoding.unwrap_or(object), object, start, end, reason];
        let args = if encoding.is_some() {
            &all[..]
        } else {
            &all[1..]
        };
        match Exception::make(self, class, args) {
            Ok(exception) => {
                // SAFETY: the three classes have this layout. The cell is fresh: no barrier is needed.
                let this = unsafe { Ref::<UnicodeError>::from_cell(exception.cell()) };
                this.encoding.store(encoding);
                this.object.store(Some(object));
                this.start.store(Some(start));
                this.end.store(Some(end));
                this.reason.store(Some(reason));
                self.raise_value(exception.value())
            }
            Err(raised) => raised,
        }
    }

    /// `SyntaxError`, or with its class one of its subclasses.
    #[cold]
    pub fn syntax_error(
        &self,
        class: &TypeObject,
        message: impl Display,
        place: SyntaxPlace,
    ) -> Raised {
        debug_assert!(class.is_subtype_of(&types::SYNTAX_ERROR));
        match self.new_syntax_error(class, message, place) {
            Ok(exception) => self.raise_value(exception.value()),
            Err(raised) => raised,
        }
    }

    fn new_syntax_error(
        &self,
        class: &TypeObject,
        message: impl Display,
        place: SyntaxPlace,
    ) -> PyResult<Ref<SyntaxError>> {
        let message = Str::new(self, &message.to_string()).value();
        let or_none = |value: Option<Value>| value.unwrap_or_else(none);
        let (line, offset) = (Value::small(place.line), Value::small(place.offset));
        let (end_line, end_offset) = place.end.unwrap_or_default();
        let (end_line, end_offset) = (Value::small(end_line), Value::small(end_offset));
        let all = [
            or_none(place.filename),
            line,
            offset,
            or_none(place.text),
            end_line,
            end_offset,
        ];
        let shown = if place.end.is_some() {
            &all[..]
        } else {
            &all[..4]
        };
        let details = Tuple::try_new(self, shown)?;
        let exception = Exception::make(self, class, &[message, details.value()])?;
        // SAFETY: the class has this layout. The cell is fresh: no barrier is needed.
        let this = unsafe { Ref::<SyntaxError>::from_cell(exception.cell()) };
        let slots = [
            &this.filename,
            &this.line,
            &this.offset,
            &this.text,
            &this.end_line,
            &this.end_offset,
        ];
        for (slot, &value) in slots.iter().zip(shown) {
            slot.store(Some(value));
        }
        Ok(this)
    }

    /// What an operation on numbers failed with.
    #[cold]
    pub fn number_error(&self, error: &grwl_number::error::Error) -> Raised {
        use grwl_number::error::Kind;
        let class = match error.kind {
            Kind::Value => &types::VALUE_ERROR,
            Kind::Overflow => &types::OVERFLOW_ERROR,
            Kind::ZeroDivision => &types::ZERO_DIVISION_ERROR,
            Kind::Memory => return self.memory_error(),
        };
        self.raise_text(class, error.message.as_text())
    }
}

impl Raised {
    /// Is it an instance of `class`? As `except` decides: by inheritance, whatever `__subclasscheck__` says.
    #[inline]
    pub fn matches(self, class: &TypeObject) -> bool {
        self.0.class().is_subtype_of(class)
    }

    /// Is it an instance of `filter`, which is a class, or of one in `filter`, which is a tuple? Anything else matches nothing.
    pub fn matches_any(self, filter: Value) -> bool {
        if let Some(class) = filter.downcast::<TypeObject>() {
            return self.matches(&class);
        }
        filter
            .downcast::<Tuple>()
            .is_some_and(|filters| filters.iter().any(|filter| self.matches_any(filter)))
    }

    /// Its class.
    #[inline]
    pub fn exception_class(self) -> Ref<TypeObject> {
        self.0.class()
    }

    /// As an exception.
    #[inline]
    pub fn exception(self) -> Ref<Exception> {
        // SAFETY: what is raised is an exception.
        unsafe { self.0.downcast_unchecked() }
    }
}

/// `Ok(None)` for a raised exception of `class`, which is what a search that found nothing often is to its caller.
///
/// # Errors
/// Any other exception.
pub fn ignoring<T>(result: PyResult<T>, class: &TypeObject) -> PyResult<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(raised) if raised.matches(class) => Ok(None),
        Err(raised) => Err(raised),
    }
}

/// The subclass of `OSError` that stands for a number.
pub fn os_error_class(errno: i32) -> Option<&'static TypeObject> {
    static CLASSES: &[(i32, &TypeObject)] = &[
        (libc::EAGAIN, &types::BLOCKING_IO_ERROR),
        (libc::EALREADY, &types::BLOCKING_IO_ERROR),
        (libc::EINPROGRESS, &types::BLOCKING_IO_ERROR),
        (libc::EWOULDBLOCK, &types::BLOCKING_IO_ERROR),
        (libc::EPIPE, &types::BROKEN_PIPE_ERROR),
        (libc::ESHUTDOWN, &types::BROKEN_PIPE_ERROR),
        (libc::ECHILD, &types::CHILD_PROCESS_ERROR),
        (libc::ECONNABORTED, &types::CONNECTION_ABORTED_ERROR),
        (libc::ECONNREFUSED, &types::CONNECTION_REFUSED_ERROR),
        (libc::ECONNRESET, &types::CONNECTION_RESET_ERROR),
        (libc::EEXIST, &types::FILE_EXISTS_ERROR),
        (libc::ENOENT, &types::FILE_NOT_FOUND_ERROR),
        (libc::EISDIR, &types::IS_A_DIRECTORY_ERROR),
        (libc::ENOTDIR, &types::NOT_A_DIRECTORY_ERROR),
        (libc::EINTR, &types::INTERRUPTED_ERROR),
        (libc::EACCES, &types::PERMISSION_ERROR),
        (libc::EPERM, &types::PERMISSION_ERROR),
        (libc::ESRCH, &types::PROCESS_LOOKUP_ERROR),
        (libc::ETIMEDOUT, &types::TIMEOUT_ERROR),
    ];
    CLASSES
        .iter()
        .find(|(number, _)| *number == errno)
        .map(|(_, class)| *class)
}

/// What the system says to the number of an error (`os.strerror`).
pub fn strerror(errno: i32) -> String {
    let mut text = [0u8; 256];
    // SAFETY: the buffer is as long as is said, and the text in it ends with a zero.
    let status = unsafe { libc::strerror_r(errno, text.as_mut_ptr().cast(), text.len()) };
    if status != 0 && text[0] == 0 {
        return format!("Unknown error {errno}");
    }
    let end = text
        .iter()
        .position(|&byte| byte == 0)
        .unwrap_or(text.len());
    String::from_utf8_lossy(&text[..end]).into_owned()
}
