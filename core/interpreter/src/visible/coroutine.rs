//! `coroutine`, and `coroutine_wrapper`: the iterator that `coroutine.__await__()` returns.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::slots::Sent;
use grwl_object::{
    Args, Cell, Declaration, GetSet, Method, PyResult, Slot, Thread, TypeObject, TypeSpec, Value,
    ValueExt, flags, none, slots, types,
};

use super::generator_attributes as common;
use crate::generator::finalize;

const SEND: &str =
    "send($self, object, /)\n--\n\nSends a value into coroutine and returns what it yields next.";
const THROW: &str = "throw(value)\nthrow(type[,value[,traceback]])\n\nRaises an exception in coroutine, where it waits, and returns what it yields next.";
const CLOSE: &str = "close($self, /)\n--\n\nRaises GeneratorExit inside coroutine, where it waits, and returns what it returns.";

/// What a coroutine can do.
pub(super) static SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::REPR.is(common::repr),
        slots::AWAIT.is(awaited),
        slots::SEND.is(common::send_slot),
        slots::FINALIZE.is(finalize),
    ],
    methods: &[
        Method::one("send", common::send, SEND),
        Method::any("throw", common::throw, THROW),
        Method::no_arguments("close", common::close, CLOSE),
        Method::no_arguments(
            "__sizeof__",
            common::size_of,
            "gen.__sizeof__() -> size of gen in memory, in bytes",
        ),
        Method::one(
            "__class_getitem__",
            common::class_getitem,
            "coroutines are generic over the types of their yield, send, and return values",
        )
        .of_class(),
    ],
    getset: &[
        GetSet::new(
            "__name__",
            common::get_name,
            common::set_name,
            Some("name of the coroutine"),
        ),
        GetSet::new(
            "__qualname__",
            common::get_qualified_name,
            common::set_qualified_name,
            Some("qualified name of the coroutine"),
        ),
        GetSet::read_only(
            "cr_await",
            common::get_delegate,
            Some("object being awaited on, or None"),
        ),
        GetSet::read_only("cr_running", common::get_running, None),
        GetSet::read_only("cr_frame", common::get_frame, None),
        GetSet::read_only("cr_code", common::get_code, None),
        GetSet::read_only("cr_suspended", common::get_suspended, None),
        GetSet::read_only("cr_origin", get_origin, None).member(),
    ],
    constants: &[],
};

fn get_origin(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(common::receiver(this).extra.load().unwrap_or_else(none))
}

/// `coroutine_wrapper`
#[repr(C)]
pub struct Wrapper {
    header: Header,
    coroutine: Slot,
}

// SAFETY: repr(C), begins with a header; never changed.
unsafe impl Cell for Wrapper {
    fn type_object() -> &'static TypeObject {
        &WRAPPER
    }
}

static WRAPPER_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Wrapper, coroutine) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<Wrapper>()),
    drop: None,
    name: "coroutine_wrapper",
};

/// `coroutine_wrapper`
pub static WRAPPER: TypeObject = TypeObject::declare(&Declaration {
    name: "coroutine_wrapper",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &WRAPPER_CELL,
    kind: Kind::Traced,
    size: size_of::<Wrapper>(),
    attributes: 0,
});

/// What a wrapper can do.
pub(super) static WRAPPER_SPEC: TypeSpec = TypeSpec {
    doc: Some("A wrapper object implementing __await__ for coroutines."),
    slots: &[
        slots::ITER.is(common::itself),
        slots::NEXT.is(wrapper_next),
        slots::SEND.is(wrapper_send_slot),
    ],
    methods: &[
        Method::one("send", wrapper_send, SEND),
        Method::any("throw", wrapper_throw, THROW),
        Method::no_arguments("close", wrapper_close, CLOSE),
    ],
    getset: &[],
    constants: &[],
};

fn awaited(thread: &mut Thread, coroutine: Value) -> PyResult {
    // SAFETY: the type has this layout.
    let wrapper = unsafe {
        thread.new_cell(&WRAPPER, |header| Wrapper {
            header,
            coroutine: Slot::new(Some(coroutine)),
        })
    };
    Ok(wrapper.value())
}

fn wrapped(this: Value) -> Value {
    this.downcast_exact::<Wrapper>()
        .and_then(|wrapper| wrapper.coroutine.load())
        .expect("descriptors of wrappers are used on wrappers only")
}

fn wrapper_next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let sent = common::send_slot(thread, wrapped(this), none())?;
    common::next_of(thread, sent)
}

fn wrapper_send_slot(thread: &mut Thread, this: Value, value: Value) -> PyResult<Sent> {
    common::send_slot(thread, wrapped(this), value)
}

fn wrapper_send(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    common::send(thread, wrapped(this), value)
}

fn wrapper_throw(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    common::throw(thread, wrapped(this), args)
}

fn wrapper_close(thread: &mut Thread, this: Value) -> PyResult {
    common::close(thread, wrapped(this))
}
