//! "Did you mean": the candidate nearest to a wrong name, by CPython's measure (a Levenshtein distance in which a change of
//! case is cheap), as the `traceback` module and CPython's calls use it.

const MOVE: usize = 2;
const CASE: usize = 1;
/// Longer names are not looked at.
const LONGEST: usize = 40;
/// More candidates are not looked at.
const MOST: usize = 750;

fn substitution(a: u8, b: u8) -> usize {
    if a == b {
        0
    } else if a.eq_ignore_ascii_case(&b) {
        CASE
    } else {
        MOVE
    }
}

/// The distance, or more than `most`.
fn distance(a: &str, b: &str, most: usize) -> usize {
    if a == b {
        return 0;
    }
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    while let ([x, rest_a @ ..], [y, rest_b @ ..]) = (a, b)
        && x == y
    {
        (a, b) = (rest_a, rest_b);
    }
    while let ([rest_a @ .., x], [rest_b @ .., y]) = (a, b)
        && x == y
    {
        (a, b) = (rest_a, rest_b);
    }
    if a.is_empty() || b.is_empty() {
        return (a.len() + b.len()) * MOVE;
    }
    if a.len() > LONGEST || b.len() > LONGEST {
        return most + 1;
    }
    if a.len().abs_diff(b.len()) * MOVE > most {
        return most + 1;
    }
    let mut row: Vec<usize> = (1..=a.len()).map(|i| i * MOVE).collect();
    let mut result = 0;
    for (index, &y) in b.iter().enumerate() {
        result = index * MOVE;
        let mut above_left = result;
        let mut least = usize::MAX;
        for (&x, cell) in a.iter().zip(&mut row) {
            let replaced = above_left + substitution(x, y);
            above_left = *cell;
            let moved = result.min(above_left) + MOVE;
            result = replaced.min(moved);
            *cell = result;
            least = least.min(result);
        }
        if least > most {
            return most + 1;
        }
    }
    result
}

/// The nearest of `candidates`, if one is near enough.
pub fn nearest(wrong: &str, candidates: &[String]) -> Option<String> {
    if candidates.len() > MOST || wrong.len() > LONGEST {
        return None;
    }
    let mut best: Option<(usize, &String)> = None;
    for candidate in candidates {
        if candidate == wrong {
            continue;
        }
        let most = (wrong.len() + candidate.len() + 3) * MOVE / 6;
        let most = best.map_or(most, |(distance, _)| most.min(distance.saturating_sub(1)));
        let distance = distance(wrong, candidate, most);
        if distance <= most && best.is_none_or(|(known, _)| distance < known) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate.clone())
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_names_are_found() {
        let names = ["flush", "file", "end", "sep"].map(String::from);
        assert_eq!(nearest("fil", &names).as_deref(), Some("file"));
        assert_eq!(nearest("Flush", &names).as_deref(), Some("flush"));
        assert_eq!(nearest("zzz", &names), None);
    }
}
