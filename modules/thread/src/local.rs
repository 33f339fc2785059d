//! `_local`: an object whose attributes each thread has for itself.
//!
//! The object has a dict with one entry a thread: its number, and the dict of its attributes. (Such numbers seldom collide, which identities do: those are addresses.) A thread keeps weak
//! references to the objects that it has used, and takes its entries out when it ends. So the attributes live as long as both the object and the
//! thread, and cycles through them are collected.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::attribute::{generic_get, lookup_type};
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::thread::ThreadSlot;
use grwl_object::weak::{self, WeakReference};
use grwl_object::{
    Args, Cell, Declaration, Name, PyResult, Ref, Slot, Str, Thread, Tuple, TypeObject, TypeSpec,
    Value, ValueExt, flags, instance, slots, types,
};

/// `_thread._local`
#[repr(C)]
pub struct Local {
    header: Header,
    /// Number of a thread to dict of attributes.
    table: Slot,
    /// A tuple: what `__init__` gets in each thread.
    arguments: Slot,
    /// The names of the last arguments, a tuple; empty: there are none.
    names: Slot,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for Local {
    fn type_object() -> &'static TypeObject {
        &LOCAL
    }
}

static LOCAL_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Local, table) as u32,
        count: 3,
    },
    size: Size::Fixed(size_of::<Local>()),
    drop: None,
    name: "thread-local data",
};

/// `_thread._local`
pub static LOCAL: TypeObject = TypeObject::declare(&Declaration {
    name: "_thread._local",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::WEAK_REFERENCES,
    cell: &LOCAL_CELL,
    kind: Kind::Traced,
    size: size_of::<Local>(),
    attributes: 0,
});

static DICT: Name = Name::new("__dict__");

fn this(thread: &Thread, value: Value) -> PyResult<Ref<Local>> {
    value.downcast().ok_or_else(|| {
        thread.type_error(format_args!(
            "descriptor requires a '_thread._local' object but received a '{}'",
            value.class().name()
        ))
    })
}

/// Has the class an `__init__` of its own?
fn own_init(class: &TypeObject) -> Option<slots::InitFn> {
    let number = slots::INIT.index();
    let is_own = class.slots().raw(number) != types::OBJECT.slots().raw(number);
    class.slot(slots::INIT).filter(|_| is_own)
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    if !args.is_empty() && own_init(&class).is_none() {
        return Err(thread.type_error("Initialization arguments are not supported"));
    }
    let arguments = Tuple::try_new(thread, args.values())?;
    let table = Dict::new(thread);
    let cell = instance::allocate(thread, class)?;
    // SAFETY: an instance of the type or a subclass begins with this.
    let this: Ref<Local> = unsafe { Ref::from_cell(cell) };
    this.table.store(Some(table.value()));
    this.arguments.store(Some(arguments.value()));
    this.names.store(args.names().map(Ref::value));
    // `__init__` is called for this thread by whoever called.
    add_dict(thread, this)?;
    Ok(this.value())
}

/// The id, and which of its bearers the thread is: in the child of a fork, the entries of threads that are not there any more are nobody's.
fn key(thread: &Thread) -> Value {
    let mutator = thread.mutator();
    Value::small((mutator.serial() << 16) as i64 | i64::from(mutator.id()))
}

fn add_dict(thread: &mut Thread, this: Ref<Local>) -> PyResult<Ref<Dict>> {
    let attributes = Dict::new(thread);
    remember(thread, this)?;
    if let Some(table) = this.table.load().and_then(ValueExt::downcast::<Dict>) {
        let key = key(thread);
        table.insert(thread, key, attributes.value())?;
    }
    Ok(attributes)
}

/// Notes that this thread uses the object.
fn remember(thread: &mut Thread, this: Ref<Local>) -> PyResult<()> {
    let class = Ref::from_static(&types::WEAK_REFERENCE);
    let reference = WeakReference::new(thread, class, this.value(), None)?.value();
    let known = thread.slot(ThreadSlot::Locals).load();
    let known = known.and_then(ValueExt::downcast::<List>);
    let list = match known {
        // Now and then, those that are gone are forgotten.
        Some(list) if list.len() >= 32 && list.len().is_power_of_two() => {
            let kept = List::new(thread);
            for &entry in list.snapshot(thread)?.as_slice() {
                if weak::reference(entry).is_some_and(|entry| entry.target().is_some()) {
                    kept.push(thread, entry)?;
                }
            }
            kept
        }
        Some(list) => list,
        None => List::new(thread),
    };
    list.push(thread, reference)?;
    thread.slot(ThreadSlot::Locals).store(Some(list.value()));
    Ok(())
}

