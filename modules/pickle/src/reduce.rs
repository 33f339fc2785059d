//! Objects by what `__reduce__` returned: a function and its arguments, and what is done to the result.

use grwl_object::dict::Dict;
use grwl_object::{
    PyResult, Raised, Ref, Str, Thread, Tuple, TypeObject, Value, ValueExt, protocol, slots,
};

use crate::opcode::*;
use crate::save::Save;
use crate::{PICKLING_ERROR, from_module, noted, optional, pickling_error_about};

/// A function that pickles stand in for with an operation of their own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Special {
    No,
    NewObject,
    NewObjectWithNames,
}

fn special(thread: &mut Thread, function: Value) -> PyResult<Special> {
    let name = optional(thread, function, "__name__")?;
    Ok(match name.and_then(ValueExt::downcast::<Str>) {
        Some(name) if name.is_str("__newobj__") => Special::NewObject,
        Some(name) if name.is_str("__newobj_ex__") => Special::NewObjectWithNames,
        _ => Special::No,
    })
}

fn is_callable(value: Value) -> bool {
    value.class().slot(slots::CALL).is_some()
}

/// Checks that a class is the one of the object.
fn check_class(
    thread: &mut Thread,
    class: Value,
    object: Option<Value>,
    function: &str,
) -> PyResult<()> {
    if class.downcast::<TypeObject>().is_none() {
        let message = format!("first argument to {function}() must be a class, not {{}}");
        return Err(pickling_error_about(thread, &message, class));
    }
    if let Some(object) = object {
        let own = protocol::get_attribute_str(thread, object, "__class__")?;
        if own != class {
            let own = protocol::repr(thread, own)?;
            let class = protocol::repr(thread, class)?;
            return Err(PICKLING_ERROR.raise(
                thread,
                format_args!("first argument to {function}() must be {own}, not {class}"),
            ));
        }
    }
    Ok(())
}

#[cold]
fn noted_if(thread: &mut Thread, raised: Raised, object: Option<Value>, what: &str) -> Raised {
    match object {
        Some(object) => noted(thread, raised, object, what),
        None => raised,
    }
}

impl Save {
    fn part(
        &mut self,
        thread: &mut Thread,
        value: Value,
        object: Option<Value>,
        what: &str,
    ) -> PyResult<()> {
        self.save(thread, value)
            .map_err(|raised| noted_if(thread, raised, object, what))
    }

    /// Writes an object by its parts.
    pub(crate) fn reduced(
        &mut self,
        thread: &mut Thread,
        parts: &[Value],
        object: Option<Value>,
    ) -> PyResult<()> {
        if !(2..=6).contains(&parts.len()) {
            let message = "tuple returned by __reduce__ must contain 2 through 6 elements";
            return Err(PICKLING_ERROR.raise(thread, message));
        }
        let function = parts[0];
        let rest = |index: usize| parts.get(index).copied().and_then(ValueExt::not_none);
        let (state, elements, items, setter) = (rest(2), rest(3), rest(4), rest(5));
        if !is_callable(function) {
            let message = "first item of the tuple returned by __reduce__ must be callable, not {}";
            return Err(pickling_error_about(thread, message, function));
        }
        let Some(args) = parts[1].downcast::<Tuple>() else {
            let message = "second item of the tuple returned by __reduce__ must be a tuple, not {}";
            return Err(pickling_error_about(thread, message, parts[1]));
        };
        let check_iterator = |thread: &mut Thread, value: Option<Value>, which: &str| match value {
            Some(value) if value.class().slot(slots::NEXT).is_none() => {
                let message = format!(
                    "{which} item of the tuple returned by __reduce__ must be an iterator, not {{}}"
                );
                Err(pickling_error_about(thread, &message, value))
            }
            _ => Ok(()),
        };
        check_iterator(thread, elements, "fourth")?;
        check_iterator(thread, items, "fifth")?;
        if let Some(setter) = setter
            && !is_callable(setter)
        {
            let message = "sixth item of the tuple returned by __reduce__ must be callable, not {}";
            return Err(pickling_error_about(thread, message, setter));
        }
        let kind = if self.protocol >= 2 {
            special(thread, function)?
        } else {
            Special::No
        };
        match kind {
            Special::NewObjectWithNames => self.new_with_names(thread, args, object)?,
            Special::NewObject => self.new_object(thread, args, object)?,
            Special::No => {
                self.part(thread, function, object, "reconstructor")?;
                self.part(thread, args.value(), object, "reconstructor arguments")?;
                self.output.op(REDUCE);
            }
        }
        if let Some(object) = object {
            match self.known(object) {
                // It contains itself, so it was written meanwhile.
                Some(number) => {
                    self.output.op(POP);
                    self.get(number);
                }
                None => self.memoize(thread, object)?,
            }
        }
        let container = object.unwrap_or(function);
        if let Some(elements) = elements {
            let mut next = |thread: &mut Thread| protocol::next(thread, elements);
            self.elements(thread, container, &mut next)?;
        }
        if let Some(items) = items {
            let mut next = |thread: &mut Thread| {
                let Some(item) = protocol::next(thread, items)? else {
                    return Ok(None);
                };
                match item.downcast::<Tuple>() {
                    Some(pair) if pair.len() == 2 => Ok(Some((pair.at(0), pair.at(1)))),
                    _ => Err(thread.type_error("dict items iterator must return 2-tuples")),
                }
            };
            self.items(thread, container, &mut next)?;
        }
        let Some(state) = state else { return Ok(()) };
        let Some(setter) = setter else {
            self.part(thread, state, object, "state")?;
            self.output.op(BUILD);
            return Ok(());
        };
        self.part(thread, setter, object, "state setter")?;
        self.save(thread, container)?;
        self.part(thread, state, object, "state")?;
        // What the setter returns is of no interest.
        self.output.write(&[TUPLE2, REDUCE, POP]);
        Ok(())
    }

