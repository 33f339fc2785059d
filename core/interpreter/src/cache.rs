//! Inline caches: what a site in the bytecode remembers.
//!
//! ## Protocol
//! - A cache is one 64-bit word, read once and replaced by one store. With its lowest bit set it says all itself: a
//!   number to compare (32 bits), an index (16) and a kind (15). Else it is zero, or the address of a [`Remembered`], which never changes
//!   after it was published and leads to the word that the site held before it: a site that sees several classes remembers up to [`CHAIN`] of them.
//! - Whatever word a reader finds is right for the site's name: the number that it compares says whether it is right for the object at hand (see
//!   `attribute::plan` for why), and between the comparison and the use there is no safepoint.
//! - A site that was filled [`PATIENCE`] times is megamorphic: it is not written any more, and the thread's own method cache serves it.

use std::mem::offset_of;

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_object::attribute::{LoadPlan, StorePlan, plan_load, plan_store, shape_cache_id};
use grwl_object::dict::Dict;
use grwl_object::module::Module;
use grwl_object::shape::Shape;
use grwl_object::{
    Cell, Declaration, PyResult, Ref, Slot, Str, Thread, TypeObject, Value, ValueExt, flags,
    instance, types,
};
use grwl_threads::sync::Ordering;

use crate::code::{Code, Site};

/// After so many fills a site is left alone.
const PATIENCE: u8 = 24;
/// So many classes, or shapes, a site remembers at once.
const CHAIN: usize = 4;

// Kinds of words that say all themselves.
const SLOT: u64 = 1;
const OVERFLOW: u64 = 2;
const MEMBER: u64 = 3;
const GLOBAL: u64 = 4;
const BUILTIN: u64 = 5;
const MODULE: u64 = 6;

// Kinds of remembered values.
const METHOD: u64 = 1;
const CLASS_VALUE: u64 = 2;
const TYPE_ATTRIBUTE: u64 = 3;
const ADD_SLOT: u64 = 4;
const ADD_OVERFLOW: u64 = 5;
const OWN_SLOT: u64 = 6;
const OWN_OVERFLOW: u64 = 7;
const OWN_MEMBER: u64 = 8;

/// A word that says all itself.
const fn word(number: u32, index: u16, kind: u64) -> u64 {
    (number as u64) << 32 | (index as u64) << 16 | kind << 1 | 1
}

const fn number_of(word: u64) -> u32 {
    (word >> 32) as u32
}

const fn index_of(word: u64) -> u16 {
    (word >> 16) as u16
}

const fn kind_of(word: u64) -> u64 {
    word >> 1 & 0x7fff
}

/// What does not fit into a word: a value that goes with a number.
#[repr(C)]
pub struct Remembered {
    header: Header,
    /// Kind (low 8 bits), index (16), number (32).
    facts: u64,
    second: u64,
    value: Slot,
    /// The word that the site held before; as every such word, it is 0, has its lowest bit set, or is an address.
    next: u64,
}

/// Internal.
static REMEMBERED: TypeObject = TypeObject::declare(&Declaration {
    name: "inline cache",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &REMEMBERED_CELL,
    kind: Kind::Traced,
    size: size_of::<Remembered>(),
    attributes: 0,
});

static REMEMBERED_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Remembered, value) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<Remembered>()),
    drop: None,
    name: "inline cache",
};

// SAFETY: repr(C), begins with a header, never changed after it was published.
unsafe impl Cell for Remembered {
    fn type_object() -> &'static TypeObject {
        &REMEMBERED
    }
}

/// What the site's word says.
#[inline(always)]
fn read(site: Site) -> u64 {
    // Acquire: partner is the Release in `fill`: who sees the address sees what it leads to.
    site.word().load(Ordering::Acquire)
}

#[inline(always)]
fn remembered(word: u64) -> Option<Ref<Remembered>> {
    if word & 1 != 0 {
        return None;
    }
    let cell = CellPtr::new(std::ptr::with_exposed_provenance_mut(word as usize))?;
    // SAFETY: such a word is the address of a Remembered that the code keeps alive; once loaded, the address lies on this
    // thread's stack.
    Some(unsafe { Ref::from_cell(cell) })
}

/// How many classes or shapes a word knows.
fn chain_length(mut word: u64) -> usize {
    let mut length = 0;
    while let Some(entry) = remembered(word) {
        length += 1;
        word = entry.next;
    }
    length + usize::from(word != 0)
}

