//! Reads the vector files that vectors.py writes (also those of core/number/vectors.py, whose
//! integers and floats come as words).

// Each test file uses a part of this.
#![allow(dead_code)]

use grwl_text::{TextBuf, Unit};

/// A value of a vector file.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    None,
    Bool(bool),
    Int(i64),
    Str(TextBuf),
    Bytes(Vec<u8>),
    Word(String),
    List(Vec<Value>),
}

impl Value {
    pub fn int(&self) -> i64 {
        match self {
            Value::Int(i) => *i,
            other => panic!("not an int: {other:?}"),
        }
    }

    pub fn str(&self) -> &TextBuf {
        match self {
            Value::Str(s) => s,
            other => panic!("not a str: {other:?}"),
        }
    }

    pub fn bytes(&self) -> &[u8] {
        match self {
            Value::Bytes(b) => b,
            other => panic!("not bytes: {other:?}"),
        }
    }

    pub fn word(&self) -> &str {
        match self {
            Value::Word(w) => w,
            other => panic!("not a word: {other:?}"),
        }
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Value {
        Value::Str(s.into())
    }
}
impl From<TextBuf> for Value {
    fn from(s: TextBuf) -> Value {
        Value::Str(s)
    }
}
impl From<Vec<u8>> for Value {
    fn from(b: Vec<u8>) -> Value {
        Value::Bytes(b)
    }
}
impl From<bool> for Value {
    fn from(b: bool) -> Value {
        Value::Bool(b)
    }
}

/// Units as a value: `str` is canonical, `bytes` is bytes.
pub fn units_value<T: Unit>(units: &[T], is_bytes: bool) -> Value {
    if is_bytes {
        Value::Bytes(units.iter().map(|u| u.code() as u8).collect())
    } else {
        Value::Str(T::text(units).to_canonical())
    }
}

fn parse(words: &mut std::iter::Peekable<std::str::Split<'_, char>>) -> Value {
    let word = words.next().expect("a value");
    if let Some(first) = word.strip_prefix('[') {
        let mut items = Vec::new();
        if first == "]" {
            return Value::List(items);
        }
        let text = format!("{first} {}", words.by_ref().collect::<Vec<_>>().join(" "));
        let mut depth = 0;
        let mut item = String::new();
        for part in text.trim_end().split(' ') {
            depth += part.matches('[').count() as i32 - part.matches(']').count() as i32;
            item.push_str(part);
            if depth <= 0 {
                let done = if depth < 0 {
                    &item[..item.len() - 1]
                } else {
                    &item[..]
                };
                items.push(parse(&mut done.split(' ').peekable()));
                item.clear();
            } else {
                item.push(' ');
            }
        }
        return Value::List(items);
    }
    match word.split_once(':') {
        None => match word {
            "n" => Value::None,
            "t" => Value::Bool(true),
            "f" => Value::Bool(false),
            _ => panic!("what is {word:?}?"),
        },
        Some(("i", i)) => Value::Int(i.parse().expect("an int")),
        Some(("w", w)) => Value::Word(w.replace('_', " ")),
        Some(("q", q)) => Value::Str(percent_decoded(q).as_str().into()),
        Some(("x" | "d", bits)) => Value::Word(bits.into()),
        Some(("s", s)) => Value::Str(
            s.split('.')
                .filter(|c| !c.is_empty())
                .map(|c| u32::from_str_radix(c, 16).expect("hex"))
                .collect(),
        ),
        Some(("b", b)) => Value::Bytes(
            b.as_bytes()
                .chunks(2)
                .map(|c| {
                    u8::from_str_radix(std::str::from_utf8(c).expect("ASCII"), 16).expect("hex")
                })
                .collect(),
        ),
        Some(_) => panic!("what is {word:?}?"),
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next().expect("a digit"), rest.next().expect("a digit")];
                u8::from_str_radix(std::str::from_utf8(&digits).expect("ASCII"), 16).expect("hex")
            }
            _ => byte,
        });
    }
    String::from_utf8(bytes).expect("utf-8")
}

/// The tests of a file: operation, arguments, expected answer.
pub fn read(text: &str) -> impl Iterator<Item = (&str, Vec<Value>, Value)> {
    text.lines().map(|line| {
        let mut fields = line.split('\t');
        let operation = fields.next().expect("an operation");
        let mut values: Vec<Value> = fields
            .map(|f| parse(&mut f.split(' ').peekable()))
            .collect();
        let expected = values.pop().expect("an answer");
        (operation, values, expected)
    })
}

/// The text of a vector file of the repository, or of the same name in the folder that the environment's
/// `GRWL_VECTORS` names: for trying many more than those kept here.
pub fn source(name: &str, kept: &str) -> String {
    match std::env::var("GRWL_VECTORS") {
        Ok(folder) => std::fs::read_to_string(format!("{folder}/{name}")).expect("a vector file"),
        Err(_) => kept.into(),
    }
}

/// Runs all tests of a file and panics with the first few that differ.
pub fn check(text: &str, answer: impl Fn(&str, &[Value]) -> Value) -> usize {
    let mut wrong = Vec::new();
    let mut run = 0;
    for (operation, arguments, expected) in read(text) {
        run += 1;
        let got = answer(operation, &arguments);
        if got != expected {
            wrong.push(format!(
                "{operation}{arguments:?}\n   is {got:?}\n  not {expected:?}"
            ));
        }
    }
    let shown = wrong
        .iter()
        .take(20)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    assert!(
        wrong.is_empty(),
        "{} of {run} differ:\n{shown}",
        wrong.len()
    );
    run
}
