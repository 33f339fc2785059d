//! Classes by their names or numbers, their instances, their states; objects that the program keeps elsewhere.
//!
//! A subclass's `find_class` is asked for every name, so that a program can forbid classes.

use grwl_object::dict::Dict;
use grwl_object::{
    Args, Buffer, PyResult, Ref, Str, Thread, Tuple, TypeObject, Value, ValueExt, intern,
    intern_str, protocol, slots,
};

use super::{Load, wrong};
use crate::unpickler::{UNPICKLER, find_class};
use crate::{from_module, optional};

impl Load<'_> {
    pub(super) fn find(&self, thread: &mut Thread, module: Value, name: Value) -> PyResult {
        let this = self.unpickler.value();
        if this.class() == Ref::from_static(&UNPICKLER) {
            return find_class(thread, self.unpickler, module, name);
        }
        let method = intern(thread, "find_class");
        protocol::call_method(thread, this, method, &[module, name])
    }

    pub(super) fn class(
        &mut self,
        thread: &mut Thread,
        module: Value,
        name: Value,
    ) -> PyResult<()> {
        let value = self.find(thread, module, name)?;
        self.push(thread, value)
    }

    pub(super) fn extension(&mut self, thread: &mut Thread, code: i64) -> PyResult<()> {
        if code <= 0 {
            return Err(wrong(thread, "EXT specifies code <= 0"));
        }
        let key = Value::small(code);
        let cache = from_module(thread, "copyreg", "_extension_cache")?;
        let cache = cache.downcast::<Dict>();
        if let Some(cache) = cache
            && let Some(known) = cache.get(thread, key)?
        {
            return self.push(thread, known);
        }
        let registry = from_module(thread, "copyreg", "_inverted_registry")?;
        let found = match registry.downcast::<Dict>() {
            Some(registry) => registry.get(thread, key)?,
            None => None,
        };
        let Some(found) = found else {
            return Err(thread.value_error(format_args!("unregistered extension code {code}")));
        };
        let pair = found.downcast::<Tuple>().filter(|pair| {
            pair.len() == 2 && pair.iter().all(|part| part.downcast::<Str>().is_some())
        });
        let Some(pair) = pair else {
            return Err(thread.value_error(format_args!(
                "_inverted_registry[{code}] isn't a 2-tuple of strings"
            )));
        };
        let value = self.find(thread, pair.at(0), pair.at(1))?;
        if let Some(cache) = cache {
            cache.insert(thread, key, value)?;
        }
        self.push(thread, value)
    }

    pub(super) fn new_object(&mut self, thread: &mut Thread, with_names: bool) -> PyResult<()> {
        let what = if with_names { "NEWOBJ_EX" } else { "NEWOBJ" };
        let names = if with_names {
            Some(self.pop(thread)?)
        } else {
            None
        };
        let args = self.pop(thread)?;
        let class = self.pop(thread)?;
        let Some(class) = class.downcast::<TypeObject>() else {
            return Err(wrong(
                thread,
                format_args!(
                    "{what} class argument must be a type, not {}",
                    class.class().name()
                ),
            ));
        };
        let Some(new) = class.slot(slots::NEW) else {
            return Err(wrong(
                thread,
                format_args!(
                    "{what} class argument '{}' doesn't have __new__",
                    class.name()
                ),
            ));
        };
        let Some(args) = args.downcast::<Tuple>() else {
            return Err(wrong(
                thread,
                format_args!(
                    "{what} args argument must be a tuple, not {}",
                    args.class().name()
                ),
            ));
        };
        let mut all = Buffer::from_slice(thread, args.as_slice())?;
        let mut keys = Buffer::new();
        if let Some(names) = names {
            let Some(names) = names.downcast::<Dict>() else {
                return Err(wrong(
                    thread,
                    format_args!(
                        "NEWOBJ_EX kwargs argument must be a dict, not {}",
                        names.class().name()
                    ),
                ));
            };
            for (key, value, _) in names.cursor() {
                if key.downcast::<Str>().is_none() {
                    return Err(thread.type_error("keywords must be strings"));
                }
                keys.push(thread, key)?;
                all.push(thread, value)?;
            }
        }
        let keys = Tuple::try_new(thread, &keys)?;
        let args = Args::new(&all, (!keys.is_empty()).then_some(keys));
        let value = new(thread, class, args)?;
        self.push(thread, value)
    }

    pub(super) fn build(&mut self, thread: &mut Thread) -> PyResult<()> {
        let mut state = self.pop(thread)?;
        let object = self.top(thread)?;
        if let Some(set_state) = optional(thread, object, "__setstate__")? {
            protocol::call_positional(thread, set_state, &[state])?;
            return Ok(());
        }
        let mut slot_state = None;
        if let Some(pair) = state.downcast::<Tuple>().filter(|pair| pair.len() == 2) {
            state = pair.at(0);
            slot_state = pair.at(1).not_none();
        }
        if !state.is_none() {
            let Some(state) = state.downcast::<Dict>() else {
                return Err(wrong(thread, "state is not a dictionary"));
            };
            let dict = protocol::get_attribute_str(thread, object, "__dict__")?;
            for (key, value, _) in state.cursor() {
                let key = match key.downcast_exact::<Str>() {
                    Some(name) => intern_str(thread, name).value(),
                    None => key,
                };
                protocol::set_item(thread, dict, key, value)?;
            }
        }
        if let Some(slot_state) = slot_state {
            let Some(slot_state) = slot_state.downcast::<Dict>() else {
                return Err(wrong(thread, "slot state is not a dictionary"));
            };
            for (key, value, _) in slot_state.cursor() {
                let Some(name) = key.downcast::<Str>() else {
                    return Err(thread.type_error(format_args!(
                        "attribute name must be string, not '{}'",
                        key.class().name()
                    )));
                };
                protocol::set_attribute(thread, object, name, value)?;
            }
        }
        Ok(())
    }

    pub(super) fn persistent(&mut self, thread: &mut Thread, id: Value) -> PyResult<()> {
        let Some(load) = self.persistent_load else {
            return Err(wrong(
                thread,
                "A load persistent id instruction was encountered, but no persistent_load function was specified.",
            ));
        };
        let value = protocol::call_positional(thread, load, &[id])?;
        self.push(thread, value)
    }
}

/// An instance, as old pickles make it.
pub(super) fn instantiate(thread: &mut Thread, class: Value, args: &[Value]) -> PyResult {
    if args.is_empty()
        && class.downcast::<TypeObject>().is_some()
        && optional(thread, class, "__getinitargs__")?.is_none()
    {
        let new = protocol::get_attribute_str(thread, class, "__new__")?;
        return protocol::call_positional(thread, new, &[class]);
    }
    protocol::call_positional(thread, class, args)
}
