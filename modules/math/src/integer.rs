//! Functions of integers.

use grwl_number::Int;
use grwl_object::protocol::{self, Operator};
use grwl_object::{Args, Method, PyResult, Thread, Value, ValueExt, int, none};

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::one("factorial", factorial, "factorial($module, n, /)\n--\n\nn!"),
    Method::any(
        "gcd",
        gcd,
        "gcd($module, /, *integers)\n--\n\nThe greatest common divisor.",
    ),
    Method::any(
        "lcm",
        lcm,
        "lcm($module, /, *integers)\n--\n\nThe least common multiple.",
    ),
    Method::any(
        "comb",
        comb,
        "comb($module, n, k, /)\n--\n\nHow many ways there are to choose k of n without order.",
    ),
    Method::any(
        "perm",
        perm,
        "perm($module, n, k=None, /)\n--\n\nHow many ways there are to choose k of n with order.",
    ),
    Method::one(
        "isqrt",
        isqrt,
        "isqrt($module, n, /)\n--\n\nThe integer part of the square root.",
    ),
];

/// The product of `from..to`, halved again and again, so that factors are of one length.
fn product(thread: &mut Thread, from: u64, to: u64) -> PyResult {
    thread.poll()?;
    if to - from <= 8 {
        let mut made = Value::small(1);
        for factor in from..to {
            let factor = int::from_usize(thread, factor as usize);
            made = protocol::binary(thread, Operator::Multiply, made, factor)?;
        }
        return Ok(made);
    }
    let middle = from + (to - from) / 2;
    let low = product(thread, from, middle)?;
    let high = product(thread, middle, to)?;
    protocol::binary(thread, Operator::Multiply, low, high)
}

fn factorial(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let n = protocol::as_int(thread, value)?;
    if n.is_negative() {
        return Err(thread.value_error("factorial() not defined for negative values"));
    }
    match n.to_i64() {
        Some(n) => product(thread, 1, n.unsigned_abs() + 1),
        None => Err(thread.overflow_error(format_args!(
            "factorial() argument should not exceed {}",
            i64::MAX
        ))),
    }
}

fn gcd(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let values = args.no_keywords(thread, "math.gcd")?;
    let mut made = None::<Int>;
    for &value in values {
        let number = protocol::as_int(thread, value)?;
        made = Some(match made {
            Some(made) => made.gcd(&number),
            None => number.abs(),
        });
    }
    Ok(made.map_or(Value::small(0), |made| int::new(thread, made)))
}

fn lcm(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let values = args.no_keywords(thread, "math.lcm")?;
    let mut made = Value::small(1);
    for &value in values {
        let number = protocol::as_int(thread, value)?.abs();
        let before = protocol::as_int(thread, made)?;
        if number.is_zero() || before.is_zero() {
            made = Value::small(0);
            continue;
        }
        let divisor = before.gcd(&number);
        let divisor = int::new(thread, divisor);
        let number = int::new(thread, number);
        let rest = protocol::binary(thread, Operator::FloorDivide, number, divisor)?;
        made = protocol::binary(thread, Operator::Multiply, made, rest)?;
    }
    Ok(made)
}

fn isqrt(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let n = protocol::as_int(thread, value)?;
    if n.is_negative() {
        return Err(thread.value_error("isqrt() argument must be nonnegative"));
    }
    match n.isqrt() {
        Ok(root) => Ok(int::new(thread, root)),
        Err(error) => Err(thread.number_error(&error)),
    }
}

/// `n`, that is not negative.
fn not_negative(thread: &mut Thread, value: Value, name: &str) -> PyResult<Int> {
    let number = protocol::as_int(thread, value)?;
    if number.is_negative() {
        return Err(thread.value_error(format_args!("{name} must be a non-negative integer")));
    }
    Ok(number)
}

/// The product of `count` integers down from `n`.
fn falling(thread: &mut Thread, n: Value, skip: u64, count: u64) -> PyResult {
    thread.poll()?;
    if count <= 8 {
        let mut made = Value::small(1);
        for step in skip..skip + count {
            let step = int::from_usize(thread, step as usize);
            let factor = protocol::binary(thread, Operator::Subtract, n, step)?;
            made = protocol::binary(thread, Operator::Multiply, made, factor)?;
        }
        return Ok(made);
    }
    let half = count / 2;
    let high = falling(thread, n, skip, half)?;
    let low = falling(thread, n, skip + half, count - half)?;
    protocol::binary(thread, Operator::Multiply, high, low)
}

fn perm(thread: &mut Thread, module: Value, args: Args<'_>) -> PyResult {
    let [n, k] = args.unpack::<2>(thread, "perm", 1)?;
    let n = n.unwrap_or_else(none);
    let Some(k) = k.and_then(ValueExt::not_none) else {
        return factorial(thread, module, n);
    };
    let n = protocol::as_int(thread, n)?;
    let k = protocol::as_int(thread, k)?;
    for (number, name) in [(&n, "n"), (&k, "k")] {
        if number.is_negative() {
            return Err(thread.value_error(format_args!("{name} must be a non-negative integer")));
        }
    }
    if n < k {
        return Ok(Value::small(0));
    }
    let Some(count) = k.to_i64() else {
        return Err(thread.overflow_error(format_args!("k must not exceed {}", i64::MAX)));
    };
    let n = int::new(thread, n);
    falling(thread, n, 0, count.unsigned_abs())
}

fn comb(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [n, k] = args.unpack::<2>(thread, "comb", 2)?;
    let n = protocol::convert::index(thread, n.unwrap_or_else(none))?;
    let k = protocol::convert::index(thread, k.unwrap_or_else(none))?;
    let number = not_negative(thread, n, "n")?;
    let few = not_negative(thread, k, "k")?;
    if number < few {
        return Ok(Value::small(0));
    }
    let other = protocol::binary(thread, Operator::Subtract, n, k)?;
    let other = protocol::as_int(thread, other)?;
    let few = if other < few { other } else { few };
    let Some(count) = few.to_i64() else {
        return Err(
            thread.overflow_error(format_args!("min(n - k, k) must not exceed {}", i64::MAX))
        );
    };
    let count = count.unsigned_abs();
    let above = falling(thread, n, 0, count)?;
    let below = product(thread, 1, count + 1)?;
    protocol::binary(thread, Operator::FloorDivide, above, below)
}
