//! Runs vectors: lines of `operation <tab> operands <tab> keywords <tab> outcome`, made by `vectors.py` with CPython.
//!
//! Operands are a Python tuple of literals. An outcome is a value as [`show`] writes it, or `!` and an exception's class and arguments.

use grwl_object::bytes::Bytes;
use grwl_object::dict::Dict;
use grwl_object::function::call_native;
use grwl_object::list::List;
use grwl_object::native::Binding;
use grwl_object::protocol::{self, Operator};
use grwl_object::slice::Slice;
use grwl_object::{
    Args, Buffer, CompareOp, PyResult, Raised, Ref, Str, Thread, Tuple, TypeObject, Value,
    ValueExt, float, int, none, ready, singleton, slots, types, world,
};

/// A thread of a world in which all types of this package's tests are ready.
pub fn start(install: fn()) -> grwl_object::OwnThread {
    static ONCE: std::sync::Once = std::sync::Once::new();
    world::for_tests();
    let mut thread = Thread::attach().expect("few threads");
    let this = &mut thread;
    ONCE.call_once(|| {
        install();
        for class in types::BUILTIN {
            ready::ready(this, class).expect("a built-in type");
        }
    });
    thread
}

/// A reader of literals.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn take(&mut self, word: &str) -> bool {
        let fits = self.text[self.at..].starts_with(word.as_bytes());
        self.at += if fits { word.len() } else { 0 };
        fits
    }

    fn spaces(&mut self) {
        while self.peek() == b' ' {
            self.at += 1;
        }
    }

    fn items(&mut self, thread: &mut Thread, close: &str) -> Buffer {
        let mut items = Buffer::new();
        loop {
            self.spaces();
            if self.take(close) {
                return items;
            }
            let item = self.value(thread);
            items.push(thread, item).expect("memory");
            self.spaces();
            self.take(",");
        }
    }

    fn value(&mut self, thread: &mut Thread) -> Value {
        self.spaces();
        for (word, value) in [
            ("None", none()),
            ("True", singleton::bool(true)),
            ("False", singleton::bool(false)),
        ] {
            if self.take(word) {
                return value;
            }
        }
        if self.take("(") {
            let items = self.items(thread, ")");
            return Tuple::new(thread, &items).value();
        }
        if self.take("[") {
            let items = self.items(thread, "]");
            return List::from_buffer(thread, items).value();
        }
        if self.take("slice(") {
            let items = self.items(thread, ")");
            return Slice::new(thread, items[0], items[1], items[2]).value();
        }
        if self.take("bytearray(") {
            let items = self.items(thread, ")");
            return make(thread, "bytearray", &items);
        }
        if self.take("memoryview(") {
            let items = self.items(thread, ")");
            return make(thread, "memoryview", &items);
        }
        if self.take("{") {
            let dict = Dict::new(thread);
            loop {
                self.spaces();
                if self.take("}") {
                    return dict.value();
                }
                let key = self.value(thread);
                assert!(self.take(":"));
                let value = self.value(thread);
                dict.insert(thread, key, value).expect("hashable");
                self.take(",");
            }
        }
        if self.peek() == b'\'' || self.peek() == b'"' {
            let codes = self.quoted();
            let text: grwl_text::TextBuf = codes.into_iter().collect();
            return Str::from_buf(thread, &text).expect("memory").value();
        }
        if self.peek() == b'b' {
            self.at += 1;
            let bytes: Vec<u8> = self.quoted().into_iter().map(|code| code as u8).collect();
            return Bytes::new(thread, &bytes).expect("memory").value();
        }
        self.number(thread)
    }

    fn number(&mut self, thread: &mut Thread) -> Value {
        let rest = &self.text[self.at..];
        let end = rest
            .iter()
            .position(|c| {
                !matches!(
                    c,
                    b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'i' | b'n' | b'f' | b'a'
                )
            })
            .unwrap_or(rest.len());
        let word = std::str::from_utf8(&rest[..end]).expect("ASCII");
        assert!(
            !word.is_empty(),
            "no literal: {}",
            String::from_utf8_lossy(rest)
        );
        self.at += end;
        match grwl_number::int::text::parse_bytes(word.as_bytes(), 10, 0) {
            Ok(number) => int::new(thread, number),
            Err(_) => float::new(thread, word.parse().expect("a float")),
        }
    }

    fn quoted(&mut self) -> Vec<u32> {
        let quote = self.peek();
        self.at += 1;
        let mut codes = Vec::new();
        loop {
            let c = self.peek();
            self.at += 1;
            if c == quote {
                return codes;
            }
            if c != b'\\' {
                codes.push(c.into());
                continue;
            }
            let kind = self.peek();
            self.at += 1;
            let digits = match kind {
                b'x' => 2,
                b'u' => 4,
                b'U' => 8,
                b't' => {
                    codes.push(9);
                    continue;
                }
                b'n' => {
                    codes.push(10);
                    continue;
                }
                b'r' => {
                    codes.push(13);
                    continue;
                }
                other => {
                    codes.push(other.into());
                    continue;
                }
            };
            let hex = std::str::from_utf8(&self.text[self.at..self.at + digits]).expect("ASCII");
            codes.push(u32::from_str_radix(hex, 16).expect("digits"));
            self.at += digits;
        }
    }
}

