//! Modules: objects whose attributes are a dict from birth.
//!
//! Invariant: the attributes are in dict mode, unless `module.__new__` was called without `__init__` and nothing was stored yet.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Size, Trace};
use grwl_value::Value;

use crate::cell::{Cell, Ref};
use crate::dict::Dict;
use crate::instance::{self, Attributes};
use crate::names::Name;
use crate::native::Method;
use crate::result::PyResult;
use crate::string::Str;
use crate::thread::Thread;
use crate::type_object::TypeObject;
use crate::types;

/// `module`
#[repr(C)]
pub struct Module {
    header: Header,
    /// `__dict__`
    pub attributes: Attributes,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for Module {
    fn type_object() -> &'static TypeObject {
        &types::MODULE
    }
}

/// The heap's view of modules.
pub static MODULE_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Module, attributes) as u32,
        count: Attributes::WORDS,
    },
    size: Size::Fixed(size_of::<Module>()),
    drop: None,
    name: "module",
};

static NAME: Name = Name::new("__name__");
static DOC: Name = Name::new("__doc__");
static PACKAGE: Name = Name::new("__package__");
static LOADER: Name = Name::new("__loader__");
static SPEC: Name = Name::new("__spec__");

impl Module {
    /// A module with these attributes.
    pub fn with_dict(thread: &Thread, dict: Ref<Dict>) -> Ref<Self> {
        let class = Ref::from_static(&types::MODULE);
        let attributes = instance::attributes_with_dict(thread, class, dict);
        // SAFETY: the type has this layout.
        unsafe { thread.new_cell(&types::MODULE, |header| Self { header, attributes }) }
    }

    /// A module as `types.ModuleType(name, doc)` makes it.
    ///
    /// # Errors
    /// `MemoryError`; what a safepoint raises.
    pub fn new(thread: &mut Thread, name: Ref<Str>, doc: Option<Value>) -> PyResult<Ref<Self>> {
        let dict = Dict::new(thread);
        fill(thread, dict, name.value(), doc)?;
        Ok(Self::with_dict(thread, dict))
    }
}

/// Sets what each module has at the beginning.
///
/// # Errors
/// `MemoryError`; what a safepoint raises.
pub fn fill(thread: &mut Thread, dict: Ref<Dict>, name: Value, doc: Option<Value>) -> PyResult<()> {
    let none = crate::singleton::none();
    let entries = [
        (&NAME, name),
        (&DOC, doc.unwrap_or(none)),
        (&PACKAGE, none),
        (&LOADER, none),
        (&SPEC, none),
    ];
    for (key, value) in entries {
        let key = key.get(thread);
        dict.set_str(thread, key, value)?;
    }
    Ok(())
}

impl Ref<Module> {
    /// `__dict__`; `None` of a module that was never initialised.
    #[inline]
    pub fn existing_dict(self) -> Option<Ref<Dict>> {
        self.attributes.dict()
    }

    /// `__dict__`
    ///
    /// # Errors
    /// `MemoryError`; what a safepoint raises.
    pub fn dict(self, thread: &mut Thread) -> PyResult<Ref<Dict>> {
        match self.existing_dict() {
            Some(dict) => Ok(dict),
            None => {
                let dict = instance::dict_of(thread, self.value())?;
                Ok(dict.expect("a module has attributes"))
            }
        }
    }

    /// Adds the functions of a table.
    ///
    /// # Errors
    /// `MemoryError`; what a safepoint raises.
    pub fn add_functions(self, thread: &mut Thread, functions: &'static [Method]) -> PyResult<()> {
        let dict = self.dict(thread)?;
        let name = NAME.get(thread);
        let module = dict.get_str(name);
        for function in functions {
            let name = crate::string::intern(thread, function.name);
            let made =
                crate::function::BuiltinFunction::new(thread, function, Some(self.value()), module);
            dict.set_str(thread, name, made.value())?;
        }
        Ok(())
    }

    /// Adds a value under a name.
    ///
    /// # Errors
    /// `MemoryError`; what a safepoint raises.
    pub fn add(self, thread: &mut Thread, name: &str, value: Value) -> PyResult<()> {
        let dict = self.dict(thread)?;
        let name = crate::string::intern(thread, name);
        dict.set_str(thread, name, value)
    }
}
