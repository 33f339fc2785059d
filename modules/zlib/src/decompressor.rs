//! `zlib._ZlibDecompressor`: a decompressor that keeps what it did not take in itself.

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_object::bytes::Bytes;
use grwl_object::{
    Args, Cell, Declaration, Exclusive, GetSet, Method, PyResult, Ref, Signature, Thread,
    TypeObject, TypeSpec, Value, ValueExt, buffer, int, slots, types,
};
use libz_rs_sys::{Z_BUF_ERROR, Z_MEM_ERROR, Z_NEED_DICT, Z_OK, Z_STREAM_END, Z_SYNC_FLUSH};

use crate::MAX_WBITS;
use crate::decompress::{FOREIGN, begin, dictionary_of};
use crate::error::{c_int, failed, required, size};
use crate::stream::Stream;

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

struct State {
    /// `None`: at the end.
    stream: Option<Stream>,
    dictionary: Dictionary,
    unused: Vec<u8>,
    left: Vec<u8>,
    needs_input: bool,
}

/// `zlib._ZlibDecompressor`
#[repr(C)]
pub struct Decompressor {
    header: Header,
    state: Exclusive<State>,
}

// SAFETY: repr(C), begins with a header; the rest is touched by one thread at a time.
unsafe impl Cell for Decompressor {
    fn type_object() -> &'static TypeObject {
        &DECOMPRESSOR
    }
}

static CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<Decompressor>()),
    drop: Some(drop_decompressor),
    name: "zlib decompressor",
};

unsafe fn drop_decompressor(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead object.
    unsafe { std::ptr::drop_in_place(&raw mut (*cell.cast::<Decompressor>().as_ptr()).state) };
}

/// `zlib._ZlibDecompressor`
pub static DECOMPRESSOR: TypeObject = TypeObject::declare(&Declaration {
    name: "zlib._ZlibDecompressor",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: 0,
    cell: &CELL,
    kind: Kind::Owning,
    size: size_of::<Decompressor>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "_ZlibDecompressor(wbits=15, zdict=b'')\n--\n\nMakes a decompressor that keeps the input that it did not take in.",
    ),
    slots: &[slots::NEW.is(new)],
    methods: &[Method::any(
        "decompress",
        decompress,
        "decompress($self, /, data, max_length=-1)\n--\n\nDecompress data, to at most max_length bytes if that is not negative.\n\nIf needs_input is true afterwards, there is nothing more without more data.",
    )],
    getset: &[
        GetSet::read_only(
            "eof",
            |thread, this| {
                let is_at_end = own(this)
                    .state
                    .with(thread, |_, state| state.stream.is_none());
                Ok(int::bool(is_at_end))
            },
            Some("True if the end of the stream was reached."),
        )
        .member(),
        GetSet::read_only(
            "unused_data",
            |thread, this| {
                let data = own(this)
                    .state
                    .with(thread, |_, state| state.unused.clone());
                Ok(Bytes::new(thread, &data)?.value())
            },
            Some("What came behind the end of the stream."),
        )
        .member(),
        GetSet::read_only(
            "needs_input",
            |thread, this| {
                let needs_input = own(this).state.with(thread, |_, state| state.needs_input);
                Ok(int::bool(needs_input))
            },
            Some("True if more data is needed before there is more output."),
        )
        .member(),
    ],
    ..TypeSpec::NONE
};

fn own(this: Value) -> Ref<Decompressor> {
    // SAFETY: only functions of the type call this, with its instances.
    unsafe { this.downcast_unchecked() }
}

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
    thread.heap().charge_foreign(thread.mutator(), FOREIGN);
    let state = Exclusive::new(State {
        stream: Some(stream),
        dictionary,
        unused: Vec::new(),
        left: Vec::new(),
        needs_input: true,
    });
    // SAFETY: the type has this layout, and no subclasses.
    let made = unsafe { thread.new_cell(&DECOMPRESSOR, |header| Decompressor { header, state }) };
    Ok(made.value())
}

fn decompress(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static S: Signature<2> = Signature::new("decompress", ["data", "max_length"]).optional_after(1);
    let [data, most] = args.parse(thread, &S)?;
    let data = buffer::read(thread, required(data))?;
    let most = usize::try_from(size(thread, most, -1)?).unwrap_or(usize::MAX);
    let this = own(this);
    let mut out = Vec::new();
    this.state.with(thread, |thread, state| {
        let Some(stream) = &mut state.stream else {
            return Err(thread.eof_error("End of stream already reached"));
        };
        let mut left = std::mem::take(&mut state.left);
        let dictionary = state.dictionary.bytes();
        let (result, is_at_limit) = thread.safe(|| {
            let joined;
            let mut rest = if left.is_empty() {
                &data[..]
            } else {
                left.extend_from_slice(&data);
                joined = std::mem::take(&mut left);
                &joined[..]
            };
            let result = stream.decompress(&mut rest, &mut out, most, Z_SYNC_FLUSH, dictionary);
            left = rest.to_vec();
            (result, out.len() >= most)
        });
        let code = result.map_err(|failure| failed(thread, failure, "while setting zdict"))?;
        match (code, &state.dictionary) {
            (Z_STREAM_END, _) => {
                state.stream = None;
                state.unused = left;
                state.needs_input = false;
            }
            (Z_OK | Z_BUF_ERROR, _) => {
                state.needs_input = left.is_empty() && !is_at_limit;
                state.left = left;
            }
            (Z_MEM_ERROR, _) => {
                let message = "Unable to allocate output buffer.";
                return Err(thread.raise(&types::MEMORY_ERROR, message));
            }
            (Z_NEED_DICT, Dictionary::Wrong(name)) => {
                return Err(thread.type_error(format_args!(
                    "a bytes-like object is required, not '{name}'"
                )));
            }
            _ => {
                let failure = stream.failure(code);
                return Err(failed(thread, failure, "while decompressing data"));
            }
        }
        Ok(())
    })?;
    Ok(Bytes::new(thread, &out)?.value())
}
