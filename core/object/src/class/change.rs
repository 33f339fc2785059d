//! Assignments to `__bases__` of a class and to `__class__` of an instance.

use grwl_value::Value;

use crate::cell::{Ref, ValueExt};
use crate::instance;
use crate::result::PyResult;
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::type_object::{TypeObject, flags};
use crate::types;
use crate::values::Buffer;
use crate::version;

use super::{add_subclass, for_each_subclass, layout, mro, remove_subclass};

fn bases_of(class: &TypeObject) -> Ref<Tuple> {
    class
        .bases_slot()
        .load()
        .and_then(|bases| bases.downcast::<Tuple>())
        .unwrap_or_else(Tuple::empty)
}

/// `class.__bases__ = bases`
///
/// # Errors
/// `TypeError` if the class cannot have these bases; what a metaclass's `mro` raises.
pub fn set_bases(thread: &mut Thread, class: Ref<TypeObject>, bases: Value) -> PyResult<()> {
    let class_name = class.name();
    let Some(bases) = bases.downcast::<Tuple>() else {
        return Err(thread.type_error(format_args!(
            "can only assign tuple to {class_name}.__bases__, not {}",
            bases.class().name()
        )));
    };
    if bases.is_empty() {
        return Err(thread.type_error(format_args!(
            "can only assign non-empty tuple to {class_name}.__bases__, not ()"
        )));
    }
    for base in bases.iter() {
        let Some(base) = base.downcast::<TypeObject>() else {
            return Err(thread.type_error(format_args!(
                "{class_name}.__bases__ must be tuple of classes, not '{}'",
                base.class().name()
            )));
        };
        if base.is_subtype_of(&class) || has_base(base, class) {
            return Err(thread.type_error("a __bases__ item causes an inheritance cycle"));
        }
    }
    let new_base = layout::best_base(thread, bases)?;
    let old_base = class.base().unwrap_or(Ref::from_static(&types::OBJECT));
    check_layout(thread, old_base, new_base, "__bases__")?;

    let old_bases = bases_of(&class);
    thread.store(class, class.bases_slot(), Some(bases.value()));
    thread.store(class, class.base_slot(), Some(new_base.value()));
    // The orders of the class and of all below it are made first, so that a failure changes nothing.
    let mut orders = Buffer::new();
    if let Err(raised) = collect_orders(thread, class, &mut orders) {
        for pair in orders.as_slice().chunks_exact(3) {
            if let (Some(class), Some(old)) = (
                pair[0].downcast::<TypeObject>(),
                pair[1].downcast::<Tuple>(),
            ) {
                thread.store(class, class.mro_slot(), Some(old.value()));
                version::modified(thread, &class);
            }
        }
        // Unless somebody else has assigned meanwhile.
        if class.bases_slot().load() == Some(bases.value()) {
            thread.store(class, class.bases_slot(), Some(old_bases.value()));
            thread.store(class, class.base_slot(), Some(old_base.value()));
        }
        return Err(raised);
    }
    // What a metaclass's `mro` has assigned meanwhile holds.
    if class.bases_slot().load() != Some(bases.value()) {
        return Ok(());
    }
    for base in old_bases
        .iter()
        .filter(|base| !bases.as_slice().contains(base))
    {
        if let Some(base) = base.downcast::<TypeObject>() {
            remove_subclass(thread, base, class)?;
        }
    }
    for base in bases
        .iter()
        .filter(|base| !old_bases.as_slice().contains(base))
    {
        if let Some(base) = base.downcast::<TypeObject>() {
            add_subclass(thread, base, class)?;
        }
    }
    for entry in orders.as_slice().chunks_exact(3) {
        if let Some(class) = entry[0].downcast::<TypeObject>() {
            version::modified(thread, &class);
            crate::dunder::set_slots(thread, &class);
            version::modified(thread, &class);
        }
    }
    Ok(())
}

/// Is `class` on the line of best bases? The order may not be there yet.
fn has_base(start: Ref<TypeObject>, class: Ref<TypeObject>) -> bool {
    let mut line = start.base();
    while let Some(base) = line {
        if base == class {
            return true;
        }
        line = base.base();
    }
    false
}

/// Gives the class and all below it new orders; keeps class, old order and new order of each.
fn collect_orders(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    orders: &mut Buffer,
) -> PyResult<()> {
    thread.check_stack()?;
    let old = class.mro().unwrap_or_else(Tuple::empty);
    let order = mro::compute(thread, class)?;
    thread.store(class, class.mro_slot(), Some(order.value()));
    version::modified(thread, &class);
    orders.push(thread, class.value())?;
    orders.push(thread, old.value())?;
    orders.push(thread, order.value())?;
    let mut below = Buffer::new();
    let mut result = Ok(());
    for_each_subclass(&class, |subclass| {
        if result.is_ok() {
            result = below.push(thread, subclass.value());
        }
    });
    result?;
    for &subclass in below.as_slice() {
        if let Some(subclass) = subclass.downcast::<TypeObject>() {
            collect_orders(thread, subclass, orders)?;
        }
    }
    Ok(())
}

fn check_layout(
    thread: &Thread,
    old: Ref<TypeObject>,
    new: Ref<TypeObject>,
    what: &str,
) -> PyResult<()> {
    // Another payload, or none: its end would be another one.
    if !std::ptr::eq(old.payload(), new.payload()) && old.payload().drop.is_some()
        || new.payload().drop.is_some() && !std::ptr::eq(old.payload(), new.payload())
    {
        return Err(thread.type_error(format_args!(
            "{what} assignment: '{}' deallocator differs from '{}'",
            new.name(),
            old.name()
        )));
    }
    if layout::is_same(old, new) {
        return Ok(());
    }
    Err(thread.type_error(format_args!(
        "{what} assignment: '{}' object layout differs from '{}'",
        new.name(),
        old.name()
    )))
}

/// `value.__class__ = class`
///
/// # Errors
/// `TypeError` if it cannot be an instance of that.
pub fn set_class(thread: &mut Thread, value: Value, class: Value) -> PyResult<()> {
    let Some(new) = class.downcast::<TypeObject>() else {
        return Err(thread.type_error(format_args!(
            "__class__ must be set to a class, not '{}' object",
            class.class().name()
        )));
    };
    let old = value.class();
    let are_modules = old.is_subtype_of(&types::MODULE) && new.is_subtype_of(&types::MODULE);
    if !are_modules && (new.has_flag(flags::IMMUTABLE) || old.has_flag(flags::IMMUTABLE)) {
        return Err(thread.type_error(
            "__class__ assignment only supported for mutable types or ModuleType subclasses",
        ));
    }
    check_layout(thread, old, new, "__class__")?;
    instance::change_class(thread, value, new)?;
    if let Some(class) = value.downcast::<TypeObject>() {
        // A class with another metaclass.
        version::modified(thread, &class);
    }
    if new.has_flag(flags::HAS_FINALIZER)
        && !old.has_flag(flags::HAS_FINALIZER)
        && let Some(cell) = value.as_cell()
    {
        instance::register_finalizer(thread, &new, cell);
    }
    Ok(())
}
