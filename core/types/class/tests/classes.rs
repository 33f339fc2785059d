//! Classes, attributes and descriptors, driven as the interpreter will: by calls of `type`, by attributes, by operators.

#![allow(clippy::type_complexity)]

use grwl_object::attribute::{LoadPlan, StorePlan, plan_load, plan_store};
use grwl_object::dict::Dict;
use grwl_object::function::BuiltinFunction;
use grwl_object::shape::MOST_ATTRIBUTES;
use grwl_object::{
    Args, CompareOp, Method, OwnThread, PyResult, Raised, Ref, Str, Thread, Tuple, TypeObject,
    Value, ValueExt, attribute, instance, intern, none, protocol, ready, types, version, world,
};

fn attach() -> OwnThread {
    static READY: std::sync::Mutex<bool> = std::sync::Mutex::new(false);
    world::for_tests();
    let mut thread = Thread::attach().expect("few threads");
    let mut is_ready = thread.safe(|| READY.lock().expect("no test panics here"));
    if !*is_ready {
        grwl_types_class::install();
        grwl_types_text::install();
        grwl_types_mapping::install();
        grwl_types_exception::install();
        grwl_types_sequence::install();
        for class in types::BUILTIN {
            ready::ready(&mut thread, class).expect("ready");
        }
        for class in types::ALL {
            ready::ready(&mut thread, class).expect("ready");
        }
        grwl_types_class::ready_types(&mut thread).expect("ready");
        *is_ready = true;
    }
    drop(is_ready);
    thread
}

fn value(class: &'static TypeObject) -> Value {
    Ref::from_static(class).value()
}

/// `type(name, bases, namespace)`
fn class(
    thread: &mut Thread,
    name: &str,
    bases: &[Value],
    namespace: &[(&str, Value)],
) -> PyResult {
    let dict = Dict::new(thread);
    for &(key, value) in namespace {
        let key = intern(thread, key);
        dict.set_str(thread, key, value)?;
    }
    let name = Str::new(thread, name).value();
    let bases = Tuple::new(thread, bases).value();
    protocol::call_positional(thread, value(&types::TYPE), &[name, bases, dict.value()])
}

fn text(thread: &mut Thread, raised: Raised) -> String {
    let message = protocol::str(thread, raised.0).expect("str");
    format!("{}: {message}", raised.0.class().name())
}

fn fails(thread: &mut Thread, result: PyResult, message: &str) {
    match result {
        Ok(value) => panic!("expected {message}, got {value:?}"),
        Err(raised) => assert_eq!(text(thread, raised), message),
    }
}

fn repr(thread: &mut Thread, value: Value) -> String {
    match protocol::repr(thread, value) {
        Ok(text) => text.to_rust_lossy(),
        Err(raised) => panic!("{}", text(thread, raised)),
    }
}

fn get(thread: &mut Thread, value: Value, name: &str) -> PyResult {
    protocol::get_attribute_str(thread, value, name)
}

fn set(thread: &mut Thread, value: Value, name: &str, new: Value) -> PyResult {
    let name = intern(thread, name);
    protocol::set_attribute(thread, value, name, new).map(|()| none())
}

fn delete(thread: &mut Thread, value: Value, name: &str) -> PyResult {
    let name = intern(thread, name);
    protocol::delete_attribute(thread, value, name).map(|()| none())
}

fn call(thread: &mut Thread, function: Value, args: &[Value]) -> PyResult {
    protocol::call_positional(thread, function, args)
}

fn names(thread: &Thread, names: &[&str]) -> Value {
    let names: Vec<Value> = names
        .iter()
        .map(|name| intern(thread, name).value())
        .collect();
    Tuple::new(thread, &names).value()
}

const OBJECT: &TypeObject = &types::OBJECT;

