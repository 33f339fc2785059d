//! From command line, environment and locale to [`Settings`], in the order in which CPython decides.
//!
//! The order shows when two things are wrong: early options and the UTF-8 mode; PYTHONMALLOC; the command line, help and usage errors; the variables; `-X`
//! and the variables that stand for its options. Within each, `tests/cpython.txt` has cases.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use crate::arguments::{self, CommandLine};
use crate::environment::{Environment, Locale, split_once, unsigned_number};
use crate::exit::{Exit, Stage};
use crate::implementation::Sources;
use crate::settings::{Gil, HashSeed, Settings};

pub(crate) fn read(argv: &[OsString], environment: &Environment) -> Result<Settings, Exit> {
    let early = arguments::read_early(argv);
    let environment = &environment.or_ignored(early.ignore_environment);
    let sources = Sources {
        xoptions: &early.xoptions,
        environment,
    };
    let (coerce_c_locale, coerce_c_locale_warn) = coercion(environment);
    let utf8_mode = sources
        .utf8_mode()?
        .unwrap_or_else(|| is_c_locale(environment.locale()));
    sources.check_allocator()?;
    let dev_mode = sources.given("dev", Some("PYTHONDEVMODE"));

    let line = arguments::read(argv)?;

    let mut verbose = line.verbose;
    let mut optimize = line.optimize;
    environment.raise("PYTHONVERBOSE", &mut verbose);
    environment.raise("PYTHONOPTIMIZE", &mut optimize);
    let hash_seed = match line.random_hash_seed {
        true => HashSeed::Random,
        false => hash_seed(environment)?,
    };
    let gil_variable = sources.gil_variable()?;
    let gil_given = line.gil.or(sources.gil_option()?).or(gil_variable);
    let gil = gil_given.unwrap_or(Gil::ReadWrite);
    sources.check_thread_local_bytecode()?;
    let import_time = sources.import_time()?;
    let tracemalloc = sources.tracemalloc()?;
    let int_max_str_digits = sources.int_max_str_digits()?;
    let cpu_count = sources.cpu_count()?;
    let many_threads = gil == Gil::ReadWrite;
    let thread_inherit_context = sources.thread_inherit_context()?.unwrap_or(many_threads);
    let context_aware_warnings = sources.context_aware_warnings()?.unwrap_or(many_threads);
    let frozen_modules = sources.frozen_modules()?;

    let text_encoding = text_encoding(environment.locale(), coerce_c_locale, utf8_mode);
    let (stdio_encoding, stdio_errors) = stdio(environment, &text_encoding, utf8_mode);
    let own = |name: &str| environment.get(name).map(OsStr::to_owned);
    Ok(Settings {
        warnoptions: warnoptions(&line, environment, dev_mode),
        orig_argv: argv.to_vec(),
        gil,
        gil_given: gil_given.is_some(),
        debug: line.debug || environment.is_raised("PYTHONDEBUG"),
        inspect: line.inspect || environment.get("PYTHONINSPECT").is_some(),
        interactive: line.inspect,
        optimize,
        dont_write_bytecode: line.dont_write_bytecode
            || environment.is_raised("PYTHONDONTWRITEBYTECODE"),
        no_user_site: line.no_user_site
            || early.isolated
            || environment.is_raised("PYTHONNOUSERSITE"),
        no_site: line.no_site,
        ignore_environment: early.ignore_environment,
        verbose,
        bytes_warning: line.bytes_warning,
        quiet: line.quiet,
        hash_seed,
        isolated: early.isolated,
        dev_mode,
        utf8_mode,
        warn_default_encoding: sources
            .given("warn_default_encoding", Some("PYTHONWARNDEFAULTENCODING")),
        safe_path: line.safe_path || early.isolated || environment.get("PYTHONSAFEPATH").is_some(),
        int_max_str_digits,
        thread_inherit_context,
        context_aware_warnings,
        unbuffered: line.unbuffered || environment.is_raised("PYTHONUNBUFFERED"),
        skip_first_line: line.skip_first_line,
        check_hash_pycs: line.check_hash_pycs.unwrap_or("default"),
        faulthandler: dev_mode || sources.given("faulthandler", Some("PYTHONFAULTHANDLER")),
        import_time,
        no_debug_ranges: sources.given("no_debug_ranges", Some("PYTHONNODEBUGRANGES")),
        tracemalloc,
        perf_profiling: sources.perf_profiling(),
        cpu_count,
        pycache_prefix: sources.pycache_prefix(),
        frozen_modules,
        remote_debug: !sources.given("disable-remote-debug", None)
            && !environment.has("PYTHON_DISABLE_REMOTE_DEBUG"),
        show_ref_count: sources.given("showrefcount", None),
        malloc_stats: environment.get("PYTHONMALLOCSTATS").is_some(),
        python_path: own("PYTHONPATH"),
        home: own("PYTHONHOME"),
        platlibdir: own("PYTHONPLATLIBDIR").unwrap_or_else(|| "lib".into()),
        startup: own("PYTHONSTARTUP"),
        basic_repl: environment.get("PYTHON_BASIC_REPL").is_some(),
        stdio_encoding,
        stdio_errors,
        filesystem_encoding: text_encoding,
        coerce_c_locale,
        coerce_c_locale_warn,
        program: line.program,
        argv: line.argv,
        stdlib: line.stdlib,
        complaints: line.complaints,
        xoptions: early.xoptions,
    })
}

