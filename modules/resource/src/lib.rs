//! The module `resource`: limits of the system's resources, and how much of them was used.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod constants;

use grwl_module_posix::arguments::c_int;
use grwl_module_posix::call::errno;
use grwl_number::Int;
use grwl_object::module::Module;
use grwl_object::struct_sequence::{self, Description, declaration};
use grwl_object::{
    Args, Method, PyResult, Ref, Thread, Tuple, TypeObject, Value, ValueExt, float, int, intern,
    none, protocol, types,
};

/// `resource.struct_rusage`
pub static USAGE: TypeObject = TypeObject::declare(&declaration("resource.struct_rusage"));

static USAGE_DESCRIPTION: Description = Description {
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

static FUNCTIONS: &[Method] = &[
    Method::one(
        "getrusage",
        get_usage,
        "getrusage($module, who, /)\n--\n\nWhat a process or its children have used.",
    ),
    Method::one(
        "getrlimit",
        get_limit,
        "getrlimit($module, resource, /)\n--\n\nThe present and the highest possible limit of a resource.",
    ),
    Method::any(
        "setrlimit",
        set_limit,
        "setrlimit($module, resource, limits, /)\n--\n\nSet the present and the highest possible limit of a resource.",
    ),
    Method::any(
        "prlimit",
        process_limit,
        "prlimit($module, pid, resource, limits=None, /)\n--\n\nThe limits of a process before, and perhaps new ones.",
    ),
    Method::no_arguments(
        "getpagesize",
        page_size,
        "getpagesize($module, /)\n--\n\nBytes of a page of memory.",
    ),
];

/// The module's type has no functions of its own.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    struct_sequence::prepare(thread, &USAGE, &USAGE_DESCRIPTION)?;
    let name = intern(thread, "resource");
    let module = Module::new(thread, name, None)?;
    module.add_functions(thread, FUNCTIONS)?;
    for &(name, number) in constants::CONSTANTS {
        let number = int::from_i64(thread, number);
        module.add(thread, name, number)?;
    }
    let classes: [(&str, &'static TypeObject); 2] =
        [("struct_rusage", &USAGE), ("error", &types::OS_ERROR)];
    for (name, class) in classes {
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    Ok(module)
}

fn get_usage(thread: &mut Thread, _module: Value, who: Value) -> PyResult {
    let who = c_int(thread, who)?;
    // SAFETY: integers; the system fills them.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: a place to write to.
    if unsafe { libc::getrusage(who as _, &raw mut usage) } != 0 {
        return Err(match errno() {
            libc::EINVAL => thread.value_error("invalid who parameter"),
            errno => thread.os_error(errno),
        });
    }
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 * 0.000_001;
    let mut values = vec![
        float::new(thread, seconds(usage.ru_utime)),
        float::new(thread, seconds(usage.ru_stime)),
    ];
    for number in [
        usage.ru_maxrss,
        usage.ru_ixrss,
        usage.ru_idrss,
        usage.ru_isrss,
        usage.ru_minflt,
        usage.ru_majflt,
        usage.ru_nswap,
        usage.ru_inblock,
        usage.ru_oublock,
        usage.ru_msgsnd,
        usage.ru_msgrcv,
        usage.ru_nsignals,
        usage.ru_nvcsw,
        usage.ru_nivcsw,
    ] {
        values.push(int::from_i64(thread, number));
    }
    struct_sequence::make(thread, &USAGE, &values)
}

fn resource(thread: &mut Thread, value: Value) -> PyResult<i32> {
    let resource = c_int(thread, value)?;
    if (0..16).contains(&resource) {
        Ok(resource)
    } else {
        Err(thread.value_error("invalid resource specified"))
    }
}

fn shown(thread: &Thread, limits: &libc::rlimit) -> PyResult {
    let show = |limit: libc::rlim_t| {
        if limit == libc::RLIM_INFINITY {
            Value::small(-1)
        } else {
            int::new(thread, Int::from(limit))
        }
    };
    let pair = [show(limits.rlim_cur), show(limits.rlim_max)];
    Ok(Tuple::try_new(thread, &pair)?.value())
}

fn limit(thread: &mut Thread, value: Value) -> PyResult<libc::rlim_t> {
    let value = protocol::as_int(thread, value)?;
    if value.is_negative() {
        return match value.to_i64() {
            Some(-1) => Ok(libc::RLIM_INFINITY),
            _ => Err(thread.value_error("Cannot convert negative int")),
        };
    }
    value
        .to_u64()
        .ok_or_else(|| thread.overflow_error("Python int too large to convert to C rlim_t"))
}

fn limits(thread: &mut Thread, value: Value) -> PyResult<libc::rlimit> {
    let pair = protocol::collect(thread, value)?;
    let &[current, most] = pair.as_slice() else {
        return Err(thread.value_error("expected a tuple of 2 integers"));
    };
    Ok(libc::rlimit {
        rlim_cur: limit(thread, current)?,
        rlim_max: limit(thread, most)?,
    })
}

fn failed(thread: &Thread, errno: i32) -> grwl_object::Raised {
    match errno {
        libc::EINVAL => thread.value_error("current limit exceeds maximum limit"),
        libc::EPERM => thread.value_error("not allowed to raise maximum limit"),
        errno => thread.os_error(errno),
    }
}

fn get_limit(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let resource = resource(thread, value)?;
    let mut limits = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: a place to write to.
    if unsafe { libc::getrlimit(resource as _, &raw mut limits) } == -1 {
        return Err(thread.os_error(errno()));
    }
    shown(thread, &limits)
}

fn set_limit(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [which, new] = args.unpack::<2>(thread, "setrlimit", 2)?;
    let resource = resource(thread, which.unwrap_or_else(none))?;
    let limits = limits(thread, new.unwrap_or_else(none))?;
    // SAFETY: a structure that is read.
    if unsafe { libc::setrlimit(resource as _, &raw const limits) } == -1 {
        return Err(failed(thread, errno()));
    }
    Ok(none())
}

fn process_limit(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [pid, which, new] = args.unpack::<3>(thread, "prlimit", 2)?;
    let pid = c_int(thread, pid.unwrap_or_else(none))?;
    let resource = resource(thread, which.unwrap_or_else(none))?;
    let new = match new.and_then(ValueExt::not_none) {
        Some(new) => Some(limits(thread, new)?),
        None => None,
    };
    let mut old = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    let place = new.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: a structure that is read, or null; a place to write to.
    if unsafe { libc::prlimit(pid, resource as _, place, &raw mut old) } == -1 {
        let errno = errno();
        return Err(match errno {
            libc::EINVAL => failed(thread, errno),
            errno => thread.os_error(errno),
        });
    }
    shown(thread, &old)
}

fn page_size(_thread: &mut Thread, _module: Value) -> PyResult {
    // SAFETY: a plain call.
    Ok(Value::small(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }))
}
