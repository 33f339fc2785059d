//! `BaseException`: what all exceptions can do.

use grwl_object::dict::Dict;
use grwl_object::exception::Exception;
use grwl_object::exception::traceback::Traceback;
use grwl_object::list::List;
use grwl_object::{
    Args, Buffer, GetSet, Method, Name, PyResult, Ref, Str, Thread, Tuple, TypeObject, TypeSpec,
    Value, ValueExt, instance, none, protocol, singleton, slots,
};
use grwl_text::TextBuilder;

use crate::member::receiver;

pub static SPEC: TypeSpec = TypeSpec {
    doc: Some("The root of all exceptions."),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init),
        slots::REPR.is(repr),
        slots::STR.is(str),
    ],
    methods: &[
        Method::no_arguments("__reduce__", reduce, "__reduce__($self, /)\n--\n\n"),
        Method::one(
            "__setstate__",
            set_state,
            "__setstate__($self, state, /)\n--\n\n",
        ),
        Method::one(
            "with_traceback",
            with_traceback,
            "with_traceback($self, tb, /)\n--\n\nStores the traceback and returns the exception.",
        ),
        Method::one(
            "add_note",
            add_note,
            "add_note($self, note, /)\n--\n\nAppends a line to what is shown below the message.",
        ),
    ],
    getset: &[
        GetSet::new("__suppress_context__", get_suppress, set_suppress, None).member(),
        GetSet::new("__dict__", get_dict, set_dict, None),
        GetSet::new("args", get_args, set_args, None),
        GetSet::new("__traceback__", get_traceback, set_traceback, None),
        GetSet::new("__context__", get_context, set_context, None),
        GetSet::new("__cause__", get_cause, set_cause, None),
    ],
    constants: &[],
};

static NOTES: Name = Name::new("__notes__");

pub fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let this = Exception::blank(thread, &class)?;
    store_args(thread, this, args.by_position())?;
    Ok(this.value())
}

pub fn init(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    refuse_keywords(thread, &this.class(), args)?;
    store_args(thread, receiver(this), args.by_position())
}

/// `TypeError` if there are arguments given by name.
pub fn refuse_keywords(thread: &mut Thread, class: &TypeObject, args: Args<'_>) -> PyResult<()> {
    if args.keyword_count() == 0 {
        return Ok(());
    }
    let class = class.name();
    Err(thread.type_error(format_args!("{class}() takes no keyword arguments")))
}

/// Stores `args`, unless these very values are there already: `__new__` was here.
pub fn store_args(thread: &mut Thread, this: Ref<Exception>, values: &[Value]) -> PyResult<()> {
    if this.args().as_slice() != values {
        let args = Tuple::try_new(thread, values)?;
        this.set_args(thread, args);
    }
    Ok(())
}

pub fn str(thread: &mut Thread, this: Value) -> PyResult {
    let args = receiver(this).args();
    match *args.as_slice() {
        [] => Ok(Str::empty().value()),
        [only] => protocol::str(thread, only).map(Ref::value),
        _ => protocol::str(thread, args.value()).map(Ref::value),
    }
}

/// What messages about arguments call a value's class: `None` has none.
pub fn argument_class(value: Value) -> String {
    if value.is_none() {
        "None".to_owned()
    } else {
        value.class().name().to_string()
    }
}

/// The class's name without module.
pub fn short_name(this: Value) -> String {
    let name = this.class().name().to_string();
    match name.rfind('.') {
        Some(dot) => name[dot + 1..].to_owned(),
        None => name,
    }
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let args = receiver(this).args();
    let mut text = TextBuilder::new();
    text.push_str(&short_name(this));
    if let [only] = *args.as_slice() {
        let only = protocol::repr(thread, only)?;
        text.push_str("(");
        text.push_text(only.text());
        text.push_str(")");
    } else {
        let all = protocol::repr(thread, args.value())?;
        text.push_text(all.text());
    }
    Str::from_buf(thread, &text.finish()).map(Ref::value)
}

/// The exception's `__dict__`, if anything was ever stored in it.
pub fn state(thread: &mut Thread, this: Value) -> PyResult<Option<Ref<Dict>>> {
    let is_used = instance::attributes_of(this).is_some_and(|attributes| {
        attributes.dict().is_some() || attributes.shape().is_some_and(|shape| shape.count() > 0)
    });
    if is_used {
        instance::dict_of(thread, this)
    } else {
        Ok(None)
    }
}

/// What `__reduce__` answers: the class, the arguments, and the state if there is one.
pub fn reduced(
    thread: &Thread,
    this: Value,
    args: Ref<Tuple>,
    state: Option<Ref<Dict>>,
) -> PyResult {
    let class = this.class().value();
    let parts = match state {
        Some(state) => Tuple::try_new(thread, &[class, args.value(), state.value()]),
        None => Tuple::try_new(thread, &[class, args.value()]),
    };
    parts.map(Ref::value)
}

fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    let state = state(thread, this)?;
    reduced(thread, this, receiver(this).args(), state)
}

