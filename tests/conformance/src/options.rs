//! The command line, and the folders that follow from it.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// What `--help` prints.
pub const USAGE: &str = "\
usage: conformance --python PYTHON [OPTIONS] [MODULE...]

Runs modules of CPython's test suite, by default those of the list `language`.

  --python PATH       the interpreter to run them with
  --tests DIR         the folder that contains CPython 3.14's `test` (default: .conformance)
  --list FILE         modules, a line each; or the name of a file in lists/, without .txt
  --jobs N            processes at once (default: one for each core)
  --timeout S         seconds that one test method may take (default: 120)
  --restarts N        how often a module is taken up again after a crash or a hang (default: 50)
  --gil MODE          global or rwlock: given to PYTHON as --gil=MODE, and as PYTHON_GIL
  --flag FLAG         another argument for PYTHON; may be repeated
  --verbose           name all failing ids with the last line of their tracebacks
  --bless             rewrite the expected failures after this run
  --record-baseline   write what passes as the baseline; PYTHON must be CPython
  --repeat N          with --record-baseline: keep what passes in each of N runs (default: 1)
  --out DIR           where results and logs go (default: target/conformance)
  --baseline DIR      the baseline (default: tests/conformance/baseline)
  --expected FILE     the expected failures (default: tests/conformance/expected-failures.txt)
";

/// Which of grwl's two ways to run threads is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gil {
    /// One thread at a time.
    Global,
    /// All at once.
    Rwlock,
}

/// What was asked for; all paths are absolute.
#[derive(Debug)]
pub struct Options {
    /// The interpreter.
    pub python: PathBuf,
    /// The folder that contains `test`.
    pub tests: PathBuf,
    /// The modules to run, without the leading `test.`.
    pub modules: Vec<String>,
    /// How many modules run at once.
    pub jobs: usize,
    /// How long the driver may be silent.
    pub timeout: Duration,
    /// How often a module is taken up again.
    pub restarts: usize,
    /// The mode, if one was named.
    pub gil: Option<Gil>,
    /// Further arguments for the interpreter.
    pub flags: Vec<String>,
    /// Print every failing id.
    pub verbose: bool,
    /// Rewrite the expected failures.
    pub bless: bool,
    /// Write the baseline instead of judging.
    pub record_baseline: bool,
    /// How many runs a baseline is made of.
    pub repeat: usize,
    /// Where results go.
    pub out: PathBuf,
    /// The folder of the baseline.
    pub baseline: PathBuf,
    /// The file of expected failures.
    pub expected: PathBuf,
}

impl Options {
    /// Reads the arguments; `None` when help was asked for.
    pub fn parse(arguments: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = package
            .ancestors()
            .nth(2)
            .expect("the package lies two folders deep")
            .to_path_buf();
        let mut python = None;
        let mut options = Self {
            python: PathBuf::new(),
            tests: root.join(".conformance"),
            modules: Vec::new(),
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
            timeout: Duration::from_secs(120),
            restarts: 50,
            gil: None,
            flags: Vec::new(),
            verbose: false,
            bless: false,
            record_baseline: false,
            repeat: 1,
            out: root.join("target/conformance"),
            baseline: package.join("baseline"),
            expected: package.join("expected-failures.txt"),
        };
        let mut list = None;
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let (name, attached) = match argument.split_once('=') {
                Some((name, value)) if name.starts_with("--") => {
                    (name.to_string(), Some(value.to_string()))
                }
                _ => (argument, None),
            };
            let mut value = || {
                attached
                    .clone()
                    .or_else(|| arguments.next())
                    .ok_or_else(|| format!("{name} needs a value"))
            };
            match name.as_str() {
                "--python" => python = Some(value()?),
                "--tests" => options.tests = PathBuf::from(value()?),
                "--list" => list = Some(value()?),
                "--jobs" => options.jobs = number(&name, &value()?)?,
                "--timeout" => {
                    options.timeout = Duration::from_secs(number(&name, &value()?)? as u64)
                }
                "--restarts" => options.restarts = number(&name, &value()?)?,
                "--repeat" => options.repeat = number(&name, &value()?)?,
                "--gil" => {
                    options.gil = Some(match value()?.as_str() {
                        "global" => Gil::Global,
                        "rwlock" => Gil::Rwlock,
                        other => {
                            return Err(format!("--gil: neither global nor rwlock: {other:?}"));
                        }
                    });
                }
                "--flag" => options.flags.push(value()?),
                "--out" => options.out = PathBuf::from(value()?),
                "--baseline" => options.baseline = PathBuf::from(value()?),
                "--expected" => options.expected = PathBuf::from(value()?),
                "--verbose" | "-v" => options.verbose = true,
                "--bless" => options.bless = true,
                "--record-baseline" => options.record_baseline = true,
                "--help" | "-h" => return Ok(None),
                _ if name.starts_with('-') => return Err(format!("unknown option: {name}")),
                _ => options.modules.push(module_name(&name)),
            }
        }
        let python = python.ok_or("--python is missing")?;
        options.python = program(&python)?;
        if options.bless && options.record_baseline {
            return Err("--bless and --record-baseline exclude each other".to_string());
        }
        if options.jobs == 0 || options.repeat == 0 || options.timeout.is_zero() {
            return Err("--jobs, --repeat and --timeout must be at least 1".to_string());
        }
        if list.is_some() && !options.modules.is_empty() {
            return Err("--list and module names exclude each other".to_string());
        }
        if options.modules.is_empty() {
            options.modules = read_list(
                &package.join("lists"),
                list.as_deref().unwrap_or("language"),
            )?;
        }
        if let Some(module) = repeated(&options.modules) {
            return Err(format!("named twice: {module}"));
        }
        // Whoever names the folder `test` itself means the one that contains it.
        if options.tests.join("support/__init__.py").is_file() {
            options.tests.pop();
        }
        if !options.tests.join("test/support/__init__.py").is_file() {
            return Err(format!(
                "no test suite in {}: --tests names the folder that contains `test`, from Lib/ of CPython 3.14.10",
                options.tests.display()
            ));
        }
        for path in [
            &mut options.tests,
            &mut options.out,
            &mut options.baseline,
            &mut options.expected,
        ] {
            *path = std::path::absolute(&*path)
                .map_err(|error| format!("{}: {error}", path.display()))?;
        }
        Ok(Some(options))
    }
}

