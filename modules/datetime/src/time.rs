//! `time`.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::bytes::Bytes;
use grwl_object::protocol::{self, convert};
use grwl_object::string::hash_bytes;
use grwl_object::{
    Args, Cell, CompareOp, Constant, Declaration, GetSet, Method, PyResult, Ref, Signature, Slot,
    Str, Thread, Tuple, TypeObject, TypeSpec, Value, ValueExt, flags, instance, int, intern, none,
    not_implemented, slots, types,
};
use grwl_text::TextBuilder;
use grwl_threads::sync::{AtomicU64, Ordering};

use crate::arguments::{self, exactly, integers, replacements};
use crate::calendar::{Clock, DAY_SECONDS, MICROSECONDS};
use crate::date::{invalid, iso_argument};
use crate::delta::{self, Delta};
use crate::strftime::{self, Subject, strftime};
use crate::{iso, zone};

/// `datetime.time`
#[repr(C)]
pub struct Time {
    header: Header,
    /// The hash, once it was computed; 0: not yet.
    hash: AtomicU64,
    clock: Clock,
    /// A `tzinfo`, if there is one.
    zone: Slot,
}

// SAFETY: repr(C), begins with a header; what may change after publication is atomic.
unsafe impl Cell for Time {
    fn type_object() -> &'static TypeObject {
        &TIME
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Time, zone) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<Time>()),
    drop: None,
    name: "time",
};

/// `datetime.time`
pub static TIME: TypeObject = TypeObject::declare(&Declaration {
    name: "datetime.time",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Time>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "time([hour[, minute[, second[, microsecond[, tzinfo]]]]]) --> a time object\n\nThe numbers are integers; tzinfo is None or an instance of a subclass of tzinfo.\n",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::REPR.is(repr),
        slots::STR.is(|thread, this| {
            let name = intern(thread, "isoformat");
            protocol::call_method(thread, this, name, &[])
        }),
        slots::HASH.is(hash),
        slots::COMPARE.is(compare),
    ],
    methods: &[
        Method::any(
            "strptime",
            |thread, class, args| {
                let function = ("time.strptime", "_strptime_datetime_time");
                strftime::strptime(thread, class, args, function)
            },
            "string, format -> the time that a text says, as time.strptime() reads it.",
        )
        .of_class(),
        Method::any(
            "isoformat",
            iso_format,
            "The text in ISO 8601's format, [HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].\n\ntimespec says how precise it is: 'auto', 'hours', 'minutes', 'seconds', 'milliseconds' or\n'microseconds'.\n",
        ),
        Method::any(
            "strftime",
            format,
            "format -> text, as strftime() writes it.",
        ),
        Method::any("__format__", strftime::format, "The text as of strftime."),
        Method::no_arguments(
            "utcoffset",
            |thread, this| {
                let zone = own(this).zone();
                Ok(zone::or_none(zone::utc_offset(thread, zone, none())?))
            },
            "What tzinfo.utcoffset(None) gives.",
        ),
        Method::no_arguments(
            "tzname",
            |thread, this| zone::name_at(thread, own(this).zone(), none()),
            "What tzinfo.tzname(None) gives.",
        ),
        Method::no_arguments(
            "dst",
            |thread, this| {
                let zone = own(this).zone();
                Ok(zone::or_none(zone::dst(thread, zone, none())?))
            },
            "What tzinfo.dst(None) gives.",
        ),
        Method::any(
            "replace",
            replace,
            "replace($self, /, hour=unchanged, minute=unchanged, second=unchanged,\n        microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)\n--\n\nThe time with other fields.",
        ),
        Method::any(
            "__replace__",
            replace,
            "__replace__($self, /, **changes)\n--\n\nThe same as replace().",
        ),
        Method::one(
            "fromisoformat",
            from_iso_format,
            "str -> the time that a text in ISO 8601's format says.",
        )
        .of_class(),
        Method::any(
            "__reduce_ex__",
            |thread, this, args| {
                let [version] = exactly(thread, args, "__reduce_ex__")?;
                let version = convert::as_i32(thread, version)?;
                reduce(thread, this, version)
            },
            "__reduce_ex__(proto) -> (cls, state)",
        ),
        Method::no_arguments(
            "__reduce__",
            |thread, this| reduce(thread, this, 2),
            "__reduce__() -> (cls, state)",
        ),
    ],
    getset: &[
        GetSet::read_only(
            "hour",
            |_, this| Ok(Value::small(own(this).clock.hour.into())),
            None,
        ),
        GetSet::read_only(
            "minute",
            |_, this| Ok(Value::small(own(this).clock.minute.into())),
            None,
        ),
        GetSet::read_only(
            "second",
            |_, this| Ok(Value::small(own(this).clock.second.into())),
            None,
        ),
        GetSet::read_only(
            "microsecond",
            |_, this| Ok(Value::small(own(this).clock.microsecond.into())),
            None,
        ),
        GetSet::read_only(
            "tzinfo",
            |_, this| Ok(own(this).zone().unwrap_or_else(none)),
            None,
        ),
        GetSet::read_only(
            "fold",
            |_, this| Ok(Value::small(own(this).clock.fold.into())),
            None,
        ),
    ],
    constants: &[
        Constant {
            name: "min",
            make: |thread| make(thread, Clock::MIDNIGHT, None),
        },
        Constant {
            name: "max",
            make: |thread| {
                let last = DAY_SECONDS * MICROSECONDS - 1;
                make(thread, Clock::of_microseconds(last), None)
            },
        },
        Constant {
            name: "resolution",
            make: |thread| Ok(delta::of_microseconds(thread, 1)?.value()),
        },
    ],
};

