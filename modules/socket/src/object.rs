//! The type `socket`.
//!
//! Every field stands for itself and is atomic; what the system does with a socket is one step, so there is no lock.
//! A socket that nobody closes is closed by its finalizer, with a `ResourceWarning`.

use std::sync::atomic::{AtomicI32, AtomicI64, Ordering};

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_module_posix::call::{errno, last_error};
use grwl_module_time::{Rounding, nanoseconds};
use grwl_object::protocol::convert;
use grwl_object::{
    Args, Cell, Declaration, GetSet, Method, PyResult, Ref, Signature, Str, Thread, Tuple,
    TypeObject, TypeSpec, Value, ValueExt, exception, flags, float, instance, int, none, protocol,
    slots, types,
};

use crate::address::Address;
use crate::arguments::positional;
use crate::{connect, message, option, transfer};

/// `_socket.socket`
#[repr(C)]
pub struct Socket {
    header: Header,
    /// -1: closed.
    fd: AtomicI32,
    family: AtomicI32,
    kind: AtomicI32,
    protocol: AtomicI32,
    /// Nanoseconds; -1: none.
    timeout: AtomicI64,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for Socket {
    fn type_object() -> &'static TypeObject {
        &SOCKET
    }
}

static SOCKET_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<Socket>()),
    drop: None,
    name: "socket",
};

/// `_socket.socket`
pub static SOCKET: TypeObject = TypeObject::declare(&Declaration {
    name: "_socket.socket",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::HAS_FINALIZER | flags::IMMUTABLE,
    cell: &SOCKET_CELL,
    kind: Kind::Traced,
    size: size_of::<Socket>(),
    attributes: 0,
});

const R: Ordering = Ordering::Relaxed;

/// The time limit of new sockets, in nanoseconds; -1: none.
static DEFAULT_TIMEOUT: AtomicI64 = AtomicI64::new(-1);

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "socket(family=AF_INET, type=SOCK_STREAM, proto=0) -> socket object\nsocket(family=-1, type=-1, proto=-1, fileno=None) -> socket object\n\nOne end of a connection; not inherited by other programs.\nWith fileno, the socket that is open under this number; what is not given is found out.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init),
        slots::REPR.is(repr),
        slots::FINALIZE.is(finalize),
    ],
    methods: &[
        Method::no_arguments(
            "_accept",
            connect::accept,
            "_accept($self, /)\n--\n\nWait for a connection; return the number of its socket, and the address of the other end.",
        ),
        Method::one(
            "bind",
            connect::bind,
            "bind($self, object, /)\n--\n\nbind(address)\n\nGive the socket an address.",
        ),
        Method::no_arguments("close", close, "close($self, /)\n--\n\nClose the socket."),
        Method::one(
            "connect",
            connect::connect,
            "connect($self, object, /)\n--\n\nconnect(address)\n\nConnect the socket to another.",
        ),
        Method::one(
            "connect_ex",
            connect::connect_ex,
            "connect_ex($self, object, /)\n--\n\nconnect_ex(address) -> errno\n\nAs connect, but return the number of an error.",
        ),
        Method::no_arguments(
            "detach",
            detach,
            "detach($self, /)\n--\n\nTake the number from the object, without closing the socket.",
        ),
        Method::no_arguments(
            "fileno",
            fileno,
            "fileno($self, /)\n--\n\nThe number under which the socket is open.",
        ),
        Method::no_arguments(
            "getpeername",
            connect::peer_name,
            "getpeername($self, /)\n--\n\nThe address of the other end.",
        ),
        Method::no_arguments(
            "getsockname",
            connect::own_name,
            "getsockname($self, /)\n--\n\nThe address of this end.",
        ),
        Method::any(
            "getsockopt",
            option::get,
            "getsockopt(level, option[, buffersize]) -> value\n\nAn option: an integer, or bytes if a size is given.",
        ),
        Method::any(
            "setsockopt",
            option::set,
            "setsockopt(level, option, value: int)\nsetsockopt(level, option, value: buffer)\nsetsockopt(level, option, None, optlen: int)\n\nSet an option.",
        ),
        Method::any(
            "listen",
            connect::listen,
            "listen([backlog])\n\nTake connections, of which so many may wait.",
        ),
        Method::any(
            "recv",
            transfer::recv,
            "recv(buffersize[, flags]) -> data\n\nReceive at most so many bytes.",
        ),
        Method::any(
            "recv_into",
            transfer::recv_into,
            "recv_into(buffer, [nbytes[, flags]]) -> nbytes_read\n\nReceive into a buffer.",
        ),
        Method::any(
            "recvfrom",
            transfer::recvfrom,
            "recvfrom(buffersize[, flags]) -> (data, address info)\n\nReceive, with the address of who sent it.",
        ),
        Method::any(
            "recvfrom_into",
            transfer::recvfrom_into,
            "recvfrom_into(buffer[, nbytes[, flags]]) -> (nbytes, address info)\n\nReceive into a buffer, with the address of who sent it.",
        ),
        Method::any(
            "recvmsg",
            message::recvmsg,
            "recvmsg(bufsize[, ancbufsize[, flags]]) -> (data, ancdata, msg_flags, address)\n\nReceive, with ancillary data.",
        ),
        Method::any(
            "recvmsg_into",
            message::recvmsg_into,
            "recvmsg_into(buffers[, ancbufsize[, flags]]) -> (nbytes, ancdata, msg_flags, address)\n\nReceive into several buffers, with ancillary data.",
        ),
        Method::any(
            "send",
            transfer::send,
            "send(data[, flags]) -> count\n\nSend; return how much was sent.",
        ),
        Method::any(
            "sendall",
            transfer::send_all,
            "sendall(data[, flags])\n\nSend all of it.",
        ),
        Method::any(
            "sendto",
            transfer::send_to,
            "sendto(data[, flags], address) -> count\n\nSend to an address.",
        ),
        Method::any(
            "sendmsg",
            message::sendmsg,
            "sendmsg(buffers[, ancdata[, flags[, address]]]) -> count\n\nSend several buffers, with ancillary data.",
        ),
        Method::one(
            "setblocking",
            set_blocking,
            "setblocking($self, object, /)\n--\n\nsetblocking(flag)\n\nSet whether calls wait.",
        ),
        Method::no_arguments(
            "getblocking",
            get_blocking,
            "getblocking($self, /)\n--\n\nDo calls wait?",
        ),
        Method::one(
            "settimeout",
            set_timeout,
            "settimeout($self, object, /)\n--\n\nsettimeout(timeout)\n\nSet how many seconds calls wait; None: for ever.",
        ),
        Method::no_arguments(
            "gettimeout",
            get_timeout,
            "gettimeout($self, /)\n--\n\nHow many seconds calls wait; None: for ever.",
        ),
        Method::one(
            "shutdown",
            connect::shutdown,
            "shutdown($self, object, /)\n--\n\nshutdown(flag)\n\nEnd reading, writing or both.",
        ),
    ],
    getset: &[
        GetSet::read_only("family", family, Some("the socket family")).member(),
        GetSet::read_only("type", kind, Some("the socket type")).member(),
        GetSet::read_only("proto", protocol_of, Some("the socket protocol")).member(),
        GetSet::read_only("timeout", get_timeout, Some("the socket timeout")),
    ],
    ..TypeSpec::NONE
};

