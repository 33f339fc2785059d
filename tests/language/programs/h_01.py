l = [5, 3, 8, 1]
for f in (lambda: l.sort(), lambda: l.sort(reverse=True), lambda: l.sort(key=lambda x: -x % 4), lambda: l.reverse(), lambda: l.append(3), lambda: l.count(3), lambda: l.index(3), lambda: l.index(3, 2), lambda: l.index(3, 0, 2), lambda: l.insert(-1, "i"), lambda: l.insert(99, "end"), lambda: l.insert(-99, "start"), lambda: l.pop(-2), lambda: l.remove("end"), lambda: l.extend((x for x in "ab")), lambda: l.extend(l), lambda: l.copy(), lambda: l.remove("zz"), lambda: l.sort(), lambda: l.index("zz"), lambda: l.clear(), lambda: l.pop()):
    try: print(f(), l)
    except Exception as e: print(type(e).__name__, e, l)
base = list(range(10))
for sl in (slice(2, 5), slice(None, None, 2), slice(None, None, -1), slice(5, 2), slice(-3, None), slice(8, 100), slice(7, 1, -2)):
    a, b = base[:], base[:]
    del a[sl]
    try: b[sl] = "xyz"
    except ValueError as e: b = str(e)
    print(sl, base[sl], a, b)
c = [1, 2, 3]
c[1:2] = c; print(c)
c[:] = []; print(c)
c[5:] = [1]; c[0:0] = "ab"; print(c)
c += c; print(c, c * 2, 2 * c == c + c, c * -1, [] * 5)
print([1, 2] < [1, 2, 3], [2] > [1, 9], [] < [0], [1] == [1.0], [1, [2]] == [1, [2]], [1] != (1,), [3, "a"] < [4, 1])
print(sorted("bAc", key=str.lower), sorted([(1, "b"), (1, "a"), (0, "z")]), sorted([3, 1, 2], key=lambda x: (x % 2, x)), sorted({3: 1, 1: 2}), sorted([True, 0, 2.5, -1]), sorted(["b", "a"], reverse=True), sorted([], key=5), sorted(range(5), key=lambda x: 0, reverse=True))
