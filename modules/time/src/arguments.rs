//! Positional arguments of functions that take them apart as `PyArg_ParseTuple` does.

use grwl_object::{Args, PyResult, Thread, Value};

/// Takes `N` slots of arguments, `least` of them required: `f() takes at most 1 argument (2 given)`.
pub(crate) fn positional<const N: usize>(
    thread: &mut Thread,
    args: Args<'_>,
    function: &str,
    least: usize,
) -> PyResult<[Option<Value>; N]> {
    let values = args.no_keywords(thread, function)?;
    let count = values.len();
    if count < least || count > N {
        let (bound, limit) = if least == N {
            ("exactly", N)
        } else if count < least {
            ("at least", least)
        } else {
            ("at most", N)
        };
        let s = if limit == 1 { "" } else { "s" };
        return Err(thread.type_error(format_args!(
            "{function}() takes {bound} {limit} argument{s} ({count} given)"
        )));
    }
    let mut slots = [None; N];
    for (slot, &value) in slots.iter_mut().zip(values) {
        *slot = Some(value);
    }
    Ok(slots)
}
