//! What is known of a C type: its size, how its values are converted, what it is made of. Each class of the metaclasses here has one, once it is complete.
//!
//! ## Protocol
//! - It is found in the class's slot for what a metaclass keeps, and stays there for the class's life.
//! - It changes while a class is made and when `_fields_` is assigned, which is refused once the type is *final*: when there are instances, or other types
//!   that contain it. Each field is one atomic word or slot.
//! - Of several threads that lay a type out one does: it takes [`Info::begin_layout`], and whoever wants the type final meanwhile waits for it, a few stores long.
//!   So who has made a type final, and reads its size afterwards, reads what it stays.

use std::mem::offset_of;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use grwl_heap::{CellType, Header, Kind as Memory, Size, Trace};
use grwl_object::{
    Cell, Declaration, PyResult, Ref, Slot, Str, Thread, Tuple, TypeObject, Value, ValueExt, flags,
    types,
};

use crate::code::Access;

const R: Ordering = Ordering::Relaxed;

/// What a type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Kind {
    /// A simple value with a code.
    Simple,
    /// A structure.
    Structure,
    /// A union.
    Union,
    /// An array.
    Array,
    /// A pointer.
    Pointer,
    /// A function.
    Function,
}

const KINDS: [Kind; 6] = [
    Kind::Simple,
    Kind::Structure,
    Kind::Union,
    Kind::Array,
    Kind::Pointer,
    Kind::Function,
];

/// Flags of a type. The lowest are those of functions, as Python has them.
pub(crate) mod flag {
    /// Python's own functions: they are called as all others.
    pub(crate) const PYTHON_API: u64 = 4;
    /// `errno` is kept.
    pub(crate) const USE_ERRNO: u64 = 8;
    /// Values are addresses.
    pub(crate) const IS_POINTER: u64 = 0x100;
    /// Values contain addresses.
    pub(crate) const HAS_POINTER: u64 = 0x200;
    /// `_fields_` may not be assigned any more.
    pub(crate) const FINAL: u64 = 0x1000;
    /// A thread is storing the layout; no safepoint until it has.
    pub(super) const BEING_LAID_OUT: u64 = 0x2000;
}

/// See the module's head.
#[repr(C)]
pub(crate) struct Info {
    header: Header,
    kind: AtomicUsize,
    size: AtomicUsize,
    align: AtomicUsize,
    length: AtomicUsize,
    flags: AtomicU64,
    access: AtomicU64,
    /// The item's or target's type, or the string with the code.
    pub(crate) proto: Slot,
    /// `_argtypes_`
    pub(crate) argtypes: Slot,
    /// Their `from_param`s: a tuple.
    pub(crate) converters: Slot,
    /// `_restype_`
    pub(crate) restype: Slot,
    /// Its `_check_retval_`.
    pub(crate) checker: Slot,
    /// The type of pointers to this one.
    pub(crate) pointer_type: Slot,
    /// The buffer's format, a string.
    pub(crate) format: Slot,
    /// A tuple of lengths; none without dimensions.
    pub(crate) shape: Slot,
    /// The descriptors of all fields, those of the base first: a tuple.
    pub(crate) fields: Slot,
    /// Types of arrays of this one: a dict of weak references by length.
    pub(crate) arrays: Slot,
}

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for Info {
    fn type_object() -> &'static TypeObject {
        &INFO
    }
}

static INFO_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Info, proto) as u32,
        count: 10,
    },
    size: Size::Fixed(size_of::<Info>()),
    drop: None,
    name: "C type",
};

/// Python sees it nowhere.
pub(crate) static INFO: TypeObject = TypeObject::declare(&Declaration {
    name: "_ctypes.StgInfo",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &INFO_CELL,
    kind: Memory::Traced,
    size: size_of::<Info>(),
    attributes: 0,
});

impl Info {
    /// That of a class.
    pub(crate) fn of(class: &TypeObject) -> Option<Ref<Self>> {
        class.kept_slot().load()?.downcast_exact::<Self>()
    }

    /// That of a value, if it is a class with one.
    pub(crate) fn of_value(value: Value) -> Option<Ref<Self>> {
        Self::of(&*value.downcast::<TypeObject>()?)
    }

    /// That of a class whose instances are wanted, which from now on is final.
    ///
    /// # Errors
    /// `TypeError: abstract class`
    pub(crate) fn complete(thread: &Thread, class: &TypeObject) -> PyResult<Ref<Self>> {
        match Self::of(class) {
            Some(info) => {
                info.finish();
                Ok(info)
            }
            None => Err(thread.type_error("abstract class")),
        }
    }

    /// Gives a class one.
    ///
    /// # Errors
    /// `SystemError` if it has one.
    pub(crate) fn begin(
        thread: &Thread,
        class: Ref<TypeObject>,
        kind: Kind,
    ) -> PyResult<Ref<Self>> {
        if Self::of(&class).is_some() {
            return Err(thread.system_error(format_args!(
                "StgInfo of '{}' is already initialized.",
                class.name()
            )));
        }
        // SAFETY: the class is this one; zeroes are an empty one.
        let info: Ref<Self> = unsafe {
            let cell = thread.new_zeroed(&INFO, INFO.kind(), size_of::<Self>())?;
            Ref::from_cell(cell)
        };
        info.kind.store(kind as usize, R);
        thread.store(class, class.kept_slot(), Some(info.value()));
        Ok(info)
    }

