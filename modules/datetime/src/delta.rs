//! `timedelta`: days, seconds and microseconds, normalised as CPython's: only the days may be negative.
//!
//! Calculations go through the number of microseconds, which a 128-bit integer holds. Only where a factor is an instance of a
//! subclass, or an integer too large, Python's own operators do the work, so that overridden methods are called as by CPython.

use std::cmp::Ordering as Order;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_number::Int;
use grwl_object::int::{self, IntView};
use grwl_object::protocol::{self, Operator, convert};
use grwl_object::{
    Args, Cell, CompareOp, Constant, Declaration, GetSet, Method, Name, PyResult, Raised, Ref,
    Signature, Str, Thread, Tuple, TypeObject, TypeSpec, Value, ValueExt, flags, float, instance,
    not_implemented, slots, types,
};

use crate::calendar::{DAY_SECONDS, MICROSECONDS};

/// `datetime.timedelta`
#[repr(C, align(16))]
pub struct Delta {
    header: Header,
    /// At most [`MAX_DAYS`] in either direction.
    days: i32,
    /// Less than a day.
    seconds: i32,
    /// Less than a second.
    microseconds: i32,
}

// SAFETY: repr(C), begins with a header, never changed after it was published.
unsafe impl Cell for Delta {
    fn type_object() -> &'static TypeObject {
        &DELTA
    }
}
// SAFETY: as above.
unsafe impl Sync for Delta {}

static CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<Delta>()),
    drop: None,
    name: "timedelta",
};

/// `datetime.timedelta`
pub static DELTA: TypeObject = TypeObject::declare(&Declaration {
    name: "datetime.timedelta",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE,
    cell: &CELL,
    kind: Kind::Leaf,
    size: size_of::<Delta>(),
    attributes: 0,
});

/// The only `timedelta(0)`, but for instances of subclasses.
static ZERO: Delta = Delta {
    header: grwl_object::type_object::static_header(&DELTA),
    days: 0,
    seconds: 0,
    microseconds: 0,
};

const MAX_DAYS: i64 = 999_999_999;
const DAY_MICROSECONDS: i128 = (DAY_SECONDS * MICROSECONDS) as i128;

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "The time between two moments.\n\ntimedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)\n\nEach number may be an int or a float, and may be negative.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::REPR.is(repr),
        slots::STR.is(str),
        slots::HASH.is(hash),
        slots::COMPARE.is(compare),
        slots::BOOL.is(|_, this| Ok(own(this).as_microseconds() != 0)),
        slots::ADD.is(add),
        slots::SUBTRACT.is(subtract),
        slots::MULTIPLY.is(multiply),
        slots::FLOOR_DIVIDE.is(floor_divide),
        slots::TRUE_DIVIDE.is(true_divide),
        slots::REMAINDER.is(remainder),
        slots::DIVMOD.is(divmod),
        slots::NEGATIVE.is(|thread, this| Ok(own(this).negated(thread)?.value())),
        slots::POSITIVE.is(|thread, this| {
            of_microseconds(thread, own(this).as_microseconds()).map(Ref::value)
        }),
        slots::ABSOLUTE.is(|thread, this| {
            of_microseconds(thread, own(this).as_microseconds().abs()).map(Ref::value)
        }),
    ],
    methods: &[
        Method::no_arguments(
            "total_seconds",
            |thread, this| {
                let total = own(this).as_microseconds();
                in_seconds(thread, total)
            },
            "The length in seconds, as a float.",
        ),
        Method::no_arguments(
            "__reduce__",
            |thread, this| {
                let state = own(this).state(thread)?;
                let pair = [this.class().value(), state.value()];
                Ok(Tuple::try_new(thread, &pair)?.value())
            },
            "__reduce__() -> (cls, state)",
        ),
    ],
    getset: &[
        GetSet::read_only(
            "days",
            |_, this| Ok(Value::small(own(this).days.into())),
            Some("Whole days; negative if the length is."),
        )
        .member(),
        GetSet::read_only(
            "seconds",
            |_, this| Ok(Value::small(own(this).seconds.into())),
            Some("Seconds beside the days: 0 to 86399."),
        )
        .member(),
        GetSet::read_only(
            "microseconds",
            |_, this| Ok(Value::small(own(this).microseconds.into())),
            Some("Microseconds beside the seconds: 0 to 999999."),
        )
        .member(),
    ],
    constants: &[
        Constant {
            name: "resolution",
            make: |thread| Ok(of_microseconds(thread, 1)?.value()),
        },
        Constant {
            name: "min",
            make: |thread| {
                let days = -i128::from(MAX_DAYS);
                Ok(of_microseconds(thread, days * DAY_MICROSECONDS)?.value())
            },
        },
        Constant {
            name: "max",
            make: |thread| {
                let days = i128::from(MAX_DAYS) + 1;
                Ok(of_microseconds(thread, days * DAY_MICROSECONDS - 1)?.value())
            },
        },
    ],
};