#[test]
fn plain_classes() {
    let thread = &mut attach();
    let a = class(thread, "A", &[], &[("x", Value::small(1))]).unwrap();
    assert_eq!(repr(thread, a), "<class 'A'>");
    let b = class(thread, "B", &[a], &[]).unwrap();
    assert_eq!(get(thread, b, "x"), Ok(Value::small(1)));
    set(thread, a, "x", Value::small(2)).unwrap();
    assert_eq!(get(thread, b, "x"), Ok(Value::small(2)), "caches forget");
    let instance = call(thread, b, &[]).unwrap();
    assert_eq!(get(thread, instance, "x"), Ok(Value::small(2)));
    set(thread, instance, "x", Value::small(3)).unwrap();
    set(thread, instance, "y", Value::small(4)).unwrap();
    assert_eq!(get(thread, instance, "x"), Ok(Value::small(3)));
    assert_eq!(get(thread, instance, "y"), Ok(Value::small(4)));
    delete(thread, instance, "x").unwrap();
    assert_eq!(get(thread, instance, "x"), Ok(Value::small(2)));
    assert_eq!(get(thread, instance, "y"), Ok(Value::small(4)));
    let result = delete(thread, instance, "x");
    fails(
        thread,
        result,
        "AttributeError: 'B' object has no attribute 'x'",
    );
    let result = get(thread, instance, "z");
    fails(
        thread,
        result,
        "AttributeError: 'B' object has no attribute 'z'",
    );
    let result = get(thread, b, "z");
    fails(
        thread,
        result,
        "AttributeError: type object 'B' has no attribute 'z'",
    );
    let result = call(thread, b, &[none()]);
    fails(thread, result, "TypeError: B() takes no arguments");
    let mro = get(thread, b, "__mro__")
        .unwrap()
        .downcast::<Tuple>()
        .unwrap();
    assert_eq!(mro.as_slice(), [b, a, value(OBJECT)]);
    let result = set(thread, value(OBJECT), "x", none());
    fails(
        thread,
        result,
        "TypeError: cannot set 'x' attribute of immutable type 'object'",
    );
    let bare = call(thread, value(OBJECT), &[]).unwrap();
    let result = set(thread, bare, "x", none());
    fails(
        thread,
        result,
        "AttributeError: 'object' object has no attribute 'x' and no __dict__ for setting new attributes",
    );
}

#[test]
fn bad_classes() {
    let thread = &mut attach();
    let a = class(thread, "A", &[], &[]).unwrap();
    let b = class(thread, "B", &[a], &[]).unwrap();
    let tuple = value(&types::TUPLE);
    let twice = names(thread, &["__dict__", "__dict__"]);
    let one = names(thread, &["a"]);
    let wrong = names(thread, &["a b"]);
    let cases: &[(&[Value], &[(&str, Value)], &str)] = &[
        (
            &[a, b],
            &[],
            "TypeError: Cannot create a consistent method resolution order (MRO) for bases A, B",
        ),
        (&[a, a], &[], "TypeError: duplicate base class A"),
        (
            &[Value::small(1)],
            &[],
            "TypeError: metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
        ),
        (
            &[value(&types::BOOL)],
            &[],
            "TypeError: type 'bool' is not an acceptable base type",
        ),
        (
            &[value(&types::LIST), value(&types::DICT)],
            &[],
            "TypeError: multiple bases have instance lay-out conflict",
        ),
        (
            &[],
            &[("__slots__", one), ("a", none())],
            "ValueError: 'a' in __slots__ conflicts with class variable",
        ),
        (
            &[],
            &[("__slots__", wrong)],
            "TypeError: __slots__ must be identifiers",
        ),
        (
            &[],
            &[("__slots__", twice)],
            "TypeError: __dict__ slot disallowed: we already got one",
        ),
        (
            &[tuple],
            &[("__slots__", one)],
            "TypeError: nonempty __slots__ not supported for subtype of 'tuple'",
        ),
        (
            &[],
            &[("__qualname__", none())],
            "TypeError: type __qualname__ must be a str, not NoneType",
        ),
    ];
    for (bases, namespace, message) in cases {
        let result = class(thread, "X", bases, namespace);
        fails(thread, result, message);
    }
    let result = call(thread, value(&types::TYPE), &[none(), none()]);
    fails(thread, result, "TypeError: type() takes 1 or 3 arguments");
}

