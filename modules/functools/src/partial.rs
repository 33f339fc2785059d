//! `partial`: a callable with some of its arguments given in advance.
//!
//! Protocol: function, arguments and keywords are set when the object is made, and by `__setstate__` under its lock: all in one
//! *state*, an immutable tuple, so that a call that runs meanwhile sees one state or the other.
//!
//! Invariants: the state is `(function, arguments, keywords)`, a tuple and a dict that nobody else changes unless Python code
//! does by the attribute `keywords`; the last argument is no `Placeholder`.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind};
use grwl_object::dict::Dict;
use grwl_object::function::BoundMethod;
use grwl_object::instance::{self, Attributes};
use grwl_object::native::{GetSet, Method};
use grwl_object::{
    Args, Buffer, Cell, Declaration, PyResult, Ref, Slot, Str, Thread, Tuple, TypeObject, TypeSpec,
    Value, ValueExt, flags, none, protocol, slots, types,
};
use grwl_text::TextBuilder;

use crate::placeholder::placeholder;

/// `functools.partial`
#[repr(C)]
pub(crate) struct Partial {
    header: Header,
    state: Slot,
    attributes: Attributes,
}

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for Partial {
    fn type_object() -> &'static TypeObject {
        &PARTIAL
    }
}

static CELL: CellType = crate::cell_type::<Partial>("partial", 3);

/// `functools.partial`
pub static PARTIAL: TypeObject = TypeObject::declare(&Declaration {
    name: "functools.partial",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::HAS_DICT | flags::WEAK_REFERENCES,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Partial>(),
    attributes: offset_of!(Partial, attributes),
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "partial(func, /, *args, **keywords)\n--\n\nA callable that calls another one, with some arguments and keywords given in advance.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::CALL.is(call),
        slots::REPR.is(repr),
        slots::DESCRIPTOR_GET.is(bind),
    ],
    methods: &[
        Method::no_arguments(
            "__reduce__",
            reduce,
            "__reduce__($self, /)\n--\n\nThe parts, for pickling.",
        ),
        Method::one(
            "__setstate__",
            set_state,
            "__setstate__($self, object, /)\n--\n\nSets the parts, after unpickling.",
        ),
        Method::one(
            "__class_getitem__",
            grwl_object::class::generic_alias,
            "__class_getitem__($type, object, /)\n--\n\nSee PEP 585",
        )
        .of_class(),
    ],
    getset: &[
        GetSet::read_only(
            "func",
            get_function,
            Some("function object to use in future partial calls"),
        )
        .member(),
        GetSet::read_only(
            "args",
            get_args,
            Some("tuple of arguments to future partial calls"),
        )
        .member(),
        GetSet::read_only(
            "keywords",
            get_keywords,
            Some("dictionary of keyword arguments to future partial calls"),
        )
        .member(),
        GetSet::new(
            "__dict__",
            crate::get_dict,
            grwl_object::class::make::replace_dict,
            None,
        ),
    ],
    constants: &[],
};

/// What a partial object is made of.
#[derive(Clone, Copy)]
struct Parts {
    function: Value,
    args: Ref<Tuple>,
    keywords: Ref<Dict>,
}

fn this(value: Value) -> Ref<Partial> {
    // SAFETY: slots, methods and attributes of the type are used with its instances only; the descriptors have looked.
    unsafe { value.downcast_unchecked() }
}

fn parts(thread: &Thread, value: Value) -> Parts {
    let state = this(value).state.load().and_then(Value::downcast::<Tuple>);
    if let Some(&[function, args, keywords]) = state.map(Ref::<Tuple>::as_slice)
        && let (Some(args), Some(keywords)) = (args.downcast(), keywords.downcast())
    {
        return Parts {
            function,
            args,
            keywords,
        };
    }
    // Only an instance that `object.__new__` could have made has no state.
    Parts {
        function: none(),
        args: Tuple::empty(),
        keywords: Dict::new(thread),
    }
}

fn store(thread: &mut Thread, value: Value, parts: Parts) -> PyResult<()> {
    let state = [parts.function, parts.args.value(), parts.keywords.value()];
    let state = Tuple::try_new(thread, &state)?.value();
    let this = this(value);
    let locked = thread.lock_cell(&this);
    locked.store(this, &this.state, Some(state));
    Ok(())
}

