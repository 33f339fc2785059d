import threading
ev, log = threading.Event(), []
def waiter(): log.append(ev.wait()); log.append("released")
t = threading.Thread(target=waiter); t.start()
print(ev.is_set(), ev.wait(0.01)); ev.set(); t.join(); print(log, ev.is_set()); ev.clear(); print(ev.is_set())
cond, items, got = threading.Condition(), [], []
def consumer():
    while True:
        with cond:
            cond.wait_for(lambda: items)
            x = items.pop(0)
        if x is None: break
        got.append(x)
t = threading.Thread(target=consumer); t.start()
for i in [*range(50), None]:
    with cond: items.append(i); cond.notify()
t.join(); print(got == list(range(50)), len(got))
for f in (cond.notify, cond.wait, cond.release):
    try: f()
    except RuntimeError as e: print(e)
sem = threading.Semaphore(2); print(sem.acquire(), sem.acquire(), sem.acquire(blocking=False), sem.release(), sem.acquire(timeout=1))
bs = threading.BoundedSemaphore(1)
try: bs.release()
except ValueError as e: print(e)
bar, order = threading.Barrier(3, action=lambda: order.append("action")), []
def b(i): bar.wait(); order.append(i)
ts = [threading.Thread(target=b, args=(i,)) for i in range(3)]
for t in ts: t.start()
for t in ts: t.join()
print(order[0], sorted(order[1:]), bar.broken, bar.parties)
r = threading.RLock()
with r:
    with r: print("reentrant")
loc = threading.local(); loc.x = "main"; res = []
def l(i): res.append(hasattr(loc, "x")); loc.x = i; ev2.wait(); res.append(loc.x)
ev2 = threading.Event(); ts = [threading.Thread(target=l, args=(i,)) for i in range(3)]
for t in ts: t.start()
ev2.set()
for t in ts: t.join()
print(res.count(False), sorted(x for x in res if x is not False or type(x) is int and x), loc.x)
