//! A module's processes: started, watched, killed, and started again after a crash.
//!
//! Each is the leader of a process group of its own, so that what its tests have started dies with it.
//! The group is killed before the leader is reaped: until then its number cannot belong to another.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::options::{Gil, Options};
use crate::progress::{Entry, Progress, Status};

const DRIVER: &str = include_str!("../driver.py");
const POLL: Duration = Duration::from_millis(20);

/// What has become of a module.
#[derive(Debug)]
pub struct ModuleRun {
    /// The module.
    pub module: String,
    /// Its results by id.
    pub entries: BTreeMap<String, Entry>,
    /// How long all its processes took.
    pub seconds: f64,
    /// How often it was taken up again.
    pub restarts: usize,
}

/// How a process ended.
enum Ending {
    Exited(ExitStatus),
    TimedOut,
}

/// The folders and files of one module.
struct Place {
    work: PathBuf,
    results: PathBuf,
    log: PathBuf,
}

impl Place {
    fn new(options: &Options, module: &str) -> Result<Self, String> {
        let place = Self {
            work: options.out.join("work").join(module),
            results: options.out.join("raw").join(format!("{module}.txt")),
            log: options.out.join(format!("{module}.log")),
        };
        place.clear()?;
        for folder in [place.working_directory(), place.temporary_directory()] {
            fs::create_dir_all(&folder).map_err(|error| problem(&folder, &error))?;
        }
        for file in [&place.results, &place.log] {
            fs::write(file, "").map_err(|error| problem(file, &error))?;
        }
        Ok(place)
    }

    fn working_directory(&self) -> PathBuf {
        self.work.join("cwd")
    }

    fn temporary_directory(&self) -> PathBuf {
        self.work.join("tmp")
    }

    fn clear(&self) -> Result<(), String> {
        match fs::remove_dir_all(&self.work) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(problem(&self.work, &error))
            }
            _ => Ok(()),
        }
    }

    /// Adds a line, after what a killed process may have left of its last.
    fn append(&self, entry: &Entry) -> Result<(), String> {
        let whole = read(&self.results)?
            .last()
            .is_none_or(|&last| last == b'\n');
        let line = if whole {
            entry.line()
        } else {
            format!("\n{}", entry.line())
        };
        OpenOptions::new()
            .append(true)
            .open(&self.results)
            .and_then(|mut file| file.write_all(line.as_bytes()))
            .map_err(|error| problem(&self.results, &error))
    }
}