fn placeholders(args: &[Value]) -> usize {
    let placeholder = placeholder();
    args.iter().filter(|&&arg| arg == placeholder).count()
}

/// The arguments `stored`, their placeholders replaced by those given as far as they go, the rest of which follows.
fn merged(thread: &Thread, stored: &[Value], given: &[Value]) -> PyResult<Buffer> {
    let placeholder = placeholder();
    let mut all = Buffer::with_capacity(thread, stored.len() + given.len())?;
    let mut given = given.iter().copied();
    for &arg in stored {
        let arg = if arg == placeholder {
            given.next().unwrap_or(arg)
        } else {
            arg
        };
        all.push(thread, arg)?;
    }
    for arg in given {
        all.push(thread, arg)?;
    }
    Ok(all)
}

fn is_callable(value: Value) -> bool {
    value.class().slot(slots::CALL).is_some()
}

/// Does it behave as a `partial` when called, and has no attributes of its own?
fn flattened(thread: &mut Thread, function: Value) -> PyResult<Option<Parts>> {
    if function.downcast::<Partial>().is_none() || !function.class().slots().is(slots::CALL, call) {
        return Ok(None);
    }
    let has_dict = match instance::copy_of_dict(thread, function)? {
        Some(dict) => !dict.is_empty(),
        None => false,
    };
    Ok((!has_dict).then(|| parts(thread, function)))
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let [function, given @ ..] = args.by_position() else {
        return Err(thread.type_error("type 'partial' takes at least one argument"));
    };
    let mut function = *function;
    if !is_callable(function) {
        return Err(thread.type_error("the first argument must be callable"));
    }
    let placeholder = placeholder();
    if given.last() == Some(&placeholder) {
        return Err(thread.type_error("trailing Placeholders are not allowed"));
    }
    if args.by_name().any(|(_, value)| value == placeholder) {
        return Err(thread.type_error("Placeholder cannot be passed as a keyword argument"));
    }
    let mut all_args = Tuple::try_new(thread, given)?;
    let mut keywords = Dict::new(thread);
    if let Some(inner) = flattened(thread, function)? {
        function = inner.function;
        let all = merged(thread, inner.args.as_slice(), given)?;
        all_args = Tuple::try_new(thread, &all)?;
        keywords = inner.keywords.copy(thread)?;
    }
    for (name, value) in args.by_name() {
        keywords.set_str(thread, name, value)?;
    }
    let value = Value::from_cell(instance::allocate(thread, class)?);
    let parts = Parts {
        function,
        args: all_args,
        keywords,
    };
    store(thread, value, parts)?;
    Ok(value)
}

/// How many arguments are put together on the native stack.
const FEW: usize = 8;

fn call(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let parts = parts(thread, value);
    let stored = parts.args.as_slice();
    let given = args.by_position();
    let wanted = placeholders(stored);
    let count = given.len();
    if count < wanted {
        return Err(thread.type_error(format_args!(
            "missing positional arguments in 'partial' call; expected at least {wanted}, got {count}"
        )));
    }
    let total = stored.len() + args.values().len();
    if wanted == 0 && parts.keywords.is_empty() && total <= FEW {
        let mut all = [parts.function; FEW];
        all[..stored.len()].copy_from_slice(stored);
        all[stored.len()..total].copy_from_slice(args.values());
        return protocol::call(
            thread,
            parts.function,
            Args::new(&all[..total], args.names()),
        );
    }
    let mut all = merged(thread, stored, given)?;
    if parts.keywords.is_empty() {
        for (_, value) in args.by_name() {
            all.push(thread, value)?;
        }
        return protocol::call(thread, parts.function, Args::new(&all, args.names()));
    }
    let keywords = parts.keywords.copy(thread)?;
    for (name, value) in args.by_name() {
        keywords.set_str(thread, name, value)?;
    }
    let mut names = Buffer::with_capacity(thread, keywords.len())?;
    for (name, value, _) in keywords.cursor() {
        if name.downcast::<Str>().is_none() {
            return Err(thread.type_error("keywords must be strings"));
        }
        names.push(thread, name)?;
        all.push(thread, value)?;
    }
    let names = Tuple::try_new(thread, &names)?;
    protocol::call(thread, parts.function, Args::new(&all, Some(names)))
}

