//! Slots: the functions by which a type's instances answer operations.
//!
//! A type has one word a slot: a function pointer, or null. Rust code asks a type for a slot by its typed [`Key`]; the
//! word is changed only when a class is made or changed. A slot of a built-in type is a Rust function; a slot of a class
//! whose dunder method was written in Python is a function that looks the method up and calls it (see `dunder`).
//!
//! As in CPython, the slots of binary operators are called with the operands in their order, whichever of them the type
//! is of, and answer [`not_implemented`](crate::singleton::not_implemented) if they cannot; and a type inherits the
//! slots of its base that it does not define.

use std::marker::PhantomData;

use grwl_threads::sync::{AtomicPtr, Ordering};
use grwl_value::Value;

use crate::arguments::Args;
use crate::buffer::BufferView;
use crate::cell::Ref;
use crate::compare::CompareOp;
use crate::result::PyResult;
use crate::string::Str;
use crate::thread::Thread;
use crate::type_object::TypeObject;

/// One operand.
pub type UnaryFn = fn(&mut Thread, Value) -> PyResult;
/// Two operands.
pub type BinaryFn = fn(&mut Thread, Value, Value) -> PyResult;
/// Three operands; the third of `pow` may be `None`.
pub type TernaryFn = fn(&mut Thread, Value, Value, Value) -> PyResult;
/// A test.
pub type TestFn = fn(&mut Thread, Value) -> PyResult<bool>;
/// A length.
pub type LengthFn = fn(&mut Thread, Value) -> PyResult<usize>;
/// An element by its index; negative indices were made positive if the type has a length.
pub type ItemFn = fn(&mut Thread, Value, isize) -> PyResult;
/// Stores, or with `None` deletes, an element by its index.
pub type StoreItemFn = fn(&mut Thread, Value, isize, Option<Value>) -> PyResult<()>;
/// Is the second in the first?
pub type ContainsFn = fn(&mut Thread, Value, Value) -> PyResult<bool>;
/// Repeats a sequence.
pub type RepeatFn = fn(&mut Thread, Value, isize) -> PyResult;
/// Stores, or with `None` deletes, what belongs to the key.
pub type StoreSubscriptFn = fn(&mut Thread, Value, Value, Option<Value>) -> PyResult<()>;
/// The hash; never -1.
pub type HashFn = fn(&mut Thread, Value) -> PyResult<i64>;
/// A call: the callable, the arguments.
pub type CallFn = fn(&mut Thread, Value, Args<'_>) -> PyResult;
/// An attribute by its (interned) name.
pub type GetAttributeFn = fn(&mut Thread, Value, Ref<Str>) -> PyResult;
/// Stores, or with `None` deletes, an attribute.
pub type SetAttributeFn = fn(&mut Thread, Value, Ref<Str>, Option<Value>) -> PyResult<()>;
/// A rich comparison.
pub type CompareFn = fn(&mut Thread, Value, Value, CompareOp) -> PyResult;
/// The next element of an iterator, or `None` at its end. An end that carries a value (a generator's `return`) is a raised
/// `StopIteration`, which callers take for the end as well.
pub type NextFn = fn(&mut Thread, Value) -> PyResult<Option<Value>>;
/// `__get__`: the descriptor, the instance if there is one, the owner if it is known.
pub type DescriptorGetFn = fn(&mut Thread, Value, Option<Value>, Option<Value>) -> PyResult;
/// `__set__`, or with `None` `__delete__`: the descriptor, the instance, the value.
pub type DescriptorSetFn = fn(&mut Thread, Value, Value, Option<Value>) -> PyResult<()>;
/// `__init__`.
pub type InitFn = fn(&mut Thread, Value, Args<'_>) -> PyResult<()>;
/// `__new__`: the class, the arguments.
pub type NewFn = fn(&mut Thread, Ref<TypeObject>, Args<'_>) -> PyResult;
/// `__del__`; what it raises is unraisable.
pub type FinalizeFn = fn(&mut Thread, Value) -> PyResult<()>;
/// Sends a value into an iterator, generator or coroutine.
pub type SendFn = fn(&mut Thread, Value, Value) -> PyResult<Sent>;
/// A view of the object's bytes.
pub type GetBufferFn = fn(&mut Thread, Value, u32) -> PyResult<BufferView>;
/// The end of a view.
pub type ReleaseBufferFn = fn(&mut Thread, Value, &BufferView);

/// What became of a `send`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It yielded this.
    Yielded(Value),
    /// It ended and returned this.
    Returned(Value),
}

/// The name of a slot whose functions are of type `F`.
pub struct Key<F> {
    index: usize,
    function: PhantomData<F>,
}

impl<F> Clone for Key<F> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<F> Copy for Key<F> {}

/// A slot with its function, for the tables of built-in types.
#[derive(Clone, Copy)]
pub struct SlotValue {
    index: usize,
    function: *const (),
}

// SAFETY: it is the address of a function.
unsafe impl Sync for SlotValue {}
// SAFETY: as above.
unsafe impl Send for SlotValue {}

impl SlotValue {
    /// Which slot it is.
    pub const fn index(&self) -> usize {
        self.index
    }

    /// The function's address.
    pub const fn function(&self) -> *const () {
        self.function
    }
}

impl<F: Copy> Key<F> {
    const fn new(index: usize) -> Self {
        assert!(size_of::<F>() == size_of::<*const ()>() && index < SLOTS);
        Self {
            index,
            function: PhantomData,
        }
    }

    /// The slot's number, for tables.
    pub const fn index(self) -> usize {
        self.index
    }

    /// An entry for a type's table: the slot is `function`.
    pub const fn is(self, function: F) -> SlotValue {
        SlotValue {
            index: self.index,
            // SAFETY: F is a function pointer: only this module makes keys, for the types above.
            function: unsafe { std::mem::transmute_copy::<F, *const ()>(&function) },
        }
    }
}

/// How many slots there are.
pub const SLOTS: usize = 75;

/// The slots of one type.
#[repr(C)]
pub struct Slots([AtomicPtr<()>; SLOTS]);

impl Default for Slots {
    fn default() -> Self {
        Self::new()
    }
}

impl Slots {
    /// None filled.
    pub const fn new() -> Self {
        Self([const { AtomicPtr::new(std::ptr::null_mut()) }; SLOTS])
    }

    /// The slot's function.
    #[inline(always)]
    pub fn get<F: Copy>(&self, key: Key<F>) -> Option<F> {
        // Relaxed: code is always there.
        let function = self.0[key.index].load(Ordering::Relaxed);
        // SAFETY: a key's index names a slot of functions of type F; null is `None` of a function pointer.
        (!function.is_null()).then(|| unsafe { std::mem::transmute_copy::<*mut (), F>(&function) })
    }

    /// The address of a slot's function, or null.
    pub fn raw(&self, index: usize) -> *const () {
        self.0[index].load(Ordering::Relaxed)
    }

    /// Sets a slot by its number.
    ///
    /// # Safety
    /// `function` is null or comes from a [`SlotValue`] or [`raw`](Self::raw) of the same number.
    pub unsafe fn set_raw(&self, index: usize, function: *const ()) {
        self.0[index].store(function.cast_mut(), Ordering::Relaxed);
    }

    /// Sets a slot.
    pub fn set(&self, value: SlotValue) {
        // SAFETY: a SlotValue is of the slot's type.
        unsafe { self.set_raw(value.index, value.function) };
    }

    /// Is the slot this very function?
    pub fn is<F: Copy>(&self, key: Key<F>, function: F) -> bool {
        std::ptr::eq(self.raw(key.index), key.is(function).function)
    }
}

/// `__repr__`
pub const REPR: Key<UnaryFn> = Key::new(0);
/// `__str__`
pub const STR: Key<UnaryFn> = Key::new(1);
/// `__hash__`; a type whose instances are not hashable has `hash_not_implemented`.
pub const HASH: Key<HashFn> = Key::new(2);
/// `__call__`
pub const CALL: Key<CallFn> = Key::new(3);
/// `__getattribute__`, and `__getattr__` after it
pub const GET_ATTRIBUTE: Key<GetAttributeFn> = Key::new(4);
/// `__setattr__`, `__delattr__`
pub const SET_ATTRIBUTE: Key<SetAttributeFn> = Key::new(5);
/// `__lt__` and its like
pub const COMPARE: Key<CompareFn> = Key::new(6);
/// `__iter__`
pub const ITER: Key<UnaryFn> = Key::new(7);
/// `__next__`
pub const NEXT: Key<NextFn> = Key::new(8);
/// `__get__`
pub const DESCRIPTOR_GET: Key<DescriptorGetFn> = Key::new(9);
/// `__set__`, `__delete__`
pub const DESCRIPTOR_SET: Key<DescriptorSetFn> = Key::new(10);
/// `__init__`
pub const INIT: Key<InitFn> = Key::new(11);
/// `__new__`
pub const NEW: Key<NewFn> = Key::new(12);
/// `__del__`
pub const FINALIZE: Key<FinalizeFn> = Key::new(13);
/// `__add__`, `__radd__`
pub const ADD: Key<BinaryFn> = Key::new(14);
/// `__sub__`, `__rsub__`
pub const SUBTRACT: Key<BinaryFn> = Key::new(15);
/// `__mul__`, `__rmul__`
pub const MULTIPLY: Key<BinaryFn> = Key::new(16);
/// `__mod__`, `__rmod__`
pub const REMAINDER: Key<BinaryFn> = Key::new(17);
/// `__divmod__`, `__rdivmod__`
pub const DIVMOD: Key<BinaryFn> = Key::new(18);
/// `__pow__`, `__rpow__`
pub const POWER: Key<TernaryFn> = Key::new(19);
/// `__neg__`
pub const NEGATIVE: Key<UnaryFn> = Key::new(20);
/// `__pos__`
pub const POSITIVE: Key<UnaryFn> = Key::new(21);
/// `__abs__`
pub const ABSOLUTE: Key<UnaryFn> = Key::new(22);
/// `__bool__`
pub const BOOL: Key<TestFn> = Key::new(23);
/// `__invert__`
pub const INVERT: Key<UnaryFn> = Key::new(24);
/// `__lshift__`, `__rlshift__`
pub const LSHIFT: Key<BinaryFn> = Key::new(25);
/// `__rshift__`, `__rrshift__`
pub const RSHIFT: Key<BinaryFn> = Key::new(26);
/// `__and__`, `__rand__`
pub const AND: Key<BinaryFn> = Key::new(27);
/// `__xor__`, `__rxor__`
pub const XOR: Key<BinaryFn> = Key::new(28);
/// `__or__`, `__ror__`
pub const OR: Key<BinaryFn> = Key::new(29);
/// `__int__`
pub const INT: Key<UnaryFn> = Key::new(30);
/// `__float__`
pub const FLOAT: Key<UnaryFn> = Key::new(31);
/// `__iadd__`
pub const INPLACE_ADD: Key<BinaryFn> = Key::new(32);
/// `__isub__`
pub const INPLACE_SUBTRACT: Key<BinaryFn> = Key::new(33);
/// `__imul__`
pub const INPLACE_MULTIPLY: Key<BinaryFn> = Key::new(34);
/// `__imod__`
pub const INPLACE_REMAINDER: Key<BinaryFn> = Key::new(35);
/// `__ipow__`
pub const INPLACE_POWER: Key<TernaryFn> = Key::new(36);
/// `__ilshift__`
pub const INPLACE_LSHIFT: Key<BinaryFn> = Key::new(37);
/// `__irshift__`
pub const INPLACE_RSHIFT: Key<BinaryFn> = Key::new(38);
/// `__iand__`
pub const INPLACE_AND: Key<BinaryFn> = Key::new(39);
/// `__ixor__`
pub const INPLACE_XOR: Key<BinaryFn> = Key::new(40);
/// `__ior__`
pub const INPLACE_OR: Key<BinaryFn> = Key::new(41);
/// `__floordiv__`, `__rfloordiv__`
pub const FLOOR_DIVIDE: Key<BinaryFn> = Key::new(42);
/// `__truediv__`, `__rtruediv__`
pub const TRUE_DIVIDE: Key<BinaryFn> = Key::new(43);
/// `__ifloordiv__`
pub const INPLACE_FLOOR_DIVIDE: Key<BinaryFn> = Key::new(44);
/// `__itruediv__`
pub const INPLACE_TRUE_DIVIDE: Key<BinaryFn> = Key::new(45);
/// `__index__`
pub const INDEX: Key<UnaryFn> = Key::new(46);
/// `__matmul__`, `__rmatmul__`
pub const MATRIX_MULTIPLY: Key<BinaryFn> = Key::new(47);
/// `__imatmul__`
pub const INPLACE_MATRIX_MULTIPLY: Key<BinaryFn> = Key::new(48);
/// `__len__` of sequences
pub const SEQUENCE_LENGTH: Key<LengthFn> = Key::new(49);
/// `+` of sequences
pub const CONCAT: Key<BinaryFn> = Key::new(50);
/// `*` of sequences
pub const REPEAT: Key<RepeatFn> = Key::new(51);
/// `__getitem__` by an index
pub const ITEM: Key<ItemFn> = Key::new(52);
/// `__setitem__`, `__delitem__` by an index
pub const STORE_ITEM: Key<StoreItemFn> = Key::new(53);
/// `__contains__`
pub const CONTAINS: Key<ContainsFn> = Key::new(54);
/// `+=` of sequences
pub const INPLACE_CONCAT: Key<BinaryFn> = Key::new(55);
/// `*=` of sequences
pub const INPLACE_REPEAT: Key<RepeatFn> = Key::new(56);
/// `__len__` of mappings
pub const MAPPING_LENGTH: Key<LengthFn> = Key::new(57);
/// `__getitem__`
pub const SUBSCRIPT: Key<BinaryFn> = Key::new(58);
/// `__setitem__`, `__delitem__`
pub const STORE_SUBSCRIPT: Key<StoreSubscriptFn> = Key::new(59);
/// `__await__`
pub const AWAIT: Key<UnaryFn> = Key::new(60);
/// `__aiter__`
pub const AITER: Key<UnaryFn> = Key::new(61);
/// `__anext__`
pub const ANEXT: Key<UnaryFn> = Key::new(62);
/// `send` of what can be awaited or iterated
pub const SEND: Key<SendFn> = Key::new(63);
/// `__buffer__`
pub const GET_BUFFER: Key<GetBufferFn> = Key::new(64);
/// `__release_buffer__`
pub const RELEASE_BUFFER: Key<ReleaseBufferFn> = Key::new(65);