fn own(this: Value) -> Ref<Time> {
    // SAFETY: descriptors and slots call a type's functions with its instances only; `compare` has looked.
    unsafe { this.downcast_unchecked() }
}

impl Time {
    pub(crate) fn clock(&self) -> Clock {
        self.clock
    }

    pub(crate) fn zone(&self) -> Option<Value> {
        self.zone.load()
    }
}

/// A time of day, if there is one with these numbers.
pub(crate) fn check(
    thread: &Thread,
    [hour, minute, second, microsecond]: [i64; 4],
    fold: i64,
) -> PyResult<Clock> {
    let fields = [
        ("hour", hour, 23),
        ("minute", minute, 59),
        ("second", second, 59),
        ("microsecond", microsecond, MICROSECONDS - 1),
    ];
    for (name, number, last) in fields {
        if !(0..=last).contains(&number) {
            return Err(
                thread.value_error(format_args!("{name} must be in 0..{last}, not {number}"))
            );
        }
    }
    if !(0..=1).contains(&fold) {
        return Err(thread.value_error(format_args!("fold must be either 0 or 1, not {fold}")));
    }
    Ok(Clock {
        hour: hour as u8,
        minute: minute as u8,
        second: second as u8,
        fold: fold as u8,
        microsecond: microsecond as u32,
    })
}

fn of_exact_class(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    clock: Clock,
    zone: Option<Value>,
) -> PyResult {
    if std::ptr::eq(class.as_ptr(), &TIME) {
        // SAFETY: the class is that of times.
        let time = unsafe {
            thread.new_cell(&TIME, |header| Time {
                header,
                hash: AtomicU64::new(0),
                clock,
                zone: Slot::new(zone),
            })
        };
        return Ok(time.value());
    }
    let cell = instance::allocate(thread, class)?;
    // SAFETY: a fresh cell whose class derives from `time`, so its payload is a Time.
    unsafe { (&raw mut (*cell.cast::<Time>().as_ptr()).clock).write(clock) };
    let value = Value::from_cell(cell);
    let this = own(value);
    thread.store(this, &this.zone, zone);
    Ok(value)
}

/// A time.
pub(crate) fn make(thread: &mut Thread, clock: Clock, zone: Option<Value>) -> PyResult {
    of_exact_class(thread, Ref::from_static(&TIME), clock, zone)
}

/// What calling a class with a time's fields gives; `time` itself is not called.
fn of_class(
    thread: &mut Thread,
    class: Value,
    numbers: [i64; 4],
    zone: Value,
    fold: i64,
) -> PyResult {
    if class == Ref::from_static(&TIME).value() {
        let clock = check(thread, numbers, fold)?;
        let zone = zone::check(thread, zone)?;
        return make(thread, clock, zone);
    }
    let [hour, minute, second, microsecond] = numbers.map(Value::small);
    let values = [hour, minute, second, microsecond, zone, Value::small(fold)];
    with_fold(thread, class, &values, fold)
}

