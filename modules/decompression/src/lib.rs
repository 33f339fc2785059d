//! What the decompressors of `_bz2`, `_lzma` and `zlib` have in common: they keep what they did not take in themselves.
//!
//! | what | where |
//! |---|---|
//! | what a library's stream must be able to do | [`Source`] |
//! | the object, its method and its attributes | [`Decompressor`], [`decompress`], [`attributes`] |
//! | how much room is made for output | [`next_room`] |
//!
//! Invariants
//! - A stream is worked on by one thread at a time, in a Safe region.
//! - Input that a stream did not take in is given to it before any other.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

use grwl_heap::{CellPtr, CellType, Header, Size, Trace};
use grwl_object::bytes::Bytes;
use grwl_object::{
    Args, Cell, Exclusive, GetSet, PyResult, Raised, Ref, Signature, Thread, TypeObject, Value,
    ValueExt, buffer, int,
};
use grwl_types_text::arguments;

/// Bytes of room for output at first, and at most at once.
const FIRST_ROOM: usize = 16 * 1024;
const MOST_ROOM: usize = 64 * 1024 * 1024;

/// Bytes of room for the next piece of output: as much as there is already.
pub fn next_room(out: &[u8]) -> usize {
    out.len().clamp(FIRST_ROOM, MOST_ROOM)
}

/// How far a stream came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It wants more input, or more room.
    More,
    /// Its end was reached.
    End,
}

/// A stream of a library that decompresses.
pub trait Source: Send + Sized + 'static {
    /// Why it cannot go on.
    type Failure: Send;

    /// What is said to who goes on after the end.
    const AFTER_END: &'static str;
    /// What is said to who goes on after a failure; `None` if the stream says so itself.
    const AFTER_FAILURE: Option<&'static str>;

    /// The type of the objects around it.
    fn type_object() -> &'static TypeObject;

    /// Decompresses input until there is none, or the stream ends, or there are `most` bytes of output. Moves `input` past what was taken.
    ///
    /// # Errors
    /// Where the input is not such a stream.
    fn decompress(
        &mut self,
        input: &mut &[u8],
        out: &mut Vec<u8>,
        most: usize,
    ) -> Result<Progress, Self::Failure>;

    /// A number that is remembered when the stream is gone; see [`note`].
    fn note(&self) -> u32 {
        0
    }

    /// The exception that a failure becomes.
    fn failed(&self, thread: &Thread, failure: Self::Failure) -> Raised;
}

enum Phase<S> {
    Open(S),
    AtEnd,
    Failed(&'static str),
}

/// What a decompressor is at.
struct State<S> {
    phase: Phase<S>,
    /// What came behind the end of the stream.
    unused: Vec<u8>,
    /// What was not taken in because of a limit on the output.
    left: Vec<u8>,
    needs_input: bool,
    note: u32,
}

/// An object that decompresses what it is given piece by piece.
#[repr(C)]
pub struct Decompressor<S: Source> {
    header: Header,
    state: Exclusive<State<S>>,
}

// SAFETY: repr(C), begins with a header; the rest is touched by one thread at a time.
unsafe impl<S: Source> Cell for Decompressor<S> {
    fn type_object() -> &'static TypeObject {
        S::type_object()
    }
}

/// The heap's view of a decompressor. It is of `Kind::Owning`.
pub const fn cell<S: Source>(name: &'static str) -> CellType {
    CellType {
        trace: Trace::Nothing,
        size: Size::Fixed(size_of::<Decompressor<S>>()),
        drop: Some(drop_state::<S>),
        name,
    }
}

unsafe fn drop_state<S: Source>(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead object of the type, which has this layout.
    unsafe { std::ptr::drop_in_place(&raw mut (*cell.cast::<Decompressor<S>>().as_ptr()).state) };
}

/// Makes the object around a stream, which takes so many bytes beside its cell.
///
/// The stream's type must be declared with [`cell`], and have no subclasses.
pub fn make<S: Source>(thread: &Thread, stream: S, foreign: usize) -> Value {
    thread.heap().charge_foreign(thread.mutator(), foreign);
    let state = Exclusive::new(State {
        note: stream.note(),
        phase: Phase::Open(stream),
        unused: Vec::new(),
        left: Vec::new(),
        needs_input: true,
    });
    // SAFETY: the type has this layout, and no subclasses.
    let made =
        unsafe { thread.new_cell(S::type_object(), |header| Decompressor { header, state }) };
    made.value()
}

