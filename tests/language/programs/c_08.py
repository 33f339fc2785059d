def f(a, b): pass
def g(a, b=1, *, c, d=2): pass
def h(a, /, b): pass
def k(*, x): pass
def z(): pass
def va(a, *args): pass
def kw(a, **k): pass
def three(a, b, c, *, d, e, f): pass
def po3(a, b, c, /): pass
n5, sa, none, li, di = 5, "a", None, [], {}
L = [
    lambda: f(), lambda: f(1), lambda: f(1, 2, 3), lambda: f(1, 2, 3, 4), lambda: f(1, c=2), lambda: f(1, a=1), lambda: f(1, b=2, c=3), lambda: f(b=1),
    lambda: g(), lambda: g(1), lambda: g(1, 2, 3), lambda: g(1, 2, 3, c=1), lambda: g(1, c=1, e=5), lambda: g(c=1),
    lambda: h(), lambda: h(a=1, b=2), lambda: h(1, 2, 3), lambda: h(1, a=2), lambda: h(b=1),
    lambda: k(), lambda: k(1), lambda: k(1, x=2), lambda: z(1), lambda: z(x=1), lambda: z(1, 2), lambda: va(), lambda: va(a=1, b=2), lambda: kw(), lambda: kw(1, 2), lambda: kw(1, a=2),
    lambda: three(), lambda: three(1, 2, 3), lambda: three(1, 2, 3, d=1), lambda: three(1), lambda: three(1, 2, 3, 4), lambda: three(1, 2, 3, 4, d=1, e=2, f=3),
    lambda: po3(), lambda: po3(a=1, b=2, c=3), lambda: po3(1, 2), lambda: po3(1, b=2),
    lambda: f(*5), lambda: f(**5), lambda: f(*None), lambda: f(**{1: 2}), lambda: f(1, *[2], b=3), lambda: f(**{"a": 1}, **{"a": 2}), lambda: f(a=1, **{"a": 2}), lambda: z(**[]),
    lambda: (lambda x: 0)(), lambda: (lambda: 0)(1), lambda: n5(), lambda: sa(), lambda: none(), lambda: li(1), lambda: di(), lambda: f.x(), lambda: f()(),
    lambda: g(1, 2, cc=3), lambda: f(aa=1, b=2), lambda: g(1, D=3, c=1),
]
for i, fn in enumerate(L):
    try: print(i, fn())
    except (TypeError, AttributeError) as e: print(i, e)
class C:
    def __init__(self, x): pass
    def m(self): pass
    @classmethod
    def cm(cls, y): pass
    @staticmethod
    def sm(y): pass
    def __call__(self, q): pass
for fn in (lambda: C(), lambda: C(1, 2), lambda: C(y=1), lambda: C(1).m(2), lambda: C.m(), lambda: C(1).cm(), lambda: C.cm(1, 2), lambda: C.sm(), lambda: C(1).sm(1, 2), lambda: C(1)(), lambda: C(1)(1, 2), lambda: C(1).m(z=1)):
    try: print(fn())
    except TypeError as e: print(e)
