//! The modules `_multibytecodec` and `_codecs_cn`, `_codecs_hk`, `_codecs_jp`, `_codecs_kr`, `_codecs_tw`: encodings of East Asia.
//!
//! | what | where |
//! |---|---|
//! | which sequence stands for which character | `table`, from `tables.bin`, which `tables.py` writes |
//! | conversion | `convert` |
//! | incremental codecs and streams | `codecs.py`, compiled when the module is first imported |
//!
//! Encodings with states (`hz`, the family of `iso2022_jp`) are not built in.

mod convert;
mod table;

use grwl_frontend::{Mode, Options, compile};
use grwl_interpreter::Code;
use grwl_module_imp::run::run_module;
use grwl_object::bytes::Bytes;
use grwl_object::module::Module;
use grwl_object::{
    Args, Method, Name, PyResult, Ref, Str, Thread, Tuple, Value, ValueExt, buffer, class, int,
    intern, none, protocol,
};
use grwl_types_text::arguments;
use grwl_types_text::error_handler::{DecodeHandler, EncodeHandler};

use table::{CODECS, Table};

const SOURCE: &str = include_str!("codecs.py");
const FILE: &str = "<grwl multibyte codecs>";

static FUNCTIONS: &[Method] = &[
    Method::any(
        "_decode",
        decode,
        "_decode($module, codec, data, errors, final, /)\n--\n\nThe text of bytes, and how many of them it took.",
    ),
    Method::any(
        "_encode",
        encode,
        "_encode($module, codec, text, errors, final, /)\n--\n\nThe bytes of a text, and how many characters they took.",
    ),
];

/// The modules have no types of Rust.
pub fn install() {}

/// Makes `_multibytecodec`.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_multibytecodec");
    let doc = Str::new(thread, "Codecs of several bytes a character.").value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    let code = match compile(SOURCE, FILE, Mode::Exec, &Options::default()).result {
        Ok(code) => Code::from_frontend(thread, &code)?,
        Err(error) => return Err(thread.system_error(error)),
    };
    let globals = module.dict(thread)?;
    run_module(thread, code, globals)?;
    Ok(module)
}

macro_rules! creators {
    ($($function:ident $module:literal)*) => {$(
        /// Makes the module of this name.
        ///
        /// # Errors
        /// `MemoryError`.
        pub fn $function(thread: &mut Thread) -> PyResult<Ref<Module>> {
            create_group(thread, $module)
        }
    )*};
}

creators! {
    create_cn "_codecs_cn"
    create_hk "_codecs_hk"
    create_jp "_codecs_jp"
    create_kr "_codecs_kr"
    create_tw "_codecs_tw"
}

static GET_CODEC: Method = Method::one(
    "getcodec",
    get_codec,
    "getcodec($module, name, /)\n--\n\nThe codec of a name.",
);

fn create_group(thread: &mut Thread, name: &'static str) -> PyResult<Ref<Module>> {
    let name = intern(thread, name);
    let module = Module::new(thread, name, None)?;
    module.add_functions(thread, std::slice::from_ref(&GET_CODEC))?;
    Ok(module)
}

fn get_codec(thread: &mut Thread, module: Value, name: Value) -> PyResult {
    static MAKE: Name = Name::new("_make");
    let Some(name) = name.downcast::<Str>() else {
        return Err(thread.type_error("encoding name must be a string."));
    };
    let group = match module.downcast::<Module>() {
        Some(module) => {
            let key = intern(thread, "__name__");
            module.dict(thread)?.get_str(key)
        }
        None => None,
    };
    let group = group.and_then(|group| group.downcast::<Str>());
    let found = CODECS
        .iter()
        .position(|(codec, of)| name.is_str(codec) && group.is_some_and(|group| group.is_str(of)));
    let Some(index) = found else {
        return Err(thread.lookup_error("no such codec is supported."));
    };
    let classes = class::import(thread, "_multibytecodec")?;
    let make = MAKE.get(thread);
    protocol::call_method(thread, classes, make, &[Value::small(index as i64)])
}

/// The codec of a number, the error handler's name, and whether the input is final.
fn options(
    thread: &mut Thread,
    codec: Option<Value>,
    errors: Option<Value>,
    is_final: Option<Value>,
    function: &str,
) -> PyResult<(&'static Table, Option<String>, bool)> {
    let index = protocol::as_i64(thread, codec.unwrap_or_else(none))?;
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    if index >= CODECS.len() {
        return Err(thread.lookup_error("no such codec is supported."));
    }
    let errors = match errors.and_then(ValueExt::not_none) {
        Some(errors) => Some(arguments::c_string(
            thread,
            errors,
            function,
            "argument 'errors'",
        )?),
        None => None,
    };
    let is_final = protocol::is_true(thread, is_final.unwrap_or_else(none))?;
    // Reading a table takes a while, and no object of Python's.
    let table = thread.safe(|| table::table(index));
    Ok((table, errors, is_final))
}

fn decode(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [codec, data, errors, is_final] = args.unpack::<4>(thread, "decode", 4)?;
    let (table, errors, is_final) = options(thread, codec, errors, is_final, "decode")?;
    let data = buffer::bytes_of(thread, data.unwrap_or_else(none))?;
    let mut handler = DecodeHandler::new(thread, errors.as_deref());
    let (text, taken) = convert::decode(table, &data, is_final, &mut handler)?;
    let text = Str::from_buf(thread, &text)?.value();
    let taken = int::from_usize(thread, taken);
    Ok(Tuple::try_new(thread, &[text, taken])?.value())
}

fn encode(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [codec, text, errors, is_final] = args.unpack::<4>(thread, "encode", 4)?;
    let (table, errors, is_final) = options(thread, codec, errors, is_final, "encode")?;
    let text = arguments::text(thread, text.unwrap_or_else(none), "encode", "argument 1")?;
    let mut handler = EncodeHandler::new(thread, errors.as_deref(), text);
    let (bytes, taken) = convert::encode(table, text.text(), is_final, &mut handler)?;
    let bytes = Bytes::new(thread, &bytes)?.value();
    let taken = int::from_usize(thread, taken);
    Ok(Tuple::try_new(thread, &[bytes, taken])?.value())
}
