//! Waiting for child processes, and what their statuses mean.
//!
//! Who waits does so in a Safe region, and again after signals were handled.

use grwl_object::struct_sequence::{self, Description, declaration};
use grwl_object::{
    Args, Method, PyResult, Signature, Thread, Tuple, TypeObject, Value, float, int, none, protocol,
};

use crate::arguments::{c_int, exactly, identity_value, number};
use crate::call::call;
use crate::path::or_none;

/// `posix.waitid_result`
pub static WAITID_RESULT: TypeObject = TypeObject::declare(&declaration("posix.waitid_result"));

pub(crate) static WAITID: Description = Description {
    fields: &["si_pid", "si_uid", "si_signo", "si_status", "si_code"],
    visible: 5,
    doc: "waitid_result: Result from waitid.\n\nThis object may be accessed either as a tuple of\n  (si_pid, si_uid, si_signo, si_status, si_code),\nor via the attributes si_pid, si_uid, and so on.\n\nSee os.waitid for more information.",
};

fn pair(thread: &Thread, pid: i64, status: i32) -> PyResult {
    let pair = [Value::small(pid), number(status)];
    Ok(Tuple::try_new(thread, &pair)?.value())
}

fn wait(thread: &mut Thread, _module: Value) -> PyResult {
    let mut status = 0;
    let place = &raw mut status;
    // SAFETY: a plain call with a place to write to.
    let pid = call(thread, || i64::from(unsafe { libc::wait(place) }))?;
    pair(thread, pid, status)
}

fn waitpid(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [pid, options] = exactly(thread, args, "waitpid")?;
    let (pid, options) = (c_int(thread, pid)?, c_int(thread, options)?);
    let mut status = 0;
    let place = &raw mut status;
    // SAFETY: a plain call with a place to write to.
    let pid = call(thread, || {
        // SAFETY: a plain call; what it reads or writes is alive.
        i64::from(unsafe { libc::waitpid(pid, place, options) })
    })?;
    pair(thread, pid, status)
}

/// The values of a `resource.struct_rusage`.
pub fn usage_values(thread: &Thread, usage: &libc::rusage) -> [Value; 16] {
    let seconds =
        |time: libc::timeval| float::new(thread, time.tv_sec as f64 + time.tv_usec as f64 * 1e-6);
    let count = |count| int::from_i64(thread, count);
    [
        seconds(usage.ru_utime),
        seconds(usage.ru_stime),
        count(usage.ru_maxrss),
        count(usage.ru_ixrss),
        count(usage.ru_idrss),
        count(usage.ru_isrss),
        count(usage.ru_minflt),
        count(usage.ru_majflt),
        count(usage.ru_nswap),
        count(usage.ru_inblock),
        count(usage.ru_oublock),
        count(usage.ru_msgsnd),
        count(usage.ru_msgrcv),
        count(usage.ru_nsignals),
        count(usage.ru_nvcsw),
        count(usage.ru_nivcsw),
    ]
}

/// `resource.struct_rusage` if there is that module, as in CPython; needed by `wait3` and `wait4`.
fn usage(thread: &mut Thread, usage: &libc::rusage) -> PyResult {
    let module = grwl_object::class::import(thread, "resource")?;
    let class = protocol::get_attribute_str(thread, module, "struct_rusage")?;
    let values = usage_values(thread, usage);
    let values = Tuple::try_new(thread, &values)?.value();
    protocol::call_positional(thread, class, &[values])
}

fn wait_with_usage(thread: &mut Thread, pid: i32, options: i32) -> PyResult {
    let mut status = 0;
    // SAFETY: integers: zeroes are a value.
    let mut used: libc::rusage = unsafe { std::mem::zeroed() };
    let (place, usage_place) = (&raw mut status, &raw mut used);
    let pid = call(thread, || {
        // SAFETY: a plain call with places to write to.
        i64::from(unsafe { libc::wait4(pid, place, options, usage_place) })
    })?;
    let used = usage(thread, &used)?;
    let triple = [Value::small(pid), number(status), used];
    Ok(Tuple::try_new(thread, &triple)?.value())
}

fn wait3(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("wait3", ["options"]);
    let [options] = args.parse(thread, &SIGNATURE)?;
    let options = c_int(thread, or_none(options))?;
    wait_with_usage(thread, -1, options)
}

fn wait4(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("wait4", ["pid", "options"]);
    let [pid, options] = args.parse(thread, &SIGNATURE)?;
    let (pid, options) = (
        c_int(thread, or_none(pid))?,
        c_int(thread, or_none(options))?,
    );
    wait_with_usage(thread, pid, options)
}

