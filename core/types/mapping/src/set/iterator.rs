//! `set_iterator`.

use grwl_object::list::List;
use grwl_object::set::SetIterator;
use grwl_object::{Buffer, Method, PyResult, Ref, Thread, TypeSpec, Value, ValueExt, slots};

use crate::receiver;

/// What `set_iterator` can do.
pub(crate) static SPEC: TypeSpec = TypeSpec {
    slots: &[slots::ITER.is(itself), slots::NEXT.is(next)],
    methods: &[
        Method::no_arguments(
            "__length_hint__",
            length_hint,
            "__length_hint__($self, /)\n--\n\nPrivate method returning an estimate of len(list(it)).",
        ),
        Method::no_arguments(
            "__reduce__",
            reduce,
            "__reduce__($self, /)\n--\n\nReturn state information for pickling.",
        ),
    ],
    ..TypeSpec::NONE
};

/// `iter(set)`
pub(super) fn iterate(thread: &mut Thread, this: Value) -> PyResult {
    let set = receiver::set(thread, this)?;
    Ok(SetIterator::new(thread, set).value())
}

fn iterator(thread: &mut Thread, this: Value) -> PyResult<Ref<SetIterator>> {
    match this.downcast_exact() {
        Some(iterator) => Ok(iterator),
        None => Err(receiver::wrong(thread, "set_iterator", this)),
    }
}

fn itself(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(this)
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    iterator(thread, this)?.advance(thread)
}

fn length_hint(thread: &mut Thread, this: Value) -> PyResult {
    let iterator = iterator(thread, this)?;
    Ok(Value::small(iterator.length_hint() as i64))
}

/// `(iter, (list of what is still to come,))`
fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    let rest = iterator(thread, this)?.duplicate(thread);
    let mut elements = Buffer::new();
    while let Some(element) = rest.advance(thread)? {
        elements.push(thread, element)?;
    }
    let list = List::from_buffer(thread, elements).value();
    crate::dict_iterator::reduced(thread, list)
}
