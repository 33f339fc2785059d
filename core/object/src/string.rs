//! `str`: code units of one, two or four bytes behind a 32-byte head (PEP 393), and the table of interned strings.
//!
//! ## Invariants
//! - A string is canonical: its width is the narrowest that holds its greatest code point.
//! - Length, width and units never change once the string is published. The hash is cached in the object: written once with
//!   the one value that it can have, then only read.
//! - At most one string of a text is *interned*; interned strings live for ever. Two interned strings are equal only
//!   if they are the same.
//!
//! ## The table of interned strings
//! Open addressing; readers take no lock. Who adds a string holds the table's mutex, writes the slot with Release, and publishes
//! a larger table when three quarters are in use. Old tables are never freed: together they are as large as the present one.
//!
//! Strings that grow at their end lie in memory of their own: `growth`. Strings put together of many: `join`.

mod growth;
mod join;

use std::fmt;
use std::mem::offset_of;
use std::ops::Range;
use std::ptr::null_mut;

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace, Tracer};
use grwl_text::{Text, TextBuf, Width};
use grwl_threads::sync::{AtomicPtr, AtomicU8, AtomicU64, Mutex, Ordering};
use grwl_value::{Slot, Value};
use siphasher::sip::SipHasher13;

use crate::cell::{Cell, Ref};
use crate::result::PyResult;
use crate::thread::Thread;
use crate::type_object::{TypeObject, flags};
use crate::types;
use crate::world::world;

/// A string. The units follow the struct, or (`SHARED`) a word that leads to them.
#[repr(C)]
pub struct Str {
    header: Header,
    /// 0: not computed yet.
    hash: AtomicU64,
    length: u32,
    length_high: u16,
    /// Bytes per unit, `ASCII`, `SHARED`.
    kind: u8,
    /// `INTERNED`, `JOINED`.
    state: AtomicU8,
}

/// Where a string keeps its characters, for who reads it without running any code of ours.
pub mod layout {
    use std::mem::offset_of;

    use super::{Str, WIDTH};

    const _: () = assert!(offset_of!(Str, state) == offset_of!(Str, length) + 7);

    /// Of the string at an address: the address of its first unit, how many there are, and the bytes of each. `word` reads eight bytes at an address.
    pub fn read(
        from: usize,
        word: impl FnOnce(usize) -> Option<u64>,
    ) -> Option<(usize, usize, usize)> {
        let word = word(from.checked_add(offset_of!(Str, length))?)?;
        let bytes = word.to_le_bytes();
        let length = word as usize & 0xffff_ffff_ffff;
        let width = usize::from(bytes[6] & WIDTH);
        matches!(width, 1 | 2 | 4).then_some((from + size_of::<Str>(), length, width))
    }
}

const WIDTH: u8 = 7;
const ASCII: u8 = 8;
/// The units lie in memory that longer strings share: see `growth`.
const SHARED: u8 = 16;
const INTERNED: u8 = 1;
/// It was made by joining two: perhaps the next of a loop is joined to it.
const JOINED: u8 = 2;

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for Str {
    const FLAG: u64 = flags::STR;
    fn type_object() -> &'static TypeObject {
        &types::STR
    }
}

const _: () = assert!(size_of::<Str>() == 32);
const _: () = assert!(offset_of!(Str, hash) == 16);

/// The heap's view of strings.
pub static STR_CELL: CellType = CellType {
    trace: Trace::Custom(growth::trace),
    size: Size::Varying(str_size),
    drop: None,
    name: "str",
};

unsafe fn str_size(cell: CellPtr) -> usize {
    // SAFETY: the heap calls this for strings.
    let this = unsafe { Ref::<Str>::from_cell(cell) };
    if this.is_shared() {
        return SHARED_BYTES;
    }
    (size_of::<Str>() + this.len() * this.width_bytes()).next_multiple_of(8)
}

/// What a string takes whose units lie elsewhere.
const SHARED_BYTES: usize = size_of::<Str>() + size_of::<Slot>();

/// A static empty string.
#[repr(C, align(16))]
struct Empty(Str);
// SAFETY: what changes is atomic.
unsafe impl Sync for Empty {}

impl Str {
    /// The empty string.
    pub fn empty() -> Ref<Self> {
        static EMPTY: Empty = Empty(Str {
            header: crate::type_object::static_header(&types::STR),
            hash: AtomicU64::new(0),
            length: 0,
            length_high: 0,
            kind: 1 | ASCII,
            state: AtomicU8::new(0),
        });
        Ref::from_static(&EMPTY.0)
    }