fn own(this: Value) -> Ref<Delta> {
    // SAFETY: descriptors and slots call a type's functions with its instances only; operators have looked.
    unsafe { this.downcast_unchecked() }
}

fn as_delta(value: Value) -> Option<Ref<Delta>> {
    value.downcast::<Delta>()
}

impl Delta {
    /// The whole length.
    pub(crate) fn as_microseconds(&self) -> i128 {
        let seconds = i128::from(self.days) * i128::from(DAY_SECONDS) + i128::from(self.seconds);
        seconds * i128::from(MICROSECONDS) + i128::from(self.microseconds)
    }

    pub(crate) fn days(&self) -> i64 {
        self.days.into()
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.as_microseconds() == 0
    }

    fn negated(&self, thread: &mut Thread) -> PyResult<Ref<Self>> {
        of_microseconds(thread, -self.as_microseconds())
    }

    fn state(&self, thread: &Thread) -> PyResult<Ref<Tuple>> {
        let fields = [self.days, self.seconds, self.microseconds];
        Tuple::try_new(thread, &fields.map(|field| Value::small(field.into())))
    }

    /// `+HH:MM`, with seconds and microseconds if there are any: the offset of a zone, shorter than a day.
    pub(crate) fn as_offset(&self, separator: &str) -> String {
        let total = self.as_microseconds();
        let sign = if total < 0 { '-' } else { '+' };
        let total = total.abs();
        let micros = total % i128::from(MICROSECONDS);
        let seconds = total / i128::from(MICROSECONDS);
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let mut text = format!("{sign}{hours:02}{separator}{minutes:02}");
        if seconds != 0 || micros != 0 {
            text.push_str(&format!("{separator}{seconds:02}"));
        }
        if micros != 0 {
            text.push_str(&format!(".{micros:06}"));
        }
        text
    }
}

/// The hash of a length: the same for a `timedelta` and for what compares by one.
pub(crate) fn hash_of(thread: &mut Thread, delta: Ref<Delta>) -> PyResult<i64> {
    let state = delta.state(thread)?;
    protocol::hash(thread, state.value())
}

fn hash(thread: &mut Thread, this: Value) -> PyResult<i64> {
    hash_of(thread, own(this))
}

fn too_long(thread: &Thread) -> Raised {
    thread.overflow_error("Python int too large to convert to C int")
}

/// A `timedelta` of so many microseconds.
pub(crate) fn of_microseconds(thread: &mut Thread, total: i128) -> PyResult<Ref<Delta>> {
    let class = Ref::from_static(&DELTA);
    let value = of_class(thread, class, total)?;
    Ok(own(value))
}

