//! The registry of dialects, by name: a dict.

use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::protocol;
use grwl_object::{
    Args, Name, PyResult, Ref, Signature, Slot, Str, Thread, Value, ValueExt, none, types,
};

use crate::{ERROR, dialect};

/// A dict, once the module is made; a root.
pub(crate) static DIALECTS: Slot = Slot::empty();

pub(crate) fn dialects(thread: &Thread) -> Ref<Dict> {
    match DIALECTS.load().and_then(Value::downcast::<Dict>) {
        Some(dialects) => dialects,
        None => {
            let made = Dict::new(thread);
            DIALECTS.store(Some(made.value()));
            made
        }
    }
}

/// The dialect with a name.
pub(crate) fn find(thread: &mut Thread, name: Value) -> PyResult {
    let dialects = dialects(thread);
    match protocol::get_item(thread, dialects.value(), name) {
        Err(raised) if raised.matches(&types::KEY_ERROR) => {
            Err(ERROR.raise(thread, "unknown dialect"))
        }
        found => found,
    }
}

pub(crate) fn list(thread: &mut Thread, _module: Value) -> PyResult {
    let dialects = dialects(thread).value();
    let names = protocol::collect(thread, dialects)?;
    Ok(List::from_slice(thread, &names)?.value())
}

pub(crate) fn register(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let positional = Args::positional(args.by_position());
    let [name, given] = positional.unpack(thread, "register_dialect", 1)?;
    let name = name.unwrap_or_else(none);
    if name.downcast::<Str>().is_none() {
        return Err(thread.type_error("dialect name must be a string"));
    }
    let made = dialect::of(thread, given, args)?;
    let dialects = dialects(thread);
    dialects.insert(thread, name, made.value())?;
    Ok(none())
}

fn name_of(
    thread: &mut Thread,
    args: Args<'_>,
    signature: &'static Signature<1>,
) -> PyResult<Value> {
    let [name] = args.parse(thread, signature)?;
    Ok(name.unwrap_or_else(none))
}

pub(crate) fn unregister(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("unregister_dialect", ["name"]);
    static POP: Name = Name::new("pop");
    let name = name_of(thread, args, &SIGNATURE)?;
    let dialects = dialects(thread).value();
    let pop = POP.get(thread);
    match protocol::call_method(thread, dialects, pop, &[name]) {
        Err(raised) if raised.matches(&types::KEY_ERROR) => {
            Err(ERROR.raise(thread, "unknown dialect"))
        }
        removed => removed.map(|_| none()),
    }
}

pub(crate) fn get(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("get_dialect", ["name"]);
    let name = name_of(thread, args, &SIGNATURE)?;
    find(thread, name)
}

/// The module's `_dialects`.
pub(crate) fn add_to(thread: &mut Thread, module: Ref<Module>) -> PyResult<()> {
    let dialects = dialects(thread).value();
    module.add(thread, "_dialects", dialects)
}
