//! What Rust code gives Python: functions, methods, computed attributes, and the tables in which a built-in type lists them.

use grwl_value::Value;

use crate::arguments::Args;
use crate::result::PyResult;
use crate::slots::SlotValue;
use crate::thread::Thread;

/// A function that Python can call. The first value is the receiver: the instance, the class for a class method, the module for a
/// module's function, `None` for a static method.
#[derive(Clone, Copy, Debug)]
pub enum NativeFn {
    /// Takes no arguments: `TypeError: f() takes no arguments (1 given)`.
    NoArguments(fn(&mut Thread, Value) -> PyResult),
    /// Takes exactly one, by position: `TypeError: f() takes exactly one argument (2 given)`.
    One(fn(&mut Thread, Value, Value) -> PyResult),
    /// Takes its arguments apart itself.
    Any(fn(&mut Thread, Value, Args<'_>) -> PyResult),
}

/// How a method is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// To the instance.
    Instance,
    /// To the class.
    Class,
    /// To nothing.
    Static,
}

/// A method of a built-in type, or a function of a module.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// What is called.
    pub function: NativeFn,
    /// How it is bound; of no meaning for a module's function.
    pub binding: Binding,
    /// `name($self, x, /)\n--\n\n` and a description; the first part becomes `__text_signature__`.
    pub doc: &'static str,
}

impl Method {
    /// A method without arguments.
    pub const fn no_arguments(
        name: &'static str,
        function: fn(&mut Thread, Value) -> PyResult,
        doc: &'static str,
    ) -> Self {
        Self {
            name,
            function: NativeFn::NoArguments(function),
            binding: Binding::Instance,
            doc,
        }
    }

    /// A method with one argument, by position.
    pub const fn one(
        name: &'static str,
        function: fn(&mut Thread, Value, Value) -> PyResult,
        doc: &'static str,
    ) -> Self {
        Self {
            name,
            function: NativeFn::One(function),
            binding: Binding::Instance,
            doc,
        }
    }

    /// A method with any arguments.
    pub const fn any(
        name: &'static str,
        function: fn(&mut Thread, Value, Args<'_>) -> PyResult,
        doc: &'static str,
    ) -> Self {
        Self {
            name,
            function: NativeFn::Any(function),
            binding: Binding::Instance,
            doc,
        }
    }

    /// The same as a class method.
    #[must_use]
    pub const fn of_class(mut self) -> Self {
        self.binding = Binding::Class;
        self
    }

    /// The same as a static method.
    #[must_use]
    pub const fn of_nothing(mut self) -> Self {
        self.binding = Binding::Static;
        self
    }
}

/// Reads a computed attribute.
pub type Getter = fn(&mut Thread, Value) -> PyResult;
/// Stores, or with `None` deletes, a computed attribute.
pub type Setter = fn(&mut Thread, Value, Option<Value>) -> PyResult<()>;

/// A computed attribute (`getset_descriptor`, or `member_descriptor` for what CPython has as a member).
#[derive(Clone, Copy, Debug)]
pub struct GetSet {
    /// Its name.
    pub name: &'static str,
    /// Reads it.
    pub get: Getter,
    /// Stores or deletes it; without, the attribute is read-only.
    pub set: Option<Setter>,
    /// Its description, if it has one.
    pub doc: Option<&'static str>,
    /// Shown as `<member ...>`, not as `<attribute ...>`.
    pub is_member: bool,
}

impl GetSet {
    /// A read-only attribute.
    pub const fn read_only(name: &'static str, get: Getter, doc: Option<&'static str>) -> Self {
        Self {
            name,
            get,
            set: None,
            doc,
            is_member: false,
        }
    }

    /// An attribute that can be stored.
    pub const fn new(
        name: &'static str,
        get: Getter,
        set: Setter,
        doc: Option<&'static str>,
    ) -> Self {
        Self {
            name,
            get,
            set: Some(set),
            doc,
            is_member: false,
        }
    }

    /// The same, shown as a member.
    #[must_use]
    pub const fn member(mut self) -> Self {
        self.is_member = true;
        self
    }
}

/// A constant in a type's dict: made when the type is made ready.
#[derive(Clone, Copy, Debug)]
pub struct Constant {
    /// Its name.
    pub name: &'static str,
    /// Makes it.
    pub make: fn(&mut Thread) -> PyResult,
}

/// What a built-in type can do.
#[derive(Clone, Copy)]
pub struct TypeSpec {
    /// `__doc__`, with a signature line first as [`Method::doc`].
    pub doc: Option<&'static str>,
    /// Its slots; the rest is inherited.
    pub slots: &'static [SlotValue],
    /// Its methods.
    pub methods: &'static [Method],
    /// Its computed attributes.
    pub getset: &'static [GetSet],
    /// Other entries of its dict (`__hash__ = None` comes by itself from the slot).
    pub constants: &'static [Constant],
}

impl TypeSpec {
    /// Nothing.
    pub const NONE: Self = Self {
        doc: None,
        slots: &[],
        methods: &[],
        getset: &[],
        constants: &[],
    };
}
