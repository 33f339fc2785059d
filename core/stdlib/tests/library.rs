//! The archive against the files it was made of.

use std::fs;
use std::path::Path;

use grwl_frontend::{Code, Const};
use grwl_marshal::{read_code, write_code};
use grwl_stdlib::{PREFIX, data, data_files, find, modules};

/// The files that `overlay/` edits.
const EDITED: &[&str] = &[
    "_compat_pickle.py",
    "_py_abc.py",
    "_py_warnings.py",
    "_pydatetime.py",
    "_pyio.py",
    "annotationlib.py",
    "asyncio/base_events.py",
    "asyncio/base_subprocess.py",
    "asyncio/graph.py",
    "asyncio/selector_events.py",
    "asyncio/streams.py",
    "asyncio/tasks.py",
    "asyncio/tools.py",
    "asyncio/unix_events.py",
    "bdb.py",
    "concurrent/futures/process.py",
    "configparser.py",
    "email/_header_value_parser.py",
    "email/contentmanager.py",
    "email/message.py",
    "gettext.py",
    "gzip.py",
    "hmac.py",
    "http/client.py",
    "http/cookiejar.py",
    "http/server.py",
    "importlib/_bootstrap_external.py",
    "inspect.py",
    "io.py",
    "ipaddress.py",
    "json/decoder.py",
    "linecache.py",
    "locale.py",
    "logging/__init__.py",
    "logging/config.py",
    "logging/handlers.py",
    "netrc.py",
    "platform.py",
    "pydoc.py",
    "queue.py",
    "shutil.py",
    "site.py",
    "stringprep.py",
    "subprocess.py",
    "sysconfig/__init__.py",
    "tarfile.py",
    "tempfile.py",
    "threading.py",
    "traceback.py",
    "unittest/__init__.py",
    "urllib/request.py",
    "zipfile/__init__.py",
    "zipfile/_path/__init__.py",
    "zipimport.py",
    "zoneinfo/_zoneinfo.py",
];

/// The files that `overlay/` adds.
const ADDED: &[&str] = &["_sysconfigdata_t_linux_x86_64-linux-gnu.py"];

fn library() -> &'static Path {
    Path::new(rustpython_pylib::LIB_PATH)
}

fn check_filenames(code: &Code, expected: &str) {
    assert_eq!(&*code.filename, expected);
    for value in &code.consts {
        if let Const::Code(nested) = value {
            check_filenames(nested, expected);
        }
    }
}

#[test]
fn every_module_reads_back() {
    let mut count = 0;
    for module in modules() {
        let bytes = module.code();
        let code = read_code(&bytes).unwrap_or_else(|error| panic!("{}: {error}", module.name));
        check_filenames(&code, &format!("{PREFIX}{}", module.path));
        assert_eq!(&*code.name, "<module>");
        let again = write_code(&code).expect("it can be written");
        assert!(again == bytes, "{}", module.name);
        count += 1;
    }
    assert!(count > 450, "{count}");
}

#[test]
fn source_is_the_file() {
    for module in modules() {
        if ADDED.contains(&module.path) {
            continue;
        }
        let file = fs::read(library().join(module.path)).expect("the file is there");
        let edited = EDITED.contains(&module.path);
        assert_eq!(module.source() == file, !edited, "{}", module.name);
        let text = String::from_utf8_lossy(&file).contains("RUSTPYTHON");
        assert!(!text || edited, "{} is not edited", module.path);
    }
}

#[test]
fn edits_leave_nothing_behind() {
    for path in EDITED {
        let module = modules().find(|module| module.path == *path);
        let source = module.expect("it is in the archive").source();
        let text = String::from_utf8_lossy(&source).to_lowercase();
        assert!(!text.contains("rustpython"), "{path}");
    }
}

#[test]
fn modules_are_found_by_name() {
    for (name, is_package, path) in [
        ("abc", false, "abc.py"),
        ("asyncio", true, "asyncio/__init__.py"),
        ("collections", true, "collections/__init__.py"),
        ("encodings.utf_8", false, "encodings/utf_8.py"),
        (
            "importlib._bootstrap_external",
            false,
            "importlib/_bootstrap_external.py",
        ),
        ("json", true, "json/__init__.py"),
        ("re._compiler", false, "re/_compiler.py"),
        ("threading", false, "threading.py"),
        ("zoneinfo", true, "zoneinfo/__init__.py"),
    ] {
        let module = find(name).unwrap_or_else(|| panic!("{name} is missing"));
        assert_eq!(
            (module.name, module.is_package, module.path),
            (name, is_package, path)
        );
    }
    for name in [
        "",
        "json.",
        "nothing",
        "jso",
        "zzz",
        "json/decoder",
        "idlelib",
        "tkinter",
        "_dummy_os",
    ] {
        assert!(find(name).is_none(), "{name}");
    }
}

#[test]
fn modules_are_sorted_and_each_is_found() {
    let all: Vec<_> = modules().collect();
    assert!(all.is_sorted_by(|a, b| a.name < b.name));
    for module in all {
        let found = find(module.name).expect("it is listed");
        assert_eq!(found.path, module.path);
    }
}

#[test]
fn data_files_are_the_files() {
    let paths: Vec<_> = data_files().collect();
    assert!(paths.is_sorted());
    assert!(paths.contains(&"PSF-LICENSE") && paths.contains(&"pydoc_data/_pydoc.css"));
    for path in paths {
        let file = fs::read(library().join(path)).expect("the file is there");
        assert!(data(path) == Some(file), "{path}");
    }
    assert!(data("json/__init__.py").is_none() && data("").is_none());
}
