//! `Context`: which values the context variables have.
//!
//! ## Protocol
//! - The variables and values stand in a dict. A copy of the current context shares the dict, and both note that; who then sets a variable first takes a
//!   dict of its own. So copying takes no time, and a shared dict never changes.
//! - Only the thread that has entered a context sets variables in it.
//!
//! Invariant: a context is entered by one thread at a time; `entered` says so.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::thread::ThreadSlot;
use grwl_object::{
    Args, Cell, CompareOp, Declaration, Method, PyResult, Ref, Slot, Thread, Tuple, TypeObject,
    TypeSpec, Value, ValueExt, flags, int, none, not_implemented, protocol, slots, types,
};
use grwl_threads::sync::{AtomicU32, Ordering};

use crate::variable::ContextVar;

/// `_contextvars.Context`
#[repr(C)]
pub struct Context {
    header: Header,
    map: Slot,
    /// The context that was current before this one was entered.
    previous: Slot,
    entered: AtomicU32,
    /// Not 0: another context has the same dict.
    shared: AtomicU32,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for Context {
    fn type_object() -> &'static TypeObject {
        &CONTEXT
    }
}

static CONTEXT_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Context, map) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<Context>()),
    drop: None,
    name: "context",
};

/// `_contextvars.Context`
pub static CONTEXT: TypeObject = TypeObject::declare(&Declaration {
    name: "_contextvars.Context",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::WEAK_REFERENCES,
    cell: &CONTEXT_CELL,
    kind: Kind::Traced,
    size: size_of::<Context>(),
    attributes: 0,
});

impl Context {
    fn with_map(thread: &Thread, map: Ref<Dict>, shared: u32) -> Ref<Self> {
        // SAFETY: the type has this layout, and no subclasses.
        unsafe {
            thread.new_cell(&CONTEXT, |header| Self {
                header,
                map: Slot::new(Some(map.value())),
                previous: Slot::empty(),
                entered: AtomicU32::new(0),
                shared: AtomicU32::new(shared),
            })
        }
    }

    /// One without variables.
    pub fn new(thread: &Thread) -> Ref<Self> {
        let map = Dict::new(thread);
        Self::with_map(thread, map, 0)
    }

    pub(crate) fn map(&self, thread: &Thread) -> Ref<Dict> {
        let map = self.map.load().and_then(ValueExt::downcast::<Dict>);
        map.unwrap_or_else(|| Dict::new(thread))
    }
}

/// The calling thread's context.
pub fn current(thread: &Thread) -> Ref<Context> {
    let slot = thread.slot(ThreadSlot::Context);
    match slot.load().and_then(ValueExt::downcast::<Context>) {
        Some(context) => context,
        None => {
            let context = Context::new(thread);
            context.entered.store(1, Ordering::Relaxed);
            slot.store(Some(context.value()));
            context
        }
    }
}

/// A context with the same values.
///
/// # Errors
/// `MemoryError`.
pub fn copy(thread: &mut Thread, context: Ref<Context>) -> PyResult<Ref<Context>> {
    let map = context.map(thread);
    if current(thread) == context {
        // Nobody else changes the dict, and this thread from now on neither.
        context.shared.store(1, Ordering::Release);
        return Ok(Context::with_map(thread, map, 1));
    }
    // Another thread may be changing it.
    let own = map.copy(thread)?;
    Ok(Context::with_map(thread, own, 0))
}

/// The dict of the calling thread's context, to be changed.
fn own_map(thread: &mut Thread, context: Ref<Context>) -> PyResult<Ref<Dict>> {
    let map = context.map(thread);
    if context.shared.load(Ordering::Acquire) == 0 {
        return Ok(map);
    }
    let own = map.copy(thread)?;
    let locked = thread.lock_cell(&context);
    locked.store(context, &context.map, Some(own.value()));
    context.shared.store(0, Ordering::Release);
    Ok(own)
}

pub(crate) fn set(
    thread: &mut Thread,
    context: Ref<Context>,
    variable: Value,
    value: Option<Value>,
) -> PyResult<()> {
    let map = own_map(thread, context)?;
    match value {
        Some(value) => map.insert(thread, variable, value),
        None => map.remove(thread, variable).map(|_| ()),
    }
}

/// Makes a context the thread's own, until [`leave`].
///
/// # Errors
/// `RuntimeError` if it is entered already.
pub fn enter(thread: &mut Thread, context: Ref<Context>) -> PyResult<()> {
    let before = current(thread);
    let free = context
        .entered
        .compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed);
    if free.is_err() {
        let shown = protocol::repr(thread, context.value())?;
        return Err(thread.runtime_error(format_args!(
            "cannot enter context: {shown} is already entered"
        )));
    }
    thread.store(context, &context.previous, Some(before.value()));
    thread
        .slot(ThreadSlot::Context)
        .store(Some(context.value()));
    Ok(())
}

