//! `TypeVar`, `ParamSpec`, `TypeVarTuple`: three types of one layout.
//!
//! Invariant: bound, constraints and default are each empty until they are known; what the syntax gives is an evaluator, which
//! is called when somebody asks, and whose result then stays. Two threads that ask at once may both call it; one result stays.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::instance::{self, Attributes};
use grwl_object::{
    Args, Buffer, Declaration, GetSet, Method, PyResult, Raised, Ref, Signature, Slot, Str, Thread,
    Tuple, TypeObject, TypeSpec, Value, ValueExt, flags, intern, none, protocol, singleton, slots,
    types,
};
use grwl_threads::sync::{AtomicU64, Ordering};

use crate::evaluate::{evaluator, lazily};
use crate::generic::no_default;
use crate::{part, support};

/// A type parameter.
#[repr(C)]
pub(crate) struct Parameter {
    header: Header,
    /// `__name__`
    pub(crate) name: Slot,
    bound: Slot,
    evaluate_bound: Slot,
    constraints: Slot,
    evaluate_constraints: Slot,
    default: Slot,
    evaluate_default: Slot,
    attributes: Attributes,
    /// [`COVARIANT`], [`CONTRAVARIANT`], [`INFERRED`].
    variance: AtomicU64,
}

const COVARIANT: u64 = 1;
const CONTRAVARIANT: u64 = 2;
const INFERRED: u64 = 4;

static PARAMETER_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Parameter, name) as u32,
        count: ((offset_of!(Parameter, variance) - offset_of!(Parameter, name)) / size_of::<Slot>())
            as u32,
    },
    size: Size::Fixed(size_of::<Parameter>()),
    drop: None,
    name: "type parameter",
};

const fn declaration(name: &'static str) -> Declaration {
    Declaration {
        name,
        base: Some(&types::OBJECT),
        class: &types::TYPE,
        flags: flags::IMMUTABLE | flags::WEAK_REFERENCES | flags::HAS_DICT,
        cell: &PARAMETER_CELL,
        kind: Kind::Traced,
        size: size_of::<Parameter>(),
        attributes: offset_of!(Parameter, attributes),
    }
}

/// `typing.TypeVar`
pub static TYPE_VAR: TypeObject = TypeObject::declare(&declaration("typing.TypeVar"));
/// `typing.ParamSpec`
pub static PARAM_SPEC: TypeObject = TypeObject::declare(&declaration("typing.ParamSpec"));
/// `typing.TypeVarTuple`
pub static TYPE_VAR_TUPLE: TypeObject = TypeObject::declare(&declaration("typing.TypeVarTuple"));

const NAME: GetSet = GetSet::read_only("__name__", |_, this| Ok(name(this)), None).member();
const BOUND: GetSet = GetSet::read_only("__bound__", bound, None);
const DEFAULT: GetSet = GetSet::read_only("__default__", default, None);
const EVALUATE_DEFAULT: GetSet = GetSet::read_only(
    "evaluate_default",
    |thread, this| {
        let this = parameter(this);
        if this.evaluate_default.load().is_none() && this.default.load() == Some(no_default()) {
            return Ok(none());
        }
        Ok(evaluator(thread, &this.default, &this.evaluate_default))
    },
    None,
);
const COVARIANCE: GetSet =
    GetSet::read_only("__covariant__", |_, this| Ok(flag(this, COVARIANT)), None).member();
const CONTRAVARIANCE: GetSet = GetSet::read_only(
    "__contravariant__",
    |_, this| Ok(flag(this, CONTRAVARIANT)),
    None,
)
.member();
const INFERENCE: GetSet = GetSet::read_only(
    "__infer_variance__",
    |_, this| Ok(flag(this, INFERRED)),
    None,
)
.member();

