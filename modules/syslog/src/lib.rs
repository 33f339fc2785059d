//! The module `syslog`: the system's log.
//!
//! The log is one for the process, and so is its state. The system keeps the pointer to the name that `openlog` was given, so names are never
//! freed: each different one is kept once.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod constants;

use std::ffi::{CStr, CString};
use std::sync::{Mutex, PoisonError};

use grwl_module_posix::arguments::c_int;
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::{
    Args, Method, Name, PyResult, Ref, Signature, Str, Thread, Value, ValueExt, int, intern, none,
    protocol,
};
use grwl_types_text::codec::to_utf8;

static FUNCTIONS: &[Method] = &[
    Method::any(
        "openlog",
        open,
        "openlog($module, /, ident=<unrepresentable>, logoption=0,\n        facility=LOG_USER)\n--\n\nSet how later messages are logged.",
    ),
    Method::no_arguments(
        "closelog",
        close,
        "closelog($module, /)\n--\n\nClose the log, and forget what was set.",
    ),
    Method::any(
        "syslog",
        log,
        "syslog([priority=LOG_INFO,] message)\n\nLog a message.",
    ),
    Method::one(
        "setlogmask",
        set_mask,
        "setlogmask($module, maskpri, /)\n--\n\nSet which priorities are logged; return what was set.",
    ),
    Method::one(
        "LOG_MASK",
        mask,
        "LOG_MASK($module, pri, /)\n--\n\nThe mask of one priority.",
    ),
    Method::one(
        "LOG_UPTO",
        up_to,
        "LOG_UPTO($module, pri, /)\n--\n\nThe mask of all priorities up to one.",
    ),
];

/// The module has no types.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "syslog");
    let module = Module::new(thread, name, None)?;
    module.add_functions(thread, FUNCTIONS)?;
    for &(name, number) in constants::CONSTANTS {
        let number = int::from_i64(thread, number);
        module.add(thread, name, number)?;
    }
    Ok(module)
}

#[derive(Default)]
struct Log {
    is_open: bool,
    names: Vec<&'static CStr>,
}

static LOG: Mutex<Log> = Mutex::new(Log {
    is_open: false,
    names: Vec::new(),
});

impl Log {
    /// A name that is never freed.
    fn keep(&mut self, name: CString) -> &'static CStr {
        if let Some(known) = self.names.iter().find(|known| **known == name.as_c_str()) {
            return known;
        }
        let name: &'static CStr = Box::leak(name.into_boxed_c_str());
        self.names.push(name);
        name
    }

    fn open(&mut self, name: Option<CString>, option: i32, facility: i32) {
        let name = name.map(|name| self.keep(name));
        let name = name.map_or(std::ptr::null(), CStr::as_ptr);
        // SAFETY: null, or a name that is never freed.
        unsafe { libc::openlog(name, option, facility) };
        self.is_open = true;
    }
}

/// Works on the log in a Safe region: writing may block.
fn with_log<R>(thread: &mut Thread, act: impl FnOnce(&mut Log) -> R) -> R {
    thread.safe(|| act(&mut LOG.lock().unwrap_or_else(PoisonError::into_inner)))
}

fn terminated(thread: &Thread, text: String) -> PyResult<CString> {
    CString::new(text).map_err(|_| thread.value_error("embedded null character"))
}

/// The program's name: the last part of `sys.argv[0]`.
fn program(thread: &mut Thread) -> PyResult<Option<CString>> {
    static ARGV: Name = Name::new("argv");
    let sys = grwl_object::class::import(thread, "sys")?;
    let name = ARGV.get(thread);
    let Some(argv) = protocol::find_attribute(thread, sys, name)? else {
        return Ok(None);
    };
    let Some(first) = argv.downcast::<List>().and_then(|argv| argv.get(0)) else {
        return Ok(None);
    };
    let Some(first) = first.downcast::<Str>().filter(|first| !first.is_empty()) else {
        return Ok(None);
    };
    let Ok(first) = to_utf8(thread, first) else {
        return Ok(None);
    };
    let name = first.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(CString::new(name).ok())
}

fn open(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> =
        Signature::new("openlog", ["ident", "logoption", "facility"]).optional_after(0);
    let [name, option, facility] = args.parse(thread, &SIGNATURE)?;
    let name = match name {
        Some(name) => match name.downcast::<Str>() {
            Some(name) => {
                let name = to_utf8(thread, name)?;
                Some(terminated(thread, name)?)
            }
            None => {
                return Err(thread.type_error(format_args!(
                    "openlog() argument 'ident' must be str, not {}",
                    grwl_types_text::arguments::type_or_none(name)
                )));
            }
        },
        None => program(thread)?,
    };
    let option = match option {
        Some(option) => c_int(thread, option)?,
        None => 0,
    };
    let facility = match facility {
        Some(facility) => c_int(thread, facility)?,
        None => libc::LOG_USER,
    };
    with_log(thread, |log| log.open(name, option, facility));
    Ok(none())
}

fn log(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let given = args.no_keywords(thread, "syslog")?;
    let (priority, message) = match *given {
        [message] => (None, message),
        [priority, message] => (Some(priority), message),
        _ => return Err(thread.type_error("syslog.syslog requires 1 to 2 arguments")),
    };
    let priority = match priority {
        Some(priority) => c_int(thread, priority)?,
        None => libc::LOG_INFO,
    };
    let which = format!("argument {}", given.len());
    let text = grwl_types_text::arguments::text(thread, message, "syslog", &which)?;
    let text = to_utf8(thread, text)?;
    let text = terminated(thread, text)?;
    let is_open = with_log(thread, |log| log.is_open);
    let name = if is_open { None } else { program(thread)? };
    with_log(thread, |log| {
        if !log.is_open {
            log.open(name, 0, libc::LOG_USER);
        }
        // SAFETY: the format takes one terminated text.
        unsafe { libc::syslog(priority, c"%s".as_ptr(), text.as_ptr()) };
    });
    Ok(none())
}

fn close(thread: &mut Thread, _module: Value) -> PyResult {
    with_log(thread, |log| {
        if std::mem::take(&mut log.is_open) {
            // SAFETY: a plain call.
            unsafe { libc::closelog() };
        }
    });
    Ok(none())
}

fn set_mask(thread: &mut Thread, _module: Value, mask: Value) -> PyResult {
    let mask = c_int(thread, mask)?;
    // SAFETY: a plain call.
    let before = unsafe { libc::setlogmask(mask) };
    Ok(Value::small(before.into()))
}

fn mask(thread: &mut Thread, _module: Value, priority: Value) -> PyResult {
    let priority = c_int(thread, priority)?;
    // As C shifts on this machine: by the low five bits.
    let mask = 1i32.wrapping_shl(priority.cast_unsigned());
    Ok(Value::small(mask.into()))
}

fn up_to(thread: &mut Thread, _module: Value, priority: Value) -> PyResult {
    let priority = c_int(thread, priority)?;
    let mask = 1i32
        .wrapping_shl(priority.wrapping_add(1).cast_unsigned())
        .wrapping_sub(1);
    Ok(Value::small(mask.into()))
}
