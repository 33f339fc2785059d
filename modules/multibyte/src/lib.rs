//! The modules `_multibytecodec` and `_codecs_cn`, `_codecs_hk`, `_codecs_iso2022`, `_codecs_jp`, `_codecs_kr`, `_codecs_tw`: encodings of East Asia.
//!
//! | what | where |
//! |---|---|
//! | which sequence stands for which character | `table`, from `tables.bin`, which `tables.py` writes |
//! | conversion | `convert` |
//! | encodings with states: HZ, ISO 2022 | `stateful` |
//! | incremental codecs and streams | `codecs.py`, compiled when the module is first imported |

mod convert;
mod stateful;
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

use convert::Codec;
use stateful::{STATEFUL, State};
use table::CODECS;

const SOURCE: &str = include_str!("codecs.py");
const FILE: &str = "<grwl multibyte codecs>";

static FUNCTIONS: &[Method] = &[
    Method::any(
        "_decode",
        decode,
        "_decode($module, codec, data, errors, final, state, /)\n--\n\nThe text of bytes, how many of them it took, and the state afterwards.",
    ),
    Method::any(
        "_encode",
        encode,
        "_encode($module, codec, text, errors, final, state, /)\n--\n\nThe bytes of a text, how many characters they took, and the state afterwards.",
    ),
    Method::any(
        "_start",
        start,
        "_start($module, codec, decodes, /)\n--\n\nThe state at the beginning.",
    ),
    Method::any(
        "_again",
        again,
        "_again($module, codec, state, /)\n--\n\nThe state of who begins anew.",
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
    create_iso2022 "_codecs_iso2022"
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
    let stateful = STATEFUL.iter().map(|(of, codec)| (codec.name, *of));
    let found = CODECS
        .into_iter()
        .chain(stateful)
        .position(|(codec, of)| name.is_str(codec) && group.is_some_and(|group| group.is_str(of)));
    let Some(index) = found else {
        return Err(thread.lookup_error("no such codec is supported."));
    };
    let classes = class::import(thread, "_multibytecodec")?;
    let make = MAKE.get(thread);
    protocol::call_method(thread, classes, make, &[Value::small(index as i64)])
}

/// A codec's number: those with tables first, then those with states.
fn codec_of(thread: &mut Thread, index: Option<Value>) -> PyResult<Codec> {
    let index = protocol::as_i64(thread, index.unwrap_or_else(none))?;
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    if index < CODECS.len() {
        // Reading a table takes a while, and no object of Python's.
        return Ok(Codec::Table(thread.safe(|| table::table(index))));
    }
    match STATEFUL.get(index - CODECS.len()) {
        Some((_, codec)) => Ok(Codec::Stateful(codec)),
        None => Err(thread.lookup_error("no such codec is supported.")),
    }
}

fn state_of(thread: &mut Thread, number: Option<Value>) -> PyResult<State> {
    let number = protocol::as_int(thread, number.unwrap_or_else(none))?;
    Ok(number.to_u64().unwrap_or_default().to_le_bytes())
}

/// What a conversion is told beside its input.
struct Request {
    codec: Codec,
    errors: Option<String>,
    is_final: bool,
    state: State,
}

impl Request {
    fn of(thread: &mut Thread, given: [Option<Value>; 4], function: &str) -> PyResult<Self> {
        let [codec, errors, is_final, state] = given;
        let codec = codec_of(thread, codec)?;
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
        let state = state_of(thread, state)?;
        Ok(Self {
            codec,
            errors,
            is_final,
            state,
        })
    }
}

fn result(thread: &mut Thread, made: Value, taken: usize, state: State) -> PyResult {
    let taken = int::from_usize(thread, taken);
    let state = int::from_usize(thread, u64::from_le_bytes(state) as usize);
    Ok(Tuple::try_new(thread, &[made, taken, state])?.value())
}

fn start(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [codec, decodes] = args.unpack::<2>(thread, "start", 2)?;
    let codec = codec_of(thread, codec)?;
    let decodes = protocol::is_true(thread, decodes.unwrap_or_else(none))?;
    let state = match codec {
        Codec::Table(_) => State::default(),
        Codec::Stateful(codec) => codec.start(decodes),
    };
    let state = u64::from_le_bytes(state) as usize;
    Ok(int::from_usize(thread, state))
}

fn again(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [codec, state] = args.unpack::<2>(thread, "again", 2)?;
    let codec = codec_of(thread, codec)?;
    let state = state_of(thread, state)?;
    let state = match codec {
        Codec::Table(_) => State::default(),
        Codec::Stateful(codec) => codec.again(state),
    };
    let state = u64::from_le_bytes(state) as usize;
    Ok(int::from_usize(thread, state))
}

fn decode(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [codec, data, errors, is_final, state] = args.unpack::<5>(thread, "decode", 5)?;
    let mut request = Request::of(thread, [codec, errors, is_final, state], "decode")?;
    let data = buffer::bytes_of(thread, data.unwrap_or_else(none))?;
    let mut handler = DecodeHandler::new(thread, request.errors.as_deref());
    let (codec, state) = (request.codec, &mut request.state);
    let (text, taken) = convert::decode(codec, state, &data, request.is_final, &mut handler)?;
    let text = Str::from_buf(thread, &text)?.value();
    result(thread, text, taken, request.state)
}

fn encode(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [codec, text, errors, is_final, state] = args.unpack::<5>(thread, "encode", 5)?;
    let mut request = Request::of(thread, [codec, errors, is_final, state], "encode")?;
    let text = arguments::text(thread, text.unwrap_or_else(none), "encode", "argument 1")?;
    let mut handler = EncodeHandler::new(thread, request.errors.as_deref(), text);
    let (codec, state) = (request.codec, &mut request.state);
    let (bytes, taken) =
        convert::encode(codec, state, text.text(), request.is_final, &mut handler)?;
    let bytes = Bytes::new(thread, &bytes)?.value();
    result(thread, bytes, taken, request.state)
}
