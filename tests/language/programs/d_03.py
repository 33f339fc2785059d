def inner():
    try:
        x = yield "i1"
        print("inner got", x)
        yield "i2"
    except ValueError as e:
        print("inner caught", e)
        yield "recovered"
    finally: print("inner fin")
    return "inner result"
def outer():
    r = yield from inner()
    print("r =", r)
    r2 = yield from [1, 2]
    print("r2 =", r2)
    return "outer"
o = outer()
print(next(o), o.gi_yieldfrom.__name__)
print(o.send("hello"))
print(o.throw(ValueError("tv")))
print(list(o))
o = outer()
next(o)
o.close()
class It:
    def __iter__(self): return self
    def __next__(self): return "n"
    def send(self, v): return ("send", v)
    def throw(self, *a): return ("throw", a[0] if isinstance(a[0], type) else repr(a[0]))
    def close(self): print("It.close")
def d(): yield from It()
x = d()
print(next(x), x.send(5), x.throw(ValueError("z")), x.send(None))
x.close()
def plain(): yield from iter([1, 2, 3])
x = plain()
next(x)
try: x.send(5)
except AttributeError as e: print(e)
x = plain(); next(x)
try: x.throw(KeyError("k"))
except KeyError as e: print(repr(e))
for bad in (5, None):
    def b(): yield from bad
    try: next(b())
    except TypeError as e: print(e)
def rec(n):
    if n: yield from rec(n - 1)
    yield n
print(list(rec(20)))
def flat(*a):
    for x in a:
        if isinstance(x, (list, tuple)): yield from flat(*x)
        else: yield x
print(list(flat(1, [2, (3, [4])], 5)))
def ret(): return (yield from ())
print(list(ret()))
def expr():
    y = [(yield 1), (yield 2)]
    z = (yield) or "none"
    return y, z
e = expr()
print(next(e), e.send("a"), e.send("b"))
try: e.send(0)
except StopIteration as s: print(s.value)
