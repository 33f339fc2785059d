//! Addresses: from Python's tuples and strings to the system's structures, and back.

use std::ffi::{CStr, CString};
use std::mem::{MaybeUninit, offset_of};

use grwl_module_posix::call::errno;
use grwl_module_posix::path::name_value;
use grwl_object::buffer;
use grwl_object::bytes::Bytes;
use grwl_object::protocol::convert;
use grwl_object::{
    Name, PyResult, Str, Thread, Tuple, Value, ValueExt, int, none, protocol, types,
};
use grwl_types_text::codec::encode_filesystem;

use crate::error;

/// An address as the system has it.
pub(crate) struct Address {
    storage: libc::sockaddr_storage,
    length: libc::socklen_t,
}

const ROOM: libc::socklen_t = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
const UNIX_PATH: usize = offset_of!(libc::sockaddr_un, sun_path);

impl Default for Address {
    /// Room for any address.
    fn default() -> Self {
        Self {
            // SAFETY: zeroes are an address of no family.
            storage: unsafe { MaybeUninit::zeroed().assume_init() },
            length: ROOM,
        }
    }
}

impl Address {
    fn of<T>(address: &T) -> Self {
        let mut this = Self::default();
        assert!(size_of::<T>() <= size_of_val(&this.storage));
        // SAFETY: a structure of the system's that fits.
        unsafe { std::ptr::copy_nonoverlapping(address, this.place_mut().cast(), 1) };
        this.length = size_of::<T>() as libc::socklen_t;
        this
    }

    pub(crate) fn place(&self) -> *const libc::sockaddr {
        (&raw const self.storage).cast()
    }

    pub(crate) fn place_mut(&mut self) -> *mut libc::sockaddr {
        (&raw mut self.storage).cast()
    }

    pub(crate) fn length(&self) -> libc::socklen_t {
        self.length
    }

    /// Where the system writes how long it is.
    pub(crate) fn length_mut(&mut self) -> *mut libc::socklen_t {
        &raw mut self.length
    }

    /// For calls that say the length elsewhere.
    pub(crate) fn set_length(&mut self, length: libc::socklen_t) {
        self.length = length;
    }

    pub(crate) fn family(&self) -> i32 {
        self.storage.ss_family.into()
    }

    /// Of the system's.
    ///
    /// # Safety
    /// There are `length` readable bytes.
    pub(crate) unsafe fn from_system(
        address: *const libc::sockaddr,
        length: libc::socklen_t,
    ) -> Self {
        let mut this = Self::default();
        let length = length.min(ROOM);
        // SAFETY: the caller's promise; the storage has room.
        unsafe {
            let to = this.place_mut().cast::<u8>();
            std::ptr::copy_nonoverlapping(address.cast(), to, length as usize);
        }
        this.length = length;
        this
    }

    fn read<T: Copy>(&self) -> T {
        assert!(size_of::<T>() <= size_of_val(&self.storage));
        // SAFETY: structures of integers; the storage is as long and initialised.
        unsafe { self.place().cast::<T>().read_unaligned() }
    }

    /// As Python has it; `None` if there is none.
    pub(crate) fn shown(&self, thread: &mut Thread) -> PyResult {
        if self.length == 0 {
            return Ok(none());
        }
        match self.family() {
            libc::AF_INET => {
                let address: libc::sockaddr_in = self.read();
                let host = self.host(thread)?;
                let port = Value::small(u16::from_be(address.sin_port).into());
                Ok(Tuple::try_new(thread, &[host, port])?.value())
            }
            libc::AF_INET6 => {
                let address: libc::sockaddr_in6 = self.read();
                let host = self.host(thread)?;
                let parts = [
                    host,
                    Value::small(u16::from_be(address.sin6_port).into()),
                    Value::small(u32::from_be(address.sin6_flowinfo).into()),
                    Value::small(address.sin6_scope_id.into()),
                ];
                Ok(Tuple::try_new(thread, &parts)?.value())
            }
            libc::AF_UNIX => {
                let address: libc::sockaddr_un = self.read();
                let path = address.sun_path.map(i8::cast_unsigned);
                let length = (self.length as usize).saturating_sub(UNIX_PATH);
                let path = &path[..length.min(path.len())];
                if path.first() == Some(&0) {
                    // A name that is no file's.
                    return Ok(Bytes::new(thread, path)?.value());
                }
                let end = path.iter().position(|&byte| byte == 0);
                name_value(thread, &path[..end.unwrap_or(path.len())], false)
            }
            libc::AF_NETLINK => {
                let address: libc::sockaddr_nl = self.read();
                let pair = [address.nl_pid, address.nl_groups].map(|id| Value::small(id.into()));
                Ok(Tuple::try_new(thread, &pair)?.value())
            }
            libc::AF_VSOCK => {
                let address: libc::sockaddr_vm = self.read();
                let pair = [address.svm_cid, address.svm_port].map(|id| Value::small(id.into()));
                Ok(Tuple::try_new(thread, &pair)?.value())
            }
            family => {
                // SAFETY: the storage is initialised.
                let bytes = unsafe {
                    let first = self.place().cast::<u8>().add(2);
                    std::slice::from_raw_parts(first, (self.length as usize).saturating_sub(2))
                };
                let bytes = Bytes::new(thread, bytes)?.value();
                let pair = [Value::small(family.into()), bytes];
                Ok(Tuple::try_new(thread, &pair)?.value())
            }
        }
    }

