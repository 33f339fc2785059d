//! What the command line says, before the environment is asked.
//!
//! CPython reads it twice, and so do we. The *early* pass ([`Early`]) takes `-E`, `-I` and `-X` only and passes over errors: whether the
//! environment counts and which encoding the arguments have must be known first, and a mistake there is reported even beside
//! `-h`. The *full* pass ([`CommandLine`]) takes everything and ends at the first mistake or request for help.
//! `-V` is answered at the end of that pass, so that a mistake after it is still reported.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use crate::exit::{Exit, Stage};
use crate::help;
use crate::scanner::{Found, Long, Scanner};
use crate::settings::{Gil, Program};

/// What the early pass finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Early {
    /// `-E`, or `-I`.
    pub ignore_environment: bool,
    /// `-I`.
    pub isolated: bool,
    /// The arguments of `-X`, as they stand.
    pub xoptions: Vec<OsString>,
}

/// Reads `-E`, `-I` and `-X`.
#[must_use]
pub fn read_early(argv: &[OsString]) -> Early {
    let mut early = Early::default();
    let mut scanner = Scanner::new(argv);
    loop {
        match scanner.next() {
            Found::End(_) | Found::Letter(b'c' | b'm', _) => break,
            Found::Letter(b'E', _) => early.ignore_environment = true,
            Found::Letter(b'I', _) => early.isolated = true,
            Found::Letter(b'X', option) => early.xoptions.push(option.to_owned()),
            Found::Letter(..) | Found::Long(..) | Found::Unknown(_) => {}
        }
    }
    early.ignore_environment |= early.isolated;
    early
}

/// What the full pass finds. Letters whose repetition means more are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// What to run.
    pub program: Program,
    /// `sys.argv`, as it is before a module's or folder's path is known.
    pub argv: Vec<OsString>,
    /// `-b`
    pub bytes_warning: i32,
    /// `-B`
    pub dont_write_bytecode: bool,
    /// `-d`
    pub debug: bool,
    /// `-i`
    pub inspect: bool,
    /// `-O`
    pub optimize: i32,
    /// `-P`
    pub safe_path: bool,
    /// `-q`
    pub quiet: bool,
    /// `-R`: the hash seed is random, whatever PYTHONHASHSEED says.
    pub random_hash_seed: bool,
    /// `-s`
    pub no_user_site: bool,
    /// `-S`
    pub no_site: bool,
    /// `-u`
    pub unbuffered: bool,
    /// `-v`
    pub verbose: i32,
    /// `-W`, in order.
    pub warnoptions: Vec<OsString>,
    /// `-x`
    pub skip_first_line: bool,
    /// `--check-hash-based-pycs`
    pub check_hash_pycs: Option<&'static str>,
    /// `--gil`
    pub gil: Option<Gil>,
    /// `--stdlib`
    pub stdlib: Option<OsString>,
    /// Lines for standard error that stop nothing.
    pub complaints: Vec<u8>,
}

/// Reads the whole command line. `argv` has the program's name first.
pub fn read(argv: &[OsString]) -> Result<CommandLine, Exit> {
    let name = argv.first().map_or(&b""[..], |name| name.as_bytes());
    let mut line = CommandLine {
        program: Program::Stdin,
        argv: Vec::new(),
        bytes_warning: 0,
        dont_write_bytecode: false,
        debug: false,
        inspect: false,
        optimize: 0,
        safe_path: false,
        quiet: false,
        random_hash_seed: false,
        no_user_site: false,
        no_site: false,
        unbuffered: false,
        verbose: 0,
        warnoptions: Vec::new(),
        skip_first_line: false,
        check_hash_pycs: None,
        gil: None,
        stdlib: None,
        complaints: Vec::new(),
    };
    let mut scanner = Scanner::new(argv);
    let mut version_asked = 0;
    let program = loop {
        match scanner.next() {
            Found::End(complaint) => {
                line.complaints.extend(complaint);
                break None;
            }
            Found::Unknown(complaint) => return Err(Exit::usage(name, &complaint)),
            Found::Letter(b'c', code) => break Some(Program::Command(code.to_owned())),
            Found::Letter(b'm', module) => break Some(Program::Module(module.to_owned())),
            Found::Letter(b'V', _) => version_asked += 1,
            Found::Letter(letter, argument) => line.take_letter(name, letter, argument)?,
            Found::Long(option, argument) => line.take_long(name, option, argument)?,
        }
    };
    if version_asked > 0 {
        return Err(Exit::answer(help::version(version_asked > 1)));
    }
    let rest = &argv[scanner.position()..];
    match program {
        Some(program) => {
            let stand_in = match program {
                Program::Command(_) => "-c",
                _ => "-m",
            };
            line.argv.push(stand_in.into());
            line.argv.extend_from_slice(rest);
            line.program = program;
        }
        None => {
            line.argv.extend_from_slice(rest);
            match rest.first() {
                None => line.argv.push(OsString::new()),
                Some(file) if file == "-" => {}
                Some(file) => line.program = Program::File(file.clone()),
            }
        }
    }
    Ok(line)
}

impl CommandLine {
    fn take_letter(&mut self, name: &[u8], letter: u8, argument: &OsStr) -> Result<(), Exit> {
        match letter {
            b'b' => self.bytes_warning += 1,
            b'B' => self.dont_write_bytecode = true,
            b'd' => self.debug = true,
            // `-t` meant something in Python 2; the others belong to the early pass.
            b'E' | b'I' | b'X' | b't' => {}
            b'h' | b'?' => return Err(Exit::answer(help::usage(name))),
            b'i' => self.inspect = true,
            b'O' => self.optimize += 1,
            b'P' => self.safe_path = true,
            b'q' => self.quiet = true,
            b'R' => self.random_hash_seed = true,
            b's' => self.no_user_site = true,
            b'S' => self.no_site = true,
            b'u' => self.unbuffered = true,
            b'v' => self.verbose += 1,
            b'W' => self.warnoptions.push(argument.to_owned()),
            b'x' => self.skip_first_line = true,
            // `-:`, which the scanner lets through as CPython's does.
            _ => return Err(Exit::usage(name, b"")),
        }
        Ok(())
    }

    fn take_long(&mut self, name: &[u8], option: Long, argument: &OsStr) -> Result<(), Exit> {
        match option {
            Long::HelpAll => return Err(Exit::answer(help::everything(name))),
            Long::HelpEnv => return Err(Exit::answer(help::ENVIRONMENT)),
            Long::HelpXoptions => return Err(Exit::answer(help::XOPTIONS)),
            Long::CheckHashBasedPycs => {
                let mode = ["always", "never", "default"]
                    .into_iter()
                    .find(|mode| argument == *mode);
                if mode.is_none() {
                    let complaint = b"--check-hash-based-pycs must be one of \
                                      'default', 'always', or 'never'\n";
                    return Err(Exit::usage(name, complaint));
                }
                self.check_hash_pycs = mode;
            }
            Long::Gil => {
                self.gil = Some(match argument.as_bytes() {
                    b"global" => Gil::Global,
                    b"rwlock" => Gil::ReadWrite,
                    _ => {
                        return Err(Exit::fatal(
                            Some("config_read_gil"),
                            "--gil must be \"global\" or \"rwlock\"",
                            Stage::Preinitialized,
                        ));
                    }
                });
            }
            Long::Stdlib => self.stdlib = Some(argument.to_owned()),
        }
        Ok(())
    }
}
