//! The built-in types that this package lays out: one static each. Their behaviour comes from the packages under `core/types`.
//!
//! Packages above declare types of their own in the same way, and make them known by `ready`.

use grwl_heap::{CellType, Kind, Size, Trace};
use grwl_threads::sync::Mutex;

pub use crate::exception::types::*;
use crate::singleton::Singleton;
use crate::type_object::{Declaration, TypeObject, flags};

/// The heap's view of static objects: it never looks.
static SINGLETON_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<Singleton>()),
    drop: None,
    name: "singleton",
};

/// Types that were made ready: roots.
static READY: Mutex<Vec<&'static TypeObject>> = Mutex::new(Vec::new());

/// Makes a static type a root. Its attributes are traced from now on.
pub fn register(class: &'static TypeObject) {
    let mut ready = READY.lock();
    if !ready.iter().any(|known| std::ptr::eq(*known, class)) {
        ready.push(class);
    }
}

/// All static types that were registered.
pub fn for_each_static(mut act: impl FnMut(&'static TypeObject)) {
    for class in READY.lock().iter() {
        act(class);
    }
}

/// `object`
pub static OBJECT: TypeObject = TypeObject::declare(&Declaration {
    name: "object",
    base: None,
    class: &TYPE,
    flags: flags::BASE,
    cell: &crate::instance::OBJECT_CELL,
    kind: Kind::Traced,
    size: 16,
    attributes: 0,
});
/// `type`
pub static TYPE: TypeObject = TypeObject::declare(&Declaration {
    name: "type",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE | flags::TYPE | flags::WEAK_REFERENCES | flags::VARIABLE_SIZE,
    cell: &crate::type_object::TYPE_CELL,
    kind: Kind::Traced,
    size: size_of::<TypeObject>(),
    attributes: 0,
});
/// `NoneType`
pub static NONE_TYPE: TypeObject = TypeObject::declare(&Declaration {
    name: "NoneType",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: 0,
    cell: &SINGLETON_CELL,
    kind: Kind::Leaf,
    size: size_of::<Singleton>(),
    attributes: 0,
});
/// `NotImplementedType`
pub static NOT_IMPLEMENTED_TYPE: TypeObject = TypeObject::declare(&Declaration {
    name: "NotImplementedType",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: 0,
    cell: &SINGLETON_CELL,
    kind: Kind::Leaf,
    size: size_of::<Singleton>(),
    attributes: 0,
});
/// `ellipsis`
pub static ELLIPSIS_TYPE: TypeObject = TypeObject::declare(&Declaration {
    name: "ellipsis",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: 0,
    cell: &SINGLETON_CELL,
    kind: Kind::Leaf,
    size: size_of::<Singleton>(),
    attributes: 0,
});
/// `int`
pub static INT: TypeObject = TypeObject::declare(&Declaration {
    name: "int",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE | flags::INT | flags::MATCH_SELF,
    cell: &crate::int::INT_CELL,
    kind: Kind::Owning,
    size: size_of::<crate::int::IntCell>(),
    attributes: 0,
});
/// `bool`
pub static BOOL: TypeObject = TypeObject::declare(&Declaration {
    name: "bool",
    base: Some(&INT),
    class: &TYPE,
    flags: flags::INT | flags::MATCH_SELF,
    cell: &crate::int::INT_CELL,
    kind: Kind::Owning,
    size: size_of::<crate::int::IntCell>(),
    attributes: 0,
});
/// `float`
pub static FLOAT: TypeObject = TypeObject::declare(&Declaration {
    name: "float",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE | flags::FLOAT | flags::MATCH_SELF,
    cell: &crate::float::FLOAT_CELL,
    kind: Kind::Leaf,
    size: size_of::<crate::float::FloatCell>(),
    attributes: 0,
});
/// `complex`
pub static COMPLEX: TypeObject = TypeObject::declare(&Declaration {
    name: "complex",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE,
    cell: &crate::float::COMPLEX_CELL,
    kind: Kind::Leaf,
    size: size_of::<crate::float::Complex>(),
    attributes: 0,
});
/// `str`
pub static STR: TypeObject = TypeObject::declare(&Declaration {
    name: "str",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE | flags::STR | flags::MATCH_SELF | flags::VARIABLE_SIZE,
    cell: &crate::string::STR_CELL,
    kind: Kind::Leaf,
    size: size_of::<crate::string::Str>(),
    attributes: 0,
});
/// `bytes`
pub static BYTES: TypeObject = TypeObject::declare(&Declaration {
    name: "bytes",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE | flags::BYTES | flags::MATCH_SELF | flags::VARIABLE_SIZE,
    cell: &crate::bytes::BYTES_CELL,
    kind: Kind::Leaf,
    size: size_of::<crate::bytes::Bytes>(),
    attributes: 0,
});
/// `tuple`
pub static TUPLE: TypeObject = TypeObject::declare(&Declaration {
    name: "tuple",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE | flags::TUPLE | flags::MATCH_SELF | flags::SEQUENCE | flags::VARIABLE_SIZE,
    cell: &crate::tuple::TUPLE_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::tuple::Tuple>(),
    attributes: 0,
});
/// `array of values`
pub static ARRAY: TypeObject = TypeObject::declare(&Declaration {
    name: "array of values",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::VARIABLE_SIZE,
    cell: &crate::values::ARRAY_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::values::Array>(),
    attributes: 0,
});
/// `list`
pub static LIST: TypeObject = TypeObject::declare(&Declaration {
    name: "list",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE | flags::LIST | flags::MATCH_SELF | flags::SEQUENCE,
    cell: &crate::list::LIST_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::list::List>(),
    attributes: 0,
});
/// `slice`
pub static SLICE: TypeObject = TypeObject::declare(&Declaration {
    name: "slice",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: 0,
    cell: &crate::slice::SLICE_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::slice::Slice>(),
    attributes: 0,
});
/// `range`
pub static RANGE: TypeObject = TypeObject::declare(&Declaration {
    name: "range",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::SEQUENCE,
    cell: &crate::range::RANGE_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::range::Range>(),
    attributes: 0,
});
/// `range_iterator`
pub static RANGE_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "range_iterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::range::RANGE_ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::range::RangeIterator>(),
    attributes: 0,
});
/// `longrange_iterator`
pub static LONG_RANGE_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "longrange_iterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::range::LONG_RANGE_ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::range::LongRangeIterator>(),
    attributes: 0,
});
/// `list_iterator`
pub static LIST_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "list_iterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::iterators::INDEX_ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::iterators::IndexIterator>(),
    attributes: 0,
});
/// `list_reverseiterator`
pub static LIST_REVERSE_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "list_reverseiterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::iterators::INDEX_ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::iterators::IndexIterator>(),
    attributes: 0,
});
/// `tuple_iterator`
pub static TUPLE_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "tuple_iterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::iterators::INDEX_ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::iterators::IndexIterator>(),
    attributes: 0,
});
/// `iterator`
pub static SEQUENCE_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "iterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::iterators::INDEX_ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::iterators::IndexIterator>(),
    attributes: 0,
});
/// `str_iterator`
pub static STR_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "str_iterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::iterators::INDEX_ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::iterators::IndexIterator>(),
    attributes: 0,
});
/// `str_ascii_iterator`
pub static STR_ASCII_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "str_ascii_iterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::iterators::INDEX_ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::iterators::IndexIterator>(),
    attributes: 0,
});
/// `bytes_iterator`
pub static BYTES_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "bytes_iterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::iterators::INDEX_ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::iterators::IndexIterator>(),
    attributes: 0,
});
/// `bytearray_iterator`
pub static BYTEARRAY_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "bytearray_iterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::iterators::INDEX_ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::iterators::IndexIterator>(),
    attributes: 0,
});
/// `memory_iterator`
pub static MEMORY_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "memory_iterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::iterators::INDEX_ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::iterators::IndexIterator>(),
    attributes: 0,
});
/// `reversed`
pub static REVERSED: TypeObject = TypeObject::declare(&Declaration {
    name: "reversed",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE,
    cell: &crate::iterators::INDEX_ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::iterators::IndexIterator>(),
    attributes: 0,
});
/// `callable_iterator`
pub static CALLABLE_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "callable_iterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::iterators::CALLABLE_ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::iterators::CallableIterator>(),
    attributes: 0,
});
/// `enumerate`
pub static ENUMERATE: TypeObject = TypeObject::declare(&Declaration {
    name: "enumerate",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE,
    cell: &crate::iterators::ENUMERATE_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::iterators::Enumerate>(),
    attributes: 0,
});
/// `zip`
pub static ZIP: TypeObject = TypeObject::declare(&Declaration {
    name: "zip",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE,
    cell: &crate::iterators::ZIP_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::iterators::Zip>(),
    attributes: 0,
});
/// `map`
pub static MAP: TypeObject = TypeObject::declare(&Declaration {
    name: "map",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE,
    cell: &crate::iterators::MAP_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::iterators::Map>(),
    attributes: 0,
});
/// `filter`
pub static FILTER: TypeObject = TypeObject::declare(&Declaration {
    name: "filter",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE,
    cell: &crate::iterators::FILTER_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::iterators::Filter>(),
    attributes: 0,
});
/// `dict`
pub static DICT: TypeObject = TypeObject::declare(&Declaration {
    name: "dict",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE | flags::DICT | flags::MATCH_SELF | flags::MAPPING,
    cell: &crate::dict::DICT_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::dict::Dict>(),
    attributes: 0,
});
/// `table of a dict`
pub static DICT_TABLE: TypeObject = TypeObject::declare(&Declaration {
    name: "table of a dict",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::VARIABLE_SIZE,
    cell: &crate::dict::TABLE_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::dict::Table>(),
    attributes: 0,
});
/// `dict_keys`
pub static DICT_KEYS: TypeObject = TypeObject::declare(&Declaration {
    name: "dict_keys",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::dict::view::VIEW_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::dict::view::DictView>(),
    attributes: 0,
});
/// `dict_values`
pub static DICT_VALUES: TypeObject = TypeObject::declare(&Declaration {
    name: "dict_values",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::dict::view::VIEW_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::dict::view::DictView>(),
    attributes: 0,
});
/// `dict_items`
pub static DICT_ITEMS: TypeObject = TypeObject::declare(&Declaration {
    name: "dict_items",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::dict::view::VIEW_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::dict::view::DictView>(),
    attributes: 0,
});
/// `dict_keyiterator`
pub static DICT_KEY_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "dict_keyiterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::dict::view::CURSOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::dict::view::DictIterator>(),
    attributes: 0,
});
/// `dict_valueiterator`
pub static DICT_VALUE_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "dict_valueiterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::dict::view::CURSOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::dict::view::DictIterator>(),
    attributes: 0,
});
/// `dict_itemiterator`
pub static DICT_ITEM_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "dict_itemiterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::dict::view::CURSOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::dict::view::DictIterator>(),
    attributes: 0,
});
/// `dict_reversekeyiterator`
pub static DICT_REVERSE_KEY_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "dict_reversekeyiterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::dict::view::CURSOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::dict::view::DictIterator>(),
    attributes: 0,
});
/// `dict_reversevalueiterator`
pub static DICT_REVERSE_VALUE_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "dict_reversevalueiterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::dict::view::CURSOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::dict::view::DictIterator>(),
    attributes: 0,
});
/// `dict_reverseitemiterator`
pub static DICT_REVERSE_ITEM_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "dict_reverseitemiterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::dict::view::CURSOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::dict::view::DictIterator>(),
    attributes: 0,
});
/// `mappingproxy`
pub static MAPPING_PROXY: TypeObject = TypeObject::declare(&Declaration {
    name: "mappingproxy",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::MAPPING,
    cell: &crate::dict::view::VIEW_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::dict::view::DictView>(),
    attributes: 0,
});
/// `set`
pub static SET: TypeObject = TypeObject::declare(&Declaration {
    name: "set",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE | flags::SET | flags::MATCH_SELF | flags::WEAK_REFERENCES,
    cell: &crate::set::SET_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::set::Set>(),
    attributes: 0,
});
/// `frozenset`
pub static FROZEN_SET: TypeObject = TypeObject::declare(&Declaration {
    name: "frozenset",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE | flags::FROZEN_SET | flags::MATCH_SELF | flags::WEAK_REFERENCES,
    cell: &crate::set::SET_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::set::Set>(),
    attributes: 0,
});
/// `table of a set`
pub static SET_TABLE: TypeObject = TypeObject::declare(&Declaration {
    name: "table of a set",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::VARIABLE_SIZE,
    cell: &crate::set::TABLE_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::set::Table>(),
    attributes: 0,
});
/// `set_iterator`
pub static SET_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "set_iterator",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::set::SET_ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::set::SetIterator>(),
    attributes: 0,
});
/// `shape`
pub static SHAPE: TypeObject = TypeObject::declare(&Declaration {
    name: "shape",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::shape::SHAPE_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::shape::Shape>(),
    attributes: 0,
});
/// `super`
pub static SUPER: TypeObject = TypeObject::declare(&Declaration {
    name: "super",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE,
    cell: &crate::descriptor::SUPER_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::descriptor::Super>(),
    attributes: 0,
});
/// `property`
pub static PROPERTY: TypeObject = TypeObject::declare(&Declaration {
    name: "property",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE,
    cell: &crate::descriptor::PROPERTY_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::descriptor::Property>(),
    attributes: 0,
});
/// `classmethod`
pub static CLASS_METHOD: TypeObject = TypeObject::declare(&Declaration {
    name: "classmethod",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE | flags::HAS_DICT,
    cell: &crate::descriptor::CLASS_METHOD_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::descriptor::ClassMethod>(),
    attributes: std::mem::offset_of!(crate::descriptor::ClassMethod, attributes),
});
/// `staticmethod`
pub static STATIC_METHOD: TypeObject = TypeObject::declare(&Declaration {
    name: "staticmethod",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE | flags::HAS_DICT,
    cell: &crate::descriptor::CLASS_METHOD_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::descriptor::ClassMethod>(),
    attributes: std::mem::offset_of!(crate::descriptor::ClassMethod, attributes),
});
/// `getset_descriptor`
pub static GETSET_DESCRIPTOR: TypeObject = TypeObject::declare(&Declaration {
    name: "getset_descriptor",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::descriptor::GETSET_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::descriptor::GetSetDescriptor>(),
    attributes: 0,
});
/// `member_descriptor`
pub static MEMBER_DESCRIPTOR: TypeObject = TypeObject::declare(&Declaration {
    name: "member_descriptor",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::descriptor::GETSET_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::descriptor::GetSetDescriptor>(),
    attributes: 0,
});
/// `method_descriptor`
pub static METHOD_DESCRIPTOR: TypeObject = TypeObject::declare(&Declaration {
    name: "method_descriptor",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::METHOD_DESCRIPTOR,
    cell: &crate::descriptor::METHOD_DESCRIPTOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::descriptor::MethodDescriptor>(),
    attributes: 0,
});
/// `classmethod_descriptor`
pub static CLASS_METHOD_DESCRIPTOR: TypeObject = TypeObject::declare(&Declaration {
    name: "classmethod_descriptor",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::descriptor::METHOD_DESCRIPTOR_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::descriptor::MethodDescriptor>(),
    attributes: 0,
});
/// `wrapper_descriptor`
pub static WRAPPER_DESCRIPTOR: TypeObject = TypeObject::declare(&Declaration {
    name: "wrapper_descriptor",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::METHOD_DESCRIPTOR,
    cell: &crate::descriptor::WRAPPER_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::descriptor::WrapperDescriptor>(),
    attributes: 0,
});
/// `method-wrapper`
pub static METHOD_WRAPPER: TypeObject = TypeObject::declare(&Declaration {
    name: "method-wrapper",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::descriptor::METHOD_WRAPPER_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::descriptor::MethodWrapper>(),
    attributes: 0,
});
/// `builtin_function_or_method`
pub static BUILTIN_FUNCTION: TypeObject = TypeObject::declare(&Declaration {
    name: "builtin_function_or_method",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::WEAK_REFERENCES,
    cell: &crate::function::BUILTIN_FUNCTION_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::function::BuiltinFunction>(),
    attributes: 0,
});
/// `method`
pub static METHOD: TypeObject = TypeObject::declare(&Declaration {
    name: "method",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::WEAK_REFERENCES,
    cell: &crate::function::BOUND_METHOD_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::function::BoundMethod>(),
    attributes: 0,
});
/// `weakref.ReferenceType`
pub static WEAK_REFERENCE: TypeObject = TypeObject::declare(&Declaration {
    name: "weakref.ReferenceType",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE,
    cell: &crate::weak::WEAK_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::weak::WeakReference>(),
    attributes: 0,
});
/// `weakref.ProxyType`
pub static WEAK_PROXY: TypeObject = TypeObject::declare(&Declaration {
    name: "weakref.ProxyType",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::weak::WEAK_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::weak::WeakReference>(),
    attributes: 0,
});
/// `weakref.CallableProxyType`
pub static WEAK_CALLABLE_PROXY: TypeObject = TypeObject::declare(&Declaration {
    name: "weakref.CallableProxyType",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &crate::weak::WEAK_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::weak::WeakReference>(),
    attributes: 0,
});
/// `module`
pub static MODULE: TypeObject = TypeObject::declare(&Declaration {
    name: "module",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE | flags::HAS_DICT | flags::WEAK_REFERENCES,
    cell: &crate::module::MODULE_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::module::Module>(),
    attributes: std::mem::offset_of!(crate::module::Module, attributes),
});
/// `types.SimpleNamespace`
pub static SIMPLE_NAMESPACE: TypeObject = TypeObject::declare(&Declaration {
    name: "types.SimpleNamespace",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: flags::BASE | flags::HAS_DICT,
    cell: &crate::namespace::NAMESPACE_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::namespace::Namespace>(),
    attributes: std::mem::offset_of!(crate::namespace::Namespace, attributes),
});
/// `traceback`
pub static TRACEBACK: TypeObject = TypeObject::declare(&Declaration {
    name: "traceback",
    base: Some(&OBJECT),
    class: &TYPE,
    flags: 0,
    cell: &crate::exception::traceback::TRACEBACK_CELL,
    kind: Kind::Traced,
    size: size_of::<crate::exception::traceback::Traceback>(),
    attributes: 0,
});

