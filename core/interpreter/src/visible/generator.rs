//! `generator`

use grwl_object::{GetSet, Method, PyResult, Thread, TypeSpec, Value, none, slots};

use super::generator_attributes as common;
use crate::generator::finalize;

/// What a generator can do.
pub(super) static SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::REPR.is(common::repr),
        slots::ITER.is(common::itself),
        slots::NEXT.is(next),
        slots::SEND.is(common::send_slot),
        slots::FINALIZE.is(finalize),
    ],
    methods: &[
        Method::one(
            "send",
            common::send,
            "send($self, object, /)\n--\n\nResumes the generator with a value and returns what it yields next.",
        ),
        Method::any(
            "throw",
            common::throw,
            "throw(value)\nthrow(type[,value[,tb]])\n\nRaises an exception where the generator waits and returns what it yields next.",
        ),
        Method::no_arguments(
            "close",
            common::close,
            "close($self, /)\n--\n\nRaises GeneratorExit where the generator waits, and returns what it returns.",
        ),
        Method::no_arguments(
            "__sizeof__",
            common::size_of,
            "gen.__sizeof__() -> size of gen in memory, in bytes",
        ),
        Method::one(
            "__class_getitem__",
            common::class_getitem,
            "generators are generic over the types of their yield, send, and return values",
        )
        .of_class(),
    ],
    getset: &[
        GetSet::new(
            "__name__",
            common::get_name,
            common::set_name,
            Some("name of the generator"),
        ),
        GetSet::new(
            "__qualname__",
            common::get_qualified_name,
            common::set_qualified_name,
            Some("qualified name of the generator"),
        ),
        GetSet::read_only(
            "gi_yieldfrom",
            common::get_delegate,
            Some("object being iterated by yield from, or None"),
        ),
        GetSet::read_only("gi_running", common::get_running, None),
        GetSet::read_only("gi_frame", common::get_frame, None),
        GetSet::read_only("gi_suspended", common::get_suspended, None),
        GetSet::read_only("gi_code", common::get_code, None),
    ],
    constants: &[],
};

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let sent = common::send_slot(thread, this, none())?;
    common::next_of(thread, sent)
}
