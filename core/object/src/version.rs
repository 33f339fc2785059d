//! Versions of types, and the numbers that guard inline caches.
//!
//! ## Protocol
//! - A type's version and a shape's cache id are drawn from one counter, so a number says all: whoever remembered something about a type
//!   or a shape under its number, and finds the number there again, may rely on it.
//! - Who looks something up reads the number *first* ([`of`], [`Shape::guard`](crate::shape::Shape::guard)), looks up, and remembers under it.
//! - Who changes a type changes it first, and then calls [`modified`], which takes the numbers away. So what was found
//!   before the change can be remembered only under a number that nobody ever finds again; and who gets a new number
//!   looks up after the change.
//!
//! ## Invariants
//! - A number is never reused. Once all are used up, types have number 0, and nothing more is remembered.
//! - A type has a version only if all types in its `__mro__` have one; a shape has a cache id only if its class has a version.
//! - Numbers are given and taken, and shapes are added, with [`lock`] held. It is a lock of the process and no object's: it is held for a
//!   few instructions, without a safepoint, and allocation is none.

use grwl_threads::sync::{AtomicU64, Mutex, MutexGuard, Ordering};
use grwl_value::Value;

use crate::cell::{Ref, ValueExt};
use crate::shape::Shape;
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::type_object::TypeObject;

static NEXT: AtomicU64 = AtomicU64::new(1);
static LOCK: Mutex<()> = Mutex::new(());

/// Taken by who changes versions or adds shapes.
pub(crate) fn lock() -> MutexGuard<'static, ()> {
    LOCK.lock()
}

/// A number that was never there before, or 0 when there are no more. The caller holds the lock.
pub(crate) fn draw() -> u32 {
    // Relaxed: it is the only word concerned, and the caller holds the lock.
    let next = NEXT.load(Ordering::Relaxed);
    match u32::try_from(next) {
        Ok(number) => {
            NEXT.store(next + 1, Ordering::Relaxed);
            number
        }
        Err(_) => 0,
    }
}

/// The type's version; it gets one if it has none. 0: nothing about it may be remembered.
#[inline]
pub fn of(class: &TypeObject) -> u32 {
    match class.version() {
        0 => assign(class),
        version => version,
    }
}

#[cold]
fn assign(class: &TypeObject) -> u32 {
    let _lock = lock();
    assign_locked(class)
}

/// As [`of`], with the lock held.
pub(crate) fn assign_locked(class: &TypeObject) -> u32 {
    let Some(mro) = class.mro() else { return 0 };
    if has_strangers(class) {
        return 0;
    }
    // From the root down: a type gets its number after those it inherits from.
    for base in mro.iter().rev() {
        if let Some(base) = base.downcast::<TypeObject>() {
            give(&base);
        }
    }
    give(class)
}

/// Has the type, or one that it inherits from, a method resolution order with types that are none of its bases'? A metaclass's `mro` may say so.
/// A change of such a type would not reach this one, so nothing is remembered of it.
fn has_strangers(class: &TypeObject) -> bool {
    let (Some(mro), Some(bases)) = (class.mro(), bases_of(class)) else {
        return false;
    };
    let own = Ref::from_ref(class).value();
    let bases = || {
        bases
            .iter()
            .filter_map(|base| base.downcast::<TypeObject>())
    };
    let is_known = |entry| {
        entry == own
            || bases().any(|base| {
                base.value() == entry
                    || base
                        .mro()
                        .is_some_and(|mro| mro.iter().any(|other| other == entry))
            })
    };
    !mro.iter().all(is_known) || bases().any(|base| has_strangers(&base))
}

fn bases_of(class: &TypeObject) -> Option<Ref<Tuple>> {
    class.bases_slot().load()?.downcast::<Tuple>()
}

fn give(class: &TypeObject) -> u32 {
    let word = class.version_word();
    if word.load(Ordering::Relaxed) == 0 {
        // Release: partner is the Acquire in `TypeObject::version`.
        word.store(draw(), Ordering::Release);
    }
    word.load(Ordering::Relaxed)
}

/// The type was changed: its attributes, its `__mro__`, its own type. Nothing that was remembered about it, its
/// subclasses or their instances holds any longer.
pub fn modified(_thread: &Thread, class: &TypeObject) {
    let _lock = lock();
    let mut left: Vec<Ref<TypeObject>> = vec![Ref::from_ref(class)];
    // No safepoint here, so the vector may hold types.
    while let Some(class) = left.pop() {
        if class.version_word().load(Ordering::Relaxed) == 0 {
            // Then neither its subclasses nor its shapes have a number.
            continue;
        }
        // Release: partner is the Acquire in `TypeObject::version`: who finds 0 and gets a new number sees the change.
        class.version_word().store(0, Ordering::Release);
        if let Some(root) = class.root_shape_slot().load() {
            // SAFETY: the slot holds a shape.
            Shape::forget_all(unsafe { root.downcast_unchecked::<Shape>() });
        }
        crate::class::for_each_subclass(&class, |subclass| left.push(subclass));
    }
}

/// Under which number something about `value` as it is may be remembered: its shape's, or if it has no attributes of its own, its
/// type's. While [`shape_cache_id`] of an object is this number, the object is of the same unmodified class and has exactly the attributes
/// that it had. 0: nothing may be remembered.
pub fn guard_of(value: Value) -> u32 {
    let class = value.class();
    match crate::instance::attributes_of(value).and_then(|attributes| attributes.shape()) {
        Some(shape) => shape.guard(),
        None => of(&class),
    }
}

/// What stands in the place of [`guard_of`] now; nothing is assigned.
#[inline(always)]
pub fn shape_cache_id(value: Value) -> u32 {
    match crate::instance::attributes_of(value).and_then(|attributes| attributes.shape()) {
        Some(shape) => shape.cache_id(),
        None => value.class().version(),
    }
}
