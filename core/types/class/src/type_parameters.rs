//! Type parameters of generic aliases and unions: finding them, and putting arguments in their places.

use grwl_object::list::List;
use grwl_object::{
    Buffer, PyResult, Ref, Str, Thread, Tuple, TypeObject, Value, ValueExt, ellipsis, none,
    protocol, slots, types,
};

use crate::names as n;

fn add_once(thread: &Thread, all: &mut Buffer, value: Value) -> PyResult<()> {
    if all.as_slice().contains(&value) {
        return Ok(());
    }
    all.push(thread, value)
}

fn find(thread: &mut Thread, args: &[Value], all: &mut Buffer) -> PyResult<()> {
    thread.check_stack()?;
    for &arg in args {
        // A class may have `__parameters__` of its own, which are not meant.
        if arg.downcast::<TypeObject>().is_some() {
            continue;
        }
        let key = n::SUBST.get(thread);
        if protocol::find_attribute(thread, arg, key)?.is_some() {
            add_once(thread, all, arg)?;
            continue;
        }
        if let Some(list) = arg.downcast::<List>() {
            let inner = list.snapshot(thread)?;
            find(thread, &inner, all)?;
        } else if let Some(tuple) = arg.downcast::<Tuple>() {
            find(thread, tuple.as_slice(), all)?;
        } else {
            let key = n::PARAMETERS.get(thread);
            let inner = protocol::find_attribute(thread, arg, key)?;
            if let Some(inner) = inner.and_then(|inner| inner.downcast::<Tuple>()) {
                for parameter in inner.iter() {
                    add_once(thread, all, parameter)?;
                }
            }
        }
    }
    Ok(())
}

/// The type parameters among arguments: `__parameters__`.
pub(crate) fn parameters(thread: &mut Thread, args: Ref<Tuple>) -> PyResult<Ref<Tuple>> {
    let mut all = Buffer::new();
    find(thread, args.as_slice(), &mut all)?;
    Tuple::try_new(thread, &all)
}

/// The arguments of a subscription; those that are unpacked tuples count as their elements.
fn unpack(thread: &mut Thread, item: Value) -> PyResult<Ref<Tuple>> {
    let given = match item.downcast::<Tuple>() {
        Some(tuple) => tuple,
        None => Tuple::try_new(thread, &[item])?,
    };
    let mut all = Buffer::new();
    for value in given.iter() {
        if value.downcast::<TypeObject>().is_some() {
            all.push(thread, value)?;
            continue;
        }
        let key = n::UNPACKED_ARGS.get(thread);
        let inner = protocol::find_attribute(thread, value, key)?;
        match inner.and_then(|inner| inner.downcast::<Tuple>()) {
            Some(inner) if !matches!(inner.as_slice().last(), Some(&last) if last == ellipsis()) => {
                for value in inner.iter() {
                    all.push(thread, value)?;
                }
            }
            _ => all.push(thread, value)?,
        }
    }
    Tuple::try_new(thread, &all)
}

fn is_unpacked(thread: &mut Thread, value: Value) -> PyResult<bool> {
    if value.downcast::<TypeObject>().is_some() {
        return Ok(false);
    }
    let key = n::UNPACKED.get(thread);
    match protocol::find_attribute(thread, value, key)? {
        Some(answer) => protocol::is_true(thread, answer),
        None => Ok(false),
    }
}

/// An argument that is generic itself, with the arguments for its parameters.
fn inside(thread: &mut Thread, value: Value, parameters: &[Value], items: &[Value]) -> PyResult {
    let key = n::PARAMETERS.get(thread);
    let own = protocol::find_attribute(thread, value, key)?;
    let Some(own) = own
        .and_then(|own| own.downcast::<Tuple>())
        .filter(|own| !own.is_empty())
    else {
        return Ok(value);
    };
    let mut args = Buffer::new();
    for parameter in own.iter() {
        match parameters.iter().position(|&other| other == parameter) {
            Some(index) => {
                let item = items[index];
                // The parameter stands for several.
                match item.downcast::<Tuple>() {
                    Some(several) if parameter.class().slot(slots::ITER).is_some() => {
                        for item in several.iter() {
                            args.push(thread, item)?;
                        }
                    }
                    _ => args.push(thread, item)?,
                }
            }
            None => args.push(thread, parameter)?,
        }
    }
    let args = Tuple::try_new(thread, &args)?;
    protocol::get_item(thread, value, args.value())
}

