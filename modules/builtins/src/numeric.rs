//! `abs`, `divmod`, `pow`, `round`, `bin`, `oct`, `hex`.

use grwl_object::protocol::{self, number};
use grwl_object::{Args, Method, Name, PyResult, Signature, Str, Thread, Value, ValueExt, none};

static ROUND: Name = Name::new("__round__");

fn abs(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    number::unary(thread, number::Unary::Absolute, value)
}

fn divmod(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [a, b] = args.unpack::<2>(thread, "divmod", 2)?;
    number::divmod(thread, a.unwrap_or_else(none), b.unwrap_or_else(none))
}

fn pow(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> =
        Signature::new("pow", ["base", "exp", "mod"]).optional_after(2);
    let [base, exponent, modulus] = args.parse(thread, &SIGNATURE)?;
    let [base, exponent, modulus] = [base, exponent, modulus].map(|v| v.unwrap_or_else(none));
    number::power(thread, base, exponent, modulus)
}

fn round(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("round", ["number", "ndigits"]).optional_after(1);
    let [value, digits] = args.parse(thread, &SIGNATURE)?;
    let value = value.unwrap_or_else(none);
    let name = ROUND.get(thread);
    let rounded = match digits.and_then(ValueExt::not_none) {
        Some(digits) => protocol::call_special(thread, value, name, &[digits])?,
        None => protocol::call_special(thread, value, name, &[])?,
    };
    rounded.ok_or_else(|| {
        thread.type_error(format_args!(
            "type {} doesn't define __round__ method",
            value.class().name()
        ))
    })
}

fn prefixed(thread: &mut Thread, value: Value, radix: u8, prefix: &str) -> PyResult {
    let text = protocol::as_int(thread, value)?.prefixed(radix, prefix);
    Ok(Str::new(thread, &text).value())
}

fn bin(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    prefixed(thread, value, 2, "0b")
}

fn oct(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    prefixed(thread, value, 8, "0o")
}

fn hex(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    prefixed(thread, value, 16, "0x")
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::one(
        "abs",
        abs,
        "abs($module, number, /)\n--\n\nThe absolute value of a number.",
    ),
    Method::one(
        "bin",
        bin,
        "bin($module, integer, /)\n--\n\nAn integer in binary.\n\n   >>> bin(2796202)\n   '0b1010101010101010101010'",
    ),
    Method::any(
        "divmod",
        divmod,
        "divmod($module, x, y, /)\n--\n\nThe tuple (x//y, x%y).",
    ),
    Method::one(
        "hex",
        hex,
        "hex($module, integer, /)\n--\n\nAn integer in hexadecimal.\n\n   >>> hex(12648430)\n   '0xc0ffee'",
    ),
    Method::one(
        "oct",
        oct,
        "oct($module, integer, /)\n--\n\nAn integer in octal.\n\n   >>> oct(342391)\n   '0o1234567'",
    ),
    Method::any(
        "pow",
        pow,
        "pow($module, /, base, exp, mod=None)\n--\n\nbase**exp, or base**exp % mod, which is quicker in one go.",
    ),
    Method::any(
        "round",
        round,
        "round($module, /, number, ndigits=None)\n--\n\nA number rounded to so many decimal digits; an int without ndigits. ndigits may be negative.",
    ),
    Method::any(
        "sum",
        crate::sum::sum,
        "sum($module, iterable, /, start=0)\n--\n\nThe sum of a start value and the elements of an iterable.",
    ),
];
