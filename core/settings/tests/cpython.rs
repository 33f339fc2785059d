//! Every command line of `cpython.txt`, answered as CPython 3.14 answered it.
//!
//! `cpython.txt` is written by `record.py`. Its first line names the folder in which CPython ran; then come cases, separated by empty lines:
//!
//! ```text
//! arg TEXT          an argument; \xNN and \n stand for bytes
//! env NAME=VALUE    a variable, beside LANG=C.UTF-8
//! exit N            it ended with this status ...
//! out TEXT          ... and this on standard output ...
//! err TEXT          ... and standard error
//! starts            or it started, and decided as in the first case but for these:
//! flag NAME VALUE   an attribute of sys.flags
//! config NAME VALUE what CPython's configuration calls NAME
//! ...
//! ```
//!
//! Not compared, as they are ours: the text of `-h`, `-VV` and their like (see `help.rs`), and the defaults of the three flags that
//! depend on how CPython was built; these stand in a case only if it sets them.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use grwl_settings::settings::FlagValue;
use grwl_settings::{Environment, Gil, HashSeed, Locale, Program, Settings};

const RECORD: &str = include_str!("cpython.txt");

/// A case of the record.
#[derive(Default)]
struct Case {
    argv: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
    status: Option<u8>,
    output: Vec<u8>,
    errors: Vec<u8>,
    decisions: BTreeMap<String, String>,
}

fn cases() -> (&'static Path, Vec<Case>) {
    let mut blocks = RECORD.split("\n\n");
    let folder = blocks
        .next()
        .and_then(|first| first.strip_prefix("cwd "))
        .expect("the folder");
    (Path::new(folder), blocks.map(case).collect())
}

fn case(block: &str) -> Case {
    let mut case = Case {
        argv: vec!["python3.14".into()],
        ..Case::default()
    };
    let mut variables = BTreeMap::from([(OsString::from("LANG"), OsString::from("C.UTF-8"))]);
    for line in block.lines() {
        let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
        match kind {
            "arg" => case.argv.push(OsString::from_vec(unescape(rest))),
            "env" => {
                let (name, value) = rest.split_once('=').expect("NAME=VALUE");
                variables.insert(name.into(), value.into());
            }
            "exit" => case.status = Some(rest.parse().expect("a status")),
            "out" => case.output = unescape(rest),
            "err" => case.errors = unescape(rest),
            "starts" => {}
            "flag" | "config" | "pre" => {
                let (name, value) = rest.split_once(' ').expect("NAME VALUE");
                case.decisions
                    .insert(format!("{kind} {name}"), value.to_owned());
            }
            _ => {
                case.decisions.insert(kind.to_owned(), rest.to_owned());
            }
        }
    }
    case.variables = variables.into_iter().collect();
    case
}

fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'\\', [b'n', after @ ..]) => {
                bytes.push(b'\n');
                rest = after;
            }
            (b'\\', [b'x', high, low, after @ ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).expect("digits");
                bytes.push(u8::from_str_radix(digits, 16).expect("digits"));
                rest = after;
            }
            _ => bytes.push(*first),
        }
    }
    bytes
}

/// The locale that these variables give on a system that has `C` and `C.UTF-8`.
fn locale(variables: &[(OsString, OsString)]) -> Locale {
    let get = |name: &str| {
        let found = variables.iter().find(|(known, _)| known == name);
        found.and_then(|(_, value)| value.to_str())
    };
    let name = get("LC_ALL").or(get("LANG")).expect("a locale");
    Locale {
        // The C library calls it C under either name.
        name: if name == "POSIX" { "C" } else { name }.to_owned(),
        encoding: if name == "C.UTF-8" {
            "UTF-8"
        } else {
            "ANSI_X3.4-1968"
        }
        .to_owned(),
    }
}

fn quoted(text: &OsStr) -> String {
    let mut result = String::from("\"");
    for &byte in text.as_bytes() {
        match byte {
            b'"' | b'\\' | 0..32 | 127.. => result.push_str(&format!("\\x{byte:02x}")),
            byte => result.push(char::from(byte)),
        }
    }
    result.push('"');
    result
}

fn optional(text: Option<&OsStr>) -> String {
    text.map_or("none".to_owned(), quoted)
}

fn list<'a>(items: impl IntoIterator<Item = Option<&'a OsStr>>) -> String {
    let items: Vec<String> = items.into_iter().map(optional).collect();
    format!("[{}]", items.join(", "))
}

