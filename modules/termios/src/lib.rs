//! The module `termios`: how terminals behave.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod constants;

use grwl_heap::Kind;
use grwl_module_posix::arguments::c_int;
use grwl_module_posix::call::errno;
use grwl_module_posix::path::open_file;
use grwl_object::bytes::Bytes;
use grwl_object::exception::{EXCEPTION_CELL, Exception};
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::protocol::convert;
use grwl_object::{
    Args, Buffer, Declaration, Method, PyResult, Raised, Ref, Str, Thread, Tuple, TypeObject,
    Value, ValueExt, errors, flags, int, intern, none, protocol, ready, types,
};

const DOC: &str = "This module provides an interface to the Posix calls for tty I/O control.\nFor a complete description of these calls, see the Posix or Unix manual\npages. It is only available for those Unix versions that support Posix\ntermios style tty I/O control.\n\nAll functions in this module take a file descriptor fd as their first\nargument. This can be an integer file descriptor, such as returned by\nsys.stdin.fileno(), or a file object, such as sys.stdin itself.";

/// `termios.error`
pub static ERROR: TypeObject = TypeObject::declare(&Declaration {
    name: "termios.error",
    base: Some(&types::EXCEPTION),
    class: &types::TYPE,
    flags: flags::BASE | flags::EXCEPTION | flags::HAS_DICT,
    cell: &EXCEPTION_CELL,
    kind: Kind::Traced,
    size: size_of::<Exception>(),
    attributes: Exception::ATTRIBUTES,
});

static FUNCTIONS: &[Method] = &[
    Method::one(
        "tcgetattr",
        get_attributes,
        "tcgetattr($module, fd, /)\n--\n\nHow a terminal behaves: [iflag, oflag, cflag, lflag, ispeed, ospeed, cc].",
    ),
    Method::any(
        "tcsetattr",
        set_attributes,
        "tcsetattr($module, fd, when, attributes, /)\n--\n\nSet how a terminal behaves.",
    ),
    Method::any(
        "tcsendbreak",
        send_break,
        "tcsendbreak($module, fd, duration, /)\n--\n\nSend a break.",
    ),
    Method::one(
        "tcdrain",
        drain,
        "tcdrain($module, fd, /)\n--\n\nWait until all output was sent.",
    ),
    Method::any(
        "tcflush",
        flush,
        "tcflush($module, fd, queue, /)\n--\n\nThrow away what is queued.",
    ),
    Method::any(
        "tcflow",
        flow,
        "tcflow($module, fd, action, /)\n--\n\nHold or go on with input or output.",
    ),
    Method::one(
        "tcgetwinsize",
        get_size,
        "tcgetwinsize($module, fd, /)\n--\n\nThe size of a terminal's window: (rows, columns).",
    ),
    Method::any(
        "tcsetwinsize",
        set_size,
        "tcsetwinsize($module, fd, winsize, /)\n--\n\nSet the size of a terminal's window.",
    ),
];

/// The module's type has no functions of its own.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    ready::ready(thread, &ERROR)?;
    let name = intern(thread, "termios");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    for &(name, number) in constants::CONSTANTS {
        let number = int::from_i64(thread, number);
        module.add(thread, name, number)?;
    }
    let error = Ref::from_static(&ERROR).value();
    module.add(thread, "error", error)?;
    Ok(module)
}

#[cold]
fn failed(thread: &Thread, errno: i32) -> Raised {
    let text = Str::new(thread, &errors::strerror(errno)).value();
    thread.raise_with(&ERROR, &[Value::small(errno.into()), text])
}

/// A call that is done or not.
fn done(thread: &mut Thread, act: impl FnOnce() -> libc::c_int) -> PyResult<()> {
    let (result, errno) = thread.safe(|| (act(), errno()));
    if result == -1 {
        return Err(failed(thread, errno));
    }
    Ok(())
}

fn attributes(thread: &mut Thread, fd: i32) -> PyResult<libc::termios> {
    // SAFETY: integers; the system fills them.
    let mut mode: libc::termios = unsafe { std::mem::zeroed() };
    let place = &raw mut mode;
    // SAFETY: a place to write to.
    done(thread, || unsafe { libc::tcgetattr(fd, place) })?;
    Ok(mode)
}

fn get_attributes(thread: &mut Thread, _module: Value, fd: Value) -> PyResult {
    let fd = open_file(thread, fd)?;
    let mode = attributes(thread, fd)?;
    // SAFETY: structures that are read.
    let (input, output) = unsafe {
        (
            libc::cfgetispeed(&raw const mode),
            libc::cfgetospeed(&raw const mode),
        )
    };
    let mut characters = Buffer::new();
    for (index, &character) in mode.c_cc.iter().enumerate() {
        // Without lines these two are numbers.
        let is_number =
            mode.c_lflag & libc::ICANON == 0 && (index == libc::VMIN || index == libc::VTIME);
        let character = if is_number {
            Value::small(character.into())
        } else {
            Bytes::new(thread, &[character])?.value()
        };
        characters.push(thread, character)?;
    }
    let characters = List::from_buffer(thread, characters).value();
    let number = |number: u32| Value::small(number.into());
    let all = [
        number(mode.c_iflag),
        number(mode.c_oflag),
        number(mode.c_cflag),
        number(mode.c_lflag),
        number(input),
        number(output),
        characters,
    ];
    Ok(List::from_slice(thread, &all)?.value())
}

