//! Runs one program in a process of its own, with a time limit.

use crate::expected::Expected;
use crate::options::Options;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// The number of the keyboard interrupt, the same on every Unix.
const SIGINT: i32 = 2;

/// Runs `PYTHON [--gil=MODE] [FLAGS] PROGRAM.py` in `folder` and returns what it printed.
pub fn run(
    options: &Options,
    folder: &Path,
    program: &str,
    mode: Option<&str>,
) -> Result<Expected, String> {
    let mut command = Command::new(&options.python);
    if let Some(mode) = mode {
        command.arg(format!("--gil={mode}"));
    }
    // Whatever the caller's environment says, colours, modes and search paths are the default ones.
    for name in [
        "FORCE_COLOR",
        "PYTHON_COLORS",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "PYTHON_GIL",
    ] {
        command.env_remove(name);
    }
    let mut child = command
        .args(&options.flags)
        .arg(format!("{program}.py"))
        .current_dir(folder)
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("{}: {e}", options.python.display()))?;
    let out = read_aside(child.stdout.take().expect("stdout is a pipe"));
    let err = read_aside(child.stderr.take().expect("stderr is a pipe"));
    let status = wait(&mut child, Duration::from_secs(options.timeout));
    // A grandchild may hold the pipe's other end after the child is dead: do not wait for it for ever.
    let grace = Duration::from_secs(2);
    let out = out.recv_timeout(grace).unwrap_or_default();
    let err = err.recv_timeout(grace).unwrap_or_default();
    let Some(status) = status? else {
        return Err(format!(
            "killed after {} s; {}",
            options.timeout,
            last_words(&out, &err)
        ));
    };
    match status.code() {
        Some(code) => Ok(Expected {
            out: strip_folder(&out, folder),
            err: strip_folder(&err, folder),
            code,
        }),
        // CPython ends by the very signal after an unhandled KeyboardInterrupt; a shell calls that 130.
        None if status.signal() == Some(SIGINT) => Ok(Expected {
            out: strip_folder(&out, folder),
            err: strip_folder(&err, folder),
            code: 128 + SIGINT,
        }),
        None => Err(format!(
            "killed by signal {}; {}",
            status.signal().unwrap_or_default(),
            last_words(&out, &err)
        )),
    }
}

/// Takes `FOLDER/` out of what a program printed: Python makes the script's name absolute, and the expected
/// files are to be the same wherever the repository lies.
fn strip_folder(text: &[u8], folder: &Path) -> Vec<u8> {
    let mut text = text.to_vec();
    // As given, and with links resolved: which of the two Python names depends on how it asks for its directory.
    for folder in [Some(folder.to_path_buf()), folder.canonicalize().ok()]
        .into_iter()
        .flatten()
    {
        let prefix = [folder.as_os_str().as_encoded_bytes(), b"/"].concat();
        let mut rest = text.as_slice();
        let mut kept = Vec::with_capacity(rest.len());
        while let Some(&first) = rest.first() {
            if let Some(after) = rest.strip_prefix(prefix.as_slice()) {
                rest = after;
            } else {
                kept.push(first);
                rest = &rest[1..];
            }
        }
        text = kept;
    }
    text
}

/// Reads a pipe to its end on a thread, so that neither of two full pipes can block the child.
fn read_aside(mut pipe: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before an error is kept; a receiver that has given up wants nothing.
        let _ = pipe.read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}

/// Waits for the child; `None` if it had to be killed.
fn wait(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>, String> {
    let start = Instant::now();
    let mut pause = Duration::from_micros(500);
    loop {
        if let Some(status) = child.try_wait().map_err(|e| e.to_string())? {
            return Ok(Some(status));
        }
        if start.elapsed() >= limit {
            child.kill().map_err(|e| e.to_string())?;
            child.wait().map_err(|e| e.to_string())?;
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// The last line of stderr, or else of stdout: what a killed program was at.
fn last_words(out: &[u8], err: &[u8]) -> String {
    let text = String::from_utf8_lossy(if err.is_empty() { out } else { err });
    format!(
        "last line: {:?}",
        text.lines().next_back().unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::strip_folder;
    use std::path::Path;

    #[test]
    fn strips_the_folder_everywhere() {
        let text = b"File \"/no/such/a.py\", /no/such/b.py /no/suchlike/c.py";
        let stripped = strip_folder(text, Path::new("/no/such"));
        assert_eq!(stripped, b"File \"a.py\", b.py /no/suchlike/c.py");
    }
}
