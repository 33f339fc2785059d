//! What `-h`, `--help-env`, `--help-xoptions`, `--help-all`, `-V` and `-VV` print, and the usage after a mistake.
//!
//! The usage line and the hint after it are CPython's to the byte, since programs look for them. The descriptions are our own, for they say what
//! *this* program does; layout and order are CPython's, and its tests look at them: options and variables stand at the start of a line, in alphabetical order within
//! their section (underscores aside), and all is ASCII.

use std::fmt::Write;

/// `sys.version`. `platform` takes it apart: version, then what was built, then what built it.
pub const SYS_VERSION: &str = concat!("3.14.10 (grwl ", env!("CARGO_PKG_VERSION"), ") [Rust]");

/// The version of the language, `platform.python_version()`.
pub const PYTHON_VERSION: &str = "3.14.10";

/// After the usage line of a mistake.
pub(crate) const TRY_HELP: &str = "Try `python -h' for more information.\n";

/// `usage: NAME [option] ...`
pub(crate) fn usage_line(program: &[u8]) -> Vec<u8> {
    let mut line = b"usage: ".to_vec();
    line.extend(program);
    line.extend(b" [option] ... [-c cmd | -m mod | file | -] [arg] ...\n");
    line
}

/// `-h`
pub(crate) fn usage(program: &[u8]) -> Vec<u8> {
    let mut text = usage_line(program);
    text.extend(OPTIONS.as_bytes());
    text
}

/// `--help-all`
pub(crate) fn everything(program: &[u8]) -> Vec<u8> {
    let mut text = usage(program);
    for section in [ENVIRONMENT, XOPTIONS] {
        text.push(b'\n');
        text.extend(section.as_bytes());
    }
    text
}

/// `-V`, and `-VV`.
pub(crate) fn version(long: bool) -> String {
    let mut text = String::from("Python ");
    let version = if long { SYS_VERSION } else { PYTHON_VERSION };
    let _ = writeln!(text, "{version}");
    text
}

const OPTIONS: &str = "\
Options (the environment variable of the same effect in brackets):
-b     : warn when str(bytes) is called or bytes are compared with str or int;
         -bb: raise an error instead
-B     : do not write .pyc files [PYTHONDONTWRITEBYTECODE]
-c cmd : run this text; what follows it are the program's arguments
-d     : accepted, without effect: there is no parser to debug [PYTHONDEBUG]
-E     : pay no heed to the PYTHON* environment variables
-h     : print this text (also -? or --help)
-i     : after the program start a session, with prompts even if standard input
         is not a terminal [PYTHONINSPECT]
-I     : isolate: -E, -P and -s together
-m mod : find this module as import would and run it as a program; what follows
         it are the program's arguments
-O     : leave out assert statements, __debug__ is False [PYTHONOPTIMIZE]
-OO    : the same, and leave out docstrings
-P     : do not put the program's folder into sys.path [PYTHONSAFEPATH]
-q     : start a session without announcing version and copyright
-R     : a random hash seed, whatever PYTHONHASHSEED says
-s     : do not put the user's site folder into sys.path [PYTHONNOUSERSITE]
-S     : do not import site at start
-u     : do not buffer standard output and error [PYTHONUNBUFFERED]
-v     : report each import; more v, more reports [PYTHONVERBOSE]
-V     : print the version (also --version); -VV: print more about the build
-W arg : a filter for warnings, action:message:category:module:lineno
         [PYTHONWARNINGS]
-x     : skip the first line of the program
-X opt : an option of this implementation: see --help-xoptions
--check-hash-based-pycs always|default|never:
         whether hash-based .pyc files are compared with their source
--gil=rwlock|global:
         run all threads at once, or one at a time; the default is rwlock
         [PYTHON_GIL]
--help-env: print the environment variables
--help-xoptions: print the options of -X
--help-all: print all of it
--stdlib DIR: take the standard library from this folder

Arguments:
file   : run this file
-      : run standard input (the default; a session if it is a terminal)
arg ...: the program's arguments, sys.argv[1:]
";

/// `--help-env`
pub(crate) const ENVIRONMENT: &str = "\
Environment variables (an empty one counts as not set):
PYTHONASYNCIODEBUG: turn on asyncio's debug mode
PYTHON_BASIC_REPL: a session without line editing
PYTHONBREAKPOINT: what breakpoint() calls, as module.function; 0: nothing
PYTHONCASEOK    : for file systems without case; without effect here
PYTHONCOERCECLOCALE: 0: keep the locale C instead of making it C.UTF-8;
                  warn: say so when it is done
PYTHON_COLORS   : 1: colours in output, 0: none
PYTHONHASHSEED  : the seed for hashes of text: random, or an integer from 0 to
                  4294967295
PYTHON_HISTORY  : the file that keeps what was typed in sessions
PYTHONHOME      : the folder under which lib/python3.14 lies
PYTHONIOENCODING: encoding[:errors] of the standard streams
PYTHONMALLOC    : the name of a memory allocator; checked, without effect
PYTHONMALLOCSTATS: without effect: there are no such statistics
PYTHONPATH      : folders to put before the standard ones into sys.path, with
                  ':' between them
