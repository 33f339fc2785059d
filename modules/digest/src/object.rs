//! Digests as objects, and what they all can do.

use std::borrow::Cow;
use std::fmt::Write;

use grwl_heap::{CellPtr, CellType, Header, Size, Trace};
use grwl_object::bytes::Bytes;
use grwl_object::{
    Args, Exclusive, GetSet, Method, PyResult, Ref, Signature, Str, Thread, TypeObject, TypeSpec,
    Value, ValueExt, buffer, none, protocol, slots,
};

use crate::algorithm::{Algorithm, Hash, SHA3};

/// A digest.
#[repr(C)]
pub(crate) struct DigestObject {
    header: Header,
    algorithm: &'static Algorithm,
    digest_size: usize,
    state: Exclusive<Box<dyn Hash>>,
}

/// The heap's view of digests.
pub(crate) static DIGEST_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<DigestObject>()),
    drop: Some(drop_digest),
    name: "digest",
};

unsafe fn drop_digest(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead object.
    unsafe { std::ptr::drop_in_place(&raw mut (*cell.cast::<DigestObject>().as_ptr()).state) };
}

fn own(this: Value) -> Ref<DigestObject> {
    let cell = this.as_cell().expect("a digest is a cell");
    // SAFETY: only functions of the classes call this, with their instances, which lie in memory alike and have no subclasses.
    unsafe { Ref::from_cell(cell) }
}

/// A new object.
pub(crate) fn object(
    thread: &Thread,
    algorithm: &'static Algorithm,
    digest_size: usize,
    state: Box<dyn Hash>,
) -> Value {
    let state = Exclusive::new(state);
    // SAFETY: the classes have this layout.
    let made = unsafe {
        thread.new_cell(algorithm.class, |header| DigestObject {
            header,
            algorithm,
            digest_size,
            state,
        })
    };
    made.value()
}

/// What is hashed: bytes, but no text.
pub(crate) fn data<'a>(thread: &mut Thread, value: Value) -> PyResult<Cow<'a, [u8]>> {
    if value.downcast::<Str>().is_some() {
        return Err(thread.type_error("Strings must be encoded before hashing"));
    }
    if !buffer::is_supported(value) {
        return Err(thread.type_error("object supporting the buffer API required"));
    }
    buffer::read(thread, value)
}

/// What a constructor was given to begin with, under its new or its old name.
pub(crate) fn first_data(
    thread: &mut Thread,
    data: Option<Value>,
    string: Option<Value>,
) -> PyResult<Option<Value>> {
    match (data, string) {
        (Some(_), Some(_)) => Err(thread.type_error(
            "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version.",
        )),
        (data, string) => Ok(data.or(string)),
    }
}

/// Takes data in.
pub(crate) fn take(thread: &mut Thread, state: &mut dyn Hash, data: &[u8]) {
    thread.safe_if_long(data.len(), || state.update(data));
}

/// `md5(data)` and its like.
pub(crate) fn make(thread: &mut Thread, args: Args<'_>, algorithm: &'static Algorithm) -> PyResult {
    let [given, for_security, string] = args.parse(thread, &algorithm.signature)?;
    if let Some(for_security) = for_security {
        protocol::is_true(thread, for_security)?;
    }
    let given = first_data(thread, given, string)?;
    let mut state = (algorithm.begin)();
    if let Some(given) = given {
        let given = data(thread, given)?;
        take(thread, &mut *state, &given);
    }
    Ok(object(thread, algorithm, algorithm.digest_size, state))
}

/// Hexadecimal digits.
pub(crate) fn hex(thread: &Thread, digest: &[u8]) -> PyResult {
    let mut text = String::with_capacity(digest.len() * 2);
    for byte in digest {
        let written = write!(text, "{byte:02x}");
        debug_assert!(written.is_ok(), "a string takes everything");
    }
    Ok(Str::new(thread, &text).value())
}

