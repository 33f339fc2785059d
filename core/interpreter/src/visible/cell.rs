//! `cell`: a variable that inner functions share.

use std::cmp::Ordering;

use grwl_object::{
    Args, CompareOp, GetSet, PyResult, Ref, Str, Thread, TypeObject, TypeSpec, Value, ValueExt,
    not_implemented, protocol, singleton, slots,
};

use crate::function::ClosureCell;

/// What a cell can do.
pub(super) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "cell([contents])\n--\n\nA new cell.\n\n  contents\n    what it holds; without, it is empty",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::REPR.is(repr),
        slots::COMPARE.is(compare),
    ],
    methods: &[],
    getset: &[GetSet::new(
        "cell_contents",
        get_contents,
        set_contents,
        None,
    )],
    constants: &[],
};

fn receiver(value: Value) -> Ref<ClosureCell> {
    value
        .downcast_exact::<ClosureCell>()
        .expect("descriptors of cells are used on cells only")
}

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let [contents] = args.unpack(thread, "cell", 0)?;
    Ok(ClosureCell::new(thread, contents).value())
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let address = this.bits().get();
    let text = match receiver(this).contents.load() {
        None => format!("<cell at {address:#x}: empty>"),
        Some(value) => format!(
            "<cell at {address:#x}: {} object at {:#x}>",
            value.class().name(),
            value.bits().get()
        ),
    };
    Ok(Str::new(thread, &text).value())
}

/// Cells compare by their contents; an empty one comes first.
fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(a), Some(b)) = (
        a.downcast_exact::<ClosureCell>(),
        b.downcast_exact::<ClosureCell>(),
    ) else {
        return Ok(not_implemented());
    };
    match (a.contents.load(), b.contents.load()) {
        (Some(a), Some(b)) => protocol::compare(thread, a, b, op),
        (a, b) => {
            let order = a.is_some().cmp(&b.is_some());
            debug_assert!(order != Ordering::Equal || a.is_none());
            Ok(singleton::bool(op.holds(order)))
        }
    }
}

fn get_contents(thread: &mut Thread, this: Value) -> PyResult {
    match receiver(this).contents.load() {
        Some(value) => Ok(value),
        None => Err(thread.value_error("Cell is empty")),
    }
}

fn set_contents(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let this = receiver(this);
    thread.store(this, &this.contents, value);
    Ok(())
}
