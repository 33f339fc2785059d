//! `deque`: its methods and operators.
//!
//! Searching and comparing call Python code between the elements, without a lock; a deque that was changed meanwhile is an error, as in CPython.

use grwl_object::protocol::plain;
use grwl_object::protocol::{self, convert};
use grwl_object::slots::{self, SlotValue};
use grwl_object::{
    Args, CompareOp, GetSet, Method, Name, PyResult, Raised, Ref, Signature, Str, Thread, Tuple,
    TypeObject, TypeSpec, Value, ValueExt, instance, int, none, not_implemented, singleton,
};
use grwl_text::TextBuilder;

use crate::ring::{DEQUE, Deque, End};

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("deque([iterable[, maxlen]])\n--\n\nA sequence with quick access to both ends."),
    slots: SLOTS,
    methods: METHODS,
    getset: &[GetSet::read_only(
        "maxlen",
        get_bound,
        Some("maximum size of a deque or None if unbounded"),
    )],
    constants: &[],
};

static SLOTS: &[SlotValue] = &[
    slots::NEW.is(new),
    slots::INIT.is(init),
    slots::REPR.is(repr),
    slots::HASH.is(protocol::hash::not_hashable),
    slots::COMPARE.is(compare),
    slots::ITER.is(crate::deque_iterator::forwards),
    slots::SEQUENCE_LENGTH.is(length),
    slots::CONCAT.is(concat),
    slots::REPEAT.is(repeat),
    slots::ITEM.is(item),
    slots::STORE_ITEM.is(store_item),
    slots::CONTAINS.is(contains),
    slots::INPLACE_CONCAT.is(inplace_concat),
    slots::INPLACE_REPEAT.is(inplace_repeat),
];

static METHODS: &[Method] = &[
    Method::one(
        "append",
        append,
        "append($self, item, /)\n--\n\nAdds an element at the right end.",
    ),
    Method::one(
        "appendleft",
        append_left,
        "appendleft($self, item, /)\n--\n\nAdds an element at the left end.",
    ),
    Method::no_arguments(
        "clear",
        clear,
        "clear($self, /)\n--\n\nRemoves all elements.",
    ),
    Method::no_arguments(
        "__copy__",
        copy,
        "__copy__($self, /)\n--\n\nA deque of the same elements.",
    ),
    Method::no_arguments(
        "copy",
        copy,
        "copy($self, /)\n--\n\nA deque of the same elements.",
    ),
    Method::one(
        "count",
        count,
        "count($self, value, /)\n--\n\nHow many elements equal the value.",
    ),
    Method::one(
        "extend",
        extend,
        "extend($self, iterable, /)\n--\n\nAdds elements at the right end.",
    ),
    Method::one(
        "extendleft",
        extend_left,
        "extendleft($self, iterable, /)\n--\n\nAdds elements at the left end, one by one.",
    ),
    Method::any(
        "index",
        index,
        "index($self, value, [start, [stop]])\n--\n\nThe index of the first element equal to the value; ValueError if there is none.",
    ),
    Method::any(
        "insert",
        insert,
        "insert($self, index, value, /)\n--\n\nPuts a value before an index.",
    ),
    Method::no_arguments(
        "pop",
        pop,
        "pop($self, /)\n--\n\nTakes the rightmost element.",
    ),
    Method::no_arguments(
        "popleft",
        pop_left,
        "popleft($self, /)\n--\n\nTakes the leftmost element.",
    ),
    Method::no_arguments(
        "__reduce__",
        reduce,
        "__reduce__($self, /)\n--\n\nThe parts, for pickling.",
    ),
    Method::one(
        "remove",
        remove,
        "remove($self, value, /)\n--\n\nRemoves the first element equal to the value; ValueError if there is none.",
    ),
    Method::no_arguments(
        "__reversed__",
        crate::deque_iterator::backwards,
        "__reversed__($self, /)\n--\n\nAn iterator from the right end to the left.",
    ),
    Method::no_arguments(
        "reverse",
        reverse,
        "reverse($self, /)\n--\n\nTurns the order around.",
    ),
    Method::any(
        "rotate",
        rotate,
        "rotate($self, n=1, /)\n--\n\nMoves each element so many places to the right; to the left, if it is negative.",
    ),
    Method::no_arguments(
        "__sizeof__",
        size,
        "__sizeof__($self, /)\n--\n\nBytes of the deque.",
    ),
    Method::one(
        "__class_getitem__",
        grwl_object::class::generic_alias,
        "__class_getitem__($type, object, /)\n--\n\nSee PEP 585",
    )
    .of_class(),
];

