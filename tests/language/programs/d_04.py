g = (x * x for x in range(5))
print(next(g), list(g), list(g), type(g).__name__, g.__name__)
def log(x): print("log", x); return x
g = (log(i) for i in log(range(2)))
print("made")
print(list(g))
try: g2 = (x for x in 5)
except TypeError as e: print(e)
g3 = (1 // x for x in (1, 0))
print(next(g3))
try: next(g3)
except ZeroDivisionError as e: print(e)
print(list(g3))
print(sum(i for i in range(10) if i % 2), max(len(w) for w in ["a", "bbb"]), ",".join(c for c in "abc"))
print(sorted((b, a) for a in range(2) for b in "yx"), dict((k, v) for k, v in ["ab", "cd"]))
n = 1
g = (n + i for i in range(3))
n = 100
print(list(g))
fs = list((lambda: i) for i in range(3))
print([f() for f in fs])
def f():
    a = 1
    g = (a + b for b in range(2))
    a = 10
    return list(g)
print(f())
print(any(x > 2 for x in iter([1, 3, print])), list(zip((i for i in "ab"), (j for j in "cd"))))
class C:
    v = 3
    g = list(x for x in range(v))
print(C.g)
g = (a for a in range(3))
print(2 in g, list(g))
g = (x for x in range(10))
print([next(g) for _ in range(3)], [a for a, _ in zip(g, range(2))], list(g))
a, *b = (i for i in range(4))
print(a, b, *(c for c in "xy"))
nested = ((i, j) for i in range(3) for j in (k for k in range(i)))
print(list(nested))
print(list(y for x in [[1, 2], [3]] for y in x if y != 2), {x for x in (1, 1)}, tuple(i for i in ()))
w = (z := 5 for _ in "a")
print(list(w), z)
print([*(i for i in range(2)), *(i for i in range(2))])
