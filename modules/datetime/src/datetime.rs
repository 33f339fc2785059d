//! `datetime`: the type, its attributes and methods. Its arithmetic and comparison are in `operators`, its conversions from and
//! to moments and texts in `convert`.

use std::mem::offset_of;

use grwl_heap::{CellType, Kind, Size, Trace};
use grwl_object::protocol::{self, convert as convert_number};
use grwl_object::{
    Args, Cell, Constant, Declaration, GetSet, Method, PyResult, Ref, Signature, Slot, Str, Thread,
    TypeObject, TypeSpec, Value, ValueExt, flags, instance, intern, none, slots, types,
};
use grwl_text::TextBuilder;

use crate::arguments::{self, exactly, integers, replacements};
use crate::calendar::{Clock, DAY_SECONDS, Day, EPOCH_ORDINAL, MICROSECONDS};
use crate::date::{self, DATE, Date};
use crate::strftime;
use crate::time::{self, Time, pickled_zone, precise, push_zone, reduced};
use crate::{convert, delta, operators, zone};

/// `datetime.datetime`
#[repr(C)]
pub struct DateTime {
    date: Date,
    clock: Clock,
    /// A `tzinfo`, if there is one.
    zone: Slot,
}

// SAFETY: repr(C), begins with a date, which begins with a header; what may change after publication is atomic.
unsafe impl Cell for DateTime {
    fn type_object() -> &'static TypeObject {
        &DATETIME
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(DateTime, zone) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<DateTime>()),
    drop: None,
    name: "datetime",
};

/// `datetime.datetime`
pub static DATETIME: TypeObject = TypeObject::declare(&Declaration {
    name: "datetime.datetime",
    base: Some(&DATE),
    class: &types::TYPE,
    flags: flags::BASE,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<DateTime>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "datetime(year, month, day[, hour[, minute[, second[, microsecond[,tzinfo]]]]])\n\nThe numbers are integers; tzinfo is None or an instance of a subclass of tzinfo.\n",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::REPR.is(repr),
        slots::STR.is(|thread, this| {
            let name = intern(thread, "isoformat");
            let space = Str::new(thread, " ").value();
            protocol::call_method(thread, this, name, &[space])
        }),
        slots::HASH.is(operators::hash),
        slots::COMPARE.is(operators::compare),
        slots::ADD.is(operators::add),
        slots::SUBTRACT.is(operators::subtract),
    ],
    methods: METHODS,
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
            make: |thread| make(thread, date::FIRST, Clock::MIDNIGHT, None),
        },
        Constant {
            name: "max",
            make: |thread| {
                let last = Clock::of_microseconds(DAY_SECONDS * MICROSECONDS - 1);
                make(thread, date::LAST, last, None)
            },
        },
        Constant {
            name: "resolution",
            make: |thread| Ok(delta::of_microseconds(thread, 1)?.value()),
        },
    ],
};

