//! Byte order, textual addresses, network interfaces, lengths of ancillary data.

use std::ffi::{CStr, CString};

use grwl_module_posix::call::last_error;
use grwl_module_posix::path::{name_value, system_name};
use grwl_object::bytes::Bytes;
use grwl_object::list::List;
use grwl_object::{
    Args, Buffer, Method, PyResult, Str, Thread, Tuple, Value, ValueExt, buffer, int, none,
    protocol,
};

use crate::arguments::{number, positional};
use crate::error;

fn unsigned(thread: &mut Thread, value: Value, most: u64, kind: &str) -> PyResult<u64> {
    let value = protocol::as_int(thread, value)?;
    if value.is_negative() {
        return Err(thread.value_error("Cannot convert negative int"));
    }
    match value.to_u64().filter(|&value| value <= most) {
        Some(value) => Ok(value),
        None => Err(thread.overflow_error(format_args!("Python int too large for C {kind}"))),
    }
}

fn short(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let value = unsigned(thread, value, u16::MAX.into(), "uint16_t")? as u16;
    Ok(Value::small(value.to_be().into()))
}

fn long(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let value = unsigned(thread, value, u32::MAX.into(), "uint32_t")? as u32;
    Ok(Value::small(value.to_be().into()))
}

/// A text argument, terminated.
fn text(thread: &mut Thread, value: Value, what: &str) -> PyResult<CString> {
    let Some(string) = value.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "{what} must be str, not {}",
            grwl_types_text::arguments::type_or_none(value)
        )));
    };
    let text = grwl_types_text::codec::to_utf8(thread, string)?;
    CString::new(text).map_err(|_| thread.value_error("embedded null character"))
}

fn inet_aton(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let text = text(thread, value, "inet_aton() argument")?;
    unsafe extern "C" {
        fn inet_aton(text: *const libc::c_char, to: *mut libc::in_addr) -> libc::c_int;
    }
    let mut address = libc::in_addr { s_addr: 0 };
    // SAFETY: a terminated text, a place for the address.
    if unsafe { inet_aton(text.as_ptr(), &raw mut address) } == 0 {
        return Err(error::plain(
            thread,
            "illegal IP address string passed to inet_aton",
        ));
    }
    Ok(Bytes::new(thread, &address.s_addr.to_ne_bytes())?.value())
}

fn inet_ntoa(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let bytes = buffer::bytes_of(thread, value)?;
    let Ok(bytes) = <[u8; 4]>::try_from(bytes.as_slice()) else {
        return Err(error::plain(thread, "packed IP wrong length for inet_ntoa"));
    };
    let text = std::net::Ipv4Addr::from(bytes).to_string();
    Ok(Str::new(thread, &text).value())
}

unsafe extern "C" {
    fn inet_pton(family: i32, text: *const libc::c_char, to: *mut libc::c_void) -> libc::c_int;
    pub(crate) fn inet_ntop(
        family: i32,
        from: *const libc::c_void,
        text: *mut libc::c_char,
        room: libc::socklen_t,
    ) -> *const libc::c_char;
}

fn to_packed(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [family, value] = positional::<2>(thread, args, "inet_pton", 2)?;
    let family = number(thread, family, 0)?;
    let text = text(thread, value.unwrap_or_else(none), "inet_pton() argument 2")?;
    let mut packed = [0u8; 16];
    // SAFETY: a terminated text, a place for the longest address.
    let result = unsafe { inet_pton(family, text.as_ptr(), packed.as_mut_ptr().cast()) };
    match result {
        -1 => Err(last_error(thread)),
        0 => Err(error::plain(
            thread,
            "illegal IP address string passed to inet_pton",
        )),
        _ => {
            let length = if family == libc::AF_INET { 4 } else { 16 };
            Ok(Bytes::new(thread, &packed[..length])?.value())
        }
    }
}

fn to_text(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [family, value] = positional::<2>(thread, args, "inet_ntop", 2)?;
    let family = number(thread, family, 0)?;
    let packed = buffer::bytes_of(thread, value.unwrap_or_else(none))?;
    let length = match family {
        libc::AF_INET => 4,
        libc::AF_INET6 => 16,
        _ => return Err(thread.value_error(format_args!("unknown address family {family}"))),
    };
    if packed.len() != length {
        return Err(thread.value_error("invalid length of packed IP address string"));
    }
    let mut text = [0u8; 64];
    // SAFETY: an address of its family's length, a place long enough.
    let made = unsafe {
        let room = text.len() as libc::socklen_t;
        inet_ntop(
            family,
            packed.as_ptr().cast(),
            text.as_mut_ptr().cast(),
            room,
        )
    };
    if made.is_null() {
        return Err(last_error(thread));
    }
    let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
    Ok(Str::new(thread, &String::from_utf8_lossy(text)).value())
}