/// Replaces the site's word, unless it is megamorphic. `make` is given the word that a new entry leads on to.
fn fill(
    thread: &mut Thread,
    code: Ref<Code>,
    site: Site,
    make: impl FnOnce(&mut Thread, u64) -> Option<u64>,
) {
    let misses = code.misses(site);
    let count = misses.load(Ordering::Relaxed);
    if count >= PATIENCE {
        return;
    }
    let before = read(site);
    // A full chain has entries that are of no use any more, or the site sees too much: it begins anew.
    let before = if chain_length(before) < CHAIN {
        before
    } else {
        0
    };
    if let Some(word) = make(thread, before) {
        misses.store(count + 1, Ordering::Relaxed);
        // Release: partner is the Acquire in `read`.
        site.word().store(word, Ordering::Release);
        thread.record_write(code.cell());
    }
}

/// An entry of a chain.
struct Entry {
    number: u32,
    index: u16,
    kind: u64,
    value: Option<Value>,
    second: u64,
}

impl Entry {
    /// As a cell.
    fn remember(&self, thread: &Thread, next: u64) -> u64 {
        // SAFETY: the class is internal and has no subclasses.
        let cell = unsafe {
            thread.new_cell(&REMEMBERED, |header| Remembered {
                header,
                facts: (self.number as u64) << 32 | (self.index as u64) << 16 | self.kind,
                second: self.second,
                value: Slot::new(self.value),
                next,
            })
        };
        cell.value().bits().get()
    }
}

/// A place by number and index: a word of its own for the first, an entry of the chain for the next ones.
fn place(thread: &Thread, before: u64, number: u32, index: u16, kind: u64, in_chain: u64) -> u64 {
    if before == 0 {
        return word(number, index, kind);
    }
    let entry = Entry {
        number,
        index,
        kind: in_chain,
        value: None,
        second: 0,
    };
    entry.remember(thread, before)
}

/// The attribute, if it lies in the object where the site's first word says: what most loads come to.
///
/// # Safety
/// The word is the site's.
#[inline(always)]
fn load_own(word: u64, owner: Value) -> Option<Value> {
    if word & 0xffff != SLOT << 1 | 1 || guard(owner) != number_of(word) {
        return None;
    }
    // SAFETY: the object's shape has the number under which the place was found, since the last safepoint.
    unsafe { instance::load_slot(owner, index_of(word), false) }
}

/// The attribute, if it lies in the object where the site says.
#[inline(always)]
pub fn load_quickly(site: Site, owner: Value) -> Option<Value> {
    load_own(read(site), owner)
}

/// The attribute, if the site knows where it lies.
pub fn load_attribute(site: Site, owner: Value, name: Ref<Str>) -> Option<Value> {
    let id = guard(owner);
    let mut word = read(site);
    while let Some(entry) = remembered(word) {
        if number_of(entry.facts) == id && entry.facts & 0xff == OWN_SLOT {
            // SAFETY: the object's shape has the number under which the place was found, since the last safepoint.
            return unsafe { instance::load_slot(owner, index_of(entry.facts), false) };
        }
        if let Some(found) = load_remembered(entry, owner, id) {
            return Some(found);
        }
        word = entry.next;
    }
    let kind = kind_of(word);
    match kind {
        SLOT | OVERFLOW if word != 0 => {
            if id != number_of(word) {
                return None;
            }
            // SAFETY: as above.
            unsafe { instance::load_slot(owner, index_of(word), kind == OVERFLOW) }
        }
        MEMBER => load_member(owner, number_of(word), index_of(word)),
        MODULE => {
            let module = owner.downcast_exact::<Module>()?;
            module
                .existing_dict()?
                .at_hint(u32::from(index_of(word)), name)
        }
        _ => None,
    }
}

fn load_member(owner: Value, version: u32, offset: u16) -> Option<Value> {
    if owner.class().version() != version {
        return None;
    }
    // SAFETY: the class has the version under which the member was found.
    unsafe { instance::member(owner, usize::from(offset)) }.load()
}

/// What an entry of a chain says of an object.
#[inline]
fn load_remembered(entry: Ref<Remembered>, owner: Value, id: u32) -> Option<Value> {
    let (number, index) = (number_of(entry.facts), index_of(entry.facts));
    match entry.facts & 0xff {
        CLASS_VALUE if id == number => entry.value.load(),
        TYPE_ATTRIBUTE => type_attribute(owner, entry),
        OWN_OVERFLOW if id == number => {
            // SAFETY: as in `load_attribute`.
            unsafe { instance::load_slot(owner, index, true) }
        }
        OWN_MEMBER => load_member(owner, number, index),
        _ => None,
    }
}

