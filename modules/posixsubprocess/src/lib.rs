//! The module `_posixsubprocess`: `fork_exec`, by which `subprocess` starts programs.
//!
//! | what | where |
//! |---|---|
//! | taking the arguments apart, the fork | here |
//! | what the child does until it becomes the program | `child` |
//!
//! ## Protocol
//! - Everything that the child needs is prepared before the fork, in memory of Rust's own. The child allocates nothing and takes no lock.
//! - Without `preexec_fn` the child never runs Python code. If it does not change its user or groups either, it shares the parent's
//!   memory until it is the new program (`CLONE_VM | CLONE_VFORK`, on a stack of its own): nothing is copied, and the calling thread, which is
//!   Safe, stands still meanwhile. Signals are blocked, so that no handler of the parent's runs in the child.
//! - With `preexec_fn` the world is stopped, and the child does all that a child of `os.fork` does.
//! - What fails in the child is written to `errpipe_write`, as `subprocess` expects it.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod child;

use std::ffi::CString;

use grwl_module_posix::arguments::{c_int, group, user};
use grwl_module_posix::call::errno;
use grwl_module_posix::execute::Strings;
use grwl_module_posix::path::system_name;
use grwl_module_posix::{fork_with, written};
use grwl_object::bytes::Bytes;
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::{
    Args, Method, PyResult, Ref, Str, Thread, Tuple, Value, ValueExt, finalize, int, intern, none,
    protocol, types,
};

use child::Plan;

const COUNT: usize = 22;
/// The most groups that Linux gives a process.
const MOST_GROUPS: usize = 65_536;

static FUNCTIONS: &[Method] = &[Method::any(
    "fork_exec",
    fork_exec,
    "fork_exec($module, args, executable_list, close_fds, pass_fds, cwd,\n          env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite,\n          errpipe_read, errpipe_write, restore_signals, call_setsid,\n          pgid_to_set, gid, extra_groups, uid, child_umask, preexec_fn,\n          /)\n--\n\nStart a program in a new process; return the process's id.",
)];

/// The module has no types.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_posixsubprocess");
    let doc = Str::new(thread, "A POSIX helper for the subprocess module.").value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    Ok(module)
}

/// A sequence of byte strings.
fn byte_strings(thread: &mut Thread, values: Value) -> PyResult<Vec<CString>> {
    let values = protocol::collect(thread, values)?;
    let mut strings = Vec::with_capacity(values.len());
    for &value in values.iter() {
        let Some(bytes) = value.downcast::<Bytes>() else {
            return Err(thread.type_error(format_args!(
                "expected bytes, {} found",
                value.class().name()
            )));
        };
        match CString::new(bytes.as_slice()) {
            Ok(string) => strings.push(string),
            Err(_) => return Err(thread.value_error("embedded null byte")),
        }
    }
    Ok(strings)
}

/// The descriptors that the child keeps: not negative, in rising order.
fn kept(thread: &mut Thread, value: Value) -> PyResult<Vec<i32>> {
    let Some(values) = value.downcast::<Tuple>() else {
        return Err(thread.type_error(format_args!(
            "fork_exec() argument 4 must be tuple, not {}",
            grwl_types_text::arguments::type_or_none(value)
        )));
    };
    let mut kept = Vec::with_capacity(values.len());
    let mut last = -1;
    for value in values.iter() {
        let fd = value.as_int().and_then(|fd| i32::try_from(fd).ok());
        match fd {
            Some(fd) if fd > last => {
                kept.push(fd);
                last = fd;
            }
            _ => return Err(thread.value_error("bad value(s) in fds_to_keep")),
        }
    }
    Ok(kept)
}

fn groups(thread: &mut Thread, value: Value) -> PyResult<Option<Vec<u32>>> {
    if value.is_none() {
        return Ok(None);
    }
    let Some(list) = value.downcast::<List>() else {
        return Err(thread.type_error("setgroups argument must be a list"));
    };
    if list.len() > MOST_GROUPS {
        return Err(thread.value_error("too many extra_groups"));
    }
    let given = list.snapshot(thread)?;
    let mut groups = Vec::with_capacity(given.len());
    for &each in given.iter() {
        if !int::is_int(each) {
            return Err(thread.type_error("extra_groups must be integers"));
        }
        let id = group(thread, each).map_err(|_| thread.value_error("invalid group id"))?;
        groups.push(id);
    }
    Ok(Some(groups))
}