fn if_nameindex(thread: &mut Thread, _module: Value) -> PyResult {
    // SAFETY: a plain call.
    let all = thread.safe(|| unsafe { libc::if_nameindex() });
    if all.is_null() {
        return Err(last_error(thread));
    }
    let mut found = Vec::new();
    // SAFETY: a table that a zero ends, of terminated names; freed once.
    unsafe {
        let mut next = all;
        while (*next).if_index != 0 && !(*next).if_name.is_null() {
            let name = CStr::from_ptr((*next).if_name).to_bytes().to_vec();
            found.push(((*next).if_index, name));
            next = next.add(1);
        }
        libc::if_freenameindex(all);
    }
    let mut pairs = Buffer::new();
    for (index, name) in found {
        let name = name_value(thread, &name, false)?;
        let pair = Tuple::try_new(thread, &[Value::small(index.into()), name])?;
        pairs.push(thread, pair.value())?;
    }
    Ok(List::from_buffer(thread, pairs).value())
}

fn if_nametoindex(thread: &mut Thread, _module: Value, name: Value) -> PyResult {
    let name = system_name(thread, name)?;
    // SAFETY: a terminated name.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(last_error(thread)),
        index => Ok(Value::small(index.into())),
    }
}

fn if_indextoname(thread: &mut Thread, _module: Value, index: Value) -> PyResult {
    let index = unsigned(thread, index, u32::MAX.into(), "unsigned int")? as u32;
    let mut name = [0u8; libc::IF_NAMESIZE + 1];
    // SAFETY: a place long enough for any name.
    if unsafe { libc::if_indextoname(index, name.as_mut_ptr().cast()) }.is_null() {
        return Err(last_error(thread));
    }
    let name = name.split(|&byte| byte == 0).next().unwrap_or_default();
    name_value(thread, name, false)
}

fn control(
    thread: &mut Thread,
    args: Args<'_>,
    function: &str,
    head: u32,
    measure: unsafe extern "C" fn(libc::c_uint) -> libc::c_uint,
) -> PyResult {
    let [length] = positional::<1>(thread, args, function, 1)?;
    let length = protocol::as_isize(thread, length.unwrap_or_else(none))?;
    match u32::try_from(length) {
        Ok(length) if length <= i32::MAX as u32 - head => {
            // SAFETY: arithmetic.
            let measured = unsafe { measure(length) };
            Ok(int::from_usize(thread, measured as usize))
        }
        _ => Err(thread.overflow_error(format_args!("{function}() argument out of range"))),
    }
}

unsafe extern "C" fn len(length: libc::c_uint) -> libc::c_uint {
    // SAFETY: arithmetic.
    unsafe { libc::CMSG_LEN(length) }
}

unsafe extern "C" fn space(length: libc::c_uint) -> libc::c_uint {
    // SAFETY: arithmetic.
    unsafe { libc::CMSG_SPACE(length) }
}

fn control_length(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    // SAFETY: arithmetic.
    control(thread, args, "CMSG_LEN", unsafe { len(0) }, len)
}

fn control_space(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    // SAFETY: arithmetic.
    control(thread, args, "CMSG_SPACE", unsafe { space(1) }, space)
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::one(
        "ntohs",
        short,
        "ntohs($module, integer, /)\n--\n\nA 16-bit integer from the network's byte order.",
    ),
    Method::one(
        "ntohl",
        long,
        "ntohl($module, integer, /)\n--\n\nA 32-bit integer from the network's byte order.",
    ),
    Method::one(
        "htons",
        short,
        "htons($module, integer, /)\n--\n\nA 16-bit integer in the network's byte order.",
    ),
    Method::one(
        "htonl",
        long,
        "htonl($module, integer, /)\n--\n\nA 32-bit integer in the network's byte order.",
    ),
    Method::one(
        "inet_aton",
        inet_aton,
        "inet_aton($module, ip_addr, /)\n--\n\nThe four bytes of an IPv4 address.",
    ),
    Method::one(
        "inet_ntoa",
        inet_ntoa,
        "inet_ntoa($module, packed_ip, /)\n--\n\nThe text of an IPv4 address of four bytes.",
    ),
    Method::any(
        "inet_pton",
        to_packed,
        "inet_pton(af, ip) -> packed IP address string\n\nThe bytes of an address.",
    ),
    Method::any(
        "inet_ntop",
        to_text,
        "inet_ntop(af, packed_ip) -> string formatted IP address\n\nThe text of an address.",
    ),
    Method::no_arguments(
        "if_nameindex",
        if_nameindex,
        "if_nameindex($self, /)\n--\n\nif_nameindex()\n\nA list of all interfaces: pairs of number and name.",
    ),
    Method::one(
        "if_nametoindex",
        if_nametoindex,
        "if_nametoindex($module, oname, /)\n--\n\nThe number of an interface.",
    ),
    Method::one(
        "if_indextoname",
        if_indextoname,
        "if_indextoname($module, if_index, /)\n--\n\nThe name of an interface.",
    ),
    Method::any(
        "CMSG_LEN",
        control_length,
        "CMSG_LEN(length) -> control message length\n\nBytes of a piece of ancillary data with its header.",
    ),
    Method::any(
        "CMSG_SPACE",
        control_space,
        "CMSG_SPACE(length) -> buffer size\n\nBytes that a piece of ancillary data takes before the next.",
    ),
];
