//! Futures: what one is, and how its state changes.
//!
//! ## Protocol
//! - A future is pending until somebody cancels it, or sets its result or exception: under its lock, together with what goes with it. So of several threads that
//!   do this at once one succeeds, and the others see that it is done.
//! - Whoever has made it done takes its callbacks and hands them to the loop, without the lock: see [`callbacks`](crate::callbacks).
//! - A future is finalized to tell of an exception that nobody has asked for. So one of this very class is registered for it when it gets one; those of
//!   subclasses, and tasks, when they are made.
//!
//! ## Invariants
//! - `state` is stored with Release after what goes with it, so that who sees it done sees the result.
//! - A future without a loop was not initialised.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::exception::Exception;
use grwl_object::exception::traceback::Traceback;
use grwl_object::instance::{self, Attributes};
use grwl_object::{
    Cell, Declaration, Name, PyResult, Raised, Ref, Slot, Str, Thread, TypeObject, Value, ValueExt,
    dict::Dict, flags, intern, none, protocol, types,
};
use grwl_threads::sync::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

use crate::library::{self, CANCELLED, EXTRACT_STACK};
use crate::{callbacks, running, task};

/// It is not done.
pub(crate) const PENDING: u8 = 0;
/// It was cancelled.
pub(crate) const WAS_CANCELLED: u8 = 1;
/// It has a result or an exception.
pub(crate) const FINISHED: u8 = 2;

/// `_asyncio.Future`. All zero is one that was not initialised. The numbers and flags come first, those of tasks too: what the collector looks at is in one piece.
#[repr(C)]
pub struct Future {
    pub(crate) header: Header,
    pub(crate) state: AtomicU8,
    /// Nobody has asked for its exception.
    pub(crate) log_traceback: AtomicBool,
    /// `_asyncio_future_blocking`
    pub(crate) blocking: AtomicBool,
    /// Its finalizer is registered.
    is_registered: AtomicBool,
    /// Of a task: its next step is to raise `CancelledError` in it.
    pub(crate) must_cancel: AtomicBool,
    /// Of a task: tell if it dies pending.
    pub(crate) log_destroy_pending: AtomicBool,
    /// Of a task: how often it was asked to cancel.
    pub(crate) cancel_requests: AtomicU32,
    /// Of a task: its number among the tasks of its `Local`.
    pub(crate) number: AtomicU64,
    pub(crate) attributes: Attributes,
    pub(crate) event_loop: Slot,
    /// See [`callbacks`](crate::callbacks).
    pub(crate) callbacks: Slot,
    pub(crate) exception: Slot,
    /// The traceback that the exception had.
    pub(crate) exception_traceback: Slot,
    pub(crate) result: Slot,
    pub(crate) source_traceback: Slot,
    pub(crate) cancel_message: Slot,
    /// The `CancelledError` that a task was left by.
    pub(crate) cancelled_error: Slot,
    /// Who waits for it: see [`awaited`](crate::awaited).
    pub(crate) awaited_by: Slot,
}

/// How many traced words a future has.
pub(crate) const WORDS: u32 =
    ((size_of::<Future>() - offset_of!(Future, attributes)) / size_of::<Slot>()) as u32;
/// Where they begin.
pub(crate) const FIRST_WORD: u32 = offset_of!(Future, attributes) as u32;

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for Future {
    fn type_object() -> &'static TypeObject {
        &FUTURE
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: FIRST_WORD,
        count: WORDS,
    },
    size: Size::Fixed(size_of::<Future>()),
    drop: None,
    name: "Future",
};

/// `_asyncio.Future`
pub static FUTURE: TypeObject = TypeObject::declare(&Declaration {
    name: "_asyncio.Future",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::HAS_DICT | flags::WEAK_REFERENCES,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Future>(),
    attributes: offset_of!(Future, attributes),
});

