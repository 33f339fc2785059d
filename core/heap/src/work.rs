//! Mark stacks, and the pool through which markers share work.
//!
//! ## Protocol
//! - A marker has a stack of fixed size. When it is full, its lower half goes to the pool as a
//!   chunk; when it is empty, the marker takes a chunk. If not even a chunk can be had, the entry is
//!   dropped and `overflowed` set: after the others are done the heap is searched for marked cells with
//!   unmarked edges (see `mark`), until no entry was dropped.
//! - The collecting thread begins alone, and marks without atomic operations. Only when it sees a
//!   `hungry` helper does it go over to atomic ones and *open* the pool: no helper touches
//!   anything before that.
//! - Marking is over when no marker is busy and there is no chunk.

use std::ptr::NonNull;

use grwl_threads::sync::{AtomicBool, AtomicU32, AtomicUsize, Mutex, Ordering, spin_hint};

/// Most entries that are handed over at a time.
const DONATION: usize = 4096;
/// With less than this a marker keeps what it has.
const WORTH_SHARING: usize = 64;

/// Entries to be looked at. See `tracer` for what they are.
pub(crate) struct MarkStack {
    words: Vec<u64>,
    /// Where to spill; null for stacks that just grow.
    pool: Option<NonNull<WorkPool>>,
}

// SAFETY: the pool is Sync and outlives the stacks that name it.
unsafe impl Send for MarkStack {}

impl MarkStack {
    /// A stack that grows as needed, for use outside of marking.
    pub(crate) fn growing() -> Self {
        Self {
            words: Vec::with_capacity(256),
            pool: None,
        }
    }

    /// A stack that spills into `pool`, which outlives it.
    pub(crate) fn spilling(pool: &WorkPool) -> Self {
        Self {
            words: Vec::with_capacity(pool.stack_words),
            pool: Some(pool.into()),
        }
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, word: u64) {
        if self.words.len() == self.words.capacity() && !self.make_room() {
            return;
        }
        // SAFETY: there is room: the length is below the capacity.
        unsafe {
            let length = self.words.len();
            self.words.as_mut_ptr().add(length).write(word);
            self.words.set_len(length + 1);
        }
    }

    #[inline(always)]
    pub(crate) fn pop(&mut self) -> Option<u64> {
        self.words.pop()
    }

    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    #[cold]
    #[inline(never)]
    fn make_room(&mut self) -> bool {
        let Some(pool) = self.pool else {
            self.words.reserve(self.words.len());
            return true;
        };
        // SAFETY: the pool outlives its stacks.
        unsafe { pool.as_ref() }.spill(self)
    }

    /// Moves the lowest `count` entries, which lead to most work, out.
    fn split_off(&mut self, count: usize) -> Option<Vec<u64>> {
        let mut chunk = Vec::new();
        chunk.try_reserve_exact(count).ok()?;
        chunk.extend(self.words.drain(..count));
        Some(chunk)
    }
}

/// See the module's head.
pub(crate) struct WorkPool {
    state: Mutex<State>,
    /// Helpers without work.
    hungry: AtomicU32,
    chunks: AtomicUsize,
    finished: AtomicBool,
    overflowed: AtomicBool,
    stack_words: usize,
    most_chunks: usize,
}

struct State {
    chunks: Vec<Vec<u64>>,
    busy: u32,
    open: bool,
}

impl WorkPool {
    /// A pool whose stacks have room for `stack_words` entries and which holds at most `most_chunks`
    /// chunks.
    pub(crate) fn new(stack_words: usize, most_chunks: usize) -> Self {
        Self {
            state: Mutex::new(State {
                chunks: Vec::new(),
                busy: 0,
                open: false,
            }),
            hungry: AtomicU32::new(0),
            chunks: AtomicUsize::new(0),
            finished: AtomicBool::new(false),
            overflowed: AtomicBool::new(false),
            stack_words: stack_words.max(4),
            most_chunks,
        }
    }

    /// The collecting thread begins, alone.
    pub(crate) fn begin(&self) {
        let mut state = self.state.lock();
        state.busy = 1;
        state.open = false;
        self.finished.store(false, Ordering::Relaxed);
    }

    /// From now on helpers get work, and everybody marks atomically.
    pub(crate) fn open(&self) {
        self.state.lock().open = true;
    }

    /// Does a helper wait for work?
    #[inline(always)]
    pub(crate) fn is_hungry(&self) -> bool {
        self.hungry.load(Ordering::Relaxed) != 0
    }

    /// Were entries dropped since this was last asked?
    pub(crate) fn take_overflowed(&self) -> bool {
        self.overflowed.swap(false, Ordering::Relaxed)
    }

    #[cold]
    fn spill(&self, stack: &mut MarkStack) -> bool {
        let mut state = self.state.lock();
        let room = state.chunks.len() < self.most_chunks && state.chunks.try_reserve(1).is_ok();
        let chunk = room.then(|| stack.split_off(stack.len() / 2)).flatten();
        match chunk {
            Some(chunk) => {
                state.chunks.push(chunk);
                self.chunks.store(state.chunks.len(), Ordering::Relaxed);
                true
            }
            None => {
                self.overflowed.store(true, Ordering::Relaxed);
                false
            }
        }
    }

    /// Gives some of a busy marker's work to hungry ones.
    #[cold]
    pub(crate) fn donate(&self, stack: &mut MarkStack) {
        if stack.len() < WORTH_SHARING || self.chunks.load(Ordering::Relaxed) > 0 {
            return;
        }
        if let Some(chunk) = stack.split_off((stack.len() / 2).min(DONATION)) {
            let mut state = self.state.lock();
            state.chunks.push(chunk);
            self.chunks.store(state.chunks.len(), Ordering::Relaxed);
        }
    }

    /// New work for a busy marker whose stack is empty. False: marking is over.
    pub(crate) fn refill(&self, stack: &mut MarkStack) -> bool {
        let mut state = self.state.lock();
        if let Some(chunk) = self.take(&mut state) {
            drop(state);
            stack.words.extend_from_slice(&chunk);
            return true;
        }
        state.busy -= 1;
        if state.busy == 0 {
            // Release: partner is the Acquire in `wait_for_work`.
            self.finished.store(true, Ordering::Release);
            return false;
        }
        drop(state);
        self.wait_for_work(stack)
    }

    /// Work for a helper that was not busy. False: marking is over.
    pub(crate) fn wait_for_work(&self, stack: &mut MarkStack) -> bool {
        self.hungry.fetch_add(1, Ordering::Relaxed);
        let mut spins = 0;
        let found = loop {
            // Acquire: partner is the Release in `refill`.
            if self.finished.load(Ordering::Acquire) {
                break false;
            }
            if self.chunks.load(Ordering::Relaxed) > 0 {
                let mut state = self.state.lock();
                if state.open
                    && let Some(chunk) = self.take(&mut state)
                {
                    state.busy += 1;
                    drop(state);
                    stack.words.extend_from_slice(&chunk);
                    break true;
                }
            }
            spins += 1;
            if spins < 200 {
                spin_hint();
            } else {
                grwl_threads::sync::thread::yield_now();
            }
        };
        self.hungry.fetch_sub(1, Ordering::Relaxed);
        found
    }

    fn take(&self, state: &mut State) -> Option<Vec<u64>> {
        let chunk = state.chunks.pop()?;
        self.chunks.store(state.chunks.len(), Ordering::Relaxed);
        Some(chunk)
    }
}
