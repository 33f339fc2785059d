# dicts and lists changed by the code that compares, hashes and iterates
class K:
    def __init__(s, n, act=None): s.n, s.act = n, act
    def __hash__(s): return 1
    def __eq__(s, o):
        if s.act: act, s.act = s.act, None; act()
        return isinstance(o, K) and s.n == o.n
    def __repr__(s): return f"K{s.n}"
d = {K(1): "a", K(2): "b"}
print(d[K(2)], K(3) in d, len(d))
k = K(2, lambda: d.update({K(9): "z"}))
print(d[k], d)
k = K(9, lambda: d.pop(K(1)))
print(d.get(k), d)
k = K(50, lambda: d.clear())
print(d.get(k, "gone"), d)
l = [1, 2, 3, 4]
class E:
    def __eq__(s, o): l.clear(); return False
print(l.count(E()), l)
l = [5, 6, 7]
class R:
    def __eq__(s, o): l.append(o) if len(l) < 6 else None; return False
try: l.index(R())
except ValueError as e: print("ValueError", l)
class Bad:
    def __hash__(s): raise ArithmeticError("hash")
    def __eq__(s, o): raise ArithmeticError("eq")
for f in (lambda: {Bad(): 1}, lambda: {1: 2}.get(Bad()), lambda: Bad() in {1}, lambda: [1].index(Bad()), lambda: Bad() in [1], lambda: [1].count(Bad()), lambda: (1,) == (Bad(),), lambda: [1].remove(Bad()), lambda: {1: 1} == {1: Bad()}, lambda: [Bad()] == [1]):
    try: print(f())
    except ArithmeticError as e: print(e)
b = Bad(); print(b in [b], [b] == [b], (b,) == (b,), [b].index(b), [b].count(b), {1: b} == {1: b})
l = [3, 2, 1]
class S:
    def __init__(s, v): s.v = v
    def __lt__(s, o): ls.append(s.v); return s.v < o.v
ls = [S(2), S(1)]
try: ls.sort()
except (ValueError, AttributeError) as e: print(e)
it = iter([1, 2, 3, 4, 5]); print([(a, next(it)) for a in it if a < 4], list(zip(*[iter("abcdef")] * 3)))
def ext():
    for i in range(3): tgt.append("e%d" % i); yield i
tgt = []; tgt.extend(ext()); print(tgt)
tgt = [1, 2, 3]; tgt[1:2] = (x for x in tgt); print(tgt); tgt += tgt; print(tgt); tgt *= 2; print(len(tgt))