impl Future {
    /// One that is not initialised; `register`: its finalizer is to run whatever happens.
    ///
    /// # Errors
    /// `MemoryError`.
    pub(crate) fn blank(
        thread: &Thread,
        class: Ref<TypeObject>,
        register: bool,
    ) -> PyResult<Ref<Self>> {
        let is_own = std::ptr::eq(class.as_ptr(), &FUTURE);
        let cell = if is_own && !register {
            // SAFETY: zeroes are a future that was not initialised.
            unsafe { thread.new_zeroed(&class, Kind::Traced, size_of::<Self>())? }
        } else {
            instance::allocate(thread, class)?
        };
        // SAFETY: an instance of the class, or of one derived from it, begins as this.
        let this: Ref<Self> = unsafe { Ref::from_cell(cell) };
        this.is_registered
            .store(!is_own || register, Ordering::Relaxed);
        Ok(this)
    }

    /// The loop that it belongs to.
    pub(crate) fn event_loop(&self) -> Option<Value> {
        self.event_loop.load()
    }

    /// What it is doing. Acquire: partner is the Release in [`settle`].
    pub(crate) fn state(&self) -> u8 {
        self.state.load(Ordering::Acquire)
    }

    /// Was it cancelled, or has it a result or an exception?
    pub(crate) fn is_done(&self) -> bool {
        self.event_loop().is_some() && self.state() != PENDING
    }

    /// Has it ended by being cancelled?
    pub(crate) fn is_cancelled(&self) -> bool {
        self.state() == WAS_CANCELLED
    }
}

/// The future that a method was called on.
pub(crate) fn own(value: Value) -> Ref<Future> {
    value
        .downcast()
        .expect("descriptors of futures are used on futures only")
}

/// Is it a `_asyncio.Future` or `_asyncio.Task`, no instance of a subclass?
pub(crate) fn exact(value: Value) -> Option<Ref<Future>> {
    let class = value.class();
    let is_exact =
        std::ptr::eq(class.as_ptr(), &FUTURE) || std::ptr::eq(class.as_ptr(), &task::TASK);
    if is_exact { value.downcast() } else { None }
}

/// The loop; `RuntimeError` if it was not initialised.
pub(crate) fn alive(thread: &mut Thread, this: Ref<Future>) -> PyResult {
    match this.event_loop() {
        Some(event_loop) => Ok(event_loop),
        None => Err(not_initialised(thread)),
    }
}

#[cold]
fn not_initialised(thread: &mut Thread) -> Raised {
    thread.runtime_error("Future object is not initialized.")
}

static GET_DEBUG: Name = Name::new("get_debug");

/// `__init__`: forgets what it was.
///
/// # Errors
/// `RuntimeError` if there is no loop; what the loop raises.
pub(crate) fn initialise(
    thread: &mut Thread,
    this: Ref<Future>,
    event_loop: Option<Value>,
) -> PyResult {
    {
        let locked = thread.lock_cell(&this);
        for slot in [
            &this.event_loop,
            &this.callbacks,
            &this.exception,
            &this.exception_traceback,
            &this.result,
            &this.source_traceback,
            &this.cancel_message,
            &this.cancelled_error,
            &this.awaited_by,
        ] {
            locked.store(this, slot, None);
        }
        this.log_traceback.store(false, Ordering::Relaxed);
        this.blocking.store(false, Ordering::Relaxed);
        this.state.store(PENDING, Ordering::Release);
    }
    let event_loop = match event_loop.and_then(ValueExt::not_none) {
        Some(event_loop) => event_loop,
        None => running::get_event_loop(thread)?,
    };
    thread.store(this, &this.event_loop, Some(event_loop));
    let name = GET_DEBUG.get(thread);
    let debug = protocol::call_method(thread, event_loop, name, &[])?;
    if protocol::is_true(thread, debug)? {
        let stack = EXTRACT_STACK.call(thread, &[])?;
        thread.store(this, &this.source_traceback, Some(stack));
    }
    Ok(event_loop)
}