fn update(thread: &mut Thread, this: Value, given: Value) -> PyResult {
    let this = own(this);
    let given = data(thread, given)?;
    this.state
        .with(thread, |thread, state| take(thread, &mut **state, &given));
    Ok(none())
}

fn copy(thread: &mut Thread, this: Value) -> PyResult {
    let this = own(this);
    let state = this.state.with(thread, |_, state| state.copy());
    Ok(object(thread, this.algorithm, this.digest_size, state))
}

fn digest_of(thread: &mut Thread, this: Value, length: usize) -> Vec<u8> {
    let this = own(this);
    this.state.with(thread, |thread, state| {
        thread.safe_if_long(length, || state.digest(length))
    })
}

fn digest(thread: &mut Thread, this: Value) -> PyResult {
    let digest = digest_of(thread, this, 0);
    Ok(Bytes::new(thread, &digest)?.value())
}

fn hex_digest(thread: &mut Thread, this: Value) -> PyResult {
    let digest = digest_of(thread, this, 0);
    hex(thread, &digest)
}

/// An integer that is not negative and has no more than `bits` bits.
pub(crate) fn unsigned(thread: &mut Thread, value: Value, c_type: &str) -> PyResult<u64> {
    let int = protocol::as_int(thread, value)?;
    if int.is_negative() {
        return Err(thread.value_error("Cannot convert negative int"));
    }
    int.to_u64()
        .ok_or_else(|| thread.overflow_error(format_args!("Python int too large for C {c_type}")))
}

static LENGTH: Signature<1> = Signature::new("digest", ["length"]);
static HEX_LENGTH: Signature<1> = Signature::new("hexdigest", ["length"]);

fn long_digest(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    signature: &Signature<1>,
) -> PyResult<Vec<u8>> {
    /// Longer digests are refused.
    const LIMIT: u64 = 1 << 29;
    let [length] = args.parse(thread, signature)?;
    let length = length.expect("the signature requires it");
    let length = unsigned(thread, length, "unsigned long")?;
    if length >= LIMIT {
        return Err(thread.value_error("length is too large"));
    }
    Ok(digest_of(thread, this, length as usize))
}

const UPDATE_DOC: &str = "update($self, obj, /)\n--\n\nTake bytes in, behind those before.";
const UPDATE_DATA_DOC: &str = "update($self, data, /)\n--\n\nTake bytes in, behind those before.";
const COPY: Method = Method::no_arguments(
    "copy",
    copy,
    "copy($self, /)\n--\n\nAnother in the same state.",
);
const DIGEST: Method = Method::no_arguments(
    "digest",
    digest,
    "digest($self, /)\n--\n\nThe digest of what was taken in until now, as bytes.",
);
const HEX_DIGEST: Method = Method::no_arguments(
    "hexdigest",
    hex_digest,
    "hexdigest($self, /)\n--\n\nThe digest of what was taken in until now, as hexadecimal digits.",
);

const NAME: GetSet = GetSet::read_only(
    "name",
    |thread, this| Ok(Str::new(thread, own(this).algorithm.name).value()),
    None,
);
const BLOCK_SIZE: GetSet = GetSet::read_only(
    "block_size",
    |_, this| Ok(Value::small(own(this).algorithm.block_size as i64)),
    None,
);
const DIGEST_SIZE: GetSet = GetSet::read_only(
    "digest_size",
    |_, this| Ok(Value::small(own(this).digest_size as i64)),
    None,
);

/// Of `_md5`, `_sha1` and `_sha2`.
pub(crate) static PLAIN_SPEC: TypeSpec = TypeSpec {
    methods: &[
        COPY,
        DIGEST,
        HEX_DIGEST,
        Method::one("update", update, UPDATE_DOC),
    ],
    getset: &[NAME, BLOCK_SIZE, DIGEST_SIZE],
    ..TypeSpec::NONE
};

