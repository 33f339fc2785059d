//! Connecting and being connected to; the names of both ends.

use grwl_module_posix::call::{errno, last_error};
use grwl_object::protocol::convert;
use grwl_object::{Args, PyResult, Thread, Tuple, Value, none};

use crate::address::{Address, from_python};
use crate::arguments::{number, positional};
use crate::object::{Socket, own};
use crate::wait::{Failure, Patience, Until, call_within};

/// How many connections may wait if nobody says.
const BACKLOG: i32 = 128;

pub(crate) fn accept(thread: &mut Thread, value: Value) -> PyResult {
    let this = own(value);
    let fd = this.fd();
    let mut address = Address::default();
    let (place, length) = (address.place_mut(), address.length_mut());
    let patience = Patience::new(this.timeout());
    let accepted = call_within(thread, fd, Until::Acceptable, &patience, || {
        // SAFETY: a place and its length.
        i64::from(unsafe { libc::accept4(fd, place, length, libc::SOCK_CLOEXEC) })
    })?;
    match accepted {
        Ok(new) => {
            let address = address.shown(thread);
            if address.is_err() {
                // SAFETY: nobody knows the number yet.
                thread.safe(|| unsafe { libc::close(new as i32) });
            }
            let pair = [Value::small(new), address?];
            Ok(Tuple::try_new(thread, &pair)?.value())
        }
        Err(failure) => Err(failure.raised(thread)),
    }
}

pub(crate) fn bind(thread: &mut Thread, value: Value, address: Value) -> PyResult {
    let this = own(value);
    let address = from_python(thread, this.family(), address, "bind")?;
    let fd = this.fd();
    // SAFETY: an address of its length.
    let result = thread.safe(|| unsafe { libc::bind(fd, address.place(), address.length()) });
    if result < 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

fn try_connect(
    thread: &mut Thread,
    this: &Socket,
    address: &Address,
) -> PyResult<Result<(), Failure>> {
    let (fd, timeout) = (this.fd(), this.timeout());
    let (result, errno) = thread.safe(|| {
        // SAFETY: an address of its length.
        let result = unsafe { libc::connect(fd, address.place(), address.length()) };
        (result, errno())
    });
    if result == 0 {
        return Ok(Ok(()));
    }
    // The connection is made meanwhile, in either case.
    let goes_on = if errno == libc::EINTR {
        thread.poll()?;
        timeout != 0
    } else {
        timeout > 0 && errno == libc::EINPROGRESS
    };
    if !goes_on {
        return Ok(Err(Failure::System(errno)));
    }
    let patience = Patience::new(timeout);
    let made = call_within(thread, fd, Until::Connected, &patience, || {
        let mut error = 0i32;
        let mut length = size_of::<i32>() as libc::socklen_t;
        // SAFETY: a place and its length; this thread's own error number.
        unsafe {
            let place = (&raw mut error).cast();
            let (level, option) = (libc::SOL_SOCKET, libc::SO_ERROR);
            if libc::getsockopt(fd, level, option, place, &raw mut length) < 0 {
                return -1;
            }
            if error != 0 && error != libc::EISCONN {
                *libc::__errno_location() = error;
                return -1;
            }
        }
        0
    })?;
    Ok(made.map(|_| ()))
}

pub(crate) fn connect(thread: &mut Thread, value: Value, address: Value) -> PyResult {
    let this = own(value);
    let address = from_python(thread, this.family(), address, "connect")?;
    match try_connect(thread, &this, &address)? {
        Ok(()) => Ok(none()),
        Err(failure) => Err(failure.raised(thread)),
    }
}

pub(crate) fn connect_ex(thread: &mut Thread, value: Value, address: Value) -> PyResult {
    let this = own(value);
    let address = from_python(thread, this.family(), address, "connect_ex")?;
    let number = match try_connect(thread, &this, &address)? {
        Ok(()) => 0,
        Err(Failure::System(errno)) => errno,
        Err(Failure::TimedOut) => libc::EWOULDBLOCK,
    };
    Ok(Value::small(number.into()))
}

type NameFn = unsafe extern "C" fn(i32, *mut libc::sockaddr, *mut libc::socklen_t) -> libc::c_int;

fn name(thread: &mut Thread, value: Value, ask: NameFn) -> PyResult {
    let fd = own(value).fd();
    let mut address = Address::default();
    let (place, length) = (address.place_mut(), address.length_mut());
    // SAFETY: a place and its length.
    if thread.safe(|| unsafe { ask(fd, place, length) }) < 0 {
        return Err(last_error(thread));
    }
    address.shown(thread)
}

pub(crate) fn peer_name(thread: &mut Thread, value: Value) -> PyResult {
    name(thread, value, libc::getpeername)
}

pub(crate) fn own_name(thread: &mut Thread, value: Value) -> PyResult {
    name(thread, value, libc::getsockname)
}

pub(crate) fn listen(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [backlog] = positional::<1>(thread, args, "listen", 0)?;
    // A negative number would be taken for a very large one.
    let backlog = number(thread, backlog, BACKLOG)?.max(0);
    let fd = own(value).fd();
    // SAFETY: a plain call.
    if thread.safe(|| unsafe { libc::listen(fd, backlog) }) < 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

pub(crate) fn shutdown(thread: &mut Thread, value: Value, how: Value) -> PyResult {
    let how = convert::as_i32(thread, how)?;
    let fd = own(value).fd();
    // SAFETY: a plain call.
    if thread.safe(|| unsafe { libc::shutdown(fd, how) }) < 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}