pub(crate) fn own(this: Value) -> Ref<Socket> {
    // SAFETY: methods of the type are called with its instances only.
    unsafe { this.downcast_unchecked() }
}

impl Socket {
    /// The number; -1 of a closed socket, which the system refuses.
    pub(crate) fn fd(&self) -> i32 {
        self.fd.load(R)
    }

    pub(crate) fn family(&self) -> i32 {
        self.family.load(R)
    }

    /// The time limit in nanoseconds; negative: none.
    pub(crate) fn timeout(&self) -> i64 {
        self.timeout.load(R)
    }

    fn fill(&self, fd: i32, family: i32, kind: i32, protocol: i32) -> Result<(), i32> {
        self.family.store(family, R);
        let plain = kind & !(libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC);
        self.kind.store(plain, R);
        self.protocol.store(protocol, R);
        let timeout = if kind & libc::SOCK_NONBLOCK != 0 {
            0
        } else {
            DEFAULT_TIMEOUT.load(R)
        };
        self.timeout.store(timeout, R);
        self.fd.store(fd, R);
        if timeout >= 0 && kind & libc::SOCK_NONBLOCK == 0 {
            blocks(fd, false)?;
        }
        Ok(())
    }
}

/// Sets whether the system's calls wait.
fn blocks(fd: i32, wait: bool) -> Result<(), i32> {
    let mut flag = i32::from(!wait);
    // SAFETY: a plain call with a place to read.
    if unsafe { libc::ioctl(fd, libc::FIONBIO, &raw mut flag) } < 0 {
        return Err(errno());
    }
    Ok(())
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    let value = Value::from_cell(instance::allocate(thread, class)?);
    let this = own(value);
    this.fd.store(-1, R);
    this.timeout.store(DEFAULT_TIMEOUT.load(R), R);
    Ok(value)
}

