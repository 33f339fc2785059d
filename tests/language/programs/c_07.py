def lines(e):
    tb, out = e.__traceback__, []
    while tb:
        out.append((tb.tb_frame.f_code.co_name, tb.tb_lineno))
        tb = tb.tb_next
    return out
def a(): b()
def b():
    c(
        1,
    )
def c(x):
    return (
        x +
        None
    )
try: a()
except TypeError as e: print(lines(e)); saved = e
def re():
    try: a()
    except TypeError:
        raise
try: re()
except TypeError as e: print(lines(e))
def again():
    raise saved
try: again()
except TypeError as e: print(lines(e))
try: raise saved.with_traceback(None)
except TypeError as e: print(lines(e))
def gen():
    yield 1
    raise ValueError
def drive():
    for x in gen():
        pass
try: drive()
except ValueError as e: print(lines(e))
try: [1 // x for x in (1, 0)]
except ZeroDivisionError as e: print(lines(e))
try: list(1 // x for x in (1, 0))
except ZeroDivisionError as e: print(lines(e))
try:
    class K:
        x = 1
        y = undefined
except NameError as e: print(lines(e))
try: (lambda:
      1 / 0)()
except ZeroDivisionError as e: print(lines(e))
def dec(f): raise KeyError("dec")
try:
    @dec
    def decorated():
        pass
except KeyError as e: print(lines(e))
def fin():
    try:
        return 1
    finally:
        {}["k"]
try: fin()
except KeyError as e: print(lines(e))
class P:
    @property
    def v(self):
        raise IndexError
try: P().v
except IndexError as e: print(lines(e))
try: sorted([1, 2], key=lambda v:
            v.nope)
except AttributeError as e: print(lines(e))
try: exec("x = 1\n\n1/0", {})
except ZeroDivisionError as e: print(lines(e), e.__traceback__.tb_next.tb_frame.f_code.co_filename)
def multi():
    d = {"a": 1,
         "b": 1 / 0,
         "c": 2}
try: multi()
except ZeroDivisionError as e: print(lines(e))
try: e
except NameError as n: print(n)
tb = saved.__traceback__
try: saved.__traceback__ = 5
except TypeError as x: print(x)
print(tb is None or type(tb).__name__, hasattr(tb, "tb_lasti"))
