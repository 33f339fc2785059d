//! `_count_elements`, with which `Counter` counts.

use grwl_object::dict::Dict;
use grwl_object::protocol::{self, Operator};
use grwl_object::{Args, Name, PyResult, Thread, Value, ValueExt, none};

static GET: Name = Name::new("get");

pub(crate) fn count_elements(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [Some(mapping), Some(iterable)] = args.unpack(thread, "_count_elements", 2)? else {
        unreachable!("both are required");
    };
    let iterator = protocol::iter_whole(thread, iterable)?;
    let name = GET.get(thread);
    let class = mapping.class();
    let own = grwl_object::attribute::lookup_type(thread, &class, name);
    let plain = grwl_object::attribute::lookup_type(thread, &grwl_object::types::DICT, name);
    let stores = grwl_object::slots::STORE_SUBSCRIPT;
    let is_plain = own == plain
        && class.slots().raw(stores.index())
            == grwl_object::types::DICT.slots().raw(stores.index());
    let one = Value::small(1);
    match mapping.downcast::<Dict>().filter(|_| is_plain) {
        Some(dict) => protocol::iterate::for_each_of(thread, iterator, |thread, element| {
            let hash = grwl_object::dict::hash_key(thread, element)?;
            let sum = match dict.get_hashed(thread, element, hash)? {
                Some(count) => protocol::binary(thread, Operator::Add, count, one)?,
                None => one,
            };
            dict.insert_hashed(thread, element, sum, hash)
        })?,
        None => {
            let get = protocol::get_attribute(thread, mapping, name)?;
            protocol::iterate::for_each_of(thread, iterator, |thread, element| {
                let zero = Value::small(0);
                let count = protocol::call_positional(thread, get, &[element, zero])?;
                let sum = protocol::binary(thread, Operator::Add, count, one)?;
                protocol::set_item(thread, mapping, element, sum)
            })?;
        }
    }
    Ok(none())
}