/// A new object for an open socket.
pub(crate) fn make(
    thread: &mut Thread,
    fd: i32,
    family: i32,
    kind: i32,
    protocol: i32,
) -> PyResult {
    let value = new(thread, Ref::from_static(&SOCKET), Args::NONE)?;
    match own(value).fill(fd, family, kind, protocol) {
        Ok(()) => Ok(value),
        Err(errno) => Err(thread.os_error(errno)),
    }
}

fn number_option(fd: i32, option: i32) -> Result<i32, i32> {
    let mut value = 0i32;
    let mut length = size_of::<i32>() as libc::socklen_t;
    // SAFETY: a place and its length.
    let result = unsafe {
        let place = (&raw mut value).cast();
        libc::getsockopt(fd, libc::SOL_SOCKET, option, place, &raw mut length)
    };
    if result < 0 { Err(errno()) } else { Ok(value) }
}

fn init(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    static SIGNATURE: Signature<4> =
        Signature::new("socket", ["family", "type", "proto", "fileno"]).optional_after(0);
    let [family, kind, protocol, fileno] = args.parse(thread, &SIGNATURE)?;
    let mut numbers = [-1; 3];
    for (number, value) in numbers.iter_mut().zip([family, kind, protocol]) {
        if let Some(value) = value {
            *number = grwl_types_text::arguments::c_int(thread, value)?;
        }
    }
    let [mut family, mut kind, mut protocol] = numbers;
    let this = own(value);
    let fd = match fileno.and_then(ValueExt::not_none) {
        Some(fileno) => {
            let fd = grwl_types_text::arguments::c_int(thread, fileno)?;
            if fd < 0 {
                return Err(thread.value_error("negative file descriptor"));
            }
            let mut address = Address::default();
            // SAFETY: a place and its length.
            let result =
                unsafe { libc::getsockname(fd, address.place_mut(), address.length_mut()) };
            if result < 0 {
                if family == -1 {
                    return Err(last_error(thread));
                }
            } else if family == -1 {
                family = address.family();
            }
            for (number, option) in [
                (&mut kind, libc::SO_TYPE),
                (&mut protocol, libc::SO_PROTOCOL),
            ] {
                if *number == -1 {
                    match number_option(fd, option) {
                        Ok(found) => *number = found,
                        Err(errno) => return Err(thread.os_error(errno)),
                    }
                }
            }
            fd
        }
        None => {
            if family == -1 {
                family = libc::AF_INET;
            }
            if kind == -1 {
                kind = libc::SOCK_STREAM;
            }
            if protocol == -1 {
                protocol = 0;
            }
            let (fd, errno) = thread.safe(|| {
                // SAFETY: a plain call.
                let fd = unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, protocol) };
                (fd, errno())
            });
            if fd < 0 {
                return Err(thread.os_error(errno));
            }
            fd
        }
    };
    if let Err(errno) = this.fill(fd, family, kind, protocol) {
        return Err(thread.os_error(errno));
    }
    Ok(())
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let this = own(value);
    let text = format!(
        "<socket object, fd={}, family={}, type={}, proto={}>",
        this.fd(),
        this.family(),
        this.kind.load(R),
        this.protocol.load(R)
    );
    Ok(Str::new(thread, &text).value())
}

fn finalize(thread: &mut Thread, value: Value) -> PyResult<()> {
    let this = own(value);
    if this.fd() < 0 {
        return Ok(());
    }
    let shown = protocol::repr(thread, value)?;
    let message = format!("unclosed {shown}");
    let warned = exception::warn_about(thread, &types::RESOURCE_WARNING, &message, 1, Some(value));
    let fd = this.fd.swap(-1, R);
    if fd >= 0 {
        // SAFETY: the socket was the object's own.
        thread.safe(|| unsafe { libc::close(fd) });
    }
    if let Err(raised) = warned {
        grwl_object::unraisable::report(thread, raised, "", Some(value));
    }
    Ok(())
}

/// Closes a socket. That the other end has gone already is no failure.
fn close_number(thread: &mut Thread, fd: i32) -> PyResult<()> {
    // SAFETY: as in C, the caller answers for nobody else using the number.
    let (result, errno) = thread.safe(|| (unsafe { libc::close(fd) }, errno()));
    if result < 0 && errno != libc::ECONNRESET {
        return Err(thread.os_error(errno));
    }
    Ok(())
}

fn close(thread: &mut Thread, value: Value) -> PyResult {
    let fd = own(value).fd.swap(-1, R);
    if fd >= 0 {
        close_number(thread, fd)?;
    }
    Ok(none())
}

fn detach(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(Value::small(own(value).fd.swap(-1, R).into()))
}

fn fileno(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(Value::small(own(value).fd().into()))
}

fn family(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(Value::small(own(value).family().into()))
}

