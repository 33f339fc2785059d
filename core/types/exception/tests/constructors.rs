//! Constructors, attributes and texts of exceptions; what is expected is what CPython 3.14 answers.
//!
//! The types are not made ready by the runtime: the test fills their slots from their bases and tables itself, and gives `str`, `int`, `tuple` and
//! `list` as much of a `repr` as is needed. So this package is tested without those that implement the other types.

#![allow(clippy::type_complexity)]

use std::sync::Once;

use grwl_object::list::List;
use grwl_object::slots::{self, SLOTS};
use grwl_object::{
    Args, Buffer, GetSet, PyResult, Raised, Ref, Str, Thread, Tuple, TypeObject, Value, ValueExt,
    none, protocol, singleton, types, world,
};
use grwl_text::TextBuilder;

fn repr_str(thread: &mut Thread, this: Value) -> PyResult {
    let this = this.downcast::<Str>().expect("a str");
    Str::from_buf(thread, &grwl_text::repr::repr(this.text())).map(Ref::value)
}

fn itself(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(this)
}

fn repr_int(thread: &mut Thread, this: Value) -> PyResult {
    let number = this.as_int().expect("a small int");
    Ok(Str::new(thread, &number.to_string()).value())
}

fn repr_none(thread: &mut Thread, _this: Value) -> PyResult {
    Ok(Str::new(thread, "None").value())
}

fn repr_items(thread: &mut Thread, items: &[Value], open: &str, close: &str) -> PyResult {
    let mut text = TextBuilder::new();
    text.push_str(open);
    for (index, &item) in items.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        text.push_text(protocol::repr(thread, item)?.text());
    }
    text.push_str(close);
    Str::from_buf(thread, &text.finish()).map(Ref::value)
}

fn repr_tuple(thread: &mut Thread, this: Value) -> PyResult {
    let this = this.downcast::<Tuple>().expect("a tuple");
    let close = if this.len() == 1 { ",)" } else { ")" };
    repr_items(thread, this.as_slice(), "(", close)
}

fn repr_list(thread: &mut Thread, this: Value) -> PyResult {
    let this = this.downcast::<List>().expect("a list");
    let items = this.snapshot(thread)?;
    repr_items(thread, items.as_slice(), "[", "]")
}

fn item_of_list(thread: &mut Thread, this: Value, index: isize) -> PyResult {
    let this = this.downcast::<List>().expect("a list");
    this.get(index as usize)
        .ok_or_else(|| thread.index_error("list index out of range"))
}

fn begin() {
    static BEGUN: Once = Once::new();
    world::for_tests();
    BEGUN.call_once(|| {
        grwl_types_exception::install();
        for class in types::ALL {
            let base = class
                .declaration()
                .and_then(|made| made.base)
                .expect("a base");
            for index in 0..SLOTS {
                // SAFETY: the function comes from the same slot.
                unsafe { class.slots().set_raw(index, base.slots().raw(index)) };
            }
            for slot in class.spec().map_or(&[][..], |spec| spec.slots) {
                class.slots().set(*slot);
            }
        }
        types::STR.slots().set(slots::REPR.is(repr_str));
        types::STR.slots().set(slots::STR.is(itself));
        types::INT.slots().set(slots::REPR.is(repr_int));
        types::NONE_TYPE.slots().set(slots::REPR.is(repr_none));
        types::TUPLE.slots().set(slots::REPR.is(repr_tuple));
        types::LIST.slots().set(slots::REPR.is(repr_list));
        types::LIST.slots().set(slots::ITEM.is(item_of_list));
    });
}

