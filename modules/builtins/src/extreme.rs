//! `max` and `min`.

use grwl_object::{Args, CompareOp, PyResult, Thread, Value, ValueExt, none, protocol};

pub(crate) fn max(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    extreme(thread, args, "max", CompareOp::Gt)
}

pub(crate) fn min(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    extreme(thread, args, "min", CompareOp::Lt)
}

/// The best element so far, and what it is compared by.
struct Best {
    item: Option<Value>,
    measure: Value,
}

impl Best {
    fn offer(
        &mut self,
        thread: &mut Thread,
        item: Value,
        key: Option<Value>,
        op: CompareOp,
    ) -> PyResult<()> {
        let measure = match key {
            Some(key) => protocol::call_positional(thread, key, &[item])?,
            None => item,
        };
        if self.item.is_none() || protocol::compare_bool(thread, measure, self.measure, op)? {
            self.item = Some(item);
            self.measure = measure;
        }
        Ok(())
    }
}

fn extreme(thread: &mut Thread, args: Args<'_>, name: &str, op: CompareOp) -> PyResult {
    let given = args.by_position();
    let mut key = None;
    let mut default = None;
    if given.is_empty() {
        return Err(thread.type_error(format_args!("{name} expected at least 1 argument, got 0")));
    }
    for (keyword, value) in args.by_name() {
        if keyword.is_str("key") {
            key = value.not_none();
        } else if keyword.is_str("default") {
            default = Some(value);
        } else {
            return Err(thread.type_error(format_args!(
                "{name}() got an unexpected keyword argument '{keyword}'"
            )));
        }
    }
    let mut best = Best {
        item: None,
        measure: none(),
    };
    if let &[iterable] = given {
        protocol::for_each(thread, iterable, |thread, item| {
            best.offer(thread, item, key, op)
        })?;
    } else {
        if default.is_some() {
            return Err(thread.type_error(format_args!(
                "Cannot specify a default for {name}() with multiple positional arguments"
            )));
        }
        for &item in given {
            best.offer(thread, item, key, op)?;
        }
    }
    best.item
        .or(default)
        .ok_or_else(|| thread.value_error(format_args!("{name}() iterable argument is empty")))
}
