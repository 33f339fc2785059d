d, e = {"a": 1, "b": 2, "c": 3}, {"b": 2, "c": 4, "d": 5}
k, i, v = d.keys(), d.items(), d.values()
srt = lambda x: sorted(x, key=repr)
print(srt(k & e.keys()), srt(k | e.keys()), srt(k - e.keys()), srt(k ^ e.keys()), srt(i & e.items()), srt(i | e.items()), srt(i - e.items()), srt(i ^ e.items()), srt(k & "ab"), srt("abz" - k) if 0 else "", srt({"a", "q"} - k), srt(k | [1]))
print(k == {"a", "b", "c"}, k < {"a", "b", "c", "d"}, k >= {"a"}, k.isdisjoint("xyz"), i == set(i), i >= {("a", 1)}, v == v, v == d.values(), k == d.keys(), "a" in k, ("a", 1) in i, ("a", 2) in i, 1 in v, 9 in v, len(k), len(v))
d["new"] = 0
print(list(k), list(v), list(i), k, v, i, k.mapping["a"], list(reversed(k)), type(k & k))
for f in (lambda: k.mapping.update(), lambda: k[0], lambda: v & v, lambda: k + k, lambda: k | 5, lambda: k < 5, lambda: hash(k), lambda: i & 5, lambda: {"a": []}.items() & {("a", 1)}, lambda: v < v, lambda: [] in k, lambda: ("a", []) in i, lambda: k.x):
    try: print(f())
    except Exception as x: print(type(x).__name__, x)
big = {}
for n in range(5000): big[n * 7919 % 10007] = n
for n in range(0, 5000, 3): del big[n * 7919 % 10007]
print(len(big), list(big)[:8], list(big.values())[-3:], sum(big), sum(big.values()))
for n in range(1000): big["s%d" % n] = n
print(len(big), big["s999"], "s1000" in big, list(big)[-2:])
class H:
    def __init__(s, n): s.n = n
    def __hash__(s): return s.n % 3
    def __eq__(s, o): return isinstance(o, H) and s.n == o.n
h = {H(n): n for n in range(60)}
print(len(h), h[H(59)], h.pop(H(30)), H(30) in h, [x.n for x in h][28:33], h.get(H(60)))
mixed = {1: "i", "1": "s", 1.5: "f", (1,): "t", None: "n", b"1": "b", frozenset([1]): "fs", 2 ** 70: "big", int: "type", ...: "e"}
print([mixed[x] for x in (1, "1", 1.5, (1,), None, b"1", frozenset([1]), 2 ** 70, int, ...)], mixed[True], mixed[2.0 ** 70])
