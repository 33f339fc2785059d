//! Code objects.
//!
//! ## The instruction stream
//! CPython 3.14's units with their cache units in place, so that offsets, tables and `dis` agree; some opcodes are specialised (see `specialise`). An inline
//! cache itself is one 64-bit word, which a unit stream cannot hold aligned. The words lie before the units in the same memory, the first one nearest, and the first cache unit after an instruction says
//! how many words lie between its word and the unit, so that the loop finds a word without knowing the code. `co_code` shows CPython's opcodes, and zeroes for caches.
//!
//! ## Invariants
//! - All but `caches`, and what is computed on demand into a slot, never changes once the code is published.
//! - A cache word is replaced by one store, and any value that was ever stored is right for whoever reads it (see `cache`).
//!
//! How what the compiler made becomes a code object, its constants objects: `from_compiler`.

mod from_compiler;

use std::mem::offset_of;
use std::ptr::NonNull;
use std::sync::OnceLock;

use grwl_frontend as frontend;
use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace, Tracer};
use grwl_object::attribute::plan::CACHES_ARE_FORGOTTEN;
use grwl_object::bytes::Bytes;
use grwl_object::{
    Cell, Declaration, PyResult, Ref, Slot, Str, Thread, Tuple, TypeObject, Value, ValueExt, flags,
    types,
};
use grwl_threads::sync::{AtomicU8, AtomicU64, Ordering};

use crate::depth::Depths;
use crate::instrument::code_monitoring::CodeMonitoring;
use crate::instrument::monitors::forget_code;
use crate::opcode::{self, CACHES};
use crate::specialise::specialise;
use crate::verify::{self, Constant, Subject, Verdict};

pub use from_compiler::constant;
pub use frontend::{
    FAST_ARG_KEYWORD, FAST_ARG_POSITION, FAST_ARG_VARIADIC, FAST_CELL, FAST_FREE, FAST_HIDDEN,
    FAST_LOCAL, code_flags,
};

/// `code`
pub static CODE: TypeObject = TypeObject::declare(&Declaration {
    name: "code",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::WEAK_REFERENCES,
    cell: &CODE_CELL,
    kind: Kind::Owning,
    size: size_of::<Code>(),
    attributes: 0,
});

static CODE_CELL: CellType = CellType {
    trace: Trace::Custom(trace_code),
    size: Size::Fixed(size_of::<Code>()),
    drop: Some(drop_code),
    name: "code",
};

/// A code object.
#[repr(C)]
pub struct Code {
    header: Header,
    /// `co_consts`
    consts: Slot,
    /// `co_names`
    names: Slot,
    /// Names of all slots of a frame.
    localsplus_names: Slot,
    /// What each of them is.
    localsplus_kinds: Slot,
    filename: Slot,
    name: Slot,
    qualified_name: Slot,
    line_table: Slot,
    exception_table: Slot,
    /// `co_varnames`, `co_cellvars`, `co_freevars`, made when asked for.
    shown_names: [Slot; 3],
    /// `co_extra`, and whatever else hangs on code.
    pub(crate) extra: Slot,
    /// `co_argcount`
    pub argcount: u32,
    /// `co_posonlyargcount`
    pub posonlyargcount: u32,
    /// `co_kwonlyargcount`
    pub kwonlyargcount: u32,
    /// `co_stacksize`
    pub stacksize: u32,
    /// `co_flags`
    pub flags: u32,
    /// `co_firstlineno`
    pub firstlineno: u32,
    /// Slots of a frame: locals, cells, free variables.
    pub nlocalsplus: u32,
    /// `co_nlocals`
    pub nlocals: u32,
    /// Slots that are free variables: the last ones.
    pub nfreevars: u32,
    /// A call with `argcount` arguments by position binds them all: no `*args`, no parameters by name only.
    pub is_simple: bool,
    /// To close a generator that waits in this code does nothing that anybody could see: it waits at plain `yield`s only, none of which a handler encloses.
    pub closes_silently: bool,
    body: *mut Body,
}

/// What a code object owns outside the heap.
#[repr(C)]
struct Body {
    /// The caches, the last one first, and then the units.
    memory: Box<[AtomicU64]>,
    caches: usize,
    units: usize,
    /// How often each cache was missed.
    misses: Box<[AtomicU8]>,
    monitoring: OnceLock<Box<CodeMonitoring>>,
    /// Found when the collector asks for the first time.
    depths: OnceLock<Depths>,
    /// If something is wrong with the instructions (see `verify`).
    spoilt: Option<Box<Spoilt>>,
}

