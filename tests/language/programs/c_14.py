import traceback
def show(f):
    try: f()
    except BaseException: print(traceback.format_exc(), end="---\n")
def a(): return {}["missing"]
def b():
    try: a()
    except KeyError as e: raise ValueError("b failed") from e
def c():
    try: b()
    except ValueError: int("x")
def d():
    e = RuntimeError("with notes")
    e.add_note("note 1\nsecond line")
    e.add_note("note 2")
    raise e
def grp(): raise ExceptionGroup("eg", [ValueError(1), ExceptionGroup("in", [TypeError("t"), KeyError("k")])])
def rec(n): return rec(n - 1) if n else 1 / 0
for f in (a, b, c, d, grp, lambda: rec(8)): show(f)
try: c()
except ValueError as e:
    print(traceback.format_exception_only(e))
    print([(f.name, f.lineno, f.line) for f in traceback.extract_tb(e.__traceback__)])
    print("".join(traceback.format_exception(e, limit=1, chain=False)))
print(traceback.format_exception_only(SyntaxError("bad", ("f.py", 1, 5, "x = = 1\n", 1, 6))))
def stack(): return [f.name for f in traceback.extract_stack()]
print(stack())
