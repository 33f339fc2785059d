//! The runner's own command line.

/// What to compare, and how.
#[derive(Debug, PartialEq, Eq)]
pub struct Arguments {
    /// The interpreter in question, with its first arguments.
    pub python: Vec<String>,
    /// The one it is compared with; likewise.
    pub against: Vec<String>,
    /// Where the second one finds the programs, if not where the first does.
    pub programs: Option<String>,
    /// Measured runs of each.
    pub runs: usize,
    /// Only benchmarks whose name contains this.
    pub filter: String,
    /// Fail where a limit is passed.
    pub check: bool,
}

/// How it is called.
pub const USAGE: &str = "\
usage: bench-single --python COMMAND --against COMMAND [--programs DIR] [--runs N] [--check] [FILTER]

COMMAND is a path, or a command with arguments separated by spaces. --programs is where the command after
--against finds the programs, if it has another root folder, say. N is 5 unless told; FILTER is part of a name.
--check fails if the mean ratio of times is above 1.0, any above 2.0 (of start_pass 1.2, of start_imports 1.5), or
any ratio of memory above 1.5.
";

impl Arguments {
    /// Reads them, or says what is wrong.
    pub fn read(arguments: impl IntoIterator<Item = String>) -> Result<Arguments, String> {
        let mut arguments = arguments.into_iter();
        let (mut python, mut against, mut programs) = (None, None, None);
        let (mut runs, mut filter, mut check) = (5, None, false);
        while let Some(argument) = arguments.next() {
            let mut value = || {
                arguments
                    .next()
                    .ok_or_else(|| format!("{argument} needs a value"))
            };
            match argument.as_str() {
                "--python" => python = Some(command(&value()?)?),
                "--against" => against = Some(command(&value()?)?),
                "--programs" => programs = Some(value()?),
                "--runs" => {
                    runs = value()?
                        .parse()
                        .ok()
                        .filter(|&runs| runs > 0)
                        .ok_or("--runs needs a number above 0")?;
                }
                "--check" => check = true,
                option if option.starts_with('-') => {
                    return Err(format!("there is no option {option}"));
                }
                _ if filter.is_some() => return Err("there is one FILTER only".to_owned()),
                _ => filter = Some(argument),
            }
        }
        Ok(Arguments {
            python: python.ok_or("--python is missing")?,
            against: against.ok_or("--against is missing")?,
            programs,
            runs,
            filter: filter.unwrap_or_default(),
            check,
        })
    }
}

fn command(text: &str) -> Result<Vec<String>, String> {
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    if words.is_empty() {
        return Err("a command is empty".to_owned());
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &[&str]) -> Result<Arguments, String> {
        Arguments::read(line.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn all_of_them() {
        let arguments = read(&[
            "--python",
            "a",
            "nbody",
            "--against",
            "b  -c",
            "--runs",
            "3",
            "--programs",
            "/p",
            "--check",
        ]);
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(
            arguments,
            Ok(Arguments {
                python: words(&["a"]),
                against: words(&["b", "-c"]),
                programs: Some("/p".to_owned()),
                runs: 3,
                filter: "nbody".to_owned(),
                check: true,
            })
        );
    }

    #[test]
    fn mistakes() {
        for (line, complaint) in [
            (&["--python", "a"][..], "--against is missing"),
            (&["--python"], "--python needs a value"),
            (&["--python", " "], "a command is empty"),
            (&["--runs", "0"], "--runs needs a number above 0"),
            (&["--what"], "there is no option --what"),
            (&["a", "b"], "there is one FILTER only"),
        ] {
            assert_eq!(read(line), Err(complaint.to_owned()));
        }
    }
}
