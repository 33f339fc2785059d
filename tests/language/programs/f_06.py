for s in ("1", "-1.5", "+.5", "5.", "1e3", "1E-3", " 2.5\n", "inf", "-Infinity", "nan", "+NaN", "1_000.5", "1__0", "_1", "1e", ".", "", "e5", "0x1p3", "1.5.2", "١.٥", "1e400", "-1e400", "1e-400", "infinit", "1 2", "nan(1)", "0.1e1_0", "1\0"):
    try: print(repr(s), float(s))
    except ValueError as e: print(e)
for x in (0.0, -0.0, 0.1, 1 / 3, 2 / 3, 1e15, 1e16, 123456789012345678.0, 1e22, 1e23, 1e-4, 1e-5, 5e-324, 1.7976931348623157e308, 2.5, 100.0, 0.1 + 0.2, 1e100, 9007199254740993.0, 4.35, 1.1, float("inf"), float("nan"), -1e-7):
    print(repr(x), str(x), f"{x}", x.is_integer(), x.hex(), float.fromhex(x.hex()) == x)
for x in (0.5, 1.5, 2.5, -0.5, -1.5, 2.675, 1e16, 12345.678, 0.05, -0.0):
    print(round(x), *(round(x, n) for n in (0, 1, 2, -1, -2, 20, 400, -400)))
for n in (0, 5, 15, 25, -15, 149, 150, 10 ** 20 + 5): print(*(round(n, k) for k in (-1, -2, 0, 3, -25)))
print((0.1).as_integer_ratio(), (2.5).as_integer_ratio(), (-0.0).as_integer_ratio(), (7).as_integer_ratio(), (1e300).as_integer_ratio()[1])
for f in (float("inf").as_integer_ratio, float("nan").as_integer_ratio, lambda: round(float("nan"), 1), lambda: float.fromhex("1p1024"), lambda: float.fromhex("")):
    try: print(f())
    except (ValueError, OverflowError) as e: print(type(e).__name__, e)
print(float.fromhex(" -0x1.8p-2 "), float.fromhex("inf"), float.fromhex("1.8"), (1.5).real, (1.5).imag, (1.5).conjugate(), (3.7).__trunc__(), (3.2).__ceil__(), (-3.2).__floor__(), float.from_number(3))
