//! `compile`, `eval`, `exec`: from source to code.
//!
//! Trees (`PyCF_ONLY_AST`, or a tree as source) are the affair of `_ast`, which installs [`Trees`].

use std::sync::OnceLock;

use grwl_frontend::{
    CodecAnswer, Mode, Options, code_flags, compile_flags, decode_source_with, newlines,
};
use grwl_interpreter::Code;
use grwl_object::bytes::Bytes;
use grwl_object::protocol::{self, convert};
use grwl_object::{
    Args, Method, Name, PyResult, Ref, Signature, Str, Thread, Value, ValueExt, none, types,
};

use crate::object::type_name;

/// What `_ast` does for `compile`.
#[derive(Clone, Copy)]
pub struct Trees {
    /// Is it a tree?
    pub is_tree: fn(&mut Thread, Value) -> PyResult<bool>,
    /// The tree of a source text; the mode is `exec`, `eval`, `single` or `func_type`.
    pub parse: fn(&mut Thread, &str, Ref<Str>, &str, &Options, feature_version: i32) -> PyResult,
    /// Code, or with `ONLY_AST` a checked (and perhaps optimised) copy, of a tree.
    pub compile: fn(&mut Thread, Value, Ref<Str>, &str, &Options) -> PyResult,
}

static TREES: OnceLock<Trees> = OnceLock::new();

/// Installs what deals with trees.
pub fn on_trees(trees: Trees) {
    let _ = TREES.set(trees);
}

fn trees(thread: &Thread) -> PyResult<&'static Trees> {
    TREES.get().ok_or_else(|| {
        thread.import_error(
            &types::MODULE_NOT_FOUND_ERROR,
            "No module named '_ast'",
            None,
            None,
            None,
        )
    })
}

/// A source text as the caller gave it.
#[derive(Clone, Debug)]
pub enum Source {
    /// From a `str`: a cookie in it means nothing.
    Text(String),
    /// Bytes, which may name their encoding.
    Bytes(Vec<u8>),
}

/// The source that is the first argument of one of the functions, or `None` if it is neither text nor bytes.
///
/// # Errors
/// `UnicodeEncodeError` for surrogates; `SyntaxError` for null bytes.
pub fn source_of(thread: &mut Thread, value: Value) -> PyResult<Option<Source>> {
    let source = if let Some(text) = value.downcast::<Str>() {
        match text.to_rust() {
            Some(text) => Source::Text(text),
            None => return Err(surrogates(thread, text)),
        }
    } else if let Some(bytes) = value.downcast::<Bytes>() {
        Source::Bytes(bytes.as_slice().to_vec())
    } else if grwl_object::buffer::is_supported(value) {
        Source::Bytes(grwl_object::buffer::bytes_of(thread, value)?)
    } else {
        return Ok(None);
    };
    let has_null = match &source {
        Source::Text(text) => text.contains('\0'),
        Source::Bytes(bytes) => bytes.contains(&0),
    };
    if has_null {
        let message = "source code string cannot contain null bytes";
        return Err(thread.raise(&types::SYNTAX_ERROR, message));
    }
    Ok(Some(source))
}

fn surrogates(thread: &Thread, text: Ref<Str>) -> grwl_object::Raised {
    let is_surrogate = |code: &u32| (0xd800..0xe000).contains(code);
    let codes: Vec<u32> = text.text().codes().collect();
    let start = codes.iter().position(&is_surrogate).unwrap_or(0);
    let count = codes[start..]
        .iter()
        .take_while(|&code| is_surrogate(code))
        .count();
    thread.unicode_encode_error(
        "utf-8",
        text,
        start,
        start + count,
        "surrogates not allowed",
    )
}

impl Source {
    /// Without the blanks and tabs that it begins with: for `eval`.
    #[must_use]
    pub fn without_indentation(self) -> Self {
        match self {
            Self::Text(text) => Self::Text(text.trim_start_matches([' ', '\t']).to_owned()),
            Self::Bytes(bytes) => {
                let start = bytes.iter().position(|byte| !b" \t".contains(byte));
                Self::Bytes(bytes[start.unwrap_or(bytes.len())..].to_vec())
            }
        }
    }

    /// The text for the compiler.
    fn decode(self, thread: &mut Thread, filename: Ref<Str>) -> PyResult<String> {
        let bytes = match self {
            Self::Text(text) => return Ok(newlines(&text).into_owned()),
            Self::Bytes(bytes) => bytes,
        };
        let name = filename.to_rust_lossy();
        let mut lookup = |encoding: &str, bytes: &[u8]| decode_by_codec(thread, encoding, bytes);
        match decode_source_with(&bytes, &name, &mut lookup) {
            Ok(decoded) => Ok(decoded.text),
            Err(error) => Err(crate::syntax::raise(thread, &error, filename)),
        }
    }
}

