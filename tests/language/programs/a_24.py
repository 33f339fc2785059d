print([x * 2 for x in [1, 2, 3]], {x: 1 for x in "ab"}, list(x for x in (4, 5)))
n = 3
print(f"{n} {n + 1}", "%d" % n)
def g():
    yield 1
    yield 2
print(list(g()))
