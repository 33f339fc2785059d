//! A plain number for each thread, in the memory behind its state: what only the thread itself, or
//! a handshake on its behalf, may touch.

use std::alloc::Layout;
use std::sync::Arc;

use grwl_threads::{Config, Mode, Runtime, ThreadState};

use super::witness::Guarded;

/// A runtime whose threads have a plain number each, for handshakes to change.
pub fn runtime_with_numbers(mode: Mode) -> Arc<Runtime> {
    Runtime::new(Config {
        extension: Layout::new::<Guarded<u64>>(),
        ..super::config(mode)
    })
}

/// The number of the thread that is handled. Not atomic: only one may be at it.
pub fn number(state: &ThreadState) -> &Guarded<u64> {
    // SAFETY: the runtime was asked for memory of this layout, zeroed, and it lives as long
    // as the state.
    unsafe { state.extension().cast::<Guarded<u64>>().as_ref() }
}
