# shared containers under contention: operations that are atomic stay so
import threading
N, T = 2000, 4
l, d, s, errs = [], {}, set(), []
start = threading.Barrier(T)
def work(i):
    try:
        start.wait()
        for k in range(N):
            l.append((i, k)); d[i, k] = k; s.add((i, k)); d.setdefault("shared", []).append(i)
            if k % 3 == 0: del d[i, k]
            if k % 5 == 0: s.discard((i, k))
    except Exception as e: errs.append(repr(e))
ts = [threading.Thread(target=work, args=(i,)) for i in range(T)]
[t.start() for t in ts]; [t.join() for t in ts]
print(len(l), len(d), len(s), len(d["shared"]), errs, [sorted(k for j, k in l if j == i) == list(range(N)) for i in range(T)], all([k for j, k in l if j == i] == list(range(N)) for i in range(T)))
class C: pass
o = C()
def attrs(i):
    for k in range(500): setattr(o, f"a{i}_{k}", k)
ts = [threading.Thread(target=attrs, args=(i,)) for i in range(T)]
[t.start() for t in ts]; [t.join() for t in ts]
print(len(vars(o)), sum(vars(o).values()), o.a3_499)
popped, src = [], list(range(4000))
def popper():
    while True:
        try: popped.append(src.pop())
        except IndexError: return
ts = [threading.Thread(target=popper) for _ in range(T)]
[t.start() for t in ts]; [t.join() for t in ts]
print(len(popped), sorted(popped) == list(range(4000)), src)
def deep(n): return n and 1 + deep(n - 1)
res = []
ts = [threading.Thread(target=lambda: res.append(deep(500))) for _ in range(T)]
[t.start() for t in ts]; [t.join() for t in ts]
print(res)
