//! How `_blake2.blake2b` and `_blake2.blake2s` are made: with a key, and the parameters of a tree of digests.

use grwl_object::{
    Args, Constant, PyResult, Ref, Signature, Thread, TypeObject, TypeSpec, Value, buffer,
    protocol, slots,
};
use grwl_types_text::arguments::c_int;

use crate::algorithm::{Algorithm, BLAKE2B, BLAKE2S, Hash};
use crate::object::{BLAKE2_ATTRIBUTES, BLAKE2_METHODS, data, first_data, object, take, unsigned};

/// What one of the two allows.
struct Limits {
    /// The name in messages.
    shown: &'static str,
    digest: usize,
    key: usize,
    salt: usize,
    person: usize,
    /// Bits of `node_offset`.
    offset_bits: u32,
}

static LIMITS_B: Limits = Limits {
    shown: "Blake2b",
    digest: 64,
    key: 64,
    salt: 16,
    person: 16,
    offset_bits: 64,
};
static LIMITS_S: Limits = Limits {
    shown: "Blake2s",
    digest: 32,
    key: 32,
    salt: 8,
    person: 8,
    offset_bits: 48,
};

/// The parameters, all in order.
struct Parameters {
    digest_size: usize,
    key: Vec<u8>,
    salt: Vec<u8>,
    person: Vec<u8>,
    fanout: u8,
    depth: u8,
    leaf_size: u32,
    node_offset: u64,
    node_depth: u8,
    inner_size: usize,
    is_last_node: bool,
}

const NAMES: [&str; 14] = [
    "data",
    "digest_size",
    "key",
    "salt",
    "person",
    "fanout",
    "depth",
    "leaf_size",
    "node_offset",
    "node_depth",
    "inner_size",
    "last_node",
    "usedforsecurity",
    "string",
];

const fn signature(function: &'static str) -> Signature<14> {
    Signature::new(function, NAMES)
        .keyword_only_after(1, 0)
        .optional_after(0)
}

fn bytes(thread: &mut Thread, value: Option<Value>) -> PyResult<Vec<u8>> {
    match value {
        Some(value) => buffer::bytes_of(thread, value),
        None => Ok(Vec::new()),
    }
}

fn int(thread: &mut Thread, value: Option<Value>, default: i32) -> PyResult<i32> {
    match value {
        Some(value) => c_int(thread, value),
        None => Ok(default),
    }
}

fn flag(thread: &mut Thread, value: Option<Value>) -> PyResult<bool> {
    match value {
        Some(value) => protocol::is_true(thread, value),
        None => Ok(false),
    }
}

/// A number of one byte, from `least` on.
fn byte(thread: &Thread, value: i32, least: u8, name: &str) -> PyResult<u8> {
    match u8::try_from(value) {
        Ok(byte) if byte >= least => Ok(byte),
        _ => Err(thread.value_error(format_args!("{name} must be between {least} and 255"))),
    }
}

/// The parameters, and what is taken in first.
fn parse(
    thread: &mut Thread,
    args: Args<'_>,
    signature: &Signature<14>,
    limits: &Limits,
) -> PyResult<(Parameters, Option<Value>)> {
    let [
        first,
        digest_size,
        key,
        salt,
        person,
        fanout,
        depth,
        leaf_size,
        node_offset,
        node_depth,
        inner_size,
        last_node,
        for_security,
        string,
    ] = args.parse(thread, signature)?;
    let digest_size = int(thread, digest_size, limits.digest as i32)?;
    let key = bytes(thread, key)?;
    let salt = bytes(thread, salt)?;
    let person = bytes(thread, person)?;
    let fanout = int(thread, fanout, 1)?;
    let depth = int(thread, depth, 1)?;
    let leaf_size = match leaf_size {
        Some(value) => unsigned(thread, value, "unsigned long")?,
        None => 0,
    };
    let node_offset = match node_offset {
        Some(value) => unsigned(thread, value, "unsigned long long")?,
        None => 0,
    };
    let node_depth = int(thread, node_depth, 0)?;
    let inner_size = int(thread, inner_size, 0)?;
    let is_last_node = flag(thread, last_node)?;
    flag(thread, for_security)?;
    let first = first_data(thread, first, string)?;

    let most = limits.digest;
    let digest_size = match usize::try_from(digest_size) {
        Ok(size) if (1..=most).contains(&size) => size,
        _ => {
            return Err(thread.value_error(format_args!(
                "digest_size for {} must be between 1 and {most} bytes, here it is {digest_size}",
                limits.shown
            )));
        }
    };
    let too_long = |what: &str, most: usize| {
        thread.value_error(format_args!("maximum {what} length is {most} bytes"))
    };
    if salt.len() > limits.salt {
        return Err(too_long("salt", limits.salt));
    }
    if person.len() > limits.person {
        return Err(too_long("person", limits.person));
    }
    let fanout = byte(thread, fanout, 0, "fanout")?;
    let depth = byte(thread, depth, 1, "depth")?;
    let leaf_size =
        u32::try_from(leaf_size).map_err(|_| thread.overflow_error("leaf_size is too large"))?;
    if limits.offset_bits < 64 && node_offset >> limits.offset_bits != 0 {
        return Err(thread.overflow_error("node_offset is too large"));
    }
    let node_depth = byte(thread, node_depth, 0, "node_depth")?;
    let inner_size = match usize::try_from(inner_size) {
        Ok(size) if size <= most => size,
        _ => {
            return Err(
                thread.value_error(format_args!("inner_size must be between 0 and is {most}"))
            );
        }
    };
    if key.len() > limits.key {
        return Err(too_long("key", limits.key));
    }
    let parameters = Parameters {
        digest_size,
        key,
        salt,
        person,
        fanout,
        depth,
        leaf_size,
        node_offset,
        node_depth,
        inner_size,
        is_last_node,
    };
    Ok((parameters, first))
}