/// The same of a subclass.
fn of_class(thread: &mut Thread, class: Ref<TypeObject>, total: i128) -> PyResult {
    let Ok(days) = i32::try_from(total.div_euclid(DAY_MICROSECONDS)) else {
        return Err(too_long(thread));
    };
    if i64::from(days).abs() > MAX_DAYS {
        return Err(thread.overflow_error(format_args!(
            "days={days}; must have magnitude <= {MAX_DAYS}"
        )));
    }
    let rest = total.rem_euclid(DAY_MICROSECONDS) as i64;
    let seconds = (rest / MICROSECONDS) as i32;
    let microseconds = (rest % MICROSECONDS) as i32;
    if std::ptr::eq(class.as_ptr(), &DELTA) {
        if total == 0 {
            return Ok(Ref::from_static(&ZERO).value());
        }
        // SAFETY: the class is Delta's.
        let delta = unsafe {
            thread.new_cell(&DELTA, |header| Delta {
                header,
                days,
                seconds,
                microseconds,
            })
        };
        return Ok(delta.value());
    }
    let cell = instance::allocate(thread, class)?;
    // SAFETY: a fresh cell whose class derives from `timedelta`, so its payload is a Delta.
    unsafe {
        let this = cell.cast::<Delta>().as_ptr();
        (&raw mut (*this).days).write(days);
        (&raw mut (*this).seconds).write(seconds);
        (&raw mut (*this).microseconds).write(microseconds);
    }
    Ok(Value::from_cell(cell))
}

/// Microseconds as a Python integer.
fn as_value(thread: &Thread, total: i128) -> Value {
    match i64::try_from(total) {
        Ok(small) => int::from_i64(thread, small),
        Err(_) => int::new(thread, Int::from(total)),
    }
}

/// A Python integer of microseconds, perhaps of a subclass, as a `timedelta`.
fn of_object(thread: &mut Thread, class: Ref<TypeObject>, total: Value) -> PyResult {
    if int::is_exact_int(total)
        && let Some(view) = int::view(total)
    {
        let small = match view {
            IntView::Small(small) => Some(i128::from(small)),
            IntView::Big(big) => big.to_i128(),
        };
        return match small {
            Some(small) => of_class(thread, class, small),
            None => Err(too_long(thread)),
        };
    }
    let (seconds, microsecond) = checked_divmod(thread, total, MICROSECONDS)?;
    let (days, second) = checked_divmod(thread, seconds, DAY_SECONDS)?;
    let days = as_int(thread, days)?;
    let rest = second * MICROSECONDS + microsecond;
    let total = i128::from(days) * DAY_MICROSECONDS + i128::from(rest);
    of_class(thread, class, total)
}

/// As a C `int`.
pub(crate) fn as_int(thread: &mut Thread, value: Value) -> PyResult<i32> {
    let long = convert::as_i64(thread, value)?;
    i32::try_from(long).map_err(|_| too_long(thread))
}

/// Quotient and remainder, by Python's `divmod`, which may be of a subclass.
fn checked_divmod(thread: &mut Thread, value: Value, divisor: i64) -> PyResult<(Value, i64)> {
    let result = protocol::number::divmod(thread, value, Value::small(divisor))?;
    let Some(pair) = result.downcast::<Tuple>() else {
        return Err(thread.type_error(format_args!(
            "divmod() returned non-tuple (type {})",
            result.class().name()
        )));
    };
    let &[quotient, remainder] = pair.as_slice() else {
        let length = pair.len();
        return Err(thread.type_error(format_args!("divmod() returned a tuple of size {length}")));
    };
    let remainder = i64::from(as_int(thread, remainder)?);
    if !(0..divisor).contains(&remainder) {
        return Err(thread.type_error("divmod() returned a value out of range"));
    }
    Ok((quotient, remainder))
}

/// The units of the constructor, in the order in which it adds them: the parameter's place, its name, microseconds in one.
const UNITS: [(usize, &str, i64); 7] = [
    (2, "microseconds", 1),
    (3, "milliseconds", 1_000),
    (1, "seconds", MICROSECONDS),
    (4, "minutes", 60 * MICROSECONDS),
    (5, "hours", 3_600 * MICROSECONDS),
    (0, "days", DAY_SECONDS * MICROSECONDS),
    (6, "weeks", 7 * DAY_SECONDS * MICROSECONDS),
];

