# scopes: class bodies, comprehensions, nested functions, global/nonlocal mixes
x = "global"
class A:
    x = "class"
    def m(self): return x
    l = [x for _ in range(1)]
    y = x
    g = list(x for _ in range(1))
    f = lambda: x
    class B:
        z = x
print(A().m(), A.l, A.y, A.g, A.f(), A.B.z)
def f():
    x = "func"
    class C:
        print("sees", x)
        x = "own"
        print("sees", x)
        def m(self): return x
    return C().m(), C.x
try: print(f())
except NameError as e: print(e)
def g():
    x = "g"
    class D:
        y = x
        def m(self): return x
    return D.y, D().m()
print(g())
def h():
    global x
    x = "set by h"
    def inner():
        x = "inner"
        def deepest():
            nonlocal x
            x += "+"
            return x
        return deepest(), x
    return inner(), x
print(h(), x)
class E:
    global from_class
    from_class = 1
    nonlocal_ok = [i for i in range(3) if i in (0, 2)]
print(from_class, hasattr(E, "from_class"), E.nonlocal_ok)
def k():
    for i in range(3): pass
    [i for i in "abc"]
    return i
print(k())
def closure_loop():
    fs = []
    for i in range(3):
        def f(): return i
        fs.append(f)
    i = "after"
    return [f() for f in fs]
print(closure_loop())
def args_cell(a, *b, c=1, **d):
    return lambda: (a, b, c, d)
print(args_cell(1, 2, c=3, e=4)())
def self_ref():
    def fact(n): return 1 if n < 2 else n * fact(n - 1)
    return fact
print(self_ref()(6))
def cond(flag):
    if flag: v = 1
    def use(): return v
    try: return use()
    except NameError as e: return str(e)
print(cond(1), cond(0))
print([[y for y in range(x)] for x in range(3)], [(lambda z: z + x)(1) for x in range(2)])
print((lambda a: (lambda b: (lambda c: a + b + c)))(1)(2)(3))
def deleted():
    v = 1
    def use(): return v
    del v
    try: use()
    except NameError as e: return str(e)
print(deleted())
def shadow(len): return len
print(shadow(3), len("ab"))
def default_scope(a=x, b=lambda: x): return a, b()
x = "changed"
print(default_scope())
print({k: v for k, v in globals().items() if k == "x"}, "f" in dir(), sorted(k for k in vars() if k in "fghk"))
def loc(a, b=2):
    c = 3
    l = locals()
    l["a"] = 99
    return a, l
print(loc(1))
