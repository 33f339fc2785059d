//! Tasks: futures that run a coroutine. What one is, making one, cancelling it.
//!
//! Protocol: a task is listed among the tasks of the thread that has made it (see [`running`](crate::running)) from its beginning until it is done. Its steps are
//! run by its loop, one after another: see [`step`](crate::step).

use std::mem::offset_of;

use grwl_heap::{CellType, Kind, Size, Trace};
use grwl_interpreter::generator::as_generator;
use grwl_module_contextvars::context::{self, Context};
use grwl_object::{
    Args, Cell, Declaration, Name, PyResult, Ref, Signature, Slot, Str, Thread, TypeObject, Value,
    ValueExt, flags, int, none, protocol, types,
};
use grwl_threads::sync::{AtomicU64, Ordering};

use crate::future::{self, FIRST_WORD, FUTURE, Future, PENDING, WORDS};
use crate::library::{IS_COROUTINE, MSG_NAME};
use crate::visible_future::copied_context;
use crate::{running, step};

/// `_asyncio.Task`. Its flags and numbers stand in the future.
#[repr(C)]
pub struct Task {
    pub(crate) future: Future,
    /// The future that it waits for.
    pub(crate) waiter: Slot,
    pub(crate) coroutine: Slot,
    /// Its name, or the number that a name is made of.
    pub(crate) name: Slot,
    pub(crate) context: Slot,
    /// Where it is listed.
    pub(crate) listed_in: Slot,
}

const OWN_WORDS: u32 = 5;
const _: () = assert!(
    offset_of!(Task, waiter) == FIRST_WORD as usize + WORDS as usize * size_of::<Slot>()
        && offset_of!(Task, listed_in)
            == offset_of!(Task, waiter) + (OWN_WORDS as usize - 1) * size_of::<Slot>(),
    "the slots of a task follow those of the future"
);

// SAFETY: repr(C), begins with a future; the rest is atomic.
unsafe impl Cell for Task {
    fn type_object() -> &'static TypeObject {
        &TASK
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: FIRST_WORD,
        count: WORDS + OWN_WORDS,
    },
    size: Size::Fixed(size_of::<Task>()),
    drop: None,
    name: "Task",
};

/// `_asyncio.Task`
pub static TASK: TypeObject = TypeObject::declare(&Declaration {
    name: "_asyncio.Task",
    base: Some(&FUTURE),
    class: &types::TYPE,
    flags: flags::BASE | flags::HAS_DICT | flags::WEAK_REFERENCES,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Task>(),
    attributes: offset_of!(Future, attributes),
});

/// The task that a method was called on.
pub(crate) fn own(value: Value) -> Ref<Task> {
    value
        .downcast()
        .expect("descriptors of tasks are used on tasks only")
}

/// The future that a task is.
pub(crate) fn future_of(task: Ref<Task>) -> Ref<Future> {
    future::own(task.value())
}

/// `__new__`
pub(crate) fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    Ok(Future::blank(thread, class, true)?.value())
}

fn is_coroutine(thread: &mut Thread, value: Value) -> PyResult<bool> {
    if as_generator(value).is_some_and(|it| it.kind_name() == "coroutine") {
        return Ok(true);
    }
    let answer = IS_COROUTINE.call(thread, &[value])?;
    protocol::is_true(thread, answer)
}

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// A name: a string, or the number of a task that was given none.
fn name_of(thread: &mut Thread, given: Option<Value>) -> PyResult {
    match given.and_then(ValueExt::not_none) {
        Some(given) => Ok(as_name(thread, given)?.value()),
        None => {
            let number = COUNTER.fetch_add(1, Ordering::Relaxed) + 1;
            Ok(int::from_usize(thread, number as usize))
        }
    }
}

/// `str(name)`, unless it is one.
///
/// # Errors
/// What `__str__` raises.
pub(crate) fn as_name(thread: &mut Thread, given: Value) -> PyResult<Ref<Str>> {
    match given.downcast_exact::<Str>() {
        Some(name) => Ok(name),
        None => protocol::str(thread, given),
    }
}

