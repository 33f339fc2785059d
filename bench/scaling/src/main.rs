//! How threads scale: the programs of `programs/` with one thread and with many, beside as many processes with one thread each.
//!
//! `cargo run --release -p bench-scaling -- --python COMMAND` runs every benchmark in turns in global mode and in rwlock mode with 1, 2, 4 ... threads
//! up to the number of cores, and as that many processes at once, so that what disturbs the machine disturbs all; and prints medians of times and of
//! ratios that are formed turn by turn. All must give the same answer.
//!
//! | what | where |
//! |---|---|
//! | what is run | `benchmarks` |
//! | running it, as threads or as processes | `crew` |
//! | turns, medians and ratios | `figures` |
//! | the table and the limits | `report` |
//! | the picture | `picture` |

mod arguments;
mod benchmarks;
mod crew;
mod figures;
mod picture;
mod report;

use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use arguments::Arguments;
use benchmarks::Benchmark;
use figures::{Contestant, Figures};

/// The programs themselves.
const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/programs");
/// One of them is an example as well.
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
/// CPython's free-threaded build; it takes part if it is there.
const FREE_THREADED: &str = "python3.14t";
/// What each Python is asked for its name.
const NAME: &str = "import platform, sys; print(platform.python_implementation(), platform.python_version(), \
                    '' if getattr(sys, '_is_gil_enabled', lambda: True)() else 'free-threaded')";

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(complaint) => {
            eprint!("bench-scaling: {complaint}\n{}", arguments::USAGE);
            return ExitCode::from(2);
        }
    };
    let chosen: Vec<&Benchmark> = benchmarks::ALL
        .iter()
        .filter(|benchmark| benchmark.name.contains(&arguments.filter))
        .collect();
    if chosen.is_empty() {
        let filter = &arguments.filter;
        eprintln!("bench-scaling: no benchmark has {filter:?} in its name");
        return ExitCode::from(2);
    }
    match compare(&arguments, &chosen) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(complaint) => {
            eprintln!("bench-scaling: {complaint}");
            ExitCode::FAILURE
        }
    }
}

/// Everything; false if something was wrong or, if limits are checked, beyond its limit.
fn compare(arguments: &Arguments, chosen: &[&'static Benchmark]) -> Result<bool, String> {
    let counts = figures::counts(arguments.threads);
    let ours = Contestant::new(&arguments.python, PROGRAMS, EXAMPLES);
    let others = others(arguments)?;
    let names: Vec<String> = others.iter().map(|(name, _)| name.clone()).collect();
    let others: Vec<Contestant> = others
        .into_iter()
        .map(|(_, contestant)| contestant)
        .collect();
    println!("{}", report::heading(&names));
    let (mut all, mut good) = (Vec::new(), true);
    for &benchmark in chosen {
        match Figures::measure(benchmark, arguments, &counts, &ours, &others) {
            Ok(figures) => {
                print!("{}", report::lines(&figures));
                all.push(figures);
            }
            Err(complaint) => {
                println!("{:24} {complaint}", benchmark.name);
                good = false;
            }
        }
        let _ = std::io::stdout().flush();
    }
    print!("{}", report::summary(&all));
    if let Some(file) = &arguments.picture {
        picture::draw(Path::new(file), &all, &names).map_err(|error| format!("{file}: {error}"))?;
    }
    if arguments.check {
        for violation in report::violations(&all) {
            println!("beyond its limit: {violation}");
            good = false;
        }
    }
    Ok(good)
}

/// The other Pythons and what they call themselves.
fn others(arguments: &Arguments) -> Result<Vec<(String, Contestant)>, String> {
    let folder = arguments.programs.as_deref();
    let contestant = |command: &[String]| {
        Contestant::new(
            command,
            folder.unwrap_or(PROGRAMS),
            folder.unwrap_or(EXAMPLES),
        )
    };
    let mut others = Vec::new();
    for command in &arguments.against {
        let name = name_of(command)
            .ok_or_else(|| format!("{} is no Python that runs", command.join(" ")))?;
        others.push((name, contestant(command)));
    }
    let command = [FREE_THREADED.to_owned()];
    if arguments.find_others
        && !arguments.against.contains(&command.to_vec())
        && let Some(name) = name_of(&command)
    {
        others.push((name, Contestant::new(&command, PROGRAMS, EXAMPLES)));
    }
    Ok(others)
}

/// What a Python calls itself; none if it does not run.
fn name_of(command: &[String]) -> Option<String> {
    let output = Command::new(&command[0])
        .args(&command[1..])
        .args(["-c", NAME])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
