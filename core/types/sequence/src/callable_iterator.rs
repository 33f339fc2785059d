//! `iter(callable, sentinel)`.

use grwl_object::iterators::{CallableIterator, builtin};
use grwl_object::slots::{self, SlotValue};
use grwl_object::{
    Method, PyResult, Ref, Thread, Tuple, TypeSpec, Value, ValueExt, protocol, types,
};

use crate::receiver::{itself, of};

pub(crate) static SPEC: TypeSpec = TypeSpec {
    slots: SLOTS,
    methods: METHODS,
    ..TypeSpec::NONE
};

static SLOTS: &[SlotValue] = &[slots::ITER.is(itself), slots::NEXT.is(next)];

static METHODS: &[Method] = &[Method::no_arguments(
    "__reduce__",
    reduce,
    "__reduce__($self, /)\n--\n\nFor pickling: how to make an iterator that goes on here.",
)];

fn end(this: Ref<CallableIterator>) {
    this.callable.store(None);
    this.sentinel.store(None);
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let this: Ref<CallableIterator> = of(thread, this)?;
    let Some(callable) = this.callable.load() else {
        return Ok(None);
    };
    let before = this.sentinel.load();
    let is_native = std::ptr::eq(callable.class().as_ptr(), &types::BUILTIN_FUNCTION);
    let value = match protocol::call_positional(thread, callable, &[]) {
        Ok(value) => value,
        Err(raised) if raised.matches(&types::STOP_ITERATION) => {
            end(this);
            return Ok(None);
        }
        Err(raised) => return Err(raised),
    };
    // The call may have come to the end of this very iterator; a built-in one does not come back here, so it was another thread that did.
    let now = this.sentinel.load().or(before.filter(|_| is_native));
    let Some(sentinel) = now else {
        return Ok(None);
    };
    if protocol::same_or_equal(thread, sentinel, value)? {
        end(this);
        return Ok(None);
    }
    Ok(Some(value))
}

fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    let this: Ref<CallableIterator> = of(thread, this)?;
    let iter = builtin(thread, "iter")?;
    let args = match (this.callable.load(), this.sentinel.load()) {
        (Some(callable), Some(sentinel)) => Tuple::new(thread, &[callable, sentinel]),
        _ => Tuple::new(thread, &[Tuple::empty().value()]),
    };
    Ok(Tuple::new(thread, &[iter, args.value()]).value())
}
