//! What is mutated: the sources of the standard library and our own language programs; and the names of what can be called.

use std::path::{Path, PathBuf};

use crate::random::Random;

/// Files as lists of chunks.
pub struct Corpus {
    /// Each one a few statements from the top level of a file.
    chunks: Vec<String>,
    /// Names with a dot or more, such as `str.join` or `math.floor`: what an API program calls.
    pub callables: Vec<String>,
}

/// Chunks end at the first top-level line after so many lines.
const LINES: usize = 25;

impl Corpus {
    /// Reads all Python files below the folders.
    pub fn read(folders: &[PathBuf], callables: Vec<String>) -> Self {
        let mut files = Vec::new();
        for folder in folders {
            find(folder, &mut files);
        }
        files.sort();
        let mut chunks = Vec::new();
        for file in files {
            if let Ok(text) = std::fs::read_to_string(&file) {
                split(&text, &mut chunks);
            }
        }
        Self { chunks, callables }
    }

    pub fn len(&self) -> usize {
        self.chunks.len()
    }

    /// A random chunk.
    pub fn chunk(&self, random: &mut Random) -> &str {
        &self.chunks[random.below(self.chunks.len())]
    }
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            find(&path, files);
        } else if path.extension().is_some_and(|end| end == "py") {
            files.push(path);
        }
    }
}

/// Cuts a file where a line begins a statement of the top level.
fn split(text: &str, chunks: &mut Vec<String>) {
    let mut chunk = String::new();
    let mut lines = 0;
    for line in text.split_inclusive('\n') {
        let begins = line.starts_with(|first: char| first.is_alphabetic() || first == '@')
            && !["else", "elif", "except", "finally", "case"]
                .iter()
                .any(|word| line.starts_with(word));
        if begins && lines >= LINES {
            chunks.push(std::mem::take(&mut chunk));
            lines = 0;
        }
        chunk += line;
        lines += 1;
    }
    if !chunk.is_empty() {
        chunks.push(chunk);
    }
}