/// What the type's call does.
fn make(
    thread: &mut Thread,
    class: &'static TypeObject,
    positional: &[Value],
    by_name: &[(&str, Value)],
) -> PyResult {
    let mut values = Buffer::from_slice(thread, positional)?;
    let mut names = Buffer::new();
    for &(name, value) in by_name {
        values.push(thread, value)?;
        names.push(thread, Str::new(thread, name).value())?;
    }
    let names = (!by_name.is_empty()).then(|| Tuple::new(thread, names.as_slice()));
    let args = Args::new(values.as_slice(), names);
    let new = class.slot(slots::NEW).expect("a constructor");
    let this = new(thread, Ref::from_static(class), args)?;
    if let Some(init) = this.class().slot(slots::INIT) {
        init(thread, this, args)?;
    }
    Ok(this)
}

fn shown(
    thread: &mut Thread,
    result: PyResult,
    how: fn(&mut Thread, Value) -> PyResult<Ref<Str>>,
) -> String {
    match result {
        Ok(value) => how(thread, value).expect("it can be shown").to_rust_lossy(),
        Err(Raised(error)) => {
            let class = error.class();
            let text = protocol::str(thread, error).expect("it can be shown");
            format!("!{}: {text}", class.name())
        }
    }
}

fn entry(value: Value, name: &str) -> &'static GetSet {
    let mut class = value.class();
    loop {
        let own = class.spec().map_or(&[][..], |spec| spec.getset);
        if let Some(found) = own.iter().find(|entry| entry.name == name) {
            return found;
        }
        let base = class.declaration().and_then(|made| made.base);
        class = Ref::from_static(base.unwrap_or_else(|| panic!("no attribute {name}")));
    }
}

fn get(thread: &mut Thread, value: Value, name: &str) -> String {
    let result = (entry(value, name).get)(thread, value);
    shown(thread, result, protocol::repr)
}

fn set(thread: &mut Thread, value: Value, name: &str, new: Option<Value>) -> String {
    let set = entry(value, name).set.expect("it can be stored");
    let result = set(thread, value, new).map(|()| none());
    shown(thread, result, protocol::repr)
}

const ONE: Value = Value::small(1);
const TWO: Value = Value::small(2);
const THREE: Value = Value::small(3);
const FOUR: Value = Value::small(4);
const FIVE: Value = Value::small(5);

#[test]
fn texts() {
    begin();
    let thread = &mut Thread::attach().expect("a free thread state");
    let a = Str::new(thread, "a").value();
    let cases: &[(&TypeObject, &[Value], &str, &str)] = &[
        (&types::VALUE_ERROR, &[], "ValueError()", ""),
        (&types::VALUE_ERROR, &[a], "ValueError('a')", "a"),
        (
            &types::VALUE_ERROR,
            &[a, ONE],
            "ValueError('a', 1)",
            "('a', 1)",
        ),
        (&types::KEY_ERROR, &[a], "KeyError('a')", "'a'"),
        (
            &types::KEY_ERROR,
            &[a, a],
            "KeyError('a', 'a')",
            "('a', 'a')",
        ),
        (
            &types::OS_ERROR,
            &[ONE, TWO],
            "PermissionError(1, 2)",
            "[Errno 1] 2",
        ),
        (
            &types::OS_ERROR,
            &[TWO, a, THREE],
            "FileNotFoundError(2, 'a')",
            "[Errno 2] a: 3",
        ),
        (
            &types::OS_ERROR,
            &[ONE, TWO, THREE, FOUR, FIVE],
            "PermissionError(1, 2)",
            "[Errno 1] 2: 3 -> 5",
        ),
        (
            &types::OS_ERROR,
            &[ONE; 6],
            "OSError(1, 1, 1, 1, 1, 1)",
            "(1, 1, 1, 1, 1, 1)",
        ),
        (
            &types::OS_ERROR,
            &[a, a],
            "OSError('a', 'a')",
            "[Errno a] a",
        ),
        (&types::OS_ERROR, &[TWO], "OSError(2)", "2"),
        (
            &types::FILE_NOT_FOUND_ERROR,
            &[ONE, a],
            "FileNotFoundError(1, 'a')",
            "[Errno 1] a",
        ),
        (&types::IMPORT_ERROR, &[THREE], "ImportError(3)", "3"),
        (
            &types::IMPORT_ERROR,
            &[a, a],
            "ImportError('a', 'a')",
            "('a', 'a')",
        ),
        (&types::SYNTAX_ERROR, &[], "SyntaxError()", "None"),
        (&types::SYNTAX_ERROR, &[a], "SyntaxError('a')", "a"),
        (
            &types::UNICODE_ENCODE_ERROR,
            &[a, a, TWO, FOUR, a],
            "UnicodeEncodeError('a', 'a', 2, 4, 'a')",
            "'a' codec can't encode characters in position 2-3: a",
        ),
        (
            &types::UNICODE_TRANSLATE_ERROR,
            &[a, Value::small(0), ONE, a],
            "UnicodeTranslateError('a', 0, 1, 'a')",
            "can't translate character '\\x61' in position 0: a",
        ),
    ];
    for &(class, args, repr, str) in cases {
        let class = Ref::from_ref(class);
        // SAFETY: the classes of the table are statics.
        let class = unsafe { class.long() };
        let made = make(thread, class, args, &[]);
        assert_eq!(shown(thread, made, protocol::repr), repr);
        assert_eq!(shown(thread, made, protocol::str), str, "{repr}");
    }
}

