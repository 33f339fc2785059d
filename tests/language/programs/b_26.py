class Chain:
    def __init__(self, p=()): self.p = p
    def __getattr__(self, n): return Chain(self.p + (n,))
    def __getitem__(self, k): return Chain(self.p + (k,))
    def __call__(self, *a): return Chain(self.p + (a,))
    def __repr__(self): return ".".join(map(str, self.p))
c = Chain()
print(c.a.b[1](2, 3).d, c["x"]["y"](), [c.i for _ in range(2)])
class Proxy:
    def __init__(self, o): object.__setattr__(self, "_o", o)
    def __getattribute__(self, n):
        o = object.__getattribute__(self, "_o")
        return o if n == "_o" else getattr(o, n)
    def __setattr__(self, n, v): setattr(self._o, n, v)
    def __delattr__(self, n): delattr(self._o, n)
    def __len__(self): return len(self._o)
class T: pass
t = T(); p = Proxy(t)
p.x = 5
print(t.x, p.x, p.__class__, type(p).__name__, isinstance(p, T))
del p.x
print(hasattr(t, "x"), len(Proxy([1, 2])), Proxy("abc").upper())
class Lazy:
    def __init__(self, f): self.f = f
    def __set_name__(self, o, n): self.n = n
    def __get__(self, o, t):
        if o is None: return self
        v = o.__dict__[self.n] = self.f(o)
        return v
class U:
    @Lazy
    def v(self): print("computing"); return 42
u = U()
print(u.v, u.v, u.__dict__, type(U.v).__name__)
class Interned:
    pool = {}
    def __new__(cls, k): return cls.pool.setdefault(k, super().__new__(cls))
    def __init__(self, k): self.k = k
print(Interned(1) is Interned(1), Interned(1) is Interned(2), len(Interned.pool))
class Abstract:
    def run(self): return self.step() + self.step()
    def step(self): raise NotImplementedError(type(self).__name__)
class Impl(Abstract):
    n = 0
    def step(self): self.n += 1; return self.n
print(Impl().run())
try: Abstract().run()
except NotImplementedError as e: print("abstract", e)