    /// A new string of Rust's text.
    ///
    /// # Panics
    /// If there is no memory.
    pub fn new(thread: &Thread, text: &str) -> Ref<Self> {
        if text.is_ascii() {
            Self::from_text(thread, Text::One(text.as_bytes()))
        } else {
            let mut builder = grwl_text::TextBuilder::new();
            builder.push_str(text);
            Self::from_text(thread, builder.finish().as_text())
        }
    }

    /// A new string, made canonical.
    ///
    /// # Panics
    /// If there is no memory.
    pub fn from_text(thread: &Thread, text: Text<'_>) -> Ref<Self> {
        match Self::try_from_text(thread, text) {
            Ok(string) => string,
            Err(_) => panic!("out of memory"),
        }
    }

    /// A new string, made canonical.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn try_from_text(thread: &Thread, text: Text<'_>) -> PyResult<Ref<Self>> {
        Self::of_class(thread, &types::STR, text)
    }

    /// A new string of what was built.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn from_buf(thread: &Thread, text: &TextBuf) -> PyResult<Ref<Self>> {
        Self::try_from_text(thread, text.as_text())
    }

    /// The string of one character: one of 256 that live for ever, or a new one.
    pub fn from_code(thread: &Thread, code: u32) -> Ref<Self> {
        if code < 256 {
            return latin1_character(thread, code as u8);
        }
        Self::from_text(thread, TextBuf::from_code(code).as_text())
    }

    /// The character at an index, if its string is one of those that live for ever, and there already.
    #[inline]
    pub fn common_character(&self, index: usize) -> Option<Value> {
        if self.width_bytes() != 1 || index >= self.len() {
            return None;
        }
        // SAFETY: the units are bytes, as many as the length says.
        let code = unsafe { self.units().add(index).read() };
        // Acquire: partner is the Release in `latin1_character`.
        let known = LATIN1[usize::from(code)].load(Ordering::Acquire);
        // SAFETY: null, or an interned string, which lives for ever.
        unsafe { known.as_ref() }.map(|known| Ref::from_static(known).value())
    }

    /// A new string of a subclass (or of `str` itself).
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn of_class(thread: &Thread, class: &TypeObject, text: Text<'_>) -> PyResult<Ref<Self>> {
        if text.is_empty() && std::ptr::eq(class, &types::STR) {
            return Ok(Self::empty());
        }
        let width = text.needed_width();
        if width != text.width() {
            let narrow = text.to_width(width);
            return Self::of_class(thread, class, narrow.as_text());
        }
        let units = width.bytes();
        let kind = match width {
            Width::One if text.is_ascii() => 1 | ASCII,
            width => width.bytes() as u8,
        };
        // SAFETY: written at once.
        let this = unsafe { Self::allocate(thread, class, text.len(), kind)? };
        // SAFETY: the memory behind the struct was allocated for this many units.
        unsafe {
            let to = this.as_ptr().add(1).cast::<u8>();
            let from = match text {
                Text::One(units) => units.as_ptr(),
                Text::Two(units) => units.as_ptr().cast(),
                Text::Four(units) => units.as_ptr().cast(),
            };
            to.copy_from_nonoverlapping(from, text.len() * units);
        }
        Ok(this)
    }

    /// A new string of bytes that are all ASCII: nothing needs to be found out about them.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn from_ascii(thread: &Thread, bytes: &[u8]) -> PyResult<Ref<Self>> {
        debug_assert!(bytes.is_ascii());
        if bytes.is_empty() {
            return Ok(Self::empty());
        }
        // SAFETY: written at once.
        unsafe {
            let this = Self::allocate(thread, &types::STR, bytes.len(), 1 | ASCII)?;
            let to = this.as_ptr().add(1).cast::<u8>();
            to.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            Ok(this)
        }
    }

    /// The string of some of the characters: a plain `str`, and one of the shared ones if it is one character.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn part(thread: &Thread, whole: Ref<Self>, range: Range<usize>) -> PyResult<Ref<Self>> {
        if range.len() == 1 {
            return Ok(Self::from_code(thread, whole.text().at(range.start)));
        }
        match whole.as_ascii() {
            Some(ascii) => Self::from_ascii(thread, &ascii.as_bytes()[range]),
            None => Self::try_from_text(thread, whole.text().slice(range)),
        }
    }

    /// Two strings in one, without a detour.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn concat(thread: &Thread, a: Ref<Self>, b: Ref<Self>) -> PyResult<Ref<Self>> {
        if let Some(grown) = growth::append(thread, a, b)? {
            return Ok(grown);
        }
        let (width_a, width_b) = (a.width_bytes(), b.width_bytes());
        if width_a != width_b {
            let joined = grwl_text::join::concat(a.text(), b.text());
            return Self::from_buf(thread, &joined);
        }
        let kind = if a.is_ascii() && b.is_ascii() {
            1 | ASCII
        } else {
            width_a as u8
        };
        // SAFETY: written at once.
        let this = unsafe { Self::allocate(thread, &types::STR, a.len() + b.len(), kind)? };
        // SAFETY: the memory behind the struct was allocated for both.
        unsafe {
            let to = this.as_ptr().add(1).cast::<u8>();
            let bytes = a.len() * width_a;
            to.copy_from_nonoverlapping(a.units(), bytes);
            to.add(bytes)
                .copy_from_nonoverlapping(b.units(), b.len() * width_a);
        }
        this.state.store(JOINED, Ordering::Relaxed);
        Ok(this)
    }

    /// A string whose units are the first ones of a growth's memory.
    fn in_memory(thread: &Thread, memory: Value, length: usize, kind: u8) -> PyResult<Ref<Self>> {
        if length >= 1 << 47 {
            return Err(thread.memory_error());
        }
        // SAFETY: initialised at once.
        let cell = unsafe {
            thread
                .heap()
                .allocate(thread.mutator(), Kind::Traced, SHARED_BYTES)
        };
        let cell = cell.ok_or_else(|| thread.memory_error())?;
        // SAFETY: fresh memory.
        unsafe {
            let this = cell.cast::<Self>();
            this.write(Self {
                header: thread.header(&types::STR),
                hash: AtomicU64::new(0),
                length: length as u32,
                length_high: (length >> 32) as u16,
                kind: kind | SHARED,
                state: AtomicU8::new(0),
            });
            this.add(1).cast::<Slot>().write(Slot::new(Some(memory)));
            Ok(Ref::from_cell(cell))
        }
    }

    /// Memory for a string, its units not written.
    ///
    /// # Safety
    /// The caller writes the units before the string is seen by anybody.
    unsafe fn allocate(
        thread: &Thread,
        class: &TypeObject,
        length: usize,
        kind: u8,
    ) -> PyResult<Ref<Self>> {
        if length >= 1 << 47 {
            return Err(thread.memory_error());
        }
        let bytes = (size_of::<Self>() + length * usize::from(kind & WIDTH)).next_multiple_of(8);
        let is_plain = std::ptr::eq(class, &types::STR);
        let cell = if is_plain {
            // SAFETY: the head follows, the units are the caller's.
            let cell = unsafe { thread.heap().allocate(thread.mutator(), Kind::Leaf, bytes) };
            cell.ok_or_else(|| thread.memory_error())?
        } else {
            let extra = crate::instance::extra_behind_payload(class);
            // SAFETY: as above; attributes start as zeroes.
            unsafe { thread.new_zeroed(class, class.kind(), bytes + extra)? }
        };
        // SAFETY: fresh memory.
        unsafe {
            cell.cast::<Self>().write(Self {
                header: thread.header(class),
                hash: AtomicU64::new(0),
                length: length as u32,
                length_high: (length >> 32) as u16,
                kind,
                state: AtomicU8::new(0),
            });
            if !is_plain {
                crate::instance::register_finalizer(thread, class, cell);
            }
            Ok(Ref::from_cell(cell))
        }
    }

    /// How many characters there are.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.length as usize | (self.length_high as usize) << 32
    }

    /// Is it empty?
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline(always)]
    fn width_bytes(&self) -> usize {
        usize::from(self.kind & WIDTH)
    }

    /// Are all characters ASCII?
    #[inline(always)]
    pub fn is_ascii(&self) -> bool {
        self.kind & ASCII != 0
    }

    /// Is it the one interned string of its text?
    #[inline(always)]
    pub fn is_interned(&self) -> bool {
        self.state.load(Ordering::Relaxed) & INTERNED != 0
    }

    /// Do the units lie in a growth's memory?
    #[inline(always)]
    fn is_shared(&self) -> bool {
        self.kind & SHARED != 0
    }

    fn is_joined(&self) -> bool {
        self.state.load(Ordering::Relaxed) & JOINED != 0
    }

    #[inline(always)]
    fn units(&self) -> *const u8 {
        if self.is_shared() {
            return growth::units(self);
        }
        // SAFETY: one past the struct is where the units begin.
        unsafe { std::ptr::from_ref(self).add(1).cast() }
    }

    /// The units.
    #[inline]
    pub fn text(&self) -> Text<'_> {
        let (units, length) = (self.units(), self.len());
        // SAFETY: the units are aligned to 8, and never change.
        unsafe {
            match self.kind & WIDTH {
                1 => Text::One(std::slice::from_raw_parts(units, length)),
                2 => Text::Two(std::slice::from_raw_parts(units.cast(), length)),
                _ => Text::Four(std::slice::from_raw_parts(units.cast(), length)),
            }
        }
    }

    /// The bytes, if all are ASCII.
    #[inline]
    pub fn as_ascii(&self) -> Option<&str> {
        // SAFETY: the units follow the struct and never change; ASCII is UTF-8.
        self.is_ascii().then(|| unsafe {
            std::str::from_utf8_unchecked(std::slice::from_raw_parts(self.units(), self.len()))
        })
    }

    /// Is it this text?
    #[inline]
    pub fn is_str(&self, text: &str) -> bool {
        match self.as_ascii() {
            Some(own) => own == text,
            None => {
                !text.is_ascii() && {
                    let mut codes = self.text().codes();
                    text.chars().all(|c| codes.next() == Some(c as u32)) && codes.next().is_none()
                }
            }
        }
    }

    /// Have they the same text?
    #[inline]
    pub fn equals(&self, other: &Self) -> bool {
        // Canonical: equal texts have equal widths.
        std::ptr::eq(self, other)
            || self.length == other.length
                && self.kind & !SHARED == other.kind & !SHARED
                && self.length_high == other.length_high
                && !(self.is_interned() && other.is_interned())
                && self.bytes() == other.bytes()
    }

    #[inline(always)]
    fn bytes(&self) -> &[u8] {
        // SAFETY: the units follow the struct and never change.
        unsafe { std::slice::from_raw_parts(self.units(), self.len() * self.width_bytes()) }
    }

    /// The hash; never -1 and never 0, except for the empty string, whose hash is 0.
    #[inline]
    pub fn hash(&self) -> i64 {
        let known = self.hash.load(Ordering::Relaxed);
        if known != 0 || self.is_empty() {
            return known as i64;
        }
        let hash = hash_bytes(self.bytes());
        self.hash.store(hash as u64, Ordering::Relaxed);
        hash
    }
}

