t = (3, 1, 2, 1)
print(t.count(1), t.index(1), t.index(1, 2), t + (5,), t * 2, 0 * t, t[1:3], t[::-1], 3 in t, len(t), sorted(t), max(t), sum(t), hash(t) == hash((3, 1, 2, 1)), t == [3, 1, 2, 1], t < (3, 2), t >= (3,), () < (0,), tuple("ab"), tuple([1]), tuple(range(3)), tuple(), tuple(t) is t, (1,) + (), repr((1,)), ((1, (2,)),), t[:] is t)
for f in (lambda: t.index(9), lambda: t.index(), lambda: t[9], lambda: t["a"], lambda: t + [1], lambda: t * "a", lambda: t < [1], lambda: hash(([],)), lambda: tuple(5), lambda: (1, "a") < (1, 2), lambda: t.__setitem__, lambda: tuple(1, 2), lambda: t.index(3, 1), lambda: t.index(1, "a")):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
a = [1, [2, 3], {"k": [4]}]
b = a.copy(); b[1].append("shared"); b.append("own")
print(a, b, a[1] is b[1])
n = [[0] * 2] * 2; n[0][0] = 1; print(n)
d = {"l": [1]}; e = dict(d); e["l"].append(2); print(d)
print([[]] * 2, [()] * 2, [None] * 3, [*t], {*t} == {1, 2, 3}, list(zip(t, t[1:])), list(enumerate(t, 5)), dict(zip(t, "abcd")), [x for x in t if x > 1], *t)
print(all([]), any([]), sum([], 5), sum([[1], [2]], []), min(t, key=lambda x: -x), max("abc", "abd"), max([[1, 2], [1, 3]]), min((), default=None), list(map(max, [1, 5], [3, 2])), len(list(filter(None, [0, "", [], (), {}, 1]))))
class L(list): pass
x = L([1, 2]); y = x + [3]; print(type(y).__name__, type(x * 2).__name__, type(x[:1]).__name__, x == [1, 2], L(x) == x)
big = list(range(100000)); big.reverse(); big.sort(); del big[::2]; big[10:20] = []; print(len(big), big[:12], big[-1], sum(big), big.index(99999), 50000 in big)
stack = []
for i in range(1000): stack.append(i)
while len(stack) > 3: stack.pop()
q = list(range(10))
for _ in range(25): q.append(q.pop(0))
print(stack, q)
