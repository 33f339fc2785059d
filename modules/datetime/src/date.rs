//! `date`.

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::bytes::Bytes;
use grwl_object::protocol::{self, convert};
use grwl_object::string::hash_bytes;
use grwl_object::{
    Args, Cell, CompareOp, Constant, Declaration, GetSet, Method, Name, PyResult, Ref, Signature,
    Str, Thread, Tuple, TypeObject, TypeSpec, Value, ValueExt, flags, instance, int, intern, none,
    not_implemented, slots, types,
};
use grwl_threads::sync::AtomicU64;

use crate::arguments::{self, exactly, integers, replacements};
use crate::calendar::{self, Clock, Day, MAX_ORDINAL, MAX_YEAR, MIN_YEAR, NoIsoDay};
use crate::datetime::{self, DATETIME, DateTime};
use crate::delta::{self, Delta};
use crate::strftime::{self, Subject, strftime};
use crate::{iso, iso_calendar, local};

/// `datetime.date`
#[repr(C)]
pub struct Date {
    header: Header,
    /// The hash, once it was computed, of a `datetime`; 0: not yet.
    pub(crate) hash: AtomicU64,
    pub(crate) day: Day,
    _padding: u32,
}

// SAFETY: repr(C), begins with a header; what may change after publication is atomic.
unsafe impl Cell for Date {
    fn type_object() -> &'static TypeObject {
        &DATE
    }
}

static CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<Date>()),
    drop: None,
    name: "date",
};

