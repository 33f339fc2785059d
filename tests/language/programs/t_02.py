"""Names declared global: again, and as variables of comprehensions; what the symbol table's errors tell."""
x = "module"
print([x for x in range(3)], x)
print([(lambda z: z + x)(1) for x in range(2)], {x: y for x in "ab" for y in [x]}, x)
print([[x for x in range(x)] for x in range(3)], [lambda x=x: x for x in "a"][0](), x)
print("f" in dir(), sorted(n for n in vars() if n in "fgx"))
def f():
    global x
    x = "set"
    return [x for x in "ab"], x
print(f(), x)
class A:
    l = [(lambda: z) for z in "ab"]
    print(sorted(n for n in locals() if n[0] != "_"))
for source in (
    "global x; x: int; x = 1\nglobal x",
    "def f():\n global x\n print(x)\n global x",
    "def f():\n global x\n for i in x: pass\n global x",
    "def f():\n global x\n [x for x in y]\n global x",
    "def f():\n global x\n [(x := 1) for y in z]\n global x",
    "def f():\n global x\n def g(): return x\n global x",
    "class A:\n global x\n try: pass\n except B as x: pass\n global x",
    "match y:\n case 1: global x\n case [x]: pass\nglobal x",
    "def f(a, a): pass", "[x async for x in y]", "from __future__ import nope", "await x", "return", "def f():\n from a import *",
):
    try:
        compile(source, "<s>", "exec")
        print(repr(source), "compiles")
    except SyntaxError as e:
        print(repr(source), e.args, e.lineno, e.offset, e.end_lineno, e.end_offset)
import codeop
for source in ("def f():", "def f():\n  return 1", "def f():\n  return 1\n", "x +", "(1,", "'''a", "'a", "a b", "a \\", "if 1: pass", "@a", "f'{", "f'''{", "x = 1", "", "# c", "for i in x:\n  pass\nelse:"):
    try: print(repr(source), codeop.compile_command(source) is not None)
    except SyntaxError as e: print(repr(source), type(e).__name__, e.msg, e.offset)