/// All types of this file, bases first.
pub static BUILTIN: &[&TypeObject] = &[
    &OBJECT,
    &TYPE,
    &NONE_TYPE,
    &NOT_IMPLEMENTED_TYPE,
    &ELLIPSIS_TYPE,
    &INT,
    &BOOL,
    &FLOAT,
    &COMPLEX,
    &STR,
    &BYTES,
    &TUPLE,
    &ARRAY,
    &LIST,
    &SLICE,
    &RANGE,
    &RANGE_ITERATOR,
    &LONG_RANGE_ITERATOR,
    &LIST_ITERATOR,
    &LIST_REVERSE_ITERATOR,
    &TUPLE_ITERATOR,
    &SEQUENCE_ITERATOR,
    &STR_ITERATOR,
    &STR_ASCII_ITERATOR,
    &BYTES_ITERATOR,
    &BYTEARRAY_ITERATOR,
    &MEMORY_ITERATOR,
    &REVERSED,
    &CALLABLE_ITERATOR,
    &ENUMERATE,
    &ZIP,
    &MAP,
    &FILTER,
    &DICT,
    &DICT_TABLE,
    &DICT_KEYS,
    &DICT_VALUES,
    &DICT_ITEMS,
    &DICT_KEY_ITERATOR,
    &DICT_VALUE_ITERATOR,
    &DICT_ITEM_ITERATOR,
    &DICT_REVERSE_KEY_ITERATOR,
    &DICT_REVERSE_VALUE_ITERATOR,
    &DICT_REVERSE_ITEM_ITERATOR,
    &MAPPING_PROXY,
    &SET,
    &FROZEN_SET,
    &SET_TABLE,
    &SET_ITERATOR,
    &SHAPE,
    &SUPER,
    &PROPERTY,
    &CLASS_METHOD,
    &STATIC_METHOD,
    &GETSET_DESCRIPTOR,
    &MEMBER_DESCRIPTOR,
    &METHOD_DESCRIPTOR,
    &CLASS_METHOD_DESCRIPTOR,
    &WRAPPER_DESCRIPTOR,
    &METHOD_WRAPPER,
    &BUILTIN_FUNCTION,
    &METHOD,
    &WEAK_REFERENCE,
    &WEAK_PROXY,
    &WEAK_CALLABLE_PROXY,
    &MODULE,
    &SIMPLE_NAMESPACE,
    &TRACEBACK,
];
