//! What `super` finds: attributes of the classes behind a class in another one's order.

use grwl_value::Value;

use crate::cell::{Ref, ValueExt};
use crate::dict::Dict;
use crate::names::Name;
use crate::protocol;
use crate::result::PyResult;
use crate::slots;
use crate::string::Str;
use crate::thread::Thread;
use crate::type_object::TypeObject;

static CLASS: Name = Name::new("__class__");

/// In whose order `super(this_class, receiver)` looks.
///
/// # Errors
/// `TypeError` if the receiver is neither an instance nor a subclass of the class.
pub fn check(
    thread: &mut Thread,
    this_class: Ref<TypeObject>,
    receiver: Value,
) -> PyResult<Ref<TypeObject>> {
    let as_class = receiver.downcast::<TypeObject>();
    if let Some(class) = as_class
        && class.is_subtype_of(&this_class)
    {
        return Ok(class);
    }
    let class = receiver.class();
    if class.is_subtype_of(&this_class) {
        return Ok(class);
    }
    // A proxy may claim to be of another class.
    let key = CLASS.get(thread);
    let claimed = protocol::find_attribute(thread, receiver, key)?;
    if let Some(claimed) = claimed.and_then(|claimed| claimed.downcast::<TypeObject>())
        && claimed != class
        && claimed.is_subtype_of(&this_class)
    {
        return Ok(claimed);
    }
    let (kind, shown) = match as_class {
        Some(class) => ("type", class),
        None => ("instance of", class),
    };
    Err(thread.type_error(format_args!(
        "super(type, obj): obj ({kind} {}) is not an instance or subtype of type ({}).",
        shown.name(),
        this_class.name()
    )))
}

/// The attribute in the classes behind `this_class` in the order of `self_class`, bound to the receiver. `None`: there is none.
///
/// # Errors
/// What a descriptor raises.
pub fn find(
    thread: &mut Thread,
    this_class: Ref<TypeObject>,
    self_class: Ref<TypeObject>,
    receiver: Value,
    name: Ref<Str>,
) -> PyResult<Option<Value>> {
    let Some(found) = find_unbound(this_class, self_class, name) else {
        return Ok(None);
    };
    match found.class().slot(slots::DESCRIPTOR_GET) {
        Some(get) => {
            let owner = self_class.value();
            let instance = (receiver != owner).then_some(receiver);
            get(thread, found, instance, Some(owner)).map(Some)
        }
        None => Ok(Some(found)),
    }
}

/// As [`find`], as it stands in the class's dict.
pub fn find_unbound(
    this_class: Ref<TypeObject>,
    self_class: Ref<TypeObject>,
    name: Ref<Str>,
) -> Option<Value> {
    let order = self_class.mro()?;
    order
        .iter()
        .skip_while(|&class| class != this_class.value())
        .skip(1)
        .find_map(|class| {
            let class = class.downcast::<TypeObject>()?;
            let dict = class.dict_slot().load()?.downcast::<Dict>()?;
            dict.get_str(name)
        })
}
