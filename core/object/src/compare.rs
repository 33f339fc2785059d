//! The six rich comparisons.

use std::cmp::Ordering;

/// A rich comparison, numbered as CPython's `Py_LT` and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum CompareOp {
    /// `<`
    Lt = 0,
    /// `<=`
    Le = 1,
    /// `==`
    Eq = 2,
    /// `!=`
    Ne = 3,
    /// `>`
    Gt = 4,
    /// `>=`
    Ge = 5,
}

impl CompareOp {
    /// All, by number.
    pub const ALL: [Self; 6] = [Self::Lt, Self::Le, Self::Eq, Self::Ne, Self::Gt, Self::Ge];

    /// The same with the operands exchanged.
    #[must_use]
    pub const fn swapped(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Eq => Self::Eq,
            Self::Ne => Self::Ne,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
        }
    }

    /// The operator.
    pub const fn symbol(self) -> &'static str {
        ["<", "<=", "==", "!=", ">", ">="][self as usize]
    }

    /// Does it hold for operands in this order?
    #[inline(always)]
    pub const fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Lt => matches!(order, Ordering::Less),
            Self::Le => !matches!(order, Ordering::Greater),
            Self::Eq => matches!(order, Ordering::Equal),
            Self::Ne => !matches!(order, Ordering::Equal),
            Self::Gt => matches!(order, Ordering::Greater),
            Self::Ge => !matches!(order, Ordering::Less),
        }
    }

    /// Does it hold for floats in this order (`None`: one is no number)?
    #[inline(always)]
    pub const fn holds_partially(self, order: Option<Ordering>) -> bool {
        match order {
            Some(order) => self.holds(order),
            None => matches!(self, Self::Ne),
        }
    }
}
