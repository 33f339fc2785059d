class Y:
    def __init__(self, v): self.v = v
    def __await__(self):
        r = yield self.v
        return ("sent", r)
async def f(x):
    a = await Y(x)
    b = await Y(a)
    return a, b
def drive(co, *vals):
    out, v = [], None
    vals = list(vals)
    while True:
        try: out.append(co.send(v))
        except StopIteration as e: return out, e.value
        v = vals.pop(0) if vals else None
print(drive(f(1), "x", "y"))
async def nested(n):
    if n == 0: return await Y("bottom")
    return [await nested(n - 1), n]
print(drive(nested(3), "s"))
async def exc():
    try: await Y(1)
    except ValueError as e: return "caught " + str(e)
    finally: print("fin")
c = exc(); c.send(None)
try: c.throw(ValueError("v"))
except StopIteration as e: print(e.value)
async def err(): raise KeyError("k")
try: drive(err())
except KeyError as e: print(repr(e))
async def stop(): raise StopIteration("s")
try: drive(stop())
except RuntimeError as e: print(e, repr(e.__cause__))
c = f(1)
print(type(c).__name__, c.__name__, c.cr_running, c.cr_await, c.cr_frame is not None)
c.send(None)
print(type(c.cr_await).__name__)
c.close()
try: c.send(None)
except RuntimeError as e: print(e)
async def ret(): return 5
c = ret()
print(drive(c))
try: c.send(None)
except RuntimeError as e: print(e)
for bad in (5, None, [1], (x for x in "a")):
    async def b(): await bad
    try: drive(b())
    except TypeError as e: print(e)
class BadAwait:
    def __await__(self): return 5
class NotIter:
    def __await__(self): return [1]
for k in (BadAwait, NotIter):
    async def b2(): await k()
    try: drive(b2())
    except TypeError as e: print(e)
c = ret()
for fn in (lambda: iter(c), lambda: next(c), lambda: list(c), lambda: c(), lambda: [x for x in c]):
    try: fn()
    except TypeError as e: print(e)
c.close()
c = f(1)
try: c.send("x")
except TypeError as e: print(e)
c.close()
x = f(2); x.send(None)
async def twice(): await x
try: drive(twice())
except RuntimeError as e: print(e)
w = ret().__await__()
print(type(w).__name__)
try: next(w)
except StopIteration as e: print(e.value)