static METHODS: &[Method] = &[
    Method::any(
        "now",
        convert::now,
        "now($type, /, tz=None)\n--\n\nThe date and time now, in a zone; without one, here.",
    )
    .of_class(),
    Method::no_arguments(
        "utcnow",
        convert::utc_now,
        "The date and time now in UTC, without a zone.",
    )
    .of_class(),
    Method::any(
        "fromtimestamp",
        convert::from_timestamp,
        "timestamp[, tz] -> the date and time in a zone, or here, so many seconds after the epoch.",
    )
    .of_class(),
    Method::any(
        "utcfromtimestamp",
        convert::utc_from_timestamp,
        "The date and time in UTC, without a zone, so many seconds after the epoch.",
    )
    .of_class(),
    Method::any(
        "strptime",
        |thread, class, args| {
            let function = ("datetime.strptime", "_strptime_datetime_datetime");
            strftime::strptime(thread, class, args, function)
        },
        "string, format -> the date and time that a text says, as time.strptime() reads it.",
    )
    .of_class(),
    Method::any(
        "combine",
        combine,
        "date, time -> the datetime of a date and a time.",
    )
    .of_class(),
    Method::one(
        "fromisoformat",
        convert::from_iso_format,
        "str -> the date and time that a text in one of ISO 8601's formats says.",
    )
    .of_class(),
    Method::no_arguments(
        "date",
        |thread, this| date::make(thread, own(this).day()),
        "The date of it.",
    ),
    Method::no_arguments(
        "time",
        |thread, this| time::make(thread, own(this).clock, None),
        "The time of it, without the zone.",
    ),
    Method::no_arguments(
        "timetz",
        |thread, this| {
            let moment = own(this);
            time::make(thread, moment.clock, moment.zone())
        },
        "The time of it, with the zone.",
    ),
    Method::no_arguments(
        "ctime",
        |thread, this| {
            let moment = own(this);
            let text = moment.day().ctime(moment.clock);
            Ok(Str::new(thread, &text).value())
        },
        "The text as of ctime().",
    ),
    Method::no_arguments(
        "timetuple",
        convert::time_tuple,
        "A time tuple, as time.localtime() gives.",
    ),
    Method::no_arguments(
        "timestamp",
        convert::timestamp,
        "The seconds since the epoch, as a float.",
    ),
    Method::no_arguments(
        "utctimetuple",
        convert::utc_time_tuple,
        "A time tuple in UTC, as time.gmtime() gives.",
    ),
    Method::any(
        "isoformat",
        iso_format,
        "[sep] -> the text in ISO 8601's format, YYYY-MM-DDT[HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].\nsep stands between date and time; it is 'T', if it is not given.\ntimespec says how precise it is: 'auto', 'hours', 'minutes', 'seconds', 'milliseconds' or\n'microseconds'.\n",
    ),
    Method::no_arguments(
        "utcoffset",
        |thread, this| {
            let zone = own(this).zone();
            Ok(zone::or_none(zone::utc_offset(thread, zone, this)?))
        },
        "What tzinfo.utcoffset(self) gives.",
    ),
    Method::no_arguments(
        "tzname",
        |thread, this| zone::name_at(thread, own(this).zone(), this),
        "What tzinfo.tzname(self) gives.",
    ),
    Method::no_arguments(
        "dst",
        |thread, this| {
            let zone = own(this).zone();
            Ok(zone::or_none(zone::dst(thread, zone, this)?))
        },
        "What tzinfo.dst(self) gives.",
    ),
    Method::any(
        "replace",
        replace,
        "replace($self, /, year=unchanged, month=unchanged, day=unchanged,\n        hour=unchanged, minute=unchanged, second=unchanged,\n        microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)\n--\n\nThe datetime with other fields.",
    ),
    Method::any(
        "__replace__",
        replace,
        "__replace__($self, /, **changes)\n--\n\nThe same as replace().",
    ),
    Method::any(
        "astimezone",
        convert::as_time_zone,
        "tz -> the same moment in another zone.\n",
    ),
    Method::any(
        "__reduce_ex__",
        |thread, this, args| {
            let [version] = exactly(thread, args, "__reduce_ex__")?;
            let version = convert_number::as_i32(thread, version)?;
            reduce(thread, this, version)
        },
        "__reduce_ex__(proto) -> (cls, state)",
    ),
    Method::no_arguments(
        "__reduce__",
        |thread, this| reduce(thread, this, 2),
        "__reduce__() -> (cls, state)",
    ),
];

/// The instance that a value is.
pub(crate) fn own(this: Value) -> Ref<DateTime> {
    // SAFETY: descriptors and slots call a type's functions with its instances only; operators have looked.
    unsafe { this.downcast_unchecked() }
}

impl DateTime {
    pub(crate) fn day(&self) -> Day {
        self.date.day
    }

    pub(crate) fn clock(&self) -> Clock {
        self.clock
    }

    pub(crate) fn zone(&self) -> Option<Value> {
        self.zone.load()
    }

    /// The slot of the zone, which `astimezone` fills anew in what it has just made.
    pub(crate) fn zone_slot(&self) -> &Slot {
        &self.zone
    }

    /// Where the hash is kept.
    pub(crate) fn hash_word(&self) -> &grwl_threads::sync::AtomicU64 {
        &self.date.hash
    }

    /// Microseconds since the beginning of the year 1, as calendar and clock show them, counted from one day earlier.
    pub(crate) fn as_microseconds(&self) -> i128 {
        let days = i128::from(self.day().ordinal());
        days * i128::from(DAY_SECONDS * MICROSECONDS) + i128::from(self.clock.microseconds())
    }

    /// As [`as_microseconds`](Self::as_microseconds), since the epoch.
    pub(crate) fn since_epoch(&self) -> i128 {
        self.as_microseconds() - i128::from(EPOCH_ORDINAL * DAY_SECONDS) * i128::from(MICROSECONDS)
    }
}

