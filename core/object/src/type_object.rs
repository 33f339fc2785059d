//! The type object.
//!
//! It begins as CPython's `PyTypeObject` (416 bytes on 64-bit systems); that part is the C interface's to fill. Then comes
//! the pointer to the heap's view of the instances, at the offset that the heap was configured with, then what grwl uses.
//!
//! Built-in types are statics: declared here below ([`TypeObject::declare`]), given their functions by the package that
//! implements them ([`TypeObject::define`]), and made ready at start-up, bases first ([`TypeObject::ready`], in `ready`).
//! Classes made by Python code are cells (see `class`).
//!
//! ## Protocol
//! - Readers take no lock: each field that may change is one atomic word.
//! - Who changes a type's attributes, bases or name does so under the type's lock or the lock of its dict, and then
//!   calls [`TypeObject::modified`](crate::version), which makes every cache that depends on the type miss.
//!
//! ## Invariants
//! - `version` is 0 (no cache may depend on the type) or a number that no other type and no earlier state of this one has ever had.
//! - `mro` begins with the type itself and ends with `object`, once the type is ready.

use std::cell::UnsafeCell;
use std::fmt;
use std::mem::offset_of;
use std::sync::atomic::AtomicI32;

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace, Tracer};
use grwl_threads::BiasedLock;
use grwl_threads::sync::{AtomicPtr, AtomicU32, AtomicU64, Ordering};
use grwl_value::{Slot, Unpacked, Value};

use crate::cell::{Cell, Ref, ValueExt};
use crate::dict::Dict;
use crate::names::Name;
use crate::native::TypeSpec;
use crate::slots::{Key, Slots};
use crate::string::Str;
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::types;

/// Bits of a type's flags. Those below bit 32 have CPython's numbers (`tp_flags`).
pub mod flags {
    /// Instances may not be made by calling the type.
    pub const DISALLOW_INSTANTIATION: u64 = 1 << 7;
    /// Attributes of the type cannot be set.
    pub const IMMUTABLE: u64 = 1 << 8;
    /// Made by a class statement or a call of `type`.
    pub const HEAP: u64 = 1 << 9;
    /// Can be subclassed.
    pub const BASE: u64 = 1 << 10;
    /// Its instances match sequence patterns.
    pub const SEQUENCE: u64 = 1 << 5;
    /// Its instances match mapping patterns.
    pub const MAPPING: u64 = 1 << 6;
    /// Ready to be used.
    pub const READY: u64 = 1 << 12;
    /// Its instances are called as methods without making a bound method first.
    pub const METHOD_DESCRIPTOR: u64 = 1 << 17;
    /// Has abstract methods.
    pub const ABSTRACT: u64 = 1 << 20;
    /// A class pattern with one positional pattern matches the subject itself.
    pub const MATCH_SELF: u64 = 1 << 22;
    /// `int` or a subclass.
    pub const INT: u64 = 1 << 24;
    /// `list` or a subclass.
    pub const LIST: u64 = 1 << 25;
    /// `tuple` or a subclass.
    pub const TUPLE: u64 = 1 << 26;
    /// `bytes` or a subclass.
    pub const BYTES: u64 = 1 << 27;
    /// `str` or a subclass.
    pub const STR: u64 = 1 << 28;
    /// `dict` or a subclass.
    pub const DICT: u64 = 1 << 29;
    /// `BaseException` or a subclass.
    pub const EXCEPTION: u64 = 1 << 30;
    /// `type` or a subclass.
    pub const TYPE: u64 = 1 << 31;
    /// Instances keep their attributes by shape, at [`INSTANCE_ATTRIBUTES`](crate::instance::INSTANCE_ATTRIBUTES).
    pub const SHAPED: u64 = 1 << 40;
    /// Weak references to instances can be made.
    pub const WEAK_REFERENCES: u64 = 1 << 41;
    /// `float` or a subclass.
    pub const FLOAT: u64 = 1 << 42;
    /// `set` or a subclass.
    pub const SET: u64 = 1 << 43;
    /// `frozenset` or a subclass.
    pub const FROZEN_SET: u64 = 1 << 44;
    /// Instances have a `__dict__`: they keep attributes somewhere.
    pub const HAS_DICT: u64 = 1 << 45;
    /// Instances have a finalizer, which is registered when one is made.
    pub const HAS_FINALIZER: u64 = 1 << 46;
    /// A cell says its own length (`tuple`, `str`, `bytes`, `type`): subclasses with slots are refused.
    pub const VARIABLE_SIZE: u64 = 1 << 47;
    /// The type has no `__new__` of its own to be seen: `object.__new__` makes its instances, by the type's slot.
    pub const MADE_BY_OBJECT: u64 = 1 << 48;
    /// Flags that a subclass inherits.
    pub const INHERITED: u64 = SEQUENCE
        | MAPPING
        | MATCH_SELF
        | INT
        | LIST
        | TUPLE
        | BYTES
        | STR
        | DICT
        | EXCEPTION
        | TYPE
        | FLOAT
        | SET
        | FROZEN_SET
        | WEAK_REFERENCES
        | HAS_DICT
        | HAS_FINALIZER
        | VARIABLE_SIZE;
}

