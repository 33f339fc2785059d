//! `re.Pattern`.
//!
//! Invariants: the codes are made once, with the pattern, and freed with it; so is the automaton, which is made when it is needed.

use std::mem::offset_of;

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_object::dict::Dict;
use grwl_object::function::BuiltinFunction;
use grwl_object::iterators::CallableIterator;
use grwl_object::list::List;
use grwl_object::{
    Args, Buffer, Cell, CompareOp, Declaration, GetSet, Method, PyResult, Ref, Signature, Slot,
    Str, Thread, Tuple, TypeObject, TypeSpec, Value, ValueExt, flags, int, none, not_implemented,
    protocol, singleton, slots, types,
};
use grwl_threads::sync::{AtomicPtr, AtomicU64, Ordering};
use grwl_types_class::generic_alias::CLASS_GETITEM;

use crate::automaton::{self, Automaton};
use crate::search::{Found, How, Searcher, Subject, check_kind};
use crate::{matched, replace, scanner};

/// A compiled regular expression. Never changed.
#[repr(C)]
pub struct Pattern {
    header: Header,
    pattern: Slot,
    /// A dict.
    group_index: Slot,
    /// A tuple.
    index_group: Slot,
    codes: AtomicPtr<u32>,
    code_count: AtomicU64,
    flags: AtomicU64,
    groups: AtomicU64,
    /// [`TEXT`], [`BYTES`], [`ANY`].
    kind: AtomicU64,
    identity: u64,
    /// Made when it is first needed: `None` if the pattern can have none.
    automaton: AtomicPtr<Option<Automaton>>,
}

const TEXT: u64 = 0;
const BYTES: u64 = 1;
const ANY: u64 = 2;

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for Pattern {
    fn type_object() -> &'static TypeObject {
        &PATTERN
    }
}

static PATTERN_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Pattern, pattern) as u32,
        count: 3,
    },
    size: Size::Fixed(size_of::<Pattern>()),
    drop: Some(drop_codes),
    name: "pattern of a regular expression",
};

unsafe fn drop_codes(cell: CellPtr) {
    // SAFETY: the heap calls this for a dead pattern, once.
    let this = unsafe { Ref::<Pattern>::from_cell(cell) };
    let codes = this.codes.load(Ordering::Relaxed);
    let count = this.code_count.load(Ordering::Relaxed) as usize;
    if !codes.is_null() {
        // SAFETY: the pointer and the length are those of the box that `compile` took apart.
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(codes, count)) });
    }
    let automaton = this.automaton.load(Ordering::Relaxed);
    if !automaton.is_null() {
        // SAFETY: the box that `automaton` took apart; nobody uses it any more.
        drop(unsafe { Box::from_raw(automaton) });
    }
}

