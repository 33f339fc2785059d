//! The driver's lines: what a module has done so far, and what it was at.
//!
//! `driver.py` documents the lines. A process that is killed may leave half a line at the end; it is ignored, and so is
//! what is not understood, since a forked child of a test may have written it.

use std::collections::BTreeMap;

/// How a method, or what stands for one, has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It passed.
    Ok,
    /// An assertion failed, of the method itself or of a subtest.
    Fail,
    /// Another exception was raised.
    Error,
    /// It was skipped.
    Skip,
    /// It failed as its author expected.
    ExpectedFailure,
    /// It passed although its author expected a failure.
    UnexpectedSuccess,
    /// The process ended in it.
    Crash,
    /// It ran into the time limit.
    Hang,
}

const WORDS: [(Status, &str); 8] = [
    (Status::Ok, "ok"),
    (Status::Fail, "fail"),
    (Status::Error, "error"),
    (Status::Skip, "skip"),
    (Status::ExpectedFailure, "xfail"),
    (Status::UnexpectedSuccess, "xpass"),
    (Status::Crash, "crash"),
    (Status::Hang, "hang"),
];

impl Status {
    /// The word that stands for it in files.
    pub fn word(self) -> &'static str {
        WORDS
            .iter()
            .find(|(status, _)| *status == self)
            .expect("the table has all")
            .1
    }

    fn from_word(word: &str) -> Option<Self> {
        WORDS
            .iter()
            .find(|(_, own)| *own == word)
            .map(|(status, _)| *status)
    }

    /// Whether it took the process with it.
    pub fn ended_badly(self) -> bool {
        matches!(self, Self::Crash | Self::Hang)
    }
}

/// One result.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The id.
    pub id: String,
    /// How it ended.
    pub status: Status,
    /// How long it took.
    pub seconds: f64,
    /// The last line of the traceback, the reason for a skip, the signal of a crash.
    pub detail: String,
}

impl Entry {
    /// The line that the driver reads when the module is taken up again.
    pub fn line(&self) -> String {
        let detail = escape(&self.detail);
        format!(
            "R\t{}\t{}\t{:.3}\t{detail}\n",
            self.id,
            self.status.word(),
            self.seconds
        )
    }
}

/// What a results file says.
#[derive(Debug, Default)]
pub struct Progress {
    /// The results; a later line for an id replaces an earlier one.
    pub entries: BTreeMap<String, Entry>,
    /// What the last process had begun and not ended, innermost last.
    pub open: Vec<String>,
    /// Whether all has run.
    pub ended: bool,
}

impl Progress {
    /// Reads a results file that one or more processes have appended to. `from` is where the last process began: only it can have something open.
    pub fn parse(text: &str, from: usize) -> Self {
        let mut progress = Self::default();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let current = at >= from;
            at += line.len();
            let Some(line) = line.strip_suffix('\n') else {
                break;
            };
            let fields: Vec<&str> = line.split('\t').collect();
            match fields[..] {
                ["S" | "P", id] if current => progress.open.push(id.to_string()),
                ["p", id] if current => progress.close(id),
                ["E"] if current => progress.ended = true,
                ["R", id, status, seconds, detail] => {
                    let (Some(status), Ok(seconds)) = (Status::from_word(status), seconds.parse())
                    else {
                        continue;
                    };
                    let id = id.to_string();
                    // A fixture's failure is reported within its phase, which goes on.
                    if current && progress.open.last() == Some(&id) {
                        progress.open.pop();
                    }
                    let entry = Entry {
                        id: id.clone(),
                        status,
                        seconds,
                        detail: unescape(detail),
                    };
                    progress.entries.insert(id, entry);
                }
                _ => {}
            }
        }
        progress
    }

    fn close(&mut self, id: &str) {
        if let Some(index) = self.open.iter().rposition(|open| open == id) {
            self.open.truncate(index);
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\t', "\\t")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match characters.next() {
            Some('t') => plain.push('\t'),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some(other) => plain.push(other),
            None => plain.push('\\'),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_leaves_its_method_open() {
        let text = "P\tm.import\np\tm.import\nP\tm.C.setUpClass\np\tm.C.setUpClass\n\
                    S\tm.C.a\nR\tm.C.a\tok\t0.100\t\nS\tm.C.b\n";
        let progress = Progress::parse(text, 0);
        assert_eq!(progress.open, ["m.C.b"]);
        assert!(!progress.ended);
        assert_eq!(progress.entries["m.C.a"].status, Status::Ok);
        assert_eq!(progress.entries.len(), 1);
    }

    #[test]
    fn only_the_last_process_has_something_open() {
        let first = "S\tm.C.a\n".to_string();
        let crash = Entry {
            id: "m.C.a".into(),
            status: Status::Crash,
            seconds: 0.0,
            detail: "signal 11".into(),
        };
        let from = first.len() + crash.line().len();
        let text = first + &crash.line() + "S\tm.C.b\nR\tm.C.b\tok\t0.0\t\nE\n";
        let progress = Progress::parse(&text, from);
        assert!(progress.open.is_empty());
        assert!(progress.ended);
        assert_eq!(progress.entries["m.C.a"], crash);
    }

    #[test]
    fn an_end_written_by_an_earlier_process_does_not_count() {
        let text = "E\nS\tm.C.b\n";
        let progress = Progress::parse(text, 2);
        assert!(!progress.ended);
        assert_eq!(progress.open, ["m.C.b"]);
    }

    #[test]
    fn phases_nest() {
        let text = "P\tm.setUpModule\nP\tk.tearDownModule\n";
        assert_eq!(
            Progress::parse(text, 0).open,
            ["m.setUpModule", "k.tearDownModule"]
        );
        let text = "P\tm.setUpModule\nP\tk.tearDownModule\np\tk.tearDownModule\n";
        assert_eq!(Progress::parse(text, 0).open, ["m.setUpModule"]);
    }

    #[test]
    fn a_failing_fixture_is_closed_once() {
        let text =
            "P\tm.C.setUpClass\nR\tm.C.setUpClass\terror\t0.000\tE\np\tm.C.setUpClass\nS\tm.D.a\n";
        let progress = Progress::parse(text, 0);
        assert_eq!(progress.open, ["m.D.a"]);
        assert_eq!(progress.entries["m.C.setUpClass"].status, Status::Error);
    }

    #[test]
    fn half_lines_and_foreign_lines_are_ignored() {
        let text = "hello\nR\tm.C.a\tsideways\t0.0\t\nR\tm.C.b\tok\tx\t\nR\tm.C.c\tok\t0.0\t";
        let progress = Progress::parse(text, 0);
        assert!(progress.entries.is_empty());
    }

    #[test]
    fn details_come_back_as_they_were() {
        let detail = "a\tb\\n\nc\r\\";
        let entry = Entry {
            id: "i".into(),
            status: Status::Fail,
            seconds: 1.5,
            detail: detail.into(),
        };
        let progress = Progress::parse(&entry.line(), 0);
        assert_eq!(progress.entries["i"], entry);
    }

    #[test]
    fn every_status_has_its_word() {
        for (status, word) in WORDS {
            assert_eq!(status.word(), word);
            assert_eq!(Status::from_word(word), Some(status));
        }
    }
}