fn own<S: Source>(this: Value) -> Ref<Decompressor<S>> {
    // SAFETY: only functions of the type call this, with its instances.
    unsafe { this.downcast_unchecked() }
}

/// What [`Source::note`] was at last.
pub fn note<S: Source>(thread: &mut Thread, this: Value) -> u32 {
    own::<S>(this).state.with(thread, |_, state| state.note)
}

/// The attributes `eof`, `unused_data` and `needs_input`.
pub const fn attributes<S: Source>() -> [GetSet; 3] {
    [
        GetSet::read_only(
            "eof",
            eof::<S>,
            Some("True if the end of the stream was reached."),
        )
        .member(),
        GetSet::read_only(
            "unused_data",
            unused_data::<S>,
            Some("What came behind the end of the stream."),
        )
        .member(),
        GetSet::read_only(
            "needs_input",
            needs_input::<S>,
            Some("True if more data is needed before there is more output."),
        )
        .member(),
    ]
}

fn eof<S: Source>(thread: &mut Thread, this: Value) -> PyResult {
    let is_at_end = own::<S>(this)
        .state
        .with(thread, |_, state| matches!(state.phase, Phase::AtEnd));
    Ok(int::bool(is_at_end))
}

fn unused_data<S: Source>(thread: &mut Thread, this: Value) -> PyResult {
    let data = own::<S>(this)
        .state
        .with(thread, |_, state| state.unused.clone());
    Ok(Bytes::new(thread, &data)?.value())
}

fn needs_input<S: Source>(thread: &mut Thread, this: Value) -> PyResult {
    let needs_input = own::<S>(this)
        .state
        .with(thread, |_, state| state.needs_input);
    Ok(int::bool(needs_input))
}

/// What Python code sees of [`decompress`].
pub const DECOMPRESS_DOC: &str = "decompress($self, /, data, max_length=-1)\n--\n\nDecompress data, to at most max_length bytes if that is not negative.\n\nIf needs_input is true afterwards, there is nothing more without more data.";

/// The method `decompress`.
///
/// # Errors
/// `EOFError` after the end; what the stream's failures become.
pub fn decompress<S: Source>(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("decompress", ["data", "max_length"]).optional_after(1);
    let [data, most] = args.parse(thread, &SIGNATURE)?;
    let data = buffer::read(thread, data.expect("the signature requires it"))?;
    let most = match most {
        Some(most) => usize::try_from(arguments::size(thread, most)?).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    let this = own::<S>(this);
    let mut out = Vec::new();
    this.state.with(thread, |thread, state| {
        advance(thread, state, &data, &mut out, most)
    })?;
    Ok(Bytes::new(thread, &out)?.value())
}

fn advance<S: Source>(
    thread: &mut Thread,
    state: &mut State<S>,
    data: &[u8],
    out: &mut Vec<u8>,
    most: usize,
) -> PyResult<()> {
    let stream = match &mut state.phase {
        Phase::Open(stream) => stream,
        Phase::AtEnd => return Err(thread.eof_error(S::AFTER_END)),
        Phase::Failed(message) => return Err(thread.value_error(*message)),
    };
    let mut left = std::mem::take(&mut state.left);
    let result = thread.safe(|| {
        let joined;
        let mut rest = if left.is_empty() {
            data
        } else {
            left.extend_from_slice(data);
            joined = std::mem::take(&mut left);
            &joined[..]
        };
        let result = stream.decompress(&mut rest, out, most);
        left = rest.to_vec();
        result
    });
    state.note = stream.note();
    match result {
        Ok(Progress::End) => {
            state.phase = Phase::AtEnd;
            state.unused = left;
            state.needs_input = false;
            Ok(())
        }
        Ok(Progress::More) => {
            state.needs_input = left.is_empty() && out.len() < most;
            state.left = left;
            Ok(())
        }
        Err(failure) => {
            let raised = stream.failed(thread, failure);
            if let Some(message) = S::AFTER_FAILURE {
                state.phase = Phase::Failed(message);
                state.needs_input = false;
            }
            Err(raised)
        }
    }
}
