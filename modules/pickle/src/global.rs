//! Things by their names: functions, classes, and whatever says that it is found under a name.

use grwl_object::dict::Dict;
use grwl_object::{
    PyResult, Raised, Ref, Str, Thread, Tuple, Value, ValueExt, class, intern, protocol, types,
};

use crate::opcode::*;
use crate::save::Save;
use crate::{PICKLING_ERROR, because, from_module, optional};

#[cold]
fn cannot(thread: &mut Thread, object: Value, why: &str) -> Raised {
    match protocol::repr(thread, object) {
        Ok(shown) => PICKLING_ERROR.raise(thread, format_args!("Can't pickle {shown}: {why}")),
        Err(raised) => raised,
    }
}

/// The object that a dotted path leads to.
fn follow(thread: &mut Thread, start: Value, path: &[&str]) -> PyResult<Option<Value>> {
    let mut at = start;
    for name in path {
        match optional(thread, at, name)? {
            Some(found) => at = found,
            None => return Ok(None),
        }
    }
    Ok(Some(at))
}

/// The `AttributeError` of the first part of a path that is not there.
fn missing(thread: &mut Thread, start: Value, path: &[&str]) -> Option<Raised> {
    let mut at = start;
    for name in path {
        match protocol::get_attribute_str(thread, at, name) {
            Ok(found) => at = found,
            Err(raised) => return Some(raised),
        }
    }
    None
}

/// `sys.modules`
pub(crate) fn modules(thread: &mut Thread) -> PyResult {
    from_module(thread, "sys", "modules")
}

/// Imports a module by its whole name, and returns it as `sys.modules` has it.
pub(crate) fn import(thread: &mut Thread, name: Ref<Str>) -> PyResult {
    let import = from_module(thread, "builtins", "__import__")?;
    protocol::call_positional(thread, import, &[name.value()])?;
    let modules = modules(thread)?;
    protocol::get_item(thread, modules, name.value())
}

/// The module that an object says it is of, or the first that has it under this path.
fn module_of(thread: &mut Thread, object: Value, path: &[&str]) -> PyResult<Value> {
    if let Some(name) = optional(thread, object, "__module__")?.and_then(ValueExt::not_none) {
        return Ok(name);
    }
    let modules = modules(thread)?;
    let copy = protocol::call_method(thread, modules, intern(thread, "copy"), &[])?;
    if let Some(copy) = copy.downcast::<Dict>() {
        for (name, module, _) in copy.cursor() {
            let is_main = name
                .downcast::<Str>()
                .is_some_and(|name| name.is_str("__main__") || name.is_str("__mp_main__"));
            if is_main || module.is_none() {
                continue;
            }
            if follow(thread, module, path)? == Some(object) {
                return Ok(name);
            }
        }
    }
    Ok(intern(thread, "__main__").value())
}

impl Save {
    /// Writes an object by its name.
    pub(crate) fn global(
        &mut self,
        thread: &mut Thread,
        object: Value,
        name: Option<Value>,
    ) -> PyResult<()> {
        let name = match name {
            Some(name) => name,
            None => match optional(thread, object, "__qualname__")? {
                Some(name) => name,
                None => protocol::get_attribute_str(thread, object, "__name__")?,
            },
        };
        let Some(name) = name.downcast::<Str>() else {
            return Err(cannot(thread, object, "its name is no string"));
        };
        let shown_name = name.to_rust_lossy();
        let path: Vec<&str> = shown_name.split('.').collect();
        if path.contains(&"<locals>") {
            let shown = protocol::repr(thread, object)?;
            let message = format!("Can't pickle local object {shown}");
            return Err(PICKLING_ERROR.raise(thread, message));
        }
        let module_name = module_of(thread, object, &path)?;
        let Some(module_name) = module_name.downcast::<Str>() else {
            return Err(cannot(thread, object, "its module is no string"));
        };
        self.check(thread, object, module_name, name, &path)?;
        if self.protocol >= 2 {
            let registry = from_module(thread, "copyreg", "_extension_registry")?;
            let key = Tuple::try_new(thread, &[module_name.value(), name.value()])?.value();
            if let Some(registry) = registry.downcast::<Dict>()
                && let Some(code) = registry.get(thread, key)?
            {
                return self.extension(thread, object, code);
            }
        }
        if self.protocol >= 4 {
            let module_name = exact(thread, module_name)?;
            let name = exact(thread, name)?;
            self.save(thread, module_name)?;
            self.save(thread, name)?;
            self.output.op(STACK_GLOBAL);
        } else {
            let rest = &path[1..];
            for _ in rest {
                self.getattr(thread)?;
                if self.protocol < 2 {
                    self.output.op(MARK);
                }
            }
            let first = Str::new(thread, path[0]);
            let first = if rest.is_empty() { name } else { first };
            self.top_level(thread, module_name, first)?;
            for part in rest {
                let part = Str::new(thread, part).value();
                self.save(thread, part)?;
                self.output
                    .write(&[if self.protocol < 2 { TUPLE } else { TUPLE2 }, REDUCE]);
            }
        }
        self.memoize(thread, object)
    }

