//! Instances: how one lies in memory, and its own attributes.
//!
//! ```text
//! a plain class     header | attributes | inline slots ...
//! with __slots__    header | members ... | attributes | inline slots ...
//! of a built-in     payload | members ... | attributes | inline slots ...
//! of a built-in of  payload, as long as it says itself | attributes
//! variable size
//! ... with members  payload, as long as it says itself | attributes | members ...
//! ```
//!
//! The [`Attributes`] are two words: the shape, and the *overflow*: an array of the slots that found no place inline, or in dict mode the dict.
//! A class whose base has attributes already puts its members behind them; the inline slots always come last.
//!
//! ## Protocol
//! - Readers take no lock: they load the shape, find the slot's number in it, and load the slot.
//! - A writer holds the object's lock and has made sure that the shape is still the one it decided by. A new attribute:
//!   slot first, then shape. A new overflow array is published before the shape that needs it.
//! - Deleting an attribute, and asking for `__dict__`, turns the instance into dict mode for good: the dict is published as overflow, then the dict shape,
//!   then the inline slots are emptied. A reader that came with the old shape finds a slot empty, or no array in the overflow,
//!   and begins anew.
//!
//! ## Invariants
//! - An instance of a class with inline slots has a shape from the beginning, and all its shapes have the same number of inline slots.
//!   Others may have none: then they have no attributes.
//! - Unless in dict mode, each slot that the shape counts holds a value.
//! - In dict mode the overflow is a dict.

use std::mem::offset_of;
use std::ops::Deref;

use grwl_heap::{CellPtr, CellType, Header, Size, Trace};
use grwl_value::{Slot, Value};

use crate::cell::{Ref, ValueExt};
use crate::dict::Dict;
use crate::result::PyResult;
use crate::shape::{self, Shape};
use crate::string::Str;
use crate::thread::Thread;
use crate::type_object::{TypeObject, flags};
use crate::values::Array;

/// Where the attributes of an instance of a plain class lie.
pub const INSTANCE_ATTRIBUTES: usize = size_of::<Header>();

/// The heap's view of a bare object.
pub static OBJECT_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<Header>()),
    drop: None,
    name: "object",
};

/// What an instance has for its attributes. Zeroes: it has none yet.
#[repr(C)]
#[derive(Debug)]
pub struct Attributes {
    pub(crate) shape: Slot,
    pub(crate) overflow: Slot,
}

impl Default for Attributes {
    fn default() -> Self {
        Self::new()
    }
}

impl Attributes {
    /// No attributes.
    pub const fn new() -> Self {
        Self {
            shape: Slot::empty(),
            overflow: Slot::empty(),
        }
    }

    /// The shape; `None`: there are no attributes yet.
    #[inline(always)]
    pub fn shape(&self) -> Option<Ref<Shape>> {
        let shape = self.shape.load()?.as_cell()?;
        // SAFETY: the slot holds a shape.
        Some(unsafe { Ref::from_cell(shape) })
    }

    /// The dict, in dict mode.
    #[inline]
    pub fn dict(&self) -> Option<Ref<Dict>> {
        if !self.shape()?.is_dict() {
            return None;
        }
        self.overflow.load()?.downcast::<Dict>()
    }

    /// The slots for the garbage collector's tables: two words.
    pub const WORDS: u32 = 2;
}

/// Where behind a payload of variable size the attributes lie.
#[inline]
pub(crate) fn after_payload(payload: &CellType, cell: CellPtr) -> *const u8 {
    // SAFETY: the cell is alive and its payload is as the type says.
    let length = unsafe { payload.size_of(cell) }.next_multiple_of(8);
    // SAFETY: the cell was made with room behind the payload.
    unsafe { cell.as_ptr().cast::<u8>().cast_const().add(length) }
}

/// Bytes of an instance. For the collector too: takes nothing but the shape's own words for granted.
pub(crate) fn instance_size(cell: CellPtr, class: &TypeObject) -> usize {
    let offset = class.attributes_offset();
    if class.has_flag(flags::VARIABLE_SIZE) {
        // SAFETY: as in `after_payload`.
        let length = unsafe { class.payload().size_of(cell) };
        return length.next_multiple_of(8) + extra_behind_payload(class);
    }
    if offset <= 0 {
        return class.size();
    }
    // SAFETY: the attributes of an instance of this class lie there.
    let attributes = unsafe {
        &*cell
            .as_ptr()
            .cast::<u8>()
            .add(offset as usize)
            .cast::<Attributes>()
    };
    class.size() + shape::inline_capacity(attributes.shape.load()) * size_of::<Slot>()
}

