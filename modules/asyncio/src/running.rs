//! Which event loop runs in a thread, which task is its current one, which tasks there are.
//!
//! ## Protocol
//! - Each thread that has to do with event loops has a [`Local`], which hangs on the thread and is known to all, weakly. It names the running loop and the current task; only
//!   its own thread changes these.
//! - A task is listed in the `Local` of the thread that has made it, by a number and as a weak reference, from its beginning to its end. It refers to the `Local`, which so
//!   outlives its thread as long as tasks of it are pending.
//! - Tasks of other classes are in a `WeakSet` for all threads, as `asyncio` has it; eager ones in a set.
//! - A child of a fork runs no loop.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::dict::Dict;
use grwl_object::set::Set;
use grwl_object::thread::ThreadSlot;
use grwl_object::weak::WeakReference;
use grwl_object::{
    Args, Buffer, Cell, Declaration, Method, Name, PyResult, Raised, Ref, Signature, Slot, Thread,
    TypeObject, Value, ValueExt, flags, int, none, protocol, types,
};
use grwl_threads::sync::{AtomicBool, AtomicU64, Ordering};

use crate::future::{self, PENDING};
use crate::library::{POLICY, WEAK_SET, keep};
use crate::task::{Task, future_of};

/// What a thread has to do with event loops.
#[repr(C)]
pub(crate) struct Local {
    header: Header,
    event_loop: Slot,
    task: Slot,
    /// Weak references to tasks, by number.
    tasks: Slot,
    last_number: AtomicU64,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for Local {
    fn type_object() -> &'static TypeObject {
        &LOCAL
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Local, event_loop) as u32,
        count: 3,
    },
    size: Size::Fixed(size_of::<Local>()),
    drop: None,
    name: "event loop of a thread",
};

/// No Python code sees one.
pub(crate) static LOCAL: TypeObject = TypeObject::declare(&Declaration {
    name: "_asyncio.Local",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::WEAK_REFERENCES,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Local>(),
    attributes: 0,
});

/// A static slot whose contents are made once.
struct Shared {
    slot: Slot,
    is_root: AtomicBool,
}

impl Shared {
    const fn new() -> Self {
        Self {
            slot: Slot::empty(),
            is_root: AtomicBool::new(false),
        }
    }
}

/// Weak references to all `Local`s, by number: a dict.
static LOCALS: Shared = Shared::new();
static LAST_LOCAL: AtomicU64 = AtomicU64::new(0);
/// Tasks of other classes: a `WeakSet`.
static OTHERS: Shared = Shared::new();
/// Eager tasks: a set.
static EAGER: Shared = Shared::new();

/// Makes what all threads share.
pub(crate) fn prepare(thread: &Thread) {
    if LOCALS.slot.load().is_none() {
        let locals = Dict::new(thread).value();
        keep(thread, &LOCALS.slot, &LOCALS.is_root, locals);
        let eager = Set::new(thread).value();
        keep(thread, &EAGER.slot, &EAGER.is_root, eager);
    }
}

fn locals(thread: &Thread) -> Ref<Dict> {
    let known = LOCALS.slot.load().and_then(ValueExt::downcast::<Dict>);
    known.unwrap_or_else(|| Dict::new(thread))
}

/// A weak reference, for a table.
fn weak(thread: &Thread, target: Value) -> PyResult {
    let class = Ref::from_static(&types::WEAK_REFERENCE);
    Ok(WeakReference::new(thread, class, target, None)?.value())
}

fn target(reference: Value) -> Option<Value> {
    reference.downcast::<WeakReference>()?.target()
}

/// The targets of a table of weak references. What is dead is taken out.
fn living(thread: &mut Thread, table: Ref<Dict>) -> PyResult<Buffer> {
    let mut found = Buffer::new();
    let mut dead = Buffer::new();
    for (number, reference, _) in table.cursor() {
        match target(reference) {
            Some(target) => found.push(thread, target)?,
            None => dead.push(thread, number)?,
        }
    }
    for &number in dead.iter() {
        table.remove(thread, number)?;
    }
    Ok(found)
}

