//! The steps of a task: from one `await` of something that is not there yet to the next.
//!
//! ## Protocol
//! - A step is a call that the loop makes: of a [`Step`], or of `task_wakeup` as a callback of the future that the task waits for. It runs the coroutine until that
//!   yields, and looks at what it has yielded: mostly a future, of which the task becomes a callback.
//! - What cannot be awaited becomes an exception in the coroutine, in a step of its own.
//!
//! Invariant: while a step runs, the task is the loop's current one.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_interpreter::generator::{self, Thrown, as_generator};
use grwl_object::function::BuiltinFunction;
use grwl_object::slots::Sent;
use grwl_object::{
    Args, Cell, Declaration, GetSet, Method, Name, PyResult, Raised, Ref, Slot, Thread, TypeObject,
    TypeSpec, Value, ValueExt, flags, int, none, protocol, slots, types,
};
use grwl_threads::sync::Ordering;

use crate::future::{self, Future, Outcome, PENDING};
use crate::library::{self, CANCELLED, CONTEXT_NAME};
use crate::task::{self, Task, future_of};
use crate::{awaited, callbacks, running};

/// `_asyncio.TaskStepMethWrapper`: a call of it is a step.
#[repr(C)]
pub(crate) struct Step {
    header: Header,
    task: Slot,
    /// What is to be raised in the coroutine.
    exception: Slot,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for Step {
    fn type_object() -> &'static TypeObject {
        &STEP
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Step, task) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<Step>()),
    drop: None,
    name: "TaskStepMethWrapper",
};

/// `_asyncio.TaskStepMethWrapper`
pub(crate) static STEP: TypeObject = TypeObject::declare(&Declaration {
    name: "_asyncio.TaskStepMethWrapper",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Step>(),
    attributes: 0,
});

fn own(value: Value) -> Ref<Step> {
    value
        .downcast_exact()
        .expect("descriptors of steps are used on steps only")
}

fn call(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    if args.keyword_count() > 0 {
        return Err(thread.type_error("function takes no keyword arguments"));
    }
    if !args.is_empty() {
        return Err(thread.type_error("function takes no positional arguments"));
    }
    let this = own(value);
    let (task, exception) = (this.task.load(), this.exception.load());
    let Some(task) = task.and_then(ValueExt::downcast::<Task>) else {
        return Ok(none());
    };
    entered(thread, task, exception)
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[slots::CALL.is(call)],
    methods: &[],
    getset: &[GetSet::read_only(
        "__self__",
        |_, this| Ok(own(this).task.load().unwrap_or_else(none)),
        None,
    )],
    constants: &[],
};

/// The loop and the context of a task.
fn surroundings(thread: &mut Thread, task: Ref<Task>) -> PyResult<(Value, Value)> {
    let event_loop = future::alive(thread, future_of(task))?;
    Ok((event_loop, task.context.load().unwrap_or_else(none)))
}

/// Asks the loop to run a step, in which `exception` is raised if it is given.
///
/// # Errors
/// What the loop raises.
pub(crate) fn soon(thread: &mut Thread, task: Ref<Task>, exception: Option<Value>) -> PyResult<()> {
    let (event_loop, context) = surroundings(thread, task)?;
    // SAFETY: the type has this layout.
    let step = unsafe {
        thread.new_cell(&STEP, |header| Step {
            header,
            task: Slot::new(Some(task.value())),
            exception: Slot::new(exception),
        })
    };
    callbacks::call_soon(thread, event_loop, step.value(), None, context)
}

static WAKE_UP: Method = Method::one("task_wakeup", wake_up, "Go on with the task.");

/// The callback by which a future that is done lets the task go on.
fn wake_up(thread: &mut Thread, value: Value, waited_for: Value) -> PyResult {
    static RESULT: Name = Name::new("result");
    let task = task::own(value);
    if let Some(future) = waited_for.downcast::<Future>() {
        awaited::discard(thread, future, value)?;
    }
    let result = match future::exact(waited_for) {
        Some(future) => match future::outcome(thread, future) {
            Ok(Outcome::Result(_)) => Ok(()),
            Ok(Outcome::Exception(exception)) => Err(exception),
            Err(raised) => Err(raised.0),
        },
        None => {
            let name = RESULT.get(thread);
            protocol::call_method(thread, waited_for, name, &[])
                .map(|_| ())
                .map_err(|raised| raised.0)
        }
    };
    entered(thread, task, result.err())
}

