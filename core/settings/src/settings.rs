//! What the runtime learns from command line, environment and locale.
//!
//! Invariant: a `Settings` is consistent and checked. Every number is in the range that CPython would accept, `isolated` implies
//! its three consequences, and nothing in it was read from a variable that `-E` or `-I` excludes.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use crate::environment::{Environment, split_once};
use crate::exit::Exit;

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// `-c`: the text as given. CPython appends a newline and removes common indentation before it compiles it.
    Command(OsString),
    /// `-m`: a module's name.
    Module(OsString),
    /// A file, or a folder or archive with a `__main__.py`; as given. See [`Settings::script_path`].
    File(OsString),
    /// Standard input: a program, or a session if it is a terminal or [`Settings::interactive`] is set.
    Stdin,
}

/// How many threads run Python code at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gil {
    /// One: `--gil=global`, `-X gil=1`, `PYTHON_GIL=1`.
    Global,
    /// All: `--gil=rwlock`, `-X gil=0`, `PYTHON_GIL=0`, or none of them.
    ReadWrite,
}

/// Where hashes of text get their seed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashSeed {
    /// From the system's source of random numbers.
    Random,
    /// This number; 0 means no seed at all.
    Fixed(u32),
}

/// A value of `sys.flags`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagValue {
    /// An `int`.
    Int(i32),
    /// A `bool`.
    Bool(bool),
    /// `None`: nobody said.
    Unset,
}

