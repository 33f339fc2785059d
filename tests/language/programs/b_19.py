class Base:
    def __init__(self): self.log = ["Base"]
class L(Base):
    def __init__(self): super().__init__(); self.log.append("L")
class R(Base):
    def __init__(self): super().__init__(); self.log.append("R")
class Bot(L, R):
    def __init__(self): super().__init__(); self.log.append("Bot")
print(Bot().log)
class S:
    def m(self):
        f = lambda: super().m2()
        return "x"
    @classmethod
    def cm(cls): return "S.cm " + cls.__name__
    @staticmethod
    def sm(): return "S.sm"
    @property
    def p(self): return "S.p"
    attr = "S.attr"
class T(S):
    @classmethod
    def cm(cls): return "T>" + super().cm()
    @staticmethod
    def sm(): return "T>" + super(T, T).sm()
    @property
    def p(self): return "T>" + super().p
    def a(self): return super().attr, super().__class__, super().__init__
print(T.cm(), T().cm(), T.sm(), T().p, T().a()[0], T().a()[1])
class U(T):
    @classmethod
    def cm(cls): return "U>" + super().cm()
print(U.cm())
def no_class(self): return super()
def no_arg(): return super()
for f in (lambda: no_class(1), lambda: super(), lambda: super(int, "s"), lambda: super(5), lambda: super(S, S()).nope, lambda: super(int, bool).foo):
    try: print(f())
    except (RuntimeError, TypeError, AttributeError) as e: print(type(e).__name__, e)
class V:
    def noarg(): return super()
    def rebound(self):
        self = 5
        return super().__repr__()
for f in (lambda: V.noarg(), lambda: V().rebound()):
    try: print(f())
    except (RuntimeError, TypeError) as e: print(type(e).__name__, e)
s = super(T, T())
print(s.__thisclass__.__name__, s.__self_class__.__name__, type(s.__self__).__name__, s.attr)
u = super(T)
print(u.__self__, u.__thisclass__.__name__, u.__get__(T()).attr)
class Set(S):
    def __setattr__(self, k, v): super().__setattr__(k, ("via", v))
x = Set(); x.q = 1
print(x.q)
class Item(dict):
    def __getitem__(self, k): return "sub " + str(super().__getitem__(k))
print(Item(a=1)["a"])
class Comp(S):
    def m(self): return [super().attr for _ in range(2)], [super(Comp, self).cm() for _ in "a"]
print(Comp().m())
