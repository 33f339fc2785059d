# Setting f_lineno.
import sys
import warnings

class Jump:
    def __init__(self, function, start, to, event='line'):
        self.code = function.__code__
        self.start = self.code.co_firstlineno + start
        self.to = self.code.co_firstlineno + to
        self.event = event
        self.done = False

    def trace(self, frame, event, arg):
        if self.done or frame.f_code is not self.code:
            return self.trace
        if frame.f_lineno == self.start and event == self.event:
            self.done = True
            try:
                frame.f_lineno = self.to
            except (ValueError, TypeError, SystemError) as e:
                print('  ', type(e).__name__, str(e).replace(str(self.to), '<line>'))
        return self.trace

def run(function, start, to, event='line'):
    out = []
    print(function.__name__, start, to, event)
    jump = Jump(function, start, to, event)
    sys.settrace(jump.trace)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter('always')
            function(out)
    except Exception as e:
        out.append(type(e).__name__)
    finally:
        sys.settrace(None)
    print('  ', out, [str(w.message) for w in caught])

def simple(out):
    out.append(1)
    out.append(2)
    out.append(3)
    out.append(4)

run(simple, 2, 4)
run(simple, 3, 1)
run(simple, 2, 99)
run(simple, 2, -5)
run(simple, 0, 2, 'call')
run(simple, 4, 2, 'return')

def loop(out):
    out.append(1)
    for i in (1, 2):
        out.append(i * 10)
        out.append(i * 100)
    out.append(5)

run(loop, 1, 3)
run(loop, 3, 5)
run(loop, 4, 3)
run(loop, 3, 1)

def handlers(out):
    try:
        out.append(2)
        1 / 0
        out.append(4)
    except ZeroDivisionError:
        out.append(6)
        out.append(7)
    finally:
        out.append(9)
    out.append(10)

run(handlers, 3, 4)
run(handlers, 2, 6)
run(handlers, 6, 10)
run(handlers, 7, 2)
run(handlers, 9, 2)

def managed(out):
    import contextlib
    with contextlib.nullcontext():
        out.append(3)
        out.append(4)
    out.append(5)

run(managed, 3, 5)
run(managed, 1, 4)

def unbound(out):
    out.append(1)
    x = 2
    out.append(3)

run(unbound, 1, 3)

def gen(out):
    out.append(1)
    yield 2
    out.append(3)
    yield 4
    out.append(5)

def uses(out):
    for v in gen(out):
        out.append(v)

def run_gen(start, to, event='line'):
    out = []
    jump = Jump(gen, start, to, event)
    print('gen', start, to, event)
    sys.settrace(jump.trace)
    try:
        uses(out)
    finally:
        sys.settrace(None)
    print('  ', out)

run_gen(3, 5)
run_gen(2, 4, 'return')
run_gen(5, 1)

frame = sys._getframe()
for value in (1, 'x', None, 2.0):
    try:
        frame.f_lineno = value
    except ValueError as e:
        print(e)
try:
    del frame.f_lineno
except AttributeError as e:
    print(e)