#[test]
fn wrong_arguments() {
    begin();
    let thread = &mut Thread::attach().expect("a free thread state");
    let a = Str::new(thread, "a").value();
    let short = Tuple::new(thread, &[ONE, TWO]).value();
    let five = Tuple::new(thread, &[ONE; 5]).value();
    let eight = Tuple::new(thread, &[ONE; 8]).value();
    let cases: &[(&TypeObject, &[Value], &[(&str, Value)], &str)] = &[
        (
            &types::VALUE_ERROR,
            &[],
            &[("a", ONE)],
            "!TypeError: ValueError() takes no keyword arguments",
        ),
        (
            &types::OS_ERROR,
            &[],
            &[("a", ONE)],
            "!TypeError: OSError() takes no keyword arguments",
        ),
        (
            &types::STOP_ITERATION,
            &[],
            &[("a", ONE)],
            "!TypeError: StopIteration() takes no keyword arguments",
        ),
        (
            &types::IMPORT_ERROR,
            &[ONE],
            &[("a", ONE)],
            "!TypeError: ImportError() got an unexpected keyword argument 'a'",
        ),
        (
            &types::MODULE_NOT_FOUND_ERROR,
            &[ONE],
            &[("name", ONE), ("path", ONE), ("name_from", ONE), ("x", ONE)],
            "!TypeError: ImportError() takes at most 3 keyword arguments (4 given)",
        ),
        (
            &types::NAME_ERROR,
            &[],
            &[("a", ONE)],
            "!TypeError: NameError() got an unexpected keyword argument 'a'",
        ),
        (
            &types::ATTRIBUTE_ERROR,
            &[],
            &[("a", ONE)],
            "!TypeError: AttributeError() got an unexpected keyword argument 'a'",
        ),
        (
            &types::SYNTAX_ERROR,
            &[a, short],
            &[],
            "!TypeError: function takes at least 4 arguments (2 given)",
        ),
        (
            &types::SYNTAX_ERROR,
            &[a, eight],
            &[],
            "!TypeError: function takes at most 7 arguments (8 given)",
        ),
        (
            &types::SYNTAX_ERROR,
            &[a, five],
            &[],
            "!TypeError: end_offset must be provided when end_lineno is provided",
        ),
        (
            &types::UNICODE_ENCODE_ERROR,
            &[],
            &[],
            "!TypeError: function takes exactly 5 arguments (0 given)",
        ),
        (
            &types::UNICODE_ENCODE_ERROR,
            &[ONE; 5],
            &[],
            "!TypeError: argument 1 must be str, not int",
        ),
        (
            &types::UNICODE_ENCODE_ERROR,
            &[none(); 5],
            &[],
            "!TypeError: argument 1 must be str, not None",
        ),
        (
            &types::UNICODE_ENCODE_ERROR,
            &[a, TWO, ONE, ONE, a],
            &[],
            "!TypeError: argument 2 must be str, not int",
        ),
        (
            &types::UNICODE_ENCODE_ERROR,
            &[a, a, TWO, ONE, ONE],
            &[],
            "!TypeError: argument 5 must be str, not int",
        ),
        (
            &types::UNICODE_DECODE_ERROR,
            &[a, ONE, TWO, ONE, a],
            &[],
            "!TypeError: a bytes-like object is required, not 'int'",
        ),
        (
            &types::UNICODE_TRANSLATE_ERROR,
            &[a, TWO, ONE],
            &[],
            "!TypeError: function takes exactly 4 arguments (3 given)",
        ),
        (
            &types::EXCEPTION_GROUP,
            &[],
            &[],
            "!TypeError: BaseExceptionGroup.__new__() takes exactly 2 arguments (0 given)",
        ),
        (
            &types::EXCEPTION_GROUP,
            &[ONE, TWO],
            &[],
            "!TypeError: BaseExceptionGroup.__new__() argument 1 must be str, not int",
        ),
        (
            &types::EXCEPTION_GROUP,
            &[a, TWO],
            &[],
            "!TypeError: second argument (exceptions) must be a sequence",
        ),
    ];
    for &(class, args, by_name, error) in cases {
        let class = Ref::from_ref(class);
        // SAFETY: the classes of the table are statics.
        let class = unsafe { class.long() };
        let made = make(thread, class, args, by_name);
        assert_eq!(shown(thread, made, protocol::repr), error);
    }
}

