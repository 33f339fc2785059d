# sys.settrace: the events of functions, loops, exceptions, generators, classes, coroutines.
import sys

log = []
first = 0

def tracer(frame, event, arg):
    if frame.f_code.co_filename != __file__:
        return None
    line = frame.f_lineno - frame.f_code.co_firstlineno
    if event == 'exception':
        arg = arg[0].__name__
    elif not isinstance(arg, (int, str, type(None))):
        arg = type(arg).__name__
    log.append((frame.f_code.co_name, event, line, arg))
    return tracer

def run(function, *args):
    log.clear()
    sys.settrace(tracer)
    try:
        function(*args)
    except Exception as e:
        log.append(type(e).__name__)
    finally:
        sys.settrace(None)
    print('#', function.__name__)
    for entry in log:
        print(entry)

def plain(a):
    b = a + 1
    if b > 1:
        b = 0
    else:
        b = 5
    return b

def loops():
    for i in (1, 2):
        pass
    while i:
        i -= 1
    return [x for x in (1, 2) if x]

def one_line(): return (1 +
    2)

def raises():
    try:
        {}['x']
    except KeyError as e:
        z = str(e)
    finally:
        z = 1
    1 / 0

def gen():
    x = yield 1
    try:
        yield x
    except ValueError:
        yield 3
    return 4

def use_gen():
    g = gen()
    next(g)
    g.send(7)
    g.throw(ValueError)
    try:
        next(g)
    except StopIteration:
        pass

def delegate():
    r = yield from gen()
    return r

def use_delegate():
    for v in delegate():
        pass

def classes():
    class A:
        x = 1
        def __init__(self):
            self.y = 2
        @property
        def p(self):
            return self.y
    return A().p

async def inner():
    return 5

async def outer():
    return await inner()

def coroutines():
    c = outer()
    try:
        c.send(None)
    except StopIteration as e:
        return e.value

class Manager:
    def __enter__(self):
        return self
    def __exit__(self, *args):
        return True

def managed():
    with Manager():
        1 / 0
    return 9

def matched(v):
    match v:
        case [a, b]:
            return a
        case {'k': k}:
            return k
        case _:
            return None

for f, *args in ((plain, 1), (plain, -5), (loops,), (one_line,), (raises,), (use_gen,), (use_delegate,),
                 (classes,), (coroutines,), (managed,), (matched, [1, 2]), (matched, {'k': 3}), (matched, 0)):
    run(f, *args)
