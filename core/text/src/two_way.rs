//! Substring search in units of any width, in linear time and constant space.
//!
//! A search begins with a scan for places where the needle's first and last units both fit (vector
//! code), and verifies each. When failed verifications have cost more than the scan should, it goes
//! over to the two-way algorithm (Crochemore and Perrin 1991), for good: so no input is quadratic.
//!
//! Searching backwards is searching forwards in both strings reversed; `REVERSED` says which way
//! an index counts. "Place" below is always in the direction of the search.

use crate::search::Searcher;
use crate::units::Unit;

/// Units looked at together by the scans.
const LANES: usize = 32;

/// The first place of a unit.
pub fn find_unit<T: Unit>(haystack: &[T], unit: T) -> Option<usize> {
    let mut at = 0;
    for chunk in haystack.chunks(LANES) {
        if chunk.iter().fold(false, |any, &u| any | (u == unit)) {
            return chunk.iter().position(|&u| u == unit).map(|i| at + i);
        }
        at += chunk.len();
    }
    None
}

/// The last place of a unit.
pub fn rfind_unit<T: Unit>(haystack: &[T], unit: T) -> Option<usize> {
    let mut end = haystack.len();
    for chunk in haystack.rchunks(LANES) {
        end -= chunk.len();
        if chunk.iter().fold(false, |any, &u| any | (u == unit)) {
            return chunk.iter().rposition(|&u| u == unit).map(|i| end + i);
        }
    }
    None
}

/// How often a unit occurs.
pub fn count_unit<T: Unit>(haystack: &[T], unit: T) -> usize {
    // Counters as narrow as the units make better vector code; a chunk cannot overflow them.
    let in_chunk = |chunk: &[T]| chunk.iter().map(|&u| u16::from(u == unit)).sum::<u16>();
    haystack
        .chunks(4096)
        .map(|chunk| usize::from(in_chunk(chunk)))
        .sum()
}

/// A needle made ready.
pub struct Finder<'n, T, const REVERSED: bool> {
    needle: &'n [T],
    /// Made when the scan proves too costly.
    plan: Option<Plan>,
}

/// The critical factorization of a needle.
struct Plan {
    /// Where the needle is cut in two.
    cut: usize,
    /// Its period, or if that is long, a lower bound of how far a mismatch in the left half shifts.
    shift: usize,
    /// Whether `shift` is the period itself; then a prefix can be remembered as matched.
    periodic: bool,
    /// Bit `code % 64` is set for each unit of the needle.
    present: u64,
}

fn at<T: Unit, const REVERSED: bool>(units: &[T], place: usize) -> T {
    if REVERSED {
        units[units.len() - 1 - place]
    } else {
        units[place]
    }
}

fn bit<T: Unit>(unit: T) -> u64 {
    1 << (unit.code() % 64)
}

impl<'n, T: Unit, const REVERSED: bool> Searcher<'n, T> for Finder<'n, T, REVERSED> {
    fn new(needle: &'n [T]) -> Self {
        Finder { needle, plan: None }
    }

    fn search(&mut self, haystack: &[T]) -> Option<usize> {
        if haystack.len() < self.needle.len() {
            return None;
        }
        let last = haystack.len() - self.needle.len();
        let place = if self.plan.is_some() {
            self.two_way(haystack, 0)
        } else {
            self.scan(haystack)
        }?;
        Some(if REVERSED { last - place } else { place })
    }
}

