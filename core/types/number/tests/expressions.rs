//! Expressions of `tests/expressions/input.txt` against what CPython 3.14 made of them (`expected.txt`; the head of `bless.py` says how it was
//! written).
//!
//! A stack machine takes the place of the interpreter, which is a layer above: it runs `programs.txt`, the same expressions in postfix order.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::sync::Once;

use grwl_number::int::text::parse;
use grwl_object::bytes::Bytes;
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::protocol::number::{Unary, divmod, power, unary};
use grwl_object::protocol::{self, Operator};
use grwl_object::singleton::bool;
use grwl_object::{
    Args, Buffer, CompareOp, PyResult, Ref, Str, Thread, Tuple, TypeObject, Value, ValueExt,
    ellipsis, exception, float, int, intern, none, not_implemented, ready, slots, types, world,
};
use grwl_text::Text;

thread_local! {
    /// The warnings that an expression gave.
    static WARNINGS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn note_warning(
    _thread: &mut Thread,
    _category: Ref<TypeObject>,
    message: Ref<Str>,
    _level: i64,
    _source: Option<Value>,
) -> PyResult<()> {
    WARNINGS.with_borrow_mut(|warnings| warnings.push(message.to_string()));
    Ok(())
}

/// Those of `bytes` are in a package beside this one.
fn repr_bytes(thread: &mut Thread, this: Value) -> PyResult {
    let this = this.downcast::<Bytes>().expect("bytes");
    let text = grwl_text::repr::repr_bytes(this.as_slice());
    Str::try_from_text(thread, Text::One(&text)).map(Ref::value)
}

fn attach() -> grwl_object::OwnThread {
    static READY: Once = Once::new();
    world::for_tests();
    let mut thread = Thread::attach().expect("few threads");
    READY.call_once(|| {
        grwl_types_class::install();
        grwl_types_exception::install();
        grwl_types_mapping::install();
        grwl_types_number::install();
        grwl_types_sequence::install();
        grwl_types_text::install();
        types::BYTES.slots().set(slots::REPR.is(repr_bytes));
        exception::on_warning(note_warning);
        for class in types::BUILTIN.iter().chain(types::ALL) {
            ready::ready(&mut thread, class).expect("memory");
        }
        grwl_types_class::ready_types(&mut thread).expect("memory");
    });
    thread
}

/// A stack machine with the variables that each expression has: the subclasses.
struct Machine {
    variables: Ref<Dict>,
    stack: Buffer,
}

impl Machine {
    fn new(thread: &mut Thread) -> PyResult<Self> {
        let variables = Dict::new(thread);
        for (name, base) in [
            ("SI", &types::INT),
            ("SF", &types::FLOAT),
            ("SC", &types::COMPLEX),
            ("SS", &types::STR),
        ] {
            let base = Ref::from_static(base).value();
            let dict = Dict::new(thread);
            let module = intern(thread, "__module__");
            let main = intern(thread, "__main__").value();
            dict.set_str(thread, module, main)?;
            let class = make_class(thread, name, &[base], dict)?;
            let name = intern(thread, name);
            variables.set_str(thread, name, class)?;
        }
        Ok(Self {
            variables,
            stack: Buffer::new(),
        })
    }

    fn run(&mut self, thread: &mut Thread, program: &str) -> PyResult {
        self.stack.truncate(0);
        for instruction in program.split('\t') {
            thread.poll()?;
            let (name, argument) = instruction.split_once(' ').expect(instruction);
            let result = self.step(thread, name, argument)?;
            self.stack.push(thread, result)?;
        }
        Ok(self.pop())
    }

    fn pop(&mut self) -> Value {
        self.stack.pop().expect("an operand")
    }

    /// The uppermost values, in order.
    fn take(&mut self, thread: &mut Thread, count: usize) -> PyResult<Buffer> {
        let first = self.stack.len() - count;
        let values = Buffer::from_slice(thread, &self.stack.as_slice()[first..])?;
        self.stack.truncate(first);
        Ok(values)
    }

    fn step(&mut self, thread: &mut Thread, name: &str, argument: &str) -> PyResult {
        Ok(match name {
            "int" => {
                let number = parse(Text::One(argument.as_bytes()), 10, 0);
                int::new(thread, number.expect("an integer"))
            }
            "float" => float::new(thread, float_of_bits(argument)),
            "imaginary" => float::new_complex(thread, 0.0, float_of_bits(argument)).value(),
            "str" => {
                let text = String::from_utf8(from_hex(argument)).expect("UTF-8");
                Str::new(thread, &text).value()
            }
            "bytes" => Bytes::new(thread, &from_hex(argument))?.value(),
            "name" => {
                let id = intern(thread, argument);
                match self.variables.get_str(id) {
                    Some(value) => value,
                    // A function is known to the call by its name.
                    None => named(argument).unwrap_or(id.value()),
                }
            }
            "tuple" => {
                let values = self.take(thread, argument.parse().expect("a count"))?;
                Tuple::new(thread, &values).value()
            }
            "list" => {
                let values = self.take(thread, argument.parse().expect("a count"))?;
                List::from_buffer(thread, values).value()
            }
            "binary" => {
                let (right, left) = (self.pop(), self.pop());
                protocol::binary(thread, operator(argument), left, right)?
            }
            "unary" => {
                let operand = self.pop();
                match argument {
                    "Invert" => unary(thread, Unary::Invert, operand)?,
                    "UAdd" => unary(thread, Unary::Positive, operand)?,
                    "USub" => unary(thread, Unary::Negative, operand)?,
                    "Not" => bool(!protocol::is_true(thread, operand)?),
                    other => panic!("an operator that this test does not have: {other}"),
                }
            }
            "compare" => {
                let (right, left) = (self.pop(), self.pop());
                compare(thread, argument, left, right)?
            }
            "attribute" => {
                let object = self.pop();
                protocol::get_attribute_str(thread, object, argument)?
            }
            "call" => self.call(thread, argument)?,
            other => panic!("an instruction that this test does not have: {other}"),
        })
    }

    fn call(&mut self, thread: &mut Thread, argument: &str) -> PyResult {
        let mut words = argument.split(' ');
        let count: usize = words
            .next()
            .and_then(|count| count.parse().ok())
            .expect("a count");
        let mut names = Buffer::new();
        for word in words {
            let name = intern(thread, word).value();
            names.push(thread, name)?;
        }
        let values = self.take(thread, count + names.len())?;
        let callable = self.pop();
        if let Some(name) = callable.downcast::<Str>() {
            return function(thread, &name.to_string(), &values);
        }
        let names = (!names.is_empty()).then(|| Tuple::new(thread, &names));
        protocol::call(thread, callable, Args::new(&values, names))
    }
}

fn from_hex(digits: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).expect("two digits");
    (0..digits.len()).step_by(2).map(byte).collect()
}