/// Instructions of which some must not be run.
struct Spoilt {
    /// All of them as they were given, zeroes for caches.
    public: Box<[u16]>,
    /// None may be run, and this is why.
    rejected: Option<&'static str>,
}

/// An inline cache of a code object.
///
/// `Option<Site>` is one word: with two, the last argument of `attributes::store` went over the native stack, where the collector found the value that was stored last
/// until the next such store.
#[derive(Clone, Copy)]
pub struct Site(NonNull<AtomicU64>);

impl Site {
    /// The cache of the instruction whose first cache unit `unit` is; `None` if the code has too many.
    ///
    /// # Safety
    /// `unit` is the first cache unit of an instruction that [has a cache](has_cache), in the units of a code object that is kept.
    #[inline(always)]
    pub unsafe fn of_unit(unit: *const u16) -> Option<Self> {
        // SAFETY: the caller's promise; `Code::new` wrote the distance.
        unsafe {
            let distance = usize::from(*unit);
            if distance == usize::from(NO_CACHE) {
                return None;
            }
            let word = Self::word_of(unit).sub(distance);
            Some(Self(NonNull::new_unchecked(word.cast_mut())))
        }
    }

    /// The 64-bit word in which a unit lies.
    fn word_of(unit: *const u16) -> *const AtomicU64 {
        unit.map_addr(|address| address & !7).cast()
    }

    /// The word.
    #[inline(always)]
    pub fn word(&self) -> &AtomicU64 {
        // SAFETY: a site's code is kept as long as the site is used.
        unsafe { self.0.as_ref() }
    }
}

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for Code {
    fn type_object() -> &'static TypeObject {
        &CODE
    }
}

/// Where a code object keeps what a traceback shows, for who reads it without running any code of ours.
pub mod layout {
    use std::mem::offset_of;

    use super::{Body, Code};

    /// Byte offset of the word that is `co_filename`.
    pub const FILE_NAME: usize = offset_of!(Code, filename);
    /// Byte offset of the word that is `co_name`.
    pub const NAME: usize = offset_of!(Code, name);
    /// Byte offset of the word that is `co_linetable`.
    pub const LINE_TABLE: usize = offset_of!(Code, line_table);
    /// Byte offset of the 32-bit `co_firstlineno`.
    pub const FIRST_LINE: usize = offset_of!(Code, firstlineno);
    /// Byte offset of the address of a structure, at whose offset [`MEMORY`] stands the address of words. The first instruction lies behind so many of them as
    /// the word at its offset [`CACHES`] says.
    pub const BODY: usize = offset_of!(Code, body);
    /// See [`BODY`].
    pub const MEMORY: usize = offset_of!(Body, memory);
    /// See [`BODY`].
    pub const CACHES: usize = offset_of!(Body, caches);

    // Of a slice's two words the address is the first.
    const _: () = {
        let slice: &[u64] = &[0; 3];
        // SAFETY: both are two words; only the length is looked at, a plain number.
        let words: [std::mem::MaybeUninit<usize>; 2] = unsafe { std::mem::transmute(slice) };
        // SAFETY: as above.
        assert!(unsafe { words[1].assume_init() } == 3);
    };
}

const FIRST_SLOT: usize = offset_of!(Code, consts);
const SLOTS: usize = (offset_of!(Code, argcount) - FIRST_SLOT) / size_of::<Slot>();

unsafe fn trace_code(cell: CellPtr, tracer: &mut Tracer<'_>) {
    // SAFETY: the heap calls this for code objects; the world is stopped.
    unsafe {
        let first = cell.cast::<u8>().add(FIRST_SLOT).cast::<u64>();
        tracer.words(first.as_ptr(), SLOTS);
        let code = Ref::<Code>::from_cell(cell);
        let body = &*code.body;
        let forget = CACHES_ARE_FORGOTTEN.load(Ordering::Relaxed);
        for (cache, misses) in body.memory[..body.caches].iter().zip(&body.misses) {
            // A word with its lowest bit set is no pointer.
            let word = cache.load(Ordering::Relaxed);
            if forget && word != 0 && word & 1 == 0 {
                cache.store(0, Ordering::Relaxed);
                // The site did not miss.
                misses.store(
                    misses.load(Ordering::Relaxed).saturating_sub(1),
                    Ordering::Relaxed,
                );
            } else {
                tracer.word(word);
            }
        }
    }
}

