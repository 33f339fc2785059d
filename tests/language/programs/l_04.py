import queue, threading
from concurrent.futures import ThreadPoolExecutor, as_completed, wait, Future, TimeoutError
q, out = queue.Queue(maxsize=3), []
def prod():
    for i in range(20): q.put(i)
    q.put(None)
t = threading.Thread(target=prod); t.start()
while (x := q.get()) is not None: out.append(x); q.task_done()
t.join(); print(out, q.empty(), q.qsize(), q.maxsize)
for f in (lambda: q.get_nowait(), lambda: q.get(timeout=0.01), lambda: [q.put_nowait(i) for i in range(5)]):
    try: print(f())
    except (queue.Empty, queue.Full) as e: print(type(e).__name__)
l, p = queue.LifoQueue(), queue.PriorityQueue()
for i in (3, 1, 2): l.put(i); p.put((i, str(i)))
print([l.get() for _ in range(3)], [p.get() for _ in range(3)])
s = queue.SimpleQueue(); s.put("x"); print(s.get(), s.empty())
with ThreadPoolExecutor(4) as ex:
    print(list(ex.map(lambda x: x * x, range(10))), list(ex.map(pow, [2, 3], [3, 2])))
    fs = [ex.submit(lambda i=i: 10 // i) for i in range(3)]
    print(repr(fs[0].exception()), fs[1].result(), fs[2].result(), sorted(f.result() for f in as_completed(fs[1:])), all(f.done() for f in wait(fs).done))
    try: fs[0].result()
    except ZeroDivisionError as e: print(e)
try: ex.submit(print)
except RuntimeError as e: print(e)
f = Future(); cb = []
f.add_done_callback(lambda x: cb.append(x.result())); f.set_result(5); print(cb, f.result(), f.cancel(), f.cancelled(), f.running())
try: Future().result(timeout=0.01)
except TimeoutError as e: print("timeout", isinstance(e, OSError))
