def outer():
    with open_it() as f:
        f.go(
            1,
            "two",
        )
class open_it:
    def __enter__(self): return self
    def __exit__(self, t, v, tb): print("exit", t.__name__)
    def go(self, *args):
        raise LookupError(*args)
outer()
