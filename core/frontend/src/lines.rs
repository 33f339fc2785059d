//! Offsets in the source text to lines and columns.
//!
//! Lines end at `\n` and nowhere else; [`crate::source::newlines`] has run before.

use crate::error::Place;

/// The starts of all lines of a text.
pub(crate) struct Lines<'s> {
    text: &'s str,
    starts: Vec<usize>,
}

impl<'s> Lines<'s> {
    pub(crate) fn new(text: &'s str) -> Self {
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self { text, starts }
    }

    /// The line of an offset, from 0.
    pub(crate) fn index(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset) - 1
    }

    /// The number of the line of an offset, from 1.
    pub(crate) fn number(&self, offset: usize) -> u32 {
        u32::try_from(self.index(offset) + 1).unwrap_or(u32::MAX)
    }

    /// Where the line of an offset begins.
    pub(crate) fn start(&self, offset: usize) -> usize {
        self.starts[self.index(offset)]
    }

    /// Characters between the start of the line and the offset.
    pub(crate) fn column(&self, offset: usize) -> usize {
        let start = self.starts[self.index(offset)];
        self.text[start..offset].chars().count()
    }

    /// The text of a line (from 0) with its newline.
    pub(crate) fn line(&self, index: usize) -> &'s str {
        let Some(&start) = self.starts.get(index) else {
            return "";
        };
        let end = self
            .starts
            .get(index + 1)
            .map_or(self.text.len(), |&end| end);
        &self.text[start..end]
    }

    /// The place of a range as the parser tells it.
    pub(crate) fn place(&self, start: usize, end: usize) -> Place {
        let column = |offset| i32::try_from(self.column(offset) + 1).unwrap_or(i32::MAX);
        Place {
            lineno: self.number(start),
            offset: column(start),
            end_lineno: i32::try_from(self.number(end)).ok(),
            end_offset: Some(column(end)),
            text: Some(self.line(self.index(start)).into()),
            text_from_file: false,
        }
    }
}