impl Local {
    fn tasks(&self, thread: &Thread) -> Ref<Dict> {
        let known = self.tasks.load().and_then(ValueExt::downcast::<Dict>);
        known.unwrap_or_else(|| Dict::new(thread))
    }
}

fn known_local(thread: &Thread) -> Option<Ref<Local>> {
    thread
        .slot(ThreadSlot::RunningLoop)
        .load()?
        .downcast_exact::<Local>()
}

/// The calling thread's.
fn local(thread: &mut Thread) -> PyResult<Ref<Local>> {
    if let Some(known) = known_local(thread) {
        return Ok(known);
    }
    let tasks = Dict::new(thread);
    // SAFETY: the type has this layout.
    let made = unsafe {
        thread.new_cell(&LOCAL, |header| Local {
            header,
            event_loop: Slot::empty(),
            task: Slot::empty(),
            tasks: Slot::new(Some(tasks.value())),
            last_number: AtomicU64::new(0),
        })
    };
    thread
        .slot(ThreadSlot::RunningLoop)
        .store(Some(made.value()));
    let all = locals(thread);
    let number = LAST_LOCAL.fetch_add(1, Ordering::Relaxed);
    if number % 64 == 63 {
        // Threads come and go.
        living(thread, all)?;
    }
    let number = int::from_usize(thread, number as usize);
    let reference = weak(thread, made.value())?;
    all.insert(thread, number, reference)?;
    Ok(made)
}

/// Lists a task.
///
/// # Errors
/// `MemoryError`.
pub(crate) fn list(thread: &mut Thread, task: Ref<Task>) -> PyResult<()> {
    if task.listed_in.load().is_some() {
        return Ok(());
    }
    let local = local(thread)?;
    let number = local.last_number.fetch_add(1, Ordering::Relaxed) + 1;
    let future = future_of(task);
    {
        let locked = thread.lock_cell(&task);
        if task.listed_in.load().is_some() || future.state() != PENDING {
            return Ok(());
        }
        future.number.store(number, Ordering::Relaxed);
        locked.store(task, &task.listed_in, Some(local.value()));
    }
    let key = int::from_usize(thread, number as usize);
    let reference = weak(thread, task.value())?;
    local.tasks(thread).insert(thread, key, reference)?;
    if future.state() != PENDING {
        // It has ended meanwhile, and perhaps nobody found it in the table.
        local.tasks(thread).remove(thread, key)?;
    }
    Ok(())
}

/// Takes a task out of where it is listed.
///
/// # Errors
/// `MemoryError`.
pub(crate) fn unlist(thread: &mut Thread, task: Ref<Task>) -> PyResult<()> {
    let future = future_of(task);
    let (local, number) = {
        let locked = thread.lock_cell(&task);
        let Some(local) = task.listed_in.load() else {
            return Ok(());
        };
        locked.store(task, &task.listed_in, None);
        (local, future.number.load(Ordering::Relaxed))
    };
    if let Some(local) = local.downcast_exact::<Local>() {
        let key = int::from_usize(thread, number as usize);
        local.tasks(thread).remove(thread, key)?;
    }
    Ok(())
}

/// The child of a fork has threads no more, and runs no loop.
pub fn after_fork_in_child(thread: &mut Thread) {
    if let Some(local) = known_local(thread) {
        thread.store(local, &local.event_loop, None);
        thread.store(local, &local.task, None);
    }
}

fn running_loop(thread: &Thread) -> Option<Value> {
    known_local(thread)?.event_loop.load()
}

fn get_running_loop(thread: &mut Thread) -> PyResult {
    match running_loop(thread) {
        Some(event_loop) => Ok(event_loop),
        None => Err(thread.runtime_error("no running event loop")),
    }
}

