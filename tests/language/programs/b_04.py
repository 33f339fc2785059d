class D:
    def __init__(self, n): self.n = n
    def __get__(self, o, t): return (self.n, "get", o is None, t.__name__)
    def __set__(self, o, v): print(self.n, "set", v)
    def __delete__(self, o): print(self.n, "delete")
class N:
    def __get__(self, o, t=None): return "nondata"
class S:
    def __set__(self, o, v): o.__dict__["s"] = v * 2
class C:
    d = D("d")
    n = N()
    s = S()
c = C()
print(c.d, C.d)
c.d = 1
del c.d
c.__dict__["d"] = "instance"
print(c.d)
print(c.n, C.n)
c.n = "own"
print(c.n)
del c.n
print(c.n)
print(type(c.s).__name__)
c.s = 21
print(c.s, c.__dict__)
class Named:
    def __set_name__(self, owner, name): print("set_name", owner.__name__, name); self.name = name
    def __get__(self, o, t): return o and o.__dict__.get(self.name, "unset")
    def __set__(self, o, v): o.__dict__[self.name] = v
class Typed(Named):
    def __set__(self, o, v):
        if not isinstance(v, int): raise TypeError(f"{self.name} wants int, not {type(v).__name__}")
        super().__set__(o, v)
class P:
    x = Typed()
    y = Named()
p = P()
print(p.x, p.y)
p.x = 3
try:
    p.x = "s"
except TypeError as e:
    print(e)
print(p.x, vars(p))
class BadName:
    def __set_name__(self, o, n): 1 / 0
try:
    class Q: b = BadName()
except ZeroDivisionError as e:
    print(e, e.__notes__)
class MetaD(type):
    attr = D("meta")
class M(metaclass=MetaD): pass
print(M.attr)
try: M().attr
except AttributeError as e: print(e)
