//! Files, driven by calls as Python code makes them. What is expected was found out with CPython 3.14.

use grwl_object::dict::Dict;
use grwl_object::module::Module;
use grwl_object::{
    OwnThread, PyResult, Raised, Ref, Str, Thread, Value, ValueExt, intern, iterators, none,
    protocol, ready, types, world,
};

fn attach() -> OwnThread {
    static READY: std::sync::Mutex<bool> = std::sync::Mutex::new(false);
    world::for_tests();
    let mut thread = Thread::attach().expect("few threads");
    let mut is_ready = thread.safe(|| READY.lock().expect("no test panics here"));
    if !*is_ready {
        grwl_types_class::install();
        grwl_types_number::install();
        grwl_types_text::install();
        grwl_types_bytes::install();
        grwl_types_mapping::install();
        grwl_types_exception::install();
        grwl_types_sequence::install();
        grwl_module_posix::install();
        grwl_module_io::install();
        // Nobody has chosen a locale here, and there is no registry of codecs that its encoding could be found in.
        grwl_module_io::configure(grwl_module_io::Settings {
            utf8_mode: true,
            warn_default_encoding: false,
        });
        for class in types::BUILTIN.iter().chain(types::ALL) {
            ready::ready(&mut thread, class).expect("ready");
        }
        grwl_types_class::ready_types(&mut thread).expect("ready");
        for class in grwl_types_text::TYPES.iter().chain(grwl_types_bytes::TYPES) {
            ready::ready(&mut thread, class).expect("ready");
        }
        let builtins = Dict::new(&thread);
        for class in grwl_types_bytes::TYPES {
            let name = intern(&thread, &class.name().to_string());
            builtins
                .set_str(&mut thread, name, Ref::from_static(*class).value())
                .expect("memory");
        }
        iterators::set_builtins(&thread, builtins);
        *is_ready = true;
    }
    drop(is_ready);
    thread
}

fn io(thread: &mut Thread) -> Ref<Module> {
    grwl_module_io::create(thread).expect("the module is made")
}

fn text(thread: &Thread, text: &str) -> Value {
    Str::new(thread, text).value()
}

fn bytes(thread: &Thread, bytes: &[u8]) -> Value {
    grwl_object::bytes::Bytes::new(thread, bytes)
        .expect("memory")
        .value()
}

fn function(thread: &mut Thread, module: Ref<Module>, name: &str, args: &[Value]) -> PyResult {
    let found = protocol::get_attribute_str(thread, module.value(), name)?;
    protocol::call_positional(thread, found, args)
}

fn method(thread: &mut Thread, object: Value, name: &str, args: &[Value]) -> PyResult {
    let name = intern(thread, name);
    protocol::call_method(thread, object, name, args)
}

fn shown(thread: &mut Thread, value: Value) -> String {
    protocol::repr(thread, value)
        .expect("a repr")
        .to_rust_lossy()
}

fn failure(thread: &mut Thread, raised: Raised) -> String {
    let message = protocol::str(thread, raised.0).expect("str");
    format!("{}: {message}", raised.exception_class().name())
}

/// Calls a method and shows what it returns, or raises.
fn does(thread: &mut Thread, object: Value, name: &str, args: &[Value]) -> String {
    match method(thread, object, name, args) {
        Ok(value) => shown(thread, value),
        Err(raised) => failure(thread, raised),
    }
}

fn place(name: &str) -> String {
    let mut path = std::env::temp_dir();
    path.push(format!("grwl-io-{}-{name}", std::process::id()));
    path.to_str().expect("a name in UTF-8").to_owned()
}

