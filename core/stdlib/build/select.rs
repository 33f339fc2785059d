//! Which files of `Lib` belong to the library.
//!
//! Left out are the tests, the programs with a window (there is no `_tkinter`), what was made for another runtime, and what
//! only those read who work on the files.

use std::path::Path;
use std::{fs, io};

/// A file, and where it lies below `Lib` (with `/` on every system).
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) content: Vec<u8>,
}

/// Directories left out wherever they are.
const DIRECTORIES: &[&str] = &[
    "__pycache__",
    "_bundled",
    "idlelib",
    "lib2to3",
    "test",
    "tests",
    "tkinter",
    "turtledemo",
];

/// Files left out. The first four are no part of CPython's library: they served another runtime.
const FILES: &[&str] = &[
    "_dummy_os.py",
    "_dummy_thread.py",
    "_pycodecs.py",
    "dummy_threading.py",
    "README.md",
    "_pyrepl/mypy.ini",
    "ctypes/macholib/README.ctypes",
    "ctypes/macholib/fetch_macholib",
    "ctypes/macholib/fetch_macholib.bat",
    "email/architecture.rst",
    "tomllib/mypy.ini",
];

/// Reads all files that belong to the library.
pub(crate) fn files(library: &Path) -> Vec<File> {
    let mut found = Vec::new();
    walk(library, "", &mut found);
    found
}

fn walk(directory: &Path, below: &str, found: &mut Vec<File>) {
    for entry in fs::read_dir(directory).unwrap_or_else(|error| unreadable(directory, &error)) {
        let entry = entry.unwrap_or_else(|error| unreadable(directory, &error));
        let name = entry.file_name();
        let name = name.to_str().expect("names in Lib are ASCII");
        let path = format!("{below}{name}");
        if entry.path().is_dir() {
            if !DIRECTORIES.contains(&name) {
                walk(&entry.path(), &format!("{path}/"), found);
            }
        } else if !FILES.contains(&path.as_str()) && !name.ends_with(".pyc") {
            let content =
                fs::read(entry.path()).unwrap_or_else(|error| unreadable(directory, &error));
            found.push(File { path, content });
        }
    }
}

/// Ends the build.
pub(crate) fn unreadable<T>(directory: &Path, error: &io::Error) -> T {
    panic!("{}: {error}", directory.display())
}
