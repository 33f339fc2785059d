//! The command line of `thread-tests`.

use std::path::PathBuf;
use std::time::Duration;

/// Printed after a wrong command line.
pub const USAGE: &str = "usage: thread-tests --python PATH [--full] [--plain] [--setting TEXT] [--budget SECONDS] \
[--timeout SECONDS] [--jobs N] [--cases DIR] [--verbose] [FILTER]";

/// What the command line asks for.
#[derive(Debug, PartialEq)]
pub struct Options {
    /// The interpreter.
    pub python: PathBuf,
    /// More seeds, longer races.
    pub full: bool,
    /// One run without any switch: another Python.
    pub plain: bool,
    /// Only settings whose name contains this.
    pub setting: Option<String>,
    /// Seconds for which a case races.
    pub budget: f64,
    /// Time after which a case that has said nothing counts as hung.
    pub timeout: Duration,
    /// How many processes run at the same time.
    pub jobs: usize,
    /// The folder of the cases, if not the package's own.
    pub cases: Option<PathBuf>,
    /// Print what each case saw.
    pub verbose: bool,
    /// Only cases whose name contains this.
    pub filter: Option<String>,
}

impl Options {
    /// Reads the arguments after the program's own name.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut python = None;
        let mut budget = None;
        let mut options = Self {
            python: PathBuf::new(),
            full: false,
            plain: false,
            setting: None,
            budget: 0.0,
            timeout: Duration::from_secs(30),
            jobs: std::thread::available_parallelism().map_or(1, usize::from) + 1,
            cases: None,
            verbose: false,
            filter: None,
        };
        while let Some(argument) = arguments.next() {
            let mut value = |what: &str| arguments.next().ok_or(format!("{argument} needs {what}"));
            match argument.as_str() {
                "--python" => python = Some(absolute(value("a path")?)?),
                "--full" => options.full = true,
                "--plain" => options.plain = true,
                "--verbose" => options.verbose = true,
                "--setting" => options.setting = Some(value("a part of a name")?),
                "--budget" => {
                    let seconds: f64 = number(&value("seconds")?)?;
                    budget = Some(seconds).filter(|seconds| (0.0..3600.0).contains(seconds));
                    if budget.is_none() {
                        return Err("--budget is out of range".to_owned());
                    }
                }
                "--timeout" => options.timeout = Duration::from_secs(number(&value("seconds")?)?),
                "--jobs" => options.jobs = number::<usize>(&value("a number")?)?.max(1),
                "--cases" => options.cases = Some(absolute(value("a folder")?)?),
                flag if flag.starts_with('-') => return Err(format!("unknown option {flag}")),
                _ if options.filter.is_some() => return Err("more than one filter".to_owned()),
                _ => options.filter = Some(argument),
            }
        }
        options.python = python.ok_or("--python is missing")?;
        options.budget = budget.unwrap_or(if options.full { 0.5 } else { 0.1 });
        Ok(options)
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("not a number: {text}"))
}

/// Programs run in another directory, so a path with a slash is made absolute; a bare name is left to `PATH`.
fn absolute(path: String) -> Result<PathBuf, String> {
    if path.contains('/') {
        std::path::absolute(&path).map_err(|e| format!("{path}: {e}"))
    } else {
        Ok(PathBuf::from(path))
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_full_run_races_longer() {
        let short = parse("--python /bin/python list.").unwrap();
        let full = parse("--python /bin/python --full --jobs 0").unwrap();
        assert!(full.budget > short.budget);
        assert_eq!((full.jobs, short.filter.as_deref()), (1, Some("list.")));
        let own = parse("--python p --budget 2.5 --full").unwrap();
        assert_eq!(own.budget.to_bits(), 2.5_f64.to_bits());
    }

    #[test]
    fn rejects_what_it_does_not_know() {
        assert!(parse("--python p --fast").is_err());
        assert!(parse("--python p --budget -1").is_err());
        assert!(parse("--python p a b").is_err());
        assert_eq!(parse("a").unwrap_err(), "--python is missing");
    }
}
