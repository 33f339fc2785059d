//! Runs the Python programs below `programs/` under a given interpreter and compares, byte for byte, what
//! they print with what CPython 3.14 printed.
//!
//! Each `NAME.py` has `NAME.out` (stdout). One that ends by an unhandled exception or by `sys.exit` has
//! `NAME.err` (stderr) and `NAME.code` (the exit status) too; without them, an empty stderr and 0 are
//! expected. A program runs as `PYTHON [FLAGS] NAME.py` with `programs/` as its working directory, and
//! that folder's path is taken out of what it prints, so that file names in tracebacks are relative. With `--bless` the expected files are written instead.
//!
//! Every program must print the same under every `--gil` mode, so the expected files know nothing of modes.

mod expected;
mod failures;
mod options;
mod process;

use expected::Expected;
use options::Options;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// One run to make: a program, under one mode.
struct Job<'a> {
    program: &'a str,
    mode: Option<&'a str>,
}

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("language-tests: {message}\n{}", options::USAGE);
            return ExitCode::from(2);
        }
    };
    let folder = options
        .programs
        .clone()
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("programs"));
    match run_all(&options, &folder) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("language-tests: {message}");
            ExitCode::from(2)
        }
    }
}

/// Runs what the options select; whether all passed.
fn run_all(options: &Options, folder: &Path) -> Result<bool, String> {
    let programs = find_programs(folder, options.filter.as_deref())?;
    if programs.is_empty() {
        return Err(format!("no program matches in {}", folder.display()));
    }
    let modes: Vec<Option<&str>> = match options.modes.as_slice() {
        [] => vec![None],
        modes => modes.iter().map(|mode| Some(mode.as_str())).collect(),
    };
    let jobs: Vec<Job<'_>> = modes
        .iter()
        .flat_map(|&mode| programs.iter().map(move |program| Job { program, mode }))
        .collect();

    let known = failures::read(options.failures.as_deref())?;
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let expected = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..options.jobs.min(jobs.len()) {
            scope.spawn(|| {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = run_one(options, folder, job);
                    let is_known = known.iter().any(|name| name == job.program);
                    let result = match result {
                        Err(_) if is_known => {
                            expected.fetch_add(1, Ordering::Relaxed);
                            continue;
                        }
                        Ok(()) if is_known => {
                            Err("passes, but is listed as failing: take it off the list".to_owned())
                        }
                        result => result,
                    };
                    if let Err(reason) = result {
                        let mode = job
                            .mode
                            .map_or(String::new(), |mode| format!(" [gil={mode}]"));
                        let line = format!("FAIL {}{mode}: {reason}", job.program);
                        println!("{line}");
                        failures.lock().expect("no holder panics").push(line);
                    }
                }
            });
        }
    });

    let failed = failures.into_inner().expect("no holder panics").len();
    let verb = if options.bless { "blessed" } else { "passed" };
    let expected = expected.into_inner();
    println!(
        "{} of {} {verb}, {failed} failed, {expected} failed as listed",
        jobs.len() - failed - expected,
        jobs.len()
    );
    Ok(failed == 0)
}

/// The programs' names without `.py`, sorted.
fn find_programs(folder: &Path, filter: Option<&str>) -> Result<Vec<String>, String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let path: PathBuf = entry.map_err(|e| e.to_string())?.path();
        if path.extension().is_some_and(|extension| extension == "py") {
            let name = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if filter.is_none_or(|filter| name.contains(filter)) {
                names.push(name);
            }
        }
    }
    names.sort();
    Ok(names)
}

/// Runs one program and compares it, or blesses it. The error says where it first differs.
fn run_one(options: &Options, folder: &Path, job: &Job<'_>) -> Result<(), String> {
    let got = process::run(options, folder, job.program, job.mode)?;
    if options.bless {
        return got.write(folder, job.program);
    }
    Expected::read(folder, job.program)?.compare(&got)
}
