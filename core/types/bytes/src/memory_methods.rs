//! What Python sees of `memoryview`: items, slices, casts, comparison, attributes.

use grwl_object::buffer::{self, request};
use grwl_object::bytes::Bytes;
use grwl_object::iterators::IndexIterator;
use grwl_object::list::List;
use grwl_object::native::{GetSet, Method, TypeSpec};
use grwl_object::protocol::convert;
use grwl_object::slice::{Slice, slice_index};
use grwl_object::string::hash_bytes;
use grwl_object::{
    Args, Buffer, CompareOp, PyResult, Ref, Signature, Str, Thread, Tuple, Value, ValueExt, int,
    none, not_implemented, protocol, singleton, slots, types,
};
use grwl_threads::sync::Ordering;
use grwl_types_text::arguments::{positional, text};

use crate::memory_item::Format;
use crate::memory_view::{
    Layout, MemoryView, c_strides, derived, get_buffer, new, of_object, open, own, release,
    release_buffer,
};

fn not_implemented_error(thread: &Thread, message: &str) -> grwl_object::Raised {
    thread.raise(&types::NOT_IMPLEMENTED_ERROR, message)
}

fn length(thread: &mut Thread, this: Value) -> PyResult<usize> {
    let view = open(thread, this)?;
    match view.layout().shape.first() {
        Some(&length) => Ok(length as usize),
        None => Err(thread.type_error("0-dim memory has no length")),
    }
}

/// An index into a dimension, counted from the start.
fn index_in(thread: &Thread, layout: &Layout, dimension: usize, index: isize) -> PyResult<isize> {
    let length = layout.shape[dimension];
    let at = if index < 0 {
        index.saturating_add(length)
    } else {
        index
    };
    if (0..length).contains(&at) {
        Ok(at)
    } else {
        let number = dimension + 1;
        Err(thread.index_error(format_args!("index out of bounds on dimension {number}")))
    }
}

fn item(thread: &mut Thread, this: Value, index: isize) -> PyResult {
    let view = open(thread, this)?;
    let layout = view.layout();
    match layout.shape.len() {
        0 => Err(thread.type_error("invalid indexing of 0-dim memory")),
        1 => {
            layout.format.check_native(thread)?;
            let index = index_in(thread, layout, 0, index)?;
            let bytes = layout.read(layout.place(&[index]));
            layout.format.unpack(thread, &bytes)
        }
        _ => Err(not_implemented_error(
            thread,
            "multi-dimensional sub-views are not implemented",
        )),
    }
}

/// The indices of a tuple, if it has only indices.
fn indices(key: Value) -> Option<Ref<Tuple>> {
    let tuple = key.downcast::<Tuple>()?;
    tuple.iter().all(convert::has_index).then_some(tuple)
}

/// The place of the item that a tuple of indices names.
fn place_of(thread: &mut Thread, view: Ref<MemoryView>, key: Ref<Tuple>) -> PyResult<*mut u8> {
    let layout = view.layout();
    let dimensions = layout.shape.len();
    if key.len() < dimensions {
        return Err(not_implemented_error(
            thread,
            "sub-views are not implemented",
        ));
    }
    if key.len() > dimensions {
        return Err(thread.type_error(format_args!(
            "cannot index {dimensions}-dimension view with {}-element tuple",
            key.len()
        )));
    }
    let mut place = Vec::with_capacity(dimensions);
    for (dimension, index) in key.iter().enumerate() {
        let index = protocol::as_index(thread, index)?;
        place.push(index_in(thread, layout, dimension, index)?);
    }
    Ok(layout.place(&place))
}

/// The layout of a slice of the first dimension.
fn sliced(thread: &mut Thread, layout: &Layout, slice: Ref<Slice>) -> PyResult<Layout> {
    let bounds = slice.bounds(thread)?;
    let (start, _, count) = bounds.adjust(layout.shape[0] as usize);
    let mut made = layout.clone();
    made.pointer = layout.pointer.wrapping_offset(start * layout.strides[0]);
    made.shape[0] = count as isize;
    made.strides[0] = layout.strides[0].wrapping_mul(bounds.step);
    Ok(made)
}

