//! Functions: their types, how an instance comes by its address, and what a call does around the foreign one.

use std::ffi::CString;
use std::mem::offset_of;

use grwl_heap::{CellType, Kind as Memory, Size, Trace};
use grwl_object::bytes::Bytes;
use grwl_object::protocol::convert;
use grwl_object::{
    Args, Buffer, Cell, Declaration, GetSet, PyResult, Ref, Slot, Str, Thread, Tuple, TypeObject,
    TypeSpec, Value, ValueExt, audit, flags, int, none, protocol, slots, types,
};

use crate::data::{self, DATA, Data, FIRST_SLOT, SLOTS};
use crate::info::{Changing, Info, Kind, flag};
use crate::meta::{self, ARGUMENT_ERROR, FUNCTION_TYPE};
use crate::{call, callback, code, instances};

grwl_object::names! {
    ARGTYPES = "_argtypes_";
    CHECKER = "_check_retval_";
    FLAGS = "_flags_";
    FROM_PARAM = "from_param";
    FROM_OUT = "__ctypes_from_outparam__";
    RESTYPE = "_restype_";
}

/// So many arguments at most.
pub(crate) const MOST_ARGUMENTS: usize = 1024;

/// `_ctypes.CFuncPtr`
#[repr(C)]
pub struct Function {
    data: Data,
    callable: Slot,
    restype: Slot,
    checker: Slot,
    errcheck: Slot,
    /// A tuple: what was given as `argtypes`, and the `from_param`s.
    argtypes: Slot,
    paramflags: Slot,
    thunk: Slot,
}

// SAFETY: repr(C), begins with a `Data`; the slots are atomic.
unsafe impl Cell for Function {
    fn type_object() -> &'static TypeObject {
        &FUNCTION
    }
}

const _: () = assert!(offset_of!(Function, callable) == FIRST_SLOT + SLOTS as usize * 8);

static FUNCTION_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: FIRST_SLOT as u32,
        count: SLOTS + 7,
    },
    size: Size::Fixed(size_of::<Function>()),
    drop: None,
    name: "C function",
};

