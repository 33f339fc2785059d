//! `dict`, its views and iterators, `mappingproxy`, `set`, `frozenset`: what Python sees of them.
//!
//! How they lie in memory, and their operations on one key or element, are in `grwl_object::dict` and `grwl_object::set`; here are the
//! methods, operators, messages. [`install`] gives the types their functions, before any type is made ready.
//!
//! | what | where |
//! |---|---|
//! | `dict` | `dict` |
//! | `dict_keys`, `dict_values`, `dict_items` | `view`, their set operators in `view_algebra` |
//! | `OrderedDict`, its views and iterator | `ordered` |
//! | iterators over dicts | `dict_iterator` |
//! | `mappingproxy` | `proxy` |
//! | `set`, `frozenset` and their iterator | `set` |
//!
//! Rule: every operation on one key is atomic. An operation on many takes a snapshot of what it reads, where that is a dict or a set,
//! and then changes its container key by key.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod dict;
mod dict_iterator;
mod ordered;
mod proxy;
mod receiver;
mod set;
mod view;
mod view_algebra;

use grwl_object::protocol::text::set_repr_writer;
use grwl_object::types;

pub use dict::construct::update as update_dict;

/// Gives the types their functions.
pub fn install() {
    types::DICT.define(&dict::SPEC);
    types::DICT_KEYS.define(&view::KEYS_SPEC);
    types::DICT_VALUES.define(&view::VALUES_SPEC);
    types::DICT_ITEMS.define(&view::ITEMS_SPEC);
    dict_iterator::install();
    ordered::install();
    types::MAPPING_PROXY.define(&proxy::SPEC);
    types::SET.define(&set::SPEC);
    types::FROZEN_SET.define(&set::FROZEN_SPEC);
    types::SET_ITERATOR.define(&set::iterator::SPEC);
    set_repr_writer(&types::DICT, dict::operators::write_repr);
    set_repr_writer(&types::SET, set::representation::write_repr);
    set_repr_writer(&types::FROZEN_SET, set::representation::write_repr);
}
