//! The thread, as all Python-level code sees it.
//!
//! `&mut Thread` is the right to reach a safepoint: whoever has it may run Python code, wait, be stopped. `&Thread`
//! allows what is none: allocation, reading, the write barrier. So a function's signature says whether the
//! objects that it looks at can change under it.
//!
//! ## Invariants
//! - A `Thread` lies at a fixed address from attaching to its end, and that address stands behind its state's extension.
//! - What the collector reads of it are the fields of [`ThreadRoots`], which are `Cell`s.

use std::cell::Cell as StdCell;
use std::ops::Deref;

use grwl_heap::{CellPtr, Header, Heap, Kind};
use grwl_threads::stack::bounds_of_this_stack;
use grwl_threads::sync::AtomicU32;
use grwl_threads::{Attached, BiasedLock, Events, Guard, Mutator, TooManyThreads};
use grwl_value::{Slot, Value};

use crate::cell::Ref;
use crate::method_cache::MethodCache;
use crate::result::PyResult;
use crate::type_object::TypeObject;
use crate::world::{THREAD_ADDRESS, world};

/// A collection is due.
pub const EVENT_COLLECT: Events = Events::user(0);
/// A signal has arrived, an asynchronous exception was set, a call is pending: see [`Pending`].
pub const EVENT_PENDING: Events = Events::user(1);
/// Finalizers or callbacks of weak references are due.
pub const EVENT_FINALIZE: Events = Events::user(2);

/// The thread is to run the watched loop of the interpreter. Only the interpreter takes this event: see `grwl_interpreter::instrument`.
pub const EVENT_INSTRUMENT: Events = Events::user(3);

/// What the layer above does at a safepoint with events that are not the heap's.
pub type Pending = fn(&mut Thread, Events) -> PyResult<()>;

static PENDING: std::sync::OnceLock<Pending> = std::sync::OnceLock::new();

/// Installs what handles [`EVENT_PENDING`].
pub fn on_pending(handler: Pending) {
    let _ = PENDING.set(handler);
}

/// An entry of the stack of exceptions that are being handled: one for the thread, one for each running generator.
#[derive(Debug, Default)]
pub struct Handled {
    /// The exception that an `except` block is handling.
    pub value: StdCell<Option<Value>>,
    /// The entry below.
    pub previous: StdCell<Option<std::ptr::NonNull<Handled>>>,
}

/// What a thread keeps for the interpreter, and the collector looks at.
pub struct ThreadRoots {
    /// The lowest entry of the stack of handled exceptions.
    pub handled_base: Handled,
    /// The topmost entry.
    pub handled: StdCell<std::ptr::NonNull<Handled>>,
    /// The interpreter's stack of values, `stack_base..stack_top`, of which the interpreter tells the collector.
    pub stack_base: StdCell<usize>,
    /// One past the last word in use.
    pub stack_top: StdCell<usize>,
    /// What is being raised, between the instruction that has raised it and the handler: nothing else need hold it.
    pub raising: StdCell<Option<Value>>,
    /// Free for the packages above: each takes an index from [`ThreadSlot`].
    pub slots: [Slot; 16],
    /// Attributes looked up lately.
    pub(crate) method_cache: MethodCache,
}

/// The packages' shares of [`ThreadRoots::slots`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum ThreadSlot {
    /// The current `contextvars.Context`.
    Context,
    /// An exception set by another thread.
    AsyncException,
    /// `sys.settrace`'s function.
    Trace,
    /// `sys.setprofile`'s function.
    Profile,
    /// The dict of thread-local data.
    Locals,
    /// The hooks of asynchronous generators, first iteration.
    AsyncGenFirst,
    /// The hooks of asynchronous generators, finalizer.
    AsyncGenFinalizer,
    /// The running event loop of `asyncio`.
    RunningLoop,
    /// The running task of `asyncio`.
    RunningTask,
    /// The thread's handle.
    Handle,
    /// The result of a call that has made the thread a watched one: see `grwl_interpreter::instrument`.
    Watched,
}

/// See the module's head.
pub struct Thread {
    attached: Attached,
    heap: &'static Heap,
    roots: ThreadRoots,
    /// Below this address the native stack must not grow.
    stack_limit: usize,
    /// How many Python calls may still be nested.
    pub recursion_left: i64,
    /// What the interpreter keeps here.
    pub interpreter: InterpreterFields,
}

