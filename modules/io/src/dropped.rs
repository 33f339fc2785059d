//! File objects that have a file open for writing, held weakly: by its number (see `grwl_module_posix::written`) one is found, and flushed, even if
//! the program has dropped it.
//!
//! The references last as long as finalizers may still use their targets: so one that a collection has found, and whose finalizer is only due, or runs in another
//! thread, is flushed too.

use std::sync::Once;

use grwl_module_posix::written;
use grwl_object::dict::Dict;
use grwl_object::weak::{self, WeakReference};
use grwl_object::{PyResult, Ref, Slot, Thread, Value, ValueExt, types, world};

use crate::exit;
use crate::wrapper;

/// A dict: weak references to raw files by descriptor.
static FILES: Slot = Slot::empty();

/// Makes the table. To be called before files are opened.
pub(crate) fn prepare(thread: &Thread) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: a static.
        unsafe {
            world::world()
                .heap()
                .add_static_roots((&raw const FILES).cast::<u64>(), 1);
        }
        FILES.store(Some(Dict::new(thread).value()));
        written::flush_by(flush);
    });
}

fn files() -> Option<Ref<Dict>> {
    FILES.load().and_then(|files| files.downcast::<Dict>())
}

/// A raw file has this open for writing from now on.
pub(crate) fn enter(
    thread: &mut Thread,
    raw: Value,
    descriptor: i32,
    stat: &libc::stat,
) -> PyResult<()> {
    let Some(files) = files().filter(|_| written::is_of_interest(descriptor, stat)) else {
        return Ok(());
    };
    let class = Ref::from_static(&types::WEAK_REFERENCE);
    let reference = WeakReference::unlisted(thread, class, raw)?;
    files.insert(thread, Value::small(descriptor.into()), reference.value())?;
    written::enter(descriptor, stat);
    Ok(())
}

/// A raw file is about to close this, or to forget it.
pub(crate) fn leave(thread: &mut Thread, descriptor: i32) {
    if written::leave(descriptor)
        && let Some(files) = files()
    {
        // Small integers are hashed and compared without fail.
        let _ = files.remove(thread, Value::small(descriptor.into()));
    }
}

/// What cannot be written stays in the buffer: who closes the file learns of it.
fn flush(thread: &mut Thread, descriptors: &[i32]) -> PyResult<()> {
    let Some(files) = files() else {
        return Ok(());
    };
    for &descriptor in descriptors {
        let found = files.get(thread, Value::small(descriptor.into()))?;
        let Some(raw) = found
            .and_then(weak::reference)
            .and_then(|reference| reference.target())
        else {
            continue;
        };
        let file = wrapper::outermost(raw);
        if exit::is_writing(thread, file) {
            continue;
        }
        // Another thread may be about to close it.
        exit::without_writers(thread, &[file], |_| {});
        if let Err(raised) = exit::flush(thread, file)
            && !raised.matches(&types::EXCEPTION)
        {
            return Err(raised);
        }
    }
    Ok(())
}
