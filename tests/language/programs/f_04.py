for a in (0, 1, -1, 2, -3, 10, 2 ** 33):
    print(*(a ** n for n in (0, 1, 2, 3, 7, 20)))
for a in (2, -2, 10, 3): print(*(a ** -n for n in (1, 2, 5)))
for a, e, m in ((2, 10, 1000), (3, 200, 13), (-3, 5, 7), (3, 5, -7), (-3, 5, -7), (2, 0, 1), (0, 0, 5), (10 ** 20, 10 ** 20, 10 ** 9 + 7), (3, -1, 7), (3, -2, 11), (2 ** 64, 2 ** 65, 2 ** 66 + 1), (7, 1000, 10 ** 30)):
    print(pow(a, e, m))
for args in ((2, -1, 4), (2, 1, 0), (2, 1.0, 3), (2.0, 1, 3)):
    try: print(pow(*args))
    except (ValueError, TypeError) as e: print(e)
print(2 ** 200, 7 ** 77, (-5) ** 33, 2 ** 0.5, (-8) ** (1 / 3), 0 ** 0, 0.0 ** 0, 2.0 ** -1074, (-2.0) ** 3, pow(base=2, exp=3, mod=5))
f = 1
for i in range(1, 101): f *= i
print(f, len(str(f)), f // 10 ** 100, f % (10 ** 9 + 7), f >> 300)
a, b = 0, 1
for _ in range(500): a, b = b, a + b
print(a, hash(a), a % 1000003)
x = 10 ** 300 + 1
print(x * x % (x - 2), (x * x) // x == x, divmod(x ** 3, x * 7)[1], x.bit_length())
