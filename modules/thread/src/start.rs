//! Starting threads.
//!
//! ## Protocol
//! - What a thread is to call travels as a tuple that the starting thread retains and the new one releases, once it has it on its own stack.
//! - The new thread attaches, gets a stack of frames, calls, clears what it had, marks its handle done, and detaches.

use std::os::unix::thread::JoinHandleExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::Builder;
use std::time::Duration;

use grwl_heap::{CellPtr, Header};
use grwl_interpreter::frame::FrameStack;
use grwl_module_signal::state::ident;
use grwl_object::dict::Dict;
use grwl_object::{
    Args, Buffer, PyResult, Ref, Signature, Str, Thread, Tuple, Value, ValueExt, finalize, int,
    none, protocol, slots, types, unraisable,
};
use grwl_threads::MAX_THREADS;

use crate::handle::{self, Shared};
use crate::local;

/// Bytes of native stack for a thread if nobody has asked for another length.
const DEFAULT_STACK: usize = 16 << 20;
/// CPython's least.
const LEAST_STACK: usize = 53_248;

static STACK: AtomicUsize = AtomicUsize::new(0);
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// How many threads that were started here are running.
pub(crate) fn count(thread: &mut Thread, _module: Value) -> PyResult {
    Ok(int::from_usize(thread, COUNT.load(Ordering::Relaxed)))
}

/// In the child of a fork, no started thread runs but possibly this one.
pub(crate) fn after_fork() {
    COUNT.store(0, Ordering::Relaxed);
}

pub(crate) fn stack_size(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack::<1>(thread, "stack_size", 0)?;
    let size = match size {
        Some(size) => protocol::convert::as_isize(thread, size)?,
        None => 0,
    };
    let wanted = usize::try_from(size).ok();
    let Some(wanted) = wanted.filter(|&wanted| wanted == 0 || wanted >= LEAST_STACK) else {
        let message = format_args!("size must be at least {LEAST_STACK} bytes");
        return Err(thread.value_error(message));
    };
    let before = STACK.swap(wanted, Ordering::Relaxed);
    Ok(int::from_usize(thread, before))
}

/// Starts a thread that calls `function`.
fn start(
    thread: &mut Thread,
    shared: &Arc<Shared>,
    function: Value,
    args: Value,
    keywords: Value,
    is_daemon: bool,
) -> PyResult<u64> {
    if finalize::is_ending() {
        let message = "can't create new thread at interpreter shutdown";
        return Err(thread.raise(&types::PYTHON_FINALIZATION_ERROR, message));
    }
    if thread.mutator().runtime().live_threads() + 1 >= MAX_THREADS {
        return Err(thread.runtime_error("can't start new thread"));
    }
    let Some(stack) = FrameStack::reserve() else {
        return Err(thread.runtime_error("can't start new thread"));
    };
    if !shared.begin() {
        return Err(thread.runtime_error("thread already started"));
    }
    let task = match Tuple::try_new(thread, &[function, args, keywords]) {
        Ok(task) => task,
        Err(raised) => {
            shared.cancel();
            return Err(raised);
        }
    };
    // SAFETY: a live cell, and this thread is Running. The new thread releases it.
    unsafe { thread.heap().retain(task.cell()) };
    let address = task.as_ptr() as usize;
    let size = match STACK.load(Ordering::Relaxed) {
        0 => DEFAULT_STACK,
        size => size,
    };
    shared.list(!is_daemon);
    COUNT.fetch_add(1, Ordering::Relaxed);
    let theirs = shared.clone();
    let spawned = Builder::new()
        .stack_size(size)
        .spawn(move || run(address, &theirs, stack));
    match spawned {
        Ok(system) => {
            let ident = system.as_pthread_t();
            shared.keep_system(system);
            shared.set_running(ident);
            Ok(ident)
        }
        Err(_) => {
            COUNT.fetch_sub(1, Ordering::Relaxed);
            shared.finish(thread.mutator_mut());
            shared.cancel();
            // SAFETY: retained above; nobody else releases it.
            unsafe { thread.heap().release(task.cell()) };
            Err(thread.runtime_error("can't start new thread"))
        }
    }
}