fn problem(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// Makes the results folder and puts the driver there.
pub fn prepare(options: &Options) -> Result<(), String> {
    let raw = options.out.join("raw");
    fs::create_dir_all(&raw).map_err(|error| problem(&raw, &error))?;
    let driver = driver(options);
    fs::write(&driver, DRIVER).map_err(|error| problem(&driver, &error))
}

fn driver(options: &Options) -> PathBuf {
    options.out.join("driver.py")
}

/// Runs a module to its end, with as many processes as it takes.
pub fn run_module(options: &Options, module: &str) -> Result<ModuleRun, String> {
    let place = Place::new(options, module)?;
    let began = Instant::now();
    let mut restarts = 0;
    let entries = loop {
        let from = read(&place.results)?.len();
        let log_from = read(&place.log)?.len();
        let process_began = Instant::now();
        let ending = run_process(options, module, &place)?;
        let bytes = read(&place.results)?;
        let before = String::from_utf8_lossy(&bytes[..from]);
        let after = String::from_utf8_lossy(&bytes[from..]);
        let mut progress = Progress::parse(&format!("{before}{after}"), before.len());
        let (status, detail) = match ending {
            Ending::Exited(status) if progress.ended && status.success() => break progress.entries,
            Ending::Exited(status) => (
                Status::Crash,
                exit_words(status, &read(&place.log)?[log_from..]),
            ),
            Ending::TimedOut => (
                Status::Hang,
                format!("no progress for {} s", options.timeout.as_secs()),
            ),
        };
        let id = victim(module, &progress);
        let known = progress
            .entries
            .get(&id)
            .is_some_and(|entry| entry.status.ended_badly());
        let moved = after.lines().any(|line| line.starts_with("R\t"));
        let in_method = !progress.open.is_empty();
        let seconds = process_began.elapsed().as_secs_f64();
        let entry = Entry {
            id: id.clone(),
            status,
            seconds,
            detail,
        };
        place.append(&entry)?;
        let over = progress.ended || id == format!("{module}.import");
        progress.entries.insert(id, entry);
        // Without a method to leave out and without a result, the next process would end like this one.
        if over || restarts == options.restarts || (known && !moved) || !(in_method || moved) {
            break progress.entries;
        }
        restarts += 1;
    };
    // A folder that a test has made unreadable may stay; the next run says so if it is in the way.
    let _ = place.clear();
    Ok(ModuleRun {
        module: module.to_string(),
        entries,
        seconds: began.elapsed().as_secs_f64(),
        restarts,
    })
}

/// What the process was at when it ended.
fn victim(module: &str, progress: &Progress) -> String {
    match progress.open.last() {
        _ if progress.ended => format!("{module}.exit"),
        Some(id) => id.clone(),
        None if progress.entries.is_empty() => format!("{module}.start"),
        None => format!("{module}.run"),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| problem(path, &error))
}

fn command(options: &Options, module: &str, place: &Place) -> Result<Command, String> {
    let mut command = Command::new(&options.python);
    // What the caller's environment says to Python or to a terminal must not change results.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("PYTHON")
            || text.starts_with("LC_")
            || ["FORCE_COLOR", "NO_COLOR"].contains(&&*text)
        {
            command.env_remove(&name);
        }
    }
    command.env("LANG", "C.UTF-8").env("PYTHONHASHSEED", "0");
    command
        .env("PYTHONPATH", &options.tests)
        .env("TMPDIR", place.temporary_directory());
    match options.gil {
        Some(Gil::Global) => command.env("PYTHON_GIL", "1").arg("--gil=global"),
        Some(Gil::Rwlock) => command.env("PYTHON_GIL", "0").arg("--gil=rwlock"),
        None => &mut command,
    };
    command
        .args(&options.flags)
        .arg(driver(options))
        .arg(module)
        .arg(&place.results)
        .arg(&options.tests);
    let log = OpenOptions::new()
        .append(true)
        .open(&place.log)
        .map_err(|error| problem(&place.log, &error))?;
    let both: File = log
        .try_clone()
        .map_err(|error| problem(&place.log, &error))?;
    command.stdin(Stdio::null()).stdout(log).stderr(both);
    command
        .current_dir(place.working_directory())
        .process_group(0);
    Ok(command)
}

fn run_process(options: &Options, module: &str, place: &Place) -> Result<Ending, String> {
    for folder in [place.working_directory(), place.temporary_directory()] {
        fs::create_dir_all(&folder).map_err(|error| problem(&folder, &error))?;
    }
    let mut child = command(options, module, place)?
        .spawn()
        .map_err(|error| problem(&options.python, &error))?;
    let mut length = 0;
    let mut moved = Instant::now();
    let timed_out = loop {
        if has_exited(&child) {
            break false;
        }
        std::thread::sleep(POLL);
        let now = fs::metadata(&place.results).map_or(length, |metadata| metadata.len());
        if now != length {
            length = now;
            moved = Instant::now();
        } else if moved.elapsed() > options.timeout {
            break true;
        }
    };
    kill_group(&child);
    let status = child
        .wait()
        .map_err(|error| problem(&options.python, &error))?;
    Ok(if timed_out {
        Ending::TimedOut
    } else {
        Ending::Exited(status)
    })
}

fn number(child: &Child) -> libc::pid_t {
    libc::pid_t::try_from(child.id()).expect("a process number fits its own type")
}