static SIGNATURE: Signature<2> = Signature::new("deque", ["iterable", "maxlen"]).optional_after(0);
static GET_STATE: Name = Name::new("__getstate__");

pub(crate) fn this(value: Value) -> Ref<Deque> {
    // SAFETY: slots, methods and attributes of the type are used with its instances only; the descriptors have looked.
    unsafe { value.downcast_unchecked() }
}

#[cold]
fn mutated(thread: &mut Thread) -> Raised {
    thread.runtime_error("deque mutated during iteration")
}

#[cold]
fn mutated_in_remove(thread: &mut Thread) -> Raised {
    thread.index_error("deque mutated during remove().")
}

#[cold]
fn out_of_range(thread: &mut Thread) -> Raised {
    thread.index_error("deque index out of range")
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    Ok(Value::from_cell(instance::allocate(thread, class)?))
}

fn init(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    let [iterable, bound] = args.parse(thread, &SIGNATURE)?;
    let this = this(value);
    let bound = match bound.and_then(Value::not_none) {
        None => None,
        Some(bound) if !int::is_int(bound) => {
            return Err(thread.type_error("an integer is required"));
        }
        Some(bound) => match bound.as_int() {
            Some(bound) if bound < 0 => {
                return Err(thread.value_error("maxlen must be non-negative"));
            }
            Some(bound) => Some(bound as usize),
            None => {
                let bound = protocol::as_i64(thread, bound).map_err(|_| {
                    thread.overflow_error("Python int too large to convert to C ssize_t")
                })?;
                match usize::try_from(bound) {
                    Ok(bound) => Some(bound),
                    Err(_) => return Err(thread.value_error("maxlen must be non-negative")),
                }
            }
        },
    };
    this.set_bound(bound);
    if this.len() > 0 {
        this.clear(thread);
    }
    match iterable {
        Some(iterable) => fill(thread, this, iterable, End::Right),
        None => Ok(()),
    }
}

fn fill(thread: &mut Thread, this: Ref<Deque>, iterable: Value, end: End) -> PyResult<()> {
    if iterable == this.value() {
        let all = this.snapshot(thread)?;
        return add(thread, this, &all, end);
    }
    if let Some(elements) = protocol::iterate::elements_of(thread, iterable)? {
        return add(thread, this, &elements, end);
    }
    let iterator = protocol::get_iter(thread, iterable)?;
    let is_kept = this.bound() != Some(0);
    protocol::iterate::for_each_of(thread, iterator, |thread, value| {
        if is_kept {
            this.put(thread, end, value)
        } else {
            Ok(())
        }
    })
}

fn add(thread: &mut Thread, this: Ref<Deque>, values: &[Value], end: End) -> PyResult<()> {
    this.put_all(thread, end, values)
}

fn append(thread: &mut Thread, value: Value, item: Value) -> PyResult {
    this(value).put(thread, End::Right, item)?;
    Ok(none())
}

fn append_left(thread: &mut Thread, value: Value, item: Value) -> PyResult {
    this(value).put(thread, End::Left, item)?;
    Ok(none())
}

fn extend(thread: &mut Thread, value: Value, iterable: Value) -> PyResult {
    fill(thread, this(value), iterable, End::Right)?;
    Ok(none())
}

