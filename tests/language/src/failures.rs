//! The list of programs that do not pass yet.
//!
//! A line is `NAME  # reason`; empty lines and lines that begin with `#` are passed over. The list may only shrink: a
//! program on it that passes is a failure of the run.

use std::path::Path;

/// The names on the list; none without a list.
pub fn read(file: Option<&Path>) -> Result<Vec<String>, String> {
    let Some(file) = file else {
        return Ok(Vec::new());
    };
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    parse(&text)
}

fn parse(text: &str) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match line.split_once('#') {
            Some((name, reason)) if !reason.trim().is_empty() => {
                names.push(name.trim().to_owned());
            }
            _ => return Err(format!("a program on the list without a reason: {line}")),
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn names_need_reasons() {
        assert_eq!(parse("# head\n\na_01  # slow\n").unwrap(), ["a_01"]);
        assert!(parse("a_01\n").is_err());
        assert!(parse("a_01 #\n").is_err());
    }
}
