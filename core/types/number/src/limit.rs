//! The limit on the decimal digits that are converted between `int` and `str`: one for the process (`sys.set_int_max_str_digits`).

use std::sync::atomic::{AtomicUsize, Ordering};

use grwl_number::int::text::DEFAULT_MAX_DIGITS;

static LIMIT: AtomicUsize = AtomicUsize::new(DEFAULT_MAX_DIGITS);

/// The limit; 0: there is none.
#[inline]
pub fn max_str_digits() -> usize {
    // Relaxed: it guards no other memory.
    LIMIT.load(Ordering::Relaxed)
}

/// Sets the limit; 0: none. The caller has checked that it is no less than `ALWAYS_ALLOWED_DIGITS`.
pub fn set_max_str_digits(limit: usize) {
    LIMIT.store(limit, Ordering::Relaxed);
}