/// A new instance of `datetime` or a subclass, without calling anything of the class.
pub(crate) fn of_exact_class(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    day: Day,
    clock: Clock,
    zone: Option<Value>,
) -> PyResult {
    if std::ptr::eq(class.as_ptr(), &DATETIME) {
        // SAFETY: the class is DateTime's.
        let moment = unsafe {
            thread.new_cell(&DATETIME, |header| DateTime {
                date: Date::part(header, day),
                clock,
                zone: Slot::new(zone),
            })
        };
        return Ok(moment.value());
    }
    let cell = instance::allocate(thread, class)?;
    // SAFETY: a fresh cell whose class derives from `datetime`, so its payload is a DateTime.
    unsafe {
        let this = cell.cast::<DateTime>().as_ptr();
        (&raw mut (*this).date.day).write(day);
        (&raw mut (*this).clock).write(clock);
    }
    let value = Value::from_cell(cell);
    let this = own(value);
    thread.store(this, &this.zone, zone);
    Ok(value)
}

/// A datetime.
pub(crate) fn make(thread: &mut Thread, day: Day, clock: Clock, zone: Option<Value>) -> PyResult {
    of_exact_class(thread, Ref::from_static(&DATETIME), day, clock, zone)
}

/// The numbers that a datetime is made of; they may be ones that no datetime has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    pub date: [i64; 3],
    pub time: [i64; 4],
    pub fold: i64,
}

impl Numbers {
    pub(crate) fn of(day: Day, clock: Clock) -> Self {
        Self {
            date: [day.year.into(), day.month.into(), day.day.into()],
            time: [
                clock.hour.into(),
                clock.minute.into(),
                clock.second.into(),
                clock.microsecond.into(),
            ],
            fold: clock.fold.into(),
        }
    }

    fn check(self, thread: &Thread) -> PyResult<(Day, Clock)> {
        let [year, month, day] = self.date;
        let day = date::check(thread, year, month, day)?;
        Ok((day, time::check(thread, self.time, self.fold)?))
    }
}

/// What calling a class with a datetime's fields gives; `datetime` itself is not called.
pub(crate) fn of_class(
    thread: &mut Thread,
    class: Value,
    numbers: Numbers,
    zone: Value,
) -> PyResult {
    if class == Ref::from_static(&DATETIME).value() {
        let (day, clock) = numbers.check(thread)?;
        let zone = zone::check(thread, zone)?;
        return make(thread, day, clock, zone);
    }
    let [year, month, day] = numbers.date.map(Value::small);
    let [hour, minute, second, microsecond] = numbers.time.map(Value::small);
    let fold = Value::small(numbers.fold);
    let values = [
        year,
        month,
        day,
        hour,
        minute,
        second,
        microsecond,
        zone,
        fold,
    ];
    time::with_fold(thread, class, &values, numbers.fold)
}

/// A datetime moved by microseconds, of the same class.
pub(crate) fn plus(thread: &mut Thread, from: Ref<DateTime>, length: i128) -> PyResult {
    let day = i128::from(DAY_SECONDS * MICROSECONDS);
    let total = from.as_microseconds() + length;
    let ordinal = i64::try_from(total.div_euclid(day)).unwrap_or(0);
    let date = date::of_ordinal(thread, ordinal)?;
    let clock = Clock::of_microseconds(total.rem_euclid(day) as i64);
    let zone = from.zone().unwrap_or_else(none);
    let class = from.value().class().value();
    of_class(thread, class, Numbers::of(date, clock), zone)
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<9> = Signature::new(
        "",
        [
            "year",
            "month",
            "day",
            "hour",
            "minute",
            "second",
            "microsecond",
            "tzinfo",
            "fold",
        ],
    )
    .optional_after(3)
    .keyword_only_after(8, 0);
    let is_month = (
        2,
        (|code| (1..=12).contains(&(code & 0x7f))) as fn(u32) -> bool,
    );
    if let Some((mut bytes, zone)) = arguments::state::<10>(thread, args, 2, "datetime", is_month)?
    {
        let zone = pickled_zone(thread, zone)?;
        let is_folded = bytes[2] & 0x80 != 0;
        bytes[2] &= 0x7f;
        let [day @ .., _, _, _, _, _, _] = bytes;
        let [_, _, _, _, clock @ ..] = bytes;
        let clock = Clock::from_bytes(clock, is_folded);
        return of_exact_class(thread, class, Day::from_bytes(day), clock, zone);
    }
    let [year, month, day, hour, minute, second, micro, zone, fold] =
        arguments::parse(thread, args, &SIGNATURE, 7)?;
    let given = [year, month, day, hour, minute, second, micro, fold];
    let [year, month, day, hour, minute, second, micro, fold] = integers(thread, given, [0; 8])?;
    let numbers = Numbers {
        date: [year, month, day],
        time: [hour, minute, second, micro],
        fold,
    };
    let (day, clock) = numbers.check(thread)?;
    let zone = zone::check(thread, zone.unwrap_or_else(none))?;
    of_exact_class(thread, class, day, clock, zone)
}

