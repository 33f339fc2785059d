//! `_lzma.LZMACompressor`

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_object::bytes::Bytes;
use grwl_object::{
    Args, Cell, Declaration, Exclusive, Method, PyResult, Ref, Signature, Thread, TypeObject,
    TypeSpec, Value, ValueExt, buffer, slots, types,
};
use grwl_types_text::arguments;
use liblzma_sys as sys;

use crate::filter::{self, Chain};
use crate::stream::{Stream, is_well};
use crate::{Format, failed, number};

/// `_lzma.LZMACompressor`
#[repr(C)]
pub struct Compressor {
    header: Header,
    /// `None`: flushed.
    stream: Exclusive<Option<Stream>>,
}

// SAFETY: repr(C), begins with a header; the rest is touched by one thread at a time.
unsafe impl Cell for Compressor {
    fn type_object() -> &'static TypeObject {
        &COMPRESSOR
    }
}

static CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<Compressor>()),
    drop: Some(drop_compressor),
    name: "lzma compressor",
};

unsafe fn drop_compressor(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead object.
    unsafe { std::ptr::drop_in_place(&raw mut (*cell.cast::<Compressor>().as_ptr()).stream) };
}

/// `_lzma.LZMACompressor`
pub static COMPRESSOR: TypeObject = TypeObject::declare(&Declaration {
    name: "_lzma.LZMACompressor",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: 0,
    cell: &CELL,
    kind: Kind::Owning,
    size: size_of::<Compressor>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "LZMACompressor(format=FORMAT_XZ, check=-1, preset=None, filters=None)\n\nMakes a compressor, which takes data in piece by piece.\n\nThe format is FORMAT_XZ, FORMAT_ALONE or FORMAT_RAW. The check, for FORMAT_XZ only, is CHECK_CRC64 by default.\nEither a preset says how hard to try, 0 to 9, perhaps with PRESET_EXTREME; or filters, each a dict with an id and options, say it\nall. FORMAT_RAW needs filters.",
    ),
    slots: &[slots::NEW.is(new)],
    methods: &[
        Method::one(
            "compress",
            compress,
            "compress($self, data, /)\n--\n\nTake data in, and return compressed data if there is any yet.",
        ),
        Method::no_arguments(
            "flush",
            flush,
            "flush($self, /)\n--\n\nThe end: return what is left. The compressor cannot be used afterwards.",
        ),
    ],
    ..TypeSpec::NONE
};

fn own(this: Value) -> Ref<Compressor> {
    // SAFETY: only functions of the type call this, with its instances.
    unsafe { this.downcast_unchecked() }
}

/// Bytes that a compressor takes beside its cell, with the preset that is taken if none is given.
const FOREIGN: usize = 94_000_000;

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static S: Signature<4> =
        Signature::new("LZMACompressor", ["format", "check", "preset", "filters"])
            .optional_after(0);
    let [format, check, preset, filters] = args.parse(thread, &S)?;
    let format = match format {
        Some(format) => arguments::c_int(thread, format)?,
        None => Format::Xz as i32,
    };
    let check = match check {
        Some(check) => arguments::c_int(thread, check)?,
        None => -1,
    };
    let preset = preset.and_then(ValueExt::not_none);
    let filters = filters.and_then(ValueExt::not_none);
    if preset.is_some() && filters.is_some() {
        return Err(thread.value_error("Cannot specify both preset and filter chain"));
    }
    let preset = match preset {
        Some(preset) => number::word(thread, preset)?,
        None => sys::LZMA_PRESET_DEFAULT,
    };
    if format != Format::Xz as i32 && !matches!(check, -1 | 0) {
        return Err(thread.value_error("Integrity checks are only supported by FORMAT_XZ"));
    }
    let begun = match (Format::of(thread, format, false)?, filters) {
        (Format::Xz | Format::Auto, filters) => {
            let check = match check {
                -1 => sys::LZMA_CHECK_CRC64,
                check => check as u32,
            };
            let chain = match filters {
                Some(filters) => Some(Chain::of(thread, filters)?),
                None => None,
            };
            Stream::new(check, |raw| {
                // SAFETY: a fresh stream; the chain is copied.
                unsafe {
                    match &chain {
                        Some(chain) => sys::lzma_stream_encoder(raw, chain.as_ptr(), check),
                        None => sys::lzma_easy_encoder(raw, preset, check),
                    }
                }
            })
        }
        (Format::Alone, None) => {
            let options = filter::preset_options(thread, preset)?;
            // SAFETY: a fresh stream; the options are copied.
            Stream::new(0, |raw| unsafe {
                sys::lzma_alone_encoder(raw, &raw const options)
            })
        }
        (Format::Alone, Some(filters)) => {
            let chain = Chain::of(thread, filters)?;
            let Some(options) = chain.only_lzma1() else {
                return Err(thread.value_error(
                    "Invalid filter chain for FORMAT_ALONE - must be a single LZMA1 filter",
                ));
            };
            // SAFETY: a fresh stream; the options are copied.
            Stream::new(0, |raw| unsafe { sys::lzma_alone_encoder(raw, options) })
        }
        (Format::Raw, None) => {
            return Err(thread.value_error("Must specify filters for FORMAT_RAW"));
        }
        (Format::Raw, Some(filters)) => {
            let chain = Chain::of(thread, filters)?;
            // SAFETY: a fresh stream; the chain is copied.
            Stream::new(0, |raw| unsafe {
                sys::lzma_raw_encoder(raw, chain.as_ptr())
            })
        }
    };
    let stream = begun.map_err(|code| failed(thread, code))?;
    thread.heap().charge_foreign(thread.mutator(), FOREIGN);
    let stream = Exclusive::new(Some(stream));
    // SAFETY: the type has this layout, and no subclasses.
    let made = unsafe { thread.new_cell(&COMPRESSOR, |header| Compressor { header, stream }) };
    Ok(made.value())
}

fn compress(thread: &mut Thread, this: Value, data: Value) -> PyResult {
    let this = own(this);
    let data = buffer::read(thread, data)?;
    let mut out = Vec::new();
    this.stream.with(thread, |thread, stream| {
        let Some(stream) = stream else {
            return Err(thread.value_error("Compressor has been flushed"));
        };
        let code = thread.safe(|| stream.pack(&data, &mut out, false));
        if is_well(code) {
            Ok(())
        } else {
            Err(failed(thread, code))
        }
    })?;
    Ok(Bytes::new(thread, &out)?.value())
}

fn flush(thread: &mut Thread, this: Value) -> PyResult {
    let this = own(this);
    let mut out = Vec::new();
    this.stream.with(thread, |thread, stream| {
        let Some(mut open) = stream.take() else {
            return Err(thread.value_error("Repeated call to flush()"));
        };
        let code = thread.safe(|| {
            let code = open.pack(&[], &mut out, true);
            drop(open);
            code
        });
        if is_well(code) {
            Ok(())
        } else {
            Err(failed(thread, code))
        }
    })?;
    Ok(Bytes::new(thread, &out)?.value())
}
