//! Taking turns with an iterator that is made of others (`zip`, `enumerate`, `islice`) and shared by threads: a step of it is one step for all of them, as
//! users of CPython take it to be.
//!
//! Such a step calls other iterators, so it cannot hold the iterator's lock. There is one turn for all iterators that are
//! shared, which a thread has for the time of a step. It is asked for only if no part runs Python code, as far as the parts' types tell; a part's own
//! part may run some, so nobody waits for long: a turn that is not given back is taken over, and the step of the thread that had it is merely not one step.
//! Hence no deadlock, and no lock held across Python code.
//!
//! The thread that made an iterator needs no turn as long as nobody else has used it: the first who does ends the bias of the iterator's lock.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use grwl_object::{Ref, Thread, TypeObject, Value, ValueExt, types};
use grwl_threads::sync::{AtomicU32, Ordering};

/// Who has the turn: a thread's id plus one, or 0.
static TURN: AtomicU32 = AtomicU32::new(0);
/// After this long a turn is taken over.
const PATIENCE: Duration = Duration::from_millis(100);

/// Iterators whose steps run no Python code unless their parts' do.
static NATIVE: [&TypeObject; 18] = [
    &types::LIST_ITERATOR,
    &types::LIST_REVERSE_ITERATOR,
    &types::TUPLE_ITERATOR,
    &types::RANGE_ITERATOR,
    &types::LONG_RANGE_ITERATOR,
    &types::STR_ITERATOR,
    &types::STR_ASCII_ITERATOR,
    &types::BYTES_ITERATOR,
    &types::BYTEARRAY_ITERATOR,
    &types::DICT_KEY_ITERATOR,
    &types::DICT_VALUE_ITERATOR,
    &types::DICT_ITEM_ITERATOR,
    &types::DICT_REVERSE_KEY_ITERATOR,
    &types::DICT_REVERSE_VALUE_ITERATOR,
    &types::DICT_REVERSE_ITEM_ITERATOR,
    &types::SET_ITERATOR,
    &types::ENUMERATE,
    &types::ZIP,
];

/// The same of a module.
static OF_A_MODULE: OnceLock<&'static [&'static TypeObject]> = OnceLock::new();

/// Adds the types of one module to those whose steps run no Python code unless their parts' do.
pub fn add_native(types: &'static [&'static TypeObject]) {
    OF_A_MODULE.get_or_init(|| types);
}

fn is_native(iterator: Value) -> bool {
    let class = iterator.class();
    let others = OF_A_MODULE.get().copied().unwrap_or_default();
    NATIVE
        .iter()
        .chain(others)
        .any(|&native| std::ptr::eq(class.as_ptr(), native))
}

/// Have other threads used this object, or made it?
#[inline]
pub fn is_shared<T>(thread: &Thread, this: Ref<T>) -> bool {
    !this.header().lock.is_biased_to(thread.mutator())
}

/// Runs a step of the iterator `this`, whose parts are `parts`: when it is this thread's turn, if other threads use the iterator too.
#[inline]
pub fn in_turn<T, R>(
    thread: &mut Thread,
    this: Ref<T>,
    parts: &[Value],
    step: impl FnOnce(&mut Thread) -> R,
) -> R {
    if !is_shared(thread, this) || !parts.iter().all(|&part| is_native(part)) {
        return step(thread);
    }
    // It is shared from here on: the thread that made it takes turns as well.
    drop(thread.lock_cell(&this));
    let me = thread.mutator().id() + 1;
    if TURN.load(Ordering::Relaxed) == me {
        // A step within a step.
        return step(thread);
    }
    take_turn(thread, me);
    let result = step(thread);
    // If it was taken over it is not ours to give back.
    let _ = TURN.compare_exchange(me, 0, Ordering::Release, Ordering::Relaxed);
    result
}

fn take_turn(thread: &mut Thread, me: u32) {
    let mut since = None;
    let mut before = 0;
    loop {
        match TURN.compare_exchange(0, me, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => return,
            Err(other) => {
                if other != before || since.is_none() {
                    (since, before) = (Some(Instant::now()), other);
                }
            }
        }
        if since.is_some_and(|since| since.elapsed() >= PATIENCE)
            && TURN
                .compare_exchange(before, me, Ordering::Acquire, Ordering::Relaxed)
                .is_ok()
        {
            return;
        }
        thread.safe(std::thread::yield_now);
    }
}
