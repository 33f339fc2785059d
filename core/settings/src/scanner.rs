//! One option after another out of `argv`, as CPython's `getopt` finds them.
//!
//! Options stand in clusters (`-Bsc CODE`); an option's argument is the rest of its cluster or, if that is empty, the next argument.
//! `--name` may also stand inside a cluster (`-b-help-all`): CPython takes it so.
//!
//! The scanner keeps two of CPython's oddities, since programs can see them: after an unknown long option, its name is
//! read as a cluster (`--X utf8=3` sets `-X utf8=3` in the pass that goes on after errors), and `-:` is an option that nobody handles.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// The options of one letter that CPython knows, and ours; a colon says that the letter before it takes an argument.
const LETTERS: &[u8] = b"bBc:dEhiIm:OPqRsStuvVW:xX:?";

/// An option with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Long {
    CheckHashBasedPycs,
    HelpAll,
    HelpEnv,
    HelpXoptions,
    Gil,
    Stdlib,
}

struct LongOption {
    name: &'static [u8],
    option: Long,
    takes_argument: bool,
    /// `--name=ARGUMENT` is as good as `--name ARGUMENT`. CPython's own options do not have this.
    takes_equals: bool,
}

const LONG: &[LongOption] = &[
    long(
        b"check-hash-based-pycs",
        Long::CheckHashBasedPycs,
        true,
        false,
    ),
    long(b"help-all", Long::HelpAll, false, false),
    long(b"help-env", Long::HelpEnv, false, false),
    long(b"help-xoptions", Long::HelpXoptions, false, false),
    long(b"gil", Long::Gil, true, true),
    long(b"stdlib", Long::Stdlib, true, true),
];

const fn long(
    name: &'static [u8],
    option: Long,
    takes_argument: bool,
    takes_equals: bool,
) -> LongOption {
    LongOption {
        name,
        option,
        takes_argument,
        takes_equals,
    }
}

/// What the scanner found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    /// An option of one letter; the argument is empty if it takes none.
    Letter(u8, &'a OsStr),
    /// An option with a name; likewise.
    Long(Long, &'a OsStr),
    /// Not an option. The complaint is a line, or empty.
    Unknown(Vec<u8>),
    /// No further options. The complaint is a line, or empty; it stops nothing.
    End(Vec<u8>),
}

/// Reads `argv`, from its second element on.
pub(crate) struct Scanner<'a> {
    argv: &'a [OsString],
    /// The element to look at when the cluster is used up.
    next: usize,
    /// What is left of the current cluster.
    cluster: &'a [u8],
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(argv: &'a [OsString]) -> Scanner<'a> {
        Scanner {
            argv,
            next: 1,
            cluster: &[],
        }
    }

    /// The first element of `argv` that was not read.
    pub(crate) fn position(&self) -> usize {
        self.next.min(self.argv.len())
    }

    pub(crate) fn next(&mut self) -> Found<'a> {
        if self.cluster.is_empty() {
            let Some(argument) = self.argv.get(self.next) else {
                return Found::End(Vec::new());
            };
            match argument.as_bytes() {
                b"--" => {
                    self.next += 1;
                    return Found::End(Vec::new());
                }
                b"--help" => {
                    self.next += 1;
                    return Found::Letter(b'h', OsStr::new(""));
                }
                b"--version" => {
                    self.next += 1;
                    return Found::Letter(b'V', OsStr::new(""));
                }
                [b'-', cluster @ ..] if !cluster.is_empty() => {
                    self.next += 1;
                    self.cluster = cluster;
                }
                _ => return Found::End(Vec::new()),
            }
        }
        let (letter, rest) = first_character(self.cluster);
        self.cluster = rest;
        if letter == u32::from(b'-') {
            return self.long_option();
        }
        let known = LETTERS
            .iter()
            .position(|&known| u32::from(known) == letter)
            .map(|at| (LETTERS[at], LETTERS.get(at + 1) == Some(&b':')));
        let Some((letter, takes_argument)) = known else {
            // CPython prints the character's code cut to a byte.
            let mut complaint = b"Unknown option: -".to_vec();
            complaint.push(letter as u8);
            complaint.push(b'\n');
            return Found::Unknown(complaint);
        };
        if !takes_argument {
            return Found::Letter(letter, OsStr::new(""));
        }
        match self.argument() {
            Some(argument) => Found::Letter(letter, argument),
            None => {
                let mut complaint = b"Argument expected for the -".to_vec();
                complaint.push(letter);
                complaint.extend(b" option\n");
                Found::Unknown(complaint)
            }
        }
    }

    /// The rest of the cluster, or the next element.
    fn argument(&mut self) -> Option<&'a OsStr> {
        if self.cluster.is_empty() {
            let argument = self.argv.get(self.next)?;
            self.next += 1;
            Some(argument)
        } else {
            Some(OsStr::from_bytes(std::mem::take(&mut self.cluster)))
        }
    }

    fn long_option(&mut self) -> Found<'a> {
        if self.cluster.is_empty() {
            return Found::End(b"Expected long option\n".to_vec());
        }
        // The whole element, with what stands before the name.
        let element = self.argv[self.next - 1].as_bytes();
        let (name, attached) = match self.cluster.iter().position(|&byte| byte == b'=') {
            Some(at) => (&self.cluster[..at], Some(&self.cluster[at + 1..])),
            None => (self.cluster, None),
        };
        let known = LONG
            .iter()
            .find(|known| known.name == name && (attached.is_none() || known.takes_equals));
        let Some(known) = known else {
            // An element that the locale cannot write is not named: CPython's line is lost then.
            return Found::Unknown(match std::str::from_utf8(element) {
                Ok(element) => format!("Unknown option: {element}\n").into_bytes(),
                Err(_) => Vec::new(),
            });
        };
        self.cluster = &[];
        if !known.takes_argument {
            return Found::Long(known.option, OsStr::new(""));
        }
        if let Some(attached) = attached {
            return Found::Long(known.option, OsStr::from_bytes(attached));
        }
        match self.argument() {
            Some(argument) => Found::Long(known.option, argument),
            None => {
                let mut complaint = b"Argument expected for the ".to_vec();
                complaint.extend(element);
                complaint.extend(b" options\n");
                Found::Unknown(complaint)
            }
        }
    }
}

/// The first character's code, or the first byte if no character starts with it; and the rest.
fn first_character(text: &[u8]) -> (u32, &[u8]) {
    let valid = match std::str::from_utf8(&text[..text.len().min(4)]) {
        Ok(valid) => valid,
        Err(error) => std::str::from_utf8(&text[..error.valid_up_to()]).expect("checked just now"),
    };
    match valid.chars().next() {
        Some(character) => (u32::from(character), &text[character.len_utf8()..]),
        None => (u32::from(text[0]), &text[1..]),
    }
}
