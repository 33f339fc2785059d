//! The command line of `grwl`: from `argv` and the environment to [`Settings`], or to an [`Exit`].
//!
//! Everything here is computed from values passed in; only [`Environment::of_process`] looks at the process. The judge is CPython
//! 3.14: same options, same variables, same order of checks, same messages. `tests/cpython.txt` holds what CPython
//! answered to some 450 command lines, `tests/cpython.rs` compares.
//!
//! | question | file |
//! |---|---|
//! | Which option comes next in `argv`? | `scanner.rs` |
//! | What does the command line say? | `arguments.rs` |
//! | What do the environment and the locale say? How is a number read? | `environment.rs` |
//! | What does an option of `-X`, or the variable that stands for it, mean? | `implementation.rs` |
//! | What results from all of them, and in which order are they checked? | `configuration.rs` |
//! | What does the runtime learn? | `settings.rs` |
//! | What do `-h`, `-V` and their like print? | `help.rs` |
//! | How does the program end before there is an interpreter? | `exit.rs` |

pub mod arguments;
mod configuration;
pub mod environment;
pub mod exit;
pub mod help;
mod implementation;
mod scanner;
pub mod settings;

pub use environment::{Environment, Locale};
pub use exit::Exit;
pub use settings::{Gil, HashSeed, Program, Settings};
