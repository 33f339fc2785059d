//! Error handlers by name, and the built-in ones as functions that Python can call.
//!
//! A built-in handler looks only at the exception's fields; positions outside of the object are brought into it, as in CPython.

use grwl_object::bytes::Bytes;
use grwl_object::dict::Dict;
use grwl_object::exception::Exception;
use grwl_object::exception::detail::UnicodeError;
use grwl_object::function::BuiltinFunction;
use grwl_object::{
    Method, PyResult, Ref, Str, Thread, Tuple, Value, ValueExt, int, intern, none, singleton, types,
};
use grwl_text::codec::handlers::name_replace;
use grwl_text::codec::{DecodeErrors, DecodeProblem, EncodeErrors, EncodeProblem, Replacement};
use grwl_text::{Text, TextBuf};
use grwl_types_text::arguments;

use crate::registry;

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "register_error",
        |thread, _, args| {
            let [name, handler] = args.unpack::<2>(thread, "register_error", 2)?;
            let [name, handler] = [name, handler].map(|value| value.unwrap_or_else(none));
            let name = arguments::c_string(thread, name, "register_error", "argument 1")?;
            if !registry::is_callable(handler) {
                return Err(thread.type_error("handler must be callable"));
            }
            let key = Str::new(thread, &name).value();
            registry::errors().insert(thread, key, handler)?;
            Ok(none())
        },
        "register_error($module, errors, handler, /)\n--\n\nGive a name to an error handler.\n\nIt is called with the exception, and returns what is put in the place and where to go on.",
    ),
    Method::one(
        "_unregister_error",
        unregister_error,
        "_unregister_error($module, errors, /)\n--\n\nTake an error handler away; built-in ones stay.\n\nWas there one?",
    ),
    Method::one(
        "lookup_error",
        |thread, _, name| {
            let name = arguments::c_string(thread, name, "lookup_error", "argument")?;
            lookup(thread, &name)
        },
        "lookup_error($module, name, /)\n--\n\nThe error handler of a name.",
    ),
];

/// The error handler of a name.
pub(crate) fn lookup(thread: &mut Thread, name: &str) -> PyResult {
    let key = Str::new(thread, name).value();
    match registry::errors().get(thread, key)? {
        Some(handler) => Ok(handler),
        None => Err(thread.lookup_error(format_args!("unknown error handler name '{name}'"))),
    }
}

fn unregister_error(thread: &mut Thread, _module: Value, name: Value) -> PyResult {
    let name = arguments::c_string(thread, name, "_unregister_error", "argument")?;
    if BUILT_IN.iter().any(|(known, _)| *known == name) {
        return Err(thread.value_error(format_args!(
            "cannot un-register built-in error handler '{name}'"
        )));
    }
    let key = Str::new(thread, &name).value();
    let was = registry::errors().remove(thread, key)?;
    Ok(singleton::bool(was.is_some()))
}

static BUILT_IN: &[(&str, Method)] = &[
    (
        "strict",
        Method::one(
            "strict_errors",
            |thread, _, exc| Err(strict(thread, exc)),
            "Implements the 'strict' error handling: raises the exception.",
        ),
    ),
    (
        "ignore",
        Method::one(
            "ignore_errors",
            ignore,
            "Implements the 'ignore' error handling: leaves out what cannot be converted.",
        ),
    ),
    (
        "replace",
        Method::one(
            "replace_errors",
            replace,
            "Implements the 'replace' error handling: puts a mark in the place.",
        ),
    ),
    (
        "xmlcharrefreplace",
        Method::one(
            "xmlcharrefreplace_errors",
            |thread, _, exc| encode_only(thread, exc, EncodeErrors::XmlCharRefReplace),
            "Implements the 'xmlcharrefreplace' error handling: puts XML character references in the place.",
        ),
    ),
    (
        "backslashreplace",
        Method::one(
            "backslashreplace_errors",
            backslash_replace,
            "Implements the 'backslashreplace' error handling: puts escapes in the place.",
        ),
    ),
    (
        "namereplace",
        Method::one(
            "namereplace_errors",
            name_replace_errors,
            "Implements the 'namereplace' error handling: puts \\N{...} escapes in the place.",
        ),
    ),
    (
        "surrogatepass",
        Method::one(
            "surrogatepass",
            |thread, _, exc| {
                surrogates(
                    thread,
                    exc,
                    EncodeErrors::SurrogatePass,
                    DecodeErrors::SurrogatePass,
                )
            },
            "Implements the 'surrogatepass' error handling: converts surrogates as if they were characters.",
        ),
    ),
    (
        "surrogateescape",
        Method::one(
            "surrogateescape",
            |thread, _, exc| {
                surrogates(
                    thread,
                    exc,
                    EncodeErrors::SurrogateEscape,
                    DecodeErrors::SurrogateEscape,
                )
            },
            "Implements the 'surrogateescape' error handling: lone surrogates stand for bytes.",
        ),
    ),
];

