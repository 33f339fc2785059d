//! The module `_bisect`: where in a sorted sequence a value belongs.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::protocol::{self, convert, item, plain};
use grwl_object::{
    Args, CompareOp, Method, Name, PyResult, Ref, Signature, Str, Thread, Value, ValueExt, int,
    intern, none, slots,
};
use grwl_types_text::arguments::size;

const DOC: &str =
    "Where in a sorted sequence a value belongs, so that it can be put in without sorting again.\n";

/// On which side of equal elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

static BISECT_LEFT: Signature<5> = signature("bisect_left");
static BISECT_RIGHT: Signature<5> = signature("bisect_right");
static INSORT_LEFT: Signature<5> = signature("insort_left");
static INSORT_RIGHT: Signature<5> = signature("insort_right");
static INSERT: Name = Name::new("insert");

const fn signature(name: &'static str) -> Signature<5> {
    Signature::new(name, ["a", "x", "lo", "hi", "key"])
        .optional_after(2)
        .keyword_only_after(4, 0)
}

static FUNCTIONS: &[Method] = &[
    Method::any(
        "bisect_right",
        |thread, _, args| bisect(thread, args, &BISECT_RIGHT, Side::Right),
        "bisect_right($module, /, a, x, lo=0, hi=None, *, key=None)\n--\n\nThe index after all elements of the sorted sequence a that are not larger than x.",
    ),
    Method::any(
        "insort_right",
        |thread, _, args| insort(thread, args, &INSORT_RIGHT, Side::Right),
        "insort_right($module, /, a, x, lo=0, hi=None, *, key=None)\n--\n\nPut x into the sorted list a, after elements that equal it.",
    ),
    Method::any(
        "bisect_left",
        |thread, _, args| bisect(thread, args, &BISECT_LEFT, Side::Left),
        "bisect_left($module, /, a, x, lo=0, hi=None, *, key=None)\n--\n\nThe index before all elements of the sorted sequence a that are not smaller than x.",
    ),
    Method::any(
        "insort_left",
        |thread, _, args| insort(thread, args, &INSORT_LEFT, Side::Left),
        "insort_left($module, /, a, x, lo=0, hi=None, *, key=None)\n--\n\nPut x into the sorted list a, before elements that equal it.",
    ),
];

/// What is searched for, where and how.
struct Search {
    sequence: Value,
    value: Value,
    low: isize,
    high: isize,
    key: Option<Value>,
}

fn search(
    thread: &mut Thread,
    args: Args<'_>,
    signature: &'static Signature<5>,
) -> PyResult<Search> {
    let [sequence, value, low, high, key] = args.parse(thread, signature)?;
    let low = match low {
        Some(low) => size(thread, low)?,
        None => 0,
    };
    let high = match high.and_then(ValueExt::not_none) {
        None => -1,
        Some(high) if convert::has_index(high) => size(thread, high)?,
        Some(high) => {
            return Err(thread.type_error(format_args!(
                "argument should be integer or None, not '{}'",
                high.class().name()
            )));
        }
    };
    Ok(Search {
        sequence: sequence.unwrap_or_else(none),
        value: value.unwrap_or_else(none),
        low,
        high,
        key: key.and_then(ValueExt::not_none),
    })
}

/// `a < b`
fn less(thread: &mut Thread, a: Value, b: Value) -> PyResult<bool> {
    match plain::less(a, b) {
        Some(less) => Ok(less),
        None => protocol::compare_bool(thread, a, b, CompareOp::Lt),
    }
}

/// Where `value`, which the key function has been applied to if there is one, belongs.
fn place(thread: &mut Thread, search: &Search, value: Value, side: Side) -> PyResult<isize> {
    let Search {
        sequence,
        mut low,
        mut high,
        key,
        ..
    } = *search;
    if low < 0 {
        return Err(thread.value_error("lo must be non-negative"));
    }
    if high == -1 {
        high = protocol::length(thread, sequence)? as isize;
    }
    let is_sequence = sequence.class().slot(slots::ITEM).is_some();
    while low < high {
        let middle = low.midpoint(high);
        let element = if is_sequence {
            item::get_index(thread, sequence, middle)?
        } else {
            let index = int::from_i64(thread, middle as i64);
            protocol::get_item(thread, sequence, index)?
        };
        let element = match key {
            Some(key) => protocol::call_positional(thread, key, &[element])?,
            None => element,
        };
        let is_before = match side {
            Side::Left => less(thread, element, value)?,
            Side::Right => !less(thread, value, element)?,
        };
        if is_before {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

fn bisect(
    thread: &mut Thread,
    args: Args<'_>,
    signature: &'static Signature<5>,
    side: Side,
) -> PyResult {
    let search = search(thread, args, signature)?;
    let found = place(thread, &search, search.value, side)?;
    Ok(int::from_i64(thread, found as i64))
}

/// Searches and inserts under the list's lock; `false`: a comparison needs Python.
fn insort_at_once(
    thread: &mut Thread,
    list: Ref<List>,
    value: Value,
    side: Side,
) -> PyResult<bool> {
    let mut elements = list.elements(thread);
    let (mut low, mut high) = (0, elements.len());
    while low < high {
        let middle = low.midpoint(high);
        let element = elements.at(middle);
        let is_before = match side {
            Side::Left => plain::less(element, value),
            Side::Right => plain::less(value, element).map(|less| !less),
        };
        match is_before {
            Some(true) => low = middle + 1,
            Some(false) => high = middle,
            None => return Ok(false),
        }
    }
    elements.insert(low, value)?;
    Ok(true)
}

fn insort(
    thread: &mut Thread,
    args: Args<'_>,
    signature: &'static Signature<5>,
    side: Side,
) -> PyResult {
    let search = search(thread, args, signature)?;
    let value = match search.key {
        Some(key) => protocol::call_positional(thread, key, &[search.value])?,
        None => search.value,
    };
    let list = search.sequence.downcast_exact::<List>();
    if let Some(list) = list
        && search.key.is_none()
        && (search.low, search.high) == (0, -1)
        && insort_at_once(thread, list, value, side)?
    {
        return Ok(none());
    }
    let found = place(thread, &search, value, side)?;
    if let Some(list) = list {
        list.insert(thread, found, search.value)?;
    } else {
        let index = int::from_i64(thread, found as i64);
        let name = INSERT.get(thread);
        protocol::call_method(thread, search.sequence, name, &[index, search.value])?;
    }
    Ok(none())
}

/// Defines types; there are none.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_bisect");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    Ok(module)
}