/// What the interpreter keeps for a thread and the collector need not see.
#[derive(Debug)]
pub struct InterpreterFields {
    /// The topmost frame.
    pub frame: *mut (),
    /// The innermost native frame of the loop that runs bytecode, as the interpreter notes it.
    pub native_loop: *const (),
    /// Where the stack of values ends.
    pub stack_end: usize,
    /// Non-zero: the thread runs the watched loop, as trace, profile or monitoring functions are set. Written by the thread, or while it stands still.
    pub tracing: AtomicU32,
    /// How many such functions are running.
    pub inside_tracing: StdCell<u32>,
    /// The event that the innermost one is told of; -1 for none.
    pub what_event: StdCell<i32>,
    /// The frame of that event.
    pub event_frame: StdCell<*mut ()>,
    /// Depth of the coroutine origin tracking.
    pub coroutine_origin_depth: u32,
    /// The id that `threading.get_ident` shows.
    pub ident: u64,
}

/// An attached thread; it ends when this is dropped.
pub struct OwnThread(Box<Thread>);

impl Deref for OwnThread {
    type Target = Thread;
    fn deref(&self) -> &Thread {
        &self.0
    }
}

impl std::ops::DerefMut for OwnThread {
    fn deref_mut(&mut self) -> &mut Thread {
        &mut self.0
    }
}

impl Drop for OwnThread {
    fn drop(&mut self) {
        // The collector looks no further; the state may be another thread's soon.
        self.0.set_address(0);
    }
}

/// Bytes of native stack that are kept for what does not check.
const STACK_RESERVE: usize = 192 * 1024;

impl Thread {
    /// Makes the calling system thread one of the world's.
    ///
    /// # Errors
    /// If too many threads are alive.
    pub fn attach() -> Result<OwnThread, TooManyThreads> {
        let world = world();
        let attached = world.runtime().attach()?;
        let thread = Box::new(Self {
            attached,
            heap: world.heap(),
            roots: ThreadRoots {
                handled_base: Handled::default(),
                handled: StdCell::new(std::ptr::NonNull::dangling()),
                stack_base: StdCell::new(0),
                stack_top: StdCell::new(0),
                raising: StdCell::new(None),
                slots: [const { Slot::empty() }; 16],
                method_cache: MethodCache::new(),
            },
            stack_limit: bounds_of_this_stack().0.saturating_add(STACK_RESERVE),
            recursion_left: 1000,
            interpreter: InterpreterFields {
                frame: std::ptr::null_mut(),
                native_loop: std::ptr::null(),
                stack_end: 0,
                tracing: AtomicU32::new(0),
                inside_tracing: StdCell::new(0),
                what_event: StdCell::new(-1),
                event_frame: StdCell::new(std::ptr::null_mut()),
                coroutine_origin_depth: 0,
                ident: 0,
            },
        });
        let base = std::ptr::NonNull::from(&thread.roots.handled_base);
        thread.roots.handled.set(base);
        thread.set_address(std::ptr::from_ref(&*thread) as usize);
        thread.post_if_stressed();
        Ok(OwnThread(thread))
    }

    fn set_address(&self, address: usize) {
        let extension = self.mutator().state().extension();
        // SAFETY: the extension was laid out by `world`, and this word is the thread's own.
        unsafe {
            let place = extension.add(THREAD_ADDRESS).cast::<StdCell<usize>>();
            place.as_ref().set(address);
        }
    }

    /// Calls a function of the system's on the thread of this identity (`threading.get_ident`), while that surely exists: the system takes any number
    /// for a thread's, and looks into that thread's memory. `act` returns an error number or 0. A safepoint, but for the thread's own identity.
    ///
    /// # Errors
    /// `OSError`; `ProcessLookupError` if there is no such thread.
    pub fn ask_of_thread(&mut self, ident: u64, act: impl FnOnce() -> i32) -> PyResult<()> {
        let status = if self.interpreter.ident == ident {
            act()
        } else {
            self.while_alive(ident, act).unwrap_or(libc::ESRCH)
        };
        match status {
            0 => Ok(()),
            status => Err(self.os_error(status)),
        }
    }

    fn while_alive<R>(&mut self, ident: u64, act: impl FnOnce() -> R) -> Option<R> {
        // No thread ends meanwhile.
        let world = self.attached.stop_the_world();
        let is_alive = world
            .threads()
            .into_iter()
            .any(|state| of_state(state).is_some_and(|other| other.interpreter.ident == ident));
        is_alive.then(act)
    }

    /// The synchronisation core's view, for what is no safepoint.
    #[inline(always)]
    pub fn mutator(&self) -> &Mutator {
        &self.attached
    }

    /// The synchronisation core's view.
    #[inline(always)]
    pub fn mutator_mut(&mut self) -> &mut Mutator {
        &mut self.attached
    }

