//! Exceptions: how they lie in memory, and how Rust code makes them.
//!
//! All exceptions begin with an [`Exception`]; those that carry more have more slots behind it (`detail`). Their types are in
//! `types`, tracebacks in `traceback`, warnings in `warning`. What Python code sees of them is in the package `grwl-types-exception`; raising is in `errors`.
//!
//! ## Invariants
//! - Each field is one slot that stands for itself, so stores take no lock: a store is whole, and whoever reads finds the last.
//! - Absent slots are `None` to Python (`args`: the empty tuple), so zeroed memory is an exception without anything.
//! - Exceptions are made of zeroed memory, so the words between the parts of a layout are zero, and the collector may look at them.
//! - `args` holds a tuple, `cause` and `context` exceptions, `traceback` a [`Traceback`].

pub mod detail;
pub mod module_class;
pub mod traceback;
pub mod types;
pub mod warning;

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Size, Trace};
use grwl_value::{Slot, Value};

use self::detail::{
    Group, IMPORT_ERROR_CELL, ImportError, OS_ERROR_CELL, OsError, STOP_ITERATION_CELL,
    SYNTAX_ERROR_CELL, SYSTEM_EXIT_CELL, StopIteration, SyntaxError, SystemExit,
};
pub use self::module_class::ModuleException;
use self::traceback::Traceback;
pub use self::warning::{on_warning, warn, warn_about};
use crate::cell::{Cell, Ref, ValueExt};
use crate::instance::Attributes;
use crate::result::PyResult;
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::type_object::{TypeObject, flags};

/// What every exception has.
#[repr(C)]
pub struct Exception {
    header: Header,
    attributes: Attributes,
    args: Slot,
    traceback: Slot,
    context: Slot,
    cause: Slot,
    /// Present if the context is not to be shown.
    suppress_context: Slot,
}

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for Exception {
    const FLAG: u64 = flags::EXCEPTION;
    fn type_object() -> &'static TypeObject {
        &crate::types::BASE_EXCEPTION
    }
}

/// The heap's view of a cell of `size` bytes that is nothing but words behind its header, the last of them at `last`.
const fn cell_of_words(name: &'static str, size: usize, last: usize) -> CellType {
    let first = size_of::<Header>();
    CellType {
        trace: Trace::Words {
            offset: first as u32,
            count: ((last + size_of::<Slot>() - first) / size_of::<Slot>()) as u32,
        },
        size: Size::Fixed(size),
        drop: None,
        name,
    }
}

/// The heap's view of exceptions without more.
pub static EXCEPTION_CELL: CellType = cell_of_words(
    "exception",
    size_of::<Exception>(),
    offset_of!(Exception, suppress_context),
);

const _: () = assert!(size_of::<Attributes>() == 16);

impl Exception {
    /// Where the attributes lie.
    pub const ATTRIBUTES: usize = offset_of!(Self, attributes);

    /// An instance of `class` with nothing in it.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn blank(thread: &Thread, class: &TypeObject) -> PyResult<Ref<Self>> {
        debug_assert!(class.has_flag(flags::EXCEPTION));
        let cell = if class.has_flag(flags::HEAP) {
            crate::instance::allocate(thread, Ref::from_ref(class))?
        } else {
            // SAFETY: a zeroed exception is one without anything.
            unsafe { thread.new_zeroed(class, class.kind(), class.size())? }
        };
        // SAFETY: an instance of an exception type begins with an exception.
        Ok(unsafe { Ref::from_cell(cell) })
    }

    /// An instance of `class` with these arguments, as the built-in constructor makes it of arguments that are in order. Runs no Python
    /// code: neither `__new__` nor `__init__` of a class made in Python.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn make(thread: &Thread, class: &TypeObject, args: &[Value]) -> PyResult<Ref<Self>> {
        let this = Self::blank(thread, class)?;
        if !args.is_empty() {
            let tuple = Tuple::try_new(thread, args)?;
            this.args.store(Some(tuple.value()));
            this.fill(thread, class, tuple);
        }
        Ok(this)
    }
}

