//! The module `_hmac`: keyed digests, as RFC 2104 makes them of any digest.

use grwl_heap::{CellPtr, CellType, Header, Size, Trace};
use grwl_object::bytes::Bytes;
use grwl_object::exception::ModuleException;
use grwl_object::{
    Args, Exclusive, GetSet, Method, PyResult, Ref, Signature, Str, Thread, TypeSpec, Value,
    ValueExt, none, protocol, slots, types,
};

use crate::algorithm::{
    Algorithm, BLAKE2B, BLAKE2S, Hash, MD5, SHA1, SHA3, SHA224, SHA256, SHA384, SHA512,
};
use crate::object::{data, hex, take};

/// `_hmac.UnknownHashError`
pub(crate) static UNKNOWN_HASH: ModuleException =
    ModuleException::new("_hmac", "UnknownHashError", &types::VALUE_ERROR, None);

/// A keyed digest.
struct Mac {
    inner: Box<dyn Hash>,
    outer: Box<dyn Hash>,
}

impl Mac {
    fn new(algorithm: &Algorithm, key: &[u8]) -> Self {
        let block_size = algorithm.block_size;
        let mut block = if key.len() > block_size {
            let mut hash = (algorithm.begin)();
            hash.update(key);
            hash.digest(algorithm.digest_size)
        } else {
            key.to_vec()
        };
        block.resize(block_size, 0);
        let begin = |mask: u8| {
            let mut hash = (algorithm.begin)();
            let masked: Vec<u8> = block.iter().map(|byte| byte ^ mask).collect();
            hash.update(&masked);
            hash
        };
        Self {
            inner: begin(0x36),
            outer: begin(0x5C),
        }
    }

    fn digest(&self) -> Vec<u8> {
        let mut outer = self.outer.copy();
        outer.update(&self.inner.digest(0));
        outer.digest(0)
    }
}

/// `_hmac.HMAC`
#[repr(C)]
pub(crate) struct HmacObject {
    header: Header,
    algorithm: &'static Algorithm,
    state: Exclusive<Mac>,
}

/// The heap's view of keyed digests.
pub(crate) static HMAC_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<HmacObject>()),
    drop: Some(drop_hmac),
    name: "keyed digest",
};

unsafe fn drop_hmac(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead object.
    unsafe { std::ptr::drop_in_place(&raw mut (*cell.cast::<HmacObject>().as_ptr()).state) };
}

fn own(this: Value) -> Ref<HmacObject> {
    let cell = this.as_cell().expect("a keyed digest is a cell");
    // SAFETY: only functions of the class call this, with its instances; it has no subclasses.
    unsafe { Ref::from_cell(cell) }
}

fn object(thread: &Thread, algorithm: &'static Algorithm, state: Mac) -> Value {
    let state = Exclusive::new(state);
    // SAFETY: the class has this layout.
    let made = unsafe {
        thread.new_cell(&crate::types::HMAC, |header| HmacObject {
            header,
            algorithm,
            state,
        })
    };
    made.value()
}

/// The algorithms under the names they go by here.
static ALGORITHMS: &[(&str, &Algorithm)] = &[
    ("md5", &MD5),
    ("sha1", &SHA1),
    ("sha224", &SHA224),
    ("sha2_224", &SHA224),
    ("sha256", &SHA256),
    ("sha2_256", &SHA256),
    ("sha384", &SHA384),
    ("sha2_384", &SHA384),
    ("sha512", &SHA512),
    ("sha2_512", &SHA512),
    ("sha3_224", &SHA3[0]),
    ("sha3_256", &SHA3[1]),
    ("sha3_384", &SHA3[2]),
    ("sha3_512", &SHA3[3]),
    ("blake2s", &BLAKE2S),
    ("blake2s_32", &BLAKE2S),
    ("blake2b", &BLAKE2B),
    ("blake2b_32", &BLAKE2B),
];

fn find(thread: &mut Thread, name: Value) -> PyResult<&'static Algorithm> {
    let lower = name
        .downcast::<Str>()
        .and_then(|name| name.as_ascii().map(str::to_ascii_lowercase));
    let found = lower.and_then(|lower| ALGORITHMS.iter().find(|(name, _)| *name == lower));
    match found {
        Some((_, algorithm)) => Ok(algorithm),
        None => {
            let shown = protocol::repr(thread, name)?;
            let message = format!("unsupported hash type: {shown}");
            Err(UNKNOWN_HASH.raise(thread, message))
        }
    }
}

fn new(thread: &mut Thread, _: Value, args: Args<'_>) -> PyResult {
    static S: Signature<3> = Signature::new("new", ["key", "msg", "digestmod"]).optional_after(1);
    let [key, message, name] = args.parse(thread, &S)?;
    let Some(name) = name else {
        return Err(thread.type_error("new() missing 1 required argument 'digestmod'"));
    };
    let algorithm = find(thread, name)?;
    let key = data(thread, key.expect("the signature requires it"))?;
    let mut mac = Mac::new(algorithm, &key);
    if let Some(message) = message.and_then(ValueExt::not_none) {
        let message = data(thread, message)?;
        take(thread, &mut *mac.inner, &message);
    }
    Ok(object(thread, algorithm, mac))
}

