class A:
    def who(self): return "A"
    def hi(self): return "hi " + self.who()
class B(A):
    def who(self): return "B" + super().who()
class C(A):
    def who(self): return "C" + super().who()
class D(B, C):
    def who(self): return "D" + super().who()
print(D().hi(), [k.__name__ for k in D.__mro__], D.mro() == list(D.__mro__))
print(B().hi(), D.__bases__, D.__base__, B.__subclasses__())
try:
    class X(A, B): pass
except TypeError as e:
    print(e)
try:
    class Y(A, A): pass
except TypeError as e:
    print(e)
class O: pass
class E(O): pass
class F(O): pass
class G(E, F): pass
class H(F, E): pass
try:
    class I(G, H): pass
except TypeError as e:
    print(e)
for bad in (bool, type(None), type(...), range, slice, type(lambda: 0)):
    try:
        type("Z", (bad,), {})
    except TypeError as e:
        print(e)
try:
    class W(1): pass
except TypeError as e:
    print(e)
try:
    class V(int, str): pass
except TypeError as e:
    print(e)
print(super(B, D()).who(), super(D, D).who(D()), isinstance(D(), C), issubclass(D, (int, B)))
class Dyn(A): pass
d = Dyn()
Dyn.__bases__ = (B,)
print(d.hi(), Dyn.__mro__[1].__name__)
T = type("T", (A,), {"x": 1, "f": lambda self: self.x})
print(T.__name__, T().f(), T.__module__, T.__qualname__, T)
