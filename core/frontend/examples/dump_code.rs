//! Prints what the front end makes of Python files, one line of JSON a file, for comparisons with CPython.
//!
//! `dump_code [-m exec|eval|single] [-O N] [-x] FILE...`, or, without files, one path a line from standard input.
//! With `-x` the lines are no paths but programs, as hex of their UTF-8 bytes.
//! Text is written as the hex of its WTF-8 bytes, floats as the hex of their bits, integers in decimal.

use std::fmt::Write as _;
use std::io::{BufRead as _, Write as _};

use grwl_frontend::{Code, CompileError, Const, Mode, Options, compile, decode_source};

fn main() {
    let mut mode = Mode::Exec;
    let mut options = Options::default();
    let mut files = Vec::new();
    let mut programs = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-m" => {
                mode = match arguments.next().as_deref() {
                    Some("eval") => Mode::Eval,
                    Some("single") => Mode::Single,
                    _ => Mode::Exec,
                }
            }
            "-x" => programs = true,
            "-O" => options.optimize = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(-1),
            _ => files.push(argument),
        }
    }
    if files.is_empty() {
        files = std::io::stdin()
            .lock()
            .lines()
            .map_while(Result::ok)
            .collect();
    }
    let mut out = std::io::stdout().lock();
    for file in files {
        let bytes = if programs {
            Ok(unhex(&file))
        } else {
            std::fs::read(&file)
        };
        let name = if programs { "<x>" } else { &file };
        let line = dump(bytes, name, mode, &options);
        writeln!(out, "{line}").expect("standard output takes what is written");
    }
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .filter_map(|index| u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok())
        .collect()
}

fn dump(bytes: std::io::Result<Vec<u8>>, file: &str, mode: Mode, options: &Options) -> String {
    let mut line = String::new();
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) => {
            return format!(
                "{{\"unreadable\":\"{}\"}}",
                hex(error.to_string().as_bytes())
            );
        }
    };
    let decoded = match decode_source(&bytes, file) {
        Ok(decoded) => decoded,
        Err(error) => return format!("{{\"error\":{},\"warnings\":[]}}", error_json(&error)),
    };
    let done = compile(&decoded.text, file, mode, options);
    match done.result {
        Ok(code) => {
            line.push_str("{\"code\":");
            code_json(&code, &mut line);
        }
        Err(error) => {
            let _ = write!(line, "{{\"error\":{}", error_json(&error));
        }
    }
    let warnings: Vec<String> = done
        .warnings
        .iter()
        .map(|warning| {
            format!(
                "[\"{:?}\",\"{}\",{}]",
                warning.kind,
                hex(warning.message.as_bytes()),
                warning.place.lineno
            )
        })
        .collect();
    let _ = write!(line, ",\"warnings\":[{}]}}", warnings.join(","));
    line
}

fn error_json(error: &CompileError) -> String {
    let optional = |text: Option<&str>| {
        text.map_or("null".to_owned(), |text| {
            format!("\"{}\"", hex(text.as_bytes()))
        })
    };
    let number = |value: Option<i32>| value.map_or("null".to_owned(), |value| value.to_string());
    let place = error.place.as_ref().map_or("null".to_owned(), |place| {
        format!(
            "[{},{},{},{},{},{}]",
            place.lineno,
            place.offset,
            number(place.end_lineno),
            number(place.end_offset),
            optional(place.text.as_deref()),
            place.text_from_file
        )
    });
    format!(
        "[\"{}\",\"{}\",{},{place}]",
        error.kind.class_name(),
        hex(error.message.as_bytes()),
        optional(error.filename.as_deref())
    )
}

fn code_json(code: &Code, out: &mut String) {
    let names = |names: &[Box<str>]| {
        let quoted: Vec<String> = names
            .iter()
            .map(|name| format!("\"{}\"", hex(name.as_bytes())))
            .collect();
        format!("[{}]", quoted.join(","))
    };
    let _ = write!(
        out,
        "{{\"argcount\":{},\"posonlyargcount\":{},\"kwonlyargcount\":{},\"nlocals\":{},\"stacksize\":{},\"flags\":{},\
         \"code\":\"{}\",\"names\":{},\"localsplusnames\":{},\"localspluskinds\":\"{}\",\"filename\":\"{}\",\
         \"name\":\"{}\",\"qualname\":\"{}\",\"firstlineno\":{},\"linetable\":\"{}\",\"exceptiontable\":\"{}\",\"consts\":[",
        code.argcount,
        code.posonlyargcount,
        code.kwonlyargcount,
        code.nlocals(),
        code.stacksize,
        code.flags,
        hex(&code.bytecode()),
        names(&code.names),
        names(&code.localsplusnames),
        hex(&code.localspluskinds),
        hex(code.filename.as_bytes()),
        hex(code.name.as_bytes()),
        hex(code.qualname.as_bytes()),
        code.firstlineno,
        hex(&code.linetable),
        hex(&code.exceptiontable),
    );
    list(&code.consts, out);
    out.push_str("]}");
}

fn list(constants: &[Const], out: &mut String) {
    for (index, constant) in constants.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        const_json(constant, out);
    }
}

fn const_json(constant: &Const, out: &mut String) {
    let _ = match constant {
        Const::None => write!(out, "[\"None\"]"),
        Const::Ellipsis => write!(out, "[\"Ellipsis\"]"),
        Const::Bool(value) => write!(out, "[\"bool\",{value}]"),
        Const::Int(value) => write!(out, "[\"int\",\"{value}\"]"),
        Const::BigInt(value) => write!(out, "[\"int\",\"{value}\"]"),
        Const::Float(value) => write!(out, "[\"float\",\"{:016x}\"]", value.to_bits()),
        Const::Complex { real, imag } => {
            write!(
                out,
                "[\"complex\",\"{:016x}\",\"{:016x}\"]",
                real.to_bits(),
                imag.to_bits()
            )
        }
        Const::Str(value) => write!(out, "[\"str\",\"{}\"]", hex(value.as_bytes())),
        Const::Bytes(value) => write!(out, "[\"bytes\",\"{}\"]", hex(value)),
        Const::Tuple(elements) => return nested("tuple", elements, out),
        Const::FrozenSet(elements) => return nested("frozenset", elements, out),
        Const::Slice(elements) => return nested("slice", &elements[..], out),
        Const::Code(code) => {
            out.push_str("[\"code\",");
            code_json(code, out);
            out.push(']');
            Ok(())
        }
    };
}

fn nested(kind: &str, elements: &[Const], out: &mut String) {
    let _ = write!(out, "[\"{kind}\",[");
    list(elements, out);
    out.push_str("]]");
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
