//! `epoll` objects: a descriptor of the system's, in which files are registered.

use std::sync::atomic::{AtomicI32, Ordering};

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_module_posix::call::errno;
use grwl_module_posix::descriptor::close_descriptor;
use grwl_module_posix::path::open_file;
use grwl_object::list::List;
use grwl_object::{
    Args, Buffer, Cell, Declaration, GetSet, Method, PyResult, Ref, Signature, Thread, TypeObject,
    TypeSpec, Value, ValueExt, flags, int, none, protocol, slots, types,
};
use grwl_types_text::arguments::c_int;

use crate::limit;

/// How many events are taken at once if nobody says.
const MOST: i32 = libc::FD_SETSIZE as i32 - 1;

/// `select.epoll`
#[repr(C)]
pub struct Epoll {
    header: Header,
    /// -1: closed.
    fd: AtomicI32,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for Epoll {
    fn type_object() -> &'static TypeObject {
        &EPOLL
    }
}

static EPOLL_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<Epoll>()),
    drop: Some(drop_epoll),
    name: "epoll",
};

unsafe fn drop_epoll(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead object, whose descriptor nobody else closes.
    unsafe {
        let fd = (*cell.cast::<Epoll>().as_ptr()).fd.load(Ordering::Relaxed);
        if fd >= 0 {
            libc::close(fd);
        }
    }
}

/// `select.epoll`
pub static EPOLL: TypeObject = TypeObject::declare(&Declaration {
    name: "select.epoll",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::IMMUTABLE,
    cell: &EPOLL_CELL,
    kind: Kind::Owning,
    size: size_of::<Epoll>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "epoll(sizehint=-1, flags=0)\n--\n\nReturns an epolling object.\n\n  sizehint\n    The expected number of events to be registered.  It must be positive,\n    or -1 to use the default.  It is only used on older systems where\n    epoll_create1() is not available; otherwise it has no effect (though its\n    value is still checked).\n  flags\n    Deprecated and completely ignored.  However, when supplied, its value\n    must be 0 or select.EPOLL_CLOEXEC, otherwise OSError is raised.",
    ),
    slots: &[slots::NEW.is(new)],
    methods: &[
        Method::any(
            "fromfd",
            from_fd,
            "fromfd($type, fd, /)\n--\n\nAn object for an open descriptor.",
        )
        .of_class(),
        Method::no_arguments(
            "close",
            close,
            "close($self, /)\n--\n\nClose the descriptor.",
        ),
        Method::no_arguments(
            "fileno",
            fileno,
            "fileno($self, /)\n--\n\nThe descriptor's number.",
        ),
        Method::any(
            "register",
            register,
            "register($self, /, fd,\n         eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT)\n--\n\nAdd a file; it must not be registered.",
        ),
        Method::any(
            "modify",
            modify,
            "modify($self, /, fd, eventmask)\n--\n\nChange what is waited for of a registered file.",
        ),
        Method::any(
            "unregister",
            unregister,
            "unregister($self, /, fd)\n--\n\nRemove a file.",
        ),
        Method::any(
            "poll",
            wait,
            "poll($self, /, timeout=None, maxevents=-1)\n--\n\nWait, at most so many seconds; return a list of pairs of file and events.",
        ),
        Method::no_arguments("__enter__", enter, "__enter__($self, /)\n--\n\n"),
        Method::any(
            "__exit__",
            exit,
            "__exit__($self, exc_type=None, exc_value=None, exc_tb=None, /)\n--\n\n",
        ),
    ],
    getset: &[GetSet::read_only(
        "closed",
        closed,
        Some("True if the epoll handler is closed"),
    )],
    ..TypeSpec::NONE
};

fn make(thread: &Thread, fd: i32) -> Value {
    // SAFETY: the type has this layout and no subclasses.
    let this = unsafe {
        thread.new_cell(&EPOLL, |header| Epoll {
            header,
            fd: AtomicI32::new(fd),
        })
    };
    this.value()
}

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("epoll", ["sizehint", "flags"]).optional_after(0);
    let [size, flags] = args.parse(thread, &SIGNATURE)?;
    let size = match size {
        Some(size) => c_int(thread, size)?,
        None => -1,
    };
    let flags = match flags {
        Some(flags) => c_int(thread, flags)?,
        None => 0,
    };
    if size != -1 && size <= 0 {
        return Err(thread.value_error("negative sizehint"));
    }
    if flags != 0 && flags != libc::EPOLL_CLOEXEC {
        return Err(thread.raise(&types::OS_ERROR, "invalid flags"));
    }
    // SAFETY: a plain call.
    match unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) } {
        -1 => Err(grwl_module_posix::call::last_error(thread)),
        fd => Ok(make(thread, fd)),
    }
}

fn from_fd(thread: &mut Thread, _class: Value, args: Args<'_>) -> PyResult {
    let [fd] = args.unpack::<1>(thread, "fromfd", 1)?;
    let fd = c_int(thread, fd.unwrap_or_else(none))?;
    Ok(make(thread, fd))
}