fn float_of_bits(digits: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(digits, 16).expect("sixteen digits"))
}

fn make_class(thread: &mut Thread, name: &str, bases: &[Value], dict: Ref<Dict>) -> PyResult {
    let name = Str::new(thread, name).value();
    let bases = Tuple::new(thread, bases).value();
    let class = Ref::from_static(&types::TYPE).value();
    protocol::call_positional(thread, class, &[name, bases, dict.value()])
}

fn named(name: &str) -> Option<Value> {
    let class = match name {
        "int" => &types::INT,
        "bool" => &types::BOOL,
        "float" => &types::FLOAT,
        "complex" => &types::COMPLEX,
        "str" => &types::STR,
        "type" => &types::TYPE,
        "None" => return Some(none()),
        "True" => return Some(bool(true)),
        "False" => return Some(bool(false)),
        "Ellipsis" => return Some(ellipsis()),
        "NotImplemented" => return Some(not_implemented()),
        _ => return None,
    };
    Some(Ref::from_static(class).value())
}

fn function(thread: &mut Thread, name: &str, values: &[Value]) -> PyResult {
    match (name, values) {
        ("pow", &[a, b]) => power(thread, a, b, none()),
        ("pow", &[a, b, c]) => power(thread, a, b, c),
        ("divmod", &[a, b]) => divmod(thread, a, b),
        ("abs", &[a]) => unary(thread, Unary::Absolute, a),
        ("negative", &[a]) => unary(thread, Unary::Negative, a),
        ("hash", &[a]) => protocol::hash(thread, a).map(|hash| int::from_i64(thread, hash)),
        ("repr", &[a]) => protocol::repr(thread, a).map(Ref::value),
        ("format", &[a, spec]) => {
            let spec = spec.downcast().expect("a str");
            protocol::format(thread, a, spec).map(Ref::value)
        }
        ("format", &[a]) => protocol::format(thread, a, Str::empty()).map(Ref::value),
        ("of", &[name, value]) => object_with(thread, name, value),
        _ => panic!("a function that this test does not have: {name}"),
    }
}