fn bind(
    thread: &mut Thread,
    value: Value,
    instance: Option<Value>,
    _owner: Option<Value>,
) -> PyResult {
    Ok(match instance.and_then(Value::not_none) {
        Some(instance) => BoundMethod::new(thread, value, instance).value(),
        None => value,
    })
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let Some(_showing) = protocol::Showing::begin(value) else {
        return Ok(Str::new(thread, "...").value());
    };
    let parts = parts(thread, value);
    let mut text = TextBuilder::new();
    let class = value.class().value();
    for (name, end) in [("__module__", "."), ("__qualname__", "(")] {
        let name = protocol::get_attribute_str(thread, class, name)?;
        let name = protocol::str(thread, name)?;
        // As CPython's fully qualified names.
        if !name.is_str("builtins") && !name.is_str("__main__") {
            text.push_text(name.text());
            text.push_str(end);
        }
    }
    let shown = protocol::repr(thread, parts.function)?;
    text.push_text(shown.text());
    for arg in parts.args.iter() {
        let shown = protocol::repr(thread, arg)?;
        text.push_str(", ");
        text.push_text(shown.text());
    }
    for (name, value, _) in parts.keywords.cursor() {
        let name = protocol::str(thread, name)?;
        let shown = protocol::repr(thread, value)?;
        text.push_str(", ");
        text.push_text(name.text());
        text.push_str("=");
        text.push_text(shown.text());
    }
    text.push_str(")");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

fn get_function(thread: &mut Thread, value: Value) -> PyResult {
    Ok(parts(thread, value).function)
}

fn get_args(thread: &mut Thread, value: Value) -> PyResult {
    Ok(parts(thread, value).args.value())
}

fn get_keywords(thread: &mut Thread, value: Value) -> PyResult {
    Ok(parts(thread, value).keywords.value())
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let parts = parts(thread, value);
    let dict = match instance::copy_of_dict(thread, value)? {
        Some(dict) if !dict.is_empty() => crate::get_dict(thread, value)?,
        _ => none(),
    };
    let state = [
        parts.function,
        parts.args.value(),
        parts.keywords.value(),
        dict,
    ];
    let state = Tuple::try_new(thread, &state)?.value();
    let function = Tuple::try_new(thread, &[parts.function])?.value();
    let whole = [value.class().value(), function, state];
    Ok(Tuple::try_new(thread, &whole)?.value())
}

fn set_state(thread: &mut Thread, value: Value, state: Value) -> PyResult {
    let state = state.downcast::<Tuple>().map(Ref::<Tuple>::as_slice);
    let Some(&[function, args, keywords, dict]) = state else {
        return Err(thread.type_error("invalid partial state"));
    };
    let (Some(args), true) = (args.downcast::<Tuple>(), is_callable(function)) else {
        return Err(thread.type_error("invalid partial state"));
    };
    let keywords = match keywords.not_none().map(Value::downcast::<Dict>) {
        None => Dict::new(thread),
        Some(Some(keywords)) if keywords.value().downcast_exact::<Dict>().is_some() => keywords,
        Some(Some(keywords)) => keywords.copy(thread)?,
        Some(None) => return Err(thread.type_error("invalid partial state")),
    };
    if args.as_slice().last() == Some(&placeholder()) {
        return Err(thread.type_error("trailing Placeholders are not allowed"));
    }
    let args = match args.value().downcast_exact::<Tuple>() {
        Some(args) => args,
        None => Tuple::try_new(thread, args.as_slice())?,
    };
    let dict = match dict.not_none().map(Value::downcast::<Dict>) {
        None => Dict::new(thread),
        Some(Some(dict)) => dict,
        Some(None) => return Err(thread.type_error("invalid partial state")),
    };
    let parts = Parts {
        function,
        args,
        keywords,
    };
    store(thread, value, parts)?;
    instance::set_dict(thread, value, dict)?;
    Ok(none())
}
