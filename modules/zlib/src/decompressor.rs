//! `zlib._ZlibDecompressor`: a decompressor that keeps what it did not take in itself.

use grwl_decompression::{self as decompression, Progress, Source};
use grwl_heap::{CellType, Kind};
use grwl_object::{
    Args, Declaration, GetSet, Method, PyResult, Raised, Ref, Signature, Thread, TypeObject,
    TypeSpec, ValueExt, buffer, slots, types,
};
use libz_rs_sys::{Z_BUF_ERROR, Z_MEM_ERROR, Z_NEED_DICT, Z_OK, Z_STREAM_END, Z_SYNC_FLUSH};

use crate::MAX_WBITS;
use crate::decompress::{FOREIGN, begin, dictionary_of};
use crate::error::{c_int, failed};
use crate::stream::{Failure, Stream};

/// The dictionary that was given.
enum Dictionary {
    None,
    Bytes(Vec<u8>),
    /// None at all, which counts only when it is needed: the name of its type.
    Wrong(String),
}

impl Dictionary {
    fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// A stream, and the dictionary that it may need.
struct Unpacker {
    stream: Stream,
    dictionary: Dictionary,
}

/// Why a stream could not go on.
enum Refusal {
    NoMemory,
    /// The dictionary is none: the name of its type.
    WrongDictionary(String),
    Dictionary(Failure),
    Data(Failure),
}

impl Source for Unpacker {
    type Failure = Refusal;

    const AFTER_END: &'static str = "End of stream already reached";
    const AFTER_FAILURE: Option<&'static str> = None;

    fn type_object() -> &'static TypeObject {
        &DECOMPRESSOR
    }

    fn decompress(
        &mut self,
        input: &mut &[u8],
        out: &mut Vec<u8>,
        most: usize,
    ) -> Result<Progress, Refusal> {
        let dictionary = self.dictionary.bytes();
        let code = self
            .stream
            .decompress(input, out, most, Z_SYNC_FLUSH, dictionary)
            .map_err(Refusal::Dictionary)?;
        match (code, &self.dictionary) {
            (Z_STREAM_END, _) => Ok(Progress::End),
            (Z_OK | Z_BUF_ERROR, _) => Ok(Progress::More),
            (Z_MEM_ERROR, _) => Err(Refusal::NoMemory),
            (Z_NEED_DICT, Dictionary::Wrong(name)) => Err(Refusal::WrongDictionary(name.clone())),
            _ => Err(Refusal::Data(self.stream.failure(code))),
        }
    }

    fn failed(&self, thread: &Thread, refusal: Refusal) -> Raised {
        match refusal {
            Refusal::NoMemory => {
                thread.raise(&types::MEMORY_ERROR, "Unable to allocate output buffer.")
            }
            Refusal::WrongDictionary(name) => thread.type_error(format_args!(
                "a bytes-like object is required, not '{name}'"
            )),
            Refusal::Dictionary(failure) => failed(thread, failure, "while setting zdict"),
            Refusal::Data(failure) => failed(thread, failure, "while decompressing data"),
        }
    }
}

static CELL: CellType = decompression::cell::<Unpacker>("zlib decompressor");

/// `zlib._ZlibDecompressor`
pub static DECOMPRESSOR: TypeObject = TypeObject::declare(&Declaration {
    name: "zlib._ZlibDecompressor",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: 0,
    cell: &CELL,
    kind: Kind::Owning,
    size: size_of::<decompression::Decompressor<Unpacker>>(),
    attributes: 0,
});

static ATTRIBUTES: [GetSet; 3] = decompression::attributes::<Unpacker>();

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "_ZlibDecompressor(wbits=15, zdict=b'')\n--\n\nMakes a decompressor that keeps the input that it did not take in.",
    ),
    slots: &[slots::NEW.is(new)],
    methods: &[Method::any(
        "decompress",
        decompression::decompress::<Unpacker>,
        decompression::DECOMPRESS_DOC,
    )],
    getset: &ATTRIBUTES,
    ..TypeSpec::NONE
};

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static S: Signature<2> =
        Signature::new("_ZlibDecompressor", ["wbits", "zdict"]).optional_after(0);
    let [window_bits, dictionary] = args.parse(thread, &S)?;
    let window_bits = c_int(thread, window_bits, MAX_WBITS)?;
    let dictionary = match dictionary {
        None => Dictionary::None,
        Some(value) if window_bits >= 0 && !buffer::is_supported(value) => {
            Dictionary::Wrong(value.class().name().to_string())
        }
        Some(value) => Dictionary::Bytes(dictionary_of(thread, value)?),
    };
    let stream = begin(thread, window_bits, dictionary.bytes())?;
    let unpacker = Unpacker { stream, dictionary };
    Ok(decompression::make(thread, unpacker, FOREIGN))
}