#[test]
fn members() {
    let thread = &mut attach();
    let slots = names(thread, &["b", "a", "__p"]);
    let s = class(thread, "_S", &[], &[("__slots__", slots)]).unwrap();
    let instance = call(thread, s, &[]).unwrap();
    let result = get(thread, instance, "a");
    fails(
        thread,
        result,
        "AttributeError: '_S' object has no attribute 'a'",
    );
    set(thread, instance, "a", Value::small(1)).unwrap();
    set(thread, instance, "_S__p", Value::small(2)).unwrap();
    assert_eq!(get(thread, instance, "a"), Ok(Value::small(1)));
    assert_eq!(get(thread, instance, "_S__p"), Ok(Value::small(2)));
    delete(thread, instance, "a").unwrap();
    let result = delete(thread, instance, "a");
    fails(thread, result, "AttributeError: a");
    let result = set(thread, instance, "c", none());
    fails(
        thread,
        result,
        "AttributeError: '_S' object has no attribute 'c' and no __dict__ for setting new attributes",
    );
    let member = get(thread, s, "a").unwrap();
    assert_eq!(repr(thread, member), "<member 'a' of '_S' objects>");
    // A subclass without slots has both; one of two bases with members decides the layout.
    let d = class(thread, "D", &[], &[]).unwrap();
    let t = class(thread, "T", &[d, s], &[]).unwrap();
    let instance = call(thread, t, &[]).unwrap();
    for (index, name) in ["a", "b", "x", "y", "z", "u", "v", "w"].iter().enumerate() {
        set(thread, instance, name, Value::small(index as i64)).unwrap();
    }
    for (index, name) in ["a", "b", "x", "y", "z", "u", "v", "w"].iter().enumerate() {
        assert_eq!(get(thread, instance, name), Ok(Value::small(index as i64)));
    }
    let dict = get(thread, instance, "__dict__")
        .unwrap()
        .downcast::<Dict>()
        .unwrap();
    assert_eq!(dict.len(), 6, "members are not in the dict");
    let other = names(thread, &["q"]);
    let u = class(thread, "U", &[], &[("__slots__", other)]).unwrap();
    let result = class(thread, "V", &[s, u], &[]);
    fails(
        thread,
        result,
        "TypeError: multiple bases have instance lay-out conflict",
    );
}

#[test]
fn many_attributes_and_dict_mode() {
    let thread = &mut attach();
    let a = class(thread, "A", &[], &[]).unwrap();
    for round in 0..4 {
        let instance = call(thread, a, &[]).unwrap();
        let count = [3, 20, 60, MOST_ATTRIBUTES + 5][round];
        for index in 0..count {
            set(
                thread,
                instance,
                &format!("x{index}"),
                Value::small(index as i64),
            )
            .unwrap();
            if index % 7 == 0 {
                thread.poll().unwrap();
            }
        }
        for index in 0..count {
            let found = get(thread, instance, &format!("x{index}"));
            assert_eq!(found, Ok(Value::small(index as i64)));
        }
        let dict = get(thread, instance, "__dict__")
            .unwrap()
            .downcast::<Dict>()
            .unwrap();
        assert_eq!(dict.len(), count);
        let keys: Vec<String> = dict
            .cursor()
            .map(|(key, _, _)| key.downcast::<Str>().unwrap().to_rust_lossy())
            .collect();
        let expected: Vec<String> = (0..count).map(|index| format!("x{index}")).collect();
        assert_eq!(keys, expected, "in the order of their coming");
        // From now on the dict is the only place.
        let name = intern(thread, "x1");
        dict.set_str(thread, name, none()).unwrap();
        assert_eq!(get(thread, instance, "x1"), Ok(none()));
        set(thread, instance, "new", Value::small(9)).unwrap();
        let name = intern(thread, "new");
        assert_eq!(dict.get_str(name), Some(Value::small(9)));
    }
}

fn answer(thread: &mut Thread, _receiver: Value, args: Args<'_>) -> PyResult {
    let count = args.values().len() as i64;
    let _ = thread;
    Ok(Value::small(40 + count))
}

static ANSWER: Method = Method::any("answer", answer, "answer($self, /)\n--\n\nIt answers.");