/// Fills the table of handlers.
pub(crate) fn add_built_in(thread: &mut Thread, errors: Ref<Dict>) -> PyResult<()> {
    for (name, method) in BUILT_IN {
        let function = BuiltinFunction::new(thread, method, None, None);
        let name = intern(thread, name);
        errors.set_str(thread, name, function.value())?;
    }
    Ok(())
}

/// What cannot be converted.
enum Object {
    Text(Ref<Str>),
    Bytes(Ref<Bytes>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Encode,
    Decode,
    Translate,
}

/// A Unicode error, taken apart.
struct Problem {
    kind: Kind,
    object: Object,
    start: usize,
    end: usize,
    encoding: &'static str,
}

fn wrong_type(thread: &Thread, exc: Value) -> grwl_object::Raised {
    thread.type_error(format_args!(
        "don't know how to handle {} in error callback",
        exc.class().name()
    ))
}

/// The names under which the forms of surrogates are known to the handlers.
static ENCODINGS: [&str; 7] = [
    "utf-8",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-32-le",
    "utf-32-be",
];

fn encoding_of(name: &str) -> &'static str {
    let plain = |name: &str| name.to_ascii_lowercase().replace(['-', '_'], "");
    let wanted = plain(name);
    if wanted == "cp65001" || wanted == "cputf8" {
        return "utf-8";
    }
    ENCODINGS
        .into_iter()
        .find(|known| plain(known) == wanted)
        .unwrap_or("")
}

fn take_apart(thread: &mut Thread, exc: Value) -> PyResult<Problem> {
    let class = exc.class();
    let kind = if class.is_subtype_of(&types::UNICODE_ENCODE_ERROR) {
        Kind::Encode
    } else if class.is_subtype_of(&types::UNICODE_DECODE_ERROR) {
        Kind::Decode
    } else if class.is_subtype_of(&types::UNICODE_TRANSLATE_ERROR) {
        Kind::Translate
    } else {
        return Err(wrong_type(thread, exc));
    };
    let name = class.name().to_string();
    // SAFETY: the three classes and their subclasses have this layout.
    let this = unsafe { Ref::<UnicodeError>::from_cell(exc.as_cell().expect("a cell")) };
    let missing = |thread: &Thread, what: &str| {
        thread.type_error(format_args!("{name} '{what}' attribute is not set"))
    };
    let Some(object) = this.object.load() else {
        return Err(missing(thread, "object"));
    };
    let object =
        if kind == Kind::Decode {
            match object.downcast::<Bytes>() {
                Some(bytes) => Object::Bytes(bytes),
                None => {
                    return Err(thread
                        .type_error(format_args!("{name} 'object' attribute must be a bytes")));
                }
            }
        } else {
            match object.downcast::<Str>() {
                Some(string) => Object::Text(string),
                None => {
                    return Err(thread
                        .type_error(format_args!("{name} 'object' attribute must be a string")));
                }
            }
        };
    let size = match &object {
        Object::Text(text) => text.len(),
        Object::Bytes(bytes) => bytes.len(),
    };
    let place = |value: Option<Value>| value.and_then(Value::as_int).unwrap_or(0);
    let start = place(this.start.load()).clamp(0, size.saturating_sub(1) as i64) as usize;
    let end = place(this.end.load()).max(1).min(size as i64) as usize;
    let encoding = this
        .encoding
        .load()
        .and_then(|encoding| encoding.downcast::<Str>())
        .map_or("", |encoding| encoding_of(&encoding.to_string()));
    Ok(Problem {
        kind,
        object,
        start,
        end: end.max(start),
        encoding,
    })
}

impl Problem {
    fn text(&self) -> Text<'_> {
        match &self.object {
            Object::Text(string) => string.text(),
            Object::Bytes(_) => Text::One(&[]),
        }
    }

    fn bytes(&self) -> &[u8] {
        match &self.object {
            Object::Bytes(bytes) => bytes.as_slice(),
            Object::Text(_) => &[],
        }
    }

    fn encode(&self) -> EncodeProblem<'_> {
        EncodeProblem {
            encoding: self.encoding,
            input: self.text(),
            start: self.start,
            end: self.end,
            reason: "",
        }
    }

    fn decode(&self) -> DecodeProblem<'_> {
        DecodeProblem {
            encoding: self.encoding,
            input: self.bytes(),
            start: self.start,
            end: self.end,
            reason: "",
        }
    }
}

