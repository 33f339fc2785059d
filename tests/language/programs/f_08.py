c = [0j, 1 + 2j, -1.5 - 0.5j, complex("inf"), complex(0, float("nan")), complex(-0.0, -0.0), 3, 2.5, True]
for a in c:
    for b in c:
        for n, op in (("+", lambda: a + b), ("-", lambda: a - b), ("*", lambda: a * b), ("/", lambda: a / b)):
            try: print(op(), end=" ")
            except ZeroDivisionError as e: print(e, end=" ")
    print()
for s in ("1", "1+2j", "-1-2J", " 3j ", "(1+2j)", "j", "+j", "-j", "1e3+1e-3j", "inf+nanj", "1 + 2j", "1+2", "", "j1", "1+2i", "(1", "1j+2", "1_0+2_0j", "nan-infj"):
    try: print(complex(s), end="; ")
    except ValueError as e: print(e, end="; ")
print()
z = 3 + 4j
print(abs(z), z.real, z.imag, z.conjugate(), -z, +z, z ** 2, z ** -1, z ** 0.5, z == 3 + 4j, z != 3, bool(0j), hash(z), z ** 0, 0j ** 0, (1 + 0j) == 1, complex(1.5), complex(1, 2), complex(real=1), complex(imag=2), complex())
print(repr(1j), repr(-1j), repr(1 - 0j), repr(complex(-0.0, 1)), repr(complex(1e20, 1e-20)), str(complex(float("nan"), float("-inf"))))
print(f"{z:.2f} {z:e} {z:>20} {z:+.1f} {z:g} {1j:.0f} {z:*^20} {1e10 + 1j:,}")
for f in (lambda: z < 1, lambda: z // 1, lambda: z % 1, lambda: int(z), lambda: float(z), lambda: f"{z:0>5}", lambda: f"{z:05}", lambda: f"{z:d}", lambda: 0j ** -1, lambda: z / 0, lambda: divmod(z, 1), lambda: complex("1", 1), lambda: complex(None), lambda: pow(z, 2, 3), lambda: f"{z:=5}", lambda: 10 ** 400 + z):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
print(complex.from_number(3), sum([1j, 2]), z.__format__(""), z.__complex__(), z.__getnewargs__())