/// A sum of microseconds: as long as it goes a number, else a Python integer.
#[derive(Clone, Copy)]
enum Sum {
    Number(i128),
    Object(Value),
}

impl Sum {
    fn as_value(self, thread: &Thread) -> Value {
        match self {
            Self::Number(number) => as_value(thread, number),
            Self::Object(object) => object,
        }
    }

    fn plus(self, thread: &mut Thread, addend: Value) -> PyResult<Self> {
        let sum = self.as_value(thread);
        protocol::binary(thread, Operator::Add, sum, addend).map(Self::Object)
    }

    /// Adds the whole part of a float times a factor.
    fn plus_whole(self, thread: &mut Thread, whole: f64, factor: i64) -> PyResult<Self> {
        // Far from the end of 128 bits, whatever the factor, and seven times over.
        if let Self::Number(number) = self
            && whole.abs() < 1e22
        {
            return Ok(Self::Number(number + whole as i128 * i128::from(factor)));
        }
        let whole = Int::from_f64(whole).map_err(|error| thread.number_error(&error))?;
        let product = int::new(thread, &whole * &Int::from(factor));
        self.plus(thread, product)
    }
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<7> = Signature::new(
        "__new__",
        [
            "days",
            "seconds",
            "microseconds",
            "milliseconds",
            "minutes",
            "hours",
            "weeks",
        ],
    )
    .optional_after(0);
    let given = args.parse(thread, &SIGNATURE)?;
    let mut sum = Sum::Number(0);
    // What is finer than a microsecond.
    let mut rest = 0.0;
    for (place, unit, factor) in UNITS {
        let Some(number) = given[place] else {
            continue;
        };
        sum = match (number.as_int(), sum) {
            (Some(number), Sum::Number(sum)) => {
                Sum::Number(sum + i128::from(number) * i128::from(factor))
            }
            _ if int::is_int(number) => {
                let product =
                    protocol::binary(thread, Operator::Multiply, number, Value::small(factor))?;
                sum.plus(thread, product)?
            }
            _ => {
                let Some(float) = float::view(number) else {
                    return Err(thread.type_error(format_args!(
                        "unsupported type for timedelta {unit} component: {}",
                        number.class().name()
                    )));
                };
                let (whole, part) = (float.trunc(), float.fract());
                if !float.is_finite() {
                    // The message is that of the conversion.
                    sum.plus_whole(thread, float, factor)?;
                }
                sum = sum.plus_whole(thread, whole, factor)?;
                let part = part * factor as f64;
                rest += part.fract();
                sum.plus_whole(thread, part.trunc(), 1)?
            }
        };
    }
    if rest != 0.0 {
        let mut whole = rest.round();
        if (whole - rest).abs() == 0.5 {
            // Halfway: to the even one, of the sum as a whole.
            let is_odd = match sum {
                Sum::Number(sum) => sum & 1 != 0,
                Sum::Object(sum) => {
                    let bit = protocol::binary(thread, Operator::And, sum, Value::small(1))?;
                    protocol::is_true(thread, bit)?
                }
            };
            let odd = f64::from(u8::from(is_odd));
            whole = 2.0 * ((rest + odd) * 0.5).round() - odd;
        }
        sum = sum.plus_whole(thread, whole, 1)?;
    }
    match sum {
        Sum::Number(number) => of_class(thread, class, number),
        Sum::Object(object) => of_object(thread, class, object),
    }
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let delta = own(this);
    let fields = [
        ("days", delta.days),
        ("seconds", delta.seconds),
        ("microseconds", delta.microseconds),
    ];
    let shown: Vec<String> = fields
        .iter()
        .filter(|(_, number)| *number != 0)
        .map(|(name, number)| format!("{name}={number}"))
        .collect();
    let shown = if shown.is_empty() {
        "0".to_owned()
    } else {
        shown.join(", ")
    };
    let text = format!("{}({shown})", this.class().name());
    Ok(Str::new(thread, &text).value())
}