/// A built-in type by its name.
fn find_type(name: &str) -> Ref<TypeObject> {
    let mut found = None;
    types::for_each_static(|class| {
        if class.name().to_string() == name {
            found = Some(Ref::from_static(class));
        }
    });
    found.unwrap_or_else(|| panic!("no type {name}"))
}

/// Calls a type by its name.
fn make(thread: &mut Thread, name: &str, items: &[Value]) -> Value {
    let class = find_type(name);
    instantiate(thread, class, Args::positional(items)).expect(name)
}

/// Makes an instance as a call of the type does.
fn instantiate(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let new = class.slot(slots::NEW).expect("it can be made");
    let made = new(thread, class, args)?;
    if class.name().to_string() == "bytearray"
        && let Some(init) = class.slot(slots::INIT)
    {
        init(thread, made, args)?;
    }
    Ok(made)
}

/// A value as the vectors have it.
pub fn show(thread: &mut Thread, value: Value, out: &mut String) {
    if value.is_none() {
        out.push_str("None");
    } else if let Some(truth) = singleton::as_bool(value) {
        out.push_str(if truth { "True" } else { "False" });
    } else if let Some(number) = int::view(value) {
        out.push_str(&number.to_int().to_decimal(0).expect("no limit"));
    } else if let Some(number) = float::view(value) {
        out.push_str(&grwl_number::float::text::repr(number));
    } else if let Some(string) = value.downcast::<Str>() {
        let ascii = grwl_text::repr::ascii(string.text());
        out.push_str(&ascii.as_text().to_rust().expect("ASCII"));
    } else if let Some(bytes) = value.downcast::<Bytes>() {
        let ascii = grwl_text::repr::repr_bytes(bytes.as_slice());
        out.push_str(&String::from_utf8(ascii).expect("ASCII"));
    } else if let Some(tuple) = value.downcast::<Tuple>() {
        show_all(thread, '(', tuple.as_slice(), ')', out);
    } else if let Some(list) = value.downcast::<List>() {
        let items = list.snapshot(thread).expect("memory");
        show_all(thread, '[', &items, ']', out);
    } else if let Some(dict) = value.downcast::<Dict>() {
        out.push('{');
        for (key, value, _) in dict.cursor() {
            show(thread, key, out);
            out.push_str(": ");
            show(thread, value, out);
            out.push_str(", ");
        }
        out.push('}');
    } else if value.class().slot(slots::GET_BUFFER).is_some() {
        let bytes = grwl_object::buffer::bytes_of(thread, value).expect("a buffer");
        let ascii = grwl_text::repr::repr_bytes(&bytes);
        let name = value.class().name().to_string();
        let ascii = String::from_utf8(ascii).expect("ASCII");
        out.push_str(&format!("{name}({ascii})"));
    } else {
        out.push_str(&format!("<{}>", value.class().name()));
    }
}

fn show_all(thread: &mut Thread, open: char, items: &[Value], close: char, out: &mut String) {
    out.push(open);
    for &item in items {
        show(thread, item, out);
        out.push_str(", ");
    }
    out.push(close);
}

fn show_raised(thread: &mut Thread, raised: Raised) -> String {
    let exception = raised.exception();
    let mut out = format!("!{}", exception.value().class().name());
    show(thread, exception.args().value(), &mut out);
    out
}