fn extend_left(thread: &mut Thread, value: Value, iterable: Value) -> PyResult {
    fill(thread, this(value), iterable, End::Left)?;
    Ok(none())
}

fn take(thread: &mut Thread, value: Value, end: End) -> PyResult {
    match this(value).pop(thread, end) {
        Some(item) => Ok(item),
        None => Err(thread.index_error("pop from an empty deque")),
    }
}

fn pop(thread: &mut Thread, value: Value) -> PyResult {
    take(thread, value, End::Right)
}

fn pop_left(thread: &mut Thread, value: Value) -> PyResult {
    take(thread, value, End::Left)
}

fn clear(thread: &mut Thread, value: Value) -> PyResult {
    this(value).clear(thread);
    Ok(none())
}

fn reverse(thread: &mut Thread, value: Value) -> PyResult {
    this(value).reverse(thread);
    Ok(none())
}

fn rotate(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let args = positional(thread, args, "rotate")?;
    let [steps] = args.unpack(thread, "rotate", 0)?;
    let steps = match steps {
        Some(steps) => convert::as_isize(thread, steps)?,
        None => 1,
    };
    this(value).rotate(thread, steps);
    Ok(none())
}

/// Refuses arguments by name to a method.
fn positional<'a>(thread: &mut Thread, args: Args<'a>, name: &str) -> PyResult<Args<'a>> {
    if args.keyword_count() > 0 {
        return Err(thread.type_error(format_args!("deque.{name}() takes no keyword arguments")));
    }
    Ok(args)
}

fn insert(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let args = positional(thread, args, "insert")?;
    let [Some(index), Some(item)] = args.unpack(thread, "insert", 2)? else {
        unreachable!("both are required");
    };
    let index = convert::as_isize(thread, index)?;
    if this(value).insert(thread, index, item)? {
        Ok(none())
    } else {
        Err(thread.index_error("deque already at its maximum size"))
    }
}

/// Calls `found` with the index of each element between the bounds that equals `item`, until it answers `true`: of the elements as they are at one moment. Only a
/// comparison that runs Python code may find the deque changed.
fn search(
    thread: &mut Thread,
    this: Ref<Deque>,
    item: Value,
    bounds: (usize, usize),
    mutated: fn(&mut Thread) -> Raised,
    mut found: impl FnMut(usize) -> bool,
) -> PyResult<u64> {
    let (elements, state) = this.elements(thread)?;
    for index in bounds.0..bounds.1.min(elements.len()) {
        let element = elements[index];
        let is_equal = match plain::equal(element, item) {
            Some(is_equal) => is_equal,
            None => {
                let is_equal = protocol::same_or_equal(thread, element, item)?;
                if this.state() != state {
                    return Err(mutated(thread));
                }
                is_equal
            }
        };
        if is_equal && found(index) {
            break;
        }
        if index % 1024 == 1023 {
            thread.poll()?;
        }
    }
    Ok(state)
}

fn count(thread: &mut Thread, value: Value, item: Value) -> PyResult {
    let this = this(value);
    let mut count = 0;
    search(thread, this, item, (0, usize::MAX), mutated, |_| {
        count += 1;
        false
    })?;
    Ok(int::from_usize(thread, count))
}

fn find(
    thread: &mut Thread,
    this: Ref<Deque>,
    item: Value,
    bounds: (usize, usize),
    mutated: fn(&mut Thread) -> Raised,
) -> PyResult<(Option<usize>, u64)> {
    let mut place = None;
    let state = search(thread, this, item, bounds, mutated, |index| {
        place = Some(index);
        true
    })?;
    Ok((place, state))
}

fn contains(thread: &mut Thread, value: Value, item: Value) -> PyResult<bool> {
    let this = this(value);
    Ok(find(thread, this, item, (0, usize::MAX), mutated)?
        .0
        .is_some())
}

