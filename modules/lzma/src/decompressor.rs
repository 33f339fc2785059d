//! `_lzma.LZMADecompressor`

use grwl_decompression::{self as decompression, Progress, Source};
use grwl_heap::{CellType, Kind};
use grwl_object::{
    Args, Declaration, GetSet, Method, PyResult, Raised, Ref, Signature, Thread, TypeObject,
    TypeSpec, Value, ValueExt, slots, types,
};
use grwl_types_text::arguments;
use liblzma_sys::{self as sys, LZMA_OK, LZMA_STREAM_END, LZMA_TELL_ANY_CHECK, LZMA_TELL_NO_CHECK};

use crate::filter::Chain;
use crate::stream::Stream;
use crate::{Format, UNKNOWN_CHECK, failed, number};

impl Source for Stream {
    type Failure = u32;

    const AFTER_END: &'static str = "Already at end of stream";
    const AFTER_FAILURE: Option<&'static str> = None;

    fn type_object() -> &'static TypeObject {
        &DECOMPRESSOR
    }

    fn decompress(
        &mut self,
        input: &mut &[u8],
        out: &mut Vec<u8>,
        most: usize,
    ) -> Result<Progress, u32> {
        match self.unpack(input, out, most) {
            LZMA_OK => Ok(Progress::More),
            LZMA_STREAM_END => Ok(Progress::End),
            code => Err(code),
        }
    }

    fn note(&self) -> u32 {
        self.check
    }

    fn failed(&self, thread: &Thread, code: u32) -> Raised {
        failed(thread, code)
    }
}

static CELL: CellType = decompression::cell::<Stream>("lzma decompressor");

/// `_lzma.LZMADecompressor`
pub static DECOMPRESSOR: TypeObject = TypeObject::declare(&Declaration {
    name: "_lzma.LZMADecompressor",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: 0,
    cell: &CELL,
    kind: Kind::Owning,
    size: size_of::<decompression::Decompressor<Stream>>(),
    attributes: 0,
});

static ATTRIBUTES: [GetSet; 4] = {
    let [eof, unused_data, needs_input] = decompression::attributes::<Stream>();
    let check = GetSet::read_only(
        "check",
        check,
        Some("How the data is checked; CHECK_UNKNOWN until that is known."),
    );
    [eof, unused_data, needs_input, check.member()]
};

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "LZMADecompressor(format=FORMAT_AUTO, memlimit=None, filters=None)\n--\n\nMakes a decompressor, which takes data in piece by piece.\n\nThe format is FORMAT_AUTO, FORMAT_XZ, FORMAT_ALONE, or FORMAT_RAW, which needs the filters that the data was compressed with.\nmemlimit is how many bytes of memory it may take.",
    ),
    slots: &[slots::NEW.is(new)],
    methods: &[Method::any(
        "decompress",
        decompression::decompress::<Stream>,
        decompression::DECOMPRESS_DOC,
    )],
    getset: &ATTRIBUTES,
    ..TypeSpec::NONE
};

fn check(thread: &mut Thread, this: Value) -> PyResult {
    let check = decompression::note::<Stream>(thread, this);
    Ok(Value::small(check.into()))
}

/// Bytes that a decompressor takes beside its cell, with the preset that is taken if none is given.
const FOREIGN: usize = 8_500_000;

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static S: Signature<3> =
        Signature::new("LZMADecompressor", ["format", "memlimit", "filters"]).optional_after(0);
    let [format, limit, filters] = args.parse(thread, &S)?;
    let format = match format {
        Some(format) => arguments::c_int(thread, format)?,
        None => Format::Auto as i32,
    };
    let is_raw = format == Format::Raw as i32;
    let limit = match limit.and_then(ValueExt::not_none) {
        Some(_) if is_raw => {
            return Err(thread.value_error("Cannot specify memory limit with FORMAT_RAW"));
        }
        Some(limit) => number::unsigned(thread, limit, u64::MAX, "uint64_t")?,
        None => u64::MAX,
    };
    let filters = filters.and_then(ValueExt::not_none);
    if !is_raw && filters.is_some() {
        return Err(thread.value_error("Cannot specify filters except with FORMAT_RAW"));
    }
    if is_raw && filters.is_none() {
        return Err(thread.value_error("Must specify filters for FORMAT_RAW"));
    }
    const FLAGS: u32 = LZMA_TELL_ANY_CHECK | LZMA_TELL_NO_CHECK;
    let begun = match (Format::of(thread, format, true)?, filters) {
        (Format::Raw, Some(filters)) => {
            let chain = Chain::of(thread, filters)?;
            // SAFETY: a fresh stream; the chain is copied.
            Stream::new(sys::LZMA_CHECK_NONE, |raw| unsafe {
                sys::lzma_raw_decoder(raw, chain.as_ptr())
            })
        }
        // SAFETY: a fresh stream.
        (Format::Alone, _) => Stream::new(sys::LZMA_CHECK_NONE, |raw| unsafe {
            sys::lzma_alone_decoder(raw, limit)
        }),
        // SAFETY: a fresh stream.
        (Format::Xz, _) => Stream::new(UNKNOWN_CHECK, |raw| unsafe {
            sys::lzma_stream_decoder(raw, limit, FLAGS)
        }),
        // SAFETY: a fresh stream.
        (Format::Auto | Format::Raw, _) => Stream::new(UNKNOWN_CHECK, |raw| unsafe {
            sys::lzma_auto_decoder(raw, limit, FLAGS)
        }),
    };
    let stream = begun.map_err(|code| failed(thread, code))?;
    Ok(decompression::make(thread, stream, FOREIGN))
}
