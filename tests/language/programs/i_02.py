class Eq:
    def __init__(s, *m): s.m = m
class A:
    "doc"
    x = 1
    def __init__(self): self.y = 2
a = A()
print([n for n in dir(a) if n[0] != "_"], vars(a), getattr(a, "y"), delattr(a, "y"), vars(a), setattr(a, "q", 3), a.q)
print(dir([])[:5], len(dir(int)) > 50, dir(type("E", (), {"__dir__": lambda s: ["b", "a"]})()))
try: dir(type("E", (), {"__dir__": lambda s: 5})())
except TypeError as e: print(e)
it = iter(int, 1)
it2 = iter([1, 2, 3].pop, 1)
print(next(it), list(it2))
print(isinstance([], (int, (str, (list,)))), isinstance(True, (int, 5)) if 0 else "", issubclass(A, object), type(a) is A, callable(A), callable(a))
print(max([1, 2], [1, 3]), max({"a": 1, "b": 0}), max({"a": 1, "b": 0}, key={"a": 1, "b": 0}.get), min(iter([2, 1])), max(range(5), key=lambda v: v % 3), max("a", "B", key=str.lower), min([], default=0), max([(1, "b"), (1, "a")]))
print(sum(range(5)), sum([1.5, 2]), sum([1, 2j]), sum(((1,), (2,)), ()), sum([True] * 3), sum([], 2.5), sum([2 ** 63, 2 ** 63]), sum({1: 2, 3: 4}), sum([0.1] * 3), sum([1], start=5))
print(round(2.5), round(3.5), round(-2.5), round(2.675, 2), round(5, -1), round(15, -1), round(25, -1), round(1e20), round(2.5, None), round(True), round(0.5), round(1.5, 0), type(round(1.0)), type(round(1.0, 0)), round(number=3.7), round(12345.6789, ndigits=-2))
print(divmod(10, 3), divmod(-10, 3), divmod(10, -3), divmod(10.5, 3), divmod(True, 2), divmod(2 ** 70, 3))
print(ord("\x00"), ord("\U0010ffff"), chr(0), chr(0x10ffff).encode(), chr(True) == "\x01", [chr(c) for c in (65, 0xe9, 0x4e2d)])
print(bin(0), bin(10), hex(0), hex(2 ** 70), oct(-8), bin(True), hex(-1), int(bin(10), 2), int(hex(255), 16), int("0b101", 0))
print(hash("") == 0, hash(None) == hash(None), hash(()) == hash(()), hash((1, "a")) == hash((1, "a")), hash(1.5) == hash(3 / 2), hash(A) == hash(A), hash(frozenset()) == hash(frozenset()), hash(b"a") == hash("a"))
print(all(x < 5 for x in range(5)), any(x > 5 for x in range(5)), all({}), any({"": 1}), all("ab"), any(iter([0, None, 3])))
g = filter(lambda p: p[0] > 1, enumerate("abcd"))
print(next(g), list(g), list(filter(None, "a b")), list(map(str.upper, "ab")), list(map(int, "12", [10, 10])) if 0 else "", list(zip(*[iter(range(6))] * 2)))
r = reversed(range(3)); print(list(r), list(r), list(reversed({"a": 1, "b": 2})), list(reversed(())), list(reversed("é€")))
print(type(5), type("C", (A,), {"z": 1}).z, type(type(5)), type(None)(), type(...)(), type(NotImplemented)())
try: bool(NotImplemented)
except TypeError as e: print(e)
print(object() == object(), object() != object(), repr(object)[:7], str(type), ascii([1, "é"]), format("x", "^3"), format(None), format([1]))
