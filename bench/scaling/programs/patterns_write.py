"""Patterns in which threads change what they share. Nobody can expect a speed-up; but it should not become slower in total."""

import queue
import threading

from registry import Registry

PATTERNS = Registry()
pattern = PATTERNS.pattern


@pattern(rounds=4_000_000, gives=1)
def shared_lock():
    """One lock for all."""
    lock = threading.Lock()

    def loop(rounds):
        total = 0
        for _ in range(rounds):
            with lock:
                total += 1
        return total

    return loop


@pattern(rounds=4_000_000, gives=1)
def shared_append():
    """Appending to one list."""
    numbers = []

    def loop(rounds):
        for number in range(rounds):
            numbers.append(number)
        return rounds

    def finish(rounds):
        return len(numbers) == rounds or len(numbers)

    return loop, finish


class Counter:
    def __init__(self):
        self.value = 0


@pattern(rounds=4_000_000, gives=1)
def shared_counter():
    """Counting under a lock."""
    lock = threading.Lock()
    counter = Counter()

    def loop(rounds):
        for _ in range(rounds):
            with lock:
                counter.value += 1
        return rounds

    def finish(rounds):
        return counter.value == rounds or counter.value

    return loop, finish


@pattern(rounds=8_000_000, gives=1)
def shared_dict_store():
    """Storing into one dict."""
    table = dict.fromkeys(range(256), 0)

    def loop(rounds):
        for number in range(rounds):
            table[number & 255] = number
        return rounds

    def finish(rounds):
        return len(table) == 256 or len(table)

    return loop, finish


@pattern(rounds=4_000_000, gives=1)
def queue_hand_over():
    """Handing objects over through a queue: each thread puts what another may get."""
    handed = queue.SimpleQueue()

    def loop(rounds):
        total = 0
        for _ in range(rounds // 8):
            for _ in range(8):
                handed.put([1])
            for _ in range(8):
                item = handed.get()
                item.append(1)
                total += item[0]
        for _ in range(rounds % 8):
            handed.put([1])
            total += handed.get()[0]
        return total

    def finish(rounds):
        return handed.empty() or handed.qsize()

    return loop, finish
