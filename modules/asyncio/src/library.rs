//! What is written in Python and needed here: exceptions, how futures and tasks are shown, the policy of event loops.
//!
//! Protocol: nothing is imported when the module is made, for `asyncio` imports the module while it is itself being imported. The first use of a thing imports
//! it; from then on it stays.

use std::fmt::Display;

use grwl_object::{
    Args, Name, PyResult, Raised, Ref, Slot, Str, Thread, Tuple, Value, ValueExt, class, intern,
    protocol,
};
use grwl_threads::sync::{AtomicBool, Ordering};

/// A name in a module of the library.
pub(crate) struct Imported {
    module: &'static str,
    name: &'static str,
    known: Slot,
    is_root: AtomicBool,
}

impl Imported {
    const fn new(module: &'static str, name: &'static str) -> Self {
        Self {
            module,
            name,
            known: Slot::empty(),
            is_root: AtomicBool::new(false),
        }
    }

    /// The thing.
    ///
    /// # Errors
    /// `ImportError`, `AttributeError`.
    pub(crate) fn get(&'static self, thread: &mut Thread) -> PyResult {
        match self.known.load() {
            Some(known) => Ok(known),
            None => self.find(thread),
        }
    }

    #[cold]
    fn find(&'static self, thread: &mut Thread) -> PyResult {
        let module = class::import(thread, self.module)?;
        let found = protocol::get_attribute_str(thread, module, self.name)?;
        keep(thread, &self.known, &self.is_root, found);
        Ok(found)
    }

    /// Calls it.
    ///
    /// # Errors
    /// What the call raises.
    pub(crate) fn call(&'static self, thread: &mut Thread, args: &[Value]) -> PyResult {
        let callable = self.get(thread)?;
        protocol::call_positional(thread, callable, args)
    }
}

/// Stores into a static slot, which becomes a root with the first value.
pub(crate) fn keep(
    thread: &Thread,
    slot: &'static Slot,
    is_root: &'static AtomicBool,
    value: Value,
) {
    // Relaxed: no thread collects before this one has come to its next safepoint.
    if !is_root.swap(true, Ordering::Relaxed) {
        let first = std::ptr::from_ref(slot).cast::<u64>();
        // SAFETY: a static stays readable, and its slot holds nothing or a value.
        unsafe { thread.heap().add_static_roots(first, 1) };
    }
    slot.store(Some(value));
}

pub(crate) static INVALID_STATE: Imported =
    Imported::new("asyncio.exceptions", "InvalidStateError");
pub(crate) static CANCELLED: Imported = Imported::new("asyncio.exceptions", "CancelledError");
pub(crate) static FUTURE_REPR: Imported = Imported::new("asyncio.base_futures", "_future_repr");
pub(crate) static TASK_REPR: Imported = Imported::new("asyncio.base_tasks", "_task_repr");
pub(crate) static GET_STACK: Imported = Imported::new("asyncio.base_tasks", "_task_get_stack");
pub(crate) static PRINT_STACK: Imported = Imported::new("asyncio.base_tasks", "_task_print_stack");
pub(crate) static IS_COROUTINE: Imported = Imported::new("asyncio.coroutines", "iscoroutine");
pub(crate) static POLICY: Imported = Imported::new("asyncio.events", "_get_event_loop_policy");
pub(crate) static EXTRACT_STACK: Imported = Imported::new("traceback", "extract_stack");
pub(crate) static WEAK_SET: Imported = Imported::new("weakref", "WeakSet");

/// `(name,)` for a call with one argument given by name.
pub(crate) struct OneName {
    name: &'static str,
    tuple: Slot,
    is_root: AtomicBool,
}

pub(crate) static CONTEXT_NAME: OneName = OneName::new("context");
pub(crate) static MSG_NAME: OneName = OneName::new("msg");

impl OneName {
    const fn new(name: &'static str) -> Self {
        Self {
            name,
            tuple: Slot::empty(),
            is_root: AtomicBool::new(false),
        }
    }

    fn prepare(&'static self, thread: &Thread) -> PyResult<Ref<Tuple>> {
        let name = intern(thread, self.name).value();
        let tuple = Tuple::try_new(thread, &[name])?;
        keep(thread, &self.tuple, &self.is_root, tuple.value());
        Ok(tuple)
    }

    /// Calls a method; the last value is the argument given by this name.
    ///
    /// # Errors
    /// What the call raises.
    pub(crate) fn call_method(
        &'static self,
        thread: &mut Thread,
        receiver: Value,
        method: &'static Name,
        values: &[Value],
    ) -> PyResult {
        let names = match self.tuple.load().and_then(ValueExt::downcast::<Tuple>) {
            Some(names) => names,
            None => self.prepare(thread)?,
        };
        let name = method.get(thread);
        let method = protocol::get_attribute(thread, receiver, name)?;
        protocol::call(thread, method, Args::new(values, Some(names)))
    }
}

/// Makes what calls need.
pub(crate) fn prepare(thread: &Thread) -> PyResult<()> {
    CONTEXT_NAME.prepare(thread)?;
    MSG_NAME.prepare(thread)?;
    Ok(())
}

/// Raises `InvalidStateError`.
#[cold]
pub(crate) fn invalid_state(thread: &mut Thread, message: impl Display) -> Raised {
    let message = Str::new(thread, &message.to_string()).value();
    match INVALID_STATE.call(thread, &[message]) {
        Ok(exception) => thread.raise_value(exception),
        Err(raised) => raised,
    }
}