unsafe fn drop_code(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead code object; the body came from a box.
    unsafe {
        let body = (*cell.cast::<Code>().as_ptr()).body;
        if !body.is_null() {
            if let Some(monitoring) = (*body).monitoring.get() {
                monitoring.watching_tools().for_each(forget_code);
            }
            drop(Box::from_raw(body));
        }
    }
}

/// The distance to a cache that does not exist: the word is too far away.
const NO_CACHE: u16 = u16::MAX;

/// Has the instruction an inline cache of ours?
const fn has_cache(opcode: u8) -> bool {
    matches!(
        opcode,
        opcode::LOAD_ATTR | opcode::STORE_ATTR | opcode::LOAD_GLOBAL
    )
}

/// The plain parts of a code object.
pub struct Parts<'a> {
    /// The instructions, `co_code`.
    pub units: &'a [u16],
    /// In the order of [`Code`]'s slots: consts, names, names of slots, kinds of slots, file name, name, qualified name, line table, exception table.
    pub values: [Value; 9],
    /// argcount, posonlyargcount, kwonlyargcount, stacksize, flags, firstlineno
    pub numbers: [u32; 6],
    /// Who made the instructions.
    pub origin: Origin,
}

/// Who made the instructions of a code object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The compiler, when the program was built: they were looked at then.
    Library,
    /// The compiler, just now.
    Compiler,
    /// Anybody.
    Elsewhere,
}

impl Parts<'_> {
    /// What is wrong with the instructions, given with zeroes for caches.
    fn verdict(&self, units: &[u16]) -> Verdict {
        let [consts, _, _, kinds, ..] = self.values;
        // SAFETY: the caller's promise: the constants and names are tuples, the kinds are bytes.
        let (consts, names, kinds) = unsafe {
            (
                consts.downcast_unchecked::<Tuple>(),
                self.values[1].downcast_unchecked::<Tuple>(),
                kinds.downcast_unchecked::<Bytes>(),
            )
        };
        // SAFETY: as above.
        let table = unsafe { self.values[8].downcast_unchecked::<Bytes>() };
        let constants: Vec<Constant> = consts.iter().map(Constant::of).collect();
        let [argcount, _, kwonlyargcount, stack, flags, _] = self.numbers;
        let kinds = kinds.as_slice();
        verify::verify(&Subject {
            units,
            constants: &constants,
            names: names.len(),
            kinds,
            parameters: verify::parameters(argcount, kwonlyargcount, flags),
            free: kinds.iter().filter(|&&kind| kind & FAST_FREE != 0).count(),
            stack: stack as usize,
            flags,
            exception_table: table.as_slice(),
        })
    }
}

/// Puts zeroes into the caches.
fn clear_caches(units: &mut [u16]) {
    let mut index = 0;
    while index < units.len() {
        let end = index + 1 + usize::from(CACHES[usize::from(units[index] as u8)]);
        let end = end.min(units.len());
        units[index + 1..end].fill(0);
        index = end;
    }
}

impl Body {
    fn new(parts: &Parts<'_>, constants: usize) -> Self {
        let mut units = parts.units.to_vec();
        clear_caches(&mut units);
        let mut spoilt = None;
        if parts.origin != Origin::Library {
            let (traps, rejected) = match parts.verdict(&units) {
                Verdict::Traps(traps) => (traps, None),
                Verdict::Rejected(reason) => (vec![0], Some(reason)),
            };
            if !traps.is_empty() {
                spoilt = Some(Box::new(Spoilt {
                    public: units.as_slice().into(),
                    rejected,
                }));
                for trap in traps {
                    units[trap] = u16::from(opcode::RESERVED);
                }
                if rejected.is_some() {
                    units.truncate(1);
                }
            }
        }
        Self::of_checked(units, constants, parts.origin, spoilt)
    }

