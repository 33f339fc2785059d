//! Struct sequences: tuples whose elements also have names (`sys.version_info`, `os.stat_result`, `time.struct_time`).
//!
//! A type is a static, declared with [`declaration`] and described by a [`Description`]; [`prepare`] makes it ready. An instance is laid out
//! as a tuple of the *visible* elements; further elements, reached by name only, follow them.
//!
//! Source of the behaviour: CPython's `Objects/structseq.c`.

use grwl_heap::{CellPtr, CellType, Kind, Size, Trace, Tracer};
use grwl_threads::sync::Mutex;
use grwl_value::Value;

use crate::arguments::{Args, Signature};
use crate::cell::{Ref, ValueExt};
use crate::dict::Dict;
use crate::native::{GetSet, Getter, Method, TypeSpec};
use crate::protocol;
use crate::result::PyResult;
use crate::singleton::none;
use crate::slots;
use crate::string::Str;
use crate::thread::Thread;
use crate::tuple::{ITEMS_OFFSET as ITEMS, Tuple};
use crate::type_object::{Declaration, TypeObject, flags};
use crate::types;
use crate::values::Buffer;

/// What a struct sequence type has.
#[derive(Debug)]
pub struct Description {
    /// The names of all elements, visible ones first; an empty name is an element without one.
    pub fields: &'static [&'static str],
    /// How many are elements of the tuple.
    pub visible: usize,
    /// `__doc__`
    pub doc: &'static str,
}

/// The heap's view of struct sequences.
static CELL: CellType = CellType {
    trace: Trace::Custom(trace),
    size: Size::Varying(size),
    drop: None,
    name: "struct sequence",
};

/// The declaration of a struct sequence type. `name` begins with its module.
pub const fn declaration(name: &'static str) -> Declaration {
    Declaration {
        name,
        base: Some(&types::TUPLE),
        class: &types::TYPE,
        flags: flags::TUPLE | flags::SEQUENCE | flags::VARIABLE_SIZE,
        cell: &CELL,
        kind: Kind::Traced,
        size: size_of::<Tuple>(),
        attributes: 0,
    }
}

/// The types that were prepared.
static KNOWN: Mutex<Vec<(&'static TypeObject, &'static Description)>> = Mutex::new(Vec::new());

fn description(class: &TypeObject) -> &'static Description {
    let known = KNOWN.lock();
    let found = known.iter().find(|(known, _)| std::ptr::eq(*known, class));
    found.expect("a struct sequence type is prepared").1
}

/// How many elements an instance has, as its type says.
///
/// # Safety
/// The cell is a struct sequence.
unsafe fn words(cell: CellPtr) -> usize {
    // SAFETY: the caller's promise.
    let class = unsafe { crate::type_object::type_of(cell) };
    class
        .extra_slot()
        .load()
        .and_then(Value::as_int)
        .unwrap_or(0) as usize
}

unsafe fn size(cell: CellPtr) -> usize {
    // SAFETY: the heap calls this for struct sequences.
    ITEMS + unsafe { words(cell) } * 8
}

unsafe fn trace(cell: CellPtr, tracer: &mut Tracer<'_>) {
    // SAFETY: the heap calls this for struct sequences: so many words follow the head.
    unsafe {
        let first = cell.cast::<u8>().add(ITEMS).cast::<u64>();
        tracer.words(first.as_ptr(), words(cell));
    }
}

/// The element with this number, hidden ones included.
fn element(value: Value, index: usize) -> Value {
    let cell = value.as_cell().expect("a struct sequence is a cell");
    // SAFETY: the getter's descriptor has checked the type, whose instances have this many elements.
    unsafe {
        let first = cell.cast::<u8>().add(ITEMS).cast::<Value>();
        first.add(index).read()
    }
}

fn getter<const N: usize>(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(element(value, N))
}

macro_rules! getters {
    ($($number:literal)*) => { [$(getter::<$number>),*] };
}

/// By the element's number.
static GETTERS: [Getter; 40] = getters!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19
    20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39);

