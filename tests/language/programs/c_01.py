def f(k):
    try:
        if k == 0: return "try"
        if k == 1: raise ValueError("v")
        if k == 2: raise KeyError("k")
        if k == 3: 1 / 0
    except ValueError as e:
        return "except " + str(e)
    except (KeyError, IndexError):
        return "tuple"
    else:
        return "else"
    finally:
        print("finally", k)
for k in range(5):
    try: print(f(k))
    except ZeroDivisionError as e: print("escaped", e)
def override():
    try: return 1
    finally:
        x = 2
        print("x", x)
print(override())
def nested(k):
    out = []
    try:
        try:
            try:
                out.append("a")
                if k: raise k
            except TypeError: out.append("T")
            finally: out.append("f1")
        except ValueError: out.append("V"); raise IndexError("from V")
        else: out.append("e2")
        finally: out.append("f2")
    except IndexError as e: out.append("I " + str(e))
    except BaseException as e: out.append("B " + type(e).__name__)
    return out
for k in (None, TypeError, ValueError, IndexError, KeyError("x"), SystemExit):
    print(nested(k))
def gen_order():
    yield "unused"
try:
    raise ValueError("x")
except ValueError as e:
    pass
try: e
except NameError as n: print(n)
e = "kept"
try: raise KeyError
except KeyError as e: print("inside", repr(e))
print("e" in globals())
