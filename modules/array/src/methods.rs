//! The methods of `array`.

use grwl_object::bytes::Bytes;
use grwl_object::list::List;
use grwl_object::protocol::{self, convert};
use grwl_object::{
    Args, Buffer, GetSet, Method, Name, PyResult, Raised, Ref, Str, Thread, Tuple, Value, ValueExt,
    int, none, types,
};
use grwl_types_text::arguments::size;
use grwl_types_text::codec;

use crate::array::{Array, Changing, items, own};
use crate::construct::{bytes_of_values, extend_with_bytes, extend_with_text};
use crate::operators::{extend, find, rewrite};

static READ: Name = Name::new("read");
static WRITE: Name = Name::new("write");

/// So many bytes are written to a file at once.
const BLOCK: usize = 64 * 1024;

pub(crate) static GETSET: &[GetSet] = &[
    GetSet::read_only(
        "typecode",
        |thread, this| Ok(typecode(thread, own(this))),
        Some("the typecode character used to create the array"),
    ),
    GetSet::read_only(
        "itemsize",
        |_, this| Ok(Value::small(own(this).kind().size() as i64)),
        Some("the size, in bytes, of one array item"),
    ),
];

pub(crate) static METHODS: &[Method] = &[
    Method::one(
        "append",
        append,
        "append($self, v, /)\n--\n\nAdd an item at the end.",
    ),
    Method::no_arguments(
        "buffer_info",
        |thread, this| {
            let (pointer, length) = own(this).view();
            let address = int::from_usize(thread, pointer as usize);
            let length = int::from_usize(thread, length);
            Ok(Tuple::try_new(thread, &[address, length])?.value())
        },
        "buffer_info($self, /)\n--\n\nThe address of the memory, and how many items are in it.",
    ),
    Method::no_arguments(
        "byteswap",
        |thread, this| {
            let array = own(this);
            let unused = 64 - 8 * array.kind().size() as u32;
            rewrite(thread, array, |items| {
                items
                    .iter()
                    .map(|item| item.swap_bytes() >> unused)
                    .collect()
            })?;
            Ok(none())
        },
        "byteswap($self, /)\n--\n\nTurn around the bytes of each item.",
    ),
    Method::no_arguments(
        "clear",
        |thread, this| {
            own(this).change(thread, |change| {
                let length = change.len();
                change.splice(0..length, &[])
            })?;
            Ok(none())
        },
        "clear($self, /)\n--\n\nRemove all items.",
    ),
    Method::no_arguments("__copy__", copy, "__copy__($self, /)\n--\n\nA copy."),
    Method::one(
        "__deepcopy__",
        |thread, this, _| copy(thread, this),
        "__deepcopy__($self, unused, /)\n--\n\nA copy.",
    ),
    Method::one(
        "count",
        count,
        "count($self, v, /)\n--\n\nHow many items equal the value.",
    ),
    Method::one(
        "extend",
        |thread, this, other| {
            extend(thread, own(this), other)?;
            Ok(none())
        },
        "extend($self, bb, /)\n--\n\nAdd the elements of an iterable at the end.",
    ),
    Method::any(
        "fromfile",
        from_file,
        "fromfile($self, f, n, /)\n--\n\nRead so many items from a file and add them.",
    ),
    Method::one(
        "fromlist",
        |thread, this, list| {
            let Some(list) = list.downcast::<List>() else {
                return Err(thread.type_error("arg must be list"));
            };
            let values = list.snapshot(thread)?;
            if !values.is_empty() {
                let array = own(this);
                let bytes = bytes_of_values(thread, array.kind(), &values)?;
                array.extend(thread, &bytes)?;
            }
            Ok(none())
        },
        "fromlist($self, list, /)\n--\n\nAdd the elements of a list: all of them, or none.",
    ),
    Method::one(
        "frombytes",
        |thread, this, bytes| {
            extend_with_bytes(thread, own(this), bytes)?;
            Ok(none())
        },
        "frombytes($self, buffer, /)\n--\n\nAdd items that are given by their bytes.",
    ),
    Method::one(
        "fromunicode",
        from_unicode,
        "fromunicode($self, ustr, /)\n--\n\nAdd the characters of a string.",
    ),
    Method::any(
        "index",
        index,
        "index($self, v, start=0, stop=sys.maxsize, /)\n--\n\nThe index of the first item that equals the value; ValueError if there is none.",
    ),
    Method::any(
        "insert",
        insert,
        "insert($self, i, v, /)\n--\n\nPut an item before an index.",
    ),
    Method::any(
        "pop",
        pop,
        "pop($self, i=-1, /)\n--\n\nTake the item at an index, the last unless said otherwise.",
    ),
    Method::one(
        "__reduce_ex__",
        crate::pickle::reduce,
        "__reduce_ex__($self, value, /)\n--\n\nThe parts, for pickling.",
    ),
    Method::one(
        "remove",
        remove,
        "remove($self, v, /)\n--\n\nRemove the first item that equals the value.",
    ),
    Method::no_arguments(
        "reverse",
        |thread, this| {
            rewrite(thread, own(this), |items| {
                items.iter().rev().copied().collect()
            })?;
            Ok(none())
        },
        "reverse($self, /)\n--\n\nTurn the order around.",
    ),
    Method::any(
        "tofile",
        to_file,
        "tofile($self, f, /)\n--\n\nWrite all items to a file.",
    ),
    Method::no_arguments(
        "tolist",
        |thread, this| list(thread, own(this)),
        "tolist($self, /)\n--\n\nThe items as a list.",
    ),
    Method::no_arguments(
        "tobytes",
        |thread, this| {
            let bytes = own(this).snapshot(thread);
            Ok(Bytes::new(thread, &bytes)?.value())
        },
        "tobytes($self, /)\n--\n\nThe bytes of the items.",
    ),
    Method::no_arguments(
        "tounicode",
        |thread, this| {
            let array = own(this);
            if !array.kind().is_text() {
                return Err(not_text(thread, "tounicode"));
            }
            text(thread, array)
        },
        "tounicode($self, /)\n--\n\nThe characters as a string.",
    ),
    Method::no_arguments(
        "__sizeof__",
        |thread, this| {
            let array = own(this);
            Ok(int::from_usize(
                thread,
                64 + array.room() * array.kind().size(),
            ))
        },
        "__sizeof__($self, /)\n--\n\nBytes of the array.",
    ),
    Method::one(
        "__class_getitem__",
        grwl_object::class::generic_alias,
        "__class_getitem__($type, object, /)\n--\n\nSee PEP 585",
    )
    .of_class(),
];

