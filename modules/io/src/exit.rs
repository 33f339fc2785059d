//! The end of the program: nothing that was written to a file is lost.
//!
//! CPython flushes files when their last reference goes at the end. Here the dead ones are finalized by a last collection, and those that
//! are still held are flushed: text first, since it lies on top of bytes.
//!
//! Other threads that still run when the program ends stop wherever they are, perhaps in the midst of writing. [`without_writers`] makes sure that it is
//! not in the midst of writing to these files.

use std::time::Duration;

use grwl_heap::{CellPtr, Collection};
use grwl_object::{
    Buffer, Name, Raised, Ref, Thread, TypeObject, Value, ValueExt, finalize, protocol,
};

use crate::buffered::{self, RANDOM, WRITER};
use crate::lock::FileLock;
use crate::pair::PAIR;
use crate::text_io::{self, TEXT_IO};

grwl_object::names! {
    FLUSH = "flush";
    CLOSED = "closed";
}

/// Runs `act` at a moment at which no other thread is writing to these files, as far as they are text or buffered files; if one does not come to an end
/// within a second, without regard to it.
pub fn without_writers(thread: &mut Thread, files: &[Value], act: impl FnOnce(&mut Thread)) {
    let Some((&file, rest)) = files.split_first() else {
        return act(thread);
    };
    let (locks, bytes) = locks(file);
    let mut taken = [None; 2];
    for (taken, lock) in taken.iter_mut().zip(locks) {
        // SAFETY: the file is held by the caller, and a buffer by its text file or by this frame.
        let lock = lock.map(|lock| unsafe { &*lock });
        *taken = lock.filter(|lock| !lock.is_held(thread) && lock.take_within(thread, LONGEST));
    }
    without_writers(thread, rest, act);
    for lock in taken.into_iter().rev().flatten() {
        lock.give_back(thread);
    }
    std::hint::black_box((file, bytes));
}

/// The locks of a text or buffered file; and its buffer, which is to be kept.
fn locks(file: Value) -> ([Option<*const FileLock>; 2], Option<Value>) {
    let text = text_io::of(file);
    let bytes = match text {
        Some(text) => text.buffer.load(),
        None => Some(file),
    };
    let text = text.map(|text| &raw const text.lock);
    let bytes_lock = bytes
        .and_then(buffered::of)
        .map(|bytes| &raw const bytes.lock);
    ([text, bytes_lock], bytes)
}

/// Is the calling thread in the middle of writing to this file?
pub(crate) fn is_writing(thread: &Thread, file: Value) -> bool {
    let (locks, bytes) = locks(file);
    // SAFETY: the file is held by the caller, and its buffer by this frame.
    let is_held = |lock: &*const FileLock| unsafe { &**lock }.is_held(thread);
    let is_writing = locks.iter().flatten().any(is_held);
    std::hint::black_box(bytes);
    is_writing
}

/// How long a file that another thread writes to is waited for.
const LONGEST: Duration = Duration::from_secs(1);

/// Flushes all files that are open. What goes wrong is reported as unraisable.
pub fn flush_all(thread: &mut Thread) {
    thread
        .heap()
        .collect(thread.mutator_mut(), Collection::Full);
    finalize::after_collection(thread);
    for classes in [&[&TEXT_IO][..], &[&WRITER, &RANDOM, &PAIR]] {
        let Ok(files) = open_files(thread, classes) else {
            return;
        };
        for &file in files.iter() {
            if let Err(raised) = flush(thread, file) {
                grwl_object::unraisable::report(
                    thread,
                    raised,
                    "Exception ignored while flushing a file",
                    Some(file),
                );
            }
        }
    }
}

/// Flushes a file, if it is open.
pub(crate) fn flush(thread: &mut Thread, file: Value) -> Result<(), Raised> {
    let name: &Name = &CLOSED;
    let name = name.get(thread);
    // One that was never initialised, or is detached, has nothing to flush.
    let Ok(closed) = protocol::get_attribute(thread, file, name) else {
        return Ok(());
    };
    if protocol::is_true(thread, closed)? {
        return Ok(());
    }
    let name = FLUSH.get(thread);
    protocol::call_method(thread, file, name, &[])?;
    Ok(())
}

/// All live objects of these types.
fn open_files(thread: &mut Thread, classes: &[&'static TypeObject]) -> Result<Buffer, Raised> {
    let mut cells: Vec<CellPtr> = Vec::new();
    {
        let heap = thread.heap();
        let world = thread.mutator_mut().stop_the_world();
        heap.walk(&world, |cell| {
            // SAFETY: the world stands still, and after a full collection what is allocated is alive.
            let class = unsafe { grwl_object::type_object::type_of(cell) };
            if classes.iter().any(|wanted| class.is_subtype_of(wanted)) {
                cells.push(cell);
            }
        });
    }
    // From here to the end of the loop there is no safepoint: the cells stay.
    let mut files = Buffer::new();
    for cell in cells {
        let file = Value::from_cell(cell);
        debug_assert!(
            file.class()
                .is_subtype_of(&Ref::from_static(&crate::base::IO_BASE))
        );
        files.push(thread, file)?;
    }
    Ok(files)
}
