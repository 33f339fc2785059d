//! The table of special methods.
//!
//! Invariants: the function and the wrapper of an entry are made for functions of the slot's type; entries of one slot that
//! stand for two directions (`__add__`, `__radd__`) have the same function.

use crate::slots::{self, SlotValue};

use super::buffer;
use super::call;
use super::wrap::{self, Wrap};

/// One special method.
pub struct Dunder {
    /// Its name.
    pub name: &'static str,
    /// The name's number in [`NAMES`].
    pub(crate) number: usize,
    /// The number of its slot.
    pub slot: usize,
    /// What the slot of a class holds whose method is written in Python; null: there is no such function.
    pub(crate) function: *const (),
    /// How the slot of a built-in type is called as this method; `None`: it is not shown.
    pub(crate) wrap: Option<Wrap>,
    /// The signature without the name, and the description.
    pub doc: &'static str,
}

// SAFETY: `function` is the address of code.
unsafe impl Sync for Dunder {}

impl std::fmt::Debug for Dunder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

const fn shown(slot: SlotValue, name: &'static str, wrap: Wrap, doc: &'static str) -> Dunder {
    Dunder {
        name,
        number: at(name),
        slot: slot.index(),
        function: slot.function(),
        wrap: Some(wrap),
        doc,
    }
}

const fn hidden(slot: SlotValue, name: &'static str) -> Dunder {
    Dunder {
        name,
        number: at(name),
        slot: slot.index(),
        function: slot.function(),
        wrap: None,
        doc: "",
    }
}

/// A slot that Python's methods do not fill.
const fn built_in(slot: usize, name: &'static str, wrap: Wrap, doc: &'static str) -> Dunder {
    Dunder {
        name,
        number: at(name),
        slot,
        function: std::ptr::null(),
        wrap: Some(wrap),
        doc,
    }
}

/// All names that slot functions look up.
pub(crate) const NAMES: [&str; 97] = [
    "__repr__",
    "__str__",
    "__hash__",
    "__call__",
    "__getattribute__",
    "__getattr__",
    "__setattr__",
    "__delattr__",
    "__lt__",
    "__le__",
    "__eq__",
    "__ne__",
    "__gt__",
    "__ge__",
    "__iter__",
    "__next__",
    "__get__",
    "__set__",
    "__delete__",
    "__init__",
    "__new__",
    "__del__",
    "__add__",
    "__radd__",
    "__sub__",
    "__rsub__",
    "__mul__",
    "__rmul__",
    "__mod__",
    "__rmod__",
    "__divmod__",
    "__rdivmod__",
    "__pow__",
    "__rpow__",
    "__neg__",
    "__pos__",
    "__abs__",
    "__bool__",
    "__invert__",
    "__lshift__",
    "__rlshift__",
    "__rshift__",
    "__rrshift__",
    "__and__",
    "__rand__",
    "__xor__",
    "__rxor__",
    "__or__",
    "__ror__",
    "__int__",
    "__float__",
    "__iadd__",
    "__isub__",
    "__imul__",
    "__imod__",
    "__ipow__",
    "__ilshift__",
    "__irshift__",
    "__iand__",
    "__ixor__",
    "__ior__",
    "__floordiv__",
    "__rfloordiv__",
    "__truediv__",
    "__rtruediv__",
    "__ifloordiv__",
    "__itruediv__",
    "__index__",
    "__matmul__",
    "__rmatmul__",
    "__imatmul__",
    "__len__",
    "__getitem__",
    "__setitem__",
    "__delitem__",
    "__contains__",
    "__await__",
    "__aiter__",
    "__anext__",
    "__buffer__",
    "__release_buffer__",
    "__class__",
    "__dict__",
    "__doc__",
    "__module__",
    "__name__",
    "__qualname__",
    "__slots__",
    "__weakref__",
    "__init_subclass__",
    "__class_getitem__",
    "__set_name__",
    "__classcell__",
    "__classdictcell__",
    "__static_attributes__",
    "__mro_entries__",
    "mro",
];

