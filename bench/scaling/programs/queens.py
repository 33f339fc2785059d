"""N queens: recursion and small integers. The first two rows' placements are the tasks, taken from a queue."""

import queue
import threading

SOLUTIONS = {8: 92, 9: 352, 10: 724, 11: 2680, 12: 14200, 13: 73712}


def prepare(size):
    # Each queen more takes five times as long.
    queens, rest = 13, size
    while queens > 8 and rest < 0.7:
        queens, rest = queens - 1, rest * 5
    return queens


def count(side, columns, left, right):
    """In how many ways the rows that remain can be filled."""
    if columns == side:
        return 1
    found = 0
    free = side & ~(columns | left | right)
    while free:
        place = free & -free
        free -= place
        found += count(side, columns | place, (left | place) << 1, (right | place) >> 1)
    return found


def worker(side, tasks, results):
    found = 0
    while True:
        try:
            first, second = tasks.get_nowait()
        except queue.Empty:
            break
        left, right = first << 1, first >> 1
        if second & (first | left | right) == 0:
            found += count(side, first | second, (left | second) << 1, (right | second) >> 1)
    results.append(found)


def run(queens, threads):
    side = (1 << queens) - 1
    tasks, results = queue.Queue(), []
    for first in range(queens):
        for second in range(queens):
            tasks.put((1 << first, 1 << second))
    workers = [threading.Thread(target=worker, args=(side, tasks, results)) for _ in range(threads)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    if sum(results) != SOLUTIONS[queens]:
        raise AssertionError(f"{results}, should be {SOLUTIONS[queens]} together")
    return f"{queens} queens: {sum(results)} solutions"
