//! The thread that waits for a time-out. It is none of Python's: it runs when those are stuck.
//!
//! Each start and each end counts `round` up; a thread whose round is over ends. While tracebacks are written the state is locked, so nothing is written
//! after [`cancel`] has returned.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use grwl_object::Thread;

use crate::dump::{self, Writer};

static ROUND: Mutex<u64> = Mutex::new(0);
static CHANGED: Condvar = Condvar::new();

fn round() -> MutexGuard<'static, u64> {
    ROUND.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is written first: `Timeout (0:00:00.500000)!`
fn header(to: &mut Writer, micros: u64) {
    let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
    to.text("Timeout (");
    to.number(seconds / 3600, 10, 1);
    to.byte(b':');
    to.number(seconds / 60 % 60, 10, 2);
    to.byte(b':');
    to.number(seconds % 60, 10, 2);
    if micros != 0 {
        to.byte(b'.');
        to.number(micros, 10, 6);
    }
    to.text(")!\n");
}

fn watch(own: u64, micros: u64, fd: i32, repeat: bool, exit: bool) {
    // SAFETY: a set that is filled at once. Signals are for Python's threads.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, std::ptr::null_mut());
    }
    let length = Duration::from_micros(micros);
    let mut round = round();
    loop {
        let end = Instant::now().checked_add(length);
        loop {
            if *round != own {
                return;
            }
            let rest = end.map(|end| end.saturating_duration_since(Instant::now()));
            match rest {
                Some(rest) if rest.is_zero() => break,
                Some(rest) => {
                    let waited = CHANGED.wait_timeout(round, rest);
                    round = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                None => {
                    round = CHANGED.wait(round).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
        let mut to = Writer::new(fd);
        header(&mut to, micros);
        to.flush();
        dump::all_threads(fd);
        if exit {
            // SAFETY: the process ends here.
            unsafe { libc::_exit(1) };
        }
        if !repeat {
            return;
        }
    }
}

/// Starts waiting anew; false: there is no thread for it.
pub(crate) fn start(thread: &mut Thread, micros: u64, fd: i32, repeat: bool, exit: bool) -> bool {
    let own = next(thread);
    std::thread::Builder::new()
        .name("faulthandler".to_owned())
        .spawn(move || watch(own, micros, fd, repeat, exit))
        .is_ok()
}

/// Waits no more.
pub(crate) fn cancel(thread: &mut Thread) {
    next(thread);
}

fn next(thread: &mut Thread) -> u64 {
    thread.safe(|| {
        let mut round = round();
        *round += 1;
        CHANGED.notify_all();
        *round
    })
}
