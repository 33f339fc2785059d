//! The list of cases that do not pass yet: `failures.txt`.
//!
//! A line is `NAME  # reason`, where a `*` at the name's end stands for anything; empty lines and lines that begin with `#` are passed over. A listed case may pass
//! as well: a race is not lost every time. A crash or a hang is never as listed.

use std::path::Path;

/// Patterns of names.
#[derive(Debug, Default)]
pub struct Failures(Vec<String>);

impl Failures {
    /// Reads the list.
    pub fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let names = lines.map(|line| match line.split_once('#') {
            Some((name, reason)) if !reason.trim().is_empty() => Ok(name.trim().to_owned()),
            _ => Err(format!("a case on the list without a reason: {line}")),
        });
        names.collect::<Result<_, _>>().map(Self)
    }

    /// Is the case listed?
    pub fn has(&self, case: &str) -> bool {
        self.0.iter().any(|name| match name.strip_suffix('*') {
            Some(start) => case.starts_with(start),
            None => case == name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Failures;

    #[test]
    fn names_need_reasons_and_may_end_in_anything() {
        let list = Failures::parse("# head\n\na.b  # slow\nc.*  # all\n").unwrap();
        assert!(list.has("a.b") && list.has("c.d") && !list.has("a.bc"));
        assert!(Failures::parse("a.b\n").is_err());
        assert!(Failures::parse("a.b #\n").is_err());
    }
}
