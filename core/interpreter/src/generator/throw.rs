//! `throw` and `close`: exceptions from outside, and how they go down a chain of delegations (`yield from`, `await`).
//!
//! Protocol: while the innermost one is asked, the outer ones are Running, with their frames in the thread's chain, so that a traceback shows them all. No
//! lock is held then.

use grwl_object::exception::Exception;
use grwl_object::exception::traceback::Traceback;
use grwl_object::slots::Sent;
use grwl_object::{
    Name, PyResult, Raised, Ref, Thread, Tuple, TypeObject, Value, ValueExt, flags, none, protocol,
    types,
};

use super::{COROUTINE, GENERATOR, Generator, State, as_generator, empty};
use crate::opcode;
use crate::run;

static THROW: Name = Name::new("throw");
static CLOSE: Name = Name::new("close");

/// What is to be raised, as `throw` was given it: `throw(exception)`, or the older `throw(class, value, traceback)`.
#[derive(Clone, Copy, Debug)]
pub struct Thrown {
    /// An exception or a class of exceptions.
    pub first: Value,
    /// What the exception is made of.
    pub value: Option<Value>,
    /// Its traceback.
    pub traceback: Option<Value>,
}

impl Thrown {
    /// An exception or a class of exceptions.
    pub fn new(first: Value) -> Self {
        Self {
            first,
            value: None,
            traceback: None,
        }
    }

    /// `GeneratorExit`
    pub fn exit() -> Self {
        Self::new(Ref::from_static(&types::GENERATOR_EXIT).value())
    }

    /// Is it a `GeneratorExit`?
    fn is_exit(&self) -> bool {
        match self.first.downcast::<TypeObject>() {
            Some(class) => class.is_subtype_of(&types::GENERATOR_EXIT),
            None => self.first.class().is_subtype_of(&types::GENERATOR_EXIT),
        }
    }

    /// Is it a class of exceptions?
    fn is_class(&self) -> bool {
        self.first
            .downcast::<TypeObject>()
            .is_some_and(|class| class.has_flag(flags::EXCEPTION))
    }

    /// The exception itself.
    ///
    /// # Errors
    /// `TypeError`, or what making it raises.
    fn make(&self, thread: &mut Thread) -> PyResult {
        let traceback = match self.traceback.and_then(ValueExt::not_none) {
            None => None,
            Some(traceback) => match traceback.downcast::<Traceback>() {
                Some(traceback) => Some(traceback),
                None => {
                    return Err(
                        thread.type_error("throw() third argument must be a traceback object")
                    );
                }
            },
        };
        let class = self
            .first
            .downcast::<TypeObject>()
            .filter(|class| class.has_flag(flags::EXCEPTION));
        let made = if let Some(class) = class {
            instance(thread, class, self.value)?
        } else if self.first.downcast::<Exception>().is_some() {
            if self.value.and_then(ValueExt::not_none).is_some() {
                return Err(thread.type_error("instance exception may not have a separate value"));
            }
            self.first
        } else {
            return Err(thread.type_error(format_args!(
                "exceptions must be classes or instances deriving from BaseException, not {}",
                self.first.class().name()
            )));
        };
        if let (Some(traceback), Some(exception)) = (traceback, made.downcast::<Exception>()) {
            exception.set_traceback(thread, Some(traceback));
        }
        Ok(made)
    }
}

/// An exception of `class` made of `value`: that itself if it is one already, a tuple is several arguments.
fn instance(thread: &mut Thread, class: Ref<TypeObject>, value: Option<Value>) -> PyResult {
    let value = value.and_then(ValueExt::not_none);
    if let Some(value) = value
        && value.class().is_subtype_of(&class)
    {
        return Ok(value);
    }
    let made = match value {
        None => protocol::call_positional(thread, class.value(), &[])?,
        Some(value) => match value.downcast::<Tuple>() {
            Some(tuple) => protocol::call_positional(thread, class.value(), tuple.as_slice())?,
            None => protocol::call_positional(thread, class.value(), &[value])?,
        },
    };
    if made.downcast::<Exception>().is_none() {
        let shown = protocol::repr(thread, class.value())?;
        return Err(thread.type_error(format_args!(
            "calling {shown} should have returned an instance of BaseException, not {}",
            made.class().name()
        )));
    }
    Ok(made)
}

