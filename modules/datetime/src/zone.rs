//! `tzinfo` and `timezone`, and how dates and times ask a zone.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::int;
use grwl_object::protocol;
use grwl_object::{
    Args, Cell, CompareOp, Constant, Declaration, Method, Name, PyResult, Raised, Ref, Signature,
    Slot, Str, Thread, Tuple, TypeObject, TypeSpec, Value, ValueExt, flags, instance, none,
    not_implemented, slots, types,
};

use crate::calendar::{DAY_SECONDS, MICROSECONDS};
use crate::datetime::{self, DateTime};
use crate::delta::{self, DELTA, Delta};

/// `datetime.tzinfo`
#[repr(C)]
pub struct TzInfo {
    header: Header,
}

/// `datetime.timezone`
#[repr(C, align(16))]
pub struct Zone {
    header: Header,
    /// A [`Delta`]; absent: zero. Only [`utc`] has none.
    offset: Slot,
    /// A string, if it was given one.
    name: Slot,
}

// SAFETY: repr(C), begins with a header; there is nothing else.
unsafe impl Cell for TzInfo {
    fn type_object() -> &'static TypeObject {
        &TZINFO
    }
}
// SAFETY: repr(C), begins with a header; the slots are atomic.
unsafe impl Cell for Zone {
    fn type_object() -> &'static TypeObject {
        &TIMEZONE
    }
}
// SAFETY: as above.
unsafe impl Sync for Zone {}

static TZINFO_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<TzInfo>()),
    drop: None,
    name: "tzinfo",
};

static ZONE_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Zone, offset) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<Zone>()),
    drop: None,
    name: "timezone",
};

/// `datetime.tzinfo`
pub static TZINFO: TypeObject = TypeObject::declare(&Declaration {
    name: "datetime.tzinfo",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE,
    cell: &TZINFO_CELL,
    kind: Kind::Leaf,
    size: size_of::<TzInfo>(),
    attributes: 0,
});

/// `datetime.timezone`
pub static TIMEZONE: TypeObject = TypeObject::declare(&Declaration {
    name: "datetime.timezone",
    base: Some(&TZINFO),
    class: &types::TYPE,
    flags: 0,
    cell: &ZONE_CELL,
    kind: Kind::Traced,
    size: size_of::<Zone>(),
    attributes: 0,
});

static UTC: Zone = Zone {
    header: grwl_object::type_object::static_header(&TIMEZONE),
    offset: Slot::empty(),
    name: Slot::empty(),
};

/// `datetime.timezone.utc`
pub(crate) fn utc() -> Value {
    Ref::from_static(&UTC).value()
}

pub(crate) static TZINFO_SPEC: TypeSpec = TypeSpec {
    doc: Some("What time zones are derived from."),
    slots: &[slots::NEW
        .is(|thread, class, _args| Ok(Value::from_cell(instance::allocate(thread, class)?)))],
    methods: &[
        Method::one(
            "tzname",
            |thread, _, _| Err(not_implemented_by(thread, "tzname")),
            "datetime -> the zone's name.",
        ),
        Method::one(
            "utcoffset",
            |thread, _, _| Err(not_implemented_by(thread, "utcoffset")),
            "datetime -> how far local time is ahead of UTC, as a timedelta.",
        ),
        Method::one(
            "dst",
            |thread, _, _| Err(not_implemented_by(thread, "dst")),
            "datetime -> how much of the offset is daylight saving time, as a timedelta.",
        ),
        Method::one(
            "fromutc",
            from_utc,
            "datetime in UTC -> the same moment in local time.",
        ),
        Method::no_arguments("__reduce__", reduce, "-> (cls, state)"),
    ],
    getset: &[],
    constants: &[],
};

