//! Pickling: `object.__reduce_ex__` and what belongs to it.

use grwl_object::class::import;
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::{
    Args, Buffer, PyResult, Ref, Thread, Tuple, TypeObject, Value, ValueExt, instance, none,
    protocol, slots, types,
};

use crate::names as n;

const COPYREG: &str = "copyreg";

pub(crate) fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    by_protocol(thread, value, 0)
}

pub(crate) fn reduce_ex(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let given = args.no_keywords(thread, "object.__reduce_ex__")?;
    let &[version] = given else {
        return Err(thread.type_error(format_args!(
            "object.__reduce_ex__() takes exactly one argument ({} given)",
            given.len()
        )));
    };
    let version = protocol::convert::as_i32(thread, version)?;
    let key = n::REDUCE.get(thread);
    if let Some(reduce) = protocol::find_attribute(thread, value, key)? {
        let of_class = protocol::get_attribute(thread, value.class().value(), key)?;
        if Some(of_class) != types::OBJECT.dict().get_str(key) {
            return protocol::call_positional(thread, reduce, &[]);
        }
    }
    by_protocol(thread, value, version)
}

fn by_protocol(thread: &mut Thread, value: Value, version: i32) -> PyResult {
    if version >= 2 {
        return new_object(thread, value);
    }
    let module = import(thread, COPYREG)?;
    let version = Value::small(i64::from(version));
    protocol::call_method(thread, module, n::REDUCE_EX.get(thread), &[value, version])
}

fn cannot_pickle(thread: &Thread, value: Value) -> grwl_object::Raised {
    thread.type_error(format_args!(
        "cannot pickle '{}' object",
        value.class().name()
    ))
}

/// The arguments of `__new__`: by position, and maybe by name.
type NewArguments = (Ref<Tuple>, Option<Ref<Dict>>);

/// What `__getnewargs_ex__` or `__getnewargs__` says.
fn new_arguments(thread: &mut Thread, value: Value) -> PyResult<Option<NewArguments>> {
    let key = n::GETNEWARGS_EX.get(thread);
    if let Some(method) = protocol::lookup_special(thread, value, key)? {
        let result = protocol::call_positional(thread, method, &[])?;
        let Some(pair) = result.downcast::<Tuple>() else {
            return Err(thread.type_error(format_args!(
                "__getnewargs_ex__ should return a tuple, not '{}'",
                result.class().name()
            )));
        };
        let &[first, second] = pair.as_slice() else {
            return Err(thread.value_error(format_args!(
                "__getnewargs_ex__ should return a tuple of length 2, not {}",
                pair.len()
            )));
        };
        let Some(args) = first.downcast::<Tuple>() else {
            return Err(thread.type_error(format_args!(
                "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{}'",
                first.class().name()
            )));
        };
        let Some(keywords) = second.downcast::<Dict>() else {
            return Err(thread.type_error(format_args!(
                "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{}'",
                second.class().name()
            )));
        };
        return Ok(Some((args, Some(keywords))));
    }
    let key = n::GETNEWARGS.get(thread);
    let Some(method) = protocol::lookup_special(thread, value, key)? else {
        return Ok(None);
    };
    let result = protocol::call_positional(thread, method, &[])?;
    match result.downcast::<Tuple>() {
        Some(args) => Ok(Some((args, None))),
        None => Err(thread.type_error(format_args!(
            "__getnewargs__ should return a tuple, not '{}'",
            result.class().name()
        ))),
    }
}

