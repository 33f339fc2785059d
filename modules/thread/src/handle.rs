//! Handles on threads: whether one runs, and waiting for its end.
//!
//! ## Protocol
//! - The thread itself marks its handle done, as its last act in the world, and wakes who waits. Who is woken first then also waits, in a
//!   Safe region, for the system's thread to be gone.
//! - What the handles of running threads share stands in a list until they are done. `_shutdown` waits for those that are not daemons; in the child
//!   of a fork all but the calling thread's are done. So it is with those on threads that were not started here, the main thread above all.
//!
//! Invariant: whoever waits in a queue has an `Arc` of it.

use std::mem::{ManuallyDrop, offset_of};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_module_signal::state::ident;
use grwl_module_time::{Rounding, nanoseconds};
use grwl_object::{
    Args, Cell, Declaration, GetSet, Method, PyResult, Ref, Signature, Str, Thread, TypeObject,
    TypeSpec, Value, ValueExt, finalize, int, none, slots, types, unraisable,
};
use grwl_threads::{Deadline, Limits, Mutator, WaitQueue, Wake};

use crate::lock::LONGEST;

const NOT_STARTED: u8 = 0;
const STARTING: u8 = 1;
const RUNNING: u8 = 2;
const DONE: u8 = 3;

/// The system's thread. In the child of a fork, one of the parent's does not exist: it can be neither waited for nor let go.
#[derive(Debug)]
struct System {
    process: u32,
    handle: ManuallyDrop<JoinHandle<()>>,
}

impl System {
    fn new(handle: JoinHandle<()>) -> Self {
        Self {
            process: std::process::id(),
            handle: ManuallyDrop::new(handle),
        }
    }

    fn is_here(&self) -> bool {
        self.process == std::process::id()
    }

    /// Waits until it is gone.
    fn join(self) {
        if self.is_here() {
            let mut this = ManuallyDrop::new(self);
            // SAFETY: taken once, as `this` is not dropped.
            let handle = unsafe { ManuallyDrop::take(&mut this.handle) };
            let _ = handle.join();
        }
    }
}

impl Drop for System {
    fn drop(&mut self) {
        if self.is_here() {
            // SAFETY: this is its end, and `join` has not taken it.
            unsafe { ManuallyDrop::drop(&mut self.handle) };
        }
    }
}

/// What a thread and its handles share.
#[derive(Debug)]
pub(crate) struct Shared {
    state: AtomicU8,
    ident: AtomicU64,
    queue: WaitQueue,
    /// No daemon.
    is_awaited: AtomicBool,
    system: Mutex<Option<System>>,
}

/// What the handles of running threads share. Locked by Running threads only, so a fork never finds it locked.
static STARTED: Mutex<Vec<Arc<Shared>>> = Mutex::new(Vec::new());

/// What the handles on running threads share that were not started here; locked as the other list.
static FOREIGN: Mutex<Vec<Weak<Shared>>> = Mutex::new(Vec::new());

