//! What a child may not do: change files, start programs, touch other processes, use the network, use all memory.
//!
//! A mutated program may call anything. The child gets limits, and a filter of system calls under which these calls answer EPERM. Threads are let through.

use std::io;

/// Bytes of address space.
const MEMORY: u64 = 3 << 30;
/// Seconds of processor time.
const SECONDS: u64 = 300;

const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
const ANY_BIT: u16 = (libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K) as u16;
const ANSWER: u16 = (libc::BPF_RET | libc::BPF_K) as u16;

/// Calls that are refused whatever their arguments are.
const REFUSED: &[libc::c_long] = &[
    libc::SYS_unlink,
    libc::SYS_unlinkat,
    libc::SYS_rename,
    libc::SYS_renameat,
    libc::SYS_renameat2,
    libc::SYS_rmdir,
    libc::SYS_mkdir,
    libc::SYS_mkdirat,
    libc::SYS_mknod,
    libc::SYS_mknodat,
    libc::SYS_link,
    libc::SYS_linkat,
    libc::SYS_symlink,
    libc::SYS_symlinkat,
    libc::SYS_truncate,
    libc::SYS_chmod,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_chown,
    libc::SYS_fchown,
    libc::SYS_lchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_creat,
    libc::SYS_kill,
    libc::SYS_ptrace,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_chroot,
    libc::SYS_pivot_root,
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_fork,
    libc::SYS_vfork,
    libc::SYS_setuid,
    libc::SYS_setgid,
    libc::SYS_setpriority,
    libc::SYS_setrlimit,
    libc::SYS_setxattr,
    libc::SYS_removexattr,
    libc::SYS_shmget,
    libc::SYS_openat2,
    libc::SYS_process_vm_writev,
    libc::SYS_reboot,
    libc::SYS_sethostname,
    libc::SYS_memfd_create,
    libc::SYS_pidfd_send_signal,
    libc::SYS_setpgid,
    libc::SYS_setsid,
    libc::SYS_sched_setaffinity,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_tkill,
];

fn step(code: u16, value: u32, if_so: u8, if_not: u8) -> libc::sock_filter {
    libc::sock_filter {
        code,
        jt: if_so,
        jf: if_not,
        k: value,
    }
}

/// The filter for [`enter`].
pub fn steps() -> Vec<libc::sock_filter> {
    let refuse = |error: i32| step(ANSWER, libc::SECCOMP_RET_ERRNO | error as u32, 0, 0);
    let argument = |index: u32| step(LOAD, 16 + 8 * index, 0, 0);
    let number = step(LOAD, 0, 0, 0);
    let mut steps = vec![number];
    for &call in REFUSED {
        steps.extend([step(EQUAL, call as u32, 0, 1), refuse(libc::EPERM)]);
    }
    // Opened to be read only.
    let writes = (libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC) as u32;
    for (call, flags) in [(libc::SYS_open, 1), (libc::SYS_openat, 2)] {
        steps.extend([
            step(EQUAL, call as u32, 0, 4),
            argument(flags),
            step(ANY_BIT, writes, 0, 1),
            refuse(libc::EPERM),
            number,
        ]);
    }
    // A thread, but no process; who is refused the newer call tries the older one.
    steps.extend([
        step(EQUAL, libc::SYS_clone3 as u32, 0, 1),
        refuse(libc::ENOSYS),
        step(EQUAL, libc::SYS_clone as u32, 0, 3),
        argument(0),
        step(ANY_BIT, libc::CLONE_THREAD as u32, 1, 0),
        refuse(libc::EPERM),
        step(ANSWER, libc::SECCOMP_RET_ALLOW, 0, 0),
    ]);
    steps
}

/// Puts the process into the cage. It is called between `fork` and `exec`, and allocates nothing then: `steps` was made before.
///
/// # Errors
/// What the system says.
pub fn enter(steps: &[libc::sock_filter]) -> io::Result<()> {
    let limit = |which, value: u64, most: u64| {
        let limit = libc::rlimit {
            rlim_cur: value,
            rlim_max: most,
        };
        // SAFETY: a valid structure.
        match unsafe { libc::setrlimit(which, &raw const limit) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    };
    limit(libc::RLIMIT_AS, MEMORY, MEMORY)?;
    // At the first limit the system says SIGXCPU, which tells a hang; at the second one it kills.
    limit(libc::RLIMIT_CPU, SECONDS, SECONDS + 5)?;
    limit(libc::RLIMIT_CORE, 0, 0)?;
    // What the child writes into the file that is its stderr.
    limit(libc::RLIMIT_FSIZE, 16 << 20, 16 << 20)?;
    let program = libc::sock_fprog {
        len: steps.len() as u16,
        filter: steps.as_ptr().cast_mut(),
    };
    // SAFETY: a valid filter program.
    let failed = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
            || libc::prctl(
                libc::PR_SET_SECCOMP,
                libc::SECCOMP_MODE_FILTER,
                &raw const program,
            ) != 0
    };
    if failed {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