/// A generator or coroutine itself, no asynchronous generator.
fn plain(value: Value) -> Option<Ref<Generator>> {
    let class = value.class();
    let is_plain =
        std::ptr::eq(class.as_ptr(), &GENERATOR) || std::ptr::eq(class.as_ptr(), &COROUTINE);
    as_generator(value).filter(|_| is_plain)
}

/// Closes what a generator delegates to.
///
/// # Errors
/// What its `close` raises.
pub fn close_iterator(thread: &mut Thread, iterator: Value) -> PyResult<()> {
    if let Some(generator) = plain(iterator) {
        return generator.close(thread).map(|_| ());
    }
    let name = CLOSE.get(thread);
    let close = match protocol::find_attribute(thread, iterator, name) {
        Ok(close) => close,
        Err(raised) => {
            grwl_object::unraisable::report(thread, raised, "", Some(iterator));
            None
        }
    };
    match close {
        Some(close) => protocol::call_positional(thread, close, &[]).map(|_| ()),
        None => Ok(()),
    }
}

impl Generator {
    /// Lets `raised` be raised where it is suspended, and runs it until it yields or ends.
    ///
    /// # Errors
    /// As [`enter`](Self::enter), and what its code raises; `raised` itself if it has ended.
    pub fn throw_in(&self, thread: &mut Thread, raised: Raised) -> PyResult<Sent> {
        thread.check_stack()?;
        if thread.recursion_left <= 0 {
            return Err(thread.recursion_error("maximum recursion depth exceeded"));
        }
        match self.claim(thread) {
            Ok(_) => self.raise_inside(thread, raised),
            Err(State::Finished) if !self.is_coroutine() => Err(raised),
            Err(state) => Err(self.not_resumable(thread, state)),
        }
    }

    /// The same for a generator that the caller has claimed.
    fn raise_inside(&self, thread: &mut Thread, raised: Raised) -> PyResult<Sent> {
        let frame = self.begin(thread, none());
        if let Some(handled) = self.handled.value.get()
            && let Some(handled) = handled.downcast::<Exception>()
        {
            raised.exception().chain_to(thread, handled);
        }
        // SAFETY: the frame is ours. It goes on after the instruction that suspended it, whose handlers are asked.
        unsafe { (*frame).instruction = (*frame).instruction.sub(1) };
        run::run(thread, frame, Some(raised))
    }

    /// If it waits for what it delegates to: makes it Running and returns that.
    fn claim_delegating(&self, thread: &mut Thread) -> Option<Value> {
        let _locked = thread.lock(&self.header);
        if self.state() != State::Delegating {
            return None;
        }
        self.set_state(State::Running);
        // SAFETY: suspended in a delegation, the receiver is on top of the operand stack.
        unsafe { (*self.frame()).sp.sub(1).read() }
    }

    /// Runs `act` with the generator's frame on top of the thread's chain. The generator is the caller's.
    fn linked<R>(
        &self,
        thread: &mut Thread,
        act: impl FnOnce(&mut Thread) -> PyResult<R>,
    ) -> PyResult<R> {
        let frame = self.frame();
        let before = thread.interpreter.frame;
        // SAFETY: the frame is ours, and is taken off again before this returns.
        unsafe { (*frame).previous = before.cast() };
        thread.interpreter.frame = frame.cast();
        let result = act(thread);
        thread.interpreter.frame = before;
        // SAFETY: as above.
        unsafe { (*frame).previous = std::ptr::null_mut() };
        result
    }

    /// `throw`. `closes`: a `GeneratorExit` closes what it delegates to, as everywhere but in asynchronous generators' own awaitables.
    ///
    /// # Errors
    /// As [`throw_in`](Self::throw_in); `TypeError` if it is nothing that can be raised.
    pub fn throw(&self, thread: &mut Thread, thrown: Thrown, closes: bool) -> PyResult<Sent> {
        thread.check_stack()?;
        if let Some(delegate) = self.claim_delegating(thread) {
            if thrown.is_exit() && closes {
                let closed = close_iterator(thread, delegate);
                self.release(thread, State::Delegating);
                if let Err(raised) = closed {
                    return self.throw_in(thread, raised);
                }
            } else {
                match self.throw_down(thread, delegate, thrown, closes) {
                    Ok(Some(value)) => {
                        self.release(thread, State::Delegating);
                        return Ok(Sent::Yielded(value));
                    }
                    Ok(None) => self.release(thread, State::Delegating),
                    Err(raised) => {
                        self.release(thread, State::Delegating);
                        return self.throw_in(thread, raised);
                    }
                }
            }
        } else {
            match self.state() {
                State::Running => return Err(self.not_resumable(thread, State::Running)),
                State::Finished if self.is_coroutine() => {
                    return Err(self.not_resumable(thread, State::Finished));
                }
                _ => {}
            }
        }
        match thrown.make(thread) {
            Ok(exception) => self.throw_in(thread, Raised(exception)),
            // A class that makes no exception raises that inside.
            Err(raised) if thrown.is_class() => self.throw_in(thread, raised),
            Err(raised) => Err(raised),
        }
    }

