//! Names and numbers of hosts, services and protocols.

use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;

use grwl_module_posix::call::{errno, last_error};
use grwl_module_posix::path::{name_value, system_name};
use grwl_object::buffer;
use grwl_object::bytes::Bytes;
use grwl_object::list::List;
use grwl_object::{
    Args, Buffer, Method, PyResult, Ref, Signature, Str, Thread, Tuple, Value, ValueExt, int, none,
    protocol,
};

use crate::address::{self, Address, Infos, host_name, in_idna, info_address};
use crate::arguments::{number, positional};
use crate::error;

fn terminated(thread: &Thread, bytes: Vec<u8>) -> PyResult<CString> {
    CString::new(bytes).map_err(|_| thread.value_error("embedded null character"))
}

fn getaddrinfo(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<6> = Signature::new(
        "getaddrinfo",
        ["host", "port", "family", "type", "proto", "flags"],
    )
    .optional_after(2);
    let [host, port, family, kind, protocol, flags] = args.parse(thread, &SIGNATURE)?;
    let mut hints = address::hints(0, 0, 0);
    hints.ai_family = number(thread, family, libc::AF_UNSPEC)?;
    hints.ai_socktype = number(thread, kind, 0)?;
    hints.ai_protocol = number(thread, protocol, 0)?;
    hints.ai_flags = number(thread, flags, 0)?;
    let host = match host.and_then(ValueExt::not_none) {
        None => None,
        Some(host) if host.downcast::<Str>().is_some() => {
            let bytes = in_idna(thread, host)?;
            Some(terminated(thread, bytes)?)
        }
        Some(host) if host.downcast::<Bytes>().is_some() => {
            let bytes = buffer::bytes_of(thread, host)?;
            Some(terminated(thread, bytes)?)
        }
        Some(_) => {
            return Err(thread.type_error("getaddrinfo() argument 1 must be string or None"));
        }
    };
    let port = match port.and_then(ValueExt::not_none) {
        None => None,
        Some(port) if int::is_int(port) => {
            let text = protocol::str(thread, port)?.to_rust_lossy();
            Some(terminated(thread, text.into_bytes())?)
        }
        Some(port) => {
            let bytes = if let Some(text) = port.downcast::<Str>() {
                grwl_types_text::codec::to_utf8(thread, text)?.into_bytes()
            } else if port.downcast::<Bytes>().is_some() {
                buffer::bytes_of(thread, port)?
            } else {
                return Err(error::plain(thread, "Int or String expected"));
            };
            Some(terminated(thread, bytes)?)
        }
    };
    let found = Infos::ask(thread, host.as_deref(), port.as_deref(), &hints)?;
    let list = List::new(thread);
    for info in found.iter() {
        let address = info_address(info).shown(thread)?;
        let canonical = if info.ai_canonname.is_null() {
            Str::empty().value()
        } else {
            // SAFETY: the system's text, terminated.
            let name = unsafe { CStr::from_ptr(info.ai_canonname) };
            name_value(thread, name.to_bytes(), false)?
        };
        let parts = [
            Value::small(info.ai_family.into()),
            Value::small(info.ai_socktype.into()),
            Value::small(info.ai_protocol.into()),
            canonical,
            address,
        ];
        let parts = Tuple::try_new(thread, &parts)?.value();
        list.push(thread, parts)?;
    }
    Ok(list.value())
}

/// The low bits of a number.
fn word(thread: &mut Thread, value: Value) -> PyResult<u32> {
    let value = protocol::as_int(thread, value)?;
    Ok(match int::view(int::new(thread, value)) {
        Some(int::IntView::Small(number)) => number as u32,
        _ => 0,
    })
}