fn set_state(thread: &mut Thread, this: Value, state: Value) -> PyResult {
    if state.is_none() {
        return Ok(none());
    }
    let Some(dict) = state.downcast::<Dict>() else {
        return Err(thread.type_error("state is not a dictionary"));
    };
    for (key, value, _) in dict.cursor() {
        let Some(name) = key.downcast::<Str>() else {
            let class = key.class();
            let class = class.name();
            return Err(
                thread.type_error(format_args!("attribute name must be string, not '{class}'"))
            );
        };
        protocol::set_attribute(thread, this, name, value)?;
    }
    Ok(none())
}

fn with_traceback(thread: &mut Thread, this: Value, traceback: Value) -> PyResult {
    set_traceback(thread, this, Some(traceback))?;
    Ok(this)
}

fn add_note(thread: &mut Thread, this: Value, note: Value) -> PyResult {
    if note.downcast::<Str>().is_none() {
        let class = argument_class(note);
        return Err(thread.type_error(format_args!("add_note() argument must be str, not {class}")));
    }
    let name = NOTES.get(thread);
    let notes = match protocol::find_attribute(thread, this, name)? {
        Some(notes) => match notes.downcast::<List>() {
            Some(notes) => notes,
            None => return Err(thread.type_error("Cannot add note: __notes__ is not a list")),
        },
        None => {
            let notes = List::new(thread);
            protocol::set_attribute(thread, this, name, notes.value())?;
            notes
        }
    };
    notes.push(thread, note)?;
    Ok(none())
}

/// Gives `to` a copy of `from`'s notes, if those are a sequence.
pub fn copy_notes(thread: &mut Thread, from: Value, to: Value) -> PyResult<()> {
    let name = NOTES.get(thread);
    let Some(notes) = protocol::find_attribute(thread, from, name)? else {
        return Ok(());
    };
    if !protocol::iterate::is_sequence(notes) {
        return Ok(());
    }
    let notes: Buffer = protocol::collect(thread, notes)?;
    let notes = List::from_slice(thread, notes.as_slice())?;
    protocol::set_attribute(thread, to, name, notes.value())
}

fn get_suppress(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(singleton::bool(receiver(this).suppress_context()))
}

fn set_suppress(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let Some(value) = value else {
        return Err(thread.type_error("can't delete numeric/char attribute"));
    };
    match singleton::as_bool(value) {
        Some(value) => {
            receiver(this).set_suppress_context(value);
            Ok(())
        }
        None => Err(thread.type_error("attribute value type must be bool")),
    }
}

fn get_dict(thread: &mut Thread, this: Value) -> PyResult {
    let dict = instance::dict_of(thread, this)?;
    Ok(dict.map_or_else(none, Ref::value))
}

fn set_dict(thread: &mut Thread, this: Value, dict: Option<Value>) -> PyResult<()> {
    let Some(dict) = dict else {
        return Err(thread.type_error("cannot delete __dict__"));
    };
    match dict.downcast::<Dict>() {
        Some(dict) => instance::set_dict(thread, this, dict).map(|_| ()),
        None => {
            let class = dict.class();
            let class = class.name();
            Err(thread.type_error(format_args!(
                "__dict__ must be set to a dictionary, not a '{class}'"
            )))
        }
    }
}

fn get_args(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(receiver(this).args().value())
}

fn set_args(thread: &mut Thread, this: Value, args: Option<Value>) -> PyResult<()> {
    let Some(args) = args else {
        return Err(thread.type_error("args may not be deleted"));
    };
    let args = as_tuple(thread, args)?;
    receiver(this).set_args(thread, args);
    Ok(())
}

/// `tuple(value)`
pub fn as_tuple(thread: &mut Thread, value: Value) -> PyResult<Ref<Tuple>> {
    if let Some(tuple) = value.downcast_exact::<Tuple>() {
        return Ok(tuple);
    }
    let elements = protocol::collect(thread, value)?;
    Tuple::try_new(thread, elements.as_slice())
}

fn get_traceback(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(receiver(this).traceback().map_or_else(none, Ref::value))
}

fn set_traceback(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let Some(value) = value else {
        return Err(thread.type_error("__traceback__ may not be deleted"));
    };
    let traceback = value.downcast::<Traceback>();
    if traceback.is_none() && !value.is_none() {
        return Err(thread.type_error("__traceback__ must be a traceback or None"));
    }
    receiver(this).set_traceback(thread, traceback);
    Ok(())
}

/// An exception or `None`, to be stored in `attribute`, which messages call `what`.
fn as_link(
    thread: &mut Thread,
    value: Option<Value>,
    attribute: &str,
    what: &str,
) -> PyResult<Option<Ref<Exception>>> {
    let Some(value) = value else {
        return Err(thread.type_error(format_args!("{attribute} may not be deleted")));
    };
    let exception = value.downcast::<Exception>();
    if exception.is_none() && !value.is_none() {
        return Err(thread.type_error(format_args!(
            "exception {what} must be None or derive from BaseException"
        )));
    }
    Ok(exception)
}

fn get_context(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(receiver(this).context().map_or_else(none, Ref::value))
}

fn set_context(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let context = as_link(thread, value, "__context__", "context")?;
    receiver(this).set_context(thread, context);
    Ok(())
}

fn get_cause(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(receiver(this).cause().map_or_else(none, Ref::value))
}

fn set_cause(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let cause = as_link(thread, value, "__cause__", "cause")?;
    receiver(this).set_cause(thread, cause);
    Ok(())
}
