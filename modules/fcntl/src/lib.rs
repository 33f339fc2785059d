//! The module `fcntl`: control of open files, and locks on them.
//!
//! Whatever may block runs in a Safe region and is begun again after signals were handled.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod constants;

use grwl_module_posix::arguments::c_int;
use grwl_module_posix::call::{blocking, errno};
use grwl_module_posix::path::open_file;
use grwl_object::bytes::Bytes;
use grwl_object::module::Module;
use grwl_object::protocol::convert;
use grwl_object::{
    Args, Method, PyResult, Ref, Str, Thread, Value, ValueExt, buffer, int, intern, none, protocol,
    types,
};

const DOC: &str = "This module performs file control and I/O control on file\ndescriptors.  It is an interface to the fcntl() and ioctl() Unix\nroutines.  File descriptors can be obtained with the fileno() method of\na file or socket object.";

/// The most bytes that are copied for a call.
const MOST: usize = 1024;
/// What lies behind those bytes, to see whether the system wrote too much. It begins with the zero that ends a text.
const GUARD: [u8; 8] = [0x00, 0xfa, 0x69, 0xc4, 0x67, 0xa3, 0x6c, 0x58];

static FUNCTIONS: &[Method] = &[
    Method::any(
        "fcntl",
        fcntl,
        "fcntl($module, fd, cmd, arg=0, /)\n--\n\nHave the system do something with an open file.\n\nOf bytes, those that the system left there are returned; else its answer.",
    ),
    Method::any(
        "ioctl",
        ioctl,
        "ioctl($module, fd, request, arg=0, mutate_flag=True, /)\n--\n\nHave a device do something.\n\nA writable buffer is changed, unless mutate_flag is false; of other bytes, those that the system left are returned.",
    ),
    Method::any(
        "flock",
        flock,
        "flock($module, fd, operation, /)\n--\n\nLock or unlock an open file.",
    ),
    Method::any(
        "lockf",
        lockf,
        "lockf($module, fd, cmd, len=0, start=0, whence=0, /)\n--\n\nLock or unlock a part of an open file, for this process.",
    ),
];

/// The module has no types.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "fcntl");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    for &(name, number) in constants::CONSTANTS {
        let number = int::from_i64(thread, number);
        module.add(thread, name, number)?;
    }
    Ok(module)
}

/// Bytes, with room behind them and a guard behind that.
struct Copy {
    memory: Vec<u8>,
    length: usize,
}

impl Copy {
    fn new(bytes: &[u8]) -> Self {
        let mut memory = vec![0; MOST + GUARD.len()];
        memory[..bytes.len()].copy_from_slice(bytes);
        let length = bytes.len();
        memory[length..length + GUARD.len()].copy_from_slice(&GUARD);
        Self { memory, length }
    }

    /// The bytes as the system left them.
    fn result(&self, thread: &Thread) -> PyResult {
        if self.memory[self.length..self.length + GUARD.len()] != GUARD {
            return Err(thread.system_error("buffer overflow"));
        }
        Ok(Bytes::new(thread, &self.memory[..self.length])?.value())
    }
}

/// The bytes of a string or bytes-like argument; `None` if it is neither.
fn bytes_of(thread: &mut Thread, value: Value, function: &str) -> PyResult<Option<Vec<u8>>> {
    let bytes = if let Some(text) = value.downcast::<Str>() {
        grwl_types_text::codec::to_utf8(thread, text)?.into_bytes()
    } else if buffer::is_supported(value) {
        buffer::bytes_of(thread, value)?
    } else {
        return Ok(None);
    };
    if bytes.len() > MOST {
        return Err(thread.value_error(format_args!("{function} argument 3 is too long")));
    }
    Ok(Some(bytes))
}

fn wrong_argument(thread: &Thread, value: Value, function: &str) -> grwl_object::Raised {
    thread.type_error(format_args!(
        "{function}() argument 3 must be an integer, a bytes-like object, or a string, not {}",
        value.class().name()
    ))
}

/// The low bits of a number.
fn mask(thread: &mut Thread, value: Value) -> PyResult<u64> {
    let whole = convert::index(thread, value)?;
    Ok(match int::view(whole) {
        Some(int::IntView::Small(number)) => number as u64,
        _ => {
            let number = protocol::as_int(thread, whole)?;
            let low = number.magnitude_in(16);
            let digits = &low[low.len().saturating_sub(16)..];
            let low = u64::from_str_radix(digits, 16).unwrap_or(0);
            if number.is_negative() {
                low.wrapping_neg()
            } else {
                low
            }
        }
    })
}

fn fcntl(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, command, argument] = args.unpack::<3>(thread, "fcntl", 2)?;
    let fd = open_file(thread, fd.unwrap_or_else(none))?;
    let command = c_int(thread, command.unwrap_or_else(none))?;
    let number = match argument {
        None => 0,
        Some(argument) if convert::has_index(argument) => mask(thread, argument)? as u32,
        Some(argument) => {
            let Some(bytes) = bytes_of(thread, argument, "fcntl")? else {
                return Err(wrong_argument(thread, argument, "fcntl"));
            };
            let mut copy = Copy::new(&bytes);
            let place = copy.memory.as_mut_ptr();
            // SAFETY: the command's structure is as long as the program says, and no longer than the memory.
            let done = blocking(thread, || unsafe {
                i64::from(libc::fcntl(fd, command, place))
            })?;
            return match done {
                Ok(_) => copy.result(thread),
                Err(errno) => Err(thread.os_error(errno)),
            };
        }
    };
    // SAFETY: a number; what it means is the program's affair.
    let done = blocking(thread, || unsafe {
        i64::from(libc::fcntl(
            fd,
            command,
            libc::c_int::from_ne_bytes(number.to_ne_bytes()),
        ))
    })?;
    match done {
        Ok(answer) => Ok(Value::small(answer)),
        Err(errno) => Err(thread.os_error(errno)),
    }
}

