//! `FrameLocalsProxy` (PEP 667): the local variables of a frame as a mapping that writes through to it.
//!
//! Names that are no variables of the code live in a dict that hangs on the frame object.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::{
    Args, Buffer, Cell, CompareOp, Declaration, Method, PyResult, Raised, Ref, Slot, Str, Thread,
    Tuple, TypeObject, TypeSpec, Value, ValueExt, flags, none, not_implemented, protocol,
    singleton, slots, types,
};

use super::frame::{is_frame, receiver as frame_receiver};
use crate::code::{FAST_CELL, FAST_FREE, FAST_HIDDEN};
use crate::frame::{Frame, variable};
use crate::frame_object::FrameObject;

/// See the module's head.
#[repr(C)]
pub struct FrameLocals {
    header: Header,
    frame: Slot,
}

// SAFETY: repr(C), begins with a header; never changed.
unsafe impl Cell for FrameLocals {
    fn type_object() -> &'static TypeObject {
        &FRAME_LOCALS
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(FrameLocals, frame) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<FrameLocals>()),
    drop: None,
    name: "FrameLocalsProxy",
};

/// `FrameLocalsProxy`
pub static FRAME_LOCALS: TypeObject = TypeObject::declare(&Declaration {
    name: "FrameLocalsProxy",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::MAPPING,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<FrameLocals>(),
    attributes: 0,
});

/// What a proxy can do.
pub(super) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "FrameLocalsProxy($frame)\n--\n\nA view of the local variables of a frame that writes through.\n\n  frame\n    the frame",
    ),
    slots: &[
        slots::NEW.is(construct),
        slots::REPR.is(repr),
        slots::COMPARE.is(compare),
        slots::ITER.is(iterate),
        slots::OR.is(or),
        slots::INPLACE_OR.is(inplace_or),
        slots::CONTAINS.is(contains),
        slots::MAPPING_LENGTH.is(length),
        slots::SUBSCRIPT.is(subscript),
        slots::STORE_SUBSCRIPT.is(store_subscript),
    ],
    methods: &[
        Method::one("__contains__", contains_method, ""),
        Method::one("__getitem__", subscript, ""),
        Method::one("update", update, "update($self, object, /)\n--\n\n"),
        Method::no_arguments("__reversed__", reversed, ""),
        Method::no_arguments("copy", copy, "copy($self, /)\n--\n\n"),
        Method::no_arguments("keys", keys_list, "keys($self, /)\n--\n\n"),
        Method::no_arguments("values", values, "values($self, /)\n--\n\n"),
        Method::no_arguments("items", items, "items($self, /)\n--\n\n"),
        Method::any("get", get, ""),
        Method::any("pop", pop, ""),
        Method::any("setdefault", set_default, ""),
    ],
    getset: &[],
    constants: &[],
};

/// A proxy of a frame's locals.
pub(super) fn new(thread: &Thread, frame: Ref<FrameObject>) -> Value {
    // SAFETY: the type has this layout.
    let made = unsafe {
        thread.new_cell(&FRAME_LOCALS, |header| FrameLocals {
            header,
            frame: Slot::new(Some(frame.value())),
        })
    };
    made.value()
}

fn construct(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let given = args.by_position();
    let &[frame] = given else {
        return Err(thread.type_error(format_args!(
            "FrameLocalsProxy expected 1 argument, got {}",
            given.len()
        )));
    };
    if !is_frame(frame) {
        return Err(thread.type_error(format_args!("expect frame, not {}", frame.class().name())));
    }
    if args.keyword_count() > 0 {
        return Err(thread.type_error("FrameLocalsProxy takes no keyword arguments"));
    }
    Ok(new(thread, frame_receiver(frame)))
}

fn is_proxy(value: Value) -> bool {
    value.downcast_exact::<FrameLocals>().is_some()
}

/// The frame of a proxy.
fn receiver(value: Value) -> Ref<FrameObject> {
    value
        .downcast_exact::<FrameLocals>()
        .and_then(|this| this.frame.load())
        .map(frame_receiver)
        .expect("descriptors of proxies are used on proxies only")
}