/// Makes a pending future done: `fill` stores what goes with it. False: it was done already.
fn settle(
    thread: &mut Thread,
    this: Ref<Future>,
    state: u8,
    fill: impl FnOnce(&Thread, Ref<Future>),
) -> bool {
    let locked = thread.lock_cell(&this);
    if this.state() != PENDING {
        return false;
    }
    fill(&locked, this);
    // Release: partner is the Acquire in `Future::state`.
    this.state.store(state, Ordering::Release);
    true
}

/// What the end of a future brings with it: the loop gets its callbacks, and a task is no longer listed.
fn ended(thread: &mut Thread, this: Ref<Future>) -> PyResult<()> {
    if let Some(task) = this.value().downcast() {
        running::unlist(thread, task)?;
    }
    callbacks::schedule(thread, this)
}

/// Sets the result.
///
/// # Errors
/// `RuntimeError` if it was not initialised, `InvalidStateError` if it is done; what the loop raises.
pub(crate) fn set_result(thread: &mut Thread, this: Ref<Future>, result: Value) -> PyResult<()> {
    alive(thread, this)?;
    let is_new = settle(thread, this, FINISHED, |thread, this| {
        thread.store(this, &this.result, Some(result));
    });
    if !is_new {
        return Err(library::invalid_state(thread, "invalid state"));
    }
    ended(thread, this)
}

const STOP_ITERATION: &str =
    "StopIteration interacts badly with generators and cannot be raised into a Future";

/// An exception of what was given: an exception, or a class of exceptions.
fn exception_of(thread: &mut Thread, given: Value) -> PyResult<Ref<Exception>> {
    let made = match given.downcast::<TypeObject>() {
        Some(class) if class.has_flag(flags::EXCEPTION) => {
            protocol::call_positional(thread, given, &[])?
        }
        _ => given,
    };
    let Some(exception) = made.downcast::<Exception>() else {
        return Err(thread.type_error("invalid exception object"));
    };
    if !Raised(made).matches(&types::STOP_ITERATION) {
        return Ok(exception);
    }
    let message = Str::new(thread, STOP_ITERATION).value();
    let wrapped = Exception::make(thread, &types::RUNTIME_ERROR, &[message])?;
    wrapped.set_cause(thread, Some(exception));
    wrapped.set_context(thread, Some(exception));
    Ok(wrapped)
}

/// Sets the exception.
///
/// # Errors
/// `RuntimeError` if it was not initialised, `InvalidStateError` if it is done, `TypeError` if it is no exception; what the loop raises.
pub(crate) fn set_exception(thread: &mut Thread, this: Ref<Future>, given: Value) -> PyResult<()> {
    alive(thread, this)?;
    if this.state() != PENDING {
        return Err(library::invalid_state(thread, "invalid state"));
    }
    let exception = exception_of(thread, given)?;
    let traceback = exception.traceback().map(Ref::value);
    let is_new = settle(thread, this, FINISHED, |thread, this| {
        thread.store(this, &this.exception, Some(exception.value()));
        thread.store(this, &this.exception_traceback, traceback);
        this.log_traceback.store(true, Ordering::Relaxed);
        if !this.is_registered.swap(true, Ordering::Relaxed) {
            // SAFETY: a live cell of the heap, and the flag says that it is registered for the first time.
            unsafe {
                thread
                    .heap()
                    .register_finalizer(thread.mutator(), this.cell());
            }
        }
    });
    if !is_new {
        return Err(library::invalid_state(thread, "invalid state"));
    }
    ended(thread, this)
}

/// Cancels it. False: it was done already.
///
/// # Errors
/// `RuntimeError` if it was not initialised; what the loop raises.
pub(crate) fn cancel(
    thread: &mut Thread,
    this: Ref<Future>,
    message: Option<Value>,
) -> PyResult<bool> {
    alive(thread, this)?;
    this.log_traceback.store(false, Ordering::Relaxed);
    let is_new = settle(thread, this, WAS_CANCELLED, |thread, this| {
        thread.store(this, &this.cancel_message, message);
    });
    if is_new {
        ended(thread, this)?;
    }
    Ok(is_new)
}

