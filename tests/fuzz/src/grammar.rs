//! Programs out of nothing: statements and expressions of every kind, and calls of built-in functions with odd arguments.

use std::fmt::Write;

use crate::random::Random;

const NAMES: &[&str] = &["a", "b", "c", "d", "e", "f", "g", "self", "x", "_"];

/// Values that functions may not be ready for. `W` and the others are defined by [`PRELUDE`].
const VALUES: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "3",
    "7",
    "255",
    "256",
    "-128",
    "65536",
    "1114111",
    "2**31",
    "2**31-1",
    "-2**31",
    "2**62",
    "2**62-1",
    "-2**62",
    "2**63",
    "2**63-1",
    "-2**63",
    "2**64",
    "10**30",
    "True",
    "None",
    "...",
    "NotImplemented",
    "0.0",
    "-0.0",
    "1.5",
    "1e300",
    "5e-324",
    "float('nan')",
    "float('inf')",
    "1j",
    "complex('nan')",
    "''",
    "'a'",
    "'abc'",
    "'a'*70",
    "'\\x00'",
    "'\\xe9'",
    "'\\u20ac'",
    "'\\U0001f600'",
    "'\\ud800'",
    "'%s %d'",
    "'{0.a[b]!r:{1}}'",
    "'utf-8'",
    "'strict'",
    "'surrogatepass'",
    "b''",
    "b'abc'",
    "b'\\xff'*9",
    "bytearray(b'abc')",
    "memoryview(b'abcd')",
    "memoryview(bytearray(8))[::2]",
    "()",
    "(1,)",
    "(1, 2, 3)",
    "[]",
    "[1, 2, 3]",
    "[[]]",
    "['a', 'b']",
    "{}",
    "{'a': 1}",
    "{1: 2, 3: 4}",
    "set()",
    "{1, 2}",
    "frozenset({1})",
    "range(5)",
    "range(0, 10**20, 7)",
    "slice(None)",
    "slice(1, None, -1)",
    "slice(2**70, -2**70, 2**70)",
    "iter([1, 2])",
    "iter(())",
    "iter(int, 1)",
    "(x for x in (1, 2))",
    "reversed([1, 2])",
    "zip([1], [2])",
    "map(str, [1])",
    "enumerate('ab')",
    "int",
    "str",
    "list",
    "dict",
    "type",
    "object",
    "bool",
    "float",
    "bytes",
    "tuple",
    "set",
    "property",
    "Exception",
    "BaseException",
    "ExceptionGroup",
    "StopIteration",
    "len",
    "print",
    "repr",
    "lambda *a, **k: None",
    "lambda: 1/0",
    "W()",
    "W",
    "L([1, 2])",
    "S('ab')",
    "I(5)",
    "D(a=1)",
    "B(b'ab')",
    "Bad()",
    "Bad",
    "M()",
    "M",
    "loop",
    "ring",
    "gen()",
    "co",
    "agen()",
    "W().m",
    "W.m",
    "''.join",
    "[].append",
    "str.join",
    "dict.fromkeys",
    "ValueError('x')",
    "sys._getframe()",
    "types.ModuleType('m')",
    "types.SimpleNamespace(a=1)",
    "(lambda: 0).__code__",
    "types.CellType(1)",
    "types.MappingProxyType({})",
    "weakref.ref(W)",
    "W.__dict__",
    "int | str",
    "list[int]",
];

/// What the values are made of, before every generated program.
pub const PRELUDE: &str = "\
import sys, types, weakref
class W:
    def m(self, *a): return a
class L(list): pass
class S(str): pass
class I(int): pass
class D(dict):
    def __missing__(self, key): return key
class B(bytes): pass
class Bad:
    n = 0
    def __index__(self): ring.append(1); return 2**40
    def __len__(self): ring.clear(); return -1
    def __hash__(self): Bad.n += 1; return Bad.n
    def __eq__(self, other): ring.clear(); loop.clear(); return NotImplemented
    def __bool__(self): raise ValueError
    def __iter__(self): return self
    def __next__(self): ring.append(0); return Bad()
    def __getitem__(self, key): return key if key != 9 else [][0]
    def __contains__(self, key): return 1/0
    def __repr__(self): return '\\ud800'
    def __float__(self): return 1
    def __lt__(self, other): ring.pop(); return self
    def __add__(self, other): return ring
    def __call__(self, *a, **k): return a
    def __del__(self): Bad.last = self
    def __enter__(self): return self
    def __exit__(self, *a): return True
    def __getattr__(self, name): return name
