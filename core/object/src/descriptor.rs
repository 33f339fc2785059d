//! Descriptors: what stands in the dicts of types and answers when an attribute is got, stored or deleted.
//!
//! Here is how they lie in memory; what they do is in `grwl-types-class`.
//!
//! Invariants: what a descriptor of a built-in type leads to (its class, its table entry) never changes. A property, a class method and a
//! static method may be given new contents by a second `__init__`, so their parts are slots.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Size, Trace};
use grwl_threads::sync::{AtomicBool, Ordering};
use grwl_value::{Slot, Value};

use crate::arguments::Args;
use crate::cell::{Cell, Ref, ValueExt};
use crate::dunder::Dunder;
use crate::instance::Attributes;
use crate::native::{GetSet, Method};
use crate::result::PyResult;
use crate::string::{Str, intern};
use crate::thread::Thread;
use crate::type_object::TypeObject;
use crate::types;

fn class_in(slot: &Slot) -> Ref<TypeObject> {
    let class = slot.load().expect("a descriptor has a class");
    // SAFETY: the slot holds a type.
    unsafe { class.downcast_unchecked() }
}

fn str_in(slot: &Slot) -> Ref<Str> {
    let name = slot.load().expect("a descriptor has a name");
    // SAFETY: the slot holds a string.
    unsafe { name.downcast_unchecked() }
}

/// `property`
#[repr(C)]
pub struct Property {
    header: Header,
    /// The getter.
    pub get: Slot,
    /// The setter.
    pub set: Slot,
    /// The deleter.
    pub delete: Slot,
    /// `__doc__`
    pub doc: Slot,
    /// `__name__`, if it was set.
    pub name: Slot,
    /// `__doc__` is the getter's.
    pub getter_doc: AtomicBool,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for Property {
    fn type_object() -> &'static TypeObject {
        &types::PROPERTY
    }
}

/// The heap's view of properties.
pub static PROPERTY_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Property, get) as u32,
        count: 5,
    },
    size: Size::Fixed(size_of::<Property>()),
    drop: None,
    name: "property",
};

impl Property {
    /// An empty one, of exactly the type `property`.
    pub fn new(thread: &Thread) -> Ref<Self> {
        // SAFETY: `PROPERTY` is the type.
        unsafe {
            thread.new_cell(&types::PROPERTY, |header| Self {
                header,
                get: Slot::empty(),
                set: Slot::empty(),
                delete: Slot::empty(),
                doc: Slot::empty(),
                name: Slot::empty(),
                getter_doc: AtomicBool::new(false),
            })
        }
    }

    /// The function that gets.
    pub fn getter(&self) -> Option<Value> {
        self.get.load().and_then(ValueExt::not_none)
    }

    /// The function that sets.
    pub fn setter(&self) -> Option<Value> {
        self.set.load().and_then(ValueExt::not_none)
    }

    /// The function that deletes.
    pub fn deleter(&self) -> Option<Value> {
        self.delete.load().and_then(ValueExt::not_none)
    }

    /// Is `__doc__` the getter's?
    pub fn has_getter_doc(&self) -> bool {
        self.getter_doc.load(Ordering::Relaxed)
    }
}

/// `classmethod` and `staticmethod`
#[repr(C)]
pub struct ClassMethod {
    header: Header,
    /// What is bound, or not bound.
    pub function: Slot,
    /// `__dict__`
    pub attributes: Attributes,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for ClassMethod {
    fn type_object() -> &'static TypeObject {
        &types::CLASS_METHOD
    }
}

/// The heap's view of class methods and static methods.
pub static CLASS_METHOD_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(ClassMethod, function) as u32,
        count: 1 + Attributes::WORDS,
    },
    size: Size::Fixed(size_of::<ClassMethod>()),
    drop: None,
    name: "class method",
};

impl ClassMethod {
    /// One of `class`, which is `classmethod` or `staticmethod` itself, without the attributes of what it wraps.
    pub fn new(thread: &Thread, class: &'static TypeObject, function: Option<Value>) -> Ref<Self> {
        // SAFETY: both types have this layout.
        unsafe {
            thread.new_cell(class, |header| Self {
                header,
                function: Slot::new(function),
                attributes: Attributes::new(),
            })
        }
    }

    /// The contents, of a class method or a static method or an instance of a subclass of one.
    pub fn of(value: Value) -> Option<Ref<Self>> {
        let class = value.class();
        let fits =
            class.is_subtype_of(&types::CLASS_METHOD) || class.is_subtype_of(&types::STATIC_METHOD);
        // SAFETY: both types have this layout.
        fits.then(|| unsafe { Ref::from_cell(value.as_cell().expect("it is a cell")) })
    }