fn subscript(thread: &mut Thread, this: Value, key: Value) -> PyResult {
    let view = open(thread, this)?;
    let layout = view.layout();
    if layout.shape.is_empty() {
        if key
            .downcast::<Tuple>()
            .is_some_and(|tuple| tuple.is_empty())
        {
            let bytes = layout.read(layout.pointer);
            return layout.format.unpack(thread, &bytes);
        }
        if key == grwl_object::ellipsis() {
            return Ok(this);
        }
        return Err(thread.type_error("invalid indexing of 0-dim memory"));
    }
    if convert::has_index(key) {
        let index = protocol::as_index(thread, key)?;
        return item(thread, this, index);
    }
    if let Some(slice) = key.downcast::<Slice>() {
        let made = sliced(thread, layout, slice)?;
        return Ok(derived(thread, view, made)?.value());
    }
    if let Some(key) = indices(key) {
        let place = place_of(thread, view, key)?;
        let bytes = layout.read(place);
        return layout.format.unpack(thread, &bytes);
    }
    Err(thread.type_error("memoryview: invalid slice key"))
}

fn write(thread: &mut Thread, view: Ref<MemoryView>, place: *mut u8, value: Value) -> PyResult<()> {
    let bytes = view.layout().format.pack(thread, value)?;
    // The conversion may have released it.
    let view = open(thread, view.value())?;
    debug_assert!(!view.layout().is_read_only);
    // SAFETY: the place is an item of the view, which is open.
    unsafe { place.copy_from(bytes.as_ptr(), bytes.len()) };
    Ok(())
}

fn store_subscript(
    thread: &mut Thread,
    this: Value,
    key: Value,
    new: Option<Value>,
) -> PyResult<()> {
    let view = open(thread, this)?;
    let layout = view.layout();
    if layout.is_read_only {
        return Err(thread.type_error("cannot modify read-only memory"));
    }
    let Some(new) = new else {
        return Err(thread.type_error("cannot delete memory"));
    };
    if !layout.format.is_single() {
        layout.format.check_native(thread)?;
    }
    if layout.shape.is_empty() {
        let is_whole = key == grwl_object::ellipsis()
            || key
                .downcast::<Tuple>()
                .is_some_and(|tuple| tuple.is_empty());
        if is_whole {
            return write(thread, view, layout.pointer, new);
        }
        return Err(thread.type_error("invalid indexing of 0-dim memory"));
    }
    if convert::has_index(key) {
        if layout.shape.len() > 1 {
            return Err(not_implemented_error(
                thread,
                "sub-views are not implemented",
            ));
        }
        let index = protocol::as_index(thread, key)?;
        let index = index_in(thread, layout, 0, index)?;
        return write(thread, view, layout.place(&[index]), new);
    }
    if let Some(slice) = key.downcast::<Slice>() {
        if layout.shape.len() > 1 {
            return Err(not_implemented_error(
                thread,
                "memoryview slice assignments are currently restricted to ndim = 1",
            ));
        }
        return assign_slice(thread, view, slice, new);
    }
    if let Some(key) = indices(key) {
        let place = place_of(thread, view, key)?;
        return write(thread, view, place, new);
    }
    if is_of_slices(key) {
        return Err(not_implemented_error(
            thread,
            "multi-dimensional slicing is not implemented",
        ));
    }
    Err(thread.type_error("memoryview: invalid slice key"))
}

fn assign_slice(
    thread: &mut Thread,
    view: Ref<MemoryView>,
    slice: Ref<Slice>,
    new: Value,
) -> PyResult<()> {
    if new.downcast::<MemoryView>().is_none() && !buffer::is_supported(new) {
        return Err(thread.type_error(format_args!(
            "a bytes-like object is required, not '{}'",
            new.class().name()
        )));
    }
    let to = sliced(thread, view.layout(), slice)?;
    let source = of_object(thread, new, request::FULL_READ_ONLY)?;
    let from = source.layout();
    let fits = from.shape == to.shape && from.format == to.format;
    let bytes = from.to_bytes();
    release(thread, source)?;
    if !fits {
        return Err(thread
            .value_error("memoryview assignment: lvalue and rvalue have different structures"));
    }
    open(thread, view.value())?;
    let mut items = bytes.chunks_exact(to.format.size());
    to.for_each(|place| {
        if let Some(item) = items.next() {
            // SAFETY: the place is an item of the view, which is open.
            unsafe { place.copy_from(item.as_ptr(), item.len()) };
        }
    });
    Ok(())
}

static CAST: Signature<2> = Signature::new("cast", ["format", "shape"]).optional_after(1);

