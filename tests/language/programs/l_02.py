import threading
out = []
class T(threading.Thread):
    def run(self): out.append(("sub", self.name))
t = T(name="mine"); t.start(); t.join()
def f(*a, **k): out.append((a, k, threading.current_thread().name, threading.current_thread().daemon))
t = threading.Thread(target=f, args=(1, 2), kwargs={"k": 3}, name="named", daemon=True)
print(t.is_alive(), t.name, t.daemon, t.ident)
t.start(); t.join(); print(t.is_alive(), out, threading.current_thread().name, threading.main_thread() is threading.current_thread(), threading.active_count())
for g in (lambda: t.start(), lambda: threading.Thread(target=f).join(), lambda: threading.current_thread().join(), lambda: setattr(t, "daemon", False) or t.daemon):
    try: print(g())
    except RuntimeError as e: print(e)
seen = []
threading.excepthook = lambda a: seen.append((a.exc_type.__name__, str(a.exc_value), a.thread.name))
def boom(): raise ValueError("in thread")
b = threading.Thread(target=boom, name="b"); b.start(); b.join(); print(seen)
def ex(): raise SystemExit(3)
b = threading.Thread(target=ex); b.start(); b.join(); print(len(seen))
counter, lock = 0, threading.Lock()
def inc():
    global counter
    for _ in range(5000):
        with lock: counter += 1
ts = [threading.Thread(target=inc) for _ in range(6)]
for t in ts: t.start()
for t in ts: t.join()
print(counter)