fn index(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let args = positional(thread, args, "index")?;
    let [Some(item), start, stop] = args.unpack(thread, "index", 1)? else {
        unreachable!("one is required");
    };
    let start = bound(thread, start)?;
    let stop = bound(thread, stop)?;
    let this = this(value);
    let length = this.len();
    let resolve = |bound: isize| {
        if bound < 0 {
            length.saturating_sub(bound.unsigned_abs())
        } else {
            length.min(bound as usize)
        }
    };
    let bounds = (start.map_or(0, resolve), stop.map_or(length, resolve));
    match find(thread, this, item, bounds, mutated)?.0 {
        Some(index) => Ok(int::from_usize(thread, index)),
        None => Err(thread.value_error("deque.index(x): x not in deque")),
    }
}

fn bound(thread: &mut Thread, value: Option<Value>) -> PyResult<Option<isize>> {
    let Some(value) = value else {
        return Ok(None);
    };
    if !convert::has_index(value) {
        return Err(thread.type_error("slice indices must be integers or have an __index__ method"));
    }
    protocol::as_clamped_index(thread, value).map(Some)
}

fn remove(thread: &mut Thread, value: Value, item: Value) -> PyResult {
    let this = this(value);
    if let Some(was_there) = this.remove_plain(thread, item) {
        return if was_there {
            Ok(none())
        } else {
            Err(thread.value_error("deque.remove(x): x not in deque"))
        };
    }
    let found = find(thread, this, item, (0, usize::MAX), mutated_in_remove)?;
    let (Some(index), state) = found else {
        return Err(thread.value_error("deque.remove(x): x not in deque"));
    };
    if this.remove(thread, index, Some(state)) {
        Ok(none())
    } else {
        Err(mutated_in_remove(thread))
    }
}

fn length(_thread: &mut Thread, value: Value) -> PyResult<usize> {
    Ok(this(value).len())
}

fn item(thread: &mut Thread, value: Value, index: isize) -> PyResult {
    let element = usize::try_from(index)
        .ok()
        .and_then(|index| this(value).get(thread, index).0);
    element.ok_or_else(|| out_of_range(thread))
}

fn store_item(thread: &mut Thread, value: Value, index: isize, new: Option<Value>) -> PyResult<()> {
    let this = this(value);
    let is_done = match (usize::try_from(index), new) {
        (Ok(index), Some(new)) => this.set(thread, index, new),
        (Ok(index), None) => this.remove(thread, index, None),
        (Err(_), _) => false,
    };
    if is_done {
        Ok(())
    } else {
        Err(out_of_range(thread))
    }
}

fn get_bound(thread: &mut Thread, value: Value) -> PyResult {
    let bound = this(value).bound();
    Ok(bound.map_or_else(none, |bound| int::from_usize(thread, bound)))
}

fn size(thread: &mut Thread, value: Value) -> PyResult {
    let bytes = value.class().size() + this(value).capacity() * size_of::<Value>();
    Ok(int::from_usize(thread, bytes))
}

fn plain(thread: &mut Thread, bound: Option<usize>, values: &[Value]) -> PyResult<Ref<Deque>> {
    let copy = this(Value::from_cell(instance::allocate(
        thread,
        Ref::from_static(&DEQUE),
    )?));
    copy.set_bound(bound);
    add(thread, copy, values, End::Right)?;
    Ok(copy)
}

fn copy(thread: &mut Thread, value: Value) -> PyResult {
    let old = this(value);
    let class = value.class();
    if class == Ref::from_static(&DEQUE) {
        let values = old.snapshot(thread)?;
        return Ok(plain(thread, old.bound(), &values)?.value());
    }
    let bound = get_bound(thread, value)?;
    let count = if bound.is_none() { 1 } else { 2 };
    let copy = protocol::call_positional(thread, class.value(), &[value, bound][..count])?;
    if copy.downcast::<Deque>().is_none() {
        return Err(thread.type_error(format_args!(
            "{}() must return a deque, not {}",
            class.name(),
            copy.class().name()
        )));
    }
    Ok(copy)
}

