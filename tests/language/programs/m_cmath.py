# cmath: special values by the table, finite ones to ten digits.
import cmath
import math

inf, nan = math.inf, math.nan
PLACES = [-inf, -2.5, -0.0, 0.0, 2.5, inf, nan]

def shown(x):
    if math.isnan(x):
        return 'nan'
    return f'{x:.10g}' if x else ('-0' if math.copysign(1, x) < 0 else '0')

def attempt(function, *args):
    try:
        result = function(*args)
    except Exception as problem:
        return type(problem).__name__
    if isinstance(result, complex):
        return f'{shown(result.real)},{shown(result.imag)}'
    return repr(result)

for name in 'acos acosh asin asinh atan atanh cos cosh exp log log10 phase polar sin sinh sqrt tan tanh isfinite isinf isnan'.split():
    print(name)
    for x in PLACES:
        print('  ', *(attempt(getattr(cmath, name), complex(x, y)) for y in PLACES))
print('rect')
for x in PLACES:
    print('  ', *(attempt(cmath.rect, x, y) for y in PLACES))

print('-- ends of the range')
for z in (1e308 + 1e308j, 5e-324 + 5e-324j, 1 + 1e-200j, 1 + 0j, -1 + 0j, 1j, -1j, 1e200 - 1e200j, 710 + 1j, -710 + 1j, 0.9 + 0.1j, 2 - 0j, 1e-300j, complex(2, -0.0)):
    print(z)
    for name in 'acos acosh asin asinh atan atanh cos cosh exp log log10 sin sinh sqrt tan tanh'.split():
        print('  ', name, attempt(getattr(cmath, name), z))

print('-- the rest')
print(attempt(cmath.log, 8, 2), attempt(cmath.log, 1 + 1j, 1 - 1j), attempt(cmath.log, 0, 2), attempt(cmath.log, 2, 1), attempt(cmath.log, 2, 0))
print(cmath.isclose(1, 1 + 1e-10j), cmath.isclose(1, 1.1), cmath.isclose(1, 1.1, rel_tol=0.2), cmath.isclose(inf, inf), cmath.isclose(complex(inf, 1), complex(inf, 2)), cmath.isclose(nan, nan))
for call in (lambda: cmath.isclose(1, 2, rel_tol=-1), lambda: cmath.sqrt('x'), lambda: cmath.sqrt(), lambda: cmath.rect(1), lambda: cmath.log(), lambda: cmath.log(1, 2, 3), lambda: cmath.atanh(1), lambda: cmath.exp(1000)):
    try:
        print(call())
    except Exception as problem:
        print(type(problem).__name__, problem)
class Own:
    def __complex__(self):
        return 4j
print(attempt(cmath.sqrt, Own()), cmath.infj, cmath.nanj, cmath.inf, cmath.nan, cmath.pi, cmath.e, cmath.tau)
