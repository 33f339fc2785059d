//! Functions made of Rust, and methods bound to an object.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Size, Trace};
use grwl_value::{Slot, Value};

use crate::arguments::Args;
use crate::cell::{Cell, Ref, ValueExt};
use crate::native::{Method, NativeFn};
use crate::result::PyResult;
use crate::string::Str;
use crate::thread::Thread;
use crate::type_object::TypeObject;
use crate::types;

/// `builtin_function_or_method`
#[repr(C)]
pub struct BuiltinFunction {
    header: Header,
    receiver: Slot,
    /// `__module__`
    module: Slot,
    method: &'static Method,
}

// SAFETY: repr(C), begins with a header; never changed.
unsafe impl Cell for BuiltinFunction {
    fn type_object() -> &'static TypeObject {
        &types::BUILTIN_FUNCTION
    }
}

/// The heap's view of built-in functions.
pub static BUILTIN_FUNCTION_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(BuiltinFunction, receiver) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<BuiltinFunction>()),
    drop: None,
    name: "built-in function",
};

impl BuiltinFunction {
    /// `method` bound to `receiver`: an instance, a class or a module; `None` for a static method. `module` is the name that
    /// `__module__` shows.
    pub fn new(
        thread: &Thread,
        method: &'static Method,
        receiver: Option<Value>,
        module: Option<Value>,
    ) -> Ref<Self> {
        // SAFETY: the type has this layout.
        unsafe {
            thread.new_cell(&types::BUILTIN_FUNCTION, |header| Self {
                header,
                receiver: Slot::new(receiver),
                module: Slot::new(module),
                method,
            })
        }
    }

    /// The table's entry.
    #[inline(always)]
    pub fn method(&self) -> &'static Method {
        self.method
    }

    /// `__self__`
    #[inline(always)]
    pub fn receiver(&self) -> Option<Value> {
        self.receiver.load()
    }

    /// `__module__`
    pub fn module(&self) -> Option<Value> {
        self.module.load()
    }

    /// Calls it.
    ///
    /// # Errors
    /// What the function raises; `TypeError` if the arguments do not fit.
    #[inline]
    pub fn call(&self, thread: &mut Thread, args: Args<'_>) -> PyResult {
        let receiver = self.receiver().unwrap_or_else(crate::singleton::none);
        call_native(thread, self.method, receiver, args, || {
            self.qualified_name()
        })
    }

    /// How messages call it: `list.append`, `len`, `math.sin`.
    pub fn qualified_name(&self) -> String {
        let name = self.method.name;
        match self.receiver() {
            Some(receiver) if receiver.downcast::<crate::module::Module>().is_none() => {
                match receiver.downcast::<TypeObject>() {
                    Some(class) => format!("{}.{name}", class.qualified_name()),
                    None => format!("{}.{name}", receiver.class().qualified_name()),
                }
            }
            _ => match self.module().and_then(|module| module.downcast::<Str>()) {
                Some(module) if !module.is_str("builtins") => format!("{}.{name}", *module),
                _ => name.to_owned(),
            },
        }
    }
}

/// Calls a function of a table. `name` is how messages call it.
///
/// # Errors
/// What the function raises; `TypeError` if the arguments do not fit.
#[inline]
pub fn call_native(
    thread: &mut Thread,
    method: &'static Method,
    receiver: Value,
    args: Args<'_>,
    name: impl FnOnce() -> String,
) -> PyResult {
    match method.function {
        NativeFn::NoArguments(function) if args.is_empty() => function(thread, receiver),
        NativeFn::One(function) if args.values().len() == 1 && args.names().is_none() => {
            function(thread, receiver, args.values()[0])
        }
        NativeFn::Any(function) => function(thread, receiver, args),
        NativeFn::NoArguments(_) => Err(wrong_count(thread, args, &name(), "no arguments")),
        NativeFn::One(_) => Err(wrong_count(thread, args, &name(), "exactly one argument")),
    }
}

#[cold]
fn wrong_count(thread: &Thread, args: Args<'_>, name: &str, takes: &str) -> crate::Raised {
    if args.keyword_count() > 0 {
        return thread.type_error(format_args!("{name}() takes no keyword arguments"));
    }
    let given = args.values().len();
    thread.type_error(format_args!("{name}() takes {takes} ({given} given)"))
}

/// `method`: a function bound to an object.
#[repr(C)]
pub struct BoundMethod {
    header: Header,
    function: Slot,
    receiver: Slot,
}

// SAFETY: repr(C), begins with a header; never changed.
unsafe impl Cell for BoundMethod {
    fn type_object() -> &'static TypeObject {
        &types::METHOD
    }
}

/// The heap's view of bound methods.
pub static BOUND_METHOD_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(BoundMethod, function) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<BoundMethod>()),
    drop: None,
    name: "bound method",
};

impl BoundMethod {
    /// `function` bound to `receiver`.
    #[inline]
    pub fn new(thread: &Thread, function: Value, receiver: Value) -> Ref<Self> {
        // SAFETY: the type has this layout.
        unsafe {
            thread.new_cell(&types::METHOD, |header| Self {
                header,
                function: Slot::new(Some(function)),
                receiver: Slot::new(Some(receiver)),
            })
        }
    }

    /// `__func__`
    #[inline(always)]
    pub fn function(&self) -> Value {
        self.function.load().expect("set when it was made")
    }

    /// `__self__`
    #[inline(always)]
    pub fn receiver(&self) -> Value {
        self.receiver.load().expect("set when it was made")
    }
}

/// Is it the built-in function with this name?
pub fn is_builtin_named(value: Value, name: &str) -> bool {
    value
        .downcast_exact::<BuiltinFunction>()
        .is_some_and(|function| function.method.name == name)
}