fn getnameinfo(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    const ILLEGAL: &str = "getnameinfo(): illegal sockaddr argument";
    let [sockaddr, flags] = positional::<2>(thread, args, "getnameinfo", 2)?;
    let flags = number(thread, flags, 0)?;
    let Some(parts) = sockaddr.and_then(|value| value.downcast::<Tuple>()) else {
        return Err(thread.type_error("getnameinfo() argument 1 must be a tuple"));
    };
    if !(2..=4).contains(&parts.len()) {
        return Err(thread.type_error(ILLEGAL));
    }
    let Some(host) = parts.at(0).downcast::<Str>() else {
        return Err(thread.type_error(ILLEGAL));
    };
    let host = grwl_types_text::codec::to_utf8(thread, host)?;
    let host = terminated(thread, host.into_bytes())?;
    let port = number(thread, Some(parts.at(1)), 0)?;
    let mut rest = [0; 2];
    for (place, value) in rest.iter_mut().zip(parts.iter().skip(2)) {
        *place = word(thread, value)?;
    }
    let [flow, scope] = rest;
    if flow > 0xf_ffff {
        return Err(thread.overflow_error("getnameinfo(): flowinfo must be 0-1048575."));
    }
    let port = terminated(thread, port.to_string().into_bytes())?;
    // The kind only keeps the results from being one a protocol.
    let hints = address::hints(libc::AF_UNSPEC, libc::SOCK_DGRAM, libc::AI_NUMERICHOST);
    let found = Infos::ask(thread, Some(&host), Some(&port), &hints)?;
    let mut all = found.iter();
    let first = all.next();
    if all.next().is_some() {
        return Err(error::plain(
            thread,
            "sockaddr resolved to multiple addresses",
        ));
    }
    let Some(first) = first else {
        return Err(error::plain(thread, "no address found"));
    };
    if first.ai_family == libc::AF_INET && parts.len() != 2 {
        return Err(error::plain(thread, "IPv4 sockaddr must be 2 tuple"));
    }
    if first.ai_family == libc::AF_INET6 {
        // SAFETY: an address of this family, which is ours until the list is freed.
        unsafe {
            let address = first.ai_addr.cast::<libc::sockaddr_in6>();
            (*address).sin6_flowinfo = flow.to_be();
            (*address).sin6_scope_id = scope;
        }
    }
    let (place, length) = (first.ai_addr, first.ai_addrlen);
    let mut host = [0u8; 1025];
    let mut service = [0u8; 32];
    let (failure, errno) = thread.safe(|| {
        // SAFETY: an address of its length, places of their lengths.
        let failure = unsafe {
            libc::getnameinfo(
                place,
                length,
                host.as_mut_ptr().cast(),
                host.len() as libc::socklen_t,
                service.as_mut_ptr().cast(),
                service.len() as libc::socklen_t,
                flags,
            )
        };
        (failure, errno())
    });
    if failure != 0 {
        return Err(error::address_info(thread, failure, errno));
    }
    let host = shown(thread, &host)?;
    let service = shown(thread, &service)?;
    Ok(Tuple::try_new(thread, &[host, service])?.value())
}

/// A terminated text in a longer place.
fn shown(thread: &mut Thread, text: &[u8]) -> PyResult {
    let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
    name_value(thread, text, false)
}

/// The one argument of the older functions: the name of a host.
fn host_argument(thread: &mut Thread, args: Args<'_>, function: &str) -> PyResult<CString> {
    let [name] = positional::<1>(thread, args, function, 1)?;
    let name = name.unwrap_or_else(none);
    let bytes = if name.downcast::<Str>().is_some() {
        in_idna(thread, name)?
    } else if name.downcast::<Bytes>().is_some() {
        buffer::bytes_of(thread, name)?
    } else {
        let converted = host_name(thread, name);
        return converted.map_err(|raised| {
            if raised.matches(&grwl_object::types::TYPE_ERROR) {
                thread.type_error(format_args!(
                    "{function}() argument 1 must be str, bytes or bytearray, not {}",
                    grwl_types_text::arguments::type_or_none(name)
                ))
            } else {
                raised
            }
        });
    };
    CString::new(bytes).map_err(|_| {
        thread.type_error(format_args!(
            "{function}() argument 1 must be str without null characters, not str"
        ))
    })
}

fn gethostbyname(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let name = host_argument(thread, args, "gethostbyname")?;
    address::resolve(thread, &name, libc::AF_INET)?.host(thread)
}

unsafe extern "C" {
    fn gethostbyname_r(
        name: *const libc::c_char,
        result: *mut libc::hostent,
        buffer: *mut libc::c_char,
        length: usize,
        found: *mut *mut libc::hostent,
        error: *mut libc::c_int,
    ) -> libc::c_int;
    fn gethostbyaddr_r(
        address: *const libc::c_void,
        address_length: libc::socklen_t,
        family: libc::c_int,
        result: *mut libc::hostent,
        buffer: *mut libc::c_char,
        length: usize,
        found: *mut *mut libc::hostent,
        error: *mut libc::c_int,
    ) -> libc::c_int;
}

/// What the system knows of a host, out of its own memory.
struct Host {
    name: Vec<u8>,
    aliases: Vec<Vec<u8>>,
    addresses: Vec<Vec<u8>>,
    family: i32,
}

type Ask<'a> = dyn FnMut(*mut libc::hostent, &mut [u8], *mut *mut libc::hostent, *mut libc::c_int) -> libc::c_int
    + 'a;