    /// What it wraps.
    pub fn callable(&self) -> Option<Value> {
        self.function.load()
    }
}

/// `getset_descriptor` and `member_descriptor`: a computed attribute of a built-in type, or a `__slots__` member.
#[repr(C)]
pub struct GetSetDescriptor {
    header: Header,
    class: Slot,
    name: Slot,
    /// `None`: a member.
    table: Option<&'static GetSet>,
    offset: usize,
}

// SAFETY: repr(C), begins with a header; never changed.
unsafe impl Cell for GetSetDescriptor {
    fn type_object() -> &'static TypeObject {
        &types::GETSET_DESCRIPTOR
    }
}

/// The heap's view of computed attributes.
pub static GETSET_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(GetSetDescriptor, class) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<GetSetDescriptor>()),
    drop: None,
    name: "computed attribute",
};

impl GetSetDescriptor {
    /// For an entry of a type's table.
    pub fn new(thread: &Thread, class: Ref<TypeObject>, table: &'static GetSet) -> Ref<Self> {
        let name = intern(thread, table.name);
        let kind = if table.is_member {
            &types::MEMBER_DESCRIPTOR
        } else {
            &types::GETSET_DESCRIPTOR
        };
        // SAFETY: both types have this layout.
        unsafe {
            thread.new_cell(kind, |header| Self {
                header,
                class: Slot::new(Some(class.value())),
                name: Slot::new(Some(name.value())),
                table: Some(table),
                offset: 0,
            })
        }
    }

    /// For a `__slots__` member at a byte offset.
    pub fn member(
        thread: &Thread,
        class: Ref<TypeObject>,
        name: Ref<Str>,
        offset: usize,
    ) -> Ref<Self> {
        // SAFETY: the type has this layout.
        unsafe {
            thread.new_cell(&types::MEMBER_DESCRIPTOR, |header| Self {
                header,
                class: Slot::new(Some(class.value())),
                name: Slot::new(Some(name.value())),
                table: None,
                offset,
            })
        }
    }

    /// The contents, of either type.
    pub fn of(value: Value) -> Option<Ref<Self>> {
        let class = value.class();
        let fits = std::ptr::eq(class.as_ptr(), &types::GETSET_DESCRIPTOR)
            || std::ptr::eq(class.as_ptr(), &types::MEMBER_DESCRIPTOR);
        // SAFETY: both types have this layout.
        fits.then(|| unsafe { Ref::from_cell(value.as_cell().expect("it is a cell")) })
    }

    /// `__objclass__`
    pub fn class(&self) -> Ref<TypeObject> {
        class_in(&self.class)
    }

    /// `__name__`
    pub fn name(&self) -> Ref<Str> {
        str_in(&self.name)
    }

    /// The table's entry, unless it is a `__slots__` member.
    pub fn table(&self) -> Option<&'static GetSet> {
        self.table
    }

    /// Where a `__slots__` member lies.
    #[inline(always)]
    pub fn offset(&self) -> Option<usize> {
        self.table.is_none().then_some(self.offset)
    }
}

/// `method_descriptor` and `classmethod_descriptor`: a method of a built-in type.
#[repr(C)]
pub struct MethodDescriptor {
    header: Header,
    class: Slot,
    method: &'static Method,
}

// SAFETY: repr(C), begins with a header; never changed.
unsafe impl Cell for MethodDescriptor {
    fn type_object() -> &'static TypeObject {
        &types::METHOD_DESCRIPTOR
    }
}

/// The heap's view of methods of built-in types.
pub static METHOD_DESCRIPTOR_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(MethodDescriptor, class) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<MethodDescriptor>()),
    drop: None,
    name: "method of a built-in type",
};

impl MethodDescriptor {
    /// `kind` is `method_descriptor` or `classmethod_descriptor`.
    pub fn new(
        thread: &Thread,
        kind: &'static TypeObject,
        class: Ref<TypeObject>,
        method: &'static Method,
    ) -> Ref<Self> {
        // SAFETY: both types have this layout.
        unsafe {
            thread.new_cell(kind, |header| Self {
                header,
                class: Slot::new(Some(class.value())),
                method,
            })
        }
    }

    /// The contents, of either type.
    pub fn of(value: Value) -> Option<Ref<Self>> {
        let class = value.class();
        let fits = std::ptr::eq(class.as_ptr(), &types::METHOD_DESCRIPTOR)
            || std::ptr::eq(class.as_ptr(), &types::CLASS_METHOD_DESCRIPTOR);
        // SAFETY: both types have this layout.
        fits.then(|| unsafe { Ref::from_cell(value.as_cell().expect("it is a cell")) })
    }

    /// `__objclass__`
    pub fn class(&self) -> Ref<TypeObject> {
        class_in(&self.class)
    }