/// What a built-in type is declared with.
#[derive(Clone, Copy)]
pub struct Declaration {
    /// `tp_name`: the name, with the module and a dot before it if that is not `builtins`.
    pub name: &'static str,
    /// The base; `None` for `object`.
    pub base: Option<&'static TypeObject>,
    /// The type's type: `type`, but for those with a metaclass.
    pub class: &'static TypeObject,
    /// See [`flags`].
    pub flags: u64,
    /// The heap's view of an instance.
    pub cell: &'static CellType,
    /// The kind of memory for instances.
    pub kind: Kind,
    /// Bytes of the Rust struct (of its fixed part).
    pub size: usize,
    /// Where an instance's [`Attributes`](crate::instance::Attributes) lie in it; 0: there are none.
    pub attributes: usize,
}

/// See the module's head.
#[repr(C)]
pub struct TypeObject {
    header: Header,
    /// CPython's part, but for the header.
    c_part: [AtomicU64; 50],
    pub(crate) cell_type: AtomicPtr<CellType>,
    slots: Slots,
    flags: AtomicU64,
    version: AtomicU32,
    kind: AtomicU32,
    /// Bytes of an instance without inline attribute slots (and without the elements of a cell of variable size).
    size: AtomicU32,
    /// Where an instance's attributes lie. 0: nowhere. -1: behind the cell's payload of variable size.
    attributes: AtomicI32,
    name: Slot,
    qualified_name: Slot,
    base: Slot,
    bases: Slot,
    mro: Slot,
    dict: Slot,
    /// Weak references to the direct subclasses; `class` says how.
    subclasses: Slot,
    /// The shape that new instances begin with; see `shape`.
    root_shape: Slot,
    /// More of what hangs on a class: `__slots__` members by offset, see `class`.
    extra: Slot,
    /// What a metaclass that is written in Rust keeps of the class.
    kept: Slot,
    declaration: Option<&'static Declaration>,
    spec: AtomicPtr<TypeSpec>,
    /// The payload's view of an instance: what the nearest built-in base laid out.
    payload: AtomicPtr<CellType>,
    /// Of a class: the heap's view of its instances.
    own_cell_type: UnsafeCell<CellType>,
}

// SAFETY: `own_cell_type` is written once, before the type is published; all else is atomic or never changed.
unsafe impl Sync for TypeObject {}
// SAFETY: as above.
unsafe impl Send for TypeObject {}

const _: () = assert!(offset_of!(TypeObject, cell_type) == 416);

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for TypeObject {
    const FLAG: u64 = flags::TYPE;
    fn type_object() -> &'static TypeObject {
        &types::TYPE
    }
}

