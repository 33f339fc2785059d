//! `lock`: anybody may release it, waiting can time out, and in the main thread be interrupted by signals.
//!
//! A thread that waits is in a Safe region: it stops nobody.

use std::mem::offset_of;
use std::time::Duration;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_module_time::{Rounding, nanoseconds};
use grwl_object::{
    Args, Cell, Declaration, Method, PyResult, Ref, Signature, Str, Thread, TypeObject, TypeSpec,
    Value, ValueExt, flags, none, protocol, slots, types,
};
use grwl_threads::{Acquired, Deadline, Limits, Lock};

/// The longest time limit, in nanoseconds.
pub(crate) const LONGEST: i64 = i64::MAX;
/// `TIMEOUT_MAX`: [`LONGEST`] in whole seconds.
pub(crate) const LONGEST_SECONDS: f64 = 9_223_372_036.0;

/// `_thread.lock`
#[repr(C)]
pub struct LockObject {
    header: Header,
    lock: Lock,
}

// SAFETY: repr(C), begins with a header; a lock is made of atomics.
unsafe impl Cell for LockObject {
    fn type_object() -> &'static TypeObject {
        &LOCK
    }
}

static LOCK_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<LockObject>()),
    drop: None,
    name: "lock",
};

/// `_thread.lock`
pub static LOCK: TypeObject = TypeObject::declare(&Declaration {
    name: "_thread.lock",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::WEAK_REFERENCES,
    cell: &LOCK_CELL,
    kind: Kind::Leaf,
    size: size_of::<LockObject>(),
    attributes: 0,
});

impl LockObject {
    pub(crate) fn new(thread: &Thread) -> Ref<Self> {
        // SAFETY: the type has this layout, and no subclasses.
        unsafe {
            thread.new_cell(&LOCK, |header| Self {
                header,
                lock: Lock::new(),
            })
        }
    }
}

fn this(thread: &Thread, value: Value) -> PyResult<Ref<LockObject>> {
    value.downcast().ok_or_else(|| {
        thread.type_error(format_args!(
            "descriptor requires a '_thread.lock' object but received a '{}'",
            value.class().name()
        ))
    })
}

/// How long `acquire` may wait: not at all, so long, or for ever.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patience {
    None,
    For(Duration),
    ForEver,
}

/// The arguments `blocking=True, timeout=-1`.
pub(crate) fn patience(thread: &mut Thread, args: Args<'_>) -> PyResult<Patience> {
    static SIGNATURE: Signature<2> =
        Signature::new("acquire", ["blocking", "timeout"]).optional_after(0);
    let [blocking, timeout] = args.parse(thread, &SIGNATURE)?;
    let blocking = match blocking {
        Some(blocking) => protocol::is_true(thread, blocking)?,
        None => true,
    };
    let timeout = match timeout {
        Some(timeout) => nanoseconds(thread, timeout, Rounding::Up)?,
        None => -1_000_000_000,
    };
    let is_unset = timeout == -1_000_000_000;
    if !blocking && !is_unset {
        return Err(thread.value_error("can't specify a timeout for a non-blocking call"));
    }
    if timeout < 0 && !is_unset {
        return Err(thread.value_error("timeout value must be a non-negative number"));
    }
    if !blocking {
        return Ok(Patience::None);
    }
    if is_unset {
        return Ok(Patience::ForEver);
    }
    if timeout == LONGEST {
        return Err(thread.overflow_error("timeout value is too large"));
    }
    Ok(match timeout {
        0 => Patience::None,
        _ => Patience::For(Duration::from_nanos(timeout as u64)),
    })
}

/// Takes a lock, handling signals on the way. `lock` lies in a cell that the caller's frame keeps.
pub(crate) fn acquire(thread: &mut Thread, lock: &Lock, patience: Patience) -> PyResult<bool> {
    if lock.try_retake(thread.mutator()) {
        return Ok(true);
    }
    let deadline = match patience {
        Patience::None => return Ok(lock.try_acquire()),
        Patience::For(time) => Deadline::after(time),
        Patience::ForEver => None,
    };
    let limits = Limits {
        deadline,
        interrupts: grwl_module_signal::interrupts(),
    };
    loop {
        match lock.acquire(thread.mutator_mut(), &limits) {
            Acquired::Yes => return Ok(true),
            Acquired::TimedOut => return Ok(false),
            Acquired::Interrupted => thread.poll()?,
        }
    }
}

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<0> = Signature::new("lock", []);
    args.parse(thread, &SIGNATURE)?;
    Ok(LockObject::new(thread).value())
}

fn method_acquire(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let this = this(thread, value)?;
    let patience = patience(thread, args)?;
    let taken = acquire(thread, &this.lock, patience)?;
    Ok(grwl_object::int::bool(taken))
}

fn release(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(thread, value)?;
    match this.lock.release(thread.mutator_mut()) {
        Ok(()) => Ok(none()),
        Err(_) => Err(thread.runtime_error("release unlocked lock")),
    }
}

fn enter(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(thread, value)?;
    acquire(thread, &this.lock, Patience::ForEver)?;
    Ok(grwl_object::int::bool(true))
}

fn exit(thread: &mut Thread, value: Value, _args: Args<'_>) -> PyResult {
    release(thread, value)
}

fn locked(thread: &mut Thread, value: Value) -> PyResult {
    Ok(grwl_object::int::bool(
        this(thread, value)?.lock.is_locked(),
    ))
}

/// In the child of a fork: whoever had the lock or waited for it is not there any more.
fn after_fork(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(thread, value)?;
    let place = this.as_ptr().cast::<u8>();
    // SAFETY: only the calling thread is left, and it is not in the lock's queue; a lock has no destructor.
    unsafe {
        place
            .add(offset_of!(LockObject, lock))
            .cast::<Lock>()
            .write(Lock::new());
    }
    Ok(none())
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(thread, value)?;
    let state = if this.lock.is_locked() {
        "locked"
    } else {
        "unlocked"
    };
    let text = format!("<{state} _thread.lock object at {:p}>", this.as_ptr());
    Ok(Str::new(thread, &text).value())
}

const ACQUIRE: &str =
    "acquire($self, /, blocking=True, timeout=-1)\n--\n\nLock it; True if that was done.";
const RELEASE: &str = "release($self, /)\n--\n\nUnlock it.";
const LOCKED: &str = "locked($self, /)\n--\n\nIs it locked?";

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("lock()\n--\n\nA lock: whoever finds it locked waits until somebody unlocks it."),
    slots: &[slots::NEW.is(new), slots::REPR.is(repr)],
    methods: &[
        Method::any("acquire_lock", method_acquire, ACQUIRE),
        Method::any("acquire", method_acquire, ACQUIRE),
        Method::no_arguments("release_lock", release, RELEASE),
        Method::no_arguments("release", release, RELEASE),
        Method::no_arguments("locked_lock", locked, LOCKED),
        Method::no_arguments("locked", locked, LOCKED),
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