/// Bytes that an instance needs behind its payload of variable size, whose length is rounded up to eight.
#[inline]
pub fn extra_behind_payload(class: &TypeObject) -> usize {
    let members = member_bytes_behind_payload(class);
    if class.attributes_offset() < 0 || members != 0 {
        size_of::<Attributes>() + members
    } else {
        0
    }
}

/// Of this in a member's offset: the rest counts from the end of the payload, whose length varies.
const BEHIND_PAYLOAD: usize = 1 << 31;

/// What the members of instances take whose payload varies in length. Only subclasses of `str` have such.
#[inline]
fn member_bytes_behind_payload(class: &TypeObject) -> usize {
    if class.has_flag(flags::STR) {
        class.size() - size_of::<Str>()
    } else {
        0
    }
}

/// The offset of the first member that a subclass adds to the instances of a class.
pub(crate) fn first_member(base: &TypeObject) -> usize {
    if base.has_flag(flags::VARIABLE_SIZE) {
        // The place of the attributes is kept free: a subclass may have some.
        BEHIND_PAYLOAD + size_of::<Attributes>() + member_bytes_behind_payload(base)
    } else {
        base.size().next_multiple_of(8)
    }
}

/// How many inline slots new instances of a class get at first, by how many attributes its methods store.
fn first_capacity(thread: &Thread, class: Ref<TypeObject>) -> usize {
    if !class.has_flag(flags::HEAP) || class.attributes_offset() <= 0 {
        return 0;
    }
    let inherited = class
        .base()
        .and_then(|base| base.root_shape_slot().load())
        .map_or(0, |root| shape::inline_capacity(Some(root)));
    let own = crate::class::static_attribute_count(thread, class);
    (inherited.max(2) + own)
        .next_multiple_of(2)
        .min(shape::MOST_INLINE)
}

/// A new instance of a class: its payload and members zero, no attributes. Not for classes with a payload of variable size.
///
/// # Errors
/// `MemoryError`.
pub fn allocate(thread: &Thread, class: impl Deref<Target = TypeObject>) -> PyResult<CellPtr> {
    let class: Ref<TypeObject> = Ref::from_ref(&class);
    debug_assert!(!class.has_flag(flags::VARIABLE_SIZE));
    let offset = class.attributes_offset();
    let root = (offset > 0 && class.has_flag(flags::HEAP))
        .then(|| shape::root_of(thread, class, || first_capacity(thread, class)));
    let inline = root.map_or(0, |root| root.capacity() * size_of::<Slot>());
    // SAFETY: zeroes are a harmless state of every payload, of members, and of attributes.
    let cell = unsafe { thread.new_zeroed(&class, class.kind(), class.size() + inline)? };
    if let Some(root) = root {
        // SAFETY: the attributes of an instance lie there; the cell is fresh.
        let attributes = unsafe { attributes_at(cell, offset as usize) };
        attributes.shape.store(Some(root.value()));
    }
    register_finalizer(thread, &class, cell);
    Ok(cell)
}

/// Registers a fresh instance's finalizer, if its class has one. For `NEW` slots that do not use [`allocate`].
#[inline]
pub fn register_finalizer(thread: &Thread, class: &TypeObject, cell: CellPtr) {
    if class.has_flag(flags::HAS_FINALIZER) {
        // SAFETY: a fresh cell of the heap; it is registered once.
        unsafe { thread.heap().register_finalizer(thread.mutator(), cell) };
        if class.has_flag(flags::HEAP) {
            thread.heap().charge_finalizer(thread.mutator());
        }
    }
}

unsafe fn attributes_at<'a>(cell: CellPtr, offset: usize) -> &'a Attributes {
    // SAFETY: the caller's promise: the class's attributes lie there.
    unsafe { &*cell.as_ptr().cast::<u8>().add(offset).cast::<Attributes>() }
}

