//! Making built-in types ready: their dicts are filled by their tables, and what they do not define is inherited.
//!
//! Protocol: at start-up, or when the package that declares a type begins, before any other thread uses it; bases come first by themselves.
//! Doing it again does nothing.

use grwl_value::Value;

use crate::cell::{Ref, ValueExt};
use crate::class::make::{inherit_patterns, new_method};
use crate::descriptor::{ClassMethod, GetSetDescriptor, MethodDescriptor};
use crate::dict::Dict;
use crate::function::BuiltinFunction;
use crate::native::{Binding, TypeSpec};
use crate::result::PyResult;
use crate::singleton::none;
use crate::slots::{self, SLOTS};
use crate::string::{Str, intern};
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::type_object::{TypeObject, flags};
use crate::types;

/// See the module's head.
///
/// # Errors
/// What making a constant of the type's dict raises; `MemoryError`.
pub fn ready(thread: &mut Thread, class: &'static TypeObject) -> PyResult<()> {
    if class.has_flag(flags::READY) {
        return Ok(());
    }
    let declaration = class.declaration().expect("a static type is declared");
    if let Some(base) = declaration.base {
        ready(thread, base)?;
    }
    types::register(class);
    let this = Ref::from_static(class);
    let dict = Dict::new(thread);
    thread.store(this, class.dict_slot(), Some(dict.value()));
    let base = declaration.base.map(Ref::from_static);
    let extra = types::EXTRA_BASES
        .iter()
        .find(|(known, _)| std::ptr::eq(*known, class))
        .map_or(&[][..], |(_, extra)| *extra);
    let mut bases: Vec<Value> = base.iter().map(|base| base.value()).collect();
    for base in extra {
        ready(thread, base)?;
        bases.push(Ref::from_static(*base).value());
    }
    // Static types only: none of them can die.
    let bases = Tuple::try_new(thread, &bases)?;
    let order = order_of(this, bases);
    let order = Tuple::try_new(thread, &order)?;
    let short = declaration
        .name
        .rsplit('.')
        .next()
        .unwrap_or(declaration.name);
    let short = intern(thread, short).value();
    thread.store(this, class.name_slot(), Some(short));
    thread.store(this, class.qualified_name_slot(), Some(short));
    thread.store(this, class.bases_slot(), Some(bases.value()));
    thread.store(this, class.base_slot(), base.map(Ref::value));
    thread.store(this, class.mro_slot(), Some(order.value()));
    // From here on the type can be looked things up in.
    class.change_flags(flags::READY, 0);

    let spec = class.spec().unwrap_or(&TypeSpec::NONE);
    for &slot in spec.slots {
        class.slots().set(slot);
    }
    add_methods(thread, this, dict, spec)?;
    crate::dunder::add_wrappers(thread, this, spec.slots)?;
    add_rest(thread, this, dict, spec)?;
    if let Some(base) = base {
        // Whether its instances are finalized, a built-in type says itself.
        let inherited = flags::INHERITED & !flags::HAS_FINALIZER;
        class.change_flags(base.flags() & inherited, 0);
        inherit(class, &base);
        crate::class::add_subclass(thread, base, this)?;
    }
    inherit_patterns(class, order);
    set_hash(thread, class, dict)?;
    if class.slot(slots::FINALIZE).is_some() {
        class.change_flags(flags::HAS_FINALIZER, 0);
    }
    crate::version::modified(thread, class);
    Ok(())
}

/// The method resolution order of a static type: it, then its bases' orders, each class after all that derive from it.
fn order_of(class: Ref<TypeObject>, bases: Ref<Tuple>) -> Vec<Value> {
    let mut order = vec![class.value()];
    for base in bases.iter() {
        let base = base.downcast::<TypeObject>();
        let classes = base.and_then(|base| base.mro()).into_iter();
        for class in classes.flat_map(Ref::<Tuple>::iter) {
            // A class that comes again comes later.
            order.retain(|&known| known != class);
            order.push(class);
        }
    }
    order
}

fn put(thread: &mut Thread, dict: Ref<Dict>, name: &str, value: Value) -> PyResult<()> {
    let name = intern(thread, name);
    dict.set_str(thread, name, value)
}