/// Calls a class with arguments, of which the last is the fold: it is left out if it is 0, else given by name.
pub(crate) fn with_fold(
    thread: &mut Thread,
    class: Value,
    values: &[Value],
    fold: i64,
) -> PyResult {
    if fold == 0 {
        return protocol::call_positional(thread, class, &values[..values.len() - 1]);
    }
    let names = Tuple::try_new(thread, &[intern(thread, "fold").value()])?;
    protocol::call(thread, class, Args::new(values, Some(names)))
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<6> = Signature::new(
        "",
        ["hour", "minute", "second", "microsecond", "tzinfo", "fold"],
    )
    .optional_after(0)
    .keyword_only_after(5, 0);
    let is_hour = (0, (|code| code & 0x7f < 24) as fn(u32) -> bool);
    if let Some((mut bytes, zone)) = arguments::state::<6>(thread, args, 2, "time", is_hour)? {
        let zone = pickled_zone(thread, zone)?;
        let is_folded = bytes[0] & 0x80 != 0;
        bytes[0] &= 0x7f;
        return of_exact_class(thread, class, Clock::from_bytes(bytes, is_folded), zone);
    }
    let [hour, minute, second, microsecond, zone, fold] =
        arguments::parse(thread, args, &SIGNATURE, 4)?;
    let given = [hour, minute, second, microsecond, fold];
    let [hour, minute, second, microsecond, fold] = integers(thread, given, [0; 5])?;
    let clock = check(thread, [hour, minute, second, microsecond], fold)?;
    let zone = zone::check(thread, zone.unwrap_or_else(none))?;
    of_exact_class(thread, class, clock, zone)
}

/// The zone of a pickle's state.
pub(crate) fn pickled_zone(thread: &Thread, zone: Value) -> PyResult<Option<Value>> {
    zone::check(thread, zone).map_err(|_| thread.type_error("bad tzinfo state arg"))
}

