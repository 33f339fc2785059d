//! The list of expected failures, each with its reason.
//!
//! A line is `pattern  # reason`; an id may contain `#`, but not after a space. Lines that begin with `#`
//! are comments; those before the first entry are kept when the file is rewritten.

use std::fmt::Write as _;
use std::path::Path;

use crate::pattern::matches;

/// The reason that `--bless` gives to what it adds.
pub const UNTRIAGED: &str = "untriaged";

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expectation {
    /// An id or a pattern.
    pub pattern: String,
    /// Why it fails; empty where none was given.
    pub reason: String,
}

impl Expectation {
    /// Whether it may pass as well.
    pub fn is_flaky(&self) -> bool {
        self.reason.starts_with("flaky")
    }
}

/// The whole list.
#[derive(Debug, Default)]
pub struct ExpectedFailures {
    /// The comment lines at the top.
    pub head: Vec<String>,
    /// The entries, in the order of the file.
    pub entries: Vec<Expectation>,
}

impl ExpectedFailures {
    /// Reads the file; one that is not there is an empty list.
    pub fn read(path: &Path) -> Result<Self, String> {
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Self::parse(&text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }

    /// Parses the text of the file.
    pub fn parse(text: &str) -> Self {
        let mut list = Self::default();
        for line in text.lines().map(str::trim) {
            if line.starts_with('#') {
                if list.entries.is_empty() {
                    list.head.push(line.to_string());
                }
            } else if !line.is_empty() {
                let (pattern, reason) = line.split_once(" #").unwrap_or((line, ""));
                list.entries.push(Expectation {
                    pattern: pattern.trim().to_string(),
                    reason: reason.trim().to_string(),
                });
            }
        }
        list
    }

    /// The text of the file, sorted.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.head {
            let _ = writeln!(text, "{line}");
        }
        let mut entries = self.entries.clone();
        entries.sort();
        for Expectation { pattern, reason } in entries {
            let _ = writeln!(text, "{pattern}  # {reason}");
        }
        text
    }

    /// Writes the file.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        std::fs::write(path, self.text()).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// The entry that speaks of an id: one that names it before one that only matches it, a flaky one before a
    /// firm one.
    pub fn find(&self, id: &str) -> Option<&Expectation> {
        self.entries
            .iter()
            .filter(|entry| matches(&entry.pattern, id))
            .min_by_key(|entry| (entry.pattern != id, !entry.is_flaky()))
    }

    /// What is wrong with the list itself.
    pub fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        for (index, entry) in self.entries.iter().enumerate() {
            if entry.reason.is_empty() {
                complaints.push(format!("{}: listed without a reason", entry.pattern));
            }
            if self.entries[..index]
                .iter()
                .any(|earlier| earlier.pattern == entry.pattern)
            {
                complaints.push(format!("{}: listed twice", entry.pattern));
            }
        }
        complaints
    }

    /// How many entries nobody has looked into yet.
    pub fn untriaged(&self) -> usize {
        self.entries
            .iter()
            .filter(|entry| entry.reason == UNTRIAGED)
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# What grwl does not pass yet.
# A second line.

test_int.A.b#2  # a number too large
test_int.A.*  # flaky: depends on the clock  # really
# in between
test_gc.B.c
test_gc.D.e  # untriaged
";

    #[test]
    fn lines_have_a_pattern_and_a_reason() {
        let list = ExpectedFailures::parse(TEXT);
        assert_eq!(list.head.len(), 2);
        let pairs: Vec<_> = list
            .entries
            .iter()
            .map(|e| (e.pattern.as_str(), e.reason.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [
                ("test_int.A.b#2", "a number too large"),
                ("test_int.A.*", "flaky: depends on the clock  # really"),
                ("test_gc.B.c", ""),
                ("test_gc.D.e", "untriaged"),
            ]
        );
        assert_eq!(list.untriaged(), 1);
    }

    #[test]
    fn missing_reasons_and_repetitions_are_complaints() {
        let list = ExpectedFailures::parse(TEXT);
        assert_eq!(list.complaints(), ["test_gc.B.c: listed without a reason"]);
        let list = ExpectedFailures::parse("a  # x\na  # y\nb #\n");
        assert_eq!(
            list.complaints(),
            ["a: listed twice", "b: listed without a reason"]
        );
    }

    #[test]
    fn the_exact_entry_comes_first() {
        let list = ExpectedFailures::parse(TEXT);
        assert_eq!(
            list.find("test_int.A.b#2").unwrap().reason,
            "a number too large"
        );
        assert!(list.find("test_int.A.other").unwrap().is_flaky());
        assert!(list.find("test_int.B.other").is_none());
    }

    #[test]
    fn the_text_is_sorted_and_reads_back() {
        let list = ExpectedFailures::parse(TEXT);
        let again = ExpectedFailures::parse(&list.text());
        let mut entries = list.entries.clone();
        entries.sort();
        assert_eq!(again.entries, entries);
        assert_eq!(again.head, list.head);
    }
}