fn set_attributes(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, when, attributes_given] = args.unpack::<3>(thread, "tcsetattr", 3)?;
    let fd = open_file(thread, fd.unwrap_or_else(none))?;
    let when = c_int(thread, when.unwrap_or_else(none))?;
    let list = attributes_given.and_then(|value| value.downcast::<List>());
    let Some(list) = list.filter(|list| list.len() == 7) else {
        return Err(thread.type_error("tcsetattr, arg 3: must be 7 element list"));
    };
    let given = list.snapshot(thread)?;
    let mut mode = attributes(thread, fd)?;
    let mut numbers = [0; 6];
    for (number, &value) in numbers.iter_mut().zip(given.iter()) {
        *number = convert::as_i64(thread, value)? as u32;
    }
    let [input, output, control, local, input_speed, output_speed] = numbers;
    (mode.c_iflag, mode.c_oflag, mode.c_cflag, mode.c_lflag) = (input, output, control, local);
    let count = mode.c_cc.len();
    let characters = given.get(6).and_then(|value| value.downcast::<List>());
    let Some(characters) = characters.filter(|list| list.len() == count) else {
        return Err(thread.type_error(format_args!(
            "tcsetattr: attributes[6] must be {count} element list"
        )));
    };
    let characters = characters.snapshot(thread)?;
    for (place, &value) in mode.c_cc.iter_mut().zip(characters.iter()) {
        *place = match value.downcast::<Bytes>().filter(|bytes| bytes.len() == 1) {
            Some(bytes) => bytes.as_slice()[0],
            None if int::is_int(value) => convert::as_i64(thread, value)? as u8,
            None => {
                return Err(thread.type_error(
                    "tcsetattr: elements of attributes must be characters or integers",
                ));
            }
        };
    }
    let place = &raw mut mode;
    // SAFETY: structures that are read and written.
    unsafe {
        done(thread, || libc::cfsetispeed(place, input_speed))?;
        done(thread, || libc::cfsetospeed(place, output_speed))?;
        done(thread, || libc::tcsetattr(fd, when, place))?;
    }
    Ok(none())
}

fn with_number(
    thread: &mut Thread,
    args: Args<'_>,
    function: &str,
    act: unsafe extern "C" fn(i32, i32) -> i32,
) -> PyResult {
    let [fd, number] = args.unpack::<2>(thread, function, 2)?;
    let fd = open_file(thread, fd.unwrap_or_else(none))?;
    let number = c_int(thread, number.unwrap_or_else(none))?;
    // SAFETY: a plain call.
    done(thread, || unsafe { act(fd, number) })?;
    Ok(none())
}

fn send_break(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    with_number(thread, args, "tcsendbreak", libc::tcsendbreak)
}

fn flush(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    with_number(thread, args, "tcflush", libc::tcflush)
}

fn flow(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    with_number(thread, args, "tcflow", libc::tcflow)
}

fn drain(thread: &mut Thread, _module: Value, fd: Value) -> PyResult {
    let fd = open_file(thread, fd)?;
    // SAFETY: a plain call.
    done(thread, || unsafe { libc::tcdrain(fd) })?;
    Ok(none())
}

fn size(thread: &mut Thread, fd: i32) -> PyResult<libc::winsize> {
    // SAFETY: integers; the system fills them.
    let mut size: libc::winsize = unsafe { std::mem::zeroed() };
    let place = &raw mut size;
    // SAFETY: a place to write to.
    done(thread, || unsafe {
        libc::ioctl(fd, libc::TIOCGWINSZ, place)
    })?;
    Ok(size)
}

fn get_size(thread: &mut Thread, _module: Value, fd: Value) -> PyResult {
    let fd = open_file(thread, fd)?;
    let size = size(thread, fd)?;
    let pair = [size.ws_row, size.ws_col].map(|number| Value::small(number.into()));
    Ok(Tuple::try_new(thread, &pair)?.value())
}

fn set_size(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    const WRONG: &str = "tcsetwinsize, arg 2: must be a two-item sequence";
    let [fd, new] = args.unpack::<2>(thread, "tcsetwinsize", 2)?;
    let fd = open_file(thread, fd.unwrap_or_else(none))?;
    let new = new.unwrap_or_else(none);
    if !protocol::iterate::is_sequence(new) {
        return Err(thread.type_error(WRONG));
    }
    let pair = protocol::collect(thread, new)?;
    let &[rows, columns] = pair.as_slice() else {
        return Err(thread.type_error(WRONG));
    };
    let mut numbers = [0; 2];
    for (number, value) in numbers.iter_mut().zip([rows, columns]) {
        let value = convert::as_i64(thread, value)?;
        *number = u16::try_from(value)
            .map_err(|_| thread.overflow_error("winsize value(s) out of range."))?;
    }
    // What else it says stays as it is.
    let mut size = size(thread, fd)?;
    [size.ws_row, size.ws_col] = numbers;
    let place = &raw const size;
    // SAFETY: a structure that is read.
    done(thread, || unsafe {
        libc::ioctl(fd, libc::TIOCSWINSZ, place)
    })?;
    Ok(none())
}
