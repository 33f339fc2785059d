//! Iterators over a deque, in both directions.
//!
//! Protocol: an iterator takes the number of its next element under its own lock, then the element under the deque's: so each is given once.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::{
    Args, Cell, Declaration, Method, PyResult, Ref, Slot, Thread, Tuple, TypeObject, TypeSpec,
    Value, ValueExt, instance, int, none, protocol, slots, types,
};
use grwl_threads::sync::{AtomicU64, Ordering};

use crate::ring::Deque;

/// `collections._deque_iterator` and `collections._deque_reverse_iterator`
#[repr(C)]
pub(crate) struct DequeIterator {
    header: Header,
    deque: Slot,
    /// How many elements are left.
    left: AtomicU64,
    /// The deque's state at the beginning.
    state: AtomicU64,
}

// SAFETY: repr(C), begins with a header, atomic fields; the other type has the same layout, and is not asked for by `downcast`.
unsafe impl Cell for DequeIterator {
    fn type_object() -> &'static TypeObject {
        &DEQUE_ITERATOR
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(DequeIterator, deque) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<DequeIterator>()),
    drop: None,
    name: "deque_iterator",
};

const fn declaration(name: &'static str) -> Declaration {
    Declaration {
        name,
        base: Some(&types::OBJECT),
        class: &types::TYPE,
        flags: 0,
        cell: &CELL,
        kind: Kind::Traced,
        size: size_of::<DequeIterator>(),
        attributes: 0,
    }
}

/// `collections._deque_iterator`
pub static DEQUE_ITERATOR: TypeObject =
    TypeObject::declare(&declaration("collections._deque_iterator"));
/// `collections._deque_reverse_iterator`
pub static DEQUE_REVERSE_ITERATOR: TypeObject =
    TypeObject::declare(&declaration("collections._deque_reverse_iterator"));

static METHODS: &[Method] = &[
    Method::no_arguments(
        "__length_hint__",
        hint,
        "__length_hint__($self, /)\n--\n\nHow many elements are left.",
    ),
    Method::no_arguments(
        "__reduce__",
        reduce,
        "__reduce__($self, /)\n--\n\nThe parts, for pickling.",
    ),
];

pub(crate) static SPEC: TypeSpec = TypeSpec {
    slots: &[
        slots::NEW.is(new),
        slots::ITER.is(itself),
        slots::NEXT.is(next),
    ],
    methods: METHODS,
    ..TypeSpec::NONE
};
pub(crate) static REVERSE_SPEC: TypeSpec = TypeSpec {
    slots: &[
        slots::NEW.is(new),
        slots::ITER.is(itself),
        slots::NEXT.is(next_backwards),
    ],
    methods: METHODS,
    ..TypeSpec::NONE
};

fn this(value: Value) -> Ref<DequeIterator> {
    assert!(std::ptr::eq(value.class().payload(), &CELL));
    match value.as_cell() {
        // SAFETY: its type's payload is this layout.
        Some(cell) => unsafe { Ref::from_cell(cell) },
        None => unreachable!("an immediate has another payload"),
    }
}

fn make(thread: &Thread, class: Ref<TypeObject>, deque: Ref<Deque>) -> PyResult {
    let value = Value::from_cell(instance::allocate(thread, class)?);
    let this = this(value);
    thread.store(this, &this.deque, Some(deque.value()));
    this.state.store(deque.state(), Ordering::Relaxed);
    this.left.store(deque.len() as u64, Ordering::Relaxed);
    Ok(value)
}

pub(crate) fn forwards(thread: &mut Thread, deque: Value) -> PyResult {
    make(
        thread,
        Ref::from_static(&DEQUE_ITERATOR),
        crate::deque::this(deque),
    )
}

pub(crate) fn backwards(thread: &mut Thread, deque: Value) -> PyResult {
    make(
        thread,
        Ref::from_static(&DEQUE_REVERSE_ITERATOR),
        crate::deque::this(deque),
    )
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let args = Args::positional(args.by_position());
    let name = crate::short(&class);
    let [Some(deque), index] = args.unpack(thread, &name, 1)? else {
        unreachable!("one is required");
    };
    let Some(deque) = deque.downcast::<Deque>() else {
        return Err(thread.type_error(format_args!(
            "argument 1 must be collections.deque, not {}",
            deque.class().name()
        )));
    };
    let index = match index {
        Some(index) => protocol::as_isize(thread, index)?.max(0) as u64,
        None => 0,
    };
    let value = make(thread, class, deque)?;
    let left = deque.len() as u64;
    this(value)
        .left
        .store(left.saturating_sub(index), Ordering::Relaxed);
    Ok(value)
}

fn itself(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(value)
}

/// The next element in either direction: `index` finds its place, given the length and how many are left.
fn advance(
    thread: &mut Thread,
    value: Value,
    index: impl FnOnce(usize, usize) -> usize,
) -> PyResult<Option<Value>> {
    let this = this(value);
    let Some(deque) = this.deque.load().and_then(Value::downcast::<Deque>) else {
        return Ok(None);
    };
    let left = {
        let _locked = thread.lock_cell(&this);
        let left = this.left.load(Ordering::Relaxed);
        this.left.store(left.saturating_sub(1), Ordering::Relaxed);
        left as usize
    };
    let state = this.state.load(Ordering::Relaxed);
    if left == 0 && deque.state() == state {
        return Ok(None);
    }
    let place = index(deque.len(), left);
    let (element, now) = deque.get(thread, place);
    if now != state {
        this.left.store(0, Ordering::Relaxed);
        return Err(thread.runtime_error("deque mutated during iteration"));
    }
    Ok(element)
}

fn next(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    advance(thread, value, usize::wrapping_sub)
}

fn next_backwards(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    advance(thread, value, |_, left| left.wrapping_sub(1))
}

fn hint(thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::from_i64(
        thread,
        this(value).left.load(Ordering::Relaxed) as i64,
    ))
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(value);
    let deque = this.deque.load();
    let length = deque
        .and_then(Value::downcast::<Deque>)
        .map_or(0, |deque| deque.len());
    let given = length.saturating_sub(this.left.load(Ordering::Relaxed) as usize);
    let given = int::from_usize(thread, given);
    let args = Tuple::try_new(thread, &[deque.unwrap_or_else(none), given])?;
    Ok(Tuple::try_new(thread, &[value.class().value(), args.value()])?.value())
}
