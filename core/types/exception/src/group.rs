//! `BaseExceptionGroup`: exceptions that are raised together.
//!
//! `split`, `subgroup` and the end of a `try` with `except*` all divide a group by a [`Matcher`]. The parts are made by the group's own
//! `derive`, and take over its traceback, context, cause and notes.

use std::collections::HashSet;
use std::mem::offset_of;

use grwl_object::exception::Exception;
use grwl_object::exception::detail::Group;
use grwl_object::list::List;
use grwl_object::protocol::iterate::is_sequence;
use grwl_object::{
    Args, Buffer, Method, Name, PyResult, Raised, Ref, Str, Thread, Tuple, TypeObject, TypeSpec,
    Value, ValueExt, flags, none, protocol, slots, types,
};
use grwl_text::TextBuilder;

use crate::base;
use crate::member::read_only;

pub static SPEC: TypeSpec = TypeSpec {
    doc: Some("Several exceptions at once."),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(base::init),
        slots::REPR.is(repr),
        slots::STR.is(str),
    ],
    methods: &[
        Method::one(
            "__class_getitem__",
            class_get_item,
            "__class_getitem__($type, object, /)\n--\n\nThe class with the type of its exceptions.",
        )
        .of_class(),
        Method::one("derive", derive, "derive($self, excs, /)\n--\n\n"),
        Method::one("split", split, "split($self, matcher_value, /)\n--\n\n"),
        Method::one(
            "subgroup",
            subgroup,
            "subgroup($self, matcher_value, /)\n--\n\n",
        ),
    ],
    getset: &[
        read_only::<{ offset_of!(Group, message) }>("message", "the message"),
        read_only::<{ offset_of!(Group, exceptions) }>("exceptions", "the exceptions"),
    ],
    constants: &[],
};

static DERIVE: Name = Name::new("derive");

fn receiver(value: Value) -> Ref<Group> {
    value
        .downcast::<Group>()
        .expect("methods of groups are called on groups only")
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    const FUNCTION: &str = "BaseExceptionGroup.__new__()";
    let values = args.by_position();
    let &[message, given] = values else {
        let count = values.len();
        return Err(thread.type_error(format_args!(
            "{FUNCTION} takes exactly 2 arguments ({count} given)"
        )));
    };
    if message.downcast::<Str>().is_none() {
        let class = base::argument_class(message);
        return Err(thread.type_error(format_args!(
            "{FUNCTION} argument 1 must be str, not {class}"
        )));
    }
    if !is_sequence(given) {
        return Err(thread.type_error("second argument (exceptions) must be a sequence"));
    }
    let shown = if given.downcast::<List>().is_some() || given.downcast::<Tuple>().is_some() {
        None
    } else {
        // It may change, or not be able to do this twice.
        Some(protocol::repr(thread, given)?.value())
    };
    let exceptions = base::as_tuple(thread, given)?;
    if exceptions.is_empty() {
        return Err(thread.value_error("second argument (exceptions) must be a non-empty sequence"));
    }
    let all_are_plain = check_members(thread, exceptions)?;
    let class = class_for(thread, class, all_are_plain)?;
    let this = Exception::blank(thread, &class)?;
    base::store_args(thread, this, values)?;
    let group = receiver(this.value());
    thread.store(group, &group.message, Some(message));
    thread.store(group, &group.exceptions, Some(exceptions.value()));
    thread.store(group, &group.shown, shown);
    Ok(this.value())
}

/// Checks that all are exceptions. Are all of them instances of `Exception`?
fn check_members(thread: &mut Thread, exceptions: Ref<Tuple>) -> PyResult<bool> {
    let plain = Ref::from_static(&types::EXCEPTION).value();
    let mut all_are_plain = true;
    for (index, exception) in exceptions.iter().enumerate() {
        if exception.downcast::<Exception>().is_none() {
            return Err(thread.value_error(format_args!(
                "Item {index} of second argument (exceptions) is not an exception"
            )));
        }
        all_are_plain &= protocol::is_instance(thread, exception, plain)?;
    }
    Ok(all_are_plain)
}