class M(type):
    def mro(cls): return [cls, object]
    def __instancecheck__(cls, other): return ring
loop = {}; loop[1] = loop
ring = [1]; ring.append(ring)
def gen():
    x = yield 1
    try: yield x
    finally: yield 2
async def co(): return 1
async def agen(): yield 1
";

/// A generator of programs.
pub struct Writer<'a> {
    random: &'a mut Random,
    text: String,
    /// Expressions that may still be put into others.
    fuel: usize,
    in_function: bool,
    in_loop: bool,
    is_async: bool,
}

/// A program of all kinds of statements.
pub fn program(random: &mut Random) -> Vec<u8> {
    let mut writer = Writer::new(random);
    if writer.random.once_in(2) {
        writer.text += PRELUDE;
    }
    let value = writer.value();
    let _ = writeln!(writer.text, "a = b = c = d = e = f = g = x = {value}");
    for _ in 0..1 + writer.random.below(8) {
        writer.statement(0);
    }
    writer.text.into_bytes()
}

/// A program that calls what is built in.
pub fn calls(random: &mut Random, callables: &[String]) -> Vec<u8> {
    let mut writer = Writer::new(random);
    writer.text += PRELUDE;
    let mut modules: Vec<String> = Vec::new();
    let mut body = String::new();
    let _ = writeln!(body, "a = b = c = x = {}", writer.value());
    for _ in 0..2 + writer.random.below(8) {
        let name = callables[writer.random.below(callables.len())].clone();
        let module = name.split('.').next().unwrap_or_default();
        modules.push(module.to_owned());
        let target = writer.random.pick(&["a", "b", "c", "x"]);
        let call = writer.call(&name);
        let _ = writeln!(
            body,
            "try: {target} = {call}\nexcept Exception as error: e = error"
        );
        match writer.random.below(6) {
            0 => body += "try: repr(x); hash(x); x == a\nexcept Exception: pass\n",
            1 => body += "try: list(zip(x, range(9)))\nexcept Exception: pass\n",
            2 => {
                body += "try: x.__reduce_ex__(4); x.__sizeof__(); dir(x)\nexcept Exception: pass\n"
            }
            _ => {}
        }
    }
    modules.sort();
    modules.dedup();
    let imports = modules.join(", ");
    format!("import {imports}\n{}{body}", writer.text).into_bytes()
}

impl<'a> Writer<'a> {
    fn new(random: &'a mut Random) -> Self {
        Self {
            random,
            text: String::new(),
            fuel: 60,
            in_function: false,
            in_loop: false,
            is_async: false,
        }
    }

