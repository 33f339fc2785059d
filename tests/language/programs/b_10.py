class I:
    def __init__(self, v): self.v = v
    def __repr__(self): return f"I({self.v})"
for n in "add sub mul truediv floordiv mod pow lshift rshift and or xor matmul".split():
    def op(self, o, n=n):
        self.v = f"{n}:{self.v}:{o}"
        return self
    setattr(I, f"__i{n}__", op)
for code in "+= -= *= /= //= %= **= <<= >>= &= |= ^= @=".split():
    ns = {"x": I(0)}
    y = ns["x"]
    exec(f"x {code} 1", ns)
    print(code, ns["x"], ns["x"] is y)
class Fall:
    def __iadd__(self, o): return NotImplemented
    def __add__(self, o): return "add used"
f = Fall()
f += 1
print(f)
class Neither: pass
for code in "+= -= *= /= //= %= **= <<= >>= &= |= ^= @=".split():
    try: exec(f"x {code} 1", {"x": Neither()})
    except TypeError as e: print(e)
l = [1]
m = l
l += "ab"
l *= 2
print(l, m is l)
t = ([],)
try:
    t[0] += [1]
except TypeError as e:
    print(e, t)
s = {1, 2}
s2 = s
s &= {2, 3}
s |= {5}
s ^= {5, 6}
print(s, s2 is s)
d = {1: 2}
d |= {3: 4}
d |= [(5, 6)]
print(d)
x = 5
x //= 2.0
print(x)
class Attr: n = 1
a = Attr()
a.n += 1
print(a.n, Attr.n)
a.l = [1]
a.l += [2]
print(a.l)
d["k"] = 1
d["k"] -= 4
print(d["k"])
try: l += 5
except TypeError as e: print(e)
try: l -= [1]
except TypeError as e: print(e)
