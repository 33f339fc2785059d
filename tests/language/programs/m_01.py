import gc, weakref
def collect():
    for _ in range(3): gc.collect()
class C:
    def __init__(self, n): self.n = n
def make():
    c = C(1)
    return weakref.ref(c), weakref.ref(c, lambda r: log.append("callback"))
def fill(d, k):
    for i in range(3): d[k(i)] = C(i)
log = []
keep = C("kept")
r = weakref.ref(keep)
print(r() is keep, r() is r(), r == weakref.ref(keep), weakref.getweakrefcount(keep) >= 1, type(r).__name__, hash(r) == hash(keep), callable(r), r.__callback__)
p = weakref.proxy(keep)
print(p.n, type(p).__name__); p.n = 5; print(keep.n, isinstance(p, C))
wv, wk, ws = weakref.WeakValueDictionary(), weakref.WeakKeyDictionary(), weakref.WeakSet()
wv["k"] = keep; wk[keep] = "v"; ws.add(keep)
collect()
print(wv["k"] is keep, wk[keep], keep in ws, len(wv), len(wk), len(ws), list(wv), list(wk.values()))
for bad in (5, "a", (), [], None, {}):
    try: weakref.ref(bad)
    except TypeError as e: print(e)
class S: __slots__ = ()
try: weakref.ref(S())
except TypeError as e: print(e)
class W: __slots__ = ("__weakref__",)
w = W(); print(weakref.ref(w)() is w)
for ok in (C, len, make, {1}, frozenset([1]), keep.__class__): print(weakref.ref(ok)() is ok, end=" ")
m = weakref.WeakMethod(keep.__init__); print(m() == keep.__init__)
f = weakref.finalize(keep, log.append, "final"); print(f.alive, f.peek()[2], f(), f.alive, log, f())
try: weakref.ref()
except TypeError as e: print(e)
try: weakref.ref(keep)(1)
except TypeError as e: print(e)
