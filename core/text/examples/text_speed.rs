//! Times the algorithms on texts of a million characters: `cargo run --release -p grwl-text --example text_speed`.

use std::hint::black_box;
use std::time::Instant;

use grwl_text::codec::{DecodeErrors, EncodeErrors, utf8};
use grwl_text::split::{self, OfStr};
use grwl_text::{Text, TextBuf, case, predicates, repr, with_units};

fn time<R>(name: &str, units: usize, mut f: impl FnMut() -> R) {
    let mut best = f64::MAX;
    for _ in 0..15 {
        let began = Instant::now();
        black_box(f());
        best = best.min(began.elapsed().as_secs_f64());
    }
    println!(
        "{name:28} {:8.3} ns per character",
        best * 1e9 / units as f64
    );
}

fn words(text: Text<'_>) -> usize {
    with_units!(text, u => split::split_spaces::<_, OfStr>(u, usize::MAX).count())
}

fn main() {
    let n = 1_000_000;
    for (kind, word) in [
        ("ascii", "hello world, "),
        ("latin1", "héllo wörld, "),
        ("bmp", "привет, мир и "),
        ("astral", "😀 smile 😀 on "),
    ] {
        let text: TextBuf = word.chars().map(u32::from).cycle().take(n).collect();
        let s = text.as_text();
        let bytes = utf8::encode(s, &mut EncodeErrors::Strict).expect("encodes");
        let needle: TextBuf = "world of".into();
        time(&format!("{kind} utf-8 decode"), n, || {
            utf8::decode(&bytes, true, &mut DecodeErrors::Strict)
        });
        time(&format!("{kind} utf-8 encode"), n, || {
            utf8::encode(s, &mut EncodeErrors::Strict)
        });
        time(&format!("{kind} find absent"), n, || {
            s.find(needle.as_text())
        });
        time(&format!("{kind} count 'o'"), n, || s.count(Text::One(b"o")));
        time(&format!("{kind} count ', '"), n, || {
            s.count(Text::One(b", "))
        });
        time(&format!("{kind} replace ', '"), n, || {
            s.replace(Text::One(b", "), Text::One(b"; "), usize::MAX)
        });
        time(&format!("{kind} split()"), n, || words(s));
        time(&format!("{kind} upper"), n, || case::upper(s));
        time(&format!("{kind} lower"), n, || case::lower(s));
        time(&format!("{kind} isprintable"), n, || {
            predicates::is_printable(s)
        });
        time(&format!("{kind} repr"), n, || repr::repr(s));
    }
}
