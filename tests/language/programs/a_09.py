print([x * x for x in range(5)])
print([x for x in range(20) if x % 3 == 0 if x % 2])
print([(a, b) for a in range(3) for b in range(a)])
print([[c * r for c in range(3)] for r in range(3)])
print({x % 3 for x in range(10)})
print({x: str(x) for x in range(3)})
print(list(x + 1 for x in range(3)), sum(x for x in range(10)))
x = "outer"
print([x for x in range(2)], x)
print([y for (y, _) in [(1, 2), (3, 4)]], [a + b for a, b in [(1, 2)]])
print([len(w) for w in "the quick brown".split()])
print([i if i % 2 else -i for i in range(5)])
print(tuple(c.upper() for c in "abc"), ",".join(str(i) for i in range(3)))
def f(n):
    return [i + n for i in range(3)]
print(f(10))
print([(lambda: j)() for j in range(3)])
print([y := 5, y ** 2])
print([last := z for z in range(3)], last)
matrix = [[1, 2, 3], [4, 5, 6]]
print([[row[i] for row in matrix] for i in range(3)], list(zip(*matrix)))
print([n for n in range(2, 50) if all(n % d for d in range(2, n))])
class K:
    items = [1, 2, 3]
    doubled = [i * 2 for i in items]
print(K.doubled)
print({**{a: b for a, b in [(1, 2)]}}, [*range(3), *"ab"])
print(sorted({c for c in "mississippi"}), max((len(w), w) for w in ["a", "bcd", "ef"]))
print([i for i in range(3) for _ in range(i)], any(i > 5 for i in range(10)))
print(next(i for i in range(100) if i * i > 50), next((i for i in []), "none"))
print([[i for i in range(j)] for j in range(4)])
print(dict(enumerate("ab")), list(map(lambda a, b: a * b, [1, 2], [3, 4])), list(filter(None, [0, 1, "", 2])))