    /// The host as text, in numbers.
    pub(crate) fn host(&self, thread: &mut Thread) -> PyResult {
        // Where the bytes of the address lie in the structure.
        let offset = match self.family() {
            libc::AF_INET => 4,
            libc::AF_INET6 => 8,
            _ => return Err(error::plain(thread, "unsupported address family")),
        };
        let mut text = [0u8; 64];
        // SAFETY: an address of its family, a place long enough.
        let made = unsafe {
            let address = self.place().cast::<u8>().add(offset).cast();
            let room = text.len() as libc::socklen_t;
            crate::convert::inet_ntop(self.family(), address, text.as_mut_ptr().cast(), room)
        };
        if made.is_null() {
            return Err(thread.os_error(errno()));
        }
        let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
        Ok(Str::new(thread, &String::from_utf8_lossy(text)).value())
    }
}

/// The name of a host, as the system takes it: international ones in IDNA.
pub(crate) fn host_name(thread: &mut Thread, value: Value) -> PyResult<CString> {
    let bytes = if let Some(text) = value.downcast::<Str>() {
        if text.is_ascii() {
            text.to_rust_lossy().into_bytes()
        } else {
            match in_idna(thread, value) {
                Ok(bytes) => bytes,
                Err(_) => return Err(thread.type_error("encoding of hostname failed")),
            }
        }
    } else if buffer::is_supported(value)
        && (value.downcast::<Bytes>().is_some() || value.class().name().to_string() == "bytearray")
    {
        buffer::bytes_of(thread, value)?
    } else {
        return Err(thread.type_error(format_args!(
            "str, bytes or bytearray expected, not {}",
            value.class().name()
        )));
    };
    CString::new(bytes).map_err(|_| thread.type_error("host name must not contain null character"))
}

/// Are these the bytes of a name that IDNA leaves as it is?
fn is_plain(name: &str) -> bool {
    let (labels, last) = name.rsplit_once('.').map_or(("a", name), |pair| pair);
    let mut labels = labels.split('.');
    labels.all(|label| (1..64).contains(&label.len())) && last.len() < 64
}

/// `text.encode("idna")`
pub(crate) fn in_idna(thread: &mut Thread, text: Value) -> PyResult<Vec<u8>> {
    if let Some(name) = text.downcast::<Str>()
        && let Some(name) = name.as_ascii()
        && is_plain(name)
    {
        return Ok(name.as_bytes().to_vec());
    }
    static ENCODE: Name = Name::new("encode");
    let name = ENCODE.get(thread);
    let codec = grwl_object::intern(thread, "idna").value();
    let bytes = protocol::call_method(thread, text, name, &[codec])?;
    buffer::bytes_of(thread, bytes)
}

fn zeroed<T: Copy>() -> T {
    // SAFETY: used for the system's address structures only, which are integers.
    unsafe { MaybeUninit::zeroed().assume_init() }
}

/// What a list of results of `getaddrinfo` holds; freed when dropped.
pub(crate) struct Infos(*mut libc::addrinfo);

impl Drop for Infos {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: made by `getaddrinfo`, freed once.
            unsafe { libc::freeaddrinfo(self.0) };
        }
    }
}

impl Infos {
    /// Asks the system. The inner error is the number of a `gaierror`, and `errno`.
    pub(crate) fn ask(
        thread: &mut Thread,
        host: Option<&CStr>,
        service: Option<&CStr>,
        hints: &libc::addrinfo,
    ) -> PyResult<Self> {
        let mut first = std::ptr::null_mut();
        let host = host.map_or(std::ptr::null(), CStr::as_ptr);
        let service = service.map_or(std::ptr::null(), CStr::as_ptr);
        let (error, errno) = thread.safe(|| {
            // SAFETY: terminated strings or null, a place for the result.
            let error = unsafe { libc::getaddrinfo(host, service, hints, &raw mut first) };
            (error, errno())
        });
        if error != 0 {
            return Err(error::address_info(thread, error, errno));
        }
        Ok(Self(first))
    }