fn number(name: &str, text: &str) -> Result<usize, String> {
    text.parse()
        .map_err(|_| format!("{name}: not a number: {text:?}"))
}

/// `test.test_dict`, `test_dict.py` and `test_dict` name the same module.
fn module_name(text: &str) -> String {
    let name = text.strip_suffix(".py").unwrap_or(text);
    name.strip_prefix("test.").unwrap_or(name).to_string()
}

/// The interpreter's absolute path. Modules run in other folders, so a relative one would be lost; a bare name is
/// left for the search path.
fn program(text: &str) -> Result<PathBuf, String> {
    let path = Path::new(text);
    if path.components().count() == 1 && !path.exists() {
        return Ok(path.to_path_buf());
    }
    if !path.is_file() {
        return Err(format!("--python: no such file: {text}"));
    }
    std::path::absolute(path).map_err(|error| format!("{text}: {error}"))
}

fn read_list(lists: &Path, name: &str) -> Result<Vec<String>, String> {
    // The project's own lists first: there may well be a folder of the same name.
    let mut path = lists.join(format!("{name}.txt"));
    if !path.is_file() {
        path = PathBuf::from(name);
    }
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("--list: {}: {error}", path.display()))?;
    let modules = parse_list(&text);
    if modules.is_empty() {
        return Err(format!("--list: {} names no module", path.display()));
    }
    Ok(modules)
}

fn parse_list(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty())
        .map(module_name)
        .collect()
}

fn repeated(modules: &[String]) -> Option<&String> {
    modules
        .iter()
        .enumerate()
        .find(|(index, module)| modules[..*index].contains(module))
        .map(|(_, module)| module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_have_comments_and_blank_lines() {
        let text = "# the first\ntest_int\n\n  test_float  # slow\ntest.test_dict\n";
        assert_eq!(parse_list(text), ["test_int", "test_float", "test_dict"]);
    }

    #[test]
    fn modules_are_named_in_three_ways() {
        for text in ["test_dict", "test.test_dict", "test_dict.py"] {
            assert_eq!(module_name(text), "test_dict");
        }
    }

    #[test]
    fn a_module_named_twice_is_found() {
        let names = ["a", "b", "a"].map(str::to_string);
        assert_eq!(repeated(&names), Some(&names[2]));
        assert_eq!(repeated(&names[..2]), None);
    }

    #[test]
    fn wrong_arguments_are_refused() {
        let parse =
            |words: &[&str]| Options::parse(words.iter().map(ToString::to_string)).map(|_| ());
        for (words, problem) in [
            (&["--frobnicate"][..], "unknown option"),
            (&["--python"], "needs a value"),
            (&["test_int"], "--python is missing"),
            (&["--python", "/no/such/file"], "no such file"),
            (
                &["--python", "x", "--gil", "both"],
                "neither global nor rwlock",
            ),
            (&["--python", "x", "--jobs", "many"], "not a number"),
            (&["--python", "x", "--jobs=0"], "at least 1"),
            (
                &["--python", "x", "--bless", "--record-baseline"],
                "exclude each other",
            ),
            (&["--python", "x", "test_int", "test_int.py"], "named twice"),
            (&["--python", "x", "--list", "no-such-list"], "--list"),
        ] {
            let error = parse(words).unwrap_err();
            assert!(error.contains(problem), "{words:?}: {error}");
        }
    }
}
