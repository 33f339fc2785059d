//! Scanners: `pattern.scanner()`, and what is behind `finditer`.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::bytes::Bytes;
use grwl_object::{
    Cell, Declaration, GetSet, Method, PyResult, Ref, Slot, Str, Thread, TypeObject, TypeSpec,
    Value, ValueExt, flags, iterators, none, protocol, types,
};
use grwl_threads::sync::{AtomicU64, Ordering};

use crate::matched;
use crate::pattern::Pattern;
use crate::search::{How, Searcher, Subject};

/// A scanner. Two threads that use it at once each find something; none finds what is not there.
#[repr(C)]
pub struct Scanner {
    header: Header,
    pattern: Slot,
    string: Slot,
    /// A memoryview of what is no string: its memory does not move as long as there is the scanner.
    view: Slot,
    /// Where it goes on: twice the place, and 1 if an empty match there was found already. All ones: it has ended.
    at: AtomicU64,
    end: AtomicU64,
}

const ENDED: u64 = u64::MAX;

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for Scanner {
    fn type_object() -> &'static TypeObject {
        &SCANNER
    }
}

static SCANNER_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Scanner, pattern) as u32,
        count: 3,
    },
    size: Size::Fixed(size_of::<Scanner>()),
    drop: None,
    name: "scanner",
};

/// `_sre.SRE_Scanner`
pub static SCANNER: TypeObject = TypeObject::declare(&Declaration {
    name: "_sre.SRE_Scanner",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::IMMUTABLE,
    cell: &SCANNER_CELL,
    kind: Kind::Traced,
    size: size_of::<Scanner>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    methods: &[
        Method::no_arguments(
            "match",
            |thread, this| step(thread, this, How::Match),
            "match($self, /)\n--\n\n",
        ),
        SEARCH,
    ],
    getset: &[
        GetSet::read_only("pattern", |_, this| Ok(own(this).pattern().value()), None).member(),
    ],
    ..TypeSpec::NONE
};

/// What `finditer` calls.
pub(crate) const SEARCH: Method = Method::no_arguments(
    "search",
    |thread, this| step(thread, this, How::Search),
    "search($self, /)\n--\n\n",
);

fn own(this: Value) -> Ref<Scanner> {
    // SAFETY: only functions of the type call this, with its instances.
    unsafe { this.downcast_unchecked() }
}

impl Scanner {
    fn pattern(&self) -> Ref<Pattern> {
        let pattern = self.pattern.load();
        pattern
            .and_then(|pattern| pattern.downcast::<Pattern>())
            .expect("a scanner has a pattern")
    }
}

/// A scanner of a string between two places.
///
/// # Errors
/// What making a view raises.
pub(crate) fn make(
    thread: &mut Thread,
    pattern: Ref<Pattern>,
    string: Value,
    start: usize,
    end: usize,
) -> PyResult {
    let is_still = string.downcast::<Str>().is_some() || string.downcast::<Bytes>().is_some();
    let view = if is_still {
        None
    } else {
        let memoryview = iterators::builtin(thread, "memoryview")?;
        Some(protocol::call_positional(thread, memoryview, &[string])?)
    };
    // SAFETY: the type has this layout and no subclasses.
    let made = unsafe {
        thread.new_cell(&SCANNER, |header| Scanner {
            header,
            pattern: Slot::new(Some(pattern.value())),
            string: Slot::new(Some(string)),
            view: Slot::new(view),
            at: AtomicU64::new(2 * start as u64),
            end: AtomicU64::new(end as u64),
        })
    };
    Ok(made.value())
}

fn step(thread: &mut Thread, this: Value, how: How) -> PyResult {
    let scanner = own(this);
    let string = scanner.string.load().unwrap_or_else(none);
    let subject = Subject::new(thread, string)?;
    loop {
        let at = scanner.at.load(Ordering::Relaxed);
        if at == ENDED {
            return Ok(none());
        }
        let start = (at / 2) as isize;
        let end = scanner.end.load(Ordering::Relaxed) as isize;
        let mut searcher = Searcher::new(scanner.pattern(), &subject, start, end);
        searcher.set_must_advance(at % 2 == 1);
        let (position, end) = (searcher.start, searcher.end);
        let found = searcher.next(thread, how)?;
        let next = match found {
            Some(_) => 2 * searcher.start as u64 + u64::from(searcher.must_advance()),
            None => ENDED,
        };
        {
            let _locked = thread.lock_cell(&scanner);
            if scanner.at.load(Ordering::Relaxed) != at {
                // Another thread found what is here.
                continue;
            }
            scanner.at.store(next, Ordering::Relaxed);
        }
        return match found {
            Some(found) => matched::make(thread, scanner.pattern(), string, &found, position, end),
            None => Ok(none()),
        };
    }
}
