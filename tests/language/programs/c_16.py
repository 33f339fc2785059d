# exceptions raised inside special methods pass through unchanged
class Boom(Exception): pass
def boom(*a, **k): raise Boom("boom")
names = "__init__ __repr__ __str__ __bool__ __len__ __hash__ __eq__ __lt__ __add__ __getitem__ __setitem__ __delitem__ __contains__ __iter__ __next__ __call__ __enter__ __format__ __index__ __int__ __float__ __getattr__ __setattr__ __delattr__ __neg__ __iadd__ __reversed__ __bytes__ __round__ __get__ __instancecheck__ __missing__ __dir__ __await__ __aiter__ __complex__ __divmod__ __pow__".split()
def use(n, C):
    if n == "__init__": return C()
    o = C()
    if n == "__setitem__": o[0] = 1
    elif n == "__delitem__": del o[0]
    elif n == "__setattr__": o.x = 1
    elif n == "__delattr__": del o.x
    elif n == "__iadd__": o += 1
    elif n == "__enter__":
        with o: pass
    elif n == "__get__": return type("H", (), {"d": o})().d
    elif n == "__missing__": return type("M", (dict,), {"__missing__": boom})()[1]
    elif n == "__await__":
        async def f(): await o
        f().send(None)
    elif n == "__aiter__": return aiter(o)
    elif n == "__instancecheck__": return isinstance(1, type("IM", (type,), {n: boom})("X", (), {}))
    else:
        return {"__repr__": repr, "__str__": str, "__bool__": bool, "__len__": len, "__hash__": hash, "__eq__": lambda o: o == 1, "__lt__": lambda o: o < 1, "__add__": lambda o: o + 1, "__getitem__": lambda o: o[0], "__contains__": lambda o: 1 in o, "__iter__": list, "__next__": next, "__call__": lambda o: o(), "__format__": format, "__index__": lambda o: [1][o], "__int__": int, "__float__": float, "__getattr__": lambda o: o.x, "__neg__": lambda o: -o, "__reversed__": reversed, "__bytes__": bytes, "__round__": round, "__dir__": dir, "__complex__": complex, "__divmod__": lambda o: divmod(o, 1), "__pow__": lambda o: o ** 2}[n](o)
for n in names:
    C = type("C", (), {n: boom, "__exit__": lambda *a: None})
    try: print(n, use(n, C))
    except Boom as e: print(n, repr(e), e.__context__)
try: [1, 2].sort(key=boom)
except Boom: print("sort key")
x = [3, 1, 2]
try: x.sort(key=lambda v: boom() if v == 2 else v)
except Boom: print(x)
for f in (map, filter):
    try: list(f(boom, [1]))
    except Boom: print(f.__name__)
try: max([1, 2], key=boom)
except Boom: print("max")
try: {}.setdefault(type("H", (), {"__hash__": boom})(), 1)
except Boom: print("dict hash")
try: "x".join(boom() for _ in "a")
except Boom: print("join")
try: print(*(boom() for _ in "a"))
except Boom: print("star")
try: f"{boom()}"
except Boom: print("fstring")