pub(crate) static TIMEZONE_SPEC: TypeSpec = TypeSpec {
    doc: Some("A time zone with a fixed offset from UTC."),
    slots: &[
        slots::NEW.is(new),
        slots::REPR.is(repr),
        slots::STR.is(|thread, this| name_of(thread, own(this))),
        slots::HASH.is(|thread, this| {
            let offset = own(this).offset(thread)?;
            delta::hash_of(thread, offset)
        }),
        slots::COMPARE.is(compare),
    ],
    methods: &[
        Method::one(
            "tzname",
            |thread, this, moment| {
                check_moment(thread, moment, "tzname")?;
                name_of(thread, own(this))
            },
            "The name that the zone was given; without one, 'UTC(+|-)HH:MM'.",
        ),
        Method::one(
            "utcoffset",
            |thread, this, moment| {
                check_moment(thread, moment, "utcoffset")?;
                Ok(own(this).offset(thread)?.value())
            },
            "The zone's offset.",
        ),
        Method::one(
            "dst",
            |thread, _, moment| {
                check_moment(thread, moment, "dst")?;
                Ok(none())
            },
            "None.",
        ),
        Method::one(
            "fromutc",
            zone_from_utc,
            "datetime in UTC -> the same moment in local time.",
        ),
        Method::no_arguments("__getinitargs__", arguments, "What the zone is made with."),
    ],
    getset: &[],
    constants: &[
        Constant {
            name: "utc",
            make: |_| Ok(utc()),
        },
        Constant {
            name: "min",
            make: |thread| of_microseconds(thread, -LAST_MINUTE),
        },
        Constant {
            name: "max",
            make: |thread| of_microseconds(thread, LAST_MINUTE),
        },
    ],
};

const LAST_MINUTE: i128 = ((DAY_SECONDS - 60) * MICROSECONDS) as i128;
const DAY: i128 = (DAY_SECONDS * MICROSECONDS) as i128;

fn own(this: Value) -> Ref<Zone> {
    // SAFETY: descriptors and slots call a type's functions with its instances only.
    unsafe { this.downcast_unchecked() }
}

#[cold]
fn not_implemented_by(thread: &Thread, method: &str) -> Raised {
    thread.raise(
        &types::NOT_IMPLEMENTED_ERROR,
        format_args!("a tzinfo subclass must implement {method}()"),
    )
}

/// `None` as Rust's; anything but an instance of `tzinfo` is an error.
pub(crate) fn check(thread: &Thread, zone: Value) -> PyResult<Option<Value>> {
    if zone.is_none() {
        return Ok(None);
    }
    if zone.downcast::<TzInfo>().is_some() {
        return Ok(Some(zone));
    }
    Err(thread.type_error(format_args!(
        "tzinfo argument must be None or of a tzinfo subclass, not type '{}'",
        zone.class().name()
    )))
}

/// Is it shorter than a day?
fn check_offset(thread: &mut Thread, offset: Ref<Delta>) -> PyResult<()> {
    if offset.as_microseconds().abs() < DAY {
        return Ok(());
    }
    let shown = protocol::repr(thread, offset.value())?;
    Err(thread.value_error(format_args!(
        "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not {shown}"
    )))
}

/// What a zone's method answers about a moment: a length of less than a day, or nothing.
fn ask(
    thread: &mut Thread,
    zone: Option<Value>,
    method: &'static Name,
    moment: Value,
) -> PyResult<Option<Ref<Delta>>> {
    let Some(zone) = zone else {
        return Ok(None);
    };
    let name = method.get(thread);
    let answer = protocol::call_method(thread, zone, name, &[moment])?;
    if answer.is_none() {
        return Ok(None);
    }
    let Some(offset) = answer.downcast::<Delta>() else {
        return Err(thread.type_error(format_args!(
            "tzinfo.{name}() must return None or timedelta, not '{}'",
            answer.class().name()
        )));
    };
    check_offset(thread, offset)?;
    Ok(Some(offset))
}

/// How far a zone's local time is ahead of UTC, at a moment in that local time.
pub(crate) fn utc_offset(
    thread: &mut Thread,
    zone: Option<Value>,
    moment: Value,
) -> PyResult<Option<Ref<Delta>>> {
    static UTCOFFSET: Name = Name::new("utcoffset");
    if let Some(zone) = zone.and_then(Value::downcast_exact::<Zone>) {
        return zone.offset(thread).map(Some);
    }
    ask(thread, zone, &UTCOFFSET, moment)
}

