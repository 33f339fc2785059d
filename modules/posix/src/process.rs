//! Processes: who this one is, signals, children, `fork`.

use std::sync::OnceLock;

use grwl_object::list::List;
use grwl_object::struct_sequence::{self, Description, declaration};
use grwl_object::{
    Args, Buffer, Method, PyResult, Ref, Signature, Slot, Str, Thread, Tuple, TypeObject, Value,
    ValueExt, exception, finalize, float, int, none, protocol, slots, types, unraisable,
};

use crate::arguments::{c_int, exactly, group, identity_value, int_or, user};
use crate::call::{call, errno, last_error};
use crate::path::{name_value, open_file, or_none, system_name};
use crate::written;

/// `posix.waitid_result`
pub static WAITID_RESULT: TypeObject = TypeObject::declare(&declaration("posix.waitid_result"));

pub(crate) static WAITID: Description = Description {
    fields: &["si_pid", "si_uid", "si_signo", "si_status", "si_code"],
    visible: 5,
    doc: "waitid_result: Result from waitid.\n\nThis object may be accessed either as a tuple of\n  (si_pid, si_uid, si_signo, si_status, si_code),\nor via the attributes si_pid, si_uid, and so on.\n\nSee os.waitid for more information.",
};

/// What a package does around each `fork`.
#[derive(Clone, Copy, Debug)]
pub struct ForkHooks {
    /// Before it, after what Python registered.
    pub before: fn(&mut Thread),
    /// After it in the parent, before what Python registered.
    pub in_parent: fn(&mut Thread),
    /// After it in the child, before what Python registered.
    pub in_child: fn(&mut Thread),
}

static HOOKS: OnceLock<ForkHooks> = OnceLock::new();

/// Installs what the packages above do around each `fork`. Once, at start-up.
pub fn on_fork(hooks: ForkHooks) {
    let _ = HOOKS.set(hooks);
}

/// What Python registered: lists of functions for before a fork, after it in the child, and in the parent.
static REGISTERED: [Slot; 3] = [const { Slot::empty() }; 3];

/// Makes the lists.
pub(crate) fn prepare(thread: &mut Thread) -> PyResult<()> {
    struct_sequence::prepare(thread, &WAITID_RESULT, &WAITID)?;
    if REGISTERED[0].load().is_none() {
        for slot in &REGISTERED {
            slot.store(Some(List::new(thread).value()));
        }
        let first = REGISTERED.as_ptr().cast::<u64>();
        // SAFETY: a static stays readable, and is not stored to again.
        unsafe { thread.heap().add_static_roots(first, REGISTERED.len()) };
    }
    Ok(())
}

fn registered(index: usize) -> Option<Ref<List>> {
    REGISTERED[index].load()?.downcast::<List>()
}

fn register_at_fork(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    const NAMES: [&str; 3] = ["before", "after_in_child", "after_in_parent"];
    static SIGNATURE: Signature<3> =
        Signature::new("register_at_fork", NAMES).keyword_only_after(0, 0);
    let functions = args.parse(thread, &SIGNATURE)?;
    if functions.iter().all(Option::is_none) {
        return Err(thread.type_error("At least one argument is required."));
    }
    for (name, function) in NAMES.iter().zip(functions) {
        if let Some(function) = function
            && function.class().slot(slots::CALL).is_none()
        {
            return Err(thread.type_error(format_args!(
                "'{name}' must be callable, not {}",
                function.class().name()
            )));
        }
    }
    for (index, function) in functions.into_iter().enumerate() {
        if let (Some(function), Some(list)) = (function, registered(index)) {
            list.push(thread, function)?;
        }
    }
    Ok(none())
}

