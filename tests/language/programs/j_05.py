def f():
    try:
        1 / 0
    except ZeroDivisionError:
        raise RuntimeError("no context") from None
f()