    /// The results in turn.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &libc::addrinfo> {
        let mut next = self.0;
        std::iter::from_fn(move || {
            // SAFETY: a list of the system's, which ends with null.
            let info = unsafe { next.as_ref() }?;
            next = info.ai_next;
            Some(info)
        })
    }
}

/// Hints with nothing but a family and a kind.
pub(crate) fn hints(family: i32, kind: i32, flags: i32) -> libc::addrinfo {
    // SAFETY: integers and null pointers.
    let mut hints: libc::addrinfo = unsafe { MaybeUninit::zeroed().assume_init() };
    hints.ai_family = family;
    hints.ai_socktype = kind;
    hints.ai_flags = flags;
    hints
}

/// The address of a host, its port zero.
pub(crate) fn resolve(thread: &mut Thread, name: &CStr, family: i32) -> PyResult<Address> {
    let bytes = name.to_bytes();
    if bytes.is_empty() {
        let hints = hints(family, libc::SOCK_DGRAM, libc::AI_PASSIVE);
        let found = Infos::ask(thread, None, Some(c"0"), &hints)?;
        let mut found = found.iter();
        let address = found.next().map(info_address);
        if found.next().is_some() {
            return Err(error::plain(
                thread,
                "wildcard resolved to multiple address",
            ));
        }
        return address.ok_or_else(|| error::plain(thread, "unsupported address family"));
    }
    if bytes == b"<broadcast>" || bytes == b"255.255.255.255" {
        if family != libc::AF_INET && family != libc::AF_UNSPEC {
            return Err(error::plain(thread, "address family mismatched"));
        }
        let mut address: libc::sockaddr_in = zeroed();
        address.sin_family = libc::AF_INET as libc::sa_family_t;
        address.sin_addr.s_addr = libc::INADDR_BROADCAST;
        return Ok(Address::of(&address));
    }
    if let Ok(text) = name.to_str() {
        if (family == libc::AF_UNSPEC || family == libc::AF_INET)
            && let Ok(host) = text.parse::<std::net::Ipv4Addr>()
        {
            let mut address: libc::sockaddr_in = zeroed();
            address.sin_family = libc::AF_INET as libc::sa_family_t;
            address.sin_addr.s_addr = u32::from(host).to_be();
            return Ok(Address::of(&address));
        }
        if (family == libc::AF_UNSPEC || family == libc::AF_INET6)
            && let Ok(host) = text.parse::<std::net::Ipv6Addr>()
        {
            let mut address: libc::sockaddr_in6 = zeroed();
            address.sin6_family = libc::AF_INET6 as libc::sa_family_t;
            address.sin6_addr.s6_addr = host.octets();
            return Ok(Address::of(&address));
        }
    }
    let found = Infos::ask(thread, Some(name), None, &hints(family, 0, 0))?;
    let address = found.iter().next().map(info_address);
    address.ok_or_else(|| error::plain(thread, "unsupported address family"))
}

/// The address of one result.
pub(crate) fn info_address(info: &libc::addrinfo) -> Address {
    // SAFETY: the system's: a pointer and its length.
    unsafe { Address::from_system(info.ai_addr, info.ai_addrlen) }
}

fn wrong_port(thread: &Thread, caller: &str) -> grwl_object::Raised {
    thread.overflow_error(format_args!("{caller}(): port must be 0-65535."))
}

/// A port that fits a C `int`; whether it is one is seen after the host was found.
fn port(thread: &mut Thread, value: Value, caller: &str) -> PyResult<i32> {
    convert::as_i32(thread, value).map_err(|raised| {
        if raised.matches(&types::OVERFLOW_ERROR) {
            wrong_port(thread, caller)
        } else {
            raised
        }
    })
}

fn tuple(
    thread: &Thread,
    value: Value,
    caller: &str,
    family: &str,
) -> PyResult<grwl_object::Ref<Tuple>> {
    value.downcast::<Tuple>().ok_or_else(|| {
        thread.type_error(format_args!(
            "{caller}(): {family} address must be tuple, not {}",
            value.class().name()
        ))
    })
}

/// An unsigned number of which only the low bits count.
fn word(thread: &mut Thread, value: Value) -> PyResult<u32> {
    let whole = convert::index(thread, value)?;
    Ok(match int::view(whole) {
        Some(int::IntView::Small(number)) => number as u32,
        _ => protocol::as_int(thread, whole)?.to_u64().unwrap_or(0) as u32,
    })
}

