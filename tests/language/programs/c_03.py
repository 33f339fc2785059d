def show(e, depth=0):
    while e is not None:
        print(type(e).__name__, e, "| cause:", repr(e.__cause__), "| context:", repr(e.__context__), "| suppress:", e.__suppress_context__)
        e = e.__cause__ or e.__context__
def run(f):
    try: f()
    except BaseException as e: show(e)
    print("-")
def a():
    try: 1 / 0
    except ZeroDivisionError: raise ValueError("v")
def b():
    try: 1 / 0
    except ZeroDivisionError as e: raise ValueError("v") from e
def c():
    try: 1 / 0
    except ZeroDivisionError: raise ValueError("v") from None
def d():
    try: raise ValueError("first")
    finally: raise KeyError("in finally")
def e():
    try:
        try: raise ValueError(1)
        except ValueError: raise KeyError(2)
    except KeyError: raise IndexError(3)
def f(): raise ValueError from 5
def g(): raise ValueError from TypeError
def h(): raise 5
def i(): raise int
def j(): raise None
def k():
    x = ValueError("self")
    try: raise x
    except ValueError: raise x
def l():
    try: raise ValueError("1")
    except ValueError as v:
        try: raise KeyError("2")
        except KeyError: pass
        raise
def m():
    try: raise ValueError("old")
    except ValueError as v: old = v
    try: raise KeyError("new")
    except KeyError as n: raise n from old
for fn in (a, b, c, d, e, f, g, h, i, j, k, l, m): run(fn)
try: raise
except RuntimeError as x: print(x)
x = ValueError("x")
for bad in (5, int, "s"):
    try: x.__cause__ = bad
    except TypeError as t: print(t)
    try: x.__context__ = bad
    except TypeError as t: print(t)
x.__cause__ = KeyError()
print(x.__suppress_context__)
x.__cause__ = None
print(x.__suppress_context__)
class E(Exception):
    def __init__(self, a): pass
try: raise E
except TypeError as t: print(t)
try: raise E(1)
except E as t: print(t.args)
class NotExc:
    def __new__(cls): return 5
try: raise NotExc
except TypeError as t: print(t)
class Weird(Exception):
    def __new__(cls): return 5
try: raise Weird
except TypeError as t: print(t)