/// The heap's view of types.
pub static TYPE_CELL: CellType = CellType {
    trace: Trace::Custom(trace_type),
    size: Size::Fixed(size_of::<TypeObject>()),
    drop: None,
    name: "type",
};

unsafe fn trace_type(cell: CellPtr, tracer: &mut Tracer<'_>) {
    // SAFETY: the heap calls this for types; the world is stopped.
    let this = unsafe { Ref::<TypeObject>::from_cell(cell) };
    this.trace(tracer);
}

/// The heap's view of instances of a class: the payload of the nearest built-in base, then members and attributes.
unsafe fn trace_instance(cell: CellPtr, tracer: &mut Tracer<'_>) {
    // SAFETY: the heap calls this for live cells with a class as type.
    let class = unsafe { type_of(cell) };
    let payload = class.payload();
    let base_size = trace_payload(payload, cell, tracer);
    if class.has_flag(flags::VARIABLE_SIZE) {
        let from = crate::instance::after_payload(payload, cell);
        let behind = crate::instance::extra_behind_payload(&class);
        // SAFETY: behind the payload lie attributes and members, tagged words.
        unsafe { tracer.words(from.cast(), behind / 8) };
        return;
    }
    let end = crate::instance::instance_size(cell, &class);
    // SAFETY: from the payload's end to the cell's end lie tagged words: members, the shape, slots.
    unsafe {
        let from = cell.cast::<u8>().add(base_size).cast::<u64>();
        tracer.words(from.as_ptr(), (end - base_size) / 8);
    }
}

/// Traces what a built-in base laid out, and returns its length.
fn trace_payload(payload: &CellType, cell: CellPtr, tracer: &mut Tracer<'_>) -> usize {
    let size = match payload.size {
        Size::Fixed(size) => size,
        Size::Varying(_) | Size::Computed(_) => 0,
    };
    // SAFETY: the payload's own description of where its words lie.
    unsafe {
        let at = |offset: u32| cell.cast::<u8>().add(offset as usize).cast::<u64>();
        match payload.trace {
            Trace::Nothing => {}
            Trace::Words { offset, count } => tracer.words(at(offset).as_ptr(), count as usize),
            Trace::Counted { offset, count_at } => {
                tracer.words(at(offset).as_ptr(), at(count_at).read() as usize);
            }
            Trace::Custom(trace) => trace(cell, tracer),
        }
    }
    size
}

unsafe fn instance_cell_size(cell: CellPtr) -> usize {
    // SAFETY: the heap calls this for live cells with a class as type.
    let class = unsafe { type_of(cell) };
    crate::instance::instance_size(cell, &class)
}

unsafe fn drop_instance(cell: CellPtr) {
    // SAFETY: as above; the type is kept until its last instance was dropped.
    let class = unsafe { type_of(cell) };
    if let Some(drop) = class.payload().drop {
        // SAFETY: the payload is intact, and dropped once.
        unsafe { drop(cell) };
    }
}

/// The header of a static object.
pub const fn static_header(class: &'static TypeObject) -> Header {
    Header {
        c_refs: AtomicU32::new(0),
        lock: BiasedLock::shared(),
        type_pointer: AtomicPtr::new((&raw const *class).cast_mut().cast()),
    }
}

/// The type of a cell.
///
/// # Safety
/// The cell is alive.
#[inline(always)]
pub unsafe fn type_of(cell: CellPtr) -> Ref<TypeObject> {
    // Acquire: partner is the Release with which `__class__` is stored, or the cell published.
    // SAFETY: the caller's promise; a type word leads to a type.
    unsafe {
        let class = cell.as_ref().type_pointer.load(Ordering::Acquire);
        Ref::from_cell(CellPtr::new_unchecked(class.cast()))
    }
}

