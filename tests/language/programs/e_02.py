class P:
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
class Q(P): pass
class N:
    def __init__(self, a): self.a = a
def m(v):
    match v:
        case Q(x=0): return "Q0"
        case P(0, 0): return "origin"
        case P(0, y=yy): return f"x0 y={yy}"
        case P(P(a, b), [c, *_]): return f"nested {a} {b} {c}"
        case P(x=xx, y=yy) if xx == yy: return f"diag {xx}"
        case P(): return "P"
        case N(a=int() as i): return f"N int {i}"
        case N(a=[int(), str() as s] as whole): return f"{s} {whole}"
        case N(a={"deep": {"er": z}}): return f"deep {z}"
        case int(1 | 2 as k): return f"int {k}"
        case dict(d): return f"dict {d}"
        case list([a, b]): return f"list2 {a} {b}"
        case bytes() | bytearray(): return "bytes"
        case _ as other: return f"other {other!r}"
for v in (Q(0, 1), P(0, 0), P(0, 5), P(P(1, 2), [3, 4]), P(2, 2), P(1, 2), N(5), N([1, "s"]), N({"deep": {"er": 1}}), 2, {"a": 1}, [1, 2], b"", "x", [1, 2, 3]):
    print(m(v))
class B1: __match_args__ = ["a"]
class B2: __match_args__ = (1,)
class B3: __match_args__ = ("a",)
def t(v, k):
    match v:
        case k(1, 2): return "matched"
    return "no"
B3.a = 1
for v, k in ((B1(), B1), (B2(), B2), (B3(), B3), (5, int), (5, 7), (N(1), N)):
    try: print(t(v, k))
    except TypeError as e: print(e)
class Color: RED = 1; GREEN = "g"
def c(v):
    match v:
        case Color.RED: return "red"
        case Color.GREEN: return "green"
        case {"c": Color.RED}: return "dict red"
        case x: return x
print(c(1), c("g"), c({"c": 1}), c({"c": 2}))
match [1, [2, [3]]]:
    case [a, [b, [d]]]: print(a, b, d)
match 1, 2:
    case a, b: print("tuple", a, b)
match = 5; case = 6; _ = 7; type = 8
print(match, case, _, type)
def dup(v):
    match v:
        case {"a": x, "b": [y, z]} | {"c": [x, y, z]}: return x, y, z
print(dup({"a": 1, "b": [2, 3]}), dup({"c": [4, 5, 6]}), dup({}))