/// Writes the parameters into those of one of the two libraries, and begins.
macro_rules! begin {
    ($library:ident, $parameters:expr) => {{
        let given: Parameters = $parameters;
        let mut parameters = $library::Params::new();
        parameters
            .hash_length(given.digest_size)
            .key(&given.key)
            .salt(&given.salt)
            .personal(&given.person)
            .fanout(given.fanout)
            .max_depth(given.depth)
            .max_leaf_length(given.leaf_size)
            .node_offset(given.node_offset)
            .node_depth(given.node_depth)
            .inner_hash_length(given.inner_size)
            .last_node(given.is_last_node);
        Box::new(parameters.to_state())
    }};
}

fn finish(
    thread: &mut Thread,
    algorithm: &'static Algorithm,
    digest_size: usize,
    mut state: Box<dyn Hash>,
    first: Option<Value>,
) -> PyResult {
    if let Some(first) = first {
        let first = data(thread, first)?;
        take(thread, &mut *state, &first);
    }
    Ok(object(thread, algorithm, digest_size, state))
}

fn new_b(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static S: Signature<14> = signature("blake2b");
    let (parameters, first) = parse(thread, args, &S, &LIMITS_B)?;
    let digest_size = parameters.digest_size;
    let state = begin!(blake2b_simd, parameters);
    finish(thread, &BLAKE2B, digest_size, state, first)
}

fn new_s(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static S: Signature<14> = signature("blake2s");
    let (parameters, first) = parse(thread, args, &S, &LIMITS_S)?;
    let digest_size = parameters.digest_size;
    let state = begin!(blake2s_simd, parameters);
    finish(thread, &BLAKE2S, digest_size, state, first)
}

const fn constant(name: &'static str, make: fn(&mut Thread) -> PyResult) -> Constant {
    Constant { name, make }
}

/// Of `blake2b`.
pub(crate) static SPEC_B: TypeSpec = TypeSpec {
    doc: Some(
        "blake2b(data=b'', *, digest_size=_blake2.blake2b.MAX_DIGEST_SIZE,\n        key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0,\n        node_offset=0, node_depth=0, inner_size=0, last_node=False,\n        usedforsecurity=True, string=None)\n--\n\nBLAKE2b, whose digests have up to 64 bytes.",
    ),
    slots: &[slots::NEW.is(new_b)],
    methods: BLAKE2_METHODS,
    getset: BLAKE2_ATTRIBUTES,
    constants: &[
        constant("SALT_SIZE", |_| Ok(Value::small(LIMITS_B.salt as i64))),
        constant("PERSON_SIZE", |_| Ok(Value::small(LIMITS_B.person as i64))),
        constant("MAX_KEY_SIZE", |_| Ok(Value::small(LIMITS_B.key as i64))),
        constant("MAX_DIGEST_SIZE", |_| {
            Ok(Value::small(LIMITS_B.digest as i64))
        }),
    ],
};

/// Of `blake2s`.
pub(crate) static SPEC_S: TypeSpec = TypeSpec {
    doc: Some(
        "blake2s(data=b'', *, digest_size=_blake2.blake2s.MAX_DIGEST_SIZE,\n        key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0,\n        node_offset=0, node_depth=0, inner_size=0, last_node=False,\n        usedforsecurity=True, string=None)\n--\n\nBLAKE2s, whose digests have up to 32 bytes.",
    ),
    slots: &[slots::NEW.is(new_s)],
    methods: BLAKE2_METHODS,
    getset: BLAKE2_ATTRIBUTES,
    constants: &[
        constant("SALT_SIZE", |_| Ok(Value::small(LIMITS_S.salt as i64))),
        constant("PERSON_SIZE", |_| Ok(Value::small(LIMITS_S.person as i64))),
        constant("MAX_KEY_SIZE", |_| Ok(Value::small(LIMITS_S.key as i64))),
        constant("MAX_DIGEST_SIZE", |_| {
            Ok(Value::small(LIMITS_S.digest as i64))
        }),
    ],
};

/// The numbers that the module has.
pub(crate) static NUMBERS: &[(&str, &str, &TypeObject)] = &[
    ("BLAKE2B_SALT_SIZE", "SALT_SIZE", &crate::types::BLAKE2B),
    ("BLAKE2B_PERSON_SIZE", "PERSON_SIZE", &crate::types::BLAKE2B),
    (
        "BLAKE2B_MAX_KEY_SIZE",
        "MAX_KEY_SIZE",
        &crate::types::BLAKE2B,
    ),
    (
        "BLAKE2B_MAX_DIGEST_SIZE",
        "MAX_DIGEST_SIZE",
        &crate::types::BLAKE2B,
    ),
    ("BLAKE2S_SALT_SIZE", "SALT_SIZE", &crate::types::BLAKE2S),
    ("BLAKE2S_PERSON_SIZE", "PERSON_SIZE", &crate::types::BLAKE2S),
    (
        "BLAKE2S_MAX_KEY_SIZE",
        "MAX_KEY_SIZE",
        &crate::types::BLAKE2S,
    ),
    (
        "BLAKE2S_MAX_DIGEST_SIZE",
        "MAX_DIGEST_SIZE",
        &crate::types::BLAKE2S,
    ),
];
