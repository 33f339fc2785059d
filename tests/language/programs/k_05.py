import functools, operator
from functools import *
print(reduce(operator.add, [1, 2, 3]), reduce(lambda a, b: a * b, [], 7), partial(int, base=2)("101"), partial(print, "a", sep="-").args, partial(max, 5).keywords)
try: reduce(operator.add, [])
except TypeError as e: print(e)
@lru_cache(maxsize=2)
def f(x): print("f", x); return x * 2
print(f(1), f(1), f(2), f(3), f(1), f.cache_info(), f.cache_clear(), f.cache_info(), f.__wrapped__(9))
@cache
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(90), fib.cache_info())
@wraps(f)
def g(): pass
print(g.__name__, g.__wrapped__ is f)
@total_ordering
class T:
    def __init__(s, v): s.v = v
    def __eq__(s, o): return s.v == o.v
    def __lt__(s, o): return s.v < o.v
print(T(1) <= T(1), T(2) > T(1), T(1) >= T(2))
@singledispatch
def sd(x): return "object"
@sd.register
def _(x: int): return "int"
@sd.register(list)
def _(x): return "list"
print(sd(1), sd([]), sd(""), sd(True), sd.dispatch(bool) is sd.dispatch(int))
class C:
    @cached_property
    def p(self): print("computed"); return 5
    def m(self, a, b): return a, b
    pm = partialmethod(m, 1)
c = C(); print(c.p, c.p, c.__dict__, c.pm(2), sorted([3, 1, 2], key=cmp_to_key(lambda a, b: b - a)))
print(operator.itemgetter(1, 2)("abc"), operator.attrgetter("real", "imag")(1j), operator.methodcaller("upper")("x"), operator.mod(7, 3), operator.contains([1], 1), operator.setitem(l := [0], 0, 5), l, operator.index(True), operator.countOf([1, 1], 1), operator.length_hint(iter([1])), operator.itemgetter(1), operator.is_not(1, None), operator.concat("a", "b"), operator.truth([]), operator.iadd([1], [2]))
