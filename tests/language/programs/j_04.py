def f():
    try:
        {}["missing"]
    except KeyError as e:
        raise ValueError("wrapped") from e
def g():
    try:
        f()
    except ValueError:
        int("not a number")
g()
