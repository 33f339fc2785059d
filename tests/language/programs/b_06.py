class Meta(type):
    def __new__(m, name, bases, ns, **kw):
        print("new", name, [b.__name__ for b in bases], sorted(k for k in ns if not k.startswith("__")), kw)
        ns["tag"] = name.lower()
        return super().__new__(m, name, bases, ns)
    def __init__(cls, name, bases, ns, **kw):
        print("init", name, kw)
        super().__init__(name, bases, ns)
    def __call__(cls, *a, **k):
        print("call", cls.__name__, a, k)
        return super().__call__(*a, **k)
    @classmethod
    def __prepare__(m, name, bases, **kw):
        print("prepare", name, kw)
        return {"prepared": True}
    def __len__(cls): return 42
    def __getitem__(cls, k): return (cls.__name__, k)
    def __iter__(cls): return iter("meta")
    def __contains__(cls, x): return x == "in"
    def __repr__(cls): return f"<Meta {cls.__name__}>"
    def __instancecheck__(cls, o): return o == 5
    def __subclasscheck__(cls, o): return o is int
    def __getattr__(cls, n): return "meta " + n
    def __eq__(cls, o): return "eq"
    __hash__ = type.__hash__
    @property
    def prop(cls): return "prop of " + cls.__name__
class A(metaclass=Meta):
    def __init__(self, *a, **k): pass
    x = 1
class B(A, opt=3):
    y = 2
a = A(1, k=2)
print(A.tag, B.tag, A.prepared, len(A), A[1], list(A), "in" in A, "out" in A, A, repr(B))
print(isinstance(5, A), isinstance(6, A), issubclass(int, A), issubclass(str, A), isinstance(a, A))
print(A.missing, A.prop, A == 3, type(B) is Meta, A.x)
try:
    a.prop
except AttributeError as e:
    print(e)
class M2(type): pass
class Z(metaclass=M2): pass
try:
    class Bad(A, Z): pass
except TypeError as e:
    print(e)
def func_meta(name, bases, ns): return (name, bases, ns["v"])
class F(metaclass=func_meta): v = 1
print(F)
print(type("Q", (B,), {}).__class__ is Meta)
