//! Substring search against the plain method, and on inputs made to be slow.

use std::time::{Duration, Instant};

use grwl_text::search;

/// A small generator (Steele and Vigna's splitmix64), so that the tests repeat.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

fn check<T: grwl_text::Unit>(haystack: &[T], needle: &[T]) {
    let found = haystack
        .windows(needle.len().max(1))
        .position(|w| w == needle);
    let last = haystack
        .windows(needle.len().max(1))
        .rposition(|w| w == needle);
    if needle.is_empty() {
        assert_eq!(search::find(haystack, needle), Some(0));
        assert_eq!(search::rfind(haystack, needle), Some(haystack.len()));
        return;
    }
    assert_eq!(
        search::find(haystack, needle),
        found,
        "{haystack:?} {needle:?}"
    );
    assert_eq!(
        search::rfind(haystack, needle),
        last,
        "{haystack:?} {needle:?}"
    );
    let (mut count, mut at) = (0, 0);
    while let Some(i) = haystack[at..]
        .windows(needle.len())
        .position(|w| w == needle)
    {
        count += 1;
        at += i + needle.len();
    }
    assert_eq!(
        search::count(haystack, needle),
        count,
        "{haystack:?} {needle:?}"
    );
}

#[test]
fn as_the_plain_method() {
    let mut random = Random(1);
    for round in 0..6000 {
        let letters = 1 + round % 3;
        // Long ones, with much almost fitting, go over to the two-way algorithm.
        let (longest, needle_longest) = if round % 10 == 0 { (3000, 60) } else { (80, 9) };
        let mut some = |n: u64| -> Vec<u16> {
            let len = random.below(n);
            (0..len)
                .map(|_| (random.below(letters + 1) % letters) as u16 + 0x3000)
                .collect()
        };
        let haystack = some(longest);
        let needle = some(needle_longest);
        check(&haystack, &needle);
        let wide = |units: &[u16]| units.iter().map(|&u| u32::from(u)).collect::<Vec<u32>>();
        check(&wide(&haystack), &wide(&needle));
        let narrow = |units: &[u16]| units.iter().map(|&u| u as u8).collect::<Vec<u8>>();
        check(&narrow(&haystack), &narrow(&needle));
    }
}

#[test]
fn periodic_needles() {
    let mut random = Random(2);
    for _ in 0..2000 {
        let period: Vec<u16> = (0..1 + random.below(6))
            .map(|_| random.below(3) as u16)
            .collect();
        let len = 300 + random.below(300) as usize;
        let mut haystack: Vec<u16> = period.iter().copied().cycle().take(len).collect();
        for _ in 0..random.below(4) {
            let at = random.below(len as u64) as usize;
            haystack[at] = 2;
        }
        let from = random.below(len as u64 / 2) as usize;
        let to = from + random.below((len - from) as u64) as usize;
        let mut needle = haystack[from..to].to_vec();
        if random.below(2) == 0
            && let Some(unit) = needle.last_mut()
        {
            *unit = 1;
        }
        check(&haystack, &needle);
    }
}

/// Quadratic would be 10^10 steps and more.
#[test]
fn adversarial_inputs_are_linear() {
    const N: usize = 400_000;
    let a = || vec![b'a' as u16; N];
    let with = |at: usize, len: usize| {
        let mut needle = vec![b'a' as u16; len];
        needle[at] = b'b' as u16;
        needle
    };
    let began = Instant::now();
    for needle in [
        with(0, N / 2),
        with(N / 2 - 1, N / 2),
        with(N / 4, N / 2),
        with(1, N / 2),
        with(700, 1400),
    ] {
        assert_eq!(search::find(&a(), &needle), None);
        assert_eq!(search::rfind(&a(), &needle), None);
        assert_eq!(search::count(&a(), &needle), 0);
    }
    // Many places fit but for the middle.
    let haystack: Vec<u16> = (0..N)
        .map(|i| if i % 1000 == 999 { 1 } else { 0 })
        .collect();
    let mut needle = vec![0u16; 1998];
    needle[999] = 1;
    needle[500] = 1;
    assert_eq!(search::find(&haystack, &needle), None);
    assert_eq!(search::rfind(&haystack, &needle), None);
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "took {:?}",
        began.elapsed()
    );
}
