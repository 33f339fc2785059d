//! What Python code sees of tasks: methods and attributes.

use grwl_object::{
    Args, GetSet, Method, PyResult, Signature, Str, Thread, TypeSpec, Value, ValueExt, class, int,
    none, protocol, singleton, slots,
};
use grwl_threads::sync::Ordering;

use crate::future;
use crate::library::{GET_STACK, PRINT_STACK, TASK_REPR};
use crate::task::{self, future_of, own};
use crate::visible_future::{in_slot, not_deleted};

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    future::alive(thread, future::own(value))?;
    TASK_REPR.call(thread, &[value])
}

fn cancel(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("cancel", ["msg"]).optional_after(0);
    let [message] = args.parse(thread, &SIGNATURE)?;
    let is_new = task::cancel(thread, own(value), message)?;
    Ok(singleton::bool(is_new))
}

fn cancelling(thread: &mut Thread, value: Value) -> PyResult {
    let count = future_of(own(value))
        .cancel_requests
        .load(Ordering::Relaxed);
    Ok(int::from_i64(thread, count.into()))
}

fn uncancel(thread: &mut Thread, value: Value) -> PyResult {
    let this = own(value);
    let future = future_of(this);
    let left = {
        let _locked = thread.lock_cell(&this);
        let before = future.cancel_requests.load(Ordering::Relaxed);
        if before > 0 {
            future.cancel_requests.store(before - 1, Ordering::Relaxed);
            if before == 1 {
                future.must_cancel.store(false, Ordering::Relaxed);
            }
        }
        before.saturating_sub(1)
    };
    Ok(int::from_i64(thread, left.into()))
}

fn get_name(thread: &mut Thread, value: Value) -> PyResult {
    let this = own(value);
    let Some(name) = this.name.load() else {
        return Ok(none());
    };
    if name.downcast::<Str>().is_some() {
        return Ok(name);
    }
    let number = protocol::str(thread, name)?;
    let made = Str::new(thread, &format!("Task-{number}"));
    let locked = thread.lock_cell(&this);
    locked.store(this, &this.name, Some(made.value()));
    Ok(made.value())
}

fn set_name(thread: &mut Thread, value: Value, name: Value) -> PyResult {
    let name = task::as_name(thread, name)?;
    let this = own(value);
    let locked = thread.lock_cell(&this);
    locked.store(this, &this.name, Some(name.value()));
    Ok(none())
}

fn get_stack(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> =
        Signature::new("get_stack", ["limit"]).keyword_only_after(0, 0);
    let [limit] = args.parse(thread, &SIGNATURE)?;
    GET_STACK.call(thread, &[value, limit.unwrap_or_else(none)])
}

fn print_stack(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("print_stack", ["limit", "file"]).keyword_only_after(0, 0);
    let [limit, file] = args.parse(thread, &SIGNATURE)?;
    let (limit, file) = (limit.unwrap_or_else(none), file.unwrap_or_else(none));
    PRINT_STACK.call(thread, &[value, limit, file])
}

fn set_result(thread: &mut Thread, _value: Value, _result: Value) -> PyResult {
    Err(thread.runtime_error("Task does not support set_result operation"))
}

fn set_exception(thread: &mut Thread, _value: Value, _exception: Value) -> PyResult {
    Err(thread.runtime_error("Task does not support set_exception operation"))
}

fn set_log_destroy_pending(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let new = not_deleted(thread, value, "_log_destroy_pending", new)?;
    let is_wanted = protocol::is_true(thread, new)?;
    let future = future_of(own(value));
    future
        .log_destroy_pending
        .store(is_wanted, Ordering::Relaxed);
    Ok(())
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "Task(coro, *, loop=None, name=None, context=None, eager_start=False)\n--\n\nA coroutine wrapped in a Future.",
    ),
    slots: &[
        slots::NEW.is(task::new),
        slots::INIT.is(task::initialise),
        slots::REPR.is(repr),
        slots::FINALIZE.is(task::finalize),
    ],
    methods: &[
        Method::any(
            "cancel",
            cancel,
            "cancel($self, /, msg=None)\n--\n\nAsk the task to cancel itself: a CancelledError is raised in its coroutine, which may deal with it.\n\nFalse if the task is done already.",
        ),
        Method::no_arguments(
            "cancelling",
            cancelling,
            "cancelling($self, /)\n--\n\nReturn how often the task was asked to cancel, less the calls of uncancel().",
        ),
        Method::no_arguments(
            "uncancel",
            uncancel,
            "uncancel($self, /)\n--\n\nTake one request to cancel back; return how many are left.",
        ),
        Method::no_arguments(
            "get_coro",
            |_, this| in_slot(&own(this).coroutine),
            "get_coro($self, /)\n--\n\n",
        ),
        Method::no_arguments(
            "get_context",
            |_, this| in_slot(&own(this).context),
            "get_context($self, /)\n--\n\n",
        ),
        Method::no_arguments("get_name", get_name, "get_name($self, /)\n--\n\n"),
        Method::one("set_name", set_name, "set_name($self, value, /)\n--\n\n"),
        Method::any(
            "get_stack",
            get_stack,
            "get_stack($self, /, *, limit=None)\n--\n\nReturn the frames of the task's coroutine, or of the traceback of its exception.",
        ),
        Method::any(
            "print_stack",
            print_stack,
            "print_stack($self, /, *, limit=None, file=None)\n--\n\nPrint the stack of the task's coroutine, or the traceback of its exception.",
        ),
        Method::one(
            "set_result",
            set_result,
            "set_result($self, result, /)\n--\n\n",
        ),
        Method::one(
            "set_exception",
            set_exception,
            "set_exception($self, exception, /)\n--\n\n",
        ),
        Method::one(
            "__class_getitem__",
            class::generic_alias,
            "__class_getitem__($type, object, /)\n--\n\nTasks are generic over the type of their results",
        )
        .of_class(),
    ],
    getset: &[
        GetSet::new(
            "_log_destroy_pending",
            |_, this| {
                let future = future_of(own(this));
                Ok(singleton::bool(future.log_destroy_pending.load(Ordering::Relaxed)))
            },
            set_log_destroy_pending,
            None,
        ),
        GetSet::read_only(
            "_must_cancel",
            |_, this| {
                let future = future_of(own(this));
                Ok(singleton::bool(future.must_cancel.load(Ordering::Relaxed)))
            },
            None,
        ),
        GetSet::read_only("_coro", |_, this| in_slot(&own(this).coroutine), None),
        GetSet::read_only("_fut_waiter", |_, this| in_slot(&own(this).waiter), None),
    ],
    constants: &[],
};
