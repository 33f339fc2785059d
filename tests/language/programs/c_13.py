# what except clauses evaluate, and when
def name(n):
    print("eval", n)
    return n
try: raise KeyError("k")
except name(ValueError): print("no")
except name(LookupError): print("yes")
except name(Exception): print("not evaluated")
for bad in (5, "x", (ValueError, 5), [ValueError], int, None, (KeyError, (IndexError, (ValueError,)))):
    try:
        try: raise KeyError("k")
        except bad: print("matched", bad)
    except TypeError as e: print(e, "| context", repr(e.__context__))
    except KeyError as e: print("not matched", e)
class Meta(type):
    def __instancecheck__(c, o): return True
    def __subclasscheck__(c, o): return True
class Fake(Exception, metaclass=Meta): pass
try:
    try: raise KeyError
    except Fake: print("instancecheck used")
except KeyError: print("instancecheck not used")
try:
    try: raise undefined_exc
    except undefined_other: pass
except NameError as e: print(e, "|", repr(e.__context__))
try: raise KeyError
except ValueError or KeyError: print("first only")
except: print("bare")
def gen():
    try: yield 1
    except (ValueError, TypeError) as e: yield repr(e)
g = gen(); next(g)
print(g.throw(TypeError("t")))
import sys
def info(): return sys.exc_info()[0], sys.exception()
print(info())
try: 1 / 0
except ZeroDivisionError:
    print(info()[0].__name__)
    try: {}[1]
    except KeyError: print(info()[0].__name__)
    print(info()[0].__name__)
print(info())
def g2():
    try: raise ValueError("in gen")
    except ValueError:
        yield sys.exception()
        yield sys.exception()
g = g2()
try: raise KeyError("outer")
except KeyError:
    print(repr(next(g)), repr(sys.exception()))
print(repr(next(g)), sys.exception())
try: assert 0
except AssertionError as e: print(repr(e))
try: assert 0, (1, 2)
except AssertionError as e: print(repr(e), e)
try: assert (), "".join(["m", "s", "g"])
except AssertionError as e: print(e)
