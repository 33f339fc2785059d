import sys
def depth(n):
    try: return depth(n + 1)
    except RecursionError as e: return type(e).__name__, str(e)[:32]
print(depth(0))
class R:
    def __getattr__(self, n): return getattr(self, n + "x")
try: R().a
except RecursionError as e: print("RecursionError", str(e)[:32])
class Rep:
    def __repr__(self): return repr([self])
try: repr(Rep())
except RecursionError as e: print(str(e)[:32])
class Eq:
    def __eq__(self, o): return o == self
try: Eq() == Eq()
except RecursionError as e: print(str(e)[:32])
def mutual_a(): mutual_b()
def mutual_b(): mutual_a()
try: mutual_a()
except RecursionError as e: print(str(e)[:32])
def gen(n):
    yield n
    yield from gen(n + 1)
try:
    for x in gen(0): pass
except RecursionError as e: print("gen", str(e)[:32])
a = []
a.append(a)
b = []
b.append(b)
try: a == b
except RecursionError as e: print(str(e)[:32])
l = []
for _ in range(200): l = [l]
print(len(repr(l)))
print(sys.getrecursionlimit())
sys.setrecursionlimit(200)
def count(n):
    try: return count(n + 1)
    except RecursionError: return n
n = count(0)
print(150 < n < 200)
for bad in (0, -1, "x", 2 ** 40):
    try: sys.setrecursionlimit(bad)
    except (ValueError, TypeError, OverflowError, RecursionError) as e: print(type(e).__name__, e)
sys.setrecursionlimit(5000)
def down(n): return n and down(n - 1)
print(down(4000))
def up(n): return 0 if n == 0 else 1 + up(n - 1)
print(up(3000))
try:
    def f(): f()
    f()
except RecursionError as e: print(e)
print("still alive")