/// A step, with the task as the loop's current one.
fn entered(thread: &mut Thread, task: Ref<Task>, exception: Option<Value>) -> PyResult {
    let event_loop = future::alive(thread, future_of(task))?;
    running::enter(thread, event_loop, task.value())?;
    let stepped = run(thread, task, exception);
    let left = running::leave(thread, event_loop, task.value());
    stepped?;
    left?;
    Ok(none())
}

/// The exception to raise in a coroutine that was asked to cancel.
fn cancelling(thread: &mut Thread, task: Ref<Task>, exception: Option<Value>) -> PyResult {
    let class = CANCELLED.get(thread)?;
    if let (Some(exception), Some(class)) = (exception, class.downcast::<TypeObject>())
        && exception.class().is_subtype_of(&class)
    {
        return Ok(exception);
    }
    future::cancelled_error(thread, future_of(task))
}

#[cold]
fn already_done(thread: &mut Thread, task: Ref<Task>, exception: Option<Value>) -> Raised {
    let shown = (|| {
        let task = protocol::repr(thread, task.value())?;
        let exception = match exception {
            Some(exception) => protocol::repr(thread, exception)?.to_string(),
            None => String::new(),
        };
        Ok::<_, Raised>(format!("__step(): already done: {task} {exception}"))
    })();
    match shown {
        Ok(message) => library::invalid_state(thread, message),
        Err(raised) => raised,
    }
}

/// One step, without the current task's being set.
///
/// # Errors
/// `InvalidStateError` if the task is done; `KeyboardInterrupt` and `SystemExit` of the coroutine; what the loop raises.
pub(crate) fn run(
    thread: &mut Thread,
    task: Ref<Task>,
    mut exception: Option<Value>,
) -> PyResult<()> {
    let future = future_of(task);
    if future.state() != PENDING {
        return Err(already_done(thread, task, exception));
    }
    if future.must_cancel.load(Ordering::Relaxed) {
        exception = Some(cancelling(thread, task, exception)?);
        future.must_cancel.store(false, Ordering::Relaxed);
    }
    thread.store(task, &task.waiter, None);
    let Some(coroutine) = task.coroutine.load() else {
        return Err(thread.runtime_error("uninitialized Task object"));
    };
    let sent = match exception {
        None => generator::send(thread, coroutine, none()),
        Some(exception) => throw(thread, coroutine, exception),
    };
    match sent {
        Ok(Sent::Yielded(value)) => yielded(thread, task, value),
        Ok(Sent::Returned(value)) => {
            if future.must_cancel.swap(false, Ordering::Relaxed) {
                // It was asked to cancel after its last await.
                let message = future.cancel_message.load();
                future::cancel(thread, future, message)?;
                Ok(())
            } else {
                future::set_result(thread, future, value)
            }
        }
        Err(raised) => failed(thread, future, raised),
    }
}

fn throw(thread: &mut Thread, coroutine: Value, exception: Value) -> PyResult<Sent> {
    static THROW: Name = Name::new("throw");
    if let Some(generator) = as_generator(coroutine)
        && generator.kind_name() != "async_generator"
    {
        return generator.throw(thread, Thrown::new(exception), true);
    }
    let name = THROW.get(thread);
    match protocol::call_method(thread, coroutine, name, &[exception]) {
        Ok(value) => Ok(Sent::Yielded(value)),
        Err(raised) => match generator::stop_value(raised.0) {
            Some(value) => Ok(Sent::Returned(value)),
            None => Err(raised),
        },
    }
}

/// The coroutine has raised something.
fn failed(thread: &mut Thread, future: Ref<Future>, raised: Raised) -> PyResult<()> {
    let cancelled = CANCELLED.get(thread)?;
    if raised.matches_any(cancelled) {
        thread.store(future, &future.cancelled_error, Some(raised.0));
        future::cancel(thread, future, None)?;
        return Ok(());
    }
    future::set_exception(thread, future, raised.0)?;
    if raised.matches(&types::KEYBOARD_INTERRUPT) || raised.matches(&types::SYSTEM_EXIT) {
        return Err(raised);
    }
    Ok(())
}

