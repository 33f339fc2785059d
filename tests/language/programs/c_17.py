# one exception object travelling: traceback growth, context cleared, re-raise in finally
def depth(e):
    n, tb = 0, e.__traceback__
    while tb: n, tb = n + 1, tb.tb_next
    return n
err = ValueError("same")
for i in range(3):
    try: raise err
    except ValueError as e: print(i, depth(e), e is err, e.__context__)
def f():
    try: raise err
    finally: print("finally sees it")
try: f()
except ValueError as e: print(depth(e))
err.__traceback__ = None
try: f()
except ValueError as e: print(depth(e))
def chain(n):
    if n == 0: raise KeyError(0)
    try: chain(n - 1)
    except Exception as e: raise type(e)(n)
try: chain(4)
except KeyError as e:
    while e: print(e.args, depth(e)); e = e.__context__
a, b = ValueError("a"), KeyError("b")
try:
    try: raise a
    except ValueError: raise b
except KeyError: pass
try:
    try: raise b
    except KeyError: raise a
except ValueError as e: print(repr(e.__context__), repr(e.__context__.__context__))
def ret():
    for x in range(3):
        try:
            if x == 1: raise ValueError(x)
        except ValueError: continue
        else: print("else", x)
        finally: print("fin", x)
    return "end"
print(ret())