/// The type of a value.
#[inline(always)]
pub fn class_of(value: Value) -> Ref<TypeObject> {
    match value.unpack() {
        // SAFETY: a value's cell is alive.
        Unpacked::Cell(cell) => unsafe { type_of(cell) },
        Unpacked::Int(_) => Ref::from_static(&types::INT),
        Unpacked::Float(_) => Ref::from_static(&types::FLOAT),
    }
}

impl TypeObject {
    /// A built-in type. Its address is its identity: a static holds it.
    pub const fn declare(declaration: &'static Declaration) -> Self {
        assert!(
            declaration.cell.drop.is_none() || declaration.kind.has_drop(),
            "the heap drops cells of the owning kinds only"
        );
        Self {
            header: static_header(declaration.class),
            c_part: [const { AtomicU64::new(0) }; 50],
            cell_type: AtomicPtr::new((&raw const *declaration.cell).cast_mut()),
            slots: Slots::new(),
            flags: AtomicU64::new(declaration.flags | flags::IMMUTABLE),
            version: AtomicU32::new(0),
            kind: AtomicU32::new(declaration.kind as u32),
            size: AtomicU32::new(declaration.size as u32),
            attributes: AtomicI32::new(declaration.attributes as i32),
            name: Slot::empty(),
            qualified_name: Slot::empty(),
            base: Slot::empty(),
            bases: Slot::empty(),
            mro: Slot::empty(),
            dict: Slot::empty(),
            subclasses: Slot::empty(),
            root_shape: Slot::empty(),
            extra: Slot::empty(),
            kept: Slot::empty(),
            declaration: Some(declaration),
            spec: AtomicPtr::new(std::ptr::null_mut()),
            payload: AtomicPtr::new((&raw const *declaration.cell).cast_mut()),
            own_cell_type: UnsafeCell::new(*declaration.cell),
        }
    }

    /// The contents of a fresh class cell: everything empty but what its solid base lays out.
    ///
    /// `size` is the length of an instance with its members and attributes, without inline slots.
    pub(crate) fn fresh(
        header: Header,
        base: &TypeObject,
        type_flags: u64,
        size: usize,
        attributes: i32,
    ) -> Self {
        let kind = match base.kind() {
            Kind::Leaf => Kind::Traced,
            kind => kind,
        };
        Self {
            header,
            c_part: [const { AtomicU64::new(0) }; 50],
            cell_type: AtomicPtr::new(std::ptr::null_mut()),
            slots: Slots::new(),
            flags: AtomicU64::new(type_flags),
            version: AtomicU32::new(0),
            kind: AtomicU32::new(kind as u32),
            size: AtomicU32::new(size as u32),
            attributes: AtomicI32::new(attributes),
            name: Slot::empty(),
            qualified_name: Slot::empty(),
            base: Slot::empty(),
            bases: Slot::empty(),
            mro: Slot::empty(),
            dict: Slot::empty(),
            subclasses: Slot::empty(),
            root_shape: Slot::empty(),
            extra: Slot::empty(),
            kept: Slot::empty(),
            declaration: None,
            spec: AtomicPtr::new(std::ptr::null_mut()),
            payload: AtomicPtr::new(base.payload.load(Ordering::Relaxed)),
            own_cell_type: UnsafeCell::new(CellType {
                trace: Trace::Custom(trace_instance),
                size: match base.payload().size {
                    Size::Varying(_) => Size::Varying(instance_cell_size),
                    _ => Size::Computed(instance_cell_size),
                },
                drop: base
                    .payload()
                    .drop
                    .map(|_| drop_instance as unsafe fn(CellPtr)),
                name: "instance of a class",
            }),
        }
    }

    /// Lets a fresh class cell find its own view of instances.
    pub(crate) fn seal_cell_type(&self) {
        self.cell_type
            .store(self.own_cell_type.get(), Ordering::Release);
    }

    /// Gives a built-in type its functions, before it is made ready.
    pub fn define(&self, spec: &'static TypeSpec) {
        self.spec
            .store((&raw const *spec).cast_mut(), Ordering::Release);
    }

