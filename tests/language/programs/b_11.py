class C:
    def __init__(self, v): self.v = v
    def __eq__(self, o): print("eq", self.v); return self.v == getattr(o, "v", o)
    def __lt__(self, o): print("lt", self.v); return self.v < getattr(o, "v", o)
    def __le__(self, o): print("le", self.v); return self.v <= getattr(o, "v", o)
a, b = C(1), C(2)
print(a == b, a != b, a < b, a <= b, a > b, a >= b)
print(a == 1, 1 == a, a != 1, 2 > a, 0 >= a)
print(C.__hash__, sorted([C(3), C(1)], key=lambda c: c.v)[0].v)
try: hash(a)
except TypeError as e: print(e)
try: {a}
except TypeError as e: print(e)
class H(C):
    __hash__ = object.__hash__
h = H(5)
print(h in {h}, {h: 1}[h])
class K:
    def __init__(self, k): self.k = k
    def __hash__(self): return hash(self.k)
    def __eq__(self, o): return isinstance(o, K) and self.k == o.k
print({K(1): "one"}[K(1)], len({K(1), K(1), K(2)}), K(1) in [K(1)], K(3) in (K(1),))
class BadHash:
    def __hash__(self): return "x"
try: hash(BadHash())
except TypeError as e: print(e)
class BigHash:
    def __hash__(self): return 2 ** 61 + 5
class NegHash:
    def __hash__(self): return -1
print(hash(BigHash()), hash(NegHash()), hash(2 ** 61 - 1), hash(-1))
class Sub(C):
    def __gt__(self, o): print("Sub.gt"); return "sub gt"
print(C(1) < Sub(2))
class NotImp:
    def __eq__(self, o): return NotImplemented
    def __lt__(self, o): return NotImplemented
n = NotImp()
print(n == n, n == 1, n != n, n != 1)
for f in (lambda: n < 1, lambda: n < n, lambda: object() > 1, lambda: 1 < "a", lambda: [] >= (), lambda: None < None, lambda: {} < {}, lambda: 1j < 2j, lambda: len < print, lambda: [1, "a"] < [1, 2]):
    try: print(f())
    except TypeError as e: print(e)
class Str:
    def __eq__(self, o): return "truthy string"
print(Str() == 1, Str() != 1, 1 in [Str()], [Str()] == [2])
x = float("nan")
print([x] == [x], x in [x], (x,) == (x,), {1: x} == {1: x})
class Ne:
    def __ne__(self, o): return "custom ne"
print(Ne() != 1, Ne() == 1)
