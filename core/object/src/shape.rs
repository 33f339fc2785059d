//! Shapes (hidden classes): which attributes an instance has, and in which of its slots each one lies.
//!
//! A shape belongs to one class and one number of inline slots. The *root* has no attributes; every other shape adds one key to its
//! parent's, in the slot whose number is the parent's count. Slots below the inline capacity lie in the instance, the others in its
//! overflow array. The *dict shape* of a root says that the attributes are in a dict, which lies in the overflow slot.
//!
//! The keys of a line of shapes stand in one array, of which each shape uses its first `count`; a shape whose parent already
//! has a child in the array copies it. Arrays with more than [`SCAN`] keys also have an index by hash.
//!
//! ## Protocol
//! - Reading takes no lock: keys are appended, then the shape that counts them is published.
//! - Shapes are added with [`version::lock`](crate::version) held.
//!
//! ## Invariants
//! - Keys are interned strings; all keys of a shape are different.
//! - The array of keys: slot 0 counts the keys in it, then come the keys, then from [`SCAN`] keys of capacity on the index: small
//!   integers, 0 or a key's number plus 1, probed linearly.
//! - `cache_id` is 0 or a number that stands for this shape *and* for the unmodified state of its class; see `version`. A dict shape has none.
//! - A class's first root stands in its `root_shape` slot, the others hang on it by `sibling`.

use grwl_heap::{CellPtr, CellType, Header, Size, Trace};
use grwl_threads::BiasedLock;
use grwl_threads::sync::{AtomicPtr, AtomicU32, Ordering};
use grwl_value::{Slot, Value};

use crate::cell::{Cell, Ref, ValueExt};
use crate::string::Str;
use crate::thread::Thread;
use crate::type_object::TypeObject;
use crate::types;
use crate::values::Array;
use crate::version;

/// With more attributes an instance keeps them in a dict.
pub const MOST_ATTRIBUTES: usize = 1000;
/// The most slots that lie in an instance itself.
pub const MOST_INLINE: usize = 32;
/// A shape with more children sends instances into dict mode: their attributes have no common order.
const MOST_CHILDREN: usize = 64;
/// Up to so many keys are searched one by one.
const SCAN: usize = 8;

/// See the module's head.
#[repr(C)]
pub struct Shape {
    header: Header,
    class: Slot,
    root: Slot,
    parent: Slot,
    keys: Slot,
    /// Absent, the only child, or an array of children and empty slots.
    children: Slot,
    /// Of a root: the dict shape.
    dict_shape: Slot,
    /// Of a root: the class's next one.
    sibling: Slot,
    cache_id: AtomicU32,
    count: u32,
    capacity: u32,
    is_dict: bool,
}

const POINTERS: u32 = 7;

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for Shape {
    fn type_object() -> &'static TypeObject {
        &types::SHAPE
    }
}

/// The heap's view of shapes.
pub static SHAPE_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: std::mem::offset_of!(Shape, class) as u32,
        count: POINTERS,
    },
    size: Size::Fixed(size_of::<Shape>()),
    drop: None,
    name: "shape",
};

fn as_shape(value: Option<Value>) -> Option<Ref<Shape>> {
    // SAFETY: the slots this is asked of hold shapes.
    value.map(|value| unsafe { value.downcast_unchecked() })
}

impl Shape {
    fn make(
        thread: &Thread,
        class: Ref<TypeObject>,
        parent: Option<Ref<Self>>,
        count: usize,
        capacity: usize,
        is_dict: bool,
    ) -> Ref<Self> {
        // SAFETY: `SHAPE` is the type of shapes.
        unsafe {
            thread.new_cell(&types::SHAPE, |_| Self {
                header: Header {
                    c_refs: AtomicU32::new(0),
                    // Never locked, and found by all threads.
                    lock: BiasedLock::shared(),
                    type_pointer: AtomicPtr::new((&raw const types::SHAPE).cast_mut().cast::<u8>()),
                },
                class: Slot::new(Some(class.value())),
                root: Slot::new(parent.map(|parent| parent.root().value())),
                parent: Slot::new(parent.map(Ref::value)),
                keys: Slot::new(None),
                children: Slot::new(None),
                dict_shape: Slot::new(None),
                sibling: Slot::new(None),
                cache_id: AtomicU32::new(0),
                count: count as u32,
                capacity: capacity as u32,
                is_dict,
            })
        }
    }

