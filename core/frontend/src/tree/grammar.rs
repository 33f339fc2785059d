//! What the grammar's table says of a class.

pub use super::table::{CLASSES, Kind};

/// How many values a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Exactly one.
    One,
    /// One or `None`.
    Optional,
    /// A list.
    Many,
}

/// A field of a node.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// The grammar's name of what it holds: a class, or one of the simple types.
    pub of: &'static str,
    /// How many of them.
    pub count: Count,
}

impl Field {
    /// A field.
    pub(super) const fn new(name: &'static str, of: &'static str, count: Count) -> Self {
        Self { name, of, count }
    }
}

/// Which attributes for a node's place in its source a class has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Positions {
    /// Those of its base.
    Inherited,
    /// None.
    Absent,
    /// All four; the end may be absent.
    OptionalEnd,
    /// All four.
    Required,
}

/// A class of nodes.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// Its place in the table.
    pub kind: Kind,
    /// The name in Python.
    pub name: &'static str,
    /// The name of the class it derives from.
    pub base: &'static str,
    /// The grammar's rule.
    pub doc: &'static str,
    /// The fields, in the order of `_fields`.
    pub fields: &'static [Field],
    /// The attributes that say where it stands.
    pub positions: Positions,
}

impl Class {
    /// Which attributes its nodes have, inherited ones included.
    #[must_use]
    pub fn place(&self) -> Positions {
        if self.positions != Positions::Inherited {
            return self.positions;
        }
        CLASSES
            .iter()
            .find(|other| other.name == self.base)
            .map_or(Positions::Absent, |base| base.positions)
    }
}

impl Kind {
    /// What the table says.
    #[must_use]
    pub fn class(self) -> &'static Class {
        &CLASSES[self as usize]
    }

    /// The class that the grammar calls so.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        CLASSES
            .iter()
            .find(|class| class.name == name)
            .map(|class| class.kind)
    }

    /// Is it a class without fields and places, such as `Load`, of which one instance is enough?
    #[must_use]
    pub fn is_simple(self) -> bool {
        matches!(
            self.class().base,
            "expr_context" | "boolop" | "operator" | "unaryop" | "cmpop"
        )
    }
}
