vals = [1, -1, 3, -3, 10, -10, 2 ** 31, -2 ** 32, 2 ** 62, 2 ** 63 + 1, -2 ** 64, 10 ** 25, -10 ** 40]
for a in vals:
    for b in vals:
        q, r = divmod(a, b)
        print(a // b, a % b, q * b + r == a, a / b, end="; ")
    print()
for a in (-7.5, 7.5, 0.0, -0.0, 1e300):
    for b in (2.0, -2.0, 0.3, -1e-300, float("inf"), float("-inf")):
        print(a // b, a % b, divmod(a, b), end="; ")
    print()
