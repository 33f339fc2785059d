# _queue.SimpleQueue between threads: nothing is lost, doubled, or waited for in vain.
import queue
import threading
import time
from queue import Empty, SimpleQueue

def attempt(function, *args, **named):
    try:
        print(function(*args, **named))
    except Exception as problem:
        print(type(problem).__name__, problem, sep=': ')

q = SimpleQueue()
print(type(q).__module__, q.empty(), q.qsize())
for number in range(20):
    q.put(number)
print(q.qsize(), [q.get() for _ in range(15)])
for number in range(30):
    q.put_nowait(number)
print([q.get(False) for _ in range(35)], q.empty())
attempt(q.get_nowait)
attempt(q.get, False)
attempt(q.get, timeout=0.01)
attempt(q.get, True, 0)
attempt(q.get, timeout=-1)
attempt(q.get, False, -1)
attempt(q.get, timeout='x')
attempt(q.get, timeout=float('nan'))
attempt(q.put)
attempt(SimpleQueue, 1)
attempt(q.put, item=5, block=False, timeout=-9)
print(q.get(), SimpleQueue[int], Empty.__module__, queue.Empty is Empty)

PUTTERS, GETTERS, EACH = 4, 4, 500
taken = [[] for _ in range(GETTERS)]
def put(who):
    for number in range(EACH):
        q.put((who, number))
def get(mine):
    while (item := q.get()) is not None:
        mine.append(item)
threads = [threading.Thread(target=get, args=(mine,)) for mine in taken]
threads += [threading.Thread(target=put, args=(who,)) for who in range(PUTTERS)]
for thread in threads:
    thread.start()
for thread in threads[GETTERS:]:
    thread.join()
for _ in range(GETTERS):
    q.put(None)
for thread in threads[:GETTERS]:
    thread.join()
everything = [item for mine in taken for item in mine]
print(len(everything), sorted(everything) == [(who, number) for who in range(PUTTERS) for number in range(EACH)])
print(all([n for w, n in mine if w == who] == sorted(n for w, n in mine if w == who) for mine in taken for who in range(PUTTERS)))

print('-- waiting')
def later():
    time.sleep(0.05)
    q.put('late')
threading.Thread(target=later).start()
print(q.get(timeout=20))
hits = []
def patient():
    try:
        hits.append(q.get(timeout=0.02))
    except Empty:
        hits.append('empty')
threads = [threading.Thread(target=patient) for _ in range(5)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(hits, q.empty())

class Sub(SimpleQueue):
    def __init__(self, name):
        self.name = name
s = Sub('n')
s.put(1)
print(s.name, s.get())