    /// How many attributes there are; 0 of a dict shape.
    #[inline(always)]
    pub fn count(&self) -> usize {
        self.count as usize
    }

    /// How many slots lie in the instance.
    #[inline(always)]
    pub fn capacity(&self) -> usize {
        self.capacity as usize
    }

    /// Are the attributes in a dict?
    #[inline(always)]
    pub fn is_dict(&self) -> bool {
        self.is_dict
    }

    /// The class.
    pub fn class(&self) -> Ref<TypeObject> {
        let class = self.class.load().expect("a shape has a class");
        // SAFETY: the slot holds a type.
        unsafe { class.downcast_unchecked() }
    }

    /// The number that guards caches, or 0.
    #[inline(always)]
    pub fn cache_id(&self) -> u32 {
        // Acquire: partner is the Release in `guard` and `forget_all`: as `TypeObject::version`.
        self.cache_id.load(Ordering::Acquire)
    }

    /// The number that guards caches; it is drawn if there is none. 0: nothing may be remembered.
    pub fn guard(&self) -> u32 {
        if self.is_dict {
            return 0;
        }
        match self.cache_id() {
            0 => self.assign(),
            id => id,
        }
    }

    #[cold]
    fn assign(&self) -> u32 {
        let _lock = version::lock();
        if self.cache_id.load(Ordering::Relaxed) == 0 && version::assign_locked(&self.class()) != 0
        {
            // Release: partner is the Acquire in `cache_id`.
            self.cache_id.store(version::draw(), Ordering::Release);
        }
        self.cache_id.load(Ordering::Relaxed)
    }

    /// Takes the numbers of all shapes of a class away. The caller holds the lock of versions.
    pub(crate) fn forget_all(first: Ref<Self>) {
        let mut left = vec![first];
        // No safepoint here, so the vector may hold shapes.
        while let Some(shape) = left.pop() {
            shape.cache_id.store(0, Ordering::Release);
            left.extend(as_shape(shape.sibling.load()));
            shape.for_each_child(|child| left.push(child));
        }
    }

    fn for_each_child(&self, mut act: impl FnMut(Ref<Self>)) {
        let Some(children) = self.children.load() else {
            return;
        };
        match children.downcast_exact::<Array>() {
            Some(array) => {
                for child in array.slots() {
                    match as_shape(child.load()) {
                        Some(child) => act(child),
                        None => break,
                    }
                }
            }
            // SAFETY: if it is no array it is the only child.
            None => act(unsafe { children.downcast_unchecked() }),
        }
    }

    /// The array of keys, and how many it has room for.
    fn keys(&self) -> Option<(Ref<Array>, usize)> {
        // SAFETY: the slot holds an array.
        let keys = self
            .keys
            .load()
            .map(|keys| unsafe { keys.downcast_unchecked::<Array>() })?;
        Some((keys, room(keys.capacity())))
    }

    /// The key of slot `index`, which is less than the count.
    pub fn key(&self, index: usize) -> Ref<Str> {
        let (keys, _) = self.keys().expect("a shape with attributes has keys");
        let key = keys.slots()[1 + index]
            .load()
            .expect("keys below the count are set");
        // SAFETY: keys are strings.
        unsafe { key.downcast_unchecked() }
    }

    /// In which slot the attribute lies.
    #[inline]
    pub fn find(&self, name: Ref<Str>) -> Option<usize> {
        let count = self.count();
        let (keys, room) = self.keys()?;
        let slots = keys.slots();
        let name = name.value();
        if count <= SCAN {
            return slots[1..=count]
                .iter()
                .position(|key| key.load() == Some(name));
        }
        let index = &slots[1 + room..];
        let mut probe = spread(name) & (index.len() - 1);
        loop {
            let number = number_at(&index[probe])?;
            // What later shapes of the line added is found too, and does not count.
            if slots[number].load() == Some(name) {
                return (number <= count).then_some(number - 1);
            }
            probe = (probe + 1) & (index.len() - 1);
        }
    }
}

