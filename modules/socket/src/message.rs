//! Messages: several buffers at once, with ancillary data.

use std::mem::MaybeUninit;

use grwl_object::buffer::{self, BufferView, request};
use grwl_object::bytes::Bytes;
use grwl_object::list::List;
use grwl_object::protocol::convert;
use grwl_object::{Args, Buffer, PyResult, Thread, Tuple, Value, ValueExt, none, protocol, slots};

use crate::address::{Address, from_python};
use crate::arguments::{number, positional, size};
use crate::error;
use crate::object::own;
use crate::wait::{Patience, Until, call_within};

/// The most buffers that the system takes at once.
const MOST_BUFFERS: usize = libc::UIO_MAXIOV as usize;

/// Views of several buffers. Their owners are kept where the collector looks.
struct Views {
    owners: Buffer,
    views: Vec<BufferView>,
    parts: Vec<libc::iovec>,
}

impl Views {
    fn new() -> Self {
        Self {
            owners: Buffer::new(),
            views: Vec::new(),
            parts: Vec::new(),
        }
    }

    fn add(&mut self, thread: &mut Thread, view: BufferView) -> PyResult<()> {
        self.owners.push(thread, view.owner)?;
        self.parts.push(libc::iovec {
            iov_base: view.pointer.cast(),
            iov_len: view.length,
        });
        self.views.push(view);
        Ok(())
    }

    fn release(self, thread: &mut Thread) {
        for view in self.views {
            view.release(thread);
        }
        drop(self.owners);
    }
}

fn empty() -> libc::msghdr {
    // SAFETY: null pointers and zero lengths.
    unsafe { MaybeUninit::zeroed().assume_init() }
}

/// Memory for ancillary data, aligned as the system wants it.
fn space(length: usize) -> Vec<u64> {
    vec![0; length.div_ceil(8)]
}

/// The longest ancillary data whose lengths the system can count.
const MOST_CONTROL: usize = i32::MAX as usize;

/// Bytes that a piece of ancillary data of `length` takes, without and with what follows it.
fn control_length(length: usize) -> Option<(usize, usize)> {
    if length > MOST_CONTROL - 64 {
        return None;
    }
    let length = length as libc::c_uint;
    // SAFETY: arithmetic.
    let (own, whole) = unsafe { (libc::CMSG_LEN(length), libc::CMSG_SPACE(length)) };
    Some((own as usize, whole as usize))
}

fn is_iterable(value: Value) -> bool {
    protocol::iterate::is_sequence(value) || value.class().slot(slots::ITER).is_some()
}

fn ancillary(thread: &mut Thread, message: &libc::msghdr) -> PyResult {
    let list = List::new(thread);
    // SAFETY: the system filled the message; each header is checked to lie inside.
    let mut next = unsafe { libc::CMSG_FIRSTHDR(message).as_ref() };
    while let Some(header) = next {
        let start = message.msg_control.addr();
        let end = start + message.msg_controllen;
        // SAFETY: behind the header.
        let data = unsafe { libc::CMSG_DATA(header) };
        // SAFETY: arithmetic.
        let head = unsafe { libc::CMSG_LEN(0) } as usize;
        let told = (header.cmsg_len as usize).saturating_sub(head);
        let length = told.min(end.saturating_sub(data.addr()));
        // SAFETY: so many bytes lie in the memory of the message.
        let bytes = unsafe { std::slice::from_raw_parts(data, length) };
        let data = Bytes::new(thread, bytes)?.value();
        let triple = [
            Value::small(header.cmsg_level.into()),
            Value::small(header.cmsg_type.into()),
            data,
        ];
        let triple = Tuple::try_new(thread, &triple)?.value();
        list.push(thread, triple)?;
        if length < told {
            thread_warns(thread)?;
            break;
        }
        // SAFETY: as above.
        next = unsafe { libc::CMSG_NXTHDR(message, header).as_ref() };
    }
    Ok(list.value())
}

fn thread_warns(thread: &mut Thread) -> PyResult<()> {
    grwl_object::exception::warn(
        thread,
        &grwl_object::types::RUNTIME_WARNING,
        "received malformed or improperly-truncated ancillary data",
        1,
    )
}

