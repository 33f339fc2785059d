//! The callbacks of a future.
//!
//! Protocol: they are a chain of tuples `(function, context, next)`, the newest first, which is changed under the future's lock, and only while it is pending. Who
//! makes it done takes the chain, and gives the functions to the loop in the order in which they were added.

use std::collections::HashSet;

use grwl_object::list::List;
use grwl_object::{Buffer, Name, PyResult, Ref, Thread, Tuple, Value, ValueExt, none, protocol};

use crate::future::{Future, PENDING};
use crate::library::CONTEXT_NAME;

static CALL_SOON: Name = Name::new("call_soon");

/// `event_loop.call_soon(callback, argument, context=context)`
///
/// # Errors
/// What the loop raises.
pub(crate) fn call_soon(
    thread: &mut Thread,
    event_loop: Value,
    callback: Value,
    argument: Option<Value>,
    context: Value,
) -> PyResult<()> {
    match argument {
        Some(argument) => CONTEXT_NAME.call_method(
            thread,
            event_loop,
            &CALL_SOON,
            &[callback, argument, context],
        )?,
        None => CONTEXT_NAME.call_method(thread, event_loop, &CALL_SOON, &[callback, context])?,
    };
    Ok(())
}

/// The links of a chain, the oldest first.
fn links(thread: &Thread, chain: Option<Value>) -> PyResult<Buffer> {
    let mut links = Buffer::new();
    let mut next = chain.and_then(ValueExt::downcast::<Tuple>);
    while let Some(link) = next {
        links.push(thread, link.value())?;
        next = link.at(2).downcast::<Tuple>();
    }
    let count = links.len();
    for index in 0..count / 2 {
        let (low, high) = (links.as_slice()[index], links.as_slice()[count - 1 - index]);
        links.set(thread, index, high);
        links.set(thread, count - 1 - index, low);
    }
    Ok(links)
}

fn parts(link: Value) -> (Value, Value) {
    let link: Ref<Tuple> = link.downcast().expect("a chain is made of tuples");
    (link.at(0), link.at(1))
}

fn add_link(thread: &Thread, this: Ref<Future>, callback: Value, context: Value) -> PyResult<()> {
    let next = this.callbacks.load().unwrap_or_else(none);
    let link = Tuple::try_new(thread, &[callback, context, next])?;
    thread.store(this, &this.callbacks, Some(link.value()));
    Ok(())
}

/// Adds one; if the future is done, the loop gets it at once.
///
/// # Errors
/// `RuntimeError` if the future was not initialised; what the loop raises.
pub(crate) fn add(
    thread: &mut Thread,
    this: Ref<Future>,
    callback: Value,
    context: Value,
) -> PyResult<()> {
    let Some(event_loop) = this.event_loop() else {
        return Err(thread.runtime_error("uninitialized Future object"));
    };
    {
        let locked = thread.lock_cell(&this);
        if this.state() == PENDING {
            return add_link(&locked, this, callback, context);
        }
    }
    call_soon(thread, event_loop, callback, Some(this.value()), context)
}

/// Gives those of a future that is done to its loop.
///
/// # Errors
/// What the loop raises; then the rest is lost.
pub(crate) fn schedule(thread: &mut Thread, this: Ref<Future>) -> PyResult<()> {
    let chain = {
        let locked = thread.lock_cell(&this);
        let chain = this.callbacks.load();
        locked.store(this, &this.callbacks, None);
        chain
    };
    let (Some(chain), Some(event_loop)) = (chain, this.event_loop()) else {
        return Ok(());
    };
    let future = Some(this.value());
    let links = links(thread, Some(chain))?;
    for &link in links.iter() {
        let (callback, context) = parts(link);
        call_soon(thread, event_loop, callback, future, context)?;
    }
    Ok(())
}

/// `_callbacks`: a list of pairs, or `None`.
///
/// # Errors
/// `MemoryError`.
pub(crate) fn list(thread: &mut Thread, this: Ref<Future>) -> PyResult {
    let Some(chain) = this.callbacks.load() else {
        return Ok(none());
    };
    let list = List::new(thread);
    let links = links(thread, Some(chain))?;
    for &link in links.iter() {
        let (callback, context) = parts(link);
        let pair = Tuple::try_new(thread, &[callback, context])?;
        list.push(thread, pair.value())?;
    }
    Ok(list.value())
}

/// Removes those that are equal to `callback`. Returns how many.
///
/// # Errors
/// What comparing raises; `MemoryError`.
pub(crate) fn remove(thread: &mut Thread, this: Ref<Future>, callback: Value) -> PyResult<usize> {
    let known = links(thread, this.callbacks.load())?;
    // Addresses of links, which `known` keeps alive.
    let mut equal = HashSet::new();
    for &link in known.iter() {
        if protocol::equal(thread, parts(link).0, callback)? {
            equal.insert(link.bits().get());
        }
    }
    if equal.is_empty() {
        return Ok(0);
    }
    let locked = thread.lock_cell(&this);
    // The same links, unless callbacks were added or removed meanwhile.
    let current = links(&locked, this.callbacks.load())?;
    locked.store(this, &this.callbacks, None);
    let mut removed = 0;
    for &link in current.iter() {
        if equal.contains(&link.bits().get()) {
            removed += 1;
        } else {
            let (callback, context) = parts(link);
            add_link(&locked, this, callback, context)?;
        }
    }
    Ok(removed)
}