fn waitid(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [kind, id, options] = exactly(thread, args, "waitid")?;
    let (kind, id, options) = (
        c_int(thread, kind)?,
        c_int(thread, id)?,
        c_int(thread, options)?,
    );
    // SAFETY: integers: zeroes are a value.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let place = &raw mut info;
    call(thread, || {
        // SAFETY: a plain call with a place to write to.
        i64::from(unsafe { libc::waitid(kind as _, id as libc::id_t, place, options) })
    })?;
    // SAFETY: the system filled the fields of a child's signal, or left zeroes.
    let (pid, uid, status) = unsafe { (info.si_pid(), info.si_uid(), info.si_status()) };
    if pid == 0 {
        return Ok(none());
    }
    let values = [
        number(pid),
        identity_value(uid),
        number(info.si_signo),
        number(status),
        number(info.si_code),
    ];
    struct_sequence::make(thread, &WAITID_RESULT, &values)
}

fn status_of(thread: &mut Thread, args: Args<'_>, function: &'static str) -> PyResult<i32> {
    let signature = Signature::new(function, ["status"]);
    let [status] = args.parse(thread, &signature)?;
    c_int(thread, or_none(status))
}

macro_rules! tells {
    ($($name:ident: $make:expr;)*) => {$(
        #[allow(non_snake_case)]
        fn $name(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
            let status = status_of(thread, args, stringify!($name))?;
            #[allow(clippy::redundant_closure_call)]
            Ok($make(libc::$name(status)))
        }
    )*};
}

tells! {
    WIFEXITED: int::bool;
    WIFSIGNALED: int::bool;
    WIFSTOPPED: int::bool;
    WIFCONTINUED: int::bool;
    WEXITSTATUS: number;
    WTERMSIG: number;
    WSTOPSIG: number;
}

#[allow(non_snake_case)]
fn WCOREDUMP(thread: &mut Thread, _module: Value, status: Value) -> PyResult {
    let status = c_int(thread, status)?;
    Ok(int::bool(libc::WCOREDUMP(status)))
}

fn waitstatus_to_exitcode(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let status = status_of(thread, args, "waitstatus_to_exitcode")?;
    if libc::WIFEXITED(status) {
        return Ok(number(libc::WEXITSTATUS(status)));
    }
    if libc::WIFSIGNALED(status) {
        return Ok(number(-libc::WTERMSIG(status)));
    }
    if libc::WIFSTOPPED(status) {
        let signal = libc::WSTOPSIG(status);
        return Err(thread.value_error(format_args!(
            "process stopped by delivery of signal {signal}"
        )));
    }
    Err(thread.value_error(format_args!("invalid wait status: {status}")))
}

/// Makes the type ready.
pub(crate) fn prepare(thread: &mut Thread) -> PyResult<()> {
    struct_sequence::prepare(thread, &WAITID_RESULT, &WAITID)
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::no_arguments(
        "wait",
        wait,
        "wait($module, /)\n--\n\nWait for a child: its id and status.",
    ),
    Method::any(
        "waitpid",
        waitpid,
        "waitpid($module, pid, options, /)\n--\n\nWait for a certain child: its id and status.",
    ),
    Method::any(
        "wait3",
        wait3,
        "wait3($module, /, options)\n--\n\nWait for a child: its id, status and what it used.",
    ),
    Method::any(
        "wait4",
        wait4,
        "wait4($module, /, pid, options)\n--\n\nWait for a certain child: its id, status and what it used.",
    ),
    Method::any(
        "waitid",
        waitid,
        "waitid($module, idtype, id, options, /)\n--\n\nWait for something to happen to a child; None if nothing has.",
    ),
    Method::any(
        "WIFEXITED",
        WIFEXITED,
        "WIFEXITED($module, /, status)\n--\n\nDid the process end by exit()?",
    ),
    Method::any(
        "WIFSIGNALED",
        WIFSIGNALED,
        "WIFSIGNALED($module, /, status)\n--\n\nDid a signal end the process?",
    ),
    Method::any(
        "WIFSTOPPED",
        WIFSTOPPED,
        "WIFSTOPPED($module, /, status)\n--\n\nIs the process stopped?",
    ),
    Method::any(
        "WIFCONTINUED",
        WIFCONTINUED,
        "WIFCONTINUED($module, /, status)\n--\n\nWas the process continued?",
    ),
    Method::any(
        "WEXITSTATUS",
        WEXITSTATUS,
        "WEXITSTATUS($module, /, status)\n--\n\nWhat the process gave to exit().",
    ),
    Method::any(
        "WTERMSIG",
        WTERMSIG,
        "WTERMSIG($module, /, status)\n--\n\nThe signal that ended the process.",
    ),
    Method::any(
        "WSTOPSIG",
        WSTOPSIG,
        "WSTOPSIG($module, /, status)\n--\n\nThe signal that stopped the process.",
    ),
    Method::one(
        "WCOREDUMP",
        WCOREDUMP,
        "WCOREDUMP($module, status, /)\n--\n\nDid the process leave a core dump?",
    ),
    Method::any(
        "waitstatus_to_exitcode",
        waitstatus_to_exitcode,
        "waitstatus_to_exitcode($module, /, status)\n--\n\nThe exit code of a wait status: what the process gave to exit(), or minus the signal that ended it.",
    ),
];
