//! The module `_struct`: values to bytes by a format, and back.
//!
//! | what | where |
//! |---|---|
//! | format strings | `format` |
//! | one item | `item` |
//! | `Struct` | `object` |
//! | `iter_unpack` | `iterator` |
//! | the module's functions, and the formats that they have parsed | here |

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod format;
mod item;
mod iterator;
mod object;

use std::sync::Once;

use grwl_object::dict::Dict;
use grwl_object::exception::ModuleException;
use grwl_object::module::Module;
use grwl_object::{
    Args, Method, PyResult, Ref, Signature, Slot, Str, Thread, TypeObject, TypeSpec, Value,
    ValueExt, int, intern, none, ready, types,
};

use object::Parsed;

pub use iterator::UNPACK_ITERATOR;
pub use object::STRUCT;

/// `struct.error`
pub(crate) static ERROR: ModuleException =
    ModuleException::new("struct", "error", &types::EXCEPTION, None);

const DOC: &str = "Functions to convert between Python values and C structs.\nA format string says how the bytes are laid out: byte order first (@ = < > !), then a letter for each item, with a count before it.\n";

static TYPES: [(&TypeObject, &TypeSpec); 3] = [
    (&object::PARSED, &TypeSpec::NONE),
    (&STRUCT, &object::SPEC),
    (&UNPACK_ITERATOR, &iterator::SPEC),
];

/// Formats parsed lately, by their text: a dict.
static CACHE: Slot = Slot::empty();
/// So many formats are kept.
const CACHE_ROOM: usize = 100;

static FUNCTIONS: &[Method] = &[
    Method::no_arguments(
        "_clearcache",
        |thread, _| {
            let cache = cache(thread);
            cache.clear(thread);
            Ok(none())
        },
        "_clearcache($module, /)\n--\n\nForget the formats that were parsed.",
    ),
    Method::one(
        "calcsize",
        |thread, _, format| {
            let parsed = known(thread, format)?;
            Ok(int::from_usize(thread, parsed.format.size))
        },
        "calcsize($module, format, /)\n--\n\nBytes of what the format describes.",
    ),
    Method::any(
        "iter_unpack",
        |thread, _, args| {
            let [format, bytes] = two(thread, args, "iter_unpack")?;
            let parsed = known(thread, format)?;
            iterator::begin(thread, parsed, bytes)
        },
        "iter_unpack($module, format, buffer, /)\n--\n\nAn iterator of what one piece of the buffer after another holds.",
    ),
    Method::any(
        "pack",
        |thread, _, args| {
            let (parsed, values) = format_first(thread, args, "_struct.pack")?;
            object::pack(thread, parsed, values)
        },
        "pack(format, v1, v2, ...) -> bytes\n\nThe values as bytes, by the format.",
    ),
    Method::any(
        "pack_into",
        |thread, _, args| {
            let (parsed, values) = format_first(thread, args, "_struct.pack_into")?;
            object::pack_into(thread, parsed, values)
        },
        "pack_into(format, buffer, offset, v1, v2, ...)\n\nWrite the values by the format into a buffer that can be written to, at an offset.",
    ),
    Method::any(
        "unpack",
        |thread, _, args| {
            let [format, bytes] = two(thread, args, "unpack")?;
            let parsed = known(thread, format)?;
            object::unpack(thread, parsed, bytes)
        },
        "unpack($module, format, buffer, /)\n--\n\nThe tuple of the values in a buffer, which has exactly the format's length.",
    ),
    Method::any(
        "unpack_from",
        |thread, _, args| {
            static SIGNATURE: Signature<3> =
                Signature::new("unpack_from", ["format", "buffer", "offset"])
                    .positional_only(1)
                    .optional_after(2);
            let [format, bytes, offset] = args.parse(thread, &SIGNATURE)?;
            let parsed = known(thread, format.unwrap_or_else(none))?;
            object::unpack_from(thread, parsed, bytes.unwrap_or_else(none), offset)
        },
        "unpack_from($module, format, /, buffer, offset=0)\n--\n\nThe tuple of the values in a buffer, at an offset.",
    ),
];

fn two(thread: &mut Thread, args: Args<'_>, function: &str) -> PyResult<[Value; 2]> {
    let given = args.unpack::<2>(thread, function, 2)?;
    Ok(given.map(|value| value.unwrap_or_else(none)))
}

fn format_first<'a>(
    thread: &mut Thread,
    args: Args<'a>,
    function: &str,
) -> PyResult<(Ref<Parsed>, &'a [Value])> {
    match args.no_keywords(thread, function)? {
        [format, rest @ ..] => Ok((known(thread, *format)?, rest)),
        [] => Err(thread.type_error("missing format argument")),
    }
}

fn cache(thread: &Thread) -> Ref<Dict> {
    match CACHE.load().and_then(Value::downcast::<Dict>) {
        Some(cache) => cache,
        None => {
            let made = Dict::new(thread);
            CACHE.store(Some(made.value()));
            made
        }
    }
}

/// What a format says, from the cache if it is there.
fn known(thread: &mut Thread, format: Value) -> PyResult<Ref<Parsed>> {
    let cache = cache(thread);
    if let Some(parsed) = cache.get(thread, format)?.and_then(Value::downcast) {
        return Ok(parsed);
    }
    let parsed = object::parse(thread, format)?;
    if cache.len() >= CACHE_ROOM {
        cache.clear(thread);
    }
    cache.insert(thread, format, parsed.value())?;
    Ok(parsed)
}

/// Gives the types their functions.
pub fn install() {
    for (class, spec) in TYPES {
        class.define(spec);
    }
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    static ROOTED: Once = Once::new();
    let name = intern(thread, "_struct");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    for (class, _) in TYPES {
        ready::ready(thread, class)?;
    }
    ROOTED.call_once(|| {
        let first = (&raw const CACHE).cast::<u64>();
        // SAFETY: a static stays readable, and its slot holds nothing or a value.
        unsafe { thread.heap().add_static_roots(first, 1) };
    });
    module.add(thread, "Struct", Ref::from_static(&STRUCT).value())?;
    ERROR.add_to(thread, module)?;
    Ok(module)
}
