//! The module `cmath`.
//!
//! | what | where |
//! |---|---|
//! | the functions as functions of pairs of floats | `function` |
//! | what they are where a part is infinite or NaN | `special` |
//! | the module's functions | here |

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod function;
mod special;

use grwl_object::module::Module;
use grwl_object::{
    Args, Method, PyResult, Raised, Ref, Signature, Str, Thread, Tuple, Value, float, intern, none,
    protocol, singleton,
};
use grwl_types_number::complex::algebra::quotient;
use grwl_types_number::complex::number;

use function::{Pair, Trouble};

const DOC: &str = "Mathematical functions of complex numbers.";

/// A function of one complex number.
type Function = fn(Pair) -> Result<Pair, Trouble>;

#[cold]
fn failed(thread: &Thread, trouble: Trouble) -> Raised {
    match trouble {
        Trouble::Domain => thread.value_error("math domain error"),
        Trouble::Range => thread.overflow_error("math range error"),
    }
}

fn made(thread: &Thread, result: Result<Pair, Trouble>) -> PyResult {
    match result {
        Ok((real, imaginary)) => Ok(float::new_complex(thread, real, imaginary).value()),
        Err(trouble) => Err(failed(thread, trouble)),
    }
}

fn one(thread: &mut Thread, value: Value, function: Function) -> PyResult {
    let z = number(thread, value)?;
    made(thread, function(z))
}

macro_rules! function {
    ($name:literal, $function:path, $doc:literal) => {
        Method::one(
            $name,
            |thread, _, value| one(thread, value, $function),
            concat!($name, "($module, z, /)\n--\n\n", $doc),
        )
    };
}

static FUNCTIONS: &[Method] = &[
    function!("acos", function::acos, "The number whose cosine is z."),
    function!(
        "acosh",
        function::acosh,
        "The inverse hyperbolic cosine of z."
    ),
    function!("asin", function::asin, "The number whose sine is z."),
    function!(
        "asinh",
        function::asinh,
        "The inverse hyperbolic sine of z."
    ),
    function!("atan", function::atan, "The number whose tangent is z."),
    function!(
        "atanh",
        function::atanh,
        "The inverse hyperbolic tangent of z."
    ),
    function!("cos", function::cos, "The cosine of z."),
    function!("cosh", function::cosh, "The hyperbolic cosine of z."),
    function!("exp", function::exp, "e to the power of z."),
    function!("log10", function::log10, "The logarithm of z to base 10."),
    function!("sin", function::sin, "The sine of z."),
    function!("sinh", function::sinh, "The hyperbolic sine of z."),
    function!("sqrt", function::sqrt, "The square root of z."),
    function!("tan", function::tan, "The tangent of z."),
    function!("tanh", function::tanh, "The hyperbolic tangent of z."),
    Method::any(
        "log",
        log,
        "log($module, z, base=<unrepresentable>, /)\n--\n\nThe logarithm of z to a base, e unless another is given.",
    ),
    Method::one(
        "phase",
        |thread, _, value| {
            let (x, y) = number(thread, value)?;
            Ok(float::new(thread, y.atan2(x)))
        },
        "phase($module, z, /)\n--\n\nThe angle of z.",
    ),
    Method::one(
        "polar",
        |thread, _, value| {
            let z = number(thread, value)?;
            let length = match function::absolute(z) {
                Ok(length) => float::new(thread, length),
                Err(trouble) => return Err(failed(thread, trouble)),
            };
            let angle = float::new(thread, z.1.atan2(z.0));
            Ok(Tuple::try_new(thread, &[length, angle])?.value())
        },
        "polar($module, z, /)\n--\n\nThe length and the angle of z.",
    ),
    Method::any(
        "rect",
        |thread, _, args| {
            let [length, angle] = args.unpack::<2>(thread, "rect", 2)?;
            let length = protocol::as_float(thread, length.unwrap_or_else(none))?;
            let angle = protocol::as_float(thread, angle.unwrap_or_else(none))?;
            made(thread, function::rect(length, angle))
        },
        "rect($module, r, phi, /)\n--\n\nThe number of this length and angle.",
    ),
    Method::one(
        "isfinite",
        |thread, _, value| {
            let (x, y) = number(thread, value)?;
            Ok(singleton::bool(x.is_finite() && y.is_finite()))
        },
        "isfinite($module, z, /)\n--\n\nAre both parts finite?",
    ),
    Method::one(
        "isnan",
        |thread, _, value| {
            let (x, y) = number(thread, value)?;
            Ok(singleton::bool(x.is_nan() || y.is_nan()))
        },
        "isnan($module, z, /)\n--\n\nIs a part NaN?",
    ),
    Method::one(
        "isinf",
        |thread, _, value| {
            let (x, y) = number(thread, value)?;
            Ok(singleton::bool(x.is_infinite() || y.is_infinite()))
        },
        "isinf($module, z, /)\n--\n\nIs a part infinite?",
    ),
    Method::any(
        "isclose",
        is_close,
        "isclose($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)\n--\n\nAre two numbers close to each other?",
    ),
];

fn log(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [z, base] = args.unpack::<2>(thread, "log", 1)?;
    let z = number(thread, z.unwrap_or_else(none))?;
    let Some(base) = base else {
        return made(thread, function::log(z));
    };
    let base = number(thread, base)?;
    // As CPython: with a base, the logarithm of zero is no error.
    let above = function::log(z).unwrap_or((f64::NEG_INFINITY, z.1.atan2(z.0)));
    let result = function::log(base).and_then(|base| quotient(above, base).ok_or(Trouble::Domain));
    made(thread, result)
}

fn is_close(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<4> = Signature::new("isclose", ["a", "b", "rel_tol", "abs_tol"])
        .optional_after(2)
        .keyword_only_after(2, 0);
    let [a, b, relative, absolute] = args.parse(thread, &SIGNATURE)?;
    let a = number(thread, a.unwrap_or_else(none))?;
    let b = number(thread, b.unwrap_or_else(none))?;
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
    let is_infinite = |z: Pair| z.0.is_infinite() || z.1.is_infinite();
    if a == b {
        return Ok(singleton::bool(true));
    }
    if is_infinite(a) || is_infinite(b) {
        return Ok(singleton::bool(false));
    }
    let length = |z: Pair| z.0.hypot(z.1);
    let apart = length((a.0 - b.0, a.1 - b.1));
    let is_near =
        apart <= relative * length(b) || apart <= relative * length(a) || apart <= absolute;
    Ok(singleton::bool(is_near))
}

/// Defines types; there are none.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "cmath");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    for (name, value) in [
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("tau", std::f64::consts::TAU),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ] {
        let value = float::new(thread, value);
        module.add(thread, name, value)?;
    }
    for (name, value) in [("infj", f64::INFINITY), ("nanj", f64::NAN)] {
        let value = float::new_complex(thread, 0.0, value).value();
        module.add(thread, name, value)?;
    }
    Ok(module)
}
