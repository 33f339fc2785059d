//! Operations on any object, as Python's operators, statements and basic built-in functions do them.
//!
//! | what | where |
//! |---|---|
//! | `f(...)`, `x.f(...)` | [`call`] |
//! | `x.a`, special methods | [`attribute`] |
//! | `x + y`, `-x`, conversions to numbers | [`number`], [`convert`] |
//! | `x < y`, `x == y`, `isinstance` | [`compare`], [`class_test`] |
//! | `x < y` without Python code, under a lock | [`plain`] |
//! | `x[i]`, `len(x)`, `in` | [`item`] |
//! | `for`, `next` | [`iterate`] |
//! | `repr`, `str`, `format` | [`text`] |
//! | `bool(x)`, `hash(x)` | [`truth`], [`hash`](mod@hash) |

pub mod attribute;
pub mod call;
pub mod class_test;
pub mod compare;
pub mod convert;
pub mod hash;
pub mod item;
pub mod iterate;
pub mod number;
pub mod plain;
pub mod text;
pub mod truth;

pub use attribute::{
    delete_attribute, find_attribute, get_attribute, get_attribute_str, lookup_special,
    set_attribute,
};
pub use call::{call, call_method, call_positional, call_special};
pub use class_test::{is_instance, is_subclass};
pub use compare::{compare, compare_bool, equal, same_or_equal};
pub use convert::{as_clamped_index, as_float, as_i64, as_index, as_int, as_isize};
pub use hash::hash;
pub use item::{contains, delete_item, get_item, length, length_hint, set_item};
pub use iterate::{collect, for_each, get_iter, iter_whole, next};
pub use number::{Operator, binary, inplace};
pub use text::{Showing, ascii, format, repr, str, write_repr};
pub use truth::is_true;
