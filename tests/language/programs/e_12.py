# string literals and numbers
print("a" 'b' """c""" '''d''', "\\ \' \" \a\b\f\n\r\t\v\0".encode(), "\101\x41\u0041\U00000041\N{LATIN SMALL LETTER E WITH ACUTE}")
print(r"\d", R'\'', b"\x00\xffab", rb"\x00", Rb'\\', u"u", "\
joined", """a
b""", "tab	inside")
print(0, 00, 0b11, 0B1, 0o17, 0O7, 0xFf, 0XA, 1_0, 0x_f, 1_0.0_1, 1e3, 1E-3, .5, 5., 1j, 1.5J, 1e5j, 10_0j)
print(1 .real, 1..real, 1.0.imag, 1 if 1 else 2, [1,], (1,), {1,}, {1:2,})
print("é€😀", len("é€😀"), "é" == "e\u0301", ascii("é€😀"))
naïve, 变量, ﬁ = 1, 2, 3
print(naïve, 变量, fi)
print(-1 ** 2, 2 ** -1, - - 1, ~-1, not not 1, +-+1, 2**3**0)
x = (1
     + 2  # comment
     + 3)
print(x)
if x == 6 and \
   x > 0: print("continued")
print({"a": 1, **{"b": 2}, "c": [*"xy"]}, [
    1,
    2,
])
def f(a,
      b=(1,
         2),
      *c,): return a, b, c
print(f(1,))
class C(object,): pass
print(f'{1}{"2"}{f"{3}"}' "4" f'{"5"!r}', f"{'a' 'b'}", f"{1:{'>'}{5}}|", f"{x:=^10}|", f"{x!r:^{10}}|")
print(f"{(x:=7)} {x}", f"{ {'a': 1}['a'] }", f"{[1,2][0]:>{3}}", f"{x,}", f"{x:}", f"{'{'}{'}'}", f"{lambda_ if (lambda_:=1) else 2}")
print(f"{x = !s:>4}|{x=:3}|{ x = }|{x+1=}|{'q'=}")
print(f"\x41{x}\n".encode(), rf"\x41{x}\n", f"\N{BULLET}{x}", f"{x:\x3e5}|")
print(1000000000000000000000, 0xffffffffffffffffffff, 1.7976931348623157e308, 5e-324, 1e400, -1e400, 0.1 + 0.2)
def doc():
    "doc" "string"
print(doc.__doc__); a = 1; b = 2; print(a, b)
print(((1)), (((1),)), ([]), (), [()], "%s" % (1,))
print(True if True else False, None is None, ... is Ellipsis, __debug__)
i = 3; i -= -1; i **=2; i //=3; print(i); j = i = 5; print(j)
print(*[1], *(2,), sep=",", **{"end": "!\n"})