fn new_object(thread: &mut Thread, value: Value) -> PyResult {
    let class = value.class();
    if class.slot(slots::NEW).is_none() {
        return Err(cannot_pickle(thread, value));
    }
    let given = new_arguments(thread, value)?;
    let module = import(thread, COPYREG)?;
    let (function, args) = match given {
        Some((args, Some(keywords))) if !keywords.is_empty() => (
            n::NEWOBJ_EX.get(thread),
            Tuple::try_new(thread, &[class.value(), args.value(), keywords.value()])?,
        ),
        _ => {
            let mut all = Buffer::from_slice(thread, &[class.value()])?;
            for arg in given.iter().flat_map(|(args, _)| args.iter()) {
                all.push(thread, arg)?;
            }
            (n::NEWOBJ.get(thread), Tuple::try_new(thread, &all)?)
        }
    };
    let function = protocol::get_attribute(thread, module, function)?;
    let list = value.downcast::<List>();
    let dict = value.downcast::<Dict>();
    let is_required = given.is_none() && list.is_none() && dict.is_none();
    let state = state_of(thread, value, is_required)?;
    let items = match list {
        Some(_) => protocol::get_iter(thread, value)?,
        None => none(),
    };
    let pairs = match dict {
        Some(_) => {
            let key = n::ITEMS.get(thread);
            let pairs = protocol::call_method(thread, value, key, &[])?;
            protocol::get_iter(thread, pairs)?
        }
        None => none(),
    };
    Tuple::try_new(thread, &[function, args.value(), state, items, pairs]).map(Ref::value)
}

/// What the object's `__getstate__` says.
fn state_of(thread: &mut Thread, value: Value, is_required: bool) -> PyResult {
    let key = n::GETSTATE.get(thread);
    let found = grwl_object::attribute::lookup_type(thread, &value.class(), key);
    if found == types::OBJECT.dict().get_str(key) && !instance::has_own(value, key) {
        return default_state(thread, value, is_required);
    }
    protocol::call_method(thread, value, key, &[])
}

pub(crate) fn get_state(thread: &mut Thread, value: Value) -> PyResult {
    default_state(thread, value, false)
}

/// `copyreg._slotnames(class)`, which the class remembers.
fn slot_names(thread: &mut Thread, class: Ref<TypeObject>) -> PyResult<Option<Ref<List>>> {
    let key = n::SLOTNAMES.get(thread);
    let known = class.dict().get_str(key);
    let names = match known {
        Some(known) => known,
        None => {
            let module = import(thread, COPYREG)?;
            let function = n::SLOTNAMES_OF.get(thread);
            protocol::call_method(thread, module, function, &[class.value()])?
        }
    };
    if names.is_none() {
        return Ok(None);
    }
    match names.downcast::<List>() {
        Some(names) => Ok(Some(names)),
        None if known.is_some() => Err(thread.type_error(format_args!(
            "{}.__slotnames__ should be a list or None, not {}",
            class.name(),
            names.class().name()
        ))),
        None => Err(thread.type_error("copyreg._slotnames didn't return a list or None")),
    }
}

fn default_state(thread: &mut Thread, value: Value, is_required: bool) -> PyResult {
    let class = value.class();
    if is_required && !std::ptr::eq(class.payload(), types::OBJECT.payload()) {
        return Err(cannot_pickle(thread, value));
    }
    let state = match instance::copy_of_dict(thread, value)? {
        Some(dict) if !dict.is_empty() => dict.value(),
        _ => none(),
    };
    // Only a class with `__slots__` somewhere has members, unless it says so itself.
    let says_so = class.dict().get_str(n::SLOTNAMES.get(thread)).is_some();
    let has_members = says_so
        || class.mro().is_some_and(|order| {
            order.iter().any(|class| {
                class
                    .downcast::<TypeObject>()
                    .is_some_and(|class| class.extra_slot().load().is_some())
            })
        });
    if !has_members {
        return Ok(state);
    }
    let Some(names) = slot_names(thread, class)? else {
        return Ok(state);
    };
    let members = Dict::new(thread);
    for &name in names.snapshot(thread)?.as_slice() {
        let Some(key) = name.downcast::<grwl_object::Str>() else {
            return Err(thread.type_error("attribute name must be string"));
        };
        if let Some(member) = protocol::find_attribute(thread, value, key)? {
            members.insert(thread, name, member)?;
        }
    }
    if members.is_empty() {
        return Ok(state);
    }
    Tuple::try_new(thread, &[state, members.value()]).map(Ref::value)
}

/// `(getattr, (owner, name))`: how a method is pickled.
pub(crate) fn by_getattr(thread: &mut Thread, owner: Value, name: Value) -> PyResult {
    let builtins = import(thread, "builtins")?;
    let function = protocol::get_attribute(thread, builtins, n::GETATTR_FUNCTION.get(thread))?;
    let args = Tuple::try_new(thread, &[owner, name])?;
    Tuple::try_new(thread, &[function, args.value()]).map(Ref::value)
}
