//! What lists and tuples do with their elements one by one: compare, search, show. Each step reads the element anew, because the step before may have run Python code.

use grwl_object::{CompareOp, PyResult, Thread, Tuple, Value, protocol, singleton};
use grwl_object::{Ref, list::List};
use grwl_text::TextBuilder;

/// Something with elements that are read by index.
pub(crate) trait Elements: Copy {
    /// How many there are now.
    fn count(self) -> usize;
    /// The element, if it is still there.
    fn element(self, index: usize) -> Option<Value>;
}

impl Elements for Ref<List> {
    #[inline(always)]
    fn count(self) -> usize {
        self.len()
    }
    #[inline(always)]
    fn element(self, index: usize) -> Option<Value> {
        self.get(index)
    }
}

impl Elements for Ref<Tuple> {
    #[inline(always)]
    fn count(self) -> usize {
        self.len()
    }
    #[inline(always)]
    fn element(self, index: usize) -> Option<Value> {
        self.as_slice().get(index).copied()
    }
}

/// A safepoint now and then.
#[inline(always)]
pub(crate) fn rest(thread: &mut Thread, index: usize) -> PyResult<()> {
    if index % 1024 == 1023 {
        thread.poll()
    } else {
        Ok(())
    }
}

/// `a OP b`, element by element.
pub(crate) fn compare<E: Elements>(thread: &mut Thread, a: E, b: E, op: CompareOp) -> PyResult {
    if a.count() != b.count() {
        // Different lengths are never equal.
        match op {
            CompareOp::Eq => return Ok(singleton::bool(false)),
            CompareOp::Ne => return Ok(singleton::bool(true)),
            _ => {}
        }
    }
    let mut index = 0;
    while let (Some(x), Some(y)) = (a.element(index), b.element(index)) {
        if !protocol::same_or_equal(thread, x, y)? {
            if index >= a.count() || index >= b.count() {
                // The comparison has shortened one of them.
                break;
            }
            return match op {
                CompareOp::Eq => Ok(singleton::bool(false)),
                CompareOp::Ne => Ok(singleton::bool(true)),
                _ => protocol::compare(thread, x, y, op),
            };
        }
        rest(thread, index)?;
        index += 1;
    }
    Ok(singleton::bool(op.holds(a.count().cmp(&b.count()))))
}

/// Where the first element equal to `value` is, from `start` to before `stop`, and which it is.
pub(crate) fn find(
    thread: &mut Thread,
    elements: impl Elements,
    value: Value,
    start: usize,
    stop: usize,
) -> PyResult<Option<(usize, Value)>> {
    let mut index = start;
    while index < stop
        && let Some(element) = elements.element(index)
    {
        if protocol::same_or_equal(thread, element, value)? {
            return Ok(Some((index, element)));
        }
        rest(thread, index)?;
        index += 1;
    }
    Ok(None)
}

/// How many elements equal `value`.
pub(crate) fn count(thread: &mut Thread, elements: impl Elements, value: Value) -> PyResult<usize> {
    let mut count = 0;
    let mut index = 0;
    while let Some(element) = elements.element(index) {
        count += usize::from(protocol::same_or_equal(thread, element, value)?);
        rest(thread, index)?;
        index += 1;
    }
    Ok(count)
}

/// Resolves the bounds of `index(value, start, stop)`.
pub(crate) fn search_range(
    thread: &mut Thread,
    length: usize,
    start: Option<Value>,
    stop: Option<Value>,
) -> PyResult<(usize, usize)> {
    let mut bound = |value: Option<Value>, default: usize| -> PyResult<usize> {
        let Some(value) = value else {
            return Ok(default);
        };
        let bound = crate::receiver::search_bound(thread, value)?;
        Ok(if bound < 0 {
            length.saturating_sub(bound.unsigned_abs())
        } else {
            bound as usize
        })
    };
    Ok((bound(start, 0)?, bound(stop, usize::MAX)?))
}

/// How a container is shown.
pub(crate) struct Brackets {
    pub(crate) open: u8,
    pub(crate) close: u8,
    /// What stands for it inside itself.
    pub(crate) inside: &'static str,
    /// A comma after a single element.
    pub(crate) comma: bool,
}

/// Writes the `repr`.
pub(crate) fn write_repr(
    thread: &mut Thread,
    value: Value,
    elements: impl Elements,
    brackets: &Brackets,
    text: &mut TextBuilder,
) -> PyResult<()> {
    let Some(_showing) = protocol::Showing::begin(value) else {
        text.push_str(brackets.inside);
        return Ok(());
    };
    text.push(u32::from(brackets.open));
    let mut index = 0;
    while let Some(element) = elements.element(index) {
        if index > 0 {
            text.push_str(", ");
        }
        protocol::write_repr(thread, element, text)?;
        rest(thread, index)?;
        index += 1;
    }
    if index == 1 && brackets.comma {
        text.push(u32::from(b','));
    }
    text.push(u32::from(brackets.close));
    Ok(())
}
