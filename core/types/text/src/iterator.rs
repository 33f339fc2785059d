//! Iterators over strings: `str_iterator`, and `str_ascii_iterator` for those that are ASCII.

use grwl_object::iterators::IndexIterator;
use grwl_object::native::{Method, TypeSpec};
use grwl_object::{PyResult, Ref, Str, Thread, Value, ValueExt, int, slots, types};

use crate::arguments;

/// `iter(s)`
pub(crate) fn iterate(thread: &mut Thread, this: Value) -> PyResult {
    let class = if arguments::own(this).is_ascii() {
        &types::STR_ASCII_ITERATOR
    } else {
        &types::STR_ITERATOR
    };
    Ok(IndexIterator::new(thread, class, this, 0).value())
}

fn own(this: Value) -> Ref<IndexIterator> {
    // SAFETY: these functions belong to types with this layout.
    unsafe { IndexIterator::of(this) }
}

fn itself(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(this)
}

fn string_of(iterator: Ref<IndexIterator>) -> Option<Ref<Str>> {
    iterator.sequence()?.downcast::<Str>()
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    Ok(own(this).step(thread, 1, |thread, sequence, index| {
        let index = usize::try_from(index).ok()?;
        let code = sequence.downcast::<Str>()?.text().get(index)?;
        Some(Str::from_code(thread, code).value())
    }))
}

fn length_hint(thread: &mut Thread, this: Value) -> PyResult {
    let iterator = own(this);
    let left = string_of(iterator).map_or(0, |string| {
        string
            .len()
            .saturating_sub(iterator.index().max(0) as usize)
    });
    Ok(int::from_usize(thread, left))
}

fn set_state(thread: &mut Thread, this: Value, state: Value) -> PyResult {
    let index = arguments::size(thread, state)?;
    let iterator = own(this);
    if let Some(string) = string_of(iterator) {
        iterator.set_index((index.max(0) as usize).min(string.len()) as i64);
    }
    Ok(grwl_object::none())
}

fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    own(this).reduce(thread, "iter", |_| Str::empty().value())
}

/// Both iterators.
pub(crate) static SPEC: TypeSpec = TypeSpec {
    slots: &[slots::ITER.is(itself), slots::NEXT.is(next)],
    methods: &[
        Method::no_arguments(
            "__length_hint__",
            length_hint,
            "__length_hint__($self, /)\n--\n\nHow many characters are left.",
        ),
        Method::no_arguments(
            "__reduce__",
            reduce,
            "__reduce__($self, /)\n--\n\nFor pickling: how to make an iterator that goes on here.",
        ),
        Method::one(
            "__setstate__",
            set_state,
            "__setstate__($self, state, /)\n--\n\nMoves the iterator to an index.",
        ),
    ],
    ..TypeSpec::NONE
};