/// `_ctypes.CFuncPtr`
pub(crate) static FUNCTION: TypeObject = TypeObject::declare(&Declaration {
    name: "_ctypes.CFuncPtr",
    base: Some(&DATA),
    class: &FUNCTION_TYPE,
    flags: flags::BASE,
    cell: &FUNCTION_CELL,
    kind: Memory::Traced,
    size: size_of::<Function>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("Function Pointer"),
    slots: &[
        slots::NEW.is(new),
        slots::REPR.is(|thread, this| Ok(instances::plain_repr(thread, this))),
        slots::CALL.is(call_function),
        slots::BOOL.is(|_, this| Ok(data::own(this).pointer() != 0)),
        slots::GET_BUFFER.is(instances::get_buffer),
    ],
    getset: &[
        GetSet::new(
            "errcheck",
            |_, this| Ok(own(this).errcheck.load().unwrap_or_else(none)),
            set_errcheck,
            Some("a function to check for errors"),
        ),
        GetSet::new(
            "restype",
            |_, this| {
                let info = Info::of(&this.class());
                let own = own(this).restype.load();
                let restype = own.or_else(|| info?.restype.load());
                Ok(restype.unwrap_or_else(none))
            },
            set_restype,
            Some("specify the result type"),
        ),
        GetSet::new(
            "argtypes",
            |_, this| {
                let info = Info::of(&this.class());
                let own = own(this).argtypes.load();
                let own = own.and_then(Value::downcast::<Tuple>);
                let argtypes = own.map(|own| own.at(0));
                let argtypes = argtypes.or_else(|| info?.argtypes.load());
                Ok(argtypes.unwrap_or_else(none))
            },
            set_argtypes,
            Some("specify the argument types"),
        ),
    ],
    ..TypeSpec::NONE
};

fn own(this: Value) -> Ref<Function> {
    // SAFETY: descriptors and slots call a type's functions with its instances only.
    unsafe { this.downcast_unchecked::<Function>() }
}

fn is_callable(value: Value) -> bool {
    value.class().slot(slots::CALL).is_some()
}

/// The `from_param`s of argument types.
fn converters_of(thread: &mut Thread, argtypes: Value) -> PyResult<Ref<Tuple>> {
    let Ok(classes) = protocol::collect(thread, argtypes) else {
        return Err(thread.type_error("_argtypes_ must be a sequence of types"));
    };
    if classes.len() > MOST_ARGUMENTS {
        return Err(ARGUMENT_ERROR.raise(
            thread,
            format_args!(
                "_argtypes_ has too many arguments ({}), maximum is {MOST_ARGUMENTS}",
                classes.len()
            ),
        ));
    }
    let mut converters = Buffer::new();
    for (index, &class) in classes.iter().enumerate() {
        let name = FROM_PARAM.get(thread);
        let Some(converter) = protocol::find_attribute(thread, class, name)? else {
            let number = index + 1;
            return Err(thread.type_error(format_args!(
                "item {number} in _argtypes_ has no from_param method"
            )));
        };
        converters.push(thread, converter)?;
    }
    Tuple::try_new(thread, &converters)
}

/// What checks results of a type, if it has something that does.
fn checker_of(thread: &mut Thread, restype: Value) -> PyResult<Option<Value>> {
    let name = CHECKER.get(thread);
    protocol::find_attribute(thread, restype, name)
}

fn is_result_type(restype: Value) -> bool {
    restype.is_none() || Info::of_value(restype).is_some() || is_callable(restype)
}

/// `PyCFuncPtrType.__init__`
pub(crate) fn init_type(thread: &mut Thread, class: Value, _args: Args<'_>) -> PyResult<()> {
    let own = meta::own(class);
    let info = Info::begin(thread, own, Kind::Function)?;
    info.set_format(thread, "X{}");
    let size = size_of::<usize>();
    info.set_layout(size, size, 1);
    let dict = own.dict();
    let name = FLAGS.get(thread);
    let function_flags = dict.get_str(name).filter(|&flags| int::is_int(flags));
    let Some(function_flags) = function_flags else {
        return Err(thread.type_error("class must define _flags_ which must be an integer"));
    };
    let function_flags = code::mask(thread, function_flags)?;
    info.set_flags(function_flags & 0xff | flag::IS_POINTER);
    let name = ARGTYPES.get(thread);
    if let Some(argtypes) = dict.get_str(name) {
        let converters = converters_of(thread, argtypes)?;
        thread.store(info, &info.argtypes, Some(argtypes));
        thread.store(info, &info.converters, Some(converters.value()));
    }
    let name = RESTYPE.get(thread);
    if let Some(restype) = dict.get_str(name) {
        if !is_result_type(restype) {
            return Err(thread.type_error("_restype_ must be a type, a callable, or None"));
        }
        let checker = checker_of(thread, restype)?;
        thread.store(info, &info.restype, Some(restype));
        thread.store(info, &info.checker, checker);
    }
    Ok(())
}

fn set_errcheck(thread: &mut Thread, this: Value, new: Option<Value>) -> PyResult<()> {
    if new.is_some_and(|new| !is_callable(new)) {
        return Err(thread.type_error("the errcheck attribute must be callable"));
    }
    let function = own(this);
    thread.store(function, &function.errcheck, new);
    Ok(())
}

fn set_restype(thread: &mut Thread, this: Value, new: Option<Value>) -> PyResult<()> {
    let function = own(this);
    let checker = match new {
        None => None,
        Some(new) if !is_result_type(new) => {
            return Err(thread.type_error("restype must be a type, a callable, or None"));
        }
        Some(new) => checker_of(thread, new)?,
    };
    thread.store(function, &function.checker, checker);
    thread.store(function, &function.restype, new);
    Ok(())
}

fn set_argtypes(thread: &mut Thread, this: Value, new: Option<Value>) -> PyResult<()> {
    let function = own(this);
    let both = match new.and_then(ValueExt::not_none) {
        None => None,
        Some(new) => {
            let converters = converters_of(thread, new)?;
            check_paramflags(thread, Some(new), function.paramflags.load())?;
            Some(Tuple::try_new(thread, &[new, converters.value()])?.value())
        }
    };
    thread.store(function, &function.argtypes, both);
    Ok(())
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    match *args.by_position() {
        [] => Ok(data::new(thread, class)?.value()),
        [spec, ref rest @ ..] if spec.downcast::<Tuple>().is_some() => {
            from_library(thread, class, spec, rest)
        }
        [address] if int::is_int(address) => {
            let address = meta::address(thread, address)?;
            let made = data::new(thread, class)?;
            data::set_fresh_pointer(made, address);
            Ok(made.value())
        }
        [callable] => from_callable(thread, class, callable),
        ref given => Err(thread.type_error(format_args!(
            "function takes exactly 1 argument ({} given)",
            given.len()
        ))),
    }
}

fn from_callable(thread: &mut Thread, class: Ref<TypeObject>, callable: Value) -> PyResult {
    if !is_callable(callable) {
        return Err(thread.type_error("argument must be callable or integer function address"));
    }
    let argtypes = Info::of(&class).and_then(|info| Some((info, info.argtypes.load()?)));
    let Some((info, argtypes)) = argtypes else {
        return Err(thread.type_error("cannot construct instance of this class: no argtypes"));
    };
    let restype = info.restype.load().unwrap_or_else(none);
    let uses_errno = info.has_flag(flag::USE_ERRNO);
    let thunk = callback::new(thread, callable, argtypes, restype, uses_errno)?;
    let made = data::new(thread, class)?;
    let function = own(made.value());
    thread.store(function, &function.callable, Some(callable));
    thread.store(function, &function.thunk, Some(thunk.value()));
    data::set_fresh_pointer(made, thunk.address());
    data::store(thread, made, 0, Some(thunk.value()), || ())?;
    Ok(made.value())
}

/// The name of a function, for the dynamic loader.
fn function_name(thread: &mut Thread, name: Value) -> PyResult<CString> {
    if name.downcast::<Bytes>().is_none() && name.downcast::<Str>().is_none() {
        return Err(thread.type_error("function name must be string, bytes object or integer"));
    }
    meta::symbol_name(thread, name, "CFuncPtr", "argument 1")
}

fn from_library(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    spec: Value,
    rest: &[Value],
) -> PyResult {
    if rest.len() > 1 {
        return Err(thread.type_error(format_args!(
            "function takes at most 2 arguments ({} given)",
            rest.len() + 1
        )));
    }
    let paramflags = rest.first().copied().and_then(ValueExt::not_none);
    let given = spec.downcast::<Tuple>().map(Ref::<Tuple>::as_slice);
    let Some(&[given_name, library]) = given else {
        return Err(thread.type_error("illegal func_spec argument"));
    };
    let name = function_name(thread, given_name)?;
    audit::audit(thread, "ctypes.dlsym", &[library, given_name])?;
    let handle = meta::handle_of(thread, library)?;
    let address = match meta::symbol(thread, handle, &name) {
        Ok(address) => address,
        Err(error) => {
            let text =
                error.unwrap_or_else(|| format!("function '{}' not found", name.to_string_lossy()));
            return Err(thread.raise(&types::ATTRIBUTE_ERROR, text));
        }
    };
    let Some(info) = Info::of(&class) else {
        return Err(thread.type_error("abstract class"));
    };
    check_paramflags(thread, info.argtypes.load(), paramflags)?;
    let made = data::new(thread, class)?;
    let function = own(made.value());
    thread.store(function, &function.paramflags, paramflags);
    thread.store(function, &function.callable, Some(made.value()));
    data::set_fresh_pointer(made, address);
    data::store(thread, made, 0, Some(library), || ())?;
    Ok(made.value())
}

/// Where a parameter's value comes from and goes to.
mod direction {
    pub(super) const IN: i64 = 1;
    pub(super) const OUT: i64 = 2;
    pub(super) const LCID: i64 = 4;
    pub(super) const ALL: i64 = IN | OUT | LCID;
}

/// One of the tuples of `paramflags`.
struct ParameterFlag {
    flag: i64,
    name: Option<Ref<Str>>,
    default: Option<Value>,
}

fn parameter_flag(thread: &mut Thread, item: Value) -> PyResult<Option<ParameterFlag>> {
    let Some(item) = item.downcast::<Tuple>() else {
        return Ok(None);
    };
    let [flag, rest @ ..] = item.as_slice() else {
        return Ok(None);
    };
    if rest.len() > 2 {
        return Ok(None);
    }
    let Ok(flag) = convert::as_i32(thread, *flag) else {
        return Ok(None);
    };
    let name = match rest.first() {
        None => None,
        Some(name) if name.is_none() => None,
        Some(name) => match name.downcast::<Str>() {
            Some(name) => Some(name),
            None => return Ok(None),
        },
    };
    Ok(Some(ParameterFlag {
        flag: flag.into(),
        name,
        default: rest.get(1).copied(),
    }))
}

fn check_paramflags(
    thread: &mut Thread,
    argtypes: Option<Value>,
    paramflags: Option<Value>,
) -> PyResult<()> {
    let (Some(paramflags), Some(argtypes)) = (paramflags, argtypes) else {
        return Ok(());
    };
    let Some(paramflags) = paramflags.downcast::<Tuple>() else {
        return Err(thread.type_error("paramflags must be a tuple or None"));
    };
    let argtypes = protocol::collect(thread, argtypes)?;
    if paramflags.len() != argtypes.len() {
        return Err(thread.value_error("paramflags must have the same length as argtypes"));
    }
    for (index, item) in paramflags.iter().enumerate() {
        let Some(parameter) = parameter_flag(thread, item)? else {
            return Err(thread
                .type_error("paramflags must be a sequence of (int [,string [,value]]) tuples"));
        };
        match parameter.flag & direction::ALL {
            0 | direction::IN | 5 | 3 => {}
            direction::OUT => check_out_type(thread, argtypes[index], index + 1)?,
            _ => {
                return Err(thread.type_error(format_args!(
                    "paramflag value {} not supported",
                    parameter.flag
                )));
            }
        }
    }
    Ok(())
}

/// Only addresses can be given to a function for what it gives back.
fn check_out_type(thread: &Thread, class: Value, number: usize) -> PyResult<()> {
    if meta::is_of_kind(class, Kind::Pointer) || meta::is_of_kind(class, Kind::Array) {
        return Ok(());
    }
    let letter = Info::of_value(class).and_then(|info| info.letter());
    if matches!(letter, Some(b'P' | b'z' | b'Z')) {
        return Ok(());
    }
    let name = match class.downcast::<TypeObject>() {
        Some(class) => class.name().to_string(),
        None => class.class().name().to_string(),
    };
    Err(thread.type_error(format_args!(
        "'out' parameter {number} must be a pointer type, not {name}"
    )))
}

/// What a call passes, and which of it the result is made of: the places of values that go in and come out, and of those that only come out.
struct Passed {
    values: Buffer,
    in_out: Vec<usize>,
    out: Vec<usize>,
}

/// The arguments of a call by a function's `paramflags`.
fn passed(
    thread: &mut Thread,
    paramflags: Ref<Tuple>,
    argtypes: &[Value],
    args: Args<'_>,
) -> PyResult<Passed> {
    let mut passed = Passed {
        values: Buffer::new(),
        in_out: Vec::new(),
        out: Vec::new(),
    };
    let given = args.by_position();
    let mut used = 0;
    for (index, (&class, item)) in argtypes.iter().zip(paramflags.iter()).enumerate() {
        let Some(parameter) = parameter_flag(thread, item)? else {
            return Err(thread
                .type_error("paramflags must be a sequence of (int [,string [,value]]) tuples"));
        };
        let value = match parameter.flag & direction::ALL {
            5 => parameter.default.unwrap_or(Value::small(0)),
            0 | direction::IN | 3 => {
                if parameter.flag & direction::ALL == 3 {
                    passed.in_out.push(index);
                }
                let by_name = || {
                    let name = parameter.name?;
                    let found = args.by_name().find(|(other, _)| other.equals(&name));
                    found.map(|(_, value)| value)
                };
                match given.get(used).copied().or_else(by_name) {
                    Some(value) => {
                        used += 1;
                        value
                    }
                    None => match (parameter.default, parameter.name) {
                        (Some(default), _) => default,
                        (None, Some(name)) => {
                            return Err(thread
                                .type_error(format_args!("required argument '{name}' missing")));
                        }
                        (None, None) => return Err(thread.type_error("not enough arguments")),
                    },
                }
            }
            direction::OUT => {
                passed.out.push(index);
                match parameter.default {
                    Some(default) => default,
                    None => out_value(thread, class)?,
                }
            }
            other => {
                return Err(
                    thread.value_error(format_args!("paramflag {other} not yet implemented"))
                );
            }
        };
        passed.values.push(thread, value)?;
    }
    let count = args.values().len();
    if count != used {
        return Err(thread.type_error(format_args!(
            "call takes exactly {used} arguments ({count} given)"
        )));
    }
    Ok(passed)
}

/// A fresh instance for a function to fill.
fn out_value(thread: &mut Thread, class: Value) -> PyResult {
    if meta::is_of_kind(class, Kind::Array) {
        return protocol::call_positional(thread, class, &[]);
    }
    let Some(info) = Info::of_value(class) else {
        return Err(thread.runtime_error("NULL stginfo unexpected"));
    };
    match info.target() {
        Some(target) => protocol::call_positional(thread, target.value(), &[]),
        None => {
            let name = meta::own(class).name().to_string();
            Err(thread.type_error(format_args!(
                "{name} 'out' parameter must be passed as default value"
            )))
        }
    }
}

/// What a call with `paramflags` gives: its result, or the values that come out.
fn result_of(thread: &mut Thread, result: Value, passed: &Passed) -> PyResult {
    if passed.in_out.is_empty() && passed.out.is_empty() {
        return Ok(result);
    }
    let mut values = Buffer::new();
    for (index, &value) in passed.values.iter().enumerate() {
        if passed.in_out.contains(&index) {
            values.push(thread, value)?;
        } else if passed.out.contains(&index) {
            let name = FROM_OUT.get(thread);
            let value = protocol::call_method(thread, value, name, &[])?;
            values.push(thread, value)?;
        }
    }
    match *values.as_slice() {
        [value] => Ok(value),
        ref values => Ok(Tuple::try_new(thread, values)?.value()),
    }
}

fn call_function(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let function = own(this);
    let Some(info) = Info::of(&this.class()) else {
        return Err(thread.type_error("abstract class"));
    };
    let own_types = function.argtypes.load().and_then(Value::downcast::<Tuple>);
    let (argtypes, converters) = match own_types {
        Some(both) => (Some(both.at(0)), Some(both.at(1))),
        None => (info.argtypes.load(), info.converters.load()),
    };
    let converters = converters.and_then(Value::downcast::<Tuple>);
    // What is checked was decided together with the type.
    let (restype, checker) = match function.restype.load() {
        Some(restype) => (
            Some(restype),
            function.checker.load().or_else(|| info.checker.load()),
        ),
        None => (info.restype.load(), info.checker.load()),
    };
    let paramflags = function
        .paramflags
        .load()
        .and_then(Value::downcast::<Tuple>);
    let passed = match (argtypes, paramflags) {
        (Some(argtypes), Some(paramflags)) if !paramflags.is_empty() => {
            let argtypes = protocol::collect(thread, argtypes)?;
            passed(thread, paramflags, &argtypes, args)?
        }
        _ => Passed {
            // Names mean nothing without flags.
            values: Buffer::from_slice(thread, args.by_position())?,
            in_out: Vec::new(),
            out: Vec::new(),
        },
    };
    if let Some(converters) = converters {
        let (required, actual) = (converters.len(), passed.values.len());
        let s = if required == 1 { "" } else { "s" };
        if required > actual {
            return Err(thread.type_error(format_args!(
                "this function takes at least {required} argument{s} ({actual} given)"
            )));
        }
    }
    let address = data::own(this).pointer();
    let result = call::call(
        thread,
        &call::Call {
            address,
            uses_errno: info.has_flag(flag::USE_ERRNO),
            converters,
            restype,
            checker,
        },
        &passed.values,
    )?;
    let Some(errcheck) = function.errcheck.load() else {
        return result_of(thread, result, &passed);
    };
    let given = Tuple::try_new(thread, &passed.values)?.value();
    let checked = protocol::call_positional(thread, errcheck, &[result, this, given])?;
    if checked == given {
        return result_of(thread, result, &passed);
    }
    Ok(checked)
}
