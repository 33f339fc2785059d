//! `poll` objects: files in the order of their registration, each with the events that are waited for.
//!
//! Who waits has a copy of the table, so files may be registered meanwhile; they count from the next wait on.

use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_module_posix::call::errno;
use grwl_module_posix::path::open_file;
use grwl_object::list::List;
use grwl_object::{
    Args, Buffer, Cell, Declaration, Method, PyResult, Ref, Thread, TypeObject, TypeSpec, Value,
    ValueExt, flags, none, protocol, types,
};

use crate::limit;

type Files = Mutex<Vec<(i32, i16)>>;

/// `select.poll`
#[repr(C)]
pub struct Poll {
    header: Header,
    /// A `Box`'s pointer.
    files: AtomicPtr<Files>,
    is_waiting: AtomicBool,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for Poll {
    fn type_object() -> &'static TypeObject {
        &POLL
    }
}

static POLL_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<Poll>()),
    drop: Some(drop_poll),
    name: "poll",
};

unsafe fn drop_poll(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead object; the pointer came from a box.
    unsafe {
        let files = (*cell.cast::<Poll>().as_ptr())
            .files
            .load(Ordering::Relaxed);
        drop(Box::from_raw(files));
    }
}

/// `select.poll`
pub static POLL: TypeObject = TypeObject::declare(&Declaration {
    name: "select.poll",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::IMMUTABLE,
    cell: &POLL_CELL,
    kind: Kind::Owning,
    size: size_of::<Poll>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: None,
    methods: &[
        Method::any(
            "register",
            register,
            "register($self, fd,\n         eventmask=select.POLLIN | select.POLLPRI | select.POLLOUT, /)\n--\n\nAdd a file, or change what is waited for.",
        ),
        Method::any(
            "modify",
            modify,
            "modify($self, fd, eventmask, /)\n--\n\nChange what is waited for of a registered file.",
        ),
        Method::one(
            "unregister",
            unregister,
            "unregister($self, fd, /)\n--\n\nRemove a file.",
        ),
        Method::any(
            "poll",
            wait,
            "poll($self, timeout=None, /)\n--\n\nWait, at most so many milliseconds; return a list of pairs of file and events.",
        ),
    ],
    ..TypeSpec::NONE
};

pub(crate) fn make(thread: &mut Thread, _module: Value) -> PyResult {
    let files = Box::into_raw(Box::new(Files::default()));
    // SAFETY: the type has this layout and no subclasses.
    let this = unsafe {
        thread.new_cell(&POLL, |header| Poll {
            header,
            files: AtomicPtr::new(files),
            is_waiting: AtomicBool::new(false),
        })
    };
    Ok(this.value())
}

fn own(this: Value) -> Ref<Poll> {
    // SAFETY: methods of the type are called with its instances only.
    unsafe { this.downcast_unchecked() }
}

impl Poll {
    /// Held for moments without a safepoint.
    fn files(&self) -> MutexGuard<'_, Vec<(i32, i16)>> {
        // SAFETY: the box lives as long as the object.
        let files = unsafe { &*self.files.load(Ordering::Relaxed) };
        files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A C `unsigned short`.
fn events(thread: &mut Thread, value: Value) -> PyResult<i16> {
    let value = protocol::as_int(thread, value)?;
    if value.is_negative() {
        return Err(thread.value_error("value must be positive"));
    }
    match value.to_u64().and_then(|value| u16::try_from(value).ok()) {
        Some(events) => Ok(events.cast_signed()),
        None => Err(thread.overflow_error("Python int too large to convert to C unsigned short")),
    }
}

fn register(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [fd, mask] = args.unpack::<2>(thread, "register", 1)?;
    let fd = open_file(thread, fd.unwrap_or_else(none))?;
    let mask = match mask {
        Some(mask) => events(thread, mask)?,
        None => libc::POLLIN | libc::POLLPRI | libc::POLLOUT,
    };
    let this = own(this);
    let mut files = this.files();
    match files.iter_mut().find(|(known, _)| *known == fd) {
        Some(entry) => entry.1 = mask,
        None => files.push((fd, mask)),
    }
    Ok(none())
}

fn modify(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [fd, mask] = args.unpack::<2>(thread, "modify", 2)?;
    let fd = open_file(thread, fd.unwrap_or_else(none))?;
    let mask = events(thread, mask.unwrap_or_else(none))?;
    let is_known = {
        let this = own(this);
        let mut files = this.files();
        let entry = files.iter_mut().find(|(known, _)| *known == fd);
        entry.map(|entry| entry.1 = mask).is_some()
    };
    if is_known {
        Ok(none())
    } else {
        Err(thread.os_error(libc::ENOENT))
    }
}

fn unregister(thread: &mut Thread, this: Value, fd: Value) -> PyResult {
    let fd = open_file(thread, fd)?;
    let is_known = {
        let this = own(this);
        let mut files = this.files();
        let place = files.iter().position(|(known, _)| *known == fd);
        place.map(|place| files.remove(place)).is_some()
    };
    if is_known {
        Ok(none())
    } else {
        Err(thread.key_error(Value::small(fd.into())))
    }
}

fn wait(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [timeout] = args.unpack::<1>(thread, "poll", 0)?;
    let time = limit::milliseconds(thread, timeout, "timeout must be an integer or None")?;
    let mut limit = limit::for_poll(thread, time)?;
    let this = own(this);
    if this.is_waiting.swap(true, Ordering::Relaxed) {
        return Err(thread.runtime_error("concurrent poll() invocation"));
    }
    let result = wait_for(thread, this, &mut limit);
    this.is_waiting.store(false, Ordering::Relaxed);
    result
}

fn wait_for(thread: &mut Thread, this: Ref<Poll>, limit: &mut limit::Limit) -> PyResult {
    let mut files: Vec<libc::pollfd> = this
        .files()
        .iter()
        .map(|&(fd, events)| libc::pollfd {
            fd,
            events,
            revents: 0,
        })
        .collect();
    loop {
        let time = limit.milliseconds();
        let (count, errno) = thread.safe(|| {
            // SAFETY: so many entries.
            let count =
                unsafe { libc::poll(files.as_mut_ptr(), files.len() as libc::nfds_t, time) };
            (count, errno())
        });
        if count > 0 || count == 0 && !limit.goes_on(thread)? {
            break;
        }
        if count == 0 {
            continue;
        }
        if errno != libc::EINTR {
            return Err(thread.os_error(errno));
        }
        thread.poll()?;
        if limit.is_over() {
            files.clear();
            break;
        }
    }
    let mut found = Buffer::new();
    for file in files.iter().filter(|file| file.revents != 0) {
        let events = i64::from(file.revents.cast_unsigned());
        let pair = crate::pair(thread, file.fd, events)?;
        found.push(thread, pair)?;
    }
    Ok(List::from_buffer(thread, found).value())
}
