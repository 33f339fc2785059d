//! `async_generator_asend`: what `__anext__()` and `asend(value)` of an asynchronous generator return.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::slots::Sent;
use grwl_object::{
    Args, Cell, Declaration, Method, PyResult, Raised, Ref, Slot, Thread, TypeObject, TypeSpec,
    Value, ValueExt, flags, none, slots, types,
};
use grwl_threads::sync::{AtomicU8, Ordering};

use super::async_generator::unwrap;
use super::generator_attributes as common;
use crate::generator::{Generator, Thrown, warn_unawaited_method};

/// Nobody has awaited it.
pub(super) const FRESH: u8 = 0;
/// It is being awaited.
pub(super) const AWAITED: u8 = 1;
/// It is over.
pub(super) const OVER: u8 = 2;

/// See the module's head.
#[repr(C)]
pub struct AsyncSend {
    header: Header,
    generator: Slot,
    value: Slot,
    state: AtomicU8,
}

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for AsyncSend {
    fn type_object() -> &'static TypeObject {
        &ASYNC_SEND
    }
}

static ASYNC_SEND_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(AsyncSend, generator) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<AsyncSend>()),
    drop: None,
    name: "async_generator_asend",
};

/// `async_generator_asend`
pub static ASYNC_SEND: TypeObject = TypeObject::declare(&Declaration {
    name: "async_generator_asend",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::HAS_FINALIZER,
    cell: &ASYNC_SEND_CELL,
    kind: Kind::Traced,
    size: size_of::<AsyncSend>(),
    attributes: 0,
});

/// Descriptions of the methods, for both awaitables.
pub(super) const SEND: &str = "send($self, object, /)\n--\n\nResumes the generator with a value and returns what it waits for next.";
/// As [`SEND`].
pub(super) const THROW: &str = "throw(value)\nthrow(type[,value[,tb]])\n\nRaises an exception where the generator waits and returns what it waits for next.";
/// As [`SEND`].
pub(super) const CLOSE: &str =
    "close($self, /)\n--\n\nRaises GeneratorExit where the generator waits.";

/// What it can do.
pub(super) static SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::AWAIT.is(common::itself),
        slots::ITER.is(common::itself),
        slots::NEXT.is(next),
        slots::SEND.is(step),
        slots::FINALIZE.is(finalize),
    ],
    methods: &[
        Method::one("send", send, SEND),
        Method::any("throw", throw, THROW),
        Method::no_arguments("close", close, CLOSE),
    ],
    getset: &[],
    constants: &[],
};

/// An awaitable that sends `value`.
pub(super) fn new(thread: &Thread, generator: Ref<Generator>, value: Option<Value>) -> Value {
    // SAFETY: the type has this layout.
    let made = unsafe {
        thread.new_cell(&ASYNC_SEND, |header| AsyncSend {
            header,
            generator: Slot::new(Some(generator.value())),
            value: Slot::new(value),
            state: AtomicU8::new(FRESH),
        })
    };
    grwl_object::instance::register_finalizer(thread, &ASYNC_SEND, made.cell());
    made.value()
}

fn parts(value: Value) -> (Ref<AsyncSend>, Ref<Generator>) {
    let this = value
        .downcast_exact::<AsyncSend>()
        .expect("descriptors of awaitables are used on awaitables only");
    let generator = this.generator.load().expect("set when it was made");
    (this, common::receiver(generator))
}

/// Begins to await it, or goes on: was it fresh?
fn begin(thread: &mut Thread, this: &AsyncSend, generator: &Generator) -> PyResult<bool> {
    match this.state.load(Ordering::Relaxed) {
        OVER => Err(thread.runtime_error("cannot reuse already awaited __anext__()/asend()")),
        FRESH => {
            // Whoever finds the generator idle has it.
            if generator.is_running_async.swap(1, Ordering::AcqRel) != 0 {
                this.state.store(OVER, Ordering::Relaxed);
                return Err(
                    thread.runtime_error("anext(): asynchronous generator is already running")
                );
            }
            this.state.store(AWAITED, Ordering::Relaxed);
            Ok(true)
        }
        _ => {
            generator.is_running_async.store(1, Ordering::Relaxed);
            Ok(false)
        }
    }
}

/// Notes the end of the awaitable, if it is that.
fn note(this: &AsyncSend, result: PyResult<Sent>) -> PyResult<Sent> {
    if !matches!(result, Ok(Sent::Yielded(_))) {
        this.state.store(OVER, Ordering::Relaxed);
    }
    result
}

fn step(thread: &mut Thread, this: Value, value: Value) -> PyResult<Sent> {
    let (this, generator) = parts(this);
    let is_fresh = begin(thread, &this, &generator)?;
    let value = if is_fresh && value.is_none() {
        this.value.load().unwrap_or_else(none)
    } else {
        value
    };
    let result = generator.resume(thread, value);
    let result = unwrap(thread, generator, result);
    note(&this, result)
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let sent = step(thread, this, none())?;
    common::next_of(thread, sent)
}

fn send(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let sent = step(thread, this, value)?;
    common::yielded(thread, sent)
}

fn throw_step(thread: &mut Thread, this: Value, thrown: Thrown) -> PyResult<Sent> {
    let (this, generator) = parts(this);
    begin(thread, &this, &generator)?;
    let result = generator.throw(thread, thrown, true);
    let result = unwrap(thread, generator, result);
    note(&this, result)
}

fn throw(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let thrown = common::thrown(thread, args, "throw")?;
    let sent = throw_step(thread, this, thrown)?;
    common::yielded(thread, sent)
}

/// What `close` makes of throwing `GeneratorExit` into an awaitable.
pub(super) fn closed(thread: &mut Thread, result: PyResult<Sent>) -> PyResult {
    let is_end = |raised: Raised| {
        raised.matches(&types::STOP_ITERATION)
            || raised.matches(&types::STOP_ASYNC_ITERATION)
            || raised.matches(&types::GENERATOR_EXIT)
    };
    match result {
        Ok(Sent::Returned(_)) => Ok(none()),
        Ok(Sent::Yielded(_)) => Err(thread.runtime_error("coroutine ignored GeneratorExit")),
        Err(raised) if is_end(raised) => Ok(none()),
        Err(raised) => Err(raised),
    }
}

fn close(thread: &mut Thread, this: Value) -> PyResult {
    if parts(this).0.state.load(Ordering::Relaxed) == OVER {
        return Ok(none());
    }
    let result = throw_step(thread, this, Thrown::exit());
    closed(thread, result)
}

fn finalize(thread: &mut Thread, value: Value) -> PyResult<()> {
    let (this, generator) = parts(value);
    if this.state.load(Ordering::Relaxed) == FRESH {
        warn_unawaited_method(thread, &generator, "asend", value);
    }
    Ok(())
}
