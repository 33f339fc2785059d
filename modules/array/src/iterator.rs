//! `arrayiterator`. See `grwl_object::iterators` for what threads that share one may see.

use grwl_heap::Kind;
use grwl_object::iterators::{INDEX_ITERATOR_CELL, IndexIterator, builtin};
use grwl_object::{
    Declaration, Method, PyResult, Ref, Thread, Tuple, TypeObject, TypeSpec, Value, ValueExt,
    flags, int, none, slots, types,
};

use crate::array::Array;

/// `array.arrayiterator`
pub static ARRAY_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "array.arrayiterator",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &INDEX_ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<IndexIterator>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    slots: &[slots::ITER.is(|_, this| Ok(this)), slots::NEXT.is(next)],
    methods: &[
        Method::no_arguments(
            "__reduce__",
            reduce,
            "__reduce__($self, /)\n--\n\nFor pickling: how to make an iterator that goes on here.",
        ),
        Method::one(
            "__setstate__",
            set_state,
            "__setstate__($self, state, /)\n--\n\nGo on at this index.",
        ),
    ],
    ..TypeSpec::NONE
};

/// `iter(array)`
pub(crate) fn begin(thread: &mut Thread, array: Value) -> PyResult {
    Ok(IndexIterator::new(thread, &ARRAY_ITERATOR, array, 0).value())
}

fn own(this: Value) -> Ref<IndexIterator> {
    debug_assert!(std::ptr::eq(this.class().as_ptr(), &ARRAY_ITERATOR));
    // SAFETY: descriptors and slots call a type's functions with its instances only.
    unsafe { IndexIterator::of(this) }
}

fn array_of(iterator: Ref<IndexIterator>) -> Option<Ref<Array>> {
    iterator.sequence()?.downcast::<Array>()
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let mut found = None;
    own(this).step(thread, 1, |_, sequence, index| {
        let array = sequence.downcast::<Array>()?;
        found = array.get(index as usize).map(|bits| (array, bits));
        found.map(|_| sequence)
    });
    match found {
        Some((array, bits)) => array.kind().decode(thread, bits).map(Some),
        None => Ok(None),
    }
}

fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    let iter = builtin(thread, "iter")?;
    let iterator = own(this);
    let Some(array) = iterator.sequence() else {
        let nothing = Tuple::empty().value();
        let args = Tuple::try_new(thread, &[nothing])?.value();
        return Ok(Tuple::try_new(thread, &[iter, args])?.value());
    };
    let index = int::from_i64(thread, iterator.index());
    let args = Tuple::try_new(thread, &[array])?.value();
    Ok(Tuple::try_new(thread, &[iter, args, index])?.value())
}

fn set_state(thread: &mut Thread, this: Value, state: Value) -> PyResult {
    if !int::is_int(state) {
        return Err(thread.type_error("an integer is required"));
    }
    let index = grwl_types_text::arguments::size(thread, state)?;
    let iterator = own(this);
    if let Some(array) = array_of(iterator) {
        iterator.set_index(index.clamp(0, array.len() as isize) as i64);
    }
    Ok(none())
}
