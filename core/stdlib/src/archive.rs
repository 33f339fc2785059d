//! The archive: layout, search, unpacking.
//!
//! All numbers are `u32`, little-endian; places count from the archive's beginning.
//!
//! | part | numbers |
//! |---|---|
//! | head | how many modules, how many data files |
//! | a record for each module, sorted by name | name: place, length; path: place, length; flags (1: package); code: place, length packed, length; source: likewise |
//! | a record for each data file, sorted by path | path: place, length; content: place, length packed, length |
//! | names, paths, packed content | |
//!
//! Code is an LZ4 block, source and data are zlib streams.
//!
//! Invariants
//! - The archive was written by this package's build script, so that nothing in it can be out of range.

use zlib_rs::{InflateConfig, ReturnCode, decompress_slice};

static ARCHIVE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/stdlib.archive"));

const HEAD: usize = 8;
const MODULE: usize = 11 * 4;
const DATA: usize = 5 * 4;

/// A module of the library.
#[derive(Clone, Copy, Debug)]
pub struct Module {
    /// The full name, such as `json.decoder`.
    pub name: &'static str,
    /// Is it a package?
    pub is_package: bool,
    /// Where its source would lie below the library's directory, such as `json/decoder.py`.
    pub path: &'static str,
    code: Packed,
    source: Packed,
}

/// Packed bytes, and the length of what they hold.
#[derive(Clone, Copy, Debug)]
struct Packed {
    bytes: &'static [u8],
    full: usize,
}

impl Module {
    /// The marshalled code object of the module.
    #[must_use]
    pub fn code(&self) -> Vec<u8> {
        lz4_flex::block::decompress(self.code.bytes, self.code.full)
            .expect("the build script packed this")
    }

    /// Where the code lies in the program's file.
    #[must_use]
    pub fn packed_code(&self) -> &'static [u8] {
        self.code.bytes
    }

    /// The source, as it stands in the file.
    #[must_use]
    pub fn source(&self) -> Vec<u8> {
        self.source.inflate()
    }
}

impl Packed {
    /// Reads the three numbers at a place in a record.
    fn at(place: usize) -> Self {
        Self {
            bytes: bytes(place),
            full: number(place + 8),
        }
    }

    fn inflate(self) -> Vec<u8> {
        let mut full = vec![0; self.full];
        let (unpacked, code) = decompress_slice(&mut full, self.bytes, InflateConfig::default());
        assert!(
            matches!(code, ReturnCode::Ok) && unpacked.len() == self.full,
            "the build script packed this"
        );
        full
    }
}

fn number(place: usize) -> usize {
    let bytes = ARCHIVE[place..place + 4].try_into().unwrap_or_default();
    u32::from_le_bytes(bytes) as usize
}

/// The bytes whose place and length stand at a place in a record.
fn bytes(place: usize) -> &'static [u8] {
    let start = number(place);
    &ARCHIVE[start..start + number(place + 4)]
}

fn text(place: usize) -> &'static str {
    std::str::from_utf8(bytes(place)).expect("the build script wrote text")
}

fn module_count() -> usize {
    number(0)
}

fn module_record(index: usize) -> usize {
    HEAD + index * MODULE
}

fn module(index: usize) -> Module {
    let record = module_record(index);
    Module {
        name: text(record),
        path: text(record + 8),
        is_package: number(record + 16) & 1 != 0,
        code: Packed::at(record + 20),
        source: Packed::at(record + 32),
    }
}

fn data_record(index: usize) -> usize {
    module_record(module_count()) + index * DATA
}

/// All modules, sorted by name.
pub fn modules() -> impl ExactSizeIterator<Item = Module> {
    (0..module_count()).map(module)
}

/// The module of that full name.
#[must_use]
pub fn find(name: &str) -> Option<Module> {
    search(module_count(), name, module_record).map(module)
}

/// The paths of the files that are no modules, sorted.
pub fn data_files() -> impl ExactSizeIterator<Item = &'static str> {
    (0..number(4)).map(|index| text(data_record(index)))
}

/// The content of a file that is no module.
#[must_use]
pub fn data(path: &str) -> Option<Vec<u8>> {
    let index = search(number(4), path, data_record)?;
    Some(Packed::at(data_record(index) + 8).inflate())
}

/// Finds the record that begins with the place and length of `key`.
fn search(count: usize, key: &str, record: impl Fn(usize) -> usize) -> Option<usize> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        match bytes(record(middle)).cmp(key.as_bytes()) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => return Some(middle),
        }
    }
    None
}
