"""A program that goes on for minutes with a constant live set: its resident size must not grow.

    grwl tests/endurance/constant_memory.py [SECONDS]      (default 600)

Each round allocates a mix: small objects and big ones, containers that grow and shrink, cycles with and without finalizers, objects that come back to life, weak
caches, generators that are left alone, exceptions with tracebacks, compiled code, threads. After a first stretch the size is noted, and at the end it
may be at most a quarter more. Exit code 1 says that it was.
"""
import gc
import random
import sys
import threading
import time
import weakref

PAGE = 4096


def resident():
    """Bytes of memory in use."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * PAGE


class Node:
    finalized = 0

    def __init__(self, other=None):
        self.other = other
        self.payload = [other, 1.5, "text"]


class Final(Node):
    def __del__(self):
        Node.finalized += 1


class Phoenix(Node):
    """Comes back to life once."""
    alive = []

    def __del__(self):
        if len(Phoenix.alive) < 100:
            Phoenix.alive.append(self)


class Slots:
    __slots__ = "a", "b", "__weakref__"


def small_objects(state):
    return [Node((i, str(i), float(i))) for i in range(500)]


def big_objects(state):
    size = state.randrange(1, 400_000)
    return bytes(size), bytearray(size), [None] * (size // 8), "x" * size


def containers(state):
    numbers = list(range(2000))
    while len(numbers) > 10:
        del numbers[::2]
    table = {str(i): i for i in range(1000)}
    for key in list(table):
        if state.random() < 0.9:
            del table[key]
    return numbers, table, set(table), tuple(table)


def cycles(state):
    for kind in Node, Final:
        for _ in range(100):
            a, b = kind(), kind()
            a.other, b.other = b, a


def phoenixes(state):
    for _ in range(20):
        a = Phoenix()
        a.other = a
    Phoenix.alive.clear()


def weak_cache(state):
    cache = weakref.WeakValueDictionary()
    kept = []
    for i in range(500):
        value = cache[i] = Slots()
        if i % 50 == 0:
            kept.append(value)
    return cache, kept


def generators(state):
    def numbers(n):
        try:
            yield from range(n)
        finally:
            state.random()
    for i in range(100):
        g = numbers(i + 1)
        next(g)


def exceptions(state):
    def deep(n):
        if n == 0:
            raise ValueError(n)
        deep(n - 1)
    for _ in range(10):
        try:
            deep(30)
        except ValueError as error:
            error.me = error


def code(state):
    name = f"f{state.randrange(1_000_000)}"
    space = {}
    exec(f"def {name}(a, b=1, *c):\n    class K: x = a\n    return [K.x + b for _ in c]\n", space)
    space[name](1, 2, 3)
    type(name, (Node,), {"attribute": name})().attribute


def threads(state):
    results = []
    started = [threading.Thread(target=lambda: results.append(small_objects(state))) for _ in range(3)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()


KINDS = [small_objects, big_objects, containers, cycles, phoenixes, weak_cache, generators, exceptions, code, threads]


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
    state = random.Random(1)
    live = [None] * 50
    begin = time.monotonic()
    warm = None
    told = begin
    rounds = 0
    most = 0
    while (now := time.monotonic()) - begin < seconds:
        live[state.randrange(len(live))] = state.choice(KINDS)(state)
        rounds += 1
        if warm is None and now - begin > max(seconds * 0.2, 5):
            gc.collect()
            warm = resident()
        if warm is not None and rounds % 100 == 0:
            most = max(most, resident())
        if now - told > 30:
            told = now
            print(f"{now - begin:.0f} s: {rounds} rounds, {resident() >> 20} MiB, {Node.finalized} finalized", flush=True)
    gc.collect()
    end = resident()
    print(f"{rounds} rounds, {warm >> 20} MiB after a fifth, {most >> 20} MiB at most later, {end >> 20} MiB at the end")
    if end > warm * 1.25 + (16 << 20):
        print("it has grown")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
