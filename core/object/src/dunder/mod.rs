//! Special methods and slots: which name belongs to which slot, and how each is made of the other.
//!
//! | what | where |
//! |---|---|
//! | the table: names, slots, descriptions | [`table`] |
//! | slot functions of classes, which call the special methods | [`call`] |
//! | special methods of built-in types, which call the slots | [`wrap`] |
//! | views of memory | [`buffer`] |
//! | which function a class's slot gets | here |
//!
//! A class's slot is decided by where the slot's names are found along the `__mro__`:
//! all in one built-in type, or slot wrappers of one function: that type's function, without a way through Python; a method of a
//! class: the function that looks the method up and calls it; nowhere: empty.
//!
//! Invariant: a slot is decided and stored with one lock held, after the class was changed; so the last one to decide has seen all changes.

pub mod buffer;
pub mod call;
pub mod table;
pub mod wrap;

use grwl_threads::sync::Mutex;
use grwl_value::Value;

use crate::attribute::{lookup_type, walk_owner};
use crate::cell::{Ref, ValueExt};
use crate::descriptor::WrapperDescriptor;
use crate::dict::Dict;
use crate::result::PyResult;
use crate::slots::{self, SLOTS};
use crate::string::Str;
use crate::thread::Thread;
use crate::type_object::{TypeObject, flags};

pub use table::{Dunder, TABLE};

/// Held while a slot of a class is decided. No safepoint, and no object's lock, under it.
static DECIDING: Mutex<()> = Mutex::new(());

/// Decides one slot of a class.
fn decide(thread: &Thread, class: &TypeObject, slot: usize) -> *const () {
    let mut specific: Option<*const ()> = None;
    let mut generic = std::ptr::null();
    let mut use_generic = false;
    let mut has_name = false;
    for dunder in table::of_slot(slot) {
        has_name = true;
        let name = call::name_at(thread, dunder.number);
        let Some((found, owner)) = walk_owner(class, name) else {
            continue;
        };
        let function = if !owner.has_flag(flags::HEAP) {
            Some(owner.slots().raw(slot))
        } else if let Some(wrapper) = found.downcast_exact::<WrapperDescriptor>()
            && wrapper.dunder().name == dunder.name
            && wrapper.dunder().slot == slot
            && class.is_subtype_of(&wrapper.class())
        {
            Some(wrapper.function())
        } else if slot == slots::HASH.index() && found.is_none() {
            Some(
                slots::HASH
                    .is(crate::protocol::hash::not_hashable)
                    .function(),
            )
        } else {
            None
        };
        match function {
            Some(function) if specific.is_none_or(|known| known == function) => {
                specific = Some(function);
            }
            _ => use_generic = true,
        }
        generic = dunder.function;
    }
    if !has_name {
        // Slots without a name are inherited as they are.
        return class
            .base()
            .map_or(std::ptr::null(), |base| base.slots().raw(slot));
    }
    match specific {
        Some(function) if !use_generic => function,
        _ => generic,
    }
}

/// Decides all slots of a class.
pub fn set_slots(thread: &Thread, class: &TypeObject) {
    let _lock = DECIDING.lock();
    for slot in 0..SLOTS {
        store(class, slot, decide(thread, class, slot));
    }
}

fn store(class: &TypeObject, slot: usize, function: *const ()) {
    // SAFETY: what `decide` answers belongs to this slot: it comes from the table's entries for it, or from another type's slot.
    unsafe { class.slots().set_raw(slot, function) };
    if slot == slots::FINALIZE.index() && !function.is_null() {
        class.change_flags(flags::HAS_FINALIZER, 0);
    }
}

/// The attribute `name` of a class was changed: decides the slots that it belongs to, of the class and of its subclasses.
pub fn update_slots(thread: &Thread, class: Ref<TypeObject>, name: Ref<Str>) {
    let concerned: Vec<usize> = TABLE
        .iter()
        .filter(|dunder| name.is_str(dunder.name))
        .map(|dunder| dunder.slot)
        .collect();
    if concerned.is_empty() {
        return;
    }
    let _lock = DECIDING.lock();
    // No safepoint here, so the vector may hold types.
    let mut left = vec![class];
    while let Some(class) = left.pop() {
        for &slot in &concerned {
            store(&class, slot, decide(thread, &class, slot));
        }
        crate::class::for_each_subclass(&class, |subclass| {
            let own = subclass
                .dict_slot()
                .load()
                .and_then(|dict| dict.downcast::<Dict>());
            if own.is_some_and(|own| own.get_str(name).is_none()) {
                left.push(subclass);
            }
        });
    }
}

/// Does a type get its attributes by the slot function that calls `__getattr__`, while `__getattribute__` is `object`'s?
pub(crate) fn has_generic_getattribute(thread: &Thread, class: &TypeObject) -> bool {
    let hook = call::get_attribute_hook as slots::GetAttributeFn;
    if !class.slots().is(slots::GET_ATTRIBUTE, hook) {
        return false;
    }
    let name = call::name::<{ table::at("__getattribute__") }>(thread);
    lookup_type(thread, class, name).is_some_and(is_object_getattribute)
}

fn is_object_getattribute(found: Value) -> bool {
    let generic = slots::GET_ATTRIBUTE
        .is(crate::attribute::generic_get)
        .function();
    found
        .downcast_exact::<WrapperDescriptor>()
        .is_some_and(|wrapper| wrapper.function() == generic)
}

/// Puts a slot wrapper into the dict of a built-in type for each slot that it fills itself, unless the name is there already.
///
/// # Errors
/// `MemoryError`.
pub(crate) fn add_wrappers(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    own: &[slots::SlotValue],
) -> PyResult<()> {
    let dict = class.dict();
    for dunder in TABLE {
        if dunder.wrap.is_none() {
            continue;
        }
        let Some(slot) = own.iter().find(|slot| slot.index() == dunder.slot) else {
            continue;
        };
        let name = call::name_at(thread, dunder.number);
        if dict.get_str(name).is_some() {
            continue;
        }
        let not_hashable = slots::HASH.is(crate::protocol::hash::not_hashable);
        let value =
            if slot.index() == not_hashable.index() && slot.function() == not_hashable.function() {
                crate::singleton::none()
            } else {
                WrapperDescriptor::new(thread, class, dunder, slot.function()).value()
            };
        dict.set_str(thread, name, value)?;
    }
    Ok(())
}
