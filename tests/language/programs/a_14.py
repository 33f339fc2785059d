def gen(n):
    for i in range(n):
        yield i * i
print(list(gen(5)), sum(gen(4)))
g = gen(2)
print(next(g), next(g), next(g, "end"))
def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b
def take(n, it):
    out = []
    for x in it:
        if len(out) == n: break
        out.append(x)
    return out
print(take(10, fib()))
def chain(*its):
    for it in its:
        yield from it
print(list(chain([1], "ab", range(2))))
def primes(n):
    sieve = [True] * (n + 1)
    for i in range(2, n + 1):
        if sieve[i]:
            yield i
            for j in range(i * i, n + 1, i):
                sieve[j] = False
print(list(primes(50)))
def perms(l):
    if not l:
        yield []
    for i in range(len(l)):
        for rest in perms(l[:i] + l[i + 1:]):
            yield [l[i]] + rest
print(list(perms([1, 2, 3])))
def walk(tree):
    if isinstance(tree, list):
        for t in tree: yield from walk(t)
    else:
        yield tree
print(list(walk([1, [2, [3, 4], 5], [[6]]])))
class Count:
    def __init__(self, n): self.n = n
    def __iter__(self): return self
    def __next__(self):
        if self.n == 0: raise StopIteration
        self.n -= 1
        return self.n
print(list(Count(3)), [*Count(2)], tuple(Count(1)))
a, b, c = Count(3)
print(a, b, c, max(Count(5)), 1 in Count(3), sorted(Count(3)))
class Ctx:
    def __enter__(self): print("enter"); return "value"
    def __exit__(self, *a): print("exit", a[0]); return True
with Ctx() as v:
    print(v)
with Ctx():
    raise ValueError
print("after")