/// Everything that was decided before the interpreter starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What to run.
    pub program: Program,
    /// `sys.argv`. Its first element is `-c`, `-m` (to be replaced by the module's file), `-`, the file as given, or empty.
    pub argv: Vec<OsString>,
    /// `sys.orig_argv`: the process's arguments, its name first.
    pub orig_argv: Vec<OsString>,
    /// The arguments of `-X` in order; for `sys._xoptions` see [`Settings::xoption_items`].
    pub xoptions: Vec<OsString>,
    /// `sys.warnoptions`: weakest first; each text once. Unchecked: `warnings` does that.
    pub warnoptions: Vec<OsString>,

    /// How many threads run at a time; `sys.flags.gil`, `sys._is_gil_enabled()`.
    pub gil: Gil,
    /// Did anybody say so? `sys.flags.gil` is `None` otherwise.
    pub gil_given: bool,
    /// `--stdlib`: where the standard library lies. It has precedence over [`Settings::home`].
    pub stdlib: Option<OsString>,

    /// `sys.flags.debug`: `-d`, PYTHONDEBUG.
    pub debug: bool,
    /// `sys.flags.inspect`: `-i`, PYTHONINSPECT (even if it is 0). A session follows the program. The variable is looked at again then.
    pub inspect: bool,
    /// `sys.flags.interactive`: `-i` only. Prompts are written even if standard input is no terminal.
    pub interactive: bool,
    /// `sys.flags.optimize`: `-O`, PYTHONOPTIMIZE. From 1 on no assertions, from 2 on no docstrings.
    pub optimize: i32,
    /// `sys.flags.dont_write_bytecode`, `sys.dont_write_bytecode`: `-B`, PYTHONDONTWRITEBYTECODE.
    pub dont_write_bytecode: bool,
    /// `sys.flags.no_user_site`: `-s`, `-I`, PYTHONNOUSERSITE.
    pub no_user_site: bool,
    /// `sys.flags.no_site`: `-S`. `site` is not imported.
    pub no_site: bool,
    /// `sys.flags.ignore_environment`: `-E`, `-I`.
    pub ignore_environment: bool,
    /// `sys.flags.verbose`: `-v`, PYTHONVERBOSE.
    pub verbose: i32,
    /// `sys.flags.bytes_warning`: `-b`. From 1 on a warning, from 2 on (by a filter in `warnoptions`) an error.
    pub bytes_warning: i32,
    /// `sys.flags.quiet`: `-q`. No version and copyright before a session.
    pub quiet: bool,
    /// The seed of hashes; `sys.flags.hash_randomization` is 0 for `Fixed(0)` only: `-R`, PYTHONHASHSEED.
    pub hash_seed: HashSeed,
    /// `sys.flags.isolated`: `-I`.
    pub isolated: bool,
    /// `sys.flags.dev_mode`: `-X dev`, PYTHONDEVMODE.
    pub dev_mode: bool,
    /// `sys.flags.utf8_mode`: `-X utf8`, PYTHONUTF8, or a locale `C` or `POSIX`.
    pub utf8_mode: bool,
    /// `sys.flags.warn_default_encoding`: `-X warn_default_encoding`, PYTHONWARNDEFAULTENCODING.
    pub warn_default_encoding: bool,
    /// `sys.flags.safe_path`: `-P`, `-I`, PYTHONSAFEPATH. `sys.path` does not begin with the program's folder.
    pub safe_path: bool,
    /// `sys.flags.int_max_str_digits`: 0 for no limit: `-X int_max_str_digits`, PYTHONINTMAXSTRDIGITS.
    pub int_max_str_digits: i32,
    /// `sys.flags.thread_inherit_context`: `-X thread_inherit_context`, PYTHON_THREAD_INHERIT_CONTEXT. CPython's default depends
    /// on whether it was built with a GIL; ours on [`Settings::gil`].
    pub thread_inherit_context: bool,
    /// `sys.flags.context_aware_warnings`: `-X context_aware_warnings`, PYTHON_CONTEXT_AWARE_WARNINGS. The default likewise.
    pub context_aware_warnings: bool,

    /// Standard output and error are not buffered: `-u`, PYTHONUNBUFFERED.
    pub unbuffered: bool,
    /// The program's first line is passed over: `-x`.
    pub skip_first_line: bool,
    /// `_imp.check_hash_based_pycs`: `default`, `always` or `never`.
    pub check_hash_pycs: &'static str,
    /// The traceback is written on a fatal signal: `-X faulthandler`, PYTHONFAULTHANDLER, or `dev_mode`.
    pub faulthandler: bool,
    /// 1: the time of each import is written; 2: also of what was imported already. `-X importtime`, PYTHONPROFILEIMPORTTIME.
    pub import_time: i32,
    /// Code objects have no columns: `-X no_debug_ranges`, PYTHONNODEBUGRANGES.
    pub no_debug_ranges: bool,
    /// How many frames `tracemalloc` keeps, 0 if it is not to start: `-X tracemalloc`, PYTHONTRACEMALLOC.
    pub tracemalloc: i32,
    /// 1 or 2: Linux's `perf` is to see Python functions: `-X perf`, `-X perf_jit` and their variables.
    pub perf_profiling: i32,
    /// What `os.cpu_count()` answers instead of the truth: `-X cpu_count`, PYTHON_CPU_COUNT.
    pub cpu_count: Option<i32>,
    /// `sys.pycache_prefix`: `-X pycache_prefix`, PYTHONPYCACHEPREFIX.
    pub pycache_prefix: Option<OsString>,
    /// Modules of the standard library that are built in may be used: `-X frozen_modules`, PYTHON_FROZEN_MODULES.
    pub frozen_modules: bool,
    /// Another process may attach a debugger: `-X disable-remote-debug`, PYTHON_DISABLE_REMOTE_DEBUG forbid it.
    pub remote_debug: bool,
    /// `-X showrefcount`
    pub show_ref_count: bool,
    /// PYTHONMALLOCSTATS
    pub malloc_stats: bool,

    /// PYTHONPATH, not split.
    pub python_path: Option<OsString>,
    /// PYTHONHOME
    pub home: Option<OsString>,
    /// `sys.platlibdir`: PYTHONPLATLIBDIR, or `lib`.
    pub platlibdir: OsString,
    /// PYTHONSTARTUP: a file to run before a session.
    pub startup: Option<OsString>,
    /// PYTHON_BASIC_REPL: a session without line editing.
    pub basic_repl: bool,
    /// The encoding of the standard streams: from PYTHONIOENCODING (as it stands there: the codec may not exist), `utf8_mode` or the locale.
    pub stdio_encoding: OsString,
    /// The error handler of standard input and output; that of standard error is always `backslashreplace`.
    pub stdio_errors: OsString,
    /// The encoding of file names: `utf-8` in `utf8_mode`, otherwise the locale's. The error handler is `surrogateescape`.
    pub filesystem_encoding: OsString,
    /// `LC_CTYPE` is `C` and is to become `C.UTF-8`, in the environment too, so that child processes agree.
    pub coerce_c_locale: bool,
    /// That is to be announced: `PYTHONCOERCECLOCALE=warn`.
    pub coerce_c_locale_warn: bool,

    /// Lines for standard error, to be written first.
    pub complaints: Vec<u8>,
}