/// Raises a `RuntimeError` in the coroutine, in another step.
fn refuse(thread: &mut Thread, task: Ref<Task>, message: &str) -> PyResult<()> {
    let raised = thread.runtime_error(message);
    soon(thread, task, Some(raised.0))
}

fn shown(thread: &mut Thread, value: Value) -> PyResult<String> {
    Ok(protocol::repr(thread, value)?.to_string())
}

/// The coroutine has yielded `value`: what is it to wait for?
fn yielded(thread: &mut Thread, task: Ref<Task>, value: Value) -> PyResult<()> {
    static BLOCKING: Name = Name::new("_asyncio_future_blocking");
    if value == task.value() {
        let shown = shown(thread, value)?;
        return refuse(
            thread,
            task,
            &format!("Task cannot await on itself: {shown}"),
        );
    }
    if let Some(future) = future::exact(value) {
        return wait_for_own(thread, task, future);
    }
    if value.is_none() {
        // A bare `yield`: the others have their turn.
        return soon(thread, task, None);
    }
    let name = BLOCKING.get(thread);
    let blocking = protocol::find_attribute(thread, value, name)?;
    if let Some(blocking) = blocking.and_then(ValueExt::not_none) {
        if protocol::is_true(thread, blocking)? {
            return wait_for_other(thread, task, value, name.value());
        }
        return refuse_yield(thread, task, value);
    }
    let own = shown(thread, task.value())?;
    let what = shown(thread, value)?;
    let message = if as_generator(value).is_some_and(|it| it.kind_name() == "generator") {
        format!("yield was used instead of yield from for generator in task {own} with {what}")
    } else {
        format!("Task got bad yield: {what}")
    };
    refuse(thread, task, &message)
}

fn refuse_yield(thread: &mut Thread, task: Ref<Task>, value: Value) -> PyResult<()> {
    let own = shown(thread, task.value())?;
    let what = shown(thread, value)?;
    let message = format!("yield was used instead of yield from in task {own} with {what}");
    refuse(thread, task, &message)
}

fn refuse_loop(thread: &mut Thread, task: Ref<Task>, value: Value) -> PyResult<()> {
    let own = shown(thread, task.value())?;
    let what = shown(thread, value)?;
    let message = format!("Task {own} got Future {what} attached to a different loop");
    refuse(thread, task, &message)
}

fn wait_for_own(thread: &mut Thread, task: Ref<Task>, future: Ref<Future>) -> PyResult<()> {
    let (event_loop, context) = surroundings(thread, task)?;
    if future.event_loop() != Some(event_loop) {
        return refuse_loop(thread, task, future.value());
    }
    if !future.blocking.swap(false, Ordering::Relaxed) {
        return refuse_yield(thread, task, future.value());
    }
    awaited::add(thread, future, task.value())?;
    let wake_up = BuiltinFunction::new(thread, &WAKE_UP, Some(task.value()), None);
    callbacks::add(thread, future, wake_up.value(), context)?;
    waiting(thread, task, future.value())
}

/// The same for a future that is not of this module's classes.
fn wait_for_other(
    thread: &mut Thread,
    task: Ref<Task>,
    value: Value,
    blocking: Value,
) -> PyResult<()> {
    static ADD: Name = Name::new("add_done_callback");
    let (event_loop, context) = surroundings(thread, task)?;
    if running::loop_of(thread, value)? != event_loop {
        return refuse_loop(thread, task, value);
    }
    if let Some(future) = value.downcast::<Future>() {
        awaited::add(thread, future, task.value())?;
    }
    if let Some(name) = blocking.downcast() {
        protocol::set_attribute(thread, value, name, int::bool(false))?;
    }
    let wake_up = BuiltinFunction::new(thread, &WAKE_UP, Some(task.value()), None);
    CONTEXT_NAME.call_method(thread, value, &ADD, &[wake_up.value(), context])?;
    waiting(thread, task, value)
}

/// The task waits for this; if it was asked to cancel meanwhile, that is cancelled.
fn waiting(thread: &mut Thread, task: Ref<Task>, waited_for: Value) -> PyResult<()> {
    thread.store(task, &task.waiter, Some(waited_for));
    let future = future_of(task);
    if future.must_cancel.load(Ordering::Relaxed) {
        let message = future.cancel_message.load();
        if task::cancel_any(thread, waited_for, message)? {
            future.must_cancel.store(false, Ordering::Relaxed);
        }
    }
    Ok(())
}