/// `re.Pattern`
pub static PATTERN: TypeObject = TypeObject::declare(&Declaration {
    name: "re.Pattern",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::IMMUTABLE | flags::WEAK_REFERENCES,
    cell: &PATTERN_CELL,
    kind: Kind::Owning,
    size: size_of::<Pattern>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("Compiled regular expression object."),
    slots: &[
        slots::REPR.is(repr),
        slots::HASH.is(hash),
        slots::COMPARE.is(compare),
    ],
    methods: &[
        Method::any(
            "match",
            |t, this, args| {
                static SIGNATURE: Signature<3> = at_place("match");
                find(t, this, args, &SIGNATURE, How::Match)
            },
            "match($self, /, string, pos=0, endpos=sys.maxsize)\n--\n\nA match at the beginning of the string, or None.",
        ),
        Method::any(
            "fullmatch",
            |t, this, args| {
                static SIGNATURE: Signature<3> = at_place("fullmatch");
                find(t, this, args, &SIGNATURE, How::FullMatch)
            },
            "fullmatch($self, /, string, pos=0, endpos=sys.maxsize)\n--\n\nA match of all of the string, or None.",
        ),
        Method::any(
            "search",
            |t, this, args| {
                static SIGNATURE: Signature<3> = at_place("search");
                find(t, this, args, &SIGNATURE, How::Search)
            },
            "search($self, /, string, pos=0, endpos=sys.maxsize)\n--\n\nThe first match in the string, or None.",
        ),
        Method::any(
            "findall",
            find_all,
            "findall($self, /, string, pos=0, endpos=sys.maxsize)\n--\n\nThe texts of all matches in the string, as a list.",
        ),
        Method::any(
            "finditer",
            find_iter,
            "finditer($self, /, string, pos=0, endpos=sys.maxsize)\n--\n\nAn iterator over all matches in the string.",
        ),
        Method::any(
            "scanner",
            |thread, this, args| {
                static SIGNATURE: Signature<3> = at_place("scanner");
                scan(thread, this, args, &SIGNATURE)
            },
            "scanner($self, /, string, pos=0, endpos=sys.maxsize)\n--\n\n",
        ),
        Method::any(
            "split",
            split,
            "split($self, /, string, maxsplit=0)\n--\n\nThe parts of the string between the matches.",
        ),
        Method::any(
            "sub",
            |t, this, args| {
                static SIGNATURE: Signature<3> = replacing("sub");
                Ok(replace::replace(t, own(this), args, &SIGNATURE)?.0)
            },
            "sub($self, /, repl, string, count=0)\n--\n\nThe string with matches replaced.",
        ),
        Method::any(
            "subn",
            |t, this, args| {
                static SIGNATURE: Signature<3> = replacing("subn");
                let (made, count) = replace::replace(t, own(this), args, &SIGNATURE)?;
                let count = int::from_usize(t, count);
                Ok(Tuple::try_new(t, &[made, count])?.value())
            },
            "subn($self, /, repl, string, count=0)\n--\n\nThe string with matches replaced, and how many were.",
        ),
        Method::no_arguments("__copy__", |_, this| Ok(this), "__copy__($self, /)\n--\n\n"),
        Method::one(
            "__deepcopy__",
            |_, this, _| Ok(this),
            "__deepcopy__($self, memo, /)\n--\n\n",
        ),
        CLASS_GETITEM,
    ],
    getset: &[
        GetSet::read_only(
            "groupindex",
            |thread, this| {
                let dict = own(this).group_index();
                let class = grwl_object::Ref::from_static(&types::MAPPING_PROXY).value();
                protocol::call_positional(thread, class, &[dict.value()])
            },
            Some("A dictionary mapping group names to group numbers."),
        ),
        GetSet::read_only(
            "pattern",
            |_, this| Ok(own(this).pattern.load().unwrap_or_else(none)),
            Some("The pattern string from which the RE object was compiled."),
        )
        .member(),
        GetSet::read_only(
            "flags",
            |thread, this| Ok(int::from_i64(thread, own(this).flags())),
            Some("The regex matching flags."),
        )
        .member(),
        GetSet::read_only(
            "groups",
            |thread, this| Ok(int::from_usize(thread, own(this).groups())),
            Some("The number of capturing groups in the pattern."),
        )
        .member(),
    ],
    ..TypeSpec::NONE
};

pub(crate) static FUNCTIONS: &[Method] = &[Method::any(
    "compile",
    compile,
    "compile($module, /, pattern, flags, code, groups, groupindex,\n        indexgroup)\n--\n\n",
)];

const fn at_place(function: &'static str) -> Signature<3> {
    Signature::new(function, ["string", "pos", "endpos"]).optional_after(1)
}

const fn replacing(function: &'static str) -> Signature<3> {
    Signature::new(function, ["repl", "string", "count"]).optional_after(2)
}

fn own(this: Value) -> Ref<Pattern> {
    // SAFETY: only functions of the type call this, with its instances.
    unsafe { this.downcast_unchecked() }
}

impl Pattern {
    /// How many groups there are, not counting the whole.
    pub(crate) fn groups(&self) -> usize {
        self.groups.load(Ordering::Relaxed) as usize
    }

    /// For bytes? `None`: for both.
    pub(crate) fn is_bytes(&self) -> Option<bool> {
        match self.kind.load(Ordering::Relaxed) {
            TEXT => Some(false),
            BYTES => Some(true),
            _ => None,
        }
    }

    /// Groups by their names.
    pub(crate) fn group_index(&self) -> Ref<Dict> {
        let dict = self.group_index.load();
        dict.and_then(|dict| dict.downcast::<Dict>())
            .expect("a pattern has a dict of groups")
    }

    /// The names of the groups.
    pub(crate) fn index_group(&self) -> Ref<Tuple> {
        let names = self.index_group.load();
        names
            .and_then(|names| names.downcast::<Tuple>())
            .unwrap_or_else(Tuple::empty)
    }

    fn flags(&self) -> i64 {
        self.flags.load(Ordering::Relaxed).cast_signed()
    }

    /// What the engine runs.
    pub(crate) fn codes(&self) -> &[u32] {
        let codes = self.codes.load(Ordering::Relaxed);
        let count = self.code_count.load(Ordering::Relaxed) as usize;
        if codes.is_null() {
            return &[];
        }
        // SAFETY: the box that `compile` took apart; it is freed when the pattern is dead.
        unsafe { std::slice::from_raw_parts(codes, count) }
    }

    /// A number that no other pattern has.
    pub(crate) fn identity(&self) -> u64 {
        self.identity
    }

    /// Its automaton, if it can have one; made by the first who asks.
    pub(crate) fn automaton(&self) -> Option<&Automaton> {
        // Acquire: pairs with the release of whoever has made it.
        let mut automaton = self.automaton.load(Ordering::Acquire);
        if automaton.is_null() {
            let made = Box::into_raw(Box::new(Automaton::new(self.codes(), self.groups())));
            // Release: pairs with the acquire above, here and in others.
            automaton = match self.automaton.compare_exchange(
                automaton,
                made,
                Ordering::AcqRel,
                Ordering::Acquire,
            ) {
                Ok(_) => made,
                Err(theirs) => {
                    // SAFETY: it was not published.
                    drop(unsafe { Box::from_raw(made) });
                    theirs
                }
            };
        }
        // SAFETY: set once; freed when the pattern is dead.
        unsafe { &*automaton }.as_ref()
    }
}

fn wrong_type(thread: &Thread, name: &str, wanted: &str, value: Value) -> grwl_object::Raised {
    let class = if value.is_none() {
        "None".to_owned()
    } else {
        value.class().name().to_string()
    };
    thread.type_error(format_args!(
        "compile() argument '{name}' must be {wanted}, not {class}"
    ))
}

fn compile(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<6> = Signature::new(
        "compile",
        [
            "pattern",
            "flags",
            "code",
            "groups",
            "groupindex",
            "indexgroup",
        ],
    );
    let given = args.parse(thread, &SIGNATURE)?;
    let [pattern, flags, code, groups, group_index, index_group] =
        given.map(|value| value.unwrap_or_else(none));
    let flags = protocol::convert::as_i32(thread, flags)?;
    let Some(code) = code.downcast::<List>() else {
        return Err(wrong_type(thread, "code", "list", code));
    };
    let groups = protocol::as_isize(thread, groups)?;
    let Some(group_index) = group_index.downcast::<Dict>() else {
        return Err(wrong_type(thread, "groupindex", "dict", group_index));
    };
    let Some(index_group) = index_group.downcast::<Tuple>() else {
        return Err(wrong_type(thread, "indexgroup", "tuple", index_group));
    };
    let kind = if pattern.is_none() {
        ANY
    } else if Subject::new(thread, pattern)?.is_bytes() {
        BYTES
    } else {
        TEXT
    };
    let mut codes = Vec::with_capacity(code.len());
    for &value in code.snapshot(thread)?.as_slice() {
        let number = protocol::as_i64(thread, value)?;
        match u32::try_from(number) {
            Ok(number) => codes.push(number),
            Err(_) => {
                return Err(thread.overflow_error("regular expression code size limit exceeded"));
            }
        }
    }
    let Ok(groups) = u32::try_from(groups) else {
        return Err(thread.runtime_error("invalid SRE code"));
    };
    if codes.is_empty() {
        return Err(thread.runtime_error("invalid SRE code"));
    }
    let count = codes.len() as u64;
    let codes = Box::into_raw(codes.into_boxed_slice()).cast::<u32>();
    // SAFETY: the type has this layout and no subclasses.
    let made = unsafe {
        thread.new_cell(&PATTERN, |header| Pattern {
            header,
            pattern: Slot::new(Some(pattern)),
            group_index: Slot::new(Some(group_index.value())),
            index_group: Slot::new(Some(index_group.value())),
            codes: AtomicPtr::new(codes),
            code_count: AtomicU64::new(count),
            flags: AtomicU64::new(i64::from(flags).cast_unsigned()),
            groups: AtomicU64::new(u64::from(groups)),
            kind: AtomicU64::new(kind),
            identity: automaton::identity(),
            automaton: AtomicPtr::new(std::ptr::null_mut()),
        })
    };
    Ok(made.value())
}

/// The string that is searched, and the places between which.
fn place(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    signature: &Signature<3>,
) -> PyResult<(Subject, isize, isize)> {
    let [string, start, end] = args.parse(thread, signature)?;
    let start = match start {
        Some(start) => protocol::as_isize(thread, start)?,
        None => 0,
    };
    let end = match end {
        Some(end) => protocol::as_isize(thread, end)?,
        None => isize::MAX,
    };
    let subject = Subject::new(thread, string.unwrap_or_else(none))?;
    check_kind(thread, own(this), subject.is_bytes())?;
    Ok((subject, start, end))
}

fn find(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    signature: &Signature<3>,
    how: How,
) -> PyResult {
    let (subject, start, end) = place(thread, this, args, signature)?;
    let mut searcher = Searcher::new(own(this), &subject, start, end);
    let (start, end) = (searcher.start, searcher.end);
    match searcher.next(thread, how)? {
        Some(found) => matched::make(thread, own(this), subject.object, &found, start, end),
        None => Ok(none()),
    }
}

/// A group's part of the string, or `default`.
fn part(
    thread: &Thread,
    subject: &Subject,
    found: &Found,
    group: usize,
    default: Option<Value>,
) -> PyResult {
    match found.span(group) {
        Some((start, end)) => subject.slice(thread, start, end),
        None => match default {
            Some(default) => Ok(default),
            None => subject.slice(thread, 0, 0),
        },
    }
}

fn find_all(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> = at_place("findall");
    let (subject, start, end) = place(thread, this, args, &SIGNATURE)?;
    let mut searcher = Searcher::new(own(this), &subject, start, end);
    let mut all = Buffer::new();
    let groups = own(this).groups();
    while let Some(found) = searcher.next(thread, How::Search)? {
        let item = match groups {
            0 | 1 => part(thread, &subject, &found, groups, None)?,
            _ => {
                let mut parts = Buffer::new();
                for group in 1..=groups {
                    let part = part(thread, &subject, &found, group, None)?;
                    parts.push(thread, part)?;
                }
                Tuple::try_new(thread, &parts)?.value()
            }
        };
        all.push(thread, item)?;
    }
    Ok(List::from_buffer(thread, all).value())
}

fn scan(thread: &mut Thread, this: Value, args: Args<'_>, signature: &Signature<3>) -> PyResult {
    let (subject, start, end) = place(thread, this, args, signature)?;
    let length = subject.text().len();
    let bring = |place: isize| usize::try_from(place).unwrap_or(0).min(length);
    let (start, end) = (bring(start), bring(end));
    scanner::make(thread, own(this), subject.object, start, end)
}

fn find_iter(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> = at_place("finditer");
    static SEARCH: Method = scanner::SEARCH;
    let scanner = scan(thread, this, args, &SIGNATURE)?;
    let search = BuiltinFunction::new(thread, &SEARCH, Some(scanner), None);
    Ok(CallableIterator::new(thread, search.value(), none()).value())
}

fn split(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("split", ["string", "maxsplit"]).optional_after(1);
    let [string, limit] = args.parse(thread, &SIGNATURE)?;
    let limit = match limit {
        Some(limit) => protocol::as_isize(thread, limit)?,
        None => 0,
    };
    let subject = Subject::new(thread, string.unwrap_or_else(none))?;
    check_kind(thread, own(this), subject.is_bytes())?;
    let mut searcher = Searcher::new(own(this), &subject, 0, isize::MAX);
    let mut all = Buffer::new();
    let (mut count, mut last) = (0, 0);
    while limit == 0 || count < limit {
        let Some(found) = searcher.next(thread, How::Search)? else {
            break;
        };
        let before = subject.slice(thread, last, found.start())?;
        all.push(thread, before)?;
        for group in 1..=own(this).groups() {
            let part = part(thread, &subject, &found, group, Some(none()))?;
            all.push(thread, part)?;
        }
        count += 1;
        last = found.end();
    }
    let rest = subject.slice(thread, last, searcher.end)?;
    all.push(thread, rest)?;
    Ok(List::from_buffer(thread, all).value())
}

/// The flags in the order in which they are shown.
static FLAGS: [(i64, &str); 8] = [
    (2, "re.IGNORECASE"),
    (4, "re.LOCALE"),
    (8, "re.MULTILINE"),
    (16, "re.DOTALL"),
    (32, "re.UNICODE"),
    (64, "re.VERBOSE"),
    (128, "re.DEBUG"),
    (256, "re.ASCII"),
];
const LOCALE_UNICODE_ASCII: i64 = 4 | 32 | 256;
const UNICODE: i64 = 32;
/// How much of a pattern is shown.
const SHOWN: usize = 200;

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let own = own(this);
    let mut flags = own.flags();
    if own.is_bytes() == Some(false) && flags & LOCALE_UNICODE_ASCII == UNICODE {
        flags &= !UNICODE;
    }
    let mut names = Vec::new();
    for (flag, name) in FLAGS {
        if flags & flag != 0 {
            names.push(name.to_owned());
            flags &= !flag;
        }
    }
    if flags != 0 {
        names.push(format!("0x{flags:x}"));
    }
    let pattern = own.pattern.load().unwrap_or_else(none);
    let shown = protocol::repr(thread, pattern)?;
    let mut text = grwl_text::TextBuilder::new();
    text.push_str("re.compile(");
    text.push_text(shown.text().slice(0..shown.len().min(SHOWN)));
    if !names.is_empty() {
        text.push_str(", ");
        text.push_str(&names.join("|"));
    }
    text.push_str(")");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

fn hash(thread: &mut Thread, this: Value) -> PyResult<i64> {
    let own = own(this);
    let pattern = own.pattern.load().unwrap_or_else(none);
    let mut bytes = Vec::new();
    for code in own.codes() {
        bytes.extend(code.to_ne_bytes());
    }
    let kind = own.kind.load(Ordering::Relaxed).cast_signed();
    let hash = protocol::hash(thread, pattern)?
        ^ grwl_object::string::hash_bytes(&bytes)
        ^ own.flags()
        ^ kind
        ^ own.codes().len() as i64;
    Ok(if hash == -1 { -2 } else { hash })
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(left), Some(right)) = (a.downcast::<Pattern>(), b.downcast::<Pattern>()) else {
        return Ok(not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(not_implemented());
    }
    let is_same = left.flags() == right.flags()
        && left.is_bytes() == right.is_bytes()
        && left.codes() == right.codes();
    let is_equal = is_same && {
        let patterns = [left, right].map(|side| side.pattern.load().unwrap_or_else(none));
        protocol::same_or_equal(thread, patterns[0], patterns[1])?
    };
    Ok(singleton::bool(is_equal == (op == CompareOp::Eq)))
}
