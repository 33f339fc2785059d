//! Packs the standard library: reads its files, edits a few, compiles each module, writes one archive.
//!
//! | step | module |
//! |---|---|
//! | which files belong to it | `select` |
//! | our edits | `overlay` |
//! | source to marshalled code | here |
//! | the archive | `archive` |
//!
//! The files come from the package `rustpython-pylib`, which carries CPython 3.14's `Lib` and says where it lies. A file that
//! does not compile, and an edit that does not fit, stop the build.
#![forbid(unsafe_code)]

mod archive;
mod overlay;
mod select;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

use grwl_frontend::{Mode, Options, compile, decode_source};

use archive::{Data, Module, Packed};

/// What code objects call the directory that the library would lie in. `src/lib.rs` shows the same to the program.
const PREFIX: &str = "<stdlib>/";

/// How many files are compiled at a time.
const THREADS: usize = 2;
/// The compiler recurses.
const STACK: usize = 64 << 20;

fn main() {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets this"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets this"));
    let edits = manifest.join("overlay");
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=overlay");

    let library = Path::new(rustpython_pylib::LIB_PATH);
    let mut files = select::files(library);
    assert!(!files.is_empty(), "{} is empty", library.display());
    overlay::apply(&edits, &mut files);

    let (modules, data): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|file| file.path.ends_with(".py"));
    let modules = compile_all(&modules);
    let data = data
        .iter()
        .map(|file| Data {
            path: file.path.clone(),
            content: Packed::zlib(&file.content),
        })
        .collect();
    let bytes = archive::write(modules, data);
    fs::write(out.join("stdlib.archive"), bytes).expect("the archive can be written");
}

/// Compiles the files on a few threads; the order of the result is of no meaning.
fn compile_all(files: &[select::File]) -> Vec<Module> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        // Relaxed: the files were there before the threads.
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push(module(file));
        }
        done
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                thread::Builder::new()
                    .stack_size(STACK)
                    .spawn_scoped(scope, work)
                    .expect("a thread can be started")
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("every file compiles"))
            .collect()
    })
}

fn module(file: &select::File) -> Module {
    let path = &file.path;
    let name = path
        .trim_end_matches(".py")
        .trim_end_matches("/__init__")
        .replace('/', ".");
    let source = decode_source(&file.content, path)
        .unwrap_or_else(|error| panic!("{path}: {}", error.message));
    let options = Options {
        optimize: 0,
        ..Options::default()
    };
    let filename = format!("{PREFIX}{path}");
    let code = compile(&source.text, &filename, Mode::Exec, &options)
        .result
        .unwrap_or_else(|error| panic!("{path}: {} {:?}", error.message, error.place));
    let code = grwl_marshal::write_code(&code).unwrap_or_else(|error| panic!("{path}: {error}"));
    Module {
        name,
        path: path.clone(),
        is_package: path.ends_with("/__init__.py"),
        code: Packed::lz4(&code),
        source: Packed::zlib(&file.content),
    }
}
