//! The real machine's side of the [`sync`](super) door.
//!
//! The mutex and the futex are our own few lines over the `futex` system call,
//! for three reasons: a futex word has no hidden queue that a `fork` could
//! catch half-changed, waking one is allowed in a signal handler, and the
//! sanitizers see every access.

pub use std::sync::atomic::{
    AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
};
pub use std::thread;

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::time::{Duration, Instant};

/// A full fence directly after an atomic read-modify-write by this thread.
/// On x86-64 the locked instruction is one already, so only the compiler is
/// told.
#[inline(always)]
pub fn fence_after_rmw() {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    std::sync::atomic::compiler_fence(Ordering::SeqCst);
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    fence(Ordering::SeqCst);
}

/// Has a model failed, so that destructors must not touch it? Never here.
#[inline(always)]
pub const fn model_failed() -> bool {
    false
}

/// Tells the processor that this is a spin loop.
#[inline(always)]
pub fn spin_hint() {
    std::hint::spin_loop();
}

/// How often a waiter looks again before it sleeps. Hand-overs between cores take well
/// under a microsecond; a sleeping thread takes tens to wake.
const SPINS: u32 = 64;

/// Looks a few times whether `condition` has come true; false if it has not.
pub fn spin_until(condition: impl Fn() -> bool) -> bool {
    for _ in 0..SPINS {
        if condition() {
            return true;
        }
        spin_hint();
    }
    false
}

/// Looks again and again for `limit`, and lets others run between; false if `condition` has not come true. For what is over sooner than a sleeping thread is awake.
pub fn stay_awake(limit: Duration, condition: impl Fn() -> bool) -> bool {
    if lot::is_only_processor() {
        return condition();
    }
    let begin = Instant::now();
    loop {
        if spin_until(&condition) {
            return true;
        }
        if begin.elapsed() >= limit {
            return false;
        }
        std::thread::yield_now();
    }
}

/// `std::cell::UnsafeCell` with loom's interface.
#[derive(Debug, Default)]
#[repr(transparent)]
pub struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    /// A cell holding `value`.
    pub const fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    /// Hands the contents' address to `f` for reading.
    #[inline(always)]
    pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    /// Hands the contents' address to `f` for writing.
    #[inline(always)]
    pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }

    /// The contents, at the end of their life.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

/// A point in time after which a wait gives up.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    /// `duration` from now; `None` ("never") if the clock cannot express it.
    pub fn after(duration: Duration) -> Option<Self> {
        Instant::now().checked_add(duration).map(Self)
    }

    /// Time left, zero when it has passed.
    pub fn remaining(&self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

/// A word on which threads sleep until somebody says that it has changed.
#[derive(Debug)]
pub struct Futex(AtomicU32);

impl Futex {
    /// A futex whose word starts as `value`.
    pub const fn new(value: u32) -> Self {
        Self(AtomicU32::new(value))
    }

    /// The word itself.
    #[inline(always)]
    pub fn word(&self) -> &AtomicU32 {
        &self.0
    }

    /// Sleeps while the word is `expected`, at most until `deadline`. Returns
    /// false when the time is up; returns true for any other reason, a signal
    /// handler that ran on this thread included, so callers look again. `errno` is kept:
    /// code that comes back from a blocking call still wants to read it.
    pub fn wait(&self, expected: u32, deadline: Option<&Deadline>) -> bool {
        let timeout = deadline.map(|deadline| {
            let left = deadline.remaining();
            libc::timespec {
                tv_sec: left.as_secs().try_into().unwrap_or(libc::time_t::MAX),
                tv_nsec: left.subsec_nanos().into(),
            }
        });
        let pointer = timeout
            .as_ref()
            .map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: the word outlives the call (borrowed), and the timespec lives
        // in `timeout` until the call is over; errno is this thread's own.
        unsafe {
            let saved = *libc::__errno_location();
            let result = libc::syscall(
                libc::SYS_futex,
                self.0.as_ptr(),
                libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
                expected,
                pointer,
            );
            let timed_out = result == -1 && *libc::__errno_location() == libc::ETIMEDOUT;
            *libc::__errno_location() = saved;
            !timed_out
        }
    }

    /// Wakes one sleeper, if any. Async-signal-safe: one system call, `errno` kept.
    pub fn wake_one(&self) {
        // SAFETY: errno is this thread's own; the kernel only uses the address
        // as a key.
        unsafe {
            let saved = *libc::__errno_location();
            libc::syscall(
                libc::SYS_futex,
                self.0.as_ptr(),
                libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
                1,
            );
            *libc::__errno_location() = saved;
        }
    }
}

const UNLOCKED: u32 = 0;
const LOCKED: u32 = 1;
const CONTENDED: u32 = 2;

/// A mutex for short stretches of bookkeeping inside this crate. It may be
/// taken by threads that are not Running; it is never held across a wait.
#[derive(Debug)]
pub struct Mutex<T> {
    futex: Futex,
    value: UnsafeCell<T>,
}

// SAFETY: the protocol of `lock` gives one thread at a time access to `value`.
unsafe impl<T: Send> Send for Mutex<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    /// An unlocked mutex around `value`.
    pub const fn new(value: T) -> Self {
        Self {
            futex: Futex::new(UNLOCKED),
            value: UnsafeCell::new(value),
        }
    }

    /// Waits until the mutex is free and takes it.
    #[inline]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        // Acquire: partner is the Release in the guard's drop.
        if self
            .futex
            .word()
            .compare_exchange(UNLOCKED, LOCKED, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            self.lock_contended();
        }
        MutexGuard {
            mutex: self,
            _access: PhantomData,
        }
    }

    #[cold]
    fn lock_contended(&self) {
        let word = self.futex.word();
        spin_until(|| word.load(Ordering::Relaxed) == UNLOCKED);
        // Acquire: as in `lock`. Taking it as CONTENDED is right even if nobody
        // else sleeps: it costs one needless wake-up, never a lost one.
        while word.swap(CONTENDED, Ordering::Acquire) != UNLOCKED {
            self.futex.wait(CONTENDED, None);
        }
    }
}

