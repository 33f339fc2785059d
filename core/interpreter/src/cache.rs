//! Inline caches: what a site in the bytecode remembers.
//!
//! ## Protocol
//! - A cache is one 64-bit word, read once and replaced by one store. With its lowest bit set it says all itself: a
//!   number to compare (32 bits), an index (16) and a kind (15). Else it is zero, or the address of a [`Remembered`], which never changes
//!   after it was published.
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

use crate::code::Code;

/// After so many fills a site is left alone.
const PATIENCE: u8 = 24;

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
    value: Slot,
    second: u64,
    _padding: u64,
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
        count: 1,
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
fn read(code: &Code, site: u16) -> u64 {
    match code.cache(site) {
        // Acquire: partner is the Release in `fill`: who sees the address sees what it leads to.
        Some((cache, _)) => cache.load(Ordering::Acquire),
        None => 0,
    }
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

/// Replaces the site's word, unless it is megamorphic.
fn fill(
    thread: &mut Thread,
    code: Ref<Code>,
    site: u16,
    make: impl FnOnce(&mut Thread) -> Option<u64>,
) {
    let Some((cache, misses)) = code.cache(site) else {
        return;
    };
    let count = misses.load(Ordering::Relaxed);
    if count >= PATIENCE {
        return;
    }
    if let Some(word) = make(thread) {
        misses.store(count + 1, Ordering::Relaxed);
        // Release: partner is the Acquire in `read`.
        cache.store(word, Ordering::Release);
        thread.record_write(code.cell());
    }
}

fn remember(thread: &Thread, number: u32, index: u16, kind: u64, value: Value, second: u64) -> u64 {
    // SAFETY: the class is internal and has no subclasses.
    let cell = unsafe {
        thread.new_cell(&REMEMBERED, |header| Remembered {
            header,
            facts: (number as u64) << 32 | (index as u64) << 16 | kind,
            value: Slot::new(Some(value)),
            second,
            _padding: 0,
        })
    };
    cell.value().bits().get()
}

/// The attribute, if the site knows where it lies.
#[inline(always)]
pub fn load_attribute(code: Ref<Code>, site: u16, owner: Value, name: Ref<Str>) -> Option<Value> {
    let word = read(&code, site);
    if word & 1 != 0 {
        let kind = kind_of(word);
        return match kind {
            SLOT | OVERFLOW => {
                if shape_cache_id(owner) != number_of(word) {
                    return None;
                }
                // SAFETY: the object's shape has the number under which the place was found, since the last safepoint.
                unsafe { instance::load_slot(owner, index_of(word), kind == OVERFLOW) }
            }
            MEMBER => {
                if owner.class().version() != number_of(word) {
                    return None;
                }
                // SAFETY: the class has the version under which the member was found.
                unsafe { instance::member(owner, usize::from(index_of(word))) }.load()
            }
            MODULE => {
                let module = owner.downcast_exact::<Module>()?;
                module
                    .existing_dict()?
                    .at_hint(u32::from(index_of(word)), name)
            }
            _ => None,
        };
    }
    let entry = remembered(word)?;
    let number = number_of(entry.facts);
    match entry.facts & 0xff {
        CLASS_VALUE if guard(owner) == number => entry.value.load(),
        TYPE_ATTRIBUTE => type_attribute(owner, entry),
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

/// The method and its receiver (or the attribute alone), if the site knows it.
#[inline(always)]
pub fn load_method(
    code: Ref<Code>,
    site: u16,
    owner: Value,
    name: Ref<Str>,
) -> Option<(Value, Option<Value>)> {
    let word = read(&code, site);
    if let Some(entry) = remembered(word)
        && entry.facts & 0xff == METHOD
    {
        if guard(owner) != number_of(entry.facts) {
            return None;
        }
        return Some((entry.value.load()?, Some(owner)));
    }
    load_attribute(code, site, owner, name).map(|value| (value, None))
}

/// Lets the site remember how the attribute is loaded.
#[cold]
pub fn fill_load(thread: &mut Thread, code: Ref<Code>, site: u16, owner: Value, name: Ref<Str>) {
    fill(thread, code, site, |thread| {
        if let Some(module) = owner.downcast_exact::<Module>() {
            let hint = module.existing_dict()?.hint(name)?;
            return u16::try_from(hint).ok().map(|hint| word(0, hint, MODULE));
        }
        match plan_load(thread, owner, name) {
            LoadPlan::Slot {
                id,
                index,
                is_overflow,
            } => Some(word(id, index, if is_overflow { OVERFLOW } else { SLOT })),
            LoadPlan::MemberSlot { version, offset } => Some(word(version, offset, MEMBER)),
            LoadPlan::Method { id, value } => Some(remember(thread, id, 0, METHOD, value, 0)),
            LoadPlan::ClassValue { id, value } => {
                Some(remember(thread, id, 0, CLASS_VALUE, value, 0))
            }
            LoadPlan::TypeAttribute {
                version,
                meta_version,
                value,
            } => Some(remember(
                thread,
                version,
                0,
                TYPE_ATTRIBUTE,
                value,
                u64::from(meta_version),
            )),
            LoadPlan::Property { .. } | LoadPlan::GetSet { .. } | LoadPlan::None => None,
        }
    });
}

/// Stores the attribute, if the site knows where it lies and the object is as it remembers.
///
/// # Errors
/// `MemoryError`.
#[inline(always)]
pub fn store_attribute(
    thread: &mut Thread,
    code: Ref<Code>,
    site: u16,
    owner: Value,
    value: Value,
) -> PyResult<bool> {
    let found = read(&code, site);
    let (number, index, kind, next) = if found & 1 != 0 {
        let kind = kind_of(found);
        if kind == MEMBER {
            if owner.class().version() != number_of(found) {
                return Ok(false);
            }
            let offset = usize::from(index_of(found));
            // SAFETY: the class has the version under which the member was found.
            unsafe { instance::set_member(thread, owner, offset, Some(value)) };
            return Ok(true);
        }
        (number_of(found), index_of(found), kind, None)
    } else {
        let Some(entry) = remembered(found) else {
            return Ok(false);
        };
        let kind = match entry.facts & 0xff {
            ADD_SLOT => SLOT,
            ADD_OVERFLOW => OVERFLOW,
            _ => return Ok(false),
        };
        let next = entry.value.load().and_then(Value::as_cell);
        // SAFETY: such an entry's value is a shape.
        let next: Option<Ref<Shape>> = next.map(|next| unsafe { Ref::from_cell(next) });
        (number_of(entry.facts), index_of(entry.facts), kind, next)
    };
    if !matches!(kind, SLOT | OVERFLOW) || shape_cache_id(owner) != number {
        return Ok(false);
    }
    // SAFETY: number, place and next shape are from one plan.
    unsafe { instance::store_slot(thread, owner, number, index, kind == OVERFLOW, next, value) }
}

/// Lets the site remember how the attribute is stored.
#[cold]
pub fn fill_store(thread: &mut Thread, code: Ref<Code>, site: u16, owner: Value, name: Ref<Str>) {
    fill(thread, code, site, |thread| {
        match plan_store(thread, owner, name) {
            StorePlan::Slot {
                id,
                index,
                is_overflow,
            } => Some(word(id, index, if is_overflow { OVERFLOW } else { SLOT })),
            StorePlan::MemberSlot { version, offset } => Some(word(version, offset, MEMBER)),
            StorePlan::Add {
                id,
                index,
                is_overflow,
                next,
            } => {
                let kind = if is_overflow { ADD_OVERFLOW } else { ADD_SLOT };
                Some(remember(thread, id, index, kind, next.value(), 0))
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
    thread: &mut Thread,
    code: Ref<Code>,
    site: u16,
    globals: Ref<Dict>,
    builtins: Value,
    name: Ref<Str>,
) -> Option<Value> {
    let found = read(&code, site);
    let index = u32::from(index_of(found));
    match kind_of(found) {
        GLOBAL if found & 1 != 0 => {
            if let Some(value) = globals.at_hint(index, name) {
                return Some(value);
            }
        }
        BUILTIN if found & 1 != 0 => {
            if globals.peek_keys_version() == number_of(found)
                && let Some(builtins) = builtins.downcast_exact::<Dict>()
                && let Some(value) = builtins.at_hint(index, name)
            {
                return Some(value);
            }
        }
        _ => {}
    }
    fill_global(thread, code, site, globals, builtins, name);
    None
}

#[cold]
fn fill_global(
    thread: &mut Thread,
    code: Ref<Code>,
    site: u16,
    globals: Ref<Dict>,
    builtins: Value,
    name: Ref<Str>,
) {
    fill(thread, code, site, |thread| {
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