    fn of_checked(
        mut units: Vec<u16>,
        constants: usize,
        origin: Origin,
        spoilt: Option<Box<Spoilt>>,
    ) -> Self {
        let mut sites = Vec::new();
        let mut index = 0;
        while index < units.len() {
            let opcode = units[index] as u8;
            if has_cache(opcode) && index + 1 < units.len() {
                sites.push(index + 1);
            }
            index += 1 + usize::from(CACHES[usize::from(opcode)]);
        }
        specialise(&mut units, constants, origin == Origin::Elsewhere);
        for (number, &site) in sites.iter().enumerate() {
            // The word number `number` before the units, seen from the word that holds the unit.
            units[site] = u16::try_from(site / 4 + number + 1).unwrap_or(NO_CACHE);
        }
        let words = units.chunks(4).map(|chunk| {
            let mut bytes = [0; 8];
            for (to, unit) in bytes.chunks_exact_mut(2).zip(chunk) {
                to.copy_from_slice(&unit.to_ne_bytes());
            }
            AtomicU64::new(u64::from_ne_bytes(bytes))
        });
        let caches = sites.len();
        Self {
            memory: (0..caches)
                .map(|_| AtomicU64::new(0))
                .chain(words)
                .collect(),
            caches,
            units: units.len(),
            misses: (0..caches).map(|_| AtomicU8::new(0)).collect(),
            monitoring: OnceLock::new(),
            depths: OnceLock::new(),
            spoilt,
        }
    }

    #[inline(always)]
    fn first_unit(&self) -> *const u16 {
        // SAFETY: there are as many caches.
        unsafe { self.memory.as_ptr().add(self.caches).cast() }
    }
}

/// The place of a `RESUME`, in its lowest two bits: at the start of a function, or after a plain `yield`. Others are after a delegation.
const PLACE: u16 = 3;
const AFTER_YIELD: u16 = 1;
/// Another bit: no handler but the outermost, which the compiler adds, encloses the place.
const DEPTH_ONE: u16 = 4;

/// May a generator be closed without running it, as far as this unit says? A cache that looks like a `RESUME` can only say no.
fn closes_silently_at(unit: u16) -> bool {
    let argument = unit >> 8;
    match argument & PLACE {
        _ if unit as u8 != opcode::RESUME => true,
        0 => true,
        AFTER_YIELD => argument & DEPTH_ONE != 0,
        _ => false,
    }
}

impl Code {
    /// A code object of its parts. The values have the types that the slots want, the kinds are as many as the names.
    pub fn new(thread: &Thread, parts: &Parts<'_>) -> Ref<Self> {
        // SAFETY: the caller's promise: the constants are a tuple.
        let constants = unsafe { parts.values[0].downcast_unchecked::<Tuple>() }.len();
        let body = Box::new(Body::new(parts, constants));
        // SAFETY: the caller's promise: the kinds are bytes.
        let kinds = unsafe { parts.values[3].downcast_unchecked::<Bytes>() };
        let kinds = kinds.as_slice();
        let count_of = |kind: u8| kinds.iter().filter(|&&bits| bits & kind != 0).count() as u32;
        let [
            consts,
            names,
            localsplus_names,
            localsplus_kinds,
            filename,
            name,
            qualified_name,
            line_table,
            exception_table,
        ] = parts.values.map(|value| Slot::new(Some(value)));
        let [
            argcount,
            posonlyargcount,
            kwonlyargcount,
            stacksize,
            flags,
            firstlineno,
        ] = parts.numbers;
        let is_simple = kwonlyargcount == 0
            && flags & (code_flags::VARARGS | code_flags::VARKEYWORDS) == 0
            && flags & code_flags::OPTIMIZED != 0;
        let closes_silently = parts.units.iter().all(|&unit| closes_silently_at(unit));
        let bytes = body.memory.len() * 8 + body.misses.len();
        thread.heap().charge_foreign(thread.mutator(), bytes);
        // SAFETY: the class is `code`, which cannot be subclassed.
        unsafe {
            thread.new_cell(&CODE, |header| Self {
                header,
                consts,
                names,
                localsplus_names,
                localsplus_kinds,
                filename,
                name,
                qualified_name,
                line_table,
                exception_table,
                shown_names: [const { Slot::empty() }; 3],
                extra: Slot::empty(),
                argcount,
                posonlyargcount,
                kwonlyargcount,
                stacksize,
                flags,
                firstlineno,
                nlocalsplus: kinds.len() as u32,
                nlocals: count_of(FAST_LOCAL),
                nfreevars: count_of(FAST_FREE),
                is_simple,
                closes_silently,
                body: Box::into_raw(body),
            })
        }
    }

