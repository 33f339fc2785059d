//! Generators, coroutines and asynchronous generators: cells with a frame of their own, which is run in place.
//!
//! ## Protocol
//! - A state says what may happen. It is read and changed under the cell's lock, for a moment each: whoever finds `Suspended` or `Created` and
//!   makes it `Running` owns the frame until it suspends or ends. Another thread, or the generator itself, finds `Running`: `ValueError`.
//! - While it runs, its frame is part of the thread's chain, where the collector finds it. When it suspends, the cell is reported
//!   to the write barrier, once for all that was stored meanwhile.
//! - The entry for handled exceptions lies in the cell, too, and is on the thread's stack of them while the generator runs.
//!
//! `throw` and `close` are in [`throw`], what becomes of one that dies in [`finalize`](mod@finalize), `cr_origin` in [`origin`]; the methods
//! that Python code sees are in `visible`.

use std::mem::offset_of;
use std::ptr::NonNull;

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace, Tracer};
use grwl_object::exception::{Exception, detail::StopIteration};
use grwl_object::slots::{self, Sent};
use grwl_object::thread::Handled;
use grwl_object::{
    Cell, Declaration, Name, PyResult, Raised, Ref, Slot, Str, Thread, TypeObject, Value, ValueExt,
    flags, none, protocol, types,
};
use grwl_threads::sync::{AtomicU8, Ordering};

use crate::code::{Code, code_flags};
use crate::frame::{Exit, Frame, Owner};
use crate::run;

mod finalize;
pub mod origin;
mod throw;

pub use finalize::{finalize, warn_unawaited_method};
pub use throw::{Thrown, close_iterator};

/// What a generator is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// It has not begun.
    Created = 0,
    /// It has yielded.
    Suspended = 1,
    /// It waits for what it delegates to (`yield from`, `await`).
    Delegating = 2,
    /// It runs.
    Running = 3,
    /// It has ended.
    Finished = 4,
}

impl State {
    fn of(number: u8) -> Self {
        match number {
            0 => Self::Created,
            1 => Self::Suspended,
            2 => Self::Delegating,
            3 => Self::Running,
            _ => Self::Finished,
        }
    }
}

/// A generator, coroutine or asynchronous generator. The frame's slots follow the struct.
#[repr(C)]
pub struct Generator {
    header: Header,
    /// Exceptions that it is handling.
    handled: Handled,
    /// `__name__`
    pub name: Slot,
    /// `__qualname__`
    pub qualified_name: Slot,
    /// `cr_origin`, or the finalizer hook of an asynchronous generator.
    pub extra: Slot,
    state: AtomicU8,
    /// Asynchronous generators: the hooks were called.
    pub hooks_called: AtomicU8,
    /// Asynchronous generators: it was closed.
    pub is_closed: AtomicU8,
    /// Asynchronous generators: an `__anext__`, `asend`, `athrow` or `aclose` of it is under way.
    pub is_running_async: AtomicU8,
    /// A warning that a coroutine was never awaited is due, and so on: for its finalizer.
    pub is_finalized: AtomicU8,
    bytes: u32,
    frame: Frame,
}

// SAFETY: repr(C), begins with a header; the frame is its runner's, see the module's head.
unsafe impl Cell for Generator {
    fn type_object() -> &'static TypeObject {
        &GENERATOR
    }
}

static GENERATOR_CELL: CellType = CellType {
    trace: Trace::Custom(trace_generator),
    size: Size::Varying(generator_size),
    drop: None,
    name: "generator",
};

const FLAGS: u64 = flags::DISALLOW_INSTANTIATION | flags::WEAK_REFERENCES | flags::VARIABLE_SIZE;

const fn declaration(name: &'static str) -> Declaration {
    Declaration {
        name,
        base: Some(&types::OBJECT),
        class: &types::TYPE,
        flags: FLAGS | flags::HAS_FINALIZER,
        cell: &GENERATOR_CELL,
        kind: Kind::Traced,
        size: size_of::<Generator>(),
        attributes: 0,
    }
}

/// `generator`
pub static GENERATOR: TypeObject = TypeObject::declare(&const { declaration("generator") });
/// `coroutine`
pub static COROUTINE: TypeObject = TypeObject::declare(&const { declaration("coroutine") });
/// `async_generator`
pub static ASYNC_GENERATOR: TypeObject =
    TypeObject::declare(&const { declaration("async_generator") });

