def gen():
    x = yield 1
    return ("value", x)
g = gen()
next(g)
try: g.send("s")
except StopIteration as e: print(e.value, e.args)
def outer():
    r = yield from gen()
    print("r", r)
    return "done"
o = outer()
print(next(o))
try: o.send(5)
except StopIteration as e: print(e.value)
def raises():
    yield 1
    raise StopIteration("inside")
try: list(raises())
except RuntimeError as e: print(e, repr(e.__cause__), repr(e.__context__))
def tuple_value():
    return (1, 2)
    yield
try: next(tuple_value())
except StopIteration as e: print(e.value, e.args)
def exc_value():
    return ValueError("v")
    yield
try: next(exc_value())
except StopIteration as e: print(repr(e.value))
def bare(): return; yield
try: next(bare())
except StopIteration as e: print(e.value, e.args)
class It:
    def __iter__(self): return self
    def __next__(self): raise StopIteration(42)
def y(): return (yield from It())
try: next(y())
except StopIteration as e: print(e.value)
e = StopIteration(1, 2)
print(e.value, e.args)
e.value = 9
print(e.value, e.args)
print(list(It()), next(It(), "d"), [*It()])
try: next(iter([]))
except StopIteration as e: print(repr(e), e.value)
a = StopAsyncIteration(3)
print(a.args, hasattr(a, "value"))
def nested():
    try: yield 1
    except GeneratorExit: print("exit"); raise
    finally: print("fin")
n = nested()
next(n)
print(n.close())
print([StopIteration(x).value for x in (None, (), (1,), [])])
def comp(): return [next(i) for i in [iter([])]]
try: comp()
except StopIteration: print("list comp leaks it")
try: list(next(i) for i in [iter([])])
except RuntimeError as e: print(e)
