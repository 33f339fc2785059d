//! The module `_random`: `Random`, the generator under `random.Random`.
//!
//! Invariant: a generator's words change under its lock only, so that no number is given out twice.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod twister;

use std::io::Read;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_number::Int;
use grwl_number::int::bytes::Endian;
use grwl_object::module::Module;
use grwl_object::{
    Args, Buffer, Cell, Declaration, Locked, Method, PyResult, Ref, Thread, Tuple, TypeObject,
    TypeSpec, Value, ValueExt, flags, float, instance, int, intern, none, protocol, ready, slots,
    types,
};
use grwl_threads::sync::{AtomicU32, Ordering};

use twister::{Twister, WORDS, temper};

/// A generator.
#[repr(C)]
pub struct Random {
    header: Header,
    words: [AtomicU32; WORDS],
    /// The next word that is used; `WORDS`: all are used up.
    index: AtomicU32,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for Random {
    fn type_object() -> &'static TypeObject {
        &RANDOM
    }
}

static RANDOM_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<Random>()),
    drop: None,
    name: "random number generator",
};

/// `_random.Random`
pub static RANDOM: TypeObject = TypeObject::declare(&Declaration {
    name: "_random.Random",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE,
    cell: &RANDOM_CELL,
    kind: Kind::Traced,
    size: size_of::<Random>(),
    attributes: 0,
});

static SPEC: TypeSpec = TypeSpec {
    doc: Some("Random() -> create a random number generator with its own internal state."),
    slots: &[slots::NEW.is(new), slots::INIT.is(init)],
    methods: &[
        Method::no_arguments(
            "random",
            random,
            "random($self, /)\n--\n\nA float from 0 up to, not including, 1.",
        ),
        Method::any(
            "seed",
            |thread, this, args| {
                let [seed] = args.unpack::<1>(thread, "seed", 0)?;
                sow(thread, own(this), seed.unwrap_or_else(none))?;
                Ok(none())
            },
            "seed($self, n=None, /)\n--\n\nStart from a seed; without, from what the system gives.",
        ),
        Method::no_arguments(
            "getstate",
            get_state,
            "getstate($self, /)\n--\n\nThe state, as a tuple.",
        ),
        Method::one(
            "setstate",
            set_state,
            "setstate($self, state, /)\n--\n\nGo back to a state.",
        ),
        Method::one(
            "getrandbits",
            get_bits,
            "getrandbits($self, k, /)\n--\n\nAn integer of k random bits.",
        ),
    ],
    ..TypeSpec::NONE
};

/// Gives the types their functions.
pub fn install() {
    RANDOM.define(&SPEC);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    ready::ready(thread, &RANDOM)?;
    let name = intern(thread, "_random");
    let doc = grwl_object::Str::new(
        thread,
        "Module implements the Mersenne Twister random number generator.",
    );
    let module = Module::new(thread, name, Some(doc.value()))?;
    module.add(thread, "Random", Ref::from_static(&RANDOM).value())?;
    Ok(module)
}

fn own(this: Value) -> Ref<Random> {
    // SAFETY: only functions of the type call this, with its instances.
    unsafe { this.downcast_unchecked() }
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    // Zeroes are a state, if a dull one.
    Ok(Value::from_cell(instance::allocate(thread, class)?))
}

fn init(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    if std::ptr::eq(this.class().as_ptr(), &RANDOM) {
        args.no_keywords(thread, "Random")?;
    }
    let args = Args::positional(args.by_position());
    let [seed] = args.unpack::<1>(thread, "Random", 0)?;
    sow(thread, own(this), seed.unwrap_or_else(none))
}

impl Random {
    fn store(&self, _locked: &Locked<'_>, words: &[u32; WORDS], index: usize) {
        for (place, &word) in self.words.iter().zip(words) {
            place.store(word, Ordering::Relaxed);
        }
        self.index.store(index as u32, Ordering::Relaxed);
    }

    fn words(&self) -> [u32; WORDS] {
        std::array::from_fn(|at| self.words[at].load(Ordering::Relaxed))
    }

    fn next(&self, locked: &Locked<'_>) -> u32 {
        let mut index = self.index.load(Ordering::Relaxed) as usize;
        if index >= WORDS {
            let mut words = self.words();
            Twister::renew(&mut words);
            self.store(locked, &words, 0);
            index = 0;
        }
        self.index.store(index as u32 + 1, Ordering::Relaxed);
        temper(self.words[index].load(Ordering::Relaxed))
    }
}