unsafe fn generator_size(cell: CellPtr) -> usize {
    // SAFETY: the heap calls this for generators.
    let this = unsafe { Ref::<Generator>::from_cell(cell) };
    this.bytes as usize
}

unsafe fn trace_generator(cell: CellPtr, tracer: &mut Tracer<'_>) {
    // SAFETY: the heap calls this for generators; the world is stopped.
    let this = unsafe { Ref::<Generator>::from_cell(cell) };
    if let Some(value) = this.handled.value.get() {
        tracer.word(value.bits().get());
    }
    for slot in [&this.name, &this.qualified_name, &this.extra] {
        if let Some(value) = slot.load() {
            tracer.word(value.bits().get());
        }
    }
    // SAFETY: the frame lives as long as the cell.
    unsafe { Frame::trace_generator(this.frame(), this.state() == State::Running, tracer) };
}

impl Generator {
    /// A generator that takes over a frame on the thread's stack, which has not begun its body.
    ///
    /// # Errors
    /// `MemoryError`.
    ///
    /// # Safety
    /// The frame is alive; it is not used afterwards.
    pub unsafe fn of_frame(thread: &mut Thread, frame: *mut Frame) -> PyResult<Ref<Self>> {
        // SAFETY: the caller's promise.
        let code = unsafe { (*frame).code };
        let class = if code.flags & code_flags::COROUTINE != 0 {
            &COROUTINE
        } else if code.flags & code_flags::ASYNC_GENERATOR != 0 {
            &ASYNC_GENERATOR
        } else {
            &GENERATOR
        };
        let bytes = offset_of!(Self, frame) + Frame::bytes(&code);
        // SAFETY: everything is written at once; zeroes are empty slots.
        unsafe {
            let cell = thread.new_zeroed(class, class.kind(), bytes)?;
            let this = Ref::<Self>::from_cell(cell);
            let raw = this.as_ptr();
            (&raw mut (*raw).bytes).write(bytes as u32);
            let function = (*frame).function;
            this.name.store(function.name.load());
            this.qualified_name.store(function.qualified_name.load());
            let own = &raw mut (*raw).frame;
            let words = size_of::<Frame>() / 8 + code.nlocalsplus as usize;
            own.cast::<u64>()
                .copy_from_nonoverlapping(frame.cast::<u64>(), words);
            (*own).owner = Owner::Generator;
            (*own).generator = Some(this.value());
            (*own).exit = Exit::Caller;
            (*own).previous = std::ptr::null_mut();
            (*own).sp = Frame::stack(own);
            if (*own).object.is_some() {
                crate::frame_object::moved(thread, own);
            }
            // What need not be closed is no work for the collector.
            if class != &GENERATOR || !code.closes_silently {
                grwl_object::instance::register_finalizer(thread, class, cell);
            }
            if class == &COROUTINE {
                origin::track(thread, this)?;
            }
            Ok(this)
        }
    }

    /// What it is doing just now.
    pub fn state(&self) -> State {
        // Acquire: partner is the Release in `set_state`.
        State::of(self.state.load(Ordering::Acquire))
    }

    fn set_state(&self, state: State) {
        // Release: partner is the Acquire in `state`.
        self.state.store(state as u8, Ordering::Release);
    }

    /// Its length in memory.
    pub fn size_in_bytes(&self) -> usize {
        self.bytes as usize
    }

    /// Its code.
    pub fn code(&self) -> Ref<Code> {
        self.frame.code
    }
}

impl Generator {
    /// The generator as a typed pointer.
    pub fn this(&self) -> Ref<Self> {
        // SAFETY: generators exist only as cells.
        unsafe { Ref::of(self) }
    }

    /// Its frame.
    pub fn frame(&self) -> *mut Frame {
        // SAFETY: a field's address.
        unsafe { &raw mut (*self.this().as_ptr()).frame }
    }

    /// What it delegates to, if it waits for that.
    pub fn delegate(&self, thread: &mut Thread) -> Option<Value> {
        let _locked = thread.lock(&self.header);
        if self.state() != State::Delegating {
            return None;
        }
        // SAFETY: suspended in a delegation, the receiver is on top of the operand stack; nobody resumes it while we hold the lock.
        unsafe { (*self.frame()).sp.sub(1).read() }
    }