/// The running loop, or the one that the policy names.
///
/// # Errors
/// What the policy raises.
pub(crate) fn get_event_loop(thread: &mut Thread) -> PyResult {
    static GET: Name = Name::new("get_event_loop");
    if let Some(event_loop) = running_loop(thread) {
        return Ok(event_loop);
    }
    let policy = POLICY.call(thread, &[])?;
    let name = GET.get(thread);
    protocol::call_method(thread, policy, name, &[])
}

/// The loop of any future.
///
/// # Errors
/// What asking for it raises.
pub(crate) fn loop_of(thread: &mut Thread, future: Value) -> PyResult {
    static GET_LOOP: Name = Name::new("get_loop");
    static LOOP: Name = Name::new("_loop");
    if let Some(future) = future::exact(future) {
        return future::alive(thread, future);
    }
    let name = GET_LOOP.get(thread);
    match protocol::find_attribute(thread, future, name)? {
        Some(method) => protocol::call_positional(thread, method, &[]),
        None => {
            let name = LOOP.get(thread);
            protocol::get_attribute(thread, future, name)
        }
    }
}

/// The calling thread's `Local`, if the loop runs there.
fn local_of(thread: &mut Thread, event_loop: Value) -> PyResult<Ref<Local>> {
    let local = local(thread)?;
    if local.event_loop.load() == Some(event_loop) {
        return Ok(local);
    }
    let shown = protocol::repr(thread, event_loop)?;
    Err(thread.runtime_error(format_args!("loop {shown} is not the running loop")))
}

/// Makes a task the current one.
///
/// # Errors
/// `RuntimeError` if the loop does not run here, or there is a current task.
pub(crate) fn enter(thread: &mut Thread, event_loop: Value, task: Value) -> PyResult<()> {
    let local = local_of(thread, event_loop)?;
    let Some(current) = local.task.load() else {
        thread.store(local, &local.task, Some(task));
        return Ok(());
    };
    let task = protocol::repr(thread, task)?;
    let current = protocol::repr(thread, current)?;
    Err(thread.runtime_error(format_args!(
        "Cannot enter into task {task} while another task {current} is being executed."
    )))
}

#[cold]
fn not_entered(thread: &mut Thread, task: Value, current: Option<Value>) -> Raised {
    let shown = protocol::repr(thread, task).and_then(|task| {
        let current = protocol::repr(thread, current.unwrap_or_else(none))?;
        Ok((task, current))
    });
    match shown {
        Ok((task, current)) => thread.runtime_error(format_args!(
            "Invalid attempt to leave task {task} while task {current} is entered."
        )),
        Err(raised) => raised,
    }
}

/// From now on there is no current task.
///
/// # Errors
/// `RuntimeError` if the loop does not run here, or the task is not the current one.
pub(crate) fn leave(thread: &mut Thread, event_loop: Value, task: Value) -> PyResult<()> {
    let local = local_of(thread, event_loop)?;
    let current = local.task.load();
    if current != Some(task) {
        return Err(not_entered(thread, task, current));
    }
    thread.store(local, &local.task, None);
    Ok(())
}

/// Makes a task, or none, the current one, and returns the one before.
///
/// # Errors
/// `RuntimeError` if the loop does not run here.
pub(crate) fn swap_task(
    thread: &mut Thread,
    event_loop: Value,
    task: Option<Value>,
) -> PyResult<Option<Value>> {
    let local = local_of(thread, event_loop)?;
    let before = local.task.load();
    thread.store(local, &local.task, task);
    Ok(before)
}

/// The current task of a loop, which may run in another thread.
fn current_task(thread: &mut Thread, event_loop: Value) -> PyResult {
    let own = known_local(thread);
    if let Some(own) = own
        && own.event_loop.load() == Some(event_loop)
    {
        return Ok(own.task.load().unwrap_or_else(none));
    }
    let all = locals(thread);
    for &each in living(thread, all)?.iter() {
        if let Some(other) = each.downcast_exact::<Local>()
            && other.event_loop.load() == Some(event_loop)
        {
            return Ok(other.task.load().unwrap_or_else(none));
        }
    }
    Ok(none())
}

