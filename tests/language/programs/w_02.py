# sys.setprofile: calls of Python and of native code.
import sys

log = []

def profiler(frame, event, arg):
    shown = getattr(arg, '__qualname__', None) if event.startswith('c_') else None
    log.append((frame.f_code.co_name, event, shown))

def run(function):
    log.clear()
    sys.setprofile(profiler)
    try:
        function()
    except Exception:
        pass
    sys.setprofile(None)
    print('#', function.__name__)
    for entry in log[:-1]:
        print(entry)

def leaf():
    return 1

def natives():
    len([])
    [].append(1)
    list.append([], 2)
    sorted([2, 1], key=lambda x: leaf() + x)
    'a'.join(['b'])
    max(*[1, 2])
    dict(a=1)

def failing():
    len(5)

def generator():
    yield 1
    yield 2

def uses():
    for x in generator():
        leaf()

class A:
    def __init__(self):
        super().__init__()
    def method(self, *args, **kwargs):
        return leaf()

def methods():
    a = A()
    a.method(1)
    a.method(*(1,), **{'k': 2})
    A.method(a)

def unwinds():
    def inner():
        raise KeyError
    try:
        inner()
    except KeyError:
        pass

for f in (leaf, natives, failing, uses, methods, unwinds):
    run(f)

# An exception takes the function away.
def bad(frame, event, arg):
    raise RuntimeError(event)

sys.setprofile(bad)
try:
    leaf()
except RuntimeError as e:
    print('raised', e, sys.getprofile())

# Only callables that are there are asked.
print(sys.getprofile())
try:
    sys.setprofile()
except TypeError as e:
    print(e)
