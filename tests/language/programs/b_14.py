class MyInt(int):
    def __new__(cls, v, extra=None):
        self = super().__new__(cls, v)
        self.extra = extra
        return self
    def __add__(self, o): return MyInt(int(self) + o, "added")
    def __repr__(self): return f"MyInt({int(self)})"
m = MyInt(5, "e")
print(m, m.extra, m + 1, (m + 1).extra, m * 2, type(m * 2), 1 + m, m == 5, hash(m) == hash(5), [1, 2, 3, 4, 5, 6][m], f"{m:03}", str(m), isinstance(m, int), {5: "five"}[m], -m, +m, type(+m), int(m), type(int(m)), m.real, "%d" % m)
class MyStr(str):
    def upper(self): return "custom " + super().upper()
    def __len__(self): return 99
s = MyStr("abc")
s.tag = 1
print(s, s.upper(), len(s), s[1], type(s[1]), s + "d", type(s + "d"), s == "abc", {s: 1}["abc"], "".join([s]), type(str(s)), f"{s}", repr(s), s.tag, s.lower(), type(s.lower()), MyStr(5), MyStr(b"x", "ascii"))
class MyList(list):
    def append(self, x): super().append((x, "wrapped"))
    def __getitem__(self, i): return "item"
l = MyList([1, 2])
l.append(3)
l.z = 1
print(l, l[0], len(l), l == [1, 2, (3, "wrapped")], type(l + [1]), type(l[:]), list(l), type(l.copy()), l.z, MyList("ab"))
class MyTuple(tuple):
    def __new__(cls, *a): return super().__new__(cls, a)
    @property
    def first(self): return self[0]
t = MyTuple(1, 2, 3)
print(t, t.first, len(t), t + (4,), type(t + (4,)), t == (1, 2, 3), hash(t) == hash((1, 2, 3)), type(t[:]))
class MyDict(dict):
    def __setitem__(self, k, v): super().__setitem__(k, v * 2)
    def __getitem__(self, k): return ("got", super().__getitem__(k))
d = MyDict(a=1)
d["b"] = 2
d.update(c=3)
print(d, d["a"], d.get("b"), d | {"z": 1}, type(d | {}), dict(d), {**d}, type(d.copy()), list(d))
class MyFloat(float): pass
f = MyFloat("2.5")
f.x = 1
print(f, f + 1, type(f + 1), f.x, f == 2.5, repr(f), MyFloat.fromhex("0x1p3"), type(MyFloat.fromhex("0x1p3")))
class MySet(set): pass
x = MySet([1, 2])
print(x, x | {3}, type(x | {3}), type(x.copy()), x == {1, 2}, repr(MySet()))
class MyBytes(bytes): pass
print(MyBytes(b"ab"), type(MyBytes(b"ab") + b"c"), MyBytes(3))
class MyFS(frozenset): pass
print(MyFS([1]), hash(MyFS([1])) == hash(frozenset([1])))
class MyComplex(complex): pass
print(MyComplex(1, 2), MyComplex("1+2j") * 1)
class MyBA(bytearray): pass
print(MyBA(b"x"), MyBA(b"x") == b"x")
