def g():
    print("start")
    x = yield 1
    print("got", x)
    y = yield 2
    print("got", y)
    return 3
i = g()
print(next(i))
print(i.send("a"))
try: i.send("b")
except StopIteration as e: print("value", e.value)
for _ in range(2):
    try: next(i)
    except StopIteration as e: print("again", e.value)
i = g()
try: i.send("early")
except TypeError as e: print(e)
print(i.send(None))
i.close()
print(list(i), i.gi_frame)
print(type(i).__name__, i.__name__, i.__qualname__, i.gi_running, i.gi_yieldfrom, i.gi_code.co_name)
def run():
    try: next(me)
    except ValueError as e: print(e)
    yield
me = run()
next(me)
def avg():
    total = n = 0
    a = None
    while True:
        total += yield a
        n += 1
        a = total / n
a = avg()
next(a)
print([a.send(v) for v in (10, 20, 30)])
print(iter(a) is a, hasattr(a, "__len__"), bool(a))
for f in (lambda: a.send(), lambda: a.send(1, 2), lambda: len(a), lambda: a[0], lambda: type(a)()):
    try: f()
    except TypeError as e: print(e)
