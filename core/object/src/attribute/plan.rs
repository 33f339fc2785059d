//! What an inline cache may remember about one attribute of one object.
//!
//! ## Why a plan holds when the class is changed at the same time
//! A plan names a number ([`version`](crate::version)): a *guard* (`id`: of the shape, or of the class if the object has no shape) or the class's *version*.
//! Both are read before anything is looked up. A change of the class, of one of its bases, or of the object's type comes first
//! and takes the number away after; so either the lookup saw the change, or the number is dead before the change's
//! end, and no later check finds it. A check that still finds the number runs, in effect, before the change.
//!
//! A plan that concerns what the object itself has, or has not, needs the guard, since a shape says which attributes there are. Data
//! descriptors (members, properties) come before the object's own attributes, so the class's version is enough.
//!
//! Between check and use there must be no safepoint.

use std::sync::atomic::AtomicBool;

use grwl_value::Value;

use crate::attribute::{has_generic_get, has_generic_set, lookup_type};
use crate::cell::{Ref, ValueExt};
use crate::descriptor::{GetSetDescriptor, Property};
use crate::instance::attributes_of;
use crate::shape::Shape;
use crate::slots;
use crate::string::Str;
use crate::thread::Thread;
use crate::type_object::{TypeObject, flags};
use crate::types;
use crate::version;

/// During a collection with this set, what an inline cache remembers is no reason to live: caches are emptied.
pub static CACHES_ARE_FORGOTTEN: AtomicBool = AtomicBool::new(false);

/// How to load an attribute. `id` is checked against [`shape_cache_id`](crate::attribute::shape_cache_id)`(value)`, `version` against
/// `value.class().version()`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LoadPlan {
    /// The object's own: [`load_slot`](crate::instance::load_slot).
    Slot {
        /// The guard.
        id: u32,
        /// Inline: the word's number in the cell. Overflow: the element's.
        index: u16,
        /// In the overflow array.
        is_overflow: bool,
    },
    /// A function of the class: called with the object before the arguments, no bound method needed.
    Method {
        /// The guard.
        id: u32,
        /// What is called.
        value: Value,
    },
    /// Something of the class that is no descriptor.
    ClassValue {
        /// The guard.
        id: u32,
        /// The attribute.
        value: Value,
    },
    /// A property (of exactly that type): its getter is called with the object.
    Property {
        /// Of the class.
        version: u32,
        /// The getter.
        getter: Value,
    },
    /// A computed attribute of a built-in type.
    GetSet {
        /// Of the class.
        version: u32,
        /// The descriptor, whose type fits.
        descriptor: Ref<GetSetDescriptor>,
    },
    /// A `__slots__` member: [`member`](crate::instance::member); empty means the slow way.
    MemberSlot {
        /// Of the class.
        version: u32,
        /// Byte offset in the cell.
        offset: u16,
    },
    /// An attribute of a class: the value *is* the class whose version is named.
    TypeAttribute {
        /// Of the value itself.
        version: u32,
        /// Of the value's class, or 0: its class is `type`, which never changes.
        meta_version: u32,
        /// The attribute.
        value: Value,
    },
    /// Nothing may be remembered.
    None,
}

/// How to store an attribute, with the object's lock: [`store_slot`](crate::instance::store_slot),
/// [`set_member`](crate::instance::set_member).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StorePlan {
    /// The object has the attribute.
    Slot {
        /// The guard.
        id: u32,
        /// As in [`LoadPlan::Slot`].
        index: u16,
        /// In the overflow array.
        is_overflow: bool,
    },
    /// The object gets it.
    Add {
        /// The guard.
        id: u32,
        /// As in [`LoadPlan::Slot`].
        index: u16,
        /// In the overflow array.
        is_overflow: bool,
        /// The shape afterwards.
        next: Ref<Shape>,
    },
    /// A `__slots__` member.
    MemberSlot {
        /// Of the class.
        version: u32,
        /// Byte offset in the cell.
        offset: u16,
    },
    /// Nothing may be remembered.
    None,
}

