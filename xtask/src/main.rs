//! The project's own commands: `cargo xtask COMMAND`.
//!
//! Each command is a list of steps; a step is a program with its arguments and
//! environment. The first step that fails ends the run with its exit code.

mod sanitize;
mod step;

use std::process::ExitCode;

use step::{Step, cargo, run_all};

/// Preemption bound of the loom models in CI: all of them in under two minutes.
const LOOM_BOUND: &str = "2";
/// And for the full run: about ten minutes.
const LOOM_FULL_BOUND: &str = "3";

const USAGE: &str = "\
usage: cargo xtask COMMAND

  test           everything that CI runs: lint, tests, programs, races, stress, models
  lint           formatting and clippy, warnings denied
  unit           the tests, optimised, with the law checkers on
  language       Python programs under both modes, compared with CPython's output
  threads [--full]
                 racing Python programs in both modes, with random preemption and many collections
  stress [N]     the tests under GRWL_STRESS with seeds 1 to N (default 3)
  loom [--full]  the loom models with a preemption bound of 2 (--full: 3)
  fuzz [N]       looks for programs that crash grwl, for N minutes (default 10)
  sanitize       the core under ThreadSanitizer; needs a nightly toolchain
  sanitize program
                 the program under ThreadSanitizer, running tests/threads; half an hour
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["test"] => {
            let mut steps = lint();
            steps.extend(unit());
            steps.extend(language());
            steps.extend(threads(&[]));
            steps.extend(stress(2));
            steps.extend(loom(LOOM_BOUND));
            run_all(&steps)
        }
        ["lint"] => run_all(&lint()),
        ["unit"] => run_all(&unit()),
        ["language"] => run_all(&language()),
        ["threads"] => run_all(&threads(&[])),
        ["threads", "--full"] => run_all(&threads(&["--full"])),
        ["stress"] => run_all(&stress(3)),
        ["stress", count] => match count.parse() {
            Ok(count) => run_all(&stress(count)),
            Err(_) => usage(&format!("stress: not a number: {count:?}")),
        },
        ["loom"] => run_all(&loom(LOOM_BOUND)),
        ["loom", "--full"] => run_all(&loom(LOOM_FULL_BOUND)),
        ["fuzz"] => run_all(&fuzz("10")),
        ["fuzz", minutes] | ["fuzz", "--minutes", minutes] if minutes.parse::<u32>().is_ok() => {
            run_all(&fuzz(minutes))
        }
        ["sanitize"] => sanitize::run(),
        ["sanitize", "program"] => sanitize::program(),
        [] | ["help" | "-h" | "--help"] => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        _ => usage(&format!("unknown command: {}", words.join(" "))),
    }
}

/// The path of what cargo builds at `path` of its target folder: the one that this very program lies in (`target/debug/xtask`),
/// wherever the environment or a configuration file puts it.
fn built(path: &str) -> String {
    let own = std::env::current_exe().expect("the program's own path is known");
    let folder = own
        .ancestors()
        .nth(2)
        .expect("it lies in a profile's folder");
    folder.join(path).display().to_string()
}

fn usage(problem: &str) -> ExitCode {
    eprint!("xtask: {problem}\n\n{USAGE}");
    ExitCode::from(2)
}

fn lint() -> Vec<Step> {
    vec![
        cargo(&["fmt", "--all", "--check"]),
        cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--profile",
            "dev-opt",
            "--",
            "-D",
            "warnings",
        ]),
        // The models and the code under them, as loom sees it.
        loom_cargo(&[
            "clippy",
            "--profile",
            "dev-opt",
            "-p",
            "loom-tests",
            "--tests",
            "--",
            "-D",
            "warnings",
        ]),
    ]
}

fn unit() -> Vec<Step> {
    vec![
        cargo(&[
            "test",
            "--workspace",
            "--profile",
            "dev-opt",
            "--no-fail-fast",
        ]),
        cargo(&[
            "run",
            "--quiet",
            "--profile",
            "dev-opt",
            "-p",
            "grwl-threads",
            "--example",
            "both_modes",
        ]),
    ]
}

/// Our own Python programs under both modes, compared with what CPython 3.14 printed; and a threaded program.
fn language() -> Vec<Step> {
    let grwl = built("dev-opt/grwl");
    vec![
        cargo(&["build", "--profile", "dev-opt", "-p", "grwl-cli"]),
        cargo(&[
            "run",
            "--quiet",
            "--profile",
            "dev-opt",
            "-p",
            "grwl-cli",
            "--",
            "--gil=rwlock",
            "examples/word_count.py",
            "2",
        ]),
        cargo(&[
            "run",
            "--quiet",
            "--profile",
            "dev-opt",
            "-p",
            "language-tests",
            "--",
            "--python",
            &grwl,
            "--gil",
            "global",
            "rwlock",
            "--timeout",
            "60",
            "--failures",
            "tests/language/failures.txt",
        ]),
    ]
}

/// Python programs whose threads race on shared objects.
fn threads(flags: &[&str]) -> Vec<Step> {
    let grwl = built("dev-opt/grwl");
    let mut run = vec!["run", "--quiet", "--profile", "dev-opt"];
    run.extend(["-p", "thread-tests", "--", "--python", &grwl]);
    run.extend(flags);
    vec![
        cargo(&["build", "--profile", "dev-opt", "-p", "grwl-cli"]),
        cargo(&run),
    ]
}

/// What crashes grwl is kept in `target/fuzz`. Each run begins with another seed, which it prints.
fn fuzz(minutes: &str) -> Vec<Step> {
    let grwl = built("dev-opt/grwl");
    let seed = std::time::UNIX_EPOCH
        .elapsed()
        .map_or(0, |since| since.as_secs());
    vec![
        cargo(&["build", "--profile", "dev-opt", "-p", "grwl-cli"]),
        cargo(&[
            "run",
            "--quiet",
            "--profile",
            "dev-opt",
            "-p",
            "fuzz",
            "--",
            "--python",
            &grwl,
            "--minutes",
            minutes,
            "--seed",
            &seed.to_string(),
            "tests/language/programs",
        ]),
    ]
}

fn stress(seeds: u32) -> Vec<Step> {
    (1..=seeds)
        .map(|seed| {
            cargo(&["test", "--profile", "dev-opt", "-p", "grwl-threads"])
                .env("GRWL_STRESS", &seed.to_string())
        })
        .collect()
}

/// Cargo with `--cfg loom`, in a target folder of its own: the flag would
/// otherwise rebuild everything each way.
fn loom_cargo(arguments: &[&str]) -> Step {
    cargo(arguments)
        .env("RUSTFLAGS", "--cfg loom")
        .env("CARGO_TARGET_DIR", "target/loom")
}

fn loom(bound: &str) -> Vec<Step> {
    vec![
        loom_cargo(&["test", "--profile", "dev-opt", "-p", "loom-tests"])
            .env("LOOM_MAX_PREEMPTIONS", bound),
    ]
}
