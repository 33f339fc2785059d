//! `_bz2.BZ2Decompressor`: it keeps what it did not take in itself.

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_object::bytes::Bytes;
use grwl_object::{
    Args, Cell, Declaration, Exclusive, GetSet, Method, PyResult, Ref, Signature, Thread,
    TypeObject, TypeSpec, Value, ValueExt, buffer, int, slots, types,
};
use grwl_types_text::arguments;
use libbz2_rs_sys::{BZ_OK, BZ_STREAM_END};

use crate::failed;
use crate::stream::Stream;

enum Phase {
    Open(Stream),
    AtEnd,
    Failed,
}

struct State {
    phase: Phase,
    unused: Vec<u8>,
    left: Vec<u8>,
    needs_input: bool,
}

/// `_bz2.BZ2Decompressor`
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
    name: "bzip2 decompressor",
};

unsafe fn drop_decompressor(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead object.
    unsafe { std::ptr::drop_in_place(&raw mut (*cell.cast::<Decompressor>().as_ptr()).state) };
}

/// `_bz2.BZ2Decompressor`
pub static DECOMPRESSOR: TypeObject = TypeObject::declare(&Declaration {
    name: "_bz2.BZ2Decompressor",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: 0,
    cell: &CELL,
    kind: Kind::Owning,
    size: size_of::<Decompressor>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("BZ2Decompressor()\n--\n\nMakes a decompressor, which takes data in piece by piece."),
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
                    .with(thread, |_, state| matches!(state.phase, Phase::AtEnd));
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

/// Bytes that a decompressor takes beside its cell, for the largest blocks.
const FOREIGN: usize = 3_700_000;

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    args.no_keywords(thread, "BZ2Decompressor")?;
    if !args.is_empty() {
        return Err(thread.type_error("BZ2Decompressor() takes no positional arguments"));
    }
    let stream = Stream::decompressing().map_err(|code| failed(thread, code))?;
    thread.heap().charge_foreign(thread.mutator(), FOREIGN);
    let state = Exclusive::new(State {
        phase: Phase::Open(stream),
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
    let data = buffer::read(thread, data.expect("the signature requires it"))?;
    let most = match most {
        Some(most) => usize::try_from(arguments::size(thread, most)?).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    let this = own(this);
    let mut out = Vec::new();
    this.state.with(thread, |thread, state| {
        let stream = match &mut state.phase {
            Phase::Open(stream) => stream,
            Phase::AtEnd => return Err(thread.eof_error("End of stream already reached")),
            Phase::Failed => {
                let message = "Decompressor is unusable after a previous error";
                return Err(thread.value_error(message));
            }
        };
        let mut left = std::mem::take(&mut state.left);
        let code = thread.safe(|| {
            let joined;
            let mut rest = if left.is_empty() {
                &data[..]
            } else {
                left.extend_from_slice(&data);
                joined = std::mem::take(&mut left);
                &joined[..]
            };
            let code = stream.decompress(&mut rest, &mut out, most);
            left = rest.to_vec();
            code
        });
        match code {
            BZ_STREAM_END => {
                state.phase = Phase::AtEnd;
                state.unused = left;
                state.needs_input = false;
            }
            BZ_OK => {
                state.needs_input = left.is_empty() && out.len() < most;
                state.left = left;
            }
            code => {
                state.phase = Phase::Failed;
                state.needs_input = false;
                return Err(failed(thread, code));
            }
        }
        Ok(())
    })?;
    Ok(Bytes::new(thread, &out)?.value())
}
