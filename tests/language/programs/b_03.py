class C:
    n = 0
    @classmethod
    def make(cls, *a):
        return (cls.__name__, a)
    @staticmethod
    def st(*a):
        return a
    @classmethod
    def bump(cls):
        cls.n += 1
        return cls.n
    def inst(self): return self
class D(C): pass
print(C.make(1), C().make(2), D.make(), D().make(3))
print(C.st(1), C().st(1, 2), D.st())
print(C.bump(), D.bump(), D.bump(), C.n, D.n)
print(type(C.__dict__["make"]), type(C.__dict__["st"]), type(C.make), type(C.st), type(C.inst), type(C().inst))
print(C.make.__self__ is C, D.make.__self__ is D, C.make.__func__.__name__)
sm = staticmethod(lambda x: x + 1)
print(sm(1), sm.__func__(2), sm.__get__(None, C)(3), sm.__wrapped__(4))
cm = classmethod(lambda cls, x: (cls, x))
print(cm.__get__(None, int)(1), cm.__get__(5)(2))
try:
    cm(1)
except TypeError as e:
    print(e)
class E:
    @classmethod
    def __class_getitem__(cls, k): return f"{cls.__name__}[{k!r}]"
print(E[int], E["a", 1])
m = C.inst
c = C()
print(m(c) is c, c.inst == c.inst, c.inst is c.inst, c.inst.__func__ is C.inst, c.inst.__self__ is c)
try:
    C.inst()
except TypeError as e:
    print(e)
class F:
    f = len
    g = lambda self: "g"
    h = print
print(F.f("abc"), F().f([1]), F().g())
F().h("builtin is not bound")
