//! Expressions of `tests/expressions/input.txt` against what CPython 3.14 made of them (`expected.txt`; the head of
//! `bless.py` says how it was written).
//!
//! A small evaluator takes the place of the interpreter, which is a layer above: it walks the parser's tree and calls the
//! object protocols. The types of other packages (`int`, `str`, `list`, `tuple`) get here as much as the expressions need.

use std::fmt::Write as _;
use std::sync::Once;

use grwl_object::attribute::lookup_type;
use grwl_object::descriptor::{GetSetDescriptor, MethodDescriptor};
use grwl_object::dict::Dict;
use grwl_object::function::call_native;
use grwl_object::iterators::IndexIterator;
use grwl_object::list::List;
use grwl_object::protocol::hash::not_hashable;
use grwl_object::protocol::{self, Operator};
use grwl_object::set::Set;
use grwl_object::singleton::{as_bool, bool};
use grwl_object::{
    Args, Buffer, CompareOp, Name, PyResult, Raised, Ref, Str, Thread, Tuple, TypeObject, TypeSpec,
    Value, ValueExt, intern, none, not_implemented, slots, types, world,
};
use ruff_python_ast::{self as ast, Expr, Stmt};

// What the types of other packages need here.

fn new_str(thread: &Thread, text: &str) -> PyResult {
    Ok(Str::new(thread, text).value())
}

fn repr_int(thread: &mut Thread, this: Value) -> PyResult {
    match as_bool(this) {
        Some(true) => new_str(thread, "True"),
        Some(false) => new_str(thread, "False"),
        None => new_str(thread, &this.as_int().expect("a small int").to_string()),
    }
}

fn repr_none(thread: &mut Thread, _this: Value) -> PyResult {
    new_str(thread, "None")
}

fn repr_str(thread: &mut Thread, this: Value) -> PyResult {
    let this = this.downcast::<Str>().expect("a str");
    Ok(Str::from_buf(thread, &grwl_text::repr::repr(this.text()))?.value())
}

fn itself(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(this)
}

fn repr_type(thread: &mut Thread, this: Value) -> PyResult {
    let class = this.downcast::<TypeObject>().expect("a type");
    new_str(thread, &format!("<class '{}'>", class.name()))
}

fn call_type(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let class = this.downcast::<TypeObject>().expect("a type");
    let new = class.slot(slots::NEW).expect("it can be made");
    let made = new(thread, class, args)?;
    if let Some(init) = class.slot(slots::INIT) {
        init(thread, made, args)?;
    }
    Ok(made)
}

/// The elements of a tuple or list. Not to be kept across a safepoint: the sequence itself keeps them alive.
fn elements(value: Value) -> Vec<Value> {
    match (value.downcast::<Tuple>(), value.downcast::<List>()) {
        (Some(tuple), _) => tuple.iter().collect(),
        (_, Some(list)) => (0..list.len())
            .filter_map(|index| list.get(index))
            .collect(),
        _ => panic!("no sequence"),
    }
}

fn repr_sequence(thread: &mut Thread, this: Value) -> PyResult {
    let is_tuple = this.downcast::<Tuple>().is_some();
    let count = elements(this).len();
    let mut text = String::from(if is_tuple { "(" } else { "[" });
    for index in 0..count {
        if index > 0 {
            text.push_str(", ");
        }
        let element = elements(this)[index];
        let element = protocol::repr(thread, element)?;
        write!(text, "{}", &*element).expect("a String");
    }
    text.push_str(match (is_tuple, count) {
        (true, 1) => ",)",
        (true, _) => ")",
        (false, _) => "]",
    });
    new_str(thread, &text)
}

fn compare_int(_thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let number = |value: Value| value.as_int().or_else(|| as_bool(value).map(i64::from));
    match (number(a), number(b)) {
        (Some(a), Some(b)) => Ok(bool(op.holds(a.cmp(&b)))),
        _ => Ok(not_implemented()),
    }
}

fn compare_str(_thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    match (a.downcast::<Str>(), b.downcast::<Str>(), op) {
        (Some(a), Some(b), CompareOp::Eq) => Ok(bool(a.equals(&b))),
        _ => Ok(not_implemented()),
    }
}

