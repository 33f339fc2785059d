# with, return and exceptions mixed through several frames
class Tx:
    log = []
    def __init__(self, n): self.n = n
    def __enter__(self): self.log.append(f"+{self.n}"); return self
    def __exit__(self, t, v, tb):
        self.log.append(f"{'!' if t else '-'}{self.n}")
        return t is KeyError
def work(k):
    with Tx("a"):
        with Tx("b") as b:
            if k == 0: return "ret"
            if k == 1: raise KeyError
            if k == 2: raise ValueError("v")
        with Tx("c"), Tx("d"):
            if k == 3: raise IndexError
    return "end"
for k in range(5):
    Tx.log.clear()
    try: r = work(k)
    except Exception as e: r = repr(e)
    print(k, r, Tx.log)
def gen():
    with Tx("g"):
        for i in range(3): yield i
Tx.log.clear()
g = gen(); next(g); g.close(); print(Tx.log)
Tx.log.clear()
g = gen(); next(g)
try: g.throw(KeyError)
except StopIteration: print("swallowed", Tx.log)
class Ex:
    def __enter__(self): return self
    def __exit__(self, t, v, tb): print(t is type(v), v.args if v else v, tb and tb.tb_lineno > 0); return 1
with Ex(): raise OSError(1, "x")
with Ex(): raise StopIteration(5)
with Ex(): raise SystemExit(2)
with Ex(): raise KeyboardInterrupt
with Ex(): pass
with Ex() as x, Ex() as y:
    with Ex(): [][0]
    print(x is y)
