# operators on builtin and user types mixed with subclasses priorities
class Log:
    def __init__(self, n): self.n = n
    def __eq__(self, o): print(self.n, "eq"); return NotImplemented
    def __lt__(self, o): print(self.n, "lt"); return NotImplemented
    def __gt__(self, o): print(self.n, "gt"); return True
    def __add__(self, o): print(self.n, "add"); return NotImplemented
    def __radd__(self, o): print(self.n, "radd"); return "radd"
class Sub(Log):
    def __radd__(self, o): print(self.n, "sub radd"); return "sub"
    def __eq__(self, o): print(self.n, "sub eq"); return True
print(Log("a") == Log("b"))
print(Log("a") == Sub("s"))
print(Log("a") < Log("b"))
try: print(Log("a") < 1)
except TypeError as e: print(e)
print(Log("a") + Sub("s"))
try: print(Log("a") + Log("b"))
except TypeError as e: print(e)
print(1 + Log("a"), 1.5 + Log("b"))
class I(int):
    def __radd__(self, o): return "I.radd"
    def __rsub__(self, o): return "I.rsub"
    def __gt__(self, o): return "I.gt"
print(1 + I(2), 1 - I(2), 1.5 + I(2), I(2) + 1, 1 < I(2), True + I(1))
class S(str):
    def __radd__(self, o): return "S.radd"
    def __rmod__(self, o): return "S.rmod"
print("x" + S("y"), "%s" % S("z"), S("a") + "b")
class L(list):
    def __radd__(self, o): return "L.radd"
    def __rmul__(self, o): return "L.rmul"
print([1] + L([2]), 2 * L([1]), L([1]) * 2)
class D(dict):
    def __ror__(self, o): return "D.ror"
print({} | D(), D(a=1) | {"b": 2})
class F:
    def __rfloordiv__(self, o): return ("rfloordiv", o)
    def __rdivmod__(self, o): return ("rdivmod", o)
    def __rlshift__(self, o): return ("rlshift", o)
    def __rmatmul__(self, o): return ("rmatmul", o)
    def __rand__(self, o): return ("rand", o)
    def __rpow__(self, o): return ("rpow", o)
print(7 // F(), divmod(7, F()), 1 << F(), [] @ F(), {1} & F(), 2 ** F(), 7.5 // F())
for f in (lambda: "a" + 1, lambda: 1 + "a", lambda: [1] + (2,), lambda: (1,) + [2], lambda: "a" * "b", lambda: [1] * 1.5, lambda: {} + {}, lambda: {1} + {2}, lambda: None + 1, lambda: "a" - "b", lambda: b"a" + "b", lambda: "a" + b"b", lambda: 1 / "a", lambda: 1 @ 2, lambda: 1.5 | 2, lambda: "%d" % "x", lambda: [] - [], lambda: {1} | [2], lambda: {} | [], lambda: -"a", lambda: ~"a", lambda: +[], lambda: not_defined + 1, lambda: len + 1, lambda: int + 1, lambda: 1 >> 2.0, lambda: 3 % None, lambda: print >> 1):
    try: print(f())
    except (TypeError, NameError) as e: print(e)
