//! Operators of `bytes` and `bytearray` that change nothing, and iteration.

use grwl_object::buffer::{self, BufferView};
use grwl_object::bytes::Bytes;
use grwl_object::int::{IntView, view};
use grwl_object::iterators::IndexIterator;
use grwl_object::native::{Method, TypeSpec};
use grwl_object::protocol::convert;
use grwl_object::slice::Slice;
use grwl_object::{
    CompareOp, PyResult, Ref, Str, Thread, Tuple, Value, ValueExt, int, not_implemented, protocol,
    singleton, slots, types,
};
use grwl_text::Text;
use grwl_types_text::arguments::check_room;

use crate::byte_array::ByteArray;
use crate::contents::{NO_BYTE, held, is_array, known, like, of, own, unchanged};

/// `len(b)`
pub(crate) fn length(_thread: &mut Thread, this: Value) -> PyResult<usize> {
    Ok(length_of(this))
}

fn length_of(this: Value) -> usize {
    match this.downcast::<Bytes>() {
        Some(bytes) => bytes.len(),
        None => this.downcast::<ByteArray>().map_or(0, |array| array.len()),
    }
}

fn byte_at(this: Value, index: usize) -> Option<u8> {
    match this.downcast::<Bytes>() {
        Some(bytes) => bytes.as_slice().get(index).copied(),
        None => this.downcast::<ByteArray>()?.get(index),
    }
}

/// `b + x`
pub(crate) fn concat(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let right = match of(thread, b) {
        Ok(right) => right,
        Err(raised) if raised.matches(&types::TYPE_ERROR) => {
            return Err(thread.type_error(format_args!(
                "can't concat {} to {}",
                b.class().name(),
                a.class().name()
            )));
        }
        Err(raised) => return Err(raised),
    };
    let left = own(thread, a);
    if !is_array(a) && right.is_empty() && a.downcast_exact::<Bytes>().is_some() {
        return Ok(a);
    }
    if !is_array(a) && left.is_empty() && b.downcast_exact::<Bytes>().is_some() {
        return Ok(b);
    }
    like(thread, a, &[&left[..], &right[..]].concat())
}

/// `b * n`
pub(crate) fn repeat(thread: &mut Thread, this: Value, times: isize) -> PyResult {
    let bytes = own(thread, this);
    let times = usize::try_from(times).unwrap_or(0);
    if times == 1 {
        return unchanged(thread, this, &bytes);
    }
    let repeated = repeated(thread, &bytes, times, is_array(this))?;
    like(thread, this, &repeated)
}

/// Bytes a number of times.
///
/// # Errors
/// `OverflowError`, `MemoryError`
pub(crate) fn repeated(
    thread: &Thread,
    bytes: &[u8],
    times: usize,
    is_array: bool,
) -> PyResult<Vec<u8>> {
    let length = bytes.len().checked_mul(times);
    match length.filter(|&length| length <= isize::MAX as usize) {
        Some(length) => check_room(thread, length)?,
        None if is_array => return Err(thread.memory_error()),
        None => return Err(thread.overflow_error("repeated bytes are too long")),
    }
    Ok(bytes.repeat(times))
}

/// `x in b`
pub(crate) fn contains(thread: &mut Thread, this: Value, element: Value) -> PyResult<bool> {
    held(thread, this, &[element], |thread| {
        contains_element(thread, this, element)
    })
}

fn contains_element(thread: &mut Thread, this: Value, element: Value) -> PyResult<bool> {
    if convert::has_index(element) {
        match convert::index(thread, element) {
            Ok(int) => {
                let byte = match view(int) {
                    Some(IntView::Small(small @ 0..256)) => small as u8,
                    _ => return Err(thread.value_error(NO_BYTE)),
                };
                return Ok(own(thread, this).contains(&byte));
            }
            Err(raised) if raised.matches(&types::TYPE_ERROR) => {}
            Err(raised) => return Err(raised),
        }
    }
    let element = of(thread, element)?;
    Ok(grwl_text::search::find(&own(thread, this)[..], &element).is_some())
}

/// `b[i]`, the index counted from the start.
pub(crate) fn item(thread: &mut Thread, this: Value, index: isize) -> PyResult {
    let byte = usize::try_from(index)
        .ok()
        .and_then(|index| byte_at(this, index));
    match byte {
        Some(byte) => Ok(Value::small(byte.into())),
        None if is_array(this) => Err(thread.index_error("bytearray index out of range")),
        None => Err(thread.index_error("index out of range")),
    }
}

/// `b[key]`
pub(crate) fn subscript(thread: &mut Thread, this: Value, key: Value) -> PyResult {
    if convert::has_index(key) {
        let index = protocol::as_index(thread, key)?;
        let index = if index < 0 {
            index.wrapping_add_unsigned(length_of(this))
        } else {
            index
        };
        return item(thread, this, index);
    }
    if let Some(slice) = key.downcast::<Slice>() {
        let bounds = slice.bounds(thread)?;
        let bytes = own(thread, this);
        let chosen = bounds.within(bytes.len());
        if chosen.step == 1 && chosen.count == bytes.len() {
            return unchanged(thread, this, &bytes);
        }
        if chosen.step == 1 {
            return like(
                thread,
                this,
                &bytes[chosen.start..chosen.start + chosen.count],
            );
        }
        let taken = grwl_text::join::every(&bytes, chosen.start, chosen.step, chosen.count);
        return like(thread, this, &taken);
    }
    let kind = if is_array(this) { "bytearray" } else { "byte" };
    Err(thread.type_error(format_args!(
        "{kind} indices must be integers or slices, not {}",
        key.class().name()
    )))
}

