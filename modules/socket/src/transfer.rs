//! Sending and receiving.

use grwl_object::bytes::Bytes;
use grwl_object::{Args, PyResult, Signature, Thread, Tuple, Value, none};

use crate::address::{Address, from_python};
use crate::arguments::{bytes, number, positional, size, writable};
use crate::object::{Socket, own};
use crate::wait::{Patience, Until, call_within};

/// Receives into memory that stays where it is; with the sender's address, if it is wanted.
fn receive(
    thread: &mut Thread,
    this: &Socket,
    to: *mut u8,
    length: usize,
    flags: i32,
    address: Option<&mut Address>,
) -> PyResult<usize> {
    let fd = this.fd();
    let (place, place_length) = match address {
        Some(address) => (address.place_mut(), address.length_mut()),
        None => (std::ptr::null_mut(), std::ptr::null_mut()),
    };
    let patience = Patience::new(this.timeout());
    let received = call_within(thread, fd, Until::Readable, &patience, || {
        // SAFETY: places and their lengths, or null.
        unsafe { libc::recvfrom(fd, to.cast(), length, flags, place, place_length) as i64 }
    })?;
    match received {
        Ok(count) => Ok(count as usize),
        Err(failure) => Err(failure.raised(thread)),
    }
}

fn into_bytes(
    thread: &mut Thread,
    value: Value,
    args: Args<'_>,
    function: &str,
    address: Option<&mut Address>,
) -> PyResult {
    let [length, flags] = positional::<2>(thread, args, function, 1)?;
    let length = size(thread, length)?;
    let flags = number(thread, flags, 0)?;
    let Ok(length) = usize::try_from(length) else {
        return Err(thread.value_error(format_args!("negative buffersize in {function}")));
    };
    let this = own(value);
    let mut space = Vec::<u8>::new();
    if space.try_reserve_exact(length).is_err() {
        return Err(thread.memory_error());
    }
    let count = receive(thread, &this, space.as_mut_ptr(), length, flags, address)?;
    // SAFETY: the system wrote so many bytes; with MSG_TRUNC it may count more than there is room for.
    unsafe { space.set_len(count.min(length)) };
    Ok(Bytes::new(thread, &space)?.value())
}

pub(crate) fn recv(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    into_bytes(thread, value, args, "recv", None)
}

pub(crate) fn recvfrom(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let mut address = Address::default();
    let data = into_bytes(thread, value, args, "recvfrom", Some(&mut address))?;
    let pair = [data, address.shown(thread)?];
    Ok(Tuple::try_new(thread, &pair)?.value())
}

fn into_buffer(
    thread: &mut Thread,
    value: Value,
    args: Args<'_>,
    function: &'static str,
    address: Option<&mut Address>,
) -> PyResult<usize> {
    let signature = Signature::new(function, ["buffer", "nbytes", "flags"]).optional_after(1);
    let [buffer, length, flags] = args.parse(thread, &signature)?;
    let length = size(thread, length)?;
    let flags = number(thread, flags, 0)?;
    let view = writable(thread, buffer.unwrap_or_else(none), function)?;
    let this = own(value);
    let result = match usize::try_from(length) {
        Err(_) => Err(thread.value_error(format_args!("negative buffersize in {function}"))),
        Ok(length) if length > view.length => Err(thread.value_error(if function == "recv_into" {
            "buffer too small for requested bytes"
        } else {
            "nbytes is greater than the length of the buffer"
        })),
        Ok(length) => {
            let length = if length == 0 { view.length } else { length };
            receive(thread, &this, view.pointer, length, flags, address)
        }
    };
    view.release(thread);
    result
}

pub(crate) fn recv_into(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let count = into_buffer(thread, value, args, "recv_into", None)?;
    Ok(Value::small(count as i64))
}

pub(crate) fn recvfrom_into(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let mut address = Address::default();
    let count = into_buffer(thread, value, args, "recvfrom_into", Some(&mut address))?;
    let pair = [Value::small(count as i64), address.shown(thread)?];
    Ok(Tuple::try_new(thread, &pair)?.value())
}

pub(crate) fn send(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [data, flags] = positional::<2>(thread, args, "send", 1)?;
    let flags = number(thread, flags, 0)?;
    let view = bytes(thread, data)?;
    let this = own(value);
    let fd = this.fd();
    let (from, length) = (view.pointer, view.length);
    let patience = Patience::new(this.timeout());
    let sent = call_within(thread, fd, Until::Writable, &patience, || {
        // SAFETY: the view's memory stays where it is.
        unsafe { libc::send(fd, from.cast(), length, flags) as i64 }
    });
    view.release(thread);
    match sent? {
        Ok(count) => Ok(Value::small(count)),
        Err(failure) => Err(failure.raised(thread)),
    }
}

pub(crate) fn send_all(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [data, flags] = positional::<2>(thread, args, "sendall", 1)?;
    let flags = number(thread, flags, 0)?;
    let view = bytes(thread, data)?;
    let this = own(value);
    let fd = this.fd();
    let patience = Patience::new(this.timeout());
    let mut done = 0;
    let mut result = Ok(());
    while done < view.length && result.is_ok() {
        // SAFETY: inside the view.
        let from = unsafe { view.pointer.add(done) };
        let length = view.length - done;
        let sent = call_within(thread, fd, Until::Writable, &patience, || {
            // SAFETY: the view's memory stays where it is.
            unsafe { libc::send(fd, from.cast(), length, flags) as i64 }
        });
        result = match sent {
            Ok(Ok(count)) => {
                done += count as usize;
                // Signals are handled while much is sent.
                thread.poll()
            }
            Ok(Err(failure)) => Err(failure.raised(thread)),
            Err(raised) => Err(raised),
        };
    }
    view.release(thread);
    result?;
    Ok(none())
}

pub(crate) fn send_to(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let given = args.no_keywords(thread, "sendto")?;
    let (data, flags, address) = match *given {
        [data, address] => (data, None, address),
        [data, flags, address] => (data, Some(flags), address),
        _ => {
            return Err(thread.type_error(format_args!(
                "sendto() takes 2 or 3 arguments ({} given)",
                given.len()
            )));
        }
    };
    let view = bytes(thread, Some(data))?;
    let result = send_view_to(thread, value, &view, flags, address);
    view.release(thread);
    result
}

fn send_view_to(
    thread: &mut Thread,
    value: Value,
    view: &grwl_object::buffer::BufferView,
    flags: Option<Value>,
    address: Value,
) -> PyResult {
    let flags = number(thread, flags, 0)?;
    let this = own(value);
    let fd = this.fd();
    let address = from_python(thread, this.family(), address, "sendto")?;
    let (from, length) = (view.pointer, view.length);
    let patience = Patience::new(this.timeout());
    let sent = call_within(thread, fd, Until::Writable, &patience, || {
        // SAFETY: the view's memory stays where it is; an address of its length.
        unsafe {
            let (place, place_length) = (address.place(), address.length());
            libc::sendto(fd, from.cast(), length, flags, place, place_length) as i64
        }
    })?;
    match sent {
        Ok(count) => Ok(Value::small(count)),
        Err(failure) => Err(failure.raised(thread)),
    }
}
