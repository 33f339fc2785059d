//! `zlib.Compress`, and compressing at once.

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_object::bytes::Bytes;
use grwl_object::{
    Args, Cell, Declaration, Exclusive, Method, PyResult, Ref, Signature, Thread, TypeObject,
    TypeSpec, Value, ValueExt, buffer, flags, types,
};
use libz_rs_sys::{
    Z_BUF_ERROR, Z_DEFAULT_COMPRESSION, Z_DEFAULT_STRATEGY, Z_DEFLATED, Z_FINISH, Z_MEM_ERROR,
    Z_NO_FLUSH, Z_OK, Z_STREAM_END, Z_STREAM_ERROR,
};

use crate::error::{ERROR, c_int, failed, failed_or_memory, required};
use crate::stream::{Failure, Plan, Stream};
use crate::{MAX_WBITS, MEMORY_LEVEL};

/// `zlib.Compress`
#[repr(C)]
pub struct Compress {
    header: Header,
    /// `None`: finished.
    stream: Exclusive<Option<Stream>>,
}

// SAFETY: repr(C), begins with a header; the rest is touched by one thread at a time.
unsafe impl Cell for Compress {
    fn type_object() -> &'static TypeObject {
        &COMPRESS
    }
}

static CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<Compress>()),
    drop: Some(drop_compress),
    name: "zlib compressor",
};

unsafe fn drop_compress(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead object.
    unsafe { std::ptr::drop_in_place(&raw mut (*cell.cast::<Compress>().as_ptr()).stream) };
}

/// `zlib.Compress`
pub static COMPRESS: TypeObject = TypeObject::declare(&Declaration {
    name: "zlib.Compress",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &CELL,
    kind: Kind::Owning,
    size: size_of::<Compress>(),
    attributes: 0,
});

/// What a compressor takes beside its cell, roughly.
const FOREIGN: usize = 256 * 1024;

pub(crate) static SPEC: TypeSpec = TypeSpec {
    methods: &[
        Method::one(
            "compress",
            compress,
            "compress($self, data, /)\n--\n\nTake data in, and return compressed data if there is any yet.",
        ),
        Method::any(
            "flush",
            flush,
            "flush($self, mode=zlib.Z_FINISH, /)\n--\n\nCompress what was taken in and return it. With Z_FINISH, that is the end.",
        ),
        Method::no_arguments(
            "copy",
            copy,
            "copy($self, /)\n--\n\nAnother compressor in the same state.",
        ),
        Method::no_arguments("__copy__", copy, "__copy__($self, /)\n--\n\n"),
        Method::one(
            "__deepcopy__",
            |thread, this, _| copy(thread, this),
            "__deepcopy__($self, memo, /)\n--\n\n",
        ),
    ],
    ..TypeSpec::NONE
};

fn own(this: Value) -> Ref<Compress> {
    // SAFETY: only functions of the type call this, with its instances.
    unsafe { this.downcast_unchecked() }
}

fn object(thread: &Thread, stream: Stream) -> Value {
    thread.heap().charge_foreign(thread.mutator(), FOREIGN);
    let stream = Exclusive::new(Some(stream));
    // SAFETY: the type has this layout.
    unsafe { thread.new_cell(&COMPRESS, |header| Compress { header, stream }) }.value()
}

/// `zlib.compressobj`
pub(crate) fn compressobj(thread: &mut Thread, _: Value, args: Args<'_>) -> PyResult {
    static S: Signature<6> = Signature::new(
        "compressobj",
        ["level", "method", "wbits", "memLevel", "strategy", "zdict"],
    )
    .optional_after(0);
    let [level, method, window_bits, memory, strategy, dictionary] = args.parse(thread, &S)?;
    let plan = Plan {
        level: c_int(thread, level, Z_DEFAULT_COMPRESSION)?,
        method: c_int(thread, method, Z_DEFLATED)?,
        window_bits: c_int(thread, window_bits, MAX_WBITS)?,
        memory: c_int(thread, memory, MEMORY_LEVEL)?,
        strategy: c_int(thread, strategy, Z_DEFAULT_STRATEGY)?,
    };
    let dictionary = match dictionary {
        Some(dictionary) => Some(buffer::read(thread, dictionary)?),
        None => None,
    };
    if dictionary
        .as_ref()
        .is_some_and(|dictionary| u32::try_from(dictionary.len()).is_err())
    {
        return Err(thread.overflow_error("zdict length does not fit in an unsigned int"));
    }
    let mut stream = match Stream::compressing(plan) {
        Ok(stream) => stream,
        Err(Failure {
            code: Z_STREAM_ERROR,
            ..
        }) => return Err(thread.value_error("Invalid initialization option")),
        Err(failure) => {
            let memory = "Can't allocate memory for compression object";
            let when = "while creating compression object";
            return Err(failed_or_memory(thread, failure, when, memory));
        }
    };
    if let Some(dictionary) = dictionary
        && let Err(failure) = stream.set_dictionary(&dictionary)
    {
        return Err(thread.value_error(if failure.code == Z_STREAM_ERROR {
            "Invalid dictionary"
        } else {
            "deflateSetDictionary()"
        }));
    }
    Ok(object(thread, stream))
}