/// `alias[item]`: the arguments with the parameters replaced.
///
/// # Errors
/// `TypeError` if there are no parameters, or not as many as arguments.
pub(crate) fn substitute(
    thread: &mut Thread,
    alias: Value,
    args: Ref<Tuple>,
    parameters: Ref<Tuple>,
    item: Value,
) -> PyResult<Ref<Tuple>> {
    if parameters.is_empty() {
        let shown = protocol::repr(thread, alias)?;
        return Err(thread.type_error(format_args!("{shown} is not a generic class")));
    }
    let mut items = unpack(thread, item)?;
    for parameter in parameters.iter() {
        let key = n::PREPARE_SUBST.get(thread);
        let prepare = protocol::find_attribute(thread, parameter, key)?;
        if let Some(prepare) = prepare.and_then(ValueExt::not_none) {
            let prepared = protocol::call_positional(thread, prepare, &[alias, items.value()])?;
            items = match prepared.downcast::<Tuple>() {
                Some(prepared) => prepared,
                None => Tuple::try_new(thread, &[prepared])?,
            };
        }
    }
    if items.len() != parameters.len() {
        let shown = protocol::repr(thread, alias)?;
        let many = if items.len() > parameters.len() {
            "many"
        } else {
            "few"
        };
        return Err(thread.type_error(format_args!(
            "Too {many} arguments for {shown}; actual {}, expected {}",
            items.len(),
            parameters.len()
        )));
    }
    let (parameters, items) = (parameters.as_slice(), items.as_slice());
    let made = replace(thread, args.as_slice(), parameters, items)?;
    Tuple::try_new(thread, &made)
}

fn replace(
    thread: &mut Thread,
    args: &[Value],
    parameters: &[Value],
    items: &[Value],
) -> PyResult<Buffer> {
    thread.check_stack()?;
    let mut made = Buffer::new();
    for &arg in args {
        if arg.downcast::<TypeObject>().is_some() {
            made.push(thread, arg)?;
            continue;
        }
        if let Some(list) = arg.downcast::<List>() {
            let inner = list.snapshot(thread)?;
            let inner = replace(thread, &inner, parameters, items)?;
            made.push(thread, List::from_buffer(thread, inner).value())?;
            continue;
        }
        if let Some(tuple) = arg.downcast::<Tuple>() {
            let inner = replace(thread, tuple.as_slice(), parameters, items)?;
            made.push(thread, Tuple::try_new(thread, &inner)?.value())?;
            continue;
        }
        let unpacked = is_unpacked(thread, arg)?;
        let key = n::SUBST.get(thread);
        let subst = protocol::find_attribute(thread, arg, key)?;
        let index = parameters.iter().position(|&other| other == arg);
        let new = match (subst, index) {
            (Some(subst), Some(index)) => {
                protocol::call_positional(thread, subst, &[items[index]])?
            }
            (Some(_), None) => {
                let shown = protocol::repr(thread, arg)?;
                return Err(thread.type_error(format_args!(
                    "argument {shown} with __typing_subst__ was not found in __parameters__"
                )));
            }
            (None, _) => inside(thread, arg, parameters, items)?,
        };
        match new.downcast::<Tuple>() {
            Some(several) if unpacked => {
                for value in several.iter() {
                    made.push(thread, value)?;
                }
            }
            None if unpacked => {
                let shown = protocol::repr(thread, arg)?;
                return Err(thread.type_error(format_args!(
                    "expected {shown}.__typing_subst__ to return a tuple, not {}",
                    new.class().name()
                )));
            }
            _ => made.push(thread, new)?,
        }
    }
    Ok(made)
}

/// How an argument is shown: classes by their names.
pub(crate) fn shown(thread: &mut Thread, value: Value) -> PyResult<String> {
    if value == ellipsis() {
        return Ok("...".to_owned());
    }
    if value == Ref::from_static(&types::NONE_TYPE).value() {
        return Ok("None".to_owned());
    }
    if let Some(list) = value.downcast_exact::<List>() {
        let mut parts = Vec::new();
        for &item in list.snapshot(thread)?.as_slice() {
            parts.push(shown(thread, item)?);
        }
        return Ok(format!("[{}]", parts.join(", ")));
    }
    let origin = n::ORIGIN.get(thread);
    let args = n::ARGS.get(thread);
    let is_alias = protocol::find_attribute(thread, value, origin)?.is_some()
        && protocol::find_attribute(thread, value, args)?.is_some();
    if !is_alias {
        let qualname = n::QUALNAME.get(thread);
        let module = n::MODULE.get(thread);
        if let Some(name) = protocol::find_attribute(thread, value, qualname)?
            && let Some(module) =
                protocol::find_attribute(thread, value, module)?.filter(|&module| module != none())
        {
            let name = protocol::str(thread, name)?;
            let is_builtin = module
                .downcast::<Str>()
                .is_some_and(|module| module.is_str("builtins"));
            if is_builtin {
                return Ok(name.to_rust_lossy());
            }
            let module = protocol::str(thread, module)?;
            return Ok(format!("{module}.{name}"));
        }
    }
    Ok(protocol::repr(thread, value)?.to_rust_lossy())
}
