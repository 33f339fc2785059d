//! `zlib.Decompress`, and decompressing at once.

use std::ffi::c_int;

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_object::bytes::Bytes;
use grwl_object::{
    Args, Cell, Declaration, Exclusive, GetSet, Method, PyResult, Raised, Ref, Signature, Thread,
    TypeObject, TypeSpec, Value, ValueExt, buffer, flags, int, types,
};
use libz_rs_sys::{
    Z_BUF_ERROR, Z_FINISH, Z_MEM_ERROR, Z_OK, Z_STREAM_END, Z_STREAM_ERROR, Z_SYNC_FLUSH,
};

use crate::error::{c_int as c_int_of, failed, failed_or_memory, required, size};
use crate::stream::{Failure, Stream};
use crate::{BUFFER_SIZE, MAX_WBITS};

/// The state of a decompressor.
struct State {
    /// `None`: ended.
    stream: Option<Stream>,
    dictionary: Option<Vec<u8>>,
    /// What came behind the end of the stream.
    unused: Vec<u8>,
    /// What was not taken in because of a limit on the output.
    left: Vec<u8>,
    is_at_end: bool,
}

/// `zlib.Decompress`
#[repr(C)]
pub struct Decompress {
    header: Header,
    state: Exclusive<State>,
}

// SAFETY: repr(C), begins with a header; the rest is touched by one thread at a time.
unsafe impl Cell for Decompress {
    fn type_object() -> &'static TypeObject {
        &DECOMPRESS
    }
}

static CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<Decompress>()),
    drop: Some(drop_decompress),
    name: "zlib decompressor",
};

unsafe fn drop_decompress(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead object.
    unsafe { std::ptr::drop_in_place(&raw mut (*cell.cast::<Decompress>().as_ptr()).state) };
}

/// `zlib.Decompress`
pub static DECOMPRESS: TypeObject = TypeObject::declare(&Declaration {
    name: "zlib.Decompress",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &CELL,
    kind: Kind::Owning,
    size: size_of::<Decompress>(),
    attributes: 0,
});

/// What a decompressor takes beside its cell, roughly.
pub(crate) const FOREIGN: usize = 48 * 1024;

pub(crate) static SPEC: TypeSpec = TypeSpec {
    methods: &[
        Method::any(
            "decompress",
            decompress,
            "decompress($self, data, /, max_length=0)\n--\n\nDecompress data, to at most max_length bytes if that is not 0.\n\nWhat was not taken in then becomes unconsumed_tail, to be given to the next call.",
        ),
        Method::any(
            "flush",
            flush,
            "flush($self, length=zlib.DEF_BUF_SIZE, /)\n--\n\nDecompress unconsumed_tail, and return all that is left.",
        ),
        Method::no_arguments(
            "copy",
            copy,
            "copy($self, /)\n--\n\nAnother decompressor in the same state.",
        ),
        Method::no_arguments("__copy__", copy, "__copy__($self, /)\n--\n\n"),
        Method::one(
            "__deepcopy__",
            |thread, this, _| copy(thread, this),
            "__deepcopy__($self, memo, /)\n--\n\n",
        ),
    ],
    getset: &[
        GetSet::read_only(
            "unused_data",
            |thread, this| {
                let data = own(this)
                    .state
                    .with(thread, |_, state| state.unused.clone());
                Ok(Bytes::new(thread, &data)?.value())
            },
            None,
        )
        .member(),
        GetSet::read_only(
            "unconsumed_tail",
            |thread, this| {
                let data = own(this).state.with(thread, |_, state| state.left.clone());
                Ok(Bytes::new(thread, &data)?.value())
            },
            None,
        )
        .member(),
        GetSet::read_only(
            "eof",
            |thread, this| {
                let is_at_end = own(this).state.with(thread, |_, state| state.is_at_end);
                Ok(int::bool(is_at_end))
            },
            None,
        )
        .member(),
    ],
    ..TypeSpec::NONE
};

