//! A text of blanks in which every place of a tree has an offset.
//!
//! Lines are as long as the largest column on them. As long as the lines' numbers are those of an ordinary program, line n of the text is line n;
//! otherwise only the lines that occur are in it, and [`Layout::line`] says which they were.
//!
//! Behind the blanks stand literals of those strings that the parser's tree cannot hold: the compiler reads them again there.
//!
//! A column that would make the text too long counts as the largest that does not.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ruff_text_size::{TextRange, TextSize};
use rustpython_wtf8::Wtf8;

use crate::code::{Code, Const};
use crate::tree::{Item, Node, Span};

/// The largest columns, from the one that serves any ordinary tree to the one that serves any tree.
const WIDEST: [i32; 4] = [1 << 24, 1 << 16, 1 << 10, 0];

/// The longest text.
const LONGEST: i64 = 1 << 27;

/// More lines than this for each node are not those of an ordinary program.
const LINES_PER_NODE: usize = 64;
const FEW_LINES: usize = 10_000;

/// The text and where things are in it.
pub(crate) struct Layout {
    text: String,
    /// The start of each line, by its number.
    starts: BTreeMap<i32, usize>,
    /// The largest column.
    widest: i32,
    /// Strings within other constants, for which others stand in the parser's tree.
    nested: Vec<Box<Wtf8>>,
    /// If the lines are not in their place: the numbers of those there are, in order.
    sparse: Option<Vec<i32>>,
}

impl Layout {
    pub(super) fn new(tree: &Node) -> Self {
        let mut widths: BTreeMap<i32, i32> = BTreeMap::new();
        let mut nodes = 0;
        let mut rest = vec![tree];
        while let Some(node) = rest.pop() {
            nodes += 1;
            let span = node.span;
            for (line, column) in [(span.line, span.column), (span.end_line, span.end_column)] {
                let width = widths.entry(line).or_default();
                *width = (*width).max(column);
            }
            for item in &node.fields {
                match item {
                    Item::Node(inner) => rest.push(inner),
                    Item::List(items) => rest.extend(items.iter().filter_map(Item::as_node)),
                    _ => {}
                }
            }
        }
        // Nodes without a place say 0.
        if widths.get(&0) == Some(&0) && !anywhere_on_line_0(tree) {
            widths.remove(&0);
        }
        widths.entry(1).or_default();
        let last = widths.last_key_value().map_or(1, |(&line, _)| line);
        let first = widths.first_key_value().map_or(1, |(&line, _)| line);
        let most = nodes * LINES_PER_NODE + FEW_LINES;
        let ordinary = first >= 1 && usize::try_from(last).is_ok_and(|last| last <= most);
        if ordinary {
            for line in 1..last {
                widths.entry(line).or_default();
            }
        }
        let total = |widest: i32| -> i64 {
            let widths = widths.values();
            widths
                .map(|&width| i64::from(width.clamp(0, widest)) + 1)
                .sum()
        };
        let widest = WIDEST.into_iter().find(|&widest| total(widest) <= LONGEST);
        let widest = widest.unwrap_or(0);
        let mut text = String::new();
        let mut starts = BTreeMap::new();
        for (&line, &width) in &widths {
            starts.insert(line, text.len());
            text.extend(std::iter::repeat_n(
                ' ',
                usize::try_from(width).unwrap_or(0),
            ));
            text.push('\n');
        }
        let sparse = (!ordinary).then(|| widths.keys().copied().collect());
        Self {
            text,
            starts,
            widest,
            nested: Vec::new(),
            sparse,
        }
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Are the lines elsewhere than the nodes say?
    pub(crate) fn is_sparse(&self) -> bool {
        self.sparse.is_some()
    }

    /// The number that a line of the text (from 1) has in the tree.
    pub(crate) fn line(&self, number: i32) -> i32 {
        let Some(lines) = &self.sparse else {
            return number;
        };
        let index = usize::try_from(number - 1).ok();
        let line = index.and_then(|index| lines.get(index));
        line.copied().unwrap_or(number)
    }

    pub(super) fn range(&self, span: Span) -> TextRange {
        let offset = |line: i32, column: i32| {
            let start = self.starts.get(&line).copied().unwrap_or(0);
            let column = usize::try_from(column.clamp(0, self.widest)).unwrap_or(0);
            TextSize::new(u32::try_from(start + column).unwrap_or(u32::MAX))
        };
        let start = offset(span.line, span.column);
        let end = offset(span.end_line, span.end_column);
        TextRange::new(start, end.max(start))
    }

    /// A string that stands for one within another constant, which the parser's tree cannot hold.
    pub(super) fn stand_in(&mut self, value: &Wtf8) -> String {
        self.nested.push(value.into());
        Self::name(self.nested.len() - 1)
    }

    fn name(index: usize) -> String {
        format!("\u{f0000}grwl string {index}\u{f0000}")
    }

    /// Exchanges the strings that stand for others.
    pub(crate) fn restore(&self, code: &mut Code) {
        if !self.nested.is_empty() {
            code.consts.iter_mut().for_each(|each| self.exchange(each));
        }
    }

    fn exchange(&self, constant: &mut Const) {
        match constant {
            Const::Str(value) => {
                let mut all = (0..self.nested.len()).zip(&self.nested);
                let found =
                    all.find(|&(index, _)| value.as_bytes() == Self::name(index).as_bytes());
                if let Some((_, original)) = found {
                    *value = original.clone();
                }
            }
            Const::Tuple(items) | Const::FrozenSet(items) => {
                items.iter_mut().for_each(|each| self.exchange(each));
            }
            Const::Code(nested) => self.restore(nested),
            _ => {}
        }
    }

    /// Puts a literal of a string behind the blanks.
    pub(super) fn literal(&mut self, value: &Wtf8) -> TextRange {
        let start = self.text.len();
        self.text.push('"');
        for point in value.code_points() {
            let _ = write!(self.text, "\\U{:08x}", point.to_u32());
        }
        self.text.push('"');
        let size = |offset| TextSize::new(u32::try_from(offset).unwrap_or(u32::MAX));
        let range = TextRange::new(size(start), size(self.text.len()));
        self.text.push('\n');
        range
    }
}

/// Does a node with a place say that it is on line 0?
fn anywhere_on_line_0(tree: &Node) -> bool {
    let mut rest = vec![tree];
    while let Some(node) = rest.pop() {
        let has_place = node.kind.class().place() != crate::tree::grammar::Positions::Absent;
        if has_place && (node.span.line == 0 || node.span.end_line == 0) {
            return true;
        }
        for item in &node.fields {
            match item {
                Item::Node(inner) => rest.push(inner),
                Item::List(items) => rest.extend(items.iter().filter_map(Item::as_node)),
                _ => {}
            }
        }
    }
    false
}