/// `, tzinfo=...` if there is a zone.
pub(crate) fn push_zone(
    thread: &mut Thread,
    text: &mut TextBuilder,
    zone: Option<Value>,
) -> PyResult<()> {
    if let Some(zone) = zone {
        let shown = protocol::repr(thread, zone)?;
        text.push_str(", tzinfo=");
        text.push_text(shown.text());
    }
    Ok(())
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let time = own(this);
    let Clock {
        hour,
        minute,
        second,
        fold,
        microsecond,
    } = time.clock;
    let mut text = TextBuilder::new();
    text.push_str(&format!("{}({hour}, {minute}", this.class().name()));
    if second != 0 || microsecond != 0 {
        text.push_str(&format!(", {second}"));
    }
    if microsecond != 0 {
        text.push_str(&format!(", {microsecond}"));
    }
    push_zone(thread, &mut text, time.zone())?;
    if fold != 0 {
        text.push_str(&format!(", fold={fold}"));
    }
    text.push_str(")");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

/// A time's text of the precision that an argument says.
pub(crate) fn precise(
    thread: &mut Thread,
    clock: Clock,
    precision: Option<Value>,
    place: usize,
) -> PyResult<String> {
    let precision = match precision {
        Some(precision) => arguments::c_string(thread, "isoformat", place, precision)?,
        None => "auto".to_owned(),
    };
    clock
        .iso(&precision)
        .ok_or_else(|| thread.value_error("Unknown timespec value"))
}

fn iso_format(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("isoformat", ["timespec"]).optional_after(0);
    let [precision] = args.parse(thread, &SIGNATURE)?;
    let time = own(this);
    let mut text = precise(thread, time.clock, precision, 1)?;
    text.push_str(&zone::offset_text(thread, time.zone(), none(), ":")?);
    Ok(Str::new(thread, &text).value())
}

fn format(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("strftime", ["format"]);
    let [format] = args.parse(thread, &SIGNATURE)?;
    let format = arguments::string(thread, "strftime", 1, format.unwrap_or_else(none))?;
    let time = own(this);
    let Clock {
        hour,
        minute,
        second,
        microsecond,
        ..
    } = time.clock;
    // The module `time` wants a year that all platforms know.
    let numbers = [
        1900,
        1,
        1,
        hour.into(),
        minute.into(),
        second.into(),
        0,
        1,
        -1,
    ];
    let tuple = Tuple::try_new(thread, &numbers.map(Value::small))?;
    let subject = Subject {
        microsecond,
        zone: time.zone(),
        moment: none(),
    };
    strftime(thread, &subject, format, tuple.value())
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let Some(b) = b.downcast::<Time>() else {
        return Ok(not_implemented());
    };
    let a = own(a);
    let answer = |order| Ok(int::bool(op.holds(order)));
    if a.zone() == b.zone() {
        return answer(a.clock.key().cmp(&b.clock.key()));
    }
    let offset = zone::utc_offset(thread, a.zone(), none())?;
    let other = zone::utc_offset(thread, b.zone(), none())?;
    match (offset, other) {
        (None, None) => answer(a.clock.key().cmp(&b.clock.key())),
        (Some(offset), Some(other)) => {
            // As CPython does, without the microseconds of the offsets.
            let in_utc = |clock: Clock, offset: Ref<Delta>| {
                let ahead = offset.as_microseconds().div_euclid(MICROSECONDS.into());
                (i128::from(clock.seconds()) - ahead, clock.microsecond)
            };
            answer(in_utc(a.clock, offset).cmp(&in_utc(b.clock, other)))
        }
        _ => match op {
            CompareOp::Eq => Ok(int::bool(false)),
            CompareOp::Ne => Ok(int::bool(true)),
            _ => Err(thread.type_error("can't compare offset-naive and offset-aware times")),
        },
    }
}

fn hash(thread: &mut Thread, this: Value) -> PyResult<i64> {
    let time = own(this);
    // Relaxed: the hash is always the same number.
    let known = time.hash.load(Ordering::Relaxed);
    if known != 0 {
        return Ok(known as i64);
    }
    let offset = zone::utc_offset(thread, time.zone(), none())?;
    let hash = match offset {
        None => hash_bytes(&time.clock.to_bytes()),
        Some(offset) => {
            let since = i128::from(time.clock.microseconds()) - offset.as_microseconds();
            let since = delta::of_microseconds(thread, since)?;
            delta::hash_of(thread, since)?
        }
    };
    time.hash.store(hash as u64, Ordering::Relaxed);
    Ok(hash)
}

fn replace(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<6> = Signature::new(
        "replace",
        ["hour", "minute", "second", "microsecond", "tzinfo", "fold"],
    )
    .optional_after(0)
    .keyword_only_after(5, 0);
    let [hour, minute, second, microsecond, zone, fold] = args.parse(thread, &SIGNATURE)?;
    let time = own(this);
    let clock = time.clock;
    let own = [
        clock.hour.into(),
        clock.minute.into(),
        clock.second.into(),
        clock.microsecond.into(),
        clock.fold.into(),
    ];
    let given = [hour, minute, second, microsecond, fold];
    let [hour, minute, second, microsecond, fold] = replacements(thread, given, own)?;
    let zone = zone.or_else(|| time.zone()).unwrap_or_else(none);
    let class = this.class().value();
    of_class(
        thread,
        class,
        [hour, minute, second, microsecond],
        zone,
        fold,
    )
}

/// The zone that a text says, by how many microseconds it is ahead of UTC.
pub(crate) fn zone_of_text(thread: &mut Thread, ahead: Option<i64>) -> PyResult {
    match ahead {
        Some(ahead) => zone::of_microseconds(thread, ahead.into()),
        None => Ok(none()),
    }
}

/// The error for a text that says a later time than midnight of the next day.
pub(crate) const PAST_MIDNIGHT: &str = "minute, second, and microsecond must be 0 when hour is 24";

fn from_iso_format(thread: &mut Thread, class: Value, text: Value) -> PyResult {
    let string = iso_argument(thread, text)?;
    let parsed = string.to_rust().and_then(|text| {
        let text = text.strip_prefix('T').unwrap_or(&text);
        iso::time(text.as_bytes()).ok()
    });
    let Some((mut fields, ahead)) = parsed else {
        return invalid(thread, text);
    };
    if fields.hour == 24 {
        fields.hour = 0;
        if fields != iso::Fields::default() {
            return Err(thread.value_error(PAST_MIDNIGHT));
        }
    }
    let zone = zone_of_text(thread, ahead)?;
    of_class(thread, class, fields.numbers(), zone, 0)
}

fn reduce(thread: &mut Thread, this: Value, version: i32) -> PyResult {
    let time = own(this);
    let mut bytes = time.clock.to_bytes();
    if version > 3 && time.clock.fold != 0 {
        bytes[0] |= 0x80;
    }
    reduced(thread, this, &bytes, time.zone())
}

/// `(class, (bytes, zone))`, without the zone if there is none.
pub(crate) fn reduced(thread: &Thread, this: Value, bytes: &[u8], zone: Option<Value>) -> PyResult {
    let bytes = Bytes::new(thread, bytes)?.value();
    let state = match zone {
        Some(zone) => Tuple::try_new(thread, &[bytes, zone])?,
        None => Tuple::try_new(thread, &[bytes])?,
    };
    let pair = [this.class().value(), state.value()];
    Ok(Tuple::try_new(thread, &pair)?.value())
}
