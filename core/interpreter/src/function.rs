//! Python functions and the cells of closures.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::dict::Dict;
use grwl_object::instance::Attributes;
use grwl_object::{
    Cell, Declaration, Name, PyResult, Ref, Slot, Str, Thread, Tuple, TypeObject, Value, ValueExt,
    flags, types,
};

use crate::code::{Code, code_flags};

/// `function`
pub static FUNCTION: TypeObject = TypeObject::declare(&Declaration {
    name: "function",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::HAS_DICT | flags::WEAK_REFERENCES | flags::METHOD_DESCRIPTOR,
    cell: &FUNCTION_CELL,
    kind: Kind::Traced,
    size: size_of::<Function>(),
    attributes: offset_of!(Function, attributes),
});

const FIRST_SLOT: usize = offset_of!(Function, code);
// Not to the struct's end: it has padding, which is anything.
const END: usize = offset_of!(Function, attributes) + size_of::<Attributes>();
const SLOTS: usize = (END - FIRST_SLOT) / size_of::<Slot>();

static FUNCTION_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: FIRST_SLOT as u32,
        count: SLOTS as u32,
    },
    size: Size::Fixed(size_of::<Function>()),
    drop: None,
    name: "function",
};

/// A function. All slots may be stored to by Python code; readers take no lock.
#[repr(C)]
pub struct Function {
    header: Header,
    /// `__code__`
    pub code: Slot,
    /// `__globals__`: a dict.
    pub globals: Slot,
    /// `__builtins__`: a dict, or whatever mapping stands in `__globals__`.
    pub builtins: Slot,
    /// `__defaults__`: a tuple, or empty.
    pub defaults: Slot,
    /// `__kwdefaults__`: a dict, or empty.
    pub kwdefaults: Slot,
    /// `__closure__`: a tuple of cells, or empty.
    pub closure: Slot,
    /// `__name__`
    pub name: Slot,
    /// `__qualname__`
    pub qualified_name: Slot,
    /// `__doc__`
    pub doc: Slot,
    /// `__module__`
    pub module: Slot,
    /// `__annotations__`, once made.
    pub annotations: Slot,
    /// `__annotate__`
    pub annotate: Slot,
    /// `__type_params__`
    pub type_params: Slot,
    /// `__dict__`
    pub attributes: Attributes,
}

// SAFETY: repr(C), begins with a header; the slots are atomic.
unsafe impl Cell for Function {
    fn type_object() -> &'static TypeObject {
        &FUNCTION
    }
}

static NAME: Name = Name::new("__name__");
static BUILTINS: Name = Name::new("__builtins__");

