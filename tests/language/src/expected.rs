//! What a program is expected to print, as files beside it, and the comparison with what it printed.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A program's output and exit status.
#[derive(Debug, PartialEq)]
pub struct Expected {
    /// `NAME.out`
    pub out: Vec<u8>,
    /// `NAME.err`; no file means empty
    pub err: Vec<u8>,
    /// `NAME.code`; no file means 0
    pub code: i32,
}

fn file(folder: &Path, program: &str, extension: &str) -> PathBuf {
    folder.join(format!("{program}.{extension}"))
}

impl Expected {
    /// Reads the expected files of a program.
    pub fn read(folder: &Path, program: &str) -> Result<Self, String> {
        let read = |extension| match fs::read(file(folder, program, extension)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(format!("{program}.{extension}: {e}")),
        };
        let code = match read("code")? {
            None => 0,
            Some(bytes) => String::from_utf8_lossy(&bytes)
                .trim()
                .parse()
                .map_err(|_| format!("{program}.code holds no number"))?,
        };
        Ok(Self {
            out: read("out")?.ok_or(format!("{program}.out is missing (--bless writes it)"))?,
            err: read("err")?.unwrap_or_default(),
            code,
        })
    }

    /// Writes the files, or removes those that would say nothing.
    pub fn write(&self, folder: &Path, program: &str) -> Result<(), String> {
        let code = format!("{}\n", self.code);
        // A failing status always brings its stderr, though that may be empty.
        let failed = self.code != 0;
        let parts = [
            ("out", self.out.as_slice(), true),
            ("err", self.err.as_slice(), failed || !self.err.is_empty()),
            ("code", code.as_bytes(), failed),
        ];
        for (extension, bytes, wanted) in parts {
            let path = file(folder, program, extension);
            let result = if wanted {
                fs::write(&path, bytes)
            } else {
                match fs::remove_file(&path) {
                    Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
                    result => result,
                }
            };
            result.map_err(|e| format!("{}: {e}", path.display()))?;
        }
        Ok(())
    }

    /// Fails with the first line that differs: of stdout, then of stderr, then the exit status.
    pub fn compare(&self, got: &Self) -> Result<(), String> {
        if let Some(line) = first_difference(&self.out, &got.out) {
            // An unexpected exception explains a short stdout better than the line that is missing.
            let why = if got.err != self.err {
                let text = String::from_utf8_lossy(&got.err);
                text.lines()
                    .next_back()
                    .map(|last| format!("\n    stderr ends: {last}"))
            } else {
                None
            };
            return Err(format!("stdout {line}{}", why.unwrap_or_default()));
        }
        if let Some(line) = first_difference(&self.err, &got.err) {
            return Err(format!("stderr {line}"));
        }
        if self.code != got.code {
            return Err(format!(
                "exit status: expected {}, got {}",
                self.code, got.code
            ));
        }
        Ok(())
    }
}

/// Describes the first line in which two outputs differ; `None` if they are equal.
fn first_difference(expected: &[u8], got: &[u8]) -> Option<String> {
    if expected == got {
        return None;
    }
    let show = |line: Option<&[u8]>| match line {
        None => "<end>".to_owned(),
        // Escaped, so that a difference in spaces, controls or invalid UTF-8 can be seen.
        Some(line) => match std::str::from_utf8(line) {
            Ok(text) => format!("{text:?}"),
            Err(_) => format!("b\"{}\"", line.escape_ascii()),
        },
    };
    let mut expected = expected.split_inclusive(|&byte| byte == b'\n');
    let mut got = got.split_inclusive(|&byte| byte == b'\n');
    for number in 1.. {
        let (e, g) = (expected.next(), got.next());
        if e != g {
            return Some(format!(
                "line {number}\n    expected {}\n    got      {}",
                show(e),
                show(g)
            ));
        }
        if e.is_none() {
            break;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Expected, first_difference};

    #[test]
    fn finds_the_first_differing_line() {
        assert_eq!(first_difference(b"a\nb\n", b"a\nb\n"), None);
        let line = first_difference(b"a\nb\n", b"a\nc\n").unwrap();
        assert_eq!(line, "line 2\n    expected \"b\\n\"\n    got      \"c\\n\"");
        assert!(
            first_difference(b"a\n", b"a")
                .unwrap()
                .starts_with("line 1\n")
        );
        assert!(
            first_difference(b"a\n", b"a\nb\n")
                .unwrap()
                .contains("expected <end>")
        );
        assert!(
            first_difference(b"\xff", b"")
                .unwrap()
                .contains(r#"b"\xff""#)
        );
    }

    #[test]
    fn written_files_read_back_and_vanish_when_they_say_nothing() {
        let folder = std::env::temp_dir().join(format!("language-tests-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let failed = Expected {
            out: b"1\n".to_vec(),
            err: Vec::new(),
            code: 3,
        };
        failed.write(&folder, "x").unwrap();
        assert!(folder.join("x.err").exists());
        assert_eq!(Expected::read(&folder, "x").unwrap(), failed);
        let passed = Expected { code: 0, ..failed };
        passed.write(&folder, "x").unwrap();
        assert!(!folder.join("x.err").exists() && !folder.join("x.code").exists());
        assert_eq!(Expected::read(&folder, "x").unwrap(), passed);
        assert!(
            Expected::read(&folder, "y")
                .unwrap_err()
                .contains("y.out is missing")
        );
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
