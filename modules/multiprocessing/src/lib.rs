//! The module `_multiprocessing`: `SemLock`, a lock or semaphore that processes share by its name.
//!
//! ## Invariants
//! - The system's semaphore is the truth; `count` and `holder` say how often, and in which thread, this object was taken. Both are atomic:
//!   a program that releases what another thread takes gets a wrong answer, nothing worse.
//! - A semaphore is closed when its object dies.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

use std::ffi::CString;
use std::mem::offset_of;
use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicU64, Ordering};

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_module_posix::arguments::c_int;
use grwl_module_posix::call::{call, errno, last_error};
use grwl_module_signal::state::ident;
use grwl_object::dict::Dict;
use grwl_object::module::Module;
use grwl_object::protocol::convert;
use grwl_object::{
    Args, Cell, Constant, Declaration, GetSet, Method, PyResult, Ref, Signature, Slot, Str, Thread,
    TypeObject, TypeSpec, Value, ValueExt, flags, instance, int, intern, none, protocol, ready,
    slots, types,
};
use grwl_types_text::codec::to_utf8;

const RECURSIVE: i32 = 0;
const SEMAPHORE: i32 = 1;
const MOST: i32 = i32::MAX;

/// `_multiprocessing.SemLock`
#[repr(C)]
pub struct SemLock {
    header: Header,
    /// A string, or `None`.
    name: Slot,
    /// Null: none.
    handle: AtomicPtr<libc::sem_t>,
    holder: AtomicU64,
    count: AtomicI32,
    most: AtomicI32,
    kind: AtomicI32,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for SemLock {
    fn type_object() -> &'static TypeObject {
        &SEM_LOCK
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(SemLock, name) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<SemLock>()),
    drop: Some(close),
    name: "SemLock",
};

unsafe fn close(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead object.
    unsafe {
        let handle = (*cell.cast::<SemLock>().as_ptr()).handle.load(R);
        if !handle.is_null() {
            libc::sem_close(handle);
        }
    }
}

/// `_multiprocessing.SemLock`
pub static SEM_LOCK: TypeObject = TypeObject::declare(&Declaration {
    name: "_multiprocessing.SemLock",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::IMMUTABLE,
    cell: &CELL,
    kind: Kind::Owning,
    size: size_of::<SemLock>(),
    attributes: 0,
});

const R: Ordering = Ordering::Relaxed;

static SPEC: TypeSpec = TypeSpec {
    doc: Some("Semaphore/Mutex type"),
    slots: &[slots::NEW.is(new)],
    methods: &[
        Method::any(
            "acquire",
            acquire,
            "acquire($self, /, block=True, timeout=None)\n--\n\nTake the lock.",
        ),
        Method::no_arguments("release", release, "release($self, /)\n--\n\nRelease the lock."),
        Method::no_arguments(
            "_count",
            count,
            "_count($self, /)\n--\n\nHow often this process has taken it and not released it.",
        ),
        Method::no_arguments(
            "_is_mine",
            is_mine,
            "_is_mine($self, /)\n--\n\nHas this thread taken it?",
        ),
        Method::no_arguments(
            "_get_value",
            get_value,
            "_get_value($self, /)\n--\n\nThe semaphore's value.",
        ),
        Method::no_arguments(
            "_is_zero",
            is_zero,
            "_is_zero($self, /)\n--\n\nIs the semaphore's value zero?",
        ),
        Method::any(
            "_rebuild",
            rebuild,
            "_rebuild($type, handle, kind, maxvalue, name, /)\n--\n\nAn object for a semaphore that exists.",
        )
        .of_class(),
        Method::no_arguments(
            "_after_fork",
            after_fork,
            "_after_fork($self, /)\n--\n\nForget what the parent has taken.",
        ),
        Method::no_arguments("__enter__", enter, "__enter__($self, /)\n--\n\nTake the lock."),
        Method::any(
            "__exit__",
            exit,
            "__exit__($self, exc_type=None, exc_value=None, exc_tb=None, /)\n--\n\nRelease the lock.",
        ),
    ],
    getset: &[
        GetSet::read_only("handle", handle, None).member(),
        GetSet::read_only("kind", kind, None).member(),
        GetSet::read_only("maxvalue", most, None).member(),
        GetSet::read_only("name", name, None).member(),
    ],
    constants: &[Constant {
        name: "SEM_VALUE_MAX",
        make: |_| Ok(Value::small(MOST.into())),
    }],
};

static FUNCTIONS: &[Method] = &[Method::one(
    "sem_unlink",
    unlink,
    "sem_unlink($module, name, /)\n--\n\nRemove the name of a semaphore.",
)];