fn add_methods(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    dict: Ref<Dict>,
    spec: &'static TypeSpec,
) -> PyResult<()> {
    let defines_new = spec
        .slots
        .iter()
        .any(|slot| slot.index() == slots::NEW.index());
    let is_hidden = class.has_flag(flags::DISALLOW_INSTANTIATION | flags::MADE_BY_OBJECT);
    if defines_new && !is_hidden {
        let new = new_method(thread, class);
        put(thread, dict, "__new__", new)?;
    }
    for method in spec.methods {
        let value = match method.binding {
            Binding::Instance => {
                MethodDescriptor::new(thread, &types::METHOD_DESCRIPTOR, class, method).value()
            }
            Binding::Class => {
                let kind = &types::CLASS_METHOD_DESCRIPTOR;
                MethodDescriptor::new(thread, kind, class, method).value()
            }
            Binding::Static => {
                let function = BuiltinFunction::new(thread, method, Some(class.value()), None);
                let kind = &types::STATIC_METHOD;
                ClassMethod::new(thread, kind, Some(function.value())).value()
            }
        };
        put(thread, dict, method.name, value)?;
    }
    Ok(())
}

fn add_rest(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    dict: Ref<Dict>,
    spec: &'static TypeSpec,
) -> PyResult<()> {
    for table in spec.getset {
        let value = GetSetDescriptor::new(thread, class, table).value();
        put(thread, dict, table.name, value)?;
    }
    for constant in spec.constants {
        let value = (constant.make)(thread)?;
        put(thread, dict, constant.name, value)?;
    }
    let key = intern(thread, "__doc__");
    if dict.get_str(key).is_none() {
        let doc = match spec.doc {
            Some(doc) => Str::new(thread, without_signature(doc)).value(),
            None => none(),
        };
        dict.set_str(thread, key, doc)?;
    }
    Ok(())
}

/// The mark between a signature and a description.
const MARK: &str = "\n--\n\n";

/// The description behind the signature line.
pub fn without_signature(doc: &str) -> &str {
    match doc.find(MARK) {
        Some(index) if doc[..index].contains('(') => &doc[index + MARK.len()..],
        _ => doc,
    }
}

/// The signature, without the name before it: `__text_signature__`.
pub fn signature(doc: &str) -> Option<&str> {
    let end = doc.find(MARK)?;
    let start = doc[..end].find('(')?;
    Some(&doc[start..end])
}

/// Fills the empty slots from the base.
fn inherit(class: &TypeObject, base: &TypeObject) {
    let own = class.slots();
    let is_empty = |index: usize| own.raw(index).is_null();
    // Comparison and hash belong together.
    let keeps_hash = is_empty(slots::COMPARE.index()) && is_empty(slots::HASH.index());
    // `object` makes instances of types that say so only.
    let refuses_new = class.has_flag(flags::DISALLOW_INSTANTIATION) || base.base().is_none();
    for index in 0..SLOTS {
        let is_hash = index == slots::HASH.index() || index == slots::COMPARE.index();
        let is_refused = is_hash && !keeps_hash || index == slots::NEW.index() && refuses_new;
        if is_empty(index) && !is_refused {
            // SAFETY: another type's slot of the same number.
            unsafe { own.set_raw(index, base.slots().raw(index)) };
        }
    }
    if own.raw(slots::NEW.index()).is_null() {
        class.change_flags(flags::DISALLOW_INSTANTIATION, 0);
    }
}

/// A type that compares and does not say how it hashes does not hash.
fn set_hash(thread: &mut Thread, class: &TypeObject, dict: Ref<Dict>) -> PyResult<()> {
    let name = intern(thread, "__hash__");
    if class.slot(slots::HASH).is_none() && dict.get_str(name).is_none() {
        class
            .slots()
            .set(slots::HASH.is(crate::protocol::hash::not_hashable));
        dict.set_str(thread, name, none())?;
    }
    if class.slot(slots::HASH).is_some() && class.slot(slots::COMPARE).is_none() {
        // Hash alone was given: comparison is the base's.
        if let Some(base) = class.base() {
            let index = slots::COMPARE.index();
            // SAFETY: another type's slot of the same number.
            unsafe { class.slots().set_raw(index, base.slots().raw(index)) };
        }
    }
    Ok(())
}