impl Settings {
    /// Settles everything, or says how the program ends. `argv` has the program's name first.
    pub fn read(argv: &[OsString], environment: &Environment) -> Result<Settings, Exit> {
        crate::configuration::read(argv, environment)
    }

    /// The items of `sys._xoptions` in order, without a value where `True` is meant. Later ones replace earlier ones of the
    /// same name there; but what takes effect is the *first*, as in CPython.
    pub fn xoption_items(&self) -> impl Iterator<Item = (&OsStr, Option<&OsStr>)> {
        self.xoptions.iter().map(|option| split_once(option, b'='))
    }

    /// The path of a [`Program::File`], made absolute as CPython does for `__file__` and messages: the folder, a slash, the
    /// text as given. `None` for other programs. (In the root folder, two slashes result; CPython has that too.)
    #[must_use]
    pub fn script_path(&self, current_folder: &Path) -> Option<OsString> {
        let Program::File(file) = &self.program else {
            return None;
        };
        if file.as_bytes().starts_with(b"/") {
            return Some(file.clone());
        }
        let mut path = current_folder.as_os_str().as_bytes().to_vec();
        path.push(b'/');
        path.extend(file.as_bytes());
        Some(OsString::from_vec(path))
    }

    /// `sys.flags`: the first 18 are also its elements, the others only its attributes.
    #[must_use]
    pub fn sys_flags(&self) -> [(&'static str, FlagValue); 21] {
        let int = FlagValue::Int;
        let zero_or_one = |flag: bool| FlagValue::Int(i32::from(flag));
        [
            ("debug", zero_or_one(self.debug)),
            ("inspect", zero_or_one(self.inspect)),
            ("interactive", zero_or_one(self.interactive)),
            ("optimize", int(self.optimize)),
            ("dont_write_bytecode", zero_or_one(self.dont_write_bytecode)),
            ("no_user_site", zero_or_one(self.no_user_site)),
            ("no_site", zero_or_one(self.no_site)),
            ("ignore_environment", zero_or_one(self.ignore_environment)),
            ("verbose", int(self.verbose)),
            ("bytes_warning", int(self.bytes_warning)),
            ("quiet", zero_or_one(self.quiet)),
            (
                "hash_randomization",
                zero_or_one(self.hash_seed != HashSeed::Fixed(0)),
            ),
            ("isolated", zero_or_one(self.isolated)),
            ("dev_mode", FlagValue::Bool(self.dev_mode)),
            ("utf8_mode", zero_or_one(self.utf8_mode)),
            (
                "warn_default_encoding",
                zero_or_one(self.warn_default_encoding),
            ),
            ("safe_path", FlagValue::Bool(self.safe_path)),
            ("int_max_str_digits", int(self.int_max_str_digits)),
            (
                "gil",
                if self.gil_given {
                    zero_or_one(self.gil == Gil::Global)
                } else {
                    FlagValue::Unset
                },
            ),
            (
                "thread_inherit_context",
                zero_or_one(self.thread_inherit_context),
            ),
            (
                "context_aware_warnings",
                zero_or_one(self.context_aware_warnings),
            ),
        ]
    }
}
