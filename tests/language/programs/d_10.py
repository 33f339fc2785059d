import types, sys
@types.coroutine
def sw():
    r = yield "switch"
    return r
async def f():
    return [await sw(), await sw()]
c = f()
print(c.send(None), c.send(1))
try: c.send(2)
except StopIteration as e: print(e.value)
print(isinstance(f, types.FunctionType), f.__code__.co_flags & 0x80, sw.__code__.co_flags & 0x120)
def g(): yield
async def ag(): yield
co = f()
print([isinstance(x, t) for x, t in ((g(), types.GeneratorType), (co, types.CoroutineType), (ag(), types.AsyncGeneratorType))])
co.close()
seen = []
async def hooked():
    yield 1
    yield 2
old = sys.get_asyncgen_hooks()
print(old.firstiter, old.finalizer)
sys.set_asyncgen_hooks(firstiter=lambda g: seen.append(g.__name__))
async def use():
    async for x in hooked(): seen.append(x)
try: use().send(None)
except StopIteration: pass
sys.set_asyncgen_hooks(*old)
print(seen)
async def asend_misuse():
    yield 1
g = asend_misuse()
a = g.asend("x")
try: a.send(None)
except TypeError as e: print(e)
g = asend_misuse()
a = g.__anext__()
try: a.send(None)
except StopIteration as e: print(e.value)
try: a.send(None)
except RuntimeError as e: print(e)
b = g.aclose()
try: b.send(None)
except StopIteration as e: print("closed", e.value)
c = g.__anext__()
try: c.send(None)
except StopAsyncIteration: print("StopAsyncIteration")
print(type(a).__name__, type(b).__name__)