/// The hash of a string's units, or of a byte string; 0 for none.
pub fn hash_bytes(bytes: &[u8]) -> i64 {
    if bytes.is_empty() {
        return 0;
    }
    let (a, b) = world().hash_key();
    match SipHasher13::new_with_keys(a, b).hash(bytes) as i64 {
        -1 => -2,
        0 => 1,
        hash => hash,
    }
}

impl fmt::Display for Str {
    /// Lone surrogates become U+FFFD.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = self.as_ascii() {
            return f.pad(text);
        }
        for code in self.text().codes() {
            fmt::Write::write_char(f, char::from_u32(code).unwrap_or('\u{fffd}'))?;
        }
        Ok(())
    }
}

impl fmt::Display for Ref<Str> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl Ref<Str> {
    /// The text as Rust's; lone surrogates become U+FFFD.
    pub fn to_rust_lossy(self) -> String {
        self.to_string()
    }

    /// The text as Rust's, if it has no lone surrogates.
    pub fn to_rust(self) -> Option<String> {
        self.text().to_rust()
    }
}

struct Table {
    mask: usize,
    slots: Box<[AtomicPtr<Str>]>,
}

struct Interned {
    table: AtomicPtr<Table>,
    count: Mutex<usize>,
}

static INTERNED_STRINGS: Interned = Interned {
    table: AtomicPtr::new(null_mut()),
    count: Mutex::new(0),
};