    /// What kind of thing it is, for messages.
    pub fn kind_name(&self) -> &'static str {
        let class = self.this().value().class();
        if std::ptr::eq(class.as_ptr(), &COROUTINE) {
            "coroutine"
        } else if std::ptr::eq(class.as_ptr(), &ASYNC_GENERATOR) {
            "async generator"
        } else {
            "generator"
        }
    }

    /// Makes it Running, if it waits: the frame is the caller's then. Returns what it was, or what stands in the way.
    fn claim(&self, thread: &mut Thread) -> Result<State, State> {
        let _locked = thread.lock(&self.header);
        let state = self.state();
        if matches!(state, State::Running | State::Finished) {
            return Err(state);
        }
        self.set_state(State::Running);
        Ok(state)
    }

    /// The state of a generator that the caller has claimed.
    fn release(&self, thread: &mut Thread, state: State) {
        let _locked = thread.lock(&self.header);
        self.set_state(state);
    }

    /// Makes it Running: the frame is the caller's to run. What is sent lies on the operand stack then. `None`: it has ended.
    ///
    /// # Errors
    /// `ValueError` if it runs already; `RecursionError`.
    pub fn enter(&self, thread: &mut Thread, value: Value) -> PyResult<Option<*mut Frame>> {
        if thread.recursion_left <= 0 {
            return Err(thread.recursion_error("maximum recursion depth exceeded"));
        }
        match self.claim(thread) {
            Ok(_) => Ok(Some(self.begin(thread, value))),
            // Since the caller looked, another thread has run it to its end.
            Err(State::Finished) => Ok(None),
            Err(state) => Err(self.not_resumable(thread, state)),
        }
    }

    /// Prepares the frame of a claimed generator for being run.
    fn begin(&self, thread: &mut Thread, value: Value) -> *mut Frame {
        thread.recursion_left -= 1;
        let handled = &self.handled;
        handled.previous.set(Some(thread.roots().handled.get()));
        thread.roots().handled.set(NonNull::from(handled));
        let frame = self.frame();
        // SAFETY: the frame is ours now; its operand stack has room for what is sent.
        unsafe {
            (*frame).sp.write(Some(value));
            (*frame).sp = (*frame).sp.add(1);
            (*frame).exit = Exit::Caller;
        }
        frame
    }

    #[cold]
    fn not_resumable(&self, thread: &mut Thread, state: State) -> Raised {
        if state == State::Running {
            return thread.value_error(format_args!("{} already executing", self.kind_name()));
        }
        if self.is_coroutine() {
            return thread.runtime_error("cannot reuse already awaited coroutine");
        }
        thread.stop_iteration(None)
    }

    /// Is it a coroutine?
    pub fn is_coroutine(&self) -> bool {
        std::ptr::eq(self.this().value().class().as_ptr(), &COROUTINE)
    }

    /// Runs it until it yields or ends. One that has ended returns `None` again, but for coroutines.
    ///
    /// # Errors
    /// As [`enter`](Self::enter), `TypeError` if something is sent before it has begun, and what its code raises.
    pub fn resume(&self, thread: &mut Thread, value: Value) -> PyResult<Sent> {
        thread.check_stack()?;
        if thread.recursion_left <= 0 {
            return Err(thread.recursion_error("maximum recursion depth exceeded"));
        }
        match self.claim(thread) {
            Ok(State::Created) if !value.is_none() => {
                self.release(thread, State::Created);
                Err(thread.type_error(format_args!(
                    "can't send non-None value to a just-started {}",
                    self.kind_name()
                )))
            }
            Ok(_) => {
                let frame = self.begin(thread, value);
                run::run(thread, frame, None)
            }
            Err(State::Finished) if !self.is_coroutine() => Ok(Sent::Returned(none())),
            Err(state) => Err(self.not_resumable(thread, state)),
        }
    }
}

/// It is not part of the thread's chain any more.
fn leave(thread: &mut Thread, this: Ref<Generator>, state: State) {
    thread.recursion_left += 1;
    let handled = &this.handled;
    if let Some(previous) = handled.previous.replace(None) {
        thread.roots().handled.set(previous);
    }
    thread.record_write(this.cell());
    let locked = thread.lock_cell(&this);
    // Until here the collector needs the chain: taking the lock may be a safepoint.
    // SAFETY: the frame is ours as long as the state says that it runs.
    unsafe { (*this.frame()).previous = std::ptr::null_mut() };
    this.set_state(state);
    drop(locked);
}

/// The generator whose frame it is.
///
/// # Safety
/// The frame lies in a generator.
unsafe fn of_frame(frame: *mut Frame) -> Ref<Generator> {
    // SAFETY: the caller's promise.
    unsafe {
        let generator = (*frame).generator.unwrap_unchecked();
        Ref::from_cell(generator.as_cell().unwrap_unchecked())
    }
}

