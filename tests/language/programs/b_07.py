class Base:
    subs = []
    def __init_subclass__(cls, /, name=None, **kw):
        super().__init_subclass__(**kw)
        cls.subs.append((cls.__name__, name))
        print("init_subclass", cls.__name__, name)
class A(Base): pass
class B(A, name="bee"): pass
print(Base.subs)
try:
    class C(Base, bad=1): pass
except TypeError as e:
    print(e)
try:
    class D(x=1): pass
except TypeError as e:
    print(e)
class Mix:
    def __init_subclass__(cls, **kw): print("mix", kw); super().__init_subclass__(**kw)
class E(Mix, Base, name="both"): pass
class New:
    def __new__(cls, *a, **k):
        print("new", cls.__name__, a, k)
        return super().__new__(cls)
    def __init__(self, *a, **k): print("init", a, k)
New(1, b=2)
class Other:
    def __new__(cls): return 42
    def __init__(self): print("never")
print(Other())
class Single:
    inst = None
    def __new__(cls):
        if cls.inst is None: cls.inst = super().__new__(cls)
        return cls.inst
print(Single() is Single())
class Plain: pass
for f in (lambda: Plain(1), lambda: object(1), lambda: Plain(x=1), lambda: object.__new__(), lambda: object.__new__(1), lambda: object.__new__(int), lambda: int.__new__(str)):
    try:
        f()
    except TypeError as e:
        print(e)
class BadInit:
    def __init__(self): return 5
try: BadInit()
except TypeError as e: print(e)
class OnlyNew:
    def __new__(cls, x): return super().__new__(cls)
print(type(OnlyNew(1)).__name__)
class OnlyInit:
    def __init__(self, x): self.x = x
print(OnlyInit(7).x)
try: OnlyInit()
except TypeError as e: print(e)