/// The class that an instance is made of: `BaseExceptionGroup` becomes `ExceptionGroup` if it can.
fn class_for(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    all_are_plain: bool,
) -> PyResult<Ref<TypeObject>> {
    let group = Ref::from_static(&types::EXCEPTION_GROUP);
    if all_are_plain {
        let is_base = class == Ref::from_static(&types::BASE_EXCEPTION_GROUP);
        return Ok(if is_base { group } else { class });
    }
    if class == group {
        return Err(thread.type_error("Cannot nest BaseExceptions in an ExceptionGroup"));
    }
    let plain = Ref::from_static(&types::EXCEPTION).value();
    if class != Ref::from_static(&types::BASE_EXCEPTION_GROUP)
        && protocol::is_subclass(thread, class.value(), plain)?
    {
        let class = class.name();
        return Err(thread.type_error(format_args!("Cannot nest BaseExceptions in '{class}'")));
    }
    Ok(class)
}

/// A new group, by a call of `BaseExceptionGroup`.
pub fn make(thread: &mut Thread, message: Value, exceptions: Value) -> PyResult {
    let class = Ref::from_static(&types::BASE_EXCEPTION_GROUP).value();
    protocol::call_positional(thread, class, &[message, exceptions])
}

fn str(thread: &mut Thread, this: Value) -> PyResult {
    let this = receiver(this);
    let message = this.message.load().unwrap_or_else(none);
    let message = protocol::str(thread, message)?;
    let count = this.members().len();
    let s = if count > 1 { "s" } else { "" };
    let mut text = TextBuilder::new();
    text.push_text(message.text());
    text.push_str(&format!(" ({count} sub-exception{s})"));
    Str::from_buf(thread, &text.finish()).map(Ref::value)
}

/// As the call that made it, with the exceptions as they are.
fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let this = receiver(value);
    let message = this.message.load().unwrap_or_else(none);
    let message = protocol::repr(thread, message)?;
    let members = this.members();
    let exceptions = match this.shown.load().and_then(|shown| shown.downcast::<Str>()) {
        Some(shown) => shown,
        None => {
            let is_list = matches!(
                *this.exception().args().as_slice(),
                [_, given] if given.downcast::<List>().is_some()
            );
            let members = if is_list {
                List::from_slice(thread, members.as_slice())?.value()
            } else {
                members.value()
            };
            protocol::repr(thread, members)?
        }
    };
    let mut text = TextBuilder::new();
    text.push_str(&base::short_name(value));
    text.push_str("(");
    text.push_text(message.text());
    text.push_str(", ");
    text.push_text(exceptions.text());
    text.push_str(")");
    Str::from_buf(thread, &text.finish()).map(Ref::value)
}

/// `ExceptionGroup[ValueError]`: a `types.GenericAlias`, which lies in a package above.
fn class_get_item(thread: &mut Thread, class: Value, item: Value) -> PyResult {
    grwl_object::class::generic_alias(thread, class, item)
}

fn derive(thread: &mut Thread, this: Value, exceptions: Value) -> PyResult {
    let message = receiver(this).message.load().unwrap_or_else(none);
    make(thread, message, exceptions)
}

/// A group of some of a group's exceptions; `None` of none.
fn subset(thread: &mut Thread, from: Ref<Group>, exceptions: &Buffer) -> PyResult<Option<Value>> {
    if exceptions.is_empty() {
        return Ok(None);
    }
    let list = List::from_slice(thread, exceptions.as_slice())?.value();
    let name = DERIVE.get(thread);
    let made = protocol::call_method(thread, from.value(), name, &[list])?;
    let Some(group) = made.downcast::<Group>() else {
        return Err(thread.type_error("derive must return an instance of BaseExceptionGroup"));
    };
    let (old, new) = (from.exception(), group.exception());
    if let Some(traceback) = old.traceback() {
        new.set_traceback(thread, Some(traceback));
    }
    new.set_context(thread, old.context());
    new.set_cause(thread, old.cause());
    base::copy_notes(thread, from.value(), made)?;
    Ok(Some(made))
}

