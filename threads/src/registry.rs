//! The registry: which threads are alive, and which ids are free.
//!
//! Protocol: one mutex orders attaching, ending, the choice of a writer and the
//! taking of dead owners' objects. A thread registers itself as Safe and ends
//! while Running; as nobody becomes Running during a stop, the set of
//! threads that a writer sees can only grow by threads that touch nothing.
//!
//! Ids are reused, most recently freed first. Everything that the dead bearer
//! did happens before everything that the new one does: the first unlocked
//! the registry after it, the second locked it before. So objects biased to
//! the dead bearer simply belong to the new one.
//!
//! The table leads from an id to its thread state without a lock; states are
//! published there once and stay.

use std::alloc::Layout;
use std::collections::VecDeque;
use std::ptr::NonNull;

use crate::poll::{AWAITED, CLOSED, STOP, STRESS};
use crate::runtime::{Mode, Runtime, TooManyThreads};
use crate::stack::bounds_of_this_stack;
use crate::sync::weaken::{self, Weakening};
use crate::sync::{AtomicPtr, Ordering, REGISTRY_CHUNK, fence_after_rmw};
use crate::thread_state::{ENDED, RUNNING, SAFE, ThreadState};

/// What the registry's mutex protects.
pub(crate) struct Registry {
    /// The threads alive, in no order.
    pub(crate) live: Vec<NonNull<ThreadState>>,
    /// By id less one: where in `live` the thread stands, if it is alive.
    positions: Vec<Option<usize>>,
    /// Ids whose bearers have ended.
    free: Vec<u32>,
    /// The thread that holds, or is obtaining, the write side.
    pub(crate) writer: Option<NonNull<ThreadState>>,
    /// Threads that sleep until the write side is free, in order.
    pub(crate) waiting_writers: VecDeque<NonNull<ThreadState>>,
}

impl Registry {
    pub(crate) fn new() -> Self {
        Self {
            live: Vec::new(),
            positions: Vec::new(),
            free: Vec::new(),
            writer: None,
            waiting_writers: VecDeque::new(),
        }
    }

    pub(crate) fn is_live(&self, id: u32) -> bool {
        let position = self.positions.get(id as usize - 1);
        position.is_some_and(Option::is_some)
    }

    fn insert(&mut self, id: u32, state: NonNull<ThreadState>) {
        self.positions[id as usize - 1] = Some(self.live.len());
        self.live.push(state);
    }

    /// Takes a thread out and frees its id.
    pub(crate) fn remove(&mut self, id: u32) {
        let position = self.positions[id as usize - 1]
            .take()
            .expect("a thread ends once");
        self.live.swap_remove(position);
        if let Some(moved) = self.live.get(position) {
            // SAFETY: states are never freed while the runtime lives.
            let moved = unsafe { moved.as_ref() };
            self.positions[moved.id as usize - 1] = Some(position);
        }
        self.free.push(id);
    }
}

/// Id to thread state, in chunks that are made when first needed.
pub(crate) struct Table {
    chunks: Box<[AtomicPtr<Chunk>]>,
}

type Chunk = [AtomicPtr<ThreadState>; REGISTRY_CHUNK];

impl Table {
    pub(crate) fn new(max_threads: usize) -> Self {
        let chunks = max_threads.div_ceil(REGISTRY_CHUNK);
        Self {
            chunks: (0..chunks)
                .map(|_| AtomicPtr::new(std::ptr::null_mut()))
                .collect(),
        }
    }

    /// The state that bears or bore `id`; `None` if no thread ever did.
    pub(crate) fn get(&self, id: u32) -> Option<&ThreadState> {
        let index = id as usize - 1;
        // Acquire, twice: partners are the Releases in `publish`.
        let chunk = self.chunks[index / REGISTRY_CHUNK].load(Ordering::Acquire);
        // SAFETY: published chunks live as long as the table.
        let chunk = unsafe { chunk.as_ref() }?;
        let state = chunk[index % REGISTRY_CHUNK].load(Ordering::Acquire);
        // SAFETY: published states live as long as the table.
        unsafe { state.as_ref() }
    }

    /// Makes `state` findable. The registry is locked.
    fn publish(&self, id: u32, state: NonNull<ThreadState>) {
        let index = id as usize - 1;
        let slot = &self.chunks[index / REGISTRY_CHUNK];
        let mut chunk = slot.load(Ordering::Relaxed);
        if chunk.is_null() {
            chunk = Box::into_raw(Box::new(std::array::from_fn(|_| {
                AtomicPtr::new(std::ptr::null_mut())
            })));
            // Release: partner is the Acquire in `get`.
            slot.store(chunk, Ordering::Release);
        }
        // SAFETY: chunks live as long as the table.
        let chunk = unsafe { &*chunk };
        // Release: partner is the Acquire in `get`.
        chunk[index % REGISTRY_CHUNK].store(state.as_ptr(), Ordering::Release);
    }

    /// Frees all states and chunks.
    ///
    /// # Safety
    /// No reference to any state is left, and states were allocated with `layout`.
    pub(crate) unsafe fn free(&mut self, layout: Layout) {
        for slot in &self.chunks {
            let chunk = slot.load(Ordering::Relaxed);
            if chunk.is_null() {
                continue;
            }
            // SAFETY: chunks come from `Box::into_raw` and this is their end.
            let chunk = unsafe { Box::from_raw(chunk) };
            for state in chunk.iter() {
                let state = state.load(Ordering::Relaxed);
                if !state.is_null() {
                    // SAFETY: the caller's promise; states are initialised
                    // before they are published.
                    unsafe {
                        state.drop_in_place();
                        std::alloc::dealloc(state.cast(), layout);
                    }
                }
            }
            slot.store(std::ptr::null_mut(), Ordering::Relaxed);
        }
    }
}