fn own(this: Value) -> Ref<Decompress> {
    // SAFETY: only functions of the type call this, with its instances.
    unsafe { this.downcast_unchecked() }
}

fn object(thread: &Thread, state: State) -> Value {
    thread.heap().charge_foreign(thread.mutator(), FOREIGN);
    let state = Exclusive::new(state);
    // SAFETY: the type has this layout.
    unsafe { thread.new_cell(&DECOMPRESS, |header| Decompress { header, state }) }.value()
}

/// A stream, with its dictionary if there is no header that would ask for it.
pub(crate) fn begin(
    thread: &Thread,
    window_bits: c_int,
    dictionary: Option<&[u8]>,
) -> PyResult<Stream> {
    let mut stream = match Stream::decompressing(window_bits) {
        Ok(stream) => stream,
        Err(Failure {
            code: Z_STREAM_ERROR,
            ..
        }) => return Err(thread.value_error("Invalid initialization option")),
        Err(failure) => {
            let memory = "Can't allocate memory for decompression object";
            let when = "while creating decompression object";
            return Err(failed_or_memory(thread, failure, when, memory));
        }
    };
    if window_bits < 0
        && let Some(dictionary) = dictionary
    {
        stream
            .set_dictionary(dictionary)
            .map_err(|failure| failed(thread, failure, SETTING))?;
    }
    Ok(stream)
}

const SETTING: &str = "while setting zdict";
const DECOMPRESSING: &str = "while decompressing data";

/// The bytes of a dictionary.
pub(crate) fn dictionary_of(thread: &mut Thread, value: Value) -> PyResult<Vec<u8>> {
    let bytes = buffer::bytes_of(thread, value)?;
    if u32::try_from(bytes.len()).is_err() {
        return Err(thread.overflow_error("zdict length does not fit in an unsigned int"));
    }
    Ok(bytes)
}

/// `zlib.decompressobj`
pub(crate) fn decompressobj(thread: &mut Thread, _: Value, args: Args<'_>) -> PyResult {
    static S: Signature<2> = Signature::new("decompressobj", ["wbits", "zdict"]).optional_after(0);
    let [window_bits, dictionary] = args.parse(thread, &S)?;
    let window_bits = c_int_of(thread, window_bits, MAX_WBITS)?;
    let dictionary = match dictionary {
        Some(dictionary) if !buffer::is_supported(dictionary) => {
            return Err(thread.type_error("zdict argument must support the buffer protocol"));
        }
        Some(dictionary) => Some(dictionary_of(thread, dictionary)?),
        None => None,
    };
    let stream = begin(thread, window_bits, dictionary.as_deref())?;
    let state = State {
        stream: Some(stream),
        dictionary,
        unused: Vec::new(),
        left: Vec::new(),
        is_at_end: false,
    };
    Ok(object(thread, state))
}

/// `zlib.decompress`
pub(crate) fn at_once(thread: &mut Thread, _: Value, args: Args<'_>) -> PyResult {
    static S: Signature<3> = Signature::new("decompress", ["data", "wbits", "bufsize"])
        .positional_only(1)
        .optional_after(1);
    let [data, window_bits, room] = args.parse(thread, &S)?;
    let data = buffer::read(thread, required(data))?;
    let window_bits = c_int_of(thread, window_bits, MAX_WBITS)?;
    if size(thread, room, BUFFER_SIZE)? < 0 {
        return Err(thread.value_error("bufsize must be non-negative"));
    }
    let memory = "Out of memory while decompressing data";
    let mut stream = Stream::decompressing(window_bits).map_err(|failure| {
        let when = "while preparing to decompress data";
        failed_or_memory(thread, failure, when, memory)
    })?;
    let mut out = Vec::new();
    let result = thread.safe(|| {
        let mut rest = &data[..];
        stream.decompress(&mut rest, &mut out, usize::MAX, Z_SYNC_FLUSH, None)
    });
    match result {
        Ok(Z_STREAM_END) => Ok(Bytes::new(thread, &out)?.value()),
        result => {
            let failure = match result {
                // Input that ends too early.
                Ok(Z_OK) => stream.failure(Z_BUF_ERROR),
                Ok(code) => stream.failure(code),
                Err(failure) => failure,
            };
            Err(failed_or_memory(thread, failure, DECOMPRESSING, memory))
        }
    }
}