/// Does what a line says.
fn apply(
    thread: &mut Thread,
    operation: &str,
    operands: &[Value],
    keywords: Ref<Dict>,
) -> PyResult {
    let comparison = ["<", "<=", "==", "!=", ">", ">="]
        .iter()
        .position(|symbol| *symbol == operation);
    if let Some(number) = comparison {
        let op = CompareOp::ALL[number];
        return protocol::compare(thread, operands[0], operands[1], op);
    }
    match operation {
        "+" => return protocol::binary(thread, Operator::Add, operands[0], operands[1]),
        "*" => return protocol::binary(thread, Operator::Multiply, operands[0], operands[1]),
        "%" => return protocol::binary(thread, Operator::Remainder, operands[0], operands[1]),
        "[]" => return protocol::get_item(thread, operands[0], operands[1]),
        "[]=" => {
            protocol::set_item(thread, operands[0], operands[1], operands[2])?;
            return Ok(operands[0]);
        }
        "del[]" => {
            protocol::delete_item(thread, operands[0], operands[1])?;
            return Ok(operands[0]);
        }
        "in" => {
            let found = protocol::contains(thread, operands[1], operands[0])?;
            return Ok(singleton::bool(found));
        }
        "len" => {
            let length = protocol::length(thread, operands[0])?;
            return Ok(int::from_usize(thread, length));
        }
        "repr" => return protocol::repr(thread, operands[0]).map(Ref::value),
        "list" => {
            let items = protocol::collect(thread, operands[0])?;
            return Ok(List::from_buffer(thread, items).value());
        }
        _ => {}
    }
    let mut values = Buffer::from_slice(thread, operands)?;
    let mut names = Buffer::new();
    for (name, value, _) in keywords.cursor() {
        names.push(thread, name)?;
        values.push(thread, value)?;
    }
    let names = (!names.is_empty()).then(|| Tuple::new(thread, &names));
    if let Some(class) = operation.strip_prefix("type:") {
        let class = find_type(class);
        return instantiate(thread, class, Args::new(&values, names));
    }
    if let Some((class, method)) = operation.split_once('.') {
        let class = find_type(class);
        return call_method(thread, class, method, none(), Args::new(&values, names));
    }
    if let Some((method, then)) = operation.split_once('>') {
        // What the method returns is not asked; the receiver is.
        let receiver = values[0];
        let args = Args::new(&values[1..], names);
        let result = call_method(thread, receiver.class(), method, receiver, args)?;
        assert_eq!(then, "self");
        return Ok(Tuple::new(thread, &[result, receiver]).value());
    }
    let receiver = values[0];
    let args = Args::new(&values[1..], names);
    call_method(thread, receiver.class(), operation, receiver, args)
}

/// Calls a method by its type's table: descriptors and their calls are another package's.
fn call_method(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    name: &str,
    receiver: Value,
    args: Args<'_>,
) -> PyResult {
    let spec = class.spec().expect("a type with a table");
    let Some(method) = spec.methods.iter().find(|method| method.name == name) else {
        let name = Str::new(thread, name);
        return Err(thread.no_attribute(receiver, name));
    };
    let receiver = match method.binding {
        Binding::Instance => receiver,
        Binding::Class => class.value(),
        Binding::Static => none(),
    };
    let full = || format!("{}.{name}", class.name());
    call_native(thread, method, receiver, args, full)
}

/// Runs all lines and reports those that differ.
pub fn run(thread: &mut Thread, vectors: &str) {
    let (mut count, mut wrong) = (0, Vec::new());
    for line in vectors.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [operation, operands, keywords, expected] = fields[..] else {
            panic!("not a vector: {line}");
        };
        let mut read = |text: &str| {
            Reader {
                text: text.as_bytes(),
                at: 0,
            }
            .value(thread)
        };
        let operands = read(operands).downcast::<Tuple>().expect("a tuple");
        let keywords = read(keywords).downcast::<Dict>().expect("a dict");
        let outcome = match apply(thread, operation, operands.as_slice(), keywords) {
            Ok(value) => {
                let mut out = String::new();
                show(thread, value, &mut out);
                out
            }
            Err(raised) => show_raised(thread, raised),
        };
        count += 1;
        if outcome != expected {
            wrong.push(format!("{line}\n    got {outcome}"));
        }
        thread.poll().expect("no signals");
    }
    let shown = wrong.len().min(200);
    assert!(
        wrong.is_empty() && count > 100,
        "{} of {count} differ:\n{}",
        wrong.len(),
        wrong[..shown].join("\n")
    );
}
