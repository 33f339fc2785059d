//! One thread's speed: the programs of `programs/` under two interpreters.
//!
//! `cargo run --release -p bench-single -- --python COMMAND --against COMMAND` runs each program under both in turns (the one in question, the
//! other, the one in question ...), so that what disturbs the machine disturbs both, and prints medians of wall time and of the
//! largest resident size, and their ratios: above 1 is slower, or more. Both must print the same.

mod arguments;
mod measure;
mod programs;
mod report;

use std::io::Write;
use std::process::ExitCode;

use arguments::Arguments;
use measure::Run;
use programs::Benchmark;
use report::{Medians, Row};

/// Where the programs lie.
const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/programs");
/// A start is short: it is run so many times as often as a program.
const STARTS: usize = 5;

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(complaint) => {
            eprint!("bench-single: {complaint}\n{}", arguments::USAGE);
            return ExitCode::from(2);
        }
    };
    let chosen: Vec<&Benchmark> = programs::ALL
        .iter()
        .filter(|benchmark| benchmark.name.contains(&arguments.filter))
        .collect();
    if chosen.is_empty() {
        eprintln!(
            "bench-single: no benchmark has {:?} in its name",
            arguments.filter
        );
        return ExitCode::from(2);
    }
    println!("{}", report::heading());
    let mut rows = Vec::new();
    let mut good = true;
    for benchmark in chosen {
        match compare(benchmark, &arguments) {
            Ok(row) => {
                println!("{}", row.line());
                rows.push(row);
            }
            Err(complaint) => {
                println!("{:16} {complaint}", benchmark.name);
                good = false;
            }
        }
        let _ = std::io::stdout().flush();
    }
    if let Some((time, memory)) = report::means(&rows) {
        println!(
            "{:16} {:>19} {time:7.2}   {:>17} {memory:7.2}",
            "geometric mean", "", ""
        );
    }
    if arguments.check {
        for violation in report::violations(&rows) {
            println!("too much: {violation}");
            good = false;
        }
    }
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Runs one benchmark under both in turns.
fn compare<'a>(benchmark: &'a Benchmark, arguments: &Arguments) -> Result<Row<'a>, String> {
    let elsewhere = arguments.programs.as_deref().unwrap_or(PROGRAMS);
    let command = |interpreter: &[String], folder: &str| -> Vec<String> {
        let mut command = interpreter.to_vec();
        command.extend(benchmark.arguments(folder));
        command
    };
    let python = command(&arguments.python, PROGRAMS);
    let against = command(&arguments.against, elsewhere);
    let mut runs = arguments.runs;
    if benchmark.is_start() {
        runs *= STARTS;
        // The files are in the system's cache afterwards.
        run(&python)?;
        run(&against)?;
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        ours.push(run(&python)?);
        theirs.push(run(&against)?);
    }
    let expected = &theirs[0].output;
    for run in ours.iter().chain(&theirs) {
        if run.output != *expected {
            return Err(format!(
                "printed {:?}, and under the other {:?}",
                String::from_utf8_lossy(&run.output),
                String::from_utf8_lossy(expected),
            ));
        }
    }
    Ok(Row {
        benchmark,
        python: Medians::of(&ours),
        against: Medians::of(&theirs),
    })
}

/// Runs it once; anything but success is an error.
fn run(command: &[String]) -> Result<Run, String> {
    let line = command.join(" ");
    let run = measure::run(command).map_err(|error| format!("{line}: {error}"))?;
    if !run.status.success() {
        return Err(format!("{line}: {}", run.status));
    }
    Ok(run)
}