#[test]
fn plans() {
    let thread = &mut attach();
    let function = BuiltinFunction::new(thread, &ANSWER, None, None).value();
    let property = call(thread, value(&types::PROPERTY), &[function]).unwrap();
    let namespace = [("k", Value::small(7)), ("p", property), ("f", function)];
    let a = class(thread, "A", &[], &namespace).unwrap();
    let instance = call(thread, a, &[]).unwrap();
    set(thread, instance, "x", Value::small(1)).unwrap();
    let [x, y, k, p] = ["x", "y", "k", "p"].map(|name| intern(thread, name));
    let LoadPlan::Slot {
        id,
        index,
        is_overflow,
    } = plan_load(thread, instance, x)
    else {
        panic!("an own attribute");
    };
    assert_eq!(version::shape_cache_id(instance), id);
    // SAFETY: the id was just compared.
    let loaded = unsafe { instance::load_slot(instance, index, is_overflow) };
    assert_eq!(loaded, Some(Value::small(1)));
    let LoadPlan::ClassValue {
        id: class_id,
        value: found,
    } = plan_load(thread, instance, k)
    else {
        panic!("a class's attribute");
    };
    assert_eq!((class_id, found), (id, Value::small(7)));
    assert!(
        matches!(plan_load(thread, instance, p), LoadPlan::Property { getter, .. } if getter == function)
    );
    let StorePlan::Add {
        id: store_id,
        index,
        is_overflow,
        next,
    } = plan_store(thread, instance, y)
    else {
        panic!("a new attribute");
    };
    assert_eq!(store_id, id);
    // SAFETY: from one plan.
    let stored = unsafe {
        instance::store_slot(
            thread,
            instance,
            id,
            index,
            is_overflow,
            Some(next),
            Value::small(5),
        )
    };
    assert_eq!(stored, Ok(true));
    assert_eq!(get(thread, instance, "y"), Ok(Value::small(5)));
    assert_ne!(version::shape_cache_id(instance), id, "another shape");
    // SAFETY: from one plan; it no longer fits.
    let stored = unsafe {
        instance::store_slot(thread, instance, id, index, is_overflow, Some(next), none())
    };
    assert_eq!(stored, Ok(false));
    let id = version::guard_of(instance);
    set(thread, a, "k", Value::small(8)).unwrap();
    assert_ne!(
        version::shape_cache_id(instance),
        id,
        "the class was changed"
    );
    let LoadPlan::TypeAttribute {
        version,
        value: found,
        ..
    } = plan_load(thread, a, k)
    else {
        panic!("an attribute of a class");
    };
    assert_eq!(found, Value::small(8));
    let class = a.downcast::<TypeObject>().unwrap();
    assert_eq!(class.version(), version);
    let base = value_base(thread, a);
    assert!(set(thread, base, "other", none()).is_err());
    assert_eq!(class.version(), version, "object was not changed");
    assert_eq!(get(thread, instance, "p"), Ok(Value::small(41)));
    let result = set(thread, instance, "p", none());
    fails(
        thread,
        result,
        "AttributeError: property 'p' of 'A' object has no setter",
    );
}

fn value_base(thread: &mut Thread, class: Value) -> Value {
    get(thread, class, "__base__").unwrap()
}

fn not_equal(thread: &mut Thread, _receiver: Value, args: Args<'_>) -> PyResult {
    let _ = (thread, args);
    Ok(grwl_object::singleton::bool(false))
}

static EQ: Method = Method::any("__eq__", not_equal, "");

#[test]
fn special_methods() {
    let thread = &mut attach();
    let eq = BuiltinFunction::new(thread, &EQ, None, None).value();
    let a = class(thread, "A", &[], &[]).unwrap();
    let b = class(thread, "B", &[a], &[]).unwrap();
    let instance = call(thread, b, &[]).unwrap();
    let same = |thread: &mut Thread| {
        let result = protocol::compare(thread, instance, instance, CompareOp::Eq).unwrap();
        protocol::is_true(thread, result).unwrap()
    };
    assert!(same(thread));
    assert!(protocol::hash(thread, instance).is_ok());
    set(thread, a, "__eq__", eq).unwrap();
    assert!(!same(thread), "the slot follows, in subclasses as well");
    delete(thread, a, "__eq__").unwrap();
    assert!(same(thread));
    let c = class(thread, "C", &[], &[("__eq__", eq)]).unwrap();
    let instance = call(thread, c, &[]).unwrap();
    let result = protocol::hash(thread, instance).map(|_| none());
    fails(thread, result, "TypeError: unhashable type: 'C'");
    let answer = BuiltinFunction::new(thread, &ANSWER, None, None).value();
    let d = class(
        thread,
        "D",
        &[],
        &[("__add__", answer), ("__len__", answer)],
    )
    .unwrap();
    let instance = call(thread, d, &[]).unwrap();
    let sum = protocol::binary(thread, protocol::Operator::Add, instance, instance);
    assert_eq!(sum, Ok(Value::small(41)));
    assert_eq!(protocol::length(thread, instance), Ok(40));
    // A subclass of a built-in type answers as that, unless it says otherwise.
    let l = class(thread, "L", &[value(&types::LIST)], &[]).unwrap();
    let instance = call(thread, l, &[]).unwrap();
    assert_eq!(protocol::length(thread, instance), Ok(0));
    set(thread, instance, "x", none()).unwrap();
    assert_eq!(get(thread, instance, "x"), Ok(none()));
    set(thread, l, "__len__", answer).unwrap();
    assert_eq!(protocol::length(thread, instance), Ok(40));
}