/// An address that Python gave.
pub(crate) fn from_python(
    thread: &mut Thread,
    family: i32,
    value: Value,
    caller: &str,
) -> PyResult<Address> {
    match family {
        libc::AF_INET => {
            let parts = tuple(thread, value, caller, "AF_INET")?;
            if parts.len() != 2 {
                return Err(thread.type_error("AF_INET address must be a pair (host, port)"));
            }
            let host = host_name(thread, parts.at(0))?;
            let port = port(thread, parts.at(1), caller)?;
            let found = resolve(thread, &host, libc::AF_INET)?;
            let Ok(port) = u16::try_from(port) else {
                return Err(wrong_port(thread, caller));
            };
            let mut address: libc::sockaddr_in = found.read();
            address.sin_family = libc::AF_INET as libc::sa_family_t;
            address.sin_port = port.to_be();
            Ok(Address::of(&address))
        }
        libc::AF_INET6 => {
            let parts = tuple(thread, value, caller, "AF_INET6")?;
            if !(2..=4).contains(&parts.len()) {
                return Err(thread.type_error(
                    "AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])",
                ));
            }
            let host = host_name(thread, parts.at(0))?;
            let port = port(thread, parts.at(1), caller)?;
            let mut rest = [0; 2];
            for (place, value) in rest.iter_mut().zip(parts.iter().skip(2)) {
                *place = word(thread, value)?;
            }
            let [flow, scope] = rest;
            if flow > 0xf_ffff {
                return Err(
                    thread.overflow_error(format_args!("{caller}(): flowinfo must be 0-1048575."))
                );
            }
            let found = resolve(thread, &host, libc::AF_INET6)?;
            let Ok(port) = u16::try_from(port) else {
                return Err(wrong_port(thread, caller));
            };
            let mut address: libc::sockaddr_in6 = found.read();
            address.sin6_family = libc::AF_INET6 as libc::sa_family_t;
            address.sin6_port = port.to_be();
            address.sin6_flowinfo = flow.to_be();
            address.sin6_scope_id = scope;
            Ok(Address::of(&address))
        }
        libc::AF_UNIX => unix(thread, value),
        libc::AF_NETLINK => {
            let parts = tuple(thread, value, caller, "AF_NETLINK")?;
            if parts.len() != 2 {
                return Err(thread.type_error("AF_NETLINK address must be a pair (pid, groups)"));
            }
            let mut address: libc::sockaddr_nl = zeroed();
            address.nl_family = libc::AF_NETLINK as libc::sa_family_t;
            address.nl_pid = word(thread, parts.at(0))?;
            address.nl_groups = word(thread, parts.at(1))?;
            Ok(Address::of(&address))
        }
        libc::AF_VSOCK => {
            let Some(parts) = value.downcast::<Tuple>() else {
                return Err(thread.type_error(format_args!(
                    "getsockaddrarg: AF_VSOCK address must be tuple, not {}",
                    value.class().name()
                )));
            };
            if parts.len() != 2 {
                return Err(thread.type_error("AF_VSOCK address must be a pair (CID, port)"));
            }
            let mut address: libc::sockaddr_vm = zeroed();
            address.svm_family = libc::AF_VSOCK as libc::sa_family_t;
            address.svm_cid = word(thread, parts.at(0))?;
            address.svm_port = word(thread, parts.at(1))?;
            Ok(Address::of(&address))
        }
        _ => Err(thread.raise(&types::OS_ERROR, format_args!("{caller}(): bad family"))),
    }
}

fn unix(thread: &mut Thread, value: Value) -> PyResult<Address> {
    let path = match value.downcast::<Str>() {
        Some(text) => encode_filesystem(thread, text)?,
        None => buffer::bytes_of(thread, value)?,
    };
    let mut address: libc::sockaddr_un = zeroed();
    // A name that begins with a null is no file's, and needs no end.
    let is_abstract = path.first().is_none_or(|&byte| byte == 0);
    let room = address.sun_path.len() - usize::from(!is_abstract);
    if path.len() > room {
        return Err(error::plain(thread, "AF_UNIX path too long"));
    }
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    for (to, &from) in address.sun_path.iter_mut().zip(&path) {
        *to = from.cast_signed();
    }
    let mut this = Address::of(&address);
    let end = path.len() + usize::from(!is_abstract);
    this.set_length((UNIX_PATH + end) as libc::socklen_t);
    Ok(this)
}
