//! What the interpreter asks at `except` and `except*`.

use std::collections::HashSet;

use grwl_object::exception::Exception;
use grwl_object::exception::detail::Group;
use grwl_object::{
    Name, PyResult, Raised, Ref, Str, Thread, Tuple, Value, ValueExt, none, protocol, types,
};

use crate::group::{Matcher, divide, is_exception_class, make};

static SPLIT: Name = Name::new("split");

/// Checks what stands behind `except`: an exception class, or a tuple of some.
///
/// # Errors
/// `TypeError`.
pub fn check_filter(thread: &mut Thread, filter: Value) -> PyResult<()> {
    let is_valid = match filter.downcast::<Tuple>() {
        Some(filters) => filters.iter().all(is_exception_class),
        None => is_exception_class(filter),
    };
    if is_valid {
        return Ok(());
    }
    Err(thread.type_error("catching classes that do not inherit from BaseException is not allowed"))
}

/// Checks what stands behind `except*`: as [`check_filter`], and no groups.
///
/// # Errors
/// `TypeError`, or what `__subclasscheck__` raises.
pub fn check_star_filter(thread: &mut Thread, filter: Value) -> PyResult<()> {
    check_filter(thread, filter)?;
    let group = Ref::from_static(&types::BASE_EXCEPTION_GROUP).value();
    let one = [filter];
    let filters = match filter.downcast::<Tuple>() {
        Some(filters) => filters.as_slice(),
        None => &one,
    };
    for &filter in filters {
        if protocol::is_subclass(thread, filter, group)? {
            return Err(thread.type_error(
                "catching ExceptionGroup with except* is not allowed. Use except instead.",
            ));
        }
    }
    Ok(())
}

/// `except filter`: does it catch the exception?
///
/// # Errors
/// `TypeError` if the filter is not valid.
pub fn matches(thread: &mut Thread, exception: Value, filter: Value) -> PyResult<bool> {
    check_filter(thread, filter)?;
    Ok(Raised(exception).matches_any(filter))
}

/// `except* filter`: what it catches of the exception, and what is left; each may be `None`.
///
/// A single exception that is caught comes wrapped in a new group, which has no traceback: the caller gives it one.
///
/// # Errors
/// `TypeError` if the filter is not valid, or a group's `split` answers nonsense; what `split` raises.
pub fn match_group(
    thread: &mut Thread,
    exception: Value,
    filter: Value,
) -> PyResult<(Value, Value)> {
    check_star_filter(thread, filter)?;
    if exception.is_none() {
        return Ok((none(), none()));
    }
    let is_group = exception.downcast::<Group>().is_some();
    if Raised(exception).matches_any(filter) {
        if is_group {
            return Ok((exception, none()));
        }
        let members = Tuple::try_new(thread, &[exception])?;
        let group = make(thread, Str::empty().value(), members.value())?;
        return Ok((group, none()));
    }
    if !is_group {
        return Ok((none(), exception));
    }
    let name = SPLIT.get(thread);
    let answer = protocol::call_method(thread, exception, name, &[filter])?;
    let class = exception.class();
    let class = class.name();
    let Some(pair) = answer.downcast_exact::<Tuple>() else {
        let got = answer.class();
        let got = got.name();
        return Err(thread.type_error(format_args!("{class}.split must return a tuple, not {got}")));
    };
    match *pair.as_slice() {
        [matched, rest, ..] => Ok((matched, rest)),
        _ => {
            let count = pair.len();
            Err(thread.type_error(format_args!(
                "{class}.split must return a 2-tuple, got tuple of size {count}"
            )))
        }
    }
}

/// The addresses of all single exceptions in a group.
fn add_leaves(
    thread: &mut Thread,
    exception: Value,
    addresses: &mut HashSet<usize>,
) -> PyResult<()> {
    thread.check_stack()?;
    match exception.downcast::<Group>() {
        Some(group) => {
            for member in group.members().iter() {
                add_leaves(thread, member, addresses)?;
            }
        }
        None => {
            if let Some(cell) = exception.as_cell() {
                addresses.insert(cell.as_ptr() as usize);
            }
        }
    }
    Ok(())
}

/// Was the exception raised again as it came? Then it still has the traceback, cause and context of the original.
fn is_reraised(exception: Value, original: Ref<Exception>) -> bool {
    exception.downcast::<Exception>().is_some_and(|exception| {
        exception.traceback() == original.traceback()
            && exception.cause() == original.cause()
            && exception.context() == original.context()
    })
}

/// What a `try` with `except*` raises at its end; `None` if nothing. `list` holds what its blocks raised, raised
/// again, or did not catch (or `None`). What was raised again keeps its place in `original`'s structure.
///
/// # Errors
/// What `derive` raises.
pub fn prep_reraise_star(thread: &mut Thread, original: Value, list: &[Value]) -> PyResult {
    if list.is_empty() {
        return Ok(none());
    }
    let Some(caught) = original
        .downcast::<Exception>()
        .filter(|_| original.downcast::<Group>().is_some())
    else {
        // A single exception went into one block at most.
        return Ok(list[0]);
    };
    let mut raised = grwl_object::Buffer::new();
    let mut addresses = HashSet::new();
    for &exception in list {
        if exception.is_none() {
            continue;
        }
        if is_reraised(exception, caught) {
            add_leaves(thread, exception, &mut addresses)?;
        } else {
            raised.push(thread, exception)?;
        }
    }
    // `list` keeps the exceptions at these addresses alive.
    let matcher = Matcher::Addresses(&addresses);
    let again = divide(thread, original, &matcher, false)?.matched;
    if raised.is_empty() {
        return Ok(again.unwrap_or_else(none));
    }
    if let Some(again) = again {
        raised.push(thread, again)?;
    }
    match *raised.as_slice() {
        [only] => Ok(only),
        _ => {
            // A list, as CPython: the group's repr shows it.
            let members = grwl_object::list::List::from_slice(thread, raised.as_slice())?;
            make(thread, Str::empty().value(), members.value())
        }
    }
}