/// The attributes of a value whose class has any. The reference is good as long as the value is kept.
#[inline(always)]
pub fn attributes_of<'a>(value: Value) -> Option<&'a Attributes> {
    let cell = value.as_cell()?;
    // SAFETY: a value's cell is alive.
    let class = unsafe { crate::type_object::type_of(cell) };
    match class.attributes_offset() {
        0 => None,
        // SAFETY: the class says that its instances' attributes lie there.
        offset if offset > 0 => Some(unsafe { attributes_at(cell, offset as usize) }),
        // SAFETY: as above.
        _ => Some(unsafe { &*after_payload(class.payload(), cell).cast::<Attributes>() }),
    }
}

/// The inline slot `index` of an instance.
///
/// # Safety
/// The instance has more than `index` inline slots.
#[inline(always)]
unsafe fn inline_slot<'a>(cell: CellPtr, class: &TypeObject, index: usize) -> &'a Slot {
    // SAFETY: inline slots begin where the fixed part ends.
    unsafe {
        &*cell
            .as_ptr()
            .cast::<u8>()
            .add(class.size())
            .cast::<Slot>()
            .add(index)
    }
}

/// What lies in a slot of an instance whose shape is, or was, `shape`. `None`: the instance has gone over to dict mode.
#[inline]
fn slot_value(
    value: Value,
    attributes: &Attributes,
    shape: Ref<Shape>,
    index: usize,
) -> Option<Value> {
    if index < shape.capacity() {
        let cell = value.as_cell()?;
        // SAFETY: the shape says how many inline slots there are, and that never changes.
        unsafe { inline_slot(cell, &value.class(), index) }.load()
    } else {
        let overflow = attributes.overflow.load()?.downcast_exact::<Array>()?;
        overflow.slots().get(index - shape.capacity())?.load()
    }
}

/// An attribute of the instance itself.
#[inline]
pub fn get(value: Value, name: Ref<Str>) -> Option<Value> {
    let attributes = attributes_of(value)?;
    loop {
        let shape = attributes.shape()?;
        if shape.is_dict() {
            return attributes.dict()?.get_str(name);
        }
        let index = shape.find(name)?;
        if let Some(found) = slot_value(value, attributes, shape, index) {
            return Some(found);
        }
        // On its way into dict mode: whoever emptied the slot has published the dict's shape before.
        std::hint::spin_loop();
    }
}

/// Has the instance itself an attribute with this name?
#[inline]
pub fn has_own(value: Value, name: Ref<Str>) -> bool {
    get(value, name).is_some()
}

/// Stores an attribute of the instance itself. `false`: its class has no attributes.
///
/// # Errors
/// `MemoryError`; what a safepoint raises.
pub fn set(thread: &mut Thread, value: Value, name: Ref<Str>, new: Value) -> PyResult<bool> {
    let Some(attributes) = attributes_of(value) else {
        return Ok(false);
    };
    let class = value.class();
    let cell = value
        .as_cell()
        .expect("an instance with attributes is a cell");
    // SAFETY: a value's cell is alive, and begins with a header.
    let owner: Ref<Header> = unsafe { Ref::from_cell(cell) };
    loop {
        let shape = match attributes.shape() {
            Some(shape) => shape,
            None => {
                let root = shape::root_with(thread, class, 0);
                let header = owner_header(&owner);
                let locked = thread.lock(header);
                if attributes.shape.load().is_none() {
                    locked.store(owner, &attributes.shape, Some(root.value()));
                }
                continue;
            }
        };
        if let Some(dict) = attributes.dict() {
            dict.set_str(thread, name, new)?;
            return Ok(true);
        }
        let known = shape.find(name);
        let (index, next) = match known {
            Some(index) => (index, shape),
            None => match shape.child(thread, name) {
                Some(next) => (shape.count(), next),
                None => {
                    make_dict(thread, value, attributes)?;
                    continue;
                }
            },
        };
        let capacity = shape.capacity();
        if known.is_none()
            && index >= capacity
            && class.has_flag(flags::HEAP)
            && class.attributes_offset() > 0
        {
            shape::grow_root(thread, class, index + 1);
        }
        let header = owner_header(&owner);
        let locked = thread.lock(header);
        if attributes.shape() != Some(shape) {
            continue;
        }
        if index < capacity {
            // SAFETY: the shape says that there are `capacity` inline slots.
            let slot = unsafe { inline_slot(cell, &class, index) };
            locked.store(owner, slot, Some(new));
        } else {
            store_overflow(&locked, owner, attributes, index - capacity, new)?;
        }
        if known.is_none() {
            locked.store(owner, &attributes.shape, Some(next.value()));
        }
        return Ok(true);
    }
}