/// Gives the type its functions.
pub fn install() {
    SEM_LOCK.define(&SPEC);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    ready::ready(thread, &SEM_LOCK)?;
    let name = intern(thread, "_multiprocessing");
    let module = Module::new(thread, name, None)?;
    module.add_functions(thread, FUNCTIONS)?;
    let class = Ref::from_static(&SEM_LOCK).value();
    module.add(thread, "SemLock", class)?;
    let known = Dict::new(thread);
    for name in ["HAVE_SEM_OPEN", "HAVE_SEM_TIMEDWAIT"] {
        let name = intern(thread, name);
        known.set_str(thread, name, Value::small(1))?;
    }
    module.add(thread, "flags", known.value())?;
    Ok(module)
}

fn own(this: Value) -> Ref<SemLock> {
    // SAFETY: methods of the type are called with its instances only.
    unsafe { this.downcast_unchecked() }
}

fn terminated(thread: &mut Thread, value: Value, argument: &str) -> PyResult<CString> {
    let Some(name) = value.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "{argument} must be str, not {}",
            grwl_types_text::arguments::type_or_none(value)
        )));
    };
    let name = to_utf8(thread, name)?;
    CString::new(name).map_err(|_| thread.value_error("embedded null character"))
}

fn make(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    handle: *mut libc::sem_t,
    kind: i32,
    most: i32,
    name: Option<Value>,
) -> PyResult {
    let cell = match instance::allocate(thread, class) {
        Ok(cell) => cell,
        Err(raised) => {
            // SAFETY: opened by the caller, and nobody else's.
            unsafe { libc::sem_close(handle) };
            return Err(raised);
        }
    };
    let value = Value::from_cell(cell);
    let this = own(value);
    this.handle.store(handle, R);
    this.kind.store(kind, R);
    this.most.store(most, R);
    this.name.store(Some(name.unwrap_or_else(none)));
    Ok(value)
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<5> =
        Signature::new("SemLock", ["kind", "value", "maxvalue", "name", "unlink"]);
    let [kind, value, most, name, unlinks] = args.parse(thread, &SIGNATURE)?;
    let kind = c_int(thread, kind.unwrap_or_else(none))?;
    let value = c_int(thread, value.unwrap_or_else(none))?;
    let most = c_int(thread, most.unwrap_or_else(none))?;
    let given = name.unwrap_or_else(none);
    let name = terminated(thread, given, "SemLock() argument 'name'")?;
    let unlinks = protocol::is_true(thread, unlinks.unwrap_or_else(none))?;
    if kind != RECURSIVE && kind != SEMAPHORE {
        return Err(thread.value_error("unrecognized kind"));
    }
    // SAFETY: a terminated name; mode and value as the call wants them.
    let handle = unsafe {
        let flags = libc::O_CREAT | libc::O_EXCL;
        libc::sem_open(name.as_ptr(), flags, 0o600, value.cast_unsigned())
    };
    if handle == libc::SEM_FAILED {
        return Err(last_error(thread));
    }
    // SAFETY: a terminated name.
    if unlinks && unsafe { libc::sem_unlink(name.as_ptr()) } < 0 {
        let errno = errno();
        // SAFETY: opened above, and nobody else's.
        unsafe { libc::sem_close(handle) };
        return Err(thread.os_error(errno));
    }
    let name = (!unlinks).then_some(given);
    make(thread, class, handle, kind, most, name)
}

fn rebuild(thread: &mut Thread, class: Value, args: Args<'_>) -> PyResult {
    let [handle, kind, most, name] = args.unpack::<4>(thread, "_rebuild", 4)?;
    let address = convert::as_i64(thread, handle.unwrap_or_else(none))?;
    let kind = c_int(thread, kind.unwrap_or_else(none))?;
    let most = c_int(thread, most.unwrap_or_else(none))?;
    let given = name.and_then(ValueExt::not_none);
    let handle = match given {
        Some(given) => {
            let name = terminated(thread, given, "_rebuild() argument 4")?;
            // SAFETY: a terminated name.
            let handle = unsafe { libc::sem_open(name.as_ptr(), 0) };
            if handle == libc::SEM_FAILED {
                return Err(last_error(thread));
            }
            handle
        }
        // A forked child has its parent's addresses.
        None => std::ptr::with_exposed_provenance_mut(address as usize),
    };
    let Some(class) = class.downcast::<TypeObject>() else {
        return Err(thread.type_error("expected a type"));
    };
    make(thread, class, handle, kind, most, given)
}

impl SemLock {
    fn is_mine(&self) -> bool {
        self.count.load(R) > 0 && self.holder.load(R) == ident()
    }

    fn available(&self) -> Result<i32, i32> {
        let mut value = 0;
        // SAFETY: an open semaphore, a place to write to.
        if unsafe { libc::sem_getvalue(self.handle.load(R), &raw mut value) } < 0 {
            return Err(errno());
        }
        // Some systems show waiters as a negative number.
        Ok(value.max(0))
    }
}

