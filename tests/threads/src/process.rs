//! Runs a family's cases in processes, with a time limit for each case.
//!
//! `driver.py` writes a line before and one after each case. The process that dies, or is silent for too long, fails the case it was in; the
//! next process begins after it.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::options::Options;
use crate::seconds;
use crate::settings::Setting;

/// How one case ended.
#[derive(Debug)]
pub struct Outcome {
    pub case: String,
    /// The error says why it failed.
    pub result: Result<(), String>,
    pub seconds: f64,
    /// What it counted.
    pub saw: String,
    /// It ended by itself, so its failure may be one that is listed.
    pub may_be_known: bool,
    /// Its failure is listed.
    pub is_known: bool,
}

impl Outcome {
    /// A case that did not end.
    fn lost(case: String, reason: String, seconds: f64) -> Self {
        Self {
            case,
            result: Err(reason),
            seconds,
            saw: String::new(),
            may_be_known: false,
            is_known: false,
        }
    }
}

/// A process may die this often without having begun a case before its family is given up.
const STARTS: usize = 3;

/// Families and cases as `driver.py` lists them.
pub fn list(options: &Options) -> Result<Vec<(String, String)>, String> {
    let output = command(options)
        .output()
        .map_err(|e| format!("{}: {e}", options.python.display()))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("the list of cases: {}\n{text}", output.status));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(family, case)| (family.to_owned(), case.to_owned()))
        .collect())
}

fn command(options: &Options) -> Command {
    let folder = folder(options);
    let mut command = Command::new(&options.python);
    command
        .arg(folder.join("driver.py"))
        .current_dir(folder)
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("LC_ALL", "C.UTF-8");
    for name in ["PYTHONPATH", "PYTHON_GIL", "GRWL_STRESS", "GRWL_GC_STRESS"] {
        command.env_remove(name);
    }
    command
}

fn folder(options: &Options) -> PathBuf {
    options
        .cases
        .clone()
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"))
}

/// Runs the cases of a family that are wanted, in as many processes as it takes.
pub fn run_family(
    options: &Options,
    setting: &Setting,
    family: &str,
    cases: &[&str],
) -> Result<Vec<Outcome>, String> {
    let limit = options.timeout * setting.patience + Duration::from_secs_f64(options.budget);
    let mut done = Vec::new();
    let mut starts = 0;
    while done.len() < cases.len() && starts < STARTS {
        let before = done.len();
        let mut process = Process::start(options, setting, family, before, limit)?;
        let end = process.read_cases(limit, &mut done);
        let (end, words) = process.finish(end);
        if let Some((case, begun)) = process.running {
            done.push(Outcome::lost(
                case,
                format!("{end}; {words}"),
                seconds(begun),
            ));
        }
        if done.len() == before {
            starts += 1;
            if starts == STARTS {
                let reason = format!("did not begin: {end}; {words}");
                done.push(Outcome::lost(cases[before].to_owned(), reason, 0.0));
                starts = 0;
            }
        }
    }
    Ok(done)
}

/// How the stream of lines ended.
enum End {
    Closed,
    Silent,
}

struct Process {
    child: Child,
    lines: Receiver<String>,
    errors: Receiver<String>,
    /// The case that has begun and not ended.
    running: Option<(String, Instant)>,
}

