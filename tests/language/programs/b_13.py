class F:
    def __format__(self, spec): return f"<{spec}>"
    def __str__(self): return "str"
    def __repr__(self): return "repr"
f = F()
print(f"{f}", f"{f:abc}", f"{f!r}", f"{f!s:>6}", f"{f!r:*^10}", format(f), format(f, "x"), "{:%Y-%m}".format(f), "%s %r" % (f, f))
class S:
    def __str__(self): return "only str"
class R:
    def __repr__(self): return "only repr"
print(str(R()), f"{R()}", [R()], [f, f], {f: f}, (f,), f"{S()}", str(S()))
try: f"{S():>10}"
except TypeError as e: print(e)
try: format(object(), "x")
except TypeError as e: print(e)
class Call:
    def __call__(self, *a, **k): return ("called", a, k)
c = Call()
print(c(1, x=2), callable(c), callable(S()), c.__call__(3))
c.__call__ = lambda: "instance attr is ignored"
print(c())
class Idx:
    def __index__(self): return 2
i = Idx()
print([1, 2, 3][i], "abc"[i], list(range(5))[i:], hex(i), range(i), "x" * i, [0] * i, int(i), float(i), complex(i), chr(i) == "\x02", bytes(i), round(3.14159, i), 10 ** 3 if i else 0)
class Num:
    def __int__(self): return 7
    def __float__(self): return 2.5
    def __complex__(self): return 3j
n = Num()
print(int(n), float(n), complex(n))
try: [1][n]
except TypeError as e: print(e)
class Bytes:
    def __bytes__(self): return b"by"
print(bytes(Bytes()))
class Hint:
    def __iter__(self): return iter([1, 2])
    def __length_hint__(self): return 10
print(list(Hint()))
class Copy:
    def __class_getitem__(cls, x): return ("cgi", x)
print(Copy[5])
try: S[5]
except TypeError as e: print(e)
class EqOnly:
    def __eq__(self, o): return True
print(EqOnly() == 1, EqOnly() in [5], [1, 2].index(EqOnly()), [5, 5].count(EqOnly()))
class Unhash:
    __hash__ = None
try: {Unhash(): 1}
except TypeError as e: print(e)
