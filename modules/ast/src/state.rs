//! The classes by their place in the grammar's table, and the one instance of each class without fields.
//!
//! Invariant: once the module was made, the type `AST`'s extra slot holds the list `[classes, instances]` (a tuple there would be taken for names of members): two
//! tuples as long as the table; `None` stands for a class whose instances are not shared.

use grwl_frontend::tree::Kind;
use grwl_frontend::tree::grammar::CLASSES;
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::{
    Buffer, PyResult, Ref, Thread, Tuple, Value, ValueExt, class, intern, none, protocol,
};

use crate::node::AST;

/// What the module knows.
#[derive(Clone, Copy)]
pub(crate) struct State {
    classes: Ref<Tuple>,
    instances: Ref<Tuple>,
}

/// Fills the slot.
pub(crate) fn remember(thread: &mut Thread, known: Ref<Dict>) -> PyResult<()> {
    let mut classes = Buffer::new();
    let mut instances = Buffer::new();
    for row in CLASSES {
        let name = intern(thread, row.name);
        let class = known.get_str(name).expect("the classes were made");
        classes.push(thread, class)?;
        let instance = if row.kind.is_simple() {
            protocol::call_positional(thread, class, &[])?
        } else {
            none()
        };
        instances.push(thread, instance)?;
    }
    let classes = Tuple::try_new(thread, &classes)?.value();
    let instances = Tuple::try_new(thread, &instances)?.value();
    let state = List::from_slice(thread, &[classes, instances])?.value();
    let root = Ref::from_static(&AST);
    thread.store(root, root.extra_slot(), Some(state));
    Ok(())
}

impl State {
    /// What the module knows, if it was made.
    pub(crate) fn of_process() -> Option<Self> {
        let state = AST.extra_slot().load()?.downcast::<List>()?;
        Some(Self {
            classes: state.get(0)?.downcast()?,
            instances: state.get(1)?.downcast()?,
        })
    }

    /// What the module knows; it is imported if it was not yet.
    pub(crate) fn get(thread: &mut Thread) -> PyResult<Self> {
        if let Some(state) = Self::of_process() {
            return Ok(state);
        }
        class::import(thread, "_ast")?;
        Self::of_process().ok_or_else(|| thread.system_error("the module _ast has no classes"))
    }

    /// A class.
    pub(crate) fn class(self, kind: Kind) -> Value {
        self.classes.at(kind as usize)
    }

    /// The instance of a class without fields.
    pub(crate) fn single(self, kind: Kind) -> Value {
        self.instances.at(kind as usize)
    }

    /// The row of the table whose class it is, exactly.
    pub(crate) fn kind_of(self, class: Value) -> Option<Kind> {
        let index = self.classes.as_slice().iter().position(|&of| of == class)?;
        Some(CLASSES[index].kind)
    }
}
