import math, cmath, fractions, decimal, statistics
print(math.pi, math.e, math.sqrt(2), math.floor(-2.5), math.ceil(2.1), math.trunc(-2.7), math.factorial(20), math.gcd(12, 18, 30), math.lcm(4, 6), math.comb(10, 3), math.perm(5, 2), math.isqrt(10 ** 30), math.hypot(3, 4), math.dist([0, 0], [3, 4]), math.fsum([0.1] * 10), math.prod([1, 2, 3]), math.log(8, 2), math.log2(2 ** 100), math.log10(1000), math.exp(1), math.copysign(1, -0.0), math.fmod(-7, 3), math.modf(2.5), math.frexp(8.5), math.ldexp(0.5, 4), math.isclose(0.1 + 0.2, 0.3), math.isnan(math.nan), math.isinf(-math.inf), math.sumprod([1, 2], [3, 4]), math.nextafter(1, 2), math.ulp(1.0), math.remainder(7, 4), math.cbrt(27), math.degrees(math.pi), math.radians(180), math.sin(0), math.cos(0), math.atan2(1, 1), math.tau, math.fma(2, 3, 4))
for f in (lambda: math.sqrt(-1), lambda: math.log(0), lambda: math.factorial(-1), lambda: math.factorial(1.5), lambda: math.exp(1000), lambda: math.floor(math.inf), lambda: math.isqrt(-1), lambda: math.acos(2), lambda: math.sqrt("a"), lambda: math.comb(3, -1), lambda: math.gcd(1.5), lambda: math.fmod(1, 0), lambda: math.pow(0, -1), lambda: math.sumprod([1], [1, 2]), lambda: math.dist([1], [1, 2]), lambda: math.log(-5), lambda: math.ceil(math.nan)):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
print(cmath.sqrt(-1), cmath.phase(1j), cmath.polar(1), cmath.isnan(complex("nan")))
F = fractions.Fraction
print(F(1, 3) + F(1, 6), F("0.125"), F(0.5), repr(F(-6, 4)), F(7, 2) // 1, float(F(1, 3)), F(1, 3) == 1 / 3, round(F(7, 3), 1), F(3.14159).limit_denominator(100), F(1, 2) ** -3)
D = decimal.Decimal
print(D("0.1") + D("0.2"), D(1) / D(3), repr(D("1E+5")), D("1.10").normalize(), D("2.675").quantize(D("0.01")), D(2).sqrt(), D("NaN"), D("-0"), D("1.5") < 2)
try: D(1) / 0
except decimal.ZeroDivisionError if hasattr(decimal, "ZeroDivisionError") else decimal.DivisionByZero as e: print(type(e).__name__)
print(statistics.mean([1, 2, 3, 4]), statistics.median([1, 3, 2]), statistics.mode("aab"), statistics.pstdev([1, 2, 3]))
