//! `traceback`: what Python code sees of one.

use grwl_object::exception::traceback::{Traceback, is_frame};
use grwl_object::list::List;
use grwl_object::protocol::convert;
use grwl_object::{
    Args, GetSet, Method, PyResult, Ref, Signature, Thread, TypeObject, TypeSpec, Value, ValueExt,
    int, intern, none, slots,
};

pub static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "traceback(tb_next, tb_frame, tb_lasti, tb_lineno)\n--\n\nA place that an exception passed.",
    ),
    slots: &[slots::NEW.is(new)],
    methods: &[Method::no_arguments(
        "__dir__",
        dir,
        "__dir__($self, /)\n--\n\n",
    )],
    getset: &[
        GetSet::new("tb_next", get_next, set_next, None),
        GetSet::read_only("tb_frame", get_frame, None).member(),
        GetSet::read_only("tb_lasti", get_last_instruction, None).member(),
        GetSet::read_only("tb_lineno", get_line, None),
    ],
    constants: &[],
};

fn receiver(value: Value) -> Ref<Traceback> {
    value
        .downcast::<Traceback>()
        .expect("descriptors of tracebacks are used on tracebacks only")
}

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<4> = Signature::new(
        "traceback",
        ["tb_next", "tb_frame", "tb_lasti", "tb_lineno"],
    );
    let [next, frame, last_instruction, line] = args
        .parse(thread, &SIGNATURE)?
        .map(|argument| argument.unwrap_or_else(none));
    if !is_frame(frame) {
        let class = crate::base::argument_class(frame);
        return Err(thread.type_error(format_args!(
            "traceback() argument 'tb_frame' must be frame, not {class}"
        )));
    }
    let last_instruction = as_c_int(thread, last_instruction)?;
    let line = as_c_int(thread, line)?;
    let next = match next.not_none() {
        None => None,
        Some(next) => match next.downcast::<Traceback>() {
            Some(next) => Some(next),
            None => {
                let class = next.class();
                let class = class.name();
                return Err(thread.type_error(format_args!(
                    "expected traceback object or None, got '{class}'"
                )));
            }
        },
    };
    Ok(Traceback::new(thread, next, frame, last_instruction, line).value())
}

/// The integer as a C `int`.
fn as_c_int(thread: &mut Thread, value: Value) -> PyResult<i32> {
    let index = convert::index(thread, value)?;
    match int::view(index) {
        Some(int::IntView::Small(small)) => i32::try_from(small).ok(),
        _ => None,
    }
    .ok_or_else(|| thread.overflow_error("Python int too large to convert to C int"))
}

fn dir(thread: &mut Thread, _this: Value) -> PyResult {
    let names = ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"];
    let names = names.map(|name| intern(thread, name).value());
    Ok(List::from_slice(thread, &names)?.value())
}

fn get_next(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(receiver(this).next().map_or_else(none, Ref::value))
}

fn set_next(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let this = receiver(this);
    let Some(value) = value else {
        return Err(thread.type_error("can't delete tb_next attribute"));
    };
    let next = value.downcast::<Traceback>();
    if next.is_none() && !value.is_none() {
        let class = value.class();
        let class = class.name();
        return Err(thread.type_error(format_args!("expected traceback object, got '{class}'")));
    }
    // Two threads that tie two chains together at the same time may still make a ring, as in CPython.
    let mut walker = next;
    while let Some(entry) = walker {
        if entry == this {
            return Err(thread.value_error("traceback loop detected"));
        }
        walker = entry.next();
    }
    let locked = thread.lock_cell(&this);
    locked.store(this, this.next_slot(), next.map(Ref::value));
    Ok(())
}

fn get_frame(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(receiver(this).frame())
}

fn get_last_instruction(thread: &mut Thread, this: Value) -> PyResult {
    let index = receiver(this).last_instruction();
    Ok(int::from_i64(thread, index.into()))
}

fn get_line(thread: &mut Thread, this: Value) -> PyResult {
    Ok(match receiver(this).line() {
        Some(line) => int::from_i64(thread, line.into()),
        None => none(),
    })
}
