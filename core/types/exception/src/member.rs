//! Attributes that are a slot of the instance: absent is `None`, anything can be stored, deleting empties the slot.

use grwl_heap::Size;
use grwl_object::exception::Exception;
use grwl_object::{GetSet, PyResult, Ref, Slot, Thread, Value, ValueExt, none};

/// The exception that a method or an attribute was asked of.
pub fn receiver(value: Value) -> Ref<Exception> {
    value
        .downcast::<Exception>()
        .expect("descriptors of exceptions are used on exceptions only")
}

/// The slot at `OFFSET` of an exception.
fn slot_at<'a, const OFFSET: usize>(this: Ref<Exception>) -> &'a Slot {
    const { assert!(OFFSET.is_multiple_of(size_of::<Slot>())) };
    let Size::Fixed(size) = this.value().class().payload().size else {
        unreachable!("exceptions have a fixed size");
    };
    assert!(
        OFFSET >= Exception::ATTRIBUTES + size_of::<grwl_object::instance::Attributes>()
            && OFFSET < size
    );
    // SAFETY: behind the attributes, an exception is slots to the end of its payload. The slot's address is an interior pointer: it
    // keeps the exception alive while it lies on the stack.
    unsafe { &*this.as_ptr().cast::<u8>().add(OFFSET).cast::<Slot>() }
}

fn get<const OFFSET: usize>(_thread: &mut Thread, this: Value) -> PyResult {
    let this = receiver(this);
    Ok(slot_at::<OFFSET>(this).load().unwrap_or_else(none))
}

fn set<const OFFSET: usize>(
    thread: &mut Thread,
    this: Value,
    value: Option<Value>,
) -> PyResult<()> {
    let this = receiver(this);
    thread.store(this, slot_at::<OFFSET>(this), value);
    Ok(())
}

/// The attribute `name`, the slot at `OFFSET`.
pub const fn member<const OFFSET: usize>(name: &'static str, doc: &'static str) -> GetSet {
    GetSet::new(name, get::<OFFSET>, set::<OFFSET>, Some(doc)).member()
}

/// The same, but it cannot be stored.
pub const fn read_only<const OFFSET: usize>(name: &'static str, doc: &'static str) -> GetSet {
    GetSet::read_only(name, get::<OFFSET>, Some(doc)).member()
}
