//! The tagged word as a type.

use std::fmt;
use std::num::NonZeroU64;

use grwl_heap::{CellPtr, Header};

use crate::float;

/// A tagged word that is present. See the crate's head.
///
/// Equality is identity: Python's `is`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Value(NonZeroU64);

/// The largest integer that needs no cell.
pub const SMALL_INT_MAX: i64 = i64::MAX >> 1;
/// The smallest integer that needs no cell.
pub const SMALL_INT_MIN: i64 = i64::MIN >> 1;

const INT_TAG: u64 = 1;

/// What a value is, for a `match`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unpacked {
    /// A small integer.
    Int(i64),
    /// An immediate float.
    Float(f64),
    /// Anything else, boxed integers and floats included.
    Cell(CellPtr),
}

const _: () = assert!(size_of::<Option<Value>>() == 8);

impl Value {
    #[inline(always)]
    const fn of_word(word: u64) -> Option<Self> {
        // `Option::map` is not const.
        match NonZeroU64::new(word) {
            Some(word) => Some(Self(word)),
            None => None,
        }
    }

    /// A small integer; `None` if it needs a cell.
    #[inline(always)]
    pub const fn from_int(int: i64) -> Option<Self> {
        let word = (int as u64) << 1 | INT_TAG;
        if (word as i64) >> 1 == int {
            Self::of_word(word)
        } else {
            None
        }
    }

    /// A small integer that is known to fit.
    ///
    /// # Panics
    /// If it does not, in debug builds; otherwise the high bit is lost.
    #[inline(always)]
    pub const fn small(int: i64) -> Self {
        debug_assert!(SMALL_INT_MIN <= int && int <= SMALL_INT_MAX);
        let word = (int as u64) << 1 | INT_TAG;
        match NonZeroU64::new(word) {
            Some(word) => Self(word),
            None => unreachable!(),
        }
    }

    /// An immediate float; `None` if it needs a cell.
    #[inline(always)]
    pub const fn from_float(float: f64) -> Option<Self> {
        match float::pack(float) {
            Some(word) => Self::of_word(word),
            None => None,
        }
    }

    /// A pointer to a cell or a static object.
    #[inline(always)]
    pub fn from_cell(cell: CellPtr) -> Self {
        let word = cell.as_ptr().expose_provenance() as u64;
        debug_assert!(grwl_heap::is_pointer(word));
        match NonZeroU64::new(word) {
            Some(word) => Self(word),
            None => unreachable!("a CellPtr is not null"),
        }
    }

    /// The small integer that this is.
    #[inline(always)]
    pub const fn as_int(self) -> Option<i64> {
        if self.0.get() & INT_TAG != 0 {
            Some(self.0.get() as i64 >> 1)
        } else {
            None
        }
    }

    /// The immediate float that this is.
    #[inline(always)]
    pub const fn as_float(self) -> Option<f64> {
        if self.0.get() & float::TAG_MASK == float::TAG {
            Some(float::unpack(self.0.get()))
        } else {
            None
        }
    }

    /// The cell that this leads to.
    #[inline(always)]
    pub fn as_cell(self) -> Option<CellPtr> {
        if grwl_heap::is_pointer(self.0.get()) {
            CellPtr::new(std::ptr::with_exposed_provenance_mut::<Header>(
                self.0.get() as usize,
            ))
        } else {
            None
        }
    }

    /// Both small integers, for the fast path of arithmetic.
    #[inline(always)]
    pub const fn both_ints(self, other: Self) -> Option<(i64, i64)> {
        if self.0.get() & other.0.get() & INT_TAG != 0 {
            Some((self.0.get() as i64 >> 1, other.0.get() as i64 >> 1))
        } else {
            None
        }
    }

    /// What it is.
    #[inline(always)]
    pub fn unpack(self) -> Unpacked {
        let word = self.0.get();
        if word & INT_TAG != 0 {
            Unpacked::Int(word as i64 >> 1)
        } else if word & float::TAG_MASK == float::TAG {
            Unpacked::Float(float::unpack(word))
        } else {
            match self.as_cell() {
                Some(cell) => Unpacked::Cell(cell),
                None => unreachable!("a tag that does not exist"),
            }
        }
    }

    /// The word itself, for compiled code and the collector.
    #[inline(always)]
    pub const fn bits(self) -> NonZeroU64 {
        self.0
    }

    /// The value with these bits; `None` for absent.
    ///
    /// # Safety
    /// The bits come from [`bits`](Self::bits), and if they are a pointer, its cell is alive.
    #[inline(always)]
    pub const unsafe fn from_bits(bits: u64) -> Option<Self> {
        Self::of_word(bits)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unpack() {
            Unpacked::Int(int) => write!(f, "int {int}"),
            Unpacked::Float(float) => write!(f, "float {float:?}"),
            Unpacked::Cell(cell) => write!(f, "cell {cell:p}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SMALL_INT_MAX, SMALL_INT_MIN, Unpacked, Value};
    use std::ptr::NonNull;

    use grwl_heap::CellPtr;

    #[test]
    fn small_integers_come_back() {
        for int in [0, 1, -1, 42, -42, SMALL_INT_MAX, SMALL_INT_MIN] {
            let value = Value::from_int(int).expect("it is small");
            assert_eq!(value.as_int(), Some(int));
            assert_eq!(value.unpack(), Unpacked::Int(int));
            assert_eq!(value.as_float(), None);
            assert_eq!(value.as_cell(), None);
            assert_eq!(Value::small(int), value);
        }
    }

    #[test]
    fn large_integers_need_a_cell() {
        for int in [SMALL_INT_MAX + 1, SMALL_INT_MIN - 1, i64::MAX, i64::MIN] {
            assert_eq!(Value::from_int(int), None);
        }
    }

    #[test]
    fn floats_come_back() {
        for float in [0.0, 1.5, -2.25, 1e100_f64.sqrt()] {
            let value = Value::from_float(float).expect("it is immediate");
            assert_eq!(value.as_float(), Some(float));
            assert_eq!(value.unpack(), Unpacked::Float(float));
            assert_eq!(value.as_int(), None);
            assert_eq!(value.as_cell(), None);
        }
        assert_eq!(Value::from_float(f64::NAN), None);
        assert_eq!(Value::from_float(-0.0), None);
    }

    #[test]
    fn pointers_come_back() {
        #[repr(align(16))]
        struct Static([u8; 16]);
        let object = Static([0; 16]);
        let cell: CellPtr = NonNull::from(&object).cast();
        let value = Value::from_cell(cell);
        assert_eq!(value.as_cell(), Some(cell));
        assert_eq!(value.unpack(), Unpacked::Cell(cell));
        assert_eq!(value.as_int(), None);
        assert_eq!(value.as_float(), None);
        assert_eq!(object.0, [0; 16]);
    }

    #[test]
    fn kinds_are_apart() {
        let one = Value::small(1);
        let float = Value::from_float(1.0).expect("it is immediate");
        assert_ne!(one, float);
        assert_eq!(one.both_ints(Value::small(2)), Some((1, 2)));
        assert_eq!(one.both_ints(float), None);
        assert_eq!(float.both_ints(one), None);
        assert_eq!(float.both_ints(float), None);
    }

    #[test]
    fn bits_come_back() {
        let value = Value::small(-7);
        // SAFETY: the bits come from `bits`, and are no pointer.
        assert_eq!(unsafe { Value::from_bits(value.bits().get()) }, Some(value));
        // SAFETY: absent is no pointer.
        assert_eq!(unsafe { Value::from_bits(0) }, None);
    }
}
