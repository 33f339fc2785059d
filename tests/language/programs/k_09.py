from contextlib import *
import abc, copy, io, typing
@contextmanager
def cm(x):
    print("in", x)
    try: yield x * 2
    except ValueError as e: print("swallow", e)
    finally: print("out")
with cm(2) as v: print(v)
with cm(3): raise ValueError("v")
try:
    with cm(4): raise KeyError("k")
except KeyError as e: print(repr(e))
with suppress(ZeroDivisionError): 1 / 0
with redirect_stdout(io.StringIO()) as s: print("hidden")
print(repr(s.getvalue()))
with ExitStack() as st:
    st.callback(print, "callback", 1); st.enter_context(cm(5)); st.push(lambda *a: print("push", a[0]))
@cm(9)
def deco(): print("decorated")
deco()
with closing(io.StringIO()) as c: pass
print(c.closed, nullcontext(5).__enter__())
class A(abc.ABC):
    @abc.abstractmethod
    def m(self): ...
    @property
    @abc.abstractmethod
    def p(self): ...
for f in (A, type("B", (A,), {"m": 1}), type("C", (A,), {"m": 1, "p": 2})):
    try: print(type(f()).__name__)
    except TypeError as e: print(e)
A.register(int); print(isinstance(5, A), issubclass(bool, A), sorted(A.__abstractmethods__))
x = [1, [2], {"k": (3, [4])}]; x.append(x); y = copy.deepcopy(x); z = copy.copy(x)
print(y[1] is x[1], z[1] is x[1], y[3] is y, y[2])
class D:
    def __init__(s): s.v = [1]
    def __copy__(s): return "copied"
    def __deepcopy__(s, m): return "deep"
print(copy.copy(D()), copy.deepcopy([D()]), copy.replace)if 0 else print(copy.copy(D()), copy.deepcopy([D()]))
print(typing.Optional[int], typing.Union[int, str], typing.List[int], typing.get_type_hints(lambda: 0), typing.Any, typing.Callable[[int], str], typing.Literal["a", 1], typing.get_args(dict[str, int]), typing.cast(int, "x"), typing.TypeVar("T"))
class NT(typing.NamedTuple): a: int; b: str = "d"
class TD(typing.TypedDict): k: int
@typing.runtime_checkable
class Pr(typing.Protocol):
    def close(self): ...
print(NT(1), TD(k=1), isinstance(io.StringIO(), Pr), isinstance(5, Pr))
