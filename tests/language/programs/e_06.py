def d1(f):
    print("d1", f.__name__)
    return lambda *a: ("d1", f(*a))
def d2(arg):
    print("d2 arg", arg)
    def wrap(f):
        print("d2 wrap", getattr(f, "__name__", "?"))
        return lambda *a: (arg, f(*a))
    return wrap
@d2("outer")
@d1
def f(x): return x
print(f(5))
@lambda c: (c.__name__, c)
class C: pass
print(C[0])
class Reg(dict):
    def __call__(self, k):
        def add(f): self[k] = f; return f
        return add
reg = Reg()
@reg("one")
def one(): return 1
@reg("two")
@staticmethod
def two(): return 2
print(list(reg), reg["one"](), reg["two"]())
class Memo:
    def __init__(self, f): self.f, self.cache = f, {}
    def __call__(self, n):
        if n not in self.cache: self.cache[n] = self.f(n)
        return self.cache[n]
    def __get__(self, o, t): return lambda n: self.f(o, n)
@Memo
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(80), len(fib.cache))
class K:
    @Memo
    def m(self, n): return n * 2
    @property
    @d1
    def p(self): return "p"
    @[d1][0]
    def q(self): return "q"
print(K().m(4), K().p, K().q())
@(lambda f: 42)
def gone(): pass
print(gone)
def count(f):
    def w(*a, **k):
        w.calls += 1
        return f(*a, **k)
    w.calls = 0
    return w
@count
def g(x, y=1): return x + y
g(1); g(1, y=5)
print(g.calls)
@d1
async def co(): pass
@d1
def gen(): yield 1
print(list(gen()[1]))
x = [d1]
@x[0]
def h(): return "h"
print(h())
