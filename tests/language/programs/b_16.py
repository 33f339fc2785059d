class A:
    def f(self): return "A.f"
class B:
    def f(self): return "B.f"
a = A()
a.__class__ = B
print(a.f(), type(a).__name__)
for o, k in ((5, A), (a, int), (a, 5), ([], A), (A, B)):
    try: o.__class__ = k; print("ok")
    except TypeError as e: print(e)
class S1: __slots__ = ("x",)
class S2: __slots__ = ("x",)
class S3: __slots__ = ("y", "z")
s = S1(); s.x = 4
s.__class__ = S2
print(type(s).__name__, s.x)
try: s.__class__ = S3
except TypeError as e: print(e)
class Liar:
    @property
    def __class__(self): return int
l = Liar()
print(isinstance(l, int), isinstance(l, Liar), type(l).__name__, l.__class__)
A.__name__ = "Renamed"
print(A, A.__name__, A.__qualname__)
A.__qualname__ = "Q.Renamed"
print(A)
for v in (5, "nul\0"):
    try: A.__name__ = v
    except (TypeError, ValueError) as e: print(e)
try: int.__name__ = "x"
except TypeError as e: print(e)
try: del A.__name__
except TypeError as e: print(e)
class Doc:
    "docstring"
    def m(self): "method doc"
print(Doc.__doc__, Doc.m.__doc__, Doc().m.__doc__, B.__doc__, Doc.__module__, Doc.__firstlineno__, Doc.__static_attributes__)
class Outer:
    class Inner:
        def meth(self): pass
    def f(self):
        class Local: pass
        return Local
print(Outer.Inner.__qualname__, Outer.Inner.meth.__qualname__, Outer().f().__qualname__, Outer.Inner)
def fn(): return lambda: 0
print(fn().__qualname__, fn.__qualname__, (lambda: 0).__qualname__)
class Body:
    print("in body", __qualname__, __module__)
    x = [i for i in range(2)]
    def y(self): return __class__
    z: int = 3
print(Body().y() is Body, Body.z, Body.x)
print({k for k in Body.__dict__ if not k.startswith("__")} == {"x", "y", "z"})
class Mangle:
    __a = 1
    def get(self): return self.__a
    def _Mangle__b(self): return "b"
    def call(self): return self.__b()
    __dunder__ = 5
print(Mangle().get(), Mangle._Mangle__a, Mangle().call(), Mangle.__dunder__, hasattr(Mangle, "__a"))