    /// The heap.
    #[inline(always)]
    pub fn heap(&self) -> &'static Heap {
        self.heap
    }

    /// What the collector sees of the thread.
    #[inline(always)]
    pub fn roots(&self) -> &ThreadRoots {
        &self.roots
    }

    /// A package's share of the thread's roots.
    #[inline(always)]
    pub fn slot(&self, slot: ThreadSlot) -> &Slot {
        &self.roots.slots[slot as usize]
    }

    /// The safepoint. Handles what has arrived: collections, finalizers, signals.
    ///
    /// # Errors
    /// What a signal handler, or another thread, raises here.
    #[inline(always)]
    pub fn poll(&mut self) -> PyResult<()> {
        let events = self.attached.poll();
        if events.is_empty() {
            Ok(())
        } else {
            self.handle_events(events)
        }
    }

    /// Handles what [`Mutator::poll`] has returned.
    ///
    /// # Errors
    /// As [`poll`](Self::poll).
    #[cold]
    #[inline(never)]
    pub fn handle_events(&mut self, events: Events) -> PyResult<()> {
        if events.intersects(EVENT_INSTRUMENT) {
            // For the interpreter's next poll.
            self.attached.post(EVENT_INSTRUMENT);
        }
        if self.heap.is_due(events) {
            crate::finalize::tell(self, None);
        }
        let report = self.heap.at_safepoint(&mut self.attached, events);
        self.post_if_stressed();
        if let Some(report) = report {
            if report.finalizable + report.cleared_weak > 0 {
                crate::finalize::after_collection(self);
            }
            crate::finalize::tell(self, Some(&report));
        }
        if events.intersects(Events::REST) {
            crate::finalize::at_rest(self);
        }
        if events.intersects(EVENT_FINALIZE) {
            crate::finalize::run_due(self);
        }
        if events.intersects(EVENT_PENDING)
            && let Some(pending) = PENDING.get()
        {
            pending(self, events)?;
        }
        Ok(())
    }

    /// With `GRWL_GC_STRESS` each safepoint has an event.
    fn post_if_stressed(&self) {
        if self.heap.config().stress != 0 {
            self.attached.post(EVENT_COLLECT);
        }
    }

    /// Runs `act` in a Safe region: for everything that may block. It must not touch the heap.
    pub fn safe<R>(&mut self, act: impl FnOnce() -> R) -> R {
        self.attached.safe(act)
    }

    /// Takes the lock of a cell. May be a safepoint. What may be done while it is held is what `&Thread` allows.
    #[inline(always)]
    pub fn lock<'a>(&'a mut self, header: &'a Header) -> Locked<'a> {
        let thread: *const Thread = self;
        Locked {
            _guard: header.lock.lock(&mut self.attached),
            thread,
        }
    }

    /// Takes the lock of a typed cell.
    #[inline(always)]
    pub fn lock_cell<'a, T>(&'a mut self, cell: &'a Ref<T>) -> Locked<'a> {
        self.lock(cell.header())
    }

    /// For an object that is about to be handed to another thread: gives up this thread's bias, if it has it, so that the receiver
    /// need not ask for it. What the object refers to stays as it is.
    #[inline]
    pub fn hand_over(&mut self, value: Value) {
        if let Some(cell) = value.as_cell() {
            // SAFETY: the caller has the value, so the cell is alive.
            let header = unsafe { cell.as_ref() };
            header.lock.give_up(&mut self.attached);
        }
    }

    /// The header of a new cell, biased to this thread.
    #[inline(always)]
    pub fn header(&self, class: &TypeObject) -> Header {
        Header {
            c_refs: grwl_threads::sync::AtomicU32::new(0),
            lock: BiasedLock::biased(&self.attached),
            type_pointer: grwl_threads::sync::AtomicPtr::new(
                std::ptr::from_ref(class).cast_mut().cast(),
            ),
        }
    }

    /// A new cell of fixed size. `class` is `T`'s type, or one with the same layout.
    ///
    /// # Safety
    /// `class`'s instances have the length of `T` and memory of `class.kind()`.
    #[inline(always)]
    pub unsafe fn new_cell<T>(&self, class: &TypeObject, make: impl FnOnce(Header) -> T) -> Ref<T> {
        debug_assert!(class.size() == size_of::<T>());
        // SAFETY: it is initialised at once.
        let cell = unsafe {
            self.heap
                .allocate(&self.attached, class.kind(), size_of::<T>())
        };
        let cell = cell.unwrap_or_else(|| out_of_memory());
        // SAFETY: fresh memory of this length, aligned to 16.
        unsafe {
            cell.cast::<T>().write(make(self.header(class)));
            Ref::from_cell(cell)
        }
    }

    /// Zeroed memory for a cell of `size` bytes, with its header.
    ///
    /// # Errors
    /// `MemoryError`.
    ///
    /// # Safety
    /// The class's view of the cell accepts zeroes, or the caller fills it before the next safepoint.
    #[inline]
    pub unsafe fn new_zeroed(
        &self,
        class: &TypeObject,
        kind: Kind,
        size: usize,
    ) -> PyResult<CellPtr> {
        // SAFETY: the header follows; the rest is the caller's promise.
        let cell = unsafe { self.heap.allocate_zeroed(&self.attached, kind, size) };
        let Some(cell) = cell else {
            return Err(self.memory_error());
        };
        // SAFETY: a fresh cell.
        unsafe { cell.write(self.header(class)) };
        Ok(cell)
    }

    /// Memory for a cell of `size` bytes that holds no pointers, with its header. Without memory the process ends, as with [`new_cell`](Self::new_cell).
    ///
    /// # Safety
    /// The caller fills it before the next safepoint; `class`'s cells are [`Kind::Leaf`].
    #[inline]
    pub unsafe fn new_memory(&self, class: &TypeObject, size: usize) -> CellPtr {
        debug_assert!(class.kind() == Kind::Leaf);
        // SAFETY: the header follows; the rest is the caller's promise.
        let cell = unsafe { self.heap.allocate(&self.attached, Kind::Leaf, size) };
        let cell = cell.unwrap_or_else(|| out_of_memory());
        // SAFETY: a fresh cell.
        unsafe { cell.write(self.header(class)) };
        cell
    }

    /// The write barrier: a pointer was or will be stored into `cell`, without a safepoint between.
    #[inline(always)]
    pub fn record_write(&self, cell: CellPtr) {
        // SAFETY: the caller has the cell, so it is alive.
        unsafe { self.heap.record_write(&self.attached, cell) };
    }

    /// Stores into a traced slot of `owner`, with the write barrier. The caller may mutate the cell.
    #[inline(always)]
    pub fn store<T>(&self, owner: Ref<T>, slot: &Slot, value: Option<Value>) {
        slot.store(value);
        self.record_write(owner.cell());
    }

    /// Checks that the native stack has room for another call from Rust into Python and back.
    ///
    /// # Errors
    /// `RecursionError`.
    #[inline(always)]
    pub fn check_stack(&mut self) -> PyResult<()> {
        let here = 0u8;
        if (&raw const here) as usize > self.stack_limit {
            Ok(())
        } else {
            Err(self.stack_overflow())
        }
    }

    #[cold]
    fn stack_overflow(&mut self) -> crate::Raised {
        // What makes the exception needs some stack itself.
        let limit = std::mem::replace(&mut self.stack_limit, 0);
        let raised = self.recursion_error("Stack overflow");
        self.stack_limit = limit;
        raised
    }
}

