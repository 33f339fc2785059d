//! The module `_suggestions`: which of some names was meant by one that is not there. `traceback` asks it.
//!
//! Names are near each other if few changes of bytes lead from one to the other. A change of case costs half of what any other does, and not more
//! than a third of both names may change. Of names that are as near the first is taken.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::{
    Args, Method, PyResult, Ref, Str, Thread, Value, ValueExt, intern, none, protocol,
};

/// What a byte costs that is another one, or is there in one name only.
const CHANGE: usize = 2;
/// What a letter costs that is there in the other case.
const CASE: usize = 1;
/// Longer names, but for what begins and ends them both, are not compared.
const LONGEST: usize = 40;
/// Among more names none is looked for.
const MOST: usize = 750;

static FUNCTIONS: &[Method] = &[Method::any(
    "_generate_suggestions",
    generate,
    "_generate_suggestions($module, candidates, item, /)\n--\n\nThe candidate that is nearest to item, or None.",
)];

/// The module has no types.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_suggestions");
    let module = Module::new(thread, name, None)?;
    module.add_functions(thread, FUNCTIONS)?;
    Ok(module)
}

fn generate(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    if args.by_name().next().is_some() {
        return Err(
            thread.type_error("_suggestions._generate_suggestions() takes no keyword arguments")
        );
    }
    let [candidates, item] = args.unpack::<2>(thread, "_generate_suggestions", 2)?;
    let (candidates, item) = (candidates.unwrap_or_else(none), item.unwrap_or_else(none));
    let Some(item) = item.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "_generate_suggestions() argument 2 must be str, not {}",
            grwl_types_text::arguments::type_or_none(item)
        )));
    };
    let Some(candidates) = candidates.downcast_exact::<List>() else {
        return Err(thread.type_error("candidates must be a list"));
    };
    // As it is at one moment.
    let candidates = candidates.snapshot(thread)?;
    if candidates
        .iter()
        .any(|candidate| candidate.downcast::<Str>().is_none())
    {
        return Err(thread.type_error("all elements in 'candidates' must be strings"));
    }
    if candidates.len() >= MOST {
        return Ok(none());
    }
    let wanted = bytes_of(thread, item)?;
    let mut nearest = None;
    let mut least = usize::MAX;
    for candidate in candidates
        .iter()
        .filter_map(|value| value.downcast::<Str>())
    {
        if candidate.equals(&item) {
            continue;
        }
        let name = bytes_of(thread, candidate)?;
        let limit = (wanted.len() + name.len() + 3) * CHANGE / 6;
        let limit = limit.min(least - 1);
        if let Some(distance) = distance(&wanted, &name, limit) {
            (nearest, least) = (Some(candidate.value()), distance);
            // Nothing is nearer.
            if least == 0 {
                break;
            }
        }
    }
    Ok(nearest.unwrap_or_else(none))
}

/// A name in UTF-8.
fn bytes_of(thread: &mut Thread, name: Ref<Str>) -> PyResult<Vec<u8>> {
    if let Some(text) = name.to_rust() {
        return Ok(text.into_bytes());
    }
    // A surrogate: encoding it says so.
    let encode = intern(thread, "encode");
    protocol::call_method(thread, name.value(), encode, &[])?;
    Ok(Vec::new())
}

/// What it costs to make one name of the other, if it is not more than `limit`.
fn distance(a: &[u8], b: &[u8], limit: usize) -> Option<usize> {
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    let (short, long) = if b.len() < a.len() { (b, a) } else { (a, b) };
    if short.is_empty() {
        let cost = long.len() * CHANGE;
        return (cost <= limit).then_some(cost);
    }
    if long.len() > LONGEST || (long.len() - short.len()) * CHANGE > limit {
        return None;
    }
    // A row of the table of costs: of making so many bytes of `long` of the first 1, 2, ... of `short`.
    let mut row: Vec<usize> = (1..=short.len()).map(|count| count * CHANGE).collect();
    for (count, &byte) in long.iter().enumerate() {
        let mut before = count * CHANGE;
        let mut cost = before + CHANGE;
        for (cell, &other) in row.iter_mut().zip(short) {
            let replaced = before + replacement(byte, other);
            before = *cell;
            cost = replaced.min(before.min(cost) + CHANGE);
            *cell = cost;
        }
        if row.iter().min().is_none_or(|&least| least > limit) {
            return None;
        }
    }
    row.last().copied().filter(|&cost| cost <= limit)
}

/// What it costs to write one byte for another.
fn replacement(a: u8, b: u8) -> usize {
    if a == b {
        0
    } else if a.eq_ignore_ascii_case(&b) {
        CASE
    } else {
        CHANGE
    }
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn costs_of_changes() {
        for (a, b, cost) in [
            ("", "", 0),
            ("a", "", 2),
            ("a", "A", 1),
            ("Apple", "Aple", 2),
            ("Banana", "B@n@n@", 6),
            ("Cherry", "Cherry!", 2),
            ("---0---", "------", 2),
            ("abc", "y", 6),
            ("aa", "bb", 4),
            ("wxyz", "wXyZ", 2),
            ("ABA", "AAB", 4),
        ] {
            assert_eq!(
                distance(a.as_bytes(), b.as_bytes(), 100),
                Some(cost),
                "{a} {b}"
            );
            assert_eq!(
                distance(b.as_bytes(), a.as_bytes(), 100),
                Some(cost),
                "{b} {a}"
            );
            if cost > 0 {
                assert_eq!(
                    distance(a.as_bytes(), b.as_bytes(), cost - 1),
                    None,
                    "{a} {b}"
                );
            }
        }
    }
}
