# Heaps and arrays that several threads change at once: every completed write is there in the end.
import heapq
import threading
from array import array

THREADS, EACH = 4, 400

def together(*functions):
    barrier = threading.Barrier(len(functions))
    def run(function):
        barrier.wait()
        function()
    threads = [threading.Thread(target=run, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

heap = []
def push(who):
    def act():
        for number in range(EACH):
            heapq.heappush(heap, (number * 7919 % 1000, who, number))
    return act
together(*(push(who) for who in range(THREADS)))
print(len(heap), all(heap[(k - 1) // 2] <= heap[k] for k in range(1, len(heap))))
print(len(set(heap)) == THREADS * EACH)

out = [[] for _ in range(THREADS)]
def pop(mine):
    def act():
        while True:
            try:
                mine.append(heapq.heappop(heap))
            except IndexError:
                return
    return act
together(*(pop(mine) for mine in out))
print(sum(map(len, out)), len({item for mine in out for item in mine}), heap)
print(all(mine == sorted(mine) for mine in out))

class Item:
    def __init__(self, key):
        self.key = key
    def __lt__(self, other):
        return self.key < other.key
heap = []
failed = []
def push_items(who):
    def act():
        for number in range(EACH):
            item = Item((number * 31 % 97, who, number))
            before = len(failed)
            try:
                heapq.heappush(heap, item)
            except (RuntimeError, IndexError):
                failed.append(item)
    return act
together(*(push_items(who) for who in range(THREADS)))
print(len({item.key for item in heap}) == len(heap) == THREADS * EACH)

numbers = array('q')
def append(who):
    def act():
        for number in range(EACH):
            numbers.append(who * EACH + number)
            numbers.extend(array('q', [-1]))
    return act
together(*(append(who) for who in range(THREADS)))
print(len(numbers), sorted(n for n in numbers if n >= 0) == list(range(THREADS * EACH)), numbers.count(-1))

taken = [[] for _ in range(THREADS)]
def take(mine):
    def act():
        while True:
            try:
                mine.append(numbers.pop())
            except IndexError:
                return
    return act
together(*(take(mine) for mine in taken))
print(len(numbers), sum(map(len, taken)), sorted(n for mine in taken for n in mine if n >= 0) == list(range(THREADS * EACH)))

cells = array('i', [0] * 64)
stop = []
def write():
    for round in range(2000):
        cells[round % 64] = round
    stop.append(1)
def grow():
    while not stop:
        cells.append(5)
        if len(cells) > 200:
            del cells[64:]
def read():
    while not stop:
        cells.tobytes(), cells[:10], cells.tolist(), list(cells)
together(write, grow, read)
print(cells[:64].tolist() == [1984 - 64 + n if n >= 16 else 1984 + n for n in range(64)])