fn pair(thread: &mut Thread, text: &TextBuf, resume: usize) -> PyResult {
    let text = Str::from_buf(thread, text)?.value();
    let resume = int::from_usize(thread, resume);
    Ok(Tuple::try_new(thread, &[text, resume])?.value())
}

fn encoded(thread: &mut Thread, replacement: &Replacement, resume: usize) -> PyResult {
    match replacement {
        Replacement::Text(text) => pair(thread, text, resume),
        Replacement::Bytes(bytes) => {
            let bytes = Bytes::new(thread, bytes)?.value();
            let resume = int::from_usize(thread, resume);
            Ok(Tuple::try_new(thread, &[bytes, resume])?.value())
        }
    }
}

fn strict(thread: &mut Thread, exc: Value) -> grwl_object::Raised {
    if exc.downcast::<Exception>().is_some() {
        thread.raise_value(exc)
    } else {
        thread.type_error("codec must pass exception instance")
    }
}

fn ignore(thread: &mut Thread, _module: Value, exc: Value) -> PyResult {
    let problem = take_apart(thread, exc)?;
    pair(thread, &TextBuf::new(), problem.end)
}

fn replace(thread: &mut Thread, _module: Value, exc: Value) -> PyResult {
    let problem = take_apart(thread, exc)?;
    let count = problem.end - problem.start;
    let text = match problem.kind {
        Kind::Encode => TextBuf::One(vec![b'?'; count]),
        Kind::Decode => TextBuf::Two(vec![0xFFFD]),
        Kind::Translate => TextBuf::Two(vec![0xFFFD; count]).into_canonical(),
    };
    pair(thread, &text, problem.end)
}

fn encode_only(thread: &mut Thread, exc: Value, handler: EncodeErrors) -> PyResult {
    if !exc.class().is_subtype_of(&types::UNICODE_ENCODE_ERROR) {
        return Err(wrong_type(thread, exc));
    }
    let problem = take_apart(thread, exc)?;
    match handler.answer(&problem.encode()) {
        Some(fix) => encoded(thread, &fix.replacement, fix.resume),
        None => Err(strict(thread, exc)),
    }
}

fn backslash_replace(thread: &mut Thread, _module: Value, exc: Value) -> PyResult {
    let problem = take_apart(thread, exc)?;
    if problem.kind == Kind::Decode {
        let fix = DecodeErrors::BackslashReplace.answer(&problem.decode());
        return match fix {
            Some(fix) => pair(thread, &fix.text, fix.resume),
            None => Err(strict(thread, exc)),
        };
    }
    match EncodeErrors::BackslashReplace.answer(&problem.encode()) {
        Some(fix) => encoded(thread, &fix.replacement, fix.resume),
        None => Err(strict(thread, exc)),
    }
}

fn name_replace_errors(thread: &mut Thread, _module: Value, exc: Value) -> PyResult {
    if !exc.class().is_subtype_of(&types::UNICODE_ENCODE_ERROR) {
        return Err(wrong_type(thread, exc));
    }
    let problem = take_apart(thread, exc)?;
    let fix = name_replace(&problem.encode(), |code| {
        let name = unicode_names2::name(char::from_u32(code)?)?;
        Some(name.to_string())
    });
    encoded(thread, &fix.replacement, fix.resume)
}

fn surrogates(
    thread: &mut Thread,
    exc: Value,
    encode: EncodeErrors,
    decode: DecodeErrors,
) -> PyResult {
    let class = exc.class();
    if !class.is_subtype_of(&types::UNICODE_ENCODE_ERROR)
        && !class.is_subtype_of(&types::UNICODE_DECODE_ERROR)
    {
        return Err(wrong_type(thread, exc));
    }
    let problem = take_apart(thread, exc)?;
    let answer = if problem.kind == Kind::Encode {
        encode
            .answer(&problem.encode())
            .map(|fix| encoded(thread, &fix.replacement, fix.resume))
    } else {
        decode
            .answer(&problem.decode())
            .map(|fix| pair(thread, &fix.text, fix.resume))
    };
    answer.unwrap_or_else(|| Err(strict(thread, exc)))
}