fn str(thread: &mut Thread, this: Value) -> PyResult {
    let delta = own(this);
    let (days, seconds) = (delta.days, delta.seconds);
    let mut text = String::new();
    if days != 0 {
        let s = if days.abs() == 1 { "" } else { "s" };
        text = format!("{days} day{s}, ");
    }
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    text.push_str(&format!("{hours}:{minutes:02}:{seconds:02}"));
    if delta.microseconds != 0 {
        text.push_str(&format!(".{:06}", delta.microseconds));
    }
    Ok(Str::new(thread, &text).value())
}

fn compare(_thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    match (as_delta(a), as_delta(b)) {
        (Some(a), Some(b)) => Ok(int::bool(op.holds(order(a, b)))),
        _ => Ok(not_implemented()),
    }
}

fn order(a: Ref<Delta>, b: Ref<Delta>) -> Order {
    a.as_microseconds().cmp(&b.as_microseconds())
}

fn add(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let (Some(a), Some(b)) = (as_delta(a), as_delta(b)) else {
        return Ok(not_implemented());
    };
    let sum = a.as_microseconds() + b.as_microseconds();
    Ok(of_microseconds(thread, sum)?.value())
}

fn subtract(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let (Some(a), Some(b)) = (as_delta(a), as_delta(b)) else {
        return Ok(not_implemented());
    };
    let difference = a.as_microseconds() - b.as_microseconds();
    Ok(of_microseconds(thread, difference)?.value())
}

fn multiply(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let (delta, factor) = match as_delta(a) {
        Some(delta) => (delta, b),
        None => (own(b), a),
    };
    if let Some(factor) = factor.as_int()
        && let Some(product) = delta.as_microseconds().checked_mul(factor.into())
    {
        return Ok(of_microseconds(thread, product)?.value());
    }
    if int::is_int(factor) {
        let total = as_value(thread, delta.as_microseconds());
        let product = protocol::binary(thread, Operator::Multiply, factor, total)?;
        return of_object(thread, Ref::from_static(&DELTA), product);
    }
    if float::view(factor).is_some() {
        let (numerator, denominator) = ratio(thread, factor)?;
        return scaled(thread, delta, numerator, denominator);
    }
    Ok(not_implemented())
}

/// The two integers that a float is the ratio of. Subclasses may answer what they like.
fn ratio(thread: &mut Thread, float: Value) -> PyResult<(Value, Value)> {
    static AS_INTEGER_RATIO: Name = Name::new("as_integer_ratio");
    let name = AS_INTEGER_RATIO.get(thread);
    let answer = protocol::call_method(thread, float, name, &[])?;
    let Some(pair) = answer.downcast::<Tuple>() else {
        return Err(thread.type_error(format_args!(
            "unexpected return type from as_integer_ratio(): expected tuple, not '{}'",
            answer.class().name()
        )));
    };
    match pair.as_slice() {
        &[numerator, denominator] => Ok((numerator, denominator)),
        _ => Err(thread.value_error("as_integer_ratio() must return a 2-tuple")),
    }
}

/// A length times one integer, divided by another, to the nearest microsecond.
fn scaled(
    thread: &mut Thread,
    delta: Ref<Delta>,
    numerator: Value,
    denominator: Value,
) -> PyResult {
    let total = as_value(thread, delta.as_microseconds());
    let product = protocol::binary(thread, Operator::Multiply, total, numerator)?;
    let quotient = divide_nearest(thread, product, denominator)?;
    of_object(thread, Ref::from_static(&DELTA), quotient)
}