/// What decides which exceptions of a group match.
pub enum Matcher<'a> {
    /// An exception class, or a tuple of some.
    Classes(Value),
    /// What this returns for the exception.
    Predicate(Value),
    /// The single exceptions at these addresses. Something else keeps them alive.
    Addresses(&'a HashSet<usize>),
}

/// Is it a class of exceptions?
pub fn is_exception_class(value: Value) -> bool {
    value
        .downcast::<TypeObject>()
        .is_some_and(|class| class.has_flag(flags::EXCEPTION))
}

impl Matcher<'_> {
    /// What the argument of `split` and `subgroup` asks for.
    fn of_argument(thread: &mut Thread, value: Value) -> PyResult<Self> {
        let is_class = value.downcast::<TypeObject>().is_some();
        if !is_class && value.class().slot(slots::CALL).is_some() {
            return Ok(Self::Predicate(value));
        }
        let are_classes = is_exception_class(value)
            || value
                .downcast_exact::<Tuple>()
                .is_some_and(|classes| classes.iter().all(is_exception_class));
        if are_classes {
            Ok(Self::Classes(value))
        } else {
            Err(thread.type_error(
                "expected an exception type, a tuple of exception types, or a callable (other than a class)",
            ))
        }
    }

    fn matches(&self, thread: &mut Thread, exception: Value) -> PyResult<bool> {
        match *self {
            Self::Classes(classes) => Ok(Raised(exception).matches_any(classes)),
            Self::Predicate(predicate) => {
                let answer = protocol::call_positional(thread, predicate, &[exception])?;
                protocol::is_true(thread, answer)
            }
            Self::Addresses(addresses) => {
                let address = exception.as_cell().map_or(0, |cell| cell.as_ptr() as usize);
                Ok(exception.downcast::<Group>().is_none() && addresses.contains(&address))
            }
        }
    }
}

/// The part that matches and the part that does not.
pub struct Parts {
    /// `None`: nothing matched.
    pub matched: Option<Value>,
    /// `None`: everything matched, or it was not asked for.
    pub rest: Option<Value>,
}

/// Divides an exception, a group or not.
pub fn divide(
    thread: &mut Thread,
    exception: Value,
    matcher: &Matcher<'_>,
    wants_rest: bool,
) -> PyResult<Parts> {
    thread.check_stack()?;
    if matcher.matches(thread, exception)? {
        return Ok(Parts {
            matched: Some(exception),
            rest: None,
        });
    }
    let Some(group) = exception.downcast::<Group>() else {
        return Ok(Parts {
            matched: None,
            rest: wants_rest.then_some(exception),
        });
    };
    let mut matched = Buffer::new();
    let mut rest = Buffer::new();
    for member in group.members().iter() {
        let parts = divide(thread, member, matcher, wants_rest)?;
        if let Some(part) = parts.matched {
            matched.push(thread, part)?;
        }
        if let Some(part) = parts.rest {
            rest.push(thread, part)?;
        }
    }
    Ok(Parts {
        matched: subset(thread, group, &matched)?,
        rest: subset(thread, group, &rest)?,
    })
}

fn split(thread: &mut Thread, this: Value, filter: Value) -> PyResult {
    let matcher = Matcher::of_argument(thread, filter)?;
    let parts = divide(thread, this, &matcher, true)?;
    let matched = parts.matched.unwrap_or_else(none);
    let rest = parts.rest.unwrap_or_else(none);
    Tuple::try_new(thread, &[matched, rest]).map(Ref::value)
}

fn subgroup(thread: &mut Thread, this: Value, filter: Value) -> PyResult {
    let matcher = Matcher::of_argument(thread, filter)?;
    let parts = divide(thread, this, &matcher, false)?;
    Ok(parts.matched.unwrap_or_else(none))
}