impl Process {
    fn start(
        options: &Options,
        setting: &Setting,
        family: &str,
        first: usize,
        limit: Duration,
    ) -> Result<Self, String> {
        let mut command = command(options);
        for (name, value) in &setting.environment {
            command.env(name, value);
        }
        let mut child = command
            .args([family, &first.to_string()])
            .env("THREADS_BUDGET", options.budget.to_string())
            .env(
                "THREADS_ONLY",
                options.filter.as_deref().unwrap_or_default(),
            )
            // The threads' tracebacks are shown shortly before the process is killed.
            .env("THREADS_LIMIT", (limit.as_secs_f64() * 0.9).to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| format!("{}: {e}", options.python.display()))?;
        let (sender, lines) = channel();
        let out = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        std::thread::spawn(move || {
            // A receiver that is gone wants no more lines.
            for line in out.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let errors = read_aside(child.stderr.take().expect("stderr is a pipe"));
        Ok(Self {
            child,
            lines,
            errors,
            running: None,
        })
    }

    /// Reads lines until there are no more, or none came for too long.
    fn read_cases(&mut self, limit: Duration, done: &mut Vec<Outcome>) -> End {
        loop {
            let line = match self.lines.recv_timeout(limit) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) => return End::Silent,
                Err(RecvTimeoutError::Disconnected) => return End::Closed,
            };
            let mut words = line.splitn(3, ' ');
            let (verb, case) = (words.next(), words.next().unwrap_or_default());
            let rest = words.next().unwrap_or_default();
            match verb {
                Some("begin") => self.running = Some((case.to_owned(), Instant::now())),
                Some(verb @ ("pass" | "fail")) => {
                    let begun = self.running.take().map(|(_, begun)| begun);
                    let failed = verb == "fail";
                    done.push(Outcome {
                        case: case.to_owned(),
                        result: if failed { Err(rest.to_owned()) } else { Ok(()) },
                        seconds: begun.map_or(0.0, seconds),
                        saw: rest.to_owned(),
                        may_be_known: true,
                        is_known: false,
                    });
                }
                _ => {}
            }
        }
    }

    /// How the process ended, and the last words of its stderr.
    fn finish(&mut self, end: End) -> (String, String) {
        let end = match end {
            End::Silent => {
                // It may be dead by now; what counts is that it is afterwards.
                let _ = self.child.kill();
                let _ = self.child.wait();
                "hung".to_owned()
            }
            End::Closed => self.child.wait().map_or_else(|e| e.to_string(), describe),
        };
        let errors = self.errors.recv_timeout(Duration::from_secs(2));
        (end, errors.unwrap_or_default())
    }
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, signal) => format!("killed by signal {}", signal.unwrap_or_default()),
    }
}

/// Lines of stderr that are kept.
const LAST: usize = 40;

/// Reads a pipe to its end on a thread; the last lines.
fn read_aside(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut last = VecDeque::new();
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if last.len() == LAST {
                last.pop_front();
            }
            last.push_back(line);
        }
        // A receiver that has given up wants nothing.
        let _ = sender.send(Vec::from(last).join("\n    "));
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::{list, run_family};
    use crate::options::Options;
    use crate::settings::Setting;
    use std::os::unix::fs::PermissionsExt;
    use std::time::Duration;

    /// A shell script in place of Python: its second case dies, its third hangs, the rest passes.
    const SCRIPT: &str = r#"#!/bin/sh
if [ -z "$2" ]; then echo "f f.a"; echo "f f.b"; echo "f f.c"; echo "f f.d"; exit; fi
n=$3
while [ $n -lt 4 ]; do
    case $n in 0) c=f.a;; 1) c=f.b;; 2) c=f.c;; 3) c=f.d;; esac
    echo "begin $c"
    case $n in 1) echo "last words" >&2; kill -9 $$;; 2) exec sleep 20;; 3) echo "fail $c a reason";; *) echo "pass $c 0.1 2 rounds";; esac
    n=$((n + 1))
done
"#;

    #[test]
    fn goes_on_after_a_crash_and_after_a_hang() {
        let folder = std::env::temp_dir().join(format!("thread-tests-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let script = folder.join("python");
        std::fs::write(&script, SCRIPT).unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        let line = format!("--python {} --budget 0", script.display());
        let mut options = Options::parse(line.split(' ').map(str::to_owned)).unwrap();
        options.timeout = Duration::from_millis(500);
        options.cases = Some(folder.clone());
        let listed = list(&options).unwrap();
        assert_eq!(listed[2], ("f".to_owned(), "f.c".to_owned()));
        let cases: Vec<&str> = listed.iter().map(|(_, case)| case.as_str()).collect();
        let setting = Setting {
            name: String::new(),
            environment: Vec::new(),
            patience: 1,
        };
        let done = run_family(&options, &setting, "f", &cases).unwrap();
        let results: Vec<_> = done.iter().map(|outcome| outcome.result.clone()).collect();
        assert_eq!(results[0], Ok(()));
        assert_eq!(results[1], Err("killed by signal 9; last words".to_owned()));
        assert!(results[2].as_ref().unwrap_err().starts_with("hung"));
        assert_eq!(results[3], Err("a reason".to_owned()));
        assert_eq!(done[0].saw, "0.1 2 rounds");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
