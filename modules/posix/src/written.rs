//! Files that are open for writing, and perhaps nobody's any more.
//!
//! Many a program says `open(name, "w").write(text)` and then reads the file: where references are counted, a file is closed as soon as it is
//! dropped. Here a collection closes it, later. So who looks at a file by its name (opens it, asks for its size) has what was written to it flushed first, whoever
//! may hold it; and who starts another program, forks, or ends the process on the spot has a collection done that closes what was dropped.
//!
//! ## Protocol
//! - A file object enters what it has opened for writing ([`enter`]), and takes it out when it closes it ([`leave`]).
//! - Who looks at a file calls [`settle`] or [`settle_path`]. That is cheap: it flushes, and only file objects of this very file.
//! - Who lets other processes look calls [`settle_all`]. What is held by the program is not flushed: with CPython, too, a child inherits what is in its buffers.
//!   A young collection comes first, and a full one if a file is open even then. What is open after that is held, as far as can be told; the next collection on its account comes
//!   when [`PAUSE`] times as long as this one took is over, then after twice that, and so on.
//!
//! ## Invariants
//! - As long as no file is open for writing, all of it costs one load.
//! - The table's lock is held across no safepoint; so it is free whenever a thread forks.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use grwl_heap::{Collection, with_stack_from};
use grwl_object::{PyResult, Thread, finalize};

use crate::path::Path;

/// See the module's head.
const PAUSE: u32 = 20;
/// After so many collections in vain the pause grows no more.
const MOST_VAIN: u32 = 12;

/// What the system calls a file: its device and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Id {
    device: u64,
    number: u64,
}

impl Id {
    /// None: not a file with contents of its own.
    fn of(stat: &libc::stat) -> Option<Id> {
        (stat.st_mode & libc::S_IFMT == libc::S_IFREG).then_some(Id {
            device: stat.st_dev,
            number: stat.st_ino,
        })
    }
}

/// When a collection on account of files is due.
#[derive(Debug)]
struct Patience {
    /// Collections in a row after which a file was still open.
    vain: u32,
    not_before: Option<Instant>,
}

impl Patience {
    const NEW: Patience = Patience {
        vain: 0,
        not_before: None,
    };

    fn is_due(&self, now: Instant) -> bool {
        self.not_before.is_none_or(|not_before| now >= not_before)
    }

    fn postpone(&mut self, took: Duration) {
        let pause = took.saturating_mul(PAUSE << self.vain);
        self.not_before = Instant::now().checked_add(pause);
        self.vain = (self.vain + 1).min(MOST_VAIN);
    }
}

#[derive(Debug)]
struct Table {
    /// By descriptor.
    files: BTreeMap<i32, Id>,
    patience: Patience,
}

static TABLE: Mutex<Table> = Mutex::new(Table {
    files: BTreeMap::new(),
    patience: Patience::NEW,
});

/// How many are in it. Relaxed: a program that hands a file's name from thread to thread hands on what was written here with it.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// The table, for a moment: until the guard is dropped there must be no safepoint.
fn table() -> MutexGuard<'static, Table> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Flushes the file objects of these descriptors, as far as there are some.
pub type Flush = fn(&mut Thread, &[i32]) -> PyResult<()>;

static FLUSH: OnceLock<Flush> = OnceLock::new();

/// Says how files are flushed; the first time counts.
pub fn flush_by(flush: Flush) {
    let _ = FLUSH.set(flush);
}

/// Is this one that [`enter`] takes? A file with contents, and not one of the standard streams.
pub fn is_of_interest(descriptor: i32, stat: &libc::stat) -> bool {
    descriptor > libc::STDERR_FILENO && Id::of(stat).is_some()
}

/// A file object has this open for writing from now on.
pub fn enter(descriptor: i32, stat: &libc::stat) {
    if is_of_interest(descriptor, stat)
        && let Some(id) = Id::of(stat)
    {
        let mut table = table();
        table.files.insert(descriptor, id);
        table.patience = Patience::NEW;
        COUNT.store(table.files.len(), Ordering::Relaxed);
    }
}