    fn name(&mut self) -> &'static str {
        self.random.pick(NAMES)
    }

    fn value(&mut self) -> &'static str {
        self.random.pick(VALUES)
    }

    /// A call of a named function: an unbound method gets a fitting receiver most of the time.
    fn call(&mut self, name: &str) -> String {
        let mut arguments = Vec::new();
        let parts: Vec<&str> = name.split('.').collect();
        if parts.len() > 2 && !self.random.once_in(10) {
            let class = parts[..parts.len() - 1].join(".");
            let made = match self.random.below(3) {
                0 => format!("{class}({})", self.value()),
                1 => format!("{class}({}, {})", self.value(), self.value()),
                _ => format!("{class}()"),
            };
            arguments.push(if self.random.once_in(3) {
                self.value().to_owned()
            } else {
                made
            });
        }
        for _ in 0..self.random.below(4) {
            let argument = match self.random.below(5) {
                0 => self.random.pick(&["a", "b", "c", "x"]).to_owned(),
                1 => self.expression(3),
                _ => self.value().to_owned(),
            };
            arguments.push(argument);
        }
        if self.random.once_in(8) {
            let keyword = self.random.pick(&[
                "key", "default", "encoding", "errors", "strict", "maxsplit", "sep", "base",
                "start", "step",
            ]);
            let value = self.value();
            arguments.push(format!("{keyword}={value}"));
        }
        format!("{name}({})", arguments.join(", "))
    }

    fn line(&mut self, depth: usize, text: &str) {
        for _ in 0..depth {
            self.text += "  ";
        }
        self.text += text;
        self.text.push('\n');
    }

    fn block(&mut self, depth: usize) {
        for _ in 0..1 + self.random.below(3) {
            self.statement(depth + 1);
        }
    }

    fn target(&mut self, depth: usize) -> String {
        match self.random.below(9) {
            0 => format!("{}.{}", self.name(), self.name()),
            1 => format!("{}[{}]", self.name(), self.expression(depth + 1)),
            2 => format!("{}, *{}", self.name(), self.name()),
            3 => format!("({}, [{}, *{}])", self.name(), self.name(), self.name()),
            _ => self.name().to_owned(),
        }
    }

    fn function(&mut self, depth: usize) {
        let is_async = self.random.once_in(5);
        let parameters = self.random.pick(&[
            "",
            "a",
            "a, b=1",
            "*a",
            "**a",
            "a, /, b, *, c=2",
            "a, *b, c=3, **d",
            "self, x=None",
            "a: x, *b: int",
        ]);
        let head = format!(
            "{}def {}{}({parameters}){}:",
            if is_async { "async " } else { "" },
            self.name(),
            if self.random.once_in(12) {
                "[T: int, *U, **V]"
            } else {
                ""
            },
            if self.random.once_in(8) {
                " -> (yield)"
            } else {
                ""
            },
        );
        if self.random.once_in(6) {
            let decorator = self.expression(3);
            self.line(depth, &format!("@{decorator}"));
        }
        let head = head.replace(
            " -> (yield)",
            if self.random.once_in(2) { " -> x" } else { "" },
        );
        self.line(depth, &head);
        let saved = (self.in_function, self.in_loop, self.is_async);
        (self.in_function, self.in_loop, self.is_async) = (true, false, is_async);
        if self.random.once_in(3) {
            let scope = self.random.pick(&["global", "nonlocal"]);
            let name = self.name();
            self.line(depth + 1, &format!("{scope} {name}"));
        }
        self.block(depth);
        (self.in_function, self.in_loop, self.is_async) = saved;
    }

    fn class(&mut self, depth: usize) {
        let bases = self.random.pick(&[
            "",
            "()",
            "(a)",
            "(list)",
            "(str, metaclass=type)",
            "(Exception)",
            "(x, b)",
            "(object)",
            "(int)",
            "[T](dict)",
        ]);
        let name = self.name();
        self.line(depth, &format!("class {name}{bases}:"));
        if self.random.once_in(3) {
            let slots = self.random.pick(&[
                "()",
                "('a',)",
                "('a', '__dict__')",
                "'b'",
                "['__weakref__']",
                "x",
            ]);
            self.line(depth + 1, &format!("__slots__ = {slots}"));
        }
        if self.random.once_in(2) {
            let special = self.random.pick(&[
                "__init__",
                "__new__",
                "__del__",
                "__eq__",
                "__hash__",
                "__len__",
                "__iter__",
                "__next__",
                "__getattr__",
                "__getattribute__",
                "__get__",
                "__set__",
                "__call__",
                "__index__",
                "__bool__",
                "__add__",
                "__radd__",
                "__iadd__",
                "__lt__",
                "__repr__",
                "__enter__",
                "__exit__",
                "__contains__",
                "__getitem__",
                "__setitem__",
                "__class_getitem__",
                "__init_subclass__",
                "__set_name__",
                "__prepare__",
                "__await__",
            ]);
            let result = self.expression(3);
            self.line(
                depth + 1,
                &format!("def {special}(self, *a): return {result}"),
            );
        }
        let saved = (self.in_function, self.in_loop, self.is_async);
        (self.in_function, self.in_loop, self.is_async) = (false, false, false);
        self.block(depth);
        (self.in_function, self.in_loop, self.is_async) = saved;
    }

    fn pattern(&mut self, depth: usize) -> String {
        match self.random.below(if depth > 2 { 5 } else { 11 }) {
            0 => "_".to_owned(),
            1 => (self
                .random
                .pick(&["1", "-1.5", "'a'", "None", "True", "1+2j"]))
            .to_owned(),
            2 => self.name().to_owned(),
            3 => format!("x.{}", self.name()),
            4 => "*_".to_owned(),
            5 => format!("[{}, *{}]", self.pattern(depth + 1), self.name()),
            6 => format!("{{'a': {}, **{}}}", self.pattern(depth + 1), self.name()),
            7 => format!(
                "{}({}, a={})",
                self.name(),
                self.pattern(depth + 1),
                self.pattern(depth + 1)
            ),
            8 => format!("{} | {}", self.pattern(depth + 1), self.pattern(depth + 1)),
            9 => format!("({} as {})", self.pattern(depth + 1), self.name()),
            _ => format!("({}, {})", self.pattern(depth + 1), self.pattern(depth + 1)),
        }
    }

    fn statement(&mut self, depth: usize) {
        if depth > 4 || self.fuel == 0 {
            let name = self.name();
            return self.line(depth, name);
        }
        self.fuel -= 1;
        match self.random.below(26) {
            0..=4 => {
                let (target, value) = (self.target(2), self.expression(0));
                self.line(depth, &format!("{target} = {value}"));
            }
            5 => {
                let operator = self
                    .random
                    .pick(&["+=", "-=", "*=", "@=", "//=", "**=", "|=", "<<=", "%="]);
                let (target, value) = (self.name(), self.expression(1));
                self.line(depth, &format!("{target} {operator} {value}"));
            }
            6 | 7 => {
                let test = self.expression(1);
                self.line(depth, &format!("if {test}:"));
                self.block(depth);
                if self.random.once_in(2) {
                    self.line(depth, "else:");
                    self.block(depth);
                }
            }
            8 | 9 => {
                let word = if self.is_async && self.random.once_in(3) {
                    "async for"
                } else {
                    "for"
                };
                let (target, iterable) = (self.target(2), self.expression(1));
                self.line(depth, &format!("{word} {target} in {iterable}:"));
                let saved = std::mem::replace(&mut self.in_loop, true);
                self.block(depth);
                self.in_loop = saved;
                if self.random.once_in(3) {
                    self.line(depth, "else:");
                    self.block(depth);
                }
            }
            10 => {
                let test = self.expression(1);
                self.line(depth, &format!("while {test}:"));
                let saved = std::mem::replace(&mut self.in_loop, true);
                self.block(depth);
                self.in_loop = saved;
            }
            11..=13 => self.function(depth),
            14 | 15 => self.class(depth),
            16 | 17 => {
                self.line(depth, "try:");
                self.block(depth);
                let kind = self.random.below(4);
                if kind != 0 {
                    let star = if kind == 1 { "*" } else { "" };
                    let class = self.random.pick(&[
                        "Exception",
                        "(ValueError, TypeError)",
                        "BaseException",
                        "x",
                    ]);
                    let name = self.name();
                    self.line(depth, &format!("except{star} {class} as {name}:"));
                    let saved = (self.in_loop, self.in_function);
                    if kind == 1 {
                        (self.in_loop, self.in_function) = (false, false);
                    }
                    self.block(depth);
                    (self.in_loop, self.in_function) = saved;
                }
                if kind == 0 || kind == 2 {
                    self.line(depth, "finally:");
                    self.block(depth);
                }
            }
            18 => {
                let word = if self.is_async && self.random.once_in(2) {
                    "async with"
                } else {
                    "with"
                };
                let (context, target) = (self.expression(1), self.target(2));
                self.line(depth, &format!("{word} {context} as {target}:"));
                self.block(depth);
            }
            19 => {
                let subject = self.expression(1);
                self.line(depth, &format!("match {subject}:"));
                for _ in 0..1 + self.random.below(3) {
                    let pattern = self.pattern(0);
                    let guard = if self.random.once_in(4) {
                        format!(" if {}", self.expression(2))
                    } else {
                        String::new()
                    };
                    self.line(depth + 1, &format!("case {pattern}{guard}:"));
                    self.block(depth + 1);
                }
            }
            20 => {
                let word = if self.in_loop {
                    self.random.pick(&["break", "continue"])
                } else {
                    "pass"
                };
                self.line(depth, word);
            }
            21 => {
                let value = self.expression(1);
                let word = if self.in_function { "return" } else { "assert" };
                self.line(depth, &format!("{word} {value}"));
            }
            22 => {
                let (value, cause) = (self.expression(2), self.expression(2));
                self.line(depth, &format!("raise {value} from {cause}"));
            }
            23 => {
                let target = self.random.pick(&["a", "b.c", "x[0]", "(a, b)", "x[1:2]"]);
                self.line(depth, &format!("del {target}"));
            }
            24 => {
                let value = self.expression(1);
                let name = self.name();
                self.line(depth, &format!("type {name}[T] = {value}"));
            }
            _ => {
                let value = self.expression(0);
                self.line(depth, &value);
            }
        }
    }

    fn expression(&mut self, depth: usize) -> String {
        if depth > 4 || self.fuel == 0 {
            return if self.random.once_in(2) {
                self.name().to_owned()
            } else {
                self.value().to_owned()
            };
        }
        let next = depth + 1;
        match self.random.below(26) {
            0..=3 => self.name().to_owned(),
            4..=6 => self.value().to_owned(),
            7 | 8 => {
                let operator = self.random.pick(&[
                    "+", "-", "*", "/", "//", "%", "@", "&", "|", "^", "==", "!=", "<", ">=", "is",
                    "is not", "in", "not in", "and", "or",
                ]);
                format!(
                    "({} {operator} {})",
                    self.expression(next),
                    self.expression(next)
                )
            }
            9 => format!(
                "({} {})",
                self.random.pick(&["-", "+", "~", "not"]),
                self.expression(next)
            ),
            10 => format!(
                "{}({}, *{}, **{})",
                self.name(),
                self.expression(next),
                self.name(),
                self.name()
            ),
            11 | 12 => format!("{}({})", self.name(), self.expression(next)),
            13 => format!("{}.{}({})", self.name(), self.name(), self.expression(next)),
            14 => format!(
                "{}[{}:{}]",
                self.name(),
                self.expression(next),
                self.expression(next)
            ),
            15 => format!("{}[{}]", self.name(), self.expression(next)),
            16 => format!(
                "[{} for {} in {} if {}]",
                self.expression(next),
                self.target(3),
                self.expression(next),
                self.expression(next)
            ),
            17 => format!(
                "{{{}: {} for {} in {}}}",
                self.expression(next),
                self.name(),
                self.name(),
                self.expression(next)
            ),
            18 => format!(
                "({} for {} in {})",
                self.expression(next),
                self.name(),
                self.expression(next)
            ),
            19 => format!(
                "(lambda {}: {})",
                self.random.pick(&["", "a", "*a", "a=1, **b"]),
                self.expression(next)
            ),
            20 => format!(
                "({} if {} else {})",
                self.expression(next),
                self.expression(next),
                self.expression(next)
            ),
            21 => {
                let prefix = self.random.pick(&["f", "t", "rf"]);
                let part = self.name();
                format!("{prefix}'{{{part}!r:>{{{part}}}}} {{{part}=}}'")
            }
            22 => format!("({} := {})", self.name(), self.expression(next)),
            23 if self.in_function => format!("(yield {})", self.expression(next)),
            24 if self.in_function && !self.is_async => {
                format!("(yield from {})", self.expression(next))
            }
            24 if self.is_async => format!("(await {})", self.expression(next)),
            _ => format!(
                "{}.{}",
                self.name(),
                self.random.pick(&[
                    "a",
                    "b",
                    "__class__",
                    "__dict__",
                    "__doc__",
                    "__name__",
                    "__module__",
                    "real",
                    "append"
                ])
            ),
        }
    }
}
