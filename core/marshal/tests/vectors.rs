//! What CPython 3.14 reads and writes; the files in `vectors/` were written by CPython, with the script beside them.

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::rc::Rc;

use grwl_frontend::{Mode, Options, Wtf8, compile};
use grwl_marshal::{
    Builder, Bytes, Class, CodeFields, CodeHead, Error, Kind, Reader, Writer, read_code, scan,
    write_code,
};

/// A value, and whether the data said that it may be referred to.
struct Node {
    marked: Cell<bool>,
    body: RefCell<Body>,
}

enum Body {
    None,
    Bool(bool),
    Ellipsis,
    StopIteration,
    Int(i64),
    BigInt(bool, Vec<u8>),
    Float(f64),
    Complex(f64, f64),
    Bytes(Vec<u8>),
    Str(Box<Wtf8>, bool),
    Sequence(Kind, Vec<Rc<Node>>),
    Slice([Rc<Node>; 3]),
    Code(Box<CodeFields<Rc<Node>>>),
    Reference(usize),
}

/// Builds trees in which references stand as such.
#[derive(Default)]
struct Trees {
    references: Vec<Option<Rc<Node>>>,
}

fn node(body: Body) -> Result<Rc<Node>, Error> {
    Ok(Rc::new(Node {
        marked: Cell::new(false),
        body: RefCell::new(body),
    }))
}

fn push(partial: &Rc<Node>, value: Rc<Node>) {
    match &mut *partial.body.borrow_mut() {
        Body::Sequence(_, items) => items.push(value),
        _ => panic!("not a container"),
    }
}

#[rustfmt::skip]
impl Builder for Trees {
    type Value = Rc<Node>;
    type Partial = Rc<Node>;
    type Error = Error;