    /// The functions that a built-in type was given.
    pub fn spec(&self) -> Option<&'static TypeSpec> {
        let spec = self.spec.load(Ordering::Acquire);
        // SAFETY: null, or from a `&'static` in `define`.
        unsafe { spec.as_ref() }
    }

    /// What a built-in type was declared with; `None` of a class.
    pub fn declaration(&self) -> Option<&'static Declaration> {
        self.declaration
    }

    /// The table of slots.
    pub fn slots(&self) -> &Slots {
        &self.slots
    }

    /// A slot's function.
    #[inline(always)]
    pub fn slot<F: Copy>(&self, key: Key<F>) -> Option<F> {
        self.slots.get(key)
    }

    /// All flags.
    pub fn flags(&self) -> u64 {
        self.flags.load(Ordering::Relaxed)
    }

    /// Is one of these flags set?
    #[inline(always)]
    pub fn has_flag(&self, flag: u64) -> bool {
        self.flags.load(Ordering::Relaxed) & flag != 0
    }

    /// Sets and clears flags.
    pub fn change_flags(&self, set: u64, clear: u64) {
        if clear != 0 {
            self.flags.fetch_and(!clear, Ordering::Relaxed);
        }
        if set != 0 {
            self.flags.fetch_or(set, Ordering::Relaxed);
        }
    }

    /// The kind of memory for instances.
    #[inline(always)]
    pub fn kind(&self) -> Kind {
        Kind::ALL[self.kind.load(Ordering::Relaxed) as usize]
    }

    /// See the field.
    #[inline(always)]
    pub fn size(&self) -> usize {
        self.size.load(Ordering::Relaxed) as usize
    }

    /// See the field `attributes`.
    #[inline(always)]
    pub fn attributes_offset(&self) -> i32 {
        self.attributes.load(Ordering::Relaxed)
    }

    /// What the nearest built-in base laid out in an instance.
    #[inline]
    pub fn payload(&self) -> &'static CellType {
        // SAFETY: payloads are static.
        unsafe { &*self.payload.load(Ordering::Relaxed) }
    }

    /// The version that a cache may name, or 0: see `version`.
    #[inline(always)]
    pub fn version(&self) -> u32 {
        // Acquire: partner is the Release in `version`: who sees a version sees the attributes it is of.
        self.version.load(Ordering::Acquire)
    }

    pub(crate) fn version_word(&self) -> &AtomicU32 {
        &self.version
    }

    /// `tp_name` of a built-in type, `__name__` of a class: for messages.
    pub fn name(&self) -> TypeName<'_> {
        TypeName(self)
    }

    /// The qualified name of a class, and before it its module unless that is `builtins` or `__main__`: what `%T` is in CPython's messages.
    pub fn full_name(&self, thread: &Thread) -> String {
        static MODULE: Name = Name::new("__module__");
        let Some(qualified) = self
            .qualified_name
            .load()
            .filter(|_| self.has_flag(flags::HEAP))
        else {
            return self.name().to_string();
        };
        let qualified = qualified
            .downcast::<Str>()
            .map_or_else(String::new, |name| name.to_string());
        match self
            .dict()
            .get_str(MODULE.get(thread))
            .and_then(|name| name.downcast::<Str>())
        {
            Some(module) if !module.is_str("builtins") && !module.is_str("__main__") => {
                format!("{module}.{qualified}")
            }
            _ => qualified,
        }
    }

    /// The slot that holds `__name__`.
    pub fn name_slot(&self) -> &Slot {
        &self.name
    }
    /// The slot that holds `__qualname__`.
    pub fn qualified_name_slot(&self) -> &Slot {
        &self.qualified_name
    }
    /// The slot that holds `__base__`.
    pub fn base_slot(&self) -> &Slot {
        &self.base
    }
    /// The slot that holds `__bases__`.
    pub fn bases_slot(&self) -> &Slot {
        &self.bases
    }
    /// The slot that holds `__mro__`.
    pub fn mro_slot(&self) -> &Slot {
        &self.mro
    }
    /// The slot that holds the dict.
    pub fn dict_slot(&self) -> &Slot {
        &self.dict
    }
    /// The slot that holds the subclasses.
    pub fn subclasses_slot(&self) -> &Slot {
        &self.subclasses
    }
    /// The slot that holds the root shape.
    pub fn root_shape_slot(&self) -> &Slot {
        &self.root_shape
    }
    /// The slot for what `class` keeps.
    pub fn extra_slot(&self) -> &Slot {
        &self.extra
    }

    /// The slot for what a metaclass written in Rust keeps of the class.
    pub fn kept_slot(&self) -> &Slot {
        &self.kept
    }

    /// `__qualname__`, for messages.
    pub fn qualified_name(&self) -> String {
        match self
            .qualified_name
            .load()
            .and_then(|name| name.downcast::<Str>())
        {
            Some(name) => name.to_string(),
            None => self.name().to_string(),
        }
    }

    /// `__base__`.
    pub fn base(&self) -> Option<Ref<TypeObject>> {
        // SAFETY: the slot holds a type.
        self.base
            .load()
            .map(|base| unsafe { base.downcast_unchecked() })
    }

    /// `__mro__`, once the type is ready.
    #[inline(always)]
    pub fn mro(&self) -> Option<Ref<Tuple>> {
        // SAFETY: the slot holds a tuple.
        self.mro
            .load()
            .map(|mro| unsafe { mro.downcast_unchecked() })
    }

    /// The attributes of the type itself.
    ///
    /// # Panics
    /// Before the type is ready.
    #[inline(always)]
    pub fn dict(&self) -> Ref<Dict> {
        let dict = self.dict.load().expect("the type is ready");
        // SAFETY: the slot holds a dict.
        unsafe { dict.downcast_unchecked() }
    }

    /// Is it `other` or a subclass?
    #[inline]
    pub fn is_subtype_of(&self, other: &TypeObject) -> bool {
        if std::ptr::eq(self, other) {
            return true;
        }
        match self.mro() {
            Some(mro) => {
                let other = Ref::from_ref(other).value();
                mro.iter().any(|class| class == other)
            }
            None => {
                let base = match self.base() {
                    Some(base) => base,
                    None => match self.declaration.and_then(|made| made.base) {
                        Some(base) => Ref::from_static(base),
                        None => return false,
                    },
                };
                base.is_subtype_of(other)
            }
        }
    }

    pub(crate) fn trace(&self, tracer: &mut Tracer<'_>) {
        for slot in [
            &self.name,
            &self.qualified_name,
            &self.base,
            &self.bases,
            &self.mro,
            &self.dict,
            &self.subclasses,
            &self.root_shape,
            &self.extra,
            &self.kept,
        ] {
            if let Some(value) = slot.load() {
                tracer.word(value.bits().get());
            }
        }
    }
}

impl Ref<TypeObject> {
    /// A type that the caller knows by reference: it lies in a cell or a static.
    #[inline(always)]
    pub fn from_ref(class: &TypeObject) -> Self {
        let cell = std::ptr::NonNull::from_ref(class).cast();
        // SAFETY: types exist only as statics and as cells.
        unsafe { Self::from_cell(cell) }
    }
}

impl PartialEq for TypeObject {
    /// Identity.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl fmt::Debug for TypeObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<type {}>", self.name())
    }
}

/// See [`TypeObject::name`].
pub struct TypeName<'a>(&'a TypeObject);

impl fmt::Display for TypeName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(declaration) = self.0.declaration {
            return f.write_str(declaration.name);
        }
        match self.0.name.load().and_then(|name| name.downcast::<Str>()) {
            Some(name) => fmt::Display::fmt(&*name, f),
            None => f.write_str("?"),
        }
    }
}
