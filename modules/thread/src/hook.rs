//! What happens with an exception that ends a thread.

use grwl_object::struct_sequence::{self, Description};
use grwl_object::{
    Name, PyResult, Ref, Str, Thread, Tuple, TypeObject, Value, ValueExt, none, protocol, types,
};

/// `_thread._ExceptHookArgs`
pub static HOOK_ARGS: TypeObject =
    TypeObject::declare(&const { struct_sequence::declaration("_thread._ExceptHookArgs") });

pub(crate) static DESCRIPTION: Description = Description {
    fields: &["exc_type", "exc_value", "exc_traceback", "thread"],
    visible: 4,
    doc: "ExceptHookArgs\n\nWhat threading.excepthook gets.",
};

static STDERR: Name = Name::new("stderr");
static OWN_STDERR: Name = Name::new("_stderr");
static NAME: Name = Name::new("name");
static WRITE: Name = Name::new("write");
static FLUSH: Name = Name::new("flush");

pub(crate) fn excepthook(thread: &mut Thread, _module: Value, args: Value) -> PyResult {
    let fits = std::ptr::eq(args.class().as_ptr(), &HOOK_ARGS);
    let Some(args) = args.downcast::<Tuple>().filter(|_| fits) else {
        return Err(thread.type_error("_thread.excepthook argument type must be ExceptHookArgs"));
    };
    let (class, value, traceback) = (args.at(0), args.at(1), args.at(2));
    let who = args.at(3).not_none();
    if class == Ref::from_static(&types::SYSTEM_EXIT).value() {
        return Ok(none());
    }
    let mut file = grwl_interpreter::sys_dict(thread)
        .get_str(STDERR.get(thread))
        .and_then(ValueExt::not_none);
    if file.is_none() {
        let Some(who) = who else {
            return Ok(none());
        };
        let name = OWN_STDERR.get(thread);
        file = protocol::get_attribute(thread, who, name)?.not_none();
    }
    let Some(file) = file else {
        return Ok(none());
    };
    let name = match who {
        Some(who) => {
            let name = NAME.get(thread);
            protocol::find_attribute(thread, who, name)?
        }
        None => None,
    };
    let shown = match name {
        Some(name) => protocol::str(thread, name)?.to_rust_lossy(),
        None => grwl_module_signal::state::ident().to_string(),
    };
    let head = Str::new(thread, &format!("Exception in thread {shown}:\n")).value();
    let write = WRITE.get(thread);
    protocol::call_method(thread, file, write, &[head])?;
    grwl_module_sys::print_exception(thread, value, traceback)?;
    let flush = FLUSH.get(thread);
    protocol::call_method(thread, file, flush, &[])?;
    Ok(none())
}

/// Makes the type ready.
pub(crate) fn prepare(thread: &mut Thread) -> PyResult<()> {
    struct_sequence::prepare(thread, &HOOK_ARGS, &DESCRIPTION)
}
