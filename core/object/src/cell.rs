//! Typed pointers to cells.
//!
//! Invariants
//! - A type that implements [`Cell`] is `repr(C)`, begins with a [`Header`], and everything in it that may
//!   change after the cell was published is atomic, or touched only under the cell's lock.
//! - A [`Ref`] lies where the collector looks: on the native stack, or in a traced slot as a [`Value`]. Never in memory
//!   of Rust's own (`Vec`, `Box`, a static): use [`Buffer`](crate::Buffer) or roots for that.

use std::fmt;
use std::ops::Deref;
use std::ptr::NonNull;

use grwl_heap::{CellPtr, Header};
use grwl_value::Value;

use crate::type_object::{TypeObject, type_of};

/// The Rust view of the cells of a built-in type, instances of subclasses included.
///
/// # Safety
/// The type keeps the module's invariants, and each instance of the type that [`type_object`](Self::type_object) returns begins with one.
pub unsafe trait Cell: Sized + 'static {
    /// The flag in [`TypeObject::flags`] that all subclasses have, if there is one; else 0.
    const FLAG: u64 = 0;

    /// The built-in type.
    fn type_object() -> &'static TypeObject;
}

/// A pointer to a cell that is alive.
#[repr(transparent)]
pub struct Ref<T>(NonNull<T>);

impl<T> Clone for Ref<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Ref<T> {}

impl<T> PartialEq for Ref<T> {
    /// Identity.
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Ref<T> {}

impl<T> fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ref({:p})", self.0)
    }
}

impl<T> Deref for Ref<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: a Ref lies where the collector looks, so its cell is alive, and cells do not move.
        unsafe { self.0.as_ref() }
    }
}

impl<T> Ref<T> {
    /// A typed pointer to `cell`.
    ///
    /// # Safety
    /// The cell is alive and is a `T`.
    #[inline(always)]
    pub const unsafe fn from_cell(cell: CellPtr) -> Self {
        Self(cell.cast())
    }

    /// The cell that a reference leads to.
    ///
    /// # Safety
    /// It is a whole cell, or a static object.
    #[inline(always)]
    pub const unsafe fn of(cell: &T) -> Self {
        Self(NonNull::from_ref(cell))
    }

    /// A pointer to a static object.
    #[inline(always)]
    pub const fn from_static(object: &'static T) -> Self {
        Self(NonNull::from_ref(object))
    }

    /// The cell.
    #[inline(always)]
    pub const fn cell(self) -> CellPtr {
        self.0.cast()
    }

    /// The address.
    #[inline(always)]
    pub const fn as_ptr(self) -> *mut T {
        self.0.as_ptr()
    }

    /// The cell as a reference that lives as long as the caller needs it.
    ///
    /// # Safety
    /// The caller keeps the cell alive: some `Ref` or `Value` of it stays where the collector looks for `'a`.
    #[inline(always)]
    pub const unsafe fn long<'a>(self) -> &'a T {
        // SAFETY: the caller's promise.
        unsafe { self.0.as_ref() }
    }

    /// The cell's header.
    #[inline(always)]
    pub fn header(&self) -> &Header {
        // SAFETY: every cell begins with a header, and this one is alive.
        unsafe { self.0.cast::<Header>().as_ref() }
    }

    /// As a value.
    #[inline(always)]
    pub fn value(self) -> Value {
        Value::from_cell(self.0.cast())
    }
}

impl<T> From<Ref<T>> for Value {
    #[inline(always)]
    fn from(cell: Ref<T>) -> Self {
        cell.value()
    }
}

/// What Rust code asks of a value. Brought in by `use grwl_object::ValueExt`.
// A value is one word: it is taken as it is.
#[allow(clippy::wrong_self_convention)]
pub trait ValueExt: Sized {
    /// The value as a cell of `T`'s type or of a subclass.
    fn downcast<T: Cell>(self) -> Option<Ref<T>>;
    /// The value as a cell of exactly `T`'s type.
    fn downcast_exact<T: Cell>(self) -> Option<Ref<T>>;
    /// As [`downcast`](Self::downcast), for who knows.
    ///
    /// # Safety
    /// It is a cell of `T`'s type or of a subclass.
    unsafe fn downcast_unchecked<T: Cell>(self) -> Ref<T>;
    /// Its type; `int` and `float` for immediates.
    fn class(self) -> Ref<TypeObject>;
    /// Is it the singleton `None`?
    fn is_none(self) -> bool;
    /// `None` as Rust's `None`.
    fn not_none(self) -> Option<Value>;
}

impl ValueExt for Value {
    #[inline(always)]
    fn downcast<T: Cell>(self) -> Option<Ref<T>> {
        let cell = self.as_cell()?;
        // SAFETY: a value's cell is alive, and its type word leads to a type.
        let class = unsafe { type_of(cell) };
        let fits = if T::FLAG != 0 {
            class.has_flag(T::FLAG)
        } else {
            class.is_subtype_of(T::type_object())
        };
        // SAFETY: its type is T's or a subclass.
        fits.then(|| unsafe { Ref::from_cell(cell) })
    }

    #[inline(always)]
    fn downcast_exact<T: Cell>(self) -> Option<Ref<T>> {
        let cell = self.as_cell()?;
        // SAFETY: a value's cell is alive, and its type word leads to a type.
        let class = unsafe { type_of(cell) };
        // SAFETY: its type is T's.
        std::ptr::eq(class.as_ptr(), T::type_object()).then(|| unsafe { Ref::from_cell(cell) })
    }

    #[inline(always)]
    unsafe fn downcast_unchecked<T: Cell>(self) -> Ref<T> {
        debug_assert!(self.downcast::<T>().is_some());
        // SAFETY: the caller's promise: it is a cell, and not null.
        unsafe { Ref::from_cell(CellPtr::new_unchecked(self.bits().get() as *mut Header)) }
    }

    #[inline(always)]
    fn class(self) -> Ref<TypeObject> {
        crate::type_object::class_of(self)
    }

    #[inline(always)]
    fn is_none(self) -> bool {
        self == crate::singleton::none()
    }

    #[inline(always)]
    fn not_none(self) -> Option<Value> {
        (!self.is_none()).then_some(self)
    }
}
