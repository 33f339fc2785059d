//! `defaultdict`: a dict that makes values for keys that are not there.
//!
//! A value that was made is entered only if no other thread has entered one meanwhile; that one is the result then.

use std::mem::offset_of;

use grwl_heap::{CellPtr, CellType, Kind, Size, Trace, Tracer};
use grwl_object::dict::{DICT_CELL, Dict};
use grwl_object::{
    Args, Cell, Declaration, GetSet, Method, Name, PyResult, Ref, Slot, Str, Thread, Tuple,
    TypeObject, TypeSpec, Value, ValueExt, flags, none, not_implemented, protocol, slots, types,
};
use grwl_text::TextBuilder;

/// `collections.defaultdict`
#[repr(C)]
pub(crate) struct DefaultDict {
    dict: Dict,
    factory: Slot,
}

// SAFETY: repr(C), begins with a dict, which begins with a header; atomic fields.
unsafe impl Cell for DefaultDict {
    fn type_object() -> &'static TypeObject {
        &DEFAULT_DICT
    }
}

static CELL: CellType = CellType {
    trace: Trace::Custom(trace),
    size: Size::Fixed(size_of::<DefaultDict>()),
    drop: None,
    name: "defaultdict",
};

unsafe fn trace(cell: CellPtr, tracer: &mut Tracer<'_>) {
    let words = |offset: usize| {
        // SAFETY: the heap calls this for cells of this layout, which these offsets lie within.
        unsafe { cell.cast::<u8>().add(offset).cast::<u64>().as_ptr() }
    };
    // SAFETY: the words that a dict says are its traced ones, and the factory's.
    unsafe {
        if let Trace::Words { offset, count } = DICT_CELL.trace {
            tracer.words(words(offset as usize), count as usize);
        }
        tracer.words(words(offset_of!(DefaultDict, factory)), 1);
    }
}

/// `collections.defaultdict`
pub static DEFAULT_DICT: TypeObject = TypeObject::declare(&Declaration {
    name: "collections.defaultdict",
    base: Some(&types::DICT),
    class: &types::TYPE,
    flags: flags::BASE | flags::WEAK_REFERENCES,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<DefaultDict>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "defaultdict(default_factory=None, /, [...]) --> dict with default factory\n\nA dict that calls default_factory without arguments to make the value of a key that\nis asked for by d[key] and not there. All other arguments are as for dict.",
    ),
    slots: &[slots::INIT.is(init), slots::REPR.is(repr), slots::OR.is(or)],
    methods: &[
        Method::one(
            "__missing__",
            missing,
            "__missing__(key) # Called by __getitem__ for missing key; pseudo-code:\n  if self.default_factory is None: raise KeyError((key,))\n  self[key] = value = self.default_factory()\n  return value\n",
        ),
        Method::no_arguments("copy", copy, "D.copy() -> a shallow copy of D."),
        Method::no_arguments("__copy__", copy, "D.copy() -> a shallow copy of D."),
        Method::no_arguments(
            "__reduce__",
            reduce,
            "Return state information for pickling.",
        ),
        Method::one(
            "__class_getitem__",
            grwl_object::class::generic_alias,
            "__class_getitem__($type, object, /)\n--\n\nSee PEP 585",
        )
        .of_class(),
    ],
    getset: &[GetSet::new(
        "default_factory",
        get_factory,
        set_factory,
        Some("Factory for default value called by __missing__()."),
    )
    .member()],
    constants: &[],
};

static ITEMS: Name = Name::new("items");
static UPDATE: Name = Name::new("update");

fn this(value: Value) -> Ref<DefaultDict> {
    // SAFETY: slots, methods and attributes of the type are used with its instances only; the descriptors have looked.
    unsafe { value.downcast_unchecked() }
}

fn as_dict(this: Ref<DefaultDict>) -> Ref<Dict> {
    // SAFETY: it begins with a dict.
    unsafe { Ref::from_cell(this.cell()) }
}

fn init(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    let mut factory = None;
    let mut rest = args;
    if let Some(&first) = args.by_position().first() {
        if !first.is_none() && first.class().slot(slots::CALL).is_none() {
            return Err(thread.type_error("first argument must be callable or None"));
        }
        factory = first.not_none();
        rest = args.without_first();
    }
    set_factory(thread, value, factory)?;
    match types::DICT.slot(slots::INIT) {
        Some(init) => init(thread, value, rest),
        None => Ok(()),
    }
}

fn get_factory(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).factory.load().unwrap_or_else(none))
}

fn set_factory(thread: &mut Thread, value: Value, factory: Option<Value>) -> PyResult<()> {
    let this = this(value);
    let locked = thread.lock_cell(&this);
    locked.store(this, &this.factory, factory);
    Ok(())
}

fn missing(thread: &mut Thread, value: Value, key: Value) -> PyResult {
    let this = this(value);
    match this.factory.load().and_then(Value::not_none) {
        None => Err(thread.key_error(key)),
        Some(factory) => {
            let made = protocol::call_positional(thread, factory, &[])?;
            as_dict(this).insert_new(thread, key, made)
        }
    }
}

fn of_same_class(thread: &mut Thread, value: Value, contents: Value) -> PyResult {
    let factory = get_factory(thread, value)?;
    protocol::call_positional(thread, value.class().value(), &[factory, contents])
}

fn copy(thread: &mut Thread, value: Value) -> PyResult {
    of_same_class(thread, value, value)
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let factory = get_factory(thread, value)?;
    let args = if factory.is_none() {
        Tuple::empty()
    } else {
        Tuple::new(thread, &[factory])
    };
    let name = ITEMS.get(thread);
    let items = protocol::call_method(thread, value, name, &[])?;
    let iterator = protocol::get_iter(thread, items)?;
    let whole = [
        value.class().value(),
        args.value(),
        none(),
        none(),
        iterator,
    ];
    Ok(Tuple::try_new(thread, &whole)?.value())
}

fn or(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let like = if a.downcast::<DefaultDict>().is_some() {
        a
    } else {
        b
    };
    let other = if like == a { b } else { a };
    if other.downcast::<Dict>().is_none() || like.downcast::<DefaultDict>().is_none() {
        return Ok(not_implemented());
    }
    let result = of_same_class(thread, like, a)?;
    let name = UPDATE.get(thread);
    protocol::call_method(thread, result, name, &[b])?;
    Ok(result)
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let contents = match types::DICT.slot(slots::REPR) {
        Some(repr) => repr(thread, value)?,
        None => none(),
    };
    let contents = protocol::str(thread, contents)?;
    let factory = get_factory(thread, value)?;
    let mut text = TextBuilder::new();
    text.push_str(&crate::short(&value.class()));
    text.push_str("(");
    match protocol::Showing::begin(factory) {
        Some(_showing) => {
            let factory = protocol::repr(thread, factory)?;
            text.push_text(factory.text());
        }
        None => text.push_str("..."),
    }
    text.push_str(", ");
    text.push_text(contents.text());
    text.push_str(")");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}
