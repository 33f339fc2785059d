//! The interpreter, as it would be with the tests installed.
//!
//! Many tests run programs that import `test.support` in processes that look neither at `PYTHONPATH` nor into their own folder (`-I`). CPython has the package
//! `test` in its library. For an interpreter that has it not, a copy of its program is put into a tree of its own, whose `site-packages`
//! leads to the tests; what the tests start is that copy, by `sys.executable`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::options::Options;

/// The program to run tests with: the one that was named, if it finds the tests or cannot be brought to it.
pub fn python(options: &Options) -> Result<PathBuf, String> {
    if answer(&options.python, "import test.support").is_some() {
        return Ok(options.python.clone());
    }
    let Some(name) = options.python.file_name() else {
        return Ok(options.python.clone());
    };
    let tree = options.out.join("installed");
    let bin = tree.join("bin");
    fs::create_dir_all(&bin).map_err(|error| problem(&bin, &error))?;
    let program = bin.join(name);
    let _ = fs::remove_file(&program);
    if fs::hard_link(&options.python, &program).is_err() {
        fs::copy(&options.python, &program).map_err(|error| problem(&program, &error))?;
    }
    let folder = answer(
        &program,
        "import sysconfig; print(sysconfig.get_path('purelib'))",
    );
    let folder = folder.map(PathBuf::from);
    let Some(folder) = folder.filter(|folder| folder.starts_with(&tree)) else {
        return Ok(options.python.clone());
    };
    fs::create_dir_all(&folder).map_err(|error| problem(&folder, &error))?;
    let link = folder.join("conformance.pth");
    let line = format!("{}\n", options.tests.display());
    fs::write(&link, line).map_err(|error| problem(&link, &error))?;
    Ok(program)
}

/// What an isolated process prints for a program, if it ends well.
fn answer(python: &Path, program: &str) -> Option<String> {
    let output = Command::new(python)
        .args(["-I", "-c", program])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn problem(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
