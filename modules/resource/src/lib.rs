//! The module `resource`: what a process may use, and what it has used.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

use grwl_module_posix::wait::usage_values;
use grwl_number::Int;
use grwl_object::int::view;
use grwl_object::module::Module;
use grwl_object::protocol::{self, convert};
use grwl_object::struct_sequence::{self, Description, declaration};
use grwl_object::{
    Method, PyResult, Raised, Ref, Thread, Tuple, TypeObject, Value, ValueExt, int, intern, none,
    types,
};
use grwl_types_text::arguments::c_int;

/// `resource.struct_rusage`
pub static RUSAGE: TypeObject = TypeObject::declare(&declaration("resource.struct_rusage"));

static DESCRIPTION: Description = Description {
    fields: &[
        "ru_utime",
        "ru_stime",
        "ru_maxrss",
        "ru_ixrss",
        "ru_idrss",
        "ru_isrss",
        "ru_minflt",
        "ru_majflt",
        "ru_nswap",
        "ru_inblock",
        "ru_oublock",
        "ru_msgsnd",
        "ru_msgrcv",
        "ru_nsignals",
        "ru_nvcsw",
        "ru_nivcsw",
    ],
    visible: 16,
    doc: "struct_rusage: Result from getrusage.\n\nThis object may be accessed either as a tuple of\n    (utime,stime,maxrss,ixrss,idrss,isrss,minflt,majflt,\n    nswap,inblock,oublock,msgsnd,msgrcv,nsignals,nvcsw,nivcsw)\nor via the attributes ru_utime, ru_stime, ru_maxrss, and so on.",
};

/// One more than the largest number of a resource.
const LIMITS: i32 = 16;

static FUNCTIONS: &[Method] = &[
    Method::one(
        "getrusage",
        get_usage,
        "getrusage($module, who, /)\n--\n\nWhat was used by the process, its children, or the calling thread.",
    ),
    Method::one(
        "getrlimit",
        |thread, _, resource| {
            let resource = resource_number(thread, resource)?;
            let limits = change(thread, 0, resource, None)?;
            shown(thread, &limits)
        },
        "getrlimit($module, resource, /)\n--\n\nThe soft and the hard limit of a resource.",
    ),
    Method::any(
        "setrlimit",
        |thread, _, args| {
            let [resource, limits] = args.unpack::<2>(thread, "setrlimit", 2)?;
            let resource = resource_number(thread, resource.unwrap_or_else(none))?;
            let limits = limits_of(thread, limits.unwrap_or_else(none))?;
            change(thread, 0, resource, Some(limits))?;
            Ok(none())
        },
        "setrlimit($module, resource, limits, /)\n--\n\nSet the soft and the hard limit of a resource.",
    ),
    Method::any(
        "prlimit",
        |thread, _, args| {
            let [process, resource, limits] = args.unpack::<3>(thread, "prlimit", 2)?;
            let process = c_int(thread, process.unwrap_or_else(none))?;
            let resource = resource_number(thread, resource.unwrap_or_else(none))?;
            let limits = match limits.and_then(ValueExt::not_none) {
                Some(limits) => Some(limits_of(thread, limits)?),
                None => None,
            };
            let before = change(thread, process, resource, limits)?;
            shown(thread, &before)
        },
        "prlimit($module, pid, resource, limits=None, /)\n--\n\nThe limits of a resource of any process, and perhaps others for it.",
    ),
    Method::no_arguments(
        "getpagesize",
        |thread, _| {
            // SAFETY: a plain call.
            let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
            Ok(int::from_i64(thread, size))
        },
        "getpagesize($module, /)\n--\n\nBytes of a page of memory.",
    ),
];

fn resource_number(thread: &mut Thread, value: Value) -> PyResult<i32> {
    let resource = c_int(thread, value)?;
    if (0..LIMITS).contains(&resource) {
        Ok(resource)
    } else {
        Err(thread.value_error("invalid resource specified"))
    }
}

/// A limit: -1 is none.
fn limit(thread: &mut Thread, value: Value) -> PyResult<libc::rlim_t> {
    let value = convert::index(thread, value)?;
    let Some(number) = view(value).map(|number| number.to_int()) else {
        unreachable!("index gives an int");
    };
    if number.to_i64() == Some(-1) {
        return Ok(libc::RLIM_INFINITY);
    }
    if number.is_negative() {
        return Err(thread.value_error("Cannot convert negative int"));
    }
    number
        .to_u64()
        .ok_or_else(|| thread.overflow_error("Python int too large to convert to C rlim_t"))
}