fn deadline(seconds: f64) -> libc::timespec {
    let seconds = seconds.max(0.0);
    // SAFETY: integers; the system fills them.
    let mut now: libc::timespec = unsafe { std::mem::zeroed() };
    // SAFETY: a place to write to.
    unsafe { libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut now) };
    let whole = seconds.trunc();
    let rest = now.tv_nsec + (1e9 * (seconds - whole) + 0.5) as libc::c_long;
    libc::timespec {
        tv_sec: now
            .tv_sec
            .saturating_add(whole as libc::time_t)
            .saturating_add(rest / 1_000_000_000),
        tv_nsec: rest % 1_000_000_000,
    }
}

fn acquire(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("acquire", ["block", "timeout"]).optional_after(0);
    let [block, timeout] = args.parse(thread, &SIGNATURE)?;
    let block = match block {
        Some(block) => protocol::is_true(thread, block)?,
        None => true,
    };
    take(thread, value, block, timeout)
}

fn take(thread: &mut Thread, value: Value, block: bool, timeout: Option<Value>) -> PyResult {
    let this = own(value);
    if this.kind.load(R) == RECURSIVE && this.is_mine() {
        this.count.fetch_add(1, R);
        return Ok(int::bool(true));
    }
    let timeout = match timeout.and_then(ValueExt::not_none) {
        Some(timeout) => Some(protocol::convert::as_float(thread, timeout)?),
        None => None,
    };
    let handle = this.handle.load(R);
    // SAFETY: an open semaphore.
    let mut result = unsafe { libc::sem_trywait(handle) };
    let mut error = errno();
    if result < 0 && block && matches!(error, libc::EAGAIN | libc::EINTR) {
        let deadline = timeout.map(deadline);
        loop {
            (result, error) = thread.safe(|| {
                // SAFETY: an open semaphore, whose object the caller's frame keeps.
                let result = unsafe {
                    match &deadline {
                        Some(deadline) => libc::sem_timedwait(handle, deadline),
                        None => libc::sem_wait(handle),
                    }
                };
                (result, errno())
            });
            if result == 0 || error != libc::EINTR {
                break;
            }
            thread.poll()?;
        }
    }
    if result < 0 {
        return match error {
            libc::EAGAIN | libc::ETIMEDOUT => Ok(int::bool(false)),
            libc::EINTR => {
                thread.poll()?;
                Ok(int::bool(false))
            }
            error => Err(thread.os_error(error)),
        };
    }
    this.count.fetch_add(1, R);
    this.holder.store(ident(), R);
    Ok(int::bool(true))
}

fn release(thread: &mut Thread, value: Value) -> PyResult {
    let this = own(value);
    if this.kind.load(R) == RECURSIVE {
        if !this.is_mine() {
            return Err(thread.raise(
                &types::ASSERTION_ERROR,
                "attempt to release recursive lock not owned by thread",
            ));
        }
        if this.count.load(R) > 1 {
            this.count.fetch_sub(1, R);
            return Ok(none());
        }
    } else {
        match this.available() {
            Ok(value) if value >= this.most.load(R) => {
                return Err(thread.value_error("semaphore or lock released too many times"));
            }
            Ok(_) => {}
            Err(errno) => return Err(thread.os_error(errno)),
        }
    }
    // Before the post: whoever takes it next counts from what is left.
    this.count.fetch_sub(1, R);
    // SAFETY: an open semaphore.
    if unsafe { libc::sem_post(this.handle.load(R)) } < 0 {
        let raised = last_error(thread);
        this.count.fetch_add(1, R);
        return Err(raised);
    }
    Ok(none())
}

fn enter(thread: &mut Thread, value: Value) -> PyResult {
    take(thread, value, true, None)
}

fn exit(thread: &mut Thread, value: Value, _args: Args<'_>) -> PyResult {
    release(thread, value)
}

fn count(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(Value::small(own(value).count.load(R).into()))
}

fn is_mine(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(own(value).is_mine()))
}

fn get_value(thread: &mut Thread, value: Value) -> PyResult {
    match own(value).available() {
        Ok(value) => Ok(Value::small(value.into())),
        Err(errno) => Err(thread.os_error(errno)),
    }
}

fn is_zero(thread: &mut Thread, value: Value) -> PyResult {
    match own(value).available() {
        Ok(value) => Ok(int::bool(value == 0)),
        Err(errno) => Err(thread.os_error(errno)),
    }
}

fn after_fork(_thread: &mut Thread, value: Value) -> PyResult {
    own(value).count.store(0, R);
    Ok(none())
}

fn handle(thread: &mut Thread, value: Value) -> PyResult {
    let address = own(value).handle.load(R).expose_provenance();
    Ok(int::from_usize(thread, address))
}

fn kind(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(Value::small(own(value).kind.load(R).into()))
}

fn most(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(Value::small(own(value).most.load(R).into()))
}

fn name(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(own(value).name.load().unwrap_or_else(none))
}

fn unlink(thread: &mut Thread, _module: Value, name: Value) -> PyResult {
    let text = terminated(thread, name, "sem_unlink() argument")?;
    // SAFETY: a terminated name.
    call(thread, || {
        i64::from(unsafe { libc::sem_unlink(text.as_ptr()) })
    })?;
    Ok(none())
}
