//! Functions of one or two floats.
//!
//! A result that is NaN though no argument is, or infinite though all arguments are finite, is an error.

use grwl_number::Int;
use grwl_object::{
    Args, Method, Name, PyResult, Raised, Signature, Thread, Tuple, Value, ValueExt, float, int,
    none, protocol, singleton,
};

use crate::gamma::{self, Trouble};
use crate::libm;

fn domain(thread: &Thread) -> Raised {
    thread.value_error("math domain error")
}

fn range(thread: &Thread) -> Raised {
    thread.overflow_error("math range error")
}

/// How a number is shown in a message.
fn shown(x: f64) -> String {
    grwl_number::float::text::repr(x)
}

/// A function of one float. `message` says what is expected of the argument, where it is wrong.
fn one(
    thread: &mut Thread,
    value: Value,
    function: fn(f64) -> f64,
    may_overflow: bool,
    message: &str,
) -> PyResult {
    let x = protocol::as_float(thread, value)?;
    let made = function(x);
    if made.is_nan() && !x.is_nan() || made.is_infinite() && x.is_finite() && !may_overflow {
        return Err(thread.value_error(format_args!("{message}, got {}", shown(x))));
    }
    if made.is_infinite() && x.is_finite() {
        return Err(range(thread));
    }
    Ok(float::new(thread, made))
}

/// A function of two floats.
fn two(thread: &mut Thread, args: Args<'_>, name: &str, function: fn(f64, f64) -> f64) -> PyResult {
    let [x, y] = floats(thread, args, name)?;
    let made = function(x, y);
    if made.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain(thread));
    }
    if made.is_infinite() && x.is_finite() && y.is_finite() {
        return Err(range(thread));
    }
    Ok(float::new(thread, made))
}

fn floats<const N: usize>(thread: &mut Thread, args: Args<'_>, name: &str) -> PyResult<[f64; N]> {
    let given = args.unpack::<N>(thread, name, N)?;
    let mut all = [0.0; N];
    for (place, value) in all.iter_mut().zip(given) {
        *place = protocol::as_float(thread, value.unwrap_or_else(none))?;
    }
    Ok(all)
}

macro_rules! function {
    ($name:literal, $function:expr, $doc:literal) => {
        function!($name, $function, $doc, true, "math domain error")
    };
    ($name:literal, $function:expr, $doc:literal, $may_overflow:literal, $message:literal) => {
        Method::one(
            $name,
            |thread, _, value| one(thread, value, $function, $may_overflow, $message),
            concat!($name, "($module, x, /)\n--\n\n", $doc),
        )
    };
}

const FINITE: &str = "expected a finite input";

macro_rules! periodic {
    ($name:literal, $function:expr, $doc:literal) => {
        Method::one(
            $name,
            |thread, _, value| one(thread, value, $function, true, FINITE),
            concat!($name, "($module, x, /)\n--\n\n", $doc),
        )
    };
}