fn cast(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [format, shape] = args.parse(thread, &CAST)?;
    let format = text(
        thread,
        format.unwrap_or_else(none),
        "cast",
        "argument 'format'",
    )?;
    let view = open(thread, this)?;
    let layout = view.layout();
    if !layout.is_contiguous() {
        return Err(thread.type_error("memoryview: casts are restricted to C-contiguous views"));
    }
    if shape.is_some() && layout.shape.len() != 1 || shape.is_none() && layout.shape.len() > 1 {
        if shape.is_some() {
            return Err(thread.type_error("memoryview: cast must be 1D -> ND or ND -> 1D"));
        }
        if layout.count() == 0 {
            return Err(
                thread.type_error("memoryview: cannot cast view with zeros in shape or strides")
            );
        }
    }
    let Some(made) = Format::parse(&format.to_rust_lossy()) else {
        return Err(thread.value_error(
            "memoryview: destination format must be a native single character format prefixed with an optional '@'",
        ));
    };
    if !made.is_byte() && !layout.format.is_byte() {
        return Err(thread.type_error("memoryview: cannot cast between two non-byte formats"));
    }
    let length = layout.count() * layout.format.size();
    if length % made.size() != 0 {
        return Err(thread.type_error("memoryview: length is not a multiple of itemsize"));
    }
    let shape: Box<[isize]> = match shape {
        None => Box::from([(length / made.size()) as isize]),
        Some(shape) => shape_of(thread, shape, length / made.size(), made)?,
    };
    let layout = Layout {
        pointer: layout.pointer,
        format: made,
        strides: c_strides(&shape, made.size()),
        shape,
        is_read_only: layout.is_read_only,
    };
    Ok(derived(thread, view, layout)?.value())
}

fn shape_of(thread: &mut Thread, shape: Value, count: usize, _: Format) -> PyResult<Box<[isize]>> {
    if shape.downcast::<List>().is_none() && shape.downcast::<Tuple>().is_none() {
        return Err(thread.type_error("shape must be a list or a tuple"));
    }
    let lengths = protocol::collect(thread, shape)?;
    if lengths.len() > 64 {
        return Err(thread.value_error("memoryview: number of dimensions must not exceed 64"));
    }
    let mut made = Vec::with_capacity(lengths.len());
    let mut product = 1usize;
    for &length in lengths.iter() {
        if !int::is_int(length) {
            return Err(thread.type_error("memoryview.cast(): elements of shape must be integers"));
        }
        let length = grwl_types_text::arguments::size(thread, length)?;
        if length <= 0 {
            return Err(
                thread.value_error("memoryview.cast(): elements of shape must be integers > 0")
            );
        }
        let Some(next) = product.checked_mul(length as usize) else {
            return Err(thread.value_error("memoryview.cast(): product(shape) > SSIZE_MAX"));
        };
        product = next;
        made.push(length);
    }
    if product != count {
        return Err(thread.type_error("memoryview: product(shape) * itemsize != buffer size"));
    }
    Ok(made.into())
}

fn to_list(thread: &mut Thread, this: Value) -> PyResult {
    let view = open(thread, this)?;
    let layout = view.layout();
    list_of(thread, layout, 0, layout.pointer)
}

fn list_of(thread: &Thread, layout: &Layout, dimension: usize, place: *mut u8) -> PyResult {
    if dimension == layout.shape.len() {
        return layout.format.unpack(thread, &layout.read(place));
    }
    let mut items = Buffer::with_capacity(thread, layout.shape[dimension] as usize)?;
    for index in 0..layout.shape[dimension] {
        let place = place.wrapping_offset(index * layout.strides[dimension]);
        let item = list_of(thread, layout, dimension + 1, place)?;
        items.push(thread, item)?;
    }
    Ok(List::from_buffer(thread, items).value())
}

static TO_BYTES: Signature<1> = Signature::new("tobytes", ["order"]).optional_after(0);

fn to_bytes(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [order] = args.parse(thread, &TO_BYTES)?;
    let order = match order.and_then(ValueExt::not_none) {
        None => b'C',
        Some(order) => {
            let order = text(thread, order, "tobytes", "argument 'order'")?;
            match order.as_ascii() {
                Some("C") => b'C',
                Some("F") => b'F',
                Some("A") => b'A',
                _ => return Err(thread.value_error("order must be 'C', 'F' or 'A'")),
            }
        }
    };
    let view = open(thread, this)?;
    let layout = view.layout();
    let is_fortran = order == b'F' || order == b'A' && layout.is_fortran();
    let bytes = if is_fortran {
        // Fortran order is C order of the view with its dimensions turned round.
        let mut turned = layout.clone();
        turned.shape.reverse();
        turned.strides.reverse();
        turned.to_bytes()
    } else {
        layout.to_bytes()
    };
    Ok(Bytes::new(thread, &bytes)?.value())
}

