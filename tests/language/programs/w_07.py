# Where watching begins: in the frame that switches it on, in its callers, in what runs already; and how callbacks end it.
import sys

log = []

def tracer(frame, event, arg):
    log.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno))
    return tracer

def show(title, last=100):
    sys.settrace(None)
    print('#', title)
    for entry in log[-last:]:
        if entry[0] not in ('show', 'enable'):
            print(entry)
    log.clear()

def enable(depth):
    frame = sys._getframe(depth)
    while frame.f_code.co_name not in ('<module>',):
        frame.f_trace = tracer
        frame = frame.f_back
    sys.settrace(tracer)

def same_frame():
    sys._getframe().f_trace = tracer
    sys.settrace(tracer)
    a = 1
    b = 2
    return a + b

same_frame()
show('same frame')

def caller():
    enable(1)
    a = 1
    return a

def outer():
    x = caller()
    x += 1
    return x

outer()
show('callers')

class P:
    @property
    def on(self):
        enable(1)
        return 1

def through_property():
    p = P()
    for i in range(2):
        p.on
        i += 1
    i = 0
    return i

through_property()
show('property', 3)

def generator():
    yield 1
    enable(1)
    yield 2
    yield 3

def drives():
    total = 0
    for v in generator():
        total += v
    return total

drives()
show('generator')

def in_sort():
    def key(x):
        if x == 1:
            enable(1)
        return -x
    r = sorted([3, 1, 2], key=key)
    for q in r:
        q
    return r

in_sort()
show('below native code', 5)

def after_exec():
    exec('enable(1)')
    a = 1
    return a

after_exec()
show('exec')

# An exception in the function ends it.
def bad(frame, event, arg):
    if event == 'line':
        raise ValueError('from the tracer')
    return bad

def victim():
    a = 1
    return a

sys.settrace(bad)
try:
    victim()
except ValueError as e:
    print(e, sys.gettrace())

# No lines, or opcodes too.
def quiet(frame, event, arg):
    frame.f_trace_lines = False
    log.append(('quiet', event))
    return quiet

sys.settrace(quiet)
victim()
show('without lines')

def opcodes(frame, event, arg):
    frame.f_trace_opcodes = True
    log.append((event, frame.f_lasti))
    return opcodes

sys.settrace(opcodes)
victim()
show('opcodes')

# Callbacks are not watched; call_tracing changes that.
def calls(frame, event, arg):
    if event == 'call' and frame.f_code.co_name == 'victim':
        log.append('plain')
        victim2()
        log.append('traced')
        sys.call_tracing(victim2, ())
    elif frame.f_code.co_name == 'victim2':
        log.append(('victim2', event))
    return calls

def victim2():
    return 2

sys.settrace(calls)
victim()
show('call_tracing')
try:
    sys.call_tracing(victim2, [])
except TypeError as e:
    print(e)

# Removing the function within itself.
def until_return(frame, event, arg):
    log.append(('until', event))
    if event == 'return':
        sys.settrace(None)
    return until_return

sys.settrace(until_return)
victim()
victim()
show('removed')

frame = sys._getframe()
for name in ('f_trace_lines', 'f_trace_opcodes'):
    try:
        setattr(frame, name, 1)
    except TypeError as e:
        print(name, e)
print(frame.f_trace, frame.f_trace_lines, frame.f_trace_opcodes)
