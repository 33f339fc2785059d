"""Patterns in which threads share nothing but code."""

import threading

from registry import Registry

PATTERNS = Registry()
pattern = PATTERNS.pattern


@pattern(rounds=1_600_000, gives=55)
def computation():
    """Integers and floats in local variables."""

    def loop(rounds):
        total = 0
        x = 0.5
        for _ in range(rounds):
            a = 1
            b = 1
            for _ in range(8):
                a, b = b, a + b
            x = x * 1.5 - x * x * 0.5
            total += b
        assert 0.0 < x < 1.5
        return total

    return loop


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


@pattern(rounds=5_000_000, gives=1)
def private_attribute_store():
    """Storing into attributes of an object that each thread has for itself."""

    def loop(rounds):
        point = Point(0, 0)
        for _ in range(rounds):
            point.x += 1
            point.y = point.x
            point.x = point.y
            point.y = 0
        return point.x

    return loop


@pattern(rounds=4_000_000, gives=3)
def closure_creation():
    """Making a function that remembers a variable, and calling it."""

    def loop(rounds):
        total = 0
        for _ in range(rounds):
            two = 2

            def add(number):
                return number + two

            total += add(1)
        return total

    return loop


@pattern(rounds=3_000_000, gives=7)
def object_creation():
    """Making instances of a class."""

    def loop(rounds):
        total = 0
        for _ in range(rounds):
            point = Point(3, 4)
            total += point.x + point.y
        return total

    return loop


@pattern(rounds=4_000_000, gives=10)
def list_creation():
    """Making short lists."""

    def loop(rounds):
        total = 0
        for number in range(rounds):
            values = [number, 1, 2, 3, 4]
            values.append(5)
            total += values[4] + values[5] + len(values) - 5
        return total

    return loop


@pattern(rounds=1_500_000, gives=9)
def dict_creation():
    """Making small dicts."""

    def loop(rounds):
        total = 0
        for number in range(rounds):
            values = {"id": number, "a": 1, "b": 2}
            values["c"] = 2
            total += values["a"] + values["b"] + values["c"] + len(values)
        return total

    return loop


@pattern(rounds=3_000_000, gives=10)
def string_creation():
    """Making strings: joining, cutting, replacing."""

    def loop(rounds):
        total = 0
        text = "alpha beta gamma"
        for _ in range(rounds):
            left, _, right = text.partition(" ")
            total += len(right[:5] + left)
        return total

    return loop


@pattern(rounds=1_000_000, gives=28)
def generators():
    """Making a generator and running it to its end."""

    def count(limit):
        number = 0
        while number < limit:
            yield number
            number += 1

    def loop(rounds):
        total = 0
        for _ in range(rounds):
            for number in count(8):
                total += number
        return total

    return loop


@pattern(rounds=1_500_000, gives=1)
def exceptions():
    """Raising and catching."""

    def refuse(number):
        raise ValueError(number)

    def loop(rounds):
        total = 0
        for _ in range(rounds):
            try:
                refuse(1)
            except ValueError as error:
                total += error.args[0]
        return total

    return loop


@pattern(rounds=1_000_000, gives=19)
def string_formatting():
    """Formatted string literals."""

    def loop(rounds):
        total = 0
        for _ in range(rounds):
            text = f"{rounds and 'total'}={42:>6} {3.25:.2f} {7}"
            total += len(text)
        return total

    return loop


@pattern(rounds=2_500_000, gives=2)
def thread_local():
    """Reading and writing thread-local data."""
    local = threading.local()

    def loop(rounds):
        local.total = 0
        local.step = 1
        for _ in range(rounds):
            local.total += local.step
            local.total += local.step
        return local.total

    return loop


@pattern(rounds=2_500_000, gives=2)
def private_lock():
    """A lock that each thread has for itself."""

    def loop(rounds):
        lock = threading.Lock()
        total = 0
        for _ in range(rounds):
            with lock:
                total += 1
            with lock:
                total += 1
        return total

    return loop