fn started() -> MutexGuard<'static, Vec<Arc<Shared>>> {
    STARTED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn foreign() -> MutexGuard<'static, Vec<Weak<Shared>>> {
    FOREIGN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: AtomicU8::new(NOT_STARTED),
            ident: AtomicU64::new(0),
            queue: WaitQueue::new(),
            is_awaited: AtomicBool::new(false),
            system: Mutex::new(None),
        })
    }

    /// Claims the handle for a thread; false: it has had one.
    pub(crate) fn begin(&self) -> bool {
        self.state
            .compare_exchange(NOT_STARTED, STARTING, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }

    /// The thread could not be started.
    pub(crate) fn cancel(&self) {
        self.state.store(NOT_STARTED, Ordering::Relaxed);
    }

    /// The thread has this identity. Both it and the one that started it say so.
    pub(crate) fn set_running(&self, ident: u64) {
        self.ident.store(ident, Ordering::Relaxed);
        // Release: partner is the Acquire in `has_ident`. A thread that is done already stays so.
        let _ =
            self.state
                .compare_exchange(STARTING, RUNNING, Ordering::Release, Ordering::Relaxed);
    }

    pub(crate) fn keep_system(&self, handle: JoinHandle<()>) {
        *self.system.lock().unwrap_or_else(PoisonError::into_inner) = Some(System::new(handle));
    }

    pub(crate) fn ident(&self) -> u64 {
        self.ident.load(Ordering::Relaxed)
    }

    fn is_done(&self) -> bool {
        // Acquire: partner is the Release in `finish`.
        self.state.load(Ordering::Acquire) == DONE
    }

    /// Marks the thread as done.
    pub(crate) fn finish(self: &Arc<Self>, mutator: &mut Mutator) {
        self.unlist();
        self.queue.wake_all(mutator, 0, || {
            self.state.store(DONE, Ordering::Release);
        });
    }

    /// Enters the list of what runs.
    pub(crate) fn list(self: &Arc<Self>, is_awaited: bool) {
        self.is_awaited.store(is_awaited, Ordering::Relaxed);
        started().push(self.clone());
    }

    fn unlist(self: &Arc<Self>) {
        let mut started = started();
        if let Some(position) = started.iter().position(|known| Arc::ptr_eq(known, self)) {
            started.swap_remove(position);
        }
    }

    /// Waits until the thread is done; false: the time is over.
    fn join(self: &Arc<Self>, thread: &mut Thread, deadline: Option<Deadline>) -> PyResult<bool> {
        while !self.is_done() {
            if finalize::is_ending() {
                let message = "cannot join thread at interpreter shutdown";
                return Err(thread.raise(&types::PYTHON_FINALIZATION_ERROR, message));
            }
            let limits = Limits {
                deadline,
                interrupts: grwl_module_signal::interrupts(),
            };
            let wake = self
                .queue
                .wait(thread.mutator_mut(), &limits, None, || !self.is_done());
            match wake {
                Wake::TimedOut => return Ok(false),
                Wake::Interrupted => thread.poll()?,
                Wake::NotNeeded | Wake::Woken(_) => {}
            }
        }
        let system = self
            .system
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(system) = system {
            // It is on its last few steps.
            thread.safe(|| system.join());
        }
        Ok(true)
    }
}

/// Waits for all threads that are not daemons. What a signal raises meanwhile is reported, and ends the wait.
pub(crate) fn join_all(thread: &mut Thread) {
    loop {
        let me = ident();
        let is_next =
            |known: &&Arc<Shared>| known.is_awaited.load(Ordering::Relaxed) && known.ident() != me;
        let next = started().iter().find(is_next).cloned();
        match next {
            Some(next) => {
                if let Err(raised) = next.join(thread, None) {
                    let what = "Exception ignored while joining a thread in _thread._shutdown()";
                    unraisable::report(thread, raised, what, None);
                    return;
                }
                next.unlist();
            }
            None => return,
        }
    }
}

/// In the child of a fork: only the calling thread is left.
pub(crate) fn after_fork() {
    let me = ident();
    let stays = |known: &Arc<Shared>| {
        let is_here = known.ident() == me;
        if !is_here {
            known.state.store(DONE, Ordering::Release);
        }
        is_here
    };
    started().retain(stays);
    foreign().retain(|known| known.upgrade().as_ref().is_some_and(stays));
}

/// `_thread._ThreadHandle`
#[repr(C)]
pub struct ThreadHandle {
    header: Header,
    /// An `Arc`'s pointer.
    shared: AtomicPtr<Shared>,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for ThreadHandle {
    fn type_object() -> &'static TypeObject {
        &HANDLE
    }
}

static HANDLE_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<ThreadHandle>()),
    drop: Some(drop_handle),
    name: "thread handle",
};

unsafe fn drop_handle(cell: CellPtr) {
    // SAFETY: the heap calls this for dead handles, once.
    unsafe {
        let place = cell
            .as_ptr()
            .cast::<u8>()
            .add(offset_of!(ThreadHandle, shared));
        let shared = (*place.cast::<AtomicPtr<Shared>>()).load(Ordering::Relaxed);
        if !shared.is_null() {
            drop(Arc::from_raw(shared.cast_const()));
        }
    }
}

/// `_thread._ThreadHandle`
pub static HANDLE: TypeObject = TypeObject::declare(&Declaration {
    name: "_thread._ThreadHandle",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: 0,
    cell: &HANDLE_CELL,
    kind: Kind::Owning,
    size: size_of::<ThreadHandle>(),
    attributes: 0,
});

