for T in (set, frozenset):
    a, b = T([1, 2, 3, 4]), T([3, 4, 5])
    p = lambda s: (type(s).__name__, sorted(s))
    print(p(a | b), p(a & b), p(a - b), p(a ^ b), p(a.union([9], "")), p(a.intersection([1], [1, 2])), p(a.difference([1], {2})), p(a.symmetric_difference([1, 9])), p(a.copy()), p(a | {7}), p(a & frozenset([1])), p(a.union()), p(a.intersection()))
    print(a < b, a <= a, a > T([1]), a >= a, a == {1, 2, 3, 4}, a != b, a.issubset(range(9)), a.issuperset([1]), a.isdisjoint([9]), 1 in a, len(a), bool(T()), T() == frozenset(), T("") <= T("x"), repr(T()), repr(T([5])), max(a), sum(a), [5] == T([5]))
    for f in (lambda: a | [1], lambda: a < [1], lambda: T([[]]), lambda: T(5), lambda: T(1, 2), lambda: [] in a, lambda: {1} in a, lambda: a + b, lambda: a[0], lambda: a.union(5), lambda: hash(a) == hash(a), lambda: a.issubset(5), lambda: a & 1, lambda: T([{}]), lambda: a.isdisjoint([[]])):
        try: print(f())
        except TypeError as e: print(e)
s = {1}
for f in (lambda: s.add(2), lambda: s.add(2), lambda: s.discard(9), lambda: s.remove(9), lambda: s.remove(1), lambda: s.update([5, 6], (7,)), lambda: s.intersection_update([5, 6, 9]), lambda: s.difference_update([5]), lambda: s.symmetric_difference_update([6, 8]), lambda: s.pop(), lambda: s.pop(), lambda: s.add([]), lambda: s.clear(), lambda: s.remove([]), lambda: s.discard({}), lambda: s.update(5)):
    try: print(f(), sorted(s))
    except (KeyError, TypeError) as e: print(type(e).__name__, e, sorted(s))
for op in ("s.add(x + 10)", "s.discard(x)", "s.clear()"):
    s = {1, 2, 3}
    try:
        for x in s: exec(op)
    except RuntimeError as e: print(op, e)
print({1, 2} in [{2, 1}], frozenset([1]) in {frozenset([1])}, {frozenset([1, 2])} == {frozenset([2, 1])}, hash(frozenset([1, 2])) == hash(frozenset([2, 1])), {1} in {frozenset([1])})
big = set(range(0, 10000, 3)) & set(range(0, 10000, 5))
print(len(big), sum(big), len(set(range(1000)) ^ set(range(500, 1500))), len({i % 97 for i in range(10000)}), sorted({str(i) for i in range(12)}))