/// The locale in which the program text is ASCII by mistake of whoever set none.
fn is_c_locale(locale: &Locale) -> bool {
    matches!(locale.name.as_str(), "C" | "POSIX" | "")
}

/// Is the locale to be replaced by `C.UTF-8`, and is that to be announced? A set `LC_ALL` would undo it.
fn coercion(environment: &Environment) -> (bool, bool) {
    let wish = environment.get("PYTHONCOERCECLOCALE");
    let coerce = wish != Some(OsStr::new("0"))
        && is_c_locale(environment.locale())
        && environment.get("LC_ALL").is_none();
    (coerce, wish == Some(OsStr::new("warn")))
}

/// The encoding of file names and of streams that nobody set one for.
fn text_encoding(locale: &Locale, coerced: bool, utf8_mode: bool) -> OsString {
    match locale.encoding.as_str() {
        _ if utf8_mode || coerced => "utf-8".into(),
        name if name.eq_ignore_ascii_case("utf-8") => "utf-8".into(),
        "ANSI_X3.4-1968" => "ascii".into(),
        name => name.into(),
    }
}

/// Encoding and error handler of the standard streams. `PYTHONIOENCODING` is `encoding`, `encoding:errors` or `:errors`.
fn stdio(
    environment: &Environment,
    text_encoding: &OsStr,
    utf8_mode: bool,
) -> (OsString, OsString) {
    let (mut encoding, mut errors) = (None, None);
    if let Some(value) = environment.get("PYTHONIOENCODING") {
        let (before, after) = split_once(value, b':');
        encoding = (!before.is_empty()).then_some(before);
        errors = after
            .filter(|errors| !errors.is_empty())
            .or(encoding.map(|_| OsStr::new("strict")));
    }
    let lenient = utf8_mode
        || matches!(
            environment.locale().name.as_str(),
            "C" | "POSIX" | "" | "C.UTF-8" | "C.utf8" | "UTF-8"
        );
    let default_errors = if lenient { "surrogateescape" } else { "strict" };
    (
        encoding.unwrap_or(text_encoding).to_owned(),
        errors.unwrap_or(OsStr::new(default_errors)).to_owned(),
    )
}

fn hash_seed(environment: &Environment) -> Result<HashSeed, Exit> {
    match environment.get("PYTHONHASHSEED") {
        None => Ok(HashSeed::Random),
        Some(text) if text == "random" => Ok(HashSeed::Random),
        Some(text) => unsigned_number(text.as_bytes())
            .and_then(|seed| u32::try_from(seed).ok())
            .map(HashSeed::Fixed)
            .ok_or_else(|| {
                Exit::fatal(
                    Some("config_init_hash_seed"),
                    "PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]",
                    Stage::Preinitialized,
                )
            }),
    }
}

/// Weakest first: the development mode, the variable, the command line, `-b`. A text that is there already is not added again.
fn warnoptions(line: &CommandLine, environment: &Environment, dev_mode: bool) -> Vec<OsString> {
    let mut options: Vec<OsString> = Vec::new();
    let mut add = |option: &OsStr| {
        if !options.iter().any(|present| present == option) {
            options.push(option.to_owned());
        }
    };
    if dev_mode {
        add(OsStr::new("default"));
    }
    if let Some(list) = environment.get("PYTHONWARNINGS") {
        for option in list.as_bytes().split(|&byte| byte == b',') {
            if !option.is_empty() {
                add(OsStr::from_bytes(option));
            }
        }
    }
    for option in &line.warnoptions {
        add(option);
    }
    match line.bytes_warning {
        0 => {}
        1 => add(OsStr::new("default::BytesWarning")),
        _ => add(OsStr::new("error::BytesWarning")),
    }
    options
}