#[test]
fn text_goes_out_and_comes_back() {
    let thread = &mut *attach();
    let io = io(thread);
    let path = place("text");
    let (name, write, read) = (text(thread, &path), text(thread, "w"), text(thread, "r"));
    let file =
        function(thread, io, "open", &[name, write]).map_err(|raised| failure(thread, raised));
    let file = file.expect("it opens");
    let line = text(thread, "héllo\nwörld\r\n");
    assert_eq!(does(thread, file, "write", &[line]), "13");
    assert_eq!(does(thread, file, "tell", &[]), "15");
    assert_eq!(
        does(thread, file, "read", &[]),
        "UnsupportedOperation: not readable"
    );
    assert_eq!(does(thread, file, "close", &[]), "None");
    assert_eq!(
        does(thread, file, "write", &[line]),
        "ValueError: I/O operation on closed file."
    );
    assert_eq!(
        std::fs::read(&path).expect("it is there"),
        "héllo\nwörld\r\n".as_bytes()
    );
    let file = function(thread, io, "open", &[name, read]).expect("it opens");
    assert_eq!(does(thread, file, "readline", &[]), "'héllo\\n'");
    let cookie = method(thread, file, "tell", &[]).expect("a place");
    assert_eq!(does(thread, file, "readline", &[]), "'wörld\\n'");
    assert_eq!(does(thread, file, "readline", &[]), "''");
    method(thread, file, "seek", &[cookie]).expect("it can go back");
    assert_eq!(does(thread, file, "read", &[]), "'wörld\\n'");
    let newlines = protocol::get_attribute_str(thread, file, "newlines").expect("an attribute");
    assert_eq!(shown(thread, newlines), "('\\n', '\\r\\n')");
    assert!(shown(thread, file).ends_with("mode='r' encoding='utf-8'>"));
    assert_eq!(
        does(thread, file, "seek", &[Value::small(-1)]),
        "ValueError: negative seek position -1"
    );
    assert_eq!(does(thread, file, "close", &[]), "None");
    std::fs::remove_file(&path).expect("it is there");
}

#[test]
fn bytes_are_read_written_and_sought() {
    let thread = &mut *attach();
    let io = io(thread);
    let path = place("bytes");
    let (name, mode) = (text(thread, &path), text(thread, "w+b"));
    let file = function(thread, io, "open", &[name, mode, Value::small(8)]).expect("it opens");
    assert_eq!(
        does(thread, file, "write", &[bytes(thread, b"0123456789abcdef")]),
        "16"
    );
    assert_eq!(does(thread, file, "seek", &[Value::small(3)]), "3");
    assert_eq!(does(thread, file, "read", &[Value::small(4)]), "b'3456'");
    assert_eq!(does(thread, file, "peek", &[]), "b'789abcde'");
    assert_eq!(does(thread, file, "write", &[bytes(thread, b"XY")]), "2");
    assert_eq!(does(thread, file, "tell", &[]), "9");
    assert_eq!(does(thread, file, "read", &[]), "b'9abcdef'");
    assert_eq!(
        does(thread, file, "seek", &[Value::small(-4), Value::small(1)]),
        "12"
    );
    assert_eq!(does(thread, file, "read1", &[Value::small(2)]), "b'cd'");
    assert_eq!(does(thread, file, "truncate", &[Value::small(5)]), "5");
    assert_eq!(does(thread, file, "seek", &[Value::small(0)]), "0");
    assert_eq!(does(thread, file, "readlines", &[]), "[b'01234']");
    assert_eq!(
        does(thread, file, "read", &[Value::small(-2)]),
        "ValueError: read length must be non-negative or -1"
    );
    assert_eq!(does(thread, file, "close", &[]), "None");
    assert_eq!(
        does(thread, file, "read", &[]),
        "ValueError: read of closed file"
    );
    std::fs::remove_file(&path).expect("it is there");
}

#[test]
fn files_in_memory() {
    let thread = &mut *attach();
    let io = io(thread);
    let file = function(thread, io, "BytesIO", &[bytes(thread, b"one\ntwo\n")]).expect("made");
    assert_eq!(does(thread, file, "readline", &[]), "b'one\\n'");
    assert_eq!(does(thread, file, "write", &[bytes(thread, b"TWO!!")]), "5");
    assert_eq!(does(thread, file, "getvalue", &[]), "b'one\\nTWO!!'");
    assert_eq!(
        does(thread, file, "seek", &[Value::small(-1)]),
        "ValueError: negative seek value -1"
    );
    let view = method(thread, file, "getbuffer", &[]).expect("a view");
    assert_eq!(
        does(thread, file, "write", &[bytes(thread, b"x")]),
        "BufferError: Existing exports of data: object cannot be re-sized"
    );
    method(thread, view, "release", &[]).expect("released");
    assert_eq!(does(thread, file, "close", &[]), "None");

    let value = text(thread, "a\nb\r\nc");
    let file = function(thread, io, "StringIO", &[value, none()]).expect("made");
    assert_eq!(
        does(thread, file, "readlines", &[]),
        "['a\\n', 'b\\n', 'c']"
    );
    let file = function(thread, io, "StringIO", &[]).expect("made");
    assert_eq!(does(thread, file, "write", &[text(thread, "naïve")]), "5");
    assert_eq!(does(thread, file, "seek", &[Value::small(8)]), "8");
    assert_eq!(
        does(thread, file, "write", &[text(thread, "\u{1F600}")]),
        "1"
    );
    assert_eq!(
        does(thread, file, "getvalue", &[]),
        "'naïve\\x00\\x00\\x00😀'"
    );
}

