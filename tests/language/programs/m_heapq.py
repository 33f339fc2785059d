# heapq and bisect, with items that compare by themselves and by Python code.
import bisect
import heapq
import random

rng = random.Random(5)

class Item:
    def __init__(self, key):
        self.key = key
    def __lt__(self, other):
        return self.key < other.key
    def __repr__(self):
        return f'<{self.key}>'

def is_heap(heap, best=lambda a, b: not b < a):
    return all(best(heap[(k - 1) // 2], heap[k]) for k in range(1, len(heap)))

KINDS = {
    'ints': lambda n: n,
    'big ints': lambda n: n * 2**70,
    'floats': lambda n: n / 7,
    'mixed': lambda n: n if n % 2 else n + 0.5,
    'strings': lambda n: f'{n:04}',
    'tuples': lambda n: (n % 5, str(n), None),
    'items': Item,
}
for name, make in KINDS.items():
    numbers = [rng.randrange(1000) for _ in range(60)]
    values = [make(n) for n in numbers]
    heap = []
    for value in values:
        heapq.heappush(heap, value)
    print(name, heap[:5], is_heap(heap), heap[-3:])
    print(heapq.heapreplace(heap, make(500)), heapq.heappushpop(heap, make(1)), heapq.heappushpop(heap, make(999)))
    out = [heapq.heappop(heap) for _ in range(len(heap))]
    print(out[:4], all(not b < a for a, b in zip(out, out[1:])))
    heap = values[:]
    heapq.heapify(heap)
    print(heap[:6], is_heap(heap))
    heap = values[:]
    heapq.heapify_max(heap)
    print(heap[:6], is_heap(heap, lambda a, b: not a < b))
    heapq.heappush_max(heap, make(1000))
    print(heapq.heappop_max(heap), heapq.heapreplace_max(heap, make(0)), heapq.heappushpop_max(heap, make(1001)), is_heap(heap, lambda a, b: not a < b))
    print(heapq.nsmallest(3, values), heapq.nlargest(3, values), list(heapq.merge(sorted(values)[:2], sorted(values)[1:3])))
    row = sorted(values)
    print(bisect.bisect(row, row[10]), bisect.bisect_left(row, row[10]), bisect.bisect_right(row, row[10], 5, 50))
    bisect.insort(row, make(123))
    bisect.insort_left(row, make(123))
    print(all(not b < a for a, b in zip(row, row[1:])))

def attempt(function, *args, **named):
    try:
        print(function(*args, **named))
    except Exception as problem:
        print(type(problem).__name__, problem, sep=': ')
print('-- refused')
attempt(heapq.heappop, [])
attempt(heapq.heapreplace, [], 1)
attempt(heapq.heappushpop, [], 1)
attempt(heapq.heappush, (), 1)
attempt(heapq.heappush, [])
attempt(heapq.heapify, ())
attempt(heapq.heapify, [1, 'a'])
attempt(heapq.heappush, [1], 'a')
attempt(bisect.bisect, [1], 'a')
attempt(bisect.bisect, [1, 2], 1, -1)
attempt(bisect.bisect, 5, 1)
attempt(bisect.bisect, [1], 1, 0, 5)
attempt(bisect.bisect, [1], 1, hi='x')
print(bisect.bisect(range(0, 100, 7), 50), bisect.bisect_left([3, 2, 1], -2, key=lambda n: -n), bisect.bisect([1], 5, hi=-1))

class Shrinking:
    heap = []
    def __lt__(self, other):
        self.heap.clear()
        return True
Shrinking.heap = [Shrinking() for _ in range(5)]
attempt(heapq.heappop, Shrinking.heap)
Shrinking.heap = [Shrinking() for _ in range(5)]
attempt(heapq.heapify, Shrinking.heap)
Shrinking.heap = [Shrinking() for _ in range(5)]
attempt(heapq.heappush, Shrinking.heap, Shrinking())
class Log(list):
    def insert(self, at, value):
        print('insert', at, value)
bisect.insort(Log([1, 2, 3]), 2)