const HAS_DEFAULT: Method = Method::no_arguments(
    "has_default",
    |_, this| {
        let this = parameter(this);
        let has = this.evaluate_default.load().is_some()
            || this
                .default
                .load()
                .is_some_and(|value| value != no_default());
        Ok(singleton::bool(has))
    },
    "has_default($self, /)\n--\n\nDoes it have a default?",
);
const REDUCE: Method = Method::no_arguments(
    "__reduce__",
    |_, this| Ok(name(this)),
    "__reduce__($self, /)\n--\n\nThe name under which it is pickled.",
);
const MRO_ENTRIES: Method = Method::one(
    "__mro_entries__",
    |thread, this, _| Err(support::no_base(thread, this)),
    "__mro_entries__($self, bases, /)\n--\n\nIt is no base.",
);

/// A method that calls a function of `typing` with the receiver and two arguments.
fn prepare(thread: &mut Thread, this: Value, args: Args<'_>, function: &str) -> PyResult {
    let [alias, given] = args.unpack::<2>(thread, "__typing_prepare_subst__", 2)?;
    let args = [this, alias.unwrap_or_else(none), given.unwrap_or_else(none)];
    support::call_typing(thread, function, &args)
}

pub(crate) static TYPE_VAR_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "TypeVar(name, *constraints, bound=None, default=typing.NoDefault, covariant=False, contravariant=False, infer_variance=False)\n--\n\nType variable.\n\nThe preferred way to make one is the syntax for generic functions, classes and aliases:\n\n    class Sequence[T]: ...\n",
    ),
    slots: &[
        slots::NEW.is(new_type_var),
        slots::REPR.is(repr),
        slots::OR.is(support::or),
    ],
    methods: &[
        Method::one(
            "__typing_subst__",
            |thread, this, arg| support::call_typing(thread, "_typevar_subst", &[this, arg]),
            "__typing_subst__($self, arg, /)\n--\n\nPut an argument in its place.",
        ),
        Method::any(
            "__typing_prepare_subst__",
            prepare_type_var,
            "__typing_prepare_subst__($self, alias, args, /)\n--\n\nAdd the default to the arguments if they are too few.",
        ),
        HAS_DEFAULT,
        REDUCE,
        MRO_ENTRIES,
    ],
    getset: &[
        NAME,
        BOUND,
        GetSet::read_only("__constraints__", constraints, None),
        DEFAULT,
        GetSet::read_only("evaluate_bound", evaluate_bound, None),
        GetSet::read_only(
            "evaluate_constraints",
            |thread, this| {
                let this = parameter(this);
                Ok(evaluator(
                    thread,
                    &this.constraints,
                    &this.evaluate_constraints,
                ))
            },
            None,
        ),
        EVALUATE_DEFAULT,
        COVARIANCE,
        CONTRAVARIANCE,
        INFERENCE,
    ],
    ..TypeSpec::NONE
};

pub(crate) static PARAM_SPEC_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "ParamSpec(name, *, bound=None, default=typing.NoDefault, covariant=False, contravariant=False, infer_variance=False)\n--\n\nParameter specification variable.\n\nThe preferred way to make one is the syntax for generic functions, classes and aliases, with two stars:\n\n    type IntFunc[**P] = Callable[P, int]\n",
    ),
    slots: &[
        slots::NEW.is(new_param_spec),
        slots::REPR.is(repr),
        slots::OR.is(support::or),
    ],
    methods: &[
        Method::one(
            "__typing_subst__",
            |thread, this, arg| support::call_typing(thread, "_paramspec_subst", &[this, arg]),
            "__typing_subst__($self, arg, /)\n--\n\nPut an argument in its place.",
        ),
        Method::any(
            "__typing_prepare_subst__",
            |thread, this, args| prepare(thread, this, args, "_paramspec_prepare_subst"),
            "__typing_prepare_subst__($self, alias, args, /)\n--\n\nBring the arguments in order.",
        ),
        HAS_DEFAULT,
        REDUCE,
        MRO_ENTRIES,
    ],
    getset: &[
        NAME,
        BOUND,
        DEFAULT,
        EVALUATE_DEFAULT,
        COVARIANCE,
        CONTRAVARIANCE,
        INFERENCE,
        GetSet::read_only(
            "args",
            |thread, this| Ok(part::make(thread, &part::PARAM_SPEC_ARGS, this)),
            Some("Represents positional arguments."),
        ),
        GetSet::read_only(
            "kwargs",
            |thread, this| Ok(part::make(thread, &part::PARAM_SPEC_KWARGS, this)),
            Some("Represents keyword arguments."),
        ),
    ],
    ..TypeSpec::NONE
};

