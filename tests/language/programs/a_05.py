def counter():
    n = 0
    def inc(by=1):
        nonlocal n
        n += by
        return n
    return inc
c, d = counter(), counter()
print(c(), c(), c(5), d(), c())
fs = [lambda: i for i in range(3)]
print([f() for f in fs])
fs = [lambda i=i: i for i in range(3)]
print([f() for f in fs])
g = 1
def read():
    return g
def write():
    global g
    g += 10
def shadow():
    g = 99
    return g
write()
print(read(), shadow(), g)
def make_global():
    global created
    created = "now"
make_global()
print(created)
def deep():
    x = "x"
    def mid():
        def low():
            nonlocal x
            x += "!"
            return x
        return low
    low = mid()
    low()
    low()
    return x
print(deep())
def adders():
    return [lambda x, n=n: x + n for n in range(4)]
print([a(10) for a in adders()])
def pair():
    v = 0
    def get(): return v
    def put(x):
        nonlocal v
        v = x
    return get, put
get, put = pair()
put("stored")
print(get())
def compose(*fs):
    def run(x):
        for f in fs: x = f(x)
        return x
    return run
print(compose(lambda x: x + 1, lambda x: x * 2, str)(4))
def unbound():
    try:
        return y
    except NameError as e:
        return type(e).__name__
    y = 1
print(unbound())
print([f.__code__.co_freevars for f in (get, put, c)])
print(get.__closure__[0].cell_contents)