pub(crate) static FUNCTIONS: &[Method] = &[
    function!(
        "acos",
        f64::acos,
        "The angle whose cosine is x.",
        false,
        "expected a number in range from -1 up to 1"
    ),
    function!(
        "acosh",
        |x| libm::acosh(x),
        "The inverse hyperbolic cosine.",
        false,
        "expected argument value not less than 1"
    ),
    function!(
        "asin",
        f64::asin,
        "The angle whose sine is x.",
        false,
        "expected a number in range from -1 up to 1"
    ),
    function!("asinh", |x| libm::asinh(x), "The inverse hyperbolic sine."),
    function!("atan", f64::atan, "The angle whose tangent is x."),
    function!(
        "atanh",
        |x| libm::atanh(x),
        "The inverse hyperbolic tangent.",
        false,
        "expected a number between -1 and 1"
    ),
    function!("cbrt", f64::cbrt, "The cube root."),
    periodic!("cos", f64::cos, "The cosine of an angle."),
    function!("cosh", f64::cosh, "The hyperbolic cosine."),
    function!("erf", |x| libm::erf(x), "The error function."),
    function!("erfc", |x| libm::erfc(x), "One minus the error function."),
    function!("exp", f64::exp, "e to the power of x."),
    function!("exp2", |x| libm::exp2(x), "2 to the power of x."),
    function!("expm1", f64::exp_m1, "exp(x) - 1, precise for small x."),
    function!("fabs", f64::abs, "The magnitude."),
    function!(
        "log1p",
        f64::ln_1p,
        "log(1 + x), precise for small x.",
        false,
        "expected argument value > -1"
    ),
    periodic!("sin", f64::sin, "The sine of an angle."),
    function!("sinh", f64::sinh, "The hyperbolic sine."),
    function!(
        "sqrt",
        f64::sqrt,
        "The square root.",
        false,
        "expected a nonnegative input"
    ),
    periodic!("tan", f64::tan, "The tangent of an angle."),
    function!("tanh", f64::tanh, "The hyperbolic tangent."),
    Method::one(
        "gamma",
        |t, _, x| gamma_of(t, x, gamma::gamma),
        "gamma($module, x, /)\n--\n\nThe gamma function.",
    ),
    Method::one(
        "lgamma",
        |t, _, x| gamma_of(t, x, gamma::log_gamma),
        "lgamma($module, x, /)\n--\n\nThe logarithm of the gamma function's magnitude.",
    ),
    Method::any(
        "atan2",
        |t, _, args| two(t, args, "atan2", f64::atan2),
        "atan2($module, y, x, /)\n--\n\nThe angle of a point, by the signs of both.",
    ),
    Method::any(
        "copysign",
        |t, _, args| {
            let [x, y] = floats(t, args, "copysign")?;
            Ok(float::new(t, x.copysign(y)))
        },
        "copysign($module, x, y, /)\n--\n\nThe magnitude of x with the sign of y.",
    ),
    Method::any(
        "remainder",
        |t, _, args| {
            let [x, y] = floats(t, args, "remainder")?;
            let made = libm::remainder(x, y);
            if made.is_nan() && !x.is_nan() && !y.is_nan() {
                return Err(domain(t));
            }
            Ok(float::new(t, made))
        },
        "remainder($module, x, y, /)\n--\n\nThe difference of x to the nearest multiple of y.",
    ),
    Method::any(
        "fmod",
        |t, _, args| two(t, args, "fmod", |x, y| libm::fmod(x, y)),
        "fmod($module, x, y, /)\n--\n\nThe remainder of x / y as C has it.",
    ),
    Method::any(
        "pow",
        |t, _, args| power(t, args),
        "pow($module, x, y, /)\n--\n\nx to the power of y.",
    ),
    Method::any(
        "fma",
        |t, _, args| fused(t, args),
        "fma($module, x, y, z, /)\n--\n\nx * y + z, rounded once.",
    ),
    Method::any(
        "log",
        |t, _, args| log(t, args),
        "log(x, [base=math.e])\nReturn the logarithm of x to the given base.\n\nIf the base is not specified, returns the natural logarithm (base e) of x.",
    ),
    Method::one(
        "log2",
        |t, _, x| logarithm(t, x, f64::log2),
        "log2($module, x, /)\n--\n\nThe logarithm to base 2.",
    ),
    Method::one(
        "log10",
        |t, _, x| logarithm(t, x, f64::log10),
        "log10($module, x, /)\n--\n\nThe logarithm to base 10.",
    ),
    Method::one(
        "degrees",
        |t, _, x| {
            let x = protocol::as_float(t, x)?;
            Ok(float::new(t, x * (180.0 / std::f64::consts::PI)))
        },
        "degrees($module, x, /)\n--\n\nAn angle in radians, in degrees.",
    ),
    Method::one(
        "radians",
        |t, _, x| {
            let x = protocol::as_float(t, x)?;
            Ok(float::new(t, x * (std::f64::consts::PI / 180.0)))
        },
        "radians($module, x, /)\n--\n\nAn angle in degrees, in radians.",
    ),
    Method::one(
        "isfinite",
        |t, _, x| Ok(singleton::bool(protocol::as_float(t, x)?.is_finite())),
        "isfinite($module, x, /)\n--\n\nIs it neither infinite nor NaN?",
    ),
    Method::one(
        "isinf",
        |t, _, x| Ok(singleton::bool(protocol::as_float(t, x)?.is_infinite())),
        "isinf($module, x, /)\n--\n\nIs it infinite?",
    ),
    Method::one(
        "isnan",
        |t, _, x| Ok(singleton::bool(protocol::as_float(t, x)?.is_nan())),
        "isnan($module, x, /)\n--\n\nIs it NaN?",
    ),
    Method::any(
        "isclose",
        |t, _, args| is_close(t, args),
        "isclose($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)\n--\n\nAre two numbers close to each other?",
    ),
    Method::one(
        "frexp",
        |t, _, x| {
            let (mantissa, exponent) = libm::frexp(protocol::as_float(t, x)?);
            let mantissa = float::new(t, mantissa);
            Ok(Tuple::try_new(t, &[mantissa, Value::small(i64::from(exponent))])?.value())
        },
        "frexp($module, x, /)\n--\n\nThe mantissa and the exponent.",
    ),
    Method::any(
        "ldexp",
        |t, _, args| load_exponent(t, args),
        "ldexp($module, x, i, /)\n--\n\nx times 2 to the power of i.",
    ),
    Method::one(
        "modf",
        |t, _, x| {
            let x = protocol::as_float(t, x)?;
            let whole = x.trunc();
            let rest = if x.is_infinite() { 0.0 } else { x - whole };
            let parts = [rest.copysign(x), whole].map(|part| float::new(t, part));
            Ok(Tuple::try_new(t, &parts)?.value())
        },
        "modf($module, x, /)\n--\n\nThe fractional and the integer part.",
    ),
    Method::one(
        "ulp",
        |t, _, x| {
            let x = protocol::as_float(t, x)?.abs();
            let made = if !x.is_finite() {
                x
            } else if x.next_up().is_infinite() {
                x - x.next_down()
            } else {
                x.next_up() - x
            };
            Ok(float::new(t, made))
        },
        "ulp($module, x, /)\n--\n\nThe value of the last bit.",
    ),
    Method::any(
        "nextafter",
        |t, _, args| next_after(t, args),
        "nextafter($module, x, y, /, *, steps=None)\n--\n\nThe float that comes after x towards y, or that many steps on.",
    ),
    Method::one(
        "ceil",
        |t, _, x| whole(t, x, &CEIL, f64::ceil),
        "ceil($module, x, /)\n--\n\nThe smallest integer that is not less.",
    ),
    Method::one(
        "floor",
        |t, _, x| whole(t, x, &FLOOR, f64::floor),
        "floor($module, x, /)\n--\n\nThe largest integer that is not greater.",
    ),
    Method::one(
        "trunc",
        |t, _, x| {
            if float::exact(x).is_some() {
                return whole(t, x, &TRUNC, f64::trunc);
            }
            let name = TRUNC.get(t);
            match protocol::call_special(t, x, name, &[])? {
                Some(made) => Ok(made),
                None => Err(t.type_error(format_args!(
                    "type {} doesn't define __trunc__ method",
                    x.class().name()
                ))),
            }
        },
        "trunc($module, x, /)\n--\n\nThe integer part.",
    ),
];