fn own(this: Value) -> Ref<Epoll> {
    // SAFETY: methods of the type are called with its instances only.
    unsafe { this.downcast_unchecked() }
}

fn open(thread: &Thread, this: Value) -> PyResult<i32> {
    match own(this).fd.load(Ordering::Relaxed) {
        fd if fd < 0 => Err(thread.value_error("I/O operation on closed epoll object")),
        fd => Ok(fd),
    }
}

fn close(thread: &mut Thread, this: Value) -> PyResult {
    let fd = own(this).fd.swap(-1, Ordering::Relaxed);
    if fd >= 0
        && let Err(errno) = close_descriptor(thread, fd)
    {
        return Err(thread.os_error(errno));
    }
    Ok(none())
}

fn closed(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(int::bool(own(this).fd.load(Ordering::Relaxed) < 0))
}

fn fileno(thread: &mut Thread, this: Value) -> PyResult {
    let fd = open(thread, this)?;
    Ok(Value::small(fd.into()))
}

fn enter(thread: &mut Thread, this: Value) -> PyResult {
    open(thread, this)?;
    Ok(this)
}

fn exit(thread: &mut Thread, this: Value, _args: Args<'_>) -> PyResult {
    let name = grwl_object::intern(thread, "close");
    protocol::call_method(thread, this, name, &[])
}

fn control(
    thread: &mut Thread,
    this: Value,
    operation: i32,
    fd: Value,
    mask: Option<Value>,
) -> PyResult {
    let epoll = open(thread, this)?;
    let fd = open_file(thread, fd)?;
    let events = match mask {
        // As C converts it: the low bits.
        Some(mask) => {
            let whole = protocol::convert::index(thread, mask)?;
            match int::view(whole) {
                Some(int::IntView::Small(mask)) => mask as u32,
                _ => protocol::as_int(thread, whole)?.to_u64().unwrap_or(0) as u32,
            }
        }
        None => (libc::EPOLLIN | libc::EPOLLPRI | libc::EPOLLOUT) as u32,
    };
    let mut event = libc::epoll_event {
        events,
        u64: fd as u64,
    };
    // SAFETY: a plain call with an event.
    let (result, errno) = thread.safe(|| unsafe {
        let result = libc::epoll_ctl(epoll, operation, fd, &raw mut event);
        (result, errno())
    });
    if result < 0 {
        return Err(thread.os_error(errno));
    }
    Ok(none())
}

fn register(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("register", ["fd", "eventmask"]).optional_after(1);
    let [fd, mask] = args.parse(thread, &SIGNATURE)?;
    control(
        thread,
        this,
        libc::EPOLL_CTL_ADD,
        fd.unwrap_or_else(none),
        mask,
    )
}

fn modify(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("modify", ["fd", "eventmask"]);
    let [fd, mask] = args.parse(thread, &SIGNATURE)?;
    control(
        thread,
        this,
        libc::EPOLL_CTL_MOD,
        fd.unwrap_or_else(none),
        mask,
    )
}

fn unregister(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("unregister", ["fd"]);
    let [fd] = args.parse(thread, &SIGNATURE)?;
    control(
        thread,
        this,
        libc::EPOLL_CTL_DEL,
        fd.unwrap_or_else(none),
        None,
    )
}

fn wait(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("poll", ["timeout", "maxevents"]).optional_after(0);
    let [timeout, most] = args.parse(thread, &SIGNATURE)?;
    let most = match most {
        Some(most) => c_int(thread, most)?,
        None => -1,
    };
    let epoll = open(thread, this)?;
    let time = limit::seconds(thread, timeout, "timeout must be an integer or None")?;
    let mut limit = limit::for_poll(thread, time)?;
    let most = match most {
        -1 => MOST,
        most if most < 1 => {
            return Err(
                thread.value_error(format_args!("maxevents must be greater than 0, got {most}"))
            );
        }
        most => most,
    };
    let mut events: Vec<libc::epoll_event> = Vec::new();
    if events.try_reserve_exact(most as usize).is_err() {
        return Err(thread.memory_error());
    }
    let place = events.as_mut_ptr();
    let count = loop {
        let time = limit.milliseconds();
        let (count, errno) = thread.safe(|| {
            // SAFETY: room for so many events.
            let count = unsafe { libc::epoll_wait(epoll, place, most, time) };
            (count, errno())
        });
        if count > 0 || count == 0 && !limit.goes_on(thread)? {
            break count;
        }
        if count == 0 {
            continue;
        }
        if errno != libc::EINTR {
            return Err(thread.os_error(errno));
        }
        thread.poll()?;
        if limit.is_over() {
            break 0;
        }
    };
    // SAFETY: the system wrote so many.
    unsafe { events.set_len(count as usize) };
    let mut found = Buffer::new();
    for event in events {
        let pair = crate::pair(thread, event.u64 as i32, event.events.into())?;
        found.push(thread, pair)?;
    }
    Ok(List::from_buffer(thread, found).value())
}