pub(crate) static TYPE_VAR_TUPLE_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "TypeVarTuple(name, *, default=typing.NoDefault)\n--\n\nType variable tuple: a placeholder for any number of types.\n\nThe preferred way to make one is the syntax for generic functions, classes and aliases, with a star:\n\n    class Array[*Shape]: ...\n",
    ),
    slots: &[
        slots::NEW.is(new_type_var_tuple),
        slots::REPR.is(|_, this| Ok(name(this))),
        slots::ITER.is(support::iterate),
    ],
    methods: &[
        Method::one(
            "__typing_subst__",
            |thread, _, _| {
                Err(thread.type_error("Substitution of bare TypeVarTuple is not supported"))
            },
            "__typing_subst__($self, arg, /)\n--\n\nOnly an unpacked one can be replaced.",
        ),
        Method::any(
            "__typing_prepare_subst__",
            |thread, this, args| prepare(thread, this, args, "_typevartuple_prepare_subst"),
            "__typing_prepare_subst__($self, alias, args, /)\n--\n\nBring the arguments in order.",
        ),
        HAS_DEFAULT,
        REDUCE,
        MRO_ENTRIES,
    ],
    getset: &[NAME, DEFAULT, EVALUATE_DEFAULT],
    ..TypeSpec::NONE
};

/// An instance of one of the three types.
pub(crate) fn parameter(this: Value) -> Ref<Parameter> {
    let cell = this.as_cell().expect("a type parameter is a cell");
    debug_assert!(is_parameter(this));
    // SAFETY: callers have instances of the three types, which have no subclasses.
    unsafe { Ref::from_cell(cell) }
}

/// Is it an instance of one of the three types?
pub(crate) fn is_parameter(value: Value) -> bool {
    let class = value.class().as_ptr().cast_const();
    [&TYPE_VAR, &PARAM_SPEC, &TYPE_VAR_TUPLE]
        .into_iter()
        .any(|known| std::ptr::eq(known, class))
}

fn name(this: Value) -> Value {
    parameter(this).name.load().unwrap_or_else(none)
}

fn flag(this: Value, flag: u64) -> Value {
    // Relaxed: never changed.
    singleton::bool(parameter(this).variance.load(Ordering::Relaxed) & flag != 0)
}

fn bound(thread: &mut Thread, this: Value) -> PyResult {
    let own = parameter(this);
    let bound = lazily(thread, this, &own.bound, &own.evaluate_bound)?;
    Ok(bound.unwrap_or_else(none))
}

fn evaluate_bound(thread: &mut Thread, this: Value) -> PyResult {
    let this = parameter(this);
    Ok(evaluator(thread, &this.bound, &this.evaluate_bound))
}

fn constraints(thread: &mut Thread, this: Value) -> PyResult {
    let own = parameter(this);
    let constraints = lazily(thread, this, &own.constraints, &own.evaluate_constraints)?;
    Ok(constraints.unwrap_or_else(|| Tuple::empty().value()))
}

fn default(thread: &mut Thread, this: Value) -> PyResult {
    let own = parameter(this);
    let default = lazily(thread, this, &own.default, &own.evaluate_default)?;
    Ok(default.unwrap_or_else(no_default))
}