/// `__init__`
pub(crate) fn initialise(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    static SIGNATURE: Signature<5> =
        Signature::new("Task", ["coro", "loop", "name", "context", "eager_start"])
            .keyword_only_after(1, 0);
    static IS_RUNNING: Name = Name::new("is_running");
    let [coroutine, event_loop, name, given, eager] = args.parse(thread, &SIGNATURE)?;
    let coroutine = coroutine.unwrap_or_else(none);
    let is_eager = match eager {
        Some(eager) => protocol::is_true(thread, eager)?,
        None => false,
    };
    let this = own(value);
    let future = future_of(this);
    let event_loop = future::initialise(thread, future, event_loop)?;
    if !is_coroutine(thread, coroutine)? {
        future.log_destroy_pending.store(false, Ordering::Relaxed);
        let shown = protocol::repr(thread, coroutine)?;
        return Err(thread.type_error(format_args!("a coroutine was expected, got {shown}")));
    }
    let context = match given.and_then(ValueExt::not_none) {
        Some(context) => context,
        None => copied_context(thread)?,
    };
    let name = name_of(thread, name)?;
    {
        let locked = thread.lock_cell(&this);
        locked.store(this, &this.waiter, None);
        locked.store(this, &this.coroutine, Some(coroutine));
        locked.store(this, &this.name, Some(name));
        locked.store(this, &this.context, Some(context));
        future.must_cancel.store(false, Ordering::Relaxed);
        future.cancel_requests.store(0, Ordering::Relaxed);
        future.log_destroy_pending.store(true, Ordering::Relaxed);
    }
    if is_eager {
        let name = IS_RUNNING.get(thread);
        let is_running = protocol::call_method(thread, event_loop, name, &[])?;
        if protocol::is_true(thread, is_running)? {
            return start_eagerly(thread, this, event_loop, context);
        }
    }
    step::soon(thread, this, None)?;
    running::list(thread, this)
}

/// Runs the first step at once, in the task's own context.
fn start_eagerly(
    thread: &mut Thread,
    this: Ref<Task>,
    event_loop: Value,
    given: Value,
) -> PyResult<()> {
    let Some(context) = given.downcast_exact::<Context>() else {
        return Err(thread.type_error("an instance of Context was expected"));
    };
    let before = running::swap_task(thread, event_loop, Some(this.value()))?;
    let stepped = eager_step(thread, this, context);
    let swapped = running::swap_task(thread, event_loop, before);
    let future = future_of(this);
    if future.state() != PENDING {
        thread.store(this, &this.coroutine, None);
    }
    stepped?;
    swapped?;
    Ok(())
}

fn eager_step(thread: &mut Thread, this: Ref<Task>, context: Ref<Context>) -> PyResult<()> {
    running::list(thread, this)?;
    context::enter(thread, context)?;
    let stepped = step::run(thread, this, None);
    context::leave(thread, context)?;
    stepped
}

/// `cancel()`: asks it to raise `CancelledError` at its next step. False: it is done already.
///
/// # Errors
/// What cancelling the future raises that it waits for.
pub(crate) fn cancel(
    thread: &mut Thread,
    this: Ref<Task>,
    message: Option<Value>,
) -> PyResult<bool> {
    let future = future_of(this);
    future.log_traceback.store(false, Ordering::Relaxed);
    if future.state() != PENDING {
        return Ok(false);
    }
    future.cancel_requests.fetch_add(1, Ordering::Relaxed);
    if let Some(waiter) = this.waiter.load()
        && cancel_any(thread, waiter, message)?
    {
        return Ok(true);
    }
    let locked = thread.lock_cell(&this);
    locked.store(future, &future.cancel_message, message);
    future.must_cancel.store(true, Ordering::Relaxed);
    Ok(true)
}

/// `future.cancel(msg=message)`, of whatever kind the future is.
///
/// # Errors
/// What that raises.
pub(crate) fn cancel_any(
    thread: &mut Thread,
    waiter: Value,
    message: Option<Value>,
) -> PyResult<bool> {
    static CANCEL: Name = Name::new("cancel");
    let class = waiter.class();
    if std::ptr::eq(class.as_ptr(), &FUTURE) {
        return future::cancel(thread, future::own(waiter), message);
    }
    if std::ptr::eq(class.as_ptr(), &TASK) {
        return thread
            .check_stack()
            .and_then(|()| cancel(thread, own(waiter), message));
    }
    let message = message.unwrap_or_else(none);
    let answer = MSG_NAME.call_method(thread, waiter, &CANCEL, &[message])?;
    protocol::is_true(thread, answer)
}

/// The end of a task: tells of one that was still pending.
///
/// # Errors
/// What the loop raises.
pub(crate) fn finalize(thread: &mut Thread, value: Value) -> PyResult<()> {
    let this = own(value);
    let future = future_of(this);
    running::unlist(thread, this)?;
    if future.state() == PENDING && future.log_destroy_pending.load(Ordering::Relaxed) {
        let message = "Task was destroyed but it is pending!";
        future::tell_loop(thread, future, message, &[("task", value)])?;
    }
    future::finalize(thread, value)
}
