//! Sums, products and norms of many numbers.

use grwl_object::protocol::{self, Operator};
use grwl_object::{
    Args, Method, PyResult, Signature, Thread, Tuple, Value, ValueExt, float, int, none,
};

use crate::libm;

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::one(
        "fsum",
        precise_sum,
        "fsum($module, seq, /)\n--\n\nThe sum of floats, rounded once.",
    ),
    Method::any(
        "sumprod",
        sum_of_products,
        "sumprod($module, p, q, /)\n--\n\nThe sum of the products of two sequences' elements.",
    ),
    Method::any(
        "prod",
        product,
        "prod($module, iterable, /, *, start=1)\n--\n\nThe product of all elements.",
    ),
    Method::any(
        "dist",
        distance,
        "dist($module, p, q, /)\n--\n\nThe distance of two points.",
    ),
    Method::any(
        "hypot",
        hypotenuse,
        "hypot($module, /, *coordinates)\n--\n\nThe distance of a point from the origin.",
    ),
];

/// A number in two parts: the sum, and what was lost of it.
#[derive(Clone, Copy)]
struct Double {
    high: f64,
    low: f64,
}

/// `a + b` where `a` is not smaller in magnitude.
fn quick_sum(a: f64, b: f64) -> Double {
    let high = a + b;
    Double {
        high,
        low: (a - high) + b,
    }
}

fn full_sum(a: f64, b: f64) -> Double {
    let high = a + b;
    let rest = high - a;
    Double {
        high,
        low: (a - (high - rest)) + (b - rest),
    }
}

fn full_product(a: f64, b: f64) -> Double {
    let high = a * b;
    Double {
        high,
        low: libm::fma(a, b, -high),
    }
}

fn precise_sum(thread: &mut Thread, _module: Value, values: Value) -> PyResult {
    let mut partials: Vec<f64> = Vec::new();
    let (mut special, mut infinities) = (0.0, 0.0);
    protocol::for_each(thread, values, |thread, value| {
        let given = protocol::as_float(thread, value)?;
        let mut x = given;
        let mut kept = 0;
        for at in 0..partials.len() {
            let mut y = partials[at];
            if x.abs() < y.abs() {
                std::mem::swap(&mut x, &mut y);
            }
            let Double { high, low } = quick_sum(x, y);
            if low != 0.0 {
                partials[kept] = low;
                kept += 1;
            }
            x = high;
        }
        partials.truncate(kept);
        if x != 0.0 {
            if x.is_finite() {
                partials.push(x);
            } else if given.is_finite() {
                return Err(thread.overflow_error("intermediate overflow in fsum"));
            } else {
                if given.is_infinite() {
                    infinities += given;
                }
                special += given;
                partials.clear();
            }
        }
        Ok(())
    })?;
    if special != 0.0 {
        if f64::is_nan(infinities) {
            return Err(thread.value_error("-inf + inf in fsum"));
        }
        return Ok(float::new(thread, special));
    }
    let mut high = 0.0;
    let mut low = 0.0;
    if let Some(last) = partials.pop() {
        high = last;
        while let Some(next) = partials.pop() {
            let sum = quick_sum(high, next);
            high = sum.high;
            low = sum.low;
            if low != 0.0 {
                break;
            }
        }
        // Half way between two floats: what is left decides.
        if let Some(&next) = partials.last()
            && (low < 0.0 && next < 0.0 || low > 0.0 && next > 0.0)
        {
            let twice = low * 2.0;
            let rounded = high + twice;
            if twice == rounded - high {
                high = rounded;
            }
        }
    }
    Ok(float::new(thread, high))
}

/// Both as floats, if both are float or int, and one is float.
fn as_floats(thread: &mut Thread, a: Value, b: Value) -> Option<(f64, f64)> {
    let (x, y) = (float::exact(a), float::exact(b));
    x.or(y)?;
    let mut other = |value: Value| {
        int::is_exact_int(value)
            .then(|| protocol::as_float(thread, value).ok())
            .flatten()
    };
    let x = x.or_else(|| other(a))?;
    let y = y.or_else(|| other(b))?;
    Some((x, y))
}