/// The value of a variable; of one that inner functions share, what its cell holds.
fn value_at(frame: &FrameObject, index: usize) -> Option<Value> {
    // SAFETY: the caller's index is one of the code's slots, and the frame lives as long as its object says.
    unsafe { variable(frame.frame(), index) }
}

/// What a key names.
enum Found {
    /// A variable.
    Variable(usize),
    /// No variable, or one that is not bound or hidden.
    Nothing,
}

/// Looks for the variable. For reading it must be bound, for writing it must not be hidden.
fn find(thread: &mut Thread, frame: &FrameObject, key: Value, reading: bool) -> PyResult<Found> {
    let key_hash = protocol::hash(thread, key)?;
    let code = frame.code();
    let fits = |index: usize| {
        if reading {
            value_at(frame, index).is_some()
        } else {
            code.localsplus_kinds()[index] & FAST_HIDDEN == 0
        }
    };
    let names = code.localsplus_names();
    let mut is_known = false;
    for (index, name) in names.iter().enumerate() {
        if name == key {
            if fits(index) {
                return Ok(Found::Variable(index));
            }
            is_known = true;
        }
    }
    if is_known {
        return Ok(Found::Nothing);
    }
    for (index, name) in names.iter().enumerate() {
        if code.local_name(index).hash() == key_hash
            && protocol::equal(thread, name, key)?
            && fits(index)
        {
            return Ok(Found::Variable(index));
        }
    }
    Ok(Found::Nothing)
}

/// The dict of other names, if there is one.
fn extra(frame: &FrameObject) -> Option<Ref<Dict>> {
    frame.extra_locals.load()?.downcast::<Dict>()
}

fn lookup(thread: &mut Thread, frame: &FrameObject, key: Value) -> PyResult<Option<Value>> {
    if let Found::Variable(index) = find(thread, frame, key, true)?
        && let Some(value) = value_at(frame, index)
    {
        return Ok(Some(value));
    }
    match extra(frame) {
        Some(extra) => extra.get(thread, key),
        None => Ok(None),
    }
}

fn subscript(thread: &mut Thread, this: Value, key: Value) -> PyResult {
    let frame = receiver(this);
    match lookup(thread, &frame, key)? {
        Some(value) => Ok(value),
        None => {
            let shown = protocol::repr(thread, key)?;
            let message = format!("local variable '{shown}' is not defined");
            Err(thread.raise(&types::KEY_ERROR, message))
        }
    }
}

#[cold]
fn not_removable(thread: &mut Thread) -> Raised {
    thread.value_error("cannot remove local variables from FrameLocalsProxy")
}

fn store_variable(thread: &mut Thread, object: Ref<FrameObject>, index: usize, value: Value) {
    let frame = object.frame();
    let kind = object.code().localsplus_kinds()[index];
    // SAFETY: as in `value_at`; a word is stored whole, and whoever runs the frame reads the old or the new.
    unsafe {
        let place = Frame::slots(frame).add(index);
        if kind & (FAST_CELL | FAST_FREE) != 0
            && let Some(old) = place.read()
            && let Some(cell) = old.downcast_exact::<crate::ClosureCell>()
        {
            thread.store(cell, &cell.contents, Some(value));
            return;
        }
        place.write(Some(value));
        // The slot lies on a stack, which needs no barrier, in a generator, or in what the frame object owns.
        thread.record_write(object.cell());
        if let Some(generator) = (*frame).generator.and_then(Value::as_cell) {
            thread.record_write(generator);
        }
    }
}