fn run_registered(thread: &mut Thread, index: usize, backwards: bool) {
    let Some(list) = registered(index) else {
        return;
    };
    let Ok(functions) = list.snapshot(thread) else {
        return;
    };
    let count = functions.len();
    for place in 0..count {
        let function = functions[if backwards { count - 1 - place } else { place }];
        if let Err(raised) = protocol::call_positional(thread, function, &[]) {
            unraisable::report(thread, raised, "Exception ignored in", Some(function));
        }
    }
}

/// Runs `fork`, which is the system's or ends in it, with everything that is to be done before and after in both processes.
/// Returns the child's id, 0 in the child, or the number of an error.
///
/// `multi` is told in the parent whether other threads were running.
pub fn fork_with(
    thread: &mut Thread,
    fork: impl FnOnce() -> i32,
    multi: impl FnOnce(&mut Thread) -> PyResult<()>,
) -> PyResult<Result<i32, i32>> {
    if finalize::is_ending() {
        let message = "can't fork at interpreter shutdown";
        return Err(thread.raise(&types::PYTHON_FINALIZATION_ERROR, message));
    }
    run_registered(thread, 0, true);
    // What was dropped must not be flushed twice.
    written::settle_all(thread);
    if let Some(hooks) = HOOKS.get() {
        (hooks.before)(thread);
    }
    let others = thread.mutator().runtime().live_threads() > 1;
    let mut failure = 0;
    // SAFETY: the world is stopped, and the heap's helpers are made anew in the child. What other libraries hold is, as in
    // CPython, the program's risk.
    let pid = unsafe {
        thread.mutator_mut().fork_with(|| {
            let pid = fork();
            if pid < 0 {
                failure = errno();
            }
            pid
        })
    };
    if pid == 0 {
        thread.heap().after_fork_in_child();
        if let Some(hooks) = HOOKS.get() {
            (hooks.in_child)(thread);
        }
        run_registered(thread, 1, false);
        return Ok(Ok(0));
    }
    let warned = if others && pid > 0 {
        multi(thread)
    } else {
        Ok(())
    };
    if let Some(hooks) = HOOKS.get() {
        (hooks.in_parent)(thread);
    }
    run_registered(thread, 2, false);
    warned?;
    Ok(if pid < 0 { Err(failure) } else { Ok(pid) })
}

/// Warns, in the parent, of a fork with several threads.
pub(crate) fn warn_of_threads(thread: &mut Thread, function: &str) -> PyResult<()> {
    let message = format!(
        "This process (pid={}) is multi-threaded, use of {function}() may lead to deadlocks in the child.",
        std::process::id()
    );
    exception::warn(thread, &types::DEPRECATION_WARNING, message, 1)
}

fn fork(thread: &mut Thread, _module: Value) -> PyResult {
    // SAFETY: the caller stops the world.
    let act = || unsafe { libc::fork() };
    match fork_with(thread, act, |thread| warn_of_threads(thread, "fork"))? {
        Ok(pid) => Ok(number(pid)),
        Err(errno) => Err(thread.os_error(errno)),
    }
}

fn exit(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("_exit", ["status"]);
    let [status] = args.parse(thread, &SIGNATURE)?;
    let status = c_int(thread, or_none(status))?;
    written::settle_all(thread);
    // SAFETY: the process ends here.
    unsafe { libc::_exit(status) }
}

fn abort(_thread: &mut Thread, _module: Value) -> PyResult {
    std::process::abort()
}

fn kill(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [pid, signal] = exactly(thread, args, "kill")?;
    let (pid, signal) = (c_int(thread, pid)?, c_int(thread, signal)?);
    // SAFETY: a plain call.
    if unsafe { libc::kill(pid, signal) } != 0 {
        return Err(last_error(thread));
    }
    // A signal to ourselves is handled before this returns.
    thread.poll()?;
    Ok(none())
}

fn killpg(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [pgid, signal] = exactly(thread, args, "killpg")?;
    let (pgid, signal) = (c_int(thread, pgid)?, c_int(thread, signal)?);
    // SAFETY: a plain call.
    if unsafe { libc::killpg(pgid, signal) } != 0 {
        return Err(last_error(thread));
    }
    thread.poll()?;
    Ok(none())
}

