//! `ContextVar`, and the `Token` that undoes setting one.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::{
    Args, Cell, Constant, Declaration, GetSet, Method, PyResult, Ref, Signature, Slot, Str, Thread,
    TypeObject, TypeSpec, Value, ValueExt, class, flags, none, protocol, slots, types,
};
use grwl_threads::sync::{AtomicU32, Ordering};

use crate::context::{self, Context};

/// `_contextvars.ContextVar`
#[repr(C)]
pub struct ContextVar {
    header: Header,
    name: Slot,
    default: Slot,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for ContextVar {
    fn type_object() -> &'static TypeObject {
        &VARIABLE
    }
}

static VARIABLE_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(ContextVar, name) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<ContextVar>()),
    drop: None,
    name: "context variable",
};

/// `_contextvars.ContextVar`
pub static VARIABLE: TypeObject = TypeObject::declare(&Declaration {
    name: "_contextvars.ContextVar",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: 0,
    cell: &VARIABLE_CELL,
    kind: Kind::Traced,
    size: size_of::<ContextVar>(),
    attributes: 0,
});

/// `_contextvars.Token`
#[repr(C)]
pub struct Token {
    header: Header,
    context: Slot,
    variable: Slot,
    /// Empty: there was no value.
    old: Slot,
    used: AtomicU32,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for Token {
    fn type_object() -> &'static TypeObject {
        &TOKEN
    }
}

static TOKEN_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Token, context) as u32,
        count: 3,
    },
    size: Size::Fixed(size_of::<Token>()),
    drop: None,
    name: "token",
};

/// `_contextvars.Token`
pub static TOKEN: TypeObject = TypeObject::declare(&Declaration {
    name: "_contextvars.Token",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: 0,
    cell: &TOKEN_CELL,
    kind: Kind::Traced,
    size: size_of::<Token>(),
    attributes: 0,
});

/// The type of `Token.MISSING`.
pub static MISSING: TypeObject = TypeObject::declare(&Declaration {
    name: "_contextvars.Token.MISSING",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &grwl_object::instance::OBJECT_CELL,
    kind: Kind::Leaf,
    size: size_of::<Header>(),
    attributes: 0,
});

/// `Token.MISSING`
fn missing(_thread: &Thread) -> Value {
    static ONE: grwl_object::singleton::Singleton =
        grwl_object::singleton::Singleton::new(&MISSING);
    ONE.value()
}

/// `ContextVar.set` and `get` for Rust code of other packages.
impl ContextVar {
    /// A variable.
    pub fn new(thread: &Thread, name: Ref<Str>, default: Option<Value>) -> Ref<Self> {
        // SAFETY: the type has this layout, and no subclasses.
        unsafe {
            thread.new_cell(&VARIABLE, |header| Self {
                header,
                name: Slot::new(Some(name.value())),
                default: Slot::new(default),
            })
        }
    }
}

/// The variable's value in the calling thread's context, or its default.
///
/// # Errors
/// `MemoryError`.
pub fn value_of(thread: &mut Thread, variable: Ref<ContextVar>) -> PyResult<Option<Value>> {
    let map = context::current(thread).map(thread);
    let found = map.get(thread, variable.value())?;
    Ok(found.or_else(|| variable.default.load()))
}

fn this(thread: &Thread, value: Value) -> PyResult<Ref<ContextVar>> {
    value.downcast_exact().ok_or_else(|| {
        thread.type_error(format_args!(
            "descriptor requires a '_contextvars.ContextVar' object but received a '{}'",
            value.class().name()
        ))
    })
}

fn token(thread: &Thread, value: Value) -> PyResult<Ref<Token>> {
    value.downcast_exact().ok_or_else(|| {
        thread.type_error(format_args!(
            "descriptor requires a '_contextvars.Token' object but received a '{}'",
            value.class().name()
        ))
    })
}

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("ContextVar", ["", "default"])
        .positional_only(1)
        .keyword_only_after(1, 0);
    let [name, default] = args.parse(thread, &SIGNATURE)?;
    let Some(name) = name.unwrap_or_else(none).downcast::<Str>() else {
        return Err(thread.type_error("context variable name must be a str"));
    };
    // As CPython, whose variables keep a hash made of it.
    protocol::hash::hash(thread, name.value())?;
    Ok(ContextVar::new(thread, name, default).value())
}

fn get(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let this = this(thread, value)?;
    let [default] = args.unpack::<1>(thread, "get", 0)?;
    let map = context::current(thread).map(thread);
    if let Some(found) = map.get(thread, value)? {
        return Ok(found);
    }
    match default.or_else(|| this.default.load()) {
        Some(default) => Ok(default),
        None => Err(thread.raise_with(&types::LOOKUP_ERROR, &[value])),
    }
}

fn set(thread: &mut Thread, value: Value, new: Value) -> PyResult {
    this(thread, value)?;
    let current = context::current(thread);
    let old = current.map(thread).get(thread, value)?;
    // SAFETY: the type has this layout, and no subclasses.
    let token = unsafe {
        thread.new_cell(&TOKEN, |header| Token {
            header,
            context: Slot::new(Some(current.value())),
            variable: Slot::new(Some(value)),
            old: Slot::new(old),
            used: AtomicU32::new(0),
        })
    };
    context::set(thread, current, value, Some(new))?;
    Ok(token.value())
}