/// Makes a struct sequence type ready.
///
/// # Errors
/// `MemoryError`.
///
/// # Panics
/// If it has more elements than there are getters.
pub fn prepare(
    thread: &mut Thread,
    class: &'static TypeObject,
    description: &'static Description,
) -> PyResult<()> {
    prepare_with(thread, class, description, &SLOTS, &METHODS)
}

/// As [`prepare`], for a type that is made, and takes itself apart, in a way of its own.
///
/// # Errors
/// `MemoryError`.
///
/// # Panics
/// As [`prepare`].
pub fn prepare_with(
    thread: &mut Thread,
    class: &'static TypeObject,
    description: &'static Description,
    slots: &'static [slots::SlotValue],
    methods: &'static [Method],
) -> PyResult<()> {
    if class.has_flag(flags::READY) {
        return Ok(());
    }
    let getset: Vec<GetSet> = description
        .fields
        .iter()
        .enumerate()
        .filter(|(_, name)| !name.is_empty())
        .map(|(index, name)| GetSet::read_only(name, GETTERS[index], None).member())
        .collect();
    // A type lives for ever, and so does its table.
    let spec: &'static TypeSpec = Box::leak(Box::new(TypeSpec {
        doc: Some(description.doc),
        slots,
        methods,
        getset: Box::leak(getset.into_boxed_slice()),
        constants: &[],
    }));
    KNOWN.lock().push((class, description));
    class.define(spec);
    let total = Value::small(description.fields.len() as i64);
    class.extra_slot().store(Some(total));
    crate::ready::ready(thread, class)?;
    let unnamed = description.fields[..description.visible]
        .iter()
        .filter(|name| name.is_empty())
        .count();
    let dict = class.dict();
    for (name, count) in [
        ("n_sequence_fields", description.visible),
        ("n_fields", description.fields.len()),
        ("n_unnamed_fields", unnamed),
    ] {
        let name = crate::string::intern(thread, name);
        dict.set_str(thread, name, Value::small(count as i64))?;
    }
    let mut names = Buffer::new();
    for name in &description.fields[..description.visible] {
        if !name.is_empty() {
            names.push(thread, crate::string::intern(thread, name).value())?;
        }
    }
    let names = Tuple::try_new(thread, &names)?;
    let key = crate::string::intern(thread, "__match_args__");
    dict.set_str(thread, key, names.value())
}

static SLOTS: [slots::SlotValue; 2] = [slots::REPR.is(repr), slots::NEW.is(new)];

static METHODS: [Method; 2] = [
    Method::no_arguments("__reduce__", reduce, "__reduce__($self, /)\n--\n\n"),
    Method::any(
        "__replace__",
        replace,
        "__replace__($self, /, **changes)\n--\n\nReturn a copy with new values for the given fields.",
    ),
];

/// An instance of its elements; missing ones are `None`.
///
/// # Errors
/// `MemoryError`.
///
/// # Panics
/// If there are fewer than the visible ones, or too many.
pub fn make(thread: &Thread, class: &'static TypeObject, values: &[Value]) -> PyResult {
    let description = description(class);
    let total = description.fields.len();
    assert!(description.visible <= values.len() && values.len() <= total);
    // SAFETY: the elements are written at once.
    let cell = unsafe { thread.new_zeroed(class, class.kind(), ITEMS + total * 8)? };
    // SAFETY: a fresh cell with room for a tuple's length and so many elements.
    unsafe {
        cell.cast::<u64>().add(2).write(description.visible as u64);
        let first = cell.cast::<u8>().add(ITEMS).cast::<Value>();
        for index in 0..total {
            let value = values.get(index).copied().unwrap_or_else(none);
            first.add(index).write(value);
        }
    }
    Ok(Value::from_cell(cell))
}