/// Access to a locked [`Mutex`]; dropping it unlocks.
#[derive(Debug)]
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    /// Shared between threads only if `&mut T` may be.
    _access: PhantomData<&'a mut T>,
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the guard is the proof that this thread holds the mutex.
        self.mutex.value.with(|value| unsafe { &*value })
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`, and `&mut self` makes this the only reference.
        self.mutex.value.with_mut(|value| unsafe { &mut *value })
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // Release: partner is the Acquire in `lock`.
        let futex = &self.mutex.futex;
        if futex.word().swap(UNLOCKED, Ordering::Release) == CONTENDED {
            futex.wake_one();
        }
    }
}

/// The parking lot: queues of sleeping threads keyed by an address
/// (`parking_lot_core`).
///
/// Only Running threads may come here. Its buckets are locked inside, so a
/// `fork` that caught a thread in there would leave the child with a bucket
/// locked for ever; `fork` stops the world first, and then no thread is. For the same reason
/// nothing in the program uses `parking_lot`'s own locks where a thread may be
/// Safe or unknown to the runtime: they share the buckets.
pub mod lot {
    use parking_lot_core::{FilterOp, ParkResult, ParkToken, UnparkToken};

    const NORMAL: UnparkToken = UnparkToken(0);
    const HANDED_OVER: UnparkToken = UnparkToken(1);
    const PATIENT: ParkToken = ParkToken(0);
    const IMPATIENT: ParkToken = ParkToken(1);

    /// What the waker decides while the queue stands still.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Verdict {
        /// The woken thread competes for the lock like anybody.
        Compete,
        /// The woken thread has the lock: fairness.
        HandOver,
    }

    /// What stood in the queue when the waker looked.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Found {
        /// Nobody.
        Nobody,
        /// A thread that is being woken.
        Waiter,
        /// A thread that is being woken and has waited long: hand the lock over.
        ImpatientWaiter,
    }

    /// How a thread passes the time before it parks: it looks again after a while, each time twice as long. Meanwhile it leaves the lock's memory alone,
    /// so the holder goes on as fast as if it were by itself, and takes the lock many times before they meet again.
    pub struct Spinner {
        pauses: u32,
        most: u32,
    }

    /// Pauses before the second look; a pause takes some ten nanoseconds.
    const FIRST: u32 = 32;
    /// Pauses before the last look at an object's lock.
    const MOST: u32 = 2048;
    /// Pauses before the last look at what may take long: together about what it costs to sleep and be woken.
    const MOST_SHORT: u32 = 512;

    impl Spinner {
        /// At the start of a wait for an object's lock.
        pub const fn new() -> Self {
            Self {
                pauses: FIRST,
                most: MOST,
            }
        }

        /// At the start of a wait for something that may take long.
        pub const fn short() -> Self {
            Self {
                pauses: FIRST,
                most: MOST_SHORT,
            }
        }

        /// Waits a little; false if it is time to park.
        pub fn spin(&mut self) -> bool {
            if self.pauses > self.most || is_only_processor() {
                return false;
            }
            for _ in 0..self.pauses {
                std::hint::spin_loop();
            }
            self.pauses *= 2;
            true
        }
    }

    /// Waiting awake is no use if nobody else can run meanwhile.
    pub fn is_only_processor() -> bool {
        static ONLY: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
        *ONLY.get_or_init(|| {
            std::thread::available_parallelism().is_ok_and(|count| count.get() == 1)
        })
    }

    impl Default for Spinner {
        fn default() -> Self {
            Self::new()
        }
    }

    /// Sleeps in the queue `key` if `still_needed` holds with the queue
    /// standing still. True if the waker handed the lock over.
    ///
    /// # Safety
    /// `key` is an address that no unrelated code parks on. `still_needed` does not
    /// come back to the parking lot and does not panic.
    pub unsafe fn park(key: usize, impatient: bool, still_needed: impl FnOnce() -> bool) -> bool {
        let token = if impatient { IMPATIENT } else { PATIENT };
        // SAFETY: the caller's promise; the other callbacks are empty.
        let result =
            unsafe { parking_lot_core::park(key, still_needed, || {}, |_, _| {}, token, None) };
        result == ParkResult::Unparked(HANDED_OVER)
    }

    /// Wakes the first thread of the queue `key`; `decide` runs with the queue
    /// standing still, whether or not anybody is in it.
    ///
    /// # Safety
    /// As [`park`], for `decide`.
    pub unsafe fn unpark_one(key: usize, decide: impl FnOnce(Found) -> Verdict) {
        let found = std::cell::Cell::new(Found::Nobody);
        let first_only = |token: ParkToken| {
            if found.get() != Found::Nobody {
                return FilterOp::Stop;
            }
            found.set(if token == IMPATIENT {
                Found::ImpatientWaiter
            } else {
                Found::Waiter
            });
            FilterOp::Unpark
        };
        // SAFETY: the caller's promise; the filter does not come back either.
        unsafe {
            parking_lot_core::unpark_filter(key, first_only, |_| match decide(found.get()) {
                Verdict::Compete => NORMAL,
                Verdict::HandOver => HANDED_OVER,
            });
        }
    }
}