/// Undoes [`enter`].
///
/// # Errors
/// `RuntimeError` if it is not the thread's own.
pub fn leave(thread: &mut Thread, context: Ref<Context>) -> PyResult<()> {
    let slot = thread.slot(ThreadSlot::Context);
    if context.entered.load(Ordering::Relaxed) == 0 {
        let shown = protocol::repr(thread, context.value())?;
        return Err(thread.runtime_error(format_args!(
            "cannot exit context: {shown} has not been entered"
        )));
    }
    if slot.load() != Some(context.value()) {
        return Err(thread.runtime_error(
            "cannot exit context: thread state references a different context object",
        ));
    }
    slot.store(context.previous.load());
    thread.store(context, &context.previous, None);
    context.entered.store(0, Ordering::Release);
    Ok(())
}

fn this(thread: &Thread, value: Value) -> PyResult<Ref<Context>> {
    value.downcast_exact().ok_or_else(|| {
        thread.type_error(format_args!(
            "descriptor requires a '_contextvars.Context' object but received a '{}'",
            value.class().name()
        ))
    })
}

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    if !args.is_empty() {
        return Err(thread.type_error("Context() does not accept any arguments"));
    }
    Ok(Context::new(thread).value())
}

fn run(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let this = this(thread, value)?;
    let Some(&callable) = args.by_position().first() else {
        return Err(thread.type_error("run() missing 1 required positional argument"));
    };
    enter(thread, this)?;
    let result = protocol::call(thread, callable, args.without_first());
    leave(thread, this)?;
    result
}

/// The value of a variable in a context; `TypeError` if the key is no variable.
fn find(thread: &mut Thread, value: Value, key: Value) -> PyResult<Option<Value>> {
    let this = this(thread, value)?;
    if key.downcast_exact::<ContextVar>().is_none() {
        let shown = protocol::repr(thread, key)?;
        return Err(thread.type_error(format_args!("a ContextVar key was expected, got {shown}")));
    }
    this.map(thread).get(thread, key)
}

fn get(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [key, default] = args.unpack::<2>(thread, "get", 1)?;
    let found = find(thread, value, key.unwrap_or_else(none))?;
    Ok(found.or(default).unwrap_or_else(none))
}

fn subscript(thread: &mut Thread, value: Value, key: Value) -> PyResult {
    match find(thread, value, key)? {
        Some(found) => Ok(found),
        None => Err(thread.key_error(key)),
    }
}

fn contains(thread: &mut Thread, value: Value, key: Value) -> PyResult<bool> {
    Ok(find(thread, value, key)?.is_some())
}

fn length(thread: &mut Thread, value: Value) -> PyResult<usize> {
    Ok(this(thread, value)?.map(thread).len())
}

/// An iterator over what `part` makes of each variable and its value, as they are now.
fn parts(
    thread: &mut Thread,
    value: Value,
    part: fn(&Thread, Value, Value) -> PyResult,
) -> PyResult {
    let map = this(thread, value)?.map(thread);
    let list = List::new(thread);
    for (key, value, _) in map.cursor() {
        let part = part(thread, key, value)?;
        list.push(thread, part)?;
    }
    protocol::get_iter(thread, list.value())
}

fn keys(thread: &mut Thread, value: Value) -> PyResult {
    parts(thread, value, |_, key, _| Ok(key))
}

fn values(thread: &mut Thread, value: Value) -> PyResult {
    parts(thread, value, |_, _, value| Ok(value))
}

fn items(thread: &mut Thread, value: Value) -> PyResult {
    parts(thread, value, |thread, key, value| {
        Ok(Tuple::try_new(thread, &[key, value])?.value())
    })
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(left), Some(right)) = (a.downcast_exact::<Context>(), b.downcast_exact::<Context>())
    else {
        return Ok(not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(not_implemented());
    }
    let (left, right) = (left.map(thread), right.map(thread));
    let is_equal = left == right || protocol::equal(thread, left.value(), right.value())?;
    Ok(int::bool(is_equal == (op == CompareOp::Eq)))
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::NEW.is(new),
        slots::COMPARE.is(compare),
        slots::HASH.is(protocol::hash::not_hashable),
        slots::ITER.is(keys),
        slots::MAPPING_LENGTH.is(length),
        slots::SUBSCRIPT.is(subscript),
        slots::CONTAINS.is(contains),
    ],
    methods: &[
        Method::any(
            "get",
            get,
            "get($self, key, default=None, /)\n--\n\nThe value of a variable, or the default.",
        ),
        Method::no_arguments(
            "items",
            items,
            "items($self, /)\n--\n\nThe variables with their values.",
        ),
        Method::no_arguments("keys", keys, "keys($self, /)\n--\n\nThe variables."),
        Method::no_arguments("values", values, "values($self, /)\n--\n\nThe values."),
        Method::no_arguments(
            "copy",
            |thread, value| {
                let this = this(thread, value)?;
                Ok(copy(thread, this)?.value())
            },
            "copy($self, /)\n--\n\nA context with the same values.",
        ),
        Method::any(
            "run",
            run,
            "run($self, /, callable, *args, **kwargs)\n--\n\nCall something in this context.",
        ),
    ],
    getset: &[],
    constants: &[],
};