    /// Checks that the object is found under its name.
    fn check(
        &self,
        thread: &mut Thread,
        object: Value,
        module_name: Ref<Str>,
        name: Ref<Str>,
        path: &[&str],
    ) -> PyResult<()> {
        let module = match import(thread, module_name) {
            Ok(module) => module,
            Err(raised)
                if raised.matches(&types::IMPORT_ERROR)
                    || raised.matches(&types::VALUE_ERROR)
                    || raised.matches(&types::KEY_ERROR) =>
            {
                let why = protocol::str(thread, raised.0)?.to_rust_lossy();
                let made = cannot(thread, object, &why);
                return Err(because(thread, made, raised));
            }
            Err(raised) => return Err(raised),
        };
        let found = match path {
            // The name may have characters that UTF-8 cannot encode.
            [_] => protocol::find_attribute(thread, module, name)?,
            path => follow(thread, module, path)?,
        };
        match found {
            Some(found) if found == object => Ok(()),
            Some(_) => {
                let why = format!("it's not the same object as {module_name}.{name}");
                Err(cannot(thread, object, &why))
            }
            None => {
                let why = format!("it's not found as {module_name}.{name}");
                let made = cannot(thread, object, &why);
                Err(match missing(thread, module, path) {
                    Some(missing) => because(thread, made, missing),
                    None => made,
                })
            }
        }
    }

    fn extension(&mut self, thread: &mut Thread, object: Value, code: Value) -> PyResult<()> {
        let code = protocol::as_i64(thread, code).unwrap_or(0);
        let [a, b, c, d] = (code as u32).to_le_bytes();
        match code {
            1..=0xFF => self.output.write(&[EXT1, a]),
            0x100..=0xFFFF => self.output.write(&[EXT2, a, b]),
            0x1_0000..=0x7FFF_FFFF => self.output.write(&[EXT4, a, b, c, d]),
            _ => {
                let why = format!("extension code {code} is out of range");
                let shown = protocol::repr(thread, object)?;
                let message = format!("Can't pickle {shown}: {why}");
                return Err(thread.runtime_error(message));
            }
        }
        Ok(())
    }

    /// The name of a module and a name in it, as protocols below 4 have them.
    fn top_level(
        &mut self,
        thread: &mut Thread,
        mut module: Ref<Str>,
        mut name: Ref<Str>,
    ) -> PyResult<()> {
        if self.fix_imports && self.protocol < 3 {
            let compat = class::import(thread, "_compat_pickle")?;
            let names = protocol::get_attribute_str(thread, compat, "REVERSE_NAME_MAPPING")?;
            let imports = protocol::get_attribute_str(thread, compat, "REVERSE_IMPORT_MAPPING")?;
            (module, name) = renamed(thread, names, imports, module, name)?;
        }
        self.output.op(GLOBAL);
        for (text, what) in [(module, "module"), (name, "global")] {
            let encoding = if self.protocol < 3 { "ascii" } else { "utf-8" };
            match grwl_types_text::encode(thread, text, Some(encoding), None) {
                Ok(bytes) => self.output.write(&bytes),
                Err(raised) if raised.matches(&types::UNICODE_ENCODE_ERROR) => {
                    let shown = protocol::repr(thread, text.value())?;
                    let protocol = self.protocol;
                    let made = PICKLING_ERROR.raise(
                        thread,
                        format_args!(
                            "can't pickle {what} identifier {shown} using pickle protocol {protocol}"
                        ),
                    );
                    return Err(because(thread, made, raised));
                }
                Err(raised) => return Err(raised),
            }
            self.output.write(b"\n");
        }
        Ok(())
    }
}

fn exact(thread: &Thread, text: Ref<Str>) -> PyResult<Value> {
    if text.value().downcast_exact::<Str>().is_some() {
        return Ok(text.value());
    }
    Ok(Str::try_from_text(thread, text.text())?.value())
}

/// What two tables of `_compat_pickle` make of a module's name and a name in it.
pub(crate) fn renamed(
    thread: &mut Thread,
    names: Value,
    imports: Value,
    module: Ref<Str>,
    name: Ref<Str>,
) -> PyResult<(Ref<Str>, Ref<Str>)> {
    let pair = Tuple::try_new(thread, &[module.value(), name.value()])?.value();
    if let Some(names) = names.downcast::<Dict>()
        && let Some(found) = names.get(thread, pair)?
        && let Some(found) = found.downcast::<Tuple>().filter(|found| found.len() == 2)
        && let Some(module) = found.at(0).downcast::<Str>()
        && let Some(name) = found.at(1).downcast::<Str>()
    {
        return Ok((module, name));
    }
    if let Some(imports) = imports.downcast::<Dict>()
        && let Some(found) = imports.get(thread, module.value())?
        && let Some(module) = found.downcast::<Str>()
    {
        return Ok((module, name));
    }
    Ok((module, name))
}
