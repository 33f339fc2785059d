//! What each test begins with: the types of this package ready, integers that can be compared and shown, and calls of methods by their tables.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::sync::Once;

use grwl_object::{
    Args, CompareOp, NativeFn, OwnThread, PyResult, Raised, Ref, Str, Thread, TypeObject, Value,
    ValueExt, int, not_implemented, protocol, ready, singleton, slots, types, world,
};

fn compare_ints(_thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    match (int::view(a), int::view(b)) {
        (Some(a), Some(b)) => Ok(singleton::bool(op.holds(a.to_int().cmp(&b.to_int())))),
        _ => Ok(not_implemented()),
    }
}

fn repr_int(thread: &mut Thread, value: Value) -> PyResult {
    let number = int::view(value).expect("an int").to_int();
    Ok(Str::new(thread, &number.to_string()).value())
}

fn hash_int(_thread: &mut Thread, value: Value) -> PyResult<i64> {
    let number = int::view(value).expect("an int").to_int();
    Ok(grwl_number::hash::of_int(&number))
}

/// A thread in a world whose types are ready.
pub fn begin() -> OwnThread {
    static BEGUN: Once = Once::new();
    world::for_tests();
    let mut thread = Thread::attach().expect("few threads");
    thread.safe(|| {
        BEGUN.call_once(|| {
            let mut thread = std::thread::scope(|scope| {
                scope
                    .spawn(|| {
                        let mut thread = Thread::attach().expect("few threads");
                        make_ready(&mut thread);
                    })
                    .join()
            });
            thread.as_mut().expect("the types are ready");
        });
    });
    thread
}

fn make_ready(thread: &mut Thread) {
    grwl_types_sequence::install();
    types::INT.slots().set(slots::COMPARE.is(compare_ints));
    types::INT.slots().set(slots::REPR.is(repr_int));
    types::INT.slots().set(slots::HASH.is(hash_int));
    for class in types::BUILTIN.iter().chain(types::ALL) {
        assert!(ready::ready(thread, class).is_ok());
    }
}

/// `receiver.name(*args)`
pub fn call(thread: &mut Thread, receiver: Value, name: &str, args: &[Value]) -> PyResult {
    let spec = receiver.class().spec().expect("a built-in type");
    let method = spec.methods.iter().find(|method| method.name == name);
    match method.expect("it has the method").function {
        NativeFn::NoArguments(function) => function(thread, receiver),
        NativeFn::One(function) => function(thread, receiver, args[0]),
        NativeFn::Any(function) => function(thread, receiver, Args::positional(args)),
    }
}

/// `class(*args)`
pub fn make(thread: &mut Thread, class: &'static TypeObject, args: &[Value]) -> PyResult {
    let new = class.slot(slots::NEW).expect("it can be made");
    let made = new(thread, Ref::from_static(class), Args::positional(args))?;
    if let Some(init) = made.class().slot(slots::INIT) {
        init(thread, made, Args::positional(args))?;
    }
    Ok(made)
}

/// What the exception says, after its type's name.
pub fn message(raised: Raised) -> String {
    let text = raised.exception().args().iter().next();
    let text = text.and_then(|text| text.downcast::<Str>());
    let text = text.map_or(String::new(), |text| text.to_string());
    format!("{}: {text}", raised.exception_class().name())
}

/// `repr(value)`
pub fn shown(thread: &mut Thread, value: Value) -> String {
    protocol::repr(thread, value)
        .expect("it can be shown")
        .to_string()
}

/// The elements of an iterable of small integers.
pub fn ints(thread: &mut Thread, iterable: Value) -> Vec<i64> {
    let elements = protocol::collect(thread, iterable).expect("it can be iterated");
    elements
        .iter()
        .map(|value| value.as_int().expect("an int"))
        .collect()
}

/// Small integers.
pub fn small(number: i64) -> Value {
    Value::small(number)
}