/// A generator's frame yields.
///
/// # Safety
/// The frame is the topmost one and lies in a generator; its `sp` and `instruction` are stored.
pub unsafe fn suspend(thread: &mut Thread, frame: *mut Frame, is_delegating: bool) {
    // SAFETY: the caller's promise.
    let this = unsafe { of_frame(frame) };
    let state = if is_delegating {
        State::Delegating
    } else {
        State::Suspended
    };
    leave(thread, this, state);
}

/// A generator's frame has ended.
///
/// # Safety
/// The frame is the topmost one and lies in a generator.
pub unsafe fn ended(thread: &mut Thread, frame: *mut Frame) {
    // SAFETY: the caller's promise.
    unsafe {
        let this = of_frame(frame);
        empty(frame);
        this.handled.value.set(None);
        leave(thread, this, State::Finished);
    }
}

/// Forgets what a frame held: that may die.
///
/// # Safety
/// The frame is the caller's, lies in a generator, and is not run any more.
unsafe fn empty(frame: *mut Frame) {
    // SAFETY: the caller's promise; the slots are those of the frame's code.
    unsafe {
        let code = (*frame).code;
        let count = code.nlocalsplus as usize + code.stacksize as usize;
        for index in 0..count {
            Frame::slots(frame).add(index).write(None);
        }
        (*frame).sp = Frame::stack(frame);
        (*frame).object = None;
    }
}

/// A generator or coroutine that can be resumed in the loop itself: suspended and no asynchronous generator.
#[inline(always)]
pub fn resumable(value: Value) -> Option<Ref<Generator>> {
    let cell = value.as_cell()?;
    // SAFETY: a value's cell is alive.
    let class = unsafe { grwl_object::type_object::type_of(cell) };
    if !std::ptr::eq(class.as_ptr(), &GENERATOR) && !std::ptr::eq(class.as_ptr(), &COROUTINE) {
        return None;
    }
    // SAFETY: it is of one of the two types.
    let this: Ref<Generator> = unsafe { Ref::from_cell(cell) };
    matches!(this.state(), State::Suspended | State::Delegating).then_some(this)
}

/// Any of the three.
pub fn as_generator(value: Value) -> Option<Ref<Generator>> {
    let class = value.class();
    let is_one = [&GENERATOR, &COROUTINE, &ASYNC_GENERATOR]
        .iter()
        .any(|kind| std::ptr::eq(class.as_ptr(), *kind));
    // SAFETY: it is of one of the three types.
    is_one.then(|| unsafe { Ref::from_cell(value.as_cell().unwrap_unchecked()) })
}

/// The value that a `StopIteration` carries; `None` if the exception is no `StopIteration`.
pub fn stop_value(raised: Value) -> Option<Value> {
    if !Raised(raised).matches(&types::STOP_ITERATION) {
        return None;
    }
    let exception = raised.downcast::<StopIteration>()?;
    Some(exception.value.load().unwrap_or_else(none))
}

static SEND: Name = Name::new("send");

/// Sends a value into anything that can be iterated or awaited.
///
/// # Errors
/// What it raises; a `StopIteration` is its return.
pub fn send(thread: &mut Thread, receiver: Value, value: Value) -> PyResult<Sent> {
    let class = receiver.class();
    if let Some(send) = class.slot(slots::SEND) {
        return send(thread, receiver, value);
    }
    let result = if value.is_none()
        && let Some(next) = class.slot(slots::NEXT)
    {
        next(thread, receiver)
    } else {
        let name = SEND.get(thread);
        protocol::call_method(thread, receiver, name, &[value]).map(Some)
    };
    match result {
        Ok(Some(value)) => Ok(Sent::Yielded(value)),
        Ok(None) => Ok(Sent::Returned(none())),
        Err(raised) => match stop_value(raised.0) {
            Some(value) => Ok(Sent::Returned(value)),
            None => Err(raised),
        },
    }
}

/// What `yield from` iterates.
///
/// # Errors
/// `TypeError` for a coroutine in a plain generator.
pub fn yield_from_iterator(thread: &mut Thread, code: Ref<Code>, iterable: Value) -> PyResult {
    let class = iterable.class();
    if std::ptr::eq(class.as_ptr(), &COROUTINE) {
        if code.flags & (code_flags::COROUTINE | code_flags::ITERABLE_COROUTINE) == 0 {
            return Err(thread.type_error(
                "cannot 'yield from' a coroutine object in a non-coroutine generator",
            ));
        }
        return Ok(iterable);
    }
    if std::ptr::eq(class.as_ptr(), &GENERATOR) {
        return Ok(iterable);
    }
    protocol::get_iter(thread, iterable)
}