fn concat(thread: &mut Thread, value: Value, other: Value) -> PyResult {
    if other.downcast::<Deque>().is_none() {
        return Err(thread.type_error(format_args!(
            "can only concatenate deque (not \"{}\") to deque",
            other.class().name()
        )));
    }
    let result = copy(thread, value)?;
    fill(thread, this(result), other, End::Right)?;
    Ok(result)
}

fn inplace_concat(thread: &mut Thread, value: Value, other: Value) -> PyResult {
    fill(thread, this(value), other, End::Right)?;
    Ok(value)
}

fn inplace_repeat(thread: &mut Thread, value: Value, times: isize) -> PyResult {
    let this = this(value);
    let values = this.snapshot(thread)?;
    if times <= 0 {
        this.clear(thread);
        return Ok(value);
    }
    let mut times = times as usize;
    if values.is_empty() || times == 1 {
        return Ok(value);
    }
    if let Some(bound) = this.bound() {
        // More than fill the deque once need not be added: the rest is the same.
        let enough = bound.div_ceil(values.len()) + 1;
        if times > enough {
            times = enough;
        }
    } else if values
        .len()
        .checked_mul(times)
        .is_none_or(|count| count > 1 << 43)
    {
        return Err(thread.memory_error());
    }
    for _ in 1..times {
        add(thread, this, &values, End::Right)?;
        thread.poll()?;
    }
    Ok(value)
}

fn repeat(thread: &mut Thread, value: Value, times: isize) -> PyResult {
    let result = copy(thread, value)?;
    inplace_repeat(thread, result, times)
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(left), Some(right)) = (a.downcast::<Deque>(), b.downcast::<Deque>()) else {
        return Ok(not_implemented());
    };
    if left.len() != right.len() && matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(singleton::bool(op == CompareOp::Ne));
    }
    let (all, of_left) = left.elements(thread)?;
    let (others, of_right) = right.elements(thread)?;
    for index in 0..all.len().min(others.len()) {
        let (x, y) = (all[index], others[index]);
        let is_equal = match plain::equal(x, y) {
            Some(is_equal) => is_equal,
            None => protocol::same_or_equal(thread, x, y)?,
        };
        if !is_equal {
            return match op {
                CompareOp::Eq => Ok(singleton::bool(false)),
                CompareOp::Ne => Ok(singleton::bool(true)),
                _ => protocol::compare::compare(thread, x, y, op),
            };
        }
        // Only Python code in a comparison counts as a change.
        if plain::equal(x, y).is_none() && (left.state(), right.state()) != (of_left, of_right) {
            return Err(mutated(thread));
        }
        if index % 1024 == 1023 {
            thread.poll()?;
        }
    }
    Ok(singleton::bool(op.holds(all.len().cmp(&others.len()))))
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let Some(_showing) = protocol::Showing::begin(value) else {
        return Ok(Str::new(thread, "[...]").value());
    };
    let this = this(value);
    let values = this.snapshot(thread)?;
    let list = grwl_object::list::List::from_slice(thread, &values)?.value();
    let elements = protocol::repr(thread, list)?;
    let mut text = TextBuilder::new();
    text.push_str(&crate::short(&value.class()));
    text.push_str("(");
    text.push_text(elements.text());
    if let Some(bound) = this.bound() {
        text.push_str(&format!(", maxlen={bound}"));
    }
    text.push_str(")");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let name = GET_STATE.get(thread);
    let state = protocol::call_method(thread, value, name, &[])?;
    let bound = get_bound(thread, value)?;
    let args = if bound.is_none() {
        Tuple::empty()
    } else {
        Tuple::new(thread, &[Tuple::empty().value(), bound])
    };
    let iterator = protocol::get_iter(thread, value)?;
    let whole = [value.class().value(), args.value(), state, iterator];
    Ok(Tuple::try_new(thread, &whole)?.value())
}

/// All elements, for who reads a deque to its end.
pub(crate) fn whole(thread: &mut Thread, value: Value) -> PyResult<grwl_object::Buffer> {
    this(value).snapshot(thread)
}
