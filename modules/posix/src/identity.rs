//! Who a process is: its number, parent, group and session; its users and groups, and setting them.
//!
//! Users and groups are the process's: the C library sets them in all of its threads.

use grwl_object::list::List;
use grwl_object::{
    Args, Buffer, Method, PyResult, Signature, Str, Thread, Tuple, Value, ValueExt, int, none,
    protocol,
};

use crate::arguments::{c_int, exactly, group, identity_value, number, user};
use crate::call::last_error;
use crate::path::{name_value, or_none, system_name};

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
];