impl State {
    /// Decompresses input, and keeps what is not taken in.
    fn run(
        &mut self,
        thread: &mut Thread,
        input: &[u8],
        out: &mut Vec<u8>,
        most: usize,
        mode: c_int,
    ) -> PyResult<Failure> {
        let Self {
            stream, dictionary, ..
        } = self;
        let mut rest = input;
        let result = match stream {
            Some(stream) => thread.safe(|| {
                stream
                    .decompress(&mut rest, out, most, mode, dictionary.as_deref())
                    .map(|code| stream.failure(code))
            }),
            None => Ok(Failure::ENDED),
        };
        let end = result.map_err(|failure| failed(thread, failure, SETTING))?;
        if end.code == Z_STREAM_END {
            self.unused.extend_from_slice(rest);
            self.is_at_end = true;
            rest = &[];
        }
        self.left = rest.to_vec();
        Ok(end)
    }
}

fn memory_error(thread: &Thread) -> Raised {
    thread.raise(&types::MEMORY_ERROR, "Unable to allocate output buffer.")
}

fn decompress(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static S: Signature<2> = Signature::new("decompress", ["data", "max_length"])
        .positional_only(1)
        .optional_after(1);
    let [data, most] = args.parse(thread, &S)?;
    let data = buffer::read(thread, required(data))?;
    let most = match size(thread, most, 0)? {
        0 => usize::MAX,
        most => usize::try_from(most)
            .map_err(|_| thread.value_error("max_length must be non-negative"))?,
    };
    let this = own(this);
    let mut out = Vec::new();
    this.state.with(thread, |thread, state| {
        let end = state.run(thread, &data, &mut out, most, Z_SYNC_FLUSH)?;
        match end.code {
            Z_OK | Z_BUF_ERROR | Z_STREAM_END => Ok(()),
            Z_MEM_ERROR => Err(memory_error(thread)),
            _ => Err(failed(thread, end, DECOMPRESSING)),
        }
    })?;
    Ok(Bytes::new(thread, &out)?.value())
}

fn flush(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [length] = args.unpack::<1>(thread, "flush", 0)?;
    if size(thread, length, BUFFER_SIZE)? <= 0 {
        return Err(thread.value_error("length must be greater than zero"));
    }
    let this = own(this);
    let mut out = Vec::new();
    this.state.with(thread, |thread, state| {
        if state.stream.is_none() {
            return Ok(());
        }
        let left = std::mem::take(&mut state.left);
        let end = state.run(thread, &left, &mut out, usize::MAX, Z_FINISH)?;
        match end.code {
            Z_STREAM_END => state.stream = None,
            Z_OK | Z_BUF_ERROR => {}
            Z_MEM_ERROR => return Err(memory_error(thread)),
            _ => return Err(failed(thread, end, DECOMPRESSING)),
        }
        Ok(())
    })?;
    Ok(Bytes::new(thread, &out)?.value())
}

fn copy(thread: &mut Thread, this: Value) -> PyResult {
    let this = own(this);
    let copied = this.state.with(thread, |_, state| {
        let Some(stream) = &mut state.stream else {
            return Err(Failure::ENDED);
        };
        Ok(State {
            stream: Some(stream.copy()?),
            dictionary: state.dictionary.clone(),
            unused: state.unused.clone(),
            left: state.left.clone(),
            is_at_end: state.is_at_end,
        })
    });
    match copied {
        Ok(state) => Ok(object(thread, state)),
        Err(Failure {
            code: Z_STREAM_ERROR,
            ..
        }) => Err(thread.value_error("Inconsistent stream state")),
        Err(failure) => {
            let memory = "Can't allocate memory for decompression object";
            let when = "while copying decompression object";
            Err(failed_or_memory(thread, failure, when, memory))
        }
    }
}