/// Asks with more and more room. The error is a number of a `herror`.
fn ask(ask: &mut Ask<'_>) -> Result<Host, i32> {
    let mut room = vec![0u8; 1 << 14];
    loop {
        // SAFETY: null pointers and numbers.
        let mut result: libc::hostent = unsafe { MaybeUninit::zeroed().assume_init() };
        let mut found = std::ptr::null_mut();
        let mut error = 0;
        let status = ask(&raw mut result, &mut room, &raw mut found, &raw mut error);
        if status == libc::ERANGE {
            let length = room.len() * 2;
            room.resize(length, 0);
            continue;
        }
        if found.is_null() {
            return Err(error);
        }
        // SAFETY: the system filled it: terminated texts, tables that null ends, addresses of the length it says.
        return Ok(unsafe {
            let mut aliases = Vec::new();
            let mut next = result.h_aliases;
            while !next.is_null() && !(*next).is_null() {
                aliases.push(CStr::from_ptr(*next).to_bytes().to_vec());
                next = next.add(1);
            }
            let mut addresses = Vec::new();
            let mut next = result.h_addr_list;
            while !next.is_null() && !(*next).is_null() {
                let bytes =
                    std::slice::from_raw_parts((*next).cast::<u8>(), result.h_length as usize);
                addresses.push(bytes.to_vec());
                next = next.add(1);
            }
            Host {
                name: CStr::from_ptr(result.h_name).to_bytes().to_vec(),
                aliases,
                addresses,
                family: result.h_addrtype,
            }
        });
    }
}

fn host_value(thread: &mut Thread, host: Result<Host, i32>, family: i32) -> PyResult {
    let host = match host {
        Ok(host) => host,
        Err(number) => return Err(error::host(thread, number)),
    };
    if host.family != family {
        return Err(thread.os_error(libc::EAFNOSUPPORT));
    }
    let mut aliases = Buffer::new();
    for alias in &host.aliases {
        let alias = name_value(thread, alias, false)?;
        aliases.push(thread, alias)?;
    }
    let mut addresses = Buffer::new();
    for address in &host.addresses {
        let text = if let Ok(bytes) = <[u8; 4]>::try_from(address.as_slice()) {
            std::net::Ipv4Addr::from(bytes).to_string()
        } else if let Ok(bytes) = <[u8; 16]>::try_from(address.as_slice()) {
            std::net::Ipv6Addr::from(bytes).to_string()
        } else {
            return Err(error::plain(thread, "unsupported address family"));
        };
        let text = Str::new(thread, &text).value();
        addresses.push(thread, text)?;
    }
    let name = name_value(thread, &host.name, false)?;
    let aliases: Ref<List> = List::from_buffer(thread, aliases);
    let addresses: Ref<List> = List::from_buffer(thread, addresses);
    let parts = [name, aliases.value(), addresses.value()];
    Ok(Tuple::try_new(thread, &parts)?.value())
}

fn gethostbyname_ex(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let name = host_argument(thread, args, "gethostbyname_ex")?;
    let family = address::resolve(thread, &name, libc::AF_INET)?.family();
    let host = thread.safe(|| {
        ask(&mut |result, room, found, error| {
            let (place, length) = (room.as_mut_ptr().cast(), room.len());
            // SAFETY: a terminated name, places of their lengths.
            unsafe { gethostbyname_r(name.as_ptr(), result, place, length, found, error) }
        })
    });
    host_value(thread, host, family)
}

fn gethostbyaddr(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let name = host_argument(thread, args, "gethostbyaddr")?;
    let address: Address = address::resolve(thread, &name, libc::AF_UNSPEC)?;
    let family = address.family();
    // Where the bytes of the address lie in the structure, and how many they are.
    let (offset, length) = match family {
        libc::AF_INET => (4, 4),
        libc::AF_INET6 => (8, 16),
        _ => return Err(error::plain(thread, "unsupported address family")),
    };
    let host = thread.safe(|| {
        ask(&mut |result, room, found, error| {
            let (place, room_length) = (room.as_mut_ptr().cast(), room.len());
            // SAFETY: an address of its family, places of their lengths.
            unsafe {
                let bytes = address.place().cast::<u8>().add(offset).cast();
                gethostbyaddr_r(
                    bytes,
                    length,
                    family,
                    result,
                    place,
                    room_length,
                    found,
                    error,
                )
            }
        })
    });
    host_value(thread, host, family)
}

fn gethostname(thread: &mut Thread, _module: Value) -> PyResult {
    let mut name = [0u8; 1024];
    // SAFETY: a place of its length.
    let result =
        thread.safe(|| unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1) });
    if result < 0 {
        return Err(last_error(thread));
    }
    shown(thread, &name)
}