/// Where the attribute in slot `index` of a shape lies.
fn place(class: &TypeObject, shape: Ref<Shape>, index: usize) -> Option<(u16, bool)> {
    let capacity = shape.capacity();
    if index < capacity {
        let word = class.size() / 8 + index;
        u16::try_from(word).ok().map(|word| (word, false))
    } else {
        u16::try_from(index - capacity)
            .ok()
            .map(|index| (index, true))
    }
}

/// What may be remembered for `value.name`. `name` is interned.
pub fn plan_load(thread: &Thread, value: Value, name: Ref<Str>) -> LoadPlan {
    if let Some(class) = value.downcast::<TypeObject>() {
        return plan_type(thread, class, name);
    }
    let class = value.class();
    // With `__getattr__`, what `object.__getattribute__` finds is still what counts.
    if !has_generic_get(&class) && !crate::dunder::has_generic_getattribute(thread, &class) {
        return LoadPlan::None;
    }
    // The numbers first; see the module's head.
    let version = version::of(&class);
    let shape = attributes_of(value).and_then(crate::instance::Attributes::shape);
    let id = match shape {
        Some(shape) => shape.guard(),
        None => version,
    };
    if version == 0 {
        return LoadPlan::None;
    }
    let on_type = lookup_type(thread, &class, name);
    if let Some(descriptor) = on_type
        && descriptor.class().slot(slots::DESCRIPTOR_SET).is_some()
        && descriptor.class().slot(slots::DESCRIPTOR_GET).is_some()
    {
        return plan_data_descriptor(&class, version, descriptor);
    }
    if id == 0 {
        return LoadPlan::None;
    }
    if let Some(shape) = shape {
        if shape.is_dict() {
            return LoadPlan::None;
        }
        if let Some(index) = shape.find(name) {
            return match place(&class, shape, index) {
                Some((index, is_overflow)) => LoadPlan::Slot {
                    id,
                    index,
                    is_overflow,
                },
                None => LoadPlan::None,
            };
        }
    }
    match on_type {
        None => LoadPlan::None,
        Some(value) if value.class().has_flag(flags::METHOD_DESCRIPTOR) => {
            LoadPlan::Method { id, value }
        }
        Some(value) if is_plain(value) => LoadPlan::ClassValue { id, value },
        Some(_) => LoadPlan::None,
    }
}

/// Is it no descriptor, and will never become one? The class of its class may be changed without any number of ours being
/// taken away, so instances of classes that may be changed do not count.
fn is_plain(value: Value) -> bool {
    let class = value.class();
    class.slot(slots::DESCRIPTOR_GET).is_none() && class.has_flag(flags::IMMUTABLE)
}

fn plan_data_descriptor(class: &TypeObject, version: u32, descriptor: Value) -> LoadPlan {
    if let Some(property) = descriptor.downcast_exact::<Property>() {
        return match property.getter() {
            Some(getter) => LoadPlan::Property { version, getter },
            None => LoadPlan::None,
        };
    }
    let kind = descriptor.class();
    if std::ptr::eq(kind.as_ptr(), &types::MEMBER_DESCRIPTOR)
        || std::ptr::eq(kind.as_ptr(), &types::GETSET_DESCRIPTOR)
    {
        // SAFETY: both types have this layout.
        let descriptor: Ref<GetSetDescriptor> =
            unsafe { Ref::from_cell(descriptor.as_cell().expect("a descriptor is a cell")) };
        // It may have been put into a class whose instances it does not fit.
        if !class.is_subtype_of(&descriptor.class()) {
            return LoadPlan::None;
        }
        if let Some(offset) = descriptor.offset() {
            return match u16::try_from(offset) {
                Ok(offset) => LoadPlan::MemberSlot { version, offset },
                Err(_) => LoadPlan::None,
            };
        }
        return LoadPlan::GetSet {
            version,
            descriptor,
        };
    }
    LoadPlan::None
}

