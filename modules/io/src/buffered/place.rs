//! Places in a buffered file: `tell`, `seek` and `truncate`, and how the raw file comes to the place that is shown.
//!
//! A `seek` to what was read ahead only moves within the buffer.

use grwl_object::{Args, PyResult, Ref, Thread, Value, int};

use super::raw::{open_raw, raw_of, raw_seek, raw_tell_of};
use super::read::{available, forget_ahead};
use super::write::flush_pending;
use super::{Buffered, R, locked, this};
use crate::base::check_seekable;
use crate::names as n;
use crate::object::{call, offset, or_none, unsupported};

/// Brings the raw file to the place that is shown.
pub(super) fn settle(thread: &mut Thread, this: Ref<Buffered>) -> PyResult<()> {
    flush_pending(thread, this)?;
    let rest = available(this);
    if this.reads.load(R) && rest > 0 {
        raw_seek(thread, this, -(rest as i64), libc::SEEK_CUR)?;
    }
    forget_ahead(this);
    Ok(())
}

pub(super) fn tell(thread: &mut Thread, value: Value) -> PyResult {
    let raw = raw_of(thread, this(value))?;
    locked(thread, value, |thread, this| {
        let place = raw_tell_of(thread, this, raw)?;
        let pending = this.pending.borrow().len() as i64;
        // A raw file may say that it stands at the last place of all.
        let shown = (place - available(this) as i64).saturating_add(pending);
        Ok(int::from_i64(thread, shown.max(0)))
    })
}

pub(super) fn seek(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [to, how] = args.unpack(thread, "seek", 1)?;
    let how = match how {
        Some(how) => grwl_types_text::arguments::c_int(thread, how)?,
        None => 0,
    };
    raw_of(thread, this(value))?;
    if !matches!(how, 0..=4) {
        return Err(thread.value_error(format_args!("whence value {how} unsupported")));
    }
    let raw = open_raw(thread, this(value), "seek of closed file")?;
    check_seekable(thread, raw)?;
    let mut to = offset(thread, or_none(to))?;
    locked(thread, value, |thread, this| {
        if how <= 1 && this.reads.load(R) && this.pending.borrow().is_empty() {
            let here = match this.place.get() {
                Some(place) => place,
                None => raw_tell_of(thread, this, raw)?,
            };
            let rest = available(this) as i64;
            let shown = here - rest;
            let by = if how == 0 {
                to.checked_sub(shown)
            } else {
                Some(to)
            };
            if let Some(by) = by
                && by >= -(this.taken.get() as i64)
                && by <= rest
                && (rest > 0 || this.taken.get() > 0)
            {
                this.taken.set((this.taken.get() as i64 + by) as usize);
                // Devices that always say 0 make it negative.
                return Ok(int::from_i64(thread, (shown + by).max(0)));
            }
        }
        flush_pending(thread, this)?;
        if how == 1 {
            to = to.saturating_sub(available(this) as i64);
        }
        let place = raw_seek(thread, this, to, how)?;
        forget_ahead(this);
        Ok(int::from_i64(thread, place))
    })
}

pub(super) fn truncate(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "truncate", 0)?;
    raw_of(thread, this(value))?;
    let raw = open_raw(thread, this(value), "truncate of closed file")?;
    if !this(value).writes.load(R) {
        return Err(unsupported(thread, "truncate"));
    }
    locked(thread, value, |thread, this| {
        settle(thread, this)?;
        call(thread, raw, &n::TRUNCATE, &[or_none(size)])
    })
}
