class Y:
    def __await__(self): return (yield "wait")
def drive(co):
    out = []
    while True:
        try: out.append(co.send(None))
        except StopIteration as e: return out, e.value
class ACM:
    def __init__(self, n, swallow=False): self.n, self.s = n, swallow
    async def __aenter__(self): await Y(); print("aenter", self.n); return self.n
    async def __aexit__(self, t, v, tb): await Y(); print("aexit", self.n, t and t.__name__); return self.s
async def a():
    async with ACM(1) as x, ACM(2) as y: print(x, y)
    async with ACM(3, True): raise ValueError
    async with (ACM(4) as q,): return "returned"
print(drive(a()))
async def b():
    for i in range(2):
        async with ACM(i):
            if i == 0: continue
            break
    try:
        async with ACM("err"): raise KeyError("k")
    except KeyError as e: return repr(e)
print(drive(b()))
class NoA:
    def __enter__(self): pass
    def __exit__(self, *a): pass
class Sync:
    def __aenter__(self): return 5
    async def __aexit__(self, *a): pass
for o in (NoA(), Sync(), 5):
    async def c():
        async with o: pass
    try: drive(c())
    except TypeError as e: print(e)
async def gen():
    try:
        async with ACM("in gen"): yield 1; yield 2
    finally:
        await Y()
        print("gen fin")
async def d():
    g = gen()
    print(await anext(g))
    await g.aclose()
    g = gen()
    async for x in g: print(x)
    g = gen()
    await anext(g)
    try: await g.athrow(ValueError("t"))
    except ValueError as e: print(repr(e))
print(drive(d()))
async def lam():
    f = lambda: [1]
    return [x async for x in agen()] + f()
async def agen(): yield 7
print(drive(lam()))
async def ignoring():
    try: yield 1
    except GeneratorExit: yield 2
async def e():
    g = ignoring()
    await anext(g)
    try: await g.aclose()
    except RuntimeError as x: return str(x)
print(drive(e()))
async def raise_stop():
    yield 1
    raise StopAsyncIteration
async def f():
    try: return [x async for x in raise_stop()]
    except RuntimeError as x: return str(x)
print(drive(f()))
