//! `_bz2.BZ2Decompressor`

use std::ffi::c_int;

use grwl_decompression::{self as decompression, Progress, Source};
use grwl_heap::{CellType, Kind};
use grwl_object::{
    Args, Declaration, GetSet, Method, PyResult, Raised, Ref, Thread, TypeObject, TypeSpec, slots,
    types,
};
use libbz2_rs_sys::{BZ_OK, BZ_STREAM_END};

use crate::failed;
use crate::stream::Stream;

type Object = decompression::Decompressor<Stream>;

impl Source for Stream {
    type Failure = c_int;

    const AFTER_END: &'static str = "End of stream already reached";
    const AFTER_FAILURE: Option<&'static str> =
        Some("Decompressor is unusable after a previous error");

    fn type_object() -> &'static TypeObject {
        &DECOMPRESSOR
    }

    fn decompress(
        &mut self,
        input: &mut &[u8],
        out: &mut Vec<u8>,
        most: usize,
    ) -> Result<Progress, c_int> {
        match self.unpack(input, out, most) {
            BZ_OK => Ok(Progress::More),
            BZ_STREAM_END => Ok(Progress::End),
            code => Err(code),
        }
    }

    fn failed(&self, thread: &Thread, code: c_int) -> Raised {
        failed(thread, code)
    }
}

static CELL: CellType = decompression::cell::<Stream>("bzip2 decompressor");

/// `_bz2.BZ2Decompressor`
pub static DECOMPRESSOR: TypeObject = TypeObject::declare(&Declaration {
    name: "_bz2.BZ2Decompressor",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: 0,
    cell: &CELL,
    kind: Kind::Owning,
    size: size_of::<Object>(),
    attributes: 0,
});

static ATTRIBUTES: [GetSet; 3] = decompression::attributes::<Stream>();

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("BZ2Decompressor()\n--\n\nMakes a decompressor, which takes data in piece by piece."),
    slots: &[slots::NEW.is(new)],
    methods: &[Method::any(
        "decompress",
        decompression::decompress::<Stream>,
        decompression::DECOMPRESS_DOC,
    )],
    getset: &ATTRIBUTES,
    ..TypeSpec::NONE
};

/// Bytes that a decompressor takes beside its cell, for the largest blocks.
const FOREIGN: usize = 3_700_000;

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    args.no_keywords(thread, "BZ2Decompressor")?;
    if !args.is_empty() {
        return Err(thread.type_error("BZ2Decompressor() takes no positional arguments"));
    }
    let stream = Stream::decompressing().map_err(|code| failed(thread, code))?;
    Ok(decompression::make(thread, stream, FOREIGN))
}
