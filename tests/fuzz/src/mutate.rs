//! Mutations of programs: of bytes, of tokens, of lines, and of two programs into one.

use crate::corpus::Corpus;
use crate::random::Random;
use crate::tokens::cut;

/// What is put in the place of a token.
pub const WORDS: &[&str] = &[
    "False",
    "None",
    "True",
    "and",
    "as",
    "assert",
    "async",
    "await",
    "break",
    "class",
    "continue",
    "def",
    "del",
    "elif",
    "else",
    "except",
    "finally",
    "for",
    "from",
    "global",
    "if",
    "import",
    "in",
    "is",
    "lambda",
    "nonlocal",
    "not",
    "or",
    "pass",
    "raise",
    "return",
    "try",
    "while",
    "with",
    "yield",
    "match",
    "case",
    "type",
    "_",
    "yield from",
    "async for",
    "async with",
    "async def",
    "not in",
    "is not",
    "except*",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ";",
    ".",
    "...",
    "=",
    "==",
    "!=",
    "<",
    ">",
    "<=",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "@",
    "**",
    "&",
    "|",
    "^",
    "~",
    "<<",
    ">>",
    ":=",
    "+=",
    "-=",
    "*=",
    "@=",
    "**=",
    "//=",
    "->",
    "!",
    "\\\n",
    "\n",
    "\n    ",
    "\n\t",
    " ",
    "\t",
    "\x0c",
    "#",
    "'",
    "\"",
    "'''",
    "\"\"\"",
    "f'",
    "t'",
    "rb'",
    "f'{",
    "}'",
    "{x!r:>{w}}",
    "0",
    "1",
    "-1",
    "2",
    "0x_ff",
    "0b2",
    "1e400",
    "1_000",
    "00",
    "1j",
    "123456789012345678901234567890",
    "9223372036854775807",
    "4611686018427387904",
    "2147483648",
    "1.5",
    "''",
    "b''",
    "b'\\xff'",
    "'\\ud800'",
    "'\\N{DIGIT ONE}'",
    "'\\U0010ffff'",
    "'\\400'",
    "[]",
    "()",
    "{}",
    "{*()}",
    "[*x]",
    "(*x,)",
    "{**x}",
    "*x",
    "**x",
    "x",
    "self",
    "cls",
    "super()",
    "super",
    "__class__",
    "__name__",
    "__debug__",
    "__dict__",
    "__slots__",
    "__classdict__",
    "__annotations__",
    "__annotate__",
    "__init__",
    "__del__",
    "__eq__",
    "__hash__",
    "__len__",
    "__iter__",
    "__next__",
    "__getattr__",
    "__getattribute__",
    "__set_name__",
    "__get__",
    "__call__",
    "__index__",
    "__class_getitem__",
    "__mro_entries__",
    "__init_subclass__",
    "__prepare__",
    "__new__",
    "__enter__",
    "__exit__",
    "__match_args__",
    "__bases__",
    "__code__",
    "__globals__",
    "__closure__",
    "__defaults__",
    "gi_frame",
    "f_locals",
    "f_back",
    "tb_next",
    "__traceback__",
    "__context__",
    "locals()",
    "globals()",
    "vars()",
    "dir()",
    "exec",
    "eval",
    "iter",
    "next",
    "len",
    "list",
    "dict",
    "tuple",
    "set",
    "str",
    "bytes",
    "bytearray",
    "memoryview",
    "int",
    "float",
    "object",
    "type",
    "property",
    "classmethod",
    "staticmethod",
    "range",
    "slice",
    "zip",
    "map",
    "filter",
    "enumerate",
    "reversed",
    "sorted",
    "sum",
    "min",
    "max",
    "repr",
    "print",
    "getattr",
    "setattr",
    "delattr",
    "isinstance",
    "id",
    "hash",
    "format",
    "BaseException",
    "ExceptionGroup",
    "StopIteration",
    "GeneratorExit",
    "lambda: (yield)",
    "lambda x: x",
    "[x for x in x]",
    "(x for x in x)",
    "{x: x for x in x}",
    "[y := 1]",
    "\u{e9}",
    "\u{feff}",
    "\0",
    "\r",
    "\u{2028}",
    "# coding: latin-1\n",
];

/// A program made of chunks of the corpus.
pub fn program(corpus: &Corpus, random: &mut Random) -> Vec<u8> {
    let mut text = corpus.chunk(random).as_bytes().to_vec();
    if random.once_in(4) {
        text = splice(&text, corpus.chunk(random).as_bytes(), random);
    }
    match random.below(10) {
        0 => {}
        1 => bytes(&mut text, random),
        2 | 3 => text = lines(&text, random),
        _ => text = tokens(&text, corpus, random),
    }
    text
}

/// The beginning of one and the end of another.
fn splice(a: &[u8], b: &[u8], random: &mut Random) -> Vec<u8> {
    let (a, b) = (cut(a), cut(b));
    let (first, second) = (random.below(a.len() + 1), random.below(b.len() + 1));
    [a[..first].concat(), b[second..].concat()].concat()
}

fn bytes(text: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(8) {
        if text.is_empty() {
            return;
        }
        let at = random.below(text.len());
        match random.below(4) {
            0 => text[at] = random.bits() as u8,
            1 => text[at] ^= 1 << random.below(8),
            2 => drop(text.remove(at)),
            _ => text.insert(at, random.bits() as u8),
        }
    }
}

fn lines(text: &[u8], random: &mut Random) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
    for _ in 0..=random.below(5) {
        if lines.is_empty() {
            break;
        }
        let (at, other) = (random.below(lines.len()), random.below(lines.len()));
        match random.below(4) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[other]),
            2 => lines.swap(at, other),
            _ => lines.truncate(at + 1),
        }
    }
    lines.concat()
}

fn tokens(text: &[u8], corpus: &Corpus, random: &mut Random) -> Vec<u8> {
    let mut pieces = cut(text);
    let others = corpus.chunk(random);
    let others = cut(others.as_bytes());
    for _ in 0..=random.below(6) {
        if pieces.is_empty() {
            break;
        }
        let at = random.below(pieces.len());
        let other = random.below(pieces.len());
        match random.below(8) {
            0 => drop(pieces.remove(at)),
            1 => pieces.insert(at, pieces[other]),
            2 => pieces.swap(at, other),
            3 if !others.is_empty() => pieces[at] = others[random.below(others.len())],
            4 => pieces.insert(at, random.pick(WORDS).as_bytes()),
            5 => {
                // A stretch of tokens many times over.
                let end = (at + 1 + random.below(6)).min(pieces.len());
                let stretch = pieces[at..end].to_vec();
                let most = if random.once_in(20) { 12 } else { 4 };
                for _ in 0..1 << random.below(most) {
                    pieces.splice(at..at, stretch.iter().copied());
                }
            }
            _ => pieces[at] = random.pick(WORDS).as_bytes(),
        }
    }
    pieces.concat()
}

/// Nothing but tokens.
pub fn soup(random: &mut Random) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..=random.below(40) {
        text.extend(random.pick(WORDS).as_bytes());
        if !random.once_in(3) {
            text.push(b' ');
        }
    }
    text
}
