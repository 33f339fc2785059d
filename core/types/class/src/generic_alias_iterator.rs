//! The iterator of a generic alias, which yields the alias unpacked: for `*tuple[int]`.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::iterators::builtin;
use grwl_object::{
    Cell, Declaration, Method, PyResult, Ref, Slot, Thread, Tuple, TypeObject, TypeSpec, Value,
    ValueExt, flags, slots, types,
};

use crate::generic_alias::{GenericAlias, unpack};

/// See the module's head.
#[repr(C)]
pub struct GenericAliasIterator {
    header: Header,
    /// The alias as it is; empty at the end.
    alias: Slot,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for GenericAliasIterator {
    fn type_object() -> &'static TypeObject {
        &GENERIC_ALIAS_ITERATOR
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(GenericAliasIterator, alias) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<GenericAliasIterator>()),
    drop: None,
    name: "generic alias iterator",
};

/// `generic_alias_iterator`
pub static GENERIC_ALIAS_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "generic_alias_iterator",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::IMMUTABLE,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<GenericAliasIterator>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    slots: &[slots::ITER.is(|_, this| Ok(this)), slots::NEXT.is(next)],
    methods: &[Method::no_arguments("__reduce__", reduce, "")],
    ..TypeSpec::NONE
};

/// `iter(alias)`
pub(crate) fn make(thread: &mut Thread, alias: Value) -> PyResult {
    // SAFETY: the type has this layout.
    let made = unsafe {
        thread.new_cell(&GENERIC_ALIAS_ITERATOR, |header| GenericAliasIterator {
            header,
            alias: Slot::new(Some(alias)),
        })
    };
    Ok(made.value())
}

fn own(this: Value) -> Ref<GenericAliasIterator> {
    // SAFETY: only functions of the type call this, with its instances, and it has no subclasses.
    unsafe { this.downcast_unchecked() }
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let this = own(this);
    // Of two threads that ask at once one gets it.
    let taken = {
        let locked = thread.lock_cell(&this);
        let alias = this.alias.load();
        locked.store(this, &this.alias, None);
        alias
    };
    let alias = taken.and_then(|alias| alias.downcast::<GenericAlias>());
    Ok(alias.map(|alias| unpack(thread, alias).value()))
}

fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    let iter = builtin(thread, "iter")?;
    let rest = own(this).alias.load();
    let rest = rest.unwrap_or_else(|| Tuple::empty().value());
    let args = Tuple::try_new(thread, &[rest])?;
    Tuple::try_new(thread, &[iter, args.value()]).map(Ref::value)
}