static CEIL: Name = Name::new("__ceil__");
static FLOOR: Name = Name::new("__floor__");
static TRUNC: Name = Name::new("__trunc__");

fn whole(thread: &mut Thread, value: Value, name: &Name, function: fn(f64) -> f64) -> PyResult {
    if float::exact(value).is_none() {
        let name = name.get(thread);
        if let Some(made) = protocol::call_special(thread, value, name, &[])? {
            return Ok(made);
        }
    }
    let x = protocol::as_float(thread, value)?;
    match Int::from_f64(function(x)) {
        Ok(made) => Ok(int::new(thread, made)),
        Err(error) => Err(thread.number_error(&error)),
    }
}

fn gamma_of(
    thread: &mut Thread,
    value: Value,
    function: fn(f64) -> Result<f64, Trouble>,
) -> PyResult {
    let x = protocol::as_float(thread, value)?;
    match function(x) {
        Ok(made) => Ok(float::new(thread, made)),
        Err(Trouble::Range) => Err(range(thread)),
        Err(Trouble::Domain) => Err(thread.value_error(format_args!(
            "expected a noninteger or positive integer, got {}",
            shown(x)
        ))),
    }
}

fn power(thread: &mut Thread, args: Args<'_>) -> PyResult {
    let [x, y] = floats(thread, args, "pow")?;
    let made = libm::pow(x, y);
    if x.is_finite() && y.is_finite() {
        if made.is_nan() || made.is_infinite() && x == 0.0 {
            return Err(domain(thread));
        }
        if made.is_infinite() {
            return Err(range(thread));
        }
    }
    Ok(float::new(thread, made))
}