/// The `WeakSet` of tasks of other classes.
fn others(thread: &mut Thread) -> PyResult {
    if let Some(known) = OTHERS.slot.load() {
        return Ok(known);
    }
    let made = WEAK_SET.call(thread, &[])?;
    if let Some(known) = OTHERS.slot.load() {
        return Ok(known);
    }
    keep(thread, &OTHERS.slot, &OTHERS.is_root, made);
    Ok(made)
}

fn eager(thread: &Thread) -> Ref<Set> {
    let known = EAGER.slot.load().and_then(ValueExt::downcast::<Set>);
    known.unwrap_or_else(|| Set::new(thread))
}

/// The tasks of a loop that are not done, as a set.
fn all_tasks(thread: &mut Thread, event_loop: Value) -> PyResult {
    static DONE: Name = Name::new("done");
    let found = Set::new(thread);
    let all = locals(thread);
    for &local in living(thread, all)?.iter() {
        let Some(local) = local.downcast_exact::<Local>() else {
            continue;
        };
        let tasks = local.tasks(thread);
        for &task in living(thread, tasks)?.iter() {
            let future = future::own(task);
            if future.event_loop() == Some(event_loop) && future.state() == PENDING {
                found.add(thread, task)?;
            }
        }
    }
    let eager = eager(thread);
    let mut rest = Buffer::new();
    for (task, _) in eager.cursor() {
        rest.push(thread, task)?;
    }
    let others = others(thread)?;
    for &task in protocol::collect(thread, others)?.iter() {
        rest.push(thread, task)?;
    }
    for &task in rest.iter() {
        let name = DONE.get(thread);
        let done = protocol::call_method(thread, task, name, &[])?;
        if !protocol::is_true(thread, done)? && loop_of(thread, task)? == event_loop {
            found.add(thread, task)?;
        }
    }
    Ok(found.value())
}

fn set_running_loop(thread: &mut Thread, _module: Value, event_loop: Value) -> PyResult {
    let local = local(thread)?;
    thread.store(local, &local.event_loop, event_loop.not_none());
    Ok(none())
}

/// The arguments `loop` and `task`.
fn loop_and_task(
    thread: &mut Thread,
    signature: &Signature<2>,
    args: Args<'_>,
) -> PyResult<(Value, Value)> {
    let [event_loop, task] = args.parse(thread, signature)?;
    Ok((event_loop.unwrap_or_else(none), task.unwrap_or_else(none)))
}

fn one_task(thread: &mut Thread, signature: &Signature<1>, args: Args<'_>) -> PyResult {
    let [task] = args.parse(thread, signature)?;
    Ok(task.unwrap_or_else(none))
}

/// The argument `loop`, or the running one.
fn loop_or_running(thread: &mut Thread, signature: &Signature<1>, args: Args<'_>) -> PyResult {
    let [event_loop] = args.parse(thread, signature)?;
    match event_loop.and_then(ValueExt::not_none) {
        Some(event_loop) => Ok(event_loop),
        None => get_running_loop(thread),
    }
}

fn function_enter(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("_enter_task", ["loop", "task"]);
    let (event_loop, task) = loop_and_task(thread, &SIGNATURE, args)?;
    enter(thread, event_loop, task)?;
    Ok(none())
}

fn function_leave(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("_leave_task", ["loop", "task"]);
    let (event_loop, task) = loop_and_task(thread, &SIGNATURE, args)?;
    leave(thread, event_loop, task)?;
    Ok(none())
}

fn function_swap(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("_swap_current_task", ["loop", "task"]);
    let (event_loop, task) = loop_and_task(thread, &SIGNATURE, args)?;
    let before = swap_task(thread, event_loop, task.not_none())?;
    Ok(before.unwrap_or_else(none))
}

static ADD: Name = Name::new("add");
static DISCARD: Name = Name::new("discard");