macro_rules! asks {
    ($($name:ident => $make:expr;)*) => {$(
        fn $name(_thread: &mut Thread, _module: Value) -> PyResult {
            // SAFETY: a plain call that cannot fail.
            let answer = unsafe { libc::$name() };
            #[allow(clippy::redundant_closure_call)]
            Ok($make(answer))
        }
    )*};
}

fn number(number: i32) -> Value {
    Value::small(number.into())
}

asks! {
    getpid => number;
    getppid => number;
    getpgrp => number;
    getuid => identity_value;
    geteuid => identity_value;
    getgid => identity_value;
    getegid => identity_value;
}

macro_rules! sets {
    ($($name:ident($convert:ident);)*) => {$(
        fn $name(thread: &mut Thread, _module: Value, id: Value) -> PyResult {
            let id = $convert(thread, id)?;
            // SAFETY: a plain call.
            if unsafe { libc::$name(id) } != 0 {
                return Err(last_error(thread));
            }
            Ok(none())
        }
    )*};
}

sets! {
    setuid(user);
    seteuid(user);
    setgid(group);
    setegid(group);
}

macro_rules! sets_many {
    ($($name:ident($convert:ident, $($id:ident),*);)*) => {$(
        fn $name(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
            let [$($id),*] = exactly(thread, args, stringify!($name))?;
            $(let $id = $convert(thread, $id)?;)*
            // SAFETY: a plain call.
            if unsafe { libc::$name($($id),*) } != 0 {
                return Err(last_error(thread));
            }
            Ok(none())
        }
    )*};
}

sets_many! {
    setreuid(user, real, effective);
    setregid(group, real, effective);
    setresuid(user, real, effective, saved);
    setresgid(group, real, effective, saved);
    setpgid(c_int, pid, pgid);
}

fn three(thread: &mut Thread, ids: [u32; 3]) -> PyResult {
    Ok(Tuple::try_new(thread, &ids.map(identity_value))?.value())
}

fn getresuid(thread: &mut Thread, _module: Value) -> PyResult {
    let [mut a, mut b, mut c] = [0; 3];
    // SAFETY: a plain call with places to write to.
    if unsafe { libc::getresuid(&raw mut a, &raw mut b, &raw mut c) } != 0 {
        return Err(last_error(thread));
    }
    three(thread, [a, b, c])
}

fn getresgid(thread: &mut Thread, _module: Value) -> PyResult {
    let [mut a, mut b, mut c] = [0; 3];
    // SAFETY: a plain call with places to write to.
    if unsafe { libc::getresgid(&raw mut a, &raw mut b, &raw mut c) } != 0 {
        return Err(last_error(thread));
    }
    three(thread, [a, b, c])
}