/// Whether the child has ended; it is not reaped, its number stays taken.
fn has_exited(child: &Child) -> bool {
    // SAFETY: all zeros are a valid siginfo_t, a plain C structure of integers and pointers.
    let mut information: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let flags = libc::WEXITED | libc::WNOWAIT | libc::WNOHANG;
    // SAFETY: `information` is writable for the length of the call, which keeps no pointer to it.
    let result = unsafe {
        libc::waitid(
            libc::P_PID,
            number(child) as libc::id_t,
            &raw mut information,
            flags,
        )
    };
    // SAFETY: waitid filled the structure in, or left it zero where the child still runs; the field is an integer either way.
    result == 0 && unsafe { information.si_pid() } != 0
}

fn kill_group(child: &Child) {
    // SAFETY: kill touches no memory. The child is not reaped yet, so the group's number is still its own.
    unsafe { libc::kill(-number(child), libc::SIGKILL) };
}

const SIGNALS: [(i32, &str); 8] = [
    (libc::SIGABRT, "SIGABRT"),
    (libc::SIGBUS, "SIGBUS"),
    (libc::SIGFPE, "SIGFPE"),
    (libc::SIGILL, "SIGILL"),
    (libc::SIGKILL, "SIGKILL"),
    (libc::SIGSEGV, "SIGSEGV"),
    (libc::SIGTERM, "SIGTERM"),
    (libc::SIGTRAP, "SIGTRAP"),
];

/// How the process ended and the line of its log that says most about why.
fn exit_words(status: ExitStatus, log: &[u8]) -> String {
    let mut words = match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => match SIGNALS.iter().find(|(number, _)| *number == signal) {
            Some((_, name)) => (*name).to_string(),
            None => format!("signal {signal}"),
        },
        (None, None) => "ended".to_string(),
    };
    if let Some(line) = telling_line(&String::from_utf8_lossy(log)) {
        words.push_str(": ");
        words.push_str(&line);
    }
    words
}