/// Takes what the calling thread has out of all objects.
pub(crate) fn end_of_thread(thread: &mut Thread) {
    let slot = thread.slot(ThreadSlot::Locals);
    let known = slot.load().and_then(ValueExt::downcast::<List>);
    slot.store(None);
    let Some(known) = known else {
        return;
    };
    let mut index = 0;
    while let Some(entry) = known.get(index) {
        index += 1;
        let target = weak::reference(entry).and_then(|entry| entry.target());
        if let Some(this) = target.and_then(ValueExt::downcast::<Local>)
            && let Some(table) = this.table.load().and_then(ValueExt::downcast::<Dict>)
        {
            let key = key(thread);
            // Only running out of memory could fail here, and removing takes none.
            let _ = table.remove(thread, key);
        }
    }
}

/// The calling thread's attributes; the first time, `__init__` is called.
fn attributes(thread: &mut Thread, this: Ref<Local>) -> PyResult<Ref<Dict>> {
    let table = this.table.load().and_then(ValueExt::downcast::<Dict>);
    let Some(table) = table else {
        return Err(thread.system_error("thread-local data without a table"));
    };
    let key = key(thread);
    if let Some(known) = table.get(thread, key)?
        && let Some(known) = known.downcast::<Dict>()
    {
        return Ok(known);
    }
    let made = add_dict(thread, this)?;
    if let Some(init) = own_init(&this.value().class()) {
        let arguments = this.arguments.load().and_then(ValueExt::downcast::<Tuple>);
        let arguments = arguments.unwrap_or_else(Tuple::empty);
        let names = this.names.load().and_then(ValueExt::downcast::<Tuple>);
        let args = Args::new(arguments.as_slice(), names);
        if let Err(raised) = init(thread, this.value(), args) {
            // The next use tries again.
            table.remove(thread, key)?;
            return Err(raised);
        }
    }
    Ok(made)
}

fn get_attribute(thread: &mut Thread, value: Value, name: Ref<Str>) -> PyResult {
    let this = this(thread, value)?;
    let attributes = attributes(thread, this)?;
    if name == DICT.get(thread) {
        return Ok(attributes.value());
    }
    let class = value.class();
    let on_type = lookup_type(thread, &class, name);
    if let Some(descriptor) = on_type
        && descriptor.class().slot(slots::DESCRIPTOR_SET).is_some()
    {
        return generic_get(thread, value, name);
    }
    match attributes.get_str(name) {
        Some(found) => Ok(found),
        None => generic_get(thread, value, name),
    }
}

fn set_attribute(
    thread: &mut Thread,
    value: Value,
    name: Ref<Str>,
    new: Option<Value>,
) -> PyResult<()> {
    let this = this(thread, value)?;
    let attributes = attributes(thread, this)?;
    if name == DICT.get(thread) {
        return Err(thread.attribute_error(
            name,
            value,
            format_args!(
                "'{}' object attribute '__dict__' is read-only",
                value.class().name()
            ),
        ));
    }
    let on_type = lookup_type(thread, &value.class(), name);
    if let Some(descriptor) = on_type
        && let Some(set) = descriptor.class().slot(slots::DESCRIPTOR_SET)
    {
        return set(thread, descriptor, value, new);
    }
    match new {
        Some(new) => attributes.set_str(thread, name, new),
        None => match attributes.remove_str(thread, name)? {
            Some(_) => Ok(()),
            None => Err(thread.no_attribute(value, name)),
        },
    }
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("_local()\n--\n\nThread-local data."),
    slots: &[
        slots::NEW.is(new),
        slots::GET_ATTRIBUTE.is(get_attribute),
        slots::SET_ATTRIBUTE.is(set_attribute),
    ],
    methods: &[],
    getset: &[],
    constants: &[],
};