fn hex(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let view = open(thread, this)?;
    let bytes = view.layout().to_bytes();
    held(thread, this, |thread| {
        crate::hex::hex_of(thread, &bytes, args)
    })
}

/// Runs `act`, which may run Python code: meanwhile the memoryview cannot be released.
fn held<R>(
    thread: &mut Thread,
    this: Value,
    act: impl FnOnce(&mut Thread) -> PyResult<R>,
) -> PyResult<R> {
    let view = get_buffer(thread, this, request::FULL_READ_ONLY)?;
    let result = act(thread);
    view.release(thread);
    result
}

/// Is it a tuple of slices?
fn is_of_slices(key: Value) -> bool {
    key.downcast::<Tuple>().is_some_and(|tuple| {
        !tuple.is_empty() && tuple.iter().all(|key| key.downcast::<Slice>().is_some())
    })
}

fn to_read_only(thread: &mut Thread, this: Value) -> PyResult {
    let view = open(thread, this)?;
    let mut layout = view.layout().clone();
    layout.is_read_only = true;
    Ok(derived(thread, view, layout)?.value())
}

fn release_method(thread: &mut Thread, this: Value) -> PyResult {
    release(thread, own(this))?;
    Ok(none())
}

fn enter(thread: &mut Thread, this: Value) -> PyResult {
    open(thread, this)?;
    Ok(this)
}

fn exit(thread: &mut Thread, this: Value, _args: Args<'_>) -> PyResult {
    release_method(thread, this)
}

fn first_dimension(thread: &mut Thread, this: Value, message: &str) -> PyResult<usize> {
    let view = open(thread, this)?;
    match view.layout().shape[..] {
        [] => Err(thread.type_error("invalid indexing of 0-dim memory")),
        [length] => Ok(length as usize),
        _ => Err(not_implemented_error(thread, message)),
    }
}

fn count(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let length = first_dimension(
        thread,
        this,
        "multi-dimensional sub-views are not implemented",
    )?;
    let mut count = 0;
    for index in 0..length {
        let found = item(thread, this, index as isize)?;
        count += usize::from(protocol::same_or_equal(thread, found, value)?);
    }
    Ok(int::from_usize(thread, count))
}

fn index(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [value, start, stop] = positional::<3>(thread, args, "memoryview.index", 1)?;
    let value = value.unwrap_or_else(none);
    let mut bound = |bound: Option<Value>, default: isize| match bound {
        Some(bound) => slice_index(thread, bound),
        None => Ok(default),
    };
    let (start, stop) = (bound(start, 0)?, bound(stop, isize::MAX)?);
    let length = first_dimension(thread, this, "multi-dimensional lookup is not implemented")?;
    let range = grwl_text::search::argument_range(start, stop, length).unwrap_or(0..0);
    for index in range {
        let found = item(thread, this, index as isize)?;
        if protocol::same_or_equal(thread, found, value)? {
            return Ok(int::from_usize(thread, index));
        }
    }
    Err(thread.value_error("memoryview.index(x): x not found"))
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(not_implemented());
    }
    let Some(left) = a.downcast::<MemoryView>() else {
        return Ok(not_implemented());
    };
    let is_open = |value: Value| {
        value
            .downcast::<MemoryView>()
            .is_none_or(|view| !view.is_released())
    };
    if !is_open(a) || !is_open(b) {
        return Ok(singleton::bool((a == b) == (op == CompareOp::Eq)));
    }
    if b.downcast::<MemoryView>().is_none() && !buffer::is_supported(b) {
        return Ok(not_implemented());
    }
    let Ok(right) = of_object(thread, b, request::FULL_READ_ONLY) else {
        return Ok(not_implemented());
    };
    let equal = equal_items(thread, left.layout(), right.layout());
    release(thread, right)?;
    Ok(singleton::bool(equal? == (op == CompareOp::Eq)))
}

