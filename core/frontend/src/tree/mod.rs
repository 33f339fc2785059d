//! Syntax trees as Python's module `ast` shows them, in plain data.
//!
//! A [`Node`] is what an instance of a class of `ast` is: its class, its place, its fields in the order of the grammar. The runtime makes objects
//! of nodes and nodes of objects by the grammar's table alone; all that knows what a node means is here.
//!
//! | from | to | where |
//! |---|---|---|
//! | the parser's tree | nodes | `from_parser` |
//! | nodes | the parser's tree | `to_parser` |
//! | the comments `# type: ...` | fields of nodes | `comments` |
//! | `(int) -> str` | nodes | `signature` |
//! | the grammar, printed by `generate_table.py` | | `grammar`, `table` |
//! | what a tree made by hand must not be | `ValueError`, `TypeError` | `validate` |
//! | an optimised tree | | `optimise` |
//! | what an older Python did not know | `SyntaxError` | `version` |
//!
//! Invariant: a node's fields are as many as its class has in the table, and of the grammar's types, except that any may be [`Item::Absent`] until
//! `validate` has seen it.

pub mod grammar;
mod table;

pub(crate) mod comments;
pub(crate) mod from_parser;
pub(crate) mod optimise;
pub(crate) mod signature;
pub(crate) mod to_parser;
pub(crate) mod validate;
pub(crate) mod version;

pub use grammar::Kind;
pub use validate::Invalid;

use crate::code::Const;

/// Where a node stands: lines from 1, columns in bytes of UTF-8 from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// `lineno`
    pub line: i32,
    /// `col_offset`
    pub column: i32,
    /// `end_lineno`
    pub end_line: i32,
    /// `end_col_offset`
    pub end_column: i32,
}

/// A node.
#[derive(Debug)]
pub struct Node {
    /// Its class.
    pub kind: Kind,
    /// Its place; meaningless for classes without one.
    pub span: Span,
    /// The fields, in the grammar's order.
    pub fields: Vec<Item>,
}

/// The value of a field.
#[derive(Debug)]
pub enum Item {
    /// Nothing: `None`.
    Absent,
    /// A node.
    Node(Box<Node>),
    /// A node of a class without fields, such as `Load`.
    Simple(Kind),
    /// A list.
    List(Vec<Item>),
    /// An identifier.
    Name(Box<str>),
    /// A number: a flag, a level, a conversion.
    Int(i32),
    /// A constant, or a string.
    Constant(Const),
    /// What no constant may be; the name of its class.
    Unsuitable(Box<str>),
}

impl Node {
    /// A node.
    #[must_use]
    pub fn new(kind: Kind, span: Span, fields: Vec<Item>) -> Self {
        debug_assert_eq!(fields.len(), kind.class().fields.len());
        Self { kind, span, fields }
    }

    /// The place of a field in the class's list.
    fn index(&self, name: &str) -> usize {
        self.kind
            .class()
            .fields
            .iter()
            .position(|field| field.name == name)
            .expect("the class has the field")
    }

    /// A field.
    pub(crate) fn get(&self, name: &str) -> &Item {
        &self.fields[self.index(name)]
    }

    /// A field, to be changed.
    pub(crate) fn get_mut(&mut self, name: &str) -> &mut Item {
        let index = self.index(name);
        &mut self.fields[index]
    }

    /// The node in a field, if there is one.
    pub(crate) fn node(&self, name: &str) -> Option<&Node> {
        self.get(name).as_node()
    }

    /// The elements of a list.
    pub(crate) fn list(&self, name: &str) -> &[Item] {
        self.get(name).as_list()
    }

    /// The elements of a list that are nodes.
    pub(crate) fn nodes(&self, name: &str) -> impl Iterator<Item = &Node> {
        self.list(name).iter().filter_map(Item::as_node)
    }

    /// An identifier.
    pub(crate) fn name(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Item::Name(text) => Some(text),
            _ => None,
        }
    }

    /// A number; 0 if there is none.
    pub(crate) fn int(&self, name: &str) -> i32 {
        match self.get(name) {
            Item::Int(value) => *value,
            _ => 0,
        }
    }

    /// The class of an operator or context.
    pub(crate) fn simple(&self, name: &str) -> Option<Kind> {
        match self.get(name) {
            Item::Simple(kind) => Some(*kind),
            _ => None,
        }
    }

    /// The value of a `Constant`.
    pub(crate) fn constant(&self) -> Option<&Const> {
        match (self.kind, &self.fields.first()) {
            (Kind::Constant, Some(Item::Constant(value))) => Some(value),
            _ => None,
        }
    }

    /// Is it a `Constant` that is a string?
    pub(crate) fn is_string(&self) -> bool {
        matches!(self.constant(), Some(Const::Str(_)))
    }

    /// How deep the tree is.
    pub(crate) fn depth(&self) -> usize {
        let mut most = 0;
        let mut rest = vec![(self, 1)];
        while let Some((node, level)) = rest.pop() {
            most = most.max(level);
            for item in &node.fields {
                match item {
                    Item::Node(inner) => rest.push((inner, level + 1)),
                    Item::List(items) => rest.extend(
                        items
                            .iter()
                            .filter_map(Item::as_node)
                            .map(|inner| (inner, level + 1)),
                    ),
                    _ => {}
                }
            }
        }
        most
    }
}

impl Drop for Node {
    /// Without recursion, however deep the tree.
    fn drop(&mut self) {
        let mut rest = std::mem::take(&mut self.fields);
        while let Some(item) = rest.pop() {
            match item {
                Item::Node(mut node) => rest.append(&mut node.fields),
                Item::List(items) => rest.extend(items),
                _ => {}
            }
        }
    }
}

impl Item {
    /// The node, if it is one.
    #[must_use]
    pub fn as_node(&self) -> Option<&Node> {
        match self {
            Self::Node(node) => Some(node),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    #[must_use]
    pub fn as_list(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// Nothing, or a node.
    pub(crate) fn optional(node: Option<Node>) -> Self {
        node.map_or(Self::Absent, Self::from)
    }

    /// A list of nodes.
    pub(crate) fn nodes(nodes: impl IntoIterator<Item = Node>) -> Self {
        Self::List(nodes.into_iter().map(Self::from).collect())
    }

    /// An identifier.
    pub(crate) fn identifier(text: &str) -> Self {
        Self::Name(text.into())
    }

    /// A string.
    pub(crate) fn string(text: &str) -> Self {
        Self::Constant(Const::str(text))
    }
}

impl From<Node> for Item {
    fn from(node: Node) -> Self {
        Self::Node(Box::new(node))
    }
}
