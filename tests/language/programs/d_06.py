class Y:
    def __init__(self, v): self.v = v
    def __await__(self): return (yield self.v)
def drive(co):
    out = []
    while True:
        try: out.append(co.send(None))
        except StopIteration as e: return out, e.value
async def ag(n):
    for i in range(n):
        await Y(("w", i))
        got = yield i
        if got: print("got", got)
async def main():
    out = []
    async for x in ag(3): out.append(x)
    else: out.append("else")
    return out
print(drive(main()))
async def comps():
    a = [x async for x in ag(3)]
    b = {x async for x in ag(3) if x}
    c = {x: x * 2 async for x in ag(2)}
    d = [y async for x in ag(3) for y in range(x)]
    e = [await f(x) for x in range(2)]
    g = (x async for x in ag(2))
    h = [x async for x in g]
    return a, b, c, d, e, type(g).__name__, h
async def f(x): await Y("f"); return x * 10
print(drive(comps()))
async def manual():
    g = ag(5)
    out = [await anext(g), await g.asend("hello"), await g.__anext__()]
    try: await g.athrow(ValueError("v"))
    except ValueError as e: out.append(repr(e))
    try: await anext(g)
    except StopAsyncIteration as e: out.append(repr(e))
    out.append(await anext(g, "default"))
    g = ag(1)
    await anext(g)
    await g.aclose()
    out.append([x async for x in g])
    return out
print(drive(manual()))
class AI:
    def __init__(self): self.n = 0
    def __aiter__(self): return self
    async def __anext__(self):
        self.n += 1
        if self.n > 3: raise StopAsyncIteration
        return self.n
async def cls():
    out = [x async for x in AI()]
    async for x in AI():
        if x == 2: break
    else: out.append("no")
    async for x in AI():
        if x == 1: continue
        out.append(("after", x))
    return out
print(drive(cls()))
for bad in ("5", "[1]", "type('B', (), {'__aiter__': lambda s: 5})()", "type('B', (), {'__aiter__': lambda s: s, '__anext__': lambda s: 5})()"):
    async def b():
        async for x in eval(bad): pass
    try: drive(b())
    except TypeError as e: print(e)
g = ag(1)
for fn in (lambda: iter(g), lambda: next(g), lambda: list(g), lambda: g.send(1)):
    try: fn()
    except (TypeError, AttributeError) as e: print(e)
try: aiter([])
except TypeError as e: print(e)
print(aiter(g) is g, g.__name__, g.ag_running, g.ag_await)