#[test]
fn refusals() {
    let thread = &mut *attach();
    let io = io(thread);
    let nowhere = text(thread, "/nowhere/at/all");
    let cases: [(&[&str], &str); 4] = [
        (
            &["rw"],
            "ValueError: must have exactly one of create/read/write/append mode",
        ),
        (
            &["rbt"],
            "ValueError: can't have text and binary mode at once",
        ),
        (&["q"], "ValueError: invalid mode: 'q'"),
        (
            &["r"],
            "FileNotFoundError: [Errno 2] No such file or directory: '/nowhere/at/all'",
        ),
    ];
    for (mode, expected) in cases {
        let mode = text(thread, mode[0]);
        let raised = function(thread, io, "open", &[nowhere, mode]).expect_err("refused");
        assert_eq!(failure(thread, raised), expected);
    }
    let base = function(thread, io, "_IOBase", &[]).expect("made");
    assert_eq!(
        does(thread, base, "fileno", &[]),
        "UnsupportedOperation: fileno"
    );
    assert_eq!(does(thread, base, "close", &[]), "None");
    assert_eq!(
        does(thread, base, "flush", &[]),
        "ValueError: I/O operation on closed file."
    );
}

#[test]
fn the_system_answers() {
    let thread = &mut *attach();
    let posix = grwl_module_posix::create(thread).expect("the module is made");
    let here = text(thread, "/");
    let stat = function(thread, posix, "stat", &[here]).expect("the root is there");
    let size = protocol::get_attribute_str(thread, stat, "st_mode").expect("a mode");
    assert_eq!(size.as_int().expect("an int") & 0o170_000, 0o040_000);
    let missing = text(thread, "/nowhere");
    let raised = function(thread, posix, "listdir", &[missing]).expect_err("not there");
    assert_eq!(
        failure(thread, raised),
        "FileNotFoundError: [Errno 2] No such file or directory: '/nowhere'"
    );
    let path = text(thread, "a/../b//c/.");
    let normal = function(thread, posix, "_path_normpath", &[path]).expect("a path");
    assert_eq!(shown(thread, normal), "'b/c'");
    let pipe = function(thread, posix, "pipe", &[]).expect("a pipe");
    let ends = pipe.downcast::<grwl_object::Tuple>().expect("a pair");
    let data = bytes(thread, b"through");
    function(thread, posix, "write", &[ends.at(1), data]).expect("room");
    let got = function(thread, posix, "read", &[ends.at(0), Value::small(100)]).expect("data");
    assert_eq!(shown(thread, got), "b'through'");
    for end in [ends.at(0), ends.at(1)] {
        function(thread, posix, "close", &[end]).expect("it was open");
    }
    let time = grwl_module_time::create(thread).expect("the module is made");
    let moment = function(thread, time, "gmtime", &[Value::small(0)]).expect("the epoch");
    assert_eq!(
        shown(thread, moment),
        "time.struct_time(tm_year=1970, tm_mon=1, tm_mday=1, tm_hour=0, tm_min=0, tm_sec=0, tm_wday=3, tm_yday=1, tm_isdst=0)"
    );
    let format = text(thread, "%Y-%m-%d\u{0}%H");
    let made = function(thread, time, "strftime", &[format, moment]).expect("a text");
    assert_eq!(shown(thread, made), "'1970-01-01\\x0000'");
}