/// A file object is about to close this, or to forget it. Was it in the table?
pub fn leave(descriptor: i32) -> bool {
    if COUNT.load(Ordering::Relaxed) == 0 {
        return false;
    }
    let mut table = table();
    let was_there = table.files.remove(&descriptor).is_some();
    COUNT.store(table.files.len(), Ordering::Relaxed);
    was_there
}

/// Somebody looks at a file: what file objects have written is in it afterwards. Was something flushed? A safepoint then.
///
/// # Errors
/// What a signal handler raises.
pub fn settle(thread: &mut Thread, stat: &libc::stat) -> PyResult<bool> {
    if COUNT.load(Ordering::Relaxed) == 0 {
        return Ok(false);
    }
    let (Some(id), Some(flush)) = (Id::of(stat), FLUSH.get()) else {
        return Ok(false);
    };
    let descriptors: Vec<i32> = {
        let table = table();
        let those = table.files.iter().filter(|(_, other)| **other == id);
        those.map(|(&descriptor, _)| descriptor).collect()
    };
    if descriptors.is_empty() {
        return Ok(false);
    }
    flush(thread, &descriptors)?;
    Ok(true)
}

/// The same before the file is opened, by its name.
///
/// # Errors
/// What a signal handler raises.
pub fn settle_path(thread: &mut Thread, path: &Path) -> PyResult<()> {
    if COUNT.load(Ordering::Relaxed) == 0 {
        return Ok(());
    }
    let mut stat = std::mem::MaybeUninit::<libc::stat>::zeroed();
    let place = stat.as_mut_ptr();
    // SAFETY: a plain call with a terminated name and a place to write to.
    if thread.safe(|| unsafe { libc::stat(path.pointer(), place) }) == 0 {
        // SAFETY: the system has written it.
        settle(thread, unsafe { stat.assume_init_ref() })?;
    }
    Ok(())
}

/// Other processes may look, or this one ends on the spot: what was dropped is closed first. May be a safepoint.
pub fn settle_all(thread: &mut Thread) {
    let is_due = || {
        let table = table();
        !table.files.is_empty() && table.patience.is_due(Instant::now())
    };
    if COUNT.load(Ordering::Relaxed) == 0 || !is_due() {
        return;
    }
    let start = Instant::now();
    // SAFETY: whatever is in use lies in the callers' frames, above.
    with_stack_from(|from| unsafe {
        // What was dropped just now has seldom seen a collection.
        finalize::collect_above(thread, Collection::Young, from);
        if is_due() {
            finalize::collect_above(thread, Collection::Full, from);
            table().patience.postpone(start.elapsed());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table() {
        let stat = |mode: u32| {
            // SAFETY: integers: zeroes are a value.
            let mut stat: libc::stat = unsafe { std::mem::zeroed() };
            stat.st_mode = mode | 0o600;
            stat
        };
        let file = stat(libc::S_IFREG);
        enter(1000, &stat(libc::S_IFIFO));
        enter(1, &file);
        assert!(!leave(1000) && !leave(1));
        enter(1001, &file);
        // Once more: its descriptor was closed behind its object's back.
        enter(1001, &file);
        enter(1002, &file);
        assert_eq!(COUNT.load(Ordering::Relaxed), 2);
        assert!(leave(1001) && !leave(1001) && leave(1002));
        assert_eq!(COUNT.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn pauses_grow_and_end() {
        let mut patience = Patience::NEW;
        assert!(patience.is_due(Instant::now()));
        let second = Duration::from_secs(1);
        for pause in [20, 40, 80] {
            patience.postpone(second);
            let now = Instant::now();
            assert!(!patience.is_due(now + second * (pause - 1)));
            assert!(patience.is_due(now + second * pause));
        }
        for _ in 0..40 {
            patience.postpone(second);
        }
        assert!(patience.is_due(Instant::now() + second * (20 << MOST_VAIN)));
    }
}
