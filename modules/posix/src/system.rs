//! The system: its name, its times, its limits, its processors.

use std::sync::atomic::{AtomicI64, Ordering};

use grwl_object::dict::Dict;
use grwl_object::set::Set;
use grwl_object::struct_sequence::{self, Description, declaration};
use grwl_object::{
    Args, Method, PyResult, Ref, Signature, Str, Thread, Tuple, TypeObject, Value, ValueExt,
    errors, float, int, intern, none, protocol, slots,
};

use crate::arguments::{c_int, exactly};
use crate::call::{errno, last_error};
use crate::constants::{CONFSTR_NAMES, PATHCONF_NAMES, SYSCONF_NAMES};
use crate::path::{self, NAME_OR_FILE, name_value, or_none};

/// `posix.uname_result`
pub static UNAME_RESULT: TypeObject = TypeObject::declare(&declaration("posix.uname_result"));
/// `posix.times_result`
pub static TIMES_RESULT: TypeObject = TypeObject::declare(&declaration("posix.times_result"));
/// `posix.sched_param`
pub static SCHED_PARAM: TypeObject = TypeObject::declare(&declaration("posix.sched_param"));

static UNAME: Description = Description {
    fields: &["sysname", "nodename", "release", "version", "machine"],
    visible: 5,
    doc: "uname_result: Result from os.uname().\n\nThis object may be accessed either as a tuple of\n  (sysname, nodename, release, version, machine),\nor via the attributes sysname, nodename, release, version, and machine.\n\nSee os.uname for more information.",
};
static TIMES: Description = Description {
    fields: &[
        "user",
        "system",
        "children_user",
        "children_system",
        "elapsed",
    ],
    visible: 5,
    doc: "times_result: Result from os.times().\n\nThis object may be accessed either as a tuple of\n  (user, system, children_user, children_system, elapsed),\nor via the attributes user, system, children_user, children_system,\nand elapsed.\n\nSee os.times for more information.",
};
static SCHED: Description = Description {
    fields: &["sched_priority"],
    visible: 1,
    doc: "Currently has only one field: sched_priority\n\n  sched_priority\n    A scheduling parameter.",
};

/// Makes the types ready.
pub(crate) fn prepare(thread: &mut Thread) -> PyResult<()> {
    struct_sequence::prepare(thread, &UNAME_RESULT, &UNAME)?;
    struct_sequence::prepare(thread, &TIMES_RESULT, &TIMES)?;
    static SLOTS: &[slots::SlotValue] = &[
        slots::REPR.is(struct_sequence::repr),
        slots::NEW.is(new_parameter),
    ];
    static METHODS: &[Method] = &[
        Method::no_arguments(
            "__reduce__",
            reduce_parameter,
            "__reduce__($self, /)\n--\n\n",
        ),
        Method::any(
            "__replace__",
            struct_sequence::replace,
            "__replace__($self, /, **changes)\n--\n\nReturn a copy with new values for the given fields.",
        ),
    ];
    struct_sequence::prepare_with(thread, &SCHED_PARAM, &SCHED, SLOTS, METHODS)
}

/// `sched_param(priority)`, not of a sequence as other such types are made.
fn new_parameter(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("sched_param", ["sched_priority"]);
    let [priority] = args.parse(thread, &SIGNATURE)?;
    struct_sequence::make(thread, &SCHED_PARAM, &[priority.unwrap_or_else(none)])
}

fn reduce_parameter(thread: &mut Thread, value: Value) -> PyResult {
    let priority = protocol::get_attribute_str(thread, value, "sched_priority")?;
    let arguments = Tuple::try_new(thread, &[priority])?.value();
    Ok(Tuple::try_new(thread, &[value.class().value(), arguments])?.value())
}

fn uname(thread: &mut Thread, _module: Value) -> PyResult {
    // SAFETY: bytes: zeroes are a value.
    let mut names: libc::utsname = unsafe { std::mem::zeroed() };
    // SAFETY: a plain call with a place to write to.
    if unsafe { libc::uname(&raw mut names) } < 0 {
        return Err(last_error(thread));
    }
    let mut values = [none(); 5];
    let fields = [
        names.sysname,
        names.nodename,
        names.release,
        names.version,
        names.machine,
    ];
    for (value, field) in values.iter_mut().zip(fields) {
        let bytes: Vec<u8> = field
            .iter()
            .take_while(|&&c| c != 0)
            .map(|&c| c as u8)
            .collect();
        *value = name_value(thread, &bytes, false)?;
    }
    struct_sequence::make(thread, &UNAME_RESULT, &values)
}

