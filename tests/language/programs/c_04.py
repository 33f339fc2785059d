class CM:
    def __init__(self, n, swallow=False, fail=None): self.n, self.s, self.fail = n, swallow, fail
    def __enter__(self):
        print("enter", self.n)
        if self.fail == "enter": raise RuntimeError("enter failed")
        return self.n
    def __exit__(self, t, v, tb):
        print("exit", self.n, t and t.__name__, v, tb is not None)
        if self.fail == "exit": raise RuntimeError("exit failed")
        return self.s
with CM(1) as a, CM(2) as b: print(a, b)
with (CM("p") as a, CM("q"),): print(a)
with CM(1, True): raise ValueError("swallowed")
try:
    with CM(1), CM(2): raise ValueError("through")
except ValueError as e: print("caught", e)
with CM(1, True), CM(2, fail="exit"): raise ValueError("x")
try:
    with CM(1, fail="exit"): raise ValueError("x")
except RuntimeError as e: print(e, repr(e.__context__))
try:
    with CM(1), CM(2, fail="enter"): print("never")
except RuntimeError as e: print(e)
def ret():
    with CM("r"): return "returned"
print(ret())
def loop():
    for i in range(3):
        with CM(i):
            if i == 0: continue
            if i == 1: break
loop()
with CM((1, 2)) as (x, y): print(x + y)
d = {}
with CM("item") as d["k"]: pass
print(d)
class NoExit:
    def __enter__(self): pass
class NoEnter:
    def __exit__(self, *a): pass
class Async:
    async def __aenter__(self): pass
    async def __aexit__(self, *a): pass
for o in (NoExit(), NoEnter(), 5, Async()):
    try:
        with o: pass
    except TypeError as e: print(e)
class BadBool:
    def __bool__(self): raise KeyError("bool")
try:
    with CM(1, BadBool()): raise ValueError
except KeyError as e: print("KeyError", e, repr(e.__context__))
class Inst: pass
i = Inst()
i.__enter__ = i.__exit__ = lambda *a: None
try:
    with i: pass
except TypeError as e: print(e)