#[test]
fn attributes() {
    begin();
    let thread = &mut Thread::attach().expect("a free thread state");
    let this = make(
        thread,
        &types::IMPORT_ERROR,
        &[ONE],
        &[("name", TWO), ("path", THREE)],
    )
    .expect("made");
    assert_eq!(get(thread, this, "msg"), "1");
    assert_eq!(get(thread, this, "name"), "2");
    assert_eq!(get(thread, this, "path"), "3");
    assert_eq!(get(thread, this, "name_from"), "None");
    assert_eq!(set(thread, this, "name", None), "None");
    assert_eq!(get(thread, this, "name"), "None");

    let this = make(
        thread,
        &types::ATTRIBUTE_ERROR,
        &[],
        &[("obj", TWO), ("name", ONE)],
    )
    .expect("made");
    assert_eq!(get(thread, this, "obj"), "2");
    assert_eq!(get(thread, this, "name"), "1");

    let exit = make(thread, &types::SYSTEM_EXIT, &[ONE, TWO], &[]).expect("made");
    assert_eq!(get(thread, exit, "code"), "(1, 2)");
    let stop = make(thread, &types::STOP_ITERATION, &[ONE, TWO], &[]).expect("made");
    assert_eq!(get(thread, stop, "value"), "1");

    let link = "must be None or derive from BaseException";
    assert_eq!(
        set(thread, stop, "__cause__", Some(ONE)),
        format!("!TypeError: exception cause {link}")
    );
    assert_eq!(
        set(thread, stop, "__context__", Some(ONE)),
        format!("!TypeError: exception context {link}")
    );
    assert_eq!(
        set(thread, stop, "__traceback__", Some(ONE)),
        "!TypeError: __traceback__ must be a traceback or None"
    );
    for name in ["__cause__", "__context__", "__traceback__", "args"] {
        let expected = format!("!TypeError: {name} may not be deleted");
        assert_eq!(set(thread, stop, name, None), expected);
    }
    let false_ = singleton::bool(false);
    let suppress = entry(stop, "__suppress_context__").get;
    assert_eq!(suppress(thread, stop), Ok(false_));
    assert_eq!(set(thread, stop, "__cause__", Some(exit)), "None");
    assert_eq!(suppress(thread, stop), Ok(singleton::bool(true)));
    assert_eq!(
        set(thread, stop, "__suppress_context__", Some(false_)),
        "None"
    );
    assert_eq!(suppress(thread, stop), Ok(false_));
    assert_eq!(
        set(thread, stop, "__suppress_context__", Some(ONE)),
        "!TypeError: attribute value type must be bool"
    );
    assert_eq!(
        set(thread, stop, "__suppress_context__", None),
        "!TypeError: can't delete numeric/char attribute"
    );
}

