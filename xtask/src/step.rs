//! One program to run, and a run of several.

use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// A program with arguments and environment.
pub struct Step {
    program: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

/// The cargo that runs us (so that `cargo +toolchain xtask` stays on its toolchain).
pub fn cargo(arguments: &[&str]) -> Step {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    Step {
        program,
        arguments: arguments.iter().map(ToString::to_string).collect(),
        environment: Vec::new(),
    }
}

/// Cargo of the named toolchain, by rustup.
pub fn rustup_cargo(toolchain: &str, arguments: &[&str]) -> Step {
    let mut step = cargo(&[]);
    step.program = "rustup".to_owned();
    step.arguments = ["run", toolchain, "cargo"]
        .iter()
        .chain(arguments)
        .map(ToString::to_string)
        .collect();
    step
}

impl Step {
    /// The same with `name` set in its environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Does it run and succeed? Its output is thrown away.
    pub fn succeeds(&self) -> bool {
        let quiet = self
            .command()
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        quiet.is_ok_and(|status| status.success())
    }

    /// Runs it, its output shown; the error is the exit code to end with.
    pub fn run(&self) -> Result<(), u8> {
        let mut line = String::new();
        for (name, value) in &self.environment {
            line += &format!("{name}={value:?} ");
        }
        line += &self.arguments.join(" ");
        println!("xtask: {line}");
        let start = Instant::now();
        match self.command().status() {
            Ok(status) if status.success() => {
                println!("xtask: done in {:.0} s", start.elapsed().as_secs_f64());
                Ok(())
            }
            Ok(status) => {
                eprintln!("xtask: failed ({status}): {line}");
                Err(status
                    .code()
                    .and_then(|code| code.try_into().ok())
                    .unwrap_or(1))
            }
            Err(error) => {
                eprintln!("xtask: cannot run {}: {error}", self.program);
                Err(1)
            }
        }
    }
}

/// Runs all steps in order, up to the first that fails.
pub fn run_all(steps: &[Step]) -> ExitCode {
    for step in steps {
        if let Err(code) = step.run() {
            return ExitCode::from(code);
        }
    }
    ExitCode::SUCCESS
}