/// `typecode`
pub(crate) fn typecode(thread: &Thread, array: Ref<Array>) -> Value {
    Str::from_code(thread, array.kind().letter().into()).value()
}

fn append(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let array = own(this);
    let kind = array.kind();
    let bits = kind.encode(thread, value)?;
    array.extend(thread, &bits.to_le_bytes()[..kind.size()])?;
    Ok(none())
}

fn copy(thread: &mut Thread, this: Value) -> PyResult {
    let array = own(this);
    let bytes = array.snapshot(thread);
    Ok(Array::of_bytes(thread, array.kind(), &bytes)?.value())
}

fn count(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let array = own(this);
    let mut count = 0;
    let mut from = 0;
    while let Some((at, _)) = find(thread, array, value, from, usize::MAX)? {
        count += 1;
        from = at + 1;
    }
    Ok(int::from_usize(thread, count))
}

fn from_file(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [file, count] = args.unpack::<2>(thread, "fromfile", 2)?;
    let array = own(this);
    let count = size(thread, count.unwrap_or_else(none))?;
    let Ok(count) = usize::try_from(count) else {
        return Err(thread.value_error("negative count"));
    };
    let bytes = count.checked_mul(array.kind().size());
    let Some(bytes) = bytes.filter(|&bytes| bytes <= isize::MAX as usize) else {
        return Err(thread.memory_error());
    };
    let wanted = int::from_usize(thread, bytes);
    let name = READ.get(thread);
    let read = protocol::call_method(thread, file.unwrap_or_else(none), name, &[wanted])?;
    let Some(read) = read.downcast::<Bytes>() else {
        return Err(thread.type_error("read() didn't return bytes"));
    };
    extend_with_bytes(thread, array, read.value())?;
    if read.len() != bytes {
        return Err(thread.raise(&types::EOF_ERROR, "read() didn't return enough bytes"));
    }
    Ok(none())
}

fn to_file(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [file] = args.unpack::<1>(thread, "tofile", 1)?;
    let file = file.unwrap_or_else(none);
    let bytes = own(this).snapshot(thread);
    let name = WRITE.get(thread);
    for block in bytes.chunks(BLOCK) {
        let block = Bytes::new(thread, block)?.value();
        protocol::call_method(thread, file, name, &[block])?;
    }
    Ok(none())
}