fn setsid(thread: &mut Thread, _module: Value) -> PyResult {
    // SAFETY: a plain call.
    if unsafe { libc::setsid() } < 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

fn setpgrp(thread: &mut Thread, _module: Value) -> PyResult {
    // SAFETY: a plain call.
    if unsafe { libc::setpgid(0, 0) } < 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

fn getsid(thread: &mut Thread, _module: Value, pid: Value) -> PyResult {
    let pid = c_int(thread, pid)?;
    // SAFETY: a plain call.
    match unsafe { libc::getsid(pid) } {
        -1 => Err(last_error(thread)),
        found => Ok(number(found)),
    }
}

fn getpgid(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("getpgid", ["pid"]);
    let [pid] = args.parse(thread, &SIGNATURE)?;
    let pid = c_int(thread, or_none(pid))?;
    // SAFETY: a plain call.
    match unsafe { libc::getpgid(pid) } {
        -1 => Err(last_error(thread)),
        found => Ok(number(found)),
    }
}

fn getgroups(thread: &mut Thread, _module: Value) -> PyResult {
    // SAFETY: a plain call that only counts.
    let count = unsafe { libc::getgroups(0, std::ptr::null_mut()) };
    let mut groups = vec![0; count.max(0) as usize];
    // SAFETY: a plain call with room for so many.
    let count = unsafe { libc::getgroups(count.max(0), groups.as_mut_ptr()) };
    if count < 0 {
        return Err(last_error(thread));
    }
    let mut found = Buffer::new();
    for &group in &groups[..count as usize] {
        found.push(thread, identity_value(group))?;
    }
    Ok(List::from_buffer(thread, found).value())
}

fn setgroups(thread: &mut Thread, _module: Value, groups: Value) -> PyResult {
    if !protocol::iterate::is_sequence(groups) {
        return Err(thread.type_error("setgroups argument must be a sequence"));
    }
    let given = protocol::collect(thread, groups)?;
    let mut groups = Vec::with_capacity(given.len());
    for &each in given.iter() {
        if !int::is_int(each) {
            return Err(thread.type_error("groups must be integers"));
        }
        groups.push(group(thread, each)?);
    }
    // SAFETY: a plain call with so many numbers.
    if unsafe { libc::setgroups(groups.len(), groups.as_ptr()) } != 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

unsafe extern "C" {
    fn getlogin_r(name: *mut libc::c_char, room: usize) -> i32;
}

fn getgrouplist(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [name, first] = exactly(thread, args, "getgrouplist")?;
    if name.downcast::<Str>().is_none() {
        return Err(thread.type_error(format_args!(
            "getgrouplist() argument 1 must be str, not {}",
            grwl_types_text::arguments::type_or_none(name)
        )));
    }
    let name = system_name(thread, name)?;
    let first = group(thread, first)?;
    let mut groups = vec![0; 64];
    loop {
        let mut count = groups.len() as i32;
        let place = groups.as_mut_ptr();
        // SAFETY: a terminated name, and room for so many groups.
        let found = thread
            .safe(|| unsafe { libc::getgrouplist(name.as_ptr(), first, place, &raw mut count) });
        if found >= 0 {
            groups.truncate(count.max(0) as usize);
            break;
        }
        let length = groups.len() * 2;
        groups.resize(length, 0);
    }
    let mut found = Buffer::new();
    for group in groups {
        found.push(thread, identity_value(group))?;
    }
    Ok(List::from_buffer(thread, found).value())
}

fn initgroups(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [name, first] = exactly(thread, args, "initgroups")?;
    let name = system_name(thread, name)?;
    let first = group(thread, first)?;
    // SAFETY: a terminated name.
    if thread.safe(|| unsafe { libc::initgroups(name.as_ptr(), first) }) < 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

fn setns(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("setns", ["fd", "nstype"]).optional_after(1);
    let [fd, kind] = args.parse(thread, &SIGNATURE)?;
    let fd = open_file(thread, or_none(fd))?;
    let kind = int_or(thread, kind, 0)?;
    // SAFETY: a plain call.
    if thread.safe(|| unsafe { libc::setns(fd, kind) }) != 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

fn unshare(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("unshare", ["flags"]);
    let [flags] = args.parse(thread, &SIGNATURE)?;
    let flags = c_int(thread, or_none(flags))?;
    // SAFETY: a plain call.
    if thread.safe(|| unsafe { libc::unshare(flags) }) != 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

fn getlogin(thread: &mut Thread, _module: Value) -> PyResult {
    let mut name = [0u8; 256];
    // SAFETY: a plain call with a place to write to.
    let status = thread.safe(|| unsafe { getlogin_r(name.as_mut_ptr().cast(), 256) });
    if status != 0 {
        return Err(thread.os_error(status));
    }
    let end = name.iter().position(|&byte| byte == 0).unwrap_or(0);
    name_value(thread, &name[..end], false)
}

fn nice(thread: &mut Thread, _module: Value, increment: Value) -> PyResult {
    let increment = c_int(thread, increment)?;
    // SAFETY: this thread's own error number; a plain call.
    let (value, errno) = unsafe {
        *libc::__errno_location() = 0;
        (libc::nice(increment), errno())
    };
    if value == -1 && errno != 0 {
        return Err(thread.os_error(errno));
    }
    Ok(number(value))
}

fn getpriority(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("getpriority", ["which", "who"]);
    let [which, who] = args.parse(thread, &SIGNATURE)?;
    let (which, who) = (c_int(thread, or_none(which))?, c_int(thread, or_none(who))?);
    // SAFETY: this thread's own error number; a plain call.
    let (value, errno) = unsafe {
        *libc::__errno_location() = 0;
        (libc::getpriority(which as _, who as libc::id_t), errno())
    };
    if errno != 0 {
        return Err(thread.os_error(errno));
    }
    Ok(number(value))
}

fn setpriority(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> = Signature::new("setpriority", ["which", "who", "priority"]);
    let [which, who, priority] = args.parse(thread, &SIGNATURE)?;
    let (which, who) = (c_int(thread, or_none(which))?, c_int(thread, or_none(who))?);
    let priority = c_int(thread, or_none(priority))?;
    // SAFETY: a plain call.
    if unsafe { libc::setpriority(which as _, who as libc::id_t, priority) } != 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

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

fn pidfd_open(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("pidfd_open", ["pid", "flags"]).optional_after(1);
    let [pid, flags] = args.parse(thread, &SIGNATURE)?;
    let pid = c_int(thread, or_none(pid))?;
    let flags = match flags {
        Some(flags) => protocol::as_i64(thread, flags)? as u32,
        None => 0,
    };
    // SAFETY: a plain call.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) };
    if fd < 0 {
        return Err(last_error(thread));
    }
    Ok(Value::small(fd))
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

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "getgrouplist",
        getgrouplist,
        "getgrouplist($module, user, group, /)\n--\n\nThe groups to which a user belongs.",
    ),
    Method::any(
        "initgroups",
        initgroups,
        "initgroups($module, username, gid, /)\n--\n\nTake on all groups to which a user belongs.",
    ),
    Method::any(
        "setns",
        setns,
        "setns($module, /, fd, nstype=0)\n--\n\nMove the calling thread to another namespace.",
    ),
    Method::any(
        "unshare",
        unshare,
        "unshare($module, /, flags)\n--\n\nGive the process namespaces of its own.",
    ),
    Method::no_arguments(
        "fork",
        fork,
        "fork($module, /)\n--\n\nMake a child process: 0 in the child, the child's id in the parent.",
    ),
    Method::any(
        "register_at_fork",
        register_at_fork,
        "register_at_fork($module, /, *, before=<unrepresentable>,\n                 after_in_child=<unrepresentable>,\n                 after_in_parent=<unrepresentable>)\n--\n\nHave functions called when the process forks.\n\nThose before it in the opposite order of registration.",
    ),
    Method::any(
        "_exit",
        exit,
        "_exit($module, /, status)\n--\n\nEnd the process at once, without cleaning up.",
    ),
    Method::no_arguments(
        "abort",
        abort,
        "abort($module, /)\n--\n\nEnd the process at once, with a core dump if possible.",
    ),
    Method::any(
        "kill",
        kill,
        "kill($module, pid, signal, /)\n--\n\nSend a signal to a process.",
    ),
    Method::any(
        "killpg",
        killpg,
        "killpg($module, pgid, signal, /)\n--\n\nSend a signal to a process group.",
    ),
    Method::no_arguments(
        "getpid",
        getpid,
        "getpid($module, /)\n--\n\nThe process's id.",
    ),
    Method::no_arguments(
        "getppid",
        getppid,
        "getppid($module, /)\n--\n\nThe id of the process's parent.",
    ),
    Method::no_arguments(
        "getpgrp",
        getpgrp,
        "getpgrp($module, /)\n--\n\nThe id of the process's group.",
    ),
    Method::no_arguments("getuid", getuid, "getuid($module, /)\n--\n\nThe user."),
    Method::no_arguments(
        "geteuid",
        geteuid,
        "geteuid($module, /)\n--\n\nThe user whose rights the process has.",
    ),
    Method::no_arguments("getgid", getgid, "getgid($module, /)\n--\n\nThe group."),
    Method::no_arguments(
        "getegid",
        getegid,
        "getegid($module, /)\n--\n\nThe group whose rights the process has.",
    ),
    Method::no_arguments(
        "getresuid",
        getresuid,
        "getresuid($module, /)\n--\n\nThe real, effective and saved user.",
    ),
    Method::no_arguments(
        "getresgid",
        getresgid,
        "getresgid($module, /)\n--\n\nThe real, effective and saved group.",
    ),
    Method::one(
        "setuid",
        setuid,
        "setuid($module, uid, /)\n--\n\nSet the user.",
    ),
    Method::one(
        "seteuid",
        seteuid,
        "seteuid($module, euid, /)\n--\n\nSet the effective user.",
    ),
    Method::one(
        "setgid",
        setgid,
        "setgid($module, gid, /)\n--\n\nSet the group.",
    ),
    Method::one(
        "setegid",
        setegid,
        "setegid($module, egid, /)\n--\n\nSet the effective group.",
    ),
    Method::any(
        "setreuid",
        setreuid,
        "setreuid($module, ruid, euid, /)\n--\n\nSet the real and effective user.",
    ),
    Method::any(
        "setregid",
        setregid,
        "setregid($module, rgid, egid, /)\n--\n\nSet the real and effective group.",
    ),
    Method::any(
        "setresuid",
        setresuid,
        "setresuid($module, ruid, euid, suid, /)\n--\n\nSet the real, effective and saved user.",
    ),
    Method::any(
        "setresgid",
        setresgid,
        "setresgid($module, rgid, egid, sgid, /)\n--\n\nSet the real, effective and saved group.",
    ),
    Method::any(
        "setpgid",
        setpgid,
        "setpgid($module, pid, pgrp, /)\n--\n\nPut a process into a group.",
    ),
    Method::no_arguments(
        "setpgrp",
        setpgrp,
        "setpgrp($module, /)\n--\n\nMake this process the leader of a group of its own.",
    ),
    Method::no_arguments(
        "setsid",
        setsid,
        "setsid($module, /)\n--\n\nBegin a session.",
    ),
    Method::one(
        "getsid",
        getsid,
        "getsid($module, pid, /)\n--\n\nThe session of a process.",
    ),
    Method::any(
        "getpgid",
        getpgid,
        "getpgid($module, /, pid)\n--\n\nThe group of a process.",
    ),
    Method::no_arguments(
        "getgroups",
        getgroups,
        "getgroups($module, /)\n--\n\nThe groups to which the user belongs besides.",
    ),
    Method::one(
        "setgroups",
        setgroups,
        "setgroups($module, groups, /)\n--\n\nSet the groups to which the user belongs besides.",
    ),
    Method::no_arguments(
        "getlogin",
        getlogin,
        "getlogin($module, /)\n--\n\nThe name of who is logged in.",
    ),
    Method::one(
        "nice",
        nice,
        "nice($module, increment, /)\n--\n\nAdd to the niceness; the new one.",
    ),
    Method::any(
        "getpriority",
        getpriority,
        "getpriority($module, /, which, who)\n--\n\nA scheduling priority.",
    ),
    Method::any(
        "setpriority",
        setpriority,
        "setpriority($module, /, which, who, priority)\n--\n\nSet a scheduling priority.",
    ),
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
        "pidfd_open",
        pidfd_open,
        "pidfd_open($module, /, pid, flags=0)\n--\n\nAn open file that stands for a process.",
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
