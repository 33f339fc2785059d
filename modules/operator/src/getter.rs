//! `itemgetter`, `attrgetter`, `methodcaller`.
//!
//! Protocol: all fields are set when the object is made and never change.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::{
    Args, Buffer, Declaration, GetSet, Method, PyResult, Ref, Slot, Str, Thread, Tuple, TypeObject,
    TypeSpec, Value, ValueExt, instance, intern, intern_str, none, protocol, slots, types,
};
use grwl_text::TextBuilder;

/// All three types.
#[repr(C)]
struct Getter {
    header: Header,
    /// What it was made with, by position: a tuple.
    args: Slot,
    /// `attrgetter`: for each argument the tuple of names between dots. `methodcaller`: the tuple of arguments by position and by name.
    parts: Slot,
    /// `methodcaller`: the tuple of the names of arguments, if there are any.
    names: Slot,
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Getter, args) as u32,
        count: 3,
    },
    size: Size::Fixed(size_of::<Getter>()),
    drop: None,
    name: "getter",
};

const fn declaration(name: &'static str) -> Declaration {
    Declaration {
        name,
        base: Some(&types::OBJECT),
        class: &types::TYPE,
        flags: 0,
        cell: &CELL,
        kind: Kind::Traced,
        size: size_of::<Getter>(),
        attributes: 0,
    }
}

/// `operator.itemgetter`
pub static ITEM_GETTER: TypeObject = TypeObject::declare(&declaration("operator.itemgetter"));
/// `operator.attrgetter`
pub static ATTRIBUTE_GETTER: TypeObject = TypeObject::declare(&declaration("operator.attrgetter"));
/// `operator.methodcaller`
pub static METHOD_CALLER: TypeObject = TypeObject::declare(&declaration("operator.methodcaller"));

/// Of the instances, which are called; the types have their own.
const SIGNATURE: &[GetSet] = &[GetSet::read_only("__text_signature__", signature, None)];

fn signature(thread: &mut Thread, _this: Value) -> PyResult {
    Ok(intern(thread, "(obj, /)").value())
}

pub(crate) static ITEM_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "itemgetter(item, /, *items)\n--\n\nA callable that gets items of its operand.\nAfter f = itemgetter(2), f(r) is r[2]; after g = itemgetter(2, 5, 3), g(r) is (r[2], r[5], r[3]).",
    ),
    slots: &[
        slots::NEW.is(new_item),
        slots::CALL.is(call_item),
        slots::REPR.is(repr),
    ],
    methods: &[Method::no_arguments(
        "__reduce__",
        reduce,
        "Return state information for pickling",
    )],
    getset: SIGNATURE,
    ..TypeSpec::NONE
};
pub(crate) static ATTRIBUTE_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "attrgetter(attr, /, *attrs)\n--\n\nA callable that gets attributes of its operand.\nAfter f = attrgetter('name'), f(r) is r.name; after g = attrgetter('name', 'date'), g(r) is (r.name, r.date);\nafter h = attrgetter('name.first'), h(r) is r.name.first.",
    ),
    slots: &[
        slots::NEW.is(new_attribute),
        slots::CALL.is(call_attribute),
        slots::REPR.is(repr),
    ],
    methods: &[Method::no_arguments(
        "__reduce__",
        reduce,
        "Return state information for pickling",
    )],
    getset: SIGNATURE,
    ..TypeSpec::NONE
};
pub(crate) static METHOD_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "methodcaller(name, /, *args, **kwargs)\n--\n\nA callable that calls a method of its operand.\nAfter f = methodcaller('name'), f(r) is r.name(); after g = methodcaller('name', 'date', foo=1),\ng(r) is r.name('date', foo=1).",
    ),
    slots: &[
        slots::NEW.is(new_method),
        slots::CALL.is(call_method),
        slots::REPR.is(repr),
    ],
    methods: &[Method::no_arguments(
        "__reduce__",
        reduce,
        "Return state information for pickling",
    )],
    getset: SIGNATURE,
    ..TypeSpec::NONE
};

fn this(value: Value) -> Ref<Getter> {
    assert!(std::ptr::eq(value.class().payload(), &CELL));
    match value.as_cell() {
        // SAFETY: its type's payload is this layout.
        Some(cell) => unsafe { Ref::from_cell(cell) },
        None => unreachable!("an immediate has another payload"),
    }
}

fn tuple(slot: &Slot) -> Ref<Tuple> {
    slot.load()
        .and_then(Value::downcast)
        .unwrap_or_else(Tuple::empty)
}

fn make(
    thread: &Thread,
    class: Ref<TypeObject>,
    args: Ref<Tuple>,
    parts: Option<Value>,
    names: Option<Value>,
) -> PyResult {
    let value = Value::from_cell(instance::allocate(thread, class)?);
    let this = this(value);
    thread.store(this, &this.args, Some(args.value()));
    thread.store(this, &this.parts, parts);
    thread.store(this, &this.names, names);
    Ok(value)
}

/// The arguments of a constructor, at least one, none by name.
fn given<'a>(thread: &mut Thread, args: Args<'a>, name: &str) -> PyResult<&'a [Value]> {
    let values = args.no_keywords(thread, name)?;
    if values.is_empty() {
        return Err(thread.type_error(format_args!("{name} expected 1 argument, got 0")));
    }
    Ok(values)
}

/// The one operand of a call.
fn operand(thread: &mut Thread, args: Args<'_>, name: &str) -> PyResult {
    let [operand] = args.unpack(thread, name, 1)?;
    Ok(operand.unwrap_or_else(none))
}