impl Table {
    fn of_size(size: usize) -> &'static Self {
        let slots = (0..size).map(|_| AtomicPtr::new(null_mut())).collect();
        Box::leak(Box::new(Self {
            mask: size - 1,
            slots,
        }))
    }

    /// The string that `same` accepts, or the free slot where one with this hash belongs.
    fn find(&self, hash: i64, same: impl Fn(&Str) -> bool) -> Result<Ref<Str>, &AtomicPtr<Str>> {
        let mut index = hash as usize & self.mask;
        loop {
            let slot = &self.slots[index];
            // Acquire: partner is the Release in `add`: who sees the string sees its text.
            let found = slot.load(Ordering::Acquire);
            // SAFETY: null, or an interned string, which lives for ever.
            match unsafe { found.as_ref() } {
                None => return Err(slot),
                Some(string) if string.hash() == hash && same(string) => {
                    return Ok(Ref::from_static(string));
                }
                Some(_) => index = (index + 1) & self.mask,
            }
        }
    }
}

impl Interned {
    fn table(&self) -> Option<&'static Table> {
        // Acquire: partner is the Release with which `add` publishes a table.
        // SAFETY: null, or a leaked table.
        unsafe { self.table.load(Ordering::Acquire).as_ref() }
    }

    /// Makes `string` the interned one, unless there is one already.
    fn add(&self, string: Ref<Str>) -> Ref<Str> {
        let hash = string.hash();
        let mut count = self.count.lock();
        let mut table = match self.table() {
            Some(table) => table,
            None => {
                let table = Table::of_size(8192);
                // Release: partner is the Acquire in `table`.
                self.table
                    .store(std::ptr::from_ref(table).cast_mut(), Ordering::Release);
                table
            }
        };
        if *count * 4 >= table.slots.len() * 3 {
            let larger = Table::of_size(table.slots.len() * 2);
            for slot in &table.slots {
                let old = slot.load(Ordering::Relaxed);
                // SAFETY: null, or an interned string.
                if let Some(old_string) = unsafe { old.as_ref() }
                    && let Err(free) = larger.find(old_string.hash(), |_| false)
                {
                    free.store(old, Ordering::Relaxed);
                }
            }
            // Release: partner is the Acquire in `table`.
            self.table
                .store(std::ptr::from_ref(larger).cast_mut(), Ordering::Release);
            table = larger;
        }
        match table.find(hash, |other| other.equals(&string)) {
            Ok(other) => other,
            Err(free) => {
                string.state.fetch_or(INTERNED, Ordering::Relaxed);
                // Release: partner is the Acquire in `find`.
                free.store(string.as_ptr(), Ordering::Release);
                *count += 1;
                string
            }
        }
    }
}

