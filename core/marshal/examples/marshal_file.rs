//! Compiles Python files and writes each as marshalled code beside the others, for comparisons with CPython.
//!
//! `marshal_file DIRECTORY` reads one path a line from standard input; the result of line N goes to `DIRECTORY/N`. A file that
//! does not compile gets no result.

use std::io::BufRead as _;
use std::path::PathBuf;

use grwl_frontend::{Mode, Options, compile, decode_source};

fn main() {
    let directory = PathBuf::from(std::env::args_os().nth(1).expect("a directory"));
    for (number, path) in std::io::stdin().lock().lines().enumerate() {
        let path = path.expect("a path");
        let source = std::fs::read(&path).expect("the file can be read");
        let Ok(source) = decode_source(&source, &path) else {
            continue;
        };
        let Ok(code) = compile(&source.text, &path, Mode::Exec, &Options::default()).result else {
            continue;
        };
        let bytes = grwl_marshal::write_code(&code).expect("the code can be written");
        std::fs::write(directory.join(number.to_string()), bytes).expect("it can be written");
    }
}