fn store_subscript(
    thread: &mut Thread,
    this: Value,
    key: Value,
    value: Option<Value>,
) -> PyResult<()> {
    let frame = receiver(this);
    if let Found::Variable(index) = find(thread, &frame, key, false)? {
        return match value {
            Some(value) => {
                store_variable(thread, frame, index, value);
                Ok(())
            }
            None => Err(not_removable(thread)),
        };
    }
    match value {
        Some(value) => {
            let extra = match extra(&frame) {
                Some(extra) => extra,
                None => make_extra(thread, frame),
            };
            extra.insert(thread, key, value)
        }
        None => {
            let removed = match extra(&frame) {
                Some(extra) => extra.remove(thread, key)?,
                None => None,
            };
            match removed {
                Some(_) => Ok(()),
                None => Err(thread.key_error(key)),
            }
        }
    }
}

fn make_extra(thread: &mut Thread, frame: Ref<FrameObject>) -> Ref<Dict> {
    let made = Dict::new(thread);
    let locked = thread.lock_cell(&frame);
    match extra(&frame) {
        Some(extra) => extra,
        None => {
            locked.store(frame, &frame.extra_locals, Some(made.value()));
            made
        }
    }
}

/// All names and values: first the variables that are bound.
fn pairs(thread: &mut Thread, frame: &FrameObject) -> PyResult<(Buffer, Buffer)> {
    let (mut names, mut values) = (Buffer::new(), Buffer::new());
    for (index, name) in frame.code().localsplus_names().iter().enumerate() {
        if let Some(value) = value_at(frame, index) {
            names.push(thread, name)?;
            values.push(thread, value)?;
        }
    }
    if let Some(extra) = extra(frame) {
        for (name, value, _) in extra.cursor() {
            names.push(thread, name)?;
            values.push(thread, value)?;
        }
    }
    Ok((names, values))
}

/// A dict of the locals.
fn as_dict(thread: &mut Thread, this: Value) -> PyResult<Ref<Dict>> {
    let (names, values) = pairs(thread, &receiver(this))?;
    let dict = Dict::new(thread);
    for (&name, &value) in names.iter().zip(values.iter()) {
        dict.insert(thread, name, value)?;
    }
    Ok(dict)
}

fn keys_list(thread: &mut Thread, this: Value) -> PyResult {
    let (names, _) = pairs(thread, &receiver(this))?;
    Ok(List::from_buffer(thread, names).value())
}

fn values(thread: &mut Thread, this: Value) -> PyResult {
    let (_, values) = pairs(thread, &receiver(this))?;
    Ok(List::from_buffer(thread, values).value())
}

fn items(thread: &mut Thread, this: Value) -> PyResult {
    let (names, values) = pairs(thread, &receiver(this))?;
    let mut items = Buffer::with_capacity(thread, names.len())?;
    for (&name, &value) in names.iter().zip(values.iter()) {
        let pair = Tuple::try_new(thread, &[name, value])?;
        items.push(thread, pair.value())?;
    }
    Ok(List::from_buffer(thread, items).value())
}

fn reversed(thread: &mut Thread, this: Value) -> PyResult {
    let (names, _) = pairs(thread, &receiver(this))?;
    let list = List::from_buffer(thread, names);
    list.reverse(thread);
    Ok(list.value())
}

fn copy(thread: &mut Thread, this: Value) -> PyResult {
    Ok(as_dict(thread, this)?.value())
}

fn iterate(thread: &mut Thread, this: Value) -> PyResult {
    let keys = keys_list(thread, this)?;
    protocol::get_iter(thread, keys)
}

fn length(thread: &mut Thread, this: Value) -> PyResult<usize> {
    Ok(pairs(thread, &receiver(this))?.0.len())
}

fn contains(thread: &mut Thread, this: Value, key: Value) -> PyResult<bool> {
    Ok(lookup(thread, &receiver(this), key)?.is_some())
}

