def run(exc, depth=0):
    try:
        try:
            raise exc
        except* ValueError as eg:
            print("V", repr(eg))
        except* (TypeError, KeyError) as eg:
            print("TK", repr(eg))
        else: print("else")
        finally: print("finally")
    except BaseException as e: print("left", repr(e))
run(ExceptionGroup("g", [ValueError(1), TypeError(2), OSError(3), ExceptionGroup("n", [ValueError(4), KeyError(5), EOFError()])]))
run(ValueError("naked"))
run(OSError("other"))
run(ExceptionGroup("only", [ValueError(1)]))
run(BaseExceptionGroup("b", [KeyboardInterrupt(), ValueError(1)]))
def no_exc():
    try: pass
    except* ValueError: print("no")
    else: print("else ran")
no_exc()
try:
    try: raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
    except* ValueError as e: raise KeyError("new")
    except* TypeError as e: raise IndexError("other")
except ExceptionGroup as e: print(repr(e), [repr(x.__context__) for x in e.exceptions])
try:
    try: raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
    except* ValueError: raise
except ExceptionGroup as e: print(repr(e))
try:
    try: raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
    except* ValueError as e: raise RuntimeError("x") from e
except ExceptionGroup as e: print(repr(e), repr(e.exceptions[0].__cause__))
for bad in (5, ExceptionGroup, (ValueError, "x")):
    try:
        try: raise ValueError(1)
        except* bad: pass
    except TypeError as e: print(e)
    except ValueError as e: print("passed", e)
def inner():
    for i in range(2):
        try: raise ExceptionGroup("g", [ValueError(i)])
        except* ValueError as e:
            print("loop", i, e.exceptions)
inner()