impl Ref<Exception> {
    /// Fills the slots that the constructor takes from the arguments.
    fn fill(self, thread: &Thread, class: &TypeObject, args: Ref<Tuple>) {
        let payload: *const CellType = class.payload();
        let values = args.as_slice();
        // SAFETY (all four): the payload says what the instance begins with.
        if std::ptr::eq(payload, &STOP_ITERATION_CELL) {
            // SAFETY: see above.
            let this = unsafe { Ref::<StopIteration>::from_cell(self.cell()) };
            this.value.store(values.first().copied());
        } else if std::ptr::eq(payload, &SYSTEM_EXIT_CELL) {
            // SAFETY: see above.
            let this = unsafe { Ref::<SystemExit>::from_cell(self.cell()) };
            let code = if values.len() == 1 {
                values[0]
            } else {
                args.value()
            };
            this.code.store(Some(code));
        } else if std::ptr::eq(payload, &IMPORT_ERROR_CELL) {
            // SAFETY: see above.
            let this = unsafe { Ref::<ImportError>::from_cell(self.cell()) };
            if values.len() == 1 {
                this.message.store(Some(values[0]));
            }
        } else if std::ptr::eq(payload, &SYNTAX_ERROR_CELL) {
            // SAFETY: see above.
            let this = unsafe { Ref::<SyntaxError>::from_cell(self.cell()) };
            this.message.store(values.first().copied());
        } else if std::ptr::eq(payload, &OS_ERROR_CELL) && (2..=5).contains(&values.len()) {
            // SAFETY: see above.
            let this = unsafe { Ref::<OsError>::from_cell(self.cell()) };
            this.fill_from(thread, values);
        }
    }

    /// `args`
    pub fn args(self) -> Ref<Tuple> {
        self.args
            .load()
            .and_then(|args| args.downcast::<Tuple>())
            .unwrap_or_else(Tuple::empty)
    }

    /// Stores `args`.
    pub fn set_args(self, thread: &Thread, args: Ref<Tuple>) {
        thread.store(self, &self.args, Some(args.value()));
    }

    /// `__traceback__`
    pub fn traceback(self) -> Option<Ref<Traceback>> {
        self.traceback.load().and_then(|entry| entry.downcast())
    }

    /// Stores `__traceback__`.
    pub fn set_traceback(self, thread: &Thread, traceback: Option<Ref<Traceback>>) {
        thread.store(self, &self.traceback, traceback.map(Ref::value));
    }

    /// `__context__`
    pub fn context(self) -> Option<Ref<Exception>> {
        self.context.load().and_then(|context| context.downcast())
    }

    /// Stores `__context__`.
    pub fn set_context(self, thread: &Thread, context: Option<Ref<Exception>>) {
        thread.store(self, &self.context, context.map(Ref::value));
    }

    /// `__cause__`
    pub fn cause(self) -> Option<Ref<Exception>> {
        self.cause.load().and_then(|cause| cause.downcast())
    }

    /// Stores `__cause__`, as `raise ... from` does: the context is not to be shown any more.
    pub fn set_cause(self, thread: &Thread, cause: Option<Ref<Exception>>) {
        self.set_suppress_context(true);
        thread.store(self, &self.cause, cause.map(Ref::value));
    }

    /// `__suppress_context__`
    pub fn suppress_context(self) -> bool {
        self.suppress_context.load().is_some()
    }

    /// Stores `__suppress_context__`.
    pub fn set_suppress_context(self, suppress: bool) {
        // No pointer: no barrier.
        self.suppress_context
            .store(suppress.then_some(Value::small(1)));
    }

    /// The same as a group of exceptions, if it is one.
    pub fn as_group(self) -> Option<Ref<Group>> {
        self.value().downcast()
    }

    /// Makes `context` what was being handled when this was raised. Cuts the chain where it would lead back to this one.
    pub fn chain_to(self, thread: &Thread, context: Ref<Exception>) {
        if context == self {
            return;
        }
        // The chain of `context` may already run in a circle: a second walker at half the pace meets the first there.
        let mut walker = context;
        let mut slow = context;
        let mut slow_moves = false;
        while let Some(next) = walker.context() {
            if next == self {
                walker.set_context(thread, None);
                break;
            }
            walker = next;
            if walker == slow {
                break;
            }
            if slow_moves {
                match slow.context() {
                    Some(next) => slow = next,
                    // Another thread cut the chain meanwhile.
                    None => break,
                }
            }
            slow_moves = !slow_moves;
        }
        self.set_context(thread, Some(context));
    }
}

impl Ref<Group> {
    /// The exceptions of the group.
    pub fn members(self) -> Ref<Tuple> {
        self.exceptions
            .load()
            .and_then(|exceptions| exceptions.downcast::<Tuple>())
            .unwrap_or_else(Tuple::empty)
    }
}

impl Ref<OsError> {
    /// Takes two to five arguments apart: `errno, strerror, filename, ignored, filename2`. Those after the second
    /// are dropped from `args` if there is a file name.
    pub fn fill_from(self, thread: &Thread, values: &[Value]) {
        debug_assert!((2..=5).contains(&values.len()));
        thread.store(self, &self.errno, Some(values[0]));
        thread.store(self, &self.strerror, Some(values[1]));
        let Some(filename) = values.get(2).and_then(|filename| filename.not_none()) else {
            return;
        };
        thread.store(self, &self.filename, Some(filename));
        let filename2 = values.get(4).and_then(|filename| filename.not_none());
        if filename2.is_some() {
            thread.store(self, &self.filename2, filename2);
        }
        let shown = Tuple::new(thread, &values[..2]);
        self.exception().set_args(thread, shown);
    }
}
