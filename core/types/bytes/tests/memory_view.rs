//! `memoryview`: life, casts, slices, errors. What is expected is what CPython 3.14 does.

#[allow(dead_code)]
#[path = "../../text/tests/harness/mod.rs"]
mod harness;

use grwl_object::bytes::Bytes;
use grwl_object::list::List;
use grwl_object::slice::Slice;
use grwl_object::{
    Args, OwnThread, PyResult, Ref, Str, Thread, Tuple, Value, function, none, protocol, ready,
    slots, types,
};
use grwl_types_bytes::byte_array::Changing;
use grwl_types_bytes::{ByteArray, MEMORYVIEW, memory_view};

fn start() -> OwnThread {
    let mut thread = harness::start(|| {
        grwl_types_text::install();
        grwl_types_bytes::install();
        grwl_types_class::install();
        grwl_types_mapping::install();
        grwl_types_number::install();
        grwl_types_sequence::install();
    });
    let this = &mut thread;
    for class in grwl_types_bytes::TYPES {
        ready::ready(this, class).expect("a type");
    }
    thread
}

fn call(thread: &mut Thread, view: Value, name: &str, args: &[Value]) -> PyResult {
    let spec = MEMORYVIEW.spec().expect("it was installed");
    let method = spec.methods.iter().find(|method| method.name == name);
    let method = method.expect("a method");
    function::call_native(thread, method, view, Args::positional(args), || {
        name.to_owned()
    })
}

fn shown(thread: &mut Thread, value: PyResult) -> String {
    let mut out = String::new();
    match value {
        Ok(value) => harness::show(thread, value, &mut out),
        Err(raised) => {
            let exception = raised.exception();
            let args = exception.args();
            out.push_str(&raised.exception_class().name().to_string());
            harness::show(thread, args.value(), &mut out);
        }
    }
    out
}

fn view_of(thread: &mut Thread, object: Value) -> Value {
    memory_view::of_object(thread, object, 0)
        .expect("a buffer")
        .value()
}

fn text(thread: &Thread, text: &str) -> Value {
    Str::new(thread, text).value()
}

#[test]
fn a_view_keeps_the_length() {
    let thread = &mut start();
    let array = ByteArray::new(thread, b"abc").expect("memory");
    let view = view_of(thread, array.value());
    let part = Slice::new(thread, Value::small(1), none(), none());
    let second = protocol::get_item(thread, view, part.value()).expect("a slice");
    let refused = array.extend(thread, b"d").map(|()| none());
    assert_eq!(
        shown(thread, refused),
        "BufferError('Existing exports of data: object cannot be re-sized', )"
    );
    protocol::set_item(thread, second, Value::small(0), Value::small(88)).expect("writable");
    assert_eq!(array.snapshot(thread), b"aXc");
    call(thread, view, "release", &[]).expect("no views of it");
    assert!(
        array.extend(thread, b"d").is_err(),
        "the slice is a view still"
    );
    call(thread, second, "release", &[]).expect("no views of it");
    array.extend(thread, b"d").expect("no views");
    let item = protocol::get_item(thread, view, Value::small(0));
    assert_eq!(
        shown(thread, item),
        "ValueError('operation forbidden on released memoryview object', )"
    );
}

#[test]
fn casts_and_dimensions() {
    let thread = &mut start();
    let bytes: Vec<u8> = (0..24).collect();
    let object = Bytes::new(thread, &bytes).expect("memory");
    let view = view_of(thread, object.value());
    let shape = Tuple::new(thread, &[2, 3, 4].map(Value::small)).value();
    let format = text(thread, "B");
    let cube = call(thread, view, "cast", &[format, shape]).expect("it fits");
    let key = Tuple::new(thread, &[1, 2, 3].map(Value::small)).value();
    let item = protocol::get_item(thread, cube, key);
    assert_eq!(shown(thread, item), "23");
    let row = protocol::get_item(thread, cube, Value::small(0));
    assert_eq!(
        shown(thread, row),
        "NotImplementedError('multi-dimensional sub-views are not implemented', )"
    );
    let format = text(thread, "h");
    let shorts = call(thread, view, "cast", &[format]).expect("it fits");
    let back = Slice::new(thread, none(), none(), Value::small(-5));
    let some = protocol::get_item(thread, shorts, back.value()).expect("a slice");
    let list = call(thread, some, "tolist", &[]);
    assert_eq!(shown(thread, list), "[5910, 3340, 770, ]");
    let format = text(thread, "q");
    let again = call(thread, some, "cast", &[format]);
    assert_eq!(
        shown(thread, again),
        "TypeError('memoryview: casts are restricted to C-contiguous views', )"
    );
    let format = text(thread, "s");
    let wrong = call(thread, view, "cast", &[format]);
    assert!(
        shown(thread, wrong).starts_with("ValueError(\"memoryview: destination format must be")
    );
    let nested = List::from_slice(thread, &[Value::small(0)]).expect("memory");
    let format = text(thread, "B");
    let zero = call(thread, view, "cast", &[format, nested.value()]);
    assert_eq!(
        shown(thread, zero),
        "ValueError('memoryview.cast(): elements of shape must be integers > 0', )"
    );
}

#[test]
fn items_of_each_format() {
    let thread = &mut start();
    for (format, value, shown_as) in [
        ("b", Value::small(-128), "-128"),
        ("H", Value::small(65535), "65535"),
        ("i", Value::small(-1), "-1"),
        ("Q", Value::small(7), "7"),
        ("?", Value::small(3), "True"),
        ("e", Value::small(1), "1.0"),
        (
            "e",
            Value::from_float(0.1).expect("immediate"),
            "0.0999755859375",
        ),
        ("f", Value::small(-2), "-2.0"),
        ("d", Value::from_float(1.5).expect("immediate"), "1.5"),
        (
            "b",
            Value::small(128),
            "ValueError(\"memoryview: invalid value for format 'b'\", )",
        ),
        (
            "e",
            Value::small(65520),
            "ValueError(\"memoryview: invalid value for format 'e'\", )",
        ),
        (
            "i",
            none(),
            "TypeError(\"memoryview: invalid type for format 'i'\", )",
        ),
    ] {
        let array = ByteArray::new(thread, &[0; 8]).expect("memory");
        let view = view_of(thread, array.value());
        let format = text(thread, format);
        let view = call(thread, view, "cast", &[format]).expect("it fits");
        let first = Value::small(0);
        let stored = protocol::set_item(thread, view, first, value);
        let read = stored.and_then(|()| protocol::get_item(thread, view, first));
        assert_eq!(shown(thread, read), shown_as);
    }
}

#[test]
fn comparison_and_hash() {
    let thread = &mut start();
    let object: Ref<Bytes> = Bytes::new(thread, b"abc").expect("memory");
    let view = view_of(thread, object.value());
    assert!(protocol::equal(thread, view, object.value()).expect("equal"));
    let hash = MEMORYVIEW.slot(slots::HASH).expect("it has one");
    assert_eq!(hash(thread, view).expect("read-only"), object.hash());
    let array = ByteArray::new(thread, b"abc").expect("memory");
    let writable = view_of(thread, array.value());
    assert!(protocol::equal(thread, writable, view).expect("equal"));
    let refused = hash(thread, writable).map(Value::small);
    assert_eq!(
        shown(thread, refused),
        "ValueError('cannot hash writable memoryview object', )"
    );
    assert!(types::BYTES.slot(slots::GET_BUFFER).is_some());
}
