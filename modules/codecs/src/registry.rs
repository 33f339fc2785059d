//! Codecs by name: the search path, the cache of what was found, encoding and decoding by what is registered.
//!
//! Invariant: the registry's objects are roots, made once; what changes in them changes under their own locks.

use std::sync::Once;

use grwl_object::dict::Dict;
use grwl_object::exception::Exception;
use grwl_object::list::List;
use grwl_object::{
    Args, Method, Name, PyResult, Raised, Ref, Signature, Slot, Str, Thread, Tuple, Value,
    ValueExt, intern, none, protocol, slots, world,
};
use grwl_types_text::codec::{CodecsHook, normalized};

use crate::handlers;

/// The search path, the cache, the error handlers. Roots.
static ROOTS: [Slot; 3] = [const { Slot::empty() }; 3];
const SEARCH_PATH: usize = 0;
const CACHE: usize = 1;
const ERRORS: usize = 2;

/// What `str.encode` and `bytes.decode` use.
pub(crate) static HOOK: CodecsHook = CodecsHook {
    decode: |thread, object, encoding, errors| {
        text_codec(thread, object, encoding, errors, Direction::Decode)
    },
    encode: |thread, object, encoding, errors| {
        text_codec(thread, object, encoding, errors, Direction::Encode)
    },
    lookup,
    lookup_error: handlers::lookup,
    character_by_name: |name| {
        let name = std::str::from_utf8(name).ok()?;
        unicode_names2::character(name).map(u32::from)
    },
};

/// Makes the registry, if there is none.
pub(crate) fn start(thread: &mut Thread) -> PyResult<()> {
    static ROOTED: Once = Once::new();
    ROOTED.call_once(|| {
        // SAFETY: a static.
        unsafe {
            world::world()
                .heap()
                .add_static_roots(ROOTS.as_ptr().cast::<u64>(), ROOTS.len());
        }
    });
    if ROOTS[ERRORS].load().is_some() {
        return Ok(());
    }
    let errors = Dict::new(thread);
    handlers::add_built_in(thread, errors)?;
    ROOTS[SEARCH_PATH].store(Some(List::new(thread).value()));
    ROOTS[CACHE].store(Some(Dict::new(thread).value()));
    ROOTS[ERRORS].store(Some(errors.value()));
    Ok(())
}

fn search_path() -> Ref<List> {
    let list = ROOTS[SEARCH_PATH].load();
    list.and_then(|list| list.downcast::<List>())
        .expect("the registry was made")
}

fn cache() -> Ref<Dict> {
    let dict = ROOTS[CACHE].load();
    dict.and_then(|dict| dict.downcast::<Dict>())
        .expect("the registry was made")
}

/// The error handlers by name.
pub(crate) fn errors() -> Ref<Dict> {
    let dict = ROOTS[ERRORS].load();
    dict.and_then(|dict| dict.downcast::<Dict>())
        .expect("the registry was made")
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::one(
        "register",
        register,
        "register($module, search_function, /)\n--\n\nAdd a function that finds codecs by their names.\n\nIt is called with a name in lower case and returns a codecs.CodecInfo, or None.",
    ),
    Method::one(
        "unregister",
        unregister,
        "unregister($module, search_function, /)\n--\n\nTake a search function away, and forget what was found.",
    ),
    Method::one(
        "lookup",
        |thread, _, encoding| {
            let encoding = name_argument(thread, encoding, "lookup", "argument")?;
            lookup(thread, &encoding)
        },
        "lookup($module, encoding, /)\n--\n\nThe codec of a name.",
    ),
    Method::any(
        "encode",
        |thread, _, args| {
            static SIGNATURE: Signature<3> =
                Signature::new("encode", ["obj", "encoding", "errors"]).optional_after(1);
            let (object, encoding, errors) = parse(thread, args, &SIGNATURE)?;
            encode(thread, object, &encoding, errors.as_deref())
        },
        "encode($module, /, obj, encoding='utf-8', errors='strict')\n--\n\nEncode an object by the codec of a name.",
    ),
    Method::any(
        "decode",
        |thread, _, args| {
            static SIGNATURE: Signature<3> =
                Signature::new("decode", ["obj", "encoding", "errors"]).optional_after(1);
            let (object, encoding, errors) = parse(thread, args, &SIGNATURE)?;
            decode(thread, object, &encoding, errors.as_deref())
        },
        "decode($module, /, obj, encoding='utf-8', errors='strict')\n--\n\nDecode an object by the codec of a name.",
    ),
];

fn name_argument(
    thread: &mut Thread,
    value: Value,
    function: &str,
    which: &str,
) -> PyResult<String> {
    grwl_types_text::arguments::c_string(thread, value, function, which)
}

type Parsed = (Value, String, Option<String>);

fn parse(thread: &mut Thread, args: Args<'_>, signature: &Signature<3>) -> PyResult<Parsed> {
    let [object, encoding, errors] = args.parse(thread, signature)?;
    let function = signature.function;
    let encoding = match encoding {
        Some(encoding) => name_argument(thread, encoding, function, "argument 'encoding'")?,
        None => "utf-8".to_owned(),
    };
    let errors = match errors {
        Some(errors) => Some(name_argument(
            thread,
            errors,
            function,
            "argument 'errors'",
        )?),
        None => None,
    };
    Ok((object.unwrap_or_else(none), encoding, errors))
}

