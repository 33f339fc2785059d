//! Reading `%` formats: the pieces, and what is wrong with bad ones, in the order CPython finds out.

use grwl_number::printf::{Amount, Conversion, Piece, Pieces, Trouble};
use grwl_text::{Text, TextBuf};

fn pieces(format: &str) -> Vec<Result<Piece, Trouble>> {
    Pieces::of_bytes(format.as_bytes()).collect()
}

fn trouble(format: &str) -> (String, bool, Option<std::ops::Range<usize>>, usize) {
    let Some(Err(t)) = pieces(format).pop() else {
        panic!("{format} is good")
    };
    (
        t.error.message.as_text().to_rust().expect("ASCII"),
        t.has_key,
        t.key,
        t.stars,
    )
}

#[test]
fn literals_and_conversions() {
    let found: Vec<Piece> = pieces("a%%b%(k(1))-08.3ldc%*.*s")
        .into_iter()
        .map(|p| p.expect("good"))
        .collect();
    let d = Conversion {
        key: Some(6..10),
        left: true,
        zero: true,
        width: Some(Amount::Number(8)),
        precision: Some(Amount::Number(3)),
        code: u32::from(b'd'),
        index: 17,
        ..Conversion::default()
    };
    let s = Conversion {
        width: Some(Amount::Value),
        precision: Some(Amount::Value),
        code: u32::from(b's'),
        index: 23,
        ..Conversion::default()
    };
    let expected = [
        Piece::Literal(0..1),
        Piece::Percent,
        Piece::Literal(3..4),
        Piece::Conversion(d),
        Piece::Literal(18..19),
        Piece::Conversion(s),
    ];
    assert_eq!(found, expected);
}

#[test]
fn troubles() {
    assert_eq!(trouble("x%"), ("incomplete format".into(), false, None, 0));
    assert_eq!(
        trouble("%(ab"),
        ("incomplete format key".into(), true, None, 0)
    );
    assert_eq!(
        trouble("%(ab)"),
        ("incomplete format".into(), true, Some(2..4), 0)
    );
    assert_eq!(trouble("%*."), ("incomplete format".into(), false, None, 1));
    assert_eq!(
        trouble("%*.*l"),
        ("incomplete format".into(), false, None, 2)
    );
    assert_eq!(trouble("%99999999999999999999d").0, "width too big");
    assert_eq!(trouble("%.9999999999d").0, "prec too big");
    let of_str = Pieces::of_str(&b"%.9999999999d"[..]).next();
    assert!(matches!(of_str, Some(Err(t)) if t.error.message == "precision too big"));
}

#[test]
fn values_for_stars() {
    let mut c = Conversion {
        code: u32::from(b'd'),
        ..Conversion::default()
    };
    c.set_width(-5);
    assert_eq!(c.int(&1.into(), 0), Ok(b"1    ".to_vec()));
    c.set_precision(-2);
    assert_eq!(c.precision, Some(Amount::Number(0)));
    c.set_width(4);
    c.left = false;
    c.precision = Some(Amount::Number(2));
    assert_eq!(
        c.text(Text::One(b"abc")).expect("fits"),
        TextBuf::from("  ab")
    );
    assert_eq!(
        c.character(Text::One(b"abc")).expect("fits"),
        TextBuf::from(" abc")
    );
}