/// The header behind a pointer to a cell.
#[inline]
fn owner_header(owner: &Ref<Header>) -> &Header {
    owner
}

/// Stores into the overflow, under the object's lock.
fn store_overflow(
    thread: &Thread,
    owner: Ref<Header>,
    attributes: &Attributes,
    index: usize,
    new: Value,
) -> PyResult<()> {
    let old = attributes
        .overflow
        .load()
        .and_then(|overflow| overflow.downcast_exact::<Array>());
    if let Some(array) = old
        && index < array.capacity()
    {
        thread.store(array, &array.slots()[index], Some(new));
        return Ok(());
    }
    let array = Array::new(thread, (index + 1).next_power_of_two().max(4))?;
    if let Some(old) = old {
        for (to, from) in array.slots().iter().zip(old.slots()) {
            to.store(from.load());
        }
    }
    array.slots()[index].store(Some(new));
    thread.store(owner, &attributes.overflow, Some(array.value()));
    Ok(())
}

/// Deletes an attribute of the instance itself; `false`: there was none.
///
/// # Errors
/// `MemoryError`; what a safepoint raises.
pub fn delete(thread: &mut Thread, value: Value, name: Ref<Str>) -> PyResult<bool> {
    let Some(attributes) = attributes_of(value) else {
        return Ok(false);
    };
    if get(value, name).is_none() {
        return Ok(false);
    }
    let dict = make_dict(thread, value, attributes)?;
    Ok(dict.remove_str(thread, name)?.is_some())
}

/// The attributes as they are, in order: name and value.
///
/// The copy is one that was there at one moment, if nobody stored meanwhile.
fn copy_into(
    thread: &mut Thread,
    value: Value,
    attributes: &Attributes,
    shape: Ref<Shape>,
) -> PyResult<Ref<Dict>> {
    let dict = Dict::with_capacity(thread, shape.count());
    for index in 0..shape.count() {
        if let Some(found) = slot_value(value, attributes, shape, index) {
            dict.set_str(thread, shape.key(index), found)?;
        }
    }
    Ok(dict)
}

/// A new dict with the instance's attributes; `None`: its class has none.
///
/// # Errors
/// `MemoryError`; what a safepoint raises.
pub fn copy_of_dict(thread: &mut Thread, value: Value) -> PyResult<Option<Ref<Dict>>> {
    let Some(attributes) = attributes_of(value) else {
        return Ok(None);
    };
    loop {
        let Some(shape) = attributes.shape() else {
            return Ok(Some(Dict::new(thread)));
        };
        if let Some(dict) = attributes.dict() {
            return Ok(Some(dict.copy(thread)?));
        }
        let dict = copy_into(thread, value, attributes, shape)?;
        if dict.len() == shape.count() {
            return Ok(Some(dict));
        }
    }
}

/// The `__dict__` of an instance, which from then on holds its attributes; `None`: its class has none.
///
/// # Errors
/// `MemoryError`; what a safepoint raises.
pub fn dict_of(thread: &mut Thread, value: Value) -> PyResult<Option<Ref<Dict>>> {
    match attributes_of(value) {
        Some(attributes) => make_dict(thread, value, attributes).map(Some),
        None => Ok(None),
    }
}

/// Goes over to dict mode.
fn make_dict(thread: &mut Thread, value: Value, attributes: &Attributes) -> PyResult<Ref<Dict>> {
    loop {
        if let Some(dict) = attributes.dict() {
            return Ok(dict);
        }
        let shape = match attributes.shape() {
            Some(shape) => shape,
            None => shape::root_with(thread, value.class(), 0),
        };
        let is_empty = attributes.shape.load().is_none();
        let dict = if is_empty {
            Dict::new(thread)
        } else {
            copy_into(thread, value, attributes, shape)?
        };
        if publish_dict(thread, value, attributes, shape, is_empty, dict, true) {
            return Ok(dict);
        }
    }
}

