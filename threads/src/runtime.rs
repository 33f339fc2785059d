//! The runtime: one per process in earnest, several in tests.
//!
//! It owns the registry of threads, the GIL (used in global mode only) and the
//! name of the present writer. Its configuration never changes after it is made.

use std::alloc::Layout;
use std::ptr::NonNull;
use std::sync::Arc;
use std::time::Duration;

use crate::gil::Gil;
use crate::mutator::Attached;
use crate::registry::{Registry, Table};
use crate::sync::{AtomicBool, AtomicPtr, MAX_THREADS, Mutex, Ordering, model_failed};
use crate::thread_state::ThreadState;

/// How many threads run Python at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `--gil=global`: one, handed over after the switch interval.
    Global,
    /// `--gil=rwlock`: all of them.
    RwLock,
}

/// What a runtime is made with.
#[derive(Clone, Debug)]
pub struct Config {
    /// How many threads run at a time.
    pub mode: Mode,
    /// Global mode: how long a thread may keep the GIL while others wait.
    /// CPython's default is 5 ms.
    pub switch_interval: Duration,
    /// Random preemption at safepoints, from this seed. See `stress`.
    pub stress: Option<u64>,
    /// Most threads alive at a time, at most [`MAX_THREADS`].
    pub max_threads: usize,
    /// Memory to put behind each [`ThreadState`], for the runtime above. Its bytes
    /// start as zero.
    pub extension: Layout,
}

impl Config {
    /// The defaults for `mode`, without stress.
    pub fn new(mode: Mode) -> Self {
        Self {
            mode,
            switch_interval: Duration::from_millis(5),
            stress: None,
            max_threads: MAX_THREADS,
            extension: Layout::new::<()>(),
        }
    }

    /// The same with the stress switch as the environment variable
    /// `GRWL_STRESS` says: a decimal seed; unset or empty is off.
    ///
    /// # Errors
    /// If the variable holds anything else.
    pub fn stress_from_env(mut self) -> Result<Self, InvalidStressSeed> {
        self.stress = match std::env::var("GRWL_STRESS") {
            Err(std::env::VarError::NotPresent) => None,
            Err(std::env::VarError::NotUnicode(text)) => {
                return Err(InvalidStressSeed(text.to_string_lossy().into_owned()));
            }
            Ok(text) if text.is_empty() => None,
            Ok(text) => Some(text.parse().map_err(|_| InvalidStressSeed(text))?),
        };
        Ok(self)
    }
}

/// `GRWL_STRESS` holds something that is no seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidStressSeed(String);

impl std::fmt::Display for InvalidStressSeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GRWL_STRESS: not an unsigned number: {:?}", self.0)
    }
}

impl std::error::Error for InvalidStressSeed {}

/// No further thread can be attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyThreads {
    /// The limit that is reached.
    pub limit: usize,
}

impl std::fmt::Display for TooManyThreads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "too many threads: {} are alive", self.limit)
    }
}

impl std::error::Error for TooManyThreads {}

/// See the module's head.
pub struct Runtime {
    pub(crate) mode: Mode,
    pub(crate) stress: Option<u64>,
    pub(crate) max_threads: usize,
    /// The layout of a thread state with its extension, and where the latter begins.
    pub(crate) state_layout: (Layout, usize),
    pub(crate) gil: Gil,
    pub(crate) registry: Mutex<Registry>,
    pub(crate) table: Table,
    /// The thread that is stopping the world, or the last one that did.
    pub(crate) writer: AtomicPtr<ThreadState>,
    /// All threads but one sleep for ever; changes with the registry locked. See [`Mutator::close_to_others`](crate::Mutator::close_to_others).
    pub(crate) is_closed: AtomicBool,
}

// SAFETY: the raw pointers inside lead to thread states, which are Sync and
// owned by the runtime.
unsafe impl Send for Runtime {}
// SAFETY: as above; everything that changes is atomic or locked.
unsafe impl Sync for Runtime {}

impl Runtime {
    /// A runtime without threads.
    ///
    /// # Panics
    /// If `config.max_threads` is zero or above [`MAX_THREADS`], or the extension's
    /// layout overflows.
    pub fn new(config: Config) -> Arc<Self> {
        assert!(
            (1..=MAX_THREADS).contains(&config.max_threads),
            "max_threads must be 1 to {MAX_THREADS}"
        );
        let (layout, offset) = Layout::new::<ThreadState>()
            .extend(config.extension)
            .expect("the extension's layout fits into memory");
        Arc::new(Self {
            mode: config.mode,
            stress: config.stress,
            max_threads: config.max_threads,
            state_layout: (layout.pad_to_align(), offset),
            gil: Gil::new(config.switch_interval),
            registry: Mutex::new(Registry::new()),
            table: Table::new(config.max_threads),
            writer: AtomicPtr::new(std::ptr::null_mut()),
            is_closed: AtomicBool::new(false),
        })
    }

    /// How many threads run at a time.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Makes the calling thread one of the runtime's and waits until it may run.
    ///
    /// # Errors
    /// If as many threads are alive as the runtime allows.
    pub fn attach(self: &Arc<Self>) -> Result<Attached, TooManyThreads> {
        let state = self.register()?;
        // SAFETY: `register` gave this thread a fresh state, which nobody else owns.
        Ok(unsafe { Attached::begin(self.clone(), state) })
    }

    /// Global mode: how long a thread may keep the GIL while others wait.
    pub fn switch_interval(&self) -> Duration {
        self.gil.switch_interval()
    }

    /// Sets the switch interval (`sys.setswitchinterval`); waits that have begun end
    /// by the old one. Without effect in rwlock mode.
    pub fn set_switch_interval(&self, interval: Duration) {
        self.gil.set_switch_interval(interval);
    }

    /// Visits the states that have a bearer, without a lock: for a signal handler, or when the program hangs. Threads may begin and end meanwhile.
    pub fn for_each_bearer(&self, mut visit: impl FnMut(&ThreadState)) {
        for id in 1..=crate::MAX_THREADS as u32 {
            let Some(state) = self.table.get(id) else {
                return;
            };
            if state.has_bearer() {
                visit(state);
            }
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }

    /// How many threads are alive.
    pub fn live_threads(&self) -> usize {
        self.registry.lock().live.len()
    }

    /// Byte offset of the extension behind a [`ThreadState`], for compiled code.
    pub fn extension_offset(&self) -> usize {
        self.state_layout.1
    }

    pub(crate) fn as_non_null(&self) -> NonNull<Self> {
        NonNull::from(self)
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if model_failed() {
            return;
        }
        // SAFETY: nobody is attached any more (each `Attached` and each handle
        // keeps an Arc), so no reference to a state is left.
        unsafe { self.table.free(self.state_layout.0) };
    }
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runtime")
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

#[cfg(loom)]
impl Runtime {
    /// Lets the deadline of every wait pass, now and later.
    pub fn expire_deadlines(&self) {
        for thread in self.registry.lock().live.iter() {
            // SAFETY: states are never freed while the runtime lives.
            unsafe { thread.as_ref() }.reach.parker.expire();
        }
    }
}
