//! Reading a dict from one end to the other, in Rust code.
//!
//! A [`Cursor`] lies on the native stack and keeps the table that it began with. It may be used across safepoints:
//! removals and new values are seen, keys that came later are not, and when the dict got another table the cursor
//! goes on in the old one.

use grwl_value::Value;

use super::Table;
use crate::cell::Ref;

/// See the module's head.
#[derive(Debug)]
pub struct Cursor {
    table: Option<Ref<Table>>,
    next: u32,
    end: u32,
}

impl Cursor {
    pub(super) fn new(table: Option<Ref<Table>>) -> Self {
        Self {
            table,
            next: 0,
            end: table.map_or(0, |table| table.count()),
        }
    }
}

impl Iterator for Cursor {
    /// Key, value, hash.
    type Item = (Value, Value, i64);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let table = self.table?;
        while self.next < self.end {
            let entry = table.entry(self.next);
            self.next += 1;
            if let Some(value) = entry.live()
                && let Some(key) = entry.key()
            {
                return Some((key, value, entry.hash()));
            }
        }
        None
    }
}
