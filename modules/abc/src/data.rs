//! What an abstract base class knows: who was registered, and what it was asked before.
//!
//! ## Protocol
//! - Answers stand in a table of words, found by the asked class's version, a number that no other class and no other state of the class ever has. A word
//!   is written at once, so nobody needs a lock; a new answer takes the place of an old one.
//! - Every registration anywhere makes the *token* larger; a negative answer is good for the token it was given under.
//!
//! Invariant: the registry is a list of weak references.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::list::List;
use grwl_object::set::Set;
use grwl_object::weak::{self, WeakReference};
use grwl_object::{
    Cell, Declaration, PyResult, Ref, Slot, Thread, Tuple, TypeObject, Value, ValueExt, flags, int,
    types, version,
};
use grwl_threads::sync::{AtomicU64, Ordering};

const ANSWERS: usize = 32;
const YES: u64 = 1 << 32;
const TOKEN_SHIFT: u32 = 33;
const TOKEN_MASK: u64 = (1 << 31) - 1;

static TOKEN: AtomicU64 = AtomicU64::new(0);

/// How many registrations there have been.
pub(crate) fn token() -> u64 {
    TOKEN.load(Ordering::Acquire)
}

/// `_abc._abc_data`
#[repr(C)]
pub struct Data {
    header: Header,
    registry: Slot,
    /// The version of a class, [`YES`] or not, the token. 0: none.
    answers: [AtomicU64; ANSWERS],
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for Data {
    fn type_object() -> &'static TypeObject {
        &DATA
    }
}

static DATA_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Data, registry) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<Data>()),
    drop: None,
    name: "data of an abstract class",
};

/// `_abc._abc_data`
pub static DATA: TypeObject = TypeObject::declare(&Declaration {
    name: "_abc._abc_data",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &DATA_CELL,
    kind: Kind::Traced,
    size: size_of::<Data>(),
    attributes: 0,
});

impl Data {
    pub(crate) fn new(thread: &Thread) -> Ref<Self> {
        let registry = List::new(thread).value();
        // SAFETY: the type has this layout, and no subclasses.
        unsafe {
            thread.new_cell(&DATA, |header| Self {
                header,
                registry: Slot::new(Some(registry)),
                answers: [const { AtomicU64::new(0) }; ANSWERS],
            })
        }
    }

    /// What was answered for this class before, if that is still good.
    pub(crate) fn answer(&self, class: Ref<TypeObject>) -> Option<bool> {
        let version = u64::from(version::of(&class));
        let word = self.answers[version as usize % ANSWERS].load(Ordering::Acquire);
        if version == 0 || word & 0xffff_ffff != version {
            return None;
        }
        if word & YES != 0 {
            return Some(true);
        }
        (word >> TOKEN_SHIFT == token() & TOKEN_MASK).then_some(false)
    }

    /// Keeps an answer for a class with this version, which was found under this token.
    pub(crate) fn remember(&self, version: u32, answer: bool, token: u64) {
        let version = u64::from(version);
        if version != 0 {
            let yes = if answer { YES } else { 0 };
            let word = version | yes | (token & TOKEN_MASK) << TOKEN_SHIFT;
            self.answers[version as usize % ANSWERS].store(word, Ordering::Release);
        }
    }

    pub(crate) fn forget_answers(&self) {
        for word in &self.answers {
            word.store(0, Ordering::Release);
        }
    }

    /// The weak references to the classes that were registered.
    pub(crate) fn registry(&self) -> Option<Ref<List>> {
        self.registry.load()?.downcast()
    }
}

/// Empties the registry.
pub(crate) fn reset_registry(thread: &mut Thread, this: Ref<Data>) {
    let fresh = List::new(thread).value();
    let locked = thread.lock_cell(&this);
    locked.store(this, &this.registry, Some(fresh));
}

/// Adds a class to the registry.
pub(crate) fn register(thread: &mut Thread, this: Ref<Data>, class: Value) -> PyResult<()> {
    let kind = Ref::from_static(&types::WEAK_REFERENCE);
    let reference = WeakReference::new(thread, kind, class, None)?;
    if let Some(registry) = this.registry() {
        registry.push(thread, reference.value())?;
    }
    TOKEN.fetch_add(1, Ordering::AcqRel);
    Ok(())
}

/// What `_get_dump` shows: the registry, and by their versions the classes with positive and negative answers.
pub(crate) fn dump(thread: &mut Thread, this: Ref<Data>) -> PyResult {
    let registry = Set::new(thread);
    if let Some(known) = this.registry() {
        for &reference in known.snapshot(thread)?.as_slice() {
            if weak::reference(reference).is_some_and(|known| known.target().is_some()) {
                registry.add(thread, reference)?;
            }
        }
    }
    let (yes, no) = (Set::new(thread), Set::new(thread));
    for word in &this.answers {
        let word = word.load(Ordering::Acquire);
        if word != 0 {
            let set = if word & YES != 0 { yes } else { no };
            let version = Value::small((word & 0xffff_ffff) as i64);
            set.add(thread, version)?;
        }
    }
    let token = int::from_i64(thread, token() as i64);
    let parts = [registry.value(), yes.value(), no.value(), token];
    Ok(Tuple::try_new(thread, &parts)?.value())
}
