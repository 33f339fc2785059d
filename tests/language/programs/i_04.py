# globals(), locals(), vars(), __build_class__, __import__ and exec in odd corners
def f(a, *b, c=1, **d):
    x = 5
    return locals()
print(f(1, 2, z=3))
globals()["made"] = "by globals()"
print(made)
class C:
    a = 1
    print(sorted(k for k in locals() if not k.startswith("__")), locals() is locals())
    locals()["b"] = 2
print(C.b)
def g():
    y = 1
    def h(): return y, sorted(locals())
    return h()
print(g())
print(eval("[a for a in b]", {"b": [1, 2]}), eval("(lambda: z)()", {"z": 3}), [eval("q", {"q": i}) for i in range(2)])
def h2():
    v = 1
    exec("v = 2")
    return v, eval("v", {"v": 9}), eval("v", {}, {"v": 8})
print(h2())
X = __build_class__(lambda: None, "X")
print(X, type(X).__name__)
import sys
print(__import__("sys") is sys, __import__("os.path").__name__, __import__("os", fromlist=["path"]).__name__)
for a in (("nope_mod",), ("sys", None, None, (), -1), ("", ), ("os.nope",)):
    try: print(__import__(*a))
    except (ImportError, ValueError) as e: print(type(e).__name__, e)
ns = {"__name__": "custom"}
exec("def k(): pass\nclass L: pass\nn = __name__", ns)
print(ns["k"].__module__, ns["L"].__module__, ns["n"], ns["L"])
exec("import sys as s; from sys import maxsize as m; del s", ns); print("s" in ns, ns["m"] == sys.maxsize)
import builtins
builtins.injected = "injected builtin"
print(injected)
del builtins.injected
try: injected
except NameError as e: print(e)
M = type(sys); m = M("mod", "its doc"); m.x = 1
print(m.__name__, m.__doc__, m.x, sorted(m.__dict__))
try: m.nope
except AttributeError as e: print(e)
m.__getattr__ = lambda n: "module getattr " + n
print(m.anything)
exec("y = x + 1\ndef f(): global z; z = y * 2\nf()", m.__dict__)
print(m.y, m.z)
sys.modules["virtual"] = m
import virtual
from virtual import y, something
print(virtual is m, y, something)
try: from sys import nopenope
except ImportError as e: print(str(e).split(" (")[0])
c = compile("a = 1; b = a + 1; c = [a for _ in 'x']", "<c>", "exec")
print(c.co_names, c.co_consts[:2], c.co_filename, c.co_firstlineno, c.co_name)
