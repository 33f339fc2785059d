def a():
    print(x)
    x = 1
def b():
    if False: y = 1
    return y
def c():
    z = 1
    del z
    return z
def d():
    for q in (): pass
    return q
def e():
    def inner(): return fv
    inner()
    fv = 1
def f():
    del nothing
    nothing = 1
def g():
    global gg
    del gg
def h():
    n = 1
    def i():
        nonlocal n
        del n
    i()
    return n
def i():
    try: raise ValueError
    except ValueError as err: pass
    return err
def j(): return [w for w in range(2)] and w
def k(): undefined_call()
def l():
    x += 1
    x = 0
class K:
    def m(self): return attr_in_class
    attr_in_class = 1
def m(): K().m()
def n():
    class L:
        v = late
    late = 1
def o():
    import_missing.x
def p(): return __class__
for fn in (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p):
    try: print(fn.__name__, fn())
    except NameError as x: print(fn.__name__, type(x).__name__, x, x.name)
try: del never_defined
except NameError as x: print(x)
try: print(never)
except NameError as x: print(x, x.name)
def lc():
    a = 1
    locals()["b"] = 2
    return sorted(locals())
print(lc())
try: exec("del zzz")
except NameError as x: print(x)