/// What was received: bytes or ancillary data, flags, the sender's address.
fn receive(
    thread: &mut Thread,
    value: Value,
    parts: &mut [libc::iovec],
    room: isize,
    flags: i32,
    make: impl FnOnce(&mut Thread, usize) -> PyResult,
) -> PyResult {
    let Some(room) = usize::try_from(room)
        .ok()
        .filter(|&room| room <= MOST_CONTROL)
    else {
        return Err(thread.value_error("invalid ancillary data buffer length"));
    };
    let this = own(value);
    let fd = this.fd();
    let mut control = space(room);
    let mut address = Address::default();
    let mut message = empty();
    message.msg_name = address.place_mut().cast();
    message.msg_namelen = address.length();
    message.msg_iov = parts.as_mut_ptr();
    message.msg_iovlen = parts.len();
    if room > 0 {
        message.msg_control = control.as_mut_ptr().cast();
    }
    message.msg_controllen = room;
    let patience = Patience::new(this.timeout());
    let place = &raw mut message;
    let received = call_within(thread, fd, Until::Readable, &patience, || {
        // SAFETY: all places live until this is over.
        unsafe { libc::recvmsg(fd, place, flags) as i64 }
    })?;
    let count = match received {
        Ok(count) => count as usize,
        Err(failure) => return Err(failure.raised(thread)),
    };
    address.set_length(message.msg_namelen);
    let data = ancillary(thread, &message);
    let data = match data {
        Ok(data) => data,
        Err(raised) => {
            close_received(&message);
            return Err(raised);
        }
    };
    let first = make(thread, count)?;
    let address = address.shown(thread)?;
    let all = [first, data, Value::small(message.msg_flags.into()), address];
    Ok(Tuple::try_new(thread, &all)?.value())
}

/// Nobody will hear of the files that came along.
fn close_received(message: &libc::msghdr) {
    // SAFETY: the system filled the message.
    let mut next = unsafe { libc::CMSG_FIRSTHDR(message).as_ref() };
    while let Some(header) = next {
        if header.cmsg_level == libc::SOL_SOCKET && header.cmsg_type == libc::SCM_RIGHTS {
            // SAFETY: numbers of files lie behind the header, as many as its length says.
            unsafe {
                let data = libc::CMSG_DATA(header).cast::<i32>();
                let length = (header.cmsg_len as usize) - libc::CMSG_LEN(0) as usize;
                for index in 0..length / size_of::<i32>() {
                    libc::close(data.add(index).read_unaligned());
                }
            }
        }
        // SAFETY: as above.
        next = unsafe { libc::CMSG_NXTHDR(message, header).as_ref() };
    }
}

pub(crate) fn recvmsg(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [length, room, flags] = positional::<3>(thread, args, "recvmsg", 1)?;
    let length = size(thread, length)?;
    let room = size(thread, room)?;
    let flags = number(thread, flags, 0)?;
    let Ok(length) = usize::try_from(length) else {
        return Err(thread.value_error("negative buffer size in recvmsg()"));
    };
    let mut bytes = Vec::<u8>::new();
    if bytes.try_reserve_exact(length).is_err() {
        return Err(thread.memory_error());
    }
    let mut parts = [libc::iovec {
        iov_base: bytes.as_mut_ptr().cast(),
        iov_len: length,
    }];
    receive(thread, value, &mut parts, room, flags, |thread, count| {
        // SAFETY: the system wrote so many bytes.
        unsafe { bytes.set_len(count.min(length)) };
        Ok(Bytes::new(thread, &bytes)?.value())
    })
}

pub(crate) fn recvmsg_into(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [buffers, room, flags] = positional::<3>(thread, args, "recvmsg_into", 1)?;
    let room = size(thread, room)?;
    let flags = number(thread, flags, 0)?;
    let buffers = buffers.unwrap_or_else(none);
    if !is_iterable(buffers) {
        return Err(thread.type_error("recvmsg_into() argument 1 must be an iterable"));
    }
    let buffers = protocol::collect(thread, buffers)?;
    if buffers.len() > i32::MAX as usize {
        return Err(error::plain(
            thread,
            "recvmsg_into() argument 1 is too long",
        ));
    }
    let mut views = Views::new();
    let mut result = Ok(());
    for &each in buffers.iter() {
        result = match buffer::get(thread, each, request::WRITABLE) {
            Ok(view) => views.add(thread, view),
            Err(_) => Err(thread.type_error(
                "recvmsg_into() argument 1 must be an iterable of single-segment read-write buffers",
            )),
        };
        if result.is_err() {
            break;
        }
    }
    let result = match result {
        Ok(()) => receive(thread, value, &mut views.parts, room, flags, |_, count| {
            Ok(Value::small(count as i64))
        }),
        Err(raised) => Err(raised),
    };
    views.release(thread);
    result
}

/// One piece of ancillary data that is to be sent.
struct Piece {
    level: i32,
    kind: i32,
    data: Vec<u8>,
}