fn reset(thread: &mut Thread, value: Value, given: Value) -> PyResult {
    this(thread, value)?;
    let shown = |thread: &mut Thread| protocol::repr(thread, given);
    let Some(token) = given.downcast_exact::<Token>() else {
        let shown = shown(thread)?;
        return Err(thread.type_error(format_args!("expected an instance of Token, got {shown}")));
    };
    if token.used.load(Ordering::Relaxed) != 0 {
        let shown = shown(thread)?;
        return Err(thread.runtime_error(format_args!("{shown} has already been used once")));
    }
    if token.variable.load() != Some(value) {
        let shown = shown(thread)?;
        return Err(thread.value_error(format_args!(
            "{shown} was created by a different ContextVar"
        )));
    }
    let current: Ref<Context> = context::current(thread);
    if token.context.load() != Some(current.value()) {
        let shown = shown(thread)?;
        return Err(thread.value_error(format_args!("{shown} was created in a different Context")));
    }
    token.used.store(1, Ordering::Relaxed);
    context::set(thread, current, value, token.old.load())?;
    Ok(none())
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(thread, value)?;
    let name = protocol::repr(thread, this.name.load().unwrap_or_else(none))?;
    let mut text = format!("<ContextVar name={name}");
    if let Some(default) = this.default.load() {
        let default = protocol::repr(thread, default)?;
        text += &format!(" default={default}");
    }
    text += &format!(" at {:p}>", this.as_ptr());
    Ok(Str::new(thread, &text).value())
}

fn token_new(thread: &mut Thread, _class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    Err(thread.runtime_error("Tokens can only be created by ContextVars"))
}

fn token_repr(thread: &mut Thread, value: Value) -> PyResult {
    let this = token(thread, value)?;
    let used = match this.used.load(Ordering::Relaxed) {
        0 => "",
        _ => " used",
    };
    let variable = protocol::repr(thread, this.variable.load().unwrap_or_else(none))?;
    let text = format!("<Token{used} var={variable} at {:p}>", this.as_ptr());
    Ok(Str::new(thread, &text).value())
}

fn token_exit(thread: &mut Thread, value: Value, _args: Args<'_>) -> PyResult {
    let variable = token(thread, value)?.variable.load().unwrap_or_else(none);
    reset(thread, variable, value)
}

fn old_value(thread: &mut Thread, value: Value) -> PyResult {
    let old = token(thread, value)?.old.load();
    Ok(old.unwrap_or_else(|| missing(thread)))
}

fn missing_repr(thread: &mut Thread, _value: Value) -> PyResult {
    Ok(Str::new(thread, "<Token.MISSING>").value())
}

const CLASS_GETITEM: Method = Method::one(
    "__class_getitem__",
    class::generic_alias,
    "__class_getitem__($type, object, /)\n--\n\nThe type with its values' type named.",
)
.of_class();

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::NEW.is(new),
        slots::REPR.is(repr),
        slots::HASH.is(protocol::hash::by_identity),
    ],
    methods: &[
        Method::any(
            "get",
            get,
            "get($self, default=<unrepresentable>, /)\n--\n\nThe value in the current context, or the default given here, or the variable's.",
        ),
        Method::one(
            "set",
            set,
            "set($self, value, /)\n--\n\nSet the value in the current context; return a token that undoes it.",
        ),
        Method::one(
            "reset",
            reset,
            "reset($self, token, /)\n--\n\nPut back the value that there was before the set() that made the token.",
        ),
        CLASS_GETITEM,
    ],
    getset: &[GetSet::read_only(
        "name",
        |thread, value| Ok(this(thread, value)?.name.load().unwrap_or_else(none)),
        None,
    )
    .member()],
    constants: &[],
};

pub(crate) static TOKEN_SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::NEW.is(token_new),
        slots::REPR.is(token_repr),
        slots::HASH.is(protocol::hash::not_hashable),
    ],
    methods: &[
        CLASS_GETITEM,
        Method::no_arguments(
            "__enter__",
            |_, value| Ok(value),
            "__enter__($self, /)\n--\n\nEnter into Token context manager.",
        ),
        Method::any(
            "__exit__",
            token_exit,
            "__exit__($self, type, value, traceback, /)\n--\n\nUndo the set() that made the token.",
        ),
    ],
    getset: &[
        GetSet::read_only(
            "var",
            |thread, value| Ok(token(thread, value)?.variable.load().unwrap_or_else(none)),
            None,
        ),
        GetSet::read_only("old_value", old_value, None),
    ],
    constants: &[Constant {
        name: "MISSING",
        make: |thread| Ok(missing(thread)),
    }],
};

pub(crate) static MISSING_SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[slots::REPR.is(missing_repr)],
    methods: &[],
    getset: &[],
    constants: &[],
};
