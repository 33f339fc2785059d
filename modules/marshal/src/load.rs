//! From bytes to objects.
//!
//! ## Protocol
//! The reader keeps values and half-built containers in memory of its own, which the collector does not see. So each cell is also put in
//! `kept`, a traced buffer, as soon as it is made, and stays there until all is read.
//!
//! ## Invariants
//! - A tuple is handed out before it is filled, for data that refer to themselves. Its empty places hold `None`; nobody but
//!   the reader can reach it before all is read.

use grwl_frontend::Wtf8;
use grwl_interpreter::Code;
use grwl_interpreter::code::Origin;
use grwl_marshal::{Builder, Bytes as Source, CodeFields, Error, Kind, Reader};
use grwl_number::int::bytes::Endian;
use grwl_object::bytes::Bytes;
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::set::{FrozenSet, Set};
use grwl_object::slice::Slice;
use grwl_object::{
    Buffer, PyResult, Raised, Ref, Str, Thread, Tuple, Value, ValueExt, float, int, none,
    singleton, types,
};

/// What reading fails with.
pub(crate) enum Failure {
    /// The data are wrong.
    Format(Error),
    /// Something was raised.
    Raised(Raised),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Format(error)
    }
}

impl From<Raised> for Failure {
    fn from(raised: Raised) -> Self {
        Self::Raised(raised)
    }
}

/// A container that is being filled.
pub(crate) enum Partial {
    Tuple(Ref<Tuple>, usize),
    List(Ref<List>),
    Set(Ref<Set>),
    FrozenSet(Ref<Set>),
    Dict(Ref<Dict>),
}

/// Makes objects.
struct Objects<'t> {
    thread: &'t mut Thread,
    origin: Origin,
    kept: Buffer,
    /// Indices into `kept`, by the data's own numbers.
    references: Vec<Option<usize>>,
}

type Made<T = Value> = Result<T, Failure>;

impl Objects<'_> {
    fn keep(&mut self, value: Value) -> Made {
        self.kept.push(self.thread, value)?;
        Ok(value)
    }

    fn remember(&mut self, index: usize, value: Value) -> Made<()> {
        // The value is kept already, but not at a known place.
        let place = self.kept.len();
        self.kept.push(self.thread, value)?;
        if self.references.len() <= index {
            self.references.resize(index + 1, None);
        }
        self.references[index] = Some(place);
        Ok(())
    }
}

/// The text of a string of the format.
fn text_of(thread: &Thread, value: &Wtf8, interned: bool) -> PyResult {
    match value.as_str() {
        Ok(text) if interned => Ok(grwl_object::intern(thread, text).value()),
        Ok(text) => Ok(Str::new(thread, text).value()),
        Err(_) => {
            let mut text = grwl_text::TextBuilder::new();
            for code in value.code_points() {
                text.push(code.to_u32());
            }
            Ok(Str::from_buf(thread, &text.finish())?.value())
        }
    }
}

