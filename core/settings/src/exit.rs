//! An end of the program before there is an interpreter: help, a wrong command line, a fatal setting.

use std::io::Write;

use crate::help;

/// What to write, and the exit status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The exit status of the process.
    pub status: u8,
    /// For standard output.
    pub output: Vec<u8>,
    /// For standard error.
    pub errors: Vec<u8>,
}

/// How far CPython would be when it meets a fatal error; it says so in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// While it settles encoding and memory, before it reads the options.
    Preinitializing,
    /// While it reads the options and the other variables.
    Preinitialized,
}

impl Exit {
    /// Success, with something said.
    pub(crate) fn answer(output: impl Into<Vec<u8>>) -> Exit {
        Exit {
            status: 0,
            output: output.into(),
            errors: Vec::new(),
        }
    }

    /// A wrong command line: the complaint (empty or a whole line), then the short usage.
    pub(crate) fn usage(program: &[u8], complaint: &[u8]) -> Exit {
        let mut errors = complaint.to_vec();
        errors.extend(help::usage_line(program));
        errors.extend(help::TRY_HELP.as_bytes());
        Exit {
            status: 2,
            output: Vec::new(),
            errors,
        }
    }

    /// A setting that makes a start impossible, in the words of CPython's function that reads it. Two of
    /// CPython's messages name no function.
    pub(crate) fn fatal(function: Option<&str>, message: &str, stage: Stage) -> Exit {
        let function = function.map_or(String::new(), |name| format!("{name}: "));
        let stage = match stage {
            Stage::Preinitializing => "preinitializing",
            Stage::Preinitialized => "preinitialized",
        };
        Exit {
            status: 1,
            output: Vec::new(),
            errors: format!(
                "Fatal Python error: {function}{message}\nPython runtime state: {stage}\n\n"
            )
            .into_bytes(),
        }
    }

    /// Writes both texts. A closed pipe is no reason to fail.
    pub fn write(&self) {
        let mut output = std::io::stdout().lock();
        let _ = output.write_all(&self.output).and_then(|()| output.flush());
        let _ = std::io::stderr().lock().write_all(&self.errors);
    }
}
