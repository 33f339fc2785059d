if (n := 10) > 5: print(n)
while (n := n - 3) > 0: print(n, end=" ")
print(n)
print([y := 1, y + 1], (z := 5), z, f"{(w := 3)} {w}")
def f():
    if any((hit := x) > 3 for x in (1, 5, 2)): return hit
print(f(), [t for x in range(4) if (t := x * x) > 2], t)
a = b = c = [1]
print(a is b is c)
a, b = b, a = 1, 2
print(a, b)
[x, y], z = (1, 2), 3
(p), (q,) = 1, [2]
print(x, y, z, p, q)
*a, = "abc"
a, (b, *c), *d = 1, (2, 3, 4), 5, 6
print(a, b, c, d)
first, *_, last = range(10)
print(first, last, _)
for a, *b in [(1, 2, 3), "xy"]: print(a, b)
for i, (j, k) in enumerate([(1, 2), (3, 4)]): print(i, j, k)
l = [1, 2, 3]
l[0], l[1:], o = 9, [8, 7], 5
print(l)
class O: pass
o = O()
o.a, o.b = 1, 2
o.a, o.b = o.b, o.a
print(o.a, o.b)
print([*range(2), *"ab"], (*[1], *()), {*[1], *[2]}, {**{"a": 1}, "a": 2, **{"b": 3}})
def g(*a, **k): return a, k
print(g(*[1], 2, *(3,), k=4, **{"z": 5}), g(*"ab", **{}))
def ret(): return 1, *[2, 3]
print(ret())
x = *[1, 2], 3
print(x)
for v in *[1], 2: print(v)
i = [0, 1]
i[i[0]], i[0] = 5, 7
print(i)
d = {}
d["a"], *d["b"] = 1, 2, 3
print(d)
def yields(): yield 1, *[2]
print(list(yields()))
print((lambda *a: a)(*range(3)), [*map(str, range(2))], l[*[1][:0]] if 0 else "skip", {(1, *[2]): 3})
for bad in ("a, b = 1,", "a, b = 1, 2, 3", "a, *b, c = 1,", "a, b = 5", "a, = None", "[] = [1]", "(a, b), c = 1, 2"):
    try: exec(bad)
    except (ValueError, TypeError) as e: print(bad, "->", e)
x: int = 5
y: "str"
print(x, "y" in globals() and y)
