import builtins
print(sorted(n for n in dir(builtins) if n[0].islower() and n not in ("copyright", "credits", "license", "exit", "quit", "help")))
print(sorted(n for n in dir(builtins) if n[0].isupper()))
print(abs(-5), abs(-2.5), abs(3 + 4j), all([1, 0]), any([0, 1]), ascii("é\n"), bin(-5), bool(), callable(len), chr(8364), divmod(-7, 3), divmod(7.5, 2), hash(5), hex(-255), oct(8), ord("€"), ord(b"x"), pow(3, 4), pow(3, 4, 5), repr("x"), round(5.5), round(-5.5), round(1234, -2))
print(list(enumerate("ab")), list(enumerate("ab", start=5)), list(filter(lambda x: x % 2, range(5))), list(map(lambda *a: a, "ab", "cd", "ef")), list(reversed("abc")), list(zip("ab", "cd", "ef")), list(zip("abc", "d")), sorted("cab"), sum([1, 2], 10), sum((0.1, 0.2)), max(3, 1), min("b", "a"), max("ab", "c", key=len), min([3, -4], key=abs))
print(isinstance(5, int), issubclass(bool, int), getattr(5, "real"), getattr(5, "zz", None), hasattr(5, "imag"), len("abc"), type(5).__name__, id(5) == id(5), iter([1]).__class__.__name__, next(iter("x")), list(map(None, []))if 0 else [], format(5, "03"), slice(1), vars(type("C", (), {"a": 1})())if 0 else {})
print(int(), float(), str(), list(), tuple(), dict(), bytes(), complex(), set(), frozenset(), bytearray())
print(list(map(pow, [2, 3], [3, 2])), list(map(lambda a, b: (a, b), "ab", "xy", strict=True)))
try: list(map(lambda a, b: 0, "ab", "x", strict=True))
except ValueError as e: print(e)
print(print("x", "y", sep="", end="|\n", flush=True), print(sep="s"), print(*"abc", sep=None, end=None))
class W:
    def write(self, s): out.append(s)
out = []
print("a", 1, file=W(), sep="-", end="!")
print(out)
try: print(1, file=object())
except AttributeError as e: print(e)
x = 5
print(eval("x"), globals()["x"], locals() is globals(), vars() is globals(), "x" in dir(), __import__("sys").__name__, input.__name__, open.__name__)
