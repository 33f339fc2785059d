//! Races threads on one another's objects, in many small Python programs, and checks what they saw.
//!
//! ```text
//! cargo run -p thread-tests -- --python target/dev-opt/grwl                 # what CI runs: minutes
//! cargo run -p thread-tests -- --python target/dev-opt/grwl --full          # more seeds, longer races
//! cargo run -p thread-tests -- --python target/dev-opt/grwl --setting gc list.append
//! cargo run -p thread-tests -- --python python3.14 --plain                  # the cases themselves, judged by CPython
//! ```
//!
//! **Cases** lie below `cases/`: a family is a Python module with a table of functions, and `driver.py` runs one family's
//! (see `race.py` for what a case is made of, `linear.py` for the checker of linearizability). For each container there is a row of cases that race each method which
//! changes it with every way to read it; the others race two things that users take to be atomic, and check what must hold: nothing lost,
//! nothing seen that was never there, no exception that CPython would not raise. Every case passes on CPython 3.14.
//!
//! **Settings** (`settings.rs`): each case runs in both modes of `--gil`, plainly, with random preemption at safepoints (`GRWL_STRESS`) and with a collection at
//! every few safepoints (`GRWL_GC_STRESS`).
//!
//! **Cases that do not pass yet** stand in `failures.txt` (`failures.rs`).
//!
//! **A family runs in a process of its own** (`process.rs`). After a crash, or a case that says nothing for the time limit, the case that was running has failed, and
//! a new process goes on with the next one.
//!
//! # What ThreadSanitizer says
//!
//! `cargo xtask sanitize program` builds grwl with it and runs all cases in rwlock mode. The standard library is not rebuilt for it: the orderings
//! that `std`'s mutexes and channels make are invisible, so that what they guard is reported (import locks, lists of threads and of files being written, faulthandler's watchdog). Children of a fork
//! with many threads may hang under it, which is known of the sanitizer. The rest was gone through one by one; it showed
//! - that a copy of a `bytearray` or `array` could show half of a change (mended, with cases here; the copy is still reported: it is read, and thrown away if a change came into it);
//! - that `f_lineno` and `f_locals` of another thread's running generator read words that their owner writes: each is read as a whole and names a live object or nothing, so
//!   the answer is of some moment or other, as in CPython;
//! - that one thread closes a socket in which another sends, which is what that case does;
//! - that threads write and copy one buffer of `ctypes` at the same time, which are the program's own bytes: each finds some mixture of what was written, as in CPython;
//! - that the collector, and the end of the program, look at words of stacks that their threads use: any value will do there.

mod failures;
mod options;
mod process;
mod settings;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use failures::Failures;
use options::Options;
use process::Outcome;
use settings::Setting;

/// A family under a setting.
struct Job<'a> {
    setting: usize,
    family: &'a str,
    cases: Vec<&'a str>,
}

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("thread-tests: {message}\n{}", options::USAGE);
            return ExitCode::from(2);
        }
    };
    match run_all(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("thread-tests: {message}");
            ExitCode::from(2)
        }
    }
}

/// Runs what the options select; whether all passed.
fn run_all(options: &Options) -> Result<bool, String> {
    let listed = process::list(options)?;
    let mut families: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (family, case) in &listed {
        if case.contains(options.filter.as_deref().unwrap_or_default()) {
            families.entry(family).or_default().push(case);
        }
    }
    let settings = settings::chosen(options);
    if families.is_empty() || settings.is_empty() {
        return Err("no case, or no setting, matches".to_owned());
    }
    let mut jobs: Vec<Job<'_>> = Vec::new();
    for setting in 0..settings.len() {
        for (family, cases) in &families {
            jobs.push(Job {
                setting,
                family,
                cases: cases.clone(),
            });
        }
    }
    // The long ones first, so that the last to finish is a short one.
    jobs.sort_by_key(|job| std::cmp::Reverse(job.cases.len()));

    let known = if options.plain {
        Failures::default()
    } else {
        Failures::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("failures.txt"))?
    };
    let outcomes = run_jobs(options, &settings, &jobs, &known)?;
    Ok(report(&settings, &outcomes))
}

/// Runs the jobs, several at once; each case's outcome with the number of its setting.
fn run_jobs(
    options: &Options,
    settings: &[Setting],
    jobs: &[Job<'_>],
    known: &Failures,
) -> Result<Vec<(usize, Outcome)>, String> {
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    let problem = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..options.jobs.min(jobs.len()) {
            scope.spawn(|| {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let setting = &settings[job.setting];
                    match process::run_family(options, setting, job.family, &job.cases) {
                        Ok(mut done) => {
                            for outcome in &mut done {
                                outcome.is_known = outcome.may_be_known && known.has(&outcome.case);
                                if outcome.is_known && outcome.result.is_err() {
                                    continue;
                                }
                                if let Err(reason) = &outcome.result {
                                    println!("FAIL {} [{}]: {reason}", outcome.case, setting.name);
                                } else if options.verbose {
                                    println!(
                                        "pass {} [{}]: {}",
                                        outcome.case, setting.name, outcome.saw
                                    );
                                }
                            }
                            let done = done.into_iter().map(|outcome| (job.setting, outcome));
                            outcomes.lock().expect("no holder panics").extend(done);
                        }
                        Err(message) => {
                            *problem.lock().expect("no holder panics") = Some(message);
                        }
                    }
                }
            });
        }
    });
    match problem.into_inner().expect("no holder panics") {
        Some(message) => Err(message),
        None => Ok(outcomes.into_inner().expect("no holder panics")),
    }
}

/// Prints a line a setting and the cases that failed; whether none did.
fn report(settings: &[Setting], outcomes: &[(usize, Outcome)]) -> bool {
    println!(
        "\n{:<24} {:>6} {:>7} {:>7} {:>10} {:>8}",
        "setting", "cases", "passed", "failed", "as listed", "seconds"
    );
    let mut failed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (number, setting) in settings.iter().enumerate() {
        let mine = outcomes.iter().filter(|(setting, _)| *setting == number);
        let (mut cases, mut failures, mut listed, mut seconds) = (0, 0, 0, 0.0);
        for (_, outcome) in mine {
            cases += 1;
            seconds += outcome.seconds;
            if outcome.result.is_err() && outcome.is_known {
                listed += 1;
            } else if outcome.result.is_err() {
                failures += 1;
                failed.entry(&outcome.case).or_default().push(&setting.name);
            }
        }
        println!(
            "{:<24} {cases:>6} {:>7} {failures:>7} {listed:>10} {seconds:>8.1}",
            setting.name,
            cases - failures - listed
        );
    }
    if !failed.is_empty() {
        println!("\n{} cases failed:", failed.len());
        for (case, settings) in &failed {
            println!("  {case}  ({})", settings.join(", "));
        }
    }
    failed.is_empty()
}

/// Seconds since an instant.
fn seconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64()
}