/// `b < x` and its like
pub(crate) fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(left), right) = (known(thread, a), known(thread, b)) else {
        return Ok(not_implemented());
    };
    let right = match right {
        Some(right) => right,
        None if is_array(a) && buffer::is_supported(b) => match of(thread, b) {
            Ok(right) => right,
            Err(_) => return Ok(not_implemented()),
        },
        None => return Ok(not_implemented()),
    };
    if is_array(b) && !is_array(a) {
        // The bytearray answers.
        return Ok(not_implemented());
    }
    Ok(singleton::bool(op.holds(left[..].cmp(&right[..]))))
}

/// `hash(b)`
pub(crate) fn hash(_thread: &mut Thread, this: Value) -> PyResult<i64> {
    Ok(this.downcast::<Bytes>().map_or(0, |bytes| bytes.hash()))
}

/// `repr(b)`
pub(crate) fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let bytes = own(thread, this);
    check_room(thread, bytes.len().saturating_mul(4))?;
    let shown = grwl_text::repr::repr_bytes(&bytes);
    if is_array(this) {
        let name = this.class().name().to_string();
        let name = name.rsplit('.').next().unwrap_or(&name);
        let shown = if shown.starts_with(b"b\"") {
            // A bytearray escapes single quotes between double ones, too.
            grwl_text::replace::replace(&shown, b"'", b"\\'", usize::MAX).unwrap_or(shown)
        } else {
            shown
        };
        let mut text = grwl_text::TextBuilder::new();
        text.push_str(name);
        text.push_str("(");
        text.push_text(Text::One(&shown));
        text.push_str(")");
        return Ok(Str::from_buf(thread, &text.finish())?.value());
    }
    Ok(Str::try_from_text(thread, Text::One(&shown))?.value())
}

/// `b % x`
pub(crate) fn remainder(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    match known(thread, a) {
        Some(format) => {
            let values = b.downcast::<Tuple>();
            let only = [b];
            let operands = values.as_ref().map_or(&only[..], |tuple| tuple.as_slice());
            let made = held(thread, a, operands, |thread| {
                crate::percent::format(thread, &format, b)
            })?;
            like(thread, a, &made)
        }
        None => Ok(not_implemented()),
    }
}

/// A view of a `bytes`.
pub(crate) fn get_buffer(thread: &mut Thread, this: Value, flags: u32) -> PyResult<BufferView> {
    let bytes = this
        .downcast::<Bytes>()
        .map_or(&[][..], Ref::<Bytes>::as_slice);
    if flags & buffer::request::WRITABLE != 0 {
        return Err(thread.buffer_error("Object is not writable."));
    }
    let pointer = bytes.as_ptr().cast_mut();
    Ok(BufferView::of_bytes(this, pointer, bytes.len(), true))
}

/// `iter(b)`
pub(crate) fn iterate(thread: &mut Thread, this: Value) -> PyResult {
    let class = if is_array(this) {
        &types::BYTEARRAY_ITERATOR
    } else {
        &types::BYTES_ITERATOR
    };
    Ok(IndexIterator::new(thread, class, this, 0).value())
}

fn iterator(this: Value) -> Ref<IndexIterator> {
    // SAFETY: these functions belong to types with this layout.
    unsafe { IndexIterator::of(this) }
}

fn itself(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(this)
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    Ok(iterator(this).step(thread, 1, |_, sequence, index| {
        let byte = byte_at(sequence, usize::try_from(index).ok()?)?;
        Some(Value::small(byte.into()))
    }))
}

fn length_hint(thread: &mut Thread, this: Value) -> PyResult {
    let iterator = iterator(this);
    let left = iterator.sequence().map_or(0, |sequence| {
        length_of(sequence).saturating_sub(iterator.index().max(0) as usize)
    });
    Ok(int::from_usize(thread, left))
}

fn set_state(thread: &mut Thread, this: Value, state: Value) -> PyResult {
    let index = grwl_types_text::arguments::size(thread, state)?;
    let iterator = iterator(this);
    if let Some(sequence) = iterator.sequence() {
        iterator.set_index((index.max(0) as usize).min(length_of(sequence)) as i64);
    }
    Ok(grwl_object::none())
}

fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    iterator(this).reduce(thread, "iter", |_| Tuple::empty().value())
}

/// The iterators of both.
pub(crate) static ITERATOR: TypeSpec = TypeSpec {
    slots: &[slots::ITER.is(itself), slots::NEXT.is(next)],
    methods: &[
        Method::no_arguments(
            "__length_hint__",
            length_hint,
            "__length_hint__($self, /)\n--\n\nHow many bytes are left.",
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