fn compute(
    thread: &mut Thread,
    key: Value,
    message: Value,
    algorithm: &'static Algorithm,
) -> PyResult {
    let key = data(thread, key)?;
    let message = data(thread, message)?;
    let mut mac = Mac::new(algorithm, &key);
    take(thread, &mut *mac.inner, &message);
    Ok(Bytes::new(thread, &mac.digest())?.value())
}

fn compute_digest(thread: &mut Thread, _: Value, args: Args<'_>) -> PyResult {
    static S: Signature<3> = Signature::new("compute_digest", ["key", "msg", "digest"]);
    let [Some(key), Some(message), Some(name)] = args.parse(thread, &S)? else {
        unreachable!("the signature requires all");
    };
    let algorithm = find(thread, name)?;
    compute(thread, key, message, algorithm)
}

fn compute_with(
    thread: &mut Thread,
    args: Args<'_>,
    function: &str,
    algorithm: &'static Algorithm,
) -> PyResult {
    if args.keyword_count() > 0 {
        return Err(thread.type_error(format_args!(
            "_hmac.{function}() takes no keyword arguments"
        )));
    }
    let [Some(key), Some(message)] = args.unpack::<2>(thread, function, 2)? else {
        unreachable!("both are required");
    };
    compute(thread, key, message, algorithm)
}

/// The function that computes a keyed digest with one algorithm.
macro_rules! compute_function {
    ($name:literal, $algorithm:expr) => {
        Method::any(
            $name,
            |thread, _, args| compute_with(thread, args, $name, &$algorithm),
            concat!($name, "($module, key, msg, /)\n--\n\n"),
        )
    };
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "new",
        new,
        "new($module, /, key, msg=None, digestmod=None)\n--\n\nA keyed digest.",
    ),
    Method::any(
        "compute_digest",
        compute_digest,
        "compute_digest($module, /, key, msg, digest)\n--\n\nThe keyed digest of a message at once.",
    ),
    compute_function!("compute_md5", MD5),
    compute_function!("compute_sha1", SHA1),
    compute_function!("compute_sha224", SHA224),
    compute_function!("compute_sha256", SHA256),
    compute_function!("compute_sha384", SHA384),
    compute_function!("compute_sha512", SHA512),
    compute_function!("compute_sha3_224", SHA3[0]),
    compute_function!("compute_sha3_256", SHA3[1]),
    compute_function!("compute_sha3_384", SHA3[2]),
    compute_function!("compute_sha3_512", SHA3[3]),
    compute_function!("compute_blake2s_32", BLAKE2S),
    compute_function!("compute_blake2b_32", BLAKE2B),
];

fn digest_of(thread: &mut Thread, this: Value) -> Vec<u8> {
    own(this).state.with(thread, |_, mac| mac.digest())
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let own = own(this);
    let text = format!("<{} HMAC object @ {:p}>", own.algorithm.name, own.as_ptr());
    Ok(Str::new(thread, &text).value())
}

fn update(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static S: Signature<1> = Signature::new("update", ["msg"]);
    let [message] = args.parse(thread, &S)?;
    let message = data(thread, message.expect("the signature requires it"))?;
    own(this).state.with(thread, |thread, mac| {
        take(thread, &mut *mac.inner, &message)
    });
    Ok(none())
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    slots: &[slots::REPR.is(repr)],
    methods: &[
        Method::no_arguments(
            "copy",
            |thread, this| {
                let this = own(this);
                let state = this.state.with(thread, |_, mac| Mac {
                    inner: mac.inner.copy(),
                    outer: mac.outer.copy(),
                });
                Ok(object(thread, this.algorithm, state))
            },
            "copy($self, /)\n--\n\nAnother in the same state.",
        ),
        Method::any(
            "update",
            update,
            "update($self, /, msg)\n--\n\nTake bytes in, behind those before.",
        ),
        Method::no_arguments(
            "digest",
            |thread, this| {
                let digest = digest_of(thread, this);
                Ok(Bytes::new(thread, &digest)?.value())
            },
            "digest($self, /)\n--\n\nThe keyed digest of what was taken in until now, as bytes.",
        ),
        Method::no_arguments(
            "hexdigest",
            |thread, this| {
                let digest = digest_of(thread, this);
                hex(thread, &digest)
            },
            "hexdigest($self, /)\n--\n\nThe keyed digest of what was taken in until now, as hexadecimal digits.",
        ),
    ],
    getset: &[
        GetSet::read_only(
            "name",
            |thread, this| {
                let name = format!("hmac-{}", own(this).algorithm.name);
                Ok(Str::new(thread, &name).value())
            },
            None,
        ),
        GetSet::read_only(
            "block_size",
            |_, this| Ok(Value::small(own(this).algorithm.block_size as i64)),
            None,
        ),
        GetSet::read_only(
            "digest_size",
            |_, this| Ok(Value::small(own(this).algorithm.digest_size as i64)),
            None,
        ),
    ],
    ..TypeSpec::NONE
};