/// Has it a default, and which?
pub(crate) fn default_of(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let default = default(thread, this)?;
    Ok((default != no_default()).then_some(default))
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let own = name(this);
    let variance = parameter(this).variance.load(Ordering::Relaxed);
    if variance & INFERRED != 0 {
        return Ok(own);
    }
    let sign = if variance & COVARIANT != 0 {
        '+'
    } else if variance & CONTRAVARIANT != 0 {
        '-'
    } else {
        '~'
    };
    let own = protocol::str(thread, own)?;
    Ok(Str::new(thread, &format!("{sign}{own}")).value())
}

/// What a parameter is made of.
#[derive(Default)]
struct Parts {
    bound: Option<Value>,
    evaluate_bound: Option<Value>,
    constraints: Option<Value>,
    evaluate_constraints: Option<Value>,
    default: Option<Value>,
    variance: u64,
}

fn make(thread: &Thread, class: &TypeObject, name: Value, parts: &Parts) -> Value {
    // SAFETY: the three types have this layout and no subclasses.
    let made = unsafe {
        thread.new_cell(class, |header| Parameter {
            header,
            name: Slot::new(Some(name)),
            bound: Slot::new(parts.bound),
            evaluate_bound: Slot::new(parts.evaluate_bound),
            constraints: Slot::new(parts.constraints),
            evaluate_constraints: Slot::new(parts.evaluate_constraints),
            default: Slot::new(parts.default),
            evaluate_default: Slot::empty(),
            attributes: Attributes::new(),
            variance: AtomicU64::new(parts.variance),
        })
    };
    made.value()
}

/// A parameter that the syntax makes.
pub(crate) fn from_syntax(
    thread: &Thread,
    class: &TypeObject,
    name: Value,
    evaluate_bound: Option<Value>,
    evaluate_constraints: Option<Value>,
) -> Value {
    let parts = Parts {
        evaluate_bound,
        evaluate_constraints,
        variance: INFERRED,
        ..Parts::default()
    };
    make(thread, class, name, &parts)
}

/// Gives a parameter that the syntax makes a default.
pub(crate) fn set_default(thread: &Thread, this: Value, evaluate: Value) -> PyResult<()> {
    if !is_parameter(this) {
        return Err(thread.type_error(format_args!(
            "Expected a type param, got {}",
            this.class().name()
        )));
    }
    let this = parameter(this);
    thread.store(this, &this.evaluate_default, Some(evaluate));
    Ok(())
}

/// A parameter that a call makes: its `__module__` is the caller's.
fn made_by_call(thread: &mut Thread, class: &TypeObject, name: Value, parts: &Parts) -> PyResult {
    let made = make(thread, class, name, parts);
    let module = support::caller(thread);
    let key = intern(thread, "__module__");
    instance::set(thread, made, key, module)?;
    Ok(made)
}

fn name_argument(thread: &Thread, name: Option<Value>, function: &str) -> PyResult {
    let name = name.unwrap_or_else(none);
    if name.downcast::<Str>().is_some() {
        return Ok(name);
    }
    Err(thread.type_error(format_args!(
        "{function}() argument 'name' must be str, not {}",
        if name.is_none() {
            "None".to_owned()
        } else {
            name.class().name().to_string()
        }
    )))
}

fn variance(
    thread: &mut Thread,
    covariant: Option<Value>,
    contravariant: Option<Value>,
    inferred: Option<Value>,
) -> PyResult<u64> {
    let mut variance = 0;
    for (given, flag) in [
        (covariant, COVARIANT),
        (contravariant, CONTRAVARIANT),
        (inferred, INFERRED),
    ] {
        if let Some(given) = given
            && protocol::is_true(thread, given)?
        {
            variance |= flag;
        }
    }
    Ok(variance)
}

fn check_variance(thread: &Thread, variance: u64) -> Result<(), Raised> {
    if variance & COVARIANT != 0 && variance & CONTRAVARIANT != 0 {
        return Err(thread.value_error("Bivariant types are not supported."));
    }
    if variance & INFERRED != 0 && variance & (COVARIANT | CONTRAVARIANT) != 0 {
        return Err(thread.value_error("Variance cannot be specified with infer_variance."));
    }
    Ok(())
}

