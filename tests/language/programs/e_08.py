x = 1
del x
try: x
except NameError as e: print(e)
l = [0, 1, 2, 3, 4, 5]
del l[0], l[-1], l[1:3]
print(l)
d = {"a": {"b": [1, 2]}}
del d["a"]["b"][0]
print(d)
a, b, c = 1, 2, 3
del (a, [b, c])
print([n for n in "abc" if n in globals()])
class O: pass
o = O(); o.x = o.y = 1
del o.x
print(vars(o))
def f(p):
    del p
    try: return p
    except UnboundLocalError as e: return str(e)
print(f(1))
def order(v): print("eval", v); return v
print(order(1) < order(2) < order(3) > order(0))
print(1 < 3 > 2 == 2 != 5 in [5] is not None)
print(1 == 1.0 == True, 1 in [1] if 0 else "x", not 1 in [2], "a" not in "b" not in ["c"])
class Cmp:
    def __init__(s, n): s.n = n
    def __lt__(s, o): print(s.n, "<", o.n); return [s.n] if s.n < o.n else []
A, B, C = Cmp(1), Cmp(2), Cmp(3)
print(A < B < C, C < B < A)
print(0 or [] or {} or "last", 1 and "two" and 3, 0 and undefined, 1 or undefined)
print(not 0, not [], not "x", not None)
print("t" if 1 else "f", 1 if 0 else 2 if 0 else 3, [1 if i % 2 else 0 for i in range(3)])
print((lambda: (yield))() is not None, (lambda a, /, b=2, *c, d, **e: (a, b, c, d, e))(1, d=4))
try: import nonexistent_module
except ImportError as e: print(type(e).__name__, e, e.name)
try: from nonexistent_pkg.sub import thing
except ModuleNotFoundError as e: print(e)
try: import json_missing as json
except ImportError: json = "fallback"
print(json)
try: from builtins import nope
except ImportError as e: print(e)
import builtins as bi, sys
from builtins import len as length, print as p
p(length([1]), bi.max(1, 2), sys.modules["builtins"] is bi)
try: from sys import *; print("maxsize" in globals())
except ImportError: pass
if True:
    pass
elif undefined: pass
while 0: pass
else: print("while else")
with_ = async_ = 1
print(__name__, __doc__, __file__.rpartition("/")[2], __package__, __spec__)
assert (1, "not empty tuple")[0]
lambda: (yield)
...
"string statement"
global_statement = [1]
for global_statement[0] in range(3): pass
print(global_statement)