fn plan_type(thread: &Thread, class: Ref<TypeObject>, name: Ref<Str>) -> LoadPlan {
    let metaclass = class.value().class();
    let slots = metaclass.slots();
    let get = crate::class::attribute::get as slots::GetAttributeFn;
    if !slots.is(slots::GET_ATTRIBUTE, get) {
        return LoadPlan::None;
    }
    let version = version::of(&class);
    let meta_version = if metaclass.has_flag(flags::IMMUTABLE) {
        0
    } else {
        match version::of(&metaclass) {
            0 => return LoadPlan::None,
            version => version,
        }
    };
    if version == 0 {
        return LoadPlan::None;
    }
    if let Some(on_metaclass) = lookup_type(thread, &metaclass, name) {
        // Its own class may be changed: then it could become a data descriptor.
        let kind = on_metaclass.class();
        if kind.slot(slots::DESCRIPTOR_SET).is_some() || !kind.has_flag(flags::IMMUTABLE) {
            return LoadPlan::None;
        }
    }
    match lookup_type(thread, &class, name) {
        // A function is itself when it is got from the class.
        Some(value) if is_plain(value) || is_unbound(value) => LoadPlan::TypeAttribute {
            version,
            meta_version,
            value,
        },
        Some(value) if std::ptr::eq(value.class().as_ptr(), &types::STATIC_METHOD) => {
            match value
                .downcast_exact_as_static()
                .and_then(|method| method.callable())
            {
                Some(value) => LoadPlan::TypeAttribute {
                    version,
                    meta_version,
                    value,
                },
                None => LoadPlan::None,
            }
        }
        _ => LoadPlan::None,
    }
}

/// Is it of a type whose `__get__` without an instance returns the descriptor itself?
fn is_unbound(value: Value) -> bool {
    let kind = value.class();
    kind.has_flag(flags::METHOD_DESCRIPTOR) && kind.has_flag(flags::IMMUTABLE)
}

trait AsStaticMethod {
    fn downcast_exact_as_static(self) -> Option<Ref<crate::descriptor::ClassMethod>>;
}

impl AsStaticMethod for Value {
    fn downcast_exact_as_static(self) -> Option<Ref<crate::descriptor::ClassMethod>> {
        let cell = self.as_cell()?;
        // SAFETY: the caller has looked: it is a static method.
        Some(unsafe { Ref::from_cell(cell) })
    }
}

/// What may be remembered for `value.name = ...`. `name` is interned.
pub fn plan_store(thread: &Thread, value: Value, name: Ref<Str>) -> StorePlan {
    let class = value.class();
    if !has_generic_set(&class) {
        return StorePlan::None;
    }
    let version = version::of(&class);
    let shape = attributes_of(value).and_then(crate::instance::Attributes::shape);
    let id = shape.map_or(0, |shape| shape.guard());
    if version == 0 {
        return StorePlan::None;
    }
    if let Some(descriptor) = lookup_type(thread, &class, name) {
        let kind = descriptor.class();
        if kind.slot(slots::DESCRIPTOR_SET).is_some() {
            if std::ptr::eq(kind.as_ptr(), &types::MEMBER_DESCRIPTOR) {
                // SAFETY: members have this layout.
                let member: Ref<GetSetDescriptor> = unsafe {
                    Ref::from_cell(descriptor.as_cell().expect("a descriptor is a cell"))
                };
                if let Some(offset) = member.offset()
                    && class.is_subtype_of(&member.class())
                    && let Ok(offset) = u16::try_from(offset)
                {
                    return StorePlan::MemberSlot { version, offset };
                }
            }
            return StorePlan::None;
        }
        if !kind.has_flag(flags::IMMUTABLE) {
            // Its class may get a `__set__`.
            return StorePlan::None;
        }
    }
    let Some(shape) = shape.filter(|shape| id != 0 && !shape.is_dict()) else {
        return StorePlan::None;
    };
    if let Some(index) = shape.find(name) {
        return match place(&class, shape, index) {
            Some((index, is_overflow)) => StorePlan::Slot {
                id,
                index,
                is_overflow,
            },
            None => StorePlan::None,
        };
    }
    match (
        place(&class, shape, shape.count()),
        shape.child(thread, name),
    ) {
        (Some((index, is_overflow)), Some(next)) => StorePlan::Add {
            id,
            index,
            is_overflow,
            next,
        },
        _ => StorePlan::None,
    }
}