fn sethostname(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [name] = positional::<1>(thread, args, "sethostname", 1)?;
    let name = system_name(thread, name.unwrap_or_else(none))?;
    let bytes = name.as_bytes();
    // SAFETY: so many bytes.
    if unsafe { libc::sethostname(name.as_ptr(), bytes.len()) } != 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

/// A text argument, terminated; absent stays so.
fn text(
    thread: &mut Thread,
    value: Option<Value>,
    function: &str,
    which: usize,
) -> PyResult<Option<CString>> {
    let Some(value) = value else {
        return Ok(None);
    };
    let which = format!("argument {which}");
    let text = grwl_types_text::arguments::c_string(thread, value, function, &which)?;
    Ok(Some(terminated(thread, text.into_bytes())?))
}

/// The functions of the system's answer from memory of their own.
static TABLES: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn getservbyname(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [name, protocol] = positional::<2>(thread, args, "getservbyname", 1)?;
    let name = text(thread, name, "getservbyname", 1)?.unwrap_or_default();
    let protocol = text(thread, protocol, "getservbyname", 2)?;
    let protocol = protocol
        .as_ref()
        .map_or(std::ptr::null(), |text| text.as_ptr());
    let port = thread.safe(|| {
        let _alone = TABLES.lock();
        // SAFETY: terminated texts, or null; what it answers is read before others ask.
        unsafe { libc::getservbyname(name.as_ptr(), protocol).as_ref() }
            .map(|service| u16::from_be(service.s_port as u16))
    });
    match port {
        Some(port) => Ok(Value::small(port.into())),
        None => Err(error::plain(thread, "service/proto not found")),
    }
}

fn getservbyport(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [port, protocol] = positional::<2>(thread, args, "getservbyport", 1)?;
    let port = number(thread, port, 0)?;
    let protocol = text(thread, protocol, "getservbyport", 2)?;
    let Ok(port) = u16::try_from(port) else {
        return Err(thread.overflow_error("getservbyport: port must be 0-65535."));
    };
    let protocol = protocol
        .as_ref()
        .map_or(std::ptr::null(), |text| text.as_ptr());
    let name = thread.safe(|| {
        let _alone = TABLES.lock();
        // SAFETY: terminated text, or null; what it answers is copied before others ask.
        unsafe {
            libc::getservbyport(i32::from(port.to_be()), protocol)
                .as_ref()
                .map(|service| CStr::from_ptr(service.s_name).to_bytes().to_vec())
        }
    });
    match name {
        Some(name) => name_value(thread, &name, false),
        None => Err(error::plain(thread, "port/proto not found")),
    }
}

fn getprotobyname(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [name] = positional::<1>(thread, args, "getprotobyname", 1)?;
    let name = text(thread, name, "getprotobyname", 1)?.unwrap_or_default();
    let found = thread.safe(|| {
        let _alone = TABLES.lock();
        // SAFETY: a terminated text; what it answers is read before others ask.
        unsafe { libc::getprotobyname(name.as_ptr()).as_ref() }.map(|protocol| protocol.p_proto)
    });
    match found {
        Some(protocol) => Ok(Value::small(protocol.into())),
        None => Err(error::plain(thread, "protocol not found")),
    }
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "getaddrinfo",
        getaddrinfo,
        "getaddrinfo(host, port [, family, type, proto, flags])\n    -> list of (family, type, proto, canonname, sockaddr)\n\nResolve host and port into addresses.",
    ),
    Method::any(
        "getnameinfo",
        getnameinfo,
        "getnameinfo(sockaddr, flags) --> (host, port)\n\nThe names of a host and a service.",
    ),
    Method::any(
        "gethostbyname",
        gethostbyname,
        "gethostbyname(host) -> address\n\nThe IPv4 address of a host.",
    ),
    Method::any(
        "gethostbyname_ex",
        gethostbyname_ex,
        "gethostbyname_ex(host) -> (name, aliaslist, addresslist)\n\nThe name, aliases and addresses of a host, by its name.",
    ),
    Method::any(
        "gethostbyaddr",
        gethostbyaddr,
        "gethostbyaddr(host) -> (name, aliaslist, addresslist)\n\nThe name, aliases and addresses of a host, by its address.",
    ),
    Method::no_arguments(
        "gethostname",
        gethostname,
        "gethostname($self, /)\n--\n\ngethostname() -> string\n\nThe name of this host.",
    ),
    Method::any(
        "sethostname",
        sethostname,
        "sethostname(name)\n\nSet the name of this host.",
    ),
    Method::any(
        "getservbyname",
        getservbyname,
        "getservbyname(servicename[, protocolname]) -> integer\n\nThe port of a service.",
    ),
    Method::any(
        "getservbyport",
        getservbyport,
        "getservbyport(port[, protocolname]) -> string\n\nThe service of a port.",
    ),
    Method::any(
        "getprotobyname",
        getprotobyname,
        "getprotobyname(name) -> integer\n\nThe number of a protocol.",
    ),
];