/// The integer nearest to a quotient; the even one, if it is halfway.
fn divide_nearest(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let (Some(dividend), Some(divisor)) = (int::view(a), int::view(b)) else {
        return Err(thread.type_error("non-integer arguments in division"));
    };
    let (dividend, divisor) = (dividend.to_int(), divisor.to_int());
    let (quotient, remainder) = dividend
        .floor_div_mod(&divisor)
        .map_err(|error| thread.number_error(&error))?;
    // Twice the remainder is compared with the divisor; both have the divisor's sign.
    let twice = &remainder + &remainder;
    let order = if divisor.is_negative() {
        divisor.cmp(&twice)
    } else {
        twice.cmp(&divisor)
    };
    let is_up = match order {
        Order::Less => false,
        Order::Equal => quotient.is_odd(),
        Order::Greater => true,
    };
    let nearest = if is_up {
        &quotient + &Int::ONE
    } else {
        quotient
    };
    Ok(int::new(thread, nearest))
}

fn floor_divide(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let Some(delta) = as_delta(a) else {
        return Ok(not_implemented());
    };
    let total = delta.as_microseconds();
    if let Some(other) = as_delta(b) {
        let divisor = other.as_microseconds();
        let quotient = quotient(thread, total, divisor)?;
        return Ok(as_value(thread, quotient));
    }
    if let Some(divisor) = b.as_int() {
        let quotient = quotient(thread, total, divisor.into())?;
        return Ok(of_microseconds(thread, quotient)?.value());
    }
    if int::is_int(b) {
        let total = as_value(thread, total);
        let quotient = protocol::binary(thread, Operator::FloorDivide, total, b)?;
        return of_object(thread, Ref::from_static(&DELTA), quotient);
    }
    Ok(not_implemented())
}

/// The quotient, rounded down.
fn quotient(thread: &Thread, dividend: i128, divisor: i128) -> PyResult<i128> {
    if divisor == 0 {
        return Err(thread.zero_division_error("division by zero"));
    }
    let quotient = dividend / divisor;
    let is_down = dividend % divisor != 0 && (dividend < 0) != (divisor < 0);
    Ok(quotient - i128::from(is_down))
}

fn true_divide(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let Some(delta) = as_delta(a) else {
        return Ok(not_implemented());
    };
    let total = delta.as_microseconds();
    if let Some(other) = as_delta(b) {
        return float_quotient(thread, total, other.as_microseconds());
    }
    if float::view(b).is_some() {
        let (numerator, denominator) = ratio(thread, b)?;
        return scaled(thread, delta, denominator, numerator);
    }
    if int::is_int(b) {
        let total = as_value(thread, total);
        let quotient = divide_nearest(thread, total, b)?;
        return of_object(thread, Ref::from_static(&DELTA), quotient);
    }
    Ok(not_implemented())
}

/// The float nearest to a quotient of integers.
fn float_quotient(thread: &Thread, dividend: i128, divisor: i128) -> PyResult {
    /// Up to here each integer is a float.
    const EXACT: u128 = 1 << 53;
    if divisor != 0 && dividend.unsigned_abs() <= EXACT && divisor.unsigned_abs() <= EXACT {
        return Ok(float::new(thread, dividend as f64 / divisor as f64));
    }
    match Int::from(dividend).true_div(&Int::from(divisor)) {
        Ok(quotient) => Ok(float::new(thread, quotient)),
        Err(error) => Err(thread.number_error(&error)),
    }
}

/// Microseconds as a float of seconds.
pub(crate) fn in_seconds(thread: &Thread, total: i128) -> PyResult {
    float_quotient(thread, total, MICROSECONDS.into())
}

fn remainder(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let (Some(a), Some(b)) = (as_delta(a), as_delta(b)) else {
        return Ok(not_implemented());
    };
    let (a, b) = (a.as_microseconds(), b.as_microseconds());
    let quotient = quotient(thread, a, b)?;
    Ok(of_microseconds(thread, a - quotient * b)?.value())
}

fn divmod(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let (Some(a), Some(b)) = (as_delta(a), as_delta(b)) else {
        return Ok(not_implemented());
    };
    let (a, b) = (a.as_microseconds(), b.as_microseconds());
    let quotient = quotient(thread, a, b)?;
    let remainder = of_microseconds(thread, a - quotient * b)?.value();
    let quotient = as_value(thread, quotient);
    Ok(Tuple::try_new(thread, &[quotient, remainder])?.value())
}
