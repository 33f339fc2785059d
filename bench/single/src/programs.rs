//! What is run: the programs of `programs/`, and two starts that do next to nothing.

/// How one benchmark is run.
pub struct Benchmark {
    /// Its name, for the table and for FILTER.
    pub name: &'static str,
    kind: Kind,
}

enum Kind {
    /// A file of the same name.
    File,
    /// A start with this text.
    Start(&'static str),
}

impl Benchmark {
    /// The arguments after the interpreter, with the programs in this folder.
    pub fn arguments(&self, folder: &str) -> Vec<String> {
        match self.kind {
            Kind::File => vec![format!("{folder}/{}.py", self.name)],
            Kind::Start(text) => vec!["-c".to_owned(), text.to_owned()],
        }
    }

    /// Is it one of the starts, which are short and therefore run more often?
    pub fn is_start(&self) -> bool {
        matches!(self.kind, Kind::Start(_))
    }

    /// How much longer than the other's its time may be for `--check`.
    pub fn time_limit(&self) -> f64 {
        match self.name {
            "start_pass" => 1.2,
            "start_imports" => 1.5,
            _ => 2.0,
        }
    }
}

/// All of them, in the order of the table.
pub const ALL: &[Benchmark] = &[
    file("richards"),
    file("deltablue"),
    file("nbody"),
    file("fannkuch"),
    file("spectral_norm"),
    file("json_dump_load"),
    file("regex_log"),
    file("pidigits"),
    file("raytrace"),
    file("string_building"),
    start("start_pass", "pass"),
    start(
        "start_imports",
        "import argparse, asyncio, collections, dataclasses, datetime, enum, functools, json, logging, \
         os, pathlib, re, subprocess, tempfile, threading, typing, unittest",
    ),
];

const fn file(name: &'static str) -> Benchmark {
    Benchmark {
        name,
        kind: Kind::File,
    }
}

const fn start(name: &'static str, text: &'static str) -> Benchmark {
    Benchmark {
        name,
        kind: Kind::Start(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_table_agree() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/programs");
        let mut found: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|end| end == "py"))
            .map(|path| path.display().to_string())
            .collect();
        let mut listed: Vec<String> = ALL
            .iter()
            .filter(|benchmark| !benchmark.is_start())
            .flat_map(|benchmark| benchmark.arguments(folder))
            .collect();
        found.sort();
        listed.sort();
        assert_eq!(found, listed);
    }
}
