//! `list`, `tuple`, `slice`, `range`, their iterators, and `enumerate`, `zip`, `map`, `filter`, `reversed`: what Python sees of them.
//!
//! How they lie in memory, and what must be done in one step for other threads, are in `grwl_object`'s `list`, `tuple`, `slice`, `range` and
//! `iterators`; here are the methods, operators, messages. [`install`] gives the types their functions, before any type is made ready.
//!
//! | what | where |
//! |---|---|
//! | `list` | `list`: its table; `list_methods`, `list_subscript` |
//! | `tuple` | `tuple` |
//! | `slice` | `slice` |
//! | `range` and its iterators | `range`, `range_iterator` |
//! | iterators by index, `reversed` | `index_iterator`, `reversed` |
//! | `enumerate`, `zip`, `map`, `filter`, `iter(callable, sentinel)` | `enumerate`, `zip`, `map`, `filter`, `callable_iterator` |
//! | steps of iterators made of others, when threads share them | `turns` |
//! | comparing, searching and showing elements one by one | `elements` |
//! | receivers, arguments | `receiver` |

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod callable_iterator;
mod elements;
mod enumerate;
mod filter;
mod index_iterator;
mod list;
mod list_methods;
mod list_subscript;
mod map;
mod range;
mod range_iterator;
mod receiver;
mod reversed;
mod slice;
mod tuple;
pub mod turns;
mod zip;

use grwl_object::protocol::text::set_repr_writer;
use grwl_object::types;

/// Gives the types their functions.
pub fn install() {
    types::LIST.define(&list::SPEC);
    types::TUPLE.define(&tuple::SPEC);
    types::SLICE.define(&slice::SPEC);
    types::RANGE.define(&range::SPEC);
    types::RANGE_ITERATOR.define(&range_iterator::SPEC);
    types::LONG_RANGE_ITERATOR.define(&range_iterator::LONG_SPEC);
    types::LIST_ITERATOR.define(&index_iterator::LIST_SPEC);
    types::LIST_REVERSE_ITERATOR.define(&index_iterator::LIST_REVERSE_SPEC);
    types::TUPLE_ITERATOR.define(&index_iterator::TUPLE_SPEC);
    types::SEQUENCE_ITERATOR.define(&index_iterator::SEQUENCE_SPEC);
    types::CALLABLE_ITERATOR.define(&callable_iterator::SPEC);
    types::REVERSED.define(&reversed::SPEC);
    types::ENUMERATE.define(&enumerate::SPEC);
    types::ZIP.define(&zip::SPEC);
    types::MAP.define(&map::SPEC);
    types::FILTER.define(&filter::SPEC);
    set_repr_writer(&types::LIST, list::write_repr);
    set_repr_writer(&types::TUPLE, tuple::write_repr);
}