/// The number of a name in [`NAMES`], at compile time.
pub(crate) const fn at(name: &str) -> usize {
    let name = name.as_bytes();
    let mut index = 0;
    while index < NAMES.len() {
        let other = NAMES[index].as_bytes();
        if other.len() == name.len() {
            let mut place = 0;
            while place < name.len() && other[place] == name[place] {
                place += 1;
            }
            if place == name.len() {
                return index;
            }
        }
        index += 1;
    }
    panic!("no such name")
}

/// The entries of one slot.
pub(crate) fn of_slot(slot: usize) -> impl Iterator<Item = &'static Dunder> {
    TABLE.iter().filter(move |dunder| dunder.slot == slot)
}

/// All special methods that have slots. The order is that of dicts of built-in types.
pub static TABLE: &[Dunder] = &[
    shown(
        slots::GET_ATTRIBUTE.is(call::get_attribute_hook),
        "__getattribute__",
        wrap::get_attribute,
        "($self, name, /)\n--\n\nReturn getattr(self, name).",
    ),
    hidden(
        slots::GET_ATTRIBUTE.is(call::get_attribute_hook),
        "__getattr__",
    ),
    shown(
        slots::SET_ATTRIBUTE.is(call::set_attribute),
        "__setattr__",
        wrap::set_attribute,
        "($self, name, value, /)\n--\n\nImplement setattr(self, name, value).",
    ),
    shown(
        slots::SET_ATTRIBUTE.is(call::set_attribute),
        "__delattr__",
        wrap::delete_attribute,
        "($self, name, /)\n--\n\nImplement delattr(self, name).",
    ),
    shown(
        slots::REPR.is(call::unary::<{ at("__repr__") }>),
        "__repr__",
        wrap::unary,
        "($self, /)\n--\n\nReturn repr(self).",
    ),
    shown(
        slots::HASH.is(call::hash),
        "__hash__",
        wrap::hash,
        "($self, /)\n--\n\nReturn hash(self).",
    ),
    shown(
        slots::CALL.is(call::call),
        "__call__",
        wrap::call,
        "($self, /, *args, **kwargs)\n--\n\nCall self as a function.",
    ),
    shown(
        slots::STR.is(call::unary::<{ at("__str__") }>),
        "__str__",
        wrap::unary,
        "($self, /)\n--\n\nReturn str(self).",
    ),
    shown(
        slots::COMPARE.is(call::compare),
        "__lt__",
        wrap::compare::<0>,
        "($self, value, /)\n--\n\nReturn self<value.",
    ),
    shown(
        slots::COMPARE.is(call::compare),
        "__le__",
        wrap::compare::<1>,
        "($self, value, /)\n--\n\nReturn self<=value.",
    ),
    shown(
        slots::COMPARE.is(call::compare),
        "__eq__",
        wrap::compare::<2>,
        "($self, value, /)\n--\n\nReturn self==value.",
    ),
    shown(
        slots::COMPARE.is(call::compare),
        "__ne__",
        wrap::compare::<3>,
        "($self, value, /)\n--\n\nReturn self!=value.",
    ),
    shown(
        slots::COMPARE.is(call::compare),
        "__gt__",
        wrap::compare::<4>,
        "($self, value, /)\n--\n\nReturn self>value.",
    ),
    shown(
        slots::COMPARE.is(call::compare),
        "__ge__",
        wrap::compare::<5>,
        "($self, value, /)\n--\n\nReturn self>=value.",
    ),
    shown(
        slots::ITER.is(call::iter),
        "__iter__",
        wrap::unary,
        "($self, /)\n--\n\nImplement iter(self).",
    ),
    shown(
        slots::NEXT.is(call::next),
        "__next__",
        wrap::next,
        "($self, /)\n--\n\nImplement next(self).",
    ),
    shown(
        slots::DESCRIPTOR_GET.is(call::descriptor_get),
        "__get__",
        wrap::descriptor_get,
        "($self, instance, owner=None, /)\n--\n\nReturn an attribute of instance, which is of type owner.",
    ),
    shown(
        slots::DESCRIPTOR_SET.is(call::descriptor_set),
        "__set__",
        wrap::descriptor_set,
        "($self, instance, value, /)\n--\n\nSet an attribute of instance to value.",
    ),
    shown(
        slots::DESCRIPTOR_SET.is(call::descriptor_set),
        "__delete__",
        wrap::descriptor_delete,
        "($self, instance, /)\n--\n\nDelete an attribute of instance.",
    ),
    shown(
        slots::INIT.is(call::init),
        "__init__",
        wrap::init,
        "($self, /, *args, **kwargs)\n--\n\nInitialize self.  See help(type(self)) for accurate signature.",
    ),
    hidden(slots::NEW.is(call::new), "__new__"),
    shown(
        slots::FINALIZE.is(call::finalize),
        "__del__",
        wrap::finalize,
        "($self, /)\n--\n\nCalled when the instance is about to be destroyed.",
    ),
    shown(
        slots::GET_BUFFER.is(buffer::get),
        "__buffer__",
        buffer::wrap_get,
        "($self, flags, /)\n--\n\nReturn a buffer object that exposes the underlying memory of the object.",
    ),
    shown(
        slots::RELEASE_BUFFER.is(buffer::release),
        "__release_buffer__",
        buffer::wrap_release,
        "($self, buffer, /)\n--\n\nRelease the buffer object that exposes the underlying memory of the object.",
    ),
    shown(
        slots::AWAIT.is(call::unary::<{ at("__await__") }>),
        "__await__",
        wrap::unary,
        "($self, /)\n--\n\nReturn an iterator to be used in await expression.",
    ),
    shown(
        slots::AITER.is(call::unary::<{ at("__aiter__") }>),
        "__aiter__",
        wrap::unary,
        "($self, /)\n--\n\nReturn an awaitable, that resolves in asynchronous iterator.",
    ),
    shown(
        slots::ANEXT.is(call::unary::<{ at("__anext__") }>),
        "__anext__",
        wrap::unary,
        "($self, /)\n--\n\nReturn a value or raise StopAsyncIteration.",
    ),
    shown(
        slots::ADD
            .is(call::binary::<{ slots::ADD.index() }, { at("__add__") }, { at("__radd__") }>),
        "__add__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self+value.",
    ),
    shown(
        slots::ADD
            .is(call::binary::<{ slots::ADD.index() }, { at("__add__") }, { at("__radd__") }>),
        "__radd__",
        wrap::binary_right,
        "($self, value, /)\n--\n\nReturn value+self.",
    ),
    shown(
        slots::SUBTRACT.is(call::binary::<
            { slots::SUBTRACT.index() },
            { at("__sub__") },
            { at("__rsub__") },
        >),
        "__sub__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self-value.",
    ),
    shown(
        slots::SUBTRACT.is(call::binary::<
            { slots::SUBTRACT.index() },
            { at("__sub__") },
            { at("__rsub__") },
        >),
        "__rsub__",
        wrap::binary_right,
        "($self, value, /)\n--\n\nReturn value-self.",
    ),
    shown(
        slots::MULTIPLY.is(call::binary::<
            { slots::MULTIPLY.index() },
            { at("__mul__") },
            { at("__rmul__") },
        >),
        "__mul__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self*value.",
    ),
    shown(
        slots::MULTIPLY.is(call::binary::<
            { slots::MULTIPLY.index() },
            { at("__mul__") },
            { at("__rmul__") },
        >),
        "__rmul__",
        wrap::binary_right,
        "($self, value, /)\n--\n\nReturn value*self.",
    ),
    shown(
        slots::REMAINDER.is(call::binary::<
            { slots::REMAINDER.index() },
            { at("__mod__") },
            { at("__rmod__") },
        >),
        "__mod__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self%value.",
    ),
    shown(
        slots::REMAINDER.is(call::binary::<
            { slots::REMAINDER.index() },
            { at("__mod__") },
            { at("__rmod__") },
        >),
        "__rmod__",
        wrap::binary_right,
        "($self, value, /)\n--\n\nReturn value%self.",
    ),
    shown(
        slots::DIVMOD.is(call::binary::<
            { slots::DIVMOD.index() },
            { at("__divmod__") },
            { at("__rdivmod__") },
        >),
        "__divmod__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn divmod(self, value).",
    ),
    shown(
        slots::DIVMOD.is(call::binary::<
            { slots::DIVMOD.index() },
            { at("__divmod__") },
            { at("__rdivmod__") },
        >),
        "__rdivmod__",
        wrap::binary_right,
        "($self, value, /)\n--\n\nReturn divmod(value, self).",
    ),
    shown(
        slots::POWER.is(call::power),
        "__pow__",
        wrap::power,
        "($self, value, mod=None, /)\n--\n\nReturn pow(self, value, mod).",
    ),
    shown(
        slots::POWER.is(call::power),
        "__rpow__",
        wrap::power_right,
        "($self, value, mod=None, /)\n--\n\nReturn pow(value, self, mod).",
    ),
    shown(
        slots::NEGATIVE.is(call::unary::<{ at("__neg__") }>),
        "__neg__",
        wrap::unary,
        "($self, /)\n--\n\n-self",
    ),
    shown(
        slots::POSITIVE.is(call::unary::<{ at("__pos__") }>),
        "__pos__",
        wrap::unary,
        "($self, /)\n--\n\n+self",
    ),
    shown(
        slots::ABSOLUTE.is(call::unary::<{ at("__abs__") }>),
        "__abs__",
        wrap::unary,
        "($self, /)\n--\n\nabs(self)",
    ),
    shown(
        slots::BOOL.is(call::bool),
        "__bool__",
        wrap::test,
        "($self, /)\n--\n\nTrue if self else False",
    ),
    shown(
        slots::INVERT.is(call::unary::<{ at("__invert__") }>),
        "__invert__",
        wrap::unary,
        "($self, /)\n--\n\n~self",
    ),
    shown(
        slots::LSHIFT.is(call::binary::<
            { slots::LSHIFT.index() },
            { at("__lshift__") },
            { at("__rlshift__") },
        >),
        "__lshift__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self<<value.",
    ),
    shown(
        slots::LSHIFT.is(call::binary::<
            { slots::LSHIFT.index() },
            { at("__lshift__") },
            { at("__rlshift__") },
        >),
        "__rlshift__",
        wrap::binary_right,
        "($self, value, /)\n--\n\nReturn value<<self.",
    ),
    shown(
        slots::RSHIFT.is(call::binary::<
            { slots::RSHIFT.index() },
            { at("__rshift__") },
            { at("__rrshift__") },
        >),
        "__rshift__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self>>value.",
    ),
    shown(
        slots::RSHIFT.is(call::binary::<
            { slots::RSHIFT.index() },
            { at("__rshift__") },
            { at("__rrshift__") },
        >),
        "__rrshift__",
        wrap::binary_right,
        "($self, value, /)\n--\n\nReturn value>>self.",
    ),
    shown(
        slots::AND
            .is(call::binary::<{ slots::AND.index() }, { at("__and__") }, { at("__rand__") }>),
        "__and__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self&value.",
    ),
    shown(
        slots::AND
            .is(call::binary::<{ slots::AND.index() }, { at("__and__") }, { at("__rand__") }>),
        "__rand__",
        wrap::binary_right,
        "($self, value, /)\n--\n\nReturn value&self.",
    ),
    shown(
        slots::XOR
            .is(call::binary::<{ slots::XOR.index() }, { at("__xor__") }, { at("__rxor__") }>),
        "__xor__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self^value.",
    ),
    shown(
        slots::XOR
            .is(call::binary::<{ slots::XOR.index() }, { at("__xor__") }, { at("__rxor__") }>),
        "__rxor__",
        wrap::binary_right,
        "($self, value, /)\n--\n\nReturn value^self.",
    ),
    shown(
        slots::OR.is(call::binary::<{ slots::OR.index() }, { at("__or__") }, { at("__ror__") }>),
        "__or__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self|value.",
    ),
    shown(
        slots::OR.is(call::binary::<{ slots::OR.index() }, { at("__or__") }, { at("__ror__") }>),
        "__ror__",
        wrap::binary_right,
        "($self, value, /)\n--\n\nReturn value|self.",
    ),
    shown(
        slots::INT.is(call::unary::<{ at("__int__") }>),
        "__int__",
        wrap::unary,
        "($self, /)\n--\n\nint(self)",
    ),
    shown(
        slots::FLOAT.is(call::unary::<{ at("__float__") }>),
        "__float__",
        wrap::unary,
        "($self, /)\n--\n\nfloat(self)",
    ),
    shown(
        slots::INPLACE_ADD.is(call::with_operand::<{ at("__iadd__") }>),
        "__iadd__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self+=value.",
    ),
    shown(
        slots::INPLACE_SUBTRACT.is(call::with_operand::<{ at("__isub__") }>),
        "__isub__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self-=value.",
    ),
    shown(
        slots::INPLACE_MULTIPLY.is(call::with_operand::<{ at("__imul__") }>),
        "__imul__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self*=value.",
    ),
    shown(
        slots::INPLACE_REMAINDER.is(call::with_operand::<{ at("__imod__") }>),
        "__imod__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self%=value.",
    ),
    shown(
        slots::INPLACE_POWER.is(call::inplace_power),
        "__ipow__",
        wrap::ternary,
        "($self, value, /)\n--\n\nReturn self**=value.",
    ),
    shown(
        slots::INPLACE_LSHIFT.is(call::with_operand::<{ at("__ilshift__") }>),
        "__ilshift__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self<<=value.",
    ),
    shown(
        slots::INPLACE_RSHIFT.is(call::with_operand::<{ at("__irshift__") }>),
        "__irshift__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self>>=value.",
    ),
    shown(
        slots::INPLACE_AND.is(call::with_operand::<{ at("__iand__") }>),
        "__iand__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self&=value.",
    ),
    shown(
        slots::INPLACE_XOR.is(call::with_operand::<{ at("__ixor__") }>),
        "__ixor__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self^=value.",
    ),
    shown(
        slots::INPLACE_OR.is(call::with_operand::<{ at("__ior__") }>),
        "__ior__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self|=value.",
    ),
    shown(
        slots::FLOOR_DIVIDE.is(call::binary::<
            { slots::FLOOR_DIVIDE.index() },
            { at("__floordiv__") },
            { at("__rfloordiv__") },
        >),
        "__floordiv__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self//value.",
    ),
    shown(
        slots::FLOOR_DIVIDE.is(call::binary::<
            { slots::FLOOR_DIVIDE.index() },
            { at("__floordiv__") },
            { at("__rfloordiv__") },
        >),
        "__rfloordiv__",
        wrap::binary_right,
        "($self, value, /)\n--\n\nReturn value//self.",
    ),
    shown(
        slots::TRUE_DIVIDE.is(call::binary::<
            { slots::TRUE_DIVIDE.index() },
            { at("__truediv__") },
            { at("__rtruediv__") },
        >),
        "__truediv__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self/value.",
    ),
    shown(
        slots::TRUE_DIVIDE.is(call::binary::<
            { slots::TRUE_DIVIDE.index() },
            { at("__truediv__") },
            { at("__rtruediv__") },
        >),
        "__rtruediv__",
        wrap::binary_right,
        "($self, value, /)\n--\n\nReturn value/self.",
    ),
    shown(
        slots::INPLACE_FLOOR_DIVIDE.is(call::with_operand::<{ at("__ifloordiv__") }>),
        "__ifloordiv__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self//=value.",
    ),
    shown(
        slots::INPLACE_TRUE_DIVIDE.is(call::with_operand::<{ at("__itruediv__") }>),
        "__itruediv__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self/=value.",
    ),
    shown(
        slots::INDEX.is(call::unary::<{ at("__index__") }>),
        "__index__",
        wrap::unary,
        "($self, /)\n--\n\nReturn self converted to an integer, if self is suitable for use as an index into a list.",
    ),
    shown(
        slots::MATRIX_MULTIPLY.is(call::binary::<
            { slots::MATRIX_MULTIPLY.index() },
            { at("__matmul__") },
            { at("__rmatmul__") },
        >),
        "__matmul__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self@value.",
    ),
    shown(
        slots::MATRIX_MULTIPLY.is(call::binary::<
            { slots::MATRIX_MULTIPLY.index() },
            { at("__matmul__") },
            { at("__rmatmul__") },
        >),
        "__rmatmul__",
        wrap::binary_right,
        "($self, value, /)\n--\n\nReturn value@self.",
    ),
    shown(
        slots::INPLACE_MATRIX_MULTIPLY.is(call::with_operand::<{ at("__imatmul__") }>),
        "__imatmul__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self@=value.",
    ),
    shown(
        slots::MAPPING_LENGTH.is(call::length),
        "__len__",
        wrap::length,
        "($self, /)\n--\n\nReturn len(self).",
    ),
    shown(
        slots::SUBSCRIPT.is(call::with_operand::<{ at("__getitem__") }>),
        "__getitem__",
        wrap::binary,
        "($self, key, /)\n--\n\nReturn self[key].",
    ),
    shown(
        slots::STORE_SUBSCRIPT.is(call::store_subscript),
        "__setitem__",
        wrap::store_subscript,
        "($self, key, value, /)\n--\n\nSet self[key] to value.",
    ),
    shown(
        slots::STORE_SUBSCRIPT.is(call::store_subscript),
        "__delitem__",
        wrap::delete_subscript,
        "($self, key, /)\n--\n\nDelete self[key].",
    ),
    shown(
        slots::SEQUENCE_LENGTH.is(call::length),
        "__len__",
        wrap::length,
        "($self, /)\n--\n\nReturn len(self).",
    ),
    built_in(
        slots::CONCAT.index(),
        "__add__",
        wrap::binary,
        "($self, value, /)\n--\n\nReturn self+value.",
    ),
    built_in(
        slots::REPEAT.index(),
        "__mul__",
        wrap::repeat,
        "($self, value, /)\n--\n\nReturn self*value.",
    ),
    built_in(
        slots::REPEAT.index(),
        "__rmul__",
        wrap::repeat,
        "($self, value, /)\n--\n\nReturn value*self.",
    ),
    shown(
        slots::ITEM.is(call::item),
        "__getitem__",
        wrap::item,
        "($self, key, /)\n--\n\nReturn self[key].",
    ),
    shown(
        slots::STORE_ITEM.is(call::store_item),
        "__setitem__",
        wrap::store_item,
        "($self, key, value, /)\n--\n\nSet self[key] to value.",
    ),
    shown(
        slots::STORE_ITEM.is(call::store_item),
        "__delitem__",
        wrap::delete_item,
        "($self, key, /)\n--\n\nDelete self[key].",
    ),
    shown(
        slots::CONTAINS.is(call::contains),
        "__contains__",
        wrap::contains,
        "($self, key, /)\n--\n\nReturn bool(key in self).",
    ),
    built_in(
        slots::INPLACE_CONCAT.index(),
        "__iadd__",
        wrap::binary,
        "($self, value, /)\n--\n\nImplement self+=value.",
    ),
    built_in(
        slots::INPLACE_REPEAT.index(),
        "__imul__",
        wrap::repeat,
        "($self, value, /)\n--\n\nImplement self*=value.",
    ),
];

/// Does no slot belong to the name?
pub(crate) fn is_plain(name: crate::Ref<crate::Str>) -> bool {
    !TABLE.iter().any(|dunder| name.is_str(dunder.name))
}