/// The number by which an object's shape, or its class, is known.
#[inline(always)]
fn guard(owner: Value) -> u32 {
    shape_cache_id(owner)
}

#[inline(always)]
fn type_attribute(owner: Value, entry: Ref<Remembered>) -> Option<Value> {
    let cell = owner.as_cell()?;
    // SAFETY: a value's cell is alive.
    let metaclass = unsafe { grwl_object::type_object::type_of(cell) };
    if !metaclass.has_flag(flags::TYPE) {
        return None;
    }
    // SAFETY: its type is `type` or a subclass.
    let class: Ref<TypeObject> = unsafe { Ref::from_cell(cell) };
    let meta = entry.second as u32;
    if class.version() != number_of(entry.facts) || meta != 0 && metaclass.version() != meta {
        return None;
    }
    entry.value.load()
}

/// The method, if the site's first entry is the object's class's.
#[inline(always)]
pub fn method_quickly(site: Site, owner: Value) -> Option<Value> {
    let entry = remembered(read(site))?;
    if entry.facts & 0xff == METHOD && guard(owner) == number_of(entry.facts) {
        return entry.value.load();
    }
    None
}

/// The method and its receiver (or the attribute alone), if the site knows it.
pub fn load_method(site: Site, owner: Value, name: Ref<Str>) -> Option<(Value, Option<Value>)> {
    let id = guard(owner);
    let mut word = read(site);
    while let Some(entry) = remembered(word) {
        if entry.facts & 0xff == METHOD && id == number_of(entry.facts) {
            return Some((entry.value.load()?, Some(owner)));
        }
        word = entry.next;
    }
    load_attribute(site, owner, name).map(|value| (value, None))
}

/// Lets the site remember how the attribute is loaded.
#[cold]
pub fn fill_load(thread: &mut Thread, code: Ref<Code>, site: Site, owner: Value, name: Ref<Str>) {
    fill(thread, code, site, |thread, before| {
        if let Some(module) = owner.downcast_exact::<Module>() {
            let hint = module.existing_dict()?.hint(name)?;
            return u16::try_from(hint).ok().map(|hint| word(0, hint, MODULE));
        }
        match plan_load(thread, owner, name) {
            LoadPlan::Slot {
                id,
                index,
                is_overflow,
            } => {
                let (kind, in_chain) = kinds_of_slot(is_overflow);
                Some(place(thread, before, id, index, kind, in_chain))
            }
            LoadPlan::MemberSlot { version, offset } => {
                Some(place(thread, before, version, offset, MEMBER, OWN_MEMBER))
            }
            LoadPlan::Method { id, value } => {
                let entry = Entry {
                    number: id,
                    index: 0,
                    kind: METHOD,
                    value: Some(value),
                    second: 0,
                };
                Some(entry.remember(thread, before))
            }
            LoadPlan::ClassValue { id, value } => {
                let entry = Entry {
                    number: id,
                    index: 0,
                    kind: CLASS_VALUE,
                    value: Some(value),
                    second: 0,
                };
                Some(entry.remember(thread, before))
            }
            LoadPlan::TypeAttribute {
                version,
                meta_version,
                value,
            } => {
                let entry = Entry {
                    number: version,
                    index: 0,
                    kind: TYPE_ATTRIBUTE,
                    value: Some(value),
                    second: u64::from(meta_version),
                };
                Some(entry.remember(thread, before))
            }
            LoadPlan::Property { .. } | LoadPlan::GetSet { .. } | LoadPlan::None => None,
        }
    });
}

/// The kinds of an attribute's place: alone in the site's word, and in a chain.
fn kinds_of_slot(is_overflow: bool) -> (u64, u64) {
    if is_overflow {
        (OVERFLOW, OWN_OVERFLOW)
    } else {
        (SLOT, OWN_SLOT)
    }
}

/// Stores the attribute, if the site knows where it lies and the object is as it remembers.
///
/// # Errors
/// `MemoryError`.
#[inline(always)]
pub fn store_attribute(
    thread: &mut Thread,
    site: Site,
    owner: Value,
    value: Value,
) -> PyResult<bool> {
    let found = read(site);
    if found & 0xffff == SLOT << 1 | 1 && guard(owner) == number_of(found) {
        let (number, index) = (number_of(found), index_of(found));
        // SAFETY: number and place are from one plan.
        return unsafe { instance::store_slot(thread, owner, number, index, false, None, value) };
    }
    store_otherwise(thread, found, owner, value)
}