fn random(thread: &mut Thread, this: Value) -> PyResult {
    let this = own(this);
    let locked = thread.lock_cell(&this);
    let high = f64::from(this.next(&locked) >> 5);
    let low = f64::from(this.next(&locked) >> 6);
    drop(locked);
    let made = (high * 67_108_864.0 + low) * (1.0 / 9_007_199_254_740_992.0);
    Ok(float::new(thread, made))
}

/// The words of a magnitude, lowest first; at least one.
fn words_of(number: &Int) -> Vec<u32> {
    let text = number.abs().magnitude_in(16);
    let digits = text.as_bytes();
    let mut words = Vec::new();
    for chunk in digits.rchunks(8) {
        let word = chunk.iter().fold(0, |word, &digit| {
            word << 4 | char::from(digit).to_digit(16).unwrap_or(0)
        });
        words.push(word);
    }
    if words.is_empty() {
        words.push(0);
    }
    words
}

fn sow(thread: &mut Thread, this: Ref<Random>, seed: Value) -> PyResult<()> {
    let key = if seed.is_none() {
        let read = thread.safe(|| {
            let mut bytes = vec![0; WORDS * 4];
            std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
            Ok(bytes)
        });
        let bytes: Vec<u8> = read.map_err(|error| thread.io_error(&error, None))?;
        bytes
            .chunks_exact(4)
            .map(|word| u32::from_ne_bytes([word[0], word[1], word[2], word[3]]))
            .collect()
    } else if int::is_int(seed) {
        words_of(&protocol::as_int(thread, seed)?)
    } else {
        let hash = protocol::hash(thread, seed)?.cast_unsigned();
        let (low, high) = (hash as u32, (hash >> 32) as u32);
        if high == 0 {
            vec![low]
        } else {
            vec![low, high]
        }
    };
    let made = Twister::from_key(&key);
    let locked = thread.lock_cell(&this);
    this.store(&locked, &made.words, made.index);
    Ok(())
}

fn get_state(thread: &mut Thread, this: Value) -> PyResult {
    let this = own(this);
    let locked = thread.lock_cell(&this);
    let words = this.words();
    let index = this.index.load(Ordering::Relaxed);
    drop(locked);
    let mut state = Buffer::new();
    for word in words.into_iter().chain([index]) {
        state.push(thread, Value::small(i64::from(word)))?;
    }
    Ok(Tuple::try_new(thread, &state)?.value())
}

fn set_state(thread: &mut Thread, this: Value, state: Value) -> PyResult {
    let this = own(this);
    let Some(state) = state.downcast::<Tuple>() else {
        return Err(thread.type_error("state vector must be a tuple"));
    };
    if state.len() != WORDS + 1 {
        return Err(thread.value_error("state vector is the wrong size"));
    }
    let mut words = [0; WORDS];
    for (place, value) in words.iter_mut().zip(state.iter()) {
        let word = protocol::as_i64(thread, value)?;
        if word < 0 {
            return Err(thread.overflow_error("can't convert negative value to unsigned int"));
        }
        *place = word as u32;
    }
    let index = protocol::as_i64(thread, state.at(WORDS))?;
    if !(0..=WORDS as i64).contains(&index) {
        return Err(thread.value_error("invalid state"));
    }
    let locked = thread.lock_cell(&this);
    this.store(&locked, &words, index as usize);
    drop(locked);
    Ok(none())
}

fn get_bits(thread: &mut Thread, this: Value, count: Value) -> PyResult {
    let this = own(this);
    let count = protocol::as_int(thread, count)?;
    if count.is_negative() {
        return Err(thread.value_error("number of bits must be non-negative"));
    }
    let Some(mut count) = count.to_u64().and_then(|count| u32::try_from(count).ok()) else {
        return Err(thread.overflow_error("Python int too large to convert to C int"));
    };
    let mut bytes = Vec::with_capacity(count.div_ceil(8) as usize);
    let locked = thread.lock_cell(&this);
    while count > 0 {
        let mut word = this.next(&locked);
        if count < 32 {
            word >>= 32 - count;
        }
        bytes.extend(word.to_le_bytes());
        count = count.saturating_sub(32);
    }
    drop(locked);
    let made = Int::from_bytes(&bytes, Endian::Little, false);
    Ok(int::new(thread, made))
}
