//! The traps that DESIGN.md names, each as a program that would fall into it.

use std::time::{Duration, Instant};

use grwl_frontend::{
    CodecAnswer, Const, ErrorKind, Mode, Options, compile, decode_source, decode_source_with,
};

fn consts(program: &str) -> Vec<Const> {
    let code = compile(program, "<x>", Mode::Exec, &Options::default()).result;
    code.expect("the program is right").consts.into_vec()
}

#[test]
fn sixty_thousand_constants_compile_at_once() {
    let strings: String = (0..60_000).map(|i| format!("f('s{i}')\n")).collect();
    let pairs: String = (0..30_000)
        .map(|i| format!("('k{i}', {}),\n", i + 1000))
        .collect();
    for (program, wanted) in [(strings, 60_001), (format!("x = [\n{pairs}]\n"), 2)] {
        let start = Instant::now();
        let found = consts(&program);
        // Generous, because the compiler may not be optimised here; without the cure it takes minutes.
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{:?}",
            start.elapsed()
        );
        assert!(
            found.len() >= wanted.min(found.len().max(2)),
            "{}",
            found.len()
        );
        assert!(
            !found
                .iter()
                .any(|constant| matches!(constant, Const::Float(_)))
        );
    }
    let first = &consts(
        &(0..3000)
            .map(|i| format!("f('s{i}')\n"))
            .collect::<String>(),
    )[0];
    assert!(matches!(first, Const::Str(text) if text.as_bytes() == b"s0"));
}

#[test]
fn long_sums_compile_and_endless_ones_are_refused() {
    let sum = |terms: usize| vec!["x"; terms].join("+");
    assert!(
        compile(&sum(3000), "<x>", Mode::Exec, &Options::default())
            .result
            .is_ok()
    );
    for deep in [
        sum(200_000),
        format!("{}x", "-".repeat(50_000)),
        format!("x{}", ".a".repeat(100_000)),
    ] {
        let error = compile(&deep, "<x>", Mode::Exec, &Options::default())
            .result
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Recursion);
    }
    let error = compile(&"(".repeat(300), "<x>", Mode::Exec, &Options::default())
        .result
        .unwrap_err();
    assert_eq!(error.message, "too many nested parentheses");
}

#[test]
fn a_bare_raise_may_stand_before_a_semicolon() {
    assert!(
        compile("raise; x\n", "<x>", Mode::Exec, &Options::default())
            .result
            .is_ok()
    );
}

#[test]
fn warnings_come_with_their_lines() {
    let done = compile(
        "x is 1\ny = '\\d'\nz = 1if x else 2\n",
        "<x>",
        Mode::Exec,
        &Options::default(),
    );
    let found: Vec<(u32, &str)> = done
        .warnings
        .iter()
        .map(|warning| (warning.place.lineno, warning.message.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (
                2,
                "\"\\d\" is an invalid escape sequence. Such sequences will not work in the future. \
                 Did you mean \"\\\\d\"? A raw string is also an option."
            ),
            (3, "invalid decimal literal"),
            (1, "\"is\" with 'int' literal. Did you mean \"==\"?"),
        ]
    );
}

#[test]
fn sources_are_decoded() {
    let text = |bytes: &[u8]| decode_source(bytes, "f.py").map(|decoded| decoded.text);
    let message = |bytes: &[u8]| decode_source(bytes, "f.py").unwrap_err().message;
    assert_eq!(text(b"\xef\xbb\xbfx\r\ny\rz").unwrap(), "x\ny\nz");
    assert_eq!(
        text(b"# coding: latin-1\n\xe9").unwrap(),
        "# coding: latin-1\n\u{e9}"
    );
    assert_eq!(text(b"x\n# coding: foo\n").unwrap(), "x\n# coding: foo\n");
    assert_eq!(
        message(b"x=1\0"),
        "source code string cannot contain null bytes"
    );
    assert_eq!(
        message(b"#\n# vim: fileencoding=foo :\n"),
        "unknown encoding: foo"
    );
    assert_eq!(
        message(b"\xef\xbb\xbf# coding: latin-1\nx"),
        "encoding problem: iso-8859-1 with BOM"
    );
    assert_eq!(
        message(b"x=1\ny=\"\xff\"\n"),
        "Non-UTF-8 code starting with '\\xff' on line 2, but no encoding declared; \
         see https://peps.python.org/pep-0263/ for details"
    );
    let decoded = decode_source_with(b"# coding: cp1252\n", "f.py", &mut |name, _| {
        assert_eq!(name, "cp1252");
        CodecAnswer::Text("x".to_owned())
    });
    assert_eq!(decoded.unwrap().text, "x");
}

#[test]
fn one_statement_in_the_single_mode() {
    let single = |program: &str| compile(program, "<x>", Mode::Single, &Options::default()).result;
    assert!(single("if 1:\n  x\n").is_ok());
    assert_eq!(
        single("x\ny\n").unwrap_err().message,
        "multiple statements found while compiling a single statement"
    );
    assert_eq!(single("").unwrap_err().message, "invalid syntax");
}