#[cold]
fn not_text(thread: &Thread, function: &str) -> Raised {
    thread.value_error(format_args!(
        "{function}() may only be called on unicode type arrays ('u' or 'w')"
    ))
}

fn from_unicode(thread: &mut Thread, this: Value, string: Value) -> PyResult {
    let array = own(this);
    let Some(string) = string.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "fromunicode() argument must be str, not {}",
            string.class().name()
        )));
    };
    if !array.kind().is_text() {
        return Err(not_text(thread, "fromunicode"));
    }
    extend_with_text(thread, array, string)?;
    Ok(none())
}

/// The characters as a string.
pub(crate) fn text(thread: &mut Thread, array: Ref<Array>) -> PyResult {
    let bytes = array.snapshot(thread);
    if array.kind().letter() == b'w' {
        return Ok(codec::decode(thread, &bytes, Some("utf-32-le"), None)?.value());
    }
    let mut made = grwl_text::TextBuilder::new();
    for code in items(&bytes, 4) {
        if code > 0x10_FFFF {
            return Err(array.kind().no_character(thread, code));
        }
        made.push(code as u32);
    }
    Ok(Str::from_buf(thread, &made.finish())?.value())
}

/// The items as a list.
pub(crate) fn list(thread: &mut Thread, array: Ref<Array>) -> PyResult {
    let kind = array.kind();
    let bytes = array.snapshot(thread);
    let mut values = Buffer::with_capacity(thread, bytes.len() / kind.size())?;
    for bits in items(&bytes, kind.size()) {
        let value = kind.decode(thread, bits)?;
        values.push(thread, value)?;
    }
    Ok(List::from_buffer(thread, values).value())
}

fn bound(thread: &mut Thread, value: Option<Value>, length: usize) -> PyResult<Option<usize>> {
    let Some(value) = value else {
        return Ok(None);
    };
    if !convert::has_index(value) {
        return Err(thread.type_error("slice indices must be integers or have an __index__ method"));
    }
    let bound = protocol::as_clamped_index(thread, value)?;
    let bound = if bound < 0 {
        length.saturating_sub(bound.unsigned_abs())
    } else {
        bound as usize
    };
    Ok(Some(bound))
}

fn index(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [value, start, stop] = args.unpack::<3>(thread, "index", 1)?;
    let array = own(this);
    let start = bound(thread, start, array.len())?.unwrap_or(0);
    let stop = bound(thread, stop, array.len())?.unwrap_or(usize::MAX);
    match find(thread, array, value.unwrap_or_else(none), start, stop)? {
        Some((at, _)) => Ok(int::from_usize(thread, at)),
        None => Err(thread.value_error("array.index(x): x not in array")),
    }
}

fn insert(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [index, value] = args.unpack::<2>(thread, "insert", 2)?;
    let index = size(thread, index.unwrap_or_else(none))?;
    let array = own(this);
    let kind = array.kind();
    let bits = kind.encode(thread, value.unwrap_or_else(none))?;
    array.change(thread, |change| {
        let length = change.len();
        let at = if index < 0 {
            length.saturating_sub(index.unsigned_abs())
        } else {
            length.min(index as usize)
        };
        change.splice(at..at, &bits.to_le_bytes()[..kind.size()])
    })?;
    Ok(none())
}

fn pop(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [index] = args.unpack::<1>(thread, "pop", 0)?;
    let index = match index {
        Some(index) => size(thread, index)?,
        None => -1,
    };
    let array = own(this);
    let bits = array.change(thread, |change| {
        let length = change.len();
        if length == 0 {
            return Err(change.thread().index_error("pop from empty array"));
        }
        let found = grwl_object::list::resolve(index, length)
            .and_then(|at| change.get(at).map(|bits| (at, bits)));
        let Some((at, bits)) = found else {
            return Err(change.thread().index_error("pop index out of range"));
        };
        change.splice(at..at + 1, &[])?;
        Ok(bits)
    })?;
    array.kind().decode(thread, bits)
}

fn remove(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let array = own(this);
    let mut from = 0;
    while let Some((at, bits)) = find(thread, array, value, from, usize::MAX)? {
        // Another thread may have moved it since.
        let is_done = array.change(thread, |change| {
            let is_there = change.get(at) == Some(bits);
            if is_there {
                change.splice(at..at + 1, &[])?;
            }
            Ok(is_there)
        })?;
        if is_done {
            return Ok(none());
        }
        from = 0;
    }
    Err(thread.value_error("array.remove(x): x not in array"))
}
