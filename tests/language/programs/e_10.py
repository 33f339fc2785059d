def f():
    x = 1
    exec("x = 2; y = 3")
    return x, sorted(locals())
print(f())
def g(a):
    return eval("a + 1"), eval("[a for _ in range(2)]"), [eval("a") for _ in range(1)]
print(g(1))
def h():
    d = locals()
    z = 5
    return sorted(d), sorted(locals())
print(h())
class C:
    a = 1
    exec("b = a + 1")
    c = eval("a + b")
print(C.b, C.c)
class Map(dict):
    def __missing__(self, k): return f"<{k}>"
print(eval("foo + bar", {}, Map()))
try: eval("foo", Map())
except NameError as e: print(e)
print(eval("len([1])", {"__builtins__": {"len": lambda x: "custom"}}))
try: eval("len([1])", {"__builtins__": {}})
except NameError as e: print(e)
for src in ("1 +", "x = 1", "for", "(", "'abc", "1 if 2", "def f(:", "a b", "return 1", "yield 1", "break", "f(**a, *b)", "x = = 1", "lambda x: =", "  indented", "nonlocal x", "5 = x", "f() = 1", "del 5", "a, b += 1", "def f(a, a): pass", "def f(a=1, b): pass", "f(a=1, a=2)", "f(a=1, 2)", "import", "from x import", "class", "try: pass", "else: pass", "async def f(): await = 1", "await x", "global x; x: int; x = 1\nglobal x", "{1: 2, 3}", "[1, 2", "1_000_", "0777", "0xg", "1e", "\"\"\"abc", "f'{'", "f'{a!x}'", "b'é'", "$", "a?", "if x:\npass", "if x:\n  a\n b", "x = 1\n  y = 2", "print 'a'", "exec 'x'", "raise a, b", "except: pass", "True = 1", "None += 1", "*a", "*a = 1", "a = *b", "not", "x ! y", "\\ x", "with a as 5: pass", "for 1 in x: pass", "case 1:", "match x:\n  case a: pass\n  case b: pass", "from __future__ import nope", "def f():\n  x = 1\n  global x", "[x := 1 for x in y]", "(x := 1) = 2", "a := 1", "f'{a b}'", "f(x for x in y, 1)", "{**a for a in b}", "class C: return", "lambda: (yield)", "def f(): yield from x; await y", "u'a' b'b'", "'\\N{nope}'", "'\\x1'"):
    try:
        compile(src, "<s>", "exec")
        print(repr(src), "ok")
    except SyntaxError as e: print(repr(src), type(e).__name__, e.msg, e.lineno, e.offset, e.end_lineno, e.end_offset, repr(e.text))
for a in (("1", "f", "nope"), ("x = 1", "f", "eval"), ("a\nb", "f", "single"), ("", "f", "eval"), ("", "f", "exec"), ("", "f", "single"), (5, "f", "exec"), ("\0", "f", "exec"), (b"x = '\xff'", "f", "exec")):
    try: print(type(compile(*a)).__name__)
    except (SyntaxError, ValueError, TypeError) as e: print(type(e).__name__, e)
print(eval(b"1 + 1"), eval("  5"), eval("(1,\n2)"), eval("lambda: 3")())
exec(compile("print('single'); 7", "f", "single"))
exec("5; 6")
