//! Inline caches: what a site in the bytecode remembers.
//!
//! ## Protocol
//! - A cache is one 64-bit word, read once and replaced by one store. With its lowest bit set it says all itself: a
//!   number to compare (32 bits), an index (16) and a kind (15). Else it is zero, or the address of a [`Remembered`], which never changes
//!   after it was published: what needs a value, and what a site that sees several classes knows of up to [`CLASSES`] of them.
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
use crate::function::Function;

/// After so many fills a site is left alone.
const PATIENCE: u8 = 24;
/// So many classes, or shapes, a site remembers at once.
const CLASSES: usize = 4;

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
const GETTER: u64 = 9;

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

/// What does not fit into a word: values that go with numbers, several numbers.
#[repr(C)]
pub struct Remembered {
    header: Header,
    /// Kind (low 8 bits), index (16), number (32); 0 after the last.
    facts: [u64; CLASSES],
    /// The second numbers of those that have one.
    seconds: [u32; CLASSES],
    values: [Slot; CLASSES],
}

impl Remembered {
    /// Which entry is about this number.
    #[inline(always)]
    fn find(&self, number: u32) -> Option<usize> {
        self.facts
            .iter()
            .position(|&facts| number_of(facts) == number && facts != 0)
    }

    /// The entry for a slot of the object's class.
    fn find_member(&self, owner: Value) -> Option<usize> {
        self.find(owner.class().version())
            .filter(|&place| self.facts[place] & 0xff == OWN_MEMBER)
    }

    fn entries(&self) -> impl Iterator<Item = Entry> {
        let parts = self.facts.iter().zip(&self.seconds).zip(&self.values);
        parts
            .take_while(|((facts, _), _)| **facts != 0)
            .map(|((&facts, &second), value)| Entry {
                number: number_of(facts),
                index: index_of(facts),
                kind: facts & 0xff,
                value: value.load(),
                second,
            })
    }
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
        offset: offset_of!(Remembered, values) as u32,
        count: CLASSES as u32,
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

/// What a site is to remember from now on.
enum Finding {
    /// This alone.
    Word(u64),
    /// This beside what it knows.
    Entry(Entry),
}

/// What is known of one class or shape.
struct Entry {
    number: u32,
    index: u16,
    kind: u64,
    value: Option<Value>,
    second: u32,
}

impl Entry {
    /// A place by number and index.
    fn place(number: u32, index: u16, kind: u64) -> Self {
        Self {
            number,
            index,
            kind,
            value: None,
            second: 0,
        }
    }

    /// A value by number.
    fn value(number: u32, kind: u64, value: Value) -> Self {
        Self {
            value: Some(value),
            ..Self::place(number, 0, kind)
        }
    }

    /// The word that says the same.
    fn word(&self) -> Option<u64> {
        let kind = match self.kind {
            OWN_SLOT => SLOT,
            OWN_OVERFLOW => OVERFLOW,
            OWN_MEMBER => MEMBER,
            _ => return None,
        };
        Some(word(self.number, self.index, kind))
    }

    /// What a word says of one class, if it does.
    fn of_word(word: u64) -> Option<Self> {
        let kind = match kind_of(word) {
            SLOT => OWN_SLOT,
            OVERFLOW => OWN_OVERFLOW,
            MEMBER => OWN_MEMBER,
            _ => return None,
        };
        (word & 1 != 0).then(|| Self::place(number_of(word), index_of(word), kind))
    }