/// An object whose method `name` returns the value.
fn object_with(thread: &mut Thread, name: Value, value: Value) -> PyResult {
    let list = List::from_slice(thread, &[value, value, value])?.value();
    let iterator = protocol::get_iter(thread, list)?;
    let next = protocol::get_attribute_str(thread, iterator, "__next__")?;
    let dict = Dict::new(thread);
    dict.insert(thread, name, next)?;
    let class = make_class(thread, "Of", &[], dict)?;
    protocol::call_positional(thread, class, &[])
}

fn operator(name: &str) -> Operator {
    match name {
        "Add" => Operator::Add,
        "Sub" => Operator::Subtract,
        "Mult" => Operator::Multiply,
        "MatMult" => Operator::MatrixMultiply,
        "Div" => Operator::TrueDivide,
        "Mod" => Operator::Remainder,
        "Pow" => Operator::Power,
        "LShift" => Operator::LShift,
        "RShift" => Operator::RShift,
        "BitOr" => Operator::Or,
        "BitXor" => Operator::Xor,
        "BitAnd" => Operator::And,
        "FloorDiv" => Operator::FloorDivide,
        other => panic!("an operator that this test does not have: {other}"),
    }
}

fn compare(thread: &mut Thread, name: &str, a: Value, b: Value) -> PyResult {
    let op = match name {
        "Eq" => CompareOp::Eq,
        "NotEq" => CompareOp::Ne,
        "Lt" => CompareOp::Lt,
        "LtE" => CompareOp::Le,
        "Gt" => CompareOp::Gt,
        "GtE" => CompareOp::Ge,
        other => panic!("a comparison that this test does not have: {other}"),
    };
    protocol::compare(thread, a, b, op)
}

fn shown(thread: &mut Thread, result: PyResult) -> String {
    let result = result.and_then(|value| protocol::repr(thread, value));
    let mut text = match result {
        Ok(text) => text.text().to_rust().expect("no surrogates"),
        Err(raised) => {
            let class = raised.exception_class();
            let message = protocol::str(thread, raised.0).expect("a message");
            format!("! {}: {}", class.name(), &*message)
        }
    };
    for warning in WARNINGS.take() {
        write!(text, " # {warning}").expect("a String");
    }
    text
}

#[test]
fn expressions_mean_what_they_mean_to_cpython() {
    let mut thread = attach();
    let input = include_str!("expressions/input.txt");
    let programs = include_str!("expressions/programs.txt");
    let expected = include_str!("expressions/expected.txt");
    assert_eq!(input.lines().count(), expected.lines().count());
    assert_eq!(input.lines().count(), programs.lines().count());
    let mut machine = Machine::new(&mut thread).expect("classes can be made");
    let mut differences = String::new();
    for ((source, program), expected) in input.lines().zip(programs.lines()).zip(expected.lines()) {
        let result = machine.run(&mut thread, program);
        let shown = shown(&mut thread, result);
        if shown != expected {
            writeln!(
                differences,
                "{source}\n  is        {shown}\n  should be {expected}"
            )
            .expect("a String");
        }
    }
    assert!(differences.is_empty(), "{differences}");
}
