d = {}
for f in (lambda: d.update(a=1, b=2), lambda: d.update([("c", 3), "de"]), lambda: d.update({"a": 9}, z=0), lambda: d.setdefault("a"), lambda: d.setdefault("new"), lambda: d.pop("a"), lambda: d.pop("a", None), lambda: d.pop("a"), lambda: d.popitem(), lambda: d.get("b"), lambda: d.get("q", "dflt"), lambda: list(d), lambda: d.copy() == d, lambda: d | {"b": "or"}, lambda: {"b": "ror"} | d, lambda: list(reversed(d)), lambda: list(reversed(d.items())), lambda: dict.fromkeys("ab"), lambda: dict.fromkeys([1, 2], 0), lambda: d.__contains__("b"), lambda: d.update(5), lambda: d.update([1]), lambda: d.update(["abc"]), lambda: d.update(a=1, **{"z": 2}), lambda: dict([(1, 2, 3)]), lambda: dict(5), lambda: dict({1: 2}, a=3), lambda: dict(zip("ab", range(2))), lambda: dict(a=1) == {"a": 1}, lambda: {} < {}, lambda: {[]: 1}, lambda: d[[]], lambda: dict.fromkeys(5), lambda: dict.fromkeys([[]]), lambda: d.get(), lambda: d.pop(), lambda: d.setdefault(), lambda: d.clear(), lambda: d.popitem(), lambda: d + {}, lambda: d | [], lambda: d.__ior__([(1, 2)])):
    try: print(f(), d)
    except Exception as e: print(type(e).__name__, e, d)
for op in ("d['n%d' % i] = 1", "d.pop(k)", "d.clear()", "del d[k]; d['z'] = 1", "d[k] = 2"):
    d = {"a": 1, "b": 2, "c": 3}
    try:
        for i, k in enumerate(d):
            exec(op)
            if i > 5: break
        print(op, "finished", d)
    except RuntimeError as e: print(op, e, d)
d = {i: -i for i in range(5)}
it = iter(d); next(it); d[99] = 1
try: next(it)
except RuntimeError as e: print(e)
try: next(it)
except (RuntimeError, StopIteration) as e: print(repr(e))
for it in (iter(d.values()), iter(d.items()), reversed(d)):
    del d[list(d)[0]]
    try: print(next(it))
    except RuntimeError as e: print(e)
d = {"x": 1, "y": 2, "z": 3}
del d["x"]; d["x"] = 4; d["y"] = 5
print(d, list(d.items())[-1], next(iter(d)), next(reversed(d)))
print({1: "a", True: "b", 1.0: "c"}, {"a": 1, "b": 2} == {"b": 2, "a": 1}, {"a": [1]} == {"a": [1.0]}, {1: {2: 3}} != {1: {2: 4}})
