//! `reduce`.

use grwl_object::{Args, PyResult, Signature, Thread, Value, protocol, types};

static SIGNATURE: Signature<3> = Signature::new("reduce", ["function", "iterable", "initial"])
    .positional_only(2)
    .optional_after(2);

pub(crate) fn reduce(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let given = args.by_position().len();
    if given < 2 {
        return Err(thread.type_error(format_args!(
            "reduce() takes at least 2 positional arguments ({given} given)"
        )));
    }
    let [Some(function), Some(iterable), initial] = args.parse(thread, &SIGNATURE)? else {
        unreachable!("two are required");
    };
    let iterator = match protocol::get_iter(thread, iterable) {
        Err(raised) if raised.matches(&types::TYPE_ERROR) => {
            return Err(thread.type_error("reduce() arg 2 must support iteration"));
        }
        result => result?,
    };
    let mut result = initial;
    while let Some(element) = protocol::next(thread, iterator)? {
        result = Some(match result {
            None => element,
            Some(before) => protocol::call_positional(thread, function, &[before, element])?,
        });
        thread.poll()?;
    }
    result.ok_or_else(|| thread.type_error("reduce() of empty iterable with no initial value"))
}