/// Asks the codecs: `str(bytes, encoding)`.
fn decode_by_codec(thread: &mut Thread, encoding: &str, bytes: &[u8]) -> CodecAnswer {
    let mut decode = || -> PyResult<CodecAnswer> {
        let bytes = Bytes::new(thread, bytes)?.value();
        let encoding = Str::new(thread, encoding).value();
        let class = Ref::from_static(&types::STR).value();
        match protocol::call_positional(thread, class, &[bytes, encoding]) {
            Ok(text) => match text.downcast::<Str>().and_then(Ref::<Str>::to_rust) {
                Some(text) => Ok(CodecAnswer::Text(text)),
                None => Ok(CodecAnswer::Failed("surrogates not allowed".to_owned())),
            },
            Err(raised) if raised.matches(&types::LOOKUP_ERROR) => Ok(CodecAnswer::Unknown),
            Err(raised) => {
                let text = protocol::str(thread, raised.0)?;
                Ok(CodecAnswer::Failed(text.to_rust_lossy()))
            }
        }
    };
    decode().unwrap_or(CodecAnswer::Unknown)
}

/// The options that hold for a compilation without any arguments.
#[must_use]
pub fn default_options() -> Options {
    let settings = crate::settings::get();
    Options {
        flags: 0,
        inherited_flags: 0,
        dont_inherit: true,
        optimize: -1,
        interpreter_optimize: settings.optimize,
        debug_ranges: settings.debug_ranges,
        int_max_str_digits: grwl_types_number::limit::max_str_digits(),
    }
}

/// Compiles a source.
///
/// # Errors
/// `SyntaxError` and what else the compiler and its warnings raise.
pub fn compile_source(
    thread: &mut Thread,
    source: Source,
    filename: Ref<Str>,
    mode: Mode,
    options: &Options,
) -> PyResult<Ref<Code>> {
    if grwl_object::audit::is_hooked() {
        let shown = match &source {
            Source::Text(text) => Bytes::new(thread, text.as_bytes())?,
            Source::Bytes(bytes) => Bytes::new(thread, bytes)?,
        };
        let values = [shown.value(), filename.value()];
        grwl_object::audit::audit(thread, "compile", &values)?;
    }
    let text = source.decode(thread, filename)?;
    let name = filename.to_rust_lossy();
    let done = grwl_frontend::compile(&text, &name, mode, options);
    for warning in &done.warnings {
        crate::syntax::warn(thread, warning, filename)?;
    }
    match done.result {
        Ok(code) => {
            let code = Code::from_frontend(thread, &code)?;
            if filename.to_rust().is_none() {
                grwl_module_imp::filename::replace(thread, code, filename);
            }
            Ok(code)
        }
        Err(error) => Err(crate::syntax::raise(thread, &error, filename)),
    }
}

/// A file name as `os.fsdecode` makes a string of it.
///
/// # Errors
/// `TypeError` if it is no path.
pub fn filename_of(thread: &mut Thread, value: Value) -> PyResult<Ref<Str>> {
    static FSPATH: Name = Name::new("__fspath__");
    let wrong = |thread: &Thread, value: Value| {
        thread.type_error(format_args!(
            "expected str, bytes or os.PathLike object, not {}",
            value.class().name()
        ))
    };
    let mut path = value;
    if path.downcast::<Str>().is_none() && path.downcast::<Bytes>().is_none() {
        let name = FSPATH.get(thread);
        let Some(found) = protocol::call_special(thread, value, name, &[])? else {
            return Err(wrong(thread, value));
        };
        path = found;
    }
    let text = if let Some(text) = path.downcast::<Str>() {
        text
    } else if let Some(bytes) = path.downcast::<Bytes>() {
        decode_path(thread, bytes.as_slice())?
    } else {
        return Err(thread.type_error(format_args!(
            "expected {}.__fspath__() to return str or bytes, not {}",
            value.class().name(),
            path.class().name()
        )));
    };
    if text.text().codes().any(|code| code == 0) {
        return Err(thread.value_error("embedded null character"));
    }
    Ok(text)
}

/// UTF-8, in which each byte that is none becomes a lone surrogate (`surrogateescape`).
fn decode_path(thread: &Thread, bytes: &[u8]) -> PyResult<Ref<Str>> {
    let mut text = grwl_text::TextBuilder::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for &byte in chunk.invalid() {
            text.push(0xdc00 + u32::from(byte));
        }
    }
    Str::from_buf(thread, &text.finish())
}