fn compare_tuple(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(a), Some(b)) = (a.downcast::<Tuple>(), b.downcast::<Tuple>()) else {
        return Ok(not_implemented());
    };
    let mut is_equal = a.len() == b.len();
    for (a, b) in a.iter().zip(b.iter()) {
        is_equal = is_equal && protocol::same_or_equal(thread, a, b)?;
    }
    match op {
        CompareOp::Eq => Ok(bool(is_equal)),
        CompareOp::Ne => Ok(bool(!is_equal)),
        _ => Ok(not_implemented()),
    }
}

fn compare_list(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    if a.downcast::<List>().is_none() || b.downcast::<List>().is_none() {
        return Ok(not_implemented());
    }
    let a = Tuple::new(thread, &elements(a)).value();
    let b = Tuple::new(thread, &elements(b)).value();
    compare_tuple(thread, a, b, op)
}

fn hash_tuple(thread: &mut Thread, this: Value) -> PyResult<i64> {
    let mut hash = 5381_i64;
    for element in this.downcast::<Tuple>().expect("a tuple").iter() {
        hash = hash.wrapping_mul(33) ^ protocol::hash(thread, element)?;
    }
    Ok(hash.max(0))
}

fn iter_sequence(thread: &mut Thread, this: Value) -> PyResult {
    Ok(IndexIterator::new(thread, &types::LIST_ITERATOR, this, 0).value())
}

fn next_of_sequence(_thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    // SAFETY: a list iterator has this layout.
    let iterator = unsafe { IndexIterator::of(this) };
    let index = iterator.index();
    iterator.set_index(index + 1);
    let sequence = iterator.sequence().expect("it is never taken away here");
    Ok(elements(sequence).get(index as usize).copied())
}

fn call_method_descriptor(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let descriptor = MethodDescriptor::of(this).expect("a method");
    let (receiver, args) = (args.values()[0], args.without_first());
    call_described(thread, descriptor, receiver, args)
}

fn call_described(
    thread: &mut Thread,
    descriptor: Ref<MethodDescriptor>,
    receiver: Value,
    args: Args<'_>,
) -> PyResult {
    let method = descriptor.method();
    let name = || format!("{}.{}", descriptor.class().name(), method.name);
    call_native(thread, method, receiver, args, name)
}

static INT: TypeSpec = TypeSpec {
    slots: &[slots::REPR.is(repr_int), slots::COMPARE.is(compare_int)],
    ..TypeSpec::NONE
};
static NONE_TYPE: TypeSpec = TypeSpec {
    slots: &[slots::REPR.is(repr_none)],
    ..TypeSpec::NONE
};
static STR: TypeSpec = TypeSpec {
    slots: &[
        slots::REPR.is(repr_str),
        slots::STR.is(itself),
        slots::COMPARE.is(compare_str),
    ],
    ..TypeSpec::NONE
};
static TYPE: TypeSpec = TypeSpec {
    slots: &[slots::REPR.is(repr_type), slots::CALL.is(call_type)],
    ..TypeSpec::NONE
};
static TUPLE: TypeSpec = TypeSpec {
    slots: &[
        slots::REPR.is(repr_sequence),
        slots::COMPARE.is(compare_tuple),
        slots::HASH.is(hash_tuple),
        slots::ITER.is(iter_sequence),
        slots::SUBSCRIPT.is(no_subscript),
    ],
    ..TypeSpec::NONE
};
static LIST: TypeSpec = TypeSpec {
    slots: &[
        slots::REPR.is(repr_sequence),
        slots::COMPARE.is(compare_list),
        slots::HASH.is(not_hashable),
        slots::ITER.is(iter_sequence),
        slots::SUBSCRIPT.is(no_subscript),
    ],
    ..TypeSpec::NONE
};
static LIST_ITERATOR: TypeSpec = TypeSpec {
    slots: &[slots::ITER.is(itself), slots::NEXT.is(next_of_sequence)],
    ..TypeSpec::NONE
};
static METHOD_DESCRIPTOR: TypeSpec = TypeSpec {
    slots: &[slots::CALL.is(call_method_descriptor)],
    ..TypeSpec::NONE
};

