def f(x):
    try:
        return 10 // x
    except ZeroDivisionError as e:
        return f"error: {e}"
    finally:
        print("finally", x)
print(f(2))
print(f(0))
try:
    raise ValueError("bad", 1)
except (TypeError, ValueError) as e:
    print(type(e).__name__, e, e.args)
try:
    [][1]
except IndexError as e:
    print(e)
try:
    {}["k"]
except KeyError as e:
    print(e, repr(e))
try:
    undefined_name
except NameError as e:
    print(e)
try:
    None.attr
except AttributeError as e:
    print(e)
try:
    1 + "a"
except TypeError as e:
    print(e)
try:
    int("x")
except ValueError as e:
    print(e)
class MyError(Exception):
    pass
def g():
    raise MyError("mine")
try:
    g()
except MyError as e:
    print(repr(e))
else:
    print("not reached")
try:
    pass
except Exception:
    print("no")
else:
    print("else")
finally:
    print("end")
try:
    try:
        raise KeyError("inner")
    except KeyError:
        raise
except KeyError as e:
    print("re-raised", e)
for i in range(3):
    try:
        if i == 1: continue
        print("loop", i)
    finally:
        print("cleanup", i)
assert True
try:
    assert 1 == 2, "message"
except AssertionError as e:
    print("assert", e)