fn times(thread: &mut Thread, _module: Value) -> PyResult {
    // SAFETY: integers: zeroes are a value.
    let mut times: libc::tms = unsafe { std::mem::zeroed() };
    // SAFETY: plain calls with a place to write to.
    let (elapsed, ticks) = unsafe {
        (
            libc::times(&raw mut times),
            libc::sysconf(libc::_SC_CLK_TCK),
        )
    };
    let all = [
        times.tms_utime,
        times.tms_stime,
        times.tms_cutime,
        times.tms_cstime,
        elapsed,
    ];
    let values = all.map(|count| float::new(thread, count as f64 / ticks as f64));
    struct_sequence::make(thread, &TIMES_RESULT, &values)
}

fn strerror(thread: &mut Thread, _module: Value, code: Value) -> PyResult {
    let code = c_int(thread, code)?;
    Ok(Str::new(thread, &errors::strerror(code)).value())
}

/// The number behind a configuration name.
fn configuration(thread: &mut Thread, value: Value, names: &[(&str, i32)]) -> PyResult<i32> {
    if let Some(text) = value.downcast::<Str>() {
        let found = names.iter().find(|(name, _)| text.is_str(name));
        return match found {
            Some(&(_, number)) => Ok(number),
            None => Err(thread.value_error("unrecognized configuration name")),
        };
    }
    if !protocol::convert::has_index(value) {
        return Err(thread.type_error("configuration names must be strings or integers"));
    }
    c_int(thread, value)
}

/// Makes a call whose -1 is only an error if it sets the number of one.
fn asked(thread: &mut Thread, file: Option<Value>, act: impl FnOnce() -> i64) -> PyResult {
    let (value, errno) = thread.safe(|| {
        // SAFETY: this thread's own error number.
        unsafe { *libc::__errno_location() = 0 };
        (act(), errno())
    });
    if value == -1 && errno != 0 {
        return Err(thread.os_error_at(errno, file, None));
    }
    Ok(int::from_i64(thread, value))
}

fn sysconf(thread: &mut Thread, _module: Value, name: Value) -> PyResult {
    let name = configuration(thread, name, SYSCONF_NAMES)?;
    // SAFETY: a plain call.
    asked(thread, None, || unsafe { libc::sysconf(name) })
}

fn pathconf(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("pathconf", ["path", "name"]);
    let [file, name] = args.parse(thread, &SIGNATURE)?;
    let file = path::path(thread, or_none(file), "pathconf", "path", NAME_OR_FILE)?;
    let name = configuration(thread, or_none(name), PATHCONF_NAMES)?;
    // SAFETY: plain calls with a terminated name.
    asked(thread, Some(file.object), || unsafe {
        match file.descriptor {
            Some(fd) => libc::fpathconf(fd, name),
            None => libc::pathconf(file.pointer(), name),
        }
    })
}

fn fpathconf(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, name] = exactly(thread, args, "fpathconf")?;
    let fd = path::open_file(thread, fd)?;
    let name = configuration(thread, name, PATHCONF_NAMES)?;
    // SAFETY: a plain call.
    asked(thread, None, || unsafe { libc::fpathconf(fd, name) })
}

fn confstr(thread: &mut Thread, _module: Value, name: Value) -> PyResult {
    let name = configuration(thread, name, CONFSTR_NAMES)?;
    // SAFETY: this thread's own error number; a plain call that only counts.
    let (length, errno) = unsafe {
        *libc::__errno_location() = 0;
        (libc::confstr(name, std::ptr::null_mut(), 0), errno())
    };
    if length == 0 {
        return if errno != 0 {
            Err(thread.os_error(errno))
        } else {
            Ok(none())
        };
    }
    let mut text = vec![0u8; length];
    // SAFETY: there is room for so many bytes.
    unsafe { libc::confstr(name, text.as_mut_ptr().cast(), length) };
    text.pop();
    name_value(thread, &text, false)
}

/// How many processors there are to be; less than 1: as many as there are.
static CPU_COUNT: AtomicI64 = AtomicI64::new(0);

/// Settles how many processors there are, whatever the system says: `-X cpu_count`.
pub fn set_cpu_count(count: i64) {
    CPU_COUNT.store(count, Ordering::Relaxed);
}

fn cpu_count(thread: &mut Thread, _module: Value) -> PyResult {
    let count = CPU_COUNT.load(Ordering::Relaxed);
    if count > 0 {
        return Ok(Value::small(count));
    }
    // SAFETY: a plain call.
    let count = thread.safe(|| unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) });
    Ok(if count < 1 {
        none()
    } else {
        Value::small(count)
    })
}

fn getloadavg(thread: &mut Thread, _module: Value) -> PyResult {
    let mut loads = [0.0; 3];
    // SAFETY: a plain call with a place for three numbers.
    if thread.safe(|| unsafe { libc::getloadavg(loads.as_mut_ptr(), 3) }) != 3 {
        return Err(thread.raise(
            &grwl_object::types::OS_ERROR,
            "Load averages are unobtainable",
        ));
    }
    let loads = loads.map(|load| float::new(thread, load));
    Ok(Tuple::try_new(thread, &loads)?.value())
}