fn no_subscript(thread: &mut Thread, _this: Value, _key: Value) -> PyResult {
    Err(thread.type_error("not in this test"))
}

fn str_of_exception(thread: &mut Thread, this: Value) -> PyResult {
    let raised = Raised(this).exception();
    match raised.args().as_slice() {
        [] => new_str(thread, ""),
        &[only] if this.class().is_subtype_of(&types::KEY_ERROR) => {
            protocol::repr(thread, only).map(Into::into)
        }
        &[only] => protocol::str(thread, only).map(Into::into),
        _ => new_str(thread, "?"),
    }
}

static EXCEPTION: TypeSpec = TypeSpec {
    slots: &[slots::STR.is(str_of_exception)],
    ..TypeSpec::NONE
};

fn attach() -> grwl_object::OwnThread {
    static READY: Once = Once::new();
    world::for_tests();
    let mut thread = Thread::attach().expect("few threads");
    READY.call_once(|| {
        grwl_types_mapping::install();
        types::INT.define(&INT);
        types::NONE_TYPE.define(&NONE_TYPE);
        types::STR.define(&STR);
        types::TYPE.define(&TYPE);
        types::TUPLE.define(&TUPLE);
        types::LIST.define(&LIST);
        types::LIST_ITERATOR.define(&LIST_ITERATOR);
        types::METHOD_DESCRIPTOR.define(&METHOD_DESCRIPTOR);
        types::BASE_EXCEPTION.define(&EXCEPTION);
        for class in types::BUILTIN {
            grwl_object::ready::ready(&mut thread, class).expect("memory");
        }
        for class in [
            &types::TYPE_ERROR,
            &types::VALUE_ERROR,
            &types::KEY_ERROR,
            &types::RUNTIME_ERROR,
            &types::STOP_ITERATION,
            &types::ATTRIBUTE_ERROR,
        ] {
            grwl_object::ready::ready(&mut thread, class).expect("memory");
        }
    });
    thread
}

// The evaluator.

/// The variables of one line.
struct Evaluator {
    variables: Ref<Dict>,
}

impl Evaluator {
    fn suite(&self, thread: &mut Thread, suite: &[Stmt]) -> PyResult {
        let mut last = none();
        for statement in suite {
            last = none();
            match statement {
                Stmt::Expr(statement) => last = self.value(thread, &statement.value)?,
                Stmt::Assign(statement) => {
                    let value = self.value(thread, &statement.value)?;
                    self.assign(thread, &statement.targets[0], value)?;
                }
                Stmt::AugAssign(statement) => {
                    let left = self.value(thread, &statement.target)?;
                    let right = self.value(thread, &statement.value)?;
                    let result = protocol::inplace(thread, operator(statement.op), left, right)?;
                    self.assign(thread, &statement.target, result)?;
                }
                Stmt::Delete(statement) => {
                    let Expr::Subscript(target) = &statement.targets[0] else {
                        panic!("del of no subscript");
                    };
                    let container = self.value(thread, &target.value)?;
                    let key = self.value(thread, &target.slice)?;
                    protocol::delete_item(thread, container, key)?;
                }
                other => panic!("a statement that this test cannot do: {other:?}"),
            }
        }
        Ok(last)
    }

    fn assign(&self, thread: &mut Thread, target: &Expr, value: Value) -> PyResult<()> {
        match target {
            Expr::Name(name) => {
                let name = intern(thread, name.id.as_str());
                self.variables.set_str(thread, name, value)
            }
            Expr::Subscript(target) => {
                let container = self.value(thread, &target.value)?;
                let key = self.value(thread, &target.slice)?;
                protocol::set_item(thread, container, key, value)
            }
            other => panic!("a target that this test cannot do: {other:?}"),
        }
    }

    fn values(&self, thread: &mut Thread, expressions: &[Expr]) -> PyResult<Buffer> {
        let mut values = Buffer::new();
        for expression in expressions {
            let value = self.value(thread, expression)?;
            values.push(thread, value)?;
        }
        Ok(values)
    }

