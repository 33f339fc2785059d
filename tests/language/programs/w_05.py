# sys.monitoring: tools, local events, DISABLE, restart_events, errors.
import sys
m = sys.monitoring
E = m.events

def attempt(call, *args):
    try:
        print(call.__name__, call(*args))
    except Exception as e:
        print(call.__name__, type(e).__name__, e)

attempt(m.use_tool_id, 9, 'x')
attempt(m.use_tool_id, -1, 'x')
attempt(m.use_tool_id, 1, 2)
attempt(m.use_tool_id, 1, 'one')
attempt(m.use_tool_id, 1, 'again')
attempt(m.get_tool, 1)
attempt(m.get_tool, 2)
attempt(m.get_tool, 6)
attempt(m.set_events, 2, E.LINE)
attempt(m.set_events, 1, 1 << 30)
attempt(m.set_events, 1, -1)
attempt(m.set_events, 1, E.C_RETURN)
attempt(m.register_callback, 1, 3, None)
attempt(m.register_callback, 1, 1 << 25, None)
attempt(m.set_local_events, 1, 5, E.LINE)
attempt(m.set_local_events, 1, attempt.__code__, E.RAISE)
attempt(m.get_local_events, 1, attempt.__code__)
attempt(m.get_events, 1)
attempt(m._all_events)

def f(n):
    total = 0
    for i in range(n):
        if i % 2:
            total += i
    return total

def line_of(code, line):
    return line - code.co_firstlineno

log = []
def lines(code, line):
    log.append(line_of(code, line))

print(m.register_callback(1, E.LINE, lines))
print(m.register_callback(1, E.LINE, lines) is lines)
m.set_local_events(1, f.__code__, E.LINE)
print(f(3), log)
log.clear()

def once(code, line):
    log.append(line_of(code, line))
    return m.DISABLE

m.register_callback(1, E.LINE, once)
print(f(3), log)
print(f(3), log)
m.restart_events()
print(f(3), log)
log.clear()
m.set_local_events(1, f.__code__, 0)
m.set_local_events(1, f.__code__, E.LINE)
print(f(1), log)
log.clear()
m.clear_tool_id(1)
print(f(3), log, m.get_local_events(1, f.__code__), m.get_tool(1))

# Two tools: the higher number is told first.
m.use_tool_id(3, 'three')
order = []
m.register_callback(1, E.PY_START, lambda code, offset: order.append((1, code.co_name)))
m.register_callback(3, E.PY_START, lambda code, offset: order.append((3, code.co_name)) or m.DISABLE)
m.set_local_events(1, f.__code__, E.PY_START)
m.set_local_events(3, f.__code__, E.PY_START | E.PY_RETURN)
f(0)
f(0)
print(order)
m.free_tool_id(3)
f(0)
print(order, m.get_tool(3))

# Exceptions from callbacks.
def boom(code, line):
    raise KeyError(line_of(code, line))
m.register_callback(1, E.LINE, boom)
m.set_local_events(1, f.__code__, E.LINE)
try:
    f(1)
except KeyError as e:
    print('raised', e)
m.set_local_events(1, f.__code__, 0)

# DISABLE where it is not allowed.
m.register_callback(1, E.RAISE, lambda *args: m.DISABLE)
m.set_events(1, E.RAISE)
try:
    try:
        raise IndexError
    except IndexError:
        print('not seen')
except ValueError as e:
    print(e)
m.set_events(1, 0)
print(m.register_callback(1, E.RAISE, None))

# The branch events under their older name.
branches = []
m.register_callback(1, E.BRANCH, lambda code, a, b: branches.append((a, b)))
m.set_local_events(1, f.__code__, E.BRANCH)
print(m.get_local_events(1, f.__code__) == E.BRANCH_LEFT | E.BRANCH_RIGHT)
f(2)
print(branches)
branches.clear()
m.register_callback(1, E.BRANCH, lambda code, a, b: branches.append((a, b)) or m.DISABLE)
f(4)
print(branches)
m.free_tool_id(1)
print(m._all_events())