impl Builder for Objects<'_> {
    type Value = Value;
    type Partial = Partial;
    type Error = Failure;

    fn none(&mut self) -> Made {
        Ok(none())
    }

    fn bool(&mut self, value: bool) -> Made {
        Ok(singleton::bool(value))
    }

    fn ellipsis(&mut self) -> Made {
        Ok(grwl_object::ellipsis())
    }

    fn stop_iteration(&mut self) -> Made {
        Ok(Ref::from_static(&types::STOP_ITERATION).value())
    }

    fn int(&mut self, value: i64) -> Made {
        let int = int::from_i64(self.thread, value);
        self.keep(int)
    }

    fn big_int(&mut self, negative: bool, magnitude: &[u8]) -> Made {
        let magnitude = grwl_number::Int::from_bytes(magnitude, Endian::Little, false);
        let value = if negative { -&magnitude } else { magnitude };
        let int = int::new(self.thread, value);
        self.keep(int)
    }

    fn float(&mut self, value: f64) -> Made {
        let float = float::new(self.thread, value);
        self.keep(float)
    }

    fn complex(&mut self, real: f64, imag: f64) -> Made {
        let complex = float::new_complex(self.thread, real, imag);
        self.keep(complex.value())
    }

    fn bytes(&mut self, value: &[u8]) -> Made {
        let bytes = Bytes::new(self.thread, value)?;
        self.keep(bytes.value())
    }

    fn str(&mut self, value: &Wtf8, interned: bool) -> Made {
        let text = text_of(self.thread, value, interned)?;
        self.keep(text)
    }

    fn start(&mut self, kind: Kind, len: usize) -> Made<Partial> {
        let thread = &mut *self.thread;
        let (partial, value) = match kind {
            Kind::Tuple => {
                let holes = vec![none(); len];
                let tuple = Tuple::try_new(thread, &holes)?;
                (Partial::Tuple(tuple, 0), tuple.value())
            }
            Kind::List => {
                let list = List::with_capacity(thread, len)?;
                (Partial::List(list), list.value())
            }
            Kind::Set => {
                let set = Set::new(thread);
                (Partial::Set(set), set.value())
            }
            Kind::FrozenSet => {
                let set = FrozenSet::new(thread);
                (Partial::FrozenSet(set), set.value())
            }
            Kind::Dict => {
                let dict = Dict::new(thread);
                (Partial::Dict(dict), dict.value())
            }
        };
        self.keep(value)?;
        Ok(partial)
    }

    fn item(&mut self, partial: &mut Partial, value: Value) -> Made<()> {
        match partial {
            Partial::Tuple(tuple, filled) => {
                // SAFETY: the reader gives no more than the tuple has room for, and nobody else can reach it.
                unsafe { fill(self.thread, *tuple, *filled, value) };
                *filled += 1;
            }
            Partial::List(list) => list.push(self.thread, value)?,
            Partial::Set(set) | Partial::FrozenSet(set) => {
                set.add(self.thread, value)?;
            }
            Partial::Dict(_) => unreachable!("a dict has entries"),
        }
        Ok(())
    }

    fn entry(&mut self, partial: &mut Partial, key: Value, value: Value) -> Made<()> {
        match partial {
            Partial::Dict(dict) => dict.insert(self.thread, key, value)?,
            _ => unreachable!("only a dict has entries"),
        }
        Ok(())
    }

    fn finish(&mut self, partial: Partial) -> Made {
        Ok(match partial {
            Partial::Tuple(tuple, _) => tuple.value(),
            Partial::List(list) => list.value(),
            Partial::Set(set) | Partial::FrozenSet(set) => set.value(),
            Partial::Dict(dict) => dict.value(),
        })
    }

    fn slice(&mut self, start: Value, stop: Value, step: Value) -> Made {
        let slice = Slice::new(self.thread, start, stop, step);
        self.keep(slice.value())
    }

    fn code(&mut self, fields: CodeFields<Value>) -> Made {
        let code = crate::code::make(self.thread, &fields, self.origin)?;
        self.keep(code.value())
    }

    fn define(&mut self, index: usize, value: &Value) -> Made<()> {
        self.remember(index, *value)
    }

    fn define_partial(&mut self, index: usize, partial: &Partial) -> Made<()> {
        let value = match partial {
            Partial::Tuple(tuple, _) => tuple.value(),
            Partial::List(list) => list.value(),
            Partial::Set(set) => set.value(),
            Partial::Dict(dict) => dict.value(),
            // Its hash is not known yet.
            Partial::FrozenSet(_) => return Ok(()),
        };
        self.remember(index, value)
    }

    fn reference(&mut self, index: usize) -> Made<Option<Value>> {
        let place = self.references.get(index).copied().flatten();
        Ok(place.map(|place| self.kept[place]))
    }
}

/// Puts a value into a tuple that is being built.
///
/// # Safety
/// `index` is below the length; no other thread and no Python code can reach the tuple.
unsafe fn fill(thread: &Thread, tuple: Ref<Tuple>, index: usize, value: Value) {
    let first = tuple.as_slice().as_ptr().cast_mut();
    // SAFETY: the caller's promise. The collector looks at cells only while this thread stands still.
    unsafe { first.add(index).write(value) };
    thread.record_write(tuple.cell());
}

/// The value that the bytes begin with.
///
/// # Errors
/// `EOFError`, `ValueError`, `TypeError`: the data are wrong.
pub fn load_value(thread: &mut Thread, bytes: &[u8], allow_code: bool) -> PyResult {
    load(thread, bytes, allow_code, Origin::Elsewhere)
}

fn load(thread: &mut Thread, bytes: &[u8], allow_code: bool, origin: Origin) -> PyResult {
    let mut objects = Objects {
        thread,
        origin,
        kept: Buffer::new(),
        references: Vec::new(),
    };
    let result = Reader::new(Source::new(bytes), allow_code).read(&mut objects);
    match result {
        Ok(value) => Ok(value),
        Err(Failure::Raised(raised)) => Err(raised),
        Err(Failure::Format(error)) => Err(crate::raise(objects.thread, &error)),
    }
}

/// The code object that the bytes begin with.
///
/// # Errors
/// As [`load_value`]; `TypeError` if it is something else.
pub fn load_code(thread: &mut Thread, bytes: &[u8]) -> PyResult<Ref<Code>> {
    code_of(thread, bytes, Origin::Elsewhere)
}

/// The code object that bytes of the embedded standard library begin with.
///
/// # Errors
/// As [`load_code`].
pub fn load_library_code(thread: &mut Thread, bytes: &[u8]) -> PyResult<Ref<Code>> {
    code_of(thread, bytes, Origin::Library)
}

fn code_of(thread: &mut Thread, bytes: &[u8], origin: Origin) -> PyResult<Ref<Code>> {
    let value = load(thread, bytes, true, origin)?;
    value.downcast_exact::<Code>().ok_or_else(|| {
        thread.type_error(format_args!(
            "bad marshal data (a code object was expected, not '{}')",
            value.class().name()
        ))
    })
}
