//! `RLock`: a lock that its owner can take again.
//!
//! Invariant: `owner` is the identity of the thread that has the lock, or 0; only the owner changes `count`.

use std::mem::offset_of;
use std::sync::atomic::{AtomicU64, Ordering};

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_module_signal::state::ident;
use grwl_object::{
    Args, Cell, Declaration, Method, PyResult, Ref, Str, Thread, Tuple, TypeObject, TypeSpec,
    Value, ValueExt, exception, flags, instance, int, none, protocol, slots, types,
};
use grwl_threads::Lock;

use crate::lock::{Patience, acquire, patience};

/// `_thread.RLock`
#[repr(C)]
pub struct RLockObject {
    header: Header,
    lock: Lock,
    owner: AtomicU64,
    count: AtomicU64,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for RLockObject {
    fn type_object() -> &'static TypeObject {
        &RLOCK
    }
}

static RLOCK_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<RLockObject>()),
    drop: None,
    name: "RLock",
};

/// `_thread.RLock`
pub static RLOCK: TypeObject = TypeObject::declare(&Declaration {
    name: "_thread.RLock",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::WEAK_REFERENCES,
    cell: &RLOCK_CELL,
    kind: Kind::Leaf,
    size: size_of::<RLockObject>(),
    attributes: 0,
});

fn this(thread: &Thread, value: Value) -> PyResult<Ref<RLockObject>> {
    value.downcast().ok_or_else(|| {
        thread.type_error(format_args!(
            "descriptor requires a '_thread.RLock' object but received a '{}'",
            value.class().name()
        ))
    })
}

/// Puts a fresh lock into the cell, which has none yet or one that nobody uses.
///
/// # Safety
/// No other thread uses the cell.
unsafe fn renew(this: Ref<RLockObject>) {
    let place = this.as_ptr().cast::<u8>();
    // SAFETY: the caller's promise; a lock has no destructor.
    unsafe {
        place
            .add(offset_of!(RLockObject, lock))
            .cast::<Lock>()
            .write(Lock::new());
    }
    this.owner.store(0, Ordering::Relaxed);
    this.count.store(0, Ordering::Relaxed);
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let is_plain = std::ptr::eq(class.as_ptr(), &RLOCK);
    if is_plain && (!args.by_position().is_empty() || args.keyword_count() > 0) {
        let message = "Passing arguments to RLock is deprecated and will be removed in 3.15";
        exception::warn(thread, &types::DEPRECATION_WARNING, message, 1)?;
    }
    let cell = instance::allocate(thread, class)?;
    // SAFETY: a fresh cell of the type or a subclass, which begins with this.
    unsafe {
        renew(Ref::from_cell(cell));
    }
    Ok(Value::from_cell(cell))
}

impl RLockObject {
    fn is_owned(&self) -> bool {
        // Relaxed: only this thread stores its own identity.
        self.owner.load(Ordering::Relaxed) == ident()
    }
}

fn take(thread: &mut Thread, this: Ref<RLockObject>, patience: Patience) -> PyResult<bool> {
    if this.is_owned() {
        this.count.fetch_add(1, Ordering::Relaxed);
        return Ok(true);
    }
    if !acquire(thread, &this.lock, patience)? {
        return Ok(false);
    }
    this.owner.store(ident(), Ordering::Relaxed);
    this.count.store(1, Ordering::Relaxed);
    Ok(true)
}

fn method_acquire(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let this = this(thread, value)?;
    let patience = patience(thread, args)?;
    Ok(int::bool(take(thread, this, patience)?))
}

fn release(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(thread, value)?;
    if !this.is_owned() {
        return Err(thread.runtime_error("cannot release un-acquired lock"));
    }
    if this.count.fetch_sub(1, Ordering::Relaxed) == 1 {
        give_back(thread, this)?;
    }
    Ok(none())
}

/// The owner's last release.
fn give_back(thread: &mut Thread, this: Ref<RLockObject>) -> PyResult<()> {
    this.owner.store(0, Ordering::Relaxed);
    match this.lock.release(thread.mutator_mut()) {
        Ok(()) => Ok(()),
        Err(_) => Err(thread.runtime_error("cannot release un-acquired lock")),
    }
}

fn enter(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(thread, value)?;
    Ok(int::bool(take(thread, this, Patience::ForEver)?))
}