    fn value(&self, thread: &mut Thread, expression: &Expr) -> PyResult {
        thread.poll()?;
        match expression {
            Expr::NoneLiteral(_) => Ok(none()),
            Expr::NumberLiteral(number) => match &number.value {
                ast::Number::Int(int) => Ok(Value::small(int.as_i64().expect("a small int"))),
                other => panic!("a number that this test cannot do: {other:?}"),
            },
            Expr::StringLiteral(string) => new_str(thread, string.value.to_str()),
            Expr::Name(name) => {
                let text = name.id.as_str();
                let id = intern(thread, text);
                Ok(match self.variables.get_str(id) {
                    Some(value) => value,
                    None => class(text).expect("a variable or a type").value(),
                })
            }
            Expr::Tuple(tuple) => {
                let values = self.values(thread, &tuple.elts)?;
                Ok(Tuple::new(thread, &values).value())
            }
            Expr::List(list) => {
                let values = self.values(thread, &list.elts)?;
                Ok(List::from_buffer(thread, values).value())
            }
            Expr::Set(set) => {
                let result = Set::new(thread);
                for element in &set.elts {
                    let element = self.value(thread, element)?;
                    result.add(thread, element)?;
                }
                Ok(result.value())
            }
            Expr::Dict(dict) => {
                let result = Dict::new(thread);
                for item in &dict.items {
                    let key = self.value(thread, item.key.as_ref().expect("a key"))?;
                    let value = self.value(thread, &item.value)?;
                    result.insert(thread, key, value)?;
                }
                Ok(result.value())
            }
            Expr::BinOp(operation) => {
                let left = self.value(thread, &operation.left)?;
                let right = self.value(thread, &operation.right)?;
                protocol::binary(thread, operator(operation.op), left, right)
            }
            Expr::Compare(comparison) => {
                let left = self.value(thread, &comparison.left)?;
                let right = self.value(thread, &comparison.comparators[0])?;
                compare(thread, comparison.ops[0], left, right)
            }
            Expr::Subscript(subscript) => {
                let container = self.value(thread, &subscript.value)?;
                let key = self.value(thread, &subscript.slice)?;
                protocol::get_item(thread, container, key)
            }
            Expr::Attribute(attribute) => {
                let object = self.value(thread, &attribute.value)?;
                let name = intern(thread, attribute.attr.as_str());
                let found = lookup_type(thread, &object.class(), name).expect("an attribute");
                let descriptor = GetSetDescriptor::of(found).expect("a computed attribute");
                let table = descriptor.table().expect("of a table");
                (table.get)(thread, object)
            }
            Expr::Call(call) => self.call(thread, call),
            other => panic!("an expression that this test cannot do: {other:?}"),
        }
    }

    fn call(&self, thread: &mut Thread, call: &ast::ExprCall) -> PyResult {
        let mut values = self.values(thread, &call.arguments.args)?;
        let mut names = Buffer::new();
        for keyword in &call.arguments.keywords {
            let value = self.value(thread, &keyword.value)?;
            values.push(thread, value)?;
            let name = keyword.arg.as_ref().expect("a name").as_str();
            let name = intern(thread, name).value();
            names.push(thread, name)?;
        }
        let names = (!names.is_empty()).then(|| Tuple::new(thread, &names));
        let args = Args::new(&values, names);
        match &*call.func {
            Expr::Attribute(attribute) => {
                let receiver = self.value(thread, &attribute.value)?;
                let name = attribute.attr.as_str();
                if name == "__init__" {
                    let init = receiver.class().slot(slots::INIT).expect("an initialiser");
                    init(thread, receiver, args)?;
                    return Ok(none());
                }
                let owner = match receiver.downcast::<TypeObject>() {
                    Some(class) => class,
                    None => receiver.class(),
                };
                let name = intern(thread, name);
                let found = lookup_type(thread, &owner, name).expect("a method");
                let descriptor = MethodDescriptor::of(found).expect("a method of a table");
                call_described(thread, descriptor, receiver, args)
            }
            Expr::Name(name) => match class(name.id.as_str()) {
                Some(class) => protocol::call(thread, class.value(), args),
                None => function(thread, name.id.as_str(), values[0]),
            },
            other => panic!("a call that this test cannot do: {other:?}"),
        }
    }
}

