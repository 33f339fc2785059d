//! Each thread's cache of attributes that were looked up in types: (version of the type, name) to what was found, or to nothing found.
//!
//! Invariants
//! - An entry is found under a version only, so it is right as long as the version is the type's; see `version`.
//! - Names and values are not roots: before anything is freed the collector drops the entries about what this collection may free.

use std::cell::Cell as StdCell;

use grwl_value::Value;

use crate::cell::Ref;
use crate::string::Str;

const ENTRIES: usize = 1024;

#[derive(Default)]
struct Entry {
    /// 0: the entry is empty.
    version: StdCell<u32>,
    /// The address of the interned name.
    name: StdCell<usize>,
    value: StdCell<Option<Value>>,
}

/// See the module's head.
pub(crate) struct MethodCache {
    entries: Box<[Entry]>,
}

impl MethodCache {
    pub(crate) fn new() -> Self {
        Self {
            entries: (0..ENTRIES).map(|_| Entry::default()).collect(),
        }
    }

    /// Forgets the entries about whose name and value, as tagged words, it is not true.
    pub(crate) fn retain(&self, mut is_wanted: impl FnMut(u64, u64) -> bool) {
        for entry in &self.entries {
            if entry.version.get() != 0 {
                let value = entry.value.get().map_or(0, |value| value.bits().get());
                if !is_wanted(entry.name.get() as u64, value) {
                    entry.version.set(0);
                }
            }
        }
    }

    #[inline(always)]
    fn entry(&self, version: u32, name: Ref<Str>) -> &Entry {
        let name = name.as_ptr() as usize >> 4;
        &self.entries[(version as usize ^ name ^ name >> 10) % ENTRIES]
    }

    /// What was found; `Some(None)`: nothing was.
    #[inline(always)]
    pub(crate) fn get(&self, version: u32, name: Ref<Str>) -> Option<Option<Value>> {
        let entry = self.entry(version, name);
        (version != 0
            && entry.version.get() == version
            && entry.name.get() == name.as_ptr() as usize)
            .then(|| entry.value.get())
    }

    pub(crate) fn insert(&self, version: u32, name: Ref<Str>, value: Option<Value>) {
        let entry = self.entry(version, name);
        entry.version.set(version);
        entry.name.set(name.as_ptr() as usize);
        entry.value.set(value);
    }
}