/// Makes `dict` the instance's, if its shape is still `shape`, and with `only_if_equal` if the attributes are still those in `dict`.
fn publish_dict(
    thread: &mut Thread,
    value: Value,
    attributes: &Attributes,
    shape: Ref<Shape>,
    is_empty: bool,
    dict: Ref<Dict>,
    only_if_equal: bool,
) -> bool {
    let dict_shape = shape.dict_shape(thread);
    let cell = value
        .as_cell()
        .expect("an instance with attributes is a cell");
    // SAFETY: a value's cell is alive, and begins with a header.
    let owner: Ref<Header> = unsafe { Ref::from_cell(cell) };
    let header = owner_header(&owner);
    let locked = thread.lock(header);
    let expected = (!is_empty).then_some(shape);
    if attributes.shape() != expected {
        return false;
    }
    if only_if_equal {
        for index in 0..shape.count() {
            let now = slot_value(value, attributes, shape, index);
            if now.is_none() || now != dict.get_str(shape.key(index)) {
                return false;
            }
        }
    }
    locked.store(owner, &attributes.overflow, Some(dict.value()));
    locked.store(owner, &attributes.shape, Some(dict_shape.value()));
    let class = value.class();
    for index in 0..shape.count().min(shape.capacity()) {
        // SAFETY: the shape says how many inline slots there are.
        unsafe { inline_slot(cell, &class, index) }.store(None);
    }
    true
}

/// Replaces `__dict__`; `false`: the class has none.
///
/// # Errors
/// What a safepoint raises.
pub fn set_dict(thread: &mut Thread, value: Value, dict: Ref<Dict>) -> PyResult<bool> {
    let Some(attributes) = attributes_of(value) else {
        return Ok(false);
    };
    loop {
        let (shape, is_empty) = match attributes.shape() {
            Some(shape) => (shape, false),
            None => (shape::root_with(thread, value.class(), 0), true),
        };
        if publish_dict(thread, value, attributes, shape, is_empty, dict, false) {
            return Ok(true);
        }
    }
}

/// The attributes of a fresh object in dict mode from birth: a module's.
pub fn attributes_with_dict(
    thread: &Thread,
    class: Ref<TypeObject>,
    dict: Ref<Dict>,
) -> Attributes {
    let shape = shape::root_with(thread, class, 0).dict_shape(thread);
    Attributes {
        shape: Slot::new(Some(shape.value())),
        overflow: Slot::new(Some(dict.value())),
    }
}

/// Gives an instance another class, whose instances lie in memory alike. The caller has made sure of that.
///
/// # Errors
/// `MemoryError`; what a safepoint raises.
pub(crate) fn change_class(
    thread: &mut Thread,
    value: Value,
    class: Ref<TypeObject>,
) -> PyResult<()> {
    let Some(cell) = value.as_cell() else {
        return Ok(());
    };
    // SAFETY: a value's cell is alive, and begins with a header.
    let owner: Ref<Header> = unsafe { Ref::from_cell(cell) };
    let attributes = attributes_of(value);
    loop {
        let shape = attributes.and_then(Attributes::shape);
        let next = match shape {
            Some(shape) => match shape.moved(thread, class, shape.capacity()) {
                Some(next) => Some(next),
                None => {
                    dict_of(thread, value)?;
                    continue;
                }
            },
            None => None,
        };
        let header = owner_header(&owner);
        let locked = thread.lock(header);
        if attributes.and_then(Attributes::shape) != shape {
            continue;
        }
        // Release: partner is the Acquire in `type_of`. A cache that looks at the shape sees either both or neither
        // as it was; one that looks at the class finds instances of both alike in memory.
        let word = class.as_ptr().cast::<u8>();
        owner
            .type_pointer
            .store(word, grwl_threads::sync::Ordering::Release);
        if let (Some(attributes), Some(next)) = (attributes, next) {
            locked.store(owner, &attributes.shape, Some(next.value()));
        }
        locked.record_write(cell);
        return Ok(());
    }
}

/// The slot of a `__slots__` member.
///
/// # Safety
/// The value is an instance of the class that has the member at this offset, or of a subclass.
#[inline(always)]
pub unsafe fn member<'a>(value: Value, offset: usize) -> &'a Slot {
    let cell = value.as_cell().expect("an instance with members is a cell");
    if offset & BEHIND_PAYLOAD != 0 {
        // SAFETY: a value's cell is alive, and members of such a class lie behind the payload.
        return unsafe {
            let payload = crate::type_object::type_of(cell).payload();
            &*after_payload(payload, cell)
                .add(offset & !BEHIND_PAYLOAD)
                .cast::<Slot>()
        };
    }
    // SAFETY: the caller's promise.
    unsafe { &*cell.as_ptr().cast::<u8>().add(offset).cast::<Slot>() }
}