    /// Throws into what it delegates to. `None`: that has no `throw`. What that returns is a raised `StopIteration`.
    fn throw_down(
        &self,
        thread: &mut Thread,
        delegate: Value,
        thrown: Thrown,
        closes: bool,
    ) -> PyResult<Option<Value>> {
        if let Some(inner) = plain(delegate) {
            return self.linked(thread, |thread| {
                match inner.throw(thread, thrown, closes)? {
                    Sent::Yielded(value) => Ok(Some(value)),
                    Sent::Returned(value) => Err(thread.stop_iteration(Some(value))),
                }
            });
        }
        let name = THROW.get(thread);
        let Some(method) = protocol::find_attribute(thread, delegate, name)? else {
            return Ok(None);
        };
        self.linked(thread, |thread| {
            let result = match (thrown.value, thrown.traceback) {
                (None, _) => protocol::call_positional(thread, method, &[thrown.first]),
                (Some(value), None) => {
                    protocol::call_positional(thread, method, &[thrown.first, value])
                }
                (Some(value), Some(traceback)) => {
                    protocol::call_positional(thread, method, &[thrown.first, value, traceback])
                }
            };
            result.map(Some)
        })
    }

    /// `close()`: what the generator returned when `GeneratorExit` was raised in it.
    ///
    /// # Errors
    /// `RuntimeError` if it yields; what its code raises.
    pub fn close(&self, thread: &mut Thread) -> PyResult {
        thread.check_stack()?;
        if thread.recursion_left <= 0 {
            return Err(thread.recursion_error("maximum recursion depth exceeded"));
        }
        let mut raised = None;
        if let Some(delegate) = self.claim_delegating(thread) {
            raised = close_iterator(thread, delegate).err();
            self.release(thread, State::Delegating);
        }
        match self.claim(thread) {
            Ok(State::Created) => {
                self.discard(thread);
                return Ok(none());
            }
            Ok(_) => {}
            Err(State::Finished) => return Ok(none()),
            Err(state) => return Err(self.not_resumable(thread, state)),
        }
        if raised.is_none() && self.has_no_handler() {
            self.discard(thread);
            return Ok(none());
        }
        let raised = raised.unwrap_or_else(|| thread.raise_with(&types::GENERATOR_EXIT, &[]));
        match self.raise_inside(thread, raised) {
            Ok(Sent::Returned(value)) => Ok(value),
            Ok(Sent::Yielded(_)) => {
                Err(thread
                    .runtime_error(format_args!("{} ignored GeneratorExit", self.kind_name())))
            }
            Err(raised) if raised.matches(&types::GENERATOR_EXIT) => Ok(none()),
            Err(raised) => match super::stop_value(raised.0) {
                Some(value) => Ok(value),
                None => Err(raised),
            },
        }
    }

    /// Does it wait at a `yield` that no handler of its code encloses? The compiler says so in the instruction that follows.
    fn has_no_handler(&self) -> bool {
        const DEPTH_ONE: u16 = 4;
        // SAFETY: the frame of a claimed generator is at an instruction of its code.
        let unit = unsafe { *(*self.frame()).instruction };
        unit as u8 == opcode::RESUME && unit >> 8 & DEPTH_ONE != 0
    }

    /// Ends a claimed generator without running it.
    fn discard(&self, thread: &mut Thread) {
        let this = self.this();
        let frame = self.frame();
        // SAFETY: the frame is ours and is not run any more. A frame object that somebody has takes what it held.
        unsafe {
            if (*frame).object.is_some() {
                crate::frame_object::take_over(thread, frame);
            }
            empty(frame);
        }
        this.handled.value.set(None);
        self.release(thread, State::Finished);
    }
}
