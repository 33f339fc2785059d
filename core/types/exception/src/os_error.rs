//! `OSError`: its constructor chooses the subclass by the error's number, and takes the files' names out of `args`.
//!
//! Whether `__new__` or `__init__` takes the arguments depends on the class, as in CPython: a class that defines
//! `__init__` but not `__new__` may have arguments of its own, so `__new__` ignores them.

use std::mem::offset_of;

use grwl_object::errors::os_error_class;
use grwl_object::exception::Exception;
use grwl_object::exception::detail::OsError;
use grwl_object::int::{IntView, is_int, view};
use grwl_object::protocol::convert;
use grwl_object::{
    Args, GetSet, Method, PyResult, Ref, Slot, Str, Thread, Tuple, TypeObject, TypeSpec, Value,
    ValueExt, none, protocol, slots, types,
};
use grwl_text::TextBuilder;

use crate::base;
use crate::member::member;

pub static SPEC: TypeSpec = TypeSpec {
    doc: Some("An operation of the system failed."),
    slots: &[slots::NEW.is(new), slots::INIT.is(init), slots::STR.is(str)],
    methods: &[Method::no_arguments(
        "__reduce__",
        reduce,
        "__reduce__($self, /)\n--\n\n",
    )],
    getset: &[
        member::<{ offset_of!(OsError, errno) }>("errno", "the error's number"),
        member::<{ offset_of!(OsError, strerror) }>("strerror", "what the number means"),
        member::<{ offset_of!(OsError, filename) }>("filename", "the file"),
        member::<{ offset_of!(OsError, filename2) }>("filename2", "the second file"),
        GetSet::new("characters_written", get_written, set_written, None),
    ],
    constants: &[],
};

fn receiver(value: Value) -> Ref<OsError> {
    value
        .downcast::<OsError>()
        .expect("descriptors of OSError are used on its instances only")
}

fn init_takes_arguments(class: &TypeObject) -> bool {
    !class.slots().is(slots::INIT, init) && class.slots().is(slots::NEW, new)
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    if init_takes_arguments(&class) {
        return Ok(Exception::blank(thread, &class)?.value());
    }
    base::refuse_keywords(thread, &class, args)?;
    let values = args.by_position();
    let mut chosen = class;
    if class == Ref::from_static(&types::OS_ERROR)
        && (2..=5).contains(&values.len())
        && is_int(values[0])
        && let Some(IntView::Small(number)) = view(values[0])
        && let Ok(number) = i32::try_from(number)
        && let Some(class) = os_error_class(number)
    {
        chosen = Ref::from_static(class);
    }
    let this = Exception::blank(thread, &chosen)?.value();
    fill(thread, receiver(this), values)?;
    Ok(this)
}

fn init(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    let class = this.class();
    if !init_takes_arguments(&class) {
        return Ok(());
    }
    base::refuse_keywords(thread, &class, args)?;
    fill(thread, receiver(this), args.by_position())
}

fn is_number(value: Value) -> bool {
    let class = value.class();
    class.slot(slots::INDEX).is_some()
        || class.slot(slots::INT).is_some()
        || class.slot(slots::FLOAT).is_some()
        || class.is_subtype_of(&types::COMPLEX)
}

/// Takes the arguments apart.
fn fill(thread: &mut Thread, this: Ref<OsError>, values: &[Value]) -> PyResult<()> {
    base::store_args(thread, this.exception(), values)?;
    if !(2..=5).contains(&values.len()) {
        thread.store(this, &this.errno, None);
        thread.store(this, &this.strerror, None);
        return Ok(());
    }
    if let Some(&third) = values.get(2)
        && this.value().class() == Ref::from_static(&types::BLOCKING_IO_ERROR)
        && is_number(third)
    {
        // Not a file, but how much was written before it would have had to wait.
        let written = convert::as_index_or(thread, third, &types::VALUE_ERROR)?;
        store_written(thread, this, written);
        thread.store(this, &this.errno, Some(values[0]));
        thread.store(this, &this.strerror, Some(values[1]));
        return Ok(());
    }
    this.fill_from(thread, values);
    Ok(())
}

/// `str(value)`, or what stands for an absent one.
fn shown(thread: &mut Thread, slot: &Slot) -> PyResult<Ref<Str>> {
    let value = slot.load().unwrap_or_else(none);
    protocol::str(thread, value)
}

fn str(thread: &mut Thread, value: Value) -> PyResult {
    let this = receiver(value);
    let filename = this.filename.load();
    if filename.is_none() && (this.errno.load().is_none() || this.strerror.load().is_none()) {
        return base::str(thread, value);
    }
    let filename2 = this.filename2.load();
    let errno = shown(thread, &this.errno)?;
    let strerror = shown(thread, &this.strerror)?;
    let mut text = TextBuilder::new();
    text.push_str("[Errno ");
    text.push_text(errno.text());
    text.push_str("] ");
    text.push_text(strerror.text());
    if let Some(filename) = filename {
        let filename = protocol::repr(thread, filename)?;
        text.push_str(": ");
        text.push_text(filename.text());
        if let Some(filename2) = filename2 {
            let filename2 = protocol::repr(thread, filename2)?;
            text.push_str(" -> ");
            text.push_text(filename2.text());
        }
    }
    Str::from_buf(thread, &text.finish()).map(Ref::value)
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let this = receiver(value);
    let mut args = this.exception().args();
    if let [errno, strerror] = *args.as_slice()
        && let Some(filename) = this.filename.load()
    {
        args = match this.filename2.load() {
            Some(filename2) => {
                Tuple::try_new(thread, &[errno, strerror, filename, none(), filename2])?
            }
            None => Tuple::try_new(thread, &[errno, strerror, filename])?,
        };
    }
    let state = base::state(thread, value)?;
    base::reduced(thread, value, args, state)
}

fn store_written(thread: &Thread, this: Ref<OsError>, written: isize) {
    // -1 is none, as in CPython.
    let written = (written != -1).then(|| grwl_object::int::from_i64(thread, written as i64));
    thread.store(this, &this.written, written);
}

fn get_written(thread: &mut Thread, value: Value) -> PyResult {
    match receiver(value).written.load() {
        Some(written) => Ok(written),
        None => Err(thread.raise(&types::ATTRIBUTE_ERROR, "characters_written")),
    }
}

fn set_written(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let this = receiver(value);
    let Some(new) = new else {
        get_written(thread, value)?;
        thread.store(this, &this.written, None);
        return Ok(());
    };
    let written = convert::as_index_or(thread, new, &types::VALUE_ERROR)?;
    store_written(thread, this, written);
    Ok(())
}