/// Stores a `__slots__` member, or empties it; returns what it held.
///
/// # Safety
/// As [`member`].
pub unsafe fn set_member(
    thread: &mut Thread,
    value: Value,
    offset: usize,
    new: Option<Value>,
) -> Option<Value> {
    // SAFETY: the caller's promise.
    let slot = unsafe { member(value, offset) };
    let cell = value.as_cell()?;
    // SAFETY: a value's cell is alive, and begins with a header.
    let owner: Ref<Header> = unsafe { Ref::from_cell(cell) };
    let header = owner_header(&owner);
    let locked = thread.lock(header);
    let before = slot.replace(new);
    locked.record_write(cell);
    before
}

/// Inline cache: the attribute in the inline slot or, counted from there on, in the overflow. `None`: look again the slow way.
///
/// # Safety
/// The value's shape had, since the last safepoint, a cache id under which [`LoadPlan::Slot`](crate::attribute::LoadPlan) gave this place.
#[inline(always)]
pub unsafe fn load_slot(value: Value, index: u16, is_overflow: bool) -> Option<Value> {
    if is_overflow {
        let overflow = attributes_of(value)?.overflow.load()?;
        // Not an array: it has gone over to dict mode since.
        let overflow = overflow.downcast_exact::<Array>()?;
        overflow.slots().get(index as usize)?.load()
    } else {
        let cell = value.as_cell()?;
        // SAFETY: the caller's promise: `index` counts words from the cell's beginning.
        unsafe { &*cell.as_ptr().cast::<Slot>().add(index as usize) }.load()
    }
}

/// The most frequent store: into an inline slot of an object that is biased to this thread. False: nothing was done, and it takes another way.
///
/// # Safety
/// As [`store_slot`].
#[inline(always)]
pub unsafe fn store_own(thread: &Thread, value: Value, id: u32, index: u16, new: Value) -> bool {
    let (Some(cell), Some(attributes)) = (value.as_cell(), attributes_of(value)) else {
        return false;
    };
    // SAFETY: a value's cell is alive, and begins with a header.
    let owner: Ref<Header> = unsafe { Ref::from_cell(cell) };
    // No safepoint follows: the bias, and with it the shape, stay what they are until the slot is written.
    if !owner_header(&owner).lock.is_biased_to(thread.mutator())
        || attributes.shape().map(|shape| shape.cache_id()) != Some(id)
    {
        return false;
    }
    // SAFETY: the caller's promise: `index` counts words from the cell's beginning.
    let slot = unsafe { &*cell.as_ptr().cast::<Slot>().add(index as usize) };
    thread.store(owner, slot, Some(new));
    true
}

/// Inline cache: stores an attribute that the instance has, or adds the one that leads to `next`. `false`: the instance
/// or its class has changed; store the slow way.
///
/// # Safety
/// `id` and the place are from one [`StorePlan`](crate::attribute::StorePlan), whose `next` this is.
#[inline]
pub unsafe fn store_slot(
    thread: &mut Thread,
    value: Value,
    id: u32,
    index: u16,
    is_overflow: bool,
    next: Option<Ref<Shape>>,
    new: Value,
) -> PyResult<bool> {
    let Some(cell) = value.as_cell() else {
        return Ok(false);
    };
    let Some(attributes) = attributes_of(value) else {
        return Ok(false);
    };
    // SAFETY: a value's cell is alive, and begins with a header.
    let owner: Ref<Header> = unsafe { Ref::from_cell(cell) };
    let header = owner_header(&owner);
    let locked = thread.lock(header);
    // With the lock held nobody else stores here: the shape stays what it is.
    if attributes.shape().map(|shape| shape.cache_id()) != Some(id) {
        return Ok(false);
    }
    if is_overflow {
        store_overflow(&locked, owner, attributes, index as usize, new)?;
    } else {
        // SAFETY: the caller's promise: `index` counts words from the cell's beginning.
        let slot = unsafe { &*cell.as_ptr().cast::<Slot>().add(index as usize) };
        locked.store(owner, slot, Some(new));
    }
    if let Some(next) = next {
        locked.store(owner, &attributes.shape, Some(next.value()));
    }
    Ok(true)
}

const _: () = assert!(offset_of!(Attributes, overflow) == 8);
const _: () = assert!(size_of::<Attributes>() == 16);