impl Function {
    /// A function of `code` with these globals.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn new(
        thread: &mut Thread,
        code: Ref<Code>,
        globals: Ref<Dict>,
        qualified_name: Option<Ref<Str>>,
    ) -> PyResult<Ref<Self>> {
        let builtins = builtins_of(thread, globals)?;
        let module = globals.get_str(NAME.get(thread));
        let doc = if code.flags & code_flags::HAS_DOCSTRING != 0 {
            let constants = code.consts();
            constants.iter().next().unwrap_or_else(grwl_object::none)
        } else {
            grwl_object::none()
        };
        let full = |value: Value| Slot::new(Some(value));
        // SAFETY: the class is `function`, which cannot be subclassed.
        Ok(unsafe {
            thread.new_cell(&FUNCTION, |header| Self {
                header,
                code: full(code.value()),
                globals: full(globals.value()),
                builtins: full(builtins),
                defaults: Slot::empty(),
                kwdefaults: Slot::empty(),
                closure: Slot::empty(),
                name: full(code.name().value()),
                qualified_name: full(
                    qualified_name
                        .unwrap_or_else(|| code.qualified_name())
                        .value(),
                ),
                doc: full(doc),
                module: full(module.unwrap_or_else(grwl_object::none)),
                annotations: Slot::empty(),
                annotate: Slot::empty(),
                type_params: Slot::empty(),
                attributes: Attributes::new(),
            })
        })
    }

    /// `__code__`
    #[inline(always)]
    pub fn code(&self) -> Ref<Code> {
        let code = self.code.load().expect("a function has code");
        // SAFETY: the slot holds code.
        unsafe { code.downcast_unchecked() }
    }

    /// `__globals__`
    #[inline(always)]
    pub fn globals(&self) -> Ref<Dict> {
        let globals = self.globals.load().expect("a function has globals");
        // SAFETY: the slot holds a dict.
        unsafe { globals.downcast_unchecked() }
    }

    /// The builtins that its code sees.
    #[inline(always)]
    pub fn builtins(&self) -> Value {
        self.builtins.load().expect("a function has builtins")
    }

    /// `__defaults__`
    #[inline(always)]
    pub fn defaults(&self) -> Option<Ref<Tuple>> {
        // SAFETY: the slot holds a tuple or nothing.
        self.defaults
            .load()
            .map(|value| unsafe { value.downcast_unchecked() })
    }

    /// `__kwdefaults__`
    pub fn kwdefaults(&self) -> Option<Ref<Dict>> {
        // SAFETY: the slot holds a dict or nothing.
        self.kwdefaults
            .load()
            .map(|value| unsafe { value.downcast_unchecked() })
    }

    /// `__closure__`
    #[inline(always)]
    pub fn closure(&self) -> Option<Ref<Tuple>> {
        // SAFETY: the slot holds a tuple or nothing.
        self.closure
            .load()
            .map(|value| unsafe { value.downcast_unchecked() })
    }

    /// `__qualname__`
    pub fn qualified_name(&self) -> Ref<Str> {
        let name = self.qualified_name.load().expect("a function has a name");
        // SAFETY: the slot holds a string.
        unsafe { name.downcast_unchecked() }
    }
}

/// Stores the `__annotate__` function, which is named after the function that it describes; its code is not.
pub fn set_annotate(thread: &Thread, function: Ref<Function>, annotate: Value) {
    if let Some(inner) = annotate.downcast_exact::<Function>() {
        let name = function.qualified_name().to_rust_lossy();
        let name = Str::new(thread, &format!("{name}.__annotate__")).value();
        thread.store(inner, &inner.qualified_name, Some(name));
    }
    thread.store(function, &function.annotate, Some(annotate));
}

/// The builtins that code with these globals sees: what `__builtins__` names, a module's dict if it is a module; else those of the
/// running code.
///
/// # Errors
/// What looking it up raises.
pub fn builtins_of(thread: &mut Thread, globals: Ref<Dict>) -> PyResult {
    if let Some(found) = globals.get_str(BUILTINS.get(thread)) {
        if let Some(module) = found.downcast::<grwl_object::module::Module>() {
            return Ok(module.dict(thread)?.value());
        }
        return Ok(found);
    }
    match crate::frame::current(thread) {
        // SAFETY: the topmost frame is alive.
        Some(frame) => Ok(unsafe { frame.as_ref() }.builtins),
        None => Ok(crate::builtins_dict(thread).value()),
    }
}

/// `cell`
pub static CELL: TypeObject = TypeObject::declare(&Declaration {
    name: "cell",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: 0,
    cell: &CELL_CELL,
    kind: Kind::Traced,
    size: size_of::<ClosureCell>(),
    attributes: 0,
});

static CELL_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(ClosureCell, contents) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<ClosureCell>()),
    drop: None,
    name: "cell",
};

/// A variable that inner functions share.
#[repr(C)]
pub struct ClosureCell {
    header: Header,
    /// What the variable holds; empty: it is unbound.
    pub contents: Slot,
    _padding: u64,
}

// SAFETY: repr(C), begins with a header; the slot is atomic.
unsafe impl Cell for ClosureCell {
    fn type_object() -> &'static TypeObject {
        &CELL
    }
}

impl ClosureCell {
    /// A cell.
    pub fn new(thread: &Thread, contents: Option<Value>) -> Ref<Self> {
        // SAFETY: the class is `cell`, which cannot be subclassed.
        unsafe {
            thread.new_cell(&CELL, |header| Self {
                header,
                contents: Slot::new(contents),
                _padding: 0,
            })
        }
    }
}