/// Makes an object of a class `sha3_*` or `shake_*`.
fn new_sha3(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let algorithm = SHA3
        .iter()
        .find(|algorithm| std::ptr::eq(algorithm.class, class.as_ptr()));
    make(
        thread,
        args,
        algorithm.expect("each class has its algorithm"),
    )
}

const CAPACITY: GetSet = GetSet::read_only(
    "_capacity_bits",
    |_, this| {
        Ok(Value::small(
            1600 - own(this).algorithm.block_size as i64 * 8,
        ))
    },
    None,
);
const RATE: GetSet = GetSet::read_only(
    "_rate_bits",
    |_, this| Ok(Value::small(own(this).algorithm.block_size as i64 * 8)),
    None,
);
const SUFFIX: GetSet = GetSet::read_only(
    "_suffix",
    |thread, this| {
        let is_shake = own(this).digest_size == 0;
        let suffix: &[u8] = if is_shake { b"\x1f" } else { b"\x06" };
        Ok(Bytes::new(thread, suffix)?.value())
    },
    None,
);

/// Of `sha3_*`; the argument is the name.
macro_rules! sha3_spec {
    ($name:ident, $text:literal, $what:literal, $digest:expr, $hex:expr) => {
        pub(crate) static $name: TypeSpec = TypeSpec {
            doc: Some(concat!(
                $text,
                "([data], *, usedforsecurity=True) -> SHA3 object\n\n",
                $what
            )),
            slots: &[slots::NEW.is(new_sha3)],
            methods: &[
                COPY,
                $digest,
                $hex,
                Method::one("update", update, UPDATE_DATA_DOC),
            ],
            getset: &[NAME, BLOCK_SIZE, DIGEST_SIZE, CAPACITY, RATE, SUFFIX],
            ..TypeSpec::NONE
        };
    };
}

const LONG_DIGEST: Method = Method::any(
    "digest",
    |thread, this, args| {
        let digest = long_digest(thread, this, args, &LENGTH)?;
        Ok(Bytes::new(thread, &digest)?.value())
    },
    "digest($self, /, length)\n--\n\nSo many bytes of digest.",
);
const LONG_HEX_DIGEST: Method = Method::any(
    "hexdigest",
    |thread, this, args| {
        let digest = long_digest(thread, this, args, &HEX_LENGTH)?;
        hex(thread, &digest)
    },
    "hexdigest($self, /, length)\n--\n\nSo many bytes of digest, as hexadecimal digits.",
);

sha3_spec!(
    SHA3_224_SPEC,
    "sha3_224",
    "SHA3, 28 bytes.",
    DIGEST,
    HEX_DIGEST
);
sha3_spec!(
    SHA3_256_SPEC,
    "sha3_256",
    "SHA3, 32 bytes.",
    DIGEST,
    HEX_DIGEST
);
sha3_spec!(
    SHA3_384_SPEC,
    "sha3_384",
    "SHA3, 48 bytes.",
    DIGEST,
    HEX_DIGEST
);
sha3_spec!(
    SHA3_512_SPEC,
    "sha3_512",
    "SHA3, 64 bytes.",
    DIGEST,
    HEX_DIGEST
);
sha3_spec!(
    SHAKE_128_SPEC,
    "shake_128",
    "SHAKE of 128 bits: a digest of any length.",
    LONG_DIGEST,
    LONG_HEX_DIGEST
);
sha3_spec!(
    SHAKE_256_SPEC,
    "shake_256",
    "SHAKE of 256 bits: a digest of any length.",
    LONG_DIGEST,
    LONG_HEX_DIGEST
);

/// What the two BLAKE2 share beside how they are made.
pub(crate) const BLAKE2_METHODS: &[Method] = &[
    COPY,
    DIGEST,
    HEX_DIGEST,
    Method::one("update", update, UPDATE_DATA_DOC),
];
/// As [`BLAKE2_METHODS`].
pub(crate) const BLAKE2_ATTRIBUTES: &[GetSet] = &[NAME, BLOCK_SIZE, DIGEST_SIZE];