impl Runtime {
    /// Gives the calling thread an id and a state, which is Safe.
    pub(crate) fn register(&self) -> Result<NonNull<ThreadState>, TooManyThreads> {
        let bounds = bounds_of_this_stack();
        let mut registry = self.registry.lock();
        let (id, pointer) = match registry.free.pop() {
            Some(id) => {
                let state = self.table.get(id).expect("a freed id has a state");
                (id, NonNull::from(state))
            }
            None => {
                if registry.positions.len() == self.max_threads {
                    return Err(TooManyThreads {
                        limit: self.max_threads,
                    });
                }
                registry.positions.push(None);
                let id = registry.positions.len() as u32;
                (id, self.allocate(id))
            }
        };
        // SAFETY: allocated and initialised just now, or long ago.
        let state = unsafe { pointer.as_ref() };
        let stop = if registry.writer.is_some() { STOP } else { 0 };
        let stress = if self.stress.is_some() { STRESS } else { 0 };
        // What was asked of the last bearer is void, except that a writer that
        // waited for its end and has not looked since may sleep for us now.
        state.poll.fetch_and(AWAITED, Ordering::Relaxed);
        let closed = if self.is_closed() { CLOSED } else { 0 };
        state.ask(stop | stress | closed);
        // Nobody but the bearer uses these: plain stores do.
        state.reach.blocked_by_stop.store(0, Ordering::Relaxed);
        state.reach.wait_events.store(0, Ordering::Relaxed);
        // Release: partner is the Acquire in `ThreadHandle::is_alive`.
        let serial = state.reach.serial.fetch_add(1, Ordering::Release) + 1;
        if let Some(seed) = self.stress {
            state.seed_stress(seed, serial);
        }
        // SAFETY: this thread is the new owner, and the state is not yet in `live`.
        unsafe { state.roots.set_bounds(bounds) };
        if weaken::active(Weakening::MailboxOpen) {
            state.reach.mailbox.lock().open();
        }
        // Release: partner is the Acquire of a borrower, who may find the
        // state by its id as soon as this is stored.
        state.run_state.store(SAFE, Ordering::Release);
        // Only now: who finds the mailbox open also finds a state that can be
        // borrowed. (A writer in the middle of a stop could not wait until we run.)
        state.reach.mailbox.lock().open();
        registry.insert(id, pointer);
        Ok(pointer)
    }

    fn allocate(&self, id: u32) -> NonNull<ThreadState> {
        let layout = self.state_layout.0;
        // SAFETY: a thread state is not zero-sized.
        let memory = unsafe { std::alloc::alloc_zeroed(layout) };
        let Some(memory) = NonNull::new(memory) else {
            std::alloc::handle_alloc_error(layout);
        };
        let pointer = memory.cast::<ThreadState>();
        // SAFETY: the offset lies inside the allocation, or is its end.
        let extension = unsafe { memory.add(self.extension_offset()) };
        let global_mode = self.mode == Mode::Global;
        let state = ThreadState::new(self.as_non_null(), id, global_mode, extension);
        // SAFETY: fresh memory of sufficient size and alignment.
        unsafe { pointer.write(state) };
        self.table.publish(id, pointer);
        pointer
    }

    /// The end of a Running thread: answers what was asked of it, closes its
    /// mailbox, frees its id and its hold on the global lock. The state may
    /// have a new bearer before this returns.
    ///
    /// # Safety
    /// The caller is the thread's owner and does not use the state afterwards.
    pub(crate) unsafe fn unregister(&self, state: &ThreadState) {
        debug_assert_eq!(state.run_state.load(Ordering::Relaxed), RUNNING);
        state.abort_if_locked();
        // Only a guard that was leaked leaves a stop to be ended here.
        while state.stop_depth.get() > 0 {
            self.resume_the_world(state);
        }
        let mut registry = loop {
            // SAFETY: we are the owner and Running.
            unsafe { state.answer_mailbox() };
            let registry = self.registry.lock();
            // Closing in the same step as the removal: a requester who is
            // turned away and then locks the registry finds us gone.
            if weaken::active(Weakening::MailboxClose) || state.reach.mailbox.lock().close() {
                break registry;
            }
        };
        registry.remove(state.id);
        // Release: partner is the Acquire in `is_alive`.
        state.reach.serial.fetch_add(1, Ordering::Release);
        // Release: partner is the writer's Acquire load in `wait_until_stopped`.
        state.run_state.swap(ENDED, Ordering::Release);
        // Dekker: partner is the writer, who sets AWAITED, fences, and looks
        // at the run state.
        fence_after_rmw();
        // Acquire: as in `become_safe`.
        state.tell_awaiting_writer(state.poll.load(Ordering::Acquire));
        if self.mode == Mode::Global {
            // Before the registry is unlocked: a new bearer of the id would
            // take our hold on the GIL for its own.
            self.gil.release();
        }
        drop(registry);
    }

    /// Runs `act` with the registry locked if no thread bears `id`.
    pub(crate) fn if_dead<R>(&self, id: u32, act: impl FnOnce() -> R) -> Option<R> {
        if weaken::active(Weakening::RevokeDeadUnlocked) {
            let dead = !self.registry.lock().is_live(id);
            return dead.then(act);
        }
        let registry = self.registry.lock();
        (!registry.is_live(id)).then(act)
    }
}