fn fork_exec(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let slots = args.unpack::<COUNT>(thread, "fork_exec", COUNT)?;
    let [
        argv,
        executables,
        close_fds,
        pass_fds,
        cwd,
        env,
        p2c_read,
        p2c_write,
        c2p_read,
        c2p_write,
        err_read,
        err_write,
        error_read,
        error_write,
        restore_signals,
        session,
        process_group,
        gid,
        extra_groups,
        uid,
        umask,
        preexec,
    ] = slots.map(|slot| slot.unwrap_or_else(none));
    let close_fds = protocol::is_true(thread, close_fds)?;
    let keep = kept(thread, pass_fds)?;
    let mut pipes = [0; 8];
    for (pipe, value) in pipes.iter_mut().zip([
        p2c_read,
        p2c_write,
        c2p_read,
        c2p_write,
        err_read,
        err_write,
        error_read,
        error_write,
    ]) {
        *pipe = c_int(thread, value)?;
    }
    let restore_signals = protocol::is_true(thread, restore_signals)?;
    let session = protocol::is_true(thread, session)?;
    let process_group = c_int(thread, process_group)?;
    let umask = c_int(thread, umask)?;
    if close_fds && pipes[7] < 3 {
        return Err(thread.value_error("errpipe_write must be >= 3"));
    }
    let executables = byte_strings(thread, executables)?;
    let argv = match argv.not_none() {
        None => None,
        Some(argv) => {
            if !protocol::iterate::is_sequence(argv) {
                return Err(thread.type_error("argv must be a tuple or list"));
            }
            let values = protocol::collect(thread, argv)?;
            let mut strings = Vec::with_capacity(values.len());
            for &value in values.iter() {
                strings.push(system_name(thread, value)?);
            }
            Some(Strings::new(strings))
        }
    };
    let env = match env.not_none() {
        None => None,
        Some(env) => Some(Strings::new(byte_strings(thread, env)?)),
    };
    let cwd = match cwd.not_none() {
        None => None,
        Some(cwd) => Some(system_name(thread, cwd)?),
    };
    let groups = groups(thread, extra_groups)?;
    let gid = match gid.not_none() {
        None => None,
        Some(gid) => Some(group(thread, gid)?),
    };
    let uid = match uid.not_none() {
        None => None,
        Some(uid) => Some(user(thread, uid)?),
    };
    let [
        p2c_read,
        p2c_write,
        c2p_read,
        c2p_write,
        err_read,
        err_write,
        error_read,
        error_write,
    ] = pipes;
    let has_identity = groups.is_some() || gid.is_some() || uid.is_some();
    let mut plan = Plan {
        executables,
        argv: argv.unwrap_or_else(|| Strings::new(Vec::new())),
        env,
        cwd,
        close_fds,
        keep,
        p2c_read,
        p2c_write,
        c2p_read,
        c2p_write,
        err_read,
        err_write,
        error_read,
        error_write,
        restore_signals,
        session,
        process_group,
        groups,
        gid,
        uid,
        umask,
        most_files: child::most_files(),
        mask: None,
    };
    if let Some(preexec) = preexec.not_none() {
        if finalize::is_ending() {
            let message = "preexec_fn not supported at interpreter shutdown";
            return Err(thread.raise(&types::PYTHON_FINALIZATION_ERROR, message));
        }
        // SAFETY: `fork_with` stops the world.
        let act = || unsafe { libc::fork() };
        return match fork_with(thread, act, |_| Ok(()))? {
            Ok(0) => {
                let mut call = || protocol::call_positional(thread, preexec, &[]).is_ok();
                child::become_program(&plan, Some(&mut call));
            }
            Ok(pid) => Ok(Value::small(pid.into())),
            Err(errno) => Err(thread.os_error(errno)),
        };
    }
    written::settle_all(thread);
    let (pid, errno) = if has_identity {
        thread.safe(|| {
            // SAFETY: the child touches only what was prepared, and never comes back.
            let pid = unsafe { libc::fork() };
            if pid == 0 {
                child::become_program(&plan, None);
            }
            (pid, errno())
        })
    } else {
        thread.safe(|| child::spawn(&mut plan))
    };
    if pid < 0 {
        return Err(thread.os_error(errno));
    }
    Ok(Value::small(pid.into()))
}
