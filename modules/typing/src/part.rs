//! `ParamSpecArgs`, `ParamSpecKwargs`: `P.args` and `P.kwargs`.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::{
    Args, CompareOp, Declaration, GetSet, Method, PyResult, Ref, Signature, Slot, Str, Thread,
    TypeObject, TypeSpec, Value, ValueExt, flags, none, not_implemented, protocol, singleton,
    slots, types,
};

use crate::parameter::{PARAM_SPEC, parameter};
use crate::support;

/// Half of a parameter specification.
#[repr(C)]
struct Part {
    header: Header,
    origin: Slot,
}

static PART_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Part, origin) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<Part>()),
    drop: None,
    name: "part of a ParamSpec",
};

const fn declaration(name: &'static str) -> Declaration {
    Declaration {
        name,
        base: Some(&types::OBJECT),
        class: &types::TYPE,
        flags: flags::IMMUTABLE | flags::WEAK_REFERENCES,
        cell: &PART_CELL,
        kind: Kind::Traced,
        size: size_of::<Part>(),
        attributes: 0,
    }
}

/// `typing.ParamSpecArgs`
pub static PARAM_SPEC_ARGS: TypeObject = TypeObject::declare(&declaration("typing.ParamSpecArgs"));
/// `typing.ParamSpecKwargs`
pub static PARAM_SPEC_KWARGS: TypeObject =
    TypeObject::declare(&declaration("typing.ParamSpecKwargs"));

static METHODS: &[Method] = &[Method::one(
    "__mro_entries__",
    |thread, this, _| Err(support::no_base(thread, this)),
    "__mro_entries__($self, bases, /)\n--\n\nIt is no base.",
)];

static GETSET: &[GetSet] =
    &[GetSet::read_only("__origin__", |_, this| Ok(origin(this)), None).member()];

pub(crate) static ARGS_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "ParamSpecArgs(origin)\n--\n\nThe positional arguments of a parameter specification: P.args.",
    ),
    slots: &[
        slots::NEW.is(|thread, _, args| {
            static SIGNATURE: Signature<1> = Signature::new("paramspecargs", ["origin"]);
            make_from(thread, &PARAM_SPEC_ARGS, args, &SIGNATURE)
        }),
        slots::REPR.is(|thread, this| repr(thread, this, "args")),
        slots::COMPARE.is(compare),
        slots::HASH.is(protocol::hash::not_hashable),
    ],
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::NONE
};

pub(crate) static KWARGS_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "ParamSpecKwargs(origin)\n--\n\nThe keyword arguments of a parameter specification: P.kwargs.",
    ),
    slots: &[
        slots::NEW.is(|thread, _, args| {
            static SIGNATURE: Signature<1> = Signature::new("paramspeckwargs", ["origin"]);
            make_from(thread, &PARAM_SPEC_KWARGS, args, &SIGNATURE)
        }),
        slots::REPR.is(|thread, this| repr(thread, this, "kwargs")),
        slots::COMPARE.is(compare),
        slots::HASH.is(protocol::hash::not_hashable),
    ],
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::NONE
};

fn make_from(
    thread: &mut Thread,
    class: &TypeObject,
    args: Args<'_>,
    signature: &Signature<1>,
) -> PyResult {
    let [origin] = args.parse(thread, signature)?;
    Ok(make(thread, class, origin.unwrap_or_else(none)))
}

/// Half of `origin`.
pub(crate) fn make(thread: &Thread, class: &TypeObject, origin: Value) -> Value {
    // SAFETY: both types have this layout and no subclasses.
    let made = unsafe {
        thread.new_cell(class, |header| Part {
            header,
            origin: Slot::new(Some(origin)),
        })
    };
    made.value()
}

fn origin(this: Value) -> Value {
    let cell = this.as_cell().expect("a part is a cell");
    // SAFETY: only functions of the two types call this, with their instances.
    let this = unsafe { Ref::<Part>::from_cell(cell) };
    this.origin.load().unwrap_or_else(none)
}

fn repr(thread: &mut Thread, this: Value, which: &str) -> PyResult {
    let origin = origin(this);
    let name = if std::ptr::eq(origin.class().as_ptr(), &PARAM_SPEC) {
        let name = parameter(origin).name.load().unwrap_or_else(none);
        protocol::str(thread, name)?
    } else {
        protocol::repr(thread, origin)?
    };
    Ok(Str::new(thread, &format!("{name}.{which}")).value())
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    if a.class() != b.class() || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(not_implemented());
    }
    let is_equal = protocol::equal(thread, origin(a), origin(b))?;
    Ok(singleton::bool(is_equal == (op == CompareOp::Eq)))
}
