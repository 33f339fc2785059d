d = {"a": 1, "b": 2}
d["c"] = 3
print(d, len(d), d["a"], d.get("z"), d.get("z", 0), "a" in d, "z" in d)
for k in d:
    print(k, d[k])
for k, v in d.items():
    print(k, v)
print(list(d.keys()), list(d.values()), list(d.items()))
del d["a"]
print(d, d.pop("b"), d.pop("zz", "dflt"), d)
d.update({"x": 1}, y=2)
print(d, d.setdefault("x", 100), d.setdefault("new", []), d)
d2 = dict(d)
d2.clear()
print(d2, d == d2, {1: 2} == {1.0: 2})
print(dict([("a", 1), ("b", 2)]), dict(a=1), {**{"p": 1}, "q": 2})
print({1: "int", "1": "str", (1, 2): "tuple", None: "none"})
print({"a": 1} | {"a": 2, "b": 3})
d = {}
for w in "the cat the dog the end".split():
    d[w] = d.get(w, 0) + 1
print(d)
print(d.popitem(), d)
print({k: v for k, v in zip("abc", range(3))})
s = {1, 2, 3}
s.add(2)
s.add(4)
print(s, len(s), 2 in s, 9 in s)
s.discard(9)
s.remove(1)
print(s, s | {9}, s & {2, 3}, s - {2}, sorted(s ^ {2, 10}))
print(set(), {1, 1, 1}, set([3, 3]), sorted({"b", "a"}), frozenset([1, 2]))
print({1, 2} <= {1, 2, 3}, {1} < {1}, {1, 2} == {2, 1}, {1}.isdisjoint({2}))
big = {i: i * i for i in range(1000)}
print(len(big), big[999], sum(big.values()))
for i in range(0, 1000, 2):
    del big[i]
print(len(big), list(big)[:5], 2 in big, 3 in big)
nested = {"l": [1, {"m": 2}]}
nested["l"][1]["m"] += 40
print(nested)
