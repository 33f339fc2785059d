def f(a, b=1, *c, d, e=2, **g):
    "doc"
print(f.__name__, f.__doc__, f.__defaults__, f.__kwdefaults__, f.__module__, f.__qualname__, f.__dict__)
co = f.__code__
print(co.co_name, co.co_argcount, co.co_kwonlyargcount, co.co_posonlyargcount, co.co_varnames, co.co_flags & 0xff, co.co_firstlineno, co.co_qualname)
f.attr = 5
print(f.attr, f.__dict__, vars(f))
f.__defaults__ = (9, 8)
f.__kwdefaults__ = {"d": 0}
f.__name__ = "renamed"
f.__doc__ = None
print(f.__name__, f.__qualname__, f.__doc__, f(e=1) is None)
def g(x): return x + 1
def h(x): return x * 100
g.__code__ = h.__code__
print(g(2), g.__name__)
for n, v in (("__defaults__", 5), ("__kwdefaults__", 5), ("__code__", 5), ("__name__", 5), ("__dict__", 5), ("__globals__", {})):
    try: setattr(g, n, v); print("ok", n)
    except (TypeError, AttributeError) as e: print(e)
F = type(f)
k = F(h.__code__, {}, "made", (7,))
print(k(), k.__name__, k.__defaults__)
print(g.__globals__ is globals(), g.__builtins__ is not None, g.__closure__)
def outer(v):
    def inner(): return v
    return inner
i = outer(5)
print(i(), i.__closure__[0].cell_contents, i.__code__.co_freevars)
i.__closure__[0].cell_contents = 6
print(i())
cell = type(i.__closure__[0])
try: cell().cell_contents
except ValueError as e: print(e)
print(cell(3).cell_contents, cell(3) == cell(3), cell(1) < cell(2))
try: outer.__code__ = i.__code__
except ValueError as e: print(e)
class C:
    def m(self, x=1): return (x,)
c = C()
M = type(c.m)
print(M(lambda s, y: (s, y), 5)(6), c.m.__name__, c.m.__doc__, c.m.__defaults__, c.m() == (1,), c.m.__self__ is c)
try: c.m.attr = 1
except AttributeError as e: print(e)
try: M(5, None)
except TypeError as e: print(e)
print(f.__type_params__, f.__annotations__, c.m == C().m)
