//! What the child does between the fork and the new program.
//!
//! Only async-signal-safe calls are made here, on memory that was prepared before; the one exception is `preexec`, for which the child was
//! forked with the world stopped.

use std::ffi::{CString, c_void};
use std::ptr::{null, null_mut};

use grwl_module_posix::call::errno;
use grwl_module_posix::execute::Strings;

/// What is to be done.
pub(crate) struct Plan {
    /// The names that are tried in turn.
    pub(crate) executables: Vec<CString>,
    pub(crate) argv: Strings,
    /// `None`: the parent's.
    pub(crate) env: Option<Strings>,
    pub(crate) cwd: Option<CString>,
    pub(crate) close_fds: bool,
    /// In rising order.
    pub(crate) keep: Vec<i32>,
    pub(crate) p2c_read: i32,
    pub(crate) p2c_write: i32,
    pub(crate) c2p_read: i32,
    pub(crate) c2p_write: i32,
    pub(crate) err_read: i32,
    pub(crate) err_write: i32,
    pub(crate) error_read: i32,
    pub(crate) error_write: i32,
    pub(crate) restore_signals: bool,
    pub(crate) session: bool,
    pub(crate) process_group: i32,
    pub(crate) groups: Option<Vec<u32>>,
    pub(crate) gid: Option<u32>,
    pub(crate) uid: Option<u32>,
    /// Negative: unchanged.
    pub(crate) umask: i32,
    /// One more than the highest descriptor there can be.
    pub(crate) most_files: i32,
    /// The mask that the program gets, if signals were blocked for the fork.
    pub(crate) mask: Option<libc::sigset_t>,
}

/// Why the child did not become the program.
struct Failure {
    errno: i32,
    message: &'static [u8],
}

/// Nothing was executed yet: the file name is not to blame.
const NOT_EXECUTED: &[u8] = b"noexec";

/// One more than the highest descriptor there can be.
pub(crate) fn most_files() -> i32 {
    // SAFETY: a plain call.
    let most = unsafe { libc::sysconf(libc::_SC_OPEN_MAX) };
    i32::try_from(most)
        .ok()
        .filter(|&most| most > 0)
        .unwrap_or(256)
}

/// Bytes of stack for a child that shares the parent's memory.
const STACK: usize = 256 << 10;

/// Starts the child on the parent's memory; its id, or -1 and the number of an error.
pub(crate) fn spawn(plan: &mut Plan) -> (i32, i32) {
    extern "C" fn start(plan: *mut c_void) -> libc::c_int {
        // SAFETY: the parent's, which stands still until the child is the program or has ended.
        become_program(unsafe { &*plan.cast::<Plan>() }, None)
    }
    let length = STACK;
    // SAFETY: a fresh private mapping.
    let stack = unsafe {
        libc::mmap(
            null_mut(),
            length,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK,
            -1,
            0,
        )
    };
    if stack == libc::MAP_FAILED {
        return (-1, errno());
    }
    // SAFETY: sets that are filled at once; the mask is put back below.
    let before = unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        let mut before: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const all, &raw mut before);
        before
    };
    plan.mask = Some(before);
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
    // SAFETY: a stack of the child's own; the plan lives until the child has no use for it, for this thread waits.
    let result = unsafe {
        let top = stack.cast::<u8>().add(length).cast();
        let pid = libc::clone(start, top, flags, std::ptr::from_mut(plan).cast());
        let error = errno();
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, null_mut());
        (pid, error)
    };
    // SAFETY: the mapping from above, which nobody uses any more.
    unsafe { libc::munmap(stack, length) };
    result
}

/// Does what is planned and becomes the program; if that fails, tells the parent why and ends.
pub(crate) fn become_program(plan: &Plan, preexec: Option<&mut dyn FnMut() -> bool>) -> ! {
    let failure = run(plan, preexec);
    report(plan.error_write, &failure);
    // SAFETY: the process ends here.
    unsafe { libc::_exit(255) }
}

/// Writes `OSError:<hexadecimal number>:<message>`, or `SubprocessError:0:<message>` if there is no number.
fn report(to: i32, failure: &Failure) {
    let mut text = [0u8; 128];
    let mut length = 0;
    let mut put = |bytes: &[u8]| {
        for &byte in bytes {
            if let Some(place) = text.get_mut(length) {
                *place = byte;
                length += 1;
            }
        }
    };
    if failure.errno == 0 {
        put(b"SubprocessError:0:");
    } else {
        put(b"OSError:");
        let mut digits = [0u8; 8];
        let mut first = digits.len();
        let mut rest = failure.errno as u32;
        while rest != 0 {
            first -= 1;
            digits[first] = b"0123456789ABCDEF"[(rest % 16) as usize];
            rest /= 16;
        }
        put(&digits[first..]);
        put(b":");
    }
    put(failure.message);
    // SAFETY: so many bytes of a local. Nobody can be told of a failure.
    unsafe { libc::write(to, text.as_ptr().cast(), length) };
}

fn failed() -> Failure {
    Failure {
        errno: errno(),
        message: NOT_EXECUTED,
    }
}

fn check(result: i32) -> Result<(), Failure> {
    if result == -1 { Err(failed()) } else { Ok(()) }
}

/// Lets a descriptor survive the start of the program.
fn inherit(fd: i32) -> Result<(), Failure> {
    // SAFETY: plain calls.
    unsafe {
        let flags = libc::fcntl(fd, libc::F_GETFD);
        check(flags)?;
        check(libc::fcntl(fd, libc::F_SETFD, flags & !libc::FD_CLOEXEC))
    }
}

