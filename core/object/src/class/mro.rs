//! The method resolution order: C3 linearisation.

use grwl_value::Value;

use crate::cell::{Ref, ValueExt};
use crate::dunder::call::name;
use crate::dunder::table::at;
use crate::names::Name;
use crate::protocol;
use crate::result::PyResult;
use crate::string::Str;
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::type_object::TypeObject;
use crate::types;

use super::layout::solid_base;

static NAME: Name = Name::new("__name__");

/// The order for a class, whose metaclass may have a say.
///
/// # Errors
/// `TypeError` if there is no order, or the metaclass's is unfit; or what the metaclass's `mro` raises.
pub(crate) fn compute(thread: &mut Thread, class: Ref<TypeObject>) -> PyResult<Ref<Tuple>> {
    let metaclass = class.value().class();
    if std::ptr::eq(metaclass.as_ptr(), &types::TYPE) {
        return c3(thread, class);
    }
    let key = name::<{ at("mro") }>(thread);
    let method = crate::attribute::lookup_type(thread, &metaclass, key);
    if method.is_none() || method == types::TYPE.dict().get_str(key) {
        return c3(thread, class);
    }
    let result = match protocol::call_special(thread, class.value(), key, &[])? {
        Some(result) => result,
        None => return c3(thread, class),
    };
    let order = protocol::collect(thread, result)?;
    let solid = solid_base(class);
    for &base in order.as_slice() {
        let Some(base) = base.downcast::<TypeObject>() else {
            return Err(thread.type_error(format_args!(
                "mro() returned a non-class ('{}')",
                base.class().name()
            )));
        };
        if !solid.is_subtype_of(&solid_base(base)) {
            return Err(thread.type_error(format_args!(
                "mro() returned base with unsuitable layout ('{}')",
                base.name()
            )));
        }
    }
    Tuple::try_new(thread, &order)
}

/// The C3 order of a class by its `__bases__`.
///
/// # Errors
/// `TypeError` if there is none.
pub fn c3(thread: &mut Thread, class: Ref<TypeObject>) -> PyResult<Ref<Tuple>> {
    let bases = class
        .bases_slot()
        .load()
        .and_then(|bases| bases.downcast::<Tuple>())
        .unwrap_or_else(Tuple::empty);
    let mut sequences: Vec<&[Value]> = Vec::with_capacity(bases.len() + 1);
    for base in bases.iter() {
        let base = base.downcast::<TypeObject>();
        let Some(mro) = base.and_then(|base| base.mro()) else {
            let name = base.map_or_else(String::new, |base| base.name().to_string());
            return Err(
                thread.type_error(format_args!("Cannot extend an incomplete type '{name}'"))
            );
        };
        sequences.push(mro.as_slice());
    }
    // No safepoint from here until the tuple is made, so vectors may hold types. The sequences are contents of tuples.
    let mut order = vec![class.value()];
    if let &[only] = &sequences[..] {
        order.extend_from_slice(only);
        return Tuple::try_new(thread, &order);
    }
    for (index, base) in bases.iter().enumerate() {
        if bases.as_slice()[..index].contains(&base) {
            let shown = shown_name(thread, base)?;
            return Err(thread.type_error(format_args!("duplicate base class {shown}")));
        }
    }
    sequences.push(bases.as_slice());
    loop {
        sequences.retain(|sequence| !sequence.is_empty());
        if sequences.is_empty() {
            return Tuple::try_new(thread, &order);
        }
        let next = sequences.iter().map(|sequence| sequence[0]).find(|head| {
            sequences
                .iter()
                .all(|sequence| !sequence[1..].contains(head))
        });
        let Some(next) = next else {
            return Err(no_order(thread, &sequences));
        };
        order.push(next);
        for sequence in &mut sequences {
            if sequence[0] == next {
                *sequence = &sequence[1..];
            }
        }
    }
}

#[cold]
fn no_order(thread: &mut Thread, sequences: &[&[Value]]) -> crate::Raised {
    let mut heads: Vec<Value> = Vec::new();
    for sequence in sequences {
        if !heads.contains(&sequence[0]) {
            heads.push(sequence[0]);
        }
    }
    let names: Vec<String> = heads
        .iter()
        .map(|head| match head.downcast::<TypeObject>() {
            Some(class) => last_part(&class.name().to_string()).to_owned(),
            None => "?".to_owned(),
        })
        .collect();
    thread.type_error(format_args!(
        "Cannot create a consistent method resolution order (MRO) for bases {}",
        names.join(", ")
    ))
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn shown_name(thread: &mut Thread, class: Value) -> PyResult<String> {
    let key = NAME.get(thread);
    let name = protocol::find_attribute(thread, class, key)?;
    Ok(match name.and_then(|name| name.downcast::<Str>()) {
        Some(name) => name.to_rust_lossy(),
        None => "?".to_owned(),
    })
}