fn combine(thread: &mut Thread, class: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> =
        Signature::new("combine", ["date", "time", "tzinfo"]).optional_after(2);
    let [date, time, zone] = args.parse(thread, &SIGNATURE)?;
    let (date, time) = (date.unwrap_or_else(none), time.unwrap_or_else(none));
    let Some(date) = date.downcast::<Date>() else {
        return Err(thread.type_error(format_args!(
            "combine() argument 1 must be datetime.date, not {}",
            zone::argument_type(date)
        )));
    };
    let Some(time) = time.downcast::<Time>() else {
        return Err(thread.type_error(format_args!(
            "combine() argument 2 must be datetime.time, not {}",
            zone::argument_type(time)
        )));
    };
    let zone = zone.or_else(|| time.zone()).unwrap_or_else(none);
    let numbers = Numbers::of(date.day, time.clock());
    of_class(thread, class, numbers, zone)
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let moment = own(this);
    let Day { year, month, day } = moment.day();
    let Clock {
        hour,
        minute,
        second,
        fold,
        microsecond,
    } = moment.clock;
    let mut text = TextBuilder::new();
    let class = this.class();
    let class = class.name();
    text.push_str(&format!("{class}({year}, {month}, {day}, {hour}, {minute}"));
    if second != 0 || microsecond != 0 {
        text.push_str(&format!(", {second}"));
    }
    if microsecond != 0 {
        text.push_str(&format!(", {microsecond}"));
    }
    if fold != 0 {
        text.push_str(&format!(", fold={fold}"));
    }
    push_zone(thread, &mut text, moment.zone())?;
    text.push_str(")");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

fn iso_format(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("isoformat", ["sep", "timespec"]).optional_after(0);
    let [separator, precision] = args.parse(thread, &SIGNATURE)?;
    let separator = match separator {
        Some(separator) => character(thread, separator)?,
        None => u32::from('T'),
    };
    let moment = own(this);
    let clock = precise(thread, moment.clock, precision, 2)?;
    let mut text = TextBuilder::new();
    text.push_str(&moment.day().iso());
    text.push(separator);
    text.push_str(&clock);
    let offset = zone::offset_text(thread, moment.zone(), this, ":")?;
    text.push_str(&offset);
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

fn character(thread: &Thread, value: Value) -> PyResult<u32> {
    let shown = match value.downcast::<Str>() {
        Some(string) if string.len() == 1 => return Ok(string.text().at(0)),
        Some(string) => format!("a string of length {}", string.len()),
        None => zone::argument_type(value),
    };
    Err(thread.type_error(format_args!(
        "isoformat() argument 1 must be a unicode character, not {shown}"
    )))
}

fn replace(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<9> = Signature::new(
        "replace",
        [
            "year",
            "month",
            "day",
            "hour",
            "minute",
            "second",
            "microsecond",
            "tzinfo",
            "fold",
        ],
    )
    .optional_after(0)
    .keyword_only_after(8, 0);
    let [year, month, day, hour, minute, second, micro, zone, fold] =
        args.parse(thread, &SIGNATURE)?;
    let moment = own(this);
    let Numbers {
        date: [own_year, own_month, own_day],
        time: [own_hour, own_minute, own_second, own_micro],
        fold: own_fold,
    } = Numbers::of(moment.day(), moment.clock);
    let own = [
        own_year, own_month, own_day, own_hour, own_minute, own_second, own_micro, own_fold,
    ];
    let given = [year, month, day, hour, minute, second, micro, fold];
    let [year, month, day, hour, minute, second, micro, fold] = replacements(thread, given, own)?;
    let numbers = Numbers {
        date: [year, month, day],
        time: [hour, minute, second, micro],
        fold,
    };
    let zone = zone.or_else(|| moment.zone()).unwrap_or_else(none);
    let class = this.class().value();
    of_class(thread, class, numbers, zone)
}

fn reduce(thread: &mut Thread, this: Value, version: i32) -> PyResult {
    let moment = own(this);
    let mut day = moment.day().to_bytes();
    if version > 3 && moment.clock.fold != 0 {
        day[2] |= 0x80;
    }
    let bytes = [&day[..], &moment.clock.to_bytes()].concat();
    reduced(thread, this, &bytes, moment.zone())
}
