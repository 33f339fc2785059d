inf, nan = float("inf"), float("nan")
v = [0, 1, -1, 0.0, -0.0, 1.0, 0.5, 2 ** 53, 2 ** 53 + 1, float(2 ** 53), 10 ** 400, -10 ** 400, inf, -inf, nan, True, False, 1 + 0j, 1j, 2 ** 63, float(2 ** 63), 1e308]
for a in v: print(*(int(a == b) for b in v), *(int(a != b) for b in v))
r = [x for x in v if not isinstance(x, complex)]
for a in r: print(*(int(a < b) for b in r), *(int(a >= b) for b in r))
print(inf + inf, inf - inf, inf * 0, 1 / inf, -inf // 1, inf % 5, 5 % inf, -5 % inf, nan + 1, nan == nan, nan != nan, max(nan, 1), max(1, nan), min(1, nan), sorted([3, 1, 2.5]), inf == 10 ** 400, inf > 10 ** 400)
for x in (0, 1, -1, -2, 2 ** 61 - 1, 2 ** 61, -2 ** 61, 2 ** 64, 10 ** 30, 1.0, 0.5, -0.25, 1e300, 1.1, inf, -inf, 1j, 1 + 2j, True, 2.0 ** 70, -0.0, 3.5 + 1e-9j):
    print(x, hash(x))
print({1: "a", 1.0: "b", True: "c", 1 + 0j: "d"}, {0, 0.0, False, -0.0}, hash(2 ** 70) == hash(2.0 ** 70), 1 in {1.0}, {2 ** 60: 1}[2.0 ** 60])
for op in (lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: a / b):
    for a, b in ((10 ** 400, 1.0), (1.0, 10 ** 400), (10 ** 400, 10 ** 399), (2 ** 53 + 1, 1.0), (1, 3), (10 ** 400, 7 * 10 ** 400)):
        try: r = op(a, b); print(r if isinstance(r, float) else hash(r), end=" ")
        except OverflowError as e: print(e, end=" ")
    print()
