# itertools-like generators written out
def tee2(it):
    it, q = iter(it), ([], [])
    def g(i):
        while True:
            if not q[i]:
                try: v = next(it)
                except StopIteration: return
                for x in q: x.append(v)
            yield q[i].pop(0)
    return g(0), g(1)
a, b = tee2("abc")
print(next(a), next(a), next(b), list(a), list(b))
def window(it, n):
    w = []
    for x in it:
        w.append(x)
        if len(w) == n:
            yield tuple(w)
            del w[0]
print(list(window(range(5), 3)))
def group(it, key):
    last, cur = object(), []
    for x in it:
        if (k := key(x)) != last:
            if cur: yield last, cur
            last, cur = k, []
        cur.append(x)
    if cur: yield last, cur
print(list(group("aabccc", str)), list(group([1, 3, 2, 4, 5], lambda v: v % 2)))
def product(*ps):
    if not ps: yield (); return
    for x in ps[0]:
        for r in product(*ps[1:]): yield (x, *r)
print(list(product("ab", range(2), [None])))
def subsets(s):
    if not s: yield []; return
    for r in subsets(s[1:]): yield r; yield [s[0]] + r
print(sorted(subsets([1, 2, 3])), sum(1 for _ in subsets(list(range(12)))))
def merge(a, b):
    end = object()
    a, b = iter(a), iter(b)
    x, y = next(a, end), next(b, end)
    while x is not end and y is not end:
        if x <= y: yield x; x = next(a, end)
        else: yield y; y = next(b, end)
    if x is not end: yield x
    if y is not end: yield y
    yield from a
    yield from b
print(list(merge([1, 4, 6], [2, 3, 7, 8])))
def sieve():
    comp, n = {}, 2
    while True:
        if n not in comp: yield n; comp[n * n] = [n]
        else:
            for p in comp.pop(n): comp.setdefault(p + n, []).append(p)
        n += 1
print([p for p, _ in zip(sieve(), range(15))])
def tokens(s):
    num = ""
    for ch in s + " ":
        if ch.isdigit(): num += ch; continue
        if num: yield int(num); num = ""
        if ch != " ": yield ch
print(list(tokens("12+(3 * 45)")))