/// What `await` awaits. `context` is the instruction's argument: 1 after `__aenter__`, 2 after `__aexit__`.
///
/// # Errors
/// `TypeError`; `RuntimeError: coroutine is being awaited already`.
pub fn get_awaitable(thread: &mut Thread, value: Value, context: usize) -> PyResult {
    let class = value.class();
    let result = awaitable_iterator(thread, value);
    if let Err(raised) = result
        && raised.matches(&types::TYPE_ERROR)
        && class.slot(slots::AWAIT).is_none()
    {
        let method = match context {
            1 => "__aenter__",
            2 => "__aexit__",
            _ => return Err(raised),
        };
        return Err(thread.type_error(format_args!(
            "'async with' received an object from {method} that does not implement __await__: {}",
            class.name()
        )));
    }
    let result = result?;
    if let Some(coroutine) = as_generator(result)
        && coroutine.is_coroutine()
        && coroutine.delegate(thread).is_some()
    {
        return Err(thread.runtime_error("coroutine is being awaited already"));
    }
    Ok(result)
}

/// The iterator that an awaitable is waited for by.
///
/// # Errors
/// `TypeError: 'X' object can't be awaited`, or what `__await__` raises.
pub fn awaitable_iterator(thread: &mut Thread, value: Value) -> PyResult {
    if let Some(generator) = as_generator(value) {
        let is_coroutine = generator.kind_name() == "coroutine"
            || generator.kind_name() == "generator"
                && generator.code().flags & code_flags::ITERABLE_COROUTINE != 0;
        if is_coroutine {
            return Ok(value);
        }
    }
    let class = value.class();
    let Some(method) = class.slot(slots::AWAIT) else {
        return Err(thread.type_error(format_args!("'{}' object can't be awaited", class.name())));
    };
    let iterator = method(thread, value)?;
    if as_generator(iterator).is_some_and(|generator| generator.kind_name() == "coroutine") {
        return Err(thread.type_error("__await__() returned a coroutine"));
    }
    if iterator.class().slot(slots::NEXT).is_none() {
        return Err(thread.type_error(format_args!(
            "__await__() returned non-iterator of type '{}'",
            iterator.class().name()
        )));
    }
    Ok(iterator)
}

/// `aiter(value)` as `async for` does it.
///
/// # Errors
/// `TypeError`, or what `__aiter__` raises.
pub fn get_aiter(thread: &mut Thread, value: Value) -> PyResult {
    let class = value.class();
    let Some(method) = class.slot(slots::AITER) else {
        return Err(thread.type_error(format_args!(
            "'async for' requires an object with __aiter__ method, got {}",
            class.name()
        )));
    };
    let iterator = method(thread, value)?;
    if iterator.class().slot(slots::ANEXT).is_none() {
        return Err(thread.type_error(format_args!(
            "'async for' received an object from __aiter__ that does not implement __anext__: {}",
            iterator.class().name()
        )));
    }
    Ok(iterator)
}

/// The awaitable of the next element of an asynchronous iterator.
///
/// # Errors
/// `TypeError`, or what `__anext__` raises.
pub fn get_anext(thread: &mut Thread, iterator: Value) -> PyResult {
    let class = iterator.class();
    let Some(method) = class.slot(slots::ANEXT) else {
        return Err(thread.type_error(format_args!(
            "'async for' requires an iterator with __anext__ method, got {}",
            class.name()
        )));
    };
    let next = method(thread, iterator)?;
    if std::ptr::eq(class.as_ptr(), &ASYNC_GENERATOR) {
        return Ok(next);
    }
    match awaitable_iterator(thread, next) {
        Ok(awaitable) => Ok(awaitable),
        Err(cause) => {
            let raised = thread.type_error(format_args!(
                "'async for' received an invalid object from __anext__: {}",
                next.class().name()
            ));
            if let (Some(exception), Some(cause)) = (
                raised.0.downcast::<Exception>(),
                cause.0.downcast::<Exception>(),
            ) {
                exception.set_cause(thread, Some(cause));
                exception.set_context(thread, Some(cause));
                exception.set_suppress_context(true);
            }
            Err(raised)
        }
    }
}

/// The name of a generator as a string.
pub fn name_of(slot: &Slot) -> Option<Ref<Str>> {
    slot.load()?.downcast::<Str>()
}