fn fused(thread: &mut Thread, args: Args<'_>) -> PyResult {
    let [x, y, z] = floats(thread, args, "fma")?;
    let made = libm::fma(x, y, z);
    if made.is_nan() && !x.is_nan() && !y.is_nan() && !z.is_nan() {
        return Err(thread.value_error("invalid operation in fma"));
    }
    if made.is_infinite() && x.is_finite() && y.is_finite() && z.is_finite() {
        return Err(thread.overflow_error("overflow in fma"));
    }
    Ok(float::new(thread, made))
}

/// A logarithm, also of integers that no float holds.
fn logarithm_of(thread: &mut Thread, value: Value, function: fn(f64) -> f64) -> PyResult<f64> {
    let expected = |thread: &Thread| thread.value_error("expected a positive input");
    if int::is_int(value) {
        let number = protocol::as_int(thread, value)?;
        if number.is_negative() || number.is_zero() {
            return Err(expected(thread));
        }
        if let Ok(x) = number.to_f64() {
            return Ok(function(x));
        }
        let bits = number.bit_length();
        let shift = bits - 64;
        let by = int::from_usize(thread, shift as usize);
        let by = protocol::as_int(thread, by)?;
        let top = match number.shift_right(&by).and_then(|top| top.to_f64()) {
            Ok(top) => top,
            Err(error) => return Err(thread.number_error(&error)),
        };
        // As CPython: the mantissa below one, and the exponent.
        let (mantissa, exponent) = libm::frexp(top);
        let exponent = f64::from(exponent) + shift as f64;
        return Ok(function(mantissa) + function(2.0) * exponent);
    }
    let x = protocol::as_float(thread, value)?;
    if x <= 0.0 {
        return Err(thread.value_error(format_args!("expected a positive input, got {}", shown(x))));
    }
    Ok(function(x))
}

fn logarithm(thread: &mut Thread, value: Value, function: fn(f64) -> f64) -> PyResult {
    let made = logarithm_of(thread, value, function)?;
    Ok(float::new(thread, made))
}

fn log(thread: &mut Thread, args: Args<'_>) -> PyResult {
    args.no_keywords(thread, "math.log")?;
    let [x, base] = args.unpack::<2>(thread, "log", 1)?;
    let made = logarithm_of(thread, x.unwrap_or_else(none), f64::ln)?;
    let Some(base) = base else {
        return Ok(float::new(thread, made));
    };
    let base = logarithm_of(thread, base, f64::ln)?;
    if base == 0.0 {
        return Err(thread.zero_division_error("division by zero"));
    }
    Ok(float::new(thread, made / base))
}