/// The lines that the probe prints under CPython.
fn decisions(settings: &Settings, folder: &Path) -> BTreeMap<String, String> {
    let mut result = BTreeMap::new();
    for (name, value) in settings.sys_flags() {
        let value = match value {
            FlagValue::Int(value) => value.to_string(),
            FlagValue::Bool(true) => "True".to_owned(),
            FlagValue::Bool(false) => "False".to_owned(),
            FlagValue::Unset => "None".to_owned(),
        };
        result.insert(format!("flag {name}"), value);
    }
    let number = |value: bool| u8::from(value).to_string();
    let (use_seed, seed) = match settings.hash_seed {
        HashSeed::Random => (false, 0),
        HashSeed::Fixed(seed) => (true, seed),
    };
    let module = match &settings.program {
        Program::Module(module) => Some(module.as_os_str()),
        _ => None,
    };
    let config = [
        (
            "argv",
            list(settings.argv.iter().map(|item| Some(item.as_os_str()))),
        ),
        (
            "warnoptions",
            list(
                settings
                    .warnoptions
                    .iter()
                    .map(|item| Some(item.as_os_str())),
            ),
        ),
        ("bytes_warning", settings.bytes_warning.to_string()),
        ("buffered_stdio", number(!settings.unbuffered)),
        (
            "check_hash_pycs_mode",
            quoted(OsStr::new(settings.check_hash_pycs)),
        ),
        ("code_debug_ranges", number(!settings.no_debug_ranges)),
        ("faulthandler", number(settings.faulthandler)),
        ("hash_seed", seed.to_string()),
        ("use_hash_seed", number(use_seed)),
        ("home", optional(settings.home.as_deref())),
        ("import_time", settings.import_time.to_string()),
        ("malloc_stats", number(settings.malloc_stats)),
        ("perf_profiling", settings.perf_profiling.to_string()),
        ("platlibdir", quoted(&settings.platlibdir)),
        (
            "pycache_prefix",
            optional(settings.pycache_prefix.as_deref()),
        ),
        ("pythonpath_env", optional(settings.python_path.as_deref())),
        ("remote_debug", number(settings.remote_debug)),
        (
            "run_filename",
            optional(settings.script_path(folder).as_deref()),
        ),
        ("run_module", optional(module)),
        ("show_ref_count", number(settings.show_ref_count)),
        ("skip_source_first_line", number(settings.skip_first_line)),
        ("stdio_encoding", quoted(&settings.stdio_encoding)),
        ("stdio_errors", quoted(&settings.stdio_errors)),
        ("tracemalloc", settings.tracemalloc.to_string()),
        ("use_frozen_modules", number(settings.frozen_modules)),
    ];
    for (name, value) in config {
        result.insert(format!("config {name}"), value);
    }
    for (name, value) in [
        ("utf8_mode", settings.utf8_mode),
        ("coerce_c_locale_warn", settings.coerce_c_locale_warn),
    ] {
        result.insert(format!("pre {name}"), number(value));
    }
    // As a dictionary does: the first place, the last value.
    let mut xoptions: Vec<(&OsStr, Option<&OsStr>)> = Vec::new();
    for (name, value) in settings.xoption_items() {
        match xoptions.iter_mut().find(|(known, _)| *known == name) {
            Some(known) => known.1 = value,
            None => xoptions.push((name, value)),
        }
    }
    let xoptions = xoptions
        .into_iter()
        .flat_map(|(name, value)| [Some(name), value]);
    result.insert("xoptions".to_owned(), list(xoptions));
    result.insert(
        "filesystem".to_owned(),
        quoted(&settings.filesystem_encoding),
    );
    let cpu_count = settings.cpu_count.map_or("none".into(), |n| n.to_string());
    result.insert("cpu_count".to_owned(), cpu_count);
    result
}