#[test]
fn bases_and_class_assignment() {
    let thread = &mut attach();
    let a = class(thread, "A", &[], &[("x", Value::small(1))]).unwrap();
    let b = class(thread, "B", &[], &[("x", Value::small(2))]).unwrap();
    let c = class(thread, "C", &[a], &[]).unwrap();
    let d = class(thread, "D", &[c], &[]).unwrap();
    let instance = call(thread, d, &[]).unwrap();
    assert_eq!(get(thread, instance, "x"), Ok(Value::small(1)));
    let bases = Tuple::new(thread, &[b]).value();
    set(thread, c, "__bases__", bases).unwrap();
    assert_eq!(get(thread, instance, "x"), Ok(Value::small(2)));
    let subclasses = get(thread, a, "__subclasses__").unwrap();
    let subclasses = call(thread, subclasses, &[]).unwrap();
    assert_eq!(protocol::length(thread, subclasses), Ok(0));
    let bases = Tuple::new(thread, &[d]).value();
    let result = set(thread, c, "__bases__", bases);
    fails(
        thread,
        result,
        "TypeError: a __bases__ item causes an inheritance cycle",
    );
    set(thread, instance, "own", Value::small(3)).unwrap();
    set(thread, instance, "__class__", a).unwrap();
    assert_eq!(get(thread, instance, "x"), Ok(Value::small(1)));
    assert_eq!(get(thread, instance, "own"), Ok(Value::small(3)));
    let slots = names(thread, &["q"]);
    let s = class(thread, "S", &[], &[("__slots__", slots)]).unwrap();
    let result = set(thread, instance, "__class__", s);
    fails(
        thread,
        result,
        "TypeError: __class__ assignment: 'S' object layout differs from 'A'",
    );
    let result = set(thread, instance, "__class__", value(&types::INT));
    fails(
        thread,
        result,
        "TypeError: __class__ assignment only supported for mutable types or ModuleType subclasses",
    );
}

#[test]
fn built_in_methods_and_wrappers() {
    let thread = &mut attach();
    let dict = value(&types::DICT);
    let wrapper = get(thread, value(OBJECT), "__repr__").unwrap();
    assert_eq!(
        repr(thread, wrapper),
        "<slot wrapper '__repr__' of 'object' objects>"
    );
    let get_method = get(thread, dict, "get").unwrap();
    assert_eq!(repr(thread, get_method), "<method 'get' of 'dict' objects>");
    let result = call(thread, get_method, &[none()]);
    fails(
        thread,
        result,
        "TypeError: descriptor 'get' for 'dict' objects doesn't apply to a 'NoneType' object",
    );
    let result = call(thread, get_method, &[]);
    fails(
        thread,
        result,
        "TypeError: unbound method dict.get() needs an argument",
    );
    let made = call(thread, dict, &[]).unwrap();
    let bound = get(thread, made, "get").unwrap();
    assert!(repr(thread, bound).starts_with("<built-in method get of dict object at 0x"));
    assert_eq!(
        call(thread, bound, &[none(), Value::small(3)]),
        Ok(Value::small(3))
    );
    let name = get(thread, bound, "__qualname__").unwrap();
    assert_eq!(repr(thread, name), "'dict.get'");
    let clear = get(thread, made, "clear").unwrap();
    let result = call(thread, clear, &[none()]);
    fails(
        thread,
        result,
        "TypeError: dict.clear() takes no arguments (1 given)",
    );
    let result = call(thread, wrapper, &[]);
    fails(
        thread,
        result,
        "TypeError: descriptor '__repr__' of 'object' object needs an argument",
    );
    let result = call(thread, wrapper, &[none(), none()]);
    fails(thread, result, "TypeError: expected 0 arguments, got 1");
    let new = get(thread, value(OBJECT), "__new__").unwrap();
    let result = call(thread, new, &[dict]);
    fails(
        thread,
        result,
        "TypeError: object.__new__(dict) is not safe, use dict.__new__()",
    );
    let alias = protocol::get_item(thread, value(&types::TYPE), dict).unwrap();
    assert_eq!(repr(thread, alias), "type[dict]");
    let union = protocol::binary(thread, protocol::Operator::Or, dict, none()).unwrap();
    assert_eq!(repr(thread, union), "dict | None");
}