fn contains_method(thread: &mut Thread, this: Value, key: Value) -> PyResult {
    Ok(singleton::bool(contains(thread, this, key)?))
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    thread.check_stack()?;
    let frame = receiver(this);
    // Proxies of one frame are equal, and one of them may be among the values.
    let (names, values) = pairs(thread, &frame)?;
    let dict = Dict::new(thread);
    let inner = Str::new(thread, "{...}");
    let mut is_recursive = false;
    for (&name, &value) in names.iter().zip(values.iter()) {
        is_recursive |= value == this;
        dict.insert(thread, name, value)?;
    }
    if !is_recursive {
        return Ok(protocol::repr(thread, dict.value())?.value());
    }
    let mut text = grwl_text::TextBuilder::new();
    text.push_str("{");
    for (index, (&name, &value)) in names.iter().zip(values.iter()).enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        let shown = protocol::repr(thread, name)?;
        text.push_text(shown.text());
        text.push_str(": ");
        let shown = if value == this {
            inner
        } else {
            protocol::repr(thread, value)?
        };
        text.push_text(shown.text());
    }
    text.push_str("}");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    if is_proxy(b) {
        let is_same = receiver(a) == receiver(b);
        return Ok(match op {
            CompareOp::Eq => singleton::bool(is_same),
            CompareOp::Ne => singleton::bool(!is_same),
            _ => not_implemented(),
        });
    }
    if b.downcast::<Dict>().is_none() {
        return Ok(not_implemented());
    }
    let dict = as_dict(thread, a)?;
    protocol::compare(thread, dict.value(), b, op)
}

/// A dict or a proxy as a dict.
fn mapping(thread: &mut Thread, value: Value) -> PyResult<Option<Ref<Dict>>> {
    if is_proxy(value) {
        return as_dict(thread, value).map(Some);
    }
    Ok(value.downcast::<Dict>())
}

fn or(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let (Some(first), Some(second)) = (mapping(thread, a)?, mapping(thread, b)?) else {
        return Ok(not_implemented());
    };
    let result = first.copy(thread)?;
    result.merge(thread, second, true)?;
    Ok(result.value())
}

fn inplace_or(thread: &mut Thread, this: Value, other: Value) -> PyResult {
    match mapping(thread, other)? {
        Some(other) => {
            merge(thread, this, other)?;
            Ok(this)
        }
        None => Ok(not_implemented()),
    }
}

fn merge(thread: &mut Thread, this: Value, from: Ref<Dict>) -> PyResult<()> {
    let from = from.copy(thread)?;
    for (key, value, _) in from.cursor() {
        store_subscript(thread, this, key, Some(value))?;
    }
    Ok(())
}

fn update(thread: &mut Thread, this: Value, other: Value) -> PyResult {
    match mapping(thread, other)? {
        Some(other) => {
            merge(thread, this, other)?;
            Ok(none())
        }
        None => {
            Err(thread.type_error("update() argument must be dict or another FrameLocalsProxy"))
        }
    }
}

/// One argument, or two.
fn one_or_two(thread: &mut Thread, args: Args<'_>, name: &str) -> PyResult<(Value, Option<Value>)> {
    match *args.no_keywords(thread, name)? {
        [key] => Ok((key, None)),
        [key, default] => Ok((key, Some(default))),
        _ => Err(thread.type_error(format_args!("{name} expected 1 or 2 arguments"))),
    }
}

fn get(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let (key, default) = one_or_two(thread, args, "get")?;
    let found = lookup(thread, &receiver(this), key)?;
    Ok(found.or(default).unwrap_or_else(none))
}

fn set_default(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let (key, default) = one_or_two(thread, args, "setdefault")?;
    if let Some(found) = lookup(thread, &receiver(this), key)? {
        return Ok(found);
    }
    let default = default.unwrap_or_else(none);
    store_subscript(thread, this, key, Some(default))?;
    Ok(default)
}

fn pop(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [key, default]: [Option<Value>; 2] = args.unpack(thread, "pop", 1)?;
    let key = key.unwrap_or_else(none);
    let frame = receiver(this);
    if let Found::Variable(_) = find(thread, &frame, key, false)? {
        return Err(not_removable(thread));
    }
    let removed = match extra(&frame) {
        Some(extra) => extra.remove(thread, key)?,
        None => None,
    };
    match removed.or(default) {
        Some(value) => Ok(value),
        None => Err(thread.key_error(key)),
    }
}
