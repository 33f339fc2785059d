class G:
    def __init__(self): self.here = 1
    def __getattr__(self, n):
        if n.startswith("no"): raise AttributeError(f"custom {n}")
        return f"<{n}>"
g = G()
print(g.here, g.anything, hasattr(g, "nope"), getattr(g, "nope", "d"))
try: g.nothing
except AttributeError as e: print(e)
class H:
    def __init__(self): self.a = 1
    def __getattribute__(self, n):
        print("getattribute", n)
        return super().__getattribute__(n)
    def meth(self): return "m"
h = H()
print(h.a, h.meth())
class Both:
    def __getattribute__(self, n): raise AttributeError(n)
    def __getattr__(self, n): return "fallback " + n
print(Both().q)
class SA:
    def __setattr__(self, n, v): print("set", n, v); object.__setattr__(self, n, v)
    def __delattr__(self, n): print("del", n); super().__delattr__(n)
s = SA()
s.x = 1
s.x += 5
del s.x
try: del s.x
except AttributeError as e: print(e)
class Dir:
    def __dir__(self): return ["z", "a"]
print(dir(Dir()), [n for n in dir(g) if not n.startswith("_")])
class C:
    cls_attr = 1
c = C()
for f in (lambda: c.missing, lambda: C.missing, lambda: (5).foo, lambda: "".foo, lambda: None.foo, lambda: print.foo, lambda: len.x, lambda: C().f.g, lambda: setattr(5, "x", 1), lambda: setattr(object(), "x", 1), lambda: setattr(int, "x", 1), lambda: delattr(c, "cls_attr"), lambda: delattr(C, "nope"), lambda: getattr(c, 5), lambda: setattr(c, 5, 1), lambda: [].append.x, lambda: setattr([], "append", 1), lambda: (lambda: 0).foo, lambda: G.foo, lambda: c.__foo__):
    try:
        print(f())
    except (AttributeError, TypeError) as e:
        print(type(e).__name__, e)
try: c.missing
except AttributeError as e: print(e.name, e.obj is c)
setattr(c, "with space", 3)
print(getattr(c, "with space"), c.__dict__)
c.__dict__ = {"replaced": 1}
print(c.replaced)
try: c.__dict__ = 5
except TypeError as e: print(e)
c.__dict__["late"] = 2
print(c.late, vars(c) is c.__dict__)