/// The `CancelledError` to raise for it: the one that a task was left by, once; then new ones.
///
/// # Errors
/// `MemoryError`.
pub(crate) fn cancelled_error(thread: &mut Thread, this: Ref<Future>) -> PyResult {
    let known = {
        let locked = thread.lock_cell(&this);
        let known = this.cancelled_error.load();
        locked.store(this, &this.cancelled_error, None);
        known
    };
    if let Some(known) = known {
        return Ok(known);
    }
    match this.cancel_message.load().and_then(ValueExt::not_none) {
        Some(message) => CANCELLED.call(thread, &[message]),
        None => CANCELLED.call(thread, &[]),
    }
}

/// What became of it.
pub(crate) enum Outcome {
    /// A result.
    Result(Value),
    /// An exception, with the traceback that it had when it was set.
    Exception(Value),
}

/// Its result or exception, which now somebody has asked for.
///
/// # Errors
/// `CancelledError`; `InvalidStateError` if it is not done.
pub(crate) fn outcome(thread: &mut Thread, this: Ref<Future>) -> PyResult<Outcome> {
    match this.state() {
        WAS_CANCELLED => {
            let error = cancelled_error(thread, this)?;
            return Err(thread.raise_value(error));
        }
        FINISHED => {}
        _ => return Err(library::invalid_state(thread, "Result is not set.")),
    }
    this.log_traceback.store(false, Ordering::Relaxed);
    let Some(exception) = this.exception.load() else {
        return Ok(Outcome::Result(this.result.load().unwrap_or_else(none)));
    };
    if let Some(given) = exception.downcast::<Exception>() {
        let traceback = {
            let locked = thread.lock_cell(&this);
            let traceback = this.exception_traceback.load();
            locked.store(this, &this.exception_traceback, None);
            traceback
        };
        let traceback = traceback.and_then(ValueExt::downcast::<Traceback>);
        given.set_traceback(thread, traceback);
    }
    Ok(Outcome::Exception(exception))
}

/// `result()`
///
/// # Errors
/// Its exception, and as [`outcome`].
pub(crate) fn result(thread: &mut Thread, this: Ref<Future>) -> PyResult {
    match outcome(thread, this)? {
        Outcome::Result(result) => Ok(result),
        Outcome::Exception(exception) => Err(thread.raise_value(exception)),
    }
}

/// Tells the loop of something that went wrong.
///
/// # Errors
/// What the loop raises.
pub(crate) fn tell_loop(
    thread: &mut Thread,
    this: Ref<Future>,
    message: &str,
    what: &[(&str, Value)],
) -> PyResult<()> {
    static HANDLER: Name = Name::new("call_exception_handler");
    let Some(event_loop) = this.event_loop() else {
        return Ok(());
    };
    let context = Dict::new(thread);
    let message = Str::new(thread, message).value();
    let source = this.source_traceback.load();
    let source = source.map(|source| ("source_traceback", source));
    let all = std::iter::once(("message", message))
        .chain(what.iter().copied())
        .chain(source);
    for (name, value) in all {
        let name = intern(thread, name);
        context.set_str(thread, name, value)?;
    }
    let name = HANDLER.get(thread);
    protocol::call_method(thread, event_loop, name, &[context.value()])?;
    Ok(())
}

/// The end of a future: tells of an exception that nobody has asked for.
///
/// # Errors
/// What the loop raises.
pub(crate) fn finalize(thread: &mut Thread, value: Value) -> PyResult<()> {
    let this = own(value);
    if !this.log_traceback.swap(false, Ordering::Relaxed) {
        return Ok(());
    }
    let Some(exception) = this.exception.load() else {
        return Ok(());
    };
    let class = value.class().name().to_string();
    let class = class.rsplit('.').next().unwrap_or("Future");
    let message = format!("{class} exception was never retrieved");
    tell_loop(
        thread,
        this,
        &message,
        &[("exception", exception), ("future", value)],
    )
}
