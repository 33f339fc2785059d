"""A cache of limited size that all threads use: nearly every call is a hit, and each hit changes the order of what was used last."""

import functools
import threading

from inputs import Random

KEYS = 1200
CACHED = 1024
LOOKUPS = 20_000


def work_out(key):
    """What is worth caching."""
    value = key
    for _ in range(50):
        value = value * 31 % 65521
    return value


def prepare(size):
    random = Random(5)
    # Few keys are asked for often, many seldom.
    keys = [int(KEYS * (random.below(1 << 20) / (1 << 20)) ** 6) for _ in range(LOOKUPS)]
    return keys, sum(map(work_out, keys)), max(4, int(300 * size))


def run(work, threads):
    keys, sum_of_all, rounds = work
    cached = functools.lru_cache(maxsize=CACHED)(work_out)
    totals = [0] * threads

    def look_up(index):
        total = 0
        for number in range(rounds):
            if number % threads == index:
                for key in keys:
                    total += cached(key)
        totals[index] = total

    workers = [threading.Thread(target=look_up, args=(index,)) for index in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    expected = rounds * sum_of_all
    information = cached.cache_info()
    calls = rounds * len(keys)
    if sum(totals) != expected or information.currsize > CACHED or information.hits + information.misses != calls:
        raise AssertionError(f"{totals}, should be {expected} together; {information}, {calls} calls")
    if information.hits < calls * 0.8:
        raise AssertionError(f"too few hits: {information}")
    return f"{calls} calls, {expected} in sum"