/// A handle on what is shared.
pub(crate) fn object(thread: &Thread, shared: Arc<Shared>) -> Value {
    let shared = Arc::into_raw(shared).cast_mut();
    // SAFETY: the type has this layout, and no subclasses.
    let this = unsafe {
        thread.new_cell(&HANDLE, |header| ThreadHandle {
            header,
            shared: AtomicPtr::new(shared),
        })
    };
    this.value()
}

/// What a handle shares with its thread.
pub(crate) fn shared(value: Value) -> Option<Arc<Shared>> {
    let this = value.downcast_exact::<ThreadHandle>()?;
    let pointer = this.shared.load(Ordering::Relaxed).cast_const();
    // SAFETY: the cell, which is alive, holds a count of its own.
    unsafe {
        Arc::increment_strong_count(pointer);
        Some(Arc::from_raw(pointer))
    }
}

/// A handle on a running thread that was not started here, as the main thread's.
pub(crate) fn of_ident(thread: &Thread, ident: u64) -> Value {
    let shared = Shared::new();
    shared.begin();
    shared.set_running(ident);
    {
        let mut foreign = foreign();
        foreign.retain(|known| known.strong_count() > 0);
        foreign.push(Arc::downgrade(&shared));
    }
    object(thread, shared)
}

fn this(thread: &Thread, value: Value) -> PyResult<Arc<Shared>> {
    shared(value).ok_or_else(|| {
        thread.type_error(format_args!(
            "descriptor requires a '_thread._ThreadHandle' object but received a '{}'",
            value.class().name()
        ))
    })
}

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<0> = Signature::new("_ThreadHandle", []);
    args.parse(thread, &SIGNATURE)?;
    Ok(object(thread, Shared::new()))
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let ident = this(thread, value)?.ident();
    let text = format!("<_thread._ThreadHandle object: ident={ident}>");
    Ok(Str::new(thread, &text).value())
}

fn get_ident(thread: &mut Thread, value: Value) -> PyResult {
    let ident = this(thread, value)?.ident();
    Ok(int::from_usize(thread, ident as usize))
}

fn is_done(thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(this(thread, value)?.is_done()))
}

fn check_started(thread: &mut Thread, shared: &Shared) -> PyResult<()> {
    match shared.state.load(Ordering::Acquire) {
        NOT_STARTED | STARTING => Err(thread.runtime_error("thread not started")),
        _ => Ok(()),
    }
}

fn set_done(thread: &mut Thread, value: Value) -> PyResult {
    let shared = this(thread, value)?;
    check_started(thread, &shared)?;
    // Whoever says so knows that nobody can wait for the system's thread.
    drop(
        shared
            .system
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take(),
    );
    shared.finish(thread.mutator_mut());
    Ok(none())
}

fn join(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let shared = this(thread, value)?;
    let [timeout] = args.unpack::<1>(thread, "join", 0)?;
    let deadline = match timeout.and_then(ValueExt::not_none) {
        None => None,
        Some(timeout) => {
            let length = nanoseconds(thread, timeout, Rounding::Up)?;
            if length == LONGEST {
                return Err(thread.overflow_error("timeout value is too large"));
            }
            match u64::try_from(length) {
                Ok(length) => Deadline::after(Duration::from_nanos(length)),
                // As CPython: no limit.
                Err(_) => None,
            }
        }
    };
    check_started(thread, &shared)?;
    if !shared.is_done() && shared.ident() == ident() {
        return Err(thread.runtime_error("Cannot join current thread"));
    }
    shared.join(thread, deadline)?;
    Ok(none())
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[slots::NEW.is(new), slots::REPR.is(repr)],
    methods: &[
        Method::any(
            "join",
            join,
            "join($self, timeout=None, /)\n--\n\nWait for the thread's end.",
        ),
        Method::no_arguments(
            "_set_done",
            set_done,
            "_set_done($self, /)\n--\n\nSay that the thread is done.",
        ),
        Method::no_arguments(
            "is_done",
            is_done,
            "is_done($self, /)\n--\n\nIs the thread done?",
        ),
    ],
    getset: &[GetSet::read_only("ident", get_ident, None)],
    constants: &[],
};
