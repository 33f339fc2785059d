//! The command line of `language-tests`.

use std::path::PathBuf;

/// Printed after a wrong command line.
pub const USAGE: &str = "usage: language-tests --python PATH [--gil MODE ...] [--jobs N] [--flags \"...\"] \
[--timeout SECONDS] [--programs DIR] [--failures FILE] [--bless] [FILTER]";

/// What the command line asks for.
#[derive(Debug, PartialEq)]
pub struct Options {
    /// The interpreter.
    pub python: PathBuf,
    /// Each program runs once under each of these (as `--gil=MODE`); none: once, without the flag.
    pub modes: Vec<String>,
    /// How many programs run at the same time.
    pub jobs: usize,
    /// Flags that go to the interpreter before the program's name.
    pub flags: Vec<String>,
    /// Seconds after which a program is killed.
    pub timeout: u64,
    /// The folder of programs, if not the package's own.
    pub programs: Option<PathBuf>,
    /// A list of programs that do not pass yet: `NAME  # reason` lines.
    pub failures: Option<PathBuf>,
    /// Write the expected files instead of comparing.
    pub bless: bool,
    /// Only programs whose name contains this.
    pub filter: Option<String>,
}

impl Options {
    /// Reads the arguments after the program's own name.
    pub fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = arguments.peekable();
        let mut python = None;
        let mut options = Self {
            python: PathBuf::new(),
            modes: Vec::new(),
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
            flags: Vec::new(),
            timeout: 20,
            programs: None,
            failures: None,
            bless: false,
            filter: None,
        };
        while let Some(argument) = arguments.next() {
            let mut value = |what: &str| arguments.next().ok_or(format!("{argument} needs {what}"));
            match argument.as_str() {
                "--python" => python = Some(absolute(value("a path")?)?),
                "--gil" => {
                    options.modes.push(value("a mode")?);
                    // `--gil global rwlock`: further words are modes too, if they are names of modes.
                    while let Some(mode) =
                        arguments.next_if(|word| word == "global" || word == "rwlock")
                    {
                        options.modes.push(mode);
                    }
                }
                "--jobs" => options.jobs = number::<usize>(&value("a number")?)?.max(1),
                "--timeout" => options.timeout = number(&value("seconds")?)?,
                "--flags" => {
                    let flags = value("flags")?;
                    options
                        .flags
                        .extend(flags.split_whitespace().map(str::to_owned));
                }
                "--programs" => options.programs = Some(absolute(value("a folder")?)?),
                "--failures" => options.failures = Some(absolute(value("a file")?)?),
                "--bless" => options.bless = true,
                flag if flag.starts_with('-') => return Err(format!("unknown option {flag}")),
                _ if options.filter.is_some() => return Err("more than one filter".to_owned()),
                _ => options.filter = Some(argument),
            }
        }
        if options.bless && options.modes.len() > 1 {
            return Err("--bless takes one mode at most".to_owned());
        }
        options.python = python.ok_or("--python is missing")?;
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
    fn reads_modes_filter_and_numbers() {
        let options = parse("--gil global rwlock --jobs 3 --python /bin/python a_").unwrap();
        assert_eq!(options.modes, ["global", "rwlock"]);
        assert_eq!((options.jobs, options.timeout), (3, 20));
        assert_eq!(options.filter.as_deref(), Some("a_"));
    }

    #[test]
    fn rejects_what_it_does_not_know() {
        assert_eq!(
            parse("--python p --fast").unwrap_err(),
            "unknown option --fast"
        );
        assert_eq!(parse("a_").unwrap_err(), "--python is missing");
        assert_eq!(parse("--python").unwrap_err(), "--python needs a path");
        assert!(parse("--python p a b").is_err());
        assert!(parse("--python p --gil global --gil rwlock --bless").is_err());
    }
}
