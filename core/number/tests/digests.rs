//! Many thousands of generated questions, answered here and by CPython: the hashes over all answers
//! must agree. vectors.py asks the same questions in the same order.

use std::cmp::Ordering;

use grwl_number::int::bytes::Endian;
use grwl_number::int::text as int_text;
use grwl_number::{Error, Int, Kind, float, format, hash};
use grwl_text::{Text, TextBuf};

/// splitmix64
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn words(&mut self, n: u64) -> Int {
        let bytes: Vec<u8> = (0..n).flat_map(|_| self.next().to_be_bytes()).collect();
        Int::from_bytes(&bytes, Endian::Big, false)
    }

    fn int(&mut self, longest: u64) -> Int {
        let v = match self.below(5) {
            0 => Int::from(self.below(200)),
            1 => {
                let shift = Int::from(self.below(300));
                let power = Int::ONE.shift_left(&shift).expect("a power");
                &(&power - &Int::ONE) + &Int::from(self.below(3))
            }
            2 => Int::from(self.next()),
            3 => {
                let n = 1 + self.below(5);
                self.words(n)
            }
            _ => {
                let n = 1 + self.below(longest);
                self.words(n)
            }
        };
        if self.below(2) == 1 { -&v } else { v }
    }

    fn float(&mut self) -> f64 {
        match self.below(6) {
            0 => f64::from_bits(self.next()),
            1 => self.below(100_000) as f64,
            2 => {
                let n = self.below(1_000_000_000) as f64;
                n / 10f64.powi(self.below(12) as i32)
            }
            3 => self.below(1 << 60) as f64,
            4 => {
                let bits = self.next();
                f64::from_bits(bits >> (12 + self.below(52)))
            }
            _ => {
                let exponent = (self.below(2046) + 1) << 52;
                f64::from_bits(exponent + self.below(3) - 1)
            }
        }
    }
}

fn hex(i: &Int) -> String {
    i.prefixed(16, "")
}

fn bits(x: f64) -> String {
    if x.is_nan() {
        "nan".into()
    } else {
        format!("{:016x}", x.to_bits())
    }
}

fn float_answer(x: Result<f64, Error>) -> String {
    match x {
        Ok(x) => bits(x),
        Err(error) if error.kind == Kind::Overflow => "overflow".into(),
        Err(error) => {
            assert_eq!(error.kind, Kind::ZeroDivision);
            "zero".into()
        }
    }
}

fn binary(r: &mut Random) -> Vec<String> {
    let (a, b) = (r.int(60), r.int(60));
    let (q, m) = a.floor_div_mod(&b).unwrap_or_default();
    let root = a.abs().isqrt().expect("a root");
    [
        &a + &b,
        &a - &b,
        &a * &b,
        q,
        m,
        &a & &b,
        &a | &b,
        &a ^ &b,
        !&a,
        a.gcd(&b),
        root,
    ]
    .iter()
    .map(hex)
    .collect()
}

fn unary(r: &mut Random) -> Vec<String> {
    let (a, n) = (r.int(60), r.below(400));
    let by = Int::from(n);
    let data = a
        .to_bytes(a.bit_length() as usize / 8 + 1, Endian::Little, true)
        .expect("fits");
    assert_eq!(Int::from_bytes(&data, Endian::Little, true), a);
    vec![
        hex(&a.shift_left(&by).expect("shifts")),
        hex(&a.shift_right(&by).expect("shifts")),
        a.bit_length().to_string(),
        a.bit_count().to_string(),
        a.to_decimal(0).expect("no limit"),
        hash::of_int(&a).to_string(),
        data.iter().map(|b| format!("{b:02x}")).collect(),
        hex(&Int::from_bytes(&data, Endian::Big, true)),
        hex(&a.rounded_to_tens(n / 10)),
    ]
}

fn powers(r: &mut Random) -> Vec<String> {
    let (a, e, m) = (r.int(8), r.int(3), r.int(8));
    let n = Int::from(r.below(40));
    let modular = a.power_mod(&e, &m).map_or("error".into(), |v| hex(&v));
    vec![hex(&a.power(&n).expect("a power")), modular]
}

fn division(r: &mut Random) -> Vec<String> {
    let (a, b, x) = (r.int(20), r.int(20), r.float());
    let order = match a.compare_f64(x) {
        None => "n",
        Some(Ordering::Less) => "-1",
        Some(Ordering::Equal) => "0",
        Some(Ordering::Greater) => "1",
    };
    let shifted = a.shift_left(&Int::from(900)).expect("shifts");
    vec![
        float_answer(a.true_div(&b)),
        float_answer(a.to_f64()),
        float_answer(shifted.to_f64()),
        order.into(),
    ]
}