    fn new_object(
        &mut self,
        thread: &mut Thread,
        args: Ref<Tuple>,
        object: Option<Value>,
    ) -> PyResult<()> {
        let Some((&class, rest)) = args.as_slice().split_first() else {
            let message = "__newobj__ expected at least 1 argument, got 0";
            return Err(PICKLING_ERROR.raise(thread, message));
        };
        check_class(thread, class, object, "__newobj__")?;
        let rest = Tuple::try_new(thread, rest)?.value();
        self.part(thread, class, object, "class")?;
        self.part(thread, rest, object, "__new__ arguments")?;
        self.output.op(NEWOBJ);
        Ok(())
    }

    fn new_with_names(
        &mut self,
        thread: &mut Thread,
        args: Ref<Tuple>,
        object: Option<Value>,
    ) -> PyResult<()> {
        let &[class, args, names] = args.as_slice() else {
            let count = args.len();
            return Err(PICKLING_ERROR.raise(
                thread,
                format_args!("__newobj_ex__ expected 3 arguments, got {count}"),
            ));
        };
        check_class(thread, class, object, "__newobj_ex__")?;
        let Some(args) = args.downcast::<Tuple>() else {
            let message = "second argument to __newobj_ex__() must be a tuple, not {}";
            return Err(pickling_error_about(thread, message, args));
        };
        let Some(names) = names.downcast::<Dict>() else {
            let message = "third argument to __newobj_ex__() must be a dict, not {}";
            return Err(pickling_error_about(thread, message, names));
        };
        if self.protocol >= 4 {
            self.part(thread, class, object, "class")?;
            self.part(thread, args.value(), object, "__new__ arguments")?;
            self.part(thread, names.value(), object, "__new__ arguments")?;
            self.output.op(NEWOBJ_EX);
            return Ok(());
        }
        let partial = from_module(thread, "functools", "partial")?;
        let new = protocol::get_attribute_str(thread, class, "__new__")?;
        let mut all = grwl_object::Buffer::from_slice(thread, &[new, class])?;
        for &arg in args.as_slice() {
            all.push(thread, arg)?;
        }
        let mut keys = grwl_object::Buffer::new();
        for (key, value, _) in names.cursor() {
            keys.push(thread, key)?;
            all.push(thread, value)?;
        }
        let keys = Tuple::try_new(thread, &keys)?;
        let args = grwl_object::Args::new(&all, (!keys.is_empty()).then_some(keys));
        let made = protocol::call(thread, partial, args)?;
        self.part(thread, made, object, "reconstructor")?;
        self.save(thread, Tuple::empty().value())?;
        self.output.op(REDUCE);
        Ok(())
    }

    /// `getattr`, as older protocols write it.
    pub(crate) fn getattr(&mut self, thread: &mut Thread) -> PyResult<()> {
        let getattr = from_module(thread, "builtins", "getattr")?;
        self.save(thread, getattr)
    }
}