    /// The word for a site that holds `before` and shall know this as well. A site that knows [`CLASSES`] has entries that are of no use any
    /// more, or sees too much: it begins anew.
    fn join(self, thread: &Thread, before: u64) -> u64 {
        let mut entries: Vec<Self> = match remembered(before) {
            Some(known) => known.entries().collect(),
            None => Self::of_word(before).into_iter().collect(),
        };
        entries.retain(|entry| entry.number != self.number);
        if entries.len() == CLASSES {
            entries.clear();
        }
        if entries.is_empty()
            && let Some(word) = self.word()
        {
            return word;
        }
        entries.push(self);
        let mut facts = [0; CLASSES];
        let mut seconds = [0; CLASSES];
        let values = [const { Slot::empty() }; CLASSES];
        for (place, entry) in entries.iter().enumerate() {
            facts[place] = (entry.number as u64) << 32 | (entry.index as u64) << 16 | entry.kind;
            seconds[place] = entry.second;
            values[place].store(entry.value);
        }
        // SAFETY: the class is internal and has no subclasses.
        let cell = unsafe {
            thread.new_cell(&REMEMBERED, |header| Remembered {
                header,
                facts,
                seconds,
                values,
            })
        };
        cell.value().bits().get()
    }
}

/// Replaces the site's word, unless it is megamorphic.
fn fill(
    thread: &mut Thread,
    code: Ref<Code>,
    site: Site,
    find: impl FnOnce(&mut Thread) -> Option<Finding>,
) {
    let misses = code.misses(site);
    let count = misses.load(Ordering::Relaxed);
    if count >= PATIENCE {
        return;
    }
    let found = find(thread);
    misses.store(count + 1, Ordering::Relaxed);
    let word = match found {
        Some(Finding::Word(word)) => word,
        Some(Finding::Entry(entry)) => entry.join(thread, read(site)),
        None => return,
    };
    // Release: partner is the Acquire in `read`.
    site.word().store(word, Ordering::Release);
    thread.record_write(code.cell());
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

/// The attribute, if the site knows where it lies. Its own function: what it answers lies in a register.
#[inline(never)]
pub fn load_attribute(site: Site, owner: Value, name: Ref<Str>) -> Option<Value> {
    let id = guard(owner);
    let word = read(site);
    if let Some(known) = remembered(word) {
        return match known.find(id) {
            Some(place) => load_known(&known, place, owner),
            None => load_by_version(owner, &known),
        };
    }
    let kind = kind_of(word);
    match kind {
        SLOT | OVERFLOW if word != 0 => {
            if id != number_of(word) {
                return None;
            }
            // SAFETY: the object's shape has the number under which the place was found, since the last safepoint.
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

/// What the entry says that was found under the object's number.
#[inline]
fn load_known(known: &Remembered, place: usize, owner: Value) -> Option<Value> {
    let facts = known.facts[place];
    let index = index_of(facts);
    match facts & 0xff {
        // SAFETY: the object's shape has the number under which the place was found, since the last safepoint.
        OWN_SLOT => unsafe { instance::load_slot(owner, index, false) },
        CLASS_VALUE => known.values[place].load(),
        // SAFETY: as above.
        OWN_OVERFLOW => unsafe { instance::load_slot(owner, index, true) },
        OWN_MEMBER => load_member(owner, number_of(facts), index),
        _ => None,
    }
}

/// The number by which an object's shape, or its class, is known.
#[inline(always)]
fn guard(owner: Value) -> u32 {
    shape_cache_id(owner)
}

/// What goes by the number of a class: a slot of an object that has other attributes too, an attribute of the class itself.
fn load_by_version(owner: Value, known: &Remembered) -> Option<Value> {
    let class = owner.class();
    if let Some(place) = known.find_member(owner) {
        let facts = known.facts[place];
        return load_member(owner, number_of(facts), index_of(facts));
    }
    if !class.has_flag(flags::TYPE) {
        return None;
    }
    // SAFETY: its type is `type` or a subclass.
    let owner: Ref<TypeObject> = unsafe { Ref::from_cell(owner.as_cell()?) };
    let place = known.find(owner.version())?;
    let meta = known.seconds[place];
    if known.facts[place] & 0xff != TYPE_ATTRIBUTE || meta != 0 && class.version() != meta {
        return None;
    }
    known.values[place].load()
}

/// The function of Python that a property of the object's class calls, if the site knows it. It is called with the object.
#[inline(never)]
pub fn getter(site: Site, owner: Value) -> Option<Ref<Function>> {
    let known = remembered(read(site))?;
    let place = known.find(owner.class().version())?;
    if known.facts[place] & 0xff != GETTER {
        return None;
    }
    known.values[place].load()?.downcast_exact::<Function>()
}

/// The method, if the site's first entry is the object's class's.
#[inline(always)]
pub fn method_quickly(site: Site, owner: Value) -> Option<Value> {
    let known = remembered(read(site))?;
    let facts = known.facts[0];
    if facts & 0xff == METHOD && guard(owner) == number_of(facts) {
        return known.values[0].load();
    }
    None
}

/// The method, if the site knows the object's class among others.
#[inline(never)]
pub fn method_remembered(site: Site, owner: Value) -> Option<Value> {
    let known = remembered(read(site))?;
    let place = known.find(guard(owner))?;
    if known.facts[place] & 0xff == METHOD {
        return known.values[place].load();
    }
    None
}

/// The method and its receiver (or the attribute alone), if the site knows it.
pub fn load_method(site: Site, owner: Value, name: Ref<Str>) -> Option<(Value, Option<Value>)> {
    if let Some(known) = remembered(read(site))
        && let Some(place) = known.find(guard(owner))
        && known.facts[place] & 0xff == METHOD
    {
        return Some((known.values[place].load()?, Some(owner)));
    }
    load_attribute(site, owner, name).map(|value| (value, None))
}

/// Lets the site remember how the attribute is loaded.
#[cold]
pub fn fill_load(thread: &mut Thread, code: Ref<Code>, site: Site, owner: Value, name: Ref<Str>) {
    fill(thread, code, site, |thread| {
        if let Some(module) = owner.downcast_exact::<Module>() {
            let hint = module.existing_dict()?.hint(name)?;
            let hint = u16::try_from(hint).ok()?;
            return Some(Finding::Word(word(0, hint, MODULE)));
        }
        Some(Finding::Entry(match plan_load(thread, owner, name) {
            LoadPlan::Slot {
                id,
                index,
                is_overflow,
            } => Entry::place(id, index, kind_of_slot(is_overflow)),
            LoadPlan::MemberSlot { version, offset } => Entry::place(version, offset, OWN_MEMBER),
            LoadPlan::Method { id, value } => Entry::value(id, METHOD, value),
            LoadPlan::ClassValue { id, value } => Entry::value(id, CLASS_VALUE, value),
            LoadPlan::TypeAttribute {
                version,
                meta_version,
                value,
            } => Entry {
                second: meta_version,
                ..Entry::value(version, TYPE_ATTRIBUTE, value)
            },
            LoadPlan::Property { version, getter }
                if getter.downcast_exact::<Function>().is_some() =>
            {
                Entry::value(version, GETTER, getter)
            }
            LoadPlan::Property { .. } | LoadPlan::GetSet { .. } | LoadPlan::None => return None,
        }))
    });
}

/// The kind of a place among an object's attributes.
fn kind_of_slot(is_overflow: bool) -> u64 {
    if is_overflow { OWN_OVERFLOW } else { OWN_SLOT }
}

/// Stores the attribute, if it lies in an object of this thread's where the site's word says: what most stores come to.
#[inline(always)]
pub fn store_quickly(thread: &Thread, site: Site, owner: Value, value: Value) -> bool {
    let found = read(site);
    // SAFETY: number and place are from one plan.
    found & 0xffff == SLOT << 1 | 1
        && unsafe { instance::store_own(thread, owner, number_of(found), index_of(found), value) }
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
fn store_otherwise(thread: &mut Thread, found: u64, owner: Value, value: Value) -> PyResult<bool> {
    let id = guard(owner);
    let (number, index, kind, next) = match remembered(found) {
        Some(known) => {
            let Some(place) = known.find(id).or_else(|| known.find_member(owner)) else {
                return Ok(false);
            };
            let facts = known.facts[place];
            let next = known.values[place].load().and_then(Value::as_cell);
            (number_of(facts), index_of(facts), facts & 0xff, next)
        }
        None => match Entry::of_word(found) {
            Some(entry) if entry.number == id || entry.kind == OWN_MEMBER => {
                (entry.number, entry.index, entry.kind, None)
            }
            _ => return Ok(false),
        },
    };
    match kind {
        OWN_MEMBER => Ok(store_member(thread, owner, number, index, value)),
        ADD_SLOT | ADD_OVERFLOW | OWN_SLOT | OWN_OVERFLOW => {
            let is_overflow = matches!(kind, ADD_OVERFLOW | OWN_OVERFLOW);
            // SAFETY: such an entry's value is a shape.
            let next: Option<Ref<Shape>> = next.map(|next| unsafe { Ref::from_cell(next) });
            // SAFETY: number, place and next shape are from one plan.
            unsafe { instance::store_slot(thread, owner, number, index, is_overflow, next, value) }
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
    fill(thread, code, site, |thread| {
        Some(Finding::Entry(match plan_store(thread, owner, name) {
            StorePlan::Slot {
                id,
                index,
                is_overflow,
            } => Entry::place(id, index, kind_of_slot(is_overflow)),
            StorePlan::MemberSlot { version, offset } => Entry::place(version, offset, OWN_MEMBER),
            StorePlan::Add {
                id,
                index,
                is_overflow,
                next,
            } => Entry {
                index,
                ..Entry::value(
                    id,
                    if is_overflow { ADD_OVERFLOW } else { ADD_SLOT },
                    next.value(),
                )
            },
            StorePlan::None => return None,
        }))
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
    fill(thread, code, site, |thread| {
        globals.value().downcast_exact::<Dict>()?;
        if let Some(hint) = globals.hint(name) {
            let hint = u16::try_from(hint).ok()?;
            return Some(Finding::Word(word(0, hint, GLOBAL)));
        }
        let builtins = builtins.downcast_exact::<Dict>()?;
        // The number first: if a key comes after it, the number dies.
        let version = globals.keys_version(thread);
        if version == 0 || globals.get_str(name).is_some() {
            return None;
        }
        let hint = u16::try_from(builtins.hint(name)?).ok()?;
        Some(Finding::Word(word(version, hint, BUILTIN)))
    });
}
