class S:
    __slots__ = ("a", "b")
    def __init__(self): self.a = 1
s = S()
print(s.a, S.__slots__, hasattr(s, "__dict__"), type(S.a))
for f in (lambda: s.b, lambda: setattr(s, "c", 1), lambda: delattr(s, "b"), lambda: s.zzz):
    try:
        print(f())
    except AttributeError as e:
        print(e)
s.b = 2
del s.a
print(hasattr(s, "a"), s.b)
class T(S):
    __slots__ = "c"
t = T()
t.c = 3
print(t.a, t.c, hasattr(t, "__dict__"))
class U(S): pass
u = U()
u.z = 9
print(u.__dict__, u.a)
class W:
    __slots__ = ("__dict__", "k")
w = W()
w.k, w.other = 1, 2
print(w.__dict__, w.k)
for body in ({"__slots__": ("x",), "x": 1}, {"__slots__": ("1a",)}, {"__slots__": (3,)}, {"__slots__": ("__dict__", "__dict__")}):
    try:
        type("B", (), body)
    except (ValueError, TypeError) as e:
        print(type(e).__name__, e)
try:
    type("B", (S, W), {})
except TypeError as e:
    print(e)
class E1:
    __slots__ = ()
try:
    E1().x = 1
except AttributeError as e:
    print(e)
print(S.a.__get__(u), S.b.__name__, S.b.__objclass__.__name__, repr(S.a))
try:
    S.a.__get__(5, int)
except TypeError as e:
    print(e)
class Doc:
    __slots__ = {"x": "doc of x"}
print(Doc.__slots__, Doc.x.__doc__)
class Priv:
    __slots__ = ("__p",)
    def __init__(self): self.__p = 5
print(Priv()._Priv__p)
