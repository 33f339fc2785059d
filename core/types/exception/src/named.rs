//! `ImportError`, `NameError`, `AttributeError`: what they are about is given by name.

use std::mem::offset_of;

use grwl_object::dict::Dict;
use grwl_object::exception::detail::{AttributeError, ImportError, NameError};
use grwl_object::{
    Args, Method, Name, PyResult, Ref, Signature, Str, Thread, TypeSpec, Value, ValueExt, none,
    slots,
};

use crate::base;
use crate::member::{member, receiver};

static NAME: Name = Name::new("name");
static PATH: Name = Name::new("path");
static NAME_FROM: Name = Name::new("name_from");
static ARGS: Name = Name::new("args");

/// Stores the positional arguments as `args`, and takes the others apart.
fn init<const N: usize>(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    signature: &Signature<N>,
) -> PyResult<[Option<Value>; N]> {
    let positional = args.by_position();
    base::store_args(thread, receiver(this), positional)?;
    Args::new(&args.values()[positional.len()..], args.names()).parse(thread, signature)
}

pub static IMPORT_ERROR: TypeSpec = TypeSpec {
    doc: Some("A module, or a name in it, cannot be imported."),
    slots: &[
        slots::INIT.is(init_import_error),
        slots::STR.is(str_import_error),
    ],
    methods: &[Method::no_arguments(
        "__reduce__",
        reduce_import_error,
        "__reduce__($self, /)\n--\n\n",
    )],
    getset: &[
        member::<{ offset_of!(ImportError, message) }>("msg", "the message"),
        member::<{ offset_of!(ImportError, name) }>("name", "the module's name"),
        member::<{ offset_of!(ImportError, path) }>("path", "the module's file"),
        member::<{ offset_of!(ImportError, name_from) }>(
            "name_from",
            "the name that was to be imported from the module",
        ),
    ],
    ..TypeSpec::NONE
};

fn init_import_error(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    const SIGNATURE: Signature<3> = Signature::new("ImportError", ["name", "path", "name_from"])
        .optional_after(0)
        .keyword_only_after(0, 0);
    let [name, path, name_from] = init(thread, this, args, &SIGNATURE)?;
    let Some(this) = this.downcast::<ImportError>() else {
        return Ok(());
    };
    thread.store(this, &this.name, name);
    thread.store(this, &this.path, path);
    thread.store(this, &this.name_from, name_from);
    let message = match *args.by_position() {
        [message] => Some(message),
        _ => None,
    };
    thread.store(this, &this.message, message);
    Ok(())
}

fn str_import_error(thread: &mut Thread, this: Value) -> PyResult {
    let message = this
        .downcast::<ImportError>()
        .and_then(|this| this.message.load());
    match message {
        Some(message) if message.downcast_exact::<Str>().is_some() => Ok(message),
        _ => base::str(thread, this),
    }
}

/// The state with more entries; a new dict, unless there are none.
fn state_with(
    thread: &mut Thread,
    this: Value,
    entries: &[(&Name, Option<Value>)],
) -> PyResult<Option<Ref<Dict>>> {
    let mut state = base::state(thread, this)?;
    if entries.iter().any(|(_, value)| value.is_some()) {
        let copy = match state {
            Some(state) => state.copy(thread)?,
            None => Dict::new(thread),
        };
        for (name, value) in entries {
            if let Some(value) = *value {
                let name = name.get(thread);
                copy.set_str(thread, name, value)?;
            }
        }
        state = Some(copy);
    }
    Ok(state)
}

fn reduce_import_error(thread: &mut Thread, this: Value) -> PyResult {
    let entries = match this.downcast::<ImportError>() {
        Some(this) => [
            (&NAME, this.name.load()),
            (&PATH, this.path.load()),
            (&NAME_FROM, this.name_from.load()),
        ],
        None => [(&NAME, None), (&PATH, None), (&NAME_FROM, None)],
    };
    let state = state_with(thread, this, &entries)?;
    base::reduced(thread, this, receiver(this).args(), state)
}

pub static NAME_ERROR: TypeSpec = TypeSpec {
    doc: Some("A name is not defined."),
    slots: &[slots::INIT.is(init_name_error)],
    getset: &[member::<{ offset_of!(NameError, name) }>(
        "name", "the name",
    )],
    ..TypeSpec::NONE
};

fn init_name_error(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    const SIGNATURE: Signature<1> = Signature::new("NameError", ["name"])
        .optional_after(0)
        .keyword_only_after(0, 0);
    let [name] = init(thread, this, args, &SIGNATURE)?;
    if let Some(this) = this.downcast::<NameError>() {
        thread.store(this, &this.name, name);
    }
    Ok(())
}

pub static ATTRIBUTE_ERROR: TypeSpec = TypeSpec {
    doc: Some("An object does not have this attribute, or it cannot be stored."),
    slots: &[slots::INIT.is(init_attribute_error)],
    methods: &[
        Method::no_arguments(
            "__getstate__",
            get_state_attribute_error,
            "__getstate__($self, /)\n--\n\n",
        ),
        Method::no_arguments(
            "__reduce__",
            reduce_attribute_error,
            "__reduce__($self, /)\n--\n\n",
        ),
    ],
    getset: &[
        member::<{ offset_of!(AttributeError, name) }>("name", "the attribute's name"),
        member::<{ offset_of!(AttributeError, object) }>("obj", "the object"),
    ],
    ..TypeSpec::NONE
};

fn init_attribute_error(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    const SIGNATURE: Signature<2> = Signature::new("AttributeError", ["name", "obj"])
        .optional_after(0)
        .keyword_only_after(0, 0);
    let [name, object] = init(thread, this, args, &SIGNATURE)?;
    if let Some(this) = this.downcast::<AttributeError>() {
        thread.store(this, &this.name, name);
        thread.store(this, &this.object, object);
    }
    Ok(())
}

/// The object itself is left out: it is seldom one that can be pickled.
fn attribute_error_state(thread: &mut Thread, this: Value) -> PyResult<Option<Ref<Dict>>> {
    let name = this
        .downcast::<AttributeError>()
        .and_then(|this| this.name.load());
    let args = receiver(this).args().value();
    state_with(thread, this, &[(&NAME, name), (&ARGS, Some(args))])
}

fn get_state_attribute_error(thread: &mut Thread, this: Value) -> PyResult {
    let state = attribute_error_state(thread, this)?;
    Ok(state.map_or_else(none, Ref::value))
}

fn reduce_attribute_error(thread: &mut Thread, this: Value) -> PyResult {
    let state = attribute_error_state(thread, this)?;
    base::reduced(thread, this, receiver(this).args(), state)
}
