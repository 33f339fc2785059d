import _thread
lock = _thread.allocate_lock()
done = [_thread.allocate_lock() for _ in range(4)]
total = 0
def work(i, step=1, *, log=None):
    global total
    for _ in range(1000):
        with lock: total += step
    done[i].release()
for d in done: d.acquire()
for i in range(4): _thread.start_new_thread(work, (i,), {"step": i + 1})
for d in done: d.acquire()
print(total, lock.locked(), done[0].locked())
print(lock.acquire(), lock.acquire(False), lock.acquire(timeout=0.01), lock.locked(), lock.release(), lock.locked(), type(_thread.get_ident()).__name__)
for f in (lambda: lock.release(), lambda: _thread.start_new_thread(5, ()), lambda: _thread.start_new_thread(print, 5), lambda: lock.acquire(False, 1), lambda: lock.acquire(True, -5)):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
r = _thread.RLock()
print(r.acquire(), r.acquire(), r.release(), r.release())
try: r.release()
except RuntimeError as e: print(e)
