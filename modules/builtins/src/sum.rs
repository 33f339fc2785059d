//! `sum`: quick for ints; for floats and complex numbers with the error of rounding carried along (Neumaier).

use grwl_object::float::{self, Complex};
use grwl_object::int::{self, IntView};
use grwl_object::protocol::{self, Operator};
use grwl_object::{Args, PyResult, Signature, Str, Thread, Value, ValueExt, none};

/// A sum of floats and what rounding has lost of it.
#[derive(Clone, Copy)]
struct Compensated {
    high: f64,
    low: f64,
}

impl Compensated {
    const fn new(high: f64) -> Self {
        Self { high, low: 0.0 }
    }

    fn add(&mut self, x: f64) {
        let total = self.high + x;
        if self.high.abs() >= x.abs() {
            self.low += (self.high - total) + x;
        } else {
            self.low += (x - total) + self.high;
        }
        self.high = total;
    }

    /// The loss makes no sense if something was infinite.
    fn value(self) -> f64 {
        if self.low != 0.0 && self.low.is_finite() {
            self.high + self.low
        } else {
            self.high
        }
    }
}

/// What the sum is so far, in the quickest form it has.
enum Total {
    Int(i64),
    Float(Compensated),
    Complex(Compensated, Compensated),
    Any(Value),
}

impl Total {
    fn of(value: Value) -> Self {
        if int::is_exact_int(value)
            && let Some(IntView::Small(small)) = int::view(value)
        {
            return Self::Int(small);
        }
        if let Some(float) = float::exact(value) {
            return Self::Float(Compensated::new(float));
        }
        match value.downcast_exact::<Complex>() {
            Some(complex) => Self::Complex(
                Compensated::new(complex.real),
                Compensated::new(complex.imaginary),
            ),
            None => Self::Any(value),
        }
    }

    fn value(&self, thread: &Thread) -> Value {
        match *self {
            Self::Int(small) => int::from_i64(thread, small),
            Self::Float(sum) => float::new(thread, sum.value()),
            Self::Complex(real, imaginary) => {
                float::new_complex(thread, real.value(), imaginary.value()).value()
            }
            Self::Any(value) => value,
        }
    }

    /// Adds without making an object, if that can be done.
    fn add_quickly(&mut self, thread: &Thread, item: Value) -> PyResult<bool> {
        let to_float = |item: Value| -> PyResult<Option<f64>> {
            match int::view(item) {
                Some(view) => match view.to_int().to_f64() {
                    Ok(float) => Ok(Some(float)),
                    Err(error) => Err(thread.number_error(&error)),
                },
                None => Ok(float::exact(item)),
            }
        };
        match self {
            Self::Int(total) => {
                let small = if int::is_exact_int(item) || int::as_bool(item).is_some() {
                    match int::view(item) {
                        Some(IntView::Small(small)) => Some(small),
                        _ => None,
                    }
                } else {
                    None
                };
                let Some(sum) = small.and_then(|small| total.checked_add(small)) else {
                    return Ok(false);
                };
                *total = sum;
            }
            Self::Float(total) => {
                let Some(float) = to_float(item)? else {
                    return Ok(false);
                };
                total.add(float);
            }
            Self::Complex(real, imaginary) => {
                if let Some(complex) = item.downcast_exact::<Complex>() {
                    real.add(complex.real);
                    imaginary.add(complex.imaginary);
                } else if let Some(float) = to_float(item)? {
                    real.add(float);
                } else {
                    return Ok(false);
                }
            }
            Self::Any(_) => return Ok(false),
        }
        Ok(true)
    }
}

pub(crate) fn sum(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("sum", ["iterable", "start"])
        .optional_after(1)
        .positional_only(1);
    let [iterable, start] = args.parse(thread, &SIGNATURE)?;
    let iterable = iterable.unwrap_or_else(none);
    let iterator = protocol::iter_whole(thread, iterable)?;
    let start = start.unwrap_or_else(|| Value::small(0));
    if start.downcast::<Str>().is_some() {
        return Err(thread.type_error("sum() can't sum strings [use ''.join(seq) instead]"));
    }
    if start.downcast::<grwl_object::bytes::Bytes>().is_some() {
        return Err(thread.type_error("sum() can't sum bytes [use b''.join(seq) instead]"));
    }
    if start.downcast::<grwl_types_bytes::ByteArray>().is_some() {
        return Err(thread.type_error("sum() can't sum bytearray [use b''.join(seq) instead]"));
    }
    // The value of `total` lies where the collector looks: it is on this stack.
    let mut total = Total::of(start);
    protocol::iterate::for_each_of(thread, iterator, |thread, item| {
        if total.add_quickly(thread, item)? {
            return Ok(());
        }
        let so_far = total.value(thread);
        let sum = protocol::binary(thread, Operator::Add, so_far, item)?;
        total = match total {
            // As in CPython, a sum that has left the numbers stays on the slow way.
            Total::Any(_) => Total::Any(sum),
            _ => Total::of(sum),
        };
        Ok(())
    })?;
    Ok(total.value(thread))
}