/// What stands at a place of the index: 1 plus a key's number.
fn number_at(slot: &Slot) -> Option<usize> {
    let number = slot.load()?.as_int()?;
    usize::try_from(number).ok()
}

/// How many keys an array of this length holds: see `length_for`.
const fn room(length: usize) -> usize {
    if length <= 1 + SCAN {
        length - 1
    } else {
        // 1 + room + 2 * room
        (length - 1) / 3
    }
}

/// The length of an array with room for so many keys, a power of two.
const fn length_for(room: usize) -> usize {
    if room <= SCAN { 1 + room } else { 1 + 3 * room }
}

fn spread(name: Value) -> usize {
    let address = name.bits().get() >> 4;
    (address.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
}

/// Writes a key behind the last one; the caller holds the lock of versions and knows that there is room.
fn append_key(thread: &Thread, keys: Ref<Array>, name: Ref<Str>) {
    let slots = keys.slots();
    let used = number_at(&slots[0]).unwrap_or(0);
    let room = room(slots.len());
    thread.store(keys, &slots[1 + used], Some(name.value()));
    if room > SCAN {
        let index = &slots[1 + room..];
        let mut probe = spread(name.value()) & (index.len() - 1);
        while index[probe].load().is_some() {
            probe = (probe + 1) & (index.len() - 1);
        }
        index[probe].store(Some(Value::small(used as i64 + 1)));
    }
    slots[0].store(Some(Value::small(used as i64 + 1)));
}

fn new_keys(thread: &Thread, from: Option<Ref<Shape>>, room: usize) -> Option<Ref<Array>> {
    let keys = Array::new(thread, length_for(room)).ok()?;
    if let Some(from) = from {
        for index in 0..from.count() {
            append_key(thread, keys, from.key(index));
        }
    }
    Some(keys)
}

impl Ref<Shape> {
    /// The root of its tree.
    pub fn root(self) -> Self {
        as_shape(self.root.load()).unwrap_or(self)
    }

    fn existing_child(self, name: Ref<Str>) -> Option<Self> {
        let mut found = None;
        let last = self.count();
        self.for_each_child(|child| {
            if child.key(last) == name {
                found = Some(child);
            }
        });
        found
    }

    /// The shape with one more attribute. `None`: the instance should keep its attributes in a dict.
    pub fn child(self, thread: &Thread, name: Ref<Str>) -> Option<Self> {
        debug_assert!(name.is_interned() && !self.is_dict());
        if let Some(child) = self.existing_child(name) {
            return Some(child);
        }
        let count = self.count();
        if count >= MOST_ATTRIBUTES {
            return None;
        }
        let _lock = version::lock();
        if let Some(child) = self.existing_child(name) {
            return Some(child);
        }
        let mut children = 0;
        self.for_each_child(|_| children += 1);
        if children >= MOST_CHILDREN {
            return None;
        }
        let own = self.keys();
        let keys = match own {
            Some((keys, room)) if number_at(&keys.slots()[0]) == Some(count) && count < room => {
                keys
            }
            _ => new_keys(thread, Some(self), (count + 1).max(4).next_power_of_two())?,
        };
        append_key(thread, keys, name);
        let (class, capacity) = (self.class(), self.capacity());
        let child = Shape::make(thread, class, Some(self), count + 1, capacity, false);
        child.keys.store(Some(keys.value()));
        self.add_child(thread, child, children)?;
        Some(child)
    }

    fn add_child(self, thread: &Thread, child: Self, before: usize) -> Option<()> {
        let Some(only) = self.children.load() else {
            thread.store(self, &self.children, Some(child.value()));
            return Some(());
        };
        if let Some(array) = only.downcast_exact::<Array>()
            && before < array.capacity()
        {
            thread.store(array, &array.slots()[before], Some(child.value()));
            return Some(());
        }
        let array = Array::new(thread, (before * 2).max(4)).ok()?;
        let mut index = 0;
        self.for_each_child(|child| {
            array.slots()[index].store(Some(child.value()));
            index += 1;
        });
        array.slots()[index].store(Some(child.value()));
        thread.store(self, &self.children, Some(array.value()));
        Some(())
    }

    /// The dict shape of instances with this number of inline slots.
    pub fn dict_shape(self, thread: &Thread) -> Self {
        if self.is_dict() {
            return self;
        }
        let root = self.root();
        if let Some(shape) = as_shape(root.dict_shape.load()) {
            return shape;
        }
        let _lock = version::lock();
        if let Some(shape) = as_shape(root.dict_shape.load()) {
            return shape;
        }
        let shape = Shape::make(thread, root.class(), Some(root), 0, root.capacity(), true);
        thread.store(root, &root.dict_shape, Some(shape.value()));
        shape
    }

    /// The shape of another class, or with another number of inline slots, with the same attributes in the same order.
    pub fn moved(self, thread: &Thread, class: Ref<TypeObject>, capacity: usize) -> Option<Self> {
        let root = root_with(thread, class, capacity);
        if self.is_dict() {
            return Some(root.dict_shape(thread));
        }
        let mut shape = root;
        for index in 0..self.count() {
            shape = shape.child(thread, self.key(index))?;
        }
        Some(shape)
    }
}

/// The root with which new instances of the class begin. The first one has `capacity` inline slots.
pub fn root_of(
    thread: &Thread,
    class: Ref<TypeObject>,
    capacity: impl FnOnce() -> usize,
) -> Ref<Shape> {
    if let Some(root) = as_shape(class.root_shape_slot().load()) {
        return root;
    }
    let capacity = capacity();
    let _lock = version::lock();
    if let Some(root) = as_shape(class.root_shape_slot().load()) {
        return root;
    }
    add_root(thread, class, capacity)
}

/// The class's root with exactly `capacity` inline slots.
pub fn root_with(thread: &Thread, class: Ref<TypeObject>, capacity: usize) -> Ref<Shape> {
    let find = || {
        let mut root = as_shape(class.root_shape_slot().load());
        while let Some(candidate) = root
            && candidate.capacity() != capacity
        {
            root = as_shape(candidate.sibling.load());
        }
        root
    };
    if let Some(root) = find() {
        return root;
    }
    let _lock = version::lock();
    if let Some(root) = find() {
        return root;
    }
    let Some(first) = as_shape(class.root_shape_slot().load()) else {
        return add_root(thread, class, capacity);
    };
    // Behind the first: new instances go on as they did.
    let root = Shape::make(thread, class, None, 0, capacity, false);
    root.sibling.store(first.sibling.load());
    thread.store(first, &first.sibling, Some(root.value()));
    root
}

/// New instances of the class begin with at least `wanted` inline slots from now on.
pub fn grow_root(thread: &Thread, class: Ref<TypeObject>, wanted: usize) {
    let wanted = wanted.next_multiple_of(4).min(MOST_INLINE);
    let _lock = version::lock();
    let Some(first) = as_shape(class.root_shape_slot().load()) else {
        return;
    };
    if first.capacity() < wanted {
        // A root with this capacity may stand further back: then instances that moved here have that one.
        add_root(thread, class, wanted);
    }
}

/// The caller holds the lock of versions.
fn add_root(thread: &Thread, class: Ref<TypeObject>, capacity: usize) -> Ref<Shape> {
    let root = Shape::make(thread, class, None, 0, capacity, false);
    root.sibling.store(class.root_shape_slot().load());
    thread.store(class, class.root_shape_slot(), Some(root.value()));
    root
}

/// How many slots lie in the instance at `cell`, whose attributes are `attributes`. For the collector too.
pub(crate) fn inline_capacity(shape: Option<Value>) -> usize {
    match shape.and_then(Value::as_cell) {
        // SAFETY: the slot holds a shape. The collector asks this, so no class is looked at.
        Some(cell) => unsafe { shape_at(cell) }.capacity(),
        None => 0,
    }
}

unsafe fn shape_at(cell: CellPtr) -> Ref<Shape> {
    // SAFETY: the caller's promise.
    unsafe { Ref::from_cell(cell) }
}