#[test]
fn files_and_numbers_of_os_errors() {
    begin();
    let thread = &mut Thread::attach().expect("a free thread state");
    let text = Str::new(thread, "x").value();
    let again = Value::small(11);
    let this = make(thread, &types::BLOCKING_IO_ERROR, &[again, text, text], &[]).expect("made");
    assert_eq!(get(thread, this, "filename"), "'x'");
    assert_eq!(
        get(thread, this, "characters_written"),
        "!AttributeError: characters_written"
    );
    assert_eq!(
        set(thread, this, "characters_written", None),
        "!AttributeError: characters_written"
    );

    let this = make(
        thread,
        &types::OS_ERROR,
        &[TWO, text, none(), none(), text],
        &[],
    );
    let this = this.expect("made");
    assert_eq!(get(thread, this, "args"), "(2, 'x', None, None, 'x')");
    assert_eq!(get(thread, this, "filename2"), "None");
    let this = make(
        thread,
        &types::OS_ERROR,
        &[TWO, text, text, none(), none()],
        &[],
    );
    assert_eq!(get(thread, this.expect("made"), "args"), "(2, 'x')");
}

#[test]
fn positions_of_unicode_errors() {
    begin();
    let thread = &mut Thread::attach().expect("a free thread state");
    let text = Str::new(thread, "bcd").value();
    let this = make(
        thread,
        &types::UNICODE_ENCODE_ERROR,
        &[text, text, ONE, TWO, text],
        &[],
    );
    let this = this.expect("made");
    assert_eq!(get(thread, this, "start"), "1");
    assert_eq!(set(thread, this, "reason", None), "None");
    assert_eq!(
        shown(thread, Ok(this), protocol::str),
        "'bcd' codec can't encode character '\\x63' in position 1: <NULL>"
    );
    assert_eq!(
        set(thread, this, "start", Some(text)),
        "!TypeError: an integer is required"
    );
    assert_eq!(
        set(thread, this, "end", None),
        "!TypeError: can't delete numeric/char attribute"
    );
    assert_eq!(set(thread, this, "object", Some(THREE)), "None");
    let str = this.class().slot(slots::STR).expect("a str");
    let result = str(thread, this);
    assert_eq!(
        shown(thread, result, protocol::str),
        "!TypeError: UnicodeError 'object' attribute must be a string"
    );
    assert_eq!(set(thread, this, "object", None), "None");
    assert_eq!(shown(thread, Ok(this), protocol::str), "");
}

#[test]
fn places_of_syntax_errors() {
    begin();
    let thread = &mut Thread::attach().expect("a free thread state");
    let message = Str::new(thread, "m").value();
    let file = Str::new(thread, "/a/b.py").value();
    let cases: &[(Value, Value, &str)] = &[
        (file, THREE, "m (b.py, line 3)"),
        (none(), THREE, "m (line 3)"),
        (file, none(), "m (b.py)"),
        (none(), none(), "m"),
    ];
    for &(file, line, expected) in cases {
        let details = Tuple::new(thread, &[file, line, THREE, FOUR]).value();
        let this = make(thread, &types::SYNTAX_ERROR, &[message, details], &[]);
        assert_eq!(shown(thread, this, protocol::str), expected);
    }
}
