//! `async_generator_athrow`: what `athrow(...)` and `aclose()` of an asynchronous generator return.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::slots::Sent;
use grwl_object::{
    Args, Cell, Declaration, Method, PyResult, Raised, Ref, Slot, Thread, TypeObject, TypeSpec,
    Value, ValueExt, flags, none, slots, types,
};
use grwl_threads::sync::{AtomicU8, Ordering};

use super::async_generator::{unwrap, unwrapped};
use super::async_send::{AWAITED, CLOSE, FRESH, OVER, SEND, THROW, closed};
use super::generator_attributes as common;
use crate::generator::{Generator, State, Thrown, warn_unawaited_method};

/// See the module's head. Without `first` it is `aclose()`.
#[repr(C)]
pub struct AsyncThrow {
    header: Header,
    generator: Slot,
    first: Slot,
    value: Slot,
    traceback: Slot,
    state: AtomicU8,
}

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for AsyncThrow {
    fn type_object() -> &'static TypeObject {
        &ASYNC_THROW
    }
}

static ASYNC_THROW_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(AsyncThrow, generator) as u32,
        count: 4,
    },
    size: Size::Fixed(size_of::<AsyncThrow>()),
    drop: None,
    name: "async_generator_athrow",
};

/// `async_generator_athrow`
pub static ASYNC_THROW: TypeObject = TypeObject::declare(&Declaration {
    name: "async_generator_athrow",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::HAS_FINALIZER,
    cell: &ASYNC_THROW_CELL,
    kind: Kind::Traced,
    size: size_of::<AsyncThrow>(),
    attributes: 0,
});

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

/// An awaitable that throws; `None`: that closes.
pub(super) fn new(thread: &Thread, generator: Ref<Generator>, thrown: Option<Thrown>) -> Value {
    let (value, traceback) = thrown.map_or((None, None), |thrown| (thrown.value, thrown.traceback));
    // SAFETY: the type has this layout.
    let made = unsafe {
        thread.new_cell(&ASYNC_THROW, |header| AsyncThrow {
            header,
            generator: Slot::new(Some(generator.value())),
            first: Slot::new(thrown.map(|thrown| thrown.first)),
            value: Slot::new(value),
            traceback: Slot::new(traceback),
            state: AtomicU8::new(FRESH),
        })
    };
    grwl_object::instance::register_finalizer(thread, &ASYNC_THROW, made.cell());
    made.value()
}

impl AsyncThrow {
    fn is_close(&self) -> bool {
        self.first.load().is_none()
    }

    fn thrown(&self) -> Thrown {
        match self.first.load() {
            Some(first) => Thrown {
                first,
                value: self.value.load(),
                traceback: self.traceback.load(),
            },
            None => Thrown::exit(),
        }
    }

    fn end(&self, generator: &Generator) {
        generator.is_running_async.store(0, Ordering::Relaxed);
        self.state.store(OVER, Ordering::Relaxed);
    }
}

fn parts(value: Value) -> (Ref<AsyncThrow>, Ref<Generator>) {
    let this = value
        .downcast_exact::<AsyncThrow>()
        .expect("descriptors of awaitables are used on awaitables only");
    let generator = this.generator.load().expect("set when it was made");
    (this, common::receiver(generator))
}

#[cold]
fn reused(thread: &mut Thread) -> Raised {
    thread.runtime_error("cannot reuse already awaited aclose()/athrow()")
}

/// Takes a generator that nobody is awaiting.
fn take(thread: &mut Thread, this: &AsyncThrow, generator: &Generator) -> PyResult<()> {
    if generator.is_running_async.swap(1, Ordering::AcqRel) == 0 {
        return Ok(());
    }
    this.state.store(OVER, Ordering::Relaxed);
    let method = if this.is_close() { "aclose" } else { "athrow" };
    Err(thread.runtime_error(format_args!(
        "{method}(): asynchronous generator is already running"
    )))
}

/// What became of a step when it is `aclose()`: the generator's end is the awaitable's.
fn closing(
    thread: &mut Thread,
    this: &AsyncThrow,
    generator: &Generator,
    result: PyResult<Sent>,
) -> PyResult<Sent> {
    match result {
        Ok(Sent::Yielded(value)) if unwrapped(value).is_some() => {
            this.end(generator);
            Err(thread.runtime_error("async generator ignored GeneratorExit"))
        }
        Ok(Sent::Yielded(value)) => Ok(Sent::Yielded(value)),
        Ok(Sent::Returned(_)) => {
            this.end(generator);
            Ok(Sent::Returned(none()))
        }
        Err(raised) => {
            this.end(generator);
            if raised.matches(&types::STOP_ASYNC_ITERATION)
                || raised.matches(&types::GENERATOR_EXIT)
            {
                Ok(Sent::Returned(none()))
            } else {
                Err(raised)
            }
        }
    }
}

fn step(thread: &mut Thread, this: Value, value: Value) -> PyResult<Sent> {
    let (this, generator) = parts(this);
    let state = this.state.load(Ordering::Relaxed);
    if state == OVER {
        return Err(reused(thread));
    }
    if generator.state() == State::Finished {
        this.state.store(OVER, Ordering::Relaxed);
        return Ok(Sent::Returned(none()));
    }
    if state == FRESH {
        take(thread, &this, &generator)?;
        if generator.is_closed.load(Ordering::Relaxed) != 0 {
            this.end(&generator);
            return Err(thread.stop_async_iteration());
        }
        if !value.is_none() {
            generator.is_running_async.store(0, Ordering::Relaxed);
            return Err(
                thread.runtime_error("can't send non-None value to a just-started coroutine")
            );
        }
        this.state.store(AWAITED, Ordering::Relaxed);
        if this.is_close() {
            generator.is_closed.store(1, Ordering::Relaxed);
        }
        let result = generator.throw(thread, this.thrown(), false);
        if this.is_close() {
            return closing(thread, &this, &generator, result);
        }
        let result = unwrap(thread, generator, result);
        if !matches!(result, Ok(Sent::Yielded(_))) {
            this.end(&generator);
        }
        return result;
    }
    let result = generator.resume(thread, value);
    if this.is_close() {
        closing(thread, &this, &generator, result)
    } else {
        unwrap(thread, generator, result)
    }
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
    match this.state.load(Ordering::Relaxed) {
        OVER => return Err(reused(thread)),
        FRESH => {
            take(thread, &this, &generator)?;
            this.state.store(AWAITED, Ordering::Relaxed);
        }
        _ => {}
    }
    let result = generator.throw(thread, thrown, true);
    if this.is_close() {
        return closing(thread, &this, &generator, result);
    }
    let result = unwrap(thread, generator, result);
    if !matches!(result, Ok(Sent::Yielded(_))) {
        this.end(&generator);
    }
    result
}

fn throw(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let thrown = common::thrown(thread, args, "throw")?;
    let sent = throw_step(thread, this, thrown)?;
    common::yielded(thread, sent)
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
        let method = if this.is_close() { "aclose" } else { "athrow" };
        warn_unawaited_method(thread, &generator, method, value);
    }
    Ok(())
}