#[test]
fn weak_references() {
    let thread = &mut attach();
    let a = class(thread, "A", &[], &[]).unwrap();
    let kind = value(&types::WEAK_REFERENCE);
    let instance = call(thread, a, &[]).unwrap();
    let one = call(thread, kind, &[instance]).unwrap();
    let other = call(thread, kind, &[instance]).unwrap();
    assert_eq!(one, other, "references without a callback are one");
    assert_eq!(call(thread, one, &[]), Ok(instance));
    let callback = BuiltinFunction::new(thread, &ANSWER, None, None).value();
    let third = call(thread, kind, &[instance, callback]).unwrap();
    assert_ne!(one, third);
    let all = grwl_object::weak::references_of(thread, instance).unwrap();
    assert_eq!(all.len(), 2);
    let result = call(thread, kind, &[Value::small(1)]);
    fails(
        thread,
        result,
        "TypeError: cannot create weak reference to 'int' object",
    );
    // Many die, their records with them.
    for _ in 0..3 {
        let references: Vec<Ref<Tuple>> = Vec::new();
        drop(references);
        for _ in 0..2000 {
            let instance = call(thread, a, &[]).unwrap();
            call(thread, kind, &[instance]).unwrap();
        }
        thread
            .heap()
            .collect(thread.mutator_mut(), grwl_heap::Collection::Full);
        grwl_object::finalize::after_collection(thread);
    }
    assert_eq!(call(thread, one, &[]), Ok(instance), "this one is held");
}

#[test]
fn threads_share_classes_and_instances() {
    let thread = &mut attach();
    let a = class(thread, "A", &[], &[("k", Value::small(0))]).unwrap();
    let instance = call(thread, a, &[]).unwrap();
    let holder = Tuple::new(thread, &[a, instance]);
    let address = holder.cell().as_ptr() as usize;
    // SAFETY: the tuple is released below, after all have ended.
    unsafe { thread.heap().retain(holder.cell()) };
    let workers: Vec<_> = (0..4)
        .map(|number| {
            std::thread::spawn(move || {
                let thread = &mut Thread::attach().expect("few threads");
                let cell = grwl_heap::CellPtr::new(address as *mut _).expect("not null");
                // SAFETY: the tuple is retained.
                let holder: Ref<Tuple> = unsafe { Ref::from_cell(cell) };
                let (a, instance) = (holder.at(0), holder.at(1));
                for round in 0..300 {
                    let name = format!("x{number}_{}", round % 40);
                    set(thread, instance, &name, Value::small(round)).unwrap();
                    assert_eq!(get(thread, instance, &name), Ok(Value::small(round)));
                    if round % 50 == 49 {
                        delete(thread, instance, &name).unwrap();
                    }
                    set(thread, a, &format!("k{number}"), Value::small(round)).unwrap();
                    let key = intern(thread, &format!("k{number}"));
                    let class = a.downcast::<TypeObject>().unwrap();
                    let found = attribute::lookup_type(thread, &class, key);
                    assert_eq!(found, Some(Value::small(round)), "no stale cache");
                    let fresh = call(thread, a, &[]).unwrap();
                    set(thread, fresh, &name, none()).unwrap();
                    thread.poll().unwrap();
                }
            })
        })
        .collect();
    for worker in workers {
        let result = thread.safe(|| worker.join());
        assert!(result.is_ok());
    }
    // SAFETY: retained above.
    unsafe { thread.heap().release(holder.cell()) };
}

