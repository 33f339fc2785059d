//! Small programs, and what CPython 3.14.10 makes of them; the files in `expected/` were written by CPython.

use std::fmt::Write as _;

use grwl_frontend::{Code, Const, Mode, Options, compile};

/// Undoes Python's `unicode_escape`.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        if next != '\\' {
            out.push(next);
            continue;
        }
        let width = match rest.next() {
            Some('n') => {
                out.push('\n');
                continue;
            }
            Some('t') => {
                out.push('\t');
                continue;
            }
            Some('r') => {
                out.push('\r');
                continue;
            }
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            Some(other) => {
                out.push(other);
                continue;
            }
            None => break,
        };
        let digits: String = rest.by_ref().take(width).collect();
        let value = u32::from_str_radix(&digits, 16).expect("hexadecimal digits");
        out.push(char::from_u32(value).expect("a character"));
    }
    out
}

#[test]
fn errors_are_cpythons() {
    let mut wrong = String::new();
    for line in include_str!("expected/errors.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let fields: Vec<&str> = line.split('\t').collect();
        let program = unescape(fields[7]);
        let error = match compile(&program, "<x>", Mode::Exec, &Options::default()).result {
            Ok(_) => {
                let _ = writeln!(wrong, "{program:?}: accepted, but {line}");
                continue;
            }
            Err(error) => error,
        };
        let place = error.place.clone().expect("syntax errors have a place");
        let number =
            |value: Option<i32>| value.map_or("None".to_owned(), |value| value.to_string());
        let found = [
            error.kind.class_name().to_owned(),
            error.message.clone(),
            place.lineno.to_string(),
            place.offset.to_string(),
            number(place.end_lineno),
            number(place.end_offset),
            place.text.as_deref().unwrap_or("-").to_owned(),
        ];
        let wanted: Vec<String> = fields[..7].iter().map(|field| unescape(field)).collect();
        if found[..] != wanted[..] {
            let _ = writeln!(
                wrong,
                "{program:?}:\n  wanted {wanted:?}\n  found  {found:?}"
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn code_is_cpythons() {
    let mut wrong = String::new();
    let mut found = Vec::new().into_iter();
    let mut program = String::new();
    for line in include_str!("expected/code.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        if let Some(escaped) = line.strip_prefix("program\t") {
            program = unescape(escaped);
            let done = compile(&program, "<x>", Mode::Exec, &Options::default());
            let mut all = Vec::new();
            match done.result {
                Ok(code) => describe(&code, &mut all),
                Err(error) => all.push(error.to_string()),
            }
            found = all.into_iter();
            continue;
        }
        let found = found.next().unwrap_or_default();
        if found != line {
            let _ = writeln!(wrong, "{program:?}:\n  wanted {line}\n  found  {found}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn describe(code: &Code, out: &mut Vec<String>) {
    let list = |names: Vec<&str>| {
        if names.is_empty() {
            "-".to_owned()
        } else {
            names.join(",")
        }
    };
    let bytes = |bytes: &[u8]| {
        if bytes.is_empty() {
            "-".to_owned()
        } else {
            hex(bytes)
        }
    };
    let consts: Vec<String> = code.consts.iter().map(constant).collect();
    out.push(
        [
            "code".to_owned(),
            code.qualname.to_string(),
            code.argcount.to_string(),
            code.posonlyargcount.to_string(),
            code.kwonlyargcount.to_string(),
            code.nlocals().to_string(),
            code.stacksize.to_string(),
            code.flags.to_string(),
            code.firstlineno.to_string(),
            hex(&code.bytecode()),
            bytes(&code.linetable),
            bytes(&code.exceptiontable),
            list(code.names.iter().map(|name| &**name).collect()),
            list(code.varnames().collect()),
            list(code.cellvars().collect()),
            list(code.freevars().collect()),
            if consts.is_empty() {
                "-".to_owned()
            } else {
                consts.join(";")
            },
        ]
        .join("\t"),
    );
    for nested in code.consts.iter().filter_map(Const::as_code) {
        describe(nested, out);
    }
}

fn constant(value: &Const) -> String {
    let all = |elements: &[Const]| elements.iter().map(constant).collect::<Vec<_>>();
    match value {
        Const::None => "None".to_owned(),
        Const::Ellipsis => "...".to_owned(),
        Const::Bool(true) => "True".to_owned(),
        Const::Bool(false) => "False".to_owned(),
        Const::Int(value) => format!("int:{value}"),
        Const::BigInt(value) => format!("int:{value}"),
        Const::Float(value) => format!("float:{:016x}", value.to_bits()),
        Const::Complex { real, imag } => {
            format!("complex:{:016x}{:016x}", real.to_bits(), imag.to_bits())
        }
        Const::Str(value) => format!("str:{}", hex(value.as_bytes())),
        Const::Bytes(value) => format!("bytes:{}", hex(value)),
        Const::Tuple(elements) => format!("({})", all(elements).join(",")),
        Const::FrozenSet(elements) => {
            let mut elements = all(elements);
            elements.sort();
            format!("frozenset({})", elements.join(","))
        }
        Const::Slice(elements) => format!("slice({})", all(&elements[..]).join(",")),
        Const::Code(_) => "<code>".to_owned(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