fn kind(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(Value::small(own(value).kind.load(R).into()))
}

fn protocol_of(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(Value::small(own(value).protocol.load(R).into()))
}

fn set(thread: &mut Thread, value: Value, timeout: i64) -> PyResult {
    let this = own(value);
    this.timeout.store(timeout, R);
    let fd = this.fd();
    match thread.safe(|| blocks(fd, timeout < 0)) {
        Ok(()) => Ok(none()),
        Err(errno) => Err(thread.os_error(errno)),
    }
}

fn set_blocking(thread: &mut Thread, value: Value, flag: Value) -> PyResult {
    let wait = protocol::is_true(thread, flag)?;
    set(thread, value, if wait { -1 } else { 0 })
}

fn get_blocking(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(own(value).timeout() != 0))
}

/// A time limit that Python gave, in nanoseconds.
fn limit(thread: &mut Thread, value: Value) -> PyResult<i64> {
    if value.is_none() {
        return Ok(-1);
    }
    let time = nanoseconds(thread, value, Rounding::Up)?;
    if time < 0 {
        return Err(thread.value_error("Timeout value out of range"));
    }
    if time / 1_000_000 > i64::from(i32::MAX) {
        return Err(thread.overflow_error("timeout doesn't fit into C timeval"));
    }
    Ok(time)
}

fn set_timeout(thread: &mut Thread, value: Value, timeout: Value) -> PyResult {
    let timeout = limit(thread, timeout)?;
    set(thread, value, timeout)
}

fn shown(thread: &Thread, timeout: i64) -> Value {
    if timeout < 0 {
        none()
    } else {
        float::new(thread, timeout as f64 / 1e9)
    }
}

fn get_timeout(thread: &mut Thread, value: Value) -> PyResult {
    Ok(shown(thread, own(value).timeout()))
}

fn get_default_timeout(thread: &mut Thread, _module: Value) -> PyResult {
    Ok(shown(thread, DEFAULT_TIMEOUT.load(R)))
}

fn set_default_timeout(thread: &mut Thread, _module: Value, timeout: Value) -> PyResult {
    let timeout = limit(thread, timeout)?;
    DEFAULT_TIMEOUT.store(timeout, R);
    Ok(none())
}

fn close_any(thread: &mut Thread, _module: Value, fd: Value) -> PyResult {
    let fd = convert::as_i32(thread, fd)?;
    close_number(thread, fd)?;
    Ok(none())
}

fn dup(thread: &mut Thread, _module: Value, fd: Value) -> PyResult {
    let fd = convert::as_i32(thread, fd)?;
    // SAFETY: a plain call.
    match unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) } {
        -1 => Err(last_error(thread)),
        new => Ok(Value::small(new.into())),
    }
}

fn pair(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [family, kind, protocol] = positional::<3>(thread, args, "socketpair", 0)?;
    let mut numbers = [libc::AF_UNIX, libc::SOCK_STREAM, 0];
    for (number, value) in numbers.iter_mut().zip([family, kind, protocol]) {
        *number = crate::arguments::number(thread, value, *number)?;
    }
    let [family, kind, protocol] = numbers;
    let mut ends = [0; 2];
    let (result, errno) = thread.safe(|| {
        let kind = kind | libc::SOCK_CLOEXEC;
        // SAFETY: a place for two numbers.
        let result = unsafe { libc::socketpair(family, kind, protocol, ends.as_mut_ptr()) };
        (result, errno())
    });
    if result < 0 {
        return Err(thread.os_error(errno));
    }
    let first = make(thread, ends[0], family, kind, protocol)?;
    let second = make(thread, ends[1], family, kind, protocol)?;
    Ok(Tuple::try_new(thread, &[first, second])?.value())
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::no_arguments(
        "getdefaulttimeout",
        get_default_timeout,
        "getdefaulttimeout($self, /)\n--\n\ngetdefaulttimeout() -> timeout\n\nThe time limit of new sockets, in seconds; None: none.",
    ),
    Method::one(
        "setdefaulttimeout",
        set_default_timeout,
        "setdefaulttimeout($self, object, /)\n--\n\nsetdefaulttimeout(timeout)\n\nSet the time limit of new sockets.",
    ),
    Method::one(
        "close",
        close_any,
        "close($self, object, /)\n--\n\nclose(integer) -> None\n\nClose the socket with this number.",
    ),
    Method::one(
        "dup",
        dup,
        "dup($self, object, /)\n--\n\ndup(integer) -> integer\n\nAnother number for an open socket.",
    ),
    Method::any(
        "socketpair",
        pair,
        "socketpair([family[, type [, proto]]]) -> (socket object, socket object)\n\nTwo sockets that are connected.",
    ),
];