fn equal_items(thread: &mut Thread, a: &Layout, b: &Layout) -> PyResult<bool> {
    if a.shape != b.shape {
        return Ok(false);
    }
    let (Some((a_item, a_swapped)), Some((b_item, b_swapped))) =
        (a.format.with_order(), b.format.with_order())
    else {
        return Ok(false);
    };
    let (left, right) = (a.to_bytes(), b.to_bytes());
    let is_same = a_item == b_item && a_swapped == b_swapped;
    if is_same && !matches!(a_item.letter(), 'e' | 'f' | 'd' | '?') {
        return Ok(left == right);
    }
    let in_order = |bytes: &[u8], is_swapped: bool| {
        let mut bytes = bytes.to_vec();
        if is_swapped {
            bytes.reverse();
        }
        bytes
    };
    let pairs = left
        .chunks_exact(a_item.size())
        .zip(right.chunks_exact(b_item.size()));
    for (left, right) in pairs {
        let left = a_item.unpack(thread, &in_order(left, a_swapped))?;
        let right = b_item.unpack(thread, &in_order(right, b_swapped))?;
        if !protocol::equal(thread, left, right)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn hash(thread: &mut Thread, this: Value) -> PyResult<i64> {
    let known = own(this).hash.load(Ordering::Relaxed);
    if known != 0 {
        return Ok(known as i64);
    }
    let view = open(thread, this)?;
    let layout = view.layout();
    if !layout.is_read_only {
        return Err(thread.value_error("cannot hash writable memoryview object"));
    }
    if !layout.format.is_byte() {
        return Err(
            thread.value_error("memoryview: hashing is restricted to formats 'B', 'b' or 'c'")
        );
    }
    if let Some(owner) = view.owner() {
        held(thread, this, |thread| protocol::hash(thread, owner))?;
    }
    let hash = hash_bytes(&layout.to_bytes());
    view.hash.store(hash as u64, Ordering::Relaxed);
    Ok(hash)
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let released = if own(this).is_released() {
        "released "
    } else {
        ""
    };
    let shown = format!("<{released}memory at {:#x}>", this.bits().get());
    Ok(Str::new(thread, &shown).value())
}

fn iterate(thread: &mut Thread, this: Value) -> PyResult {
    let view = open(thread, this)?;
    if view.layout().shape.is_empty() {
        return Err(thread.type_error("invalid indexing of 0-dim memory"));
    }
    Ok(IndexIterator::new(thread, &types::MEMORY_ITERATOR, this, 0).value())
}

fn itself(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(this)
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    // SAFETY: this function belongs to a type with this layout.
    let iterator = unsafe { IndexIterator::of(this) };
    let Some(sequence) = iterator.sequence() else {
        return Ok(None);
    };
    let index = iterator.index();
    if index as usize >= length(thread, sequence)? {
        iterator.end();
        return Ok(None);
    }
    iterator.set_index(index + 1);
    item(thread, sequence, index as isize).map(Some)
}

pub(crate) static ITERATOR: TypeSpec = TypeSpec {
    slots: &[slots::ITER.is(itself), slots::NEXT.is(next)],
    ..TypeSpec::NONE
};

static FROM_FLAGS: Signature<2> = Signature::new("_from_flags", ["object", "flags"]);

fn from_flags(thread: &mut Thread, _class: Value, args: Args<'_>) -> PyResult {
    let [object, flags] = args.parse(thread, &FROM_FLAGS)?;
    let flags = grwl_types_text::arguments::c_int(thread, flags.unwrap_or_else(none))?;
    let object = object.unwrap_or_else(none);
    Ok(of_object(thread, object, flags as u32)?.value())
}

fn numbers(thread: &Thread, numbers: &[isize]) -> PyResult {
    let values: Vec<Value> = numbers.iter().map(|&n| Value::small(n as i64)).collect();
    Ok(Tuple::try_new(thread, &values)?.value())
}

/// Computed attributes, each of an open view.
macro_rules! attributes {
    ($($function:ident = |$thread:ident, $view:ident| $value:expr;)*) => {
        $(fn $function($thread: &mut Thread, this: Value) -> PyResult {
            let $view = open($thread, this)?;
            Ok($value)
        })*
    };
}

attributes! {
    object = |thread, view| view.owner().unwrap_or_else(none);
    bytes_in_all = |thread, view| {
        int::from_usize(thread, view.layout().count() * view.layout().format.size())
    };
    item_size = |thread, view| int::from_usize(thread, view.layout().format.size());
    format = |thread, view| Str::new(thread, view.layout().format.name()).value();
    dimensions = |thread, view| int::from_usize(thread, view.layout().shape.len());
    shape = |thread, view| numbers(thread, &view.layout().shape)?;
    strides = |thread, view| numbers(thread, &view.layout().strides)?;
    sub_offsets = |thread, _view| Tuple::empty().value();
    read_only = |thread, view| singleton::bool(view.layout().is_read_only);
    c_contiguous = |thread, view| singleton::bool(view.layout().is_contiguous());
    f_contiguous = |thread, view| singleton::bool(view.layout().is_fortran());
    contiguous = |thread, view| {
        singleton::bool(view.layout().is_contiguous() || view.layout().is_fortran())
    };
}

/// `memoryview`
pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("memoryview(object)\n--\n\nThe memory of an object, as it is."),
    slots: &[
        slots::NEW.is(new),
        slots::REPR.is(repr),
        slots::HASH.is(hash),
        slots::COMPARE.is(compare),
        slots::ITER.is(iterate),
        slots::SEQUENCE_LENGTH.is(length),
        slots::ITEM.is(item),
        slots::MAPPING_LENGTH.is(length),
        slots::SUBSCRIPT.is(subscript),
        slots::STORE_SUBSCRIPT.is(store_subscript),
        slots::GET_BUFFER.is(get_buffer),
        slots::RELEASE_BUFFER.is(release_buffer),
    ],
    methods: &[
        Method::no_arguments(
            "release",
            release_method,
            "release($self, /)\n--\n\nLets the memory go.",
        ),
        Method::any(
            "tobytes",
            to_bytes,
            "tobytes($self, /, order='C')\n--\n\nA copy of the items' bytes.",
        ),
        Method::any(
            "hex",
            hex,
            "hex($self, /, sep=<unrepresentable>, bytes_per_sep=1)\n--\n\nTwo hexadecimal digits a byte.",
        ),
        Method::no_arguments(
            "tolist",
            to_list,
            "tolist($self, /)\n--\n\nThe items as a list, of lists for more than one dimension.",
        ),
        Method::any(
            "cast",
            cast,
            "cast($self, /, format, shape=<unrepresentable>)\n--\n\nThe same memory as items of another format, or in another shape.",
        ),
        Method::no_arguments(
            "toreadonly",
            to_read_only,
            "toreadonly($self, /)\n--\n\nThe same memory, not to be written to.",
        ),
        Method::one(
            "count",
            count,
            "count($self, value, /)\n--\n\nHow often an item occurs.",
        ),
        Method::any(
            "index",
            index,
            "index($self, value, start=0, stop=sys.maxsize, /)\n--\n\nThe first place of an item; ValueError if there is none.",
        ),
        Method::no_arguments("__enter__", enter, "__enter__($self, /)\n--\n\n"),
        Method::any("__exit__", exit, "__exit__($self, /, *exc_info)\n--\n\n"),
        Method::any(
            "_from_flags",
            from_flags,
            "_from_flags($type, /, object, flags)\n--\n\nA memoryview asked for with these flags.",
        )
        .of_class(),
    ],
    getset: &[
        GetSet::read_only("obj", object, Some("The object whose memory it is.")),
        GetSet::read_only("nbytes", bytes_in_all, Some("Bytes that tobytes() gives.")),
        GetSet::read_only("readonly", read_only, Some("May it not be written to?")),
        GetSet::read_only("itemsize", item_size, Some("Bytes an item.")),
        GetSet::read_only(
            "format",
            format,
            Some("The items' format, as struct has it."),
        ),
        GetSet::read_only("ndim", dimensions, Some("How many dimensions there are.")),
        GetSet::read_only("shape", shape, Some("Items a dimension.")),
        GetSet::read_only(
            "strides",
            strides,
            Some("Bytes from an item to the next, a dimension."),
        ),
        GetSet::read_only("suboffsets", sub_offsets, Some("Always empty.")),
        GetSet::read_only(
            "c_contiguous",
            c_contiguous,
            Some("Do the items lie in C order without gaps?"),
        ),
        GetSet::read_only(
            "f_contiguous",
            f_contiguous,
            Some("Do the items lie in Fortran order without gaps?"),
        ),
        GetSet::read_only(
            "contiguous",
            contiguous,
            Some("Do the items lie without gaps?"),
        ),
    ],
    ..TypeSpec::NONE
};
