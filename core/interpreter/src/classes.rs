//! The `class` statement: `builtins.__build_class__`.

use grwl_object::dict::Dict;
use grwl_object::slots::Sent;
use grwl_object::{
    Args, Buffer, Name, PyResult, Ref, Str, Thread, Tuple, TypeObject, Value, ValueExt, flags,
    protocol, types,
};

use crate::calls;
use crate::function::{ClosureCell, Function};
use crate::run;

static MRO_ENTRIES: Name = Name::new("__mro_entries__");
static PREPARE: Name = Name::new("__prepare__");
static ORIG_BASES: Name = Name::new("__orig_bases__");

/// `__build_class__(function, name, *bases, metaclass=..., **keywords)`
///
/// # Errors
/// What the body, or making the class, raises.
pub fn build_class(thread: &mut Thread, args: Args<'_>) -> PyResult {
    let given = args.by_position();
    if given.len() < 2 {
        return Err(thread.type_error("__build_class__: not enough arguments"));
    }
    let Some(body) = given[0].downcast_exact::<Function>() else {
        return Err(thread.type_error("__build_class__: func must be a function"));
    };
    let Some(name) = given[1].downcast::<Str>() else {
        return Err(thread.type_error("__build_class__: name is not a string"));
    };
    let original = Tuple::try_new(thread, &given[2..])?;
    let bases = resolve_bases(thread, original)?;
    let mut metaclass = None;
    let mut keyword_names = Buffer::new();
    let mut keyword_values = Buffer::new();
    for (key, value) in args.by_name() {
        if key.is_str("metaclass") {
            metaclass = Some(value);
        } else {
            keyword_names.push(thread, key.value())?;
            keyword_values.push(thread, value)?;
        }
    }
    let keyword_names = Tuple::try_new(thread, &keyword_names)?;
    let metaclass = match metaclass {
        Some(metaclass) => metaclass,
        None => match bases.iter().next() {
            Some(base) => base.class().value(),
            None => Ref::from_static(&types::TYPE).value(),
        },
    };
    let metaclass = match metaclass.downcast::<TypeObject>() {
        Some(class) => most_derived(thread, class, bases)?.value(),
        None => metaclass,
    };
    let namespace = prepare(
        thread,
        metaclass,
        name,
        bases,
        keyword_names,
        &keyword_values,
    )?;
    let cell = run_body(thread, body, namespace)?;
    if bases != original {
        let key = ORIG_BASES.get(thread).value();
        protocol::set_item(thread, namespace, key, original.value())?;
    }
    let class = with_keywords(
        thread,
        &[name.value(), bases.value(), namespace],
        keyword_names,
        &keyword_values,
        |thread, args| protocol::call(thread, metaclass, args),
    )?;
    check_class_cell(thread, name, class, cell)?;
    Ok(class)
}

