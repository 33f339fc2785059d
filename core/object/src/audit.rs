//! Audit hooks (PEP 578): functions that `sys.addaudithook` adds and that are told of events for the rest of the program.
//!
//! Without hooks an event costs one load. Hooks are called in the order in which they were added; the first that raises ends the event, and what was to
//! happen does not.
//!
//! Invariant: the tuple of hooks is replaced as a whole, and hooks are never taken away.

use std::sync::OnceLock;

use grwl_threads::sync::{AtomicBool, Mutex, Ordering};
use grwl_value::{Slot, Value};

use crate::cell::{Ref, ValueExt};
use crate::names::Name;
use crate::result::PyResult;
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::{protocol, world};

static IS_HOOKED: AtomicBool = AtomicBool::new(false);
/// The tuple of hooks: a root.
static HOOKS: [Slot; 1] = [const { Slot::empty() }];
/// Guards the replacing of the tuple; not held across a safepoint.
static CHANGE: Mutex<()> = Mutex::new(());

static AFTER: OnceLock<fn(&Thread)> = OnceLock::new();
static CAN_TRACE: Name = Name::new("__cantrace__");

/// Installs what is called when a hook has run that is not to be traced: see `grwl_interpreter::instrument`.
pub fn after_untraced(act: fn(&Thread)) {
    let _ = AFTER.set(act);
}

/// Is there any hook?
#[inline(always)]
pub fn is_hooked() -> bool {
    IS_HOOKED.load(Ordering::Relaxed)
}

/// Tells the hooks of an event.
///
/// # Errors
/// What a hook raises.
#[inline(always)]
pub fn audit(thread: &mut Thread, event: &str, args: &[Value]) -> PyResult<()> {
    if is_hooked() {
        tell(thread, event, args)
    } else {
        Ok(())
    }
}

#[cold]
#[inline(never)]
fn tell(thread: &mut Thread, event: &str, args: &[Value]) -> PyResult<()> {
    let Some(hooks) = HOOKS[0].load().and_then(|hooks| hooks.downcast::<Tuple>()) else {
        return Ok(());
    };
    let event = crate::string::intern(thread, event).value();
    let args = Tuple::try_new(thread, args)?.value();
    for hook in hooks.iter() {
        let name = CAN_TRACE.get(thread);
        let can_trace = match protocol::find_attribute(thread, hook, name)? {
            Some(value) => protocol::is_true(thread, value)?,
            None => false,
        };
        if can_trace {
            protocol::call_positional(thread, hook, &[event, args])?;
            continue;
        }
        let fields = &thread.interpreter;
        let depth = fields.inside_tracing.get();
        fields.inside_tracing.set(depth + 1);
        fields.tracing.store(0, Ordering::Relaxed);
        let result = protocol::call_positional(thread, hook, &[event, args]);
        thread.interpreter.inside_tracing.set(depth);
        if let Some(after) = AFTER.get() {
            after(thread);
        }
        result?;
    }
    Ok(())
}

/// Adds a hook.
///
/// # Errors
/// `MemoryError`.
pub fn add(thread: &mut Thread, hook: Value) -> PyResult<()> {
    loop {
        let before = HOOKS[0].load();
        let old: Option<Ref<Tuple>> = before.and_then(|hooks| hooks.downcast::<Tuple>());
        let mut hooks =
            crate::Buffer::from_slice(thread, old.as_ref().map_or(&[], |old| old.as_slice()))?;
        hooks.push(thread, hook)?;
        let new = Tuple::try_new(thread, &hooks)?.value();
        let _change = CHANGE.lock();
        if HOOKS[0].load() != before {
            continue;
        }
        HOOKS[0].store(Some(new));
        if before.is_none() {
            // SAFETY: a static; the tuple is on this stack until it is a root.
            unsafe {
                world::world()
                    .heap()
                    .add_static_roots(HOOKS.as_ptr().cast::<u64>(), HOOKS.len());
            }
        }
        IS_HOOKED.store(true, Ordering::Relaxed);
        return Ok(());
    }
}