    /// The table's entry.
    #[inline(always)]
    pub fn method(&self) -> &'static Method {
        self.method
    }
}

/// `wrapper_descriptor`: a slot of a built-in type as a method, `int.__add__`.
#[repr(C)]
pub struct WrapperDescriptor {
    header: Header,
    class: Slot,
    dunder: &'static Dunder,
    function: *const (),
}

// SAFETY: repr(C), begins with a header; never changed.
unsafe impl Cell for WrapperDescriptor {
    fn type_object() -> &'static TypeObject {
        &types::WRAPPER_DESCRIPTOR
    }
}

/// The heap's view of slot wrappers.
pub static WRAPPER_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(WrapperDescriptor, class) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<WrapperDescriptor>()),
    drop: None,
    name: "slot wrapper",
};

impl WrapperDescriptor {
    /// The method `dunder` of `class`, whose slot holds `function`.
    pub(crate) fn new(
        thread: &Thread,
        class: Ref<TypeObject>,
        dunder: &'static Dunder,
        function: *const (),
    ) -> Ref<Self> {
        // SAFETY: the type has this layout.
        unsafe {
            thread.new_cell(&types::WRAPPER_DESCRIPTOR, |header| Self {
                header,
                class: Slot::new(Some(class.value())),
                dunder,
                function,
            })
        }
    }

    /// `__objclass__`
    pub fn class(&self) -> Ref<TypeObject> {
        class_in(&self.class)
    }

    /// The table's entry.
    pub fn dunder(&self) -> &'static Dunder {
        self.dunder
    }

    /// Calls the slot with a receiver whose type fits.
    ///
    /// # Errors
    /// What the slot raises; `TypeError` if the arguments do not fit.
    pub fn invoke(&self, thread: &mut Thread, receiver: Value, args: Args<'_>) -> PyResult {
        match self.dunder.wrap {
            Some(wrap) => wrap(thread, receiver, args, self.function),
            None => Err(thread.system_error("a slot without a wrapper")),
        }
    }

    /// The slot's function: of the type that the table's entry says.
    pub fn function(&self) -> *const () {
        self.function
    }
}

/// `method-wrapper`: a slot wrapper bound to an object.
#[repr(C)]
pub struct MethodWrapper {
    header: Header,
    descriptor: Slot,
    receiver: Slot,
}

// SAFETY: repr(C), begins with a header; never changed.
unsafe impl Cell for MethodWrapper {
    fn type_object() -> &'static TypeObject {
        &types::METHOD_WRAPPER
    }
}

/// The heap's view of bound slot wrappers.
pub static METHOD_WRAPPER_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(MethodWrapper, descriptor) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<MethodWrapper>()),
    drop: None,
    name: "bound slot wrapper",
};

impl MethodWrapper {
    /// `descriptor` bound to `receiver`, whose type fits.
    pub fn new(thread: &Thread, descriptor: Ref<WrapperDescriptor>, receiver: Value) -> Ref<Self> {
        // SAFETY: the type has this layout.
        unsafe {
            thread.new_cell(&types::METHOD_WRAPPER, |header| Self {
                header,
                descriptor: Slot::new(Some(descriptor.value())),
                receiver: Slot::new(Some(receiver)),
            })
        }
    }

    /// The slot wrapper.
    pub fn descriptor(&self) -> Ref<WrapperDescriptor> {
        let descriptor = self.descriptor.load().expect("set when it was made");
        // SAFETY: the slot holds a slot wrapper.
        unsafe { descriptor.downcast_unchecked() }
    }

    /// `__self__`
    pub fn receiver(&self) -> Value {
        self.receiver.load().expect("set when it was made")
    }
}

/// `super`
#[repr(C)]
pub struct Super {
    header: Header,
    /// `__thisclass__`
    pub this_class: Slot,
    /// `__self__`
    pub receiver: Slot,
    /// `__self_class__`
    pub self_class: Slot,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for Super {
    fn type_object() -> &'static TypeObject {
        &types::SUPER
    }
}

/// The heap's view of `super` objects.
pub static SUPER_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Super, this_class) as u32,
        count: 3,
    },
    size: Size::Fixed(size_of::<Super>()),
    drop: None,
    name: "super",
};

impl Super {
    /// One of exactly the type `super`.
    pub fn new(
        thread: &Thread,
        this_class: Option<Value>,
        receiver: Option<Value>,
        self_class: Option<Value>,
    ) -> Ref<Self> {
        // SAFETY: the type has this layout.
        unsafe {
            thread.new_cell(&types::SUPER, |header| Self {
                header,
                this_class: Slot::new(this_class),
                receiver: Slot::new(receiver),
                self_class: Slot::new(self_class),
            })
        }
    }
}