fn is_close(thread: &mut Thread, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<4> =
        Signature::new("isclose", ["a", "b", "rel_tol", "abs_tol"]).keyword_only_after(2, 0);
    let [a, b, relative, absolute] = args.parse(thread, &SIGNATURE)?;
    let a = protocol::as_float(thread, a.unwrap_or_else(none))?;
    let b = protocol::as_float(thread, b.unwrap_or_else(none))?;
    let relative = match relative {
        Some(relative) => protocol::as_float(thread, relative)?,
        None => 1e-9,
    };
    let absolute = match absolute {
        Some(absolute) => protocol::as_float(thread, absolute)?,
        None => 0.0,
    };
    if relative < 0.0 || absolute < 0.0 {
        return Err(thread.value_error("tolerances must be non-negative"));
    }
    let difference = (b - a).abs();
    let is_near = a == b
        || a.is_finite()
            && b.is_finite()
            && (difference <= (relative * b).abs()
                || difference <= (relative * a).abs()
                || difference <= absolute);
    Ok(singleton::bool(is_near))
}

fn load_exponent(thread: &mut Thread, args: Args<'_>) -> PyResult {
    let [x, exponent] = args.unpack::<2>(thread, "ldexp", 2)?;
    let x = protocol::as_float(thread, x.unwrap_or_else(none))?;
    let exponent = exponent.unwrap_or_else(none);
    if !int::is_int(exponent) {
        return Err(thread.type_error("Expected an int as second argument to ldexp."));
    }
    let exponent = protocol::as_clamped_index(thread, exponent)?;
    if x == 0.0 || !x.is_finite() {
        return Ok(float::new(thread, x));
    }
    let exponent = exponent.clamp(i32::MIN as isize, i32::MAX as isize) as i32;
    let made = libm::ldexp(x, exponent);
    if made.is_infinite() {
        return Err(range(thread));
    }
    Ok(float::new(thread, made))
}

fn next_after(thread: &mut Thread, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> = Signature::new("nextafter", ["x", "y", "steps"])
        .positional_only(2)
        .keyword_only_after(2, 0);
    let [x, y, steps] = args.parse(thread, &SIGNATURE)?;
    let x = protocol::as_float(thread, x.unwrap_or_else(none))?;
    let y = protocol::as_float(thread, y.unwrap_or_else(none))?;
    let Some(steps) = steps.and_then(ValueExt::not_none) else {
        return Ok(float::new(thread, libm::nextafter(x, y)));
    };
    let steps = protocol::as_int(thread, steps)?;
    if steps.is_negative() {
        return Err(thread.value_error("steps must be a non-negative integer"));
    }
    let steps = steps.to_u64().unwrap_or(u64::MAX);
    if steps == 0 {
        return Ok(float::new(thread, x));
    }
    if x.is_nan() || y.is_nan() {
        return Ok(float::new(thread, x + y));
    }
    // Floats in their order are integers in theirs, if the sign is a sign.
    let order = |x: f64| {
        let magnitude = i128::from(x.to_bits() & !(1 << 63));
        if x.is_sign_negative() {
            -magnitude
        } else {
            magnitude
        }
    };
    let (from, to) = (order(x), order(y));
    if from == to {
        return Ok(float::new(thread, y));
    }
    let steps = i128::from(steps);
    let at = if from < to {
        (from + steps).min(to)
    } else {
        (from - steps).max(to)
    };
    let magnitude = f64::from_bits(at.unsigned_abs() as u64);
    let is_negative = at < 0 || at == 0 && x.is_sign_negative();
    let made = if at == to {
        y
    } else if is_negative {
        -magnitude
    } else {
        magnitude
    };
    Ok(float::new(thread, made))
}
