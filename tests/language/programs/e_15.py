# functions with every kind of parameter, called in every way
def f(a, b=2, /, c=3, *args, d, e=5, **kw): return (a, b, c, args, d, e, kw)
calls = ["f(1, d=4)", "f(1, 9, d=4)", "f(1, 9, 8, 7, 6, d=4, e=0)", "f(1, c=5, d=4, a=6, b=7)", "f(*[1, 2], **{'d': 4})", "f(*(), *[1], d=1, *[2, 3])", "f(1, **{'c': 0}, d=2, **{'z z': 1})", "f()", "f(1)", "f(d=1)", "f(1, 2, 3, c=4, d=5)", "f(a=1, d=2)", "f(1, d=1, **{'d': 2})", "f(1, *5, d=1)", "f(1, **5)", "f(1, **{5: 1}, d=1)", "f(1, d=4, **{})", "f(*'ab', *'cd', d=0)"]
for c in calls:
    try: print(c, eval(c))
    except TypeError as e: print(c, e)
g = lambda *, k: k
h = lambda a, /: a
print(g(k=1), h(2))
for c in ("g(1)", "g()", "h(a=1)", "h()", "h(1, 2)", "g(k=1, j=2)"):
    try: print(eval(c))
    except TypeError as e: print(c, e)
def order():
    log = []
    def v(x): log.append(x); return x
    def t(*a, **k): return a, k
    r = t(v(1), *[v(2)], v(3), k=v(4), **{"z": v(5)}, y=v(6))
    return r, log
print(order())
def defaults(x, l=[], d={}, n=len("abc")):
    l.append(x); d[x] = n
    return l, d
defaults(1); print(defaults(2), defaults(3, []), defaults.__defaults__)
def rec(*a): return a if len(a) > 3 else rec(*a, len(a))
print(rec(), (lambda f: f(f, 5))(lambda s, n: 1 if n == 0 else n * s(s, n - 1)))
def kwonly_default(*, a=1, b): return a, b
print(kwonly_default(b=2), kwonly_default(**{"b": 3, "a": 0}))
