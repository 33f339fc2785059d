//! Containers that contain themselves: each thread keeps the addresses of those whose `repr` it is making. They are alive: the functions that make it hold them.

use std::cell::RefCell;

use grwl_object::Value;

thread_local! {
    static SHOWN: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// The `repr` of a container is being made, as long as this lives.
pub(crate) struct Entry;

impl Entry {
    /// Begins one; `None` if it is being made already.
    pub(crate) fn begin(value: Value) -> Option<Self> {
        let address = value.bits().get();
        SHOWN.with_borrow_mut(|all| {
            let is_new = !all.contains(&address);
            if is_new {
                all.push(address);
            }
            is_new.then_some(Self)
        })
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        SHOWN.with_borrow_mut(|all| {
            all.pop();
        });
    }
}