fn with_keywords(
    thread: &mut Thread,
    positional: &[Value],
    names: Ref<Tuple>,
    values: &Buffer,
    act: impl FnOnce(&mut Thread, Args<'_>) -> PyResult,
) -> PyResult {
    if names.is_empty() {
        return act(thread, Args::positional(positional));
    }
    let mut all = Buffer::from_slice(thread, positional)?;
    for &value in values.iter() {
        all.push(thread, value)?;
    }
    act(thread, Args::new(&all, Some(names)))
}

/// The bases, with those that are no classes replaced by their `__mro_entries__` (PEP 560). The very tuple if none is.
fn resolve_bases(thread: &mut Thread, bases: Ref<Tuple>) -> PyResult<Ref<Tuple>> {
    let mut resolved: Option<Buffer> = None;
    for (index, base) in bases.iter().enumerate() {
        let is_class = base.class().has_flag(flags::TYPE);
        let name = MRO_ENTRIES.get(thread);
        let method = if is_class {
            None
        } else {
            protocol::find_attribute(thread, base, name)?
        };
        let Some(method) = method else {
            if let Some(resolved) = &mut resolved {
                resolved.push(thread, base)?;
            }
            continue;
        };
        let entries = protocol::call_positional(thread, method, &[bases.value()])?;
        let Some(entries) = entries.downcast::<Tuple>() else {
            return Err(thread.type_error("__mro_entries__ must return a tuple"));
        };
        let mut all = match resolved.take() {
            Some(all) => all,
            None => Buffer::from_slice(thread, &bases.as_slice()[..index])?,
        };
        for entry in entries.iter() {
            all.push(thread, entry)?;
        }
        resolved = Some(all);
    }
    match resolved {
        Some(all) => Tuple::try_new(thread, &all),
        None => Ok(bases),
    }
}

/// The metaclass that derives from all the bases' metaclasses.
fn most_derived(
    thread: &mut Thread,
    metaclass: Ref<TypeObject>,
    bases: Ref<Tuple>,
) -> PyResult<Ref<TypeObject>> {
    let mut winner = metaclass;
    for base in bases.iter() {
        let class = base.class();
        if winner.is_subtype_of(&class) {
            continue;
        }
        if class.is_subtype_of(&winner) {
            winner = class;
            continue;
        }
        return Err(thread.type_error(
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
        ));
    }
    Ok(winner)
}

fn prepare(
    thread: &mut Thread,
    metaclass: Value,
    name: Ref<Str>,
    bases: Ref<Tuple>,
    keyword_names: Ref<Tuple>,
    keyword_values: &Buffer,
) -> PyResult {
    let attribute = PREPARE.get(thread);
    let is_type = metaclass == Ref::from_static(&types::TYPE).value();
    let method = if is_type {
        None
    } else {
        protocol::find_attribute(thread, metaclass, attribute)?
    };
    let Some(method) = method else {
        return Ok(Dict::new(thread).value());
    };
    let namespace = with_keywords(
        thread,
        &[name.value(), bases.value()],
        keyword_names,
        keyword_values,
        |thread, args| protocol::call(thread, method, args),
    )?;
    let class = namespace.class();
    if class.slot(grwl_object::slots::SUBSCRIPT).is_none() {
        let shown = match metaclass.downcast::<TypeObject>() {
            Some(metaclass) => metaclass.name().to_string(),
            None => "<metaclass>".to_owned(),
        };
        return Err(thread.type_error(format_args!(
            "{shown}.__prepare__() must return a mapping, not {}",
            class.name()
        )));
    }
    Ok(namespace)
}

/// Runs a class's body in its namespace. What it returns is the cell `__class__`, or `None`.
fn run_body(thread: &mut Thread, body: Ref<Function>, namespace: Value) -> PyResult {
    thread.check_stack()?;
    run_in(thread, body, namespace)
}

/// Runs the code of a function without parameters with `locals` as its namespace.
///
/// # Errors
/// What the code raises.
pub fn run_in(thread: &mut Thread, function: Ref<Function>, locals: Value) -> PyResult {
    let callee = calls::push_bound(thread, function, Args::positional(&[]))?;
    // SAFETY: a fresh frame.
    unsafe { (*callee).locals = Some(locals) };
    match run::run(thread, callee, None)? {
        Sent::Returned(value) | Sent::Yielded(value) => Ok(value),
    }
}

/// The cell `__class__` must hold the class now: `type.__new__` was given it.
fn check_class_cell(
    thread: &mut Thread,
    name: Ref<Str>,
    class: Value,
    cell: Value,
) -> PyResult<()> {
    let Some(cell) = cell.downcast_exact::<ClosureCell>() else {
        return Ok(());
    };
    if class.downcast::<TypeObject>().is_none() {
        return Ok(());
    }
    match cell.contents.load() {
        Some(found) if found == class => Ok(()),
        None => {
            let shown = protocol::repr(thread, class)?;
            let quoted = protocol::repr(thread, name.value())?;
            Err(thread.runtime_error(format_args!(
                "__class__ not set defining {quoted} as {shown}. Was __classcell__ propagated to type.__new__?"
            )))
        }
        Some(found) => {
            let found = protocol::repr(thread, found)?;
            let shown = protocol::repr(thread, class)?;
            let quoted = protocol::repr(thread, name.value())?;
            Err(thread.type_error(format_args!(
                "__class__ set to {found} defining {quoted} as {shown}"
            )))
        }
    }
}
