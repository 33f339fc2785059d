# Which results functools.lru_cache keeps: always those used last, whoever used them.
import functools
import threading


class Model:
    """What the documentation says."""

    def __init__(self, bound):
        self.bound = bound
        self.keys = []
        self.hits = self.misses = 0

    def use(self, key):
        if key in self.keys:
            self.hits += 1
            self.keys.remove(key)
        else:
            self.misses += 1
            del self.keys[: max(0, len(self.keys) - self.bound + 1)]
        self.keys.append(key)

    def info(self):
        return self.hits, self.misses, self.bound, len(self.keys)


class Random:
    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        return (self.state >> 33) % limit


def check(bound, keys, calls, run):
    random = Random(bound * 1000 + keys)
    model = Model(bound)
    called = []

    @functools.lru_cache(maxsize=bound)
    def square(key):
        called.append(key)
        return key * key

    def use(key):
        misses = model.misses
        model.use(key)
        before = len(called)
        assert square(key) == key * key
        assert len(called) - before == model.misses - misses, (bound, key, model.keys)

    def some(count):
        for _ in range(count):
            # Some keys are used more than others.
            key = min(random.below(keys), random.below(keys))
            use(key)

    run(some, calls)
    assert tuple(square.cache_info()) == model.info()
    # What is still there, from the one used least recently on: each is found, and nothing is called.
    for key in list(model.keys):
        use(key)
    assert tuple(square.cache_info()) == model.info()
    print(bound, keys, square.cache_info())
    square.cache_clear()
    print(square.cache_info())
    model.__init__(bound)
    some(50)
    assert tuple(square.cache_info()) == model.info()


def alone(some, calls):
    some(calls)


def one_after_the_other(some, calls):
    """Several threads, each of which sees what those before it did."""
    for count in [1, 2, 3, 5, 50, calls - 61]:
        thread = threading.Thread(target=some, args=(count,))
        thread.start()
        thread.join()
        some(7)


for run in alone, one_after_the_other:
    print(run.__name__)
    for bound, keys in [(1, 2), (2, 3), (3, 5), (8, 12), (16, 17), (100, 130)]:
        check(bound, keys, 600, run)


# All at once: each result is right, and the counts add up.
@functools.lru_cache(maxsize=50)
def cube(key):
    return key**3


def work(seed):
    random = Random(seed)
    for _ in range(2000):
        key = min(random.below(70), random.below(70))
        assert cube(key) == key**3


threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
info = cube.cache_info()
print(info.hits + info.misses, info.maxsize, info.currsize)


@functools.lru_cache(maxsize=None)
def kept(key):
    return [key]


def ask():
    for key in range(100):
        assert kept(key % 10) == [key % 10]


threads = [threading.Thread(target=ask) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
info = kept.cache_info()
print(info.hits + info.misses, info.maxsize, info.currsize)