impl<T: Unit, const REVERSED: bool> Finder<'_, T, REVERSED> {
    /// Looks at places where the first and last unit fit.
    fn scan(&mut self, haystack: &[T]) -> Option<usize> {
        let n = self.needle.len();
        let places = haystack.len() - n + 1;
        let (first, last) = (self.needle[0], self.needle[n - 1]);
        // In storage order, so that both slices run forwards; chunks are taken from the search's side.
        let (starts, ends) = (&haystack[..places], &haystack[n - 1..]);
        let mut place = 0;
        let mut wasted = 0;
        while place < places {
            let len = LANES.min(places - place);
            let low = if REVERSED {
                places - place - len
            } else {
                place
            };
            let fit = |i: usize| (starts[low + i] == first) & (ends[low + i] == last);
            let (a, b) = (&starts[low..low + len], &ends[low..low + len]);
            let any = a
                .iter()
                .zip(b)
                .fold(false, |any, (&a, &b)| any | ((a == first) & (b == last)));
            for k in 0..if any { len } else { 0 } {
                let i = if REVERSED { len - 1 - k } else { k };
                if !fit(i) {
                    continue;
                }
                let candidate = &haystack[low + i..low + i + n];
                let same = candidate
                    .iter()
                    .zip(self.needle)
                    .take_while(|(a, b)| a == b)
                    .count();
                if same == n {
                    return Some(place + k);
                }
                wasted += same;
                if wasted > 256 + 4 * (place + k) {
                    return self.two_way(haystack, place + k);
                }
            }
            place += len;
        }
        None
    }

    #[cold]
    fn two_way(&mut self, haystack: &[T], from: usize) -> Option<usize> {
        let plan = self
            .plan
            .get_or_insert_with(|| plan::<T, REVERSED>(self.needle));
        let needle = |i| at::<T, REVERSED>(self.needle, i);
        let hay = |i| at::<T, REVERSED>(haystack, i);
        let n = self.needle.len();
        let mut place = from;
        // Units at the needle's begin known to match here.
        let mut known = 0;
        while place + n <= haystack.len() {
            if plan.present & bit(hay(place + n - 1)) == 0 {
                place += n;
                known = 0;
                continue;
            }
            let right = (plan.cut.max(known)..n).find(|&i| needle(i) != hay(place + i));
            if let Some(i) = right {
                place += i - plan.cut + 1;
                known = 0;
                continue;
            }
            let left = (known..plan.cut)
                .rev()
                .find(|&i| needle(i) != hay(place + i));
            if left.is_none() {
                return Some(place);
            }
            place += plan.shift;
            known = if plan.periodic { n - plan.shift } else { 0 };
        }
        None
    }
}

fn plan<T: Unit, const REVERSED: bool>(needle: &[T]) -> Plan {
    let n = needle.len();
    let (less_cut, less_period) = greatest_suffix::<T, REVERSED>(needle, |a, b| a < b);
    let (more_cut, more_period) = greatest_suffix::<T, REVERSED>(needle, |a, b| a > b);
    let (cut, period) = if less_cut > more_cut {
        (less_cut, less_period)
    } else {
        (more_cut, more_period)
    };
    let get = |i| at::<T, REVERSED>(needle, i);
    let periodic = cut + period <= n && (0..cut).all(|i| get(i) == get(i + period));
    let shift = if periodic {
        period
    } else {
        cut.max(n - cut) + 1
    };
    Plan {
        cut,
        shift,
        periodic,
        present: needle.iter().fold(0, |bits, &u| bits | bit(u)),
    }
}

/// The begin of the needle's greatest suffix under an order, and that suffix's period.
fn greatest_suffix<T: Unit, const REVERSED: bool>(
    needle: &[T],
    less: impl Fn(T, T) -> bool,
) -> (usize, usize) {
    let (mut best, mut candidate, mut matched, mut period) = (0, 1, 0, 1);
    while candidate + matched < needle.len() {
        let a = at::<T, REVERSED>(needle, candidate + matched);
        let b = at::<T, REVERSED>(needle, best + matched);
        if a == b {
            matched += 1;
            if matched == period {
                candidate += period;
                matched = 0;
            }
        } else if less(a, b) {
            candidate += matched + 1;
            matched = 0;
            period = candidate - best;
        } else {
            best = candidate;
            candidate += 1;
            matched = 0;
            period = 1;
        }
    }
    (best, period)
}