/// A call to a device on memory; its answer.
fn control(thread: &mut Thread, fd: i32, request: u64, place: *mut u8) -> PyResult<i32> {
    let (answer, errno) = thread.safe(|| {
        // SAFETY: the request's structure is as long as the program says.
        let answer = unsafe { libc::ioctl(fd, request as _, place) };
        (answer, errno())
    });
    if answer < 0 {
        return Err(thread.os_error(errno));
    }
    Ok(answer)
}

fn ioctl(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, request, argument, mutates] = args.unpack::<4>(thread, "ioctl", 2)?;
    let fd = open_file(thread, fd.unwrap_or_else(none))?;
    let request = request.unwrap_or_else(none);
    if !convert::has_index(request) {
        return Err(thread.type_error(format_args!(
            "ioctl() argument 2 must be int, not {}",
            grwl_types_text::arguments::type_or_none(request)
        )));
    }
    let request = mask(thread, request)?;
    let mutates = match mutates {
        Some(mutates) => protocol::is_true(thread, mutates)?,
        None => true,
    };
    let number = match argument {
        None => 0,
        Some(argument) if convert::has_index(argument) => convert::as_i32(thread, argument)?,
        Some(argument) => return control_bytes(thread, fd, request, argument, mutates),
    };
    let (answer, errno) = thread.safe(|| {
        // SAFETY: a number; what it means is the program's affair.
        let answer = unsafe { libc::ioctl(fd, request as _, number) };
        (answer, errno())
    });
    if answer < 0 {
        return Err(thread.os_error(errno));
    }
    Ok(Value::small(answer.into()))
}

fn control_bytes(
    thread: &mut Thread,
    fd: i32,
    request: u64,
    argument: Value,
    mutates: bool,
) -> PyResult {
    if mutates && argument.downcast::<Str>().is_none() && buffer::is_supported(argument) {
        match buffer::get(thread, argument, buffer::request::WRITABLE) {
            Ok(view) => {
                let answer = if view.length <= MOST {
                    let mut copy = Copy::new(&view.to_vec());
                    let answer = control(thread, fd, request, copy.memory.as_mut_ptr());
                    // SAFETY: so many bytes in both; the view's memory stays where it is.
                    unsafe {
                        let from = copy.memory.as_ptr();
                        std::ptr::copy_nonoverlapping(from, view.pointer, view.length);
                    }
                    answer.and_then(|answer| copy.result(thread).map(|_| answer))
                } else {
                    control(thread, fd, request, view.pointer)
                };
                view.release(thread);
                return Ok(Value::small(answer?.into()));
            }
            Err(raised) if raised.matches(&types::BUFFER_ERROR) => {}
            Err(raised) => return Err(raised),
        }
    }
    let Some(bytes) = bytes_of(thread, argument, "ioctl")? else {
        return Err(wrong_argument(thread, argument, "ioctl"));
    };
    let mut copy = Copy::new(&bytes);
    control(thread, fd, request, copy.memory.as_mut_ptr())?;
    copy.result(thread)
}

fn flock(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, operation] = args.unpack::<2>(thread, "flock", 2)?;
    let fd = open_file(thread, fd.unwrap_or_else(none))?;
    let operation = c_int(thread, operation.unwrap_or_else(none))?;
    // SAFETY: a plain call.
    match blocking(thread, || i64::from(unsafe { libc::flock(fd, operation) }))? {
        Ok(_) => Ok(none()),
        Err(errno) => Err(thread.os_error(errno)),
    }
}

fn lockf(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, command, length, start, whence] = args.unpack::<5>(thread, "lockf", 2)?;
    let fd = open_file(thread, fd.unwrap_or_else(none))?;
    let command = c_int(thread, command.unwrap_or_else(none))?;
    let mut numbers = [0; 2];
    let whence = match whence {
        Some(whence) => c_int(thread, whence)?,
        None => 0,
    };
    for (number, value) in numbers.iter_mut().zip([length, start]) {
        if let Some(value) = value {
            *number = convert::as_i64(thread, value)?;
        }
    }
    let kind = if command == libc::LOCK_UN {
        libc::F_UNLCK
    } else if command & libc::LOCK_SH != 0 {
        libc::F_RDLCK
    } else if command & libc::LOCK_EX != 0 {
        libc::F_WRLCK
    } else {
        return Err(thread.value_error("unrecognized lockf argument"));
    };
    let lock = libc::flock {
        l_type: kind as libc::c_short,
        l_whence: whence as libc::c_short,
        l_start: numbers[1],
        l_len: numbers[0],
        l_pid: 0,
    };
    let action = if command & libc::LOCK_NB != 0 {
        libc::F_SETLK
    } else {
        libc::F_SETLKW
    };
    // SAFETY: a structure that is read.
    match blocking(thread, || {
        i64::from(unsafe { libc::fcntl(fd, action, &raw const lock) })
    })? {
        Ok(_) => Ok(none()),
        Err(errno) => Err(thread.os_error(errno)),
    }
}