fn function_register(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("_register_task", ["task"]);
    let task = one_task(thread, &SIGNATURE, args)?;
    if let Some(task) = task.downcast::<Task>() {
        list(thread, task)?;
        return Ok(none());
    }
    let others = others(thread)?;
    let name = ADD.get(thread);
    protocol::call_method(thread, others, name, &[task])
}

fn function_unregister(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("_unregister_task", ["task"]);
    let task = one_task(thread, &SIGNATURE, args)?;
    if let Some(task) = task.downcast::<Task>() {
        unlist(thread, task)?;
        return Ok(none());
    }
    let others = others(thread)?;
    let name = DISCARD.get(thread);
    protocol::call_method(thread, others, name, &[task])
}

fn function_register_eager(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("_register_eager_task", ["task"]);
    let task = one_task(thread, &SIGNATURE, args)?;
    eager(thread).add(thread, task)?;
    Ok(none())
}

fn function_unregister_eager(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("_unregister_eager_task", ["task"]);
    let task = one_task(thread, &SIGNATURE, args)?;
    eager(thread).remove(thread, task)?;
    Ok(none())
}

fn function_current(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("current_task", ["loop"]).optional_after(0);
    let event_loop = loop_or_running(thread, &SIGNATURE, args)?;
    current_task(thread, event_loop)
}

fn function_all(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("all_tasks", ["loop"]).optional_after(0);
    let event_loop = loop_or_running(thread, &SIGNATURE, args)?;
    all_tasks(thread, event_loop)
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::no_arguments(
        "_get_running_loop",
        |thread, _| Ok(running_loop(thread).unwrap_or_else(none)),
        "_get_running_loop($module, /)\n--\n\nReturn the event loop that runs in this thread, or None. For event loops.",
    ),
    Method::one(
        "_set_running_loop",
        set_running_loop,
        "_set_running_loop($module, loop, /)\n--\n\nSay which event loop runs in this thread. For event loops.",
    ),
    Method::no_arguments(
        "get_running_loop",
        |thread, _| get_running_loop(thread),
        "get_running_loop($module, /)\n--\n\nReturn the event loop that runs in this thread; RuntimeError if none does.",
    ),
    Method::no_arguments(
        "get_event_loop",
        |thread, _| get_event_loop(thread),
        "get_event_loop($module, /)\n--\n\nReturn the event loop that runs in this thread, or else the one that the policy names.",
    ),
    Method::any(
        "current_task",
        function_current,
        "current_task($module, /, loop=None)\n--\n\nReturn the task that the loop is running, or None.",
    ),
    Method::any(
        "all_tasks",
        function_all,
        "all_tasks($module, /, loop=None)\n--\n\nReturn a set of the tasks of a loop that are not done.",
    ),
    Method::any(
        "_register_task",
        function_register,
        "_register_task($module, /, task)\n--\n\nList a task for all_tasks().",
    ),
    Method::any(
        "_unregister_task",
        function_unregister,
        "_unregister_task($module, /, task)\n--\n\nList a task no longer.",
    ),
    Method::any(
        "_register_eager_task",
        function_register_eager,
        "_register_eager_task($module, /, task)\n--\n\nList a task that is started eagerly.",
    ),
    Method::any(
        "_unregister_eager_task",
        function_unregister_eager,
        "_unregister_eager_task($module, /, task)\n--\n\nList an eager task no longer.",
    ),
    Method::any(
        "_enter_task",
        function_enter,
        "_enter_task($module, /, loop, task)\n--\n\nThe loop begins a step of the task.",
    ),
    Method::any(
        "_leave_task",
        function_leave,
        "_leave_task($module, /, loop, task)\n--\n\nThe loop has ended a step of the task.",
    ),
    Method::any(
        "_swap_current_task",
        function_swap,
        "_swap_current_task($module, /, loop, task)\n--\n\nMake a task, or None, the current one; return the one before.",
    ),
];
