import gc
print(gc.isenabled(), gc.disable(), gc.isenabled(), gc.enable(), gc.isenabled(), type(gc.collect()).__name__, type(gc.get_count()).__name__, type(gc.get_threshold()).__name__, len(gc.get_stats()) >= 1, gc.garbage)
for bad in (5, -1, "x"):
    try: print(type(gc.collect(bad)).__name__)
    except (ValueError, TypeError) as e: print(type(e).__name__, e)
l = [[]]
print(gc.is_tracked(l), gc.is_tracked("s"), gc.is_tracked(5), any(o is l for o in gc.get_objects()))
seen = []
def cb(phase, info): seen.append((phase, sorted(info)[:1]))
gc.callbacks.append(cb); gc.collect(); gc.callbacks.remove(cb)
print(seen[0][0], seen[-1][0], len(seen) >= 2)
big = []
for i in range(200): big.append([list(range(50)) for _ in range(20)])
gc.collect()
print(sum(len(x) for b in big for x in b), big[199][19][49])
tree = None
for i in range(20000): tree = (tree, i)
gc.collect()
n, t = 0, tree
while t: n += t[1]; t = t[0]
print(n)
d = {i: [i] for i in range(5000)}
for i in range(0, 5000, 2): d[i].append(d)
gc.collect()
print(len(d), d[4][1] is d, d[4999])
def g():
    x = [1, 2, 3]
    y = {"k": x}
    yield
    gc.collect()
    yield x, y
it = g(); next(it); gc.collect(); print(next(it))
def churn():
    out = 0
    for i in range(30000):
        a = {"v": [i, str(i)]}
        out += a["v"][0] + len(a["v"][1])
    return out
print(churn())