/// `zlib.compress`
pub(crate) fn at_once(thread: &mut Thread, _: Value, args: Args<'_>) -> PyResult {
    static S: Signature<3> = Signature::new("compress", ["data", "level", "wbits"])
        .positional_only(1)
        .optional_after(1);
    let [data, level, window_bits] = args.parse(thread, &S)?;
    let data = buffer::read(thread, required(data))?;
    let plan = Plan {
        level: c_int(thread, level, Z_DEFAULT_COMPRESSION)?,
        method: Z_DEFLATED,
        window_bits: c_int(thread, window_bits, MAX_WBITS)?,
        memory: MEMORY_LEVEL,
        strategy: Z_DEFAULT_STRATEGY,
    };
    let memory = "Out of memory while compressing data";
    let mut stream = match Stream::compressing(plan) {
        Ok(stream) => stream,
        Err(Failure {
            code: Z_STREAM_ERROR,
            ..
        }) => return Err(ERROR.raise(thread, "Bad compression level")),
        Err(failure) => {
            return Err(failed_or_memory(
                thread,
                failure,
                "while compressing data",
                memory,
            ));
        }
    };
    let mut out = Vec::new();
    let code = thread.safe(|| stream.compress(&data, &mut out, Z_FINISH));
    if code != Z_STREAM_END {
        let failure = stream.failure(code);
        return Err(failed_or_memory(
            thread,
            failure,
            "while compressing data",
            memory,
        ));
    }
    Ok(Bytes::new(thread, &out)?.value())
}

fn compress(thread: &mut Thread, this: Value, data: Value) -> PyResult {
    let this = own(this);
    let data = buffer::read(thread, data)?;
    let mut out = Vec::new();
    this.stream.with(thread, |thread, stream| {
        let when = "while compressing data";
        let Some(stream) = stream else {
            return Err(failed(thread, Failure::ENDED, when));
        };
        let code = thread.safe_if_long(data.len(), || stream.compress(&data, &mut out, Z_NO_FLUSH));
        if code == Z_STREAM_ERROR || code == Z_MEM_ERROR {
            return Err(failed_or_memory(thread, stream.failure(code), when, ""));
        }
        Ok(())
    })?;
    Ok(Bytes::new(thread, &out)?.value())
}

fn flush(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [mode] = args.unpack::<1>(thread, "flush", 0)?;
    let mode = c_int(thread, mode, Z_FINISH)?;
    let this = own(this);
    let mut out = Vec::new();
    if mode == Z_NO_FLUSH {
        return Ok(Bytes::new(thread, &out)?.value());
    }
    this.stream.with(thread, |thread, stream| {
        let when = "while flushing";
        let Some(open) = stream else {
            return Err(failed(thread, Failure::ENDED, when));
        };
        let code = thread.safe(|| open.compress(&[], &mut out, mode));
        match code {
            Z_STREAM_END if mode == Z_FINISH => *stream = None,
            Z_OK | Z_BUF_ERROR => {}
            _ => return Err(failed_or_memory(thread, open.failure(code), when, "")),
        }
        Ok(())
    })?;
    Ok(Bytes::new(thread, &out)?.value())
}

fn copy(thread: &mut Thread, this: Value) -> PyResult {
    let this = own(this);
    let copied = this.stream.with(thread, |_, stream| match stream {
        Some(stream) => stream.copy(),
        None => Err(Failure::ENDED),
    });
    match copied {
        Ok(stream) => Ok(object(thread, stream)),
        Err(Failure {
            code: Z_STREAM_ERROR,
            ..
        }) => Err(thread.value_error("Inconsistent stream state")),
        Err(failure) => {
            let memory = "Can't allocate memory for compression object";
            let when = "while copying compression object";
            Err(failed_or_memory(thread, failure, when, memory))
        }
    }
}
