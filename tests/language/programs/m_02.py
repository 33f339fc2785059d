# many objects die; at least nearly all are found dead after a collection
import gc, weakref
log = []
class N:
    def __init__(self, i): self.i = i; self.me = self
    def __del__(self): log.append(self.i)
def make(n):
    return [weakref.ref(N(i)) for i in range(n)]
refs = make(500)
for _ in range(3): gc.collect()
dead = sum(r() is None for r in refs)
print(dead > 450, len(log) > 450, len(log) == len(set(log)))
lst = make(1)
def cyc():
    a, b = N(-1), N(-2)
    a.o, b.o = b, a
for _ in range(100): cyc()
for _ in range(3): gc.collect()
print(log.count(-1) > 80, log.count(-2) > 80)
back = []
class Res:
    def __del__(self): back.append(self)
def res():
    for _ in range(20): r = Res(); r.self = r
res()
for _ in range(3): gc.collect()
n = len(back); print(n > 10, type(back[0]).__name__)
back.clear()
for _ in range(3): gc.collect()
print(len(back) < 3)
calls = []
def cb():
    xs = [N(1000 + i) for i in range(50)]
    rs = [weakref.ref(x, calls.append) for x in xs]
    return rs
rs = cb()
for _ in range(3): gc.collect()
print(len(calls) > 30, all(c in rs for c in calls), len(calls) == len(set(map(id, calls))))
