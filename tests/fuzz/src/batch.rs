//! Cases, and a child process that runs some of them.
//!
//! The child is `driver.py`. It writes a case's number into a pipe before the case begins; its stderr is a file, of which the end is looked at when it dies.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::cage;

/// How a case is run: the number of the driver's function.
pub type Mode = u8;
/// The driver's modes, and how often each is taken.
pub const MODES: &[(&str, usize)] = &[
    ("plain", 30),
    ("traced", 12),
    ("together", 8),
    ("tree", 12),
    ("bytecode", 16),
    ("marshalled", 6),
    ("tools", 10),
];

const DRIVER: &str = include_str!("../driver.py");
/// The driver's exit code for a case that takes no notice of its limits.
const RUNAWAY: i32 = 77;

/// One text and what is done with it.
#[derive(Clone)]
pub struct Case {
    pub mode: Mode,
    pub seed: u64,
    pub text: Vec<u8>,
}

/// Where and how children run.
pub struct Bench {
    pub python: PathBuf,
    pub folder: PathBuf,
    /// Without a word from the child for so long it hangs.
    pub patience: Duration,
    filter: Vec<libc::sock_filter>,
}

/// What became of a child.
pub struct Outcome {
    /// The case that ran last.
    pub last: Option<usize>,
    pub end: End,
    /// The end of what it wrote on stderr.
    pub words: String,
}

/// How a child ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// All cases have run.
    Done,
    /// A case went on and on; its fault, not the runtime's.
    Runaway,
    /// There was no memory for something.
    Memory,
    /// It died, and this is what of; what has the same words is the same fault.
    Crash(String),
    Hang,
}

impl Bench {
    /// Puts the driver into the folder.
    ///
    /// # Errors
    /// What the file system says.
    pub fn new(python: PathBuf, folder: PathBuf, patience: Duration) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("driver.py"), DRIVER)?;
        Ok(Self {
            python,
            folder,
            patience,
            filter: cage::steps(),
        })
    }

    /// What a program of ours prints.
    ///
    /// # Errors
    /// If it cannot be run, or fails.
    pub fn ask(&self, program: &str) -> io::Result<String> {
        let output = Command::new(&self.python).args(["-c", program]).output()?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(io::Error::other(words));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs cases in a child.
    ///
    /// # Errors
    /// If no child can be started.
    pub fn run(&self, cases: &[Case], gil: &str) -> io::Result<Outcome> {
        let batch = self.folder.join("batch");
        std::fs::write(&batch, encode(cases))?;
        let (progress, sink) = pipe()?;
        let errors = self.folder.join("stderr");
        let filter = self.filter.clone();
        let number = sink.as_raw_fd();
        let mut command = Command::new(&self.python);
        command
            .arg(format!("--gil={gil}"))
            .args(["-B", "-W", "ignore", "driver.py", "batch"])
            .arg(number.to_string())
            .current_dir(&self.folder)
            .env("PYTHONHASHSEED", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&errors)?);
        // SAFETY: between fork and exec only system calls are made, and nothing is allocated.
        unsafe {
            command.pre_exec(move || {
                if libc::fcntl(number, libc::F_SETFD, 0) != 0 {
                    return Err(io::Error::last_os_error());
                }
                cage::enter(&filter)
            });
        }
        let mut child = command.spawn()?;
        drop(sink);
        let (last, is_killed) = self.watch(&mut child, progress)?;
        let status = child.wait()?;
        let words = end_of(&errors);
        let end = if let Some(panic) = panic_of(&words) {
            End::Crash(panic)
        } else if is_killed {
            End::Hang
        } else {
            match (status.code(), status.signal()) {
                (Some(0), _) => End::Done,
                (Some(RUNAWAY), _) => End::Runaway,
                (_, Some(libc::SIGABRT)) if words.contains("memory allocation of") => End::Memory,
                (_, Some(libc::SIGXCPU)) => End::Hang,
                (Some(code), _) => End::Crash(format!("exit code {code}: {}", last_line(&words))),
                (_, signal) => End::Crash(format!(
                    "signal {}: {}",
                    signal.unwrap_or_default(),
                    last_line(&words)
                )),
            }
        };
        Ok(Outcome { last, end, words })
    }

    /// Reads what the child says until it ends or says nothing for too long: the case that began last, and whether it was killed.
    fn watch(&self, child: &mut Child, mut progress: File) -> io::Result<(Option<usize>, bool)> {
        let mut text = Vec::new();
        let mut heard = Instant::now();
        let mut buffer = [0; 4096];
        let mut is_killed = false;
        loop {
            let mut wait = libc::pollfd {
                fd: progress.as_raw_fd(),
                events: libc::POLLIN,
                revents: 0,
            };
            // SAFETY: one valid structure.
            let ready = unsafe { libc::poll(&raw mut wait, 1, 100) };
            if ready > 0 {
                let count = progress.read(&mut buffer)?;
                if count == 0 {
                    break;
                }
                text.extend_from_slice(&buffer[..count]);
                heard = Instant::now();
            } else if child.try_wait()?.is_some() {
                break;
            } else if heard.elapsed() > self.patience {
                child.kill()?;
                is_killed = true;
                break;
            }
        }
        let last = text
            .split(|&byte| byte == b'\n')
            .rev()
            .find_map(|line| std::str::from_utf8(line).ok()?.parse().ok());
        // The pipe is closed before the process is gone.
        let mut patience = self.patience;
        while !is_killed && child.try_wait()?.is_none() {
            if patience.is_zero() {
                child.kill()?;
                is_killed = true;
            }
            let pause = Duration::from_millis(5);
            std::thread::sleep(pause);
            patience = patience.saturating_sub(pause);
        }
        Ok((last, is_killed))
    }
}

fn pipe() -> io::Result<(File, OwnedFd)> {
    let mut ends = [0; 2];
    // SAFETY: two numbers are written; they are new descriptors, which nobody else owns.
    unsafe {
        if libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok((File::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])))
    }
}

fn encode(cases: &[Case]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for case in cases {
        bytes.extend((case.text.len() as u32).to_le_bytes());
        bytes.push(case.mode);
        bytes.extend(case.seed.to_le_bytes());
        bytes.extend(&case.text);
    }
    bytes
}

fn end_of(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_default();
    let from = bytes.len().saturating_sub(8000);
    String::from_utf8_lossy(&bytes[from..]).into_owned()
}

fn last_line(text: &str) -> &str {
    text.lines().next_back().unwrap_or_default()
}

/// Where a Rust panic happened.
fn panic_of(words: &str) -> Option<String> {
    let (_, after) = words.split_once("panicked at ")?;
    Some(format!(
        "panic at {}",
        after.lines().next().unwrap_or_default()
    ))
}