/// As [`store_attribute`], for all but the attribute of one shape.
fn store_otherwise(
    thread: &mut Thread,
    mut found: u64,
    owner: Value,
    value: Value,
) -> PyResult<bool> {
    let id = guard(owner);
    while let Some(entry) = remembered(found) {
        let (number, index) = (number_of(entry.facts), index_of(entry.facts));
        let kind = entry.facts & 0xff;
        match kind {
            OWN_MEMBER if store_member(thread, owner, number, index, value) => {
                return Ok(true);
            }
            ADD_SLOT | ADD_OVERFLOW | OWN_SLOT | OWN_OVERFLOW if id == number => {
                let is_overflow = matches!(kind, ADD_OVERFLOW | OWN_OVERFLOW);
                let next = entry.value.load().and_then(Value::as_cell);
                // SAFETY: such an entry's value is a shape.
                let next: Option<Ref<Shape>> = next.map(|next| unsafe { Ref::from_cell(next) });
                // SAFETY: number, place and next shape are from one plan.
                return unsafe {
                    instance::store_slot(thread, owner, number, index, is_overflow, next, value)
                };
            }
            _ => {}
        }
        found = entry.next;
    }
    let (number, index) = (number_of(found), index_of(found));
    match kind_of(found) {
        MEMBER => Ok(store_member(thread, owner, number, index, value)),
        kind @ (SLOT | OVERFLOW) if found != 0 && id == number => {
            // SAFETY: number and place are from one plan.
            unsafe {
                instance::store_slot(thread, owner, number, index, kind == OVERFLOW, None, value)
            }
        }
        _ => Ok(false),
    }
}

fn store_member(
    thread: &mut Thread,
    owner: Value,
    version: u32,
    offset: u16,
    value: Value,
) -> bool {
    if owner.class().version() != version {
        return false;
    }
    // SAFETY: the class has the version under which the member was found.
    unsafe { instance::set_member(thread, owner, usize::from(offset), Some(value)) };
    true
}

/// Lets the site remember how the attribute is stored.
#[cold]
pub fn fill_store(thread: &mut Thread, code: Ref<Code>, site: Site, owner: Value, name: Ref<Str>) {
    fill(thread, code, site, |thread, before| {
        match plan_store(thread, owner, name) {
            StorePlan::Slot {
                id,
                index,
                is_overflow,
            } => {
                let (kind, in_chain) = kinds_of_slot(is_overflow);
                Some(place(thread, before, id, index, kind, in_chain))
            }
            StorePlan::MemberSlot { version, offset } => {
                Some(place(thread, before, version, offset, MEMBER, OWN_MEMBER))
            }
            StorePlan::Add {
                id,
                index,
                is_overflow,
                next,
            } => {
                let entry = Entry {
                    number: id,
                    index,
                    kind: if is_overflow { ADD_OVERFLOW } else { ADD_SLOT },
                    value: Some(next.value()),
                    second: 0,
                };
                Some(entry.remember(thread, before))
            }
            StorePlan::None => None,
        }
    });
}

/// A global variable or a builtin, if the site knows where it lies.
///
/// A global is found by the number of its entry alone: an entry's key never changes, so if it is the name, the value beside it is the variable's.
/// For a builtin the globals must also be known not to have the name: by the number of their keys.
#[inline(always)]
pub fn load_global(
    site: Site,
    globals: Ref<Dict>,
    builtins: Value,
    name: Ref<Str>,
) -> Option<Value> {
    let found = read(site);
    let index = u32::from(index_of(found));
    if found & 0xffff == GLOBAL << 1 | 1 {
        return globals.at_hint(index, name);
    }
    if found & 0xffff == BUILTIN << 1 | 1
        && globals.peek_keys_version() == number_of(found)
        && let Some(builtins) = builtins.downcast_exact::<Dict>()
    {
        return builtins.at_hint(index, name);
    }
    None
}

/// Lets the site remember where the variable lies.
#[cold]
pub fn fill_global(
    thread: &mut Thread,
    code: Ref<Code>,
    site: Site,
    globals: Ref<Dict>,
    builtins: Value,
    name: Ref<Str>,
) {
    fill(thread, code, site, |thread, _| {
        globals.value().downcast_exact::<Dict>()?;
        if let Some(hint) = globals.hint(name) {
            return u16::try_from(hint).ok().map(|hint| word(0, hint, GLOBAL));
        }
        let builtins = builtins.downcast_exact::<Dict>()?;
        // The number first: if a key comes after it, the number dies.
        let version = globals.keys_version(thread);
        if version == 0 || globals.get_str(name).is_some() {
            return None;
        }
        let hint = u16::try_from(builtins.hint(name)?).ok()?;
        Some(word(version, hint, BUILTIN))
    });
}
