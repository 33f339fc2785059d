//! Memory that goes back to the system while a program runs, after collections that came by themselves: pages of the program's file that were needed for imports, and
//! free pages of the allocator.
//!
//! The allocator gives pages back by itself, but late, and only when a whole page becomes free, which seldom happens outside of full collections. So
//! it is told to after a full one: at once if what is allocated has other sizes than before, else from time to time, because the program may want
//! the pages again.

use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use grwl_heap::Report;
use grwl_module_imp::image;
use grwl_object::{Thread, finalize};

/// So long lies between two returns, at least: a return, and getting the pages again, takes less than a hundredth of it.
const SELDOM: Duration = Duration::from_millis(50);

static TRIM: OnceLock<fn()> = OnceLock::new();

/// Says how the allocator returns its free pages to the system: the program that chooses an allocator knows.
pub fn on_trim(trim: fn()) {
    let _ = TRIM.set(trim);
}

/// From now on, memory goes back: start-up is over, and so is the need of what only start-up runs.
pub(crate) fn begin() {
    image::split_code();
    image::release_all();
    finalize::on_collection(collected);
}

fn collected(_thread: &mut Thread, report: Option<&Report>) {
    let Some(report) = report else {
        return;
    };
    image::after_collection();
    if let Some(trim) = TRIM.get()
        && report.full
        && is_time(report.suggests_trim)
    {
        trim();
    }
}

/// Shall the allocator return pages: because it is told to `now`, or because it is time? Never waits: who meets another thread here goes by `now` alone.
fn is_time(now: bool) -> bool {
    static LAST: Mutex<Option<Instant>> = Mutex::new(None);
    let Ok(mut last) = LAST.try_lock() else {
        return now;
    };
    let seldom = last.is_none_or(|last| last.elapsed() > SELDOM);
    if now || seldom {
        *last = Some(Instant::now());
    }
    now || seldom
}
