//! `fork` in a process with many threads.
//!
//! Protocol: the caller stops the world, so every other thread is Safe: it holds
//! no object lock, stands in no half-changed wait queue, is inside neither a
//! mailbox nor the parking lot. Then it locks the registry and the GIL's queue, which
//! Safe threads may use, and forks. In the parent everything is
//! undone. In the child, the other threads are gone:
//! - they leave the registry; objects biased to them are revoked as a dead owner's
//!   when somebody needs them;
//! - they leave the wait queues they stood in, so that nobody hands a lock to them;
//! - their handshake requests and half-taken parker tokens are forgotten;
//! - the line of writers and the GIL's queue are empty.
//!
//! A Python lock that a vanished thread held stays locked, as in CPython, whose
//! `threading` module resets its own after a fork.

use crate::mutator::Mutator;
use crate::poll::HANDSHAKE;
use crate::sync::Ordering;
use crate::thread_state::{ENDED, ThreadState};
use crate::wait_queue::WaitQueue;

impl Mutator {
    /// Runs `fork`, which is `libc::fork` or ends in it, with the world stopped, and
    /// makes the child's runtime one of a single thread. Returns what `fork` returned:
    /// 0 in the child, the child's process id or -1 in the parent.
    ///
    /// # Safety
    /// As `libc::fork`: in the child, locks of other libraries may be held by threads
    /// that do not exist there. `fork` returns 0 exactly in the child, and there is
    /// no thread in the process outside the runtime that the child would miss.
    pub unsafe fn fork_with(&mut self, fork: impl FnOnce() -> libc::pid_t) -> libc::pid_t {
        let stopped = self.stop_the_world();
        let survivor = stopped.mutator().state();
        let runtime = survivor.runtime();
        let mut registry = runtime.registry.lock();
        let is_child = |pid: &libc::pid_t| *pid == 0;
        let pid = runtime.gil.across_fork(fork, is_child);
        if is_child(&pid) {
            registry.waiting_writers.clear();
            for thread in registry.live.clone() {
                // SAFETY: states are never freed while the runtime lives.
                let thread = unsafe { thread.as_ref() };
                if !std::ptr::eq(thread, survivor) {
                    thread.vanish();
                    registry.remove(thread.id);
                }
            }
            survivor.reach.mailbox.lock().open();
            survivor.poll.fetch_and(!HANDSHAKE, Ordering::Relaxed);
            survivor.reach.parker.reset();
            crate::rest::after_fork();
        }
        drop(registry);
        pid
    }
}

impl ThreadState {
    /// The bearer does not exist in this process.
    fn vanish(&self) {
        WaitQueue::leave_dead(self);
        // The one lock of a state that a Safe thread never holds, so it is free.
        let mut mailbox = self.reach.mailbox.lock();
        mailbox.open();
        mailbox.close();
        drop(mailbox);
        self.reach.parker.reset();
        self.stop_depth.set(0);
        self.poll.store(0, Ordering::Relaxed);
        self.run_state.store(ENDED, Ordering::Relaxed);
        self.reach.serial.fetch_add(1, Ordering::Relaxed);
    }
}
