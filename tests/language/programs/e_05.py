def f(a: int, b: "str" = 1, *c: undefined_later, d: 1 + 1 = 0, **e) -> None: pass
try: print(f.__annotations__)
except NameError as e: print(e)
undefined_later = "now defined"
print(f.__annotations__)
class C:
    x: int = 1
    y: "fwd"
    z: C
    (w): int = 5
print(C.__annotations__, C.__annotate__(1) == C.__annotations__, hasattr(C, "y"), C.w)
m: float = 2.5
n: Undefined
print("m" in __annotations__ if "__annotations__" in globals() else "lazy", m)
try: n
except NameError as e: print(e)
print(callable(f.__annotate__), (lambda: 0).__annotate__, (lambda: 0).__annotations__)
def g(x: print("evaluated?")): pass
print("defined")
g.__annotations__
g.__annotations__
def h():
    v: print("local annotations never run") = 5
    u: int
    return v
print(h())
f.__annotations__ = {"a": "replaced"}
print(f.__annotations__, f.__annotate__)
f.__annotate__ = lambda fmt: {"fmt": fmt}
print(f.__annotations__)
del f.__annotations__
print(f.__annotations__)
for bad in (5, "x"):
    try: f.__annotations__ = bad
    except TypeError as e: print(e)
    try: f.__annotate__ = bad
    except TypeError as e: print(e)
import annotationlib
def k(a: Missing, b: list[Missing2], c: int): pass
print(annotationlib.get_annotations(k, format=annotationlib.Format.STRING))
fr = annotationlib.get_annotations(k, format=annotationlib.Format.FORWARDREF)
print(type(fr["a"]).__name__, fr["a"].__forward_arg__, fr["c"])
try: annotationlib.get_annotations(k)
except NameError as e: print(e)
class D(C): q: str
print(D.__annotations__, D.__dict__.get("__annotations__"), list(C.__annotations__))
if m > 1:
    cond: int = 3
else:
    cond2: str = "x"
