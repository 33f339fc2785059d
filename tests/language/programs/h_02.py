log = []
class K:
    def __init__(s, v, i): s.v, s.i = v, i
    def __lt__(s, o): return s.v < o.v
    def __repr__(s): return f"{s.v}{s.i}"
l = [K(v, i) for i, v in enumerate("bcabcaab")]
print(sorted(l), sorted(l, reverse=True), l, min(l), max(l))
import_free_rand, out = 42, []
for _ in range(200):
    import_free_rand = (import_free_rand * 1103515245 + 12345) % 2 ** 31
    out.append(import_free_rand % 1000)
s = sorted(out)
print(s[:10], s[-5:], all(a <= b for a, b in zip(s, s[1:])), sorted(out, reverse=True) == s[::-1], sorted(out, key=lambda x: -x) == s[::-1])
out.sort(key=str); print(out[:10])
m = [3, 1, 2]
def bad(x): m.append(x); return x
try: m.sort(key=bad)
except ValueError as e: print(e)
print(m)
def see(x): log.append(len(m)); return x
m.sort(key=see); print(m, log)
def fail(x):
    if x == 2: raise KeyError("in key")
    return x
try: m.sort(key=fail)
except KeyError as e: print(repr(e), m)
for bad in ([1, "a"], [None, 1], [[1], (1,)], [1j, 2j], ["a", b"a"], [{}, {}]):
    try: print(sorted(bad))
    except TypeError as e: print(e)
nan = float("nan")
print(sorted([2, True, 1.5, 0]), sorted([(2, "x"), (2, "a"), (1, "z")], key=lambda t: t[0]), sorted(["é", "z", "a", "😀", "B"]), sorted([10 ** 30, 1, -10 ** 30, 2.5]), sorted([b"b", b"a"]), sorted([[2], [1, 5], [1]]))
for i in (l2 := [1, 2, 3, 4]):
    if i == 2: l2.remove(2)
print(l2)
l3 = [1, 2, 3]
for x in l3:
    l3.append(x * 2)
    if len(l3) > 8: break
print(l3)
it = iter([1, 2, 3]); print(next(it), it.__length_hint__(), list(it), it.__length_hint__())
r = reversed([1, 2, 3]); print(next(r), list(r), r.__length_hint__())