fn pieces(thread: &mut Thread, value: Value) -> PyResult<Vec<Piece>> {
    if !is_iterable(value) {
        return Err(thread.type_error("sendmsg() argument 2 must be an iterable"));
    }
    let given = protocol::collect(thread, value)?;
    let mut pieces = Vec::with_capacity(given.len());
    for &each in given.iter() {
        let Some(triple) = each.downcast::<Tuple>() else {
            return Err(thread.type_error(format_args!(
                "[sendmsg() ancillary data items]() argument must be 3-item tuple, not {}",
                each.class().name()
            )));
        };
        if triple.len() != 3 {
            return Err(thread.type_error(format_args!(
                "[sendmsg() ancillary data items]() argument must be tuple of length 3, not {}",
                triple.len()
            )));
        }
        let level = convert::as_i32(thread, triple.at(0))?;
        let kind = convert::as_i32(thread, triple.at(1))?;
        let data = buffer::bytes_of(thread, triple.at(2))?;
        pieces.push(Piece { level, kind, data });
    }
    Ok(pieces)
}

/// Lays the pieces out one behind the other; the memory and its length.
fn lay_out(thread: &Thread, pieces: &[Piece]) -> PyResult<(Vec<u64>, usize)> {
    let mut length = 0;
    for piece in pieces {
        let Some((_, whole)) = control_length(piece.data.len()) else {
            return Err(error::plain(thread, "ancillary data item too large"));
        };
        length += whole;
        if length > MOST_CONTROL {
            return Err(error::plain(thread, "too much ancillary data"));
        }
    }
    let mut control = space(length);
    let mut place = control.as_mut_ptr().cast::<u8>();
    for piece in pieces {
        let (own, whole) = control_length(piece.data.len()).unwrap_or_default();
        // SAFETY: the memory has room for all pieces, each aligned.
        unsafe {
            let header = place.cast::<libc::cmsghdr>();
            (*header).cmsg_len = own as _;
            (*header).cmsg_level = piece.level;
            (*header).cmsg_type = piece.kind;
            let to = libc::CMSG_DATA(header);
            std::ptr::copy_nonoverlapping(piece.data.as_ptr(), to, piece.data.len());
            place = place.add(whole);
        }
    }
    Ok((control, length))
}

pub(crate) fn sendmsg(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [buffers, data, flags, address] = positional::<4>(thread, args, "sendmsg", 1)?;
    let flags = number(thread, flags, 0)?;
    let this = own(value);
    let mut message = empty();
    let address = match address.and_then(ValueExt::not_none) {
        Some(address) => Some(from_python(thread, this.family(), address, "sendmsg")?),
        None => None,
    };
    if let Some(address) = &address {
        message.msg_name = address.place().cast_mut().cast();
        message.msg_namelen = address.length();
    }
    let buffers = buffers.unwrap_or_else(none);
    if !is_iterable(buffers) {
        return Err(thread.type_error("sendmsg() argument 1 must be an iterable"));
    }
    let buffers = protocol::collect(thread, buffers)?;
    if buffers.len() > MOST_BUFFERS.max(i32::MAX as usize) {
        return Err(error::plain(thread, "sendmsg() argument 1 is too long"));
    }
    let mut views = Views::new();
    let mut result = Ok(());
    for &each in buffers.iter() {
        result = match buffer::get(thread, each, request::SIMPLE) {
            Ok(view) => views.add(thread, view),
            Err(raised) => Err(raised),
        };
        if result.is_err() {
            break;
        }
    }
    let result = match result {
        Ok(()) => send(thread, value, &mut views, data, flags, &mut message),
        Err(raised) => Err(raised),
    };
    views.release(thread);
    result
}

fn send(
    thread: &mut Thread,
    value: Value,
    views: &mut Views,
    data: Option<Value>,
    flags: i32,
    message: &mut libc::msghdr,
) -> PyResult {
    message.msg_iov = views.parts.as_mut_ptr();
    message.msg_iovlen = views.parts.len();
    let pieces = match data {
        Some(data) => pieces(thread, data)?,
        None => Vec::new(),
    };
    let (mut control, length) = lay_out(thread, &pieces)?;
    if length > 0 {
        message.msg_control = control.as_mut_ptr().cast();
        message.msg_controllen = length;
    }
    let this = own(value);
    let fd = this.fd();
    let patience = Patience::new(this.timeout());
    let place = std::ptr::from_mut(message);
    let sent = call_within(thread, fd, Until::Writable, &patience, || {
        // SAFETY: all places live until this is over.
        unsafe { libc::sendmsg(fd, place, flags) as i64 }
    })?;
    match sent {
        Ok(count) => Ok(Value::small(count)),
        Err(failure) => Err(failure.raised(thread)),
    }
}
