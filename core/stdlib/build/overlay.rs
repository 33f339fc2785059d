//! Our edits of library files, and files of our own.
//!
//! `overlay/PATH.py` is added to the library, which must not have such a file; `overlay/PATH.edit` edits the file `PATH` of the library. It holds blocks of this form; text outside of blocks is a comment:
//!
//! ```text
//! <<<<
//! lines that stand in the file exactly once
//! ====
//! lines that take their place
//! >>>>
//! ```
//!
//! Invariants
//! - An edit whose old lines are not found exactly once stops the build, as does one of a file that is not there: a
//!   new version of the library is looked at before it is taken.

use std::fs;
use std::path::Path;

use crate::select::{File, unreadable};

/// Applies all edits below a directory, and adds the files.
pub(crate) fn apply(edits: &Path, files: &mut Vec<File>) {
    visit(edits, "", files);
}

fn visit(directory: &Path, below: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(directory).unwrap_or_else(|error| unreadable(directory, &error)) {
        let entry = entry.unwrap_or_else(|error| unreadable(directory, &error));
        let name = entry.file_name();
        let name = name.to_str().expect("names of edits are ASCII");
        if entry.path().is_dir() {
            visit(&entry.path(), &format!("{below}{name}/"), files);
        } else if let Some(name) = name.strip_suffix(".edit") {
            let path = format!("{below}{name}");
            let edit = fs::read_to_string(entry.path())
                .unwrap_or_else(|error| unreadable(directory, &error));
            let file = files
                .iter_mut()
                .find(|file| file.path == path)
                .unwrap_or_else(|| panic!("there is no {path} to edit"));
            let content = String::from_utf8(std::mem::take(&mut file.content))
                .unwrap_or_else(|_| panic!("{path} is not UTF-8"));
            file.content = edited(&path, content, &edit).into_bytes();
        } else if name.ends_with(".py") {
            let path = format!("{below}{name}");
            assert!(
                files.iter().all(|file| file.path != path),
                "{path} is in the library already"
            );
            let content =
                fs::read(entry.path()).unwrap_or_else(|error| unreadable(directory, &error));
            files.push(File { path, content });
        }
    }
}

fn edited(path: &str, mut content: String, edit: &str) -> String {
    let mut rest = edit;
    let mut blocks = 0;
    while let Some((_, block)) = rest.split_once("<<<<\n") {
        let (old, block) = block
            .split_once("====\n")
            .unwrap_or_else(|| panic!("{path}: a block without ===="));
        let (new, after) = block
            .split_once(">>>>\n")
            .unwrap_or_else(|| panic!("{path}: a block without >>>>"));
        let count = content.matches(old).count();
        assert!(count == 1, "{path}: found {count} times:\n{old}");
        content = content.replacen(old, new, 1);
        rest = after;
        blocks += 1;
    }
    assert!(blocks > 0, "{path}: an edit without a block");
    content
}