/// Can it be called?
pub(crate) fn is_callable(value: Value) -> bool {
    value.class().slot(slots::CALL).is_some()
}

fn register(thread: &mut Thread, _module: Value, function: Value) -> PyResult {
    if !is_callable(function) {
        return Err(thread.type_error("argument must be callable"));
    }
    search_path().push(thread, function)?;
    Ok(none())
}

fn unregister(thread: &mut Thread, _module: Value, function: Value) -> PyResult {
    let path = search_path();
    let functions = path.snapshot(thread)?;
    if let Some(place) = functions.as_slice().iter().position(|&f| f == function) {
        cache().clear(thread);
        protocol::delete_item(thread, path.value(), Value::small(place as i64))?;
    }
    Ok(none())
}

/// The codec of a name: a tuple of four.
///
/// # Errors
/// `LookupError: unknown encoding: x`; what search functions raise.
pub fn lookup(thread: &mut Thread, encoding: &str) -> PyResult {
    let name = Str::new(thread, &normalized(encoding)).value();
    if let Some(found) = cache().get(thread, name)? {
        return Ok(found);
    }
    let functions = search_path().snapshot(thread)?;
    if functions.is_empty() {
        return Err(thread.lookup_error(format_args!(
            "no codec search functions registered: can't find encoding: {encoding}"
        )));
    }
    for &function in functions.as_slice() {
        let found = protocol::call_positional(thread, function, &[name])?;
        if found.is_none() {
            continue;
        }
        if found
            .downcast::<Tuple>()
            .is_none_or(|found| found.len() != 4)
        {
            return Err(thread.type_error("codec search functions must return 4-tuples"));
        }
        cache().insert(thread, name, found)?;
        return Ok(found);
    }
    Err(thread.lookup_error(format_args!("unknown encoding: {encoding}")))
}

/// Which of a codec's functions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Encode,
    Decode,
}

fn run(
    thread: &mut Thread,
    codec: Value,
    object: Value,
    encoding: &str,
    errors: Option<&str>,
    direction: Direction,
) -> PyResult {
    let Some(codec) = codec.downcast::<Tuple>().filter(|codec| codec.len() == 4) else {
        return Err(thread.type_error("codec search functions must return 4-tuples"));
    };
    let function = codec.at(usize::from(direction == Direction::Decode));
    let result = match errors {
        Some(errors) => {
            let errors = Str::new(thread, errors).value();
            protocol::call_positional(thread, function, &[object, errors])
        }
        None => protocol::call_positional(thread, function, &[object]),
    };
    let (verb, noun) = match direction {
        Direction::Encode => ("encoding", "encoder"),
        Direction::Decode => ("decoding", "decoder"),
    };
    let made = result.map_err(|raised| {
        note(
            thread,
            raised,
            &format!("{verb} with '{encoding}' codec failed"),
        )
    })?;
    match made.downcast::<Tuple>().filter(|pair| pair.len() == 2) {
        Some(pair) => Ok(pair.at(0)),
        None => {
            Err(thread.type_error(format_args!("{noun} must return a tuple (object, integer)")))
        }
    }
}

/// Adds a note to an exception; if that fails, its own error.
fn note(thread: &mut Thread, raised: Raised, text: &str) -> Raised {
    static ADD_NOTE: Name = Name::new("add_note");
    let value = raised.0;
    debug_assert!(value.downcast::<Exception>().is_some());
    let text = Str::new(thread, text).value();
    let name = ADD_NOTE.get(thread);
    match protocol::call_method(thread, value, name, &[text]) {
        Ok(_) => raised,
        Err(other) => other,
    }
}

/// Encodes by any codec of the registry.
///
/// # Errors
/// `LookupError`; what the codec raises.
pub fn encode(
    thread: &mut Thread,
    object: Value,
    encoding: &str,
    errors: Option<&str>,
) -> PyResult {
    let codec = lookup(thread, encoding)?;
    run(thread, codec, object, encoding, errors, Direction::Encode)
}

/// Decodes by any codec of the registry.
///
/// # Errors
/// `LookupError`; what the codec raises.
pub fn decode(
    thread: &mut Thread,
    object: Value,
    encoding: &str,
    errors: Option<&str>,
) -> PyResult {
    let codec = lookup(thread, encoding)?;
    run(thread, codec, object, encoding, errors, Direction::Decode)
}

/// Runs a codec that converts between text and bytes.
fn text_codec(
    thread: &mut Thread,
    object: Value,
    encoding: &str,
    errors: Option<&str>,
    direction: Direction,
) -> PyResult {
    let codec = lookup(thread, encoding)?;
    if codec.downcast_exact::<Tuple>().is_none() {
        let name = intern(thread, "_is_text_encoding");
        if let Some(is_text) = protocol::find_attribute(thread, codec, name)?
            && !protocol::is_true(thread, is_text)?
        {
            let instead = match direction {
                Direction::Encode => "codecs.encode()",
                Direction::Decode => "codecs.decode()",
            };
            return Err(thread.lookup_error(format_args!(
                "'{encoding}' is not a text encoding; use {instead} to handle arbitrary codecs"
            )));
        }
    }
    run(thread, codec, object, encoding, errors, direction)
}
