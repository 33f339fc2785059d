# Watching other threads, and many of them.
import sys
import threading

def work(n):
    total = 0
    for i in range(n):
        total += i
    return total

# Every thread gets the function, also those that run already.
started = threading.Barrier(3)
go = threading.Event()
seen = {}
lock = threading.Lock()

def tracer(frame, event, arg):
    if frame.f_code is work.__code__:
        with lock:
            key = (threading.current_thread().name, event)
            seen[key] = seen.get(key, 0) + 1
    return tracer

def body():
    started.wait()
    go.wait()
    work(3)

threads = [threading.Thread(target=body, name=f't{i}') for i in range(2)]
for t in threads:
    t.start()
started.wait()
threading.settrace_all_threads(tracer)
go.set()
for t in threads:
    t.join()
threading.settrace_all_threads(None)
for key in sorted(seen):
    print(key, seen[key])

# Threads that begin later.
seen.clear()
threading.settrace(tracer)
t = threading.Thread(target=work, args=(2,), name='later')
t.start()
t.join()
threading.settrace(None)
for key in sorted(seen):
    print(key, seen[key])
print(sys.gettrace(), threading.gettrace())

# Events of all threads come to one tool; no line is missed.
m = sys.monitoring
m.use_tool_id(1, 'counter')
counts = {}

def line(code, number):
    with lock:
        key = number - code.co_firstlineno
        counts[key] = counts.get(key, 0) + 1

m.register_callback(1, m.events.LINE, line)
m.set_local_events(1, work.__code__, m.events.LINE)
threads = [threading.Thread(target=work, args=(20,)) for _ in range(6)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(sorted(counts.items()))
m.free_tool_id(1)

# Switched on and off while threads run.
stop = threading.Event()
results = []
def endless():
    expected = work(50)
    while not stop.is_set():
        if work(50) != expected:
            results.append('wrong')
    results.append('right')

threads = [threading.Thread(target=endless) for _ in range(4)]
for t in threads:
    t.start()
m.use_tool_id(1, 'flip')
for event in (m.events.LINE, m.events.PY_START, m.events.INSTRUCTION, m.events.RAISE):
    m.register_callback(1, event, lambda *args: None)
for _ in range(40):
    m.set_events(1, m.events.LINE | m.events.PY_START | m.events.INSTRUCTION | m.events.RAISE)
    threading.settrace_all_threads(lambda *args: None)
    frames = sys._current_frames()
    m.set_events(1, 0)
    threading.settrace_all_threads(None)
m.free_tool_id(1)
stop.set()
for t in threads:
    t.join()
print(results)

# What another thread does.
entered = threading.Event()
leave = threading.Event()
def waits():
    try:
        raise ValueError('inside')
    except ValueError:
        entered.set()
        leave.wait()

t = threading.Thread(target=waits)
t.start()
entered.wait()
frame = sys._current_frames()[t.ident]
names = []
while frame:
    names.append(frame.f_code.co_name)
    frame = frame.f_back
print('waits' in names, names[-1])
print(repr(sys._current_exceptions()[t.ident]), sys._current_exceptions()[threading.get_ident()])
print(sys._current_frames()[threading.get_ident()] is sys._getframe())
leave.set()
t.join()