    fn none(&mut self) -> Result<Rc<Node>, Error> { node(Body::None) }
    fn bool(&mut self, value: bool) -> Result<Rc<Node>, Error> { node(Body::Bool(value)) }
    fn ellipsis(&mut self) -> Result<Rc<Node>, Error> { node(Body::Ellipsis) }
    fn stop_iteration(&mut self) -> Result<Rc<Node>, Error> { node(Body::StopIteration) }
    fn int(&mut self, value: i64) -> Result<Rc<Node>, Error> { node(Body::Int(value)) }
    fn big_int(&mut self, negative: bool, magnitude: &[u8]) -> Result<Rc<Node>, Error> {
        node(Body::BigInt(negative, magnitude.to_vec()))
    }
    fn float(&mut self, value: f64) -> Result<Rc<Node>, Error> { node(Body::Float(value)) }
    fn complex(&mut self, real: f64, imag: f64) -> Result<Rc<Node>, Error> {
        node(Body::Complex(real, imag))
    }
    fn bytes(&mut self, value: &[u8]) -> Result<Rc<Node>, Error> { node(Body::Bytes(value.to_vec())) }
    fn str(&mut self, value: &Wtf8, interned: bool) -> Result<Rc<Node>, Error> {
        node(Body::Str(value.to_owned().into_box(), interned))
    }
    fn start(&mut self, kind: Kind, len: usize) -> Result<Rc<Node>, Error> {
        node(Body::Sequence(kind, Vec::with_capacity(len)))
    }
    fn item(&mut self, partial: &mut Rc<Node>, value: Rc<Node>) -> Result<(), Error> {
        push(partial, value);
        Ok(())
    }
    fn entry(&mut self, partial: &mut Rc<Node>, key: Rc<Node>, value: Rc<Node>) -> Result<(), Error> {
        push(partial, key);
        push(partial, value);
        Ok(())
    }
    fn finish(&mut self, partial: Rc<Node>) -> Result<Rc<Node>, Error> { Ok(partial) }
    fn slice(&mut self, start: Rc<Node>, stop: Rc<Node>, step: Rc<Node>) -> Result<Rc<Node>, Error> {
        node(Body::Slice([start, stop, step]))
    }
    fn code(&mut self, fields: CodeFields<Rc<Node>>) -> Result<Rc<Node>, Error> {
        node(Body::Code(Box::new(fields)))
    }
    fn define(&mut self, index: usize, value: &Rc<Node>) -> Result<(), Error> {
        value.marked.set(true);
        self.references.resize(self.references.len().max(index + 1), None);
        self.references[index] = Some(Rc::clone(value));
        Ok(())
    }
    fn define_partial(&mut self, index: usize, partial: &Rc<Node>) -> Result<(), Error> {
        self.define(index, partial)
    }
    fn reference(&mut self, index: usize) -> Result<Option<Rc<Node>>, Error> {
        match self.references.get(index) {
            Some(Some(_)) => node(Body::Reference(index)).map(Some),
            _ => Ok(None),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal digits"))
        .collect()
}

impl Trees {
    /// The form that the script's `show` gives.
    fn show(&self, value: &Rc<Node>, seen: &mut Vec<*const Node>) -> String {
        let float = |value: f64| hex(&value.to_be_bytes());
        match &*value.body.borrow() {
            Body::None => "None".into(),
            Body::Bool(true) => "True".into(),
            Body::Bool(false) => "False".into(),
            Body::Ellipsis => "Ellipsis".into(),
            Body::StopIteration => "StopIteration".into(),
            Body::Int(value) => {
                let sign = if *value < 0 { "-" } else { "" };
                format!("int {sign}{:x}", value.unsigned_abs())
            }
            Body::BigInt(negative, magnitude) => {
                let magnitude: Vec<u8> = magnitude.iter().rev().copied().collect();
                let sign = if *negative { "-" } else { "" };
                format!("int {sign}{}", hex(&magnitude).trim_start_matches('0'))
            }
            Body::Float(value) => format!("float {}", float(*value)),
            Body::Complex(real, imag) => format!("complex {}{}", float(*real), float(*imag)),
            Body::Bytes(bytes) => format!("bytes {}", hex(bytes)),
            Body::Str(text, _) => format!("str {}", hex(text.as_bytes())),
            Body::Sequence(kind, items) => {
                let single = matches!(kind, Kind::Tuple | Kind::FrozenSet) && items.is_empty();
                if !single && let Some(number) = number(value, seen) {
                    return number;
                }
                let mut parts: Vec<String> =
                    items.iter().map(|item| self.show(item, seen)).collect();
                match kind {
                    Kind::Set | Kind::FrozenSet => parts.sort(),
                    Kind::Dict => parts = parts.chunks(2).map(|pair| pair.join(": ")).collect(),
                    Kind::Tuple | Kind::List => {}
                }
                format!(
                    "{}[{}]",
                    format!("{kind:?}").to_lowercase(),
                    parts.join(", ")
                )
            }
            Body::Slice(parts) => {
                if let Some(number) = number(value, seen) {
                    return number;
                }
                let parts: Vec<String> = parts.iter().map(|part| self.show(part, seen)).collect();
                format!("slice[{}]", parts.join(", "))
            }
            Body::Code(fields) => {
                let mut text = "code".to_owned();
                for part in [&fields.name, &fields.qualname, &fields.filename] {
                    match &*part.body.borrow() {
                        Body::Str(name, _) => text += &format!(" {name}"),
                        _ => panic!("a name is a string"),
                    }
                }
                match &*fields.code.body.borrow() {
                    Body::Bytes(code) => text += &format!(" {} {}", fields.firstlineno, hex(code)),
                    _ => panic!("code is bytes"),
                }
                text
            }
            Body::Reference(index) => {
                let target = self.references[*index].clone().expect("defined");
                self.show(&target, seen)
            }
        }
    }

    /// Writes what was read.
    fn write(&self, value: &Node, out: &mut Writer) -> Result<(), Error> {
        if value.marked.get() {
            out.mark();
        }
        match &*value.body.borrow() {
            Body::None => out.none(),
            Body::Bool(value) => out.bool(*value),
            Body::Ellipsis => out.ellipsis(),
            Body::StopIteration => out.stop_iteration(),
            Body::Int(value) => out.int(*value),
            Body::BigInt(negative, magnitude) => out.big_int(*negative, magnitude),
            Body::Float(value) => out.float(*value),
            Body::Complex(real, imag) => out.complex(*real, *imag),
            Body::Bytes(bytes) => out.bytes(bytes),
            Body::Str(text, interned) => out.str(text, *interned),
            Body::Sequence(kind, items) => {
                match kind {
                    Kind::Tuple => out.tuple_start(items.len())?,
                    Kind::List => out.list_start(items.len())?,
                    Kind::Set => out.set_start(items.len())?,
                    Kind::FrozenSet => out.frozenset_start(items.len())?,
                    Kind::Dict => out.dict_start()?,
                }
                for item in items {
                    self.write(item, out)?;
                }
                match kind {
                    Kind::Dict => out.dict_end(),
                    _ => out.end(),
                }
                Ok(())
            }
            Body::Slice(parts) => {
                out.slice_start()?;
                for part in parts {
                    self.write(part, out)?;
                }
                out.end();
                Ok(())
            }
            Body::Code(f) => {
                out.code_start(CodeHead {
                    argcount: f.argcount,
                    posonlyargcount: f.posonlyargcount,
                    kwonlyargcount: f.kwonlyargcount,
                    stacksize: f.stacksize,
                    flags: f.flags,
                })?;
                for part in [
                    &f.code,
                    &f.consts,
                    &f.names,
                    &f.localsplusnames,
                    &f.localspluskinds,
                    &f.filename,
                    &f.name,
                    &f.qualname,
                ] {
                    self.write(part, out)?;
                }
                out.code_line(f.firstlineno);
                self.write(&f.linetable, out)?;
                self.write(&f.exceptiontable, out)?;
                out.end();
                Ok(())
            }
            Body::Reference(index) => out.reference(u32::try_from(*index).expect("small")),
        }
    }
}

/// A container's number, if it has one; otherwise it gets the next.
fn number(value: &Rc<Node>, seen: &mut Vec<*const Node>) -> Option<String> {
    let address = Rc::as_ptr(value);
    let found = seen.iter().position(|&other| other == address);
    if found.is_none() {
        seen.push(address);
    }
    found.map(|number| format!("^{number}"))
}

fn show_error(error: &Error) -> String {
    let class = match error.class {
        Class::Eof => "EOFError",
        Class::Value => "ValueError",
        Class::Type => "TypeError",
        Class::System => "SystemError",
        Class::Decode(_) => "UnicodeDecodeError",
    };
    let mut text = format!("{class}: ");
    for next in error.to_string().chars() {
        match u32::from(next) {
            0x20..=0x7e => text.push(next),
            code @ ..=0xff => text += &format!("\\x{code:02x}"),
            code => text += &format!("\\u{code:04x}"),
        }
    }
    text
}

fn vectors() -> impl Iterator<Item = (&'static str, Vec<u8>, &'static str)> {
    include_str!("vectors/values.txt").lines().map(|line| {
        let mut columns = line.split('\t');
        let mut next = || columns.next().expect("three columns");
        (next(), unhex(next()), next())
    })
}

#[test]
fn values_are_read_as_cpython_reads_them() {
    let mut wrong = String::new();
    for (_, data, expected) in vectors() {
        let mut trees = Trees::default();
        let got = match Reader::new(Bytes::new(&data), true).read(&mut trees) {
            Ok(value) => trees.show(&value, &mut Vec::new()),
            Err(error) => show_error(&error),
        };
        if got != expected {
            let _ = writeln!(wrong, "{}\n  {got}\n  {expected}", hex(&data));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn values_are_written_as_cpython_writes_them() {
    let mut count = 0;
    for (version, data, _) in vectors() {
        let Ok(version) = version.parse() else {
            continue;
        };
        let mut trees = Trees::default();
        let value = Reader::new(Bytes::new(&data), true)
            .read(&mut trees)
            .expect("CPython wrote it");
        let mut writer = Writer::new(version, true);
        trees.write(&value, &mut writer).expect("it can be written");
        assert_eq!(hex(&writer.into_bytes()), hex(&data), "version {version}");
        count += 1;
    }
    assert!(count > 100);
}

fn codes() -> impl Iterator<Item = (&'static str, String, Vec<u8>)> {
    include_str!("vectors/code.txt").lines().map(|line| {
        let mut columns = line.split('\t');
        let mut next = || columns.next().expect("three columns");
        let name = next();
        let source = String::from_utf8(unhex(next())).expect("sources are UTF-8");
        (name, source, unhex(next()))
    })
}

#[test]
fn code_of_cpython_is_read() {
    for (name, source, data) in codes() {
        let read = read_code(&data).unwrap_or_else(|error| panic!("{name}: {error}"));
        let filename = format!("{name}.py");
        let own = compile(&source, &filename, Mode::Exec, &Options::default()).result;
        assert_eq!(
            format!("{read:?}"),
            format!("{:?}", own.expect("it compiles"))
        );
        let mut trees = Trees::default();
        let value = Reader::new(Bytes::new(&data), true)
            .read(&mut trees)
            .expect("CPython wrote it");
        let mut writer = Writer::new(5, true);
        trees.write(&value, &mut writer).expect("it can be written");
        assert_eq!(hex(&writer.into_bytes()), hex(&data), "{name}");
    }
}

#[test]
fn code_comes_back() {
    for (name, _, data) in codes() {
        let first = read_code(&data).expect("CPython wrote it");
        let bytes = write_code(&first).expect("it can be written");
        let second = read_code(&bytes).expect("it was written");
        assert_eq!(format!("{first:?}"), format!("{second:?}"), "{name}");
        assert_eq!(write_code(&second).expect("it can be written"), bytes);
    }
}

#[test]
fn code_objects_can_be_forbidden() {
    let (_, _, data) = codes().next().expect("there is one");
    let error = Reader::new(Bytes::new(&data), false)
        .read(&mut Trees::default())
        .map(|_| ());
    assert_eq!(
        error,
        Err(Error::value("unmarshalling code objects is disallowed"))
    );
    let head = CodeHead {
        argcount: 0,
        posonlyargcount: 0,
        kwonlyargcount: 0,
        stacksize: 0,
        flags: 0,
    };
    let error = Writer::new(5, false).code_start(head);
    assert_eq!(
        error,
        Err(Error::value("marshalling code objects is disallowed"))
    );
}

#[test]
fn slices_need_version_5() {
    let error = Writer::new(4, true).slice_start();
    assert_eq!(error, Err(Error::value("unmarshallable object")));
}

#[test]
fn nesting_ends_at_2000() {
    for (depth, result) in [(2000, Ok(())), (2001, Err("recursion limit exceeded"))] {
        let mut data = b")\x01".repeat(depth - 1);
        data.extend(b")\0");
        let got = scan::<Error, _>(&mut Bytes::new(&data), true);
        assert_eq!(
            got.as_ref().map(|_| ()).map_err(|error| &*error.message),
            result
        );
        let mut writer = Writer::new(5, true);
        let written = (0..depth).try_for_each(|_| writer.tuple_start(1));
        let message = "object too deeply nested to marshal";
        assert_eq!(written, result.map_err(|_| Error::value(message)));
    }
    for unit in [
        &b")\x01"[..],
        b"(\x01\0\0\0",
        b"[\x01\0\0\0",
        b"{N",
        b">\x01\0\0\0",
        b":",
    ] {
        let data = unit.repeat(1 << 20);
        let got = Reader::new(Bytes::new(&data), true)
            .read(&mut Trees::default())
            .map(|_| ());
        assert_eq!(got, Err(Error::value("recursion limit exceeded")));
        assert!(read_code(&data).is_err());
    }
}

/// `scan` consumes one object and no byte of what follows.
#[test]
fn scan_stops_behind_the_object() {
    for (version, data, _) in vectors() {
        if version == "-" {
            continue;
        }
        let twice = [data.clone(), b"rest".to_vec()].concat();
        let mut source = Bytes::new(&twice);
        let copy = scan::<Error, _>(&mut source, true).expect("CPython wrote it");
        assert_eq!((copy, source.rest()), (data, &b"rest"[..]));
    }
}

/// References within references must not make a result that is exponentially larger than the data.
#[test]
fn references_do_not_multiply() {
    let empty = b"s\0\0\0\0";
    let mut bomb = [&b"c"[..], &[0; 20], empty, b")\x28"].concat();
    for level in 0..40_u32 {
        bomb.extend([b')' | 0x80, 2]);
        for _ in 0..2 {
            if level == 0 {
                bomb.push(b'N');
            } else {
                bomb.push(b'r');
                bomb.extend((level - 1).to_le_bytes());
            }
        }
    }
    let names = b")\0)\0s\0\0\0\0z\x01az\x01az\x01a\x01\0\0\0";
    bomb.extend([&names[..], empty, empty].concat());
    let error = read_code(&bomb).map(|_| ());
    assert_eq!(
        error,
        Err(Error::value("bad marshal data (too many references)"))
    );
}

/// Damaged data are an error or another value, never a panic.
#[test]
fn damaged_data_do_no_harm() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).expect("31 bits") % below
    };
    let samples: Vec<Vec<u8>> = vectors()
        .map(|(_, data, _)| data)
        .chain(codes().map(|(_, _, data)| data))
        .filter(|data| !data.is_empty())
        .collect();
    let (mut fine, mut bad) = (0, 0);
    for _ in 0..20_000 {
        let mut data = samples[random(samples.len())].clone();
        for _ in 0..=random(3) {
            let at = random(data.len());
            data[at] = u8::try_from(random(256)).expect("a byte");
        }
        if random(4) == 0 {
            data.truncate(random(data.len()) + 1);
        }
        let read = Reader::new(Bytes::new(&data), true).read(&mut Trees::default());
        match read {
            Ok(_) => fine += 1,
            Err(_) => bad += 1,
        }
        if let Ok(code) = read_code(&data) {
            let _ = write_code(&code);
        }
    }
    assert!(fine > 1000 && bad > 1000, "{fine} {bad}");
}
