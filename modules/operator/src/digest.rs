//! `_compare_digest`: comparison in a time that does not tell where the operands differ.

use grwl_object::{Args, PyResult, Str, Thread, Value, ValueExt, buffer, singleton};

/// Looks at all bytes of `b`.
fn same(a: &[u8], b: &[u8]) -> bool {
    let mut difference = u8::from(a.len() != b.len());
    // Of another length: b with itself takes the same time.
    let left = if a.len() == b.len() { a } else { b };
    for (&x, &y) in left.iter().zip(b) {
        difference |= std::hint::black_box(x ^ y);
    }
    std::hint::black_box(difference) == 0
}

pub(crate) fn compare_digest(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [Some(a), Some(b)] = args.unpack(thread, "_compare_digest", 2)? else {
        unreachable!("both are required");
    };
    if let (Some(a), Some(b)) = (a.downcast::<Str>(), b.downcast::<Str>()) {
        return match (a.as_ascii(), b.as_ascii()) {
            (Some(a), Some(b)) => Ok(singleton::bool(same(a.as_bytes(), b.as_bytes()))),
            _ => {
                Err(thread
                    .type_error("comparing strings with non-ASCII characters is not supported"))
            }
        };
    }
    if !buffer::is_supported(a) || !buffer::is_supported(b) {
        return Err(thread.type_error(format_args!(
            "unsupported operand types(s) or combination of types: '{}' and '{}'",
            a.class().name(),
            b.class().name()
        )));
    }
    let a = contents(thread, a)?;
    let b = contents(thread, b)?;
    Ok(singleton::bool(same(&a, &b)))
}

/// The bytes of one dimension.
fn contents(thread: &mut Thread, value: Value) -> PyResult<Vec<u8>> {
    let view = buffer::get(thread, value, buffer::request::SIMPLE)?;
    let bytes = view.to_vec();
    let is_flat = view.shape.len() <= 1;
    view.release(thread);
    if is_flat {
        Ok(bytes)
    } else {
        Err(thread.buffer_error("Buffer must be single dimension"))
    }
}