fn static_class(class: Ref<TypeObject>) -> &'static TypeObject {
    // SAFETY: struct sequence types are statics, and cannot be subclassed.
    unsafe { class.long() }
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("structseq", ["sequence", "dict"]).optional_after(1);
    if class.has_flag(flags::DISALLOW_INSTANTIATION) {
        return Err(thread.type_error(format_args!("cannot create '{}' instances", class.name())));
    }
    let [sequence, dict] = args.parse(thread, &SIGNATURE)?;
    let class = static_class(class);
    let description = description(class);
    let dict = match dict {
        None => None,
        Some(dict) => match dict.downcast::<Dict>() {
            Some(dict) => Some(dict),
            None => {
                return Err(thread.type_error(format_args!(
                    "{}() takes a dict as second arg, if any",
                    class.name()
                )));
            }
        },
    };
    let Some(sequence) = sequence else {
        return Err(thread.type_error("structseq() missing required argument 'sequence' (pos 1)"));
    };
    let is_iterable =
        sequence.class().slot(slots::ITER).is_some() || protocol::iterate::is_sequence(sequence);
    if !is_iterable {
        return Err(thread.type_error("constructor requires a sequence"));
    }
    let mut values = protocol::collect(thread, sequence)?;
    let (least, most) = (description.visible, description.fields.len());
    let count = values.len();
    if count < least || count > most {
        let bound = if least == most {
            format!("a {least}-sequence")
        } else if count < least {
            format!("an at least {least}-sequence")
        } else {
            format!("an at most {most}-sequence")
        };
        return Err(thread.type_error(format_args!(
            "{}() takes {bound} ({count}-sequence given)",
            class.name()
        )));
    }
    let mut used = 0;
    while values.len() < most {
        let name = description.fields[values.len()];
        let found = match dict {
            Some(dict) if !name.is_empty() => {
                let name = crate::string::intern(thread, name);
                dict.get_str(name)
            }
            _ => None,
        };
        used += usize::from(found.is_some());
        values.push(thread, found.unwrap_or_else(none))?;
    }
    if let Some(dict) = dict
        && dict.len() > used
    {
        return Err(thread.type_error(format_args!(
            "{}() got duplicate or unexpected field name(s)",
            class.name()
        )));
    }
    make(thread, class, &values)
}

/// `__repr__` of struct sequences.
///
/// # Errors
/// What the elements' `__repr__` raises.
pub fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let class = static_class(value.class());
    let description = description(class);
    let mut text = grwl_text::TextBuilder::new();
    text.push_str(&class.name().to_string());
    text.push(u32::from(b'('));
    for (index, name) in description.fields[..description.visible].iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        if !name.is_empty() {
            text.push_str(name);
            text.push(u32::from(b'='));
        }
        let shown = protocol::repr(thread, element(value, index))?;
        text.push_text(shown.text());
    }
    text.push(u32::from(b')'));
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let class = static_class(value.class());
    let description = description(class);
    let mut visible = Buffer::new();
    for index in 0..description.visible {
        visible.push(thread, element(value, index))?;
    }
    let visible = Tuple::try_new(thread, &visible)?;
    let hidden = Dict::new(thread);
    for index in description.visible..description.fields.len() {
        let name = crate::string::intern(thread, description.fields[index]);
        hidden.set_str(thread, name, element(value, index))?;
    }
    let args = Tuple::try_new(thread, &[visible.value(), hidden.value()])?;
    let pair = Tuple::try_new(thread, &[value.class().value(), args.value()])?;
    Ok(pair.value())
}

/// `__replace__` of struct sequences.
///
/// # Errors
/// `TypeError`
pub fn replace(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    if !args.by_position().is_empty() {
        return Err(thread.type_error("__replace__() takes no positional arguments"));
    }
    let class = static_class(value.class());
    let description = description(class);
    if description.fields.iter().any(|name| name.is_empty()) {
        return Err(thread.type_error(format_args!(
            "__replace__() is not supported for {} because it has unnamed field(s)",
            class.name()
        )));
    }
    let mut values = Buffer::new();
    for (index, name) in description.fields.iter().enumerate() {
        let value = args.named(name).unwrap_or_else(|| element(value, index));
        values.push(thread, value)?;
    }
    let unknown: Vec<String> = args
        .by_name()
        .filter(|(name, _)| !description.fields.iter().any(|field| name.is_str(field)))
        .map(|(name, _)| format!("'{name}'"))
        .collect();
    if !unknown.is_empty() {
        return Err(thread.type_error(format_args!(
            "Got unexpected field name(s): [{}]",
            unknown.join(", ")
        )));
    }
    make(thread, class, &values)
}
