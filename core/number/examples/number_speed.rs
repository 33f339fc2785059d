//! Times numbers as text: `cargo run --release -p grwl-number --example number_speed`.

use std::hint::black_box;
use std::time::Instant;

use grwl_number::int::text;
use grwl_number::{Int, float, format, hash};
use grwl_text::Text;

fn time<R>(name: &str, per: usize, mut f: impl FnMut() -> R) {
    let mut best = f64::MAX;
    for _ in 0..15 {
        let began = Instant::now();
        black_box(f());
        best = best.min(began.elapsed().as_secs_f64());
    }
    println!("{name:32} {:12.1} ns", best * 1e9 / per as f64);
}

fn main() {
    let n = 10_000;
    let floats: Vec<f64> = (0..n)
        .map(|i| (i as f64 + 0.5) * 1.234_567_890_123e-3)
        .collect();
    let texts: Vec<String> = floats.iter().map(|&x| float::repr(x)).collect();
    let spec = |s: &'static str| Text::One(s.as_bytes());
    time("repr(x)", n, || {
        floats.iter().map(|&x| float::repr(x).len()).sum::<usize>()
    });
    time("format(x, '.3f')", n, || {
        floats
            .iter()
            .map(|&x| format::real::format(x, spec(".3f"), "float").map_or(0, |t| t.len()))
            .sum::<usize>()
    });
    time("format(x, '>12,.2f')", n, || {
        floats
            .iter()
            .map(|&x| format::real::format(x, spec(">12,.2f"), "float").map_or(0, |t| t.len()))
            .sum::<usize>()
    });
    time("float(s)", n, || {
        texts
            .iter()
            .map(|s| float::parse::parse(Text::One(s.as_bytes())).unwrap_or(0.0))
            .sum::<f64>()
    });
    time("round(x, 2)", n, || {
        floats
            .iter()
            .map(|&x| float::round::round(x, 2).unwrap_or(0.0))
            .sum::<f64>()
    });
    time("hash(x)", n, || {
        floats
            .iter()
            .filter_map(|&x| hash::of_f64(x))
            .fold(0, |a, h| a ^ h)
    });
    let ints: Vec<Int> = (0..n as i64).map(|i| Int::from(i * 1_234_567)).collect();
    let decimals: Vec<String> = ints.iter().map(Int::to_string).collect();
    time("str(i)", n, || {
        ints.iter()
            .map(|i| i.to_decimal(4300).map_or(0, |s| s.len()))
            .sum::<usize>()
    });
    time("int(s)", n, || {
        decimals
            .iter()
            .filter(|s| text::parse(Text::One(s.as_bytes()), 10, 4300).is_ok())
            .count()
    });
    time("format(i, ',')", n, || {
        ints.iter()
            .map(|i| format::integer::format(i, spec(","), "int", 4300).map_or(0, |t| t.len()))
            .sum::<usize>()
    });
}