static DELETED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

fn count_deletion(thread: &mut Thread, _receiver: Value, args: Args<'_>) -> PyResult {
    DELETED.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let _ = (thread, args);
    Ok(none())
}

static DEL: Method = Method::any("__del__", count_deletion, "");

#[test]
fn metaclasses_super_and_finalizers() {
    let thread = &mut attach();
    let del = BuiltinFunction::new(thread, &DEL, None, None).value();
    let meta = class(
        thread,
        "M",
        &[value(&types::TYPE)],
        &[("m", Value::small(5))],
    )
    .unwrap();
    let name = Str::new(thread, "C").value();
    let dict = Dict::new(thread);
    let key = intern(thread, "__del__");
    dict.set_str(thread, key, del).unwrap();
    let c = call(thread, meta, &[name, Tuple::empty().value(), dict.value()]).unwrap();
    assert_eq!(c.class().value(), meta);
    assert_eq!(get(thread, c, "m"), Ok(Value::small(5)));
    let instance = call(thread, c, &[]).unwrap();
    let result = get(thread, instance, "m");
    fails(
        thread,
        result,
        "AttributeError: 'C' object has no attribute 'm'",
    );
    let d = class(thread, "D", &[c], &[]).unwrap();
    assert_eq!(d.class().value(), meta, "the metaclass is inherited");
    for _ in 0..500 {
        call(thread, d, &[]).unwrap();
    }
    thread
        .heap()
        .collect(thread.mutator_mut(), grwl_heap::Collection::Full);
    grwl_object::finalize::after_collection(thread);
    // The stack is searched conservatively: a few may seem to be in use.
    assert!(DELETED.load(std::sync::atomic::Ordering::Relaxed) > 400);

    let a = class(thread, "A", &[], &[("x", Value::small(1))]).unwrap();
    let b = class(thread, "B", &[a], &[("x", Value::small(2))]).unwrap();
    let instance = call(thread, b, &[]).unwrap();
    let parent = call(thread, value(&types::SUPER), &[b, instance]).unwrap();
    assert_eq!(repr(thread, parent), "<super: <class 'B'>, <B object>>");
    assert_eq!(get(thread, parent, "x"), Ok(Value::small(1)));
    let result = call(thread, value(&types::SUPER), &[b, none()]);
    assert!(result.is_ok(), "an unbound one");
    let result = call(thread, value(&types::SUPER), &[b, Value::small(1)]);
    fails(
        thread,
        result,
        "TypeError: super(type, obj): obj (instance of int) is not an instance or subtype of type (B).",
    );
}

#[test]
fn modules_and_namespaces() {
    let thread = &mut attach();
    let name = Str::new(thread, "m").value();
    let module = call(thread, value(&types::MODULE), &[name]).unwrap();
    assert_eq!(repr(thread, module), "<module 'm'>");
    let result = get(thread, module, "x");
    fails(
        thread,
        result,
        "AttributeError: module 'm' has no attribute 'x'",
    );
    set(thread, module, "x", Value::small(1)).unwrap();
    assert_eq!(get(thread, module, "x"), Ok(Value::small(1)));
    let dict = get(thread, module, "__dict__")
        .unwrap()
        .downcast::<Dict>()
        .unwrap();
    let key = intern(thread, "x");
    assert_eq!(dict.get_str(key), Some(Value::small(1)));
    let fallback = BuiltinFunction::new(thread, &ANSWER, None, None).value();
    set(thread, module, "__getattr__", fallback).unwrap();
    assert_eq!(get(thread, module, "y"), Ok(Value::small(41)));
    let result = call(thread, value(&types::MODULE), &[]);
    fails(
        thread,
        result,
        "TypeError: module() missing required argument 'name' (pos 1)",
    );
    let own = class(thread, "N", &[value(&types::SIMPLE_NAMESPACE)], &[]).unwrap();
    for class in [value(&types::SIMPLE_NAMESPACE), own] {
        let made = call(thread, class, &[]).unwrap();
        set(thread, made, "a", none()).unwrap();
        set(thread, made, "b", made).unwrap();
        let shown = repr(thread, made);
        assert!(shown.contains("(a=None, b="), "{shown}");
        assert!(shown.ends_with("(...))"), "{shown}");
    }
}