fn bound_argument(thread: &mut Thread, bound: Option<Value>) -> PyResult<Option<Value>> {
    match bound.and_then(ValueExt::not_none) {
        Some(bound) => support::type_check(thread, bound, "Bound must be a type.").map(Some),
        None => Ok(None),
    }
}

fn new_type_var(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<6> = Signature::new(
        "typevar",
        [
            "name",
            "bound",
            "default",
            "covariant",
            "contravariant",
            "infer_variance",
        ],
    )
    .keyword_only_after(1, 0);
    let given = args.by_position();
    // All but the name are constraints.
    let constraints = given.get(1..).unwrap_or_default();
    let mut values = Buffer::new();
    for &value in given.iter().take(1).chain(&args.values()[given.len()..]) {
        values.push(thread, value)?;
    }
    let args = Args::new(values.as_slice(), args.names());
    let [name, bound, default, covariant, contravariant, inferred] =
        args.parse(thread, &SIGNATURE)?;
    let name = name_argument(thread, name, "typevar")?;
    let variance = variance(thread, covariant, contravariant, inferred)?;
    check_variance(thread, variance)?;
    let bound = bound_argument(thread, bound)?;
    let constraints = match constraints {
        [] => None,
        [_] => return Err(thread.type_error("A single constraint is not allowed")),
        _ if bound.is_some() => {
            return Err(thread.type_error("Constraints cannot be combined with bound=..."));
        }
        several => Some(Tuple::try_new(thread, several)?.value()),
    };
    let parts = Parts {
        bound,
        constraints,
        default,
        variance,
        ..Parts::default()
    };
    made_by_call(thread, &class, name, &parts)
}

fn new_param_spec(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<6> = Signature::new(
        "paramspec",
        [
            "name",
            "bound",
            "default",
            "covariant",
            "contravariant",
            "infer_variance",
        ],
    )
    .keyword_only_after(1, 0);
    let [name, bound, default, covariant, contravariant, inferred] =
        args.parse(thread, &SIGNATURE)?;
    let name = name_argument(thread, name, "paramspec")?;
    let variance = variance(thread, covariant, contravariant, inferred)?;
    check_variance(thread, variance)?;
    let parts = Parts {
        // Anything may be the bound of a ParamSpec.
        bound: bound.and_then(ValueExt::not_none),
        default,
        variance,
        ..Parts::default()
    };
    made_by_call(thread, &class, name, &parts)
}

fn new_type_var_tuple(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("typevartuple", ["name", "default"]).keyword_only_after(1, 0);
    let [name, default] = args.parse(thread, &SIGNATURE)?;
    let name = name_argument(thread, name, "typevartuple")?;
    let parts = Parts {
        default,
        ..Parts::default()
    };
    made_by_call(thread, &class, name, &parts)
}

fn prepare_type_var(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [alias, given] = args.unpack::<2>(thread, "__typing_prepare_subst__", 2)?;
    let [alias, given] = [alias, given].map(|value| value.unwrap_or_else(none));
    let key = intern(thread, "__parameters__");
    let params = protocol::get_attribute(thread, alias, key)?;
    let count = protocol::length(thread, given)?;
    let key = intern(thread, "index");
    let index = protocol::call_method(thread, params, key, &[this])?;
    let index = protocol::as_isize(thread, index)?;
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    if index < count {
        return Ok(given);
    }
    if index == count
        && let Some(default) = default_of(thread, this)?
    {
        let mut all = protocol::collect(thread, given)?;
        all.push(thread, default)?;
        return Ok(Tuple::try_new(thread, &all)?.value());
    }
    let shown = protocol::str(thread, alias)?;
    Err(thread.type_error(format_args!(
        "Too few arguments for {shown}; actual {count}, expected at least {}",
        index.saturating_add(1)
    )))
}