#[test]
fn as_cpython() {
    let (folder, cases) = cases();
    assert!(cases.len() > 300, "the record is cut off");
    let usual = &cases[0].decisions;
    assert!(usual.len() > 40, "the first case is the usual one");
    let mut wrong = String::new();
    for case in &cases {
        let environment = Environment::new(case.variables.clone(), locale(&case.variables));
        let result = Settings::read(&case.argv, &environment);
        let mut complain = |what: &str, ours: &str, theirs: &str| {
            wrong.push_str(&format!(
                "{:?} {:?}\n  {what}\n  ours    {ours}\n  CPython {theirs}\n",
                case.argv, case.variables
            ));
        };
        match (result, case.status) {
            (Err(exit), Some(status)) => {
                // The longer version is ours.
                let known = exit.output.starts_with(b"Python 3.14.10 (")
                    && case.output.starts_with(b"Python 3.14.10 (");
                let ours = (exit.status, exit.output.as_slice(), exit.errors.as_slice());
                let theirs = (status, case.output.as_slice(), case.errors.as_slice());
                if !known && ours != theirs {
                    complain("exit", &format!("{exit:?}"), &format!("{theirs:?}"));
                }
            }
            (Ok(settings), None) => {
                let ours = decisions(&settings, folder);
                assert_eq!(settings.orig_argv, case.argv);
                assert_eq!(settings.complaints, case.errors);
                let mut theirs = usual.clone();
                theirs.extend(case.decisions.clone());
                for (name, value) in &theirs {
                    let our_value = ours.get(name).map_or("nothing", String::as_str);
                    if our_value != value {
                        complain(name, our_value, value);
                    }
                }
            }
            (Ok(_), Some(status)) => complain("starts", "yes", &format!("exit {status}")),
            (Err(exit), None) => complain("starts", &format!("{exit:?}"), "yes"),
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn read(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Settings, grwl_settings::Exit> {
    let argv: Vec<OsString> = std::iter::once(&"grwl")
        .chain(arguments)
        .map(OsString::from)
        .collect();
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).into(), (*value).into()));
    let locale = Locale {
        name: "C.UTF-8".into(),
        encoding: "UTF-8".into(),
    };
    Settings::read(&argv, &Environment::new(variables, locale))
}

/// What CPython's usual build refuses, or does not have.
#[test]
fn our_own_options() {
    for (arguments, variables, gil) in [
        (&["-X", "gil=0"][..], &[][..], Gil::ReadWrite),
        (&["-X", "gil=1"], &[], Gil::Global),
        (&[], &[], Gil::ReadWrite),
        (&[], &[("PYTHON_GIL", "0")], Gil::ReadWrite),
        (&[], &[("PYTHON_GIL", "1")], Gil::Global),
        (&["-E"], &[("PYTHON_GIL", "1")], Gil::ReadWrite),
        (&["-X", "gil=0"], &[("PYTHON_GIL", "1")], Gil::ReadWrite),
        (&["--gil=global"], &[("PYTHON_GIL", "0")], Gil::Global),
        (&["--gil", "global", "-X", "gil=0"], &[], Gil::Global),
        (&["-X", "gil=1", "--gil=rwlock"], &[], Gil::ReadWrite),
        (&["-B-gil=global"], &[], Gil::Global),
    ] {
        let settings = read(arguments, variables).expect("starts");
        assert_eq!(settings.gil, gil, "{arguments:?} {variables:?}");
        assert_eq!(settings.thread_inherit_context, gil == Gil::ReadWrite);
        assert_eq!(settings.context_aware_warnings, gil == Gil::ReadWrite);
    }
    for value in ["", "Global", "1", "rwlock "] {
        let exit = read(&["--gil", value], &[]).expect_err("a bad value");
        let message = "Fatal Python error: config_read_gil: --gil must be \"global\" or \
                       \"rwlock\"\nPython runtime state: preinitialized\n\n";
        assert_eq!(
            (exit.status, exit.errors.as_slice()),
            (1, message.as_bytes())
        );
    }
    let exit = read(&["--gil"], &[]).expect_err("no value");
    assert!(
        exit.errors
            .starts_with(b"Argument expected for the --gil options\nusage: grwl ")
    );
    for arguments in [&["--stdlib", "/a=b"][..], &["--stdlib=/a=b"]] {
        let settings = read(arguments, &[]).expect("starts");
        assert_eq!(settings.stdlib.as_deref(), Some(OsStr::new("/a=b")));
    }
    let exit = read(&["--stdlibx=/a"], &[]).expect_err("unknown");
    assert!(exit.errors.starts_with(b"Unknown option: --stdlibx=/a\n"));
}

/// Help names everything that is understood.
#[test]
fn help_is_complete() {
    let all = read(&["--help-all"], &[]).expect_err("help").output;
    let all = String::from_utf8(all).expect("UTF-8");
    for part in ["-h", "--help-env", "--help-xoptions"] {
        let exit = read(&[part], &[]).expect_err("help");
        let text = String::from_utf8(exit.output).expect("UTF-8");
        assert_eq!((exit.status, exit.errors.len()), (0, 0));
        assert!(all.contains(&text), "{part}");
    }
    for letter in "bBcdEhiImOPqRsSuvVWxX".chars() {
        assert!(all.contains(&format!("\n-{letter} ")), "-{letter}");
    }
    // Every option of -X and every variable that a case of the record sets.
    let mut named = 0;
    for line in RECORD.lines() {
        let option = line
            .strip_prefix("xoptions [\"")
            .map(|rest| format!("\n-X {}", rest.split('"').next().unwrap_or_default()));
        let variable = line
            .strip_prefix("env PYTHON")
            .map(|rest| format!("\nPYTHON{}", rest.split('=').next().unwrap_or_default()));
        for name in option.into_iter().chain(variable) {
            if ![
                "\n-X ",
                "\n-X a",
                "\n-X nonsense",
                "\n-X disable_remote_debug",
            ]
            .contains(&name.as_str())
            {
                assert!(all.contains(&name), "{name}");
                named += 1;
            }
        }
    }
    assert!(named > 150);
}
