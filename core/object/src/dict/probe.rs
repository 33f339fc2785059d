//! Finding a key.
//!
//! A stored key is the wanted one if it is the same object, or has the same hash and is equal. Whether exact strings and immediate
//! numbers are equal is decided here; else `__eq__` is asked, with no lock held. Afterwards the container must have
//! the same table and the entry must live, or the search begins again, as in CPython.

use grwl_value::{Unpacked, Value};

use super::Hashed;
use super::table::{Path, Table};
use crate::cell::{Ref, ValueExt};
use crate::names::Name;
use crate::protocol;
use crate::result::PyResult;
use crate::string::Str;
use crate::thread::Thread;
use crate::type_object::TypeObject;
use crate::types;

/// What a search found, and of what.
pub(crate) struct Lookup<const W: usize> {
    /// The table that was searched.
    pub(crate) table: Option<Ref<Table<W>>>,
    /// At least this many of its entries were there when the search began.
    pub(crate) seen: u32,
    /// The entry and its live word.
    pub(crate) found: Option<(u32, Value)>,
}

/// The answer of a search that cannot ask Python.
pub(crate) enum Native {
    /// The entry and its live word.
    Found(u32, Value),
    /// There is no such key.
    Absent,
    /// Only Python can say.
    Unclear,
}

/// Are two different objects of the same hash equal?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Same {
    Yes,
    No,
    Ask,
}

#[inline]
fn same(stored: Value, key: Value) -> Same {
    match (stored.unpack(), key.unpack()) {
        (Unpacked::Cell(_), Unpacked::Cell(_)) => {
            match (stored.downcast_exact::<Str>(), key.downcast_exact::<Str>()) {
                (Some(stored), Some(key)) if stored.equals(&key) => Same::Yes,
                (Some(_), Some(_)) => Same::No,
                _ => Same::Ask,
            }
        }
        (Unpacked::Int(_), Unpacked::Int(_)) => Same::No,
        _ => Same::Ask,
    }
}

/// The entries on a hash's path through a table.
pub(crate) struct Walk<const W: usize> {
    table: Ref<Table<W>>,
    path: Path,
}

impl<const W: usize> Walk<W> {
    #[inline(always)]
    pub(crate) fn new(table: Ref<Table<W>>, hash: i64) -> Self {
        Self {
            table,
            path: Path::new(hash, table.mask()),
        }
    }

    /// The next live entry, and its live word.
    #[inline(always)]
    pub(crate) fn step(&mut self) -> Option<(u32, Value)> {
        loop {
            let place = self.table.place(self.path.place);
            let number = place.checked_sub(1)?;
            self.path.advance();
            // The live word before the key: see the table's protocol.
            if let Some(live) = self.table.entry(number).live() {
                return Some((number, live));
            }
        }
    }

    /// The key of an entry that `step` returned, since when there was no safepoint.
    #[inline(always)]
    fn key_of(&self, number: u32, live: Value) -> Value {
        if W == 2 {
            return live;
        }
        let key = self.table.entry(number).key();
        debug_assert!(key.is_some(), "an entry without a key");
        key.unwrap_or(live)
    }
}

/// The entry of an exact `str` among those whose keys are exact strings. No safepoint.
#[inline]
pub(crate) fn find_str<const W: usize>(
    table: Ref<Table<W>>,
    name: Ref<Str>,
) -> Option<(u32, Value)> {
    let hash = name.hash();
    let mut walk = Walk::new(table, hash);
    while let Some((number, live)) = walk.step() {
        let stored = walk.key_of(number, live);
        if stored == name.value()
            || table.entry(number).hash() == hash
                && stored
                    .downcast_exact::<Str>()
                    .is_some_and(|stored| stored.equals(&name))
        {
            return Some((number, live));
        }
    }
    None
}

/// Searches without Python. No safepoint.
pub(crate) fn find_native<const W: usize>(
    table: Option<Ref<Table<W>>>,
    key: Value,
    hash: i64,
) -> Native {
    let Some(table) = table else {
        return Native::Absent;
    };
    let mut walk = Walk::new(table, hash);
    let mut unclear = false;
    while let Some((number, live)) = walk.step() {
        let stored = walk.key_of(number, live);
        if stored == key {
            return Native::Found(number, live);
        }
        if table.entry(number).hash() == hash {
            match same(stored, key) {
                Same::Yes => return Native::Found(number, live),
                Same::No => {}
                Same::Ask => unclear = true,
            }
        }
    }
    if unclear {
        Native::Unclear
    } else {
        Native::Absent
    }
}

/// Searches for a key.
#[inline]
pub(crate) fn find<const W: usize>(
    thread: &mut Thread,
    map: Ref<Hashed<W>>,
    key: Value,
    hash: i64,
) -> PyResult<Lookup<W>> {
    'again: loop {
        let Some(table) = map.table() else {
            return Ok(Lookup {
                table: None,
                seen: 0,
                found: None,
            });
        };
        let seen = table.count();
        let mut walk = Walk::new(table, hash);
        let found = loop {
            let Some((number, live)) = walk.step() else {
                break None;
            };
            let stored = walk.key_of(number, live);
            if stored == key {
                break Some((number, live));
            }
            if table.entry(number).hash() != hash {
                continue;
            }
            match same(stored, key) {
                Same::Yes => break Some((number, live)),
                Same::No => {}
                Same::Ask => {
                    let is_equal = protocol::equal(thread, stored, key)?;
                    let Some(live) = table.entry(number).live() else {
                        continue 'again;
                    };
                    if map.table() != Some(table) {
                        continue 'again;
                    }
                    if is_equal {
                        break Some((number, live));
                    }
                }
            }
        };
        return Ok(Lookup {
            table: Some(table),
            seen,
            found,
        });
    }
}

/// The hash of a key or element. A plain `TypeError` (not one of a subclass) becomes one that says what the object was to be.
pub(crate) fn hash_for(thread: &mut Thread, key: Value, role: &str) -> PyResult<i64> {
    protocol::hash(thread, key).map_err(|raised| {
        if !std::ptr::eq(raised.0.class().as_ptr(), &raw const types::TYPE_ERROR) {
            return raised;
        }
        let reason = match protocol::str(thread, raised.0) {
            Ok(reason) => reason,
            Err(raised) => return raised,
        };
        let name = full_name(thread, key.class());
        thread.type_error(format_args!("cannot use '{name}' as {role} ({})", &*reason))
    })
}

/// A type's name for messages: with its module, unless that is `builtins` or `__main__`.
fn full_name(thread: &Thread, class: Ref<TypeObject>) -> String {
    static MODULE: Name = Name::new("__module__");
    if class.declaration().is_none() {
        let name = class.qualified_name_slot().load();
        let name = name.and_then(|name| name.downcast::<Str>());
        let module = class.dict().get_str(MODULE.get(thread));
        let module = module.and_then(|module| module.downcast::<Str>());
        if let (Some(name), Some(module)) = (name, module) {
            if module.is_str("builtins") || module.is_str("__main__") {
                return format!("{}", &*name);
            }
            return format!("{}.{}", &*module, &*name);
        }
    }
    format!("{}", class.name())
}
