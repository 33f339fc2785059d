//! The module `_json`: the fast half of `json`.
//!
//! | what | where |
//! |---|---|
//! | `make_scanner`: text to values | `scanner` |
//! | `scanstring`: a string in a text | `string` |
//! | `make_encoder`: values to text | `encoder` |
//! | `encode_basestring`, `encode_basestring_ascii`: a string as text | `quote` |
//!
//! Texts never change, so they are read without locks; lists and dicts are read element by element, as they are just then.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod encoder;
mod quote;
mod scanner;
mod string;

use grwl_object::module::Module;
use grwl_object::{Method, PyResult, Ref, Str, Thread, Value, ValueExt, intern, ready};
use grwl_text::TextBuilder;

pub use encoder::ENCODER;
pub use scanner::SCANNER;

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::one(
        "encode_basestring_ascii",
        |thread, _, string| quoted(thread, string, true),
        "encode_basestring_ascii($self, object, /)\n--\n\nA string as JSON has it, in ASCII characters only.",
    ),
    Method::one(
        "encode_basestring",
        |thread, _, string| quoted(thread, string, false),
        "encode_basestring($self, object, /)\n--\n\nA string as JSON has it.",
    ),
    Method::any(
        "scanstring",
        string::scanstring,
        "scanstring(string, end, strict=True) -> (string, end)\n\nRead a string as JSON has it, from behind its first quote on.\n\nWithout strict, control characters may stand in it. Returns the string, and where its last quote ends.",
    ),
];

/// Gives the types their functions.
pub fn install() {
    SCANNER.define(&scanner::SPEC);
    ENCODER.define(&encoder::SPEC);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    ready::ready(thread, &SCANNER)?;
    ready::ready(thread, &ENCODER)?;
    let name = intern(thread, "_json");
    let doc = Str::new(thread, "json speedups\n").value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    for (name, class) in [("make_scanner", &SCANNER), ("make_encoder", &ENCODER)] {
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    Ok(module)
}

/// An argument that must be a string.
pub(crate) fn string_argument(thread: &mut Thread, value: Value) -> PyResult<Ref<Str>> {
    value.downcast::<Str>().ok_or_else(|| {
        thread.type_error(format_args!(
            "first argument must be a string, not {}",
            value.class().name()
        ))
    })
}

fn quoted(thread: &mut Thread, string: Value, ascii_only: bool) -> PyResult {
    let string = string_argument(thread, string)?;
    let mut out = TextBuilder::with_capacity(string.len() + 2);
    quote::write(&mut out, string.text(), ascii_only);
    Ok(Str::from_buf(thread, &out.finish())?.value())
}
