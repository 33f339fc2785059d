//! `IsoCalendarDate`: the year, week and weekday of ISO's calendar, as a tuple with names.

use grwl_heap::Kind;
use grwl_object::tuple::TUPLE_CELL;
use grwl_object::{
    Args, Declaration, GetSet, Method, PyResult, Ref, Signature, Str, Thread, Tuple, TypeObject,
    TypeSpec, Value, ValueExt, flags, slots, types,
};

use crate::arguments::replacements;
use crate::calendar::{self, Day};

/// `datetime.IsoCalendarDate`
pub static ISO_CALENDAR_DATE: TypeObject = TypeObject::declare(&Declaration {
    name: "datetime.IsoCalendarDate",
    base: Some(&types::TUPLE),
    class: &types::TYPE,
    flags: flags::TUPLE | flags::SEQUENCE | flags::VARIABLE_SIZE,
    cell: &TUPLE_CELL,
    kind: Kind::Traced,
    size: size_of::<Tuple>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "What date.isocalendar() and datetime.isocalendar() give: a tuple of year, week and weekday,\nwhich are attributes as well.",
    ),
    slots: &[slots::NEW.is(new), slots::REPR.is(repr)],
    methods: &[Method::no_arguments(
        "__reduce__",
        |thread, this| {
            let fields = Tuple::try_new(thread, &fields(this))?.value();
            let args = Tuple::try_new(thread, &[fields])?.value();
            let class = Ref::from_static(&types::TUPLE).value();
            Ok(Tuple::try_new(thread, &[class, args])?.value())
        },
        "__reduce__() -> (cls, state)",
    )],
    getset: &[
        GetSet::read_only("year", |_, this| Ok(fields(this)[0]), None),
        GetSet::read_only("week", |_, this| Ok(fields(this)[1]), None),
        GetSet::read_only("weekday", |_, this| Ok(fields(this)[2]), None),
    ],
    constants: &[],
};

fn fields(this: Value) -> [Value; 3] {
    // SAFETY: descriptors and slots call a type's functions with its instances only, which are tuples.
    let tuple = unsafe { this.downcast_unchecked::<Tuple>() };
    [tuple.at(0), tuple.at(1), tuple.at(2)]
}

fn make(thread: &Thread, fields: [i64; 3]) -> PyResult {
    let fields = fields.map(Value::small);
    Ok(Tuple::of_class(thread, &ISO_CALENDAR_DATE, &fields)?.value())
}

/// The year, week and weekday of a day.
pub(crate) fn of_day(thread: &Thread, day: Day) -> PyResult {
    let (year, week, weekday) = calendar::iso_of(day);
    make(thread, [year, week, weekday])
}

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> = Signature::new("IsoCalendarDate", ["year", "week", "weekday"]);
    let given = args.parse(thread, &SIGNATURE)?;
    let fields = replacements(thread, given, [0; 3])?;
    make(thread, fields)
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let [year, week, weekday] = fields(this).map(|field| field.as_int().unwrap_or(0));
    let class = ISO_CALENDAR_DATE.name();
    let text = format!("{class}(year={year}, week={week}, weekday={weekday})");
    Ok(Str::new(thread, &text).value())
}