/// What `get` gets for each of the parts: alone if there is one part, else a tuple.
fn each(
    thread: &mut Thread,
    parts: Ref<Tuple>,
    mut get: impl FnMut(&mut Thread, Value) -> PyResult,
) -> PyResult {
    if let &[only] = parts.as_slice() {
        return get(thread, only);
    }
    let mut results = Buffer::with_capacity(thread, parts.len())?;
    for part in parts.iter() {
        let result = get(thread, part)?;
        results.push(thread, result)?;
    }
    Ok(Tuple::try_new(thread, &results)?.value())
}

fn new_item(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let given = given(thread, args, "itemgetter")?;
    let args = Tuple::try_new(thread, given)?;
    make(thread, class, args, None, None)
}

fn call_item(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let operand = operand(thread, args, "itemgetter")?;
    each(thread, tuple(&this(value).args), |thread, key| {
        protocol::get_item(thread, operand, key)
    })
}

/// The names between the dots.
fn split(thread: &Thread, name: Ref<Str>) -> PyResult<Ref<Tuple>> {
    let text = name.text();
    let mut names = Buffer::new();
    let mut part = TextBuilder::new();
    for index in 0..=text.len() {
        let code = (index < text.len()).then(|| text.at(index));
        match code {
            Some(code) if code != u32::from(b'.') => part.push(code),
            _ => {
                let buf = std::mem::take(&mut part).finish();
                let name = Str::from_buf(thread, &buf)?;
                names.push(thread, intern_str(thread, name).value())?;
            }
        }
    }
    Tuple::try_new(thread, &names)
}

fn new_attribute(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let given = given(thread, args, "attrgetter")?;
    let mut parts = Buffer::with_capacity(thread, given.len())?;
    for &name in given {
        let Some(name) = name.downcast::<Str>() else {
            return Err(thread.type_error("attribute name must be a string"));
        };
        let names = split(thread, name)?;
        parts.push(thread, names.value())?;
    }
    let args = Tuple::try_new(thread, given)?;
    let parts = Tuple::try_new(thread, &parts)?;
    make(thread, class, args, Some(parts.value()), None)
}

fn call_attribute(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let operand = operand(thread, args, "attrgetter")?;
    each(thread, tuple(&this(value).parts), |thread, names| {
        let mut result = operand;
        for name in names
            .downcast::<Tuple>()
            .unwrap_or_else(Tuple::empty)
            .iter()
        {
            if let Some(name) = name.downcast::<Str>() {
                result = protocol::get_attribute(thread, result, name)?;
            }
        }
        Ok(result)
    })
}

fn new_method(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let Some(&name) = args.by_position().first() else {
        return Err(thread.type_error("methodcaller needs at least one argument, the method name"));
    };
    if name.downcast::<Str>().is_none() {
        return Err(thread.type_error("method name must be a string"));
    }
    let given = Tuple::try_new(thread, args.by_position())?;
    let all = Tuple::try_new(thread, args.without_first().values())?;
    let names = args.names().filter(|names| !names.is_empty());
    make(
        thread,
        class,
        given,
        Some(all.value()),
        names.map(Ref::value),
    )
}

fn call_method(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let operand = operand(thread, args, "methodcaller")?;
    let this = this(value);
    let all = tuple(&this.parts).as_slice();
    let Some(name) = tuple(&this.args)
        .as_slice()
        .first()
        .and_then(|name| name.downcast::<Str>())
    else {
        unreachable!("it was made with a name");
    };
    match this.names.load().and_then(Value::downcast::<Tuple>) {
        None => protocol::call_method(thread, operand, name, all),
        Some(names) => {
            let method = protocol::get_attribute(thread, operand, name)?;
            protocol::call(thread, method, Args::new(all, Some(names)))
        }
    }
}

/// The arguments by name of a `methodcaller`.
fn by_name<'a>(value: Value) -> impl Iterator<Item = (Value, Value)> + 'a {
    let this = this(value);
    let names = match this.names.load() {
        Some(_) => tuple(&this.names),
        None => Tuple::empty(),
    };
    let all = match this.names.load() {
        Some(_) => tuple(&this.parts).as_slice(),
        None => &[],
    };
    names
        .iter()
        .zip(all[all.len() - names.len()..].iter().copied())
}

/// The name with its module: none of the types can be subclassed.
fn full_name(class: &TypeObject) -> String {
    let declaration = class
        .declaration()
        .map_or("", |declaration| declaration.name);
    declaration.to_owned()
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let mut text = TextBuilder::new();
    text.push_str(&full_name(&value.class()));
    text.push_str("(");
    for (index, arg) in tuple(&this(value).args).iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        let shown = protocol::repr(thread, arg)?;
        text.push_text(shown.text());
    }
    for (name, arg) in by_name(value) {
        let name = protocol::str(thread, name)?;
        let shown = protocol::repr(thread, arg)?;
        text.push_str(", ");
        text.push_text(name.text());
        text.push_str("=");
        text.push_text(shown.text());
    }
    text.push_str(")");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let class = value.class().value();
    let args = tuple(&this(value).args);
    if this(value).names.load().is_none() {
        return Ok(Tuple::try_new(thread, &[class, args.value()])?.value());
    }
    // The arguments by name go into a partial object.
    let functools = grwl_object::class::import(thread, "functools")?;
    let partial = protocol::get_attribute_str(thread, functools, "partial")?;
    let mut all = Buffer::from_slice(thread, &[class, args.at(0)])?;
    let mut names = Buffer::new();
    for (name, arg) in by_name(value) {
        names.push(thread, name)?;
        all.push(thread, arg)?;
    }
    let names = Tuple::try_new(thread, &names)?;
    let maker = protocol::call(thread, partial, Args::new(&all, Some(names)))?;
    let rest = Tuple::try_new(thread, &args.as_slice()[1..])?;
    Ok(Tuple::try_new(thread, &[maker, rest.value()])?.value())
}
