class C:
    def __init__(self): self._x = 1
    @property
    def x(self):
        "the x"
        return self._x
    @x.setter
    def x(self, v):
        print("set", v)
        self._x = v
    @x.deleter
    def x(self):
        print("del")
        self._x = None
    @property
    def ro(self): return "ro"
    wo = property(None, lambda self, v: print("wo", v))
c = C()
print(c.x)
c.x = 5
print(c.x)
del c.x
print(c.x, C.x.__doc__, c.ro)
c.wo = 3
for f in (lambda: setattr(c, "ro", 1), lambda: delattr(c, "ro"), lambda: c.wo):
    try:
        f()
    except AttributeError as e:
        print(e)
print(type(C.x), C.x.fget.__name__, C.x.fset(c, 9), c._x, C.ro.fset, C.x.__name__)
c.__dict__["x"] = "hidden"
print(c.x, c.__dict__)
class Sub(C):
    @C.x.getter
    def x(self): return "sub" + str(self._x)
s = Sub()
s.x = 4
print(s.x)
class Bad:
    @property
    def p(self): raise AttributeError("inside")
    def __getattr__(self, n): return "getattr " + n
print(Bad().p, hasattr(Bad(), "p"))
p = property(lambda s: 1, doc="given")
print(p.__doc__, p.fdel, isinstance(p, property), p.__get__(None, C) is p)