fn real(r: &mut Random) -> Vec<String> {
    let (x, p, n) = (r.float(), r.below(25), r.below(40) as i64);
    let formatted = |spec: String| {
        let text = format::real::format(x, TextBuf::from(spec.as_str()).as_text(), "float")
            .expect("formats");
        text.as_text().to_rust().expect("ASCII")
    };
    let parsed =
        |text: &str| bits(float::parse::parse(TextBuf::from(text).as_text()).expect("a float"));
    let hexed = float::hex::to_hex(x);
    let from_hex =
        bits(float::hex::from_hex(TextBuf::from(hexed.as_str()).as_text()).expect("a float"));
    let whole = if x.is_finite() {
        hex(&Int::from_f64(x).expect("finite"))
    } else {
        "none".into()
    };
    let ratio = Int::ratio_of(x).map_or("none".into(), |(n, d)| format!("{}/{}", hex(&n), hex(&d)));
    let repr = float::repr(x);
    vec![
        repr.clone(),
        formatted(format!(".{p}e")),
        formatted(format!(".{p}f")),
        formatted(format!(".{p}g")),
        formatted(format!("#.{p}g")),
        formatted(format!(".{p}")),
        float_answer(float::round::round(x, n - 20)),
        hexed,
        whole,
        ratio,
        hash::of_f64(x).map_or("none".into(), |h| h.to_string()),
        parsed(&repr),
        from_hex,
    ]
}

fn decimals(r: &mut Random) -> Vec<String> {
    let n = 1 + r.below(6);
    let digits = r.words(n).to_string();
    let before = (r.below(20) as usize).min(digits.len());
    let text = format!(
        "{}.{digits}e{}",
        &digits[..before],
        r.below(700) as i64 - 350
    );
    vec![bits(
        float::parse::parse(TextBuf::from(text.as_str()).as_text()).expect("a float"),
    )]
}

fn quotients(r: &mut Random) -> Vec<String> {
    let (x, y) = (r.float(), r.float());
    match float::division::floor_div_mod(x, y) {
        Ok((q, m)) => vec![bits(q), bits(m)],
        Err(_) => vec!["zero".into()],
    }
}

fn texts(r: &mut Random) -> Vec<String> {
    let a = r.int(60);
    let base = 2 + r.below(35);
    let digits = a.magnitude_in(base as u8);
    let parsed = int_text::parse(Text::One(digits.as_bytes()), base as u32, 0).expect("an int");
    let mut out = vec![digits, hex(&parsed)];
    for spec in ["_d", ",", "#x", "_b", "030_o"] {
        let text =
            format::integer::format(&a, Text::One(spec.as_bytes()), "int", 0).expect("formats");
        out.push(text.as_text().to_rust().expect("ASCII"));
    }
    out
}

fn huge(r: &mut Random) -> Vec<String> {
    let n = 200 + r.below(3000);
    let a = r.words(n);
    let n = 1 + r.below(1500);
    let b = r.words(n);
    let (q, m) = a.floor_div_mod(&b).expect("not zero");
    let decimal = a.to_decimal(0).expect("no limit");
    let parsed = int_text::parse(Text::One(decimal.as_bytes()), 10, 0).expect("an int");
    let seven = Int::from(7);
    let gcd = (&a * &seven).gcd(&(&b * &seven));
    let root = a.isqrt().expect("a root");
    vec![
        hex(&(&a * &b)),
        hex(&q),
        hex(&m),
        decimal,
        hex(&parsed),
        hex(&gcd),
        hex(&root),
    ]
}

fn digest(name: &str, seed: u64, count: u64) -> u64 {
    let questions = match name {
        "binary" => binary,
        "unary" => unary,
        "powers" => powers,
        "division" => division,
        "real" => real,
        "decimals" => decimals,
        "quotients" => quotients,
        "texts" => texts,
        "huge" => huge,
        _ => panic!("what is {name}?"),
    };
    let mut random = Random(seed);
    let mut value: u64 = 0xCBF2_9CE4_8422_2325;
    for _ in 0..count {
        for text in questions(&mut random) {
            for byte in text.bytes().chain([b'\n']) {
                value = (value ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3);
            }
        }
    }
    value
}

#[test]
fn as_cpython() {
    let mut wrong = Vec::new();
    let kept = include_str!("number_digests.txt").into();
    let lines = match std::env::var("GRWL_VECTORS") {
        Ok(folder) => {
            std::fs::read_to_string(format!("{folder}/number_digests.txt")).unwrap_or(kept)
        }
        Err(_) => kept,
    };
    for line in lines.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let [name, seed, count, expected] = fields[..] else {
            panic!("{line}")
        };
        let (seed, count) = (
            seed.parse().expect("a number"),
            count.parse().expect("a number"),
        );
        if format!("{:016x}", digest(name, seed, count)) != expected {
            wrong.push(format!("{name} {seed}"));
        }
    }
    assert!(wrong.is_empty(), "differ: {wrong:?}");
}
