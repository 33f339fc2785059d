def g():
    while True:
        try:
            x = yield "ready"
            print("x", x)
        except ValueError as e: print("caught", repr(e))
        except KeyError: return "key"
        finally: print("fin")
i = g()
print(next(i))
print(i.throw(ValueError("v")))
print(i.throw(ValueError))
try: i.throw(KeyError("k"))
except StopIteration as e: print("stop", e.value)
try: i.throw(KeyError("after"))
except KeyError as e: print(repr(e))
i = g()
try: i.throw(IndexError("not started"))
except IndexError as e: print(repr(e))
print(list(i))
i = g()
next(i)
try: i.throw(OSError("through"))
except OSError as e: print(repr(e))
for bad in (5, "s", int, None):
    i = g(); next(i)
    try: i.throw(bad)
    except TypeError as e: print(e)
    i.close()
def ignore():
    try: yield 1
    except GeneratorExit:
        print("ignoring")
        yield 2
i = ignore()
next(i)
try: i.close()
except RuntimeError as e: print(e)
def close_value():
    try: yield 1
    except GeneratorExit: return "closed value"
i = close_value(); next(i)
print(i.close(), i.close())
def close_raise():
    try: yield 1
    finally: raise KeyError("in close")
i = close_raise(); next(i)
try: i.close()
except KeyError as e: print(repr(e), repr(e.__context__))
i = close_raise()
print(i.close())
def ctx():
    try: yield
    except ValueError as e: raise KeyError("chained")
i = ctx(); next(i)
try: i.throw(ValueError("orig"))
except KeyError as e: print(repr(e.__context__))
