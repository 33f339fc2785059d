# attribute lookup through caches: the same site sees different classes and changes
def get(o): return o.v
class A: v = "A.v"
class B:
    def __init__(self): self.v = "B inst"
class C:
    @property
    def v(self): return "C prop"
class D:
    def __getattr__(self, n): return "D getattr " + n
class E: __slots__ = ("v",)
e = E(); e.v = "E slot"
class M(type): v = "meta v"
class F(metaclass=M): pass
for _ in range(3):
    for o in (A(), B(), C(), D(), e, F, A, get):
        try: print(get(o), end="; ")
        except AttributeError as x: print(x, end="; ")
    print()
    get.v = "func attr"
a = A()
for i in range(5):
    print(get(a), end=" ")
    if i == 0: A.v = "changed class"
    if i == 1: a.v = "instance"
    if i == 2: A.v = property(lambda s: "data descr wins")
    if i == 3: del A.v
print()
def call(o): return o.m()
class X:
    def m(self): return "X.m"
class Y(X): pass
y = Y()
out = []
for i in range(6):
    out.append(call(y))
    if i == 0: X.m = lambda s: "X.m2"
    if i == 1: Y.m = lambda s: "Y.m"
    if i == 2: y.m = lambda: "y.m"
    if i == 3: del y.m
    if i == 4: del Y.m
print(out)
def glob(): return thing
thing = 1
print(glob(), end=" ")
thing = 2
print(glob(), end=" ")
del thing
try: glob()
except NameError as x: print(x)
len_ = len
def uses_len(): return len([1, 2])
print(uses_len(), end=" ")
len = lambda x: "shadowed"
print(uses_len(), end=" ")
del len
print(uses_len())
def add(a, b): return a + b
print([add(*p) for p in ((1, 2), (1.5, 2), ("a", "b"), ([1], [2]), (True, True), (2 ** 62, 2 ** 62), (1, 2))])
def sub(o, i): return o[i]
print([sub(*p) for p in (([1, 2], 0), ((3, 4), 1), ("ab", 1), ({5: 6}, 5), (b"x", 0), (range(9), 4), ([7], -1))])
for i in range(3):
    class Same:
        k = i
        def __init__(self): self.a = i; self.b = i * 2
    s = Same(); print(s.k, s.a + s.b, end=" | ")
print()