/// A panic's place and message, or a fatal error; else the last line there is.
fn telling_line(log: &str) -> Option<String> {
    const LONGEST: usize = 300;
    let lines: Vec<&str> = log
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let panic = lines.iter().rposition(|line| line.contains("panicked at"));
    let fatal = lines
        .iter()
        .rposition(|line| line.starts_with("Fatal Python error"));
    let line = match (panic, fatal) {
        (Some(index), _) => format!("{} {}", lines[index], lines.get(index + 1).unwrap_or(&"")),
        (None, Some(index)) => lines[index].to_string(),
        (None, None) => (*lines.last()?).to_string(),
    };
    Some(line.trim().chars().take(LONGEST).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_victim_is_what_was_open() {
        let at = |text: &str| victim("m", &Progress::parse(text, 0));
        assert_eq!(at(""), "m.start");
        assert_eq!(at("P\tm.import\n"), "m.import");
        assert_eq!(at("S\tm.A.a\n"), "m.A.a");
        assert_eq!(at("S\tm.A.a\nR\tm.A.a\tok\t0.0\t\n"), "m.run");
        assert_eq!(at("S\tm.A.a\nR\tm.A.a\tok\t0.0\t\nE\n"), "m.exit");
    }

    #[test]
    fn endings_are_told_in_words() {
        let killed = ExitStatus::from_raw(libc::SIGSEGV);
        assert_eq!(exit_words(killed, b""), "SIGSEGV");
        let exited = ExitStatus::from_raw(3 << 8);
        assert_eq!(exit_words(exited, b"one\n\ntwo\n"), "exit status 3: two");
    }

    #[test]
    fn panics_and_fatal_errors_are_found_in_the_log() {
        let log =
            "noise\nthread 'main' panicked at src/a.rs:1:2:\nindex out of bounds\nnote: run with\n";
        assert_eq!(
            telling_line(log).unwrap(),
            "thread 'main' panicked at src/a.rs:1:2: index out of bounds"
        );
        let log = "Fatal Python error: Aborted\n\nStack:\n  somewhere\n";
        assert_eq!(telling_line(log).unwrap(), "Fatal Python error: Aborted");
        assert_eq!(telling_line("\n"), None);
    }

    /// An interpreter of a few lines of shell: `$2` is the module, `$3` the results file.
    fn run_with(name: &str, script: &str) -> ModuleRun {
        use std::os::unix::fs::PermissionsExt as _;
        let folder =
            std::env::temp_dir().join(format!("conformance-{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("test/support")).unwrap();
        fs::write(folder.join("test/support/__init__.py"), "").unwrap();
        let python = folder.join("python");
        fs::write(
            &python,
            format!(
                "#!/bin/sh\nsay() {{ printf \"$1\\n\" >>\"$results\"; }}\nresults=$3\n{script}"
            ),
        )
        .unwrap();
        fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).unwrap();
        let words = [
            "--python",
            python.to_str().unwrap(),
            "--tests",
            folder.to_str().unwrap(),
            "--timeout",
            "1",
            "m",
        ];
        let mut options = Options::parse(words.iter().map(ToString::to_string))
            .unwrap()
            .unwrap();
        options.out = folder.join("out");
        prepare(&options).unwrap();
        let run = run_module(&options, "m").unwrap();
        assert!(!options.out.join("work/m").exists());
        fs::remove_dir_all(&folder).unwrap();
        run
    }

    fn words(run: &ModuleRun) -> Vec<(&str, &str)> {
        run.entries
            .values()
            .map(|entry| (entry.id.as_str(), entry.status.word()))
            .collect()
    }

    #[test]
    fn a_module_goes_on_after_a_crash_and_a_hang() {
        let run = run_with(
            "restart",
            r#"
            if ! grep -q 'm.A.b.crash' "$results"; then
                say 'S\tm.A.a'; say 'R\tm.A.a\tok\t0.1\t'; say 'S\tm.A.b'; kill -SEGV $$
            elif ! grep -q 'm.A.c.hang' "$results"; then
                say 'S\tm.A.c'; sleep 1000
            else
                say 'S\tm.A.d'; say 'R\tm.A.d\tfail\t0.1\tAssertionError'; say 'E'
            fi
        "#,
        );
        assert_eq!(
            words(&run),
            [
                ("m.A.a", "ok"),
                ("m.A.b", "crash"),
                ("m.A.c", "hang"),
                ("m.A.d", "fail")
            ]
        );
        assert_eq!(run.entries["m.A.b"].detail, "SIGSEGV");
        assert_eq!(run.restarts, 2);
    }

    #[test]
    fn what_a_half_line_was_about_is_lost_but_not_the_next_line() {
        let run = run_with(
            "half",
            r#"
            if ! grep -q crash "$results"; then
                say 'S\tm.A.a'; printf 'R\tm.A' >>"$results"; kill -KILL $$
            fi
            say E
        "#,
        );
        assert_eq!(words(&run), [("m.A.a", "crash")]);
    }

    #[test]
    fn a_process_that_says_nothing_is_not_started_again() {
        let run = run_with("mute", "echo no such option >&2; exit 2");
        assert_eq!(words(&run), [("m.start", "crash")]);
        assert_eq!(
            run.entries["m.start"].detail,
            "exit status 2: no such option"
        );
        assert_eq!(run.restarts, 0);
    }

    #[test]
    fn a_crash_while_importing_ends_the_module() {
        let run = run_with("import", r#"say 'P\tm.import'; kill -ABRT $$"#);
        assert_eq!(words(&run), [("m.import", "crash")]);
        assert_eq!(run.restarts, 0);
    }

    #[test]
    fn the_exit_counts() {
        let crash = run_with("exit", r#"say E; kill -SEGV $$"#);
        assert_eq!(words(&crash), [("m.exit", "crash")]);
        let hang = run_with("linger", r#"say 'R\tm.A.a\tok\t0.1\t'; say E; sleep 1000"#);
        assert_eq!(words(&hang), [("m.A.a", "ok"), ("m.exit", "hang")]);
    }

    #[test]
    fn restarts_end_without_progress() {
        let run = run_with("stuck", r#"say 'P\tm.A.setUpClass'; kill -SEGV $$"#);
        assert_eq!(words(&run), [("m.A.setUpClass", "crash")]);
        assert_eq!(run.restarts, 1);
    }
}
