//! `re.Match`.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::dict::Dict;
use grwl_object::{
    Args, Buffer, Cell, Declaration, GetSet, Method, PyResult, Ref, Signature, Slot, Str, Thread,
    Tuple, TypeObject, TypeSpec, Value, ValueExt, flags, none, protocol, slots, types,
};
use grwl_types_class::generic_alias::CLASS_GETITEM;

use crate::pattern::Pattern;
use crate::search::{Found, Subject};
use crate::template;

/// A match. Never changed.
#[repr(C)]
pub struct Match {
    header: Header,
    string: Slot,
    pattern: Slot,
    /// A tuple of two small integers a group.
    spans: Slot,
    position: Slot,
    end_position: Slot,
    last_index: Slot,
}

// SAFETY: repr(C), begins with a header; the slots are atomic.
unsafe impl Cell for Match {
    fn type_object() -> &'static TypeObject {
        &MATCH
    }
}

static MATCH_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Match, string) as u32,
        count: 6,
    },
    size: Size::Fixed(size_of::<Match>()),
    drop: None,
    name: "match of a regular expression",
};

/// `re.Match`
pub static MATCH: TypeObject = TypeObject::declare(&Declaration {
    name: "re.Match",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::IMMUTABLE,
    cell: &MATCH_CELL,
    kind: Kind::Traced,
    size: size_of::<Match>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("What re.match() and re.search() find.\nMatch objects are always true."),
    slots: &[slots::REPR.is(repr), slots::SUBSCRIPT.is(group)],
    methods: &[
        Method::any(
            "group",
            groups_of,
            "group([group1, ...]) -> str or tuple.\nThe parts of the match that belong to groups, named or numbered; without, the whole match.",
        ),
        Method::any(
            "start",
            |t, this, args| Ok(span_of(t, this, args, "start")?.0),
            "start($self, group=0, /)\n--\n\nWhere the group begins.",
        ),
        Method::any(
            "end",
            |t, this, args| Ok(span_of(t, this, args, "end")?.1),
            "end($self, group=0, /)\n--\n\nWhere the group ends.",
        ),
        Method::any(
            "span",
            |thread, this, args| {
                let (start, end) = span_of(thread, this, args, "span")?;
                Ok(Tuple::try_new(thread, &[start, end])?.value())
            },
            "span($self, group=0, /)\n--\n\nWhere the group begins and ends.",
        ),
        Method::any(
            "groups",
            groups,
            "groups($self, /, default=None)\n--\n\nThe parts of the match that belong to groups, as a tuple.\n\n  default\n    Stands for groups that did not take part.",
        ),
        Method::any(
            "groupdict",
            groupdict,
            "groupdict($self, /, default=None)\n--\n\nThe parts of the match that belong to named groups, by their names.\n\n  default\n    Stands for groups that did not take part.",
        ),
        Method::any(
            "expand",
            expand,
            "expand($self, /, template)\n--\n\nThe template with the groups in their places, as sub() does it.",
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
            "lastindex",
            |_, this| Ok(load(&own(this).last_index)),
            Some("The number of the last matched capturing group."),
        ),
        GetSet::read_only(
            "lastgroup",
            last_group,
            Some("The name of the last matched capturing group."),
        ),
        GetSet::read_only("regs", regs, None),
        GetSet::read_only(
            "string",
            |_, this| Ok(load(&own(this).string)),
            Some("The string passed to match() or search()."),
        )
        .member(),
        GetSet::read_only(
            "re",
            |_, this| Ok(load(&own(this).pattern)),
            Some("The regular expression object."),
        )
        .member(),
        GetSet::read_only(
            "pos",
            |_, this| Ok(load(&own(this).position)),
            Some("Where the search began."),
        )
        .member(),
        GetSet::read_only(
            "endpos",
            |_, this| Ok(load(&own(this).end_position)),
            Some("Where the search had to end."),
        )
        .member(),
    ],
    ..TypeSpec::NONE
};

fn own(this: Value) -> Ref<Match> {
    // SAFETY: only functions of the type call this, with its instances.
    unsafe { this.downcast_unchecked() }
}

fn load(slot: &Slot) -> Value {
    slot.load().unwrap_or_else(none)
}

/// A match of what was found between two places.
pub(crate) fn make(
    thread: &Thread,
    pattern: Ref<Pattern>,
    string: Value,
    found: &Found,
    position: usize,
    end_position: usize,
) -> PyResult {
    let spans = Tuple::try_new(thread, &found.spans)?.value();
    let last_index = match found.last_index {
        index @ 1.. => Value::small(index),
        _ => none(),
    };
    let full = |value| Slot::new(Some(value));
    // SAFETY: the type has this layout and no subclasses.
    let made = unsafe {
        thread.new_cell(&MATCH, |header| Match {
            header,
            string: full(string),
            pattern: full(pattern.value()),
            spans: full(spans),
            position: full(Value::small(position as i64)),
            end_position: full(Value::small(end_position as i64)),
            last_index: full(last_index),
        })
    };
    Ok(made.value())
}

impl Match {
    fn spans(&self) -> Ref<Tuple> {
        let spans = self.spans.load();
        spans
            .and_then(|spans| spans.downcast::<Tuple>())
            .unwrap_or_else(Tuple::empty)
    }

    fn pattern(&self) -> Ref<Pattern> {
        let pattern = self.pattern.load();
        pattern
            .and_then(|pattern| pattern.downcast::<Pattern>())
            .expect("a match has a pattern")
    }

    /// Where a group lies, if it took part.
    fn span(&self, group: usize) -> Option<(usize, usize)> {
        let spans = self.spans();
        let place = |index: usize| usize::try_from(spans.at(index).as_int()?).ok();
        Some((place(2 * group)?, place(2 * group + 1)?))
    }
}

/// A group's part of the string, or `default`.
pub(crate) fn part(
    thread: &mut Thread,
    this: Value,
    subject: &Subject,
    group: usize,
    default: Value,
) -> PyResult {
    if group > own(this).pattern().groups() {
        return Err(thread.index_error("no such group"));
    }
    match own(this).span(group) {
        Some((start, end)) => subject.slice(thread, start, end),
        None => Ok(default),
    }
}

/// What a match was found in.
pub(crate) fn subject(thread: &mut Thread, this: Value) -> PyResult<Subject> {
    Subject::new(thread, load(&own(this).string))
}

/// A group by its number or name.
fn index_of(thread: &mut Thread, this: Value, key: Value) -> PyResult<usize> {
    let pattern = own(this).pattern();
    let mut index = None;
    if protocol::convert::has_index(key) {
        // One that is too large is no group either.
        index = Some(protocol::as_clamped_index(thread, key)?);
    } else if let Some(found) = protocol::hash(thread, key)
        .and_then(|hash| pattern.group_index().get_hashed(thread, key, hash))
        .ok()
        .flatten()
    {
        index = found.as_int().map(|index| index as isize);
    }
    match index.and_then(|index| usize::try_from(index).ok()) {
        Some(index) if index <= pattern.groups() => Ok(index),
        _ => Err(thread.index_error("no such group")),
    }
}

fn group(thread: &mut Thread, this: Value, key: Value) -> PyResult {
    let index = index_of(thread, this, key)?;
    let subject = subject(thread, this)?;
    part(thread, this, &subject, index, none())
}

fn groups_of(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    match *args.no_keywords(thread, "re.Match.group")? {
        [] => group(thread, this, Value::small(0)),
        [only] => group(thread, this, only),
        ref several => {
            let mut parts = Buffer::new();
            for &key in several {
                let part = group(thread, this, key)?;
                parts.push(thread, part)?;
            }
            Ok(Tuple::try_new(thread, &parts)?.value())
        }
    }
}

fn span_of(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: &str,
) -> PyResult<(Value, Value)> {
    let [key] = args.unpack::<1>(thread, function, 0)?;
    let index = match key {
        Some(key) => index_of(thread, this, key)?,
        None => 0,
    };
    let spans = own(this).spans();
    Ok((spans.at(2 * index), spans.at(2 * index + 1)))
}

fn groups(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("groups", ["default"]).optional_after(0);
    let [default] = args.parse(thread, &SIGNATURE)?;
    let default = default.unwrap_or_else(none);
    let subject = subject(thread, this)?;
    let mut parts = Buffer::new();
    for index in 1..=own(this).pattern().groups() {
        let part = part(thread, this, &subject, index, default)?;
        parts.push(thread, part)?;
    }
    Ok(Tuple::try_new(thread, &parts)?.value())
}

fn groupdict(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("groupdict", ["default"]).optional_after(0);
    let [default] = args.parse(thread, &SIGNATURE)?;
    let default = default.unwrap_or_else(none);
    let subject = subject(thread, this)?;
    let made = Dict::new(thread);
    for (name, index, _) in own(this).pattern().group_index().cursor() {
        let index = index.as_int().and_then(|index| usize::try_from(index).ok());
        let part = part(thread, this, &subject, index.unwrap_or(usize::MAX), default)?;
        made.insert(thread, name, part)?;
    }
    Ok(made.value())
}

fn expand(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("expand", ["template"]);
    let [text] = args.parse(thread, &SIGNATURE)?;
    let pattern = own(this).pattern();
    let compiled = template::compile(thread, pattern, text.unwrap_or_else(none))?;
    match compiled.downcast::<template::Template>() {
        Some(compiled) => {
            let subject = subject(thread, this)?;
            template::expand(thread, compiled, this, &subject)
        }
        None => Ok(compiled),
    }
}

fn last_group(_thread: &mut Thread, this: Value) -> PyResult {
    let names = own(this).pattern().index_group();
    let index = own(this).last_index.load().and_then(Value::as_int);
    let index = index.and_then(|index| usize::try_from(index).ok());
    Ok(match index {
        Some(index) if index < names.len() => names.at(index),
        _ => none(),
    })
}

fn regs(thread: &mut Thread, this: Value) -> PyResult {
    let spans = own(this).spans();
    let mut all = Buffer::new();
    for pair in spans.as_slice().chunks_exact(2) {
        let pair = Tuple::try_new(thread, pair)?;
        all.push(thread, pair.value())?;
    }
    Ok(Tuple::try_new(thread, &all)?.value())
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let spans = own(this).spans();
    let (start, end) = (spans.at(0).as_int(), spans.at(1).as_int());
    let shown = group(thread, this, Value::small(0))?;
    let shown = protocol::repr(thread, shown)?;
    let head = format!(
        "<re.Match object; span=({}, {}), match=",
        start.unwrap_or(-1),
        end.unwrap_or(-1)
    );
    let mut text = grwl_text::TextBuilder::new();
    text.push_str(&head);
    text.push_text(shown.text());
    text.push_str(">");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}
