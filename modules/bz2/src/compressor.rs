//! `_bz2.BZ2Compressor`

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_object::bytes::Bytes;
use grwl_object::{
    Args, Cell, Declaration, Exclusive, Method, PyResult, Ref, Thread, TypeObject, TypeSpec, Value,
    ValueExt, buffer, slots, types,
};
use grwl_types_text::arguments;
use libbz2_rs_sys::{BZ_FINISH, BZ_RUN, BZ_STREAM_END};

use crate::failed;
use crate::stream::Stream;

/// `_bz2.BZ2Compressor`
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
    name: "bzip2 compressor",
};

unsafe fn drop_compressor(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead object.
    unsafe { std::ptr::drop_in_place(&raw mut (*cell.cast::<Compressor>().as_ptr()).stream) };
}

/// `_bz2.BZ2Compressor`
pub static COMPRESSOR: TypeObject = TypeObject::declare(&Declaration {
    name: "_bz2.BZ2Compressor",
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
        "BZ2Compressor(compresslevel=9, /)\n--\n\nMakes a compressor, which takes data in piece by piece.\n\ncompresslevel is 1 to 9: how large the blocks are.",
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

/// Bytes that a compressor of level 9 takes beside its cell.
const FOREIGN: usize = 7_600_000;

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let [level] = args.unpack::<1>(thread, "BZ2Compressor", 0)?;
    let level = match level {
        Some(level) => arguments::c_int(thread, level)?,
        None => 9,
    };
    if !(1..=9).contains(&level) {
        return Err(thread.value_error("compresslevel must be between 1 and 9"));
    }
    let stream = Stream::compressing(level).map_err(|code| failed(thread, code))?;
    thread
        .heap()
        .charge_foreign(thread.mutator(), FOREIGN / 9 * level as usize);
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
        let code = thread.safe(|| stream.compress(&data, &mut out, BZ_RUN, BZ_STREAM_END));
        if code < 0 {
            return Err(failed(thread, code));
        }
        Ok(())
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
            let code = open.compress(&[], &mut out, BZ_FINISH, BZ_STREAM_END);
            drop(open);
            code
        });
        if code < 0 {
            return Err(failed(thread, code));
        }
        Ok(())
    })?;
    Ok(Bytes::new(thread, &out)?.value())
}