fn sum_of_products(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [p, q] = args.unpack::<2>(thread, "sumprod", 2)?;
    let p = protocol::iter_whole(thread, p.unwrap_or_else(none))?;
    let q = protocol::iter_whole(thread, q.unwrap_or_else(none))?;
    let mut total = Value::small(0);
    // What floats add up to, in three parts, since they were last added to the total.
    let mut parts = [0.0f64; 3];
    let mut is_used = false;
    let value_of = |parts: [f64; 3]| {
        let last = full_sum(parts[1], parts[2]);
        let sum = full_sum(parts[0], last.high);
        sum.high + (sum.low + last.low)
    };
    loop {
        let a = protocol::next(thread, p)?;
        let b = protocol::next(thread, q)?;
        let (a, b) = match (a, b) {
            (Some(a), Some(b)) => (a, b),
            (None, None) => break,
            _ => return Err(thread.value_error("Inputs are not the same length")),
        };
        if let Some((x, y)) = as_floats(thread, a, b) {
            let product = full_product(x, y);
            let sum = full_sum(parts[0], product.high);
            let first = full_sum(parts[1], product.low);
            let second = full_sum(first.high, sum.low);
            let next = [sum.high, second.high, parts[2] + first.low + second.low];
            if next[0].is_finite() && next[1].is_finite() && next[2].is_finite() {
                parts = next;
                is_used = true;
                continue;
            }
        }
        if is_used {
            let sum = float::new(thread, value_of(parts));
            total = protocol::binary(thread, Operator::Add, total, sum)?;
            parts = [0.0; 3];
            is_used = false;
        }
        let product = protocol::binary(thread, Operator::Multiply, a, b)?;
        total = protocol::binary(thread, Operator::Add, total, product)?;
    }
    if is_used {
        let sum = float::new(thread, value_of(parts));
        total = protocol::binary(thread, Operator::Add, total, sum)?;
    }
    Ok(total)
}

fn product(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("prod", ["iterable", "start"])
        .positional_only(1)
        .keyword_only_after(1, 0);
    let [values, start] = args.parse(thread, &SIGNATURE)?;
    let values = protocol::iter_whole(thread, values.unwrap_or_else(none))?;
    let mut made = start.unwrap_or(Value::small(1));
    while let Some(value) = protocol::next(thread, values)? {
        thread.poll()?;
        made = protocol::binary(thread, Operator::Multiply, made, value)?;
    }
    Ok(made)
}

/// The length of a vector of magnitudes, within one unit of the last place.
fn norm(vector: &mut [f64]) -> f64 {
    let (mut largest, mut has_nan) = (0.0f64, false);
    for &x in &*vector {
        has_nan |= x.is_nan();
        largest = largest.max(x);
    }
    if largest.is_infinite() {
        return largest;
    }
    if has_nan {
        return f64::NAN;
    }
    if largest == 0.0 || vector.len() <= 1 {
        return largest;
    }
    let (_, exponent) = libm::frexp(largest);
    if exponent < -1023 {
        for x in &mut *vector {
            *x /= f64::MIN_POSITIVE;
        }
        return f64::MIN_POSITIVE * norm(vector);
    }
    let scale = libm::ldexp(1.0, -exponent);
    let (mut sum, mut first, mut second) = (1.0, 0.0, 0.0);
    for &x in &*vector {
        let x = x * scale;
        let square = full_product(x, x);
        let added = quick_sum(sum, square.high);
        sum = added.high;
        first += square.low;
        second += added.low;
    }
    let mut root = (sum - 1.0 + (first + second)).sqrt();
    let square = full_product(-root, root);
    let added = quick_sum(sum, square.high);
    sum = added.high;
    first += square.low;
    second += added.low;
    let rest = sum - 1.0 + (first + second);
    root += rest / (2.0 * root);
    root / scale
}

fn hypotenuse(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let values = args.no_keywords(thread, "math.hypot")?;
    let mut vector = Vec::with_capacity(values.len());
    for &value in values {
        vector.push(protocol::as_float(thread, value)?.abs());
    }
    Ok(float::new(thread, norm(&mut vector)))
}

fn distance(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [p, q] = args.unpack::<2>(thread, "dist", 2)?;
    let mut point = |value: Option<Value>| {
        let value = value.unwrap_or_else(none);
        match value.downcast::<Tuple>() {
            Some(tuple) => Ok(tuple),
            None => {
                let values = protocol::collect(thread, value)?;
                Tuple::try_new(thread, &values)
            }
        }
    };
    let (p, q) = (point(p)?, point(q)?);
    if p.len() != q.len() {
        return Err(thread.value_error("both points must have the same number of dimensions"));
    }
    let mut vector = Vec::with_capacity(p.len());
    for (a, b) in p.iter().zip(q.iter()) {
        let a = protocol::as_float(thread, a)?;
        let b = protocol::as_float(thread, b)?;
        vector.push((a - b).abs());
    }
    Ok(float::new(thread, norm(&mut vector)))
}
