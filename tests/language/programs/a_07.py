l = [3, 1, 2]
l.append(5)
print(l, len(l), l[0], l[-1], l[1:3], l[::-1])
l.sort()
print(l, sorted([3, 1, 2], reverse=True), sorted("hello"))
l.insert(1, "x")
print(l, l.pop(), l.pop(0), l)
l.remove("x")
print(l, l.index(3), l.count(2))
l.extend([7, 8])
l += (9,)
print(l, l + [1], l * 2)
l[0] = "zero"
l[1:3] = ["a", "b", "c"]
print(l)
del l[0]
del l[1:3]
print(l)
l.reverse()
print(l, 7 in l, 100 in l)
m = l
m.append("shared")
print(l is m, l)
n = l.copy()
n.clear()
print(n, len(l), l == m, [1, 2] < [1, 3])
t = (1, 2, 3)
print(t, t[1], t[1:], t + (4,), t * 2, len(t), (1,), ())
print(t.index(2), t.count(1), 2 in t, (1, 2) < (1, 3), t == (1, 2, 3))
a, *b, c = [1, 2, 3, 4]
print(a, b, c)
grid = [[0] * 3 for _ in range(2)]
grid[0][1] = 5
print(grid)
l = list(range(10))
l[::2] = [0] * 5
print(l)
print(list("abc"), tuple([1, 2]), list((1, 2)), list({"k": 1}))
print(min([3, 1]), max(3, 1, 2), sum([1, 2, 3]), any([0, 1]), all([0, 1]))
nested = [1, [2, [3, (4, {5: 6})]]]
print(nested, nested[1][1][1][1][5])
r = []
r.append(r)
print(r)
