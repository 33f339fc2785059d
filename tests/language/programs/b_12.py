class B1:
    def __bool__(self): print("bool"); return False
class B2:
    def __len__(self): print("len"); return 0
class B3: pass
print(bool(B1()), bool(B2()), bool(B3()), not B1(), 1 if B2() else 2)
for v, ret in (("__bool__", 1), ("__bool__", None), ("__len__", -1), ("__len__", "x"), ("__len__", 2 ** 70), ("__len__", 1.5), ("__index__", "a"), ("__int__", 1.5), ("__float__", 1), ("__str__", 1), ("__repr__", b""), ("__bytes__", 1), ("__format__", 1), ("__hash__", None), ("__iter__", 5), ("__complex__", 1), ("__contains__", [])):
    C = type("C", (), {v: lambda self, *a: ret})
    f = {"__bool__": bool, "__len__": len, "__index__": lambda c: [0][c], "__int__": int, "__float__": float, "__str__": str, "__repr__": repr, "__bytes__": bytes, "__format__": format, "__hash__": hash, "__iter__": iter, "__complex__": complex, "__contains__": lambda c: 1 in c}[v]
    try: print(v, ret, "->", f(C()))
    except Exception as e: print(v, type(e).__name__, e)
class Seq:
    def __getitem__(self, i):
        print("getitem", i)
        if i > 2: raise IndexError
        return i * 10
s = Seq()
print(list(s), 10 in s, 99 in s)
a, b, c = s
print(a, b, c)
class NoIter: __iter__ = None
class Cont:
    def __contains__(self, x): return x
class It:
    def __iter__(self): yield 1; yield 2
print(1 in Cont(), 0 in Cont(), 2 in It(), 3 in It(), list(It()))
for f in (lambda: iter(NoIter()), lambda: 1 in NoIter(), lambda: 1 in B3(), lambda: list(B3()), lambda: len(B3()), lambda: B3()[0], lambda: B3()(), lambda: next(B3()), lambda: next([]), lambda: reversed(B3()), lambda: reversed({1})):
    try: print(f())
    except TypeError as e: print(e)
class Rev:
    def __reversed__(self): return "reversed!"
class SeqRev:
    def __len__(self): return 3
    def __getitem__(self, i): return i
print(reversed(Rev()), list(reversed(SeqRev())))
class Item:
    def __getitem__(self, k): return k
    def __setitem__(self, k, v): print("set", k, v)
    def __delitem__(self, k): print("del", k)
i = Item()
print(i[1], i[1:2], i[::], i[1, 2], i[...], i[1:2, 3], i[()], i["k"], i[*[1, 2]])
i[1] = 2
i[1:2] = 3
i[1, ...] = 4
del i["x"], i[::2]
class Missing(dict):
    def __missing__(self, k): return f"missing {k}"
m = Missing(a=1)
print(m["a"], m["b"], m.get("b"), len(m))