    fn body(&self) -> &Body {
        // SAFETY: the body lives as long as the code.
        unsafe { &*self.body }
    }

    /// The units, with specialised opcodes and the distances of caches in them.
    #[inline(always)]
    pub fn units(&self) -> &[u16] {
        let body = self.body();
        // SAFETY: the units lie behind the caches.
        unsafe { std::slice::from_raw_parts(body.first_unit(), body.units) }
    }

    /// Where the units begin: a pointer that leads to their caches as well.
    #[inline(always)]
    pub fn first_unit(&self) -> *const u16 {
        self.body().first_unit()
    }

    /// How deep the operand stack is at each instruction.
    pub(crate) fn depths(&self) -> &Depths {
        self.body().depths.get_or_init(|| Depths::of(self))
    }

    /// `co_code`: the units with zeroes for caches, as bytes.
    pub fn shown_code(&self) -> Vec<u8> {
        if let Some(spoilt) = &self.body().spoilt {
            return spoilt
                .public
                .iter()
                .flat_map(|unit| unit.to_le_bytes())
                .collect();
        }
        let units = self.units();
        let mut bytes = Vec::with_capacity(units.len() * 2);
        let mut index = 0;
        while index < units.len() {
            let [opcode, argument] = units[index].to_le_bytes();
            bytes.extend([opcode::PUBLIC[usize::from(opcode)], argument]);
            let caches = usize::from(CACHES[usize::from(opcode)]);
            let caches = caches.min(units.len() - index - 1);
            bytes.resize(bytes.len() + caches * 2, 0);
            index += 1 + caches;
        }
        bytes
    }

    /// Must none of it be run?
    pub fn is_rejected(&self) -> bool {
        self.why_rejected().is_some()
    }

