//! From nodes to the parser's tree, for the compiler.
//!
//! | what | where |
//! |---|---|
//! | a text in which every node's place has an offset | `layout` |
//! | statements | `statements` |
//! | expressions | `expressions` |
//! | constants, and strings with fields | `literals` |
//! | parameters, arguments, type parameters | `parameters` |
//! | patterns | `patterns` |
//!
//! The compiler turns each range into a line and a column of a source text. A tree has none, so one is made up, of blanks, in which they come out as the nodes say.
//!
//! Invariant: the tree has passed [`super::validate`]; a required field is there.

mod expressions;
mod layout;
mod literals;
mod parameters;
mod patterns;
mod statements;

use std::cell::RefCell;

use ruff_python_ast::{self as ast, AtomicNodeIndex, Identifier, Mod};
use ruff_text_size::TextRange;

pub(crate) use layout::Layout;

use super::{Item, Kind, Node};

/// Makes the parser's nodes.
pub(super) struct Writer {
    pub(super) layout: RefCell<Layout>,
}

/// The parser's tree of a tree of nodes, and the text that goes with it.
pub(crate) fn write(tree: &Node) -> (Mod, Layout) {
    let writer = Writer {
        layout: RefCell::new(Layout::new(tree)),
    };
    let module = match tree.kind {
        Kind::Expression => Mod::Expression(ast::ModExpression {
            node_index: AtomicNodeIndex::NONE,
            range: TextRange::default(),
            body: Box::new(writer.expression(required(tree, "body"))),
        }),
        _ => Mod::Module(ast::ModModule {
            node_index: AtomicNodeIndex::NONE,
            range: TextRange::default(),
            body: writer.statements(tree, "body"),
            runtime_body: None,
        }),
    };
    (module, writer.layout.into_inner())
}

/// The node in a field that must be there.
fn required<'n>(node: &'n Node, field: &str) -> &'n Node {
    node.node(field).expect("a required field is there")
}

impl Writer {
    fn range(&self, node: &Node) -> TextRange {
        self.layout.borrow().range(node.span)
    }

    fn identifier(&self, text: &str, range: TextRange) -> Identifier {
        Identifier::new(text, range)
    }

    /// The name in a field, at the node's own place.
    fn name(&self, node: &Node, field: &str) -> Option<Identifier> {
        let range = self.range(node);
        node.name(field).map(|text| self.identifier(text, range))
    }

    fn required_name(&self, node: &Node, field: &str) -> Identifier {
        self.name(node, field).expect("a required field is there")
    }

    fn names(&self, node: &Node, field: &str) -> Vec<Identifier> {
        let range = self.range(node);
        let names = node.list(field).iter().filter_map(|item| match item {
            Item::Name(text) => Some(self.identifier(text, range)),
            _ => None,
        });
        names.collect()
    }
}
