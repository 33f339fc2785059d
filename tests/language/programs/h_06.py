for r in (range(0), range(5), range(2, 10, 3), range(10, 0, -3), range(5, 5), range(-3, 3), range(0, 2 ** 70, 2 ** 68), range(1, 0), range(10 ** 20, 10 ** 20 + 3)):
    print(r, list(r), r.start, r.stop, r.step, r[::-1], r[1:], r[:-1], r[::2], 3 in r, 4.0 in r, "a" in r, r.count(2), bool(r), list(reversed(r)), hash(r) == hash(range(r.start, r.stop, r.step)), r == range(0), end=" ")
    try: print(len(r), r[0], r[-1], r.index(r[-1]))
    except IndexError as e: print(e)
print(range(0, 3, 2) == range(0, 4, 2), range(0) == range(2, 1), range(3) == [0, 1, 2], range(3) != range(4), len({range(3), range(0, 3)}), range(True), max(range(5)), 2 ** 69 in range(0, 2 ** 70, 2), range(10)[2:8:2][1], range(0, 10, 3)[1:].step)
for f in (lambda: range(3)[9], lambda: range(3)["a"], lambda: range(3).index(5), lambda: range(3).index("a"), lambda: range(1, 2, 0), lambda: range(2.5), lambda: range(3) < range(4), lambda: range(3) + range(3), lambda: len(range(2 ** 70)), lambda: range(3)[::0], lambda: setattr(range(3), "start", 1), lambda: range(), lambda: range(None)):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
for s in (slice(5), slice(1, 5), slice(None, None, -1), slice(-3, -1), slice(10, 0, -2), slice(2 ** 70), slice(-2 ** 70, None, 3)):
    print(s, s.start, s.stop, s.step, s.indices(7), s.indices(0), s == slice(s.start, s.stop, s.step), list(range(7))[s], "abcdefg"[s], (0, 1, 2, 3, 4, 5, 6)[s])
print(slice(1) < slice(2), slice(1, 2) == slice(1, 2), slice("a", "b"), hash(slice(1, 2)) == hash(slice(1, 2)))
for f in (lambda: slice(1).indices(-1), lambda: slice("a").indices(5), lambda: slice(), lambda: slice(1, 2, 3, 4), lambda: setattr(slice(1), "start", 2), lambda: [1][slice("a")], lambda: hash(slice([]))):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
it = iter(range(2 ** 65, 2 ** 65 + 2)); print(list(it), iter(range(3)).__length_hint__())