PYTHONPLATLIBDIR: sys.platlibdir
PYTHONSTARTUP   : a file to run before a session
PYTHONUSERBASE  : the folder under which the user's site folder lies

These variables have equivalent options:
PYTHON_CONTEXT_AWARE_WARNINGS: -X context_aware_warnings
PYTHON_CPU_COUNT: -X cpu_count
PYTHONDEBUG     : -d
PYTHONDEVMODE   : -X dev
PYTHON_DISABLE_REMOTE_DEBUG: -X disable-remote-debug
PYTHONDONTWRITEBYTECODE: -B
PYTHONFAULTHANDLER: -X faulthandler
PYTHON_FROZEN_MODULES: -X frozen_modules
PYTHON_GIL      : -X gil; and --gil, where 0 is rwlock, 1 is global
PYTHONINSPECT   : -i
PYTHONINTMAXSTRDIGITS: -X int_max_str_digits
PYTHONNODEBUGRANGES: -X no_debug_ranges
PYTHONNOUSERSITE: -s
PYTHONOPTIMIZE  : -O; a number for its level
PYTHON_PERF_JIT_SUPPORT: -X perf_jit
PYTHONPERFSUPPORT: -X perf
PYTHONPROFILEIMPORTTIME: -X importtime
PYTHONPYCACHEPREFIX: -X pycache_prefix
PYTHONSAFEPATH  : -P
PYTHON_THREAD_INHERIT_CONTEXT: -X thread_inherit_context
PYTHONTRACEMALLOC: -X tracemalloc
PYTHONUNBUFFERED: -u
PYTHONUTF8      : -X utf8
PYTHONVERBOSE   : -v; a number for its level
PYTHONWARNDEFAULTENCODING: -X warn_default_encoding
PYTHONWARNINGS  : -W, with ',' between the filters
";

/// `--help-xoptions`
pub(crate) const XOPTIONS: &str = "\
Options of this implementation (the variable of the same effect in brackets):
-X context_aware_warnings=[0|1]: 1: filters of warnings belong to a context and
         may be changed by threads at once; the default with --gil=rwlock
         [PYTHON_CONTEXT_AWARE_WARNINGS]
-X cpu_count=N: what os.cpu_count() answers; default: the truth
         [PYTHON_CPU_COUNT]
-X dev : the development mode: more checks and warnings [PYTHONDEVMODE]
-X disable-remote-debug: let no other process attach a debugger
         [PYTHON_DISABLE_REMOTE_DEBUG]
-X faulthandler: print the traceback on a fatal signal [PYTHONFAULTHANDLER]
-X frozen_modules=[on|off]: whether modules that are built in may stand for
         files of the standard library [PYTHON_FROZEN_MODULES]
-X gil=[0|1]: 0: all threads at once, as --gil=rwlock; 1: one at a time, as
         --gil=global [PYTHON_GIL]
-X importtime[=2]: report how long each import takes; 2: also what was imported
         before [PYTHONPROFILEIMPORTTIME]
-X int_max_str_digits=N: refuse to convert between int and str beyond so many
         digits; 0: never refuse [PYTHONINTMAXSTRDIGITS]
-X no_debug_ranges: code objects without columns [PYTHONNODEBUGRANGES]
-X perf: let Linux's perf see Python functions [PYTHONPERFSUPPORT]
-X perf_jit: the same, by DWARF [PYTHON_PERF_JIT_SUPPORT]
-X pycache_prefix=PATH: a folder for all .pyc files [PYTHONPYCACHEPREFIX]
-X showrefcount: accepted, without effect: there are no reference counts
-X thread_inherit_context=[0|1]: 1: a thread starts with a copy of its starter's
         context; the default with --gil=rwlock [PYTHON_THREAD_INHERIT_CONTEXT]
-X tracemalloc[=N]: trace memory from the start, keeping N frames, 1 unless told
         [PYTHONTRACEMALLOC]
-X utf8[=0|1]: the UTF-8 mode: text is UTF-8 whatever the locale [PYTHONUTF8]
-X warn_default_encoding: warn where a file is opened without an encoding
         [PYTHONWARNDEFAULTENCODING]
";

#[cfg(test)]
mod tests {
    use super::*;

    /// The first word of each line that does not begin with a space, without what it takes.
    fn names<'a>(text: &'a str, start: &'a str) -> Vec<&'a str> {
        text.lines()
            .filter_map(|line| line.strip_prefix(start))
            .map(|rest| rest.split([' ', ':', '=', '[']).next().unwrap_or(rest))
            .collect()
    }

    #[test]
    fn sections_are_sorted_and_lines_short() {
        assert!(names(XOPTIONS, "-X ").is_sorted());
        for section in ENVIRONMENT.split("These variables") {
            let names: Vec<String> = names(section, "PYTHON")
                .iter()
                .map(|name| name.replace('_', "").to_lowercase())
                .collect();
            assert!(names.len() > 15 && names.is_sorted(), "{names:?}");
        }
        let all = String::from_utf8(everything(b"grwl")).expect("UTF-8");
        assert!(all.is_ascii() && all.lines().all(|line| line.len() <= 80));
        assert!(OPTIONS.lines().count() < 49);
        assert!(!OPTIONS.contains("PYTHONHOME") && !OPTIONS.contains("-X dev"));
    }
}