/// How much of a zone's offset is daylight saving time.
pub(crate) fn dst(
    thread: &mut Thread,
    zone: Option<Value>,
    moment: Value,
) -> PyResult<Option<Ref<Delta>>> {
    static DST: Name = Name::new("dst");
    ask(thread, zone, &DST, moment)
}

/// A zone's name at a moment: a string, or `None`.
pub(crate) fn name_at(thread: &mut Thread, zone: Option<Value>, moment: Value) -> PyResult {
    static TZNAME: Name = Name::new("tzname");
    let Some(zone) = zone else {
        return Ok(none());
    };
    let name = TZNAME.get(thread);
    let answer = protocol::call_method(thread, zone, name, &[moment])?;
    if answer.is_none() || answer.downcast::<Str>().is_some() {
        return Ok(answer);
    }
    Err(thread.type_error(format_args!(
        "tzinfo.tzname() must return None or a string, not '{}'",
        answer.class().name()
    )))
}

/// The offset of a zone at a moment as text: nothing, if the zone does not know it.
pub(crate) fn offset_text(
    thread: &mut Thread,
    zone: Option<Value>,
    moment: Value,
    separator: &str,
) -> PyResult<String> {
    let offset = utc_offset(thread, zone, moment)?;
    Ok(offset.map_or_else(String::new, |offset| offset.as_offset(separator)))
}

/// A method's answer that may be missing, for Python.
pub(crate) fn or_none(answer: Option<Ref<Delta>>) -> Value {
    answer.map_or_else(none, Ref::value)
}

/// `tzinfo.fromutc`: for zones whose standard offset is always the same.
fn from_utc(thread: &mut Thread, this: Value, moment: Value) -> PyResult {
    let Some(given) = moment.downcast::<DateTime>() else {
        return Err(thread.type_error("fromutc: argument must be a datetime"));
    };
    if given.zone() != Some(this) {
        return Err(thread.value_error("fromutc: dt.tzinfo is not self"));
    }
    let Some(offset) = utc_offset(thread, Some(this), moment)? else {
        return Err(thread.value_error("fromutc: non-None utcoffset() result required"));
    };
    let Some(daylight) = dst(thread, Some(this), moment)? else {
        return Err(thread.value_error("fromutc: non-None dst() result required"));
    };
    let standard = offset.as_microseconds() - daylight.as_microseconds();
    let result = datetime::plus(thread, given, standard)?;
    let Some(daylight) = dst(thread, Some(this), result)? else {
        return Err(
            thread.value_error("fromutc: tz.dst() gave inconsistent results; cannot convert")
        );
    };
    match result.downcast::<DateTime>() {
        Some(result) if !daylight.is_zero() => {
            datetime::plus(thread, result, daylight.as_microseconds())
        }
        _ => Ok(result),
    }
}

fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    static GETINITARGS: Name = Name::new("__getinitargs__");
    static GETSTATE: Name = Name::new("__getstate__");
    let name = GETINITARGS.get(thread);
    let args = match protocol::attribute::find_attribute(thread, this, name)? {
        Some(method) => protocol::call_positional(thread, method, &[])?,
        None => Tuple::empty().value(),
    };
    let name = GETSTATE.get(thread);
    let state = protocol::call_method(thread, this, name, &[])?;
    let whole = [this.class().value(), args, state];
    Ok(Tuple::try_new(thread, &whole)?.value())
}

impl Zone {
    fn offset(&self, thread: &mut Thread) -> PyResult<Ref<Delta>> {
        match self.offset.load().and_then(Value::downcast::<Delta>) {
            Some(offset) => Ok(offset),
            None => delta::of_microseconds(thread, 0),
        }
    }
}

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("timezone", ["offset", "name"]).optional_after(1);
    let [offset, name] = args.parse(thread, &SIGNATURE)?;
    let offset = offset.unwrap_or_else(none);
    let Some(offset) = offset.downcast::<Delta>() else {
        return Err(thread.type_error(format_args!(
            "timezone() argument 1 must be {}, not {}",
            DELTA.name(),
            argument_type(offset)
        )));
    };
    if let Some(name) = name
        && name.downcast::<Str>().is_none()
    {
        return Err(thread.type_error(format_args!(
            "timezone() argument 2 must be str, not {}",
            argument_type(name)
        )));
    }
    make(thread, offset, name)
}

