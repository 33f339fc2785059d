//! Containers that contain themselves: `repr` shows an inner one as `...`.
//!
//! Each thread keeps the addresses of the containers whose `repr` it is making. The containers are alive meanwhile: the functions
//! that make the `repr` hold them on the native stack.

use std::cell::RefCell;

use grwl_object::{PyResult, Thread, Value};

thread_local! {
    static UNDER_WAY: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

struct Entry;

impl Drop for Entry {
    fn drop(&mut self) {
        UNDER_WAY.with_borrow_mut(|all| {
            all.pop();
        });
    }
}

/// Runs `act` unless it is running for `value` already on this thread.
pub(crate) fn guarded<R>(
    thread: &mut Thread,
    value: Value,
    act: impl FnOnce(&mut Thread) -> PyResult<R>,
) -> PyResult<Option<R>> {
    let address = value.bits().get();
    let is_inside = UNDER_WAY.with_borrow(|all| all.contains(&address));
    if is_inside {
        return Ok(None);
    }
    UNDER_WAY.with_borrow_mut(|all| all.push(address));
    let _entry = Entry;
    act(thread).map(Some)
}