    /// What the type is.
    pub(crate) fn kind(&self) -> Kind {
        KINDS[self.kind.load(R)]
    }

    /// Bytes an instance.
    pub(crate) fn size(&self) -> usize {
        self.size.load(R)
    }

    /// The alignment.
    pub(crate) fn align(&self) -> usize {
        self.align.load(R)
    }

    /// How many items or fields; 0 of simple types.
    pub(crate) fn length(&self) -> usize {
        self.length.load(R)
    }

    pub(crate) fn set_layout(&self, size: usize, align: usize, length: usize) {
        self.size.store(size, R);
        self.align.store(align, R);
        self.length.store(length, R);
    }

    /// See [`flag`].
    pub(crate) fn has_flag(&self, flags: u64) -> bool {
        self.flags.load(R) & flags != 0
    }

    pub(crate) fn set_flags(&self, flags: u64) {
        self.flags.fetch_or(flags, R);
    }

    /// Makes it final. What is read of it afterwards does not change any more.
    #[inline]
    pub(crate) fn finish(&self) {
        // Acquire: partner is the Release in `end_layout`. While the layout is stored neither flag alone says so.
        let now = self.flags.load(Ordering::Acquire);
        if now & (flag::FINAL | flag::BEING_LAID_OUT) != flag::FINAL {
            self.replace_unless_final(flag::FINAL);
        }
    }

    /// Begins to store the layout, unless the type is final. Until [`Self::end_layout`] there is no safepoint.
    pub(crate) fn begin_layout(&self) -> bool {
        self.replace_unless_final(flag::BEING_LAID_OUT)
    }

    /// The layout is stored, and final.
    pub(crate) fn end_layout(&self) {
        self.flags.fetch_or(flag::FINAL, R);
        // Release: partners are the Acquires in `finish` and below.
        let all = !flag::BEING_LAID_OUT;
        self.flags.fetch_and(all, Ordering::Release);
    }

    /// Adds a flag if the type is not final.
    #[cold]
    fn replace_unless_final(&self, new: u64) -> bool {
        loop {
            let now = self.flags.load(Ordering::Acquire);
            if now & flag::BEING_LAID_OUT != 0 {
                std::thread::yield_now();
                continue;
            }
            if now & flag::FINAL != 0 {
                return false;
            }
            let exchange = self
                .flags
                .compare_exchange(now, now | new, Ordering::Acquire, R);
            if exchange.is_ok() {
                return true;
            }
        }
    }

    /// How values are converted, if they are simple.
    pub(crate) fn access(&self) -> Option<Access> {
        Access::of_word(self.access.load(R))
    }

    pub(crate) fn set_access(&self, access: Access) {
        self.access.store(access.to_word(), R);
    }

    /// Is this the simple type with this code, in the machine's byte order?
    pub(crate) fn is_code(&self, letter: u8) -> bool {
        self.access() == Some(Access::native(letter))
    }

    /// The type of items or of the target.
    pub(crate) fn target(&self) -> Option<Ref<TypeObject>> {
        self.proto.load()?.downcast::<TypeObject>()
    }

    /// The code's letter, if the type has one.
    pub(crate) fn letter(&self) -> Option<u8> {
        let string = self.proto.load()?.downcast::<Str>()?;
        u8::try_from(string.text().get(0)?).ok()
    }

    /// The buffer's format.
    pub(crate) fn format_text(&self) -> Option<String> {
        let format = self.format.load()?.downcast::<Str>()?;
        Some(format.to_rust_lossy())
    }

    /// The lengths of the dimensions.
    pub(crate) fn lengths(&self) -> Vec<isize> {
        let shape = self.shape.load().and_then(Value::downcast::<Tuple>);
        let length = |length: Value| length.as_int().unwrap_or(0) as isize;
        shape.map_or_else(Vec::new, |shape| shape.iter().map(length).collect())
    }
}

/// What changes an info.
pub(crate) trait Changing: Copy {
    /// Sets the buffer's format.
    fn set_format(self, thread: &Thread, format: &str);

    /// Takes everything over from a base, which becomes final; not that it is, nor its type of pointers.
    fn take_over(self, thread: &Thread, base: Ref<Info>);
}

impl Changing for Ref<Info> {
    fn set_format(self, thread: &Thread, format: &str) {
        let format = Str::new(thread, format).value();
        thread.store(self, &self.format, Some(format));
    }

    fn take_over(self, thread: &Thread, base: Ref<Info>) {
        base.finish();
        self.set_layout(base.size(), base.align(), base.length());
        self.flags.store(base.flags.load(R) & !flag::FINAL, R);
        self.access.store(base.access.load(R), R);
        for (to, from) in [
            (&self.proto, &base.proto),
            (&self.argtypes, &base.argtypes),
            (&self.converters, &base.converters),
            (&self.restype, &base.restype),
            (&self.checker, &base.checker),
            (&self.format, &base.format),
            (&self.shape, &base.shape),
            (&self.fields, &base.fields),
        ] {
            thread.store(self, to, from.load());
        }
    }
}