/// The type of an argument, for a message.
pub(crate) fn argument_type(value: Value) -> String {
    if value.is_none() {
        "None".to_owned()
    } else {
        value.class().name().to_string()
    }
}

/// A zone with an offset of less than a day.
fn make(thread: &mut Thread, offset: Ref<Delta>, name: Option<Value>) -> PyResult {
    if name.is_none() && offset.is_zero() {
        return Ok(utc());
    }
    check_offset(thread, offset)?;
    // SAFETY: the class is that of zones, which has no subclasses.
    let zone = unsafe {
        thread.new_cell(&TIMEZONE, |header| Zone {
            header,
            offset: Slot::new(Some(offset.value())),
            name: Slot::new(name),
        })
    };
    Ok(zone.value())
}

/// The zone so many microseconds ahead of UTC.
pub(crate) fn of_microseconds(thread: &mut Thread, ahead: i128) -> PyResult {
    let offset = delta::of_microseconds(thread, ahead)?;
    make(thread, offset, None)
}

/// The zone so many seconds ahead of UTC, with a name.
pub(crate) fn named(thread: &mut Thread, seconds: i64, name: Value) -> PyResult {
    let ahead = i128::from(seconds) * i128::from(MICROSECONDS);
    let offset = delta::of_microseconds(thread, ahead)?;
    make(thread, offset, Some(name))
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(not_implemented());
    }
    let Some(b) = b.downcast::<Zone>() else {
        return Ok(not_implemented());
    };
    let a = own(a).offset(thread)?.as_microseconds();
    let b = b.offset(thread)?.as_microseconds();
    Ok(int::bool((a == b) == (op == CompareOp::Eq)))
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let class = TIMEZONE.name();
    if this == utc() {
        return Ok(Str::new(thread, &format!("{class}.utc")).value());
    }
    let zone = own(this);
    let offset = zone.offset(thread)?;
    let offset = protocol::repr(thread, offset.value())?;
    let mut text = grwl_text::TextBuilder::new();
    text.push_str(&format!("{class}("));
    text.push_text(offset.text());
    if let Some(name) = zone.name.load() {
        let name = protocol::repr(thread, name)?;
        text.push_str(", ");
        text.push_text(name.text());
    }
    text.push_str(")");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

fn name_of(thread: &mut Thread, zone: Ref<Zone>) -> PyResult {
    if let Some(name) = zone.name.load() {
        return Ok(name);
    }
    let offset = zone.offset(thread)?;
    let mut text = "UTC".to_owned();
    if !offset.is_zero() {
        text.push_str(&offset.as_offset(":"));
    }
    Ok(Str::new(thread, &text).value())
}

fn check_moment(thread: &Thread, moment: Value, method: &str) -> PyResult<()> {
    if moment.is_none() || moment.downcast::<DateTime>().is_some() {
        return Ok(());
    }
    Err(thread.type_error(format_args!(
        "{method}(dt) argument must be a datetime instance or None, not {}",
        moment.class().name()
    )))
}

fn zone_from_utc(thread: &mut Thread, this: Value, moment: Value) -> PyResult {
    let Some(given) = moment.downcast::<DateTime>() else {
        return Err(thread.type_error("fromutc: argument must be a datetime"));
    };
    if given.zone() != Some(this) {
        return Err(thread.value_error("fromutc: dt.tzinfo is not self"));
    }
    let offset = own(this).offset(thread)?;
    datetime::plus(thread, given, offset.as_microseconds())
}

fn arguments(thread: &mut Thread, this: Value) -> PyResult {
    let zone = own(this);
    let offset = zone.offset(thread)?.value();
    let args = match zone.name.load() {
        Some(name) => Tuple::try_new(thread, &[offset, name])?,
        None => Tuple::try_new(thread, &[offset])?,
    };
    Ok(args.value())
}
