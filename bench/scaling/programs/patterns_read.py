"""Patterns in which threads only read what they share."""

from registry import Registry

PATTERNS = Registry()
pattern = PATTERNS.pattern

STEP = 1


def step():
    return 1


class Counter:
    limit = 1

    def __init__(self):
        self.value = 1
        self.hidden = 1

    def method(self):
        return self.value

    @property
    def count(self):
        return self.hidden

    @staticmethod
    def fixed():
        return 1

    @classmethod
    def of_class(cls):
        return cls.limit


@pattern(rounds=1_800_000, gives=120 + 3)
def shared_list():
    """Going through a list, and reading it by index."""
    numbers = list(range(16))

    def loop(rounds):
        total = 0
        for _ in range(rounds):
            for number in numbers:
                total += number
            total += numbers[0] + numbers[1] + numbers[2]
        return total

    return loop


@pattern(rounds=4_000_000, gives=10)
def shared_dict():
    """Looking up keys in a dict."""
    table = {f"key{number}": number for number in range(1000)}

    def loop(rounds):
        total = 0
        for _ in range(rounds):
            total += table["key1"] + table["key2"] + table["key3"]
            if "key999" in table:
                total += table.get("key4", 0)
        return total

    return loop


@pattern(rounds=8_000_000, gives=4)
def shared_value():
    """Reading *one* object out of one shared place: every thread holds, looks at and drops the same one."""
    table = {"value": (1, 2)}

    def loop(rounds):
        total = 0
        for _ in range(rounds):
            value = table["value"]
            total += value[0]
            value = table["value"]
            total += value[0]
            value = table["value"]
            total += value[1]
        return total

    return loop


@pattern(rounds=12_000_000, gives=4)
def shared_attribute():
    """An attribute of a shared object."""
    counter = Counter()

    def loop(rounds):
        total = 0
        for _ in range(rounds):
            total += counter.value
            total += counter.value
            total += counter.hidden
            total += counter.limit
        return total

    return loop


@pattern(rounds=6_000_000, gives=2)
def shared_method():
    """A method of a shared object."""
    counter = Counter()

    def loop(rounds):
        total = 0
        for _ in range(rounds):
            total += counter.method()
            total += counter.method()
        return total

    return loop


@pattern(rounds=4_500_000, gives=2)
def shared_property():
    """A property of a shared object."""
    counter = Counter()

    def loop(rounds):
        total = 0
        for _ in range(rounds):
            total += counter.count
            total += counter.count
        return total

    return loop


@pattern(rounds=3_000_000, gives=2)
def static_method():
    """A static method, through a shared object and through the class."""
    counter = Counter()

    def loop(rounds):
        total = 0
        for _ in range(rounds):
            total += counter.fixed()
            total += Counter.fixed()
        return total

    return loop


@pattern(rounds=3_000_000, gives=2)
def class_method():
    """A class method, likewise."""
    counter = Counter()

    def loop(rounds):
        total = 0
        for _ in range(rounds):
            total += counter.of_class()
            total += Counter.of_class()
        return total

    return loop


@pattern(rounds=8_000_000, gives=2)
def module_function():
    """Calling a function of a module."""

    def loop(rounds):
        total = 0
        for _ in range(rounds):
            total += step()
            total += step()
        return total

    return loop


@pattern(rounds=12_500_000, gives=4)
def module_constant():
    """Reading a variable of a module."""

    def loop(rounds):
        total = 0
        for _ in range(rounds):
            total += STEP
            total += STEP
            total += STEP
            total += STEP
        return total

    return loop