fn limits_of(thread: &mut Thread, value: Value) -> PyResult<libc::rlimit> {
    let limits = match value.downcast::<Tuple>() {
        Some(limits) => limits,
        None => {
            let all = protocol::collect(thread, value)?;
            Tuple::try_new(thread, &all)?
        }
    };
    let &[soft, hard] = limits.as_slice() else {
        return Err(thread.value_error("expected a tuple of 2 integers"));
    };
    Ok(libc::rlimit {
        rlim_cur: limit(thread, soft)?,
        rlim_max: limit(thread, hard)?,
    })
}

/// The limits of a process's resource, before they are replaced by others.
fn change(
    thread: &mut Thread,
    process: i32,
    resource: i32,
    limits: Option<libc::rlimit>,
) -> PyResult<libc::rlimit> {
    let mut before = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    let new = limits.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: places to read from and to write to.
    let result = unsafe { libc::prlimit(process, resource as u32, new, &raw mut before) };
    if result == 0 {
        return Ok(before);
    }
    Err(failed(thread))
}

#[cold]
fn failed(thread: &Thread) -> Raised {
    match std::io::Error::last_os_error().raw_os_error() {
        Some(libc::EINVAL) => thread.value_error("current limit exceeds maximum limit"),
        Some(libc::EPERM) => thread.value_error("not allowed to raise maximum limit"),
        errno => thread.os_error(errno.unwrap_or(0)),
    }
}

fn limit_value(thread: &Thread, limit: libc::rlim_t) -> Value {
    if limit == libc::RLIM_INFINITY {
        Value::small(-1)
    } else {
        int::new(thread, Int::from(limit))
    }
}

fn shown(thread: &Thread, limits: &libc::rlimit) -> PyResult {
    let soft = limit_value(thread, limits.rlim_cur);
    let hard = limit_value(thread, limits.rlim_max);
    Ok(Tuple::try_new(thread, &[soft, hard])?.value())
}

fn get_usage(thread: &mut Thread, _module: Value, who: Value) -> PyResult {
    let who = c_int(thread, who)?;
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: a place to write to; zeroes are a usage.
    let (result, usage) = unsafe {
        let result = libc::getrusage(who, usage.as_mut_ptr());
        (result, usage.assume_init())
    };
    if result != 0 {
        let error = std::io::Error::last_os_error().raw_os_error();
        return Err(match error {
            Some(libc::EINVAL) => thread.value_error("invalid who parameter"),
            errno => thread.os_error(errno.unwrap_or(0)),
        });
    }
    let values = usage_values(thread, &usage);
    struct_sequence::make(thread, &RUSAGE, &values)
}

/// Defines types; the one there is is made with the module.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "resource");
    let module = Module::new(thread, name, None)?;
    module.add_functions(thread, FUNCTIONS)?;
    struct_sequence::prepare(thread, &RUSAGE, &DESCRIPTION)?;
    module.add(thread, "struct_rusage", Ref::from_static(&RUSAGE).value())?;
    let error = Ref::from_static(&types::OS_ERROR).value();
    module.add(thread, "error", error)?;
    for (name, number) in [
        ("RLIMIT_CPU", 0),
        ("RLIMIT_FSIZE", 1),
        ("RLIMIT_DATA", 2),
        ("RLIMIT_STACK", 3),
        ("RLIMIT_CORE", 4),
        ("RLIMIT_RSS", 5),
        ("RLIMIT_NPROC", 6),
        ("RLIMIT_NOFILE", 7),
        ("RLIMIT_OFILE", 7),
        ("RLIMIT_MEMLOCK", 8),
        ("RLIMIT_AS", 9),
        ("RLIMIT_SIGPENDING", 11),
        ("RLIMIT_MSGQUEUE", 12),
        ("RLIMIT_NICE", 13),
        ("RLIMIT_RTPRIO", 14),
        ("RLIMIT_RTTIME", 15),
        ("RLIM_INFINITY", -1),
        ("RUSAGE_SELF", 0),
        ("RUSAGE_CHILDREN", -1),
        ("RUSAGE_THREAD", 1),
    ] {
        module.add(thread, name, Value::small(number))?;
    }
    Ok(module)
}