/// How many strings are interned. They live for ever.
pub fn interned_count() -> usize {
    *INTERNED_STRINGS.count.lock()
}

/// The interned string of this text.
pub fn intern(thread: &Thread, text: &str) -> Ref<Str> {
    if text.is_ascii()
        && let Some(table) = INTERNED_STRINGS.table()
        && let Ok(found) = table.find(hash_bytes(text.as_bytes()), |string| string.is_str(text))
    {
        return found;
    }
    intern_str(thread, Str::new(thread, text))
}

/// The interned string with the text of `string`. Of a subclass's instance it is a plain copy.
pub fn intern_str(thread: &Thread, string: Ref<Str>) -> Ref<Str> {
    if string.is_interned() {
        return string;
    }
    if let Some(table) = INTERNED_STRINGS.table()
        && let Ok(found) = table.find(string.hash(), |other| other.equals(&string))
    {
        return found;
    }
    let is_plain = std::ptr::eq(
        string.header.type_pointer.load(Ordering::Relaxed),
        (&raw const types::STR).cast(),
    );
    let string = if is_plain {
        string
    } else {
        Str::from_text(thread, string.text())
    };
    let interned = INTERNED_STRINGS.add(string);
    // A root came along; there was no safepoint since.
    thread.heap().record_static_write();
    interned
}

/// All interned strings, for the collector.
pub(crate) fn trace_interned(tracer: &mut Tracer<'_>) {
    if let Some(table) = INTERNED_STRINGS.table() {
        for slot in &table.slots {
            let string = slot.load(Ordering::Relaxed);
            if let Some(cell) = CellPtr::new(string.cast()) {
                tracer.cell(cell);
            }
        }
    }
}

/// The interned string of one Latin-1 character.
/// The strings of one character, as far as they were needed.
static LATIN1: [AtomicPtr<Str>; 256] = [const { AtomicPtr::new(null_mut()) }; 256];

fn latin1_character(thread: &Thread, code: u8) -> Ref<Str> {
    let place = &LATIN1[usize::from(code)];
    // Acquire: partner is the Release below.
    let known = place.load(Ordering::Acquire);
    // SAFETY: null, or an interned string, which lives for ever.
    if let Some(known) = unsafe { known.as_ref() } {
        return Ref::from_static(known);
    }
    let string = intern_str(thread, Str::from_text(thread, Text::One(&[code])));
    // Release: partner is the Acquire above.
    place.store(string.as_ptr(), Ordering::Release);
    string
}
