class V:
    def __init__(self, v): self.v = v
    def __repr__(self): return f"V({self.v})"
ops = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and", "or", "xor", "matmul", "divmod"]
def mk(n):
    def fwd(self, o): return f"{n}({self},{o})"
    def rev(self, o): return f"r{n}({self},{o})"
    return fwd, rev
for n in ops:
    f, r = mk(n)
    setattr(V, f"__{n}__", f)
    setattr(V, f"__r{n}__", r)
a, b = V(1), V(2)
print(a + b, a - b, a * b, a / b, a // b, a % b, a ** b, a << b, a >> b, a & b, a | b, a ^ b, a @ b, divmod(a, b))
print(a + 1, a - 1, a * 1, a / 1, a // 1, a % 1, a ** 1, a << 1, a >> 1, a & 1, a | 1, a ^ 1, a @ 1, divmod(a, 1))
print(1 + a, 1 - a, 1 * a, 1 / a, 1 // a, 1 % a, 1 ** a, 1 << a, 1 >> a, 1 & a, 1 | a, 1 ^ a, 1 @ a, divmod(1, a))
print("s" + a, [1] + a, "s" * a, {1} | a, {} | a, 1.5 % a, None @ a)
for n, r in (("neg", "-"), ("pos", "+"), ("invert", "~"), ("abs", "abs")):
    setattr(V, f"__{n}__", lambda s, r=r: r + repr(s))
print(-a, +a, ~a, abs(a))
V.__round__ = lambda s, n=None: ("round", n)
V.__trunc__ = lambda s: "trunc"
V.__floor__ = lambda s: "floor"
print(round(a), round(a, 2))
c = a
c += b
print(c)
V.__iadd__ = lambda s, o: f"iadd {s} {o}"
c = a
c += b
print(c)
class W(V):
    def __radd__(self, o): return f"W.radd({self},{o})"
print(V(1) + W(2), W(1) + V(2), W(1) + W(2))
class NI:
    def __add__(self, o): return NotImplemented
    def __radd__(self, o): return "NI.radd"
class Plain: pass
print(Plain() + NI())
for f in (lambda: NI() + 1, lambda: NI() + NI(), lambda: Plain() - 1, lambda: 1 << Plain(), lambda: Plain() @ 1, lambda: -Plain(), lambda: ~1.5, lambda: abs("x"), lambda: divmod(1, "x"), lambda: pow(1, "x"), lambda: 2 ** [], lambda: round(Plain())):
    try: print(f())
    except TypeError as e: print(e)
class PowMod:
    def __pow__(self, e, m=None): return ("pow", e, m)
    def __rpow__(self, b, m=None): return ("rpow", b, m)
print(PowMod() ** 2, pow(PowMod(), 2, 7), 3 ** PowMod(), pow(3, PowMod(), 5))