    fn why_rejected(&self) -> Option<&'static str> {
        self.body().spoilt.as_ref()?.rejected
    }

    /// Why the instruction at `unit` must not be run.
    #[cold]
    pub fn trap_message(&self, unit: usize) -> String {
        let unknown =
            |opcode: u8| !opcode::IS_KNOWN[usize::from(opcode)] || opcode == opcode::RESERVED;
        let public = self
            .body()
            .spoilt
            .as_ref()
            .map_or(&[][..], |spoilt| &spoilt.public);
        match (
            public.get(unit).map(|&unit| unit as u8),
            self.why_rejected(),
        ) {
            (Some(opcode), _) if unknown(opcode) => format!("unknown opcode {opcode}"),
            (_, Some(reason)) => format!("bad bytecode: {reason}"),
            (Some(opcode), None) => {
                format!(
                    "bad bytecode: {} at offset {}",
                    opcode::name(opcode),
                    unit * 2
                )
            }
            (None, None) => "unknown opcode".to_owned(),
        }
    }

    /// May a frame be set from one unit to another (see `verify`)?
    pub(crate) fn may_jump(&self, from: usize, to: usize) -> bool {
        let constants: Vec<Constant> = self.consts().iter().map(Constant::of).collect();
        let units: Vec<u16> = self
            .shown_code()
            .chunks_exact(2)
            .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
            .collect();
        let subject = Subject {
            units: &units,
            constants: &constants,
            names: self.names().len(),
            kinds: self.localsplus_kinds(),
            parameters: verify::parameters(self.argcount, self.kwonlyargcount, self.flags),
            free: self.nfreevars as usize,
            stack: self.stacksize as usize,
            flags: self.flags,
            exception_table: self.exception_table().as_slice(),
        };
        verify::may_jump(&subject, from, to)
    }

    /// How often a cache was missed.
    pub fn misses(&self, site: Site) -> &AtomicU8 {
        let body = self.body();
        // SAFETY: the site is this code's.
        let index = unsafe {
            site.0
                .as_ptr()
                .cast_const()
                .offset_from(body.memory.as_ptr())
        };
        &body.misses[index as usize]
    }

    /// What those keep here who watch the program (see `instrument`).
    pub fn monitoring(&self) -> &CodeMonitoring {
        let body = self.body();
        body.monitoring
            .get_or_init(|| Box::new(CodeMonitoring::new(self)))
    }

    fn tuple(slot: &Slot) -> Ref<Tuple> {
        let value = slot.load().expect("a code object's parts are there");
        // SAFETY: the slot holds a tuple.
        unsafe { value.downcast_unchecked() }
    }

    fn string(slot: &Slot) -> Ref<Str> {
        let value = slot.load().expect("a code object's parts are there");
        // SAFETY: the slot holds a string.
        unsafe { value.downcast_unchecked() }
    }

    fn bytes(slot: &Slot) -> Ref<Bytes> {
        let value = slot.load().expect("a code object's parts are there");
        // SAFETY: the slot holds bytes.
        unsafe { value.downcast_unchecked() }
    }

    /// `co_consts`
    #[inline(always)]
    pub fn consts(&self) -> Ref<Tuple> {
        Self::tuple(&self.consts)
    }
    /// `co_names`: interned strings.
    #[inline(always)]
    pub fn names(&self) -> Ref<Tuple> {
        Self::tuple(&self.names)
    }
    /// The names of the frame's slots: interned strings.
    #[inline(always)]
    pub fn localsplus_names(&self) -> Ref<Tuple> {
        Self::tuple(&self.localsplus_names)
    }
    /// What each of the frame's slots is: bits `FAST_*`.
    #[inline(always)]
    pub fn localsplus_kinds(&self) -> &[u8] {
        Self::bytes(&self.localsplus_kinds).as_slice()
    }
    /// `co_filename`
    pub fn filename(&self) -> Ref<Str> {
        Self::string(&self.filename)
    }
    /// The slot of `co_filename`: import corrects it.
    pub fn filename_slot(&self) -> &Slot {
        &self.filename
    }
    /// `co_name`
    pub fn name(&self) -> Ref<Str> {
        Self::string(&self.name)
    }
    /// `co_qualname`
    pub fn qualified_name(&self) -> Ref<Str> {
        Self::string(&self.qualified_name)
    }
    /// `co_linetable`
    pub fn line_table(&self) -> Ref<Bytes> {
        Self::bytes(&self.line_table)
    }
    /// `co_exceptiontable`
    pub fn exception_table(&self) -> Ref<Bytes> {
        Self::bytes(&self.exception_table)
    }

    /// The name at `index` of `co_names`.
    #[inline(always)]
    pub fn name_at(&self, index: usize) -> Ref<Str> {
        // SAFETY: the names are strings.
        unsafe { self.names().at(index).downcast_unchecked() }
    }

    /// The constant that a `LOAD_CONST` of this code names.
    ///
    /// # Safety
    /// The index is an instruction's (see `specialise`).
    #[inline(always)]
    pub unsafe fn constant_at(&self, index: usize) -> Value {
        // SAFETY: the caller's promise; the constants are never changed.
        unsafe { *self.consts().as_slice().get_unchecked(index) }
    }

    /// The name of the frame's slot `index`.
    pub fn local_name(&self, index: usize) -> Ref<Str> {
        // SAFETY: the names are strings.
        unsafe { self.localsplus_names().at(index).downcast_unchecked() }
    }

    /// Is the code a generator's, a coroutine's, or an asynchronous generator's?
    #[inline(always)]
    pub fn is_generator(&self) -> bool {
        self.flags & (code_flags::GENERATOR | code_flags::COROUTINE | code_flags::ASYNC_GENERATOR)
            != 0
    }
}

impl Code {
    /// `co_varnames` (0), `co_cellvars` (1), `co_freevars` (2).
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn shown_names(&self, thread: &Thread, which: usize) -> PyResult<Ref<Tuple>> {
        let slot = &self.shown_names[which];
        if let Some(known) = slot.load() {
            // SAFETY: the slot holds a tuple.
            return Ok(unsafe { known.downcast_unchecked() });
        }
        let kind = [FAST_LOCAL, FAST_CELL, FAST_FREE][which];
        let mut names = grwl_object::Buffer::new();
        for (index, &bits) in self.localsplus_kinds().iter().enumerate() {
            if bits & kind != 0 {
                names.push(thread, self.local_name(index).value())?;
            }
        }
        let tuple = Tuple::try_new(thread, &names)?;
        // Racing threads store equal tuples.
        // SAFETY: code objects exist only as cells.
        let this = unsafe { Ref::of(self) };
        thread.store(this, slot, Some(tuple.value()));
        Ok(tuple)
    }
}
