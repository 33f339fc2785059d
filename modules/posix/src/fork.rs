//! `fork`, and what is done around it: by the packages above, and by functions that Python registered.
//!
//! ## Protocol
//! Before: Python's functions, the last registered first; then the packages' hook. After, in each process: the packages' hook, then Python's functions in
//! the order of registration. While the system forks, the world is stopped; in the child the calling thread is the only one.

use std::sync::OnceLock;

use grwl_object::list::List;
use grwl_object::{
    Args, Method, PyResult, Ref, Signature, Slot, Thread, Value, ValueExt, exception, finalize,
    none, protocol, slots, types, unraisable,
};

use crate::arguments::number;
use crate::call::errno;
use crate::written;

/// What a package does around each `fork`.
#[derive(Clone, Copy, Debug)]
pub struct ForkHooks {
    /// Before it, after what Python registered.
    pub before: fn(&mut Thread),
    /// After it in the parent, before what Python registered.
    pub in_parent: fn(&mut Thread),
    /// After it in the child, before what Python registered.
    pub in_child: fn(&mut Thread),
}

static HOOKS: OnceLock<ForkHooks> = OnceLock::new();

/// Installs what the packages above do around each `fork`. Once, at start-up.
pub fn on_fork(hooks: ForkHooks) {
    let _ = HOOKS.set(hooks);
}

/// What Python registered: lists of functions for before a fork, after it in the child, and in the parent.
static REGISTERED: [Slot; 3] = [const { Slot::empty() }; 3];

/// Makes the lists.
pub(crate) fn prepare(thread: &mut Thread) -> PyResult<()> {
    if REGISTERED[0].load().is_none() {
        for slot in &REGISTERED {
            slot.store(Some(List::new(thread).value()));
        }
        let first = REGISTERED.as_ptr().cast::<u64>();
        // SAFETY: a static stays readable, and is not stored to again.
        unsafe { thread.heap().add_static_roots(first, REGISTERED.len()) };
    }
    Ok(())
}

fn registered(index: usize) -> Option<Ref<List>> {
    REGISTERED[index].load()?.downcast::<List>()
}

fn register_at_fork(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    const NAMES: [&str; 3] = ["before", "after_in_child", "after_in_parent"];
    static SIGNATURE: Signature<3> =
        Signature::new("register_at_fork", NAMES).keyword_only_after(0, 0);
    let functions = args.parse(thread, &SIGNATURE)?;
    if functions.iter().all(Option::is_none) {
        return Err(thread.type_error("At least one argument is required."));
    }
    for (name, function) in NAMES.iter().zip(functions) {
        if let Some(function) = function
            && function.class().slot(slots::CALL).is_none()
        {
            return Err(thread.type_error(format_args!(
                "'{name}' must be callable, not {}",
                function.class().name()
            )));
        }
    }
    for (index, function) in functions.into_iter().enumerate() {
        if let (Some(function), Some(list)) = (function, registered(index)) {
            list.push(thread, function)?;
        }
    }
    Ok(none())
}

fn run_registered(thread: &mut Thread, index: usize, backwards: bool) {
    let Some(list) = registered(index) else {
        return;
    };
    let Ok(functions) = list.snapshot(thread) else {
        return;
    };
    let count = functions.len();
    for place in 0..count {
        let function = functions[if backwards { count - 1 - place } else { place }];
        if let Err(raised) = protocol::call_positional(thread, function, &[]) {
            unraisable::report(thread, raised, "Exception ignored in", Some(function));
        }
    }
}

/// Runs `fork`, which is the system's or ends in it, with everything that is to be done before and after in both processes.
/// Returns the child's id, 0 in the child, or the number of an error.
///
/// `multi` is told in the parent whether other threads were running.
pub fn fork_with(
    thread: &mut Thread,
    fork: impl FnOnce() -> i32,
    multi: impl FnOnce(&mut Thread) -> PyResult<()>,
) -> PyResult<Result<i32, i32>> {
    if finalize::is_ending() {
        let message = "can't fork at interpreter shutdown";
        return Err(thread.raise(&types::PYTHON_FINALIZATION_ERROR, message));
    }
    run_registered(thread, 0, true);
    // What was dropped must not be flushed twice.
    written::settle_all(thread);
    if let Some(hooks) = HOOKS.get() {
        (hooks.before)(thread);
    }
    let others = thread.mutator().runtime().live_threads() > 1;
    let mut failure = 0;
    // SAFETY: the world is stopped, and the heap's helpers are made anew in the child. What other libraries hold is, as in
    // CPython, the program's risk.
    let pid = unsafe {
        thread.mutator_mut().fork_with(|| {
            let pid = fork();
            if pid < 0 {
                failure = errno();
            }
            pid
        })
    };
    if pid == 0 {
        thread.heap().after_fork_in_child();
        if let Some(hooks) = HOOKS.get() {
            (hooks.in_child)(thread);
        }
        run_registered(thread, 1, false);
        return Ok(Ok(0));
    }
    let warned = if others && pid > 0 {
        multi(thread)
    } else {
        Ok(())
    };
    if let Some(hooks) = HOOKS.get() {
        (hooks.in_parent)(thread);
    }
    run_registered(thread, 2, false);
    warned?;
    Ok(if pid < 0 { Err(failure) } else { Ok(pid) })
}

/// Warns, in the parent, of a fork with several threads.
pub(crate) fn warn_of_threads(thread: &mut Thread, function: &str) -> PyResult<()> {
    let message = format!(
        "This process (pid={}) is multi-threaded, use of {function}() may lead to deadlocks in the child.",
        std::process::id()
    );
    exception::warn(thread, &types::DEPRECATION_WARNING, message, 1)
}

fn fork(thread: &mut Thread, _module: Value) -> PyResult {
    // SAFETY: the caller stops the world.
    let act = || unsafe { libc::fork() };
    match fork_with(thread, act, |thread| warn_of_threads(thread, "fork"))? {
        Ok(pid) => Ok(number(pid)),
        Err(errno) => Err(thread.os_error(errno)),
    }
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::no_arguments(
        "fork",
        fork,
        "fork($module, /)\n--\n\nMake a child process: 0 in the child, the child's id in the parent.",
    ),
    Method::any(
        "register_at_fork",
        register_at_fork,
        "register_at_fork($module, /, *, before=<unrepresentable>,\n                 after_in_child=<unrepresentable>,\n                 after_in_parent=<unrepresentable>)\n--\n\nHave functions called when the process forks.\n\nThose before it in the opposite order of registration.",
    ),
];
