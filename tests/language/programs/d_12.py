# values passed in and out of generators through several layers
def layer(n):
    if n == 0:
        got = []
        try:
            while (v := (yield len(got))) is not None: got.append(v)
        except ValueError as e: got.append(str(e))
        return got
    return [n, (yield from layer(n - 1))]
g = layer(3)
print(next(g), g.send("a"), g.send("b"))
try: g.send(None)
except StopIteration as e: print(e.value)
g = layer(2); next(g); g.send(1)
try: g.throw(ValueError("thrown"))
except StopIteration as e: print(e.value)
def sub(n): return (yield n) or n
def many():
    return ((yield from sub(1)), (yield from sub(2)))
g = many()
print(next(g), g.send("x"))
try: g.send(0)
except StopIteration as e: print(e.value)
def echo():
    v = None
    while v != "stop": v = yield v
    return "echo done"
def wrap():
    print((yield from echo()))
    yield from (c for c in "ab")
    yield from {"k": 1}
    yield from range(2)
w = wrap()
print(next(w), w.send(1), w.send("two"), w.send("stop"), list(w))
def swallow():
    while True:
        try: yield
        except (ValueError, KeyError) as e: print("ate", repr(e))
s = swallow(); next(s)
for e in (ValueError(1), KeyError("k")): s.throw(e)
try: s.throw(TypeError("t"))
except TypeError as e: print("left", e)
print(next(s, "exhausted"))
def fin():
    try: yield 1
    finally:
        try: yield 2
        finally: print("inner fin")
f = fin()
print(next(f), next(f), next(f, "end"))
