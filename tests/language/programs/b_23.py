# iteration protocol details
class It:
    def __init__(self, *v): self.v = list(v)
    def __iter__(self): return self
    def __next__(self):
        if not self.v: raise StopIteration("done")
        x = self.v.pop(0)
        if isinstance(x, type): raise x("from next")
        return x
print(list(It(1, 2)), tuple(It()), sorted(It(3, 1)), sum(It(1, 2)), [*It(1)], {*It(1)}, dict(It((1, 2))), ",".join(It("a", "b")), max(It(1, 9)), bytes(It(65, 66)))
for f in (lambda: list(It(1, ValueError)), lambda: [x for x in It(KeyError)], lambda: sum(It(1, "a")), lambda: a_b(It(1)), lambda: dict(It(1)), lambda: dict(It((1, 2, 3))), lambda: dict(It("ab", "c")), lambda: set(It([])), lambda: "".join(It("a", 1)), lambda: bytes(It(300)), lambda: bytes(It("a"))):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
def unpack(n, it):
    try:
        if n == 2: a, b = it; return a, b
        if n == "s": a, *b, c = it; return a, b, c
        if n == 0: [] = it; return "empty"
    except Exception as e: return f"{type(e).__name__}: {e}"
for n, it in ((2, It(1)), (2, It(1, 2, 3)), (2, It(1, ValueError)), ("s", It(1)), ("s", It(1, 2)), ("s", It(1, 2, 3, 4)), (0, It()), (0, It(1)), (2, [1]), (2, (1, 2, 3)), (2, 5), (2, {1: 2}), (2, "abc"), ("s", "a"), (2, None)):
    print(unpack(n, it))
it = iter([1, 2, 3])
print(next(it), list(it), list(it), next(it, "x"))
l = [1, 2, 3]
it = iter(l)
next(it)
l.append(4)
print(list(it))
l.append(5)
print(list(it), it.__length_hint__())
i = iter(range(3))
print(i.__next__(), i.__length_hint__(), i is iter(i))
z = zip(It(1, 2, 3), "ab")
print(list(z), list(zip()), list(zip("ab")))
def strict(*a):
    try: return list(zip(*a, strict=True))
    except ValueError as e: return str(e)
print(strict("ab", "cd"), strict("a", "bc"), strict("ab", "c"), strict("a", "b", "cd"), strict("ab", "cd", "e"))
print(list(map(lambda *a: a, "ab", range(5))), list(map(None.__class__, [])), list(enumerate("ab", -1)), list(filter(str.isalpha, "a1b")))
calls = []
print(list(iter(lambda: calls.append(1) or len(calls), 4)), calls)
for x in (r := [1, 2, 3]):
    if len(r) < 6: r.append(x * 10)
print(r)
class GI:
    def __getitem__(self, i):
        if i == 3: raise StopIteration
        return i
print(list(GI()))