fn mode_of(thread: &mut Thread, value: Value) -> PyResult<String> {
    let Some(text) = value.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "compile() argument 'mode' must be str, not {}",
            type_name(value)
        )));
    };
    let Some(mode) = text.to_rust() else {
        return Err(surrogates(thread, text));
    };
    if mode.contains('\0') {
        return Err(thread.value_error("embedded null character"));
    }
    Ok(mode)
}

const KNOWN_FLAGS: u32 = code_flags::FUTURE_MASK
    | code_flags::NESTED
    | compile_flags::ONLY_AST
    | compile_flags::ALLOW_TOP_LEVEL_AWAIT
    | compile_flags::TYPE_COMMENTS
    | compile_flags::DONT_IMPLY_DEDENT
    | compile_flags::ALLOW_INCOMPLETE_INPUT
    | compile_flags::OPTIMIZED_AST;

fn compile(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<7> = Signature::new(
        "compile",
        [
            "source",
            "filename",
            "mode",
            "flags",
            "dont_inherit",
            "optimize",
            "_feature_version",
        ],
    )
    .optional_after(3)
    .keyword_only_after(6, 0);
    let [
        source,
        filename,
        mode,
        flags,
        dont_inherit,
        optimize,
        feature,
    ] = args.parse(thread, &SIGNATURE)?;
    let source = source.unwrap_or_else(none);
    let filename = filename_of(thread, filename.unwrap_or_else(none))?;
    let mode = mode_of(thread, mode.unwrap_or_else(none))?;
    let number = |thread: &mut Thread, value: Option<Value>, default: i32| match value {
        Some(value) => convert::as_i32(thread, value),
        None => Ok(default),
    };
    let flags = number(thread, flags, 0)?;
    let dont_inherit = match dont_inherit {
        Some(value) => protocol::is_true(thread, value)?,
        None => false,
    };
    let optimize = number(thread, optimize, -1)?;
    let feature = number(thread, feature, -1)?;
    let flags = flags.cast_unsigned();
    if flags & !KNOWN_FLAGS != 0 {
        return Err(thread.value_error("compile(): unrecognised flags"));
    }
    let Some(optimize) = i8::try_from(optimize)
        .ok()
        .filter(|level| (-1..=2).contains(level))
    else {
        return Err(thread.value_error("compile(): invalid optimize value"));
    };
    let options = Options {
        flags,
        inherited_flags: crate::namespace::caller_flags(thread),
        dont_inherit,
        optimize,
        ..default_options()
    };
    let wants_tree = flags & compile_flags::ONLY_AST != 0;
    let known_mode = match mode.as_str() {
        "exec" => Some(Mode::Exec),
        "eval" => Some(Mode::Eval),
        "single" => Some(Mode::Single),
        "func_type" if wants_tree => None,
        "func_type" => {
            let message = "compile() mode 'func_type' requires flag PyCF_ONLY_AST";
            return Err(thread.value_error(message));
        }
        _ if wants_tree => {
            let message = "compile() mode must be 'exec', 'eval', 'single' or 'func_type'";
            return Err(thread.value_error(message));
        }
        _ => return Err(thread.value_error("compile() mode must be 'exec', 'eval' or 'single'")),
    };
    if let Some(trees) = TREES.get()
        && (trees.is_tree)(thread, source)?
    {
        return (trees.compile)(thread, source, filename, &mode, &options);
    }
    let Some(text) = source_of(thread, source)? else {
        return Err(thread.type_error("compile() arg 1 must be a string, bytes or AST object"));
    };
    match known_mode {
        Some(mode) if !wants_tree => {
            Ok(compile_source(thread, text, filename, mode, &options)?.value())
        }
        _ => {
            let trees = trees(thread)?;
            let text = text.decode(thread, filename)?;
            (trees.parse)(thread, &text, filename, &mode, &options, feature)
        }
    }
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "compile",
        compile,
        "compile($module, /, source, filename, mode, flags=0,\n        dont_inherit=False, optimize=-1, *, _feature_version=-1)\n--\n\nA code object of a source, for exec() or eval().\n\nThe source is a string, bytes, or an AST module. The mode is 'exec' for a module, 'single' for one (interactive) statement, 'eval' for an\nexpression. The flags say which future statements hold; those of the calling code do too, unless dont_inherit is true.",
    ),
    Method::any(
        "eval",
        crate::execute::eval,
        "eval($module, source, /, globals=None, locals=None)\n--\n\nThe value of an expression, given as a string or as a code object.\n\nglobals is a dict, locals any mapping; without, the current ones.",
    ),
    Method::any(
        "exec",
        crate::execute::exec,
        "exec($module, source, /, globals=None, locals=None, *, closure=None)\n--\n\nRuns statements, given as a string or as a code object.\n\nglobals is a dict, locals any mapping; without, the current ones. A code object with free variables needs a closure: a tuple of cells.",
    ),
];