/// What the new thread does.
fn run(address: usize, shared: &Arc<Shared>, stack: FrameStack) {
    shared.set_running(ident());
    let mut own = loop {
        match Thread::attach() {
            Ok(own) => break own,
            // Others came first: wait until one has ended.
            Err(_) => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    let thread: &mut Thread = &mut own;
    stack.give(thread);
    thread.interpreter.ident = ident();
    thread.recursion_left = grwl_module_sys::recursion_limit();
    call(thread, address);
    local::end_of_thread(thread);
    for slot in &thread.roots().slots {
        slot.store(None);
    }
    COUNT.fetch_sub(1, Ordering::Relaxed);
    shared.finish(thread.mutator_mut());
    stack.remove(thread);
}

#[inline(never)]
fn call(thread: &mut Thread, address: usize) {
    let cell = CellPtr::new(address as *mut Header).expect("a cell is not at zero");
    // SAFETY: the starting thread retained it.
    let task: Ref<Tuple> = unsafe { Ref::from_cell(cell) };
    let (function, args, keywords) = (task.at(0), task.at(1), task.at(2));
    // SAFETY: retained once; the values are on this stack now.
    unsafe { thread.heap().release(task.cell()) };
    let result = call_with(thread, function, args, keywords);
    if let Err(raised) = result
        && !raised.matches(&types::SYSTEM_EXIT)
    {
        let shown = match protocol::repr(thread, function) {
            Ok(shown) => shown.to_rust_lossy(),
            Err(_) => format!("<{} object>", function.class().name()),
        };
        let what = format!("Exception ignored in thread started by {shown}");
        unraisable::report(thread, raised, &what, None);
    }
}

/// `function(*args, **keywords)`; the last two are a tuple and a dict, or `None`.
pub(crate) fn call_with(
    thread: &mut Thread,
    function: Value,
    args: Value,
    keywords: Value,
) -> PyResult {
    let mut values = Buffer::new();
    if let Some(args) = args.downcast::<Tuple>() {
        for value in args.iter() {
            values.push(thread, value)?;
        }
    }
    let Some(keywords) = keywords.downcast::<Dict>().filter(|dict| !dict.is_empty()) else {
        return protocol::call_positional(thread, function, &values);
    };
    let mut names = Buffer::new();
    for (name, value, _) in keywords.cursor() {
        if name.downcast::<Str>().is_none() {
            return Err(thread.type_error("keywords must be strings"));
        }
        names.push(thread, name)?;
        values.push(thread, value)?;
    }
    let names = Tuple::try_new(thread, &names)?;
    protocol::call(thread, function, Args::new(&values, Some(names)))
}

pub(crate) fn start_new(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [function, arguments, keywords] = args.unpack::<3>(thread, "start_new_thread", 2)?;
    let function = function.unwrap_or_else(none);
    let arguments = arguments.unwrap_or_else(none);
    if function.class().slot(slots::CALL).is_none() {
        return Err(thread.type_error("first arg must be callable"));
    }
    if arguments.downcast::<Tuple>().is_none() {
        return Err(thread.type_error("2nd arg must be a tuple"));
    }
    if let Some(keywords) = keywords
        && keywords.downcast::<Dict>().is_none()
    {
        return Err(thread.type_error("optional 3rd arg must be a dictionary"));
    }
    let keywords = keywords.unwrap_or_else(none);
    let shared = Shared::new();
    let ident = start(thread, &shared, function, arguments, keywords, true)?;
    Ok(int::from_usize(thread, ident as usize))
}

pub(crate) fn start_joinable(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> =
        Signature::new("start_joinable_thread", ["function", "handle", "daemon"]).optional_after(1);
    let [function, handle, daemon] = args.parse(thread, &SIGNATURE)?;
    let function = function.unwrap_or_else(none);
    let is_daemon = match daemon {
        Some(daemon) => protocol::is_true(thread, daemon)?,
        None => true,
    };
    if function.class().slot(slots::CALL).is_none() {
        return Err(thread.type_error("thread function must be callable"));
    }
    let handle = handle.and_then(ValueExt::not_none);
    let shared = match handle {
        None => Shared::new(),
        Some(handle) => match handle::shared(handle) {
            Some(shared) => shared,
            None => return Err(thread.type_error("'handle' must be a _ThreadHandle")),
        },
    };
    start(thread, &shared, function, none(), none(), is_daemon)?;
    Ok(handle.unwrap_or_else(|| handle::object(thread, shared)))
}
