//! CPython's own test modules, unmodified, run by grwl and held against what CPython passes.
//!
//! ```text
//! cargo run -p conformance -- --python target/dev-opt/grwl                  # the list `language`
//! cargo run -p conformance -- --python target/dev-opt/grwl --list threads --gil rwlock --timeout 300
//! cargo run -p conformance -- --python target/dev-opt/grwl --verbose test_dict test_set
//! cargo run -p conformance -- --python target/dev-opt/grwl --bless          # rewrite expected-failures.txt
//! cargo run -p conformance -- --python python3.14 --record-baseline --repeat 2 --list threads
//! ```
//!
//! The suite is CPython 3.14.10's `Lib/test`; `--tests` names the folder that contains `test`, by default
//! `.conformance` at the root of the repository.
//!
//! **How a module runs.** In a process of its own: `PYTHON [flags] driver.py MODULE RESULTS TESTS`, in a
//! fresh working directory. The driver appends a line to RESULTS before and after each method. So after a crash it is known which
//! method it was in; the process is started again and goes on with the next. The time limit is for one
//! method, not for the module: what has written no line for so long is killed and reported as hung.
//!
//! **Ids** are unittest's without the leading `test.`: `test_long.LongTest.test_lshift`. A method with subtests fails
//! if one of them does. Beside methods there are entries for what has no method:
//! `M.import` (importing and loading), `M.setUpModule`, `M.C.setUpClass` and their
//! counterparts, `M.load.X` (a submodule of a package), `M.start` (no line was written at all),
//! `M.run` (the process ended between two methods) and `M.exit` (after the last one).
//!
//! **What is judged.** `baseline/M.txt` holds the ids that CPython 3.14.10 passes when it is treated as another
//! implementation (see `driver.py`). Each must pass, or be listed in `expected-failures.txt`, a line each: an id, on which `*` and `?` stand
//! for any text and any character, two spaces, `# ` and the reason. A reason that begins with `flaky` lets the id pass as
//! well as fail. The exit status is 1 when an id of the baseline neither passes nor is listed, when one passes though listed, when a crash or a hang
//! is not listed, and when an entry has no reason; 2 when the command itself is wrong.
//!
//! **Where things are.** `options.rs`: the command line. `progress.rs`: the driver's lines. `process.rs`: a module's
//! processes; `installed.rs`: how they find the tests. `pattern.rs`, `expected.rs`, `bless.rs`: the list of expected failures. `baseline.rs`: the baseline. `judge.rs`: what counts
//! as a problem. `table.rs`: what is printed and what is written to `target/conformance`.

mod baseline;
mod bless;
mod expected;
mod installed;
mod judge;
mod options;
mod pattern;
mod process;
mod progress;
mod table;

use std::collections::VecDeque;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Instant;

use baseline::Baseline;
use expected::ExpectedFailures;
use judge::{Verdict, judge};
use options::Options;
use process::{ModuleRun, run_module};
use progress::Status;

fn main() -> ExitCode {
    let mut options = match Options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{}", options::USAGE);
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprint!("conformance: {problem}\n\n{}", options::USAGE);
            return ExitCode::from(2);
        }
    };
    let done = installed::python(&options).and_then(|python| {
        options.python = python;
        if options.record_baseline {
            record(&options)
        } else {
            check(&options)
        }
    });
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(problem) => {
            eprintln!("conformance: {problem}");
            ExitCode::from(2)
        }
    }
}

/// Runs the modules and judges them; whether all is well.
fn check(options: &Options) -> Result<bool, String> {
    let expected = ExpectedFailures::read(&options.expected)?;
    let mut baselines = Vec::new();
    for module in &options.modules {
        baselines.push(Baseline::read(&options.baseline, module)?);
    }
    let runs = run_all(options)?;
    let verdicts: Vec<Verdict> = baselines
        .iter()
        .zip(&runs)
        .map(|(baseline, run)| judge(baseline, run, &expected))
        .collect();
    table::write_results(&options.out, &runs, &baselines)?;
    let text = table::table(&verdicts, options.verbose);
    print!("{text}");
    table::write_summary(&options.out, &text)?;
    if options.bless {
        let blessed = bless::bless(&expected, &baselines, &runs);
        blessed.write(&options.expected)?;
        println!(
            "{}: {}",
            options.expected.display(),
            table::listed(&blessed)
        );
        return Ok(blessed.complaints().is_empty());
    }
    let (text, well) = table::problems(&verdicts, &expected, options.verbose);
    print!("{text}");
    println!(
        "{}: {}",
        options.expected.display(),
        table::listed(&expected)
    );
    Ok(well)
}

/// Runs the modules and writes what passed as the baseline. It fails where nothing passed.
fn record(options: &Options) -> Result<bool, String> {
    let mut all: Option<Vec<Baseline>> = None;
    for _ in 0..options.repeat {
        let runs = run_all(options)?;
        let mut recorded = Vec::new();
        for (index, run) in runs.iter().enumerate() {
            for entry in run
                .entries
                .values()
                .filter(|entry| entry.status.ended_badly())
            {
                println!("{}: {} {}", entry.status.word(), entry.id, entry.detail);
            }
            let mut ids: Vec<String> = run
                .entries
                .values()
                .filter(|entry| entry.status == Status::Ok)
                .map(|entry| entry.id.clone())
                .collect();
            // What passes only sometimes is no ground to judge others by.
            if let Some(before) = &all {
                let before = &before[index];
                for id in before.ids.iter().filter(|id| !ids.contains(id)) {
                    println!("left out, it does not always pass: {id}");
                }
                ids.retain(|id| before.ids.contains(id));
            }
            recorded.push(Baseline::new(&run.module, ids));
        }
        table::write_results(&options.out, &runs, &recorded)?;
        all = Some(recorded);
    }
    let mut well = true;
    let mut total = 0;
    for baseline in all.into_iter().flatten() {
        println!("{:28} {:6}", baseline.module, baseline.ids.len());
        total += baseline.ids.len();
        well &= !baseline.ids.is_empty();
        baseline.write(&options.baseline)?;
    }
    println!("{:28} {total:6}", "total");
    Ok(well)
}

/// Runs all modules, several at once, and returns them in the order asked for.
fn run_all(options: &Options) -> Result<Vec<ModuleRun>, String> {
    process::prepare(options)?;
    let queue: Mutex<VecDeque<(usize, &String)>> =
        Mutex::new(options.modules.iter().enumerate().collect());
    let finished: Mutex<Vec<(usize, Result<ModuleRun, String>)>> = Mutex::new(Vec::new());
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..options.jobs.min(options.modules.len()) {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("no panic under this lock").pop_front();
                    let Some((index, module)) = next else { return };
                    let run = run_module(options, module);
                    let mut finished = finished.lock().expect("no panic under this lock");
                    finished.push((index, run));
                    eprintln!(
                        "[{:4} s, {}/{}] {module}",
                        began.elapsed().as_secs(),
                        finished.len(),
                        options.modules.len()
                    );
                }
            });
        }
    });
    let mut finished = finished.into_inner().expect("no panic under this lock");
    finished.sort_by_key(|(index, _)| *index);
    finished.into_iter().map(|(_, run)| run).collect()
}