fn close(fd: i32) -> Result<(), Failure> {
    if fd == -1 {
        return Ok(());
    }
    // SAFETY: the child's copy of a descriptor that it was told to close.
    check(unsafe { libc::close(fd) })
}

fn duplicate(fd: i32) -> Result<i32, Failure> {
    // SAFETY: a plain call.
    let new = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) };
    check(new)?;
    Ok(new)
}

/// Makes `fd` the standard stream with the number `standard`.
fn place(fd: i32, standard: i32) -> Result<(), Failure> {
    if fd == standard {
        inherit(fd)
    } else if fd != -1 {
        // SAFETY: a plain call.
        check(unsafe { libc::dup2(fd, standard) })
    } else {
        Ok(())
    }
}

fn close_others(plan: &Plan) {
    let close_between = |from: i32, to: i32| {
        if from > to {
            return;
        }
        // SAFETY: the child's copies.
        unsafe {
            if libc::syscall(libc::SYS_close_range, from, to, 0) != 0 {
                for fd in from..=to.min(plan.most_files) {
                    libc::close(fd);
                }
            }
        }
    };
    let mut from = 3;
    for &keep in &plan.keep {
        if keep >= from {
            close_between(from, keep - 1);
            from = keep + 1;
        }
    }
    close_between(from, i32::MAX);
}

fn default_action() -> libc::sigaction {
    // SAFETY: zeroes are the default action with an empty mask.
    unsafe { std::mem::zeroed() }
}

/// Handlers of the parent's would run on its memory: no signal has one any more when the mask is put back.
fn restore_mask(mask: &libc::sigset_t) {
    for signal in 1..=64 {
        let mut action = default_action();
        // SAFETY: valid places; signals that cannot be asked for are passed over.
        unsafe {
            if libc::sigaction(signal, null(), &raw mut action) == -1
                || action.sa_sigaction == libc::SIG_IGN
                || action.sa_sigaction == libc::SIG_DFL
            {
                continue;
            }
            let default = default_action();
            libc::sigaction(signal, &raw const default, null_mut());
        }
    }
    // SAFETY: a valid set.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, mask, null_mut()) };
}

fn prepare(plan: &Plan) -> Result<(), Failure> {
    for &fd in &plan.keep {
        // The descriptor for errors is to end with the start of the program.
        if fd != plan.error_write {
            inherit(fd)?;
        }
    }
    // The parent's ends.
    close(plan.p2c_write)?;
    close(plan.c2p_read)?;
    close(plan.err_read)?;
    close(plan.error_read)?;
    // When a stream is to be replaced by a pipe that has a standard stream's number, the pipe must move first.
    let mut out = plan.c2p_write;
    if out == 0 {
        out = duplicate(out)?;
    }
    let mut err = plan.err_write;
    while err == 0 || err == 1 {
        err = duplicate(err)?;
    }
    place(plan.p2c_read, 0)?;
    place(out, 1)?;
    place(err, 2)?;
    if let Some(cwd) = &plan.cwd {
        // SAFETY: a terminated name.
        if unsafe { libc::chdir(cwd.as_ptr()) } == -1 {
            return Err(Failure {
                errno: errno(),
                message: b"noexec:chdir",
            });
        }
    }
    if plan.umask >= 0 {
        // SAFETY: a plain call.
        unsafe { libc::umask(plan.umask as libc::mode_t) };
    }
    if plan.restore_signals {
        for signal in [libc::SIGPIPE, libc::SIGXFSZ] {
            let default = default_action();
            // SAFETY: a valid action.
            unsafe { libc::sigaction(signal, &raw const default, null_mut()) };
        }
    }
    if let Some(mask) = &plan.mask {
        restore_mask(mask);
    }
    // SAFETY: plain calls.
    unsafe {
        if plan.session {
            check(libc::setsid())?;
        }
        if plan.process_group >= 0 {
            check(libc::setpgid(0, plan.process_group))?;
        }
        if let Some(groups) = &plan.groups {
            check(libc::setgroups(groups.len(), groups.as_ptr()))?;
        }
        if let Some(gid) = plan.gid {
            check(libc::setregid(gid, gid))?;
        }
        if let Some(uid) = plan.uid {
            check(libc::setreuid(uid, uid))?;
        }
    }
    Ok(())
}

/// Comes back only if something failed.
fn run(plan: &Plan, preexec: Option<&mut dyn FnMut() -> bool>) -> Failure {
    if let Err(failure) = prepare(plan) {
        return failure;
    }
    if let Some(preexec) = preexec
        && !preexec()
    {
        return Failure {
            errno: 0,
            message: b"Exception occurred in preexec_fn.",
        };
    }
    if plan.close_fds {
        close_others(plan);
    }
    let mut kept = 0;
    let mut last = 0;
    for name in &plan.executables {
        // SAFETY: a terminated name, terminated tables of terminated strings.
        unsafe {
            match &plan.env {
                Some(env) => libc::execve(
                    name.as_ptr(),
                    plan.argv.as_ptr().cast(),
                    env.as_ptr().cast(),
                ),
                None => libc::execv(name.as_ptr(), plan.argv.as_ptr().cast()),
            };
        }
        last = errno();
        if last != libc::ENOENT && last != libc::ENOTDIR && kept == 0 {
            kept = last;
        }
    }
    Failure {
        errno: if kept == 0 { last } else { kept },
        message: b"",
    }
}