fn exit(thread: &mut Thread, value: Value, _args: Args<'_>) -> PyResult {
    release(thread, value)
}

fn locked(thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(this(thread, value)?.lock.is_locked()))
}

fn is_owned(thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(this(thread, value)?.is_owned()))
}

fn recursion_count(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(thread, value)?;
    let count = match this.is_owned() {
        true => this.count.load(Ordering::Relaxed),
        false => 0,
    };
    Ok(int::from_i64(thread, count as i64))
}

/// For `Condition.wait`: releases it however often it was taken, and says how often.
fn release_save(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(thread, value)?;
    if !this.is_owned() {
        return Err(thread.runtime_error("cannot release un-acquired lock"));
    }
    let count = this.count.swap(0, Ordering::Relaxed);
    let owner = this.owner.load(Ordering::Relaxed);
    let pair = [
        int::from_i64(thread, count as i64),
        int::from_usize(thread, owner as usize),
    ];
    let saved = Tuple::try_new(thread, &pair)?;
    give_back(thread, this)?;
    Ok(saved.value())
}

fn acquire_restore(thread: &mut Thread, value: Value, state: Value) -> PyResult {
    let this = this(thread, value)?;
    let Some(state) = state.downcast::<Tuple>().filter(|state| state.len() == 2) else {
        return Err(thread.type_error(format_args!(
            "_acquire_restore() argument 1 must be 2-item tuple, not {}",
            state.class().name()
        )));
    };
    let count = protocol::convert::as_i64(thread, state.at(0))?;
    let owner = protocol::convert::as_i64(thread, state.at(1))?;
    acquire(thread, &this.lock, Patience::ForEver)?;
    this.owner.store(owner as u64, Ordering::Relaxed);
    this.count.store(count as u64, Ordering::Relaxed);
    Ok(none())
}

fn after_fork(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(thread, value)?;
    // SAFETY: in the child of a fork only the calling thread is left, and it is not in the lock's queue.
    unsafe { renew(this) };
    Ok(none())
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(thread, value)?;
    let owner = this.owner.load(Ordering::Relaxed);
    let count = match owner {
        0 => 0,
        _ => this.count.load(Ordering::Relaxed),
    };
    let state = if this.lock.is_locked() {
        "locked"
    } else {
        "unlocked"
    };
    let class = value.class();
    let name = if std::ptr::eq(class.as_ptr(), &RLOCK) {
        "_thread.RLock".to_owned()
    } else {
        class.name().to_string()
    };
    let text = format!(
        "<{state} {name} object owner={owner} count={count} at {:p}>",
        this.as_ptr()
    );
    Ok(Str::new(thread, &text).value())
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("A lock that the thread that has it can take again."),
    slots: &[slots::NEW.is(new), slots::REPR.is(repr)],
    methods: &[
        Method::any(
            "acquire",
            method_acquire,
            "acquire($self, /, blocking=True, timeout=-1)\n--\n\nLock it, or lock it once more; True if that was done.",
        ),
        Method::no_arguments(
            "release",
            release,
            "release($self, /)\n--\n\nUndo one acquire.",
        ),
        Method::no_arguments("locked", locked, "locked($self, /)\n--\n\nIs it locked?"),
        Method::no_arguments(
            "_is_owned",
            is_owned,
            "_is_owned($self, /)\n--\n\nDoes the calling thread have it?",
        ),
        Method::one(
            "_acquire_restore",
            acquire_restore,
            "_acquire_restore($self, state, /)\n--\n\nUndo _release_save.",
        ),
        Method::no_arguments(
            "_release_save",
            release_save,
            "_release_save($self, /)\n--\n\nUnlock it altogether.",
        ),
        Method::no_arguments(
            "_recursion_count",
            recursion_count,
            "_recursion_count($self, /)\n--\n\nHow often the calling thread has it.",
        ),
        Method::no_arguments("__enter__", enter, "__enter__($self, /)\n--\n\nLock it."),
        Method::any(
            "__exit__",
            exit,
            "__exit__($self, /, *exc_info)\n--\n\nUnlock it.",
        ),
        Method::no_arguments(
            "_at_fork_reinit",
            after_fork,
            "_at_fork_reinit($self, /)\n--\n\nUnlock it in the child of a fork.",
        ),
    ],
    getset: &[],
    constants: &[],
};