/// `datetime.date`
pub static DATE: TypeObject = TypeObject::declare(&Declaration {
    name: "datetime.date",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE,
    cell: &CELL,
    kind: Kind::Leaf,
    size: size_of::<Date>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("date(year, month, day) --> date object"),
    slots: &[
        slots::NEW.is(new),
        slots::REPR.is(repr),
        slots::STR.is(|thread, this| {
            let name = intern(thread, "isoformat");
            protocol::call_method(thread, this, name, &[])
        }),
        slots::HASH.is(|_, this| Ok(hash_bytes(&day(this).to_bytes()))),
        slots::COMPARE.is(compare),
        slots::ADD.is(add),
        slots::SUBTRACT.is(subtract),
    ],
    methods: &[
        Method::one(
            "fromtimestamp",
            from_timestamp,
            "fromtimestamp($type, timestamp, /)\n--\n\nThe local date at a moment, which is a number of seconds since the epoch.",
        )
        .of_class(),
        Method::any(
            "fromordinal",
            from_ordinal,
            "int -> the date with this number of the day, in the calendar that was always the Gregorian one.",
        )
        .of_class(),
        Method::one(
            "fromisoformat",
            from_iso_format,
            "str -> the date that a text in ISO 8601's format says.",
        )
        .of_class(),
        Method::any(
            "fromisocalendar",
            from_iso_calendar,
            "int, int, int -> the date of a year, week and weekday of ISO's calendar.",
        )
        .of_class(),
        Method::any(
            "strptime",
            |thread, class, args| {
                let function = ("date.strptime", "_strptime_datetime_date");
                strftime::strptime(thread, class, args, function)
            },
            "string, format -> the date that a text says, as time.strptime() reads it.",
        )
        .of_class(),
        Method::no_arguments(
            "today",
            today,
            "The date now, by fromtimestamp(time.time()).",
        )
        .of_class(),
        Method::no_arguments(
            "ctime",
            |thread, this| {
                let text = day(this).ctime(Clock::MIDNIGHT);
                Ok(Str::new(thread, &text).value())
            },
            "The text as of ctime().",
        ),
        Method::any("strftime", format, "format -> text, as strftime() writes it."),
        Method::any("__format__", strftime::format, "The text as of strftime."),
        Method::no_arguments(
            "timetuple",
            |thread, this| struct_time(thread, day(this), Clock::MIDNIGHT, -1),
            "A time tuple, as time.localtime() gives.",
        ),
        Method::no_arguments(
            "isocalendar",
            |thread, this| iso_calendar::of_day(thread, day(this)),
            "A tuple of ISO's year, week and weekday.",
        ),
        Method::no_arguments(
            "isoformat",
            |thread, this| Ok(Str::new(thread, &day(this).iso()).value()),
            "The text in ISO 8601's format, YYYY-MM-DD.",
        ),
        Method::no_arguments(
            "isoweekday",
            |_, this| Ok(Value::small(day(this).weekday() + 1)),
            "The day of the week: Monday is 1, Sunday is 7.",
        ),
        Method::no_arguments(
            "toordinal",
            |_, this| Ok(Value::small(day(this).ordinal())),
            "The number of the day. January 1 of year 1 is day 1.",
        ),
        Method::no_arguments(
            "weekday",
            |_, this| Ok(Value::small(day(this).weekday())),
            "The day of the week: Monday is 0, Sunday is 6.",
        ),
        Method::any(
            "replace",
            replace,
            "replace($self, /, year=unchanged, month=unchanged, day=unchanged)\n--\n\nThe date with other fields.",
        ),
        Method::any(
            "__replace__",
            replace,
            "__replace__($self, /, **changes)\n--\n\nThe same as replace().",
        ),
        Method::no_arguments("__reduce__", reduce, "__reduce__() -> (cls, state)"),
    ],
    getset: &[
        GetSet::read_only("year", |_, this| Ok(Value::small(day(this).year.into())), None),
        GetSet::read_only("month", |_, this| Ok(Value::small(day(this).month.into())), None),
        GetSet::read_only("day", |_, this| Ok(Value::small(day(this).day.into())), None),
    ],
    constants: &[
        Constant {
            name: "min",
            make: |thread| of_exact_class(thread, Ref::from_static(&DATE), FIRST),
        },
        Constant {
            name: "max",
            make: |thread| of_exact_class(thread, Ref::from_static(&DATE), LAST),
        },
        Constant {
            name: "resolution",
            make: |thread| {
                let day = calendar::DAY_SECONDS * calendar::MICROSECONDS;
                Ok(delta::of_microseconds(thread, day.into())?.value())
            },
        },
    ],
};

/// The first day.
pub(crate) const FIRST: Day = Day {
    year: MIN_YEAR as u16,
    month: 1,
    day: 1,
};
/// The last day.
pub(crate) const LAST: Day = Day {
    year: MAX_YEAR as u16,
    month: 12,
    day: 31,
};

/// The day that an instance is.
pub(crate) fn day(this: Value) -> Day {
    // SAFETY: descriptors and slots call a type's functions with its instances only.
    unsafe { this.downcast_unchecked::<Date>() }.day
}

impl Date {
    /// The part of a cell that `date` lays out, for a cell of `datetime`.
    pub(crate) fn part(header: Header, day: Day) -> Self {
        Self {
            header,
            hash: AtomicU64::new(0),
            day,
            _padding: 0,
        }
    }
}

/// A day, if there is one with these numbers.
pub(crate) fn check(thread: &Thread, year: i64, month: i64, day: i64) -> PyResult<Day> {
    check_year(thread, year)?;
    if !(1..=12).contains(&month) {
        return Err(thread.value_error(format_args!("month must be in 1..12, not {month}")));
    }
    let last = calendar::days_in_month(year, month);
    if !(1..=last).contains(&day) {
        return Err(thread.value_error(format_args!(
            "day {day} must be in range 1..{last} for month {month} in year {year}"
        )));
    }
    Ok(Day {
        year: year as u16,
        month: month as u8,
        day: day as u8,
    })
}

/// Is it a year that dates have?
pub(crate) fn check_year(thread: &Thread, year: i64) -> PyResult<()> {
    if (MIN_YEAR..=MAX_YEAR).contains(&year) {
        return Ok(());
    }
    Err(thread.value_error(format_args!(
        "year must be in {MIN_YEAR}..{MAX_YEAR}, not {year}"
    )))
}

/// The day with a number, as the result of a calculation.
pub(crate) fn of_ordinal(thread: &Thread, ordinal: i64) -> PyResult<Day> {
    if !(1..=MAX_ORDINAL).contains(&ordinal) {
        return Err(thread.overflow_error("date value out of range"));
    }
    let (year, month, day) = calendar::of_ordinal(ordinal);
    Ok(Day {
        year: year as u16,
        month: month as u8,
        day: day as u8,
    })
}

/// A new instance of `date` or a subclass, without calling anything of the class.
fn of_exact_class(thread: &mut Thread, class: Ref<TypeObject>, day: Day) -> PyResult {
    if std::ptr::eq(class.as_ptr(), &DATE) {
        // SAFETY: the class is that of dates.
        let date = unsafe { thread.new_cell(&DATE, |header| Date::part(header, day)) };
        return Ok(date.value());
    }
    let cell = instance::allocate(thread, class)?;
    // SAFETY: a fresh cell whose class derives from `date`, so its payload begins with a Date.
    unsafe { (&raw mut (*cell.cast::<Date>().as_ptr()).day).write(day) };
    Ok(Value::from_cell(cell))
}

/// A date.
pub(crate) fn make(thread: &mut Thread, day: Day) -> PyResult {
    of_exact_class(thread, Ref::from_static(&DATE), day)
}

/// What calling a class with a date's numbers gives; `date` and `datetime` themselves are not called.
fn of_class(thread: &mut Thread, class: Value, year: i64, month: i64, day: i64) -> PyResult {
    if class == Ref::from_static(&DATE).value() {
        let day = check(thread, year, month, day)?;
        return make(thread, day);
    }
    if class == Ref::from_static(&DATETIME).value() {
        let day = check(thread, year, month, day)?;
        return datetime::make(thread, day, Clock::MIDNIGHT, None);
    }
    let numbers = [year, month, day].map(Value::small);
    protocol::call_positional(thread, class, &numbers)
}

fn class_of(this: Value) -> Value {
    this.class().value()
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> = Signature::new("", ["year", "month", "day"]);
    let is_month = (2, (|code| (1..=12).contains(&code)) as fn(u32) -> bool);
    if let Some((bytes, _)) = arguments::state::<4>(thread, args, 1, "date", is_month)? {
        return of_exact_class(thread, class, Day::from_bytes(bytes));
    }
    let given = arguments::parse(thread, args, &SIGNATURE, 3)?;
    let [year, month, day] = integers(thread, given, [0; 3])?;
    let day = check(thread, year, month, day)?;
    of_exact_class(thread, class, day)
}

fn from_timestamp(thread: &mut Thread, class: Value, timestamp: Value) -> PyResult {
    let seconds = local::whole_seconds(thread, timestamp)?;
    let local = local::local(thread, seconds)?;
    of_class(thread, class, local.year, local.month, local.day)
}

fn today(thread: &mut Thread, class: Value) -> PyResult {
    static FROMTIMESTAMP: Name = Name::new("fromtimestamp");
    let time = strftime::of_time(thread, "time")?;
    let now = protocol::call_positional(thread, time, &[])?;
    let name = FROMTIMESTAMP.get(thread);
    protocol::call_method(thread, class, name, &[now])
}

fn from_ordinal(thread: &mut Thread, class: Value, args: Args<'_>) -> PyResult {
    let [ordinal] = exactly(thread, args, "date.fromordinal")?;
    let ordinal = i64::from(convert::as_i32(thread, ordinal)?);
    if ordinal < 1 {
        return Err(thread.value_error("ordinal must be >= 1"));
    }
    let (year, month, day) = calendar::of_ordinal(ordinal);
    of_class(thread, class, year, month, day)
}

/// The error for a text that is no date or time.
#[cold]
pub(crate) fn invalid(thread: &mut Thread, text: Value) -> PyResult {
    let shown = protocol::repr(thread, text)?;
    let mut message = grwl_text::TextBuilder::new();
    message.push_str("Invalid isoformat string: ");
    message.push_text(shown.text());
    Err(thread.raise_text(&types::VALUE_ERROR, message.as_text()))
}

/// The argument of `fromisoformat`.
pub(crate) fn iso_argument(thread: &Thread, text: Value) -> PyResult<Ref<Str>> {
    text.downcast::<Str>()
        .ok_or_else(|| thread.type_error("fromisoformat: argument must be str"))
}

fn from_iso_format(thread: &mut Thread, class: Value, text: Value) -> PyResult {
    let string = iso_argument(thread, text)?;
    let parsed = string
        .to_rust()
        .filter(|text| matches!(text.len(), 7 | 8 | 10))
        .and_then(|text| iso::date(text.as_bytes(), text.len()).ok());
    match parsed {
        Some((year, month, day)) => of_class(thread, class, year, month, day),
        None => invalid(thread, text),
    }
}

fn from_iso_calendar(thread: &mut Thread, class: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> = Signature::new("fromisocalendar", ["year", "week", "day"]);
    let given = arguments::parse(thread, args, &SIGNATURE, 3)?;
    let [year, week, weekday] = match integers(thread, given, [0; 3]) {
        Err(raised) if raised.matches(&types::OVERFLOW_ERROR) => {
            return Err(thread.value_error("ISO calendar component out of range"));
        }
        integers => integers?,
    };
    match calendar::of_iso(year, week, weekday) {
        Ok((year, month, day)) => of_class(thread, class, year, month, day),
        Err(NoIsoDay::Year) => check_year(thread, year).map(|()| none()),
        Err(NoIsoDay::Week) => Err(thread.value_error(format_args!("Invalid week: {week}"))),
        Err(NoIsoDay::Weekday) => {
            Err(thread.value_error(format_args!("Invalid weekday: {weekday} (range is [1, 7])")))
        }
    }
}

/// The date, and no time, that a value is.
fn only_date(value: Value) -> Option<Day> {
    match value.downcast::<DateTime>() {
        Some(_) => None,
        None => value.downcast::<Date>().map(|date| date.day),
    }
}

fn moved(thread: &mut Thread, from: Value, day: Day, days: i64) -> PyResult {
    let day = of_ordinal(thread, day.ordinal() + days)?;
    let class = class_of(from);
    of_class(
        thread,
        class,
        day.year.into(),
        day.month.into(),
        day.day.into(),
    )
}

fn add(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    if let Some(day) = only_date(a)
        && let Some(delta) = b.downcast::<Delta>()
    {
        return moved(thread, a, day, delta.days());
    }
    if let Some(day) = only_date(b)
        && let Some(delta) = a.downcast::<Delta>()
    {
        return moved(thread, b, day, delta.days());
    }
    Ok(not_implemented())
}

fn subtract(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let Some(day) = only_date(a) else {
        return Ok(not_implemented());
    };
    if let Some(other) = only_date(b) {
        let days = day.ordinal() - other.ordinal();
        let length = days * calendar::DAY_SECONDS * calendar::MICROSECONDS;
        return Ok(delta::of_microseconds(thread, length.into())?.value());
    }
    match b.downcast::<Delta>() {
        Some(delta) => moved(thread, a, day, -delta.days()),
        None => Ok(not_implemented()),
    }
}

fn compare(_thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    match only_date(b) {
        Some(other) => Ok(int::bool(op.holds(day(a).cmp(&other)))),
        None => Ok(not_implemented()),
    }
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let Day { year, month, day } = day(this);
    let text = format!("{}({year}, {month}, {day})", this.class().name());
    Ok(Str::new(thread, &text).value())
}

fn format(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("strftime", ["format"]);
    static TIMETUPLE: Name = Name::new("timetuple");
    let [format] = args.parse(thread, &SIGNATURE)?;
    let format = arguments::string(thread, "strftime", 1, format.unwrap_or_else(none))?;
    let name = TIMETUPLE.get(thread);
    let tuple = protocol::call_method(thread, this, name, &[])?;
    let moment = this.downcast::<DateTime>();
    let subject = Subject {
        microsecond: moment.map_or(0, |moment| moment.clock().microsecond),
        zone: moment.and_then(|moment| moment.zone()),
        moment: this,
    };
    strftime(thread, &subject, format, tuple)
}

/// The `struct_time` of a day and time.
pub(crate) fn struct_time(
    thread: &mut Thread,
    day: Day,
    clock: Clock,
    is_daylight: i64,
) -> PyResult {
    let numbers = [
        day.year.into(),
        day.month.into(),
        day.day.into(),
        clock.hour.into(),
        clock.minute.into(),
        clock.second.into(),
        day.weekday(),
        day.day_of_year(),
        is_daylight,
    ];
    strftime::struct_time(thread, numbers)
}

fn replace(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> =
        Signature::new("replace", ["year", "month", "day"]).optional_after(0);
    let given = args.parse(thread, &SIGNATURE)?;
    let own = day(this);
    let own = [own.year.into(), own.month.into(), own.day.into()];
    let [year, month, day] = replacements(thread, given, own)?;
    let class = class_of(this);
    of_class(thread, class, year, month, day)
}

fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    let state = Bytes::new(thread, &day(this).to_bytes())?.value();
    let state = Tuple::try_new(thread, &[state])?.value();
    Ok(Tuple::try_new(thread, &[class_of(this), state])?.value())
}