fn class(name: &str) -> Option<Ref<TypeObject>> {
    let class = match name {
        "dict" => &types::DICT,
        "set" => &types::SET,
        "frozenset" => &types::FROZEN_SET,
        "mappingproxy" => &types::MAPPING_PROXY,
        _ => return None,
    };
    Some(Ref::from_static(class))
}

fn function(thread: &mut Thread, name: &str, value: Value) -> PyResult {
    static REVERSED: Name = Name::new("__reversed__");
    match name {
        "iter" => protocol::get_iter(thread, value),
        "len" => Ok(Value::small(protocol::length(thread, value)? as i64)),
        "hash" => {
            let hash = protocol::hash(thread, value)?;
            new_str(thread, &hash.to_string())
        }
        "list" => {
            let values = protocol::collect(thread, value)?;
            Ok(List::from_buffer(thread, values).value())
        }
        "next" => match protocol::next(thread, value)? {
            Some(value) => Ok(value),
            None => Err(thread.stop_iteration(None)),
        },
        "name" => {
            let name = format!("{}", value.class().name());
            new_str(thread, &name)
        }
        "reversed" => {
            let method = REVERSED.get(thread);
            protocol::call_method(thread, value, method, &[])
        }
        other => panic!("a function that this test does not have: {other}"),
    }
}

fn operator(operator: ast::Operator) -> Operator {
    match operator {
        ast::Operator::BitOr => Operator::Or,
        ast::Operator::BitAnd => Operator::And,
        ast::Operator::BitXor => Operator::Xor,
        ast::Operator::Sub => Operator::Subtract,
        ast::Operator::Add => Operator::Add,
        other => panic!("an operator that this test does not have: {other:?}"),
    }
}

fn compare(thread: &mut Thread, op: ast::CmpOp, a: Value, b: Value) -> PyResult {
    let op = match op {
        ast::CmpOp::Eq => CompareOp::Eq,
        ast::CmpOp::NotEq => CompareOp::Ne,
        ast::CmpOp::Lt => CompareOp::Lt,
        ast::CmpOp::LtE => CompareOp::Le,
        ast::CmpOp::Gt => CompareOp::Gt,
        ast::CmpOp::GtE => CompareOp::Ge,
        ast::CmpOp::In => return protocol::contains(thread, b, a).map(bool),
        ast::CmpOp::Is => return Ok(bool(a == b)),
        other => panic!("a comparison that this test does not have: {other:?}"),
    };
    protocol::compare(thread, a, b, op)
}

fn shown(thread: &mut Thread, result: PyResult) -> String {
    let result = result.and_then(|value| protocol::repr(thread, value));
    match result {
        Ok(text) => text.text().to_rust().expect("no surrogates"),
        Err(raised) => {
            let class = raised.exception_class();
            let message = protocol::str(thread, raised.0).expect("a message");
            format!("! {}: {}", class.name(), &*message)
        }
    }
}

#[test]
fn expressions_mean_what_they_mean_to_cpython() {
    let mut thread = attach();
    let input = include_str!("expressions/input.txt");
    let expected = include_str!("expressions/expected.txt");
    assert_eq!(input.lines().count(), expected.lines().count());
    let mut differences = String::new();
    for (source, expected) in input.lines().zip(expected.lines()) {
        let parsed = ruff_python_parser::parse_module(source).expect(source);
        let variables = Dict::new(&thread);
        let evaluator = Evaluator { variables };
        let result = evaluator.suite(&mut thread, parsed.suite());
        let shown = shown(&mut thread, result);
        if shown != expected {
            writeln!(
                differences,
                "{source}\n  is       {shown}\n  should be {expected}"
            )
            .expect("a String");
        }
    }
    assert!(differences.is_empty(), "{differences}");
}
