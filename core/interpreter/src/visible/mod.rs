//! What Python code sees of functions, code, frames, cells, generators and templates.
//!
//! | what | where |
//! |---|---|
//! | `function`, `cell` | `function`, `cell` |
//! | `code`: attributes, making, iterators | `code`, `code_construct`, `code_iterators` |
//! | `frame`, its `f_locals` | `frame`, `frame_locals` |
//! | `generator`, `coroutine`, what both have | `generator`, `coroutine`, `generator_attributes` |
//! | `async_generator`, its awaitables | `async_generator`, `async_send`, `async_throw` |
//! | `anext` | [`anext_awaitable`] |
//! | `string.templatelib` | `template`, `interpolation` |
//!
//! Protocol: [`install`] once, before any type is made ready.

pub mod anext_awaitable;
pub mod async_generator;
mod async_send;
mod async_throw;
mod cell;
mod code;
mod code_construct;
mod code_iterators;
mod coroutine;
mod frame;
mod frame_locals;
mod function;
mod generator;
mod generator_attributes;
mod interpolation;
mod template;

use grwl_object::exception::traceback::{Frames, on_frames};
use grwl_object::{PyResult, Ref, Thread, TypeObject, TypeSpec, Value};

use crate::generator::{Generator, origin};

/// The types of this module, beside those that the rest of the package declares.
pub(crate) const TYPES: [&TypeObject; 10] = [
    &coroutine::WRAPPER,
    &async_generator::WRAPPED_VALUE,
    &async_send::ASYNC_SEND,
    &async_throw::ASYNC_THROW,
    &anext_awaitable::ANEXT_AWAITABLE,
    &frame_locals::FRAME_LOCALS,
    &code_iterators::LINE_ITERATOR,
    &code_iterators::POSITIONS_ITERATOR,
    &code_iterators::BRANCHES_ITERATOR,
    &template::TEMPLATE_ITERATOR,
];

static SPECS: &[(&TypeObject, &TypeSpec)] = &[
    (&crate::FUNCTION, &function::SPEC),
    (&crate::CELL, &cell::SPEC),
    (&crate::CODE, &code::SPEC),
    (&code_iterators::LINE_ITERATOR, &code_iterators::LINES),
    (
        &code_iterators::POSITIONS_ITERATOR,
        &code_iterators::POSITIONS,
    ),
    (
        &code_iterators::BRANCHES_ITERATOR,
        &code_iterators::BRANCHES,
    ),
    (&crate::frame_object::FRAME, &frame::SPEC),
    (&frame_locals::FRAME_LOCALS, &frame_locals::SPEC),
    (&crate::generator::GENERATOR, &generator::SPEC),
    (&crate::generator::COROUTINE, &coroutine::SPEC),
    (&coroutine::WRAPPER, &coroutine::WRAPPER_SPEC),
    (&crate::generator::ASYNC_GENERATOR, &async_generator::SPEC),
    (&async_send::ASYNC_SEND, &async_send::SPEC),
    (&async_throw::ASYNC_THROW, &async_throw::SPEC),
    (&anext_awaitable::ANEXT_AWAITABLE, &anext_awaitable::SPEC),
    (&crate::interpolation::INTERPOLATION, &interpolation::SPEC),
    (&crate::interpolation::TEMPLATE, &template::SPEC),
    (&template::TEMPLATE_ITERATOR, &template::ITERATOR_SPEC),
];

/// Gives the types their functions.
pub fn install() {
    for (class, spec) in SPECS {
        class.define(spec);
    }
    on_frames(Frames {
        is_frame: frame::is_frame,
        line: frame::line_at,
    });
}

/// A value that an asynchronous generator yields, wrapped.
///
/// # Errors
/// None.
pub fn wrap_async_value(thread: &mut Thread, value: Value) -> PyResult {
    Ok(async_generator::wrap(thread, value))
}

/// Notes where a fresh coroutine was made: `cr_origin`.
///
/// # Errors
/// `MemoryError`.
pub fn track_origin(thread: &mut Thread, coroutine: Ref<Generator>) -> PyResult<()> {
    origin::track(thread, coroutine)
}