/// Room for this many processors.
const MASK_WORDS: usize = 1024;

fn sched_getaffinity(thread: &mut Thread, _module: Value, pid: Value) -> PyResult {
    let pid = c_int(thread, pid)?;
    let mut mask = vec![0u64; MASK_WORDS];
    let place = mask.as_mut_ptr().cast();
    // SAFETY: a plain call with room for so many bytes.
    if unsafe { libc::sched_getaffinity(pid, MASK_WORDS * 8, place) } < 0 {
        return Err(last_error(thread));
    }
    let set = Set::new(thread);
    for (index, word) in mask.iter().enumerate() {
        for bit in 0..64 {
            if word >> bit & 1 != 0 {
                set.add(thread, Value::small((index * 64 + bit) as i64))?;
            }
        }
    }
    Ok(set.value())
}

fn sched_setaffinity(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [pid, processors] = exactly(thread, args, "sched_setaffinity")?;
    let pid = c_int(thread, pid)?;
    let processors = protocol::collect(thread, processors)?;
    let mut mask = vec![0u64; MASK_WORDS];
    for &each in processors.iter() {
        if !int::is_int(each) {
            let class = each.class().value();
            let class = protocol::repr(thread, class)?;
            return Err(thread.type_error(format_args!(
                "expected an iterator of ints, but iterator yielded {class}"
            )));
        }
        let number = protocol::as_i64(thread, each)?;
        let Ok(number) = usize::try_from(number) else {
            return Err(thread.value_error("negative CPU number"));
        };
        match mask.get_mut(number / 64) {
            Some(word) => *word |= 1 << (number % 64),
            None => return Err(thread.overflow_error("CPU number too large")),
        }
    }
    // SAFETY: a plain call with so many bytes.
    if unsafe { libc::sched_setaffinity(pid, MASK_WORDS * 8, mask.as_ptr().cast()) } != 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

fn sched_yield(thread: &mut Thread, _module: Value) -> PyResult {
    thread.safe(std::thread::yield_now);
    thread.poll()?;
    Ok(none())
}

fn sched_get_priority_max(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("sched_get_priority_max", ["policy"]);
    let [policy] = args.parse(thread, &SIGNATURE)?;
    let policy = c_int(thread, or_none(policy))?;
    // SAFETY: a plain call.
    match unsafe { libc::sched_get_priority_max(policy) } {
        -1 => Err(last_error(thread)),
        most => Ok(Value::small(most.into())),
    }
}

fn sched_get_priority_min(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("sched_get_priority_min", ["policy"]);
    let [policy] = args.parse(thread, &SIGNATURE)?;
    let policy = c_int(thread, or_none(policy))?;
    // SAFETY: a plain call.
    match unsafe { libc::sched_get_priority_min(policy) } {
        -1 => Err(last_error(thread)),
        least => Ok(Value::small(least.into())),
    }
}

fn sched_getscheduler(thread: &mut Thread, _module: Value, pid: Value) -> PyResult {
    let pid = c_int(thread, pid)?;
    // SAFETY: a plain call.
    match unsafe { libc::sched_getscheduler(pid) } {
        -1 => Err(last_error(thread)),
        policy => Ok(Value::small(policy.into())),
    }
}

/// The parameter of a scheduler, of a `sched_param`.
pub(crate) fn parameter(thread: &mut Thread, value: Value) -> PyResult<libc::sched_param> {
    if !std::ptr::eq(value.class().as_ptr(), &SCHED_PARAM) {
        return Err(thread.type_error("must have a sched_param object"));
    }
    let priority = protocol::get_attribute_str(thread, value, "sched_priority")?;
    Ok(libc::sched_param {
        sched_priority: c_int(thread, priority)?,
    })
}

fn sched_setscheduler(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [pid, policy, param] = exactly(thread, args, "sched_setscheduler")?;
    let (pid, policy, param) = (
        c_int(thread, pid)?,
        c_int(thread, policy)?,
        parameter(thread, param)?,
    );
    // SAFETY: a plain call.
    if unsafe { libc::sched_setscheduler(pid, policy, &raw const param) } == -1 {
        return Err(last_error(thread));
    }
    Ok(none())
}

fn sched_getparam(thread: &mut Thread, _module: Value, pid: Value) -> PyResult {
    let pid = c_int(thread, pid)?;
    let mut param = libc::sched_param { sched_priority: 0 };
    // SAFETY: a plain call with a place to write to.
    if unsafe { libc::sched_getparam(pid, &raw mut param) } != 0 {
        return Err(last_error(thread));
    }
    struct_sequence::make(
        thread,
        &SCHED_PARAM,
        &[Value::small(param.sched_priority.into())],
    )
}

fn sched_setparam(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [pid, param] = exactly(thread, args, "sched_setparam")?;
    let (pid, param) = (c_int(thread, pid)?, parameter(thread, param)?);
    // SAFETY: a plain call.
    if unsafe { libc::sched_setparam(pid, &raw const param) } != 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

fn sched_rr_get_interval(thread: &mut Thread, _module: Value, pid: Value) -> PyResult {
    let pid = c_int(thread, pid)?;
    let mut interval = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: a plain call with a place to write to.
    if unsafe { libc::sched_rr_get_interval(pid, &raw mut interval) } == -1 {
        return Err(last_error(thread));
    }
    let seconds = interval.tv_sec as f64 + 1e-9 * interval.tv_nsec as f64;
    Ok(float::new(thread, seconds))
}

fn ctermid(thread: &mut Thread, _module: Value) -> PyResult {
    name_value(thread, b"/dev/tty", false)
}

/// A table of names as a dict.
pub(crate) fn names(thread: &mut Thread, table: &[(&str, i32)]) -> PyResult<Ref<Dict>> {
    let dict = Dict::new(thread);
    for &(name, number) in table {
        let name = intern(thread, name);
        dict.set_str(thread, name, Value::small(number.into()))?;
    }
    Ok(dict)
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::one(
        "sched_rr_get_interval",
        sched_rr_get_interval,
        "sched_rr_get_interval($module, pid, /)\n--\n\nThe seconds that a process runs in its turn.",
    ),
    Method::no_arguments(
        "uname",
        uname,
        "uname($module, /)\n--\n\nWhat the system calls itself.",
    ),
    Method::no_arguments(
        "times",
        times,
        "times($module, /)\n--\n\nHow long the processors have worked for this process and its children.",
    ),
    Method::one(
        "strerror",
        strerror,
        "strerror($module, code, /)\n--\n\nWhat the number of an error means.",
    ),
    Method::one(
        "sysconf",
        sysconf,
        "sysconf($module, name, /)\n--\n\nA limit or property of the system.",
    ),
    Method::any(
        "pathconf",
        pathconf,
        "pathconf($module, /, path, name)\n--\n\nA limit or property of a file.",
    ),
    Method::any(
        "fpathconf",
        fpathconf,
        "fpathconf($module, fd, name, /)\n--\n\nA limit or property of an open file.",
    ),
    Method::one(
        "confstr",
        confstr,
        "confstr($module, name, /)\n--\n\nA property of the system that is text.",
    ),
    Method::no_arguments(
        "cpu_count",
        cpu_count,
        "cpu_count($module, /)\n--\n\nHow many processors there are.",
    ),
    Method::no_arguments(
        "getloadavg",
        getloadavg,
        "getloadavg($module, /)\n--\n\nHow many processes wanted to run in the last 1, 5 and 15 minutes.",
    ),
    Method::one(
        "sched_getaffinity",
        sched_getaffinity,
        "sched_getaffinity($module, pid, /)\n--\n\nThe processors on which a process may run.",
    ),
    Method::any(
        "sched_setaffinity",
        sched_setaffinity,
        "sched_setaffinity($module, pid, mask, /)\n--\n\nSet the processors on which a process may run.",
    ),
    Method::no_arguments(
        "sched_yield",
        sched_yield,
        "sched_yield($module, /)\n--\n\nLet others run.",
    ),
    Method::any(
        "sched_get_priority_max",
        sched_get_priority_max,
        "sched_get_priority_max($module, /, policy)\n--\n\nThe highest priority of a policy.",
    ),
    Method::any(
        "sched_get_priority_min",
        sched_get_priority_min,
        "sched_get_priority_min($module, /, policy)\n--\n\nThe lowest priority of a policy.",
    ),
    Method::one(
        "sched_getscheduler",
        sched_getscheduler,
        "sched_getscheduler($module, pid, /)\n--\n\nThe scheduling policy of a process.",
    ),
    Method::any(
        "sched_setscheduler",
        sched_setscheduler,
        "sched_setscheduler($module, pid, policy, param, /)\n--\n\nSet the scheduling policy of a process.",
    ),
    Method::one(
        "sched_getparam",
        sched_getparam,
        "sched_getparam($module, pid, /)\n--\n\nThe scheduling parameter of a process.",
    ),
    Method::any(
        "sched_setparam",
        sched_setparam,
        "sched_setparam($module, pid, param, /)\n--\n\nSet the scheduling parameter of a process.",
    ),
    Method::no_arguments(
        "ctermid",
        ctermid,
        "ctermid($module, /)\n--\n\nThe name of the terminal that controls this process.",
    ),
];