#[cold]
fn out_of_memory() -> ! {
    // A small cell: nothing could be done without one either, not even raise MemoryError.
    eprintln!("grwl: out of memory");
    std::process::abort()
}

/// A locked cell. It lends the thread for what is no safepoint.
#[must_use = "the lock is released when this is dropped"]
pub struct Locked<'a> {
    _guard: Guard<'a>,
    thread: *const Thread,
}

impl Deref for Locked<'_> {
    type Target = Thread;
    #[inline(always)]
    fn deref(&self) -> &Thread {
        // SAFETY: the thread is borrowed for as long as the guard lives. The guard holds its mutator mutably, but nobody
        // uses that meanwhile, and a mutator's own fields never change.
        unsafe { &*self.thread }
    }
}

/// Where the thread of a state lies; null if it has none. For who looks at threads that run: what is there may change or be gone.
pub fn address_of_state(state: &grwl_threads::ThreadState) -> *const Thread {
    // SAFETY: the extension was laid out by `world`, and lives as long as the runtime.
    unsafe {
        let place = state.extension().add(THREAD_ADDRESS).cast::<usize>();
        std::ptr::with_exposed_provenance(place.as_ptr().read_volatile())
    }
}

/// The thread of a state that stands still: for root sources.
pub fn of_state(state: &grwl_threads::ThreadState) -> Option<&Thread> {
    // SAFETY: the extension was laid out by `world`; the thread stands still, so what its address leads to is
    // alive and is not changed meanwhile.
    unsafe {
        let place = state.extension().add(THREAD_ADDRESS).cast::<usize>();
        (place.read() as *const Thread).as_ref()
    }
}
